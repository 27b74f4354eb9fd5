//! Assessments made again while an export is read: each from its facts and the book that stands before it.

use std::collections::BTreeMap;

use super::recheck::{first_error, recheck_with};
use super::{AssessmentLine, Recheck, Wrong};
use crate::assess::Workspace;
use crate::book::check::check_rules;
use crate::book::read::BookFiles;
use crate::book::rules::Book;
use crate::digest::Digest;

/// What assessments are made again with.
#[derive(Debug, Default)]
pub(super) struct Remaking {
    /// Books by digest; none where a fault of the book is told already.
    books: BTreeMap<Digest, Option<Book>>,
    /// Books that did not stand before their assessments, with the line of the first.
    awaited: BTreeMap<Digest, usize>,
    workspace: Workspace,
}

impl Remaking {
    /// Takes a book in; what is wrong with it. `files`: none where they are not those of its digest.
    pub fn book(&mut self, digest: &Digest, files: Option<&BookFiles>) -> Option<Wrong> {
        let checked = files.map(check_rules);
        let unusable = checked.as_ref().filter(|checked| checked.book.is_none());
        let unusable = unusable.map(|checked| Wrong::Unusable(first_error(&checked.findings.all)));
        self.books.insert(digest.clone(), checked.and_then(|checked| checked.book));
        self.awaited.remove(digest).map(Wrong::AfterUse).or(unusable)
    }

    /// Makes an assessment again; none where a fault of its book keeps it from that.
    pub fn assessment(&mut self, line: &AssessmentLine, number: usize) -> Option<Result<(), Wrong>> {
        let Some(book) = self.books.get(&line.book) else {
            // Where the book stands nowhere, that is told at the end.
            self.awaited.entry(line.book.clone()).or_insert(number);
            return None;
        };
        let made = recheck_with(book.as_ref()?, &line.question, &line.role, &line.assessment, &mut self.workspace);
        Some(match made {
            Recheck::Same => Ok(()),
            Recheck::Differs(text) => Err(Wrong::Otherwise(first_difference(&text, &line.assessment))),
            Recheck::Cannot(why) => Err(Wrong::NotMade(why)),
        })
    }
}

/// The first byte, from 1, in which two texts differ.
fn first_difference(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count() + 1
}
