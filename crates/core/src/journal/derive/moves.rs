//! How grants move budgets, from the events of all cases.

use std::collections::HashMap;

use crate::authority::BudgetKey;
use crate::case::{Event, Happened, Part};
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

/// Grants that are set aside, so that their ends can be told: what each takes from which budgets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves(HashMap<GrantId, Vec<(BudgetKey, Money)>>);

impl Moves {
    /// The kinds of entries that move budgets; all others need not be read.
    pub const KINDS: [&str; 4] =
        ["case.reserved", "case.grant_settled", "case.grant_released", "case.grant_taken_back"];

    /// What an event moves. Those of one case come in order.
    #[must_use]
    pub fn by(&mut self, event: &Event) -> Vec<Move> {
        match &event.what {
            Happened::Reserved { id, cost, worth, budgets, .. } => {
                let takes: Vec<_> = budgets.iter().map(|key| (key.clone(), key.taken(*cost, *worth))).collect();
                self.0.insert(id.clone(), takes.clone());
                takes.into_iter().map(|(key, taken)| Move { key, reserved: taken.minor, settled: 0 }).collect()
            }
            Happened::GrantSettled { id } => self.end(id, |_, taken| taken.minor),
            Happened::GrantReleased { id, part, .. } => self.end(id, |key, taken| kept(part.as_ref(), key, taken)),
            Happened::GrantTakenBack { id } => self.end(id, |_, _| 0),
            _ => Vec::new(),
        }
    }

    fn end(&mut self, id: &GrantId, spent: impl Fn(&BudgetKey, Money) -> i64) -> Vec<Move> {
        let ended = |(key, taken): (BudgetKey, Money)| {
            let settled = spent(&key, taken);
            Move { key, reserved: taken.minor.saturating_neg(), settled }
        };
        self.0.remove(id).unwrap_or_default().into_iter().map(ended).collect()
    }
}

/// What a budget keeps of a grant that was released: what of it was done.
fn kept(part: Option<&Part>, key: &BudgetKey, taken: Money) -> i64 {
    part.map_or(0, |part| part.kept(key, taken).minor)
}
