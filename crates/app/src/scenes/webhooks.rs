//! Fulfilment by another system that drops, delays, doubles and fails: each step takes effect once.

use serde_json::{Value, json};

use super::receiver::{Does, Receiver};
use super::shop::{Shop, on_both};

pub(super) async fn connected(shop: &Shop, purpose: &str, script: &[Does]) -> Receiver {
    let clock = shop.records.clock.clone();
    let receiver = Receiver::open(script, move || clock.now()).await;
    let kinds = if purpose == "tell" { json!(["case."]) } else { json!([]) };
    let new = json!({ "id": "shop", "url": receiver.url, "purpose": purpose, "kinds": kinds });
    assert_eq!(shop.post("lena", "/v1/webhooks", new.clone()).await.refused(), (403, "role_too_low"));
    let made = shop.post("hugo", "/v1/webhooks", new).await.ok();
    receiver.knows(made["secret"].as_str().unwrap());
    receiver
}

async fn given(shop: &Shop, customer: &str) -> (String, Value) {
    let case = shop.case("rita", "returns", customer).await;
    let (assessment, digest) = shop.assess_its_own("rita", &case, "hospital").await;
    let wish = json!({ "assessment": digest, "option": assessment["options"][0]["id"] });
    let done = shop.post("rita", &format!("{case}/grants"), wish).await.ok();
    (case, done["grant"].clone())
}

#[test]
fn a_step_takes_effect_once_whatever_the_receiver_does() {
    let scripts: [&[Does]; 6] = [
        &[],
        &[Does::Drops, Does::TakesAndDrops],
        &[Does::TakesTwice],
        &[Does::TakesAndFails, Does::TakesAndFails],
        &[Does::Busy, Does::Drops, Does::TakesAndFails, Does::Busy, Does::TakesAndDrops],
        &[Does::Drops; 7],
    ];
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let mut wanted = 0;
        let receiver = connected(&shop, "fulfil", &[]).await;
        for (n, script) in scripts.iter().enumerate() {
            receiver.does(script);
            let (case, grant) = given(&shop, &format!("c_{n}")).await;
            assert_eq!(grant["fulfil"], "by_connector");
            let key = format!("{}.1", grant["id"].as_str().unwrap());
            shop.fulfil().await;
            wanted += 1;
            let shown = shop.get("rita", &case).await.ok();
            assert_eq!(shown["grants"][0]["state"], "settled", "{:#}", shown["grants"]);
            assert_eq!(shown["grants"][0]["steps"][0]["details"]["reference"], format!("re_{key}"));
            assert_eq!(receiver.effects().len(), wanted, "one effect a step");
            assert_eq!(receiver.effects()[&key], 1);
        }
        assert_eq!(receiver.unsigned(), 0, "every message was signed");
        let key = receiver.effects().into_keys().next().unwrap();
        let replay = format!("/v1/webhooks/shop/deliveries/{key}/replay");
        assert_eq!(shop.post("hugo", &replay, json!({})).await.status, 409, "a step that ended is not sent again");
        let sent = shop.get("hugo", "/v1/webhooks/shop/deliveries?limit=2").await.ok();
        assert_eq!(sent["deliveries"].as_array().unwrap().len(), 2);
        let next = sent["next"].as_str().unwrap();
        let rest = shop.get("hugo", &format!("/v1/webhooks/shop/deliveries?cursor={next}")).await.ok();
        assert_eq!(rest["deliveries"].as_array().unwrap().len(), wanted - 2);
        shop.prove().await;
    });
}

#[test]
fn what_a_receiver_refuses_waits_for_a_person() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        connected(&shop, "fulfil", &[Does::Refuses, Does::Refuses]).await;
        let (case, grant) = given(&shop, "c_1").await;
        shop.fulfil().await;
        let queue = shop.get("rita", "/v1/steps").await.ok();
        assert_eq!(queue["steps"][0]["details"]["why"], "they refused: they answered 422: the card is closed");
        let step = |what: &str| format!("{case}/grants/{}/steps/1/{what}", grant["id"].as_str().unwrap());
        assert_eq!(shop.post("ada", &step("again"), json!({})).await.refused(), (403, "not_a_person"));
        shop.post("rita", &step("again"), json!({})).await.ok();
        shop.fulfil().await;
        let done = shop.post("rita", &step("done"), json!({ "reference": "cash from till 4" })).await.ok();
        let again = shop.post("rita", &step("done"), json!({ "reference": "cash from till 4" })).await.ok();
        assert_eq!(again["details"], done["details"], "whose answer got lost asks again");
        assert_eq!(shop.get("rita", &case).await.ok()["grants"][0]["state"], "settled");
        assert_eq!(shop.post("rita", &step("cannot"), json!({ "reason": "no" })).await.status, 409);
    });
}

#[test]
fn a_receiver_that_never_comes_back_ends_with_a_person() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let receiver = connected(&shop, "fulfil", &[Does::Busy; 60]).await;
        let (case, grant) = given(&shop, "c_1").await;
        for _ in 0..6 {
            shop.fulfil().await;
        }
        let queue = shop.get("rita", "/v1/steps").await.ok();
        assert_eq!(queue["steps"][0]["state"], "needs_person", "{queue}");
        assert!(receiver.effects().is_empty());
        let cannot = format!("{case}/grants/{}/steps/1/cannot", grant["id"].as_str().unwrap());
        shop.post("rita", &cannot, json!({ "reason": "their shop is closed for good" })).await.ok();
        assert_eq!(shop.get("rita", &case).await.ok()["grants"][0]["state"], "released");
        shop.prove().await;
    });
}

