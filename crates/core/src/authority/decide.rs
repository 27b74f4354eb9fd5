//! The decision on one grant: given, to be approved, or denied.

use super::exact::{Exact, exact};
use super::{Bound, Budget, BudgetKey, Fulfil, Holder, Ladder, Mode, Period, Person, Wish};
use crate::assess::frozen::{Amount, Department, Least, LoanFrozen, Takes};
use crate::book::rules::{Caps, Limit};
use crate::case::{ApprovalState, Case, Look, Right, State};
use crate::denied::{Denied, amount_text};
use crate::ids::{ApprovalId, OptionId, RoleName};
use crate::money::{Currency, Money};
use crate::time::{Date, Time};

/// All that a decision reads.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The case.
    pub case: &'a Case,
    /// What would be given.
    pub wish: &'a Wish,
    /// By whom.
    pub by: &'a Person,
    /// When.
    pub now: Time,
    /// Roles and limits in force now.
    pub ladder: &'a Ladder,
    /// The mode of the case's team.
    pub mode: &'a Mode,
    /// Whether a connector is there for at least one thing of the option.
    pub connected: bool,
    /// What was bent for the customer before.
    pub customer: &'a Customer,
    /// Every budget of [`budget_keys`], as it is stored or new.
    pub budgets: &'a [Budget],
}

/// What was bent for a customer, on days of the book's zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The day it is now.
    pub today: Date,
    /// The day of every grant by discretion to this customer that was not released.
    pub exceptions: Vec<Date>,
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
    pub(crate) right: Right,
    pub(crate) authority: Person,
    pub(crate) approval: Option<ApprovalId>,
    pub(crate) fulfil: Fulfil,
    pub(crate) charged_to: Option<Department>,
    budgets: Vec<Budget>,
}

