//! What is declared and never read.

use std::collections::BTreeSet;

use super::super::bounds::{Declared, Place};
use super::super::policy::TypedPolicy;
use super::super::say;
use super::declaration::path;
use super::{Whole, everywhere};
use crate::book::model::{BookText, Expr, FieldText, PolicyText, TypeText};
use crate::diagnostic::{Diagnostic, Findings, Span};
use crate::literal::{TypeExpr, TypeKind, parse_type_text};
use crate::program::typed::Typed;
use crate::types::{RecordType, Type};

/// Looks at facts, types, definitions, shared terms and `needs`.
pub(super) fn check(whole: &Whole<'_>, declared: &Declared, findings: &mut Findings) {
    let book = whole.book;
    let mut facts = Facts { book, used: used(whole, declared), alive: Vec::new(), findings };
    facts.fields("facts", "", &book.facts);
    facts.types();
    definitions(whole, findings);
    shared_terms(book, findings);
    for policy in whole.policies {
        needs(policy, whole, findings);
    }
}

/// Every declared field that something reads. What a remedy hands on as a whole is read as a whole.
fn used(whole: &Whole<'_>, declared: &Declared) -> BTreeSet<Place> {
    let names = whole.names;
    let mut used: BTreeSet<Place> = names
        .used_cells
        .iter()
        .filter_map(|cell| declared.at(*cell))
        .map(|(record, field)| Place::new(record, field))
        .collect();
    used.extend(names.used_fields.iter().map(|(record, field)| Place { record: record.clone(), field: field.clone() }));
    for remedy in whole.policies.iter().flat_map(|policy| &policy.remedies) {
        let super::super::remedies::TypedBody::One(one) = &remedy.body else { continue };
        for typed in remedy.items.iter().chain(&one.to) {
            handed_on(&typed.ty, &mut used);
        }
    }
    used
}

/// Marks every field of the records in a type.
fn handed_on(ty: &Type, used: &mut BTreeSet<Place>) {
    match ty {
        Type::Record(record) => fields_of(record, used),
        Type::List(l) | Type::Map(l) => handed_on(&l.of, used),
        _ => {}
    }
}

fn fields_of(record: &RecordType, used: &mut BTreeSet<Place>) {
    for field in &record.fields {
        used.insert(Place::new(record, field));
        handed_on(&field.ty, used);
    }
}

struct Facts<'b, 'f> {
    book: &'b BookText,
    used: BTreeSet<Place>,
    /// Types that a fact in use is of.
    alive: Vec<&'b str>,
    findings: &'f mut Findings,
}

