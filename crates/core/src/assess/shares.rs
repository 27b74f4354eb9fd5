//! One amount over several payments.

use super::Assessment;
use super::money::fix_money;
use super::outcome::{Fixed, PartOutcome};
use crate::book::check::paid_field;
use crate::book::rules::{One, Split};
use crate::json::Json;
use crate::money::{Currency, Money, split_after, split_in_order, split_proportional};
use crate::program::compile::shape;
use crate::program::run::Val;
use crate::program::show;
use crate::types::{RecordType, Type};

/// Writes who gets how much, in the order of the payments; nobody for one payment.
pub(super) fn write(json: &mut Json, a: &Assessment<'_>, one: &One, part: &PartOutcome) {
    json.list(shares(a, one, part), |json, ((val, ty), amount)| {
        json.object(|o| {
            o.always("to", |json| show::write(json, a.machine, a.on(), val, ty));
            o.with("amount", |json| json.shown(amount));
        });
    });
}

fn shares<'t>(a: &Assessment<'_>, one: &'t One, part: &PartOutcome) -> Vec<((Val, &'t Type), Money)> {
    let (Some(how), Some(Fixed::Money(amount))) = (one.split, part.amount) else { return Vec::new() };
    let payments = payments(a, one);
    let paid: Vec<Money> =
        payments.iter().map(|(val, ty)| paid_with(a, *val, ty).unwrap_or(Money::new(0, amount.currency))).collect();
    let refunded = one.refunded.and_then(|reg| fix_money(a.machine.get(reg), a.book));
    let shared = match how {
        Split::InOrder => split_after(refunded, amount, &paid, split_in_order),
        Split::Proportional => split_after(refunded, amount, &paid, split_proportional),
    };
    shared.map_or_else(|_| Vec::new(), |shared| payments.into_iter().zip(shared).collect())
}

/// The payments that an amount goes to.
pub(super) fn payments<'t>(a: &Assessment<'_>, one: &'t One) -> Vec<(Val, &'t Type)> {
    let mut all = Vec::new();
    for (reg, ty) in &one.to {
        let val = a.machine.get(*reg);
        match ty {
            Type::List(l) if val.is_there() => {
                all.extend((0..val.len()).map(|i| (a.machine.peek(a.facts, val, i, shape(&l.of)), &l.of)));
            }
            _ => all.push((val, ty)),
        }
    }
    all
}

/// What was paid with a payment.
pub(super) fn paid_with(a: &Assessment<'_>, val: Val, ty: &Type) -> Option<Money> {
    let Type::Record(record) = ty else { return None };
    let record: &RecordType = record;
    let base = val.is_there().then(|| val.as_number().as_whole()).flatten()?;
    let cell = a.facts.cell(u32::try_from(base).ok()?.saturating_add(paid_field(record)?));
    let currency = Currency::from_index(cell.aux).filter(|_| cell.is_present())?;
    Some(Money::new(cell.v, currency))
}

/// The id of a payment: its field `id`.
pub(super) fn id_of(a: &Assessment<'_>, val: Val, ty: &Type) -> Option<String> {
    let Type::Record(record) = ty else { return None };
    let field = record.fields.iter().find(|field| field.name == "id" && field.ty == Type::Text)?;
    let base = val.is_there().then(|| val.as_number().as_whole()).flatten()?;
    let cell = a.facts.cell(u32::try_from(base).ok()?.saturating_add(field.offset));
    cell.is_present().then(|| a.machine.text(a.on(), cell.v).to_owned())
}
