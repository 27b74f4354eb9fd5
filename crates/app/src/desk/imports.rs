//! `/settings/imports`: customers, orders and past decisions of another system, from a file that is chosen here.

use askama::Template;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use super::frame_of;
use super::page::{Frame, Here, html};
use super::settings::{Inside, not_theirs, of_page};
use super::upload::{Form, Given, Wrong};
use crate::api::refused::problem;
use crate::app::App;
use crate::door::pages::Staff;
use crate::flow::answers::Answers;
use crate::flow::files::FILE_BYTES_MAX;
use crate::flow::job::Refused;
use crate::import::Format;
use crate::mcp::within;
use crate::store::imports;
use crate::texts::{filters, moment};

/// Files that are listed.
const LISTED: i64 = 20;
/// Mistakes that are shown one by one.
const SHOWN_MAX: usize = 50;

#[derive(Template)]
#[template(path = "imports.html")]
struct Imports {
    frame: Frame,
    csrf: String,
    zone: String,
    currency: String,
    most_mb: usize,
    answers: Answers,
    came: Option<CameOf>,
    says: Option<String>,
    past: Vec<Past>,
}

/// What came of a file.
struct CameOf {
    file: String,
    kind: String,
    kept: bool,
    only_checked: bool,
    rows: u64,
    new_rows: u64,
    rows_before: u64,
    wrong_rows: u64,
    wrong: Vec<(u64, String, String)>,
    /// How many more are not shown.
    more: usize,
    /// Where the file cannot be read on, and why.
    broken: Option<(Option<u64>, String)>,
}

/// A file of before.
struct Past {
    kind: String,
    rows: i64,
    done: i64,
    at: String,
}

/// `GET /settings/imports`
pub async fn show(State(app): State<App>, staff: Staff) -> Response {
    page(&app, &staff, StatusCode::OK, Answers::default(), Ok(None)).await
}

/// `POST /settings/imports`: looks at a file, or brings it in.
pub async fn take(
    State(app): State<App>,
    Extension(inside): Extension<Inside>,
    staff: Result<Staff, Response>,
    request: Request,
) -> Response {
    let staff = match staff {
        Ok(staff) => staff,
        // A file cannot be kept on a page; it is chosen again.
        Err(turned) => return turned,
    };
    let headers = request.headers().clone();
    let mut form = Form::read(request).await;
    let answers = Answers::of(std::mem::take(&mut form.typed));
    let wrong = form.wrong.as_ref().map(says);
    let given = match (wrong, form.files.pop()) {
        (Some(says), _) => Err(says),
        (None, None) => Err(t!("imports-choose-a-file")),
        (None, Some(given)) => Ok(given),
    };
    let given = match given {
        Ok(given) => given,
        Err(says) => return page(&app, &staff, StatusCode::UNPROCESSABLE_ENTITY, answers, Err(says)).await,
    };
    let (status, came) = sent(inside, &headers, &answers, given).await;
    page(&app, &staff, status, answers, came.map(Some)).await
}

fn says(wrong: &Wrong) -> String {
    match wrong {
        Wrong::Kind(called) => t!("imports-no-text", called = called),
        wrong => wrong.to_string(),
    }
}

/// Sends the file to `/v1`, as the browser would.
async fn sent(
    inside: Inside,
    from: &HeaderMap,
    answers: &Answers,
    given: Given,
) -> (StatusCode, Result<CameOf, String>) {
    let wrong = |says: String| (StatusCode::UNPROCESSABLE_ENTITY, Err(says));
    let Ok(format) = Format::of(std::path::Path::new(&given.called)) else {
        return wrong(t!("imports-no-format", called = given.called));
    };
    let Ok(text) = String::from_utf8(given.bytes) else { return wrong(says(&Wrong::Kind(given.called))) };
    let only_checked = answers.get("do") != Some("import");
    let kind = answers.get("kind").unwrap_or_default().to_owned();
    let path = path_of(&kind, format, answers, only_checked);
    let mut headers = of_page(from, answers.get("csrf").unwrap_or_default());
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/csv"));
    let (status, said) = match within(inside.0, Method::POST, &path, headers, text).await {
        Ok((status, _, text)) => (status, serde_json::from_str(&text).unwrap_or_default()),
        Err(e) => (StatusCode::INTERNAL_SERVER_ERROR, e.json),
    };
    if !status.is_success() {
        return (status, Err(super::settings::sentence(&said)));
    }
    (status, Ok(came(&said, given.called, kind, only_checked)))
}

