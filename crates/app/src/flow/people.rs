//! People, teams, keys and allowances: who may come in, and what they may spend. Each change is an entry of the journal.

use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, CaseId, CustomerId, PersonId, TeamId};
use amends_core::journal::{ERASED, Erased, SETTINGS};
use amends_core::time::Time;
use serde::Serialize;

use super::publishing::Publication;
use super::rules::ModeText;
use crate::store::endpoints::{EndpointRow, Purpose, host_of};
use crate::store::inlets::{InletRow, Kind};
use crate::store::journal::Kept;
use crate::store::keys::{KeyRow, OPERATOR};
use crate::store::links::{LinkRow, LinkTo};
use crate::store::mails::MailRow;
use crate::store::people::{PersonRow, TeamRow};
use crate::store::sessions::{Password, SessionRow};
use crate::store::settings::Allowance;
use crate::store::{
    Conn, Store, StoreError, endpoints, inlets, journal, keys, links, mails, people, sessions, settings,
};

/// The chain of the journal that settings are in.
const CHAIN: &str = SETTINGS;
/// The chain that tells who came in, and how.
const ACCESS: &str = "access";
/// How a token begins, so that one that was lost can be told.
const TOKEN: &str = "amends";
/// Parts of a token; no id has it.
const BETWEEN: char = '~';
/// Who makes changes in the journal without being one of the people: whoever runs the server, the program itself, and a
/// provider of sign-in.
const RESERVED: [&str; 3] = [OPERATOR, "amends", "provider"];
/// How often a change is tried again when someone else was in the way.
const TRIES_MAX: u32 = 20;

/// A change of the settings.
#[derive(Clone, Debug)]
pub enum Setting {
    /// A person, new or changed. Who is gone has no keys, no password and no session any more.
    Person(PersonRow),
    /// The first person of a business, where there is nobody yet.
    Owner(PersonRow),
    /// A team, new or changed.
    Team(TeamRow),
    /// The limit of a holder's budgets.
    Allow(Allowance),
    /// No limit any more.
    Free(Allowance),
    /// A webhook, new or changed.
    Endpoint(EndpointRow),
    /// An inlet, new or changed.
    Inlet(InletRow),
    /// A key, new or changed.
    Key(KeyRow),
    /// A key that is taken away.
    NoKey(KeyRow),
    /// How someone comes in, and that they did.
    Access(PersonId, Access),
    /// That a file was imported: what it holds, the digest of it and of how it was read, and how many rows were kept.
    Imported(&'static str, String, u64),
    /// That what was personal was erased: of a customer, or for its age; and what, by reference.
    Erased(Erased),
    /// That so many rows of tables were made from the journal again.
    Rederived(usize),
    /// That all that is kept of a customer was shown as a whole.
    Shown(CustomerId),
    /// A version of a rule that a second person publishes.
    Rule(Box<Publication>),
    /// A link by which someone without an account answers a question or sees their case, and the mail that takes it to
    /// them.
    Link(LinkRow, Option<MailRow>),
    /// The customer's links to a case are good no more.
    NoLink(CaseId),
}

/// How someone comes in, and that they did.
#[derive(Clone, Debug)]
pub enum Access {
    /// A session begins.
    SignedIn(SessionRow),
    /// A sign-in failed; how it was tried.
    Refused(&'static str),
    /// One session ends, by its id.
    SignedOut(String),
    /// All sessions end.
    SignedOutEverywhere,
    /// They have a new password, and every session ends.
    Password(Password),
    /// They are known to a provider of sign-in: its address, and their name there.
    Known(String, String),
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Told<'s> {
    Person {
        id: &'s str,
        role: &'s str,
        team: &'s str,
        active: bool,
    },
    Team {
        id: &'s str,
        mode: &'s str,
    },
    Endpoint {
        id: &'s str,
        purpose: Purpose,
        url: String,
        on: bool,
        kinds: &'s [String],
        secret: Digest,
    },
    Inlet {
        id: &'s str,
        kind: Kind,
        owner: &'s str,
        on: bool,
        secret: Digest,
    },
    Allowance {
        holder: &'s str,
        span: &'s str,
        currency: &'s str,
        most: Option<i64>,
    },
    Key {
        id: &'s str,
        person: &'s str,
        actions: &'s [String],
        until: Option<i64>,
        good: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        made_with: Option<&'s str>,
        secret: Digest,
    },
    Access {
        person: &'s str,
        how: &'s str,
    },
    Import {
        kind: &'s str,
        file: &'s str,
        rows: u64,
    },
    Erased(&'s Erased),
    Rederived {
        rows: usize,
    },
    Rule {
        policy: &'s str,
        in_force: &'s str,
        authors: &'s [PersonId],
        draft: &'s str,
        text: String,
        book: &'s str,
    },
    Customer {
        id: &'s str,
        how: &'s str,
    },
    Link {
        case: &'s str,
        consult: &'s str,
        how: &'s str,
        until: i64,
    },
    CustomerLink {
        case: &'s str,
        good: bool,
        until: Option<i64>,
    },
}

#[derive(Serialize)]
struct Entry<'s> {
    by: &'s str,
    what: Told<'s>,
}

impl Setting {
    /// The chain of the journal that tells it.
    const fn chain(&self) -> &'static str {
        match self {
            Self::Access(..) | Self::Link(..) | Self::NoLink(..) | Self::Shown(..) => ACCESS,
            _ => CHAIN,
        }
    }

