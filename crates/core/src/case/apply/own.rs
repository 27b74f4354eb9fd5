//! A remedy of someone's own for one case: it says all that leaves, and names nobody whom the case does not know.

use serde_json::Value;

use crate::assess::frozen::{Amount, Department, Frozen, OptionFrozen, OptionGroup, PartFrozen};
use crate::book::model::REMEDY_KINDS;
use crate::denied::Denied;
use crate::money::{Currency, Money};
use crate::payout::pays_out;

/// Whether a remedy says what it is: kinds that there are, amounts and costs in one currency that add up, a department
/// that there is, and no payee but those of the facts.
///
/// # Errors
/// A denial that says what is wrong.
pub(super) fn must_add_up(option: &OptionFrozen, kept: &Frozen, departments: &[Department]) -> Result<(), Denied> {
    if option.parts.is_empty() {
        return Err(not_whole("name each thing that the customer gets as a part, with its kind"));
    }
    let cost = option.cost.ok_or_else(|| not_whole("say what it costs"))?;
    if !currencies(kept).any(|known| known == cost.currency) {
        return Err(not_whole("use the currency of the assessment"));
    }
    for part in &option.parts {
        is_a_kind(part)?;
        is_worth_it(part, cost.currency)?;
        goes_to_the_customer(part, kept)?;
    }
    amounts_add_up(option)?;
    costs_add_up(option, cost)?;
    match &option.charged_to {
        Some(department) if !departments.contains(department) => {
            Err(Denied::NoSuchDepartment { department: department.clone() })
        }
        _ => Ok(()),
    }
}

const fn not_whole(why: &'static str) -> Denied {
    Denied::NotWhole { why }
}

/// The currencies that an assessment speaks of.
fn currencies(kept: &Frozen) -> impl Iterator<Item = Currency> {
    let written = |option: &&OptionFrozen| option.group != OptionGroup::Bespoke;
    let given = kept.granted.into_iter().chain(kept.released);
    given.chain(kept.options.iter().filter(written).filter_map(|option| option.cost)).map(|money| money.currency)
}

/// A kind by another spelling would pass the nevers by.
fn is_a_kind(part: &PartFrozen) -> Result<(), Denied> {
    match part.kind.as_deref() {
        Some(kind) if REMEDY_KINDS.contains(&kind) => Ok(()),
        kind => Err(Denied::NoSuchKind { kind: kind.unwrap_or("none").to_owned() }),
    }
}

/// What a part gives is above zero, in the one currency, and costs at least the money that leaves by it.
fn is_worth_it(part: &PartFrozen, currency: Currency) -> Result<(), Denied> {
    let cost = part.cost.ok_or_else(|| not_whole("say what each part costs"))?;
    if cost.minor < 0 {
        return Err(Denied::BelowZero);
    }
    let pays = part.kind.as_deref().is_none_or(pays_out);
    let money = part.amount.as_ref().and_then(Amount::money);
    if [Some(cost), money].into_iter().flatten().any(|money| money.currency != currency) {
        return Err(not_whole("use one currency for all of it"));
    }
    match money {
        Some(money) if money.minor <= 0 => Err(not_whole("each amount is above zero")),
        Some(money) if pays && cost.minor < money.minor => Err(not_whole("it costs at least the money that leaves")),
        None if pays && !is_a_share(part) => Err(not_whole("say how much money each part pays")),
        _ => Ok(()),
    }
}

/// Whether it is a code for a share of a purchase to come, which pays out nothing by itself.
fn is_a_share(part: &PartFrozen) -> bool {
    let Some(Amount::Other(text)) = &part.amount else { return false };
    let share = text.strip_suffix('%').and_then(|digits| digits.parse::<u8>().ok());
    part.kind.as_deref() == Some("promo_code") && share.is_some_and(|share| (1..=100).contains(&share))
}

/// The payee is one that the assessment read from the facts of the case, as it read it, and nothing else is told along.
fn goes_to_the_customer(part: &PartFrozen, kept: &Frozen) -> Result<(), Denied> {
    let told = match &part.with {
        Value::Null => return Ok(()),
        Value::Object(told) => told,
        _ => return Err(Denied::OtherPayee),
    };
    let known: Vec<&Value> = kept
        .options
        .iter()
        .filter(|option| option.group != OptionGroup::Bespoke)
        .flat_map(|option| &option.parts)
        .filter_map(|part| part.with.get("to")?.as_array())
        .flatten()
        .collect();
    let fits = |(name, value): (&String, &Value)| match name.as_str() {
        "kind" => value.as_str() == part.kind.as_deref(),
        "to" => value.as_array().is_some_and(|to| to.iter().all(|payee| known.contains(&payee))),
        _ => false,
    };
    if told.iter().all(fits) { Ok(()) } else { Err(Denied::OtherPayee) }
}

fn amounts_add_up(option: &OptionFrozen) -> Result<(), Denied> {
    let wrong = || Err(not_whole("its amount is that of its parts together"));
    if let [only] = option.parts.as_slice() {
        return if option.amount == only.amount { Ok(()) } else { wrong() };
    }
    let money = |amount: Option<&Amount>| amount.and_then(Amount::money);
    let parts: Vec<Money> = option.parts.iter().filter_map(|part| money(part.amount.as_ref())).collect();
    let total: i128 = parts.iter().map(|money| i128::from(money.minor)).sum();
    match &option.amount {
        None if parts.is_empty() => Ok(()),
        Some(Amount::Money(whole)) => {
            let adds_up = parts.first().is_some_and(|part| part.currency == whole.currency);
            if adds_up && i128::from(whole.minor) == total { Ok(()) } else { wrong() }
        }
        _ => wrong(),
    }
}

fn costs_add_up(option: &OptionFrozen, cost: Money) -> Result<(), Denied> {
    let total: i128 = option.parts.iter().filter_map(|part| part.cost).map(|money| i128::from(money.minor)).sum();
    if total == i128::from(cost.minor) { Ok(()) } else { Err(not_whole("its cost is that of its parts together")) }
}
