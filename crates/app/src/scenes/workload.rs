//! Anyone does anything, in an order that a seed decides, with an auditor beside it: no budget is passed, no grant is
//! lost or doubled, every acknowledged answer is true, the journal proves itself. A seed gives the same run each time.
//!
//! `AMENDS_SEEDS=7` runs one seed, `AMENDS_SEEDS=1..200` many; `AMENDS_STEPS` says how many steps each has.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use amends_core::authority::{Holder, Period};
use amends_core::case::GrantState;
use amends_core::ids::CaseId;
use amends_core::time::{DAY, HOUR, MINUTE, SECOND};
use serde_json::{Value, json};

use super::auditor::breaches;
use super::shop::{Got, Shop, on_both};
use crate::store::testing::both;
use crate::store::{budgets, ledger};

const PEOPLE: [&str; 5] = ["ada", "rita", "omar", "lena", "hugo"];
const SIGNED_IN: [&str; 5] = ["ada", "@rita", "@omar", "@lena", "@hugo"];
const STORIES: [(&str, &str); 6] = [
    ("price_adjustment", "blazers"),
    ("wrong_goods", "two_tshirts"),
    ("returns", "hospital"),
    ("returns", "no_reason_given"),
    ("warranty", "nine_claims_in_a_year"),
    ("returns", "to_another_card"),
];
const LIMITS: [(&str, &str, &str); 4] = [
    ("person rita", "day", "150.00 USD"),
    ("person lena", "month", "400.00 USD"),
    ("team shop", "day", "450.00 USD"),
    ("business", "month", "1500.00 USD"),
];
/// How many orders all cases are about.
const ORDERS: usize = 9;
/// How long `make test` goes on with seeds.
const GOES_ON_FOR: Duration = Duration::from_secs(20);

/// A small generator (SplitMix64): the same numbers from the same seed, for ever.
pub(super) struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }

    pub fn one<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        if of.is_empty() { None } else { of.get(self.roll(of.len())) }
    }
}

/// A case as whoever works on it remembers it.
struct Known {
    path: String,
    story: usize,
    customer: String,
    /// Whose it was, as far as anyone remembers.
    owner: &'static str,
    digests: Vec<(String, Vec<String>)>,
    approvals: Vec<String>,
    grants: Vec<String>,
}

struct Run {
    shop: Shop,
    dice: Dice,
    cases: Vec<Known>,
    /// What was acknowledged, by grant: the case and the cost.
    given: BTreeMap<String, (String, String)>,
    keys: u64,
    erased: usize,
    trace: Vec<String>,
}

