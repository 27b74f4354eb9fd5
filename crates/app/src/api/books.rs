//! `/v1/books`: what is served, and what each book can be asked.

use amends_core::book::rules::{Book, Policy};
use amends_core::facts::question_schema;
use axum::extract::Path;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::asked;
use super::problem::Problem;
use crate::door::books::Books;
use crate::shelf::Current;

/// The books that are served.
#[derive(Serialize, ToSchema)]
pub struct BookList {
    /// In the order in which they were given; the first is meant where none is named.
    books: Vec<BookEntry>,
}

/// One book in short.
#[derive(Serialize, ToSchema)]
pub struct BookEntry {
    /// Its name.
    name: String,
    /// Its title for people.
    title: String,
    /// SHA-256 of its texts, as hex: which version answers.
    digest: String,
    /// Whether a newer edit of it cannot be used, so that this version answers in its place.
    newer_edit_is_broken: bool,
}

/// A book.
#[derive(Serialize, ToSchema)]
pub struct BookDocument {
    #[serde(flatten)]
    entry: BookEntry,
    /// Its currency, as in ISO 4217.
    currency: String,
    /// Its time zone, as in the tz database.
    time_zone: String,
    /// The ladder, lowest first.
    roles: Vec<RoleEntry>,
    /// Its policies.
    policies: Vec<PolicyEntry>,
    /// Mappings that make questions of other systems' documents.
    intakes: Vec<IntakeEntry>,
}

/// A role.
#[derive(Serialize, ToSchema)]
pub struct RoleEntry {
    /// Its id.
    id: String,
    /// Its title for people.
    title: String,
}

/// A mapping.
#[derive(Serialize, ToSchema)]
pub struct IntakeEntry {
    /// Its id.
    id: String,
    /// Its title for people.
    title: String,
}

/// A policy in short: its newest version.
#[derive(Serialize, ToSchema)]
pub struct PolicyEntry {
    /// Its id.
    id: String,
    /// Its title for people.
    title: String,
    /// Kinds of request it governs.
    requests: Vec<String>,
    /// Why it exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
}

/// A policy with its versions.
#[derive(Serialize, ToSchema)]
pub struct PolicyDocument {
    #[serde(flatten)]
    entry: PolicyEntry,
    /// Every version, the oldest first.
    versions: Vec<VersionEntry>,
}

/// A version of a policy.
#[derive(Serialize, ToSchema)]
pub struct VersionEntry {
    /// First day it applies; none: since ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_force: Option<String>,
    /// SHA-256 of its text, as hex.
    digest: String,
    /// What customers were told.
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<String>,
    /// Its terms.
    terms: Vec<TermEntry>,
    /// Its remedies.
    remedies: Vec<RemedyEntry>,
}

/// A term.
#[derive(Serialize, ToSchema)]
pub struct TermEntry {
    /// Its id.
    id: String,
    /// Its sentence.
    says: String,
}

/// A remedy.
#[derive(Serialize, ToSchema)]
pub struct RemedyEntry {
    /// Its id.
    id: String,
    /// Its sentence.
    says: String,
}

