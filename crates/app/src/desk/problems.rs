//! What is wrong with the newest edit of a book.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::page::{Frame, Here, html, no_book};
use crate::app::App;
use crate::report::{Shown, Texts};
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

struct Finding {
    message: String,
    place: String,
    line: usize,
    gutter: String,
    text: String,
    indent: String,
    caret: String,
    label: String,
    help: Option<String>,
}

/// `GET /problems/{book}`
pub async fn show(State(app): State<App>, Path(name): Path<String>) -> Response {
    let Some(current) = app.shelf.find(&name) else { return no_book(&name) };
    let broken = current.broken.as_deref();
    let page = Problems {
        frame: Frame::of(t!("problems-what-is-wrong"), Here::Book, &app.shelf, &current),
        book: name,
        title: current.book.title.clone(),
        is_good: broken.is_none(),
        unreadable: broken.and_then(|b| b.unreadable.clone()),
        findings: broken.map(findings).unwrap_or_default(),
    };
    html(StatusCode::OK, &page)
}

fn findings(broken: &Broken) -> Vec<Finding> {
    let texts = Texts { sources: &broken.sources, folder: "" };
    let all = broken.findings.iter().map(|f| {
        let (line, _) = broken.sources.line_column(f.at);
        let shown = Shown::of(f, &broken.sources, LINE_CHARS_MAX).unwrap_or_default();
        Finding {
            message: f.message.clone(),
            place: texts.place(f.at),
            line,
            gutter: " ".repeat(line.to_string().len()),
            text: shown.text,
            indent: " ".repeat(shown.from),
            caret: "^".repeat(shown.length),
            label: f.label.clone(),
            help: f.help.clone(),
        }
    });
    all.collect()
}