impl<'b> Facts<'b, '_> {
    /// The fields of one record: `facts`, one written out in another, or a named type.
    fn fields(&mut self, record: &str, prefix: &str, fields: &'b [FieldText]) {
        for field in fields {
            let place = Place { record: record.to_owned(), field: field.name.value.clone() };
            let own_path =
                if prefix.is_empty() { field.name.value.clone() } else { format!("{prefix}.{}", field.name.value) };
            if !self.used.contains(&place) {
                self.unused(&place, field);
                continue;
            }
            match &field.ty {
                TypeText::Record(inner, _) => self.fields(&own_path, &own_path, inner),
                TypeText::Named(expr) => self.alive.extend(self.named(expr)),
                TypeText::Enum(..) => {}
            }
        }
    }

    fn unused(&mut self, place: &Place, field: &FieldText) {
        // Ids are how people and other systems find what the facts are about.
        let is_id = field.name.value == "id" && !matches!(field.ty, TypeText::Record(..));
        if !is_id {
            self.findings.push(
                Diagnostic::warning("unused_fact", field.name.at, format!("nothing reads `{}`", path(place)))
                    .label("never read")
                    .help("leave it out, or read it in a rule"),
            );
        }
    }

    /// Named types: the fields of those in use, and those that nothing is of.
    fn types(&mut self) {
        let mut done: BTreeSet<&str> = BTreeSet::new();
        while let Some(name) = self.alive.pop() {
            let Some(ty) = self.book.types.iter().find(|t| t.id.value == name) else { continue };
            if !done.insert(name) {
                continue;
            }
            match &ty.item {
                TypeText::Record(fields, _) => self.fields(name, name, fields),
                TypeText::Named(expr) => self.alive.extend(self.named(expr)),
                TypeText::Enum(..) => {}
            }
        }
        let mut mentioned = BTreeSet::new();
        self.book.facts.iter().for_each(|field| self.mentions(&field.ty, &mut mentioned));
        self.book.types.iter().for_each(|ty| self.mentions(&ty.item, &mut mentioned));
        for ty in self.book.types.iter().filter(|ty| !mentioned.contains(ty.id.value.as_str())) {
            self.findings.push(unused(
                "unused_type",
                ty.id.at,
                format!("nothing is of the type `{}`", ty.id.value),
                "leave it out, or declare a fact of it",
            ));
        }
    }

    fn mentions(&self, ty: &'b TypeText, mentioned: &mut BTreeSet<&'b str>) {
        match ty {
            TypeText::Named(expr) => mentioned.extend(self.named(expr)),
            TypeText::Record(fields, _) => fields.iter().for_each(|field| self.mentions(&field.ty, mentioned)),
            TypeText::Enum(..) => {}
        }
    }

    /// The type of the book that a type text names, perhaps inside a list.
    fn named(&self, text: &Expr) -> Option<&'b str> {
        self.named_by(&parse_type_text(&text.text).ok()?)
    }

    fn named_by(&self, written: &TypeExpr) -> Option<&'b str> {
        match &written.kind {
            TypeKind::List(of, _) | TypeKind::Map(of, _) => self.named_by(of),
            TypeKind::Named(name) => self.book.types.iter().map(|t| t.id.value.as_str()).find(|known| known == name),
            TypeKind::Simple(..) => None,
        }
    }
}

fn unused(code: &'static str, at: Span, message: String, help: &str) -> Diagnostic {
    Diagnostic::warning(code, at, message).label("not used").help(help)
}

fn definitions(whole: &Whole<'_>, findings: &mut Findings) {
    for define in whole.names.defines.iter().filter(|define| !define.used) {
        findings.push(unused(
            "unused_definition",
            define.at,
            format!("nothing uses the definition `{}`", define.name),
            "leave it out, or use it in an expression",
        ));
    }
}

fn shared_terms(book: &BookText, findings: &mut Findings) {
    for term in &book.terms {
        let id = &term.id.value;
        if !book.policies.iter().flat_map(|policy| &policy.uses).any(|used| used.value == *id) {
            let help = format!("leave it out, or take it into a policy with `use: [{id}]`");
            findings.push(unused("unused_term", term.id.at, format!("no policy uses the shared term `{id}`"), &help));
        }
    }
}

/// A fact that a policy needs and does not read only makes people ask for it.
fn needs(policy: &TypedPolicy<'_>, whole: &Whole<'_>, findings: &mut Findings) {
    for need in &policy.text.needs {
        let Some(place) = whole.names.schema.find(&need.value) else { continue };
        let cells = place.slot..place.slot + place.field.ty.width();
        let shared = whole.guards.iter().map(|guard| &guard.when).chain(whole.nevers.iter().map(|never| &never.when));
        let mut expressions: Vec<&Typed> = everywhere::of_policy(policy);
        expressions.extend(shared);
        let read = expressions.iter().any(|typed| everywhere::reads(typed, cells.clone(), &whole.names.defines));
        if !read && !keeps_value(policy, &need.value) && !says(policy.text, &need.value) {
            findings.push(
                Diagnostic::warning(
                    "need_never_read",
                    need.at,
                    format!("the policy `{}` needs `{}` and never reads it", policy.text.id.value, need.value),
                )
                .label("never read")
                .help("leave it out of `needs`, or read it"),
            );
        }
    }
}

fn keeps_value(policy: &TypedPolicy<'_>, need: &str) -> bool {
    matches!(need, "customer" | "customer.value") && policy.remedies.iter().any(|remedy| remedy.keeps.is_some())
}

fn says(policy: &PolicyText, need: &str) -> bool {
    policy
        .say
        .iter()
        .flat_map(|say| say::names_read(&say.item.text))
        .any(|name| name.strip_prefix(need).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}
