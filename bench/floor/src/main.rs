//! What `amends serve` is held against: the same web server, with a route that does nothing.
//!
//! Reads the body, as every server must, and answers a small JSON that never changes. `server.rs` is that of
//! `amends serve`, so that connections, limits and timers are the same.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::post;

#[allow(missing_docs, dead_code, unused_imports, reason = "it is documented, and used, where it stands")]
#[path = "../../../crates/app/src/server.rs"]
mod server;

const ANSWER: &str = r#"{"standing":"discretion"}"#;

async fn answer(_body: Bytes) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], ANSWER)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address: SocketAddr =
        std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(([127, 0, 0, 1], 7172).into());
    let listener = tokio::net::TcpListener::bind(address).await?;
    let router = Router::new().route("/v1/assess", post(answer));
    // Nobody is known here, and nobody is to wait for it.
    let bounds = server::Bounds { strangers: None, ..server::Bounds::default() };
    server::serve(listener, router, bounds, server::asked_to_stop()).await;
    Ok(())
}
