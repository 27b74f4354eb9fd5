//! The level of a question around its facts: `request`, `asked`, `sources` and so on.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::reader::{Reader, Step};
use super::scalar::text_of;
use super::scanner::Broken;
use super::schema::slot;
use super::{Source, explain};
use crate::value::{ABSENT, Cell};

/// What of a question goes to no cell.
#[derive(Default)]
pub(super) struct Parts<'a> {
    request: Option<&'a str>,
    sources: Option<&'a str>,
    has_facts: bool,
}

impl<'a> Parts<'a> {
    /// Adds what the document left out and checks what needs all of it. Returns the kind of request.
    pub(super) fn complete(self, reader: &mut Reader<'_, 'a, '_>) -> Cow<'a, str> {
        if reader.row_cell(slot::ASKED as usize).state == ABSENT && !reader.has_error("asked") {
            reader.wrong(Step::Member("asked"), "nothing", "the time of first contact", None);
        }
        if reader.row_cell(slot::NOW as usize).state == ABSENT {
            let asked = reader.row_cell(slot::ASKED as usize);
            reader.set(slot::NOW as usize, asked);
        }
        reader.default_history();
        reader.check_circumstances();
        if let Some(raw) = self.sources {
            reader.sources(raw);
        }
        match self.request.map(|raw| (raw, text_of(raw))) {
            Some((_, Some(request))) if !request.is_empty() => return request,
            None => reader.wrong(Step::Member("request"), "nothing", "a kind of request", None),
            Some((raw, _)) => reader.wrong(Step::Member("request"), explain::found(raw), "a kind of request", None),
        }
        Cow::default()
    }
}

impl<'a> Reader<'_, 'a, '_> {
    /// Reads the members of a question.
    pub(super) fn question(&mut self) -> Result<Parts<'a>, Broken> {
        let mut parts = Parts::default();
        self.json.peek()?;
        let mut more = self.json.open(b'}')?;
        while more {
            let name = self.json.name()?;
            match &*name {
                "request" if parts.request.is_none() => parts.request = Some(self.json.raw()?),
                "sources" if parts.sources.is_none() => parts.sources = Some(self.json.raw()?),
                "facts" if !parts.has_facts => {
                    parts.has_facts = true;
                    self.own_facts()?;
                }
                name => self.question_member(name)?,
            }
            more = self.json.more(b'}')?;
        }
        Ok(parts)
    }

    /// Reads a member that is always there, and reports any other.
    fn question_member(&mut self, name: &str) -> Result<(), Broken> {
        let schema = self.schema;
        if let Some(field) = schema.plan.question.find(name.as_bytes()) {
            return self.member(field, 0);
        }
        self.json.skip()?;
        if matches!(name, "request" | "sources" | "facts") {
            self.wrong(Step::Member(name), "it a second time", "it once", None);
            return Ok(());
        }
        let known = schema.plan.question.names().chain(["request", "sources", "facts"]);
        let hint = self.near(name, known);
        self.wrong(Step::Member(name), "a member no question has", "facts to be in \"facts\"", hint);
        Ok(())
    }

    fn has_error(&self, path: &str) -> bool {
        self.errors.iter().any(|e| e.path == path)
    }

    /// Nothing granted before, no circumstances, nothing given on this case: where the document does not say.
    pub(super) fn default_history(&mut self) {
        let first = i64::try_from(self.facts.cells.len()).unwrap_or(i64::MAX);
        let currency = self.schema.units.currency.index();
        for (slot, cell) in [
            (slot::HISTORY, Cell::of(0, 0)),
            (slot::EXCEPTIONS, Cell::of(first, 0)),
            (slot::CIRCUMSTANCES, Cell::of(first, 0)),
            (slot::CASE, Cell::of(0, 0)),
            (slot::GRANTED, Cell::of(0, currency)),
            (slot::RELEASED, Cell::of(0, currency)),
            (slot::PAID, Cell::of(0, currency)),
        ] {
            if self.row_cell(slot as usize).state == ABSENT {
                self.set(slot as usize, cell);
            }
        }
        // The root record itself is always given.
        self.set(0, Cell::of(0, 0));
    }

