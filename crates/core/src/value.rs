//! How a value is held while a book runs: one exact number with a word about what is missing.
//!
//! Types are known when a book is checked, so a value carries no type of its own:
//!
//! | type | `n` / `d` | `aux` |
//! |---|---|---|
//! | bool | 0 or 1 | |
//! | int | the number | |
//! | decimal, percent | a fraction in lowest terms; 40% is 2/5 | |
//! | money | minor units, a fraction while it is computed with | [`Currency`](crate::money::Currency) index |
//! | text, enum | a text id, see [`TextId`] | |
//! | date | days since 1970-01-01 | |
//! | time | microseconds since 1970-01-01T00:00:00Z | |
//! | duration | microseconds | |
//! | days, months | the number of them | |
//! | record | index of its first cell | |
//! | list, map | index of the first row in `n`, number of rows in `d` (0 for none) | where the rows are |

/// Why a value is missing: 0 when it is there; else an index into what the reader or the run noted.
pub type Why = u32;

/// One value of a document, as it was read: a whole number over a power of ten.
///
/// `aux` is the currency for money, the number of decimals for decimals and percents, the row
/// count for lists and maps, and 0 otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The number, see the table above.
    pub v: i64,
    /// See above.
    pub aux: u32,
    /// [`PRESENT`], [`ABSENT`], or [`FIRST_PROBLEM`] + index into the document's problems.
    pub state: u32,
}

/// State of a cell that holds a value.
pub const PRESENT: u32 = 0;
/// State of a cell the document says nothing about (or `null`).
pub const ABSENT: u32 = 1;
/// States from here on are problems: outside its enum, its bounds, its length.
pub const FIRST_PROBLEM: u32 = 2;

impl Cell {
    /// A cell nothing was read into.
    pub const EMPTY: Self = Self { v: 0, aux: 0, state: ABSENT };

    /// A cell that holds a value.
    #[must_use]
    pub const fn of(v: i64, aux: u32) -> Self {
        Self { v, aux, state: PRESENT }
    }

    /// Whether there is a value.
    #[must_use]
    pub const fn is_present(&self) -> bool {
        self.state == PRESENT
    }
}

/// Names a text: from 0 up in the book's dictionary, below 0 in the document (`-1 - index`),
/// from [`RUN_TEXT`] up made by an expression.
pub type TextId = i64;

/// The first id of texts that expressions make.
pub const RUN_TEXT: TextId = 1 << 40;
