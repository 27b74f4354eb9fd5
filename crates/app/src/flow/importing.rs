//! Bringing in what other systems knew before. A file is read twice: first every row of it is checked, and nothing is
//! written while one is wrong; then its rows are kept, some thousands a transaction, each with how far it has come. What
//! was broken off goes on where it was, and the same file again changes nothing.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::time::SystemTime;

use amends_core::book::rules::Book;
use amends_core::digest::Digest;
use amends_core::ids::BusinessId;
use amends_core::time::Time;
use anyhow::{Context as _, Result, bail};
use axum::body::Bytes;
use sha2::Digest as _;

use super::job::Refused;
use super::people::{Setting, change};
use crate::import::kinds::{Kind, Making, Mapping, Plan, Wrong};
use crate::import::{Broken, Format, Row, Source, open};
use crate::store::imports::{self, Progress};
use crate::store::{Store, StoreError};

/// Rows of one transaction. An index in another order than the file has each of its pages written once a transaction.
const ROWS: usize = 50_000;
/// Most mistakes that are told one by one.
pub const TOLD_MAX: usize = 1_000;
/// How often it is said how far it is, in rows.
const SAID_EVERY: u64 = 2_048;

/// A file, and how it is read.
#[derive(Debug)]
pub struct Import<'i> {
    /// The file.
    pub source: Source<'i>,
    /// Its format.
    pub format: Format,
    /// Where its fields are.
    pub plan: Plan<'i>,
    /// Of the file, and of how it is read.
    id: Digest,
    /// What the file was when it was looked at first.
    trace: (u64, Option<SystemTime>),
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Its rows.
    pub rows: u64,
    /// How many of them are wrong.
    pub wrong_rows: u64,
    /// What is wrong, as far as it is told one by one.
    pub wrong: Vec<Wrong>,
    /// What keeps it from being read to its end.
    pub broken: Option<Broken>,
}

/// Whose it is, and who says so when.
#[derive(Clone, Copy, Debug)]
pub struct By<'b> {
    /// The business.
    pub business: &'b BusinessId,
    /// Who, for the journal.
    pub who: &'b str,
    /// Now.
    pub now: Time,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Rows that were kept now.
    pub rows: u64,
    /// Rows that were kept before, in an import that was broken off or that ended.
    pub before: u64,
}

impl<'i> Import<'i> {
    /// Looks at a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn new(source: Source<'i>, format: Format, mapping: &Mapping, plan: Plan<'i>) -> Result<Self> {
        let (trace, hash) = (source.trace()?, source.digest()?);
        let how = format!("{} {format:?} {}", plan.kind.name(), mapping.trace());
        let id = Digest::of_parts([hash.finalize().as_slice(), how.as_bytes()]);
        Ok(Self { source, format, plan, id, trace })
    }

    /// Checks every row. `told`: how far it is, and of how much.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn check(&self, mut told: impl FnMut(u64, u64)) -> Result<Checked> {
        let mut rows = open(&self.source, self.format)?;
        rows.choose(&self.plan.columns);
        let mut making = Making::new(&self.plan);
        let (mut cells, mut values, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
        let (mut found, mut seen, hasher) = (Checked::default(), HashSet::new(), RandomState::new());
        loop {
            let Row { place, wrong: says } = match rows.next(&mut cells) {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(broken) => {
                    found.broken = Some(broken);
                    break;
                }
            };
            found.rows += 1;
            values.clear();
            let id = match says {
                Some(says) => {
                    wrong.push(Wrong { place, column: String::new(), says });
                    None
                }
                None => making.row("", place, &cells, &mut values, &mut wrong),
            };
            if id.as_ref().is_some_and(|id| !seen.insert(hasher.hash_one(id))) {
                let says = format!("`{}` is in the file twice", id.unwrap_or_default());
                let column = self.plan.column("id").to_owned();
                wrong.push(Wrong { place, column, says });
            }
            if !wrong.is_empty() {
                found.wrong_rows += 1;
                let room = TOLD_MAX.saturating_sub(found.wrong.len());
                found.wrong.extend(wrong.drain(..).take(room));
                wrong.clear();
            }
            if found.rows % SAID_EVERY == 0 {
                let (read, all) = rows.read();
                told(read, all);
            }
        }
        Ok(found)
    }

    /// Keeps the rows of a file that was checked, but for those that are wrong. `again`: also where
    /// it was imported before.
    ///
    /// # Errors
    /// When the file has changed meanwhile, or the database does not take it: what was kept stays, and the same command
    /// goes on with the rest.
    pub async fn keep(
        &self,
        store: &Store,
        by: By<'_>,
        checked: &Checked,
        again: bool,
        mut told: impl FnMut(u64, u64),
    ) -> Result<Kept> {
        let By { business, who, now } = by;
        let (id, all) = (self.id.as_str(), checked.rows);
        let before = imports::progress(&mut *store.reader().await?, business, id).await?;
        let begun = before.filter(|_| !again).map_or(0, |p| u64::try_from(p.done).unwrap_or(0));
        if before.is_some_and(|p| !again && p.done == p.rows) {
            return Ok(Kept { rows: 0, before: begun });
        }
        let mut conn = store.own_writer().await?;
        conn.will_write_much().await?;
        let mut rows = open(&self.source, self.format)?;
        rows.choose(&self.plan.columns);
        let mut making = Making::new(&self.plan);
        let (mut cells, mut values, mut wrong, mut seen) = (Vec::new(), Vec::new(), Vec::new(), HashSet::new());
        let (mut number, mut kept, hasher) = (0_u64, 0_u64, RandomState::new());
        let width = imports::width(self.plan.kind);
        loop {
            let row = rows.next(&mut cells)?;
            if let Some(Row { place, wrong: says }) = &row {
                number += 1;
                let is_new = number > begun;
                let at = values.len();
                let made = match says {
                    Some(_) => None,
                    None => making.row(business.as_str(), *place, &cells, &mut values, &mut wrong),
                };
                wrong.clear();
                // Of two rows with one id the first counts, as it was told.
                if made.is_some_and(|id| !seen.insert(hasher.hash_one(&id))) || !is_new {
                    values.truncate(at);
                }
                if number % SAID_EVERY == 0 {
                    told(number, all);
                }
                if values.len() < ROWS * width {
                    continue;
                }
            }
            let is_last = row.is_none();
            if is_last && (number != all || self.source.trace()? != self.trace) {
                bail!("{} was changed while it was read: import it again", self.source);
            }
            let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            let progress = Progress { rows: whole(all), done: whole(number) };
            let done = conn.as_one(async |conn| {
                imports::keep(conn, self.plan.kind, &values).await?;
                imports::set(conn, business, id, self.plan.kind, progress, now.micros()).await
            });
            let done: Result<(), StoreError> = done.await;
            done.context("what was kept so far stays: the same command goes on with the rest")?;
            kept += u64::try_from(values.len() / width).unwrap_or(0);
            values.clear();
            if is_last {
                break;
            }
        }
        drop(conn);
        let said = [Setting::Imported(self.plan.kind.name(), id.to_owned(), number)];
        change(store, business, who, &said, now).await?;
        Ok(Kept { rows: kept, before: begun })
    }
}

