//! Imports: how far each file has come, and the rows of what it holds.

use amends_core::ids::BusinessId;

use super::sql::Value;
use super::{Conn, StoreError, names};

/// What is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Who has bought: `id`, `since`; `name`
    Customers,
    /// What they bought: `id`, `customer`, `at`, `total`; `currency`
    Orders,
    /// What was decided before: `id`, `at`, `request`, `decision`; `customer`, `remedy`, `amount`, `cost`, `currency`, `role`, `question`
    Decisions,
}

impl Kind {
    /// What several are called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Orders => "orders",
            Self::Decisions => "decisions",
        }
    }
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Rows of the file.
    pub rows: i64,
    /// Rows of it that were kept or left out for good.
    pub done: i64,
}

/// How many values the row of a kind has, with the business.
pub const fn width(kind: Kind) -> usize {
    match kind {
        Kind::Customers => 5,
        Kind::Orders => 7,
        Kind::Decisions => 17,
    }
}

/// How far an import has come; none where it was never begun. `id`: of the file, and of how it is read.
pub async fn progress(conn: &mut Conn, business: &BusinessId, id: &str) -> Result<Option<Progress>, StoreError> {
    let sql = "SELECT rows, done FROM imports WHERE business = ? AND id = ?";
    let row = conn.fetch_one(sql, &[business.as_str().into(), id.into()]).await?;
    row.map(|row| Ok(Progress { rows: row.int(0)?, done: row.int(1)? })).transpose()
}

/// A file that was brought in, or is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// What it holds.
    pub kind: String,
    /// How far it has come.
    pub progress: Progress,
    /// When it began, in microseconds.
    pub since: i64,
    /// When a row of it was kept last, in microseconds.
    pub changed: i64,
}

/// Those that changed last, the newest first.
pub async fn list(conn: &mut Conn, business: &BusinessId, most: i64) -> Result<Vec<Past>, StoreError> {
    let sql =
        "SELECT kind, rows, done, since, changed FROM imports WHERE business = ? ORDER BY changed DESC, id LIMIT ?";
    let one = |row: &super::sql::Row| {
        let progress = Progress { rows: row.int(1)?, done: row.int(2)? };
        Ok(Past { kind: row.text(0)?.to_owned(), progress, since: row.int(3)?, changed: row.int(4)? })
    };
    conn.fetch(sql, &[business.as_str().into(), most.into()]).await?.iter().map(one).collect()
}

/// Says how far an import has come.
pub async fn set(
    conn: &mut Conn,
    business: &BusinessId,
    id: &str,
    kind: Kind,
    progress: Progress,
    at: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO imports (business, id, kind, rows, done, since, changed) VALUES (?,?,?,?,?,?,?) \
               ON CONFLICT (business, id) DO UPDATE SET rows = excluded.rows, done = excluded.done, \
               changed = excluded.changed";
    let Progress { rows, done } = progress;
    let (business, kind) = (business.as_str(), kind.name());
    let values = [business.into(), id.into(), kind.into(), rows.into(), done.into(), at.into(), at.into()];
    conn.execute(sql, &values).await.map(drop)
}

/// Keeps rows, new or changed; no two of them have one id.
pub async fn keep<'v>(conn: &mut Conn, kind: Kind, values: &'v [Value<'_>]) -> Result<(), StoreError> {
    let (head, tail) = match kind {
        Kind::Customers => (
            "INSERT INTO profiles (business, id, since, name, fields)",
            " ON CONFLICT (business, id) DO UPDATE SET since = excluded.since, name = excluded.name, \
             fields = excluded.fields",
        ),
        Kind::Orders => (
            "INSERT INTO orders (business, id, customer, at, total, currency, fields)",
            " ON CONFLICT (business, id) DO UPDATE SET customer = excluded.customer, at = excluded.at, \
             total = excluded.total, currency = excluded.currency, fields = excluded.fields",
        ),
        Kind::Decisions => (
            "INSERT INTO precedents (business, id, customer, at, request, policy, terms, far, past, decision, remedy, \
             amount, cost, currency, role, origin, fields)",
            " ON CONFLICT (business, id) DO UPDATE SET customer = excluded.customer, at = excluded.at, \
             request = excluded.request, policy = excluded.policy, terms = excluded.terms, far = excluded.far, \
             past = excluded.past, decision = excluded.decision, remedy = excluded.remedy, amount = excluded.amount, \
             cost = excluded.cost, currency = excluded.currency, role = excluded.role, fields = excluded.fields",
        ),
    };
    conn.write(head, tail, width(kind), values).await?;
    if kind != Kind::Customers {
        return Ok(());
    }
    let text = |value: Option<&'v Value<'_>>| match value {
        Some(Value::Text(text)) => text.as_deref(),
        _ => None,
    };
    let rows = values.chunks(width(kind));
    let named: Vec<(&str, Option<&str>)> = rows.filter_map(|row| Some((text(row.get(1))?, text(row.get(3))))).collect();
    let Some(business) = text(values.first()) else { return Ok(()) };
    names::keep(conn, business, &named).await
}

/// How many of a kind there are.
pub async fn count(conn: &mut Conn, business: &BusinessId, kind: Kind) -> Result<u64, StoreError> {
    let sql = match kind {
        Kind::Customers => "SELECT COUNT(*) FROM profiles WHERE business = ?",
        Kind::Orders => "SELECT COUNT(*) FROM orders WHERE business = ?",
        Kind::Decisions => "SELECT COUNT(*) FROM precedents WHERE business = ?",
    };
    let row = conn.fetch_one(sql, &[business.as_str().into()]).await?;
    row.map_or(Ok(0), |row| row.int(0).map(|n| u64::try_from(n).unwrap_or(0)))
}
