use std::sync::LazyLock;

use super::*;
use crate::book::yaml;
use crate::diagnostic::FileId;
use crate::facts::digest::canonical;
use crate::facts::testing::schema;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    schema(
        r#"{
        "types": { "line": { "sku": "text", "paid": "money(0..)", "final_sale?": "bool" } },
        "facts": {
            "customer": { "id": "text", "since": "date", "orders": "int" },
            "order": { "placed": "time", "lines": "list(line)" },
            "share?": "percent", "window?": "days", "note?": "text", "stock?": "map(text, int)"
        }
    }"#,
    )
});

const BLAZERS: &str = r#"
request: price_adjustment
asked: 2026-11-16 18:04
facts:
  customer: { id: 0815, since: 2011-03-04, orders: "041" }
  order:
    placed: 2026-11-11T10:00:00
    lines:
      - { sku: blazer, paid: 149.00, final_sale: false }
      - { sku: "true", paid: 149.00 USD }
  share: 40%
  window: 14
  note: ~
  stock: { a b: 5 }
sources: { order: seen }
circumstances: [{ id: illness, source: word }]
case: { granted: 5 }
"#;

fn convert(text: &str) -> Result<String, Vec<String>> {
    let mut findings = Findings::default();
    let node = yaml::parse(FileId(0), text, &mut findings).unwrap();
    assert!(!findings.has_errors(), "{findings:?}");
    question_json(&SCHEMA, &node, &mut findings).ok_or_else(|| {
        let at = |span: Span| text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let help = |d: &Diagnostic| d.help.clone().unwrap_or_default();
        findings.all.iter().map(|d| format!("{} | {}: {} | {}", at(d.at), d.code, d.message, help(d))).collect()
    })
}

#[test]
fn every_scalar_is_typed_by_the_schema() {
    let json = convert(BLAZERS).unwrap();
    let question = read_question(&SCHEMA, &json).unwrap();
    assert_eq!(question.request, "price_adjustment");
    insta::assert_snapshot!(canonical(&SCHEMA, &question.facts).replace(",\"", ",\n\""), @r#"
    {"asked":"2026-11-16T23:04:00Z",
    "case":{"granted":"5.00 USD",
    "released":"0.00 USD"},
    "circumstances":[{"id":"illness",
    "source":"word"}],
    "facts":{"customer":{"id":"0815",
    "orders":41,
    "since":"2011-03-04"},
    "order":{"lines":[{"final_sale":false,
    "paid":"149.00 USD",
    "sku":"blazer"},{"paid":"149.00 USD",
    "sku":"true"}],
    "placed":"2026-11-11T15:00:00Z"},
    "share":"40%",
    "stock":{"a b":5},
    "window":"14 days"},
    "history":{"exceptions":[]},
    "now":"2026-11-16T23:04:00Z"}
    "#);
}

#[test]
fn what_is_wrong_is_told_at_its_place() {
    let check = |text: &str, expected: &[&str]| assert_eq!(convert(text).unwrap_err(), expected);
    check(
        "request: x\nasked: 2026-11-16 18:04\nfacts: { custmer: { id: 1 }, order: { lines: [{ skew: 1 }] } }",
        &[
            "custmer | unknown_fact: there is no fact `custmer` | did you mean `customer`?",
            "skew | unknown_fact: there is no fact `order.lines[0].skew` | declare it in `facts` of book.yaml, or leave it out",
        ],
    );
    check(
        "request: x\nasked: soon\nfacts:\n  order: { lines: [{ sku: a }, { paid: 12.345 }] }\n  customer: { orders: many, since: [a] }\n  stock: { a b: none }\n  window: 2 weeks",
        &[
            "soon | wrong_fact: `asked`: found the text \"soon\", expected a time such as \"2026-11-16T18:04:00-05:00\" | `soon` is not a time: write it like `2026-09-01T18:04:00-05:00`",
            "12.345 | wrong_fact: `facts.order.lines[1].paid`: found the text \"12.345\", expected an amount of USD with at most 2 decimals | `12.345` has more decimals than USD has, which is 2: write 12.35 or 12.34",
            "many | wrong_fact: `facts.customer.orders`: found the text \"many\", expected a whole number | ",
            "[a] | wrong_fact: `facts.customer.since`: found a list, expected a date such as \"2026-11-16\" | ",
            "none | wrong_fact: `facts.stock[\"a b\"]`: found the text \"none\", expected a whole number | ",
            "2 weeks | wrong_fact: `facts.window`: found the text \"2 weeks\", expected a number of days such as \"14 days\" | ",
        ],
    );
    check(
        "request: x\nsources: { ordr: seen, order: sure }\nfact: {}",
        &[
            "{} | wrong_fact: `fact`: found a member no question has, expected facts to be in \"facts\" | did you mean \"facts\"?",
            "request: x\nsources: { ordr: seen, order: sure }\nfact: {} | wrong_fact: `asked`: found nothing, expected the time of first contact | ",
            "seen | wrong_fact: `sources[\"ordr\"]`: found a name no fact has, expected the path of a fact, not inside a list or map | did you mean \"order\"?",
            "sure | wrong_fact: `sources[\"order\"]`: found the text \"sure\", expected one of \"system\", \"seen\", \"word\", \"claimed\" | ",
        ],
    );
    check("- request", &["- request | wrong_fact: found a list, expected a JSON object | "]);
}
