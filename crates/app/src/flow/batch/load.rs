//! Locks and reads all that the jobs of a batch may touch.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use amends_core::authority::{Budget, BudgetKey, Wish, budget_keys};
use amends_core::book::rules::Book;
use amends_core::case::{Actor, Case, Event};
use amends_core::ids::{BusinessId, CustomerId, TeamId};
use amends_core::time::Time;

use super::Memory;
use super::bench::{Bench, Slot};
use crate::flow::fulfil::state_of;
use crate::flow::kept::Place;
use crate::flow::job::{Answer, Ending, Job, Refused, Work};
use crate::flow::present;
use crate::flow::rules::Rules;
use crate::flow::seal::{self, Key};
use crate::store::requests::Answered;
use crate::store::{Conn, StoreError, budgets, cases, customers, journal, requests, settings, steps};

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
    memory.kept.looked_at(business, Place::Settings, rules.differs.clone());
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
        if let Some(seal) = seal {
            bench.seals.insert(id.clone(), Key::read(seal)?);
        }
        match memory.known.take(&bench.business, id, *version) {
            Some(case) => drop(bench.cases.insert(case.id.clone(), case)),
            None => unknown.push(id.as_str()),
        }
    }
    for case in read_cases(conn, &bench.business, &unknown).await? {
        bench.cases.insert(case.id.clone(), case);
    }
    let keys: Vec<&str> = jobs.iter().filter_map(|j| j.key.as_ref()).map(|key| key.id.as_str()).collect();
    let found = requests::find(conn, &bench.business, &keys).await?;
    Ok(Replays(found.into_iter().map(|a| (a.id.clone(), a)).collect()))
}

/// Cases, made of their events.
pub async fn read_cases(conn: &mut Conn, business: &BusinessId, ids: &[&str]) -> Result<Vec<Case>, StoreError> {
    let mut events = journal::events(conn, business, ids).await?;
    seal::open_events(conn, business, &mut events).await?;
    let of_one = events.chunk_by(|a, b| a.case == b.case);
    let replay = |events: &[Event]| Case::replay(events).map_err(|e| StoreError::Unreadable(e.to_string()));
    of_one.map(replay).collect()
}

/// Locks the budgets and customers of grants, and reads what was bent for them.
pub async fn what_grants_touch(conn: &mut Conn, bench: &mut Bench, jobs: &[Job]) -> Result<(), StoreError> {
    let mut keys: BTreeSet<BudgetKey> = BTreeSet::new();
    let mut who: BTreeSet<CustomerId> = BTreeSet::new();
    for job in jobs {
        let Some(case) = bench.cases.get(&job.case) else { continue };
        match &job.work {
            Work::Give { wish, .. } | Work::Ask { wish, .. } => {
                keys.extend(keys_of(bench, case, wish, &job.by));
                who.extend(case.customer.clone());
            }
            Work::End { grant, .. } => keys.extend(case.grant(grant).into_iter().flat_map(|g| g.budgets.clone())),
            _ => {}
        }
    }
    lock_budgets(conn, bench, keys).await?;
    let names: Vec<&str> = who.iter().map(CustomerId::as_str).collect();
    customers::lock(conn, &bench.business, &names).await?;
    for (customer, at) in customers::exceptions(conn, &bench.business, &names).await? {
        let day = bench.rules.day(at);
        bench.exceptions.entry(customer).or_default().push(day);
    }
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

/// Holds budgets against the journal that are not as they were written last: another program did, or someone by hand.
pub async fn what_was_written(conn: &mut Conn, memory: &mut Memory, bench: &Bench) -> Result<(), StoreError> {
    if conn.is_shared() {
        return Ok(());
    }
    let business = &bench.business;
    let is_other = |slot: &&Slot| {
        let last = memory.budgets.get(&(business.clone(), slot.id.clone()));
        last.is_some_and(|last| slot.before != Some(*last))
    };
    let others: Vec<String> = bench.budgets.values().filter(is_other).map(|slot| slot.id.clone()).collect();
    if others.is_empty() {
        return Ok(());
    }
    let heads = journal::heads(conn, business).await?;
    let followed = memory.followed.entry(business.clone()).or_default();
    while !followed.read_on(conn, business, &heads).await? {}
    for id in others {
        let differs = followed.check(conn, business, &[&id]).await?;
        if differs.is_empty() {
            memory.budgets.remove(&(business.clone(), id.clone()));
        }
        memory.kept.looked_at(business, Place::Budget(id), differs);
    }
    Ok(())
}

/// Locks the steps of grants that would be taken back: whoever began one has it, and whoever would begin one finds it gone.
pub async fn what_was_begun(conn: &mut Conn, bench: &mut Bench, jobs: &[Job]) -> Result<(), StoreError> {
    for job in jobs {
        if let Work::End { grant, how: Ending::TakenBack } = &job.work {
            for row in steps::of_grant(conn, &bench.business, grant).await? {
                if !state_of(&row)?.is_untouched() {
                    bench.begun.insert(grant.clone());
                }
            }
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
