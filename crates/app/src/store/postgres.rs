//! PostgreSQL, by its URL.

use std::fmt::Write as _;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, Column as _, ConnectOptions as _, Connection as _, PgConnection, Row as _, TypeInfo as _};

use super::StoreError;
use super::sql::{Cell, Row, Value, numbered};

/// How long a statement may take. One that was swallowed on its way is never answered: whoever waits for it is told, and the
/// connection is not used again.
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);

/// A connection, of a pool or by itself.
pub struct Postgres {
    held: Held,
    is_lost: bool,
}

enum Held {
    Own(Box<PgConnection>),
    Pooled(PoolConnection<sqlx::Postgres>),
}

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

/// What a server that stopped or was cut off may hold up: the database ends a transaction of which nothing is heard any more,
/// whose locks others wait for, and notices that nobody is there.
const GIVEN_UP: [(&str, &str); 5] = [
    ("idle_in_transaction_session_timeout", "5s"),
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "10000"),
];

/// The writer's connection. All it asks for it asks by key, a few hundred at once, so what reads whole tables or whole
/// businesses is left out of its plans; and a plan that was kept while a table was empty is of no use later, so each
/// statement is planned anew: a batch has few.
pub async fn writer(options: &PgConnectOptions) -> Result<Postgres, StoreError> {
    let options = options.clone().options(GIVEN_UP).options([
        ("enable_seqscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        ("lock_timeout", "8s"),
        ("plan_cache_mode", "force_custom_plan"),
        ("synchronous_commit", "on"),
    ]);
    let connected = within(PgConnection::connect_with(&options)).await?;
    Ok(Postgres { held: Held::Own(Box::new(connected)), is_lost: false })
}

/// Waits for the database, but not for ever.
async fn within<T>(asked: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    match tokio::time::timeout(ANSWERED_WITHIN, Box::pin(asked)).await {
        Ok(answered) => answered.map_err(|e| failed(&e)),
        Err(_) => Err(StoreError::Unreachable(format!("no answer within {} seconds", ANSWERED_WITHIN.as_secs()))),
    }
}

impl Postgres {
    /// One that was taken from a pool.
    pub const fn pooled(connection: PoolConnection<sqlx::Postgres>) -> Self {
        Self { held: Held::Pooled(connection), is_lost: false }
    }

    fn connection(&mut self) -> &mut PgConnection {
        match &mut self.held {
            Held::Own(own) => own,
            Held::Pooled(pooled) => pooled,
        }
    }

    /// Asks the database something. What was not answered in time is the last that this connection was asked.
    async fn ask<T>(
        &mut self,
        ask: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, StoreError> {
        if self.is_lost {
            return Err(StoreError::Unreachable("the connection was given up".to_owned()));
        }
        let answered = within(ask(self.connection())).await;
        self.is_lost = matches!(answered, Err(StoreError::Unreachable(_)));
        answered
    }

    /// A word of a transaction: it begins or ends.
    pub async fn say(&mut self, word: &'static str) -> Result<(), StoreError> {
        self.ask(async |connection| sqlx::raw_sql(word).execute(connection).await).await.map(drop)
    }

    /// Runs a statement; how many rows it changed.
    pub async fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let query = bound(sql, values);
        let done = self.ask(async |connection| query.execute(connection).await).await?;
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
        let done = self.ask(async |connection| query.execute(connection).await).await?;
        Ok(done.rows_affected())
    }

    /// The rows of a query.
    pub async fn fetch(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let query = bound(sql, values);
        let rows = self.ask(async |connection| query.fetch_all(connection).await).await?;
        rows.iter().map(row).collect()
    }

    /// Several statements without values, which take as long as they take: they make tables, or count them.
    pub async fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(self.connection()).await;
        done.map(drop).map_err(|e| failed(&e))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let (true, Held::Pooled(pooled)) = (self.is_lost, &mut self.held) {
            pooled.close_on_drop();
        }
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
        // The last: it was paused for so long that the database ended its transaction, with nothing done.
        "40001" | "40P01" | "23505" | "55P03" | "25P03" => StoreError::Conflict(says),
        "53100" | "53200" => StoreError::Full(says),
        code if code.starts_with("57P") || code.starts_with("08") || code.starts_with("53") => {
            StoreError::Unreachable(says)
        }
        _ => StoreError::Failed(says),
    }
}
