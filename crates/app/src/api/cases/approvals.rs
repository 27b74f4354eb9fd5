//! Questions to people with authority, and their answers.

use amends_core::assess::frozen::{Amount, OptionFrozen};
use amends_core::case::{Answer, Command, Look};
use amends_core::digest::Digest;
use amends_core::ids::ApprovalId;
use amends_core::words::Words;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::case_id;
use super::ends::{Way, ways};
use super::grants::WishFor;
use crate::api::body::asked as query_of;
use crate::api::books::json;
use crate::api::me::In;
use crate::api::me::Sent;
use crate::api::problem::Problem;
use crate::api::refused::{Carried, DoneDocument, Turned, answered, problem};
use crate::flow::job::{Refused, Work};
use crate::flow::present::waiting_for;
use crate::store::approvals::Waiting;

/// A question to someone with authority.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskFor {
    /// What would be given.
    wish: WishFor,
    /// What they should know.
    #[schema(value_type = String)]
    words: Words,
    /// `first`, or `second`: the one appeal after a no, to someone higher who was not in it. Default: `first`.
    #[schema(value_type = Option<String>, example = "first")]
    #[serde(default = "first")]
    look: Look,
}

const fn first() -> Look {
    Look::First
}

/// Asks the nearest person with authority who is there; where nobody is, the customer is called back.
#[utoipa::path(post, path = "/v1/cases/{case}/approvals", operation_id = "ask_approval", tag = "approvals", request_body = AskFor,
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 201, description = "Someone is asked.", body = DoneDocument), Turned))]
pub async fn ask(Path(id): Path<String>, sent: Sent<AskFor>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body: AskFor { wish, words, look } } = sent;
    let approval = records.new_id("a").map_err(|e| problem(&e))?;
    let work = Work::Ask { approval, wish: Box::new(wish.wish()), look, words, call_back: records.call_back() };
    answered(&case, records.run(&me, &case, with, work).await, StatusCode::CREATED)
}

/// An answer to a question.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SayTo {
    /// As asked: `{"yes": {}}`.
    Yes {
        /// What the asker should know.
        #[schema(value_type = Option<String>)]
        #[serde(default)]
        words: Option<Words>,
    },
    /// To another amount.
    Adjust {
        /// How much.
        #[schema(value_type = String)]
        amount: Amount,
        /// Why.
        #[schema(value_type = String)]
        words: Words,
    },
    /// No, with the reason and what stays open.
    No {
        /// Why.
        #[schema(value_type = String)]
        reason: Words,
        /// What stays open: at least one.
        #[schema(min_items = 1)]
        instead: Vec<Way>,
    },
}

/// Answers a question, once.
#[utoipa::path(post, path = "/v1/cases/{case}/approvals/{approval}/answer", operation_id = "answer_approval", tag = "approvals", request_body = SayTo,
    params(("case" = String, Path, description = "The case's id."), ("approval" = String, Path, description = "The question's id."), Carried),
    responses((status = 200, description = "It is answered.", body = DoneDocument), Turned))]
pub async fn answer(Path((id, part)): Path<(String, String)>, sent: Sent<SayTo>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body } = sent;
    let id = ApprovalId::parse(&part).map_err(|_| Problem::new(StatusCode::NOT_FOUND, "there is no such question"))?;
    let answer = match body {
        SayTo::Yes { words } => Answer::Yes { words },
        SayTo::Adjust { amount, words } => Answer::Adjust { amount, words },
        SayTo::No { reason, instead } => Answer::No { reason, instead: ways(instead)? },
    };
    answered(&case, records.command(&me, &case, with, Command::AnswerApproval { id, answer }).await, StatusCode::OK)
}

/// A remedy of one's own for this case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteRemedy {
    /// The digest of the assessment it is written beside.
    #[schema(value_type = String)]
    assessment: Digest,
    /// The option, as an assessment keeps one.
    #[schema(value_type = Object)]
    option: Box<OptionFrozen>,
}

/// Writes a remedy of one's own on the case, which is a yes to it: for the role that the book names.
#[utoipa::path(post, path = "/v1/cases/{case}/remedies", operation_id = "write_remedy", tag = "approvals", request_body = WriteRemedy,
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is written.", body = DoneDocument), Turned))]
pub async fn write(Path(id): Path<String>, sent: Sent<WriteRemedy>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body: WriteRemedy { assessment, option } } = sent;
    let approval = records.new_id("a").map_err(|e| problem(&e))?;
    answered(
        &case,
        records.command(&me, &case, with, Command::WriteBespoke { assessment, option, approval }).await,
        StatusCode::OK,
    )
}

/// Questions that wait.
#[derive(Serialize, ToSchema)]
pub struct ApprovalList {
    /// What is due first stands first.
    approvals: Vec<Waiting>,
}

/// Lists the questions that wait and that one may answer by one's role.
#[utoipa::path(get, path = "/v1/approvals", operation_id = "list_approvals", tag = "approvals",
    responses((status = 200, description = "The queue.", body = ApprovalList), Turned))]
pub async fn queue(In { me, records }: In, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    let read = async { waiting_for(&mut *records.store.reader().await?, &me).await };
    let approvals = read.await.map_err(|e| problem(&Refused::Store(e)))?;
    Ok(json(&ApprovalList { approvals }))
}
