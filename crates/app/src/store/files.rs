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

/// Keeps a file; one that is there stays.
pub async fn add(conn: &mut Conn, business: &BusinessId, file: &FileRow, at: i64) -> Result<(), StoreError> {
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
