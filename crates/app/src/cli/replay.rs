//! `amends replay`: past decisions through a book.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use amends_core::explain::{Tone, Weight};
use amends_core::facts::read::MAX_DOCUMENT_BYTES;
use amends_core::replay::{Difference, Replayed, Replaying, Tally};
use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::{Answer, BookArg, Exit, Outcome, open};
use crate::folder;
use crate::lines::Lines;
use crate::paint::{Text, clean, words};
use crate::report::counted;
use crate::screen::Screen;

/// Assess past cases, one JSON document a line, and show where the book decides otherwise
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    of: BookArg,
    /// The cases, one JSON document a line
    #[arg(value_name = "CASES.jsonl")]
    cases: PathBuf,
}

pub(super) fn run(args: &Args, screen: Screen) -> Outcome {
    let opened = open(&args.of.book, screen)?;
    let mut replaying = Replaying::begin(&opened.book)?;
    each_line(&args.cases, |number, line| replaying.line(number, line))?;
    let found = replaying.end();
    let exit = match (found.differences.is_empty(), found.unreadable.is_empty()) {
        (_, false) => Exit::Wrong,
        (false, _) => Exit::Found,
        _ => Exit::Good,
    };
    if screen.json {
        return Ok(Answer::json(&value(&found), exit));
    }
    Ok(Answer { out: text(&found, screen), err: unreadable(&found), exit })
}

/// Goes through the lines of a file, one at a time in memory.
fn each_line(path: &Path, mut f: impl FnMut(usize, &str)) -> anyhow::Result<()> {
    let shown = path.display();
    let mut lines = Lines::of(BufReader::new(folder::open(path)?), MAX_DOCUMENT_BYTES);
    for number in 1.. {
        let Some(line) = lines.next().with_context(|| format!("cannot read `{shown}`"))? else { break };
        ensure!(!line.is_too_long(), "line {number} of `{shown}` has more than {MAX_DOCUMENT_BYTES} bytes");
        let text =
            std::str::from_utf8(line.text).with_context(|| format!("line {number} of `{shown}` is not UTF-8"))?;
        f(number, text.trim_end_matches('\r'));
    }
    Ok(())
}

fn text(found: &Replayed, screen: Screen) -> String {
    let mut out = Text::default();
    for d in &found.differences {
        difference(d, screen, &mut out);
    }
    let names = [&found.by_kind, &found.by_rule].into_iter().flat_map(|t| t.keys());
    let width = names.map(|k| k.chars().count()).max().unwrap_or(0).max(8);
    for (title, tallies) in [("by kind", &found.by_kind), ("by rule", &found.by_rule)] {
        table(title, tallies, width, screen, &mut out);
    }
    let (mark, tone) = if found.is_good() { ("✓", Tone::Inside) } else { ("✗", Tone::Never) };
    let mark = words(mark, tone, Weight::Strong, screen.out);
    let Tally { agree, differ } = found.all;
    out.line(format!("{mark} {}: {agree} agree, {differ} differ", counted(found.all.cases(), "case")));
    out.end()
}

fn difference(d: &Difference, screen: Screen, out: &mut Text) {
    let mark = words("✗", Tone::Never, Weight::Strong, screen.out);
    let name = words(&d.case, Tone::Plain, Weight::Strong, screen.out);
    let line = words(&format!("line {}", d.line), Tone::Plain, Weight::Faint, screen.out);
    out.line(format!("{mark} {name}  {line}"));
    out.line(format!("  expected {}", clean(&d.expected)));
    out.line(format!("  came out {}", clean(&d.came_out)));
    for decided in &d.decided {
        out.line(format!("    · {}", clean(decided)));
    }
    out.line("");
}

fn table(title: &str, tallies: &BTreeMap<String, Tally>, width: usize, screen: Screen, out: &mut Text) {
    if tallies.is_empty() {
        return;
    }
    let head = format!("{title:width$}  {:>6}  {:>6}  {:>6}", "cases", "agree", "differ");
    out.line(words(&head, Tone::Plain, Weight::Strong, screen.out));
    for (name, tally) in tallies {
        let differ = format!("{:>6}", tally.differ);
        let differ = if tally.differ > 0 { words(&differ, Tone::Never, Weight::Strong, screen.out) } else { differ };
        out.line(format!("{:width$}  {:>6}  {:>6}  {differ}", clean(name), tally.cases(), tally.agree));
    }
    out.line("");
}

/// Lines that could not be assessed.
fn unreadable(found: &Replayed) -> String {
    let mut err = Text::default();
    for u in &found.unreadable {
        let case = u.case.as_ref().map_or_else(String::new, |c| format!(" ({c})"));
        err.line(format!("amends: line {}{} cannot be read: {}", u.line, clean(&case), clean(&u.why)));
    }
    err.end()
}

fn value(found: &Replayed) -> Value {
    let tally = |t: &Tally| json!({ "cases": t.cases(), "agree": t.agree, "differ": t.differ });
    let tallies = |all: &BTreeMap<String, Tally>| -> Value {
        Value::Object(all.iter().map(|(k, t)| (k.clone(), tally(t))).collect())
    };
    let difference = |d: &Difference| json!({ "line": d.line, "case": d.case, "kind": d.kind, "rule": d.rule, "expected": d.expected, "came_out": d.came_out, "decided": d.decided });
    let mut value = tally(&found.all);
    if let Value::Object(object) = &mut value {
        object.insert("by_kind".to_owned(), tallies(&found.by_kind));
        object.insert("by_rule".to_owned(), tallies(&found.by_rule));
        object.insert("differences".to_owned(), found.differences.iter().map(difference).collect());
        object.insert(
            "unreadable".to_owned(),
            found.unreadable.iter().map(|u| json!({ "line": u.line, "case": u.case, "why": u.why })).collect(),
        );
    }
    value
}
