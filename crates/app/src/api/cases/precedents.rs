//! `/v1/cases/{case}/precedents`: cases like this one, and what was decided.

use amends_core::digest::Digest;
use amends_core::money::Money;
use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::readable;
use crate::api::body::asked as query_of;
use crate::api::books::json;
use crate::api::me::In;
use crate::api::problem::Problem;
use crate::api::refused::{Turned, problem};
use crate::flow::job::Refused;
use crate::flow::precedents::{Found, find};
use crate::store::precedents::{DECLINED, GIVEN, Precedent};

/// How many are shown where nobody says.
const SHOWN: usize = 20;
/// Most of one answer.
const SHOWN_MAX: usize = 100;

/// Cases like one, and what was decided.
#[derive(Serialize, ToSchema)]
pub struct PrecedentList {
    /// The policy.
    policy: String,
    /// The terms that fail here and there, each with how far past its line this request is.
    past: Vec<PastDocument>,
    /// How many of these were given.
    given: usize,
    /// How many were declined.
    declined: usize,
    /// The median of the amounts that were given; of an even number the lower of the two in the middle.
    median_amount: Option<String>,
    /// The same of what they cost the business.
    median_cost: Option<String>,
    /// The nearest first, of equals the newest.
    precedents: Vec<PrecedentDocument>,
}

/// How far past its line a term is.
#[derive(Serialize, ToSchema)]
pub struct PastDocument {
    /// The term.
    term: String,
    /// In thousandths of the furthest that any role may stretch it, or of the line where none may; 0 where it has no distance.
    thousandths: i64,
}

/// One decision.
#[derive(Serialize, ToSchema)]
pub struct PrecedentDocument {
    /// The case here, or its id in the system it was imported from; none for an AI agent.
    case: Option<String>,
    /// `here` or `import`.
    origin: String,
    /// When, in UTC.
    at: String,
    /// `given` or `declined`.
    decision: String,
    /// Which remedy.
    remedy: Option<String>,
    /// What the customer got.
    amount: Option<String>,
    /// What it cost the business.
    cost: Option<String>,
    /// Whose authority it took.
    role: Option<String>,
    /// How far past each line it was, in thousandths, in the order of `past` above.
    past: Vec<i64>,
    /// How far it is from this request: the sum of the differences.
    distance: i64,
}

/// Shows decisions on requests like this one: of the same policy, whose same terms fail, by how near they are.
#[utoipa::path(get, path = "/v1/cases/{case}/precedents", operation_id = "list_precedents", tag = "assessments",
    params(("case" = String, Path, description = "The case's id."),
        ("assessment" = Option<String>, Query, description = "The digest of one of its assessments. Default: the latest."),
        ("limit" = Option<u64>, Query, description = "How many, 1 to 100. Default: 20.", minimum = 1, maximum = 100)),
    responses((status = 200, description = "The nearest decisions; none where nothing was decided on such a request.", body = PrecedentList), Turned))]
pub async fn list(who: In, Path(id): Path<String>, uri: Uri) -> Result<Response, Problem> {
    let [digest, limit] = query_of(&uri, ["assessment", "limit"])?;
    let case = readable(&who, &id).await?;
    let limit = limit.map_or(Ok(SHOWN), |text| {
        let number = text.parse().ok().filter(|n| (1..=SHOWN_MAX).contains(n));
        number.ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "`limit` is a number from 1 to 100"))
    })?;
    let chosen = match digest {
        None => case.assessments.last().ok_or_else(|| {
            let none = Problem::new(StatusCode::CONFLICT, "the case has no assessment yet").code("not_assessed");
            none.hint("assess it first: what is alike is read off its assessment")
        })?,
        Some(text) => {
            let found = Digest::parse(&text).ok().and_then(|digest| case.assessment(&digest));
            found.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "the case has no such assessment"))?
        }
    };
    let shows_cases = !who.me.person.person().is_agent();
    let found = find(&who.records, &who.me.business, (&case.id, &chosen.frozen.digest), limit).await;
    let found = found.map_err(|e| problem(&Refused::Store(e)))?.ok_or_else(|| {
        let old = Problem::new(StatusCode::CONFLICT, "the assessment is of an older version, which kept no distances");
        old.code("not_assessed").hint("assess the case again")
    })?;
    Ok(json(&document(found, shows_cases)))
}

fn document(found: Found, shows_cases: bool) -> PrecedentList {
    let (given, declined) = (found.count(GIVEN), found.count(DECLINED));
    let median = |of: fn(&Precedent) -> Option<Money>| found.median(of).map(|money| money.to_string());
    let (median_amount, median_cost) = (median(|p| p.amount), median(|p| p.cost));
    let past = found.like.past.into_iter().map(|(term, thousandths)| PastDocument { term, thousandths }).collect();
    let one = |(distance, p): (i64, Precedent)| PrecedentDocument {
        case: shows_cases.then_some(p.case),
        origin: p.origin,
        at: p.at.to_string(),
        decision: p.decision,
        remedy: p.remedy,
        amount: p.amount.map(|money| money.to_string()),
        cost: p.cost.map(|money| money.to_string()),
        role: p.role,
        past: p.past,
        distance,
    };
    let precedents = found.near.into_iter().map(one).collect();
    PrecedentList { policy: found.like.policy, past, given, declined, median_amount, median_cost, precedents }
}
