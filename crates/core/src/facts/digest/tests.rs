use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::facts::testing::{any_facts, any_json, schema};
use crate::facts::{Question, read_question};

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    schema(
        r#"{
        "types": { "line": { "sku": "text", "paid": "money(0..)", "tags?": "list(text, 0..)" } },
        "facts": {
            "z": "text", "a": "int", "channel": ["shop", "online"], "share?": "percent", "rate?": "decimal",
            "day?": "date", "at?": "time", "wait?": "duration", "window?": "days", "cover?": "months", "ok?": "bool",
            "order?": { "lines": "list(line)", "by_sku": "map(text, line)", "payment?": { "kind": "text" } },
            "matrix?": "list(list(int, 0..), 0..)"
        }
    }"#,
    )
});

fn question(json: &str) -> Question<'_> {
    read_question(&SCHEMA, json).unwrap_or_else(|e| panic!("{e}\n{json}"))
}

fn wrap(facts: &Value) -> String {
    format!(r#"{{"request":"r","asked":"2026-11-16T18:04:00-05:00","facts":{facts}}}"#)
}

fn canonical_of(json: &str) -> String {
    canonical(&SCHEMA, &question(json).facts)
}

#[test]
fn one_text_for_the_facts_however_they_were_sent() {
    let text = canonical_of(
        r#"{ "facts": {
               "a": 5, "z": "tab\t\"q\" \\ \u00e9 \u0001", "unknown": { "a": [1] }, "channel": "fax", "share": "40.0%",
               "rate": 9.50, "day": "2026-11-16", "at": "2026-11-16 18:04", "wait": "90 min", "window": 14,
               "cover": "1 month", "ok": false, "order": {
                 "lines": [ { "paid": 149, "sku": "x", "tags": [] }, null ],
                 "by_sku": { "b": {}, "a": { "paid": "1.5 EUR" } }, "payment": null },
               "matrix": [[], [1, null]] },
             "request": "r", "asked": "2026-11-16T18:04:00-05:00", "now": "2026-11-17T00:00:00.5Z",
             "circumstances": [{ "source": "word", "id": "illness" }],
             "history": { "exceptions": [{ "at": "2026-01-01T00:00:00Z", "policy": "p", "cost": "20" }] },
             "case": { "granted": "5" }, "sources": { "*": "word" } }"#,
    );
    let parts: Vec<&str> = text.split_inclusive(",\"").collect();
    insta::assert_snapshot!(parts.join("\n"), @r#"
    {"asked":"2026-11-16T23:04:00Z","
    case":{"granted":"5.00 USD","
    released":"0.00 USD"},"
    circumstances":[{"id":"illness","
    source":"word"}],"
    facts":{"a":5,"
    at":"2026-11-16T23:04:00Z","
    channel":"fax","
    cover":"1 month","
    day":"2026-11-16","
    matrix":[[],[1,null]],"
    ok":false,"
    order":{"by_sku":{"a":{"paid":"1.50 EUR"},"
    b":{}},"
    lines":[{"paid":"149.00 USD","
    sku":"x","
    tags":[]},null]},"
    rate":"9.5","
    share":"40%","
    wait":"1 h 30 min","
    window":"14 days","
    z":"tab\t\"q\" \\ é \u0001"},"
    history":{"exceptions":[{"at":"2026-01-01T00:00:00Z","
    cost":"20.00 USD","
    policy":"p"}]},"
    now":"2026-11-17T00:00:00.5Z"}
    "#);
}

#[test]
fn the_digest_is_of_the_canonical_text() {
    let facts = question(r#"{ "request": "r", "asked": "2026-11-16T18:04:00Z", "facts": {} }"#).facts;
    let expected = r#"{"asked":"2026-11-16T18:04:00Z","case":{"granted":"0.00 USD","released":"0.00 USD"},"circumstances":[],"facts":{},"history":{"exceptions":[]},"now":"2026-11-16T18:04:00Z"}"#;
    assert_eq!(canonical(&SCHEMA, &facts), expected);
    assert_eq!(digest(&SCHEMA, &facts), "db0ef27045e1c6dced5e5cd200d9598823c627c8abe26bb28ddbc5a1cff5c5b6");
}

#[test]
fn a_record_without_anything_in_it_is_not_an_absent_one() {
    let given = canonical_of(&wrap(&serde_json::json!({ "order": {} })));
    let absent = canonical_of(&wrap(&serde_json::json!({ "order": null })));
    assert!(given.contains(r#""facts":{"order":{}}"#) && absent.contains(r#""facts":{}"#));
}

/// The same JSON with the members of every object in another order.
fn turned(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().rev().map(|(name, value)| (name.clone(), turned(value))).collect(),
        Value::Array(items) => items.iter().map(turned).collect(),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn the_canonical_text_reads_back_as_itself(facts in any_facts(&SCHEMA)) {
        let text = canonical_of(&wrap(&facts));
        let again = text.replacen('{', r#"{"request":"r","#, 1);
        prop_assert_eq!(canonical_of(&again), text);
    }

    #[test]
    fn order_and_unknown_members_do_not_matter(facts in any_facts(&SCHEMA)) {
        let mut other = turned(&facts);
        other["unknown"] = facts.clone();
        prop_assert_eq!(canonical_of(&wrap(&other)), canonical_of(&wrap(&facts)));
    }

    #[test]
    fn whatever_can_be_read_reads_back(json in any_json(&SCHEMA)) {
        let wrapped = wrap(&json);
        if let Ok(question) = read_question(&SCHEMA, &wrapped) {
            let text = canonical(&SCHEMA, &question.facts);
            let again = text.replacen('{', r#"{"request":"r","#, 1);
            prop_assert_eq!(canonical_of(&again), text);
        }
    }
}
