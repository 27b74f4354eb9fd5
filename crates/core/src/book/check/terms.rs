//! Terms: what they measure, where their line is, how far each role may stretch it.

use super::ladder::role_of;
use super::values::{day, literal_or_expression};
use crate::book::model::{Expr, LineText, Named, TermShapeText, TermText};
use crate::book::rules::{Disclosed, Reach, Role, RoleId};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::literal;
use crate::number::Number;
use crate::program::infer::{Inferred, Reported, Scope};
use crate::program::typed::Typed;
use crate::program::words::a;
use crate::time::Date;
use crate::types::Type;

/// A term with its expressions typed.
#[derive(Clone, Debug)]
pub(super) struct TypedTerm<'t> {
    pub text: &'t TermText,
    pub when: Option<Typed>,
    pub shape: TypedShape<'t>,
    pub stretch: Vec<(RoleId, Reach)>,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub disclosed: Disclosed,
}

/// What a term looks at.
#[derive(Clone, Debug)]
pub(super) enum TypedShape<'t> {
    Measure { value: Typed, line: TypedLine },
    Require { cond: Typed, wanted: bool },
    Any(Vec<TypedTerm<'t>>),
    All(Vec<TypedTerm<'t>>),
}

/// The line of a measure.
#[derive(Clone, Debug)]
pub(super) enum TypedLine {
    AtMost(Typed),
    AtLeast(Typed),
    Within(Typed, Typed),
    Equals(Typed),
}

impl TypedTerm<'_> {
    /// Calls `visit` with this term and every term below it.
    pub fn walk<'s>(&'s self, visit: &mut impl FnMut(&'s Self)) {
        visit(self);
        if let TypedShape::Any(parts) | TypedShape::All(parts) = &self.shape {
            for part in parts {
                part.walk(visit);
            }
        }
    }
}

/// Where a term stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// At the top or only under `all`.
    All,
    /// Somewhere under `any`.
    Any,
}

/// Types a term and the terms below it; none when something in it does not check.
pub(super) fn term<'t>(
    s: &mut Scope<'_, '_, '_>,
    roles: &[Role],
    text: &'t TermText,
    within: Within,
) -> Option<TypedTerm<'t>> {
    let when = text.when.as_ref().map(|e| s.expression_of(e, &Type::Bool, "`when`"));
    let shape = text.shape.as_ref().map(|shape| typed_shape(s, roles, shape, within));
    let unit = match &shape {
        Some(Ok(TypedShape::Measure { value, .. })) => Some(value.ty.clone()),
        _ => None,
    };
    let stretch = stretch(s, roles, text, unit.as_ref());
    let from = text.from.as_ref().map(|e| day(s.findings, e)).transpose();
    let until = text.until.as_ref().map(|e| day(s.findings, e)).transpose();
    let disclosed = disclosed(s, text, within);
    Some(TypedTerm {
        text,
        when: when.transpose().ok()?,
        shape: shape?.ok()?,
        stretch: stretch?,
        from: from.ok()?,
        until: until.ok()?,
        disclosed: disclosed?,
    })
}

fn typed_shape<'t>(
    s: &mut Scope<'_, '_, '_>,
    roles: &[Role],
    shape: &'t TermShapeText,
    within: Within,
) -> Inferred<TypedShape<'t>> {
    match shape {
        TermShapeText::Measure { measure, line } => measured(s, measure, line),
        TermShapeText::Require(e) => {
            Ok(TypedShape::Require { cond: s.expression_of(e, &Type::Bool, "`require`")?, wanted: true })
        }
        TermShapeText::Unless(e) => {
            Ok(TypedShape::Require { cond: s.expression_of(e, &Type::Bool, "`unless`")?, wanted: false })
        }
        TermShapeText::Any(parts) => group(s, roles, parts, Within::Any).map(TypedShape::Any),
        TermShapeText::All(parts) => group(s, roles, parts, within).map(TypedShape::All),
    }
}

fn group<'t>(
    s: &mut Scope<'_, '_, '_>,
    roles: &[Role],
    parts: &'t [TermText],
    within: Within,
) -> Inferred<Vec<TypedTerm<'t>>> {
    let typed: Vec<_> = parts.iter().map(|p| term(s, roles, p, within)).collect();
    typed.into_iter().collect::<Option<Vec<_>>>().ok_or(Reported)
}

fn measured<'t>(s: &mut Scope<'_, '_, '_>, measure: &Expr, line: &LineText) -> Inferred<TypedShape<'t>> {
    let value = s.expression(measure)?;
    if !matches!(value.ty, Type::Int | Type::Decimal | Type::Percent | Type::Money | Type::Days | Type::Duration) {
        let help = match value.ty {
            Type::Bool => "a condition without a distance is written with `require`",
            Type::Date | Type::Time => "measure the distance between two dates: \"date(asked) - date(order.placed)\"",
            Type::List(_) | Type::Map(_) => "measure how many there are: .size()",
            _ => "measure a number, an amount or a length of time",
        };
        s.findings.push(
            Diagnostic::error("not_a_measure", measure.at, format!("{} cannot be measured", a(&value.ty))).help(help),
        );
        return Err(Reported);
    }
    let ty = value.ty.clone();
    let mut side = |e: &Expr| literal_or_expression(s, e, &ty, "the line");
    let line = match line {
        LineText::AtMost(e) => TypedLine::AtMost(side(e)?),
        LineText::AtLeast(e) => TypedLine::AtLeast(side(e)?),
        LineText::Equals(e) => TypedLine::Equals(side(e)?),
        LineText::Within(from, to) => {
            let (from, to) = (side(from), side(to));
            TypedLine::Within(from?, to?)
        }
    };
    Ok(TypedShape::Measure { value, line })
}

