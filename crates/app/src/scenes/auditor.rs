//! An auditor that reads an export from outside and works out the walls by its own arithmetic: it calls nothing of what
//! it audits. The limits are those of the retail book, written down here a second time.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Each role with what may leave the house on one case, and what is owed on one day; the lowest first.
const ROLES: [(&str, Option<i64>, Option<i64>); 4] = [
    ("ai", Some(2_500), Some(25_000)),
    ("frontline", Some(50_000), Some(250_000)),
    ("lead", Some(250_000), Some(1_000_000)),
    ("head", None, None),
];
/// The weakest first.
const SOURCES: [&str; 4] = ["claimed", "word", "seen", "system"];
/// What the front may pay out on the customer's word.
const FRONT_ON_WORD: i64 = 10_000;

/// Minor units of an amount of two decimals, and its currency.
fn money(value: &Value) -> Option<(i64, String)> {
    let (number, currency) = value.as_str()?.split_once(' ')?;
    Some((number.replace('.', "").parse().ok()?, currency.to_owned()))
}

fn minor(value: &Value) -> i64 {
    money(value).map_or(0, |(minor, _)| minor)
}

fn rank(role: &Value) -> usize {
    ROLES.iter().position(|(name, ..)| role == *name).unwrap_or(ROLES.len())
}

/// What was given, as its entry tells it.
struct Given {
    case: String,
    told: Value,
    stands: bool,
    /// Where it was settled in part: the steps that were done.
    done: Option<Vec<Value>>,
}

impl Given {
    /// What pays out: what it takes of what was paid, each part of a purchase once.
    fn payout(&self) -> i64 {
        let takes = self.takes().into_iter();
        takes.filter(|claim| claim["key"]["account"].is_string()).map(|claim| minor(&claim["amount"])).sum()
    }

    /// What it takes, and goes on taking.
    fn takes(&self) -> Vec<&Value> {
        let stands =
            |claim: &&Value| self.stands && self.done.as_ref().is_none_or(|done| done.contains(&claim["step"]));
        self.told["claims"].as_array().into_iter().flatten().filter(stands).collect()
    }

    /// The larger of what leaves and what it costs.
    fn larger(&self) -> i64 {
        minor(&self.told["worth"]).max(minor(&self.told["cost"]))
    }
}

#[derive(Default)]
struct Auditor {
    breaches: Vec<String>,
    customers: BTreeMap<String, Value>,
    /// Of each assessment: its policy and options.
    assessed: BTreeMap<String, Value>,
    asked: BTreeMap<String, Value>,
    given: BTreeMap<String, Given>,
    erased: BTreeMap<String, i64>,
    /// What was said no to: the case, the request and option, the weakest source, and the role that said it.
    noes: Vec<(String, Value, usize, usize)>,
}

/// Every breach of a wall that the lines of an export show, in the order of the journal.
pub fn breaches(lines: &[Value]) -> Vec<String> {
    let mut entries: Vec<&Value> = lines.iter().filter(|line| line["line"] == "entry").collect();
    let mut auditor = Auditor::default();
    for entry in &entries {
        for case in entry["event"]["what"]["erased"]["cases"].as_array().into_iter().flatten() {
            let seq = at(entry);
            auditor.erased.insert(case.as_str().unwrap_or_default().to_owned(), seq);
        }
    }
    entries.retain(|entry| entry["event"]["case"].is_string());
    for entry in entries {
        auditor.read(entry);
    }
    auditor.breaches
}

/// When an entry was written, in microseconds or as a number that orders as its text does.
fn at(entry: &Value) -> i64 {
    let digits: String = entry["at"].to_string().chars().filter(char::is_ascii_digit).collect();
    format!("{digits:0<20}")[..18].parse().unwrap_or(0)
}

impl Auditor {
    fn read(&mut self, entry: &Value) {
        let event = &entry["event"];
        let case = event["case"].as_str().unwrap_or_default().to_owned();
        let Some((name, told)) = event["what"].as_object().and_then(|what| what.iter().next()) else { return };
        let id = told["id"].as_str().unwrap_or_default();
        match name.as_str() {
            "opened" | "customer_known" => {
                self.customers.insert(case, told["customer"].clone());
            }
            "assessed" => {
                let frozen = &told["assessment"];
                self.assessed.insert(frozen["digest"].as_str().unwrap_or_default().to_owned(), frozen.clone());
            }
            "approval_asked" => {
                self.asked.insert(id.to_owned(), told["of"].clone());
            }
            "refused" => {
                if let Some(of) = self.asked.get(id) {
                    let by = rank(&event["by"]["person"]["role"]);
                    self.noes.push((case.clone(), self.request(&case, of), self.weakest(of), by));
                }
            }
            "reserved" => self.reserved(entry, &case, told),
            "grant_taken_back" => self.given.get_mut(id).into_iter().for_each(|given| given.stands = false),
            "grant_released" => {
                let done = told["part"]["steps"].as_array().cloned();
                self.given.get_mut(id).into_iter().for_each(|given| {
                    given.stands = done.is_some();
                    given.done.clone_from(&done);
                });
            }
            _ => {}
        }
    }

