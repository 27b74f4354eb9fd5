//! Streams a JSON document into cells: known members only, the rest is skipped as it passes by.

use std::borrow::Cow;

use super::plan::{FieldPlan, Kind, ListPlan, RecordPlan, ValuePlan};
use super::scalar::{number_cell, text_cell};
use super::scanner::{Broken, Scanner};
use super::{Facts, FactsError, FactsErrors, Schema, Source};
use crate::value::{ABSENT, Cell, PRESENT, TextId};

/// The most cells one document may fill.
pub const MAX_DOCUMENT_CELLS: usize = 200_000;
/// The most bytes one text of a document may have.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;

/// A cell the document says `null` about; told from [`Cell::EMPTY`] so that a second mention is noticed.
const NULL: Cell = Cell { v: 0, aux: 1, state: ABSENT };

/// Reads one document.
pub(super) struct Reader<'s, 'a, 'f> {
    pub(super) schema: &'s Schema,
    pub(super) facts: &'f mut Facts<'a>,
    pub(super) json: Scanner<'a>,
    pub(super) errors: Vec<FactsError>,
    pub(super) path: Vec<Step<'s>>,
    /// Whether a limit ended the reading.
    pub(super) stopped: bool,
}

/// One step of the way from the document to a value.
#[derive(Clone, Copy)]
pub(super) enum Step<'s> {
    Member(&'s str),
    /// A name that may have dots in it.
    Quoted(&'s str),
    Row(usize),
    Key(TextId),
}

impl<'s, 'a, 'f> Reader<'s, 'a, 'f> {
    pub(super) fn new(schema: &'s Schema, json: &'a str, facts: &'f mut Facts<'a>) -> Self {
        let width = schema.plan.width;
        facts.clear();
        // Rows are appended to `cells` as lists end, so the root's place there is kept free for `finish`.
        facts.cells.resize(width, Cell::EMPTY);
        facts.rows.resize(width, Cell::EMPTY);
        facts.sources.resize(width, Source::System);
        let json = Scanner::of(json);
        Self { schema, facts, json, errors: Vec::new(), path: Vec::with_capacity(8), stopped: false }
    }

    /// Moves the root record, which was filled among the rows, to its place.
    pub(super) fn finish(self) -> Result<(), FactsErrors> {
        if !self.errors.is_empty() {
            return Err(FactsErrors { all: self.errors });
        }
        let width = self.schema.plan.width;
        if let (Some(root), Some(rows)) = (self.facts.cells.get_mut(..width), self.facts.rows.get(..width)) {
            root.copy_from_slice(rows);
        }
        Ok(())
    }

    /// Reads the book's own facts, which are part of the root record.
    pub(super) fn own_facts(&mut self) -> Result<(), Broken> {
        self.path.push(Step::Member("facts"));
        self.read(&self.schema.plan.own, 0)?;
        self.path.pop();
        Ok(())
    }

    /// Reads a value whose (first) cell is at `at`.
    fn read(&mut self, plan: &'s ValuePlan, at: usize) -> Result<(), Broken> {
        match (self.json.peek()?, &plan.kind) {
            (b'{', Kind::Record(record)) => self.record(record, at),
            (b'{', Kind::Map(map)) => self.map(map, at),
            (b'[', Kind::List(list)) => self.list(list, at),
            (b'{', _) => self.instead(plan, "{"),
            (b'[', _) => self.instead(plan, "["),
            (b'"', kind) if !kind.is_number() => {
                let text = self.json.text()?;
                self.text(plan, at, text);
                Ok(())
            }
            (first, _) => {
                let raw = self.json.raw_scalar(first)?;
                self.scalar(plan, at, raw);
                Ok(())
            }
        }
    }

    /// Passes an object or list where another value is expected; the reading goes on.
    #[cold]
    fn instead(&mut self, plan: &'s ValuePlan, begin: &str) -> Result<(), Broken> {
        self.json.skip()?;
        self.wrong_value(&plan.kind, begin);
        Ok(())
    }

    /// Reads the members of a record whose first cell is at `first`.
    fn record(&mut self, plan: &'s RecordPlan, first: usize) -> Result<(), Broken> {
        self.set(first, Cell::of(0, 0));
        let mut more = self.json.open(b'}')?;
        while more {
            if let Some(field) = self.json.look_up(|name| plan.find(name))? {
                self.member(field, first)?;
            } else {
                self.json.skip()?;
                self.facts.skipped = self.facts.skipped.saturating_add(1);
            }
            more = self.json.more(b'}')?;
        }
        Ok(())
    }

    /// Reads the value of a field of the record whose first cell is at `first`.
    pub(super) fn member(&mut self, field: &'s FieldPlan, first: usize) -> Result<(), Broken> {
        let at = first + field.offset;
        self.path.push(Step::Member(&field.name));
        if self.row_cell(at) == Cell::EMPTY {
            self.read(&field.value, at)?;
        } else {
            self.json.skip()?;
            self.wrong_here("it a second time", "it once", None);
        }
        self.path.pop();
        Ok(())
    }

    /// Reads the entries of a list into rows of their own.
    fn list(&mut self, plan: &'s ListPlan, at: usize) -> Result<(), Broken> {
        let start = self.facts.rows.len();
        let mut count = 0;
        let mut more = self.json.open(b']')?;
        while more {
            let row = self.new_row(plan.of.width)?;
            self.path.push(Step::Row(count));
            self.read(&plan.of, row)?;
            self.path.pop();
            count += 1;
            more = self.json.more(b']')?;
        }
        self.end_list(plan, at, start, count);
        Ok(())
    }

    /// Reads the entries of a map into rows of their own, then puts them in the order of their keys.
    fn map(&mut self, plan: &'s ListPlan, at: usize) -> Result<(), Broken> {
        let start = self.facts.rows.len();
        let width = plan.of.width + 1;
        let mut count = 0;
        let mut more = self.json.open(b'}')?;
        while more {
            let key = self.json.name()?;
            if key.len() > MAX_TEXT_BYTES {
                return Err(self.stop(format!("a name of {} bytes", key.len()), format!("at most {MAX_TEXT_BYTES}")));
            }
            let key = self.text_id(key);
            let row = self.new_row(width)?;
            self.set(row, Cell::of(key, 0));
            self.path.push(Step::Key(key));
            self.read(&plan.of, row + 1)?;
            self.path.pop();
            count += 1;
            more = self.json.more(b'}')?;
        }
        self.sort_rows(start, width);
        self.end_list(plan, at, start, count);
        Ok(())
    }

    /// Reads a number, or what stands in its place, from its JSON text.
    fn scalar(&mut self, plan: &'s ValuePlan, at: usize, raw: &str) {
        if raw == "null" {
            return self.null(at);
        }
        match number_cell(&plan.kind, raw, &self.schema.units) {
            Some(cell) => self.value(plan, at, cell),
            None => self.wrong_value(&plan.kind, raw),
        }
    }

    /// Reads a text, or what is written as one.
    fn text(&mut self, plan: &'s ValuePlan, at: usize, text: Cow<'a, str>) {
        if text.len() > MAX_TEXT_BYTES {
            return self.too_long(text.len());
        }
        let cell = match &plan.kind {
            Kind::Text => Cell::of(self.text_id(text), 0),
            Kind::Enum(ids) => self.listed(ids, text),
            kind => match text_cell(kind, &text, &self.schema.units) {
                Some(cell) => cell,
                None => return self.wrong_text(kind, &text),
            },
        };
        self.value(plan, at, cell);
    }

    /// Keeps a value, with what is wrong with it.
    fn value(&mut self, plan: &'s ValuePlan, at: usize, mut cell: Cell) {
        if !plan.surely_fits(cell) {
            cell.state = self.bounded(plan, cell);
        }
        self.set(at, cell);
    }

    /// Keeps that there is none.
    fn null(&mut self, at: usize) {
        self.set(at, NULL);
    }

    /// The id of a text, which is new unless the dictionary knows it.
    fn text_id(&mut self, text: Cow<'a, str>) -> TextId {
        match self.schema.dictionary.get(&text) {
            Some(id) => id,
            None => self.new_text(text),
        }
    }

    fn new_text(&mut self, text: Cow<'a, str>) -> TextId {
        self.facts.texts.push(text);
        // The first is -1.
        i64::try_from(self.facts.texts.len()).map_or(i64::MIN, |len| -len)
    }

    /// The cell of a text that should be one of an enum's.
    fn listed(&mut self, ids: &[TextId], text: Cow<'a, str>) -> Cell {
        let id = self.text_id(text);
        let state = if ids.contains(&id) { PRESENT } else { self.not_listed(id) };
        Cell { v: id, aux: 0, state }
    }

    /// Makes room for a row and returns its place.
    fn new_row(&mut self, width: usize) -> Result<usize, Broken> {
        let row = self.facts.rows.len();
        if row + width + self.facts.cells.len() > MAX_DOCUMENT_CELLS {
            return Err(self.stop("more values than can be read", format!("at most {MAX_DOCUMENT_CELLS}")));
        }
        self.facts.rows.resize(row + width, Cell::EMPTY);
        Ok(row)
    }

    /// Appends the finished rows of a list to the cells and writes the list's own cell.
    fn end_list(&mut self, plan: &ListPlan, at: usize, start: usize, count: usize) {
        let first = i64::try_from(self.facts.cells.len()).unwrap_or(i64::MAX);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.facts.cells.extend_from_slice(self.facts.rows.get(start..).unwrap_or_default());
        self.facts.rows.truncate(start);
        let state = self.long_enough(plan, count);
        self.set(at, Cell { v: first, aux: count, state });
    }

    /// Sorts the rows of a map by the bytes of their keys and reports keys that are there twice.
    fn sort_rows(&mut self, start: usize, width: usize) {
        let rows = self.facts.rows.get(start..).unwrap_or_default();
        let key = |row: &[Cell]| {
            let id = row.first().map_or(0, |cell| cell.v);
            self.facts.text(&self.schema.dictionary, id).unwrap_or_default()
        };
        let keys: Vec<&str> = rows.chunks_exact(width).map(key).collect();
        if keys.is_sorted_by(|a, b| a < b) {
            return;
        }
        let mut sorted: Vec<&[Cell]> = rows.chunks_exact(width).collect();
        sorted.sort_by(|a, b| key(a).cmp(key(b)));
        let twice = sorted.windows(2).filter_map(|pair| match pair {
            [a, b] if key(a) == key(b) => b.first().map(|cell| cell.v),
            _ => None,
        });
        let twice: Vec<TextId> = twice.collect();
        let sorted = sorted.concat();
        self.facts.rows.truncate(start);
        self.facts.rows.extend_from_slice(&sorted);
        for key in twice {
            self.wrong(Step::Key(key), "it a second time", "it once", None);
        }
    }

    /// Runs with one more step on the path.
    pub(super) fn inside<T>(&mut self, step: Step<'s>, run: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let result = run(self);
        self.path.pop();
        result
    }

    pub(super) fn row_cell(&self, at: usize) -> Cell {
        self.facts.rows.get(at).copied().unwrap_or(Cell::EMPTY)
    }

    pub(super) fn set(&mut self, at: usize, cell: Cell) {
        if let Some(place) = self.facts.rows.get_mut(at) {
            *place = cell;
        }
    }
}
