//! Where everything is kept: SQLite in one file, or PostgreSQL by its URL. SQL stands here and nowhere else.

mod lite;
mod migrate;
mod pool;
mod postgres;
pub mod sql;

pub mod approvals;
pub mod assessments;
pub mod books;
pub mod budgets;
pub mod cases;
pub mod customers;
pub mod deliveries;
pub mod drafts;
pub mod editions;
pub mod endpoints;
pub mod files;
pub mod grants;
pub mod imports;
pub mod inlets;
pub mod journal;
pub mod kept;
pub mod keys;
pub mod ledger;
pub mod links;
pub mod mails;
pub mod names;
pub mod people;
pub mod precedents;
pub mod refusals;
pub mod requests;
pub mod sessions;
pub mod settings;
pub mod steps;
#[doc(hidden)]
pub mod testing;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use lite::Lite;
use postgres::Postgres;
use sql::{Row, Value, chunk, padded, places, rows_of};

pub use pool::Store;

/// Where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file of SQLite; it is made where it is not there.
    File(PathBuf),
    /// A PostgreSQL database, by its URL.
    Url(String),
}

impl Place {
    /// Reads what someone gave: a URL, or the path of a file.
    ///
    /// # Errors
    /// What to write instead, where it is the URL of something else.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let scheme = text.split_once("://").filter(|(scheme, _)| !scheme.is_empty() && scheme.chars().all(is_part));
        match scheme {
            Some(("postgres" | "postgresql", _)) => Ok(Self::Url(text.to_owned())),
            Some(("sqlite", path)) => Ok(Self::File(PathBuf::from(path))),
            // The rest may hold a password.
            Some((scheme, _)) => Err(format!(
                "`{scheme}://…` names no database for Amends: give `postgres://…`, or the path of a file for SQLite"
            )),
            None => Ok(Self::File(PathBuf::from(text.strip_prefix("sqlite:").unwrap_or(text)))),
        }
    }

    /// Where it is, without the password that an URL may hold.
    pub fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Url(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
                // What follows may hold a password too, as `?password=..`.
                let rest = rest.split('?').next().unwrap_or(rest);
                let at = rest.rsplit_once('@').map_or(rest, |(_, at)| at);
                format!("{scheme}://{at}")
            }
        }
    }
}

/// Why something could not be stored or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Someone else changed the same at the same time: nothing was done, and it can be tried again.
    #[error("someone else changed the same at the same time ({0}): try again")]
    Conflict(String),
    /// There is no room.
    #[error("the database has no room left ({0}): nothing was done; free some space, then send it again")]
    Full(String),
    /// It does not answer.
    #[error("the database does not answer ({0}): nothing was done; send it again in a moment")]
    Unreachable(String),
    /// The connection broke while it committed.
    #[error(
        "the database went away while it was written to: whether it was done is not known; send it again with the same Idempotency-Key, or read the case"
    )]
    Uncertain,
    /// What is stored is not what was stored.
    #[error("something in the database cannot be read: {0}")]
    Unreadable(String),
    /// It was written by a later version of this program.
    #[error(
        "the database is of version {found} and this program knows version {known}: start the newer program that made it"
    )]
    Newer {
        /// The version of the database.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// Anything else.
    #[error("the database refused: {0}")]
    Failed(String),
}

/// Most rows of one statement of SQLite.
const ROWS_MAX: usize = 64;
/// Stands between ids that go as one value; no id and no header has it.
const BETWEEN_IDS: &str = "\u{1f}";

/// A connection to either engine. What is asked of it has a `?` for each value.
#[derive(Debug)]
pub enum Conn {
    /// SQLite
    Lite(Lite),
    /// PostgreSQL
    Postgres(Postgres),
}

/// What is the same for both engines, stamped for each.
macro_rules! either {
    ($self:ident, $conn:ident => $body:expr) => {
        match $self {
            Self::Lite($conn) => $body,
            Self::Postgres($conn) => $body,
        }
    };
}

