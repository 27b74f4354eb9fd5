//! Budgets: what is set aside and what is spent. Their limits are allowances, or a role's.

use amends_core::authority::{Budget, BudgetKey, Holder, Period};
use amends_core::ids::{BusinessId, PersonId, TeamId};

use super::sql::Value;
use super::{Conn, StoreError};

/// The key of a budget's row.
pub fn id(key: &BudgetKey) -> String {
    let (span, day) = match key.period {
        Period::Day(day) => ("day", day),
        Period::Month(day) => ("month", day),
    };
    format!("{} {span} {} {}", holder(&key.holder), day.0, key.currency.code())
}

/// A holder as one text.
pub fn holder(holder: &Holder) -> String {
    match holder {
        Holder::Business => "business".to_owned(),
        Holder::Department(name) => format!("department {name}"),
        Holder::Person(id) => format!("person {id}"),
        Holder::PersonOwed(id) => format!("owed {id}"),
        Holder::Team(id) => format!("team {id}"),
    }
}

/// Whom a text names whose spending can be limited: `business`, `team ID` or `person ID`.
pub fn holder_of(text: &str) -> Option<Holder> {
    match text.split_once(' ') {
        None => (text == "business").then_some(Holder::Business),
        Some(("team", id)) => TeamId::parse(id).ok().map(Holder::Team),
        Some(("person", id)) => PersonId::parse(id).ok().map(Holder::Person),
        Some(_) => None,
    }
}

/// What a budget's row holds, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Set aside.
    pub reserved: i64,
    /// Spent.
    pub settled: i64,
}

/// Locks budgets in the order of their ids; what each that is there holds.
pub async fn lock(conn: &mut Conn, business: &BusinessId, ids: &[&str]) -> Result<Vec<(String, Taken)>, StoreError> {
    let after = format!(" ORDER BY id{}", conn.lock());
    read_among(conn, business, ids, &after).await
}

/// What budgets hold now.
pub async fn read(conn: &mut Conn, business: &BusinessId, ids: &[&str]) -> Result<Vec<(String, Taken)>, StoreError> {
    read_among(conn, business, ids, "").await
}

async fn read_among(
    conn: &mut Conn,
    business: &BusinessId,
    ids: &[&str],
    after: &str,
) -> Result<Vec<(String, Taken)>, StoreError> {
    let sql = "SELECT id, reserved, settled FROM budgets WHERE business = ? AND id";
    let rows = conn.among(sql, business.as_str(), ids, after).await?;
    // A list that is filled up by repeating names a row once all the same.
    rows.iter()
        .map(|row| Ok((row.text(0)?.to_owned(), Taken { reserved: row.int(1)?, settled: row.int(2)? })))
        .collect()
}

/// A budget that moved, and what its row held before; none for one that is new.
pub struct Moved<'b> {
    /// Its row's id.
    pub id: &'b str,
    /// As it is now.
    pub budget: &'b Budget,
    /// What the row held.
    pub before: Option<Taken>,
}

/// Writes budgets that moved.
pub async fn save(conn: &mut Conn, business: &BusinessId, moved: &[Moved<'_>]) -> Result<(), StoreError> {
    let now = |b: &Budget| [Value::from(b.reserved().minor), Value::from(b.settled().minor)];
    let fresh = moved.iter().filter(|m| m.before.is_none()).flat_map(|m| {
        let [reserved, settled] = now(m.budget);
        [business.as_str().into(), m.id.into(), reserved, settled]
    });
    let values: Vec<Value<'_>> = fresh.collect();
    conn.write("INSERT INTO budgets (business, id, reserved, settled)", " ON CONFLICT DO NOTHING", 4, &values).await?;
    let old = moved.iter().filter_map(|m| m.before.map(|before| (m, before))).flat_map(|(m, before)| {
        let [reserved, settled] = now(m.budget);
        [business.as_str().into(), m.id.into(), before.reserved.into(), before.settled.into(), reserved, settled]
    });
    let values: Vec<Value<'_>> = old.collect();
    let tail = ") AS v WHERE budgets.business = v.column1 AND budgets.id = v.column2 AND budgets.reserved = v.column3 \
                AND budgets.settled = v.column4";
    conn.write("UPDATE budgets SET reserved = v.column5, settled = v.column6 FROM (", tail, 6, &values).await
}
