//! The log: lines on standard error, written aside so that no request waits for whoever reads them.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use amends_core::ids::BusinessId;
use anyhow::{Context as _, Result};
use clap::ValueEnum;
use jiff::Timestamp;
use serde::Deserialize;
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;

use super::traces::{self, Traces};

/// Most lines that wait to be written; more are lost, and counted.
const LINES_WAITING_MAX: usize = 8_192;
/// How long the end of the program waits for the last lines.
const END_WITHIN: Duration = Duration::from_secs(1);

static LOST: AtomicU64 = AtomicU64::new(0);

/// How many lines were lost since the start.
pub fn lost() -> u64 {
    LOST.load(Ordering::Relaxed)
}

/// What is written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Much {
    /// Nothing
    Off,
    /// What could not be done
    Error,
    /// Also what soon cannot be done
    #[default]
    Warn,
    /// Also each request
    Info,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// Writes and sends what is left when it is dropped.
#[derive(Debug)]
pub struct Log {
    // Sent first: that it could not be sent is a line of the log.
    _traces: Option<Traces>,
    _lines: Option<Lines>,
}

/// Writes what is left when it is dropped.
#[derive(Debug)]
struct Lines {
    ends: SyncSender<Line>,
    ended: Receiver<()>,
}

/// What goes to the thread that writes.
enum Line {
    Text(Vec<u8>),
    /// Nothing comes after it.
    End,
}

/// Starts the log of this program, and its traces where a collector is named. Only our own lines and spans are in them:
/// what libraries write may hold what was sent.
///
/// # Errors
/// When it was started before, no thread can be started, or the collector's address is none.
pub fn start(much: Much, format: Format, collector: Option<&str>) -> Result<Log> {
    let (writes, lines) = lines(much, format)?.unzip();
    let (spans, traces) = collector.map(traces::layer).transpose()?.unzip();
    if writes.is_some() || spans.is_some() {
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(writes).with(spans))
            .context("the log runs already")?;
    }
    Ok(Log { _traces: traces, _lines: lines })
}

/// What takes events and spans.
type Boxed<S> = Box<dyn Layer<S> + Send + Sync>;

/// The layer that writes lines; none where nothing is written.
fn lines<S>(much: Much, format: Format) -> Result<Option<(Boxed<S>, Lines)>>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let level = match much {
        Much::Off => return Ok(None),
        Much::Error => Level::ERROR,
        Much::Warn => Level::WARN,
        Much::Info => Level::INFO,
    };
    let (lines, waiting) = sync_channel(LINES_WAITING_MAX);
    let (end, ended) = sync_channel(1);
    let write = move || {
        write_all(&waiting);
        let _ = end.send(());
    };
    std::thread::Builder::new().name("log".to_owned()).spawn(write).context("no thread can be started for the log")?;
    let ours =
        filter_fn(move |about| about.is_event() && about.target().starts_with("amends") && *about.level() <= level);
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_target(false)
        .with_timer(Utc)
        .with_writer(Aside(lines.clone()));
    let layer = match format {
        Format::Text => layer.with_filter(ours).boxed(),
        Format::Json => {
            layer.json().flatten_event(true).with_current_span(false).with_span_list(false).with_filter(ours).boxed()
        }
    };
    Ok(Some((layer, Lines { ends: lines, ended })))
}

impl Drop for Lines {
    fn drop(&mut self) {
        if self.ends.send(Line::End).is_ok() {
            let _ = self.ended.recv_timeout(END_WITHIN);
        }
    }
}

/// Whoever reads may have gone: then lines go nowhere, and the program goes on.
fn write_all(waiting: &Receiver<Line>) {
    let mut out = io::stderr();
    while let Ok(Line::Text(line)) = waiting.recv() {
        let _ = out.write_all(&line);
    }
    let _ = out.flush();
}

/// Hands lines to the thread that writes.
struct Aside(SyncSender<Line>);

/// One line.
struct OneLine<'a>(&'a SyncSender<Line>);

impl io::Write for OneLine<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.0.try_send(Line::Text(line.to_vec())).is_err() {
            LOST.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Aside {
    type Writer = OneLine<'a>;

    fn make_writer(&'a self) -> OneLine<'a> {
        OneLine(&self.0)
    }
}

/// Milliseconds in UTC.
struct Utc;

impl FormatTime for Utc {
    fn format_time(&self, w: &mut Writer<'_>) -> std::fmt::Result {
        write!(w, "{:.3}", Timestamp::now())
    }
}

/// Tells when what is done again and again begins to fail, and when it goes again.
#[derive(Debug)]
pub struct Trouble {
    of: &'static str,
    /// Why it failed last, by business; one that does well has none.
    last: HashMap<BusinessId, String>,
}

impl Trouble {
    /// Of something; all has gone well so far.
    pub fn of(of: &'static str) -> Self {
        Self { of, last: HashMap::new() }
    }

    /// How it went for a business this time.
    pub fn heard<T, E: std::fmt::Display>(&mut self, business: &BusinessId, came: &Result<T, E>) {
        let (of, of_business) = (self.of, business.as_str());
        match came {
            Ok(_) if self.last.remove(business).is_some() => {
                tracing::warn!(of, business = of_business, "goes on");
            }
            Ok(_) => {}
            Err(e) => {
                let why = e.to_string();
                if self.last.get(business) != Some(&why) {
                    tracing::warn!(of, business = of_business, "fails, and is tried again: {why}");
                    self.last.insert(business.clone(), why);
                }
            }
        }
    }
}
