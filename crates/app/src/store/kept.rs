//! Rows as texts, by table and key: what is held against the journal, and how a row is put right again.

use amends_core::authority::{Held, Ledger, Paid};
use amends_core::case::{Approval, ApprovalState, Case, Grant};
use amends_core::facts::Source;
use amends_core::ids::BusinessId;
use amends_core::journal::derive::{Columns, Rows, in_order};

use super::sql::{Cell, Row, Value};
use super::{Conn, StoreError, approvals, grants, ledger};

/// A table that is held: its name, the columns of its key within the business, and the columns that events determine.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    key: &'static [&'static str],
    columns: &'static [&'static str],
    /// Those of all its columns that hold whole numbers.
    numbers: &'static [&'static str],
}

/// Cases.
pub const CASES: Table = Table {
    name: "cases",
    key: &["id"],
    columns: &["team", "customer", "request", "state", "owner", "asked", "version"],
    numbers: &["asked", "version"],
};
/// Grants.
pub const GRANTS: Table = Table {
    name: "grants",
    key: &["id"],
    columns: &[
        "case_id",
        "team",
        "customer",
        "request",
        "option_id",
        "rights",
        "cost",
        "currency",
        "by_person",
        "authority",
        "state",
        "at",
    ],
    numbers: &["cost", "at", "ended"],
};
/// Questions to people with authority.
pub const APPROVALS: Table = Table {
    name: "approvals",
    key: &["id"],
    columns: &[
        "case_id",
        "team",
        "state",
        "asker",
        "asked_of",
        "least",
        "look",
        "option_id",
        "cost",
        "currency",
        "until",
    ],
    numbers: &["cost", "at", "until"],
};
/// Steps of grants.
pub const STEPS: Table = Table {
    name: "steps",
    key: &["grant_id", "number"],
    columns: &["case_id", "team", "connector", "step"],
    numbers: &["number", "next", "changed"],
};
/// Budgets.
pub const BUDGETS: Table =
    Table { name: "budgets", key: &["id"], columns: &["reserved", "settled"], numbers: &["reserved", "settled"] };
/// What is left of what was paid.
pub const LEDGER: Table = Table {
    name: "ledger",
    key: &["id"],
    columns: &ledger::COLUMNS,
    numbers: &["paid", "refunded", "reserved", "settled", "version"],
};
/// People.
pub const PEOPLE: Table =
    Table { name: "people", key: &["id"], columns: &["role", "team", "state"], numbers: &["since"] };
/// Teams.
pub const TEAMS: Table = Table { name: "teams", key: &["id"], columns: &["mode"], numbers: &[] };
/// Limits.
pub const ALLOWANCES: Table =
    Table { name: "allowances", key: &["holder", "span", "currency"], columns: &["most"], numbers: &["most"] };
/// Keys of programs.
pub const KEYS: Table =
    Table { name: "keys", key: &["id"], columns: &["person", "actions", "until"], numbers: &["until", "since"] };
/// Webhooks.
pub const ENDPOINTS: Table =
    Table { name: "endpoints", key: &["id"], columns: &["purpose", "url", "kinds", "state"], numbers: &["since"] };
/// Inlets.
pub const INLETS: Table =
    Table { name: "inlets", key: &["id"], columns: &["kind", "owner", "state"], numbers: &["since"] };
/// Texts that stand over the book's folder.
pub const PUBLISHED: Table = Table { name: "published", key: &["path"], columns: &[], numbers: &["edition"] };

/// All that are held.
pub const ALL: [&Table; 13] = [
    &CASES,
    &GRANTS,
    &APPROVALS,
    &STEPS,
    &BUDGETS,
    &LEDGER,
    &PEOPLE,
    &TEAMS,
    &ALLOWANCES,
    &KEYS,
    &ENDPOINTS,
    &INLETS,
    &PUBLISHED,
];

