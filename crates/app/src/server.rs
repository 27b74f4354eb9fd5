//! The listener: connections, their limits, and an end that lets answers finish. Nobody is kept out by somebody: whoever
//! stalls is given up, whoever floods waits, and in a full house the address that has the most gives way.

// By their paths, so that the empty endpoint of the benches can take this file as it is.
#[path = "server/coming.rs"]
pub mod coming;
#[path = "server/guest.rs"]
pub mod guest;
#[path = "server/line.rs"]
mod line;
#[path = "server/often.rs"]
pub mod often;
#[path = "server/patience.rs"]
mod patience;
#[path = "server/proxies.rs"]
pub mod proxies;
#[path = "server/room.rs"]
pub mod room;
#[path = "server/seats.rs"]
pub mod seats;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use coming::{Coming, Unwanted};
use guest::Guest;
use line::Line;
use often::Often;
use proxies::Proxies;
use room::Room;
use seats::{Census, Doing, Peer, Seat, Seats, Whose};

/// Most connections at a time, where nothing else is said.
pub const CONNECTIONS_MAX: usize = 4_096;
/// Most of one address.
pub const CONNECTIONS_OF_ONE_MAX: usize = 1_024;
/// How long a connection may stand still in the middle of a request or an answer, where nothing else is said.
pub const STALL_SECONDS: u32 = 30;
/// How long a client may take to send the head of a request, the time between two requests included.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Most bytes of a head; also what is kept of a connection's bytes at a time.
const HEAD_BYTES_MAX: usize = 32 << 10;
/// How long answers may take to finish once the server was asked to stop.
const END_WITHIN: Duration = Duration::from_secs(10);
/// How long to wait when the system has no more connections to give.
const FULL_PAUSE: Duration = Duration::from_millis(50);
/// Requests a second of one address by which nobody turned out to be known, and so many at once.
const STRANGERS: (u32, u32) = (200, 1_000);
/// New connections a second of one address, and so many at once.
const ARRIVALS: (u32, u32) = (500, 2_000);
/// How long a request or a connection waits at most that comes too often.
const QUEUE_MAX: Duration = Duration::from_secs(1);
/// Requests that are answered at a time, of each who takes turns.
const TURNS: room::Most = room::Most { strangers: [usize::MAX, 8], known: [usize::MAX, 8] };
/// Files and connections that are left for all else the program does.
const FILES_FOR_THE_REST: usize = 128;

/// What connections are held to.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Most at a time.
    pub connections: usize,
    /// Most of one address.
    pub of_one: usize,
    /// How long one may stand still.
    pub stall: Duration,
    /// Requests a second of strangers at one address, before they wait; none: they never do.
    pub strangers: Option<NonZeroU32>,
    /// Who is believed when they say for whom they ask.
    pub proxies: Proxies,
    /// How much of requests is held in memory.
    pub room: room::Most,
    /// Where connections are counted.
    pub census: Arc<Census>,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS_MAX,
            of_one: CONNECTIONS_OF_ONE_MAX,
            stall: Duration::from_secs(STALL_SECONDS.into()),
            strangers: NonZeroU32::new(STRANGERS.0),
            proxies: Proxies::default(),
            room: room::Most::default(),
            census: Arc::default(),
        }
    }
}

impl Bounds {
    /// Never more connections than the system lets this program have.
    #[must_use]
    pub fn within_what_may_be_open(self) -> Self {
        let most = files_max().map_or(usize::MAX, |files| files.saturating_sub(FILES_FOR_THE_REST).max(files / 2));
        Self { connections: self.connections.min(most), ..self }
    }
}

/// How many files and connections this program may have open, where the system says so.
fn files_max() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

/// What all connections share.
struct House {
    router: Router,
    bounds: Bounds,
    seats: Arc<Seats>,
    room: Arc<Room>,
    turns: Arc<Room>,
    strangers: Option<Often>,
    arrivals: Often,
}

