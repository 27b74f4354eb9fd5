//! Which facts an expression reads, by path: through definitions, and through loops into the items of lists.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::program::infer::Define;
use crate::program::typed::{Each, Node, Typed};
use crate::types::{RecordType, Type};

/// Reads expressions of one book.
pub(super) struct Reader<'a> {
    defines: &'a [Define],
    paths: &'a BTreeMap<u32, String>,
    known: HashMap<usize, Found>,
    /// Facts at the top level that may be absent, and that `has()` looks for.
    pub(super) looked_for: BTreeMap<u32, String>,
}

/// What an expression reads, and the facts that its value is, or comes from.
#[derive(Clone, Default)]
struct Found {
    reads: Vec<String>,
    is: Vec<String>,
}

/// What loop variables stand for.
type Vars = HashMap<u16, Vec<String>>;

impl<'a> Reader<'a> {
    pub(super) fn new(defines: &'a [Define], paths: &'a BTreeMap<u32, String>) -> Self {
        Self { defines, paths, known: HashMap::new(), looked_for: BTreeMap::new() }
    }

    /// The paths of all that an expression reads, in the order of first use.
    pub(super) fn read(&mut self, typed: &Typed) -> Vec<String> {
        let mut reads = Vec::new();
        self.visit(typed, &mut Vars::new(), &mut reads);
        reads
    }

    /// Likewise, for an expression whose value is handed on with all that is in it.
    pub(super) fn read_whole(&mut self, typed: &Typed) -> Vec<String> {
        let mut reads = Vec::new();
        for path in self.visit(typed, &mut Vars::new(), &mut reads) {
            scalars(&typed.ty, &path, &mut reads);
        }
        reads
    }

    /// Adds what is read. Returns the facts that the value is.
    fn visit(&mut self, typed: &Typed, vars: &mut Vars, reads: &mut Vec<String>) -> Vec<String> {
        match &typed.node {
            Node::Const(_) => Vec::new(),
            Node::Slot(cell) => {
                let path = self.paths.get(cell).cloned();
                reads.extend(path.clone());
                path.into_iter().collect()
            }
            Node::Record(cell) => self.paths.get(cell).cloned().into_iter().collect(),
            Node::Define(index) => {
                let found = self.define(*index);
                reads.extend(found.reads);
                found.is
            }
            Node::Var(id) => vars.get(id).cloned().unwrap_or_default(),
            Node::Field(of, offset) => {
                let records = self.visit(of, vars, reads);
                let fields = within(&records, &of.ty, *offset);
                if !matches!(typed.ty, Type::Record(_)) {
                    reads.extend(fields.iter().cloned());
                }
                fields
            }
            Node::Has(None, chain) => {
                for (cell, optional) in chain {
                    let Some(path) = self.paths.get(cell) else { continue };
                    reads.push(path.clone());
                    if *optional {
                        self.looked_for.insert(*cell, path.clone());
                    }
                }
                Vec::new()
            }
            Node::Has(Some(of), chain) => {
                let records = self.visit(of, vars, reads);
                reads.extend(chain.iter().flat_map(|(offset, _)| within(&records, &of.ty, *offset)));
                Vec::new()
            }
            Node::Call(_, parts) | Node::List(parts) => {
                let mut is = Vec::new();
                for part in parts {
                    let of_part = self.visit(part, vars, reads);
                    is.extend(of_part.into_iter().filter(|_| holds_records(&part.ty)));
                }
                if holds_records(&typed.ty) { is } else { Vec::new() }
            }
            Node::Each(how, list, var, body) => {
                let items = self.visit(list, vars, reads);
                // A loop over a map goes through its keys.
                vars.insert(*var, if matches!(list.ty, Type::List(_)) { items.clone() } else { Vec::new() });
                let of_body = self.visit(body, vars, reads);
                match how {
                    Each::Filter => items,
                    Each::Map => of_body,
                    _ => Vec::new(),
                }
            }
        }
    }

    fn define(&mut self, index: usize) -> Found {
        if let Some(found) = self.known.get(&index) {
            return found.clone();
        }
        let mut found = Found::default();
        let defines = self.defines;
        if let Some(body) = defines.get(index).and_then(|d| d.body.as_ref()) {
            found.is = self.visit(body, &mut Vars::new(), &mut found.reads);
        }
        // Definitions use each other: what they read must not grow with every use.
        once(&mut found.reads);
        once(&mut found.is);
        self.known.insert(index, found.clone());
        found
    }
}

fn once(paths: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    paths.retain(|path| seen.insert(path.clone()));
}

/// The paths of the field at an offset of these records.
fn within(records: &[String], ty: &Type, offset: u32) -> Vec<String> {
    let Type::Record(record) = ty else { return Vec::new() };
    let Some(name) = name_at(record, offset) else { return Vec::new() };
    records.iter().map(|path| format!("{path}.{name}")).collect()
}

/// The name of the field at an offset, with dots where it lies in a record inside.
fn name_at(record: &RecordType, offset: u32) -> Option<String> {
    record.fields.iter().find_map(|field| match &field.ty {
        _ if field.offset == offset => Some(field.name.clone()),
        Type::Record(inner) if (field.offset..field.offset + inner.width).contains(&offset) => {
            Some(format!("{}.{}", field.name, name_at(inner, offset - field.offset)?))
        }
        _ => None,
    })
}

fn holds_records(ty: &Type) -> bool {
    match ty {
        Type::Record(_) => true,
        Type::List(l) | Type::Map(l) => holds_records(&l.of),
        _ => false,
    }
}

/// The paths of all that is no record in a value of a type; what lies in lists follows their name.
pub(super) fn scalars(ty: &Type, path: &str, found: &mut Vec<String>) {
    match ty {
        Type::Record(record) => {
            for field in &record.fields {
                let inner = if path.is_empty() { field.name.clone() } else { format!("{path}.{}", field.name) };
                scalars(&field.ty, &inner, found);
            }
        }
        Type::List(l) | Type::Map(l) if holds_records(&l.of) => scalars(&l.of, path, found),
        _ => found.push(path.to_owned()),
    }
}
