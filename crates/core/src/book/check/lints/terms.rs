//! Terms that cannot fail or cannot be met, stretches that nobody needs, and terms that read the present.

use super::super::bounds::Analysis;
use super::super::policy::TypedPolicy;
use super::super::terms::{TypedLine, TypedShape, TypedTerm};
use super::{Whole, everywhere};
use crate::book::model::{LineText, TermShapeText};
use crate::book::rules::Reach;
use crate::diagnostic::{Diagnostic, Findings, Span};
use crate::facts::slot;
use crate::number::Number;
use crate::program::typed::{Node, Typed};

/// Looks at every term of a policy.
pub(super) fn check<'a>(
    policy: &'a TypedPolicy<'a>,
    whole: &Whole<'a>,
    analysis: &mut Analysis<'a>,
    findings: &mut Findings,
) {
    for top in &policy.terms {
        top.walk(&mut |term| {
            dates(term, policy, findings);
            reads_now(term, whole, findings);
            let applies = when(term, analysis, findings);
            if applies {
                outcome(term, whole, analysis, findings);
            }
        });
    }
}

fn dates(term: &TypedTerm<'_>, policy: &TypedPolicy<'_>, findings: &mut Findings) {
    let (Some(until), Some(text)) = (term.until, &term.text.until) else { return };
    let id = &term.text.id.value;
    let early = |message: String, help: String| {
        Diagnostic::warning("term_never_applies", text.at, message).label("too early").help(help)
    };
    match (term.from, policy.in_force) {
        (Some(from), _) if until < from => {
            findings.push(early(
                format!("`{id}` ends on {until}, before it begins on {from}"),
                format!("write a day from {from} on"),
            ));
        }
        (_, Some(in_force)) if until < in_force => findings.push(early(
            format!("`{id}` ends on {until}, before the policy `{}` is in force on {in_force}", policy.text.id.value),
            format!("write a day from {in_force} on, or leave the term out"),
        )),
        _ => {}
    }
}

/// Terms are read as of first contact; a line that moves while the case is open punishes whoever waits.
fn reads_now(term: &TypedTerm<'_>, whole: &Whole<'_>, findings: &mut Findings) {
    let (id, defines) = (&term.text.id.value, &whole.names.defines);
    for typed in everywhere::of_term(term) {
        let (mut directly, mut through) = (None, None);
        typed.walk(&mut |part| {
            if part.node == Node::Slot(slot::NOW) {
                directly = directly.or(Some(part.at));
            } else if let Node::Define(index) = part.node
                && everywhere::reads(part, slot::NOW..slot::NOW + 1, defines)
            {
                through = through.or(defines.get(index).map(|define| (part.at, define.name.as_str())));
            }
        });
        if let Some(at) = directly {
            let help = "write `asked`: dates count as of first contact";
            findings.push(now_finding(at, format!("the term `{id}` reads `now`"), help));
        } else if let Some((at, name)) = through {
            let help =
                "read `asked` in the definition, or define another one that does: dates count as of first contact";
            findings.push(now_finding(at, format!("the term `{id}` reads `now` through `{name}`"), help));
        }
    }
}

fn now_finding(at: Span, message: String, help: &str) -> Diagnostic {
    Diagnostic::warning("reads_now", at, message).label("moves while the case is open").help(help)
}

/// Whether a term may apply.
fn when<'a>(term: &'a TypedTerm<'a>, analysis: &mut Analysis<'a>, findings: &mut Findings) -> bool {
    let (Some(when), Some(text)) = (&term.when, &term.text.when) else { return true };
    let id = &term.text.id.value;
    match analysis.decide(when) {
        Some(true) => findings.push(
            Diagnostic::warning("always_holds", text.at, format!("the condition of the term `{id}` always holds"))
                .label("always")
                .help("leave `when` out"),
        ),
        Some(false) => findings.push(
            Diagnostic::warning(
                "term_never_applies",
                text.at,
                format!("the condition of the term `{id}` never holds, so the term never applies"),
            )
            .label("never")
            .help("mend the condition, or leave the term out"),
        ),
        None => return true,
    }
    analysis.decide(when) == Some(true)
}

