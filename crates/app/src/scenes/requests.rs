//! Whose request it is, and what was said to it before: teams, customers, and a no that binds.

use serde_json::{Value, json};

use super::shop::{Shop, on_both};
use super::speakers::purchase;
use crate::flow::people::{Setting, team};
use crate::flow::rules::ModeText;
use amends_core::ids::TeamId;

fn facts(customer: &str) -> Value {
    json!({ "facts": purchase(customer, "A-1", "500.00 USD", "as_new") })
}

impl Shop {
    async fn team(&self, id: &str, mode: &ModeText) {
        let id = TeamId::parse(id).unwrap();
        self.set(Setting::Team(team(id.clone(), id.to_string(), mode).unwrap())).await;
    }

    /// What comes of a case that someone opens, assesses, and gives a credit on: the word for why not, or nothing.
    async fn credit(&self, who: &str, open: Value, question: Value) -> String {
        // Two questions of one moment that differ in nothing that is read are one assessment.
        self.later(1_000_000).await;
        let case = self.opens(who, open).await;
        let (_, digest) = self.says(who, &case, question).await;
        let got = self.hands(who, &case, &digest, "credit").await;
        if got.status == 201 { String::new() } else { got.json["code"].as_str().unwrap().to_owned() }
    }
}

#[test]
fn a_case_is_of_its_openers_team_and_both_teams_hold() {
    on_both(async |fresh| {
        let mut shop = Shop::open(fresh).await;
        shop.team("web", &ModeText::Full).await;
        shop.join("wanda", "frontline", "web").await;
        let of = |team: &str| json!({ "request": "returns", "customer": "c_1", "team": team });
        for who in ["ada", "rita"] {
            assert_eq!(shop.post(who, "/v1/cases", of("web")).await.refused(), (403, "other_team"), "{who}");
        }
        // A lead opens it for them; what they give there is taken from both teams.
        shop.limit("team shop", "day", "15.00 USD").await;
        assert_eq!(shop.credit("lena", of("web"), facts("c_1")).await, "", "10 of 15");
        assert_eq!(shop.credit("lena", of("web"), facts("c_1")).await, "over_budget");
        // An agent of a team that only advises gives nothing on a case of another.
        shop.mode(&ModeText::AdviseOnly).await;
        let case = shop.opens("wanda", json!({ "request": "returns", "customer": "c_1" })).await;
        shop.post("wanda", &format!("{case}/handover"), json!({ "to": "ada", "words": "yours" })).await.ok();
        shop.post("ada", &format!("{case}/handover/accept"), Value::Null).await.ok();
        let (_, digest) = shop.says("ada", &case, facts("c_1")).await;
        assert_eq!(shop.hands("ada", &case, &digest, "credit").await.refused(), (403, "needs_approval"));
        shop.prove().await;
    });
}

#[test]
fn someone_unknown_has_had_all_that_one_customer_gets() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let of = |customer: &str| json!({ "request": "returns", "customer": customer });
        let nobody = json!({ "request": "returns" });
        for open in [nobody.clone(), of("c_1"), of("C_1"), of("c-1"), of("c_1x")] {
            let named = open["customer"].as_str().unwrap_or("c_1").to_owned();
            assert_eq!(shop.credit("ada", open.clone(), facts(&named)).await, "needs_approval", "{open}");
        }
        // Once someone who looks tells of her she is known, and is one customer however she is written.
        assert_eq!(shop.credit("rita", of("c_1"), facts("c_1")).await, "");
        assert_eq!(
            shop.credit("ada", of("C_1"), facts(" c_1 ")).await,
            "needs_approval",
            "an agent gives one in a year"
        );
        assert_eq!(shop.credit("rita", of("C_1"), facts("c_1")).await, "");
        assert_eq!(shop.credit("omar", of("c_1"), facts("C_1")).await, "needs_approval", "two in a year");
        // Of a case without a customer the facts name one, where someone looked.
        assert_eq!(shop.credit("omar", nobody.clone(), facts("c_1")).await, "needs_approval");
        let mut word = facts("c_2");
        word["sources"] = json!({ "customer.id": "word" });
        assert_eq!(shop.credit("omar", nobody.clone(), word).await, "needs_approval", "the customer only says so");
        assert_eq!(shop.credit("omar", nobody, facts("c_2")).await, "");
        // The facts of one customer are not for another.
        let case = shop.opens("rita", of("c_3")).await;
        let got = shop.post("rita", &format!("{case}/assessments"), facts("c_2")).await;
        assert_eq!(got.refused(), (409, "other_customer"));
        // Who an agent claims they are a person corrects.
        let case = shop.opens("ada", of("c_4")).await;
        shop.post("rita", &format!("{case}/customer"), json!({ "customer": "c_5" })).await.ok();
        assert_eq!(
            shop.post("ada", &format!("{case}/customer"), json!({ "customer": "c_4" })).await.refused(),
            (409, "exists")
        );
        shop.prove().await;
    });
}

