//! Connections: one of its own for the writer, some for readers.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::sync::Semaphore;

use super::lite::{self, Runs, Which};
use super::migrate::migrate;
use super::postgres::{self, Postgres};
use super::{Conn, Place, StoreError};

/// Readers at a time.
const READERS: u32 = 8;
/// How long whoever reads from PostgreSQL waits for a connection.
const READER_WITHIN: Duration = Duration::from_secs(10);
/// Counts the tables that grow.
const COUNTED: &str =
    "ANALYZE cases, customers, journal, budgets, grants, ledger, approvals, steps, assessments, requests, deliveries";

/// A database.
#[derive(Clone, Debug)]
pub struct Store(Arc<Engine>);

#[derive(Debug)]
enum Engine {
    Lite { path: PathBuf, which: Which, free: Mutex<Vec<Conn>>, room: Semaphore },
    Postgres { options: Box<PgConnectOptions>, pool: PgPool },
}

impl Store {
    /// Opens a database, and makes or updates its tables. `now`: microseconds since 1970.
    ///
    /// # Errors
    /// When it cannot be reached, or is of a newer version.
    pub async fn open(place: &Place, now: i64) -> Result<Self, StoreError> {
        let engine = match place {
            Place::File(path) => {
                let first = lite::open(path, Runs::Here)?;
                let which = first.which();
                migrate(&mut Conn::Lite(first), now).await?;
                let (path, free, room) = (path.clone(), Mutex::default(), Semaphore::new(READERS as usize));
                Engine::Lite { path, which, free, room }
            }
            Place::Url(url) => {
                let options = Box::new(postgres::options(url)?);
                migrate(&mut Conn::Postgres(postgres::writer(&options).await?), now).await?;
                let pool = PgPoolOptions::new().max_connections(READERS).acquire_timeout(READER_WITHIN);
                Engine::Postgres { pool: pool.connect_lazy_with((*options).clone()), options }
            }
        };
        let store = Self(Arc::new(engine));
        if let Place::File(path) = place {
            for says in crate::private::of_database(path).iter().filter_map(|file| crate::private::too_open(file)) {
                tracing::warn!("the database is not its owner's alone: {says}");
            }
        }
        Ok(store)
    }

    /// Whether the file that was opened is still the one at its path: what is written to one that was deleted or moved is
    /// gone with the program.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] when it is not.
    pub fn is_there(&self) -> Result<(), StoreError> {
        match &*self.0 {
            Engine::Lite { path, which, .. } => which.is_at(path),
            Engine::Postgres { .. } => Ok(()),
        }
    }

    /// A connection for whoever writes now and then.
    ///
    /// SQLite lets one write at a time, and a statement waits for that on its thread: so it does not on a thread that others
    /// need to go on, and end what is waited for.
    pub async fn writer(&self) -> Result<Conn, StoreError> {
        self.opened(Runs::Aside).await
    }

    /// As [`Self::writer`], for whoever has a thread of their own and writes much: its statements run on the thread that asks.
    pub async fn own_writer(&self) -> Result<Conn, StoreError> {
        self.opened(Runs::Here).await
    }

    async fn opened(&self, runs: Runs) -> Result<Conn, StoreError> {
        match &*self.0 {
            Engine::Lite { path, which, .. } => lite::reopen(path, runs, *which).map(Conn::Lite),
            Engine::Postgres { options, .. } => postgres::writer(options).await.map(Conn::Postgres),
        }
    }

    /// A connection for reading, and for statements that are a transaction each. It goes back when it is dropped.
    pub async fn reader(&self) -> Result<Reader<'_>, StoreError> {
        self.is_there()?;
        match &*self.0 {
            Engine::Lite { path, which, free, room } => {
                let place = room.acquire().await.map_err(|_| StoreError::Unreachable("it was closed".to_owned()))?;
                let kept = free.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let conn = match kept {
                    Some(conn) => conn,
                    None => lite::reopen(path, Runs::Aside, *which).map(Conn::Lite)?,
                };
                Ok(Reader { conn: Some(conn), free: Some(free), _place: Some(place) })
            }
            Engine::Postgres { pool, .. } => {
                let conn = pool.acquire().await.map_err(|e| postgres::failed(&e))?;
                Ok(Reader { conn: Some(Conn::Postgres(Postgres::pooled(conn))), free: None, _place: None })
            }
        }
    }

    /// Lets PostgreSQL count what its tables hold. Its own round comes once a minute, and until then it plans as if a
    /// table that just grew were empty. SQLite's plans need no counts.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count(&self) -> Result<(), StoreError> {
        if let Engine::Postgres { options, .. } = &*self.0 {
            postgres::writer(options).await?.batch(COUNTED).await?;
        }
        Ok(())
    }

    /// Copies an embedded database as it is at one moment into a file that is there and empty, while it is in use.
    ///
    /// # Errors
    /// When the database is PostgreSQL, which has tools of its own, or the file cannot be written.
    pub async fn copy_to(&self, path: PathBuf) -> Result<(), StoreError> {
        let mut reader = self.reader().await?;
        match &mut *reader {
            Conn::Lite(conn) => conn.copy_to(path).await,
            Conn::Postgres(_) => {
                Err(StoreError::Failed("PostgreSQL is backed up with `pg_dump` or its own replication".to_owned()))
            }
        }
    }
}

/// A connection that was lent.
#[derive(Debug)]
pub struct Reader<'s> {
    conn: Option<Conn>,
    free: Option<&'s Mutex<Vec<Conn>>>,
    _place: Option<tokio::sync::SemaphorePermit<'s>>,
}

impl std::ops::Deref for Reader<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        #[allow(clippy::expect_used, reason = "it is taken out when it is dropped, and not before")]
        self.conn.as_ref().expect("a connection until it is dropped")
    }
}

impl std::ops::DerefMut for Reader<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        #[allow(clippy::expect_used, reason = "it is taken out when it is dropped, and not before")]
        self.conn.as_mut().expect("a connection until it is dropped")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let whole = |conn: &Conn| !matches!(conn, Conn::Lite(conn) if !conn.is_whole());
        if let (Some(free), Some(conn)) = (self.free, self.conn.take().filter(whole)) {
            free.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        }
    }
}
