//! Proving that a form is never below zero.

use super::form::{Form, Unknown};
use super::interval::Interval;
use super::{Analysis, Assumed};
use crate::number::Number;

/// How many forms one proof may look at.
const STEPS: u32 = 500;
/// How many assumptions one proof may put together.
const ASSUMPTIONS: u32 = 3;

/// What a proof may still try.
#[derive(Clone, Copy)]
struct Open {
    /// How many assumptions more.
    assumptions: u32,
    /// Only ways of unknowns before this one: what an unknown stands for was met before it, so that going from the
    /// last to the first tries each choice of ways once.
    ways_before: Unknown,
    /// Only cases of unknowns before this one.
    cases_before: Unknown,
}

impl Open {
    /// Everything, with so many assumptions.
    fn all(assumptions: u32) -> Self {
        Self { assumptions, ways_before: Unknown(u32::MAX), cases_before: Unknown(u32::MAX) }
    }
}

impl Analysis<'_> {
    /// Whether a form is never below zero under what is assumed.
    pub(in crate::book::check) fn proves(&mut self, form: &Form) -> bool {
        let mut left = STEPS;
        self.holds(form, Open::all(ASSUMPTIONS), &mut left)
    }

    fn holds(&mut self, form: &Form, open: Open, left: &mut u32) -> bool {
        if self.range(form).is_not_below_zero() {
            return true;
        }
        let Some(fewer) = left.checked_sub(1) else { return false };
        *left = fewer;
        self.holds_by_assumption(form, open, left) || self.holds_without_unknowns(form, open, left)
    }

    /// What is left of the form without a multiple of something not below zero is still not below zero.
    fn holds_by_assumption(&mut self, form: &Form, open: Open, left: &mut u32) -> bool {
        let Some(assumptions) = open.assumptions.checked_sub(1) else { return false };
        for index in 0..self.assumed.forms.len() {
            let Some(known) = self.assumed.forms.get(index).cloned() else { continue };
            if self.range(&known).hi.is_some_and(|hi| hi < Number::ZERO) {
                return true; // This cannot come up.
            }
            for times in multiples(form, &known) {
                let rest = form.sub(&known.scale(Interval::point(times)));
                if self.holds(&rest, Open::all(assumptions), left) {
                    return true;
                }
            }
        }
        false
    }

    /// Puts what an unknown stands for in its place, beginning with the last that was met.
    fn holds_without_unknowns(&mut self, form: &Form, open: Open, left: &mut u32) -> bool {
        let unknowns: Vec<Unknown> = form.parts.keys().rev().copied().collect();
        unknowns.into_iter().any(|unknown| {
            (unknown < open.ways_before && self.holds_in_some_way(form, unknown, open, left))
                || (unknown < open.cases_before && self.holds_in_all_cases(form, unknown, open, left))
        })
    }

    /// After a way no case of a later unknown: looking at the cases first, each could have had a way of its own.
    fn holds_in_some_way(&mut self, form: &Form, unknown: Unknown, open: Open, left: &mut u32) -> bool {
        let open = Open { ways_before: unknown, cases_before: open.cases_before.min(unknown), ..open };
        let ways = self.known(unknown).map(|k| k.ways.clone()).unwrap_or_default();
        ways.iter().any(|way| self.holds(&form.with(unknown, way), open, left))
    }

    /// Each case may take its own ways, of later unknowns too.
    fn holds_in_all_cases(&mut self, form: &Form, unknown: Unknown, open: Open, left: &mut u32) -> bool {
        let open = Open { cases_before: unknown, ..Open::all(open.assumptions) };
        let cases = self.known(unknown).map(|k| k.cases.clone()).unwrap_or_default();
        !cases.is_empty()
            && cases.iter().all(|case| {
                if self.assumed.rules_out(&case.assumed) {
                    return true;
                }
                let before = self.assumed.len();
                self.assumed.extend(case.assumed.clone());
                let holds = self.holds(&form.with(unknown, &case.is), open, left);
                self.assumed.truncate(before);
                holds
            })
    }
}

impl Assumed {
    /// Whether something is assumed to come out the other way.
    fn rules_out(&self, case: &Self) -> bool {
        case.truths.iter().any(|(id, truth)| self.truths.contains(&(*id, !truth)))
    }
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
