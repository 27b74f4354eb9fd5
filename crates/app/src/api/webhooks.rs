//! `/v1/webhooks`: where steps and news are sent, with every message and every try.

use amends_core::fulfilment::State;
use amends_core::ids::CaseId;
use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::asked as query_of;
use super::books::json;
use super::cases::limit_of;
use super::cases::talks::Nothing;
use super::me::{In, Sent};
use super::problem::Problem;
use super::refused::{Turned, problem};
use crate::connect::signature::{SECRET_BYTES, Secret};
use crate::flow::fulfil::{Try, text_of};
use crate::flow::job::Refused;
use crate::flow::news;
use crate::flow::people::{Setting, change};
use crate::flow::records::{Me, Records};
use crate::flow::tell;
use crate::store::StoreError;
use crate::store::deliveries::{self, DeliveryRow};
use crate::store::endpoints::{EndpointRow, Purpose};

/// Most webhooks of a business.
const WEBHOOKS_MAX: usize = 50;
/// Most kinds of one.
const KINDS_MAX: usize = 100;
/// What only the highest role may do: it says where money and news go.
const WHAT: &str = "set webhooks";
/// Secrets at a time: the new one, and the one before it.
const SECRETS_MAX: usize = 2;

/// A webhook.
#[derive(Serialize, ToSchema)]
pub struct WebhookDocument {
    /// Its id.
    id: String,
    /// Where it is.
    url: String,
    /// `fulfil`: it makes steps real; `tell`: it is told what happens.
    purpose: Purpose,
    /// Kinds of remedies, or of events (`case.` stands for all that begin with it); none: all.
    kinds: Vec<String>,
    /// Whether anything is sent to it.
    on: bool,
    /// The secret that signs its messages; told once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl WebhookDocument {
    fn of(row: &EndpointRow, secret: Option<String>) -> Self {
        let (id, url, kinds) = (row.id.clone(), row.url.clone(), row.kinds.clone());
        Self { id, url, purpose: row.purpose, kinds, on: row.on, secret }
    }
}

/// Every webhook.
#[derive(Serialize, ToSchema)]
pub struct WebhookList {
    webhooks: Vec<WebhookDocument>,
}

/// A webhook to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// Its id: what steps name it by.
    #[schema(value_type = String, example = "shop")]
    id: CaseId,
    /// Where it is.
    #[schema(example = "https://shop.example/amends")]
    url: String,
    /// What it is for.
    purpose: Purpose,
    /// Kinds of remedies or events; none: all.
    #[serde(default)]
    kinds: Vec<String>,
}

fn of_store(e: StoreError) -> Problem {
    problem(&Refused::Store(e))
}

fn no_such() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "there is no such webhook").hint("see `GET /v1/webhooks`")
}

fn found<'m>(me: &'m Me, id: &str) -> Result<&'m EndpointRow, Problem> {
    me.rules.endpoints.iter().find(|e| e.id == id).ok_or_else(no_such)
}

pub(super) fn new_secret() -> Result<Secret, Problem> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|e| of_store(StoreError::Failed(format!("the system gives no random bytes: {e}"))))?;
    Ok(Secret::of(bytes))
}

async fn save(records: &Records, me: &Me, row: EndpointRow) -> Result<(), Problem> {
    let by = me.person.id.as_str();
    let setting = [Setting::Endpoint(row)];
    change(&records.store, &me.business, by, &setting, records.clock.now()).await.map_err(of_store)
}

/// Lists webhooks.
#[utoipa::path(get, path = "/v1/webhooks", operation_id = "list_webhooks", tag = "webhooks",
    responses((status = 200, description = "Every webhook, without secrets.", body = WebhookList), Turned))]
pub async fn list(In { me, .. }: In, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    me.top_only(WHAT)?;
    Ok(json(&WebhookList { webhooks: me.rules.endpoints.iter().map(|e| WebhookDocument::of(e, None)).collect() }))
}

/// Makes a webhook. Its secret is told this once.
#[utoipa::path(post, path = "/v1/webhooks", operation_id = "add_webhook", tag = "webhooks", request_body = NewWebhook,
    responses((status = 201, description = "It is there, with its secret.", body = WebhookDocument), Turned))]
