use super::*;
use crate::facts::testing::{schema, schema_and_findings};

const RETAIL: &str = r#"{
    "types": {
        "channel": ["shop", "online"],
        "line": { "sku": "text", "paid": "money(0..)", "channel?": "channel" },
        "share": "percent(0..100)"
    },
    "facts": {
        "order": { "placed": "time", "lines": "list(line)", "payment?": { "kind": ["card", "cash"], "holder": "text" } },
        "promotion?": { "discount": "share", "channels": "list(channel, 0..2)" },
        "note?": "text"
    }
}"#;

#[test]
fn the_facts_that_are_always_there_lie_where_their_slots_say() {
    let schema = schema(r#"{ "facts": { "note?": "text" } }"#);
    for (path, slot) in [
        ("asked", slot::ASKED),
        ("now", slot::NOW),
        ("history", slot::HISTORY),
        ("history.exceptions", slot::EXCEPTIONS),
        ("circumstances", slot::CIRCUMSTANCES),
        ("case", slot::CASE),
        ("case.granted", slot::GRANTED),
        ("case.released", slot::RELEASED),
        ("note", slot::OWN),
    ] {
        assert_eq!(schema.find(path).map(|p| p.slot), Some(slot), "{path}");
    }
    assert_eq!(Source::ALL.map(|s| schema.dictionary.get(s.word())), [Some(0), Some(1), Some(2), Some(3)]);
}

#[test]
fn every_fact_has_its_own_cell() {
    let schema = schema(RETAIL);
    let leaves: Vec<String> =
        schema.leaves.iter().skip(6).map(|l| format!("{} {}: {}", l.slot, l.path, l.ty)).collect();
    insta::assert_snapshot!(leaves.join("\n"), @"
    9 case.paid: money
    11 order.placed: time
    12 order.lines: list(line)
    14 order.payment.kind: order.payment.kind
    15 order.payment.holder: text
    17 promotion.discount: percent
    18 promotion.channels: list(channel)
    19 note: text
    ");
    assert_eq!(schema.root.width, 20);
    assert_eq!(schema.leaf_at(16).map(|l| l.path.as_str()), None);
    assert_eq!(
        schema.paths(),
        [
            "order",
            "order.placed",
            "order.lines",
            "order.payment",
            "order.payment.kind",
            "order.payment.holder",
            "promotion",
            "promotion.discount",
            "promotion.channels",
            "note"
        ]
    );
}

#[test]
fn finds_facts_by_path_but_not_inside_lists() {
    let schema = schema(RETAIL);
    assert!(schema.find("order.payment.kind").is_some_and(|p| !p.field.optional));
    assert!(schema.find("order.payment").is_some_and(|p| p.field.optional));
    for path in ["order.lines.sku", "orders", "", ".", "order.", "order.placed.day"] {
        assert!(schema.find(path).is_none(), "{path}");
    }
}

#[test]
fn lists_hold_one_to_a_thousand_and_maps_none_to_a_thousand() {
    let schema = schema(
        r#"{ "facts": { "a": "list(text)", "b": "map(text, int(0..9))", "c": "list(text, 2..)", "d": "list(text, ..5)" } }"#,
    );
    let lengths = |path| match &schema.find(path).unwrap().field.ty {
        Type::List(l) | Type::Map(l) => (l.min_len, l.max_len),
        other => panic!("{other}"),
    };
    assert_eq!(["a", "b", "c", "d"].map(lengths), [(1, 1000), (0, 1000), (2, 1000), (0, 5)]);
}

fn check(json: &str, expected: &[&str]) {
    let (_, findings) = schema_and_findings(json);
    let found: Vec<String> = findings
        .all
        .iter()
        .map(|d| format!("{}: {}; {}", d.code, d.message, d.help.as_deref().unwrap_or("")))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn names_unknown_types_and_what_was_meant() {
    check(
        r#"{ "types": { "line": { "sku": "txt" } }, "facts": { "lines": "list(lien)", "paid": "currency" } }"#,
        &[
            "unknown_type: there is no type `txt`; did you mean `text`?",
            "unknown_type: there is no type `lien`; did you mean `line`?",
            "unknown_type: there is no type `currency`; declare `currency` in `types`, or write one of `bool`, `int`, `decimal`, `percent`, `text`, `date`, `time`, `duration`, `days`, `months`, `money`, `list`, `map`",
        ],
    );
}

#[test]
fn names_types_that_contain_themselves() {
    check(
        r#"{ "types": { "a": { "b": "list(b)" }, "b": { "a": "a" } }, "facts": { "x": "a" } }"#,
        &[
            "recursive_type: the type `a` contains itself: a -> b -> a; facts have a fixed shape; keep only the levels that rules read",
        ],
    );
}

#[test]
fn names_that_are_taken() {
    let help = |name| format!("choose another name, such as `{name}_of_order` or `the_{name}`");
    check(
        r#"{ "types": { "money": "text" }, "facts": { "asked": "time", "date": "date", "usd": "int", "o": { "date": "date" } } }"#,
        &[
            &format!(
                "reserved_name: `money` cannot be used as a name: it is a type of the language's own; {}",
                help("money")
            ),
            &format!("reserved_name: `asked` cannot be used as a name: it is always there; {}", help("asked")),
            &format!(
                "reserved_name: `date` cannot be used as a name: it is a function of the expression language; {}",
                help("date")
            ),
            &format!(
                "reserved_name: `usd` cannot be used as a name: it is a function of the expression language; {}",
                help("usd")
            ),
        ],
    );
}

#[test]
fn names_ranges_and_values_that_make_no_sense() {
    check(
        r#"{ "facts": { "a": "int(5..1)", "b": "percent(0..many)", "c": "list(text, 5..2)", "d": ["x", "x"], "e": [], "f": "money(0 EUR..)" } }"#,
        &[
            "empty_range: no value lies in this range; write the least first, such as `0..100`",
            "bad_bound: `many` is not a percentage such as `20%`; write a percentage such as `20%`",
            "bad_length: this is not a range of lengths; write how many there may be, such as `1..20`",
            "duplicate_value: `x` is in this list twice; leave one of them out",
            "empty_enum: this list of values is empty; write the values, such as `[shop, online]`",
            "bad_bound: `0 EUR` is not an amount of USD, the book's currency; write an amount of USD, the book's currency",
        ],
    );
}

#[test]
fn points_at_the_part_of_a_type_that_is_wrong() {
    let (_, findings) = schema_and_findings(r#"{ "facts": { "a": "list(money(0..9.999), 1..2)" } }"#);
    let at = findings.all[0].at;
    assert_eq!((at.start, at.end), (14, 19));
}

#[test]
fn stops_types_that_grow_without_end() {
    let doubling: Vec<String> =
        (1..60).map(|i| format!(r#""t{i}": {{ "a": "t{0}", "b": "list(t{0})" }}"#, i - 1)).collect();
    let (schema, findings) = schema_and_findings(&format!(
        r#"{{ "types": {{ "t0": "text", {} }}, "facts": {{ "x": "t59", "y": "int" }} }}"#,
        doubling.join(", ")
    ));
    assert_eq!(findings.all.len(), 1);
    assert_eq!(findings.all[0].code, "too_many_cells");
    assert!(schema.is_broken("x") && schema.is_broken("x.a") && !schema.is_broken("y") && !schema.is_broken("xy"));

    let deep: Vec<String> = (1..2000).map(|i| format!(r#""t{i}": {{ "a": "t{}" }}"#, i - 1)).collect();
    for types in [deep.clone(), deep.into_iter().rev().collect()] {
        let json = format!(r#"{{ "types": {{ "t0": "text", {} }}, "facts": {{}} }}"#, types.join(", "));
        let (_, findings) = schema_and_findings(&json);
        assert!(findings.all.iter().any(|d| d.code == "too_deep"), "{:?}", findings.all.first());
    }
}

#[test]
fn currency_and_zone_are_known_ones() {
    check(
        r#"{ "currency": "usd", "time_zone": "New_York" }"#,
        &[
            "unknown_currency: `usd` is no currency of ISO 4217; write `USD`",
            "unknown_time_zone: `New_York` is not a time zone; write it like `America/New_York`",
        ],
    );
}
