//! Missing facts in words: which, and why.

use crate::book::rules::{Book, Version};
use crate::diagnostic::Span;
use crate::facts::schema::Schema;
use crate::facts::{Facts, Source};
use crate::program::run::{Failure, Machine, Reason};
use crate::types::{RecordType, Type};
use crate::value::Why;

/// Something that is missing and could still change the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A fact: its path, and what is wrong with what was given, if anything was.
    Fact {
        /// With dots and places in lists.
        path: String,
        /// What is wrong with it; none where nothing was given.
        problem: Option<String>,
    },
    /// An expression could not be worked out.
    Failed {
        /// Where it stands in the book.
        at: Option<Span>,
        /// Why.
        says: &'static str,
    },
    /// Something was said and not shown.
    Proof {
        /// The circumstance, or none for the fault.
        circumstance: Option<String>,
        /// What it is, for people.
        says: String,
        /// The weakest source that counts.
        needs: Source,
    },
}

impl Missing {
    /// The path of a fact of which nothing was given.
    fn nothing_at(&self) -> Option<&str> {
        match self {
            Self::Fact { path, problem: None } => Some(path),
            _ => None,
        }
    }
}

/// Marks a proof of the fault among [`Reason::Proof`].
pub(super) const FAULT: u16 = u16::MAX;

/// What is behind reasons, each thing once, in the order of the facts.
pub(super) fn explain(m: &Machine, book: &Book, version: &Version, facts: &Facts<'_>, whys: &[Why]) -> Vec<Missing> {
    let mut reasons: Vec<Reason> = Vec::new();
    let mut todo: Vec<Why> = whys.to_vec();
    while let Some(why) = todo.pop() {
        match m.reason(why) {
            Some(Reason::Both(a, b)) => todo.extend([a, b]),
            Some(reason) if !reasons.contains(&reason) => reasons.push(reason),
            _ => {}
        }
    }
    reasons.sort_by_key(order);
    let mut all: Vec<Missing> = reasons.into_iter().map(|r| missing(book, version, facts, r)).collect();
    all.dedup();
    let absent: Vec<String> = all.iter().filter_map(Missing::nothing_at).map(str::to_owned).collect();
    all.retain(|missing| !missing.nothing_at().is_some_and(|path| absent.iter().any(|record| is_inside(path, record))));
    all
}

/// Whether a path leads into a record: who gives the record gives its fields.
fn is_inside(path: &str, record: &str) -> bool {
    path.strip_prefix(record).is_some_and(|rest| rest.starts_with('.'))
}

fn order(reason: &Reason) -> (u8, u32) {
    match reason {
        Reason::Proof(n) => (0, u32::from(*n)),
        Reason::Cell(cell) => (1, *cell),
        Reason::Failed(at, _) => (2, *at),
        Reason::Both(..) => (3, 0),
    }
}

fn missing(book: &Book, version: &Version, facts: &Facts<'_>, reason: Reason) -> Missing {
    match reason {
        Reason::Cell(cell) => {
            let problem = facts.problem(facts.cell(cell)).map(ToString::to_string);
            Missing::Fact { path: path_of(&book.schema, facts, cell), problem }
        }
        Reason::Failed(at, failure) => {
            Missing::Failed { at: version.program.spans.get(at as usize).copied(), says: failure.says() }
        }
        Reason::Proof(FAULT) => Missing::Proof {
            circumstance: None,
            says: version.fault.as_ref().map_or_else(String::new, |f| f.says.clone()),
            needs: version.fault.as_ref().map_or(Source::Seen, |f| f.proof),
        },
        Reason::Proof(n) => match book.circumstances.get(usize::from(n)) {
            Some(c) => Missing::Proof { circumstance: Some(c.id.clone()), says: c.says.clone(), needs: c.proof },
            None => Missing::Failed { at: None, says: Failure::Nothing.says() },
        },
        Reason::Both(..) => Missing::Failed { at: None, says: Failure::Nothing.says() },
    }
}

/// The path of a cell: `order.payment.holder`, `order.lines[2].paid`.
#[must_use]
pub fn path_of(schema: &Schema, facts: &Facts<'_>, cell: u32) -> String {
    in_record(&schema.root, 0, facts, cell, "").unwrap_or_else(|| "facts".to_owned())
}

fn in_record(record: &RecordType, base: u32, facts: &Facts<'_>, cell: u32, path: &str) -> Option<String> {
    record.fields.iter().find_map(|field| {
        let at = base + field.offset;
        let name = if path.is_empty() { field.name.clone() } else { format!("{path}.{}", field.name) };
        in_value(&field.ty, at, facts, cell, &name)
    })
}

fn in_value(ty: &Type, at: u32, facts: &Facts<'_>, cell: u32, path: &str) -> Option<String> {
    if at == cell {
        return Some(path.to_owned());
    }
    match ty {
        // Items of its lists lie outside a record's own cells.
        Type::Record(inner) => in_record(inner, at, facts, cell, path),
        Type::List(list) | Type::Map(list) => {
            let key = u32::from(matches!(ty, Type::Map(_)));
            let width = list.of.width() + key;
            let held = facts.cell(at);
            let first = u32::try_from(held.v).ok().filter(|_| held.is_present())?;
            (0..held.aux)
                .find_map(|i| in_value(&list.of, first + i * width + key, facts, cell, &format!("{path}[{i}]")))
        }
        _ => None,
    }
}
