//! Who can say what: facts are worth what whoever says them is, at every door.

use serde_json::{Value, json};

use super::access::Browser;
use super::incoming::wrong_item;
use super::shop::{Got, Shop, on_both};

/// An order of a customer, as someone tells it.
pub fn purchase(customer: &str, order: &str, paid: &str, condition: &str) -> Value {
    json!({ "customer": { "id": customer, "since": "2020-01-01", "orders": 9, "claims_12m": 0 },
        "order": { "id": order, "placed": "2026-11-10T12:00:00", "channel": "online",
            "payment": { "id": "card_1", "kind": "card", "holder": "Jonas Weber" },
            "lines": [{ "sku": "s", "title": "Shirt", "paid": paid, "final_sale": false }],
            "shipping": "0 USD", "refunded": "0 USD" },
        "condition": condition })
}

/// The digest of an assessment that was kept.
pub fn digest(got: &Got) -> String {
    assert_eq!(got.status, 201, "{}", got.json);
    got.headers["assessment-digest"].to_str().unwrap().to_owned()
}

impl Shop {
    /// Assesses a case with facts; the assessment and its digest.
    pub async fn says(&self, who: &str, case: &str, question: Value) -> (Value, String) {
        let got = self.post(who, &format!("{case}/assessments"), question).await;
        let digest = digest(&got);
        (got.json, digest)
    }

    /// Opens a case as it is described; its path.
    pub async fn opens(&self, who: &str, case: Value) -> String {
        format!("/v1/cases/{}", self.post(who, "/v1/cases", case).await.ok()["case"].as_str().unwrap())
    }

    pub async fn hands(&self, who: &str, case: &str, digest: &str, option: &str) -> Got {
        self.post(who, &format!("{case}/grants"), json!({ "assessment": digest, "option": option })).await
    }
}

fn fee() -> Value {
    json!({ "facts": { "customer": { "id": "c_9", "since": "2020-01-01", "orders": 9, "claims_12m": 0 },
        "order": purchase("c_9", "A-1", "20.00 USD", "as_new")["order"],
        "fee": { "amount": "20.00 USD", "charged": "2026-11-01", "in_error": true, "waived_12m": 0 } } })
}

#[test]
fn no_one_who_works_here_is_a_system_and_the_answer_says_so() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("rita", "fee", "c_9").await;
        let (plain, _) = shop.says("rita", &case, fee()).await;
        assert_ne!(plain["standing"], "entitled", "an error of ours is what our system shows: {plain:#}");
        assert_eq!(plain.get("lowered"), None, "nobody said that it is more");
        let mut stated = fee();
        stated["sources"] = json!({ "fee": "system", "order": "word" });
        let (lowered, _) = shop.says("rita", &case, stated.clone()).await;
        assert_eq!(lowered["lowered"], json!([{ "path": "fee", "said": "system", "is": "seen" }]));
        assert_ne!(lowered["standing"], "entitled");
        let theirs = shop.case("ada", "fee", "c_9").await;
        let (claimed, _) = shop.says("ada", &theirs, stated).await;
        assert_eq!(claimed["lowered"].as_array().map(Vec::len), Some(2), "{claimed:#}");
        assert_ne!(claimed["standing"], "entitled");
        shop.prove().await;
    });
}

#[test]
fn a_key_of_a_system_of_record_tells_what_the_system_shows() {
    on_both(async |fresh| {
        let mut shop = Shop::open(fresh).await;
        let facts = json!({ "person": "omar", "title": "the till", "actions": ["assess", "facts"] });
        let made = shop.post("hugo", "/v1/keys", facts).await.ok();
        let wider = json!({ "person": "omar", "title": "the till", "actions": ["cases", "facts"] });
        assert_eq!(shop.post("hugo", "/v1/keys", wider).await.status, 403, "it tells, and acts for nobody");
        let plain = json!({ "title": "another", "actions": [] });
        let other = shop.post("omar", "/v1/keys", plain).await.ok();
        let agents = json!({ "person": "ada", "title": "no till", "actions": ["assess", "facts"] });
        assert_eq!(shop.post("hugo", "/v1/keys", agents).await.status, 422, "an agent is no system of record");
        shop.holds("till", &made["key"]);
        shop.holds("omar", &other["key"]);
        let case = shop.case("omar", "fee", "c_9").await;
        assert_ne!(
            shop.says("omar", &case, fee()).await.0["standing"],
            "entitled",
            "all that its person may, and no more"
        );
        let (shown, _) = shop.says("till", &case, fee()).await;
        assert_eq!(shown["standing"], "entitled", "{shown:#}");
        // Whoever goes on says nothing, or the same: it stays what the system shows. Who changes it says it themselves.
        assert_eq!(shop.says("omar", &case, json!({})).await.0["standing"], "entitled");
        assert_eq!(shop.says("omar", &case, fee()).await.0["standing"], "entitled");
        let mut other = fee();
        other["facts"]["fee"]["in_error"] = json!(false);
        shop.says("omar", &case, other).await;
        let (changed, _) = shop.says("omar", &case, fee()).await;
        assert_ne!(changed["standing"], "entitled", "{changed:#}");
    });
}

