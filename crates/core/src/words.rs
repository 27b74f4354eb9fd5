//! What people wrote on a case: notes, reasons, questions.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most letters of one text on a case.
pub const WORDS_LETTERS_MAX: usize = 4_000;

/// How a sealed text begins: the version of the seal stands in it.
pub const SEALED: &str = "sealed:1:";
/// Most bytes of a sealed text: 4,000 letters of four bytes, what a seal adds to them, in base64.
pub const SEALED_BYTES_MAX: usize = 22_000;

/// A text of someone's own: not empty, at most 4,000 letters.
///
/// Nothing is decided by what it says. The journal holds it sealed under a key of its case ([`Words::sealed`]), and
/// stays whole when that key is destroyed.
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
            letters if letters > WORDS_LETTERS_MAX && !is_sealed(text) => Err(NoWords::TooLong { letters }),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The text as the journal holds it, or what is left of one whose key is gone.
    #[must_use]
    pub const fn sealed(text: String) -> Self {
        Self(text)
    }

    /// Whether it is as the journal holds it.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        is_sealed(&self.0)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_sealed(text: &str) -> bool {
    text.starts_with(SEALED) && text.len() <= SEALED_BYTES_MAX
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
        assert!(Words::parse(&format!("{SEALED}{}", "a".repeat(21_000))).is_ok());
        assert!(Words::parse(&format!("{SEALED}{}", "a".repeat(22_000))).is_err());
    }
}
