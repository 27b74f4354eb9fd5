//! What a form asks: the facts that a rule reads, in the order in which they matter, and which of them still do.

mod open;
#[cfg(test)]
mod tests;
mod trail;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::Assessment;
use crate::book::asks::Ask;
use crate::book::rules::{Book, Version};
use crate::facts::{Facts, Place, Source};
use crate::types::{Bounds, Field, Type};
use crate::value::ABSENT;

/// A fact that a form may ask for, or a record that may be absent as a whole.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// Its name with dots: `order.placed`.
    pub path: String,
    /// Its cell.
    pub slot: u32,
    /// Its type.
    pub ty: &'a Type,
    /// Least and most it may be.
    pub bounds: &'a Bounds,
    /// Whether the rule can do without it.
    pub optional: bool,
    /// What people read.
    pub label: Cow<'a, str>,
    /// The record it stands in.
    pub within: Option<Within<'a>>,
    /// The outermost record around it that the rule can do without: it is given, and could be taken away.
    pub under: Option<String>,
    /// Whether it is given, and still matters.
    pub state: AskedState,
    /// What is wrong with what was given.
    pub problem: Option<String>,
    /// What the rule reads of each item of a list or map, or in a record.
    pub items: Vec<AskedItem<'a>>,
    /// The weakest source that counts, where the rule's fault reads it.
    pub proof: Option<Source>,
}

/// A record around a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Within<'a> {
    /// Its name with dots.
    pub path: String,
    /// What people read.
    pub label: Cow<'a, str>,
}

/// A field of the items of a list, or of a record.
#[derive(Clone, Debug)]
pub struct AskedItem<'a> {
    /// Its name in the item, with dots where it lies deeper.
    pub name: String,
    /// Its type.
    pub ty: &'a Type,
    /// Least and most it may be.
    pub bounds: &'a Bounds,
    /// Whether it may be absent.
    pub optional: bool,
    /// What people read.
    pub label: Cow<'a, str>,
}

/// Whether a fact is given, and whether it still matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AskedState {
    /// It is given, perhaps with a problem.
    Given,
    /// It is missing, in part at least, and could still change the answer.
    Open,
    /// It may be absent, and is.
    Optional,
    /// It is missing, and can no longer change the answer.
    Settled,
}

/// What a form for this request asks, in the order in which it matters; members of one record stand together.
///
/// The answer is the standing, the options and the way without an exception. Where money goes and which goods are
/// handed over is no part of it, nor are facts that may be absent and are: giving one of these may open others.
/// While two versions of the rule are compared, all that the other one lacks is open.
#[must_use]
pub fn questions<'a>(a: &Assessment<'a>) -> Vec<Asked<'a>> {
    let form = Form { a, open: open::cells(a) };
    let mut all: Vec<Asked<'a>> = a.version.asks.all.iter().filter_map(|ask| form.asked(ask, a.version)).collect();
    if let Some(other) = a.other {
        let more = other.asks.all.iter().filter_map(|ask| form.asked(ask, other));
        for mut asked in more.filter(|asked| matches!(asked.state, AskedState::Open | AskedState::Settled)) {
            asked.state = AskedState::Open;
            match all.iter_mut().find(|known| known.path == asked.path) {
                Some(known) => known.state = AskedState::Open,
                None => all.push(asked),
            }
        }
    }
    once(&mut all);
    together(&mut all);
    all
}

/// A record that may be absent is asked for as a whole, once for all that is read of it.
fn once(all: &mut Vec<Asked<'_>>) {
    let mut seen = BTreeSet::new();
    all.retain(|asked| seen.insert(asked.slot));
}

/// Members of one record go to the place of its first member.
fn together(all: &mut [Asked<'_>]) {
    let mut first: HashMap<String, usize> = HashMap::new();
    for (place, asked) in all.iter().enumerate() {
        for prefix in prefixes(&asked.path) {
            first.entry(prefix.to_owned()).or_insert(place);
        }
    }
    all.sort_by_cached_key(|asked| prefixes(&asked.path).map(|p| first.get(p).copied()).collect::<Vec<_>>());
}

/// `order`, `order.payment`, `order.payment.kind`.
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    let dots = path.match_indices('.').map(|(at, _)| at);
    dots.chain([path.len()]).filter_map(|end| path.get(..end))
}

