//! The five stories, from first contact to settled, as they are called.

use amends_core::money::Money;
use amends_core::time::{DAY, MINUTE, Time, Zone};
use serde_json::{Value, json};

use super::shop::{Shop, on_both, time};
use crate::flow::rules::ModeText;

fn wish(digest: &str, option: &str) -> Value {
    json!({ "assessment": digest, "option": option })
}

fn approved(digest: &str, option: &str, approval: &str) -> Value {
    json!({ "assessment": digest, "option": option, "approval": approval })
}

fn first_option(assessment: &Value) -> String {
    assessment["options"][0]["id"].as_str().unwrap().to_owned()
}

/// A person does the one step of a grant, and the grant is settled.
async fn by_hand(shop: &Shop, case: &str, done: &Value) {
    let grant = done["grant"]["id"].as_str().unwrap();
    let steps = shop.get("rita", "/v1/steps?team=mine").await.ok();
    let mine: Vec<&Value> = steps["steps"].as_array().unwrap().iter().filter(|s| s["grant"] == grant).collect();
    assert!(!mine.is_empty(), "{steps}");
    for step in mine {
        let path = format!("{case}/grants/{grant}/steps/{}/done", step["number"]);
        shop.post("rita", &path, json!({ "reference": "till 4, 18:20" })).await.ok();
    }
    let shown = shop.get("rita", case).await.ok();
    let of_case = shown["grants"].as_array().unwrap().iter().find(|g| g["id"] == grant).unwrap();
    assert_eq!(of_case["state"], "settled", "{shown}");
}

/// 1. The lead is told at once and says yes while the customer waits; she is paid once.
#[test]
fn the_sale_five_days_later() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("rita", "price_adjustment", "c_1001").await;
        let (assessment, digest) = shop.assess("rita", &case, "blazers").await;
        assert_eq!(first_option(&assessment), "credit_difference");
        let grants = format!("{case}/grants");
        let refused = shop.post("rita", &grants, wish(&digest, "credit_difference")).await;
        assert_eq!(refused.refused(), (403, "needs_approval"));

        shop.is_there("lena").await;
        let ask = json!({ "wish": wish(&digest, "credit_difference"), "words": "15 years with us" });
        let asked = shop.post("rita", &format!("{case}/approvals"), ask).await.ok();
        assert_eq!(asked["approval"]["person"], "lena");
        let approval = asked["approval"]["id"].as_str().unwrap();
        let queue = shop.get("lena", "/v1/approvals").await.ok();
        assert_eq!(queue["approvals"][0]["id"], approval);
        let answer = format!("{case}/approvals/{approval}/answer");
        let yes = json!({ "yes": { "words": "this time" } });
        assert_eq!(shop.post("rita", &answer, yes.clone()).await.refused(), (403, "nobody_their_own"));
        shop.post("lena", &answer, yes.clone()).await.ok();
        assert_eq!(shop.post("lena", &answer, yes).await.status, 409, "once");

        let body = approved(&digest, "credit_difference", approval);
        let given = shop.post_once("rita", &grants, "k1", body.clone()).await.ok();
        assert_eq!(given["grant"]["cost"], "178.80 USD");
        let again = shop.post_once("rita", &grants, "k1", body.clone()).await.ok();
        assert_eq!(again, given, "the same request, the same answer");
        let other = shop.post_once("rita", &grants, "k1", wish(&digest, "credit_difference")).await;
        assert_eq!(other.refused(), (422, "key_was_used"));
        assert_eq!(shop.post("rita", &grants, body).await.refused().0, 409, "and nothing twice");

        by_hand(&shop, &case, &given).await;
        shop.post("rita", &format!("{case}/settle"), json!({ "words": "this time" })).await.ok();
        let shown = shop.get("rita", &case).await.ok();
        assert_eq!((&shown["state"], &shown["owner"]["id"]), (&json!("settled"), &json!("rita")));
        let events = shop.get("rita", &format!("{case}/events?limit=200")).await.ok();
        let kinds: Vec<&str> =
            events["events"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds.iter().filter(|k| **k == "case.reserved").count(), 1, "{kinds:?}");
        shop.later(2 * MINUTE).await;
        shop.prove().await;
    });
}

