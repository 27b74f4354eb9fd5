//! What happens, told to webhooks: each entry of the journal a message, sent until it is taken.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use amends_core::case::Event;
use amends_core::fulfilment::{Ability, Came, Next, State};
use amends_core::ids::{BusinessId, TeamId};
use amends_core::time::{DAY, SECOND, Time};
use amends_core::words::SEALED;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::fulfil::{Try, jitter, of_store, secrets_of, text_of};
use super::hears;
use super::news::Cursor;
use super::records::Records;
use super::seal;
use super::working::{Rounds, Work as Going};
use crate::connect::webhook::{self, Message};
use crate::store::deliveries::{self, DeliveryRow};
use crate::store::endpoints::{self, EndpointRow, Purpose};
use crate::store::journal::{self, Kept};
use crate::store::{Conn, StoreError};

/// The kind of a message that only tries whether it is taken.
const TEST: &str = "webhook.test";
/// How often it is looked for what another program wrote, and for what is sent again.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Entries of one read.
const PAGE: i64 = 200;
/// Messages that are sent at a time.
const SEND_MAX: i64 = 64;
/// How often a message is sent: after the first half an hour once an hour, for three days in all.
const TRIES_MAX: u32 = 84;
/// How long messages are kept after they were first there, in microseconds.
const KEEP: i64 = 30 * DAY;

/// Tells what happens until the end of the program: each webhook by itself, so that none waits for another's answers.
pub async fn run(records: Arc<Records>) {
    let mut written = records.writer.written();
    let mut rounds = Rounds::new(&records, Going::Messages, "messages to webhooks");
    loop {
        for business in records.businesses() {
            let receivers = receivers(&records, &business).await;
            rounds.heard(&business, &receivers);
            for endpoint in receivers.unwrap_or_default() {
                let (records, of) = (Arc::clone(&records), business.clone());
                let whose = (business.clone(), endpoint.clone());
                rounds.begin(whose, async move { round(&records, &of, &endpoint).await });
            }
        }
        rounds.rest(LOOK_EVERY, &mut written).await;
    }
}

/// Turns what happened since the last look into messages, and sends those that are due, all webhooks after each other; how
/// many were.
///
/// # Errors
/// When the database does not answer.
#[cfg(test)]
pub async fn look(records: &Records, business: &BusinessId) -> Result<usize, StoreError> {
    let mut sent = 0;
    for endpoint in receivers(records, business).await? {
        sent += round(records, business, &endpoint).await?;
    }
    Ok(sent)
}

/// Turns what happened since the last look into messages; the webhooks to which something is to be sent.
async fn receivers(records: &Records, business: &BusinessId) -> Result<Vec<String>, StoreError> {
    let rules = records.rules(business).await.map_err(of_store)?;
    let told = rules.endpoints.iter().any(|e| e.on && e.purpose == Purpose::Tell);
    if told {
        // Read again: how far each has come is no setting.
        let all = endpoints::all(&mut *records.store.reader().await?, business).await?;
        for hook in rules.endpoints.iter().filter(|e| e.on && e.purpose == Purpose::Tell) {
            let Some(row) = all.iter().find(|row| row.id == hook.id) else { continue };
            enqueue(records, business, &EndpointRow { seen: row.seen.clone(), ..hook.clone() }).await?;
        }
    }
    let now = records.clock.now().micros();
    deliveries::endpoints_due(&mut *records.store.reader().await?, business, now).await
}

/// Sends what is due to one webhook; how many messages.
async fn round(records: &Records, business: &BusinessId, endpoint: &str) -> Result<usize, StoreError> {
    let rules = records.rules(business).await.map_err(of_store)?;
    let now = records.clock.now().micros();
    let due = deliveries::due(&mut *records.store.reader().await?, business, endpoint, now, SEND_MAX).await?;
    let sent = due.into_iter().map(|row| send(records, business, &rules, row));
    let done = futures_util::future::join_all(sent).await;
    done.iter().find_map(|one| one.clone().err()).map_or(Ok(done.len()), Err)
}

