//! How people sign in, and the sessions of those who have.

use amends_core::ids::{BusinessId, PersonId};

use super::sql::Row;
use super::{Conn, StoreError};

/// Someone's password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Password {
    /// Its argon2id hash, with salt and cost, as a PHC string.
    pub hash: String,
    /// Until when it is good where it is for one time only, in microseconds; none: until it is changed.
    pub once_until: Option<i64>,
}

/// A session of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of its secret, as hex.
    pub id: String,
    /// Whose.
    pub person: PersonId,
    /// How they signed in.
    pub how: String,
    /// Since when, in microseconds.
    pub since: i64,
    /// When it was last used, in microseconds; some minutes behind.
    pub seen: i64,
}

/// Someone's password, where they have one.
pub async fn password(
    conn: &mut Conn,
    business: &BusinessId,
    person: &PersonId,
) -> Result<Option<Password>, StoreError> {
    let sql = "SELECT hash, once_until FROM passwords WHERE business = ? AND person = ?";
    let row = conn.fetch_one(sql, &[business.as_str().into(), person.as_str().into()]).await?;
    row.map(|row| Ok(Password { hash: row.text(0)?.to_owned(), once_until: row.maybe_int(1)? })).transpose()
}

/// Sets someone's password.
pub async fn set_password(
    conn: &mut Conn,
    business: &BusinessId,
    person: &PersonId,
    password: &Password,
    at: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO passwords (business, person, hash, once_until, since) VALUES (?,?,?,?,?) \
               ON CONFLICT (business, person) DO UPDATE SET hash = excluded.hash, once_until = excluded.once_until, \
               since = excluded.since";
    let (of, hash) = (person.as_str(), password.hash.as_str());
    let values = [business.as_str().into(), of.into(), hash.into(), password.once_until.into(), at.into()];
    conn.execute(sql, &values).await.map(drop)
}

/// Takes away someone's password, and every session of theirs. Who they are at a provider of sign-in stays known: that
/// they may not come in any more is said by their row, and nobody new is made of them.
pub async fn forget(conn: &mut Conn, business: &BusinessId, person: &PersonId) -> Result<(), StoreError> {
    let values = [business.as_str().into(), person.as_str().into()];
    conn.execute("DELETE FROM passwords WHERE business = ? AND person = ?", &values).await?;
    conn.execute("DELETE FROM sessions WHERE business = ? AND person = ?", &values).await.map(drop)
}

/// Who someone at a provider of sign-in is here.
pub async fn known(
    conn: &mut Conn,
    business: &BusinessId,
    issuer: &str,
    subject: &str,
) -> Result<Option<PersonId>, StoreError> {
    let sql = "SELECT person FROM identities WHERE business = ? AND issuer = ? AND subject = ?";
    let row = conn.fetch_one(sql, &[business.as_str().into(), issuer.into(), subject.into()]).await?;
    row.map(|row| row.parsed(0)).transpose()
}

/// Says who someone at a provider of sign-in is here.
///
/// # Errors
/// [`StoreError::Conflict`] where they are known already.
pub async fn know(
    conn: &mut Conn,
    business: &BusinessId,
    issuer: &str,
    subject: &str,
    person: &PersonId,
    at: i64,
) -> Result<(), StoreError> {
    let values = [business.as_str().into(), issuer.into(), subject.into(), person.as_str().into(), at.into()];
    let head = "INSERT INTO identities (business, issuer, subject, person, since)";
    conn.write(head, " ON CONFLICT DO NOTHING", 5, &values).await
}

/// Begins a session.
pub async fn begin(conn: &mut Conn, business: &BusinessId, session: &SessionRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO sessions (business, id, person, how, since, seen) VALUES (?,?,?,?,?,?)";
    let (id, person) = (session.id.as_str(), session.person.as_str());
    let (how, since, seen) = (session.how.as_str(), session.since, session.seen);
    let values = [business.as_str().into(), id.into(), person.into(), how.into(), since.into(), seen.into()];
    conn.execute(sql, &values).await.map(drop)
}

/// Sign-ins that are nearer than this are of one shift, in microseconds.
const SHIFT_APART: i64 = 4 * amends_core::time::HOUR;

/// Says that someone begins to work; what lies within some hours is one shift.
pub async fn shift(conn: &mut Conn, business: &BusinessId, person: &PersonId, at: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO shifts (business, person, latest, previous) VALUES (?,?,?,NULL) \
               ON CONFLICT (business, person) DO UPDATE SET previous = shifts.latest, latest = excluded.latest \
               WHERE excluded.latest - shifts.latest > ?";
    let values = [business.as_str().into(), person.as_str().into(), at.into(), SHIFT_APART.into()];
    conn.execute(sql, &values).await.map(drop)
}

/// When someone's shift before this one began, in microseconds.
pub async fn last_shift(conn: &mut Conn, business: &BusinessId, person: &PersonId) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT previous FROM shifts WHERE business = ? AND person = ?";
    let row = conn.fetch_one(sql, &[business.as_str().into(), person.as_str().into()]).await?;
    row.map_or(Ok(None), |row| row.maybe_int(0))
}

const SESSION: &str = "SELECT id, person, how, since, seen FROM sessions WHERE business = ?";

fn session(row: &Row) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        id: row.text(0)?.to_owned(),
        person: row.parsed(1)?,
        how: row.text(2)?.to_owned(),
        since: row.int(3)?,
        seen: row.int(4)?,
    })
}

/// A session.
pub async fn find(conn: &mut Conn, business: &BusinessId, id: &str) -> Result<Option<SessionRow>, StoreError> {
    let sql = format!("{SESSION} AND id = ?");
    let row = conn.fetch_one(&sql, &[business.as_str().into(), id.into()]).await?;
    row.map(|row| session(&row)).transpose()
}

/// Someone's sessions, the newest first.
pub async fn of(conn: &mut Conn, business: &BusinessId, person: &PersonId) -> Result<Vec<SessionRow>, StoreError> {
    let sql = format!("{SESSION} AND person = ? ORDER BY since DESC");
    let rows = conn.fetch(&sql, &[business.as_str().into(), person.as_str().into()]).await?;
    rows.iter().map(session).collect()
}

/// Says that a session was used.
pub async fn used(conn: &mut Conn, business: &BusinessId, id: &str, at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE sessions SET seen = ? WHERE business = ? AND id = ?";
    conn.execute(sql, &[at.into(), business.as_str().into(), id.into()]).await.map(drop)
}

/// Ends a session.
pub async fn end(conn: &mut Conn, business: &BusinessId, id: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM sessions WHERE business = ? AND id = ?";
    conn.execute(sql, &[business.as_str().into(), id.into()]).await.map(drop)
}

/// Ends all sessions of someone.
pub async fn end_all(conn: &mut Conn, business: &BusinessId, person: &PersonId) -> Result<(), StoreError> {
    let sql = "DELETE FROM sessions WHERE business = ? AND person = ?";
    conn.execute(sql, &[business.as_str().into(), person.as_str().into()]).await.map(drop)
}

/// Forgets sessions that were over before these times, in microseconds.
pub async fn tidy(conn: &mut Conn, business: &BusinessId, since: i64, seen: i64) -> Result<(), StoreError> {
    let sql = "DELETE FROM sessions WHERE business = ? AND (since < ? OR seen < ?)";
    conn.execute(sql, &[business.as_str().into(), since.into(), seen.into()]).await.map(drop)
}
