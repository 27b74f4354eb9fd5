//! A role may do at least what the role below it may.

use super::Whole;
use crate::book::model::{Expr, RoleText};
use crate::book::rules::{Caps, Limit, PerCustomer, Role};
use crate::diagnostic::{Diagnostic, Findings, Span};
use crate::money::Currency;

/// A role and how it is written.
#[derive(Clone, Copy)]
struct Rung<'a> {
    role: &'a Role,
    text: &'a RoleText,
}

/// What a role may do of one thing, and how that is written.
struct Cap<'a> {
    id: &'a str,
    caps: &'a Caps,
    written: &'a [Expr],
    at: Span,
}

/// Looks at the caps of neighbouring roles. What one may grant in a day is a budget, and no rung.
pub(super) fn check(whole: &Whole<'_>, findings: &mut Findings) {
    let rungs: Vec<_> = whole.roles.iter().zip(&whole.book.roles).map(|(role, text)| Rung { role, text }).collect();
    for pair in rungs.windows(2) {
        let [low, high] = pair else { continue };
        caps("per_grant", &low.per_grant(), &high.per_grant(), findings);
        caps("per_owed", &low.per_owed(), &high.per_owed(), findings);
        if !high.text.per_payout.is_empty() {
            caps("per_payout", &low.per_payout(), &high.per_payout(), findings);
        }
        let is_understood = low.role.per_customer.is_some() || low.text.per_customer.is_none();
        if is_understood && is_rarer(high.role.per_customer, low.role.per_customer) {
            let at = high.text.per_customer.as_ref().map_or(high.text.at, |e| e.at);
            findings.push(falls("per_customer", &low.role.id, &high.role.id, at));
        }
    }
}

impl<'a> Rung<'a> {
    fn per_grant(self) -> Cap<'a> {
        self.cap(&self.role.per_grant, &self.text.per_grant)
    }

    fn per_owed(self) -> Cap<'a> {
        self.cap(&self.role.per_owed, &self.text.per_owed)
    }

    fn per_payout(self) -> Cap<'a> {
        self.cap(&self.role.per_payout, &self.text.per_payout)
    }

    fn cap(self, caps: &'a Caps, written: &'a [Expr]) -> Cap<'a> {
        let at = written.first().map_or(self.text.at, |e| e.at);
        Cap { id: &self.role.id, caps, written, at }
    }
}

fn caps(key: &str, low: &Cap<'_>, high: &Cap<'_>, findings: &mut Findings) {
    if low.caps.0.is_empty() && low.written.is_empty() && !high.caps.0.is_empty() {
        return findings.push(falls(key, low.id, high.id, high.at));
    }
    for amount in &low.caps.0 {
        match high.caps.limit(Some(amount.currency)) {
            Limit::UpTo(most) if most < amount.minor => {
                return findings.push(falls(key, low.id, high.id, high.at));
            }
            Limit::Nothing if amount.minor > 0 => {
                findings.push(lacks_currency(key, low.id, high.id, amount.currency, high.at));
            }
            _ => {}
        }
    }
}

/// Whether the higher role may make fewer exceptions for one customer, as far as the two can be compared.
fn is_rarer(higher: Option<PerCustomer>, lower: Option<PerCustomer>) -> bool {
    match (higher, lower) {
        (Some(_), None) => true,
        (Some(high), Some(low)) => high.count <= low.count && high.days >= low.days && high != low,
        (None, _) => false,
    }
}

fn falls(key: &str, low: &str, high: &str, at: Span) -> Diagnostic {
    let message = format!("the `{key}` of `{high}` is less than that of `{low}`, which stands below");
    Diagnostic::error("ladder_not_monotone", at, message)
        .label("less than the role below")
        .help(format!("give `{high}` at least the `{key}` of `{low}`, or leave `{key}` out for no cap"))
}

fn lacks_currency(key: &str, low: &str, high: &str, currency: Currency, at: Span) -> Diagnostic {
    let message = format!("`{high}` has no `{key}` in {currency}, and `{low}`, which stands below, has one");
    Diagnostic::warning("cap_missing_above", at, message)
        .label(format!("nothing in {currency}"))
        .help(format!("write a `{key}` of `{high}` in {currency} too: what is not named there is nothing"))
}
