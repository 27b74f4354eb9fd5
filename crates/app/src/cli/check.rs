//! `amends check`: every error, warning and question of a book in one run.

use amends_core::diagnostic::{Diagnostic, Findings, Severity};
use amends_core::explain::{Tone, Weight};

use super::{Answer, BookArg, Exit, Outcome};
use crate::folder;
use crate::paint::{Text, words};
use crate::report::{self, Places, Style, counted};
use crate::screen::Screen;

/// Say all that is wrong with a book, each with its place and what to write instead
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    of: BookArg,
    /// Warnings count as errors do
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(args: &Args, screen: Screen) -> Outcome {
    let folder = args.of.book.display().to_string();
    let read = folder::read(&args.of.book)?;
    let checked = amends_core::book::check::check(&read.files);
    let mut findings = checked.findings.clone();
    if let Some(book) = &checked.book {
        let mut of_cases = Findings::default();
        amends_core::trial::check(book, &mut of_cases);
        findings.all.append(&mut of_cases.all);
        findings.all.sort_by_key(|d| (d.severity, d.at));
    }
    let exit = if fails(&findings.all, args.strict) { Exit::Found } else { Exit::Good };
    let places = Places { sources: &checked.sources, folder: &folder };
    let mut err = Text::default();
    for path in &read.passed_over {
        err.line(format!("amends: {folder}/{path} is not read: files of a book end in `.yaml`"));
    }
    let err = err.end();
    if screen.json {
        return Ok(Answer { err, ..Answer::json(&report::json(&findings.all, places), exit) });
    }
    let mut out = Text::default();
    out.lines(report::text(&findings.all, places, Style { width: screen.width, palette: screen.out }));
    let mut parts = Vec::new();
    if let Some(book) = &checked.book {
        let terms = book.policies.iter().flat_map(|p| &p.versions).map(|v| v.terms.len()).sum();
        parts.extend([counted(book.policies.len(), "policy"), counted(terms, "term")]);
    }
    parts.push(report::count(&findings.all));
    let (mark, tone) = if exit == Exit::Good { ("✓", Tone::Inside) } else { ("✗", Tone::Never) };
    let summary = format!("{}: {}", folder.trim_end_matches('/'), parts.join(", "));
    out.line(format!("{} {summary}", words(mark, tone, Weight::Strong, screen.out)));
    Ok(Answer { out: out.end(), err, exit })
}

fn fails(findings: &[Diagnostic], strict: bool) -> bool {
    findings.iter().any(|f| f.severity == Severity::Error || (strict && f.severity == Severity::Warning))
}
