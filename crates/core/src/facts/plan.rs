//! What the reader needs to know of a schema, laid out for reading.

use std::sync::Arc;

use super::Dictionary;
use super::schema::BUILT_IN_FIELDS;
use crate::money::Currency;
use crate::number::Number;
use crate::types::{Bounds, Field, ListType, RecordType, Type};
use crate::value::{Cell, TextId};

/// How documents of one schema are read.
#[derive(Debug)]
pub(super) struct Plan {
    /// Members of a question that are read into cells: `asked`, `now`, `history` and so on.
    pub(super) question: RecordPlan,
    /// The book's own facts, a record.
    pub(super) own: ValuePlan,
    /// Cells of the root record.
    pub(super) width: usize,
}

/// How a record is read.
#[derive(Debug)]
pub(super) struct RecordPlan {
    fields: Vec<FieldPlan>,
    keys: KeyTable,
    /// Indices of the fields in the order of the bytes of their names.
    by_name: Vec<usize>,
}

/// How a field of a record is read.
#[derive(Debug)]
pub(super) struct FieldPlan {
    pub(super) name: Box<str>,
    /// Its first cell, counted from the record's first.
    pub(super) offset: usize,
    pub(super) value: ValuePlan,
}

/// How a value is read.
#[derive(Debug)]
pub(super) struct ValuePlan {
    pub(super) kind: Kind,
    pub(super) bounds: Bounds,
    pub(super) width: usize,
    bounded: bool,
    /// A cell whose `v` is between these, and whose `aux` is this, surely lies within the bounds.
    quick: (i64, i64),
    quick_aux: u32,
}

/// What plans are made with.
pub(super) struct Names<'d> {
    pub(super) dictionary: &'d Dictionary,
    pub(super) currency: Currency,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Kind {
    Bool,
    Int,
    Decimal,
    Percent,
    Text,
    /// With the ids of its texts.
    Enum(Box<[TextId]>),
    Date,
    Time,
    Duration,
    Days,
    Months,
    Money,
    List(Box<ListPlan>),
    Map(Box<ListPlan>),
    Record(Box<RecordPlan>),
}

/// How a list or map is read.
#[derive(Debug)]
pub(super) struct ListPlan {
    pub(super) of: ValuePlan,
    pub(super) min_len: u32,
    pub(super) max_len: u32,
}

impl Plan {
    pub(super) fn of(root: &RecordType, names: &Names<'_>) -> Arc<Self> {
        let (built_in, own) = root.fields.split_at_checked(BUILT_IN_FIELDS).unwrap_or((&root.fields, &[]));
        Arc::new(Self {
            question: RecordPlan::of(built_in, names),
            own: ValuePlan::own(own, names),
            width: root.width as usize,
        })
    }
}

impl RecordPlan {
    fn of(fields: &[Field], names: &Names<'_>) -> Self {
        let fields: Vec<FieldPlan> = fields.iter().map(|field| FieldPlan::of(field, names)).collect();
        let keys = KeyTable::of(&fields);
        let mut by_name: Vec<usize> = (0..fields.len()).collect();
        by_name.sort_by_key(|i| fields.get(*i).map(|field| &field.name));
        Self { fields, keys, by_name }
    }

    /// The field of that name.
    pub(super) fn find(&self, name: &[u8]) -> Option<&FieldPlan> {
        let ends = ends(name);
        let mut at = self.keys.start(ends, name.len());
        loop {
            let entry = self.keys.entries.get(at)?;
            if entry.ends == ends && entry.len == name.len() {
                let field = self.fields.get(entry.field)?;
                // The ends of a short name are all of it.
                if name.len() <= 16 || field.name.as_bytes() == name {
                    return Some(field);
                }
            } else if entry.field == EMPTY {
                return None;
            }
            at = (at + 1) & self.keys.mask;
        }
    }

    /// The fields in the order of the bytes of their names.
    pub(super) fn by_name(&self) -> impl Iterator<Item = &FieldPlan> {
        self.by_name.iter().filter_map(|i| self.fields.get(*i))
    }

    /// The names of all fields.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| &*field.name)
    }
}

impl FieldPlan {
    fn of(field: &Field, names: &Names<'_>) -> Self {
        let value = ValuePlan::of(&field.ty, &field.bounds, names);
        Self { name: field.name.as_str().into(), offset: field.offset as usize, value }
    }
}

impl ValuePlan {
    fn of(ty: &Type, bounds: &Bounds, names: &Names<'_>) -> Self {
        let whole = |bound: Option<Number>, open| match bound {
            None => Some(open),
            Some(bound) => i64::try_from(bound.as_whole()?).ok(),
        };
        let quick = match ty {
            // Their cells have any number of decimals.
            Type::Decimal | Type::Percent => None,
            _ => whole(bounds.min, i64::MIN).zip(whole(bounds.max, i64::MAX)),
        };
        Self {
            kind: Kind::of(ty, names),
            bounds: bounds.clone(),
            bounded: bounds.min.is_some() || bounds.max.is_some(),
            width: ty.width() as usize,
            quick: quick.unwrap_or((i64::MAX, i64::MIN)),
            quick_aux: if matches!(ty, Type::Money) { names.currency.index() } else { 0 },
        }
    }

    /// The book's own facts, which are part of the root record.
    fn own(fields: &[Field], names: &Names<'_>) -> Self {
        let kind = Kind::Record(Box::new(RecordPlan::of(fields, names)));
        Self { kind, bounds: Bounds::default(), bounded: false, width: 0, quick: (0, 0), quick_aux: 0 }
    }

