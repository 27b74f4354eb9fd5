//! SQLite, embedded: one file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, Value as Stored, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, params_from_iter};

use super::StoreError;
use super::sql::{Cell, Row, Value};
use crate::private::beside;

/// How long to wait for a lock that someone else holds.
const BUSY_WITHIN: Duration = Duration::from_secs(10);
/// How many statements are kept prepared.
const STATEMENTS: usize = 256;

/// The cache is small, since each commit that split a page walks through all of it; what falls out of it is in the
/// system's own. The log is long, since a page that was written often is copied once. What is deleted is written over, so
/// that what was erased is gone from the file.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; \
                       PRAGMA wal_autocheckpoint = 8000; PRAGMA temp_store = MEMORY; \
                       PRAGMA secure_delete = ON;";

/// As much of a file as is read of its beginning, and where it stands there whether it has a log beside it: 2, or 1 for none
/// (the format of SQLite, "File format version numbers").
const HEADER: usize = 20;
const WRITE_VERSION: usize = 18;

/// Where its statements run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// On the thread that asks, which nobody else needs to go on.
    Here,
    /// On a thread that may wait, for the disk or until another has written, so that those that answer requests need not.
    Aside,
}

/// Which file it is, whatever it is called now. Where the system does not tell, all files are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Which(Option<(u64, u64)>);

impl Which {
    /// The file that has this name now.
    pub fn at(path: &Path) -> Self {
        #[cfg(unix)]
        let which = {
            use std::os::unix::fs::MetadataExt as _;
            path.metadata().ok().map(|about| (about.dev(), about.ino()))
        };
        #[cfg(not(unix))]
        let which = path.exists().then_some((0, 0));
        Self(which)
    }

    /// Whether the file still has its name.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] when it was removed, or another was put in its place.
    pub fn is_at(self, path: &Path) -> Result<(), StoreError> {
        if Self::at(path) == self {
            return Ok(());
        }
        let says = "is not the file that this program opened: put that one back, or end the program and start it again";
        Err(StoreError::Unreachable(format!("{} {says}", path.display())))
    }
}

/// A connection to a file.
#[derive(Debug)]
pub struct Lite {
    connection: Option<Connection>,
    runs: Runs,
    path: PathBuf,
    which: Which,
}

/// Opens a file, or makes it. `FULL`: what is committed survives a loss of power.
///
/// # Errors
/// [`StoreError::Unreadable`] when it is a copy beside which the log of another lies.
pub fn open(path: &Path, runs: Runs) -> Result<Lite, StoreError> {
    own(path);
    none_of_another(path)?;
    connect(path, runs, OpenFlags::SQLITE_OPEN_CREATE)
}

/// Opens a file again, and none that was put in its place: what this program knows is of the first.
pub fn reopen(path: &Path, runs: Runs, which: Which) -> Result<Lite, StoreError> {
    which.is_at(path)?;
    let again = connect(path, runs, OpenFlags::empty())?;
    which.is_at(path).map(|()| again)
}

fn connect(path: &Path, runs: Runs, more: OpenFlags) -> Result<Lite, StoreError> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE | more;
    let connection = Connection::open_with_flags(path, flags).map_err(|e| failed(&e))?;
    connection.busy_timeout(BUSY_WITHIN).map_err(|e| failed(&e))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Without it a statement is compiled anew each time other values are bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(|e| failed(&e))?;
    connection.execute_batch(PRAGMAS).map_err(|e| failed(&e))?;
    Ok(Lite { connection: Some(connection), runs, path: path.to_owned(), which: Which::at(path) })
}

/// A copy that `amends backup` made has no log until it is opened: one that lies beside it is of the database that was there
/// before, and would be read into it.
fn none_of_another(path: &Path) -> Result<(), StoreError> {
    let log = beside(path, "-wal");
    let mut header = [0; HEADER];
    let began = std::fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut header));
    let has_no_log = began.is_ok() && header[WRITE_VERSION] == 1;
    if has_no_log && log.metadata().is_ok_and(|about| about.len() > 0) {
        let (path, shm) = (path.display(), beside(path, "-shm"));
        return Err(StoreError::Unreadable(format!(
            "{path} is a copy, and {} is the log of another database: move that and {} away first",
            log.display(),
            shm.display()
        )));
    }
    Ok(())
}

