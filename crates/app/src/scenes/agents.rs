//! AI agents at work through their tools, as they would live the stories, and one that tries to get out of its limits.

use std::collections::{BTreeMap, BTreeSet};

use amends_core::money::Money;
use serde_json::{Value, json};

use super::shop::{Shop, on_both};
use super::speakers::purchase;
use super::workload::Dice;
use crate::store::testing::both;

/// Tries of the hostile agent for each seed.
const TRIES: usize = 500;
const STORIES: [(&str, &str); 5] = [
    ("price_adjustment", "blazers"),
    ("wrong_goods", "two_tshirts"),
    ("returns", "hospital"),
    ("returns", "no_reason_given"),
    ("warranty", "nine_claims_in_a_year"),
];

/// What an agent knows of a case of the book.
fn known(shop: &Shop, book_case: &str) -> Value {
    let facts = shop.facts(book_case);
    let circumstances = facts["circumstances"].as_array().cloned().unwrap_or_default();
    let ids: Vec<Value> = circumstances.iter().map(|c| json!({ "id": c["id"] })).collect();
    json!({ "facts": facts["facts"], "circumstances": ids })
}

async fn opened(shop: &Shop, request: &str, customer: &str) -> String {
    let open = json!({ "request": request, "customer": customer });
    shop.tool("ada", "open_case", open).await.unwrap()["case"].as_str().unwrap().to_owned()
}

async fn assessed(shop: &Shop, case: &str, book_case: &str) -> (Value, String) {
    let mut asked = known(shop, book_case);
    asked["case"] = case.into();
    let made = shop.tool("ada", "assess_case", asked).await.unwrap();
    (made["assessment"].clone(), made["digest"].as_str().unwrap().to_owned())
}

fn minor(cost: &Value) -> i64 {
    Money::parse(cost.as_str().unwrap(), None).unwrap().minor
}

/// 2. What an agent says of the parcel proves nothing: it says what is needed, and someone who looks makes it good.
#[test]
fn the_wrong_parcel_as_an_agent_lives_it() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let mut question = known(&shop, "two_tshirts");
        question["request"] = "wrong_goods".into();
        question["asked"] = "2026-11-16T18:00:00-05:00".into();
        let looked = shop.tool("ada", "assess", question).await.unwrap();
        assert_ne!(looked["assessment"]["standing"], "entitled", "{looked:#}");

        let case = opened(&shop, "wrong_goods", "c_2001").await;
        let (assessment, digest) = assessed(&shop, &case, "two_tshirts").await;
        assert_eq!(assessment["missing"][0]["needs"], "seen", "{assessment:#}");
        let mut wish =
            json!({ "case": case, "assessment": digest, "option": "make_good", "words": "they sent a photo" });
        assert!(shop.tool("ada", "ask_approval", wish.clone()).await.unwrap_err().contains("(code: facts_missing)"));
        wish.as_object_mut().unwrap().remove("words");
        assert!(shop.tool("ada", "grant", wish).await.unwrap_err().contains("(code: facts_missing)"));

        let path = format!("/v1/cases/{case}");
        shop.post("lena", &format!("{path}/take-over"), json!({})).await.ok();
        let (assessment, digest) = shop.assess("lena", &path, "two_tshirts").await;
        assert_eq!(assessment["standing"], "entitled");
        let give = json!({ "assessment": digest, "option": "make_good" });
        let given = shop.post("lena", &format!("{path}/grants"), give.clone()).await.ok();
        let status = shop.tool("ada", "case_status", json!({ "case": case })).await.unwrap();
        assert_eq!(status["grants"][0]["id"], given["grant"]["id"], "it can tell the customer");
        let mut own = give;
        own["case"] = case.into();
        assert_eq!(shop.tool("ada", "grant", own).await.unwrap()["before"], true, "and gives nothing twice");
        shop.prove().await;
    });
}

