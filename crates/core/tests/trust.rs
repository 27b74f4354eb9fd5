//! Trust: an answer is worth what its facts are worth.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::needless_pass_by_value)] // A test that fails may panic.

use amends_core::assess::{Workspace, assess};
use amends_core::book::check::check;
use amends_core::book::read::BookFiles;
use amends_core::book::rules::Book;
use amends_core::facts::read_question;
use proptest::prelude::*;
use serde_json::{Value, json};

const BOOK: &str = r#"
book: trusting
currency: USD
time_zone: UTC
roles:
  - { id: ai, per_grant: 25 USD, per_owed: 25 USD, owed_per_day: 250 USD }
  - { id: frontline, per_grant: 100 USD, per_owed: 500 USD }
  - { id: lead, per_grant: 500 USD, per_payout: 2000 USD }
  - { id: head }
facts:
  customer: { claims: int }
  order: { id: text, placed: date, paid: "money(0..)", refunded: "money(0..)", resale: "money(0..)", disputed?: bool }
  other_card?: bool
  worn?: { type: bool, takes: word }
circumstances:
  illness: { says: Illness, proof: word, lends: { stretch_of: lead, to: frontline } }
guard:
  - { id: claims, says: Many claims, when: "customer.claims >= 9", needs: lead }
never:
  - { id: dispute, says: The bank returns it, when: "has(order.disputed) && order.disputed", bars: [refund] }
  - { id: other_card, says: Not to another card, when: "has(other_card) && other_card", bars: [refund] }
"#;

const RETURNS: &str = r#"
policy: returns
request: [returns]
needs: [worn]
terms:
  window: { says: Thirty days, measure: "date(asked) - order.placed", at_most: 30 days, stretch: { lead: 30 days } }
  unworn: { says: Not worn, unless: worn }
remedies:
  refund: { says: Money back, kind: refund, of: "order.paid", refunded: "order.refunded", amount: "order.paid", cost: "max(order.paid - order.resale, usd(0))" }
goodwill:
  gift: { says: A gift, kind: store_credit, amount: 10 USD..40 USD, expires: never }
"#;

fn book_with(trust: &str) -> Book {
    let mut files = BookFiles::default();
    files.add("book.yaml", format!("{BOOK}{trust}"));
    files.add("policies/returns.yaml", RETURNS);
    let checked = check(&files);
    checked.book.unwrap_or_else(|| panic!("{:?}", checked.findings.all))
}

/// A return in time of goods for 20 dollars, with sources and changes laid over it.
fn question(sources: Value, change: Value) -> Value {
    let mut all = json!({
        "request": "returns",
        "asked": "2026-06-30T12:00:00",
        "facts": {
            "customer": { "claims": 0 },
            "order": { "id": "S-1", "placed": "2026-06-10", "paid": "20 USD", "refunded": "0 USD", "resale": "0 USD" },
            "worn": false,
        },
        "sources": sources,
    });
    lay(&mut all, change);
    all
}