/// A question on a case that is theirs by now is no question to them.
#[test]
fn whoever_takes_a_case_over_is_not_asked_about_it() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("rita", "price_adjustment", "c_1001").await;
        let (_, digest) = shop.assess("rita", &case, "blazers").await;
        shop.is_there("lena").await;
        let ask = json!({ "wish": wish(&digest, "credit_difference"), "words": "15 years with us" });
        shop.post("rita", &format!("{case}/approvals"), ask).await.ok();
        let queue = async |who| shop.get(who, "/v1/approvals").await.ok()["approvals"].as_array().unwrap().len();
        assert_eq!((queue("lena").await, queue("hugo").await), (1, 1));
        shop.post("lena", &format!("{case}/take-over"), json!({})).await.ok();
        assert_eq!((queue("lena").await, queue("hugo").await), (0, 1));
    });
}

/// 2. Owed: it takes no discretion, and no budget for exceptions.
#[test]
fn the_wrong_parcel() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.limit("person rita", "day", "0 USD").await;
        let case = shop.case("rita", "wrong_goods", "c_2001").await;
        let evidence = json!({ "seen": { "what": "the label of the parcel" } });
        shop.post("rita", &format!("{case}/evidence"), evidence).await.ok();
        let (assessment, digest) = shop.assess("rita", &case, "two_tshirts").await;
        assert_eq!(assessment["standing"], "entitled");
        let given = shop.post("rita", &format!("{case}/grants"), wish(&digest, &first_option(&assessment))).await.ok();
        let budgets = shop.get("rita", "/v1/budgets").await.ok();
        let own = budgets["budgets"].as_array().unwrap().iter().find(|one| one["of"] == "person").unwrap();
        assert_eq!((&own["left"], &own["reserved"]), (&json!("0.00 USD"), &json!("0.00 USD")), "{budgets}");
        by_hand(&shop, &case, &given).await;
        shop.post("rita", &format!("{case}/settle"), json!({})).await.ok();
        shop.prove().await;
    });
}

/// 2, as an AI agent lives it: what it says is a claim, so what the fault's proof asks for is missing.
#[test]
fn what_an_agent_says_of_a_parcel_is_a_claim() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("ada", "wrong_goods", "c_2001").await;
        let (assessment, digest) = shop.assess("ada", &case, "two_tshirts").await;
        assert_ne!(assessment["standing"], "entitled", "{assessment}");
        for option in assessment["options"].as_array().unwrap() {
            let wish = wish(&digest, option["id"].as_str().unwrap());
            let got = shop.post("ada", &format!("{case}/grants"), wish).await;
            let cost = option["cost"].as_str().map(|c| Money::parse(c, None).unwrap().minor);
            assert!(!got.status.is_success() || cost.is_some_and(|c| c <= 2_500), "{}", got.json);
        }
        shop.prove().await;
    });
}

