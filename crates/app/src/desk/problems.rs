//! What is wrong with the newest edit of a book.

use amends_core::diagnostic::{Diagnostic, Sources};
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::page::{Frame, Here, html, no_book};
use crate::door::books::Books;
use crate::report::{Places, Shown};
use crate::shelf::Broken;
use crate::texts::filters;

/// Most characters of a line that are shown.
const LINE_CHARS_MAX: usize = 110;

#[derive(Template)]
#[template(path = "problems.html")]
struct Problems {
    frame: Frame,
    book: String,
    title: String,
    is_good: bool,
    unreadable: Option<String>,
    findings: Vec<Finding>,
}

/// Something that is wrong, with its line and a caret under what is meant.
pub(super) struct Finding {
    pub(super) message: String,
    pub(super) place: String,
    pub(super) line: usize,
    pub(super) gutter: String,
    pub(super) text: String,
    pub(super) indent: String,
    pub(super) caret: String,
    pub(super) label: String,
    pub(super) help: Option<String>,
}

impl Finding {
    /// `most`: characters of its line that are shown.
    pub(super) fn of(f: &Diagnostic, sources: &Sources, place: String, most: usize) -> Self {
        let (line, _) = sources.line_column(f.at);
        let shown = Shown::of(f, sources, most).unwrap_or_default();
        Self {
            message: f.message.clone(),
            place,
            line,
            gutter: " ".repeat(line.to_string().len()),
            text: shown.text,
            indent: " ".repeat(shown.from),
            caret: "^".repeat(shown.length),
            label: f.label.clone(),
            help: f.help.clone(),
        }
    }
}

/// `GET /problems/{book}`
pub async fn show(books: Books, Path(name): Path<String>) -> Response {
    let Some(current) = books.find(&name) else { return no_book(&name) };
    let broken = current.broken.as_deref();
    let page = Problems {
        frame: Frame::of(t!("problems-what-is-wrong"), Here::Book, &books, &current),
        book: name,
        title: current.book.title.clone(),
        is_good: broken.is_none(),
        unreadable: broken.and_then(|b| b.unreadable.clone()),
        findings: broken.map(findings).unwrap_or_default(),
    };
    html(StatusCode::OK, &page)
}

fn findings(broken: &Broken) -> Vec<Finding> {
    let places = Places { sources: &broken.sources, folder: "" };
    broken.findings.iter().map(|f| Finding::of(f, &broken.sources, places.place(f.at), LINE_CHARS_MAX)).collect()
}
