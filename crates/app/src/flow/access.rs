//! How people come in: passwords and sessions. Each sign-in, each one that failed, and each end is in the journal.
//!
//! A browser keeps a secret of 192 bits; the database keeps its SHA-256. Passwords are kept as argon2id with the cost
//! that OWASP's Password Storage Cheat Sheet asks for (19 MiB, two passes), the default of the crate.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, PersonId, TeamId};
use amends_core::time::{HOUR, MINUTE, Time};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

use super::browsers::{Mark, mark};
use super::job::Refused;
use super::people::{Access, Setting, change, new_secret, team};
use super::records::{Me, Records, Way};
use super::rules::{ModeText, Rules};
use crate::store::people::PersonRow;
use crate::store::sessions::{self, Password, SessionRow};
use crate::store::{Conn, StoreError, people};

/// How long a session lasts at most, in microseconds: a long shift.
pub const SESSION_MAX: i64 = 12 * HOUR;
/// How long it lasts unused.
const IDLE_MAX: i64 = 2 * HOUR;
/// How far behind the time of its last use may be.
const USED_EVERY: i64 = MINUTE;
/// How long a password for one time is good.
const ONCE_GOOD: i64 = 7 * 24 * HOUR;
/// The fewest characters of a password (NIST SP 800-63B asks for 8 at least, and for no mixture of kinds).
pub const PASSWORD_CHARS_MIN: usize = 12;
/// The most: each costs time to digest.
const PASSWORD_CHARS_MAX: usize = 256;
/// Passwords that are looked at at a time, of each kind of [`Known`]: each takes 19 MiB and a core.
const AT_A_TIME: usize = 1;
/// How many wait for that, before others are told to come again.
const WAIT_MAX: usize = 32;
/// When to come again.
const COME_AGAIN: Duration = Duration::from_secs(5);
/// Stands between the business and the secret of a ticket.
const BETWEEN: char = '~';
/// Who a business begins with.
const OWNER: &str = "owner";
/// Their team.
pub const FIRST_TEAM: &str = "front";
/// How someone signed in who has to choose a password before anything else.
pub const ONCE: &str = "once";
/// How someone signed in with their password.
const BY_PASSWORD: &str = "password";
/// Who does what no one asked for, in the journal.
const ITSELF: &str = "amends";

/// Where the passwords of each kind of [`Known`] are looked at, and wait: guessing keeps no one waiting who is known.
static ROOMS: [Room; 2] = [Room::new(), Room::new()];
/// What a password is held against where there is none, so that an answer takes as long for a name that nobody has.
static NOBODYS: LazyLock<String> = LazyLock::new(|| hash("nobody has this password").unwrap_or_default());

/// Whether it is known, before their password is looked at, that someone was here before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// In this browser, or they are signed in.
    Before = 0,
    /// It is not.
    Not = 1,
}

#[derive(Debug)]
struct Room {
    at_work: Semaphore,
    waiting: Semaphore,
}

impl Room {
    const fn new() -> Self {
        Self { at_work: Semaphore::const_new(AT_A_TIME), waiting: Semaphore::const_new(WAIT_MAX) }
    }
}

/// What a browser keeps of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Of which business.
    pub business: BusinessId,
    secret: String,
}

impl Ticket {
    fn new(business: &BusinessId) -> Result<Self, StoreError> {
        Ok(Self { business: business.clone(), secret: new_secret()? })
    }

    /// Reads what a browser sent.
    pub fn parse(text: &str) -> Option<Self> {
        let (business, secret) = text.split_once(BETWEEN)?;
        Some(Self { business: BusinessId::parse(business).ok()?, secret: secret.to_owned() })
    }

    /// What a browser is given.
    pub fn text(&self) -> String {
        format!("{}{BETWEEN}{}", self.business, self.secret)
    }

    fn id(&self) -> String {
        Digest::of(self.secret.as_bytes()).to_string()
    }

    /// What a page of ours sends with each change, and no other page can know.
    pub fn csrf(&self) -> String {
        Digest::of_parts([b"amends: this page is ours".as_slice(), self.secret.as_bytes()]).to_string()
    }
}

