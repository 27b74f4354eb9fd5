//! What people wrote on a case: notes, reasons, questions.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most letters of one text on a case.
pub const WORDS_LETTERS_MAX: usize = 4_000;

/// A text of someone's own: not empty, at most 4,000 letters.
///
/// Nothing is decided by what it says. The shell may hand over the text sealed under a key of the customer's; the
/// journal then stays whole when that key is destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Words(String);

/// A text that is no words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoWords {
    /// Nothing but white space.
    #[error("the text is empty: say it in a few words")]
    Empty,
    /// More than a case keeps.
    #[error("the text has {letters} letters: at most 4000 are kept, put the rest into a file")]
    TooLong {
        /// How many it has.
        letters: usize,
    },
}

impl Words {
    /// Reads a text; white space around it is dropped.
    ///
    /// # Errors
    /// See [`NoWords`].
    pub fn parse(text: &str) -> Result<Self, NoWords> {
        let text = text.trim();
        match text.chars().count() {
            0 => Err(NoWords::Empty),
            letters if letters > WORDS_LETTERS_MAX => Err(NoWords::TooLong { letters }),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Words {
    type Error = NoWords;

    fn try_from(text: String) -> Result<Self, NoWords> {
        Self::parse(&text)
    }
}

impl From<Words> for String {
    fn from(words: Words) -> Self {
        words.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_something_and_not_too_much() {
        assert_eq!(Words::parse(" seen \n").map(String::from), Ok("seen".to_owned()));
        assert_eq!(Words::parse(" \n"), Err(NoWords::Empty));
        assert_eq!(Words::parse(&"ä".repeat(4_001)), Err(NoWords::TooLong { letters: 4_001 }));
    }
}
