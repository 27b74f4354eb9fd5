//! The listener: connections, their limits, and an end that lets answers finish.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

/// Most connections at a time; more wait.
const CONNECTIONS_MAX: usize = 4_096;
/// How long a client may take to send the head of a request.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// How long answers may take to finish once the server was asked to stop.
const END_WITHIN: Duration = Duration::from_secs(10);
/// How long to wait when the system has no more connections to give.
const FULL_PAUSE: Duration = Duration::from_millis(50);

/// Serves until asked to stop, then lets answers that have begun finish.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let open = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { break };
        let (stream, from) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => {
                let Ok(accepted) = accepted else {
                    tokio::time::sleep(FULL_PAUSE).await;
                    continue;
                };
                accepted
            }
        };
        let connection = open.watch(connection(stream, from, router.clone()));
        tokio::spawn(async move {
            // A client that breaks off is no error of ours.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(END_WITHIN, open.shutdown()).await;
}

fn connection(
    stream: TcpStream,
    from: SocketAddr,
    router: Router,
) -> hyper::server::conn::http1::Connection<
    TokioIo<TcpStream>,
    impl hyper::service::Service<
        hyper::Request<Incoming>,
        Response = axum::response::Response,
        Error = std::convert::Infallible,
        Future: Send,
    >,
> {
    let _ = stream.set_nodelay(true);
    let service = router.map_request(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(axum::extract::ConnectInfo(from));
        request.map(axum::body::Body::new)
    });
    hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
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
