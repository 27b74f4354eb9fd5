//! Terms in words: each with its sentence and where the request stands.

use super::voice::{self, Voice};
use super::{Row, Said, Tone, gauge};
use crate::assess::{Assessment, Binding, Measured, TermOutcome, TermState, Told, Truth};
use crate::book::rules::{Circumstance, Line, Need, Reach, RoleId, Term, TermShape};
use crate::number::Number;
use crate::types::Type;

/// What a circumstance lends in this assessment.
pub(super) struct Lent {
    pub stretch_of: RoleId,
    pub to: RoleId,
    pub says: String,
}

/// A term and how it came out.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub term: &'a Term,
    pub outcome: &'a TermOutcome,
    /// Of what is measured.
    pub measured: Option<Measured>,
}

/// The fault first, then every term with those inside it.
pub(super) fn rows(a: &Assessment<'_>, voice: Voice<'_>) -> Vec<Row> {
    let mut rows: Vec<Row> = fault(a, voice).into_iter().collect();
    let lent = lent(a);
    for root in &a.version.roots {
        push(a, voice, &lent, *root, 0, &mut rows);
    }
    rows
}

/// Circumstances that are shown and that some option makes use of.
pub(super) fn lent(a: &Assessment<'_>) -> Vec<Lent> {
    let used = |i: usize| a.options.iter().any(|o| o.borrows.contains(&i));
    let shown = a
        .book
        .circumstances
        .iter()
        .zip(&a.told)
        .enumerate()
        .filter(|(i, (_, told))| **told == Told::Proven && used(*i));
    shown.map(|(_, (c, _))| lent_by(c)).collect()
}

fn lent_by(c: &Circumstance) -> Lent {
    Lent { stretch_of: c.stretch_of, to: c.to, says: c.says.clone() }
}

/// Whose leave covers a distance past a term's line, with what circumstances lend.
pub(super) fn need_past(term: &Term, distance: Option<Number>, lent: &[Lent]) -> Need {
    lenders(term, distance, lent).map(|l| Need::role(l.to)).fold(gauge::own_need(term, distance), Need::min)
}

/// Those whose loan covers a distance past a term's line; only days and durations are lent.
fn lenders<'l>(term: &Term, distance: Option<Number>, lent: &'l [Lent]) -> impl Iterator<Item = &'l Lent> {
    let timed = matches!(&term.shape, TermShape::Measure { ty: Type::Days | Type::Duration, .. });
    lent.iter().filter(move |l| {
        let reach = term.stretch.iter().rev().find(|(role, _)| *role <= l.stretch_of).map(|(_, reach)| *reach);
        timed && reach.is_some_and(|r| distance.map_or(r == Reach::Any, |d| r.covers(d)))
    })
}

fn fault(a: &Assessment<'_>, voice: Voice<'_>) -> Option<Row> {
    let (fault, truth) = (a.version.fault.as_ref()?, a.fault?);
    let stands = match truth {
        Truth::Yes => {
            let text = match &fault.charged_to {
                Some(team) => t!(voice, "answer-fault-paid-by", team = team),
                None => t!(voice, "answer-fault"),
            };
            Said::new(Tone::Inside, text)
        }
        Truth::No => Said::new(Tone::Plain, t!(voice, "answer-it-is-not-so")),
        Truth::Unknown(_) => Said::new(Tone::Open, t!(voice, "answer-not-shown-yet")),
    };
    Some(Row { id: "fault".to_owned(), says: fault.says.clone(), stands, depth: 0, gauge: None, cites: Vec::new() })
}

fn push(a: &Assessment<'_>, voice: Voice<'_>, lent: &[Lent], index: usize, depth: usize, rows: &mut Vec<Row>) {
    let (Some(term), Some(outcome)) = (a.version.terms.get(index), a.terms.get(index)) else { return };
    let seen = Seen { term, outcome, measured: a.measured(index) };
    rows.push(Row {
        id: term.id.clone(),
        says: term.says.clone(),
        stands: stands(voice, seen, lent),
        depth,
        gauge: gauge::of_term(voice, seen, lent),
        cites: term.cites.clone(),
    });
    if let TermShape::Any(parts) | TermShape::All(parts) = &term.shape {
        for part in parts {
            push(a, voice, lent, *part, depth + 1, rows);
        }
    }
}

