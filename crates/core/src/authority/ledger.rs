//! What is left of what was paid: one row for each part of a purchase, across all cases and people.
//!
//! A row remembers what was paid as it was told. A system of record says so and is believed; anyone else may lower what
//! was told and never raise it. What is left is what was paid, less what others gave back, less what we gave back, less what
//! is set aside for grants under way. A system tells of all that was given back, and at that moment its figure may hold ours:
//! what is above ours was given back elsewhere, and stays so.

use serde::{Deserialize, Serialize};

use super::purchase::{Claim, LedgerKey, Told};
use crate::denied::Denied;
use crate::facts::Source;
use crate::ids::{CaseId, GrantId, PersonId};
use crate::money::{Currency, Money};

/// Most grants that one row counts.
pub const HELD_MAX: usize = 1_000;

/// A row of the ledger.
///
/// A value only comes from [`Ledger::new`], [`Ledger::stored`] and the three movements, so none that gave back more than
/// was paid can be made; only a system that tells of less, or of more given back elsewhere, leaves one that has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    key: LedgerKey,
    currency: Currency,
    paid: Option<Paid>,
    refunded: i64,
    held: Vec<Held>,
}

/// What was paid, in minor units, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Paid {
    /// How much.
    pub minor: i64,
    /// How surely; none: the whole amount of the first grant stands for it.
    pub source: Option<Source>,
}

/// What a step of a grant took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The grant.
    pub grant: GrantId,
    /// Its step, from 1.
    pub step: u32,
    /// The case.
    pub case: CaseId,
    /// Who gave it.
    pub by: PersonId,
    /// Minor units.
    pub minor: i64,
    /// Whether it was done.
    pub done: bool,
}

/// Whose a claim is.
#[derive(Clone, Copy, Debug)]
pub struct Holding<'a> {
    /// The grant.
    pub grant: &'a GrantId,
    /// The case.
    pub case: &'a CaseId,
    /// Who gives it.
    pub by: &'a PersonId,
}

impl Ledger {
    /// A row of which nothing is known.
    #[must_use]
    pub const fn new(key: LedgerKey) -> Self {
        Self { key, currency: Currency::USD, paid: None, refunded: 0, held: Vec::new() }
    }

    /// A row as it was stored; none where an amount is below zero.
    #[must_use]
    pub fn stored(
        key: LedgerKey,
        currency: Currency,
        paid: Option<Paid>,
        refunded: i64,
        held: Vec<Held>,
    ) -> Option<Self> {
        let good = refunded >= 0 && paid.is_none_or(|paid| paid.minor >= 0) && held.iter().all(|held| held.minor > 0);
        good.then_some(Self { key, currency, paid, refunded, held })
    }

    /// Which row it is.
    #[must_use]
    pub const fn key(&self) -> &LedgerKey {
        &self.key
    }

    /// The currency it was paid in, once anything is known of it.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// What was paid, as it was told; none while nothing is known.
    #[must_use]
    pub const fn paid(&self) -> Option<Paid> {
        self.paid
    }

    /// What was given back elsewhere, in minor units.
    #[must_use]
    pub const fn refunded(&self) -> i64 {
        self.refunded
    }

    /// Everything it holds, the oldest first.
    #[must_use]
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    /// Set aside for grants under way, in minor units.
    #[must_use]
    pub fn reserved(&self) -> i64 {
        self.sum(false)
    }

    /// Given back by us, in minor units.
    #[must_use]
    pub fn settled(&self) -> i64 {
        self.sum(true)
    }

    fn sum(&self, done: bool) -> i64 {
        self.held.iter().filter(|held| held.done == done).fold(0, |sum, held| sum.saturating_add(held.minor))
    }

    /// What is left; none while nothing is known of what was paid.
    #[must_use]
    pub fn left(&self) -> Option<Money> {
        self.paid.map(|paid| Money::new(self.left_of(paid.minor, self.refunded), self.currency))
    }

    fn left_of(&self, paid: i64, refunded: i64) -> i64 {
        paid.saturating_sub(refunded).saturating_sub(self.settled()).saturating_sub(self.reserved()).max(0)
    }

    /// A claim with what was given back elsewhere alone, for it tells of all that was given back, ours as well.
    #[must_use]
    pub fn without_ours(&self, claim: &Claim) -> Claim {
        let ours = self.settled().saturating_add(self.reserved());
        Claim { refunded: claim.refunded.saturating_sub(ours).max(0), ..claim.clone() }
    }

