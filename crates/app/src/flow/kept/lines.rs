//! What the ledger holds, followed from the events of all cases.

use std::collections::{BTreeMap, BTreeSet};

use amends_core::authority::LedgerKey;
use amends_core::case::Event;
use amends_core::ids::TeamId;
use amends_core::journal::derive::{Purchases, Rows};

use super::budgets::after;
use crate::store::StoreError;
use crate::store::kept::{held_in_order, of_line};
use crate::store::ledger::id;

/// Rows of the ledger as the journal makes them.
#[derive(Debug, Default)]
pub struct Lines {
    purchases: Purchases,
    keys: BTreeMap<String, LedgerKey>,
    /// Rows that moved since they were compared last.
    moved: BTreeSet<String>,
}

impl Lines {
    /// Takes an event of a chain in.
    pub fn take(&mut self, chain: &TeamId, event: &Event) {
        for key in self.purchases.take(chain, event) {
            let id = id(&key);
            self.moved.insert(id.clone());
            self.keys.entry(id).or_insert(key);
        }
    }

    /// The rows that moved since this was asked last.
    pub const fn moved(&mut self) -> &mut BTreeSet<String> {
        &mut self.moved
    }

    /// Whether the journal has a row.
    pub fn has(&self, id: &str) -> bool {
        self.keys.contains_key(id)
    }

    /// The ids of rows after one, so many.
    pub fn after(&self, id: &str, most: usize) -> Vec<String> {
        after(&self.keys, id, most)
    }

    /// Rows as the journal makes them. `found`: those that the table has.
    ///
    /// # Errors
    /// When a row cannot be written as text.
    pub fn rows(&self, ids: &[&str], found: &mut Rows) -> Result<Rows, StoreError> {
        let mut journal = Rows::new();
        for id in ids {
            let paid = found.get_mut(*id).and_then(held_in_order);
            let Some(key) = self.keys.get(*id) else { continue };
            if let Some(line) = self.purchases.row(key).and_then(|row| row.ledger(key, paid)) {
                journal.insert((*id).to_owned(), of_line(&line)?);
            }
        }
        Ok(journal)
    }
}