/// Why someone was not let in.
#[derive(Debug)]
pub enum NotIn {
    /// It is not theirs, or there is no one of that name. Which is not told.
    Wrong,
    /// Too many passwords are looked at just now: when to come again.
    Busy(Duration),
    /// It cannot be known now.
    Refused(Refused),
}

impl From<StoreError> for NotIn {
    fn from(error: StoreError) -> Self {
        Self::Refused(Refused::Store(error))
    }
}

/// Lets someone in by their password; also the mark by which their browser is known the next time. `account`: none where
/// what was typed is nobody's name. An answer takes as long for a name that nobody has.
///
/// # Errors
/// [`NotIn::Wrong`] where that is not it, and when the database does not answer.
pub async fn sign_in(
    records: &Arc<Records>,
    account: Option<&(BusinessId, PersonId)>,
    password: &str,
    known: Known,
) -> Result<(Ticket, Mark), NotIn> {
    let kept = match account {
        Some((business, person)) => kept(records, business, person).await?,
        None => None,
    };
    let now = records.clock.now().micros();
    let is_over = kept.as_ref().and_then(|k| k.once_until).is_some_and(|until| until < now);
    let is_it = verify(password, kept.as_ref().map(|k| k.hash.clone()), known).await?;
    let Some(((business, person), kept)) = account.zip(kept) else { return Err(NotIn::Wrong) };
    if !is_it || is_over {
        // Nobody waits for it: writing it down would tell that there is one of that name.
        tokio::spawn(refused(Arc::clone(records), business.clone(), person.clone()));
        return Err(NotIn::Wrong);
    }
    let how = if kept.once_until.is_some() { ONCE } else { BY_PASSWORD };
    Ok((begin(records, business, person, how).await?, mark(business, person, &kept.hash)?))
}

/// The password of someone who may sign in. Both are looked at, whatever the other says.
async fn kept(records: &Records, business: &BusinessId, person: &PersonId) -> Result<Option<Password>, NotIn> {
    let Ok(rules) = records.rules(business).await else { return Ok(None) };
    let found = sessions::password(&mut *records.store.reader().await?, business, person).await?;
    Ok(found.filter(|_| may_sign_in(&rules, person)))
}

async fn refused(records: Arc<Records>, business: BusinessId, person: PersonId) {
    if let Err(e) = note(&records, &business, &person, Access::Refused(BY_PASSWORD)).await {
        tracing::warn!("a sign-in that was refused could not be written down: {e}");
    }
}

/// AI agents have keys, and no passwords: nobody is asked who a program is.
fn may_sign_in(rules: &Rules, person: &PersonId) -> bool {
    rules.person(person).is_some_and(|p| !p.is_agent())
}

/// Begins a session of someone who has shown who they are.
///
/// # Errors
/// When the database does not take it.
pub async fn begin(
    records: &Records,
    business: &BusinessId,
    person: &PersonId,
    how: &str,
) -> Result<Ticket, StoreError> {
    let (ticket, now) = (Ticket::new(business)?, records.clock.now().micros());
    let session = SessionRow { id: ticket.id(), person: person.clone(), how: how.to_owned(), since: now, seen: now };
    note(records, business, person, Access::SignedIn(session)).await?;
    Ok(ticket)
}

/// Writes down what someone did to come in or go out.
pub(super) async fn note(
    records: &Records,
    business: &BusinessId,
    person: &PersonId,
    access: Access,
) -> Result<(), StoreError> {
    let change_ = [Setting::Access(person.clone(), access)];
    change(&records.store, business, person.as_str(), &change_, records.clock.now()).await
}

/// Whether a session still lasts at a time.
fn lasts(session: &SessionRow, now: i64) -> bool {
    now < session.since.saturating_add(SESSION_MAX) && now < session.seen.saturating_add(IDLE_MAX)
}

