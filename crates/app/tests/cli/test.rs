use crate::support::Folder;

#[test]
fn what_agrees_and_what_no_case_tries() {
    let shop = Folder::with_shop("test_good");
    insta::assert_snapshot!(shop.amends(&["test", "shop"]).shown(), @r"
    exit 0
    --- stdout
    No case tries
      returns
        · term window: the stretch of lead
        · term bought: never past its line
      something_else
        · no case at all
      the book
        · never opened: bars nothing

    ✓ 2 cases, 3 answers: all as expected
    ");
}

#[test]
fn what_differs() {
    let shop = Folder::with_shop("test_differs");
    shop.replace("shop/policies/returns.yaml", "frontline: 7 days", "frontline: 4 days");
    insta::assert_snapshot!(shop.amends(&["test", "shop"]).shown());
    let json = shop.amends(&["test", "shop", "--json"]);
    assert_eq!(json.code, 1);
    insta::assert_snapshot!("test_differs_json", format!("{:#}", json.json()));
}

#[test]
fn a_case_that_cannot_be_read() {
    let shop = Folder::with_shop("test_unreadable");
    shop.replace("shop/cases/returns.yaml", "paid: 80 USD", "paid: 80 days, piad: 3 USD");
    insta::assert_snapshot!(shop.amends(&["test", "shop"]).shown());
}

#[test]
fn a_book_without_cases_and_one_with_errors() {
    let shop = Folder::with_shop("test_none");
    std::fs::remove_dir_all(shop.0.join("shop/cases")).unwrap();
    let ran = shop.amends(&["test", "shop"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.ends_with("· 0 cases, 0 answers: nothing to compare\n"), "{}", ran.out);
    shop.replace("shop/policies/returns.yaml", "order.paid", "order.payed");
    let ran = shop.amends(&["test", "shop"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("order.payed"), "{}", ran.err);
}
