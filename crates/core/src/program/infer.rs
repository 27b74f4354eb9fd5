//! Gives every node of an expression its type, or says what does not fit.

mod given;
mod path;

use super::functions;
use super::kinship::{fits, list_of, unify};
pub use super::names::{Define, Names};
use super::parse::{self, Ast, Binary, Kind};
use super::typed::{Const, Each, Fun, Node, Typed};
use super::words::{a, example, suggest};
use crate::book::model::Expr;
use crate::diagnostic::{Diagnostic, Findings, Span};
use crate::number::{DIGITS_MAX, Number};
use crate::types::Type;

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
        let known = needs.iter().flat_map(|p| given::prefixes(p)).collect();
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
        let Some(number) = decimal(text) else { return self.fail(too_many_digits(text, at)) };
        if text.contains('.') {
            return Ok(Typed::constant(Const::Number(number), Type::Decimal, at));
        }
        Ok(Typed::constant(Const::Number(number), Type::Int, at))
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

/// What is said of a number with more digits.
pub(super) fn too_many_digits(text: &str, at: Span) -> Diagnostic {
    Diagnostic::error("number_form", at, format!("`{text}` has more than {DIGITS_MAX} digits"))
        .help(format!("write at most {DIGITS_MAX} digits"))
}

/// An exact number from digits with an optional sign and decimals; at most 18 digits.
#[must_use]
pub(super) fn decimal(text: &str) -> Option<Number> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + part.len() > DIGITS_MAX || (whole.is_empty() && part.is_empty()) {
        return None;
    }
    let all: i128 = format!("{whole}{part}").parse().ok()?;
    let scale = 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?;
    Number::ratio(sign * all, scale)
}
