//! One amount over several payments.

use super::Assessment;
use super::money::fix_money;
use super::outcome::{Fixed, PartOutcome};
use crate::book::check::{back_field, left_field, paid_field};
use crate::book::rules::{Book, One, Split};
use crate::facts::Facts;
use crate::json::Json;
use crate::money::{Currency, Money, SplitError, Told, split_in_order, split_proportional, split_told};
use crate::program::compile::shape;
use crate::program::run::{Failure, Machine, Reason, Val};
use crate::program::show;
use crate::types::{RecordType, Type};
use crate::value::{ABSENT, Why};

/// What an item of a list carries that is not there, and of which nobody noted why.
const NO_REASON: Why = Why::MAX;

/// Why nothing says who gets how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unshared {
    /// A value that is missing already carries why.
    Why(Why),
    /// Nothing stands in this cell.
    Cell(u32),
    /// It cannot be shared so.
    Failed(Failure),
}

impl Unshared {
    /// The reason, for a part that is worked out at this instruction.
    pub(super) const fn reason(self, at: u32) -> Result<Reason, Why> {
        match self {
            Self::Why(why) => Err(why),
            Self::Cell(cell) => Ok(Reason::Cell(cell)),
            Self::Failed(failure) => Ok(Reason::Failed(at, failure)),
        }
    }
}

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
    let Some(Fixed::Money(amount)) = part.amount else { return Vec::new() };
    let shared = share(a.machine, a.facts, a.book, one, amount);
    shared.map_or_else(|_| Vec::new(), |shared| payments(a.machine, a.facts, one).into_iter().zip(shared).collect())
}

/// What each payment gets of an amount; nothing for one that is not split.
///
/// # Errors
/// Why it cannot be shared: a payment that does not say what was paid with it, or one of [`SplitError`].
pub(super) fn share(
    m: &Machine,
    facts: &Facts<'_>,
    book: &Book,
    one: &One,
    amount: Money,
) -> Result<Vec<Money>, Unshared> {
    let Some(how) = one.split else { return Ok(Vec::new()) };
    let payments = payments(m, facts, one);
    let told: Vec<Told> = payments.iter().map(|(val, ty)| told(facts, *val, ty)).collect::<Result<_, _>>()?;
    all_or_none_say_what_is_left(facts, &payments, &told)?;
    let refunded = one.refunded.and_then(|reg| fix_money(m.get(reg), book));
    let shared = match how {
        Split::InOrder => split_told(refunded, amount, &told, split_in_order),
        Split::Proportional => split_told(refunded, amount, &told, split_proportional),
    };
    shared.map_err(|e| Unshared::Failed(failure(e)))
}

const fn failure(e: SplitError) -> Failure {
    match e {
        SplitError::NothingToSplitOver => Failure::NoPayment,
        SplitError::BelowZero => Failure::PaymentBelowZero,
        SplitError::TwoCurrencies => Failure::TwoCurrencies,
        SplitError::MoreThanPaid => Failure::MoreThanPayments,
        SplitError::LeftAbovePaid => Failure::LeftAbovePaid,
    }
}

/// The payments that an amount goes to.
pub(super) fn payments<'t>(m: &Machine, facts: &Facts<'_>, one: &'t One) -> Vec<(Val, &'t Type)> {
    let mut all = Vec::new();
    for (reg, ty) in &one.to {
        let val = m.get(*reg);
        match ty {
            Type::List(l) if val.is_there() => {
                all.extend((0..val.len()).map(|i| (m.peek(facts, val, i, shape(&l.of)), &l.of)));
            }
            _ => all.push((val, ty)),
        }
    }
    all
}

/// What a payment says of itself.
pub(super) fn told(facts: &Facts<'_>, val: Val, ty: &Type) -> Result<Told, Unshared> {
    let nothing = Unshared::Failed(Failure::NoPayment);
    if !val.is_there() {
        return Err(if val.why == NO_REASON { nothing } else { Unshared::Why(val.why) });
    }
    let (Type::Record(record), Some(base)) = (ty, base(val)) else { return Err(nothing) };
    let cell = base.saturating_add(paid_field(record).ok_or(nothing)?);
    let paid = money_at(facts, cell).ok_or(Unshared::Cell(cell))?;
    Ok(Told { paid, left: left(facts, base, record, paid)? })
}

/// What is left of a payment, where its record says so: `left` itself, or what was paid less what was `refunded`.
fn left(facts: &Facts<'_>, base: u32, record: &RecordType, paid: Money) -> Result<Option<Money>, Unshared> {
    let at = |offset: Option<u32>| offset.and_then(|offset| money_at(facts, base.saturating_add(offset)));
    if let Some(left) = at(left_field(record)) {
        return Ok(Some(left));
    }
    let Some(back) = at(back_field(record)) else { return Ok(None) };
    if back.minor < 0 {
        return Err(Unshared::Failed(Failure::GivenBackBelowZero));
    }
    if back.currency != paid.currency {
        return Err(Unshared::Failed(Failure::TwoCurrencies));
    }
    Ok(Some(Money { minor: paid.minor.saturating_sub(back.minor), ..paid }))
}

/// Where one payment says what is left of it, and another could and does not, nobody knows what is left of that one.
fn all_or_none_say_what_is_left(facts: &Facts<'_>, payments: &[(Val, &Type)], told: &[Told]) -> Result<(), Unshared> {
    let some = told.iter().any(|told| told.left.is_some());
    for ((val, ty), told) in payments.iter().zip(told) {
        let Type::Record(record) = ty else { continue };
        let unsaid = told.left.is_none().then_some(()).and_then(|()| base(*val));
        let fields = [left_field(record), back_field(record)];
        let required = |offset: u32| record.fields.iter().any(|f| f.offset == offset && !f.optional);
        let Some(base) = unsaid else { continue };
        if let Some(offset) = fields.into_iter().flatten().find(|offset| {
            let cell = facts.cell(base.saturating_add(*offset));
            some || required(*offset) || cell.state != ABSENT
        }) {
            return Err(Unshared::Cell(base.saturating_add(offset)));
        }
    }
    Ok(())
}

fn base(val: Val) -> Option<u32> {
    let base = val.is_there().then(|| val.as_number().as_whole()).flatten()?;
    u32::try_from(base).ok()
}

fn money_at(facts: &Facts<'_>, cell: u32) -> Option<Money> {
    let cell = facts.cell(cell);
    let currency = Currency::from_index(cell.aux).filter(|_| cell.is_present())?;
    Some(Money::new(cell.v, currency))
}

/// The id of a payment: its field `id`.
pub(super) fn id_of(a: &Assessment<'_>, val: Val, ty: &Type) -> Option<String> {
    let Type::Record(record) = ty else { return None };
    let field = record.fields.iter().find(|field| field.name == "id" && field.ty == Type::Text)?;
    let cell = a.facts.cell(base(val)?.saturating_add(field.offset));
    cell.is_present().then(|| a.machine.text(a.on(), cell.v).to_owned())
}
