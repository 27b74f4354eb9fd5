//! Stretches of the number line.

use crate::number::Number;
use crate::types::Bounds;

/// All numbers from `lo` to `hi`, both included; an end that is none is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::book::check) struct Interval {
    pub lo: Option<Number>,
    pub hi: Option<Number>,
}

/// An end of an interval on the extended line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Below,
    At(Number),
    Above,
}

impl Interval {
    pub const ANY: Self = Self { lo: None, hi: None };
    pub const ZERO: Self = Self::point(Number::ZERO);
    pub const ONE: Self = Self::point(Number::ONE);
    /// Zero to one.
    pub const SHARE: Self = Self { lo: Some(Number::ZERO), hi: Some(Number::ONE) };
    pub const NOT_BELOW_ZERO: Self = Self { lo: Some(Number::ZERO), hi: None };
    pub const NOT_ABOVE_ZERO: Self = Self { lo: None, hi: Some(Number::ZERO) };

    pub const fn point(n: Number) -> Self {
        Self { lo: Some(n), hi: Some(n) }
    }

    pub const fn whole(lo: i128, hi: i128) -> Self {
        Self { lo: Some(Number::whole(lo)), hi: Some(Number::whole(hi)) }
    }

    pub fn of(bounds: &Bounds) -> Self {
        Self { lo: bounds.min, hi: bounds.max }
    }

    /// The number, when there is but one.
    pub fn as_point(self) -> Option<Number> {
        self.lo.filter(|lo| self.hi == Some(*lo))
    }

    pub fn is_not_below_zero(self) -> bool {
        self.lo.is_some_and(|lo| lo >= Number::ZERO)
    }

    pub fn is_not_above_zero(self) -> bool {
        self.hi.is_some_and(|hi| hi <= Number::ZERO)
    }

    pub fn add(self, other: Self) -> Self {
        let end = |x: Option<Number>, y: Option<Number>| x?.add(y?);
        Self { lo: end(self.lo, other.lo), hi: end(self.hi, other.hi) }
    }

    /// All products of a number of one and a number of the other.
    pub fn mul(self, other: Self) -> Self {
        let mut products = [End::At(Number::ZERO); 4];
        let pairs = [
            (self.low(), other.low()),
            (self.low(), other.high()),
            (self.high(), other.low()),
            (self.high(), other.high()),
        ];
        for (product, (x, y)) in products.iter_mut().zip(pairs) {
            match times(x, y) {
                Some(found) => *product = found,
                None => return Self::ANY,
            }
        }
        let number = |end: Option<&End>| match end {
            Some(End::At(n)) => Some(*n),
            _ => None,
        };
        Self { lo: number(products.iter().min()), hi: number(products.iter().max()) }
    }

    /// One over each; none where zero is among them.
    pub fn reciprocal(self) -> Option<Self> {
        let positive = self.lo.is_some_and(|lo| lo > Number::ZERO);
        let negative = self.hi.is_some_and(|hi| hi < Number::ZERO);
        if !positive && !negative {
            return None;
        }
        let over = |end: Option<Number>| end.map_or(Some(Number::ZERO), |n| Number::ONE.div(n));
        Some(Self { lo: over(self.hi), hi: over(self.lo) })
    }

    /// The shortest interval that holds both.
    pub fn hull(self, other: Self) -> Self {
        Self { lo: self.lo.zip(other.lo).map(|(x, y)| x.min(y)), hi: self.hi.zip(other.hi).map(|(x, y)| x.max(y)) }
    }

    /// What both hold. Where they hold nothing in common, either will do: no such value can come up.
    pub fn meet(self, other: Self) -> Self {
        let closer = |x: Option<Number>, y: Option<Number>, pick: fn(Number, Number) -> Number| match (x, y) {
            (Some(x), Some(y)) => Some(pick(x, y)),
            (x, y) => x.or(y),
        };
        Self { lo: closer(self.lo, other.lo, Number::max), hi: closer(self.hi, other.hi, Number::min) }
    }

    fn low(self) -> End {
        self.lo.map_or(End::Below, End::At)
    }

    fn high(self) -> End {
        self.hi.map_or(End::Above, End::At)
    }
}

/// Product of two ends; zero times an open end is zero. None where it does not fit.
fn times(x: End, y: End) -> Option<End> {
    let sign = |end: End| match end {
        End::Below => -1,
        End::At(n) => n.signum(),
        End::Above => 1,
    };
    match (x, y) {
        (End::At(x), End::At(y)) => x.mul(y).map(End::At),
        _ => Some(match sign(x) * sign(y) {
            0 => End::At(Number::ZERO),
            s if s < 0 => End::Below,
            _ => End::Above,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_to(lo: Option<i128>, hi: Option<i128>) -> Interval {
        Interval { lo: lo.map(Number::whole), hi: hi.map(Number::whole) }
    }

    #[test]
    fn products_take_the_outermost_of_all_pairs_of_ends() {
        let check = |x, y, expect| assert_eq!(Interval::mul(x, y), expect);
        check(Interval::whole(-2, 3), Interval::whole(-5, 7), Interval::whole(-15, 21));
        check(Interval::SHARE, Interval::NOT_BELOW_ZERO, Interval::NOT_BELOW_ZERO);
        check(Interval::whole(-1, 0), Interval::NOT_BELOW_ZERO, Interval::NOT_ABOVE_ZERO);
        check(Interval::ZERO, Interval::ANY, Interval::ZERO);
        check(from_to(Some(2), None), from_to(Some(3), None), from_to(Some(6), None));
        let huge = Interval::point(Number::whole(i128::MAX));
        check(huge, huge, Interval::ANY);
    }

    #[test]
    fn one_over_an_interval_without_zero() {
        assert_eq!(from_to(Some(2), None).reciprocal().unwrap().hi, Number::ratio(1, 2));
        assert_eq!(from_to(Some(2), None).reciprocal().unwrap().lo, Some(Number::ZERO));
        assert_eq!(Interval::whole(-4, -2).reciprocal().unwrap().lo, Number::ratio(-1, 2));
        assert_eq!(Interval::whole(0, 4).reciprocal(), None);
    }

    #[test]
    fn meeting_and_spanning() {
        let (x, y) = (from_to(Some(0), None), from_to(None, Some(5)));
        assert_eq!(x.meet(y), Interval::whole(0, 5));
        assert_eq!(x.hull(y), Interval::ANY);
        assert_eq!(Interval::whole(0, 1).hull(Interval::whole(4, 5)), Interval::whole(0, 5));
    }
}
