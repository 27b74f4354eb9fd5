use proptest::prelude::*;
use serde::de::IgnoredAny;

use super::*;
use crate::facts::testing::{any_json, schema};

/// Passes all of a text, twice: skipped, and with every text of it read.
fn passes(json: &str) -> bool {
    let mut scanner = Scanner::of(json);
    scanner.skip().is_ok() && scanner.is_at_end()
}

fn serde_passes(json: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(json).is_ok()
}

#[test]
fn passes_what_is_json_and_nothing_else() {
    for json in [
        "0",
        "-0",
        "10.50",
        "1e9",
        "1.5E+3",
        "1e-2",
        "true",
        "false",
        "null",
        " {} ",
        "[]",
        "[ 1 , 2 ]\n",
        "\"\"",
        r#""a\n\"\\\/\b\f\r\t\u00e9""#,
        r#"{"a":{"b":[{},[],""]},"a":1}"#,
        "\"\u{7f}é\"",
        r#""\ud83d""#,
    ] {
        assert!(passes(json) && serde_passes(json), "{json}");
    }
    for json in [
        "",
        " ",
        "01",
        "-",
        "1.",
        ".5",
        "+1",
        "1e",
        "1e+",
        "tru",
        "nul",
        "nulll",
        "{",
        "[",
        "]",
        "}",
        "[}",
        "{]",
        "[1,]",
        "[,1]",
        "[1 2]",
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":1,}"#,
        "{1:2}",
        r#"{"a" 1}"#,
        r#"""#,
        r#""a"#,
        "\"a\nb\"",
        "\"a\u{0}\"",
        r#""\x""#,
        r#""\u12g4""#,
        r#""\u12"#,
        r#""\"#,
        "1 2",
        "{} {}",
        "\u{c}1",
        "\u{feff}1",
    ] {
        assert!(!passes(json) && !serde_passes(json), "{json}");
    }
}

#[test]
fn reads_texts_as_they_are_meant() {
    let text = |json| Scanner::of(json).text();
    assert!(matches!(text(r#""plain, and long enough""#), Ok(Cow::Borrowed("plain, and long enough"))));
    assert_eq!(text(r#""a\"b\\\u00e9\ud83d\ude00""#), Ok(Cow::Owned("a\"b\\é😀".to_owned())));
    let mut scanner = Scanner::of(r#""\ud83d""#);
    assert_eq!((scanner.text(), scanner.split()), (Err(Broken), ("", r#""\ud83d""#)));
}

#[test]
fn ends_of_texts_are_found_at_every_place() {
    for before in 0..40 {
        for special in ['"', '\\', '\u{0}', '\u{1f}', '\n'] {
            let text = format!("{}{special}{}", "é ".repeat(before / 3) + &"~".repeat(before % 3), "\"x".repeat(12));
            assert_eq!(plain_len(text.as_bytes()), text.find(special).unwrap(), "{text:?}");
        }
    }
}

/// A JSON text, perhaps with a few letters of it changed.
fn almost_json() -> impl Strategy<Value = String> {
    let schema = schema(r#"{ "facts": { "order": { "paid": "money" } } }"#);
    let letters = prop::sample::select(" \n{}[]\",:\\u09.-+eEtrufalsn\u{1}\u{7f}é".chars().collect::<Vec<_>>());
    let changes = prop::collection::vec((any::<prop::sample::Index>(), 0..3_usize, letters), 0..3);
    (any_json(&schema), changes).prop_map(|(json, changes)| {
        let mut text: Vec<char> = json.to_string().chars().collect();
        for (at, how, letter) in changes {
            let at = at.index(text.len() + 1);
            let end = text.len().min(at + how);
            text.splice(at..end, (how < 2).then_some(letter));
        }
        text.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn means_the_same_by_json_as_serde(json in almost_json()) {
        prop_assert_eq!(passes(&json), serde_passes(&json));
    }
}
