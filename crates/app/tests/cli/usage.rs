//! What is said to who calls the program wrongly, or asks how to call it.

use crate::support::Folder;

#[test]
fn help_names_every_command() {
    let folder = Folder::new("usage");
    insta::assert_snapshot!(folder.amends(&["--help"]).shown());
    assert_eq!(folder.amends(&[]).code, 2);
    assert_eq!(folder.amends(&["chekc", "x"]).code, 2);
    assert!(folder.amends(&["chekc", "x"]).err.contains("'check'"));
}

#[test]
fn what_cannot_be_read_is_told_as_json_too() {
    let folder = Folder::new("usage_json");
    let ran = folder.amends(&["check", "nowhere", "--json"]);
    assert_eq!(
        (ran.code, ran.json()["error"].as_str().map(|e| e.starts_with("there is no folder `nowhere`"))),
        (2, Some(true))
    );
}

#[test]
fn every_shell_gets_its_script() {
    let folder = Folder::new("usage_completions");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = folder.amends(&["completions", shell]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        assert!(ran.out.contains("amends") && ran.out.contains("replay"), "{shell}");
        assert_eq!(folder.amends(&["completions", shell, "--json"]).json()["shell"], shell);
    }
}

#[test]
fn what_is_not_there_is_not_exported_as_nothing() {
    let folder = Folder::new("export_nothing");
    let export = |business: &str| folder.amends(&["export", "--database", "shop.db", "--business", business]);
    let missing = export("shop");
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("there is no database at shop.db"), "{}", missing.shown());
    assert!(!folder.0.join("shop.db").exists(), "it is not made");
    let made = folder.amends(&["people", "team", "counter", "--database", "shop.db", "--business", "shop"]);
    assert_eq!(made.code, 0, "{}", made.shown());
    let unknown = export("shpo");
    assert!(unknown.err.contains("knows no business `shpo`"), "{}", unknown.shown());
    assert_eq!(export("shop").code, 0);
}
