//! What can be told of values that are written out: ranges whose ends are the wrong way round or of two currencies,
//! amounts of nothing, divisions that are none.

use std::collections::BTreeSet;

use super::super::policy::TypedPolicy;
use super::super::remedies::{TypedAmount, TypedBody};
use super::super::terms::{TypedLine, TypedShape};
use super::{Whole, everywhere};
use crate::book::model::{AmountText, LineText, TermShapeText};
use crate::diagnostic::{Diagnostic, Findings, Span};
use crate::number::Number;
use crate::program::typed::{Const, Fun, Node, Typed};

/// Looks at the ranges and amounts of a policy.
pub(super) fn check(policy: &TypedPolicy<'_>, findings: &mut Findings) {
    for top in &policy.terms {
        top.walk(&mut |term| {
            if let TypedShape::Measure { line: TypedLine::Within(from, to), .. } = &term.shape {
                let line = match &term.text.shape {
                    Some(TermShapeText::Measure { line: LineText::Within(from, to), .. }) => both(from.at, to.at),
                    _ => term.text.at,
                };
                ends(&format!("`within` of `{}`", term.text.id.value), line, (from, to), findings);
            }
        });
    }
    for remedy in &policy.remedies {
        let TypedBody::One(one) = &remedy.body else { continue };
        let (id, at) = (&remedy.text.id.value, place(remedy.text.amount.as_ref()).unwrap_or(remedy.text.at));
        match &one.amount {
            Some(TypedAmount::Range(least, most))
                if ends(&format!("the amount of `{id}`"), at, (least, most), findings) && is_zero(most) =>
            {
                findings.push(nothing(id, at));
            }
            Some(TypedAmount::One(amount)) if is_zero(amount) => findings.push(nothing(id, at)),
            _ => {}
        }
    }
}

fn place(amount: Option<&AmountText>) -> Option<Span> {
    match amount? {
        AmountText::One(one) => Some(one.at),
        AmountText::Range(least, most) => Some(both(least.at, most.at)),
    }
}

/// From one place to another behind it.
const fn both(from: Span, to: Span) -> Span {
    Span { end: to.end, ..from }
}

/// Both ends of a range. Returns whether they go together.
fn ends(what: &str, at: Span, (from, to): (&Typed, &Typed), findings: &mut Findings) -> bool {
    let (Some((low, one)), Some((high, other))) = (written_out(from), written_out(to)) else { return true };
    if one != other {
        let error = format!("{what} begins in one currency and ends in another");
        findings.push(Diagnostic::warning("range_of_two", at, error).help("write both ends in one currency"));
    } else if low > high {
        let error = format!("{what} begins above its end: nothing lies in it");
        findings.push(Diagnostic::warning("range_reversed", at, error).help("write the lower end first"));
    } else {
        return true;
    }
    false
}

fn nothing(id: &str, at: Span) -> Diagnostic {
    Diagnostic::warning("amount_of_nothing", at, format!("`{id}` is never offered: its amount is nothing"))
        .help("write an amount above zero; what gives no amount has a `cost` instead")
}

fn is_zero(typed: &Typed) -> bool {
    written_out(typed).is_some_and(|(number, _)| number == Number::ZERO)
}

/// The number of a value that is written out, and its currency.
fn written_out(typed: &Typed) -> Option<(Number, Option<crate::money::Currency>)> {
    match typed.node {
        Node::Const(Const::Number(number)) => Some((number, None)),
        Node::Const(Const::Money(minor, currency)) => Some((minor, Some(currency))),
        _ => None,
    }
}

/// Looks at the divisions of a whole book, each once.
pub(super) fn divisions(whole: &Whole<'_>, findings: &mut Findings) {
    let mut all: Vec<&Typed> = whole.policies.iter().flat_map(everywhere::of_policy).collect();
    all.extend(whole.guards.iter().map(|guard| &guard.when));
    all.extend(whole.nevers.iter().map(|never| &never.when));
    all.extend(whole.names.defines.iter().filter_map(|define| define.body.as_ref()));
    let mut seen = BTreeSet::new();
    for typed in all {
        everywhere::through(typed, &whole.names.defines, &mut |part| {
            if let Some(finding) = division(part)
                && seen.insert(part.at)
            {
                findings.push(finding);
            }
        });
    }
}

fn division(typed: &Typed) -> Option<Diagnostic> {
    let Node::Call(fun, parts) = &typed.node else { return None };
    let [over, by] = parts.as_slice() else { return None };
    let (divides, whole) = match fun {
        Fun::DivInt => (true, true),
        Fun::Div | Fun::DivMoney | Fun::RemInt => (true, false),
        _ => (false, false),
    };
    let (by, currency) = written_out(by).filter(|_| divides)?;
    if by == Number::ZERO {
        let of = if currency.is_some() { "an amount of nothing" } else { "0" };
        let error = format!("this divides by {of}: it can never be worked out");
        return Some(Diagnostic::warning("division_by_zero", typed.at, error).help("divide by something else"));
    }
    let (over, _) = written_out(over).filter(|_| whole)?;
    let exact = over.div(by)?;
    if exact.as_whole().is_some() {
        return None;
    }
    let error = format!("a whole number divided by a whole number is one: this is not {exact}");
    Some(
        Diagnostic::warning("division_drops_rest", typed.at, error).help("write one of them with a point, such as 1.0"),
    )
}
