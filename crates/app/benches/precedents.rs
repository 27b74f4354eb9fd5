//! The decisions nearest to a request, among ten thousand and among a million, beside one row by its key, in one run.
//!
//! `cargo bench -p amends --bench precedents`; on PostgreSQL too where `AMENDS_TEST_POSTGRES` names a server
//! (`make bench-precedents` starts one). Half the decisions are of one policy and one term, as in a shop whose window is
//! what is asked about most, at a day's steps: many are equally far. The others are of two terms, or of other policies.

#![allow(clippy::unwrap_used, reason = "a bench that goes wrong is to say so and end")]

use std::time::{Duration, Instant};

use amends::store::imports::{self, Kind};
use amends::store::precedents::{IMPORTED, nearest};
use amends::store::sql::Value;
use amends::store::testing::{self, Fresh};
use amends::store::{Conn, Store, customers};
use amends_core::ids::{BusinessId, CaseId, CustomerId};
use amends_core::likeness::Likeness;

/// Rows of one transaction.
const ROWS: u64 = 50_000;

fn main() {
    let tiny = std::env::args().any(|arg| arg == "--test");
    let (sizes, asked) = if tiny { ([200, 2_000], 20) } else { ([10_000, 1_000_000], 2_000) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for size in sizes {
            measure("SQLite", testing::file().unwrap(), size, asked).await;
            if let Ok(url) = std::env::var(testing::VARIABLE) {
                measure("PostgreSQL", testing::database(&url).await.unwrap(), size, asked).await;
            } else {
                println!("PostgreSQL: left out, {} names no server", testing::VARIABLE);
            }
        }
    });
}

fn business() -> BusinessId {
    BusinessId::parse("retail").unwrap()
}

/// Numbers that are the same in each run (splitmix64).
fn noise(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn like(n: u64) -> Likeness {
    // Days of thirty, in thousandths.
    let past = |n: u64| i64::try_from(noise(n) % 90).unwrap() * 1000 / 30;
    let term = |id: &str, n: u64| (id.to_owned(), past(n));
    match n % 8 {
        0..4 => Likeness { policy: "returns".to_owned(), past: vec![term("window", n)] },
        4..6 => Likeness { policy: "returns".to_owned(), past: vec![term("price", n), term("window", n + 1)] },
        other => Likeness { policy: format!("policy_{other}"), past: vec![term("window", n)] },
    }
}

fn row(n: u64) -> [Value<'static>; 17] {
    let like = like(n);
    let whole = |n: u64| Value::from(i64::try_from(n).unwrap());
    let owned = |text: &str| Value::from(text.to_owned());
    [
        owned("retail"),
        format!("d_{n}").into(),
        format!("c_{}", noise(n) % 50_000).into(),
        whole(1_700_000_000_000_000 + n * 60_000_000),
        owned("returns"),
        like.policy.clone().into(),
        like.terms().into(),
        like.far().into(),
        like.distances().into(),
        owned(if n.is_multiple_of(5) { "declined" } else { "given" }),
        owned("credit"),
        whole(noise(n) % 20_000),
        whole(noise(n + 7) % 10_000),
        owned("USD"),
        owned("frontline"),
        owned(IMPORTED),
        owned("{}"),
    ]
}

async fn fill(conn: &mut Conn, size: u64) {
    conn.will_write_much().await.unwrap();
    let mut from = 0;
    while from < size {
        let to = size.min(from + ROWS);
        let values: Vec<Value<'_>> = (from..to).flat_map(row).collect();
        conn.begin().await.unwrap();
        imports::keep(conn, Kind::Decisions, &values).await.unwrap();
        conn.commit().await.unwrap();
        from = to;
    }
}

/// Both, in turn: the nearest twenty, and one row of a key.
async fn measure(name: &str, fresh: Fresh, size: u64, asked: u64) {
    let store = Store::open(&fresh.place, 0).await.unwrap();
    fill(&mut store.writer().await.unwrap(), size).await;
    let mut conn = store.reader().await.unwrap();
    let nobody = CaseId::parse("nobody").unwrap();
    let (mut ours, mut floor) = (Vec::new(), Vec::new());
    for turn in 0..asked {
        let wanted = like(noise(turn) % 6);
        let began = Instant::now();
        let found = nearest(&mut conn, &business(), &wanted, &nobody, 20).await.unwrap();
        ours.push(began.elapsed());
        assert_eq!(found.len(), 20);
        let customer = CustomerId::parse(&format!("c_{turn}")).unwrap();
        let began = Instant::now();
        customers::profile(&mut conn, &business(), &customer).await.unwrap();
        floor.push(began.elapsed());
    }
    let at = |all: &mut Vec<Duration>, of_hundred: usize| {
        all.sort_unstable();
        all.get((all.len() - 1) * of_hundred / 100).unwrap().as_secs_f64() * 1e6
    };
    println!(
        "{name}, {size} decisions: nearest 20 in {:.0} us, 95 of 100 within {:.0}; a row by its key {:.0} us, {:.0}",
        at(&mut ours, 50),
        at(&mut ours, 95),
        at(&mut floor, 50),
        at(&mut floor, 95),
    );
}
