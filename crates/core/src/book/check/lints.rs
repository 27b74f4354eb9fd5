//! What is probably not meant.
use super::ladder::TypedNever;
use super::policy::TypedPolicy;
use crate::book::model::BookText;
use crate::book::rules::Role;
use crate::diagnostic::Findings;
use crate::program::infer::Names;

pub(super) fn check(
    _book: &BookText,
    policies: &[TypedPolicy<'_>],
    _nevers: &[TypedNever<'_>],
    _names: &Names<'_>,
    _roles: &[Role],
    findings: &mut Findings,
) {
    for policy in policies {
        super::published::check(policy, findings);
    }
}
