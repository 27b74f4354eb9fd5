//! What people fill into the form of the Ask page, and the question that it makes.
//!
//! Names of inputs: `f.PATH` a fact (`f.order.lines[0].paid`), `p.PATH` whether an optional record is there,
//! `z.PATH` that a text is known to be none, `s.PATH` where a fact comes from, `c.ID` who saw a circumstance, `asked`, `now`, `role`, `exceptions`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use amends_core::book::rules::Book;
use amends_core::facts::{FactsErrors, Source};
use amends_core::time::Time;
use amends_core::types::{ListType, RecordType, Type};
use serde_json::{Map, Value, json};

/// Most rows of a list that a form takes.
pub const ROWS_MAX: usize = 50;
/// Most inputs of a form.
const INPUTS_MAX: usize = 2_000;

/// Everything that was filled in, by the name of its input; several of one name are choices among many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    given: BTreeMap<String, Vec<String>>,
}

impl Answers {
    /// Of the pairs of a form. What is blank is not given.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs.into_iter().take(INPUTS_MAX) {
            let value = value.trim();
            if !value.is_empty() {
                given.entry(name).or_default().push(value.to_owned());
            }
        }
        Self { given }
    }

    /// What was filled in, if anything.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.given.get(name)?.first().map(String::as_str)
    }

    /// What was filled into the input of a fact.
    pub fn fact(&self, path: &str) -> Option<&str> {
        self.get(&format!("f.{path}"))
    }

    /// Whether a text is known to be none, such as the number of a receipt that nobody has.
    pub fn is_none(&self, path: &str) -> bool {
        self.get(&format!("z.{path}")).is_some()
    }

    /// Where a fact is said to come from: what is said of it, of what it is part of, or of all.
    pub fn source(&self, path: &str) -> Option<Source> {
        let above = std::iter::successors(Some(path), |at| at.rsplit_once('.').map(|(above, _)| above));
        above.chain(["*"]).find_map(|at| self.get(&format!("s.{at}")).and_then(Source::parse))
    }

    /// Whether anything was filled in under names that begin so.
    pub fn any_begins(&self, begin: &str) -> bool {
        self.given.range(begin.to_owned()..).next().is_some_and(|(name, _)| name.starts_with(begin))
    }

    /// Whether a choice among many is taken.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.given.get(name).is_some_and(|all| all.iter().any(|v| v == value))
    }

    /// Every choice that is taken of one name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.given.get(name).into_iter().flatten().map(String::as_str)
    }

    /// All of it as one text, the same for the same.
    pub fn as_form(&self) -> String {
        let pairs = self.given.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }

    /// Adds or drops the row of a list whose button was pressed.
    pub fn rows_of_buttons(&mut self) {
        if let Some(path) = self.get("add").map(str::to_owned) {
            self.add_row(&path);
        }
        let drop = self.get("drop").and_then(|d| d.rsplit_once('#')).map(|(p, r)| (p.to_owned(), r.to_owned()));
        if let Some((path, row)) = drop {
            self.drop_row(&path, row.parse().unwrap_or(usize::MAX));
        }
        self.put("add", None);
        self.put("drop", None);
    }

    /// Fills in an input anew; nothing takes it away.
    pub fn put(&mut self, name: &str, value: Option<&str>) {
        match value.filter(|v| !v.is_empty()) {
            Some(value) => drop(self.given.insert(name.to_owned(), vec![value.to_owned()])),
            None => drop(self.given.remove(name)),
        }
    }

    /// How many rows of a list the form shows: one more than the last that has anything in it.
    pub fn rows(&self, path: &str) -> usize {
        let begin = format!("f.{path}[");
        let asked = self.get(&format!("n.{path}")).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
        let filled =
            self.given.keys().filter_map(|name| name.strip_prefix(&begin)?.split_once(']')?.0.parse::<usize>().ok());
        filled.map(|i| i + 1).max().unwrap_or(0).max(asked).min(ROWS_MAX)
    }

    /// Adds an empty row to a list.
    pub fn add_row(&mut self, path: &str) {
        let rows = self.rows(path).max(1) + 1;
        self.put(&format!("n.{path}"), Some(&rows.min(ROWS_MAX).to_string()));
    }

    /// Takes a row out of a list; those after it move up.
    pub fn drop_row(&mut self, path: &str, row: usize) {
        let (begin, rows) = (format!("f.{path}["), self.rows(path));
        let mut kept = BTreeMap::new();
        for (name, value) in std::mem::take(&mut self.given) {
            let place = name.strip_prefix(&begin).and_then(|rest| {
                let (at, rest) = rest.split_once(']')?;
                Some((at.parse::<usize>().ok()?, rest.to_owned()))
            });
            match place {
                Some((at, _)) if at == row => {}
                Some((at, rest)) if at > row => drop(kept.insert(format!("{begin}{}]{rest}", at - 1), value)),
                _ => drop(kept.insert(name, value)),
            }
        }
        self.given = kept;
        self.put(&format!("n.{path}"), Some(&rows.saturating_sub(1).to_string()));
    }

    /// The path of a fact as the form counts rows; the question leaves out those that are blank.
    pub fn in_form(&self, path: &str) -> String {
        let mut form = String::new();
        for (i, piece) in path.split('[').enumerate() {
            let place = piece.split_once(']').and_then(|(at, rest)| Some((at.parse::<usize>().ok()?, rest)));
            match place.filter(|_| i > 0) {
                Some((at, rest)) => {
                    let row = (0..self.rows(&form)).filter(|row| self.has_row(&form, *row)).nth(at).unwrap_or(at);
                    let _ = write!(form, "[{row}]{rest}"); // Writing to a text cannot fail.
                }
                None => form.push_str(piece),
            }
        }
        form
    }

    fn has_row(&self, list: &str, row: usize) -> bool {
        ["f", "z", "p"].iter().any(|kind| self.any_begins(&format!("{kind}.{list}[{row}]")))
    }

    /// Takes away what cannot be read, by the path of the error.
    fn drop_fact(&mut self, path: &str) -> bool {
        let name = format!("f.{path}");
        let (within, item) = (format!("{name}."), format!("{name}["));
        let before = self.given.len();
        self.given.retain(|n, _| *n != name && !n.starts_with(&within) && !n.starts_with(&item));
        self.given.len() < before
    }

    /// The circumstances that were said: each with who saw it.
    pub fn happened(&self) -> impl Iterator<Item = (&str, &str)> {
        self.given.iter().filter_map(|(name, v)| Some((name.strip_prefix("c.")?, v.first()?.as_str())))
    }

    /// The question it makes, for [`read_question`](amends_core::facts::read_question).
    pub fn question(&self, book: &Book, request: &str) -> String {
        let facts = record(&Place { answers: self, book }, &book.schema.root, "").unwrap_or_default();
        // Links are typed by hand, too: what names no fact, circumstance or source is nobody's.
        let sources: Map<String, Value> = self
            .given
            .iter()
            .filter_map(|(name, v)| Some((name.strip_prefix("s.")?, v.first()?.as_str())))
            .filter(|(path, source)| book.schema.find(path).is_some() && Source::parse(source).is_some())
            .map(|(path, source)| (path.to_owned(), Value::from(source)))
            .collect();
        let happened: Vec<Value> = self
            .happened()
            .filter(|(id, source)| book.circumstances.iter().any(|c| c.id == *id) && Source::parse(source).is_some())
            .map(|(id, source)| json!({ "id": id, "source": source }))
            .collect();
        let exceptions = self.get("exceptions").and_then(|n| n.parse::<usize>().ok()).unwrap_or(0).min(100);
        let (asked, now) = (self.get("asked"), self.get("now").or(self.get("asked")));
        let before = json!({ "at": now, "cost": "0", "policy": request });
        json!({
            "request": request,
            "asked": asked,
            "now": now,
            "facts": facts,
            "sources": sources,
            "history": { "exceptions": vec![before; exceptions] },
            "circumstances": happened,
        })
        .to_string()
    }

    /// What of the question a case does not know itself, for an assessment on it.
    pub fn document(&self, book: &Book, request: &str) -> Value {
        let mut question: Value = serde_json::from_str(&self.question(book, request)).unwrap_or_default();
        if let Some(question) = question.as_object_mut() {
            question.retain(|name, _| matches!(name.as_str(), "facts" | "sources" | "circumstances"));
            if question.get("facts").is_none_or(Value::is_null) {
                question.insert("facts".to_owned(), json!({}));
            }
        }
        question
    }

    /// Takes away what errors name, so that the rest can be answered; each error with its path among the facts.
    pub fn without(&mut self, errors: &FactsErrors) -> Vec<(String, String)> {
        let mut wrong = Vec::new();
        // Before anything is taken away, since that may leave a row blank.
        let paths: Vec<String> =
            errors.all.iter().map(|e| self.in_form(e.path.strip_prefix("facts.").unwrap_or(&e.path))).collect();
        for (error, path) in errors.all.iter().zip(&paths) {
            let path = path.as_str();
            let says = format!("found {}, expected {}", error.found, error.expected);
            let says = error.hint.as_ref().map_or_else(|| says.clone(), |hint| format!("{says}: {hint}"));
            let taken = self.drop_fact(path);
            if taken || path == "asked" {
                wrong.push((path.to_owned(), says));
            }
        }
        wrong
    }
}

