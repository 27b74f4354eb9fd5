//! Cases that were read before: as good as the journal while their version is that of their row.

use std::collections::HashMap;

use amends_core::case::Case;
use amends_core::ids::{BusinessId, CaseId};

/// Most events of all the cases that are kept; some kilobytes each.
const EVENTS_MAX: u64 = 60_000;

/// Cases that were read before.
#[derive(Debug, Default)]
pub struct Known {
    cases: HashMap<(BusinessId, CaseId), (Case, u64)>,
    events: u64,
    turn: u64,
}

impl Known {
    /// Takes a case out, when it is known at a version.
    pub fn take(&mut self, business: &BusinessId, case: &CaseId, version: u64) -> Option<Case> {
        let (case, _) = self.cases.remove(&(business.clone(), case.clone()))?;
        self.events -= case.version;
        (case.version == version).then_some(case)
    }

    /// Keeps a case.
    pub fn keep(&mut self, case: Case) {
        self.turn += 1;
        self.events += case.version;
        let before = self.cases.insert((case.business.clone(), case.id.clone()), (case, self.turn));
        self.events -= before.map_or(0, |(case, _)| case.version);
        if self.events > EVENTS_MAX {
            self.make_room();
        }
    }

    /// Forgets the half that was used longest ago.
    fn make_room(&mut self) {
        let mut turns: Vec<u64> = self.cases.values().map(|(_, turn)| *turn).collect();
        turns.sort_unstable();
        let middle = turns.get(turns.len() / 2).copied().unwrap_or(u64::MAX);
        self.cases.retain(|_, (_, turn)| *turn > middle);
        self.events = self.cases.values().map(|(case, _)| case.version).sum();
    }
}