/// The wrong socks, as the warehouse scanned them when it packed: small enough for an agent.
fn wrong_socks(shop: &Shop) -> Value {
    let mut event = wrong_item(shop);
    let order = &mut event["data"]["order"];
    order["lines"] = json!([{ "sku": "SCK-RED", "title": "Red socks", "paid": "9.00 USD", "final_sale": false }]);
    order["shipping"] = json!("2.00 USD");
    event["data"]["sent"] = json!(["SCK-BLUE"]);
    event
}

/// The signed event of a system is enough for an agent, who says nothing; what it says otherwise is not taken.
#[test]
fn an_agent_gives_by_itself_what_a_signed_event_shows() {
    on_both(async |fresh| {
        let mut shop = Shop::open(fresh).await;
        let secret = shop.events().await;
        let taken = shop.event(&secret, "msg_1", &wrong_socks(&shop)).await;
        let case = format!("/v1/cases/{}", taken.json["case"].as_str().unwrap());
        let to = json!({ "to": "ada", "words": "all of it is known" });
        shop.post("rita", &format!("{case}/handover"), to).await.ok();
        shop.post("ada", &format!("{case}/handover/accept"), Value::Null).await.ok();
        let id = case.rsplit('/').next().unwrap();
        let claims = json!({ "case": id, "facts": { "sent": ["TS-1"], "refund_to": null } });
        let said = shop.tool("ada", "assess_case", claims).await.unwrap();
        assert_eq!(said["assessment"]["not_taken"], json!([{ "path": "sent", "is": "system" }]));
        let made = shop.tool("ada", "assess_case", json!({ "case": id })).await.unwrap();
        let (assessment, option) = (&made["assessment"], &made["assessment"]["options"][0]);
        assert_eq!((&assessment["standing"], &option["id"]), (&json!("entitled"), &json!("make_good")), "{made:#}");
        let wish = json!({ "case": id, "assessment": made["digest"], "option": "make_good" });
        let given = shop.tool("ada", "grant", wish).await.unwrap();
        let shown = shop.get("rita", &case).await.ok();
        assert_eq!(shown["grants"][0]["id"], given["grant"]["id"]);
        assert_eq!((&shown["grants"][0]["amount"], &shown["approvals"]), (&json!("11.00 USD"), &json!([])));
        // What the till shows of a small return is the agent's to give too.
        let key = json!({ "person": "omar", "title": "the till", "actions": ["assess", "facts"] });
        let made = shop.post("hugo", "/v1/keys", key).await.ok();
        shop.holds("till", &made["key"]);
        let open = json!({ "request": "returns", "customer": "c_1" });
        let case = shop.tool("ada", "open_case", open).await.unwrap()["case"].clone();
        let path = format!("/v1/cases/{}", case.as_str().unwrap());
        shop.says("till", &path, json!({ "facts": purchase("c_1", "A-1", "20.00 USD", "as_new") })).await;
        let made = shop.tool("ada", "assess_case", json!({ "case": case })).await.unwrap();
        let wish = json!({ "case": case, "assessment": made["digest"], "option": "money_back" });
        shop.tool("ada", "grant", wish).await.unwrap();
        shop.prove().await;
    });
}

