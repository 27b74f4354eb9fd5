//! What a verification found.

use std::fmt;

use super::{BadLine, FORMAT, Moved};
use crate::digest::Digest;
use crate::ids::{BusinessId, CaseId, TeamId};

/// Most faults that are told; the others are counted.
pub const FAULTS_MAX: usize = 200;

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Whose journal it is, by the header.
    pub business: Option<BusinessId>,
    /// Lines read.
    pub lines: usize,
    /// Books among them.
    pub books: usize,
    /// Assessments among them.
    pub assessments: usize,
    /// How many of them came out again with the same bytes.
    pub made_again: usize,
    /// Assessments whose text was erased with a customer's personal data, by what the journal tells of it.
    pub erased: usize,
    /// Entries among them.
    pub entries: usize,
    /// Anchors among them.
    pub anchors: usize,
    /// Where each chain stands, by team.
    pub chains: Vec<Moved>,
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

    /// Whether any line is one of an export, beside an end.
    #[must_use]
    pub const fn is_of_export(&self) -> bool {
        self.business.is_some() || self.books + self.assessments + self.entries + self.anchors > 0
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
    /// The first line is no header, or a header stands further down.
    Header,
    /// The header tells of another format.
    Format(u32),
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
    /// The last line has no line feed.
    Cut,
    /// It is not the anchor that was kept elsewhere.
    OtherAnchor,
    /// An anchor that was kept elsewhere is not there.
    AnchorGone,
    /// A book cannot be used, for this reason.
    Unusable(String),
    /// A book stands after assessments that were read from it, the first in this line.
    AfterUse(usize),
    /// An assessment comes out otherwise, from this byte on.
    Otherwise(usize),
    /// An assessment cannot be made again, for this reason.
    NotMade(String),
}

impl Wrong {
    /// Its word, for programs.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Bad(_) => "unreadable",
            Self::Header => "header",
            Self::Format(_) => "format",
            Self::OtherBusiness => "other_business",
            Self::Missing { .. } => "entries_missing",
            Self::AnchorsMissing { .. } => "anchors_missing",
            Self::OutOfOrder => "out_of_order",
            Self::Doubled => "doubled",
            Self::Previous => "does_not_follow",
            Self::Content => "changed",
            Self::Event => "event",
            Self::CaseVersion(_) => "case_version",
            Self::NoSuchEntry(..) => "anchored_entry_missing",
            Self::OtherEntry(..) => "anchored_entry_differs",
            Self::NotThere(..) => "cited_missing",
            Self::AfterEnd => "after_end",
            Self::NoEnd => "no_end",
            Self::End => "other_lines",
            Self::Cut => "cut",
            Self::OtherAnchor => "other_anchor",
            Self::AnchorGone => "anchor_gone",
            Self::Unusable(_) => "book_unusable",
            Self::AfterUse(_) => "book_after_use",
            Self::Otherwise(_) => "comes_out_otherwise",
            Self::NotMade(_) => "not_made_again",
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bad(bad) => bad.fmt(f),
            Self::Header => f.write_str("an export begins with its header, and has no other"),
            Self::Format(found) => {
                write!(f, "its format is {found}, and this version reads {FORMAT}: use a newer version")
            }
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
            Self::Cut => f.write_str("the export is cut off in this line: it has no line feed"),
            Self::OtherAnchor => f.write_str("it is not the one that was kept elsewhere: the hash is another"),
            Self::AnchorGone => f.write_str("it was kept elsewhere and is missing"),
            Self::Unusable(why) => f.write_str(why),
            Self::AfterUse(line) => write!(f, "it stands after an assessment that was read from it, in line {line}"),
            Self::Otherwise(byte) => {
                write!(f, "made again from its facts and book, the assessment comes out otherwise, from byte {byte} on")
            }
            Self::NotMade(why) => write!(f, "the assessment cannot be made again: {why}"),
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
