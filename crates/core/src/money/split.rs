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

/// Shares an amount out over payments of which something went back before.
///
/// Nobody says to which payment: it went as it is shared now. No payment gets back more than is left of it then, as far
/// as that can be told.
///
/// # Errors
/// As `share` does for the amount alone.
pub fn split_after(
    refunded: Option<Money>,
    amount: Money,
    paid: &[Money],
    share: impl Fn(Money, &[Money]) -> Result<Vec<Money>, SplitError>,
) -> Result<Vec<Money>, SplitError> {
    let alone = share(amount, paid)?;
    let Some(before) = refunded.filter(|before| before.minor > 0).and_then(|before| share(before, paid).ok()) else {
        return Ok(alone);
    };
    let left: Vec<Money> =
        paid.iter().zip(&before).map(|(p, b)| Money { minor: p.minor.saturating_sub(b.minor), ..*p }).collect();
    let fits = alone.iter().zip(&left).all(|(part, left)| part.minor <= left.minor);
    if fits || left.iter().any(|left| left.minor < 0) { Ok(alone) } else { share(amount, &left).or(Ok(alone)) }
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