impl Run {
    fn who(&mut self) -> &'static str {
        self.dice.one(&PEOPLE).unwrap()
    }

    /// Mostly whoever the case belongs to.
    fn its(&mut self, at: usize) -> &'static str {
        if self.dice.roll(4) > 0 { self.cases[at].owner } else { self.who() }
    }

    /// Sends something, half of the time with a key and then again: the same request, the same answer.
    async fn send(&mut self, who: &'static str, path: &str, body: Value) -> Got {
        self.keys += 1;
        let key = format!("k{}", self.keys);
        let got = if self.dice.roll(8) == 0 {
            self.twice_at_once(who, path, &key, &body).await
        } else {
            self.shop.post_once(who, path, &key, body.clone()).await
        };
        self.trace.push(format!("{who} {path} {body} -> {} {}", got.status, got.json));
        assert!(!got.status.is_server_error(), "{}", self.trace.join("\n"));
        if got.status.is_success() && self.dice.roll(2) == 0 {
            let again = self.shop.post_once(who, path, &key, body).await;
            assert_eq!((again.status, &again.json), (got.status, &got.json), "{path} again");
        }
        got
    }

    /// One key twice at once: one of them does it, and the other is told the same or to come again.
    async fn twice_at_once(&self, who: &str, path: &str, key: &str, body: &Value) -> Got {
        let one = self.shop.post_once(who, path, key, body.clone());
        let two = self.shop.post_once(who, path, key, body.clone());
        let (one, two) = tokio::join!(one, two);
        assert!(!two.status.is_server_error() && !one.status.is_server_error(), "{} {}", one.json, two.json);
        if one.status.is_success() && two.status.is_success() {
            assert_eq!((one.status, &one.json), (two.status, &two.json), "{path} twice at once");
        }
        if two.status.is_success() { two } else { one }
    }

    async fn step(&mut self) {
        match self.dice.roll(24) {
            0..=2 => self.open().await,
            3..=6 => self.assess().await,
            7..=12 => self.give().await,
            13 | 14 => self.ask().await,
            15 | 16 => self.answer().await,
            17 | 18 => self.make_real().await,
            19 => self.end().await,
            20 => self.move_on().await,
            21 => self.erase().await,
            _ => {
                let jumps = [SECOND, MINUTE, HOUR, 5 * HOUR, DAY, 9 * DAY];
                let by = *self.dice.one(&jumps).unwrap();
                self.trace.push(format!("{by} us later"));
                self.shop.later(by).await;
            }
        }
    }

    async fn open(&mut self) {
        let (who, story) = (self.who(), self.dice.roll(STORIES.len()));
        // Some call once, and can be erased as soon as their one case has ended.
        let customer = if self.dice.roll(3) == 0 {
            format!("once_{}", self.cases.len())
        } else {
            format!("c_{}", self.dice.roll(4))
        };
        let opening = json!({ "request": STORIES[story].0, "customer": customer });
        let got = self.send(who, "/v1/cases", opening).await.ok();
        let path = format!("/v1/cases/{}", got["case"].as_str().unwrap());
        self.cases.push(Known {
            path,
            story,
            customer,
            owner: who,
            digests: vec![],
            approvals: vec![],
            grants: vec![],
        });
    }

    /// A case that someone works on, by its place.
    fn any(&mut self) -> Option<usize> {
        if self.cases.is_empty() { None } else { Some(self.dice.roll(self.cases.len())) }
    }

    async fn assess(&mut self) {
        let Some(at) = self.any() else { return };
        let who = if self.dice.roll(3) == 0 { "till" } else { self.who() };
        let mut facts = self.shop.facts(STORIES[self.cases[at].story].1);
        // Several cases are about one order, and write its number in their own way.
        let told = format!("{}{}", ["w-", " W-", "W-"][at % 3], at % ORDERS);
        facts["facts"]["order"]["id"] = told.into();
        if self.dice.roll(3) == 0 {
            let source = *self.dice.one(&["system", "seen", "word", "claimed"]).unwrap();
            facts["sources"] = json!({ "order": source });
        }
        self.turn(&mut facts["facts"]);
        let path = format!("{}/assessments", self.cases[at].path);
        let got = self.send(who, &path, facts).await;
        let Some(digest) = got.headers.get("assessment-digest") else { return };
        let options = got.json["options"].as_array().unwrap();
        let ids = options.iter().map(|o| o["id"].as_str().unwrap().to_owned()).collect();
        self.cases[at].digests.push((digest.to_str().unwrap().to_owned(), ids));
    }

    /// What one also meets: an amount that nobody knows, other currencies, what was given back before.
    fn turn(&mut self, facts: &mut Value) {
        let mut places = Vec::new();
        amounts(facts, "", &mut places);
        let Some(place) = self.dice.one(&places).cloned() else { return };
        let currency = *self.dice.one(&["EUR", "JPY", "KWD"]).unwrap();
        let other = |value: &mut Value| {
            let units = value.as_str().unwrap().trim_end_matches(" USD").split('.').next().unwrap().to_owned();
            *value = format!("{units} {currency}").into();
        };
        match self.dice.roll(10) {
            0 => {
                let (parent, member) = place.rsplit_once('/').unwrap();
                facts.pointer_mut(parent).and_then(Value::as_object_mut).unwrap().remove(member);
            }
            1 => other(facts.pointer_mut(&place).unwrap()),
            2 => places.iter().for_each(|place| other(facts.pointer_mut(place).unwrap())),
            3 => facts["order"]["refunded"] = format!("{}.00 USD", self.dice.roll(60)).into(),
            _ => {}
        }
    }

    /// A wish on a case: mostly the latest assessment's, mostly its own amount.
    fn wish(&mut self, at: usize) -> Option<Value> {
        let back = self.dice.roll(4) / 3;
        let known = &self.cases[at];
        let (digest, options) = known.digests.iter().rev().nth(back)?.clone();
        let option = self.dice.one(&options)?.clone();
        let mut wish = json!({ "assessment": digest, "option": option });
        if self.dice.roll(6) == 0 {
            wish["amount"] = json!(format!("{}.00 USD", self.dice.roll(300)));
        }
        if self.dice.roll(2) == 0
            && let Some(approval) = self.dice.one(&self.cases[at].approvals)
        {
            wish["approval"] = json!(approval);
        }
        Some(wish)
    }

    async fn give(&mut self) {
        let Some(at) = self.any() else { return };
        let Some(wish) = self.wish(at) else { return };
        let (who, path) = (self.its(at), format!("{}/grants", self.cases[at].path));
        let got = self.send(who, &path, wish).await;
        if got.status.is_success() {
            let id = got.json["grant"]["id"].as_str().unwrap().to_owned();
            let cost = got.json["grant"]["cost"].as_str().unwrap().to_owned();
            let before = self.given.insert(id.clone(), (self.cases[at].path.clone(), cost));
            assert_eq!(before, None, "{id} was given twice");
            self.cases[at].grants.push(id);
        }
    }

    async fn ask(&mut self) {
        let Some(at) = self.any() else { return };
        let Some(wish) = self.wish(at) else { return };
        let there = self.who();
        self.shop.is_there(there).await;
        let look = if self.dice.roll(5) == 0 { "second" } else { "first" };
        let (who, path) = (self.its(at), format!("{}/approvals", self.cases[at].path));
        let got = self.send(who, &path, json!({ "wish": wish, "words": "please", "look": look })).await;
        if let Some(id) = got.json["approval"]["id"].as_str() {
            self.cases[at].approvals.push(id.to_owned());
        }
    }

    async fn answer(&mut self) {
        let Some(at) = self.any() else { return };
        let Some(id) = self.dice.one(&self.cases[at].approvals).cloned() else { return };
        let body = match self.dice.roll(4) {
            0 => json!({ "no": { "reason": "not this time", "instead": ["detour"] } }),
            1 => json!({ "adjust": { "amount": "20.00 USD", "words": "this much" } }),
            _ => json!({ "yes": {} }),
        };
        // What an AI agent asks is answered by nobody who comes in by a key.
        let (who, path) =
            (self.dice.one(&SIGNED_IN).unwrap(), format!("{}/approvals/{id}/answer", self.cases[at].path));
        self.send(who, &path, body).await;
    }

    async fn make_real(&mut self) {
        let queue = self.shop.get("rita", "/v1/steps?limit=200").await.ok();
        let Some(step) = self.dice.one(queue["steps"].as_array().unwrap()).cloned() else { return };
        let (who, what) = (self.who(), if self.dice.roll(4) == 0 { "cannot" } else { "done" });
        let body = if what == "done" { json!({}) } else { json!({ "reason": "the till is broken" }) };
        let path = format!(
            "/v1/cases/{}/grants/{}/steps/{}/{what}",
            step["case"].as_str().unwrap(),
            step["grant"].as_str().unwrap(),
            step["number"]
        );
        let got = self.shop.post(who, &path, body).await;
        self.trace.push(format!("{who} {path} -> {}", got.status));
        assert!(!got.status.is_server_error(), "{}", self.trace.join("\n"));
    }

    async fn end(&mut self) {
        let Some(at) = self.any() else { return };
        let (who, base) = (self.its(at), self.cases[at].path.clone());
        let grant = self.dice.one(&self.cases[at].grants).cloned();
        let (path, body) = match (self.dice.roll(5), grant) {
            (0, Some(grant)) => (format!("{base}/grants/{grant}/settle"), json!({})),
            (1, Some(grant)) => (format!("{base}/grants/{grant}/release"), json!({ "reason": "sold out" })),
            (2, _) => (format!("{base}/decline"), json!({ "reason": "no", "instead": ["detour"] })),
            (3, _) => (format!("{base}/reopen"), json!({ "words": "she called" })),
            _ => (format!("{base}/settle"), json!({})),
        };
        self.send(who, &path, body).await;
    }

    async fn move_on(&mut self) {
        let Some(at) = self.any() else { return };
        let (who, base) = (self.who(), self.cases[at].path.clone());
        let (path, body) = match self.dice.roll(6) {
            0 => (format!("{base}/take-over"), json!({})),
            1 => (format!("{base}/handover"), json!({ "to": self.who(), "words": "my shift ends" })),
            2 => (format!("{base}/handover/accept"), json!({})),
            3 => (format!("{base}/customer-questions"), json!({ "words": "a photo, please" })),
            4 => (format!("{base}/customer-words"), json!({ "words": "here it is" })),
            _ => (format!("{base}/notes"), json!({ "words": "she is kind" })),
        };
        let went_well = self.send(who, &path, body).await.status.is_success();
        if went_well && (path.ends_with("take-over") || path.ends_with("accept")) {
            self.cases[at].owner = who;
        }
    }

    /// Someone asks to be forgotten, mostly when nothing of them is open any more.
    async fn erase(&mut self) {
        let Some(at) = self.any() else { return };
        if self.dice.roll(4) > 0 {
            for grant in self.cases[at].grants.clone() {
                let path =
                    format!("{}/grants/{grant}/{}", self.cases[at].path, ["settle", "take-back"][self.dice.roll(2)]);
                self.send("hugo", &path, json!({})).await;
            }
            let no = json!({ "reason": "no", "instead": ["detour"] });
            self.send("hugo", &format!("{}/decline", self.cases[at].path), no).await;
        }
        // What they were given is read before it can no longer be.
        let found = breaches(&self.shop.exported().await);
        assert_eq!(found, [""; 0], "{}", self.trace.join("\n"));
        let path = format!("/v1/customers/{}/erase", self.cases[at].customer);
        let got = self.shop.post("hugo", &path, json!({})).await;
        self.trace.push(format!("hugo {path} -> {} {}", got.status, got.json));
        self.erased += got.json["cases"].as_array().map_or(0, Vec::len);
    }

    /// What the cases say, what the budgets hold and what was acknowledged are the same.
    async fn audit(&self) {
        let mut held: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        let mut known = BTreeMap::new();
        for case in &self.cases {
            let id = CaseId::parse(case.path.rsplit('/').next().unwrap()).unwrap();
            let case_now = self.shop.records.case(&self.shop.business, &id).await.unwrap().unwrap();
            for grant in &case_now.grants {
                assert_eq!(known.insert(grant.id.to_string(), grant.cost.to_string()), None, "{} twice", grant.id);
                for key in &grant.budgets {
                    let slot = held.entry(budgets::id(key)).or_default();
                    match grant.state {
                        GrantState::Reserved => slot.0 += grant.cost.minor,
                        GrantState::Settled | GrantState::SettledInPart => slot.1 += grant.cost_held().minor,
                        GrantState::Released | GrantState::TakenBack => {}
                    }
                    self.within(key, slot.0 + slot.1);
                }
            }
        }
        let acknowledged: BTreeMap<String, String> =
            self.given.iter().map(|(id, (_, cost))| (id.clone(), cost.clone())).collect();
        assert_eq!(known, acknowledged, "grants of the cases, and those that were acknowledged");
        let names: Vec<&str> = held.keys().map(String::as_str).collect();
        let mut conn = self.shop.records.store.reader().await.unwrap();
        let rows = budgets::read(&mut conn, &self.shop.business, &names).await.unwrap();
        let rows: BTreeMap<String, (i64, i64)> =
            rows.into_iter().map(|(id, taken)| (id, (taken.reserved, taken.settled))).collect();
        assert_eq!(rows, held, "what the budgets hold");
        drop(conn);
        self.audit_ledger().await;
    }

    /// What was given back of each purchase, by what the grants of all cases say: as the ledger holds it, and never more
    /// than the most that anyone said was paid.
    async fn audit_ledger(&self) {
        let mut sums: BTreeMap<String, (i64, i64, i64)> = BTreeMap::new();
        for known in &self.cases {
            let id = CaseId::parse(known.path.rsplit('/').next().unwrap()).unwrap();
            let case = self.shop.records.case(&self.shop.business, &id).await.unwrap().unwrap();
            for grant in &case.grants {
                for claim in &grant.claims {
                    let (reserved, settled, paid) = sums.entry(ledger::id(&claim.key)).or_default();
                    let done = grant.part.as_ref().is_some_and(|part| part.steps.contains(&claim.step));
                    match grant.state {
                        GrantState::Reserved => *reserved += claim.amount.minor,
                        GrantState::Settled => *settled += claim.amount.minor,
                        GrantState::SettledInPart if done => *settled += claim.amount.minor,
                        _ => {}
                    }
                    *paid = (*paid).max(claim.paid.unwrap_or(0));
                    assert!(
                        *reserved + *settled <= *paid,
                        "{} gave back too much\n{}",
                        claim.key,
                        self.trace.join("\n")
                    );
                }
            }
        }
        let names: Vec<&str> = sums.keys().map(String::as_str).collect();
        let mut conn = self.shop.records.store.reader().await.unwrap();
        let rows = ledger::read(&mut conn, &self.shop.business, &names).await.unwrap();
        let rows: BTreeMap<String, (i64, i64)> =
            rows.into_iter().map(|row| (row.id, (row.ledger.reserved(), row.ledger.settled()))).collect();
        let sums = sums.into_iter().map(|(id, (reserved, settled, _))| (id, (reserved, settled)));
        assert_eq!(rows, sums.collect::<BTreeMap<_, _>>(), "what the ledger holds");
    }

    fn within(&self, key: &amends_core::authority::BudgetKey, taken: i64) {
        let holder = budgets::holder(&key.holder);
        let span = if matches!(key.period, Period::Day(_)) { "day" } else { "month" };
        let limit = LIMITS.iter().find(|(of, per, _)| *of == holder && *per == span);
        if let (Some((_, _, most)), false) = (limit, matches!(key.holder, Holder::Department(_))) {
            let most: i64 = most.trim_end_matches(" USD").replace('.', "").parse().unwrap();
            let most = if key.currency.code() == "USD" { most } else { 0 };
            assert!(taken <= most, "{key} holds {taken} of {most}\n{}", self.trace.join("\n"));
        }
    }
}

