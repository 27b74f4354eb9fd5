//! Gives every node of an expression its type, or says what does not fit.

use super::functions;
use super::kinship::{fits, list_of, unify};
pub use super::names::{Define, Names};
use super::parse::{self, Ast, Binary, Kind};
use super::typed::{Const, Each, Fun, Node, Typed};
use super::words::{a, example, fields_help, shorten, suggest};
use crate::book::model::Expr;
use crate::diagnostic::{Diagnostic, Findings, Span, did_you_mean};
use crate::number::Number;
use crate::types::{Field, RecordType, Type};
use std::sync::Arc;

/// What went wrong; already reported to the findings.
#[derive(Debug)]
pub struct Reported;

/// Result of giving a type.
pub type Inferred<T = Typed> = Result<T, Reported>;

struct Var {
    name: String,
    id: u16,
    ty: Type,
}

/// Gives types to the expressions of one place of the book.
pub struct Scope<'n, 's, 'f> {
    /// What names mean.
    pub names: &'n mut Names<'s>,
    /// Where errors go.
    pub findings: &'f mut Findings,
    vars: Vec<Var>,
    known: Vec<String>,
    collecting: bool,
    /// A condition did not check, so that it cannot be told what is given where it holds.
    unsure: bool,
    requires: Vec<String>,
}

impl<'n, 's, 'f> Scope<'n, 's, 'f> {
    /// A place where the optional facts `needs` (paths) are known to be given.
    pub fn new(names: &'n mut Names<'s>, findings: &'f mut Findings, needs: &[String]) -> Self {
        let known = needs.iter().flat_map(|p| prefixes(p)).collect();
        Self { names, findings, vars: Vec::new(), known, collecting: false, unsure: false, requires: Vec::new() }
    }

    /// A place of which nothing is known: what its expression needs to be given is collected.
    pub(super) fn collecting(names: &'n mut Names<'s>, findings: &'f mut Findings) -> Self {
        Self { collecting: true, ..Self::new(names, findings, &[]) }
    }

    /// An expression, when it checks, and the optional facts it reads outside `has()`.
    pub(super) fn expression_and_needs(mut self, expr: &Expr) -> (Option<Typed>, Vec<String>) {
        let body = self.expression(expr).ok();
        (body, self.requires)
    }

    /// Parses an expression and gives it its type.
    ///
    /// # Errors
    /// Reported to the findings.
    pub fn expression(&mut self, expr: &Expr) -> Inferred {
        match parse::parse(expr) {
            Ok(ast) => self.infer(&ast),
            Err(diagnostic) => {
                self.findings.push(*diagnostic);
                Err(Reported)
            }
        }
    }

    /// Like [`Self::expression`], and the type must be this one.
    ///
    /// # Errors
    /// Reported to the findings.
    pub fn expression_of(&mut self, expr: &Expr, wanted: &Type, what: &str) -> Inferred {
        let typed = self.expression(expr)?;
        if fits(&typed.ty, wanted) {
            return Ok(typed);
        }
        let help = suggest(wanted, &typed.ty, &expr.text).unwrap_or_else(|| format!("write {}", example(wanted)));
        let message = format!("{what} must be {}, this is {}", a(wanted), a(&typed.ty));
        self.fail(
            Diagnostic::error("type_mismatch", expr.at, message).label(format!("this is {}", a(&typed.ty))).help(help),
        )
    }

    pub(super) fn fail<T>(&mut self, d: Diagnostic) -> Inferred<T> {
        self.findings.push(d);
        Err(Reported)
    }

    pub(super) fn infer(&mut self, ast: &Ast) -> Inferred {
        let at = ast.at;
        match &ast.kind {
            Kind::Bool(b) => Ok(Typed::constant(Const::Bool(*b), Type::Bool, at)),
            Kind::Number(text) => self.number(text, at),
            Kind::Text(text) => {
                let id = self.names.schema.dictionary.intern(text);
                Ok(Typed::constant(Const::Text(id), Type::Text, at))
            }
            Kind::Name(name) => self.name(name, at),
            Kind::Select(of, field) => self.select(of, field, at),
            Kind::Index(of, index) => self.index(of, index, at),
            Kind::Call(target, name, args) => self.call(target.as_deref(), name, args, at),
            Kind::Not(x) => {
                let x = self.operand(x, &Type::Bool, "`!`")?;
                Ok(call(Fun::Not, vec![x], Type::Bool, at))
            }
            Kind::Neg(x) => self.negate(x, at),
            Kind::Binary(Binary::And, x, y) => self.logic(Fun::And, x, y, at),
            Kind::Binary(Binary::Or, x, y) => self.logic(Fun::Or, x, y, at),
            Kind::Binary(op, x, y) => self.binary(*op, x, y, at),
            Kind::If(c, x, y) => self.choice(c, x, y, at),
            Kind::List(items) => self.list(items, at),
        }
    }

