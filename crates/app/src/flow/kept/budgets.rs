//! What budgets and the ledger hold, followed from the events of all cases.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use amends_core::case::Event;
use amends_core::ids::{BusinessId, CaseId, TeamId};
use amends_core::journal::Head;
use amends_core::journal::derive::{Columns, Difference, Moves, Rows, compare};

use super::lines::Lines;
use super::{Kept, Place};
use crate::store::budgets::id;
use crate::store::kept::{LEDGER, Table, among};
use crate::store::{Conn, StoreError, journal};

/// Entries of one read.
const PAGE: i64 = 500;

/// Budgets and the ledger as the journal makes them, as far as it was read.
#[derive(Debug, Default)]
pub struct Followed {
    at: HashMap<TeamId, u64>,
    moves: Moves,
    held: BTreeMap<String, (i64, i64)>,
    /// Budgets that moved since they were compared last.
    moved: BTreeSet<String>,
    /// The rows of the ledger.
    lines: Lines,
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
                    self.take(&head.team, &event);
                }
            }
            self.at.insert(head.team.clone(), if is_last { head.seq } else { last.unwrap_or(head.seq) });
            all &= is_last;
        }
        Ok(all)
    }

    /// Reads on where rows are not as they were written last, so many pages at most, and holds those rows against the journal:
    /// the places that hold. While the journal was not read to its end none of them is believed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn look(
        &mut self,
        conn: &mut Conn,
        kept: &Kept,
        business: &BusinessId,
        (rows, pages_most): (&[(&'static Table, String)], usize),
    ) -> Result<Vec<Place>, StoreError> {
        let heads = journal::heads(conn, business).await?;
        let mut is_read = false;
        for _ in 0..pages_most {
            is_read = self.read_on(conn, business, &heads).await?;
            if is_read {
                break;
            }
        }
        let mut hold = Vec::new();
        for (table, id) in rows {
            let place = if *table == &LEDGER { Place::Line(id.clone()) } else { Place::Budget(id.clone()) };
            let differs = if is_read {
                self.check(conn, business, table, &[id]).await?
            } else {
                let why = "it is not as it was written last, and the journal is still being read";
                vec![Difference::of_journal(format!("table `{}`, row `{id}`", table.name), why)]
            };
            kept.looked_at(business, place.clone(), &differs);
            if differs.is_empty() {
                hold.push(place);
            }
        }
        Ok(hold)
    }

    fn take(&mut self, chain: &TeamId, event: &Event) {
        self.lines.take(chain, event);
        for moved in self.moves.by(event) {
            let id = id(&moved.key);
            let (reserved, settled) = self.held.entry(id.clone()).or_default();
            *reserved = reserved.saturating_add(moved.reserved);
            *settled = settled.saturating_add(moved.settled);
            self.moved.insert(id);
        }
        self.cases.insert(event.case.clone());
    }

    /// The rows of a table that moved since this was asked last.
    pub fn moved(&mut self, table: &Table) -> Vec<String> {
        let moved = if table == &LEDGER { self.lines.moved() } else { &mut self.moved };
        std::mem::take(moved).into_iter().collect()
    }

    /// The cases of which a grant moved since this was asked last.
    pub fn cases(&mut self) -> Vec<CaseId> {
        std::mem::take(&mut self.cases).into_iter().collect()
    }

    /// Whether the journal has a row of a table.
    pub fn has(&self, table: &Table, id: &str) -> bool {
        if table == &LEDGER { self.lines.has(id) } else { self.held.contains_key(id) }
    }

    /// The ids of a table's rows after one, so many.
    pub fn after(&self, table: &Table, id: &str, most: usize) -> Vec<String> {
        if table == &LEDGER { self.lines.after(id, most) } else { after(&self.held, id, most) }
    }

    /// Holds rows of a table against the journal, when all of it was read; those that are not as they should be.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn check(
        &self,
        conn: &mut Conn,
        business: &BusinessId,
        table: &'static Table,
        ids: &[&str],
    ) -> Result<Vec<Difference>, StoreError> {
        let mut found = among(conn, business, table, "id", ids).await?;
        let journal = if table == &LEDGER {
            self.lines.rows(ids, &mut found)?
        } else {
            ids.iter().filter_map(|id| Some(((*id).to_owned(), self.row(id)?))).collect()
        };
        Ok(compare(table.name, &journal, &found))
    }

    /// A row of the ledger as the journal makes it; none: it has no such row.
    ///
    /// # Errors
    /// When it cannot be written as text.
    pub fn line(&self, id: &str) -> Result<Option<Columns>, StoreError> {
        Ok(self.lines.rows(&[id], &mut Rows::new())?.remove(id))
    }

    /// A budget's row.
    fn row(&self, id: &str) -> Option<Columns> {
        let (reserved, settled) = self.held.get(id)?;
        Some(Columns::from([("reserved", Some(reserved.to_string())), ("settled", Some(settled.to_string()))]))
    }
}

/// The ids after one, so many.
pub fn after<T>(rows: &BTreeMap<String, T>, id: &str, most: usize) -> Vec<String> {
    rows.range::<str, _>((Bound::Excluded(id), Bound::Unbounded)).take(most).map(|(id, _)| id.clone()).collect()
}
