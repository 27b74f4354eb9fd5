//! Exact numbers: a fraction in lowest terms. Nothing here rounds unless asked to.

use std::cmp::Ordering;
use std::fmt;

mod decimal;

pub(crate) use decimal::write_decimal;
pub use decimal::{DIGITS_MAX, Decimal, DecimalError, MAX_SCALE, has_too_many_digits, power_of_ten};

/// A fraction `n / d` in lowest terms, `d` at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    n: i128,
    d: u64,
}

/// How an amount becomes whole minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Rounding {
    /// Halves to the even neighbour (banker's rounding).
    #[default]
    HalfEven,
    /// Halves towards plus infinity.
    HalfUp,
    /// Towards minus infinity.
    Down,
    /// Towards plus infinity.
    Up,
}

#[expect(clippy::should_implement_trait, reason = "operators cannot say that a result does not fit")]
impl Number {
    /// Zero.
    pub const ZERO: Self = Self { n: 0, d: 1 };
    /// One.
    pub const ONE: Self = Self { n: 1, d: 1 };

    /// A whole number.
    #[must_use]
    pub const fn whole(n: i128) -> Self {
        Self { n, d: 1 }
    }

    /// A fraction known to be in lowest terms, `d` at least 1.
    pub(crate) const fn from_lowest_terms(n: i128, d: u64) -> Self {
        Self { n, d }
    }

    /// The fraction `n / d`. None when `d` is 0 or the result does not fit.
    #[must_use]
    pub fn ratio(n: i128, d: i128) -> Option<Self> {
        if d == 0 {
            return None;
        }
        let common = gcd(n.unsigned_abs(), d.unsigned_abs());
        let (up, down) = (n.unsigned_abs() / common, d.unsigned_abs() / common);
        Some(Self { n: signed(up, (n < 0) != (d < 0))?, d: u64::try_from(down).ok()? })
    }

    /// Numerator.
    #[must_use]
    pub const fn n(self) -> i128 {
        self.n
    }

    /// Denominator, at least 1.
    #[must_use]
    pub const fn d(self) -> u64 {
        self.d
    }

    /// The whole number, when it is one.
    #[must_use]
    pub const fn as_whole(self) -> Option<i128> {
        if self.d == 1 { Some(self.n) } else { None }
    }

    /// Sum, or none where it does not fit.
    #[must_use]
    pub fn add(self, other: Self) -> Option<Self> {
        if self.d == 1 && other.d == 1 {
            return self.n.checked_add(other.n).map(Self::whole);
        }
        self.combine(other, i128::checked_add)
    }

    /// Difference, or none where it does not fit.
    #[must_use]
    pub fn sub(self, other: Self) -> Option<Self> {
        if self.d == 1 && other.d == 1 {
            return self.n.checked_sub(other.n).map(Self::whole);
        }
        self.combine(other, i128::checked_sub)
    }

    /// The number with its sign turned, or none where it does not fit.
    #[must_use]
    pub fn neg(self) -> Option<Self> {
        Some(Self { n: self.n.checked_neg()?, d: self.d })
    }

    /// Product, or none where it does not fit.
    #[must_use]
    pub fn mul(self, other: Self) -> Option<Self> {
        if self.d == 1 && other.d == 1 {
            // The product of two numbers in 64 bits always fits, and costs one instruction.
            return match (i64::try_from(self.n), i64::try_from(other.n)) {
                (Ok(a), Ok(b)) => Some(Self::whole(i128::from(a) * i128::from(b))),
                _ => self.n.checked_mul(other.n).map(Self::whole),
            };
        }
        // Cancel crosswise first, so that what fits in lowest terms does not overflow on the way.
        let a = Self::ratio(self.n, i128::from(other.d))?;
        let b = Self::ratio(other.n, i128::from(self.d))?;
        Some(Self { n: a.n.checked_mul(b.n)?, d: a.d.checked_mul(b.d)? })
    }

    /// Quotient, or none for division by zero or where it does not fit.
    #[must_use]
    pub fn div(self, other: Self) -> Option<Self> {
        if other.n == 0 {
            return None;
        }
        if let Some(quotient) = self.whole_quotient(other) {
            return Some(quotient);
        }
        let (over, under) = (self.n.unsigned_abs(), other.n.unsigned_abs());
        let n_common = gcd(over, under);
        let d_common = gcd(self.d.into(), other.d.into());
        let n = (over / n_common).checked_mul(u128::from(other.d) / d_common)?;
        let d = (under / n_common).checked_mul(u128::from(self.d) / d_common)?;
        Some(Self { n: signed(n, (self.n < 0) != (other.n < 0))?, d: u64::try_from(d).ok()? })
    }

