//! One amount over several payments, to the last minor unit.

use super::Money;

/// Why an amount cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// No payments, or all of them zero.
    #[error("there is nothing to split it over")]
    NothingToSplitOver,
    /// The amount or a payment is below zero.
    #[error("an amount below zero cannot be split, nor split over")]
    BelowZero,
    /// Amount and payments are not all of one currency.
    #[error("an amount cannot be split over payments in another currency")]
    TwoCurrencies,
    /// The amount is more than all payments together.
    #[error("the amount is more than was paid")]
    MoreThanPaid,
    /// More is left of a payment than was paid with it.
    #[error("more is left of a payment than was paid with it")]
    LeftAbovePaid,
}

/// Shares an amount out in proportion to what was paid, by largest remainder; ties go to the earlier.
///
/// The parts add up to the amount, and none exceeds its payment unless the amount exceeds their sum.
///
/// # Errors
/// See [`SplitError`]; an amount above the sum is not one here.
pub fn split_proportional(amount: Money, paid: &[Money]) -> Result<Vec<Money>, SplitError> {
    check(amount, paid)?;
    let total: i128 = paid.iter().map(|p| i128::from(p.minor)).sum();
    if total == 0 {
        return Err(SplitError::NothingToSplitOver);
    }
    // Below 2^63 each, so no product reaches 2^126.
    let share = |p: &Money| i128::from(amount.minor) * i128::from(p.minor);
    let mut parts: Vec<i128> = paid.iter().map(|p| share(p) / total).collect();
    let mut by_rest: Vec<(i128, usize)> = paid.iter().enumerate().map(|(i, p)| (-(share(p) % total), i)).collect();
    by_rest.sort_unstable();
    let left = i128::from(amount.minor) - parts.iter().sum::<i128>();
    for (_, i) in by_rest.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        if let Some(part) = parts.get_mut(i) {
            *part += 1;
        }
    }
    // No part exceeds the amount, which fits.
    Ok(parts.into_iter().map(|part| Money { minor: i64::try_from(part).unwrap_or(0), ..amount }).collect())
}

/// Takes an amount from the first payment as far as it reaches, then from the next.
///
/// # Errors
/// See [`SplitError`].
pub fn split_in_order(amount: Money, paid: &[Money]) -> Result<Vec<Money>, SplitError> {
    check(amount, paid)?;
    let mut left = amount.minor;
    let mut parts = Vec::with_capacity(paid.len());
    for payment in paid {
        let part = left.min(payment.minor);
        left -= part;
        parts.push(Money { minor: part, ..amount });
    }
    if left > 0 { Err(SplitError::MoreThanPaid) } else { Ok(parts) }
}

/// What is told of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// What was paid with it.
    pub paid: Money,
    /// What is left of it, where that is told.
    pub left: Option<Money>,
}

/// Shares an amount out over what is left of payments.
///
/// Where no payment says what is left of it, `refunded` went back as the amount is shared now, since nobody says to which.
/// No payment gets back more than is left of it.
///
/// # Errors
/// As `share` does; and when the amount is more than is left of all payments together.
pub fn split_told(
    refunded: Option<Money>,
    amount: Money,
    told: &[Told],
    share: impl Fn(Money, &[Money]) -> Result<Vec<Money>, SplitError>,
) -> Result<Vec<Money>, SplitError> {
    if told.iter().any(|one| one.left.is_some_and(|left| left.minor > one.paid.minor)) {
        return Err(SplitError::LeftAbovePaid);
    }
    let room: Vec<Money> = told.iter().map(|one| one.left.unwrap_or(one.paid)).collect();
    let before = refunded.filter(|before| before.minor > 0 && told.iter().all(|one| one.left.is_none()));
    let shared = share_within(amount, &room, &share)?;
    let Some(before) = before else { return Ok(shared) };
    let back = share_within(before, &room, &share)?;
    let left: Vec<Money> = room.iter().zip(&back).map(|(p, b)| Money { minor: p.minor - b.minor, ..*p }).collect();
    let fits = shared.iter().zip(&left).all(|(part, left)| part.minor <= left.minor);
    if fits { Ok(shared) } else { share_within(amount, &left, &share) }
}

/// Shares no more than there is.
fn share_within(
    amount: Money,
    room: &[Money],
    share: impl Fn(Money, &[Money]) -> Result<Vec<Money>, SplitError>,
) -> Result<Vec<Money>, SplitError> {
    let shared = share(amount, room)?;
    let all: i128 = room.iter().map(|p| i128::from(p.minor)).sum();
    if i128::from(amount.minor) > all { Err(SplitError::MoreThanPaid) } else { Ok(shared) }
}

fn check(amount: Money, paid: &[Money]) -> Result<(), SplitError> {
    if paid.is_empty() {
        return Err(SplitError::NothingToSplitOver);
    }
    if paid.iter().any(|p| p.currency != amount.currency) {
        return Err(SplitError::TwoCurrencies);
    }
    if amount.minor < 0 || paid.iter().any(|p| p.minor < 0) {
        return Err(SplitError::BelowZero);
    }
    Ok(())
}
