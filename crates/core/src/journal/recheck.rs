//! An assessment made again from its stored facts and book.

use crate::assess::{Format, Workspace, assess_by};
use crate::book::check::check_rules;
use crate::book::read::BookFiles;
use crate::book::rules::Book;
use crate::facts::read_question;
use crate::ids::RoleName;

/// What making an assessment again gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recheck {
    /// The same bytes.
    Same,
    /// Other bytes: these.
    Differs(String),
    /// Nothing: the book or the question cannot be read, for this reason.
    Cannot(String),
}

/// Makes an assessment again and compares the bytes.
///
/// `question`: its JSON; `expected`: the assessment's JSON in one line, without the line's end.
#[must_use]
pub fn recheck(files: &BookFiles, question: &str, role: &RoleName, expected: &str) -> Recheck {
    let checked = check_rules(files);
    match &checked.book {
        Some(book) => recheck_in(book, question, role, expected),
        None => Recheck::Cannot(first_error(&checked.findings.all)),
    }
}

pub(super) fn first_error(findings: &[crate::diagnostic::Diagnostic]) -> String {
    let first = findings.first().map_or("it has no rules", |finding| finding.message.as_str());
    format!("the book cannot be used: {first}")
}

/// As [`recheck`], with the book checked before: many assessments share one.
#[must_use]
pub fn recheck_in(book: &Book, question: &str, role: &RoleName, expected: &str) -> Recheck {
    recheck_with(book, question, role, expected, &mut Workspace::default())
}

/// As [`recheck_in`], with the room of the one before.
pub(super) fn recheck_with(
    book: &Book,
    question: &str,
    role: &RoleName,
    expected: &str,
    workspace: &mut Workspace,
) -> Recheck {
    let Some(role) = book.role(role.as_str()) else {
        return Recheck::Cannot(format!("the book has no role `{role}`"));
    };
    let question = match read_question(&book.schema, question) {
        Ok(question) => question,
        Err(e) => return Recheck::Cannot(e.to_string()),
    };
    match assess_by(format_of(expected), book, &question.request, &question.facts, role, workspace) {
        Err(e) => Recheck::Cannot(e.to_string()),
        Ok(assessment) => {
            let text = assessment.text();
            if text == expected { Recheck::Same } else { Recheck::Differs(text) }
        }
    }
}

/// The format an assessment is written in: what an earlier version of the program answered is made by its rules.
fn format_of(assessment: &str) -> Format {
    if assessment.starts_with("{\"format\":1,") { Format::First } else { Format::default() }
}
