//! AI agents come in here: routes of the interface as tools of the Model Context Protocol.
//!
//! A tool is one or two requests to `/v1`, made with the agent's own token, so whatever holds there holds here: limits,
//! budgets, approvals, and that what an agent says is a claim. Nothing in here can do what the interface would not.

mod agent;
mod call;
mod messages;
mod tools;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

pub use agent::Agent;
pub use call::{Api, Token, within};

use crate::api::body::received;
use crate::api::me::In;
use crate::api::problem::Problem;
use crate::app::App;

/// Most bytes of one message.
const MESSAGE_BYTES_MAX: usize = 1 << 20;

/// `/mcp`, before the routes that its tools call. There are no sessions: each message brings its token, so one that was
/// taken away is of no use at the next.
pub fn router(app: &App, routes: Router) -> Router<App> {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        // The door checks the host, for all routes alike. A page of a browser is no agent.
        .disable_allowed_hosts()
        .enforce_origin_validation()
        .with_max_request_body_bytes(MESSAGE_BYTES_MAX);
    let agent = Agent::of_each_message(Api::Within(routes));
    let service = StreamableHttpService::new(move || Ok(agent.clone()), NeverSessionManager::default().into(), config);
    Router::new().route_service("/mcp", service).layer(from_fn_with_state(app.clone(), admit))
}

/// Lets in AI agents, and nobody else: a person's authority is not lent to a model.
async fn admit(In { me, .. }: In, request: Request, next: Next) -> Response {
    if !me.person.person().is_agent() {
        let title = format!("`{}` is a person, and an AI agent acts as itself", me.person.id);
        return Problem::new(StatusCode::FORBIDDEN, title)
            .code("not_an_agent")
            .hint("give it a token of its own: `amends people add .. --role ai`")
            .into_response();
    }
    let (parts, body) = request.into_parts();
    let again = Request::from_parts(parts.clone(), body);
    match received(again, MESSAGE_BYTES_MAX).await {
        Ok(message) => messages::answer(parts, message, next).await,
        Err(problem) => problem.into_response(),
    }
}
