//! Operators with two sides: which types they join.

use std::sync::Arc;

use super::infer::{Inferred, Scope, call};
use super::kinship::{arithmetic_rule, element, equality_rule, fits, same_scale, unify};
use super::parse::{Ast, Binary};
use super::typed::{Compare, Const, Fun, Node, Typed};
use super::words::{a, arithmetic_help, shorten};
use crate::diagnostic::{Diagnostic, Span, did_you_mean};
use crate::types::{EnumType, Type};

impl Scope<'_, '_, '_> {
    pub(super) fn binary(&mut self, op: Binary, x: &Ast, y: &Ast, at: Span) -> Inferred {
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
        let Some((fun, ty)) = arithmetic_rule(op, &x.ty, &y.ty) else {
            let d = Diagnostic::error(
                "type_mismatch",
                at,
                format!("`{}` cannot join {} and {}", op.sign(), a(&x.ty), a(&y.ty)),
            )
            .help(arithmetic_help(op, &x.ty, &y.ty));
            return self.fail(d);
        };
        Ok(call(fun, vec![x, y], ty, at))
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
                let d =
                    Diagnostic::error("type_mismatch", at, format!("{} and {} cannot be compared", a(&x.ty), a(&y.ty)))
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
                let (Some(_), Some(e)) = (unify(&x.ty, &l.of), element(&l.of)) else {
                    let d = Diagnostic::error("type_mismatch", at, format!("{} is never in {}", a(&x.ty), a(&y.ty)))
                        .help("compare with a list of the same type, or write .exists(x, ..)");
                    return self.fail(d);
                };
                Ok(call(Fun::In(e), vec![x, y], Type::Bool, at))
            }
            other => {
                let d =
                    Diagnostic::error("type_mismatch", at, format!("`in` takes a list or a map, this is {}", a(other)))
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
        let help =
            near.map_or_else(|| format!("it is one of: {}", shorten(&of.values)), |n| format!("did you mean `'{n}'`?"));
        self.fail(
            Diagnostic::error("not_one_of", x.at, format!("`{}` is never '{text}'", of.name))
                .label("never this")
                .help(help),
        )
    }
}
