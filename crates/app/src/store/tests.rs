//! What every engine has to keep, held against each.

mod faults;

use amends_core::authority::{Budget, BudgetKey, Holder, Period};
use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, TeamId};
use amends_core::journal::Head;
use amends_core::money::{Currency, Money};
use amends_core::time::{Date, Time};

use super::budgets::{self, Moved, Taken};
use super::deliveries::{self, DeliveryRow};
use super::files::{self, FileRow};
use super::journal::{self, Kept};
use super::steps::{self, StepRow};
use super::testing::{self, Fresh, both};
use super::{Place, Store, StoreError};

fn on_both<F: Future<Output = ()>>(check: impl Fn(Fresh, Store) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    on(&runtime, check);
}

/// All that goes on does so on one thread: none may hold it while it waits for another.
fn on_one_thread<F: Future<Output = ()>>(check: impl Fn(Fresh, Store) -> F) {
    on(&tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(), check);
}

fn on<F: Future<Output = ()>>(runtime: &tokio::runtime::Runtime, check: impl Fn(Fresh, Store) -> F) {
    runtime.block_on(async {
        for fresh in both().await.unwrap() {
            let store = Store::open(&fresh.place, 1).await.unwrap();
            check(fresh, store).await;
        }
    });
}

fn business() -> BusinessId {
    BusinessId::parse("retail").unwrap()
}

fn at(micros: i64) -> Time {
    Time::from_micros(micros).unwrap()
}

#[test]
fn a_newer_database_is_left_alone() {
    on_both(async |fresh, store| {
        Store::open(&fresh.place, 2).await.unwrap();
        let mut conn = store.writer().await.unwrap();
        conn.execute("INSERT INTO migrations (version, at) VALUES (?, ?)", &[99.into(), 3.into()]).await.unwrap();
        let refused = Store::open(&fresh.place, 4).await.unwrap_err();
        assert!(matches!(refused, StoreError::Newer { found: 99, .. }), "{refused}");
    });
}

#[test]
fn whoever_waits_to_write_lets_the_others_go_on() {
    on_one_thread(async |_fresh, store| {
        let (mut first, mut second) = (store.reader().await.unwrap(), store.writer().await.unwrap());
        first.begin().await.unwrap();
        let (begun, ended) = tokio::join!(second.begin(), async {
            tokio::task::yield_now().await;
            first.commit().await
        });
        ended.and(begun).unwrap();
    });
}

#[test]
fn what_is_taken_back_was_never_there() {
    on_both(async |_fresh, store| {
        let file = |text: &str| FileRow {
            digest: Digest::of(text.as_bytes()),
            kind: "text/plain".to_owned(),
            bytes: 1,
            content: text.to_owned(),
        };
        let mut conn = store.writer().await.unwrap();
        conn.begin().await.unwrap();
        files::add(&mut conn, &business(), &file("never"), 1).await.unwrap();
        conn.rollback().await.unwrap();
        conn.begin().await.unwrap();
        files::add(&mut conn, &business(), &file("kept"), 1).await.unwrap();
        let mut other = store.reader().await.unwrap();
        let seen = files::has(&mut other, &business(), &Digest::of(b"kept")).await.unwrap();
        assert!(!seen, "nobody sees what is not committed");
        conn.commit().await.unwrap();
        assert!(files::has(&mut other, &business(), &Digest::of(b"kept")).await.unwrap());
        assert!(!files::has(&mut other, &business(), &Digest::of(b"never")).await.unwrap());
        let elsewhere = BusinessId::parse("rental").unwrap();
        assert!(!files::has(&mut other, &elsewhere, &Digest::of(b"kept")).await.unwrap(), "another business's");
    });
}

