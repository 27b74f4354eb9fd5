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
        notes: notes(term),
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
        TermShape::Require { .. } => return "must hold".to_owned(),
        TermShape::Any(_) => return "one of these:".to_owned(),
        TermShape::All(_) => return "all of these:".to_owned(),
        TermShape::Measure { ty, line, .. } => (ty, *line),
    };
    let end = |operand| end(voice, version, operand, ty);
    match line {
        Line::AtMost(most) => format!("at most {}", end(most)),
        Line::AtLeast(least) => format!("at least {}", end(least)),
        Line::Equals(exactly) => format!("exactly {}", end(exactly)),
        Line::Within(from, to) => format!("from {} to {}", end(from), end(to)),
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
            let around = around.map_or_else(String::new, |record| format!(" ({})", voice::lower(&record)));
            format!("“{}”{around}", labels.of_fact(path))
        }
        Operand::Reg(reg) => super::sources(voice.book, version, reg)
            .map_or_else(|| "what is worked out".to_owned(), |sources| format!("what is worked out from {sources}")),
    }
}

/// Who may go how far past the line.
fn stretch(voice: Voice<'_>, term: &Term) -> Vec<Said> {
    let is_group = matches!(term.shape, TermShape::Any(_) | TermShape::All(_));
    if term.stretch.is_empty() && !is_group && term.disclosed != Disclosed::Never {
        return vec![Said::new(Tone::Never, "fixed")];
    }
    term.stretch.iter().map(|(role, reach)| stretched(voice, term, *role, *reach)).collect()
}

fn stretched(voice: Voice<'_>, term: &Term, role: RoleId, reach: Reach) -> Said {
    let title = voice.book.roles.get(usize::from(role.0)).map_or("", |r| r.title.as_str());
    let text = match (reach, &term.shape) {
        (Reach::Distance(distance), TermShape::Measure { ty, .. }) => {
            format!("{title}: up to {} past the line", voice.long(distance, ty, None))
        }
        (_, TermShape::Measure { .. }) => format!("{title}: any distance past the line"),
        _ => format!("{title} may waive"),
    };
    Said::new(voice.tone(Need::role(role)), text)
}

fn notes(term: &Term) -> Vec<String> {
    let mut notes = Vec::new();
    if term.when.is_some() {
        notes.push("asked in some cases only".to_owned());
    }
    notes.extend(term.from.map(|day| format!("asked from {} on", voice::date(day))));
    notes.extend(term.until.map(|day| format!("asked until {}", voice::date(day))));
    let payer =
        term.charged_to.as_ref().map_or_else(String::new, |team| format!("; {team} pays where it does not hold"));
    match term.disclosed {
        Disclosed::Always => {}
        Disclosed::Never => notes.push(format!("customers were not told: it does not bind them{payer}")),
        Disclosed::Since(day) => notes.push(format!(
            "customers were told on {}: it does not bind those who relied on the rule before{payer}",
            voice::date(day)
        )),
    }
    notes
}
