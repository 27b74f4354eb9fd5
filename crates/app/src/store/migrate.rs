//! The tables: made at the first start, brought up to date at each.

use super::{Conn, StoreError};

/// What makes the tables of each version from those of the one before.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001.sql"), include_str!("migrations/0002.sql")];

/// Leaves room in the pages of PostgreSQL's tables whose rows are changed often, so that a row that lists do not show
/// differently stays on its page, and no index is written.
const ROOM: &str = "ALTER TABLE cases SET (fillfactor = 70); ALTER TABLE budgets SET (fillfactor = 50); \
                    ALTER TABLE chains SET (fillfactor = 50)";

/// Brings the tables up to date.
///
/// # Errors
/// When a later version of this program made them, and where the database refuses.
pub async fn migrate(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let table = "CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL PRIMARY KEY, at BIGINT NOT NULL)";
    if let Err(e) = conn.execute(table, &[]).await {
        // Two programs that start at once may both make it; then it is there.
        conn.fetch("SELECT version FROM migrations LIMIT 1", &[]).await.map_err(|_| e)?;
    }
    conn.begin().await?;
    if let Conn::Postgres(_) = conn {
        conn.execute("LOCK TABLE migrations IN ACCESS EXCLUSIVE MODE", &[]).await?;
    }
    let done = apply(conn, known, now).await;
    match done {
        Ok(()) => conn.commit().await,
        Err(e) => {
            // What failed is told; that it was taken back is no news.
            let _ = conn.rollback().await;
            Err(e)
        }
    }
}

async fn apply(conn: &mut Conn, known: i64, now: i64) -> Result<(), StoreError> {
    let row = conn.fetch_one("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM migrations", &[]).await?;
    let found = row.map_or(Ok(0), |row| row.int(0))?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (version, sql) in (1..).zip(MIGRATIONS).filter(|(version, _)| *version > found) {
        conn.batch(sql).await?;
        conn.execute("INSERT INTO migrations (version, at) VALUES (?, ?)", &[version.into(), now.into()]).await?;
    }
    if found == 0 && conn.is_shared() {
        conn.batch(ROOM).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables can be spread over many machines by their business.
    #[test]
    fn every_key_begins_with_the_business() {
        let text = MIGRATIONS.join("\n");
        let keys: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("PRIMARY KEY") || line.contains("INDEX"))
            .filter_map(|line| line.rsplit_once('(').map(|(_, columns)| columns))
            .collect();
        assert!(keys.len() > 20, "{keys:?}");
        assert!(keys.iter().all(|columns| columns.starts_with("business")), "{keys:?}");
    }

    #[test]
    fn columns_are_whole_numbers_and_texts() {
        let text = MIGRATIONS.join("\n");
        let columns = text.lines().filter(|line| line.starts_with("  ") && !line.contains("PRIMARY KEY"));
        for column in columns {
            let mut words = column.split_whitespace().skip(1);
            assert!(matches!(words.next(), Some("BIGINT" | "TEXT" | "BIGINT," | "TEXT,")), "{column}");
        }
    }
}