    /// Whether someone else knows the password that someone has from then on.
    const fn hands_out_a_password(&self) -> bool {
        matches!(self, Self::Access(_, Access::Password(Password { once_until: Some(_), .. })))
    }

    /// As the journal tells it: ids, never names; of a secret, a digest that gives it to nobody.
    fn told(&self) -> (&'static str, Told<'_>) {
        match self {
            Self::Person(p) | Self::Owner(p) => {
                let (id, role, team) = (p.id.as_str(), p.role.as_str(), p.team.as_str());
                ("setting.person", Told::Person { id, role, team, active: p.active })
            }
            Self::Team(t) => ("setting.team", Told::Team { id: t.id.as_str(), mode: &t.mode }),
            Self::Endpoint(e) => {
                // Its path may hold a secret.
                let (id, purpose, url, on) = (e.id.as_str(), e.purpose, host_of(&e.url), e.on);
                ("setting.webhook", Told::Endpoint { id, purpose, url, on, kinds: &e.kinds, secret: e.secret() })
            }
            Self::Inlet(i) => {
                let (id, owner) = (i.id.as_str(), i.owner.as_str());
                ("setting.inlet", Told::Inlet { id, kind: i.kind, owner, on: i.on, secret: i.secret() })
            }
            Self::Allow(a) => ("setting.allowance", a.told(Some(a.most))),
            Self::Free(a) => ("setting.allowance", a.told(None)),
            Self::Key(k) => ("setting.key", k.told(true)),
            Self::NoKey(k) => ("setting.key", k.told(false)),
            Self::Imported(kind, file, rows) => ("setting.import", Told::Import { kind, file, rows: *rows }),
            Self::Erased(erased) => (ERASED, Told::Erased(erased)),
            Self::Rule(p) => ("setting.rule", p.told()),
            Self::Rederived(rows) => ("setting.rederived", Told::Rederived { rows: *rows }),
            Self::Shown(customer) => ("access.customer", Told::Customer { id: customer.as_str(), how: "export" }),
            Self::Link(link, mail) => {
                let how = if mail.is_some() { "mail" } else { "by_hand" };
                let (case, until) = (link.case.as_str(), link.until);
                match &link.to {
                    LinkTo::Consult(id) => ("access.link", Told::Link { case, consult: id.as_str(), how, until }),
                    LinkTo::Customer => {
                        ("access.customer_link", Told::CustomerLink { case, good: true, until: Some(until) })
                    }
                }
            }
            Self::NoLink(case) => {
                ("access.customer_link", Told::CustomerLink { case: case.as_str(), good: false, until: None })
            }
            Self::Access(person, access) => {
                let (kind, how) = access.told();
                (kind, Told::Access { person: person.as_str(), how })
            }
        }
    }

