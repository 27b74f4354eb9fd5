//! A line on one side of a difference that may be on the other side of zero.

use super::super::bounds::Analysis;
use super::super::policy::TypedPolicy;
use super::super::terms::{TypedLine, TypedShape, TypedTerm};
use super::Whole;
use crate::book::model::{Expr, TermShapeText};
use crate::diagnostic::{Diagnostic, Findings};
use crate::program::infer::Define;
use crate::program::typed::{Fun, Node, Typed};
use crate::types::Type;

/// Looks at every `at_most` of a policy.
pub(super) fn check<'a>(
    policy: &'a TypedPolicy<'a>,
    whole: &Whole<'a>,
    analysis: &mut Analysis<'a>,
    findings: &mut Findings,
) {
    group(&policy.terms, &together(&policy.terms), whole, analysis, findings);
}

/// Looks at some terms, and at those below them. `beside` are the terms that must be met together with each.
fn group<'a>(
    terms: &'a [TypedTerm<'a>],
    beside: &[&'a TypedTerm<'a>],
    whole: &Whole<'a>,
    analysis: &mut Analysis<'a>,
    findings: &mut Findings,
) {
    for term in terms {
        match &term.shape {
            TypedShape::Measure { value, line: TypedLine::AtMost(_) }
                if is_difference(value, &whole.names.defines) && !is_held_below(term, value, beside, analysis) =>
            {
                findings.all.extend(finding(term, value, whole));
            }
            TypedShape::All(parts) => group(parts, beside, whole, analysis, findings),
            TypedShape::Any(parts) => {
                for part in parts {
                    let mut with_own = beside.to_vec();
                    with_own.extend(together(std::slice::from_ref(part)));
                    group(std::slice::from_ref(part), &with_own, whole, analysis, findings);
                }
            }
            _ => {}
        }
    }
}

/// The terms of which none may fail, those inside `all` included.
fn together<'a>(terms: &'a [TypedTerm<'a>]) -> Vec<&'a TypedTerm<'a>> {
    let mut all = Vec::new();
    for term in terms {
        all.push(term);
        if let TypedShape::All(parts) = &term.shape {
            all.extend(together(parts));
        }
    }
    all
}

/// Whether an expression takes one thing from another, perhaps through definitions.
fn is_difference(typed: &Typed, defines: &[Define]) -> bool {
    match &typed.node {
        Node::Define(index) => {
            defines.get(*index).and_then(|d| d.body.as_ref()).is_some_and(|body| is_difference(body, defines))
        }
        Node::Call(Fun::Sub | Fun::SubMoney, _) => true,
        Node::Call(Fun::If, parts) => parts.iter().skip(1).any(|part| is_difference(part, defines)),
        _ => false,
    }
}

/// Whether a difference cannot fall below zero, or another term looks after that.
fn is_held_below<'a>(
    term: &'a TypedTerm<'a>,
    value: &'a Typed,
    beside: &[&'a TypedTerm<'a>],
    analysis: &mut Analysis<'a>,
) -> bool {
    let before = analysis.assumed_so_far();
    if let Some(when) = &term.when {
        analysis.assume(when, true);
    }
    for other in beside {
        if let (TypedShape::Require { cond, wanted }, None) = (&other.shape, &other.when) {
            analysis.assume(cond, *wanted);
        }
    }
    let cannot_fall = analysis.never_below_zero(value);
    analysis.forget(before);
    cannot_fall || beside.iter().any(|other| looks_after(other, value, analysis))
}

fn looks_after<'a>(other: &'a TypedTerm<'a>, value: &'a Typed, analysis: &mut Analysis<'a>) -> bool {
    let TypedShape::Measure { value: measured, line } = &other.shape else { return false };
    match line {
        TypedLine::AtLeast(_) | TypedLine::Within(..) | TypedLine::Equals(_) => analysis.are_same(measured, value),
        TypedLine::AtMost(_) => measured.ty == value.ty && analysis.are_opposite(measured, value),
    }
}

fn finding(term: &TypedTerm<'_>, value: &Typed, whole: &Whole<'_>) -> Option<Diagnostic> {
    let Some(TermShapeText::Measure { measure, .. }) = &term.text.shape else { return None };
    let id = &term.text.id.value;
    Some(
        Diagnostic::warning(
            "other_side_open",
            measure.at,
            format!("what `{id}` measures may be below zero, and any such is within `at_most`"),
        )
        .label("may be below zero")
        .help(format!(
            "write a term beside it: `{id}_other_side: {{ says: {}, measure: \"{}\", at_least: {} }}`",
            says(value),
            one_line(measure),
            zero(&value.ty, whole)
        )),
    )
}

fn one_line(expr: &Expr) -> String {
    expr.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn says(value: &Typed) -> &'static str {
    match value.ty {
        Type::Days | Type::Duration => "Not before that",
        _ => "Not below zero",
    }
}

fn zero(ty: &Type, whole: &Whole<'_>) -> String {
    match ty {
        Type::Days => "0 days".to_owned(),
        Type::Duration => "0 h".to_owned(),
        Type::Percent => "0%".to_owned(),
        Type::Money => format!("0 {}", whole.names.schema.units.currency.code()),
        _ => "0".to_owned(),
    }
}
