//! `ask` and `words`: that they speak of facts and values which the book has.

use std::collections::BTreeMap;

use crate::book::labels::Labels;
use crate::book::model::{BookText, Named, Text, TypeText};
use crate::diagnostic::{Diagnostic, Findings, did_you_mean};
use crate::facts::schema::{Place, Schema};
use crate::types::{EnumType, Field, Type};

/// The words for facts and values, with what is wrong with them reported.
pub(super) fn labels(book: &BookText, schema: &Schema, findings: &mut Findings) -> Labels {
    let known = Known::of(book, schema);
    let mut labels = Labels::default();
    for Named { id, item } in &book.ask {
        if known.fact(id, findings) {
            labels.facts.insert(id.value.clone(), item.value.clone());
        }
    }
    for Named { id, item } in &book.words {
        let Some(values) = known.values(id, findings) else { continue };
        for word in item {
            value(id, &word.id, &values, findings);
        }
        let words: BTreeMap<String, String> =
            item.iter().map(|word| (word.id.value.clone(), word.item.value.clone())).collect();
        labels.values.insert(id.value.clone(), words);
    }
    labels
}

/// What words can be written for.
struct Known<'b> {
    schema: &'b Schema,
    /// Every fact of the book's own by its path, also inside lists and maps.
    facts: BTreeMap<String, &'b Type>,
    /// The values of every type that lists its values, by its name.
    types: BTreeMap<&'b str, Vec<&'b str>>,
}

impl<'b> Known<'b> {
    fn of(book: &'b BookText, schema: &'b Schema) -> Self {
        let mut known = Self { schema, facts: BTreeMap::new(), types: BTreeMap::new() };
        for fact in &book.facts {
            if let Some(Place { field, .. }) = schema.find(&fact.name.value) {
                known.add(field, "");
            }
        }
        for named in &book.types {
            if let TypeText::Enum(values, _) = &named.item {
                known.types.insert(&named.id.value, values.iter().map(|v| v.value.as_str()).collect());
            }
        }
        known
    }

    fn add(&mut self, field: &'b Field, prefix: &str) {
        let path = if prefix.is_empty() { field.name.clone() } else { format!("{prefix}.{}", field.name) };
        let inner = innermost(&field.ty);
        match inner {
            Type::Record(record) => record.fields.iter().for_each(|field| self.add(field, &path)),
            Type::Enum(e) => {
                self.types.insert(&e.name, values_of(e));
            }
            _ => {}
        }
        self.facts.insert(path, inner);
    }

    fn fact(&self, path: &Text, findings: &mut Findings) -> bool {
        let known = self.facts.contains_key(&path.value);
        if !known && !self.schema.is_broken(&path.value) {
            let near = did_you_mean(&path.value, self.facts.keys().map(String::as_str));
            let help = near.map_or_else(
                || "write the path of a fact of the book, such as `order.placed`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            findings.push(unknown(path, format!("there is no fact `{}`", path.value), help));
        }
        known
    }

    /// The values of a type, or of a fact's type.
    fn values(&self, name: &Text, findings: &mut Findings) -> Option<Vec<&'b str>> {
        let of_type = self.types.get(name.as_str()).into_iter().flatten();
        let of_fact = match self.facts.get(name.as_str()) {
            Some(Type::Enum(e)) => values_of(e),
            _ => Vec::new(),
        };
        let values: Vec<&str> = of_type.copied().chain(of_fact).collect();
        if values.is_empty() && !self.schema.is_broken(&name.value) {
            findings.push(self.no_values(name));
        }
        (!values.is_empty()).then_some(values)
    }

    fn no_values(&self, name: &Text) -> Diagnostic {
        if let Some(ty) = self.facts.get(name.as_str()) {
            let error = format!("`{}` is {}: it has no list of values", name.value, crate::program::words::a(ty));
            return unknown(name, error, "only what is declared like `[shop, online]` has words for its values".into());
        }
        let listed = self.facts.iter().filter(|(_, ty)| matches!(ty, Type::Enum(_))).map(|(path, _)| path.as_str());
        let near = did_you_mean(&name.value, self.types.keys().copied().chain(listed));
        let help = near.map_or_else(
            || "write the name of a type such as `[shop, online]`, or the path of a fact of it".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        unknown(name, format!("there is no type or fact `{}`", name.value), help)
    }
}

fn value(of: &Text, written: &Text, values: &[&str], findings: &mut Findings) {
    if values.contains(&written.as_str()) {
        return;
    }
    let help = did_you_mean(&written.value, values.iter().copied())
        .map_or_else(|| format!("its values are `{}`", values.join("`, `")), |near| format!("did you mean `{near}`?"));
    findings.push(unknown(written, format!("`{}` has no value `{}`", of.value, written.value), help));
}

fn unknown(name: &Text, error: String, help: String) -> Diagnostic {
    Diagnostic::error("unknown_name", name.at, error).label("not known").help(help)
}

fn values_of(e: &EnumType) -> Vec<&str> {
    e.values.iter().map(String::as_str).collect()
}

/// What lists and maps hold in the end.
fn innermost(ty: &Type) -> &Type {
    match ty {
        Type::List(l) | Type::Map(l) => innermost(&l.of),
        _ => ty,
    }
}
