//! What a business has set: a number that grows with each change, and allowances.

use amends_core::ids::BusinessId;

use super::{Conn, StoreError};

/// The limit of a holder's budgets of one span and currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Whose, as one text: `team shop`, `business`, `person rita`.
    pub holder: String,
    /// `day` or `month`.
    pub span: String,
    /// As in ISO 4217.
    pub currency: String,
    /// Minor units.
    pub most: i64,
}

/// How often the settings of a business were changed; none where it is not known yet.
pub async fn version(conn: &mut Conn, business: &BusinessId) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT settings FROM businesses WHERE business = ?";
    conn.fetch_one(sql, &[business.as_str().into()]).await?.map(|row| row.int(0)).transpose()
}

/// Makes a business known.
pub async fn begin(conn: &mut Conn, business: &BusinessId, at: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO businesses (business, settings, since) VALUES (?,0,?) ON CONFLICT DO NOTHING";
    conn.execute(sql, &[business.as_str().into(), at.into()]).await.map(drop)
}

/// Counts a change, so that everyone reads the settings again.
pub async fn changed(conn: &mut Conn, business: &BusinessId) -> Result<(), StoreError> {
    let sql = "UPDATE businesses SET settings = settings + 1 WHERE business = ?";
    conn.execute(sql, &[business.as_str().into()]).await.map(drop)
}

/// Every allowance.
pub async fn allowances(conn: &mut Conn, business: &BusinessId) -> Result<Vec<Allowance>, StoreError> {
    let sql = "SELECT holder, span, currency, most FROM allowances WHERE business = ? ORDER BY holder, span, currency";
    let rows = conn.fetch(sql, &[business.as_str().into()]).await?;
    let one = |row: &super::sql::Row| {
        let text = |at: usize| row.text(at).map(str::to_owned);
        Ok(Allowance { holder: text(0)?, span: text(1)?, currency: text(2)?, most: row.int(3)? })
    };
    rows.iter().map(one).collect()
}

/// Sets an allowance.
pub async fn allow(conn: &mut Conn, business: &BusinessId, a: &Allowance) -> Result<(), StoreError> {
    let sql = "INSERT INTO allowances (business, holder, span, currency, most) VALUES (?,?,?,?,?) \
               ON CONFLICT (business, holder, span, currency) DO UPDATE SET most = excluded.most";
    let (holder, span, currency) = (a.holder.as_str(), a.span.as_str(), a.currency.as_str());
    let values = [business.as_str().into(), holder.into(), span.into(), currency.into(), a.most.into()];
    conn.execute(sql, &values).await.map(drop)
}

/// Takes an allowance away: from then on nothing limits.
pub async fn free(conn: &mut Conn, business: &BusinessId, a: &Allowance) -> Result<(), StoreError> {
    let sql = "DELETE FROM allowances WHERE business = ? AND holder = ? AND span = ? AND currency = ?";
    let (holder, span, currency) = (a.holder.as_str(), a.span.as_str(), a.currency.as_str());
    conn.execute(sql, &[business.as_str().into(), holder.into(), span.into(), currency.into()]).await.map(drop)
}
