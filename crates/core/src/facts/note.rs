//! The reader's notes: errors and problems, each with its path. Only run when something is wrong.

use std::fmt::Write;

use serde::de;

use super::plan::{Kind, ListPlan, ValuePlan};
use super::reader::{MAX_TEXT_BYTES, Reader, Step};
use super::scalar::{number_of, percent_text};
use super::{FactsError, FactsErrors, Problem, ProblemKind, explain};
use crate::literal::Units;
use crate::money::{Currency, Money};
use crate::number::{Decimal, Number};
use crate::time::{Date, Duration, Time, days_text};
use crate::value::{Cell, FIRST_PROBLEM, PRESENT, TextId};

impl<'s> Reader<'_, '_, '_> {
    /// Notes an error at a step below the path; beyond the most errors it is left out.
    #[cold]
    pub(super) fn wrong(
        &mut self,
        step: Step<'_>,
        found: impl Into<String>,
        expected: impl Into<String>,
        hint: Option<String>,
    ) {
        if self.errors.len() < FactsErrors::MAX_ERRORS {
            let path = self.path_to(Some(step));
            self.errors.push(FactsError { path, found: found.into(), expected: expected.into(), hint });
        }
    }

    /// Notes an error at the path itself.
    #[cold]
    pub(super) fn wrong_here(&mut self, found: impl Into<String>, expected: impl Into<String>, hint: Option<String>) {
        if self.errors.len() < FactsErrors::MAX_ERRORS {
            let path = self.path_to(None);
            self.errors.push(FactsError { path, found: found.into(), expected: expected.into(), hint });
        }
    }

    #[cold]
    pub(super) fn wrong_scalar(&mut self, step: Step<'s>, kind: &Kind, raw: &str) {
        let units = &self.schema.units;
        let hint = explain::hint(kind, raw, units);
        self.wrong(step, explain::found(raw), explain::expected(kind, units), hint);
    }

    #[cold]
    pub(super) fn wrong_container(&mut self, kind: &Kind, found: &str) {
        self.wrong_here(found, explain::expected(kind, &self.schema.units), None);
    }

    /// Notes an error that ends the reading.
    #[cold]
    pub(super) fn stop<E: de::Error>(&mut self, found: impl Into<String>, expected: impl Into<String>) -> E {
        self.stopped = true;
        self.errors.clear();
        self.wrong_here(found, expected, None);
        E::custom("stopped")
    }

    /// Notes a scalar that is too long to be read.
    #[cold]
    pub(super) fn too_long(&mut self, step: Step<'s>, kind: &Kind, raw: &str) {
        if raw.starts_with(['{', '[']) {
            return self.wrong_scalar(step, kind, raw);
        }
        let found = format!("{} bytes", raw.len());
        self.wrong(step, found, format!("at most {MAX_TEXT_BYTES} bytes"), None);
    }

    /// The state of a text that is not among its enum's.
    #[cold]
    pub(super) fn not_listed(&mut self, step: Step<'s>, id: TextId) -> u32 {
        let found = self.facts.text(&self.schema.dictionary, id).unwrap_or_default().to_owned();
        self.problem(Some(step), ProblemKind::NotListed { found })
    }

    /// The state of a list or map at the path with so many entries.
    pub(super) fn long_enough(&mut self, plan: &ListPlan, found: u32) -> u32 {
        if found < plan.min_len {
            return self.problem(None, ProblemKind::TooFew { found, least: plan.min_len });
        }
        if found > plan.max_len {
            return self.problem(None, ProblemKind::TooMany { found, most: plan.max_len });
        }
        PRESENT
    }

    /// The state of a value that has bounds.
    pub(super) fn bounded(&mut self, step: Step<'s>, plan: &ValuePlan, cell: Cell) -> u32 {
        let Some(bounds) = &plan.bounds else { return PRESENT };
        let number = number_of(&plan.kind, cell);
        let units = &self.schema.units;
        let foreign = matches!(plan.kind, Kind::Money) && cell.aux != units.currency.index();
        let comparable = |bound: &Number| !foreign || *bound == Number::ZERO;
        let kind = if !bounds.min.iter().chain(&bounds.max).all(comparable) {
            let found = written(&plan.kind, cell, units);
            ProblemKind::OtherCurrency { found, expected: units.currency.code() }
        } else if let Some(least) = bounds.min.filter(|least| number < *least) {
            ProblemKind::Below { found: written(&plan.kind, cell, units), least: bound_text(&plan.kind, least, units) }
        } else if let Some(most) = bounds.max.filter(|most| number > *most) {
            ProblemKind::Above { found: written(&plan.kind, cell, units), most: bound_text(&plan.kind, most, units) }
        } else {
            return PRESENT;
        };
        self.problem(Some(step), kind)
    }

    #[cold]
    fn problem(&mut self, step: Option<Step<'_>>, kind: ProblemKind) -> u32 {
        let path = self.path_to(step);
        // Problems are about facts; the document's own level goes without saying.
        let path = path.strip_prefix("facts.").map_or(path.clone(), str::to_owned);
        self.facts.problems.push(Problem { path, kind });
        u32::try_from(self.facts.problems.len()).map_or(u32::MAX, |len| FIRST_PROBLEM + len - 1)
    }

    fn path_to(&self, last: Option<Step<'_>>) -> String {
        let mut path = String::new();
        for step in self.path.iter().copied().chain(last) {
            let dot = if path.is_empty() { "" } else { "." };
            // Writing to a text cannot fail.
            let _ = match step {
                Step::Member(name) => write!(path, "{dot}{name}"),
                Step::Row(row) => write!(path, "[{row}]"),
                Step::Key(id) => {
                    write!(path, "[{:?}]", self.facts.text(&self.schema.dictionary, id).unwrap_or_default())
                }
            };
        }
        path
    }
}

/// A value as people write it.
fn written(kind: &Kind, cell: Cell, units: &Units) -> String {
    match kind {
        Kind::Decimal => Decimal { v: cell.v, scale: cell.aux }.to_string(),
        Kind::Percent => percent_text(cell),
        Kind::Money => {
            let currency = Currency::from_index(cell.aux).unwrap_or(units.currency);
            Money::new(cell.v, currency).to_string()
        }
        Kind::Date => Date::from_days(cell.v).map_or_else(String::new, |date| date.to_string()),
        Kind::Time => Time::from_micros(cell.v).map_or_else(String::new, |time| time.in_zone(&units.zone)),
        Kind::Duration => Duration(cell.v).to_string(),
        Kind::Days => days_text(cell.v),
        _ => cell.v.to_string(),
    }
}

/// A bound as people write it.
fn bound_text(kind: &Kind, bound: Number, units: &Units) -> String {
    let whole = bound.as_whole().and_then(|whole| i64::try_from(whole).ok());
    match (kind, whole) {
        (Kind::Percent, _) => format!("{}%", bound.mul(Number::whole(100)).unwrap_or(bound)),
        (Kind::Decimal, _) | (_, None) => bound.to_string(),
        (_, Some(v)) => written(kind, Cell::of(v, units.currency.index()), units),
    }
}
