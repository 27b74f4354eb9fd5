//! The tables: made at the first start, brought up to date at each.

use super::{Conn, StoreError, names};

/// What makes the tables of each version from those of the one before.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
    include_str!("migrations/0007.sql"),
    include_str!("migrations/0008.sql"),
    include_str!("migrations/0009.sql"),
    include_str!("migrations/0010.sql"),
    include_str!("migrations/0011.sql"),
    include_str!("migrations/0012.sql"),
    include_str!("migrations/0013.sql"),
];

/// Leaves room in the pages of PostgreSQL's tables whose rows are changed often, so that a row that lists do not show
/// differently stays on its page, and no index is written.
const ROOM: &str = "ALTER TABLE cases SET (fillfactor = 70); ALTER TABLE budgets SET (fillfactor = 50); \
                    ALTER TABLE chains SET (fillfactor = 50)";

/// The version that made the table of names.
const NAMES: i64 = 8;

/// Brings the tables up to date.
///
/// # Errors
/// When a later version of this program made them, and where the database refuses.
pub async fn migrate(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    migrate_to(conn, MIGRATIONS, now).await
}

async fn migrate_to(conn: &mut Conn, migrations: &[&str], now: i64) -> Result<(), StoreError> {
    let table = "CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL PRIMARY KEY, at BIGINT NOT NULL)";
    if let Err(e) = conn.execute(table, &[]).await {
        // Two programs that start at once may both make it; then it is there.
        conn.fetch("SELECT version FROM migrations LIMIT 1", &[]).await.map_err(|_| e)?;
    }
    conn.as_one(async |conn| {
        if let Conn::Postgres(_) = conn {
            conn.execute("LOCK TABLE migrations IN ACCESS EXCLUSIVE MODE", &[]).await?;
        }
        apply(conn, migrations, now).await
    })
    .await
}

async fn apply(conn: &mut Conn, migrations: &[&str], now: i64) -> Result<(), StoreError> {
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    let row = conn.fetch_one("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM migrations", &[]).await?;
    let found = row.map_or(Ok(0), |row| row.int(0))?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (version, sql) in (1..).zip(migrations).filter(|(version, _)| *version > found) {
        conn.batch(sql).await?;
        if version == NAMES {
            names::begin(conn).await?;
        }
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
            .filter_map(|line| line.split_once('(').map(|(_, columns)| columns))
            .collect();
        assert!(keys.len() > 20, "{keys:?}");
        assert!(keys.iter().all(|columns| columns.starts_with("business")), "{keys:?}");
    }

    #[tokio::test]
    async fn tokens_of_an_older_database_are_keys_of_this_one() {
        use crate::store::{Place, keys, lite, people, postgres, testing};
        for fresh in testing::both().await.unwrap() {
            let mut conn = match &fresh.place {
                Place::File(path) => Conn::Lite(lite::open(path, lite::Runs::Here).unwrap()),
                Place::Url(url) => Conn::Postgres(postgres::writer(&postgres::options(url).unwrap()).await.unwrap()),
            };
            migrate_to(&mut conn, &MIGRATIONS[..1], 1).await.unwrap();
            let person = "INSERT INTO people (business, id, name, role, team, state, token, since) \
                          VALUES ('retail', 'rita', 'Rita', 'lead', 'shop', 'active', 'abc', 7)";
            conn.execute(person, &[]).await.unwrap();
            let gone = "INSERT INTO people (business, id, name, role, team, state, token, since) \
                        VALUES ('retail', 'zoe', 'Zoe', 'lead', 'shop', 'gone', NULL, 7)";
            conn.execute(gone, &[]).await.unwrap();
            migrate(&mut conn, 2).await.unwrap();
            migrate(&mut conn, 3).await.unwrap();
            let business = amends_core::ids::BusinessId::parse("retail").unwrap();
            let keys = keys::all(&mut conn, &business).await.unwrap();
            assert_eq!(keys.len(), 1);
            assert_eq!((keys[0].id.as_str(), keys[0].digest.as_str(), keys[0].since), ("rita", "abc", 7));
            assert_eq!(people::all(&mut conn, &business).await.unwrap().len(), 2);
            let newer = migrate_to(&mut conn, &MIGRATIONS[..1], 4).await.unwrap_err();
            let found = i64::try_from(MIGRATIONS.len()).unwrap();
            assert_eq!(newer, StoreError::Newer { found, known: 1 });
        }
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
