//! How a case ends and begins again.

use amends_core::case::{Command, Instead};
use amends_core::ids::OptionId;
use amends_core::words::Words;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::case_id;
use super::talks::{MaySay, Say};
use crate::api::me::Sent;
use crate::api::problem::Problem;
use crate::api::refused::{Carried, DoneDocument, Turned, answered};

/// A no: never a bare one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SayNo {
    /// Why.
    #[schema(value_type = String)]
    reason: Words,
    /// What stays open: at least one.
    #[schema(min_items = 1)]
    instead: Vec<Way>,
}

/// A way that stays open.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Way {
    /// An option of the latest assessment.
    Option(String),
    /// What the customer can do without an exception: `"detour"`.
    Detour,
    /// In words.
    Words(String),
}

pub(super) fn ways(instead: Vec<Way>) -> Result<Vec<Instead>, Problem> {
    let wrong = |e: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("`instead` cannot be read: {e}"));
    let way = |way| match way {
        Way::Option(id) => OptionId::parse(&id).map(Instead::Option).map_err(|e| wrong(e.to_string())),
        Way::Detour => Ok(Instead::Detour),
        Way::Words(words) => Words::parse(&words).map(Instead::Words).map_err(|e| wrong(e.to_string())),
    };
    instead.into_iter().map(way).collect()
}

/// Ends the case with a no, its reason, and what stays open.
#[utoipa::path(post, path = "/v1/cases/{case}/decline", operation_id = "decline_case", tag = "cases", request_body = SayNo,
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn decline(Path(id): Path<String>, sent: Sent<SayNo>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body } = sent;
    let (reason, instead) = (body.reason, ways(body.instead)?);
    answered(&case, records.command(&me, &case, with, Command::Decline { reason, instead }).await, StatusCode::OK)
}

/// Ends the case: it is done.
#[utoipa::path(post, path = "/v1/cases/{case}/settle", operation_id = "settle_case", tag = "cases", request_body = MaySay,
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn settle(Path(id): Path<String>, sent: Sent<MaySay>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body } = sent;
    answered(&case, records.command(&me, &case, with, Command::Settle { words: body.words }).await, StatusCode::OK)
}

/// Opens a settled or lapsed case again.
#[utoipa::path(post, path = "/v1/cases/{case}/reopen", operation_id = "reopen_case", tag = "cases", request_body = Say,
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn reopen(Path(id): Path<String>, sent: Sent<Say>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body } = sent;
    answered(&case, records.command(&me, &case, with, Command::Reopen { reason: body.words }).await, StatusCode::OK)
}
