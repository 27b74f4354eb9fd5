//! `/v1/cases`: one customer's request from first contact to settled.

pub mod approvals;
pub mod assessments;
pub mod document;
pub mod ends;
pub mod grants;
pub mod links;
pub mod owns;
pub mod precedents;
pub mod steps;
pub mod talks;

use std::collections::HashMap;

use amends_core::case::{Case, Opening, SetBack};
use amends_core::facts::Source;
use amends_core::ids::{CaseId, CustomerId, PersonId, RequestKind, TeamId};
use amends_core::time::Time;
use amends_core::words::Words;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::asked as query_of;
use super::books::json;
use super::me::{In, Sent};
use super::problem::Problem;
use super::refused::{DoneDocument, Turned, answered, problem, with_tag};
use crate::app::App;
use crate::flow::hears;
use crate::flow::job::{Refused, Work};
use crate::flow::ledger;
use crate::flow::records::Me;
use crate::flow::seal;
use crate::store::cases::{Line, Which};
use crate::store::{StoreError, cases, journal, steps as steps_store};
use document::CaseDocument;

/// Lines of a page where nothing else is asked for.
const PAGE: usize = 50;
/// Most lines of a page.
const PAGE_MAX: usize = 200;

/// What opens a case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenCase {
    /// What the customer wants: a kind of request of the book.
    #[schema(value_type = String, example = "price_adjustment")]
    request: RequestKind,
    /// For whom; may become known later.
    #[schema(value_type = Option<String>, example = "c_1001")]
    customer: Option<CustomerId>,
    /// First contact. Default: now. Set back, it counts as what whoever opens the case says.
    #[schema(example = "2026-11-16T18:04:00-05:00")]
    asked: Option<String>,
    /// How one knows when that was: needed of a person who sets it back.
    #[schema(value_type = Option<String>, max_length = 4000)]
    asked_reason: Option<Words>,
    /// Where that comes from: `seen`, or `word` where the customer says so. Default: `seen`, of an AI agent `claimed`.
    #[schema(value_type = Option<String>, example = "seen")]
    asked_source: Option<Source>,
    /// The team that works it. Default: one's own; another than that only from the second role of people upwards.
    #[schema(value_type = Option<String>)]
    team: Option<TeamId>,
}

/// A time that someone sent, read in the book's zone where it names none.
pub(super) fn moment(me: &Me, name: &str, text: &str) -> Result<Time, Problem> {
    Time::parse(text, &me.rules.book.zone).map_err(|e| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("`{name}` cannot be read: {e}"))
            .hint("send a time such as 2026-11-16T18:04:00-05:00")
    })
}

/// Opens a case. Whoever opens it owns it.
#[utoipa::path(post, path = "/v1/cases", operation_id = "open_case", tag = "cases", request_body = OpenCase,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same request gives the same answer.")),
    responses((status = 201, description = "It is open; `Location` says where.", body = DoneDocument), Turned))]
pub async fn open(State(_): State<App>, sent: Sent<OpenCase>) -> Result<Response, Problem> {
    let Sent { me, records, with, body } = sent;
    let book = &me.rules.book;
    if !book.requests.contains_key(body.request.as_str()) {
        let known: Vec<&str> = book.requests.keys().map(String::as_str).collect();
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("no rule governs `{}`", body.request))
            .hint(crate::report::did_you_mean(body.request.as_str(), &known)));
    }
    let team = body.team.unwrap_or_else(|| me.person.team.clone());
    if !me.rules.teams.contains_key(&team) {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("there is no team `{team}`")));
    }
    let now = records.clock.now();
    let asked = body.asked.as_deref().map_or(Ok(now), |text| moment(&me, "asked", text))?;
    let opening =
        records.opening(&me.business, &me.rules, me.person.person(), body.request).map_err(|e| problem(&e))?;
    let set_back = body
        .asked
        .is_some()
        .then(|| SetBack { source: body.asked_source.unwrap_or(me.actor().source()), reason: body.asked_reason });
    let opening = Opening { team, customer: body.customer, asked, set_back, ..opening };
    let case = opening.case.clone();
    let answer = records.run(&me, &case, with, Work::Open(Box::new(opening))).await;
    let case = answer.as_ref().ok().and_then(|done| done.case.clone()).unwrap_or(case);
    let mut response = answered(&case, answer, StatusCode::CREATED)?;
    if let Ok(place) = format!("/v1/cases/{case}").parse() {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// A page of cases.
#[derive(Serialize, ToSchema)]
pub struct CaseList {
    /// The newest first.
    cases: Vec<Line>,
    /// Where the next page begins, as `cursor`; none: there is no more.
    next: Option<String>,
}

/// Lists cases, the newest first.
#[utoipa::path(get, path = "/v1/cases", operation_id = "list_cases", tag = "cases",
    params(
        ("owner" = Option<String>, Query, description = "Of one owner; `me` for one's own."),
        ("state" = Option<String>, Query, description = "`open`, `settled`, `declined` or `lapsed`."),
        ("customer" = Option<String>, Query, description = "For one customer."),
        ("view" = Option<String>, Query, description = "`head`: those in the head's view; `offered`: those offered to me."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
        ("limit" = Option<usize>, Query, description = "Most lines of the page: 1 to 200. Default: 50."),
    ),
    responses((status = 200, description = "A page.", body = CaseList), Turned))]