    async fn save(&self, conn: &mut Conn, business: &BusinessId, by: &str, at: i64) -> Result<(), StoreError> {
        match self {
            Self::Person(person) => save_person(conn, business, person, by, at).await,
            Self::Owner(person) if people::all(conn, business).await?.is_empty() => {
                people::save(conn, business, person, at).await
            }
            Self::Owner(_) => Err(StoreError::Conflict("someone works here already".to_owned())),
            Self::Team(team) => people::save_team(conn, business, team).await,
            Self::Endpoint(endpoint) => endpoints::save(conn, business, endpoint, at).await,
            Self::Inlet(inlet) => inlets::save(conn, business, inlet, at).await,
            Self::Allow(allowance) => settings::allow(conn, business, allowance).await,
            Self::Free(allowance) => settings::free(conn, business, allowance).await,
            Self::Key(key) => keys::save(conn, business, key).await,
            Self::NoKey(key) => keys::remove(conn, business, &key.id).await,
            Self::Imported(..) | Self::Erased(..) | Self::Shown(..) | Self::Rederived(..) => Ok(()),
            Self::Rule(publication) => publication.save(conn, business, at).await,
            Self::Link(link, mail) => {
                links::add(conn, business, link).await?;
                match mail {
                    Some(mail) => mails::add(conn, business, mail).await,
                    None => Ok(()),
                }
            }
            Self::NoLink(case) => links::end(conn, business, case, &LinkTo::Customer, at).await,
            Self::Access(person, access) => {
                access.save(conn, business, person, at).await?;
                // Whoever hands out a password could use it.
                if self.hands_out_a_password() { give(conn, business, person, by, at).await } else { Ok(()) }
            }
        }
    }
}

/// The keys that end with a change, for the journal to tell: no key lasts from an AI agent's to a person's account, or back,
/// since another made it. That who has gone has none is told by their going.
async fn keys_ended_by(conn: &mut Conn, business: &BusinessId, change: &Setting) -> Result<Vec<Setting>, StoreError> {
    let Setting::Person(person) = change else { return Ok(Vec::new()) };
    let before = people::find(conn, business, &person.id).await?;
    if !person.active || before.is_none_or(|before| before.person().is_agent() == person.person().is_agent()) {
        return Ok(Vec::new());
    }
    let theirs = keys::all(conn, business).await?.into_iter().filter(|key| key.person == person.id);
    Ok(theirs.map(Setting::NoKey).collect())
}

/// Writes someone. Who has gone or is of another kind keeps no key, password or session.
async fn save_person(
    conn: &mut Conn,
    business: &BusinessId,
    person: &PersonRow,
    by: &str,
    at: i64,
) -> Result<(), StoreError> {
    let before = people::find(conn, business, &person.id).await?;
    let is_other_kind = before.as_ref().is_some_and(|b| b.person().is_agent() != person.person().is_agent());
    if !person.active || is_other_kind {
        keys::remove_of(conn, business, &person.id).await?;
        sessions::forget(conn, business, &person.id).await?;
    }
    people::save(conn, business, person, at).await?;
    if before.is_none_or(|b| b.role != person.role || b.active != person.active) {
        give(conn, business, &person.id, by, at).await?;
    }
    Ok(())
}

/// Keeps by whom someone has their role or password, where that is not themselves.
async fn give(conn: &mut Conn, business: &BusinessId, person: &PersonId, by: &str, at: i64) -> Result<(), StoreError> {
    if by == person.as_str() {
        return Ok(());
    }
    let giver = match PersonId::parse(by) {
        Ok(id) => people::find(conn, business, &id).await?,
        Err(_) => None,
    };
    people::give(conn, business, person, giver.as_ref().map(|giver| &giver.id), at).await
}

impl Access {
    fn told(&self) -> (&'static str, &str) {
        match self {
            Self::SignedIn(session) => ("access.signed_in", &session.how),
            Self::Refused(how) => ("access.refused", how),
            Self::SignedOut(_) => ("access.signed_out", "here"),
            Self::SignedOutEverywhere => ("access.signed_out", "everywhere"),
            Self::Password(Password { once_until: None, .. }) => ("access.password", "chosen"),
            Self::Password(_) => ("access.password", "once"),
            Self::Known(..) => ("access.known", "provider"),
        }
    }