/// Makes the file for its owner alone, where it is not there: SQLite gives those beside it the same mode. Where it cannot be
/// made, opening it says why.
fn own(path: &Path) {
    if !path.as_os_str().is_empty() && !path.exists() {
        let _ = crate::private::create(path);
    }
}

impl Lite {
    /// Runs a statement; how many rows it changed.
    pub async fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        if self.runs == Runs::Here {
            return self.connection().and_then(|c| execute(c, sql, values));
        }
        let (sql, values) = owned(sql, values);
        self.aside(move |c| execute(c, &sql, &values)).await
    }

    /// The rows of a query.
    pub async fn fetch(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        if self.runs == Runs::Here {
            return self.connection().and_then(|c| fetch(c, sql, values));
        }
        let (sql, values) = owned(sql, values);
        self.aside(move |c| fetch(c, &sql, &values)).await
    }

    /// Several statements without values.
    pub async fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        if self.runs == Runs::Here {
            return self.connection().and_then(|c| c.execute_batch(sql).map_err(|e| failed(&e)));
        }
        let sql = sql.to_owned();
        self.aside(move |c| c.execute_batch(&sql).map_err(|e| failed(&e))).await
    }

    /// Which file it writes to.
    pub const fn which(&self) -> Which {
        self.which
    }

    /// Whether what is written now will be found: the file that was opened still has its name.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] when it was removed, or another was put in its place.
    pub fn is_there(&self) -> Result<(), StoreError> {
        self.which.is_at(&self.path)
    }

    /// Copies the whole database as it is at one moment, while others go on writing. The file must be there and empty.
    pub async fn copy_to(&mut self, path: PathBuf) -> Result<(), StoreError> {
        let Some(file) = path.to_str().map(str::to_owned) else {
            return Err(StoreError::Failed(format!("{} is no name in UTF-8", path.display())));
        };
        self.aside(move |c| execute(c, "VACUUM INTO ?", &[Value::from(file)]).map(drop)).await
    }

    pub(super) fn connection(&self) -> Result<&Connection, StoreError> {
        self.connection.as_ref().ok_or_else(lost)
    }

    async fn aside<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connection = self.connection.take().ok_or_else(lost)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work(&connection);
            (connection, result)
        });
        let (connection, result) = done.await.map_err(|_| lost())?;
        self.connection = Some(connection);
        result
    }

    /// Whether it can be used again.
    pub const fn is_whole(&self) -> bool {
        self.connection.is_some()
    }
}

fn lost() -> StoreError {
    StoreError::Unreachable("a request was given up while it read".to_owned())
}

fn owned(sql: &str, values: &[Value<'_>]) -> (String, Vec<Value<'static>>) {
    (sql.to_owned(), values.iter().map(|v| v.clone().into_owned()).collect())
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Int(Some(int)) => ToSqlOutput::Owned(Stored::Integer(*int)),
            Self::Text(Some(text)) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Int(None) | Self::Text(None) => ToSqlOutput::Owned(Stored::Null),
        })
    }
}

fn execute(connection: &Connection, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(|e| failed(&e))?;
    let changed = statement.execute(params_from_iter(values)).map_err(|e| failed(&e))?;
    Ok(changed as u64)
}

fn fetch(connection: &Connection, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(|e| failed(&e))?;
    let width = statement.column_count();
    let mut rows = statement.query(params_from_iter(values)).map_err(|e| failed(&e))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(|e| failed(&e))? {
        let cells = (0..width).map(|at| row.get_ref(at).map_err(|e| failed(&e)).and_then(cell));
        found.push(Row(cells.collect::<Result<_, _>>()?));
    }
    Ok(found)
}

fn cell(value: ValueRef<'_>) -> Result<Cell, StoreError> {
    match value {
        ValueRef::Null => Ok(Cell::Null),
        ValueRef::Integer(int) => Ok(Cell::Int(int)),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Ok(Cell::Text(text.to_owned())),
            Err(_) => Err(StoreError::Unreadable("a text is not UTF-8".to_owned())),
        },
        ValueRef::Real(_) | ValueRef::Blob(_) => {
            Err(StoreError::Unreadable("a value is no number and no text".to_owned()))
        }
    }
}

fn failed(error: &rusqlite::Error) -> StoreError {
    let says = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full(says),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::ConstraintViolation) => {
            StoreError::Conflict(says)
        }
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::ReadOnly) => StoreError::Unreachable(says),
        _ => StoreError::Failed(says),
    }
}
