use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::book::model::{AmountText, Expr, LineText, TermShapeText};

/// The examples of the design, put together as a book.
pub(crate) const EXAMPLE: &[(&str, &str)] = &[
    ("book.yaml", include_str!("tests/example/book.yaml")),
    ("policies/price-adjustment.yaml", include_str!("tests/example/policies/price-adjustment.yaml")),
    ("policies/wrong-goods.yaml", include_str!("tests/example/policies/wrong-goods.yaml")),
    ("policies/trade-in-coupon.yaml", include_str!("tests/example/policies/trade-in-coupon.yaml")),
    ("policies/returns.yaml", include_str!("tests/example/policies/returns.yaml")),
    ("intake/shop.yaml", include_str!("tests/example/intake/shop.yaml")),
    ("cases/stories.yaml", include_str!("tests/example/cases/stories.yaml")),
];

/// Findings as plain text: place, code, message, the line with a caret, help.
pub(crate) fn render(sources: &Sources, findings: &Findings) -> String {
    let mut out = String::new();
    for finding in &findings.all {
        let file = sources.file(finding.at.file).unwrap();
        let (line, column) = sources.line_column(finding.at);
        let text = file.text.lines().nth(line - 1).unwrap_or("");
        let shown = file.text[finding.at.start as usize..finding.at.end as usize].lines().next().unwrap_or("");
        let carets = "^".repeat(shown.chars().count().max(1));
        writeln!(out, "{}:{line}:{column} {}[{}]: {}", file.path, finding.severity, finding.code, finding.message)
            .unwrap();
        writeln!(out, "    {text}").unwrap();
        writeln!(out, "    {}{carets} {}", " ".repeat(column - 1), finding.label).unwrap();
        if let Some(help) = &finding.help {
            writeln!(out, "    help: {help}").unwrap();
        }
    }
    out
}

/// Reads some texts. Returns the book and what is wrong with it.
fn read_texts(texts: &[(&str, &str)]) -> (BookText, String) {
    let mut sources = Sources::default();
    let mut findings = Findings::default();
    let files = texts.iter().map(|(path, text)| (*path, *text)).collect();
    let book = read(&files, &mut sources, &mut findings);
    let rendered = render(&sources, &findings);
    (book, rendered)
}

const BOOK: &str = "book: b\ncurrency: USD\ntime_zone: UTC\nroles: [{ id: lead }]\n";

/// What is wrong with one file beside a sound `book.yaml`.
pub(crate) fn findings_of(path: &str, text: &str) -> String {
    if path == "book.yaml" {
        return read_texts(&[(path, text)]).1;
    }
    read_texts(&[("book.yaml", BOOK), (path, text)]).1
}

fn check(path: &str, text: &str, expect: &str) {
    let found = findings_of(path, text);
    let expect: Vec<&str> = expect.lines().map(|line| line.strip_prefix("        ").unwrap_or(line)).collect();
    assert_eq!(found.trim(), expect.join("\n").trim(), "\n--- found\n{found}");
}

