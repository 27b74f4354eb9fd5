use serde_json::Value;

use crate::diagnostic::Findings;
use crate::trial::each_role;
use crate::trial::tests::books::{BOOKS, answer, shipped};

#[test]
fn every_line_is_what_serde_json_would_write_of_it() {
    let mut lines = 0;
    for name in BOOKS {
        let book = shipped(name);
        for case in &book.cases {
            each_role(&book, case, &mut Findings::default(), |role, _, a| {
                lines += 1;
                let line = String::from_utf8(a.to_line()).unwrap();
                let tree: Value = serde_json::from_str(&line).unwrap();
                assert_eq!(line, format!("{tree}\n"), "{name}, {}, {role}", case.id.value);
            });
        }
    }
    assert!(lines > 300, "{lines}");
}

#[test]
fn the_tree_keeps_the_order_of_the_line() {
    let book = shipped("retail");
    let (line, tree) = answer(&book, "blazers", "frontline", |a| (a.to_line(), a.to_json()));
    assert_eq!(line, format!("{tree}\n").into_bytes());
}
