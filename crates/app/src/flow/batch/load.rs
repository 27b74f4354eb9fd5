//! Locks and reads all that the jobs of a batch may touch.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use amends_core::authority::{Budget, BudgetKey, Ledger, LedgerKey, Wish, budget_keys, ledger_keys};
use amends_core::book::rules::Book;
use amends_core::case::{Actor, Case, Event};
use amends_core::facts::Source;
use amends_core::fulfilment::State;
use amends_core::ids::{BusinessId, CaseId, CustomerId, TeamId};
use amends_core::time::Time;

use super::Memory;
use super::bench::{Bench, Line, Slot};
use crate::flow::fulfil::state_of;
use crate::flow::job::{Answer, Ending, Job, Refused, Work};
use crate::flow::kept::Place;
use crate::flow::present;
use crate::flow::rules::Rules;
use crate::flow::seal::{self, Key};
use crate::store::kept::{BUDGETS, LEDGER, Table};
use crate::store::requests::Answered;
use crate::store::{Conn, StoreError, budgets, cases, customers, journal, ledger, refusals, requests, settings, steps};

/// What holds now: as remembered, while the settings were not changed.
pub async fn rules(
    conn: &mut Conn,
    memory: &mut Memory,
    book: &Arc<Book>,
    business: &BusinessId,
    now: Time,
) -> Result<Arc<Rules>, StoreError> {
    let version = if let Some(version) = settings::version(conn, business).await? {
        version
    } else {
        settings::begin(conn, business, now.micros()).await?;
        0
    };
    let fits = |rules: &&Arc<Rules>| rules.version == version && Arc::ptr_eq(&rules.book, book);
    if let Some(rules) = memory.rules.get(business).filter(fits) {
        return Ok(Arc::clone(rules));
    }
    let standing = memory.standings.entry(business.clone()).or_default();
    let rules = Arc::new(Rules::read(conn, business, Arc::clone(book), standing).await?);
    memory.kept.looked_at(business, Place::Settings, &rules.differs);
    memory.rules.insert(business.clone(), Arc::clone(&rules));
    Ok(rules)
}

/// Answers that were given before, by the request's id.
#[derive(Debug, Default)]
pub struct Replays(HashMap<String, Answered>);

