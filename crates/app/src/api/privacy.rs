//! `/v1/customers/{customer}/export` and `/erase`: all that is kept of a customer, and that it goes.

use amends_core::ids::CustomerId;
use axum::extract::Path;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::body::asked as query_of;
use super::books::json;
use super::cases::talks::Nothing;
use super::cases::{EntryDocument, entry};
use super::customers::{OrderDocument, object, order};
use super::me::{In, Sent};
use super::problem::Problem;
use super::refused::{Turned, problem};
use crate::flow::job::Refused;
use crate::flow::privacy::{self, All, NotDone};
use crate::store::cases::Line;
use crate::store::precedents::Imported;

/// What only the highest role may do.
const WHAT: &str = "see all of a customer, or erase them";

/// All that is kept of a customer.
#[derive(Serialize, ToSchema)]
pub struct CustomerExport {
    /// Their id in the shop's system.
    id: String,
    /// Their name, where it was imported.
    name: Option<String>,
    /// A customer since when, in UTC, where it was imported.
    since: Option<String>,
    /// What else was imported of them.
    #[schema(value_type = Object)]
    fields: Box<RawValue>,
    /// Everything they bought that was imported, the newest first.
    orders: Vec<OrderDocument>,
    /// What was decided for them elsewhere, the oldest first.
    decisions: Vec<DecisionDocument>,
    /// Their cases, the newest first.
    cases: Vec<CaseExport>,
    /// The assessments of their cases, with the facts they were made from.
    assessments: Vec<AssessmentExport>,
    /// Files that are evidence on their cases; their bytes are at `GET /v1/files/{digest}`.
    files: Vec<FileExport>,
}

/// A decision that was imported.
#[derive(Serialize, ToSchema)]
pub struct DecisionDocument {
    /// Its id in the system it was imported from.
    id: String,
    /// When, in UTC.
    at: String,
    /// What was asked for.
    request: String,
    /// `given` or `declined`.
    decision: String,
    /// Which remedy.
    remedy: Option<String>,
    /// What they got.
    amount: Option<String>,
    /// What it cost.
    cost: Option<String>,
    /// What else was imported of it.
    #[schema(value_type = Object)]
    fields: Box<RawValue>,
}

/// A case with all that happened on it.
#[derive(Serialize, ToSchema)]
pub struct CaseExport {
    /// As in a list.
    case: Line,
    /// What happened, the oldest first.
    events: Vec<EntryDocument>,
}

/// An assessment, with what was asked.
#[derive(Serialize, ToSchema)]
pub struct AssessmentExport {
    /// SHA-256 of the assessment.
    digest: String,
    /// The question, with its facts.
    #[schema(value_type = Object)]
    question: Box<RawValue>,
    /// The answer.
    #[schema(value_type = Object)]
    assessment: Box<RawValue>,
}

/// A file that is evidence.
#[derive(Serialize, ToSchema)]
pub struct FileExport {
    /// SHA-256 of its bytes.
    digest: String,
    /// Its media type.
    kind: String,
    /// How many bytes it has.
    bytes: i64,
}

/// What was erased.
#[derive(Serialize, ToSchema)]
pub struct ErasedDocument {
    /// Cases on which nobody can read any more what was written.
    cases: Vec<String>,
    /// Assessments that are gone, with the facts they were made from.
    assessments: usize,
    /// Files that are gone.
    files: usize,
    /// Imported rows that are gone, or say no longer for whom they were.
    imported: u64,
}

fn not_done(why: NotDone) -> Problem {
    match why {
        NotDone::Nobody => Problem::new(StatusCode::NOT_FOUND, "nothing is known of such a customer"),
        NotDone::NotEnded(case) => {
            Problem::new(StatusCode::CONFLICT, format!("case `{case}` of theirs is not at its end: nothing was erased"))
                .code("not_ended")
                .hint("settle or decline it, and have what was given made real or released; then erase them")
        }
        NotDone::Store(error) => problem(&Refused::Store(error)),
    }
}

fn customer(id: &str) -> Result<CustomerId, Problem> {
    CustomerId::parse(id).map_err(|_| not_done(NotDone::Nobody))
}

/// Shows all that is kept of a customer: what was imported, their cases with every word, assessments with their facts,
/// files. That it was shown is an entry of the journal.
#[utoipa::path(get, path = "/v1/customers/{customer}/export", operation_id = "export_customer", tag = "customers",
    params(("customer" = String, Path, description = "The customer's id.")),
    responses((status = 200, description = "All that is kept of them.", body = CustomerExport), Turned))]
pub async fn export(who: In, Path(id): Path<String>, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    who.me.top_only(WHAT)?;
    let id = customer(&id)?;
    let all = privacy::export(&who.records, &who.me, &id).await.map_err(not_done)?;
    let document = json(&exported(&id, all)?);
    Ok(([(header::CACHE_CONTROL, "private, no-store")], document).into_response())
}

fn exported(id: &CustomerId, all: All) -> Result<CustomerExport, Problem> {
    let (name, since, fields) = match all.profile {
        Some(p) => (p.name, Some(p.since.to_string()), p.fields),
        None => (None, None, "{}".to_owned()),
    };
    let assessment = |line: amends_core::journal::AssessmentLine| {
        let (question, assessment) = (object(line.question)?, object(line.assessment)?);
        Ok(AssessmentExport { digest: line.digest.to_string(), question, assessment })
    };
    let file = |(digest, kind, bytes): (amends_core::digest::Digest, _, _)| FileExport {
        digest: digest.to_string(),
        kind,
        bytes,
    };
    Ok(CustomerExport {
        id: id.to_string(),
        name,
        since,
        fields: object(fields)?,
        orders: all.orders.into_iter().map(order).collect::<Result<_, _>>()?,
        decisions: all.decisions.into_iter().map(decision).collect::<Result<_, _>>()?,
        cases: all
            .cases
            .into_iter()
            .map(|(case, kept)| CaseExport { case, events: kept.iter().filter_map(entry).collect() })
            .collect(),
        assessments: all.assessments.into_iter().map(assessment).collect::<Result<_, Problem>>()?,
        files: all.files.into_iter().map(file).collect(),
    })
}

fn decision(Imported { decided, request, fields }: Imported) -> Result<DecisionDocument, Problem> {
    Ok(DecisionDocument {
        id: decided.case,
        at: decided.at.to_string(),
        request,
        decision: decided.decision,
        remedy: decided.remedy,
        amount: decided.amount.map(|money| money.to_string()),
        cost: decided.cost.map(|money| money.to_string()),
        fields: object(fields)?,
    })
}

/// Erases what is personal of a customer: what people wrote on their cases, the facts of their assessments, their files,
/// what was imported of them. That there were cases, what was given and who decided stays, by ids. It cannot be undone.
#[utoipa::path(post, path = "/v1/customers/{customer}/erase", operation_id = "erase_customer", tag = "customers",
    params(("customer" = String, Path, description = "The customer's id.")),
    responses((status = 200, description = "What was erased.", body = ErasedDocument), Turned))]
pub async fn erase(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    me.top_only(WHAT)?;
    let gone = privacy::erase(&records, &me, &customer(&id)?).await.map_err(not_done)?;
    Ok(json(&ErasedDocument {
        cases: gone.cases.iter().map(ToString::to_string).collect(),
        assessments: gone.assessments,
        files: gone.files,
        imported: gone.imported,
    }))
}