/// 3. The rep's own when the note was seen, a lead's without it, nobody's to another card.
#[test]
fn the_rule_that_did_not_foresee_it() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let a = shop.case("rita", "returns", "c_3001").await;
        let (assessment, digest) = shop.assess("rita", &a, "hospital").await;
        let refund = first_option(&assessment);
        let given = shop.post("rita", &format!("{a}/grants"), wish(&digest, &refund)).await.ok();
        let grant = given["grant"]["id"].as_str().unwrap();
        let cannot = format!("{a}/grants/{grant}/steps/1/cannot");
        shop.post("rita", &cannot, json!({ "reason": "the card is closed" })).await.ok();
        let shown = shop.get("rita", &a).await.ok();
        assert_eq!(shown["grants"][0]["state"], "released", "what cannot be done takes nothing");

        let b = shop.case("rita", "returns", "c_3002").await;
        let (_, digest) = shop.assess("rita", &b, "no_reason_given").await;
        let refused = shop.post("rita", &format!("{b}/grants"), wish(&digest, &refund)).await;
        assert_eq!(refused.refused(), (403, "needs_approval"));
        assert!(refused.json["title"].as_str().unwrap().contains("`lead`"), "{}", refused.json);

        let c = shop.case("hugo", "returns", "c_3003").await;
        let (assessment, digest) = shop.assess("hugo", &c, "to_another_card").await;
        let barred = shop.post("hugo", &format!("{c}/grants"), wish(&digest, &refund)).await;
        assert_eq!(barred.refused(), (409, "barred"));
        let options = assessment["options"].as_array().unwrap();
        let instead = options.iter().find(|o| o["id"] != refund.as_str()).unwrap();
        shop.post("hugo", &format!("{c}/grants"), wish(&digest, instead["id"].as_str().unwrap())).await.ok();
        shop.prove().await;
    });
}

/// 4. The guard asks for a lead; the lead's no is looked at once more, by someone above who was not in it.
#[test]
fn three_days_and_nine_claims() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("rita", "warranty", "c_4001").await;
        let (assessment, digest) = shop.assess("rita", &case, "nine_claims_in_a_year").await;
        let repair = first_option(&assessment);
        shop.is_there("lena").await;
        shop.is_there("hugo").await;
        let ask = |look: &str| json!({ "wish": wish(&digest, &repair), "words": "three days only", "look": look });
        let asked = shop.post("rita", &format!("{case}/approvals"), ask("first")).await.ok();
        assert_eq!((&asked["approval"]["person"], &asked["approval"]["least"]), (&json!("lena"), &json!("lead")));
        let answer = |asked: &Value| format!("{case}/approvals/{}/answer", asked["approval"]["id"].as_str().unwrap());
        let no = json!({ "no": { "reason": "nine claims", "instead": ["detour"] } });
        shop.post("lena", &answer(&asked), no).await.ok();
        let refused = shop.post("rita", &format!("{case}/grants"), wish(&digest, &repair)).await;
        assert_eq!(refused.refused(), (409, "said_no"));

        let bare = json!({ "reason": "nine claims", "instead": [] });
        assert_eq!(shop.post("rita", &format!("{case}/decline"), bare).await.refused().1, "nothing_instead");
        let told = json!({ "reason": "nine claims", "instead": ["detour"] });
        shop.post("rita", &format!("{case}/decline"), told).await.ok();
        let second = shop.post("rita", &format!("{case}/approvals"), ask("second")).await.ok();
        assert_eq!(second["approval"]["person"], "hugo", "above whoever said no");
        shop.post("hugo", &answer(&second), json!({ "yes": {} })).await.ok();
        let approval = second["approval"]["id"].as_str().unwrap();
        let given = shop.post("rita", &format!("{case}/grants"), approved(&digest, &repair, approval)).await.ok();
        by_hand(&shop, &case, &given).await;
        let third = shop.post("rita", &format!("{case}/approvals"), ask("second")).await;
        assert!(!third.status.is_success(), "one appeal: {}", third.json);
        shop.prove().await;
    });
}

