//! Remedies: kinds, amounts, costs, bundles.

use std::collections::HashMap;

use super::values::literal_or_expression;
use crate::book::model::{AmountText, Expr, PolicyText, REMEDY_KINDS, RemedyText};
use crate::book::rules::{Group, Split};
use crate::diagnostic::{Diagnostic, Findings, did_you_mean};
use crate::payout::pays_out;
use crate::program::infer::{Inferred, Reported, Scope};
use crate::program::typed::{Node, Typed};
use crate::program::words::a;
use crate::types::{RecordType, Type};

/// A remedy with its expressions typed.
#[derive(Clone, Debug)]
pub(super) struct TypedRemedy<'t> {
    pub text: &'t RemedyText,
    pub group: Group,
    /// Whether it stands by itself; parts of bundles and of `either` do not.
    pub alone: bool,
    pub when: Option<Typed>,
    pub keeps: Option<Typed>,
    pub expires: Option<Typed>,
    pub items: Option<Typed>,
    pub body: TypedBody,
}

/// What a remedy is.
#[derive(Clone, Debug)]
pub(super) enum TypedBody {
    One(Box<TypedOne>),
    Bundle(Vec<(usize, bool)>),
    Either(Vec<usize>),
}

/// One thing a customer gets.
#[derive(Clone, Debug)]
pub(super) struct TypedOne {
    pub kind: String,
    pub amount: Option<TypedAmount>,
    pub cost: Option<Typed>,
    pub of: Option<Typed>,
    pub refunded: Option<Typed>,
    pub against: Option<Typed>,
    pub to: Vec<Typed>,
    pub split: Option<Split>,
}

/// An amount or a range.
#[derive(Clone, Debug)]
pub(super) enum TypedAmount {
    One(Typed),
    Range(Typed, Typed),
}

/// All remedies of a policy, parts of `either` behind the one they belong to.
pub(super) fn remedies<'t>(s: &mut Scope<'_, '_, '_>, policy: &'t PolicyText) -> Option<Vec<TypedRemedy<'t>>> {
    let groups = [
        (Group::Recovery, &policy.recovery),
        (Group::Remedies, &policy.remedies),
        (Group::Goodwill, &policy.goodwill),
        (Group::Instead, &policy.instead),
    ];
    let mut flat: Vec<(&'t RemedyText, Group, bool)> = Vec::new();
    for (group, list) in groups {
        for remedy in list {
            flat.push((remedy, group, true));
            flat.extend(remedy.either.iter().map(|part| (part, group, false)));
        }
    }
    let index = index_by_id(&flat, s.findings)?;
    let mut in_bundle = vec![false; flat.len()];
    let typed: Vec<_> = flat
        .iter()
        .map(|(text, group, alone)| remedy(s, (policy, text), *group, *alone, &index, &flat, &mut in_bundle))
        .collect();
    let mut typed = typed.into_iter().collect::<Option<Vec<_>>>()?;
    for (remedy, is_part) in typed.iter_mut().zip(in_bundle) {
        remedy.alone &= !is_part;
    }
    Some(typed)
}

type Flat<'t> = [(&'t RemedyText, Group, bool)];

fn index_by_id(flat: &Flat<'_>, findings: &mut Findings) -> Option<HashMap<String, usize>> {
    let mut index = HashMap::new();
    let mut good = true;
    for (i, (text, ..)) in flat.iter().enumerate() {
        if index.insert(text.id.value.clone(), i).is_some() {
            findings.push(
                Diagnostic::error(
                    "remedy_twice",
                    text.id.at,
                    format!("there are two remedies called `{}` in this policy", text.id.value),
                )
                .help("give each its own id"),
            );
            good = false;
        }
    }
    good.then_some(index)
}

