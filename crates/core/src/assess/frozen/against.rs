//! What a part of an option is paid out against: the purchase, what was paid for it, and what was given back.

use serde::{Deserialize, Serialize};

use super::super::{Assessment, shares};
use super::Fixed;
use crate::assess::outcome::PartOutcome;
use crate::book::rules::{One, Operand, Split};
use crate::facts::Source;
use crate::money::{Money, Told, split_in_order, split_proportional, split_told};
use crate::program::run::{Val, value_of};

/// What a part is paid out against, as the facts say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Against {
    /// The id of what was paid for, as told; none where the facts do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase: Option<String>,
    /// What was paid, where the remedy says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Money>,
    /// What was already given back of it, where the remedy says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded: Option<Money>,
    /// How surely both are known: the weakest source of the facts behind them.
    #[serde(with = "word")]
    pub source: Source,
    /// The payments that share it, where what was paid with each is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<PaymentFrozen>,
    /// How they share it; none for a single payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<SplitFrozen>,
}

/// One payment of a purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentFrozen {
    /// Its id.
    pub id: String,
    /// What was paid with it.
    pub paid: Money,
    /// What is left of it, where the facts say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Money>,
}

/// How several payments share an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitFrozen {
    /// The first up to what it paid, then the next.
    InOrder,
    /// By what each paid.
    Proportional,
}

impl Against {
    /// What goes back to each payment of an amount, in their order; none where it cannot be shared so.
    #[must_use]
    pub fn shares(&self, amount: Money) -> Option<Vec<Money>> {
        let told: Vec<Told> = self.payments.iter().map(|one| Told { paid: one.paid, left: one.left }).collect();
        match (self.split, told.as_slice()) {
            (_, []) => None,
            (None, _) => Some(vec![amount]),
            (Some(SplitFrozen::InOrder), told) => split_told(self.refunded, amount, told, split_in_order).ok(),
            (Some(SplitFrozen::Proportional), told) => split_told(self.refunded, amount, told, split_proportional).ok(),
        }
    }

    /// What a part of an assessment is paid out against; none where it counts against nothing.
    pub(super) fn of(a: &Assessment<'_>, one: &One, part: &PartOutcome) -> Option<Self> {
        let purchase = text(a, one.against?);
        let money = |reg| super::super::money::fix_money(a.machine.get(reg), a.book);
        let given = |cell: &&u32| a.facts.cell(**cell).is_present();
        let source = one.paid_reads.iter().filter(given).map(|cell| a.facts.source(*cell)).min();
        let payments = payments(a, one, part);
        Some(Self {
            purchase,
            of: one.of.and_then(money),
            refunded: one.refunded.and_then(money),
            source: source.unwrap_or(Source::System),
            split: one.split.filter(|_| !payments.is_empty()).map(|split| match split {
                Split::InOrder => SplitFrozen::InOrder,
                Split::Proportional => SplitFrozen::Proportional,
            }),
            payments,
        })
    }
}

/// The text of an operand that has one.
fn text(a: &Assessment<'_>, operand: Operand) -> Option<String> {
    let val = match operand {
        Operand::Reg(reg) => a.machine.get(reg),
        Operand::Const(val) => val,
        Operand::Cell(cell, shape) => {
            let held = a.facts.cell(cell);
            if held.is_present() { value_of(held, cell, shape) } else { Val::missing(u32::MAX) }
        }
    };
    let id = val.is_there().then(|| val.as_number().as_whole()).flatten()?;
    Some(a.machine.text(a.on(), i64::try_from(id).ok()?).to_owned())
}

/// The payments that say what was paid with them; none where one of several does not, since then nothing is shared.
fn payments(a: &Assessment<'_>, one: &One, part: &PartOutcome) -> Vec<PaymentFrozen> {
    if !matches!(part.amount, Some(Fixed::Money(_))) {
        return Vec::new();
    }
    let all = shares::payments(a.machine, a.facts, one);
    let payment = |(val, ty): &(Val, &crate::types::Type)| {
        let Told { paid, left } = shares::told(a.facts, *val, ty).ok()?;
        Some(PaymentFrozen { id: shares::id_of(a, *val, ty)?, paid, left })
    };
    let known: Vec<PaymentFrozen> = all.iter().filter_map(payment).collect();
    if known.len() == all.len() { known } else { Vec::new() }
}

/// A source as its word.
mod word {
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    use crate::facts::Source;

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
    pub fn serialize<S: Serializer>(source: &Source, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(source.word())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Source, D::Error> {
        let word = String::deserialize(from)?;
        Source::parse(&word).ok_or_else(|| de::Error::custom(format!("`{word}` is no source")))
    }
}