struct Form<'f, 'a> {
    a: &'f Assessment<'a>,
    /// Cells of facts, of records around them and of what lies in lists.
    open: BTreeSet<u32>,
}

impl<'a> Form<'_, 'a> {
    fn asked(&self, ask: &Ask, version: &Version) -> Option<Asked<'a>> {
        let (book, facts) = (self.a.book, self.a.facts);
        let absent = |path: &str| book.schema.find(path).is_some_and(|p| facts.cell(p.slot).state == ABSENT);
        let unit = ask.optional.as_deref().filter(|path| absent(path)).unwrap_or(&ask.path);
        let place = book.schema.find(unit)?;
        let items: Vec<String> = if unit == ask.path { ask.items.clone() } else { in_record(version, unit) };
        let within = unit.rsplit_once('.').map(|(record, _)| record);
        Some(Asked {
            path: unit.to_owned(),
            slot: place.slot,
            ty: &place.field.ty,
            bounds: &place.field.bounds,
            optional: ask.optional.as_deref() == Some(unit),
            label: book.labels.of_fact(unit),
            within: within.map(|path| Within { path: path.to_owned(), label: book.labels.of_fact(path) }),
            under: ask.optional.clone().filter(|path| path != unit),
            state: self.state(ask, unit, place),
            problem: facts.problem(facts.cell(place.slot)).map(ToString::to_string),
            items: items.into_iter().filter_map(|name| item(book, unit, &place.field.ty, name)).collect(),
            proof: version.fault.as_ref().filter(|_| ask.proof).map(|fault| fault.proof),
        })
    }

    fn state(&self, ask: &Ask, unit: &str, place: Place<'_>) -> AskedState {
        if self.a.facts.cell(place.slot).state != ABSENT {
            let lacks = lacks(self.a.facts, &place.field.ty, place.slot, &self.open);
            return if lacks { AskedState::Open } else { AskedState::Given };
        }
        if ask.optional.as_deref().is_some_and(|path| unit == path) {
            return AskedState::Optional;
        }
        // Whatever is given of a record makes it given.
        let around = prefixes(unit).filter_map(|path| self.a.book.schema.find(path));
        let is_open = around.into_iter().any(|place| self.open.contains(&place.slot));
        if is_open { AskedState::Open } else { AskedState::Settled }
    }
}

/// Whether an open cell lies in the items of a list or map, or of one inside.
fn lacks(facts: &Facts<'_>, ty: &Type, at: u32, open: &BTreeSet<u32>) -> bool {
    match ty {
        Type::Record(record) => record.fields.iter().any(|field| lacks(facts, &field.ty, at + field.offset, open)),
        Type::List(list) | Type::Map(list) => {
            let held = facts.cell(at);
            let key = u32::from(matches!(ty, Type::Map(_)));
            let width = list.of.width() + key;
            let Some(first) = u32::try_from(held.v).ok().filter(|_| held.is_present()) else { return false };
            let end = first.saturating_add(held.aux.saturating_mul(width));
            let mut rows = (0..held.aux).map(|row| first.saturating_add(row.saturating_mul(width)).saturating_add(key));
            open.range(first..end).next().is_some() || rows.any(|row| lacks(facts, &list.of, row, open))
        }
        _ => false,
    }
}

/// What a version reads in a record: names with dots.
fn in_record(version: &Version, record: &str) -> Vec<String> {
    let inside = |ask: &Ask| ask.path.strip_prefix(record)?.strip_prefix('.').map(str::to_owned);
    version.asks.all.iter().filter_map(inside).collect()
}

/// The field of that name in a record, or in the items of a list or map.
fn item<'a>(book: &'a Book, unit: &str, ty: &'a Type, name: String) -> Option<AskedItem<'a>> {
    let field = field_of(ty, &name)?;
    Some(AskedItem {
        ty: &field.ty,
        bounds: &field.bounds,
        optional: field.optional,
        label: book.labels.of_fact(&format!("{unit}.{name}")),
        name,
    })
}

fn field_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Field> {
    match ty {
        Type::List(l) | Type::Map(l) => field_of(&l.of, name),
        Type::Record(record) => match name.split_once('.') {
            None => record.field(name),
            Some((first, rest)) => field_of(&record.field(first)?.ty, rest),
        },
        _ => None,
    }
}
