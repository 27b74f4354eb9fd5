//! Amounts that may exceed what was paid or fall below zero, and the bound that would settle it.

use std::collections::BTreeMap;

use super::super::bounds::{Analysis, Declared, Place};
use super::super::policy::TypedPolicy;
use super::super::remedies::{TypedAmount, TypedBody, TypedOne, TypedRemedy};
use super::declaration::{natural, path, with_natural_bounds};
use super::{Purpose, Whole, everywhere};
use crate::book::model::{AmountText, Expr, RemedyText};
use crate::book::rules::Group;
use crate::diagnostic::{Diagnostic, Findings};
use crate::number::{Number, power_of_ten};
use crate::program::typed::{Const, Node, Typed};
use crate::types::{Bounds, Type};

/// Something that must be so of an amount or a cost.
struct Claim<'a> {
    code: &'static str,
    /// `amount`, `cost` or [`REFUNDED`].
    what: &'static str,
    value: &'a Typed,
    text: &'a Expr,
    /// What it must not exceed; where there is none, it must not fall below zero.
    limit: Option<(&'a Typed, &'a Expr)>,
}

/// What was given back already, as a remedy calls it.
const REFUNDED: &str = "`refunded`";

/// What holds where a remedy is offered.
type Conditions<'a> = Vec<(&'a Typed, bool)>;

/// Looks at every amount and cost of a policy.
pub(super) fn check<'a>(
    policy: &'a TypedPolicy<'a>,
    whole: &Whole<'a>,
    declared: &'a Declared,
    analysis: &mut Analysis<'a>,
    findings: &mut Findings,
) {
    for (index, remedy) in policy.remedies.iter().enumerate() {
        let TypedBody::One(one) = &remedy.body else { continue };
        let conditions = conditions(policy, index, remedy);
        let open: Vec<_> =
            claims(remedy.text, one).into_iter().filter(|claim| !holds(analysis, &conditions, claim)).collect();
        let bounds = |claim: &Claim<'a>| bounds_that_prove(claim, &conditions, whole, declared, analysis);
        let open: Vec<_> = open.into_iter().map(|claim| (bounds(&claim), claim)).collect();
        report(remedy.text, &open, whole, findings);
    }
}

fn claims<'a>(text: &'a RemedyText, one: &'a TypedOne) -> Vec<Claim<'a>> {
    let mut all = Vec::new();
    let ends = match (&one.amount, &text.amount) {
        (Some(TypedAmount::One(x)), Some(AmountText::One(t))) => Some(((x, t), (x, t))),
        (Some(TypedAmount::Range(x, y)), Some(AmountText::Range(t, u))) => Some(((x, t), (y, u))),
        _ => None,
    };
    if let Some(((least, least_text), (most, most_text))) = ends {
        if let (Some(of), Some(of_text)) = (&one.of, &text.of) {
            all.push(Claim {
                code: "amount_above_paid",
                what: "amount",
                value: most,
                text: most_text,
                limit: Some((of, of_text)),
            });
        }
        all.push(Claim { code: "amount_below_zero", what: "amount", value: least, text: least_text, limit: None });
    }
    if let (Some(refunded), Some(refunded_text)) = (&one.refunded, &text.refunded) {
        let code = "refunded_below_zero";
        all.push(Claim { code, what: REFUNDED, value: refunded, text: refunded_text, limit: None });
    }
    if let (Some(cost), Some(cost_text)) = (&one.cost, &text.cost) {
        all.push(Claim { code: "cost_below_zero", what: "cost", value: cost, text: cost_text, limit: None });
    }
    all
}

