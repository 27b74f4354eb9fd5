//! The reference names every denial.

use amends_core::denied::Denied;

#[test]
fn the_page_of_cases_has_every_denial() {
    let page = include_str!("../../../../docs/src/reference/cases.md");
    let missing: Vec<_> = Denied::WORDS.iter().filter(|word| !page.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "not in docs/src/reference/cases.md: {missing:?}");
}
