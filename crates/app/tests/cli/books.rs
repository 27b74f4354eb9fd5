//! The books of the repository, as anyone would try them.

use crate::support::{amends, repository};

#[test]
fn every_book_checks_and_tests_well() {
    for book in ["rental", "retail", "tau_airline", "tau_retail"] {
        let path = format!("books/{book}");
        let (check, test) = (amends(&repository(), &["check", &path]), amends(&repository(), &["test", &path]));
        assert_eq!((check.code, test.code), (0, 0), "{}{}", check.shown(), test.shown());
    }
}

#[test]
fn the_books_of_the_stories_leave_nothing_untried() {
    for book in ["rental", "retail"] {
        let test = amends(&repository(), &["test", &format!("books/{book}"), "--json"]);
        assert_eq!(test.json()["untried"], serde_json::json!([]), "{book}");
    }
}
