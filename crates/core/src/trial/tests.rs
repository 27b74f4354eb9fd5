pub(crate) mod books;

use super::*;
use books::{BOOKS, book, shipped};

const BOOK: &str = r#"
book: shop
currency: USD
time_zone: America/New_York
roles:
  - { id: frontline, per_grant: 100 USD, per_owed: 500 USD }
  - { id: lead, per_grant: 500 USD }
facts:
  order: { placed: date, paid: "money(0..)", refunded: "money(0..)", sealed: bool }
circumstances:
  illness: { says: Illness, proof: seen, lends: { stretch_of: lead, to: frontline } }
guard:
  - { id: dear, says: Dear, when: "order.paid > usd(400)", needs: lead }
never:
  - { id: opened, says: Opened goods stay, when: "!order.sealed", bars: [refund], instead: [credit], cites: N-1 }
"#;

const RULE: &str = r#"
policy: returns
request: [returns]
in_force: 2026-01-01
terms:
  window: { says: In time, measure: "date(asked) - order.placed", at_most: 60 days, stretch: { frontline: 7 days, lead: 30 days }, cites: [R-1, R-2] }
  bought: { says: Bought first, measure: "date(asked) - order.placed", at_least: 0 days }
remedies:
  back: { says: Money back, kind: refund, of: "order.paid", refunded: "order.refunded", amount: "order.paid" }
goodwill:
  thanks: { says: Thanks, kind: store_credit, amount: 5 USD..150 USD }
instead:
  credit: { says: Store credit, kind: store_credit, amount: "order.paid" }
"#;

/// A book with one case on day 65: `{ frontline: EXPECT }`.
fn with(facts: &str, expect: &str) -> Book {
    let cases = format!(
        "given:\n  request: returns\n  asked: 2026-05-05T10:00:00\n  facts: {{ order: {{ placed: 2026-03-01, paid: 80 USD, refunded: 0 USD, sealed: true }} }}\ncases:\n  - case: day_65\n    facts: {facts}\n    expect: {expect}\n"
    );
    book(&[("book.yaml", BOOK), ("policies/returns.yaml", RULE), ("cases/returns.yaml", &cases)])
}

/// What differs, `KEY: EXPECTED, not CAME OUT` a line; or what is wrong with the case.
fn check(expect: &str) -> String {
    check_with("{}", expect)
}

