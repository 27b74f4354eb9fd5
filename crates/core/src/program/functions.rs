//! The functions of the language: what they take and what they give.

mod methods;

use super::infer::{Inferred, Reported, Scope, call, decimal, too_many_digits};
use super::kinship::{element, list_of, unify};
use super::parse::{Ast, Kind};
use super::typed::{Const, Each, Fun, Node, Typed};
use super::words::a;
use crate::diagnostic::{Diagnostic, Span, did_you_mean};
use crate::money::Currency;
use crate::number::Number;
use crate::types::Type;

/// Names that functions have, beside the currency codes in small letters.
pub const NAMES: &[&str] = &[
    "has",
    "size",
    "date",
    "time",
    "days",
    "months",
    "hours",
    "minutes",
    "percent",
    "min",
    "max",
    "int",
    "string",
    "abs",
    "contains_all",
    "same_items",
    "all",
    "exists",
    "exists_one",
    "filter",
    "map",
    "sum",
    "range",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "lowerAscii",
    "upperAscii",
    "trim",
    "indexOf",
    "lastIndexOf",
    "substring",
    "charAt",
    "replace",
    "split",
    "join",
    "getDayOfWeek",
    "getDayOfMonth",
    "getMonth",
    "getFullYear",
];

/// Gives a call its type.
///
/// # Errors
/// Reported to the findings.
pub(super) fn infer_call(
    s: &mut Scope<'_, '_, '_>,
    target: Option<&Ast>,
    name: &str,
    args: &[Ast],
    at: Span,
) -> Inferred {
    match target {
        None => global(s, name, args, at),
        Some(Ast { kind: Kind::Name(n), .. }) if n == "lists" && name == "range" => range(s, args, at),
        Some(target) => match each_name(name) {
            Some(how) => s.each(how, target, args, at),
            None => methods::method(s, target, name, args, at),
        },
    }
}

fn each_name(name: &str) -> Option<Each> {
    Some(match name {
        "all" => Each::All,
        "exists" => Each::Exists,
        "exists_one" => Each::ExistsOne,
        "filter" => Each::Filter,
        "map" => Each::Map,
        _ => return None,
    })
}

fn global(s: &mut Scope<'_, '_, '_>, name: &str, args: &[Ast], at: Span) -> Inferred {
    if name == "has" {
        return s.has(args, at);
    }
    if let Some(currency) = currency_named(name) {
        return amount(s, currency, name, args, at);
    }
    match (name, args) {
        ("size", [x]) => size(s, x, at),
        ("date", [x]) => date(s, x, at),
        ("time", [x]) => time(s, x, at),
        ("days", [x]) => counted(s, x, Type::Days, at),
        ("months", [x]) => counted(s, x, Type::Months, at),
        ("hours", [x]) => duration(s, x, 3600, at),
        ("minutes", [x]) => duration(s, x, 60, at),
        ("percent", [x]) => percent(s, x, at),
        ("min" | "max", [x]) => least_or_most(s, x, name, at),
        ("min" | "max", [_, _, ..]) => of_several(s, name, args, at),
        ("int", [x]) => int(s, x, at),
        ("string", [x]) => string(s, x, at),
        ("abs", [x]) => abs(s, x, at),
        ("contains_all" | "same_items", [x, y]) => multiset(s, name, x, y, at),
        _ => unknown(s, name, args, None, at),
    }
}

fn currency_named(name: &str) -> Option<Currency> {
    let small = name.len() == 3 && name.bytes().all(|b| b.is_ascii_lowercase());
    if small { Currency::parse(&name.to_ascii_uppercase()) } else { None }
}

fn unknown(s: &mut Scope<'_, '_, '_>, name: &str, args: &[Ast], target: Option<Span>, at: Span) -> Inferred {
    if NAMES.contains(&name) {
        let d =
            Diagnostic::error("wrong_arguments", at, format!("`{name}` does not take {} arguments here", args.len()))
                .help(usage(name));
        return s.fail(d);
    }
    let near = did_you_mean(name, NAMES.iter().copied());
    let help = near.map_or_else(
        || "see the language reference for the functions there are".to_owned(),
        |n| format!("did you mean `{n}`? {}", usage(n)),
    );
    s.fail(
        Diagnostic::error(
            "unknown_function",
            name_at(name, args, target, at),
            format!("there is no function `{name}`"),
        )
        .label("not known")
        .help(help),
    )
}