#[test]
fn large_and_foreign_texts_come_back_as_they_were() {
    on_both(async |_fresh, store| {
        let mut conn = store.reader().await.unwrap();
        for text in ["\u{1f9e5} Mänteléß \"'\\ ; -- ?", "", &"x".repeat(3 << 20)] {
            let file = FileRow {
                digest: Digest::of(text.as_bytes()),
                kind: "text/plain".to_owned(),
                bytes: i64::MIN,
                content: text.to_owned(),
            };
            files::add(&mut conn, &business(), &file, i64::MAX).await.unwrap();
            assert_eq!(files::find(&mut conn, &business(), &file.digest).await.unwrap(), Some(file));
        }
    });
}

fn budget(reserved: i64) -> Budget {
    let day = Period::day(Date::of(2026, 11, 16).unwrap());
    let key = BudgetKey { holder: Holder::Business, period: day, currency: Currency::USD };
    Budget::stored(key, None, reserved, 0).unwrap()
}

#[test]
fn a_budget_that_someone_else_moved_is_not_written_over() {
    on_both(async |_fresh, store| {
        let mut conn = store.writer().await.unwrap();
        let save = async |conn: &mut super::Conn, before: Option<i64>, now: i64| {
            let before = before.map(|reserved| Taken { reserved, settled: 0 });
            budgets::save(conn, &business(), &[Moved { id: "b", budget: &budget(now), before }]).await
        };
        save(&mut conn, None, 100).await.unwrap();
        assert!(matches!(save(&mut conn, None, 100).await, Err(StoreError::Conflict(_))), "it was new once");
        save(&mut conn, Some(100), 250).await.unwrap();
        assert!(matches!(save(&mut conn, Some(100), 900).await, Err(StoreError::Conflict(_))));
        let many: Vec<String> = (0..700).map(|n| if n == 613 { "b".to_owned() } else { format!("n{n}") }).collect();
        let names: Vec<&str> = many.iter().map(String::as_str).collect();
        let found = budgets::read(&mut conn, &business(), &names).await.unwrap();
        assert_eq!(found, [("b".to_owned(), Taken { reserved: 250, settled: 0 })], "once, however many are asked for");
        assert_eq!(budget(250).reserved(), Money::new(250, Currency::USD));
    });
}

#[test]
fn a_chain_grows_from_its_head_only() {
    on_both(async |_fresh, store| {
        let mut conn = store.writer().await.unwrap();
        let team = TeamId::parse("shop").unwrap();
        let append = async |conn: &mut super::Conn, from: &Head, count: usize| {
            let (mut head, mut kept) = (from.clone(), Vec::new());
            for n in 0..count {
                let entry = head.next(at(5), "test", &serde_json::json!({ "n": n })).unwrap();
                head = entry.head();
                kept.push(Kept { entry, case: None });
            }
            journal::append(conn, &kept, &[(from.seq, head.clone())]).await.map(|()| head)
        };
        let begin = journal::lock_heads(&mut conn, &business(), &["shop"]).await.unwrap().remove(0);
        let head = append(&mut conn, &begin, 300).await.unwrap();
        assert!(matches!(append(&mut conn, &begin, 1).await, Err(StoreError::Conflict(_))), "a fork");
        append(&mut conn, &head, 7).await.unwrap();
        let mut read = Vec::new();
        loop {
            let page = journal::of_chain(&mut conn, &business(), &team, read.len() as u64, 100).await.unwrap();
            if page.is_empty() {
                break;
            }
            read.extend(page.into_iter().map(|kept| kept.entry.seq));
        }
        assert_eq!(read, (1..=307).collect::<Vec<u64>>());
        let none = journal::of_chain(&mut conn, &business(), &TeamId::parse("web").unwrap(), 0, 9).await.unwrap();
        assert!(none.is_empty());
    });
}

fn step(grant: &str, word: &str, next: Option<i64>, changed: i64) -> StepRow {
    StepRow {
        grant: amends_core::ids::GrantId::parse(grant).unwrap(),
        number: 1,
        case: amends_core::ids::CaseId::parse("c_1").unwrap(),
        team: TeamId::parse("shop").unwrap(),
        connector: "by_hand".to_owned(),
        step: "{}".to_owned(),
        state: format!("{{\"is\":\"{word}\"}}"),
        word: word.to_owned(),
        next,
        changed,
    }
}

