use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;
use tower::ServiceExt as _;
use tracing_subscriber::fmt::MakeWriter;

use crate::app::{App, Parts};
use crate::door::Door;
use crate::router::router;
use crate::scenes::shop::{Shop, on_both};
use crate::shelf::Shelf;
use crate::signs::Signs;
use crate::signs::log::Trouble;

struct Server(axum::Router);

struct Got {
    status: StatusCode,
    id: String,
    text: String,
}

fn server(token: Option<&str>, stops: bool) -> Server {
    let (_, stopping) = tokio::sync::watch::channel(stops);
    let door = Door::new(std::net::Ipv4Addr::LOCALHOST.into(), token).unwrap();
    let shelf = Shelf::shipped(&["retail"]).into();
    Server(router(App::new(Parts { shelf, records: None, door, signs: Signs::default(), demo: None, stopping })))
}

impl Server {
    fn send(&self, request: Request<Body>) -> Got {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let response = self.0.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            let id = parts.headers.get("x-request-id").map_or("", |v| v.to_str().unwrap()).to_owned();
            Got { status: parts.status, id, text: String::from_utf8(bytes.to_vec()).unwrap() }
        })
    }

    fn get(&self, path: &str) -> Got {
        self.send(Request::get(path).body(Body::empty()).unwrap())
    }

    fn with_id(&self, id: &str) -> String {
        self.send(Request::get("/health").header("x-request-id", id).body(Body::empty()).unwrap()).id
    }
}

#[test]
fn each_answer_has_an_id_and_those_that_came_are_taken_over() {
    let server = server(None, false);
    let (one, other) = (server.get("/health").id, server.get("/v1/nothing").id);
    assert!(!one.is_empty() && !other.is_empty() && one != other, "{one} {other}");
    for good in ["a", "0af7651916cd43dd8448eb211c80319c", "req_7-b", &"x".repeat(64)] {
        assert_eq!(server.with_id(good), good);
    }
    for bad in ["", "a b", "<script>", "a\"b", "é", &"x".repeat(65)] {
        let id = server.with_id(bad);
        assert!(!id.is_empty() && id != bad, "{bad} {id}");
    }
}

/// `name{label="value"} 1.5`, or a comment of the format.
fn is_line(line: &str) -> bool {
    if let Some(comment) = line.strip_prefix("# ") {
        return comment == "EOF" || ["HELP ", "TYPE ", "UNIT "].iter().any(|word| comment.starts_with(word));
    }
    let Some((series, value)) = line.rsplit_once(' ') else { return false };
    let name = series.split('{').next().unwrap_or_default();
    let has_labels = series.len() > name.len();
    name.starts_with("amends_")
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && (!has_labels || series.ends_with('}'))
        && value.parse::<f64>().is_ok()
}

#[test]
fn requests_are_counted_by_pattern_and_never_by_what_was_sent() {
    let server = server(None, false);
    server.get("/v1/books/retail?token=secret");
    server.get("/v1/books/nothing-of-the-kind");
    server.get("/no/such/page");
    server.get("/v1/no/such/route");
    server.send(Request::builder().method("BREW").uri("/health").body(Body::empty()).unwrap());
    let text = server.get("/metrics").text;
    let bad: Vec<&str> = text.lines().filter(|line| !is_line(line)).collect();
    assert!(bad.is_empty(), "{bad:?}");
    assert!(text.ends_with("# EOF\n"));
    let counts: Vec<&str> = text.lines().filter(|line| line.starts_with("amends_http_requests_total{")).collect();
    let mut counts: Vec<&str> =
        counts.into_iter().map(|line| line.trim_start_matches("amends_http_requests_total")).collect();
    counts.sort_unstable();
    insta::assert_snapshot!(counts.join("\n"));
    for sent in ["secret", "nothing-of-the-kind", "BREW", "such"] {
        assert!(!text.contains(sent), "{sent} is in {text}");
    }
    assert!(
        text.contains("amends_http_request_seconds_bucket{le=\"10.0\",method=\"GET\",route=\"/v1/books/{book}\"} 2"),
        "{text}"
    );
    assert!(text.contains("amends_books_broken{business=\"retail\"} 0"), "{text}");
    // The one that asks for them is running.
    assert!(text.contains("amends_http_requests_running 1"), "{text}");
}

#[test]
fn metrics_are_for_those_who_have_the_token_and_readiness_is_for_all() {
    let server = server(Some("a token of some length"), false);
    assert_eq!(server.get("/metrics").status, StatusCode::UNAUTHORIZED);
    let request = Request::get("/metrics").header(header::AUTHORIZATION, "Bearer a token of some length");
    assert_eq!(server.send(request.body(Body::empty()).unwrap()).status, StatusCode::OK);
    for path in ["/health", "/ready"] {
        assert_eq!(server.get(path).status, StatusCode::OK, "{path}");
    }
}

#[test]
fn a_server_that_stops_is_not_ready_and_still_runs() {
    let server = server(None, true);
    let ready = server.get("/ready");
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(ready.text.contains("\"code\":\"stopping\""), "{}", ready.text);
    assert_eq!(server.get("/health").status, StatusCode::OK);
}

#[test]
fn what_waits_and_what_was_written_is_told() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("rita", "price_adjustment", "c_1001").await;
        let (_, digest) = shop.assess("rita", &case, "blazers").await;
        let wish =
            json!({ "wish": { "assessment": digest, "option": "credit_difference" }, "words": "15 years with us" });
        shop.is_there("lena").await;
        shop.post("rita", &format!("{case}/approvals"), wish).await.ok();
        let text = shop.get("nobody", "/metrics").await.json["text"].as_str().unwrap().to_owned();
        let has = |line: &str| assert!(text.lines().any(|l| l == line), "{line} is not in {text}");
        has("amends_approvals_waiting{business=\"retail\"} 1");
        has("amends_steps_for_people{business=\"retail\"} 0");
        has("amends_writer_commit_jobs_count 3");
        has("amends_writer_commit_seconds_count 3");
        has("amends_writer_jobs_waiting 0");
        has("amends_writer_failed_total 0");
        assert!(!text.contains("c_1001"), "{text}");
        assert_eq!(shop.get("rita", "/metrics").await.refused(), (403, "not_yours"));
        assert_eq!(shop.get("nobody", "/ready").await.status, StatusCode::OK);
    });
}

#[test]
fn what_fails_again_and_again_is_told_once_for_each_business() {
    let of = |name: &str| amends_core::ids::BusinessId::parse(name).unwrap();
    let (retail, rental) = (of("retail"), of("rental"));
    let told = Lines::default();
    tracing::subscriber::with_default(tracing_subscriber::fmt().with_writer(told.clone()).finish(), || {
        let mut trouble = Trouble::of("clocks");
        for _ in 0..3 {
            trouble.heard(&retail, &Err::<(), _>("it is away"));
            trouble.heard(&rental, &Ok::<_, String>(()));
        }
        trouble.heard(&retail, &Err::<(), _>("it is full"));
        trouble.heard(&retail, &Ok::<_, String>(()));
    });
    let text = String::from_utf8(told.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    for (line, says) in lines.iter().zip(["it is away", "it is full", "goes on"]) {
        assert!(line.contains(says) && line.contains("retail"), "{text}");
    }
}

/// Lines that were written.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
