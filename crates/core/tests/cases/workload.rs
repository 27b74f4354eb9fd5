//! A seeded workload over the core alone: random people try random things on a few cases, the clock jumps, and an
//! auditor checks after each step. A seed that fails is printed and replays exactly.

use std::collections::BTreeMap;

use amends_core::authority::Mode;
use amends_core::journal::verify;

use crate::audit::{audit, nothing_due, stored};
use crate::steps::{Step, act};
use crate::verified::export;
use crate::world::World;

/// Numbers that look random. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators".
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn step(&mut self) -> Step {
        let [act, who, case, arg, ..] = self.roll().to_le_bytes();
        Step { act, who, case, arg }
    }
}

/// Tells the seed when a play fails.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the seed that failed: {}", self.0);
        }
    }
}

/// Plays a seed. Adds what happened to `seen`, as events and denials by name with how often.
fn play(seed: u64, steps: usize, seen: &mut BTreeMap<String, usize>) {
    let told = Seed(seed);
    let mut dice = Dice(seed);
    let mut w = World::new();
    w.team_limit = seed.is_multiple_of(2).then_some(30_000);
    w.mode = if seed.is_multiple_of(3) { Mode::AdviseOnly } else { Mode::Full };
    for n in 0..steps {
        let step = dice.step();
        let before = w.entries.len();
        if let Err(denied) = act(&mut w, n, step) {
            *seen.entry(format!("denied {}", denied.word())).or_default() += 1;
            assert_eq!(w.entries.len(), before, "a denial changes nothing");
        }
        audit(&w);
    }
    let ids: Vec<String> = w.cases.keys().map(ToString::to_string).collect();
    for case in ids {
        w.ring(&case);
    }
    nothing_due(&w);
    stored(&w);
    let report = verify(export(&w));
    assert!(report.is_whole(), "{:?}", report.faults);
    drop(told);
    for entry in &w.entries {
        *seen.entry(entry.kind.clone()).or_default() += 1;
    }
}

/// `AMENDS_SEEDS=1..10001` plays those instead.
fn seeds() -> std::ops::Range<u64> {
    let wanted = std::env::var("AMENDS_SEEDS").ok();
    let range = wanted.as_deref().and_then(|text| text.split_once("..")).map(|(a, b)| (a.parse(), b.parse()));
    match range {
        Some((Ok(from), Ok(to))) => from..to,
        _ => 1..25,
    }
}

#[test]
fn whatever_people_try_the_auditor_finds_nothing() {
    let mut seen = BTreeMap::new();
    let seeds = seeds();
    let enough = usize::try_from(seeds.end - seeds.start).unwrap() / 6;
    for seed in seeds {
        play(seed, 400, &mut seen);
    }
    for kind in [
        "approved",
        "refused",
        "reserved",
        "grant_settled",
        "grant_released",
        "grant_taken_back",
        "handed_over",
        "declined",
    ] {
        let often = seen.get(&format!("case.{kind}")).copied().unwrap_or(0);
        assert!(often >= enough, "too little happened: {seen:#?}");
    }
}
