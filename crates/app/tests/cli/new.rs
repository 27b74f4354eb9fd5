use std::fs;

use crate::support::{Folder, repository};

#[test]
fn a_book_of_ready_rules_that_passes_as_it_stands() {
    let folder = Folder::new("new");
    insta::assert_snapshot!(folder.amends(&["new", "my_shop", "--from", "retail"]).shown(), @r"
    exit 0
    --- stdout
    my_shop: 11 policies in 32 files

    Next:
      amends check my_shop
      amends test my_shop
    Then edit the lines, stretches and words in my_shop/policies.
    ");
    assert!(folder.read("my_shop/book.yaml").contains("book: my_shop\n"));
    let own = repository().join("books/retail/policies/returns.yaml");
    assert_eq!(folder.read("my_shop/policies/returns.yaml"), fs::read_to_string(own).unwrap());
    let (check, test) = (folder.amends(&["check", "my_shop"]), folder.amends(&["test", "my_shop"]));
    assert_eq!((check.code, test.code), (0, 0), "{}{}", check.shown(), test.shown());
    let policies = fs::read_dir(folder.0.join("my_shop/policies")).unwrap().count();
    assert!(policies >= 10, "{policies}");
}

#[test]
fn folders_in_between_are_made_and_an_empty_one_is_filled() {
    let folder = Folder::new("new_deep");
    fs::create_dir_all(folder.0.join("a/empty")).unwrap();
    assert_eq!(folder.amends(&["new", "a/b/shop"]).code, 0);
    assert_eq!(folder.amends(&["new", "a/empty", "--json"]).json()["files"][0], "book.yaml");
    assert!(folder.0.join("a/b/shop/book.yaml").exists() && folder.0.join("a/empty/cases/story_1.yaml").exists());
}

#[test]
fn what_is_there_is_left_alone() {
    let folder = Folder::new("new_refused");
    folder.write("shop/notes.txt", "mine");
    folder.write("file", "mine");
    let shown: Vec<String> = [["new", "shop"], ["new", "file"], ["new", ".."], ["new", "/"]]
        .iter()
        .map(|args| folder.amends(args).shown())
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    exit 2
    --- stderr
    amends: `shop` is not empty: name a folder that does not exist yet

    exit 2
    --- stderr
    amends: `file` is no folder: name one that does not exist yet

    exit 2
    --- stderr
    amends: `..` is not empty: name a folder that does not exist yet

    exit 2
    --- stderr
    amends: `/` is not empty: name a folder that does not exist yet
    ");
    let left: Vec<_> = fs::read_dir(folder.0.join("shop")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["notes.txt"]);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 2, "no draft is left");
}
