//! Orders from a Parquet file, beside the quickest way to put the same rows into the same table, all in one run.
//!
//! `cargo bench -p amends --bench import`; on PostgreSQL too where `AMENDS_TEST_POSTGRES` names a server
//! (`make bench-import` starts one). The import reads the file twice and checks every row; the floor has its rows in
//! memory, and is one prepared statement in one transaction on SQLite, COPY on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a bench that goes wrong is to say so and end")]

use std::time::{Duration, Instant};

use amends::flow::importing::{By, Import};
use amends::import::kinds::{Kind, Mapping, Plan};
use amends::import::testing::{order, orders};
use amends::import::{Format, Source, open};
use amends::store::testing::{self, Fresh};
use amends::store::{Place, Store, imports};
use amends_core::ids::BusinessId;
use amends_core::time::Time;

fn main() {
    let tiny = std::env::args().any(|arg| arg == "--test");
    let (rows, rounds) = if tiny { (2_000, 1) } else { (1_000_000, 5) };
    let folder = std::env::temp_dir().join(format!("amends-bench-import-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("orders.parquet");
    orders(&file, rows, None).unwrap();
    let mib = file.metadata().unwrap().len() >> 20;
    println!("{rows} orders, {mib} MiB of Parquet; the best of {rounds} rounds");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        beside("SQLite", &file, rows, rounds, async || testing::file().unwrap()).await;
        if let Ok(url) = std::env::var(testing::VARIABLE) {
            beside("PostgreSQL", &file, rows, rounds, async || testing::database(&url).await.unwrap()).await;
        } else {
            println!("PostgreSQL: left out, {} names no server", testing::VARIABLE);
        }
    });
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Both, in turn, each into a new database.
async fn beside(name: &str, file: &std::path::Path, rows: u64, rounds: usize, fresh: impl AsyncFn() -> Fresh) {
    let memory: Vec<testing::Order> = (0..rows).map(order).collect();
    let (mut ours, mut floor) = (Duration::MAX, Duration::MAX);
    for _ in 0..rounds {
        let place = fresh().await;
        let store = Store::open(&place.place, 0).await.unwrap();
        let began = Instant::now();
        import(&store, file, rows).await;
        ours = ours.min(began.elapsed());
        let place = fresh().await;
        Store::open(&place.place, 0).await.unwrap();
        let began = Instant::now();
        testing::bulk(&place.place, &memory).await.unwrap();
        floor = floor.min(began.elapsed());
        check(&place.place, "floor", rows).await;
    }
    let rate = |took: Duration| f64::from(u32::try_from(rows).unwrap()) / took.as_secs_f64();
    println!(
        "{name}: import {:.0} rows a second, floor {:.0}; {:.2} of it",
        rate(ours),
        rate(floor),
        floor.as_secs_f64() / ours.as_secs_f64()
    );
}

/// As `amends import orders` does, all of it.
async fn import(store: &Store, file: &std::path::Path, rows: u64) {
    let fields = [("id", "order_id"), ("at", "placed")].map(|(field, column)| (field.to_owned(), column.to_owned()));
    let mapping = Mapping { fields: fields.into(), currency: Some("USD".to_owned()), ..Mapping::default() };
    let columns = open(&Source::File(file), Format::Parquet).unwrap().columns();
    let plan = Plan::new(Kind::Orders, &mapping, columns.as_deref(), None).unwrap();
    let import = Import::new(Source::File(file), Format::Parquet, &mapping, plan).unwrap();
    let checked = import.check(|_, _| ()).unwrap();
    assert_eq!((checked.rows, checked.wrong_rows, checked.broken.clone()), (rows, 0, None));
    let business = BusinessId::parse("shop").unwrap();
    let now = Time::from_micros(0).unwrap();
    let kept =
        import.keep(store, By { business: &business, who: "bench", now }, &checked, false, |_, _| ()).await.unwrap();
    assert_eq!(kept.rows, rows);
}

async fn check(place: &Place, business: &str, rows: u64) {
    let store = Store::open(place, 0).await.unwrap();
    let mut conn = store.reader().await.unwrap();
    let there = imports::count(&mut conn, &BusinessId::parse(business).unwrap(), Kind::Orders).await.unwrap();
    assert_eq!(there, rows);
}
