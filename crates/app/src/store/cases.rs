//! Cases: one row each for lists and locks. What a case is stands in the journal.

use amends_core::case::Case;
use amends_core::ids::{BusinessId, CaseId, CustomerId, PersonId};
use serde::Serialize;

use super::sql::{Row, Value};
use super::{Conn, StoreError};

/// A case that is locked.
#[derive(Clone, Debug)]
pub struct Locked {
    /// Its id.
    pub id: CaseId,
    /// How many events it has.
    pub version: u64,
    /// The key under which its words are sealed, as text.
    pub seal: Option<String>,
    /// Whether that was destroyed.
    pub erased: bool,
}

/// Locks cases until the end of the transaction, in the order of their ids; those that are there.
pub async fn lock(conn: &mut Conn, business: &BusinessId, ids: &[&str]) -> Result<Vec<Locked>, StoreError> {
    let after = format!(" ORDER BY id{}", conn.lock());
    let sql = "SELECT id, version, seal, erased FROM cases WHERE business = ? AND id";
    let rows = conn.among(sql, business.as_str(), ids, &after).await?;
    let locked = |row: &Row| {
        let seal = row.maybe_text(2)?.map(str::to_owned);
        Ok(Locked { id: row.parsed(0)?, version: number(row.int(1)?), seal, erased: row.maybe_int(3)?.is_some() })
    };
    rows.iter().map(locked).collect()
}

/// Whether what was written on a case was erased.
pub async fn is_erased(conn: &mut Conn, business: &BusinessId, case: &CaseId) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM cases WHERE business = ? AND id = ? AND erased IS NOT NULL";
    Ok(conn.fetch_one(sql, &[business.as_str().into(), case.as_str().into()]).await?.is_some())
}

/// Which of some cases were erased.
pub async fn erased_of(conn: &mut Conn, business: &BusinessId, ids: &[&str]) -> Result<Vec<CaseId>, StoreError> {
    let sql = "SELECT id FROM cases WHERE erased IS NOT NULL AND business = ? AND id";
    let rows = conn.among(sql, business.as_str(), ids, "").await?;
    rows.iter().map(|row| row.parsed(0)).collect()
}

/// The keys of cases that have one, as text.
pub async fn seals(conn: &mut Conn, business: &BusinessId, ids: &[&str]) -> Result<Vec<(CaseId, String)>, StoreError> {
    let sql = "SELECT id, seal FROM cases WHERE seal IS NOT NULL AND business = ? AND id";
    let rows = conn.among(sql, business.as_str(), ids, "").await?;
    rows.iter().map(|row| Ok((row.parsed(0)?, row.text(1)?.to_owned()))).collect()
}

/// Gives a case of an older program its key.
pub async fn seal(conn: &mut Conn, business: &BusinessId, id: &CaseId, key: &str) -> Result<(), StoreError> {
    let sql = "UPDATE cases SET seal = ? WHERE business = ? AND id = ? AND seal IS NULL AND erased IS NULL";
    if conn.execute(sql, &[key.into(), business.as_str().into(), id.as_str().into()]).await? == 1 {
        return Ok(());
    }
    Err(StoreError::Conflict(format!("case {id} has a key")))
}

/// Destroys the key of a case, on which nothing is due any more. `at`: microseconds.
pub async fn erase(conn: &mut Conn, business: &BusinessId, id: &CaseId, at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE cases SET seal = NULL, due = NULL, erased = ? WHERE business = ? AND id = ?";
    conn.execute(sql, &[at.into(), business.as_str().into(), id.as_str().into()]).await.map(drop)
}

/// Every case of a customer that was not erased, in the order of their ids.
pub async fn of_customer(
    conn: &mut Conn,
    business: &BusinessId,
    customer: &CustomerId,
) -> Result<Vec<CaseId>, StoreError> {
    let sql = "SELECT id FROM cases WHERE business = ? AND lower(customer) = ? AND erased IS NULL ORDER BY id";
    let rows = conn.fetch(sql, &[business.as_str().into(), customer.key().as_str().into()]).await?;
    rows.iter().map(|row| row.parsed(0)).collect()
}

/// Cases that ended and did not move since a time, in microseconds, and were not erased: a page in the order of their
/// ids. `after`: where the page before ended.
pub async fn ended(
    conn: &mut Conn,
    business: &BusinessId,
    before: i64,
    after: &str,
    most: i64,
) -> Result<Vec<CaseId>, StoreError> {
    let sql = "SELECT id FROM cases WHERE business = ? AND id > ? AND state <> 'open' AND changed < ? \
               AND erased IS NULL ORDER BY id LIMIT ?";
    let rows = conn.fetch(sql, &[business.as_str().into(), after.into(), before.into(), most.into()]).await?;
    rows.iter().map(|row| row.parsed(0)).collect()
}

fn number(int: i64) -> u64 {
    u64::try_from(int).unwrap_or(0)
}

/// A case that is new.
#[derive(Debug)]
pub struct New<'c> {
    /// As it is.
    pub case: &'c Case,
    /// When something is next due.
    pub due: Option<i64>,
    /// The key under which its words are sealed, as text.
    pub seal: Option<String>,
}

