//! Six faults in three files of the retail book: all six places are named, each with a hint that, followed
//! literally, mends it.

use super::books::folder;
use super::faults::{follow, plant};
use super::*;

const FAULTS: [(&str, &str, &str); 6] = [
    ("book.yaml", "order.lines.size()", "order.linse.size()"),
    ("book.yaml", "needs: lead", "needs: laed"),
    ("policies/price-adjustment.yaml", "lead: 30 days", "lead: 30"),
    ("policies/price-adjustment.yaml", "kind: price_adjustment", "kind: price_adjustement"),
    ("policies/returns.yaml", "use: [receipt]", "use: [reciept]"),
    ("policies/returns.yaml", "of: \"paid\"", "of: \"piad\""),
];

fn planted() -> Texts {
    let mut texts = folder("retail");
    for (file, from, to) in FAULTS {
        plant(&mut texts, file, from, to);
    }
    texts
}

/// Where a text first stands in a file, from 0.
fn place(texts: &Texts, file: &str, what: &str) -> usize {
    texts.iter().find(|(path, _)| path == file).and_then(|(_, text)| text.find(what)).unwrap()
}

#[test]
fn all_six_places_are_named_in_one_run_and_nothing_else_is() {
    let texts = planted();
    let checked = check_texts(&texts);
    let found = errors(&checked);
    assert_eq!(found.len(), FAULTS.len(), "{}", render(&checked));
    for (file, _, to) in FAULTS {
        let range = place(&texts, file, to)..place(&texts, file, to) + to.len();
        let is_here = |d: &&&Diagnostic| {
            checked.sources.file(d.at.file).unwrap().path == file && range.contains(&(d.at.start as usize))
        };
        assert_eq!(found.iter().filter(is_here).count(), 1, "{file}: {to}\n{}", render(&checked));
    }
}

#[test]
fn each_hint_followed_literally_mends_its_fault() {
    let mut texts = planted();
    for left in (0..FAULTS.len()).rev() {
        let checked = check_texts(&texts);
        let first = errors(&checked)[0];
        follow(&mut texts, &checked, first);
        let again = check_texts(&texts);
        assert_eq!(errors(&again).len(), left, "{}\nfollowed, it says:\n{}", render(&checked), render(&again));
    }
    assert_eq!(texts, folder("retail"));
}