    fn option(&self, of: &Value) -> &Value {
        let frozen = of["assessment"].as_str().and_then(|digest| self.assessed.get(digest)).unwrap_or(&Value::Null);
        let options = frozen["options"].as_array().into_iter().flatten();
        options.into_iter().find(|option| option["id"] == of["option"]).unwrap_or(&Value::Null)
    }

    /// Whose request on what purchase by which policy, and the option.
    fn request(&self, case: &str, of: &Value) -> Value {
        let policy =
            &self.assessed.get(of["assessment"].as_str().unwrap_or_default()).unwrap_or(&Value::Null)["policy"];
        let purchase = self.option(of)["parts"][0]["against"]["purchase"].as_str().unwrap_or_default();
        let purchase = purchase.trim().to_uppercase();
        json!([self.customers.get(case), purchase, policy, of["option"]])
    }

    fn weakest(&self, of: &Value) -> usize {
        let relies = self.option(of)["relies"].as_array().into_iter().flatten();
        let places = relies.filter_map(|relied| SOURCES.iter().position(|source| relied["source"] == *source));
        places.min().unwrap_or(SOURCES.len() - 1)
    }

    fn reserved(&mut self, entry: &Value, case: &str, told: &Value) {
        let id = told["id"].as_str().unwrap_or_default().to_owned();
        let (of, role) = (&told["of"], rank(&told["authority"]["role"]));
        let new = Given { case: case.to_owned(), told: told.clone(), stands: true, done: None };
        let (pays, larger, weakest) = (new.payout(), new.larger(), self.weakest(of));
        let request = self.request(case, of);
        if self.given.insert(id.clone(), new).is_some() {
            self.breaches.push(format!("{id} was given twice"));
        }
        if pays > 0 && ((role == 0 && weakest < 3) || (role == 1 && weakest == 1 && larger > FRONT_ON_WORD)) {
            self.breaches.push(format!("{id} rests on what is only {}", SOURCES[weakest]));
        }
        if self.erased.get(case).is_some_and(|erased| at(entry) > *erased) {
            self.breaches.push(format!("{id} was given on a case that was erased"));
        }
        let below = |(elsewhere, no, source, by): &(String, Value, usize, usize)| {
            elsewhere != case && *no == request && weakest <= *source && role <= *by
        };
        if pays > 0 && self.noes.iter().any(below) {
            self.breaches.push(format!("{id} pays what someone said no to"));
        }
        self.caps(&id, case, told, role);
        self.ledger(&id, told);
    }

    fn caps(&mut self, id: &str, case: &str, told: &Value, role: usize) {
        let (_, per_payout, per_day) = ROLES.get(role).copied().unwrap_or(("", None, None));
        let stand = || self.given.values().filter(|given| given.stands);
        let left: i64 = stand().filter(|given| given.case == case).map(Given::payout).sum();
        let pays = self.given.get(id).map_or(0, Given::payout);
        let mut found = Vec::new();
        if pays > 0 && per_payout.is_some_and(|most| left > most) {
            found.push(format!("{id} takes what left on its case to {left}"));
        }
        for key in
            told["budgets"].as_array().into_iter().flatten().filter(|key| !key["holder"]["person_owed"].is_null())
        {
            let same = |given: &&Given| given.told["budgets"].as_array().is_some_and(|keys| keys.contains(key));
            let day: i64 = stand().filter(same).map(Given::larger).sum();
            if !key["period"]["day"].is_null() && per_day.is_some_and(|most| day > most) {
                found.push(format!("{id} takes what is owed in a day to {day}"));
            }
        }
        self.breaches.extend(found);
    }

