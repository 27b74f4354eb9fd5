//! The sound book and the assessments of a question by every role.

use std::sync::OnceLock;

use amends_core::assess::{Workspace, assess};
use amends_core::book::check::check;
use amends_core::book::read::BookFiles;
use amends_core::book::rules::{Book, RoleId};
use amends_core::facts::Question;

/// The book that documents are read for.
pub fn book() -> &'static Book {
    static BOOK: OnceLock<Book> = OnceLock::new();
    BOOK.get_or_init(|| {
        let mut files = BookFiles::default();
        files.add("book.yaml", include_str!("seeds/book/sound.yaml"));
        files.add("policies/p.yaml", include_str!("seeds/book/policy.yaml"));
        files.add("policies/else.yaml", "policy: something_else\nrequest: [something_else]\ngoodwill:\n  gift: { says: A gift, kind: store_credit, amount: 5 USD }\n");
        let checked = check(&files);
        checked.book.unwrap_or_else(|| panic!("{:?}", checked.findings.all))
    })
}

/// The bytes of what the book says to a question, for each role.
pub fn answers(question: &Question<'_>, workspace: &mut Workspace) -> Vec<String> {
    let book = book();
    let roles = (0..book.roles.len()).map(|i| RoleId(u8::try_from(i).expect("few roles")));
    let answer = |role| assess(book, &question.request, &question.facts, role, workspace).map(|a| a.to_json().to_string());
    roles.map(answer).map(|a| a.unwrap_or_else(|e| e.to_string())).collect()
}
