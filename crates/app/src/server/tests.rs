use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Extension, Router};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::guest::Guest;
use super::{Bounds, serve};

/// A server that runs until it is asked to stop.
struct Server {
    at: SocketAddr,
    bounds: Bounds,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

async fn known(Extension(guest): Extension<Guest>) {
    guest.is("rita");
}

/// Says how many of one's own are answered beside it.
async fn takes_turns(Extension(guest): Extension<Guest>) -> String {
    static NOW: AtomicUsize = AtomicUsize::new(0);
    guest.is("rita");
    guest.turn().await.unwrap();
    guest.turn().await.unwrap();
    let now = NOW.fetch_add(1, Ordering::SeqCst) + 1;
    tokio::time::sleep(Duration::from_millis(20)).await;
    NOW.fetch_sub(1, Ordering::SeqCst);
    now.to_string()
}

/// Reads a body as someone who is known, and says how much came.
async fn read(Extension(guest): Extension<Guest>, request: axum::extract::Request) -> Result<String, StatusCode> {
    guest.is("rita");
    guest.hold(1_000).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    let came = axum::body::to_bytes(request.into_body(), 100 << 20).await;
    came.map(|bytes| bytes.len().to_string()).map_err(|_| StatusCode::REQUEST_TIMEOUT)
}

/// An answer that never ends.
async fn endless() -> Body {
    Body::from_stream(futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[7; 4_096]))))
}

impl Server {
    async fn start(bounds: Bounds) -> Self {
        let router = Router::new()
            .route("/health", get(async || "ok"))
            .route("/known", get(known))
            .route("/turns", get(takes_turns))
            .route("/endless", get(endless))
            .route("/read", post(read))
            .route("/turned", post(async || StatusCode::UNAUTHORIZED));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(serve(listener, router, bounds.clone(), async { drop(stopped.await) }));
        Self { at, bounds, stop, serving }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.at).await.unwrap()
    }

    fn open(&self) -> usize {
        self.bounds.census.open()
    }

    /// Waits until so many connections are open.
    async fn has_open(&self, count: usize) {
        let waits = async {
            while self.open() != count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), waits).await.unwrap_or_else(|_| panic!("{} are", self.open()));
    }

    async fn health(&self) -> String {
        ask(&mut self.connect().await, "GET /health HTTP/1.1\r\nHost: a\r\n\r\n").await
    }
}

/// Sends a request, and reads the first line of its answer.
async fn ask(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    answer(stream).await
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = [0; 4_096];
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut bytes)).await.unwrap();
    let text = String::from_utf8_lossy(&bytes[..read.unwrap_or(0)]).into_owned();
    text.lines().next().unwrap_or("nothing").to_owned()
}

/// Whether the other end closes the connection.
async fn ends(stream: &mut TcpStream) -> bool {
    let mut bytes = vec![0; 1 << 20];
    let all = async { while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {} };
    tokio::time::timeout(Duration::from_secs(10), all).await.is_ok()
}

const OK: &str = "HTTP/1.1 200 OK";

#[tokio::test]
async fn in_a_full_house_whoever_comes_is_answered_and_a_signal_is_heard() {
    let server = Server::start(Bounds { connections: 8, ..Bounds::default() }).await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        idle.push(server.connect().await);
    }
    server.has_open(8).await;
    assert_eq!(server.health().await, OK);
    assert!(ends(&mut idle[0]).await, "the one that stood still for longest gave way");
    assert!(server.open() <= 8 && server.bounds.census.gave_way() >= 13);
    server.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), server.serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn whoever_reads_nothing_of_an_answer_loses_the_connection() {
    let server = Server::start(Bounds { stall: Duration::from_millis(200), ..Bounds::default() }).await;
    let mut all = Vec::new();
    for _ in 0..4 {
        let mut stream = server.connect().await;
        stream.write_all(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        all.push(stream);
    }
    server.has_open(4).await;
    server.has_open(0).await;
    assert_eq!(server.health().await, OK);
}

#[tokio::test]
async fn a_body_that_stands_still_is_given_up_and_one_that_moves_is_not() {
    let server = Server::start(Bounds { stall: Duration::from_millis(300), ..Bounds::default() }).await;
    let head = "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n";
    let mut still = server.connect().await;
    assert_eq!(ask(&mut still, head).await, "HTTP/1.1 408 Request Timeout");
    let mut moves = server.connect().await;
    moves.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..10 {
        moves.write_all(&[b'a'; 4_000]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    assert_eq!(answer(&mut moves).await, OK);
}

#[tokio::test]
async fn what_nobody_wants_is_read_past_so_that_its_sender_reads_why() {
    let server = Server::start(Bounds::default()).await;
    let mut stream = server.connect().await;
    let head = format!("POST /turned HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", 8 << 20);
    stream.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..8 {
        stream.write_all(&vec![b'a'; 1 << 20]).await.unwrap();
    }
    assert_eq!(answer(&mut stream).await, "HTTP/1.1 401 Unauthorized");
    assert_eq!(ask(&mut stream, "GET /health HTTP/1.1\r\nHost: a\r\n\r\n").await, OK, "and goes on");
    // Whoever waits to be asked for the body is told at once, and not asked.
    let head = "POST /turned HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9000000\r\n\r\n";
    let mut waits = server.connect().await;
    assert_eq!(ask(&mut waits, head).await, "HTTP/1.1 401 Unauthorized");
    assert!(ends(&mut waits).await);
}

#[tokio::test]
async fn strangers_that_come_too_often_wait_and_whoever_is_known_does_not() {
    let server = Server::start(Bounds { strangers: NonZeroU32::new(20), ..Bounds::default() }).await;
    let many = async |path: &str| {
        let (mut stream, began) = (server.connect().await, Instant::now());
        for _ in 0..110 {
            assert_eq!(ask(&mut stream, &format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).await, OK);
        }
        began.elapsed()
    };
    let strangers = many("/health").await;
    assert!(strangers >= Duration::from_millis(400), "a hundred at once, then twenty a second: {strangers:?}");
    let known = many("/known").await;
    assert!(known < strangers, "{known:?} {strangers:?}");
}

#[tokio::test]
async fn of_one_who_sends_many_at_once_few_are_answered_at_a_time() {
    let server = Server::start(Bounds::default()).await;
    let asks = (0..40).map(async |_| {
        let mut stream = server.connect().await;
        let request = "GET /turns HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text.lines().last().unwrap().parse::<usize>().unwrap()
    });
    let at_a_time = futures_util::future::join_all(asks).await;
    assert_eq!(at_a_time.iter().max(), Some(&8), "{at_a_time:?}");
}

#[tokio::test]
async fn a_head_has_an_end() {
    let server = Server::start(Bounds::default()).await;
    let mut stream = server.connect().await;
    let head = format!("GET /health HTTP/1.1\r\nHost: a\r\nCookie: {}\r\n\r\n", "a".repeat(64 << 10));
    let _ = stream.write_all(head.as_bytes()).await;
    assert_eq!(answer(&mut stream).await, "HTTP/1.1 431 Request Header Fields Too Large");
}

#[tokio::test]
async fn room_is_given_back_once_the_request_is_answered() {
    let room = super::room::Most { strangers: [10, 10], known: [1_000, 1_000] };
    let server = Arc::new(Server::start(Bounds { room, ..Bounds::default() }).await);
    let mut stream = server.connect().await;
    for _ in 0..20 {
        let request = "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(ask(&mut stream, request).await, OK);
    }
}
