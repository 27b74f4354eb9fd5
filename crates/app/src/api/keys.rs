//! `/v1/keys`: how programs come in, each as whoever made its key, or as an AI agent. A key never does more than its maker may,
//! nor longer.

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
use crate::flow::people::{Setting, new_key, new_token};
use crate::flow::records::{FACTS, Me, Records, Way};
use crate::flow::rules::MADE_WITH_MAX;
use crate::store::StoreError;
use crate::store::keys::{self, KeyRow};
use crate::store::people::PersonRow;

/// Most keys of a business.
const KEYS_MAX: usize = 1_000;
/// Most keys of one person or AI agent, so that nobody takes up the room of all.
const KEYS_OF_ONE_MAX: usize = 50;
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
    /// Who made it, or gave it its newest secret: an id, or `operator`; none where that was not kept yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    made_by: Option<String>,
    /// The key it was made with, longer than which it is not good; none: its maker was signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    made_with: Option<String>,
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
            made_by: row.maker.clone(),
            made_with: row.made_with.clone(),
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
    /// As whom it comes in: oneself, or with the highest role an AI agent. Their role, limits and budgets hold for it.
    /// Default: oneself.
    #[schema(value_type = Option<String>, example = "ada")]
    person: Option<PersonId>,
    /// What it is for, so that others know.
    #[schema(max_length = 100, example = "the helpdesk")]
    title: String,
    /// What it may do: `read`, `assess`, `cases`, `grants`, `approvals`, `steps`, `settings`, and `facts`: what
    /// it tells of a case counts as a system's. Default: all that its person may, `facts` left out, or as much as the key
    /// it is made with.
    #[serde(default)]
    actions: Vec<String>,
    /// Until when it is good. Default: until it is removed, or as long as the key it is made with.
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

async fn save(records: &Records, me: &Me, settings: Vec<Setting>) -> Result<(), Problem> {
    super::people::save(records, me, &settings).await
}

/// Lists keys: for the highest role everyone's, for other people their own.
#[utoipa::path(get, path = "/v1/keys", operation_id = "list_keys", tag = "people",
    responses((status = 200, description = "Each key, without its secret.", body = KeyList), Turned))]
pub async fn list(who: In, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    people_make_keys(&who.me)?;
    let In { me, records } = who;
    let now = records.clock.now().micros();
    let read = async { keys::last_used(&mut *records.store.reader().await?, &me.business).await };
    let used = read.await.map_err(of_store)?;
    let document = |key: &KeyRow| {
        let used = used.get(&key.id).and_then(|day| Time::from_micros(*day)).map(day_of);
        KeyDocument { used, ..KeyDocument::of(key, now, None) }
    };
    let is_top = me.top_only("").is_ok();
    let theirs = me.rules.keys().into_iter().filter(|key| is_top || key.person == me.person.id);
    Ok(json(&KeyList { keys: theirs.map(document).collect() }))
}

/// An AI agent is given its keys.
fn people_make_keys(me: &Me) -> Result<(), Problem> {
    if !me.person.person().is_agent() {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "an AI agent has no say about keys")
        .code("not_a_person")
        .hint("someone of the highest role makes its key"))
}

/// What a key may do beside `facts` that somebody else made: it tells what its system shows, and acts for nobody.
const OF_A_SYSTEM: [&str; 3] = ["assess", FACTS, "read"];

/// For whom someone makes a key: themselves, or where theirs is the highest role an AI agent or a system of record. Nobody
/// comes in as another.
fn holder<'m>(me: &'m Me, named: Option<&PersonId>, actions: &[String]) -> Result<&'m PersonRow, Problem> {
    let of = match named {
        Some(named) if *named != me.person.id => {
            me.top_only("make keys for AI agents and systems of record; others make their own")?;
            person(me, named.as_str())?
        }
        _ => &me.person,
    };
    let (is_agent, tells) = (of.person().is_agent(), actions.iter().any(|action| action == FACTS));
    if tells {
        me.top_only("make a key that speaks for a system of record")?;
        me.by_no_key_of_their_own("make a key that speaks for a system of record").map_err(|e| problem(&e))?;
    }
    match (tells, is_agent) {
        (true, true) => Err(wrong(format!("`{}` is an AI agent, and no system of record", of.id))
            .hint("make the key for an account of the system's own")),
        (true, false) if of.id == me.person.id || actions.iter().all(|a| OF_A_SYSTEM.contains(&a.as_str())) => Ok(of),
        (_, false) if of.id != me.person.id => Err(not_theirs(of)),
        _ => Ok(of),
    }
    .and_then(|of| if of.active { Ok(of) } else { Err(wrong(format!("`{}` has gone", of.id))) })
}