pub async fn list(In { me, records }: In, uri: Uri) -> Result<Response, Problem> {
    let is_agent = me.person.person().is_agent();
    let [owner, state, customer, view, cursor, limit] =
        query_of(&uri, ["owner", "state", "customer", "view", "cursor", "limit"])?;
    let bad = |name: &str, e: String| Problem::new(StatusCode::BAD_REQUEST, format!("`{name}` cannot be used: {e}"));
    let owner = match owner.as_deref() {
        Some("me") => Some(me.person.id.clone()),
        Some(other) => Some(PersonId::parse(other).map_err(|e| bad("owner", e.to_string()))?),
        // An agent sees its own.
        None if is_agent => Some(me.person.id.clone()),
        None => None,
    };
    if is_agent && owner.as_ref() != Some(&me.person.id) {
        return Err(bad("owner", "an AI agent sees its own cases only".to_owned()).hint("leave it out, or use me"));
    }
    let customer = customer.map(|c| CustomerId::parse(&c).map_err(|e| bad("customer", e.to_string()))).transpose()?;
    if let Some(state) = state.as_deref().filter(|s| !["open", "settled", "declined", "lapsed"].contains(s)) {
        return Err(bad("state", format!("there is no state `{state}`")).hint("use open, settled, declined or lapsed"));
    }
    if let Some(view) = view.as_deref().filter(|v| !["head", "offered"].contains(v)) {
        return Err(bad("view", format!("there is no view `{view}`")).hint("use head or offered"));
    }
    let most = limit_of(limit)?;
    let (head, offered) = (view.as_deref() == Some("head"), view.as_deref() == Some("offered"));
    let offered = offered.then(|| me.person.id.clone());
    let which = Which { owner, state, customer, head, offered, before: before_of(cursor)? };
    let read = async {
        let mut conn = records.store.reader().await?;
        cases::list(&mut conn, &me.business, &which, most + 1).await
    };
    let mut found = read.await.map_err(|e| problem(&Refused::Store(e)))?;
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).map(|line| line.id.clone());
    Ok(json(&CaseList { cases: found, next }))
}

/// Where the page before ended: the id of a case, and nothing else that could stand before or behind all of them.
fn before_of(cursor: Option<String>) -> Result<Option<CaseId>, Problem> {
    let is_case = |text: &str| text.len() == CASE_LETTERS && text.starts_with("c_");
    let wrong =
        || Problem::new(StatusCode::BAD_REQUEST, "`cursor` cannot be used").hint("use `next` of the page before");
    let of = |text: String| CaseId::parse(&text).ok().filter(|_| is_case(&text)).ok_or_else(wrong);
    cursor.map(of).transpose()
}

/// Letters of a case's id.
const CASE_LETTERS: usize = 28;

/// A page's size.
pub(super) fn limit_of(limit: Option<String>) -> Result<usize, Problem> {
    let Some(text) = limit else { return Ok(PAGE) };
    text.parse().ok().filter(|n| (1..=PAGE_MAX).contains(n)).ok_or_else(|| {
        Problem::new(StatusCode::BAD_REQUEST, format!("`limit={text}` cannot be used"))
            .hint(format!("use 1 to {PAGE_MAX}"))
    })
}

/// Shows a case.
#[utoipa::path(get, path = "/v1/cases/{case}", operation_id = "show_case", tag = "cases",
    params(("case" = String, Path, description = "The case's id.")),
    responses((status = 200, description = "The case, with its version as ETag.", body = CaseDocument), Turned))]
