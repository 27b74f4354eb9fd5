//! The instructions of a program: each reads registers that earlier ones wrote, and writes one.

use super::typed::{Compare, Each, Fun};
use crate::number::Number;
use crate::time::{Date, Time};

/// A register.
pub type Reg = u16;

/// What the result of a computation must fit; one that does not is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fits {
    /// 64 bits, apart from what is behind the point.
    Number,
    /// The days of the years 1 to 9999.
    Day,
    /// The instants of those years.
    Instant,
}

impl Fits {
    /// Whether a number fits.
    #[inline]
    pub(super) fn holds(self, n: Number) -> bool {
        let Some(whole) = within_64_bits(n) else { return false };
        match self {
            Self::Number => true,
            Self::Day => Date::from_days(whole).is_some(),
            Self::Instant => Time::from_micros(whole).is_some(),
        }
    }
}

/// The whole part of a number, where 64 bits hold it.
#[inline]
pub(crate) fn within_64_bits(n: Number) -> Option<i64> {
    if n.d() == 1 { i64::try_from(n.n()).ok() } else { i64::try_from(n.n() / i128::from(n.d())).ok() }
}

/// One instruction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    /// Reads a cell of the document.
    Load {
        /// Where to.
        dst: Reg,
        /// The cell.
        cell: u32,
        /// How its value is held.
        shape: Shape,
    },
    /// Reads a field of the record a register points at.
    Field {
        /// Where to.
        dst: Reg,
        /// The record.
        row: Reg,
        /// Offset of the field's cell.
        offset: u16,
        /// How its value is held.
        shape: Shape,
    },
    /// Whether a path is given, see [`super::typed::Node::Has`].
    Has {
        /// Where to.
        dst: Reg,
        /// The record the path starts at; none for the top level.
        row: Option<Reg>,
        /// First step in the program's `steps`.
        from: u16,
        /// Number of steps.
        len: u16,
    },
    /// Not, of a yes or no.
    Not {
        /// Where to.
        dst: Reg,
        /// Of what.
        x: Reg,
    },
    /// And, absorbing what is missing.
    And {
        /// Where to.
        dst: Reg,
        /// One side.
        x: Reg,
        /// The other.
        y: Reg,
    },
    /// Or, absorbing what is missing.
    Or {
        /// Where to.
        dst: Reg,
        /// One side.
        x: Reg,
        /// The other.
        y: Reg,
    },
    /// Compares numbers.
    Compare {
        /// How.
        how: Compare,
        /// Where to.
        dst: Reg,
        /// Left side.
        x: Reg,
        /// Right side.
        y: Reg,
    },
    /// Whether texts are equal.
    EqText {
        /// Where to.
        dst: Reg,
        /// One side.
        x: Reg,
        /// The other.
        y: Reg,
    },
    /// Whether a text is one of a few of the dictionary.
    OneOf {
        /// Where to.
        dst: Reg,
        /// The text.
        x: Reg,
        /// Index into the program's `sets`.
        set: u16,
    },
    /// Sum of whole numbers, or of fractions.
    Add {
        /// Where to.
        dst: Reg,
        /// One side.
        x: Reg,
        /// The other.
        y: Reg,
        /// What the result must fit.
        fits: Fits,
    },
    /// Difference.
    Sub {
        /// Where to.
        dst: Reg,
        /// Left side.
        x: Reg,
        /// Right side.
        y: Reg,
        /// What the result must fit.
        fits: Fits,
    },
    /// Any other function; arguments are consecutive entries of the program's `args`.
    Call {
        /// Which.
        fun: Fun,
        /// Where to.
        dst: Reg,
        /// First argument in the program's `args`.
        args: u16,
        /// Number of arguments.
        len: u8,
        /// What the result must fit.
        fits: Fits,
        /// How items that lie in the document are held.
        item: Shape,
    },
    /// Builds a list of consecutive entries of the program's `args`.
    List {
        /// Where to.
        dst: Reg,
        /// First item in the program's `args`.
        args: u16,
        /// Number of items.
        len: u16,
    },
    /// Runs the instructions that follow, up to `end`, for each item of a list or key of a map.
    Each {
        /// Where to.
        dst: Reg,
        /// The list or map.
        over: Reg,
        /// The register of the item.
        var: Reg,
        /// The register of the body's result.
        body: Reg,
        /// Index into the program's `loops`.
        info: u16,
    },
}

/// How the value in a cell is held, so that it can be read without its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A whole number, with a currency for amounts.
    Plain,
    /// A whole number over a power of ten.
    Fraction,
    /// The cell begins a record; the value points at it.
    Record,
    /// A list or map whose rows are so many cells wide.
    Rows(u16),
}

/// The fixed part of a loop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loop {
    /// What it is for.
    pub how: Each,
    /// One past its last instruction.
    pub end: u32,
    /// How an item that lies in the document is held (the key, for a map).
    pub item: Shape,
}
