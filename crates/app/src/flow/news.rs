//! What happens, as it happens: the journal read on as it grows, told to everyone who listens.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use amends_core::ids::{BusinessId, TeamId};
use tokio::sync::broadcast;

use super::records::Records;
use super::seal;
use super::working::Work;
use crate::store::journal::{self, Kept};
use crate::store::{Conn, Store, StoreError};

/// How long until it is looked for what another program wrote.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Most entries that a listener may be behind; one that is further behind is told to come again.
const BEHIND_MAX: usize = 4_096;
/// Entries of one read.
const PAGE: i64 = 500;

/// How far someone has read: the last entry of each chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor(BTreeMap<TeamId, u64>);

impl Cursor {
    /// Reads `shop=12,web=3`.
    pub fn parse(text: &str) -> Option<Self> {
        let pair = |pair: &str| {
            let (team, seq) = pair.split_once('=')?;
            Some((TeamId::parse(team).ok()?, seq.parse().ok()?))
        };
        text.split(',').filter(|pair| !pair.is_empty()).map(pair).collect::<Option<_>>().map(Self)
    }

    /// Whether an entry comes after it.
    pub fn is_before(&self, kept: &Kept) -> bool {
        self.0.get(&kept.entry.team).is_none_or(|seq| kept.entry.seq > *seq)
    }

    /// Goes on to an entry.
    pub fn pass(&mut self, kept: &Kept) {
        self.0.insert(kept.entry.team.clone(), kept.entry.seq);
    }

    /// Whether it has come further than another in some chain.
    pub fn is_ahead_of(&self, other: &Self) -> bool {
        self.0.iter().any(|(team, seq)| *seq > other.seq(team))
    }

    /// The last entry of a chain.
    pub fn seq(&self, team: &TeamId) -> u64 {
        self.0.get(team).copied().unwrap_or(0)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, (team, seq)) in self.0.iter().enumerate() {
            write!(f, "{}{team}={seq}", if at > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}

/// What is told, by business.
#[derive(Debug, Default)]
pub struct News {
    feeds: Mutex<HashMap<BusinessId, Feed>>,
}

#[derive(Debug)]
struct Feed {
    told: broadcast::Sender<Arc<Kept>>,
    at: Cursor,
}

impl News {
    /// Listens from now on: what is told, and how far everything before has been.
    pub fn listen(&self, business: &BusinessId) -> Option<(broadcast::Receiver<Arc<Kept>>, Cursor)> {
        let feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        feeds.get(business).map(|feed| (feed.told.subscribe(), feed.at.clone()))
    }

    /// How far it was told.
    pub fn at(&self, business: &BusinessId) -> Option<Cursor> {
        let feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        feeds.get(business).map(|feed| feed.at.clone())
    }

    fn begin(&self, business: &BusinessId, at: Cursor) {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        feeds.entry(business.clone()).or_insert_with(|| Feed { told: broadcast::channel(BEHIND_MAX).0, at });
    }

    fn tell(&self, business: &BusinessId, entries: Vec<Kept>) {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(feed) = feeds.get_mut(business) else { return };
        for kept in entries.into_iter().map(Arc::new) {
            feed.at.pass(&kept);
            // Nobody listening is no fault.
            let _ = feed.told.send(kept);
        }
    }
}

/// Where every chain of a business stands now.
///
/// # Errors
/// When the database does not answer.
pub async fn now(store: &Store, business: &BusinessId) -> Result<Cursor, StoreError> {
    heads(&mut *store.reader().await?, business).await
}

/// Where every chain of a business stands.
async fn heads(conn: &mut Conn, business: &BusinessId) -> Result<Cursor, StoreError> {
    let heads = journal::heads(conn, business).await?;
    Ok(Cursor(heads.into_iter().map(|head| (head.team, head.seq)).collect()))
}

/// Tells what happens until the end of the program.
pub async fn run(records: Arc<Records>) {
    let mut written = records.writer.written();
    loop {
        for business in records.businesses() {
            // A database that does not answer now is asked again.
            let _ = look(&records, &business).await;
        }
        records.working.looked(Work::News);
        // What others write is seen at the next look.
        let _ = tokio::time::timeout(LOOK_EVERY, written.changed()).await;
    }
}

/// Tells what was written since the last look.
///
/// # Errors
/// When the database does not answer.
pub async fn look(records: &Records, business: &BusinessId) -> Result<(), StoreError> {
    let mut conn = records.store.reader().await?;
    let now = heads(&mut conn, business).await?;
    let Some(at) = records.news.at(business) else {
        records.news.begin(business, now);
        return Ok(());
    };
    for (team, seq) in &now.0 {
        let mut from = at.seq(team);
        while from < *seq {
            let mut page = journal::of_chain(&mut conn, business, team, from, PAGE).await?;
            let Some(last) = page.last() else { break };
            from = last.entry.seq;
            seal::open_kept(&mut conn, business, &mut page).await?;
            records.news.tell(business, page);
        }
    }
    Ok(())
}

/// A page of what happened after a cursor and not after another, chain by chain.
///
/// # Errors
/// When the database does not answer.
pub async fn between(
    records: &Records,
    business: &BusinessId,
    from: &Cursor,
    to: &Cursor,
) -> Result<Vec<Kept>, StoreError> {
    let mut conn = records.store.reader().await?;
    for (team, seq) in &to.0 {
        let from = from.seq(team);
        if from < *seq {
            let mut page = journal::of_chain(&mut conn, business, team, from, PAGE).await?;
            page.retain(|kept| kept.entry.seq <= *seq);
            seal::open_kept(&mut conn, business, &mut page).await?;
            return Ok(page);
        }
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_one_text() {
        for text in ["", "shop=12", "shop=12,web=3"] {
            assert_eq!(Cursor::parse(text).map(|c| c.to_string()).as_deref(), Some(text));
        }
        for text in ["12", "shop=", "=3", "shop=12;web=3", "sh op=1"] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
