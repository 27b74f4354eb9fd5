//! The page on which someone without an account answers a question, by a link that they were sent.

use amends_core::words::{WORDS_LETTERS_MAX, Words};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::page::{Frame, NotFound, html};
use crate::api::body::Small;
use crate::api::refused::problem;
use crate::app::App;
use crate::door::From;
use crate::flow::job::Refused;
use crate::flow::links::{self, Asked, Opened};
use crate::texts::filters;

/// Most bytes of what is sent by a form that needs no account: all the words there may be, in letters of any kind.
pub(super) const FORM_BYTES_MAX: usize = 64 << 10;

#[derive(Template)]
#[template(path = "consult.html")]
struct Consult {
    frame: Frame,
    asked: Asked,
    /// What they have written so far.
    words: String,
    most: usize,
    says: Option<String>,
}

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Given {
    words: String,
}

/// `GET /consult/{link}`
pub async fn show(State(app): State<App>, Path(link): Path<String>, from: From) -> Response {
    if let Some(turned) = too_often(&app, &from) {
        return turned;
    }
    page(&app, &link, StatusCode::OK, String::new(), None).await
}

/// `POST /consult/{link}`
pub async fn answer(
    State(app): State<App>,
    Path(link): Path<String>,
    from: From,
    Small(given): Small<Given, FORM_BYTES_MAX>,
) -> Response {
    if let Some(turned) = too_often(&app, &from) {
        return turned;
    }
    let Some(records) = &app.records else { return nothing() };
    // Browsers end lines in their own way.
    let words = match Words::parse(&given.words.replace("\r\n", "\n")) {
        Ok(words) => words,
        Err(e) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return page(&app, &link, status, given.words, Some(e.to_string())).await;
        }
    };
    match links::answer(records, &link, words).await {
        Ok(_) => over(&t!("consult-thank-you"), &t!("consult-your-answer-is-with-whoever")),
        Err(Refused::Store(_) | Refused::Busy) => {
            let says = t!("consult-not-kept");
            page(&app, &link, StatusCode::SERVICE_UNAVAILABLE, given.words, Some(says)).await
        }
        // Answered meanwhile, or over: the page says which.
        Err(_) => page(&app, &link, StatusCode::CONFLICT, given.words, None).await,
    }
}

fn too_often(app: &App, from: &From) -> Option<Response> {
    let too = app.door.limits().page(&from.address()).err()?;
    let says = t!("consult-too-many", seconds = too.seconds());
    let page = NotFound::titled(Frame::bare(t!("consult-one-moment")), t!("consult-one-moment"), says);
    let mut response = html(StatusCode::TOO_MANY_REQUESTS, &page);
    response.headers_mut().insert(header::RETRY_AFTER, too.seconds().into());
    Some(response)
}

async fn page(app: &App, link: &str, status: StatusCode, words: String, says: Option<String>) -> Response {
    let Some(records) = &app.records else { return nothing() };
    match links::open(records, link).await {
        Ok(Opened::Waits(asked)) => {
            let frame = Frame::bare(t!("consult-a-question-from-business", business = asked.business));
            html(status, &Consult { frame, asked: *asked, words, most: WORDS_LETTERS_MAX, says })
        }
        Ok(Opened::Answered) => over(&t!("consult-answered-already"), &t!("consult-this-question-has-its-answer")),
        Ok(Opened::Over) => {
            let says = t!("consult-link-over");
            closed(StatusCode::GONE, &t!("consult-this-link-is-over"), &says)
        }
        Ok(Opened::Nothing) => nothing(),
        Err(refused) => problem(&refused).into_response(),
    }
}

fn over(title: &str, says: &str) -> Response {
    closed(StatusCode::OK, title, says)
}

fn nothing() -> Response {
    closed(StatusCode::NOT_FOUND, &t!("consult-nothing-here"), &t!("consult-there-is-no-such-link"))
}

#[derive(Template)]
#[template(path = "told.html")]
struct ToldPage<'p> {
    frame: Frame,
    title: &'p str,
    says: &'p str,
}

pub(super) fn closed(status: StatusCode, title: &str, says: &str) -> Response {
    html(status, &ToldPage { frame: Frame::bare(title), title, says })
}