fn not_theirs(of: &PersonRow) -> Problem {
    let title = format!("`{}` is a person, and nobody has a key to come in as somebody else", of.id);
    Problem::new(StatusCode::FORBIDDEN, title).code("not_yours").hint(
        "they make their own with `POST /v1/keys`, or whoever runs this server makes them one with `amends people add`",
    )
}

fn wrong(says: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, says)
}

/// The secret before the newest goes on with what it did until its end, and gives itself no new one: it may be what was
/// rotated for.
fn by_the_newest(me: &Me) -> Result<(), Problem> {
    match &me.way {
        Way::Key { older: true, .. } => Err(key_may_not("this key was given a new secret: come with that one")),
        Way::Key { .. } | Way::Session { .. } => Ok(()),
    }
}

/// What a new key may do: no more than the key it is made with.
fn narrowed(with: Option<&KeyRow>, wanted: Vec<String>) -> Result<Vec<String>, Problem> {
    let known = Action::ALL.map(Action::name);
    if let Some(other) = wanted.iter().find(|a| !known.contains(&a.as_str())) {
        return Err(wrong(format!("there is no action `{other}`")).hint(crate::report::did_you_mean(other, &known)));
    }
    let mut wanted = wanted;
    wanted.sort_unstable();
    wanted.dedup();
    let Some(may) = with.map(|key| key.actions.as_slice()).filter(|may| !may.is_empty()) else { return Ok(wanted) };
    if wanted.is_empty() {
        return Ok(may.to_vec());
    }
    let Some(beyond) = wanted.iter().find(|action| !may.contains(action)) else { return Ok(wanted) };
    Err(key_may_not(format!("this key may not do `{beyond}`, and makes no key that may"))
        .hint(format!("it may: {}", may.join(", "))))
}

fn key_may_not(says: impl Into<String>) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, says).code("key_may_not")
}

/// Until when a new key is good: no longer than the key it is made with.
fn shortened(me: &Me, with: Option<&KeyRow>, wanted: Option<&str>, now: Time) -> Result<Option<i64>, Problem> {
    let until = wanted.map(|text| moment(me, "until", text)).transpose()?;
    if until.is_some_and(|until| until <= now) {
        return Err(wrong("`until` is over already".to_owned()));
    }
    let most = with.and_then(|key| key.until);
    match (until.map(Time::micros), most) {
        (Some(until), Some(most)) if until > most => {
            let at = Time::from_micros(most).map(|t| t.to_string()).unwrap_or_default();
            Err(key_may_not(format!("this key is good until {at}, and makes none that is good longer")))
        }
        (until, most) => Ok(until.or(most)),
    }
}

/// Makes a key: for oneself, or with the highest role for an AI agent. It is told this once: only its SHA-256 is kept. One
/// that is made with a key may do no more than that key, and is good no longer.
#[utoipa::path(post, path = "/v1/keys", operation_id = "add_key", tag = "people", request_body = NewKey,
    responses((status = 201, description = "The key.", body = KeyDocument), Turned))]
pub async fn add(sent: Sent<NewKey>) -> Result<Response, Problem> {
    let Sent { me, records, body, .. } = sent;
    people_make_keys(&me)?;
    by_the_newest(&me)?;
    let of = holder(&me, body.person.as_ref(), &body.actions)?;
    if body.title.trim().is_empty() || body.title.chars().count() > TITLE_CHARS_MAX {
        return Err(wrong(format!("`title` has 1 to {TITLE_CHARS_MAX} characters: say what the key is for")));
    }
    let (with, now) = (me.own_key(), records.clock.now());
    let actions = narrowed(with, body.actions)?;
    let until = shortened(&me, with, body.until.as_deref(), now)?;
    there_is_room(&me, of, with)?;
    let id: String = records.new_id("k").map_err(|e| problem(&e))?;
    let (token, key) = new_key(&me.business, &of.id, id, &body.title, now).map_err(of_store)?;
    let (maker, made_with) = (Some(me.person.id.to_string()), with.map(|key| key.id.clone()));
    let row = KeyRow { actions, until, maker, made_with, ..key };
    let document = KeyDocument::of(&row, now.micros(), Some(token));
    save(&records, &me, vec![Setting::Key(row)]).await?;
    Ok((StatusCode::CREATED, json(&document)).into_response())
}