/// Writes the rows of new cases.
pub async fn add(conn: &mut Conn, cases: &[New<'_>]) -> Result<(), StoreError> {
    let head = "INSERT INTO cases (business, id, team, customer, request, state, owner, offered, head, turn, asked, opened, \
                changed, version, due, seal)";
    let values: Vec<Value<'_>> = cases.iter().flat_map(added).collect();
    conn.write(head, " ON CONFLICT DO NOTHING", 16, &values).await
}

fn added<'c>(New { case, due, seal }: &'c New<'_>) -> [Value<'c>; 16] {
    let [customer, state, owner, offered, head, turn, asked, opened, version, due] = moving(case, *due);
    let (business, id, team, request) =
        (case.business.as_str(), case.id.as_str(), case.team.as_str(), case.request.as_str());
    let changed = opened.clone();
    [
        business.into(),
        id.into(),
        team.into(),
        customer,
        request.into(),
        state,
        owner,
        offered,
        head,
        turn,
        asked,
        opened,
        changed,
        version,
        due,
        seal.as_deref().into(),
    ]
}

/// What changes with the events of a case.
fn moving(case: &Case, due: Option<i64>) -> [Value<'_>; 10] {
    let offered = case.offer.as_ref().map(|offer| offer.to.as_str());
    [
        case.customer.as_ref().map(CustomerId::as_str).into(),
        case.state.to_string().into(),
        case.owner.id.as_str().into(),
        offered.into(),
        case.head.map(head_word).into(),
        turn_word(case).into(),
        case.asked.micros().into(),
        case.opened.micros().into(),
        i64::try_from(case.version).unwrap_or(i64::MAX).into(),
        due.into(),
    ]
}

fn head_word(why: amends_core::case::HeadWhy) -> &'static str {
    match why {
        amends_core::case::HeadWhy::Consults => "consults",
        amends_core::case::HeadWhy::Days => "days",
    }
}

fn turn_word(case: &Case) -> &'static str {
    match case.turn {
        amends_core::case::Turn::Ours => "ours",
        amends_core::case::Turn::Customers { .. } => "customers",
    }
}

/// A case that moved: as it is now, the version it had, when it is next due, and what of it lists are made of changed.
pub struct Moved<'c> {
    /// As it is now.
    pub case: &'c Case,
    /// The version it had.
    pub from: u64,
    /// When something is next due.
    pub due: Option<i64>,
    /// Whether more than its version changed.
    pub listed: bool,
}

/// Writes the rows of cases that moved. `at`: microseconds.
pub async fn change(conn: &mut Conn, moved: &[Moved<'_>], at: i64) -> Result<(), StoreError> {
    let (listed, quiet): (Vec<&Moved<'_>>, Vec<&Moved<'_>>) = moved.iter().partition(|m| m.listed);
    let tail = ") AS v WHERE cases.business = v.column1 AND cases.id = v.column2 AND cases.version = v.column3";
    let from = |m: &Moved<'_>| Value::from(i64::try_from(m.from).unwrap_or(i64::MAX));
    if !conn.is_shared() {
        // One program alone asks nobody over a network, and a row each is the fastest there.
        for m in &quiet {
            let sql = "UPDATE cases SET version = ?, changed = ? WHERE business = ? AND id = ? AND version = ?";
            let version = Value::from(i64::try_from(m.case.version).unwrap_or(i64::MAX));
            let values = [version, at.into(), m.case.business.as_str().into(), m.case.id.as_str().into(), from(m)];
            if conn.execute(sql, &values).await? != 1 {
                return Err(StoreError::Conflict(format!("case {} moved", m.case.id)));
            }
        }
        return change_listed(conn, &listed, at).await;
    }
    let head = "UPDATE cases SET version = v.column4, changed = v.column5 FROM (";
    let values: Vec<Value<'_>> = quiet
        .iter()
        .flat_map(|m| {
            let (business, id) = (m.case.business.as_str().into(), m.case.id.as_str().into());
            [business, id, from(m), i64::try_from(m.case.version).unwrap_or(i64::MAX).into(), at.into()]
        })
        .collect();
    conn.write(head, tail, 5, &values).await?;
    change_listed(conn, &listed, at).await
}

/// Writes rows of which lists show more anew.
async fn change_listed(conn: &mut Conn, listed: &[&Moved<'_>], at: i64) -> Result<(), StoreError> {
    let tail = ") AS v WHERE cases.business = v.column1 AND cases.id = v.column2 AND cases.version = v.column3";
    let from = |m: &Moved<'_>| Value::from(i64::try_from(m.from).unwrap_or(i64::MAX));
    let head = "UPDATE cases SET customer = v.column4, state = v.column5, owner = v.column6, offered = v.column7, \
                head = v.column8, turn = v.column9, asked = v.column10, opened = v.column11, version = v.column12, \
                due = v.column13, changed = v.column14 FROM (";
    let values: Vec<Value<'_>> = listed
        .iter()
        .flat_map(|m| {
            let mut row = vec![m.case.business.as_str().into(), m.case.id.as_str().into(), from(m)];
            row.extend(moving(m.case, m.due));
            row.push(at.into());
            row
        })
        .collect();
    conn.write(head, tail, 14, &values).await
}

/// One line of a list of cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// The team that works it.
    pub team: String,
    /// For whom; none while it is not known.
    pub customer: Option<String>,
    /// What was asked for.
    pub request: String,
    /// `open`, `settled`, `declined` or `lapsed`.
    pub state: String,
    /// Whoever answers for it.
    pub owner: String,
    /// To whom it is offered.
    pub offered: Option<String>,
    /// Why the head sees it: `consults` or `days`; none while the head does not.
    pub head: Option<String>,
    /// Whose turn it is: `ours` or `customers`.
    pub turn: String,
    /// First contact, in UTC.
    pub asked: String,
    /// When it was opened, in UTC.
    pub opened: String,
    /// When it last changed, in UTC.
    pub changed: String,
    /// How many events it has.
    pub version: i64,
}

const LINE: &str =
    "SELECT id, team, customer, request, state, owner, offered, head, turn, asked, opened, changed, version FROM cases";

fn line(row: &Row) -> Result<Line, StoreError> {
    let text = |at: usize| row.text(at).map(str::to_owned);
    let maybe = |at: usize| row.maybe_text(at).map(|t| t.map(str::to_owned));
    let time = |at: usize| row.time(at).map(|t| t.to_string());
    Ok(Line {
        id: text(0)?,
        team: text(1)?,
        customer: maybe(2)?,
        request: text(3)?,
        state: text(4)?,
        owner: text(5)?,
        offered: maybe(6)?,
        head: maybe(7)?,
        turn: text(8)?,
        asked: time(9)?,
        opened: time(10)?,
        changed: time(11)?,
        version: row.int(12)?,
    })
}

/// Which cases a list is of. What is none does not narrow it.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// Of one owner.
    pub owner: Option<PersonId>,
    /// In one state, by its word.
    pub state: Option<String>,
    /// For one customer.
    pub customer: Option<CustomerId>,
    /// In the head's view.
    pub head: bool,
    /// Offered to someone.
    pub offered: Option<PersonId>,
    /// Opened before this one: where the page before ended.
    pub before: Option<CaseId>,
}

