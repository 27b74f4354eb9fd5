//! `policies/*.yaml` into the model.

use super::keys::KIND_FIELDS;
use super::take::{Fields, expr, optional};
use crate::book::model::{
    DetourText, FaultText, LineText, Named, PolicyText, RemedyText, TermShapeText, TermText, Text,
};
use crate::book::yaml::Node;
use crate::diagnostic::{Span, Spanned};

/// Reads one policy. `name` stands for its id where it says none.
pub(super) fn read(root: &Node, name: &str, at: Span) -> PolicyText {
    let fields = Fields::of(root);
    PolicyText {
        id: fields.text("policy").unwrap_or_else(|| Spanned::new(name.to_owned(), at)),
        title: fields.prose("title"),
        request: fields.texts("request"),
        owner: fields.prose("owner"),
        in_force: fields.expr("in_force"),
        purpose: fields.prose("purpose"),
        published: fields.expr("published"),
        proactive: fields.text("proactive"),
        needs: fields.texts("needs"),
        relied_on: fields.expr("relied_on"),
        against: fields.expr("against"),
        uses: fields.texts("use"),
        terms: terms(fields.entries("terms")),
        fault: fields.get("fault").map(fault),
        recovery: remedies(fields.entries("recovery")),
        remedies: remedies(fields.entries("remedies")),
        goodwill: remedies(fields.entries("goodwill")),
        instead: remedies(fields.entries("instead")),
        detour: fields.get("detour").map(detour),
        say: fields.named("say", expr),
        at,
    }
}

/// Terms by id.
pub(super) fn terms(entries: &[(Text, Node)]) -> Vec<TermText> {
    entries.iter().map(|(id, node)| term(id, node)).collect()
}

fn term(id: &Text, node: &Node) -> TermText {
    let fields = Fields::of(node);
    TermText {
        id: id.clone(),
        says: fields.prose("says"),
        when: fields.expr("when"),
        shape: term_shape(fields),
        stretch: fields.named("stretch", expr),
        cites: fields.texts("cites"),
        from: fields.expr("from"),
        until: fields.expr("until"),
        disclosed: fields.text("disclosed"),
        disclosed_since: fields.expr("disclosed_since"),
        charged_to: fields.prose("charged_to"),
        at: node.at,
    }
}

fn term_shape(fields: Fields) -> Option<TermShapeText> {
    if let Some(measure) = fields.expr("measure") {
        return Some(TermShapeText::Measure { measure, line: line(fields)? });
    }
    let group = |key| fields.get(key).map(|_| terms(fields.entries(key)));
    let require = fields.expr("require").map(TermShapeText::Require);
    require
        .or_else(|| fields.expr("unless").map(TermShapeText::Unless))
        .or_else(|| group("any").map(TermShapeText::Any))
        .or_else(|| group("all").map(TermShapeText::All))
}

fn line(fields: Fields) -> Option<LineText> {
    let at_most = fields.expr("at_most").map(LineText::AtMost);
    at_most
        .or_else(|| fields.expr("at_least").map(LineText::AtLeast))
        .or_else(|| fields.range("within").map(|(least, most)| LineText::Within(least, most)))
        .or_else(|| fields.expr("equals").map(LineText::Equals))
}

fn fault(node: &Node) -> FaultText {
    let fields = Fields::of(node);
    FaultText {
        says: fields.prose("says"),
        when: fields.expr("when"),
        proof: fields.text("proof"),
        charged_to: fields.prose("charged_to"),
        at: node.at,
    }
}

fn detour(node: &Node) -> DetourText {
    let fields = Fields::of(node);
    DetourText {
        when: fields.expr("when"),
        says: fields.prose("says"),
        cost: fields.expr("cost"),
        effort: fields.prose("effort"),
        at: node.at,
    }
}

fn remedies(entries: &[(Text, Node)]) -> Vec<RemedyText> {
    entries.iter().map(|(id, node)| remedy(id.clone(), node)).collect()
}

fn remedy(id: Text, node: &Node) -> RemedyText {
    let fields = Fields::of(node);
    let alternative = |node: &Node| Some(remedy(Fields::of(node).text("id")?, node));
    let of_kind = fields.all().iter().filter(|(key, _)| KIND_FIELDS.iter().any(|field| field.name == key.value));
    RemedyText {
        id,
        says: fields.prose("says"),
        kind: fields.text("kind"),
        when: fields.expr("when"),
        amount: fields.amount("amount"),
        cost: fields.expr("cost"),
        of: fields.expr("of"),
        refunded: fields.expr("refunded"),
        against: fields.expr("against"),
        to: fields.exprs("to"),
        split: fields.text("split"),
        keeps: fields.expr("keeps"),
        partial: fields.text("partial"),
        charged_to: fields.prose("charged_to"),
        items: fields.expr("items"),
        expires: fields.expr("expires"),
        fields: of_kind.filter_map(|(id, node)| Some(Named { id: id.clone(), item: expr(node)? })).collect(),
        bundle: fields.texts("bundle").iter().map(optional).collect(),
        either: fields.items("either").iter().filter_map(alternative).collect(),
        at: node.at,
    }
}
