//! The terms of a rule in words.

use super::super::voice::{self, Voice};
use super::super::{Said, Tone, gauge};
use super::TermWords;
use crate::book::rules::{Disclosed, Line, Need, Operand, Reach, RoleId, Term, TermShape, Version};
use crate::types::Type;

/// Every term with those inside it.
pub(super) fn words(voice: Voice<'_>, version: &Version) -> Vec<TermWords> {
    let mut all = Vec::new();
    for root in &version.roots {
        push(voice, version, *root, 0, &mut all);
    }
    all
}

fn push(voice: Voice<'_>, version: &Version, index: usize, depth: usize, all: &mut Vec<TermWords>) {
    let Some(term) = version.terms.get(index) else { return };
    all.push(TermWords {
        id: term.id.clone(),
        says: term.says.clone(),
        depth,
        line: line(voice, version, term),
        stretch: stretch(voice, term),
        gauge: gauge::of_rule(voice, term),
        notes: notes(voice, term),
        cites: term.cites.clone(),
    });
    if let TermShape::Any(parts) | TermShape::All(parts) = &term.shape {
        for part in parts {
            push(voice, version, *part, depth + 1, all);
        }
    }
}

fn line(voice: Voice<'_>, version: &Version, term: &Term) -> String {
    let (ty, line) = match &term.shape {
        TermShape::Require { .. } => return t!(voice, "rule-must-hold"),
        TermShape::Any(_) => return t!(voice, "rule-one-of-these"),
        TermShape::All(_) => return t!(voice, "rule-all-of-these"),
        TermShape::Measure { ty, line, .. } => (ty, *line),
    };
    let end = |operand| end(voice, version, operand, ty);
    match line {
        Line::AtMost(most) => t!(voice, "rule-at-most", most = end(most)),
        Line::AtLeast(least) => t!(voice, "rule-at-least", least = end(least)),
        Line::Equals(exactly) => t!(voice, "rule-exactly", exactly = end(exactly)),
        Line::Within(from, to) => t!(voice, "rule-within", from = end(from), to = end(to)),
    }
}

/// The end of a line: written out, a fact, or what is worked out from facts.
fn end(voice: Voice<'_>, version: &Version, operand: Operand, ty: &Type) -> String {
    match operand {
        Operand::Const(val) => voice.long(val.as_number(), ty, val.currency()),
        Operand::Cell(cell, _) => {
            let labels = &voice.book.labels;
            let path = voice.book.schema.leaf_at(cell).map_or("", |leaf| leaf.path.as_str());
            let around = path.rsplit_once('.').map(|(record, _)| labels.of_fact(record));
            let fact = labels.of_fact(path);
            match around {
                Some(record) => t!(voice, "rule-fact-of", fact = fact, record = voice::lower(&record)),
                None => t!(voice, "rule-fact", fact = fact),
            }
        }
        Operand::Reg(reg) => super::sources(voice, version, reg).map_or_else(
            || t!(voice, "rule-what-is-worked-out"),
            |sources| t!(voice, "rule-worked-out-from", sources = sources),
        ),
    }
}

/// Who may go how far past the line.
fn stretch(voice: Voice<'_>, term: &Term) -> Vec<Said> {
    let is_group = matches!(term.shape, TermShape::Any(_) | TermShape::All(_));
    if term.stretch.is_empty() && !is_group && term.disclosed != Disclosed::Never {
        return vec![Said::new(Tone::Never, t!(voice, "rule-fixed"))];
    }
    term.stretch.iter().map(|(role, reach)| stretched(voice, term, *role, *reach)).collect()
}

fn stretched(voice: Voice<'_>, term: &Term, role: RoleId, reach: Reach) -> Said {
    let title = voice.book.roles.get(usize::from(role.0)).map_or("", |r| r.title.as_str());
    let text = match (reach, &term.shape) {
        (Reach::Distance(distance), TermShape::Measure { ty, .. }) => {
            t!(voice, "rule-stretch", title = title, distance = voice.long(distance, ty, None))
        }
        (_, TermShape::Measure { .. }) => t!(voice, "rule-any-distance", title = title),
        _ => t!(voice, "rule-title-may-waive", title = title),
    };
    Said::new(voice.tone(Need::role(role)), text)
}

fn notes(voice: Voice<'_>, term: &Term) -> Vec<String> {
    let mut notes = Vec::new();
    if term.when.is_some() {
        notes.push(t!(voice, "rule-asked-in-some-cases-only"));
    }
    notes.extend(term.from.map(|day| t!(voice, "rule-asked-from", day = voice.date(day))));
    notes.extend(term.until.map(|day| t!(voice, "rule-asked-until-day", day = voice.date(day))));
    let payer = &term.charged_to;
    match (term.disclosed, payer) {
        (Disclosed::Always, _) => {}
        (Disclosed::Never, None) => notes.push(t!(voice, "rule-undisclosed")),
        (Disclosed::Never, Some(team)) => notes.push(t!(voice, "rule-undisclosed-paid-by", team = team)),
        (Disclosed::Since(day), None) => notes.push(t!(voice, "rule-disclosed-since", day = voice.date(day))),
        (Disclosed::Since(day), Some(team)) => {
            notes.push(t!(voice, "rule-disclosed-since-paid-by", day = voice.date(day), team = team));
        }
    }
    notes
}