fn remedy<'t>(
    s: &mut Scope<'_, '_, '_>,
    (policy, text): (&PolicyText, &'t RemedyText),
    group: Group,
    alone: bool,
    index: &HashMap<String, usize>,
    flat: &Flat<'t>,
    in_bundle: &mut [bool],
) -> Option<TypedRemedy<'t>> {
    let when = optional(text.when.as_ref(), |e| s.expression_of(e, &Type::Bool, "`when`"));
    let keeps = optional(text.keeps.as_ref(), |e| literal_or_expression(s, e, &Type::Percent, "`keeps`"));
    let expires = expires(s, text);
    let items = optional(text.items.as_ref(), |e| s.expression(e));
    let body = if !text.bundle.is_empty() {
        bundle(s.findings, text, index, flat, in_bundle).map(TypedBody::Bundle)
    } else if !text.either.is_empty() {
        Ok(TypedBody::Either(text.either.iter().filter_map(|p| index.get(&p.id.value).copied()).collect()))
    } else {
        one(s, policy, text, group).map(|o| TypedBody::One(Box::new(o)))
    };
    if keeps.is_ok() && text.keeps.is_some() {
        check_customer_value(s, text);
    }
    Some(TypedRemedy {
        text,
        group,
        alone,
        when: when.ok()?,
        keeps: keeps.ok()?,
        expires: expires.ok()?,
        items: items.ok()?,
        body: body.ok()?,
    })
}

fn optional<T>(expr: Option<&Expr>, mut read: impl FnMut(&Expr) -> Inferred<T>) -> Inferred<Option<T>> {
    expr.map(&mut read).transpose()
}

fn check_customer_value(s: &mut Scope<'_, '_, '_>, text: &RemedyText) {
    let place = s.names.schema.find("customer.value").map(|p| (p.slot, p.field.ty == Type::Money));
    match place {
        Some((slot, true)) => {
            s.names.used_cells.insert(slot);
        }
        None if s.names.schema.is_broken("customer.value") => {}
        _ => s.findings.push(
            Diagnostic::error(
                "keeps_without_value",
                text.keeps.as_ref().map_or(text.at, |e| e.at),
                "`keeps` is a percent of `customer.value`, and there is no such amount",
            )
            .help("declare `value?: \"money(0..)\"` under the fact `customer`"),
        ),
    }
}

/// `never`, a number of days, or a date; the first two have nothing to compute.
fn expires(s: &mut Scope<'_, '_, '_>, text: &RemedyText) -> Inferred<Option<Typed>> {
    let Some(expr) = &text.expires else { return Ok(None) };
    let written = expr.text.trim();
    if written == "never" || crate::literal::parse(written, &Type::Days, &s.names.schema.units).is_ok() {
        return Ok(None);
    }
    literal_or_expression(s, expr, &Type::Date, "`expires`").map(Some)
}

fn bundle(
    findings: &mut Findings,
    text: &RemedyText,
    index: &HashMap<String, usize>,
    flat: &Flat<'_>,
    in_bundle: &mut [bool],
) -> Inferred<Vec<(usize, bool)>> {
    let mut parts = Vec::new();
    let mut good = true;
    for (id, may_drop) in &text.bundle {
        match index.get(&id.value) {
            Some(i) if flat.get(*i).is_some_and(|(t, _, alone)| *alone && t.bundle.is_empty()) => {
                if let Some(flag) = in_bundle.get_mut(*i) {
                    *flag = true;
                }
                parts.push((*i, *may_drop));
            }
            Some(_) => {
                findings.push(
                    Diagnostic::error(
                        "bundle_in_bundle",
                        id.at,
                        format!("`{}` cannot be a part of a bundle", id.value),
                    )
                    .help("name single remedies, or an `either` as a whole"),
                );
                good = false;
            }
            None => {
                let near = did_you_mean(&id.value, index.keys().map(String::as_str));
                let help =
                    near.map_or_else(|| "name remedies of this policy".to_owned(), |n| format!("did you mean `{n}`?"));
                findings.push(
                    Diagnostic::error(
                        "unknown_remedy",
                        id.at,
                        format!("there is no remedy `{}` in this policy", id.value),
                    )
                    .label("not known")
                    .help(help),
                );
                good = false;
            }
        }
    }
    if good { Ok(parts) } else { Err(Reported) }
}

