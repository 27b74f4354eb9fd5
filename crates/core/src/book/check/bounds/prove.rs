//! Proving that a form is never below zero.

use super::form::{Form, Unknown};
use super::interval::Interval;
use super::{Analysis, Assumed};
use crate::number::Number;

/// How many forms one proof may look at.
const STEPS: u32 = 500;
/// How many assumptions one proof may put together.
const ASSUMPTIONS: u32 = 3;

impl Analysis<'_> {
    /// Whether a form is never below zero under what is assumed.
    pub(in crate::book::check) fn proves(&mut self, form: &Form) -> bool {
        let mut left = STEPS;
        self.holds(form, ASSUMPTIONS, &mut left)
    }

    fn holds(&mut self, form: &Form, assumptions: u32, left: &mut u32) -> bool {
        if self.range(form).is_not_below_zero() {
            return true;
        }
        let Some(fewer) = left.checked_sub(1) else { return false };
        *left = fewer;
        self.holds_by_assumption(form, assumptions, left)
            || self.holds_in_some_way(form, assumptions, left)
            || self.holds_in_all_cases(form, assumptions, left)
    }

    /// What is left of the form without a multiple of something not below zero is still not below zero.
    fn holds_by_assumption(&mut self, form: &Form, assumptions: u32, left: &mut u32) -> bool {
        let Some(fewer) = assumptions.checked_sub(1) else { return false };
        for index in 0..self.assumed.forms.len() {
            let Some(known) = self.assumed.forms.get(index).cloned() else { continue };
            if self.range(&known).hi.is_some_and(|hi| hi < Number::ZERO) {
                return true; // This cannot come up.
            }
            for times in multiples(form, &known) {
                if self.holds(&form.sub(&known.scale(Interval::point(times))), fewer, left) {
                    return true;
                }
            }
        }
        false
    }

    fn holds_in_some_way(&mut self, form: &Form, assumptions: u32, left: &mut u32) -> bool {
        for unknown in unknowns(form) {
            let ways = self.known(unknown).map(|k| k.ways.clone()).unwrap_or_default();
            for way in ways {
                if self.holds(&form.with(unknown, &way), assumptions, left) {
                    return true;
                }
            }
        }
        false
    }

    fn holds_in_all_cases(&mut self, form: &Form, assumptions: u32, left: &mut u32) -> bool {
        for unknown in unknowns(form) {
            let cases = self.known(unknown).map(|k| k.cases.clone()).unwrap_or_default();
            if cases.is_empty() {
                continue;
            }
            let all = cases.iter().all(|case| {
                if self.assumed.rules_out(&case.assumed) {
                    return true;
                }
                let before = self.assumed.len();
                self.assumed.extend(case.assumed.clone());
                let holds = self.holds(&form.with(unknown, &case.is), assumptions, left);
                self.assumed.truncate(before);
                holds
            });
            if all {
                return true;
            }
        }
        false
    }
}

impl Assumed {
    /// Whether something is assumed to come out the other way.
    fn rules_out(&self, case: &Self) -> bool {
        case.truths.iter().any(|(id, truth)| self.truths.contains(&(*id, !truth)))
    }
}

fn unknowns(form: &Form) -> Vec<Unknown> {
    form.parts.keys().copied().collect()
}

/// How often something can be taken away so that one of the unknowns goes.
fn multiples(form: &Form, known: &Form) -> Vec<Number> {
    let mut all = Vec::new();
    for (unknown, times) in &known.parts {
        let (Some(of_known), Some(of_form)) = (times.as_point(), form.parts.get(unknown)) else { continue };
        for end in [of_form.lo, of_form.hi].into_iter().flatten() {
            if let Some(n) = end.div(of_known)
                && n > Number::ZERO
                && !all.contains(&n)
            {
                all.push(n);
            }
        }
    }
    all
}
