//! The shape of a book's facts: every fact's type and its place among the cells.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::plan::{Names, Plan};
use super::resolve::{Resolver, list_of};
use super::{Dictionary, names};
use crate::book::model::{BookText, FieldText, Text};
use crate::diagnostic::{Diagnostic, Findings};
use crate::literal::Units;
use crate::money::Currency;
use crate::number::Number;
use crate::time::Zone;
use crate::types::{Bounds, Field, RecordType, Type};

/// How sure a fact is, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// An AI agent says so.
    Claimed,
    /// The customer says so.
    Word,
    /// A person looked at it.
    Seen,
    /// A system of record says so.
    System,
}

impl Source {
    /// All, weakest first. Their words have the first ids of every [`Dictionary`]: `claimed` is 0.
    pub const ALL: [Self; 4] = [Self::Claimed, Self::Word, Self::Seen, Self::System];

    /// The word books and documents use.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Word => "word",
            Self::Seen => "seen",
            Self::System => "system",
        }
    }

    /// The source of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.word() == word)
    }
}

/// Where the facts that are always there lie among the cells.
pub mod slot {
    /// `asked`, a time.
    pub const ASKED: u32 = 1;
    /// `now`, a time.
    pub const NOW: u32 = 2;
    /// `history`, a record.
    pub const HISTORY: u32 = 3;
    /// `history.exceptions`, a list of records `{ at, cost, policy }`.
    pub const EXCEPTIONS: u32 = 4;
    /// `circumstances`, a list of records `{ id, source }`.
    pub const CIRCUMSTANCES: u32 = 5;
    /// `case`, a record.
    pub const CASE: u32 = 6;
    /// `case.granted`, money.
    pub const GRANTED: u32 = 7;
    /// `case.released`, money.
    pub const RELEASED: u32 = 8;
    /// `case.paid`, money.
    pub const PAID: u32 = 9;
    /// The first cell of the book's own facts.
    pub const OWN: u32 = 10;
}

/// How many of the root's fields are always there; the book's own follow.
pub const BUILT_IN_FIELDS: usize = 5;

/// The most cells the facts of a book may take, a list or map counted with one row.
pub const MAX_CELLS: u32 = 10_000;

/// The shape of a book's facts.
#[derive(Clone, Debug)]
pub struct Schema {
    /// All facts, those that are always there first (see [`slot`]).
    pub root: Arc<RecordType>,
    /// Texts by number. Grows while expressions are compiled.
    pub dictionary: Dictionary,
    /// The book's currency and time zone.
    pub units: Units,
    /// Every fact at the top level that is no record, in the order of the cells.
    pub leaves: Vec<Leaf>,
    /// Facts whose type could not be made out (and is reported): they are not in `root`.
    pub broken: Vec<String>,
    /// The weakest source of each cell of the root record that counts as a system's.
    pub takes: Vec<Source>,
    pub(super) plan: Arc<Plan>,
}

/// One fact at the top level, not in a list or a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Its cell.
    pub slot: u32,
    /// Its name with dots: `order.payment.kind`.
    pub path: String,
    /// Its type.
    pub ty: Type,
    /// Whether it was declared with `?`.
    pub optional: bool,
    /// First cell of the record it stands in; 0 for the root.
    pub within: u32,
}

/// What a path of names leads to.
#[derive(Clone, Copy, Debug)]
pub struct Place<'s> {
    /// Its cell; the first one of a record.
    pub slot: u32,
    /// The field.
    pub field: &'s Field,
}

impl Schema {
    /// Makes out currency, time zone, types and facts of a book, reporting what is wrong with them.
    ///
    /// Always gives a schema, so that the rest of the book can be checked in the same run.
    pub fn build(book: &BookText, findings: &mut Findings) -> Self {
        let units = units(book, findings);
        for ty in &book.types {
            names::check_type(&ty.id, findings);
        }
        for fact in &book.facts {
            names::check_fact(&fact.name, units.currency.code(), findings);
        }
        let mut resolver = Resolver::new(&book.types, &units, findings);
        resolver.check_all();
        let mut fields = built_in();
        fields.extend(resolver.own_facts(&book.facts));
        let broken = resolver.broken;
        Self::of(RecordType::lay_out("facts".into(), fields), units, broken)
    }

