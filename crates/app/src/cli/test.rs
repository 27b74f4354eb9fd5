//! `amends test`: the book's own cases, and what none of them tries.

use std::collections::BTreeMap;

use amends_core::explain::{Tone, Weight};
use amends_core::trial::{self, Answer as Tried, Gap, Trial};
use serde_json::{Value, json};

use super::{Answer, BookArg, Exit, Opened, Outcome, open};
use crate::paint::{Text, clean, words};
use crate::report::{self, Style, counted};
use crate::screen::Screen;

/// Run the book's own cases, and list what none of them tries
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    of: BookArg,
}

pub(super) fn run(args: &Args, screen: Screen) -> Outcome {
    let opened = open(&args.of.book, screen)?;
    let trial = trial::run(&opened.book);
    let exit = if trial.is_good() { Exit::Good } else { Exit::Found };
    if screen.json {
        return Ok(Answer::json(&value(&trial, &opened), exit));
    }
    let mut out = Text::default();
    out.lines(report::text(&trial.findings.all, opened.places(), Style { width: screen.width, palette: screen.out }));
    for answer in trial.answers.iter().filter(|a| !a.differences.is_empty()) {
        differing(answer, &opened, screen, &mut out);
    }
    gaps(&trial.gaps, screen, &mut out);
    out.line(summary(&trial, screen));
    Ok(Answer { out: out.end(), err: String::new(), exit })
}

fn differing(answer: &Tried, opened: &Opened, screen: Screen, out: &mut Text) {
    let mark = words("✗", Tone::Never, Weight::Strong, screen.out);
    let name = format!("{}, asked by {}", answer.case, answer.role);
    out.line(format!("{mark} {}", words(&name, Tone::Plain, Weight::Strong, screen.out)));
    let faint = |text: &str| words(text, Tone::Plain, Weight::Faint, screen.out);
    if let Some(about) = &answer.about {
        out.line(format!("  {}", faint(about)));
    }
    for d in &answer.differences {
        out.line(format!("  {}: expected {}, came out {}", d.key, clean(&d.expected), clean(&d.came_out)));
        out.line(format!("    {}", faint(&opened.places().place(d.at))));
    }
    out.line("");
}

/// What no case tries, policy by policy.
fn gaps(gaps: &[Gap], screen: Screen, out: &mut Text) {
    if gaps.is_empty() {
        return;
    }
    let mut by_policy: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for gap in gaps {
        by_policy.entry(gap.policy.as_deref().unwrap_or("the book")).or_default().push(&gap.what);
    }
    out.line(words("No case tries", Tone::Plain, Weight::Strong, screen.out));
    for (policy, whats) in by_policy {
        out.line(format!("  {policy}"));
        for what in whats {
            out.line(format!("    {} {what}", words("·", Tone::Plain, Weight::Strong, screen.out)));
        }
    }
    out.line("");
}

fn summary(trial: &Trial, screen: Screen) -> String {
    let differ = trial.answers.iter().filter(|a| !a.differences.is_empty()).count();
    let counts = format!("{}, {}", counted(trial.cases, "case"), counted(trial.answers.len(), "answer"));
    let (mark, tone, verdict) = match (trial.is_good(), differ) {
        (true, _) if trial.cases == 0 => ("·", Tone::Plain, "nothing to compare".to_owned()),
        (true, _) => ("✓", Tone::Inside, "all as expected".to_owned()),
        (false, 0) => ("✗", Tone::Never, report::count(&trial.findings.all)),
        (false, 1) => ("✗", Tone::Never, "1 differs".to_owned()),
        (false, n) => ("✗", Tone::Never, format!("{n} differ")),
    };
    format!("{} {counts}: {verdict}", words(mark, tone, Weight::Strong, screen.out))
}

fn value(trial: &Trial, opened: &Opened) -> Value {
    let places = opened.places();
    let differences = |a: &Tried| -> Value {
        a.differences
            .iter()
            .map(|d| json!({ "key": d.key, "expected": d.expected, "came_out": d.came_out, "at": places.place(d.at) }))
            .collect()
    };
    let answers: Vec<Value> = trial
        .answers
        .iter()
        .map(|a| json!({ "case": a.case, "role": a.role, "differences": differences(a) }))
        .collect();
    let untried: Vec<Value> = trial.gaps.iter().map(|g| json!({ "policy": g.policy, "what": g.what })).collect();
    json!({ "cases": trial.cases, "good": trial.is_good(), "answers": answers, "findings": report::json(&trial.findings.all, places), "untried": untried })
}
