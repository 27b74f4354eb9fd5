//! Fulfilment's steps: what is to be done in outside systems, and how each stands.

use amends_core::fulfilment::{WAIT_LONG, WAIT_MOST};
use amends_core::ids::{BusinessId, CaseId, GrantId, TeamId};

use super::sql::{Row, Value};
use super::{Conn, StoreError};

/// The connector of steps that people do.
pub const BY_HAND: &str = "by_hand";

/// One step of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// The grant.
    pub grant: GrantId,
    /// Its place among the grant's steps, from 1.
    pub number: u32,
    /// The case.
    pub case: CaseId,
    /// The team.
    pub team: TeamId,
    /// Who makes it real: the id of a webhook, or [`BY_HAND`].
    pub connector: String,
    /// What is to be done, as JSON.
    pub step: String,
    /// How it stands, as JSON.
    pub state: String,
    /// How it stands, in one word.
    pub word: String,
    /// When the worker looks at it again, in microseconds; none: it does not.
    pub next: Option<i64>,
    /// When it last changed, in microseconds.
    pub changed: i64,
}

impl StepRow {
    /// By what its receiver knows it: the id of its message.
    pub fn key(&self) -> String {
        format!("{}.{}", self.grant, self.number)
    }
}

/// Adds steps.
pub async fn add(conn: &mut Conn, business: &BusinessId, steps: &[StepRow]) -> Result<(), StoreError> {
    let head =
        "INSERT INTO steps (business, grant_id, number, case_id, team, connector, step, state, word, next, changed)";
    let row = |s: &StepRow| -> [Value<'_>; 11] {
        [
            business.to_string().into(),
            s.grant.to_string().into(),
            i64::from(s.number).into(),
            s.case.to_string().into(),
            s.team.to_string().into(),
            s.connector.clone().into(),
            s.step.clone().into(),
            s.state.clone().into(),
            s.word.clone().into(),
            s.next.into(),
            s.changed.into(),
        ]
    };
    let values: Vec<Value<'_>> = steps.iter().flat_map(row).collect();
    conn.write(head, " ON CONFLICT DO NOTHING", 11, &values).await
}

const STEP: &str = "SELECT grant_id, number, case_id, team, connector, step, state, word, next, changed FROM steps";

fn step(row: &Row) -> Result<StepRow, StoreError> {
    let text = |at: usize| row.text(at).map(str::to_owned);
    Ok(StepRow {
        grant: row.parsed(0)?,
        number: u32::try_from(row.int(1)?).unwrap_or(0),
        case: row.parsed(2)?,
        team: row.parsed(3)?,
        connector: text(4)?,
        step: text(5)?,
        state: text(6)?,
        word: text(7)?,
        next: row.maybe_int(8)?,
        changed: row.int(9)?,
    })
}

/// Locks and reads the steps of a grant, in order.
pub async fn of_grant(conn: &mut Conn, business: &BusinessId, grant: &GrantId) -> Result<Vec<StepRow>, StoreError> {
    let sql = format!("{STEP} WHERE business = ? AND grant_id = ? ORDER BY number{}", conn.lock());
    let rows = conn.fetch(&sql, &[business.as_str().into(), grant.as_str().into()]).await?;
    rows.iter().map(step).collect()
}

/// Locks and reads the steps of grants.
pub async fn lock_of(conn: &mut Conn, business: &BusinessId, grants: &[&str]) -> Result<Vec<StepRow>, StoreError> {
    let sql = format!("{STEP} WHERE business = ? AND grant_id");
    let after = format!(" ORDER BY grant_id, number{}", conn.lock());
    conn.among(&sql, business.as_str(), grants, &after).await?.iter().map(step).collect()
}

/// The steps of grants.
pub async fn of_grants(conn: &mut Conn, business: &BusinessId, grants: &[&str]) -> Result<Vec<StepRow>, StoreError> {
    let sql = format!("{STEP} WHERE business = ? AND grant_id");
    let rows = conn.among(&sql, business.as_str(), grants, " ORDER BY grant_id, number").await?;
    rows.iter().map(step).collect()
}

