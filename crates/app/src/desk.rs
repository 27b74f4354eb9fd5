//! The pages people see: one file a page, with its struct, its handler and its template.

pub mod ask;
pub mod assets;
pub mod book;
pub mod changes;
pub mod consult;
pub mod draw;
pub mod form;
pub mod page;
pub mod problems;
pub mod reference;

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use page::{Frame, NotFound, html};

/// Nothing but what we serve ourselves, and no scripts or styles inside pages.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What every page says about itself.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Nothing to others; and our own forms name where they come from, which `no-referrer` would keep from us too.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A path that leads nowhere.
pub async fn not_found() -> Response {
    html(StatusCode::NOT_FOUND, &NotFound::new(Frame::bare("Not found"), "There is no page at this address."))
}
