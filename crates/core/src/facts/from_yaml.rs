//! A case's question as written in YAML, where every scalar is text, to the JSON of a question.

use std::collections::HashMap;

use super::schema::{BUILT_IN_FIELDS, join};
use super::{FactsErrors, Schema, read_question};
use crate::book::yaml::{Node, Value};
use crate::diagnostic::{Diagnostic, Findings, Span, Spanned, did_you_mean};
use crate::json::quoted;
use crate::number::Decimal;
use crate::types::{Field, Type};

/// Writes the question of a case as JSON that [`read_question`] reads; none where something is wrong with it.
///
/// Reports facts that the schema does not know, and all that [`read_question`] has to say, at its place.
pub fn question_json(schema: &Schema, question: &Node, findings: &mut Findings) -> Option<String> {
    let mut writer = Writer { schema, findings, out: String::new(), places: HashMap::new(), failed: false };
    writer.question(question);
    let Writer { out, places, failed, .. } = writer;
    match read_question(schema, &out) {
        Ok(_) if failed => None,
        Ok(_) => Some(out),
        Err(errors) => {
            report(&errors, question.at, &places, findings);
            None
        }
    }
}

/// Where a fact stands in the question of a case: what holds it, as far down as its names lead.
#[must_use]
pub fn place_of(question: &Node, path: &str) -> Option<Span> {
    let of_request = question.get("facts").unwrap_or(question);
    let mut node = if of_request.get(first_name(path)).is_some() { of_request } else { question };
    let mut found = None;
    for name in path.split(['.', '[', ']', '"']).filter(|name| !name.is_empty()) {
        let item = name.parse::<usize>().ok().and_then(|at| node.seq()?.get(at));
        let Some(below) = item.or_else(|| node.get(name)) else { break };
        node = below;
        found = Some(node.at);
    }
    found
}

fn first_name(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or_default()
}

/// The JSON of a scalar as its type wants it: `5`, `true`, and texts for all that has a unit.
///
/// What does not fit the type stays text, so that the reader can say so.
pub(super) fn scalar_json(ty: &Type, text: &str) -> String {
    let trimmed = text.trim_ascii();
    match ty {
        Type::Bool if matches!(trimmed, "true" | "false") => trimmed.to_owned(),
        Type::Int | Type::Days => match Decimal::parse(trimmed) {
            Ok(number) if number.scale == 0 => number.v.to_string(),
            _ => quoted(text),
        },
        Type::Text | Type::Enum(_) => quoted(text),
        _ => quoted(trimmed),
    }
}

struct Writer<'s, 'f> {
    schema: &'s Schema,
    findings: &'f mut Findings,
    out: String,
    /// Where the value of each path stands.
    places: HashMap<String, Span>,
    failed: bool,
}

impl<'s> Writer<'s, '_> {
    fn question(&mut self, question: &Node) {
        let schema = self.schema;
        let (built_in, own) = schema.root.fields.split_at_checked(BUILT_IN_FIELDS).unwrap_or_default();
        let Value::Map(members) = &question.value else { return self.untyped(question, "") };
        self.object(members, "", |writer, key, node| match key.as_str() {
            "facts" => match &node.value {
                Value::Map(facts) => writer.record(facts, own, "facts"),
                _ => writer.untyped(node, "facts"),
            },
            name => match built_in.iter().find(|field| field.name == name) {
                Some(field) => writer.typed(node, &field.ty, name),
                None => writer.untyped(node, name),
            },
        });
    }

    /// Writes an object, each member by a function.
    fn object<'n>(
        &mut self,
        members: &'n [(Spanned<String>, Node)],
        path: &str,
        mut write: impl FnMut(&mut Self, &'n Spanned<String>, &'n Node),
    ) {
        self.out.push('{');
        for (i, (key, node)) in members.iter().enumerate() {
            if i > 0 {
                self.out.push(',');
            }
            self.places.insert(join(path, key.as_str()), node.at);
            self.out.push_str(&quoted(key.as_str()));
            self.out.push(':');
            write(self, key, node);
        }
        self.out.push('}');
    }

    fn record(&mut self, members: &[(Spanned<String>, Node)], fields: &'s [Field], path: &str) {
        self.object(members, path, |writer, key, node| {
            let below = join(path, key.as_str());
            if let Some(field) = fields.iter().find(|field| field.name == key.value) {
                writer.typed(node, &field.ty, &below);
            } else {
                writer.unknown(key, fields, &below);
                writer.out.push_str("null");
            }
        });
    }

    fn typed(&mut self, node: &Node, ty: &'s Type, path: &str) {
        match (&node.value, ty) {
            (Value::Map(members), Type::Record(record)) => self.record(members, &record.fields, path),
            (Value::Map(members), Type::Map(map)) => self.entries(members, &map.of, path),
            (Value::Seq(items), Type::List(list)) => {
                self.items(items, path, |writer, item, path| writer.typed(item, &list.of, path));
            }
            (Value::Scalar { text, .. }, _) if !node.is_null() => self.out.push_str(&scalar_json(ty, text)),
            _ => self.untyped(node, path),
        }
    }

    /// Writes the entries of a map; the reader names them in brackets.
    fn entries(&mut self, members: &[(Spanned<String>, Node)], of: &'s Type, path: &str) {
        self.object(members, path, |writer, key, node| {
            let below = format!("{path}[{:?}]", key.value);
            writer.places.insert(below.clone(), node.at);
            writer.typed(node, of, &below);
        });
    }

    fn items(&mut self, items: &[Node], path: &str, mut write: impl FnMut(&mut Self, &Node, &str)) {
        self.out.push('[');
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.out.push(',');
            }
            let below = format!("{path}[{i}]");
            self.places.insert(below.clone(), item.at);
            write(self, item, &below);
        }
        self.out.push(']');
    }

    /// Writes what has no type of the schema, or not this shape: the reader says what it thinks of it.
    fn untyped(&mut self, node: &Node, path: &str) {
        match &node.value {
            Value::Scalar { .. } if node.is_null() => self.out.push_str("null"),
            Value::Scalar { text, .. } => self.out.push_str(&quoted(text)),
            Value::Seq(items) => self.items(items, path, Self::untyped),
            Value::Map(members) => self.object(members, path, |writer, key, node| {
                let below = format!("{path}[{:?}]", key.value);
                writer.places.insert(below.clone(), node.at);
                writer.untyped(node, &below);
            }),
        }
    }

    fn unknown(&mut self, key: &Spanned<String>, fields: &[Field], path: &str) {
        self.failed = true;
        let fact = path.strip_prefix("facts.").unwrap_or(path);
        if self.schema.is_broken(fact) {
            return;
        }
        let near = did_you_mean(key.as_str(), fields.iter().map(|field| field.name.as_str()));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "declare it in `facts` of book.yaml, or leave it out".into(),
        };
        let error = Diagnostic::error("unknown_fact", key.at, format!("there is no fact `{fact}`"));
        self.findings.push(error.label("not known").help(help));
    }
}

fn report(errors: &FactsErrors, whole: Span, places: &HashMap<String, Span>, findings: &mut Findings) {
    for error in &errors.all {
        let at = places.get(&error.path).copied().unwrap_or(whole);
        let message = match error.path.as_str() {
            "" => format!("found {}, expected {}", error.found, error.expected),
            path => format!("`{path}`: found {}, expected {}", error.found, error.expected),
        };
        let mut finding = Diagnostic::error("wrong_fact", at, message);
        finding.help.clone_from(&error.hint);
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests;
