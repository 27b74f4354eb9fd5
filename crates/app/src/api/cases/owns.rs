//! Who answers for the case: consults that never move it, handovers that need the receiver's yes.

use amends_core::assess::frozen::Department;
use amends_core::case::Command;
use amends_core::ids::{ConsultId, PersonId};
use amends_core::words::Words;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::case_id;
use super::talks::{Nothing, Say};
use crate::api::me::Sent;
use crate::api::problem::Problem;
use crate::api::refused::{Carried, DoneDocument, Turned, answered, problem};

/// Most letters of a department's name.
const DEPARTMENT_LETTERS_MAX: usize = 80;

/// A question to a department.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskDepartment {
    /// Which.
    #[schema(min_length = 1, max_length = 80)]
    department: String,
    /// What.
    #[schema(value_type = String)]
    words: Words,
}

/// To whom the case is offered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferTo {
    /// Their id.
    #[schema(value_type = String)]
    to: PersonId,
    /// Why.
    #[schema(value_type = String)]
    words: Words,
}

/// A department, by a name of some letters.
pub fn department(text: &str) -> Option<Department> {
    let name = text.trim();
    (!name.is_empty() && name.chars().count() <= DEPARTMENT_LETTERS_MAX).then(|| Department(name.to_owned()))
}

/// Asks a department. The case stays where it is.
#[utoipa::path(post, path = "/v1/cases/{case}/consults", operation_id = "consult", tag = "cases", request_body = AskDepartment,
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn consult(Path(id): Path<String>, sent: Sent<AskDepartment>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body } = sent;
    let department = department(&body.department).ok_or_else(|| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "`department` is no name")
            .hint(format!("give it in 1 to {DEPARTMENT_LETTERS_MAX} letters"))
    })?;
    let id = records.new_id("q").map_err(|e| problem(&e))?;
    answered(
        &case,
        records.command(&me, &case, with, Command::Consult { id, department, words: body.words }).await,
        StatusCode::OK,
    )
}

/// A department answered.
#[utoipa::path(post, path = "/v1/cases/{case}/consults/{consult}/answer", operation_id = "answer_consult", tag = "cases", request_body = Say,
    params(("case" = String, Path, description = "The case's id."), ("consult" = String, Path, description = "The consult's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn answer_consult(Path((id, part)): Path<(String, String)>, sent: Sent<Say>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body } = sent;
    let part = ConsultId::parse(&part).map_err(|_| Problem::new(StatusCode::NOT_FOUND, "there is no such consult"))?;
    answered(
        &case,
        records.command(&me, &case, with, Command::AnswerConsult { id: part, words: body.words }).await,
        StatusCode::OK,
    )
}

/// Offers the case to someone. It moves when they say yes.
#[utoipa::path(post, path = "/v1/cases/{case}/handover", operation_id = "offer_handover", tag = "cases", request_body = OfferTo,
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn offer(Path(id): Path<String>, sent: Sent<OfferTo>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body } = sent;
    if me.rules.person(&body.to).is_none() {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("there is no one called `{}` here", body.to),
        ));
    }
    answered(
        &case,
        records.command(&me, &case, with, Command::OfferHandover { to: body.to, words: body.words }).await,
        StatusCode::OK,
    )
}

/// Takes the case that was offered.
#[utoipa::path(post, path = "/v1/cases/{case}/handover/accept", operation_id = "accept_handover", tag = "cases",
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn accept(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, .. } = sent;
    answered(&case, records.command(&me, &case, with, Command::AcceptHandover).await, StatusCode::OK)
}

/// Does not take the case that was offered.
#[utoipa::path(post, path = "/v1/cases/{case}/handover/refuse", operation_id = "refuse_handover", tag = "cases", request_body = Say,
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn refuse(Path(id): Path<String>, sent: Sent<Say>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, body } = sent;
    answered(
        &case,
        records.command(&me, &case, with, Command::RefuseHandover { words: body.words }).await,
        StatusCode::OK,
    )
}

/// Takes the offer back.
#[utoipa::path(post, path = "/v1/cases/{case}/handover/withdraw", operation_id = "withdraw_handover", tag = "cases",
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn withdraw(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, .. } = sent;
    answered(&case, records.command(&me, &case, with, Command::WithdrawHandover).await, StatusCode::OK)
}

/// Takes the case unasked: for a role above the owner's.
#[utoipa::path(post, path = "/v1/cases/{case}/take-over", operation_id = "take_over", tag = "cases",
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 200, description = "It is done.", body = DoneDocument), Turned))]
pub async fn take_over(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let Sent { me, records, with, .. } = sent;
    answered(&case, records.command(&me, &case, with, Command::TakeOver).await, StatusCode::OK)
}
