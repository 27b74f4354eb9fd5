//! Facts: the typed record that an assessment reads, from documents into cells.

pub mod cells;
pub mod dictionary;
pub mod digest;
pub mod error;
pub mod from_yaml;
pub mod intake;
pub mod names;
pub mod read;
pub mod schema;

mod explain;
mod note;
mod plan;
mod question;
mod question_schema;
mod reader;
mod resolve;
mod scalar;
mod scanner;

#[cfg(test)]
pub(crate) mod testing;

pub use cells::{Facts, Problem, ProblemKind};
pub use dictionary::Dictionary;
pub use error::{FactsError, FactsErrors};
pub use question_schema::question_schema;
pub use read::{Question, read_facts, read_facts_into, read_question, read_question_into};
pub use schema::{Leaf, Place, Schema, Source, slot};
