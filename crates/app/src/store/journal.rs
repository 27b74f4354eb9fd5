//! The journal: entries by chain, the chains' heads, anchors.

use std::collections::HashMap;

use amends_core::case::Event;
use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, CaseId, TeamId};
use amends_core::journal::derive::Moves;
use amends_core::journal::{Anchor, Entry, Head, Moved};

use super::sql::{Row, Value, places};
use super::{Conn, StoreError};

/// An entry with the case it belongs to, where it belongs to one.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The entry.
    pub entry: Entry,
    /// The case, and the version that the entry makes of it.
    pub case: Option<(CaseId, u64)>,
}

fn whole(int: u64) -> i64 {
    i64::try_from(int).unwrap_or(i64::MAX)
}

/// Locks the heads of chains, in the order of their teams; a chain that is new begins.
pub async fn lock_heads(conn: &mut Conn, business: &BusinessId, teams: &[&str]) -> Result<Vec<Head>, StoreError> {
    let after = format!(" ORDER BY team{}", conn.lock());
    let sql = "SELECT team, seq, hash FROM chains WHERE business = ? AND team";
    let rows = conn.among(sql, business.as_str(), teams, &after).await?;
    if rows.len() == teams.len() {
        return rows.iter().map(|row| head(business, row)).collect();
    }
    let zeros = Digest::zeros();
    let fresh = |team: &&&str| !rows.iter().any(|row| row.text(0).is_ok_and(|known| known == **team));
    let values: Vec<Value<'_>> = teams
        .iter()
        .filter(fresh)
        .flat_map(|team| [business.as_str().into(), (*team).into(), Value::from(0), zeros.as_str().into()])
        .collect();
    conn.write("INSERT INTO chains (business, team, seq, hash)", " ON CONFLICT DO NOTHING", 4, &values).await?;
    let rows = conn.among(sql, business.as_str(), teams, &after).await?;
    rows.iter().map(|row| head(business, row)).collect()
}

fn head(business: &BusinessId, row: &Row) -> Result<Head, StoreError> {
    let seq = u64::try_from(row.int(1)?).unwrap_or(0);
    Ok(Head { business: business.clone(), team: row.parsed(0)?, seq, hash: row.parsed(2)? })
}

/// Appends entries, and moves the heads of their chains. `before`: how many entries each of these chains had.
pub async fn append(conn: &mut Conn, kept: &[Kept], heads: &[(u64, Head)]) -> Result<(), StoreError> {
    let head = "INSERT INTO journal (business, team, seq, at, kind, case_id, version, event, previous, hash)";
    let values: Vec<Value<'_>> = kept.iter().flat_map(row_of).collect();
    conn.write(head, " ON CONFLICT DO NOTHING", 10, &values).await?;
    let moved: Vec<Value<'_>> = heads
        .iter()
        .flat_map(|(before, h)| -> [Value<'_>; 5] {
            let (business, team, hash) = (h.business.as_str(), h.team.as_str(), h.hash.as_str());
            [business.into(), team.into(), whole(*before).into(), whole(h.seq).into(), hash.into()]
        })
        .collect();
    let tail = ") AS v WHERE chains.business = v.column1 AND chains.team = v.column2 AND chains.seq = v.column3";
    conn.write("UPDATE chains SET seq = v.column4, hash = v.column5 FROM (", tail, 5, &moved).await
}

fn row_of(kept: &Kept) -> [Value<'_>; 10] {
    let entry = &kept.entry;
    [
        entry.business.as_str().into(),
        entry.team.as_str().into(),
        whole(entry.seq).into(),
        entry.at.micros().into(),
        entry.kind.as_str().into(),
        kept.case.as_ref().map(|(id, _)| id.as_str()).into(),
        kept.case.as_ref().map(|(_, version)| whole(*version)).into(),
        entry.event.as_str().into(),
        entry.previous.as_str().into(),
        entry.hash.as_str().into(),
    ]
}

const ENTRY: &str = "SELECT team, seq, at, kind, event, previous, hash, case_id, version FROM journal";