impl Replays {
    /// Whether a request came before.
    pub fn has(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// The answer to a job that came before.
    pub fn answer(&self, job: &Job) -> Option<Answer> {
        let key = job.key.as_ref()?;
        let before = self.0.get(&key.id)?;
        if before.digest != key.digest {
            return Some(Err(Refused::OtherRequest));
        }
        let unreadable = |e: serde_json::Error| Err(Refused::Store(StoreError::Unreadable(e.to_string())));
        Some(serde_json::from_str(&before.answer).unwrap_or_else(unreadable))
    }
}

/// Locks the cases, reads those that are not known as they are, and looks up requests that came before.
pub async fn cases(
    conn: &mut Conn,
    memory: &mut Memory,
    bench: &mut Bench,
    jobs: &[Job],
) -> Result<Replays, StoreError> {
    let mut ids: Vec<&str> =
        jobs.iter().filter(|j| !matches!(j.work, Work::Open(_))).map(|j| j.case.as_str()).collect();
    ids.sort_unstable();
    let locked = cases::lock(conn, &bench.business, &ids).await?;
    let mut unknown = Vec::new();
    for cases::Locked { id, version, seal, erased } in &locked {
        if *erased {
            bench.erased.insert(id.clone());
            continue;
        }
        match seal.as_deref().map(Key::read).transpose() {
            Ok(seal) => drop(seal.and_then(|seal| bench.seals.insert(id.clone(), seal))),
            Err(why) => {
                bench.unreadable.insert(id.clone(), why);
                continue;
            }
        }
        match memory.known.take(&bench.business, id, *version) {
            Some(case) => drop(bench.cases.insert(case.id.clone(), case)),
            None => unknown.push(id.as_str()),
        }
    }
    read_those_there_are(conn, bench, &unknown).await?;
    let keys: Vec<&str> = jobs.iter().filter_map(|j| j.key.as_ref()).map(|key| key.id.as_str()).collect();
    let found = requests::find(conn, &bench.business, &keys).await?;
    Ok(Replays(found.into_iter().map(|a| (a.id.clone(), a)).collect()))
}

/// Reads cases; one that cannot be read is in the way of its own job only.
async fn read_those_there_are(conn: &mut Conn, bench: &mut Bench, ids: &[&str]) -> Result<(), StoreError> {
    let all = match read_cases(conn, &bench.business, ids).await {
        Err(StoreError::Unreadable(_)) => {
            let mut all = Vec::new();
            for id in ids {
                match read_cases(conn, &bench.business, &[id]).await {
                    Err(why @ StoreError::Unreadable(_)) => {
                        let id = CaseId::parse(id).map_err(|e| StoreError::Unreadable(e.to_string()))?;
                        bench.unreadable.insert(id, why);
                    }
                    one => all.extend(one?),
                }
            }
            all
        }
        all => all?,
    };
    bench.cases.extend(all.into_iter().map(|case| (case.id.clone(), case)));
    Ok(())
}

/// Cases, made of their events.
pub async fn read_cases(conn: &mut Conn, business: &BusinessId, ids: &[&str]) -> Result<Vec<Case>, StoreError> {
    let mut events = journal::events(conn, business, ids).await?;
    seal::open_events(conn, business, &mut events).await?;
    let of_one = events.chunk_by(|a, b| a.case == b.case);
    let replay = |events: &[Event]| Case::replay(events).map_err(|e| StoreError::Unreadable(e.to_string()));
    of_one.map(replay).collect()
}

/// Locks the budgets, rows of the ledger and customers of grants, and reads what was bent for them.
pub async fn what_grants_touch(conn: &mut Conn, bench: &mut Bench, jobs: &[Job]) -> Result<(), StoreError> {
    let mut keys: BTreeSet<BudgetKey> = BTreeSet::new();
    let mut lines: BTreeSet<LedgerKey> = BTreeSet::new();
    let mut who: BTreeSet<String> = BTreeSet::new();
    let mut claimed: BTreeSet<String> = BTreeSet::new();
    let mut requests: BTreeSet<String> = BTreeSet::new();
    for job in jobs {
        let Some(case) = bench.cases.get(&job.case) else { continue };
        match &job.work {
            Work::Give { wish, .. } | Work::Ask { wish, .. } => {
                keys.extend(keys_of(bench, case, wish, &job.by));
                lines.extend(ledger_keys(case, wish));
                let customer = case.customer.as_ref().map(CustomerId::key);
                claimed.extend(customer.clone().filter(|_| case.customer_from == Source::Claimed));
                who.extend(customer);
                requests.extend(refusals::requests(case, &wish.assessment));
            }
            Work::End { grant, .. } => {
                let grant = case.grant(grant);
                keys.extend(grant.into_iter().flat_map(|grant| grant.budgets.clone()));
                lines.extend(grant.into_iter().flat_map(|grant| &grant.claims).map(|claim| claim.key.clone()));
            }
            _ => {}
        }
    }
    lock_budgets(conn, bench, keys).await?;
    lock_ledger(conn, bench, lines).await?;
    let names: Vec<&str> = who.iter().map(String::as_str).collect();
    customers::lock(conn, &bench.business, &names).await?;
    for (customer, at) in customers::exceptions(conn, &bench.business, &names).await? {
        let day = bench.rules.day(at);
        bench.exceptions.entry(customer).or_default().push(day);
    }
    if !claimed.is_empty() {
        let keys: Vec<&str> = claimed.iter().map(String::as_str).collect();
        bench.known = customers::known(conn, &bench.business, &keys).await?;
    }
    let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
    bench.refusals = refusals::find(conn, &bench.business, &requests).await?;
    Ok(())
}

fn keys_of(bench: &Bench, case: &Case, wish: &Wish, by: &Actor) -> Vec<BudgetKey> {
    let today = bench.rules.day(bench.now);
    by.person().map_or_else(Vec::new, |by| budget_keys(case, wish, by, today))
}

async fn lock_budgets(conn: &mut Conn, bench: &mut Bench, keys: BTreeSet<BudgetKey>) -> Result<(), StoreError> {
    let mut ids: BTreeMap<String, BudgetKey> = keys.into_iter().map(|key| (budgets::id(&key), key)).collect();
    let names: Vec<&str> = ids.keys().map(String::as_str).collect();
    let found = budgets::lock(conn, &bench.business, &names).await?;
    let mut found: HashMap<String, budgets::Taken> = found.into_iter().collect();
    for (id, key) in std::mem::take(&mut ids) {
        let limit = bench.rules.limit(&key);
        let before = found.remove(&id);
        let budget = match before {
            Some(taken) => Budget::stored(key.clone(), limit, taken.reserved, taken.settled)
                .ok_or_else(|| StoreError::Unreadable(format!("{key} is below zero")))?,
            None => Budget::new(key.clone(), limit),
        };
        bench.budgets.insert(key, Slot { id, before, budget, moved: false });
    }
    Ok(())
}

async fn lock_ledger(conn: &mut Conn, bench: &mut Bench, keys: BTreeSet<LedgerKey>) -> Result<(), StoreError> {
    if keys.is_empty() {
        return Ok(());
    }
    let ids: BTreeMap<String, LedgerKey> = keys.into_iter().map(|key| (ledger::id(&key), key)).collect();
    let names: Vec<&str> = ids.keys().map(String::as_str).collect();
    let found = ledger::lock(conn, &bench.business, &names).await?;
    for ledger::Stored { id, version, ledger } in found {
        let line = Line { id, before: Some(version), ledger, moved: false };
        bench.ledgers.insert(line.ledger.key().clone(), line);
    }
    for (id, key) in ids {
        let fresh = || Line { id, before: None, ledger: Ledger::new(key.clone()), moved: false };
        bench.ledgers.entry(key.clone()).or_insert_with(fresh);
    }
    Ok(())
}

/// Most pages of the journal that are read while others wait to write; the batches after it read on.
const PAGES_MAX: usize = 20;

/// Holds budgets and rows of the ledger against the journal that are not as they were written last: another program did,
/// or someone by hand.
pub async fn what_was_written(conn: &mut Conn, memory: &mut Memory, bench: &Bench) -> Result<(), StoreError> {
    if conn.is_shared() {
        return Ok(());
    }
    let business = &bench.business;
    let is_other = |slot: &&Slot| {
        let last = memory.budgets.get(&(business.clone(), slot.id.clone()));
        last.is_some_and(|last| slot.before != Some(*last))
    };
    let budgets: Vec<String> = bench.budgets.values().filter(is_other).map(|slot| slot.id.clone()).collect();
    let is_other = |line: &&Line| {
        let last = memory.lines.get(&(business.clone(), line.id.clone()));
        last.is_some_and(|last| line.before.is_none() || line.ledger != *last)
    };
    let lines: Vec<String> = bench.ledgers.values().filter(is_other).map(|line| line.id.clone()).collect();
    let budgets = budgets.into_iter().map(|id| (&BUDGETS, id));
    let rows: Vec<(&'static Table, String)> = budgets.chain(lines.into_iter().map(|id| (&LEDGER, id))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let followed = memory.followed.entry(business.clone()).or_default();
    for place in followed.look(conn, &memory.kept, business, (&rows, PAGES_MAX)).await? {
        match place {
            Place::Budget(id) => drop(memory.budgets.remove(&(business.clone(), id))),
            Place::Line(id) => drop(memory.lines.remove(&(business.clone(), id))),
            _ => {}
        }
    }
    Ok(())
}

/// Locks the steps of grants that people end, or of which something could not be done: whoever began one has it, and
/// whoever would begin one finds it gone.
pub async fn what_was_begun(conn: &mut Conn, bench: &mut Bench, jobs: &[Job]) -> Result<(), StoreError> {
    let matters = |job: &&Job| match &job.work {
        // The worker settles what it saw done.
        Work::End { how: Ending::Settled, .. } => job.by != Actor::Fulfilment,
        Work::End { .. } => true,
        _ => false,
    };
    let grants: BTreeSet<&str> = jobs
        .iter()
        .filter(matters)
        .filter_map(|job| match &job.work {
            Work::End { grant, .. } => Some(grant.as_str()),
            _ => None,
        })
        .collect();
    let grants: Vec<&str> = grants.into_iter().collect();
    for row in steps::lock_of(conn, &bench.business, &grants).await? {
        let state = state_of(&row)?;
        let found = bench.found.entry(row.grant.clone()).or_default();
        found.begun |= !state.is_untouched();
        match &state {
            State::Cancelled { why, .. } => found.cannot = Some(why.clone()),
            state if state.may_be_done() => found.done.push(row.number),
            _ => found.open.push(row.number),
        }
    }
    Ok(())
}

/// Reads who is there, where someone may have to be asked.
pub async fn who_is_there(conn: &mut Conn, bench: &mut Bench, jobs: &[Job]) -> Result<(), StoreError> {
    if !jobs.iter().any(|j| matches!(j.work, Work::Ask { .. } | Work::Ring { .. })) {
        return Ok(());
    }
    bench.present = present::present(conn, &bench.business, &bench.rules, bench.now).await?;
    Ok(())
}

/// Locks the heads of the chains that may grow.
pub async fn heads(conn: &mut Conn, bench: &mut Bench, jobs: &[Job]) -> Result<(), StoreError> {
    let team = |job: &Job| match &job.work {
        Work::Open(opening) => Some(opening.team.clone()),
        _ => bench.cases.get(&job.case).map(|case| case.team.clone()),
    };
    let teams: BTreeSet<TeamId> = jobs.iter().filter_map(team).collect();
    let names: Vec<&str> = teams.iter().map(TeamId::as_str).collect();
    for head in journal::lock_heads(conn, &bench.business, &names).await? {
        bench.heads.insert(head.team.clone(), (head.seq, head));
    }
    Ok(())
}
