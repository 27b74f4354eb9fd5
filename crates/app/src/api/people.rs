//! `/v1/people`: who works here, and how they come in.

use amends_core::ids::{PersonId, RoleName, TeamId};
use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::asked as query_of;
use super::books::json;
use super::cases::talks::Nothing;
use super::me::{In, Sent};
use super::problem::Problem;
use super::refused::{Turned, problem};
use crate::flow::access::{new_once, password_once, sign_out_everywhere};
use crate::flow::job::Refused;
use crate::flow::people::{Access, Setting, change, change_since, is_reserved, team as new_team};
use crate::flow::records::{Me, Records};
use crate::flow::rules::ModeText;
use crate::store::StoreError;
use crate::store::people::PersonRow;

/// What only the highest role may do.
const WHAT: &str = "say who works here";
/// Most characters of a name.
const NAME_CHARS_MAX: usize = 100;
/// Most people of a business.
const PEOPLE_MAX: usize = 10_000;

/// Someone who works here, a person or an AI agent.
#[derive(Serialize, ToSchema)]
pub struct ColleagueDocument {
    /// Their id.
    id: String,
    /// What people call them.
    name: String,
    /// Their role.
    role: String,
    /// Their team.
    team: String,
    /// Whether they may come in.
    active: bool,
    /// Their password for one time, good for seven days; told once, to be handed on. With it they choose their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

impl ColleagueDocument {
    fn of(row: &PersonRow, password: Option<String>) -> Self {
        let (id, name, active) = (row.id.to_string(), row.name.clone(), row.active);
        Self { id, name, role: row.role.to_string(), team: row.team.to_string(), active, password }
    }
}

/// Who works here.
#[derive(Serialize, ToSchema)]
pub struct PeopleList {
    people: Vec<ColleagueDocument>,
}

/// Someone who is to work here.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// Their id: letters and digits, never a name or an address.
    #[schema(value_type = String, example = "rita")]
    id: PersonId,
    /// What people call them. Default: their id.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// Their role, as the book names it; `ai` for an AI agent.
    #[schema(value_type = String, example = "frontline")]
    role: RoleName,
    /// Their team; one that is new only advises.
    #[schema(value_type = String, example = "shop")]
    team: TeamId,
}

/// What is to be different about someone; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedPerson {
    /// What people call them.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// Their role.
    #[schema(value_type = Option<String>)]
    role: Option<RoleName>,
    /// Their team.
    #[schema(value_type = Option<String>)]
    team: Option<TeamId>,
    /// Whether they may come in. Who may not has no keys, no password and no open session any more.
    active: Option<bool>,
}

pub(super) fn of_store(e: StoreError) -> Problem {
    problem(&Refused::Store(e))
}

pub(super) fn wrong(says: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, says)
}

/// Writes settings that were decided by those that someone read; where somebody else changed them since, nothing is done.
pub(super) async fn save(records: &Records, me: &Me, settings: &[Setting]) -> Result<(), Problem> {
    let (by, now) = (me.person.id.as_str(), records.clock.now());
    let done = change_since(&records.store, me.rules.version, &me.business, by, settings, now).await;
    if done.map_err(of_store)? {
        return Ok(());
    }
    Err(Problem::new(StatusCode::CONFLICT, "someone else changed the settings at this moment, and nothing was done")
        .code("moved")
        .hint("look again, then say what is to be different"))
}

pub(super) fn found<'m>(me: &'m Me, id: &str) -> Result<&'m PersonRow, Problem> {
    let id = PersonId::parse(id).ok();
    id.and_then(|id| me.rules.people.get(&id))
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "nobody of that id works here").hint("see `GET /v1/people`"))
}

/// What has to be so before someone is written; a team that is new comes with them. `before`: as they were.
fn settings_of(me: &Me, row: &PersonRow, before: Option<&PersonRow>) -> Result<Vec<Setting>, Problem> {
    // Whose role went with a book before this one can still be renamed, and let in no more.
    let is_kept = before.is_some_and(|before| before.role == row.role);
    if !is_kept && me.rules.ladder.height(&row.role).is_none() {
        let known: Vec<&str> = me.rules.book.roles.iter().map(|r| r.id.as_str()).collect();
        return Err(wrong(format!("the book has no role `{}`", row.role))
            .hint(crate::report::did_you_mean(row.role.as_str(), &known)));
    }
    if row.name.trim().is_empty() || row.name.chars().count() > NAME_CHARS_MAX {
        return Err(wrong(format!("a name has 1 to {NAME_CHARS_MAX} characters")));
    }
    let mut settings = Vec::new();
    if !me.rules.teams.contains_key(&row.team) {
        let team = new_team(row.team.clone(), row.team.to_string(), &ModeText::AdviseOnly).map_err(of_store)?;
        settings.push(Setting::Team(team));
    }
    settings.push(Setting::Person(row.clone()));
    Ok(settings)
}

/// Turns a key away from what makes a person more than they were: lets them in, or gives them a higher role.
fn authority_in_person(me: &Me, before: Option<&PersonRow>, row: &PersonRow) -> Result<(), Problem> {
    let is_person = |p: &&PersonRow| p.active && !p.person().is_agent();
    let height = |p: &PersonRow| me.rules.ladder.height(&p.role);
    let is_more = before.filter(is_person).is_none_or(|before| height(before) < height(row));
    if is_person(&row) && is_more {
        me.signed_in_only("let people in or give them a higher role").map_err(|e| problem(&e))?;
    }
    Ok(())
}

/// Lists who works here.
#[utoipa::path(get, path = "/v1/people", operation_id = "list_people", tag = "people",
    responses((status = 200, description = "Everyone, also who has gone.", body = PeopleList), Turned))]
