//! All of a business is held against its journal, and its tables are made from it again.

use amends_core::fulfilment::State;
use amends_core::ids::{BusinessId, InletId, PersonId, TeamId};
use amends_core::journal::derive::{Columns, Difference, Differs};
use amends_core::time::Time;

use super::watch::Watch;
use crate::flow::fulfil::text_of;
use crate::flow::people::{Setting, change_in};
use crate::store::endpoints::{EndpointRow, Purpose};
use crate::store::inlets::{InletRow, Kind};
use crate::store::kept::{self, CASES, ENDPOINTS, INLETS, KEYS, PUBLISHED, Table};
use crate::store::keys::KeyRow;
use crate::store::steps::BY_HAND;
use crate::store::{Conn, Store, StoreError, books, endpoints, inlets, journal, keys};

/// How often it is tried again when someone else was in the way.
const TRIES_MAX: u32 = 20;
/// Who makes tables again, for the journal.
const BY: &str = "operator";

/// Holds all of a business against its journal.
///
/// # Errors
/// When the database does not answer.
pub async fn differences(store: &Store, business: &BusinessId, now: Time) -> Result<Vec<Difference>, StoreError> {
    super::adopt(store, business, now).await?;
    store.writer().await?.at_one_moment(async |conn| Watch::all(conn, business).await).await
}

/// What came of making tables again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The rows that were not as the journal says, and are now.
    pub rows: usize,
    /// What still differs.
    pub left: Vec<Difference>,
}

/// Makes the tables of a business from its journal again, where they differ; all or nothing, and told in the journal. Where the
/// journal itself does not hold together nothing is done: it cannot say what was.
///
/// # Errors
/// When the database does not take it.
pub async fn mend(store: &Store, business: &BusinessId, now: Time) -> Result<Mended, StoreError> {
    super::adopt(store, business, now).await?;
    let mut conn = store.writer().await?;
    let mut tried = 1;
    loop {
        match conn.as_one(async |conn| mend_in(conn, business, now).await).await {
            Err(StoreError::Conflict(_)) if tried < TRIES_MAX => tried += 1,
            done => return done,
        }
    }
}

async fn mend_in(conn: &mut Conn, business: &BusinessId, now: Time) -> Result<Mended, StoreError> {
    // Whoever writes to the journal waits until this is done.
    let teams: Vec<TeamId> = journal::heads(conn, business).await?.into_iter().map(|head| head.team).collect();
    let teams: Vec<&str> = teams.iter().map(TeamId::as_str).collect();
    journal::lock_heads(conn, business, &teams).await?;
    let differs = Watch::all(conn, business).await?;
    if differs.is_empty() || differs.iter().any(Difference::is_of_journal) {
        return Ok(Mended { rows: 0, left: differs });
    }
    let mut told = Vec::new();
    for difference in &differs {
        told.extend(put_right(conn, business, difference, now).await?);
    }
    told.push(Setting::Rederived(differs.len()));
    change_in(conn, business, BY, &told, now).await?;
    let left = Watch::all(conn, business).await?;
    let rows = differs.iter().filter(|difference| !left.contains(difference)).count();
    Ok(Mended { rows, left })
}

/// Puts one row right; what the journal has to be told beside.
async fn put_right(
    conn: &mut Conn,
    business: &BusinessId,
    difference: &Difference,
    now: Time,
) -> Result<Option<Setting>, StoreError> {
    let Some(table) = Table::named(difference.table) else { return Ok(None) };
    let key = &difference.key;
    match &difference.at {
        Differs::Column { column: "secret", .. } => shut(conn, business, table, key, None).await,
        Differs::Column { journal: Some(digest), .. } if *table == PUBLISHED => {
            kept::remove(conn, business, table, key).await?;
            lay(conn, business, digest).await.map(|()| None)
        }
        Differs::Column { column, journal, .. } => {
            kept::set(conn, business, table, key, (column, journal.as_deref())).await.map(|()| None)
        }
        Differs::Extra => kept::remove(conn, business, table, key).await.map(|()| None),
        Differs::Missing { row } if [&KEYS, &ENDPOINTS, &INLETS].contains(&table) => {
            shut(conn, business, table, key, Some(row)).await
        }
        Differs::Missing { row } if *table == PUBLISHED => {
            let digest = row.get("text").cloned().flatten().unwrap_or_default();
            lay(conn, business, &digest).await.map(|()| None)
        }
        // Without its key nobody could read what was written on it.
        Differs::Missing { .. } if *table == CASES => Ok(None),
        Differs::Missing { row } => {
            let row = filled(table, key, row, now)?;
            kept::put(conn, business, table, key, &row).await.map(|()| None)
        }
        Differs::Journal { .. } => Ok(None),
    }
}

