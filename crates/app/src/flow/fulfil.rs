//! The worker: makes steps real, each call's intent kept before it is made, and ends the grants whose steps have ended.
//!
//! Several programs may work on one database: whoever changes a step's state from what it was has it, and the others
//! leave it alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use amends_core::case::Actor;
use amends_core::fulfilment::{
    Ability, Came, Circuit, Looked, Next, Outcome, State, Step, TRIES_MAX, WAIT_MOST, outcome,
};
use amends_core::ids::BusinessId;
use amends_core::journal::derive::Difference;
use amends_core::time::{SECOND, Time};
use amends_core::words::Words;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::Instrument as _;

use super::job::{Ending, Job, Refused, Work};
use super::kept::promised::promised;
use super::kept::{Place, cases};
use super::records::Records;
use super::working::{Rounds, Work as Going};
use crate::connect::signature::Secret;
use crate::connect::webhook::{self, Message};
use crate::store::StoreError;
use crate::store::deliveries::{self, DeliveryRow};
use crate::store::endpoints::EndpointRow;
use crate::store::steps::{self, StepRow};

/// How often it is looked for what is due.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Most steps of one look: so many calls are made at a time.
const STEPS_MAX: i64 = 64;
/// How long steps wait while what is kept does not hold together, in microseconds.
const LOOK_AGAIN: i64 = 10 * SECOND;
/// Tries that are kept of a message.
const TRIES_KEPT: usize = 20;

/// What is remembered between looks: how each connector does.
#[derive(Debug, Default)]
pub struct Worker {
    circuits: Mutex<HashMap<(BusinessId, String), Circuit>>,
}

/// One try of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Try {
    /// When, in UTC.
    pub at: String,
    /// The status of their answer; none: there was none.
    pub status: Option<u16>,
    /// What went wrong, where something did.
    pub why: Option<String>,
}

impl Try {
    /// What came of a try at a time.
    pub fn of(status: Option<u16>, came: &Came, at: Time) -> Self {
        let why = match came {
            Came::Done { .. } => None,
            Came::Refused(why) | Came::Later(why, _) | Came::Unknown(why) => Some(why.clone()),
        };
        Self { at: at.to_string(), status, why }
    }

    /// With those before it, as they are kept.
    pub fn after(self, before: &str) -> String {
        // What cannot be read any more is no try that anyone can be told of.
        let mut tries: Vec<Self> = serde_json::from_str(before).unwrap_or_default();
        tries.push(self);
        let kept = tries.split_off(tries.len().saturating_sub(TRIES_KEPT));
        serde_json::to_string(&kept).unwrap_or_default()
    }
}

/// Works until the end of the program: each receiver by itself, so that none waits for another's answers.
pub async fn run(records: Arc<Records>) {
    let (worker, mut written) = (Arc::new(Worker::default()), records.writer.written());
    let mut rounds = Rounds::new(&records, Going::Steps, "fulfilment");
    loop {
        for business in records.businesses() {
            // A database that does not answer now is asked again at the next look.
            let receivers = worker.receivers(&records, &business).await;
            rounds.heard(&business, &receivers);
            for (connector, until) in receivers.unwrap_or_default() {
                let (worker, records, of) = (Arc::clone(&worker), Arc::clone(&records), business.clone());
                let whose = (business.clone(), connector.clone());
                rounds.begin(whose, async move { worker.round(&records, &of, &connector, until).await });
            }
        }
        // Steps that were just given are begun at once.
        rounds.rest(LOOK_EVERY, &mut written).await;
    }
}

/// 0 to 999.
pub fn jitter() -> u16 {
    let mut bytes = [0; 2];
    // Without random bytes all come back at once, which is slower and not wrong.
    let _ = getrandom::fill(&mut bytes);
    u16::from_le_bytes(bytes) % 1000
}

impl Worker {
    /// Does what is due by now, all receivers after each other; on how many steps.
    ///
    /// # Errors
    /// When the database does not answer.
    #[cfg(test)]
    pub async fn look(&self, records: &Records, business: &BusinessId) -> Result<usize, StoreError> {
        let mut done = 0;
        for (connector, until) in self.receivers(records, business).await? {
            done += self.round(records, business, &connector, until).await?;
        }
        Ok(done)
    }

