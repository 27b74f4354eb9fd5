//! What is given, and how it ends.

use amends_core::assess::frozen::Amount;
use amends_core::authority::Wish;
use amends_core::digest::Digest;
use amends_core::ids::{ApprovalId, GrantId, OptionId};
use amends_core::words::Words;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::case_id;
use super::talks::Nothing;
use crate::api::me::Sent;
use crate::api::problem::Problem;
use crate::api::refused::{Carried, DoneDocument, Turned, answered, problem};
use crate::flow::job::{Ending, Work};

/// What would be given.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WishFor {
    /// The digest of the assessment that offers it.
    #[schema(value_type = String)]
    assessment: Digest,
    /// The option.
    #[schema(value_type = String, example = "credit_difference")]
    option: OptionId,
    /// How much. Default: what was approved, else the option's own amount.
    #[schema(value_type = Option<String>, example = "178.80 USD")]
    amount: Option<Amount>,
    /// The approval it relies on.
    #[schema(value_type = Option<String>)]
    approval: Option<ApprovalId>,
}

impl WishFor {
    pub(super) fn wish(self) -> Wish {
        let Self { assessment, option, amount, approval } = self;
        Wish { assessment, option, amount, approval }
    }
}

/// Gives an option: it is set aside, within limits and budgets, and its fulfilment begins.
#[utoipa::path(post, path = "/v1/cases/{case}/grants", operation_id = "give", tag = "grants", request_body = WishFor,
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 201, description = "It is given.", body = DoneDocument), Turned))]
pub async fn give(Path(id): Path<String>, sent: Sent<WishFor>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body } = sent;
    let grant = records.new_id("g").map_err(|e| problem(&e))?;
    let work = Work::Give { grant, wish: Box::new(body.wish()), undo: None };
    answered(&case, records.run(&me, &case, with, work).await, StatusCode::CREATED)
}

/// Why it cannot be done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CannotBe {
    /// The reason.
    #[schema(value_type = String)]
    reason: Words,
}

/// A grant that people make real is done.
#[utoipa::path(post, path = "/v1/cases/{case}/grants/{grant}/settle", operation_id = "settle_grant", tag = "grants",
    params(("case" = String, Path, description = "The case's id."), ("grant" = String, Path, description = "The grant's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn settle(Path((id, part)): Path<(String, String)>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let Sent { me, records, with, .. } = sent;
    let (case, grant) = (case_id(&id)?, grant_id(&part)?);
    let work = Work::End { grant, how: Ending::Settled };
    answered(&case, records.run(&me, &case, with, work).await, StatusCode::OK)
}

/// A grant that people make real cannot be done: its money is free again.
#[utoipa::path(post, path = "/v1/cases/{case}/grants/{grant}/release", operation_id = "release_grant", tag = "grants", request_body = CannotBe,
    params(("case" = String, Path, description = "The case's id."), ("grant" = String, Path, description = "The grant's id."), Carried),
    responses((status = 200, description = "It is released.", body = DoneDocument), Turned))]
pub async fn release(Path((id, part)): Path<(String, String)>, sent: Sent<CannotBe>) -> Result<Response, Problem> {
    let Sent { me, records, with, body } = sent;
    let (case, grant) = (case_id(&id)?, grant_id(&part)?);
    let work = Work::End { grant, how: Ending::Released(body.reason) };
    answered(&case, records.run(&me, &case, with, work).await, StatusCode::OK)
}

/// An id in a path.
pub(in crate::api) fn grant_id(text: &str) -> Result<GrantId, Problem> {
    GrantId::parse(text).map_err(|_| Problem::new(StatusCode::NOT_FOUND, "there is no such grant"))
}
