//! Findings as people read them, with the line and a caret, and as JSON.

use amends_core::diagnostic::{Diagnostic, Severity, Sources, Span};
use amends_core::explain::{Tone, Weight, wrapped};
use serde_json::{Value, json};

use crate::paint::{Text, clean, words};
use crate::screen::Palette;

/// Where findings stand: the texts they point into, and where those come from.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    /// The places.
    pub sources: &'a Sources,
    /// The book's folder as it was given.
    pub folder: &'a str,
}

/// How findings are drawn.
#[derive(Clone, Copy)]
pub struct Style {
    /// Characters a line.
    pub width: usize,
    /// Colours.
    pub palette: Palette,
}

impl Places<'_> {
    fn path(self, at: Span) -> String {
        let path = self.sources.file(at.file).map_or("", |f| f.path.as_str());
        if self.folder.is_empty() { path.to_owned() } else { format!("{}/{path}", self.folder.trim_end_matches('/')) }
    }

    /// `my_shop/policies/returns.yaml:12:5`
    pub fn place(self, at: Span) -> String {
        let (line, column) = self.sources.line_column(at);
        format!("{}:{line}:{column}", self.path(at))
    }
}

/// All findings, one after the other.
pub fn text(findings: &[Diagnostic], places: Places<'_>, style: Style) -> String {
    let mut out = Text::default();
    for finding in findings {
        one(finding, places, style, &mut out);
        out.line("");
    }
    out.end()
}

/// Before what to do.
const HELP: &str = "help: ";

fn one(finding: &Diagnostic, places: Places<'_>, style: Style, out: &mut Text) {
    let tone = match finding.severity {
        Severity::Error => Tone::Never,
        Severity::Warning => Tone::Yours,
        Severity::Question => Tone::Theirs,
    };
    let paint = |text: &str, tone, weight| words(text, tone, weight, style.palette);
    let faint = |text: String| paint(&text, Tone::Plain, Weight::Faint);
    let kind = format!("{}[{}]", finding.severity, finding.code);
    for (i, line) in wrapped(&format!("{kind}: {}", finding.message), style.width).iter().enumerate() {
        let at = if i == 0 { kind.len() } else { 0 };
        let (head, rest) = line.split_at_checked(at).unwrap_or(("", line));
        out.line(format!("{}{}", paint(head, tone, Weight::Strong), paint(rest, Tone::Plain, Weight::Strong)));
    }
    let (line, _) = places.sources.line_column(finding.at);
    let gutter = line.to_string().len() + 1;
    let place = clean(&places.place(finding.at));
    out.line(format!("{}{place}", faint(format!("{:gutter$}╭─ ", ""))));
    if let Some(shown) = Shown::of(finding, places.sources, style.width.saturating_sub(gutter + 3)) {
        out.line(format!("{}{}", faint(format!("{line} │ ")), clean(&shown.text)));
        let caret = format!("{:indent$}{} {}", "", "^".repeat(shown.length), finding.label, indent = shown.from);
        out.line(format!("{}{}", faint(format!("{:gutter$}· ", "")), paint(&caret, tone, Weight::Strong)));
    }
    let help = finding.help.as_deref().unwrap_or_default();
    for (i, part) in wrapped(help, style.width.saturating_sub(gutter + HELP.len() + 3)).iter().enumerate() {
        let (edge, head) = if i == 0 { ("╰─", HELP) } else { ("  ", "      ") };
        let head = paint(head, Tone::Inside, Weight::Strong);
        out.line(format!("{}{head}{}", faint(format!("{:gutter$}{edge} ", "")), clean(part)));
    }
}

/// The line a finding is in, cut to what fits, and the part of it that is meant.
#[derive(Debug, Default)]
pub struct Shown {
    /// The line, or a part of it.
    pub text: String,
    /// How many characters stand before what is meant.
    pub from: usize,
    /// How many characters are meant.
    pub length: usize,
}

impl Shown {
    /// The line of a finding; none when its file is not there.
    pub fn of(finding: &Diagnostic, sources: &Sources, width: usize) -> Option<Self> {
        let text = &sources.file(finding.at.file)?.text;
        let (line, column) = sources.line_column(finding.at);
        let line: Vec<char> = text
            .lines()
            .nth(line - 1)?
            .trim_start_matches('\u{feff}')
            .chars()
            .map(|c| if c == '\t' { ' ' } else { c })
            .collect();
        let from = (column - 1).min(line.len());
        let meant = text.get(finding.at.start as usize..finding.at.end as usize).unwrap_or("");
        let meant = meant.lines().next().unwrap_or("").chars().count();
        let length = meant.min(line.len() - from).max(1);
        // What is meant stays in sight, with a third of the width before it.
        let width = width.max(20);
        let skip = if from + length.min(width) <= width { 0 } else { from.saturating_sub(width / 3) };
        let mut shown: Vec<char> = line.iter().skip(skip).take(width).copied().collect();
        let (cut_left, cut_right) = (skip > 0, line.len() - skip > shown.len());
        if let Some(first) = shown.first_mut().filter(|_| cut_left) {
            *first = '…';
        }
        if let Some(last) = shown.last_mut().filter(|_| cut_right) {
            *last = '…';
        }
        let text: String = shown.into_iter().collect();
        let from = from - skip;
        Some(Self { text: text.trim_end().to_owned(), from, length: length.min(width.saturating_sub(from)).max(1) })
    }
}

