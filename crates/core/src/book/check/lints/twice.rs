//! What pays out and counts against nothing.

use super::super::policy::TypedPolicy;
use super::super::remedies::{TypedBody, TypedRemedy, counts_against};
use crate::diagnostic::{Diagnostic, Findings};

/// Looks at every remedy of a policy: money that goes back for something says for what.
pub(super) fn check(policy: &TypedPolicy<'_>, findings: &mut Findings) {
    for remedy in policy.remedies.iter().filter(|remedy| is_open(remedy)) {
        let id = &remedy.text.id;
        findings.push(
            Diagnostic::warning(
                "paid_twice",
                id.at,
                format!("nothing keeps `{}` from being paid twice, on two cases", id.value),
            )
            .label("nothing says what it was paid for")
            .help("give what was paid for an id, and write such as `against: \"order.id\"`"),
        );
    }
}

fn is_open(remedy: &TypedRemedy<'_>) -> bool {
    let TypedBody::One(one) = &remedy.body else { return false };
    counts_against(&one.kind, remedy.group) && one.against.is_none()
}