    /// What all grants that stand take of a row, against the most that anyone said was paid for it.
    fn ledger(&mut self, id: &str, told: &Value) {
        let claims = |told: &Value| told["claims"].as_array().cloned().unwrap_or_default();
        let mut keys: Vec<Value> = Vec::new();
        for claim in claims(told) {
            if !keys.contains(&claim["key"]) {
                keys.push(claim["key"].clone());
            }
        }
        for key in keys {
            let of_key = |claim: &Value| claim["key"] == key;
            let standing = self.given.values().flat_map(Given::takes).filter(|claim| of_key(claim));
            let taken: i64 = standing.map(|claim| minor(&claim["amount"])).sum();
            let told = self.given.values().flat_map(|given| claims(&given.told)).filter(of_key);
            let paid = told.filter_map(|claim| claim["paid"].as_i64()).max().unwrap_or(0);
            if taken > paid {
                self.breaches.push(format!("{id} takes {taken} of {paid} that was paid"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(case: &str, at: &str, what: &Value) -> Value {
        let by = json!({ "person": { "id": "lena", "role": "lead", "team": "shop" } });
        json!({ "line": "entry", "at": at, "event": { "case": case, "by": by, "what": what } })
    }

    /// Two cases of one customer on one order, assessed on a source.
    fn told(source: &str) -> Vec<Value> {
        let mut lines = Vec::new();
        for case in ["a", "b"] {
            lines.push(line(case, "2026-11-16T10:00:00", &json!({ "opened": { "customer": "c_1" } })));
            let against = json!({ "purchase": "w-1" });
            let option = json!({ "id": "back", "relies": [{ "path": "order", "source": source }],
                "parts": [{ "against": against }] });
            let frozen = json!({ "digest": case, "policy": "returns", "options": [option] });
            lines.push(line(case, "2026-11-16T10:00:00", &json!({ "assessed": { "assessment": frozen } })));
        }
        lines
    }

    fn grant(id: &str, case: &str, role: &str, amount: &str, paid: i64) -> Value {
        let day = json!({ "holder": { "person_owed": role }, "period": { "day": "2026-11-16" }, "currency": "USD" });
        let key = json!({ "purchase": "W-1", "account": "goods" });
        line(
            case,
            "2026-11-16T11:00:00",
            &json!({ "reserved": { "id": id, "cost": "0.00 USD", "worth": amount,
            "of": { "assessment": case, "option": "back" }, "authority": { "role": role }, "budgets": [day],
            "claims": [{ "step": 1, "key": key, "amount": amount, "paid": paid }] } }),
        )
    }

    fn check(source: &str, more: Vec<Value>, expected: &[&str]) {
        assert_eq!(breaches(&[told(source), more].concat()), expected);
    }

    #[test]
    fn what_keeps_within_the_walls_is_no_breach() {
        check("system", vec![grant("g", "a", "ai", "25.00 USD", 2_500)], &[]);
        let back = line("a", "2026-11-16T11:00:00", &json!({ "grant_taken_back": { "id": "g" } }));
        let again = grant("h", "b", "ai", "25.00 USD", 2_500);
        check("system", vec![grant("g", "a", "ai", "25.00 USD", 2_500), back, again], &[]);
    }

    #[test]
    fn a_claim_that_pays_is_a_breach() {
        check("claimed", vec![grant("g", "a", "ai", "5.00 USD", 2_500)], &["g rests on what is only claimed"]);
        let word = vec![grant("g", "a", "frontline", "100.01 USD", 20_000)];
        check("word", word, &["g rests on what is only word"]);
    }

    #[test]
    fn more_than_a_role_may_pay_out_is_a_breach() {
        check("system", vec![grant("g", "a", "ai", "25.01 USD", 9_000)], &["g takes what left on its case to 2501"]);
    }

    #[test]
    fn more_than_a_role_may_release_in_a_day_is_a_breach() {
        let mut many: Vec<Value> =
            (0..11).map(|n| grant(&format!("g{n}"), &n.to_string(), "ai", "24.00 USD", 90_000)).collect();
        check("system", many.clone(), &["g10 takes what is owed in a day to 26400"]);
        many.pop();
        check("system", many, &[]);
    }

    #[test]
    fn more_than_was_paid_over_all_cases_is_a_breach() {
        let two = vec![grant("g", "a", "head", "20.00 USD", 3_000), grant("h", "b", "head", "20.00 USD", 3_000)];
        check("system", two, &["h takes 4000 of 3000 that was paid"]);
    }

    #[test]
    fn what_was_not_done_of_a_grant_is_there_again_and_what_was_done_is_not() {
        let two = |steps: Value| {
            let part = json!({ "grant_released": { "id": "g", "part": { "steps": steps } } });
            let first = grant("g", "a", "head", "20.00 USD", 3_000);
            vec![first, line("a", "2026-11-16T11:00:00", &part), grant("h", "b", "head", "20.00 USD", 3_000)]
        };
        check("system", two(json!([2])), &[]);
        check("system", two(json!([1])), &["h takes 4000 of 3000 that was paid"]);
    }

    #[test]
    fn a_grant_that_is_there_twice_is_a_breach() {
        let one = grant("g", "a", "head", "20.00 USD", 3_000);
        check("system", vec![one.clone(), one], &["g was given twice"]);
    }

    #[test]
    fn a_grant_after_the_erasure_is_a_breach() {
        let erased = json!({ "line": "entry", "at": "2026-11-16T10:30:00", "event": { "what": { "erased": { "cases": ["a"] } } } });
        let given = grant("g", "a", "head", "20.00 USD", 3_000);
        check("system", vec![erased, given], &["g was given on a case that was erased"]);
    }

    #[test]
    fn what_someone_said_no_to_that_pays_elsewhere_below_them_is_a_breach() {
        let asked = json!({ "approval_asked": { "id": "q", "of": { "assessment": "a", "option": "back" } } });
        let no = json!({ "refused": { "id": "q" } });
        let at = "2026-11-16T10:20:00";
        let before = vec![line("a", at, &asked), line("a", at, &no)];
        let below = [before.clone(), vec![grant("g", "b", "frontline", "20.00 USD", 3_000)]].concat();
        check("system", below, &["g pays what someone said no to"]);
        check("system", [before, vec![grant("g", "b", "head", "20.00 USD", 3_000)]].concat(), &[]);
    }
}