#[test]
fn everything_that_happens_is_told_once_and_in_order() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let receiver = connected(&shop, "tell", &[Does::Drops, Does::TakesAndFails, Does::Busy]).await;
        let (case, _) = given(&shop, "c_1").await;
        for _ in 0..40 {
            shop.later(10_000_000).await;
        }
        let events = shop.get("rita", &format!("{case}/events?limit=200")).await.ok();
        let told: Vec<String> = receiver.effects().into_keys().collect();
        for event in events["events"].as_array().unwrap() {
            let id = format!("{}.{}", event["team"].as_str().unwrap(), event["seq"]);
            assert!(told.contains(&id), "{id} was never told: {told:?}");
        }
        assert_eq!(receiver.unsigned(), 0);

        let before = receiver.messages().len();
        let id = told.first().unwrap();
        let rotated = shop.post("hugo", "/v1/webhooks/shop/rotate", json!({})).await.ok();
        shop.post("hugo", &format!("/v1/webhooks/shop/deliveries/{id}/replay"), json!({})).await.ok();
        shop.later(1_000_000).await;
        assert_eq!(receiver.messages().len(), before + 1, "sent again");
        assert_eq!(receiver.unsigned(), 0, "the secret before it still counts");
        receiver.knows(rotated["secret"].as_str().unwrap());
        shop.post("hugo", &format!("/v1/webhooks/shop/deliveries/{id}/replay"), json!({})).await.ok();
        shop.later(1_000_000).await;
        assert_eq!(receiver.unsigned(), 0);
        shop.post("hugo", "/v1/webhooks/shop/off", json!({})).await.ok();
        given(&shop, "c_2").await;
        let before = receiver.messages().len();
        shop.later(60_000_000).await;
        assert_eq!(receiver.messages().len(), before, "nothing more is sent");
    });
}

#[test]
fn what_no_webhook_takes_people_do_and_may_take_back() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (case, grant) = given(&shop, "c_1").await;
        assert_eq!(grant["fulfil"], "by_hand", "everything fulfils itself, but nothing is there that could");
        let release = format!("{case}/grants/{}/release", grant["id"].as_str().unwrap());
        shop.post("rita", &release, json!({ "reason": "they changed their mind" })).await.ok();
        assert_eq!(shop.get("rita", &case).await.ok()["grants"][0]["state"], "released");
    });
}

#[test]
fn a_step_that_waits_long_is_in_the_queue_and_follows_its_webhook() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let receiver = connected(&shop, "fulfil", &[Does::BusyForAYear; 3]).await;
        let mut steps = Vec::new();
        for n in 0..3 {
            let (case, grant) = given(&shop, &format!("c_{n}")).await;
            steps.push((format!("{case}/grants/{}/steps/1", grant["id"].as_str().unwrap()), case));
        }
        shop.wait(6_000_000);
        shop.worker.look(&shop.records, &shop.business).await.unwrap();
        let queue = shop.get("rita", "/v1/steps").await.ok();
        assert_eq!(queue["steps"].as_array().unwrap().len(), 3, "{queue:#}");
        // One is done by hand, one cannot be; the webhook is turned off, and the last waits for a person.
        shop.post("rita", &format!("{}/done", steps[0].0), json!({ "reference": "till 4" })).await.ok();
        assert_eq!(shop.get("rita", &steps[0].1).await.ok()["grants"][0]["state"], "settled");
        shop.post("rita", &format!("{}/cannot", steps[1].0), json!({ "reason": "no card" })).await.ok();
        assert_eq!(shop.get("rita", &steps[1].1).await.ok()["grants"][0]["state"], "released");
        shop.post("hugo", "/v1/webhooks/shop/off", json!({})).await.ok();
        shop.worker.look(&shop.records, &shop.business).await.unwrap();
        let queue = shop.get("rita", "/v1/steps").await.ok();
        assert_eq!(queue["steps"][0]["state"], "needs_person", "{queue:#}");
        assert_eq!(queue["steps"].as_array().unwrap().len(), 1);
        assert!(receiver.effects().is_empty());
        shop.prove().await;
    });
}

#[test]
fn with_a_customer_goes_what_was_sent_for_them() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        connected(&shop, "fulfil", &[]).await;
        let (case, _) = given(&shop, "c_1").await;
        shop.fulfil().await;
        shop.post("rita", &format!("{case}/settle"), json!({})).await.ok();
        let sent = "/v1/webhooks/shop/deliveries";
        assert_eq!(shop.get("hugo", sent).await.ok()["deliveries"].as_array().unwrap().len(), 1);
        shop.post("hugo", "/v1/customers/c_1/erase", json!({})).await.ok();
        assert_eq!(shop.get("hugo", sent).await.ok()["deliveries"], json!([]));
        shop.prove().await;
    });
}
