//! What a case expects, key by key, against what came out.

use super::Difference;
use super::came::{self, NONE, Quantity};
use crate::assess::Assessment;
use crate::book::yaml::Node;
use crate::diagnostic::{Diagnostic, Findings, Spanned};
use crate::literal;

/// Compares one answer with everything a case says about it.
pub(super) fn compare(a: &Assessment<'_>, expected: &Node, differences: &mut Vec<Difference>, findings: &mut Findings) {
    let mut c = Comparing { a, differences, findings };
    for (key, node) in expected.map().unwrap_or_default() {
        c.key(&key.value, node);
    }
}

struct Comparing<'a, 'b> {
    a: &'a Assessment<'a>,
    differences: &'b mut Vec<Difference>,
    findings: &'b mut Findings,
}

type Entry<'n> = &'n (Spanned<String>, Node);

impl Comparing<'_, '_> {
    fn key(&mut self, key: &str, node: &Node) {
        let a = self.a;
        match key {
            "standing" => self.word(key, node, &came::standing(a)),
            "by" => self.word(key, node, &came::by(a)),
            "first" => self.word(key, node, came::first(a).map_or(NONE, |o| came::id(a, o.remedy))),
            "released_by" => self.word(key, node, &came::released_by(a)),
            "charged_to" => self.word(key, node, &came::charged_to(a)),
            "version" => self.word(key, node, &came::version(a)),
            "amount" => self.quantity(key, node, came::first(a).and_then(|o| Some(came::fixed(a, o, o.amount?)))),
            "cost" => self.quantity(key, node, came::first(a).and_then(|o| o.cost).map(came::money)),
            "detour" => self.quantity(key, node, a.detour_cost().map(came::money)),
            "options" => self.list(key, node, &came::options(a)),
            "instead" => self.list(key, node, &came::instead(a)),
            "owed" => self.set(key, node, came::owed(a)),
            "missing" => self.set(key, node, came::missing(a)),
            "cites" => self.set(key, node, came::cites(a)),
            "yours_if" => self.set(key, node, came::yours_if(a)),
            "relies_on" | "barred" | "yours" | "parts" if node.text().is_some() => {
                self.list(key, node, &came::names_of(a, key));
            }
            "relies_on" => self.each(node, Self::relies_on),
            "fails" => self.fails(key, node),
            "barred" => self.each(node, Self::barred),
            "yours" => self.each(node, Self::yours),
            "parts" => self
                .each(node, |c, (id, node)| c.word(&format!("parts.{}", id.value), node, &came::part(c.a, &id.value))),
            "terms" => self.each(node, Self::term),
            // The reader has told about any other.
            _ => {}
        }
    }

    fn each(&mut self, node: &Node, f: impl Fn(&mut Self, Entry<'_>)) {
        for entry in node.map().unwrap_or_default() {
            f(self, entry);
        }
    }

    fn differs(&mut self, key: &str, node: &Node, expected: impl Into<String>, came_out: impl Into<String>) {
        self.differences.push(Difference {
            key: key.to_owned(),
            expected: expected.into(),
            came_out: came_out.into(),
            at: node.at,
        });
    }

    fn word(&mut self, key: &str, node: &Node, came: &str) {
        let expected = node.text().unwrap_or_default();
        if expected != came {
            self.differs(key, node, expected, came);
        }
    }

    fn list(&mut self, key: &str, node: &Node, came: &[String]) {
        let expected = expected(node, came);
        if expected != came {
            self.differs(key, node, shown(&expected), shown(came));
        }
    }

    /// As a list whose order says nothing.
    fn set(&mut self, key: &str, node: &Node, mut came: Vec<String>) {
        let mut expected = expected(node, &came);
        expected.sort_unstable();
        came.sort_unstable();
        if expected != came {
            self.differs(key, node, shown(&expected), shown(&came));
        }
    }

    /// All terms at the top that fail are named; terms inside groups may be.
    fn fails(&mut self, key: &str, node: &Node) {
        let came = came::fails(self.a);
        let expected = expected(node, &came);
        let failing = |id: &String| {
            self.a.version.terms.iter().position(|t| t.id == *id).is_some_and(|i| came::is_failing(self.a, i))
        };
        if !expected.iter().all(failing) || !came.iter().all(|id| expected.contains(id)) {
            self.differs(key, node, shown(&expected), shown(&came));
        }
    }

    fn quantity(&mut self, key: &str, node: &Node, came: Option<Quantity>) {
        let text = node.text().unwrap_or_default();
        let Some(came) = came else {
            if text != NONE {
                self.differs(key, node, text, NONE);
            }
            return;
        };
        if text == NONE {
            return self.differs(key, node, NONE, came.text);
        }
        match literal::parse(text, &came.ty, &self.a.book.schema.units) {
            Ok(expected)
                if expected.number == came.number
                    && expected.currency.is_none_or(|c| came.text.ends_with(c.code())) => {}
            Ok(_) => self.differs(key, node, text, came.text),
            Err(e) => {
                let error = Diagnostic::error("case", node.at, format!("`{}` is not {}", e.found, e.expected));
                let help = e.hint.unwrap_or_else(|| format!("write it like `{}`", came.text));
                self.findings.push(error.label(format!("{} came out", came.text)).help(help));
            }
        }
    }

    fn barred(&mut self, (id, node): Entry<'_>) {
        let came = came::option(self.a, &id.value).map(|o| came::bars(self.a, o)).unwrap_or_default();
        let expected = node.text().unwrap_or_default();
        if !came.iter().any(|bar| bar == expected) {
            self.differs(&format!("barred.{}", id.value), node, expected, shown(&came));
        }
    }

    fn relies_on(&mut self, (path, node): Entry<'_>) {
        let source = came::relies_on(self.a, &path.value);
        self.word(&format!("relies_on.{}", path.value), node, source);
    }

    fn yours(&mut self, (id, node): Entry<'_>) {
        let option = came::option(self.a, &id.value);
        let came = option.and_then(|o| Some(came::fixed(self.a, o, o.yours_up_to?)));
        self.quantity(&format!("yours.{}", id.value), node, came);
    }

    fn term(&mut self, (id, node): Entry<'_>) {
        let Some(index) = self.a.version.terms.iter().position(|t| t.id == id.value) else { return };
        let Some(outcome) = self.a.terms.get(index) else { return };
        for (key, node) in node.map().unwrap_or_default() {
            let path = format!("terms.{}.{}", id.value, key.value);
            match key.value.as_str() {
                "margin" => self.quantity(&path, node, came::margin(self.a, index)),
                "need" => self.word(&path, node, &came::need(self.a, outcome.need)),
                "met" => self.word(&path, node, came::met(outcome.state)),
                _ => {}
            }
        }
    }
}

/// What a list must be: `none` says that there is none.
fn expected(node: &Node, came: &[String]) -> Vec<String> {
    let mut expected = texts(node);
    expected.retain(|word| word != NONE || came.contains(word));
    expected
}

/// One text, or several.
fn texts(node: &Node) -> Vec<String> {
    let one = node.text().map(str::to_owned).into_iter();
    let many = node.seq().unwrap_or_default().iter().filter_map(Node::text).map(str::to_owned);
    one.chain(many).collect()
}

fn shown(words: &[String]) -> String {
    if words.is_empty() { NONE.to_owned() } else { words.join(", ") }
}
