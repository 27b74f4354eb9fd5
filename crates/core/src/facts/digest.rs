//! The facts as one text that does not depend on how they were sent, and its digest.

use std::fmt::{self, Write};

use super::plan::{FieldPlan, Kind, ListPlan, RecordPlan, ValuePlan};
use super::scalar::write_percent;
use super::schema::slot;
use super::{Facts, Schema};
use crate::digest::Digest;
use crate::json::push_text;
use crate::money::Currency;
use crate::number::{Decimal, write_decimal};
use crate::time::{Date, Duration, Time, write_counted};
use crate::value::{ABSENT, Cell, TextId};

/// The SHA-256 of the [`canonical`] text, in small hexadecimal letters.
#[must_use]
pub fn digest(schema: &Schema, facts: &Facts<'_>) -> String {
    Digest::of(canonical(schema, facts).as_bytes()).into()
}

/// The facts as JSON: `{ asked, case, circumstances, facts, history, now }`, what is absent left out.
///
/// Names and keys are in the order of their bytes and there is no space between values. Amounts are
/// `"149.00 USD"`, percentages `"40%"`, decimals `"9.5"`, times in UTC, `"2026-11-16T23:04:00Z"`. With a `request`
/// it is a question that reads back as the same facts, sources aside.
#[must_use]
pub fn canonical(schema: &Schema, facts: &Facts<'_>) -> String {
    let mut writer = Writer { schema, facts, out: String::with_capacity(512) };
    // Writing to a text cannot fail.
    let _ = writer.question();
    writer.out
}

struct Writer<'s, 'f> {
    schema: &'s Schema,
    facts: &'f Facts<'f>,
    out: String,
}

impl<'s> Writer<'s, '_> {
    fn question(&mut self) -> fmt::Result {
        let plan = &self.schema.plan;
        self.out.push('{');
        let (before, after): (Vec<_>, Vec<_>) = plan.question.by_name().partition(|field| *field.name < *"facts");
        let mut first = true;
        for field in before {
            self.member(field, 0, &mut first)?;
        }
        if let Kind::Record(own) = &plan.own.kind {
            self.comma(&mut first);
            self.out.push_str("\"facts\":");
            self.record(own, 0)?;
        }
        for field in after {
            self.member(field, 0, &mut first)?;
        }
        self.out.push('}');
        Ok(())
    }

    fn record(&mut self, plan: &'s RecordPlan, at: usize) -> fmt::Result {
        self.out.push('{');
        let mut first = true;
        for field in plan.by_name() {
            self.member(field, at, &mut first)?;
        }
        self.out.push('}');
        Ok(())
    }

    /// Writes a field of the record whose first cell is at `record`, if it is there.
    fn member(&mut self, field: &'s FieldPlan, record: usize, first: &mut bool) -> fmt::Result {
        let at = record + field.offset;
        // A case that nothing was paid out on reads as it did before there was `case.paid`.
        if self.cell(at).state == ABSENT || at == slot::PAID as usize && self.cell(at).v == 0 {
            return Ok(());
        }
        self.comma(first);
        // Names are letters, digits and `_`.
        self.out.push('"');
        self.out.push_str(&field.name);
        self.out.push_str("\":");
        self.value(&field.value, at)
    }

    fn value(&mut self, plan: &'s ValuePlan, at: usize) -> fmt::Result {
        let cell = self.cell(at);
        match &plan.kind {
            _ if cell.state == ABSENT => self.out.write_str("null"),
            Kind::Bool => self.out.write_str(if cell.v == 1 { "true" } else { "false" }),
            Kind::Int => write_decimal(&mut self.out, cell.v.into(), 0),
            Kind::Text | Kind::Enum(_) => {
                self.text(cell.v);
                Ok(())
            }
            Kind::List(list) => self.list(list, cell),
            Kind::Map(list) => self.map(list, cell),
            Kind::Record(record) => self.record(record, at),
            kind => {
                self.out.push('"');
                self.with_unit(kind, cell)?;
                self.out.push('"');
                Ok(())
            }
        }
    }

    fn list(&mut self, plan: &'s ListPlan, list: Cell) -> fmt::Result {
        self.out.push('[');
        let mut first = true;
        for at in rows(list, plan.of.width) {
            self.comma(&mut first);
            self.value(&plan.of, at)?;
        }
        self.out.push(']');
        Ok(())
    }

    fn map(&mut self, plan: &'s ListPlan, map: Cell) -> fmt::Result {
        self.out.push('{');
        let mut first = true;
        for at in rows(map, plan.of.width + 1) {
            self.comma(&mut first);
            self.text(self.cell(at).v);
            self.out.push(':');
            self.value(&plan.of, at + 1)?;
        }
        self.out.push('}');
        Ok(())
    }

    fn text(&mut self, id: TextId) {
        let text = self.facts.text(&self.schema.dictionary, id).unwrap_or_default();
        push_text(&mut self.out, text);
    }

    /// Writes a value of a type whose values are texts in JSON.
    fn with_unit(&mut self, kind: &Kind, cell: Cell) -> fmt::Result {
        let out = &mut self.out;
        match kind {
            Kind::Decimal => {
                let decimal = Decimal { v: cell.v, scale: cell.aux }.trimmed();
                write_decimal(out, decimal.v.into(), decimal.scale)
            }
            Kind::Percent => write_percent(out, cell),
            Kind::Money => {
                let Some(currency) = Currency::from_index(cell.aux) else { return Ok(()) };
                write_decimal(out, cell.v.into(), currency.exponent())?;
                out.push(' ');
                out.write_str(currency.code())
            }
            Kind::Date => Date::from_days(cell.v).map_or(Ok(()), |date| write!(out, "{date}")),
            Kind::Time => Time::from_micros(cell.v).map_or(Ok(()), |time| write!(out, "{time}")),
            Kind::Duration => write!(out, "{}", Duration(cell.v)),
            Kind::Days => write_counted(out, cell.v, "day"),
            Kind::Months => write_counted(out, cell.v, "month"),
            _ => Ok(()),
        }
    }

    fn comma(&mut self, first: &mut bool) {
        if !std::mem::take(first) {
            self.out.push(',');
        }
    }

    fn cell(&self, at: usize) -> Cell {
        self.facts.cells.get(at).copied().unwrap_or(Cell::EMPTY)
    }
}

/// Where the rows of a list begin.
fn rows(list: Cell, width: usize) -> impl Iterator<Item = usize> {
    let first = usize::try_from(list.v).unwrap_or(usize::MAX);
    (0..list.aux as usize).map(move |row| first.saturating_add(row * width))
}

#[cfg(test)]
mod tests;
