//! Scripts, styles, icons and the font, each under a name that changes with what it holds.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

mod files {
    include!(concat!(env!("OUT_DIR"), "/assets.rs"));
}

pub use files::{APP_CSS, APP_JS, ICONS};

/// A file of the bundle.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its name, with the digest of what it holds.
    pub name: &'static str,
    /// What it is.
    pub content_type: &'static str,
    /// What it holds.
    pub plain: &'static [u8],
    /// The same, compressed with Brotli; empty where that saves nothing.
    pub brotli: &'static [u8],
}

/// `GET /assets/{name}`
pub async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = files::ASSETS.iter().find(|a| a.name == name) else {
        return (StatusCode::NOT_FOUND, "no such file\n").into_response();
    };
    let always = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "accept-encoding"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let brotli = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok());
    let takes_brotli = brotli.flat_map(|v| v.split(',')).any(|e| e.trim() == "br" || e.trim().starts_with("br;"));
    if takes_brotli && !asset.brotli.is_empty() {
        return (always, [(header::CONTENT_ENCODING, "br")], asset.brotli).into_response();
    }
    (always, asset.plain).into_response()
}
