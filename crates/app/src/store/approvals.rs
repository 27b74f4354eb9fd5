//! Questions to people with authority: one row each, for queues.

use amends_core::case::{Approval, ApprovalState, Asked, Case, Look};
use amends_core::ids::{BusinessId, CaseId};
use serde::Serialize;

use super::sql::Value;
use super::{Conn, StoreError};

/// The word of a state.
pub const fn word(state: &ApprovalState) -> &'static str {
    match state {
        ApprovalState::Waiting { .. } => "waiting",
        ApprovalState::Given { .. } => "given",
        ApprovalState::Refused { .. } => "refused",
        ApprovalState::Ended => "ended",
        ApprovalState::Used { .. } => "used",
    }
}

/// The word of a look.
pub const fn look(look: Look) -> &'static str {
    match look {
        Look::First => "first",
        Look::Second => "second",
    }
}

/// Writes the rows of questions, new or changed.
pub async fn save(conn: &mut Conn, approvals: &[(&Case, &Approval)], at: i64) -> Result<(), StoreError> {
    let head = "INSERT INTO approvals (business, id, case_id, team, state, asker, asked_of, least, look, option_id, cost, \
                currency, at, until)";
    let tail = " ON CONFLICT (business, id) DO UPDATE SET state = excluded.state, asked_of = excluded.asked_of, \
                until = excluded.until";
    let values: Vec<Value<'_>> = approvals.iter().flat_map(|(case, approval)| row_of(case, approval, at)).collect();
    conn.write(head, tail, 14, &values).await
}

pub(super) fn row_of<'a>(case: &'a Case, approval: &'a Approval, at: i64) -> [Value<'a>; 14] {
    let (asked_of, until) = match &approval.state {
        ApprovalState::Waiting { to: Asked::Person(id), until, .. } => (Some(id.as_str()), until.micros()),
        ApprovalState::Waiting { to: Asked::CallBack(at), .. } => (None, at.micros()),
        ApprovalState::Given { until, .. } => (None, until.micros()),
        _ => (None, at),
    };
    [
        case.business.as_str().into(),
        approval.id.as_str().into(),
        case.id.as_str().into(),
        case.team.as_str().into(),
        word(&approval.state).into(),
        approval.asker.id.as_str().into(),
        asked_of.into(),
        approval.least.as_str().into(),
        look(approval.look).into(),
        approval.of.option.as_str().into(),
        approval.cost.minor.into(),
        approval.cost.currency.code().into(),
        at.into(),
        until.into(),
    ]
}

/// A question in a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Waiting {
    /// Its id.
    pub id: String,
    /// The case it is of.
    pub case: String,
    /// The case's team.
    pub team: String,
    /// Who asks.
    pub asker: String,
    /// Who is asked; none while nobody is there, and whoever may answers.
    pub asked_of: Option<String>,
    /// The lowest role that may answer.
    pub least: String,
    /// `first` or `second`.
    pub look: String,
    /// The option that would be given.
    pub option: String,
    /// What it costs.
    pub cost: String,
    /// When it was asked, in UTC.
    pub at: String,
    /// When it is passed on, in UTC.
    pub until: String,
    /// Who owns the case.
    pub owner: String,
    /// Facts that only an AI agent claims, by their paths.
    pub claimed: Vec<String>,
    /// Facts that only the customer says, by their paths.
    pub said: Vec<String>,
    /// Who said no to the same request, here or on another case.
    pub before: Vec<Before>,
}

/// A no to the same request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Before {
    /// Who said it.
    pub by: String,
    /// When, in UTC.
    pub at: String,
    /// On which case.
    pub case: String,
    /// Why; none where that was erased.
    pub words: Option<String>,
}

/// The questions that wait, the oldest first.
pub async fn waiting(conn: &mut Conn, business: &BusinessId, most: i64) -> Result<Vec<Waiting>, StoreError> {
    let sql = "SELECT a.id, a.case_id, a.team, a.asker, a.asked_of, a.least, a.look, a.option_id, a.cost, a.currency, a.at, \
               a.until, c.owner FROM approvals a JOIN cases c ON c.business = a.business AND c.id = a.case_id \
               WHERE a.business = ? AND a.state = 'waiting' ORDER BY a.until LIMIT ?";
    let rows = conn.fetch(sql, &[business.as_str().into(), most.into()]).await?;
    let one = |row: &super::sql::Row| {
        let text = |at: usize| row.text(at).map(str::to_owned);
        let currency = amends_core::money::Currency::parse(row.text(9)?);
        let currency = currency.ok_or_else(|| StoreError::Unreadable("a currency".to_owned()))?;
        Ok(Waiting {
            id: text(0)?,
            case: text(1)?,
            team: text(2)?,
            asker: text(3)?,
            asked_of: row.maybe_text(4)?.map(str::to_owned),
            least: text(5)?,
            look: text(6)?,
            option: text(7)?,
            cost: amends_core::money::Money::new(row.int(8)?, currency).to_string(),
            at: row.time(10)?.to_string(),
            until: row.time(11)?.to_string(),
            owner: text(12)?,
            claimed: Vec::new(),
            said: Vec::new(),
            before: Vec::new(),
        })
    };
    rows.iter().map(one).collect()
}

/// How many questions wait.
pub async fn count_waiting(conn: &mut Conn, business: &BusinessId) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM approvals WHERE business = ? AND state = 'waiting'";
    conn.fetch_one(sql, &[business.as_str().into()]).await?.map_or(Ok(0), |row| row.int(0))
}

/// The case of a question.
pub async fn case_of(conn: &mut Conn, business: &BusinessId, id: &str) -> Result<Option<CaseId>, StoreError> {
    let sql = "SELECT case_id FROM approvals WHERE business = ? AND id = ?";
    conn.fetch_one(sql, &[business.as_str().into(), id.into()]).await?.map(|row| row.parsed(0)).transpose()
}
