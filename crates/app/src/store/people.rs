//! People and teams of a business.

use std::collections::HashMap;

use amends_core::ids::{BusinessId, PersonId, RoleName, TeamId};
use amends_core::time::Time;

use super::sql::Row;
use super::{Conn, StoreError};

/// Someone who works for a business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// Who.
    pub id: PersonId,
    /// What people call them.
    pub name: String,
    /// Their place on the ladder.
    pub role: RoleName,
    /// Their team.
    pub team: TeamId,
    /// Whether they may come in.
    pub active: bool,
}

/// Someone; none where nobody of that id works here or did.
pub async fn find(conn: &mut Conn, business: &BusinessId, id: &PersonId) -> Result<Option<PersonRow>, StoreError> {
    let sql = "SELECT id, name, role, team, state FROM people WHERE business = ? AND id = ?";
    conn.fetch_one(sql, &[business.as_str().into(), id.as_str().into()]).await?.map(|row| person(&row)).transpose()
}

/// Who gave each their role or password, and when, in microseconds; left out are those whom the operator, or nobody here, did.
pub async fn given(conn: &mut Conn, business: &BusinessId) -> Result<HashMap<PersonId, (PersonId, i64)>, StoreError> {
    let sql = "SELECT id, given_by, given_at FROM people WHERE business = ? AND given_by IS NOT NULL";
    let rows = conn.fetch(sql, &[business.as_str().into()]).await?;
    rows.iter().map(|row| Ok((row.parsed(0)?, (row.parsed(1)?, row.int(2)?)))).collect()
}

/// Keeps who gave someone their role or password; none: nobody who works here did. `at`: microseconds.
pub async fn give(
    conn: &mut Conn,
    business: &BusinessId,
    person: &PersonId,
    by: Option<&PersonId>,
    at: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE people SET given_by = ?, given_at = ? WHERE business = ? AND id = ?";
    let values = [by.map(PersonId::as_str).into(), at.into(), business.as_str().into(), person.as_str().into()];
    conn.execute(sql, &values).await.map(drop)
}

/// Everyone.
pub async fn all(conn: &mut Conn, business: &BusinessId) -> Result<Vec<PersonRow>, StoreError> {
    let sql = "SELECT id, name, role, team, state FROM people WHERE business = ? ORDER BY id";
    conn.fetch(sql, &[business.as_str().into()]).await?.iter().map(person).collect()
}

fn person(row: &Row) -> Result<PersonRow, StoreError> {
    Ok(PersonRow {
        id: row.parsed(0)?,
        name: row.text(1)?.to_owned(),
        role: row.parsed(2)?,
        team: row.parsed(3)?,
        active: row.text(4)? == "active",
    })
}

/// Writes a person, new or changed.
pub async fn save(conn: &mut Conn, business: &BusinessId, person: &PersonRow, at: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO people (business, id, name, role, team, state, since) VALUES (?,?,?,?,?,?,?) \
               ON CONFLICT (business, id) DO UPDATE SET name = excluded.name, role = excluded.role, team = excluded.team, \
               state = excluded.state";
    let state = if person.active { "active" } else { "gone" };
    let values = [
        business.as_str().into(),
        person.id.as_str().into(),
        person.name.as_str().into(),
        person.role.as_str().into(),
        person.team.as_str().into(),
        state.into(),
        at.into(),
    ];
    conn.execute(sql, &values).await.map(drop)
}

/// A team: who works cases together, under one mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamRow {
    /// Its id.
    pub id: TeamId,
    /// What people call it.
    pub title: String,
    /// How far it has come, as text.
    pub mode: String,
}

/// Every team.
pub async fn teams(conn: &mut Conn, business: &BusinessId) -> Result<Vec<TeamRow>, StoreError> {
    let sql = "SELECT id, title, mode FROM teams WHERE business = ? ORDER BY id";
    let rows = conn.fetch(sql, &[business.as_str().into()]).await?;
    let one =
        |row: &Row| Ok(TeamRow { id: row.parsed(0)?, title: row.text(1)?.to_owned(), mode: row.text(2)?.to_owned() });
    rows.iter().map(one).collect()
}

/// Writes a team, new or changed.
pub async fn save_team(conn: &mut Conn, business: &BusinessId, team: &TeamRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO teams (business, id, title, mode) VALUES (?,?,?,?) \
               ON CONFLICT (business, id) DO UPDATE SET title = excluded.title, mode = excluded.mode";
    let values =
        [business.as_str().into(), team.id.as_str().into(), team.title.as_str().into(), team.mode.as_str().into()];
    conn.execute(sql, &values).await.map(drop)
}

/// Says that someone is there. `at`: microseconds.
pub async fn seen(conn: &mut Conn, business: &BusinessId, person: &PersonId, at: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO presence (business, person, seen) VALUES (?,?,?) \
               ON CONFLICT (business, person) DO UPDATE SET seen = excluded.seen WHERE presence.seen < excluded.seen";
    conn.execute(sql, &[business.as_str().into(), person.as_str().into(), at.into()]).await.map(drop)
}

/// Who was there since a time, and when last.
pub async fn present(conn: &mut Conn, business: &BusinessId, since: Time) -> Result<Vec<PersonId>, StoreError> {
    let sql = "SELECT person FROM presence WHERE business = ? AND seen >= ? ORDER BY person";
    let rows = conn.fetch(sql, &[business.as_str().into(), since.micros().into()]).await?;
    rows.iter().map(|row| row.parsed(0)).collect()
}
