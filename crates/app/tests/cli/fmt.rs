use crate::support::Folder;

#[test]
fn files_are_written_in_the_one_way() {
    let shop = Folder::with_shop("fmt");
    let check = shop.amends(&["fmt", "--check", "shop"]);
    insta::assert_snapshot!(check.shown(), @r"
    exit 1
    --- stdout
    shop/book.yaml
    shop/policies/returns.yaml
    shop/policies/something-else.yaml
    shop/cases/returns.yaml
    4 files would change
    ");
    let before = shop.read("shop/policies/returns.yaml");
    assert_eq!(before, crate::support::RULE, "checking changes nothing");
    assert_eq!(shop.amends(&["fmt", "shop"]).code, 0);
    insta::assert_snapshot!("formatted_rule", shop.read("shop/policies/returns.yaml"));
    insta::assert_snapshot!(shop.amends(&["fmt", "--check", "shop"]).shown(), @r"
    exit 0
    --- stdout
    nothing to change
    ");
    assert_eq!((shop.amends(&["check", "shop"]).code, shop.amends(&["test", "shop"]).code), (0, 0));
    let left: Vec<_> =
        std::fs::read_dir(shop.0.join("shop/policies")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "no draft is left: {left:?}");
}

#[test]
fn a_file_that_cannot_be_read_stops_all_of_it() {
    let shop = Folder::with_shop("fmt_broken");
    shop.write("shop/policies/odd.yaml", "policy: [odd\n");
    let ran = shop.amends(&["fmt", "shop"]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert!(ran.err.contains("shop/policies/odd.yaml:"), "{}", ran.err);
    assert_eq!(shop.read("shop/policies/returns.yaml"), crate::support::RULE);
}
