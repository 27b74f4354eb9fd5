//! The Ask page: what the customer wants, the few questions its rule reads, and the answer beside them.

mod fields;
mod view;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;

use amends_core::book::rules::Book;
use amends_core::facts::Source;
use amends_core::time::Time;

use super::Visitor;
use super::page::{Frame, Here, NotFound, Who, body, html, no_book};
use crate::api::body::{TypedIn, form_of, parts_of};
use crate::door::books::Books;
use crate::flow::answers::{Answers, filled};
use crate::flow::asking::{self, NoAnswer, kinds as kinds_of};
use crate::shelf::Current;
use crate::texts::filters;
pub(super) use fields::Asked;
pub(super) use view::{TermRow, View};

#[derive(Template)]
#[template(path = "kinds.html")]
struct Kinds {
    frame: Frame,
    book: String,
    all: Vec<Kind>,
    intakes: Vec<(String, String)>,
    picked: String,
    document: String,
    wrong: Option<String>,
}

/// A kind of request one can ask about.
pub(super) struct Kind {
    pub(super) request: String,
    pub(super) title: String,
    purpose: Option<String>,
    /// What the search looks at.
    words: String,
}

#[derive(Template)]
#[template(path = "ask.html")]
struct AskPage<'a> {
    frame: Frame,
    view: &'a View,
}

#[derive(Template)]
#[template(path = "ask.html", block = "work")]
struct AskPart<'a> {
    frame: Frame,
    view: &'a View,
}

/// `GET /` and `GET /ask`: the first book.
pub async fn first(books: Books) -> Response {
    match books.first() {
        Some(current) => Redirect::to(&format!("/ask/{}", current.book.name)).into_response(),
        None => super::not_found().await,
    }
}

/// `GET /ask/{book}`: what can be asked.
pub async fn kinds(books: Books, Visitor(who): Visitor, Path(name): Path<String>) -> Response {
    let Some(current) = books.find(&name) else { return no_book(&name) };
    let page = kinds_page(&books, &current, TakeIn::default(), None);
    html(StatusCode::OK, &Kinds { frame: page.frame.clone().seen_by(who), ..page })
}

fn kinds_page(books: &Books, current: &Current, given: TakeIn, wrong: Option<String>) -> Kinds {
    Kinds {
        frame: Frame::of(t!("frame-ask"), Here::Ask, books, current),
        book: current.book.name.clone(),
        all: kinds_of(&current.book).into_iter().map(|(request, policy)| kind(request, policy)).collect(),
        intakes: current.book.intakes.iter().map(|i| (i.id.clone(), i.title.clone())).collect(),
        picked: given.intake,
        document: given.document,
        wrong,
    }
}

pub(super) fn kind(request: &str, policy: &amends_core::book::rules::Policy) -> Kind {
    let version = policy.versions.last();
    let (title, purpose) = version.map_or_else(|| (policy.id.clone(), None), |v| (v.title.clone(), v.purpose.clone()));
    let several = version.is_some_and(|v| v.requests.len() > 1);
    let readable = request.replace('_', " ");
    let title =
        if several && !title.to_lowercase().contains(&readable) { format!("{title}: {readable}") } else { title };
    let words = format!("{title} {readable} {}", purpose.as_deref().unwrap_or_default()).to_lowercase();
    Kind { request: request.to_owned(), title, purpose, words }
}

/// `GET /case/{book}/{case}`: the form filled in as one of the book's own cases has it. All of it is in the
/// fragment of the address, as in every link that carries a question.
pub async fn case(books: Books, Path((name, id)): Path<(String, String)>) -> Response {
    let Some(current) = books.find(&name) else { return no_book(&name) };
    let Some((request, pairs)) = asking::case(&current.book, &id) else {
        let frame = Frame::of(t!("ask-not-found"), Here::Ask, &books, &current);
        return html(StatusCode::NOT_FOUND, &NotFound::new(frame, t!("ask-the-book-has-no-case", id = id)));
    };
    let fragment = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Redirect::to(&format!("/ask/{name}/{request}#{fragment}")).into_response()
}

/// What a link to the form may say.
#[derive(Deserialize)]
pub struct Link {
    role: Option<String>,
}

