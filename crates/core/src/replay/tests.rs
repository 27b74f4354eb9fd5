use super::*;
use crate::trial::tests::books::book;

const BOOK: &str = r#"
book: shop
currency: USD
time_zone: America/New_York
roles: [{ id: ai, per_grant: 0 USD, owed_per_day: 250 USD }, { id: lead }]
facts:
  order: { status: [open, sent], total: "money(0..)" }
never:
  - { id: huge, says: Nothing beyond 1000.00, when: "order.total > usd(1000)", cites: R-HUGE }
replay: { intake: past, id: /id, kind: /kind, rule: /rule, expect: { at: /expect, allow: [entitled], refuse: [refused, never] } }
"#;

const RULE: &str = r#"
policy: cancel
request: [cancel]
terms:
  open: { says: It is still open, require: "order.status == 'open'", cites: R-OPEN }
  small: { says: It is at most 50.00, measure: "order.total", at_most: 50 USD, stretch: { lead: 10 USD }, cites: R-SMALL }
remedies:
  call_off: { says: Call it off, kind: booking_change, cost: 0 USD }
"#;

const INTAKE: &str = r"
intake: past
request: cancel
role: { at: /by, else: ai }
asked: /now
facts: { order.status: /order/status, order.total: /order/total }
";

fn replayed(lines: &[&str]) -> Replayed {
    let book = book(&[("book.yaml", BOOK), ("policies/cancel.yaml", RULE), ("intake/past.yaml", INTAKE)]);
    let mut replaying = Replaying::begin(&book).unwrap();
    for (i, line) in lines.iter().enumerate() {
        replaying.line(i + 1, line);
    }
    replaying.end()
}

fn line(id: &str, expect: &str, rule: &str, status: &str, total: &str) -> String {
    let rule = if rule.is_empty() { "null".to_owned() } else { format!("\"{rule}\"") };
    format!(
        r#"{{"id":"{id}","kind":"made_up","rule":{rule},"expect":"{expect}","now":"2026-05-01T10:00:00Z","order":{{"status":"{status}","total":{total}}}}}"#
    )
}

/// `agrees`, or what came out and what decided.
fn check(expect: &str, rule: &str, status: &str, total: &str) -> String {
    let found = replayed(&[&line("c1", expect, rule, status, total)]);
    assert_eq!(found.unreadable, []);
    match found.differences.first() {
        None => "agrees".to_owned(),
        Some(d) => format!("{}: {} | {}", d.expected, d.came_out, d.decided.join(" | ")),
    }
}

#[test]
fn an_allowed_case_agrees_when_it_is_owed() {
    assert_eq!(check("allow", "", "open", "10"), "agrees");
    insta::assert_snapshot!(check("allow", "", "sent", "70"), @"allow (entitled): refused | term open: does not hold: this is fixed [R-OPEN] | term small: $20.00 past the line: further than anyone may go [R-SMALL]");
    insta::assert_snapshot!(check("allow", "", "open", "null"), @"allow (entitled): unknown | missing order.total");
}

#[test]
fn a_refused_case_agrees_when_its_rule_is_among_those_cited() {
    assert_eq!(check("refuse", "R-OPEN", "sent", "10"), "agrees");
    assert_eq!(check("refuse", "R-SMALL", "open", "70"), "agrees");
    assert_eq!(check("refuse", "R-HUGE", "open", "2000"), "agrees");
    assert_eq!(check("refuse", "", "sent", "10"), "agrees");
    insta::assert_snapshot!(check("refuse", "R-SMALL", "sent", "10"), @"refuse (refused or never) for R-SMALL: refused for R-OPEN | term open: does not hold: this is fixed [R-OPEN]");
    insta::assert_snapshot!(check("refuse", "R-OPEN", "open", "10"), @"refuse (refused or never) for R-OPEN: entitled | every term holds");
    insta::assert_snapshot!(check("refuse", "R-SMALL", "open", "55"), @"refuse (refused or never) for R-SMALL: approval | term small: $5.00 past the line, the lead may [R-SMALL]");
}

#[test]
fn cases_are_counted_by_kind_and_by_rule() {
    let lines = [
        line("a", "allow", "", "open", "1"),
        line("b", "refuse", "R-OPEN", "sent", "1"),
        line("c", "refuse", "R-OPEN", "open", "1"),
    ];
    let found = replayed(&lines.iter().map(String::as_str).chain([""]).collect::<Vec<_>>());
    assert_eq!(found.all, Tally { agree: 2, differ: 1 });
    assert_eq!(found.by_kind["made_up"], Tally { agree: 2, differ: 1 });
    assert_eq!(found.by_rule["R-OPEN"], Tally { agree: 1, differ: 1 });
    assert_eq!((found.differences[0].case.as_str(), found.differences[0].line), ("c", 3));
    assert!(!found.is_good());
}

#[test]
fn a_line_that_cannot_be_read_does_not_stop_the_others() {
    let good = line("good", "allow", "", "open", "1");
    let found = replayed(&[
        "{",
        r#"{"kind":1}"#,
        &line("w", "perhaps", "", "open", "1"),
        &line("t", "allow", "", "open", "[]"),
        &good.replace("\"order\"", "\"by\":\"boss\",\"order\""),
        &good,
    ]);
    assert_eq!(found.all, Tally { agree: 1, differ: 0 });
    let why: Vec<String> = found
        .unreadable
        .iter()
        .map(|u| format!("{} {}: {}", u.line, u.case.as_deref().unwrap_or("-"), u.why))
        .collect();
    insta::assert_snapshot!(why.join("\n"), @r"
    1 -: it is no JSON: EOF while parsing an object at line 1 column 1
    2 -: there is no id at /id
    3 w: `perhaps` is no word that `replay.expect` lists
    4 t: facts.order.total: found a list, expected an amount of USD with at most 2 decimals
    5 good: the book has no role `boss`
    ");
}

#[test]
fn a_book_without_a_mapping_says_what_to_add() {
    let without = book(&[
        ("book.yaml", &BOOK[..BOOK.find("replay:").unwrap()]),
        ("policies/cancel.yaml", RULE),
        ("intake/past.yaml", INTAKE),
    ]);
    insta::assert_snapshot!(Replaying::begin(&without).unwrap_err().to_string(), @"`shop` does not say how cases are read: add `replay: { intake: NAME, id: /.., expect: { at: /.., WORD: [standing] } }` to book.yaml");
}