fn entry(business: &BusinessId, row: &Row) -> Result<Kept, StoreError> {
    let number = |at: usize| row.int(at).map(|int| u64::try_from(int).unwrap_or(0));
    let entry = Entry {
        business: business.clone(),
        team: row.parsed(0)?,
        seq: number(1)?,
        at: row.time(2)?,
        kind: row.text(3)?.to_owned(),
        event: row.text(4)?.to_owned(),
        previous: row.parsed(5)?,
        hash: row.parsed(6)?,
    };
    let case = row.maybe_parsed(7)?.map(|id| number(8).map(|version| (id, version))).transpose()?;
    Ok(Kept { entry, case })
}

/// The events of cases, by case and in order.
pub async fn events(conn: &mut Conn, business: &BusinessId, cases: &[&str]) -> Result<Vec<Event>, StoreError> {
    let sql = "SELECT event FROM journal WHERE business = ? AND case_id";
    let rows = conn.among(sql, business.as_str(), cases, " ORDER BY case_id, version").await?;
    rows.iter().map(|row| row.json(0)).collect()
}

/// Every entry of cases, by case and in order.
pub async fn of_cases(conn: &mut Conn, business: &BusinessId, cases: &[&str]) -> Result<Vec<Kept>, StoreError> {
    let sql = format!("{ENTRY} WHERE business = ? AND case_id");
    let rows = conn.among(&sql, business.as_str(), cases, " ORDER BY case_id, version").await?;
    rows.iter().map(|row| entry(business, row)).collect()
}

/// A page of a case's entries, the oldest first. `after`: the version that the page before ended with.
pub async fn of_case(
    conn: &mut Conn,
    business: &BusinessId,
    case: &CaseId,
    after: i64,
    most: i64,
) -> Result<Vec<Kept>, StoreError> {
    let sql = format!("{ENTRY} WHERE business = ? AND case_id = ? AND version > ? ORDER BY version LIMIT ?");
    let values = [business.as_str().into(), case.as_str().into(), after.into(), most.into()];
    conn.fetch(&sql, &values).await?.iter().map(|row| entry(business, row)).collect()
}

/// A page of a chain, in order. `after`: the number that the page before ended with.
pub async fn of_chain(
    conn: &mut Conn,
    business: &BusinessId,
    team: &TeamId,
    after: u64,
    most: i64,
) -> Result<Vec<Kept>, StoreError> {
    let sql = format!("{ENTRY} WHERE business = ? AND team = ? AND seq > ? ORDER BY seq LIMIT ?");
    let values = [business.as_str().into(), team.as_str().into(), whole(after).into(), most.into()];
    conn.fetch(&sql, &values).await?.iter().map(|row| entry(business, row)).collect()
}

/// The entries of a chain that move budgets, within a stretch of it: after a number and up to another.
pub async fn moving(
    conn: &mut Conn,
    business: &BusinessId,
    (team, after, to): (&TeamId, u64, u64),
    most: i64,
) -> Result<Vec<Kept>, StoreError> {
    let kinds = Moves::KINDS;
    let sql = format!(
        "{ENTRY} WHERE business = ? AND team = ? AND seq > ? AND seq <= ? AND kind IN ({}) ORDER BY seq LIMIT ?",
        places(kinds.len())
    );
    let mut values: Vec<Value<'_>> =
        vec![business.as_str().into(), team.as_str().into(), whole(after).into(), whole(to).into()];
    values.extend(kinds.map(Value::from));
    values.push(most.into());
    conn.fetch(&sql, &values).await?.iter().map(|row| entry(business, row)).collect()
}

/// The number and hash of the last entry of a chain up to a number; none: it has none there.
pub async fn last_of(
    conn: &mut Conn,
    business: &BusinessId,
    team: &TeamId,
    to: u64,
) -> Result<Option<(u64, Digest)>, StoreError> {
    let sql = "SELECT seq, hash FROM journal WHERE business = ? AND team = ? AND seq <= ? ORDER BY seq DESC LIMIT 1";
    let values = [business.as_str().into(), team.as_str().into(), whole(to).into()];
    let row = conn.fetch_one(sql, &values).await?;
    row.map(|row| Ok((u64::try_from(row.int(0)?).unwrap_or(0), row.parsed(1)?))).transpose()
}