/// Who has something to do some time: each connector of steps that the worker is to look at, with the first time and the
/// last, in microseconds.
pub async fn receivers(conn: &mut Conn, business: &BusinessId) -> Result<Vec<(String, i64, i64)>, StoreError> {
    let sql =
        "SELECT connector, min(next), max(next) FROM steps WHERE business = ? AND next IS NOT NULL GROUP BY connector";
    let rows = conn.fetch(sql, &[business.as_str().into()]).await?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.int(1)?, row.int(2)?))).collect()
}

/// Steps of a connector that the worker is to look at by now, those that wait longest first. One whose time lies beyond all
/// that a step waits for is among them: the clock was set back since.
pub async fn due(
    conn: &mut Conn,
    business: &BusinessId,
    connector: &str,
    now: i64,
    most: i64,
) -> Result<Vec<StepRow>, StoreError> {
    let sql = format!("{STEP} WHERE business = ? AND connector = ? AND (next <= ? OR next > ?) ORDER BY next LIMIT ?");
    let far = now.saturating_add(WAIT_MOST);
    let values = [business.as_str().into(), connector.into(), now.into(), far.into(), most.into()];
    conn.fetch(&sql, &values).await?.iter().map(step).collect()
}

/// What is for people to do: steps that wait for one, and those that wait long for their next call.
const FOR_PEOPLE: &str = "(word = 'needs_person' OR (word IN ('ready', 'unknown') AND next > ?))";

/// Steps that wait for a person, or long for their next call, the oldest first.
pub async fn waiting(
    conn: &mut Conn,
    business: &BusinessId,
    team: Option<&TeamId>,
    (now, most): (i64, i64),
) -> Result<Vec<StepRow>, StoreError> {
    let of_team = if team.is_some() { " AND team = ?" } else { "" };
    let order = "ORDER BY changed, grant_id, number LIMIT ?";
    let sql = format!("{STEP} WHERE business = ? AND {FOR_PEOPLE}{of_team} {order}");
    let mut values: Vec<Value<'_>> = vec![business.as_str().into(), now.saturating_add(WAIT_LONG).into()];
    values.extend(team.map(|team| Value::from(team.as_str())));
    values.push(most.into());
    conn.fetch(&sql, &values).await?.iter().map(step).collect()
}

/// How many steps wait for a person, or long for their next call.
pub async fn count_waiting(conn: &mut Conn, business: &BusinessId, now: i64) -> Result<i64, StoreError> {
    let sql = format!("SELECT count(*) FROM steps WHERE business = ? AND {FOR_PEOPLE}");
    let values = [business.as_str().into(), now.saturating_add(WAIT_LONG).into()];
    conn.fetch_one(&sql, &values).await?.map_or(Ok(0), |row| row.int(0))
}

/// Forgets the steps of a grant that has ended.
pub async fn remove_of(conn: &mut Conn, business: &BusinessId, grant: &GrantId) -> Result<(), StoreError> {
    let sql = "DELETE FROM steps WHERE business = ? AND grant_id = ?";
    conn.execute(sql, &[business.as_str().into(), grant.as_str().into()]).await.map(drop)
}

/// Ends what waits for a person, or for its first call, in a grant that has ended; the worker looks at it no more.
pub async fn end(
    conn: &mut Conn,
    business: &BusinessId,
    grant: &GrantId,
    word: &str,
    state: &str,
    at: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE steps SET state = CASE WHEN word IN ('needs_person', 'ready') THEN ? ELSE state END, \
               word = CASE WHEN word IN ('needs_person', 'ready') THEN ? ELSE word END, next = NULL, changed = ? \
               WHERE business = ? AND grant_id = ?";
    let values = [state.into(), word.into(), at.into(), business.as_str().into(), grant.as_str().into()];
    conn.execute(sql, &values).await.map(drop)
}

/// Writes how a step stands, if it still stands as it was read; whether it did.
pub async fn change(conn: &mut Conn, business: &BusinessId, was: &str, now: &StepRow) -> Result<bool, StoreError> {
    let sql = "UPDATE steps SET state = ?, word = ?, next = ?, changed = ? \
               WHERE business = ? AND grant_id = ? AND number = ? AND state = ?";
    let values = [
        now.state.as_str().into(),
        now.word.as_str().into(),
        now.next.into(),
        now.changed.into(),
        business.as_str().into(),
        now.grant.as_str().into(),
        i64::from(now.number).into(),
        was.into(),
    ];
    Ok(conn.execute(sql, &values).await? == 1)
}