/// Whether there is room for one more key.
fn there_is_room(me: &Me, of: &PersonRow, with: Option<&KeyRow>) -> Result<(), Problem> {
    let unused = "remove those that are not used";
    if me.rules.keys_of(&of.id).len() >= KEYS_OF_ONE_MAX {
        return Err(wrong(format!("`{}` has {KEYS_OF_ONE_MAX} keys already", of.id)).hint(unused));
    }
    if me.rules.keys().len() >= KEYS_MAX {
        return Err(wrong(format!("at most {KEYS_MAX} keys are kept")).hint(unused));
    }
    if with.is_some_and(|key| me.rules.generation(key) >= MADE_WITH_MAX) {
        return Err(key_may_not("this key was made with a key that was made with a key, and makes none itself")
            .hint("make the key with one of those, or signed in"));
    }
    Ok(())
}

/// A key that someone may give a new secret or take away: their own, or with the highest role that of an AI agent.
fn theirs(me: &Me, id: &str) -> Result<KeyRow, Problem> {
    people_make_keys(me)?;
    let key = found(me, id);
    if key.as_ref().is_ok_and(|key| key.person == me.person.id) {
        return key;
    }
    me.top_only("look after the keys of AI agents; others look after their own")?;
    key
}

/// Gives a key a new secret. The one before is good for one more day. A key gives one to itself, and to keys that were made
/// with it.
#[utoipa::path(post, path = "/v1/keys/{key}/rotate", operation_id = "rotate_key", tag = "people",
    params(("key" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The new key, told this once.", body = KeyDocument), Turned))]
pub async fn rotate(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    by_the_newest(&me)?;
    let before = theirs(&me, &id)?;
    if before.person != me.person.id {
        let of = person(&me, before.person.as_str())?;
        if !of.person().is_agent() {
            return Err(not_theirs(of));
        }
    }
    if let Some(with) = me.own_key().filter(|with| with.id != before.id) {
        let all: Vec<KeyRow> = me.rules.keys().into_iter().cloned().collect();
        if !keys::descended(&all, &with.id).iter().any(|key| key.id == before.id) {
            return Err(key_may_not("a key gives a new secret to itself and to keys that were made with it")
                .hint("sign in to give one to another key"));
        }
    }
    let now = records.clock.now().micros();
    let (token, digest) = new_token(&me.business, &before.person).map_err(of_store)?;
    let older = Some((before.digest.clone(), now.saturating_add(OLDER_GOOD)));
    let row = KeyRow { digest, older, maker: Some(me.person.id.to_string()), ..before };
    let document = KeyDocument::of(&row, now, Some(token));
    save(&records, &me, vec![Setting::Key(row)]).await?;
    Ok(json(&document))
}

/// Takes a key away, at once, with all that were made with it; streams that came in with them end. One's own, or with the
/// highest role anyone's.
#[utoipa::path(post, path = "/v1/keys/{key}/remove", operation_id = "remove_key", tag = "people",
    params(("key" = String, Path, description = "Its id.")),
    responses((status = 200, description = "It is of no use any more.", body = KeyDocument), Turned))]
pub async fn remove(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    by_the_newest(&me)?;
    let row = theirs(&me, &id)?;
    let document = KeyDocument::of(&row, records.clock.now().micros(), None);
    let all: Vec<KeyRow> = me.rules.keys().into_iter().cloned().collect();
    let mut gone: Vec<Setting> = keys::descended(&all, &id).into_iter().cloned().map(Setting::NoKey).collect();
    gone.push(Setting::NoKey(row));
    save(&records, &me, gone).await?;
    Ok(json(&document))
}