/// A page of the cases that the journal has events of: each with the version of the last. `after`: where the page before
/// ended.
pub async fn cases(
    conn: &mut Conn,
    business: &BusinessId,
    after: &str,
    most: i64,
) -> Result<Vec<(String, u64)>, StoreError> {
    let sql = "SELECT case_id, MAX(version) FROM journal WHERE business = ? AND case_id > ? GROUP BY case_id \
               ORDER BY case_id LIMIT ?";
    let rows = conn.fetch(sql, &[business.as_str().into(), after.into(), most.into()]).await?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), u64::try_from(row.int(1)?).unwrap_or(0)))).collect()
}

/// Where every chain of a business stands.
pub async fn heads(conn: &mut Conn, business: &BusinessId) -> Result<Vec<Head>, StoreError> {
    let sql = "SELECT team, seq, hash FROM chains WHERE business = ? ORDER BY team";
    conn.fetch(sql, &[business.as_str().into()]).await?.iter().map(|row| head(business, row)).collect()
}

/// Every anchor of a business, in order, after a number.
pub async fn anchors(conn: &mut Conn, business: &BusinessId, after: u64, most: i64) -> Result<Vec<Anchor>, StoreError> {
    let sql = "SELECT number, at, previous, heads, hash FROM anchors WHERE business = ? AND number > ? ORDER BY number LIMIT ?";
    let values = [business.as_str().into(), whole(after).into(), most.into()];
    conn.fetch(sql, &values).await?.iter().map(|row| anchor(business, row)).collect()
}

/// The last anchor of a business.
pub async fn last_anchor(conn: &mut Conn, business: &BusinessId) -> Result<Option<Anchor>, StoreError> {
    let sql = "SELECT number, at, previous, heads, hash FROM anchors WHERE business = ? ORDER BY number DESC LIMIT 1";
    conn.fetch_one(sql, &[business.as_str().into()]).await?.map(|row| anchor(business, &row)).transpose()
}

fn anchor(business: &BusinessId, row: &Row) -> Result<Anchor, StoreError> {
    let heads: Vec<Moved> = row.json(3)?;
    let number = u64::try_from(row.int(0)?).unwrap_or(0);
    Ok(Anchor {
        business: business.clone(),
        number,
        at: row.time(1)?,
        previous: row.parsed(2)?,
        heads,
        hash: row.parsed(4)?,
    })
}

/// How far each chain is anchored: the last entry of each that an anchor names.
pub async fn anchored(conn: &mut Conn, business: &BusinessId) -> Result<HashMap<TeamId, u64>, StoreError> {
    let sql = "SELECT team, seq FROM anchored WHERE business = ?";
    let rows = conn.fetch(sql, &[business.as_str().into()]).await?;
    rows.iter().map(|row| Ok((row.parsed(0)?, u64::try_from(row.int(1)?).unwrap_or(0)))).collect()
}

/// Writes an anchor.
///
/// # Errors
/// [`StoreError::Conflict`] when its number is taken: another program was first.
pub async fn add_anchor(conn: &mut Conn, anchor: &Anchor) -> Result<(), StoreError> {
    let heads = serde_json::to_string(&anchor.heads).map_err(|e| StoreError::Failed(e.to_string()))?;
    let values = [
        anchor.business.as_str().into(),
        whole(anchor.number).into(),
        anchor.at.micros().into(),
        anchor.previous.as_str().into(),
        heads.into(),
        anchor.hash.as_str().into(),
    ];
    let mut rows: Vec<Value<'_>> = Vec::new();
    for moved in &anchor.heads {
        rows.extend([anchor.business.as_str().into(), moved.team.as_str().into(), whole(moved.seq).into()]);
    }
    conn.as_one(async |conn| {
        let head = "INSERT INTO anchors (business, number, at, previous, heads, hash)";
        conn.write(head, " ON CONFLICT DO NOTHING", 6, &values).await?;
        let tail = " ON CONFLICT (business, team) DO UPDATE SET seq = excluded.seq";
        conn.write("INSERT INTO anchored (business, team, seq)", tail, 3, &rows).await
    })
    .await
}
