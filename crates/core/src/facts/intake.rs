//! Intake: how another system's JSON becomes a question, by pointers and conversions only.
//!
//! What needs computing goes into the book's `define`.

use crate::book::model::IntakeText;
use crate::diagnostic::Findings;
use crate::number::Rounding;

use super::{FactsError, FactsErrors, Schema, Source};

mod apply;
mod build;
mod convert;
mod document;
mod pick;
mod pointer;

use build::Builder;
use convert::Conversion;
use document::Document;
use pick::Pick;
use pointer::Pointer;

/// A mapping that was checked against the schema of the book's facts.
#[derive(Clone, Debug)]
pub struct Intake {
    /// Its name.
    pub id: String,
    /// What people call it; default: its name.
    pub title: String,
    request: Option<Pick>,
    role: Option<Pick>,
    asked: Option<Pick>,
    now: Option<Pick>,
    sources: Vec<(String, Source)>,
    facts: Made,
}

/// What an intake makes of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntakeAnswer {
    /// The kind of request.
    pub request: String,
    /// The role that asks, when the intake says how to find it.
    pub role: Option<String>,
    /// The question, for [`read_question`](super::read_question). Without `asked` when the intake does not say
    /// how to find it.
    pub question_json: String,
}

/// How a value is made.
#[derive(Clone, Debug)]
enum Made {
    /// Found at a place, and converted.
    Found(Pointer, Box<Conversion>),
    /// Always the same JSON.
    Always(String),
    /// Whether something other than null is at a place.
    Given(Pointer),
    /// Of each item of some arrays, one after the other.
    Each(Vec<Pointer>, Box<Made>),
    /// Of each value of an object.
    Values(Pointer, Box<Made>),
    /// Of each value of an object, under its name.
    Entries(Pointer, Box<Made>),
    /// Of several members.
    Record(Vec<(String, Made)>),
}

impl Intake {
    /// Checks a mapping; none where it has errors.
    pub fn build(text: &IntakeText, schema: &Schema, rounding: Rounding, findings: &mut Findings) -> Option<Self> {
        let mut builder = Builder { schema, findings, failed: false, rounding, currency: None };
        builder.currency_of_all(text);
        let intake = Self {
            id: text.id.value.clone(),
            title: text.title.as_ref().unwrap_or(&text.id).value.clone(),
            request: text.request.as_ref().and_then(|pick| builder.word(pick)),
            role: text.role.as_ref().and_then(|pick| builder.word(pick)),
            asked: text.asked.as_ref().and_then(|pick| builder.time(pick)),
            now: text.now.as_ref().and_then(|pick| builder.time(pick)),
            sources: builder.sources(&text.sources),
            facts: builder.facts(&text.facts),
        };
        (!builder.failed).then_some(intake)
    }

    /// Makes a question of a document.
    ///
    /// # Errors
    /// When the document is no JSON, is too large, or does not have what the mapping looks for in the shape it
    /// looks for; all of it is named. Values of the wrong type are told when the question is read.
    pub fn apply(&self, json: &str) -> Result<IntakeAnswer, FactsErrors> {
        apply::apply(self, json)
    }
}

#[cfg(test)]
mod tests;
