//! People without an account are asked by a link: good for one answer, for some days, and for nothing else.
//!
//! The link holds a secret of 192 bits; the database keeps its SHA-256. That a question is answered once is the case's
//! own rule, so that a link needs no mark of having been used. See ADR 10.

use amends_core::case::{Actor, Case, Command, Consult};
use amends_core::denied::Denied;
use amends_core::digest::Digest;
use amends_core::explain;
use amends_core::fulfilment::State;
use amends_core::ids::{BusinessId, ConsultId};
use amends_core::time::{DAY, Time};
use amends_core::words::Words;

use super::fulfil::text_of;
use super::job::{Answer, Job, Refused, RequestKey, Work};
use super::people::{Setting, change, new_secret};
use super::records::{Me, Records};
use crate::connect::mail::is_address;
use crate::store::links::{self, LinkRow, LinkTo};
use crate::store::mails::MailRow;
use crate::store::{Conn, StoreError};

/// How long a link is good, in microseconds.
const GOOD: i64 = 14 * DAY;
/// Most links of a case in a day: nobody is flooded with mail in our name.
pub(super) const A_DAY_MAX: i64 = 20;
/// How long links are kept after they were over, so that their page can say so.
const KEEP: i64 = 30 * DAY;
/// Stands between the business and the secret.
pub(super) const BETWEEN: char = '~';
/// Most characters of an address (RFC 5321: 254).
const ADDRESS_CHARS_MAX: usize = 254;

/// A link that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The address to open; none where it went out by mail, and nobody else needs to know it.
    pub link: Option<String>,
    /// Until when it is good.
    pub until: Time,
}

/// Why no link was made.
#[derive(Debug)]
pub enum NotMade {
    /// Too many were made for this case today.
    TooMany,
    /// That is no address.
    NoAddress,
    /// No mail server is set up.
    NoMail,
    /// It cannot be done as the case is, or not now.
    Refused(Refused),
}

impl From<StoreError> for NotMade {
    fn from(error: StoreError) -> Self {
        Self::Refused(Refused::Store(error))
    }
}

impl From<Denied> for NotMade {
    fn from(denied: Denied) -> Self {
        Self::Refused(denied.into())
    }
}

/// Makes a link to a question, in the place of those before it; sends it to an address, or hands it back.
///
/// # Errors
/// Why none was made.
pub async fn make(
    records: &Records,
    me: &Me,
    case: &Case,
    consult: &ConsultId,
    to: Option<&str>,
) -> Result<Made, NotMade> {
    let consult = waiting(case, consult)?;
    match to {
        Some(to) if to.chars().count() > ADDRESS_CHARS_MAX || !is_address(to) => return Err(NotMade::NoAddress),
        Some(_) if records.mailer.is_none() => return Err(NotMade::NoMail),
        _ => {}
    }
    let now = records.clock.now();
    let made = links::made(&mut *records.store.reader().await?, &me.business, &case.id, now.micros() - DAY).await?;
    if made >= A_DAY_MAX {
        return Err(NotMade::TooMany);
    }
    let secret = new_secret()?;
    let until = now.plus_micros(GOOD).unwrap_or(Time::MAX);
    let link = format!("{}/consult/{}{BETWEEN}{secret}", records.public, me.business);
    let row = LinkRow {
        id: Digest::of(secret.as_bytes()).to_string(),
        case: case.id.clone(),
        to: LinkTo::Consult(consult.id.clone()),
        at: now.micros(),
        until: until.micros(),
    };
    let mail = to.map(|to| mail(records, me, case, consult, to, &link, until)).transpose()?;
    let (link, setting) = (to.is_none().then_some(link), Setting::Link(row, mail));
    change(&records.store, &me.business, me.person.id.as_str(), &[setting], now).await?;
    Ok(Made { link, until })
}

/// A question that waits for its answer.
fn waiting<'c>(case: &'c Case, id: &ConsultId) -> Result<&'c Consult, Denied> {
    case.must_be_open()?;
    let unknown = || Denied::Unknown { what: "consult", id: id.to_string() };
    let consult = case.consult(id).ok_or_else(unknown)?;
    if consult.answer.is_some() {
        return Err(Denied::AlreadyDone { what: "consult", id: id.to_string() });
    }
    Ok(consult)
}

