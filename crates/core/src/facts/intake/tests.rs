use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::book::read::{BookFiles, read};
use crate::diagnostic::Sources;
use crate::facts::digest::canonical;
use crate::facts::read_question;
use crate::facts::testing::any_json;
use crate::number::Rounding;

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
    let intake = book.intakes.first().and_then(|text| Intake::build(text, &schema, Rounding::default(), &mut findings));
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
    made_beside("", facts, document)
}

/// What a mapping with other keys beside `facts` makes of a document.
fn made_beside(beside: &str, facts: &str, document: &str) -> Result<String, String> {
    let shop = shop(&format!("intake: x\nrequest: r\nasked: 2026-11-16 12:00\n{beside}\nfacts:\n{facts}\n"));
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
fn a_byte_order_mark_before_a_document_is_no_part_of_it() {
    check("  customer.id: /id", "\u{feff}{ \"id\": \"y\" }", r#"{"customer":{"id":"y"}}"#);
    let shop = shop("intake: x\nrequest: r\nfacts:\n  note: /n\n");
    let question = read_question(
        &shop.schema,
        "\u{feff}{ \"request\": \"r\", \"asked\": \"2026-11-16T18:04:00Z\", \"facts\": { \"note\": \"n\" } }",
    );
    assert_eq!(question.map(|q| q.request.into_owned()), Ok("r".to_owned()));
    assert!(read_question(&shop.schema, "\u{feff}\u{feff}{}").is_err(), "one mark, and before all else");
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
    check(&status(", else: other"), r#"{ "s": null }"#, r#"{"order":{"status":"other"}}"#);
    check(&status(""), r#"{ "s": null }"#, "{}");
    for (null, otherwise, unknown) in [("null", "", "lost"), ("\"null\"", ", else: other", "other")] {
        let table = format!("  order.status: {{ at: /s, map: {{ shipped: sent, {null}: paid }}{otherwise} }}");
        check(&table, r#"{ "s": null }"#, r#"{"order":{"status":"paid"}}"#);
        check(&table, "{}", "{}");
        let deep = table.replace("/s", "/order/s");
        check(&deep, r#"{ "order": null }"#, "{}");
        check(&deep, r#"{ "order": { "s": null } }"#, r#"{"order":{"status":"paid"}}"#);
        check(&table, r#"{ "s": "shipped" }"#, r#"{"order":{"status":"sent"}}"#);
        check(&table, r#"{ "s": "lost" }"#, &format!(r#"{{"order":{{"status":"{unknown}"}}}}"#));
    }
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
        "facts.order.total: found the number 12.345, expected an amount of USD with at most 2 decimals: write 12.35 or 12.34, or `as: rounded` in the mapping, to round it as the book does",
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
        "facts.order.lines[1].paid: found nothing, expected a currency code at /c: pointers inside `into` start at the element: look at /c of it, or write `currency_at` beside `facts` for one of the whole document\n\
         facts.order.lines[2].paid: found the text \"dollars\", expected a currency code at /c: pointers inside `into` start at the element: look at /c of it, or write `currency_at` beside `facts` for one of the whole document",
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

#[test]
fn the_currency_of_the_whole_document_reaches_the_lines() {
    let lines = "  order.lines: { each: /items, into: { sku: /sku, paid: /total } }";
    let document = r#"{ "cur": "eur", "items": [{ "sku": "a", "total": "24.00" }, { "sku": "b", "total": 12.98, "cur": "CHF" }, { "total": "1 USD" }] }"#;
    let euros =
        r#"{"order":{"lines":[{"paid":"24.00 EUR","sku":"a"},{"paid":"12.98 EUR","sku":"b"},{"paid":"1.00 USD"}]}}"#;
    assert_eq!(made_beside("currency_at: /cur", lines, document).as_deref(), Ok(euros));
    assert_eq!(made_beside("currency: EUR", lines, document).as_deref(), Ok(euros));
    let cents = "  order.lines: { each: /items, into: { paid: { at: /total, as: minor_units } } }";
    assert_eq!(
        made_beside("currency_at: /cur", cents, r#"{ "cur": "JPY", "items": [{ "total": 500 }] }"#).as_deref(),
        Ok(r#"{"order":{"lines":[{"paid":"500 JPY"}]}}"#)
    );
    let own = "  order.lines: { each: /items, into: { paid: { at: /total, currency_at: /cur } } }";
    assert_eq!(
        made_beside("currency_at: /cur", own, r#"{ "cur": "EUR", "items": [{ "total": 1, "cur": "CHF" }] }"#)
            .as_deref(),
        Ok(r#"{"order":{"lines":[{"paid":"1.00 CHF"}]}}"#),
        "an amount that says where its own is, has its own"
    );
    let whole = "  order.lines: /items\n  products: /by";
    assert_eq!(
        made_beside(
            "currency_at: /cur",
            whole,
            r#"{ "cur": "EUR", "items": [{ "sku": "a", "paid": 5, "more": [1] }, null], "by": { "x": { "sku": "x", "paid": "2.5" } } }"#
        )
        .as_deref(),
        Ok(r#"{"order":{"lines":[{"paid":"5.00 EUR","sku":"a"},null]},"products":{"x":{"paid":"2.50 EUR","sku":"x"}}}"#),
        "what is taken as it stands, too"
    );
    assert_eq!(
        made_beside("currency_at: /cur", lines, r#"{ "items": [{ "total": 1 }] }"#),
        Err("facts.order.lines[0].paid: found nothing, expected a currency code at /cur: look at /total of the document".to_owned())
    );
}

/// The warnings of a mapping.
fn warnings(beside: &str, facts: &str) -> Vec<String> {
    let intake = format!("intake: x\nrequest: r\nasked: 2026-11-16 12:00\n{beside}\nfacts:\n{facts}\n");
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let files: BookFiles = [("book.yaml", BOOK), ("intake/x.yaml", &intake)].into_iter().collect();
    let book = read(&files, &mut sources, &mut findings);
    let schema = Schema::build(&book, &mut findings);
    book.intakes.first().and_then(|text| Intake::build(text, &schema, Rounding::default(), &mut findings));
    findings
        .all
        .iter()
        .filter(|d| d.code == "currency_unsaid")
        .map(|d| format!("{}: {}", d.message, d.help.as_deref().unwrap()))
        .collect()
}

#[test]
fn amounts_of_a_list_that_take_the_currency_of_the_book_are_warned_of() {
    let says = |path: &str| {
        vec![format!(
            "amounts of `{path}` that name no currency are read in USD, the currency of the book: write `currency_at: POINTER` beside `facts`, from the root to where the document names it, or `currency: USD` if it never comes in another"
        )]
    };
    let lines = "  order.lines: { each: /items, into: { sku: /sku, paid: /total } }";
    assert_eq!(warnings("", lines), says("order.lines[].paid"));
    assert_eq!(warnings("", "  order.lines: /items"), says("order.lines"));
    assert_eq!(warnings("", "  products: { entries: /p, into: { paid: /p } }"), says("products[].paid"));
    assert_eq!(warnings("currency_at: /cur", lines), Vec::<String>::new());
    assert_eq!(warnings("currency: USD", lines), Vec::<String>::new());
    let own = "  order.lines: { each: /items, into: { paid: { at: /total, currency: EUR } } }";
    assert_eq!(warnings("", own), Vec::<String>::new());
    assert_eq!(warnings("", "  order.total: /total\n  order.skus: /skus"), Vec::<String>::new());
}

#[test]
fn a_value_counts_only_where_the_mapping_says_so() {
    let facts =
        "  order.lines: { each: /a, into: { paid: { at: /p, only_where: { /quantity: 1, /off: 0, /cuts: none } } } }";
    let line = |rest: &str| format!(r#"{{ "a": [{{ "p": "5.00 USD"{rest} }}] }}"#);
    for rest in [
        "",
        r#", "quantity": 1, "off": "0.00", "cuts": []"#,
        r#", "quantity": "1.0", "off": null, "cuts": null"#,
        r#", "cuts": "none""#,
    ] {
        check(facts, &line(rest), r#"{"order":{"lines":[{"paid":"5.00 USD"}]}}"#);
    }
    for (rest, found) in [
        (r#", "quantity": 3"#, "found the number 3, expected `1` or nothing at /quantity"),
        (r#", "off": "29.80""#, "found the text \"29.80\", expected `0` or nothing at /off"),
        (r#", "cuts": [{ "amount": "1" }]"#, "found a list, expected `none` or nothing at /cuts"),
        (r#", "cuts": {}"#, "found an object, expected `none` or nothing at /cuts"),
    ] {
        let error = made(facts, &line(rest)).unwrap_err();
        assert!(error.starts_with(&format!("facts.order.lines[0].paid: {found}: the mapping counts")), "{error}");
    }
    let shop = shop("intake: x\nrequest: r\nfacts:\n  note: { at: /n, only_where: { off: 0 } }\n");
    assert!(shop.findings.join("").contains("bad_pointer"), "{:?}", shop.findings);
}

#[test]
fn the_mapping_for_a_shop_takes_no_order_whose_prices_are_not_what_was_paid() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../books/retail");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let (book, mapping) = (text("book.yaml"), text("intake/shopify_order.yaml"));
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let files: BookFiles = [("book.yaml", book.as_str()), ("intake/x.yaml", &mapping)].into_iter().collect();
    let book = read(&files, &mut sources, &mut findings);
    let schema = Schema::build(&book, &mut findings);
    let intake = Intake::build(&book.intakes[0], &schema, Rounding::default(), &mut findings).unwrap();
    let sample = text("intake/shopify_order.sample.json");
    assert!(intake.apply(&sample).is_ok());
    let first = r#""sku": "BLZ-NAVY","#;
    for (key, value) in
        [("discount_allocations", r#"[{ "amount": "29.80" }]"#), ("total_discount", r#""29.80""#), ("quantity", "3")]
    {
        let own = if key == "quantity" { sample.replace(r#" "quantity": 1,"#, "") } else { sample.clone() };
        let changed = own.replacen(first, &format!("{first} \"{key}\": {value},"), 1);
        let error = intake.apply(&changed).unwrap_err().to_string();
        assert!(error.starts_with("facts.order.lines[0].paid: ") && error.contains(key), "{key}: {error}");
    }
}

#[test]
fn amounts_finer_than_their_currency_are_rounded_where_the_mapping_says_so() {
    let check_amount = |number: &str, expected: &str| {
        let facts = "  order.total: { at: /t, as: rounded, currency_at: /c }";
        let document = format!(r#"{{ "t": {number}, "c": "usd" }}"#);
        check(facts, &document, &format!(r#"{{"order":{{"total":"{expected}"}}}}"#));
    };
    check_amount("34.116425", "34.12 USD");
    check_amount(r#""17.45098""#, "17.45 USD");
    check_amount(r#""34.1164250000000000""#, "34.12 USD");
    check_amount("0.125", "0.12 USD");
    check_amount("0.1349999999999999", "0.13 USD");
    check_amount("-2.5", "-2.50 USD");
    check_amount("24.99", "24.99 USD");
    check_amount(r#""7.0051 EUR""#, "7.01 EUR");
    check(
        "  order.total: { at: /t, as: rounded, currency: JPY }",
        r#"{ "t": "1233.6" }"#,
        r#"{"order":{"total":"1234 JPY"}}"#,
    );
    let facts = "  order.total: { at: /t, as: rounded }";
    for (found, told) in
        [(r#""lots""#, "the text \"lots\""), ("1.5e2", "the number 1.5e2"), (r#""5 usd""#, "the text \"5 usd\"")]
    {
        let error = format!(
            "facts.order.total: found {told}, expected an amount such as 34.116425: look at /t of the document"
        );
        check_error(facts, &format!(r#"{{ "t": {found} }}"#), &error);
    }
}

#[test]
fn a_document_may_count_other_decimals_than_its_currency_has() {
    let check_amount = |rest: &str, document: &str, expected: &str| {
        let facts = format!("  order.total: {{ at: /t, as: minor_units, currency_at: /c, {rest} }}");
        check(&facts, document, &format!(r#"{{"order":{{"total":"{expected}"}}}}"#));
    };
    check_amount("decimals: 2", r#"{ "t": 100000, "c": "JPY" }"#, "1000 JPY");
    check_amount("decimals: 2", r#"{ "t": 1999, "c": "USD" }"#, "19.99 USD");
    check_amount("decimals: 2", r#"{ "t": 1999, "c": "KWD" }"#, "19.990 KWD");
    check_amount("decimals: 4", r#"{ "t": 199900, "c": "USD" }"#, "19.99 USD");
    let special = "decimals: { UGX: 2, ISK: 2 }";
    check_amount(special, r#"{ "t": 500, "c": "ugx" }"#, "5 UGX");
    check_amount(special, r#"{ "t": 200000, "c": "isk" }"#, "2000 ISK");
    check_amount(special, r#"{ "t": 500, "c": "jpy" }"#, "500 JPY");
    check_amount(special, r#"{ "t": 500, "c": "usd" }"#, "5.00 USD");
    check_amount("decimals_at: /d", r#"{ "t": 4200, "c": "EUR", "d": 2 }"#, "42.00 EUR");
    check_amount("decimals_at: /d", r#"{ "t": 4200, "c": "EUR", "d": "3" }"#, "4.20 EUR");
    let facts = "  order.total: { at: /t, as: minor_units, currency_at: /c, decimals: 2 }";
    check_error(
        facts,
        r#"{ "t": 550, "c": "JPY" }"#,
        "facts.order.total: found the number 550, expected a whole number with 2 decimals in it that JPY can hold, which has 0: look at /t of the document",
    );
    check_error(
        "  order.total: { at: /t, as: minor_units, decimals_at: /d }",
        r#"{ "t": 550, "d": 19 }"#,
        "facts.order.total: found the number 19, expected a number of decimals at /d, 8 at the most: look at /t of the document",
    );
}

#[test]
fn a_time_that_names_no_zone_is_of_the_zone_that_the_mapping_says() {
    let check_time = |rest: &str, written: &str, expected: &str| {
        let facts = format!("  order.placed: {{ at: /t{rest} }}");
        check(&facts, &format!(r#"{{ "t": "{written}" }}"#), &format!(r#"{{"order":{{"placed":"{expected}"}}}}"#));
    };
    check_time("", "2026-11-02 03:30:00", "2026-11-02T08:30:00Z");
    check_time(", zone: UTC", "2026-11-02 03:30:00", "2026-11-02T03:30:00Z");
    check_time(", zone: Europe/Berlin", "2026-11-02T03:30:00", "2026-11-02T02:30:00Z");
    check_time(", zone: UTC", "2026-11-02T03:30:00-05:00", "2026-11-02T08:30:00Z");
    let since = |rest: &str| format!("  customer.since: {{ at: /t, as: day{rest} }}");
    let night = r#"{ "t": "2026-11-02 03:30:00" }"#;
    check(&since(""), night, r#"{"customer":{"since":"2026-11-02"}}"#);
    check(&since(", zone: UTC"), night, r#"{"customer":{"since":"2026-11-01"}}"#);
    let asked = |zone: &str| {
        let shop = shop(&format!(
            "intake: x\nrequest: r\nasked: {{ at: /t{zone} }}\nnow: {{ at: /t{zone} }}\nfacts:\n  note: /n\n"
        ));
        assert_eq!(shop.findings, Vec::<String>::new());
        shop.intake.unwrap().apply(night).unwrap().question_json
    };
    assert!(asked(", zone: UTC").contains(r#""asked":"2026-11-02T03:30:00Z","now":"2026-11-02T03:30:00Z""#));
    assert!(asked("").contains(r#""asked":"2026-11-02 03:30:00""#));
}

#[test]
fn what_is_wrong_with_the_ways_to_read_numbers_and_times_is_told() {
    let shop = shop(
        r"
intake: x
request: { at: /r, zone: UTC }
currency: EUR
currency_at: /c
facts:
  order.total: { at: /t, as: minor_units, decimals: many }
  order.lines: { each: /l, into: { paid: { at: /p, as: minor_units, decimals: { usd: 2 } } } }
  order.placed: { at: /t, zone: Mars }
  order.shipped: { at: /t, as: unix_seconds, zone: UTC }
  customer.since: { at: /t, as: rounded }
  note: { at: /t, zone: UTC }
  share: { at: /t, as: fraction, decimals: 2 }
",
    );
    assert!(shop.intake.is_none());
    insta::assert_snapshot!(shop.findings.join("\n"), @r#"
    EUR | two_currencies: `currency` and `currency_at` both say in what amounts are that name none | keep one of them
    UTC | wrong_mapping: `zone` makes a time, and this is a word | 
    many | bad_value: `many` is no number of decimals: write 0 to 8 | 
    usd | unknown_currency: `usd` is no currency of ISO 4217 | did you mean `USD`?
    Mars | unknown_zone: `Mars` is not a time zone: write it like `America/New_York` | 
    UTC | wrong_mapping: `zone` is for a time that names none, which `order.shipped` is not made of here | 
    rounded | wrong_mapping: `rounded` makes an amount, and `customer.since` is date | 
    UTC | wrong_mapping: `zone` is for a time that names none, which `note` is not made of here | 
    2 | wrong_mapping: `decimals` is for `as: minor_units`, and `share` is not made so |
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
