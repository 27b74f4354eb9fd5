use proptest::prelude::*;

use super::*;

fn check(text: &str, expected: &str) {
    assert_eq!(parse_type_text(text).map(|t| shown(&t, text)), Ok(expected.to_owned()), "{text}");
}

/// A type with the text of each of its parts, to check that places are right.
fn shown(ty: &TypeExpr, text: &str) -> String {
    let part = text.get(ty.start..ty.end).unwrap();
    match &ty.kind {
        TypeKind::Simple(simple, range) => format!("{simple}{}", shown_range(range.as_ref(), text)),
        TypeKind::Named(name) => {
            assert_eq!(part, name);
            format!("type {name}")
        }
        TypeKind::List(of, len) => format!("list of {}{}", shown(of, text), shown_range(len.as_ref(), text)),
        TypeKind::Map(of, len) => format!("map to {}{}", shown(of, text), shown_range(len.as_ref(), text)),
    }
}

fn shown_range(range: Option<&RangeText>, text: &str) -> String {
    let Some(range) = range else { return String::new() };
    let end = |end: &Option<(String, usize)>| match end {
        None => "open".to_owned(),
        Some((literal, start)) => {
            assert_eq!(&text[*start..start + literal.len()], literal);
            literal.clone()
        }
    };
    assert!(text[range.start..range.end].contains(".."));
    format!(" from {} to {}", end(&range.min), end(&range.max))
}

#[test]
fn reads_types_and_their_ranges() {
    check("text", "text");
    check("money(0..)", "money from 0 to open");
    check("percent(0..100)", "percent from 0 to 100");
    check(" int( 0 .. 10 ) ", "int from 0 to 10");
    check("decimal(..9.5)", "decimal from open to 9.5");
    check("duration(0 h..48 h)", "duration from 0 h to 48 h");
    check("date(2000-01-01..)", "date from 2000-01-01 to open");
    check("list(line)", "list of type line");
    check("list(line, 1..20)", "list of type line from 1 to 20");
    check("map(text, item)", "map to type item");
    check("map(text, list(money(0..), 0..3), 0..50)", "map to list of money from 0 to open from 0 to 3 from 0 to 50");
    check("order_line", "type order_line");
}

#[test]
fn says_what_is_wrong_and_where() {
    let check = |text: &str, place: &str, message: &str| {
        let error = parse_type_text(text).unwrap_err();
        assert_eq!((&text[error.start..error.end], error.message.as_str()), (place, message), "{text}");
    };
    check("", "", "a type is missing");
    check("list", "list", "`list` does not say of what");
    check("list()", "", "a type is missing");
    check("list(line", "list(line", "a parenthesis is not closed");
    check("list(line))", "line)", "`line)` is not a type");
    check("money(5)", "5", "`5` is not a range");
    check("money(..)", "..", "this range has no end");
    check("text(1..5)", "text(1..5)", "`text` takes no bounds");
    check("line(1..5)", "line(1..5)", "`line` takes nothing in parentheses");
    check("map(int, text)", "int", "the keys of a map are texts");
    check("map(text)", "map(text)", "a map has `text`, a type, and perhaps a length");
    check("list(a, 1..2, 3)", "list(a, 1..2, 3)", "a list has one type and perhaps a length");
    check("list(a, many)", "many", "`many` is not a range");
    check("a b", "a b", "`a b` is not a type");
}

#[test]
fn does_not_follow_endless_nesting() {
    let text = "list(".repeat(5000) + "text" + &")".repeat(5000);
    assert_eq!(parse_type_text(&text).unwrap_err().message, "this type is nested too deep");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,40}", like in "[a-z(),. 0-9]{0,40}") {
        for text in [text, like] {
            if let Err(e) = parse_type_text(&text) {
                prop_assert!(text.get(e.start..e.end).is_some());
            }
        }
    }
}
