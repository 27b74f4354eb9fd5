//! Money set aside for exceptions: by person, team and business, per day and month.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::assess::frozen::Department;
use crate::denied::Denied;
use crate::ids::{PersonId, TeamId};
use crate::money::{Currency, Money};
use crate::time::Date;

/// Whose money it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// What one person may grant.
    Person(PersonId),
    /// What one person may release of what is owed.
    PersonOwed(PersonId),
    /// What a team may grant.
    Team(TeamId),
    /// What everyone together may grant.
    Business,
    /// What a department is charged for its faults. It counts and never refuses: what is owed is owed.
    Department(Department),
}

/// A stretch of the calendar, in the book's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// One day.
    Day(Day),
    /// The month that begins on this day.
    Month(Day),
}

/// A date that is stored as the text `2026-11-16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(pub Date);

impl TryFrom<String> for Day {
    type Error = crate::time::TimeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Date::parse(&text).map(Self)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0.to_string()
    }
}

impl Period {
    /// The day itself.
    #[must_use]
    pub const fn day(date: Date) -> Self {
        Self::Day(Day(date))
    }

    /// The month a day lies in.
    #[must_use]
    pub fn month(date: Date) -> Self {
        let (year, month, _) = date.civil();
        Self::Month(Day(Date::of(year, month, 1).unwrap_or(date)))
    }
}

/// Which budget. The order of keys is the order in which their rows are locked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetKey {
    /// Whose.
    pub holder: Holder,
    /// When.
    pub period: Period,
    /// In which currency.
    pub currency: Currency,
}

impl BudgetKey {
    /// What a grant takes from it: its cost, or what leaves with it where the budget bounds what is owed.
    ///
    /// `worth`: what leaves, where that is more than the cost or of another currency.
    #[must_use]
    pub fn taken(&self, cost: Money, worth: Option<Money>) -> Money {
        worth.filter(|_| self.is_of_owed()).unwrap_or(cost)
    }

    /// Whether it bounds what is owed: held against the larger of what leaves and what it costs.
    #[must_use]
    pub const fn is_of_owed(&self) -> bool {
        matches!(self.holder, Holder::PersonOwed(_))
    }
}

/// `the budget of person "p1" for 2026-11-16`
impl fmt::Display for BudgetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the budget of ")?;
        match &self.holder {
            Holder::Person(id) => write!(f, "`{id}`")?,
            Holder::PersonOwed(id) => write!(f, "`{id}` for what is owed")?,
            Holder::Team(id) => write!(f, "team `{id}`")?,
            Holder::Business => f.write_str("the business")?,
            Holder::Department(name) => write!(f, "department `{name}`")?,
        }
        match self.period {
            Period::Day(day) => write!(f, " for {}", day.0),
            Period::Month(day) => write!(f, " for the month from {}", day.0),
        }
    }
}

/// A budget: what is set aside for grants under way and what was spent, never more than its limit.
///
/// A value only comes from [`Budget::new`], [`Budget::stored`] and the three movements, so one that has passed its
/// limit cannot be made; only lowering the limit afterwards leaves one that has, and nothing more can be reserved on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    key: BudgetKey,
    limit: Option<i64>,
    reserved: i64,
    settled: i64,
}

impl Budget {
    /// A budget that nothing was taken from. Without a limit it only counts, as a department's always does.
    ///
    /// `limit`: minor units; below zero counts as zero.
    #[must_use]
    pub fn new(key: BudgetKey, limit: Option<i64>) -> Self {
        let limit = limit.map(|limit| limit.max(0)).filter(|_| !matches!(key.holder, Holder::Department(_)));
        Self { key, limit, reserved: 0, settled: 0 }
    }

    /// A budget as it was stored, amounts in minor units; none where one is below zero.
    #[must_use]
    pub fn stored(key: BudgetKey, limit: Option<i64>, reserved: i64, settled: i64) -> Option<Self> {
        let fresh = Self::new(key, limit);
        (reserved >= 0 && settled >= 0).then_some(Self { reserved, settled, ..fresh })
    }

    /// The same budget with a limit no higher than this one.
    #[must_use]
    pub fn within(self, limit: Option<i64>) -> Self {
        let lower = match (self.limit, limit) {
            (Some(own), Some(other)) => Some(own.min(other)),
            (own, other) => own.or(other),
        };
        let fresh = Self::new(self.key, lower);
        Self { reserved: self.reserved, settled: self.settled, ..fresh }
    }

    /// Which budget it is.
    #[must_use]
    pub const fn key(&self) -> &BudgetKey {
        &self.key
    }

    /// Minor units; none for no limit.
    #[must_use]
    pub const fn limit(&self) -> Option<i64> {
        self.limit
    }

    /// Set aside for grants under way.
    #[must_use]
    pub const fn reserved(&self) -> Money {
        Money::new(self.reserved, self.key.currency)
    }

    /// Spent.
    #[must_use]
    pub const fn settled(&self) -> Money {
        Money::new(self.settled, self.key.currency)
    }

    /// What is left; none for no limit.
    #[must_use]
    pub fn left(&self) -> Option<Money> {
        let taken = self.reserved.saturating_add(self.settled);
        self.limit.map(|limit| Money::new(limit.saturating_sub(taken).max(0), self.key.currency))
    }

    /// Sets an amount aside.
    ///
    /// # Errors
    /// A denial when it is below zero, in another currency, or more than is left.
    pub fn reserve(&self, amount: Money) -> Result<Self, Denied> {
        let minor = self.minor(amount)?;
        let over = || Denied::OverBudget {
            key: self.key.clone(),
            left: self.left().unwrap_or(Money::new(i64::MAX, self.key.currency)),
        };
        let reserved = self.reserved.checked_add(minor).ok_or_else(over)?;
        let taken = reserved.checked_add(self.settled).ok_or_else(over)?;
        match self.limit {
            Some(limit) if taken > limit && minor > 0 => Err(over()),
            _ => Ok(Self { reserved, ..self.clone() }),
        }
    }

    /// Spends an amount that was set aside.
    ///
    /// # Errors
    /// A denial when it is below zero, in another currency, or more than was set aside.
    pub fn settle(&self, amount: Money) -> Result<Self, Denied> {
        let freed = self.release(amount)?;
        let settled = self.settled.checked_add(amount.minor).ok_or(Denied::BelowZero)?;
        Ok(Self { settled, ..freed })
    }

    /// Gives back an amount that was set aside.
    ///
    /// # Errors
    /// As [`Self::settle`].
    pub fn release(&self, amount: Money) -> Result<Self, Denied> {
        let minor = self.minor(amount)?;
        if minor > self.reserved {
            return Err(Denied::NotReserved { key: self.key.clone(), reserved: self.reserved() });
        }
        Ok(Self { reserved: self.reserved - minor, ..self.clone() })
    }

    fn minor(&self, amount: Money) -> Result<i64, Denied> {
        match amount.minor {
            ..0 => Err(Denied::BelowZero),
            _ if amount.currency != self.key.currency => Err(Denied::OtherCurrency { key: self.key.clone() }),
            minor => Ok(minor),
        }
    }
}

#[cfg(test)]
mod tests;
