//! Amounts and costs: rounded once, added up, held against what was paid and what was already given.

use super::outcome::{Fixed, PartOutcome};
use crate::book::rules::Book;
use crate::facts::Facts;
use crate::money::{Currency, Money};
use crate::program::run::{Failure, Machine, Reason, Val};
use crate::value::Why;

/// An amount as it is fixed: money in whole minor units, other numbers as they are.
pub(super) fn fix(v: Val, is_money: bool, book: &Book) -> Option<Fixed> {
    if is_money {
        return fix_money(v, book).map(Fixed::Money);
    }
    v.is_there().then(|| Fixed::Number(v.as_number()))
}

/// An amount of money in whole minor units; the sum of no amounts is in the book's currency.
pub(super) fn fix_money(v: Val, book: &Book) -> Option<Money> {
    if !v.is_there() {
        return None;
    }
    Money::rounded(v.as_number(), v.currency().unwrap_or(book.currency), book.rounding)
}

/// Whether an amount is no more than what was paid less what was given back of it.
pub(super) fn within_rest(amount: Option<Fixed>, of: Val, refunded: Val) -> bool {
    let Some(Fixed::Money(amount)) = amount else { return true };
    let rest = of.as_number().sub(refunded.as_number());
    rest.is_some_and(|rest| amount.number() <= rest)
}

/// Whether an amount can be held against what was paid and given back: all three are of one currency.
pub(super) fn goes_with(amount: Fixed, of: Val, refunded: Val) -> bool {
    let Fixed::Money(amount) = amount else { return true };
    let amount = Val::written(amount.number(), amount.currency);
    of.goes_with(refunded) && amount.goes_with(of) && amount.goes_with(refunded)
}

/// What this case already took, by the cell that says so, in this currency; 0 in another.
pub(super) fn already(facts: &Facts<'_>, currency: Currency, cell: u32) -> i128 {
    let cell = facts.cell(cell);
    if cell.is_present() && cell.aux == currency.index() { i128::from(cell.v) } else { 0 }
}

/// A cost with what this case already took.
pub(super) fn with_already(facts: &Facts<'_>, cost: Money, cell: u32) -> i128 {
    i128::from(cost.minor) + already(facts, cost.currency, cell)
}

/// Amounts and costs of an option's parts added up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sum {
    pub amount: Option<Fixed>,
    pub most: Option<Fixed>,
    pub cost: Option<Money>,
    pub why: Why,
}

impl Sum {
    /// `lacks_amount`: whether the amount of a part is missing, and not just none.
    pub(super) fn of(m: &mut Machine, parts: &[PartOutcome], lacks_amount: impl Fn(&PartOutcome) -> bool) -> Self {
        let why = parts.iter().fold(0, |why, p| m.both(why, p.why));
        if let [only] = parts {
            return Self { amount: only.amount, most: only.most, cost: only.cost, why };
        }
        let amounts = parts.iter().filter_map(|p| match p.amount {
            Some(Fixed::Money(m)) => Some(m),
            _ => None,
        });
        let amount = if parts.iter().any(lacks_amount) { None } else { add(amounts).ok().flatten().map(Fixed::Money) };
        let all_known = parts.iter().all(|p| p.cost.is_some());
        let cost = if all_known { add(parts.iter().filter_map(|p| p.cost)) } else { Ok(None) };
        let why = match cost {
            Err(failure) if why == 0 => m.note(Reason::Failed(u32::MAX, failure)),
            Ok(None) if why == 0 => two_currencies(m),
            _ => why,
        };
        Self { amount, most: None, cost: cost.ok().flatten(), why }
    }
}

/// Notes that two currencies do not mix.
pub(super) fn two_currencies(m: &mut Machine) -> Why {
    m.note(Reason::Failed(u32::MAX, Failure::TwoCurrencies))
}

/// The sum of amounts of one currency, none of no amounts; zeros go with every currency.
fn add(mut amounts: impl Iterator<Item = Money>) -> Result<Option<Money>, Failure> {
    amounts.try_fold(None, |sum: Option<Money>, next| {
        Ok(Some(match sum {
            None => next,
            Some(so_far) if next.minor == 0 => so_far,
            Some(so_far) if so_far.minor == 0 => next,
            Some(so_far) if so_far.currency != next.currency => return Err(Failure::TwoCurrencies),
            Some(so_far) => so_far.plus(next).ok_or(Failure::Overflow)?,
        }))
    })
}
