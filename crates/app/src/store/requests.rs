//! Requests that carried an Idempotency-Key, with their answers.

use amends_core::digest::Digest;
use amends_core::ids::BusinessId;

use super::sql::Value;
use super::{Conn, StoreError};

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Of the person and the key.
    pub id: String,
    /// Of what was asked.
    pub digest: Digest,
    /// The answer, as JSON.
    pub answer: String,
}

/// The answers to requests that were made before.
pub async fn find(conn: &mut Conn, business: &BusinessId, ids: &[&str]) -> Result<Vec<Answered>, StoreError> {
    let sql = "SELECT id, digest, answer FROM requests WHERE business = ? AND id";
    let rows = conn.among(sql, business.as_str(), ids, "").await?;
    rows.iter()
        .map(|row| {
            Ok(Answered { id: row.text(0)?.to_owned(), digest: row.parsed(1)?, answer: row.text(2)?.to_owned() })
        })
        .collect()
}

/// Keeps answers.
pub async fn add(conn: &mut Conn, business: &BusinessId, answered: &[Answered], at: i64) -> Result<(), StoreError> {
    let values: Vec<Value<'_>> = answered
        .iter()
        .flat_map(|a| -> [Value<'_>; 5] {
            [
                business.as_str().into(),
                a.id.as_str().into(),
                a.digest.as_str().into(),
                a.answer.as_str().into(),
                at.into(),
            ]
        })
        .collect();
    let head = "INSERT INTO requests (business, id, digest, answer, at)";
    conn.write(head, " ON CONFLICT DO NOTHING", 5, &values).await
}

/// Forgets answers that are older than a time.
pub async fn forget(conn: &mut Conn, business: &BusinessId, before: i64) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM requests WHERE business = ? AND at < ?", &[business.as_str().into(), before.into()]).await
}