/// 5. One owner throughout; the third consult brings it to the head, who writes a remedy of their own.
#[test]
fn the_coupon_that_did_not_fit() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let opened = shop.records.clock.now();
        let case = shop.case("rita", "trade_in_coupon", "c_5001").await;
        for department in ["marketing", "trade_in", "legal"] {
            shop.later(2 * DAY).await;
            let consult = json!({ "department": department, "words": "which watches?" });
            shop.post("rita", &format!("{case}/consults"), consult).await.ok();
        }
        shop.later(DAY).await;
        let shown = shop.get("rita", &case).await.ok();
        assert_eq!((&shown["head"], &shown["owner"]["id"]), (&json!("consults"), &json!("rita")));
        assert_eq!(shown["asked"], json!(opened.to_string()), "consults move nothing");
        assert_eq!(shop.get("hugo", "/v1/cases?view=head").await.ok()["cases"].as_array().unwrap().len(), 1);

        shop.at("2027-02-08T09:30:00").await;
        assert_eq!(shop.get("rita", &case).await.ok()["state"], "open", "our own silence never lapses her hold");
        let (_, digest) = shop.assess("rita", &case, "any_watch_at_all").await;
        let write = json!({ "assessment": digest, "option": two_codes() });
        assert_eq!(shop.post("rita", &format!("{case}/remedies"), write.clone()).await.status, 403);
        shop.post("hugo", &format!("{case}/remedies"), write).await.ok();
        let shown = shop.get("rita", &case).await.ok();
        let approval = shown["approvals"][0]["id"].as_str().unwrap().to_owned();
        let given = shop.post("rita", &format!("{case}/grants"), approved(&digest, "two_codes", &approval)).await.ok();
        let steps = shop.get("rita", "/v1/steps").await.ok();
        assert_eq!(steps["steps"].as_array().unwrap().len(), 2, "two codes, two steps");
        by_hand(&shop, &case, &given).await;
        shop.post("rita", &format!("{case}/settle"), json!({ "words": "two codes, no expiry" })).await.ok();
        shop.post("rita", &format!("{case}/customer-words"), json!({ "words": "thank you" })).await.ok();
        assert_eq!(shop.get("rita", &case).await.ok()["state"], "settled");
        shop.prove().await;
    });
}

pub(super) fn two_codes() -> Value {
    let code = |n: u8| json!({ "id": format!("code_{n}"), "kind": "promo_code", "amount": "90.00 USD", "cost": "90.00 USD", "with": null });
    json!({
        "id": "two_codes", "group": "bespoke", "says": "Two codes of 20%, any watch, no expiry",
        "amount": "180.00 USD", "most": null, "cost": "180.00 USD", "size": "whole",
        "takes": { "leave": { "least": "none", "terms": "none", "guard": "none", "per_customer": "none" } },
        "parts": [code(1), code(2)], "charged_to": "marketing", "loans": [],
    })
}

/// A team that is only advised: limits hold, people do it, and nothing leaves the house.
#[test]
fn a_team_that_is_only_advised_does_it_by_hand() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.mode(&ModeText::AdviseOnly).await;
        let case = shop.case("rita", "returns", "c_3001").await;
        let (assessment, digest) = shop.assess("rita", &case, "hospital").await;
        let given = shop.post("rita", &format!("{case}/grants"), wish(&digest, &first_option(&assessment))).await.ok();
        assert_eq!(given["grant"]["fulfil"], "by_hand");
        let grant = given["grant"]["id"].as_str().unwrap();
        shop.post("rita", &format!("{case}/grants/{grant}/settle"), json!({})).await.ok();
        let steps = shop.get("rita", "/v1/steps").await.ok();
        assert_eq!(steps["steps"], json!([]), "whoever settles a grant has done its steps");
        shop.prove().await;
    });
}

/// Nobody is there: the customer is called back, and someone who comes later still answers.
#[test]
fn when_nobody_is_there_the_customer_is_called_back() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("rita", "price_adjustment", "c_1001").await;
        let (_, digest) = shop.assess("rita", &case, "blazers").await;
        let ask = json!({ "wish": wish(&digest, "credit_difference"), "words": "please" });
        let asked = shop.post("rita", &format!("{case}/approvals"), ask).await.ok();
        assert_eq!(asked["approval"]["person"], Value::Null);
        let until = Time::parse(asked["approval"]["until"].as_str().unwrap(), &Zone::parse("UTC").unwrap()).unwrap();
        assert!(until > time("2026-11-16T19:00:00"), "a time that can be promised");
        let answer = format!("{case}/approvals/{}/answer", asked["approval"]["id"].as_str().unwrap());
        shop.post("hugo", &answer, json!({ "yes": {} })).await.ok();
        shop.prove().await;
    });
}
