//! Links by which people without an account answer a question, and customers see their case.

use amends_core::ids::{BusinessId, CaseId, ConsultId};

use super::{Conn, StoreError};

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRow {
    /// SHA-256 of its secret, as hex.
    pub id: String,
    /// The case.
    pub case: CaseId,
    /// What it is good for.
    pub to: LinkTo,
    /// When it was made, in microseconds.
    pub at: i64,
    /// Until when it is good, in microseconds.
    pub until: i64,
}

/// What a link is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTo {
    /// To answer this question.
    Consult(ConsultId),
    /// To see the case as the customer does.
    Customer,
}

impl LinkTo {
    /// As it is stored: no id is empty.
    pub fn text(&self) -> &str {
        match self {
            Self::Consult(id) => id.as_str(),
            Self::Customer => "",
        }
    }
}

/// Adds a link; those to the same question before it are good no more. Customers may have several.
pub async fn add(conn: &mut Conn, business: &BusinessId, link: &LinkRow) -> Result<(), StoreError> {
    let (case, consult) = (link.case.as_str(), link.to.text());
    if link.to != LinkTo::Customer {
        end(conn, business, &link.case, &link.to, link.at).await?;
    }
    let sql = "INSERT INTO links (business, id, case_id, consult, at, until) VALUES (?,?,?,?,?,?)";
    let id = link.id.as_str();
    let values = [business.as_str().into(), id.into(), case.into(), consult.into(), link.at.into(), link.until.into()];
    conn.execute(sql, &values).await.map(drop)
}

/// Ends links of a case: they are good no more from a time on, in microseconds.
pub async fn end(
    conn: &mut Conn,
    business: &BusinessId,
    case: &CaseId,
    to: &LinkTo,
    at: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE links SET until = ? WHERE business = ? AND case_id = ? AND consult = ? AND until > ?";
    let values = [at.into(), business.as_str().into(), case.as_str().into(), to.text().into(), at.into()];
    conn.execute(sql, &values).await.map(drop)
}

/// Until when the customer's links to a case are good, of those that are at a time, in microseconds; the latest.
pub async fn good_until(
    conn: &mut Conn,
    business: &BusinessId,
    case: &CaseId,
    at: i64,
) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT until FROM links WHERE business = ? AND case_id = ? AND consult = '' AND until > ? \
               ORDER BY until DESC LIMIT 1";
    let row = conn.fetch_one(sql, &[business.as_str().into(), case.as_str().into(), at.into()]).await?;
    row.map(|row| row.int(0)).transpose()
}

/// Removes all links of a case.
pub async fn remove_of(conn: &mut Conn, business: &BusinessId, case: &CaseId) -> Result<(), StoreError> {
    let sql = "DELETE FROM links WHERE business = ? AND case_id = ?";
    conn.execute(sql, &[business.as_str().into(), case.as_str().into()]).await.map(drop)
}

/// A link, by the digest of its secret.
pub async fn find(conn: &mut Conn, business: &BusinessId, id: &str) -> Result<Option<LinkRow>, StoreError> {
    let sql = "SELECT id, case_id, consult, at, until FROM links WHERE business = ? AND id = ?";
    let row = conn.fetch_one(sql, &[business.as_str().into(), id.into()]).await?;
    row.map(|row| {
        let to = if row.text(2)?.is_empty() { LinkTo::Customer } else { LinkTo::Consult(row.parsed(2)?) };
        Ok(LinkRow { id: row.text(0)?.to_owned(), case: row.parsed(1)?, to, at: row.int(3)?, until: row.int(4)? })
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
