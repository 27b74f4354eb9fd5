//! Keys: how programs come in, each as someone who works here.

use std::collections::HashMap;

use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, PersonId};

use super::sql::Row;
use super::{Conn, StoreError};

/// Who changes settings on the machine of the server, as the journal names them.
pub const OPERATOR: &str = "operator";

/// A key of someone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// Its id.
    pub id: String,
    /// As whom it comes in.
    pub person: PersonId,
    /// What it is for, in words.
    pub title: String,
    /// SHA-256 of its secret, as hex.
    pub digest: String,
    /// The one before it, and until when that is good too, in microseconds.
    pub older: Option<(String, i64)>,
    /// What it may do, by the names of actions; none: all that its person may.
    pub actions: Vec<String>,
    /// Until when it is good, in microseconds; none: until it is taken away.
    pub until: Option<i64>,
    /// Since when it is there, in microseconds.
    pub since: i64,
    /// Who made it: someone who works here, or [`OPERATOR`]; none where it is from before that was kept.
    pub maker: Option<String>,
    /// The key that it was made with, and longer than which it is not good; none where somebody signed in made it.
    pub made_with: Option<String>,
}

impl KeyRow {
    /// Whether its person made it themselves, or the operator did: then what it does is theirs.
    pub fn is_of_their_own_making(&self) -> bool {
        self.is_of_the_operator() || self.maker.as_deref() == Some(self.person.as_str())
    }

    /// Whether the operator made it.
    pub fn is_of_the_operator(&self) -> bool {
        match self.maker.as_deref() {
            Some(maker) => maker == OPERATOR,
            // Only the operator makes a key that is called as its person is.
            None => self.id == self.person.as_str(),
        }
    }
}

impl KeyRow {
    /// Of its secrets, who made it and with which key, for the journal: what it is of cannot be read from it.
    pub fn secret(&self) -> Digest {
        let (older, until) = self.older.as_ref().map_or(("", 0), |(digest, until)| (digest.as_str(), *until));
        let made = [&self.maker, &self.made_with].map(|by| by.as_deref().unwrap_or_default().as_bytes());
        let until = until.to_be_bytes();
        let secrets = [self.digest.as_bytes(), older.as_bytes(), until.as_slice()];
        Digest::of_parts(secrets.into_iter().chain(made))
    }
}

/// Every key.
pub async fn all(conn: &mut Conn, business: &BusinessId) -> Result<Vec<KeyRow>, StoreError> {
    let sql = "SELECT id, person, title, digest, older, older_until, actions, until, since, maker, made_with \
               FROM keys WHERE business = ? ORDER BY id";
    conn.fetch(sql, &[business.as_str().into()]).await?.iter().map(key).collect()
}

fn key(row: &Row) -> Result<KeyRow, StoreError> {
    let older = row.maybe_text(4)?.map(|digest| row.int(5).map(|until| (digest.to_owned(), until))).transpose()?;
    Ok(KeyRow {
        id: row.text(0)?.to_owned(),
        person: row.parsed(1)?,
        title: row.text(2)?.to_owned(),
        digest: row.text(3)?.to_owned(),
        older,
        actions: row.json(6)?,
        until: row.maybe_int(7)?,
        since: row.int(8)?,
        maker: row.maybe_text(9)?.map(str::to_owned),
        made_with: row.maybe_text(10)?.map(str::to_owned),
    })
}

/// The keys that were made with a key, or with one of those.
pub async fn made_with(conn: &mut Conn, business: &BusinessId, id: &str) -> Result<Vec<KeyRow>, StoreError> {
    Ok(descended(&all(conn, business).await?, id).into_iter().cloned().collect())
}

/// Of all keys, those that were made with one of them, or with one of those.
pub fn descended<'k>(all: &'k [KeyRow], id: &str) -> Vec<&'k KeyRow> {
    let mut found: Vec<&KeyRow> = Vec::new();
    loop {
        let is_of = |with: &str| with == id || found.iter().any(|key| key.id == with);
        let is_new = |key: &&KeyRow| key.id != id && !found.iter().any(|known| known.id == key.id);
        let more: Vec<&KeyRow> =
            all.iter().filter(is_new).filter(|key| key.made_with.as_deref().is_some_and(is_of)).collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// Writes a key, new or changed.
pub async fn save(conn: &mut Conn, business: &BusinessId, key: &KeyRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO keys (business, id, person, title, digest, older, older_until, actions, until, since, maker, \
               made_with) VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (business, id) DO UPDATE SET person = excluded.person, \
               title = excluded.title, digest = excluded.digest, older = excluded.older, \
               older_until = excluded.older_until, actions = excluded.actions, until = excluded.until, \
               maker = excluded.maker, made_with = excluded.made_with";
    let actions = serde_json::to_string(&key.actions).map_err(|e| StoreError::Failed(e.to_string()))?;
    let values = [
        business.as_str().into(),
        key.id.as_str().into(),
        key.person.as_str().into(),
        key.title.as_str().into(),
        key.digest.as_str().into(),
        key.older.as_ref().map(|(digest, _)| digest.as_str()).into(),
        key.older.as_ref().map(|(_, until)| *until).into(),
        actions.into(),
        key.until.into(),
        key.since.into(),
        key.maker.as_deref().into(),
        key.made_with.as_deref().into(),
    ];
    conn.execute(sql, &values).await.map(drop)
}

/// Says that a key was used on a day, by its start in microseconds.
pub async fn used(conn: &mut Conn, business: &BusinessId, id: &str, day: i64) -> Result<(), StoreError> {
    let sql = "UPDATE keys SET used = ? WHERE business = ? AND id = ? AND (used IS NULL OR used < ?)";
    conn.execute(sql, &[day.into(), business.as_str().into(), id.into(), day.into()]).await.map(drop)
}

/// The day on which each key was used last, by its start in microseconds; those that never were are left out.
pub async fn last_used(conn: &mut Conn, business: &BusinessId) -> Result<HashMap<String, i64>, StoreError> {
    let sql = "SELECT id, used FROM keys WHERE business = ? AND used IS NOT NULL";
    let rows = conn.fetch(sql, &[business.as_str().into()]).await?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.int(1)?))).collect()
}

/// Takes a key away.
pub async fn remove(conn: &mut Conn, business: &BusinessId, id: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM keys WHERE business = ? AND id = ?";
    conn.execute(sql, &[business.as_str().into(), id.into()]).await.map(drop)
}

/// Takes all keys of someone away.
pub async fn remove_of(conn: &mut Conn, business: &BusinessId, person: &PersonId) -> Result<(), StoreError> {
    let sql = "DELETE FROM keys WHERE business = ? AND person = ?";
    conn.execute(sql, &[business.as_str().into(), person.as_str().into()]).await.map(drop)
}