/// All findings as a JSON array.
pub fn json(findings: &[Diagnostic], places: Places<'_>) -> Value {
    findings.iter().map(|f| value(f, places)).collect()
}

fn value(finding: &Diagnostic, places: Places<'_>) -> Value {
    let (line, column) = places.sources.line_column(finding.at);
    let end = Span { start: finding.at.end, ..finding.at };
    let (end_line, end_column) = places.sources.line_column(end);
    json!({
        "code": finding.code,
        "severity": finding.severity.to_string(),
        "message": finding.message,
        "file": places.path(finding.at),
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "label": finding.label,
        "help": finding.help,
    })
}

/// `2 errors, 1 warning`; `no errors` first where there is none.
pub fn count(findings: &[Diagnostic]) -> String {
    let of = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let errors = of(Severity::Error);
    let mut parts = vec![if errors == 0 { "no errors".to_owned() } else { counted(errors, "error") }];
    for (severity, word) in [(Severity::Warning, "warning"), (Severity::Question, "question")] {
        let n = of(severity);
        if n > 0 {
            parts.push(counted(n, word));
        }
    }
    parts.join(", ")
}

/// `1 case`, `2 cases`, `3 policies`.
pub fn counted(n: usize, word: &str) -> String {
    match (n, word.strip_suffix('y')) {
        (1, _) => format!("1 {word}"),
        (_, Some(stem)) => format!("{n} {stem}ies"),
        _ => format!("{n} {word}s"),
    }
}

/// What a name was probably meant to be, or all it may be.
pub fn did_you_mean(written: &str, known: &[&str]) -> String {
    match amends_core::diagnostic::did_you_mean(written, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "there are none".to_owned(),
        None => format!("known: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(text: &str, meant: &str) -> (Sources, Diagnostic) {
        let mut sources = Sources::default();
        let file = sources.add("policies/returns.yaml", text).unwrap();
        let start = u32::try_from(text.find(meant).unwrap()).unwrap();
        let at = Span { file, start, end: start + u32::try_from(meant.len()).unwrap() };
        (
            sources,
            Diagnostic::error("unknown_name", at, "there is no fact `order.plcaed`")
                .label("not known")
                .help("did you mean `order.placed`?"),
        )
    }

    fn drawn(text: &str, meant: &str, width: usize) -> String {
        let (sources, finding) = finding(text, meant);
        super::text(
            &[finding],
            Places { sources: &sources, folder: "my_shop/" },
            Style { width, palette: Palette::None },
        )
    }

    #[test]
    fn a_finding_has_its_line_a_caret_and_what_to_write() {
        insta::assert_snapshot!(drawn("terms:\n  window:\n    measure: \"date(order.plcaed)\"\n", "order.plcaed", 80), @r#"
        error[unknown_name]: there is no fact `order.plcaed`
          ╭─ my_shop/policies/returns.yaml:3:20
        3 │     measure: "date(order.plcaed)"
          ·                    ^^^^^^^^^^^^ not known
          ╰─ help: did you mean `order.placed`?
        "#);
    }

    #[test]
    fn of_a_long_line_the_part_that_is_meant_is_shown() {
        let long = format!("measure: \"{} && order.plcaed\"", vec!["true"; 40].join(" && "));
        insta::assert_snapshot!(drawn(&long, "order.plcaed", 48), @r#"
        error[unknown_name]: there is no fact
        `order.plcaed`
          ╭─ my_shop/policies/returns.yaml:1:331
        1 │ …e && true && order.plcaed"
          ·               ^^^^^^^^^^^^ not known
          ╰─ help: did you mean `order.placed`?
        "#);
    }

    #[test]
    fn a_finding_over_several_lines_is_marked_on_its_first() {
        insta::assert_snapshot!(drawn("a:\n  b: 1\n  c: 2\n", "b: 1\n  c: 2", 60), @r"
        error[unknown_name]: there is no fact `order.plcaed`
          ╭─ my_shop/policies/returns.yaml:2:3
        2 │   b: 1
          ·   ^^^^ not known
          ╰─ help: did you mean `order.placed`?
        ");
    }

    #[test]
    fn json_names_both_ends() {
        let (sources, finding) = finding("a: order.plcaed\n", "order.plcaed");
        let json = super::json(&[finding], Places { sources: &sources, folder: "" });
        insta::assert_snapshot!(json.to_string(), @r#"[{"code":"unknown_name","severity":"error","message":"there is no fact `order.plcaed`","file":"policies/returns.yaml","line":1,"column":4,"end_line":1,"end_column":16,"label":"not known","help":"did you mean `order.placed`?"}]"#);
    }

    #[test]
    fn counts_are_words() {
        assert_eq!(
            (counted(1, "policy"), counted(2, "policy"), counted(0, "case")),
            ("1 policy".into(), "2 policies".into(), "0 cases".into())
        );
    }
}