/// Serves until asked to stop, then lets answers that have begun finish.
pub async fn serve(listener: TcpListener, router: Router, bounds: Bounds, stop: impl Future<Output = ()>) {
    let house = Arc::new(House {
        router,
        seats: Arc::new(Seats::new(bounds.connections, bounds.of_one, Arc::clone(&bounds.census))),
        room: Arc::new(Room::new(bounds.room)),
        turns: Arc::new(Room::new(TURNS)),
        strangers: bounds.strangers.map(|often| Often::a_second(often.get(), often.get().saturating_mul(5))),
        arrivals: Often::a_second(ARRIVALS.0, ARRIVALS.1),
        bounds,
    });
    let open = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        if let Ok((stream, from)) = accepted {
            drop(tokio::spawn(Arc::clone(&house).connection(stream, from, open.watcher())));
        } else {
            house.seats.spare();
            tokio::time::sleep(FULL_PAUSE).await;
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(END_WITHIN, open.shutdown()).await;
}

impl House {
    /// Serves one connection, until it ends or another needs its place.
    async fn connection(self: Arc<Self>, stream: TcpStream, from: SocketAddr, open: Watcher) {
        let peer = Peer::of(from.ip());
        let whose = if self.bounds.proxies.are(from.ip()) { Whose::OfMany } else { Whose::OfOne };
        let taken = self.seats.take(peer, whose);
        let seat = &taken.seat;
        let _ = stream.set_nodelay(true);
        let served = async {
            if whose == Whose::OfOne {
                pause(self.arrivals.queue(peer, QUEUE_MAX)).await;
            }
            let service = service_fn(|request| self.answer(request, from, seat));
            let line = Line::new(stream, Arc::clone(seat), self.bounds.stall);
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_WITHIN)
                .max_buf_size(HEAD_BYTES_MAX)
                .serve_connection(TokioIo::new(line), service);
            // A client that breaks off is no error of ours.
            let _ = open.watch(connection).await;
        };
        tokio::select! { () = served => (), () = seat.ended() => () }
    }

    /// Answers one request.
    async fn answer(
        &self,
        mut request: hyper::Request<Incoming>,
        from: SocketAddr,
        seat: &Seat,
    ) -> Result<Response, Infallible> {
        seat.does(Doing::Answers);
        let client = SocketAddr::new(self.bounds.proxies.client(from.ip(), request.headers()), from.port());
        let guest = Guest::new(Peer::of(client.ip()), Arc::clone(&self.room), Arc::clone(&self.turns));
        request.extensions_mut().insert(ConnectInfo(client));
        request.extensions_mut().insert(guest.clone());
        let unwanted = unwanted(request.headers());
        let request = request.map(|body| axum::body::Body::new(Coming::new(body, self.bounds.stall, unwanted)));
        let Ok(response) = self.router.clone().oneshot(request).await;
        guest.leaves();
        pause(self.wait(&guest, &response)).await;
        seat.does(if is_stream(&response) { Doing::Tells } else { Doing::Waits });
        Ok(response)
    }

    /// How long an answer is kept back: those who come too often come more slowly for it, and cost others nothing.
    fn wait(&self, guest: &Guest, response: &Response) -> Duration {
        match &self.strangers {
            Some(strangers) if !guest.is_known() => strangers.queue(guest.peer(), QUEUE_MAX),
            Some(_) if response.status() == StatusCode::TOO_MANY_REQUESTS => QUEUE_MAX,
            _ => Duration::ZERO,
        }
    }
}

async fn pause(wait: Duration) {
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}

/// Who waits to be asked for a body is not asked for one that nobody wants.
fn unwanted(headers: &HeaderMap) -> Unwanted {
    if headers.contains_key(header::EXPECT) { Unwanted::Left } else { Unwanted::ReadPast }
}

fn is_stream(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// Completes when the program is asked to stop: Ctrl-C, or the signal that service managers send. It listens for them from
/// the call on, not only once it is waited for.
pub fn asked_to_stop() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let (interrupt, terminate) = {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| {
            let listening = signal(kind);
            async move {
                match listening {
                    Ok(mut signal) => drop(signal.recv().await),
                    Err(_) => std::future::pending().await,
                }
            }
        };
        (listen(SignalKind::interrupt()), listen(SignalKind::terminate()))
    };
    #[cfg(not(unix))]
    let (interrupt, terminate) = (async { drop(tokio::signal::ctrl_c().await) }, std::future::pending::<()>());
    async {
        tokio::select! { () = interrupt => (), () = terminate => () }
    }
}

#[cfg(test)]
#[path = "server/tests.rs"]
mod tests;