    /// The receivers for whom there is something to do, each with the time up to which it is due. Of one that is gone or off
    /// that is all there is: what waits for its next call waits for nothing.
    async fn receivers(&self, records: &Records, business: &BusinessId) -> Result<Vec<(String, i64)>, StoreError> {
        let waits = steps::receivers(&mut *records.store.reader().await?, business).await?;
        if waits.is_empty() {
            return Ok(Vec::new());
        }
        let rules = records.rules(business).await.map_err(of_store)?;
        let now = records.clock.now().micros();
        let until = |(connector, first, last): (String, i64, i64)| {
            if rules.endpoint(&connector).is_none() {
                return Some((connector, i64::MAX));
            }
            // One that lies beyond all that a step waits for is of a clock that was set back since.
            (first <= now || last > now.saturating_add(WAIT_MOST)).then_some((connector, now))
        };
        Ok(waits.into_iter().filter_map(until).collect())
    }

    /// Does what is due of one receiver; on how many steps.
    async fn round(
        &self,
        records: &Records,
        business: &BusinessId,
        connector: &str,
        until: i64,
    ) -> Result<usize, StoreError> {
        let due = steps::due(&mut *records.store.reader().await?, business, connector, until, STEPS_MAX).await?;
        let work = due.into_iter().map(|row| self.step(records, business, row));
        let done = futures_util::future::join_all(work).await;
        done.iter().find_map(|one| one.clone().err()).map_or(Ok(done.len()), Err)
    }

    async fn step(&self, records: &Records, business: &BusinessId, row: StepRow) -> Result<(), StoreError> {
        let state = state_of(&row)?;
        if state.has_ended() {
            return end_grant(records, business, &row).await;
        }
        if state.is_anothers(records.clock.now()) {
            return Ok(());
        }
        let promised = promised(&mut *records.store.reader().await?, business, &row).await?;
        let step = match promised {
            Ok(step) => step,
            Err(why) => return held_back(records, business, &row, &state, &why).await,
        };
        let now = records.clock.now();
        if records.kept.differs(business) {
            return wait(records, business, &row, now.plus_micros(LOOK_AGAIN).unwrap_or(Time::MAX)).await;
        }
        let rules = records.rules(business).await.map_err(of_store)?;
        let Some(endpoint) = rules.endpoint(&row.connector) else {
            let why = gone(&row.connector, &state);
            return keep(records, business, &row, &state.for_a_person(why)).await.map(drop);
        };
        match state.next(now, Ability::TakesKeyOnce, self.closed_until(business, &row.connector, &state, now)) {
            Next::Call(intent) => self.call(records, business, endpoint, (&row, &step), &intent).await,
            Next::Keep(next) => keep(records, business, &row, &next).await.map(drop),
            Next::Wait(until) => wait(records, business, &row, until).await,
            Next::Look => {
                let looked = Looked::Unknown("a webhook cannot be asked".to_owned());
                keep(records, business, &row, &state.after_look(looked, now, jitter())).await.map(drop)
            }
            Next::Rest => Ok(()),
        }
    }

    async fn call(
        &self,
        records: &Records,
        business: &BusinessId,
        endpoint: &EndpointRow,
        (row, step): (&StepRow, &Step),
        intent: &State,
    ) -> Result<(), StoreError> {
        let Some(row) = keep(records, business, row, intent).await? else { return Ok(()) };
        let (id, body) = (step.key(), body_of(step));
        let (sent_at, secrets) = (records.clock.now(), secrets_of(endpoint));
        let message = Message { url: &endpoint.url, secrets: &secrets, id: &id, body: &body };
        let span =
            tracing::info_span!("step", otel.kind = "client", business = business.as_str(), connector = row.connector);
        let reply = webhook::send(&records.http, &message, sent_at).instrument(span).await;
        let now = records.clock.now();
        let status = reply.as_ref().ok().map(|reply| reply.status);
        let came = webhook::came(reply, now);
        let tried = Try::of(status, &came, now);
        self.heard(business, &row.connector, &came, now);
        records.calls.came(business.as_str(), &row.connector, word_of(&came));
        let next = intent.after_call(came, TRIES_MAX, now, jitter());
        remember(records, business, &row, &id, body, &next, tried).await?;
        match keep(records, business, &row, &next).await? {
            Some(row) if next.has_ended() => end_grant(records, business, &row).await,
            _ => Ok(()),
        }
    }

