//! What someone with authority said no to: found again by the customer and by the order, whatever the case.

use amends_core::authority::{No, Person};
use amends_core::case::{Approval, ApprovalState, Case};
use amends_core::facts::Source;
use amends_core::ids::{BusinessId, CaseId, OptionId};
use amends_core::time::Time;

use super::sql::{Row, Value};
use super::{Conn, StoreError};

/// A no, as it is found again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// By what it was found.
    pub request: String,
    /// On which case.
    pub case: CaseId,
    /// The question that it answered.
    pub approval: String,
    /// The order it was about; none where that was not known.
    pub order: Option<String>,
    /// The no.
    pub no: No,
    /// When.
    pub at: Time,
}

/// By what the request of an assessment on a case is told: by its customer and by its order, each with the policy.
pub fn requests(case: &Case, assessment: &amends_core::digest::Digest) -> Vec<String> {
    let Some(kept) = case.assessment(assessment) else { return Vec::new() };
    let policy = &kept.frozen.policy;
    let customer = case.customer.as_ref().map(|customer| format!("customer {} {policy}", customer.key()));
    let order = order_of(case, assessment).map(|order| format!("order {order} {policy}"));
    customer.into_iter().chain(order).collect()
}

/// The order that an assessment on a case is about.
pub fn order_of<'c>(case: &'c Case, assessment: &amends_core::digest::Digest) -> Option<&'c str> {
    let ground = case.assessment(assessment)?.ground.as_ref()?;
    ground.order.as_ref().map(amends_core::digest::Digest::as_str)
}

impl Refusal {
    /// Whether it is of the same request: of the same order, or of the same customer where one of the orders is not known.
    pub fn is_of(&self, order: Option<&str>) -> bool {
        match (&self.order, order) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        }
    }
}

/// Keeps what was refused; what is kept already stays.
pub async fn add(conn: &mut Conn, refused: &[(&Case, &Approval)], at: i64) -> Result<(), StoreError> {
    let mut rows: Vec<(String, &Case, &Approval, &Person)> = Vec::new();
    for (case, approval) in refused {
        let ApprovalState::Refused { by, .. } = &approval.state else { continue };
        rows.extend(requests(case, &approval.of.assessment).into_iter().map(|of| (of, *case, *approval, by)));
    }
    let values: Vec<Value<'_>> = rows.iter().flat_map(|row| row_of(row, at)).collect();
    let head = "INSERT INTO refusals (business, request, case_id, approval, option_id, order_key, source, by_person, role, \
                team, at)";
    conn.add_new(head, 11, &values).await
}

fn row_of<'r>((request, case, approval, by): &'r (String, &Case, &Approval, &Person), at: i64) -> [Value<'r>; 11] {
    let source = case.ground_of(&approval.of.assessment).map(Source::word);
    [
        case.business.as_str().into(),
        request.as_str().into(),
        case.id.as_str().into(),
        approval.id.as_str().into(),
        approval.of.option.as_str().into(),
        order_of(case, &approval.of.assessment).into(),
        source.into(),
        by.id.as_str().into(),
        by.role.as_str().into(),
        by.team.as_str().into(),
        at.into(),
    ]
}

/// Forgets what was refused on a case of an option: someone above said yes to it.
pub async fn lift(conn: &mut Conn, business: &BusinessId, case: &CaseId, option: &OptionId) -> Result<(), StoreError> {
    let sql = "DELETE FROM refusals WHERE business = ? AND case_id = ? AND option_id = ?";
    let values = [business.as_str().into(), case.as_str().into(), option.as_str().into()];
    conn.execute(sql, &values).await.map(drop)
}

/// What was refused of some requests.
pub async fn find(conn: &mut Conn, business: &BusinessId, requests: &[&str]) -> Result<Vec<Refusal>, StoreError> {
    let sql = "SELECT request, case_id, approval, option_id, order_key, source, by_person, role, team, at FROM refusals \
               WHERE business = ? AND request";
    let rows = conn.among(sql, business.as_str(), requests, "").await?;
    rows.iter().map(refusal).collect()
}

fn refusal(row: &Row) -> Result<Refusal, StoreError> {
    let by = Person { id: row.parsed(6)?, role: row.parsed(7)?, team: row.parsed(8)? };
    let source = row.maybe_text(5)?.and_then(Source::parse);
    Ok(Refusal {
        request: row.text(0)?.to_owned(),
        case: row.parsed(1)?,
        approval: row.text(2)?.to_owned(),
        order: row.maybe_text(4)?.map(str::to_owned),
        no: No { option: row.parsed(3)?, by, source },
        at: row.time(9)?,
    })
}
