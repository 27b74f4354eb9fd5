//! One version of a policy with all its expressions typed.

use super::ladder::proof;
use super::remedies::{TypedRemedy, remedies};
use super::terms::{TypedTerm, Within, term};
use super::values::{day, literal_or_expression};
use crate::book::model::{BookText, DetourText, FaultText, PolicyText, Text};
use crate::book::rules::Role;
use crate::diagnostic::{Diagnostic, Findings, did_you_mean};
use crate::facts::Source;
use crate::program::infer::{Names, Scope};
use crate::program::typed::Typed;
use crate::time::Date;
use crate::types::Type;

/// A version of a policy with its expressions typed.
#[derive(Clone, Debug)]
pub(super) struct TypedPolicy<'t> {
    pub text: &'t PolicyText,
    pub in_force: Option<Date>,
    pub relied_on: Option<Typed>,
    pub terms: Vec<TypedTerm<'t>>,
    pub fault: Option<TypedFault<'t>>,
    pub remedies: Vec<TypedRemedy<'t>>,
    pub detour: Option<TypedDetour<'t>>,
}

/// A fault with its condition typed.
#[derive(Clone, Debug)]
pub(super) struct TypedFault<'t> {
    pub text: &'t FaultText,
    pub when: Typed,
    pub proof: Source,
}

/// A detour with its expressions typed.
#[derive(Clone, Debug)]
pub(super) struct TypedDetour<'t> {
    pub text: &'t DetourText,
    pub when: Option<Typed>,
    pub cost: Option<Typed>,
}

/// Types everything in a policy; none when something in it does not check.
pub(super) fn policy<'t>(
    text: &'t PolicyText,
    book: &'t BookText,
    roles: &[Role],
    names: &mut Names<'_>,
    findings: &mut Findings,
) -> Option<TypedPolicy<'t>> {
    let in_force = text.in_force.as_ref().map(|e| day(findings, e)).transpose();
    let needs = needs(text, names, findings);
    let mut s = Scope::new(names, findings, &needs);
    let relied_on = relied_on(&mut s, text);
    let terms = terms(&mut s, text, book, roles);
    let fault = fault(&mut s, text);
    let remedies = remedies(&mut s, text);
    let detour = detour(&mut s, text);
    check_recovery(text, findings);
    Some(TypedPolicy {
        text,
        in_force: in_force.ok()?,
        relied_on: relied_on?,
        terms: terms?,
        fault: fault?,
        remedies: remedies?,
        detour: detour?,
    })
}

/// `needs:`: optional facts that this policy requires.
fn needs(text: &PolicyText, names: &Names<'_>, findings: &mut Findings) -> Vec<String> {
    let mut all = Vec::new();
    for path in &text.needs {
        match names.schema.find(&path.value).map(|place| place.field.optional) {
            Some(true) => all.push(path.value.clone()),
            Some(false) => findings.push(
                Diagnostic::warning("always_given", path.at, format!("`{}` must always be given", path.value))
                    .help("leave it out of `needs`, or declare it with `?`"),
            ),
            None if names.schema.is_broken(&path.value) => {}
            // What was probably meant is taken for given, so that each use of it is not reported too.
            None => all.extend(unknown_fact(path, names, findings)),
        }
    }
    all
}

/// Reports a fact that is not declared. Returns the one that was probably meant.
fn unknown_fact(path: &Text, names: &Names<'_>, findings: &mut Findings) -> Option<String> {
    let paths = names.schema.paths();
    let near = did_you_mean(&path.value, paths.iter().map(String::as_str));
    let help = near.map_or_else(|| "declare it under `facts`".to_owned(), |n| format!("did you mean `{n}`?"));
    findings.push(
        Diagnostic::error("unknown_name", path.at, format!("there is no fact `{}`", path.value))
            .label("not known")
            .help(help),
    );
    near.map(str::to_owned)
}