#[test]
fn what_was_given_elsewhere_counts_however_it_is_left_out() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let csv = "id,at,customer,request,decision,terms,cost\n\
                   X-1,2026-11-01T12:00:00Z,c_7,returns,given,window,20.00 USD\n\
                   X-2,2026-11-02T12:00:00Z,C_7,returns,given,window,20.00 USD\n";
        let request = axum::http::Request::builder().method("POST").uri("/v1/imports/decisions");
        let request = request
            .header("authorization", format!("Bearer {}", shop.token("hugo")))
            .header("content-type", "text/csv");
        let kept = shop.whole(request.header("host", "localhost").body(csv.to_owned().into()).unwrap()).await;
        assert_eq!(kept.status(), 200);
        for history in [Value::Null, json!({}), json!({ "exceptions": null }), json!({ "exceptions": [] })] {
            for who in ["ada", "rita"] {
                let mut question = facts("c_7");
                question["history"] = history.clone();
                let case = shop.case(who, "returns", "c_7").await;
                let (assessment, digest) = shop.says(who, &case, question).await;
                let credit = assessment["options"].as_array().unwrap().iter().find(|o| o["id"] == "credit").unwrap();
                assert_eq!(credit["because"]["per_customer"], "lead", "{history}");
                assert_eq!(shop.hands(who, &case, &digest, "credit").await.refused(), (403, "needs_approval"));
            }
        }
        let case = shop.case("rita", "returns", "c_7").await;
        for (name, value) in
            [("case", json!({})), ("now", json!("2026-01-01T00:00:00")), ("asked", json!("2026-01-01T00:00:00"))]
        {
            let mut question = facts("c_7");
            question[name] = value;
            assert_eq!(shop.post("rita", &format!("{case}/assessments"), question.clone()).await.status, 422, "{name}");
            question[name] = Value::Null;
            shop.says("rita", &case, question).await;
        }
        let mut question = facts("c_7");
        question["history"] = json!([]);
        assert_eq!(shop.post("rita", &format!("{case}/assessments"), question).await.status, 422);
    });
}

/// Worn goods are a lead's to take back: Lena says no.
async fn refused(shop: &Shop) -> (String, String) {
    let case = shop.case("rita", "returns", "c_1").await;
    let worn = json!({ "facts": purchase("c_1", "A-9", "300.00 USD", "worn") });
    let (_, digest) = shop.says("rita", &case, worn).await;
    let ask = json!({ "wish": { "assessment": digest, "option": "money_back" }, "words": "please" });
    let asked = shop.post("rita", &format!("{case}/approvals"), ask).await.ok();
    let no = json!({ "no": { "reason": "it was worn for weeks", "instead": [{ "words": "a repair" }] } });
    let answer = format!("{case}/approvals/{}/answer", asked["approval"]["id"].as_str().unwrap());
    shop.post("lena", &answer, no).await.ok();
    (case, digest)
}

