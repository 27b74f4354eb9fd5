//! Every route, as a table of contents.

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;

use crate::api;
use crate::app::App;
use crate::desk;
use crate::door;

/// Every route of the server.
pub fn router(app: App) -> Router {
    let pages = Router::new()
        .route("/", get(desk::ask::first))
        .route("/ask", get(desk::ask::first))
        .route("/ask/{book}", get(desk::ask::kinds))
        .route("/ask/{book}/{request}", get(desk::ask::blank).post(desk::ask::answer))
        .route("/ask/{book}/intake", post(desk::ask::take_in))
        .route("/case/{book}/{case}", get(desk::ask::case))
        .route("/book/{book}", get(desk::book::read))
        .route("/book/{book}/{policy}", get(desk::book::policy))
        .route("/problems/{book}", get(desk::problems::show))
        .route("/changes", get(desk::changes::stream))
        .route("/sign-in", get(door::form).post(door::sign_in))
        .fallback(desk::not_found)
        .layer(middleware::from_fn(desk::headers))
        .layer(CompressionLayer::new());
    let api = Router::new()
        .route("/v1/assess", post(api::assess::assess))
        .route("/v1/books", get(api::books::list))
        .route("/v1/books/{book}", get(api::books::show))
        .route("/v1/books/{book}/questions/schema", get(api::books::questions))
        .route("/v1/books/{book}/policies/{policy}", get(api::books::policy))
        .route("/v1/openapi.json", get(api::openapi::document))
        .route("/v1/{*rest}", axum::routing::any(api::problem::no_such_route))
        .method_not_allowed_fallback(api::problem::wrong_method);
    let open = Router::new().route("/health", get(api::health)).route("/assets/{name}", get(desk::assets::serve));
    pages
        .merge(api)
        .layer(middleware::from_fn_with_state(Arc::clone(&app.door), door::guard))
        .merge(open)
        .layer(middleware::from_fn_with_state(Arc::clone(&app.door), door::host))
        .with_state(app)
}
