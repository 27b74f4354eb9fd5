//! Holds a file against the table of its keys: reports all that does not fit and takes it out, so that
//! what is read afterwards has the right shape.

mod texts;

use std::collections::HashSet;

use super::keys::MAPPING;
use super::scan;
use super::shape::{Key, KeyKind, Need, OneOf, Record, Shape};
use crate::book::yaml::{Node, Value};
use crate::diagnostic::{Diagnostic, Findings, Span, Spanned, did_you_mean};

type Entries = Vec<(Spanned<String>, Node)>;

/// Longest misspelt word for which a suggestion is looked for.
const SUGGEST_CHARS_MAX: usize = 64;

/// Where a node stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The key it stands under.
    key: &'a str,
    /// What to point at where something is missing.
    at: Span,
    /// Inside `{ }` or `[ ]`, where a comma ends unquoted text.
    in_brackets: bool,
    /// An item of the list under that key.
    is_item: bool,
}

impl Place<'_> {
    fn words(self) -> String {
        if self.is_item { format!("each of `{}`", self.key) } else { format!("`{}`", self.key) }
    }
}

/// Checks the nodes of one file.
pub(super) struct Sieve<'a> {
    text: &'a str,
    findings: &'a mut Findings,
    /// Places that were reported already.
    known: HashSet<Span>,
}

impl<'a> Sieve<'a> {
    /// For a file with this text.
    pub(super) fn new(text: &'a str, findings: &'a mut Findings) -> Self {
        let known = findings.all.iter().map(|d| d.at).collect();
        Self { text, findings, known }
    }

    /// Checks a whole file; `first_line` is what to point at for what is missing.
    pub(super) fn file(&mut self, root: &mut Node, record: &'static Record, first_line: Span) {
        let place = Place { key: record.noun, at: first_line, in_brackets: false, is_item: false };
        if !self.keep(root, Shape::Record(record), place) {
            root.value = Value::Map(Vec::new());
        }
    }

    /// Takes out of a node what does not fit. Returns whether the node as a whole does.
    fn keep(&mut self, node: &mut Node, shape: Shape, place: Place) -> bool {
        let inside = Place { in_brackets: place.in_brackets || self.in_brackets(node), ..place };
        match (shape, &mut node.value) {
            (Shape::Any, _) => true,
            (Shape::Type, Value::Seq(items)) => {
                items.retain_mut(|item| self.keep(item, Shape::Free, inside));
                true
            }
            (Shape::Type, Value::Map(entries)) => self.map(entries, KeyKind::Field, Shape::Type, inside),
            (Shape::List(of), Value::Seq(items)) => {
                items.retain_mut(|item| self.keep_item(item, *of, inside));
                true
            }
            (Shape::OneOrMany(of), Value::Seq(items)) => {
                items.retain_mut(|item| self.keep_item(item, *of, inside));
                true
            }
            (Shape::OneOrMany(of), Value::Scalar { .. }) => self.scalar(node, *of, place),
            (Shape::Map(kind, of), Value::Map(entries)) => self.map(entries, kind, *of, inside),
            (Shape::Record(record) | Shape::TextOr(record), Value::Map(entries)) => {
                self.record(entries, record, inside)
            }
            (Shape::Mapping, Value::Map(entries)) => self.record(entries, &MAPPING, inside),
            (Shape::Into, Value::Map(entries)) if is_mapping(entries) => self.record(entries, &MAPPING, inside),
            (Shape::Into, Value::Map(entries)) => self.map(entries, KeyKind::Free, Shape::Mapping, inside),
            (_, Value::Scalar { .. }) => self.scalar(node, shape, place),
            _ => self.wrong_shape(node, shape, place),
        }
    }

    /// An item of a list is pointed at itself.
    fn keep_item(&mut self, item: &mut Node, shape: Shape, place: Place) -> bool {
        let at = self.first_line(item.at);
        self.keep(item, shape, Place { at, is_item: true, ..place })
    }

    fn map(&mut self, entries: &mut Entries, kind: KeyKind, of: Shape, place: Place) -> bool {
        Self::drop_rest_of_cut(entries, place, |_| true);
        for (key, _) in entries.iter() {
            let id = match kind {
                KeyKind::Free => continue,
                KeyKind::Id => key.value.as_str(),
                KeyKind::Field => key.value.strip_suffix('?').unwrap_or(&key.value),
            };
            self.id(id, key.at);
        }
        entries.retain_mut(|(key, node)| {
            let place = Place { key: &key.value, at: key.at, is_item: false, ..place };
            self.keep(node, of, place)
        });
        true
    }

