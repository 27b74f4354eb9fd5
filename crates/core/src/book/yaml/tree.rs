//! From the parser's events to a tree. Holds its own stack, so that depth costs no recursion.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as Marks};

use super::{DEPTH_MAX, NODES_MAX, Node, SCALAR_BYTES_MAX, Value, span, syntax};
use crate::diagnostic::{Diagnostic, FileId, Findings, Span, Spanned};

/// Nothing more can be read; why is among the findings.
struct Stop;

/// A finished node and the bytes it takes, quotes and brackets included.
struct Item {
    node: Node,
    end: usize,
}

/// What a mapping waits for.
enum Awaits {
    Key,
    Value(Spanned<String>),
    /// The value of a key that was already reported.
    Lost,
}

enum Parts {
    Seq(Vec<Node>),
    Map { entries: Vec<(Spanned<String>, Node)>, lines: HashMap<String, usize>, awaits: Awaits },
}

/// A list or mapping that is not closed yet.
struct Open {
    start: usize,
    /// End of the last child.
    end: usize,
    parts: Parts,
}

struct Builder<'a> {
    file: FileId,
    text: &'a str,
    /// First byte of each character; empty when all are one byte long.
    starts: Vec<u32>,
    findings: &'a mut Findings,
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    documents: usize,
}

/// Builds the tree of one text.
pub(super) fn build(file: FileId, text: &str, findings: &mut Findings) -> Option<Node> {
    let starts = if text.is_ascii() { Vec::new() } else { char_starts(text) };
    let mut builder = Builder { file, text, starts, findings, open: Vec::new(), root: None, nodes: 0, documents: 0 };
    for event in Parser::new_from_str(text) {
        let read = match event {
            Ok((event, marks)) => builder.event(event, marks),
            Err(error) => builder.syntax_error(&error),
        };
        if read.is_err() {
            return None;
        }
    }
    builder.finish()
}

