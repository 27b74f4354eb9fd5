//! Folders to call the program in, and what came of it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder of a test's own, empty at first.
pub struct Folder(pub PathBuf);

/// What a call printed, and its exit code.
#[derive(Debug)]
pub struct Ran {
    pub out: String,
    pub err: String,
    pub code: i32,
}

/// The repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Calls the program in a folder.
pub fn amends(folder: &Path, args: &[&str]) -> Ran {
    ran(command(folder, args).output().unwrap())
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_amends"));
    command.current_dir(folder).args(args).stdin(Stdio::null());
    command
}

fn ran(output: Output) -> Ran {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { out: text(output.stdout), err: text(output.stderr), code: output.status.code().unwrap() }
}

impl Folder {
    /// The folder of a test of this name.
    pub fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A folder with a small book `shop` in it.
    pub fn with_shop(name: &str) -> Self {
        let folder = Self::new(name);
        folder.write("shop/book.yaml", BOOK);
        folder.write("shop/policies/returns.yaml", RULE);
        folder.write("shop/policies/something-else.yaml", ELSE);
        folder.write("shop/intake/till.yaml", INTAKE);
        folder.write("shop/cases/returns.yaml", CASES);
        folder
    }

    pub fn write(&self, path: &str, text: &str) {
        let file = self.0.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).unwrap()
    }

    /// Puts other words into a file; they must be there.
    pub fn replace(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{path} does not say {old}");
        self.write(path, &text.replacen(old, new, 1));
    }

    pub fn amends(&self, args: &[&str]) -> Ran {
        amends(&self.0, args)
    }

    /// Calls the program with a text on standard input.
    pub fn amends_with(&self, args: &[&str], input: &str) -> Ran {
        let mut child =
            command(&self.0, args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        ran(child.wait_with_output().unwrap())
    }
}

impl Ran {
    /// All of it, for a snapshot.
    pub fn shown(&self) -> String {
        let part = |name: &str, text: &str| if text.is_empty() { String::new() } else { format!("--- {name}\n{text}") };
        format!("exit {}\n{}{}", self.code, part("stdout", &self.out), part("stderr", &self.err))
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}", self.shown()))
    }
}

/// Copies a folder with all it holds.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

pub const BOOK: &str = r#"book: shop
currency: USD
time_zone: America/New_York
roles:
  - { id: frontline, title: Representative, per_grant: 100 USD, per_owed: 500 USD }
  - { id: lead, title: Team lead, per_grant: 500 USD }
facts:
  order: { id?: text, placed: date, paid: "money(0..)", refunded: "money(0..)", sealed: bool }
never:
  - { id: opened, says: Opened goods stay, when: "!order.sealed", bars: [refund], cites: N-1 }
replay: { intake: till, id: /id, kind: /kind, rule: /rule, expect: { at: /expect, allow: [entitled], refuse: [refused, never] } }
"#;

pub const RULE: &str = r#"policy: returns
title: Returns
request: [returns]
owner: stores
purpose: Goods that come back soon can be sold again.
terms:
  window: { says: Returned at most 60 days after the purchase, measure: "date(asked) - order.placed", at_most: 60 days, stretch: { frontline: 7 days, lead: 30 days }, cites: R-1 }
  bought: { says: The purchase came first, measure: "date(asked) - order.placed", at_least: 0 days }
remedies:
  back: { says: Money back, kind: refund, of: "order.paid", refunded: "order.refunded", amount: "order.paid" }
goodwill:
  thanks: { says: Goodwill credit, kind: store_credit, amount: 5 USD..150 USD }
say:
  granted: "{{ amount }} goes back to you."
  asking: "Let me ask {{ by }}."
  declined: "I am sorry, I cannot."
"#;

pub const ELSE: &str = r"policy: something_else
request: [something_else]
goodwill:
  call: { says: A call from someone who knows, kind: message, cost: 0 USD }
";

pub const INTAKE: &str = r#"intake: till
request: returns
role: frontline
asked: /at
facts:
  order.placed: /bought
  order.paid: { at: /cents, as: minor_units }
  order.refunded: { const: 0 USD }
  order.sealed: { const: "true" }
"#;

pub const CASES: &str = r"given:
  request: returns
  asked: 2026-05-05T10:00:00
  facts: { order: { placed: 2026-03-01, paid: 80 USD, refunded: 0 USD, sealed: true } }
cases:
  - case: day_65
    about: Five days past the line
    expect:
      frontline: { standing: discretion, first: back, amount: 80.00 USD }
      lead: { standing: discretion }
  - case: in_time
    facts: { order: { placed: 2026-05-01 } }
    expect: { frontline: { standing: entitled, fails: [] } }
";

/// A question to the shop on that day after the purchase of 1 March.
pub fn question(day: &str) -> String {
    format!(
        r#"{{ "request": "returns", "asked": "{day}T10:00:00", "facts": {{ "order": {{ "placed": "2026-03-01", "paid": "80 USD", "refunded": "0 USD", "sealed": true }} }} }}"#
    )
}
