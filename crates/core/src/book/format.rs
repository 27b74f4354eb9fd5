//! One way to write a file of a book, which `amends fmt` makes of any other.
//!
//! - Block style, two spaces deeper for what belongs to a key, keys in the order written.
//! - Every expression in double quotes; values with their unit, such as `14 days` or `20 USD..40 USD`, stay as
//!   they are written, and so does a text block (`|`, `>`).
//! - A list of texts on one line stays on one line when the line keeps within 100 columns. So does a mapping of
//!   texts and such lists, but only where a book is a table: in `roles`, `facts`, `types`, `words`, `stretch`, `lends`,
//!   and in all of intake and case files.
//! - A comment on its own line stays above what follows it, any other behind its line. One blank line stays one;
//!   several become one.
//! - Words that were written on several lines go on one, or into a folded block when that is too long.
//!
//! What the file says never changes: the result is read again and compared before it is handed out.

mod comments;
mod edit;
mod scalar;
#[cfg(test)]
mod tests;

use comments::Comments;
pub use edit::{get, read, set, set_table};

use super::read::keys::FileKind;
use super::read::shape::{Record, Shape};
use super::read::sieve_comments;
use super::yaml::{self, Node, Value};
use crate::diagnostic::{Diagnostic, FileId, Findings, Spanned};
use scalar::{Rendered, Style};

/// Widest line made of a list or mapping.
const COLUMNS_MAX: usize = 100;
/// Keys under which a mapping may stay on one line.
const TABLES: &[&str] = &["roles", "facts", "types", "words", "stretch", "lends"];

/// Writes a file of a book in the one way. The file is told by the key at its top: `book`, `policy`, `intake` or `cases`.
///
/// # Errors
/// What keeps it from being read as YAML, and comments that cut an expression; places are those of file 0.
pub fn format(text: &str) -> Result<String, Findings> {
    let file = FileId::default();
    let mut findings = Findings::default();
    yaml::parse(file, text, &mut findings);
    if findings.has_errors() {
        return Err(findings);
    }
    // Spans of what follows point into the text with line feeds only, and are shown to no one.
    let unified = unify(text);
    let Some(root) = yaml::parse(file, &unified, &mut findings) else { return Err(findings) };
    let Some(entries) = root.map().filter(|entries| !entries.is_empty()) else {
        let at = yaml::first_line(file, text);
        findings.push(Diagnostic::error("wrong_shape", at, "the file holds no keys").help("write `key: value` lines"));
        return Err(findings);
    };
    let record = FileKind::of_keys(entries.iter().map(|(key, _)| key.value.as_str()));
    let kind = record.map(FileKind::record);
    if let Some(record) = kind {
        let cutting = sieve_comments(text, file, record);
        if cutting.has_errors() {
            return Err(cutting);
        }
    }
    let tables = matches!(record, Some(FileKind::Intake | FileKind::Cases));
    let formatted = write(&unified, &root, kind, tables);
    if says_the_same(&unified, &root, &formatted) {
        return Ok(formatted);
    }
    findings.push(
        Diagnostic::error(
            "format_failed",
            yaml::first_line(file, text),
            "this file is written in a way that cannot be kept",
        )
        .help("write keys and texts on lines of their own, without `?` and without unusual quoting"),
    );
    Err(findings)
}

/// The text with line feeds as its only line ends, without a byte order mark.
fn unify(text: &str) -> String {
    text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n")
}

fn write(text: &str, root: &Node, record: Option<&'static Record>, tables: bool) -> String {
    let comments = Comments::of(text, root);
    let mut writer =
        Writer { text, comments, out: String::new(), pending: String::new(), pending_start: 0, in_block: false };
    let shape = record.map_or(Shape::Any, Shape::Record);
    let place = Place { indent: 0, limit: text.len(), column: None, tables };
    writer.collection(root, shape, place);
    writer.rest();
    writer.out
}

/// Whether two texts have the same tree but for places and quotes, and the same comments.
fn says_the_same(text: &str, root: &Node, formatted: &str) -> bool {
    let mut findings = Findings::default();
    let Some(again) = yaml::parse(FileId::default(), formatted, &mut findings) else { return false };
    let words = |text: &str, root: &Node| {
        let joined = Comments::of(text, root).texts().join(" ");
        let mut words: Vec<String> = joined.split_whitespace().map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    findings.all.is_empty() && same(root, &again) && words(text, root) == words(formatted, &again)
}

fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Scalar { text: a, .. }, Value::Scalar { text: b, .. }) => a == b,
        (Value::Seq(a), Value::Seq(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((k, a), (l, b))| k.value == l.value && same(a, b))
        }
        _ => false,
    }
}

/// Where something is written.
#[derive(Clone, Copy)]
struct Place {
    /// Spaces before it.
    indent: usize,
    /// The byte of the source at which what comes next begins.
    limit: usize,
    /// Column of the block collection around it, in the source.
    column: Option<usize>,
    /// Mappings may stay on one line.
    tables: bool,
}