fn char_starts(text: &str) -> Vec<u32> {
    text.char_indices().filter_map(|(at, _)| u32::try_from(at).ok()).collect()
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, marks: Marks) -> Result<(), Stop> {
        match event {
            Event::DocumentStart(_) => self.document(marks),
            Event::Alias(_) => self.alias(marks),
            Event::Scalar(text, style, anchor, tag) => {
                self.forbid_properties(marks, anchor, tag.is_some());
                self.count(marks)?;
                let item = self.scalar(text.into_owned(), style, marks);
                self.place(item, marks.start.line());
                Ok(())
            }
            Event::SequenceStart(anchor, tag) => {
                self.forbid_properties(marks, anchor, tag.is_some());
                let start = self.seq_start(marks);
                self.start(marks, start, Parts::Seq(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                self.forbid_properties(marks, anchor, tag.is_some());
                let parts = Parts::Map { entries: Vec::new(), lines: HashMap::new(), awaits: Awaits::Key };
                self.start(marks, self.byte(marks.start.index()), parts)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.end(marks);
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    /// The byte at which a character starts.
    fn byte(&self, index: usize) -> usize {
        if self.starts.is_empty() {
            return index.min(self.text.len());
        }
        self.starts.get(index).map_or(self.text.len(), |byte| *byte as usize)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        span(self.file, start, end)
    }

    fn document(&mut self, marks: Marks) -> Result<(), Stop> {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        let at = self.byte(marks.start.index());
        self.findings.push(
            Diagnostic::error("several_documents", self.to_line_end(at), "a second document begins here")
                .help("a file holds one document: remove the `---` line, or move what follows into a file of its own"),
        );
        Err(Stop)
    }

    fn alias(&mut self, marks: Marks) -> Result<(), Stop> {
        self.count(marks)?;
        let at = self.span(self.byte(marks.start.index()), self.byte(marks.end.index()));
        self.findings.push(
            Diagnostic::error("yaml_alias", at, "aliases are not allowed in a book")
                .label("an alias")
                .help("write out what it stands for; text that begins with `*` goes in double quotes"),
        );
        let value = Value::Scalar { text: String::new(), plain: true, verbatim: false };
        self.place(Item { node: Node { value, at }, end: at.end as usize }, marks.start.line());
        Ok(())
    }

    /// Tags and anchors stand before the node; both are read over after the error.
    fn forbid_properties(&mut self, marks: Marks, anchor: usize, tagged: bool) {
        if anchor == 0 && !tagged {
            return;
        }
        let start = self.byte(marks.start.index());
        let rest = self.text.get(start..).unwrap_or("");
        let word = rest.split([' ', '\t', '\n', '\r', ',', ']', '}']).next().unwrap_or("");
        let at = self.span(start, start + word.len());
        self.findings.push(if tagged && !word.starts_with('&') {
            Diagnostic::error("yaml_tag", at, format!("the tag `{word}` is not allowed in a book"))
                .label("a tag")
                .help("remove it; text that begins with `!` goes in double quotes")
        } else {
            Diagnostic::error("yaml_anchor", at, format!("the anchor `{word}` is not allowed in a book"))
                .label("an anchor")
                .help("remove it; text that begins with `&` goes in double quotes")
        });
    }

    fn count(&mut self, marks: Marks) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes <= NODES_MAX {
            return Ok(());
        }
        let at = self.to_line_end(self.byte(marks.start.index()));
        self.findings.push(
            Diagnostic::error("too_many_nodes", at, format!("the file holds more than {NODES_MAX} texts and lists"))
                .label("the limit is reached here")
                .help("split the file"),
        );
        Err(Stop)
    }

    fn start(&mut self, marks: Marks, start: usize, parts: Parts) -> Result<(), Stop> {
        self.count(marks)?;
        if self.open.len() >= DEPTH_MAX {
            self.findings.push(
                Diagnostic::error(
                    "too_deep",
                    self.to_line_end(start),
                    format!("lists and mappings are nested more than {DEPTH_MAX} deep"),
                )
                .label("too deep")
                .help("write it flatter"),
            );
            return Err(Stop);
        }
        self.open.push(Open { start, end: start, parts });
        Ok(())
    }

    /// Where a list starts. The parser reports a list that is not indented below its key after the
    /// first `-`; the first `-` of a list under a key begins its line.
    fn seq_start(&self, marks: Marks) -> usize {
        let start = self.byte(marks.start.index());
        let under_key = self.open.last().is_some_and(|open| matches!(open.parts, Parts::Map { .. }));
        if !under_key || self.text.get(start..).is_some_and(|rest| rest.starts_with(['[', '&', '!'])) {
            return start;
        }
        let before = self.text.get(..start).unwrap_or("");
        let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let indent = before.get(line..).map_or(0, |l| l.len() - l.trim_start_matches(' ').len());
        if before.get(line + indent..).is_some_and(|rest| rest.starts_with('-')) { line + indent } else { start }
    }

    fn end(&mut self, marks: Marks) {
        let Some(done) = self.open.pop() else { return };
        let close = self.byte(marks.start.index());
        let in_brackets = self.starts_with(done.start, ['[', '{']) && self.starts_with(close, [']', '}']);
        let end = if in_brackets { close + 1 } else { done.end };
        let value = match done.parts {
            Parts::Seq(items) => Value::Seq(items),
            Parts::Map { entries, .. } => Value::Map(entries),
        };
        let node = Node { value, at: self.span(done.start, end) };
        self.place(Item { node, end }, marks.start.line());
    }

    fn starts_with(&self, at: usize, any_of: [char; 2]) -> bool {
        self.text.get(at..).is_some_and(|rest| rest.starts_with(any_of))
    }

    /// Puts a finished node where the innermost open list or mapping wants it.
    fn place(&mut self, item: Item, line: usize) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(item.node);
            return;
        };
        open.end = open.end.max(item.end);
        match &mut open.parts {
            Parts::Seq(items) => items.push(item.node),
            Parts::Map { entries, lines, awaits } => {
                *awaits = match std::mem::replace(awaits, Awaits::Key) {
                    Awaits::Lost => Awaits::Key,
                    Awaits::Value(key) => {
                        entries.push((key, item.node));
                        Awaits::Key
                    }
                    Awaits::Key => match take_key(item.node, line, lines) {
                        Ok(key) => Awaits::Value(key),
                        Err(finding) => {
                            self.findings.push(finding);
                            Awaits::Lost
                        }
                    },
                };
            }
        }
    }

    /// The text of a scalar with the place of its contents. The parser's place of a quoted one
    /// takes in what follows on the line, and that of a block one the blank lines below it.
    fn scalar(&mut self, text: String, style: ScalarStyle, marks: Marks) -> Item {
        let (start, end) = (self.byte(marks.start.index()), self.byte(marks.end.index()));
        let written = self.text.get(start..end).unwrap_or("");
        let (start, inside_end, end) = match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => match quoted_len(written) {
                Some(len) => (start + 1, start + len - 1, start + len),
                None => (start, end, end),
            },
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let end = start + written.trim_end_matches([' ', '\t', '\n', '\r']).len();
                (start, end, end)
            }
            ScalarStyle::Plain if text.is_empty() && !self.starts_with(start, ['!', '&']) => {
                let start = self.place_of_nothing(start);
                (start, start, start)
            }
            ScalarStyle::Plain => (start, end, end),
        };
        let at = self.span(start, inside_end);
        if text.len() > SCALAR_BYTES_MAX {
            let message = format!("the text has {} bytes", text.len());
            self.findings.push(
                Diagnostic::error("text_too_long", at, message)
                    .label("too long")
                    .help(format!("a text may have up to {SCALAR_BYTES_MAX} bytes")),
            );
        }
        let plain = style == ScalarStyle::Plain;
        let verbatim = self.text.get(start..start + text.len()) == Some(text.as_str())
            && start + text.trim_end_matches('\n').len() == inside_end;
        Item { node: Node { value: Value::Scalar { text, plain, verbatim }, at }, end }
    }

    /// A value that was not written stands right behind its key, whatever follows.
    fn place_of_nothing(&self, start: usize) -> usize {
        match self.open.last() {
            Some(Open { end, parts: Parts::Map { .. }, .. }) => *end,
            _ => start,
        }
    }

    fn to_line_end(&self, start: usize) -> Span {
        let rest = self.text.get(start..).unwrap_or("");
        let line = rest.split(['\n', '\r']).next().unwrap_or("").trim_end();
        self.span(start, start + line.len())
    }

    fn syntax_error(&mut self, error: &ScanError) -> Result<(), Stop> {
        let at = self.byte(error.marker().index());
        self.findings.push(syntax::explain(self.file, self.text, at, error.info()));
        Err(Stop)
    }

    fn finish(self) -> Option<Node> {
        let root = self.root.filter(|node| !node.is_empty());
        if root.is_none() {
            let at = super::first_line(self.file, self.text);
            let known = self.findings.all.iter().any(|d| d.at.file == self.file);
            if !known {
                self.findings.push(
                    Diagnostic::error("empty_file", at, "the file says nothing")
                        .label("nothing but blanks and comments")
                        .help("write its first `key: value`, or remove the file"),
                );
            }
        }
        root
    }
}