fn outcome<'a>(term: &'a TypedTerm<'a>, whole: &Whole<'a>, analysis: &mut Analysis<'a>, findings: &mut Findings) {
    let before = analysis.assumed_so_far();
    if let Some(when) = &term.when {
        analysis.assume(when, true);
    }
    let at = place(term);
    match &term.shape {
        TypedShape::Require { cond, wanted } => match analysis.decide(cond) {
            Some(truth) if truth == *wanted => findings.push(never_fails(term, at)),
            Some(_) => findings.push(never_met(term, at)),
            None => {}
        },
        TypedShape::Measure { value, line } => measured(term, &sides(value, line), whole, analysis, findings),
        TypedShape::Any(_) | TypedShape::All(_) => {}
    }
    analysis.forget(before);
}

/// What must not exceed what.
type Side<'a> = (&'a Typed, &'a Typed);

fn sides<'a>(value: &'a Typed, line: &'a TypedLine) -> Vec<Side<'a>> {
    match line {
        TypedLine::AtMost(line) => vec![(value, line)],
        TypedLine::AtLeast(line) => vec![(line, value)],
        TypedLine::Within(from, to) => vec![(from, value), (value, to)],
        TypedLine::Equals(line) => vec![(value, line), (line, value)],
    }
}

fn measured<'a>(
    term: &'a TypedTerm<'a>,
    sides: &[Side<'a>],
    whole: &Whole<'a>,
    analysis: &mut Analysis<'a>,
    findings: &mut Findings,
) {
    let mut within = |distance: Number| sides.iter().all(|(x, y)| analysis.never_further_apart(x, y, distance));
    if within(Number::ZERO) {
        return findings.push(never_fails(term, place(term)));
    }
    // The lowest role whose stretch covers all that can come up leaves nothing to those above it.
    let enough = term.stretch.iter().position(|(_, reach)| matches!(reach, Reach::Distance(d) if within(*d)));
    let name = |index: usize| {
        term.stretch
            .get(index)
            .and_then(|(role, _)| whole.roles.get(usize::from(role.0)))
            .map_or("", |role| role.id.as_str())
    };
    if let Some(enough) = enough {
        for above in enough + 1..term.stretch.len() {
            findings.push(never_needed(term, name(enough), name(above)));
        }
    }
    if sides.iter().any(|(x, y)| analysis.always_above(x, y)) {
        findings.push(never_met(term, place(term)));
    }
}

fn never_needed(term: &TypedTerm<'_>, enough: &str, above: &str) -> Diagnostic {
    let entry = term.text.stretch.iter().find(|entry| entry.id.value == above);
    let at = entry.map_or(term.text.at, |entry| entry.item.at);
    Diagnostic::warning(
        "stretch_never_needed",
        at,
        format!("`{above}` never needs this stretch: that of `{enough}` covers all that can come up"),
    )
    .label("never reached")
    .help(format!("leave `{above}` out here, or declare wider bounds on the facts this term reads"))
}

fn never_fails(term: &TypedTerm<'_>, at: Span) -> Diagnostic {
    Diagnostic::warning("never_fails", at, format!("the term `{}` never fails", term.text.id.value))
        .label("always met")
        .help("leave the term out, or mend its line or the bounds of the facts it reads")
}

fn never_met(term: &TypedTerm<'_>, at: Span) -> Diagnostic {
    Diagnostic::warning("never_met", at, format!("the term `{}` can never be met", term.text.id.value))
        .label("always fails")
        .help("mend its line or the bounds of the facts it reads; a request that is always refused is a `never` in book.yaml")
}

/// Where a term says what it holds: its condition, or its line.
fn place(term: &TypedTerm<'_>) -> Span {
    match &term.text.shape {
        Some(TermShapeText::Require(e) | TermShapeText::Unless(e)) => e.at,
        Some(TermShapeText::Measure { line, .. }) => match line {
            LineText::AtMost(e) | LineText::AtLeast(e) | LineText::Equals(e) | LineText::Within(e, _) => e.at,
        },
        _ => term.text.at,
    }
}
