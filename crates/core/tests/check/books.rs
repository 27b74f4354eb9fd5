//! The books of this repository.

use std::path::Path;

use amends_core::assess::Bar;
use amends_core::diagnostic::Findings;
use amends_core::trial;

use super::*;

/// The texts of a folder of `books`.
pub(crate) fn folder(name: &str) -> Texts {
    texts_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../books").join(name))
}

/// The texts of the book in a folder, by path.
pub(crate) fn texts_of(root: &Path) -> Texts {
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let mut texts = vec![("book.yaml".to_owned(), read(&root.join("book.yaml")))];
    for part in ["policies", "intake", "cases"] {
        let Ok(entries) = std::fs::read_dir(root.join(part)) else { continue };
        let paths =
            entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "yaml"));
        texts.extend(paths.map(|path| (format!("{part}/{}", path.file_name().unwrap().display()), read(&path))));
    }
    texts.sort();
    texts
}

#[test]
fn nothing_is_found_in_any_book() {
    for name in ["retail", "rental", "tau_retail", "tau_airline"] {
        let started = std::time::Instant::now();
        let checked = check_texts(&folder(name));
        println!("--- {name} {:?}\n{}", started.elapsed(), render(&checked));
        assert!(checked.findings.all.is_empty(), "{name}:\n{}", render(&checked));
    }
}

/// Every case of a book as it would be after something went back, with what bars its options.
fn barred_after(name: &str, refunded: &str) -> (usize, Vec<String>) {
    let mut texts = folder(name);
    for (_, text) in texts.iter_mut().filter(|(path, _)| path.starts_with("cases/")) {
        *text = text.replace("refunded: 0 USD", &format!("refunded: {refunded}"));
    }
    let book = check_texts(&texts).book.unwrap();
    let (mut options, mut barred) = (0, Vec::new());
    for case in &book.cases {
        trial::each_role(&book, case, &mut Findings::default(), |role, _, a| {
            for option in &a.options {
                options += 1;
                let too_much = |bar: &(Bar, bool)| bar.0 == Bar::MoreThanPaid;
                if option.parts.iter().any(|part| part.bars.iter().any(too_much)) {
                    barred.push(format!("{} {role} {}", case.id.value, a.version.remedies[option.remedy].id));
                }
            }
        });
    }
    (options, barred)
}

#[test]
fn ready_rules_offer_what_is_left_whatever_went_back_before() {
    for (name, options_min) in [("retail", 200), ("rental", 20)] {
        for refunded in ["0 USD", "7.00 USD", "39.99 USD", "9000.00 USD"] {
            let (options, barred) = barred_after(name, refunded);
            assert!(options >= options_min, "{name}: {options}");
            assert!(barred.is_empty(), "{name}, {refunded} given back:\n{}", barred.join("\n"));
        }
    }
}

/// What is found of facts that no mapping brings, in the retail book with changes.
fn not_brought(changes: &[(&str, &str, &str)]) -> Vec<String> {
    let mut texts = folder("retail");
    // What cases expect of a role is beside the point.
    texts.retain(|(path, _)| !path.starts_with("cases/"));
    for (file, from, to) in changes {
        let text = &mut texts.iter_mut().find(|(path, _)| path == file).unwrap().1;
        assert!(text.contains(from), "{file} does not say {from}");
        *text = text.replace(from, to);
    }
    let checked = check_texts(&texts);
    assert!(errors(&checked).is_empty(), "{}", render(&checked));
    let found = checked.findings.all.iter().filter(|finding| finding.code == "not_brought");
    found
        .map(|finding| format!("{} {}", checked.sources.file(finding.at.file).unwrap().path, finding.message))
        .collect()
}

#[test]
fn what_pays_out_on_facts_that_no_mapping_brings_is_named() {
    const EVENTS: &str = "intake/shop_events.yaml";
    const FEE: (&str, &str, &str) = (EVENTS, "  fee.", "  #");
    let fee = "policies/fees.yaml `fee_back`, `waive` pay out on what no mapping brings: `fee`";
    assert_eq!(not_brought(&[FEE]), [fee]);
    assert_eq!(
        not_brought(&[(EVENTS, "  shipment.recall", "  #")]),
        ["policies/cancellations.yaml `call_off` pays out on what no mapping brings: `shipment.recall`"],
        "what it costs counts, too"
    );
    assert_eq!(
        not_brought(&[(EVENTS, "sources: {", "sources: { fee: word, offer.ends: claimed,")]),
        [fee, "policies/trade-in-coupon.yaml `any_watch` pays out on what no mapping brings: `offer`"],
        "nor is it brought by a mapping that takes a word for it"
    );
    let none: [&str; 0] = [];
    assert_eq!(not_brought(&[(EVENTS, "sources: {", "sources: { fee: seen,")]), none, "someone looked");
    assert_eq!(not_brought(&[(EVENTS, "  fee.id", "  #")]), none, "it may be absent");
    let known = ("book.yaml", "  fee?: { id?: text,", "  fee?:\n    takes: word\n    type: { id?: text,");
    assert_eq!(not_brought(&[FEE, known]), none, "nobody else can know it");
    let trusted = ("book.yaml", "\ntypes:", "\ntrust: { ai: { seen: any } }\ntypes:");
    assert_eq!(not_brought(&[FEE, trusted]), none, "an agent may act on what was seen");
    let people = ("book.yaml", "id: ai\n", "id: trainee\n");
    let shopify = ("intake/shopify_order.yaml", "else: ai", "else: trainee");
    assert_eq!(not_brought(&[FEE, people, shopify]), none, "people look things up");
}

#[test]
fn a_book_is_called_by_an_id() {
    for (name, good) in [
        ("shop", true),
        ("shop-2.eu", true),
        ("\"\"", false),
        ("\"../x\"", false),
        ("Hello World", false),
        ("a/b", false),
        ("-x", false),
        ("ann@example.com", false),
    ] {
        let mut texts = super::faults::shop();
        let (_, book) = texts.iter_mut().find(|(path, _)| path == "book.yaml").unwrap();
        let line = book.lines().find(|line| line.starts_with("book:")).unwrap().to_owned();
        *book = book.replacen(&line, &format!("book: {name}"), 1);
        let checked = check_texts(&texts);
        let codes: Vec<&str> = errors(&checked).iter().map(|d| d.code).collect();
        assert_eq!(codes, if good { vec![] } else { vec!["bad_id"] }, "{name}: {}", render(&checked));
    }
}
