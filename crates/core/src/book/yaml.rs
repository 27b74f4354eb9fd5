//! YAML 1.2 as a tree in which every scalar is text and every node knows its place.
//!
//! What a book does not need is an error: tags, anchors, aliases, keys that are not text, keys
//! written twice, several documents. The limits keep a hostile text from costing more than a long one.

mod syntax;
#[cfg(test)]
pub(super) mod tests;
mod tree;

use crate::diagnostic::{Diagnostic, FileId, Findings, Span, Spanned};

/// Longest text of a file, in bytes.
pub const FILE_BYTES_MAX: usize = 1 << 20;
/// Longest single text, in bytes.
pub const SCALAR_BYTES_MAX: usize = 16 << 10;
/// Deepest nesting of lists and mappings.
pub const DEPTH_MAX: usize = 64;
/// Most nodes of a file: texts, lists and mappings, keys included.
pub const NODES_MAX: usize = 100_000;

/// A node of a YAML document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it stands; for a quoted scalar inside the quotes.
    pub at: Span,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text.
    Scalar {
        /// The text, unquoted.
        text: String,
        /// Whether it was written without quotes.
        plain: bool,
        /// Whether byte `i` of `text` is byte `at.start + i` of the file.
        verbatim: bool,
    },
    /// `[a, b]` or lines with `-`.
    Seq(Vec<Node>),
    /// Keys in the order written; no key twice.
    Map(Vec<(Spanned<String>, Node)>),
}

impl Node {
    /// The text of a scalar.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The items of a list.
    #[must_use]
    pub fn seq(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a mapping.
    #[must_use]
    pub fn map(&self) -> Option<&[(Spanned<String>, Node)]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// What stands under a key of a mapping.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.map()?.iter().find(|(k, _)| k.value == key).map(|(_, node)| node)
    }

    /// Whether nothing was written: `key:` with no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true, .. } if text.is_empty())
    }

    /// Whether it is nothing, `~` or `null`, without quotes.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true, .. } if matches!(text.as_str(), "" | "~" | "null"))
    }
}

/// Reads one YAML text. Adds what is wrong to `findings` and returns what could be read of it;
/// nothing when the text is empty, is no YAML, or exceeds a limit.
pub fn parse(file: FileId, text: &str, findings: &mut Findings) -> Option<Node> {
    if text.len() > FILE_BYTES_MAX {
        findings.push(
            Diagnostic::error("file_too_large", first_line(file, text), format!("the file has {} bytes", text.len()))
                .label("too large")
                .help(format!("a file may have up to {FILE_BYTES_MAX} bytes; split it")),
        );
        return None;
    }
    if let Some(finding) = forbidden_character(file, text).or_else(|| directive(file, text)) {
        findings.push(finding);
        return None;
    }
    tree::build(file, text, findings)
}

/// The first line of a file, for findings about the file as a whole.
pub(super) fn first_line(file: FileId, text: &str) -> Span {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let line = text.lines().next().unwrap_or("").trim_end();
    span(file, start, line.len())
}

/// Where the lines of a text begin.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    /// Those of a text.
    pub(super) fn of_text(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at + 1).collect())
    }

    /// The line of a byte, from 1.
    pub(super) fn of(&self, byte: usize) -> usize {
        self.0.partition_point(|start| *start <= byte) + 1
    }

    /// The first byte of a line, counted from 1.
    pub(super) fn start(&self, line: usize) -> usize {
        line.checked_sub(2).and_then(|before| self.0.get(before)).copied().unwrap_or(0)
    }
}

/// Control characters other than tab and line ends: YAML forbids them, and readers stop at some silently.
fn forbidden_character(file: FileId, text: &str) -> Option<Diagnostic> {
    let allowed = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{85}');
    let (at, found) = text.char_indices().find(|(_, c)| !allowed(*c) || matches!(c, '\u{fffe}' | '\u{ffff}'))?;
    let code = u32::from(found);
    Some(
        Diagnostic::error(
            "control_character",
            span(file, at, at + found.len_utf8()),
            format!("the control character U+{code:04X} cannot stand in a book"),
        )
        .help("remove it; inside double quotes it can be written as an escape such as `\\u0007`"),
    )
}

/// A line that begins with `%` before the document. The parser counts bytes for characters there.
fn directive(file: FileId, text: &str) -> Option<Diagnostic> {
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let said = line.trim_start_matches('\u{feff}');
        if said.starts_with('%') {
            let at = span(file, start + line.len() - said.len(), start + line.trim_end().len());
            let finding = Diagnostic::error("yaml_directive", at, "directives are not allowed in a book");
            return Some(finding.label("a directive").help("remove the line, and the `---` below it"));
        }
        if !said.trim().is_empty() && !said.trim_start().starts_with('#') {
            return None;
        }
        start += line.len();
    }
    None
}

fn span(file: FileId, start: usize, end: usize) -> Span {
    let short = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Span { file, start: short(start), end: short(end.max(start)) }
}
