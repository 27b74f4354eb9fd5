//! What happens by itself: clocks that are due, and anchors of the journal.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use amends_core::case::Actor;
use amends_core::ids::{BusinessId, CaseId};
use amends_core::journal::Anchor;
use amends_core::time::{DAY, HOUR, MINUTE, SECOND, Time};

use super::job::{Answer, Job, Refused, Work};
use super::records::Records;
use super::working::Work as Going;
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
/// How often it is looked whether a day has gone by.
const RETAIN_LOOK: Duration = Duration::from_secs(30);
/// How long a case is left alone whose clock could not be rung, and the longest, in microseconds.
const ALONE_FIRST: i64 = 10 * SECOND;
const ALONE_MOST: i64 = HOUR;
/// How long a file is kept that nothing cites, in microseconds.
const KEEP_UNCITED: i64 = 7 * DAY;
/// How long answers to requests with a key are kept, in microseconds.
const KEEP_ANSWERS: i64 = 7 * DAY;

/// Lets rules that were published come to hold, until the end of the program.
pub async fn rules(records: Arc<Records>) {
    let (mut every, mut trouble) = (every(LOOK_EVERY), Trouble::of("rules that were published"));
    loop {
        every.tick().await;
        for business in records.businesses() {
            // A database that does not answer now is asked again at the next look.
            trouble.heard(&business, &publishing::look(&records, &business).await);
        }
        records.working.looked(Going::Rules);
    }
}

/// Lets the clocks of cases ring, until the end of the program.
pub async fn clocks(records: Arc<Records>) {
    let (mut every, mut trouble) = (every(LOOK_EVERY), Trouble::of("clocks"));
    let mut stuck = Stuck::default();
    loop {
        every.tick().await;
        for business in records.businesses() {
            trouble.heard(&business, &ring(&records, &business, &mut stuck).await);
        }
        records.working.looked(Going::Clocks);
    }
}

/// Anchors the journal, until the end of the program.
pub async fn anchors(records: Arc<Records>) {
    let (mut every, mut trouble) = (every(LOOK_EVERY), Trouble::of("anchors of the journal"));
    loop {
        every.tick().await;
        for business in records.businesses() {
            trouble.heard(&business, &anchor(&records, &business).await);
        }
        records.working.looked(Going::Anchors);
    }
}

/// Erases what is older than it is kept, until the end of the program.
pub async fn retention(records: Arc<Records>) {
    let (mut every, mut trouble) = (every(RETAIN_LOOK), Trouble::of("retention"));
    let mut retained_at = None::<Instant>;
    loop {
        every.tick().await;
        if retained_at.is_none_or(|at| at.elapsed() >= RETAIN_EVERY) {
            retained_at = Some(Instant::now());
            for business in records.businesses() {
                trouble.heard(&business, &privacy::retain(&records, &business).await);
            }
        }
        records.working.looked(Going::Retention);
    }
}

fn every(time: Duration) -> tokio::time::Interval {
    let mut every = tokio::time::interval(time);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    every
}

/// Cases whose clock could not be rung, each left alone for a while: a longer one each time.
#[derive(Debug, Default)]
pub struct Stuck(HashMap<(BusinessId, CaseId), Alone>);

#[derive(Clone, Copy, Debug)]
struct Alone {
    until: Time,
    micros: i64,
}

impl Stuck {
    fn is(&self, business: &BusinessId, case: &CaseId, now: Time) -> bool {
        let alone = self.0.get(&(business.clone(), case.clone()));
        // One that lies further ahead than any does is of a clock that was set back.
        alone.is_some_and(|alone| alone.until > now && alone.until.micros() - now.micros() <= ALONE_MOST)
    }

    fn heard(&mut self, business: &BusinessId, case: &CaseId, answer: &Answer, now: Time) {
        let of = (business.clone(), case.clone());
        match answer {
            Ok(done) if done.events > 0 => drop(self.0.remove(&of)),
            // It is for the database, and not for the case.
            Err(Refused::Busy | Refused::Store(StoreError::Unreachable(_) | StoreError::Full(_))) => {}
            other => {
                let before = self.0.get(&of).map(|alone| alone.micros);
                if let (None, Err(why)) = (before, other) {
                    let (business, case) = (business.as_str(), case.as_str());
                    tracing::warn!(business, case, "a clock that is due cannot be rung, and is tried again: {why:?}");
                }
                let micros = before.map_or(ALONE_FIRST, |micros| micros.saturating_mul(2).min(ALONE_MOST));
                let until = now.plus_micros(micros).unwrap_or(Time::MAX);
                self.0.insert(of, Alone { until, micros });
            }
        }
    }
}

/// Lets the clock do what is due by now; on how many cases.
///
/// # Errors
/// When the database does not answer.
pub async fn ring(records: &Records, business: &BusinessId, stuck: &mut Stuck) -> Result<usize, StoreError> {
    let now = records.clock.now();
    let most = CASES_MAX.saturating_add(i64::try_from(stuck.0.len()).unwrap_or(i64::MAX));
    let mut due = cases::due(&mut *records.store.reader().await?, business, now.micros(), most).await?;
    due.retain(|case| !stuck.is(business, case, now));
    let rings = due.iter().map(|case| {
        let work = Work::Ring { call_back: records.call_back() };
        let (business, case, by) = (business.clone(), case.clone(), Actor::Timer);
        records.writer.run(Job { business, case, by, key: None, if_version: None, work })
    });
    let came = futures_util::future::join_all(rings).await;
    for (case, came) in due.iter().zip(&came) {
        stuck.heard(business, case, came, now);
    }
    Ok(came.len())
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
