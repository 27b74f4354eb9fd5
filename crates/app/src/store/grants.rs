//! Grants: one row each, for counting and for lists. What a grant is stands in the journal.

use amends_core::case::{Case, Grant, GrantState, Right};
use amends_core::ids::{BusinessId, CaseId};
use amends_core::money::{Currency, Money};
use amends_core::time::Time;

use super::sql::{Row, Value};
use super::{Conn, StoreError};

/// Something that was bent for a customer.
#[derive(Clone, Debug)]
pub struct Bent {
    /// When.
    pub at: Time,
    /// What it cost.
    pub cost: Money,
    /// The kind of request.
    pub request: String,
    /// On which case.
    pub case: CaseId,
}

pub(super) fn bent(row: &Row) -> Result<Bent, StoreError> {
    let currency = Currency::parse(row.text(2)?).ok_or_else(|| StoreError::Unreadable("a currency".to_owned()))?;
    let cost = Money::new(row.int(1)?, currency);
    Ok(Bent { at: row.time(0)?, cost, request: row.text(3)?.to_owned(), case: row.parsed(4)? })
}

/// The word of a state.
pub const fn word(state: GrantState) -> &'static str {
    match state {
        GrantState::Reserved => "reserved",
        GrantState::Settled => "settled",
        GrantState::SettledInPart => "settled_in_part",
        // Neither was given in the end.
        GrantState::Released | GrantState::TakenBack => "released",
    }
}

/// Writes the rows of new grants.
pub async fn add(conn: &mut Conn, grants: &[(&Case, &Grant)]) -> Result<(), StoreError> {
    let head = "INSERT INTO grants (business, id, case_id, team, customer, request, option_id, rights, cost, currency, \
                by_person, authority, state, at)";
    let values: Vec<Value<'_>> = grants.iter().flat_map(|(case, grant)| row_of(case, grant)).collect();
    conn.write(head, " ON CONFLICT DO NOTHING", 14, &values).await
}

pub(super) fn row_of<'g>(case: &'g Case, grant: &'g Grant) -> [Value<'g>; 14] {
    let rights = match grant.right {
        Right::Owed => "owed",
        Right::Discretion => "discretion",
    };
    [
        case.business.as_str().into(),
        grant.id.as_str().into(),
        case.id.as_str().into(),
        case.team.as_str().into(),
        case.customer.as_ref().map(amends_core::ids::CustomerId::as_str).into(),
        case.request.as_str().into(),
        grant.of.option.as_str().into(),
        rights.into(),
        grant.cost_held().minor.into(),
        grant.cost.currency.code().into(),
        grant.by.id.as_str().into(),
        grant.authority.id.as_str().into(),
        word(grant.state).into(),
        grant.at.micros().into(),
    ]
}

/// Writes that grants have ended, and what they cost in the end.
pub async fn end(conn: &mut Conn, business: &BusinessId, ended: &[(&Grant, i64)]) -> Result<(), StoreError> {
    let values: Vec<Value<'_>> = ended
        .iter()
        .flat_map(|(grant, at)| -> [Value<'_>; 5] {
            let cost = grant.cost_held().minor;
            [business.as_str().into(), grant.id.as_str().into(), word(grant.state).into(), (*at).into(), cost.into()]
        })
        .collect();
    let tail = ") AS v WHERE grants.business = v.column1 AND grants.id = v.column2";
    let set = "UPDATE grants SET state = v.column3, ended = v.column4, cost = v.column5 FROM (";
    conn.write(set, tail, 5, &values).await
}

/// Writes whose grants those of a case are, once the customer is known.
pub async fn know_customer(conn: &mut Conn, case: &Case) -> Result<(), StoreError> {
    let customer = case.customer.as_ref().map(amends_core::ids::CustomerId::as_str);
    let sql = "UPDATE grants SET customer = ? WHERE business = ? AND id = ?";
    for grant in &case.grants {
        conn.execute(sql, &[customer.into(), case.business.as_str().into(), grant.id.as_str().into()]).await?;
    }
    Ok(())
}