/// Sends a message that says nothing, to see whether a webhook takes it; as it is kept, with what came back.
///
/// # Errors
/// When the database does not answer.
pub async fn test(records: &Records, business: &BusinessId, endpoint: &EndpointRow) -> Result<DeliveryRow, StoreError> {
    let now = records.clock.now();
    let id = records.ids.new_id("test", now).map_err(|e| StoreError::Failed(e.to_string()))?;
    let body = test_body(business, now);
    let message = Message { url: &endpoint.url, secrets: &secrets_of(endpoint), id: &id, body: &body };
    let reply = webhook::send(&records.http, &message, now).await;
    let status = reply.as_ref().ok().map(|reply| reply.status);
    let came = webhook::came(reply, records.clock.now());
    let attempts = Try::of(status, &came, records.clock.now()).after("[]");
    // It is tried once: whoever waits for the answer sends another.
    let state = match came {
        Came::Done { reference } => State::Done { reference, by: None, at: records.clock.now() },
        Came::Refused(why) | Came::Later(why, _) => State::NeedsPerson { tries: 1, why, nothing_done: true },
        Came::Unknown(why) => State::NeedsPerson { tries: 1, why, nothing_done: false },
    };
    let row = DeliveryRow {
        endpoint: endpoint.id.clone(),
        id,
        kind: TEST.to_owned(),
        body,
        state: text_of(&state)?,
        attempts,
        next: None,
        at: now.micros(),
    };
    deliveries::add(&mut *records.store.reader().await?, business, std::slice::from_ref(&row)).await?;
    Ok(row)
}

fn test_body(business: &BusinessId, at: Time) -> String {
    json!({ "type": TEST, "timestamp": at.to_string(), "data": { "business": business } }).to_string()
}

/// Forgets old messages.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn forget(conn: &mut Conn, business: &BusinessId, now: Time) -> Result<(), StoreError> {
    deliveries::forget(conn, business, now.micros() - KEEP).await
}

/// The messages and how far the journal was read are one transaction: none is lost, none is made twice.
async fn enqueue(records: &Records, business: &BusinessId, endpoint: &EndpointRow) -> Result<(), StoreError> {
    let mut conn = records.store.reader().await?;
    let Some(mut cursor) = Cursor::parse(&endpoint.seen) else {
        return Err(StoreError::Unreadable(format!("how far webhook `{}` has come", endpoint.id)));
    };
    let fresh = unseen(&mut conn, business, &cursor).await?;
    if fresh.is_empty() {
        return Ok(());
    }
    for kept in &fresh {
        cursor.pass(kept);
    }
    let now = records.clock.now();
    let wanted = fresh.iter().filter(|kept| endpoint.takes(&kept.entry.kind));
    let rows: Vec<DeliveryRow> = wanted.map(|kept| message(endpoint, kept, now)).collect::<Result<_, _>>()?;
    conn.as_one(async |conn| {
        if endpoints::saw(conn, business, &endpoint.id, &endpoint.seen, &cursor.to_string()).await? {
            deliveries::add(conn, business, &rows).await?;
        }
        Ok(())
    })
    .await
}

/// What was written since someone read last: some hundred entries of each chain.
pub async fn unseen(conn: &mut Conn, business: &BusinessId, cursor: &Cursor) -> Result<Vec<Kept>, StoreError> {
    let mut fresh = Vec::new();
    for head in journal::heads(conn, business).await? {
        let from = cursor.seq(&head.team);
        if from < head.seq {
            fresh.extend(journal::of_chain(conn, business, &head.team, from, PAGE).await?);
        }
    }
    Ok(fresh)
}

fn message(endpoint: &EndpointRow, kept: &Kept, now: Time) -> Result<DeliveryRow, StoreError> {
    let entry = &kept.entry;
    let event =
        RawValue::from_string(hears::told(entry).into_owned()).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    let (at, team) = (entry.at.to_string(), entry.team.as_str());
    let data = json!({ "business": entry.business, "team": team, "seq": entry.seq, "event": event });
    Ok(DeliveryRow {
        endpoint: endpoint.id.clone(),
        id: format!("{team}.{}", entry.seq),
        kind: entry.kind.clone(),
        body: json!({ "type": entry.kind, "timestamp": at, "data": data }).to_string(),
        state: text_of(&State::begin(now, false))?,
        attempts: "[]".to_owned(),
        next: Some(now.micros()),
        at: now.micros(),
    })
}

