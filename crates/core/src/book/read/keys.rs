//! The tables of keys, one file of the book each.

mod book;
mod cases;
mod intake;
mod policy;

pub(crate) use book::BOOK;
pub(crate) use cases::CASES;
pub(crate) use intake::{INTAKE, MAPPING};
pub(crate) use policy::{KIND_FIELDS, POLICY};

use super::shape::Record;

/// Which file of a book a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FileKind {
    /// `book.yaml`
    Book,
    /// `policies/*.yaml`
    Policy,
    /// `intake/*.yaml`
    Intake,
    /// `cases/*.yaml`
    Cases,
}

impl FileKind {
    /// By the path inside the book's folder.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        let (folder, name) = path.split_once('/').unwrap_or(("", path));
        match folder {
            "" if name == "book.yaml" => Some(Self::Book),
            "policies" => Some(Self::Policy),
            "intake" => Some(Self::Intake),
            "cases" => Some(Self::Cases),
            _ => None,
        }
    }

    /// By the key that only this file has at its top.
    pub(crate) fn of_keys<'a>(mut keys: impl Iterator<Item = &'a str>) -> Option<Self> {
        keys.find_map(|key| match key {
            "book" => Some(Self::Book),
            "policy" => Some(Self::Policy),
            "intake" => Some(Self::Intake),
            "cases" => Some(Self::Cases),
            _ => None,
        })
    }

    /// The table of its keys.
    pub(crate) fn record(self) -> &'static Record {
        match self {
            Self::Book => &BOOK,
            Self::Policy => &POLICY,
            Self::Intake => &INTAKE,
            Self::Cases => &CASES,
        }
    }
}
