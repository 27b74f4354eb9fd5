use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::book::read::tests::{EXAMPLE, plainly, render};
use crate::book::read::{BookFiles, read};
use crate::diagnostic::Sources;

fn formatted(text: &str) -> String {
    format(text).unwrap_or_else(|findings| panic!("{text}\n{findings:?}"))
}

fn check(text: &str, expect: &str) {
    let found = formatted(text);
    assert_eq!(found, expect, "\n--- found\n{found}");
    assert_eq!(formatted(&found), found, "\n--- twice");
}

#[test]
fn the_examples_of_the_design_are_formatted() {
    let mut out = String::new();
    for (path, text) in EXAMPLE {
        let once = formatted(text);
        assert_eq!(formatted(&once), once, "{path}");
        write!(out, "--- {path}\n{once}").unwrap();
    }
    insta::assert_snapshot!(out);
}

#[test]
fn formatting_changes_nothing_that_is_read() {
    let book = |format_it: bool| {
        let files: BookFiles = EXAMPLE
            .iter()
            .map(|(path, text)| (*path, if format_it { formatted(text) } else { (*text).to_owned() }))
            .collect();
        let (mut sources, mut findings) = (Sources::default(), Findings::default());
        let book = read(&files, &mut sources, &mut findings);
        assert_eq!(render(&sources, &findings), "");
        plainly(&book)
    };
    assert_eq!(book(false), book(true));
}

#[test]
fn expressions_are_quoted_and_values_with_units_are_not() {
    check(
        "policy: p\nrelied_on: order.placed\nterms:\n  a: { measure: 'a - b', at_most: 14 days, stretch: {lead: 7 days} }\n  b: { require: order.id == \"x\" }\n  c: { measure: x, within: f(a)..30 USD }\nremedies:\n  r: { kind: refund, to: [order.a, 'order.b'], amount: 20%, cost: \"1.50 USD\" }\n",
        "policy: p\nrelied_on: \"order.placed\"\nterms:\n  a:\n    measure: \"a - b\"\n    at_most: 14 days\n    stretch: { lead: 7 days }\n  b:\n    require: \"order.id == \\\"x\\\"\"\n  c:\n    measure: \"x\"\n    within: \"f(a)..30 USD\"\nremedies:\n  r:\n    kind: refund\n    to: [\"order.a\", \"order.b\"]\n    amount: 20%\n    cost: \"1.50 USD\"\n",
    );
}

#[test]
fn one_expression_where_a_list_may_stand_is_quoted() {
    check(
        "policy: p\nremedies:\n  r: { kind: refund, to: order.pay }\n",
        "policy: p\nremedies:\n  r:\n    kind: refund\n    to: \"order.pay\"\n",
    );
}

#[test]
fn comments_stay_with_what_they_are_about() {
    check(
        "# top\n\n\n# of book\nbook:   b   # its name\nroles: # ladder\n # first\n - # dash\n   id: a\n\n # second\n - {id: b, # b\n    title: B} # end\n # no third\nbespoke: [ # one\n  x, # two\n  # three\n] # four\n  # deep\n# last\n",
        "# top\n\n# of book\nbook: b  # its name\nroles:  # ladder\n  # first\n  # dash\n  - id: a\n\n  # second\n  - id: b  # b\n    title: B  # end\n  # no third\nbespoke:  # one\n  - x  # two\n  # three\n# four\n# deep\n# last\n",
    );
}

#[test]
fn text_blocks_stay_and_long_words_are_folded() {
    let words = "word ".repeat(30);
    check(
        &format!("policy: p\npurpose: {}\n  end\nsay:\n    a: |  # as it is\n        Dear {{{{ name }}}},\n\n          yours\n    b: >+\n     kept\n\n    c: \"one\n      two\"\n    d: >-\n     x\n     y\n", words.trim()),
        &format!("policy: p\npurpose: >-\n  {}\n  {} end\nsay:\n  a: |  # as it is\n    Dear {{{{ name }}}},\n\n      yours\n  b: \"kept\\n\\n\"\n  c: \"one two\"\n\n  d: >-\n    x\n    y\n", "word ".repeat(19).trim_end(), "word ".repeat(11).trim_end())
            .replace("c: \"one two\"\n\n", "c: \"one two\"\n")
            .replace("\\n\\n\"\n  c", "\\n\\n\"\n\n  c"),
    );
}

#[test]
fn odd_but_good_yaml_is_kept() {
    check(
        "? cases\n: - - a\n  - b: [c: d]\n    e: {}\n  - []\n  -\n",
        "cases:\n  - - a\n  - b:\n      - c: d\n    e: {}\n  - []\n  -\n",
    );
    check("\u{feff}a: b\r\nc:\r\n- d # e\r\n", "a: b\nc:\n  - d  # e\n");
    check("{a: b, c: [d]}", "a: b\nc: [d]\n");
    check("---\na: b # c\n...\n# d\n", "a: b  # c\n# d\n");
    check("a: {\"x y\": 1, ? z : 2}\n", "a:\n  \"x y\": 1\n  z: 2\n");
}

