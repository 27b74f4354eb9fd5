//! `/v1/events`: what happens, as it happens. An open stream also says that someone is there.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use amends_core::ids::CaseId;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use tokio::sync::{broadcast, watch};
use tokio::time::Interval;

use super::body::asked;
use super::cases::entry;
use super::me::In;
use super::problem::Problem;
use super::refused::{Turned, problem};
use crate::app::App;
use crate::door::From;
use crate::door::caller::Action;
use crate::door::streams::Stream as Counted;
use crate::flow::access::is_still_in;
use crate::flow::hears::is_told;
use crate::flow::job::Refused;
use crate::flow::news::{Cursor, between, now as heads};
use crate::flow::records::{Me, Records};
use crate::store::journal::Kept;
use crate::store::people;

/// How often an open stream says that someone is there.
const SEEN_EVERY: Duration = Duration::from_secs(10);
/// How often a sign of life is sent, so that whoever went away is noticed.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// Streams what happens, as server-sent events: each entry of the journal by its kind, such as `case.approved`. What someone
/// may not list is not told to them, and a key hears of cases with `read` and of settings with `settings`. With
/// `Last-Event-ID`, or else `after`, it goes on where a stream before ended. While it is open its person counts as there.
#[utoipa::path(get, path = "/v1/events", operation_id = "stream_events", tag = "events",
    params(("case" = Option<String>, Query, description = "Only of one case."),
        ("after" = Option<String>, Query, description = "The id of the last event that is known, where `Last-Event-ID` cannot be sent."),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was received.")),
    responses((status = 200, description = "Events: `id`, `event` (its kind) and `data` (the entry, as of a case).", body = String, content_type = "text/event-stream"), Turned))]
pub async fn stream_events(
    State(app): State<App>,
    who: In,
    from: From,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let [case, after] = asked(&uri, ["case", "after"])?;
    let case = case.as_deref().map(super::cases::case_id).transpose()?;
    match &case {
        Some(case) if who.people_only().is_err() => drop(super::cases::readable(&who, case.as_str()).await?),
        Some(_) => {}
        None => who.people_only()?,
    }
    let In { me, records } = who;
    let counted = match app.door.streams().open(Some(&me.account()), &from.address()) {
        Ok(counted) => counted,
        Err(full) => return Ok(full.answer()),
    };
    let listening = records.news.listen(&me.business);
    let (told, now) = listening.ok_or_else(|| problem(&Refused::Busy))?;
    let last = headers.get("last-event-id").and_then(|v| v.to_str().ok());
    let (said_by, last) = if last.is_some() { ("Last-Event-ID", last) } else { ("after", after.as_deref()) };
    let at = match last {
        Some(text) => Cursor::parse(text).ok_or_else(|| {
            Problem::new(StatusCode::BAD_REQUEST, format!("`{said_by}` cannot be used"))
                .hint("send the id of an event as it came, or none")
        })?,
        None => now.clone(),
    };
    // Another server may have told of what this one has not read yet; what no chain holds was undone by a restore.
    if at.is_ahead_of(&now) {
        let held = heads(&records.store, &me.business).await.map_err(|e| problem(&Refused::Store(e)))?;
        if at.is_ahead_of(&held) {
            return Err(Problem::new(StatusCode::CONFLICT, format!("`{said_by}` is ahead of the journal"))
                .code("ahead_of_the_journal")
                .hint(
                    "an older copy of the database was put back: read what you need again, and listen without an id",
                ));
        }
    }
    let mut seen = tokio::time::interval(SEEN_EVERY);
    seen.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (waiting, stopping) = (VecDeque::new(), app.stopping.clone());
    let open = Open { me, records, case, told, to: now, at, waiting, seen, stopping, _counted: counted };
    let events = stream::unfold(open, |mut open| async move {
        let event = open.next().await?;
        Some((Ok::<_, Infallible>(event), open))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE)).into_response())
}

/// What is told of who came in and out.
const ACCESS: &str = "access.";

fn is_about_who_may_be_here(kept: &Kept) -> bool {
    kept.entry.kind.starts_with("setting.") || kept.entry.kind.starts_with(ACCESS)
}

/// An open stream.
struct Open {
    me: Me,
    records: Arc<Records>,
    case: Option<CaseId>,
    told: broadcast::Receiver<Arc<Kept>>,
    /// Where listening began: what lies before is read from the journal.
    to: Cursor,
    /// How far it was told.
    at: Cursor,
    waiting: VecDeque<Arc<Kept>>,
    seen: Interval,
    stopping: watch::Receiver<bool>,
    /// For as long as it is open.
    _counted: Counted,
}

impl Open {
    /// The next event; none: the stream ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(kept) = self.next_entry().await? {
                if is_about_who_may_be_here(&kept) && !self.is_still_in().await {
                    return None;
                }
                self.at.pass(&kept);
                if self.is_asked_for(&kept) {
                    return self.event(&kept);
                }
            }
        }
    }

    /// What was told next; none: it is to be asked again.
    async fn next_entry(&mut self) -> Option<Option<Arc<Kept>>> {
        if let Some(kept) = self.waiting.pop_front() {
            return Some(Some(kept));
        }
        let before = between(&self.records, &self.me.business, &self.at, &self.to).await.ok()?;
        if !before.is_empty() {
            self.waiting.extend(before.into_iter().map(Arc::new));
            return Some(None);
        }
        tokio::select! {
            told = self.told.recv() => match told {
                Ok(kept) => Some(Some(kept).filter(|kept| self.at.is_before(kept))),
                // It is too far behind: whoever listens comes again with the last id.
                Err(_) => None,
            },
            _ = self.seen.tick() => {
                self.is_still_in().await.then_some(None)
            }
            _ = self.stopping.changed() => None,
        }
    }

    /// Whether its person may still be here; if so, they are there.
    async fn is_still_in(&self) -> bool {
        match is_still_in(&self.records, &self.me).await {
            // A database that does not answer for a moment sends nobody away.
            Err(_) => return true,
            Ok(false) => return false,
            Ok(true) => {}
        }
        let now = self.records.clock.now().micros();
        if let Ok(mut conn) = self.records.store.reader().await {
            // Whoever cannot be noted is not there for a moment.
            let _ = people::seen(&mut conn, &self.me.business, &self.me.person.id, now).await;
        }
        true
    }

    fn is_asked_for(&self, kept: &Kept) -> bool {
        let of_case = kept.case.as_ref().map(|(case, _)| case);
        match &self.case {
            Some(case) => of_case == Some(case) && self.me.may(Action::Read),
            None => is_told(&self.me, &kept.entry.kind),
        }
    }

    fn event(&self, kept: &Kept) -> Option<Event> {
        let document = serde_json::to_string(&entry(kept)?).ok()?;
        Some(Event::default().id(self.at.to_string()).event(&kept.entry.kind).data(document))
    }
}