    /// The quotient of two whole numbers in 64 bits that divide without rest: the common case.
    fn whole_quotient(self, other: Self) -> Option<Self> {
        if self.d != 1 || other.d != 1 {
            return None;
        }
        let (n, d) = (i64::try_from(self.n).ok()?, i64::try_from(other.n).ok()?);
        (n.checked_rem(d)? == 0).then(|| Self::whole(i128::from(n / d)))
    }

    /// Distance from zero, or none where it does not fit.
    #[must_use]
    pub fn abs(self) -> Option<Self> {
        if self.n < 0 { self.neg() } else { Some(self) }
    }

    /// The nearest whole number in the way asked for.
    #[must_use]
    pub fn round(self, how: Rounding) -> i128 {
        if self.d == 1 {
            return self.n;
        }
        let (floor, rest) = self.floor_and_rest();
        let half = (u128::from(rest) * 2).cmp(&u128::from(self.d));
        let up = match how {
            Rounding::Down => false,
            Rounding::Up => rest > 0,
            Rounding::HalfEven => half.is_gt() || (half.is_eq() && floor % 2 != 0),
            Rounding::HalfUp => half.is_ge(),
        };
        floor + i128::from(up)
    }

    /// -1, 0 or 1.
    #[must_use]
    pub const fn signum(self) -> i128 {
        self.n.signum()
    }

    /// Adds or subtracts over the least common denominator, so that what fits does not overflow on the way.
    fn combine(self, other: Self, op: fn(i128, i128) -> Option<i128>) -> Option<Self> {
        let common = gcd(self.d.into(), other.d.into());
        let (mine, theirs) = (u128::from(self.d) / common, u128::from(other.d) / common);
        let a = self.n.checked_mul(i128::try_from(theirs).ok()?)?;
        let b = other.n.checked_mul(i128::try_from(mine).ok()?)?;
        let n = op(a, b)?;
        // Only a divisor of `common` can still cancel.
        let rest = gcd(n.unsigned_abs(), common);
        let d = mine.checked_mul(u128::from(other.d) / rest)?;
        Some(Self { n: n / i128::try_from(rest).ok()?, d: u64::try_from(d).ok()? })
    }

    /// The greatest whole number not above this one, and what is left over it in parts of `d`.
    fn floor_and_rest(self) -> (i128, u64) {
        if let (Ok(n), Ok(d)) = (i64::try_from(self.n), i64::try_from(self.d)) {
            return (n.div_euclid(d).into(), n.rem_euclid(d).unsigned_abs());
        }
        let d = i128::from(self.d);
        // What is left is below `d`, so it fits.
        (self.n.div_euclid(d), u64::try_from(self.n.rem_euclid(d)).unwrap_or(u64::MAX))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.d == other.d {
            return self.n.cmp(&other.n);
        }
        let scaled = |n: i128, d: u64| n.checked_mul(i128::from(d));
        match (scaled(self.n, other.d), scaled(other.n, self.d)) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => wide_cmp(*self, *other),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As a decimal where it ends within 18 places (`9.5`), else as a fraction (`1/3`).
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.d == 1 {
            return write_decimal(f, self.n, 0);
        }
        for scale in 1..=MAX_SCALE {
            let power = power_of_ten(scale);
            if power.is_multiple_of(self.d)
                && let Some(v) = self.n.checked_mul(i128::from(power / self.d))
            {
                return write_decimal(f, v, scale);
            }
        }
        write!(f, "{}/{}", self.n, self.d)
    }
}

/// Compares by whole part, then by what is left; for products beyond 128 bits.
fn wide_cmp(a: Number, b: Number) -> Ordering {
    let ((whole_a, rest_a), (whole_b, rest_b)) = (a.floor_and_rest(), b.floor_and_rest());
    // Both rests are below 2^64, so each product is below 2^128.
    let scaled = |rest: u64, d: u64| u128::from(rest) * u128::from(d);
    whole_a.cmp(&whole_b).then_with(|| scaled(rest_a, b.d).cmp(&scaled(rest_b, a.d)))
}

/// The number with that distance from zero and that sign, or none where it does not fit.
fn signed(distance: u128, negative: bool) -> Option<i128> {
    if negative { 0_i128.checked_sub_unsigned(distance) } else { i128::try_from(distance).ok() }
}

/// Greatest common divisor, at least 1.
fn gcd(mut a: u128, mut b: u128) -> u128 {
    loop {
        if let (Ok(a), Ok(b)) = (u64::try_from(a), u64::try_from(b)) {
            return gcd_64(a, b).max(1).into();
        }
        if b == 0 {
            return a;
        }
        (a, b) = (b, a % b);
    }
}

/// Stein's algorithm: shifts and subtractions, much cheaper than divisions.
fn gcd_64(mut a: u64, mut b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let twos = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        (a, b) = (a.min(b), a.abs_diff(b));
    }
    a << twos
}

#[cfg(test)]
mod tests;
