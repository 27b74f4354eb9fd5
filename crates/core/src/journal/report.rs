//! What a verification found.

use std::fmt;

use super::BadLine;
use crate::digest::Digest;
use crate::ids::{CaseId, TeamId};

/// Most faults that are told; the others are counted.
pub const FAULTS_MAX: usize = 200;

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Lines read.
    pub lines: usize,
    /// Books among them.
    pub books: usize,
    /// Assessments among them.
    pub assessments: usize,
    /// Entries among them.
    pub entries: usize,
    /// Anchors among them.
    pub anchors: usize,
    /// Number and hash of the last anchor: to be held against one that was kept elsewhere.
    pub last_anchor: Option<(u64, Digest)>,
    /// What is wrong, in the order of the lines; the first 200.
    pub faults: Vec<Fault>,
    /// How many more there are.
    pub more: usize,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }

    pub(super) fn add(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        } else {
            self.more += 1;
        }
    }
}

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1; one past the last where something is missing at the end.
    pub line: usize,
    /// The entry or anchor.
    pub place: Place,
    /// What.
    pub wrong: Wrong,
}

/// Which part of the journal a fault is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An entry of a team's chain.
    Entry(TeamId, u64),
    /// An anchor.
    Anchor(u64),
    /// Another line.
    Line,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is no line of an export.
    Bad(BadLine),
    /// The first line is no header of this format, or a header stands further down.
    Header,
    /// It belongs to another business.
    OtherBusiness,
    /// Entries between the one before and this one are not there.
    Missing {
        /// The first of them.
        from: u64,
        /// The last of them.
        to: u64,
    },
    /// Anchors between the one before and this one are not there.
    AnchorsMissing {
        /// The first of them.
        from: u64,
        /// The last of them.
        to: u64,
    },
    /// It stands after a later one.
    OutOfOrder,
    /// It was there before.
    Doubled,
    /// It does not follow from the one before.
    Previous,
    /// Its content is not what its hash was made of.
    Content,
    /// It is an event of a case and cannot be read as one, or its kind is another.
    Event,
    /// An event of a case is missing, doubled or out of order.
    CaseVersion(CaseId),
    /// It anchors an entry that is not there.
    NoSuchEntry(TeamId, u64),
    /// It anchors an entry that has another hash.
    OtherEntry(TeamId, u64),
    /// A case cites an assessment, a question or a book that is not there.
    NotThere(&'static str, Digest),
    /// Nothing follows the end; something does.
    AfterEnd,
    /// There is no end.
    NoEnd,
    /// The end tells of other lines.
    End,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bad(bad) => bad.fmt(f),
            Self::Header => f.write_str("an export begins with its header, and has no other"),
            Self::OtherBusiness => f.write_str("it belongs to another business"),
            Self::Missing { from, to } if from == to => write!(f, "entry {from} is missing before it"),
            Self::Missing { from, to } => write!(f, "entries {from} to {to} are missing before it"),
            Self::AnchorsMissing { from, to } if from == to => write!(f, "anchor {from} is missing before it"),
            Self::AnchorsMissing { from, to } => write!(f, "anchors {from} to {to} are missing before it"),
            Self::OutOfOrder => f.write_str("it stands after a later one"),
            Self::Doubled => f.write_str("it was there before"),
            Self::Previous => f.write_str("it does not follow from the one before"),
            Self::Content => f.write_str("its content was changed: the hash is of another"),
            Self::Event => f.write_str("its event cannot be read, or is of another kind"),
            Self::CaseVersion(case) => write!(f, "an event of case `{case}` is missing, doubled or out of order"),
            Self::NoSuchEntry(team, seq) => write!(f, "it anchors entry {seq} of team `{team}`, which is missing"),
            Self::OtherEntry(team, seq) => write!(f, "it anchors entry {seq} of team `{team}` with another hash"),
            Self::NotThere(what, digest) => write!(f, "{what} {digest} is cited and missing"),
            Self::AfterEnd => f.write_str("it stands after the end"),
            Self::NoEnd => f.write_str("the export is cut off: it has no end"),
            Self::End => f.write_str("the lines before it are not those it was written for"),
        }
    }
}

/// `line 12, team "shop" entry 7: it was there before`
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        match &self.place {
            Place::Entry(team, seq) => write!(f, ", team `{team}` entry {seq}")?,
            Place::Anchor(number) => write!(f, ", anchor {number}")?,
            Place::Line => {}
        }
        write!(f, ": {}", self.wrong)
    }
}
