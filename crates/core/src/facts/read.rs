//! From documents to facts: a question, or the facts alone.

use std::borrow::Cow;

use serde::de::DeserializeSeed;

use super::question::QuestionSeed;
use super::reader::{Reader, Step};
use super::schema::slot;
use super::visit::Value;
use super::{Facts, FactsErrors, Schema, explain};
use crate::time::Time;
use crate::value::Cell;

pub use super::reader::{MAX_DOCUMENT_CELLS, MAX_TEXT_BYTES};

/// The most bytes a document may have.
pub const MAX_DOCUMENT_BYTES: usize = 1024 * 1024;

/// A question: what is asked for, and the facts.
#[derive(Clone, Debug, Default)]
pub struct Question<'a> {
    /// The kind of request.
    pub request: Cow<'a, str>,
    /// The facts, those that are always there included.
    pub facts: Facts<'a>,
}

/// Reads a question: `{ request, asked, now, facts, sources, history, circumstances, case }`.
///
/// # Errors
/// When the text is no JSON, is too large, or holds values of the wrong type, all of which are named.
pub fn read_question<'a>(schema: &Schema, json: &'a str) -> Result<Question<'a>, FactsErrors> {
    let mut question = Question::default();
    read_question_into(schema, json, &mut question)?;
    Ok(question)
}

/// As [`read_question`], with room that was used before. What was there is gone, also after an error.
///
/// # Errors
/// As [`read_question`].
pub fn read_question_into<'a>(schema: &Schema, json: &'a str, question: &mut Question<'a>) -> Result<(), FactsErrors> {
    check(json)?;
    let mut reader = Reader::new(schema, &mut question.facts);
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let read = QuestionSeed { reader: &mut reader }.deserialize(&mut deserializer);
    match read.and_then(|parts| deserializer.end().map(|()| parts)) {
        Ok(parts) => question.request = parts.complete(&mut reader),
        Err(e) => return Err(unreadable(reader, &e)),
    }
    reader.finish()
}

/// Reads a document that is the facts themselves; nothing was granted before, and no circumstance is known.
///
/// # Errors
/// As [`read_question`].
pub fn read_facts<'a>(schema: &Schema, json: &'a str, asked: Time, now: Time) -> Result<Facts<'a>, FactsErrors> {
    let mut facts = Facts::default();
    read_facts_into(schema, json, asked, now, &mut facts)?;
    Ok(facts)
}

/// As [`read_facts`], with room that was used before. What was there is gone, also after an error.
///
/// # Errors
/// As [`read_question`].
pub fn read_facts_into<'a>(
    schema: &Schema,
    json: &'a str,
    asked: Time,
    now: Time,
    facts: &mut Facts<'a>,
) -> Result<(), FactsErrors> {
    check(json)?;
    let mut reader = Reader::new(schema, facts);
    reader.set(slot::ASKED as usize, Cell::of(asked.micros(), 0));
    reader.set(slot::NOW as usize, Cell::of(now.micros(), 0));
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let read = reader.inside(Step::Member("facts"), |reader| Value::own_facts(reader).deserialize(&mut deserializer));
    if let Err(e) = read.and_then(|()| deserializer.end()) {
        return Err(unreadable(reader, &e));
    }
    reader.default_history();
    reader.finish()
}

/// Whether a document is small enough, and looks like an object.
fn check(json: &str) -> Result<(), FactsErrors> {
    if json.len() > MAX_DOCUMENT_BYTES {
        return Err(FactsErrors::too_large(json.len()));
    }
    match json.trim_ascii_start() {
        "" => Err(FactsErrors::document("nothing", "a JSON object", None)),
        text if text.starts_with('{') => Ok(()),
        text => Err(FactsErrors::document(explain::found(text), "a JSON object", None)),
    }
}

/// What stopped the reading: a limit, which is noted, or a text that is no JSON.
fn unreadable(reader: Reader<'_, '_, '_>, error: &serde_json::Error) -> FactsErrors {
    if reader.stopped {
        return FactsErrors { all: reader.errors };
    }
    FactsErrors::not_json(error)
}

#[cfg(test)]
mod tests;
