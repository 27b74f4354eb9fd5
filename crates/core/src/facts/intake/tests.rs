use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::book::read::{BookFiles, read};
use crate::diagnostic::Sources;
use crate::facts::digest::canonical;
use crate::facts::read_question;
use crate::facts::testing::any_json;

const BOOK: &str = r#"
book: shop
currency: USD
time_zone: America/New_York
roles: [{ id: ai, owed_per_day: 250 USD }, { id: lead }]
types:
  line: { sku: text, paid: "money", gift?: bool }
facts:
  customer: { id: text, since?: date, orders?: int, vip?: bool }
  order: { status: [paid, sent, other], total: money, lines: "list(line)", skus?: "list(text)", placed?: time, shipped?: time }
  payments?: "list(text)"
  products?: "map(text, line)"
  stock?: "map(text, map(text, int))"
  share?: percent
  window?: days
  flag?: bool
  has_note?: bool
  address?: { city: text, zip: text }
  note?: text
"#;

struct Shop {
    schema: Schema,
    intake: Option<Intake>,
    findings: Vec<String>,
}

fn shop(intake: &str) -> Shop {
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let files: BookFiles = [("book.yaml", BOOK), ("intake/x.yaml", intake)].into_iter().collect();
    let book = read(&files, &mut sources, &mut findings);
    let schema = Schema::build(&book, &mut findings);
    let intake = book.intakes.first().and_then(|text| Intake::build(text, &schema, &mut findings));
    let place = |at: crate::diagnostic::Span| {
        sources.file(at.file).and_then(|f| f.text.get(at.start as usize..at.end as usize)).unwrap_or_default()
    };
    let shown = findings.all.iter().filter(|d| d.severity == crate::diagnostic::Severity::Error);
    let shown =
        shown.map(|d| format!("{} | {}: {} | {}", place(d.at), d.code, d.message, d.help.as_deref().unwrap_or("")));
    let findings = shown.collect();
    Shop { schema, intake, findings }
}

/// The facts that a mapping makes of a document, as canonical text with one member a line.
fn made(facts: &str, document: &str) -> Result<String, String> {
    let shop = shop(&format!("intake: x\nrequest: r\nasked: 2026-11-16 12:00\nfacts:\n{facts}\n"));
    assert_eq!(shop.findings, Vec::<String>::new());
    let answer = shop.intake.unwrap().apply(document).map_err(|e| e.to_string())?;
    let question = read_question(&shop.schema, &answer.question_json).map_err(|e| e.to_string())?;
    let text = canonical(&shop.schema, &question.facts);
    let (_, facts) = text.split_once("\"facts\":").unwrap();
    Ok(facts.split_once(",\"history\"").unwrap().0.to_owned())
}

fn check(facts: &str, document: &str, expected: &str) {
    assert_eq!(made(facts, document).as_deref(), Ok(expected), "{facts}");
}

fn check_error(facts: &str, document: &str, expected: &str) {
    assert_eq!(made(facts, document), Err(expected.to_owned()), "{facts}");
}