fn one(s: &mut Scope<'_, '_, '_>, policy: &PolicyText, text: &RemedyText, group: Group) -> Inferred<TypedOne> {
    let kind = kind(s, text);
    let against = against(s, policy, text, group);
    let amount_type = amount_type(text);
    let amount = text.amount.as_ref().map(|amount| typed_amount(s, amount, &amount_type)).transpose();
    let mut money = |e: Option<&Expr>, what: &str| optional(e, |e| literal_or_expression(s, e, &Type::Money, what));
    let cost = money(text.cost.as_ref(), "the cost");
    let of = money(text.of.as_ref(), "`of`");
    let refunded = money(text.refunded.as_ref(), "`refunded`");
    let to: Vec<_> = text.to.iter().map(|e| s.expression(e)).collect();
    let to = to.into_iter().collect::<Result<Vec<_>, _>>();
    let one = TypedOne {
        kind: kind?,
        amount: amount?,
        cost: cost?,
        of: of?,
        refunded: refunded?,
        against: against?,
        to: to?,
        split: split(text),
    };
    check_fields(s.findings, text, &one, &amount_type)?;
    Ok(one)
}

/// What is paid out counts against: as the remedy says, else as the policy says, else the number of the order.
///
/// Goodwill and codes are no money back for anything, and count against nothing unless they say so.
fn against(s: &mut Scope<'_, '_, '_>, policy: &PolicyText, text: &RemedyText, group: Group) -> Inferred<Option<Typed>> {
    let kind = text.kind.as_ref().map_or("", |kind| kind.value.as_str());
    let own = optional(text.against.as_ref(), |e| s.expression_of(e, &Type::Text, "`against`"))?;
    if own.is_some() || !counts_against(kind, group) {
        return Ok(own);
    }
    match &policy.against {
        Some(expr) => s.expression_of(expr, &Type::Text, "`against`").map(Some),
        None => Ok(order_number(s, text)),
    }
}

/// Whether a kind of remedy is money back for something that was paid.
pub(super) fn counts_against(kind: &str, group: Group) -> bool {
    group != Group::Goodwill && kind != "promo_code" && pays_out(kind)
}

/// The fact `order.id`, where the book has it.
fn order_number(s: &mut Scope<'_, '_, '_>, text: &RemedyText) -> Option<Typed> {
    let place = s.names.schema.find("order.id").filter(|place| place.field.ty == Type::Text)?;
    let (node, ty) = (Node::Slot(place.slot), Type::Text);
    s.names.used_cells.insert(place.slot);
    Some(Typed { node, ty, at: text.id.at })
}

fn kind(s: &mut Scope<'_, '_, '_>, text: &RemedyText) -> Inferred<String> {
    let Some(kind) = &text.kind else {
        return Err(Reported); // The reader has said so.
    };
    if REMEDY_KINDS.contains(&kind.value.as_str()) {
        return Ok(kind.value.clone());
    }
    let near = did_you_mean(&kind.value, REMEDY_KINDS.iter().copied());
    let help =
        near.map_or_else(|| format!("the kinds are: {}", REMEDY_KINDS.join(", ")), |n| format!("did you mean `{n}`?"));
    s.findings.push(
        Diagnostic::error("unknown_kind", kind.at, format!("there is no kind of remedy `{}`", kind.value))
            .label("not a kind")
            .help(help),
    );
    Err(Reported)
}

/// Amounts are money; a code may take off a share, points are counted.
fn amount_type(text: &RemedyText) -> Type {
    let written = match &text.amount {
        Some(AmountText::One(e) | AmountText::Range(e, _)) => e.text.trim(),
        None => "",
    };
    match text.kind.as_ref().map(|k| k.value.as_str()) {
        Some("promo_code") if written.ends_with('%') || written.starts_with("percent(") => Type::Percent,
        Some("points") => Type::Int,
        _ => Type::Money,
    }
}

fn typed_amount(s: &mut Scope<'_, '_, '_>, amount: &AmountText, ty: &Type) -> Inferred<TypedAmount> {
    match amount {
        AmountText::One(e) => literal_or_expression(s, e, ty, "the amount").map(TypedAmount::One),
        AmountText::Range(least, most) => {
            let least = literal_or_expression(s, least, ty, "the least amount");
            let most = literal_or_expression(s, most, ty, "the most");
            Ok(TypedAmount::Range(least?, most?))
        }
    }
}