    fn record(&mut self, entries: &mut Entries, record: &'static Record, place: Place) -> bool {
        self.missing(entries, record, place);
        Self::drop_rest_of_cut(entries, place, |key| record.key(key).is_none());
        entries.retain_mut(|(key, node)| {
            let place = Place { key: &key.value, at: key.at, is_item: false, ..place };
            match (record.key(&key.value), record.others) {
                (Some(known), _) => {
                    if known.need == Need::Required && is_hollow(node) {
                        self.empty(known.name, node.at);
                    }
                    self.keep(node, *known.shape, place)
                }
                (None, Some(of)) => self.keep(node, *of, place),
                (None, None) => {
                    self.unknown_key(key, node, record, place);
                    false
                }
            }
        });
        true
    }

    /// What stands behind the comma that cut a text reads as a key with nothing under it; it is part of
    /// the finding about the cut.
    fn drop_rest_of_cut(entries: &mut Entries, place: Place, may_be_rest: impl Fn(&str) -> bool) {
        let mut cut = false;
        entries.retain(|(key, node)| {
            let rest = cut && node.is_empty() && may_be_rest(&key.value);
            let plain_text = match &node.value {
                Value::Scalar { text, plain: true, .. } => text.as_str(),
                _ => "",
            };
            cut = rest || (place.in_brackets && scan::is_cut(plain_text));
            !rest
        });
    }

    fn unknown_key(&mut self, key: &Spanned<String>, node: &Node, record: &Record, place: Place) {
        let names: Vec<&str> = record.all().map(|k| k.name).collect();
        let takes = format!("{} takes {}", record.noun, listed(&names, "and"));
        let help = match meant(&key.value, record) {
            Some(near) => format!("did you mean `{near}`? {takes}"),
            None if place.in_brackets && node.is_empty() => {
                "a comma inside `{ }` ends unquoted text; put the text before it in double quotes".to_owned()
            }
            None => takes,
        };
        let message = format!("`{}` is no key of {}", key.value, record.noun);
        self.report(Diagnostic::error("unknown_key", key.at, message).label("unknown key").help(help));
    }

    fn missing(&mut self, entries: &Entries, record: &'static Record, place: Place) {
        // A key that is misspelt is there: what is said about its spelling is enough.
        let misspelt: Vec<&str> = entries.iter().filter_map(|(key, _)| misspelt(&key.value, record)).collect();
        let has = |name: &str| misspelt.contains(&name) || entries.iter().any(|(key, _)| key.value == name);
        let has_any = |names: &[&str]| names.is_empty() || names.iter().any(|name| has(name));
        for key in record.all() {
            let wanted = match key.need {
                Need::Required => true,
                Need::Expected(where_any) => has_any(where_any),
                Need::Optional => false,
            };
            if wanted && !has(key.name) {
                self.missing_key(key, record, place);
            }
        }
        let mut whole = true;
        for group in record.one_of.iter().filter(|group| has_any(group.where_any)) {
            whole &=
                !group.keys.iter().any(|key| misspelt.contains(key)) && self.exactly_one(entries, record, group, place);
        }
        for (key, _) in entries.iter().filter(|_| whole) {
            let beside = record.key(&key.value).map_or(&[] as &[&str], |k| k.beside);
            if !has_any(beside) {
                let message = format!("`{}` makes sense only beside {}", key.value, listed(beside, "or"));
                let help = format!("remove `{}`, or add {}", key.value, listed(beside, "or"));
                self.report(Diagnostic::error("lonely_key", key.at, message).help(help));
            }
        }
    }

    fn missing_key(&mut self, key: &Key, record: &Record, place: Place) {
        let finding = if key.need == Need::Required {
            let message = format!("{} needs `{}`", record.noun, key.name);
            let help = format!("add `{}: ...`. {}", key.name, key.doc);
            Diagnostic::error("missing_key", place.at, message).help(help)
        } else {
            let help = format!("add `{}: ...`; without it people read the id", key.name);
            Diagnostic::warning("no_words", place.at, format!("{} has no words for people", record.noun)).help(help)
        };
        self.report(finding.label(format!("without `{}`", key.name)));
    }

