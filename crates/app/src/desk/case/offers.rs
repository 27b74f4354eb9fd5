//! What can be done, as cards: given, asked for, or barred.

use amends_core::assess::frozen::{Amount, Frozen, Least, OptionFrozen, OptionGroup, Size, Takes};
use amends_core::authority::{Account, Fulfil, Present};
use amends_core::case::{Case, Grant, GrantState, Look};
use amends_core::explain::Explanation;
use amends_core::fulfilment::kinds_of;
use amends_core::ids::RoleName;

use crate::door::pages::Staff;
use crate::flow::answers::Answers;
use crate::flow::ledger::Left;
use crate::flow::present::first_asked;
use crate::texts::money;

/// A card.
pub struct Offer {
    /// The option's id.
    pub id: String,
    /// Whether it is what stays open where the rest does not.
    pub is_instead: bool,
    /// What the customer gets.
    pub says: String,
    /// The amount, or from where to where.
    pub amount: Option<String>,
    /// What else is to be known of it.
    pub notes: String,
    /// The parts of a bundle.
    pub parts: Vec<(String, Option<String>)>,
    /// Who may give it: what colours it, and the words.
    pub who: (&'static str, String),
    /// What the button does.
    pub does: Does,
    /// What is left of what it would be paid back from.
    pub left: Vec<String>,
    /// What is done to make it real, and by which system; none: by hand.
    pub happens: Vec<(String, Option<String>)>,
    /// From where to where, where it may be chosen: least, most, what was chosen, and the currency.
    pub range: Option<Range>,
}

/// What may be chosen, in units of the currency.
pub struct Range {
    pub least: String,
    pub most: String,
    pub chosen: String,
    pub currency: String,
}

/// What the button of a card does.
pub enum Does {
    /// Gives it.
    Give,
    /// Asks someone; the words say whom.
    Ask(String),
    /// There is none.
    Nothing,
}

impl Offer {
    pub fn gives(&self) -> bool {
        matches!(self.does, Does::Give)
    }