impl Conn {
    /// Runs a statement; how many rows it changed.
    pub async fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        either!(self, conn => conn.execute(sql, values).await)
    }

    /// The rows of a query.
    pub async fn fetch(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        either!(self, conn => conn.fetch(sql, values).await)
    }

    /// The one row of a query, where there is one.
    pub async fn fetch_one(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Option<Row>, StoreError> {
        Ok(self.fetch(sql, values).await?.into_iter().next())
    }

    /// Does nothing, and tells whether the database did it.
    pub async fn answers(&mut self) -> Result<(), StoreError> {
        if let Self::Lite(conn) = self {
            conn.is_there()?;
        }
        self.fetch("SELECT CAST(1 AS bigint)", &[]).await.map(drop)
    }

    /// Several statements without values.
    async fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        either!(self, conn => conn.batch(sql).await)
    }

    /// Begins a transaction that will write.
    pub async fn begin(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Lite(conn) => {
                conn.is_there()?;
                conn.execute("BEGIN IMMEDIATE", &[]).await.map(drop)
            }
            Self::Postgres(conn) => conn.say("BEGIN").await,
        }
    }

    /// Ends a transaction: all of it is kept.
    ///
    /// # Errors
    /// [`StoreError::Uncertain`] when the connection broke on the way, or the disk did not say that it has it: what was
    /// written up to there may be found when the file is opened again.
    pub async fn commit(&mut self) -> Result<(), StoreError> {
        let done = match self {
            Self::Lite(conn) => conn.execute("COMMIT", &[]).await.and_then(|_| conn.is_there()),
            Self::Postgres(conn) => conn.say("COMMIT").await,
        };
        done.map_err(|e| match e {
            StoreError::Unreachable(says) => {
                tracing::error!("the database failed while it kept what was written: {says}");
                StoreError::Uncertain
            }
            other => other,
        })
    }

    /// Writes something that changes nothing, to see whether it can be written at all. PostgreSQL says so by itself.
    ///
    /// # Errors
    /// Why it cannot.
    pub async fn takes_writes(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Lite(conn) => {
                let rows = conn.fetch("PRAGMA user_version", &[]).await?;
                let version = rows.first().map_or(Ok(0), |row| row.int(0))?;
                conn.batch(&format!("PRAGMA user_version = {version}")).await
            }
            Self::Postgres(conn) => {
                let rows = conn.fetch("SELECT CAST(pg_is_in_recovery() AS int)::bigint", &[]).await?;
                match rows.first().map_or(Ok(0), |row| row.int(0))? {
                    0 => Ok(()),
                    _ => Err(StoreError::Unreachable("the server only reads".to_owned())),
                }
            }
        }
    }

    /// Ends a transaction: none of it is kept.
    pub async fn rollback(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Lite(conn) => conn.batch("ROLLBACK").await,
            Self::Postgres(conn) => conn.say("ROLLBACK").await,
        }
    }

    /// Reads several things as they are at one moment, while others go on writing.
    ///
    /// # Errors
    /// Those of the work.
    pub async fn at_one_moment<T, E: From<StoreError>>(
        &mut self,
        work: impl AsyncFnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        match self {
            Self::Lite(conn) => conn.batch("BEGIN").await?,
            Self::Postgres(conn) => conn.say("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
        }
        let read = work(self).await;
        let ended = self.rollback().await;
        // What failed is told; that nothing was there to end any more is no news.
        read.and_then(|read| ended.map(|()| read).map_err(E::from))
    }

    /// Does several things as one: all of it is kept, or none.
    ///
    /// # Errors
    /// Those of the work, and [`StoreError::Uncertain`] when the connection broke while it was kept.
    pub async fn as_one<T, E: From<StoreError>>(
        &mut self,
        work: impl AsyncFnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin().await?;
        let done = match work(self).await {
            Ok(done) => self.commit().await.map(|()| done).map_err(E::from),
            Err(e) => Err(e),
        };
        if done.is_err() {
            // What failed is told; that it was taken back is no news.
            let _ = self.rollback().await;
        }
        done
    }

    /// What locks the rows of a SELECT until the end of the transaction.
    pub const fn lock(&self) -> &'static str {
        match self {
            Self::Lite(_) => "",
            Self::Postgres(_) => " FOR UPDATE",
        }
    }

    /// Makes what was erased leave the log of an embedded database too, unless someone reads it just now; then it goes when
    /// the log begins anew. PostgreSQL does so by its own vacuum.
    pub async fn scrub(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Lite(conn) => conn.fetch("PRAGMA wal_checkpoint(TRUNCATE)", &[]).await.map(drop),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Makes ready for a great many rows: pages of indexes stay in memory until they are committed.
    pub async fn will_write_much(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Lite(conn) => conn.batch("PRAGMA cache_size = -131072").await,
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Whether more than one program may write at a time.
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Writes rows, several a statement. `head`: `INSERT INTO t (a, b)`, or `UPDATE t SET .. FROM (`; `tail`: what
    /// follows the rows.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when fewer rows were written than given.
    pub async fn write(
        &mut self,
        head: &str,
        tail: &str,
        width: usize,
        values: &[Value<'_>],
    ) -> Result<(), StoreError> {
        let (rows, written) = self.write_all(head, tail, width, values).await?;
        if written == rows {
            return Ok(());
        }
        Err(StoreError::Conflict(format!("{written} of {rows} rows were there to write")))
    }

    /// Adds rows, several a statement; those that are there stay as they are.
    ///
    /// # Errors
    /// When the database does not take them.
    pub async fn add_new(&mut self, head: &str, width: usize, values: &[Value<'_>]) -> Result<(), StoreError> {
        self.write_all(head, " ON CONFLICT DO NOTHING", width, values).await.map(drop)
    }

    /// How many rows were given, and how many written.
    async fn write_all(
        &mut self,
        head: &str,
        tail: &str,
        width: usize,
        values: &[Value<'_>],
    ) -> Result<(u64, u64), StoreError> {
        if let Self::Postgres(conn) = self {
            let rows = (values.len() / width) as u64;
            return Ok((rows, conn.write_columns(head, tail, width, values).await?));
        }
        let (mut left, mut all, mut done) = (values, 0, 0);
        while !left.is_empty() {
            let rows = chunk(left.len() / width, ROWS_MAX);
            let (now, later) = left.split_at_checked(rows * width).unwrap_or((left, &[]));
            let sql = format!("{head} VALUES {}{tail}", rows_of(rows, width));
            done += self.execute(&sql, now).await?;
            all += rows as u64;
            left = later;
        }
        Ok((all, done))
    }

    /// The rows whose id is one of a list. `sql`: ends with the id's column; `after` stands behind the list.
    pub async fn among(
        &mut self,
        sql: &str,
        business: &str,
        ids: &[&str],
        after: &str,
    ) -> Result<Vec<Row>, StoreError> {
        let mut found = Vec::new();
        for ids in ids.chunks(256) {
            let Some(last) = ids.last() else { continue };
            if self.is_shared() {
                // As rows to go through, so that each id is looked up: of a long list PostgreSQL reads all that is of the
                // business.
                let text = format!("{sql} IN (SELECT unnest(string_to_array(?, chr(31)))){after}");
                found.extend(self.fetch(&text, &[business.into(), ids.join(BETWEEN_IDS).into()]).await?);
                continue;
            }
            let size = padded(ids.len());
            let text = format!("{sql} IN ({}){after}", places(size));
            let mut values: Vec<Value<'_>> = Vec::with_capacity(size + 1);
            values.push(business.into());
            values.extend((0..size).map(|at| Value::from(*ids.get(at).unwrap_or(last))));
            found.extend(self.fetch(&text, &values).await?);
        }
        Ok(found)
    }
}