    /// Reports circumstances whose source is no source.
    fn check_circumstances(&mut self) {
        let list = self.row_cell(slot::CIRCUMSTANCES as usize);
        for row in 0..list.aux {
            // A row is its own first cell, `id` and `source`.
            let source = list.v.checked_add(i64::from(row) * 3 + 2).and_then(|at| u32::try_from(at).ok());
            let cell = source.map_or(Cell::EMPTY, |at| self.facts.cell(at));
            if cell.is_present() && usize::try_from(cell.v).is_ok_and(|id| id < Source::ALL.len()) {
                continue;
            }
            let found = match self.facts.text(&self.schema.dictionary, cell.v) {
                Some(text) if cell.is_present() => format!("the text \"{text}\""),
                _ => "nothing".into(),
            };
            self.inside(Step::Member("circumstances"), |reader| {
                reader.inside(Step::Row(row as usize), |reader| {
                    reader.wrong(Step::Member("source"), found, SOURCE_WORDS, None);
                });
            });
        }
    }

    /// Reads the sources of facts: of each, the one with the longest path that leads to it.
    fn sources(&mut self, raw: &'a str) {
        let Ok(Members(members)) = serde_json::from_str(raw) else {
            return self.wrong(Step::Member("sources"), explain::found(raw), "an object of paths and words", None);
        };
        let mut seen = HashSet::new();
        let mut ranges: Vec<(usize, Range<usize>, Source)> = Vec::new();
        for (path, value) in &members {
            if !seen.insert(path) {
                self.wrong_source(path, "it a second time", "it once", None);
                continue;
            }
            let Some(range) = self.slots_of(path) else {
                self.unknown_source(path);
                continue;
            };
            match text_of(value.get()).and_then(|word| Source::parse(&word)) {
                Some(source) => ranges.push((depth(path), range, source)),
                None => self.wrong_source(path, explain::found(value.get()), SOURCE_WORDS, None),
            }
        }
        // The longest last, since it is to stand.
        ranges.sort_by_key(|(depth, ..)| *depth);
        for (_, range, source) in ranges {
            self.facts.sources.get_mut(range).unwrap_or_default().fill(source);
        }
    }

    /// The cells of the root record that a path leads to; all of the book's own for `*` and nothing.
    fn slots_of(&self, path: &str) -> Option<Range<usize>> {
        if matches!(path, "" | "*") {
            return Some(slot::OWN as usize..self.schema.plan.width);
        }
        // First contact comes from somewhere too; the rest that is always there is Amends' own.
        let stated = |slot: u32| slot >= slot::OWN || slot == slot::ASKED;
        let place = self.schema.find(path).filter(|place| stated(place.slot))?;
        Some(place.slot as usize..(place.slot + place.field.ty.width()) as usize)
    }

    fn unknown_source(&mut self, path: &str) {
        let paths = if self.is_full() { Vec::new() } else { self.schema.paths() };
        let hint = self.near(path, paths.iter().map(String::as_str));
        self.wrong_source(path, "a name no fact has", "the path of a fact, not inside a list or map", hint);
    }

    fn wrong_source(&mut self, path: &str, found: impl Into<String>, expected: &str, hint: Option<String>) {
        self.inside(Step::Member("sources"), |reader| reader.wrong(Step::Quoted(path), found, expected, hint));
    }
}

const SOURCE_WORDS: &str = "one of \"system\", \"seen\", \"word\", \"claimed\"";

/// How many names a path has; nothing has none.
fn depth(path: &str) -> usize {
    if matches!(path, "" | "*") { 0 } else { path.split('.').count() }
}

/// The members of an object, each name with the JSON text of its value.
pub(super) struct Members<'a>(pub(super) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = map.next_key_seed(AnyText)? {
            members.push((name, map.next_value()?));
        }
        Ok(Members(members))
    }
}

/// Any text, borrowed from the document unless it has escapes.
struct AnyText;

impl<'de> DeserializeSeed<'de> for AnyText {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for AnyText {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}
