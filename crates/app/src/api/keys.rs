//! `/v1/keys`: how programs come in, each as someone who works here.

use amends_core::ids::PersonId;
use amends_core::time::{DAY, Time};
use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::asked as query_of;
use super::books::json;
use super::cases::moment;
use super::cases::talks::Nothing;
use super::me::{In, Sent};
use super::people::found as person;
use super::problem::Problem;
use super::refused::{Turned, problem};
use crate::door::caller::Action;
use crate::flow::job::Refused;
use crate::flow::people::{Setting, change, new_key, new_token};
use crate::flow::records::{FACTS, Me, Records};
use crate::store::StoreError;
use crate::store::keys::{self, KeyRow};
use crate::store::people::PersonRow;

/// What only the highest role may do.
const WHAT: &str = "give keys";
/// Most keys of a business.
const KEYS_MAX: usize = 1_000;
/// Most characters of what a key is for.
const TITLE_CHARS_MAX: usize = 100;
/// How long the secret before is good too, in microseconds: time to put the new one everywhere.
const OLDER_GOOD: i64 = DAY;

/// A key.
#[derive(Serialize, ToSchema)]
pub struct KeyDocument {
    /// Its id.
    id: String,
    /// As whom it comes in.
    person: String,
    /// What it is for.
    title: String,
    /// What it may do; none: all that its person may.
    actions: Vec<String>,
    /// Until when it is good, in UTC; none: until it is removed.
    until: Option<String>,
    /// Until when the secret before is good too, in UTC, where it was rotated a short while ago.
    older_until: Option<String>,
    /// Since when it is there, in UTC.
    since: String,
    /// The day on which it was used last, in UTC; none: never, as far as it was written down.
    #[schema(value_type = Option<String>, example = "2026-11-16")]
    used: Option<String>,
    /// The key itself; told once, when it is made or rotated.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl KeyDocument {
    fn of(row: &KeyRow, now: i64, key: Option<String>) -> Self {
        let text = |micros: i64| Time::from_micros(micros).map(|t| t.to_string()).unwrap_or_default();
        Self {
            id: row.id.clone(),
            person: row.person.to_string(),
            title: row.title.clone(),
            actions: row.actions.clone(),
            until: row.until.map(text),
            older_until: row.older.as_ref().map(|(_, until)| *until).filter(|until| now < *until).map(text),
            since: text(row.since),
            used: None,
            key,
        }
    }
}

/// Every key.
#[derive(Serialize, ToSchema)]
pub struct KeyList {
    keys: Vec<KeyDocument>,
}

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// As whom it comes in: their role, limits and budgets hold for it.
    #[schema(value_type = String, example = "rita")]
    person: PersonId,
    /// What it is for, so that others know.
    #[schema(max_length = 100, example = "the helpdesk")]
    title: String,
    /// What it may do: `read`, `assess`, `cases`, `grants`, `approvals`, `steps`, `settings`, and `facts`: what
    /// it tells of a case counts as a system's. Default: all that its person may, `facts` left out.
    #[serde(default)]
    actions: Vec<String>,
    /// Until when it is good. Default: until it is removed.
    #[schema(example = "2027-11-16T18:04:00-05:00")]
    until: Option<String>,
}

/// The day of a moment, in UTC.
pub fn day_of(time: Time) -> String {
    time.to_string().chars().take_while(|c| *c != 'T').collect()
}

fn of_store(e: StoreError) -> Problem {
    problem(&Refused::Store(e))
}

fn found(me: &Me, id: &str) -> Result<KeyRow, Problem> {
    let all = me.rules.keys();
    let key = all.into_iter().find(|key| key.id == id).cloned();
    key.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "there is no such key").hint("see `GET /v1/keys`"))
}

async fn save(records: &Records, me: &Me, setting: Setting) -> Result<(), Problem> {
    let by = me.person.id.as_str();
    change(&records.store, &me.business, by, &[setting], records.clock.now()).await.map_err(of_store)
}

/// Lists keys.
#[utoipa::path(get, path = "/v1/keys", operation_id = "list_keys", tag = "people",
    responses((status = 200, description = "Every key, without its secret.", body = KeyList), Turned))]