    /// Until when a step that would be called now waits for its connector.
    fn closed_until(&self, business: &BusinessId, connector: &str, state: &State, now: Time) -> Option<Time> {
        if !matches!(state, State::Ready { .. } | State::Unknown { .. }) {
            return None;
        }
        let mut circuits = self.circuits.lock().unwrap_or_else(PoisonError::into_inner);
        circuits.get_mut(&(business.clone(), connector.to_owned()))?.admit(now).err()
    }

    fn heard(&self, business: &BusinessId, connector: &str, came: &Came, now: Time) {
        let mut circuits = self.circuits.lock().unwrap_or_else(PoisonError::into_inner);
        let circuit = circuits.entry((business.clone(), connector.to_owned())).or_default();
        let was_open = !matches!(circuit, Circuit::Closed { .. });
        match came {
            Came::Done { .. } | Came::Refused(_) => circuit.answered(),
            Came::Later(..) | Came::Unknown(_) => circuit.failed(now),
        }
        match circuit {
            Circuit::Open { until, .. } if !was_open => {
                tracing::warn!(
                    business = business.as_str(),
                    connector,
                    "does not answer; it is tried again at {until}"
                );
            }
            Circuit::Closed { .. } if was_open => {
                tracing::warn!(business = business.as_str(), connector, "answers again");
            }
            _ => {}
        }
    }
}

/// Sends nothing of a step whose row is not what its grant promised: a person looks into it, and so does the check.
async fn held_back(
    records: &Records,
    business: &BusinessId,
    row: &StepRow,
    state: &State,
    why: &str,
) -> Result<(), StoreError> {
    let may_have = if state.may_be_done() { ", and an earlier call may have been taken: look there" } else { "" };
    let says = format!("nothing was sent: {why}{may_have}. See `amends verify --database` before anyone does it");
    // Whoever moved it meanwhile knows better than what was read.
    // Counted as a try, so that it can be sent once its row is put right.
    let (tries, nothing_done) = (state.tries().max(1), !state.may_be_done());
    let held = State::NeedsPerson { tries, why: says, nothing_done };
    let Some(row) = keep(records, business, row, &held).await? else { return Ok(()) };
    let differs = match cases::check(&mut *records.store.reader().await?, business, &[row.case.as_str()]).await? {
        all if all.iter().all(|(_, differs)| differs.is_empty()) => {
            vec![Difference::of_journal(format!("case `{}`", row.case), why)]
        }
        all => all.into_iter().flat_map(|(_, differs)| differs).collect(),
    };
    records.kept.looked_at(business, Place::Case(row.case.clone()), &differs);
    Ok(())
}

/// Why a step waits for a person whose webhook is gone: whoever does it has to know whether it may have been done.
fn gone(connector: &str, state: &State) -> String {
    let gone = format!("the webhook `{connector}` is gone or off");
    if state.may_be_done() {
        format!("{gone}, and a call that it may have taken was made: look in the other system, then say so")
    } else {
        gone
    }
}

/// What came of a call, in one word.
const fn word_of(came: &Came) -> &'static str {
    match came {
        Came::Done { .. } => "done",
        Came::Refused(_) => "refused",
        Came::Later(..) => "later",
        Came::Unknown(_) => "unknown",
    }
}

/// What a step's message says.
fn body_of(step: &Step) -> String {
    json!({ "type": "step.requested", "key": step.key(), "marker": step.marker(), "data": step }).to_string()
}

/// The secrets that can be read.
pub fn secrets_of(endpoint: &EndpointRow) -> Vec<Secret> {
    endpoint.secrets.iter().filter_map(|text| Secret::parse(text)).collect()
}