    async fn save(&self, conn: &mut Conn, business: &BusinessId, person: &PersonId, at: i64) -> Result<(), StoreError> {
        match self {
            Self::SignedIn(session) => {
                sessions::shift(conn, business, person, session.since).await?;
                sessions::begin(conn, business, session).await
            }
            Self::Refused(_) => Ok(()),
            Self::SignedOut(session) => sessions::end(conn, business, session).await,
            Self::SignedOutEverywhere => sessions::end_all(conn, business, person).await,
            Self::Password(password) => {
                sessions::set_password(conn, business, person, password, at).await?;
                sessions::end_all(conn, business, person).await
            }
            Self::Known(issuer, subject) => sessions::know(conn, business, issuer, subject, person, at).await,
        }
    }
}

impl Publication {
    fn told(&self) -> Told<'_> {
        let (draft, book) = (self.draft.id.as_str(), self.edition.digest.as_str());
        let (policy, authors) = (self.draft.policy.as_str(), self.draft.authors.as_slice());
        let in_force = self.edition.published.as_ref().map_or("", |p| p.in_force.as_str());
        let text = Digest::of(self.text.text.as_bytes()).to_string();
        Told::Rule { policy, in_force, authors, draft, text, book }
    }
}

impl Allowance {
    fn told(&self, most: Option<i64>) -> Told<'_> {
        Told::Allowance { holder: &self.holder, span: &self.span, currency: &self.currency, most }
    }
}

impl KeyRow {
    fn told(&self, good: bool) -> Told<'_> {
        let (id, person) = (self.id.as_str(), self.person.as_str());
        let made_with = self.made_with.as_deref().filter(|_| good);
        let (actions, until, secret) = (self.actions.as_slice(), self.until, self.secret());
        Told::Key { id, person, actions, until, good, made_with, secret }
    }
}

/// Whether an id stands in the journal for whoever is none of the people: nobody is called so.
pub fn is_reserved(id: &PersonId) -> bool {
    RESERVED.contains(&id.as_str())
}

/// Makes changes, all or none. `by`: who, for the journal.
///
/// # Errors
/// When the database does not take them.
pub async fn change(
    store: &Store,
    business: &BusinessId,
    by: &str,
    changes: &[Setting],
    now: Time,
) -> Result<(), StoreError> {
    tried(store, business, by, changes, now, None).await.map(drop)
}

/// As [`change`], where nobody else changed a setting since someone read them: what was decided by what they were then holds
/// no longer. Whether it was done.
///
/// # Errors
/// When the database does not take them.
pub async fn change_since(
    store: &Store,
    version: i64,
    business: &BusinessId,
    by: &str,
    changes: &[Setting],
    now: Time,
) -> Result<bool, StoreError> {
    tried(store, business, by, changes, now, Some(version)).await
}

async fn tried(
    store: &Store,
    business: &BusinessId,
    by: &str,
    changes: &[Setting],
    now: Time,
    version: Option<i64>,
) -> Result<bool, StoreError> {
    let mut conn = store.writer().await?;
    let mut tried = 1;
    loop {
        match conn.as_one(async |conn| made_in(conn, business, by, changes, now, version).await).await {
            Err(StoreError::Conflict(_)) if tried < TRIES_MAX => tried += 1,
            done => return done,
        }
    }
}

/// Makes changes within a transaction.
pub(crate) async fn change_in(
    conn: &mut Conn,
    business: &BusinessId,
    by: &str,
    changes: &[Setting],
    now: Time,
) -> Result<(), StoreError> {
    made_in(conn, business, by, changes, now, None).await.map(drop)
}