/// Where amounts stand in facts.
fn amounts(value: &Value, at: &str, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| amounts(value, &format!("{at}/{name}"), places));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, value)| amounts(value, &format!("{at}/{n}"), places));
        }
        Value::String(text) if text.ends_with(" USD") => places.push(at.to_owned()),
        _ => {}
    }
}

/// How many grants were acknowledged, and how many times someone was erased.
async fn run(seed: u64, steps: usize) -> (usize, usize) {
    let (mut given, mut erased) = (0, 0);
    for fresh in both().await.unwrap() {
        let mut shop = Shop::open(fresh).await;
        shop.till().await;
        for (holder, per, most) in LIMITS {
            shop.limit(holder, per, most).await;
        }
        let (dice, cases) = (Dice(seed), Vec::new());
        let mut run = Run { shop, dice, cases, given: BTreeMap::new(), keys: 0, erased: 0, trace: Vec::new() };
        for step in 0..steps {
            run.step().await;
            if step % 40 == 39 {
                run.audit().await;
            }
        }
        run.audit().await;
        run.shop.later(2 * MINUTE).await;
        run.shop.prove().await;
        let found = breaches(&run.shop.exported().await);
        assert_eq!(found, [""; 0], "seed {seed}\n{}", run.trace.join("\n"));
        given += run.given.len();
        erased += run.erased;
    }
    (given, erased)
}