async fn send(
    records: &Records,
    business: &BusinessId,
    rules: &super::rules::Rules,
    row: DeliveryRow,
) -> Result<(), StoreError> {
    let state: State = serde_json::from_str(&row.state).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    let now = records.clock.now();
    // Steps have a way of their own: by this one nothing is paid, whatever a row says.
    let Some(endpoint) = rules.endpoint(&row.endpoint).filter(|e| e.purpose == Purpose::Tell) else {
        let why = format!("the webhook `{}` is gone or off", row.endpoint);
        return keep(records, business, &row, &state.for_a_person(why), None).await.map(drop);
    };
    let Some(told) = told(records, business, endpoint, &row).await? else {
        let why = format!("nothing was sent: the journal has no entry `{}`", row.id);
        return keep(records, business, &row, &state.for_a_person(why), None).await.map(drop);
    };
    match state.next(now, Ability::TakesKeyOnce, None) {
        Next::Call(intent) => {
            let Some(row) = keep(records, business, &row, &intent, None).await? else { return Ok(()) };
            let secrets = secrets_of(endpoint);
            let body = opened(records, business, &told).await?;
            let message = Message { url: &endpoint.url, secrets: &secrets, id: &row.id, body: &body };
            let reply = webhook::send(&records.http, &message, now).await;
            let now = records.clock.now();
            let status = reply.as_ref().ok().map(|reply| reply.status);
            let came = webhook::came(reply, now);
            let tried = Try::of(status, &came, now);
            let next = intent.after_call(came, TRIES_MAX, now, jitter());
            keep(records, business, &row, &next, Some(tried)).await.map(drop)
        }
        Next::Keep(next) => keep(records, business, &row, &next, None).await.map(drop),
        // It was due, so there is nothing to wait for; a circuit is of steps only.
        Next::Wait(_) | Next::Look | Next::Rest => {
            let later = now.plus_micros(SECOND).map(Time::micros);
            let mut conn = records.store.reader().await?;
            deliveries::change(&mut conn, business, &row.state, &DeliveryRow { next: later, ..row.clone() })
                .await
                .map(drop)
        }
    }
}

/// What a message says, made from the entry that it is of; none where there is no such entry.
async fn told(
    records: &Records,
    business: &BusinessId,
    endpoint: &EndpointRow,
    row: &DeliveryRow,
) -> Result<Option<String>, StoreError> {
    if row.kind == TEST {
        return Ok(Some(test_body(business, Time::from_micros(row.at).unwrap_or(Time::MAX))));
    }
    let place = row
        .id
        .rsplit_once('.')
        .and_then(|(team, seq)| Some((TeamId::parse(team).ok()?, seq.parse::<u64>().ok()?.checked_sub(1)?)));
    let Some((team, before)) = place else { return Ok(None) };
    let page = journal::of_chain(&mut *records.store.reader().await?, business, &team, before, 1).await?;
    let kept = page.first().filter(|kept| kept.entry.seq == before + 1 && kept.entry.hashed() == kept.entry.hash);
    kept.map(|kept| message(endpoint, kept, records.clock.now()).map(|made| made.body)).transpose()
}

/// A message as it is sent. It is kept as the journal has it, so that what is erased meanwhile is in none that comes later.
async fn opened<'b>(records: &Records, business: &BusinessId, body: &'b str) -> Result<Cow<'b, str>, StoreError> {
    let unreadable = |e: serde_json::Error| StoreError::Unreadable(e.to_string());
    if !body.contains(SEALED) {
        return Ok(Cow::Borrowed(body));
    }
    let mut message: Value = serde_json::from_str(body).map_err(unreadable)?;
    let Some(told) = message.pointer_mut("/data/event") else { return Ok(Cow::Borrowed(body)) };
    let Ok(event) = serde_json::from_value::<Event>(told.clone()) else { return Ok(Cow::Borrowed(body)) };
    let mut events = [event];
    seal::open_events(&mut *records.store.reader().await?, business, &mut events).await?;
    let [event] = events;
    *told = serde_json::to_value(event).map_err(unreadable)?;
    Ok(Cow::Owned(message.to_string()))
}

async fn keep(
    records: &Records,
    business: &BusinessId,
    row: &DeliveryRow,
    state: &State,
    tried: Option<Try>,
) -> Result<Option<DeliveryRow>, StoreError> {
    let attempts = tried.map_or_else(|| row.attempts.clone(), |tried| tried.after(&row.attempts));
    let moved = DeliveryRow { state: text_of(state)?, attempts, next: state.due().map(Time::micros), ..row.clone() };
    let mut conn = records.store.reader().await?;
    Ok(deliveries::change(&mut conn, business, &row.state, &moved).await?.then_some(moved))
}
