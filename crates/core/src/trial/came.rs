//! What came out of an assessment, in the words that cases use.

use crate::assess::{Assessment, Bar, Binding, Fixed, Missing, OptionOutcome, Span, Standing, TermState, Truth};
use crate::book::rules::{Group, Need, RemedyBody};
use crate::money::Money;
use crate::number::Number;
use crate::types::Type;

/// Says that there is none.
pub(super) const NONE: &str = "none";

/// An amount as cases and answers write it, with the type a literal for it has.
#[derive(Clone, Debug)]
pub(super) struct Quantity {
    pub number: Number,
    pub ty: Type,
    pub text: String,
}

pub(super) fn standing(a: &Assessment<'_>) -> String {
    a.standing.word().to_owned()
}

pub(super) fn by(a: &Assessment<'_>) -> String {
    if let Standing::Approval(role) = a.standing { a.book.role_id(role).to_owned() } else { NONE.to_owned() }
}

pub(super) fn id<'a>(a: &'a Assessment<'_>, remedy: usize) -> &'a str {
    a.version.remedies.get(remedy).map_or("", |r| r.id.as_str())
}

fn is_instead(a: &Assessment<'_>, o: &OptionOutcome) -> bool {
    a.version.remedies.get(o.remedy).is_some_and(|r| r.group == Group::Instead)
}

pub(super) fn first<'a>(a: &'a Assessment<'_>) -> Option<&'a OptionOutcome> {
    a.options.iter().find(|o| !is_instead(a, o))
}

pub(super) fn option<'a>(a: &'a Assessment<'_>, wanted: &str) -> Option<&'a OptionOutcome> {
    a.options.iter().find(|o| id(a, o.remedy) == wanted)
}

/// Ids of the options, in order.
pub(super) fn options(a: &Assessment<'_>) -> Vec<String> {
    ids(a, |o| !is_instead(a, o))
}

/// Ids of what is offered in place of what is barred.
pub(super) fn instead(a: &Assessment<'_>) -> Vec<String> {
    ids(a, |o| is_instead(a, o))
}

/// Ids of what is owed for certain.
pub(super) fn owed(a: &Assessment<'_>) -> Vec<String> {
    ids(a, |o| o.owed.worst)
}

fn ids(a: &Assessment<'_>, wanted: impl Fn(&OptionOutcome) -> bool) -> Vec<String> {
    a.options.iter().filter(|o| wanted(o)).map(|o| id(a, o.remedy).to_owned()).collect()
}

pub(super) fn fixed(a: &Assessment<'_>, o: &OptionOutcome, amount: Fixed) -> Quantity {
    match amount {
        Fixed::Money(m) => money(m),
        Fixed::Number(number) => {
            let remedy = o.parts.first().and_then(|p| a.version.remedies.get(p.chosen.unwrap_or(p.remedy)));
            let ty = match remedy.map(|r| &r.body) {
                Some(RemedyBody::One(one)) => one.amount_type.clone(),
                _ => Type::Decimal,
            };
            let text = crate::program::show::number(number, &ty, None, &a.book.schema.units);
            Quantity { number, ty, text }
        }
    }
}

pub(super) fn money(m: Money) -> Quantity {
    Quantity { number: m.number(), ty: Type::Money, text: m.to_string() }
}

pub(super) fn released_by(a: &Assessment<'_>) -> String {
    match first(a) {
        Some(o) if o.owed.best => o.released_by.map_or("nobody", |r| a.book.role_id(r)).to_owned(),
        _ => NONE.to_owned(),
    }
}

/// Paths that would make the first option the asking role's own.
pub(super) fn yours_if(a: &Assessment<'_>) -> Vec<String> {
    first(a).map_or_else(Vec::new, |o| a.yours_if(o)).into_iter().flat_map(|yours| yours.paths).collect()
}

