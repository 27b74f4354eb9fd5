//! How grants move budgets, from the events of all cases.

use std::collections::HashMap;

use crate::authority::BudgetKey;
use crate::case::{Event, Happened};
use crate::ids::GrantId;
use crate::money::Money;

/// One movement of a budget, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Which budget.
    pub key: BudgetKey,
    /// What is set aside by it; below zero: what is no longer.
    pub reserved: i64,
    /// What is spent by it.
    pub settled: i64,
}

/// Grants that are set aside, so that their ends can be told: what they cost, and from which budgets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves(HashMap<GrantId, (Money, Vec<BudgetKey>)>);

impl Moves {
    /// The kinds of entries that move budgets; all others need not be read.
    pub const KINDS: [&str; 4] =
        ["case.reserved", "case.grant_settled", "case.grant_released", "case.grant_taken_back"];

    /// What an event moves. Those of one case come in order.
    #[must_use]
    pub fn by(&mut self, event: &Event) -> Vec<Move> {
        let (id, settles) = match &event.what {
            Happened::Reserved { id, cost, budgets, .. } => {
                self.0.insert(id.clone(), (*cost, budgets.clone()));
                let aside = |key: &BudgetKey| Move { key: key.clone(), reserved: cost.minor, settled: 0 };
                return budgets.iter().map(aside).collect();
            }
            Happened::GrantSettled { id } => (id, 1),
            Happened::GrantReleased { id, .. } | Happened::GrantTakenBack { id } => (id, 0),
            _ => return Vec::new(),
        };
        let Some((cost, keys)) = self.0.remove(id) else { return Vec::new() };
        let ended = |key| Move { key, reserved: cost.minor.saturating_neg(), settled: cost.minor.saturating_mul(settles) };
        keys.into_iter().map(ended).collect()
    }
}
