//! The short way of a term: most need no program.

use super::rules::{Condition, Disclosed, Line, Operand, Term, TermShape};
use crate::program::op::Shape;
use crate::value::TextId;

/// A term without conditions of its own over whole numbers or texts that lie in the document: most terms, and
/// all that it takes to work them out. What is missing goes the long way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quick {
    /// No more than a line.
    AtMost(u32, QuickLine),
    /// No less than a line.
    AtLeast(u32, QuickLine),
    /// Whether the text of a cell is among these, and whether it must be.
    OneOf(u32, Vec<TextId>, bool),
    /// A yes or no, and what it must be.
    Is(u32, bool),
}

/// A line: written out with its currency (0 where there is none), or in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuickLine {
    /// Written out.
    Const(i64, u32),
    /// In a cell.
    Cell(u32),
}

impl Quick {
    /// The short way of a term, where it has one.
    #[must_use]
    pub fn of(term: &Term) -> Option<Self> {
        let plain =
            term.when.is_none() && term.from.is_none() && term.until.is_none() && term.disclosed == Disclosed::Always;
        let line = |operand: Operand| match operand {
            Operand::Cell(cell, Shape::Plain) => Some(QuickLine::Cell(cell)),
            Operand::Const(val) => val.as_plain().map(|(n, currency)| QuickLine::Const(n, currency)),
            _ => None,
        };
        match &term.shape {
            _ if !plain => None,
            TermShape::Measure { value: Operand::Cell(cell, Shape::Plain), line: Line::AtMost(l), .. } => {
                Some(Self::AtMost(*cell, line(*l)?))
            }
            TermShape::Measure { value: Operand::Cell(cell, Shape::Plain), line: Line::AtLeast(l), .. } => {
                Some(Self::AtLeast(*cell, line(*l)?))
            }
            TermShape::Require { cond: Condition::OneOf(cell, ids), wanted } => {
                Some(Self::OneOf(*cell, ids.clone(), *wanted))
            }
            TermShape::Require { cond: Condition::Is(Operand::Cell(cell, Shape::Plain)), wanted } => {
                Some(Self::Is(*cell, *wanted))
            }
            _ => None,
        }
    }
}
