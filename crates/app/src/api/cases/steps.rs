//! What makes grants real, one step at a time: what waits for a person, and what they did.

use amends_core::fulfilment::{State, Wrong};
use amends_core::ids::TeamId;
use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::document::{StepDocument, step};
use super::grants::grant_id;
use super::talks::Nothing;
use super::{case_id, limit_of};
use crate::api::body::asked as query_of;
use crate::api::books::json;
use crate::api::me::{In, Sent};
use crate::api::problem::Problem;
use crate::api::refused::{Turned, problem};
use crate::flow::fulfil::{end_grant, keep, state_of};
use crate::flow::job::Refused;
use crate::flow::records::{Me, Records};
use crate::store::steps::{self, StepRow};

/// Most letters of a reference or reason.
const LETTERS_MAX: usize = 500;

/// Steps that wait for a person.
#[derive(Serialize, ToSchema)]
pub struct StepList {
    /// Those that wait longest first.
    steps: Vec<StepDocument>,
}

/// Lists the steps that wait for a person: those done by hand, those that a connector could not do, and those that wait
/// for more than five minutes until it is called again.
#[utoipa::path(get, path = "/v1/steps", operation_id = "list_steps", tag = "grants",
    params(("team" = Option<String>, Query, description = "Only of one team; `mine` for one's own."),
        ("limit" = Option<usize>, Query, description = "Most steps: 1 to 200. Default: 50.")),
    responses((status = 200, description = "The queue.", body = StepList), Turned))]
pub async fn queue(who: In, uri: Uri) -> Result<Response, Problem> {
    who.people_only()?;
    let In { me, records } = who;
    let [team, limit] = query_of(&uri, ["team", "limit"])?;
    let most = i64::try_from(limit_of(limit)?).unwrap_or(i64::MAX);
    let team = match team.as_deref() {
        Some("mine") => Some(me.person.team.clone()),
        Some(id) => Some(
            TeamId::parse(id)
                .map_err(|e| Problem::new(StatusCode::BAD_REQUEST, format!("`team` cannot be used: {e}")))?,
        ),
        None => None,
    };
    let read = async {
        let mut conn = records.store.reader().await?;
        steps::waiting(&mut conn, &me.business, team.as_ref(), (records.clock.now().micros(), most)).await
    };
    let found = read.await.map_err(|e| problem(&Refused::Store(e)))?;
    Ok(json(&StepList { steps: found.iter().map(step).collect() }))
}

/// What was done by hand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoneByHand {
    /// By what it is found in the other system.
    reference: Option<String>,
}

/// Why it cannot be done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CannotBeDone {
    /// The reason.
    reason: String,
}

/// A step that waits for a person is done.
#[utoipa::path(post, path = "/v1/cases/{case}/grants/{grant}/steps/{number}/done", operation_id = "step_is_done", tag = "grants", request_body = DoneByHand,
    params(("case" = String, Path, description = "The case's id."), ("grant" = String, Path, description = "The grant's id."), ("number" = String, Path, description = "The step's place.")),
    responses((status = 200, description = "The step as it is now.", body = StepDocument), Turned))]
pub async fn done(Path(at): Path<(String, String, String)>, sent: Sent<DoneByHand>) -> Result<Response, Problem> {
    let Sent { me, records, body, .. } = sent;
    let reference = body.reference.map(|text| words("reference", &text)).transpose()?;
    let by = me.person.id.clone();
    let now = records.clock.now();
    step_moves(&records, &me, &at, |state| match state {
        // Said before by the same person: the answer got lost.
        State::Done { by: Some(who), reference: said, .. } if *who == by && *said == reference => Ok(state.clone()),
        _ => state.by_hand(by, reference, now),
    })
    .await
}

/// A step that waits for a person cannot be done.
#[utoipa::path(post, path = "/v1/cases/{case}/grants/{grant}/steps/{number}/cannot", operation_id = "step_cannot_be_done", tag = "grants", request_body = CannotBeDone,
    params(("case" = String, Path, description = "The case's id."), ("grant" = String, Path, description = "The grant's id."), ("number" = String, Path, description = "The step's place.")),
    responses((status = 200, description = "The step as it is now.", body = StepDocument), Turned))]
pub async fn cannot(Path(at): Path<(String, String, String)>, sent: Sent<CannotBeDone>) -> Result<Response, Problem> {
    let Sent { me, records, body, .. } = sent;
    let why = words("reason", &body.reason)?;
    let by = me.person.id.clone();
    let now = records.clock.now();
    step_moves(&records, &me, &at, |state| match state {
        State::Cancelled { by: Some(who), why: said, .. } if *who == by && *said == why => Ok(state.clone()),
        _ => state.cannot(by, why, now),
    })
    .await
}

/// A step that its connector could not do is tried again.
#[utoipa::path(post, path = "/v1/cases/{case}/grants/{grant}/steps/{number}/again", operation_id = "step_again", tag = "grants",
    params(("case" = String, Path, description = "The case's id."), ("grant" = String, Path, description = "The grant's id."), ("number" = String, Path, description = "The step's place.")),
    responses((status = 200, description = "The step as it is now.", body = StepDocument), Turned))]
pub async fn again(Path(at): Path<(String, String, String)>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    let now = records.clock.now();
    step_moves(&records, &me, &at, |state| state.again(now)).await
}

fn words(name: &str, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let bad = |says: &str| Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("`{name}` {says}")));
    match text.chars().count() {
        0 => bad("is empty"),
        letters if letters > LETTERS_MAX => bad(&format!("has {letters} letters: at most {LETTERS_MAX} are kept")),
        _ => Ok(text.to_owned()),
    }
}

async fn step_moves(
    records: &Records,
    me: &Me,
    (case, grant, number): &(String, String, String),
    change: impl FnOnce(&State) -> Result<State, Wrong>,
) -> Result<Response, Problem> {
    if me.person.person().is_agent() {
        return Err(Problem::new(StatusCode::FORBIDDEN, "only a person may say this").code("not_a_person"));
    }
    let (case, grant) = (case_id(case)?, grant_id(grant)?);
    let of_store = |e| problem(&Refused::Store(e));
    let no_such = || Problem::new(StatusCode::NOT_FOUND, "there is no such step");
    let number: u32 = number.parse().map_err(|_| no_such())?;
    let read = async {
        let mut conn = records.store.reader().await?;
        steps::of_grant(&mut conn, &me.business, &grant).await
    };
    let found = read.await.map_err(of_store)?;
    let row: StepRow = found.into_iter().find(|s| s.number == number && s.case == case).ok_or_else(no_such)?;
    let state = state_of(&row).map_err(of_store)?;
    let next = change(&state).map_err(|e| {
        let says = e.to_string();
        let (title, hint) = says.split_once(": ").unwrap_or((&says, "read the case again"));
        Problem::new(StatusCode::CONFLICT, title).hint(hint)
    })?;
    let moved = keep(records, &me.business, &row, &next).await.map_err(of_store)?;
    let moved = moved.ok_or_else(|| {
        Problem::new(StatusCode::CONFLICT, "someone else moved this step just now").hint("read the case again")
    })?;
    if next.has_ended() {
        end_grant(records, &me.business, &moved).await.map_err(of_store)?;
    }
    Ok(json(&step(&moved)))
}