pub async fn show(who: In, Path(id): Path<String>, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    let case = readable(&who, &id).await?;
    let In { me, records } = who;
    let grants: Vec<&str> = case.grants.iter().map(|g| g.id.as_str()).collect();
    let read = async {
        let mut conn = records.store.reader().await?;
        let left = match case.assessments.last() {
            Some(latest) => ledger::left(&mut conn, &me.business, &case, &latest.frozen).await?,
            None => HashMap::new(),
        };
        Ok::<_, StoreError>((steps_store::of_grants(&mut conn, &me.business, &grants).await?, left))
    };
    let (steps, left) = read.await.map_err(|e| problem(&Refused::Store(e)))?;
    let due = case.due(&me.rules.clocks).first().map(|d| d.at.to_string());
    let document = CaseDocument::of(&case, &steps, &left, due);
    Ok(with_tag(StatusCode::OK, case.version, json(&document)))
}

/// A case that someone may read. One that they may not is none to them.
pub(super) async fn readable(who: &In, id: &str) -> Result<Case, Problem> {
    let case = who.records.case(&who.me.business, &case_id(id)?).await.map_err(|e| problem(&e))?;
    case.filter(|case| who.may_read(case)).ok_or_else(|| problem(&Refused::NoCase))
}

/// An id in a path. What is no id is no case.
pub(super) fn case_id(text: &str) -> Result<CaseId, Problem> {
    CaseId::parse(text).map_err(|_| problem(&Refused::NoCase))
}

/// What happened on a case.
#[derive(Serialize, ToSchema)]
pub struct EventList {
    /// The oldest first.
    events: Vec<EntryDocument>,
    /// Where the next page begins, as `cursor`; none: there is no more.
    next: Option<String>,
}

/// One entry of the journal.
#[derive(Serialize, ToSchema)]
pub struct EntryDocument {
    /// The team whose chain it is in.
    team: String,
    /// Its place in the chain.
    seq: u64,
    /// When, in UTC.
    at: String,
    /// What kind of event: `case.reserved`.
    kind: String,
    /// The event.
    #[schema(value_type = Object)]
    event: Box<serde_json::value::RawValue>,
    /// Its hash.
    hash: String,
}

pub(super) fn entry(kept: &journal::Kept) -> Option<EntryDocument> {
    let event = serde_json::value::RawValue::from_string(hears::told(&kept.entry).into_owned()).ok()?;
    let e = &kept.entry;
    let (team, at, kind, hash) = (e.team.to_string(), e.at.to_string(), e.kind.clone(), e.hash.to_string());
    Some(EntryDocument { team, seq: e.seq, at, kind, event, hash })
}

/// Lists what happened on a case, from the journal.
#[utoipa::path(get, path = "/v1/cases/{case}/events", operation_id = "list_case_events", tag = "cases",
    params(("case" = String, Path, description = "The case's id."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
        ("limit" = Option<usize>, Query, description = "Most entries of the page: 1 to 200. Default: 50.")),
    responses((status = 200, description = "A page.", body = EventList), Turned))]
pub async fn events(who: In, Path(id): Path<String>, uri: Uri) -> Result<Response, Problem> {
    let [cursor, limit] = query_of(&uri, ["cursor", "limit"])?;
    let (id, most) = (case_id(&id)?, limit_of(limit)?);
    if who.people_only().is_err() {
        readable(&who, id.as_str()).await?;
    }
    let In { me, records } = who;
    let wrong =
        || Problem::new(StatusCode::BAD_REQUEST, "`cursor` cannot be used").hint("use `next` of the page before");
    let after: i64 = cursor.map_or(Ok(0), |c| c.parse().map_err(|_| wrong()))?;
    let read = async {
        let mut conn = records.store.reader().await?;
        let most = i64::try_from(most + 1).unwrap_or(i64::MAX);
        let mut found = journal::of_case(&mut conn, &me.business, &id, after, most).await?;
        seal::open_kept(&mut conn, &me.business, &mut found).await?;
        Ok(found)
    };
    let mut found = read.await.map_err(|e| problem(&Refused::Store(e)))?;
    if found.is_empty() && after == 0 {
        return Err(problem(&Refused::NoCase));
    }
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).and_then(|k| k.case.as_ref()).map(|(_, version)| version.to_string());
    Ok(json(&EventList { events: found.iter().filter_map(entry).collect(), next }))
}
