//! Past decisions, by what they were like.

use amends_core::ids::{BusinessId, CaseId, CustomerId};
use amends_core::likeness::Likeness;
use amends_core::money::{Currency, Money};
use amends_core::time::Time;

use super::sql::{Row, Value};
use super::{Conn, StoreError};

/// Where one was decided: elsewhere, before.
pub const IMPORTED: &str = "import";
/// Where one was decided: on a case of ours.
pub const HERE: &str = "here";
/// What was decided: it was given.
pub const GIVEN: &str = "given";
/// What was decided: no.
pub const DECLINED: &str = "declined";
/// Most decisions that are looked at on each side of a distance.
const SIDE_MAX: i64 = 500;

/// A decision on a case of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided<'c> {
    /// Names it; with a `/`, which no id of an import has.
    pub id: String,
    /// When.
    pub at: Time,
    /// [`GIVEN`] or [`DECLINED`].
    pub decision: &'static str,
    /// Which remedy.
    pub remedy: Option<&'c str>,
    /// What the customer got.
    pub amount: Option<Money>,
    /// What it cost.
    pub cost: Option<Money>,
    /// Whose authority it took.
    pub role: &'c str,
    /// What it was like, where it is known.
    pub like: Option<Likeness>,
}

/// A decision as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precedent {
    /// Its case here, or its id in the other system.
    pub case: String,
    /// When.
    pub at: Time,
    /// `given` or `declined`.
    pub decision: String,
    /// Which remedy.
    pub remedy: Option<String>,
    /// What the customer got.
    pub amount: Option<Money>,
    /// What it cost.
    pub cost: Option<Money>,
    /// Whose authority it took.
    pub role: Option<String>,
    /// `here` or `import`.
    pub origin: String,
    /// How far past each line it was, in thousandths, in the order of the terms.
    pub past: Vec<i64>,
}

/// How far past each line one was, as it is stored.
pub fn distances(text: &str) -> Result<Vec<i64>, StoreError> {
    let parse = |part: &str| part.parse().map_err(|_| StoreError::Unreadable("distances".to_owned()));
    text.split_whitespace().map(parse).collect()
}

/// Puts what was decided on a case in place of what was there of it.
pub async fn set(
    conn: &mut Conn,
    business: &BusinessId,
    (case, customer, request): (&CaseId, Option<&CustomerId>, &str),
    decided: &[Decided<'_>],
) -> Result<(), StoreError> {
    let sql = "DELETE FROM precedents WHERE business = ? AND case_id = ?";
    conn.execute(sql, &[business.as_str().into(), case.as_str().into()]).await?;
    let row = |d: &Decided<'_>| -> [Value<'static>; 18] {
        let like = d.like.as_ref();
        let currency = d.amount.or(d.cost).map(|money| money.currency.code().to_owned());
        [
            business.as_str().to_owned().into(),
            d.id.clone().into(),
            text(customer.map(|c| c.as_str().to_owned())),
            d.at.micros().into(),
            request.to_owned().into(),
            like.map_or_else(|| request.to_owned(), |l| l.policy.clone()).into(),
            text(like.map(Likeness::terms)),
            like.map(Likeness::far).into(),
            text(like.map(Likeness::distances)),
            d.decision.to_owned().into(),
            text(d.remedy.map(str::to_owned)),
            d.amount.map(|m| m.minor).into(),
            d.cost.map(|m| m.minor).into(),
            text(currency),
            d.role.to_owned().into(),
            HERE.to_owned().into(),
            "{}".to_owned().into(),
            case.as_str().to_owned().into(),
        ]
    };
    let values: Vec<Value<'_>> = decided.iter().flat_map(row).collect();
    let head = "INSERT INTO precedents (business, id, customer, at, request, policy, terms, far, past, decision, remedy, \
                amount, cost, currency, role, origin, fields, case_id)";
    conn.write(head, "", 18, &values).await
}

fn text(text: Option<String>) -> Value<'static> {
    text.map_or(Value::Text(None), Into::into)
}

/// The decisions nearest to a request of the same policy whose same terms fail, but for those of one case: the nearest
/// first (L1 of [`Likeness`]), of equals the newest. They are chosen among the five hundred on each side that are
/// nearest in the sum of their distances; where one term fails that is the distance itself.
pub async fn nearest(
    conn: &mut Conn,
    business: &BusinessId,
    like: &Likeness,
    but: &CaseId,
    most: usize,
) -> Result<Vec<(i64, Precedent)>, StoreError> {
    let (terms, far) = (like.terms(), like.far());
    let mut found = Vec::new();
    for side in ["far >= ? ORDER BY far, at DESC", "far < ? ORDER BY far DESC, at DESC"] {
        let sql = format!(
            "SELECT id, case_id, at, decision, remedy, amount, cost, currency, role, origin, past FROM precedents \
             WHERE terms IS NOT NULL AND business = ? AND policy = ? AND terms = ? AND {side} LIMIT ?"
        );
        let values =
            [business.as_str().into(), like.policy.as_str().into(), terms.as_str().into(), far.into(), SIDE_MAX.into()];
        for row in conn.fetch(&sql, &values).await? {
            if row.maybe_text(1)? != Some(but.as_str()) {
                let precedent = precedent(&row)?;
                found.push((like.distance(&precedent.past), precedent));
            }
        }
    }
    found.sort_by(|(a, p), (b, q)| a.cmp(b).then(q.at.cmp(&p.at)).then_with(|| p.case.cmp(&q.case)));
    found.truncate(most);
    Ok(found)
}

