//! Decimal text: read as written, printed as written.

use std::fmt;

use super::Number;

/// Decimal text as it was written: `v / 10^scale`, the scale at most 18.
///
/// `9.50` is 950 over 10^2. Two decimals that differ only in their last zeros are not `==`; their
/// [`number`](Self::number)s are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// All digits as one whole number.
    pub v: i64,
    /// How many of them stand after the point.
    pub scale: u32,
}

/// Why a text is no [`Decimal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalError {
    /// Something other than an optional `-`, digits, and digits after a point.
    NotANumber,
    /// Written with an exponent, such as `1e3`.
    Exponent,
    /// More digits than fit.
    OutOfRange,
}

/// Most digits of a number that is written out. As many fit 64 bits, whichever they are.
pub const DIGITS_MAX: usize = 18;

/// Whether the number that a text begins with has more digits than one may, such as `1234567890123456789 days`.
#[must_use]
pub fn has_too_many_digits(text: &str) -> bool {
    let number = text.trim_start_matches('-').bytes().take_while(|b| b.is_ascii_digit() || *b == b'.');
    number.filter(u8::is_ascii_digit).count() > DIGITS_MAX
}

/// The most decimals a [`Decimal`] may have.
pub const MAX_SCALE: u32 = 18;

impl Decimal {
    /// Reads `-?digits(.digits)?`.
    ///
    /// # Errors
    /// When it is something else, has an exponent, more than 18 decimals, or does not fit 64 bits.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        let (negative, digits) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            all => (false, all),
        };
        let mut v: i64 = 0;
        let mut point = None;
        for (i, byte) in digits.iter().enumerate() {
            match byte {
                b'0'..=b'9' => {
                    let digit = i64::from(byte - b'0');
                    // Counted downwards, since the lowest number has no positive twin.
                    v = v.checked_mul(10).and_then(|v| v.checked_sub(digit)).ok_or(DecimalError::OutOfRange)?;
                }
                b'.' if point.is_none() && i > 0 => point = Some(i),
                b'e' | b'E' if i > 0 => return Err(DecimalError::Exponent),
                _ => return Err(DecimalError::NotANumber),
            }
        }
        let scale = point.map_or(0, |p| digits.len() - p - 1);
        if digits.is_empty() || (point.is_some() && scale == 0) {
            return Err(DecimalError::NotANumber);
        }
        let scale = u32::try_from(scale).ok().filter(|s| *s <= MAX_SCALE).ok_or(DecimalError::OutOfRange)?;
        let v = if negative { v } else { v.checked_neg().ok_or(DecimalError::OutOfRange)? };
        Ok(Self { v, scale })
    }

    /// The number it stands for.
    #[must_use]
    pub fn number(self) -> Number {
        // The denominator is a power of ten below 2^64, so the fraction always fits.
        Number::ratio(self.v.into(), power_of_ten(self.scale).into()).unwrap_or(Number::ZERO)
    }

    /// The same number without the zeros at its end.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        while self.scale > 0 && self.v % 10 == 0 {
            self.v /= 10;
            self.scale -= 1;
        }
        self
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, self.v.into(), self.scale)
    }
}

/// Writes `v / 10^scale` with all its decimals.
pub(crate) fn write_decimal(f: &mut impl fmt::Write, v: i128, scale: u32) -> fmt::Result {
    if let Ok(v) = i64::try_from(v) {
        return f.write_str(Digits::of(v, scale).text());
    }
    let power = u128::from(power_of_ten(scale));
    let (whole, rest) = (v.unsigned_abs() / power, v.unsigned_abs() % power);
    let sign = if v < 0 { "-" } else { "" };
    match scale {
        0 => write!(f, "{sign}{whole}"),
        _ => write!(f, "{sign}{whole}.{rest:0width$}", width = scale as usize),
    }
}

/// A decimal as text, made several times faster than by `write!`: facts are written as text to be hashed.
struct Digits {
    /// Filled from its end: a sign, 19 digits and a point.
    bytes: [u8; 21],
    len: usize,
}

impl Digits {
    fn of(v: i64, scale: u32) -> Self {
        let (mut rest, mut left) = (v.unsigned_abs(), scale.min(MAX_SCALE) + 1);
        let (mut bytes, mut len, mut point) = ([b'-'; 21], 0, scale > 0);
        for byte in bytes.iter_mut().rev() {
            if point && left == 1 {
                *byte = b'.';
                point = false;
            } else if rest > 0 || left > 0 {
                *byte = b'0' + u8::try_from(rest % 10).unwrap_or(0);
                rest /= 10;
                left = left.saturating_sub(1);
            } else {
                // What is left in front are signs.
                len += usize::from(v < 0);
                break;
            }
            len += 1;
        }
        Self { bytes, len }
    }

    fn text(&self) -> &str {
        let digits = self.bytes.get(self.bytes.len() - self.len..).unwrap_or_default();
        std::str::from_utf8(digits).unwrap_or_default()
    }
}

/// 10 to the given power; powers beyond [`MAX_SCALE`] are taken for it.
#[must_use]
pub fn power_of_ten(scale: u32) -> u64 {
    10_u64.pow(scale.min(MAX_SCALE))
}
