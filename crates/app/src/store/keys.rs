//! Keys: how programs come in, each as someone who works here.

use std::collections::HashMap;

use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, PersonId};

use super::sql::Row;
use super::{Conn, StoreError};

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
}

impl KeyRow {
    /// Of its secrets, for the journal: what it is of cannot be read from it.
    pub fn secret(&self) -> Digest {
        let (older, until) = self.older.as_ref().map_or(("", 0), |(digest, until)| (digest.as_str(), *until));
        Digest::of_parts([self.digest.as_bytes(), older.as_bytes(), until.to_be_bytes().as_slice()])
    }
}

/// Every key.
pub async fn all(conn: &mut Conn, business: &BusinessId) -> Result<Vec<KeyRow>, StoreError> {
    let sql = "SELECT id, person, title, digest, older, older_until, actions, until, since FROM keys WHERE business = ? ORDER BY id";
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
    })
}

/// Writes a key, new or changed.
pub async fn save(conn: &mut Conn, business: &BusinessId, key: &KeyRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO keys (business, id, person, title, digest, older, older_until, actions, until, since) \
               VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (business, id) DO UPDATE SET person = excluded.person, \
               title = excluded.title, digest = excluded.digest, older = excluded.older, \
               older_until = excluded.older_until, actions = excluded.actions, until = excluded.until";
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
