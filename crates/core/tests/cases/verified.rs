//! The journal: an export verifies, and whatever is done to it is found and placed.

use amends_core::authority::Mode;
use amends_core::case::Command;
use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, CaseId, RoleName, TeamId};
use amends_core::journal::{
    Anchor, BookLine, ERASED, Erased, Export, Head, Header, Line, Place, Recheck, Report, SETTINGS, Verifying, Wrong,
    recheck, verify,
};
use proptest::prelude::*;

use crate::world::{Gave, World, person, words};

/// An export of all there is: the book, assessments, entries with an anchor after every third, the end.
pub fn export(w: &World) -> Vec<String> {
    let business = BusinessId::parse("acme").unwrap();
    let mut export = Export::default();
    let mut lines = vec![
        export.line(&Line::Header(Header { format: 1, business: business.clone(), at: w.now })),
        export.line(&Line::Book(BookLine::of(&w.files))),
    ];
    lines.extend(w.assessments.values().map(|line| export.line(&Line::Assessment(line.clone()))));
    let mut last: Option<Anchor> = None;
    let mut moved = std::collections::BTreeMap::new();
    for (n, entry) in w.entries.iter().enumerate() {
        lines.push(export.line(&Line::Entry(entry.clone())));
        moved.insert(entry.team.clone(), entry.head());
        if n % 3 == 2 || n + 1 == w.entries.len() {
            let heads = std::mem::take(&mut moved);
            let anchor = Anchor::fold(business.clone(), last.as_ref(), w.now, heads.into_values());
            lines.push(export.line(&Line::Anchor(anchor.clone())));
            last = Some(anchor);
        }
    }
    let end = export.end();
    lines.push(export.line(&Line::End(end)));
    lines
}

/// Two cases of two teams, with a grant.
fn small() -> World {
    let mut w = World::new();
    w.mode = Mode::Full;
    let (rita, lars) = (person("rita", "frontline"), crate::steps::who(5));
    w.open("c1", &rita, "price_adjustment");
    w.open("c2", &lars, "returns");
    w.assess("c1", "blazers", &rita);
    let gave = w.give("c1", &rita, "g1", &w.wish("c1", "credit")).unwrap();
    assert!(matches!(gave, Gave::Granted));
    for text in ["called", "called \"again\"", "wrote: ä"] {
        w.does("c2", &lars, &Command::Note { words: words(text) }).unwrap();
    }
    w
}

fn lines() -> Vec<String> {
    static LINES: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
    LINES.get_or_init(|| export(&small())).clone()
}

/// The first fault, as told, with the digests cut short.
fn told(report: &Report) -> String {
    report.faults.first().map_or_else(|| "whole".into(), ToString::to_string)
}

fn position(lines: &[String], kind: &str, nth: usize) -> usize {
    let start = format!("{{\"line\":\"{kind}\"");
    lines.iter().enumerate().filter(|(_, l)| l.starts_with(&start)).nth(nth).unwrap().0
}

#[test]
fn an_export_that_nobody_touched_is_whole() {
    let report = verify(lines());
    assert_eq!(told(&report), "whole");
    assert_eq!((report.books, report.assessments, report.entries, report.anchors), (1, 1, 7, 3));
    assert_eq!(report.last_anchor.map(|(number, _)| number), Some(3));
}

