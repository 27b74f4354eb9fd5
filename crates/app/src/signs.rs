//! What the server tells of itself to those who run it: an id for each request, a log, and metrics.

pub mod log;
pub mod metrics;
#[cfg(test)]
mod tests;
pub mod traces;

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use tower::{Layer, Service};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::app::App;
use crate::flow::records::Records;
use crate::server::seats::Census;
use metrics::{Method, Metrics, NO_ROUTE, OfRoute};

/// The header of a request's id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Most characters of an id that is taken over from whoever sends it.
const ID_CHARS_MAX: usize = 64;

/// What the server tells of itself.
#[derive(Debug)]
pub struct Signs {
    /// Counts and times.
    pub metrics: Metrics,
    /// Connections, as the listener counts them.
    pub census: Arc<Census>,
    /// Tells the requests of one run of the program from those of the next.
    run: String,
    requests: AtomicU64,
}

impl Default for Signs {
    fn default() -> Self {
        let mut random = [0; 8];
        // Without random bytes two runs share their ids, which is no reason not to answer.
        let _ = getrandom::fill(&mut random);
        let run = format!("{:016x}", u64::from_le_bytes(random));
        Self { metrics: Metrics::default(), census: Arc::default(), run, requests: AtomicU64::new(0) }
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
#[derive(Clone, Debug)]
pub struct Watch(pub App);

impl<S> Layer<S> for Watch {
    type Service = Watched<S>;

    fn layer(&self, inner: S) -> Watched<S> {
        Watched { inner, app: self.0.clone(), counted: Arc::default() }
    }
}

/// A route that is watched.
#[derive(Clone, Debug)]
pub struct Watched<S> {
    inner: S,
    app: App,
    /// Where its answers are counted, once one was: looking it up for each costs more than all the rest.
    counted: Arc<OnceLock<OfRoute>>,
}

impl<S> Service<Request> for Watched<S>
where
    S: Service<Request, Response = Response>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (app, counted) = (self.app.clone(), Arc::clone(&self.counted));
        let began = Instant::now();
        let id = app.signs.id(request.headers());
        let method = Method::of(request.method());
        // The pattern, never the path itself: ids and addresses are nobody's business here.
        let matched = request.extensions().get::<MatchedPath>().cloned();
        let span = traced(method, matched.as_ref(), &id);
        traces::continue_trace(&span, request.headers());
        let answer = self.inner.call(request).instrument(span.clone());
        Box::pin(async move {
            let metrics = &app.signs.metrics;
            let running = metrics.begin();
            let mut response = answer.await?;
            drop(running);
            let route = matched.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
            let (took, status) = (began.elapsed(), response.status().as_u16());
            span.record("http.response.status_code", status);
            if status >= 500 {
                span.record("otel.status_code", "ERROR");
            }
            write_down(method, route, status, took, &id, response.extensions().get());
            let of = counted.get_or_init(|| metrics.of_route(route));
            if of.is(route) {
                of.answered(method, status, took);
            } else {
                metrics.of_route(route).answered(method, status, took);
            }
            response.headers_mut().insert(REQUEST_ID, id);
            Ok(response)
        })
    }
}

/// The span of a request, with the names of OpenTelemetry's conventions for HTTP; it costs nothing while none are wanted.
fn traced(method: Method, matched: Option<&MatchedPath>, id: &HeaderValue) -> Span {
    let (method, route) = (method.name(), matched.map_or(NO_ROUTE, MatchedPath::as_str));
    tracing::info_span!(
        "request",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        request = id.to_str().unwrap_or_default(),
    )
}

/// Requests that this server could not answer are errors, all others are told where they are asked for.
fn write_down(method: Method, route: &str, status: u16, took: Duration, id: &HeaderValue, why: Option<&Why>) {
    let (method, request) = (method.name(), id.to_str().unwrap_or_default());
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let code = why.and_then(|w| w.code.as_deref());
    if status >= 500 {
        let why = why.map_or("", |w| w.title.as_str());
        tracing::error!(method, route, status, micros, request, code, "could not answer: {why}");
    } else {
        tracing::info!(method, route, status, micros, request, code, "answered");
    }
}