/// Stretches in the order of the ladder; each must reach further than the one below.
fn stretch(
    s: &mut Scope<'_, '_, '_>,
    roles: &[Role],
    text: &TermText,
    unit: Option<&Type>,
) -> Option<Vec<(RoleId, Reach)>> {
    let mut all = Vec::new();
    let mut good = true;
    for entry in &text.stretch {
        let role = role_of(roles, &entry.id, s.findings);
        let reach = reach(s, text, entry, unit);
        match (role, reach) {
            (Some(role), Some(reach)) => all.push((role, reach, entry.item.at)),
            _ => good = false,
        }
    }
    all.sort_by_key(|(role, ..)| *role);
    for pair in all.windows(2) {
        if let [(low, low_reach, _), (high, high_reach, at)] = pair {
            good &= climbs(s, roles, (*low, *low_reach), (*high, *high_reach), *at);
        }
    }
    good.then(|| all.into_iter().map(|(role, reach, _)| (role, reach)).collect())
}

fn climbs(
    s: &mut Scope<'_, '_, '_>,
    roles: &[Role],
    low: (RoleId, Reach),
    high: (RoleId, Reach),
    at: crate::diagnostic::Span,
) -> bool {
    let name = |r: RoleId| roles.get(usize::from(r.0)).map_or("", |r| r.id.as_str());
    let (lower, higher) = (name(low.0), name(high.0));
    let order = match (low.1, high.1) {
        (Reach::Any, Reach::Any) => std::cmp::Ordering::Equal,
        (Reach::Any, Reach::Distance(_)) => std::cmp::Ordering::Greater,
        (Reach::Distance(_), Reach::Any) => std::cmp::Ordering::Less,
        (Reach::Distance(x), Reach::Distance(y)) => x.cmp(&y),
    };
    match order {
        std::cmp::Ordering::Less => true,
        std::cmp::Ordering::Equal => {
            s.findings.push(
                Diagnostic::warning(
                    "stretch_adds_nothing",
                    at,
                    format!("`{higher}` reaches no further than `{lower}`"),
                )
                .label("no further")
                .help(format!("leave `{higher}` out: a role inherits the stretch of the one below")),
            );
            true
        }
        std::cmp::Ordering::Greater => {
            s.findings.push(
                Diagnostic::error(
                    "ladder_not_monotone",
                    at,
                    format!("`{higher}` may stretch less than `{lower}`, which stands below"),
                )
                .label("less than the role below")
                .help(format!("give `{higher}` at least what `{lower}` has, or leave it out to inherit that")),
            );
            false
        }
    }
}

fn reach(s: &mut Scope<'_, '_, '_>, text: &TermText, entry: &Named<Expr>, unit: Option<&Type>) -> Option<Reach> {
    if entry.item.text.trim() == "any" {
        return Some(Reach::Any);
    }
    let Some(unit) = unit else {
        if matches!(text.shape, Some(TermShapeText::Measure { .. }) | None) {
            return None; // The measure is already reported.
        }
        s.findings.push(
            Diagnostic::error(
                "stretch_without_measure",
                entry.item.at,
                "a condition without a measure has no distance to stretch",
            )
            .help("write `any`, or measure something"),
        );
        return None;
    };
    match literal::parse(&entry.item.text, unit, &s.names.schema.units) {
        Ok(found) if found.number < Number::ZERO => {
            s.findings.push(
                Diagnostic::error(
                    "stretch_below_zero",
                    entry.item.at,
                    "a stretch is a distance past the line, never below zero",
                )
                .help("write it without the sign"),
            );
            None
        }
        Ok(found) => Some(Reach::Distance(found.number)),
        Err(_) => {
            let bare = entry.item.text.trim().bytes().all(|b| b.is_ascii_digit() || b == b'.');
            let help = match (bare, unit) {
                (true, Type::Days) => format!("write `{} days`", entry.item.text.trim()),
                (true, Type::Duration) => format!("write `{} h`", entry.item.text.trim()),
                (true, Type::Money) => {
                    format!("write `{} {}`", entry.item.text.trim(), s.names.schema.units.currency.code())
                }
                (true, Type::Percent) => format!("write `{}%`", entry.item.text.trim()),
                _ => match did_you_mean(entry.item.text.trim(), ["any"]) {
                    Some(_) => "did you mean `any`?".to_owned(),
                    None => format!("write {}, or `any`", literal::expected(unit, &s.names.schema.units)),
                },
            };
            s.findings.push(
                Diagnostic::error(
                    "literal_form",
                    entry.item.at,
                    format!("a stretch of this term is {}, `{}` is not", a(unit), entry.item.text),
                )
                .label("not this")
                .help(help),
            );
            None
        }
    }
}

fn disclosed(s: &mut Scope<'_, '_, '_>, text: &TermText, within: Within) -> Option<Disclosed> {
    let known = match (&text.disclosed, &text.disclosed_since) {
        (Some(flag), Some(since)) if flag.value == "false" => {
            s.findings.push(
                Diagnostic::error(
                    "disclosed_twice",
                    since.at,
                    "a term that was never disclosed has no day since when it is",
                )
                .help("leave one of the two out"),
            );
            return None;
        }
        (Some(flag), _) if flag.value == "false" => Disclosed::Never,
        (_, Some(since)) => Disclosed::Since(day(s.findings, since).ok()?),
        _ => Disclosed::Always,
    };
    if known != Disclosed::Always && within == Within::Any {
        let at = text.disclosed.as_ref().map_or(text.at, |t| t.at);
        s.findings.push(
            Diagnostic::error(
                "undisclosed_in_any",
                at,
                "an alternative that customers were not told of would admit everyone",
            )
            .help("move the term out of `any`, or leave `disclosed` out"),
        );
        return None;
    }
    Some(known)
}