#[test]
fn what_cannot_be_read_is_refused_with_its_findings() {
    let code = |text: &str| format(text).map_err(|findings| findings.all.first().map(|f| f.code)).unwrap_err();
    assert_eq!(code("a: [b"), Some("yaml_syntax"));
    assert_eq!(code("- a\n"), Some("wrong_shape"));
    assert_eq!(code("a: b\na: c\n"), Some("duplicate_key"));
    assert_eq!(code("policy: p\nrelied_on: order.placed # or so\n"), Some("comment_after_expression"));
}

/// A tree with its text: styles and comments at random.
#[derive(Clone, Debug)]
enum Written {
    Scalar(String),
    Flow(String),
    Seq(Vec<(String, Written)>),
    Map(Vec<(String, String, Written)>),
}

fn comment() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "", "", "", " # c", "   # d # e", "\n", "\n# own\n", "\n\n     # deep\n\n"])
        .prop_map(str::to_owned)
}

fn written() -> impl Strategy<Value = Written> {
    let scalars = vec![
        "a",
        "14 days",
        "order.id == 1",
        "\"q\"",
        "'s'",
        "\"a\\\"b\"",
        "'it''s'",
        "",
        "\"two\n         lines\"",
        "x\n         y",
        "#no",
        "a#b",
        "ü",
        "|\n          block\n\n            more",
        ">-\n          folded\n          text",
        "- -",
        "\"- x\"",
        "'# no'",
        "http://x",
        "\"\\u0007\"",
        "|+\n          keep\n\n",
        "{ }",
        "[]",
    ];
    let flows = vec![
        "[a, b]",
        "{ a: b, c: [d, \"e\"] }",
        "[a,\n         b]",
        "{a: b, # in\n         c: {d: e}}",
        "[ # first\n         a ]",
        "[{a: b}, [c]]",
        "[a: b]",
        "{a: , b: c}",
        "{ \"k:\": 'v' }",
        "[\n         # only\n         ]",
    ];
    let leaf = prop_oneof![
        prop::sample::select(scalars).prop_map(|s| Written::Scalar(s.to_owned())),
        prop::sample::select(flows).prop_map(|s| Written::Flow(s.to_owned())),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec((comment(), inner.clone()), 1..4).prop_map(Written::Seq),
            prop::collection::vec((comment(), key(), inner), 1..5).prop_map(Written::Map),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "policy",
        "book",
        "roles",
        "facts",
        "terms",
        "says",
        "require",
        "measure",
        "at_most",
        "stretch",
        "remedies",
        "amount",
        "\"quoted key\"",
        "cases",
        "define",
        "x",
    ])
    .prop_map(str::to_owned)
}

fn put(out: &mut String, written: &Written, indent: usize) {
    let pad = " ".repeat(indent);
    match written {
        Written::Scalar(text) | Written::Flow(text) => {
            out.push(' ');
            out.push_str(text);
            out.push('\n');
        }
        Written::Seq(items) => {
            out.push('\n');
            for (comment, item) in items {
                write!(out, "{pad}-").unwrap();
                put_commented(out, comment, item, indent + 2);
            }
        }
        Written::Map(entries) => {
            out.push('\n');
            let mut seen = std::collections::HashSet::new();
            for (comment, key, item) in entries.iter().filter(|(_, key, _)| seen.insert(key.clone())) {
                write!(out, "{pad}{key}:").unwrap();
                put_commented(out, comment, item, indent + 2);
            }
        }
    }
}

/// A comment goes behind the value, or on lines of its own before the next.
fn put_commented(out: &mut String, comment: &str, item: &Written, indent: usize) {
    put(out, item, indent);
    let block = matches!(item, Written::Scalar(text) if text.starts_with(['|', '>']));
    if comment.starts_with(' ') && !block {
        out.pop();
        out.push_str(comment);
        out.push('\n');
    } else if comment.starts_with('\n') {
        out.push_str(comment.trim_start_matches('\n').trim_start_matches(' '));
    }
}

/// What is good YAML is formatted, twice comes to the same, and nothing is lost (`format` compares).
fn check_any(text: &str) {
    if yaml::parse(FileId(0), text, &mut Findings::default()).is_none() {
        return;
    }
    match format(text) {
        Ok(once) => assert_eq!(formatted(&once), once, "\n--- from\n{text}\n--- once\n{once}"),
        Err(findings) => assert!(
            findings.has_errors() && findings.all.iter().all(|f| f.code != "format_failed"),
            "--- from\n{text}\n--- {findings:?}"
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn any_yaml_is_formatted_for_good(entries in prop::collection::vec((comment(), key(), written()), 1..5)) {
        let mut text = String::new();
        put(&mut text, &Written::Map(entries), 0);
        check_any(&text);
    }

    #[test]
    fn any_text_is_formatted_or_refused(text in crate::book::yaml::tests::yaml_like()) {
        check_any(&text);
    }
}
