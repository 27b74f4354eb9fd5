//! Conditions that always come out the same.

use super::super::bounds::Analysis;
use super::Whole;
use crate::book::model::Expr;
use crate::diagnostic::{Diagnostic, Findings};
use crate::program::typed::Typed;

/// Looks at the `when` of guards, nevers, faults, remedies and detours.
pub(super) fn check<'a>(whole: &Whole<'a>, analysis: &mut Analysis<'a>, findings: &mut Findings) {
    for guard in whole.guards {
        let what = format!("the guard `{}`", guard.text.id.value);
        one(
            &what,
            Some(&guard.when),
            guard.text.when.as_ref(),
            "mend the condition, or leave the guard out and lower what the roles below may grant",
            analysis,
            findings,
        );
    }
    for never in whole.nevers {
        let what = format!("the never `{}`", never.text.id.value);
        one(
            &what,
            Some(&never.when),
            never.text.when.as_ref(),
            "mend the condition, or leave out what it bars: as it stands, nobody ever gets it",
            analysis,
            findings,
        );
    }
    for policy in whole.policies {
        if let Some(fault) = &policy.fault {
            one(
                "this fault",
                Some(&fault.when),
                fault.text.when.as_ref(),
                "write when the business caused it",
                analysis,
                findings,
            );
        }
        for remedy in &policy.remedies {
            let what = format!("the remedy `{}`", remedy.text.id.value);
            one(&what, remedy.when.as_ref(), remedy.text.when.as_ref(), "leave `when` out", analysis, findings);
        }
        if let Some(detour) = &policy.detour {
            one("this detour", detour.when.as_ref(), detour.text.when.as_ref(), "leave `when` out", analysis, findings);
        }
    }
    same_twice(whole, analysis, findings);
}

fn one<'a>(
    what: &str,
    when: Option<&'a Typed>,
    text: Option<&Expr>,
    if_always: &str,
    analysis: &mut Analysis<'a>,
    findings: &mut Findings,
) {
    let (Some(when), Some(text)) = (when, text) else { return };
    match analysis.decide(when) {
        Some(true) => findings.push(
            Diagnostic::warning("always_holds", text.at, format!("the condition of {what} always holds"))
                .label("always")
                .help(if_always),
        ),
        Some(false) => findings.push(
            Diagnostic::warning("never_holds", text.at, format!("the condition of {what} never holds"))
                .label("never")
                .help(format!("mend the condition, or leave {what} out")),
        ),
        None => {}
    }
}

/// Two guards, or two nevers, with one condition.
fn same_twice<'a>(whole: &Whole<'a>, analysis: &mut Analysis<'a>, findings: &mut Findings) {
    let guards: Vec<_> = whole.guards.iter().map(|g| (&g.text.id, &g.when, g.text.when.as_ref())).collect();
    let nevers: Vec<_> = whole.nevers.iter().map(|n| (&n.text.id, &n.when, n.text.when.as_ref())).collect();
    for (noun, all) in [("guard", guards), ("never", nevers)] {
        for (i, (id, when, text)) in all.iter().enumerate() {
            let Some((other, ..)) = all.iter().take(i).find(|(_, other, _)| analysis.are_same(other, when)) else {
                continue;
            };
            let at = text.map_or(id.at, |text| text.at);
            findings.push(
                Diagnostic::warning(
                    "same_condition_twice",
                    at,
                    format!("the {noun}s `{}` and `{}` have one condition", other.value, id.value),
                )
                .label("the same again")
                .help(format!("make one {noun} of the two")),
            );
        }
    }
}
