//! The decision on one grant: given, to be approved, or denied.

use super::exact::{Exact, exact};
use super::purchase::claims;
use super::{
    Bound, Budget, BudgetKey, Claim, Fulfil, Holder, Holding, Ladder, Ledger, LedgerKey, Mode, Period, Person, Wish,
};
use crate::assess::frozen::{Amount, Department, Least, LoanFrozen, Takes};
use crate::book::rules::{Caps, Limit, Role};
use crate::case::{ApprovalState, Case, Ground, Look, Right, State};
use crate::denied::{Denied, amount_text};
use crate::facts::Source;
use crate::ids::{ApprovalId, GrantId, OptionId, RoleName};
use crate::money::{Currency, Money};
use crate::time::{Date, Time};

/// All that a decision reads.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The case.
    pub case: &'a Case,
    /// What would be given.
    pub wish: &'a Wish,
    /// Under which id it would be.
    pub grant: &'a GrantId,
    /// By whom.
    pub by: &'a Person,
    /// When.
    pub now: Time,
    /// Roles and limits in force now.
    pub ladder: &'a Ladder,
    /// The modes of the case's team and of the giver's: both hold.
    pub modes: [&'a Mode; 2],
    /// Whether a connector is there for at least one thing of the option.
    pub connected: bool,
    /// What was bent for the customer before.
    pub customer: &'a Customer,
    /// Who said no to the same request on other cases.
    pub noes: &'a [No],
    /// Every budget of [`budget_keys`], as it is stored or new.
    pub budgets: &'a [Budget],
    /// Every row of [`ledger_keys`], as it is stored or new.
    pub ledgers: &'a [Ledger],
}

/// What was bent for a customer, on days of the book's zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The day it is now.
    pub today: Date,
    /// Whether it is known who they are: for someone unknown, all that is given to one customer counts as used up.
    pub known: bool,
    /// The day of every grant by discretion to this customer that was not released.
    pub exceptions: Vec<Date>,
}

/// A no to the same request of the same customer or order, on another case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct No {
    /// To which option, whatever its amount.
    pub option: OptionId,
    /// Who said it.
    pub by: Person,
    /// What it was said to; none: an older version of this program kept it.
    pub source: Option<Source>,
}

/// What comes of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is theirs to give: what to do, and nothing done yet.
    Grant(GrantPlan),
    /// Someone has to say yes first.
    NeedsApproval(Question),
    /// It is not done.
    Denied(Denied),
}

/// A grant that was decided and can be reserved on the version of the case it was decided on. Only [`decide`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantPlan {
    pub(crate) version: u64,
    pub(crate) of: Bound,
    pub(crate) cost: Money,
    pub(crate) worth: Option<Money>,
    pub(crate) right: Right,
    pub(crate) authority: Person,
    pub(crate) approval: Option<ApprovalId>,
    pub(crate) fulfil: Fulfil,
    pub(crate) charged_to: Option<Department>,
    pub(crate) claims: Vec<Claim>,
    budgets: Vec<Budget>,
    ledgers: Vec<Ledger>,
}

impl GrantPlan {
    /// The budgets it is taken from, as they are after it, in the order of their keys: to be saved with the case.
    #[must_use]
    pub fn budgets(&self) -> &[Budget] {
        &self.budgets
    }

    /// The rows of the ledger it takes from, as they are after it: to be saved with the case.
    #[must_use]
    pub fn ledgers(&self) -> &[Ledger] {
        &self.ledgers
    }

    /// Who makes it real.
    #[must_use]
    pub const fn fulfil(&self) -> Fulfil {
        self.fulfil
    }

    /// What it costs.
    #[must_use]
    pub const fn cost(&self) -> Money {
        self.cost
    }
}

/// What someone with authority is asked, exactly. Only [`decide`] and [`second_look`] make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub(crate) version: u64,
    pub(crate) of: Bound,
    pub(crate) cost: Money,
    pub(crate) least: RoleName,
    pub(crate) look: Look,
}

impl Question {
    /// The lowest role that may answer.
    #[must_use]
    pub const fn least(&self) -> &RoleName {
        &self.least
    }
}

/// Decides on a wish. Pure: whoever saves what it returns has locked the case, the customer and the budgets before.
#[must_use]
pub fn decide(a: &Asking<'_>) -> Decision {
    ladder_of_checks(a).unwrap_or_else(Decision::Denied)
}