    fn number(&mut self, text: &str, at: Span) -> Inferred {
        let Some(number) = decimal(text) else {
            return self.fail(
                Diagnostic::error("number_form", at, format!("`{text}` has too many digits"))
                    .help("write at most 18 digits"),
            );
        };
        if text.contains('.') {
            return Ok(Typed::constant(Const::Number(number), Type::Decimal, at));
        }
        if number.as_whole().is_none_or(|n| i64::try_from(n).is_err()) {
            return self.fail(
                Diagnostic::error("number_form", at, format!("`{text}` is beyond 64 bits"))
                    .help("write a smaller number"),
            );
        }
        Ok(Typed::constant(Const::Number(number), Type::Int, at))
    }

    fn name(&mut self, name: &str, at: Span) -> Inferred {
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

    fn unknown_name(&mut self, name: &str, root: &RecordType, at: Span) -> Inferred {
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
    fn select(&mut self, of: &Ast, field: &str, at: Span) -> Inferred {
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
    fn unknown_field(
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
    fn full_path(&self, of: &Ast, field: &str) -> Option<String> {
        let base = path_of(of)?;
        let (first, rest) = base.split_once('.').map_or((base.as_str(), None), |(f, r)| (f, Some(r)));
        let first = match self.vars.iter().rev().find(|v| v.name == first) {
            Some(var) => format!("${}", var.id),
            None => first.to_owned(),
        };
        Some(rest.map_or_else(|| format!("{first}.{field}"), |rest| format!("{first}.{rest}.{field}")))
    }

    fn require_known(&mut self, path: &str, field: &Field, at: Span) -> Inferred<()> {
        if field.optional { self.require_path(path, at, None) } else { Ok(()) }
    }

    fn require_path(&mut self, path: &str, at: Span, through: Option<&str>) -> Inferred<()> {
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

    fn index(&mut self, of: &Ast, index: &Ast, at: Span) -> Inferred {
        let of = self.infer(of)?;
        match of.ty.clone() {
            Type::List(list) => {
                let index = self.operand(index, &Type::Int, "a position")?;
                Ok(call(Fun::At, vec![of, index], list.of.clone(), at))
            }
            Type::Map(map) => {
                let key = self.operand(index, &Type::Text, "a key")?;
                Ok(call(Fun::Lookup, vec![of, key], map.of.clone(), at))
            }
            other => self.fail(
                Diagnostic::error("not_indexed", at, format!("this is {}; only lists and maps have items", a(&other)))
                    .help("write `.field` for a record's field"),
            ),
        }
    }

    /// An operand that must have a type.
    pub(super) fn operand(&mut self, ast: &Ast, wanted: &Type, what: &str) -> Inferred {
        let typed = self.infer(ast)?;
        if fits(&typed.ty, wanted) {
            return Ok(typed);
        }
        self.fail(
            Diagnostic::error("type_mismatch", ast.at, format!("{what} takes {}, this is {}", a(wanted), a(&typed.ty)))
                .label(format!("this is {}", a(&typed.ty)))
                .help(format!("write {} here", example(wanted))),
        )
    }

    fn negate(&mut self, x: &Ast, at: Span) -> Inferred {
        let x = self.infer(x)?;
        match x.ty {
            Type::Int | Type::Decimal | Type::Percent | Type::Money | Type::Days | Type::Duration => {
                let ty = x.ty.clone();
                Ok(call(Fun::Neg, vec![x], ty, at))
            }
            _ => self.fail(
                Diagnostic::error("type_mismatch", at, format!("`-` takes a number, this is {}", a(&x.ty)))
                    .help("write `!` to turn a yes into a no"),
            ),
        }
    }

    /// `x && y` (`x || y`): what `x` being true (false) tells about given facts holds in `y`.
    fn logic(&mut self, fun: Fun, x: &Ast, y: &Ast, at: Span) -> Inferred {
        let sign = if fun == Fun::And { "`&&`" } else { "`||`" };
        let left = self.operand(x, &Type::Bool, sign);
        let learnt = self.given_when(x, fun == Fun::And);
        let right = self.knowing(learnt, &left, |s| s.operand(y, &Type::Bool, sign));
        Ok(call(fun, vec![left?, right?], Type::Bool, at))
    }

    fn choice(&mut self, c: &Ast, x: &Ast, y: &Ast, at: Span) -> Inferred {
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

    /// `has(x)`, `has(x.y)`: walks the path without requiring anything of it to be given.
    pub(super) fn has(&mut self, args: &[Ast], at: Span) -> Inferred {
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

    fn list(&mut self, items: &[Ast], at: Span) -> Inferred {
        let mut typed = Vec::with_capacity(items.len());
        for item in items {
            typed.push(self.infer(item)?);
        }
        let Some(first) = typed.first() else {
            return self
                .fail(Diagnostic::error("empty_list", at, "an empty list has no type").help("compare size() with 0"));
        };
        let mut ty = first.ty.clone();
        for item in &typed {
            let Some(both) = unify(&ty, &item.ty) else {
                let d = Diagnostic::error(
                    "type_mismatch",
                    item.at,
                    format!("this is {}, the items before are {}", a(&item.ty), a(&ty)),
                )
                .help("put items of one type in a list");
                return self.fail(d);
            };
            ty = both;
        }
        let len = u32::try_from(typed.len()).unwrap_or(u32::MAX);
        Ok(Typed { ty: list_of(ty, len, len), node: Node::List(typed), at })
    }

    /// `list.all(x, body)` and its kin.
    pub(super) fn each(&mut self, how: Each, target: &Ast, args: &[Ast], at: Span) -> Inferred {
        let over = self.infer(target)?;
        let item = match &over.ty {
            Type::List(l) => l.of.clone(),
            Type::Map(_) => Type::Text,
            other => {
                let d = Diagnostic::error(
                    "type_mismatch",
                    target.at,
                    format!("this is {}; only lists and maps can be gone through", a(other)),
                )
                .help("write the path of a list");
                return self.fail(d);
            }
        };
        let [Ast { kind: Kind::Name(name), at: name_at }, body] = args else {
            return self.fail(
                Diagnostic::error("wrong_arguments", at, "this takes a name for the item and an expression over it")
                    .help("write order.lines.all(l, l.paid > usd(0))"),
            );
        };
        if self.names.schema.root.field(name).is_some() || self.names.defines.iter().any(|d| d.name == *name) {
            return self.fail(
                Diagnostic::error("name_taken", *name_at, format!("`{name}` is already a fact or a definition"))
                    .help("choose another name for the item"),
            );
        }
        let id = self.names.fresh_var();
        self.vars.push(Var { name: name.clone(), id, ty: item.clone() });
        let body = self.infer(body);
        self.vars.pop();
        self.finish_each(how, over, item, id, body?, at)
    }

    fn finish_each(&mut self, how: Each, over: Typed, item: Type, id: u16, body: Typed, at: Span) -> Inferred {
        if how != Each::Map && body.ty != Type::Bool {
            return self.fail(
                Diagnostic::error("type_mismatch", body.at, format!("this must be yes or no, it is {}", a(&body.ty)))
                    .help("compare it with something"),
            );
        }
        let max = match &over.ty {
            Type::List(l) | Type::Map(l) => l.max_len,
            _ => 0,
        };
        let ty = match how {
            Each::All | Each::Exists | Each::ExistsOne => Type::Bool,
            Each::Filter => list_of(item, 0, max),
            Each::Map => {
                let min = if let Type::List(l) | Type::Map(l) = &over.ty { l.min_len } else { 0 };
                list_of(body.ty.clone(), min, max)
            }
        };
        Ok(Typed { node: Node::Each(how, Box::new(over), id, Box::new(body)), ty, at })
    }

    fn call(&mut self, target: Option<&Ast>, name: &str, args: &[Ast], at: Span) -> Inferred {
        functions::infer_call(self, target, name, args, at)
    }
}

pub(super) fn call(fun: Fun, args: Vec<Typed>, ty: Type, at: Span) -> Typed {
    Typed { node: Node::Call(fun, args), ty, at }
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

/// `a`, `a.b`, `a.b.c` for `a.b.c`.
fn prefixes(path: &str) -> Vec<String> {
    let mut all: Vec<String> = path.match_indices('.').filter_map(|(i, _)| path.get(..i)).map(str::to_owned).collect();
    all.push(path.to_owned());
    all
}

fn path_ending_in(record: &RecordType, name: &str) -> Option<String> {
    record.fields.iter().find_map(|f| match &f.ty {
        Type::Record(inner) if inner.field(name).is_some() => Some(format!("{}.{name}", f.name)),
        _ => None,
    })
}

/// An exact number from digits with an optional sign and decimals; at most 18 digits.
#[must_use]
pub fn decimal(text: &str) -> Option<Number> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + part.len() > 19 || (whole.is_empty() && part.is_empty()) {
        return None;
    }
    let all: i128 = format!("{whole}{part}").parse().ok()?;
    let scale = 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?;
    Number::ratio(sign * all, scale)
}