    fn of(root: RecordType, units: Units, broken: Vec<String>) -> Self {
        let mut dictionary = Dictionary::default();
        for source in Source::ALL {
            dictionary.intern(source.word());
        }
        intern_enums(&root, &mut dictionary);
        let mut leaves = Vec::new();
        collect_leaves(&root, "", 0, &mut leaves);
        let plan = Plan::of(&root, &Names { dictionary: &dictionary, currency: units.currency });
        let mut takes = vec![Source::System; root.width as usize];
        collect_takes(&root, 0, &mut takes);
        Self { root: Arc::new(root), dictionary, units, leaves, broken, takes, plan }
    }

    /// What a path such as `order.payment` names; none inside lists and maps.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<Place<'_>> {
        let mut record = &*self.root;
        let mut first = 0;
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next() {
            let field = record.field(name)?;
            let slot = first + field.offset;
            match &field.ty {
                _ if names.peek().is_none() => return Some(Place { slot, field }),
                Type::Record(inner) => (record, first) = (inner, slot),
                _ => return None,
            }
        }
        None
    }

    /// The cells of a fact at the top level whose first cell this is: of a record, all that is in it.
    #[must_use]
    pub fn cells_of(&self, slot: u32) -> Range<u32> {
        let width = if self.leaf_at(slot).is_some() { 1 } else { record_width(&self.root, 0, slot).unwrap_or(1) };
        slot..slot.saturating_add(width)
    }

    /// The leaf at a cell.
    #[must_use]
    pub fn leaf_at(&self, slot: u32) -> Option<&Leaf> {
        let at = self.leaves.binary_search_by_key(&slot, |leaf| leaf.slot).ok()?;
        self.leaves.get(at)
    }

    /// The book's own facts at the top level, as declared.
    pub(super) fn own_fields(&self) -> &[Field] {
        self.root.fields.get(BUILT_IN_FIELDS..).unwrap_or_default()
    }

    /// The book's own facts at the top level, records included, with dots.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        paths_of(self.own_fields())
    }

    /// Whether a path names, or lies in, a fact whose type could not be made out.
    #[must_use]
    pub fn is_broken(&self, path: &str) -> bool {
        self.broken.iter().any(|b| path.strip_prefix(b.as_str()).is_some_and(|r| r.is_empty() || r.starts_with('.')))
    }
}

/// The book's currency and time zone; US dollars and UTC where they cannot be made out. That both are said is
/// seen to when the book is read.
fn units(book: &BookText, findings: &mut Findings) -> Units {
    let currency = book.currency.as_ref().and_then(|code| {
        let known = Currency::parse(code.as_str());
        if known.is_none() {
            findings.push(unknown_currency(code));
        }
        known
    });
    let zone = book.time_zone.as_ref().and_then(|name| match Zone::parse(name.as_str()) {
        Ok(zone) => Some(zone),
        Err(e) => {
            let help = e.nearest.map_or_else(|| "write it like `America/New_York`".into(), |n| format!("write `{n}`"));
            let error = format!("`{}` is not a time zone", e.name);
            findings.push(Diagnostic::error("unknown_time_zone", name.at, error).label("not known").help(help));
            None
        }
    });
    Units { currency: currency.unwrap_or(Currency::USD), zone: zone.unwrap_or_else(Zone::utc) }
}

fn unknown_currency(code: &Text) -> Diagnostic {
    let help = Currency::nearest(code.as_str())
        .map_or_else(|| "write a code of ISO 4217, such as `USD`".into(), |near| format!("write `{near}`"));
    Diagnostic::error("unknown_currency", code.at, format!("`{}` is no currency of ISO 4217", code.value))
        .label("not known")
        .help(help)
}