    /// Of a group's keys exactly one. Returns whether that is so, and something stands under it.
    fn exactly_one(&mut self, entries: &Entries, record: &Record, group: &OneOf, place: Place) -> bool {
        let mut found = entries.iter().filter(|(key, _)| group.keys.contains(&key.value.as_str()));
        match (found.next(), found.next()) {
            (Some((key, node)), None) => {
                if is_hollow(node) {
                    self.empty(&key.value, node.at);
                }
                !is_hollow(node)
            }
            (None, _) => {
                let beside = group.where_any.iter().find(|name| entries.iter().any(|(key, _)| key.value == **name));
                let noun = beside.map_or(record.noun.to_owned(), |name| format!("`{name}`"));
                let message = format!("{noun} needs {}", one_of(group.keys));
                let help = format!("add {}", one_of(group.keys));
                self.report(Diagnostic::error("missing_key", place.at, message).help(help));
                false
            }
            (Some((first, _)), Some((second, _))) => {
                let message = format!("`{}` and `{}` exclude each other", first.value, second.value);
                self.report(Diagnostic::error("one_too_many", second.at, message).help(group.instead));
                false
            }
        }
    }

    fn wrong_shape(&mut self, node: &Node, shape: Shape, place: Place) -> bool {
        if node.is_empty() {
            return self.nothing(node, place);
        }
        let (found, mended) = match &node.value {
            Value::Scalar { text, .. } => ("a text", format!("write `[{text}]`")),
            Value::Seq(items) => {
                let only = if items.len() == 1 { items.first().and_then(Node::text) } else { None };
                ("a list", only.map_or("remove the brackets or the `-`".to_owned(), |text| format!("write `{text}`")))
            }
            Value::Map(_) => ("a mapping", "write a text; one that holds `: ` or `{` goes in double quotes".to_owned()),
        };
        let (wanted, help) = match shape {
            Shape::Record(record) => {
                let names: Vec<&str> = record.all().map(|k| k.name).collect();
                ("a mapping", format!("write `key: value` lines; {} takes {}", record.noun, listed(&names, "and")))
            }
            Shape::Map(..) => ("a mapping", "write `key: value` lines, indented below it".to_owned()),
            Shape::List(Shape::Record(record)) => {
                let names: Vec<&str> = record.all().map(|k| k.name).collect();
                ("a list", format!("begin each item with `- `; {} takes {}", record.noun, listed(&names, "and")))
            }
            Shape::List(_) if found == "a text" => ("a list", mended),
            Shape::List(_) => ("a list", "begin each item with `- `".to_owned()),
            Shape::OneOrMany(_) => ("a text or a list of texts", mended),
            Shape::Mapping | Shape::Into | Shape::TextOr(_) => ("a text or a mapping", mended),
            Shape::Type => ("a type", mended),
            _ => ("a text", mended),
        };
        let message = format!("{} must be {wanted}, not {found}", place.words());
        self.report(Diagnostic::error("wrong_shape", self.first_line(node.at), message).label(found).help(help));
        false
    }

    fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    fn in_brackets(&self, node: &Node) -> bool {
        let is_text = matches!(node.value, Value::Scalar { .. });
        !is_text && self.text.get(node.at.start as usize..).is_some_and(|rest| rest.starts_with(['{', '[']))
    }

    /// The part of a place that is on its first line.
    fn first_line(&self, at: Span) -> Span {
        let inside = self.text.get(at.start as usize..at.end as usize).unwrap_or("");
        let line = inside.split(['\n', '\r']).next().unwrap_or("").trim_end();
        at.part(0, u32::try_from(line.len()).unwrap_or(u32::MAX))
    }
}

/// Whether `into` holds how one value is made, rather than the fields of a record: all its keys say so.
pub(super) fn is_mapping(entries: &[(Spanned<String>, Node)]) -> bool {
    let leads = MAPPING.one_of.first().map_or(&[] as &[&str], |group| group.keys);
    entries.iter().all(|(key, _)| MAPPING.key(&key.value).is_some())
        && entries.iter().any(|(key, _)| leads.contains(&key.value.as_str()))
}

/// The key that is nearest to what is written.
fn meant(written: &str, record: &Record) -> Option<&'static str> {
    if written.len() > SUGGEST_CHARS_MAX {
        return None;
    }
    did_you_mean(written, record.all().map(|key| key.name))
}

/// The key that was meant by one that the record does not know.
fn misspelt(written: &str, record: &Record) -> Option<&'static str> {
    let is_known = record.key(written).is_some() || record.others.is_some();
    if is_known { None } else { meant(written, record) }
}

fn is_hollow(node: &Node) -> bool {
    node.seq().is_some_and(<[Node]>::is_empty) || node.map().is_some_and(<[_]>::is_empty)
}

/// `a`, `b` and `c`
fn listed(names: &[&str], last: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((end, [])) => end.clone(),
        Some((end, start)) => format!("{} {last} {end}", start.join(", ")),
        None => "no keys".to_owned(),
    }
}

fn one_of(names: &[&str]) -> String {
    if names.len() == 1 { listed(names, "or") } else { format!("one of {}", listed(names, "or")) }
}
