//! The reader's notes: errors and problems, each with its path. Only run when something is wrong.

use std::fmt::Write;

use super::plan::{Kind, ListPlan, ValuePlan};
use super::reader::{MAX_TEXT_BYTES, Reader, Step};
use super::scalar::{number_of, write_percent};
use super::scanner::Broken;
use super::{FactsError, FactsErrors, Problem, ProblemKind, explain};
use crate::diagnostic::did_you_mean;
use crate::json::quoted;
use crate::literal::Units;
use crate::money::{Currency, Money};
use crate::number::{Decimal, Number};
use crate::time::{Date, Duration, Time, days_text, months_text};
use crate::value::{Cell, FIRST_PROBLEM, PRESENT, TextId};

/// Longer names are not compared with those that are known.
const MAX_NAME_BYTES: usize = 100;

impl Reader<'_, '_, '_> {
    /// Notes an error at a step below the path; beyond the most errors it is left out.
    #[cold]
    pub(super) fn wrong(
        &mut self,
        step: Step<'_>,
        found: impl Into<String>,
        expected: impl Into<String>,
        hint: Option<String>,
    ) {
        if !self.is_full() {
            let path = self.path_to(Some(step));
            self.errors.push(FactsError { path, found: found.into(), expected: expected.into(), hint });
        }
    }

    /// Notes an error at the path itself.
    #[cold]
    pub(super) fn wrong_here(&mut self, found: impl Into<String>, expected: impl Into<String>, hint: Option<String>) {
        if !self.is_full() {
            let path = self.path_to(None);
            self.errors.push(FactsError { path, found: found.into(), expected: expected.into(), hint });
        }
    }

    /// Whether further errors are left out.
    pub(super) fn is_full(&self) -> bool {
        self.errors.len() >= FactsErrors::MAX_ERRORS
    }

    /// The hint that another name was meant. Long names are none of ours, and would take long to compare.
    pub(super) fn near<'n>(&self, name: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
        let worth_it = name.len() <= MAX_NAME_BYTES && !self.is_full();
        let near = worth_it.then(|| did_you_mean(name, known)).flatten();
        near.map(|near| format!("did you mean \"{near}\"?"))
    }

    /// Notes that a JSON text is of another type than expected.
    #[cold]
    pub(super) fn wrong_value(&mut self, kind: &Kind, raw: &str) {
        let hint = explain::hint(kind, raw, &self.schema.units);
        self.wrong_here(explain::found(raw), explain::expected(kind, self.schema), hint);
    }

    /// Notes a text that is not what is expected.
    #[cold]
    pub(super) fn wrong_text(&mut self, kind: &Kind, text: &str) {
        self.wrong_value(kind, &quoted(text));
    }

    /// Notes an error that ends the reading.
    #[cold]
    pub(super) fn stop(&mut self, found: impl Into<String>, expected: impl Into<String>) -> Broken {
        self.stopped = true;
        self.errors.clear();
        self.wrong_here(found, expected, None);
        Broken
    }

    /// Notes a text that is too long to be read.
    #[cold]
    pub(super) fn too_long(&mut self, bytes: usize) {
        self.wrong_here(format!("a text of {bytes} bytes"), format!("at most {MAX_TEXT_BYTES} bytes"), None);
    }

    /// The state of a text that is not among its enum's.
    #[cold]
    pub(super) fn not_listed(&mut self, id: TextId) -> u32 {
        let found = self.facts.text(&self.schema.dictionary, id).unwrap_or_default().to_owned();
        self.problem(ProblemKind::NotListed { found })
    }

    /// The state of a list or map at the path with so many entries.
    pub(super) fn long_enough(&mut self, plan: &ListPlan, found: u32) -> u32 {
        if found < plan.min_len {
            return self.problem(ProblemKind::TooFew { found, least: plan.min_len });
        }
        if found > plan.max_len {
            return self.problem(ProblemKind::TooMany { found, most: plan.max_len });
        }
        PRESENT
    }

    /// The state of a value that has bounds.
    pub(super) fn bounded(&mut self, plan: &ValuePlan, cell: Cell) -> u32 {
        let bounds = &plan.bounds;
        if cell.state != PRESENT {
            return cell.state;
        }
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
        self.problem(kind)
    }

    #[cold]
    fn problem(&mut self, kind: ProblemKind) -> u32 {
        let path = self.path_to(None);
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
                Step::Quoted(name) => write!(path, "[{name:?}]"),
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
        Kind::Percent => {
            let mut text = String::new();
            // Writing to a text cannot fail.
            let _ = write_percent(&mut text, cell);
            text
        }
        Kind::Money => {
            let currency = Currency::from_index(cell.aux).unwrap_or(units.currency);
            Money::new(cell.v, currency).to_string()
        }
        Kind::Date => Date::from_days(cell.v).map_or_else(String::new, |date| date.to_string()),
        Kind::Time => Time::from_micros(cell.v).map_or_else(String::new, |time| time.in_zone(&units.zone)),
        Kind::Duration => Duration(cell.v).to_string(),
        Kind::Days => days_text(cell.v),
        Kind::Months => months_text(cell.v),
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
