//! PostgreSQL, by its URL.

use std::fmt::Write as _;
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

/// The writer's connection. All it asks for it asks by key, a few hundred at once, so what reads whole tables or whole
/// businesses is left out of its plans; and a plan that was kept while a table was empty is of no use later, so each
/// statement is planned anew: a batch has few.
pub async fn writer(options: &PgConnectOptions) -> Result<Postgres, StoreError> {
    let options = options.clone().options([
        ("enable_seqscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
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

    /// Writes rows, each column as one array: a statement of the same text for any number of rows, with few values to
    /// read and to plan with. How many rows were written.
    pub async fn write_columns(
        &mut self,
        head: &str,
        tail: &str,
        width: usize,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        if values.is_empty() {
            return Ok(0);
        }
        let columns: Vec<Column<'_>> =
            (0..width).map(|at| Column::of(values.iter().skip(at).step_by(width))).collect::<Result<_, _>>()?;
        let (mut places, mut names) = (String::new(), String::new());
        for (column, number) in columns.iter().zip(1..) {
            let comma = if number == 1 { "" } else { ", " };
            let _ = write!(places, "{comma}${number}::{}", column.kind());
            let _ = write!(names, "{comma}column{number}");
        }
        let sql = format!("{head} SELECT * FROM unnest({places}) AS given({names}){tail}");
        let bind = |query: sqlx::query::Query<'static, sqlx::Postgres, PgArguments>, column| match column {
            Column::Ints(ints) => query.bind(ints),
            Column::Texts(texts) => query.bind(texts),
        };
        let query = columns.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), bind);
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

/// One column of rows.
enum Column<'a> {
    Ints(Vec<Option<i64>>),
    Texts(Vec<Option<&'a str>>),
}

impl<'a> Column<'a> {
    /// A column has values of one kind, also where they are NULL.
    fn of<'v: 'a>(values: impl Iterator<Item = &'a Value<'v>> + Clone) -> Result<Self, StoreError> {
        let int = |value: &Value<'_>| if let Value::Int(int) = value { Some(*int) } else { None };
        let text = |value: &'a Value<'v>| if let Value::Text(text) = value { Some(text.as_deref()) } else { None };
        let ints = values.clone().map(int).collect::<Option<_>>().map(Self::Ints);
        let column = ints.or_else(|| values.map(text).collect::<Option<_>>().map(Self::Texts));
        column.ok_or_else(|| StoreError::Failed("a column of what is written has numbers and texts".to_owned()))
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Ints(_) => "int8[]",
            Self::Texts(_) => "text[]",
        }
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