struct Place<'a> {
    answers: &'a Answers,
    book: &'a Book,
}

/// The fields of a record that were filled in; none where nothing was.
fn record(at: &Place<'_>, record: &RecordType, path: &str) -> Option<Map<String, Value>> {
    let mut object = Map::new();
    for field in &record.fields {
        let path = if path.is_empty() { field.name.clone() } else { format!("{path}.{}", field.name) };
        if let Some(value) = value(at, &field.ty, &path) {
            object.insert(field.name.clone(), value);
        }
    }
    let said = at.answers.get(&format!("p.{path}"));
    match said {
        Some("no") => None,
        Some(_) => Some(object),
        None => (!object.is_empty()).then_some(object),
    }
}

fn value(at: &Place<'_>, ty: &Type, path: &str) -> Option<Value> {
    match ty {
        Type::Record(inner) => record(at, inner, path).map(Value::Object),
        Type::List(list) => items(at, list, path).map(Value::Array),
        Type::Map(_) => at.answers.fact(path).and_then(|json| serde_json::from_str(json).ok()),
        Type::Text if at.answers.fact(path).is_none() => at.answers.is_none(path).then(|| Value::from("")),
        _ => Some(scalar(at.book, ty, at.answers.fact(path)?)),
    }
}

/// The rows of a list that have anything in them; none where no row has.
fn items(at: &Place<'_>, list: &ListType, path: &str) -> Option<Vec<Value>> {
    if let Type::Enum(choices) = &list.of {
        let name = format!("f.{path}");
        let taken: Vec<Value> =
            choices.values.iter().filter(|v| at.answers.has(&name, v)).map(|v| Value::from(v.as_str())).collect();
        return (!taken.is_empty()).then_some(taken);
    }
    let rows: Vec<Value> =
        (0..at.answers.rows(path)).filter_map(|i| value(at, &list.of, &format!("{path}[{i}]"))).collect();
    (!rows.is_empty()).then_some(rows)
}