/// A remedy is offered where its `when` holds, and that of the `either` it is a part of, and of none before it there;
/// what is owed, where the fault holds.
fn conditions<'a>(policy: &'a TypedPolicy<'a>, index: usize, remedy: &'a TypedRemedy<'a>) -> Conditions<'a> {
    let mut all: Conditions<'a> = remedy.when.iter().map(|when| (when, true)).collect();
    if remedy.group == Group::Recovery {
        all.extend(policy.fault.iter().map(|fault| (&fault.when, true)));
    }
    for either in &policy.remedies {
        let TypedBody::Either(parts) = &either.body else { continue };
        let Some(place) = parts.iter().position(|part| *part == index) else { continue };
        all.extend(either.when.iter().map(|when| (when, true)));
        let before = parts.iter().take(place).filter_map(|part| policy.remedies.get(*part)?.when.as_ref());
        all.extend(before.map(|when| (when, false)));
    }
    all
}

fn holds<'a>(analysis: &mut Analysis<'a>, conditions: &Conditions<'a>, claim: &Claim<'a>) -> bool {
    let before = analysis.assumed_so_far();
    for (condition, truth) in conditions {
        analysis.assume(condition, *truth);
    }
    let holds = match claim.limit {
        Some((limit, _)) => analysis.never_above(claim.value, limit),
        None => analysis.never_below_zero(claim.value),
    };
    analysis.forget(before);
    holds
}

/// The facts whose natural bounds, if they were declared, would settle a claim: one if one will do.
fn bounds_that_prove<'a>(
    claim: &Claim<'a>,
    conditions: &Conditions<'a>,
    whole: &Whole<'a>,
    declared: &'a Declared,
    analysis: &Analysis<'a>,
) -> Vec<Place> {
    let unbounded = unbounded(claim, whole, declared);
    let proves = |places: &BTreeMap<Place, Bounds>| holds(&mut analysis.supposing(places.clone()), conditions, claim);
    let one = unbounded.iter().find(|(place, bounds)| proves(&BTreeMap::from([((*place).clone(), (*bounds).clone())])));
    if let Some((place, _)) = one {
        return vec![place.clone()];
    }
    let mut needed = unbounded.clone();
    if needed.is_empty() || !proves(&needed) {
        return Vec::new();
    }
    for place in unbounded.keys() {
        let mut fewer = needed.clone();
        fewer.remove(place);
        if proves(&fewer) {
            needed = fewer;
        }
    }
    needed.into_keys().collect()
}

/// The facts that a claim reads and that lack an end of their natural bounds, with those bounds.
fn unbounded<'a>(claim: &Claim<'a>, whole: &Whole<'a>, declared: &'a Declared) -> BTreeMap<Place, Bounds> {
    let mut all = BTreeMap::new();
    for typed in [Some(claim.value), claim.limit.map(|(limit, _)| limit)].into_iter().flatten() {
        everywhere::through(typed, &whole.names.defines, &mut |part| {
            let Some((record, field)) = declared.read_by(part) else { return };
            let (ty, bounds) = match &field.ty {
                Type::List(l) | Type::Map(l) => (&l.of, &l.bounds),
                ty => (ty, &field.bounds),
            };
            let Some(natural) = natural(ty) else { return };
            let filled = Bounds { min: bounds.min.or(natural.min), max: bounds.max.or(natural.max) };
            if filled != *bounds {
                all.insert(Place::new(record, field), filled);
            }
        });
    }
    all
}

