//! What was paid goes back once: across cases, people, batches, servers and payments, and whatever was done stays given.

use amends_core::time::{DAY, SECOND};
use serde_json::{Value, json};

use super::shop::{Got, Shop, on_both};
use crate::flow::rules::ModeText;

/// An order, paid for its goods and its shipping.
fn order(id: &str, paid: &str, shipping: &str) -> Value {
    json!({
        "id": id,
        "placed": "2026-11-10T12:00:00",
        "channel": "online",
        "payment": { "id": "card_1", "kind": "card", "holder": "Jonas Weber" },
        "lines": [{ "sku": "s1", "title": "Shirt", "paid": paid, "final_sale": false }],
        "shipping": shipping,
        "refunded": "0 USD",
    })
}

fn customer(id: &str) -> Value {
    json!({ "id": id, "since": "2020-01-01", "orders": 9, "claims_12m": 0 })
}

fn returns(id: &str, paid: &str) -> Value {
    json!({ "facts": { "customer": customer("c_1"), "order": order(id, paid, "0 USD"), "condition": "as_new" } })
}

fn sale(id: &str, paid: &str) -> Value {
    let promotion = json!({ "starts": "2026-11-14T08:00:00", "discount": "20%", "channels": ["online"] });
    json!({ "facts": { "customer": customer("c_1"), "order": order(id, paid, "0 USD"), "promotion": promotion } })
}

fn called_off(id: &str) -> Value {
    let shipment = json!({ "stage": "packed", "made_to_order": false, "recall": "0 USD" });
    let order = order(id, "300.00 USD", "20.00 USD");
    json!({ "facts": { "customer": customer("c_1"), "order": order, "shipment": shipment } })
}

/// A case of someone, assessed: its path and the wish for an option.
async fn asked(shop: &Shop, who: &str, request: &str, facts: Value, option: &str) -> (String, Value) {
    let case = shop.case(who, request, "c_1").await;
    told(shop, who, case, facts, option).await
}

/// As [`asked`], where the till shows the facts.
async fn shown(shop: &Shop, who: &str, request: &str, facts: Value, option: &str) -> Got {
    let case = shop.case(who, request, "c_1").await;
    shop.post("till", &format!("{case}/assessments"), facts).await.ok();
    let (case, wish) = told(shop, who, case, json!({}), option).await;
    shop.post(who, &format!("{case}/grants"), wish).await
}

/// A shop whose till tells what it knows.
async fn with_till(fresh: crate::store::testing::Fresh) -> Shop {
    let mut shop = Shop::open(fresh).await;
    shop.till().await;
    shop
}

async fn told(shop: &Shop, who: &str, case: String, facts: Value, option: &str) -> (String, Value) {
    let got = shop.post(who, &format!("{case}/assessments"), facts).await;
    let digest = got.headers["assessment-digest"].to_str().unwrap().to_owned();
    got.ok();
    (case, json!({ "assessment": digest, "option": option }))
}

/// Opens a case, assesses it and gives an option of it.
async fn give(shop: &Shop, who: &str, request: &str, facts: Value, option: &str) -> (String, Got) {
    let (case, wish) = asked(shop, who, request, facts, option).await;
    let got = shop.post(who, &format!("{case}/grants"), wish).await;
    (case, got)
}

async fn money_back(shop: &Shop, facts: Value) -> Got {
    give(shop, "hugo", "returns", facts, "money_back").await.1
}

async fn left_of(shop: &Shop, purchase: &str) -> Vec<(String, Value, Value)> {
    let shown = shop.get("rita", &format!("/v1/ledger?purchase={purchase}")).await.ok();
    let accounts = shown["accounts"].as_array().unwrap();
    accounts.iter().map(|a| (a["of"].as_str().unwrap().to_owned(), a["left"].clone(), a["settled"].clone())).collect()
}

fn account(of: &str, left: &str, settled: &str) -> (String, Value, Value) {
    (of.to_owned(), left.into(), settled.into())
}

#[test]
fn one_order_is_paid_back_once_on_however_many_cases() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (first, given) = give(&shop, "hugo", "returns", returns("A-1", "100.00 USD"), "money_back").await;
        given.ok();
        for spelled in ["A-1", "a-1", " A-1 ", "A\u{200b}-1"] {
            let denied = money_back(&shop, returns(spelled, "100.00 USD")).await;
            assert_eq!(denied.refused(), (409, "ledger_left"), "{spelled:?}");
            let cases = json!([first.trim_start_matches("/v1/cases/")]);
            assert_eq!(denied.json["cases"], cases, "{}", denied.json);
            let title = denied.json["title"].as_str().unwrap();
            assert!(title.contains("`A-1` has 0.00 USD left"), "{title}");
        }
        let other = give(&shop, "lena", "returns", returns("A-1", "100.00 USD"), "money_back").await.1;
        assert_eq!(other.refused(), (409, "ledger_left"), "whoever gives it");
        money_back(&shop, returns("A-2", "100.00 USD")).await.ok();
        shop.fulfil().await;
        assert_eq!(money_back(&shop, returns("A-1", "100.00 USD")).await.refused(), (409, "ledger_left"), "when done");
        shop.prove().await;
    });
}