/// The same as claims is nobody's: it asks to be looked at, or asks someone, who sees what is only claimed.
#[test]
fn an_agent_asks_with_claims_and_whoever_says_yes_sees_what_is_only_claimed() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let facts = wrong_socks(&shop)["data"].clone();
        let open = json!({ "request": "wrong_goods", "customer": facts["customer"]["id"] });
        let case = shop.tool("ada", "open_case", open).await.unwrap()["case"].clone();
        let made = shop.tool("ada", "assess_case", json!({ "case": case, "facts": facts })).await.unwrap();
        assert_eq!(made["assessment"]["missing"][0]["needs"], "seen", "somebody looks first: {made:#}");
        let wish = json!({ "case": case, "assessment": made["digest"], "option": "make_good" });
        assert!(shop.tool("ada", "grant", wish).await.unwrap_err().contains("facts_missing"));

        let open = json!({ "request": "returns", "customer": "c_7" });
        let case = shop.tool("ada", "open_case", open).await.unwrap()["case"].clone();
        let claims = json!({ "case": case, "facts": purchase("c_7", "A-7", "20.00 USD", "as_new") });
        let made = shop.tool("ada", "assess_case", claims).await.unwrap();
        let mut wish = json!({ "case": case, "assessment": made["digest"], "option": "money_back" });
        let refused = shop.tool("ada", "grant", wish.clone()).await.unwrap_err();
        assert!(refused.contains("needs_approval"), "{refused}");
        shop.is_there("lena").await;
        let mut ask = wish.clone();
        ask["words"] = "the customer wrote so".into();
        let asked = shop.tool("ada", "ask_approval", ask).await.unwrap();
        let approval = asked["approval"]["id"].as_str().unwrap();
        let waiting = shop.get("lena", "/v1/approvals").await.ok();
        let claimed: Vec<&str> =
            waiting["approvals"][0]["claimed"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(claimed.contains(&"condition") && claimed.iter().any(|path| path.starts_with("order")), "{claimed:?}");
        let id = case.as_str().unwrap();
        let mut lena = Browser::settle_in(&shop, "lena").await;
        let page = lena.get(&shop, "/approvals").await.text;
        assert!(page.contains("Only an AI agent says so: the order A-7"), "{page}");
        shop.post("@lena", &format!("/v1/cases/{id}/approvals/{approval}/answer"), json!({ "yes": {} })).await.ok();
        wish["approval"] = approval.into();
        shop.tool("ada", "grant", wish).await.unwrap();
        shop.prove().await;
    });
}

#[test]
fn first_contact_is_the_clocks_or_whose_word_it_is() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let opening = |more: Value| {
            let mut open = json!({ "request": "returns", "customer": "c_1" });
            open.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            open
        };
        let asked = "2026-11-10T12:00:00-05:00";
        let bare = shop.post("rita", "/v1/cases", opening(json!({ "asked": asked }))).await;
        assert_eq!(bare.refused(), (409, "reason_missing"));
        let later = json!({ "asked": "2026-11-17T12:00:00-05:00", "asked_reason": "a guess" });
        assert_eq!(shop.post("rita", "/v1/cases", opening(later)).await.refused(), (409, "asked_later"));
        for (who, more, source, reason) in [
            ("rita", json!({}), Value::Null, Value::Null),
            ("rita", json!({ "asked": asked, "asked_reason": "her letter" }), json!("seen"), json!("her letter")),
            (
                "rita",
                json!({ "asked": asked, "asked_reason": "she says so", "asked_source": "word" }),
                json!("word"),
                json!("she says so"),
            ),
            (
                "rita",
                json!({ "asked": asked, "asked_reason": "no", "asked_source": "system" }),
                json!("seen"),
                json!("no"),
            ),
            ("ada", json!({ "asked": asked, "asked_source": "system" }), json!("claimed"), Value::Null),
        ] {
            let case = shop.opens(who, opening(more)).await;
            let events = shop.get(who, &format!("{case}/events")).await.ok();
            let set_back = &events["events"][0]["event"]["what"]["opened"]["set_back"];
            assert_eq!((&set_back["source"], &set_back["reason"]), (&source, &reason), "{who}");
            // The question says whose word it is.
            shop.says(who, &case, json!({ "facts": purchase("c_1", "A-1", "20.00 USD", "as_new") })).await;
        }
        shop.prove().await;
    });
}

