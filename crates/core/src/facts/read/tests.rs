use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::facts::testing::{any_json, schema};
use crate::facts::{Problem, Source};
use crate::value::{ABSENT, FIRST_PROBLEM, PRESENT};

static RETAIL: LazyLock<Schema> = LazyLock::new(|| {
    schema(
        r#"{
        "types": {
            "channel": ["shop", "online"],
            "line": { "sku": "text", "paid": "money(0..)", "final_sale?": "bool" },
            "variant": { "price": "money", "sizes": "list(text)" }
        },
        "facts": {
            "customer?": { "id": "text", "since": "date", "orders": "int(0..)", "rating?": "decimal(0..5)" },
            "order": { "placed": "time", "channel": "channel", "lines": "list(line, 1..3)", "shipping": "money(0..500)" },
            "discount?": "percent(0..100)",
            "late?": "duration(..48 h)",
            "window?": "days",
            "cover?": "months",
            "matrix?": "list(list(int))",
            "products?": "map(text, variant)",
            "counts?": "map(text, int(0..9))"
        }
    }"#,
    )
});

fn time(text: &str) -> Time {
    Time::parse(text, &RETAIL.units.zone).unwrap()
}

fn read(json: &str) -> Result<Facts<'_>, FactsErrors> {
    read_facts(&RETAIL, json, time("2026-11-16T12:00:00Z"), time("2026-11-17T12:00:00Z"))
}

/// The facts of a document with nothing wrong in it, and a look at them.
fn facts(json: &str) -> Facts<'_> {
    read(json).unwrap_or_else(|e| panic!("{e}"))
}

fn cell(facts: &Facts<'_>, path: &str) -> Cell {
    facts.cell(RETAIL.find(path).unwrap_or_else(|| panic!("{path}")).slot)
}

fn check(fact: &str, path: &str, v: i64, aux: u32) {
    let json = format!("{{{fact}}}");
    assert_eq!(cell(&facts(&json), path), Cell::of(v, aux), "{fact}");
}

fn check_error(fact: &str, expected: &str) {
    let json = format!("{{{fact}}}");
    assert_eq!(read(&json).unwrap_err().to_string(), expected, "{fact}");
}

fn check_problem(fact: &str, path: &str, expected: &str) {
    let json = format!("{{{fact}}}");
    let facts = facts(&json);
    let cell = cell(&facts, path);
    assert_eq!(cell.state, FIRST_PROBLEM, "{fact}");
    assert_eq!(facts.problem(cell).map(Problem::to_string).as_deref(), Some(expected));
}

