//! An export that the program made of a real database: as it is, and with one fault of each kind in it.

use std::sync::LazyLock;

use amends_core::digest::Digest;
use amends_core::journal::{Anchor, Export, Line};
use serde_json::Value;

use crate::story;
use crate::support::{Folder, Ran};

/// The lines of the export, without their ends.
static EXPORT: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = Folder::with_shop("verify_story");
    story::export(&folder);
    folder.read("export.jsonl").lines().map(str::to_owned).collect()
});

fn text(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}

/// Verifies a file of these bytes.
fn verify_text(name: &str, text: &str, more: &[&str]) -> Ran {
    let folder = Folder::new(&format!("verify_{name}"));
    folder.write("export.jsonl", text);
    folder.amends(&[&["verify", "export.jsonl"], more].concat())
}

/// Where the line of a kind stands, from 0.
fn at(kind: &str, nth: usize) -> usize {
    let start = format!("{{\"line\":\"{kind}\"");
    EXPORT.iter().enumerate().filter(|(_, line)| line.starts_with(&start)).nth(nth).unwrap().0
}

/// Where an entry stands, from 0.
fn entry(team: &str, seq: u64) -> usize {
    let is_it = |line: &Line| matches!(line, Line::Entry(e) if e.team.as_str() == team && e.seq == seq);
    EXPORT.iter().position(|line| is_it(&Line::parse(line.as_bytes()).unwrap())).unwrap()
}

fn anchor(nth: usize) -> Anchor {
    match Line::parse(EXPORT[at("anchor", nth)].as_bytes()).unwrap() {
        Line::Anchor(anchor) => anchor,
        other => panic!("{other:?}"),
    }
}

/// With an end that fits, as someone would write it who knows how.
fn with_new_end(lines: &[String]) -> Vec<String> {
    let mut export = Export::default();
    let kept = lines.iter().filter(|line| !line.starts_with("{\"line\":\"end\""));
    let mut new: Vec<String> = kept.map(|line| export.line(&Line::parse(line.as_bytes()).unwrap())).collect();
    let end = export.end();
    new.push(export.line(&Line::End(end)));
    new
}