/// A page of cases, the newest first.
pub async fn list(conn: &mut Conn, business: &BusinessId, which: &Which, most: usize) -> Result<Vec<Line>, StoreError> {
    let mut sql = format!("{LINE} WHERE business = ?");
    let customer = which.customer.as_ref().map(CustomerId::key);
    let mut values: Vec<Value<'_>> = vec![business.as_str().into()];
    let texts = [
        ("owner = ?", which.owner.as_ref().map(PersonId::as_str)),
        ("state = ?", which.state.as_deref()),
        ("lower(customer) = ?", customer.as_deref()),
        ("offered = ?", which.offered.as_ref().map(PersonId::as_str)),
        ("id < ?", which.before.as_ref().map(CaseId::as_str)),
    ];
    for (condition, value) in texts {
        if let Some(value) = value {
            sql.push_str(" AND ");
            sql.push_str(condition);
            values.push(value.into());
        }
    }
    if which.head {
        sql.push_str(" AND head IS NOT NULL");
    }
    sql.push_str(" ORDER BY id DESC LIMIT ?");
    values.push(i64::try_from(most).unwrap_or(i64::MAX).into());
    conn.fetch(&sql, &values).await?.iter().map(line).collect()
}

/// Of the last declined cases of an owner, so many, those whose customer said something since: the newest first.
pub async fn said_after_a_no(
    conn: &mut Conn,
    business: &BusinessId,
    owner: &PersonId,
    of_last: i64,
) -> Result<Vec<Line>, StoreError> {
    let declined = format!("{LINE} WHERE business = ? AND owner = ? AND state = 'declined' ORDER BY id DESC LIMIT ?");
    let sql = format!(
        "SELECT * FROM ({declined}) AS declined WHERE EXISTS (SELECT kind FROM journal WHERE business = ? AND \
         case_id = declined.id AND kind = 'case.customer_spoke' AND journal.version > (SELECT max(version) FROM journal \
         WHERE business = ? AND case_id = declined.id AND kind = 'case.declined')) ORDER BY id DESC"
    );
    let business = business.as_str();
    let values = [business.into(), owner.as_str().into(), of_last.into(), business.into(), business.into()];
    let rows = conn.fetch(&sql, &values).await?;
    rows.iter().map(line).collect()
}

/// Cases in which something is due.
pub async fn due(conn: &mut Conn, business: &BusinessId, now: i64, most: i64) -> Result<Vec<CaseId>, StoreError> {
    let sql = "SELECT id FROM cases WHERE business = ? AND due <= ? AND erased IS NULL ORDER BY due LIMIT ?";
    let rows = conn.fetch(sql, &[business.as_str().into(), now.into(), most.into()]).await?;
    rows.iter().map(|row| row.parsed(0)).collect()
}