    /// What would be left for a claim [without ours](Self::without_ours), by what it tells too.
    #[must_use]
    pub fn left_for(&self, claim: &Claim) -> Money {
        let minor = match (self.told(claim), claim.told()) {
            (Some(row), Some(told)) => {
                let paid = row.paid.map_or(0, |paid| paid.minor);
                // What was given back elsewhere is believed of anyone: it only makes less of what is left.
                row.left_of(paid, row.refunded.max(told.refunded))
            }
            _ => 0,
        };
        Money::new(minor, claim.amount.currency)
    }

    /// Sets aside what a step of a grant takes, by a claim [without ours](Self::without_ours).
    ///
    /// # Errors
    /// A denial when it is below zero, or more than is left.
    pub fn reserve(&self, claim: &Claim, by: &Holding<'_>) -> Result<Self, Denied> {
        if claim.amount.minor < 0 {
            return Err(Denied::BelowZero);
        }
        let left = self.left_for(claim);
        let Some(mut row) = self.told(claim).filter(|_| claim.amount.minor <= left.minor) else {
            return Err(self.denied(left, by.by));
        };
        if row.held.len() >= HELD_MAX {
            return Err(Denied::TooMuch);
        }
        if claim.amount.minor > 0 {
            row.held.push(Held {
                grant: by.grant.clone(),
                step: claim.step,
                case: by.case.clone(),
                by: by.by.clone(),
                minor: claim.amount.minor,
                done: false,
            });
        }
        Ok(row)
    }

    /// Counts what a step took as given.
    #[must_use]
    pub fn settle(&self, grant: &GrantId, step: u32) -> Self {
        let mut row = self.clone();
        for held in row.held.iter_mut().filter(|held| held.grant == *grant && held.step == step) {
            held.done = true;
        }
        row
    }

    /// Gives back what a step took and did not give; what was given stays.
    #[must_use]
    pub fn release(&self, grant: &GrantId, step: u32) -> Self {
        let mut row = self.clone();
        row.held.retain(|held| held.done || held.grant != *grant || held.step != step);
        row
    }

    /// The row with what a claim tells; none where it was paid in another currency.
    fn told(&self, claim: &Claim) -> Option<Self> {
        let told = claim.told()?;
        let same = self.paid.is_none() || self.currency == claim.amount.currency;
        let row = match (same, self.held.is_empty() && begins_anew(self.paid, self.refunded, told.source)) {
            (true, _) => self.clone(),
            // Nothing was given of it yet: what was told before was of nothing.
            (false, true) => Self::new(self.key.clone()),
            (false, false) => return None,
        };
        let refunded = match told.source {
            Some(Source::System) => row.refunded.max(told.refunded),
            _ => row.refunded,
        };
        let paid = Some(heard(row.paid, told));
        Some(Self { currency: claim.amount.currency, paid, refunded, ..row })
    }

    /// The cases that someone may be told of: an AI agent is told of those on which it gave something itself.
    fn denied(&self, left: Money, by: &PersonId) -> Denied {
        let mut cases: Vec<(CaseId, bool)> = Vec::new();
        for held in self.held.iter().rev() {
            match cases.iter_mut().find(|(case, _)| *case == held.case) {
                Some((_, own)) => *own |= held.by == *by,
                None => cases.push((held.case.clone(), held.by == *by)),
            }
        }
        Denied::LedgerLeft { key: self.key.clone(), left, cases }
    }
}

/// Whether a row of which nothing is held begins anew in another currency: nobody makes up what a system said.
pub(crate) fn begins_anew(paid: Option<Paid>, refunded: i64, source: Option<Source>) -> bool {
    let is_a_systems = refunded > 0 || paid.is_some_and(|paid| paid.source == Some(Source::System));
    source == Some(Source::System) || !is_a_systems
}

/// What was paid after someone tells of it: a system is believed, anyone else lowers it at most.
pub(crate) fn heard(before: Option<Paid>, told: Told) -> Paid {
    let now = Paid { minor: told.paid.max(0), source: told.source };
    match (before, told.source) {
        // Whoever says what was paid knows better than an amount that stands for it.
        (None, _) | (_, Some(Source::System)) | (Some(Paid { source: None, .. }), Some(_)) => now,
        (Some(before), None) => before,
        (Some(before), Some(_)) => {
            if now.minor < before.minor {
                now
            } else {
                before
            }
        }
    }
}

#[cfg(test)]
mod tests;
