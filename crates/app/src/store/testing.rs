//! Databases for tests: a file of its own, or a new database on the server that `AMENDS_TEST_POSTGRES` names.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use amends_core::ids::{BusinessId, TeamId};

use super::{Conn, Place, StoreError, lite, postgres};

/// Where the server's URL stands.
pub const VARIABLE: &str = "AMENDS_TEST_POSTGRES";

static COUNT: AtomicU64 = AtomicU64::new(0);

/// A place that nobody used before; its folder goes when it is dropped.
#[derive(Debug)]
pub struct Fresh {
    /// The database.
    pub place: Place,
    folder: Option<PathBuf>,
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // One that stays is in the system's folder for such files.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// A new file.
///
/// # Errors
/// When no folder can be made.
pub fn file() -> std::io::Result<Fresh> {
    let number = COUNT.fetch_add(1, Ordering::SeqCst);
    let folder = std::env::temp_dir().join(format!("amends-test-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(Fresh { place: Place::File(folder.join("amends.db")), folder: Some(folder) })
}

/// A new database on a server.
///
/// # Errors
/// When the server does not answer.
pub async fn database(url: &str) -> Result<Fresh, StoreError> {
    let number = COUNT.fetch_add(1, Ordering::SeqCst);
    let name = format!("t_{}_{number}", std::process::id());
    let mut conn = Conn::Postgres(postgres::writer(&postgres::options(url)?).await?);
    conn.execute(&format!("CREATE DATABASE {name}"), &[]).await?;
    let (server, _) = url.rsplit_once('/').ok_or_else(|| StoreError::Failed(format!("`{url}` names no database")))?;
    Ok(Fresh { place: Place::Url(format!("{server}/{name}")), folder: None })
}

/// A file, and a database where there is a server. Says visibly that one was left out.
///
/// # Errors
/// When one cannot be made.
pub async fn both() -> Result<Vec<Fresh>, StoreError> {
    let file = file().map_err(|e| StoreError::Failed(e.to_string()))?;
    if let Ok(url) = std::env::var(VARIABLE) {
        return Ok(vec![file, database(&url).await?]);
    }
    skipped(Left::OnPostgres, NO_SERVER);
    Ok(vec![file])
}

/// What a test left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// All of it: it passes without having shown anything.
    Whole,
    /// Its second half, on PostgreSQL.
    OnPostgres,
}

/// Why nothing runs on PostgreSQL.
pub const NO_SERVER: &str = "AMENDS_TEST_POSTGRES names no server (scripts/postgres.sh starts one)";

/// Says what the test of this thread leaves out, past the harness, which hides what tests that pass print.
/// `scripts/test.sh` counts these lines, and takes the whole ones from those that passed.
pub fn skipped(left: Left, why: &str) {
    use std::io::Write as _;
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let line = match left {
        Left::Whole => format!("\nskipped test: {test}: {why}\n"),
        Left::OnPostgres => format!("\nskipped half: {test} on PostgreSQL: {why}\n"),
    };
    // Where nobody reads it, nobody is told.
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// Makes everyone read the settings again, as someone does who changed them by hand.
///
/// # Errors
/// When the database does not answer.
pub async fn set_back(store: &super::Store, business: &BusinessId) -> Result<(), StoreError> {
    super::settings::changed(&mut store.writer().await?, business).await
}

/// Leaves a row of the ledger as an older version of this program did, which named an order as it was typed: the last grant stands
/// in a row of its own, whose order has a `#`.
///
/// # Errors
/// When the database does not answer, or has no such row.
pub async fn spelled_twice(store: &super::Store, business: &BusinessId, id: &str) -> Result<(), StoreError> {
    let mut conn = store.writer().await?;
    let found = super::ledger::read(&mut conn, business, &[id]).await?;
    let held = found.first().map(|row| row.ledger.held()).unwrap_or_default();
    let text = |held| serde_json::to_string(held).map_err(|e| StoreError::Failed(e.to_string()));
    let (first, last) = held.split_at(held.len().saturating_sub(1));
    let of_business = business.as_str();
    let sql = "INSERT INTO ledger (business, id, purchase, account, currency, paid, said, refunded, reserved, settled, held, \
               version) SELECT business, '#' || id, '#' || purchase, account, currency, paid, said, refunded, 0, 0, ?, 1 \
               FROM ledger WHERE business = ? AND id = ?";
    conn.execute(sql, &[text(last)?.into(), of_business.into(), id.into()]).await?;
    let sql = "UPDATE ledger SET held = ? WHERE business = ? AND id = ?";
    conn.execute(sql, &[text(first)?.into(), of_business.into(), id.into()]).await?;
    conn.execute("DELETE FROM readers WHERE business = ? AND id = 'ledger'", &[of_business.into()]).await?;
    let sql = "INSERT INTO readers (business, id, seen) VALUES (?, 'ledger', 'to_adopt')";
    conn.execute(sql, &[of_business.into()]).await.map(drop)
}

/// Cuts the last entries of a chain off, so many, and sets its head back, as someone does who can write to the database.
///
/// # Errors
/// When the database does not answer, or has no such entries.
pub async fn cut(store: &super::Store, business: &BusinessId, team: &TeamId, entries: u64) -> Result<(), StoreError> {
    let mut conn = store.writer().await?;
    let heads = super::journal::heads(&mut conn, business).await?;
    let seq = heads.iter().find(|head| head.team == *team).map_or(0, |head| head.seq) - entries;
    let none = || StoreError::Failed(format!("chain `{team}` has no entry {seq}"));
    let (_, hash) = super::journal::last_of(&mut conn, business, team, seq).await?.ok_or_else(none)?;
    let (seq, team) = (i64::try_from(seq).map_err(|_| none())?, team.as_str());
    let values = [business.as_str().into(), team.into(), seq.into()];
    conn.execute("DELETE FROM journal WHERE business = ? AND team = ? AND seq > ?", &values).await?;
    let values = [seq.into(), hash.as_str().into(), business.as_str().into(), team.into()];
    conn.execute("UPDATE chains SET seq = ?, hash = ? WHERE business = ? AND team = ?", &values).await.map(drop)
}

/// The obvious way to keep a limit, as a floor for benches: each request locks the budget's row, reads it, writes it,
/// its grant and its entry, and commits. How many were done in a time.
///
/// # Errors
/// When the server does not answer.
pub async fn lock_for_each(url: &str, connections: usize, time: std::time::Duration) -> Result<u32, StoreError> {
    let options = postgres::options(url)?;
    let mut conn = Conn::Postgres(postgres::writer(&options).await?);
    for table in [
        "CREATE TABLE IF NOT EXISTS floor_budgets (id BIGINT PRIMARY KEY, taken BIGINT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS floor_grants (id TEXT PRIMARY KEY, cost BIGINT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS floor_journal (id TEXT PRIMARY KEY, event TEXT NOT NULL)",
        "INSERT INTO floor_budgets (id, taken) VALUES (1, 0) ON CONFLICT DO NOTHING",
    ] {
        conn.execute(table, &[]).await?;
    }
    let until = std::time::Instant::now() + time;
    let clients = (0..connections).map(|n| {
        let options = options.clone();
        tokio::spawn(async move {
            let mut conn = Conn::Postgres(postgres::writer(&options).await?);
            let (mut done, event) = (0_u32, "x".repeat(400));
            while std::time::Instant::now() < until {
                let id = format!("{n}-{}", COUNT.fetch_add(1, Ordering::SeqCst));
                conn.begin().await?;
                let row = conn.fetch_one("SELECT taken FROM floor_budgets WHERE id = 1 FOR UPDATE", &[]).await?;
                let taken = row.map_or(Ok(0), |row| row.int(0))?;
                conn.execute("UPDATE floor_budgets SET taken = ? WHERE id = 1", &[(taken + 1).into()]).await?;
                let grant = [id.as_str().into(), 2_500.into()];
                conn.execute("INSERT INTO floor_grants (id, cost) VALUES (?, ?)", &grant).await?;
                let entry = [id.as_str().into(), event.as_str().into()];
                conn.execute("INSERT INTO floor_journal (id, event) VALUES (?, ?)", &entry).await?;
                conn.commit().await?;
                done += 1;
            }
            Ok::<u32, StoreError>(done)
        })
    });
    let mut all = 0;
    for client in futures_util::future::join_all(clients).await {
        all += client.map_err(|e| StoreError::Failed(e.to_string()))??;
    }
    Ok(all)
}

/// An order as it is kept: its id, its customer, when in microseconds, and how much in cents.
pub type Order = (String, String, i64, i64);

/// The quickest way to put orders into a table, as a floor for benches: SQLite by one prepared statement in one
/// transaction, PostgreSQL by COPY. The table is ours and empty.
///
/// # Errors
/// When the database does not take them.
pub async fn bulk(place: &Place, orders: &[Order]) -> Result<(), StoreError> {
    let wrong = |e: &dyn std::fmt::Display| StoreError::Failed(e.to_string());
    match place {
        Place::File(path) => {
            let conn = lite::open(path, lite::Runs::Here)?;
            let conn = conn.connection()?;
            conn.execute_batch("BEGIN IMMEDIATE").map_err(|e| wrong(&e))?;
            let sql = "INSERT INTO orders (business, id, customer, at, total, currency, fields) VALUES (?,?,?,?,?,?,?)";
            let mut insert = conn.prepare(sql).map_err(|e| wrong(&e))?;
            for (id, customer, at, cents) in orders {
                let values = rusqlite::params!["floor", id, customer, at, cents, "USD", "{}"];
                insert.execute(values).map_err(|e| wrong(&e))?;
            }
            drop(insert);
            conn.execute_batch("COMMIT").map_err(|e| wrong(&e))
        }
        Place::Url(url) => {
            use sqlx::{ConnectOptions as _, postgres::PgConnection};
            use std::fmt::Write as _;
            let mut conn: PgConnection = postgres::options(url)?.connect().await.map_err(|e| wrong(&e))?;
            let mut copy = conn.copy_in_raw("COPY orders FROM STDIN").await.map_err(|e| wrong(&e))?;
            for part in orders.chunks(10_000) {
                let mut text = String::new();
                for (id, customer, at, cents) in part {
                    // Writing to a text cannot fail.
                    let _ = writeln!(text, "floor\t{id}\t{customer}\t{at}\t{cents}\tUSD\t{{}}");
                }
                copy.send(text.into_bytes()).await.map_err(|e| wrong(&e))?;
            }
            copy.finish().await.map(drop).map_err(|e| wrong(&e))
        }
    }
}

/// Makes the last entry of a case one that this program does not know, as a newer one beside it writes.
///
/// # Errors
/// When the database does not answer.
pub async fn of_a_newer_program(store: &super::Store, case: &str) -> Result<(), StoreError> {
    let mut conn = store.writer().await?;
    let event = r#"{"case":"c","kind":"case.of_another_age"}"#;
    let sql = "UPDATE journal SET event = ? WHERE case_id = ? AND version = (SELECT version FROM cases WHERE id = ?)";
    conn.execute(sql, &[event.into(), case.into(), case.into()]).await?;
    // What is remembered of it is of the version before.
    conn.execute("UPDATE cases SET version = version + 1 WHERE id = ?", &[case.into()]).await.map(drop)
}
