//! `/v1/teams`: who works cases together, and how far each team has come.

use std::collections::HashSet;

use amends_core::ids::TeamId;
use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::asked as query_of;
use super::books::json;
use super::me::{In, Sent};
use super::people::{of_store, wrong};
use super::problem::Problem;
use super::refused::Turned;
use crate::flow::people::{Setting, team as row_of};
use crate::flow::records::{Me, Records};
use crate::flow::rules::{ModeText, Team};

/// What only the highest role may do.
const WHAT: &str = "say how far a team has come";
/// Most characters of a title.
const TITLE_CHARS_MAX: usize = 100;
/// Most teams of a business.
const TEAMS_MAX: usize = 1_000;
/// Most amounts of a mode, one a currency.
const AMOUNTS_MAX: usize = 20;

/// How far a team has come.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "it describes documents, and is none itself")]
pub enum TeamMode {
    /// Grants are recorded, and people do what they say.
    AdviseOnly,
    /// Grants up to these costs, one a currency, fulfil themselves: `{"limited": ["50.00 USD"]}`.
    Limited(Vec<String>),
    /// Every grant fulfils itself.
    Full,
}

/// A team.
#[derive(Serialize, ToSchema)]
pub struct TeamDocument {
    /// Its id.
    id: String,
    /// What people call it.
    title: String,
    /// How far it has come.
    #[schema(value_type = TeamMode)]
    mode: ModeText,
}

impl TeamDocument {
    fn of(id: &TeamId, team: &Team) -> Self {
        Self { id: id.to_string(), title: team.title.clone(), mode: ModeText::of(&team.mode) }
    }
}

/// Every team.
#[derive(Serialize, ToSchema)]
pub struct TeamList {
    teams: Vec<TeamDocument>,
}

/// A team to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTeam {
    /// Its id.
    #[schema(value_type = String, example = "counter")]
    id: TeamId,
    /// What people call it. Default: its id.
    #[schema(max_length = 100)]
    title: Option<String>,
    /// How far it has come. Default: it only advises.
    #[schema(value_type = Option<TeamMode>)]
    mode: Option<ModeText>,
}

/// What is to be different about a team; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedTeam {
    /// What people call it.
    #[schema(max_length = 100)]
    title: Option<String>,
    /// How far it has come.
    #[schema(value_type = Option<TeamMode>)]
    mode: Option<ModeText>,
}

/// Lists teams.
#[utoipa::path(get, path = "/v1/teams", operation_id = "list_teams", tag = "people",
    responses((status = 200, description = "Every team.", body = TeamList), Turned))]
pub async fn list(who: In, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    who.people_only()?;
    let mut teams: Vec<TeamDocument> = who.me.rules.teams.iter().map(|(id, team)| TeamDocument::of(id, team)).collect();
    teams.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(json(&TeamList { teams }))
}

/// Makes a team.
#[utoipa::path(post, path = "/v1/teams", operation_id = "add_team", tag = "people", request_body = NewTeam,
    responses((status = 201, description = "It is there.", body = TeamDocument), Turned))]
pub async fn add(sent: Sent<NewTeam>) -> Result<Response, Problem> {
    let Sent { me, records, body, .. } = sent;
    me.top_only(WHAT)?;
    if me.rules.teams.contains_key(&body.id) {
        return Err(Problem::new(StatusCode::CONFLICT, format!("there is a team `{}` already", body.id))
            .hint("change it with `POST /v1/teams/{team}`"));
    }
    if me.rules.teams.len() >= TEAMS_MAX {
        return Err(wrong(format!("at most {TEAMS_MAX} teams are kept")));
    }
    let title = body.title.unwrap_or_else(|| body.id.to_string());
    let mode = body.mode.unwrap_or(ModeText::AdviseOnly);
    let team = save(&records, &me, body.id, title, mode).await?;
    Ok((StatusCode::CREATED, json(&team)).into_response())
}

/// Changes what a team is called, or how far it has come. It holds for what is given from now on.
#[utoipa::path(post, path = "/v1/teams/{team}", operation_id = "change_team", tag = "people", request_body = ChangedTeam,
    params(("team" = String, Path, description = "Its id.")),
    responses((status = 200, description = "As it is now.", body = TeamDocument), Turned))]
pub async fn set(Path(id): Path<String>, sent: Sent<ChangedTeam>) -> Result<Response, Problem> {
    let Sent { me, records, body, .. } = sent;
    me.top_only(WHAT)?;
    let found = TeamId::parse(&id).ok().and_then(|id| me.rules.teams.get_key_value(&id));
    let no_such = || Problem::new(StatusCode::NOT_FOUND, "there is no such team").hint("see `GET /v1/teams`");
    let (id, before) = found.ok_or_else(no_such)?;
    let title = body.title.unwrap_or_else(|| before.title.clone());
    let mode = body.mode.unwrap_or_else(|| ModeText::of(&before.mode));
    if title == before.title && mode == ModeText::of(&before.mode) {
        return Ok(json(&TeamDocument::of(id, before)));
    }
    Ok(json(&save(&records, &me, id.clone(), title, mode).await?))
}

async fn save(records: &Records, me: &Me, id: TeamId, title: String, mode: ModeText) -> Result<TeamDocument, Problem> {
    if title.trim().is_empty() || title.chars().count() > TITLE_CHARS_MAX {
        return Err(wrong(format!("a title has 1 to {TITLE_CHARS_MAX} characters")));
    }
    if let ModeText::Limited(amounts) = &mode {
        let mut seen = HashSet::new();
        let is_one_each = amounts.iter().all(|most| most.minor >= 0 && seen.insert(most.currency));
        if amounts.is_empty() || amounts.len() > AMOUNTS_MAX || !is_one_each {
            return Err(wrong("`limited` takes one amount a currency, none below zero")
                .hint("write it like {\"limited\": [\"50.00 USD\"]}"));
        }
    }
    let document = TeamDocument { id: id.to_string(), title: title.clone(), mode: mode.clone() };
    let set = [Setting::Team(row_of(id, title, &mode).map_err(of_store)?)];
    super::people::save(records, me, &set).await?;
    Ok(document)
}