/// 3. A note that nobody saw lends nothing: what the frontline may give by itself, the agent asks for.
#[test]
fn the_rule_that_did_not_foresee_it_as_an_agent_lives_it() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = opened(&shop, "returns", "c_3001").await;
        let (assessment, digest) = assessed(&shop, &case, "hospital").await;
        let wish = json!({ "case": case, "assessment": digest, "option": assessment["options"][0]["id"] });
        let refused = shop.tool("ada", "grant", wish.clone()).await.unwrap_err();
        assert!(refused.contains("call `ask_approval`") && refused.contains("needs_approval"), "{refused}");

        shop.is_there("lena").await;
        let mut ask = wish.clone();
        ask["words"] = "she says that she was in hospital".into();
        let asked = shop.tool("ada", "ask_approval", ask.clone()).await.unwrap();
        assert_eq!(asked["approval"]["person"], "lena");
        let again = shop.tool("ada", "ask_approval", ask).await.unwrap();
        assert_eq!((&again["approval"]["id"], &again["before"]), (&asked["approval"]["id"], &json!(true)));
        let approval = asked["approval"]["id"].as_str().unwrap();
        let answer = format!("/v1/cases/{case}/approvals/{approval}/answer");
        assert_eq!(shop.post("ada", &answer, json!({ "yes": {} })).await.status, 403);
        let mut approved = wish.clone();
        approved["approval"] = approval.into();
        assert!(shop.tool("ada", "grant", approved.clone()).await.is_err(), "nobody has said yes");
        // A key is whatever program holds it, perhaps the one that asks.
        assert_eq!(shop.post("lena", &answer, json!({ "yes": {} })).await.refused(), (403, "not_by_key"));
        shop.post("@lena", &answer, json!({ "yes": {} })).await.ok();
        let status = shop.tool("ada", "case_status", json!({ "case": case })).await.unwrap();
        assert_eq!(status["approvals"][0]["state"], "given", "{status:#}");

        let given = shop.tool("ada", "grant", approved.clone()).await.unwrap();
        let again = shop.tool("ada", "grant", approved).await.unwrap();
        assert_eq!((&again["grant"]["id"], &again["before"]), (&given["grant"]["id"], &json!(true)));
        let status = shop.tool("ada", "case_status", json!({ "case": case })).await.unwrap();
        assert_eq!(status["grants"].as_array().unwrap().len(), 1);

        let other = opened(&shop, "returns", "c_3003").await;
        let (assessment, _) = assessed(&shop, &other, "to_another_card").await;
        assert_eq!(assessment["standing"], "never", "{assessment:#}");
        shop.prove().await;
    });
}

#[test]
fn the_tools_are_for_agents_and_say_what_is_wrong() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let of_rita = shop.case("rita", "returns", "c_1").await;
        let says = shop.tool("rita", "case_status", json!({ "case": "c_1" })).await.unwrap_err();
        assert_eq!(says, "`rita` is a person, and an AI agent acts as itself");
        let nobody = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
        assert_eq!(shop.nobody("/mcp", nobody.clone()).await.status, 401);
        let tools = shop.post("ada", "/mcp", nobody).await.ok();
        let tools = tools["result"]["tools"].as_array().unwrap().clone();
        assert_eq!(tools.len(), 7);
        for tool in &tools {
            let hints = &tool["annotations"];
            assert_eq!(hints["destructiveHint"], false, "{tool}");
            let reads = ["assess", "case_status", "precedents"].contains(&tool["name"].as_str().unwrap());
            assert_eq!(hints["readOnlyHint"], reads, "{tool}");
            assert!(tool["inputSchema"]["required"].is_array() && tool["outputSchema"]["required"].is_array());
        }
        let say = async |name: &str, arguments: Value| shop.tool("ada", name, arguments).await.unwrap_err();
        assert!(say("grnat", json!({})).await.contains("did you mean `grant`?"));
        assert!(
            say("open_case", json!({ "request": "returns", "custmer": "c_1" }))
                .await
                .contains("did you mean `customer`?")
        );
        assert!(say("open_case", json!({})).await.contains("missing field `request`"));
        assert!(say("open_case", json!({ "request": "refunds" })).await.contains("no rule governs"));
        let foreign = of_rita.rsplit('/').next().unwrap();
        assert!(say("case_status", json!({ "case": foreign })).await.contains("there is no such case"));
        assert!(say("assess_case", json!({ "case": "../me", "facts": {} })).await.contains("there is no such case"));
        for path in [of_rita.as_str(), "/v1/steps", "/v1/events", "/v1/cases?owner=rita"] {
            let got = shop.get("ada", path).await;
            assert!(got.status.is_client_error(), "{path}: {}", got.json);
        }
        assert_eq!(shop.get("ada", &format!("{of_rita}/events")).await.status, 404);
        assert_eq!(shop.get("ada", "/v1/cases").await.ok()["cases"], json!([]));
    });
}

