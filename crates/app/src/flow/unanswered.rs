//! Customers who wrote after a no, and to whom nobody has answered yet.

use amends_core::ids::{BusinessId, CaseId, PersonId};
use serde::Deserialize;

use crate::store::cases::{self, Line};
use crate::store::journal::{self, Kept};
use crate::store::{Conn, StoreError};

/// Declined cases that are looked through, the newest first.
const DECLINED_MAX: i64 = 100;

/// Who did something.
#[derive(Deserialize)]
struct Done {
    by: serde_json::Value,
}

/// The declined cases of an owner whose customer wrote since, and on which neither the owner did anything after that, nor
/// anyone asked for a second look: the newest first. What a colleague notes, or the inlet that a mail came by, is no answer.
///
/// # Errors
/// When the database does not answer.
pub async fn after_a_no(conn: &mut Conn, business: &BusinessId, owner: &PersonId) -> Result<Vec<Line>, StoreError> {
    let mut lines = cases::said_after_a_no(conn, business, owner, DECLINED_MAX).await?;
    let ids: Vec<&str> = lines.iter().map(|line| line.id.as_str()).collect();
    let entries = journal::of_cases(conn, business, &ids).await?;
    let of = |kept: &Kept| kept.case.as_ref().map(|(case, _)| case.clone());
    let waits = |entries: &[Kept]| is_unanswered(entries, owner).then(|| entries.first().and_then(of)).flatten();
    let waiting: Vec<CaseId> = entries.chunk_by(|a, b| of(a) == of(b)).filter_map(waits).collect();
    lines.retain(|line| waiting.iter().any(|case| case.as_str() == line.id));
    Ok(lines)
}

fn is_unanswered(entries: &[Kept], owner: &PersonId) -> bool {
    let spoke = entries.iter().rposition(|kept| kept.entry.kind == "case.customer_spoke");
    let since = spoke.and_then(|at| entries.get(at + 1..)).unwrap_or_default();
    !since.iter().any(|kept| kept.entry.kind == "case.approval_asked" || is_by(&kept.entry.event, owner))
}

fn is_by(event: &str, owner: &PersonId) -> bool {
    let done: Option<Done> = serde_json::from_str(event).ok();
    let by = done.and_then(|done| done.by.pointer("/person/id").and_then(|id| id.as_str().map(str::to_owned)));
    by.as_deref() == Some(owner.as_str())
}