fn split(text: &RemedyText) -> Option<Split> {
    match text.split.as_ref()?.value.as_str() {
        "proportional" => Some(Split::Proportional),
        _ => Some(Split::InOrder),
    }
}

fn check_fields(findings: &mut Findings, text: &RemedyText, one: &TypedOne, amount_type: &Type) -> Inferred<()> {
    let before = findings.all.len();
    let gives_back = matches!(one.kind.as_str(), "refund" | "price_adjustment");
    let mut need = |missing: bool, field: &str, example: &str| {
        if missing {
            let message = format!("a {} needs `{field}`", one.kind);
            findings.push(Diagnostic::error("remedy_lacks", text.id.at, message).help(format!("write {example}")));
        }
    };
    need(gives_back && one.amount.is_none(), "amount", "`amount: \"paid\"`");
    need(gives_back && one.of.is_none(), "of", "`of: \"paid\"`: what was paid");
    let refunded = "`refunded: \"order.refunded\"`: what was already given back of it";
    need(gives_back && one.refunded.is_none(), "refunded", refunded);
    let has_cost = one.cost.is_some() || (one.amount.is_some() && *amount_type == Type::Money);
    need(!gives_back && !has_cost, "cost", "`cost: 0 USD`: what it costs the business");
    need(one.to.len() > 1 && one.split.is_none(), "split", "`split: in_order` or `split: proportional`");
    let paid = [&text.of, &text.refunded, &text.against].into_iter().flatten().next();
    if let Some(expr) = paid.filter(|_| !pays_out(&one.kind)) {
        findings.push(
            Diagnostic::error(
                "remedy_field",
                expr.at,
                format!("a {} pays nothing out, so `of`, `refunded` and `against` say nothing", one.kind),
            )
            .help("leave them out, or make it a refund"),
        );
    }
    check_payments(findings, text, one);
    if findings.all.len() == before { Ok(()) } else { Err(Reported) }
}

/// Payments are records; to share an amount among several, each says what it paid.
fn check_payments(findings: &mut Findings, text: &RemedyText, one: &TypedOne) {
    for (typed, expr) in one.to.iter().zip(&text.to) {
        let (record, several) = match &typed.ty {
            Type::Record(r) => (r, false),
            // The id of a payment that is kept elsewhere.
            Type::Text if one.to.len() == 1 => continue,
            Type::List(l) => match &l.of {
                Type::Record(r) => (r, true),
                other => return not_a_payment(findings, expr, other),
            },
            other => return not_a_payment(findings, expr, other),
        };
        if (several || one.to.len() > 1) && paid_field(record).is_none() {
            findings.push(
                Diagnostic::error(
                    "payment_without_amount",
                    expr.at,
                    format!("`{}` does not say what was paid with it", record.name),
                )
                .help("declare `paid: \"money(0..)\"` in it, so that the amount can be shared"),
            );
        }
        if several && one.split.is_none() {
            findings.push(
                Diagnostic::error("remedy_lacks", expr.at, "an amount to several payments needs `split`")
                    .help("write `split: in_order` or `split: proportional`"),
            );
        }
    }
}

fn not_a_payment(findings: &mut Findings, expr: &Expr, ty: &Type) {
    findings.push(
        Diagnostic::error("not_a_payment", expr.at, format!("`to` names a payment, this is {}", a(ty)))
            .help("write the path of a record such as order.payment"),
    );
}

/// Offset of the field that says what was paid with a payment.
pub(crate) fn paid_field(record: &RecordType) -> Option<u32> {
    amount_field(record, &["paid", "amount"])
}

/// Offset of the field that says what is left of a payment.
pub(crate) fn left_field(record: &RecordType) -> Option<u32> {
    amount_field(record, &["left"])
}

/// Offset of the field that says what of a payment went back already.
pub(crate) fn back_field(record: &RecordType) -> Option<u32> {
    amount_field(record, &["refunded"])
}

fn amount_field(record: &RecordType, names: &[&str]) -> Option<u32> {
    record.fields.iter().find(|f| f.ty == Type::Money && names.contains(&f.name.as_str())).map(|f| f.offset)
}
