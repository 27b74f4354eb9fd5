//! The form by which anyone may ask: a page of its own, for an inlet.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use amends_core::words::WORDS_LETTERS_MAX;

use super::ask::kind;
use super::consult::{FORM_BYTES_MAX, closed};
use super::page::{Frame, NotFound, html};
use crate::api::body::Small;
use crate::api::incoming::not_taken;
use crate::api::refused::problem;
use crate::app::App;
use crate::door::From;
use crate::flow::asking::kinds;
use crate::flow::incoming::{self, Filled, Inlet, NotTaken, find};
use crate::flow::job::Refused;
use crate::flow::people::new_secret;
use crate::store::inlets::Kind;
use crate::texts::filters;

/// Most characters of where someone can be reached (RFC 5321: 254), and of an order's number.
const CONTACT_CHARS_MAX: usize = 254;
const ORDER_CHARS_MAX: usize = 100;

#[derive(Template)]
#[template(path = "form.html")]
struct FormPage {
    frame: Frame,
    business: String,
    /// Kinds of requests to choose from; none where the inlet has one.
    kinds: Vec<(String, String)>,
    given: Given,
    most: usize,
    says: Option<String>,
}

/// What the form sends.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Given {
    once: String,
    request: String,
    words: String,
    contact: String,
    order: String,
    /// Nobody sees this field; programs that fill in whatever they find do.
    website: String,
}

/// `GET /form/{business}/{inlet}`
pub async fn show(State(app): State<App>, Path((business, id)): Path<(String, String)>) -> Response {
    let inlet = match of(&app, &business, &id).await {
        Ok(inlet) => inlet,
        Err(response) => return response,
    };
    match new_secret() {
        Ok(once) => page(&inlet, StatusCode::OK, Given { once, ..Given::default() }, None),
        Err(e) => problem(&Refused::Store(e)).into_response(),
    }
}

/// `POST /form/{business}/{inlet}`
pub async fn fill(
    State(app): State<App>,
    Path((business, id)): Path<(String, String)>,
    from: From,
    Small(given): Small<Given, FORM_BYTES_MAX>,
) -> Response {
    let inlet = match of(&app, &business, &id).await {
        Ok(inlet) => inlet,
        Err(response) => return response,
    };
    if !given.website.is_empty() {
        return thanks("");
    }
    if let Some(says) = missing(&inlet, &given) {
        return page(&inlet, StatusCode::UNPROCESSABLE_ENTITY, given, Some(says));
    }
    if let Err(too) = app.door.limits().form(&format!("{business} {id}"), &from.address()) {
        let says = t!("form-too-many", seconds = too.seconds());
        let mut response = page(&inlet, StatusCode::TOO_MANY_REQUESTS, given, Some(says));
        response.headers_mut().insert(header::RETRY_AFTER, too.seconds().into());
        return response;
    }
    let Some(records) = &app.records else { return nothing() };
    let filled = Filled {
        id: given.once.clone(),
        request: given.request.clone(),
        // Browsers end lines in their own way.
        words: given.words.replace("\r\n", "\n"),
        contact: given.contact.clone(),
        order: given.order.clone(),
    };
    match incoming::form(records, &inlet, &filled).await {
        Ok(taken) => thanks(taken.case.as_str()),
        Err(NotTaken::Refused(Refused::Store(_) | Refused::Busy) | NotTaken::NoOwner(_)) => {
            let says = t!("form-it-could-not-be-kept");
            page(&inlet, StatusCode::SERVICE_UNAVAILABLE, given, Some(says))
        }
        // The same page was sent before, with other words.
        Err(NotTaken::Refused(Refused::OtherRequest)) => {
            let says = t!("form-this-page-was-sent-already");
            page(&inlet, StatusCode::CONFLICT, given, Some(says))
        }
        Err(e) => not_taken(&e).into_response(),
    }
}

/// What is still to be said.
fn missing(inlet: &Inlet, given: &Given) -> Option<String> {
    let is_known = |kind: &str| inlet.rules.book.requests.contains_key(kind);
    let contact = given.contact.trim().chars().count();
    let says = if inlet.row.request.is_none() && !is_known(&given.request) {
        t!("form-choose-what-it-is-about")
    } else if given.words.trim().is_empty() {
        t!("form-write-what-happened")
    } else if given.words.trim().chars().count() > WORDS_LETTERS_MAX {
        t!("form-that-is-too-long-words", words_letters_max = WORDS_LETTERS_MAX)
    } else if !(3..=CONTACT_CHARS_MAX).contains(&contact) {
        t!("form-write-where-we-can-reach")
    } else if given.order.chars().count() > ORDER_CHARS_MAX {
        t!("form-order-too-long", order_chars_max = ORDER_CHARS_MAX)
    } else if given.once.is_empty() || given.once.len() > 100 {
        t!("form-this-page-is-not-whole")
    } else {
        return None;
    };
    Some(says)
}

async fn of(app: &App, business: &str, id: &str) -> Result<Inlet, Response> {
    let Some(records) = &app.records else { return Err(nothing()) };
    let found = find(records, business, id).await.map_err(|e| problem(&e).into_response())?;
    found.filter(|inlet| inlet.row.kind == Kind::Form).ok_or_else(nothing)
}

fn page(inlet: &Inlet, status: StatusCode, given: Given, says: Option<String>) -> Response {
    let book = &inlet.rules.book;
    let all = kinds(book).into_iter().map(|(request, policy)| kind(request, policy)).map(|k| (k.request, k.title));
    let kinds = if inlet.row.request.is_some() { Vec::new() } else { all.collect() };
    let frame = Frame::bare(t!("form-ask-business", business = book.title));
    html(status, &FormPage { frame, business: book.title.clone(), kinds, given, most: WORDS_LETTERS_MAX, says })
}

fn thanks(case: &str) -> Response {
    let says =
        if case.is_empty() { t!("form-your-request-is-with-us") } else { t!("form-with-us-number", case = case) };
    closed(StatusCode::OK, &t!("form-thank-you"), &says)
}

fn nothing() -> Response {
    html(
        StatusCode::NOT_FOUND,
        &NotFound::titled(
            Frame::bare(t!("form-nothing-here")),
            t!("form-nothing-here"),
            t!("form-there-is-no-such-form"),
        ),
    )
}