#[test]
fn each_planted_fault_is_found_where_it_is() {
    let check = |what: &str, change: &dyn Fn(&mut Vec<String>), expected: &str| {
        let mut lines = lines();
        change(&mut lines);
        let report = verify(&lines);
        assert_eq!(told(&report), expected, "{what}: {:#?}", report.faults);
    };
    let entry = |n: usize| position(&lines(), "entry", n);
    check(
        "a changed amount",
        &|lines| lines[entry(4)] = lines[entry(4)].replace("called", "paid"),
        "line 9, team `web` entry 2: its content was changed: the hash is of another",
    );
    check(
        "a missing entry",
        &|lines| drop(lines.remove(entry(4))),
        "line 9, team `web` entry 3: entry 2 is missing before it",
    );
    check(
        "entries in another order",
        &|lines| lines.swap(entry(4), entry(5)),
        "line 9, team `web` entry 3: entry 2 is missing before it",
    );
    check(
        "a doubled entry",
        &|lines| lines.insert(entry(4), lines[entry(4)].clone()),
        "line 10, team `web` entry 2: it was there before",
    );
    check(
        "a missing last entry",
        &|lines| drop(lines.remove(entry(6))),
        "line 12, anchor 3: it anchors entry 4 of team `web`, which is missing",
    );
    check(
        "a missing anchor",
        &|lines| drop(lines.remove(position(lines, "anchor", 1))),
        "line 12, anchor 3: anchor 2 is missing before it",
    );
    check(
        "facts that are others",
        &|lines| lines[2] = lines[2].replacen("149.00", "194.00", 1),
        "line 3: its content was changed: the hash is of another",
    );
    check(
        "an assessment that is another",
        &|lines| lines[2] = lines[2].replace("178.80", "187.80"),
        "line 3: its content was changed: the hash is of another",
    );
    check(
        "a rule that is another",
        &|lines| lines[1] = lines[1].replace("14 days", "15 days"),
        "line 2: its content was changed: the hash is of another",
    );
    check("a space", &|lines| lines[4].push(' '), "line 5: it is not written as an export writes it");
    check("no end", &|lines| drop(lines.pop()), "line 14: the export is cut off: it has no end");
    check("no header", &|lines| drop(lines.remove(0)), "line 1: an export begins with its header, and has no other");
}

/// An export without its assessments, and with an entry that says so in a chain of this name.
fn erased(w: &World, chain: &str, kind: &str) -> Vec<String> {
    let business = BusinessId::parse("acme").unwrap();
    let gone = Erased {
        customer: None,
        cases: vec![CaseId::parse("c1").unwrap()],
        assessments: w.assessments.values().map(|line| line.digest.clone()).collect(),
        questions: w.assessments.values().map(|line| line.question_digest.clone()).collect(),
    };
    let head = Head { business: business.clone(), team: TeamId::parse(chain).unwrap(), seq: 0, hash: Digest::zeros() };
    let event = serde_json::json!({ "by": "hugo", "what": { "erased": gone } });
    let mut export = Export::default();
    let mut lines = vec![
        export.line(&Line::Header(Header { format: 1, business, at: w.now })),
        export.line(&Line::Book(BookLine::of(&w.files))),
    ];
    lines.extend(w.entries.iter().map(|entry| export.line(&Line::Entry(entry.clone()))));
    lines.push(export.line(&Line::Entry(head.next(w.now, kind, &event).unwrap())));
    let end = export.end();
    lines.push(export.line(&Line::End(end)));
    lines
}

#[test]
fn what_was_erased_is_missed_only_where_the_journal_does_not_say_so() {
    let w = small();
    let report = verify(erased(&w, SETTINGS, ERASED));
    assert_eq!((told(&report), report.assessments, report.erased), ("whole".to_owned(), 0, 1));
    for (chain, kind) in [("web", ERASED), (SETTINGS, "setting.person")] {
        let report = verify(erased(&w, chain, kind));
        let missing = report.faults.iter().filter(|fault| matches!(fault.wrong, Wrong::NotThere(..))).count();
        assert_eq!((missing, report.erased), (2, 0), "{chain} {kind}");
    }
}

#[test]
fn an_assessment_made_again_gives_the_same_bytes() {
    let w = small();
    let line = w.assessments.values().next().unwrap();
    let again =
        |role: &str, expected: &str| recheck(&w.files, &line.question, &RoleName::parse(role).unwrap(), expected);
    assert_eq!(again("frontline", &line.assessment), Recheck::Same);
    assert!(matches!(again("lead", &line.assessment), Recheck::Differs(_)));
    assert!(matches!(again("frontline", &line.assessment.replace("178.80", "187.80")), Recheck::Differs(_)));
    assert_eq!(again("king", ""), Recheck::Cannot("the book has no role `king`".into()));
    assert_eq!(line.digest, Digest::of(line.assessment.as_bytes()));
}

