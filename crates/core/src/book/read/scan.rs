//! Looking through the text of an expression without understanding it: only quotes and brackets count.

use std::ops::Range;

/// What stands outside quotes: each character's place, itself, and how many brackets are open around it.
fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, char, usize)> {
    let mut quote = None;
    let mut escaped = false;
    let mut depth = 0_usize;
    text.char_indices().filter_map(move |(at, c)| {
        if let Some(q) = quote {
            if escaped {
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == q {
                quote = None;
            }
            return None;
        }
        match c {
            '"' | '\'' => quote = Some(c),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        Some((at, c, depth))
    })
}

/// A text looked at as a range.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    /// There is no `..`.
    One,
    /// The bytes before and behind the only `..`; either may be blank.
    Two(Range<usize>, Range<usize>),
    /// There are several `..`.
    More,
}

/// The two ends of `A..B`, split at the `..` outside quotes and brackets.
pub(crate) fn ends(text: &str) -> Ends {
    let mut dots = dots_of(text);
    match (dots.next(), dots.next()) {
        (None, _) => Ends::One,
        (Some(first), None) => Ends::Two(0..first, first + 2..text.len()),
        (Some(_), Some(_)) => Ends::More,
    }
}

fn dots_of(text: &str) -> impl Iterator<Item = usize> {
    let mut next_free = 0;
    outside_quotes(text).filter_map(move |(at, c, depth)| {
        let here = c == '.' && depth == 0 && at >= next_free && text.get(at + 1..).is_some_and(|r| r.starts_with('.'));
        if here {
            next_free = at + 2;
        }
        here.then_some(at)
    })
}

/// Whether a bracket is open at the end: a comma inside `{ }` or `[ ]` has ended the text too early.
pub(crate) fn is_cut(text: &str) -> bool {
    outside_quotes(text).last().is_some_and(|(_, _, depth)| depth > 0)
}

/// Whether this is a value with its unit, or several, rather than an expression: `14 days`, `20 USD..40 USD`,
/// `2 in 365 days`, `20%`, `2026-09-01`, `any`, `never`.
pub(crate) fn is_literal(text: &str) -> bool {
    let end = |range: Range<usize>| text.get(range).is_some_and(is_one_literal);
    match ends(text) {
        Ends::One => is_one_literal(text),
        Ends::Two(least, most) => end(least) && end(most),
        Ends::More => false,
    }
}

fn is_one_literal(text: &str) -> bool {
    let text = text.trim();
    if matches!(text, "any" | "never" | "true" | "false") {
        return true;
    }
    let begins = text.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
    begins && text.split_whitespace().enumerate().all(|(i, word)| is_number(word, i == 0) || is_word(word))
}

fn is_number(word: &str, may_be_negative: bool) -> bool {
    let word = if may_be_negative { word.strip_prefix('-').unwrap_or(word) } else { word };
    let digits = word.trim_end_matches(|c: char| c == '%' || c.is_ascii_alphabetic());
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | ':' | 'T' | '+'))
        && !digits.contains("--")
        && word.len() - digits.len() <= 8
}

fn is_word(word: &str) -> bool {
    word == "%" || (!word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_split_outside_quotes_and_brackets() {
        let check = |text: &str, expect: Option<(&str, &str)>| {
            let found = match ends(text) {
                Ends::Two(least, most) => Some((text[least].trim(), text[most].trim())),
                Ends::One | Ends::More => None,
            };
            assert_eq!(found, expect, "{text}");
        };
        check("20 USD..40 USD", Some(("20 USD", "40 USD")));
        check("0.5 .. 1.5", Some(("0.5", "1.5")));
        check("f('a..b') .. g(c..d)", Some(("f('a..b')", "g(c..d)")));
        check("20 USD..", Some(("20 USD", "")));
        check("money(0..)", None);
        check("'a\\'..b'", None);
        assert_eq!(ends("1..2..3"), Ends::More);
    }

    #[test]
    fn literals_are_told_from_expressions() {
        for literal in [
            "14 days",
            "36 h",
            "1 h 30 min",
            "100 USD",
            "-3 days",
            "20%",
            "0.5 %",
            "20 USD..40 USD",
            "2 in 365 days",
            "2026-09-01",
            "2026-11-16 18:04",
            "any",
            "never",
            "12",
            "1.50",
            "90min",
        ] {
            assert!(is_literal(literal), "{literal}");
        }
        for expression in [
            "order.placed",
            "days(14)",
            "a - b",
            "14 - 3",
            "2 * paid",
            "x",
            "'in 3 days'",
            "1..2..3",
            "-x",
            "5 - 3 days",
            "order.paid..100 USD",
            "",
        ] {
            assert!(!is_literal(expression), "{expression}");
        }
    }

    #[test]
    fn a_text_cut_at_a_comma_leaves_a_bracket_open() {
        assert!(is_cut("min(a"));
        assert!(is_cut("a[0].f("));
        assert!(!is_cut("min(a, b)"));
        assert!(!is_cut("'(' + x"));
        assert!(!is_cut("b)"));
    }
}