#[test]
fn a_number_and_the_sign_before_it_name_one_order() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        money_back(&shop, returns("#1001", "100.00 USD")).await.ok();
        for spelled in ["1001", " # 1001", "\u{ff03}\u{ff11}001"] {
            let denied = money_back(&shop, returns(spelled, "100.00 USD")).await;
            assert_eq!(denied.refused(), (409, "ledger_left"), "{spelled:?}");
        }
        for other in ["10012", "1001#2", "01001"] {
            money_back(&shop, returns(other, "100.00 USD")).await.ok();
        }
        assert_eq!(left_of(&shop, "%231001").await, left_of(&shop, "1001").await);
        assert_eq!(left_of(&shop, "1001").await, [account("goods", "0.00 USD", "0.00 USD")]);
        shop.prove().await;
    });
}

#[test]
fn an_option_says_that_nothing_names_what_it_would_pay_back() {
    on_both(async |fresh| {
        let shop = with_till(fresh).await;
        let case = shop.post("hugo", "/v1/cases", json!({ "request": "returns" })).await.ok();
        let case = format!("/v1/cases/{}", case["case"].as_str().unwrap());
        let mut facts = returns(" ", "100.00 USD");
        facts["facts"].as_object_mut().unwrap().remove("customer");
        shop.post("till", &format!("{case}/assessments"), facts).await.ok();
        let shown = shop.get("hugo", &case).await.ok();
        let options = shown["assessments"][0]["options"].as_array().unwrap();
        let option = options.iter().find(|o| o["id"] == "money_back").unwrap();
        assert_eq!(option["denied"]["code"], "nothing_against", "{option}");
        assert!(option.get("left").is_none(), "{option}");
    });
}

#[test]
fn nobody_is_asked_for_what_is_not_left() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        money_back(&shop, returns("A-1", "600.00 USD")).await.ok();
        let facts = returns("A-1", "600.00 USD");
        let (case, wish) = asked(&shop, "rita", "returns", facts, "money_back").await;
        let ask = json!({ "wish": wish, "words": "please" });
        assert_eq!(shop.post("rita", &format!("{case}/approvals"), ask).await.refused(), (409, "ledger_left"));
        let shown = shop.get("rita", &case).await.ok();
        let options = shown["assessments"][0]["options"].as_array().unwrap();
        let option = options.iter().find(|o| o["id"] == "money_back").unwrap();
        assert_eq!(option["left"], json!([{ "purchase": "A-1", "of": "goods", "left": "0.00 USD" }]), "{option}");
    });
}

#[test]
fn two_cases_at_once_share_what_is_left() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let mut all = Vec::new();
        for _ in 0..12 {
            all.push(asked(&shop, "hugo", "returns", returns("A-1", "100.00 USD"), "money_back").await);
        }
        let sent = all.into_iter().map(|(case, wish)| {
            let (shop, path) = (&shop, format!("{case}/grants"));
            async move { shop.post("hugo", &path, wish).await }
        });
        let got = futures_util::future::join_all(sent).await;
        assert_eq!(got.iter().filter(|got| got.status.is_success()).count(), 1, "{got:#?}");
        assert_eq!(left_of(&shop, "A-1").await, [account("goods", "0.00 USD", "0.00 USD")]);
        shop.prove().await;
    });
}

#[test]
fn a_part_of_the_price_first_leaves_the_rest_for_a_return() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.mode(&ModeText::AdviseOnly).await;
        let (case, given) =
            give(&shop, "hugo", "price_adjustment", sale("A-1", "100.00 USD"), "credit_difference").await;
        let grant = format!("{case}/grants/{}", given.ok()["grant"]["id"].as_str().unwrap());
        shop.post("hugo", &format!("{grant}/steps/1/done"), json!({})).await.ok();
        shop.post("hugo", &format!("{grant}/settle"), json!({})).await;
        assert_eq!(money_back(&shop, returns("A-1", "100.00 USD")).await.refused(), (409, "ledger_left"));
        assert_eq!(left_of(&shop, "a-1").await, [account("goods", "80.00 USD", "20.00 USD")]);
        let denied = money_back(&shop, returns("A-1", "80.00 USD")).await;
        assert_eq!(denied.refused(), (409, "ledger_left"), "as if 80 had been paid, 60 is left");
        let mut facts = returns("A-1", "100.00 USD");
        facts["facts"]["order"]["refunded"] = "20.00 USD".into();
        let given = money_back(&shop, facts).await.ok();
        assert_eq!(given["grant"]["amount"], "80.00 USD", "what is left");
        assert_eq!(left_of(&shop, "a-1").await, [account("goods", "0.00 USD", "20.00 USD")]);
    });
}