impl Table {
    /// The table of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|table| table.name == name)
    }

    fn select(&self) -> String {
        let columns: Vec<&str> = self.key.iter().chain(self.columns).copied().collect();
        format!("SELECT {} FROM {} WHERE business = ?", columns.join(", "), self.name)
    }

    fn row(&self, row: &Row) -> (String, Columns) {
        let texts: Vec<Option<String>> = row.0.iter().map(text).collect();
        let (key, columns) = texts.split_at_checked(self.key.len()).unwrap_or((&texts, &[]));
        let key: Vec<&str> = key.iter().map(|part| part.as_deref().unwrap_or_default()).collect();
        (key.join(" "), self.columns.iter().copied().zip(columns.iter().cloned()).collect())
    }

    /// The columns of a row as they are written.
    fn columns_of(&self, names: &'static [&'static str], values: &[Value<'_>]) -> Columns {
        let written = names.iter().copied().zip(values.iter().map(text_of));
        written.filter(|(name, _)| self.columns.contains(name)).collect()
    }

    /// The parts of a key, as they are bound. The last ones have no spaces; the first may.
    fn parts<'k>(&self, key: &'k str) -> Vec<(&'static str, Value<'k>)> {
        let texts = key.rsplitn(self.key.len(), ' ');
        let parts = self.key.iter().rev().copied().zip(texts).map(|(name, text)| (name, self.value(name, Some(text))));
        let mut parts: Vec<_> = parts.collect();
        parts.reverse();
        parts
    }

    fn value<'v>(&self, column: &str, text: Option<&'v str>) -> Value<'v> {
        match text {
            Some(text) if self.numbers.contains(&column) => Value::Int(text.parse().ok()),
            None if self.numbers.contains(&column) => Value::Int(None),
            text => text.into(),
        }
    }
}

fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Null => None,
        Cell::Int(int) => Some(int.to_string()),
        Cell::Text(text) => Some(text.clone()),
    }
}

fn text_of(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Int(int) => int.map(|int| int.to_string()),
        Value::Text(text) => text.as_ref().map(ToString::to_string),
    }
}

/// All rows of a table of a business.
pub async fn all(conn: &mut Conn, business: &BusinessId, table: &Table) -> Result<Rows, StoreError> {
    let rows = conn.fetch(&table.select(), &[business.as_str().into()]).await?;
    Ok(rows.iter().map(|row| table.row(row)).collect())
}

/// The rows of a table whose column is one of a list.
pub async fn among(
    conn: &mut Conn,
    business: &BusinessId,
    table: &Table,
    column: &str,
    values: &[&str],
) -> Result<Rows, StoreError> {
    let sql = format!("{} AND {column}", table.select());
    let rows = conn.among(&sql, business.as_str(), values, "").await?;
    Ok(rows.iter().map(|row| table.row(row)).collect())
}

/// A page of a table's rows in the order of the first column of its key. `after`: where the page before ended.
pub async fn page(
    conn: &mut Conn,
    business: &BusinessId,
    table: &Table,
    after: &str,
    most: i64,
) -> Result<Vec<(String, Columns)>, StoreError> {
    let first = table.key.first().copied().unwrap_or("id");
    let sql = format!("{} AND {first} > ? ORDER BY {first} LIMIT ?", table.select());
    let rows = conn.fetch(&sql, &[business.as_str().into(), after.into(), most.into()]).await?;
    Ok(rows.iter().map(|row| table.row(row)).collect())
}

/// The rows of a table from behind an id up to another, by the first column of its key.
pub async fn between(
    conn: &mut Conn,
    business: &BusinessId,
    table: &Table,
    after: &str,
    to: Option<&str>,
) -> Result<Rows, StoreError> {
    let first = table.key.first().copied().unwrap_or("id");
    let mut values: Vec<Value<'_>> = vec![business.as_str().into(), after.into()];
    let mut sql = format!("{} AND {first} > ?", table.select());
    if let Some(to) = to {
        sql = format!("{sql} AND {first} <= ?");
        values.push(to.into());
    }
    let rows = conn.fetch(&sql, &values).await?;
    Ok(rows.iter().map(|row| table.row(row)).collect())
}

/// A grant's row, as it is written.
pub fn of_grant(case: &Case, grant: &Grant) -> Columns {
    const NAMES: [&str; 14] = [
        "business",
        "id",
        "case_id",
        "team",
        "customer",
        "request",
        "option_id",
        "rights",
        "cost",
        "currency",
        "by_person",
        "authority",
        "state",
        "at",
    ];
    GRANTS.columns_of(&NAMES, &grants::row_of(case, grant))
}

/// A question's row, as it is written. When one that has ended did so, its row alone says.
pub fn of_approval(case: &Case, approval: &Approval) -> Columns {
    const NAMES: [&str; 14] = [
        "business",
        "id",
        "case_id",
        "team",
        "state",
        "asker",
        "asked_of",
        "least",
        "look",
        "option_id",
        "cost",
        "currency",
        "at",
        "until",
    ];
    let mut row = APPROVALS.columns_of(&NAMES, &approvals::row_of(case, approval, 0));
    if !matches!(approval.state, ApprovalState::Waiting { .. } | ApprovalState::Given { .. }) {
        row.remove("until");
    }
    row
}

