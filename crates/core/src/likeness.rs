//! What makes two requests alike: the policy, the terms that fail, and how far past their lines they are.
//!
//! Distances of different terms are added in one measure: thousandths of the furthest that any role may stretch the
//! term. Where nobody has a stretch with an end, it is thousandths of the line itself.

use crate::assess::{Assessment, TermState};
use crate::book::rules::{Reach, Term};
use crate::number::Number;

/// The furthest that is told apart, in thousandths: a thousand stretches.
const FURTHEST: i128 = 1_000_000;

/// What makes a request like another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// The policy.
    pub policy: String,
    /// The terms that fail, in the order of their ids, each with how far past its line it is, in thousandths.
    pub past: Vec<(String, i64)>,
}

impl Likeness {
    /// Of an assessment.
    #[must_use]
    pub fn of(a: &Assessment<'_>) -> Self {
        let failed = a
            .version
            .terms
            .iter()
            .enumerate()
            .zip(a.terms)
            .filter(|((_, term), outcome)| outcome.state == TermState::Failed && !term.is_group());
        let mut past: Vec<(String, i64)> = failed
            .map(|((at, term), outcome)| {
                let line = a.measured(at).and_then(|m| m.line);
                (term.id.clone(), outcome.margin.and_then(|margin| thousandths(margin, term, line)).unwrap_or(0))
            })
            .collect();
        past.sort_unstable();
        Self { policy: a.policy.id.clone(), past }
    }

    /// The terms that fail, as one text.
    #[must_use]
    pub fn terms(&self) -> String {
        let ids: Vec<&str> = self.past.iter().map(|(id, _)| id.as_str()).collect();
        ids.join(" ")
    }

    /// How far past each line, as one text, in the order of the terms.
    #[must_use]
    pub fn distances(&self) -> String {
        let all: Vec<String> = self.past.iter().map(|(_, past)| past.to_string()).collect();
        all.join(" ")
    }

    /// How far past all lines together, in thousandths.
    #[must_use]
    pub fn far(&self) -> i64 {
        self.past.iter().map(|(_, past)| past).sum()
    }

    /// How far apart two requests are whose policy and failing terms are the same: the sum over the terms (L1). Never
    /// less than the difference of their [`far`](Self::far).
    #[must_use]
    pub fn distance(&self, other: &[i64]) -> i64 {
        self.past.iter().zip(other).map(|((_, a), b)| (a - b).abs()).sum()
    }
}

/// How far past its line a term is.
fn thousandths(margin: Number, term: &Term, line: Option<Number>) -> Option<i64> {
    let past = margin.neg().filter(|past| *past > Number::ZERO)?;
    let stretched = term.stretch.iter().filter_map(|(_, reach)| match reach {
        Reach::Distance(most) if *most > Number::ZERO => Some(*most),
        _ => None,
    });
    let scale = stretched.max().or_else(|| line?.abs().filter(|line| *line > Number::ZERO))?;
    let of_scale = past.mul(Number::whole(1_000))?.div(scale)?;
    i64::try_from((of_scale.n() / i128::from(of_scale.d())).min(FURTHEST)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::{Workspace, assess};
    use crate::diagnostic::Findings;
    use crate::facts::from_yaml::question_json;
    use crate::facts::read_question;
    use crate::trial::tests::books::shipped;

    /// What a case of the retail book is like, with other words in its question.
    fn likeness(case: &str, other: &[(&str, &str)]) -> Likeness {
        let book = shipped("retail");
        let case = book.cases.iter().find(|c| c.id.value == case).unwrap();
        let mut text = question_json(&book.schema, &case.question, &mut Findings::default()).unwrap();
        for (from, to) in other {
            assert!(text.contains(from), "{text} does not say {from}");
            text = text.replace(from, to);
        }
        let question = read_question(&book.schema, &text).unwrap();
        let mut w = Workspace::default();
        let role = book.role("lead").unwrap();
        Likeness::of(&assess(&book, &question.request, &question.facts, role, &mut w).unwrap())
    }

    #[test]
    fn requests_are_alike_by_what_fails_and_how_far() {
        // Day 67 of 60, and a lead may stretch by 30 days: 7 of 30.
        let here = likeness("no_reason_given", &[]);
        assert_eq!((here.policy.as_str(), here.terms().as_str(), here.far()), ("returns", "window", 233));
        let worn = likeness("no_reason_given", &[("\"as_new\"", "\"worn\"")]);
        assert_eq!((worn.terms().as_str(), worn.far()), ("unworn window", 233), "a condition has no distance");
        assert_eq!((here.distance(&[733]), here.distance(&[233])), (500, 0));
        assert_eq!(likeness("two_tshirts", &[]).terms(), "");
    }
}
