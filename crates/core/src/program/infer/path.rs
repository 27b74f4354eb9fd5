//! What names and fields lead to: facts, definitions, the items that are gone through.

use std::sync::Arc;

use super::{Inferred, Reported, Scope};
use crate::diagnostic::{Diagnostic, Span, did_you_mean};
use crate::program::parse::{Ast, Kind};
use crate::program::typed::{Node, Typed};
use crate::program::words::{a, fields_help, shorten};
use crate::types::{Field, RecordType, Type};

impl Scope<'_, '_, '_> {
    pub(super) fn name(&mut self, name: &str, at: Span) -> Inferred {
        if let Some(var) = self.vars.iter().rev().find(|v| v.name == name) {
            return Ok(Typed { node: Node::Var(var.id), ty: var.ty.clone(), at });
        }
        let root = Arc::clone(&self.names.schema.root);
        if let Some(field) = root.field(name) {
            self.require_known(name, field, at)?;
            self.names.used_cells.insert(field.offset);
            let node =
                if matches!(field.ty, Type::Record(_)) { Node::Record(field.offset) } else { Node::Slot(field.offset) };
            return Ok(Typed { node, ty: field.ty.clone(), at });
        }
        if let Some(index) = self.names.defines.iter().position(|d| d.name == name) {
            return self.define(index, at);
        }
        self.unknown_name(name, &root, at)
    }

    fn define(&mut self, index: usize, at: Span) -> Inferred {
        self.names.resolve_define(index, self.findings);
        let Some(define) = self.names.defines.get_mut(index) else { return Err(Reported) };
        define.used = true;
        let (name, requires) = (define.name.clone(), define.requires.clone());
        let ty = define.body.as_ref().map(|b| b.ty.clone()).ok_or(Reported)?;
        for path in requires {
            self.require_path(&path, at, Some(&name))?;
        }
        Ok(Typed { node: Node::Define(index), ty, at })
    }

    pub(super) fn unknown_name(&mut self, name: &str, root: &RecordType, at: Span) -> Inferred {
        if self.names.schema.is_broken(name) {
            return Err(Reported);
        }
        if name == "role" {
            return self.fail(
                Diagnostic::error(
                    "unknown_name",
                    at,
                    "`role` can be read only in `say`: what is needed must not depend on who asks",
                )
                .help("say who may with `stretch`, `per_grant` or a guard's `needs`"),
            );
        }
        let mut candidates: Vec<String> = root.fields.iter().map(|f| f.name.clone()).collect();
        candidates.extend(self.names.defines.iter().map(|d| d.name.clone()));
        candidates.extend(self.vars.iter().map(|v| v.name.clone()));
        let near = did_you_mean(name, candidates.iter().map(String::as_str));
        let help = match (near, path_ending_in(root, name)) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, Some(path)) => format!("did you mean `{path}`?"),
            _ => format!("declare it under `facts` or `define`; known are: {}", shorten(&candidates)),
        };
        self.fail(
            Diagnostic::error("unknown_name", at, format!("nothing is called `{name}`")).label("not known").help(help),
        )
    }

    /// `of.field`: a fact's own path, or a field of something computed.
    pub(super) fn select(&mut self, of: &Ast, field: &str, at: Span) -> Inferred {
        let of_typed = self.infer(of)?;
        let Type::Record(record) = &of_typed.ty else {
            let ty = a(&of_typed.ty);
            return self.fail(
                Diagnostic::error("no_fields", at, format!("this is {ty} and has no field `{field}`"))
                    .help(fields_help(&of_typed.ty, field)),
            );
        };
        let record = Arc::clone(record);
        let Some(found) = record.field(field) else {
            return self.unknown_field(&record, path_of(of).as_deref(), field, tail(of, field, at), at);
        };
        if let Some(path) = self.full_path(of, field) {
            self.require_known(&path, found, at)?;
        }
        self.note_field(&of_typed, &record, found);
        Ok(field_of(of_typed, found, at))
    }

    /// `base.field`, where `base` is not spelled as a path: `field` alone stands at `field_at`.
    pub(super) fn unknown_field(
        &mut self,
        record: &RecordType,
        base: Option<&str>,
        field: &str,
        field_at: Span,
        at: Span,
    ) -> Inferred {
        if base.is_some_and(|base| self.names.schema.is_broken(&format!("{base}.{field}"))) {
            return Err(Reported);
        }
        let fields: Vec<String> = record.fields.iter().map(|f| f.name.clone()).collect();
        let help = match (did_you_mean(field, fields.iter().map(String::as_str)), base) {
            (Some(near), None) => format!("did you mean `{near}`?"),
            (Some(near), Some(base)) => format!("did you mean `{base}.{near}`?"),
            (None, _) => format!("its fields are: {}", shorten(&fields)),
        };
        let at = if base.is_none() { field_at } else { at };
        self.fail(
            Diagnostic::error("unknown_field", at, format!("`{}` has no field `{field}`", record.name))
                .label("not known")
                .help(help),
        )
    }

    fn note_field(&mut self, of: &Typed, record: &RecordType, field: &Field) {
        match of.node {
            Node::Record(base) => {
                self.names.used_cells.insert(base + field.offset);
            }
            _ => {
                self.names.used_fields.insert((record.name.clone(), field.name.clone()));
            }
        }
    }

    /// The path an expression spells, with loop variables told apart: `$3.note`.
    pub(super) fn full_path(&self, of: &Ast, field: &str) -> Option<String> {
        let base = path_of(of)?;
        let (first, rest) = base.split_once('.').map_or((base.as_str(), None), |(f, r)| (f, Some(r)));
        let first = match self.vars.iter().rev().find(|v| v.name == first) {
            Some(var) => format!("${}", var.id),
            None => first.to_owned(),
        };
        Some(rest.map_or_else(|| format!("{first}.{field}"), |rest| format!("{first}.{rest}.{field}")))
    }
}

fn field_of(of: Typed, field: &Field, at: Span) -> Typed {
    let ty = field.ty.clone();
    let node = match (&of.node, &ty) {
        (Node::Record(base), Type::Record(_)) => Node::Record(base + field.offset),
        (Node::Record(base), _) => Node::Slot(base + field.offset),
        _ => Node::Field(Box::new(of), field.offset),
    };
    Typed { node, ty, at }
}

/// `a.b.c` of a chain of selections from a name.
fn path_of(ast: &Ast) -> Option<String> {
    match &ast.kind {
        Kind::Name(n) => Some(n.clone()),
        Kind::Select(of, field) => Some(format!("{}.{field}", path_of(of)?)),
        _ => None,
    }
}

/// Where the field alone stands; the whole, where single places are not known.
fn tail(of: &Ast, field: &str, at: Span) -> Span {
    let len = u32::try_from(field.len()).unwrap_or(0);
    if of.at == at { at } else { Span { start: at.end.saturating_sub(len).max(at.start), ..at } }
}

fn path_ending_in(record: &RecordType, name: &str) -> Option<String> {
    record.fields.iter().find_map(|f| match &f.ty {
        Type::Record(inner) if inner.field(name).is_some() => Some(format!("{}.{name}", f.name)),
        _ => None,
    })
}