/// Where the name of a function stands in a call; the whole call, where single places are not known.
fn name_at(name: &str, args: &[Ast], target: Option<Span>, at: Span) -> Span {
    let len = u32::try_from(name.len()).unwrap_or(u32::MAX);
    match (target, args.first()) {
        (Some(target), _) if target != at => at.part(target.end.saturating_sub(at.start).saturating_add(1), len),
        (None, Some(first)) if first.at != at => at.part(0, len),
        (None, None) if at.end - at.start == len.saturating_add(2) => at.part(0, len),
        _ => at,
    }
}

fn usage(name: &str) -> String {
    let form = match name {
        "has" => "has(promotion)",
        "all" | "exists" | "exists_one" | "filter" => return format!("write order.lines.{name}(l, l.paid > usd(0))"),
        "map" => "order.lines.map(l, l.paid)",
        "sum" => "order.lines.map(l, l.paid).sum()",
        "size" => "order.lines.size()",
        "min" | "max" => return format!("write {name}(x, y) or list.{name}()"),
        "range" => "lists.range(3)",
        "contains_all" | "same_items" => return format!("write {name}(one_list, other_list)"),
        "substring" => "text.substring(0, 3)",
        "replace" => "text.replace('a', 'b')",
        "date" => "date(order.placed) or date('2026-09-01')",
        "time" | "days" | "months" | "hours" | "minutes" | "percent" | "int" | "string" | "abs" => {
            return format!("write {name}(x)");
        }
        _ => return format!("write x.{name}(..)"),
    };
    format!("write {form}")
}

/// `usd(9.50)`: digits are read as written; anything else is a number of major units.
fn amount(s: &mut Scope<'_, '_, '_>, currency: Currency, name: &str, args: &[Ast], at: Span) -> Inferred {
    let [x] = args else {
        return s.fail(
            Diagnostic::error("wrong_arguments", at, format!("{name}() takes one number"))
                .help(format!("write {name}(9.50)")),
        );
    };
    let scale = Number::whole(10_i128.pow(currency.exponent()));
    let typed = amount_text(s, x)?;
    if let Node::Const(Const::Number(n)) = typed.node {
        let minor = n.mul(scale);
        if minor.and_then(Number::as_whole).is_some_and(|whole| i64::try_from(whole).is_err()) {
            let d = Diagnostic::error(
                "number_form",
                x.at,
                format!("this is more {} than an amount can be", currency.code()),
            )
            .help("write at most 18 digits, those after the point counted");
            return s.fail(d);
        }
        let minor = minor.filter(|m| m.as_whole().is_some());
        let Some(minor) = minor else {
            let d = Diagnostic::error(
                "too_many_decimals",
                x.at,
                format!("{} has {} decimals, no more", currency.code(), currency.exponent()),
            )
            .help(format!("write at most {} digits after the point", currency.exponent()));
            return s.fail(d);
        };
        return Ok(Typed::constant(Const::Money(minor, currency), Type::Money, at));
    }
    Ok(call(Fun::MoneyOf(currency), vec![typed], Type::Money, at))
}

/// Whether a text is digits with at most one point, however many.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.bytes().any(|b| b.is_ascii_digit())
        && digits.bytes().filter(|b| *b == b'.').count() <= 1
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// The argument of a currency: a number, or digits in quotes.
fn amount_text(s: &mut Scope<'_, '_, '_>, x: &Ast) -> Inferred {
    match &x.kind {
        Kind::Text(text) => match decimal(text) {
            Some(n) => Ok(Typed::constant(Const::Number(n), Type::Decimal, x.at)),
            None if is_number(text) => s.fail(too_many_digits(text, x.at)),
            None => s.fail(
                Diagnostic::error("number_form", x.at, format!("'{text}' is not a number"))
                    .help("write digits, such as '9.50'"),
            ),
        },
        _ => s.operand(x, &Type::Decimal, "an amount"),
    }
}

fn size(s: &mut Scope<'_, '_, '_>, x: &Ast, at: Span) -> Inferred {
    let x = s.infer(x)?;
    size_of(s, x, at)
}