/// The facts that are always there, in the order of [`slot`].
fn built_in() -> Vec<Field> {
    let positive = || Bounds { min: Some(Number::ZERO), max: None };
    let amount = |name| Field { bounds: positive(), ..field(name, Type::Money) };
    let record = |name: &str, fields| RecordType::lay_out(name.into(), fields);
    let exception =
        record("history.exceptions", vec![field("at", Type::Time), amount("cost"), field("policy", Type::Text)]);
    let exceptions = list_of(Type::Record(Arc::new(exception)), Bounds::default(), 0, 1000);
    let circumstance = record("circumstances", vec![field("id", Type::Text), field("source", Type::Text)]);
    let circumstances = list_of(Type::Record(Arc::new(circumstance)), Bounds::default(), 0, 100);
    let history = record("history", vec![field("exceptions", exceptions)]);
    let case = record("case", vec![amount("granted"), amount("released"), amount("paid")]);
    vec![
        field("asked", Type::Time),
        field("now", Type::Time),
        field("history", Type::Record(Arc::new(history))),
        field("circumstances", circumstances),
        field("case", Type::Record(Arc::new(case))),
    ]
}

fn field(name: &str, ty: Type) -> Field {
    Field { name: name.into(), ty, optional: false, bounds: Bounds::default(), takes: Source::System, offset: 0 }
}

/// Adds the texts of every enum, also of those inside lists and maps.
fn intern_enums(record: &RecordType, dictionary: &mut Dictionary) {
    for field in &record.fields {
        intern_type(&field.ty, dictionary);
    }
}

fn intern_type(ty: &Type, dictionary: &mut Dictionary) {
    match ty {
        Type::Enum(e) => e.values.iter().for_each(|value| {
            dictionary.intern(value);
        }),
        Type::List(l) | Type::Map(l) => intern_type(&l.of, dictionary),
        Type::Record(r) => intern_enums(r, dictionary),
        _ => {}
    }
}

/// The width of the record whose first cell this is.
fn record_width(record: &RecordType, first: u32, slot: u32) -> Option<u32> {
    record.fields.iter().find_map(|field| match &field.ty {
        Type::Record(inner) if first + field.offset == slot => Some(inner.width),
        Type::Record(inner) => record_width(inner, first + field.offset, slot),
        _ => None,
    })
}

/// What a record declares holds for all that is in it, unless a field of it says otherwise.
fn collect_takes(record: &RecordType, first: u32, takes: &mut [Source]) {
    for field in &record.fields {
        let at = (first + field.offset) as usize;
        if field.takes != Source::System
            && let Some(cells) = takes.get_mut(at..at + field.ty.width() as usize)
        {
            cells.fill(field.takes);
        }
        if let Type::Record(inner) = &field.ty {
            collect_takes(inner, first + field.offset, takes);
        }
    }
}

fn collect_leaves(record: &RecordType, prefix: &str, first: u32, leaves: &mut Vec<Leaf>) {
    for field in &record.fields {
        let path = join(prefix, &field.name);
        let slot = first + field.offset;
        match &field.ty {
            Type::Record(inner) => collect_leaves(inner, &path, slot, leaves),
            ty => leaves.push(Leaf { slot, path, ty: ty.clone(), optional: field.optional, within: first }),
        }
    }
}

/// The paths of fields, those inside records included.
pub(super) fn paths_of(fields: &[Field]) -> Vec<String> {
    let mut paths = Vec::new();
    for field in fields {
        collect_paths(field, "", &mut paths);
    }
    paths
}

fn collect_paths(field: &Field, prefix: &str, paths: &mut Vec<String>) {
    let path = join(prefix, &field.name);
    paths.push(path.clone());
    if let Type::Record(inner) = &field.ty {
        for field in &inner.fields {
            collect_paths(field, &path, paths);
        }
    }
}

/// `order` and `placed` make `order.placed`.
pub(super) fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

impl FieldText {
    /// The path of this field in a record that has this path.
    pub(super) fn path_in(&self, prefix: &str) -> String {
        join(prefix, self.name.as_str())
    }
}

#[cfg(test)]
mod tests;