/// A row of the ledger, as it is written, with what grants took in one order.
pub fn of_line(line: &Ledger) -> Result<Columns, StoreError> {
    let mut row = LEDGER.columns_of(&ledger::COLUMNS, &ledger::row_of(line)?);
    held_in_order(&mut row);
    Ok(row)
}

/// A row of the ledger with what grants took in one order, where it can be read; what it says was paid.
pub fn held_in_order(row: &mut Columns) -> Option<Paid> {
    let text = |name: &str| row.get(name).cloned().flatten();
    let paid = text("paid").and_then(|minor| minor.parse().ok());
    let source = text("said").and_then(|word| Source::parse(&word));
    let held = text("held").and_then(|held| serde_json::from_str::<Vec<Held>>(&held).ok());
    if let Some(mut held) = held {
        in_order(&mut held);
        row.insert("held", serde_json::to_string(&held).ok());
    }
    paid.map(|minor| Paid { minor, source })
}

/// A case's row, as it is written.
pub fn of_case(case: &Case) -> Columns {
    let text = |text: &str| Some(text.to_owned());
    Columns::from([
        ("team", text(case.team.as_str())),
        ("customer", case.customer.as_ref().map(ToString::to_string)),
        ("request", text(case.request.as_str())),
        ("state", Some(case.state.to_string())),
        ("owner", text(case.owner.id.as_str())),
        ("asked", Some(case.asked.micros().to_string())),
        ("version", Some(case.version.to_string())),
    ])
}

/// Writes one column of a row.
pub async fn set(
    conn: &mut Conn,
    business: &BusinessId,
    table: &Table,
    key: &str,
    (column, value): (&str, Option<&str>),
) -> Result<(), StoreError> {
    let parts = table.parts(key);
    let mut values = vec![table.value(column, value), business.as_str().into()];
    let sql = format!("UPDATE {} SET {column} = ? WHERE business = ?{}", table.name, keyed(&parts));
    values.extend(parts.into_iter().map(|(_, value)| value));
    conn.execute(&sql, &values).await.map(drop)
}

/// Takes a row away.
pub async fn remove(conn: &mut Conn, business: &BusinessId, table: &Table, key: &str) -> Result<(), StoreError> {
    let parts = table.parts(key);
    let sql = format!("DELETE FROM {} WHERE business = ?{}", table.name, keyed(&parts));
    let mut values: Vec<Value<'_>> = vec![business.as_str().into()];
    values.extend(parts.into_iter().map(|(_, value)| value));
    conn.execute(&sql, &values).await.map(drop)
}

/// Adds a row: what the journal determines of it, and the rest.
pub async fn put(
    conn: &mut Conn,
    business: &BusinessId,
    table: &Table,
    key: &str,
    columns: &Columns,
) -> Result<(), StoreError> {
    let mut row = table.parts(key);
    row.extend(columns.iter().map(|(name, value)| (*name, table.value(name, value.as_deref()))));
    let (names, given): (Vec<&str>, Vec<Value<'_>>) = row.into_iter().unzip();
    let head = format!("INSERT INTO {} (business, {})", table.name, names.join(", "));
    let mut values = vec![business.as_str().into()];
    values.extend(given);
    conn.write(&head, " ON CONFLICT DO NOTHING", names.len() + 1, &values).await
}

fn keyed(parts: &[(&str, Value<'_>)]) -> String {
    parts.iter().flat_map(|(name, _)| [" AND ", name, " = ?"]).collect()
}

/// The grants that kept answers to requests name.
pub async fn answered_grants(conn: &mut Conn, business: &BusinessId) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT answer FROM requests WHERE business = ? AND answer LIKE '%\"given\"%'";
    let rows = conn.fetch(sql, &[business.as_str().into()]).await?;
    let grant = |row: &Row| {
        let answer: serde_json::Value = row.json(0)?;
        Ok(answer.pointer("/Ok/given/grant").and_then(|grant| grant.as_str()).map(str::to_owned))
    };
    rows.iter().filter_map(|row| grant(row).transpose()).collect()
}

/// The businesses that the database knows.
pub async fn businesses(conn: &mut Conn) -> Result<Vec<BusinessId>, StoreError> {
    let rows = conn.fetch("SELECT business FROM businesses ORDER BY business", &[]).await?;
    rows.iter().map(|row| row.parsed(0)).collect()
}
