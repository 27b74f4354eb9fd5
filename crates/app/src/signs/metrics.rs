//! Counts and times, in the text format that Prometheus reads (`OpenMetrics` 1.0).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::log;
use crate::flow::records::Records;
use crate::flow::working::Working;
use crate::server::seats::Census;

/// The type of what [`Metrics::text`] writes.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Upper ends of the times that are told apart, in seconds.
const TIMES: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];
/// Upper ends of the numbers of jobs of one commit.
const JOBS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// Stands for the route where there is none.
pub const NO_ROUTE: &str = "none";
/// Kinds of a status, by its first digit.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The methods that HTTP knows; the last stands for whatever else is sent.
const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"];

/// A method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method(usize);

impl Method {
    /// Which one a request has.
    pub fn of(method: &axum::http::Method) -> Self {
        let known = METHODS.iter().position(|name| *name == method.as_str());
        Self(known.unwrap_or(METHODS.len() - 1))
    }

    /// As it is told.
    pub fn name(self) -> &'static str {
        METHODS.get(self.0).copied().unwrap_or_default()
    }
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    method: &'static str,
    route: String,
}

/// What was asked, and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    #[prometheus(flatten)]
    of: Of,
    status: &'static str,
}

/// The answers of one route.
#[derive(Debug)]
pub struct OfRoute {
    route: String,
    requests: Family<Answered, Counter>,
    seconds: Family<Of, Histogram, fn() -> Histogram>,
    /// By method; each is looked up once.
    methods: [OnceLock<OfMethod>; METHODS.len()],
}

#[derive(Debug)]
struct OfMethod {
    seconds: Histogram,
    statuses: [OnceLock<Counter>; CLASSES.len()],
}

impl OfRoute {
    /// Whether it is that of a pattern.
    pub fn is(&self, route: &str) -> bool {
        self.route == route
    }

    /// One was given.
    pub fn answered(&self, method: Method, status: u16, took: Duration) {
        let of = || Of { method: method.name(), route: self.route.clone() };
        let class = usize::from(status / 100).clamp(1, CLASSES.len()) - 1;
        let new = || OfMethod { seconds: self.seconds.get_or_create_owned(&of()), statuses: Default::default() };
        let Some(of_method) = self.methods.get(method.0).map(|cell| cell.get_or_init(new)) else { return };
        of_method.seconds.observe(took.as_secs_f64());
        if let (Some(cell), Some(status)) = (of_method.statuses.get(class), CLASSES.get(class)) {
            cell.get_or_init(|| self.requests.get_or_create_owned(&Answered { of: of(), status })).inc();
        }
    }
}

/// Something of a business.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfBusiness {
    business: String,
}

/// A kind of work that goes on by itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfWork {
    work: &'static str,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Called {
    business: String,
    connector: String,
    came: &'static str,
}

/// What was measured since the start.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<Of, Histogram, fn() -> Histogram>,
    running: Gauge,
    approvals: Family<OfBusiness, Gauge>,
    steps: Family<OfBusiness, Gauge>,
    looked: Family<OfWork, Gauge>,
    falls: Family<OfWork, Gauge>,
    broken: Family<OfBusiness, Gauge>,
    kept: Family<OfBusiness, Gauge>,
    jobs_waiting: Gauge,
    lines_lost: Gauge,
    connections: Gauge,
    gave_way: Gauge,
    streams: Gauge,
}

/// What the writer measures of itself.
#[derive(Clone, Debug)]
pub struct Writing {
    jobs: Histogram,
    seconds: Histogram,
    failed: Counter,
    busy: Counter,
    well: Arc<AtomicBool>,
}

/// What fulfilment measures of its calls.
#[derive(Clone, Debug, Default)]
pub struct Calls(Family<Called, Counter>);

/// A request that runs.
pub struct Running<'a>(&'a Gauge);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn times() -> Histogram {
    Histogram::new(TIMES)
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("amends");
        let new = Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(times as fn() -> Histogram),
            running: Gauge::default(),
            approvals: Family::default(),
            steps: Family::default(),
            looked: Family::default(),
            falls: Family::default(),
            broken: Family::default(),
            kept: Family::default(),
            jobs_waiting: Gauge::default(),
            lines_lost: Gauge::default(),
            connections: Gauge::default(),
            gave_way: Gauge::default(),
            streams: Gauge::default(),
            registry: Registry::default(),
        };
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", version);
        let started: Gauge = Gauge::default();
        started.set(Timestamp::now().as_second());
        registry.register_with_unit("started", "When the program started, since 1970", Unit::Seconds, started);
        registry.register("http_requests", "Requests that were answered", new.requests.clone());
        let help = "From a request's head to the head of its answer";
        registry.register_with_unit("http_request", help, Unit::Seconds, new.seconds.clone());
        registry.register("http_requests_running", "Requests that have no answer yet", new.running.clone());
        registry.register("approvals_waiting", "Questions that wait for an answer", new.approvals.clone());
        registry.register("steps_for_people", "Steps that wait for a person", new.steps.clone());
        let help = "How long ago each kind of work that goes on by itself looked for what there is to do";
        registry.register_with_unit("work_looked_ago", help, Unit::Seconds, new.looked.clone());
        let help =
            "How often each kind of work that goes on by itself fell by a fault of this program, and was begun again";
        registry.register("work_falls", help, new.falls.clone());
        registry.register("books_broken", "Whether the newest edit of a book is broken", new.broken.clone());
        let help = "Rows that do not say what the journal says; with any, nothing is paid out";
        registry.register("kept_differences", help, new.kept.clone());
        registry.register("writer_jobs_waiting", "Jobs that wait to be written", new.jobs_waiting.clone());
        registry.register("log_lines_lost", "Lines that the log could not take in time", new.lines_lost.clone());
        registry.register("connections", "Connections that are open", new.connections.clone());
        let help = "Connections that gave way to others because there were too many";
        registry.register("connections_gave_way", help, new.gave_way.clone());
        registry.register("streams", "Streams of events that are open", new.streams.clone());
        Self { registry, ..new }
    }
}

