//! Gives every node of an expression its type, or says what does not fit.

use std::collections::BTreeSet;

use super::functions;
use super::parse::{self, Ast, Binary, Kind};
use super::typed::{Compare, Const, Each, Element, Fun, Node, Typed};
use crate::book::model::Expr;
use crate::diagnostic::{Diagnostic, Findings, Span, did_you_mean};
use crate::facts::schema::Schema;
use crate::number::Number;
use crate::types::{Bounds, EnumType, Field, ListType, RecordType, Type};
use std::sync::Arc;

/// What went wrong; already reported to the findings.
#[derive(Debug)]
pub struct Reported;

/// Result of giving a type.
pub type Inferred<T = Typed> = Result<T, Reported>;

/// A named expression of the book.
#[derive(Clone, Debug)]
pub struct Define {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub at: Span,
    /// What it says; none when it did not check.
    pub body: Option<Typed>,
    /// Optional facts it reads outside `has()`; whoever uses it must know that they are given.
    pub requires: Vec<String>,
    /// Whether anything uses it.
    pub used: bool,
}

enum Progress {
    Todo(Expr),
    Doing,
    Done,
}

/// Everything that names in expressions can mean, and what has been used of it.
pub struct Names<'s> {
    /// The typed record.
    pub schema: &'s mut Schema,
    /// Named expressions, in the order written.
    pub defines: Vec<Define>,
    progress: Vec<Progress>,
    /// Cells that some expression reads.
    pub used_cells: BTreeSet<u32>,
    /// Fields of looped-over records that some expression reads, as `type.field`.
    pub used_fields: BTreeSet<(String, String)>,
    /// Patterns of `matches`.
    pub patterns: Vec<regex::Regex>,
    next_var: u16,
}

impl<'s> Names<'s> {
    /// Names of a schema and of the book's definitions (not yet checked).
    #[must_use]
    pub fn new(schema: &'s mut Schema, define: &[crate::book::model::Named<Expr>]) -> Self {
        let defines = define
            .iter()
            .map(|d| Define { name: d.id.value.clone(), at: d.id.at, body: None, requires: Vec::new(), used: false })
            .collect();
        let progress = define.iter().map(|d| Progress::Todo(d.item.clone())).collect();
        Self {
            schema,
            defines,
            progress,
            used_cells: BTreeSet::new(),
            used_fields: BTreeSet::new(),
            patterns: Vec::new(),
            next_var: 0,
        }
    }

    /// Checks every definition that nothing has used yet.
    pub fn check_defines(&mut self, findings: &mut Findings) {
        for index in 0..self.defines.len() {
            self.resolve_define(index, findings);
        }
    }

    fn resolve_define(&mut self, index: usize, findings: &mut Findings) {
        let Some(progress) = self.progress.get_mut(index) else { return };
        match std::mem::replace(progress, Progress::Doing) {
            Progress::Todo(expr) => {
                let (body, requires) = infer_define(self, findings, &expr);
                if let Some(define) = self.defines.get_mut(index) {
                    define.body = body;
                    define.requires = requires;
                }
            }
            Progress::Doing => {
                if let Some(define) = self.defines.get(index) {
                    findings.push(
                        Diagnostic::error("definition_cycle", define.at, format!("`{}` is defined by itself", define.name))
                            .help("write out one of the definitions on the way, without the name it leads back to"),
                    );
                }
            }
            Progress::Done => {}
        }
        if let Some(progress) = self.progress.get_mut(index) {
            *progress = Progress::Done;
        }
    }

    fn fresh_var(&mut self) -> u16 {
        self.next_var = self.next_var.wrapping_add(1);
        self.next_var
    }
}

fn infer_define(names: &mut Names<'_>, findings: &mut Findings, expr: &Expr) -> (Option<Typed>, Vec<String>) {
    let mut scope = Scope::new(names, findings, &[]);
    scope.collecting = true;
    let body = scope.expression(expr).ok();
    let mut requires = std::mem::take(&mut scope.requires);
    requires.sort();
    requires.dedup();
    (body, requires)
}

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
    requires: Vec<String>,
}

