//! Whether what is kept holds together: the journal is the truth, and tables are held against it.
//!
//! To hold one more table: name it in [`crate::store::kept`], make its rows from events (beside [`cases::expected`] for what is
//! of one case, in the core's `journal::derive` for what is of many), and compare where [`cases`] or [`watch`] do.

pub mod budgets;
pub mod cases;
pub mod chains;
pub mod lines;
pub mod mend;
pub mod promised;
mod respelled;
pub mod standing;
pub mod watch;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use amends_core::ids::{BusinessId, CaseId, TeamId};
use amends_core::journal::derive::Difference;
use amends_core::time::Time;

use crate::store::{Store, StoreError};

/// Most places of a business that are remembered as not holding together.
const PLACES_MAX: usize = 200;

/// A place that is checked by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// People, teams, limits, keys, webhooks, inlets, published rules.
    Settings,
    /// One budget, by its row.
    Budget(String),
    /// One row of the ledger, by its id.
    Line(String),
    /// A case, with its grants, questions and steps.
    Case(CaseId),
    /// A row of a table that belongs to no case, or to none that has it: the table, the row's key, and its case.
    Stray(&'static str, String, String),
    /// A chain's end.
    Chain(TeamId),
    /// An entry of a chain, and whether it follows from the one before.
    Entry(TeamId, u64),
    /// An anchor.
    Anchor(u64),
    /// How far a chain was anchored, against all anchors.
    Anchored(TeamId),
}

/// What is known of a business.
#[derive(Debug, Default)]
struct Known {
    /// Whether all was looked at once since the start.
    whole: bool,
    differs: BTreeMap<Place, Vec<Difference>>,
}

/// What is known to differ, by business: shared by all that pays out, checks and tells.
#[derive(Debug, Default)]
pub struct Kept(Mutex<HashMap<BusinessId, Known>>);

/// Brings in line, once, what an older version of this program kept otherwise, before anything is held against the journal.
///
/// # Errors
/// When the database does not take it.
pub async fn adopt(store: &Store, business: &BusinessId, now: Time) -> Result<(), StoreError> {
    standing::adopt(store, business, now).await?;
    respelled::adopt(store, business).await
}

impl Kept {
    /// Whether something of a business does not hold together: then nothing is paid out.
    pub fn differs(&self, business: &BusinessId) -> bool {
        self.read(business, |known| !known.differs.is_empty())
    }

    /// What of a business does not hold together.
    pub fn differences(&self, business: &BusinessId) -> Vec<Difference> {
        self.read(business, |known| known.differs.values().flatten().cloned().collect())
    }

    /// In one word: `whole`, `differs`, or `checking` until all was looked at once.
    pub fn word(&self, business: &BusinessId) -> &'static str {
        self.read(business, |known| match (known.differs.is_empty(), known.whole) {
            (false, _) => "differs",
            (true, true) => "whole",
            (true, false) => "checking",
        })
    }

    /// The places that did not hold together when they were looked at last.
    pub fn places(&self, business: &BusinessId) -> Vec<Place> {
        self.read(business, |known| known.differs.keys().cloned().collect())
    }

    /// A place was looked at. What is new is told in the log, and that it is over.
    pub fn looked_at(&self, business: &BusinessId, place: Place, found: &[Difference]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(business.clone()).or_default();
        let of = business.as_str();
        if found.is_empty() {
            if known.differs.remove(&place).is_some() && known.differs.is_empty() {
                tracing::warn!(business = of, "what is kept holds together again: payouts go on");
            }
        } else if known.differs.contains_key(&place) || known.differs.len() < PLACES_MAX {
            let before = known.differs.insert(place, found.to_vec()).unwrap_or_default();
            for difference in found.iter().filter(|one| !before.contains(one)) {
                tracing::error!(
                    business = of,
                    "what is kept does not hold together, and nothing is paid out until it does: {difference}"
                );
            }
        }
    }

    /// All of a business was looked at once.
    pub fn looked_at_all(&self, business: &BusinessId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(business.clone()).or_default().whole = true;
    }

    fn read<T>(&self, business: &BusinessId, of: impl FnOnce(&Known) -> T) -> T {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        of(all.get(business).unwrap_or(&Known::default()))
    }
}