/// `GET /ask/{book}/{request}`: the form before anything is filled in.
pub async fn blank(
    books: Books,
    Visitor(who): Visitor,
    Path((name, request)): Path<(String, String)>,
    Query(link): Query<Link>,
) -> Response {
    let answers = Answers::of(link.role.map(|role| ("role".to_owned(), role)));
    asked(&books, &name, &request, answers, Whole::Page(who))
}

/// `POST /ask/{book}/{request}`: the form again, with the answer to what was filled in. Sent while typing.
pub async fn answer(
    books: Books,
    Path((name, request)): Path<(String, String)>,
    headers: HeaderMap,
    TypedIn(form): TypedIn,
) -> Response {
    let mut answers = Answers::of(form_of(&form));
    answers.rows_of_buttons();
    let whole = if headers.contains_key("hx-request") { Whole::Part } else { Whole::Page(None) };
    asked(&books, &name, &request, answers, whole)
}

/// How much of the page is sent.
enum Whole {
    /// All of it, for whoever is signed in.
    Page(Option<Who>),
    Part,
}

fn asked(books: &Books, name: &str, request: &str, mut answers: Answers, whole: Whole) -> Response {
    let Some(current) = books.find(name) else { return no_book(name) };
    asking::date(&current.book, &mut answers, now());
    let role = asking::role(&current.book, answers.get("role"));
    let seen = asking::answer(&current.book, request, &answers, role, |assessment, explanation, wrong| {
        View::of(&Asked { assessment, explanation, answers: &answers, wrong, own: Source::System })
    });
    let view = match seen {
        Ok(view) => view,
        Err(why) => return unanswered(why, Frame::of(t!("ask-no-answer"), Here::Ask, books, &current), &whole),
    };
    let frame = Frame::of(view.title.clone(), Here::Ask, books, &current);
    if let Whole::Page(who) = whole {
        return html(StatusCode::OK, &AskPage { frame: frame.seen_by(who), view: &view });
    }
    match (AskPart { frame, view: &view }).render() {
        Ok(text) => body(StatusCode::OK, text),
        Err(e) => body(StatusCode::INTERNAL_SERVER_ERROR, e.to_string()),
    }
}

/// A page that says why there is no answer; a form that is being typed into is left as it is.
fn unanswered(why: NoAnswer, frame: Frame, whole: &Whole) -> Response {
    let (status, says) = match why {
        NoAnswer::NotGoverned(why) => (StatusCode::NOT_FOUND, why.to_string()),
        NoAnswer::Unreadable(why) => (StatusCode::UNPROCESSABLE_ENTITY, why),
    };
    let mut response = html(status, &NotFound::new(frame, says));
    if matches!(whole, Whole::Part) {
        response.headers_mut().insert("hx-reswap", HeaderValue::from_static("none"));
    }
    response
}

/// What is pasted: which mapping, the document, and what the customer wants where the document does not say.
#[derive(Default)]
struct TakeIn {
    intake: String,
    document: String,
    request: String,
}

/// `POST /ask/{book}/intake`: another system's document fills the form.
pub async fn take_in(books: Books, Path(name): Path<String>, TypedIn(form): TypedIn) -> Response {
    let Some(current) = books.find(&name) else { return no_book(&name) };
    let [intake, document, request] = parts_of(&form, ["intake", "document", "request"]);
    let given = TakeIn { intake, document, request };
    match taken(&current.book, &given) {
        Ok((request, answers)) => asked(&books, &name, &request, answers, Whole::Page(None)),
        Err(why) => html(StatusCode::UNPROCESSABLE_ENTITY, &kinds_page(&books, &current, given, Some(why))),
    }
}

fn taken(book: &Book, given: &TakeIn) -> Result<(String, Answers), String> {
    let intake =
        book.intakes.iter().find(|i| i.id == given.intake).ok_or(&t!("ask-choose-where-the-document-comes"))?;
    let made = intake.apply(&given.document).map_err(|errors| errors.to_string())?;
    let request = if given.request.is_empty() { made.request } else { given.request.clone() };
    let mut pairs = filled(book, &made.question_json);
    pairs.extend(made.role.map(|role| ("role".to_owned(), role)));
    Ok((request, Answers::of(pairs)))
}

fn now() -> Time {
    // The clock is before the year 10000.
    Time::from_micros(Timestamp::now().as_microsecond()).unwrap_or(Time::MAX)
}
