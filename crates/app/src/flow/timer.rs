//! What happens by itself: clocks that are due, and anchors of the journal.

use std::sync::Arc;
use std::time::{Duration, Instant};

use amends_core::case::Actor;
use amends_core::ids::BusinessId;
use amends_core::journal::Anchor;
use amends_core::time::{DAY, MINUTE, Time};

use super::job::{Job, Work};
use super::records::Records;
use super::{access, links, privacy, publishing, tell};
use crate::signs::log::Trouble;
use crate::store::{Conn, StoreError, cases, files, journal, requests};

/// How often it is looked for what is due.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Most cases of one look.
const CASES_MAX: i64 = 200;
/// How often chains that moved are anchored, in microseconds.
const ANCHOR_EVERY: i64 = MINUTE;
/// How often it is looked for what is older than it is kept.
const RETAIN_EVERY: Duration = Duration::from_hours(24);
/// How long a file is kept that nothing cites, in microseconds.
const KEEP_UNCITED: i64 = 7 * DAY;
/// How long answers to requests with a key are kept, in microseconds.
const KEEP_ANSWERS: i64 = 7 * DAY;

/// Looks for what is due until the end of the program.
pub async fn run(records: Arc<Records>) {
    let mut every = tokio::time::interval(LOOK_EVERY);
    let mut published = Trouble::of("rules that were published");
    let (mut rung, mut anchored) = (Trouble::of("clocks"), Trouble::of("anchors of the journal"));
    let (mut retained, mut retained_at) = (Trouble::of("retention"), None::<Instant>);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        let is_day = retained_at.is_none_or(|at| at.elapsed() >= RETAIN_EVERY);
        if is_day {
            retained_at = Some(Instant::now());
        }
        for business in records.businesses() {
            // A database that does not answer now is asked again at the next look.
            published.heard(&business, &publishing::look(&records, &business).await);
            rung.heard(&business, &ring(&records, &business).await);
            anchored.heard(&business, &anchor(&records, &business).await);
            if is_day {
                retained.heard(&business, &privacy::retain(&records, &business).await);
            }
        }
    }
}

/// Lets the clock do what is due by now; on how many cases.
///
/// # Errors
/// When the database does not answer.
pub async fn ring(records: &Records, business: &BusinessId) -> Result<usize, StoreError> {
    let now = records.clock.now();
    let due = cases::due(&mut *records.store.reader().await?, business, now.micros(), CASES_MAX).await?;
    let rings = due.iter().map(|case| {
        let work = Work::Ring { call_back: records.call_back() };
        let (business, case, by) = (business.clone(), case.clone(), Actor::Timer);
        records.writer.run(Job { business, case, by, key: None, if_version: None, work })
    });
    // What is refused is no longer due, or is asked for again.
    Ok(futures_util::future::join_all(rings).await.len())
}

/// Folds the chains that moved into an anchor, when a minute has gone by since the last; whether it did.
///
/// # Errors
/// When the database does not answer.
pub async fn anchor(records: &Records, business: &BusinessId) -> Result<bool, StoreError> {
    let now = records.clock.now();
    let last = journal::last_anchor(&mut *records.store.reader().await?, business).await?;
    if last.as_ref().is_some_and(|last| now.micros() - last.at.micros() < ANCHOR_EVERY) {
        return Ok(false);
    }
    let Some(anchor) = next_anchor(&mut *records.store.reader().await?, business, now).await? else {
        return Ok(false);
    };
    let mut conn = records.store.writer().await?;
    requests::forget(&mut conn, business, now.micros() - KEEP_ANSWERS).await?;
    files::tidy(&mut conn, business, now.micros() - KEEP_UNCITED).await?;
    tell::forget(&mut conn, business, now).await?;
    access::tidy(&mut conn, business, now).await?;
    links::tidy(&mut conn, business, now).await?;
    match journal::add_anchor(&mut conn, &anchor).await {
        Ok(()) => Ok(true),
        // Another program was first.
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(e) => Err(e),
    }
}

/// The anchor of the chains that moved since the last; none where none did.
///
/// # Errors
/// When the database does not answer.
pub async fn next_anchor(conn: &mut Conn, business: &BusinessId, now: Time) -> Result<Option<Anchor>, StoreError> {
    let last = journal::last_anchor(conn, business).await?;
    // How far they are anchored first: what moves meanwhile moved since.
    let anchored = journal::anchored(conn, business).await?;
    let heads = journal::heads(conn, business).await?;
    let moved = heads.into_iter().filter(|h| h.seq > 0 && anchored.get(&h.team).is_none_or(|seq| h.seq > *seq));
    let anchor = Anchor::fold(business.clone(), last.as_ref(), now, moved);
    Ok(Some(anchor).filter(|anchor| !anchor.heads.is_empty()))
}