#[test]
fn a_step_is_moved_by_one_of_two() {
    on_both(async |_fresh, store| {
        let mut conn = store.reader().await.unwrap();
        let rows = [
            step("g_1", "ready", Some(30), 1),
            step("g_2", "needs_person", None, 9),
            step("g_3", "ready", Some(10), 1),
            step("g_4", "needs_person", None, 4),
            step("g_5", "ready", Some(99), 1),
        ];
        steps::add(&mut conn, &business(), &rows).await.unwrap();
        let names = |rows: Vec<StepRow>| rows.iter().map(|s| s.grant.to_string()).collect::<Vec<_>>();
        assert_eq!(names(steps::due(&mut conn, &business(), "by_hand", 30, 9).await.unwrap()), ["g_3", "g_1"]);
        assert_eq!(names(steps::due(&mut conn, &business(), "by_hand", 99, 1).await.unwrap()), ["g_3"]);
        let shop = TeamId::parse("shop").unwrap();
        assert_eq!(names(steps::waiting(&mut conn, &business(), Some(&shop), (0, 9)).await.unwrap()), ["g_4", "g_2"]);
        let web = TeamId::parse("web").unwrap();
        assert!(steps::waiting(&mut conn, &business(), Some(&web), (0, 9)).await.unwrap().is_empty());
        let (was, now) = (&rows[0].state, step("g_1", "calling", Some(500), 2));
        assert!(steps::change(&mut conn, &business(), was, &now).await.unwrap());
        assert!(!steps::change(&mut conn, &business(), was, &now).await.unwrap(), "someone else has it");
    });
}

#[test]
fn messages_come_by_pages_and_once() {
    on_both(async |_fresh, store| {
        let mut conn = store.reader().await.unwrap();
        let row = |n: i64| DeliveryRow {
            endpoint: "shop".to_owned(),
            id: format!("shop.{n}"),
            kind: "case.noted".to_owned(),
            body: "{}".to_owned(),
            state: "{}".to_owned(),
            attempts: "[]".to_owned(),
            next: Some(n),
            at: n / 2,
        };
        let rows: Vec<DeliveryRow> = (0..9).map(row).collect();
        deliveries::add(&mut conn, &business(), &rows).await.unwrap();
        deliveries::add(&mut conn, &business(), &rows).await.unwrap();
        let (mut read, mut before) = (Vec::new(), None::<(i64, String)>);
        loop {
            let from = before.as_ref().map(|(at, id)| (*at, id.as_str()));
            let page = deliveries::page(&mut conn, &business(), "shop", from, 4).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some((last.at, last.id.clone()));
            read.extend(page.into_iter().map(|d| d.id));
        }
        let wanted: Vec<String> = (0..9).rev().map(|n| format!("shop.{n}")).collect();
        assert_eq!(read, wanted, "the newest first, each once");
        let due = deliveries::due(&mut conn, &business(), "shop", 3, 9).await.unwrap();
        assert_eq!(due.len(), 4);
        assert_eq!(deliveries::get(&mut conn, &business(), "shop", "no\0such").await.unwrap(), None);
    });
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_was_deleted_takes_nothing_more() {
    let fresh = testing::file().unwrap();
    let store = Store::open(&fresh.place, 0).await.unwrap();
    assert_eq!(store.is_there(), Ok(()));
    assert_eq!(store.reader().await.unwrap().takes_writes().await, Ok(()));
    let Place::File(path) = &fresh.place else { panic!("it is a file") };
    std::fs::rename(path, path.with_extension("moved")).unwrap();
    assert!(matches!(store.is_there(), Err(StoreError::Unreachable(_))));
    assert!(matches!(store.own_writer().await, Err(StoreError::Unreachable(_))), "no empty one takes its place");
    assert!(!path.exists());
}

/// A log that was left where the copy of a backup is put would be read into it.
#[tokio::test]
async fn a_copy_beside_which_the_log_of_another_lies_is_not_opened() {
    let (fresh, other) = (testing::file().unwrap(), testing::file().unwrap());
    let store = Store::open(&fresh.place, 0).await.unwrap();
    let (Place::File(path), Place::File(copy)) = (&fresh.place, &other.place) else { panic!("they are files") };
    std::fs::write(copy, "").unwrap();
    store.copy_to(copy.clone()).await.unwrap();
    let mut writer = store.own_writer().await.unwrap();
    writer.execute("CREATE TABLE t (a BIGINT NOT NULL)", &[]).await.unwrap();
    let log = crate::private::beside(copy, "-wal");
    std::fs::copy(crate::private::beside(path, "-wal"), &log).unwrap();
    let Err(StoreError::Unreadable(says)) = Store::open(&other.place, 0).await else { panic!("it was opened") };
    assert!(says.contains(&log.display().to_string()), "{says}");
    std::fs::remove_file(&log).unwrap();
    Store::open(&other.place, 0).await.unwrap();
    Store::open(&other.place, 0).await.unwrap();
}

#[test]
fn a_place_is_a_file_or_the_url_of_postgresql() {
    let file = |path: &str| Ok(Place::File(path.into()));
    assert_eq!(Place::parse("amends.db"), file("amends.db"));
    assert_eq!(Place::parse("sqlite:amends.db"), file("amends.db"));
    assert_eq!(Place::parse("sqlite:///var/amends.db"), file("/var/amends.db"));
    assert_eq!(Place::parse("postgresql://h/d"), Ok(Place::Url("postgresql://h/d".to_owned())));
    for text in ["mysql://u:secret@h/d", "http://h", "postgre://h/d", "file:///x.db"] {
        let says = Place::parse(text).unwrap_err();
        assert!(says.contains("postgres://") && !says.contains("secret"), "{says}");
    }
}

#[cfg(unix)]
#[test]
fn a_database_and_the_files_beside_it_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let fresh = super::testing::file().unwrap();
        let super::Place::File(path) = &fresh.place else { panic!("it is a file") };
        let store = Store::open(&fresh.place, 1).await.unwrap();
        let mut conn = store.own_writer().await.unwrap();
        conn.execute("CREATE TABLE t (a BIGINT NOT NULL)", &[]).await.unwrap();
        let there = crate::private::of_database(path);
        assert!(there.len() >= 3, "the database, its log and what is shared of it: {there:?}");
        for file in there {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
        }
    });
}