pub async fn add(sent: Sent<NewWebhook>) -> Result<Response, Problem> {
    let Sent { me, records, body, .. } = sent;
    me.top_only(WHAT)?;
    let wrong = |says: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, says);
    records.http.allows(&body.url).map_err(|says| {
        let (title, hint) = says.split_once(": ").unwrap_or((&says, "send another address"));
        wrong(title.to_owned()).hint(hint)
    })?;
    if me.rules.endpoints.iter().any(|e| e.id == body.id.as_str()) {
        return Err(Problem::new(StatusCode::CONFLICT, format!("there is a webhook `{}` already", body.id)));
    }
    if body.id.as_str() == crate::store::steps::BY_HAND {
        return Err(wrong(format!("`{}` is what people do: choose another id", body.id)));
    }
    if me.rules.endpoints.len() >= WEBHOOKS_MAX || body.kinds.len() > KINDS_MAX {
        return Err(wrong(format!("at most {WEBHOOKS_MAX} webhooks of {KINDS_MAX} kinds each are kept")));
    }
    let secret = new_secret()?;
    let row = EndpointRow {
        id: body.id.to_string(),
        purpose: body.purpose,
        url: body.url,
        secrets: vec![secret.reveal()],
        kinds: body.kinds,
        on: true,
        seen: news::now(&records.store, &me.business).await.map_err(of_store)?.to_string(),
    };
    let document = WebhookDocument::of(&row, Some(secret.reveal()));
    save(&records, &me, row).await?;
    Ok((StatusCode::CREATED, json(&document)).into_response())
}

/// Gives a webhook a new secret; messages carry signatures of the one before it too, until it rotates again.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/rotate", operation_id = "rotate_webhook", tag = "webhooks",
    params(("webhook" = String, Path, description = "Its id.")),
    responses((status = 200, description = "Its new secret, told this once.", body = WebhookDocument), Turned))]
pub async fn rotate(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    me.top_only(WHAT)?;
    let (mut row, secret) = (found(&me, &id)?.clone(), new_secret()?);
    row.secrets.insert(0, secret.reveal());
    row.secrets.truncate(SECRETS_MAX);
    let document = WebhookDocument::of(&row, Some(secret.reveal()));
    save(&records, &me, row).await?;
    Ok(json(&document))
}

/// Sends nothing more to a webhook: its steps become tasks for people.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/off", operation_id = "turn_webhook_off", tag = "webhooks",
    params(("webhook" = String, Path, description = "Its id.")),
    responses((status = 200, description = "It is off.", body = WebhookDocument), Turned))]
pub async fn off(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    turn(&id, sent, false).await
}

/// Sends to a webhook again.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/on", operation_id = "turn_webhook_on", tag = "webhooks",
    params(("webhook" = String, Path, description = "Its id.")),
    responses((status = 200, description = "It is on.", body = WebhookDocument), Turned))]
pub async fn on(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    turn(&id, sent, true).await
}

async fn turn(id: &str, sent: Sent<Nothing>, on: bool) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    me.top_only(WHAT)?;
    let row = EndpointRow { on, ..found(&me, id)?.clone() };
    if on && row.url.is_empty() {
        return Err(Problem::new(StatusCode::CONFLICT, format!("webhook `{id}` has no address"))
            .hint("it was changed in the database and taken out: add a webhook with the address it is to have"));
    }
    let document = WebhookDocument::of(&row, None);
    save(&records, &me, row).await?;
    Ok(json(&document))
}