struct Writer<'a> {
    text: &'a str,
    comments: Comments<'a>,
    out: String,
    /// What the next line begins with: dashes and a key.
    pending: String,
    /// Where in the source the first item of the pending line begins.
    pending_start: usize,
    /// The last line is the text of a block, where a comment would be text.
    in_block: bool,
}

impl Writer<'_> {
    /// A list or mapping in block style.
    fn collection(&mut self, node: &Node, shape: Shape, place: Place) {
        let brackets = self.in_brackets(node);
        let column = if brackets { None } else { Some(self.comments.column(node.at.start as usize)) };
        let end = if brackets { node.at.end as usize } else { place.limit };
        let inside = Place { limit: end, column, ..place };
        match &node.value {
            Value::Seq(items) => self.items(items, item_shape(shape), inside),
            Value::Map(entries) => self.entries(entries, shape, inside),
            Value::Scalar { .. } => {}
        }
        let own = |at: usize| column.is_some_and(|c| Some(c) > place.column && at >= c);
        self.comments_at_end(end, place.indent, brackets, own);
    }

    fn items(&mut self, items: &[Node], shape: Shape, place: Place) {
        let starts: Vec<usize> = items.iter().map(|item| self.start_of(item)).collect();
        for (i, item) in items.iter().enumerate() {
            let limit = starts.get(i + 1).copied().unwrap_or(place.limit);
            let start = starts.get(i).copied().unwrap_or(limit);
            self.begin(start, place.indent);
            self.pending.push('-');
            let inside = Place { indent: place.indent + 2, limit, ..place };
            if self.is_line(item, shape, inside) {
                self.value(start, item, shape, Place { indent: place.indent, ..inside });
            } else {
                self.pending.push(' ');
                self.collection(item, shape, inside);
            }
        }
    }

    fn entries(&mut self, entries: &[(Spanned<String>, Node)], shape: Shape, place: Place) {
        let starts: Vec<usize> = entries.iter().map(|(key, _)| self.key_start(key)).collect();
        for (i, (key, node)) in entries.iter().enumerate() {
            let limit = starts.get(i + 1).copied().unwrap_or(place.limit);
            let start = starts.get(i).copied().unwrap_or(limit);
            let shape = entry_shape(shape, &key.value);
            let tables = place.tables || TABLES.contains(&key.value.as_str());
            self.begin(start, place.indent);
            self.pending.push_str(&scalar::key(self.text, key));
            self.pending.push(':');
            let inside = Place { limit, tables, ..place };
            if self.is_line(node, shape, inside) {
                self.value(start, node, shape, inside);
            } else {
                self.line(start, start + 1, "");
                self.collection(node, shape, Place { indent: place.indent + 2, ..inside });
            }
        }
    }

    /// Begins a line, unless a dash has begun it.
    fn begin(&mut self, start: usize, indent: usize) {
        if self.pending.is_empty() {
            self.pending = " ".repeat(indent);
            self.pending_start = start;
        }
    }

    /// Whether a node goes on the line of its key or dash.
    fn is_line(&self, node: &Node, shape: Shape, place: Place) -> bool {
        matches!(node.value, Value::Scalar { .. }) || self.inline(node, shape, place).is_some()
    }

    /// Writes a node on the line of its key or dash.
    fn value(&mut self, start: usize, node: &Node, shape: Shape, place: Place) {
        let (begin, end) = (self.start_of(node).max(start), (node.at.end as usize).max(start + 1));
        if let Some(inline) = self.inline(node, shape, place) {
            return self.line(begin, end, &inline);
        }
        let room = scalar::Room {
            line: COLUMNS_MAX.saturating_sub(self.pending.chars().count() + 1),
            block: COLUMNS_MAX.saturating_sub(place.indent + 2),
        };
        match scalar::render(self.text, node, shape, room) {
            Rendered::Line(text) => self.line(begin, end, &text),
            Rendered::Block { header, lines } => {
                self.line(begin, start + 1, &header);
                for line in lines {
                    let indent = if line.is_empty() { 0 } else { place.indent + 2 };
                    self.out.push_str(&" ".repeat(indent));
                    self.out.push_str(&line);
                    self.out.push('\n');
                }
                self.in_block = true;
            }
        }
    }

    /// A list or mapping on one line, where it stands on one, may, and fits.
    fn inline(&self, node: &Node, shape: Shape, place: Place) -> Option<String> {
        let is_empty = node.seq().is_some_and(<[Node]>::is_empty) || node.map().is_some_and(<[_]>::is_empty);
        let has_comment = self.comments.any_between(node.at.start as usize, node.at.end as usize);
        if !self.in_brackets(node) || (has_comment && !is_empty) {
            return None;
        }
        let text = match &node.value {
            Value::Seq(items) => self.inline_list(items, item_shape(shape))?,
            Value::Map(entries) if place.tables || entries.is_empty() => self.inline_map(entries, shape)?,
            _ => return None,
        };
        (self.pending.chars().count() + 1 + text.chars().count() <= COLUMNS_MAX).then_some(text)
    }

    fn inline_list(&self, items: &[Node], shape: Shape) -> Option<String> {
        let items: Option<Vec<String>> = items.iter().map(|item| self.inline_scalar(item, shape)).collect();
        Some(format!("[{}]", items?.join(", ")))
    }

    fn inline_map(&self, entries: &[(Spanned<String>, Node)], shape: Shape) -> Option<String> {
        let entry = |(key, node): &(Spanned<String>, Node)| {
            let shape = entry_shape(shape, &key.value);
            let value = match &node.value {
                Value::Seq(items) if self.in_brackets(node) => self.inline_list(items, item_shape(shape)),
                _ => self.inline_scalar(node, shape),
            };
            Some(format!("{}: {}", scalar::key(self.text, key), value?))
        };
        let entries: Option<Vec<String>> = entries.iter().map(entry).collect();
        let entries = entries?;
        Some(if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) })
    }

    fn inline_scalar(&self, node: &Node, shape: Shape) -> Option<String> {
        if node.is_empty() || !matches!(node.value, Value::Scalar { .. }) {
            return None;
        }
        match scalar::render(self.text, node, shape, scalar::Room { line: COLUMNS_MAX, block: COLUMNS_MAX }) {
            Rendered::Line(text) => Some(text),
            Rendered::Block { .. } => None,
        }
    }

    /// Ends the pending line with `text`, which begins and ends in the source at those bytes. Comments before it
    /// stand above; those that belong to items of the line stand behind it.
    fn line(&mut self, begin: usize, end: usize, text: &str) {
        let start = self.pending_start.min(begin);
        let behind = self.comments.behind(start, end);
        self.comments_before(begin, self.pending.len() - self.pending.trim_start_matches(' ').len());
        if !self.out.is_empty() && self.comments.is_after_blank_line(start) {
            self.out.push('\n');
        }
        self.out.push_str(&self.pending);
        self.pending.clear();
        if !text.is_empty() {
            self.out.push(' ');
            self.out.push_str(text);
        }
        for comment in behind {
            self.out.push_str("  ");
            self.out.push_str(comment);
        }
        self.out.push('\n');
        self.in_block = false;
    }

    fn comments_before(&mut self, limit: usize, indent: usize) {
        while let Some(comment) = self.comments.next_before(limit) {
            self.comment(comment, indent);
        }
    }

    /// Comments below the last item of a collection that belong to it.
    fn comments_at_end(&mut self, limit: usize, indent: usize, brackets: bool, own: impl Fn(usize) -> bool) {
        while let Some(comment) = self.comments.peek_before(limit) {
            if !(brackets || (comment.own_line && own(comment.column))) {
                return;
            }
            self.comments.next_before(limit);
            self.comment(comment, indent);
        }
    }

    fn comment(&mut self, comment: comments::Comment<'_>, indent: usize) {
        let last = self.out.lines().next_back().unwrap_or("").trim_start_matches(' ');
        if !comment.own_line && !self.in_block && !last.is_empty() && !last.starts_with('#') {
            self.out.pop();
            self.out.push_str("  ");
        } else {
            if !self.out.is_empty() && comment.after_blank {
                self.out.push('\n');
            }
            self.out.push_str(&" ".repeat(indent));
            self.in_block = false;
        }
        self.out.push_str(comment.text);
        self.out.push('\n');
    }

    /// Comments below everything.
    fn rest(&mut self) {
        self.comments_before(self.text.len() + 1, 0);
    }

    fn in_brackets(&self, node: &Node) -> bool {
        let is_text = matches!(node.value, Value::Scalar { .. });
        !is_text && self.text.get(node.at.start as usize..).is_some_and(|rest| rest.starts_with(['{', '[']))
    }

    /// Where a node begins, quotes included.
    fn start_of(&self, node: &Node) -> usize {
        let start = node.at.start as usize;
        if matches!(Style::of(self.text, node), Style::Single | Style::Double) {
            start.saturating_sub(1)
        } else {
            start
        }
    }

    fn key_start(&self, key: &Spanned<String>) -> usize {
        scalar::key_range(self.text, key).start
    }
}

fn item_shape(shape: Shape) -> Shape {
    match shape {
        Shape::List(of) | Shape::OneOrMany(of) => *of,
        _ => Shape::Any,
    }
}

fn entry_shape(shape: Shape, key: &str) -> Shape {
    match shape {
        Shape::Map(_, of) => *of,
        Shape::Record(record) | Shape::TextOr(record) => match (record.key(key), record.others) {
            (Some(key), _) => *key.shape,
            (None, Some(of)) => *of,
            (None, None) => Shape::Any,
        },
        _ => Shape::Any,
    }
}
