//! `book.yaml` into the model.

use std::collections::HashMap;

use super::ROLES_MAX;
use super::policy::terms;
use super::take::{Fields, expr, exprs, named, optional, prose, text};
use crate::book::model::{
    BookText, CircumstanceText, FieldText, GuardText, LoanText, NeverText, ReplayText, RoleText, Text, TypeText,
};
use crate::book::yaml::{Lines, Node, Value};
use crate::diagnostic::{Diagnostic, Findings, Spanned};

/// Reads what `book.yaml` says into `book`.
pub(super) fn read(book: &mut BookText, root: &Node, lines: &Lines, findings: &mut Findings) {
    let fields = Fields::of(root);
    book.book = fields.prose("book");
    book.title = fields.prose("title");
    book.currency = fields.text("currency");
    book.time_zone = fields.text("time_zone");
    book.rounding = fields.text("rounding");
    book.roles = fields.items("roles").iter().filter_map(role).collect();
    book.bespoke = fields.text("bespoke");
    book.trust = fields.named("trust", |node| node.map().map(|sources| named(sources, |cap| Some(exprs(cap)))));
    book.types = fields.named("types", |node| Some(type_of(node)));
    book.facts = fields_of(fields.entries("facts"));
    book.ask = fields.named("ask", prose);
    book.words = fields.named("words", |node| node.map().map(|values| named(values, prose)));
    book.define = fields.named("define", expr);
    book.terms = terms(fields.entries("terms"));
    book.circumstances = fields.entries("circumstances").iter().map(circumstance).collect();
    book.guard = fields.items("guard").iter().filter_map(guard).collect();
    book.never = fields.items("never").iter().filter_map(never).collect();
    book.replay = fields.get("replay").and_then(replay);
    too_many_roles(book, findings);
    twice("role", book.roles.iter().map(|role| &role.id), lines, findings);
    twice("guard", book.guard.iter().map(|guard| &guard.id), lines, findings);
    twice("never", book.never.iter().map(|never| &never.id), lines, findings);
}

fn too_many_roles(book: &mut BookText, findings: &mut Findings) {
    if let Some(role) = book.roles.get(ROLES_MAX) {
        findings.push(
            Diagnostic::error("too_many", role.id.at, format!("the ladder has more than {ROLES_MAX} roles"))
                .help("departments are teams, not rungs: keep a role only where its limits differ"),
        );
        book.roles.truncate(ROLES_MAX);
    }
}

/// Reports ids of a list that stand in it twice.
fn twice<'a>(noun: &str, ids: impl Iterator<Item = &'a Text>, lines: &Lines, findings: &mut Findings) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for id in ids {
        if let Some(first) = seen.get(id.value.as_str()) {
            findings.push(
                Diagnostic::error("duplicate_id", id.at, format!("there are two {noun}s `{}`", id.value))
                    .label("again")
                    .help(format!("the first one is on line {}; give one of them another id", lines.of(*first))),
            );
        } else {
            seen.insert(id.value.as_str(), id.at.start as usize);
        }
    }
}

fn role(node: &Node) -> Option<RoleText> {
    let fields = Fields::of(node);
    Some(RoleText {
        id: fields.text("id")?,
        title: fields.prose("title"),
        per_grant: fields.exprs("per_grant"),
        per_day: fields.exprs("per_day"),
        per_customer: fields.expr("per_customer"),
        per_owed: fields.exprs("per_owed"),
        per_payout: fields.exprs("per_payout"),
        owed_per_day: fields.exprs("owed_per_day"),
        at: node.at,
    })
}

/// A type as it is written.
fn type_of(node: &Node) -> TypeText {
    match &node.value {
        Value::Seq(values) => TypeText::Enum(values.iter().filter_map(text).collect(), node.at),
        Value::Map(fields) => TypeText::Record(fields_of(fields), node.at),
        Value::Scalar { .. } => expr(node).map_or(TypeText::Enum(Vec::new(), node.at), TypeText::Named),
    }
}

fn fields_of(entries: &[(Spanned<String>, Node)]) -> Vec<FieldText> {
    let field = |(key, node): &(Text, Node)| {
        let (name, optional) = optional(key);
        let (ty, takes) = long_form(node).unwrap_or((node, None));
        FieldText { name, optional, ty: type_of(ty), takes }
    };
    entries.iter().map(field).collect()
}

/// `{ type: .., takes: .. }`: a mapping of these two keys and no other. Any other mapping is a record.
fn long_form(node: &Node) -> Option<(&Node, Option<Text>)> {
    let fields = Fields::of(node);
    match (fields.get("type"), fields.text("takes"), fields.all().len()) {
        (Some(ty), Some(takes), 2) => Some((ty, Some(takes))),
        _ => None,
    }
}

fn circumstance((id, node): &(Text, Node)) -> CircumstanceText {
    let fields = Fields::of(node);
    CircumstanceText {
        id: id.clone(),
        says: fields.prose("says"),
        proof: fields.text("proof"),
        lends: fields.get("lends").and_then(loan),
        per_grant: fields.exprs("per_grant"),
        at: node.at,
    }
}

fn loan(node: &Node) -> Option<LoanText> {
    let fields = Fields::of(node);
    Some(LoanText { stretch_of: fields.text("stretch_of")?, to: fields.text("to")? })
}

fn guard(node: &Node) -> Option<GuardText> {
    let fields = Fields::of(node);
    Some(GuardText {
        id: fields.text("id")?,
        says: fields.prose("says"),
        when: fields.expr("when"),
        needs: fields.text("needs"),
        at: node.at,
    })
}

fn never(node: &Node) -> Option<NeverText> {
    let fields = Fields::of(node);
    Some(NeverText {
        id: fields.text("id")?,
        says: fields.prose("says"),
        when: fields.expr("when"),
        bars: fields.get("bars").map(|_| fields.texts("bars")),
        instead: fields.texts("instead"),
        cites: fields.texts("cites"),
        at: node.at,
    })
}

fn replay(node: &Node) -> Option<ReplayText> {
    let fields = Fields::of(node);
    let expect = Fields::of(fields.get("expect")?);
    let words = named(expect.all(), |node| node.seq().map(|items| items.iter().filter_map(text).collect()));
    Some(ReplayText {
        intake: fields.text("intake")?,
        id: fields.text("id")?,
        kind: fields.text("kind"),
        rule: fields.text("rule"),
        expect: expect.text("at")?,
        words,
        at: node.at,
    })
}
