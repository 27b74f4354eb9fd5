//! Who asks, and what they send: the token of a person, the body, and the headers that go with it.

use amends_core::case::Case;
use amends_core::digest::Digest;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use utoipa::ToSchema;

use super::body::Document;
use super::problem::Problem;
use crate::app::App;
use crate::door::caller::{Asks, Proof, Turned, caller};
use crate::flow::job::RequestKey;
use crate::flow::records::{Me, Records, With};

/// Most characters of an Idempotency-Key.
const KEY_CHARS_MAX: usize = 200;

/// Someone who has come in, with the records of their business.
#[derive(Clone, Debug)]
pub struct In {
    /// Who.
    pub me: Me,
    /// What is kept.
    pub records: Arc<Records>,
}

impl In {
    /// Whether someone may read a case, see [`Case::is_open_to`].
    pub fn may_read(&self, case: &Case) -> bool {
        case.is_open_to(&self.me.person.person())
    }

    /// Turns an AI agent away from what is about other people's cases.
    ///
    /// # Errors
    /// When an agent asks.
    pub fn people_only(&self) -> Result<(), Problem> {
        if !self.me.person.person().is_agent() {
            return Ok(());
        }
        Err(Problem::new(StatusCode::FORBIDDEN, "this is for people: it shows cases that the agent was never in")
            .code("not_a_person")
            .hint("read one of its own cases with `GET /v1/cases/{case}`"))
    }
}

impl Me {
    /// Turns away everyone below the highest role. `what`: what only that role may do, such as "set webhooks".
    ///
    /// # Errors
    /// When it is someone else.
    pub fn top_only(&self, what: &str) -> Result<(), Problem> {
        if self.rules.ladder.top() == Some(&self.person.role) {
            return Ok(());
        }
        let top = self.rules.ladder.top().map_or("head", |role| role.as_str());
        Err(Problem::new(StatusCode::FORBIDDEN, format!("only someone of role `{top}` may {what}"))
            .code("role_too_low"))
    }
}

impl FromRequestParts<App> for In {
    type Rejection = Turned;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Turned> {
        come_in(app, Asks::of(&parts.method, &parts.extensions, &parts.headers)).await
    }
}

async fn come_in(app: &App, asks: Asks<'_>) -> Result<In, Turned> {
    if app.records.is_none() {
        return Err(Problem::new(StatusCode::NOT_FOUND, "this server keeps no cases")
            .hint("start it with `--database FILE`, and make people with `amends people`")
            .into());
    }
    let found = caller(app, asks, Proof::Header).await?;
    let (me, records) = found.ok_or_else(|| {
        Problem::new(StatusCode::UNAUTHORIZED, "this needs someone who works here").hint(
            "send a key as `Authorization: Bearer KEY`, which `amends people add` makes; people sign in at /sign-in",
        )
    })?;
    Ok(In { me, records })
}

/// What someone asks for: who they are, what they sent, and by what a repeated request is told.
#[derive(Debug)]
pub struct Sent<T> {
    /// Who.
    pub me: Me,
    /// What is kept.
    pub records: Arc<Records>,
    /// By what a repeated request is told, and which version of the case is meant.
    pub with: With,
    /// The body.
    pub body: T,
}

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Turned;

    async fn from_request(request: Request, app: &App) -> Result<Self, Turned> {
        let sent = Sent::<Text>::from_request(request, app).await?;
        let text = if sent.body.0.is_empty() { "{}" } else { &sent.body.0 };
        // An array would be read as the fields in their order.
        if !text.trim_start().starts_with('{') {
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "the document is no JSON object")
                .hint("what belongs into it is described in /v1/openapi.json")
                .into());
        }
        let body = serde_json::from_str(text).map_err(|e| unreadable(&e))?;
        Ok(Self { me: sent.me, records: sent.records, with: sent.with, body })
    }
}

/// A body that is read later.
#[derive(Debug)]
pub struct Text(pub String);

impl Sent<Text> {
    async fn from_request(request: Request, app: &App) -> Result<Self, Turned> {
        let asks = Asks::of(request.method(), request.extensions(), request.headers());
        let In { me, records } = come_in(app, asks).await?;
        let (headers, target) = (request.headers().clone(), format!("{} {}", request.method(), request.uri().path()));
        let is_empty = headers.get(header::CONTENT_TYPE).is_none() && is_without_body(&headers);
        let text = if is_empty { String::new() } else { Document::from_request(request, app).await?.0 };
        let if_version = if_match(&headers)?;
        let key = key(&headers, &me, &target, &text)?;
        Ok(Self { me, records, with: With { key, if_version }, body: Text(text) })
    }
}

/// As [`Sent`], with the body as text.
#[derive(Debug)]
pub struct SentText(pub Sent<Text>);

impl FromRequest<App> for SentText {
    type Rejection = Turned;

    async fn from_request(request: Request, app: &App) -> Result<Self, Turned> {
        Sent::<Text>::from_request(request, app).await.map(Self)
    }
}

fn is_without_body(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok());
    length.is_none_or(|length| length == "0") && !headers.contains_key(header::TRANSFER_ENCODING)
}

fn unreadable(error: &serde_json::Error) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("the document cannot be read: {error}"))
        .hint("what belongs into it is described in /v1/openapi.json")
}

/// The version in `If-Match`.
fn if_match(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(given) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = given.to_str().unwrap_or_default().trim();
    let version = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).and_then(|t| t.parse().ok());
    match (text, version) {
        ("*", _) => Ok(None),
        (_, Some(version)) => Ok(Some(version)),
        _ => Err(Problem::new(StatusCode::BAD_REQUEST, format!("`If-Match: {text}` is no version of a case"))
            .hint("send the ETag of the case as it was read, such as \"3\"")),
    }
}

/// The same key of the same person means the same request: its method, path and body.
fn key(headers: &HeaderMap, me: &Me, target: &str, text: &str) -> Result<Option<RequestKey>, Problem> {
    let Some(given) = headers.get("idempotency-key") else { return Ok(None) };
    let key = given.to_str().unwrap_or_default().trim().trim_matches('"');
    if key.is_empty() || key.chars().count() > KEY_CHARS_MAX {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "the Idempotency-Key cannot be used")
            .hint(format!("send 1 to {KEY_CHARS_MAX} letters that are new for each request, such as a UUID")));
    }
    let digest = Digest::of_parts([target.as_bytes(), text.as_bytes()]);
    Ok(Some(RequestKey { id: format!("{} {key}", me.person.id), digest }))
}

/// Who someone is to this server.
#[derive(Serialize, ToSchema)]
pub struct MeDocument {
    /// Of which business.
    business: String,
    /// Their id.
    id: String,
    /// What people call them.
    name: String,
    /// Their role.
    role: String,
    /// Their team.
    team: String,
}

/// Says whose token it is.
#[utoipa::path(get, path = "/v1/me", operation_id = "show_me", tag = "people",
    responses((status = 200, description = "Whose token it is.", body = MeDocument), super::refused::Turned))]
pub async fn show(In { me, .. }: In) -> axum::response::Response {
    super::books::json(&MeDocument {
        business: me.business.to_string(),
        id: me.person.id.to_string(),
        name: me.person.name.clone(),
        role: me.person.role.to_string(),
        team: me.person.team.to_string(),
    })
}
