//! How far a team has come: from advice to grants that fulfil themselves.

use serde::{Deserialize, Serialize};

use crate::book::rules::Caps;
use crate::money::Money;

/// What a team lets Amends do. Limits and approvals hold in every mode.
#[derive(Clone, Debug, Default)]
pub enum Mode {
    /// Grants are recorded, and people do what they say; AI agents only ask.
    #[default]
    AdviseOnly,
    /// Grants up to a cost fulfil themselves, people do the others; AI agents only ask.
    Limited {
        /// By currency.
        up_to: Caps,
    },
    /// Every grant fulfils itself, an AI agent's too.
    Full,
}

/// Who makes a grant real.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fulfil {
    /// People do, and record it.
    ByHand,
    /// Connectors do.
    ByConnector,
}

impl Mode {
    /// Who makes a grant of this cost real.
    #[must_use]
    pub fn fulfil(&self, cost: Money) -> Fulfil {
        let by_connector = match self {
            Self::AdviseOnly => false,
            Self::Limited { up_to } => up_to.limit(Some(cost.currency)).covers(cost.minor.into()),
            Self::Full => true,
        };
        if by_connector { Fulfil::ByConnector } else { Fulfil::ByHand }
    }

    /// Whether AI agents grant by themselves.
    #[must_use]
    pub const fn lets_agents_grant(&self) -> bool {
        matches!(self, Self::Full)
    }
}