/// What the second look would be asked: the same question, of someone above whoever said no. Anyone may ask it.
///
/// # Errors
/// A denial when nobody said no, the look was taken, or the option cannot be given at all.
pub fn second_look(a: &Asking<'_>) -> Result<Question, Denied> {
    if !matches!(a.case.state, State::Open | State::Declined) {
        return Err(Denied::NotOpen { state: a.case.state });
    }
    if a.case.approvals.iter().any(|q| q.look == Look::Second && q.state != ApprovalState::Ended) {
        return Err(Denied::LookedTwice);
    }
    let exact = exact(a.case, a.wish)?;
    not_granted(a, &exact)?;
    paid_out(a, &exact)?;
    let highest = a.case.refusers().max_by_key(|p| a.ladder.height(&p.role)).ok_or(Denied::NoNo)?;
    let above = a.ladder.above(&highest.role).ok_or_else(|| Denied::NobodyAbove { role: highest.role.clone() })?;
    let least = a.ladder.higher(least(a, &exact)?, Least::Role(above.clone()));
    Ok(Question { look: Look::Second, ..question(a, &exact, least)? })
}

/// The checks, each with its own end. Their order is what a caller is told first.
fn ladder_of_checks(a: &Asking<'_>) -> Result<Decision, Denied> {
    a.case.must_be_open()?;
    a.case.must_own(a.by)?;
    let exact = exact(a.case, a.wish)?;
    not_granted(a, &exact)?;
    let least = least(a, &exact)?;
    let paid_out = paid_out(a, &exact)?;
    let authority = match (&a.wish.approval, theirs(a, &least)) {
        (Some(id), _) => approved(a, &exact, id, &least)?,
        (None, own) => {
            not_refused(a, &exact)?;
            match own {
                Theirs::Yes => a.by,
                Theirs::Ask => return question(a, &exact, least).map(Decision::NeedsApproval),
            }
        }
    };
    match charge(a, &exact, authority) {
        Err(Denied::OverBudget { key, .. }) if is_own_day(&key, a.by) => {
            question(a, &exact, least).map(Decision::NeedsApproval)
        }
        charged => Ok(Decision::Grant(plan(a, &exact, authority, charged?, paid_out))),
    }
}

/// One assessment answers a request once; goodwill goes beside it, each once.
fn not_granted(a: &Asking<'_>, exact: &Exact<'_>) -> Result<(), Denied> {
    match a.case.given_since(&a.wish.assessment, exact.option) {
        Some(grant) => Err(Denied::AlreadyGranted { option: exact.option.id.clone(), grant: grant.id.clone() }),
        None => Ok(()),
    }
}

/// What it takes of what was paid, and the rows after it. More than is left is nobody's to give.
fn paid_out(a: &Asking<'_>, exact: &Exact<'_>) -> Result<(Vec<Claim>, Vec<Ledger>), Denied> {
    let Some(kept) = a.case.assessment(&a.wish.assessment) else { return Ok((Vec::new(), Vec::new())) };
    let claims = claims(a.case, &kept.frozen, exact.option, exact.amount)?;
    let by = Holding { grant: a.grant, case: &a.case.id, by: &a.by.id };
    let (mut taken, mut after): (Vec<Claim>, Vec<Ledger>) = (Vec::new(), Vec::new());
    for claim in &claims {
        let place = after.iter().position(|row| *row.key() == claim.key);
        let before = match place {
            Some(place) => after.get(place),
            None => a.ledgers.iter().find(|row| *row.key() == claim.key),
        };
        let before = before.ok_or_else(|| Denied::LedgerNotThere { key: claim.key.clone() })?;
        let claim = before.without_ours(claim);
        let row = before.reserve(&claim, &by)?;
        match place.and_then(|place| after.get_mut(place)) {
            Some(known) => *known = row,
            None => after.push(row),
        }
        taken.push(claim);
    }
    Ok((taken, after))
}