#[test]
fn an_open_case_with_a_key_is_opened_once() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let open = json!({ "request": "returns", "customer": "c_1", "idempotency_key": "call 7" });
        let one = shop.tool("ada", "open_case", open.clone()).await.unwrap();
        assert_eq!(shop.tool("ada", "open_case", open).await.unwrap()["case"], one["case"]);
    });
}

/// What the hostile agent got hold of.
struct Hostile {
    shop: Shop,
    dice: Dice,
    cases: Vec<String>,
    digests: Vec<(String, String, Vec<Value>)>,
    approvals: Vec<(String, String)>,
    given: BTreeMap<String, (String, String)>,
    trace: Vec<String>,
}

impl Hostile {
    async fn tool(&mut self, name: &str, arguments: Value) -> Option<Value> {
        let got = self.shop.tool("ada", name, arguments.clone()).await;
        self.trace.push(format!("{name} {arguments} -> {}", got.as_ref().map_or_else(String::as_str, |_| "ok")));
        let done = got.ok()?;
        self.heard(&done);
        Some(done)
    }

    fn heard(&mut self, done: &Value) {
        if let (Some(id), Some(case)) = (done["grant"]["id"].as_str(), done["case"].as_str()) {
            let cost = done["grant"]["cost"].as_str().unwrap().to_owned();
            let before = self.given.insert(id.to_owned(), (case.to_owned(), cost.clone()));
            assert!(before.is_none_or(|(_, was)| was == cost), "{id} changed");
        }
        if let (Some(id), Some(case)) = (done["approval"]["id"].as_str(), done["case"].as_str()) {
            self.approvals.push((case.to_owned(), id.to_owned()));
        }
    }

    async fn step(&mut self) {
        match self.dice.roll(14) {
            0 | 1 => {
                let (request, _) = *self.dice.one(&STORIES).unwrap();
                let customer = format!("c_{}", self.dice.roll(6));
                if let Some(done) = self.tool("open_case", json!({ "request": request, "customer": customer })).await {
                    self.cases.push(done["case"].as_str().unwrap().to_owned());
                }
            }
            2..=4 => self.assess().await,
            5..=7 => {
                let wish = self.wish();
                self.tool("grant", wish).await;
            }
            8 => {
                // A doubled call, both at once.
                let wish = self.wish();
                let two = [self.shop.tool("ada", "grant", wish.clone()), self.shop.tool("ada", "grant", wish)];
                let done = futures_util::future::join_all(two).await;
                done.iter().flatten().for_each(|done| self.heard(done));
            }
            9 => {
                let mut ask = self.wish();
                let members = ask.as_object_mut().unwrap();
                members.remove("approval");
                members.insert("words".to_owned(), "they are worth it".into());
                self.tool("ask_approval", ask).await;
            }
            10 => self.people_answer().await,
            11 => self.forge().await,
            12 => self.nonsense().await,
            _ => {
                self.shop.later(3_600_000_000).await;
                self.trace.push("an hour goes by".to_owned());
            }
        }
    }

    /// Two small returns that the till shows: with claims alone the agent gives nothing at all.
    async fn knows_something(&mut self) {
        for n in 0..2 {
            let case =
                self.shop.tool("ada", "open_case", json!({ "request": "returns", "customer": format!("c_{n}") }));
            let id = case.await.unwrap()["case"].as_str().unwrap().to_owned();
            let facts = purchase(&format!("c_{n}"), &format!("A-{n}"), "20.00 USD", "as_new");
            self.shop.says("till", &format!("/v1/cases/{id}"), json!({ "facts": facts })).await;
            self.cases.push(id.clone());
            let made = self.tool("assess_case", json!({ "case": id })).await.unwrap();
            let options = made["assessment"]["options"].as_array().unwrap().iter().map(|o| o["id"].clone()).collect();
            self.digests.push((id, made["digest"].as_str().unwrap().to_owned(), options));
        }
    }

    async fn assess(&mut self) {
        let Some(case) = self.dice.one(&self.cases).cloned() else { return };
        let (_, book_case) = *self.dice.one(&STORIES).unwrap();
        let mut asked = known(&self.shop, book_case);
        asked["case"] = case.as_str().into();
        if self.dice.roll(2) == 0 {
            asked["circumstances"] = json!([{ "id": "illness", "source": "system" }]);
            asked["facts"]["customer"]["value"] = "999999.00 USD".into();
            asked["facts"]["customer"]["claims_12m"] = 0.into();
        }
        if let Some(made) = self.tool("assess_case", asked).await {
            let options = made["assessment"]["options"].as_array().unwrap();
            let ids = options.iter().map(|o| o["id"].clone()).collect();
            self.digests.push((case, made["digest"].as_str().unwrap().to_owned(), ids));
        }
    }

