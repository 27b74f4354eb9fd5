//! What is probably not meant, though it checks.

mod amounts;
mod conditions;
mod declaration;
pub(super) mod everywhere;
mod ladder;
mod literals;
mod nevers;
mod other_side;
mod terms;
mod twice;
mod unused;

use super::Purpose;
use super::bounds::{Analysis, Declared};
use super::ladder::{TypedGuard, TypedNever};
use super::policy::TypedPolicy;
use crate::book::model::BookText;
use crate::book::rules::Role;
use crate::diagnostic::Findings;
use crate::program::infer::Names;

/// A book in which every expression that could be typed is.
pub(super) struct Whole<'a> {
    pub book: &'a BookText,
    /// Whether every file of a policy could be read.
    pub complete: bool,
    pub policies: &'a [TypedPolicy<'a>],
    pub guards: &'a [TypedGuard<'a>],
    pub nevers: &'a [TypedNever<'a>],
    pub names: &'a Names<'a>,
    pub roles: &'a [Role],
    pub purpose: Purpose,
}

/// Looks at a whole book.
pub(super) fn check(whole: &Whole<'_>, findings: &mut Findings) {
    // Where there are errors, what reads something may not have been understood.
    let all_understood = !findings.has_errors();
    for policy in whole.policies {
        super::published::check(policy, findings);
    }
    ladder::check(whole, findings);
    nevers::check(whole, findings);
    let declared = Declared::of(whole.names.schema);
    let mut analysis = Analysis::new(&declared, &whole.names.defines);
    for policy in whole.policies {
        terms::check(policy, whole, &mut analysis, findings);
        other_side::check(policy, whole, &mut analysis, findings);
        literals::check(policy, findings);
        amounts::check(policy, whole, &declared, &mut analysis, findings);
        twice::check(policy, findings);
    }
    literals::divisions(whole, findings);
    conditions::check(whole, &mut analysis, findings);
    if all_understood {
        unused::check(whole, &declared, findings);
    }
}