/// Every row of the ledger that a decision on a wish may touch, in the order in which rows are locked.
#[must_use]
pub fn ledger_keys(case: &Case, wish: &Wish) -> Vec<LedgerKey> {
    let Ok(exact) = exact(case, wish) else { return Vec::new() };
    let Some(kept) = case.assessment(&wish.assessment) else { return Vec::new() };
    let claims = claims(case, &kept.frozen, exact.option, exact.amount).unwrap_or_default();
    let mut keys: Vec<LedgerKey> = claims.into_iter().map(|claim| claim.key).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// A no to an option covers it whatever its amount.
fn not_refused(a: &Asking<'_>, exact: &Exact<'_>) -> Result<(), Denied> {
    match a.case.refusal_of(&exact.option.id, &a.wish.assessment) {
        Some(by) => Err(Denied::SaidNo { option: exact.option.id.clone(), by: by.id.clone() }),
        None => Ok(()),
    }
}

/// What someone said no to elsewhere is for someone above them.
fn above_the_noes(a: &Asking<'_>, exact: &Exact<'_>, least: Least) -> Result<Least, Denied> {
    let now = a.case.ground_of(&a.wish.assessment);
    let holds = |no: &&No| no.option == exact.option.id && Ground::is_held_by_a_no(no.source, now);
    // A role that the book has no more is above nobody.
    let stands = |no: &&No| a.ladder.height(&no.by.role).is_some();
    a.noes.iter().filter(holds).filter(stands).try_fold(least, |least, no| {
        let above = a.ladder.above(&no.by.role);
        let above = above.ok_or_else(|| Denied::NobodyAbove { role: no.by.role.clone() })?;
        Ok(a.ladder.higher(least, Least::Role(above.clone())))
    })
}

/// The lowest role that may, with what the case and the customer were given by now.
fn least(a: &Asking<'_>, exact: &Exact<'_>) -> Result<Least, Denied> {
    let least = match &exact.option.takes {
        Takes::Owed { .. } => may_pay(a, exact, a.ladder.lowest(|role| may_release(a.case, exact, role))),
        Takes::Leave { terms, guard, per_customer, .. } => {
            let granted = a.case.given(Right::Discretion, exact.cost.currency);
            loans_cover(&exact.option.loans, exact.cost, granted)?;
            // What costs nothing and hands nobody money takes no authority over money.
            let free = exact.cost.minor == 0 && exact.payout().is_none();
            let per_grant = a.ladder.lowest(|role| free || role.per_grant.covers(exact.cost, granted));
            let by_now = a.ladder.lowest_for_customer(|days| exceptions_in(a.customer, days));
            let all = [terms, guard, per_customer, &by_now].into_iter().cloned();
            may_pay(a, exact, all.fold(per_grant, |x, y| a.ladder.higher(x, y)))
        }
        Takes::Barred { .. } | Takes::Facts => Least::Nobody,
    };
    match least {
        Least::Nobody => Err(Denied::NobodyMay { option: exact.option.id.clone() }),
        least => above_the_noes(a, exact, least),
    }
}

/// Whether a role may release what is owed: by the larger of what leaves and what it costs.
fn may_release(case: &Case, exact: &Exact<'_>, role: &Role) -> bool {
    let amount = exact.amount.and_then(Amount::money);
    let mut figures = amount.into_iter().chain([exact.cost]);
    figures.clone().all(|figure| figure.minor == 0)
        || figures.all(|figure| role.per_owed.covers(figure, case.given(Right::Owed, figure.currency)))
}

/// A need, raised to whoever may let that money leave, and may act alone on what the option rests on.
fn may_pay(a: &Asking<'_>, exact: &Exact<'_>, need: Least) -> Least {
    let payout = exact.payout();
    let per_payout = payout.map_or(Least::None, |payout| {
        a.ladder.lowest(|role| role.per_payout.covers(payout, a.case.paid(payout.currency)))
    });
    let need = a.ladder.higher(need, per_payout);
    let need = if rests_on_unknown(a) { a.ladder.of_people(need) } else { need };
    match exact.option.weakest() {
        Source::System => need,
        weakest => {
            let given = |currency| {
                let costs = a.case.given(Right::Discretion, currency) + a.case.given(Right::Owed, currency);
                costs.max(a.case.paid(currency))
            };
            let covers = |role: &Role, figure: Money| role.trust.covers(weakest, figure, given(figure.currency));
            let may = |role: &Role| payout.into_iter().chain([exact.cost]).all(|figure| covers(role, figure));
            a.ladder.higher(need, a.ladder.lowest(may))
        }
    }
}

/// Whether the assessment was made before sources counted: what it rests on was kept nowhere.
fn rests_on_unknown(a: &Asking<'_>) -> bool {
    a.case.assessment(&a.wish.assessment).is_some_and(|kept| kept.frozen.format.is_none())
}

fn loans_cover(loans: &[LoanFrozen], cost: Money, granted: i128) -> Result<(), Denied> {
    let total = i128::from(cost.minor) + granted;
    let short = |loan: &&LoanFrozen| !Caps(loan.per_grant.clone()).limit(Some(cost.currency)).covers(total);
    match loans.iter().find(short) {
        Some(loan) => Err(Denied::LoanUsedUp { circumstance: loan.id.clone() }),
        None => Ok(()),
    }
}

/// How many exceptions lie within so many days, today counted; of someone unknown, all that there could be.
fn exceptions_in(customer: &Customer, days: u32) -> usize {
    if !customer.known {
        return usize::MAX;
    }
    let from = customer.today.plus_days(-i64::from(days)).unwrap_or(Date::MIN);
    customer.exceptions.iter().filter(|day| **day > from).count()
}

/// Whether someone may by themselves.
enum Theirs {
    Yes,
    Ask,
}

fn theirs(a: &Asking<'_>, least: &Least) -> Theirs {
    let agent_asks = a.by.is_agent() && !a.modes.iter().all(|mode| mode.lets_agents_grant());
    if !agent_asks && a.ladder.height(&a.by.role).is_some() && a.ladder.reaches(&a.by.role, least) {
        Theirs::Yes
    } else {
        Theirs::Ask
    }
}

/// Whoever said yes, when the yes is for exactly this and still holds.
fn approved<'a>(a: &Asking<'a>, exact: &Exact<'_>, id: &ApprovalId, least: &Least) -> Result<&'a Person, Denied> {
    let approval = a.case.approval(id).ok_or_else(|| Denied::Unknown { what: "question", id: id.to_string() })?;
    let ApprovalState::Given { by, of, until, .. } = &approval.state else {
        return Err(Denied::NotApproved { approval: id.clone() });
    };
    if *of != bound(a.wish, exact) {
        let (option, amount) = (of.option.clone(), amount_text(of.amount.as_ref()));
        return Err(Denied::ApprovedOther { approval: id.clone(), option, amount });
    }
    if *until < a.now {
        return Err(Denied::ApprovalEnded { approval: id.clone(), at: *until });
    }
    match least {
        Least::Role(role) if !a.ladder.reaches(&by.role, least) => Err(Denied::RoleTooLow { least: role.clone() }),
        _ => Ok(by),
    }
}

fn question(a: &Asking<'_>, exact: &Exact<'_>, least: Least) -> Result<Question, Denied> {
    match a.ladder.of_people(least) {
        Least::Role(least) => {
            let (of, look) = (bound(a.wish, exact), Look::First);
            Ok(Question { version: a.case.version, of, cost: exact.cost, least, look })
        }
        Least::None | Least::Nobody => Err(Denied::NobodyMay { option: exact.option.id.clone() }),
    }
}

/// The budgets after the grant, in the order of their keys.
fn charge(a: &Asking<'_>, exact: &Exact<'_>, authority: &Person) -> Result<Vec<Budget>, Denied> {
    let (amount, cost) = (exact.amount, exact.cost);
    let worth = exact.option.worth(amount, cost);
    let currencies = Currencies { cost: cost.currency, worth: worth.currency };
    let keys = charged(a.case, exact.option, (authority, a.by), currencies, a.customer.today);
    let after = |key: BudgetKey| {
        let found = a.budgets.iter().find(|b| *b.key() == key);
        let budget = found.ok_or_else(|| Denied::BudgetNotThere { key: key.clone() })?;
        let taken = key.taken(cost, Some(worth));
        budget.clone().within(own_limit(a.ladder, &key, authority)).reserve(taken)?;
        budget.reserve(taken)
    };
    keys.into_iter().map(after).collect()
}

/// What a role may grant in a day, for the budget of a person's day.
fn own_limit(ladder: &Ladder, key: &BudgetKey, authority: &Person) -> Option<i64> {
    if !is_own_day(key, authority) {
        return None;
    }
    let of = |role: &Role| if key.is_of_owed() { role.owed_per_day.clone() } else { role.per_day.clone() };
    match ladder.limits(&authority.role).map(|role| of(role).limit(Some(key.currency))) {
        Some(Limit::Without) => None,
        Some(Limit::UpTo(minor)) => Some(minor),
        Some(Limit::Nothing) | None => Some(0),
    }
}

fn is_own_day(key: &BudgetKey, person: &Person) -> bool {
    let (Holder::Person(id) | Holder::PersonOwed(id)) = &key.holder else { return false };
    matches!(key.period, Period::Day(_)) && *id == person.id
}

/// In which currency each figure is counted.
#[derive(Clone, Copy)]
struct Currencies {
    cost: Currency,
    worth: Currency,
}

/// What is owed is charged to the department at fault, and counts for whoever releases it; discretion to whoever says
/// yes, and to the case's team, the giver's and the business unless a department pays.
fn charged(
    case: &Case,
    option: &crate::assess::frozen::OptionFrozen,
    (authority, giver): (&Person, &Person),
    currencies: Currencies,
    today: Date,
) -> Vec<BudgetKey> {
    let person = Holder::Person(authority.id.clone());
    let department = option.charged_to.clone().map(Holder::Department);
    let (holders, owed) = match (&option.takes, department) {
        (Takes::Owed { .. }, department) => (department.into_iter().collect(), true),
        (_, Some(department)) => (vec![person, department], false),
        (_, None) => {
            let teams = [&case.team, &giver.team].map(|team| Holder::Team(team.clone()));
            ([person].into_iter().chain(teams).chain([Holder::Business]).collect(), false)
        }
    };
    let mut keys = keys_of(holders, currencies.cost, today);
    if owed {
        let holder = Holder::PersonOwed(authority.id.clone());
        keys.push(BudgetKey { holder, period: Period::day(today), currency: currencies.worth });
        keys.sort();
    }
    keys
}

fn keys_of(holders: Vec<Holder>, currency: Currency, today: Date) -> Vec<BudgetKey> {
    let periods = [Period::day(today), Period::month(today)];
    let both = |holder: Holder| periods.map(|period| BudgetKey { holder: holder.clone(), period, currency });
    let mut keys: Vec<BudgetKey> = holders.into_iter().flat_map(both).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// Every budget that a decision on a wish may touch, in the order in which rows are locked.
#[must_use]
pub fn budget_keys(case: &Case, wish: &Wish, by: &Person, today: Date) -> Vec<BudgetKey> {
    let option: Option<_> = case.assessment(&wish.assessment).and_then(|kept| kept.frozen.option(&wish.option));
    let Some((option, cost)) = option.and_then(|o| Some((o, o.cost?))) else { return Vec::new() };
    // Of an amount only its currency matters here, and an option has one.
    let worth = option.worth(option.amount.as_ref(), cost).currency;
    let currencies = Currencies { cost: cost.currency, worth };
    let approver = wish.approval.as_ref().and_then(|id| case.approval(id)).and_then(|a| match &a.state {
        ApprovalState::Given { by, .. } => Some(by),
        _ => None,
    });
    charged(case, option, (approver.unwrap_or(by), by), currencies, today)
}

/// Connectors do what both modes let them do.
fn fulfil(a: &Asking<'_>, cost: Money) -> Fulfil {
    let by_connector = |mode: &&Mode| mode.fulfil(cost) == Fulfil::ByConnector;
    if a.connected && a.modes.iter().all(by_connector) { Fulfil::ByConnector } else { Fulfil::ByHand }
}

fn bound(wish: &Wish, exact: &Exact<'_>) -> Bound {
    let amount: Option<Amount> = exact.amount.cloned();
    let option: OptionId = exact.option.id.clone();
    Bound { assessment: wish.assessment.clone(), option, amount }
}

fn plan(
    a: &Asking<'_>,
    exact: &Exact<'_>,
    authority: &Person,
    budgets: Vec<Budget>,
    (claims, ledgers): (Vec<Claim>, Vec<Ledger>),
) -> GrantPlan {
    let right = match exact.option.takes {
        Takes::Owed { .. } => Right::Owed,
        _ => Right::Discretion,
    };
    GrantPlan {
        version: a.case.version,
        of: bound(a.wish, exact),
        cost: exact.cost,
        worth: Some(exact.option.worth(exact.amount, exact.cost)).filter(|worth| *worth != exact.cost),
        right,
        authority: authority.clone(),
        approval: a.wish.approval.clone(),
        fulfil: fulfil(a, exact.cost),
        charged_to: exact.option.charged_to.clone(),
        claims,
        budgets,
        ledgers,
    }
}
