//! What budgets hold, followed from the events of all cases.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use amends_core::case::Event;
use amends_core::ids::{BusinessId, CaseId, TeamId};
use amends_core::journal::Head;
use amends_core::journal::derive::{Columns, Difference, Moves, Rows, compare};

use crate::store::budgets::id;
use crate::store::kept::{BUDGETS, among};
use crate::store::{Conn, StoreError, journal};

/// Entries of one read.
const PAGE: i64 = 500;

/// Budgets as the journal makes them, as far as it was read.
#[derive(Debug, Default)]
pub struct Followed {
    at: HashMap<TeamId, u64>,
    moves: Moves,
    held: BTreeMap<String, (i64, i64)>,
    /// Budgets that moved since they were compared last.
    moved: BTreeSet<String>,
    /// Cases of which a grant moved since they were compared last.
    cases: BTreeSet<CaseId>,
}

impl Followed {
    /// Reads on, a page of each chain; whether all was read.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read_on(
        &mut self,
        conn: &mut Conn,
        business: &BusinessId,
        heads: &[Head],
    ) -> Result<bool, StoreError> {
        let mut all = true;
        for head in heads {
            let after = self.at.get(&head.team).copied().unwrap_or(0);
            if after >= head.seq {
                continue;
            }
            let page = journal::moving(conn, business, (&head.team, after, head.seq), PAGE).await?;
            let is_last = i64::try_from(page.len()).unwrap_or(PAGE) < PAGE;
            let last = page.last().map(|kept| kept.entry.seq);
            for kept in page {
                // What cannot be read is told where its case is looked at.
                if let Ok(event) = serde_json::from_str::<Event>(&kept.entry.event) {
                    self.take(&event);
                }
            }
            self.at.insert(head.team.clone(), if is_last { head.seq } else { last.unwrap_or(head.seq) });
            all &= is_last;
        }
        Ok(all)
    }

    fn take(&mut self, event: &Event) {
        for moved in self.moves.by(event) {
            let id = id(&moved.key);
            let (reserved, settled) = self.held.entry(id.clone()).or_default();
            *reserved = reserved.saturating_add(moved.reserved);
            *settled = settled.saturating_add(moved.settled);
            self.moved.insert(id);
        }
        self.cases.insert(event.case.clone());
    }

    /// The budgets that moved since this was asked last.
    pub fn moved(&mut self) -> Vec<String> {
        std::mem::take(&mut self.moved).into_iter().collect()
    }

    /// The cases of which a grant moved since this was asked last.
    pub fn cases(&mut self) -> Vec<CaseId> {
        std::mem::take(&mut self.cases).into_iter().collect()
    }

    /// Whether the journal has a budget.
    pub fn has(&self, id: &str) -> bool {
        self.held.contains_key(id)
    }

    /// The ids of budgets after one, so many.
    pub fn after(&self, id: &str, most: usize) -> Vec<String> {
        self.held
            .range::<str, _>((Bound::Excluded(id), Bound::Unbounded))
            .take(most)
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// Holds budgets against the journal, when all of it was read; those that are not as they should be.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn check(
        &self,
        conn: &mut Conn,
        business: &BusinessId,
        ids: &[&str],
    ) -> Result<Vec<Difference>, StoreError> {
        let found = among(conn, business, &BUDGETS, "id", ids).await?;
        let journal: Rows = ids.iter().filter_map(|id| Some(((*id).to_owned(), self.row(id)?))).collect();
        Ok(compare(BUDGETS.name, &journal, &found))
    }

    /// A budget's row.
    fn row(&self, id: &str) -> Option<Columns> {
        let (reserved, settled) = self.held.get(id)?;
        Some(Columns::from([("reserved", Some(reserved.to_string())), ("settled", Some(settled.to_string()))]))
    }
}