/// The export after a change, and the first fault that is found: line, team, number, anchor and word.
fn first_fault(name: &str, change: impl FnOnce(&mut Vec<String>)) -> (u64, Option<String>, Option<u64>, String) {
    let mut lines = EXPORT.clone();
    change(&mut lines);
    let ran = verify_text(name, &text(&lines), &["--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{name}: {}", ran.shown());
    let json = ran.json();
    assert_eq!(json["whole"], false);
    let first = &json["faults"][0];
    let number = first["seq"].as_u64().or_else(|| first["anchor"].as_u64());
    let word = first["fault"].as_str().unwrap().to_owned();
    (first["line"].as_u64().unwrap(), first["team"].as_str().map(str::to_owned), number, word)
}

fn line_of(index: usize) -> u64 {
    u64::try_from(index).unwrap() + 1
}

fn of_entry(index: usize, team: &str, seq: u64, word: &str) -> (u64, Option<String>, Option<u64>, String) {
    (line_of(index), Some(team.to_owned()), Some(seq), word.to_owned())
}

fn of_line(index: usize, word: &str) -> (u64, Option<String>, Option<u64>, String) {
    (line_of(index), None, None, word.to_owned())
}

fn of_anchor(index: usize, number: u64, word: &str) -> (u64, Option<String>, Option<u64>, String) {
    (line_of(index), None, Some(number), word.to_owned())
}

/// Puts other words into a line; they must be there.
fn replace(line: &mut String, old: &str, new: &str) {
    assert!(line.contains(old), "{line} does not say {old}");
    *line = line.replacen(old, new, 1);
}

#[test]
fn an_export_that_nobody_touched_is_whole() {
    let ran = verify_text("untouched", &text(&EXPORT), &["--json"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    let json = ran.json();
    let counts = ["books", "assessments", "made_again", "entries", "anchors"].map(|name| json[name].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 1, 14, 3]);
    assert_eq!((&json["whole"], &json["business"]), (&true.into(), &"shop".into()));
    let chains: Vec<(&str, u64)> = json["chains"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chain| (chain["team"].as_str().unwrap(), chain["entries"].as_u64().unwrap()))
        .collect();
    assert_eq!(chains, [("settings", 6), ("store", 5), ("web", 3)]);
    assert_eq!(json["last_anchor"]["hash"], anchor(2).hash.as_str());
    let said = verify_text("untouched", &text(&EXPORT), &[]).out.replace(anchor(2).hash.as_str(), "HASH");
    insta::assert_snapshot!(said, @r"
    ✓ 1 book, 1 assessment made again, 14 entries in 3 chains, 3 anchors: it is whole
      keep this where nobody here can change it: --anchor 3:HASH
    ");
}

/// What the program exported before assessments had format 2: its answer is made again by the rules of format 1.
#[test]
fn an_export_of_the_first_format_is_proved_as_before() {
    const KEPT: &str = include_str!("kept-in-format-1.jsonl");
    let ran = verify_text("first_format", KEPT, &["--json"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert_eq!((&ran.json()["made_again"], &ran.json()["whole"]), (&1.into(), &true.into()));
    // The answer of these facts is another one today: it says what it rests on.
    assert!(!KEPT.contains("relies_on"));
    let lied = KEPT.replacen("178.80 USD", "179.80 USD", 1);
    assert!(lied != KEPT);
    assert_eq!(verify_text("first_format", &lied, &[]).code, 1);
}

#[test]
fn standard_input_is_read_too() {
    let folder = Folder::new("verify_input");
    let ran = folder.amends_with(&["verify", "-"], &text(&EXPORT));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.shown());
    assert_eq!(folder.amends_with(&["verify", "-"], "").code, 2);
}

#[test]
fn a_changed_byte_is_found_where_it_is() {
    let note = entry("store", 2);
    let found = first_fault("byte_entry", |lines| replace(&mut lines[note], "sealed:1:", "seated:1:"));
    assert_eq!(found, of_entry(note, "store", 2, "changed"));
    let (assessment, book) = (at("assessment", 0), at("book", 0));
    let found = first_fault("byte_answer", |lines| replace(&mut lines[assessment], "80.00 USD", "81.00 USD"));
    assert_eq!(found, of_line(assessment, "changed"));
    let found = first_fault("byte_book", |lines| replace(&mut lines[book], "lead: 30 days", "lead: 90 days"));
    assert_eq!(found, of_line(book, "changed"));
    let found = first_fault("byte_facts", |lines| replace(&mut lines[assessment], "2026-03-01", "2026-03-21"));
    assert_eq!(found, of_line(assessment, "changed"));
    let anchored = at("anchor", 1);
    let found =
        first_fault("byte_anchor", |lines| replace(&mut lines[anchored], "\"team\":\"web\"", "\"team\":\"wed\""));
    assert_eq!(found, of_anchor(anchored, 2, "changed"));
    let found = first_fault("byte_syntax", |lines| replace(&mut lines[note], "\"event\":{", "\"event\":["));
    assert_eq!(found, of_line(note, "unreadable"));
    let header = first_fault("byte_header", |lines| replace(&mut lines[0], "header", "heeder"));
    assert_eq!(header, of_line(0, "header"));
}

#[test]
fn what_is_missing_moved_or_doubled_is_found_where_it_is() {
    let (one, two) = (entry("store", 2), entry("store", 3));
    let found = first_fault("missing", |lines| drop(lines.remove(one)));
    assert_eq!(found, of_entry(one, "store", 3, "entries_missing"));
    let found = first_fault("missing_last", |lines| drop(lines.remove(entry("store", 5))));
    assert_eq!(found, of_anchor(at("anchor", 2) - 1, 3, "anchored_entry_missing"));
    let found = first_fault("reordered", |lines| lines.swap(one, two));
    assert_eq!(found, of_entry(one, "store", 3, "entries_missing"));
    let found = first_fault("doubled", |lines| lines.insert(two, lines[one].clone()));
    assert_eq!(found, of_entry(two, "store", 2, "doubled"));
    let found = first_fault("no_anchor", |lines| drop(lines.remove(at("anchor", 1))));
    assert_eq!(found, of_anchor(at("anchor", 2) - 1, 3, "anchors_missing"));
    let found = first_fault("no_assessment", |lines| drop(lines.remove(at("assessment", 0))));
    assert_eq!(found, of_line(entry("web", 2) - 1, "cited_missing"));
    let found = first_fault("no_book", |lines| drop(lines.remove(at("book", 0))));
    assert_eq!(found, of_line(at("assessment", 0) - 1, "cited_missing"));
    let found = first_fault("book_late", |lines| lines.swap(at("book", 0), at("assessment", 0)));
    assert_eq!(found, of_line(at("assessment", 0), "book_after_use"));
}

#[test]
fn an_export_that_was_cut_off_does_not_pass() {
    let whole = text(&EXPORT);
    let last = EXPORT.len() - 1;
    let found = |name: &str, text: &str| {
        let ran = verify_text(name, text, &["--json"]);
        assert_eq!(ran.code, 1, "{}", ran.shown());
        let faults = ran.json()["faults"].clone();
        assert_eq!(faults.as_array().map(Vec::len), Some(1), "{faults}");
        (faults[0]["line"].as_u64().unwrap(), faults[0]["fault"].as_str().unwrap().to_owned())
    };
    assert_eq!(found("cut_feed", &whole[..whole.len() - 1]), (line_of(last), "cut".to_owned()));
    assert_eq!(found("cut_line", &whole[..whole.len() - 20]), (line_of(last), "cut".to_owned()));
    assert_eq!(found("cut_end", &text(&EXPORT[..last])), (line_of(last), "no_end".to_owned()));
    let said = verify_text("cut_said", &whole[..whole.len() - 20], &[]);
    insta::assert_snapshot!(said.shown(), @r"
    exit 1
    --- stdout
    ✗ line 21: the export is cut off in this line: it has no line feed

    ✗ 1 book, 1 assessment made again, 14 entries in 3 chains, 3 anchors: 1 fault
      keep this file as it is, and hold it against a new export or another copy
    ");
}

/// The hashes of the line and the end fit again; the assessment is made again, and does not.
#[test]
fn facts_that_are_others_are_found_by_making_the_assessment_again() {
    let place = at("assessment", 0);
    let found = first_fault("forged_facts", |lines| {
        let Ok(Line::Assessment(mut line)) = Line::parse(lines[place].as_bytes()) else { panic!("no assessment") };
        replace(&mut line.question, "2026-03-01", "2026-05-01");
        line.question_digest = Digest::of(line.question.as_bytes());
        lines[place] = Line::Assessment(line).print();
        *lines = with_new_end(lines);
    });
    assert_eq!(found, of_line(place, "comes_out_otherwise"));
    let found = first_fault("forged_role", |lines| {
        replace(&mut lines[place], "\"role\":\"frontline\"", "\"role\":\"lead\"");
        *lines = with_new_end(lines);
    });
    assert_eq!(found, of_line(place, "comes_out_otherwise"));
}

/// A journal without its last anchor and what follows it is whole by itself.
#[test]
fn an_anchor_that_was_kept_elsewhere_is_held_against_the_export() {
    let kept = |anchor: &Anchor, hash: &str| format!("{}:{hash}", anchor.number);
    let (second, third) = (anchor(1), anchor(2));
    let good = [kept(&second, second.hash.as_str()), kept(&third, third.hash.as_str())];
    let ran = verify_text("kept", &text(&EXPORT), &["--anchor", &good[0], "--anchor", &good[1]]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(ran.out.contains("held against 2 anchors kept elsewhere"), "{}", ran.out);
    let other = kept(&second, third.hash.as_str());
    let ran = verify_text("kept_other", &text(&EXPORT), &["--json", "--anchor", &other]);
    let fault = &ran.json()["faults"][0];
    let found = (ran.code, fault["line"].as_u64(), fault["anchor"].as_u64(), fault["fault"].as_str());
    assert_eq!(found, (1, Some(line_of(at("anchor", 1))), Some(2), Some("other_anchor")));
    let short = with_new_end(&EXPORT[..=at("anchor", 1)]);
    assert_eq!(verify_text("kept_short", &text(&short), &[]).code, 0);
    let ran = verify_text("kept_gone", &text(&short), &["--anchor", &good[1]]);
    assert_eq!(ran.code, 1);
    let gone = format!("✗ line {}, anchor 3: it was kept elsewhere and is missing\n", short.len() + 1);
    assert!(ran.out.starts_with(&gone), "{}", ran.out);
    let wrong = verify_text("kept_wrong", &text(&EXPORT), &["--anchor", "three"]);
    insta::assert_snapshot!(wrong.shown(), @r"
    exit 2
    --- stderr
    error: invalid value 'three' for '--anchor <NUMBER:HASH>': give the number and the hash, with `:` between them, as `amends verify` prints them

    For more information, try '--help'.
    ");
}

/// One fault is told once, however much it moves.
#[test]
fn faults_are_told_in_words() {
    let mut lines = EXPORT.clone();
    let note = entry("store", 2);
    lines.swap(note, note + 1);
    replace(&mut lines[at("assessment", 0)], "80.00 USD", "81.00 USD");
    replace(&mut lines[at("anchor", 2)], "\"heads\":[{", "\"heads\":[[");
    insta::assert_snapshot!(verify_text("words", &text(&lines), &[]).shown(), @r"
    exit 1
    --- stdout
    ✗ line 3: its content was changed: the hash is of another
    ✗ line 13, team `store` entry 3: entry 2 is missing before it
    ✗ line 14, team `store` entry 2: it stands after a later one
    ✗ line 20: it cannot be read: expected `,` or `]` at byte 169
    ✗ line 21: the lines before it are not those it was written for

    ✗ 1 book, 1 assessment with 0 made again, 14 entries in 3 chains, 2 anchors: 5 faults
      keep this file as it is, and hold it against a new export or another copy
    ");
}

#[test]
fn what_is_no_export_is_told() {
    let shown = |name: &str, text: &str| verify_text(name, text, &[]).shown();
    insta::assert_snapshot!(shown("empty", ""), @r"
    exit 2
    --- stderr
    amends: `export.jsonl` is empty: the export was never written; make it with `amends export --out FILE`
    ");
    insta::assert_snapshot!(shown("no_export", "{\"request\":\"returns\"}\n"), @r"
    exit 2
    --- stderr
    amends: `export.jsonl` is no export: no line of it can be read as one; give a file that `amends export` wrote
    ");
    assert_eq!(shown("no_end_of_it", &"no export\n".repeat(1_000)), shown("no_export_either", "no export"));
    let folder = Folder::new("verify_nowhere");
    insta::assert_snapshot!(folder.amends(&["verify", "nowhere.jsonl"]).shown(), @r"
    exit 2
    --- stderr
    amends: there is no file `nowhere.jsonl`
    ");
    insta::assert_snapshot!(folder.amends(&["verify", "."]).shown(), @r"
    exit 2
    --- stderr
    amends: `.` is a folder, not a file
    ");
    let json: Value = folder.amends(&["verify", "nowhere.jsonl", "--json"]).json();
    assert_eq!(json["error"], "there is no file `nowhere.jsonl`");
}

#[test]
fn a_database_whose_row_was_changed_is_told_and_made_again() {
    let folder = Folder::with_shop("verify_database");
    story::export(&folder);
    let verify = |more: &[&str]| folder.amends(&[&["verify", "--database", story::DATABASE], more].concat());
    assert_eq!(verify(&[]).shown(), "exit 0\n--- stdout\n✓ `shop`: its tables say what its journal says\n");
    story::change_role(&folder, "rita", "head");
    let said = verify(&["--json"]);
    let json: Value = serde_json::from_str(&said.out).unwrap();
    let difference = &json["businesses"][0]["differences"][0];
    assert_eq!((said.code, &json["whole"]), (1, &Value::Bool(false)));
    assert_eq!(
        (&difference["table"], &difference["key"], &difference["column"]),
        (&"people".into(), &"rita".into(), &"role".into())
    );
    assert_eq!((&difference["journal"], &difference["found"]), (&"frontline".into(), &"head".into()));
    insta::assert_snapshot!(verify(&[]).shown(), @"
    exit 1
    --- stdout
    ✗ `shop`: table `people`, row `rita`, column `role`: the journal says `frontline`, the table says `head`
      nothing of `shop` is paid out until this is put right: find out who changed it, then make the tables from the journal again with `--business shop --rederive`
    ");
    insta::assert_snapshot!(verify(&["--business", "shop", "--rederive"]).shown(), @"
    exit 0
    --- stdout
    ✓ `shop`: 1 row made from the journal again
    ✓ `shop`: its tables say what its journal says
    ");
    assert_eq!(verify(&[]).code, 0);
    let other = format!("1:{}", "0".repeat(64));
    assert_eq!(verify(&["--business", "shop", "--anchor", &other]).code, 1);
    assert_eq!(folder.amends(&["verify"]).code, 2, "an export or a database has to be named");
}