/// Keeps the message with its tries, for whoever looks at deliveries.
async fn remember(
    records: &Records,
    business: &BusinessId,
    row: &StepRow,
    id: &str,
    body: String,
    state: &State,
    tried: Try,
) -> Result<(), StoreError> {
    let mut conn = records.store.reader().await?;
    let before = deliveries::get(&mut conn, business, &row.connector, id).await?;
    let (is_new, was) = (before.is_none(), before.as_ref().map(|b| b.state.clone()).unwrap_or_default());
    let attempts = tried.after(before.as_ref().map_or("[]", |b| b.attempts.as_str()));
    let at = before.map_or_else(|| records.clock.now().micros(), |b| b.at);
    let delivery = DeliveryRow {
        endpoint: row.connector.clone(),
        id: id.to_owned(),
        kind: "step.requested".to_owned(),
        body,
        state: text_of(state)?,
        attempts,
        next: None,
        at,
    };
    if is_new {
        deliveries::add(&mut conn, business, &[delivery]).await
    } else {
        deliveries::change(&mut conn, business, &was, &delivery).await.map(drop)
    }
}

/// Keeps how a step stands now, if nobody else moved it; as it is then.
pub async fn keep(
    records: &Records,
    business: &BusinessId,
    row: &StepRow,
    state: &State,
) -> Result<Option<StepRow>, StoreError> {
    let now = records.clock.now().micros();
    // One that has ended is looked at once more, to end its grant.
    let next = if state.has_ended() { Some(now) } else { state.due().map(Time::micros) };
    let moved = StepRow { state: text_of(state)?, word: state.word().to_owned(), next, changed: now, ..row.clone() };
    let mut conn = records.store.reader().await?;
    Ok(steps::change(&mut conn, business, &row.state, &moved).await?.then_some(moved))
}

async fn wait(records: &Records, business: &BusinessId, row: &StepRow, until: Time) -> Result<(), StoreError> {
    let later = StepRow { next: Some(until.micros()), ..row.clone() };
    let mut conn = records.store.reader().await?;
    steps::change(&mut conn, business, &row.state, &later).await.map(drop)
}

/// Ends the grant of a step that has ended, when all its steps have.
pub async fn end_grant(records: &Records, business: &BusinessId, row: &StepRow) -> Result<(), StoreError> {
    let rows = steps::of_grant(&mut *records.store.reader().await?, business, &row.grant).await?;
    let states: Vec<State> = rows.iter().map(state_of).collect::<Result<_, _>>()?;
    let how = match outcome(&states) {
        Outcome::UnderWay => return rest(records, business, row).await,
        Outcome::Settled => Ending::Settled,
        Outcome::Released(why) => {
            let words = Words::parse(&why).or_else(|_| Words::parse("it could not be done"));
            Ending::Released(words.map_err(|e| StoreError::Failed(e.to_string()))?)
        }
    };
    let work = Work::End { grant: row.grant.clone(), how };
    let (business, case, by) = (business.clone(), row.case.clone(), Actor::Fulfilment);
    let job = Job { business: business.clone(), case, by, key: None, if_version: None, work };
    match records.writer.run(job).await {
        // Its steps rest since the same transaction; or it is asked again at the next look.
        Ok(_) | Err(Refused::Busy) => Ok(()),
        Err(Refused::Store(e)) => Err(e),
        // Its budgets are put right first.
        Err(_) if records.kept.differs(&business) => {
            wait(records, &business, row, records.clock.now().plus_micros(LOOK_AGAIN).unwrap_or(Time::MAX)).await
        }
        // It has ended already.
        Err(_) => rest(records, &business, row).await,
    }
}

async fn rest(records: &Records, business: &BusinessId, row: &StepRow) -> Result<(), StoreError> {
    let mut conn = records.store.reader().await?;
    steps::change(&mut conn, business, &row.state, &StepRow { next: None, ..row.clone() }).await.map(drop)
}

/// How a step stands.
pub fn state_of(row: &StepRow) -> Result<State, StoreError> {
    serde_json::from_str(&row.state).map_err(|e| unreadable(&e))
}

/// As it is kept.
pub fn text_of(state: &State) -> Result<String, StoreError> {
    serde_json::to_string(state).map_err(|e| StoreError::Failed(e.to_string()))
}

fn unreadable(e: &serde_json::Error) -> StoreError {
    StoreError::Unreadable(format!("a step: {e}"))
}

/// What the database said.
pub fn of_store(refused: Refused) -> StoreError {
    match refused {
        Refused::Store(e) => e,
        _ => StoreError::Failed("no book of this business is served".to_owned()),
    }
}
