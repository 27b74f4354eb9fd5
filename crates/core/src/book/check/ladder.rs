//! Roles, caps, circumstances, guards and nevers.

use crate::authority::AGENT;
use crate::book::model::{
    BookText, CircumstanceText, Expr, GuardText, NeverText, RoleText, TermShapeText, TermText, Text,
};
use crate::book::rules::{Caps, Circumstance, PerCustomer, Role, RoleId};
use crate::book::trust::Trust;
use crate::diagnostic::{Diagnostic, Findings, did_you_mean};
use crate::facts::Source;
use crate::literal::{self, Units};
use crate::money::Money;
use crate::program::infer::{Names, Scope};
use crate::program::typed::Typed;
use crate::types::Type;

/// The ladder, lowest role first.
pub(super) fn roles(book: &BookText, units: &Units, findings: &mut Findings) -> Vec<Role> {
    book.roles.iter().map(|r| role(r, units, findings)).collect()
}

/// Words that stand in answers and cases where a role may, and are none.
const NO_ROLES: [&str; 4] = ["none", "nobody", "unknown", "any"];
/// The word that stands there where no other id does.
const NO_ID: [&str; 1] = ["none"];
/// Words that stand where the id of a never does.
const NO_NEVERS: [&str; 2] = ["none", "more_than_paid"];

/// An id that is also what stands for none would read as its opposite.
pub(super) fn ids_that_say_none(book: &BookText, findings: &mut Findings) {
    book.roles.iter().for_each(|role| not_a_word(&role.id, "role", &NO_ROLES, findings));
    book.never.iter().for_each(|never| not_a_word(&never.id, "never", &NO_NEVERS, findings));
    for policy in &book.policies {
        let mut terms: Vec<&TermText> = policy.terms.iter().collect();
        while let Some(term) = terms.pop() {
            not_a_word(&term.id, "term", &NO_ID, findings);
            if let Some(TermShapeText::Any(parts) | TermShapeText::All(parts)) = &term.shape {
                terms.extend(parts);
            }
        }
        for group in [&policy.recovery, &policy.remedies, &policy.goodwill, &policy.instead] {
            for remedy in group.iter().flat_map(|remedy| std::iter::once(remedy).chain(&remedy.either)) {
                not_a_word(&remedy.id, "remedy", &NO_ID, findings);
            }
        }
    }
    book.terms.iter().for_each(|term| not_a_word(&term.id, "term", &NO_ID, findings));
}

fn not_a_word(id: &Text, what: &str, words: &[&str], findings: &mut Findings) {
    if !words.contains(&id.value.as_str()) {
        return;
    }
    let error = format!("`{}` cannot be the id of a {what}: answers say it where there is none", id.value);
    let help = format!("choose another id, such as `{}_`", id.value);
    findings.push(Diagnostic::error("bad_id", id.at, error).label("not an id").help(help));
}

fn role(text: &RoleText, units: &Units, findings: &mut Findings) -> Role {
    let (per_grant, per_owed) = (caps(&text.per_grant, units, findings), caps(&text.per_owed, units, findings));
    let per_payout = if text.per_payout.is_empty() {
        unsaid_payout(&per_owed, &per_grant)
    } else {
        caps(&text.per_payout, units, findings)
    };
    Role {
        id: text.id.value.clone(),
        title: text.title.as_ref().unwrap_or(&text.id).value.clone(),
        per_grant,
        per_day: caps(&text.per_day, units, findings),
        per_customer: text.per_customer.as_ref().and_then(|e| per_customer(e, findings)),
        per_owed,
        per_payout,
        owed_per_day: caps(&text.owed_per_day, units, findings),
        trust: Trust::default(),
    }
}

/// What may leave where a role does not say: what it may release as owed, else, and in other currencies, what it may grant.
fn unsaid_payout(per_owed: &Caps, per_grant: &Caps) -> Caps {
    let is_new = |amount: &&Money| !per_owed.0.iter().any(|owed| owed.currency == amount.currency);
    Caps(per_owed.0.iter().chain(per_grant.0.iter().filter(is_new)).copied().collect())
}

/// An AI agent's day is bounded in what it releases as owed too.
pub(super) fn bounded_agent(book: &BookText, units: &Units, findings: &mut Findings) {
    let unbounded = book.roles.iter().filter(|role| role.id.value == AGENT && role.owed_per_day.is_empty());
    for role in unbounded {
        let error = format!("the role `{AGENT}` may release any amount of what is owed in one day");
        let help = format!("write `owed_per_day: 250 {}` in it, or what your day can bear", units.currency.code());
        findings
            .push(Diagnostic::error("agent_without_limit", role.id.at, error).label("no `owed_per_day`").help(help));
    }
}

fn per_customer(expr: &Expr, findings: &mut Findings) -> Option<PerCustomer> {
    match literal::parse_frequency(&expr.text) {
        Ok(f) => Some(PerCustomer { count: f.times, days: f.days }),
        Err(error) => {
            findings.push(Diagnostic::error("literal_form", expr.at, error.to_string()).help("write `2 in 365 days`"));
            None
        }
    }
}

