//! Who may come in. On the loopback address everyone who reaches it; from elsewhere only who has the server's token, or
//! is someone who works here.

pub mod books;
pub mod caller;
pub mod limits;
pub mod pages;
pub mod provider;
pub mod streams;

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::api::problem::Problem;
use crate::app::App;
use crate::server::guest::Guest;
use crate::server::seats::Peer;
use books::OfBusiness;
use caller::{Asks, Proof, caller};
use limits::Limits;
use provider::Provider;
use streams::{STREAMS_MAX, Streams};

/// The fewest characters of a token.
pub const TOKEN_CHARS_MIN: usize = 16;
const COOKIE: &str = "amends_door";
/// What the server tells of itself, and of every business on it.
const METRICS: &str = "/metrics";
/// Names by which a browser on this machine reaches a loopback address.
const LOOPBACK_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// What is asked of those who come in.
#[derive(Debug)]
pub struct Door {
    /// Digest of the token that is needed; none: nothing is asked.
    token: Option<[u8; 32]>,
    /// Whether only this machine can reach us.
    loopback: bool,
    /// How often one may ask.
    limits: Limits,
    /// Streams that are open.
    streams: Streams,
    /// Where people may sign in beside here.
    provider: Option<Provider>,
    /// Whether browsers reach us by https, so that cookies are sent by nothing else.
    is_secure: bool,
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
        let (limits, streams) = (Limits::new(None), Streams::new(STREAMS_MAX));
        Ok(Self { token: token.map(digest), loopback, limits, streams, provider: None, is_secure: false })
    }

    /// The same, with so many requests a second for each key and account; none: as many as they like.
    #[must_use]
    pub fn limited(self, requests: Option<NonZeroU32>) -> Self {
        Self { limits: Limits::new(requests), ..self }
    }

    /// The same, with so many open streams for each key and account.
    #[must_use]
    pub fn streaming(self, of_one: u32) -> Self {
        Self { streams: Streams::new(of_one), ..self }
    }

    /// The same, reached by this address.
    #[must_use]
    pub fn reached_by(self, public: &str) -> Self {
        Self { is_secure: public.starts_with("https://"), ..self }
    }

    /// The same, where people may also sign in at a provider.
    #[must_use]
    pub fn with_provider(self, provider: Provider) -> Self {
        Self { provider: Some(provider), ..self }
    }

    /// How often one may ask.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Streams that are open.
    pub const fn streams(&self) -> &Streams {
        &self.streams
    }

    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let is = |given: [u8; 32]| bool::from(given.ct_eq(token));
        if let Some(given) = bearer(headers) {
            return is(digest(given));
        }
        cookie(headers, COOKIE).is_some_and(|given| bool::from(given.as_bytes().ct_eq(pass(token).as_bytes())))
    }
}

/// From where a request comes, as far as it can be told.
#[derive(Clone, Debug)]
pub struct From(Option<Peer>);

impl From {
    /// Of a request's extensions.
    pub fn of(extensions: &Extensions) -> Self {
        Self(extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(at)| Peer::of(at.ip())))
    }

    /// The address, as a key for limits.
    pub fn address(&self) -> String {
        self.0.map_or_else(|| "unknown".to_owned(), |peer| peer.to_string())
    }
}

impl<S: Sync> FromRequestParts<S> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.extensions))
    }
}

/// The token that a program sends.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let given = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    given.and_then(|given| of_scheme(given, "bearer"))
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

/// What a browser keeps under a name.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|v| v.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
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

/// As [`host`], and lets in who has the token or works here: programs by their header, people after signing in. One layer
/// for both, since it stands before every question. Who comes in as someone of a business sees what is of theirs.
pub async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if let Some(problem) = elsewhere(&app.door, &request) {
        return problem.into_response();
    }
    let asks = Asks::of(request.method(), request.extensions(), request.headers());
    let found = caller(&app, asks, Proof::Form).await;
    let path = request.uri().path();
    match found {
        // Other methods are told that there is none such here.
        Ok(Some(_)) if path == METRICS && request.method() == Method::GET => of_the_server().into_response(),
        Ok(Some((me, _))) => {
            request.extensions_mut().insert(OfBusiness(me.business));
            next.run(request).await
        }
        Err(turned) => turned.into_response(),
        Ok(None) if app.door.admits(request.headers()) => {
            if let Some(guest) = Guest::of(request.extensions()) {
                guest.is_let_in();
            }
            next.run(request).await
        }
        Ok(None) if path.starts_with("/v1/") || path == METRICS => {
            Problem::new(StatusCode::UNAUTHORIZED, "this needs the server's token")
                .hint("send it as `Authorization: Bearer TOKEN`")
                .into_response()
        }
        Ok(None) => {
            let whole = request.uri().path_and_query().map_or(path, axum::http::uri::PathAndQuery::as_str);
            let next: String = form_urlencoded::byte_serialize(whole.as_bytes()).collect();
            let to = if whole == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={next}") };
            Redirect::to(&to).into_response()
        }
    }
}

/// What is told of the whole server is for whoever runs it: nobody of one business reads what is of another.
fn of_the_server() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "this is about every business on this server, and you came in as someone of one",
    )
    .code("not_yours")
    .hint("send the server's token instead")
}
/// What follows the name of a scheme, in whatever letters that is written (RFC 9110).
pub fn of_scheme<'g>(given: &'g str, scheme: &str) -> Option<&'g str> {
    let (named, rest) = given.split_once(' ')?;
    named.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}
