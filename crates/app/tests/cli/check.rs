use std::collections::BTreeSet;

use crate::support::{Folder, copy, repository};

#[test]
fn a_good_book() {
    let shop = Folder::with_shop("check_good");
    insta::assert_snapshot!(shop.amends(&["check", "shop"]).shown(), @r"
    exit 0
    --- stdout
    ✓ shop: 2 policies, 2 terms, no errors
    ");
    assert_eq!(shop.amends(&["check", "shop", "--json"]).json(), serde_json::json!([]));
}

#[test]
fn all_that_is_wrong_is_named_at_once() {
    let shop = Folder::with_shop("check_wrong");
    shop.replace("shop/policies/returns.yaml", "order.paid", "order.payed");
    shop.replace("shop/book.yaml", "bars: [refund]", "bars: [refnd]");
    shop.replace("shop/intake/till.yaml", "order.placed", "order.plaecd");
    insta::assert_snapshot!(shop.amends(&["check", "shop"]).shown());
    let json = shop.amends(&["check", "shop", "--json"]);
    assert_eq!(json.code, 1);
    insta::assert_snapshot!("check_wrong_json", format!("{:#}", json.json()));
}

#[test]
fn names_in_cases_are_checked_too() {
    let shop = Folder::with_shop("check_cases");
    shop.replace("shop/cases/returns.yaml", "first: back", "first: bakc");
    insta::assert_snapshot!(shop.amends(&["check", "shop"]).shown());
}

#[test]
fn strict_makes_a_warning_count() {
    let shop = Folder::with_shop("check_strict");
    shop.replace(
        "shop/intake/till.yaml",
        "request: returns",
        "request: { at: /what, map: { back: retruns }, else: returns }",
    );
    let (lax, strict) = (shop.amends(&["check", "shop"]), shop.amends(&["check", "shop", "--strict"]));
    assert_eq!((lax.code, strict.code), (0, 1), "{}", lax.shown());
    assert!(lax.out.contains("1 warning"), "{}", lax.out);
}

/// Six faults in three files: what stands there, and what is written instead.
const FAULTS: [(&str, &str, &str); 6] = [
    ("book.yaml", "America/New_York", "America/New_Yrok"),
    ("book.yaml", "stretch_of: lead, to: frontline", "stretch_of: lead, to: fronline"),
    ("policies/returns.yaml", "condition != 'worn'", "conditon != 'worn'"),
    ("policies/returns.yaml", "stretch: { lead: 30 days }", "stretch: { laed: 30 days }"),
    ("policies/price-adjustment.yaml", "    at_most: 14 days", "    at_msot: 14 days"),
    ("policies/price-adjustment.yaml", "use: [receipt]", "use: [reciept]"),
];

fn planted(name: &str) -> Folder {
    let folder = Folder::new(name);
    copy(&repository().join("books/retail"), &folder.0.join("retail"));
    for (file, old, new) in FAULTS {
        folder.replace(&format!("retail/{file}"), old, new);
    }
    folder
}

#[test]
fn six_planted_faults_are_all_named_in_one_run() {
    let folder = planted("check_planted");
    let ran = folder.amends(&["check", "retail"]);
    assert_eq!(ran.code, 1);
    for (file, _, new) in FAULTS {
        let line = 1 + folder.read(&format!("retail/{file}")).lines().position(|l| l.contains(new)).unwrap();
        assert!(ran.out.contains(&format!("retail/{file}:{line}:")), "{file}:{line} is not named:\n{}", ran.out);
    }
    insta::assert_snapshot!(ran.out);
}

#[test]
fn a_hint_followed_literally_mends_its_fault() {
    let folder = planted("check_mended");
    let mut mended = BTreeSet::new();
    for _ in FAULTS {
        let found = folder.amends(&["check", "retail", "--json"]).json();
        let Some(finding) = found.as_array().unwrap().iter().find(|f| mends(f)) else { break };
        mended.insert(format!("{}: {}", finding["file"].as_str().unwrap(), mend(&folder, finding)));
    }
    let last = folder.amends(&["check", "retail"]);
    assert_eq!((last.code, mended.len()), (0, 6), "{}", last.shown());
    for (file, _, _) in FAULTS {
        let own = std::fs::read_to_string(repository().join("books/retail").join(file)).unwrap();
        assert_eq!(folder.read(&format!("retail/{file}")), own);
    }
}

/// Whether a finding says what to write; one that only follows from another goes with it.
fn mends(finding: &serde_json::Value) -> bool {
    let help = finding["help"].as_str().unwrap_or_default();
    finding["severity"] == "error" && (help.starts_with("did you mean `") || help.starts_with("write `"))
}

/// Does literally what a hint says. Returns the hint.
fn mend(folder: &Folder, finding: &serde_json::Value) -> String {
    let place = |key: &str| usize::try_from(finding[key].as_u64().unwrap()).unwrap() - 1;
    let file = finding["file"].as_str().unwrap();
    let help = finding["help"].as_str().unwrap();
    let new = help.split('`').nth(1).unwrap_or_else(|| panic!("`{help}` names nothing to write"));
    let text = folder.read(file);
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let line = &mut lines[place("line")];
    let byte = |n: usize| line.char_indices().nth(n).map_or(line.len(), |(at, _)| at);
    let range = byte(place("column"))..byte(place("end_column"));
    line.replace_range(range, new);
    folder.write(file, &lines.join("\n"));
    help.to_owned()
}
