//! What was done, or why not, as answers.

use amends_core::ids::CaseId;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::{IntoParams, IntoResponses, ToSchema};

use super::problem::Problem;
use crate::flow::job::{Answer, Done, Refused};
use crate::store::StoreError;

/// How a request on a case may be turned away.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "it describes answers, and is none itself")]
pub enum Turned {
    /// The query, a header or the document cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    Unreadable(#[to_schema] Problem),
    /// The token of a person is missing, or they have gone.
    #[response(status = 401, content_type = "application/problem+json")]
    NotIn(#[to_schema] Problem),
    /// Someone else may do this; `code` says why.
    #[response(status = 403, content_type = "application/problem+json")]
    NotTheirs(#[to_schema] Problem),
    /// There is no such thing, or this server keeps no cases.
    #[response(status = 404, content_type = "application/problem+json")]
    NotThere(#[to_schema] Problem),
    /// The document came too slowly.
    #[response(status = 408, content_type = "application/problem+json")]
    TooSlow(#[to_schema] Problem),
    /// It cannot be done as the case is now; `code` says why.
    #[response(status = 409, content_type = "application/problem+json")]
    Denied(#[to_schema] Problem),
    /// The case is at another version than `If-Match` says.
    #[response(status = 412, content_type = "application/problem+json")]
    Stale(#[to_schema] Problem),
    /// The document is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(#[to_schema] Problem),
    /// The document is not sent as JSON.
    #[response(status = 415, content_type = "application/problem+json")]
    NotJson(#[to_schema] Problem),
    /// The document is not as described, or its Idempotency-Key came before with another request.
    #[response(status = 422, content_type = "application/problem+json")]
    Wrong(#[to_schema] Problem),
    /// Too many requests of one key or account; `Retry-After` says when to come again.
    #[response(status = 429, content_type = "application/problem+json")]
    TooOften(#[to_schema] Problem),
    /// The database does not answer, or too much waits; nothing was done unless it says otherwise.
    #[response(status = 503, content_type = "application/problem+json")]
    Later(#[to_schema] Problem),
    /// The database has no room left; nothing was done.
    #[response(status = 507, content_type = "application/problem+json")]
    Full(#[to_schema] Problem),
}

/// What a request that changes a case may carry.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "it describes requests, and is none itself")]
pub struct Carried {
    /// The same key with the same request gives the same answer.
    #[param(rename = "Idempotency-Key")]
    key: Option<String>,
    /// The ETag of the case as it was read: it is refused where the case moved since.
    #[param(rename = "If-Match")]
    version: Option<String>,
}

/// Denials that say that it is someone else's to do.
const THEIRS: [&str; 16] = [
    "not_the_owner",
    "not_a_person",
    "not_by_hand",
    "not_by_key",
    "by_connector",
    "not_the_giver",
    "not_the_receiver",
    "not_above",
    "may_not_write",
    "agents_only_ask",
    "nobody_their_own",
    "other_team",
    "own_draft",
    "role_too_low",
    "same_hand",
    "was_in_it",
];

/// Why something was not done, as an answer.
pub fn problem(refused: &Refused) -> Problem {
    match refused {
        Refused::Denied { word, says, cases } => {
            let status = if THEIRS.contains(&word.as_str()) { StatusCode::FORBIDDEN } else { StatusCode::CONFLICT };
            let (title, hint) = says.split_once(": ").unwrap_or((says, ""));
            let problem = Problem::new(status, title).code(word).cases(cases);
            if hint.is_empty() { problem } else { problem.hint(hint) }
        }
        Refused::NeedsApproval { least } => {
            Problem::new(StatusCode::FORBIDDEN, format!("someone of role `{least}` or above has to say yes first"))
                .code("needs_approval")
                .hint("ask with `POST /v1/cases/{case}/approvals`, then give it with that approval")
        }
        Refused::Theirs => Problem::new(StatusCode::CONFLICT, "this is yours to give: nobody has to be asked")
            .code("yours")
            .hint("give it with `POST /v1/cases/{case}/grants`"),
        Refused::NoCase => Problem::new(StatusCode::NOT_FOUND, "there is no such case").hint("see `GET /v1/cases`"),
        Refused::Erased => Problem::new(StatusCode::CONFLICT, "what was written on this case was erased")
            .code("erased")
            .hint("open a new case"),
        Refused::NotNow { person } => {
            Problem::new(StatusCode::UNAUTHORIZED, format!("`{person}` has gone, or was given another role since"))
                .hint("sign in again")
        }
        Refused::OtherRequest => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "this Idempotency-Key came before with another request")
                .code("key_was_used")
                .hint("send a new key with a new request, and the same key only with the same")
        }
        Refused::Stale { version } => {
            Problem::new(StatusCode::PRECONDITION_FAILED, format!("the case is at version {version} by now"))
                .code("moved")
                .hint("read it again, then decide")
        }
        Refused::Busy => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too much waits to be written: nothing was done")
                .hint("send it again in a moment")
        }
        Refused::Store(error) => of_store(error),
    }
}

fn of_store(error: &StoreError) -> Problem {
    let says = error.to_string();
    let (title, hint) = says.rsplit_once(": ").unwrap_or((&says, "send it again in a moment"));
    match error {
        StoreError::Full(_) => {
            Problem::new(StatusCode::INSUFFICIENT_STORAGE, "the database has no room left: nothing was done")
                .hint("free some space, then send it again")
        }
        StoreError::Conflict(_) | StoreError::Unreachable(_) => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer now: nothing was done")
                .hint("send it again in a moment")
        }
        StoreError::Uncertain => Problem::new(StatusCode::SERVICE_UNAVAILABLE, title).code("uncertain").hint(hint),
        _ => {
            tracing::error!("the database could not be used: {error}");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the database could not be used: nothing was done")
                .hint("whoever runs this server finds more in its log")
        }
    }
}

/// What was done.
#[derive(Serialize, ToSchema)]
pub struct DoneDocument {
    /// The case.
    case: String,
    /// Its version after it; also the `ETag`.
    version: u64,
    /// How many events came of it: 0 where it was done before.
    events: usize,
    /// What exactly was given, where something was.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<GivenDocument>,
    /// Who is asked, where someone is.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<AskedDocument>,
}

/// What exactly was given.
#[derive(Serialize, ToSchema)]
pub struct GivenDocument {
    /// Its id.
    id: String,
    /// The option.
    option: String,
    /// How much; none where the option has no amount.
    amount: Option<String>,
    /// What it costs the business.
    cost: String,
    /// `by_hand` or `by_connector`: who makes it real.
    #[schema(value_type = String)]
    fulfil: amends_core::authority::Fulfil,
}

/// Who is asked.
#[derive(Serialize, ToSchema)]
pub struct AskedDocument {
    /// The question's id.
    id: String,
    /// Someone who is there; none: nobody is, and the customer is called back.
    person: Option<String>,
    /// The lowest role that may answer.
    least: String,
    /// Until when they answer, or the customer is called back, in UTC.
    until: String,
}

/// What was done, as an answer.
pub fn answered(case: &CaseId, answer: Answer, status: StatusCode) -> Result<Response, Problem> {
    let done = answer.map_err(|refused| problem(&refused))?;
    Ok(with_tag(status, done.version, super::books::json(&document(case, done))))
}

fn document(case: &CaseId, done: Done) -> DoneDocument {
    DoneDocument {
        case: case.to_string(),
        version: done.version,
        events: done.events,
        grant: done.given.map(|g| GivenDocument {
            id: g.grant.to_string(),
            option: g.of.option.to_string(),
            amount: g.of.amount.map(|a| a.to_string()),
            cost: g.cost.to_string(),
            fulfil: g.fulfil,
        }),
        approval: done.asked.map(|a| AskedDocument {
            id: a.approval.to_string(),
            person: a.person.map(|p| p.to_string()),
            least: a.least.to_string(),
            until: a.until.to_string(),
        }),
    }
}

/// An answer with the version of the case as its `ETag`.
pub fn with_tag(status: StatusCode, version: u64, response: Response) -> Response {
    let mut response = (status, response).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
