//! What is read of a book's folder, and what is not.

use crate::support::Folder;

#[test]
fn a_file_is_no_book() {
    let shop = Folder::with_shop("folders_file");
    insta::assert_snapshot!(shop.amends(&["check", "shop/policies/returns.yaml"]).shown(), @r"
    exit 2
    --- stderr
    amends: `shop/policies/returns.yaml` is a file, and a book is a folder: give `shop`
    ");
    insta::assert_snapshot!(shop.amends(&["check", "shop/book.yaml"]).shown(), @r"
    exit 2
    --- stderr
    amends: `shop/book.yaml` is a file, and a book is a folder: give `shop`
    ");
    insta::assert_snapshot!(shop.amends(&["check", "nowhere"]).shown(), @r"
    exit 2
    --- stderr
    amends: there is no folder `nowhere`
    ");
}

#[test]
fn a_folder_without_a_book() {
    let folder = Folder::new("folders_empty");
    insta::assert_snapshot!(folder.amends(&["check", "."]).shown());
}

#[test]
fn other_files_are_not_read_and_likely_mistakes_are_told() {
    let shop = Folder::with_shop("folders_other");
    shop.write("shop/policies/notes.txt", "not: [yaml");
    shop.write("shop/README.md", "# Shop");
    shop.write("shop/policies/late.yml", "policy: late");
    shop.write("shop/deeper/policies/x.yaml", "policy: [");
    insta::assert_snapshot!(shop.amends(&["check", "shop"]).shown(), @r"
    exit 0
    --- stdout
    ✓ shop: 2 policies, 2 terms, no errors
    --- stderr
    amends: shop/policies/late.yml is not read: files of a book end in `.yaml`
    ");
}

#[test]
fn a_file_that_is_no_text_or_too_large() {
    let shop = Folder::with_shop("folders_bytes");
    std::fs::write(shop.0.join("shop/policies/odd.yaml"), b"policy: \xff\xfe").unwrap();
    insta::assert_snapshot!(shop.amends(&["check", "shop"]).shown(), @r"
    exit 2
    --- stderr
    amends: `shop/policies/odd.yaml` is not UTF-8: byte 8 cannot be read as text
    ");
    shop.write("shop/policies/odd.yaml", &"# long\n".repeat(200_000));
    insta::assert_snapshot!(shop.amends(&["check", "shop"]).shown(), @r"
    exit 2
    --- stderr
    amends: `shop/policies/odd.yaml` has more than 1048576 bytes
    ");
}

#[test]
fn a_book_of_too_many_files() {
    let shop = Folder::with_shop("folders_many");
    for i in 0..2000 {
        shop.write(&format!("shop/cases/c{i}.yaml"), "cases: []\n");
    }
    let ran = shop.amends(&["check", "shop"]);
    assert_eq!((ran.code, ran.err.as_str()), (2, "amends: `shop` has more than 2000 files: split the book\n"));
}

#[cfg(unix)]
#[test]
fn links_stay_inside_the_book() {
    use std::os::unix::fs::symlink;
    let shop = Folder::with_shop("folders_links");
    shop.write("outside.yaml", "policy: outside\n");
    symlink("returns.yaml", shop.0.join("shop/policies/same.yaml")).unwrap();
    let ran = shop.amends(&["check", "shop"]);
    assert_eq!(ran.code, 1, "inside it is read, and is the same rule twice: {}", ran.shown());
    std::fs::remove_file(shop.0.join("shop/policies/same.yaml")).unwrap();
    symlink("../../outside.yaml", shop.0.join("shop/policies/other.yaml")).unwrap();
    let ran = shop.amends(&["check", "shop"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.starts_with("amends: `shop/policies/other.yaml` leads out of the book's folder, to `"),
        "{}",
        ran.err
    );
    std::fs::remove_file(shop.0.join("shop/policies/other.yaml")).unwrap();
    symlink("nowhere.yaml", shop.0.join("shop/policies/broken.yaml")).unwrap();
    let ran = shop.amends(&["check", "shop"]);
    assert_eq!(
        (ran.code, ran.err.starts_with("amends: cannot open `shop/policies/broken.yaml`: ")),
        (2, true),
        "{}",
        ran.err
    );
}
