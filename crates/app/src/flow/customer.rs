//! What customers see of their case by a link, and what they say and show there. The link is theirs: it is told to whoever
//! makes it once, and the database keeps its digest. See ADR 10.

use std::num::NonZeroU32;
use std::sync::Arc;

use amends_core::case::{Actor, Case, Command, Event, Evidence, HANDED_IN_MAX, Happened, State};
use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, CaseId, EvidenceId};
use amends_core::time::{DAY, Time};
use amends_core::words::Words;

use super::files;
use super::job::{Answer, Job, Refused, RequestKey, Work};
use super::links::{A_DAY_MAX, BETWEEN, Made, NotMade, found};
use super::people::{Setting, change, new_secret};
use super::records::{Me, Records};
use super::rules::Rules;
use super::seal;
use crate::store::links::{self, LinkRow, LinkTo};
use crate::store::{StoreError, cases, files as kept_files, journal};

/// For how many days a link is good at the most, and where nothing else is said.
pub const DAYS_MAX: u32 = 180;
/// How long after the end of a case its customer still sees it, in microseconds: long enough to say thanks.
const AFTER_THE_END: i64 = 30 * DAY;
/// Most bytes of all files of a case that its customer handed in.
const HANDED_IN_BYTES_MAX: i64 = 100 << 20;

/// Makes a link for the customer of a case. Those before it stay good.
///
/// # Errors
/// Why none was made.
pub async fn make(records: &Records, me: &Me, case: &Case, days: Option<NonZeroU32>) -> Result<Made, NotMade> {
    let mut conn = records.store.reader().await?;
    let now = records.clock.now();
    if cases::is_erased(&mut conn, &me.business, &case.id).await? {
        return Err(NotMade::Refused(Refused::Erased));
    }
    let events = journal::events(&mut conn, &me.business, &[case.id.as_str()]).await?;
    if is_long_over(case, &events, now) {
        case.must_be_open()?;
    }
    if links::made(&mut conn, &me.business, &case.id, now.micros() - DAY).await? >= A_DAY_MAX {
        return Err(NotMade::TooMany);
    }
    drop(conn);
    let days = days.map_or(DAYS_MAX, |days| days.get().min(DAYS_MAX));
    let until = now.plus_micros(i64::from(days) * DAY).unwrap_or(Time::MAX);
    let secret = new_secret()?;
    let link = format!("{}/customer/{}{BETWEEN}{secret}", records.public, me.business);
    let id = Digest::of(secret.as_bytes()).to_string();
    let row = LinkRow { id, case: case.id.clone(), to: LinkTo::Customer, at: now.micros(), until: until.micros() };
    change(&records.store, &me.business, me.person.id.as_str(), &[Setting::Link(row, None)], now).await?;
    Ok(Made { link: Some(link), until })
}

/// Ends all links of the customer to a case.
///
/// # Errors
/// When the database does not answer.
pub async fn withdraw(records: &Records, me: &Me, case: &CaseId) -> Result<(), StoreError> {
    let ends = [Setting::NoLink(case.clone())];
    change(&records.store, &me.business, me.person.id.as_str(), &ends, records.clock.now()).await
}

/// Until when the customer has a link to a case, where they have one.
///
/// # Errors
/// When the database does not answer.
pub async fn good_until(records: &Records, case: &Case) -> Result<Option<Time>, StoreError> {
    let now = records.clock.now().micros();
    let until = links::good_until(&mut *records.store.reader().await?, &case.business, &case.id, now).await?;
    Ok(until.and_then(Time::from_micros))
}

/// A case, opened by its customer's link.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The digest of the link's secret.
    link: String,
    /// The case.
    pub case: Case,
    /// All that happened on it. Most of it is not for the customer.
    pub events: Vec<Event>,
    /// What holds in the business.
    pub rules: Arc<Rules>,
}

/// Opens a customer's link; none where it is not good, whatever the reason. Nothing comes of it: mail programs open links
/// too.
///
/// # Errors
/// When the database does not answer.
pub async fn open(records: &Records, token: &str) -> Result<Option<Opened>, Refused> {
    let Some((business, link)) = found(records, token).await? else { return Ok(None) };
    let now = records.clock.now();
    if link.to != LinkTo::Customer || link.until <= now.micros() {
        return Ok(None);
    }
    let read = read(records, &business, &link.case).await.map_err(Refused::Store)?;
    let Some(events) = read else { return Ok(None) };
    let unreadable = |e: amends_core::case::NotACase| Refused::Store(StoreError::Unreadable(e.to_string()));
    let case = Case::replay(&events).map_err(unreadable)?;
    if is_long_over(&case, &events, now) {
        return Ok(None);
    }
    let rules = records.rules(&business).await?;
    Ok(Some(Opened { link: link.id, case, events, rules }))
}