/// Lists the books. Who comes in with a key or a session sees that of their business, here and in all of this.
#[utoipa::path(get, path = "/v1/books", operation_id = "list_books", tag = "books",
    responses((status = 200, description = "The books that are served.", body = BookList),
        (status = 400, description = "The query says something.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "The server's token is missing.", body = Problem, content_type = "application/problem+json")))]
pub async fn list(books: Books, uri: Uri) -> Result<Response, Problem> {
    asked(&uri, [])?;
    let all = books.names().into_iter().filter_map(|name| books.find(name)).map(|c| entry(&c)).collect();
    Ok(json(&BookList { books: all }))
}

/// Shows a book: its roles, policies and mappings.
#[utoipa::path(get, path = "/v1/books/{book}", operation_id = "show_book", tag = "books",
    params(("book" = String, Path, description = "The book's name.", example = "retail")),
    responses((status = 200, description = "The book.", body = BookDocument),
        (status = 400, description = "The query or the path cannot be read.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "The server's token is missing.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such book.", body = Problem, content_type = "application/problem+json")))]
pub async fn show(books: Books, uri: Uri, Path(name): Path<String>) -> Result<Response, Problem> {
    asked(&uri, [])?;
    let current = find(&books, &name)?;
    let book = &current.book;
    Ok(json(&BookDocument {
        entry: entry(&current),
        currency: book.currency.to_string(),
        time_zone: book.zone.name().to_owned(),
        roles: book.roles.iter().map(|r| RoleEntry { id: r.id.clone(), title: r.title.clone() }).collect(),
        policies: book.policies.iter().map(policy_entry).collect(),
        intakes: book.intakes.iter().map(|i| IntakeEntry { id: i.id.clone(), title: i.title.clone() }).collect(),
    }))
}

/// The JSON Schema of the questions a book can be asked.
#[utoipa::path(get, path = "/v1/books/{book}/questions/schema", operation_id = "show_question_schema", tag = "books",
    params(("book" = String, Path, description = "The book's name.", example = "retail")),
    responses((status = 200, description = "A JSON Schema (2020-12).", body = inline(super::openapi::AnyObject)),
        (status = 400, description = "The query or the path cannot be read.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "The server's token is missing.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such book.", body = Problem, content_type = "application/problem+json")))]
pub async fn questions(books: Books, uri: Uri, Path(name): Path<String>) -> Result<Response, Problem> {
    asked(&uri, [])?;
    Ok(json(&question_schema(&find(&books, &name)?.book)))
}

/// Shows a policy with its versions.
#[utoipa::path(get, path = "/v1/books/{book}/policies/{policy}", operation_id = "show_policy", tag = "books",
    params(("book" = String, Path, description = "The book's name.", example = "retail"), ("policy" = String, Path, description = "The policy's id.", example = "returns")),
    responses((status = 200, description = "The policy.", body = PolicyDocument),
        (status = 400, description = "The query or the path cannot be read.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "The server's token is missing.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such book or policy.", body = Problem, content_type = "application/problem+json")))]
pub async fn policy(books: Books, uri: Uri, Path((name, id)): Path<(String, String)>) -> Result<Response, Problem> {
    asked(&uri, [])?;
    let current = find(&books, &name)?;
    let Some(policy) = current.book.policies.iter().find(|p| p.id == id) else {
        let known: Vec<&str> = current.book.policies.iter().map(|p| p.id.as_str()).collect();
        return Err(Problem::new(StatusCode::NOT_FOUND, format!("the book `{name}` has no policy `{id}`"))
            .hint(crate::report::did_you_mean(&id, &known)));
    };
    Ok(json(&PolicyDocument { entry: policy_entry(policy), versions: policy.versions.iter().map(version).collect() }))
}

fn version(v: &amends_core::book::rules::Version) -> VersionEntry {
    VersionEntry {
        in_force: v.in_force.map(|d| d.to_string()),
        digest: v.digest.clone(),
        published: v.published.clone(),
        terms: v.terms.iter().map(|t| TermEntry { id: t.id.clone(), says: t.says.clone() }).collect(),
        remedies: v.remedies.iter().map(|r| RemedyEntry { id: r.id.clone(), says: r.says.clone() }).collect(),
    }
}

fn find(books: &Books, name: &str) -> Result<Current, Problem> {
    books.find(name).ok_or_else(|| no_book(books, name))
}

/// No book of that name is served.
pub(super) fn no_book(books: &Books, name: &str) -> Problem {
    let known = books.names();
    Problem::new(StatusCode::NOT_FOUND, format!("there is no book `{name}` here"))
        .hint(crate::report::did_you_mean(name, &known))
}

fn entry(current: &Current) -> BookEntry {
    let Book { name, title, digest, .. } = &*current.book;
    BookEntry {
        name: name.clone(),
        title: title.clone(),
        digest: digest.clone(),
        newer_edit_is_broken: current.broken.is_some(),
    }
}

fn policy_entry(policy: &Policy) -> PolicyEntry {
    let newest = policy.versions.last();
    PolicyEntry {
        id: policy.id.clone(),
        title: newest.map_or_else(|| policy.id.clone(), |v| v.title.clone()),
        requests: newest.map(|v| v.requests.clone()).unwrap_or_default(),
        purpose: newest.and_then(|v| v.purpose.clone()),
        owner: newest.and_then(|v| v.owner.clone()),
    }
}

/// A document as an answer.
pub(super) fn json(document: &impl Serialize) -> Response {
    match serde_json::to_vec(document) {
        Ok(bytes) => {
            ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], bytes).into_response()
        }
        Err(e) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the answer could not be written: {e}"))
            .into_response(),
    }
}
