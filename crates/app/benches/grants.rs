//! Durable grants a second, beside what the machine and the database can do by themselves, all in one run.
//!
//! `cargo bench -p amends --bench grants`; on PostgreSQL too where `AMENDS_TEST_POSTGRES` names a server
//! (`make bench-grants` starts one). Grants are timed; opening and assessing the cases before is not.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench that goes wrong is to say so and end")]

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use amends::flow::assessing::{Asker, assess_case};
use amends::flow::clock::{Clock, Ids};
use amends::flow::job::Work;
use amends::flow::people::{Setting, change, team};
use amends::flow::records::{Me, Records, Way, With};
use amends::flow::rules::ModeText;
use amends::flow::said::Speaker;
use amends::shelf::Shelf;
use amends::store::Place;
use amends::store::people::PersonRow;
use amends::store::settings::Allowance;
use amends::store::testing::{self, Fresh};
use amends_core::authority::Wish;
use amends_core::case::{BookRef, Opening, SetBack};
use amends_core::digest::Digest;
use amends_core::facts::Source;
use amends_core::ids::{BusinessId, CaseId, CustomerId, OptionId, PersonId, RequestKind, RoleName, TeamId};
use amends_core::time::Time;
use amends_core::words::Words;

const CLIENTS: usize = 256;
/// Bytes of one append of the floor: a page.
const APPEND_BYTES: usize = 4_096;
/// Connections of the loop that locks a row for each request.
const LOOP_CONNECTIONS: usize = 32;
const FACTS: &str = r#"{ "facts": {
    "customer": { "id": "c_1", "since": "2019-05-20", "orders": 17, "claims_12m": 0 },
    "fee": { "amount": "25.00 USD", "charged": "2026-11-10", "in_error": false, "waived_12m": 1 } } }"#;

/// How much is measured.
#[derive(Clone, Copy)]
struct Size {
    grants: usize,
    people: usize,
    rounds: usize,
    alone: usize,
    for_each: Duration,
}