impl<'n, 's, 'f> Scope<'n, 's, 'f> {
    /// A place where the optional facts `needs` (paths) are known to be given.
    pub fn new(names: &'n mut Names<'s>, findings: &'f mut Findings, needs: &[String]) -> Self {
        let known = needs.iter().flat_map(|p| prefixes(p)).collect();
        Self { names, findings, vars: Vec::new(), known, collecting: false, requires: Vec::new() }
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
        let mut d = Diagnostic::error("type_mismatch", expr.at, format!("{what} must be {}, this is {}", a(wanted), a(&typed.ty)))
            .label(format!("this is {}", a(&typed.ty)));
        if let Some(help) = suggest(wanted, &typed.ty, &expr.text) {
            d = d.help(help);
        }
        self.findings.push(d);
        Err(Reported)
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
            return self.fail(Diagnostic::error("number_form", at, format!("`{text}` is beyond 64 bits")).help("write a smaller number"));
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
            let node = if matches!(field.ty, Type::Record(_)) { Node::Record(field.offset) } else { Node::Slot(field.offset) };
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
                Diagnostic::error("unknown_name", at, "`role` can be read only in `say`: what is needed must not depend on who asks")
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
        self.fail(Diagnostic::error("unknown_name", at, format!("nothing is called `{name}`")).label("not known").help(help))
    }

