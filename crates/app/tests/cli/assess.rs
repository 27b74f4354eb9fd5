use crate::support::{Folder, question};

#[test]
fn an_answer_in_words() {
    let shop = Folder::with_shop("assess_words");
    shop.write("q.json", &question("2026-05-05"));
    insta::assert_snapshot!(shop.amends(&["assess", "shop", "--role", "frontline", "q.json"]).shown());
}

#[test]
fn an_answer_as_json_and_from_standard_input() {
    let shop = Folder::with_shop("assess_json");
    let ran = shop.amends_with(&["assess", "shop", "--role", "lead", "--json", "-"], &question("2026-07-01"));
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let json = ran.json();
    assert_eq!(
        (&json["standing"], &json["by"], &json["options"][0]["group"]),
        (&"refused".into(), &serde_json::Value::Null, &"remedy".into())
    );
}

#[test]
fn a_refusal_is_an_answer_and_no_bare_no() {
    let shop = Folder::with_shop("assess_refused");
    let ran = shop.amends_with(&["assess", "shop", "--role", "frontline", "-"], &question("2026-07-01"));
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn another_systems_document() {
    let shop = Folder::with_shop("assess_intake");
    let document = r#"{ "at": "2026-05-05T10:00:00", "bought": "2026-03-01", "cents": 8000, "till": 4, "clerk": { "name": "Ada" } }"#;
    let ran = shop.amends_with(&["assess", "shop", "--role", "frontline", "--intake", "till", "-", "--json"], document);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.shown());
    assert_eq!(ran.json()["options"][0]["amount"], "80.00 USD");
    let found = shop.amends_with(&["assess", "shop", "--intake", "till", "-", "--json"], document);
    assert_eq!(found.out, ran.out, "without `--role` whoever the mapping finds asks");
    let lead = shop.amends_with(&["assess", "shop", "--role", "lead", "--intake", "till", "-", "--json"], document);
    assert_eq!(lead.json()["role"], "lead", "`--role` goes before it");
    shop.replace("shop/intake/till.yaml", "role: frontline\n", "");
    let nobody = shop.amends_with(&["assess", "shop", "--intake", "till", "-"], document);
    let says = "amends: the intake `till` does not say which role asks: name it with `--role`\n";
    assert_eq!((nobody.code, nobody.err.as_str()), (2, says));
    assert_eq!(shop.amends_with(&["assess", "shop", "-"], document).code, 2, "a question does not say who asks");
}

#[test]
fn what_is_wrong_with_a_question() {
    let shop = Folder::with_shop("assess_wrong");
    let wrong = question("2026-05-05").replace("\"80 USD\"", "80.123").replace("true", "\"yes\"");
    let ran = shop.amends_with(&["assess", "shop", "--role", "frontline", "-"], &wrong);
    insta::assert_snapshot!(ran.shown());
    let json = shop.amends_with(&["assess", "shop", "--role", "frontline", "-", "--json"], &wrong);
    assert_eq!((json.code, json.json()["errors"][0]["path"].as_str()), (2, Some("facts.order.paid")));
}

#[test]
fn fields_that_the_book_does_not_declare_are_told() {
    let shop = Folder::with_shop("assess_skipped");
    let ran = shop.amends_with(
        &["assess", "shop", "--role", "lead", "-"],
        &question("2026-05-05").replace("\"sealed\"", "\"colour\": \"red\", \"sealed\""),
    );
    assert_eq!((ran.code, ran.err.as_str()), (0, "amends: 1 field that the book does not declare: not read\n"));
}

#[test]
fn names_that_are_not_there() {
    let shop = Folder::with_shop("assess_names");
    shop.write("q.json", &question("2026-05-05"));
    let wrong = [
        vec!["assess", "shop", "--role", "frontlin", "q.json"],
        vec!["assess", "shop", "--role", "lead", "--intake", "tlil", "q.json"],
        vec!["assess", "shop", "--role", "lead", "nothing.json"],
        vec!["assess", "shop", "--role", "lead", "shop"],
        vec!["assess", "nowhere", "--role", "lead", "q.json"],
    ];
    let shown: Vec<String> = wrong.iter().map(|args| shop.amends(args).shown()).collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    exit 2
    --- stderr
    amends: the book has no role `frontlin`: did you mean `frontline`?

    exit 2
    --- stderr
    amends: the book has no intake `tlil`: did you mean `till`?

    exit 2
    --- stderr
    amends: there is no file `nothing.json`

    exit 2
    --- stderr
    amends: `shop` is a folder, not a file

    exit 2
    --- stderr
    amends: there is no folder `nowhere`
    ");
}
