//! One fault planted in a sound book: what is found, where, and what to write instead.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use super::*;

mod facts;
mod language;
mod meant;
mod rules;

/// A sound book that nothing is found in.
pub(crate) fn shop() -> Texts {
    [
        ("book.yaml", include_str!("shop/book.yaml")),
        ("policies/price-adjustment.yaml", include_str!("shop/policies/price-adjustment.yaml")),
        ("policies/wrong-goods.yaml", include_str!("shop/policies/wrong-goods.yaml")),
        ("policies/something-else.yaml", include_str!("shop/policies/something-else.yaml")),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .to_vec()
}

const BOOK: &str = "book.yaml";
const PRICE: &str = "policies/price-adjustment.yaml";
const WRONG: &str = "policies/wrong-goods.yaml";
const ELSE: &str = "policies/something-else.yaml";
/// Not there in the sound book.
const INTAKE: &str = "intake/web.yaml";

/// Faults that are shown together, with a name for them.
type Group = (&'static str, Vec<Fault>);

/// What is planted: in a file, one text in place of another, perhaps several times.
struct Fault {
    edits: Vec<(&'static str, &'static str, String)>,
    /// Whether the help is a replacement that mends it when put in the place that is pointed at.
    literal: bool,
}

impl Fault {
    fn and(mut self, file: &'static str, from: &'static str, to: impl Into<String>) -> Self {
        self.edits.push((file, from, to.into()));
        self
    }

    fn shown(&self) -> String {
        let one = |(_, _, to): &(_, _, String)| to.chars().take(200).collect::<String>().replace('\n', "\n    ");
        self.edits.iter().map(one).collect::<Vec<_>>().join(" ... ")
    }
}

fn fault(file: &'static str, from: &'static str, to: impl Into<String>) -> Fault {
    Fault { edits: vec![(file, from, to.into())], literal: false }
}

/// A fault that the help mends word for word.
fn slip(file: &'static str, from: &'static str, to: impl Into<String>) -> Fault {
    Fault { literal: true, ..fault(file, from, to) }
}

/// An expression in place of the condition of the guard, where no optional fact is known to be given.
fn when(expression: impl Into<String>) -> Fault {
    fault(BOOK, "customer.claims_12m >= 9", expression)
}

/// Plants a fault, in a file of its own where there is none of that path; panics where there is no such place.
pub(crate) fn plant(texts: &mut Texts, file: &str, from: &str, to: &str) {
    if !texts.iter().any(|(path, _)| path == file) {
        texts.push((file.to_owned(), String::new()));
    }
    let (_, text) = texts.iter_mut().find(|(path, _)| path == file).unwrap();
    assert!(text.contains(from), "{file} does not say {from}");
    *text = text.replacen(from, to, 1);
}

fn with(fault: &Fault) -> Texts {
    let mut texts = shop();
    fault.edits.iter().for_each(|(file, from, to)| plant(&mut texts, file, from, to));
    texts
}

/// A fault, the book it was planted in, and what is found there.
struct Planted {
    fault: Fault,
    texts: Texts,
    checked: Checked,
}

/// All faults by group, each looked at once.
static ALL: LazyLock<Vec<(&str, Vec<Planted>)>> = LazyLock::new(|| {
    let planted = |fault: Fault| {
        let texts = with(&fault);
        Planted { checked: check_texts(&texts), texts, fault }
    };
    let groups = [language::groups(), facts::groups(), rules::groups(), meant::groups()];
    groups.into_iter().flatten().map(|(name, faults)| (name, faults.into_iter().map(planted).collect())).collect()
});

fn all() -> impl Iterator<Item = &'static Planted> {
    ALL.iter().flat_map(|(_, planted)| planted)
}

#[test]
fn nothing_is_found_in_the_sound_book() {
    assert_eq!(render(&check_texts(&shop())), "");
}

#[test]
fn findings_say_where_and_what_to_write() {
    for (name, planted) in ALL.iter() {
        let mut out = String::new();
        for Planted { fault, checked, .. } in planted {
            writeln!(out, "=== {}\n{}", fault.shown(), render(checked)).unwrap();
        }
        insta::assert_snapshot!(*name, out);
    }
}

#[test]
fn every_fault_is_found_and_every_finding_helps() {
    for Planted { fault, checked, .. } in all() {
        assert!(!checked.findings.all.is_empty(), "{}", fault.shown());
        assert!(checked.findings.all.iter().all(|finding| finding.help.is_some()), "no help:\n{}", render(checked));
    }
}

#[test]
fn help_that_is_a_replacement_mends_the_fault() {
    for Planted { checked, texts, .. } in all().filter(|planted| planted.fault.literal) {
        let mut texts = texts.clone();
        let first = &checked.findings.all[0];
        follow(&mut texts, checked, first);
        let again = check_texts(&texts);
        assert!(errors(&again).is_empty(), "{}\nfollowed, it says:\n{}", render(checked), render(&again));
        let is_same = |d: &&Diagnostic| (d.code, d.at.file, d.at.start) == (first.code, first.at.file, first.at.start);
        assert!(
            !again.findings.all.iter().any(|d| is_same(&d)),
            "{}\nfollowed, it still says:\n{}",
            render(checked),
            render(&again)
        );
    }
}

/// Puts the replacement that the help names in the place of the finding.
pub(crate) fn follow(texts: &mut Texts, checked: &Checked, finding: &Diagnostic) {
    let help = finding.help.as_deref().unwrap();
    let to = replacement(help).unwrap_or_else(|| panic!("no replacement in: {help}"));
    let path = &checked.sources.file(finding.at.file).unwrap().path;
    let (_, text) = texts.iter_mut().find(|(p, _)| p == path).unwrap();
    text.replace_range(finding.at.start as usize..finding.at.end as usize, &to);
}

/// The first text in backticks, or else in double quotes.
fn replacement(help: &str) -> Option<String> {
    let between = |quote: char| help.split(quote).nth(1).map(str::to_owned);
    match (help.find('`'), help.find('"')) {
        (Some(tick), Some(quote)) if quote < tick => between('"'),
        (Some(_), _) => between('`'),
        (None, _) => between('"'),
    }
}

#[test]
fn every_kind_of_finding_is_shown() {
    let shown: BTreeSet<String> =
        all().flat_map(|planted| &planted.checked.findings.all).map(|d| d.code.to_owned()).collect();
    let missing: Vec<String> = codes_in_the_source().difference(&shown).cloned().collect();
    assert!(missing.is_empty(), "without a fault: {missing:?}");
}

/// The codes of findings that the checker's source names.
fn codes_in_the_source() -> BTreeSet<String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut left: Vec<_> = ["book/check", "program", "facts/schema.rs", "facts/resolve.rs", "facts/names.rs"]
        .iter()
        .map(|p| src.join(p))
        .collect();
    let mut codes = BTreeSet::new();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        for how in ["Diagnostic::error(", "Diagnostic::warning(", "Diagnostic::question("] {
            for (at, _) in text.match_indices(how) {
                let rest = text[at + how.len()..].trim_start();
                codes.extend(rest.strip_prefix('"').and_then(|r| r.split('"').next()).map(str::to_owned));
            }
        }
    }
    codes
}