async fn read(records: &Records, business: &BusinessId, case: &CaseId) -> Result<Option<Vec<Event>>, StoreError> {
    let mut conn = records.store.reader().await?;
    if cases::is_erased(&mut conn, business, case).await? {
        return Ok(None);
    }
    let mut events = journal::events(&mut conn, business, &[case.as_str()]).await?;
    seal::open_events(&mut conn, business, &mut events).await?;
    Ok(Some(events))
}

fn is_long_over(case: &Case, events: &[Event], now: Time) -> bool {
    let is_end = |event: &&Event| {
        matches!(event.what, Happened::Settled { .. } | Happened::Declined { .. } | Happened::HoldLapsed)
    };
    let ended = events.iter().rev().find(is_end).map_or(i64::MAX, |event| event.at.micros());
    case.state != State::Open && now.micros().saturating_sub(ended) > AFTER_THE_END
}

/// Whether there is room for a file beside so many, of so many bytes together.
fn has_room(files: usize, taken_bytes: i64, bytes: usize) -> bool {
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    files < HANDED_IN_MAX && taken_bytes.saturating_add(bytes) <= HANDED_IN_BYTES_MAX
}

impl Opened {
    /// By what links are limited: nothing that opens one.
    pub fn link(&self) -> &str {
        &self.link
    }

    /// Hears the customer. `once`: of the page that sends it; what comes twice from the same is done once.
    ///
    /// # Errors
    /// Why it was not done.
    pub async fn say(&self, records: &Records, once: &str, words: Words) -> Answer {
        let digest = Digest::of(words.as_str().as_bytes());
        self.run(records, once, "say", digest, Command::HearCustomer { words: Some(words) }).await
    }

    /// Hears the customer's thanks.
    ///
    /// # Errors
    /// Why it was not done.
    pub async fn thank(&self, records: &Records, once: &str, words: Option<Words>) -> Answer {
        let digest = Digest::of(words.as_ref().map(Words::as_str).unwrap_or_default().as_bytes());
        self.run(records, once, "thank", digest, Command::HearThanks { words }).await
    }

    /// Takes in a file of the customer's, and what they say it shows. One that they handed in before is there already.
    ///
    /// # Errors
    /// Why it was not done: [`amends_core::denied::Denied::CustomerFull`] where there is no room for it.
    pub async fn show(
        &self,
        records: &Records,
        once: &str,
        (kind, content): (&str, &[u8]),
        shows: Words,
    ) -> Result<(), Refused> {
        self.case.must_be_open()?;
        let digest = Digest::of(content);
        let handed_in: Vec<&Digest> = self.handed_in().map(|(digest, _)| digest).collect();
        if handed_in.contains(&&digest) {
            return Ok(());
        }
        let taken = self.bytes_of(records, &handed_in).await.map_err(Refused::Store)?;
        if !has_room(handed_in.len(), taken, content.len()) {
            return Err(amends_core::denied::Denied::CustomerFull.into());
        }
        files::keep(records, &self.case.business, kind, content).await.map_err(Refused::Store)?;
        let id: EvidenceId = records.new_id("e")?;
        let (what, said) = (format!("show {digest}"), Digest::of(shows.as_str().as_bytes()));
        let evidence = Evidence::File { digest, shows };
        self.run(records, once, &what, said, Command::AddEvidence { id, evidence }).await.map(drop)
    }

    /// The files that the customer handed in, with what they say of them.
    pub fn handed_in(&self) -> impl Iterator<Item = (&Digest, &Words)> {
        let theirs = self.case.evidence.iter().filter(|(id, _)| self.case.handed_in.contains(id));
        theirs.filter_map(|(_, evidence)| match evidence {
            Evidence::File { digest, shows } => Some((digest, shows)),
            _ => None,
        })
    }

    async fn bytes_of(&self, records: &Records, of: &[&Digest]) -> Result<i64, StoreError> {
        let mut conn = records.store.reader().await?;
        let mut all = 0;
        for digest in of {
            let about = kept_files::about(&mut conn, &self.case.business, digest).await?;
            all += about.map_or(0, |(_, bytes)| bytes);
        }
        Ok(all)
    }

    async fn run(&self, records: &Records, once: &str, what: &str, digest: Digest, command: Command) -> Answer {
        let once = Digest::of(once.as_bytes());
        let key = Some(RequestKey { id: format!("link {} {once} {what}", self.link), digest });
        let (business, case, by) = (self.case.business.clone(), self.case.id.clone(), Actor::Customer);
        records.writer.run(Job { business, case, by, key, if_version: None, work: Work::Do(Box::new(command)) }).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_has_room_for_so_many_files_and_bytes_of_its_customer() {
        let most = HANDED_IN_BYTES_MAX;
        assert!(has_room(0, 0, 1) && has_room(HANDED_IN_MAX - 1, most - 1, 1));
        assert!(!has_room(HANDED_IN_MAX, 0, 1) && !has_room(0, most, 1) && !has_room(0, i64::MAX, usize::MAX));
    }
}
