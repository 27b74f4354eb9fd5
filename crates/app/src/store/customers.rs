//! Customers, by their ids: rows to lock, so that what was bent for one is counted once.

use std::collections::{BTreeMap, BTreeSet};

use amends_core::ids::{BusinessId, CustomerId};
use amends_core::money::{Currency, Money};
use amends_core::time::Time;

use super::sql::Value;
use super::{Conn, StoreError, names};

/// Makes rows for customers that have none yet, in the order of their keys. `known`: whether someone else than an AI agent
/// says that there is such a customer.
pub async fn add<'i>(
    conn: &mut Conn,
    business: &'i BusinessId,
    customers: &'i BTreeMap<String, bool>,
    at: i64,
) -> Result<(), StoreError> {
    let row = |(key, known): (&'i String, &'i bool)| -> [Value<'i>; 4] {
        [business.as_str().into(), key.as_str().into(), at.into(), i64::from(*known).into()]
    };
    let values: Vec<Value<'_>> = customers.iter().flat_map(row).collect();
    conn.add_new("INSERT INTO customers (business, id, since, known)", 4, &values).await?;
    let confirmed: Vec<&str> = customers.iter().filter(|(_, known)| **known).map(|(key, _)| key.as_str()).collect();
    let sql = "UPDATE customers SET known = 1 WHERE known = 0 AND business = ? AND id";
    conn.among(sql, business.as_str(), &confirmed, " RETURNING id").await.map(drop)
}

/// Which of some customers someone else than an AI agent has told of: by a case, an import or an order.
pub async fn known(conn: &mut Conn, business: &BusinessId, keys: &[&str]) -> Result<BTreeSet<String>, StoreError> {
    let mut known = BTreeSet::new();
    for sql in [
        "SELECT id FROM customers WHERE known = 1 AND business = ? AND id",
        "SELECT lower(id) FROM profiles WHERE business = ? AND lower(id)",
        "SELECT DISTINCT lower(customer) FROM orders WHERE business = ? AND lower(customer)",
        "SELECT DISTINCT lower(customer) FROM precedents WHERE origin = 'import' AND business = ? AND lower(customer)",
    ] {
        for row in conn.among(sql, business.as_str(), keys, "").await? {
            known.insert(row.text(0)?.to_owned());
        }
    }
    Ok(known)
}

/// Locks customers, in the order of their ids. One program alone needs no locks.
pub async fn lock(conn: &mut Conn, business: &BusinessId, ids: &[&str]) -> Result<(), StoreError> {
    if !conn.is_shared() {
        return Ok(());
    }
    let after = format!(" ORDER BY id{}", conn.lock());
    conn.among("SELECT id FROM customers WHERE business = ? AND id", business.as_str(), ids, &after).await.map(drop)
}

/// When something was bent for customers by discretion and not taken back, here or where it was imported from; by their
/// keys.
pub async fn exceptions(
    conn: &mut Conn,
    business: &BusinessId,
    keys: &[&str],
) -> Result<Vec<(String, Time)>, StoreError> {
    let mut all = Vec::new();
    for sql in [
        "SELECT lower(customer), at FROM grants WHERE rights = 'discretion' AND state <> 'released' AND business = ? \
         AND lower(customer)"
            .to_owned(),
        format!("SELECT lower(customer), at FROM precedents WHERE {BENT_BEFORE} AND business = ? AND lower(customer)"),
    ] {
        for row in conn.among(&sql, business.as_str(), keys, "").await? {
            all.push((row.text(0)?.to_owned(), row.time(1)?));
        }
    }
    Ok(all)
}

/// What was given elsewhere before counts, unless its question shows that nothing had to be bent.
const BENT_BEFORE: &str = "origin = 'import' AND decision = 'given' AND COALESCE(cost, amount) IS NOT NULL \
                           AND (terms IS NULL OR terms <> '')";

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
    let sql = "SELECT since, name, fields FROM profiles WHERE business = ? AND lower(id) = ?";
    let row = conn.fetch_one(sql, &[business.as_str().into(), customer.key().as_str().into()]).await?;
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
    let sql = "SELECT id, at, total, currency, fields FROM orders WHERE business = ? AND lower(customer) = ? \
               ORDER BY at DESC LIMIT ?";
    let rows = conn.fetch(sql, &[business.as_str().into(), customer.key().as_str().into(), most.into()]).await?;
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
    let key = customer.key();
    let values = [business.as_str().into(), key.as_str().into()];
    let mut rows = 0;
    for sql in [
        "DELETE FROM profiles WHERE business = ? AND lower(id) = ?",
        "DELETE FROM orders WHERE business = ? AND lower(customer) = ?",
        "UPDATE precedents SET customer = NULL, fields = '{}' WHERE origin = 'import' AND business = ? AND lower(customer) = ?",
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
    let sql = "SELECT currency, COUNT(*), CAST(SUM(total) AS BIGINT) FROM orders WHERE business = ? AND lower(customer) = ? \
               GROUP BY currency ORDER BY currency";
    let rows = conn.fetch(sql, &[business.as_str().into(), customer.key().as_str().into()]).await?;
    let sum = |row: &super::sql::Row| {
        let currency = Currency::parse(row.text(0)?).ok_or_else(|| StoreError::Unreadable("a currency".to_owned()))?;
        Ok((u64::try_from(row.int(1)?).unwrap_or(0), Money::new(row.int(2)?, currency)))
    };
    rows.iter().map(sum).collect()
}

/// What was bent for one customer by discretion, as facts tell it: when, what it cost, under which policy. What was given
/// elsewhere before counts as well: the latest of each.
pub async fn history(
    conn: &mut Conn,
    business: &BusinessId,
    customer: &CustomerId,
) -> Result<Vec<super::grants::Bent>, StoreError> {
    let sql = "SELECT at, cost, currency, request, case_id FROM grants WHERE rights = 'discretion' AND state <> 'released' \
               AND business = ? AND lower(customer) = ? ORDER BY at DESC, id DESC LIMIT 1000";
    let key = customer.key();
    let values = [business.as_str().into(), key.as_str().into()];
    let mut all: Vec<_> = conn.fetch(sql, &values).await?.iter().map(super::grants::bent).collect::<Result<_, _>>()?;
    let before = format!(
        "SELECT at, COALESCE(cost, amount), currency, request, id FROM precedents WHERE {BENT_BEFORE} AND business = ? \
         AND lower(customer) = ? ORDER BY at DESC, id DESC LIMIT 1000"
    );
    for row in conn.fetch(&before, &values).await? {
        all.push(super::grants::bent(&row)?);
    }
    all.sort_by_key(|bent| bent.at);
    Ok(all)
}

/// Whether there was a case for a customer.
pub async fn is_known(conn: &mut Conn, business: &BusinessId, customer: &CustomerId) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM customers WHERE business = ? AND lower(id) = ?";
    let row = conn.fetch_one(sql, &[business.as_str().into(), customer.key().as_str().into()]).await?;
    Ok(row.is_some())
}
