//! What was said and seen: notes, the customer's words, evidence, promises.

use amends_core::case::{Command, Evidence};
use amends_core::digest::Digest;
use amends_core::ids::{CustomerId, PromiseId};
use amends_core::time::Time;
use amends_core::words::Words;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{case_id, moment};
use crate::api::me::Sent;
use crate::api::problem::Problem;
use crate::api::refused::{Carried, DoneDocument, Turned, answered, problem};
use crate::flow::job::Refused;
use crate::store::files;

/// A request without a body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Something in words.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Say {
    /// At most 4,000 letters.
    #[schema(value_type = String, min_length = 1, max_length = 4000)]
    pub(super) words: Words,
}

/// Something in words, or nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaySay {
    /// At most 4,000 letters.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 4000)]
    #[serde(default)]
    pub(super) words: Option<Words>,
}

/// Who the customer is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Know {
    /// Their id.
    #[schema(value_type = String)]
    customer: CustomerId,
}

/// What shows that something is so.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Show {
    /// Someone looked at it and nothing is stored: the way for evidence of health.
    Seen {
        /// What was seen.
        #[schema(value_type = String)]
        what: Words,
    },
    /// Something that lies elsewhere.
    Link {
        /// Where.
        #[schema(value_type = String)]
        to: Words,
        /// What it shows.
        #[schema(value_type = String)]
        shows: Words,
    },
    /// A file that was stored with `POST /v1/files`.
    File {
        /// Its SHA-256.
        #[schema(value_type = String)]
        digest: Digest,
        /// What it shows.
        #[schema(value_type = String)]
        shows: Words,
    },
}

/// Something dated that the customer is told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseThat {
    /// What.
    #[schema(value_type = String)]
    words: Words,
    /// Until when.
    #[schema(example = "2026-11-27T17:00:00-05:00")]
    due: String,
    /// When the owner is reminded. Default: a quarter of an hour before.
    alarm: Option<String>,
}

/// How long before a promise is due its owner is reminded, in microseconds.
const ALARM_BEFORE: i64 = 15 * amends_core::time::MINUTE;

/// Writes something down.
#[utoipa::path(post, path = "/v1/cases/{case}/notes", operation_id = "add_note", tag = "cases", request_body = Say,
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn note(Path(id): Path<String>, sent: Sent<Say>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body } = sent;
    answered(&case, records.command(&me, &case, with, Command::Note { words: body.words }).await, StatusCode::OK)
}

/// Says who the customer is.
#[utoipa::path(post, path = "/v1/cases/{case}/customer", operation_id = "know_customer", tag = "cases", request_body = Know,
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn know(Path(id): Path<String>, sent: Sent<Know>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body } = sent;
    answered(
        &case,
        records.command(&me, &case, with, Command::KnowCustomer { customer: body.customer }).await,
        StatusCode::OK,
    )
}

/// The customer said something: the hold is renewed, and a lapsed case opens again.
#[utoipa::path(post, path = "/v1/cases/{case}/customer-words", operation_id = "hear_customer", tag = "cases", request_body = MaySay,
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn hear(Path(id): Path<String>, sent: Sent<MaySay>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body } = sent;
    answered(
        &case,
        records.command(&me, &case, with, Command::HearCustomer { words: body.words }).await,
        StatusCode::OK,
    )
}

/// The customer was asked something: it is their turn.
#[utoipa::path(post, path = "/v1/cases/{case}/customer-questions", operation_id = "ask_customer", tag = "cases", request_body = Say,
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn ask_customer(Path(id): Path<String>, sent: Sent<Say>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body } = sent;
    answered(&case, records.command(&me, &case, with, Command::AskCustomer { words: body.words }).await, StatusCode::OK)
}

/// Adds evidence.
#[utoipa::path(post, path = "/v1/cases/{case}/evidence", operation_id = "add_evidence", tag = "cases", request_body = Show,
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn show(Path(id): Path<String>, sent: Sent<Show>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body } = sent;
    let evidence = match body {
        Show::Seen { what } => Evidence::Seen { what },
        Show::Link { to, shows } => Evidence::Link { to, shows },
        Show::File { digest, shows } => {
            let read = async { files::has(&mut *records.store.reader().await?, &me.business, &digest).await };
            if !read.await.map_err(|e| problem(&Refused::Store(e)))? {
                return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("there is no file {digest}"))
                    .hint("send it first with `POST /v1/files`"));
            }
            Evidence::File { digest, shows }
        }
    };
    let id = records.new_id("e").map_err(|e| problem(&e))?;
    answered(&case, records.command(&me, &case, with, Command::AddEvidence { id, evidence }).await, StatusCode::OK)
}

/// When the owner is reminded of a promise, where nothing else is said.
pub fn alarm(due: Time, now: Time) -> Time {
    due.plus_micros(-ALARM_BEFORE).unwrap_or(due).max(now).min(due)
}

/// Promises the customer something dated.
#[utoipa::path(post, path = "/v1/cases/{case}/promises", operation_id = "promise", tag = "cases", request_body = PromiseThat,
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn promise(Path(id): Path<String>, sent: Sent<PromiseThat>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body } = sent;
    let due = moment(&me, "due", &body.due)?;
    let before = alarm(due, records.clock.now());
    let alarm = body.alarm.as_deref().map_or(Ok(before), |text| moment(&me, "alarm", text))?.min(due);
    let id = records.new_id("p").map_err(|e| problem(&e))?;
    answered(
        &case,
        records.command(&me, &case, with, Command::Promise { id, words: body.words, due, alarm }).await,
        StatusCode::OK,
    )
}

/// A promise was kept.
#[utoipa::path(post, path = "/v1/cases/{case}/promises/{promise}/keep", operation_id = "keep_promise", tag = "cases",
    params(("case" = String, Path, description = "The case's id."), ("promise" = String, Path, description = "The promise's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn keep(Path((id, part)): Path<(String, String)>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, .. } = sent;
    let part = PromiseId::parse(&part).map_err(|_| Problem::new(StatusCode::NOT_FOUND, "there is no such promise"))?;
    answered(&case, records.command(&me, &case, with, Command::KeepPromise { id: part }).await, StatusCode::OK)
}