impl GrantPlan {
    /// The budgets it is taken from, as they are after it, in the order of their keys: to be saved with the case.
    #[must_use]
    pub fn budgets(&self) -> &[Budget] {
        &self.budgets
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
    let authority = match (&a.wish.approval, theirs(a, &least)) {
        (Some(id), _) => approved(a, &exact, id, &least)?,
        (None, own) => {
            not_refused(a.case, &exact)?;
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
        charged => Ok(Decision::Grant(plan(a, &exact, authority, charged?))),
    }
}

/// One assessment answers a request once; goodwill goes beside it, each once.
fn not_granted(a: &Asking<'_>, exact: &Exact<'_>) -> Result<(), Denied> {
    match a.case.given_since(&a.wish.assessment, exact.option) {
        Some(grant) => Err(Denied::AlreadyGranted { option: exact.option.id.clone(), grant: grant.id.clone() }),
        None => Ok(()),
    }
}

/// A no to an option covers it at the same cost and above.
fn not_refused(case: &Case, exact: &Exact<'_>) -> Result<(), Denied> {
    match case.refusal_of(&exact.option.id, exact.cost) {
        Some(by) => Err(Denied::SaidNo { option: exact.option.id.clone(), by: by.id.clone() }),
        None => Ok(()),
    }
}

/// The lowest role that may, with what the case and the customer were given by now.
fn least(a: &Asking<'_>, exact: &Exact<'_>) -> Result<Least, Denied> {
    let least = match &exact.option.takes {
        Takes::Owed { .. } => {
            let released = a.case.given(Right::Owed, exact.cost.currency);
            a.ladder.lowest(exact.cost, released, |role| role.per_owed.limit(Some(exact.cost.currency)))
        }
        Takes::Leave { terms, guard, per_customer, .. } => {
            let granted = a.case.given(Right::Discretion, exact.cost.currency);
            loans_cover(&exact.option.loans, exact.cost, granted)?;
            let currency = Some(exact.cost.currency);
            let per_grant = a.ladder.lowest(exact.cost, granted, |role| role.per_grant.limit(currency));
            let by_now = a.ladder.lowest_for_customer(|days| exceptions_in(a.customer, days));
            [terms, guard, per_customer, &by_now].into_iter().cloned().fold(per_grant, |x, y| a.ladder.higher(x, y))
        }
        Takes::Barred { .. } | Takes::Facts => Least::Nobody,
    };
    match least {
        Least::Nobody => Err(Denied::NobodyMay { option: exact.option.id.clone() }),
        least => Ok(least),
    }
}

fn loans_cover(loans: &[LoanFrozen], cost: Money, granted: i128) -> Result<(), Denied> {
    let total = i128::from(cost.minor) + granted;
    let short = |loan: &&LoanFrozen| !Caps(loan.per_grant.clone()).limit(Some(cost.currency)).covers(total);
    match loans.iter().find(short) {
        Some(loan) => Err(Denied::LoanUsedUp { circumstance: loan.id.clone() }),
        None => Ok(()),
    }
}

/// How many exceptions lie within so many days, today counted.
fn exceptions_in(customer: &Customer, days: u32) -> usize {
    let from = customer.today.plus_days(-i64::from(days)).unwrap_or(Date::MIN);
    customer.exceptions.iter().filter(|day| **day > from).count()
}

/// Whether someone may by themselves.
enum Theirs {
    Yes,
    Ask,
}

fn theirs(a: &Asking<'_>, least: &Least) -> Theirs {
    let agent_asks = a.by.is_agent() && !a.mode.lets_agents_grant();
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
    let keys = charged(a.case, exact.option, authority, exact.cost.currency, a.customer.today);
    let after = |key: BudgetKey| {
        let found = a.budgets.iter().find(|b| *b.key() == key);
        let budget = found.ok_or_else(|| Denied::BudgetNotThere { key: key.clone() })?;
        budget.clone().within(own_limit(a.ladder, &key, authority)).reserve(exact.cost)?;
        budget.reserve(exact.cost)
    };
    keys.into_iter().map(after).collect()
}

/// What a role may grant in a day, for the budget of a person's day.
fn own_limit(ladder: &Ladder, key: &BudgetKey, authority: &Person) -> Option<i64> {
    if !is_own_day(key, authority) {
        return None;
    }
    match ladder.limits(&authority.role).map(|role| role.per_day.limit(Some(key.currency))) {
        Some(Limit::Without) => None,
        Some(Limit::UpTo(minor)) => Some(minor),
        Some(Limit::Nothing) | None => Some(0),
    }
}

fn is_own_day(key: &BudgetKey, person: &Person) -> bool {
    matches!((&key.holder, key.period), (Holder::Person(id), Period::Day(_)) if *id == person.id)
}

/// What is owed is charged to the department at fault alone; discretion to whoever says yes, and to the team and the
/// business unless a department pays.
fn charged(
    case: &Case,
    option: &crate::assess::frozen::OptionFrozen,
    authority: &Person,
    currency: Currency,
    today: Date,
) -> Vec<BudgetKey> {
    let person = Holder::Person(authority.id.clone());
    let department = option.charged_to.clone().map(Holder::Department);
    let holders = match (&option.takes, department) {
        (Takes::Owed { .. }, department) => department.into_iter().collect(),
        (_, Some(department)) => vec![person, department],
        (_, None) => vec![person, Holder::Team(case.team.clone()), Holder::Business],
    };
    keys_of(holders, currency, today)
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
    let Some((option, currency)) = option.and_then(|o| Some((o, o.cost?.currency))) else { return Vec::new() };
    let approver = wish.approval.as_ref().and_then(|id| case.approval(id)).and_then(|a| match &a.state {
        ApprovalState::Given { by, .. } => Some(by),
        _ => None,
    });
    charged(case, option, approver.unwrap_or(by), currency, today)
}

fn bound(wish: &Wish, exact: &Exact<'_>) -> Bound {
    let amount: Option<Amount> = exact.amount.cloned();
    let option: OptionId = exact.option.id.clone();
    Bound { assessment: wish.assessment.clone(), option, amount }
}

fn plan(a: &Asking<'_>, exact: &Exact<'_>, authority: &Person, budgets: Vec<Budget>) -> GrantPlan {
    let right = match exact.option.takes {
        Takes::Owed { .. } => Right::Owed,
        _ => Right::Discretion,
    };
    GrantPlan {
        version: a.case.version,
        of: bound(a.wish, exact),
        cost: exact.cost,
        right,
        authority: authority.clone(),
        approval: a.wish.approval.clone(),
        fulfil: if a.connected { a.mode.fulfil(exact.cost) } else { Fulfil::ByHand },
        charged_to: exact.option.charged_to.clone(),
        budgets,
    }
}
