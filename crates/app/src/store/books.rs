//! The texts of every book that an assessment was read from.

use amends_core::digest::Digest;
use amends_core::ids::BusinessId;
use amends_core::journal::BookLine;

use super::{Conn, StoreError};

/// Keeps a book's texts; nothing where they are there.
pub async fn add(conn: &mut Conn, business: &BusinessId, book: &BookLine, at: i64) -> Result<(), StoreError> {
    let texts = serde_json::to_string(&book.files).map_err(|e| StoreError::Failed(e.to_string()))?;
    let sql = "INSERT INTO books (business, digest, texts, since) VALUES (?,?,?,?) ON CONFLICT DO NOTHING";
    let values = [business.as_str().into(), book.digest.as_str().into(), texts.into(), at.into()];
    conn.execute(sql, &values).await.map(drop)
}

/// Whether a book's texts are kept.
pub async fn has(conn: &mut Conn, business: &BusinessId, digest: &Digest) -> Result<bool, StoreError> {
    let sql = "SELECT digest FROM books WHERE business = ? AND digest = ?";
    Ok(conn.fetch_one(sql, &[business.as_str().into(), digest.as_str().into()]).await?.is_some())
}

/// A book's texts, where they are kept.
pub async fn find(conn: &mut Conn, business: &BusinessId, digest: &str) -> Result<Option<BookLine>, StoreError> {
    let sql = "SELECT digest, texts FROM books WHERE business = ? AND digest = ?";
    let row = conn.fetch_one(sql, &[business.as_str().into(), digest.into()]).await?;
    row.map(|row| Ok(BookLine { digest: row.parsed(0)?, files: row.json(1)? })).transpose()
}

/// Every book that is kept, the oldest first.
pub async fn all(conn: &mut Conn, business: &BusinessId) -> Result<Vec<BookLine>, StoreError> {
    let sql = "SELECT digest, texts FROM books WHERE business = ? ORDER BY since, digest";
    let rows = conn.fetch(sql, &[business.as_str().into()]).await?;
    rows.iter().map(|row| Ok(BookLine { digest: row.parsed(0)?, files: row.json(1)? })).collect()
}
