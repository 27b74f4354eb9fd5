use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::diagnostic::Sources;

/// What `text` reads as, one node a line with its source, then the findings.
fn outline(text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("book.yaml", text).unwrap();
    let mut findings = Findings::default();
    let root = parse(file, text, &mut findings);
    let mut out = String::new();
    if let Some(root) = &root {
        write_node(&mut out, text, root, 0);
    }
    for finding in &findings.all {
        let (line, column) = sources.line_column(finding.at);
        let help = finding.help.as_deref().unwrap_or("");
        writeln!(out, "{line}:{column} {}: {} [{}] {help}", finding.code, finding.message, source(text, finding.at))
            .unwrap();
    }
    out
}

fn source(text: &str, at: Span) -> String {
    text[at.start as usize..at.end as usize].replace('\n', "⏎").replace('\r', "␍")
}

fn write_node(out: &mut String, text: &str, node: &Node, depth: usize) {
    let pad = "  ".repeat(depth);
    match &node.value {
        Value::Scalar { text: value, plain, verbatim } => {
            let style = if *plain { "plain" } else { "quoted" };
            let exact = if *verbatim { "" } else { ", not verbatim" };
            writeln!(out, "{pad}{value:?} {style}{exact} [{}]", source(text, node.at)).unwrap();
        }
        Value::Seq(items) => {
            writeln!(out, "{pad}- [{}]", source(text, node.at)).unwrap();
            for item in items {
                write_node(out, text, item, depth + 1);
            }
        }
        Value::Map(entries) => {
            writeln!(out, "{pad}: [{}]", source(text, node.at)).unwrap();
            for (key, item) in entries {
                writeln!(out, "{pad}  {:?} [{}]", key.value, source(text, key.at)).unwrap();
                write_node(out, text, item, depth + 2);
            }
        }
    }
}

fn check(text: &str, expect: &str) {
    let found = outline(text);
    let trimmed = expect.lines().map(|l| l.strip_prefix("        ").unwrap_or(l)).collect::<Vec<_>>().join("\n");
    assert_eq!(found.trim(), trimmed.trim(), "\n--- found\n{found}");
}

#[test]
fn every_scalar_is_text_with_its_place() {
    check(
        "a: yes\nb: 2026-09-01\n'c': \"14 days\"\nd: 'it''s'\n",
        r#"
        : [a: yes⏎b: 2026-09-01⏎'c': "14 days"⏎d: 'it''s']
          "a" [a]
            "yes" plain [yes]
          "b" [b]
            "2026-09-01" plain [2026-09-01]
          "c" [c]
            "14 days" quoted [14 days]
          "d" [d]
            "it's" quoted, not verbatim [it''s]
        "#,
    );
}