    /// `of.field`: a fact's own path, or a field of something computed.
    fn select(&mut self, of: &Ast, field: &str, at: Span) -> Inferred {
        let of_typed = self.infer(of)?;
        let Type::Record(record) = &of_typed.ty else {
            let ty = a(&of_typed.ty);
            return self.fail(Diagnostic::error("no_fields", at, format!("this is {ty} and has no field `{field}`")).help(fields_help(&of_typed.ty, field)));
        };
        let record = Arc::clone(record);
        let Some(found) = record.field(field) else {
            let near = did_you_mean(field, record.fields.iter().map(|f| f.name.as_str()));
            let base = path_of(of).unwrap_or_default();
            let help = match near {
                Some(near) if base.is_empty() => format!("did you mean `{near}`?"),
                Some(near) => format!("did you mean `{base}.{near}`?"),
                None => format!("its fields are: {}", shorten(&record.fields.iter().map(|f| f.name.clone()).collect::<Vec<_>>())),
            };
            return self.fail(Diagnostic::error("unknown_field", at, format!("`{}` has no field `{field}`", record.name)).label("not known").help(help));
        };
        if let Some(path) = self.full_path(of, field) {
            self.require_known(&path, found, at)?;
        }
        self.note_field(&of_typed, &record, found);
        Ok(field_of(of_typed, found, at))
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
        if self.known.iter().any(|k| k == path) {
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
                Diagnostic::error("type_mismatch", at, format!("`-` takes a number, this is {}", a(&x.ty))).help("write `!` to turn a yes into a no"),
            ),
        }
    }

    /// `x && y` (`x || y`): what `x` being true (false) tells about given facts holds in `y`.
    fn logic(&mut self, fun: Fun, x: &Ast, y: &Ast, at: Span) -> Inferred {
        let sign = if fun == Fun::And { "`&&`" } else { "`||`" };
        let left = self.operand(x, &Type::Bool, sign);
        let learnt = self.given_when(x, fun == Fun::And);
        let right = self.knowing(learnt, |s| s.operand(y, &Type::Bool, sign));
        Ok(call(fun, vec![left?, right?], Type::Bool, at))
    }

    fn choice(&mut self, c: &Ast, x: &Ast, y: &Ast, at: Span) -> Inferred {
        let cond = self.operand(c, &Type::Bool, "`?`");
        let (yes, no) = (self.given_when(c, true), self.given_when(c, false));
        let then = self.knowing(yes, |s| s.infer(x));
        let otherwise = self.knowing(no, |s| s.infer(y));
        let (cond, then, otherwise) = (cond?, then?, otherwise?);
        let Some(ty) = unify(&then.ty, &otherwise.ty) else {
            return self.fail(
                Diagnostic::error("type_mismatch", at, format!("one side is {}, the other {}", a(&then.ty), a(&otherwise.ty)))
                    .help("make both sides of `? :` the same type"),
            );
        };
        Ok(call(Fun::If, vec![cond, then, otherwise], ty, at))
    }

    pub(super) fn knowing<T>(&mut self, learnt: Vec<String>, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.known.len();
        self.known.extend(learnt);
        let result = run(self);
        self.known.truncate(before);
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
            return self.fail(Diagnostic::error("wrong_arguments", at, "has() takes one fact").help("write has(promotion)"));
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

    fn has_chain(&mut self, start: Option<Box<Typed>>, names: &[String], root: Arc<RecordType>, x_at: Span, at: Span) -> Inferred {
        let mut record = match start.as_ref().map(|s| &s.ty) {
            None => root,
            Some(Type::Record(r)) => Arc::clone(r),
            Some(other) => {
                let d = Diagnostic::error("no_fields", x_at, format!("this is {} and has no fields", a(other))).help("has() asks for a field of a record");
                return self.fail(d);
            }
        };
        let (mut chain, mut offset) = (Vec::new(), 0);
        for (i, name) in names.iter().enumerate() {
            let Some(field) = record.field(name).cloned() else {
                let near = did_you_mean(name, record.fields.iter().map(|f| f.name.as_str()));
                let help = near.map_or_else(|| "write the path of a declared fact".to_owned(), |n| format!("did you mean `{n}`?"));
                return self.fail(Diagnostic::error("unknown_field", x_at, format!("`{}` has no field `{name}`", record.name)).help(help));
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
                    let d = Diagnostic::error("no_fields", x_at, format!("`{name}` is {} and has no fields", a(other))).help("end the path there");
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
            return self.fail(Diagnostic::error("empty_list", at, "an empty list has no type").help("compare size() with 0"));
        };
        let mut ty = first.ty.clone();
        for item in &typed {
            match unify(&ty, &item.ty) {
                Some(both) => ty = both,
                None => {
                    let d = Diagnostic::error("type_mismatch", item.at, format!("this is {}, the items before are {}", a(&item.ty), a(&ty)))
                        .help("put items of one type in a list");
                    return self.fail(d);
                }
            }
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
                let d = Diagnostic::error("type_mismatch", target.at, format!("this is {}; only lists and maps can be gone through", a(other)))
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
                Diagnostic::error("name_taken", *name_at, format!("`{name}` is already a fact or a definition")).help("choose another name for the item"),
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
                Diagnostic::error("type_mismatch", body.at, format!("this must be yes or no, it is {}", a(&body.ty))).help("compare it with something"),
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

    fn binary(&mut self, op: Binary, x: &Ast, y: &Ast, at: Span) -> Inferred {
        let (left, right) = (self.infer(x), self.infer(y));
        let (left, right) = (left?, right?);
        match op {
            Binary::Add | Binary::Sub | Binary::Mul | Binary::Div | Binary::Rem => self.arithmetic(op, left, right, at),
            Binary::Eq | Binary::Ne => self.equality(op, left, right, at),
            Binary::In => self.membership(left, right, at),
            _ => self.comparison(op, left, right, at),
        }
    }

    fn arithmetic(&mut self, op: Binary, x: Typed, y: Typed, at: Span) -> Inferred {
        match arithmetic_rule(op, &x.ty, &y.ty) {
            Some((fun, ty)) => Ok(call(fun, vec![x, y], ty, at)),
            None => {
                let d = Diagnostic::error("type_mismatch", at, format!("`{}` cannot join {} and {}", op.sign(), a(&x.ty), a(&y.ty)))
                    .help(arithmetic_help(op, &x.ty, &y.ty));
                self.fail(d)
            }
        }
    }

    fn comparison(&mut self, op: Binary, x: Typed, y: Typed, at: Span) -> Inferred {
        let compare = match op {
            Binary::Lt => Compare::Lt,
            Binary::Le => Compare::Le,
            Binary::Gt => Compare::Gt,
            _ => Compare::Ge,
        };
        let fun = match (&x.ty, &y.ty) {
            (Type::Money, Type::Money) => Fun::CompareMoney(compare),
            (Type::Text, Type::Text) => Fun::CompareText(compare),
            (p, q) if same_scale(p, q) => Fun::Compare(compare),
            _ => {
                let d = Diagnostic::error("type_mismatch", at, format!("{} and {} cannot be compared", a(&x.ty), a(&y.ty)))
                    .help(arithmetic_help(op, &x.ty, &y.ty));
                return self.fail(d);
            }
        };
        Ok(call(fun, vec![x, y], Type::Bool, at))
    }

    fn equality(&mut self, op: Binary, x: Typed, y: Typed, at: Span) -> Inferred {
        self.check_enum_text(&x, &y)?;
        self.check_enum_text(&y, &x)?;
        let Some(fun) = equality_rule(&x.ty, &y.ty) else {
            let d = Diagnostic::error("type_mismatch", at, format!("{} and {} are never equal", a(&x.ty), a(&y.ty)))
                .help(arithmetic_help(op, &x.ty, &y.ty));
            return self.fail(d);
        };
        let equal = call(fun, vec![x, y], Type::Bool, at);
        Ok(if op == Binary::Eq { equal } else { call(Fun::Not, vec![equal], Type::Bool, at) })
    }

    fn membership(&mut self, x: Typed, y: Typed, at: Span) -> Inferred {
        match &y.ty {
            Type::Map(_) if fits(&x.ty, &Type::Text) => Ok(call(Fun::InMap, vec![x, y], Type::Bool, at)),
            Type::List(l) => {
                if let Type::Enum(e) = &l.of {
                    self.check_one_of(&x, &Arc::clone(e))?;
                }
                if let (Type::Enum(e), Node::List(items)) = (&x.ty, &y.node) {
                    for item in items {
                        self.check_one_of(item, e)?;
                    }
                }
                match (unify(&x.ty, &l.of), element(&l.of)) {
                    (Some(_), Some(e)) => Ok(call(Fun::In(e), vec![x, y], Type::Bool, at)),
                    _ => {
                        let d = Diagnostic::error("type_mismatch", at, format!("{} is never in {}", a(&x.ty), a(&y.ty)))
                            .help("compare with a list of the same type, or write .exists(x, ..)");
                        self.fail(d)
                    }
                }
            }
            other => {
                let d = Diagnostic::error("type_mismatch", at, format!("`in` takes a list or a map, this is {}", a(other)))
                    .help("for text write x.contains(y)");
                self.fail(d)
            }
        }
    }

    fn check_enum_text(&mut self, x: &Typed, y: &Typed) -> Inferred<()> {
        match &x.ty {
            Type::Enum(e) => self.check_one_of(y, &Arc::clone(e)),
            _ => Ok(()),
        }
    }

    fn check_one_of(&mut self, x: &Typed, of: &EnumType) -> Inferred<()> {
        let Node::Const(Const::Text(id)) = x.node else { return Ok(()) };
        let text = self.names.schema.dictionary.text(id).unwrap_or_default().to_owned();
        if of.values.contains(&text) {
            return Ok(());
        }
        let near = did_you_mean(&text, of.values.iter().map(String::as_str));
        let help = near.map_or_else(|| format!("it is one of: {}", shorten(&of.values)), |n| format!("did you mean '{n}'?"));
        self.fail(Diagnostic::error("not_one_of", x.at, format!("`{}` is never '{text}'", of.name)).label("never this").help(help))
    }
}

pub(super) fn call(fun: Fun, args: Vec<Typed>, ty: Type, at: Span) -> Typed {
    Typed { node: Node::Call(fun, args), ty, at }
}

pub(super) fn list_of(of: Type, min_len: u32, max_len: u32) -> Type {
    Type::List(Arc::new(ListType { of, bounds: Bounds::default(), min_len, max_len }))
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

/// Whether a value of type `is` can stand where `wanted` is asked for.
#[must_use]
pub fn fits(is: &Type, wanted: &Type) -> bool {
    match (is, wanted) {
        (Type::Int, Type::Decimal) | (Type::Enum(_), Type::Text) => true,
        (Type::List(x), Type::List(y)) | (Type::Map(x), Type::Map(y)) => fits(&x.of, &y.of),
        _ => is == wanted,
    }
}

/// The one type two sides can share.
#[must_use]
pub fn unify(x: &Type, y: &Type) -> Option<Type> {
    match (x, y) {
        (Type::Int, Type::Decimal) | (Type::Decimal, Type::Int) => Some(Type::Decimal),
        (Type::Enum(p), Type::Enum(q)) if p == q => Some(x.clone()),
        (Type::Enum(_) | Type::Text, Type::Enum(_) | Type::Text) => Some(Type::Text),
        // Items of whole and of decimal numbers are held differently: such lists do not mix.
        (Type::List(p), Type::List(q)) if p.of == q.of || (fits(&p.of, &Type::Text) && fits(&q.of, &Type::Text)) => {
            unify(&p.of, &q.of).map(|of| list_of(of, p.min_len.min(q.min_len), p.max_len.max(q.max_len)))
        }
        _ if x == y => Some(x.clone()),
        _ => None,
    }
}

/// Whether two types are numbers on one scale.
fn same_scale(x: &Type, y: &Type) -> bool {
    matches!(
        (x, y),
        (Type::Int | Type::Decimal, Type::Int | Type::Decimal)
            | (Type::Percent, Type::Percent)
            | (Type::Date, Type::Date)
            | (Type::Time, Type::Time)
            | (Type::Duration, Type::Duration)
            | (Type::Days, Type::Days)
    )
}

/// How items of this type are compared; none for records and lists.
#[must_use]
pub fn element(ty: &Type) -> Option<Element> {
    match ty {
        Type::Money => Some(Element::Money),
        Type::Text | Type::Enum(_) => Some(Element::Text),
        Type::List(_) | Type::Map(_) | Type::Record(_) | Type::Months => None,
        _ => Some(Element::Number),
    }
}

fn equality_rule(x: &Type, y: &Type) -> Option<Fun> {
    match (x, y) {
        (Type::Money, Type::Money) => Some(Fun::EqMoney),
        (Type::Bool, Type::Bool) => Some(Fun::EqNumber),
        (Type::Text | Type::Enum(_), Type::Text | Type::Enum(_)) => Some(Fun::EqText),
        (Type::List(p), Type::List(q)) => {
            unify(&p.of, &q.of)?;
            Some(Fun::EqList(element(&p.of)?))
        }
        _ if same_scale(x, y) => Some(Fun::EqNumber),
        _ => None,
    }
}

fn arithmetic_rule(op: Binary, x: &Type, y: &Type) -> Option<(Fun, Type)> {
    use Type::{Date, Days, Decimal, Duration, Int, Money, Months, Percent, Text, Time};
    let number = |t: &Type| matches!(t, Int | Decimal | Percent);
    Some(match (op, x, y) {
        (Binary::Add, Int, Int) => (Fun::Add, Int),
        (Binary::Sub, Int, Int) => (Fun::Sub, Int),
        (Binary::Mul, Int, Int) => (Fun::Mul, Int),
        (Binary::Div, Int, Int) => (Fun::DivInt, Int),
        (Binary::Rem, Int, Int) => (Fun::RemInt, Int),
        (Binary::Add, Int | Decimal, Int | Decimal) => (Fun::Add, Decimal),
        (Binary::Sub, Int | Decimal, Int | Decimal) => (Fun::Sub, Decimal),
        (Binary::Add, Percent, Percent) => (Fun::Add, Percent),
        (Binary::Sub, Percent, Percent) => (Fun::Sub, Percent),
        (Binary::Mul, Percent, Percent | Int) | (Binary::Mul, Int, Percent) => (Fun::Mul, Percent),
        (Binary::Mul, Int | Decimal | Percent, Int | Decimal | Percent) => (Fun::Mul, Decimal),
        (Binary::Div, Percent, Int) => (Fun::Div, Percent),
        (Binary::Div, Int | Decimal | Percent, Int | Decimal | Percent) => (Fun::Div, Decimal),
        (Binary::Add, Money, Money) => (Fun::AddMoney, Money),
        (Binary::Sub, Money, Money) => (Fun::SubMoney, Money),
        (Binary::Div, Money, Money) => (Fun::DivMoney, Decimal),
        (Binary::Mul, Money, n) if number(n) => (Fun::Mul, Money),
        (Binary::Mul, n, Money) if number(n) => (Fun::Mul, Money),
        (Binary::Div, Money, n) if number(n) => (Fun::Div, Money),
        (Binary::Sub, Date, Date) => (Fun::Sub, Days),
        (Binary::Add, Date, Days) | (Binary::Add, Days, Date) => (Fun::Add, Date),
        (Binary::Sub, Date, Days) => (Fun::Sub, Date),
        (Binary::Add, Date, Months) => (Fun::AddMonths, Date),
        (Binary::Sub, Date, Months) => (Fun::SubMonths, Date),
        (Binary::Sub, Time, Time) => (Fun::Sub, Duration),
        (Binary::Add, Time, Duration) | (Binary::Add, Duration, Time) => (Fun::Add, Time),
        (Binary::Sub, Time, Duration) => (Fun::Sub, Time),
        (Binary::Add, Duration, Duration) => (Fun::Add, Duration),
        (Binary::Sub, Duration, Duration) => (Fun::Sub, Duration),
        (Binary::Add, Days, Days) => (Fun::Add, Days),
        (Binary::Sub, Days, Days) => (Fun::Sub, Days),
        (Binary::Mul, Days, Int) | (Binary::Mul, Int, Days) => (Fun::Mul, Days),
        (Binary::Mul, Duration, Int) | (Binary::Mul, Int, Duration) => (Fun::Mul, Duration),
        (Binary::Div, Days, Days) | (Binary::Div, Duration, Duration) => (Fun::Div, Decimal),
        (Binary::Add, Text, Text) => (Fun::Join2, Text),
        (Binary::Add, Type::Enum(_) | Text, Type::Enum(_) | Text) => (Fun::Join2, Text),
        (Binary::Add, Type::List(p), Type::List(q)) => {
            let of = unify(&p.of, &q.of)?;
            (Fun::Concat, list_of(of, p.min_len.saturating_add(q.min_len), p.max_len.saturating_add(q.max_len)))
        }
        _ => return None,
    })
}

fn arithmetic_help(op: Binary, x: &Type, y: &Type) -> String {
    use Type::{Date, Days, Decimal, Duration, Int, Money, Percent, Time};
    match (x, y) {
        (Time, Date) => "take the day of the first: date(..)".into(),
        (Date, Time) => "take the day of the second: date(..)".into(),
        (Time, Days) => "a number of days goes with a date: take date(..) of the time, or write hours(..)".into(),
        (Duration, Days) => "days count midnights, a duration counts hours: take date(..) of both times for days, or write hours(..)".into(),
        (Days, Duration) => "days count midnights, a duration counts hours: take date(..) of the times for days, or write days(..)".into(),
        (Days, Int | Decimal) | (Int | Decimal, Days) => "write days(14) for a number of days".into(),
        (Duration, Int | Decimal) | (Int | Decimal, Duration) => "write hours(36) for a length of time".into(),
        (Money, Int | Decimal) | (Int | Decimal, Money) => "write usd(100) for an amount".into(),
        (Percent, Int | Decimal) | (Int | Decimal, Percent) => "write percent(20) for a share".into(),
        (Type::Bool, _) | (_, Type::Bool) if matches!(op, Binary::Add | Binary::Sub | Binary::Mul | Binary::Div) => "count with .filter(x, ..).size()".into(),
        (Type::Record(_), _) | (_, Type::Record(_)) => "compare fields of records, such as their ids".into(),
        _ => "bring both sides to one type".into(),
    }
}

/// The type with its article, for people.
#[must_use]
pub fn a(ty: &Type) -> String {
    match ty {
        Type::Bool => "yes or no".into(),
        Type::Int => "a whole number".into(),
        Type::Decimal => "a decimal number".into(),
        Type::Percent => "a percentage".into(),
        Type::Text => "text".into(),
        Type::Enum(e) => format!("one of `{}`", e.name),
        Type::Date => "a date".into(),
        Type::Time => "a time".into(),
        Type::Duration => "a duration".into(),
        Type::Days => "a number of days".into(),
        Type::Months => "a number of months".into(),
        Type::Money => "an amount of money".into(),
        Type::List(l) => format!("a list of {}", l.of),
        Type::Map(l) => format!("a map of {}", l.of),
        Type::Record(r) => format!("a record `{}`", r.name),
    }
}

fn example(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "a comparison, such as order.total > usd(10)",
        Type::Int => "a whole number, such as 3",
        Type::Decimal => "a number, such as 9.50",
        Type::Percent => "percent(20)",
        Type::Text | Type::Enum(_) => "text in quotes, such as 'online'",
        Type::Date => "a date, such as date(order.placed)",
        Type::Time => "a time, such as asked",
        Type::Duration => "hours(36)",
        Type::Days => "days(14)",
        Type::Months => "months(3)",
        Type::Money => "an amount, such as usd(100)",
        Type::List(_) => "a list",
        Type::Map(_) => "a map",
        Type::Record(_) => "a record",
    }
}

fn suggest(wanted: &Type, is: &Type, text: &str) -> Option<String> {
    Some(match (wanted, is) {
        (Type::Days | Type::Date, Type::Time) => format!("write \"date({text})\""),
        (Type::Days, Type::Duration) => "take date(..) of both times".into(),
        (Type::Money, Type::Int | Type::Decimal) => format!("write \"usd({text})\" with the book's currency"),
        (Type::Bool, _) => "compare it with something".into(),
        _ => return None,
    })
}

fn fields_help(ty: &Type, field: &str) -> String {
    match ty {
        Type::List(_) => format!("go through its items: .all(x, x.{field} ..), .map(x, x.{field})"),
        Type::Map(_) => format!("look one up first: [key].{field}"),
        _ => "only records have fields".into(),
    }
}

/// `a.b.c` of a chain of selections from a name.
fn path_of(ast: &Ast) -> Option<String> {
    match &ast.kind {
        Kind::Name(n) => Some(n.clone()),
        Kind::Select(of, field) => Some(format!("{}.{field}", path_of(of)?)),
        _ => None,
    }
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

fn shorten(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let list = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{list} and {} more", names.len() - SHOWN) } else { list }
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
