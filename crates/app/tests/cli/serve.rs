use crate::support::Folder;

#[test]
fn what_cannot_be_served_is_said_and_nothing_is_started() {
    let shop = Folder::with_shop("serve_wrong");
    let of = |args: &[&str]| shop.amends(args).shown();
    insta::assert_snapshot!(of(&["serve", "nowhere"]));
    insta::assert_snapshot!(of(&["serve", "shop", "shop"]));
    insta::assert_snapshot!(of(&["serve", "shop", "--listen", "0.0.0.0:0"]));
    shop.write("token", "short\n");
    insta::assert_snapshot!(of(&["serve", "shop", "--listen", "0.0.0.0:0", "--token-file", "token"]));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = shop.amends(&["serve", "shop", "--listen", &address]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("is something else there?"), "{}", said.shown());
}

#[test]
fn a_book_with_mistakes_is_not_served() {
    let shop = Folder::with_shop("serve_broken");
    shop.write("shop/policies/broken.yaml", "policy: broken\n");
    let ran = shop.amends(&["serve", "shop"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("broken.yaml"), "{}", ran.shown());
}
