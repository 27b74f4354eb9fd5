//! Customers, by their ids: rows to lock, so that what was bent for one is counted once.

use amends_core::ids::{BusinessId, CustomerId};
use amends_core::time::Time;

use super::sql::Value;
use super::{Conn, StoreError};

/// Makes rows for customers that have none yet, in the order of their ids.
pub async fn add<'i>(conn: &mut Conn, business: &'i BusinessId, ids: &[&'i str], at: i64) -> Result<(), StoreError> {
    let row = |id: &&'i str| -> [Value<'i>; 3] { [business.as_str().into(), (*id).into(), at.into()] };
    let values: Vec<Value<'_>> = ids.iter().flat_map(row).collect();
    conn.add_new("INSERT INTO customers (business, id, since)", 3, &values).await
}

/// Locks customers, in the order of their ids. One program alone needs no locks.
pub async fn lock(conn: &mut Conn, business: &BusinessId, ids: &[&str]) -> Result<(), StoreError> {
    if !conn.is_shared() {
        return Ok(());
    }
    let after = format!(" ORDER BY id{}", conn.lock());
    conn.among("SELECT id FROM customers WHERE business = ? AND id IN", business.as_str(), ids, &after).await.map(drop)
}

/// When something was bent for customers by discretion and not taken back.
pub async fn exceptions(
    conn: &mut Conn,
    business: &BusinessId,
    ids: &[&str],
) -> Result<Vec<(CustomerId, Time)>, StoreError> {
    let sql = "SELECT customer, at FROM grants WHERE rights = 'discretion' AND state <> 'released' AND business = ? AND customer IN";
    let rows = conn.among(sql, business.as_str(), ids, "").await?;
    rows.iter().map(|row| Ok((row.parsed(0)?, row.time(1)?))).collect()
}

/// What was bent for one customer by discretion, as facts tell it: when, what it cost, under which policy.
pub async fn history(
    conn: &mut Conn,
    business: &BusinessId,
    customer: &CustomerId,
) -> Result<Vec<super::grants::Bent>, StoreError> {
    let sql = "SELECT at, cost, currency, request, case_id FROM grants WHERE rights = 'discretion' AND state <> 'released' \
               AND business = ? AND customer = ? ORDER BY at, id LIMIT 1000";
    let rows = conn.fetch(sql, &[business.as_str().into(), customer.as_str().into()]).await?;
    rows.iter().map(super::grants::bent).collect()
}