fn size_of(s: &mut Scope<'_, '_, '_>, x: Typed, at: Span) -> Inferred {
    match &x.ty {
        Type::List(_) | Type::Map(_) => Ok(call(Fun::SizeList, vec![x], Type::Int, at)),
        Type::Text | Type::Enum(_) => Ok(call(Fun::SizeText, vec![x], Type::Int, at)),
        other => {
            let d = Diagnostic::error("type_mismatch", x.at, format!("{} has no size", a(other)))
                .help("write the path of a list, a map or a text");
            s.fail(d)
        }
    }
}

fn date(s: &mut Scope<'_, '_, '_>, x: &Ast, at: Span) -> Inferred {
    if let Kind::Text(text) = &x.kind {
        return match crate::time::Date::parse(text) {
            Ok(day) => Ok(Typed::constant(Const::Number(Number::whole(i128::from(day.days()))), Type::Date, at)),
            Err(_) => s.fail(
                Diagnostic::error("date_form", x.at, format!("'{text}' is not a date"))
                    .help("write it as '2026-09-01'"),
            ),
        };
    }
    let x = s.infer(x)?;
    match x.ty {
        Type::Date => Ok(x),
        Type::Time => Ok(call(Fun::DateOf, vec![x], Type::Date, at)),
        _ => {
            let d = Diagnostic::error("type_mismatch", x.at, format!("date() takes a time, this is {}", a(&x.ty)))
                .help("write date(order.placed)");
            s.fail(d)
        }
    }
}

fn time(s: &mut Scope<'_, '_, '_>, x: &Ast, at: Span) -> Inferred {
    let Kind::Text(text) = &x.kind else {
        return s.operand(x, &Type::Time, "time()");
    };
    match crate::time::Time::parse(text, &s.names.schema.units.zone) {
        Ok(t) => Ok(Typed::constant(Const::Number(Number::whole(i128::from(t.micros()))), Type::Time, at)),
        Err(_) => s.fail(
            Diagnostic::error("time_form", x.at, format!("'{text}' is not a time"))
                .help("write it as '2026-09-01T18:00:00'"),
        ),
    }
}

/// `days(14)`, `months(3)`: a whole number with a unit.
fn counted(s: &mut Scope<'_, '_, '_>, x: &Ast, ty: Type, at: Span) -> Inferred {
    let x = s.operand(x, &Type::Int, if ty == Type::Days { "days()" } else { "months()" })?;
    Ok(Typed { ty, at, ..x })
}

fn duration(s: &mut Scope<'_, '_, '_>, x: &Ast, seconds: u32, at: Span) -> Inferred {
    let x = s.operand(x, &Type::Decimal, "a duration")?;
    if let Node::Const(Const::Number(n)) = x.node {
        let micros =
            n.mul(Number::whole(i128::from(seconds) * 1_000_000)).filter(|m| m.as_whole().is_some()).ok_or(Reported);
        if let Ok(micros) = micros {
            return Ok(Typed::constant(Const::Number(micros), Type::Duration, at));
        }
    }
    Ok(call(Fun::DurationOf(seconds), vec![x], Type::Duration, at))
}

fn percent(s: &mut Scope<'_, '_, '_>, x: &Ast, at: Span) -> Inferred {
    let x = s.operand(x, &Type::Decimal, "percent()")?;
    if let Node::Const(Const::Number(n)) = x.node
        && let Some(share) = n.div(Number::whole(100))
    {
        return Ok(Typed::constant(Const::Number(share), Type::Percent, at));
    }
    Ok(call(Fun::PercentOf, vec![x], Type::Percent, at))
}

fn least_or_most(s: &mut Scope<'_, '_, '_>, x: &Ast, name: &str, at: Span) -> Inferred {
    let x = s.infer(x)?;
    end_of_list(s, x, name, at)
}

fn end_of_list(s: &mut Scope<'_, '_, '_>, x: Typed, name: &str, at: Span) -> Inferred {
    let of = match &x.ty {
        Type::List(l) if ordered(&l.of) => l.of.clone(),
        other => {
            let d = Diagnostic::error(
                "type_mismatch",
                x.at,
                format!("{name}() takes a list of numbers or amounts, this is {}", a(other)),
            )
            .help(format!("write order.lines.map(l, l.paid).{name}()"));
            return s.fail(d);
        }
    };
    let money = of == Type::Money;
    Ok(call(if name == "min" { Fun::Least(money) } else { Fun::Most(money) }, vec![x], of, at))
}