/// What people type, as the reader of facts takes it.
fn scalar(book: &Book, ty: &Type, typed: &str) -> Value {
    let is_number = || typed.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    match ty {
        Type::Bool if typed == "yes" => Value::Bool(true),
        Type::Bool if typed == "no" => Value::Bool(false),
        Type::Int => typed.parse::<i64>().map_or_else(|_| Value::from(typed), Value::from),
        Type::Money => Value::from(money(book, typed)),
        Type::Percent if is_number() => Value::from(format!("{typed}%")),
        Type::Days if is_number() => Value::from(format!("{typed} days")),
        Type::Months if is_number() => Value::from(format!("{typed} months")),
        _ => Value::from(typed),
    }
}

/// An amount as people type it, without the signs that make it easy to read.
pub fn digits(typed: &str) -> String {
    typed.chars().filter(|c| !matches!(c, '$' | '€' | '£' | ',' | ' ' | '\u{a0}')).collect()
}

/// `1,234.50` and `$1234.5` are what people type for `1234.50 USD`.
fn money(book: &Book, typed: &str) -> String {
    let digits = digits(typed);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    if is_number { format!("{digits} {}", book.currency) } else { typed.to_owned() }
}

/// The inputs that a question fills, as an intake mapping makes it.
pub fn filled(book: &Book, question: &str) -> Vec<(String, String)> {
    let Ok(Value::Object(question)) = serde_json::from_str::<Value>(question) else { return Vec::new() };
    let mut pairs = Vec::new();
    if let Some(Value::Object(facts)) = question.get("facts") {
        fill_record(book, &book.schema.root, facts, "", &mut pairs);
    }
    if let Some(Value::Object(sources)) = question.get("sources") {
        pairs.extend(sources.iter().filter_map(|(path, s)| Some((format!("s.{path}"), s.as_str()?.to_owned()))));
    }
    let happened = question.get("circumstances").and_then(Value::as_array).into_iter().flatten();
    for said in happened {
        if let (Some(id), Some(source)) =
            (said.get("id").and_then(Value::as_str), said.get("source").and_then(Value::as_str))
        {
            pairs.push((format!("c.{id}"), source.to_owned()));
        }
    }
    for name in ["asked", "now"] {
        if let Some(time) = question.get(name).and_then(Value::as_str) {
            pairs.push((name.to_owned(), local(book, time)));
        }
    }
    pairs
}