/// Whoever a ticket is of; none when its session is over, or they are gone.
///
/// # Errors
/// When the database does not answer.
pub async fn by_ticket(records: &Records, ticket: &Ticket) -> Result<Option<Me>, Refused> {
    let business = &ticket.business;
    if records.book(business).is_none() {
        return records.nobody(business).await;
    }
    let (id, now) = (ticket.id(), records.clock.now().micros());
    let read = async { sessions::find(&mut *records.store.reader().await?, business, &id).await };
    let found = read.await.map_err(Refused::Store)?;
    let Some(session) = found.filter(|session| lasts(session, now)) else { return Ok(None) };
    let rules = records.rules(business).await?;
    if !may_sign_in(&rules, &session.person) {
        return Ok(None);
    }
    if now - session.seen > USED_EVERY {
        let used = async { sessions::used(&mut *records.store.reader().await?, business, &id, now).await };
        // Where it cannot be written it is as unused as before; whoever asks has their answer.
        let _ = used.await;
    }
    let Some(person) = rules.people.get(&session.person).cloned() else { return Ok(None) };
    let way = Way::Session { id, how: session.how, csrf: ticket.csrf() };
    Ok(Some(Me { business: business.clone(), person, rules, way }))
}

/// Whether someone who came in may still be in: they are who they were, and so is their key or session.
///
/// # Errors
/// When the database does not answer.
pub async fn is_still_in(records: &Records, me: &Me) -> Result<bool, Refused> {
    let (rules, now) = (records.rules(&me.business).await?, records.clock.now().micros());
    let person = me.person.person();
    if rules.person(&person.id).as_ref() != Some(&person) {
        return Ok(false);
    }
    match &me.way {
        Way::Key { id, .. } => Ok(rules.good_key(&person.id, id, now).is_some()),
        Way::Session { id, .. } => {
            let read = async { sessions::find(&mut *records.store.reader().await?, &me.business, id).await };
            let found = read.await.map_err(Refused::Store)?;
            Ok(found.is_some_and(|session| now < session.since.saturating_add(SESSION_MAX)))
        }
    }
}

/// Ends the session that someone came in with.
///
/// # Errors
/// When the database does not take it.
pub async fn sign_out(records: &Records, me: &Me) -> Result<(), StoreError> {
    let Way::Session { id, .. } = &me.way else { return Ok(()) };
    note(records, &me.business, &me.person.id, Access::SignedOut(id.clone())).await
}

/// Ends every session of someone. `by`: who wants it.
///
/// # Errors
/// When the database does not take it.
pub async fn sign_out_everywhere(
    records: &Records,
    business: &BusinessId,
    by: &str,
    person: &PersonId,
) -> Result<(), StoreError> {
    let ends = [Setting::Access(person.clone(), Access::SignedOutEverywhere)];
    change(&records.store, business, by, &ends, records.clock.now()).await
}

/// Why a password was not taken.
#[derive(Debug)]
pub enum NotTaken {
    /// It is not good enough: why, in words.
    Weak(String),
    /// The one they have now is another.
    Wrong,
    /// Too many passwords are looked at just now: when to come again.
    Busy(Duration),
    /// The database could not do it.
    Store(StoreError),
}

