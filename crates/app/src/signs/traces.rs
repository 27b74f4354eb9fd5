//! Traces: where the time of each request goes, sent to a collector by OTLP over HTTP (OpenTelemetry Protocol 1.x,
//! protobuf). Only our own spans, and in them nothing that was sent: no path, query, document or token.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use axum::http::{HeaderMap, Method, Request as HttpRequest, Response as HttpResponse};
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry_http::{Bytes, HeaderExtractor, HeaderInjector, HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Runtime;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use crate::connect::http::{Http, Reach};

/// Where a collector takes traces.
const PATH: &str = "/v1/traces";
/// How long it may take to take some.
const TAKEN_WITHIN: Duration = Duration::from_secs(10);
/// Most bytes of its answer.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// Sends what is left when it is dropped.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

impl Drop for Traces {
    fn drop(&mut self) {
        // What a collector does not take any more is lost with the program.
        let _ = self.0.shutdown();
    }
}

/// Traces to a collector: a layer for our own spans, and what sends the last of them.
///
/// # Errors
/// When the address is none, or no thread can be started.
pub fn layer<S>(url: &str) -> Result<(Box<dyn Layer<S> + Send + Sync>, Traces)>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Sender::new(url)?)
        .with_endpoint(format!("{}{PATH}", url.trim_end_matches('/')))
        .with_protocol(Protocol::HttpBinary)
        .with_timeout(TAKEN_WITHIN)
        .build()
        .context("`traces`")?;
    let named = Resource::builder().with_service_name("amends");
    let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let provider = SdkTracerProvider::builder()
        .with_resource(named.with_attribute(version).build())
        .with_batch_exporter(exporter)
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("amends"))
        .with_location(false)
        .with_threads(false)
        .with_filter(filter_fn(|about| about.is_span() && about.target().starts_with("amends")));
    Ok((Box::new(layer), Traces(provider)))
}

/// Makes a span part of the trace that a request names, where it names one (W3C Trace Context).
pub fn continue_trace(span: &Span, headers: &HeaderMap) {
    if span.is_disabled() {
        return;
    }
    let before = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    if before.span().span_context().is_valid() {
        // Without a layer for traces there is nothing to continue.
        let _ = span.set_parent(before);
    }
}

/// Names the trace that is under way to whoever is called.
pub fn hand_on(headers: &mut HeaderMap) {
    let span = Span::current();
    if !span.is_disabled() {
        TraceContextPropagator::new().inject_context(&span.context(), &mut HeaderInjector(headers));
    }
}

/// Sends with our own client, on a thread of its own: whoever waits for it is no task of ours.
#[derive(Debug)]
struct Sender {
    http: Http,
    runtime: Runtime,
    /// Whether the last was not taken, so that it is told once.
    fails: Arc<AtomicBool>,
}

impl Sender {
    fn new(url: &str) -> Result<Self> {
        let http = Http::new(Reach::Private).context("encryption cannot be set up")?;
        http.allows(url).map_err(|e| anyhow!("`traces`: {e}"))?;
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).thread_name("traces").enable_all().build();
        Ok(Self { http, runtime: runtime.context("no thread can be started for traces")?, fails: Arc::default() })
    }
}

impl HttpClient for Sender {
    fn send_bytes<'s, 'f>(
        &'s self,
        request: HttpRequest<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse<Bytes>, HttpError>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        let (http, fails) = (self.http.clone(), Arc::clone(&self.fails));
        let (parts, body) = request.into_parts();
        let sent = self.runtime.spawn(async move {
            let url = parts.uri.to_string();
            let answer = http.exchange(Method::POST, &url, parts.headers, body, ANSWER_BYTES_MAX).await;
            let why = match &answer {
                Ok((status, ..)) if status.is_success() => None,
                Ok((status, ..)) => Some(format!("they answered {status}")),
                Err(e) => Some(e.to_string()),
            };
            match why {
                Some(why) if !fails.swap(true, Ordering::Relaxed) => tracing::warn!("traces cannot be sent: {why}"),
                None if fails.swap(false, Ordering::Relaxed) => tracing::warn!("traces can be sent again"),
                _ => {}
            }
            answer
        });
        Box::pin(async move {
            let (status, _, body) = sent.await??;
            let mut response = HttpResponse::new(Bytes::from(body));
            *response.status_mut() = status;
            Ok(response)
        })
    }
}
