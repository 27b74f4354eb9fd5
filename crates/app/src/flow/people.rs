//! People, teams and allowances: who may come in, and what they may spend. Each change is an entry of the journal.

use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, PersonId, TeamId};
use amends_core::time::Time;
use serde::Serialize;

use super::rules::ModeText;
use crate::store::endpoints::{EndpointRow, Purpose};
use crate::store::journal::Kept;
use crate::store::people::{PersonRow, TeamRow};
use crate::store::settings::Allowance;
use crate::store::{Conn, Store, StoreError, endpoints, journal, people, settings};

/// The chain of the journal that settings are in.
const CHAIN: &str = "settings";
/// How a token begins, so that one that was lost can be told.
const TOKEN: &str = "amends";
/// Parts of a token; no id has it.
const BETWEEN: char = '~';
/// How often a change is tried again when someone else was in the way.
const TRIES_MAX: u32 = 20;

/// A change of the settings.
#[derive(Clone, Debug)]
pub enum Setting {
    /// A person, new or changed.
    Person(PersonRow),
    /// A team, new or changed.
    Team(TeamRow),
    /// The limit of a holder's budgets.
    Allow(Allowance),
    /// No limit any more.
    Free(Allowance),
    /// A webhook, new or changed.
    Endpoint(EndpointRow),
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Told<'s> {
    Person { id: &'s str, role: &'s str, team: &'s str, active: bool },
    Team { id: &'s str, mode: &'s str },
    Endpoint { id: &'s str, purpose: Purpose, url: &'s str, on: bool },
    Allowance { holder: &'s str, span: &'s str, currency: &'s str, most: Option<i64> },
}

#[derive(Serialize)]
struct Entry<'s> {
    by: &'s str,
    what: Told<'s>,
}

impl Setting {
    /// As the journal tells it: ids, never names.
    fn told(&self) -> (&'static str, Told<'_>) {
        match self {
            Self::Person(p) => {
                let (id, role, team) = (p.id.as_str(), p.role.as_str(), p.team.as_str());
                ("setting.person", Told::Person { id, role, team, active: p.active })
            }
            Self::Team(t) => ("setting.team", Told::Team { id: t.id.as_str(), mode: &t.mode }),
            Self::Endpoint(e) => {
                let (id, purpose, url, on) = (e.id.as_str(), e.purpose, e.url.as_str(), e.on);
                ("setting.webhook", Told::Endpoint { id, purpose, url, on })
            }
            Self::Allow(a) => ("setting.allowance", a.told(Some(a.most))),
            Self::Free(a) => ("setting.allowance", a.told(None)),
        }
    }

    async fn save(&self, conn: &mut Conn, business: &BusinessId, at: i64) -> Result<(), StoreError> {
        match self {
            Self::Person(person) => people::save(conn, business, person, at).await,
            Self::Team(team) => people::save_team(conn, business, team).await,
            Self::Endpoint(endpoint) => endpoints::save(conn, business, endpoint, at).await,
            Self::Allow(allowance) => settings::allow(conn, business, allowance).await,
            Self::Free(allowance) => settings::free(conn, business, allowance).await,
        }
    }
}

impl Allowance {
    fn told(&self, most: Option<i64>) -> Told<'_> {
        Told::Allowance { holder: &self.holder, span: &self.span, currency: &self.currency, most }
    }
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
    let mut conn = store.writer().await?;
    for tried in 1.. {
        conn.begin().await?;
        let done = match change_in(&mut conn, business, by, changes, now).await {
            Ok(()) => conn.commit().await,
            Err(e) => Err(e),
        };
        match done {
            Err(StoreError::Conflict(_)) if tried < TRIES_MAX => conn.rollback().await?,
            Err(e) => {
                // What failed is told; that it was taken back is no news.
                let _ = conn.rollback().await;
                return Err(e);
            }
            Ok(()) => return Ok(()),
        }
    }
    Ok(())
}

async fn change_in(
    conn: &mut Conn,
    business: &BusinessId,
    by: &str,
    changes: &[Setting],
    now: Time,
) -> Result<(), StoreError> {
    settings::begin(conn, business, now.micros()).await?;
    let mut heads = journal::lock_heads(conn, business, &[CHAIN]).await?;
    let Some(mut head) = heads.pop() else { return Err(StoreError::Failed("no chain for settings".to_owned())) };
    let before = head.seq;
    let mut kept = Vec::new();
    for change in changes {
        change.save(conn, business, now.micros()).await?;
        let (kind, what) = change.told();
        let entry = head.next(now, kind, &Entry { by, what }).map_err(|e| StoreError::Failed(e.to_string()))?;
        head = entry.head();
        kept.push(Kept { entry, case: None });
    }
    journal::append(conn, &kept, &[(before, head)]).await?;
    settings::changed(conn, business).await
}

/// A new token of someone, told once: only its digest is kept.
///
/// # Errors
/// When the system gives no random bytes.
pub fn new_token(business: &BusinessId, person: &PersonId) -> Result<(String, String), StoreError> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).map_err(|e| StoreError::Failed(format!("the system gives no random bytes: {e}")))?;
    let secret: String =
        bytes.iter().flat_map(|b| [b >> 4, b & 15]).filter_map(|h| char::from_digit(h.into(), 16)).collect();
    let token = [TOKEN, business.as_str(), person.as_str(), &secret].join(&BETWEEN.to_string());
    let digest = Digest::of(token.as_bytes()).to_string();
    Ok((token, digest))
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
