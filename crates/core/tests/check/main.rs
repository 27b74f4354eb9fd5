//! What the checker finds, where, and what it says to write instead.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed")]
#![allow(clippy::format_collect, reason = "short texts")]

mod any_book;
mod books;
mod design;
mod faults;
mod never_more;
mod six_faults;

use std::fmt::Write;

use amends_core::book::check::{Checked, check};
use amends_core::book::read::BookFiles;
use amends_core::diagnostic::{Diagnostic, Severity};

/// A book by path and text.
type Texts = Vec<(String, String)>;

fn check_texts(texts: &Texts) -> Checked {
    check(&texts.iter().map(|(path, text)| (path.clone(), text.clone())).collect::<BookFiles>())
}

/// Findings as plain text: place, code, message, the line with carets, what to write.
fn render(checked: &Checked) -> String {
    let mut out = String::new();
    for finding in &checked.findings.all {
        one(&mut out, checked, finding);
    }
    out
}

/// How much of a line is shown before the place, and how much from there on.
const SHOWN: (usize, usize) = (80, 120);

fn one(out: &mut String, checked: &Checked, finding: &Diagnostic) {
    let file = checked.sources.file(finding.at.file).unwrap();
    let (line, column) = checked.sources.line_column(finding.at);
    let skipped = (column - 1).saturating_sub(SHOWN.0);
    let text: String =
        file.text.lines().nth(line - 1).unwrap_or("").chars().skip(skipped).take(SHOWN.0 + SHOWN.1).collect();
    let pointed = file.text[finding.at.start as usize..finding.at.end as usize].lines().next().unwrap_or("");
    let carets = "^".repeat(pointed.chars().count().clamp(1, SHOWN.1));
    writeln!(out, "{}:{line}:{column} {}[{}]: {}", file.path, finding.severity, finding.code, finding.message).unwrap();
    writeln!(out, "    {text}").unwrap();
    writeln!(out, "    {}{carets} {}", " ".repeat(column - 1 - skipped), finding.label).unwrap();
    if let Some(help) = &finding.help {
        writeln!(out, "    help: {help}").unwrap();
    }
}

fn errors(checked: &Checked) -> Vec<&Diagnostic> {
    checked.findings.all.iter().filter(|d| d.severity == Severity::Error).collect()
}
