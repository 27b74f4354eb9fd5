//! What a single text may be.

use super::super::scan::{self, Ends};
use super::super::shape::{RESERVED, Shape, is_id};
use super::{Place, SUGGEST_CHARS_MAX, Sieve, listed};
use crate::book::yaml::{Node, Value};
use crate::diagnostic::{Diagnostic, Span, did_you_mean};

impl Sieve<'_> {
    /// Checks a scalar. Returns whether it fits.
    pub(super) fn scalar(&mut self, node: &Node, shape: Shape, place: Place) -> bool {
        let Value::Scalar { text, plain, .. } = &node.value else {
            return self.wrong_shape(node, shape, place);
        };
        if node.is_empty() {
            return self.nothing(node, place);
        }
        if *plain && place.in_brackets && scan::is_cut(text) {
            let message = format!("`{text}` ends at a comma");
            let help = "a comma inside `{ }` and `[ ]` ends unquoted text; put the whole of it in double quotes";
            self.report(Diagnostic::error("cut_at_comma", node.at, message).label("ends here").help(help));
            return false;
        }
        match shape {
            Shape::Id => {
                self.id(text, node.at);
                true
            }
            Shape::Choice(words) => self.choice(text, words, node.at, place),
            Shape::Expr | Shape::Template => {
                self.comment_after(node, *plain, if matches!(shape, Shape::Expr) { "expression" } else { "text" });
                true
            }
            Shape::Range | Shape::AmountOrRange => {
                self.comment_after(node, *plain, "expression");
                self.range(text, node.at, matches!(shape, Shape::Range), place)
            }
            Shape::Prose
            | Shape::Name
            | Shape::Known(_)
            | Shape::Free
            | Shape::Type
            | Shape::Mapping
            | Shape::Into
            | Shape::TextOr(_)
            | Shape::Any => true,
            Shape::List(_) | Shape::OneOrMany(_) | Shape::Map(..) | Shape::Record(_) => {
                self.wrong_shape(node, shape, place)
            }
        }
    }

    pub(super) fn nothing(&mut self, node: &Node, place: Place) -> bool {
        if !self.known.contains(&node.at) {
            self.empty(place.key, place.at);
        }
        false
    }

    pub(super) fn empty(&mut self, key: &str, at: Span) {
        let message = format!("nothing stands under `{key}`");
        let help = "write what belongs there; what is not needed is left out together with its key";
        self.report(Diagnostic::error("empty_value", at, message).label("empty").help(help));
    }

    fn choice(&mut self, text: &str, words: &[&str], at: Span, place: Place) -> bool {
        if words.contains(&text) {
            return true;
        }
        let takes = format!("`{}` takes {}", place.key, listed(words, "or"));
        let nearest = (text.len() <= SUGGEST_CHARS_MAX).then(|| did_you_mean(text, words.iter().copied())).flatten();
        let help = nearest.map_or(takes.clone(), |near| format!("did you mean `{near}`? {takes}"));
        let message = format!("`{}` cannot be `{text}`", place.key);
        self.report(Diagnostic::error("unknown_word", at, message).label("unknown word").help(help));
        false
    }

    pub(super) fn id(&mut self, text: &str, at: Span) {
        if is_id(text) {
            return;
        }
        let finding = if RESERVED.contains(&text) {
            Diagnostic::error("bad_id", at, format!("`{text}` is a word of the expression language"))
                .help(format!("choose another id, such as `{text}_`"))
        } else {
            let rule = "an id begins with a letter a-z and has only letters a-z, digits and `_`";
            let mended = as_id(text);
            let help = if is_id(&mended) { format!("write `{mended}`; {rule}") } else { rule.to_owned() };
            Diagnostic::error("bad_id", at, format!("`{text}` cannot be an id")).help(help)
        };
        self.report(finding.label("not an id"));
    }

    /// ` #` ends unquoted text, so what follows may have been meant as part of it.
    fn comment_after(&mut self, node: &Node, plain: bool, noun: &str) {
        let rest = self.text.get(node.at.end as usize..).unwrap_or("");
        let line = rest.split(['\n', '\r']).next().unwrap_or("");
        let comment = line.trim_start();
        if !plain || !comment.starts_with('#') {
            return;
        }
        let short = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let start = node.at.end.saturating_add(short(line.len() - comment.len()));
        let at = Span { start, end: start.saturating_add(short(comment.trim_end().len())), ..node.at };
        let message = format!("a comment after an unquoted {noun}: it would cut the {noun} silently");
        let text = node.text().unwrap_or("").replace('\\', "\\\\").replace('"', "\\\"");
        let help = format!("put the whole {noun} in double quotes: \"{text}\"");
        self.report(Diagnostic::error("comment_after_expression", at, message).label("cut here").help(help));
    }

    fn range(&mut self, text: &str, at: Span, required: bool, place: Place) -> bool {
        let problem = match scan::ends(text) {
            Ends::One if !required => return true,
            Ends::One => "has no `..`",
            Ends::More => "has more than one `..`",
            Ends::Two(least, most) => {
                let written = |range| text.get(range).is_some_and(|end: &str| !end.trim().is_empty());
                if written(least) && written(most) {
                    return true;
                }
                "has only one end"
            }
        };
        let message = format!("the range under `{}` {problem}", place.key);
        let help = "write `LEAST..MOST`, such as `20 USD..40 USD`";
        self.report(Diagnostic::error("bad_range", at, message).label("not a range").help(help));
        false
    }
}

/// A text made into an id as far as that goes.
fn as_id(text: &str) -> String {
    let spread = text.trim().chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    let joined: String = spread.collect();
    joined.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
}
