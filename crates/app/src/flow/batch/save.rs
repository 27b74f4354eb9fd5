//! Writes what a batch decided: few statements of many rows each.

use amends_core::book::rules::Book;
use amends_core::case::{Approval, Case, Grant};
use amends_core::digest::Digest;
use amends_core::ids::CustomerId;
use amends_core::journal::{AssessmentLine, BookLine, Head};
use amends_core::time::Time;

use super::bench::{Bench, Listed, Was};
use crate::store::steps::StepRow;
use crate::store::{
    Conn, StoreError, approvals, assessments, books, budgets, cases, customers, grants, journal, requests, steps,
};

/// Writes everything.
pub async fn all(conn: &mut Conn, bench: &mut Bench) -> Result<(), StoreError> {
    let at = bench.now.micros();
    save_cases(conn, bench, at).await?;
    save_budgets(conn, bench).await?;
    save_customers(conn, bench, at).await?;
    save_given(conn, bench, at).await?;
    for (digest, book) in &bench.books {
        if !books::has(conn, &bench.business, digest).await? {
            books::add(conn, &bench.business, &book_line(digest, book), at).await?;
        }
    }
    let lines: Vec<&AssessmentLine> = bench.assessments.iter().collect();
    assessments::add(conn, &bench.business, &lines).await?;
    let moved: Vec<(u64, Head)> = bench.heads.values().filter(|(before, head)| head.seq > *before).cloned().collect();
    journal::append(conn, &bench.kept, &moved).await?;
    requests::add(conn, &bench.business, &bench.answered, at).await
}

async fn save_cases(conn: &mut Conn, bench: &Bench, at: i64) -> Result<(), StoreError> {
    let all = bench.was.iter().filter_map(|(id, was)| Some((bench.cases.get(id)?, was)));
    let (mut fresh, mut moved) = (Vec::new(), Vec::new());
    for (case, was) in all {
        let due = bench.due(case);
        match was {
            Was { version: Some(from), listed } => {
                let listed = listed.as_ref() != Some(&Listed::of(case, due));
                moved.push(cases::Moved { case, from: *from, due, listed });
            }
            Was { version: None, .. } => fresh.push((case, due)),
        }
    }
    moved.retain(|m| m.case.version != m.from);
    cases::add(conn, &fresh).await?;
    cases::change(conn, &moved, at).await
}

async fn save_budgets(conn: &mut Conn, bench: &Bench) -> Result<(), StoreError> {
    let moved = bench.budgets.values().filter(|slot| slot.moved);
    let moved: Vec<budgets::Moved<'_>> =
        moved.map(|slot| budgets::Moved { id: &slot.id, budget: &slot.budget, before: slot.before }).collect();
    budgets::save(conn, &bench.business, &moved).await
}

async fn save_customers(conn: &mut Conn, bench: &Bench, at: i64) -> Result<(), StoreError> {
    let ids: Vec<&str> = bench.customers.iter().map(CustomerId::as_str).collect();
    customers::add(conn, &bench.business, &ids, at).await?;
    for case in bench.introduced.iter().filter_map(|id| bench.cases.get(id)) {
        grants::know_customer(conn, case).await?;
    }
    Ok(())
}

async fn save_given(conn: &mut Conn, bench: &Bench, at: i64) -> Result<(), StoreError> {
    let asked: Vec<(&Case, &Approval)> = bench
        .approvals
        .iter()
        .filter_map(|(case, id)| bench.cases.get(case).and_then(|case| Some((case, case.approval(id)?))))
        .collect();
    approvals::save(conn, &asked, at).await?;
    let of = |(case, id): &(_, amends_core::ids::GrantId)| {
        let case = bench.cases.get(case)?;
        Some((case, case.grant(id)?))
    };
    let granted: Vec<(&Case, &Grant)> = bench.granted.iter().filter_map(of).collect();
    grants::add(conn, &granted).await?;
    let ended: Vec<(&Grant, i64)> = bench.ended.iter().filter_map(of).map(|(_, grant)| (grant, at)).collect();
    grants::end(conn, &bench.business, &ended).await?;
    steps::add(conn, &bench.business, &bench.steps).await
}

/// The texts that a book's rules are made of.
fn book_line(digest: &Digest, book: &Book) -> BookLine {
    let rules = |path: &str| path == "book.yaml" || path.starts_with("policies/");
    let files = book.sources.files.iter().filter(|f| rules(&f.path));
    BookLine { digest: digest.clone(), files: files.map(|f| (f.path.clone(), f.text.to_string())).collect() }
}

/// What is to be done to make a grant real.
pub fn steps_of(case: &Case, grant: &Grant, now: Time) -> Vec<StepRow> {
    let _ = (case, grant, now);
    Vec::new()
}
