//! Assessments on a case.

use amends_core::digest::Digest;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};

use super::{case_id, readable};
use crate::api::assess::unreadable;
use crate::api::body::asked as query_of;
use crate::api::me::{In, SentText};
use crate::api::problem::Problem;
use crate::api::refused::{Carried, Turned, problem, with_tag};
use crate::flow::assessing::{Asker, NotAssessed, assess_case};
use crate::flow::job::Refused;
use crate::flow::said::Told;
use crate::store::assessments;

/// Where an answer says the digest of its assessment.
const DIGEST: HeaderName = HeaderName::from_static("assessment-digest");

/// Assesses the case's request with facts, and keeps it on the case: as one's own role, as the case is now.
#[utoipa::path(post, path = "/v1/cases/{case}/assessments", operation_id = "assess_case", tag = "assessments",
    request_body(content = inline(crate::api::openapi::CaseQuestion), description = "The facts, and what else a question says that the case does not know."),
    params(("case" = String, Path, description = "The case's id."), Carried),
    responses((status = 201, description = "The assessment, in the format of `amends schema assessment`; the header `Assessment-Digest` names it.", body = inline(crate::api::openapi::AssessmentDocument)), Turned))]
pub async fn assess(Path(id): Path<String>, SentText(sent): SentText) -> Result<Response, Problem> {
    let case = case_id(&id)?;
    let by = sent.me.actor();
    let who = Asker::of(&sent.me, &by);
    let made = assess_case(&sent.records, who, &case, sent.with, &sent.body.0).await.map_err(|e| not_assessed(&e))?;
    let json = with_told(made.json, &made.told);
    Ok(with_tag(StatusCode::CREATED, made.done.version, answer(&made.digest, json)))
}

/// The assessment with what was not taken as it was said, where there is any.
fn with_told(json: String, told: &Told) -> String {
    let (Some(whole), Ok(told_json)) = (json.strip_suffix('}'), serde_json::to_string(told)) else { return json };
    let members = told_json.trim_start_matches('{').trim_end_matches('}');
    if told.is_empty() { json } else { format!("{whole},{members}}}") }
}

fn answer(digest: &str, mut json: String) -> Response {
    json.push('\n');
    let mut response =
        ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], json).into_response();
    if let Ok(value) = HeaderValue::from_str(digest) {
        response.headers_mut().insert(DIGEST, value);
    }
    response
}

fn not_assessed(e: &NotAssessed) -> Problem {
    match e {
        NotAssessed::Unreadable(errors) => unreadable(errors),
        NotAssessed::Wrong(says) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("the document cannot be used: {says}"))
        }
        NotAssessed::NoAnswer(says) => Problem::new(StatusCode::CONFLICT, says.clone()).code("no_answer"),
        NotAssessed::Refused(refused) => problem(refused),
    }
}

/// Shows an assessment of a case, as it was answered.
#[utoipa::path(get, path = "/v1/cases/{case}/assessments/{digest}", operation_id = "show_assessment", tag = "assessments",
    params(("case" = String, Path, description = "The case's id."), ("digest" = String, Path, description = "The assessment's digest.")),
    responses((status = 200, description = "The assessment.", body = inline(crate::api::openapi::AssessmentDocument)), Turned))]
pub async fn show(who: In, Path((id, digest)): Path<(String, String)>, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    let no_such = || Problem::new(StatusCode::NOT_FOUND, "the case has no such assessment");
    let digest = Digest::parse(&digest).map_err(|_| no_such())?;
    readable(&who, &id).await?.assessment(&digest).ok_or_else(no_such)?;
    let In { me, records } = who;
    let read = async {
        let mut conn = records.store.reader().await?;
        assessments::find(&mut conn, &me.business, &digest).await
    };
    let line = read.await.map_err(|e| problem(&Refused::Store(e)))?.ok_or_else(no_such)?;
    Ok(answer(digest.as_str(), line.assessment))
}