#[test]
fn values_are_found_and_typed_by_the_fact() {
    check("  customer.id: /user/id", r#"{ "user": { "id": "y" } }"#, r#"{"customer":{"id":"y"}}"#);
    check("  customer.id: /0/id", r#"[{ "id": 4711 }]"#, r#"{"customer":{"id":"4711"}}"#);
    check("  customer.orders: /n", r#"{ "n": "41" }"#, r#"{"customer":{"orders":41}}"#);
    check("  customer.orders: /n", r#"{ "n": 41.0 }"#, r#"{"customer":{"orders":41}}"#);
    check("  customer.vip: /a~1b", r#"{ "a/b": "true" }"#, r#"{"customer":{"vip":true}}"#);
    check("  order.total: /t", r#"{ "t": 2719.10000 }"#, r#"{"order":{"total":"2719.10 USD"}}"#);
    check("  order.placed: /t", r#"{ "t": "2026-11-16T18:04:00" }"#, r#"{"order":{"placed":"2026-11-16T23:04:00Z"}}"#);
    check("  address: /a", r#"{ "a": { "city": "x", "zip": "1", "b": [] } }"#, r#"{"address":{"city":"x","zip":"1"}}"#);
    check("  order.skus: /s", r#"{ "s": ["a", "b"] }"#, r#"{"order":{"skus":["a","b"]}}"#);
}

#[test]
fn what_is_not_there_is_absent() {
    for document in ["{}", r#"{ "user": null }"#, r#"{ "user": { "id": null } }"#, "[]", "5"] {
        check("  customer.id: /user/id\n  address.city: /city", document, "{}");
        check("  order.lines: { each: /user, into: { sku: /id } }", "{}", "{}");
        check("  products: { entries: /user, into: { sku: /id } }", "{}", "{}");
    }
}

#[test]
fn tables_turn_texts_into_others() {
    let status =
        |otherwise: &str| format!("  order.status: {{ at: /s, map: {{ \"in transit\": sent, 7: paid }}{otherwise} }}");
    check(&status(""), r#"{ "s": "in transit" }"#, r#"{"order":{"status":"sent"}}"#);
    check(&status(""), r#"{ "s": 7 }"#, r#"{"order":{"status":"paid"}}"#);
    check(&status(""), r#"{ "s": "lost" }"#, r#"{"order":{"status":"lost"}}"#);
    check(&status(", else: other"), r#"{ "s": "lost" }"#, r#"{"order":{"status":"other"}}"#);
    check(&status(", else: other"), "{}", "{}");
    check("  flag: { at: /s, map: { \"Y\": \"true\" }, else: \"false\" }", r#"{ "s": "N" }"#, r#"{"flag":false}"#);
    check("  window: { at: /s, else: 14 days }", "{}", r#"{"window":"14 days"}"#);
    check("  window: { at: /s, else: 14 days }", r#"{ "s": 3 }"#, r#"{"window":"3 days"}"#);
}

#[test]
fn numbers_that_count_something_are_converted() {
    let total = |rest: &str| format!("  order.total: {{ at: /t, {rest} }}");
    check(&total("as: minor_units"), r#"{ "t": 14900 }"#, r#"{"order":{"total":"149.00 USD"}}"#);
    check(&total("as: minor_units, currency: JPY"), r#"{ "t": 14900 }"#, r#"{"order":{"total":"14900 JPY"}}"#);
    check(
        &total("as: minor_units, currency_at: /c"),
        r#"{ "t": "5", "c": "eur" }"#,
        r#"{"order":{"total":"0.05 EUR"}}"#,
    );
    check(&total("currency_at: /c"), r#"{ "t": 5.5, "c": "EUR" }"#, r#"{"order":{"total":"5.50 EUR"}}"#);
    check(&total("currency: EUR"), r#"{ "t": "5.5 USD" }"#, r#"{"order":{"total":"5.50 USD"}}"#);
    check("  share: { at: /t, as: fraction }", r#"{ "t": 0.4 }"#, r#"{"share":"40%"}"#);
    check("  share: { at: /t, as: fraction }", r#"{ "t": 0.12345 }"#, r#"{"share":"12.345%"}"#);
    check(
        "  order.placed: { at: /t, as: unix_seconds }",
        r#"{ "t": 1.5 }"#,
        r#"{"order":{"placed":"1970-01-01T00:00:01.5Z"}}"#,
    );
    check(
        "  order.placed: { at: /t, as: unix_millis }",
        r#"{ "t": 1500 }"#,
        r#"{"order":{"placed":"1970-01-01T00:00:01.5Z"}}"#,
    );
}

#[test]
fn lists_and_maps_are_made_of_arrays_and_objects() {
    check(
        "  order.lines: { each: [/a, /b, /c], into: { sku: /id, paid: /price } }",
        r#"{ "a": [{ "id": 1, "price": 5 }, {}], "c": [null, { "price": "7 EUR" }] }"#,
        r#"{"order":{"lines":[{"paid":"5.00 USD","sku":"1"},{},null,{"paid":"7.00 EUR"}]}}"#,
    );
    check(
        "  order.skus: { each: /a, into: /id }",
        r#"{ "a": [{ "id": "x" }, {}] }"#,
        r#"{"order":{"skus":["x",null]}}"#,
    );
    check(
        "  payments: { values: /p, into: /kind }",
        r#"{ "p": { "z": { "kind": "card" }, "a": { "kind": "cash" } } }"#,
        r#"{"payments":["card","cash"]}"#,
    );
    check(
        "  products: { entries: /p, into: { sku: /id, gift: { given: /gift } } }",
        r#"{ "p": { "z": { "id": "1", "gift": {} }, "a\"": { "id": "2" } } }"#,
        r#"{"products":{"a\"":{"gift":false,"sku":"2"},"z":{"gift":true,"sku":"1"}}}"#,
    );
    check(
        "  stock: { entries: /p, into: { entries: /sizes, into: /n } }",
        r#"{ "p": { "x": { "sizes": { "L": { "n": 3 } } } } }"#,
        r#"{"stock":{"x":{"L":3}}}"#,
    );
    check("  order.lines: { each: /a, into: { sku: /id } }", r#"{ "a": [] }"#, r#"{"order":{"lines":[]}}"#);
}

#[test]
fn constants_and_whether_something_is_there() {
    check(
        "  flag: { const: \"true\" }\n  has_note: { given: /note }\n  customer.orders: { const: 3 }\n  order.total: { const: 5 EUR }",
        r#"{ "note": "" }"#,
        r#"{"customer":{"orders":3},"flag":true,"has_note":true,"order":{"total":"5.00 EUR"}}"#,
    );
}

#[test]
fn what_floats_leave_behind_is_taken_off_and_nothing_else() {
    let check_amount = |number: &str, expected: &str| {
        check(
            "  order.total: /t",
            &format!(r#"{{ "t": {number} }}"#),
            &format!(r#"{{"order":{{"total":"{expected}"}}}}"#),
        );
    };
    check_amount("41.91999999999999", "41.92 USD");
    check_amount("0.04999999999999716", "0.05 USD");
    check_amount("-0.30000000000000004", "-0.30 USD");
    check_amount("1.4210854715202004e-14", "0.00 USD");
    check_amount("9007199254740993.01", "9007199254740993.01 USD");
    check_error(
        "  order.total: /t",
        r#"{ "t": 12.345 }"#,
        "facts.order.total: found the text \"12.345 USD\", expected an amount of USD with at most 2 decimals: `12.345` has more decimals than USD has, which is 2: write 12.35 or 12.34",
    );
    check_error(
        "  order.total: /t",
        r#"{ "t": 1.5e2 }"#,
        "facts.order.total: found the number 1.5e2, expected an amount of USD with at most 2 decimals: write the digits out, without an exponent",
    );
}

#[test]
fn what_cannot_be_converted_is_told_with_its_place() {
    check_error(
        "  order.lines: { each: \"\", into: { paid: /p } }",
        r#"{ "p": 1 }"#,
        "facts.order.lines: found an object, expected a list: look at the whole document",
    );
    check_error(
        "  order.lines: { each: /a, into: { paid: { at: \"\", as: minor_units } } }",
        r#"{ "a": [14.5] }"#,
        "facts.order.lines[0].paid: found the number 14.5, expected a whole number of the currency's smallest unit: look at the element itself",
    );
    check_error(
        "  order.total: { at: /t, currency_at: \"\" }",
        r#"{ "t": 1 }"#,
        "facts.order.total: found an object, expected a currency code: look at /t of the document",
    );
    check_error(
        "  order.total: { at: /t/0, as: minor_units }",
        r#"{ "t": [14.5] }"#,
        "facts.order.total: found the number 14.5, expected a whole number of the currency's smallest unit: look at /t/0 of the document",
    );
    check_error(
        "  order.lines: { each: /a, into: { paid: { at: /p, currency_at: /c } } }",
        r#"{ "a": [{ "p": 1, "c": "USD" }, { "p": 1 }, { "p": 1, "c": "dollars" }] }"#,
        "facts.order.lines[1].paid: found nothing, expected a currency code at /c: look at /p of the document\n\
         facts.order.lines[2].paid: found the text \"dollars\", expected a currency code at /c: look at /p of the document",
    );
    check_error(
        "  order.lines: { each: /a, into: { sku: /x } }",
        r#"{ "a": {} }"#,
        "facts.order.lines: found an object, expected a list: look at /a of the document",
    );
    check_error(
        "  payments: { values: /a, into: /x }",
        r#"{ "a": "x" }"#,
        "facts.payments: found the text \"x\", expected an object: look at /a of the document",
    );
    check_error(
        "  share: { at: /t, as: fraction }",
        r#"{ "t": "40%" }"#,
        "facts.share: found the text \"40%\", expected a fraction such as 0.4: look at /t of the document",
    );
    check_error(
        "  note: /x",
        "{",
        "the document: found text that is not JSON at line 1 column 1, expected a JSON object: EOF while parsing an object",
    );
    check_error(
        "  note: /x",
        r#"{ "y": "\ud83d" }"#,
        "the document: found text that is not JSON at line 1 column 15, expected a JSON object: unexpected end of hex escape",
    );
}

#[test]
fn the_kind_of_request_the_role_and_the_times_are_picked() {
    let shop = shop(
        r#"
intake: x
title: The shop's tool
request: { at: /action, map: { "cancel order": cancel }, else: something_else }
role: { at: /context/role, map: { bot: ai }, else: lead }
asked: { at: /now, else: "2024-05-15T15:00:00" }
now: /now
sources: { order: seen, "*": word }
facts: { note: /note }
"#,
    );
    assert_eq!(shop.findings, Vec::<String>::new());
    let intake = shop.intake.unwrap();
    assert_eq!((intake.id.as_str(), intake.title.as_str()), ("x", "The shop's tool"));
    let answer = intake
        .apply(
            r#"{ "action": "cancel order", "context": { "role": "bot" }, "now": "2026-11-16T18:04:00Z", "note": 5 }"#,
        )
        .unwrap();
    assert_eq!((answer.request.as_str(), answer.role.as_deref()), ("cancel", Some("ai")));
    assert_eq!(
        answer.question_json,
        r#"{"request":"cancel","asked":"2026-11-16T18:04:00Z","now":"2026-11-16T18:04:00Z","sources":{"order":"seen","*":"word"},"facts":{"note":"5"}}"#
    );
    let question = read_question(&shop.schema, &answer.question_json).unwrap();
    assert_eq!(question.facts.source(shop.schema.find("order.total").unwrap().slot), Source::Seen);
    let timeless = intake.apply(r#"{ "action": "dance" }"#).unwrap();
    assert_eq!(
        timeless.question_json,
        r#"{"request":"something_else","asked":"2024-05-15T15:00:00","sources":{"order":"seen","*":"word"},"facts":{}}"#,
        "a time that the document does not have is left to whoever asks"
    );
    let other = intake.apply(r#"{ "action": "dance", "now": "2026-11-16T18:04:00Z" }"#).unwrap();
    assert_eq!((other.request.as_str(), other.role.as_deref()), ("something_else", Some("lead")));
}

#[test]
fn what_is_wrong_with_a_mapping_is_told_at_its_place() {
    let shop = shop(
        r"
intake: x
request: r
asked: { at: now, else: soon }
sources: { ordr: seen, order.lines.sku: seen }
facts:
  custmer.id: /a
  customer.id: { at: /a, as: unix_seconds }
  customer.orders: { at: /a, map: { a: many } }
  order.lines: /x
  order.lines.sku: /x
  order.skus: { at: /x, map: { a: b } }
  order.status: { at: /s~, else: lost }
  order.total: { at: /t, as: minor_units, currency: usd }
  order.placed: { at: /t, currency: USD }
  order.shipped: { const: soon }
  note: { each: /x, into: /y }
  has_note: { given: x }
  flag: { given: /x }
  window: { given: /x }
  payments: { each: /x, into: { a: /b } }
  products: { entries: /x, into: { skew: /b } }
  stock: { values: /x, into: /y }
  address: /a
  address.city: /b
",
    );
    assert!(shop.intake.is_none());
    insta::assert_snapshot!(shop.findings.join("\n"), @r#"
    soon | bad_value: `soon` is not a time: write it like `2026-09-01T18:04:00-05:00` | 
    now | bad_pointer: `now` is not a JSON pointer: a pointer begins with `/` | write it like `/order/items`
    ordr | unknown_fact: there is no fact `ordr` | did you mean `order`?
    order.lines.sku | unknown_fact: there is no fact `order.lines.sku` | did you mean `order.lines`?
    custmer.id | unknown_fact: there is no fact `custmer.id` | did you mean `customer.id`?
    unix_seconds | wrong_mapping: `unix_seconds` makes a time, and `customer.id` is text | 
    many | bad_value: `many` is not a whole number such as `5` | 
    order.lines.sku | unknown_fact: there is no fact `order.lines.sku` | did you mean `order.lines`?
    /x | wrong_mapping: `map` makes a single value, and `order.skus` is list(text) | 
    /s~ | bad_pointer: `/s~` is not a JSON pointer: in a pointer `~` is written `~0`, and `/` in a name `~1` | write it like `/order/items`
    lost | bad_value: `lost` is not one of `paid`, `sent`, `other` | 
    usd | unknown_currency: `usd` is no currency of ISO 4217 | did you mean `USD`?
    USD | wrong_mapping: `currency` makes an amount, and `order.placed` is time | 
    soon | bad_value: `soon` is not a time such as `2026-09-01T18:04:00-05:00` | 
    note | wrong_mapping: `each` makes a list, and `note` is text | 
    x | bad_pointer: `x` is not a JSON pointer: a pointer begins with `/` | write it like `/order/items`
    /x | wrong_mapping: `given` makes yes or no, and `window` is days | 
    payments | wrong_mapping: `into` makes a record, and `payments[]` is text | 
    skew | unknown_fact: there is no fact `products[].skew` | 
    stock | wrong_mapping: `values` makes a list, and `stock` is map(text, map(text, int)) | 
    address.city | made_twice: `address.city` is made twice, by itself and by what it is in or holds | leave one of the two out
    "#);
}

static FULL: LazyLock<Shop> = LazyLock::new(|| {
    shop(
        r#"
intake: x
request: { at: /request, else: x }
asked: { at: /asked, else: "2024-05-15T15:00:00" }
facts:
  customer.id: /facts/customer/id
  order.total: { at: /order/paid, currency_at: /x }
  order.lines: { each: [/order/lines, /facts], into: { sku: /sku, paid: { at: /paid, as: minor_units } } }
  products: { entries: /facts, into: { sku: /id, gift: { given: /x } } }
  payments: { values: "", into: "" }
  share: { at: /x, as: fraction }
  note: ""
"#,
    )
});

proptest! {
    #[test]
    fn no_document_makes_a_mapping_panic(json in any_json(&FULL.schema), text in ".{0,40}") {
        let intake = FULL.intake.as_ref().unwrap();
        for document in [json.to_string(), text] {
            if let Ok(answer) = intake.apply(&document) {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&answer.question_json).is_ok());
                let _ = read_question(&FULL.schema, &answer.question_json);
            }
        }
    }
}
