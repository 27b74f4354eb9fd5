//! Takes texts, expressions and entries out of nodes that the [`sieve`](super::sieve) let through.
//! What is not there, or was taken out, is none: it has been reported.

use super::scan;
use crate::book::model::{AmountText, Expr, Named, Text};
use crate::book::yaml::{Node, Value};
use crate::diagnostic::{Span, Spanned};

/// The entries of a mapping, by key.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a [(Spanned<String>, Node)]);

impl<'a> Fields<'a> {
    /// Those of a mapping; none of anything else.
    pub(super) fn of(node: &'a Node) -> Self {
        Self(node.map().unwrap_or_default())
    }

    /// What stands under a key.
    pub(super) fn get(self, key: &str) -> Option<&'a Node> {
        self.0.iter().find(|(k, _)| k.value == key).map(|(_, node)| node)
    }

    /// All entries in the order written.
    pub(super) fn all(self) -> &'a [(Spanned<String>, Node)] {
        self.0
    }

    /// The text under a key, as it stands.
    pub(super) fn text(self, key: &str) -> Option<Text> {
        self.get(key).and_then(text)
    }

    /// The words under a key, without blanks around them.
    pub(super) fn prose(self, key: &str) -> Option<Text> {
        self.get(key).and_then(prose)
    }

    /// The expression under a key.
    pub(super) fn expr(self, key: &str) -> Option<Expr> {
        self.get(key).and_then(expr)
    }

    /// One or several expressions under a key.
    pub(super) fn exprs(self, key: &str) -> Vec<Expr> {
        self.get(key).map_or_else(Vec::new, exprs)
    }

    /// One or several texts under a key.
    pub(super) fn texts(self, key: &str) -> Vec<Text> {
        self.items(key).iter().filter_map(text).collect()
    }

    /// The list under a key; a single text counts as a list of one.
    pub(super) fn items(self, key: &str) -> &'a [Node] {
        self.get(key).map_or(&[], |node| node.seq().unwrap_or(std::slice::from_ref(node)))
    }

    /// The entries of the mapping under a key.
    pub(super) fn entries(self, key: &str) -> &'a [(Spanned<String>, Node)] {
        self.get(key).and_then(Node::map).unwrap_or_default()
    }

    /// The entries of the mapping under a key, each made by `make`.
    pub(super) fn named<T>(self, key: &str, make: impl Fn(&'a Node) -> Option<T>) -> Vec<Named<T>> {
        named(self.entries(key), make)
    }

    /// The amount, or range of amounts, under a key.
    pub(super) fn amount(self, key: &str) -> Option<AmountText> {
        let whole = self.expr(key)?;
        Some(range(&whole).map_or(AmountText::One(whole), |(least, most)| AmountText::Range(least, most)))
    }

    /// The two ends of the range under a key.
    pub(super) fn range(self, key: &str) -> Option<(Expr, Expr)> {
        range(&self.expr(key)?)
    }
}

/// The entries, each made by `make`.
pub(super) fn named<'a, T>(
    entries: &'a [(Spanned<String>, Node)],
    make: impl Fn(&'a Node) -> Option<T>,
) -> Vec<Named<T>> {
    entries.iter().filter_map(|(id, node)| Some(Named { id: id.clone(), item: make(node)? })).collect()
}

/// The text of a scalar, as it stands.
pub(super) fn text(node: &Node) -> Option<Text> {
    node.text().map(|text| Spanned::new(text.to_owned(), node.at))
}

/// The words of a scalar, without blanks around them.
pub(super) fn prose(node: &Node) -> Option<Text> {
    text(node).map(|text| Spanned::new(text.value.trim().to_owned(), text.at))
}

/// The expression in a scalar, without blanks around it.
pub(super) fn expr(node: &Node) -> Option<Expr> {
    let Value::Scalar { text, verbatim, .. } = &node.value else { return None };
    let whole = Expr { text: text.clone(), at: node.at, verbatim: *verbatim };
    Some(part(&whole, 0, text.len()))
}

/// One or several expressions.
pub(super) fn exprs(node: &Node) -> Vec<Expr> {
    node.seq().unwrap_or(std::slice::from_ref(node)).iter().filter_map(expr).collect()
}

/// Bytes `start..end` of an expression, without blanks around them, and their place.
fn part(whole: &Expr, start: usize, end: usize) -> Expr {
    let inside = whole.text.get(start..end).unwrap_or("");
    let start = start + inside.len() - inside.trim_start().len();
    let text = inside.trim().to_owned();
    Expr { at: whole.span(start, start + text.len()), text, verbatim: whole.verbatim }
}

fn range(whole: &Expr) -> Option<(Expr, Expr)> {
    let scan::Ends::Two(least, most) = scan::ends(&whole.text) else { return None };
    Some((part(whole, least.start, least.end), part(whole, most.start, most.end)))
}

/// Splits the `?` off a name that may be absent.
pub(super) fn optional(name: &Text) -> (Text, bool) {
    match name.value.strip_suffix('?') {
        Some(bare) => {
            let at = Span { end: name.at.end.saturating_sub(1).max(name.at.start), ..name.at };
            (Spanned::new(bare.to_owned(), at), true)
        }
        None => (name.clone(), false),
    }
}
