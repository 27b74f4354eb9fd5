//! The examples of the design page, put together as a book. (What is beside them there, an intake and its
//! replay, is for the reader alone.)

use super::*;

const EXAMPLE: &str = "src/book/read/tests/example";

#[test]
fn the_examples_of_the_design_check_without_errors() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(EXAMPLE);
    let mut texts = books::texts_of(&root);
    texts.retain(|(path, _)| path == "book.yaml" || path.starts_with("policies/"));
    for (_, text) in &mut texts {
        *text = text.lines().filter(|line| !line.starts_with("replay:")).map(|line| format!("{line}\n")).collect();
    }
    let checked = check_texts(&texts);
    assert!(errors(&checked).is_empty(), "{}", render(&checked));
    insta::assert_snapshot!(render(&checked));
}