/// Sends a signed message of the kind `webhook.test` to a webhook at once, on or off, and says what came back.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/test", operation_id = "test_webhook", tag = "webhooks",
    params(("webhook" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The message, with its one try: whether it was taken is its `state`.", body = DeliveryDocument), Turned))]
pub async fn test(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    me.top_only(WHAT)?;
    let row = tell::test(&records, &me.business, found(&me, &id)?).await.map_err(of_store)?;
    Ok(json(&delivery(&row)))
}

/// A message to a webhook.
#[derive(Serialize, ToSchema)]
pub struct DeliveryDocument {
    /// Its `webhook-id`, the same in every try.
    id: String,
    /// What kind of event.
    kind: String,
    /// When it was first there, in UTC.
    at: String,
    /// `ready`, `calling`, `unknown`, `done` or `needs_person`.
    state: String,
    /// The last tries, the oldest first.
    tries: Vec<Try>,
    /// What is sent.
    body: String,
}

fn delivery(row: &DeliveryRow) -> DeliveryDocument {
    let state = serde_json::from_str::<State>(&row.state);
    DeliveryDocument {
        id: row.id.clone(),
        kind: row.kind.clone(),
        at: amends_core::time::Time::from_micros(row.at).map(|t| t.to_string()).unwrap_or_default(),
        state: state.map(|s| s.word().to_owned()).unwrap_or_default(),
        tries: serde_json::from_str(&row.attempts).unwrap_or_default(),
        body: row.body.clone(),
    }
}

/// A page of messages.
#[derive(Serialize, ToSchema)]
pub struct DeliveryList {
    /// The newest first.
    deliveries: Vec<DeliveryDocument>,
    /// Where the next page begins, as `cursor`; none: there is no more.
    next: Option<String>,
}

/// Lists the messages to a webhook of the last 30 days, the newest first.
#[utoipa::path(get, path = "/v1/webhooks/{webhook}/deliveries", operation_id = "list_deliveries", tag = "webhooks",
    params(("webhook" = String, Path, description = "Its id."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
        ("limit" = Option<usize>, Query, description = "Most messages of the page: 1 to 200. Default: 50.")),
    responses((status = 200, description = "A page.", body = DeliveryList), Turned))]
pub async fn sent(In { me, records }: In, Path(id): Path<String>, uri: Uri) -> Result<Response, Problem> {
    let [cursor, limit] = query_of(&uri, ["cursor", "limit"])?;
    me.top_only(WHAT)?;
    found(&me, &id)?;
    let most = limit_of(limit)?;
    let wrong =
        || Problem::new(StatusCode::BAD_REQUEST, "`cursor` cannot be used").hint("use `next` of the page before");
    let before = match cursor.as_deref() {
        Some(text) => {
            let (at, id) = text.split_once('~').ok_or_else(wrong)?;
            Some((at.parse::<i64>().map_err(|_| wrong())?, id))
        }
        None => None,
    };
    let read = async {
        let mut conn = records.store.reader().await?;
        deliveries::page(&mut conn, &me.business, &id, before, i64::try_from(most + 1).unwrap_or(i64::MAX)).await
    };
    let mut rows = read.await.map_err(of_store)?;
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(|row| format!("{}~{}", row.at, row.id));
    Ok(json(&DeliveryList { deliveries: rows.iter().map(delivery).collect(), next }))
}

/// Sends a message of what happened again, as it was, with the same id. Steps are tried again by themselves.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/deliveries/{delivery}/replay", operation_id = "replay_delivery", tag = "webhooks",
    params(("webhook" = String, Path, description = "Its id."), ("delivery" = String, Path, description = "The message's id.")),
    responses((status = 200, description = "It is sent again soon.", body = DeliveryDocument), Turned))]
pub async fn replay(Path((id, message)): Path<(String, String)>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    me.top_only(WHAT)?;
    // A step that has ended must not be paid because its message is sent once more.
    if found(&me, &id)?.purpose == Purpose::Fulfil {
        return Err(Problem::new(StatusCode::CONFLICT, "the messages of steps are not replayed")
            .hint("let the step be tried again: `POST /v1/cases/{case}/grants/{grant}/steps/{number}/again`"));
    }
    let read = async {
        let mut conn = records.store.reader().await?;
        deliveries::get(&mut conn, &me.business, &id, &message).await
    };
    let row = read.await.map_err(of_store)?;
    let row = row.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "there is no such message"))?;
    let now = records.clock.now();
    let again = DeliveryRow {
        state: text_of(&State::begin(now, false)).map_err(of_store)?,
        next: Some(now.micros()),
        ..row.clone()
    };
    let write = async {
        let mut conn = records.store.reader().await?;
        deliveries::change(&mut conn, &me.business, &row.state, &again).await
    };
    if !write.await.map_err(of_store)? {
        return Err(Problem::new(StatusCode::CONFLICT, "the message is being sent just now"));
    }
    Ok(json(&delivery(&again)))
}