#[test]
fn an_agent_sees_nothing_and_answers_for_no_customer() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("ada", "returns", "c_1").await;
        let seen = json!({ "seen": { "what": "a receipt" } });
        assert_eq!(shop.post("ada", &format!("{case}/evidence"), seen.clone()).await.refused(), (403, "not_a_person"));
        shop.post("rita", &format!("{case}/evidence"), seen).await.ok();
    });
}

/// Whatever program holds a key that someone made for themselves, it does not make up what a system says.
#[test]
fn a_key_of_ones_own_makes_nothing_that_speaks_for_a_system() {
    on_both(async |fresh| {
        let mut shop = Shop::open(fresh).await;
        for (name, actions) in [("plain", json!([])), ("sets", json!(["settings", "facts"]))] {
            shop.key(name, "@hugo", json!({ "title": name, "actions": actions })).await;
            let tells = json!({ "title": "tells", "actions": ["assess", "facts"] });
            assert_eq!(shop.post(name, "/v1/keys", tells).await.status, 403, "{name}");
            let inlet = json!({ "id": name, "kind": "events", "owner": "lena", "intake": "wrong_item" });
            assert_eq!(shop.post(name, "/v1/inlets", inlet.clone()).await.status, 403, "{name}");
        }
        let tells = json!({ "title": "tells", "actions": ["assess", "facts"] });
        shop.post("@hugo", "/v1/keys", tells).await.ok();
    });
}

/// A key is given a new secret because somebody else may have the one before.
#[test]
fn a_secret_that_was_rotated_away_gives_itself_no_new_one() {
    on_both(async |fresh| {
        let mut shop = Shop::open(fresh).await;
        let made = shop.key("old", "@hugo", json!({ "title": "a till", "actions": ["settings", "read"] })).await;
        let rotate = format!("/v1/keys/{}/rotate", made["id"].as_str().unwrap());
        let new = shop.post("old", &rotate, json!({})).await.ok();
        shop.holds("new", &new["key"]);
        assert_eq!(shop.get("old", "/v1/me").await.status, 200, "it goes on for a while");
        assert_eq!(shop.post("old", &rotate, json!({})).await.refused(), (403, "key_may_not"));
        let more = json!({ "title": "one more", "actions": ["read"] });
        assert_eq!(shop.post("old", "/v1/keys", more).await.refused(), (403, "key_may_not"));
        let remove = rotate.replace("rotate", "remove");
        assert_eq!(shop.post("old", &remove, json!({})).await.refused(), (403, "key_may_not"));
        shop.post("new", &rotate, json!({})).await.ok();
    });
}

#[test]
fn the_yes_of_someone_who_might_not_say_it_any_more_gives_nothing() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let lena = |role: &str, active| {
            crate::flow::people::Setting::Person(crate::store::people::PersonRow {
                id: amends_core::ids::PersonId::parse("lena").unwrap(),
                name: "lena".to_owned(),
                role: amends_core::ids::RoleName::parse(role).unwrap(),
                team: amends_core::ids::TeamId::parse("shop").unwrap(),
                active,
            })
        };
        let case = shop.case("rita", "returns", "c_1").await;
        let (_, digest) = shop.assess("rita", &case, "no_reason_given").await;
        let mut wish = json!({ "assessment": digest, "option": "money_back" });
        shop.is_there("lena").await;
        let ask = json!({ "wish": wish, "words": "please", "look": "first" });
        let asked = shop.post("rita", &format!("{case}/approvals"), ask).await.ok();
        let approval = asked["approval"]["id"].as_str().unwrap();
        let answer = format!("{case}/approvals/{approval}/answer");
        shop.post("lena", &answer, json!({ "yes": {} })).await.ok();
        wish["approval"] = json!(approval);
        for (role, active) in [("lead", false), ("frontline", true)] {
            shop.set(lena(role, active)).await;
            let got = shop.post("rita", &format!("{case}/grants"), wish.clone()).await;
            assert_eq!(got.refused().1, "not_approved", "{role}");
        }
        shop.set(lena("lead", true)).await;
        shop.post("rita", &format!("{case}/grants"), wish).await.ok();
        shop.prove().await;
    });
}