fn ordered(ty: &Type) -> bool {
    !matches!(
        ty,
        Type::Text | Type::Enum(_) | Type::Bool | Type::Months | Type::List(_) | Type::Map(_) | Type::Record(_)
    )
}

/// `min(a, b)`: the least of a list of the arguments.
fn of_several(s: &mut Scope<'_, '_, '_>, name: &str, args: &[Ast], at: Span) -> Inferred {
    let list = s.infer(&Ast { kind: Kind::List(args.to_vec()), at })?;
    end_of_list(s, list, name, at)
}

fn int(s: &mut Scope<'_, '_, '_>, x: &Ast, at: Span) -> Inferred {
    let x = s.infer(x)?;
    match x.ty {
        Type::Int => Ok(x),
        Type::Days => Ok(Typed { ty: Type::Int, at, ..x }),
        Type::Decimal => Ok(call(Fun::Truncate, vec![x], Type::Int, at)),
        Type::Text => Ok(call(Fun::IntOfText, vec![x], Type::Int, at)),
        _ => {
            let d = Diagnostic::error("type_mismatch", x.at, format!("int() takes a number, this is {}", a(&x.ty)))
                .help("divide by a unit first, such as x / usd(1), for a plain number");
            s.fail(d)
        }
    }
}

fn string(s: &mut Scope<'_, '_, '_>, x: &Ast, at: Span) -> Inferred {
    let x = s.infer(x)?;
    match x.ty {
        Type::Text | Type::Enum(_) => Ok(Typed { ty: Type::Text, at, ..x }),
        Type::Int => Ok(call(Fun::TextOfInt, vec![x], Type::Text, at)),
        _ => {
            let d = Diagnostic::error(
                "type_mismatch",
                x.at,
                format!("string() takes a whole number or text, this is {}", a(&x.ty)),
            )
            .help("words for people belong into `say`");
            s.fail(d)
        }
    }
}

fn abs(s: &mut Scope<'_, '_, '_>, x: &Ast, at: Span) -> Inferred {
    let x = s.infer(x)?;
    match x.ty {
        Type::Int | Type::Decimal | Type::Percent | Type::Money | Type::Days | Type::Duration => {
            let ty = x.ty.clone();
            Ok(call(Fun::Abs, vec![x], ty, at))
        }
        _ => {
            let d = Diagnostic::error("type_mismatch", x.at, format!("abs() takes a number, this is {}", a(&x.ty)))
                .help("write abs(x - y)");
            s.fail(d)
        }
    }
}

fn multiset(s: &mut Scope<'_, '_, '_>, name: &str, x: &Ast, y: &Ast, at: Span) -> Inferred {
    let (x, y) = (s.infer(x), s.infer(y));
    let (x, y) = (x?, y?);
    let both = unify(&x.ty, &y.ty);
    let of = match &both {
        Some(Type::List(l)) => element(&l.of),
        _ => None,
    };
    let Some(of) = of else {
        let d = Diagnostic::error(
            "type_mismatch",
            at,
            format!("{name}() takes two lists of the same plain type, these are {} and {}", a(&x.ty), a(&y.ty)),
        )
        .help(format!("write {name}(sent, order.lines.map(l, l.sku))"));
        return s.fail(d);
    };
    let fun = if name == "same_items" { Fun::SameItems(of) } else { Fun::ContainsAll(of) };
    Ok(call(fun, vec![x, y], Type::Bool, at))
}

fn range(s: &mut Scope<'_, '_, '_>, args: &[Ast], at: Span) -> Inferred {
    let [n] = args else {
        return s.fail(
            Diagnostic::error("wrong_arguments", at, "lists.range() takes one whole number")
                .help("write lists.range(3) for [0, 1, 2]"),
        );
    };
    let n = s.operand(n, &Type::Int, "lists.range()")?;
    let max = match n.node {
        Node::Const(Const::Number(k)) => k.as_whole().and_then(|k| u32::try_from(k).ok()).unwrap_or(u32::MAX),
        _ => crate::types::DEFAULT_MAX_LEN,
    };
    if max > crate::types::DEFAULT_MAX_LEN {
        let d = Diagnostic::error(
            "list_too_long",
            at,
            format!("a list holds at most {} items", crate::types::DEFAULT_MAX_LEN),
        )
        .help("write a smaller number");
        return s.fail(d);
    }
    Ok(call(Fun::Range, vec![n], list_of(Type::Int, 0, max), at))
}