    /// Whether a cell is within the bounds, told without working out fractions and currencies: false may be wrong.
    pub(super) fn surely_fits(&self, cell: Cell) -> bool {
        !self.bounded || (cell.aux == self.quick_aux && self.quick.0 <= cell.v && cell.v <= self.quick.1)
    }
}

impl Kind {
    /// Whether JSON may write it as a number or a bare word, whose text is to be kept as it is.
    pub(super) const fn is_number(&self) -> bool {
        matches!(self, Self::Bool | Self::Int | Self::Decimal | Self::Money | Self::Days)
    }

    fn of(ty: &Type, names: &Names<'_>) -> Self {
        match ty {
            Type::Bool => Self::Bool,
            Type::Int => Self::Int,
            Type::Decimal => Self::Decimal,
            Type::Percent => Self::Percent,
            Type::Text => Self::Text,
            Type::Enum(e) => Self::Enum(e.values.iter().filter_map(|value| names.dictionary.get(value)).collect()),
            Type::Date => Self::Date,
            Type::Time => Self::Time,
            Type::Duration => Self::Duration,
            Type::Days => Self::Days,
            Type::Months => Self::Months,
            Type::Money => Self::Money,
            Type::List(list) => Self::List(Box::new(ListPlan::of(list, names))),
            Type::Map(list) => Self::Map(Box::new(ListPlan::of(list, names))),
            Type::Record(record) => Self::Record(Box::new(RecordPlan::of(&record.fields, names))),
        }
    }
}

impl ListPlan {
    fn of(list: &ListType, names: &Names<'_>) -> Self {
        let of = ValuePlan::of(&list.of, &list.bounds, names);
        Self { of, min_len: list.min_len, max_len: list.max_len }
    }
}

/// Field names by their ends, with open addressing: a third full at most, so that most unknown names meet an
/// empty entry at once.
#[derive(Debug)]
struct KeyTable {
    entries: Vec<KeyEntry>,
    mask: usize,
    shift: u32,
}

#[derive(Clone, Copy, Debug)]
struct KeyEntry {
    ends: (u64, u64),
    len: usize,
    /// Index of the field, or [`EMPTY`].
    field: usize,
}

const EMPTY: usize = usize::MAX;

impl KeyTable {
    fn of(fields: &[FieldPlan]) -> Self {
        let len = (fields.len() * 3 + 1).next_power_of_two();
        let empty = KeyEntry { ends: (0, 0), len: usize::MAX, field: EMPTY };
        let mut table = Self { entries: vec![empty; len], mask: len - 1, shift: u64::BITS - len.trailing_zeros() };
        for (index, field) in fields.iter().enumerate() {
            table.insert(&field.name, index);
        }
        table
    }

    fn insert(&mut self, name: &str, field: usize) {
        let ends = ends(name.as_bytes());
        let mut at = self.start(ends, name.len());
        while let Some(entry) = self.entries.get_mut(at) {
            if entry.field == EMPTY {
                *entry = KeyEntry { ends, len: name.len(), field };
                return;
            }
            at = (at + 1) & self.mask;
        }
    }

    /// Where to look first: the highest bits of a product, which are mixed best.
    #[expect(clippy::cast_possible_truncation, reason = "masked to the length of the table")]
    fn start(&self, (first, last): (u64, u64), len: usize) -> usize {
        // Odd constants: the fraction of the golden ratio, and xxHash's second prime.
        let mixed = first ^ last.rotate_left(29).wrapping_mul(0xC2B2_AE3D_27D4_EB4F) ^ len as u64;
        mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15).checked_shr(self.shift).unwrap_or(0) as usize & self.mask
    }
}

/// The first and the last eight bytes of a name, four, or up to three: of two names of one length up to sixteen,
/// different ones.
fn ends(name: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        return (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        return (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into());
    }
    match *name {
        [a, b, c] => (u32::from_le_bytes([a, b, c, 0]).into(), 0),
        [a, b] => (u16::from_le_bytes([a, b]).into(), 0),
        [a] => (a.into(), 0),
        _ => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(names: &[String]) -> RecordPlan {
        let fields = names.iter().map(|name| Field {
            name: name.clone(),
            ty: Type::Int,
            optional: false,
            bounds: Bounds::default(),
            takes: crate::facts::Source::System,
            offset: 0,
        });
        let names = Names { dictionary: &Dictionary::default(), currency: Currency::USD };
        RecordPlan::of(&fields.collect::<Vec<_>>(), &names)
    }

    #[test]
    fn finds_every_name_and_no_other() {
        for count in [0, 1, 2, 3, 10, 300] {
            let names: Vec<String> = (0..count).map(|i| format!("a_long_name_{i}_with_a_common_end")).collect();
            let plan = record(&names);
            for name in &names {
                assert_eq!(plan.find(name.as_bytes()).map(|f| &*f.name), Some(name.as_str()));
                assert!(plan.find(&name.as_bytes()[1..]).is_none());
            }
            assert!(plan.find(b"").is_none());
        }
    }

    #[test]
    fn names_of_every_length_differ_by_one_letter() {
        let names: Vec<String> = (1..40).flat_map(|n| ["a".repeat(n), "a".repeat(n - 1) + "b"]).collect();
        let plan = record(&names);
        assert!(names.iter().all(|name| plan.find(name.as_bytes()).is_some_and(|f| *f.name == **name)));
        assert!(plan.find("a".repeat(40).as_bytes()).is_none());
    }
}
