//! Editions of a book: what was published, and each state of it that was served.

use amends_core::ids::{BusinessId, PersonId};

use super::sql::Row;
use super::{Conn, StoreError};

/// A state of a book that was served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditionRow {
    /// Counted from 1.
    pub number: i64,
    /// The digest of the book.
    pub digest: String,
    /// Since when, in microseconds.
    pub at: i64,
    /// What was published; none: the folder was read.
    pub published: Option<Published>,
}

/// A version of a policy that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Who published it.
    pub by: PersonId,
    /// Who wrote it.
    pub authors: Vec<PersonId>,
    /// Of which policy.
    pub policy: String,
    /// The day it comes into force, as `2026-12-01`.
    pub in_force: String,
    /// The draft it was.
    pub draft: String,
}

/// A text that stands over the book's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextRow {
    /// Its path within the book.
    pub path: String,
    /// What it says.
    pub text: String,
}

const EDITION: &str =
    "SELECT number, digest, at, publisher, authors, policy, in_force, draft FROM editions WHERE business = ?";

fn edition(row: &Row) -> Result<EditionRow, StoreError> {
    let text = |at: usize| row.text(at).map(str::to_owned);
    let published = row.maybe_parsed(3)?.map(|by| {
        let (authors, policy, in_force, draft) = (row.json(4)?, text(5)?, text(6)?, text(7)?);
        Ok::<_, StoreError>(Published { by, authors, policy, in_force, draft })
    });
    Ok(EditionRow { number: row.int(0)?, digest: text(1)?, at: row.int(2)?, published: published.transpose()? })
}

/// Adds an edition under its number.
///
/// # Errors
/// [`StoreError::Conflict`] where there is one of that number.
pub async fn add(conn: &mut Conn, business: &BusinessId, edition: &EditionRow) -> Result<(), StoreError> {
    let p = edition.published.as_ref();
    let authors = p.map(|p| serde_json::to_string(&p.authors)).transpose();
    let authors = authors.map_err(|e| StoreError::Failed(e.to_string()))?;
    let text = |of: fn(&Published) -> &str| p.map(of).into();
    let values = [
        business.as_str().into(),
        edition.number.into(),
        edition.digest.as_str().into(),
        edition.at.into(),
        text(|p| p.by.as_str()),
        authors.as_deref().into(),
        text(|p| &p.policy),
        text(|p| &p.in_force),
        text(|p| &p.draft),
    ];
    let head = "INSERT INTO editions (business, number, digest, at, publisher, authors, policy, in_force, draft)";
    conn.write(head, " ON CONFLICT DO NOTHING", 9, &values).await
}

/// The newest edition.
pub async fn last(conn: &mut Conn, business: &BusinessId) -> Result<Option<EditionRow>, StoreError> {
    Ok(before(conn, business, i64::MAX, 1).await?.pop())
}

/// Editions before a number, the newest first.
pub async fn before(
    conn: &mut Conn,
    business: &BusinessId,
    number: i64,
    most: i64,
) -> Result<Vec<EditionRow>, StoreError> {
    let sql = format!("{EDITION} AND number < ? ORDER BY number DESC LIMIT ?");
    let rows = conn.fetch(&sql, &[business.as_str().into(), number.into(), most.into()]).await?;
    rows.iter().map(edition).collect()
}

/// The newest edition by which something was published; 0 where nothing was.
pub async fn published(conn: &mut Conn, business: &BusinessId) -> Result<i64, StoreError> {
    let sql = "SELECT CAST(COALESCE(MAX(edition), 0) AS BIGINT) FROM published WHERE business = ?";
    conn.fetch_one(sql, &[business.as_str().into()]).await?.map_or(Ok(0), |row| row.int(0))
}

/// The texts that stand over the book's folder, by their paths.
pub async fn texts(conn: &mut Conn, business: &BusinessId) -> Result<Vec<TextRow>, StoreError> {
    let sql = "SELECT path, text FROM published WHERE business = ? ORDER BY path";
    let rows = conn.fetch(sql, &[business.as_str().into()]).await?;
    rows.iter().map(|row| Ok(TextRow { path: row.text(0)?.to_owned(), text: row.text(1)?.to_owned() })).collect()
}

/// Puts a text over the book's folder, in place of one of the same path.
pub async fn lay(conn: &mut Conn, business: &BusinessId, text: &TextRow, edition: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO published (business, path, text, edition) VALUES (?,?,?,?) \
               ON CONFLICT (business, path) DO UPDATE SET text = excluded.text, edition = excluded.edition";
    let (path, text) = (text.path.as_str(), text.text.as_str());
    conn.execute(sql, &[business.as_str().into(), path.into(), text.into(), edition.into()]).await.map(drop)
}
