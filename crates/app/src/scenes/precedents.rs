//! What was decided before, as it is read on a case, and what was imported.

use amends_core::ids::CustomerId;
use amends_core::time::{DAY, MINUTE};
use serde_json::{Value, json};

use super::shop::{Shop, on_both};
use crate::flow::importing::{By, Import};
use crate::import::kinds::{Kind, Mapping, Plan};
use crate::import::{Format, Source};

impl Shop {
    /// A file of another system is imported.
    pub(super) async fn import(&self, kind: Kind, text: &str) {
        let id: String = self.records.new_id("import").unwrap();
        let path = std::env::temp_dir().join(format!("amends-{}-{id}.csv", std::process::id()));
        std::fs::write(&path, text).unwrap();
        let book = self.records.book(&self.business).unwrap();
        let columns: Vec<String> = text.lines().next().unwrap().split(',').map(str::to_owned).collect();
        let mapping = Mapping::default();
        let plan = Plan::new(kind, &mapping, Some(&columns), Some(&book)).unwrap();
        let import = Import::new(Source::File(&path), Format::Csv, &mapping, plan).unwrap();
        let checked = import.check(|_, _| {}).unwrap();
        assert_eq!(checked.wrong, []);
        let by = By { business: &self.business, who: "operator", now: self.records.clock.now() };
        import.keep(&self.records.store, by, &checked, false, |_, _| {}).await.unwrap();
        std::fs::remove_file(&path).unwrap();
    }

    /// A sale that came so many days after the purchase, on a new case.
    async fn sale(&self, customer: &str) -> (String, String) {
        let case = self.case("rita", "price_adjustment", customer).await;
        let (_, digest) = self.assess("rita", &case, "blazers").await;
        (case, digest)
    }
}

fn decisions(list: &Value) -> Vec<(&str, &str)> {
    let all = list["precedents"].as_array().unwrap();
    all.iter().map(|p| (p["decision"].as_str().unwrap(), p["amount"].as_str().unwrap_or("-"))).collect()
}

#[test]
fn what_was_decided_before_is_shown_with_its_median() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let mut cases = Vec::new();
        for (number, amount) in ["20.00 USD", "26.00 USD", "22.00 USD"].into_iter().enumerate() {
            let (case, digest) = shop.sale(&format!("c_{number}")).await;
            let wish = json!({ "assessment": digest, "option": "credit", "amount": amount });
            let given = shop.post("rita", &format!("{case}/grants"), wish).await.ok();
            cases.push((case, given["grant"]["id"].as_str().unwrap().to_owned()));
            shop.later(MINUTE).await;
        }
        let (declined, _) = shop.sale("c_4").await;
        let no = json!({ "reason": "twice this year", "instead": ["detour"] });
        shop.post("rita", &format!("{declined}/decline"), no).await.ok();
        let (case, digest) = shop.sale("c_5").await;
        let path = format!("{case}/precedents");
        assert_eq!(decisions(&shop.get("rita", &path).await.ok()).len(), 3, "the last was not looked at yet");
        shop.later(MINUTE).await;
        let list = shop.get("rita", &path).await.ok();
        let newest = [("declined", "-"), ("given", "22.00 USD"), ("given", "26.00 USD"), ("given", "20.00 USD")];
        assert_eq!(decisions(&list), newest, "{list}");
        assert_eq!(
            (&list["given"], &list["declined"], &list["median_amount"]),
            (&json!(3), &json!(1), &json!("22.00 USD"))
        );
        assert_eq!(list["policy"], "price_adjustment");
        assert_eq!(list["precedents"][0]["distance"], 0);
        assert_eq!(list["precedents"][1]["role"], "frontline");

        // What is taken back is no precedent; nor is one's own case.
        let (third, grant) = &cases[2];
        let why = json!({ "reason": "the till is closed" });
        shop.post("rita", &format!("{third}/grants/{grant}/release"), why).await.ok();
        let own = json!({ "assessment": digest, "option": "credit", "amount": "20.00 USD" });
        shop.post("rita", &format!("{case}/grants"), own).await.ok();
        shop.later(MINUTE).await;
        let list = shop.get("rita", &format!("{path}?assessment={digest}&limit=2")).await.ok();
        assert_eq!(decisions(&list), [("declined", "-"), ("given", "26.00 USD")], "{list}");
        assert_eq!(list["median_amount"], "26.00 USD");
        assert_eq!(shop.get("rita", &format!("{path}?limit=0")).await.status, 400);
        assert_eq!(shop.get("rita", &format!("{path}?assessment={}", "0".repeat(64))).await.status, 404);
        let unknown = shop.case("rita", "price_adjustment", "c_6").await;
        assert_eq!(shop.get("rita", &format!("{unknown}/precedents")).await.refused(), (409, "not_assessed"));
        shop.prove().await;
    });
}