/// The key of an entry, or what is wrong with it.
fn take_key(node: Node, line: usize, lines: &mut HashMap<String, usize>) -> Result<Spanned<String>, Diagnostic> {
    let at = node.at;
    let Value::Scalar { text, plain, .. } = node.value else {
        return Err(Diagnostic::error("key_not_text", at, "a key must be a text")
            .label("a list or mapping as a key")
            .help("text that begins with `[` or `{` goes in double quotes"));
    };
    if plain && text.is_empty() {
        return Err(Diagnostic::error("key_not_text", at, "a key is missing before `:`")
            .label("no key")
            .help("write `key: value`; text that begins with `: ` or `? ` goes in double quotes"));
    }
    if let Some(first) = lines.get(&text) {
        return Err(Diagnostic::error("duplicate_key", at, format!("`{text}` is written twice"))
            .label("again")
            .help(format!("the first one is on line {first}; keep one of them")));
    }
    lines.insert(text.clone(), line);
    Ok(Spanned::new(text, at))
}

/// The length of the quoted text at the start of `written`, both quotes included.
fn quoted_len(written: &str) -> Option<usize> {
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut chars = written.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && quote == '"' {
            chars.next();
        } else if c == quote && (quote == '"' || chars.next_if(|(_, next)| *next == quote).is_none()) {
            return Some(at + quote.len_utf8());
        }
    }
    None
}
