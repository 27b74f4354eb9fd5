//! Mail that waits, sent by and by. One that cannot be sent is told on its case, where its owner sees it.

use std::sync::Arc;
use std::time::Duration;

use amends_core::case::{Actor, Command};
use amends_core::fulfilment::{Ability, Came, Next, State};
use amends_core::ids::BusinessId;
use amends_core::time::Time;
use amends_core::words::Words;

use super::fulfil::{jitter, text_of};
use super::job::{Job, Refused, Work};
use super::records::Records;
use super::working::{Rounds, Work as Going};
use crate::connect::mail::Mail;
use crate::store::StoreError;
use crate::store::mails::{self, MailRow};

/// How often it is looked for what is due.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Mails of one look.
const SEND_MAX: i64 = 16;
/// How often one is tried: after the first half an hour once an hour, for a day in all.
const TRIES_MAX: u32 = 36;

/// Sends what is due until the end of the program, each business by itself.
pub async fn run(records: Arc<Records>) {
    let mut written = records.writer.written();
    let mut rounds = Rounds::new(&records, Going::Mail, "mail");
    loop {
        for business in records.businesses() {
            let (records, of) = (Arc::clone(&records), business.clone());
            rounds.begin((business, String::new()), async move { look(&records, &of).await });
        }
        rounds.rest(LOOK_EVERY, &mut written).await;
    }
}

/// Sends what is due; how many.
///
/// # Errors
/// When the database does not answer.
pub async fn look(records: &Records, business: &BusinessId) -> Result<usize, StoreError> {
    let now = records.clock.now().micros();
    let due = mails::due(&mut *records.store.reader().await?, business, now, SEND_MAX).await?;
    let sent = due.into_iter().map(|row| send(records, business, row));
    let done = futures_util::future::join_all(sent).await;
    done.iter().find_map(|one| one.clone().err()).map_or(Ok(done.len()), Err)
}

async fn send(records: &Records, business: &BusinessId, row: MailRow) -> Result<(), StoreError> {
    let state: State = serde_json::from_str(&row.state).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    let next = match state.next(records.clock.now(), Ability::TakesKeyOnce, None) {
        Next::Call(intent) => {
            let Some(row) = keep(records, business, &row, &intent).await? else { return Ok(()) };
            let came = match &records.mailer {
                Some(mailer) => {
                    let mail = Mail { id: &row.id, to: &row.recipient, subject: &row.subject, text: &row.body };
                    mailer.send(mail).await
                }
                None => Came::Refused("no mail server is set up here".to_owned()),
            };
            let next = intent.after_call(came, TRIES_MAX, records.clock.now(), jitter());
            if next.due().is_none() {
                return end(records, business, &row, &next).await;
            }
            return keep(records, business, &row, &next).await.map(drop);
        }
        Next::Keep(next) => next,
        // It was due, and mail is never looked for.
        Next::Wait(_) | Next::Look | Next::Rest => return end(records, business, &row, &state).await,
    };
    keep(records, business, &row, &next).await.map(drop)
}

async fn keep(
    records: &Records,
    business: &BusinessId,
    row: &MailRow,
    state: &State,
) -> Result<Option<MailRow>, StoreError> {
    let moved = MailRow { state: text_of(state)?, next: state.due().map(Time::micros), ..row.clone() };
    let mut conn = records.store.reader().await?;
    Ok(mails::change(&mut conn, business, &row.state, &moved).await?.then_some(moved))
}

/// It is sent, or never will be: then the case tells so before the mail is forgotten.
async fn end(records: &Records, business: &BusinessId, row: &MailRow, state: &State) -> Result<(), StoreError> {
    if let State::NeedsPerson { why, .. } | State::Cancelled { why, .. } = state {
        let says = format!("The mail “{}” could not be sent: {why}. Ask in another way.", row.subject);
        let words = Words::parse(&says).map_err(|e| StoreError::Failed(e.to_string()))?;
        let work = Work::Do(Box::new(Command::Note { words }));
        let job = Job {
            business: business.clone(),
            case: row.case.clone(),
            by: Actor::Fulfilment,
            key: None,
            if_version: None,
            work,
        };
        match records.writer.run(job).await {
            Err(Refused::Store(e)) => return Err(e),
            // It stays, and is looked at again.
            Err(Refused::Busy) => return Ok(()),
            Ok(_) | Err(_) => {}
        }
    }
    mails::remove(&mut *records.store.reader().await?, business, &row.id).await
}
