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
fn every_book_checks_without_errors() {
    for name in ["retail", "rental", "tau_retail", "tau_airline"] {
        let started = std::time::Instant::now();
        let checked = check_texts(&folder(name));
        println!("--- {name} {:?}\n{}", started.elapsed(), render(&checked));
        assert!(errors(&checked).is_empty(), "{name}:\n{}", render(&checked));
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
