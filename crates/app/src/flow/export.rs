//! The export: a business's journal with everything needed to verify it, line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, TeamId};
use amends_core::journal::derive::Difference;
use amends_core::journal::{Anchor, Export, FORMAT, Header, Line};
use amends_core::time::Time;

use super::kept::chains;
use super::timer::next_anchor;
use crate::store::{Conn, Store, StoreError, assessments, books, journal};

/// How often it is anchored again when another program was first.
const TRIES_MAX: u32 = 5;
/// Rows of one read.
const PAGE: i64 = 500;

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
pub enum NotExported {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Where it is written.
    #[error("the export cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

/// Writes the export of a business as it stands when it begins; how many lines it has.
///
/// # Errors
/// When the database cannot be read, or a line cannot be written: then it has no `end`, and does not verify.
pub async fn export(store: &Store, business: &BusinessId, now: Time, out: &mut impl Write) -> Result<u64, NotExported> {
    // What is exported is anchored: whoever keeps the last anchor sees whatever is cut off afterwards.
    anchor(store, business, now).await?;
    let mut conn = store.reader().await?;
    let anchors = all_anchors(&mut conn, business).await?;
    let mut to: BTreeMap<TeamId, u64> = BTreeMap::new();
    for head in anchors.iter().flat_map(|anchor| &anchor.heads) {
        to.insert(head.team.clone(), head.seq);
    }
    let mut lines = Lines { out, so_far: Export::default() };
    lines.write(&Line::Header(Header { format: FORMAT, business: business.clone(), at: now }))?;
    let mut known = BTreeSet::new();
    for book in books::all(&mut conn, business).await? {
        known.insert(book.digest.clone());
        lines.write(&Line::Book(book))?;
    }
    write_assessments(&mut conn, business, &known, &mut lines).await?;
    let mut at: BTreeMap<TeamId, u64> = BTreeMap::new();
    for anchor in anchors {
        for head in &anchor.heads {
            write_chain(&mut conn, business, &head.team, head.seq, &mut at, &mut lines).await?;
        }
        lines.write(&Line::Anchor(anchor))?;
    }
    for (team, seq) in &to {
        write_chain(&mut conn, business, team, *seq, &mut at, &mut lines).await?;
    }
    let end = lines.so_far.end();
    let count = end.lines + 1;
    lines.write(&Line::End(end))?;
    lines.out.flush()?;
    Ok(count)
}

/// Anchors the chains as they stand.
async fn anchor(store: &Store, business: &BusinessId, now: Time) -> Result<(), StoreError> {
    let mut conn = store.writer().await?;
    for _ in 0..TRIES_MAX {
        let Some(anchor) = next_anchor(&mut conn, business, now).await? else { return Ok(()) };
        match journal::add_anchor(&mut conn, &anchor).await {
            // Another program was first: what moved since is anchored after it.
            Err(StoreError::Conflict(_)) => {}
            done => return done,
        }
    }
    Err(StoreError::Conflict("the anchors of the journal".to_owned()))
}

/// What shows that the journal was cut off: heads, anchors, the rows of cases, and answers that were given.
///
/// # Errors
/// When the database does not answer.
pub async fn cut_off(store: &Store, business: &BusinessId) -> Result<Vec<Difference>, StoreError> {
    store.writer().await?.at_one_moment(async |conn| chains::check_cut(conn, business).await).await
}

struct Lines<'o, W> {
    out: &'o mut W,
    so_far: Export,
}

impl<W: Write> Lines<'_, W> {
    fn write(&mut self, line: &Line) -> Result<(), std::io::Error> {
        let text = self.so_far.line(line);
        self.out.write_all(text.as_bytes())?;
        self.out.write_all(b"\n")
    }
}

async fn all_anchors(conn: &mut Conn, business: &BusinessId) -> Result<Vec<Anchor>, StoreError> {
    let mut all = Vec::new();
    loop {
        let after = all.last().map_or(0, |anchor: &Anchor| anchor.number);
        let page = journal::anchors(conn, business, after, PAGE).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// Writes the assessments that were read from those books. One of another book is newer than the heads, so that no
/// entry of this export cites it.
async fn write_assessments<W: Write>(
    conn: &mut Conn,
    business: &BusinessId,
    books: &BTreeSet<Digest>,
    lines: &mut Lines<'_, W>,
) -> Result<(), NotExported> {
    let mut after = String::new();
    loop {
        let page = assessments::page(conn, business, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.digest.to_string();
        for line in page.into_iter().filter(|line| books.contains(&line.book)) {
            lines.write(&Line::Assessment(line))?;
        }
    }
}

/// Entries of a chain that were not written yet, up to a number.
async fn write_chain<W: Write>(
    conn: &mut Conn,
    business: &BusinessId,
    team: &TeamId,
    to: u64,
    at: &mut BTreeMap<TeamId, u64>,
    lines: &mut Lines<'_, W>,
) -> Result<(), NotExported> {
    let mut from = at.get(team).copied().unwrap_or(0);
    while from < to {
        let page = journal::of_chain(conn, business, team, from, PAGE).await?;
        let Some(last) = page.last() else { break };
        from = last.entry.seq.min(to);
        for kept in page.into_iter().filter(|kept| kept.entry.seq <= to) {
            lines.write(&Line::Entry(kept.entry))?;
        }
    }
    at.insert(team.clone(), from);
    Ok(())
}