pub async fn list(who: In, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    who.people_only()?;
    let mut people: Vec<&PersonRow> = who.me.rules.people.values().collect();
    people.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(json(&PeopleList { people: people.into_iter().map(|p| ColleagueDocument::of(p, None)).collect() }))
}

/// Adds someone. A person gets a password for one time, and is let in by someone who is signed in; an AI agent needs a key,
/// see `POST /v1/keys`.
#[utoipa::path(post, path = "/v1/people", operation_id = "add_person", tag = "people", request_body = NewPerson,
    responses((status = 201, description = "They may come in.", body = ColleagueDocument), Turned))]
pub async fn add(sent: Sent<NewPerson>) -> Result<Response, Problem> {
    let Sent { me, records, body, .. } = sent;
    me.top_only(WHAT)?;
    if me.rules.people.contains_key(&body.id) {
        return Err(Problem::new(StatusCode::CONFLICT, format!("`{}` works here already, or did", body.id))
            .hint("choose another id, or change them with `POST /v1/people/{person}`"));
    }
    if me.rules.people.len() >= PEOPLE_MAX {
        return Err(wrong(format!("at most {PEOPLE_MAX} people are kept")));
    }
    if is_reserved(&body.id) {
        return Err(wrong(format!("`{}` names whoever is none of your people in the journal", body.id))
            .hint("choose another id"));
    }
    let name = body.name.unwrap_or_else(|| body.id.to_string());
    let row = PersonRow { id: body.id, name, role: body.role, team: body.team, active: true };
    let mut settings = settings_of(&me, &row, None)?;
    authority_in_person(&me, None, &row)?;
    let now = records.clock.now();
    let mut password = None;
    if !row.person().is_agent() {
        let (text, kept) = new_once(now.micros()).await.map_err(of_store)?;
        settings.push(Setting::Access(row.id.clone(), Access::Password(kept)));
        password = Some(text);
    }
    change(&records.store, &me.business, me.person.id.as_str(), &settings, now).await.map_err(of_store)?;
    Ok((StatusCode::CREATED, json(&ColleagueDocument::of(&row, password))).into_response())
}

/// Changes someone's name, role or team, or lets them in no more. Who is signed in gives a higher role, or lets someone in
/// again; no key does.
#[utoipa::path(post, path = "/v1/people/{person}", operation_id = "change_person", tag = "people", request_body = ChangedPerson,
    params(("person" = String, Path, description = "Their id.")),
    responses((status = 200, description = "As they are now.", body = ColleagueDocument), Turned))]
pub async fn set(Path(id): Path<String>, sent: Sent<ChangedPerson>) -> Result<Response, Problem> {
    let Sent { me, records, body, .. } = sent;
    me.top_only(WHAT)?;
    let before = found(&me, &id)?.clone();
    let row = PersonRow {
        id: before.id.clone(),
        name: body.name.unwrap_or_else(|| before.name.clone()),
        role: body.role.unwrap_or_else(|| before.role.clone()),
        team: body.team.unwrap_or_else(|| before.team.clone()),
        active: body.active.unwrap_or(before.active),
    };
    if row == before {
        return Ok(json(&ColleagueDocument::of(&row, None)));
    }
    let top = me.rules.ladder.top();
    let stays = |p: &&PersonRow| p.active && Some(&p.role) == top;
    let is_on_top = row.active && Some(&row.role) == top;
    if !is_on_top && !me.rules.people.values().filter(stays).any(|p| p.id != row.id) {
        let title = format!("`{}` is the last who may change settings", row.id);
        return Err(Problem::new(StatusCode::CONFLICT, title)
            .code("last_one")
            .hint("give someone else that role first"));
    }
    let settings = settings_of(&me, &row, Some(&before))?;
    authority_in_person(&me, Some(&before), &row)?;
    // Of two who take that role from each other at once the second is turned away.
    save(&records, &me, &settings).await?;
    Ok(json(&ColleagueDocument::of(&row, None)))
}

/// Gives someone a new password for one time. What they had is of no use any more, and every session of theirs ends. For
/// those who are signed in.
#[utoipa::path(post, path = "/v1/people/{person}/password", operation_id = "new_password", tag = "people",
    params(("person" = String, Path, description = "Their id.")),
    responses((status = 200, description = "The password, told this once.", body = ColleagueDocument), Turned))]
pub async fn password(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    me.top_only(WHAT)?;
    let row = found(&me, &id)?;
    if !row.active || row.person().is_agent() {
        return Err(Problem::new(StatusCode::CONFLICT, format!("`{}` does not sign in", row.id))
            .hint("AI agents have keys; who has gone is made active first"));
    }
    me.signed_in_only("give anyone a password").map_err(|e| problem(&e))?;
    let made = password_once(&records, &me.business, me.person.id.as_str(), &row.id).await;
    Ok(json(&ColleagueDocument::of(row, Some(made.map_err(of_store)?))))
}

/// Ends every session of someone: one's own, or for the highest role anyone's.
#[utoipa::path(post, path = "/v1/people/{person}/sign-out", operation_id = "sign_out", tag = "people",
    params(("person" = String, Path, description = "Their id.")),
    responses((status = 200, description = "They are signed out everywhere, and their streams have ended.", body = ColleagueDocument), Turned))]
pub async fn sign_out(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    if id != me.person.id.as_str() {
        me.top_only("sign others out")?;
    }
    let row = found(&me, &id)?;
    let done = sign_out_everywhere(&records, &me.business, me.person.id.as_str(), &row.id).await;
    done.map_err(of_store)?;
    Ok(json(&ColleagueDocument::of(row, None)))
}
