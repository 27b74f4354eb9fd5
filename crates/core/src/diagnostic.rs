//! What is wrong with a book, where, and what to write instead.
//!
//! Every check adds to one list and goes on, so that one run names all there is to mend.

use std::fmt;
use std::sync::Arc;

/// Which text of a book a place is in: an index into [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct FileId(pub u16);

/// A place in a text: bytes `start..end` of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The part of this span that starts `from` bytes in and is `len` bytes long, kept inside it.
    #[must_use]
    pub fn part(self, from: u32, len: u32) -> Self {
        let start = self.start.saturating_add(from).min(self.end);
        Self { file: self.file, start, end: start.saturating_add(len).min(self.end) }
    }
}

/// A value and the place it was written at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub at: Span,
}

impl<T> Spanned<T> {
    /// Pairs a value with its place.
    pub fn new(value: T, at: Span) -> Self {
        Self { value, at }
    }
}

impl Spanned<String> {
    /// The text as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

/// One text of a book: its path inside the book's folder and what it says.
#[derive(Clone, Debug)]
pub struct SourceText {
    /// Path inside the book's folder, with `/`.
    pub path: String,
    /// The whole text.
    pub text: Arc<str>,
}

/// All texts of a book; a [`FileId`] is an index into it.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The texts in the order in which they were added.
    pub files: Vec<SourceText>,
}

impl Sources {
    /// Adds a text. Returns its id, or none when there are more than 65,535.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> Option<FileId> {
        let id = u16::try_from(self.files.len()).ok()?;
        self.files.push(SourceText { path: path.into(), text: text.into() });
        Some(FileId(id))
    }

    /// The file of a place.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&SourceText> {
        self.files.get(usize::from(id.0))
    }

    /// Line and column of the start of a place, both from 1, the column in characters.
    #[must_use]
    pub fn line_column(&self, at: Span) -> (usize, usize) {
        let Some(before) = self.file(at.file).and_then(|f| f.text.get(..at.start as usize)) else {
            return (1, 1);
        };
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (line, column)
    }
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The book cannot be used.
    Error,
    /// The book can be used, and is probably not what its owner means.
    Warning,
    /// Something only the owner can answer.
    Question,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Question => "question",
        })
    }
}

/// One finding: what, where and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name of the kind of finding, such as `unknown_name`.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong: lower case, no final period, user input in backticks.
    pub message: String,
    /// Where.
    pub at: Span,
    /// A few words under the caret.
    pub label: String,
    /// What to do; where a replacement mends it, the replacement.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, at: Span, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), at, label: "here".into(), help: None }
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, at: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, at, message) }
    }

    /// A question to the owner at a place.
    pub fn question(code: &'static str, at: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Question, ..Self::error(code, at, message) }
    }

    /// With the words under the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Collects findings.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// In the order in which they were found.
    pub all: Vec<Diagnostic>,
}

impl Findings {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.all.push(diagnostic);
    }

    /// Whether any of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.all.iter().any(|d| d.severity == Severity::Error)
    }
}

/// The longest text that may be meant for a name.
const SUGGEST_BYTES_MAX: usize = 64;

/// The candidate nearest to what was written, when it is near enough to be meant.
#[must_use]
pub fn did_you_mean<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody means a name with a text this long, and the distance takes time in both lengths.
    if written.len() > SUGGEST_BYTES_MAX {
        return None;
    }
    let limit = (written.chars().count() / 3).max(1);
    let near = candidates
        .into_iter()
        .map(|c| (edit_distance(written, c), c))
        .filter(|(d, _)| *d <= limit)
        .min_by_key(|(d, c)| (*d, c.len()))?;
    // Whoever wrote the very name meant it, and what is wrong is something else.
    (near.0 > 0).then_some(near.1)
}

/// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous = '\0';
    for (i, ca) in a.chars().enumerate() {
        let mut row = vec![i + 1];
        let mut left_b = '\0';
        for (j, &cb) in b.iter().enumerate() {
            let at = |r: &[usize], k: usize| r.get(k).copied().unwrap_or(usize::MAX - 1);
            let mut best = (at(&last, j) + usize::from(ca != cb)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            if i > 0 && j > 0 && ca == left_b && previous == cb {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
            left_b = cb;
        }
        before = last;
        last = row;
        previous = ca;
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_the_nearest_name_only_when_it_is_near() {
        let names = ["order.placed", "order.lines", "customer.since"];
        assert_eq!(did_you_mean("order.plcaed", names), Some("order.placed"));
        assert_eq!(did_you_mean("order.line", names), Some("order.lines"));
        assert_eq!(did_you_mean("weather", names), None);
    }

    #[test]
    fn nobody_who_wrote_a_name_meant_another() {
        assert_eq!(did_you_mean("returns", ["return", "returns", "returned"]), None);
        assert_eq!(did_you_mean("return", ["returns", "returned"]), Some("returns"));
    }

    #[test]
    fn a_swap_of_neighbours_is_one_edit() {
        assert_eq!(edit_distance("lead", "laed"), 1);
        assert_eq!(edit_distance("", "abc"), 3);
    }
}