/// The outer option is none when it does not check.
#[allow(clippy::option_option)]
fn relied_on(s: &mut Scope<'_, '_, '_>, text: &PolicyText) -> Option<Option<Typed>> {
    let Some(expr) = &text.relied_on else { return Some(None) };
    let typed = s.expression(expr).ok()?;
    if matches!(typed.ty, Type::Date | Type::Time) {
        return Some(Some(typed));
    }
    s.findings.push(
        Diagnostic::error(
            "type_mismatch",
            expr.at,
            format!("`relied_on` is a time or a date, this is {}", crate::program::words::a(&typed.ty)),
        )
        .help("write the fact that says when the customer relied on the rule, such as order.placed"),
    );
    None
}

fn terms<'t>(
    s: &mut Scope<'_, '_, '_>,
    text: &'t PolicyText,
    book: &'t BookText,
    roles: &[Role],
) -> Option<Vec<TypedTerm<'t>>> {
    let mut all = Vec::new();
    let mut good = true;
    for used in &text.uses {
        if let Some(shared) = book.terms.iter().find(|t| t.id.value == used.value) {
            all.push(term(s, roles, shared, Within::All));
            continue;
        }
        let near = did_you_mean(&used.value, book.terms.iter().map(|t| t.id.value.as_str()));
        let help = near
            .map_or_else(|| "write the term under `terms` of book.yaml".to_owned(), |n| format!("did you mean `{n}`?"));
        s.findings.push(
            Diagnostic::error("unknown_term", used.at, format!("there is no shared term `{}`", used.value))
                .label("not known")
                .help(help),
        );
        good = false;
    }
    all.extend(text.terms.iter().map(|t| term(s, roles, t, Within::All)));
    let all = all.into_iter().collect::<Option<Vec<_>>>()?;
    good &= unique_ids(&all, s.findings);
    good.then_some(all)
}

fn unique_ids(terms: &[TypedTerm<'_>], findings: &mut Findings) -> bool {
    let mut seen: Vec<&str> = Vec::new();
    let mut good = true;
    for top in terms {
        top.walk(&mut |t| {
            let id = t.text.id.value.as_str();
            if seen.contains(&id) {
                findings.push(
                    Diagnostic::error(
                        "term_twice",
                        t.text.id.at,
                        format!("there are two terms called `{id}` in this policy"),
                    )
                    .help("give each its own id"),
                );
                good = false;
            }
            seen.push(id);
        });
    }
    good
}

#[allow(clippy::option_option)]
fn fault<'t>(s: &mut Scope<'_, '_, '_>, text: &'t PolicyText) -> Option<Option<TypedFault<'t>>> {
    let Some(fault) = &text.fault else { return Some(None) };
    let proof = proof(fault.proof.as_ref());
    let when = s.expression_of(fault.when.as_ref()?, &Type::Bool, "a fault's `when`").ok()?;
    Some(Some(TypedFault { text: fault, when, proof }))
}

#[allow(clippy::option_option)]
fn detour<'t>(s: &mut Scope<'_, '_, '_>, text: &'t PolicyText) -> Option<Option<TypedDetour<'t>>> {
    let Some(detour) = &text.detour else { return Some(None) };
    let when = detour.when.as_ref().map(|e| s.expression_of(e, &Type::Bool, "a detour's `when`")).transpose();
    let cost = detour.cost.as_ref().map(|e| literal_or_expression(s, e, &Type::Money, "the cost")).transpose();
    Some(Some(TypedDetour { text: detour, when: when.ok()?, cost: cost.ok()? }))
}

fn check_recovery(text: &PolicyText, findings: &mut Findings) {
    match (&text.fault, text.recovery.first()) {
        (None, Some(first)) => findings.push(
            Diagnostic::error(
                "recovery_without_fault",
                first.id.at,
                "recovery is owed for a fault, and this policy names none",
            )
            .help("write `fault: { says: .., when: .. }`, or move the remedy under `remedies`"),
        ),
        (Some(fault), None) => findings.push(
            Diagnostic::warning("fault_without_recovery", fault.at, "nothing is owed when this fault holds")
                .help("write what is owed under `recovery`"),
        ),
        _ => {}
    }
}