fn lay(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                lay(under.entry(key).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}

fn answer(book: &Book, role: &str, question: &Value) -> Value {
    let text = question.to_string();
    let question = read_question(&book.schema, &text).unwrap_or_else(|e| panic!("{e}"));
    let mut workspace = Workspace::default();
    let role = book.role(role).expect("a role of the book");
    assess(book, &question.request, &question.facts, role, &mut workspace).expect("an answer").to_json()
}

fn standing(answer: &Value) -> String {
    let by = answer["by"].as_str().map_or(String::new(), |by| format!(" {by}"));
    format!("{}{by}", answer["standing"].as_str().unwrap_or_default())
}

fn stands(role: &str, sources: Value, change: Value) -> String {
    standing(&answer(&book_with(""), role, &question(sources, change)))
}

fn paid(amount: &str) -> Value {
    json!({ "facts": { "order": { "paid": amount } } })
}

#[test]
fn an_agent_gives_what_systems_vouch_for_and_asks_for_what_it_claims() {
    assert_eq!(stands("ai", json!({}), json!({})), "entitled");
    assert_eq!(stands("ai", json!({ "order": "claimed" }), json!({})), "approval frontline");
    assert_eq!(stands("ai", json!({ "order": "word" }), json!({})), "approval frontline");
    assert_eq!(stands("ai", json!({ "order": "seen" }), json!({})), "approval frontline");
    assert_eq!(
        stands("ai", json!({ "order.refunded": "claimed" }), json!({})),
        "approval frontline",
        "one fact is enough"
    );
    assert_eq!(
        stands("ai", json!({ "asked": "claimed" }), json!({})),
        "approval frontline",
        "so is the day of the request"
    );
}

#[test]
fn a_fact_that_would_have_barred_it_is_relied_on() {
    assert_eq!(
        stands("ai", json!({ "other_card": "claimed" }), json!({ "facts": { "other_card": false } })),
        "approval frontline"
    );
    assert_eq!(
        stands("ai", json!({ "order.disputed": "claimed" }), json!({ "facts": { "order": { "disputed": false } } })),
        "approval frontline"
    );
    assert_eq!(
        stands("ai", json!({ "*": "claimed", "customer": "system", "order": "system", "worn": "system" }), json!({})),
        "approval frontline",
        "left out by someone whose word for it is a claim"
    );
}

#[test]
fn what_only_the_customer_knows_takes_their_word_and_no_claim() {
    assert_eq!(stands("ai", json!({ "worn": "word" }), json!({})), "entitled");
    assert_eq!(stands("ai", json!({ "worn": "claimed" }), json!({})), "approval frontline");
}

#[test]
fn a_person_acts_on_what_they_looked_at_and_on_a_word_up_to_a_limit() {
    assert_eq!(stands("frontline", json!({ "order": "seen" }), paid("400 USD")), "entitled");
    assert_eq!(stands("frontline", json!({ "order": "word" }), paid("100 USD")), "entitled");
    assert_eq!(stands("frontline", json!({ "order": "word" }), paid("100.01 USD")), "approval lead");
    let before = json!({ "facts": { "order": { "paid": "60 USD" } }, "case": { "paid": "40.01 USD" } });
    assert_eq!(stands("frontline", json!({ "order": "word" }), before), "approval lead", "with what left before");
    assert_eq!(stands("lead", json!({ "order": "word" }), paid("1000 USD")), "entitled");
}

#[test]
fn what_costs_nothing_and_leaves_all_the_same_needs_whoever_may_pay_it_out() {
    let free = json!({ "facts": { "order": { "paid": "700 USD", "resale": "700 USD" } } });
    let at = |role: &str| answer(&book_with(""), role, &question(json!({}), free.clone()));
    assert_eq!(at("ai")["options"][0]["cost"], "0.00 USD");
    assert_eq!(at("ai")["options"][0]["released_by"], "lead");
    let mut late = free;
    lay(
        &mut late,
        json!({ "facts": { "order": { "placed": "2026-05-20", "paid": "2001 USD", "resale": "2001 USD" } } }),
    );
    assert_eq!(stands("lead", json!({}), late), "approval head", "by discretion too");
}

#[test]
fn a_guard_that_did_not_fire_is_relied_on_by_what_it_would_have_raised() {
    let gift = |sources: Value| {
        let all = answer(&book_with(""), "ai", &question(sources, json!({})));
        all["options"].as_array().expect("options").iter().find(|o| o["id"] == "gift").expect("a gift").clone()
    };
    assert_eq!(gift(json!({ "order": "claimed" }))["need"], "ai", "a gift rests on no order");
    let claimed = gift(json!({ "customer": "claimed" }));
    assert_eq!((&claimed["need"], &claimed["because"]["sources"]), (&json!("frontline"), &json!("frontline")));
    assert_eq!(claimed["yours_if"], json!([{ "paths": ["customer.claims"], "source": "system" }]));
}

#[test]
fn a_loan_rests_on_whoever_told_of_the_circumstance() {
    let late = |source: &str| {
        json!({ "facts": { "order": { "placed": "2026-05-20", "paid": "120 USD", "resale": "90 USD" } },
            "circumstances": [{ "id": "illness", "source": source }] })
    };
    assert_eq!(stands("frontline", json!({}), late("seen")), "discretion");
    assert_eq!(stands("frontline", json!({}), late("word")), "approval lead", "120 leave on a word");
}

#[test]
fn the_answer_says_what_it_rests_on_and_what_would_make_it_yours() {
    let all = answer(&book_with(""), "ai", &question(json!({ "order": "claimed", "worn": "word" }), json!({})));
    let first = &all["options"][0];
    assert_eq!(all["format"], 2);
    assert_eq!((&first["owed"], &first["released_by"]), (&json!(true), &json!("frontline")));
    assert_eq!(first["relies_on"], json!([{ "path": "order", "source": "claimed" }]));
    assert_eq!(first["needs_source"], "system");
    assert_eq!(first["yours_if"], json!([{ "paths": ["order"], "source": "system" }]));
    let much = answer(&book_with(""), "ai", &question(json!({ "order": "claimed" }), paid("80 USD")));
    assert_eq!(
        much["options"][0]["yours_if"],
        Value::Null,
        "80 dollars are nobody's below the frontline, whoever says so"
    );
    let system = answer(&book_with(""), "ai", &question(json!({}), json!({})));
    assert_eq!(system["options"][0]["relies_on"], Value::Null);
}

#[test]
fn a_book_says_otherwise() {
    let book = book_with("trust: { ai: { system: any, claimed: 10 USD } }\n");
    let at = |amount: &str| standing(&answer(&book, "ai", &question(json!({ "order": "claimed" }), paid(amount))));
    assert_eq!((at("10 USD"), at("10.01 USD")), ("entitled".to_owned(), "approval frontline".to_owned()));
    let nobody = book_with("trust: { frontline: { seen: any }, lead: { seen: any }, head: { seen: any } }\n");
    assert_eq!(standing(&answer(&nobody, "head", &question(json!({ "order": "word" }), json!({})))), "refused");
}

const SOURCES: [&str; 4] = ["claimed", "word", "seen", "system"];
const PATHS: [&str; 8] =
    ["asked", "customer", "order.id", "order.placed", "order.paid", "order.refunded", "worn", "other_card"];

fn sources(of: &[usize]) -> Value {
    PATHS.iter().zip(of).map(|(path, source)| ((*path).to_owned(), json!(SOURCES[*source]))).collect()
}

/// A need or a releaser as a number: how high the role stands.
fn height(book: &Book, need: &Value) -> usize {
    match need.as_str().unwrap_or_else(|| need["worst"].as_str().expect("a need")) {
        "none" => 0,
        "nobody" => usize::MAX,
        role => usize::from(book.role(role).expect("a role").0) + 1,
    }
}

/// What each option takes: its need, and who releases it where it is owed.
fn heights(book: &Book, answer: &Value) -> Vec<(String, usize, usize)> {
    let options = answer["options"].as_array().expect("options");
    let of = |o: &Value| {
        let released = o.get("released_by").map_or(0, |by| height(book, by));
        (o["id"].as_str().expect("an id").to_owned(), height(book, &o["need"]), released)
    };
    options.iter().map(of).collect()
}

fn facts() -> impl Strategy<Value = Value> {
    (0..400_i64, 0..400_i64, 0..12_i64, any::<bool>(), proptest::option::of(any::<bool>()), 1..31_u32, 0..900_i64).prop_map(
        |(paid, resale, claims, worn, other, day, before)| {
            let mut facts = json!({
                "customer": { "claims": claims },
                "order": { "paid": format!("{paid} USD"), "resale": format!("{resale} USD"), "placed": format!("2026-05-{day:02}") },
                "worn": worn,
            });
            if let Some(other) = other {
                facts["other_card"] = json!(other);
            }
            json!({ "facts": facts, "case": { "released": format!("{} USD", before / 2), "paid": format!("{before} USD") } })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// A fact from a stronger source never takes a higher role.
    #[test]
    fn a_stronger_source_raises_nothing(of in prop::collection::vec(0..4_usize, 8), at in 0..8_usize, change in facts()) {
        let book = book_with("");
        let mut stronger = of.clone();
        stronger[at] = (stronger[at] + 1).min(3);
        let before = heights(&book, &answer(&book, "ai", &question(sources(&of), change.clone())));
        let after = heights(&book, &answer(&book, "ai", &question(sources(&stronger), change)));
        for (id, need, released) in &after {
            let (_, was, was_released) = before.iter().find(|(known, ..)| known == id).expect("the same options");
            prop_assert!(need <= was && released <= was_released, "{id}: {was} to {need}, {was_released} to {released}");
        }
    }

    /// Where systems vouch for everything, it makes no difference whom a role may trust.
    #[test]
    fn what_systems_say_needs_no_trust(change in facts()) {
        let (book, strict) = (book_with(""), book_with("trust: { frontline: { system: any }, lead: { system: any }, head: { system: any } }\n"));
        for role in ["ai", "frontline", "lead", "head"] {
            let at = |book: &Book| {
                let mut all = answer(book, role, &question(json!({}), change.clone()));
                all["book"]["digest"] = Value::Null;
                all
            };
            prop_assert_eq!(at(&book), at(&strict));
        }
    }

    /// Who leaves out a fact gets no further than who gives it from the same source, where it would bar nothing.
    #[test]
    fn leaving_a_fact_out_lowers_nothing(source in 0..4_usize, change in facts()) {
        let book = book_with("");
        let said = json!({ "other_card": SOURCES[source] });
        let (mut with, mut without) = (change.clone(), change);
        with["facts"]["other_card"] = json!(false);
        without["facts"].as_object_mut().expect("facts").remove("other_card");
        let with = heights(&book, &answer(&book, "ai", &question(said.clone(), with)));
        let without = heights(&book, &answer(&book, "ai", &question(said, without)));
        for ((id, need, released), (_, bare, bare_released)) in with.iter().zip(&without) {
            prop_assert!(bare >= need && bare_released >= released, "{id}");
        }
    }

    /// Whatever is claimed, an agent gives nothing by itself that rests on the order.
    #[test]
    fn claims_alone_move_nothing(at in 2..6_usize, change in facts()) {
        let book = book_with("");
        let mut of = vec![3; 8];
        of[at] = 0;
        let all = answer(&book, "ai", &question(sources(&of), change));
        let standing = standing(&all);
        prop_assert!(!["entitled", "discretion"].contains(&standing.as_str()), "{standing}");
    }
}
