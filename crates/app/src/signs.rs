//! What the server tells of itself to those who run it: an id for each request, a log, and metrics.

pub mod log;
pub mod metrics;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;
use crate::flow::records::Records;
use metrics::{Answered, Metrics, Of};

/// The header of a request's id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Most characters of an id that is taken over from whoever sends it.
const ID_CHARS_MAX: usize = 64;

/// What the server tells of itself.
#[derive(Debug)]
pub struct Signs {
    /// Counts and times.
    pub metrics: Metrics,
    /// Tells the requests of one run of the program from those of the next.
    run: String,
    requests: AtomicU64,
}

impl Default for Signs {
    fn default() -> Self {
        let mut random = [0; 6];
        // Without random bytes two runs share their ids, which is no reason not to answer.
        let _ = getrandom::fill(&mut random);
        let mut run = String::new();
        for byte in random {
            // Writing to a text cannot fail.
            let _ = write!(run, "{byte:02x}");
        }
        Self { metrics: Metrics::default(), run, requests: AtomicU64::new(0) }
    }
}

impl Signs {
    /// With what is measured where things are kept.
    pub fn of(records: Option<&Records>) -> Self {
        Self { metrics: Metrics::of(records), ..Self::default() }
    }

    /// The id that came with a request, where it is one; else a new one.
    fn id(&self, headers: &HeaderMap) -> HeaderValue {
        if let Some(given) = headers.get(REQUEST_ID).filter(|v| is_id(v.as_bytes())) {
            return given.clone();
        }
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        HeaderValue::try_from(format!("{}-{number:x}", self.run)).unwrap_or_else(|_| HeaderValue::from(number))
    }
}

fn is_id(text: &[u8]) -> bool {
    (1..=ID_CHARS_MAX).contains(&text.len())
        && text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// What went wrong, beside an answer, for the log.
#[derive(Clone, Debug)]
pub struct Why {
    /// One word for machines, where there is one.
    pub code: Option<String>,
    /// What happened.
    pub title: String,
}

/// Gives each request an id, counts it, and writes it down. Around everything else.
///
/// A stream is written down when it begins.
pub async fn watch(State(app): State<App>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let signs = &app.signs;
    let id = signs.id(request.headers());
    let of = Of {
        method: known(request.method()),
        // The pattern, never the path itself: ids and addresses are nobody's business here.
        route: request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned(),
    };
    let running = signs.metrics.begin();
    let mut response = next.run(request).await;
    drop(running);
    let (took, status) = (began.elapsed(), response.status().as_u16());
    write_down(
        &of,
        status,
        u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        id.to_str().unwrap_or_default(),
        response.extensions().get(),
    );
    signs.metrics.answered(&Answered { of, status: class(status) }, took);
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Requests that this server could not answer are errors, all others are told where they are asked for.
fn write_down(of: &Of, status: u16, micros: u64, id: &str, why: Option<&Why>) {
    let Of { method, route } = of;
    let code = why.and_then(|w| w.code.as_deref());
    if status >= 500 {
        let why = why.map_or("", |w| w.title.as_str());
        tracing::error!(method, route, status, micros, request = id, code, "could not answer: {why}");
    } else {
        tracing::info!(method, route, status, micros, request = id, code, "answered");
    }
}

/// Of which kind a status is.
const fn class(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

/// The methods that HTTP knows; what else is sent is one of a kind.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
