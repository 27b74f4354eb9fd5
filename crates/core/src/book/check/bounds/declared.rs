//! Where facts are declared, and with which bounds.

use std::collections::HashMap;
use std::sync::Arc;

use crate::facts::schema::Schema;
use crate::program::typed::{Node, Typed};
use crate::types::{Bounds, Field, RecordType, Type};

/// A declared field: the name of its record (`facts` for the outermost) and its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::book::check) struct Place {
    pub record: String,
    pub field: String,
}

impl Place {
    pub fn new(record: &RecordType, field: &Field) -> Self {
        Self { record: record.name.clone(), field: field.name.clone() }
    }
}

/// The fields that lie in the cells at the top level.
pub(in crate::book::check) struct Declared {
    cells: HashMap<u32, (Arc<RecordType>, usize)>,
}

impl Declared {
    /// All facts of a schema.
    pub fn of(schema: &Schema) -> Self {
        let mut cells = HashMap::new();
        collect(&schema.root, 0, &mut cells);
        Self { cells }
    }

    /// The record and field that lie in a cell.
    pub fn at(&self, cell: u32) -> Option<(&RecordType, &Field)> {
        let (record, index) = self.cells.get(&cell)?;
        Some((record, record.fields.get(*index)?))
    }

    /// The record and field that an expression reads.
    pub fn read_by<'s>(&'s self, typed: &'s Typed) -> Option<(&'s RecordType, &'s Field)> {
        match &typed.node {
            Node::Slot(cell) | Node::Record(cell) => self.at(*cell),
            Node::Field(of, offset) => match &of.ty {
                Type::Record(record) => Some((record, record.fields.iter().find(|f| f.offset == *offset)?)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The bounds of a field; those of its items, for a list or a map.
pub(super) fn bounds_of(field: &Field) -> &Bounds {
    match &field.ty {
        Type::List(l) | Type::Map(l) => &l.bounds,
        _ => &field.bounds,
    }
}

fn collect(record: &Arc<RecordType>, first: u32, cells: &mut HashMap<u32, (Arc<RecordType>, usize)>) {
    for (index, field) in record.fields.iter().enumerate() {
        let cell = first + field.offset;
        cells.insert(cell, (Arc::clone(record), index));
        if let Type::Record(inner) = &field.ty {
            collect(inner, cell, cells);
        }
    }
}
