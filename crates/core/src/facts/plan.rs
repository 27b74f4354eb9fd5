//! What the reader needs to know of a schema, laid out for reading.

use std::sync::Arc;

use super::Dictionary;
use super::schema::BUILT_IN_FIELDS;
use crate::types::{Bounds, Field, ListType, RecordType, Type};
use crate::value::TextId;

/// How documents of one schema are read.
#[derive(Debug)]
pub(super) struct Plan {
    /// Members of a question that are read into cells: `asked`, `now`, `history` and so on.
    pub(super) question: RecordPlan,
    /// The book's own facts, a record.
    pub(super) own: Kind,
    /// Cells of the root record.
    pub(super) width: usize,
}

/// How a record is read.
#[derive(Debug)]
pub(super) struct RecordPlan {
    fields: Vec<FieldPlan>,
    keys: KeyTable,
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
    pub(super) bounds: Option<Bounds>,
    pub(super) width: usize,
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
    pub(super) fn of(root: &RecordType, dictionary: &Dictionary) -> Arc<Self> {
        let (built_in, own) = root.fields.split_at_checked(BUILT_IN_FIELDS).unwrap_or((&root.fields, &[]));
        Arc::new(Self {
            question: RecordPlan::of(built_in, dictionary),
            own: Kind::Record(Box::new(RecordPlan::of(own, dictionary))),
            width: root.width as usize,
        })
    }
}

impl RecordPlan {
    fn of(fields: &[Field], dictionary: &Dictionary) -> Self {
        let fields: Vec<FieldPlan> = fields.iter().map(|field| FieldPlan::of(field, dictionary)).collect();
        let keys = KeyTable::of(&fields);
        Self { fields, keys }
    }

    /// The field of that name.
    pub(super) fn find(&self, name: &str) -> Option<&FieldPlan> {
        let hash = hash(name.as_bytes());
        let mut at = self.keys.start(hash);
        loop {
            let entry = self.keys.entries.get(at)?;
            let field = self.fields.get(entry.field as usize)?;
            if entry.hash == hash && *field.name == *name {
                return Some(field);
            }
            at = (at + 1) & self.keys.mask;
        }
    }

    /// The names of all fields.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| &*field.name)
    }
}

impl FieldPlan {
    fn of(field: &Field, dictionary: &Dictionary) -> Self {
        let value = ValuePlan::of(&field.ty, &field.bounds, dictionary);
        Self { name: field.name.as_str().into(), offset: field.offset as usize, value }
    }
}

impl ValuePlan {
    fn of(ty: &Type, bounds: &Bounds, dictionary: &Dictionary) -> Self {
        let bounded = bounds.min.is_some() || bounds.max.is_some();
        let kind = Kind::of(ty, dictionary);
        Self { kind, bounds: bounded.then(|| bounds.clone()), width: ty.width() as usize }
    }
}

impl Kind {
    /// Whether it is made of other values.
    pub(super) const fn is_container(&self) -> bool {
        matches!(self, Self::List(_) | Self::Map(_) | Self::Record(_))
    }

    fn of(ty: &Type, dictionary: &Dictionary) -> Self {
        match ty {
            Type::Bool => Self::Bool,
            Type::Int => Self::Int,
            Type::Decimal => Self::Decimal,
            Type::Percent => Self::Percent,
            Type::Text => Self::Text,
            Type::Enum(e) => Self::Enum(e.values.iter().filter_map(|value| dictionary.get(value)).collect()),
            Type::Date => Self::Date,
            Type::Time => Self::Time,
            Type::Duration => Self::Duration,
            Type::Days => Self::Days,
            Type::Months => Self::Months,
            Type::Money => Self::Money,
            Type::List(list) => Self::List(Box::new(ListPlan::of(list, dictionary))),
            Type::Map(list) => Self::Map(Box::new(ListPlan::of(list, dictionary))),
            Type::Record(record) => Self::Record(Box::new(RecordPlan::of(&record.fields, dictionary))),
        }
    }
}

impl ListPlan {
    fn of(list: &ListType, dictionary: &Dictionary) -> Self {
        let of = ValuePlan::of(&list.of, &list.bounds, dictionary);
        Self { of, min_len: list.min_len, max_len: list.max_len }
    }
}

/// Field names by hash, with open addressing: a third full at most, so that most unknown names meet an empty
/// entry at once.
#[derive(Debug)]
struct KeyTable {
    entries: Vec<KeyEntry>,
    mask: usize,
    shift: u32,
}

#[derive(Clone, Copy, Debug)]
struct KeyEntry {
    hash: u64,
    /// Index of the field; beyond the last for an empty entry.
    field: u32,
}

impl KeyTable {
    fn of(fields: &[FieldPlan]) -> Self {
        let len = (fields.len() * 3 + 1).next_power_of_two();
        let empty = KeyEntry { hash: 0, field: u32::MAX };
        let mut table = Self { entries: vec![empty; len], mask: len - 1, shift: u64::BITS - len.trailing_zeros() };
        for (field, index) in fields.iter().zip(0..) {
            table.insert(hash(field.name.as_bytes()), index);
        }
        table
    }

    fn insert(&mut self, hash: u64, field: u32) {
        let mut at = self.start(hash);
        while let Some(entry) = self.entries.get_mut(at) {
            if entry.field == u32::MAX {
                *entry = KeyEntry { hash, field };
                return;
            }
            at = (at + 1) & self.mask;
        }
    }

    /// Where to look first: the highest bits, which a multiplication mixes best.
    #[expect(clippy::cast_possible_truncation, reason = "shifted and masked to the length of the table")]
    fn start(&self, hash: u64) -> usize {
        hash.checked_shr(self.shift).unwrap_or(0) as usize & self.mask
    }
}

/// Mixes the length, the first and the last bytes of a name; names are compared in full afterwards.
fn hash(name: &[u8]) -> u64 {
    let (first, last) = ends(name);
    // Odd constants: the fraction of the golden ratio, and xxHash's second prime.
    let mixed = first.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ last.rotate_left(29).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    (mixed ^ name.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The first and the last eight bytes, four, or up to three.
fn ends(name: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        return (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        return (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into());
    }
    (name.iter().fold(0, |bytes, byte| bytes << 8 | u64::from(*byte)), 0)
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
            offset: 0,
        });
        RecordPlan::of(&fields.collect::<Vec<_>>(), &Dictionary::default())
    }

    #[test]
    fn finds_every_name_and_no_other() {
        for count in [0, 1, 2, 3, 10, 300] {
            let names: Vec<String> = (0..count).map(|i| format!("a_long_name_{i}_with_a_common_end")).collect();
            let plan = record(&names);
            for name in &names {
                assert_eq!(plan.find(name).map(|f| &*f.name), Some(name.as_str()));
                assert!(plan.find(&name[1..]).is_none());
            }
            assert!(plan.find("").is_none());
        }
    }

    #[test]
    fn names_of_every_length_differ_by_one_letter() {
        let names: Vec<String> = (1..40).flat_map(|n| ["a".repeat(n), "a".repeat(n - 1) + "b"]).collect();
        let plan = record(&names);
        assert!(names.iter().all(|name| plan.find(name).is_some_and(|f| *f.name == **name)));
        assert!(plan.find(&"a".repeat(40)).is_none());
    }
}
