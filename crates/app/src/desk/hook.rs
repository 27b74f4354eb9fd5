//! `/settings/webhooks/{webhook}`: a connected system, what was sent to it lately, and what came back.

use amends_core::fulfilment::State as Stands;
use amends_core::time::Zone;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::frame_of;
use super::page::{Frame, Here, NotFound, html};
use super::settings::not_theirs;
use crate::api::body::parts_of;
use crate::api::refused::problem;
use crate::app::App;
use crate::door::pages::Staff;
use crate::flow::fulfil::Try;
use crate::flow::job::Refused;
use crate::store::deliveries::{self, DeliveryRow};
use crate::store::endpoints::Purpose;
use crate::texts::{filters, moment};

/// Messages that are shown.
const SHOWN: i64 = 30;

#[derive(Template)]
#[template(path = "hook.html")]
struct Hook {
    frame: Frame,
    csrf: String,
    id: String,
    url: String,
    is_told: bool,
    kinds: String,
    on: bool,
    /// The message that was just sent to try it, or again.
    just: Option<Sent>,
    sent: Vec<Sent>,
}

/// A message.
struct Sent {
    id: String,
    kind: String,
    at: String,
    stands: &'static str,
    tries: usize,
    /// What they said the last time.
    answer: String,
    /// What was sent, as it is kept.
    body: String,
}

/// `GET /settings/webhooks/{webhook}`. `?sent=` names the message that was just sent.
pub async fn show(State(app): State<App>, staff: Staff, Path(id): Path<String>, uri: Uri) -> Response {
    let frame = match frame_of(&app, &staff, &t!("hook-connected-system"), Here::Settings).await {
        Ok(frame) => frame,
        Err(response) => return response,
    };
    if staff.me.top_only("").is_err() {
        return not_theirs(frame);
    }
    let Some(hook) = staff.me.rules.endpoints.iter().find(|e| e.id == id) else {
        return html(StatusCode::NOT_FOUND, &NotFound::new(frame, t!("hook-none")));
    };
    let [just] = parts_of(uri.query().unwrap_or_default().as_bytes(), ["sent"]);
    let read = async {
        let mut conn = staff.records.store.reader().await?;
        let sent = deliveries::page(&mut conn, &staff.me.business, &id, None, SHOWN).await?;
        let just = match just.as_str() {
            "" => None,
            message => deliveries::get(&mut conn, &staff.me.business, &id, message).await?,
        };
        Ok((sent, just))
    };
    let (sent, just) = match read.await {
        Ok(read) => read,
        Err(e) => return problem(&Refused::Store(e)).into_response(),
    };
    let zone = &staff.me.rules.book.zone;
    let page = Hook {
        csrf: staff.csrf().to_owned(),
        id: hook.id.clone(),
        url: hook.url.clone(),
        is_told: hook.purpose == Purpose::Tell,
        kinds: hook.kinds.join(", "),
        on: hook.on,
        just: just.map(|row| line(&row, zone)),
        sent: sent.iter().map(|row| line(row, zone)).collect(),
        frame,
    };
    html(StatusCode::OK, &page)
}

fn line(row: &DeliveryRow, zone: &Zone) -> Sent {
    let tries: Vec<Try> = serde_json::from_str(&row.attempts).unwrap_or_default();
    let answer = tries.last().map_or_else(String::new, |last| match (&last.why, last.status) {
        (Some(why), _) => why.clone(),
        (None, Some(status)) => t!("hook-they-answered", status = u32::from(status)),
        (None, None) => String::new(),
    });
    Sent {
        id: row.id.clone(),
        kind: row.kind.clone(),
        at: moment(row.at, zone),
        stands: stands(&row.state),
        tries: tries.len(),
        answer,
        body: row.body.clone(),
    }
}

/// Whether a message was taken: `taken`, `waits`, or `not taken`.
fn stands(state: &str) -> &'static str {
    match serde_json::from_str::<Stands>(state) {
        Ok(Stands::Done { .. }) => "taken",
        Ok(Stands::Ready { .. } | Stands::Calling { .. } | Stands::Unknown { .. }) => "waits",
        Ok(Stands::NeedsPerson { .. } | Stands::Cancelled { .. }) | Err(_) => "not taken",
    }
}
