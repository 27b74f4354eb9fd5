//! What is wrong with a document of facts: where, what was found, what is expected, what to write.

use std::fmt;

use super::read::MAX_DOCUMENT_BYTES;

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactsError {
    /// Where, such as `facts.order.lines[2].paid`; empty for the document as a whole.
    pub path: String,
    /// What stands there, such as `the number 12.345`.
    pub found: String,
    /// What should, such as `an amount of USD with at most 2 decimals`.
    pub expected: String,
    /// What to write instead.
    pub hint: Option<String>,
}

/// All that was found wrong with a document, at most [`MAX_ERRORS`](Self::MAX_ERRORS), never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactsErrors {
    /// In the order of the document.
    pub all: Vec<FactsError>,
}

impl FactsErrors {
    /// No more than so many are listed.
    pub const MAX_ERRORS: usize = 20;

    /// One error about the document as a whole.
    pub(super) fn document(found: impl Into<String>, expected: impl Into<String>, hint: Option<String>) -> Self {
        Self { all: vec![FactsError { path: String::new(), found: found.into(), expected: expected.into(), hint }] }
    }

    /// A document of more bytes than are read.
    pub(super) fn too_large(bytes: usize) -> Self {
        Self::document(format!("{bytes} bytes"), format!("at most {MAX_DOCUMENT_BYTES} bytes"), None)
    }

    /// A document that is no JSON, and where; `before` it stands what was not read again.
    pub(super) fn not_json(error: &serde_json::Error, before: &str) -> Self {
        let message = error.to_string();
        let what = message.split(" at line ").next().map(str::to_owned);
        let last_line = before.rsplit('\n').next().unwrap_or_default();
        let line = error.line() + before.matches('\n').count();
        let column = error.column() + if error.line() == 1 { last_line.len() } else { 0 };
        let found = format!("text that is not JSON at line {line} column {column}");
        Self::document(found, "a JSON object", what)
    }
}

impl fmt::Display for FactsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "the document" } else { &self.path };
        write!(f, "{path}: found {}, expected {}", self.found, self.expected)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, ": {hint}"))
    }
}

/// One a line.
impl fmt::Display for FactsErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.all.iter().enumerate() {
            write!(f, "{}{error}", if i == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for FactsError {}
impl std::error::Error for FactsErrors {}