/// The source of a fact that the first option rests on; none where a system vouches for it, or it rests on no such fact.
pub(super) fn relies_on(a: &Assessment<'_>, path: &str) -> &'static str {
    let relied = first(a).map_or_else(Vec::new, |o| a.relies_on(o));
    relied.into_iter().find(|relied| relied.path == path).map_or(NONE, |relied| relied.source.word())
}

pub(super) fn charged_to(a: &Assessment<'_>) -> String {
    first(a).and_then(|o| a.charged_to(o)).unwrap_or(NONE).to_owned()
}

pub(super) fn version(a: &Assessment<'_>) -> String {
    a.version.in_force.map_or_else(|| NONE.to_owned(), |d| d.to_string())
}

/// What bars an option: ids of nevers, or `more_than_paid`.
pub(super) fn bars(a: &Assessment<'_>, o: &OptionOutcome) -> Vec<String> {
    let bars = o.parts.iter().flat_map(|p| &p.bars);
    let mut words: Vec<String> = bars.map(|(bar, _)| bar_id(a, *bar).to_owned()).collect();
    words.dedup();
    words
}

fn bar_id<'a>(a: &'a Assessment<'_>, bar: Bar) -> &'a str {
    match bar {
        Bar::Never(n) => a.version.nevers.get(n).map_or("", |n| n.id.as_str()),
        Bar::MoreThanPaid => "more_than_paid",
    }
}

/// What an `either` in the first option came to.
pub(super) fn part(a: &Assessment<'_>, either: &str) -> String {
    let parts = first(a).into_iter().flat_map(|o| &o.parts);
    let chosen = parts.filter(|p| id(a, p.remedy) == either).find_map(|p| p.chosen);
    chosen.map_or_else(|| NONE.to_owned(), |c| id(a, c).to_owned())
}

/// What there is of what a case tells by name: options that are barred, or of which a part is the asking role's; what
/// every `either` of the first option came to; facts it rests on that no system vouches for.
pub(super) fn names_of(a: &Assessment<'_>, key: &str) -> Vec<String> {
    match key {
        "barred" => ids(a, |o| !bars(a, o).is_empty()),
        "yours" => ids(a, |o| o.yours_up_to.is_some()),
        "parts" => {
            let parts = first(a).into_iter().flat_map(|o| &o.parts);
            parts.filter(|part| part.chosen.is_some()).map(|part| id(a, part.remedy).to_owned()).collect()
        }
        _ => first(a).map_or_else(Vec::new, |o| a.relies_on(o)).into_iter().map(|relied| relied.path).collect(),
    }
}

/// Paths of missing facts: `promotion.starts`, `circumstances.illness`; of a fault that is not shown, its weak facts.
pub(super) fn missing(a: &Assessment<'_>) -> Vec<String> {
    let mut paths = Vec::new();
    for missing in &a.missing {
        match missing {
            Missing::Fact { path, .. } => paths.push(path.clone()),
            Missing::Failed { says, .. } => paths.push((*says).to_owned()),
            Missing::Proof { circumstance: Some(id), .. } => paths.push(format!("circumstances.{id}")),
            Missing::Proof { circumstance: None, .. } => {
                paths.extend(crate::explain::unproven_facts(a).into_iter().map(|(path, _)| path));
            }
        }
    }
    paths
}

/// Terms at the top of the policy that do not hold, and bind.
pub(super) fn fails(a: &Assessment<'_>) -> Vec<String> {
    a.version
        .roots
        .iter()
        .filter(|i| is_failing(a, **i))
        .filter_map(|i| a.version.terms.get(*i))
        .map(|t| t.id.clone())
        .collect()
}

pub(crate) fn is_failing(a: &Assessment<'_>, term: usize) -> bool {
    a.terms.get(term).is_some_and(|o| o.state == TermState::Failed && o.binding != Binding::Undisclosed)
}

/// What the failing terms and the nevers that hold cite.
pub(crate) fn cites(a: &Assessment<'_>) -> Vec<String> {
    let terms = a.version.terms.iter().enumerate().filter(|(i, _)| is_failing(a, *i)).flat_map(|(_, t)| &t.cites);
    let nevers = a.version.nevers.iter().zip(&a.nevers).filter(|(_, t)| **t == Truth::Yes).flat_map(|(n, _)| &n.cites);
    let mut all: Vec<String> = terms.chain(nevers).cloned().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// `none`, a role, `nobody`, or `unknown` where best and worst differ.
pub(super) fn need(a: &Assessment<'_>, span: Span<Need>) -> String {
    if span.best != span.worst {
        return "unknown".to_owned();
    }
    match (span.best, span.best.as_role()) {
        (Need::NONE, _) => NONE.to_owned(),
        (_, Some(role)) => a.book.role_id(role).to_owned(),
        _ => "nobody".to_owned(),
    }
}

pub(super) const fn met(state: TermState) -> &'static str {
    match state {
        TermState::Met => "true",
        TermState::Failed => "false",
        TermState::Missing => "missing",
        TermState::NotApplicable => "not applicable",
    }
}

/// The margin of a measured term.
pub(super) fn margin(a: &Assessment<'_>, term: usize) -> Option<Quantity> {
    let crate::book::rules::TermShape::Measure { ty, .. } = &a.version.terms.get(term)?.shape else { return None };
    let number = a.terms.get(term)?.margin?;
    let currency = a.measured(term).and_then(|m| m.currency);
    let text = crate::program::show::number(number, ty, currency, &a.book.schema.units);
    Some(Quantity { number, ty: ty.clone(), text })
}
