//! `POST /v1/assess`: one question, answered as `amends assess --json` does, to the byte.

use std::cell::RefCell;

use amends_core::assess::{AssessError, Workspace, assess as answer};
use amends_core::book::rules::{Book, RoleId};
use amends_core::facts::{FactsErrors, read_question};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::body::{Document, asked};
use super::problem::{At, Problem};
use crate::door::books::Books;
use crate::shelf::Current;

thread_local! {
    /// Where a thread works; made once and used again.
    static BENCH: RefCell<Workspace> = RefCell::default();
}

/// What is said beside the document.
struct Params {
    book: Option<String>,
    role: Option<String>,
    intake: Option<String>,
}

/// Answers one question: what can be done, by whom, at what cost, and why.
#[utoipa::path(
    post,
    path = "/v1/assess",
    operation_id = "assess",
    tag = "assessments",
    params(
        ("role" = Option<String>, Query, example = "frontline", description = "The role that asks. May be left out when an intake mapping tells it."),
        ("book" = Option<String>, Query, description = "The book, where several are served. Default: that of the business whose key is sent, or the first."),
        ("intake" = Option<String>, Query, description = "The body is another system's document: the mapping of this name makes a question of it."),
    ),
    request_body(content = inline(super::openapi::Question), description = "The question: the kind of request, when it was asked, and the facts. Its exact schema is at `/v1/books/{book}/questions/schema`. At most 1 MiB."),
    responses(
        (status = 200, description = "The assessment, in the format of `amends schema assessment`.", body = inline(super::openapi::AssessmentDocument)),
        (status = 400, description = "The query or the document cannot be read, or no policy answers.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "The server's token is missing.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such book.", body = Problem, content_type = "application/problem+json"),
        (status = 408, description = "The document came too slowly.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The document is too large.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The document is not sent as JSON.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The document is JSON, and not a question to this book; each place that is wrong is listed.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn assess(books: Books, uri: Uri, Document(document): Document) -> Result<Response, Problem> {
    let [book, role, intake] = asked(&uri, ["book", "role", "intake"])?;
    let params = Params { book, role, intake };
    let current = book_of(&books, params.book.as_deref())?;
    let json = assessed(&current.book, &params, &document)?;
    Ok(([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], json).into_response())
}

fn book_of(books: &Books, named: Option<&str>) -> Result<Current, Problem> {
    let found = match named {
        Some(name) => books.find(name),
        None => books.first(),
    };
    found.ok_or_else(|| super::books::no_book(books, named.unwrap_or_default()))
}

fn assessed(book: &Book, params: &Params, document: &str) -> Result<Vec<u8>, Problem> {
    let Some(name) = &params.intake else {
        return json(book, role_of(book, params.role.as_deref())?, document);
    };
    let Some(intake) = book.intakes.iter().find(|i| i.id == *name) else {
        let known: Vec<&str> = book.intakes.iter().map(|i| i.id.as_str()).collect();
        return Err(unknown(format!("the book has no intake `{name}`"), name, &known));
    };
    let made = intake.apply(document).map_err(|e| unreadable(&e))?;
    let role = role_of(book, params.role.as_deref().or(made.role.as_deref()))?;
    json(book, role, &made.question_json)
}

fn json(book: &Book, role: RoleId, question: &str) -> Result<Vec<u8>, Problem> {
    let question = read_question(&book.schema, question).map_err(|e| unreadable(&e))?;
    BENCH.with_borrow_mut(|workspace| {
        let assessment = answer(book, &question.request, &question.facts, role, workspace);
        assessment.map(|a| a.to_line()).map_err(|e| no_answer(&e))
    })
}

fn role_of(book: &Book, named: Option<&str>) -> Result<RoleId, Problem> {
    let known = || -> Vec<&str> { book.roles.iter().map(|r| r.id.as_str()).collect() };
    let Some(id) = named else {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "the query does not say which role asks")
            .hint(format!("add `role=` and one of: {}", known().join(", "))));
    };
    book.role(id).ok_or_else(|| unknown(format!("the book has no role `{id}`"), id, &known()))
}

/// A name that is not there, with what was probably meant.
fn unknown(title: String, given: &str, known: &[&str]) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, title).hint(crate::report::did_you_mean(given, known))
}

/// Every place of a question that cannot be read.
pub(super) fn unreadable(errors: &FactsErrors) -> Problem {
    let at = errors.all.iter().map(|e| At {
        path: e.path.clone(),
        found: e.found.clone(),
        expected: e.expected.clone(),
        hint: e.hint.clone(),
    });
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "the question cannot be read").at(at.collect())
}

fn no_answer(error: &AssessError) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, error.to_string())
}