/// What journals tell only a digest of cannot be made again: it is taken away or turned off, and someone sets it up anew.
async fn shut(
    conn: &mut Conn,
    business: &BusinessId,
    table: &Table,
    key: &str,
    gone: Option<&Columns>,
) -> Result<Option<Setting>, StoreError> {
    let text = |column: &str| gone.and_then(|row| row.get(column).cloned().flatten()).unwrap_or_default();
    if *table == KEYS {
        let row = keys::all(conn, business).await?.into_iter().find(|row| row.id == key);
        let made = || -> Option<KeyRow> {
            let (id, person, digest) = (key.to_owned(), PersonId::parse(&text("person")).ok()?, String::new());
            let (title, older, actions, until, since) = (String::new(), None, Vec::new(), None, 0);
            let (maker, made_with) = (None, None);
            Some(KeyRow { id, person, title, digest, older, actions, until, since, maker, made_with })
        };
        return Ok(row.or_else(made).map(Setting::NoKey));
    }
    if *table == ENDPOINTS {
        let row = endpoints::all(conn, business).await?.into_iter().find(|row| row.id == key);
        let purpose = if text("purpose") == "fulfil" { Purpose::Fulfil } else { Purpose::Tell };
        let kinds = serde_json::from_str(&text("kinds")).unwrap_or_default();
        let (secrets, seen) = (Vec::new(), String::new());
        let made = EndpointRow { id: key.to_owned(), purpose, url: String::new(), secrets, kinds, on: false, seen };
        // Of its address too the journal has a digest alone: what stands there now is not to be believed.
        return Ok(Some(Setting::Endpoint(EndpointRow { on: false, url: String::new(), ..row.unwrap_or(made) })));
    }
    let row = inlets::all(conn, business).await?.into_iter().find(|row| row.id.as_str() == key);
    let made = || -> Option<InletRow> {
        let (id, kind, owner) =
            (InletId::parse(key).ok()?, Kind::of(&text("kind"))?, PersonId::parse(&text("owner")).ok()?);
        Some(InletRow { id, kind, secrets: Vec::new(), owner, request: None, intake: None, on: false })
    };
    Ok(row.or_else(made).map(|row| Setting::Inlet(InletRow { on: false, ..row })))
}

/// Lays a published text over the folder again, from the books that are kept.
async fn lay(conn: &mut Conn, business: &BusinessId, digest: &str) -> Result<(), StoreError> {
    for book in books::all(conn, business).await? {
        for (path, text) in &book.files {
            if amends_core::digest::Digest::of(text.as_bytes()).as_str() == digest {
                let columns = Columns::from([("text", Some(text.clone())), ("edition", Some("0".to_owned()))]);
                return kept::put(conn, business, &PUBLISHED, path, &columns).await;
            }
        }
    }
    Ok(())
}

/// A row that is gone, with what the journal does not determine of it.
fn filled(table: &Table, key: &str, row: &Columns, now: Time) -> Result<Columns, StoreError> {
    let (text, at) = (|text: &str| Some(text.to_owned()), Some(now.micros().to_string()));
    let rest = match table.name {
        "people" => vec![("name", text(key)), ("since", at)],
        "teams" => vec![("title", text(key))],
        "ledger" => vec![("version", text("1"))],
        "approvals" => vec![("at", at.clone()), ("until", at)],
        "steps" => {
            let why = "its row was gone: look in the other system whether it was done, then say so".to_owned();
            let state = State::NeedsPerson { tries: 1, why, nothing_done: false };
            let word = text(state.word());
            vec![("connector", text(BY_HAND)), ("state", Some(text_of(&state)?)), ("word", word), ("changed", at)]
        }
        _ => Vec::new(),
    };
    let mut all = Columns::from_iter(rest);
    all.extend(row.clone());
    Ok(all)
}
