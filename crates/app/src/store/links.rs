//! Links by which people without an account answer a question.

use amends_core::ids::{BusinessId, CaseId, ConsultId};

use super::{Conn, StoreError};

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRow {
    /// SHA-256 of its secret, as hex.
    pub id: String,
    /// The case of the question.
    pub case: CaseId,
    /// The question.
    pub consult: ConsultId,
    /// When it was made, in microseconds.
    pub at: i64,
    /// Until when it is good, in microseconds.
    pub until: i64,
}

/// Adds a link; those of the same question before it are good no more.
pub async fn replace(conn: &mut Conn, business: &BusinessId, link: &LinkRow) -> Result<(), StoreError> {
    let (case, consult) = (link.case.as_str(), link.consult.as_str());
    let sql = "UPDATE links SET until = ? WHERE business = ? AND case_id = ? AND consult = ? AND until > ?";
    let values = [link.at.into(), business.as_str().into(), case.into(), consult.into(), link.at.into()];
    conn.execute(sql, &values).await?;
    let sql = "INSERT INTO links (business, id, case_id, consult, at, until) VALUES (?,?,?,?,?,?)";
    let id = link.id.as_str();
    let values = [business.as_str().into(), id.into(), case.into(), consult.into(), link.at.into(), link.until.into()];
    conn.execute(sql, &values).await.map(drop)
}

/// A link, by the digest of its secret.
pub async fn find(conn: &mut Conn, business: &BusinessId, id: &str) -> Result<Option<LinkRow>, StoreError> {
    let sql = "SELECT id, case_id, consult, at, until FROM links WHERE business = ? AND id = ?";
    let row = conn.fetch_one(sql, &[business.as_str().into(), id.into()]).await?;
    row.map(|row| {
        let (case, consult) = (row.parsed(1)?, row.parsed(2)?);
        Ok(LinkRow { id: row.text(0)?.to_owned(), case, consult, at: row.int(3)?, until: row.int(4)? })
    })
    .transpose()
}

/// How many were made for a case since a time, in microseconds.
pub async fn made(conn: &mut Conn, business: &BusinessId, case: &CaseId, since: i64) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM links WHERE business = ? AND case_id = ? AND at > ?";
    let row = conn.fetch_one(sql, &[business.as_str().into(), case.as_str().into(), since.into()]).await?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Forgets links that were over before a time, in microseconds.
pub async fn tidy(conn: &mut Conn, business: &BusinessId, before: i64) -> Result<(), StoreError> {
    let sql = "DELETE FROM links WHERE business = ? AND until < ?";
    conn.execute(sql, &[business.as_str().into(), before.into()]).await.map(drop)
}
