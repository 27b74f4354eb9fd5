//! PostgreSQL, by its URL.

use std::ops::DerefMut;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, Column as _, ConnectOptions as _, Connection as _, PgConnection, Row as _, TypeInfo as _};

use super::StoreError;
use super::sql::{Cell, Row, Value, numbered};

/// A connection, of a pool or by itself.
pub struct Postgres(Box<dyn DerefMut<Target = PgConnection> + Send>);

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Postgres")
    }
}

/// Reads a URL.
pub fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let options: PgConnectOptions = url.parse().map_err(|e: sqlx::Error| failed(&e))?;
    Ok(options.application_name("amends").statement_cache_capacity(256).disable_statement_logging())
}

/// The writer's connection. A plan that was kept while a table was empty would read all of it later, so each list of
/// ids is planned anew: a batch has few statements.
pub async fn writer(options: &PgConnectOptions) -> Result<Postgres, StoreError> {
    let options = options.clone().options([
        ("enable_seqscan", "off"),
        ("lock_timeout", "20s"),
        ("plan_cache_mode", "force_custom_plan"),
        ("synchronous_commit", "on"),
    ]);
    Ok(Postgres(Box::new(Box::new(PgConnection::connect_with(&options).await.map_err(|e| failed(&e))?))))
}

impl Postgres {
    /// One that was taken from a pool.
    pub fn pooled(connection: sqlx::pool::PoolConnection<sqlx::Postgres>) -> Self {
        Self(Box::new(connection))
    }

    /// Runs a statement; how many rows it changed.
    pub async fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let query = bound(sql, values);
        let done = query.execute(&mut **self.0).await.map_err(|e| failed(&e))?;
        Ok(done.rows_affected())
    }

    /// The rows of a query.
    pub async fn fetch(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let query = bound(sql, values);
        let rows = query.fetch_all(&mut **self.0).await.map_err(|e| failed(&e))?;
        rows.iter().map(row).collect()
    }

    /// Several statements without values.
    pub async fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **self.0).await;
        done.map(drop).map_err(|e| failed(&e))
    }
}

/// Only texts of this crate come here, with a place for each value.
fn bound<'q>(sql: &str, values: &[Value<'_>]) -> sqlx::query::Query<'q, sqlx::Postgres, PgArguments> {
    let mut query = sqlx::query(AssertSqlSafe(numbered(sql)));
    for value in values {
        query = match value {
            Value::Int(int) => query.bind(*int),
            Value::Text(text) => query.bind(text.as_ref().map(|text| text.as_ref().to_owned())),
        };
    }
    query
}

fn row(row: &PgRow) -> Result<Row, StoreError> {
    let cells = row.columns().iter().enumerate().map(|(at, column)| match column.type_info().name() {
        "INT8" => row.try_get::<Option<i64>, _>(at).map(|int| int.map_or(Cell::Null, Cell::Int)),
        _ => row.try_get::<Option<String>, _>(at).map(|text| text.map_or(Cell::Null, Cell::Text)),
    });
    cells.collect::<Result<_, _>>().map(Row).map_err(|e| StoreError::Unreadable(e.to_string()))
}

/// Codes of PostgreSQL's documentation, appendix A.
pub fn failed(error: &sqlx::Error) -> StoreError {
    let says = error.to_string();
    let Some(of_database) = error.as_database_error() else {
        return match error {
            sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => StoreError::Unreadable(says),
            _ => StoreError::Unreachable(says),
        };
    };
    match of_database.code().as_deref().unwrap_or_default() {
        "40001" | "40P01" | "23505" | "55P03" => StoreError::Conflict(says),
        "53100" | "53200" => StoreError::Full(says),
        code if code.starts_with("57P") || code.starts_with("08") || code.starts_with("53") => {
            StoreError::Unreachable(says)
        }
        _ => StoreError::Failed(says),
    }
}