fn main() {
    let tiny = std::env::args().any(|arg| arg == "--test");
    let size = if tiny {
        Size { grants: 64, people: 4, rounds: 1, alone: 8, for_each: Duration::from_millis(50) }
    } else {
        Size { grants: 12_288, people: 1_000, rounds: 5, alone: 500, for_each: Duration::from_secs(1) }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(on_file(size));
    match std::env::var(testing::VARIABLE) {
        Ok(url) => runtime.block_on(on_postgresql(&url, size)),
        Err(_) => {
            println!("PostgreSQL: left out, {} names no server (`make bench-grants` starts one)", testing::VARIABLE);
        }
    }
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

fn line(what: &str, rate: f64, floor: f64, bar: f64) {
    let ratio = rate / floor;
    let reached = if ratio >= bar { "reached" } else { "NOT reached" };
    println!("{what:<62} {rate:>9.0}/s   {ratio:>5.2} x   bar {bar} x: {reached}");
}

async fn on_file(size: Size) {
    let fresh = testing::file().unwrap();
    let Place::File(path) = &fresh.place else { return };
    let beside = path.with_file_name("floor");
    let house = House::open(&fresh, size.people).await;
    let (mut syncs, mut hot, mut spread) = (vec![], vec![], vec![]);
    for _ in 0..size.rounds {
        syncs.push(append_and_sync(&beside, size.for_each));
        hot.push(house.rate(size.grants, 1).await);
        spread.push(house.rate(size.grants, size.people).await);
    }
    let floor = median(syncs);
    println!("SQLite, {CLIENTS} clients that wait for each answer; median of {} rounds", size.rounds);
    println!("{:<62} {floor:>9.0}/s", "append of 4 KiB + fdatasync, one after the other");
    line("grants, all from one person's budgets", median(hot), floor, 4.0);
    line(&format!("grants, over the budgets of {} people", size.people), median(spread), floor, 2.5);
    let bare = latencies(size.alone, async || append_once(&beside)).await;
    let cases = house.cases(size.alone, 1).await;
    let next = AtomicUsize::new(0);
    let ours = latencies(size.alone, async || house.give(&cases[next.fetch_add(1, Ordering::Relaxed)]).await).await;
    println!("one client alone, median and 99th of 100: fdatasync {bare}, a grant {ours}\n");
}

async fn on_postgresql(url: &str, size: Size) {
    let fresh = testing::database(url).await.unwrap();
    let floor_in = testing::database(url).await.unwrap();
    let Place::Url(floor_url) = &floor_in.place else { return };
    let house = House::open(&fresh, 1).await;
    let (mut loops, mut hot) = (vec![], vec![]);
    for _ in 0..size.rounds {
        let made = testing::lock_for_each(floor_url, LOOP_CONNECTIONS, size.for_each).await.unwrap();
        loops.push(f64::from(made) / size.for_each.as_secs_f64());
        hot.push(house.rate(size.grants / 2, 1).await);
    }
    let floor = median(loops);
    println!("PostgreSQL, {CLIENTS} clients; median of {} rounds", size.rounds);
    println!(
        "{:<62} {floor:>9.0}/s",
        format!("a row lock for each request, {LOOP_CONNECTIONS} connections, one hot row")
    );
    line("grants, all from one person's budgets", median(hot), floor, 8.0);
}

fn append_once(path: &Path) {
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(&[7; APPEND_BYTES]).unwrap();
    file.sync_data().unwrap();
}

/// How often a second the machine appends and syncs.
fn append_and_sync(path: &Path, for_each: Duration) -> f64 {
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    let (began, mut count) = (Instant::now(), 0_u32);
    while began.elapsed() < for_each {
        file.write_all(&[7; APPEND_BYTES]).unwrap();
        file.sync_data().unwrap();
        count += 1;
    }
    f64::from(count) / began.elapsed().as_secs_f64()
}

async fn latencies(count: usize, once: impl AsyncFn()) -> String {
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        let began = Instant::now();
        once().await;
        all.push(began.elapsed());
    }
    all.sort();
    format!("{:?} and {:?}", all[count / 2], all[count * 99 / 100])
}

/// A case that is ready to be given something.
#[derive(Clone)]
struct Ready {
    case: CaseId,
    owner: usize,
    wish: Wish,
}

/// A shop with its people.
struct House {
    records: Arc<Records>,
    people: Vec<Arc<Me>>,
}

impl House {
    async fn open(fresh: &Fresh, people: usize) -> Self {
        let shelf = Arc::new(Shelf::shipped(&["retail"]));
        let records = Records::open(&fresh.place, shelf, Clock::System, Ids::System).await.unwrap();
        let business = BusinessId::parse("retail").unwrap();
        let shop = TeamId::parse("shop").unwrap();
        let limit = |holder: &str, span: &str| {
            Setting::Allow(Allowance {
                holder: holder.to_owned(),
                span: span.to_owned(),
                currency: "USD".to_owned(),
                most: 900_000_000_000,
            })
        };
        let mut settings = vec![
            Setting::Team(team(shop.clone(), "Shop".to_owned(), &ModeText::Full).unwrap()),
            limit("team shop", "day"),
            limit("business", "month"),
        ];
        let person = |n: usize| PersonRow {
            id: PersonId::parse(&format!("p{n}")).unwrap(),
            name: String::new(),
            // The head has no limit of their own that so many grants would pass.
            role: RoleName::parse("head").unwrap(),
            team: shop.clone(),
            active: true,
        };
        let rows: Vec<PersonRow> = (0..people).map(person).collect();
        settings.extend(rows.iter().cloned().map(Setting::Person));
        settings.extend((0..people).map(|n| limit(&format!("person p{n}"), "day")));
        let now = records.clock.now();
        change(&records.store, &business, "bench", &settings, now).await.unwrap();
        let rules = records.rules(&business).await.unwrap();
        let way = || Way::Key { id: String::new(), actions: Vec::new(), older: false };
        let me = |person| Arc::new(Me { business: business.clone(), person, rules: Arc::clone(&rules), way: way() });
        Self { records: Arc::new(records), people: rows.into_iter().map(me).collect() }
    }

    /// Cases that are open and assessed, of so many owners in turn.
    async fn cases(&self, count: usize, owners: usize) -> Vec<Ready> {
        let mut cases = Vec::with_capacity(count);
        for from in (0..count).step_by(CLIENTS) {
            let some = (from..count.min(from + CLIENTS)).map(|n| self.ready(n % owners));
            cases.extend(futures_util::future::join_all(some).await);
        }
        cases
    }

    async fn ready(&self, owner: usize) -> Ready {
        let (me, records) = (&self.people[owner], &self.records);
        let case: CaseId = records.new_id("c").unwrap();
        let book = &me.rules.book;
        let opening = Opening {
            case: case.clone(),
            business: me.business.clone(),
            team: me.person.team.clone(),
            customer: Some(CustomerId::parse(case.as_str()).unwrap()),
            request: RequestKind::parse("fee").unwrap(),
            book: BookRef { name: book.name.clone(), digest: Digest::parse(&book.digest).unwrap() },
            asked: Time::parse("2026-11-26T10:00", &book.zone).unwrap().min(records.clock.now()),
            set_back: Some(SetBack {
                source: Source::Seen,
                reason: Some(Words::parse("A letter of that day.").unwrap()),
            }),
            owner: me.person.person(),
        };
        records.run(me, &case, With::default(), Work::Open(Box::new(opening))).await.unwrap();
        let by = me.actor();
        // Facts of a system of record: the fee is given back by itself.
        let speaker = Speaker { own: Source::System, form: false };
        let who = Asker { speaker, ..Asker::of(me, &by) };
        let assessed = assess_case(records, who, &case, With::default(), FACTS).await.unwrap();
        let wish = Wish {
            assessment: Digest::parse(&assessed.digest).unwrap(),
            option: OptionId::parse("waive").unwrap(),
            amount: None,
            approval: None,
        };
        Ready { case, owner, wish }
    }

    async fn give(&self, ready: &Ready) {
        let grant = self.records.new_id("g").unwrap();
        let work = Work::Give { grant, wish: Box::new(ready.wish.clone()), undo: None };
        let done = self.records.run(&self.people[ready.owner], &ready.case, With::default(), work).await.unwrap();
        assert!(done.given.is_some());
    }

    /// Grants a second of clients that each wait for their answer, by so many owners.
    async fn rate(&self, grants: usize, owners: usize) -> f64 {
        let cases = Arc::new(self.cases(grants, owners).await);
        let next = Arc::new(AtomicUsize::new(0));
        let began = Instant::now();
        let clients = (0..CLIENTS).map(|_| {
            let (cases, next) = (Arc::clone(&cases), Arc::clone(&next));
            let house = Self { records: Arc::clone(&self.records), people: self.people.clone() };
            tokio::spawn(async move {
                while let Some(ready) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    house.give(ready).await;
                }
            })
        });
        futures_util::future::try_join_all(clients).await.unwrap();
        f64::from(u32::try_from(grants).unwrap()) / began.elapsed().as_secs_f64()
    }
}
