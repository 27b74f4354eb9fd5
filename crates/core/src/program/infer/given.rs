//! Which optional facts are known to be given, and where that has to be asked first.

use std::sync::Arc;

use super::{Inferred, Scope, call};
use crate::diagnostic::{Diagnostic, Span};
use crate::program::kinship::unify;
use crate::program::parse::{Ast, Binary, Kind};
use crate::program::typed::{Fun, Node, Typed};
use crate::program::words::a;
use crate::types::{Field, RecordType, Type};

impl Scope<'_, '_, '_> {
    /// `has(x)`, `has(x.y)`: walks the path without requiring anything of it to be given.
    pub(in crate::program) fn has(&mut self, args: &[Ast], at: Span) -> Inferred {
        let [x] = args else {
            return self
                .fail(Diagnostic::error("wrong_arguments", at, "has() takes one fact").help("write has(promotion)"));
        };
        let mut names = Vec::new();
        let mut base = x;
        while let Kind::Select(of, field) = &base.kind {
            names.push(field.clone());
            base = of;
        }
        names.reverse();
        let root = Arc::clone(&self.names.schema.root);
        let start = match &base.kind {
            Kind::Name(n) if !self.vars.iter().any(|v| v.name == *n) && root.field(n).is_some() => {
                names.insert(0, n.clone());
                None
            }
            Kind::Name(n)
                if !self.vars.iter().any(|v| v.name == *n) && !self.names.defines.iter().any(|d| d.name == *n) =>
            {
                return self.unknown_name(n, &root, base.at);
            }
            _ if names.is_empty() => {
                return self.fail(
                    Diagnostic::error("wrong_arguments", x.at, "has() asks whether a fact is given, and this is none")
                        .help("write the path of a fact, such as has(promotion) or has(l.note)"),
                );
            }
            _ => Some(Box::new(self.infer(base)?)),
        };
        self.has_chain(start, &names, root, x.at, at)
    }

    fn has_chain(
        &mut self,
        start: Option<Box<Typed>>,
        names: &[String],
        root: Arc<RecordType>,
        x_at: Span,
        at: Span,
    ) -> Inferred {
        let mut record = match start.as_ref().map(|s| &s.ty) {
            None => root,
            Some(Type::Record(r)) => Arc::clone(r),
            Some(other) => {
                let d = Diagnostic::error("no_fields", x_at, format!("this is {} and has no fields", a(other)))
                    .help("has() asks for a field of a record");
                return self.fail(d);
            }
        };
        let (mut chain, mut offset) = (Vec::new(), 0);
        for (i, name) in names.iter().enumerate() {
            let Some(field) = record.field(name).cloned() else {
                let base = names.get(..i).unwrap_or_default().join(".");
                let base = (start.is_none() && i + 1 == names.len()).then_some(base.as_str());
                return self.unknown_field(&record, base, name, x_at, x_at);
            };
            offset += field.offset;
            if start.is_none() {
                self.names.used_cells.insert(offset);
            } else {
                self.names.used_fields.insert((record.name.clone(), field.name.clone()));
            }
            chain.push((offset, field.optional));
            match (&field.ty, i + 1 == names.len()) {
                (_, true) => {}
                (Type::Record(next), false) => record = Arc::clone(next),
                (other, false) => {
                    let d = Diagnostic::error("no_fields", x_at, format!("`{name}` is {} and has no fields", a(other)))
                        .help("end the path there");
                    return self.fail(d);
                }
            }
        }
        if !chain.iter().any(|(_, optional)| *optional) {
            self.findings.push(
                Diagnostic::warning("always_given", x_at, "this fact must always be given, so has() says nothing")
                    .help("declare it with `?` if it may be absent, or leave has() out"),
            );
        }
        Ok(Typed { node: Node::Has(start, chain), ty: Type::Bool, at })
    }

    /// `x && y` (`x || y`): what `x` being true (false) tells about given facts holds in `y`.
    pub(super) fn logic(&mut self, fun: Fun, x: &Ast, y: &Ast, at: Span) -> Inferred {
        let sign = if fun == Fun::And { "`&&`" } else { "`||`" };
        let left = self.operand(x, &Type::Bool, sign);
        let learnt = self.given_when(x, fun == Fun::And);
        let right = self.knowing(learnt, &left, |s| s.operand(y, &Type::Bool, sign));
        Ok(call(fun, vec![left?, right?], Type::Bool, at))
    }

    pub(super) fn choice(&mut self, c: &Ast, x: &Ast, y: &Ast, at: Span) -> Inferred {
        let cond = self.operand(c, &Type::Bool, "`?`");
        let (yes, no) = (self.given_when(c, true), self.given_when(c, false));
        let then = self.knowing(yes, &cond, |s| s.infer(x));
        let otherwise = self.knowing(no, &cond, |s| s.infer(y));
        let (cond, then, otherwise) = (cond?, then?, otherwise?);
        let Some(ty) = unify(&then.ty, &otherwise.ty) else {
            return self.fail(
                Diagnostic::error(
                    "type_mismatch",
                    at,
                    format!("one side is {}, the other {}", a(&then.ty), a(&otherwise.ty)),
                )
                .help("make both sides of `? :` the same type"),
            );
        };
        Ok(call(Fun::If, vec![cond, then, otherwise], ty, at))
    }

    /// Looks at what stands under a condition, which may not have checked.
    fn knowing<T>(&mut self, learnt: Vec<String>, condition: &Inferred, run: impl FnOnce(&mut Self) -> T) -> T {
        let (known, unsure) = (self.known.len(), self.unsure);
        self.known.extend(learnt);
        self.unsure |= condition.is_err();
        let result = run(self);
        self.known.truncate(known);
        self.unsure = unsure;
        result
    }

    /// Paths that are known to be given when `ast` comes out as `truth`.
    fn given_when(&self, ast: &Ast, truth: bool) -> Vec<String> {
        match (&ast.kind, truth) {
            (Kind::Call(None, name, args), true) if name == "has" => {
                args.first().and_then(|x| self.has_path(x)).map(|p| prefixes(&p)).unwrap_or_default()
            }
            (Kind::Not(x), _) => self.given_when(x, !truth),
            (Kind::Binary(Binary::And, x, y), true) | (Kind::Binary(Binary::Or, x, y), false) => {
                let mut both = self.given_when(x, truth);
                both.extend(self.given_when(y, truth));
                both
            }
            (Kind::Binary(Binary::Or, x, y), true) | (Kind::Binary(Binary::And, x, y), false) => {
                let right = self.given_when(y, truth);
                self.given_when(x, truth).into_iter().filter(|p| right.contains(p)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn has_path(&self, x: &Ast) -> Option<String> {
        match &x.kind {
            Kind::Select(of, field) => self.full_path(of, field),
            Kind::Name(name) => Some(name.clone()),
            _ => None,
        }
    }

    pub(super) fn require_known(&mut self, path: &str, field: &Field, at: Span) -> Inferred<()> {
        if field.optional { self.require_path(path, at, None) } else { Ok(()) }
    }

    pub(super) fn require_path(&mut self, path: &str, at: Span, through: Option<&str>) -> Inferred<()> {
        if self.unsure || self.known.iter().any(|k| k == path) {
            return Ok(());
        }
        if self.collecting && !path.starts_with('$') {
            self.requires.push(path.to_owned());
            return Ok(());
        }
        let shown = path.split_once('.').filter(|_| path.starts_with('$')).map_or(path, |(_, rest)| rest);
        let message = match through {
            Some(name) => format!("`{name}` reads `{shown}`, which may be absent"),
            None => format!("`{shown}` may be absent"),
        };
        let help = if path.starts_with('$') {
            format!("ask first: has(..{shown}) && ..")
        } else {
            format!("ask first: has({shown}) && .., or let the policy say `needs: [{shown}]`")
        };
        self.fail(Diagnostic::error("may_be_absent", at, message).label("may be absent").help(help))
    }
}

/// `a`, `a.b`, `a.b.c` for `a.b.c`.
pub(super) fn prefixes(path: &str) -> Vec<String> {
    let mut all: Vec<String> = path.match_indices('.').filter_map(|(i, _)| path.get(..i)).map(str::to_owned).collect();
    all.push(path.to_owned());
    all
}