impl From<StoreError> for NotTaken {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Lets someone choose a new password. Every session of theirs ends; they go on with a new one.
///
/// # Errors
/// Why not.
pub async fn choose_password(records: &Records, me: &Me, now: &str, new: &str) -> Result<(Ticket, Mark), NotTaken> {
    let person = &me.person.id;
    let kept = sessions::password(&mut *records.store.reader().await?, &me.business, person).await?;
    let by_once = matches!(&me.way, Way::Session { how, .. } if how == ONCE);
    if !by_once {
        let against = kept.as_ref().map(|k| k.hash.clone());
        if !verify(now, against, Known::Before).await? || kept.is_none() {
            return Err(NotTaken::Wrong);
        }
    }
    if let Some(kept) = &kept
        && verify(new, Some(kept.hash.clone()), Known::Before).await?
    {
        return Err(NotTaken::Weak("This is the password you have. Choose another.".to_owned()));
    }
    good_enough(new, me).map_err(NotTaken::Weak)?;
    let password = Password { hash: hashed(new.to_owned()).await?, once_until: None };
    let mark = mark(&me.business, person, &password.hash)?;
    let (ticket, at) = (Ticket::new(&me.business)?, records.clock.now());
    let session = SessionRow {
        id: ticket.id(),
        person: person.clone(),
        how: BY_PASSWORD.to_owned(),
        since: at.micros(),
        seen: at.micros(),
    };
    let changes = [Access::Password(password), Access::SignedIn(session)];
    let changes = changes.map(|access| Setting::Access(person.clone(), access));
    change(&records.store, &me.business, person.as_str(), &changes, at).await?;
    Ok((ticket, mark))
}

/// What every password must be.
fn good_enough(password: &str, me: &Me) -> Result<(), String> {
    let length = password.chars().count();
    if length < PASSWORD_CHARS_MIN {
        return Err(format!(
            "At least {PASSWORD_CHARS_MIN} characters: three or four words that only you put together."
        ));
    }
    if length > PASSWORD_CHARS_MAX {
        return Err(format!("At most {PASSWORD_CHARS_MAX} characters."));
    }
    let lower = password.to_lowercase();
    let kinds: std::collections::HashSet<char> = lower.chars().collect();
    let of_them = [me.person.id.as_str(), me.person.name.as_str(), me.business.as_str()];
    let names =
        of_them.iter().filter(|name| name.chars().count() >= 4).any(|name| lower.contains(&name.to_lowercase()));
    if kinds.len() < 6 || names {
        return Err("Too easy to guess: it repeats itself, or has a name in it that others know.".to_owned());
    }
    Ok(())
}

/// A new password for one time, told to whoever hands it on; every session ends. `by`: who wants it.
///
/// # Errors
/// When the database does not take it.
pub async fn password_once(
    records: &Records,
    business: &BusinessId,
    by: &str,
    person: &PersonId,
) -> Result<String, StoreError> {
    let (text, kept) = new_once(records.clock.now().micros()).await?;
    let set = [Setting::Access(person.clone(), Access::Password(kept))];
    change(&records.store, business, by, &set, records.clock.now()).await?;
    Ok(text)
}

/// A password for one time: what is told, and what is kept. `now`: microseconds.
///
/// # Errors
/// When the system gives no random bytes.
pub async fn new_once(now: i64) -> Result<(String, Password), StoreError> {
    let secret = new_secret()?;
    // 80 bits, in groups that can be read out.
    let groups: Vec<&str> = (0..5).filter_map(|at| secret.get(at * 4..at * 4 + 4)).collect();
    let text = groups.join("-");
    Ok((text.clone(), Password { hash: hashed(text).await?, once_until: Some(now.saturating_add(ONCE_GOOD)) }))
}

/// Makes the first account of a business where nobody works yet: who, and the password for one time.
///
/// # Errors
/// When the database does not answer.
pub async fn first_account(records: &Records, business: &BusinessId) -> Result<Option<(PersonId, String)>, StoreError> {
    if !people::all(&mut *records.store.reader().await?, business).await?.is_empty() {
        return Ok(None);
    }
    let unreadable = |e: &dyn std::fmt::Display| StoreError::Unreadable(e.to_string());
    let Some(book) = records.book(business) else { return Ok(None) };
    let ladder = amends_core::authority::Ladder::of(&book).map_err(|e| unreadable(&e))?;
    let Some(role) = ladder.top().cloned() else { return Ok(None) };
    let id = PersonId::parse(OWNER).map_err(|e| unreadable(&e))?;
    let front = TeamId::parse(FIRST_TEAM).map_err(|e| unreadable(&e))?;
    let now = records.clock.now();
    let (text, kept) = new_once(now.micros()).await?;
    let row = PersonRow { id: id.clone(), name: "Owner".to_owned(), role, team: front.clone(), active: true };
    let changes = [
        Setting::Owner(row),
        Setting::Team(team(front, "Front line".to_owned(), &ModeText::AdviseOnly)?),
        Setting::Access(id.clone(), Access::Password(kept)),
    ];
    match change(&records.store, business, ITSELF, &changes, now).await {
        Ok(()) => Ok(Some((id, text))),
        // Another program was first.
        Err(StoreError::Conflict(_)) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Forgets the sessions of a business that are over.
pub(super) async fn tidy(conn: &mut Conn, business: &BusinessId, now: Time) -> Result<(), StoreError> {
    sessions::tidy(conn, business, now.micros() - SESSION_MAX, now.micros() - IDLE_MAX).await
}

fn hash(password: &str) -> Result<String, StoreError> {
    let hashed = Argon2::default().hash_password(password.as_bytes());
    hashed.map(|h| h.to_string()).map_err(|e| StoreError::Failed(format!("a password cannot be kept: {e}")))
}

/// Why a password was not looked at.
#[derive(Debug)]
enum NotLooked {
    /// Too many are.
    Busy,
    /// It could not be.
    Store(StoreError),
}

impl From<NotLooked> for NotIn {
    fn from(not: NotLooked) -> Self {
        match not {
            NotLooked::Busy => Self::Busy(COME_AGAIN),
            NotLooked::Store(error) => error.into(),
        }
    }
}

impl From<NotLooked> for NotTaken {
    fn from(not: NotLooked) -> Self {
        match not {
            NotLooked::Busy => Self::Busy(COME_AGAIN),
            NotLooked::Store(error) => error.into(),
        }
    }
}

/// Aside, since it takes a core for some tens of milliseconds.
async fn aside<T: Send + 'static>(known: Known, work: impl FnOnce() -> T + Send + 'static) -> Result<T, NotLooked> {
    let [before, not] = &ROOMS;
    let room = if known == Known::Before { before } else { not };
    let _waits = room.waiting.try_acquire().map_err(|_| NotLooked::Busy)?;
    let _works = room.at_work.acquire().await;
    tokio::task::spawn_blocking(work).await.map_err(|e| NotLooked::Store(StoreError::Failed(e.to_string())))
}

async fn hashed(password: String) -> Result<String, StoreError> {
    let [before, _] = &ROOMS;
    let _works = before.at_work.acquire().await;
    let hashed = tokio::task::spawn_blocking(move || hash(&password)).await;
    hashed.map_err(|e| StoreError::Failed(e.to_string()))?
}

/// Whether it is the password of a hash; none: it is nobody's, which takes as long.
async fn verify(password: &str, against: Option<String>, known: Known) -> Result<bool, NotLooked> {
    if password.chars().count() > PASSWORD_CHARS_MAX {
        return Ok(false);
    }
    let password = password.to_owned();
    aside(known, move || {
        let nobodys = &*NOBODYS;
        let kept = PasswordHash::new(against.as_deref().unwrap_or(nobodys));
        let is_it = kept.is_ok_and(|kept| Argon2::default().verify_password(password.as_bytes(), &kept).is_ok());
        is_it && against.is_some()
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_read_back_and_tells_nothing_of_its_secret() {
        let ticket = Ticket::new(&BusinessId::parse("retail").unwrap()).unwrap();
        assert_eq!(Ticket::parse(&ticket.text()), Some(ticket.clone()));
        assert_eq!(Ticket::parse("retail"), None);
        assert_eq!(Ticket::parse("a b~c"), None);
        let told = [ticket.id(), ticket.csrf()];
        assert!(told.iter().all(|t| !t.contains(&ticket.secret)) && told[0] != told[1], "{told:?}");
    }

    #[tokio::test]
    async fn a_password_is_kept_as_argon2id_with_a_salt_of_its_own() {
        let (text, one) = new_once(0).await.unwrap();
        let other = hashed(text.clone()).await.unwrap();
        assert!(one.hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", one.hash);
        assert_ne!(one.hash, other);
        let is =
            async |text: &str, hash: Option<&str>| verify(text, hash.map(str::to_owned), Known::Not).await.unwrap();
        assert!(is(&text, Some(&one.hash)).await && is(&text, Some(&other)).await);
        assert!(!is("another", Some(&one.hash)).await && !is("", Some("not a hash")).await);
        assert!(!is("nobody has this password", None).await);
        assert_eq!(text.len(), 24);
    }
}