fn mail(
    records: &Records,
    me: &Me,
    case: &Case,
    consult: &Consult,
    to: &str,
    link: &str,
    until: Time,
) -> Result<MailRow, NotMade> {
    let (business, who, department) = (&me.rules.book.title, &me.person.name, &consult.department.0);
    let (until, now) = (explain::time(until, &me.rules.book.zone), records.clock.now());
    let id: Words = records.new_id("m").map_err(NotMade::Refused)?;
    Ok(MailRow {
        id: id.to_string(),
        case: case.id.clone(),
        recipient: to.to_owned(),
        subject: format!("A question for {department}"),
        body: format!(
            "{who} at {business} asks {department}:\n\n{}\n\nAnswer here, once, until {until}:\n{link}\n\n\
             The link is for you alone: whoever has it can answer in your place.\n",
            consult.words
        ),
        state: text_of(&State::begin(now, false))?,
        next: Some(now.micros()),
    })
}

/// What someone sees who opens a link.
#[derive(Debug)]
pub enum Opened {
    /// A question that waits for their answer.
    Waits(Box<Asked>),
    /// It was answered, by this link or otherwise.
    Answered,
    /// It is good no more: it is too old, a newer one took its place, or nobody waits for an answer.
    Over,
    /// There is no such link.
    Nothing,
}

/// A question, as someone without an account sees it: nothing of the customer but what the words say.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The business's name.
    pub business: String,
    /// Who asks.
    pub who: String,
    /// Which department.
    pub department: String,
    /// What.
    pub words: String,
    /// When.
    pub at: String,
    /// Until when it can be answered here.
    pub until: String,
}

/// Opens a link. Nothing comes of it: mail programs open links too.
///
/// # Errors
/// When the database does not answer.
pub async fn open(records: &Records, token: &str) -> Result<Opened, Refused> {
    let Some((business, link)) = found(records, token).await? else { return Ok(Opened::Nothing) };
    let LinkTo::Consult(id) = &link.to else { return Ok(Opened::Nothing) };
    let Some(case) = records.case(&business, &link.case).await? else { return Ok(Opened::Nothing) };
    let Some(consult) = case.consult(id) else { return Ok(Opened::Nothing) };
    if consult.answer.is_some() {
        return Ok(Opened::Answered);
    }
    if link.until <= records.clock.now().micros() || case.must_be_open().is_err() {
        return Ok(Opened::Over);
    }
    let rules = records.rules(&business).await?;
    let shown = |at: Time| explain::time(at, &rules.book.zone);
    let owner = &case.owner.id;
    Ok(Opened::Waits(Box::new(Asked {
        business: rules.book.title.clone(),
        who: rules.people.get(owner).map_or_else(|| owner.to_string(), |person| person.name.clone()),
        department: consult.department.0.clone(),
        words: consult.words.to_string(),
        at: shown(consult.at),
        until: Time::from_micros(link.until).map(shown).unwrap_or_default(),
    })))
}

/// Answers by a link.
///
/// # Errors
/// [`Refused::NoCase`] where the link is good no more, and why the case does not take it.
pub async fn answer(records: &Records, token: &str, words: Words) -> Answer {
    let (business, link) = found(records, token).await?.ok_or(Refused::NoCase)?;
    let LinkTo::Consult(id) = link.to else { return Err(Refused::NoCase) };
    if link.until <= records.clock.now().micros() {
        return Err(Refused::NoCase);
    }
    // The same words again are the same answer: a button that was pressed twice.
    let key = RequestKey { id: format!("link {}", link.id), digest: Digest::of(words.as_str().as_bytes()) };
    let work = Work::Do(Box::new(Command::AnswerConsult { id, words }));
    let by = Actor::Consulted;
    records.writer.run(Job { business, case: link.case, by, key: Some(key), if_version: None, work }).await
}

/// A link that was made, by its token; whether it is good still is another question.
pub(super) async fn found(records: &Records, token: &str) -> Result<Option<(BusinessId, LinkRow)>, Refused> {
    let Some((business, secret)) = token.split_once(BETWEEN) else { return Ok(None) };
    let Ok(business) = BusinessId::parse(business) else { return Ok(None) };
    let id = Digest::of(secret.as_bytes()).to_string();
    let read = async { links::find(&mut *records.store.reader().await?, &business, &id).await };
    Ok(read.await.map_err(Refused::Store)?.map(|link| (business, link)))
}

/// Forgets links that were over long ago.
pub(super) async fn tidy(conn: &mut Conn, business: &BusinessId, now: Time) -> Result<(), StoreError> {
    links::tidy(conn, business, now.micros() - KEEP).await
}