    pub fn asks(&self) -> Option<&str> {
        match &self.does {
            Does::Ask(whom) => Some(whom),
            _ => None,
        }
    }
}

/// What is left of a purchase or a payment, in words.
pub fn left_in_words(left: &Left) -> String {
    let amount = money(left.left);
    match left.payment() {
        Some(payment) => t!("case-left-of-payment", payment = payment, amount = amount),
        None if *left.key.account() == Account::Shipping => t!("case-left-of-shipping", amount = amount),
        None if *left.key.account() == Account::Fee => t!("case-left-of-fee", amount = amount),
        None => t!("case-left-of-purchase", amount = amount),
    }
}

/// The cards of an answer.
pub fn of(
    staff: &Staff,
    case: &Case,
    (frozen, e): (&Frozen, &Explanation),
    there: &[Present],
    answers: &Answers,
) -> Vec<Offer> {
    let cards = e.options.iter().chain(&e.instead);
    let with = cards.filter_map(|card| Some((card, frozen.options.iter().find(|o| o.id.as_str() == card.id)?)));
    with.map(|(card, option)| {
        let is_given = is_given(case, option);
        let who = (crate::desk::draw::class(card.who.tone), card.who.text.clone());
        Offer {
            id: card.id.clone(),
            is_instead: option.group == OptionGroup::Instead,
            says: card.says.clone(),
            amount: card.amount.clone(),
            notes: card.notes.join("; "),
            parts: card.parts.clone(),
            who: if is_given { ("inside", t!("case-given-already")) } else { who },
            does: if is_given { Does::Nothing } else { does(staff, case, option, there) },
            left: Vec::new(),
            happens: happens(staff, case, option, &card.parts),
            range: range(option, answers),
        }
    })
    .collect()
}

/// Whether the customer has it on this case already: nobody gives the same twice by a second look at the page.
fn is_given(case: &Case, option: &OptionFrozen) -> bool {
    // Of what was done in part the rest may still be given.
    let lives = |grant: &Grant| matches!(grant.state, GrantState::Reserved | GrantState::Settled);
    case.grants.iter().any(|grant| grant.of.option == option.id && lives(grant))
}

fn does(staff: &Staff, case: &Case, option: &OptionFrozen, there: &[Present]) -> Does {
    let (ladder, role) = (&staff.me.rules.ladder, &staff.me.person.role);
    let least = match &option.takes {
        Takes::Barred { .. } | Takes::Facts | Takes::Owed { released_by: None } => return Does::Nothing,
        Takes::Owed { released_by: Some(role) } => Least::Role(role.clone()),
        // To someone unknown only those give whom no number of exceptions holds.
        Takes::Leave { least, .. } if case.customer.is_none() => {
            ladder.higher(least.clone(), ladder.lowest_for_customer(|_| usize::MAX))
        }
        Takes::Leave { least, .. } => least.clone(),
    };
    if ladder.reaches(role, &least) {
        return Does::Give;
    }
    match least {
        Least::Role(least) => Does::Ask(whom(staff, case, &least, there)),
        _ => Does::Nothing,
    }
}

/// What is done to make an option real, and by which system.
fn happens(
    staff: &Staff,
    case: &Case,
    option: &OptionFrozen,
    parts: &[(String, Option<String>)],
) -> Vec<(String, Option<String>)> {
    let rules = &staff.me.rules;
    let by_itself = option.cost.is_some_and(|cost| rules.mode(&case.team).fulfil(cost) == Fulfil::ByConnector);
    let kinds = kinds_of(option);
    let of = |(at, kind): (usize, Option<&str>)| {
        let part = parts.get(at).filter(|_| parts.len() == kinds.len()).map(|(says, _)| says);
        let system = rules.connector(kind).filter(|_| by_itself).map(|endpoint| endpoint.id.clone());
        (part.unwrap_or(&option.says).clone(), system)
    };
    kinds.iter().copied().enumerate().map(of).collect()
}

/// "Ask Lena, who is here", or whoever it takes.
fn whom(staff: &Staff, case: &Case, least: &RoleName, there: &[Present]) -> String {
    let rules = &staff.me.rules;
    let found = first_asked(case, (least, Look::First), Some(&staff.me.person.id), there, &rules.ladder);
    let Some(person) = found else {
        let title = rules.book.roles.iter().find(|r| r.id == least.as_str()).map_or(least.as_str(), |r| &r.title);
        return t!("case-ask-nobody-here", role = title.to_lowercase());
    };
    let waiting = there.iter().find(|p| p.person.id == person.id).map_or(0, |p| p.waiting);
    let name = staff.me.rules.name_of(&person.id);
    if waiting == 0 {
        t!("case-ask-name-free-now", name = name)
    } else {
        t!("case-ask-after-others", name = name, waiting = waiting)
    }
}

fn range(option: &OptionFrozen, answers: &Answers) -> Option<Range> {
    if option.size == Size::Whole {
        return None;
    }
    let most = option.most.as_ref().or(option.amount.as_ref()).and_then(Amount::money)?;
    let least = match option.size {
        Size::Range => option.amount.as_ref().and_then(Amount::money)?,
        _ => amends_core::money::Money::new(1, most.currency),
    };
    let digits = |m: amends_core::money::Money| m.to_string().split(' ').next().unwrap_or_default().to_owned();
    let typed = answers.get(&format!("amount.{}", option.id)).map(str::to_owned);
    let first = if option.size == Size::Range { least } else { most };
    let (least, most, currency) = (digits(least), digits(most), most.currency.code().to_owned());
    Some(Range { chosen: typed.unwrap_or_else(|| digits(first)), least, most, currency })
}

/// What an option is called, with its amount.
pub fn titled(option: &OptionFrozen) -> String {
    let amount = option.amount.as_ref().and_then(Amount::money).map(money);
    amount.map_or_else(|| option.says.clone(), |amount| format!("{}, {amount}", option.says))
}
