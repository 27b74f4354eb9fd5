//! Whatever a book says, the checker says something about it, and soon.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::faults::shop;
use super::*;

/// Words and signs of a text, blanks left out.
fn words(text: &str) -> Vec<(usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let len = if is_part(c) { rest.find(|c| !is_part(c)).unwrap_or(rest.len()) } else { c.len_utf8() };
        if !c.is_whitespace() {
            all.push((text.len() - rest.len(), &rest[..len]));
        }
        rest = &rest[len..];
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Some words and signs of the shop, each replaced by others of it.
    #[test]
    fn no_book_stops_the_checker(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 1..4_usize), 1..4)) {
        let mut texts = shop();
        let all: String = shop().iter().map(|(_, text)| text.as_str()).collect();
        let pool = words(&all);
        for (at, from, len) in changes {
            let file = at.index(texts.len());
            let (_, text) = &mut texts[file];
            let found = words(text);
            let (start, word) = found[at.index(found.len())];
            let from = from.index(pool.len());
            let with = pool[from..(from + len).min(pool.len())].iter().map(|(_, word)| *word).collect::<Vec<_>>().join(" ");
            let range = start..start + word.len();
            text.replace_range(range, &with);
        }
        let started = Instant::now();
        let checked = check_texts(&texts);
        prop_assert!(started.elapsed() < Duration::from_secs(10), "{:?}", texts);
        prop_assert!(checked.book.is_some() || !errors(&checked).is_empty());
        render(&checked);
    }
}