pub async fn list(In { me, records }: In, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    me.top_only(WHAT)?;
    let now = records.clock.now().micros();
    let read = async { keys::last_used(&mut *records.store.reader().await?, &me.business).await };
    let used = read.await.map_err(of_store)?;
    let document = |key: &KeyRow| {
        let used = used.get(&key.id).and_then(|day| Time::from_micros(*day)).map(day_of);
        KeyDocument { used, ..KeyDocument::of(key, now, None) }
    };
    Ok(json(&KeyList { keys: me.rules.keys().into_iter().map(document).collect() }))
}

/// Makes a key. It is told this once: only its SHA-256 is kept.
#[utoipa::path(post, path = "/v1/keys", operation_id = "add_key", tag = "people", request_body = NewKey,
    responses((status = 201, description = "The key.", body = KeyDocument), Turned))]
pub async fn add(sent: Sent<NewKey>) -> Result<Response, Problem> {
    let Sent { me, records, body, .. } = sent;
    me.top_only(WHAT)?;
    let wrong = |says: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, says);
    let of = person(&me, body.person.as_str())?;
    if !of.active {
        return Err(wrong(format!("`{}` has gone", of.id)));
    }
    if body.title.trim().is_empty() || body.title.chars().count() > TITLE_CHARS_MAX {
        return Err(wrong(format!("`title` has 1 to {TITLE_CHARS_MAX} characters: say what the key is for")));
    }
    let known = Action::ALL.map(Action::name);
    if let Some(other) = body.actions.iter().find(|a| !known.contains(&a.as_str())) {
        return Err(wrong(format!("there is no action `{other}`")).hint(crate::report::did_you_mean(other, &known)));
    }
    may_tell_facts(&me, &of, &body.actions)?;
    let now = records.clock.now();
    let until = body.until.as_deref().map(|text| moment(&me, "until", text)).transpose()?;
    if until.is_some_and(|until| until <= now) {
        return Err(wrong("`until` is over already".to_owned()));
    }
    if me.rules.keys().len() >= KEYS_MAX {
        return Err(wrong(format!("at most {KEYS_MAX} keys are kept")).hint("remove those that are not used"));
    }
    let mut actions = body.actions;
    actions.sort_unstable();
    actions.dedup();
    let id = records.ids.new_id("k", now);
    let (token, key) = new_key(&me.business, &body.person, id, &body.title, now).map_err(of_store)?;
    let row = KeyRow { actions, until: until.map(Time::micros), ..key };
    let document = KeyDocument::of(&row, now.micros(), Some(token));
    save(&records, &me, Setting::Key(row)).await?;
    Ok((StatusCode::CREATED, json(&document)).into_response())
}

/// A key that speaks for a system of record is made by the highest role, and never for an AI agent.
fn may_tell_facts(me: &Me, of: &PersonRow, actions: &[String]) -> Result<(), Problem> {
    if !actions.iter().any(|action| action == FACTS) {
        return Ok(());
    }
    me.top_only("make a key that speaks for a system of record")?;
    if !of.person().is_agent() {
        return Ok(());
    }
    let title = format!("`{}` is an AI agent, and no system of record", of.id);
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, title).hint("make the key for an account of the system's own"))
}

/// Gives a key a new secret. The one before is good for one more day.
#[utoipa::path(post, path = "/v1/keys/{key}/rotate", operation_id = "rotate_key", tag = "people",
    params(("key" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The new key, told this once.", body = KeyDocument), Turned))]
pub async fn rotate(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    me.top_only(WHAT)?;
    let before = found(&me, &id)?;
    let now = records.clock.now().micros();
    let (token, digest) = new_token(&me.business, &before.person).map_err(of_store)?;
    let older = Some((before.digest.clone(), now.saturating_add(OLDER_GOOD)));
    let row = KeyRow { digest, older, ..before };
    let document = KeyDocument::of(&row, now, Some(token));
    save(&records, &me, Setting::Key(row)).await?;
    Ok(json(&document))
}

/// Takes a key away, at once; streams that came in with it end.
#[utoipa::path(post, path = "/v1/keys/{key}/remove", operation_id = "remove_key", tag = "people",
    params(("key" = String, Path, description = "Its id.")),
    responses((status = 200, description = "It is of no use any more.", body = KeyDocument), Turned))]
pub async fn remove(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    me.top_only(WHAT)?;
    let row = found(&me, &id)?;
    let document = KeyDocument::of(&row, records.clock.now().micros(), None);
    save(&records, &me, Setting::NoKey(row)).await?;
    Ok(json(&document))
}
