//! Messages to webhooks, with every try.

use amends_core::fulfilment::WAIT_MOST;
use amends_core::ids::BusinessId;

use super::sql::{Row, Value};
use super::{Conn, StoreError};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// To which webhook.
    pub endpoint: String,
    /// Its `webhook-id`.
    pub id: String,
    /// What kind of event.
    pub kind: String,
    /// The JSON.
    pub body: String,
    /// How it stands, as JSON.
    pub state: String,
    /// The last tries, as JSON.
    pub attempts: String,
    /// When it is sent again, in microseconds; none: it is not.
    pub next: Option<i64>,
    /// When it was first there, in microseconds.
    pub at: i64,
}

/// Adds messages; one that is there stays as it is.
pub async fn add(conn: &mut Conn, business: &BusinessId, rows: &[DeliveryRow]) -> Result<(), StoreError> {
    for row in rows {
        let sql = "INSERT INTO deliveries (business, endpoint, id, kind, body, state, attempts, next, at) \
                   VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING";
        let values = [
            business.as_str().into(),
            row.endpoint.as_str().into(),
            row.id.as_str().into(),
            row.kind.as_str().into(),
            row.body.as_str().into(),
            row.state.as_str().into(),
            row.attempts.as_str().into(),
            row.next.into(),
            row.at.into(),
        ];
        conn.execute(sql, &values).await?;
    }
    Ok(())
}

const DELIVERY: &str = "SELECT endpoint, id, kind, body, state, attempts, next, at FROM deliveries";

fn delivery(row: &Row) -> Result<DeliveryRow, StoreError> {
    let text = |at: usize| row.text(at).map(str::to_owned);
    Ok(DeliveryRow {
        endpoint: text(0)?,
        id: text(1)?,
        kind: text(2)?,
        body: text(3)?,
        state: text(4)?,
        attempts: text(5)?,
        next: row.maybe_int(6)?,
        at: row.int(7)?,
    })
}

/// To whom something is to be sent by now. What lies beyond all that a message waits for is looked at too: the clock was
/// set back since.
pub async fn endpoints_due(conn: &mut Conn, business: &BusinessId, now: i64) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT DISTINCT endpoint FROM deliveries WHERE business = ? AND (next <= ? OR next > ?)";
    let values = [business.as_str().into(), now.into(), now.saturating_add(WAIT_MOST).into()];
    conn.fetch(sql, &values).await?.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

/// Those to be sent to one by now.
pub async fn due(
    conn: &mut Conn,
    business: &BusinessId,
    endpoint: &str,
    now: i64,
    most: i64,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let sql =
        format!("{DELIVERY} WHERE business = ? AND endpoint = ? AND (next <= ? OR next > ?) ORDER BY next LIMIT ?");
    let far = now.saturating_add(WAIT_MOST);
    let values = [business.as_str().into(), endpoint.into(), now.into(), far.into(), most.into()];
    conn.fetch(&sql, &values).await?.iter().map(delivery).collect()
}

/// A page of a webhook's, the newest first. `before`: time and id of the last of the page before.
pub async fn page(
    conn: &mut Conn,
    business: &BusinessId,
    endpoint: &str,
    before: Option<(i64, &str)>,
    most: i64,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let mut sql = format!("{DELIVERY} WHERE business = ? AND endpoint = ?");
    let mut values: Vec<Value<'_>> = vec![business.as_str().into(), endpoint.into()];
    if let Some((at, id)) = before {
        sql.push_str(" AND (at < ? OR (at = ? AND id < ?))");
        values.extend([at.into(), at.into(), id.into()]);
    }
    sql.push_str(" ORDER BY at DESC, id DESC LIMIT ?");
    values.push(most.into());
    conn.fetch(&sql, &values).await?.iter().map(delivery).collect()
}

/// One.
pub async fn get(
    conn: &mut Conn,
    business: &BusinessId,
    endpoint: &str,
    id: &str,
) -> Result<Option<DeliveryRow>, StoreError> {
    // No message has one, and not every engine takes it in a text.
    if id.contains('\0') {
        return Ok(None);
    }
    let sql = format!("{DELIVERY} WHERE business = ? AND endpoint = ? AND id = ?");
    let values = [business.as_str().into(), endpoint.into(), id.into()];
    conn.fetch_one(&sql, &values).await?.as_ref().map(delivery).transpose()
}

/// Writes how one stands, if it still stands as it was read; whether it did.
pub async fn change(conn: &mut Conn, business: &BusinessId, was: &str, now: &DeliveryRow) -> Result<bool, StoreError> {
    let sql = "UPDATE deliveries SET state = ?, attempts = ?, next = ? \
               WHERE business = ? AND endpoint = ? AND id = ? AND state = ?";
    let values = [
        now.state.as_str().into(),
        now.attempts.as_str().into(),
        now.next.into(),
        business.as_str().into(),
        now.endpoint.as_str().into(),
        now.id.as_str().into(),
        was.into(),
    ];
    Ok(conn.execute(sql, &values).await? == 1)
}

/// Forgets one, with what it said.
pub async fn remove(conn: &mut Conn, business: &BusinessId, endpoint: &str, id: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM deliveries WHERE business = ? AND endpoint = ? AND id = ?";
    conn.execute(sql, &[business.as_str().into(), endpoint.into(), id.into()]).await.map(drop)
}

/// Forgets those that ended before a time.
pub async fn forget(conn: &mut Conn, business: &BusinessId, before: i64) -> Result<(), StoreError> {
    let sql = "DELETE FROM deliveries WHERE business = ? AND at < ? AND next IS NULL";
    conn.execute(sql, &[business.as_str().into(), before.into()]).await.map(drop)
}
