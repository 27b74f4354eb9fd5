//! `/v1/inlets`: where cases come in by themselves.

use amends_core::ids::{InletId, PersonId, RequestKind};
use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::asked as query_of;
use super::books::json;
use super::cases::talks::Nothing;
use super::me::{In, Sent};
use super::people::found as person;
use super::problem::Problem;
use super::refused::{Turned, problem};
use super::webhooks::new_secret as new_signing;
use crate::flow::job::Refused;
use crate::flow::people::{Setting, change, new_secret};
use crate::flow::records::{Me, Records};
use crate::report::did_you_mean;
use crate::store::StoreError;
use crate::store::inlets::{InletRow, Kind};

/// Most inlets of a business.
const INLETS_MAX: usize = 50;
/// What only the highest role may do: it says who may open cases from outside.
const WHAT: &str = "set inlets";
/// Secrets at a time: the new one, and the one before it.
const SECRETS_MAX: usize = 2;

/// An inlet.
#[derive(Serialize, ToSchema)]
pub struct InletDocument {
    /// Its id.
    id: String,
    /// `events`, `mail` or `form`.
    kind: Kind,
    /// Where it is: what other systems send to, or the page with the form.
    url: String,
    /// Who owns the cases that it opens.
    owner: String,
    /// The kind of request of its cases, where it is always the same.
    request: Option<String>,
    /// The book's mapping that makes a question of an event.
    intake: Option<String>,
    /// Whether anything is taken by it.
    on: bool,
    /// What whoever sends proves themselves with; told once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl InletDocument {
    fn of(row: &InletRow, me: &Me, records: &Records, secret: Option<String>) -> Self {
        let at = if row.kind == Kind::Form { "form" } else { "in" };
        Self {
            id: row.id.to_string(),
            kind: row.kind,
            url: format!("{}/{at}/{}/{}", records.public, me.business, row.id),
            owner: row.owner.to_string(),
            request: row.request.as_ref().map(ToString::to_string),
            intake: row.intake.clone(),
            on: row.on,
            secret,
        }
    }
}

/// Every inlet.
#[derive(Serialize, ToSchema)]
pub struct InletList {
    inlets: Vec<InletDocument>,
}

/// An inlet to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInlet {
    /// Its id, a part of its address.
    #[schema(value_type = String, example = "shop")]
    id: InletId,
    /// What comes in by it.
    kind: Kind,
    /// Who owns the cases that it opens; they are assessed for their role.
    #[schema(value_type = String, example = "lena")]
    owner: PersonId,
    /// The kind of request of its cases. A mail needs one; a form without one asks.
    #[schema(value_type = Option<String>)]
    request: Option<RequestKind>,
    /// The book's mapping that makes a question of an event; events need one.
    intake: Option<String>,
}

fn of_store(e: StoreError) -> Problem {
    problem(&Refused::Store(e))
}

fn wrong(says: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, says)
}

fn found<'m>(me: &'m Me, id: &str) -> Result<&'m InletRow, Problem> {
    let no_such = || Problem::new(StatusCode::NOT_FOUND, "there is no such inlet").hint("see `GET /v1/inlets`");
    me.rules.inlets.iter().find(|inlet| inlet.id.as_str() == id).ok_or_else(no_such)
}

/// Events are signed; a mail service sends a password with each mail; a form is for everyone.
fn secret_of(kind: Kind) -> Result<Option<String>, Problem> {
    match kind {
        Kind::Events => new_signing().map(|secret| Some(secret.reveal())),
        Kind::Mail => new_secret().map(Some).map_err(of_store),
        Kind::Form => Ok(None),
    }
}

async fn save(records: &Records, me: &Me, row: InletRow) -> Result<(), Problem> {
    let (by, setting) = (me.person.id.as_str(), [Setting::Inlet(row)]);
    change(&records.store, &me.business, by, &setting, records.clock.now()).await.map_err(of_store)
}

/// Lists inlets.
#[utoipa::path(get, path = "/v1/inlets", operation_id = "list_inlets", tag = "inlets",
    responses((status = 200, description = "Every inlet, without secrets.", body = InletList), Turned))]
pub async fn list(In { me, records }: In, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    me.top_only(WHAT)?;
    let all = me.rules.inlets.iter().map(|row| InletDocument::of(row, &me, &records, None));
    Ok(json(&InletList { inlets: all.collect() }))
}

/// Makes an inlet. Its secret is told this once.
#[utoipa::path(post, path = "/v1/inlets", operation_id = "add_inlet", tag = "inlets", request_body = NewInlet,
    responses((status = 201, description = "It is there, with its address and its secret.", body = InletDocument), Turned))]