#[test]
fn shipping_is_credited_once_beside_the_goods() {
    on_both(async |fresh| {
        let shop = with_till(fresh).await;
        give(&shop, "hugo", "cancellation", called_off("A-1"), "call_off").await.1.ok();
        let all = [account("goods", "0.00 USD", "0.00 USD"), account("shipping", "0.00 USD", "0.00 USD")];
        assert_eq!(left_of(&shop, "A-1").await, all);
        let late = json!({ "facts": {
            "customer": customer("c_1"),
            "order": order("A-1", "300.00 USD", "20.00 USD"),
            "delivery": { "promised": "2026-11-14", "arrived": "2026-11-15" },
        } });
        let denied = shown(&shop, "hugo", "late_delivery", late, "sorry").await;
        assert_eq!(denied.refused(), (409, "ledger_left"));
        assert!(denied.json["title"].as_str().unwrap().starts_with("the shipping of `A-1`"), "{}", denied.json);
    });
}

#[test]
fn what_is_not_named_counts_with_all_of_its_customer() {
    on_both(async |fresh| {
        let shop = with_till(fresh).await;
        money_back(&shop, returns("", "100.00 USD")).await.refused();
        let fee = |id: Option<&str>| {
            let mut order = order("", "10.00 USD", "0 USD");
            order["id"] = Value::from(" ");
            let mut fee = json!({ "amount": "40.00 USD", "charged": "2026-11-01", "in_error": true, "waived_12m": 0 });
            if let Some(id) = id {
                fee["id"] = id.into();
            }
            json!({ "facts": { "customer": customer("c_1"), "order": order, "fee": fee } })
        };
        shown(&shop, "hugo", "fee", fee(Some("F-1")), "fee_back").await.ok();
        assert_eq!(shown(&shop, "hugo", "fee", fee(Some("f-1")), "fee_back").await.refused(), (409, "ledger_left"));
        shown(&shop, "hugo", "fee", fee(Some("F-2")), "fee_back").await.ok();
        shown(&shop, "hugo", "fee", fee(None), "fee_back").await.ok();
        assert_eq!(shown(&shop, "hugo", "fee", fee(None), "fee_back").await.refused(), (409, "ledger_left"));
    });
}

#[test]
fn goodwill_is_no_money_back() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        money_back(&shop, returns("A-1", "100.00 USD")).await.ok();
        give(&shop, "lena", "returns", returns("A-1", "100.00 USD"), "credit").await.1.ok();
        assert_eq!(left_of(&shop, "A-1").await.len(), 1);
    });
}

#[test]
fn what_was_released_may_be_given_again_and_what_was_taken_back_too() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.mode(&ModeText::AdviseOnly).await;
        let (case, given) = give(&shop, "hugo", "returns", returns("A-1", "100.00 USD"), "money_back").await;
        let grant = given.ok()["grant"]["id"].as_str().unwrap().to_owned();
        let release = format!("{case}/grants/{grant}/release");
        shop.post("hugo", &release, json!({ "reason": "the card is closed" })).await.ok();
        assert_eq!(left_of(&shop, "A-1").await, [account("goods", "100.00 USD", "0.00 USD")]);
        money_back(&shop, returns("A-1", "100.00 USD")).await.ok();
    });
}

/// A cancellation by hand: 300 for the goods, 20 for shipping, at a cost of 95 and 20.
async fn stopped_on_its_way(shop: &Shop, who: &str, id: &str) -> (String, String) {
    let shipment = json!({ "stage": "shipped", "made_to_order": false, "recall": "75.00 USD" });
    let order = order(id, "300.00 USD", "20.00 USD");
    let facts = json!({ "facts": { "customer": customer("c_1"), "order": order, "shipment": shipment } });
    let (case, given) = give(shop, who, "cancellation", facts, "call_off").await;
    let grant = given.ok()["grant"]["id"].as_str().unwrap().to_owned();
    (case, grant)
}

