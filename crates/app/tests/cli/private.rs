//! What holds what people wrote, or secrets, is its owner's alone.

#![cfg(unix)]

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::support::Folder;

const OF: [&str; 4] = ["--database", "shop.db", "--business", "shop"];

/// Calls the program where whatever is made would be everyone's.
fn carelessly(folder: &Folder, args: &[&str]) {
    let mut command = Command::new("sh");
    command.current_dir(&folder.0).args(["-c", "umask 000; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_amends")]);
    let ran = command.args(args).output().unwrap();
    assert!(ran.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

fn mode(folder: &Folder, name: &str) -> u32 {
    folder.0.join(name).metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn databases_backups_and_exports_are_their_owners_alone_whatever_the_umask() {
    let folder = Folder::with_shop("private_files");
    carelessly(&folder, &[&["people", "add", "rita", "--role", "frontline", "--team", "web"], &OF[..]].concat());
    carelessly(&folder, &["backup", "--database", "shop.db", "copy.db"]);
    // One that an export which was killed left behind, and an older export, are open to all.
    for name in ["out.jsonl", "out.jsonl.part"] {
        folder.write(name, "");
        set_permissions(folder.0.join(name), Permissions::from_mode(0o666)).unwrap();
    }
    carelessly(&folder, &[&["export", "--out", "out.jsonl"], &OF[..]].concat());
    for name in ["shop.db", "copy.db", "out.jsonl"] {
        assert_eq!(mode(&folder, name), 0o600, "{name}");
    }
    // A backup is a database: it can be used.
    assert!(folder.amends(&["people", "list", "--database", "copy.db", "--business", "shop"]).out.contains("rita"));
    let there = folder.amends(&["backup", "--database", "shop.db", "copy.db"]);
    assert!(there.code == 2 && there.err.contains("copy.db is there already"), "{}", there.shown());
}

#[test]
fn what_is_open_to_others_is_told_with_what_to_do() {
    let folder = Folder::with_shop("private_told");
    folder.write("token", "a token of some length\n");
    folder.write("amends.toml", "books = [\"shop\"]\ntoken-file = \"token\"\ndatabase = \"shop.db\"\n");
    assert_eq!(folder.amends(&[&["people", "list"], &OF[..]].concat()).code, 0);
    let narrow =
        |mode| ["token", "shop.db"].map(|f| set_permissions(folder.0.join(f), Permissions::from_mode(mode)).unwrap());
    let check = || folder.amends(&["config", "check", "amends.toml"]);
    narrow(0o600);
    assert!(!check().err.contains("warning"), "{}", check().shown());
    narrow(0o644);
    let told = check();
    assert_eq!(told.code, 0, "it can be served all the same: {}", told.shown());
    assert!(
        told.err.contains(
            "warning: shop.db can be read or changed by others than its owner (mode 644): `chmod 600 shop.db`"
        )
    );
    assert!(told.err.contains("warning: token can be read or changed by everyone on this machine"), "{}", told.shown());
    let json = folder.amends(&["config", "check", "amends.toml", "--json"]).json();
    assert_eq!(json["warnings"].as_array().unwrap().len(), 2, "{json}");
    // A group may share a secret, and no database.
    narrow(0o640);
    assert_eq!(check().err.matches("warning").count(), 1, "{}", check().shown());
}