/// An AI agent learns what is usual, and not on which case.
#[test]
fn an_agent_sees_what_is_usual_and_no_case_of_others() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (case, digest) = shop.sale("c_1").await;
        let wish = json!({ "assessment": digest, "option": "credit", "amount": "20.00 USD" });
        shop.post("rita", &format!("{case}/grants"), wish).await.ok();
        let opened = shop.tool("ada", "open_case", json!({ "request": "price_adjustment", "customer": "c_2" })).await;
        let own = opened.unwrap()["case"].clone();
        let mut facts = shop.facts("blazers");
        facts.as_object_mut().unwrap().retain(|name, _| name == "facts");
        facts["case"] = own.clone();
        shop.tool("ada", "assess_case", facts).await.unwrap();
        shop.later(MINUTE).await;
        let seen = shop.tool("ada", "precedents", json!({ "case": own, "limit": 5 })).await.unwrap();
        assert_eq!((&seen["given"], &seen["median_amount"]), (&json!(1), &json!("20.00 USD")), "{seen}");
        assert_eq!(seen["precedents"][0]["case"], Value::Null);
        assert!(!seen.to_string().contains(case.rsplit('/').next().unwrap()), "{seen}");
        let foreign = shop.tool("ada", "precedents", json!({ "case": case.rsplit('/').next() })).await.unwrap_err();
        assert!(foreign.contains("there is no such case"), "{foreign}");
    });
}

/// What was imported is read with what was done here: precedents, the customer, and what was bent for them.
#[test]
fn what_was_imported_counts() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let mut question = shop.facts("blazers");
        question["request"] = json!("price_adjustment");
        question["asked"] = json!("2026-11-16T18:04:00-05:00");
        let text = question.to_string().replace('"', "\"\"");
        shop.import(
            Kind::Decisions,
            &format!(
                "id,at,request,decision,customer,amount,cost,question\n\
                 o_1,2026-10-01,price_adjustment,given,c_1,30.00 USD,12.00 USD,\"{text}\"\n\
                 o_2,2026-10-02,returns,given,c_1,9.00 USD,,\n\
                 o_3,2026-10-03,returns,declined,c_1,,,\n"
            ),
        )
        .await;
        shop.import(Kind::Customers, "id,since,name\nc_1,2011-05-02,Ines Castro\n").await;
        let orders = "id,customer,at,total\ns_1,c_1,2026-01-02,149.00 USD\ns_2,c_1,2026-01-03,1.50 USD\n";
        shop.import(Kind::Orders, orders).await;
        let (case, _) = shop.sale("c_9").await;
        let list = shop.get("rita", &format!("{case}/precedents")).await.ok();
        assert_eq!((decisions(&list), &list["median_cost"]), (vec![("given", "30.00 USD")], &json!("12.00 USD")));
        assert_eq!(
            (&list["precedents"][0]["origin"], &list["precedents"][0]["case"]),
            (&json!("import"), &json!("o_1"))
        );
        let customer = shop.get("rita", "/v1/customers/c_1").await.ok();
        assert_eq!((&customer["name"], &customer["bought"][0]["total"]), (&json!("Ines Castro"), &json!("150.50 USD")));
        assert_eq!(customer["orders"][0]["id"], "s_2");
        let bent: Vec<&str> =
            customer["exceptions"].as_array().unwrap().iter().map(|e| e["cost"].as_str().unwrap()).collect();
        assert_eq!(bent, ["12.00 USD", "9.00 USD"]);
        assert_eq!(shop.get("rita", "/v1/customers/c_1000").await.status, 404);
        assert_eq!(shop.get("ada", "/v1/customers/c_1").await.refused(), (403, "not_a_person"));
        // A case's question tells them as well.
        let (_, digest) = shop.sale("c_1").await;
        let mut conn = shop.records.store.reader().await.unwrap();
        let digest = amends_core::digest::Digest::parse(&digest).unwrap();
        let line = crate::store::assessments::find(&mut conn, &shop.business, &digest).await.unwrap().unwrap();
        assert!(line.question.contains("12.00 USD"), "{}", line.question);
        let c_1 = CustomerId::parse("c_1").unwrap();
        let history = crate::store::customers::history(&mut conn, &shop.business, &c_1).await.unwrap();
        assert!(history.windows(2).all(|two| two[0].at <= two[1].at && two[1].at.micros() - two[0].at.micros() == DAY));
    });
}
