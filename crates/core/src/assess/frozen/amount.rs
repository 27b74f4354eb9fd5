//! Amounts, departments and needs by name.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::book::rules::{Need, RoleId};
use crate::ids::RoleName;
use crate::money::Money;

/// What a customer gets, as a text: `"178.80 USD"`, `"20%"`, `"500"` points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Amount {
    /// Money.
    Money(Money),
    /// A share, or a number of points: never more or less than offered.
    Other(String),
}

impl Amount {
    /// The money it is, when it is money.
    #[must_use]
    pub const fn money(&self) -> Option<Money> {
        match self {
            Self::Money(money) => Some(*money),
            Self::Other(_) => None,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money(money) => money.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl From<String> for Amount {
    fn from(text: String) -> Self {
        match Money::parse(&text, None) {
            Ok(money) if money.to_string() == text => Self::Money(money),
            _ => Self::Other(text),
        }
    }
}

impl From<Amount> for String {
    fn from(amount: Amount) -> Self {
        amount.to_string()
    }
}

/// A department of the business, as the book names it under `charged_to`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Department(pub String);

impl fmt::Display for Department {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What it takes to allow something, with the role by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Least {
    /// Nobody's leave.
    None,
    /// This role's, or that of one above it.
    Role(RoleName),
    /// No one can allow it.
    Nobody,
}

impl Least {
    /// A need of a book, with its role named.
    pub(super) fn of<E>(need: Need, name: impl Fn(RoleId) -> Result<RoleName, E>) -> Result<Self, E> {
        match (need, need.as_role()) {
            (Need::NONE, _) => Ok(Self::None),
            (_, Some(role)) => name(role).map(Self::Role),
            _ => Ok(Self::Nobody),
        }
    }
}
