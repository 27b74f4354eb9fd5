use crate::support::Folder;

#[test]
fn the_five_stories() {
    let folder = Folder::new("demo");
    let ran = folder.amends(&["demo", "--terminal"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out);
    assert!(!ran.out.contains('\u{1b}'), "no colours where there is no terminal");
}

#[test]
fn one_story_and_json() {
    let folder = Folder::new("demo_one");
    let ran = folder.amends(&["demo", "2"]);
    assert!(ran.out.contains("The wrong parcel") && !ran.out.contains("Three days"));
    let json = folder.amends(&["demo", "--json"]).json();
    let standings: Vec<String> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|a| {
            format!("{} {} {}", a["story"], a["case"].as_str().unwrap(), a["assessment"]["standing"].as_str().unwrap())
        })
        .collect();
    insta::assert_snapshot!(standings.join("\n"), @r"
    1 blazers approval
    2 two_tshirts entitled
    3 hospital discretion
    3 no_reason_given approval
    3 to_another_card never
    4 three_days_past_the_cover discretion
    4 nine_claims_in_a_year approval
    4 two_hours_late discretion
    5 any_watch_at_all entitled
    ");
    assert_eq!(folder.amends(&["demo", "6"]).code, 2);
}

/// Whoever opens the demo is let in as anyone who works there.
#[test]
fn a_database_that_the_demo_did_not_make_is_not_opened_by_it() {
    let folder = Folder::new("demo_of_others");
    for business in ["retail", "shop"] {
        let file = format!("{business}.db");
        let add = ["people", "add", "rita", "--role", "frontline", "--team", "web", "--business", business];
        assert_eq!(folder.amends(&[&add[..], &["--database", &file]].concat()).code, 0);
        let list = folder.amends(&["people", "list", "--business", business, "--database", &file]);
        assert!(!list.out.contains('"'), "{}", list.out);
        let ran = folder.amends(&["demo", "--listen", "127.0.0.1:0", "--keep", &file]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("the demo did not make this database"), "{}", ran.err);
    }
}
