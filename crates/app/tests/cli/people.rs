//! Who works here, said on the machine.

use crate::support::{Folder, Ran};

const OF: [&str; 4] = ["--database", "shop.db", "--business", "shop"];

fn people(folder: &Folder, args: &[&str]) -> Ran {
    folder.amends(&[&["people"], args, &OF].concat())
}

#[test]
fn a_role_that_the_book_has_not_is_refused() {
    let folder = Folder::with_shop("people_roles");
    let add = |role: &str, book: &[&str]| {
        people(&folder, &[&["add", "rita", "--role", role, "--team", "web"], book].concat())
    };
    let unsure = add("frontline", &[]);
    assert_eq!(unsure.code, 0, "{}", unsure.shown());
    assert!(unsure.err.contains("No book is known here yet"), "{}", unsure.shown());
    let wrong = add("frontlien", &["--book", "shop"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("the book has no role `frontlien`: did you mean `frontline`?"), "{}", wrong.shown());
    let right = add("frontline", &["--book", "shop"]);
    assert!(right.code == 0 && !right.err.contains("No book"), "{}", right.shown());
}

#[test]
fn what_is_left_out_stays_and_a_limit_is_taken_away() {
    let folder = Folder::with_shop("people_stay");
    let listed = || people(&folder, &["list"]).out;
    for args in [
        &["team", "web", "--title", "The web", "--mode", "50.00 USD"][..],
        &["team", "web", "--title", "Web"],
        &["add", "rita", "--role", "frontline", "--team", "web", "--name", "Rita"],
        &["add", "rita", "--role", "frontline", "--team", "web"],
        &["limit", "person rita", "--per", "day", "--most", "60 USD"],
    ] {
        let ran = people(&folder, args);
        assert_eq!(ran.code, 0, "{}", ran.shown());
    }
    let all = listed();
    assert!(all.contains("50.00 USD") && all.contains("Rita") && all.contains("at most 60.00 USD a day"), "{all}");
    let none = ["limit", "person rita", "--per", "day", "--most", "none"];
    assert_eq!(people(&folder, &none).out, "person rita: no limit a day any more\n");
    assert!(!listed().contains("at most"));
    let twice = people(&folder, &none);
    assert!(twice.code == 2 && twice.err.contains("person rita has no limit a day"), "{}", twice.shown());
}
