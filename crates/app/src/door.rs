//! Who may come in. On the loopback address everyone who reaches it; from elsewhere only who has the token.

use std::fmt::Write as _;
use std::net::IpAddr;

use askama::Template;
use axum::extract::{Form, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::api::problem::Problem;
use crate::app::App;
use crate::desk::page::{Frame, html};

/// The fewest characters of a token.
pub const TOKEN_CHARS_MIN: usize = 16;
const COOKIE: &str = "amends_door";
/// Names by which a browser on this machine reaches a loopback address.
const LOOPBACK_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// What is asked of those who come in.
#[derive(Debug)]
pub struct Door {
    /// Digest of the token that is needed; none: nothing is asked.
    token: Option<[u8; 32]>,
    /// Whether only this machine can reach us.
    loopback: bool,
}

impl Door {
    /// A door at an address. Without a token only for an address that no other machine reaches.
    ///
    /// # Errors
    /// When other machines could come in without a token, or the token is too short.
    pub fn new(address: IpAddr, token: Option<&str>) -> anyhow::Result<Self> {
        let loopback = address.is_loopback();
        match token {
            None if !loopback => anyhow::bail!(
                "{address} can be reached from other machines: put a token of at least {TOKEN_CHARS_MIN} characters into a file and give it with `--token-file`, or listen on 127.0.0.1"
            ),
            Some(token) if token.chars().count() < TOKEN_CHARS_MIN => anyhow::bail!(
                "the token has fewer than {TOKEN_CHARS_MIN} characters: make one with `openssl rand -hex 24`"
            ),
            _ => {}
        }
        Ok(Self { token: token.map(digest), loopback })
    }

    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let is = |given: [u8; 32]| bool::from(given.ct_eq(token));
        if let Some(given) = bearer(headers) {
            return is(digest(given));
        }
        cookie(headers).is_some_and(|given| bool::from(given.as_bytes().ct_eq(pass(token).as_bytes())))
    }
}

/// The token that a program sends.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let given = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    given.and_then(|v| v.strip_prefix("Bearer ")).map(str::trim)
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// What a browser keeps after signing in: nothing that the token could be read from.
fn pass(token: &[u8; 32]) -> String {
    let digest = Sha256::new().chain_update(b"amends: signed in\0").chain_update(token).finalize();
    let mut hex = String::new();
    for byte in digest {
        // Writing to a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|v| v.split(';')).find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// Turns away requests that name another host: a page elsewhere must not reach us through the reader's browser.
pub async fn host(State(app): State<App>, request: Request, next: Next) -> Response {
    match elsewhere(&app.door, &request) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}

fn elsewhere(door: &Door, request: &Request) -> Option<Problem> {
    (door.loopback && !names_loopback(request)).then(|| {
        Problem::new(StatusCode::MISDIRECTED_REQUEST, "this server answers to `localhost` only")
            .hint("open it as http://127.0.0.1 with its port")
    })
}

fn names_loopback(request: &Request) -> bool {
    let named = request.headers().get(header::HOST).and_then(|v| v.to_str().ok());
    let Some(named) = named.or_else(|| request.uri().host()) else { return true };
    let name = named
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(named, |(name, _)| name);
    LOOPBACK_NAMES.iter().any(|l| name.eq_ignore_ascii_case(l))
}

/// As [`host`], and lets in who has the token: programs by their header, people after signing in. One layer for both,
/// since it stands before every question.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    if let Some(problem) = elsewhere(&app.door, &request) {
        return problem.into_response();
    }
    let path = request.uri().path();
    if path == "/sign-in" || app.door.admits(request.headers()) || is_a_persons(&app, request.headers()).await {
        return next.run(request).await;
    }
    if path.starts_with("/v1/") || path == "/metrics" {
        return Problem::new(StatusCode::UNAUTHORIZED, "this needs the server's token")
            .hint("send it as `Authorization: Bearer TOKEN`")
            .into_response();
    }
    Redirect::to("/sign-in").into_response()
}

/// Whether someone who works here sends their own token.
async fn is_a_persons(app: &App, headers: &HeaderMap) -> bool {
    let (Some(records), Some(token)) = (&app.records, bearer(headers)) else { return false };
    matches!(records.who(token).await, Ok(Some(_)))
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    frame: Frame,
    wrong: bool,
}

/// `GET /sign-in`
pub async fn form(State(app): State<App>) -> Response {
    if app.door.token.is_none() {
        return Redirect::to("/ask").into_response();
    }
    html(StatusCode::OK, &SignIn { frame: Frame::bare("Sign in"), wrong: false })
}

/// What is typed into the form.
#[derive(Deserialize)]
pub struct Given {
    token: String,
}

/// `POST /sign-in`
pub async fn sign_in(State(app): State<App>, uri: Uri, Form(given): Form<Given>) -> Response {
    let Some(token) = app.door.token else { return Redirect::to("/ask").into_response() };
    if !bool::from(digest(given.token.trim()).ct_eq(&token)) {
        return html(StatusCode::FORBIDDEN, &SignIn { frame: Frame::bare("Sign in"), wrong: true });
    }
    let secure = if uri.scheme_str() == Some("https") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200{secure}", pass(&token));
    let mut response = Redirect::to("/ask").into_response();
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}