/// Verifies all there is, with anchors that were kept elsewhere.
fn verify_all(lines: &[String], kept: impl IntoIterator<Item = (u64, Digest)>) -> Report {
    let mut verifying = Verifying::begin(kept);
    for line in lines {
        verifying.line(line.as_bytes());
    }
    verifying.end()
}

#[test]
fn assessments_are_made_again_and_anchors_held_against_those_that_were_kept() {
    let report = verify_all(&lines(), []);
    assert_eq!((told(&report).as_str(), report.made_again), ("whole", 1));
    assert_eq!(report.chains.iter().map(|chain| chain.seq).sum::<u64>(), 7);
    let last = report.last_anchor.unwrap();
    assert_eq!(told(&verify_all(&lines(), [last.clone()])), "whole");
    let other = verify_all(&lines(), [(last.0 - 1, last.1.clone())]);
    assert_eq!(told(&other), "line 11, anchor 2: it is not the one that was kept elsewhere: the hash is another");
    let gone = verify_all(&lines(), [(9, last.1)]);
    assert_eq!(told(&gone), "line 15, anchor 9: it was kept elsewhere and is missing");
    let mut late = lines();
    late.swap(1, 2);
    let late = verify_all(&late, []);
    assert_eq!(told(&late), "line 3: it stands after an assessment that was read from it, in line 2");
    assert_eq!(late.made_again, 0);
}

/// Whoever makes a line anew cannot make the assessment anew with it: an entry cites it.
#[test]
fn an_assessment_that_does_not_follow_from_its_facts_is_found() {
    let mut lines = lines();
    let Ok(Line::Assessment(mut line)) = Line::parse(lines[2].as_bytes()) else { panic!("no assessment") };
    line.question = line.question.replacen("149.00", "194.00", 1);
    line.question_digest = Digest::of(line.question.as_bytes());
    lines[2] = Line::Assessment(line).print();
    let report = verify_all(&lines, []);
    assert!(matches!(report.faults[0].wrong, Wrong::Otherwise(_)), "{:#?}", report.faults);
    assert_eq!((report.faults[0].line, report.made_again), (3, 0));
}

/// One change to an export.
#[derive(Clone, Debug)]
enum Change {
    Byte(usize, usize, u8),
    Remove(usize),
    Double(usize, usize),
    Swap(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let line = any::<usize>;
    prop_oneof![
        4 => (line(), line(), 1..=255_u8).prop_map(|(l, b, x)| Change::Byte(l, b, x)),
        1 => line().prop_map(Change::Remove),
        1 => (line(), line()).prop_map(|(l, to)| Change::Double(l, to)),
        1 => (line(), line()).prop_map(|(a, b)| Change::Swap(a, b)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever single thing is done to an export, it is found, and not after the line where it shows first.
    #[test]
    fn any_single_change_is_found(change in change()) {
        let mut lines: Vec<Vec<u8>> = lines().into_iter().map(String::into_bytes).collect();
        let whole = lines.clone();
        let count = lines.len();
        match change {
            Change::Byte(l, b, x) => {
                let line = &mut lines[l % count];
                let at = b % line.len();
                line[at] ^= x;
            }
            Change::Remove(l) => drop(lines.remove(l % count)),
            Change::Double(l, to) => lines.insert(to % (count + 1), whole[l % count].clone()),
            Change::Swap(a, b) => lines.swap(a % count, b % count),
        }
        prop_assume!(lines != whole);
        let report = verify(&lines);
        prop_assert!(!report.is_whole());
    }
}

#[test]
fn a_fault_is_told_in_plain_words() {
    let team = amends_core::ids::TeamId::parse("shop").unwrap();
    let fault = amends_core::journal::Fault { line: 12, place: Place::Entry(team, 7), wrong: Wrong::Doubled };
    assert_eq!(fault.to_string(), "line 12, team `shop` entry 7: it was there before");
}
