//! Values while a program runs.

use super::op::Shape;
use crate::money::Currency;
use crate::number::Number;
use crate::value::{Cell, Why};

/// A value while a program runs: what [`crate::value`] says, and why it is missing if it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Val {
    pub(super) n: i128,
    pub(super) d: u64,
    /// Currency, or how a list lies.
    pub aux: u32,
    /// 0 when the value is there; else one more than an index into the machine's reasons.
    pub why: Why,
}

/// Currency of the sum of no amounts: goes with every currency.
pub const NEUTRAL: u32 = u32::MAX;
/// Beside the currency of no money that is written out, such as `usd(0)`: it goes with every currency, too.
const OF_ALL: u32 = 1 << 16;
/// `aux` of a list that lies in the machine; in the document it is the width of a row, at least 1.
pub(super) const IN_MACHINE: u32 = 0;

impl Val {
    /// Zero, or no.
    pub const ZERO: Self = Self::whole(0);

    /// No money, of every currency.
    pub const ZERO_MONEY: Self = Self { n: 0, d: 1, aux: NEUTRAL, why: 0 };

    /// A whole number.
    #[must_use]
    pub const fn whole(n: i128) -> Self {
        Self { n, d: 1, aux: 0, why: 0 }
    }

    /// A fraction.
    #[must_use]
    pub const fn number(x: Number) -> Self {
        Self { n: x.n(), d: x.d(), aux: 0, why: 0 }
    }

    /// An amount in minor units.
    #[must_use]
    pub fn money(x: Number, currency: Currency) -> Self {
        Self { aux: currency.index(), ..Self::number(x) }
    }

    /// An amount that is written out. Nothing is nothing in every currency, and shown in the one it is written in.
    #[must_use]
    pub fn written(x: Number, currency: Currency) -> Self {
        let all = if x.signum() == 0 { OF_ALL } else { 0 };
        Self { aux: currency.index() | all, ..Self::number(x) }
    }

    /// Yes or no.
    #[must_use]
    pub const fn yes_no(yes: bool) -> Self {
        Self::whole(if yes { 1 } else { 0 })
    }

    /// A value that is missing.
    #[must_use]
    pub const fn missing(why: Why) -> Self {
        Self { n: 0, d: 1, aux: 0, why }
    }

    /// The same number in this currency; what is missing stays missing.
    #[must_use]
    pub(super) const fn in_currency(self, aux: u32) -> Self {
        Self { aux, ..self }
    }

    /// Whether there is a value.
    #[must_use]
    pub const fn is_there(self) -> bool {
        self.why == 0
    }

    /// The number.
    #[must_use]
    pub const fn as_number(self) -> Number {
        Number::from_lowest_terms(self.n, self.d)
    }

    /// Number and currency of a whole number in 64 bits.
    #[inline]
    #[must_use]
    pub fn as_plain(self) -> Option<(i64, u32)> {
        if self.d == 1 && self.why == 0 { i64::try_from(self.n).ok().map(|n| (n, self.aux)) } else { None }
    }

    /// Yes or no.
    #[must_use]
    pub const fn is_yes(self) -> bool {
        self.n != 0
    }

    /// Yes, no, or missing.
    #[must_use]
    pub const fn truth(self) -> Option<bool> {
        if self.why == 0 { Some(self.n != 0) } else { None }
    }

    /// The currency of an amount; none for the sum of no amounts.
    #[must_use]
    pub fn currency(self) -> Option<Currency> {
        Currency::from_index(self.aux & !OF_ALL)
    }

    /// Whether two amounts may meet: they are of one currency, or one of them is nothing in every currency.
    #[must_use]
    pub fn goes_with(self, other: Self) -> bool {
        common_currency(self, other).is_some()
    }

    pub(super) const fn list(first: usize, len: usize, aux: u32) -> Self {
        Self { n: first as i128, d: len as u64, aux, why: 0 }
    }

    /// Number of rows of a list.
    #[must_use]
    pub fn len(self) -> usize {
        usize::try_from(self.d).unwrap_or(usize::MAX)
    }

    /// Whether a list has no rows.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.d == 0
    }

    pub(super) fn first(self) -> usize {
        usize::try_from(self.n).unwrap_or(usize::MAX)
    }
}

/// Whether an amount of this currency goes with every other.
#[must_use]
pub const fn is_of_all(aux: u32) -> bool {
    aux & OF_ALL != 0
}

/// The currency of two amounts that may meet.
pub(super) const fn common_currency(a: Val, b: Val) -> Option<u32> {
    match (a.aux, b.aux) {
        (NEUTRAL, other) | (other, NEUTRAL) => Some(other),
        (x, y) if x == y || is_of_all(y) => Some(x),
        (x, y) if is_of_all(x) => Some(y),
        _ => None,
    }
}

/// The value a cell holds.
#[inline]
#[must_use]
pub fn value_of(held: Cell, cell: u32, shape: Shape) -> Val {
    match shape {
        Shape::Plain => Val { n: i128::from(held.v), d: 1, aux: held.aux, why: 0 },
        Shape::Fraction => fraction(held),
        Shape::Record => Val::whole(i128::from(cell)),
        Shape::Rows(width) => {
            let first = usize::try_from(held.v).unwrap_or(usize::MAX);
            Val::list(first, held.aux as usize, u32::from(width))
        }
    }
}

fn fraction(held: Cell) -> Val {
    let scale = 10_i128.checked_pow(held.aux).unwrap_or(1);
    Number::ratio(i128::from(held.v), scale).map_or(Val::ZERO, Val::number)
}
