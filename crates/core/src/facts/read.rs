//! From documents to facts: a question, or the facts alone.

use std::borrow::Cow;

use serde::de::{Deserialize, IgnoredAny};

use super::reader::Reader;
use super::schema::slot;
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
    let json = check(json)?;
    let mut reader = Reader::new(schema, json, &mut question.facts);
    match reader.question() {
        Ok(parts) if reader.json.is_at_end() => question.request = parts.complete(&mut reader),
        _ => return Err(unreadable(reader, json)),
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
    let json = check(json)?;
    let mut reader = Reader::new(schema, json, facts);
    reader.set(slot::ASKED as usize, Cell::of(asked.micros(), 0));
    reader.set(slot::NOW as usize, Cell::of(now.micros(), 0));
    if reader.own_facts().is_err() || !reader.json.is_at_end() {
        return Err(unreadable(reader, json));
    }
    reader.default_history();
    reader.finish()
}

/// A text without the mark that some programs put before it, which is no part of it.
pub(super) fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// A document that is small enough and looks like an object.
fn check(json: &str) -> Result<&str, FactsErrors> {
    if json.len() > MAX_DOCUMENT_BYTES {
        return Err(FactsErrors::too_large(json.len()));
    }
    let json = unmarked(json);
    match json.trim_ascii_start() {
        "" => Err(FactsErrors::document("nothing", "a JSON object", None)),
        text if text.starts_with('{') => Ok(json),
        text => Err(FactsErrors::document(explain::found(text), "a JSON object", None)),
    }
}

/// What stopped the reading: a limit, which is noted; else `serde_json` says what is no JSON.
#[cold]
fn unreadable(reader: Reader<'_, '_, '_>, json: &str) -> FactsErrors {
    if reader.stopped {
        return FactsErrors { all: reader.errors };
    }
    // A text whose escapes mean nothing passes as JSON wherever nobody reads it, so it is asked about by itself.
    let (before, ahead) = reader.json.split();
    let mut ahead = serde_json::Deserializer::from_str(ahead);
    match (String::deserialize(&mut ahead), serde_json::from_str::<IgnoredAny>(json)) {
        (_, Err(e)) => FactsErrors::not_json(&e, ""),
        (Err(e), _) => FactsErrors::not_json(&e, before),
        // The two disagree about what JSON is, which a test rules out.
        (Ok(_), Ok(_)) => FactsErrors::document("text that is not JSON", "a JSON object", None),
    }
}

#[cfg(test)]
mod tests;