/// A book without its places, one item a line, for comparing and for reading.
pub(crate) fn plainly(book: &BookText) -> String {
    let replace = |text: &str, pattern: &str, with: &str| {
        regex::Regex::new(pattern).unwrap().replace_all(text, with).into_owned()
    };
    let mut text = format!("{book:?}");
    for (pattern, with) in [
        (r",? ?at: Span \{ file: FileId\(\d+\), start: \d+, end: \d+ \}", ""),
        (r", Span \{ file: FileId\(\d+\), start: \d+, end: \d+ \}\)", ")"),
        (r", (verbatim|plain): (true|false)", ""),
        (r#"Spanned \{ value: ("(?:[^"\\]|\\.)*") \}"#, "$1"),
        (r#"Expr \{ text: ("(?:[^"\\]|\\.)*") \}"#, "=$1"),
        (r#"Scalar \{ text: ("(?:[^"\\]|\\.)*") \}"#, "$1"),
        (r"[a-z_]+: (None|\[\])(, )?", ""),
        (r"Some\(", "("),
        (r", +\}", " }"),
        (r"([\[ ])([A-Z][a-zA-Z]*Text \{|Named \{)", "$1\n$2"),
        (r" (roles|types|facts|define|terms|circumstances|guard|never|replay|policies|intakes|case_files): ", "\n$1: "),
        (r"[ \n]+\n", "\n"),
    ] {
        text = replace(&text, pattern, with);
    }
    loop {
        let inner = replace(&text, r"Node \{ value: ([^{}]*) \}", "$1");
        if inner == text {
            return text;
        }
        text = inner;
    }
}

#[test]
fn the_examples_of_the_design_read_without_findings() {
    let (book, findings) = read_texts(EXAMPLE);
    assert_eq!(findings, "");
    insta::assert_snapshot!(plainly(&book));
}

/// A policy with these lines below its head.
pub(crate) fn policy(lines: &str) -> String {
    format!("policy: p\nrequest: [r]\n{lines}\n")
}

/// A book with these lines below its head.
pub(crate) fn in_book(lines: &str) -> String {
    let head = if lines.contains("roles:") { "book: b\ncurrency: USD\ntime_zone: UTC\n" } else { BOOK };
    format!("{head}{lines}\n")
}

#[test]
fn an_unknown_key_is_told_the_nearest_and_all_that_are_allowed() {
    check(
        "book.yaml",
        "book: b\ncurrency: USD\ntime_zone: UTC\nroles:\n  - { id: lead, per_grnat: 5 USD }\n",
        "
        book.yaml:5:17 error[unknown_key]: `per_grnat` is no key of a role
              - { id: lead, per_grnat: 5 USD }
                            ^^^^^^^^^ unknown key
            help: did you mean `per_grant`? a role takes `id`, `title`, `per_grant`, `per_day`, `per_customer`, `per_owed`, `per_payout` and `owed_per_day`
        ",
    );
}

#[test]
fn a_misspelt_key_is_not_missing_too() {
    for (path, text) in [
        ("book.yaml", "book: b\ncurency: USD\ntime_zone: UTC\nroles:\n  - { idd: lead }\n".to_owned()),
        ("policies/p.yaml", policy("terms:\n  window: { says: x, mesure: a, at_mots: 14 days }")),
        ("policies/p.yaml", policy("goodwill:\n  gift: { say: A gift, kin: store_credit, amount: 5 USD }")),
    ] {
        let found = findings_of(path, &text);
        assert_eq!((found.matches(" error[").count(), found.matches("[unknown_key]").count()), (2, 2), "{found}");
        assert!(!found.contains(" warning["), "{found}");
    }
}

#[test]
fn a_comment_that_cuts_an_expression_is_an_error() {
    check(
        "policies/p.yaml",
        &policy("detour:\n  says: x\n  when: order.id == 'a' # or b\n  effort: none # that is prose"),
        "
        policies/p.yaml:5:25 error[comment_after_expression]: a comment after an unquoted expression: it would cut the expression silently
              when: order.id == 'a' # or b
                                    ^^^^^^ cut here
            help: put the whole expression in double quotes: \"order.id == 'a'\"
        ",
    );
}

#[test]
fn all_that_is_wrong_with_all_files_is_found_in_one_run() {
    let (_, found) = read_texts(&[
        ("policies/b.yaml", "policy: b\n"),
        ("notes/x.yaml", "a: b\n"),
        ("policies/a.yaml", "policy: a\nrequest: [r\n"),
        ("cases/c.yaml", "cases: []\n"),
    ]);
    insta::assert_snapshot!(found);
}

#[test]
fn findings_say_what_to_write() {
    let mut out = String::new();
    let mut add = |path: &str, text: &str| {
        writeln!(out, "--- {path}\n{}", findings_of(path, text).trim_end()).unwrap();
    };
    for (lines, _what) in BOOKS {
        add("book.yaml", &in_book(lines));
    }
    for lines in POLICIES {
        add("policies/p.yaml", &policy(lines));
    }
    for text in OTHERS {
        let path = if text.starts_with("intake") { "intake/i.yaml" } else { "cases/c.yaml" };
        add(path, text);
    }
    insta::assert_snapshot!(out);
}

pub(crate) const BOOKS: &[(&str, &str)] = &[
    ("roles: lead", "a text where a list belongs"),
    ("roles: []", "nothing in a list that must be there"),
    ("roles: [lead]", "a text where a mapping belongs"),
    ("roles:\n  - { id: [lead] }", "a list where a text belongs"),
    ("roles:\n  - { title: Lead }", "no id"),
    ("roles:\n  - { id: Team Lead }\n  - { id: for }\n  - { id: 2nd }\n  - { id: ' ' }", "no ids"),
    ("roles:\n  - { id: a }\n  - { id: b }\n  - { id: a }", "an id twice"),
    ("roles:\n  - { id: a, per_grant: { amount: 5 } }", "a mapping where texts belong"),
    ("rounding: half-even", "another word"),
    ("facts:", "nothing"),
    ("facts: [a]", "a list where a mapping belongs"),
    ("facts: { Order: { placed: time }, ok?: { in: text, lines?: list(text, 0..5) } }", "ids of facts"),
    ("types: { line: { sku: [ ] , a: { b: } } }", "empty types"),
    ("define: { a: min(order.a, order.b) }", "cut at a comma"),
    ("define: { a: !x }", "a tag"),
    ("circumstances: { ill: { lends: { to: lead }, proof: claimed } }", "a loan without a lender"),
    (
        "guard:\n  - { id: g, when: a, needs: lead }\n  - { id: g, says: x, when: \"b\", needs: lead }",
        "twice, no words",
    ),
    ("never: [{ id: n, says: x, when: a, bars: refund }]", "a text where a list belongs"),
    ("replay: { intake: i, id: /a, expect: { allow: [entitled, refuse] } }", "an unknown standing"),
];

pub(crate) const POLICIES: &[&str] = &[
    "proactive: yes",
    "terms: { t: { says: x } }",
    "terms: { t: { says: x, require: a, unless: b } }",
    "terms: { t: { says: x, measure: a } }",
    "terms: { t: { says: x, measure: a, at_most: 3 days, at_least: 1 days } }",
    "terms: { t: { says: x, at_most: 3 days } }",
    "terms: { t: { says: x, require: a, at_most: 3 days } }",
    "terms: { t: { says: x, measure: a, within: 3 days } }",
    "terms: { t: { says: x, measure: a, within: 3 days.. } }",
    "terms: { t: { says: x, measure: a, within: 1..2..3 } }",
    "terms: { t: { require: a } }",
    "terms: { t: { any: {} } }",
    "terms: { t: { any: { A: { says: x, require: a } } } }",
    "remedies: { r: { says: Money back, the right goods, kind: refund } }",
    "remedies: { r: { says: Money back (all of it, really), kind: refund } }",
    "remedies: { r: { says: x } }",
    "remedies: { r: { says: x, kind: refund, bundle: [a] } }",
    "remedies: { r: { bundle: [a], amount: 5 USD } }",
    "remedies: { r: { either: [{ kind: refund }] } }",
    "remedies: { r: { kind: points, months: 3, colour: red } }",
    "remedies: { r: { kind: refund, amount: 5 USD # ten\n } }",
    "published: We refund # sometimes",
    "detour: Go away",
    "use: receipt",
    "stretch: { lead: any }",
    "terms: { t: { says: x, require: a, stretch: lead } }",
];

pub(crate) const OTHERS: &[&str] = &[
    "intake: i\nrequest: { map: { a: b } }\nfacts: { a: { at: /a, into: /b }, b: { each: /c }, c: {}, d: [/d] }\n",
    "intake: i\nrequest: r\nfacts: { a: { each: /c, into: { at: /x, const: y } }, b: { at: /a, as: cents } }\nsources: { a: told }\n",
    "cases:\n  - case: a\n    expect: { lead: { standing: granted, frist: x } }\n",
    "given: { asked: 2026-01-01 }\ncases:\n  - { case: a, request: ~, expect: { lead: { by: x } } }\n  - { about: x }\n",
    "cases:\n  - case: { granted: 5 USD }\n    request: r\n    asked: t\n    expect: { lead: { standing: refused } }\n",
];

fn first_policy(lines: &str) -> (crate::book::model::PolicyText, String) {
    let text = policy(lines);
    let (mut book, findings) = read_texts(&[("book.yaml", BOOK), ("policies/p.yaml", &text)]);
    assert_eq!(findings, "");
    (book.policies.remove(0), text)
}

fn stands(text: &str, expr: &Expr) -> String {
    assert_eq!(text[expr.at.start as usize..expr.at.end as usize], expr.text);
    expr.text.clone()
}

#[test]
fn the_ends_of_ranges_keep_their_places() {
    let (policy, text) = first_policy(
        "terms:\n  t: { says: x, measure: a, within: 1 h .. 2 h }\nremedies:\n  r: { kind: refund, amount: \" f(1..2)..b \" }",
    );
    let Some(TermShapeText::Measure { line: LineText::Within(least, most), .. }) = &policy.terms[0].shape else {
        panic!("{policy:?}");
    };
    assert_eq!((stands(&text, least), stands(&text, most)), ("1 h".into(), "2 h".into()));
    let Some(AmountText::Range(least, most)) = &policy.remedies[0].amount else { panic!("{policy:?}") };
    assert_eq!((stands(&text, least), stands(&text, most)), ("f(1..2)".into(), "b".into()));
}

#[test]
fn a_range_inside_brackets_or_quotes_is_one_amount() {
    let (policy, text) = first_policy("remedies:\n  r: { kind: refund, amount: \"f('a..b', 1..2)\" }");
    let Some(AmountText::One(amount)) = &policy.remedies[0].amount else { panic!("{policy:?}") };
    assert_eq!(stands(&text, amount), "f('a..b', 1..2)");
}

#[test]
fn a_case_takes_what_is_given_and_takes_out_what_it_makes_null() {
    let text = "given:
  request: returns
  asked: 2026-01-01
  facts: { order: { id: o, tags: [a, b] }, promotion: { starts: x } }
cases:
  - case: one
    asked: 2026-02-02
    facts: { order: { tags: [c], placed: y }, promotion: null, quoted: \"null\" }
    expect: { lead: { standing: refused } }
";
    let (book, findings) = read_texts(&[("book.yaml", BOOK), ("cases/c.yaml", text)]);
    assert_eq!(findings, "");
    let shown = plainly(&book);
    let question = shown.lines().find(|line| line.contains("question")).unwrap();
    assert!(
        question.contains(
            r#"question: Map([("request", "returns"), ("asked", "2026-02-02"), ("facts", Map([("order", Map([("id", "o"), ("tags", Seq(["c"])), ("placed", "y")])), ("quoted", "null")]))])"#
        ),
        "{question}"
    );
}

#[test]
fn cases_of_one_id_are_found_across_files() {
    let file = "cases: [{ case: a, request: r, asked: t, expect: { lead: { standing: refused } } }]\n";
    let (_, findings) = read_texts(&[("book.yaml", BOOK), ("cases/1.yaml", file), ("cases/2.yaml", file)]);
    assert!(findings.starts_with("cases/2.yaml:1:17 error[duplicate_id]: there are two cases `a`"), "{findings}");
    assert!(findings.contains("another one is in cases/1.yaml"), "{findings}");
}

#[test]
fn limits_of_a_book_are_errors() {
    let roles: Vec<String> = (0..65).map(|i| format!("  - {{ id: r{i} }}\n")).collect();
    let found =
        findings_of("book.yaml", &format!("book: b\ncurrency: USD\ntime_zone: UTC\nroles:\n{}", roles.concat()));
    assert!(found.contains("error[too_many]: the ladder has more than 64 roles"), "{found}");
    let policies: Vec<String> = (0..1002).map(|i| format!("policies/p{i:04}.yaml")).collect();
    let mut texts: Vec<(&str, &str)> =
        policies.iter().map(|path| (path.as_str(), "policy: p\nrequest: [r]\n")).collect();
    texts.push(("book.yaml", BOOK));
    let (book, found) = read_texts(&texts);
    assert_eq!(book.policies.len(), POLICIES_MAX);
    assert!(
        found.starts_with("policies/p1000.yaml:1:1 error[too_many]") && found.matches("too_many").count() == 1,
        "{found}"
    );
}

#[test]
fn a_file_that_is_something_else_is_told_so_in_a_few_findings() {
    let keys: Vec<String> = (0..1000).map(|i| format!("k{i}: v\n")).collect();
    let found = findings_of("policies/p.yaml", &keys.concat());
    assert_eq!(found.matches(" error[").count(), FINDINGS_MAX + 1);
    assert!(found.contains("error[too_many]: 802 more findings in this file are not shown"), "{found}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any line of any file of the examples replaced by any text: no panic, and something is said or read.
    #[test]
    fn no_change_to_a_book_makes_it_panic(file in 0..EXAMPLE.len(), line in 0..100_usize, with in "[a-z:{}\\[\\], \"'#?.-]{0,20}") {
        let texts: Vec<(&str, String)> = EXAMPLE.iter().enumerate().map(|(i, (path, text))| {
            let mut lines: Vec<&str> = text.lines().collect();
            let at = line % lines.len();
            if i == file {
                lines[at] = &with;
            }
            (*path, lines.join("\n"))
        }).collect();
        let borrowed: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (*path, text.as_str())).collect();
        read_texts(&borrowed);
    }
}
