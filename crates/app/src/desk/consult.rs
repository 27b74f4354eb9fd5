//! The page on which someone without an account answers a question, by a link that they were sent.

use amends_core::words::{WORDS_LETTERS_MAX, Words};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::page::{Frame, NotFound, html};
use crate::api::refused::problem;
use crate::app::App;
use crate::door::From;
use crate::flow::job::Refused;
use crate::flow::links::{self, Asked, Opened};

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
    Form(given): Form<Given>,
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
        Ok(_) => over("Thank you", "Your answer is with whoever asked. There is nothing more to do."),
        Err(Refused::Store(_) | Refused::Busy) => {
            let says = "Your answer could not be kept just now. It is still here: send it again in a moment.";
            page(&app, &link, StatusCode::SERVICE_UNAVAILABLE, given.words, Some(says.to_owned())).await
        }
        // Answered meanwhile, or over: the page says which.
        Err(_) => page(&app, &link, StatusCode::CONFLICT, given.words, None).await,
    }
}

fn too_often(app: &App, from: &From) -> Option<Response> {
    let too = app.door.limits().ask(|| format!("consult {}", from.address())).err()?;
    let says = format!("Too many requests came from your address. Try again in {} seconds.", too.seconds());
    let page = NotFound::titled(Frame::bare("One moment"), "One moment", says);
    let mut response = html(StatusCode::TOO_MANY_REQUESTS, &page);
    response.headers_mut().insert(header::RETRY_AFTER, too.seconds().into());
    Some(response)
}

async fn page(app: &App, link: &str, status: StatusCode, words: String, says: Option<String>) -> Response {
    let Some(records) = &app.records else { return nothing() };
    match links::open(records, link).await {
        Ok(Opened::Waits(asked)) => {
            let frame = Frame::bare(&format!("A question from {}", asked.business));
            html(status, &Consult { frame, asked: *asked, words, most: WORDS_LETTERS_MAX, says })
        }
        Ok(Opened::Answered) => over("Answered already", "This question has its answer. There is nothing more to do."),
        Ok(Opened::Over) => {
            let says = "This link is good no more: it is too old, a newer one was sent, or nobody waits for an answer any longer. Ask whoever sent it.";
            closed(StatusCode::GONE, "This link is over", says)
        }
        Ok(Opened::Nothing) => nothing(),
        Err(refused) => problem(&refused).into_response(),
    }
}

fn over(title: &str, says: &str) -> Response {
    closed(StatusCode::OK, title, says)
}

fn nothing() -> Response {
    closed(StatusCode::NOT_FOUND, "Nothing here", "There is no such link. Copy it whole, as it was sent.")
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