pub async fn add(sent: Sent<NewInlet>) -> Result<Response, Problem> {
    let Sent { me, records, body, .. } = sent;
    me.top_only(WHAT)?;
    if body.kind == Kind::Events {
        speaks_for_systems(&me)?;
    }
    checked(&me, &body)?;
    let secret = secret_of(body.kind)?;
    let row = InletRow {
        id: body.id,
        kind: body.kind,
        secrets: secret.iter().cloned().collect(),
        owner: body.owner,
        request: body.request,
        intake: body.intake,
        on: true,
    };
    let document = InletDocument::of(&row, &me, &records, secret);
    save(&records, &me, row).await?;
    Ok((StatusCode::CREATED, json(&document)).into_response())
}

/// What is signed with its secret counts as a system's word.
fn speaks_for_systems(me: &Me) -> Result<(), Problem> {
    me.by_no_key_of_their_own("make or change an inlet whose events speak for a system").map_err(|e| problem(&e))
}

/// Whether an inlet would work.
fn checked(me: &Me, new: &NewInlet) -> Result<(), Problem> {
    let (book, NewInlet { id, kind, owner, request, intake }) = (&me.rules.book, new);
    if me.rules.inlets.iter().any(|known| known.id == *id) {
        return Err(Problem::new(StatusCode::CONFLICT, format!("there is an inlet `{id}` already")));
    }
    if me.rules.inlets.len() >= INLETS_MAX {
        return Err(wrong(format!("at most {INLETS_MAX} inlets are kept")));
    }
    let who = person(me, owner.as_str()).map_err(|_| wrong(format!("nobody of the id `{owner}` works here")))?;
    if !who.active || who.person().is_agent() {
        return Err(wrong(format!("`{owner}` cannot own its cases: name a person who works here now")));
    }
    match (kind, intake) {
        (Kind::Events, None) => return Err(wrong("an inlet for events needs `intake`: the mapping that reads them")),
        (Kind::Events, Some(name)) => {
            let known: Vec<&str> = book.intakes.iter().map(|intake| intake.id.as_str()).collect();
            if !known.contains(&name.as_str()) {
                return Err(wrong(format!("the book has no intake mapping `{name}`")).hint(did_you_mean(name, &known)));
            }
        }
        (Kind::Mail | Kind::Form, Some(_)) => return Err(wrong("only events are read by an `intake`: leave it out")),
        (Kind::Mail | Kind::Form, None) => {}
    }
    match (kind, request) {
        (Kind::Events, Some(_)) => Err(wrong("the mapping says what an event asks for: leave `request` out")),
        (Kind::Mail, None) => Err(wrong("an inlet for mail needs `request`: what its cases are about at first")),
        (_, Some(request)) if !book.requests.contains_key(request.as_str()) => {
            let known: Vec<&str> = book.requests.keys().map(String::as_str).collect();
            Err(wrong(format!("no rule governs `{request}`")).hint(did_you_mean(request.as_str(), &known)))
        }
        _ => Ok(()),
    }
}

/// Gives an inlet a new secret; the one before it is good too, until it rotates again.
#[utoipa::path(post, path = "/v1/inlets/{inlet}/rotate", operation_id = "rotate_inlet", tag = "inlets",
    params(("inlet" = String, Path, description = "Its id.")),
    responses((status = 200, description = "Its new secret, told this once; a form has none.", body = InletDocument), Turned))]
pub async fn rotate(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    me.top_only(WHAT)?;
    let mut row = found(&me, &id)?.clone();
    if row.kind == Kind::Events {
        speaks_for_systems(&me)?;
    }
    let secret = secret_of(row.kind)?;
    if let Some(secret) = &secret {
        row.secrets.insert(0, secret.clone());
        row.secrets.truncate(SECRETS_MAX);
    }
    let document = InletDocument::of(&row, &me, &records, secret);
    save(&records, &me, row).await?;
    Ok(json(&document))
}

/// Takes nothing more by an inlet.
#[utoipa::path(post, path = "/v1/inlets/{inlet}/off", operation_id = "turn_inlet_off", tag = "inlets",
    params(("inlet" = String, Path, description = "Its id.")),
    responses((status = 200, description = "It is off.", body = InletDocument), Turned))]
pub async fn off(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    turn(&id, sent, false).await
}

/// Takes what comes by an inlet again.
#[utoipa::path(post, path = "/v1/inlets/{inlet}/on", operation_id = "turn_inlet_on", tag = "inlets",
    params(("inlet" = String, Path, description = "Its id.")),
    responses((status = 200, description = "It is on.", body = InletDocument), Turned))]
pub async fn on(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    turn(&id, sent, true).await
}

async fn turn(id: &str, sent: Sent<Nothing>, on: bool) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    me.top_only(WHAT)?;
    let row = InletRow { on, ..found(&me, id)?.clone() };
    let document = InletDocument::of(&row, &me, &records, None);
    save(&records, &me, row).await?;
    Ok(json(&document))
}
