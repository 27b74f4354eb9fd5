//! Facts as they were read: cells, texts, problems and sources.

use std::borrow::Cow;
use std::fmt;

use super::{Dictionary, Source};
use crate::value::{Cell, FIRST_PROBLEM, TextId};

/// The facts of one question.
///
/// The first cells are the root record's, see [`Schema::root`](super::Schema::root). Behind them lie the rows
/// of lists and maps: the cell of a list holds the index of the first cell of its first row in `v`, and the
/// number of rows in `aux`. A row takes as many cells as a value of the list's type; in a map one more, which
/// comes first and holds the key's text. Rows of one list lie side by side, those of a map in the order of
/// the bytes of their keys, no key twice.
///
/// The first cell of a record says whether the record is given. A cell with a problem still holds what was read;
/// of an absent one, only its state means anything.
#[derive(Clone, Debug, Default)]
pub struct Facts<'a> {
    /// All values.
    pub cells: Vec<Cell>,
    /// Texts that the dictionary does not know: [`TextId`] -1 is the first of them. The same text may be here
    /// more than once.
    pub texts: Vec<Cow<'a, str>>,
    /// Why values are there but cannot be used.
    pub problems: Vec<Problem>,
    /// How sure each fact is, by its cell among the root record's.
    pub sources: Vec<Source>,
    /// How many members of known records had names that the schema does not know.
    pub skipped: u32,
    /// Room for rows that are being read.
    pub(super) rows: Vec<Cell>,
}

/// Why a value cannot be used: what depends on it is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The fact, with dots and places in lists: `order.lines[2].paid`.
    pub path: String,
    /// What is wrong with it.
    pub kind: ProblemKind,
}

/// What is wrong with a value of the right type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// A text that its enum does not list.
    NotListed {
        /// The text.
        found: String,
    },
    /// Below its least.
    Below {
        /// As read.
        found: String,
        /// The least it may be.
        least: String,
    },
    /// Above its most.
    Above {
        /// As read.
        found: String,
        /// The most it may be.
        most: String,
    },
    /// An amount in another currency than its bounds.
    OtherCurrency {
        /// As read.
        found: String,
        /// The book's currency.
        expected: &'static str,
    },
    /// A list or map with too few entries.
    TooFew {
        /// How many there are.
        found: u32,
        /// How many there must be.
        least: u32,
    },
    /// A list or map with too many entries.
    TooMany {
        /// How many there are.
        found: u32,
        /// How many there may be.
        most: u32,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ", self.path)?;
        match &self.kind {
            ProblemKind::NotListed { found } => write!(f, "is `{found}`, which is not among its values"),
            ProblemKind::Below { found, least } => write!(f, "is {found}, below the least, {least}"),
            ProblemKind::Above { found, most } => write!(f, "is {found}, above the most, {most}"),
            ProblemKind::OtherCurrency { found, expected } => write!(f, "is {found}, not an amount of {expected}"),
            ProblemKind::TooFew { found, least } => write!(f, "has {found} entries, fewer than {least}"),
            ProblemKind::TooMany { found, most } => write!(f, "has {found} entries, more than {most}"),
        }
    }
}

impl Facts<'_> {
    /// The cell at an index; an absent one beyond the last.
    #[must_use]
    pub fn cell(&self, index: u32) -> Cell {
        self.cells.get(index as usize).copied().unwrap_or(Cell::EMPTY)
    }

    /// The text of an id of these facts or of the dictionary they were read with.
    #[must_use]
    pub fn text<'t>(&'t self, dictionary: &'t Dictionary, id: TextId) -> Option<&'t str> {
        if id >= 0 {
            return dictionary.text(id);
        }
        // -1 is the first: the complement counts from 0.
        self.texts.get(usize::try_from(!id).ok()?).map(AsRef::as_ref)
    }

    /// The problem of a cell that has one.
    #[must_use]
    pub fn problem(&self, cell: Cell) -> Option<&Problem> {
        self.problems.get(cell.state.checked_sub(FIRST_PROBLEM)? as usize)
    }

    /// The source of the fact at a cell of the root record; a system's for what lies elsewhere.
    #[must_use]
    pub fn source(&self, slot: u32) -> Source {
        self.sources.get(slot as usize).copied().unwrap_or(Source::System)
    }

    /// Empties the facts and keeps their room for those of another document.
    #[must_use]
    pub fn recycle<'b>(mut self) -> Facts<'b> {
        self.clear();
        // Nothing is left to convert; collecting in place keeps the allocation.
        let texts = self.texts.into_iter().map(|text| Cow::Owned(text.into_owned())).collect();
        Facts { cells: self.cells, texts, problems: self.problems, sources: self.sources, skipped: 0, rows: self.rows }
    }

    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.texts.clear();
        self.problems.clear();
        self.sources.clear();
        self.rows.clear();
        self.skipped = 0;
    }
}