/// One finding for all claims of a remedy that the same bounds would settle; one for each other.
fn report(remedy: &RemedyText, open: &[(Vec<Place>, Claim<'_>)], whole: &Whole<'_>, findings: &mut Findings) {
    for (i, (bounds, claim)) in open.iter().enumerate() {
        let help: Option<Vec<String>> = bounds.iter().map(|place| with_natural_bounds(whole.book, place)).collect();
        match help {
            Some(help) if !bounds.is_empty() => {
                let same = |(other, c): &&(Vec<Place>, Claim<'_>)| other == bounds && c.what == claim.what;
                if !open.iter().take(i).any(|pair| same(&pair)) {
                    let claims: Vec<&Claim<'_>> = open.iter().filter(same).map(|(_, c)| c).collect();
                    findings.push(bound_missing(remedy, &claims, bounds, &help.join(", and ")));
                }
            }
            _ => findings.push(cannot_be_told(remedy, claim, whole)),
        }
    }
}

fn bound_missing(remedy: &RemedyText, claims: &[&Claim<'_>], bounds: &[Place], help: &str) -> Diagnostic {
    let at = claims.first().map_or(remedy.at, |claim| claim.text.at);
    let what = claims.first().map_or("amount", |claim| claim.what);
    let may = claims.iter().map(|claim| claim.may()).collect::<Vec<_>>().join(", or ");
    let facts = bounds.iter().map(|place| format!("`{}`", path(place))).collect::<Vec<_>>().join(" and ");
    let lack = if bounds.len() == 1 { "lacks a bound" } else { "lack bounds" };
    Diagnostic::warning("bound_missing", at, format!("the {what} of `{}` may {may}: {facts} {lack}", remedy.id.value))
        .label(format!("reads {facts}"))
        .help(help)
}

fn cannot_be_told(remedy: &RemedyText, claim: &Claim<'_>, whole: &Whole<'_>) -> Diagnostic {
    let (value, zero) = (as_expression(claim.value, claim.text), zero(claim.value, whole));
    let (label, help) = match claim.limit {
        Some((limit, text)) => {
            let limit = as_expression(limit, text);
            (format!("may be more than `{limit}`"), format!("write \"min({value}, {limit})\""))
        }
        // Cut off at zero, what went back would be hidden.
        None if claim.what == REFUNDED => (
            "may be below zero".to_owned(),
            "write what was given back as amounts that are not below zero: where a system writes them with a minus, turn it round"
                .to_owned(),
        ),
        None if matches!(claim.value.node, Node::Const(_)) => {
            ("below zero".to_owned(), format!("write \"{zero}\", or more"))
        }
        None => ("may be below zero".to_owned(), format!("write \"max({value}, {zero})\"")),
    };
    let certain = whole.purpose == Purpose::ToRule && is_certain(claim);
    let (how, verb): (fn(_, _, _) -> _, _) =
        if certain { (Diagnostic::error, claim.does()) } else { (Diagnostic::warning, format!("may {}", claim.may())) };
    how(claim.code, claim.text.at, format!("the {} of `{}` {verb}", claim.what, remedy.id.value))
        .label(label)
        .help(help)
}

/// Whether a claim is broken by values that are written out, whatever the facts.
fn is_certain(claim: &Claim<'_>) -> bool {
    match (&claim.value.node, claim.limit.map(|(limit, _)| &limit.node)) {
        (Node::Const(Const::Number(n) | Const::Money(n, _)), None) => n.signum() < 0,
        (Node::Const(Const::Money(n, one)), Some(Node::Const(Const::Money(limit, other)))) => one == other && n > limit,
        _ => false,
    }
}

impl Claim<'_> {
    fn does(&self) -> String {
        if self.limit.is_some() { "exceeds what was paid".to_owned() } else { "is below zero".to_owned() }
    }

    fn may(&self) -> &'static str {
        if self.limit.is_some() { "exceed what was paid" } else { "fall below zero" }
    }
}

/// A literal as an expression has it: `20 USD` is `usd(20)`.
fn as_expression(typed: &Typed, text: &Expr) -> String {
    match &typed.node {
        Node::Const(Const::Money(n, currency)) => {
            let major = n.div(Number::whole(power_of_ten(currency.exponent()).into())).unwrap_or(*n);
            format!("{}({major})", currency.code().to_lowercase())
        }
        Node::Const(Const::Number(n)) if typed.ty == Type::Percent => {
            format!("percent({})", n.mul(Number::whole(100)).unwrap_or(*n))
        }
        _ => text.text.trim().to_owned(),
    }
}

/// Nothing, in the type of an amount.
fn zero(typed: &Typed, whole: &Whole<'_>) -> String {
    match &typed.ty {
        Type::Percent => "percent(0)".to_owned(),
        Type::Int => "0".to_owned(),
        _ => format!("{}(0)", whole.names.schema.units.currency.code().to_lowercase()),
    }
}