    /// Something to ask for: often what fits, often not.
    fn wish(&mut self) -> Value {
        let nothing = ("c_0".to_owned(), "0".repeat(64), vec![json!("refund")]);
        let (mut case, digest, options) = self.dice.one(&self.digests).cloned().unwrap_or(nothing);
        if self.dice.roll(8) == 0 {
            case = self.dice.one(&self.cases).cloned().unwrap_or(case);
        }
        let option = self.dice.one(&options).cloned().unwrap_or_else(|| json!("refund"));
        let mut wish = json!({ "case": case, "assessment": digest, "option": option });
        match self.dice.roll(6) {
            0 => wish["amount"] = "9999.00 USD".into(),
            1 => wish["amount"] = "24.99 USD".into(),
            2 => wish["amount"] = "-5.00 USD".into(),
            3 => wish["idempotency_key"] = format!("k{}", self.dice.roll(3)).into(),
            _ => {}
        }
        if self.dice.roll(2) == 0 {
            let made_up = (String::new(), "a_made_up".to_owned());
            wish["approval"] = self.dice.one(&self.approvals).cloned().unwrap_or(made_up).1.into();
        }
        wish
    }

    async fn people_answer(&mut self) {
        let Some((case, approval)) = self.dice.one(&self.approvals).cloned() else { return };
        let answer = match self.dice.roll(3) {
            0 => json!({ "no": { "reason": "not this time", "instead": [{ "words": "store credit" }] } }),
            1 => json!({ "adjust": { "amount": "30.00 USD", "words": "so much" } }),
            _ => json!({ "yes": {} }),
        };
        let got =
            self.shop.post("@hugo", &format!("/v1/cases/{case}/approvals/{approval}/answer"), answer.clone()).await;
        self.trace.push(format!("hugo answers {approval}: {answer} -> {}", got.status));
    }

    /// What it has no tool for, it tries on the interface itself: none of it may work.
    async fn forge(&mut self) {
        let foreign = self.shop.case("rita", "returns", "c_9").await;
        let (_, digest) = self.shop.assess("rita", &foreign, "hospital").await;
        let id = foreign.rsplit('/').next().unwrap().to_owned();
        let own = self.dice.one(&self.cases).cloned().unwrap_or_else(|| id.clone());
        let approval = self.dice.one(&self.approvals).cloned();
        let (of, approval) = approval.unwrap_or_else(|| (own.clone(), "a_1".to_owned()));
        let grant = self.given.keys().next().cloned().unwrap_or_else(|| "g_1".to_owned());
        let refund = json!({ "assessment": digest, "option": "refund" });
        let tries = [
            (format!("/v1/cases/{of}/approvals/{approval}/answer"), json!({ "yes": {} })),
            (format!("{foreign}/grants"), refund.clone()),
            (format!("{foreign}/take-over"), json!({})),
            (format!("/v1/cases/{own}/grants/{grant}/settle"), json!({})),
            (format!("/v1/cases/{own}/grants/{grant}/steps/1/done"), json!({ "reference": "done" })),
            ("/v1/webhooks".to_owned(), json!({ "id": "x", "url": "http://127.0.0.1:1/", "purpose": "fulfil" })),
        ];
        for (path, body) in tries {
            let got = self.shop.post("ada", &path, body).await;
            assert!(got.status.is_client_error(), "{path}: {} {}", got.status, got.json);
        }
        let wish = json!({ "case": id, "assessment": digest, "option": "refund" });
        assert!(self.shop.tool("ada", "grant", wish).await.is_err());
        assert!(self.shop.tool("ada", "case_status", json!({ "case": id })).await.is_err());
    }

