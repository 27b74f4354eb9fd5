//! Bodies and queries of requests.

use std::time::Duration;

use amends_core::facts::read::MAX_DOCUMENT_BYTES;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{Form, FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::app::App;
use crate::report::did_you_mean;
use crate::server::coming::Broken;
use crate::server::guest::Guest;
use crate::server::room::NoRoom;

/// The pairs of a form as browsers send it. What is no UTF-8 is read as best it can be.
pub fn form_of(body: &[u8]) -> Vec<(String, String)> {
    // A letter that is none, and that not every engine takes.
    let without = |text: String| if text.contains('\0') { text.replace('\0', "") } else { text };
    form_urlencoded::parse(body).into_owned().map(|(name, value)| (without(name), without(value))).collect()
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
/// Most bytes of what is typed into a page of someone who is known.
pub const TYPED_BYTES_MAX: usize = 2 << 20;
/// Most bytes that are read of those who are to say who they are, before they have: no more than a head has.
pub const BEFORE_IDENTITY_BYTES_MAX: usize = 32 << 10;
/// When to send again what there was no room for, in seconds.
const NO_ROOM_SECONDS: u64 = 5;

/// A body that is JSON text of a length that is read.
pub struct Document(pub String);

impl FromRequest<App> for Document {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the document is not sent as JSON")
                .hint("send the header `Content-Type: application/json`"));
        }
        let bytes = received(request, MAX_DOCUMENT_BYTES).await?;
        let text = String::from_utf8(bytes.into()).map_err(|e| {
            let at = e.utf8_error().valid_up_to();
            Problem::new(
                StatusCode::BAD_REQUEST,
                format!("the document is not UTF-8: byte {at} cannot be read as text"),
            )
        })?;
        if has_nul(&text) {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "a text of the document has the letter `\\u0000`",
            )
            .hint("leave it out: it is no letter, and nothing that reads texts takes it"));
        }
        Ok(Self(text))
    }
}

/// Whether JSON holds the letter NUL, which stands in it as `\u0000` only.
fn has_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let before = json.get(..at).unwrap_or_default();
        let backslashes = before.len() - before.trim_end_matches('\\').len();
        // After one backslash more it is the letters u0000.
        backslashes % 2 == 0
    })
}

/// What is typed into a form of a page.
pub struct TypedIn(pub Bytes);

impl FromRequest<App> for TypedIn {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        received(request, TYPED_BYTES_MAX).await.map(Self)
    }
}

/// What is typed into a form that anyone may send: of few bytes.
pub struct Small<T, const MOST: usize>(pub T);

impl<T: DeserializeOwned, const MOST: usize> FromRequest<App> for Small<T, MOST> {
    type Rejection = Response;

    async fn from_request(request: Request, _: &App) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let guest = Guest::of(&parts.extensions).cloned();
        let bytes = gathered(body, guest, MOST).await.map_err(Problem::into_response)?;
        let form = Form::<T>::from_request(Request::from_parts(parts, Body::from(bytes)), &()).await;
        form.map(|Form(typed)| Self(typed)).map_err(axum::response::IntoResponse::into_response)
    }
}

/// A body, in time and not too large.
///
/// # Errors
/// When it is neither, does not come whole, or there is no room for it now.
pub async fn received(request: Request, most: usize) -> Result<Bytes, Problem> {
    let guest = Guest::of(request.extensions()).cloned();
    gathered(request.into_body(), guest, most).await
}

async fn gathered(body: Body, guest: Option<Guest>, most: usize) -> Result<Bytes, Problem> {
    let size = body.size_hint();
    let (least, at_most) = (bytes_of(size.lower()), size.upper().map_or(most, bytes_of));
    if least > most {
        return Err(too_large(most));
    }
    let late = || {
        let within = WITHIN.as_secs();
        Problem::new(StatusCode::REQUEST_TIMEOUT, format!("the document took longer than {within} s to come"))
    };
    let known = guest.as_ref().filter(|guest| guest.is_known());
    if let Some(guest) = known {
        guest.hold(at_most.min(most)).await.map_err(no_room)?;
    }
    // Of strangers, only what has come takes room: those who say that much will come, and send none, keep nobody out.
    let stranger = guest.as_ref().filter(|guest| !guest.is_known());
    tokio::time::timeout(WITHIN, collected(body, most, stranger)).await.map_err(|_| late())?
}

fn bytes_of(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

async fn collected(mut body: Body, most: usize, holder: Option<&Guest>) -> Result<Bytes, Problem> {
    let (mut first, mut all) = (Bytes::new(), Vec::new());
    while let Some(frame) = body.frame().await {
        let Ok(bytes) = frame.map_err(|e| unreceived(&e))?.into_data() else { continue };
        if first.len().max(all.len()) + bytes.len() > most {
            return Err(too_large(most));
        }
        if let Some(guest) = holder {
            guest.hold(bytes.len()).await.map_err(no_room)?;
        }
        if first.is_empty() {
            first = bytes;
        } else {
            if all.is_empty() {
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&bytes);
        }
    }
    Ok(if all.is_empty() { first } else { all.into() })
}

fn is_json(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json")
}

fn too_large(most: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the document has more than {most} bytes"))
        .hint("send only what the rules read")
}

fn no_room(_: NoRoom) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too much is being sent at once")
        .code("no_room")
        .hint(format!("send it again in {NO_ROOM_SECONDS} s"))
}

fn unreceived(error: &axum::Error) -> Problem {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(e) = cause {
        if matches!(e.downcast_ref(), Some(Broken::Slow)) {
            return Problem::new(StatusCode::REQUEST_TIMEOUT, "the document stood still for too long");
        }
        cause = e.source();
    }
    Problem::new(StatusCode::BAD_REQUEST, "the document did not come whole")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_found_in_json_and_left_out_of_forms() {
        for with in [r#"{"name":"a\u0000"}"#, r#"{"name":"\\\u0000"}"#, r#"["\u0000"]"#] {
            assert!(has_nul(with), "{with}");
        }
        for without in [r#"{"name":"\\u0000"}"#, r#"{"name":"u0000 \u0001"}"#, "{}"] {
            assert!(!has_nul(without), "{without}");
        }
        assert_eq!(form_of(b"a=x%00y"), [("a".to_owned(), "xy".to_owned())]);
    }
}
