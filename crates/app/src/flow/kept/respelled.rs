//! Rows of the ledger that an older version of this program named otherwise: what is one purchase now has one row.

use std::collections::BTreeMap;

use amends_core::authority::Held;
use amends_core::ids::{BusinessId, TeamId};
use amends_core::journal::derive::{Columns, in_order};

use super::budgets::Followed;
use crate::store::kept::{LEDGER, among, put, remove};
use crate::store::{Conn, Store, StoreError, journal, ledger, precedents};

/// What follows the journal here, as other readers of it are called.
const READER: &str = "ledger";
/// Says that rows are still to be put together.
const TO_ADOPT: &str = "to_adopt";
/// How often it is tried again when someone else was in the way.
const TRIES_MAX: u32 = 20;

/// Puts the rows together that are of one purchase or of one payment, as the journal makes them; once. Rows that do not hold
/// what the journal says stay as they are: the check tells of them.
///
/// # Errors
/// When the database does not take it.
pub async fn adopt(store: &Store, business: &BusinessId) -> Result<(), StoreError> {
    let mut conn = store.writer().await?;
    if precedents::seen(&mut conn, business, READER).await? != TO_ADOPT {
        return Ok(());
    }
    let mut tried = 1;
    loop {
        match conn.as_one(async |conn| adopt_in(conn, business).await).await {
            Err(StoreError::Conflict(_)) if tried < TRIES_MAX => tried += 1,
            done => return done,
        }
    }
}

async fn adopt_in(conn: &mut Conn, business: &BusinessId) -> Result<(), StoreError> {
    if !precedents::saw(conn, business, READER, TO_ADOPT, "adopted").await? {
        return Ok(());
    }
    // Whoever writes to the journal waits until this is done.
    let teams: Vec<TeamId> = journal::heads(conn, business).await?.into_iter().map(|head| head.team).collect();
    let teams: Vec<&str> = teams.iter().map(TeamId::as_str).collect();
    journal::lock_heads(conn, business, &teams).await?;
    let mut respelled: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, key) in ledger::marked(conn, business).await? {
        let now = ledger::id(&key);
        if now != id {
            respelled.entry(now).or_default().push(id);
        }
    }
    if respelled.is_empty() {
        return Ok(());
    }
    let (heads, mut followed) = (journal::heads(conn, business).await?, Followed::default());
    while !followed.read_on(conn, business, &heads).await? {}
    for (now, before) in respelled {
        if let Some(row) = followed.line(&now)? {
            put_together(conn, business, (&now, row), before).await?;
        }
    }
    Ok(())
}

/// Writes one row for several, where all together hold what it holds.
async fn put_together(
    conn: &mut Conn,
    business: &BusinessId,
    (now, mut row): (&str, Columns),
    before: Vec<String>,
) -> Result<(), StoreError> {
    let ids: Vec<&str> = before.iter().map(String::as_str).chain([now]).collect();
    let found = among(conn, business, &LEDGER, "id", &ids).await?;
    let mut held: Vec<Held> = Vec::new();
    for columns in found.values() {
        let text = columns.get("held").cloned().flatten().unwrap_or_default();
        let Ok(of_it) = serde_json::from_str::<Vec<Held>>(&text) else { return Ok(()) };
        held.extend(of_it);
    }
    in_order(&mut held);
    let text = serde_json::to_string(&held).map_err(|e| StoreError::Failed(e.to_string()))?;
    if row.get("held") != Some(&Some(text)) {
        return Ok(());
    }
    for id in found.keys() {
        remove(conn, business, &LEDGER, id).await?;
    }
    row.insert("version", Some("1".to_owned()));
    put(conn, business, &LEDGER, now, &row).await
}