#[test]
fn no_list_of_cases_goes_through_all_of_them() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let fresh = super::testing::file().unwrap();
        let store = Store::open(&fresh.place, 1).await.unwrap();
        let mut conn = store.reader().await.unwrap();
        for (which, index) in [
            ("owner = 'p' AND state = 'open'", "cases_by_owner"),
            ("owner = 'p'", "cases_of_owner"),
            ("lower(customer) = 'c'", "cases_by_customer"),
            ("lower(customer) = 'c' AND state = 'open'", "cases_by_customer"),
            ("offered = 'p'", "cases_by_offer"),
            ("state = 'open'", "cases_by_state"),
            ("head IS NOT NULL", "cases_for_head"),
        ] {
            // As `cases::list` asks.
            let sql = format!(
                "EXPLAIN QUERY PLAN SELECT id, version FROM cases WHERE business = ? AND {which} ORDER BY id DESC LIMIT ?"
            );
            let plan = conn.fetch(&sql, &["retail".into(), 200.into()]).await.unwrap();
            let says: Vec<&str> = plan.iter().map(|row| row.text(3).unwrap()).collect();
            assert!(says.len() == 1 && says[0].contains(index), "{which}: {says:?}");
        }
        let sql = format!("EXPLAIN QUERY PLAN {}", super::names::FIND);
        let plan = conn.fetch(&sql, &["retail".into(), "ines".into(), "inet".into(), 64.into()]).await.unwrap();
        let says: Vec<&str> = plan.iter().map(|row| row.text(3).unwrap()).collect();
        assert!(says.len() == 1 && says[0].contains("COVERING INDEX names_by_name"), "{says:?}");
    });
}
