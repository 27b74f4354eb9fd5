//! The export: JSON Lines, each printed in one way only.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Anchor, Entry};
use crate::assess::Assessment;
use crate::book::read::BookFiles;
use crate::digest::Digest;
use crate::ids::{BusinessId, RoleName};
use crate::time::Time;

/// The version of the export's format.
pub const FORMAT: u32 = 1;
/// Most bytes of a line.
pub const LINE_BYTES_MAX: usize = 64 << 20;

/// One line of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The first.
    Header(Header),
    /// A book's texts.
    Book(BookLine),
    /// An assessment with what it was read from.
    Assessment(AssessmentLine),
    /// An entry.
    Entry(Entry),
    /// An anchor.
    Anchor(Anchor),
    /// The last.
    End(End),
}

/// What an export is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Of the format: [`FORMAT`].
    pub format: u32,
    /// Whose.
    pub business: BusinessId,
    /// When it was made.
    pub at: Time,
}

/// A book's texts by path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookLine {
    /// The book's digest.
    pub digest: Digest,
    /// Texts by path.
    pub files: BTreeMap<String, String>,
}

impl BookLine {
    /// The line of a book's texts.
    #[must_use]
    pub fn of(files: &BookFiles) -> Self {
        let texts = files.texts.iter().map(|(path, text)| (path.clone(), text.to_string()));
        Self { digest: files.digest(), files: texts.collect() }
    }

    /// The texts as a book is read from.
    #[must_use]
    pub fn book_files(&self) -> BookFiles {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect()
    }
}

/// An assessment as a case stored it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentLine {
    /// Of the assessment's text.
    pub digest: Digest,
    /// The book it was read from.
    pub book: Digest,
    /// The role that asked.
    pub role: RoleName,
    /// Of the question's text.
    pub question_digest: Digest,
    /// The question's JSON, byte by byte.
    pub question: String,
    /// The assessment's JSON, byte by byte.
    pub assessment: String,
}

impl AssessmentLine {
    /// The line of an assessment and the question it answers; none where the book's names are no ids.
    #[must_use]
    pub fn of(assessment: &Assessment<'_>, question: &str) -> Option<Self> {
        let text = assessment.text();
        Some(Self {
            digest: Digest::of(text.as_bytes()),
            book: Digest::parse(&assessment.book.digest).ok()?,
            role: RoleName::parse(assessment.book.role_id(assessment.role)).ok()?,
            question_digest: Digest::of(question.as_bytes()),
            question: question.to_owned(),
            assessment: text,
        })
    }
}

/// The end of an export, so that none that was cut off passes for whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// How many lines stand before it.
    pub lines: u64,
    /// The digest of the digest so far and the line, from line to line; at first of 64 zeros and the first line.
    pub digest: Digest,
}

/// Why a text is no line of an export.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLine {
    /// Not UTF-8, or too long.
    #[error("it is no text of at most 64 MiB")]
    NotText,
    /// Not JSON, or a field is missing or of another type.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// A kind of line that this version does not know.
    #[error("`{0}` is no kind of line: a newer version may know it")]
    UnknownKind(String),
    /// The same could be said in other bytes, and these are not the ones that are printed.
    #[error("it is not written as an export writes it")]
    NotAsPrinted,
}

impl Line {
    /// Reads a line, without its end.
    ///
    /// # Errors
    /// When it is anything but what [`Self::print`] gives.
    pub fn parse(text: &[u8]) -> Result<Self, BadLine> {
        let text = std::str::from_utf8(text).ok().filter(|text| text.len() <= LINE_BYTES_MAX);
        let text = text.ok_or(BadLine::NotText)?;
        let kind = read::<Kind>(text)?.line;
        let line = match kind.as_str() {
            "header" => Self::Header(read(text)?),
            "book" => Self::Book(read(text)?),
            "assessment" => Self::Assessment(read(text)?),
            "entry" => Self::Entry(read(text)?),
            "anchor" => Self::Anchor(read(text)?),
            "end" => Self::End(read(text)?),
            _ => return Err(BadLine::UnknownKind(kind)),
        };
        if line.print() == text && line.is_compact() { Ok(line) } else { Err(BadLine::NotAsPrinted) }
    }

    /// The line as an export writes it, without its end.
    #[must_use]
    pub fn print(&self) -> String {
        match self {
            Self::Header(body) => printed("header", body),
            Self::Book(body) => printed("book", body),
            Self::Assessment(body) => printed("assessment", body),
            Self::Entry(body) => printed("entry", body),
            Self::Anchor(body) => printed("anchor", body),
            Self::End(body) => printed("end", body),
        }
    }

    /// An event is hashed as it stands, so it must stand in one form.
    fn is_compact(&self) -> bool {
        let Self::Entry(entry) = self else { return true };
        let value = serde_json::from_str::<Value>(&entry.event);
        value.map(|value| value.to_string()).is_ok_and(|text| text == entry.event)
    }
}

#[derive(Deserialize)]
struct Kind {
    line: String,
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, BadLine> {
    serde_json::from_str(text).map_err(|e| BadLine::Unreadable(why(&e)))
}

/// The reason alone: the JSON is all in one line, and its number is not that of the line in the export.
fn why(e: &serde_json::Error) -> String {
    let text = e.to_string();
    match text.strip_suffix(&format!(" at line {} column {}", e.line(), e.column())) {
        Some(why) => format!("{why} at byte {}", e.column()),
        None => text,
    }
}

fn printed<T: Serialize>(kind: &str, body: &T) -> String {
    let body = serde_json::to_string(body).unwrap_or_default();
    format!("{{\"line\":\"{kind}\",{}", body.strip_prefix('{').unwrap_or_default())
}

/// An export under way: lines go through it and come out printed, and it knows the last one.
#[derive(Clone, Debug, Default)]
pub struct Export {
    lines: u64,
    digest: Option<Digest>,
}

impl Export {
    /// One more line, printed, without its end.
    pub fn line(&mut self, line: &Line) -> String {
        let text = line.print();
        self.add(text.as_bytes());
        text
    }

    /// The last line.
    #[must_use]
    pub fn end(&self) -> End {
        End { lines: self.lines, digest: self.digest.clone().unwrap_or_else(Digest::zeros) }
    }

    /// Counts a line that was printed before.
    pub(super) fn add(&mut self, line: &[u8]) {
        self.lines = self.lines.saturating_add(1);
        let before = self.digest.take().unwrap_or_else(Digest::zeros);
        self.digest = Some(Digest::of_parts([before.as_str().as_bytes(), line]));
    }
}
