//! One transaction for many jobs: lock and read, decide in the core, write, commit once; each job gets its own answer.
//!
//! Rows are locked table by table in one order (cases, budgets, the ledger, customers, steps, chains) and within a table by their keys, so
//! that two programs never wait for each other in a circle.

mod bench;
mod decide;
mod load;
mod save;

use std::collections::HashMap;
use std::sync::Arc;

use amends_core::authority::Ledger;
use amends_core::book::rules::Book;
use amends_core::ids::BusinessId;
use amends_core::journal::derive::Standing;
use amends_core::time::Time;

use bench::Bench;
pub use load::read_cases;
pub(super) use save::book_line;

use super::job::{Answer, Job};
use super::kept::Kept;
use super::kept::budgets::Followed;
use super::known::Known;
use super::rules::Rules;
use crate::store::budgets::Taken;
use crate::store::{Conn, StoreError};

/// Most budgets whose last writing is remembered.
const BUDGETS_MAX: usize = 20_000;
/// Most rows of the ledger whose last writing is remembered.
const LINES_MAX: usize = 20_000;

/// What the writer remembers between batches.
#[derive(Debug, Default)]
pub struct Memory {
    /// Cases.
    pub known: Known,
    /// What holds in each business.
    pub rules: HashMap<BusinessId, Arc<Rules>>,
    /// What was read of the chain of settings.
    pub standings: HashMap<BusinessId, Standing>,
    /// What budgets were written as last, where nobody else writes.
    pub budgets: HashMap<(BusinessId, String), Taken>,
    /// What rows of the ledger were written as last, where nobody else writes.
    pub lines: HashMap<(BusinessId, String), Ledger>,
    /// What the journal makes of budgets, as far as it had to be read.
    pub followed: HashMap<BusinessId, Followed>,
    /// What does not hold together.
    pub kept: Arc<Kept>,
    /// Whether a commit was begun of which nothing is known yet.
    pub commits: bool,
}

impl Memory {
    fn wrote(&mut self, bench: &Bench) {
        if self.budgets.len() > BUDGETS_MAX {
            self.budgets.clear();
        }
        if self.lines.len() > LINES_MAX {
            self.lines.clear();
        }
        for line in bench.ledgers.values().filter(|line| line.moved) {
            self.lines.insert((bench.business.clone(), line.id.clone()), line.ledger.clone());
        }
        for slot in bench.budgets.values().filter(|slot| slot.moved) {
            let taken = Taken { reserved: slot.budget.reserved().minor, settled: slot.budget.settled().minor };
            self.budgets.insert((bench.business.clone(), slot.id.clone()), taken);
        }
    }
}

/// What a batch did.
#[derive(Debug)]
pub struct Ran {
    /// An answer a job.
    pub answers: Vec<Answer>,
    /// Whether the journal grew.
    pub wrote: bool,
}

/// Does jobs of one business, no two on the same case, in one transaction.
///
/// # Errors
/// Nothing was done then; after [`StoreError::Uncertain`] it is not known.
pub async fn run(
    conn: &mut Conn,
    memory: &mut Memory,
    book: &Arc<Book>,
    jobs: &[Job],
    now: Time,
) -> Result<Ran, StoreError> {
    let Some(first) = jobs.first() else { return Ok(Ran { answers: Vec::new(), wrote: false }) };
    conn.begin().await?;
    match attempt(conn, memory, book, &first.business, jobs, now).await {
        Ok((bench, answers)) => {
            let wrote = bench.has_writes();
            memory.commits = wrote;
            let ended = if wrote { conn.commit().await } else { conn.rollback().await };
            if let Err(e) = ended {
                // A commit that failed may leave the transaction open.
                let _ = conn.rollback().await;
                memory.commits = false;
                return Err(e);
            }
            if wrote && !conn.is_shared() {
                memory.wrote(&bench);
            }
            bench.cases.into_values().for_each(|case| memory.known.keep(case));
            memory.commits = false;
            Ok(Ran { answers, wrote })
        }
        Err(e) => {
            // The connection may be gone: then so is the transaction.
            let _ = conn.rollback().await;
            Err(e)
        }
    }
}

async fn attempt(
    conn: &mut Conn,
    memory: &mut Memory,
    book: &Arc<Book>,
    business: &BusinessId,
    jobs: &[Job],
    now: Time,
) -> Result<(Bench, Vec<Answer>), StoreError> {
    let rules = load::rules(conn, memory, book, business, now).await?;
    let mut bench = Bench::new(business.clone(), rules, now);
    let replays = load::cases(conn, memory, &mut bench, jobs).await?;
    load::what_grants_touch(conn, &mut bench, jobs).await?;
    load::what_was_written(conn, memory, &bench).await?;
    bench.differs = memory.kept.differs(business);
    load::what_was_begun(conn, &mut bench, jobs).await?;
    load::who_is_there(conn, &mut bench, jobs).await?;
    load::heads(conn, &mut bench, jobs).await?;
    let mut answers = Vec::with_capacity(jobs.len());
    for job in jobs {
        answers.push(match replays.answer(job) {
            Some(answer) => answer,
            None => bench.answer(job)?,
        });
    }
    bench.keep_answers(jobs, &answers, &replays)?;
    save::all(conn, &mut bench).await?;
    Ok((bench, answers))
}
