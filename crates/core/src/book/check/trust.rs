//! `trust:`: what each role may act on alone, with what holds where a book says nothing.

use super::ladder::{caps, role_of};
use crate::authority::AGENT;
use crate::book::model::{BookText, Expr, Named, Text};
use crate::book::rules::{Role, RoleId};
use crate::book::trust::{Reliance, Trust};
use crate::diagnostic::{Diagnostic, Findings};
use crate::facts::Source;
use crate::literal::Units;

/// What is written of one role.
type Written<'t> = (RoleId, &'t [Named<Vec<Expr>>], &'t Text);

/// Gives every role its trust.
pub(super) fn trust(book: &BookText, roles: &mut [Role], units: &Units, findings: &mut Findings) {
    let written: Vec<Written<'_>> = book
        .trust
        .iter()
        .filter_map(|of| Some((role_of(roles, &of.id, findings)?, of.item.as_slice(), &of.id)))
        .collect();
    let lowest_person = roles.iter().position(|role| role.id == AGENT).map_or(0, |agent| agent + 1);
    let mut below: Option<Trust> = None;
    for (height, role) in roles.iter_mut().enumerate() {
        let own = written.iter().find(|(id, ..)| usize::from(id.0) == height);
        let own = match own {
            Some((_, sources, _)) => {
                let own = read(sources, units, findings);
                not_less(role, sources, &own, below.as_ref(), findings);
                with_claims(own.map(Option::unwrap_or_default), sources, role)
            }
            None => unsaid(role, height, lowest_person),
        };
        role.trust = Trust::of(own, below.as_ref());
        below = Some(role.trust.clone());
    }
}

/// What holds for a role that is left out, the weakest source first.
fn unsaid(role: &Role, height: usize, lowest_person: usize) -> [Reliance; 4] {
    use Reliance::{Any, Nothing};
    match height {
        _ if height < lowest_person => [Nothing, Nothing, Nothing, Any],
        _ if height == lowest_person => {
            let word = Reliance::of(&role.per_grant);
            [word.clone(), word, Any, Any]
        }
        _ => [Any, Any, Any, Any],
    }
}

/// Before a person, a claim of an agent counts as the customer's word that it passes on, unless the book says otherwise:
/// someone must be able to say yes to it.
fn with_claims(own: [Reliance; 4], sources: &[Named<Vec<Expr>>], role: &Role) -> [Reliance; 4] {
    let is_said = sources.iter().any(|of| of.id.value == Source::Claimed.word());
    let [claimed, word, seen, system] = own;
    let claimed = if role.id == AGENT || is_said { claimed } else { word.clone() };
    [claimed, word, seen, system]
}

/// What is written of a role, the weakest source first.
fn read(sources: &[Named<Vec<Expr>>], units: &Units, findings: &mut Findings) -> [Option<Reliance>; 4] {
    Source::ALL.map(|source| {
        let of = sources.iter().find(|of| of.id.value == source.word())?;
        Some(match of.item.as_slice() {
            [only] if only.text == "any" => Reliance::Any,
            amounts => Reliance::UpTo(caps(amounts, units, findings).0),
        })
    })
}

/// Reports what is written and would be less than holds anyway: than of a role below, or of a weaker source.
fn not_less(
    role: &Role,
    sources: &[Named<Vec<Expr>>],
    own: &[Option<Reliance>; 4],
    below: Option<&Trust>,
    findings: &mut Findings,
) {
    let mut weaker: Option<(Source, &Reliance)> = None;
    for (source, reliance) in Source::ALL.into_iter().zip(own) {
        let Some(reliance) = reliance else { continue };
        let at = sources.iter().find(|of| of.id.value == source.word()).map(|of| of.id.at);
        let less = match (weaker, below) {
            (Some((other, most)), _) if !reliance.covers(most) => {
                Some(format!("`{}` allows less than `{}`, which is the weaker source", source.word(), other.word()))
            }
            (_, Some(below)) if !reliance.covers(below.on(source)) => {
                Some(format!("`{}` may rely on `{}` for less than a role below it", role.id, source.word()))
            }
            _ => None,
        };
        if let (Some(less), Some(at)) = (less, at) {
            let help = format!("leave `{}` out to keep what holds anyway, or allow at least as much", source.word());
            findings.push(Diagnostic::error("trust_shrinks", at, less).label("less").help(help));
        }
        weaker = Some((source, reliance));
    }
}
