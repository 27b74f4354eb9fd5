//! How the server does: for whoever watches over it.

use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::books::json;
use super::problem::Problem;
use crate::app::App;
use crate::flow::records::Records;
use crate::signs::metrics::CONTENT_TYPE;
use crate::store::{StoreError, approvals, steps};

/// How long the database may take to say that it is there.
const READY_WITHIN: Duration = Duration::from_secs(1);

/// The program runs and can answer. Says nothing of the database: a program that waits for its database is not to be
/// started again.
#[utoipa::path(get, path = "/health", operation_id = "health", tag = "about",
    responses((status = 200, description = "It runs.", body = String, content_type = "text/plain")))]
pub async fn health() -> &'static str {
    "ok\n"
}

/// Whether requests may be sent here.
#[derive(Serialize, ToSchema)]
pub struct Ready {
    /// They may.
    #[serde(rename = "ready")]
    may: bool,
    /// Whether tables say what the journal says: `whole`, `checking` until all was looked at once, or `differs`: then
    /// questions are answered and nothing is paid out. None where no database is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<&'static str>,
    /// What goes on by itself and stands still for longer than it should: `clocks`, `steps`, `messages`, `mail` and the like.
    /// Requests are answered all the same; see the log, and start the server anew. None where all goes on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    still: Vec<&'static str>,
}

/// Whether requests may be sent here: books are served, and the database answers. Where tables do not say what the journal
/// says they may all the same, since reading and answering go on.
#[utoipa::path(get, path = "/ready", operation_id = "ready", tag = "about",
    responses((status = 200, description = "They may; and whether what is kept holds together.", body = Ready),
        (status = 503, description = "Not now: it stops, or its database does not answer.", body = Problem, content_type = "application/problem+json")))]
pub async fn ready(State(app): State<App>) -> Result<Response, Problem> {
    let not = |title: &str, code: &str| Problem::new(StatusCode::SERVICE_UNAVAILABLE, title).code(code);
    if *app.stopping.borrow() {
        return Err(not("this server was asked to stop", "stopping").hint("send requests to another"));
    }
    if let Some(records) = &app.records {
        let answers = async {
            let mut conn = records.store.reader().await?;
            // Once something was written it is known that it can be, until something cannot.
            if records.writer.measured().is_well() { conn.answers().await } else { conn.takes_writes().await }
        };
        let said = tokio::time::timeout(READY_WITHIN, answers).await;
        if !matches!(said, Ok(Ok(()))) {
            let problem = not("the database does not answer", "no_database");
            return Err(problem.hint("see that it runs and can be reached from here"));
        }
    }
    if app.records.as_ref().is_some_and(|records| !records.writer.is_alive()) {
        let problem = not("nothing is written any more", "no_writer");
        return Err(problem.hint("the thread that writes has ended: start the server anew"));
    }
    let kept = app.records.as_ref().map(|records| worst(records));
    let still = app.records.as_ref().map_or_else(Vec::new, |records| records.working.still());
    Ok(json(&Ready { may: true, kept, still }))
}

/// The worst word of all businesses.
fn worst(records: &Records) -> &'static str {
    let words: Vec<&str> = records.businesses().iter().map(|business| records.kept.word(business)).collect();
    ["differs", "checking"].into_iter().find(|word| words.contains(word)).unwrap_or("whole")
}

/// Counts and times since the start, in the text format that Prometheus reads. Nothing in it is about a customer.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "about",
    responses((status = 200, description = "OpenMetrics 1.0.", body = String, content_type = "application/openmetrics-text"),
        (status = 401, description = "The server's token is missing.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The key of a person does not open it: it is about every business.", body = Problem, content_type = "application/problem+json")))]
pub async fn metrics(State(app): State<App>) -> Response {
    let metrics = &app.signs.metrics;
    for name in app.shelf.names() {
        metrics.book(name, app.shelf.find(name).is_some_and(|current| current.broken.is_some()));
    }
    metrics.listening(&app.signs.census, app.door.streams().count());
    let mut jobs = 0;
    if let Some(records) = &app.records {
        jobs = records.writer.waiting();
        for business in records.businesses() {
            metrics.kept(business.as_str(), records.kept.differences(&business).len());
        }
        metrics.working(&records.working);
        // Without its database the rest is still to be seen, and soon.
        let _ = tokio::time::timeout(READY_WITHIN, count(&app, records)).await;
    }
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], metrics.text(jobs)).into_response()
}

async fn count(app: &App, records: &Records) -> Result<(), StoreError> {
    let mut conn = records.store.reader().await?;
    for business in records.businesses() {
        let asked = approvals::count_waiting(&mut conn, &business).await?;
        let for_people = steps::count_waiting(&mut conn, &business, records.clock.now().micros()).await?;
        app.signs.metrics.waiting(business.as_str(), asked, for_people);
    }
    Ok(())
}