pub(super) fn seeds() -> Option<std::ops::Range<u64>> {
    let text = std::env::var("AMENDS_SEEDS").ok()?;
    match text.split_once("..") {
        Some((from, to)) => Some(from.parse().unwrap()..to.parse().unwrap()),
        None => text.parse().ok().map(|seed| seed..seed + 1),
    }
}

#[test]
fn whatever_anyone_does_the_books_are_right() {
    let steps = std::env::var("AMENDS_STEPS").ok().and_then(|n| n.parse().ok()).unwrap_or(160);
    let (began, all) = (Instant::now(), seeds());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (mut ran, mut given, mut erased) = (0, 0, 0);
    for seed in all.clone().unwrap_or(1..u64::MAX) {
        if all.is_none() && began.elapsed() > GOES_ON_FOR {
            break;
        }
        eprintln!("seed {seed}");
        let (gave, forgot) = runtime.block_on(run(seed, steps));
        (ran, given, erased) = (ran + 1, given + gave, erased + forgot);
    }
    eprintln!("{ran} seeds of {steps} steps, {given} grants, {erased} erasures, in {:?}", began.elapsed());
    assert!(given > 0 && erased > 0, "a run in which nothing is given and nobody is erased shows nothing");
}

/// Two hundred at once for a budget of ten: ten get it.
#[test]
fn a_budget_is_never_passed_however_many_ask_at_once() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        // The refund of the story costs 30.00: ten of them, and some left that is not enough for one more.
        shop.limit("team shop", "day", "325.00 USD").await;
        let mut wishes = Vec::new();
        for n in 0..200 {
            let case = shop.case("hugo", "returns", &format!("c_{n}")).await;
            let (assessment, digest) = shop.assess_its_own("hugo", &case, "hospital").await;
            let wish = json!({ "assessment": digest, "option": assessment["options"][0]["id"] });
            wishes.push((format!("{case}/grants"), wish));
        }
        let asked = wishes.into_iter().map(|(path, wish)| {
            let shop = &shop;
            async move { shop.post("hugo", &path, wish).await }
        });
        let answers = futures_util::future::join_all(asked).await;
        let given = answers.iter().filter(|got| got.status.is_success()).count();
        assert_eq!(given, 10);
        let left = shop.get("hugo", "/v1/budgets").await.ok();
        assert_eq!(left["budgets"][0]["left"], "25.00 USD", "{left}");
        shop.prove().await;
    });
}

/// Nobody gets around a limit by another currency.
#[test]
fn a_limit_in_one_currency_is_not_passed_in_another() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.limit("team shop", "day", "325.00 USD").await;
        let euros = async |case: &str| {
            let text = shop.facts("nine_claims_in_a_year").to_string().replace(" USD", " EUR");
            let (_, digest) = shop.says("hugo", case, serde_json::from_str(&text).unwrap()).await;
            json!({ "assessment": digest, "option": "repair" })
        };
        let case = shop.case("hugo", "warranty", "c_1").await;
        let wish = euros(&case).await;
        let denied = shop.post("hugo", &format!("{case}/grants"), wish.clone()).await;
        assert_eq!(denied.refused(), (409, "over_budget"), "{}", denied.json);
        shop.limit("team shop", "day", "100.00 EUR").await;
        shop.later(MINUTE).await;
        let wish = euros(&case).await;
        shop.post("hugo", &format!("{case}/grants"), wish).await.ok();
        shop.prove().await;
    });
}
