//! The book's own tests: every case assessed for every role it names, held against what must come out.

mod came;
mod coverage;
mod expect;
mod names;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use came::{cites, is_failing};
pub use coverage::Gap;

use crate::assess::{Assessment, Workspace, assess};
use crate::book::model::CaseText;
use crate::book::rules::Book;
use crate::book::yaml::Node;
use crate::diagnostic::{Diagnostic, Findings, Span};
use crate::facts::{Question, from_yaml, read_question};
use coverage::Coverage;

/// What running a book's cases gives.
#[derive(Debug, Default)]
pub struct Trial {
    /// How many cases the book has.
    pub cases: usize,
    /// Every answer that was compared, in the order written.
    pub answers: Vec<Answer>,
    /// Cases that could not be run, and names in them that the book does not have.
    pub findings: Findings,
    /// What no case tries, policy by policy.
    pub gaps: Vec<Gap>,
}

/// One case, answered for one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The case.
    pub case: String,
    /// What the case is about.
    pub about: Option<String>,
    /// The role that asked.
    pub role: String,
    /// Where the expectation is written.
    pub at: Span,
    /// Where it differs from what was expected.
    pub differences: Vec<Difference>,
}

/// One thing that came out otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What: `standing`, `terms.window.margin`.
    pub key: String,
    /// What the case expects.
    pub expected: String,
    /// What came out.
    pub came_out: String,
    /// Where the expectation is written.
    pub at: Span,
}

impl Trial {
    /// Whether every case could be run and came out as expected.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !self.findings.has_errors() && self.answers.iter().all(|a| a.differences.is_empty())
    }
}

/// Runs every case of a book.
#[must_use]
pub fn run(book: &Book) -> Trial {
    let mut trial = Trial { cases: book.cases.len(), ..Trial::default() };
    let mut coverage = Coverage::default();
    for case in &book.cases {
        let (mut findings, mut answers) = (Findings::default(), Vec::new());
        names::check(book, case, &mut findings);
        let mut wrong = Findings::default();
        each_role(book, case, &mut findings, |role, expected, a| {
            coverage.add(a);
            let mut differences = Vec::new();
            expect::compare(a, expected, &mut differences, &mut wrong);
            let about = case.about.as_ref().map(|t| t.value.clone());
            answers.push(Answer {
                case: case.id.value.clone(),
                about,
                role: role.to_owned(),
                at: expected.at,
                differences,
            });
        });
        trial.answers.append(&mut answers);
        trial.findings.all.extend(findings.all.into_iter().chain(wrong.all));
    }
    trial.gaps = coverage.gaps(book);
    trial.findings.all.sort_by_key(|d| (d.severity, d.at));
    trial.findings.all.dedup();
    trial
}

/// Finds what can be said about a book's cases without running them: names the book does not have.
pub fn check(book: &Book, findings: &mut Findings) {
    for case in &book.cases {
        names::check(book, case, findings);
        if let Some(json) = from_yaml::question_json(&book.schema, &case.question, findings) {
            let _ = question(book, case, &json, findings);
        }
    }
}

/// Reads a case's question. Says which of its facts hold what they cannot, where the case does not name them `missing`.
fn question<'j>(book: &Book, case: &CaseText, json: &'j str, findings: &mut Findings) -> Option<Question<'j>> {
    // What was written from the case was read by whoever wrote it.
    let question = read_question(&book.schema, json).ok()?;
    let meant = |path: &str| {
        let missing = case.expect.iter().filter_map(|expected| expected.item.get("missing"));
        let names = |node: &Node| {
            let many = node.seq().unwrap_or_default().iter().filter_map(Node::text);
            node.text().into_iter().chain(many).any(|name| name == path)
        };
        missing.into_iter().any(names)
    };
    for problem in question.facts.problems.iter().filter(|problem| !meant(&problem.path)) {
        let at = from_yaml::place_of(&case.question, &problem.path).unwrap_or(case.id.at);
        let help = format!("correct it, or write that it is `missing: [{}]`", problem.path);
        findings.push(Diagnostic::warning("wrong_fact", at, problem.to_string()).label("not known then").help(help));
    }
    Some(question)
}

/// Assesses a case for every role it names that the book has. Reports what is wrong with its question.
pub fn each_role(
    book: &Book,
    case: &CaseText,
    findings: &mut Findings,
    mut f: impl FnMut(&str, &Node, &Assessment<'_>),
) {
    let Some(json) = from_yaml::question_json(&book.schema, &case.question, findings) else { return };
    let Some(question) = question(book, case, &json, findings) else { return };
    let mut workspace = Workspace::default();
    for expected in &case.expect {
        let Some(role) = book.role(&expected.id.value) else { continue };
        match assess(book, &question.request, &question.facts, role, &mut workspace) {
            Ok(assessment) => f(&expected.id.value, &expected.item, &assessment),
            Err(e) => return findings.push(Diagnostic::error("case", case.id.at, e.to_string())),
        }
    }
}
