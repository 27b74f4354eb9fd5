use crate::support::Folder;

#[test]
fn what_holds_is_said_with_where_it_is_from() {
    let shop = Folder::with_shop("config_good");
    shop.write("token", "a token of some length\n");
    shop.write(
        "amends.toml",
        "books = [\"shop\"]\nlisten = \"0.0.0.0:80\"\ntoken-file = \"token\"\ndatabase = \"postgres://amends:secret@db.example/amends?password=secret\"\nlog-format = \"json\"\n",
    );
    // Both hold a secret.
    #[cfg(unix)]
    for file in ["token", "amends.toml"] {
        std::fs::set_permissions(shop.0.join(file), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    let ran = shop.amends(&["config", "check", "amends.toml"]);
    assert!(!ran.shown().contains("secret"));
    insta::assert_snapshot!(ran.shown());
    let json = shop.amends(&["config", "check", "amends.toml", "--json"]).json();
    assert_eq!(json["settings"]["listen"], serde_json::json!({ "value": "0.0.0.0:80", "from": "amends.toml" }));
    assert_eq!((&json["wrong"], &json["warnings"]), (&serde_json::json!([]), &serde_json::json!([])));
}

#[test]
fn all_that_keeps_it_from_working_is_said_at_once() {
    let shop = Folder::with_shop("config_wrong");
    shop.write("shop/policies/broken.yaml", "policy: broken\n");
    shop.write("amends.toml", "books = [\"shop\", \"nowhere\"]\nlisten = \"0.0.0.0:80\"\ndatabase = \"no/where.db\"\n");
    insta::assert_snapshot!(shop.amends(&["config", "check", "amends.toml"]).shown());
    shop.write("empty.toml", "");
    insta::assert_snapshot!(shop.amends(&["config", "check", "empty.toml"]).shown());
}

#[test]
fn a_file_that_makes_no_sense_says_where() {
    let shop = Folder::with_shop("config_unread");
    for (name, text) in [
        ("unknown.toml", "books = [\"shop\"]\nlisen = \"127.0.0.1:80\"\n"),
        ("kind.toml", "books = \"shop\"\n"),
        ("address.toml", "listen = \"somewhere\"\n"),
        ("log.toml", "log = \"loud\"\n"),
        ("broken.toml", "books = [\n"),
    ] {
        shop.write(name, text);
        insta::assert_snapshot!(name, shop.amends(&["config", "check", name]).shown());
    }
    assert_eq!(shop.amends(&["config", "check", "absent.toml"]).code, 2);
}
