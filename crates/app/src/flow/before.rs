//! What someone who is asked for a yes should see before: what is only claimed or said, and who said no to it.

use std::collections::HashMap;

use amends_core::case::{ApprovalState, Case};
use amends_core::digest::Digest;
use amends_core::facts::Source;
use amends_core::ids::{ApprovalId, CaseId};

use super::batch::read_cases;
use super::records::Me;
use super::said::Known;
use crate::store::approvals::{Before, Waiting};
use crate::store::refusals::{self, Refusal};
use crate::store::{Conn, StoreError, assessments};

/// Most questions of a queue of which it is told.
const TOLD_MAX: usize = 200;

/// Tells of each question in a queue what is only claimed or said, and who said no to the same request before.
pub async fn tell(conn: &mut Conn, me: &Me, waiting: &mut [Waiting]) -> Result<(), StoreError> {
    let waiting = waiting.get_mut(..).unwrap_or_default();
    let ids: Vec<&str> = waiting.iter().take(TOLD_MAX).map(|w| w.case.as_str()).collect();
    let cases = by_id(read_cases(conn, &me.business, &unique(ids)).await?);
    let asked: Vec<Option<(&Case, Digest)>> = waiting.iter().map(|w| asked_of(&cases, w)).collect();
    let digests: Vec<&str> = asked.iter().flatten().map(|(_, digest)| digest.as_str()).collect();
    let questions = assessments::questions(conn, &me.business, &unique(digests)).await?;
    let requests: Vec<String> = asked.iter().flatten().flat_map(|(case, of)| refusals::requests(case, of)).collect();
    let refused = refusals::find(conn, &me.business, &unique(requests.iter().map(String::as_str).collect())).await?;
    let others: Vec<&str> = refused.iter().map(|r| r.case.as_str()).collect();
    let others = by_id(read_cases(conn, &me.business, &unique(others)).await?);
    for (waiting, asked) in waiting.iter_mut().zip(&asked) {
        let Some((case, assessment)) = asked else { continue };
        if let Some(question) = questions.get(assessment.as_str()) {
            let known = Known::of(question, None);
            waiting.claimed = known.of_source(&me.rules.book, Source::Claimed);
            waiting.said = known.of_source(&me.rules.book, Source::Word);
        }
        waiting.before = before(waiting, (case, assessment), &refused, &others);
    }
    Ok(())
}

fn unique(mut ids: Vec<&str>) -> Vec<&str> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn by_id(cases: Vec<Case>) -> HashMap<CaseId, Case> {
    cases.into_iter().map(|case| (case.id.clone(), case)).collect()
}

/// The case of a question, and the assessment it is about.
fn asked_of<'c>(cases: &'c HashMap<CaseId, Case>, waiting: &Waiting) -> Option<(&'c Case, Digest)> {
    let case = cases.get(&CaseId::parse(&waiting.case).ok()?)?;
    let approval = case.approval(&ApprovalId::parse(&waiting.id).ok()?)?;
    Some((case, approval.of.assessment.clone()))
}

/// Who said no to the option of a question, on this case or on another of the same request.
fn before(
    waiting: &Waiting,
    (case, assessment): (&Case, &Digest),
    refused: &[Refusal],
    cases: &HashMap<CaseId, Case>,
) -> Vec<Before> {
    let (requests, order) = (refusals::requests(case, assessment), refusals::order_of(case, assessment));
    let of = |r: &&Refusal| {
        requests.contains(&r.request)
            && r.is_of(order)
            && r.no.option.as_str() == waiting.option
            && r.approval != waiting.id
    };
    let mut seen: Vec<&str> = Vec::new();
    let mut all = Vec::new();
    for refusal in refused.iter().filter(of) {
        // By the customer and by the order it is the same one.
        if seen.contains(&refusal.approval.as_str()) {
            continue;
        }
        seen.push(&refusal.approval);
        let id = ApprovalId::parse(&refusal.approval).ok();
        let approval = cases.get(&refusal.case).zip(id).and_then(|(case, id)| case.approval(&id));
        let words = approval.and_then(|a| match &a.state {
            ApprovalState::Refused { reason, .. } => Some(reason.to_string()),
            _ => None,
        });
        let (by, case, at) = (refusal.no.by.id.to_string(), refusal.case.to_string(), refusal.at.to_string());
        all.push(Before { by, at, case, words });
    }
    all
}
