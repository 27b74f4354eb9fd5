//! Customers, by their ids: rows to lock, so that what was bent for one is counted once.

use amends_core::ids::{BusinessId, CustomerId};
use amends_core::money::{Currency, Money};
use amends_core::time::Time;

use super::sql::Value;
use super::{Conn, StoreError, names};

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
    conn.among("SELECT id FROM customers WHERE business = ? AND id", business.as_str(), ids, &after).await.map(drop)
}

/// When something was bent for customers by discretion and not taken back.
pub async fn exceptions(
    conn: &mut Conn,
    business: &BusinessId,
    ids: &[&str],
) -> Result<Vec<(CustomerId, Time)>, StoreError> {
    let sql = "SELECT customer, at FROM grants WHERE rights = 'discretion' AND state <> 'released' AND business = ? AND customer";
    let rows = conn.among(sql, business.as_str(), ids, "").await?;
    rows.iter().map(|row| Ok((row.parsed(0)?, row.time(1)?))).collect()
}

/// What other systems know of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// A customer since when.
    pub since: Time,
    /// Their name.
    pub name: Option<String>,
    /// What was kept beside, as JSON.
    pub fields: String,
}

/// Something a customer bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its id in the other system.
    pub id: String,
    /// When.
    pub at: Time,
    /// How much.
    pub total: Money,
    /// What was kept beside, as JSON.
    pub fields: String,
}

/// Who a customer is elsewhere, where it was imported.
pub async fn profile(
    conn: &mut Conn,
    business: &BusinessId,
    customer: &CustomerId,
) -> Result<Option<Profile>, StoreError> {
    let sql = "SELECT since, name, fields FROM profiles WHERE business = ? AND id = ?";
    let row = conn.fetch_one(sql, &[business.as_str().into(), customer.as_str().into()]).await?;
    row.map(|row| {
        let name = row.maybe_text(1)?.map(str::to_owned);
        Ok(Profile { since: row.time(0)?, name, fields: row.text(2)?.to_owned() })
    })
    .transpose()
}

/// The names of customers, of those that were imported.
pub async fn names(
    conn: &mut Conn,
    business: &BusinessId,
    ids: &[&str],
) -> Result<std::collections::HashMap<String, String>, StoreError> {
    let sql = "SELECT id, name FROM profiles WHERE name IS NOT NULL AND business = ? AND id";
    let rows = conn.among(sql, business.as_str(), ids, "").await?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()))).collect()
}

/// Whose an order is, by its number.
pub async fn of_order(conn: &mut Conn, business: &BusinessId, order: &str) -> Result<Option<CustomerId>, StoreError> {
    let sql = "SELECT customer FROM orders WHERE business = ? AND id = ?";
    conn.fetch_one(sql, &[business.as_str().into(), order.into()]).await?.map(|row| row.parsed(0)).transpose()
}

/// What a customer bought elsewhere, the newest first.
pub async fn orders(
    conn: &mut Conn,
    business: &BusinessId,
    customer: &CustomerId,
    most: i64,
) -> Result<Vec<Order>, StoreError> {
    let sql = "SELECT id, at, total, currency, fields FROM orders WHERE business = ? AND customer = ? \
               ORDER BY at DESC LIMIT ?";
    let rows = conn.fetch(sql, &[business.as_str().into(), customer.as_str().into(), most.into()]).await?;
    let order = |row: &super::sql::Row| {
        let currency = Currency::parse(row.text(3)?).ok_or_else(|| StoreError::Unreadable("a currency".to_owned()))?;
        let total = Money::new(row.int(2)?, currency);
        Ok(Order { id: row.text(0)?.to_owned(), at: row.time(1)?, total, fields: row.text(4)?.to_owned() })
    };
    rows.iter().map(order).collect()
}

/// Forgets who a customer is elsewhere and what they bought; that something was decided for them elsewhere stays, and not
/// for whom. How many rows were of them.
pub async fn erase(conn: &mut Conn, business: &BusinessId, customer: &CustomerId) -> Result<u64, StoreError> {
    let values = [business.as_str().into(), customer.as_str().into()];
    let mut rows = 0;
    for sql in [
        "DELETE FROM profiles WHERE business = ? AND id = ?",
        "DELETE FROM orders WHERE business = ? AND customer = ?",
        "UPDATE precedents SET customer = NULL, fields = '{}' WHERE origin = 'import' AND business = ? AND customer = ?",
    ] {
        rows += conn.execute(sql, &values).await?;
    }
    names::erase(conn, business, customer).await?;
    Ok(rows)
}

/// How many orders a customer has, and what they are worth, by currency.
pub async fn bought(
    conn: &mut Conn,
    business: &BusinessId,
    customer: &CustomerId,
) -> Result<Vec<(u64, Money)>, StoreError> {
    let sql = "SELECT currency, COUNT(*), CAST(SUM(total) AS BIGINT) FROM orders WHERE business = ? AND customer = ? \
               GROUP BY currency ORDER BY currency";
    let rows = conn.fetch(sql, &[business.as_str().into(), customer.as_str().into()]).await?;
    let sum = |row: &super::sql::Row| {
        let currency = Currency::parse(row.text(0)?).ok_or_else(|| StoreError::Unreadable("a currency".to_owned()))?;
        Ok((u64::try_from(row.int(1)?).unwrap_or(0), Money::new(row.int(2)?, currency)))
    };
    rows.iter().map(sum).collect()
}

/// What was bent for one customer by discretion, as facts tell it: when, what it cost, under which policy. What was given
/// elsewhere before counts as well, unless its question shows that nothing had to be bent.
pub async fn history(
    conn: &mut Conn,
    business: &BusinessId,
    customer: &CustomerId,
) -> Result<Vec<super::grants::Bent>, StoreError> {
    let sql = "SELECT at, cost, currency, request, case_id FROM grants WHERE rights = 'discretion' AND state <> 'released' \
               AND business = ? AND customer = ? ORDER BY at, id LIMIT 1000";
    let values = [business.as_str().into(), customer.as_str().into()];
    let mut all: Vec<_> = conn.fetch(sql, &values).await?.iter().map(super::grants::bent).collect::<Result<_, _>>()?;
    let before = "SELECT at, COALESCE(cost, amount), currency, request, id FROM precedents WHERE origin = 'import' \
                  AND decision = 'given' AND COALESCE(cost, amount) IS NOT NULL AND (terms IS NULL OR terms <> '') \
                  AND business = ? AND customer = ? ORDER BY at, id LIMIT 1000";
    for row in conn.fetch(before, &values).await? {
        all.push(super::grants::bent(&row)?);
    }
    all.sort_by_key(|bent| bent.at);
    Ok(all)
}

/// Whether there was a case for a customer.
pub async fn is_known(conn: &mut Conn, business: &BusinessId, customer: &CustomerId) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM customers WHERE business = ? AND id = ?";
    let row = conn.fetch_one(sql, &[business.as_str().into(), customer.as_str().into()]).await?;
    Ok(row.is_some())
}