#[test]
fn a_no_binds_the_request_and_not_the_case() {
    on_both(async |fresh| {
        let mut shop = Shop::open(fresh).await;
        shop.join("marc", "lead", "shop").await;
        let (case, _) = refused(&shop).await;
        let worn = |paid: &str| json!({ "facts": purchase("c_1", "A-9", paid, "worn") });
        let ask = |digest: &str| json!({ "wish": { "assessment": digest, "option": "money_back" }, "words": "in other words" });
        // A cent less on the same case.
        let (_, digest) = shop.says("rita", &case, worn("299.99 USD")).await;
        assert_eq!(shop.post("rita", &format!("{case}/approvals"), ask(&digest)).await.refused(), (409, "said_no"));
        // On other cases, by others, of the same order or customer: it goes to the head, who sees the first no.
        let mut unnamed = worn("300.00 USD");
        unnamed["facts"]["customer"]["id"] = Value::Null;
        // An order that an agent claims names none.
        let claimed = json!({ "facts": purchase("c_1", "A-77", "300.00 USD", "worn") });
        for (who, open, question) in [
            ("omar", json!({ "request": "returns", "customer": "C_1" }), worn("299.99 USD")),
            ("omar", json!({ "request": "returns" }), unnamed),
            ("ada", json!({ "request": "returns", "customer": "c_1" }), claimed),
        ] {
            let other = shop.opens(who, open.clone()).await;
            let (_, digest) = shop.says(who, &other, question).await;
            let asked = shop.post(who, &format!("{other}/approvals"), ask(&digest)).await.ok();
            assert_eq!(asked["approval"]["least"], "head", "{open}");
            let id = asked["approval"]["id"].as_str().unwrap();
            let answer = format!("{other}/approvals/{id}/answer");
            assert_eq!(shop.post("@marc", &answer, json!({ "yes": {} })).await.refused(), (403, "role_too_low"));
            let queue = shop.get("hugo", "/v1/approvals").await.ok();
            let mine = queue["approvals"].as_array().unwrap().iter().find(|q| q["id"] == id).unwrap().clone();
            assert_eq!(
                (&mine["before"][0]["by"], &mine["before"][0]["words"]),
                (&json!("lena"), &json!("it was worn for weeks"))
            );
            assert!(case.ends_with(mine["before"][0]["case"].as_str().unwrap()));
        }
        // Another order of hers is another request.
        let other = shop.case("omar", "returns", "c_1").await;
        let another = json!({ "facts": purchase("c_1", "A-10", "300.00 USD", "worn") });
        let (_, digest) = shop.says("omar", &other, another).await;
        let asked = shop.post("omar", &format!("{other}/approvals"), ask(&digest)).await.ok();
        assert_eq!(asked["approval"]["least"], "lead");
        shop.prove().await;
    });
}

#[test]
fn a_second_look_that_says_yes_ends_what_the_no_binds() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (case, digest) = refused(&shop).await;
        let wish = json!({ "assessment": digest, "option": "money_back" });
        let again = json!({ "wish": wish, "words": "look again", "look": "second" });
        let asked = shop.post("rita", &format!("{case}/approvals"), again).await.ok();
        let id = asked["approval"]["id"].as_str().unwrap();
        shop.post("hugo", &format!("{case}/approvals/{id}/answer"), json!({ "yes": {} })).await.ok();
        let other = shop.case("omar", "returns", "c_1").await;
        let worn = json!({ "facts": purchase("c_1", "A-9", "300.00 USD", "worn") });
        let (_, digest) = shop.says("omar", &other, worn).await;
        let ask = json!({ "wish": { "assessment": digest, "option": "money_back" }, "words": "please" });
        let asked = shop.post("omar", &format!("{other}/approvals"), ask).await.ok();
        assert_eq!(asked["approval"]["least"], "lead");
    });
}

#[test]
fn whoever_is_asked_sees_what_is_only_claimed_or_said() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("ada", "returns", "c_1").await;
        let (_, digest) =
            shop.says("ada", &case, json!({ "facts": purchase("c_1", "A-1", "300.00 USD", "worn") })).await;
        let ask = json!({ "wish": { "assessment": digest, "option": "money_back" }, "words": "please" });
        let asked = shop.post("ada", &format!("{case}/approvals"), ask).await.ok();
        let queue = shop.get("hugo", "/v1/approvals").await.ok();
        let claimed = queue["approvals"][0]["claimed"].as_array().unwrap();
        assert!(claimed.contains(&json!("order.lines")) && claimed.contains(&json!("condition")), "{claimed:?}");
        assert_eq!(queue["approvals"][0]["said"], json!([]));
        let no = json!({ "no": { "reason": "only claimed", "instead": [{ "words": "have someone look" }] } });
        let id = asked["approval"]["id"].as_str().unwrap();
        shop.post("@lena", &format!("{case}/approvals/{id}/answer"), no).await.ok();
        // What was only claimed may be asked again once someone looked.
        shop.post("rita", &format!("{case}/take-over"), Value::Null).await.ok();
        let mut looked = json!({ "facts": purchase("c_1", "A-1", "300.00 USD", "worn") });
        looked["sources"] = json!({ "condition": "word" });
        let (_, digest) = shop.says("rita", &case, looked).await;
        let ask = json!({ "wish": { "assessment": digest, "option": "money_back" }, "words": "she showed it" });
        shop.post("rita", &format!("{case}/approvals"), ask).await.ok();
        let queue = shop.get("hugo", "/v1/approvals").await.ok();
        assert_eq!(
            (&queue["approvals"][0]["claimed"], &queue["approvals"][0]["said"]),
            (&json!([]), &json!(["condition"]))
        );
    });
}
