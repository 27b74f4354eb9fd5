//! Bodies and queries of requests.

use std::time::Duration;

use amends_core::facts::read::MAX_DOCUMENT_BYTES;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, Uri, header};

use super::problem::Problem;
use crate::app::App;
use crate::report::did_you_mean;

/// The pairs of a form as browsers send it. What is no UTF-8 is read as best it can be.
pub fn form_of(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().collect()
}

/// The values of some names, each empty where the form does not have it.
pub fn parts_of<const N: usize>(body: &[u8], names: [&str; N]) -> [String; N] {
    let mut pairs = form_of(body);
    names.map(|name| pairs.iter_mut().find(|(n, _)| n == name).map(|(_, v)| std::mem::take(v)).unwrap_or_default())
}

/// The parameters of a query, each at most once.
///
/// # Errors
/// When there is one that is not known, or one twice.
pub fn asked<const N: usize>(uri: &Uri, names: [&str; N]) -> Result<[Option<String>; N], Problem> {
    let mut found = names.map(|_| None);
    for (name, value) in form_of(uri.query().unwrap_or_default().as_bytes()) {
        let place = names.iter().zip(&mut found).find(|(n, _)| **n == name).map(|(_, place)| place);
        match place {
            Some(place @ None) => *place = Some(value),
            Some(_) => {
                return Err(
                    Problem::new(StatusCode::BAD_REQUEST, format!("the query says `{name}` twice")).hint("say it once")
                );
            }
            None => {
                return Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    format!("the query says `{name}`, which is not known here"),
                )
                .hint(if N == 0 {
                    "leave the query out".to_owned()
                } else {
                    did_you_mean(&name, &names)
                }));
            }
        }
    }
    Ok(found)
}

/// How long a document may take to come.
const WITHIN: Duration = Duration::from_secs(10);

/// A body that is JSON text of a length that is read.
pub struct Document(pub String);

impl FromRequest<App> for Document {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the document is not sent as JSON")
                .hint("send the header `Content-Type: application/json`"));
        }
        let bytes = received(request.into_body(), MAX_DOCUMENT_BYTES).await?;
        String::from_utf8(bytes.into()).map(Self).map_err(|e| {
            let at = e.utf8_error().valid_up_to();
            Problem::new(
                StatusCode::BAD_REQUEST,
                format!("the document is not UTF-8: byte {at} cannot be read as text"),
            )
        })
    }
}

/// A body, in time and not too large.
///
/// # Errors
/// When it is neither, or does not come whole.
pub async fn received(body: Body, most: usize) -> Result<Bytes, Problem> {
    let late = || {
        let within = WITHIN.as_secs();
        Problem::new(StatusCode::REQUEST_TIMEOUT, format!("the document took longer than {within} s to come"))
    };
    let came = tokio::time::timeout(WITHIN, to_bytes(body, most)).await.map_err(|_| late())?;
    came.map_err(|e| unreceived(&e, most))
}

fn is_json(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json")
}

fn unreceived(error: &axum::Error, most: usize) -> Problem {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(e) = cause {
        if e.is::<http_body_util::LengthLimitError>() {
            return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the document has more than {most} bytes"))
                .hint("send only what the rules read");
        }
        cause = e.source();
    }
    Problem::new(StatusCode::BAD_REQUEST, "the document did not come whole")
}
