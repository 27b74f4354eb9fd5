//! One request to the interface: within this program, or to a server elsewhere.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::connect::http::{Http, NoReply};

/// Most bytes of an answer.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// Where requests go.
#[derive(Clone, Debug)]
pub enum Api {
    /// To the routes of this program.
    Within(Router),
    /// To a server, by its address without a path.
    Over(Http, String),
}

/// What lets an agent in. It is in no log.
#[derive(Clone)]
pub struct Token(pub String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// A request.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its method.
    pub method: Method,
    /// Its path, with the query.
    pub path: String,
    /// Its body.
    pub body: Option<Value>,
    /// By what a repeated request is told.
    pub key: Option<String>,
    /// The version of the case that is meant.
    pub version: Option<u64>,
}

impl Call {
    /// Reads something.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None, key: None, version: None }
    }

    /// Does something.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::POST, body: Some(body), ..Self::get(path) }
    }
}

/// An answer that is good.
#[derive(Clone, Debug)]
pub struct Got {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its document.
    pub json: Value,
}

/// An answer that is not: a problem document, with its status.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The status; 0 where there was no answer.
    pub status: u16,
    /// The document.
    pub json: Value,
}

impl Problem {
    /// Of our own making.
    pub fn own(status: u16, title: impl Into<String>, detail: impl Into<String>) -> Self {
        let (title, detail) = (title.into(), detail.into());
        Self { status, json: json!({ "title": title, "status": status, "detail": detail }) }
    }

    /// The word for machines.
    pub fn code(&self) -> &str {
        member(&self.json, "code")
    }
}

/// A text of a document; empty where it has none.
pub fn member<'v>(json: &'v Value, name: &str) -> &'v str {
    json.get(name).and_then(Value::as_str).unwrap_or_default()
}

impl Api {
    /// Sends a request with a token.
    ///
    /// # Errors
    /// What the interface says is wrong, or that it does not answer.
    pub async fn send(&self, token: &Token, call: Call) -> Result<Got, Problem> {
        let headers = headers_of(token, &call)?;
        let body = call.body.map(|json| json.to_string()).unwrap_or_default();
        let (status, headers, text) = match self {
            Self::Within(routes) => within(routes.clone(), call.method, &call.path, headers, body).await?,
            Self::Over(http, server) => {
                let url = format!("{server}{}", call.path);
                let answer = http.exchange(call.method, &url, headers, body.into(), ANSWER_BYTES_MAX).await;
                answer.map_err(|e| no_answer(server, &e))?
            }
        };
        let is_json = |text: &str| serde_json::from_str::<Value>(text).ok();
        match (status.is_success(), is_json(&text)) {
            (true, Some(json)) => Ok(Got { headers, json }),
            (false, Some(json)) if json.get("title").is_some_and(Value::is_string) => {
                Err(Problem { status: status.as_u16(), json })
            }
            _ => Err(Problem::own(
                status.as_u16(),
                format!("the server answered {status}, and not as this interface does"),
                "check that the address is that of an Amends server",
            )),
        }
    }
}

fn headers_of(token: &Token, call: &Call) -> Result<HeaderMap, Problem> {
    let bad = |what: &str| Problem::own(400, format!("{what} cannot be sent"), "use letters and digits only");
    let mut headers = HeaderMap::new();
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.0)).map_err(|_| bad("the token"))?;
    bearer.set_sensitive(true);
    headers.insert(header::AUTHORIZATION, bearer);
    if call.body.is_some() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Some(key) = &call.key {
        let key = HeaderValue::try_from(key).map_err(|_| bad("`idempotency_key`"))?;
        headers.insert(HeaderName::from_static("idempotency-key"), key);
    }
    if let Some(version) = call.version {
        let tag = HeaderValue::try_from(format!("\"{version}\"")).map_err(|_| bad("the version"))?;
        headers.insert(header::IF_MATCH, tag);
    }
    Ok(headers)
}

/// One request to routes of this program; the answer's status, headers and text.
///
/// # Errors
/// When it cannot be made, or its answer is too large.
pub async fn within(
    routes: Router,
    method: Method,
    path: &str,
    headers: HeaderMap,
    body: String,
) -> Result<(StatusCode, HeaderMap, String), Problem> {
    let broken = |e: &dyn std::fmt::Display| Problem::own(500, format!("the request cannot be made: {e}"), "");
    let uri: Uri = path.parse().map_err(|e| broken(&e))?;
    let mut request = Request::builder().method(method).uri(uri).body(Body::new(Full::new(Bytes::from(body))));
    if let Ok(request) = &mut request {
        *request.headers_mut() = headers;
    }
    let request = request.map_err(|e| broken(&e))?;
    let Ok(answer) = routes.oneshot(request).await;
    let (parts, body) = answer.into_parts();
    let bytes = Limited::new(body, ANSWER_BYTES_MAX).collect().await.map_err(|e| broken(&e))?.to_bytes();
    Ok((parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned()))
}

fn no_answer(server: &str, e: &NoReply) -> Problem {
    let done = match e {
        NoReply::NeverSent(_) => "nothing was done; check that `amends serve` runs there",
        NoReply::Lost(_) => "whether it was done is not known: call the tool again with the same arguments",
    };
    Problem::own(0, format!("{server} does not answer: {e}"), done)
}