/// Makes changes within a transaction, where the settings are still of a version; whether they are.
async fn made_in(
    conn: &mut Conn,
    business: &BusinessId,
    by: &str,
    changes: &[Setting],
    now: Time,
    version: Option<i64>,
) -> Result<bool, StoreError> {
    settings::begin(conn, business, now.micros()).await?;
    // In the order of their names, as the writer locks those of teams.
    let used = |chain: &&str| changes.iter().any(|c| c.chain() == *chain);
    let chains: Vec<&str> = [ACCESS, CHAIN].into_iter().filter(used).collect();
    let mut heads = Vec::new();
    for head in journal::lock_heads(conn, business, &chains).await? {
        heads.push((head.seq, head));
    }
    // Behind the lock of the chain, so that nobody changes them now.
    if version.is_some() && settings::version(conn, business).await? != version {
        return Ok(false);
    }
    let mut kept = Vec::new();
    for change in changes {
        let ended = keys_ended_by(conn, business, change).await?;
        for change in ended.iter().chain([change]) {
            change.save(conn, business, by, now.micros()).await?;
            let (kind, what) = change.told();
            let Some((_, head)) = heads.iter_mut().find(|(_, head)| head.team.as_str() == change.chain()) else {
                return Err(StoreError::Failed("no chain for settings".to_owned()));
            };
            let entry = head.next(now, kind, &Entry { by, what }).map_err(|e| StoreError::Failed(e.to_string()))?;
            *head = entry.head();
            kept.push(Kept { entry, case: None });
        }
    }
    journal::append(conn, &kept, &heads).await?;
    if chains.contains(&CHAIN) || changes.iter().any(Setting::hands_out_a_password) {
        settings::changed(conn, business).await?;
    }
    Ok(true)
}

/// A secret that nobody guesses: 192 bits as hex.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_secret() -> Result<String, StoreError> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).map_err(|e| StoreError::Failed(format!("the system gives no random bytes: {e}")))?;
    Ok(bytes.iter().flat_map(|b| [b >> 4, b & 15]).filter_map(|h| char::from_digit(h.into(), 16)).collect())
}

/// A new token of someone, told once: only its digest is kept.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_token(business: &BusinessId, person: &PersonId) -> Result<(String, String), StoreError> {
    let secret = new_secret()?;
    let token = [TOKEN, business.as_str(), person.as_str(), &secret].join(&BETWEEN.to_string());
    let digest = Digest::of(token.as_bytes()).to_string();
    Ok((token, digest))
}

/// A new key of someone, for all that they may: its token, told once, and what is kept. `id`: its own.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_key(
    business: &BusinessId,
    person: &PersonId,
    id: String,
    title: &str,
    now: Time,
) -> Result<(String, KeyRow), StoreError> {
    let (token, digest) = new_token(business, person)?;
    let (person, title, since) = (person.clone(), title.to_owned(), now.micros());
    let row = KeyRow {
        id,
        person,
        title,
        digest,
        older: None,
        actions: Vec::new(),
        until: None,
        since,
        maker: None,
        made_with: None,
    };
    Ok((token, row))
}

/// The key that the operator gives someone: it is called as they are, and a new one takes its place.
///
/// # Errors
/// When the system gives no random bytes.
pub fn first_key(business: &BusinessId, person: &PersonId, now: Time) -> Result<(String, KeyRow), StoreError> {
    let (token, key) = new_key(business, person, person.to_string(), "first", now)?;
    Ok((token, KeyRow { maker: Some(OPERATOR.to_owned()), ..key }))
}

/// Whom a token names. Whether it is theirs is another question.
pub fn named_by(token: &str) -> Option<(BusinessId, PersonId)> {
    let mut parts = token.split(BETWEEN);
    let (kind, business, person) = (parts.next()?, parts.next()?, parts.next()?);
    if kind != TOKEN || parts.next().is_none() || parts.next().is_some() {
        return None;
    }
    Some((BusinessId::parse(business).ok()?, PersonId::parse(person).ok()?))
}

/// A team's row.
///
/// # Errors
/// Never: a mode can be written as JSON.
pub fn team(id: TeamId, title: String, mode: &ModeText) -> Result<TeamRow, StoreError> {
    let mode = serde_json::to_string(mode).map_err(|e| StoreError::Failed(e.to_string()))?;
    Ok(TeamRow { id, title, mode })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_whom_it_is_of() {
        let (business, person) = (BusinessId::parse("retail").unwrap(), PersonId::parse("rita").unwrap());
        let (token, digest) = new_token(&business, &person).unwrap();
        assert_eq!(named_by(&token), Some((business.clone(), person.clone())));
        assert_eq!(Digest::of(token.as_bytes()).as_str(), digest);
        assert_ne!(new_token(&business, &person).unwrap().0, token);
        for other in ["", "amends~retail", "amends~retail~rita", "amends~retail~rita~a~b", "other~retail~rita~a"] {
            assert_eq!(named_by(other), None, "{other}");
        }
    }
}
