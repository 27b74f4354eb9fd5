//! What is called on a value: `list.sum()`, `text.contains(..)`, `date.getMonth()`.

use super::{NAMES, end_of_list, size_of, unknown, usage};
use crate::diagnostic::{Diagnostic, Span};
use crate::program::infer::{Inferred, Reported, Scope, call};
use crate::program::kinship::{fits, list_of};
use crate::program::parse::{Ast, Kind};
use crate::program::typed::{Fun, Typed};
use crate::program::words::a;
use crate::types::Type;

/// What a method takes and gives: function, types of the arguments, type of the result.
type Method = (Fun, &'static [Type], Type);

fn text_method(name: &str, args: usize) -> Option<Method> {
    const NONE: &[Type] = &[];
    const TEXT: &[Type] = &[Type::Text];
    const INT: &[Type] = &[Type::Int];
    Some(match (name, args) {
        ("contains", 1) => (Fun::Contains, TEXT, Type::Bool),
        ("startsWith", 1) => (Fun::StartsWith, TEXT, Type::Bool),
        ("endsWith", 1) => (Fun::EndsWith, TEXT, Type::Bool),
        ("lowerAscii", 0) => (Fun::Lower, NONE, Type::Text),
        ("upperAscii", 0) => (Fun::Upper, NONE, Type::Text),
        ("trim", 0) => (Fun::Trim, NONE, Type::Text),
        ("indexOf", 1) => (Fun::IndexOf, TEXT, Type::Int),
        ("lastIndexOf", 1) => (Fun::LastIndexOf, TEXT, Type::Int),
        ("substring", 1) => (Fun::Substring, INT, Type::Text),
        ("substring", 2) => (Fun::Substring, &[Type::Int, Type::Int], Type::Text),
        ("charAt", 1) => (Fun::CharAt, INT, Type::Text),
        ("replace", 2) => (Fun::Replace, &[Type::Text, Type::Text], Type::Text),
        ("split", 1) => (Fun::Split, TEXT, list_of(Type::Text, 1, crate::types::DEFAULT_MAX_LEN)),
        _ => return None,
    })
}

fn date_method(name: &str) -> Option<Fun> {
    Some(match name {
        "getDayOfWeek" => Fun::DayOfWeek,
        "getDayOfMonth" => Fun::DayOfMonth,
        "getMonth" => Fun::Month,
        "getFullYear" => Fun::Year,
        _ => return None,
    })
}

pub(super) fn method(s: &mut Scope<'_, '_, '_>, target: &Ast, name: &str, args: &[Ast], at: Span) -> Inferred {
    let x = s.infer(target)?;
    let is_text = fits(&x.ty, &Type::Text);
    match (name, args) {
        ("size", []) => size_of(s, x, at),
        ("sum", []) => sum(s, x, at),
        ("min" | "max", []) => end_of_list(s, x, name, at),
        ("join", [] | [_]) if matches!(&x.ty, Type::List(l) if fits(&l.of, &Type::Text)) => {
            let mut all = vec![x];
            for arg in args {
                all.push(s.operand(arg, &Type::Text, "join()")?);
            }
            Ok(call(Fun::JoinList, all, Type::Text, at))
        }
        ("matches", [pattern]) if is_text => matches(s, x, pattern, at),
        _ if is_text && text_method(name, args.len()).is_some() => with_arguments(s, x, name, args, at),
        (_, []) if x.ty == Type::Date && date_method(name).is_some() => {
            date_method(name).map_or(Err(Reported), |fun| Ok(call(fun, vec![x], Type::Int, at)))
        }
        _ => no_method(s, &x, name, args, at),
    }
}

fn with_arguments(s: &mut Scope<'_, '_, '_>, x: Typed, name: &str, args: &[Ast], at: Span) -> Inferred {
    let Some((fun, wanted, ty)) = text_method(name, args.len()) else { return Err(Reported) };
    let mut all = vec![x];
    for (arg, wanted) in args.iter().zip(wanted) {
        all.push(s.operand(arg, wanted, name)?);
    }
    Ok(call(fun, all, ty, at))
}

fn no_method(s: &mut Scope<'_, '_, '_>, x: &Typed, name: &str, args: &[Ast], at: Span) -> Inferred {
    if !NAMES.contains(&name) {
        return unknown(s, name, args, Some(x.at), at);
    }
    let help = match (&x.ty, name) {
        (Type::Time, "getDayOfWeek" | "getDayOfMonth" | "getMonth" | "getFullYear") => {
            format!("take its day first: date(..).{name}()")
        }
        _ => usage(name),
    };
    s.fail(
        Diagnostic::error("wrong_arguments", at, format!("{} has no `{name}` with {} arguments", a(&x.ty), args.len()))
            .help(help),
    )
}

fn sum(s: &mut Scope<'_, '_, '_>, x: Typed, at: Span) -> Inferred {
    let of = match &x.ty {
        Type::List(l) => l.of.clone(),
        other => other.clone(),
    };
    let fun = match of {
        Type::Money => Fun::SumMoney,
        Type::Int | Type::Decimal | Type::Percent | Type::Days | Type::Duration => Fun::Sum,
        _ => {
            let d = Diagnostic::error(
                "type_mismatch",
                x.at,
                format!("sum() takes a list of numbers or amounts, this is {}", a(&x.ty)),
            )
            .help("write order.lines.map(l, l.paid).sum()");
            return s.fail(d);
        }
    };
    if !matches!(x.ty, Type::List(_)) {
        let d = Diagnostic::error("type_mismatch", x.at, format!("sum() takes a list, this is {}", a(&x.ty)))
            .help("leave sum() out");
        return s.fail(d);
    }
    Ok(call(fun, vec![x], of, at))
}

fn matches(s: &mut Scope<'_, '_, '_>, x: Typed, pattern: &Ast, at: Span) -> Inferred {
    let Kind::Text(text) = &pattern.kind else {
        return s.fail(
            Diagnostic::error("wrong_arguments", pattern.at, "a pattern must be written out")
                .help("write text in quotes, such as '^[A-Z]{3}$'"),
        );
    };
    let compiled = regex::RegexBuilder::new(text).size_limit(1 << 18).build();
    match compiled {
        Ok(regex) => {
            let index = u16::try_from(s.names.patterns.len()).map_err(|_| Reported)?;
            s.names.patterns.push(regex);
            Ok(call(Fun::Matches(index), vec![x], Type::Bool, at))
        }
        Err(_) => s.fail(
            Diagnostic::error("pattern_form", pattern.at, format!("'{text}' is not a pattern, or too large a one"))
                .help("write a regular expression of RE2's kind"),
        ),
    }
}
