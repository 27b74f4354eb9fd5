//! How a text is written: plain, in quotes, or as a block.

use std::ops::Range;

use crate::book::read::scan::is_literal;
use crate::book::read::shape::Shape;
use crate::book::yaml::{self, Node, Value};
use crate::diagnostic::{FileId, Findings, Spanned};

/// How a scalar is written in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    /// `|` or `>`
    Block,
}

impl Style {
    /// Of a scalar; plain for anything else.
    pub(super) fn of(source: &str, node: &Node) -> Self {
        match &node.value {
            Value::Scalar { plain: false, .. } => Self::before(source, node.at.start as usize),
            _ => Self::Plain,
        }
    }

    /// By the character before the contents.
    fn before(source: &str, start: usize) -> Self {
        match source.get(..start).and_then(|before| before.chars().next_back()) {
            Some('"') => Self::Double,
            Some('\'') => Self::Single,
            _ => Self::Block,
        }
    }
}

/// A text as it is to be written.
pub(super) enum Rendered {
    /// Behind the key.
    Line(String),
    /// The header behind the key, the lines below it without their indentation.
    Block {
        /// `|` or `>` and its indicators.
        header: String,
        /// The lines.
        lines: Vec<String>,
    },
}

/// The bytes a scalar takes in the source, quotes included.
pub(super) fn range(source: &str, node: &Node) -> Range<usize> {
    let (start, end) = (node.at.start as usize, node.at.end as usize);
    match Style::of(source, node) {
        Style::Single | Style::Double => start.saturating_sub(1)..end + 1,
        Style::Plain | Style::Block => start..end,
    }
}

/// The bytes a key takes in the source, quotes included.
pub(super) fn key_range(source: &str, key: &Spanned<String>) -> Range<usize> {
    let (start, end) = (key.at.start as usize, key.at.end as usize);
    let quote = source.get(..start).and_then(|before| before.chars().next_back());
    let quoted = quote.is_some_and(|q| matches!(q, '"' | '\'') && source.get(end..).is_some_and(|r| r.starts_with(q)));
    if quoted { start - 1..end + 1 } else { start..end }
}

/// A key as it is to be written: as it is where that is on one line.
pub(super) fn key(source: &str, key: &Spanned<String>) -> String {
    let range = key_range(source, key);
    let quoted = range.start < key.at.start as usize;
    let written = source.get(range).unwrap_or("");
    let as_is = if quoted { !written.contains('\n') } else { written == key.value && is_plain_key(written) };
    if as_is { written.to_owned() } else { double_quoted(&key.value) }
}

/// Whether a key can be written without quotes anywhere.
fn is_plain_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '/' | '$' | '.' | '<'))
        && !key.contains([':', '#', ',', '[', ']', '{', '}', '"', '\''])
        && !key.ends_with(' ')
}

/// Columns that are left.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Behind the key.
    pub(super) line: usize,
    /// In the lines of a block below it.
    pub(super) block: usize,
}

/// A scalar as it is to be written.
pub(super) fn render(source: &str, node: &Node, shape: Shape, room: Room) -> Rendered {
    let Value::Scalar { text, .. } = &node.value else { return Rendered::Line(String::new()) };
    let style = Style::of(source, node);
    if style == Style::Block {
        return block(source, node, text).unwrap_or_else(|| Rendered::Line(double_quoted(text)));
    }
    let written = source.get(range(source, node)).unwrap_or("");
    let one_line = !written.contains('\n');
    let shape = if let Shape::OneOrMany(of) = shape { *of } else { shape };
    if matches!(shape, Shape::Expr | Shape::Range | Shape::AmountOrRange) {
        let as_is = one_line && (style == Style::Double || is_literal(text) || text.is_empty());
        return Rendered::Line(if as_is { written.to_owned() } else { double_quoted(text) });
    }
    if one_line {
        return Rendered::Line(written.to_owned());
    }
    let joined = if style == Style::Plain && !text.contains('\n') { text.clone() } else { double_quoted(text) };
    match folded(text, room.block) {
        Some(folded) if joined.chars().count() > room.line => folded,
        _ => Rendered::Line(joined),
    }
}

/// Words in lines of a folded block; none where folding would change the text.
fn folded(text: &str, room: usize) -> Option<Rendered> {
    let words: Vec<&str> = text.split(' ').collect();
    if words.iter().any(|word| word.is_empty() || word.contains(['\n', '\t', '\r']) || !word.chars().all(is_printable))
    {
        return None;
    }
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room.max(40) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    Some(Rendered::Block { header: ">-".to_owned(), lines })
}

/// A text block with its lines as they are; none where its end or its blanks could not be kept.
fn block(source: &str, node: &Node, text: &str) -> Option<Rendered> {
    let start = node.at.start as usize;
    let line_start = source.get(..start)?.rfind('\n')? + 1;
    let indent = start - line_start;
    let above = source.get(..line_start)?.trim_end_matches([' ', '\t', '\n']);
    let blank_lines = source.get(above.len()..line_start)?.matches('\n').count().saturating_sub(1);
    let header = header(above)?;
    let end = source.get(node.at.end as usize..)?.find('\n').map_or(source.len(), |at| at + node.at.end as usize);
    let strip = |line: &str| {
        let spaces = line.len() - line.trim_start_matches(' ').len();
        line.get(indent.min(spaces)..).unwrap_or("").to_owned()
    };
    let mut lines = vec![String::new(); blank_lines];
    lines.extend(source.get(line_start..end)?.split('\n').map(strip));
    let chomping = if text.ends_with('\n') { "" } else { "-" };
    let depth = if header.contains(|c: char| c.is_ascii_digit()) { "2" } else { "" };
    let header = format!("{}{depth}{chomping}", header.get(..1)?);
    (reads_as(&header, &lines) == Some(text.to_owned())).then_some(Rendered::Block { header, lines })
}

/// The indicators of a block's header, from the text that ends with it or with the comment behind it.
fn header(above: &str) -> Option<&str> {
    let line = above.rsplit('\n').next()?;
    let is_header = |word: &&str| {
        word.starts_with(['|', '>'])
            && word.len() <= 3
            && word.chars().skip(1).all(|c| c.is_ascii_digit() || "+-".contains(c))
    };
    let before_comment = |line: &str| line.split(' ').take_while(|word| !word.starts_with('#')).count();
    let words: Vec<&str> = line.split(' ').collect();
    words
        .get(..before_comment(line))
        .unwrap_or(&words)
        .iter()
        .rev()
        .find(|word| !word.is_empty())
        .copied()
        .filter(is_header)
}

fn reads_as(header: &str, lines: &[String]) -> Option<String> {
    let body: String =
        lines.iter().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") }).collect();
    let node = yaml::parse(FileId::default(), &format!("a: {header}\n{body}b: c\n"), &mut Findings::default())?;
    node.get("a").and_then(Node::text).map(str::to_owned)
}

/// The text in double quotes.
pub(super) fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if is_printable(c) => quoted.push(c),
            c => quoted.push_str(&escaped(c)),
        }
    }
    quoted.push('"');
    quoted
}

fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

fn escaped(c: char) -> String {
    let code = u32::from(c);
    if code <= 0xffff { format!("\\u{code:04x}") } else { format!("\\U{code:08x}") }
}