fn check_with(facts: &str, expect: &str) -> String {
    let book = with(facts, expect);
    let trial = run(&book);
    let found = trial.findings.all.iter().map(|d| {
        let (line, column) = book.sources.line_column(d.at);
        format!("{line}:{column} {}: {} ({})", d.code, d.message, d.help.as_deref().unwrap_or_default())
    });
    let differences = trial.answers.iter().flat_map(|a| &a.differences);
    let differences = differences.map(|d| format!("{}: {}, not {}", d.key, d.expected, d.came_out));
    found.chain(differences).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_key_can_agree() {
    let all = "{ frontline: { standing: discretion, by: none, first: back, amount: 80 USD, cost: 80.00 USD, options: [back, thanks], \
        yours: { thanks: 100 USD }, released_by: none, owed: [], barred: {}, instead: [], missing: [], fails: [window], cites: [R-1, R-2], \
        terms: { window: { margin: -5 days, need: frontline, met: false }, bought: { margin: 65 days, met: true, need: none } }, \
        detour: none, charged_to: none, version: 2026-01-01, parts: {} } }";
    assert_eq!(check(all), "");
}

#[test]
fn every_key_can_differ() {
    let all = "{ frontline: { standing: refused, by: lead, first: thanks, amount: 80.01 USD, cost: 8 USD, options: [thanks, back], \
        yours: { thanks: 150 USD, back: 1 USD }, released_by: lead, owed: [back], barred: { back: opened }, instead: [credit], missing: [order.paid], \
        fails: [window, bought], cites: R-1, terms: { window: { margin: 5 days, need: lead, met: true } }, detour: 3 USD, charged_to: sales, \
        version: 2026-02-01, parts: { back: thanks } } }";
    insta::assert_snapshot!(check(all), @r"
    standing: refused, not discretion
    by: lead, not none
    first: thanks, not back
    amount: 80.01 USD, not 80.00 USD
    cost: 8 USD, not 80.00 USD
    options: thanks, back, not back, thanks
    yours.thanks: 150 USD, not 100.00 USD
    yours.back: 1 USD, not none
    released_by: lead, not none
    owed: back, not none
    barred.back: opened, not none
    instead: credit, not none
    missing: order.paid, not none
    fails: window, bought, not window
    cites: R-1, not R-1, R-2
    terms.window.margin: 5 days, not -5 days
    terms.window.need: lead, not frontline
    terms.window.met: true, not false
    detour: 3 USD, not none
    charged_to: sales, not none
    version: 2026-02-01, not 2026-01-01
    parts.back: thanks, not none
    ");
}

#[test]
fn what_is_barred_is_named_with_what_bars_it() {
    let opened = "{ order: { sealed: false } }";
    assert_eq!(
        check_with(
            opened,
            "{ lead: { standing: never, barred: { back: opened }, instead: [credit], cites: [N-1, R-1, R-2] } }"
        ),
        ""
    );
    let twice = "{ order: { refunded: 1 USD } }";
    assert_eq!(check_with(twice, "{ lead: { standing: never, barred: { back: more_than_paid } } }"), "");
}

#[test]
fn what_is_missing_is_named_by_its_path() {
    assert_eq!(
        check_with(
            "{ order: { placed: ~ } }",
            "{ lead: { standing: unknown, missing: [order.placed], terms: { window: { need: unknown } } } }"
        ),
        ""
    );
}

#[test]
fn names_the_book_does_not_have_are_told_with_their_place() {
    let wrong = "{ frontlin: { standing: discretion }, lead: { standing: approval, by: led, first: bakc, options: [back, thank], fails: [widow], \
        yours: { thx: 5 USD }, barred: { back: opnd }, terms: { windw: { need: leed } } } }";
    insta::assert_snapshot!(check(wrong), @r"
    8:15 unknown_role: there is no role `frontlin` (did you mean `frontline`?)
    8:83 unknown_role: there is no role `led` (did you mean `lead`?)
    8:95 unknown_remedy: there is no remedy `bakc` (did you mean `back`?)
    8:117 unknown_remedy: there is no remedy `thank` (did you mean `thanks`?)
    8:133 unknown_term: there is no term `widow` (did you mean `window`?)
    8:150 unknown_remedy: there is no remedy `thx` (known here: `back`, `thanks`, `credit`)
    8:180 unknown_never: there is no never `opnd` (known here: `opened`)
    8:197 unknown_term: there is no term `windw` (did you mean `window`?)
    8:212 unknown_role: there is no role `leed` (did you mean `lead`?)
    standing: approval, not discretion
    by: led, not none
    first: bakc, not back
    options: back, thank, not back, thanks
    fails: widow, not window
    yours.thx: 5 USD, not none
    barred.back: opnd, not none
    ");
}

#[test]
fn none_says_that_a_list_is_empty() {
    for none in ["none", "[none]", "[]"] {
        let keys = ["options", "owed", "instead", "missing", "fails", "cites", "yours_if"];
        let keys = keys.map(|key| format!(", {key}: {none}")).concat();
        let says = check(&format!("{{ lead: {{ standing: discretion{keys} }} }}"));
        assert!(!says.contains("none, not none") && !says.contains("missing") && !says.contains("owed"), "{says}");
        assert!(says.contains("fails: none, not window") && says.contains("options: none, not back, thanks"), "{says}");
    }
}

#[test]
fn none_says_that_there_is_nothing_by_name() {
    let says = check("{ lead: { standing: discretion, barred: none, relies_on: none, parts: none, yours: none } }");
    assert!(says.contains("yours: none, not thanks"), "{says}");
    assert!(!["barred", "relies_on", "parts"].iter().any(|key| says.contains(key)), "{says}");
    let says = check("{ lead: { standing: discretion, barred: nothing } }");
    assert!(says.contains("`barred` cannot be `nothing`"), "{says}");
}

#[test]
fn a_fact_that_cannot_be_is_told_unless_the_case_means_it() {
    let wrong = |facts: &str, expect: &str| {
        let book = with(facts, expect);
        let mut findings = Findings::default();
        super::check(&book, &mut findings);
        findings.all.iter().map(|d| format!("{} {}", d.code, d.message)).collect::<Vec<_>>().join("\n")
    };
    let (paid, date) = ("{ order: { paid: -5 USD } }", "{ order: { placed: 2026-02-30 } }");
    assert!(wrong(paid, "{ lead: { standing: unknown } }").starts_with("wrong_fact "), "a value out of bounds");
    assert_eq!(wrong(paid, "{ lead: { standing: unknown, missing: [order.paid] } }"), "");
    assert!(wrong(date, "{ lead: { standing: unknown } }").starts_with("wrong_fact "), "and one that is none");
    assert_eq!(wrong("{}", "{ lead: { standing: unknown } }"), "");
}

#[test]
fn a_misspelt_request_is_told_before_what_follows_from_it() {
    let cases = "cases:\n  - { case: x, request: retruns, asked: 2026-05-05T10:00:00, facts: {}, expect: { lead: { standing: entitled, first: back } } }\n";
    let other = "policy: something_else\nrequest: [something_else]\ngoodwill:\n  call: { says: A call, kind: message, cost: 0 USD }\n";
    let files =
        [("book.yaml", BOOK), ("policies/returns.yaml", RULE), ("policies/else.yaml", other), ("cases/c.yaml", cases)];
    let mut findings = Findings::default();
    super::check(&book(&files), &mut findings);
    let said: Vec<_> = findings.all.iter().map(|d| (d.message.as_str(), d.help.as_deref())).collect();
    assert_eq!(said, [("no policy governs `retruns`", Some("did you mean `returns`?"))]);
    let unlike = cases.replace("retruns", "weather");
    let files = [
        ("book.yaml", BOOK),
        ("policies/returns.yaml", RULE),
        ("policies/else.yaml", other),
        ("cases/c.yaml", &unlike),
    ];
    let mut findings = Findings::default();
    super::check(&book(&files), &mut findings);
    let said: Vec<_> = findings.all.iter().map(|d| (d.message.as_str(), d.help.as_deref())).collect();
    let help = "no policy governs `weather`, so it is answered as something else; known here: `call`";
    assert_eq!(said, [("there is no remedy `back`", Some(help))]);
}

#[test]
fn an_amount_that_is_none_is_told() {
    insta::assert_snapshot!(check("{ lead: { standing: discretion, amount: 80 days, terms: { window: { margin: -5 } } } }"), @r"
    8:53 case: `80 days` is not an amount such as `100.00 USD` (write it like `80.00 USD`)
    8:89 case: `-5` is not a number of days such as `14 days` (write `-5 days`)
    ");
}

#[test]
fn an_unknown_circumstance_is_told() {
    let cases = "cases:\n  - case: a\n    request: returns\n    asked: 2026-05-05T10:00:00\n    facts: {}\n    circumstances: [{ id: ilness, source: seen }]\n    expect: { lead: { standing: unknown } }\n";
    let book = book(&[("book.yaml", BOOK), ("policies/returns.yaml", RULE), ("cases/returns.yaml", cases)]);
    let trial = run(&book);
    assert_eq!(trial.findings.all[0].message, "there is no circumstance `ilness`");
    assert_eq!(trial.findings.all[0].help.as_deref(), Some("did you mean `illness`?"));
    assert!(!trial.is_good());
}

#[test]
fn facts_that_cannot_be_read_stop_only_their_case() {
    let cases = "given:\n  request: returns\n  asked: 2026-05-05T10:00:00\n  facts: { order: { placed: 2026-03-01, paid: 80 USD, refunded: 0 USD, sealed: true } }\ncases:\n  - case: a\n    facts: { order: { paid: much } }\n    expect: { lead: { standing: discretion } }\n  - case: b\n    expect: { lead: { standing: discretion } }\n";
    let trial = run(&book(&[("book.yaml", BOOK), ("policies/returns.yaml", RULE), ("cases/returns.yaml", cases)]));
    assert_eq!((trial.cases, trial.answers.len(), trial.findings.all.len()), (2, 1, 1));
}

/// What no case tries, `POLICY: WHAT` a line.
fn gaps(book: &Book) -> String {
    let gap = |g: &Gap| format!("{}: {}", g.policy.as_deref().unwrap_or("book"), g.what);
    run(book).gaps.iter().map(gap).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_no_case_tries_is_listed() {
    insta::assert_snapshot!(gaps(&with("{}", "{ frontline: { standing: discretion } }")), @r"
    returns: term window: never met
    returns: term window: the stretch of lead
    returns: term bought: never past its line
    returns: remedy credit: never offered
    book: never opened: bars nothing
    book: guard dear: never holds
    book: circumstance illness: lends nothing
    ");
}

#[test]
fn cases_that_try_everything_leave_nothing() {
    let cases = "
given:
  request: returns
  asked: 2026-05-05T10:00:00
  facts: { order: { placed: 2026-03-01, paid: 80 USD, refunded: 0 USD, sealed: true } }
cases:
  - { case: in_time, facts: { order: { placed: 2026-05-01 } }, expect: { lead: { standing: entitled } } }
  - { case: day_65, expect: { lead: { standing: discretion } } }
  - { case: day_80, facts: { order: { placed: 2026-02-14 } }, expect: { lead: { standing: discretion } } }
  - { case: ill, facts: { order: { placed: 2026-02-14 } }, circumstances: [{ id: illness, source: seen }], expect: { frontline: { standing: discretion } } }
  - { case: too_soon, facts: { order: { placed: 2026-06-01 } }, expect: { lead: { standing: refused } } }
  - { case: dear, facts: { order: { paid: 450 USD } }, expect: { lead: { standing: discretion } } }
  - { case: opened, facts: { order: { sealed: false } }, expect: { lead: { standing: never } } }
";
    let book = book(&[("book.yaml", BOOK), ("policies/returns.yaml", RULE), ("cases/returns.yaml", cases)]);
    assert!(run(&book).is_good(), "{:#?}", run(&book).answers);
    assert_eq!(gaps(&book), "");
}

#[test]
fn every_book_here_comes_out_as_its_cases_say() {
    for name in BOOKS {
        let trial = run(&shipped(name));
        let differing: Vec<_> = trial.answers.iter().filter(|a| !a.differences.is_empty()).collect();
        assert!(trial.is_good(), "{name}: {:#?} {differing:#?}", trial.findings);
        assert!(trial.cases > 0);
    }
}

#[test]
fn the_books_of_the_stories_leave_nothing_untried() {
    for name in ["rental", "retail"] {
        assert_eq!(gaps(&shipped(name)), "", "{name}");
    }
}