    async fn nonsense(&mut self) {
        // Where the till has told the facts, what the agent says of them is not looked at.
        let case = self.dice.one(self.cases.get(2..).unwrap_or_default()).cloned().unwrap_or_default();
        let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
        let all = [
            ("grant", json!({ "case": case, "assessment": 7, "option": null })),
            ("grant", json!([case])),
            ("assess_case", json!({ "case": case, "facts": deep })),
            ("assess_case", json!({ "case": case, "facts": {}, "sources": { "customer": "system" } })),
            ("assess_case", json!({ "case": case, "facts": { "customer": "x".repeat(300_000) } })),
            ("open_case", json!({ "request": "returns", "team": "head_office" })),
            ("open_case", json!({ "request": "returns\u{0}", "customer": "\u{1f}" })),
            ("case_status", json!({ "case": "%2e%2e/%2e%2e" })),
            ("approve", json!({ "approval": "a_1" })),
        ];
        let (name, arguments) = self.dice.one(&all).cloned().unwrap();
        assert!(self.shop.tool("ada", name, arguments.clone()).await.is_err(), "{name} {arguments}");
    }

    /// Adds up what it got, from the cases themselves.
    async fn audit(&self) {
        let mut found = BTreeSet::new();
        let (mut by_day, mut by_customer) = (BTreeMap::new(), BTreeMap::new());
        for case in &self.cases {
            let shown = self.shop.get("hugo", &format!("/v1/cases/{case}")).await.ok();
            let mut owed = 0;
            for grant in shown["grants"].as_array().unwrap() {
                let (id, cost) = (grant["id"].as_str().unwrap(), minor(&grant["cost"]));
                assert!(found.insert(id.to_owned()), "{id} is there twice");
                let known = self.given.get(id).unwrap_or_else(|| panic!("{id} was never acknowledged"));
                assert_eq!((known.0.as_str(), known.1.as_str()), (case.as_str(), grant["cost"].as_str().unwrap()));
                if let Some(approval) = grant["approval"].as_str() {
                    let all = shown["approvals"].as_array().unwrap();
                    let one = all.iter().find(|a| a["id"] == approval).unwrap();
                    assert_eq!((&one["state"], &one["by"]), (&json!("used"), &json!("hugo")), "{grant:#}");
                    assert_eq!(one["option"], grant["option"]);
                    assert!(cost <= minor(&one["cost"]), "{grant:#} {one:#}");
                } else if grant["right"] == "owed" {
                    owed += cost;
                } else {
                    assert!(cost <= 2_500, "{grant:#}");
                    *by_day.entry(grant["at"].as_str().unwrap()[..10].to_owned()).or_insert(0) += cost;
                    *by_customer.entry(shown["customer"].clone().to_string()).or_insert(0) += 1;
                }
            }
            assert!(owed <= 2_500, "{shown:#}");
        }
        assert_eq!(found.len(), self.given.len(), "a grant that was acknowledged is not there");
        assert!(by_customer.values().all(|n| *n <= 1), "{by_customer:?}");
        // A day of the book's zone lies in two of UTC.
        assert!(by_day.values().all(|spent| *spent <= 2 * 25_000), "{by_day:?}");
        self.shop.prove().await;
    }
}

/// Whatever it tries, not a cent goes out beyond its own limits and what people approved.
#[test]
fn a_hostile_agent_gets_nothing_outside_its_limits() {
    let seeds = super::workload::seeds().unwrap_or(1..3);
    on_both(async |fresh| {
        let mut fresh = Some(fresh);
        for seed in seeds.clone() {
            let place = match fresh.take() {
                Some(fresh) => fresh,
                None => both().await.unwrap().remove(0),
            };
            let mut shop = Shop::open(place).await;
            let key = json!({ "person": "omar", "title": "the till", "actions": ["assess", "facts"] });
            let made = shop.post("hugo", "/v1/keys", key).await.ok();
            shop.holds("till", &made["key"]);
            // People know these customers: what one of them gets is what the agent is held to.
            for n in 0..6 {
                shop.case("rita", "returns", &format!("c_{n}")).await;
            }
            let mut run = Hostile {
                shop,
                dice: Dice(seed),
                cases: vec![],
                digests: vec![],
                approvals: vec![],
                given: BTreeMap::new(),
                trace: vec![],
            };
            run.knows_something().await;
            for _ in 0..TRIES {
                run.step().await;
            }
            let told = Told { seed, trace: &run.trace };
            run.audit().await;
            assert!(!run.given.is_empty(), "the agent never got anything: nothing was shown");
            drop(told);
        }
    });
}

/// Says how a run came about when it goes wrong.
struct Told<'t> {
    seed: u64,
    trace: &'t [String],
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("AMENDS_SEEDS={}\n{}", self.seed, self.trace.join("\n"));
        }
    }
}
