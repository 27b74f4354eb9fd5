//! The ladder: what an assessment means, line by line of the language reference.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::needless_pass_by_value)] // A test that fails may panic.

use amends_core::assess::{Missing, Stands, Workspace, assess};
use amends_core::book::check::check;
use amends_core::book::read::BookFiles;
use amends_core::book::rules::Book;
use amends_core::facts::read_question;
use serde_json::{Value, json};

const BOOK: &str = r#"
book: ladder
currency: USD
time_zone: America/New_York
roles:
  - { id: ai, per_grant: 25 USD, per_customer: 1 in 365 days, per_owed: 25 USD, owed_per_day: 250 USD }
  - { id: frontline, per_grant: [100 USD, 90 EUR], per_customer: 2 in 365 days, per_owed: 500 USD }
  - { id: lead, per_grant: 500 USD }
  - { id: head }
bespoke: head
facts:
  order: { placed: date, paid: "money(0..)", refunded: "money(0..)", channel: [shop, online], tagged: bool }
  member?: bool
  holder?: text
circumstances:
  illness: { says: Illness, proof: seen, lends: { stretch_of: lead, to: frontline }, per_grant: 60 USD }
guard:
  - { id: tagged, says: Tagged, when: "order.tagged", needs: lead }
never:
  - { id: payer, says: Only to the payer, when: "has(holder) && holder != 'me'", bars: [refund], instead: [credit] }
"#;

const RETURNS: &str = r#"
policy: returns
request: [returns]
in_force: 2026-01-01
relied_on: "order.placed"
terms:
  window: { says: Thirty days, measure: "date(asked) - order.placed", at_most: 30 days, stretch: { frontline: 7 days, lead: 30 days } }
  either:
    any:
      shop: { says: In a shop, require: "order.channel == 'shop'" }
      member: { says: A member, require: "has(member) && member", stretch: { lead: any } }
remedies:
  refund: { says: Money back, kind: refund, of: "order.paid", refunded: "order.refunded", amount: "order.paid" }
goodwill:
  gift: { says: A gift, kind: store_credit, amount: 20 USD..40 USD }
instead:
  credit: { says: Credit, kind: store_credit, amount: "order.paid" }
"#;

const EARLIER: &str = r#"
policy: returns
request: [returns]
in_force: 2025-01-01
relied_on: "order.placed"
terms:
  window: { says: Sixty days, measure: "date(asked) - order.placed", at_most: 60 days }
remedies:
  refund: { says: Money back, kind: refund, of: "order.paid", refunded: "order.refunded", amount: "order.paid" }
"#;

const ELSE: &str = "policy: something_else\nrequest: [something_else]\ngoodwill:\n  gift: { says: A gift, kind: store_credit, amount: 30 USD }\n";

fn book_of(policies: &[&str]) -> Book {
    let mut files = BookFiles::default();
    files.add("book.yaml", BOOK);
    for (i, policy) in policies.iter().enumerate() {
        files.add(format!("policies/{i}.yaml"), *policy);
    }
    let checked = check(&files);
    checked.book.unwrap_or_else(|| panic!("{:?}", checked.findings.all))
}

fn book() -> Book {
    book_of(&[RETURNS, EARLIER, ELSE])
}