/// What is asked of a file that was sent.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What it holds.
    pub kind: Kind,
    /// Its format.
    pub format: Format,
    /// Where its fields are.
    pub mapping: Mapping,
    /// Whether rows that are wrong are left out.
    pub skip_wrong: bool,
    /// Whether it is only looked at.
    pub only_check: bool,
    /// Whether it is kept also where it was before.
    pub again: bool,
}

/// What came of a file that was sent.
#[derive(Clone, Debug)]
pub struct Came {
    /// What it holds.
    pub checked: Checked,
    /// What was kept; none: nothing was written.
    pub kept: Option<Kept>,
}

/// Checks a file that was sent, and keeps its rows where it may; else why it cannot be looked at, in words.
///
/// # Errors
/// When the database does not take it: what was kept stays, and the same file goes on with the rest.
pub async fn bring(
    store: &Store,
    by: By<'_>,
    book: Arc<Book>,
    bytes: Bytes,
    asked: Asked,
) -> Result<Result<Came, String>, Refused> {
    let (store, business, who, now) = (store.clone(), by.business.clone(), by.who.to_owned(), by.now);
    let runtime = tokio::runtime::Handle::current();
    // Reading and checking are work for a processor, and others wait for this one.
    let work = tokio::task::spawn_blocking(move || {
        let by = By { business: &business, who: &who, now };
        brought(&store, by, &book, bytes, &asked, &runtime)
    });
    work.await.map_err(|e| Refused::Store(StoreError::Failed(e.to_string())))?
}

fn brought(
    store: &Store,
    by: By<'_>,
    book: &Book,
    bytes: Bytes,
    asked: &Asked,
    runtime: &tokio::runtime::Handle,
) -> Result<Result<Came, String>, Refused> {
    let source = Source::Sent(bytes);
    let looked = || -> Result<(Import<'_>, Checked)> {
        let columns = open(&source, asked.format)?.columns();
        let plan = Plan::new(asked.kind, &asked.mapping, columns.as_deref(), Some(book))?;
        let import = Import::new(source.clone(), asked.format, &asked.mapping, plan)?;
        let checked = import.check(|_, _| ())?;
        Ok((import, checked))
    };
    let (import, checked) = match looked() {
        Ok(looked) => looked,
        Err(e) => return Ok(Err(format!("{e:#}"))),
    };
    let is_good = checked.broken.is_none() && (checked.wrong_rows == 0 || asked.skip_wrong);
    if asked.only_check || !is_good {
        return Ok(Ok(Came { checked, kept: None }));
    }
    let kept = runtime.block_on(import.keep(store, by, &checked, asked.again, |_, _| ())).map_err(|e| {
        let store = e.downcast_ref::<StoreError>().cloned();
        Refused::Store(store.unwrap_or_else(|| StoreError::Failed(format!("{e:#}"))))
    })?;
    Ok(Ok(Came { checked, kept: Some(kept) }))
}
