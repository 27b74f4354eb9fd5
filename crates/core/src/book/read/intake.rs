//! `intake/*.yaml` into the model.

use super::sieve::is_mapping;
use super::take::{Fields, named, text};
use crate::book::model::{IntakeText, IntoText, MapText, PickText};
use crate::book::yaml::{Node, Value};
use crate::diagnostic::{Span, Spanned};

/// Reads one intake. `name` stands for its id where it says none.
pub(super) fn read(root: &Node, name: &str, at: Span) -> IntakeText {
    let fields = Fields::of(root);
    let picked = |key| fields.get(key).and_then(pick);
    IntakeText {
        id: fields.text("intake").unwrap_or_else(|| Spanned::new(name.to_owned(), at)),
        title: fields.prose("title"),
        request: picked("request"),
        role: picked("role"),
        asked: picked("asked"),
        now: picked("now"),
        currency: fields.text("currency"),
        currency_at: fields.text("currency_at"),
        sources: fields.named("sources", text),
        facts: fields.named("facts", mapping),
        at,
    }
}

/// A text that begins with `/` is a pointer; any other stands for itself.
fn pick(node: &Node) -> Option<PickText> {
    if let Some(written) = text(node) {
        let pointer = written.value.starts_with('/');
        return Some(if pointer {
            PickText::At { pointer: written, map: Vec::new(), otherwise: None, zone: None }
        } else {
            PickText::Fixed(written)
        });
    }
    let fields = Fields::of(node);
    let map = fields.named("map", text);
    Some(PickText::At { pointer: fields.text("at")?, map, otherwise: fields.text("else"), zone: fields.text("zone") })
}

fn mapping(node: &Node) -> Option<MapText> {
    let fields = Fields::of(node);
    let into = || fields.get("into").and_then(into).map(Box::new);
    if let Some(pointer) = text(node).or_else(|| fields.text("at")) {
        return Some(MapText::Pick {
            pointer,
            map: fields.named("map", text),
            otherwise: fields.text("else"),
            convert: fields.text("as"),
            decimals: fields.text("decimals"),
            decimals_of: fields.named("decimals", text),
            decimals_at: fields.text("decimals_at"),
            zone: fields.text("zone"),
            currency: fields.text("currency"),
            currency_at: fields.text("currency_at"),
            only_where: fields.named("only_where", text),
        });
    }
    if let Some(value) = fields.text("const") {
        return Some(MapText::Const(value));
    }
    if let Some(pointer) = fields.text("given") {
        return Some(MapText::Given(pointer));
    }
    if fields.get("each").is_some() {
        return Some(MapText::Each(fields.texts("each"), into()?));
    }
    if let Some(pointer) = fields.text("values") {
        return Some(MapText::Values(pointer, into()?));
    }
    Some(MapText::Entries(fields.text("entries")?, into()?))
}

fn into(node: &Node) -> Option<IntoText> {
    match &node.value {
        Value::Map(entries) if !is_mapping(entries) => Some(IntoText::Record(named(entries, mapping))),
        _ => mapping(node).map(IntoText::Scalar),
    }
}
