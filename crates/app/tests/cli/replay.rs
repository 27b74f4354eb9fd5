use std::io::Write;

use crate::support::{Folder, amends, repository};

fn line(id: &str, at: &str, expect: &str, rule: &str) -> String {
    format!(
        "{{\"id\":\"{id}\",\"kind\":\"past\",\"expect\":\"{expect}\",\"rule\":{rule},\"at\":\"{at}T10:00:00\",\"bought\":\"2026-03-01\",\"cents\":8000}}\n"
    )
}

#[test]
fn where_the_book_agrees_with_the_past_and_where_not() {
    let shop = Folder::with_shop("replay");
    let cases = line("soon", "2026-04-01", "allow", "null") + &line("late", "2026-07-01", "refuse", "\"R-1\"");
    shop.write("good.jsonl", &cases);
    insta::assert_snapshot!(shop.amends(&["replay", "shop", "good.jsonl"]).shown(), @r"
    exit 0
    --- stdout
    by kind    cases   agree  differ
    past           2       2       0

    by rule    cases   agree  differ
    R-1            1       1       0

    ✓ 2 cases: 2 agree, 0 differ
    ");
    shop.write(
        "cases.jsonl",
        &(cases
            + &line("other_rule", "2026-07-01", "refuse", "\"R-9\"")
            + &line("day_65", "2026-05-05", "allow", "null")),
    );
    insta::assert_snapshot!("replay_differs", shop.amends(&["replay", "shop", "cases.jsonl"]).shown());
    let json = shop.amends(&["replay", "shop", "cases.jsonl", "--json"]);
    assert_eq!(
        (json.code, &json.json()["differ"], &json.json()["differences"][0]["case"]),
        (1, &2.into(), &"other_rule".into())
    );
}

#[test]
fn lines_that_cannot_be_read_are_told_and_do_not_stop_the_rest() {
    let shop = Folder::with_shop("replay_unreadable");
    shop.write(
        "cases.jsonl",
        &("no json\n".to_owned()
            + &line("soon", "2026-04-01", "allow", "null")
            + &line("odd", "April", "allow", "null")),
    );
    insta::assert_snapshot!(shop.amends(&["replay", "shop", "cases.jsonl"]).shown());
}

#[test]
fn a_book_that_cannot_be_replayed() {
    let shop = Folder::with_shop("replay_no_mapping");
    shop.write("cases.jsonl", "");
    let text = shop.read("shop/book.yaml");
    shop.write("shop/book.yaml", &text[..text.find("replay:").unwrap()]);
    insta::assert_snapshot!(shop.amends(&["replay", "shop", "cases.jsonl"]).shown(), @r"
    exit 2
    --- stderr
    amends: `shop` does not say how cases are read: add `replay: { intake: NAME, id: /.., expect: { at: /.., WORD: [standing] } }` to book.yaml
    ");
}

/// Past decisions made from a public benchmark; they do not lie in the repository.
#[test]
fn the_outside_test_agrees_in_every_case() {
    let repository = repository();
    for (name, cases) in [("retail", 857), ("airline", 556)] {
        let file = repository.join(format!("../shared/data/tau/{name}.jsonl"));
        if !file.exists() {
            // Past the test harness, which would hide it.
            let _ = writeln!(std::io::stderr(), "SKIPPED replay of {name}: no {}", file.display());
            continue;
        }
        let ran = amends(&repository, &["replay", &format!("books/tau_{name}"), file.to_str().unwrap()]);
        assert_eq!(ran.code, 0, "{}", ran.shown());
        assert!(ran.out.ends_with(&format!("✓ {cases} cases: {cases} agree, 0 differ\n")), "{}", ran.out);
    }
}