/// What is asked of `/v1`.
fn path_of(kind: &str, format: Format, answers: &Answers, only_checked: bool) -> String {
    let map = answers.get("map").map(|map| map.lines().map(str::trim).collect::<Vec<_>>().join(","));
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("format", if format == Format::Jsonl { "jsonl" } else { "csv" });
    for (name, value) in [
        ("map", map.as_deref()),
        ("keep", answers.get("keep")),
        ("currency", answers.get("currency")),
        ("wrong", answers.get("wrong")),
        ("check", only_checked.then_some("only")),
    ] {
        query.extend_pairs(value.map(|value| (name, value)));
    }
    format!("/v1/imports/{}?{}", part_of_path(kind), query.finish())
}

/// It becomes a part of a path.
fn part_of_path(kind: &str) -> &str {
    if kind.bytes().all(|b| b.is_ascii_lowercase()) && !kind.is_empty() { kind } else { "nothing" }
}

fn came(said: &Value, file: String, kind: String, only_checked: bool) -> CameOf {
    let number = |name: &str| said.get(name).and_then(Value::as_u64).unwrap_or(0);
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let line = |of: &Value| of.get("line").and_then(Value::as_u64);
    let all = said.get("wrong").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let wrong = all.iter().take(SHOWN_MAX).map(|w| (line(w).unwrap_or(0), text(w, "column"), text(w, "says")));
    CameOf {
        file,
        kind,
        kept: said.get("kept").and_then(Value::as_bool).unwrap_or(false),
        only_checked,
        rows: number("rows"),
        new_rows: number("new_rows"),
        rows_before: number("rows_before"),
        wrong_rows: number("wrong_rows"),
        wrong: wrong.collect(),
        more: all.len().saturating_sub(SHOWN_MAX),
        broken: said.get("broken").filter(|b| b.is_object()).map(|b| (line(b), text(b, "says"))),
    }
}

async fn page(
    app: &App,
    staff: &Staff,
    status: StatusCode,
    answers: Answers,
    came: Result<Option<CameOf>, String>,
) -> Response {
    let frame = match frame_of(app, staff, &t!("imports-import"), Here::Settings).await {
        Ok(frame) => frame,
        Err(response) => return response,
    };
    if staff.me.top_only("").is_err() {
        return not_theirs(frame);
    }
    let read = async { imports::list(&mut *staff.records.store.reader().await?, &staff.me.business, LISTED).await };
    let past = match read.await {
        Ok(past) => past,
        Err(e) => return problem(&Refused::Store(e)).into_response(),
    };
    let book = &staff.me.rules.book;
    let day = |micros: i64| moment(micros, &book.zone);
    let past = past.into_iter().map(|row| Past {
        at: day(row.changed),
        kind: row.kind,
        rows: row.progress.rows,
        done: row.progress.done,
    });
    let (came, says) = match came {
        Ok(came) => (came, None),
        Err(says) => (None, Some(says)),
    };
    let page = Imports {
        csrf: staff.csrf().to_owned(),
        zone: book.zone.name().to_owned(),
        currency: book.currency.code().to_owned(),
        most_mb: FILE_BYTES_MAX >> 20,
        answers,
        came,
        says,
        past: past.collect(),
        frame,
    };
    html(status, &page)
}