pub(super) fn caps(exprs: &[Expr], units: &Units, findings: &mut Findings) -> Caps {
    let mut amounts: Vec<Money> = Vec::new();
    for expr in exprs {
        match Money::parse(&expr.text, None) {
            Ok(m) if m.minor < 0 => findings.push(
                Diagnostic::error("cap_below_zero", expr.at, "a cap cannot be below zero")
                    .help("write `0 USD` for nothing"),
            ),
            Ok(m) if amounts.iter().any(|a| a.currency == m.currency) => {
                findings.push(
                    Diagnostic::error("cap_twice", expr.at, format!("there is already a cap in {}", m.currency.code()))
                        .help("write one cap a currency"),
                );
            }
            Ok(m) => amounts.push(m),
            Err(error) => {
                let bare = literal::parse(&expr.text, &Type::Money, units).is_ok();
                let help = if bare {
                    format!("write `{} {}`", expr.text.trim(), units.currency.code())
                } else {
                    format!("write an amount such as `100 {}`", units.currency.code())
                };
                findings.push(Diagnostic::error("literal_form", expr.at, format!("a cap: {error}")).help(help));
            }
        }
    }
    Caps(amounts)
}

/// The role of an id.
pub(super) fn role_of(roles: &[Role], id: &Text, findings: &mut Findings) -> Option<RoleId> {
    let found = roles.iter().position(|r| r.id == id.value).and_then(|i| u8::try_from(i).ok());
    if found.is_none() {
        let near = did_you_mean(&id.value, roles.iter().map(|r| r.id.as_str()));
        let all = roles.iter().map(|r| format!("`{}`", r.id)).collect::<Vec<_>>().join(", ");
        let help = near.map_or_else(|| format!("the roles are: {all}"), |n| format!("did you mean `{n}`?"));
        findings.push(
            Diagnostic::error("unknown_role", id.at, format!("there is no role `{}`", id.value))
                .label("not a role")
                .help(help),
        );
    }
    found.map(RoleId)
}

/// `proof:`, the weakest source that counts; the word of the customer, unless said.
pub(super) fn proof(text: Option<&Text>) -> Source {
    text.and_then(|text| Source::parse(&text.value)).unwrap_or(Source::Word)
}

/// What may have happened to a customer.
pub(super) fn circumstances(
    book: &BookText,
    roles: &[Role],
    units: &Units,
    findings: &mut Findings,
) -> Vec<Circumstance> {
    book.circumstances.iter().filter_map(|c| circumstance(c, roles, units, findings)).collect()
}

fn circumstance(
    text: &CircumstanceText,
    roles: &[Role],
    units: &Units,
    findings: &mut Findings,
) -> Option<Circumstance> {
    let proof = proof(text.proof.as_ref());
    let per_grant = caps(&text.per_grant, units, findings);
    let Some(lends) = &text.lends else {
        findings.push(
            Diagnostic::error("lends_nothing", text.at, format!("the circumstance `{}` lends nothing", text.id.value))
                .help("write `lends: { stretch_of: lead, to: frontline }`"),
        );
        return None;
    };
    let stretch_of = role_of(roles, &lends.stretch_of, findings);
    let to = role_of(roles, &lends.to, findings);
    let (stretch_of, to) = (stretch_of?, to?);
    if to >= stretch_of {
        findings.push(
            Diagnostic::error(
                "lends_upwards",
                lends.to.at,
                format!("`{}` stands no lower than `{}`", lends.to.value, lends.stretch_of.value),
            )
            .help("lend the stretch of a higher role to a lower one"),
        );
    }
    let says = text.says.as_ref().unwrap_or(&text.id).value.clone();
    Some(Circumstance { id: text.id.value.clone(), says, proof, stretch_of, to, per_grant })
}

/// A guard with its condition typed.
#[derive(Clone, Debug)]
pub(super) struct TypedGuard<'t> {
    pub text: &'t GuardText,
    pub when: Typed,
    pub needs: RoleId,
}

/// A never with its condition typed.
#[derive(Clone, Debug)]
pub(super) struct TypedNever<'t> {
    pub text: &'t NeverText,
    pub when: Typed,
}

pub(super) fn guards<'t>(
    book: &'t BookText,
    roles: &[Role],
    names: &mut Names<'_>,
    findings: &mut Findings,
) -> Vec<TypedGuard<'t>> {
    let mut all = Vec::new();
    for text in &book.guard {
        let needs = text.needs.as_ref().and_then(|id| role_of(roles, id, findings));
        let when = condition(text.when.as_ref(), "a guard's `when`", names, findings);
        if let (Some(needs), Some(when)) = (needs, when) {
            all.push(TypedGuard { text, when, needs });
        }
    }
    all
}

pub(super) fn nevers<'t>(book: &'t BookText, names: &mut Names<'_>, findings: &mut Findings) -> Vec<TypedNever<'t>> {
    let mut all = Vec::new();
    for text in &book.never {
        if let Some(when) = condition(text.when.as_ref(), "a never's `when`", names, findings) {
            all.push(TypedNever { text, when });
        }
    }
    all
}

fn condition(when: Option<&Expr>, what: &str, names: &mut Names<'_>, findings: &mut Findings) -> Option<Typed> {
    Scope::new(names, findings, &[]).expression_of(when?, &Type::Bool, what).ok()
}