#[test]
fn reads_every_type() {
    check(r#""customer": { "orders": 5 }"#, "customer.orders", 5, 0);
    check(r#""customer": { "orders": "5" }"#, "customer.orders", 5, 0);
    check(r#""order": { "shipping": 6.95 }"#, "order.shipping", 695, RETAIL.units.currency.index());
    check(r#""order": { "shipping": "6.95" }"#, "order.shipping", 695, RETAIL.units.currency.index());
    check(r#""order": { "shipping": "6.95 USD" }"#, "order.shipping", 695, RETAIL.units.currency.index());
    check(r#""order": { "placed": "1970-01-01T00:00:01Z" }"#, "order.placed", 1_000_000, 0);
    check(r#""order": { "placed": "1969-12-31 19:00" }"#, "order.placed", 0, 0);
    check(r#""customer": { "since": "1970-01-02" }"#, "customer.since", 1, 0);
    check(r#""customer": { "orders": 41 }"#, "customer.orders", 41, 0);
    check(r#""customer": { "orders": -0 }"#, "customer.orders", 0, 0);
    check(r#""customer": { "rating": 4.50 }"#, "customer.rating", 450, 2);
    check(r#""customer": { "rating": "4.5" }"#, "customer.rating", 45, 1);
    check(r#""discount": "40%""#, "discount", 40, 2);
    check(r#""discount": "12.5%""#, "discount", 125, 3);
    check(r#""late": "1 h 30 min""#, "late", 5_400_000_000, 0);
    check(r#""late": "PT36H""#, "late", 129_600_000_000, 0);
    check(r#""window": "14 days""#, "window", 14, 0);
    check(r#""window": 14"#, "window", 14, 0);
    check(r#""cover": "3 months""#, "cover", 3, 0);
}

#[test]
fn escapes_are_read_before_types_are() {
    check(r#""customer": { "s\u0069nce": "1970\u002d01-02" }"#, "customer.since", 1, 0);
    let facts = facts(r#"{ "customer": { "id": "a\"b\\\u00e9\ud83d\ude00" } }"#);
    let id = cell(&facts, "customer.id").v;
    assert_eq!(facts.text(&RETAIL.dictionary, id), Some("a\"b\\é😀"));
    check_error(
        r#""customer": { "id": "\ud83d" }"#,
        "the document: found text that is not JSON at line 1 column 29, expected a JSON object: unexpected end of hex escape",
    );
}

#[test]
fn texts_of_the_dictionary_have_its_ids_and_others_their_own() {
    let facts = facts(r#"{ "order": { "channel": "online" }, "customer": { "id": "yusuf" } }"#);
    assert_eq!(Some(cell(&facts, "order.channel").v), RETAIL.dictionary.get("online"));
    assert_eq!(cell(&facts, "customer.id").v, -1);
    assert_eq!(facts.text(&RETAIL.dictionary, -1), Some("yusuf"));
    assert_eq!(facts.texts, ["yusuf"]);
}

#[test]
fn what_is_not_said_and_null_are_absent() {
    let facts = facts(r#"{ "customer": null, "order": { "placed": null, "lines": null } }"#);
    for path in ["customer", "customer.id", "order.placed", "order.lines", "order.channel", "discount"] {
        assert_eq!(cell(&facts, path).state, ABSENT, "{path}");
    }
    assert_eq!(cell(&facts, "order").state, PRESENT);
}

#[test]
fn rows_of_a_list_lie_side_by_side() {
    let facts = facts(
        r#"{ "order": { "lines": [ { "sku": "a", "paid": 1 }, null, { "paid": 2, "final_sale": true, "x": [{}] } ] } }"#,
    );
    let list = cell(&facts, "order.lines");
    assert_eq!((list.v, list.aux), (i64::from(RETAIL.root.width), 3));
    let rows = &facts.cells[usize::try_from(list.v).unwrap()..];
    let usd = RETAIL.units.currency.index();
    assert_eq!(rows.len(), 12);
    assert_eq!(rows[..4], [Cell::of(0, 0), Cell::of(-1, 0), Cell::of(100, usd), Cell::EMPTY]);
    assert_eq!(rows[4].state, ABSENT);
    assert_eq!(rows[8..], [Cell::of(0, 0), Cell::EMPTY, Cell::of(200, usd), Cell::of(1, 0)]);
    assert_eq!(facts.skipped, 1);
}

#[test]
fn lists_in_lists_keep_their_own_rows_together() {
    let facts = facts(r#"{ "matrix": [[1, 2], [3], [4, 5, 6]] }"#);
    let outer = cell(&facts, "matrix");
    let row = |cell: Cell, i: i64| facts.cell(u32::try_from(cell.v + i).unwrap());
    let read: Vec<Vec<i64>> = (0..i64::from(outer.aux))
        .map(|i| row(outer, i))
        .map(|inner| (0..i64::from(inner.aux)).map(|j| row(inner, j).v).collect())
        .collect();
    assert_eq!(read, [vec![1, 2], vec![3], vec![4, 5, 6]]);
}

#[test]
fn maps_are_in_the_order_of_their_keys() {
    let facts = facts(r#"{ "counts": { "shop": 2, "b": 3, "a": 1 } }"#);
    let map = cell(&facts, "counts");
    let pair = |i: u32| {
        let at = u32::try_from(map.v).unwrap() + 2 * i;
        (facts.text(&RETAIL.dictionary, facts.cell(at).v).unwrap(), facts.cell(at + 1).v)
    };
    assert_eq!((map.aux, [0, 1, 2].map(pair)), (3, [("a", 1), ("b", 3), ("shop", 2)]));
}

#[test]
fn maps_of_records_with_lists_in_them_are_sorted_as_a_whole() {
    let facts =
        facts(r#"{ "products": { "z": { "sizes": ["L", "M"], "price": 2 }, "a": { "price": 1, "sizes": ["S"] } } }"#);
    let map = cell(&facts, "products");
    let first = usize::try_from(map.v).unwrap();
    let rows = &facts.cells[first..first + 8];
    let texts = |list: Cell| -> Vec<&str> {
        let first = u32::try_from(list.v).unwrap();
        (first..first + list.aux).map(|at| facts.text(&RETAIL.dictionary, facts.cell(at).v).unwrap()).collect()
    };
    assert_eq!((rows[2].v, texts(rows[3])), (100, vec!["S"]));
    assert_eq!((rows[6].v, texts(rows[7])), (200, vec!["L", "M"]));
}

#[test]
fn the_wrong_type_is_an_error_that_says_what_to_write() {
    check_error(
        r#""order": { "lines": [{}, {}, { "paid": 12.345 }] }"#,
        "facts.order.lines[2].paid: found the number 12.345, expected an amount of USD with at most 2 decimals: write 12.35 or 12.34",
    );
    check_error(
        r#""discount": 0.4"#,
        r#"facts.discount: found the number 0.4, expected a percentage such as "40%": write "40%" or "0.4%", whichever is meant"#,
    );
    check_error(
        r#""discount": 40"#,
        r#"facts.discount: found the number 40, expected a percentage such as "40%": write "40%""#,
    );
    check_error(
        r#""customer": { "orders": 5.0 }"#,
        "facts.customer.orders: found the number 5.0, expected a whole number: write 5",
    );
    check_error(
        r#""customer": { "orders": "99999999999999999999" }"#,
        r#"facts.customer.orders: found the text "99999999999999999999", expected a whole number: write at most 18 digits"#,
    );
    check_error(
        r#""customer": { "orders": 99999999999999999999 }"#,
        "facts.customer.orders: found the number 99999999999999999999, expected a whole number: write at most 18 digits",
    );
    check_error(
        r#""customer": { "orders": "five" }"#,
        r#"facts.customer.orders: found the text "five", expected a whole number"#,
    );
    check_error(
        r#""customer": { "orders": "5.0" }"#,
        r#"facts.customer.orders: found the text "5.0", expected a whole number"#,
    );
    check_error(
        r#""customer": { "orders": 1e3 }"#,
        "facts.customer.orders: found the number 1e3, expected a whole number: write the digits out, without an exponent",
    );
    check_error(
        r#""late": 36"#,
        r#"facts.late: found the number 36, expected a length of time such as "36 h": write "36 h" or "36 min""#,
    );
    check_error(
        r#""customer": { "since": "2011-03-04T10:00:00Z" }"#,
        r#"facts.customer.since: found the text "2011-03-04T10:00:00Z", expected a date such as "2026-11-16": write "2011-03-04", without the time of day"#,
    );
    check_error(
        r#""order": { "placed": "2026-11-31T10:00:00Z" }"#,
        r#"facts.order.placed: found the text "2026-11-31T10:00:00Z", expected a time such as "2026-11-16T18:04:00-05:00": there is no `2026-11-31T10:00:00Z`"#,
    );
    check_error(
        r#""order": { "shipping": "$5" }"#,
        r#"facts.order.shipping: found the text "$5", expected an amount of USD with at most 2 decimals: `$5` is not an amount: write it like `149.00 USD`"#,
    );
    check_error(r#""counts": { "a b": true }"#, r#"facts.counts["a b"]: found true, expected a whole number"#);
    check_error(
        r#""order": { "channel": 5 }"#,
        "facts.order.channel: found the number 5, expected one of \"shop\", \"online\"",
    );
}

#[test]
fn the_wrong_shape_is_an_error_and_reading_goes_on() {
    check_error(
        r#""customer": [1, [2]], "order": { "lines": { "a": {} }, "channel": {} }, "counts": "x", "products": 1.5, "matrix": [1, true, [2]]"#,
        "facts.customer: found a list, expected an object\n\
         facts.order.lines: found an object, expected a list\n\
         facts.order.channel: found an object, expected one of \"shop\", \"online\"\n\
         facts.counts: found the text \"x\", expected an object\n\
         facts.products: found the number 1.5, expected an object\n\
         facts.matrix[0]: found the number 1, expected a list\n\
         facts.matrix[1]: found true, expected a list",
    );
}

#[test]
fn a_known_name_twice_is_an_error_an_unknown_one_is_not() {
    check_error(r#""window": 1, "window": 1"#, "facts.window: found it a second time, expected it once");
    check_error(r#""window": null, "window": 1"#, "facts.window: found it a second time, expected it once");
    check_error(r#""order": {}, "order": {}"#, "facts.order: found it a second time, expected it once");
    check_error(
        r#""counts": { "a": 1, "b": 2, "a": 3 }"#,
        r#"facts.counts["a"]: found it a second time, expected it once"#,
    );
    assert_eq!(facts(r#"{ "x": 1, "x": { "window": 2 }, "asked": 3 }"#).skipped, 3);
}

#[test]
fn values_that_cannot_be_used_are_problems_and_no_errors() {
    check_problem(
        r#""order": { "channel": "fax" }"#,
        "order.channel",
        "`order.channel` is `fax`, which is not among its values",
    );
    check_problem(
        r#""order": { "shipping": -1 }"#,
        "order.shipping",
        "`order.shipping` is -1.00 USD, below the least, 0.00 USD",
    );
    check_problem(
        r#""order": { "shipping": "1 EUR" }"#,
        "order.shipping",
        "`order.shipping` is 1.00 EUR, not an amount of USD",
    );
    check_problem(r#""discount": "100.5%""#, "discount", "`discount` is 100.5%, above the most, 100%");
    check_problem(
        r#""customer": { "rating": 5.01 }"#,
        "customer.rating",
        "`customer.rating` is 5.01, above the most, 5",
    );
    check_problem(r#""customer": { "orders": -1 }"#, "customer.orders", "`customer.orders` is -1, below the least, 0");
    check_problem(r#""late": "49 h""#, "late", "`late` is 49 h, above the most, 48 h");
    check_problem(r#""order": { "lines": [] }"#, "order.lines", "`order.lines` has 0 entries, fewer than 1");
    check_problem(
        r#""order": { "lines": [null, null, null, null] }"#,
        "order.lines",
        "`order.lines` has 4 entries, more than 3",
    );
    let facts = facts(r#"{ "order": { "lines": [{}, { "paid": -5 }] }, "counts": { "x": 10 } }"#);
    let problems: Vec<String> = facts.problems.iter().map(Problem::to_string).collect();
    assert_eq!(
        problems,
        ["`order.lines[1].paid` is -5.00 USD, below the least, 0.00 USD", "`counts[\"x\"]` is 10, above the most, 9"]
    );
}

#[test]
fn what_is_no_document_is_told_with_its_place() {
    let check = |json: &str, expected: &str| assert_eq!(read(json).unwrap_err().to_string(), expected);
    check("", "the document: found nothing, expected a JSON object");
    check("[1]", "the document: found a list, expected a JSON object");
    check("null", "the document: found null, expected a JSON object");
    check(
        "{\n  \"window\": 1,\n  \"late\": }",
        "the document: found text that is not JSON at line 3 column 11, expected a JSON object: expected value",
    );
    check(
        "{} {}",
        "the document: found text that is not JSON at line 1 column 4, expected a JSON object: trailing characters",
    );
    check(
        "{\"x\": ",
        "the document: found text that is not JSON at line 1 column 6, expected a JSON object: EOF while parsing a value",
    );
}

#[test]
fn no_more_errors_are_listed_than_people_read() {
    let json = format!(r#"{{ "matrix": [{}] }}"#, vec!["1"; 1000].join(","));
    assert_eq!(read(&json).unwrap_err().all.len(), FactsErrors::MAX_ERRORS);
}

#[test]
fn documents_have_limits() {
    let check = |json: &str, expected: &str| assert_eq!(read(json).unwrap_err().to_string(), expected);
    let long = "x".repeat(MAX_TEXT_BYTES + 1);
    check(
        &format!(r#"{{ "customer": {{ "id": "{long}" }} }}"#),
        "facts.customer.id: found a text of 65537 bytes, expected at most 65536 bytes",
    );
    check(
        &format!(r#"{{ "counts": {{ "{long}": 1 }} }}"#),
        "facts.counts: found a name of 65537 bytes, expected at most 65536",
    );
    let many = vec!["[1]"; MAX_DOCUMENT_CELLS / 2].join(",");
    check(
        &format!(r#"{{ "matrix": [{many}] }}"#),
        "facts.matrix: found more values than can be read, expected at most 200000",
    );
    let large = format!("{{{}}}", " ".repeat(MAX_DOCUMENT_BYTES));
    check(&large, "the document: found 1048578 bytes, expected at most 1048576 bytes");
    let deep = format!(r#"{{ "unknown": {}{} }}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(facts(&deep).skipped, 1);
    let deep = format!(r#"{{ "window": {}{} }}"#, "[".repeat(100_000), "]".repeat(100_000));
    check(&deep, "facts.window: found a list, expected a number of days such as \"14 days\"");
}

fn question(json: &str) -> Result<Question<'_>, FactsErrors> {
    read_question(&RETAIL, json)
}

#[test]
fn a_question_says_the_rest_or_leaves_it_out() {
    let question =
        question(r#"{ "facts": { "window": 3 }, "request": "return", "asked": "2026-11-16 18:04" }"#).unwrap();
    assert_eq!(question.request, "return");
    let facts = question.facts;
    let asked = time("2026-11-16T18:04:00-05:00").micros();
    for (slot, v, aux) in [
        (slot::ASKED, asked, 0),
        (slot::NOW, asked, 0),
        (slot::EXCEPTIONS, facts.cells.len().try_into().unwrap(), 0),
        (slot::CIRCUMSTANCES, facts.cells.len().try_into().unwrap(), 0),
        (slot::GRANTED, 0, RETAIL.units.currency.index()),
        (slot::RELEASED, 0, RETAIL.units.currency.index()),
    ] {
        assert_eq!(facts.cell(slot), Cell::of(v, aux), "{slot}");
    }
    assert_eq!(cell(&facts, "window").v, 3);
}

#[test]
fn a_question_carries_history_circumstances_and_case() {
    let question = question(
        r#"{ "request": "return", "asked": "2026-11-16T18:04:00Z", "now": "2026-11-17T00:00:00Z",
             "history": { "exceptions": [{ "at": "2026-01-02T00:00:00Z", "cost": "20 USD", "policy": "returns" }] },
             "circumstances": [{ "id": "illness", "source": "seen" }],
             "case": { "granted": "5 USD" } }"#,
    )
    .unwrap();
    let facts = question.facts;
    assert_eq!(facts.cell(slot::NOW).v, time("2026-11-17T00:00:00Z").micros());
    assert_eq!(facts.cell(slot::EXCEPTIONS).aux, 1);
    assert_eq!((facts.cell(slot::GRANTED).v, facts.cell(slot::RELEASED).v), (500, 0));
    let row = u32::try_from(facts.cell(slot::CIRCUMSTANCES).v).unwrap();
    assert_eq!(facts.cell(row + 2).v, Source::Seen as i64);
    assert_eq!(facts.text(&RETAIL.dictionary, facts.cell(row + 1).v), Some("illness"));
}

#[test]
fn the_longest_path_gives_the_source() {
    let json = r#"{ "request": "r", "asked": "2026-11-16T18:04:00Z",
        "sources": { "order.lines": "seen", "*": "word", "order": "claimed" } }"#;
    let facts = question(json).unwrap().facts;
    let source = |path| facts.source(RETAIL.find(path).unwrap().slot);
    assert_eq!(
        ["order", "order.placed", "order.lines", "order.shipping", "window", "asked", "history"].map(source),
        [Source::Claimed, Source::Claimed, Source::Seen, Source::Claimed, Source::Word, Source::System, Source::System]
    );
    let plain = question(r#"{ "request": "r", "asked": "2026-11-16T18:04:00Z" }"#).unwrap().facts;
    assert!(plain.sources.iter().all(|s| *s == Source::System));
}

#[test]
fn what_is_wrong_with_a_question_is_told_all_at_once() {
    let check = |json: &str, expected: &str| assert_eq!(question(json).unwrap_err().to_string(), expected);
    check(
        "{}",
        "asked: found nothing, expected the time of first contact\nrequest: found nothing, expected a kind of request",
    );
    check(
        r#"{ "request": 5, "asked": "soon", "fact": {}, "facts": [], "circumstances": [{ "id": "x" }, { "id": "x", "source": "sen" }],
             "sources": { "ordr": "word", "order.lines.paid": "word", "window": "sure", "case": "word", "late": "word", "late": "seen" } }"#,
        "asked: found the text \"soon\", expected a time such as \"2026-11-16T18:04:00-05:00\": `soon` is not a time: write it like `2026-09-01T18:04:00-05:00`\n\
         fact: found a member no question has, expected facts to be in \"facts\": did you mean \"facts\"?\n\
         facts: found a list, expected an object\n\
         circumstances[0].source: found nothing, expected one of \"system\", \"seen\", \"word\", \"claimed\"\n\
         circumstances[1].source: found the text \"sen\", expected one of \"system\", \"seen\", \"word\", \"claimed\"\n\
         sources[\"ordr\"]: found a name no fact has, expected the path of a fact, not inside a list or map: did you mean \"order\"?\n\
         sources[\"order.lines.paid\"]: found a name no fact has, expected the path of a fact, not inside a list or map: did you mean \"order.lines\"?\n\
         sources[\"window\"]: found the text \"sure\", expected one of \"system\", \"seen\", \"word\", \"claimed\"\n\
         sources[\"case\"]: found a name no fact has, expected the path of a fact, not inside a list or map\n\
         sources[\"late\"]: found it a second time, expected it once\n\
         request: found the number 5, expected a kind of request",
    );
    check(
        r#"{ "request": "", "request": "x", "asked": null, "sources": [] }"#,
        "request: found it a second time, expected it once\n\
         asked: found nothing, expected the time of first contact\n\
         sources: found a list, expected an object of paths and words\n\
         request: found the text \"\", expected a kind of request",
    );
}

#[test]
fn room_is_used_again_without_a_trace() {
    let first = r#"{ "request": "a", "asked": "2026-11-16T18:04:00Z", "facts": { "counts": { "a": 10 }, "customer": { "id": "x" } }, "sources": { "*": "word" } }"#;
    let second = r#"{ "request": "b", "asked": "2026-11-16T18:04:00Z", "facts": { "matrix": [[1]] } }"#;
    let mut used = question(first).unwrap();
    read_question_into(&RETAIL, second, &mut used).unwrap();
    let fresh = question(second).unwrap();
    assert_eq!(
        (used.request, used.facts.cells, used.facts.sources),
        (fresh.request, fresh.facts.cells, fresh.facts.sources)
    );
    assert!(used.facts.problems.is_empty() && used.facts.texts.is_empty());
    let recycled: Facts<'static> = question(first).unwrap().facts.recycle();
    assert!(recycled.cells.is_empty() && recycled.cells.capacity() > 0);
}

proptest! {
    #[test]
    fn no_json_makes_the_reader_panic(json in any_json(&RETAIL)) {
        let text = json.to_string();
        let _ = read(&text).map_err(|e| e.to_string());
        let wrapped = format!(r#"{{"request":"x","asked":"2026-11-16T18:04:00Z","facts":{text}}}"#);
        let _ = question(&wrapped).map_err(|e| e.to_string());
        let _ = question(&text).map_err(|e| e.to_string());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,60}", like in r#"[{}\[\]",:0-9a-z \\.-]{0,60}"#) {
        for text in [text, like] {
            let _ = (read(&text), question(&text), read(&format!("{{{text}}}")));
        }
    }
}