/// A return in time, of 80 dollars, bought in a shop; `change` is laid over it.
fn question(change: Value) -> String {
    let mut all = json!({
        "request": "returns",
        "asked": "2026-06-30T12:00:00",
        "facts": { "order": { "placed": "2026-06-10", "paid": "80 USD", "refunded": "0 USD", "channel": "shop", "tagged": false } },
    });
    lay(&mut all, change);
    all.to_string()
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

/// The answer as JSON.
fn answer(book: &Book, role: &str, change: Value) -> Value {
    let text = question(change);
    let question = read_question(&book.schema, &text).unwrap_or_else(|e| panic!("{e}"));
    let role = book.role(role).expect("a role of the book");
    let mut workspace = Workspace::default();
    assess(book, &question.request, &question.facts, role, &mut workspace).expect("an answer").to_json()
}

/// Standing, with the role of an approval.
fn standing(role: &str, change: Value) -> String {
    let answer = answer(&book(), role, change);
    let by = answer["by"].as_str().map_or(String::new(), |by| format!(" {by}"));
    format!("{}{by}", answer["standing"].as_str().unwrap_or_default())
}

fn order(change: Value) -> Value {
    json!({ "facts": { "order": change } })
}

#[test]
fn what_meets_every_term_is_owed_to_whoever_asks() {
    for role in ["ai", "frontline", "lead", "head"] {
        assert_eq!(standing(role, json!({})), "entitled");
    }
    // Someone must be allowed to hand it out.
    assert_eq!(answer(&book(), "ai", json!({}))["options"][0]["released_by"], "frontline");
}

#[test]
fn a_stretch_counts_past_the_line_and_is_inherited_upwards() {
    let placed = |day: &str| order(json!({ "placed": day }));
    assert_eq!(standing("frontline", placed("2026-05-31")), "entitled", "30 days: the line includes its end");
    assert_eq!(standing("frontline", placed("2026-05-24")), "discretion", "7 days past");
    assert_eq!(standing("ai", placed("2026-05-24")), "approval frontline");
    assert_eq!(standing("frontline", placed("2026-05-23")), "approval lead", "8 days past");
    assert_eq!(standing("head", placed("2026-05-01")), "discretion", "30 days past: the head has what the lead has");
    assert_eq!(standing("head", placed("2026-04-30")), "refused", "beyond the last stretch: nobody");
}

#[test]
fn a_grant_needs_the_highest_of_terms_cost_history_and_guard() {
    let late = |change: Value| {
        let mut all = order(json!({ "placed": "2026-05-24" }));
        lay(&mut all, change);
        all
    };
    assert_eq!(standing("frontline", late(order(json!({ "paid": "100.01 USD" })))), "approval lead", "per_grant");
    assert_eq!(
        standing("frontline", late(json!({ "case": { "granted": "20.01 USD" } }))),
        "approval lead",
        "with what the case took"
    );
    assert_eq!(standing("frontline", late(order(json!({ "tagged": true })))), "approval lead", "the guard");
    let exceptions = |days: &[&str]| json!({ "history": { "exceptions": days.iter().map(|d| json!({ "at": format!("{d}T10:00:00"), "cost": "5 USD", "policy": "returns" })).collect::<Vec<_>>() } });
    assert_eq!(standing("frontline", late(exceptions(&["2026-01-01"]))), "discretion");
    assert_eq!(
        standing("frontline", late(exceptions(&["2026-01-01", "2025-07-01"]))),
        "approval lead",
        "the 365th day counts"
    );
    assert_eq!(
        standing("frontline", late(exceptions(&["2026-01-01", "2025-06-30"]))),
        "discretion",
        "the 366th does not"
    );
    assert_eq!(standing("frontline", order(json!({ "tagged": true }))), "entitled", "what is owed needs no guard");
}

#[test]
fn a_role_that_names_a_cap_only_in_other_currencies_cannot_grant_in_this_one() {
    let eur = |paid: &str| order(json!({ "placed": "2026-05-24", "paid": paid, "refunded": "0 EUR" }));
    assert_eq!(standing("frontline", eur("90 EUR")), "discretion");
    assert_eq!(standing("lead", eur("91 EUR")), "approval head", "the lead names only dollars");
}

#[test]
fn an_any_takes_the_lowest_of_its_parts() {
    assert_eq!(
        standing("frontline", order(json!({ "channel": "online" }))),
        "approval lead",
        "the member may be waived"
    );
    assert_eq!(
        standing("frontline", json!({ "facts": { "order": { "channel": "online" }, "member": true } })),
        "entitled"
    );
}

#[test]
fn only_facts_that_could_still_change_the_answer_are_missing() {
    let missing = |change: Value| answer(&book(), "frontline", change)["missing"].clone();
    // The channel decides between owed and a lead's; nothing else does.
    let open = missing(order(json!({ "channel": null })));
    assert_eq!(open, json!([{ "fact": "order.channel" }]));
    // A member needs no channel.
    assert_eq!(missing(json!({ "facts": { "order": { "channel": null }, "member": true } })), Value::Null);
    // Far past every stretch, the channel cannot help.
    assert_eq!(standing("frontline", order(json!({ "channel": null, "placed": "2026-01-02" }))), "refused");
    // A text outside its enum is missing, with the reason.
    let problem = missing(order(json!({ "channel": "phone" })))[0]["problem"].as_str().unwrap_or_default().to_owned();
    assert!(problem.contains("phone"), "{problem}");
}

#[test]
fn an_absent_record_is_missing_once() {
    let policy = "policy: gifts\nrequest: [gifts]\nterms:\n  light: { says: Light, require: \"has(parcel.note) && parcel.grams < 500\" }\nremedies:\n  back: { says: Back, kind: store_credit, amount: \"order.paid\" }\ninstead:\n  credit: { says: Credit, kind: store_credit, amount: \"order.paid\" }\n";
    let head = BOOK.replace("  holder?: text", "  holder?: text\n  parcel: { grams: int, note?: text }");
    let files = BookFiles::from_iter([
        ("book.yaml", head.as_str()),
        ("policies/gifts.yaml", policy),
        ("policies/else.yaml", ELSE),
    ]);
    let checked = check(&files);
    let book = checked.book.unwrap_or_else(|| panic!("{:?}", checked.findings.all));
    let missing =
        |facts: Value| answer(&book, "lead", json!({ "request": "gifts", "facts": facts }))["missing"].clone();
    assert_eq!(missing(json!({})), json!([{ "fact": "parcel" }]));
    assert_eq!(missing(json!({ "parcel": { "note": "wet" } })), json!([{ "fact": "parcel.grams" }]));
}

#[test]
fn a_never_bars_everyone_and_says_what_instead() {
    let barred = |role: &str| answer(&book(), role, json!({ "facts": { "holder": "someone" } }));
    for role in ["ai", "frontline", "lead", "head"] {
        let answer = barred(role);
        assert_eq!(answer["standing"], "never");
        assert_eq!(answer["never"][0]["id"], "payer");
        assert_eq!(answer["instead"][0]["id"], "credit");
    }
    assert_eq!(answer(&book(), "lead", json!({}))["instead"], Value::Null);
}

#[test]
fn more_than_the_rest_of_what_was_paid_is_barred() {
    let answer = answer(&book(), "head", order(json!({ "refunded": "0.01 USD" })));
    assert_eq!(
        (&answer["standing"], &answer["options"][0]["barred_by"][0]["id"]),
        (&json!("never"), &json!("more_than_paid"))
    );
    assert_eq!(
        standing("head", order(json!({ "refunded": null }))),
        "unknown",
        "leaving out a fact never lets money pass"
    );
}

#[test]
fn a_circumstance_lends_when_it_is_shown_and_within_its_cap() {
    let ill = |source: &str, paid: &str| {
        json!({
            "facts": { "order": { "placed": "2026-05-10", "paid": paid } },
            "circumstances": [{ "id": "illness", "source": source }],
        })
    };
    assert_eq!(standing("frontline", ill("seen", "60 USD")), "discretion");
    assert_eq!(standing("frontline", ill("system", "60 USD")), "discretion", "a stronger source will do");
    assert_eq!(standing("frontline", ill("seen", "60.01 USD")), "approval lead", "beyond its own cap");
    assert_eq!(standing("frontline", ill("word", "60 USD")), "unknown");
    let asked = answer(&book(), "frontline", ill("word", "60 USD"))["missing"].clone();
    assert_eq!(asked, json!([{ "proof_of": "illness", "says": "Illness", "needs": "seen" }]));
}

#[test]
fn the_better_of_two_versions_stands() {
    // Bought under the old sixty days, asked under the new thirty.
    let placed = |day: &str| order(json!({ "placed": day }));
    let book = book();
    let text = question(json!({ "asked": "2026-01-20T12:00:00", "facts": { "order": { "placed": "2025-12-01" } } }));
    let question = read_question(&book.schema, &text).expect("facts");
    let mut workspace = Workspace::default();
    let role = book.role("ai").expect("a role");
    let assessment = assess(&book, &question.request, &question.facts, role, &mut workspace).expect("an answer");
    assert_eq!(assessment.stands, Stands::ReliedOn);
    assert_eq!(assessment.to_json()["policy"]["in_force"], "2025-01-01");
    assert_eq!(answer(&book, "ai", placed("2026-06-20"))["policy"]["stands"], "asked");
}

#[test]
fn a_range_says_how_far_the_asking_role_may_go() {
    let gift = |role: &str, change: Value| {
        let answer = answer(&book(), role, change);
        answer["options"].as_array().and_then(|o| o.iter().find(|o| o["id"] == "gift").cloned()).expect("a gift")["yours_up_to"].clone()
    };
    assert_eq!(gift("ai", json!({})), "25.00 USD");
    assert_eq!(gift("frontline", json!({})), "40.00 USD");
    assert_eq!(gift("frontline", json!({ "case": { "granted": "70 USD" } })), "30.00 USD");
    assert_eq!(gift("ai", json!({ "case": { "granted": "6 USD" } })), Value::Null, "twenty more would be too much");
}

#[test]
fn what_no_policy_governs_is_something_else() {
    let answer = answer(&book(), "frontline", json!({ "request": "a_song" }));
    assert_eq!((&answer["governed"], &answer["policy"]["id"]), (&json!(false), &json!("something_else")));
    assert_eq!(answer["standing"], "discretion");
    let alone = book_of(&[RETURNS]);
    let text = question(json!({ "request": "return" }));
    let question = read_question(&alone.schema, &text).expect("facts");
    let mut workspace = Workspace::default();
    let error = assess(&alone, &question.request, &question.facts, alone.role("ai").expect("a role"), &mut workspace);
    assert!(error.expect_err("no policy").to_string().contains("did you mean `returns`?"));
}

#[test]
fn a_term_customers_were_not_told_of_does_not_bind() {
    let told = |disclosed: &str| {
        let policy =
            RETURNS.replace("  window: { says:", &format!("  window: {{ {disclosed}, charged_to: marketing, says:"));
        answer(&book_of(&[&policy, ELSE]), "ai", order(json!({ "placed": "2026-01-02" })))
    };
    let answer = told("disclosed: \"false\"");
    assert_eq!((&answer["standing"], &answer["options"][0]["charged_to"]), (&json!("entitled"), &json!("marketing")));
    assert_eq!(answer["terms"][0]["margin"], "-149 days");
    assert_eq!(told("disclosed_since: 2026-01-03")["standing"], "entitled");
    assert_eq!(told("disclosed_since: 2026-01-02")["standing"], "refused");
}

#[test]
fn the_same_book_and_facts_give_the_same_bytes() {
    let (a, b) = (book(), book());
    let change = || order(json!({ "channel": "online" }));
    assert_eq!(answer(&a, "ai", change()).to_string(), answer(&b, "ai", change()).to_string());
}

#[test]
fn what_is_missing_is_told_apart_from_what_failed() {
    let missing = Missing::Fact { path: "order.channel".into(), problem: None };
    assert_ne!(missing, Missing::Failed { at: None, says: "division by zero" });
}

const ALTERNATIVES: &str = r#"
policy: alternatives
request: [alternatives]
terms:
  window: { says: Thirty days, measure: "date(asked) - order.placed", at_most: 30 days, stretch: { lead: 30 days } }
  either:
    stretch: { frontline: any }
    any:
      shop: { says: In a shop, require: "order.channel == 'shop'", stretch: { lead: any } }
      member: { says: A member, when: "order.tagged", require: "order.paid <= usd(10)" }
remedies:
  refund: { says: Money back, kind: refund, of: "order.paid", refunded: "order.refunded", amount: "order.paid" }
"#;

/// Past the window, so that the circumstance lends; bought online, so that nothing of the group holds.
fn alternatives(tagged: Value, role: &str) -> String {
    let book = book_of(&[RETURNS, EARLIER, ALTERNATIVES, ELSE]);
    let change = json!({
        "request": "alternatives",
        "circumstances": [{ "id": "illness", "source": "seen" }],
        "facts": { "order": { "placed": "2026-05-20", "paid": "50 USD", "channel": "online", "tagged": tagged } },
    });
    let got = answer(&book, role, change);
    format!("{} {}", got["standing"].as_str().unwrap_or_default(), got["by"].as_str().unwrap_or_default())
}

#[test]
fn a_loan_leaves_a_groups_own_stretch_as_it_is() {
    // The guard, not the group, asks for a lead where the order is tagged.
    assert_eq!(alternatives(json!(false), "frontline").trim(), "discretion");
    assert_eq!(alternatives(json!(true), "lead").trim(), "discretion");
}

#[test]
fn an_alternative_that_may_not_apply_does_not_make_a_need_certain() {
    let without_stretch = ALTERNATIVES
        .replace("    stretch: { frontline: any }\n", "")
        .replace("order.paid <= usd(10)", "order.paid <= usd(100)");
    let book = book_of(&[RETURNS, EARLIER, &without_stretch, ELSE]);
    let asked = |extra: Value| {
        let mut change = json!({
            "request": "alternatives",
            "facts": { "order": { "placed": "2026-06-10", "paid": "50 USD", "channel": "online", "tagged": null } },
        });
        lay(&mut change, extra);
        let got = answer(&book, "lead", change);
        (got["standing"].clone(), got["options"][0]["need"].clone())
    };
    let plain = asked(json!({}));
    // A circumstance that has nothing to lend to (it is within the window) changes nothing.
    assert_eq!(asked(json!({ "circumstances": [{ "id": "illness", "source": "seen" }] })), plain);
}

#[test]
fn a_missing_field_of_an_item_has_its_place() {
    let of_lines = r#"
policy: lines
request: [lines]
terms:
  all_marked: { says: All are marked, require: "list.rows.all(r, r.marked)" }
remedies:
  refund: { says: Money back, kind: message, cost: 0 USD }
"#;
    let mut files = BookFiles::default();
    files.add("book.yaml", "book: lines\ncurrency: USD\ntime_zone: UTC\nroles: [{ id: one }]\ntypes: { row: { marked: bool } }\nfacts: { list: { rows: \"list(row)\" } }\n");
    files.add("policies/lines.yaml", of_lines);
    let checked = check(&files);
    let book = checked.book.unwrap_or_else(|| panic!("{:?}", checked.findings.all));
    let text = json!({ "request": "lines", "asked": "2026-06-30T12:00:00Z", "facts": { "list": { "rows": [{ "marked": true }, {}] } } }).to_string();
    let question = read_question(&book.schema, &text).unwrap_or_else(|e| panic!("{e}"));
    let mut workspace = Workspace::default();
    let role = book.role("one").expect("a role");
    let answer = assess(&book, &question.request, &question.facts, role, &mut workspace).expect("an answer");
    assert_eq!(answer.missing, [Missing::Fact { path: "list.rows[1].marked".to_owned(), problem: None }]);
}