#[test]
fn places_of_quoted_scalars_stop_at_the_quote() {
    check(
        "a: \"x\"   # why\nb: [ \"p\" , 'q' ]  # c\n",
        r#"
        : [a: "x"   # why⏎b: [ "p" , 'q' ]]
          "a" [a]
            "x" quoted [x]
          "b" [b]
            - [[ "p" , 'q' ]]
              "p" quoted [p]
              "q" quoted [q]
        "#,
    );
}

#[test]
fn text_on_several_lines_is_folded() {
    check(
        "a: one\n  two\nb: \"three\n  four\"\nc: |\n  five\n  six\n\nd: >-\n  seven\n  eight\n# end\ne: |\n  nine\n",
        r#"
        : [a: one⏎  two⏎b: "three⏎  four"⏎c: |⏎  five⏎  six⏎⏎d: >-⏎  seven⏎  eight⏎# end⏎e: |⏎  nine]
          "a" [a]
            "one two" plain, not verbatim [one⏎  two]
          "b" [b]
            "three four" quoted, not verbatim [three⏎  four]
          "c" [c]
            "five\nsix\n" quoted, not verbatim [five⏎  six]
          "d" [d]
            "seven eight" quoted, not verbatim [seven⏎  eight]
          "e" [e]
            "nine\n" quoted [nine]
        "#,
    );
}

#[test]
fn lists_and_flow_collections_have_their_whole_place() {
    check(
        "a:\n- -5\n- - b\n  - { c: d , e } # f\ng:\n  - h: [i: j]\n    k: [] \n",
        r#"
        : [a:⏎- -5⏎- - b⏎  - { c: d , e } # f⏎g:⏎  - h: [i: j]⏎    k: []]
          "a" [a]
            - [- -5⏎- - b⏎  - { c: d , e }]
              "-5" plain [-5]
              - [- b⏎  - { c: d , e }]
                "b" plain [b]
                : [{ c: d , e }]
                  "c" [c]
                    "d" plain [d]
                  "e" [e]
                    "" plain []
          "g" [g]
            - [- h: [i: j]⏎    k: []]
              : [h: [i: j]⏎    k: []]
                "h" [h]
                  - [[i: j]]
                    : [i: j]
                      "i" [i]
                        "j" plain [j]
                "k" [k]
                  - [[]]
        "#,
    );
}

#[test]
fn characters_of_several_bytes_crlf_and_a_byte_order_mark_keep_places_right() {
    check(
        "\u{feff}größe: \"über 3 €\" # ä\r\nnächste: ok\r\nliste:\r\n- ö\r\n",
        r#"
        : [größe: "über 3 €" # ä␍⏎nächste: ok␍⏎liste:␍⏎- ö]
          "größe" [größe]
            "über 3 €" quoted [über 3 €]
          "nächste" [nächste]
            "ok" plain [ok]
          "liste" [liste]
            - [- ö]
              "ö" plain [ö]
        "#,
    );
}

#[test]
fn what_a_book_does_not_need_is_an_error_and_reading_goes_on() {
    check(
        "a: !money 5\nb: &x { c: d }\ne: *x\n? [f]\n: g\na: again\nh: i\n",
        r#"
        : [a: !money 5⏎b: &x { c: d }⏎e: *x⏎? [f]⏎: g⏎a: again⏎h: i]
          "a" [a]
            "5" plain, not verbatim [!money 5]
          "b" [b]
            : [&x { c: d]
              "c" [c]
                "d" plain [d]
          "e" [e]
            "" plain, not verbatim [*x]
          "h" [h]
            "i" plain [i]
        1:4 yaml_tag: the tag `!money` is not allowed in a book [!money] remove it; text that begins with `!` goes in double quotes
        2:4 yaml_anchor: the anchor `&x` is not allowed in a book [&x] remove it; text that begins with `&` goes in double quotes
        3:4 yaml_alias: aliases are not allowed in a book [*x] write out what it stands for; text that begins with `*` goes in double quotes
        4:3 key_not_text: a key must be a text [[f]] text that begins with `[` or `{` goes in double quotes
        6:1 duplicate_key: `a` is written twice [a] the first one is on line 1; keep one of them
        "#,
    );
}

#[test]
fn an_expression_that_begins_with_not_is_told_to_be_quoted() {
    check(
        "a: !has(x)\n",
        r#"
        : [a: !has(x)]
          "a" [a]
            "" plain, not verbatim [!has(x)]
        1:4 yaml_tag: the tag `!has(x)` is not allowed in a book [!has(x)] remove it; text that begins with `!` goes in double quotes
        "#,
    );
}

#[test]
fn syntax_errors_say_in_plain_words_what_to_write() {
    let mut out = String::new();
    for text in [
        "a: b: c\n",
        "a: b\n  c: d\n",
        "a: 1\nnot a pair\n",
        "a:\n  b: 1\n c: 2\n",
        "a: {b: c\nd: e\n",
        "a: [b\nd: e\n",
        "a: {b: c",
        "a: [b, c",
        "a:\n\tb: c\n",
        "a: \"b\n",
        "a: \"b\" c\n",
        "a: 'b' == c\n",
        "a: \"\\d\"\n",
        "a: \"\\u12\"\n",
        "a: \"\\ud800\"\n",
        "a: @b\n",
        "a: `b`\n",
        "a: %b\n",
        "a: *b\n",
        "a: & b\n",
        "a: !x! b\n",
        "a: ]\n",
        "a: b # c\n   d\n",
        "a: - b\n",
        "a: [- b]\n",
        "a: |x\n  b\n",
        "? a\nb\n",
        "--- a\n--- b\n",
        "a: b\n...\nc: d\n",
        "# c\n%YAML 1.2\n---\na: b\n",
        "a: b\n...\n%YAML 1.2\n---\n",
        "a: [b]#c\n",
        "- a\nb: c\n",
        "a:\n  - { b: 1,\n  - { c: 2 }\n",
        "a:\n  - b: 1\n   c: 2\n",
        "a:\n  - b\n  c: 2\n",
        "",
        "# nothing\n",
        "---\n",
        "a: \u{7}b\n",
        "a\u{0}b",
        "a: b\u{feff}c\n",
    ] {
        writeln!(out, "{text:?}").unwrap();
        for line in outline(text).lines() {
            writeln!(out, "    {line}").unwrap();
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn limits_are_errors_that_end_the_reading() {
    let deep = format!("{}{}", "[".repeat(70), "]".repeat(70));
    assert!(outline(&deep).contains("too_deep"), "{}", outline(&deep));
    let many = "- a\n".repeat(NODES_MAX);
    assert!(outline(&many).contains("too_many_nodes"));
    let large = "a".repeat(FILE_BYTES_MAX + 1);
    assert!(outline(&large).contains("file_too_large"));
    let long = format!("a: {}\n", "b".repeat(SCALAR_BYTES_MAX + 1));
    assert!(outline(&long).contains("text_too_long"));
    let brackets = "[".repeat(FILE_BYTES_MAX);
    assert!(outline(&brackets).contains("too_deep") || outline(&brackets).contains("yaml_syntax"));
}

/// Every place is inside its parent's, on character boundaries, and verbatim texts stand there.
fn check_places(text: &str, node: &Node, within: Span) {
    assert!(within.start <= node.at.start && node.at.end <= within.end, "{:?} outside {within:?} of {text:?}", node.at);
    let written = text.get(node.at.start as usize..node.at.end as usize);
    let written = written.unwrap_or_else(|| panic!("no boundary at {:?} of {text:?}", node.at));
    match &node.value {
        Value::Scalar { text: value, verbatim: true, .. } => {
            assert_eq!(text.get(node.at.start as usize..node.at.start as usize + value.len()), Some(value.as_str()));
            assert_eq!(written, value.trim_end_matches('\n'));
        }
        Value::Scalar { text: value, plain, .. } => {
            assert!(!plain || written.contains(['\n', '\r']), "{value:?} is written {written:?} in {text:?}");
        }
        Value::Seq(items) => items.iter().for_each(|item| check_places(text, item, node.at)),
        Value::Map(entries) => {
            for (key, item) in entries {
                assert!(text.get(key.at.start as usize..key.at.end as usize).is_some());
                check_places(text, item, node.at);
            }
        }
    }
}

fn check_any(text: &str) {
    let mut findings = Findings::default();
    let whole = Span { file: FileId(0), start: 0, end: u32::try_from(text.len()).unwrap() };
    let node = parse(FileId(0), text, &mut findings);
    assert!(node.is_some() || !findings.all.is_empty(), "nothing read and nothing said of {text:?}");
    for finding in &findings.all {
        assert!(text.get(finding.at.start as usize..finding.at.end as usize).is_some(), "{finding:?} of {text:?}");
    }
    if let Some(node) = node.filter(|_| findings.all.is_empty()) {
        check_places(text, &node, whole);
    }
}

/// Texts made of what YAML gives a meaning to.
pub(in crate::book) fn yaml_like() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "b", "key", ": ", ":", "- ", "-", "\n", "\n  ", "\n    ", "\n- ", "\r\n", "\t", " ", "  ", "{", "}", "[",
        "]", ", ", ",", "\"", "'", "''", "\\", "\\n", "#", " # c", "|", ">", "|-\n", ">+\n", "|2\n", "&x ", "*x",
        "!t ", "? ", "%", "@", "---\n", "...\n", "ä", "€", "𝄞", "\u{feff}", "~", "14 days", "x: y\n", "<<", "\u{85}",
        "\u{2028}",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        check_any(&text);
    }

    #[test]
    fn places_are_right_in_any_yaml(text in yaml_like()) {
        check_any(&text);
    }
}