fn fill_record(
    book: &Book,
    record: &RecordType,
    object: &Map<String, Value>,
    path: &str,
    pairs: &mut Vec<(String, String)>,
) {
    for field in &record.fields {
        let path = if path.is_empty() { field.name.clone() } else { format!("{path}.{}", field.name) };
        if let Some(value) = object.get(&field.name).filter(|v| !v.is_null()) {
            if field.optional && value.is_object() {
                pairs.push((format!("p.{path}"), "yes".to_owned()));
            }
            fill(book, &field.ty, value, &path, pairs);
        }
    }
}

fn fill(book: &Book, ty: &Type, value: &Value, path: &str, pairs: &mut Vec<(String, String)>) {
    match (ty, value) {
        (Type::Record(inner), Value::Object(object)) => {
            fill_record(book, inner, object, path, pairs);
        }
        (Type::List(list), Value::Array(items)) if matches!(list.of, Type::Enum(_)) => {
            pairs.extend(items.iter().filter_map(|v| Some((format!("f.{path}"), v.as_str()?.to_owned()))));
        }
        (Type::List(list), Value::Array(items)) => {
            for (i, item) in items.iter().enumerate().take(ROWS_MAX) {
                fill(book, &list.of, item, &format!("{path}[{i}]"), pairs);
            }
        }
        (Type::Text, Value::String(text)) if text.is_empty() => pairs.push((format!("z.{path}"), "none".to_owned())),
        _ => pairs.push((format!("f.{path}"), shown(book, ty, value))),
    }
}

/// A value as an input shows it.
fn shown(book: &Book, ty: &Type, value: &Value) -> String {
    let text = match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let strip = |end: &str| text.strip_suffix(end).map_or_else(|| text.clone(), |t| t.trim_end().to_owned());
    match ty {
        Type::Money => strip(&book.currency.to_string()),
        Type::Percent => strip("%"),
        Type::Days => strip("days"),
        Type::Time => local(book, &text),
        _ => text,
    }
}

/// A time as a clock in the book's zone shows it, to the minute; what is no time stays as it is.
pub fn local(book: &Book, text: &str) -> String {
    Time::parse(text, &book.zone).map_or_else(|_| text.to_owned(), |time| clock(book, time))
}

/// `2026-11-16T18:04` in the book's zone.
pub fn clock(book: &Book, time: Time) -> String {
    time.in_zone(&book.zone).chars().take("2026-11-16T18:04".len()).collect()
}
