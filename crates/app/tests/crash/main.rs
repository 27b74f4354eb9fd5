//! The server killed, its database restarted, its disk full: every acknowledged grant is there, none twice, and the
//! journal proves it. `AMENDS_KILLS` says how often each is killed (20 in `make test`).

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that goes wrong here is to fail")]

mod client;
mod house;
mod load;

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use amends::store::{Place, testing};
use house::{House, Postgres};
use load::Load;

const CLIENTS: usize = 8;

fn kills() -> usize {
    std::env::var("AMENDS_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(20)
}

/// Between 20 and 320 ms, by a small generator, so that the moments differ and every run has the same.
fn moment(n: usize) -> Duration {
    let mixed = (n as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    Duration::from_millis(20 + (mixed >> 40) % 300)
}

fn killed(place: &Place, servers: usize) {
    let house = Arc::new(House::new(place, servers));
    let load = Load::begin(&house, CLIENTS);
    for n in 0..kills() {
        std::thread::sleep(moment(n));
        house.kill(n % servers);
        house.start(n % servers);
    }
    let given = load.end();
    house.audit(&given);
    eprintln!("{} grants acknowledged over {} kills", given.len(), kills());
}

#[test]
fn killed_under_load_on_a_file() {
    let fresh = testing::file().unwrap();
    killed(&fresh.place, 1);
}

/// Asked to stop, it ends within its time, whatever comes in meanwhile, and what it acknowledged is there.
#[test]
fn stopped_under_load() {
    let fresh = testing::file().unwrap();
    let house = Arc::new(House::new(&fresh.place, 1));
    let load = Load::begin(&house, CLIENTS);
    for n in 0..kills().div_ceil(4) {
        std::thread::sleep(moment(n));
        house.stop(0);
        house.start(0);
    }
    let given = load.end();
    assert!(!given.is_empty());
    house.audit(&given);
}

#[test]
fn killed_under_load_on_postgresql() {
    let Some(url) = house::postgres_url() else { return };
    killed(&house::database(&url).place, 1);
}

#[test]
fn two_servers_on_one_postgresql_killed_in_turn() {
    let Some(url) = house::postgres_url() else { return };
    killed(&house::database(&url).place, 2);
}

#[test]
fn postgresql_restarted_under_load() {
    let Some(server) = Postgres::start() else { return };
    let fresh = house::database(&server.url);
    let house = Arc::new(House::new(&fresh.place, 1));
    let load = Load::begin(&house, CLIENTS);
    for n in 0..kills().div_ceil(5) {
        std::thread::sleep(moment(n) + Duration::from_millis(500));
        server.restart();
    }
    std::thread::sleep(Duration::from_secs(1));
    let given = load.end();
    house.audit(&given);
    eprintln!("{} grants acknowledged over {} restarts of the database", given.len(), kills().div_ceil(5));
}

/// A file system of 3 MB that fills up: what is not done is said to be, and there is nothing lost of what is.
#[test]
fn a_disk_that_is_full() {
    let folder = std::env::temp_dir().join(format!("amends-small-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(&folder).status();
    if !mounted.is_ok_and(|status| status.success()) {
        testing::skipped(testing::Left::Whole, "a small file system can only be mounted by root");
        return;
    }
    let unmount = || Command::new("umount").arg("-l").arg(&folder).status().unwrap();
    let outcome = std::panic::catch_unwind(|| {
        let house = Arc::new(House::new(&Place::File(folder.join("amends.db")), 1));
        let load = Load::begin(&house, CLIENTS);
        let full = load.until_refused(507, Duration::from_mins(1));
        assert!(full, "it never said that there is no room");
        let given = load.give_up();
        assert!(!given.is_empty());
        // There is room to read what is there, also after a crash.
        house.kill(0);
        Command::new("mount").args(["-o", "remount,size=24m"]).arg(&folder).status().unwrap();
        house.start(0);
        house.audit(&given);
        eprintln!("{} grants acknowledged until the disk was full", given.len());
    });
    unmount();
    // What stays is an empty folder.
    let _ = std::fs::remove_dir(&folder);
    if let Err(panicked) = outcome {
        std::panic::resume_unwind(panicked);
    }
}
