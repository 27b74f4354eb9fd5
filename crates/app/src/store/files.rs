//! Files that show something: evidence, by the digest of its bytes.

use amends_core::digest::Digest;
use amends_core::ids::BusinessId;

use super::{Conn, StoreError};

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// Of its bytes.
    pub digest: Digest,
    /// Its media type.
    pub kind: String,
    /// How many bytes it has.
    pub bytes: i64,
    /// The bytes, in base64.
    pub content: String,
}

/// Keeps a file; one that is there stays. One that nothing cites is kept for a while from now on.
pub async fn add(conn: &mut Conn, business: &BusinessId, file: &FileRow, at: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO file_uses (business, digest, uses, at) VALUES (?,?,0,?) \
               ON CONFLICT (business, digest) DO UPDATE SET at = excluded.at";
    conn.execute(sql, &[business.as_str().into(), file.digest.as_str().into(), at.into()]).await?;
    let sql =
        "INSERT INTO files (business, digest, kind, bytes, content, at) VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING";
    let values = [
        business.as_str().into(),
        file.digest.as_str().into(),
        file.kind.as_str().into(),
        file.bytes.into(),
        file.content.as_str().into(),
        at.into(),
    ];
    conn.execute(sql, &values).await.map(drop)
}

/// Counts that a file is cited.
///
/// # Errors
/// [`StoreError::Conflict`] when it is not there any more.
pub async fn cite(conn: &mut Conn, business: &BusinessId, digest: &Digest) -> Result<(), StoreError> {
    let sql = "UPDATE file_uses SET uses = uses + 1 WHERE business = ? AND digest = ?";
    match conn.execute(sql, &[business.as_str().into(), digest.as_str().into()]).await? {
        0 => Err(StoreError::Conflict("a file is gone".to_owned())),
        _ => Ok(()),
    }
}

/// Takes back that a file is cited so often; whether it was erased, since nothing else cites it.
pub async fn forget(conn: &mut Conn, business: &BusinessId, digest: &Digest, uses: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE file_uses SET uses = uses - ? WHERE business = ? AND digest = ?";
    conn.execute(sql, &[uses.into(), business.as_str().into(), digest.as_str().into()]).await?;
    remove(conn, business, digest.as_str(), i64::MAX).await
}

/// Forgets files that nothing cites and that came last before a time, in microseconds.
pub async fn tidy(conn: &mut Conn, business: &BusinessId, before: i64) -> Result<(), StoreError> {
    let sql = "SELECT digest FROM file_uses WHERE uses <= 0 AND business = ? AND at < ? LIMIT 100";
    for row in conn.fetch(sql, &[business.as_str().into(), before.into()]).await? {
        remove(conn, business, row.text(0)?, before).await?;
    }
    Ok(())
}

/// Removes a file that nothing cites and that came last before a time; whether it did.
async fn remove(conn: &mut Conn, business: &BusinessId, digest: &str, before: i64) -> Result<bool, StoreError> {
    let sql = "DELETE FROM file_uses WHERE business = ? AND digest = ? AND uses <= 0 AND at < ?";
    if conn.execute(sql, &[business.as_str().into(), digest.into(), before.into()]).await? == 0 {
        return Ok(false);
    }
    let sql = "DELETE FROM files WHERE business = ? AND digest = ?";
    Ok(conn.execute(sql, &[business.as_str().into(), digest.into()]).await? == 1)
}

/// What is known of a file beside its bytes: its type, and how many they are.
pub async fn about(
    conn: &mut Conn,
    business: &BusinessId,
    digest: &Digest,
) -> Result<Option<(String, i64)>, StoreError> {
    let sql = "SELECT kind, bytes FROM files WHERE business = ? AND digest = ?";
    let row = conn.fetch_one(sql, &[business.as_str().into(), digest.as_str().into()]).await?;
    row.map(|row| Ok((row.text(0)?.to_owned(), row.int(1)?))).transpose()
}

/// Whether a file is there.
pub async fn has(conn: &mut Conn, business: &BusinessId, digest: &Digest) -> Result<bool, StoreError> {
    let sql = "SELECT bytes FROM files WHERE business = ? AND digest = ?";
    Ok(conn.fetch_one(sql, &[business.as_str().into(), digest.as_str().into()]).await?.is_some())
}

/// A file.
pub async fn find(conn: &mut Conn, business: &BusinessId, digest: &Digest) -> Result<Option<FileRow>, StoreError> {
    let sql = "SELECT kind, bytes, content FROM files WHERE business = ? AND digest = ?";
    let row = conn.fetch_one(sql, &[business.as_str().into(), digest.as_str().into()]).await?;
    let Some(row) = row else { return Ok(None) };
    let (kind, content) = (row.text(0)?.to_owned(), row.text(2)?.to_owned());
    Ok(Some(FileRow { digest: digest.clone(), kind, bytes: row.int(1)?, content }))
}
