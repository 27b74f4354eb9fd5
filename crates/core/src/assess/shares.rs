//! One amount over several payments.

use serde_json::{Value, json};

use super::Assessment;
use super::outcome::{Fixed, PartOutcome};
use crate::book::check::paid_field;
use crate::book::rules::{One, Split};
use crate::money::{Currency, Money, split_in_order, split_proportional};
use crate::program::compile::shape;
use crate::program::run::Val;
use crate::program::show;
use crate::types::{RecordType, Type};

/// Who gets how much, in the order of the payments; empty for one payment.
pub(super) fn shares(a: &Assessment<'_>, one: &One, part: &PartOutcome) -> Vec<Value> {
    let (Some(how), Some(Fixed::Money(amount))) = (one.split, part.amount) else { return Vec::new() };
    let payments = payments(a, one);
    let paid: Vec<Money> =
        payments.iter().map(|(val, ty)| paid_with(a, *val, ty).unwrap_or(Money::new(0, amount.currency))).collect();
    let shared = match how {
        Split::InOrder => split_in_order(amount, &paid),
        Split::Proportional => split_proportional(amount, &paid),
    };
    let Ok(shared) = shared else { return Vec::new() };
    let share = |((val, ty), money): (&(Val, Type), Money)| {
        let to = show::value(a.machine, a.on(), *val, ty);
        json!({ "to": to, "amount": money.to_string() })
    };
    payments.iter().zip(shared).map(share).collect()
}

fn payments(a: &Assessment<'_>, one: &One) -> Vec<(Val, Type)> {
    let mut all = Vec::new();
    for (reg, ty) in &one.to {
        let val = a.machine.get(*reg);
        match ty {
            Type::List(l) if val.is_there() => {
                all.extend((0..val.len()).map(|i| (a.machine.peek(a.facts, val, i, shape(&l.of)), l.of.clone())));
            }
            _ => all.push((val, ty.clone())),
        }
    }
    all
}

/// What was paid with a payment.
fn paid_with(a: &Assessment<'_>, val: Val, ty: &Type) -> Option<Money> {
    let Type::Record(record) = ty else { return None };
    let record: &RecordType = record;
    let base = val.is_there().then(|| val.as_number().as_whole()).flatten()?;
    let cell = a.facts.cell(u32::try_from(base).ok()?.saturating_add(paid_field(record)?));
    let currency = Currency::from_index(cell.aux).filter(|_| cell.is_present())?;
    Some(Money::new(cell.v, currency))
}
