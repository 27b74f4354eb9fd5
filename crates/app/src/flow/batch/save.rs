//! Writes what a batch decided: few statements of many rows each.

use amends_core::book::rules::Book;
use amends_core::case::{Actor, Approval, Case, Grant, GrantState};
use amends_core::digest::Digest;
use amends_core::fulfilment::{self, State, Step};
use amends_core::journal::{BookLine, Head};
use amends_core::time::Time;

use super::bench::{Bench, Listed, Was};
use crate::flow::kept::cases::connector_of;
use crate::flow::seal::Key;
use crate::store::steps::{BY_HAND, StepRow};
use crate::store::{
    Conn, StoreError, approvals, assessments, books, budgets, cases, customers, files, grants, journal, ledger,
    refusals, requests, steps,
};

/// Writes everything.
pub async fn all(conn: &mut Conn, bench: &mut Bench) -> Result<(), StoreError> {
    let at = bench.now.micros();
    save_cases(conn, bench, at).await?;
    save_budgets(conn, bench).await?;
    save_ledger(conn, bench).await?;
    save_customers(conn, bench, at).await?;
    save_given(conn, bench, at).await?;
    for (digest, book) in &bench.books {
        if !books::has(conn, &bench.business, digest).await? {
            books::add(conn, &bench.business, &book_line(digest, book), at).await?;
        }
    }
    assessments::add(conn, &bench.business, &bench.assessments).await?;
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
            Was { version: None, .. } => {
                fresh.push(cases::New { case, due, seal: bench.seals.get(&case.id).map(Key::text) });
            }
        }
    }
    moved.retain(|m| m.case.version != m.from);
    cases::add(conn, &fresh).await?;
    cases::change(conn, &moved, at).await?;
    for id in &bench.sealed {
        let key = bench.seals.get(id).map(Key::text).unwrap_or_default();
        cases::seal(conn, &bench.business, id, &key).await?;
    }
    for digest in &bench.files {
        files::cite(conn, &bench.business, digest).await?;
    }
    Ok(())
}

async fn save_budgets(conn: &mut Conn, bench: &Bench) -> Result<(), StoreError> {
    let moved = bench.budgets.values().filter(|slot| slot.moved);
    let moved: Vec<budgets::Moved<'_>> =
        moved.map(|slot| budgets::Moved { id: &slot.id, budget: &slot.budget, before: slot.before }).collect();
    budgets::save(conn, &bench.business, &moved).await
}

async fn save_ledger(conn: &mut Conn, bench: &Bench) -> Result<(), StoreError> {
    let moved = bench.ledgers.values().filter(|line| line.moved);
    let moved: Vec<ledger::Moved<'_>> =
        moved.map(|line| ledger::Moved { id: &line.id, ledger: &line.ledger, before: line.before }).collect();
    ledger::save(conn, &bench.business, &moved).await
}

async fn save_customers(conn: &mut Conn, bench: &Bench, at: i64) -> Result<(), StoreError> {
    customers::add(conn, &bench.business, &bench.customers, at).await?;
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
    let refused = asked.iter().filter(|(case, a)| bench.refused.contains(&(case.id.clone(), a.id.clone())));
    let refused: Vec<(&Case, &Approval)> = refused.copied().collect();
    refusals::add(conn, &refused, at).await?;
    for (case, option) in &bench.lifted {
        refusals::lift(conn, &bench.business, case, option).await?;
    }
    let of = |(case, id): &(_, amends_core::ids::GrantId)| {
        let case = bench.cases.get(case)?;
        Some((case, case.grant(id)?))
    };
    let granted: Vec<(&Case, &Grant)> = bench.granted.iter().filter_map(of).collect();
    grants::add(conn, &granted).await?;
    let ended = bench.ended.iter().filter_map(|(case, id, by)| Some((bench.cases.get(case)?.grant(id)?, by)));
    let ended: Vec<(&Grant, &Actor)> = ended.collect();
    let ends: Vec<(&Grant, i64)> = ended.iter().map(|(grant, _)| (*grant, at)).collect();
    grants::end(conn, &bench.business, &ends).await?;
    for (grant, by) in ended {
        let state = ended_by_hand(grant, by, bench.now);
        steps::end(conn, &bench.business, &grant.id, state.word(), &text(&state)?, at).await?;
    }
    steps::add(conn, &bench.business, &bench.steps).await
}

/// The texts that a book's rules are made of, as they are kept beside assessments.
pub fn book_line(digest: &Digest, book: &Book) -> BookLine {
    let rules = |path: &str| path == "book.yaml" || path.starts_with("policies/");
    let files = book.sources.files.iter().filter(|f| rules(&f.path));
    BookLine { digest: digest.clone(), files: files.map(|f| (f.path.clone(), f.text.to_string())).collect() }
}

/// How a step stands whose grant a person ended.
fn ended_by_hand(grant: &Grant, by: &Actor, now: Time) -> State {
    let by = by.person().map(|p| p.id.clone());
    match grant.state {
        GrantState::TakenBack => State::Cancelled { why: "it was taken back".to_owned(), by, at: now },
        GrantState::Released | GrantState::SettledInPart => {
            State::Cancelled { why: "the grant was released".to_owned(), by, at: now }
        }
        GrantState::Settled | GrantState::Reserved => State::Done { reference: None, by, at: now },
    }
}

fn text(state: &State) -> Result<String, StoreError> {
    serde_json::to_string(state).map_err(|e| StoreError::Failed(e.to_string()))
}

/// What is to be done to make a grant real.
pub fn steps_of(case: &Case, grant: &Grant, now: Time) -> Result<Vec<StepRow>, StoreError> {
    let row = |step: Step| {
        let connector = connector_of(grant, &step).unwrap_or_else(|| BY_HAND.to_owned());
        // Nothing leaves the house while it may be taken back.
        let state = State::begin(grant.undo_until.unwrap_or(now), connector == BY_HAND);
        Ok(StepRow {
            grant: grant.id.clone(),
            number: step.number,
            case: case.id.clone(),
            team: case.team.clone(),
            connector,
            step: serde_json::to_string(&step).map_err(|e| StoreError::Failed(e.to_string()))?,
            state: text(&state)?,
            word: state.word().to_owned(),
            next: state.due().map(Time::micros),
            changed: now.micros(),
        })
    };
    fulfilment::steps_of(case, grant).into_iter().map(row).collect()
}