impl Metrics {
    /// With what is measured where things are kept.
    #[must_use]
    pub fn of(records: Option<&Records>) -> Self {
        let mut new = Self::default();
        if let Some(records) = records {
            records.writer.measured().register(&mut new.registry);
            let help = "Calls of fulfilment to other systems, by what came of them";
            new.registry.register("connector_calls", help, records.calls.0.clone());
        }
        new
    }

    /// A request begins.
    pub fn begin(&self) -> Running<'_> {
        self.running.inc();
        Running(&self.running)
    }

    /// Where the answers of a route are counted.
    pub fn of_route(&self, route: &str) -> OfRoute {
        OfRoute {
            route: route.to_owned(),
            requests: self.requests.clone(),
            seconds: self.seconds.clone(),
            methods: Default::default(),
        }
    }

    /// A book, and whether its newest edit is broken.
    pub fn book(&self, name: &str, is_broken: bool) {
        let of = OfBusiness { business: name.to_owned() };
        self.broken.get_or_create(&of).set(i64::from(is_broken));
    }

    /// How many rows of a business do not say what the journal says.
    pub fn kept(&self, business: &str, differences: usize) {
        let of = OfBusiness { business: business.to_owned() };
        self.kept.get_or_create(&of).set(i64::try_from(differences).unwrap_or(i64::MAX));
    }

    /// What waits in a business.
    pub fn waiting(&self, business: &str, approvals: i64, steps: i64) {
        let of = OfBusiness { business: business.to_owned() };
        self.approvals.get_or_create(&of).set(approvals);
        self.steps.get_or_create(&of).set(steps);
    }

    /// How what goes on by itself does.
    pub fn working(&self, working: &Working) {
        for (work, ago, falls) in working.all() {
            let of = OfWork { work };
            self.looked.get_or_create(&of).set(i64::try_from(ago.as_secs()).unwrap_or(i64::MAX));
            self.falls.get_or_create(&of).set(i64::try_from(falls).unwrap_or(i64::MAX));
        }
    }

    /// The connections and streams that are open.
    pub fn listening(&self, census: &Census, streams: usize) {
        self.connections.set(i64::try_from(census.open()).unwrap_or(i64::MAX));
        self.gave_way.set(i64::try_from(census.gave_way()).unwrap_or(i64::MAX));
        self.streams.set(i64::try_from(streams).unwrap_or(i64::MAX));
    }

    /// Everything as a text, with how many jobs wait for the writer.
    pub fn text(&self, jobs_waiting: usize) -> String {
        self.jobs_waiting.set(i64::try_from(jobs_waiting).unwrap_or(i64::MAX));
        self.lines_lost.set(i64::try_from(log::lost()).unwrap_or(i64::MAX));
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl Default for Writing {
    fn default() -> Self {
        Self {
            jobs: Histogram::new(JOBS),
            seconds: times(),
            failed: Counter::default(),
            busy: Counter::default(),
            well: Arc::default(),
        }
    }
}

impl Writing {
    fn register(&self, registry: &mut Registry) {
        registry.register("writer_commit_jobs", "Jobs of one commit", self.jobs.clone());
        let help = "How long one commit took with all before it";
        registry.register_with_unit("writer_commit", help, Unit::Seconds, self.seconds.clone());
        registry.register("writer_failed", "Commits that the database did not take", self.failed.clone());
        registry.register("writer_busy", "Jobs that were turned away because too many waited", self.busy.clone());
    }

    /// Jobs were written together.
    pub fn wrote(&self, jobs: usize, took: Duration) {
        self.jobs.observe(f64::from(u32::try_from(jobs).unwrap_or(u32::MAX)));
        self.seconds.observe(took.as_secs_f64());
        self.well.store(true, Ordering::Relaxed);
    }

    /// Whether what was tried last was written.
    pub fn is_well(&self) -> bool {
        self.well.load(Ordering::Relaxed)
    }

    /// Jobs could not be written.
    pub fn failed(&self) {
        self.failed.inc();
        self.well.store(false, Ordering::Relaxed);
    }

    /// A job was turned away.
    pub fn was_busy(&self) {
        self.busy.inc();
    }
}

impl Calls {
    /// A call to a connector of a business; `came`: what came of it, in one word.
    pub fn came(&self, business: &str, connector: &str, came: &'static str) {
        let of = Called { business: business.to_owned(), connector: connector.to_owned(), came };
        self.0.get_or_create(&of).inc();
    }
}