/// Where the request stands on a term.
fn stands(voice: Voice<'_>, seen: Seen<'_>, lent: &[Lent]) -> Said {
    match (seen.outcome.state, seen.outcome.binding) {
        (TermState::NotApplicable, _) => Said::new(Tone::Plain, t!(voice, "answer-does-not-apply-here")),
        (TermState::Missing, Binding::Undisclosed) => Said::new(Tone::Inside, t!(voice, "answer-not-told")),
        (TermState::Missing, _) => Said::new(Tone::Open, t!(voice, "answer-not-known-yet")),
        (TermState::Met, _) => Said::new(Tone::Inside, inside(voice, seen)),
        (TermState::Failed, Binding::Undisclosed) => {
            Said::new(Tone::Inside, t!(voice, "answer-past-undisclosed", past = past(voice, seen)))
        }
        (TermState::Failed, Binding::Unknown) => {
            Said::new(Tone::Open, t!(voice, "answer-past-undisclosed-perhaps", past = past(voice, seen)))
        }
        (TermState::Failed, Binding::Binds) => failed(voice, seen, lent),
    }
}

/// `5 days: 9 inside`, `holds`.
fn inside(voice: Voice<'_>, seen: Seen<'_>) -> String {
    let (ty, value, margin, currency) = match (&seen.term.shape, seen.measured, seen.outcome.margin) {
        (TermShape::Any(_), ..) => return t!(voice, "answer-one-of-these-holds"),
        (TermShape::All(_), ..) => return t!(voice, "answer-all-of-these-hold"),
        (TermShape::Measure { ty, .. }, Some(Measured { value: Some(value), currency, .. }), Some(margin)) => {
            (ty, value, margin, currency)
        }
        _ => return t!(voice, "answer-holds"),
    };
    if margin == Number::ZERO {
        return t!(voice, "answer-on-the-line");
    }
    if value == margin || value.signum() < 0 {
        return t!(voice, "answer-inside", margin = voice.long(margin, ty, currency));
    }
    t!(
        voice,
        "answer-value-inside",
        value = voice.long(value, ty, currency),
        margin = voice.short(margin, ty, currency)
    )
}

/// `3 days past the line`, `does not hold`.
fn past(voice: Voice<'_>, seen: Seen<'_>) -> String {
    let (ty, line, measured) = match (&seen.term.shape, seen.measured) {
        (TermShape::Measure { ty, line, .. }, Some(measured)) => (ty, line, measured),
        (TermShape::Any(_), _) => return t!(voice, "answer-none-of-these-holds"),
        (TermShape::All(_), _) => return t!(voice, "answer-not-all-of-these-hold"),
        _ => return t!(voice, "answer-does-not-hold"),
    };
    let words = |n: Option<Number>| n.map_or_else(String::new, |n| voice.long(n, ty, measured.currency));
    if let Line::Equals(_) = line {
        return t!(voice, "answer-value-instead-of-line", value = words(measured.value), line = words(measured.line));
    }
    let past = words(seen.outcome.margin.and_then(Number::neg));
    if seen.term.stretch.is_empty() {
        t!(voice, "answer-past-fixed", past = past)
    } else {
        t!(voice, "answer-past", past = past)
    }
}

fn failed(voice: Voice<'_>, seen: Seen<'_>, lent: &[Lent]) -> Said {
    let own = seen.outcome.need.worst;
    let distance = seen.outcome.margin.and_then(Number::neg);
    let lender = distance
        .and_then(|d| lenders(seen.term, Some(d), lent).min_by_key(|l| l.to))
        .filter(|l| Need::role(l.to) < own);
    let need = lender.map_or(own, |l| Need::role(l.to));
    let because = lender.filter(|_| !voice.is_yours(own)).map(|l| voice::lower(&l.says));
    let (past, measured) = (past(voice, seen), seen.measured.is_some());
    let firm = seen.term.stretch.is_empty();
    let text = match need.as_role() {
        Some(_) if voice.is_yours(need) && measured => match because {
            Some(because) => t!(voice, "answer-past-yours-because", past = past, because = because),
            None => t!(voice, "answer-past-yours", past = past),
        },
        Some(_) if voice.is_yours(need) => t!(voice, "answer-past-yours-to-waive", past = past),
        Some(role) if measured => match because {
            Some(because) => {
                t!(voice, "answer-past-theirs-because", past = past, role = voice.who(role), because = because)
            }
            None => t!(voice, "answer-past-theirs", past = past, role = voice.who(role)),
        },
        Some(role) => t!(voice, "answer-past-role-may-waive", past = past, role = voice.who(role)),
        None if firm && measured => past,
        None if firm => t!(voice, "answer-past-this-is-fixed", past = past),
        None => t!(voice, "answer-further-than-anyone", past = past),
    };
    Said::new(voice.tone(need), text)
}
