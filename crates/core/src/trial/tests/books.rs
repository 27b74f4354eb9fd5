//! Books and their cases for tests.

use std::path::Path;

use crate::assess::Assessment;
use crate::book::check::check;
use crate::book::read::BookFiles;
use crate::book::rules::Book;
use crate::diagnostic::Findings;

/// The books of the repository.
pub(crate) const BOOKS: [&str; 4] = ["rental", "retail", "tau_airline", "tau_retail"];

/// A book of the repository.
pub(crate) fn shipped(name: &str) -> Book {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../books").join(name);
    let mut files = BookFiles::default();
    for part in ["", "policies", "intake", "cases"] {
        for entry in std::fs::read_dir(folder.join(part)).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "yaml") {
                let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
                files.add(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    checked(&files)
}

/// A book of texts; panics when it has errors.
pub(crate) fn book(texts: &[(&str, &str)]) -> Book {
    checked(&texts.iter().copied().collect())
}

fn checked(files: &BookFiles) -> Book {
    let checked = check(files);
    checked.book.unwrap_or_else(|| panic!("{:#?}", checked.findings))
}

/// Hands out the answer to a case for a role.
pub(crate) fn answer<T>(book: &Book, case: &str, role: &str, f: impl FnOnce(&Assessment<'_>) -> T) -> T {
    let case = book.cases.iter().find(|c| c.id.value == case).expect("a case of the book");
    let mut findings = Findings::default();
    let json = crate::facts::from_yaml::question_json(&book.schema, &case.question, &mut findings);
    let json = json.unwrap_or_else(|| panic!("{findings:#?}"));
    let question = crate::facts::read_question(&book.schema, &json).unwrap();
    let role = book.role(role).expect("a role of the book");
    let mut workspace = crate::assess::Workspace::default();
    f(&crate::assess::assess(book, &question.request, &question.facts, role, &mut workspace).unwrap())
}
