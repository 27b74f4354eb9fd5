//! `cases/*.yaml` into the model: each case with the file's `given` laid under it.

use super::take::{Fields, named};
use crate::book::model::{CaseFileText, CaseText};
use crate::book::yaml::{Node, Value};
use crate::diagnostic::{Diagnostic, Findings, Spanned};

/// A question's keys: how a case file writes each, and how the question does.
const QUESTION: [(&str, &str); 8] = [
    ("request", "request"),
    ("asked", "asked"),
    ("now", "now"),
    ("facts", "facts"),
    ("sources", "sources"),
    ("history", "history"),
    ("circumstances", "circumstances"),
    ("so_far", "case"),
];

/// Most nodes that the cases of a file may take with what is given for each.
const MERGED_NODES_MAX: usize = 1_000_000;

/// Reads one file of cases.
pub(super) fn read(root: &Node, findings: &mut Findings) -> CaseFileText {
    let fields = Fields::of(root);
    let cases = fields.items("cases");
    let given = fields.get("given");
    if let Some(given) = given.filter(|given| size(given).saturating_mul(cases.len()) > MERGED_NODES_MAX) {
        findings.push(
            Diagnostic::error("too_many", given.at, "too much is given for too many cases")
                .help("move some of the cases into a file of their own"),
        );
        return CaseFileText { cases: Vec::new() };
    }
    CaseFileText { cases: cases.iter().filter_map(|node| case(node, given, findings)).collect() }
}

/// The number of nodes, as deep as the YAML reader lets them be.
fn size(node: &Node) -> usize {
    1 + match &node.value {
        Value::Scalar { .. } => 0,
        Value::Seq(items) => items.iter().map(size).sum(),
        Value::Map(entries) => entries.iter().map(|(_, node)| size(node)).sum(),
    }
}

fn case(node: &Node, given: Option<&Node>, findings: &mut Findings) -> Option<CaseText> {
    let fields = Fields::of(node);
    let id = fields.text("case")?;
    let question = question(node, given);
    for key in ["request", "asked"].iter().filter(|key| question.get(key).is_none()) {
        findings.push(
            Diagnostic::error("missing_key", id.at, format!("the case `{}` needs `{key}`", id.value))
                .label(format!("without `{key}`"))
                .help(format!("add `{key}: ...` to the case, or under `given` for all cases of the file")),
        );
    }
    Some(CaseText {
        id,
        about: fields.prose("about"),
        question,
        expect: named(fields.entries("expect"), |node| Some(node.clone())),
        at: node.at,
    })
}

/// The case's own part of the question over what is given for all.
fn question(case: &Node, given: Option<&Node>) -> Node {
    let mut entries = Vec::new();
    for (written, name) in QUESTION {
        let of = |node: &Node| node.map().and_then(|m| m.iter().find(|(k, _)| k.value == written).cloned());
        let (under, over) = (given.and_then(of), of(case));
        let Some(at) = over.as_ref().or(under.as_ref()).map(|(key, _)| key.at) else { continue };
        if let Some(node) = merge(under.map(|(_, node)| node), over.map(|(_, node)| node)) {
            entries.push((Spanned::new(name.to_owned(), at), node));
        }
    }
    Node { value: Value::Map(entries), at: case.at }
}

/// Mappings are merged key by key; anything else is replaced. A null of one's own takes out what is given.
/// Depth is that of the deeper one, which the YAML reader bounds.
fn merge(under: Option<Node>, over: Option<Node>) -> Option<Node> {
    let Some(over) = over else { return under.and_then(without_nulls) };
    let Some(Node { value: Value::Map(mut base), .. }) = under else { return without_nulls(over) };
    let Node { value: Value::Map(own), at } = over else { return without_nulls(over) };
    let mut entries = Vec::new();
    for (key, node) in own {
        let below = base.iter().position(|(k, _)| k.value == key.value).map(|i| base.remove(i).1);
        entries.extend(merge(below, Some(node)).map(|node| (key, node)));
    }
    let mut all: Vec<_> = base.into_iter().filter_map(|(key, node)| Some((key, without_nulls(node)?))).collect();
    all.append(&mut entries);
    Some(Node { value: Value::Map(all), at })
}

/// A null says that something is absent; so does leaving it out.
fn without_nulls(node: Node) -> Option<Node> {
    if node.is_null() {
        return None;
    }
    let value = match node.value {
        Value::Map(entries) => {
            Value::Map(entries.into_iter().filter_map(|(key, node)| Some((key, without_nulls(node)?))).collect())
        }
        Value::Seq(items) => Value::Seq(items.into_iter().filter_map(without_nulls).collect()),
        value @ Value::Scalar { .. } => value,
    };
    Some(Node { value, at: node.at })
}
