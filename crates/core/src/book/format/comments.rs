//! The comments of a text, and what each belongs to.

use std::collections::HashMap;
use std::ops::Range;

use super::scalar;
use crate::book::yaml::{Lines, Node, Value};

/// What YAML takes for blank; other characters without a picture are text.
const BLANKS: [char; 3] = [' ', '\t', '\n'];

/// One comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment<'a> {
    /// From its `#`.
    pub(super) text: &'a str,
    /// Nothing stands before it on its line that it could belong to.
    pub(super) own_line: bool,
    /// The line above is blank.
    pub(super) after_blank: bool,
    /// Characters before it on its line.
    pub(super) column: usize,
    at: usize,
    /// Where the item begins that it stands behind.
    owner: Option<usize>,
}

/// All comments of a text, in order.
pub(super) struct Comments<'a> {
    source: &'a str,
    lines: Lines,
    all: Vec<Comment<'a>>,
    /// By `all`: already written.
    written: Vec<bool>,
    next: usize,
}

impl<'a> Comments<'a> {
    /// Finds the comments of a text: what follows a `#` outside its scalars.
    pub(super) fn of(source: &'a str, root: &Node) -> Self {
        let lines = Lines::of_text(source);
        let mut tree = Tree { source, scalars: Vec::new(), first: HashMap::new(), lines: &lines };
        tree.node(root, 0);
        let Tree { mut scalars, first, .. } = tree;
        scalars.sort_by_key(|range| range.start);
        let mut comments = Self { source, lines, all: Vec::new(), written: Vec::new(), next: 0 };
        let mut from = 0;
        for scalar in scalars {
            comments.find(from, scalar.start, &first);
            from = from.max(scalar.end);
        }
        comments.find(from, source.len(), &first);
        comments.written = vec![false; comments.all.len()];
        comments
    }

    /// The comments' texts.
    pub(super) fn texts(&self) -> Vec<&'a str> {
        self.all.iter().map(|comment| comment.text).collect()
    }

    fn find(&mut self, from: usize, to: usize, first: &HashMap<usize, (usize, usize)>) {
        let gap = self.source.get(from..to).unwrap_or("");
        let mut line_start = from;
        for line in gap.split_inclusive('\n') {
            let begins = |(at, _): &(usize, &str)| {
                line.get(..*at)
                    .is_some_and(|b| b.ends_with([' ', '\t']) || (b.is_empty() && self.is_line_start(line_start)))
            };
            if let Some((at, _)) = line.match_indices('#').find(begins) {
                let comment = self.comment(line_start + at, line.get(at..).unwrap_or(""), first);
                self.all.push(comment);
            }
            line_start += line.len();
        }
    }

    fn is_line_start(&self, at: usize) -> bool {
        at == self.lines.start(self.lines.of(at))
    }

    fn comment(&self, at: usize, text: &'a str, first: &HashMap<usize, (usize, usize)>) -> Comment<'a> {
        let line = self.lines.of(at);
        let before = self.source.get(self.lines.start(line)..at).unwrap_or("");
        let owner = first.get(&line).map(|(_, start)| *start).filter(|start| *start < at);
        // Behind dashes and opening brackets alone it stands above what they open.
        let nothing = before.chars().all(|c| matches!(c, ' ' | '\t' | '-' | '[' | '{'));
        Comment {
            text: text.trim_end_matches(BLANKS),
            own_line: owner.is_none() && nothing,
            after_blank: before.trim_matches(BLANKS).is_empty() && self.is_blank(line - 1),
            column: before.chars().count(),
            at,
            owner,
        }
    }

    fn is_blank(&self, line: usize) -> bool {
        line > 0
            && self
                .source
                .get(self.lines.start(line)..self.lines.start(line + 1))
                .is_some_and(|l| l.trim_matches(BLANKS).is_empty())
    }

    /// Whether what begins at a byte begins its line, and the line above is blank.
    pub(super) fn is_after_blank_line(&self, at: usize) -> bool {
        let line = self.lines.of(at);
        let before = self.source.get(self.lines.start(line)..at).unwrap_or("");
        before.chars().all(|c| matches!(c, ' ' | '-')) && self.is_blank(line - 1)
    }

    /// Characters before a byte on its line.
    pub(super) fn column(&self, at: usize) -> usize {
        self.source.get(self.lines.start(self.lines.of(at))..at).map_or(0, |before| before.chars().count())
    }

    /// Whether a comment stands between two bytes.
    pub(super) fn any_between(&self, start: usize, end: usize) -> bool {
        let from = self.all.partition_point(|comment| comment.at < start);
        self.all.get(from).is_some_and(|comment| comment.at < end)
    }

    /// Takes the next comment that begins before `limit` and stands behind no item.
    pub(super) fn next_before(&mut self, limit: usize) -> Option<Comment<'a>> {
        let comment = self.peek_before(limit)?;
        self.next += 1;
        Some(comment)
    }

    /// The same without taking it.
    pub(super) fn peek_before(&mut self, limit: usize) -> Option<Comment<'a>> {
        while self.written.get(self.next).copied().unwrap_or(false) {
            self.next += 1;
        }
        self.all.get(self.next).copied().filter(|comment| comment.at < limit)
    }

    /// Takes the comments behind the items that begin between two bytes.
    pub(super) fn behind(&mut self, start: usize, end: usize) -> Vec<&'a str> {
        let mut texts = Vec::new();
        let all = self.all.iter().zip(&mut self.written).skip(self.next);
        for (comment, written) in all {
            if comment.owner.is_some_and(|owner| start <= owner && owner < end) {
                *written = true;
                texts.push(comment.text);
            } else if comment.at > end {
                break;
            }
        }
        texts
    }
}

/// Collects where scalars stand, and which item leads each line.
struct Tree<'a> {
    source: &'a str,
    scalars: Vec<Range<usize>>,
    /// By line: depth and start of the last of the outermost items that begin on it.
    first: HashMap<usize, (usize, usize)>,
    lines: &'a Lines,
}

impl Tree<'_> {
    fn node(&mut self, node: &Node, depth: usize) {
        match &node.value {
            Value::Scalar { .. } => self.scalars.push(scalar::range(self.source, node)),
            Value::Seq(items) => {
                for item in items {
                    let start = match &item.value {
                        Value::Scalar { .. } => scalar::range(self.source, item).start,
                        Value::Seq(_) | Value::Map(_) => item.at.start as usize,
                    };
                    self.item(start, depth);
                    self.node(item, depth + 1);
                }
            }
            Value::Map(entries) => {
                for (key, node) in entries {
                    let range = scalar::key_range(self.source, key);
                    self.item(range.start, depth);
                    self.scalars.push(range);
                    self.node(node, depth + 1);
                }
            }
        }
    }

    fn item(&mut self, start: usize, depth: usize) {
        let line = self.lines.of(start);
        let leads = self.first.get(&line).is_none_or(|(outermost, _)| depth <= *outermost);
        if leads {
            self.first.insert(line, (depth, start));
        }
    }
}