#[test]
fn what_was_done_stays_given_when_the_rest_is_released() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.mode(&ModeText::AdviseOnly).await;
        shop.limit("person rita", "day", "200.00 USD").await;
        let (case, grant) = stopped_on_its_way(&shop, "rita", "A-1").await;
        let done = json!({ "reference": "paid to the card" });
        shop.post("rita", &format!("{case}/grants/{grant}/steps/1/done"), done).await.ok();
        shop.post("rita", &format!("{case}/grants/{grant}/release"), json!({ "reason": "not wanted" })).await.ok();

        let shown = shop.get("rita", &case).await.ok();
        let kept = &shown["grants"][0];
        assert_eq!((&kept["state"], &kept["cost"]), (&json!("settled_in_part"), &json!("75.00 USD")), "{kept}");
        let steps: Vec<&str> = kept["steps"].as_array().unwrap().iter().map(|s| s["state"].as_str().unwrap()).collect();
        assert_eq!(steps, ["done", "cancelled"]);
        let left = [account("goods", "0.00 USD", "300.00 USD"), account("shipping", "20.00 USD", "0.00 USD")];
        assert_eq!(left_of(&shop, "A-1").await, left);

        let budgets = shop.get("rita", "/v1/budgets").await.ok();
        let day = budgets["budgets"].as_array().unwrap().iter().find(|b| b["of"] == "person" && b["per"] == "day");
        let day = day.unwrap();
        assert_eq!((&day["settled"], &day["reserved"]), (&json!("75.00 USD"), &json!("0.00 USD")), "{day}");
        let bent = shop.get("rita", "/v1/customers/c_1").await.ok();
        assert_eq!(bent["exceptions"].as_array().unwrap().len(), 1, "{bent}");
        assert_eq!(bent["exceptions"][0]["cost"], "75.00 USD");

        // And once more: what is left of the day, and of the order, is all there is.
        let (case, grant) = stopped_on_its_way(&shop, "rita", "A-2").await;
        let done = json!({ "reference": "paid to the card" });
        shop.post("rita", &format!("{case}/grants/{grant}/steps/1/done"), done).await.ok();
        shop.post("rita", &format!("{case}/grants/{grant}/release"), json!({ "reason": "not wanted" })).await.ok();
        let shipment = json!({ "stage": "shipped", "made_to_order": false, "recall": "75.00 USD" });
        let facts = json!({ "facts": {
            "customer": customer("c_1"), "order": order("A-3", "300.00 USD", "20.00 USD"), "shipment": shipment,
        } });
        let (_, third) = give(&shop, "rita", "cancellation", facts, "call_off").await;
        assert_eq!(third.refused(), (403, "needs_approval"), "two exceptions for a customer, and 150 of 200 a day");
        shop.prove().await;
    });
}

#[test]
fn a_step_that_cannot_be_done_frees_its_own_part() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.mode(&ModeText::AdviseOnly).await;
        let (case, grant) = stopped_on_its_way(&shop, "rita", "A-1").await;
        let steps = format!("{case}/grants/{grant}/steps");
        shop.post("rita", &format!("{steps}/2/cannot"), json!({ "reason": "no shipping was paid" })).await.ok();
        shop.post("rita", &format!("{case}/grants/{grant}/settle"), json!({})).await.ok();
        let shown = shop.get("rita", &case).await.ok();
        assert_eq!(shown["grants"][0]["state"], "settled_in_part", "{shown}");
        let left = [account("goods", "0.00 USD", "300.00 USD"), account("shipping", "20.00 USD", "0.00 USD")];
        assert_eq!(left_of(&shop, "A-1").await, left);

        let (case, grant) = stopped_on_its_way(&shop, "rita", "A-2").await;
        let steps = format!("{case}/grants/{grant}/steps");
        shop.post("rita", &format!("{steps}/1/done"), json!({})).await.ok();
        shop.post("rita", &format!("{steps}/2/cannot"), json!({ "reason": "no shipping was paid" })).await.ok();
        shop.later(SECOND).await;
        shop.fulfil().await;
        let shown = shop.get("rita", &case).await.ok();
        assert_eq!(shown["grants"][0]["state"], "settled_in_part", "{shown}");
        assert_eq!(left_of(&shop, "A-2").await, left);
        shop.later(DAY).await;
        shop.prove().await;
    });
}

#[test]
fn the_ledger_is_for_people_and_asks_for_a_purchase() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        assert_eq!(shop.get("ada", "/v1/ledger?purchase=A-1").await.refused(), (403, "not_a_person"));
        assert_eq!(shop.get("rita", "/v1/ledger").await.status, 400);
        let nothing = shop.get("rita", "/v1/ledger?purchase=%20a-1").await.ok();
        assert_eq!(nothing, json!({ "purchase": "A-1", "accounts": [] }));
    });
}
