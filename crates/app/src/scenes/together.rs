//! Many at once: what is wrong with one of them is in the way of nobody else.

use amends_core::denied::Denied;
use amends_core::money::{Currency, Money};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::shop::{Shop, on_both};
use crate::flow::job::BEHIND_THE_CASE;
use crate::flow::timer;
use crate::store::testing;

#[test]
fn a_request_that_is_made_twice_at_once_is_done_once_and_disturbs_nobody() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let omars = shop.case("omar", "returns", "c_9").await;
        for round in 0..6 {
            let key = format!("k-{round}");
            let new = json!({ "request": "returns", "customer": "c_1" });
            let same = join_all((0..5).map(|_| shop.post_once("rita", "/v1/cases", &key, new.clone())));
            let notes = format!("{omars}/notes");
            let others = join_all((0..4).map(|_| shop.post("omar", &notes, json!({ "words": "his own" }))));
            let (same, others) = tokio::join!(same, others);
            for other in others {
                other.ok();
            }
            let cases: Vec<Value> = same.into_iter().map(|got| got.ok()["case"].clone()).collect();
            assert!(cases.iter().all(|case| *case == cases[0]), "{cases:?}");
            let other = json!({ "request": "returns", "customer": "c_2" });
            assert_eq!(shop.post_once("rita", "/v1/cases", &key, other).await.status, 422);
        }
        let all = shop.get("rita", "/v1/cases?limit=50").await.ok();
        assert_eq!(all["cases"].as_array().unwrap().len(), 7, "one a round, and Omar's");
        shop.prove().await;
    });
}

#[test]
fn a_case_that_cannot_be_read_stops_no_other() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let mut cases = Vec::new();
        for n in 0..6 {
            cases.push(shop.case("rita", "returns", &format!("c_{n}")).await);
        }
        let id = |case: &str| case.rsplit('/').next().unwrap().to_owned();
        // As a newer program of a rolling update does, which knows more kinds of events.
        testing::of_a_newer_program(&shop.records.store, &id(&cases[2])).await.unwrap();
        let notes: Vec<String> = cases.iter().map(|case| format!("{case}/notes")).collect();
        let answers = join_all(notes.iter().map(|path| shop.post("rita", path, json!({ "words": "seen" })))).await;
        let status: Vec<u16> = answers.iter().map(|got| got.status.as_u16()).collect();
        assert_eq!([&status[..2], &status[3..]].concat(), [200; 5], "{status:?}");
        assert_eq!(status[2], 500);
        // Ten days later each of the others is in the head's view.
        shop.later(11 * 86_400_000_000).await;
        let seen = shop.get("hugo", "/v1/cases?view=head&limit=50").await.ok();
        assert_eq!(seen["cases"].as_array().unwrap().len(), 5, "{seen:#}");
    });
}

#[test]
fn what_cannot_be_rung_silences_no_other_clock() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let mut cases = Vec::new();
        for from in [0, 70, 140] {
            let paths: Vec<String> = (from..from + 70).map(|n| format!("c_{n}")).collect();
            cases.extend(join_all(paths.iter().map(|customer| shop.case("rita", "returns", customer))).await);
        }
        shop.wait(1_000_000);
        shop.case("omar", "returns", "c_last").await;
        for case in &cases {
            let id = case.rsplit('/').next().unwrap();
            testing::of_a_newer_program(&shop.records.store, id).await.unwrap();
        }
        shop.wait(11 * 86_400_000_000);
        let mut stuck = timer::Stuck::default();
        let mut rung = Vec::new();
        for _ in 0..3 {
            rung.push(timer::ring(&shop.records, &shop.business, &mut stuck).await.unwrap());
        }
        assert_eq!(rung, [200, 11, 0], "each that is stuck is left alone for a while");
        let seen = shop.get("hugo", "/v1/cases?view=head").await.ok();
        assert_eq!(seen["cases"].as_array().unwrap().len(), 1, "the last of them was heard: {seen:#}");
    });
}

#[test]
fn an_erased_case_has_no_clock() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("rita", "returns", "c_1").await;
        let promise = json!({ "words": "I call", "due": "2026-11-30T12:00:00Z" });
        shop.post("rita", &format!("{case}/promises"), promise).await.ok();
        let no = json!({ "reason": "not this time", "instead": [{ "words": "write again" }] });
        shop.post("rita", &format!("{case}/decline"), no).await.ok();
        shop.post("hugo", "/v1/customers/c_1/erase", json!({})).await.ok();
        shop.wait(90 * 86_400_000_000);
        let rung = timer::ring(&shop.records, &shop.business, &mut timer::Stuck::default()).await.unwrap();
        assert_eq!(rung, 0);
        shop.prove().await;
    });
}

#[test]
fn an_assessment_that_was_overtaken_is_no_answer_to_keep() {
    let nothing = Money::new(0, Currency::USD);
    let behind = Denied::BehindTheCase { granted: nothing, released: nothing, paid: nothing };
    assert_eq!(behind.word(), BEHIND_THE_CASE);
    assert!(!crate::flow::job::Refused::from(behind).lasts());
}