/// A decision as it was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Its id in the other system, and what was decided.
    pub decided: Precedent,
    /// The kind of request.
    pub request: String,
    /// What was kept beside, as JSON.
    pub fields: String,
}

/// What was decided for a customer elsewhere, the oldest first.
pub async fn imported(
    conn: &mut Conn,
    business: &BusinessId,
    customer: &CustomerId,
) -> Result<Vec<Imported>, StoreError> {
    let sql = "SELECT id, case_id, at, decision, remedy, amount, cost, currency, role, origin, COALESCE(past, ''), \
               request, fields FROM precedents WHERE origin = 'import' AND business = ? AND lower(customer) = ? \
               ORDER BY at, id";
    let rows = conn.fetch(sql, &[business.as_str().into(), customer.key().as_str().into()]).await?;
    let one = |row: &Row| {
        let (request, fields) = (row.text(11)?.to_owned(), row.text(12)?.to_owned());
        Ok(Imported { decided: precedent(row)?, request, fields })
    };
    rows.iter().map(one).collect()
}

/// Imported decisions from before a time, in microseconds, that still say for whom: a page in the order of their ids.
/// `after`: where the page before ended.
pub async fn old(
    conn: &mut Conn,
    business: &BusinessId,
    before: i64,
    after: &str,
    most: i64,
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT id FROM precedents WHERE business = ? AND id > ? AND origin = 'import' AND at < ? \
               AND (customer IS NOT NULL OR fields <> '{}') ORDER BY id LIMIT ?";
    let rows = conn.fetch(sql, &[business.as_str().into(), after.into(), before.into(), most.into()]).await?;
    rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

/// Forgets for whom a decision was.
pub async fn forget_whom(conn: &mut Conn, business: &BusinessId, id: &str) -> Result<(), StoreError> {
    let sql = "UPDATE precedents SET customer = NULL, fields = '{}' WHERE business = ? AND id = ?";
    conn.execute(sql, &[business.as_str().into(), id.into()]).await.map(drop)
}

fn precedent(row: &Row) -> Result<Precedent, StoreError> {
    let currency = row.maybe_text(7)?.and_then(Currency::parse);
    let money = |at: usize| Ok(row.maybe_int(at)?.and_then(|minor| Some(Money::new(minor, currency?))));
    let owned = |at: usize| row.maybe_text(at).map(|text| text.map(str::to_owned));
    Ok(Precedent {
        case: owned(1)?.unwrap_or(row.text(0)?.to_owned()),
        at: row.time(2)?,
        decision: row.text(3)?.to_owned(),
        remedy: owned(4)?,
        amount: money(5)?,
        cost: money(6)?,
        role: owned(8)?,
        origin: row.text(9)?.to_owned(),
        past: distances(row.text(10)?)?,
    })
}

/// How far the journal was read for something that follows it; empty where it was not begun.
pub async fn seen(conn: &mut Conn, business: &BusinessId, reader: &str) -> Result<String, StoreError> {
    let sql = "SELECT seen FROM readers WHERE business = ? AND id = ?";
    let row = conn.fetch_one(sql, &[business.as_str().into(), reader.into()]).await?;
    row.map_or(Ok(String::new()), |row| row.text(0).map(str::to_owned))
}

/// Goes on in the journal, if nobody else did; whether it did.
pub async fn saw(
    conn: &mut Conn,
    business: &BusinessId,
    reader: &str,
    was: &str,
    now: &str,
) -> Result<bool, StoreError> {
    let (business, is_first) = (business.as_str(), was.is_empty());
    let (sql, values) = if is_first {
        let sql = "INSERT INTO readers (business, id, seen) VALUES (?,?,?) ON CONFLICT DO NOTHING";
        (sql, vec![business.into(), reader.into(), now.into()])
    } else {
        let sql = "UPDATE readers SET seen = ? WHERE business = ? AND id = ? AND seen = ?";
        (sql, vec![now.into(), business.into(), reader.into(), was.into()])
    };
    Ok(conn.execute(sql, &values).await? == 1)
}
