//! One question asked on the Ask page: from what was filled in to the answer, with what is still to be asked.

use amends_core::assess::{AssessError, Assessment, Workspace, assess};
use amends_core::book::rules::{Book, Policy, RoleId};
use amends_core::diagnostic::Findings;
use amends_core::explain::{self, Explanation};
use amends_core::facts::from_yaml::question_json;
use amends_core::facts::read_question;
use amends_core::time::{self, Time};

use super::answers::{Answers, clock, filled};
use crate::texts::texts;

/// How often what cannot be read is taken away before giving up.
const TRIES_MAX: usize = 20;

/// Why a question on the Ask page has no answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// No policy governs it.
    NotGoverned(AssessError),
    /// The question could not be made; it says why.
    Unreadable(String),
}

/// The kinds of request a book knows: each with its policy, in the order of their titles.
pub fn kinds(book: &Book) -> Vec<(&str, &Policy)> {
    let mut kinds: Vec<(&str, &Policy)> =
        book.requests.iter().filter_map(|(kind, at)| Some((kind.as_str(), book.policies.get(*at)?))).collect();
    let title = |p: &Policy| p.versions.last().map_or(String::new(), |v| v.title.clone());
    // What fits nothing else stands last.
    kinds.sort_by_cached_key(|(kind, p)| {
        (p.id == amends_core::book::rules::SOMETHING_ELSE, title(p), (*kind).to_owned())
    });
    kinds
}

/// One of the book's own cases: its kind of request, and what its question fills in.
pub fn case(book: &Book, id: &str) -> Option<(String, Vec<(String, String)>)> {
    let case = book.cases.iter().find(|c| c.id.value == id)?;
    let json = question_json(&book.schema, &case.question, &mut Findings::default())?;
    let question = read_question(&book.schema, &json).ok()?;
    Some((question.request.clone().into_owned(), filled(book, &json)))
}

/// The role that asks: the one given, else the lowest that a person has.
pub fn role(book: &Book, given: Option<&str>) -> RoleId {
    let person = || book.roles.iter().position(|r| r.id != "ai").and_then(|i| u8::try_from(i).ok()).map(RoleId);
    given.and_then(|id| book.role(id)).or_else(person).unwrap_or(RoleId(0))
}

/// A present further than this from the clock is a slip of whoever wrote the link: ten years, in microseconds.
const PRESENT_WITHIN: i64 = 10 * 366 * 24 * time::HOUR;

/// Fills in when it was asked, and the present, where nobody did or it cannot be.
pub fn date(book: &Book, answers: &mut Answers, now: Time) {
    let is_present = |text: &str| {
        Time::parse(text, &book.zone).is_ok_and(|t| t.micros().abs_diff(now.micros()) <= PRESENT_WITHIN.unsigned_abs())
    };
    if !answers.get("now").is_some_and(is_present) {
        answers.put("now", Some(&clock(book, now)));
    }
    if answers.get("asked").is_none() {
        let now = answers.get("now").map(str::to_owned);
        answers.put("asked", now.as_deref());
    }
}

/// Answers what was filled in; what cannot be read is left out and told, each with its path.
///
/// # Errors
/// When there is no answer at all.
pub fn answer<T>(
    book: &Book,
    request: &str,
    answers: &Answers,
    role: RoleId,
    f: impl FnOnce(&Assessment<'_>, &Explanation, &[(String, String)]) -> T,
) -> Result<T, NoAnswer> {
    answer_by(book, answers, role, |answers| answers.question(book, request), f)
}

/// The same. `question`: what makes the question, as JSON, of what can be read.
///
/// # Errors
/// When there is no answer at all.
pub fn answer_by<T>(
    book: &Book,
    answers: &Answers,
    role: RoleId,
    question: impl Fn(&Answers) -> String,
    f: impl FnOnce(&Assessment<'_>, &Explanation, &[(String, String)]) -> T,
) -> Result<T, NoAnswer> {
    let mut readable = answers.clone();
    let mut wrong = Vec::new();
    for _ in 0..TRIES_MAX {
        let json = question(&readable);
        match read_question(&book.schema, &json) {
            Ok(question) => {
                let mut workspace = Workspace::default();
                match assess(book, &question.request, &question.facts, role, &mut workspace) {
                    Ok(assessment) => return Ok(f(&assessment, &explain::explain(&assessment, texts()), &wrong)),
                    // While a date is typed its year is long past.
                    Err(_) if readable.get("asked") != readable.get("now") => {
                        wrong.push(("asked".to_owned(), "no version of this rule was in force then".to_owned()));
                        let now = readable.get("now").map(str::to_owned);
                        readable.put("asked", now.as_deref());
                    }
                    Err(error) => return Err(NoAnswer::NotGoverned(error)),
                }
            }
            Err(errors) => {
                let found = readable.without(&errors);
                if found.is_empty() {
                    return Err(NoAnswer::Unreadable(errors.to_string()));
                }
                for (path, says) in found {
                    if path == "asked" {
                        let now = readable.get("now").map(str::to_owned);
                        readable.put("asked", now.as_deref());
                    }
                    wrong.push((path, says));
                }
            }
        }
    }
    Err(NoAnswer::Unreadable("too much of it cannot be read".to_owned()))
}
