//! Messages as clients really send them, before the protocol's library reads them: several at once, of a loose type, or none.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

/// Most messages at once.
const MESSAGES_MAX: usize = 50;
/// Most bytes of one answer.
const ANSWER_BYTES_MAX: usize = 8 << 20;
/// What the library answers with.
const BOTH: &str = "application/json, text/event-stream";

/// Answers what was sent: one message, or several at once as clients of 2025-03-26 may.
pub(super) async fn answer(mut parts: Parts, message: Bytes, next: Next) -> Response {
    accept_all(&mut parts);
    if parts.method != Method::POST {
        return next.run(Request::from_parts(parts, Body::from(message))).await;
    }
    match serde_json::from_slice::<Value>(&message) {
        Err(e) => wrong(StatusCode::BAD_REQUEST, &Value::Null, -32700, &format!("the message is no JSON: {e}")),
        Ok(Value::Array(all)) if all.is_empty() || all.len() > MESSAGES_MAX => {
            let says = format!("send 1 to {MESSAGES_MAX} messages at once");
            wrong(StatusCode::BAD_REQUEST, &Value::Null, -32600, &says)
        }
        Ok(Value::Array(all)) => each(parts, all, next).await,
        Ok(one) => match refused(&one) {
            Some(says) => wrong(StatusCode::OK, id_of(&one), -32602, &says),
            None => next.run(Request::from_parts(parts, Body::from(message))).await,
        },
    }
}

/// Whoever takes anything takes what there is.
fn accept_all(parts: &mut Parts) {
    let says = parts.headers.get(header::ACCEPT).and_then(|v| v.to_str().ok());
    let any = |says: &str| says.split(',').any(|one| matches!(one.split(';').next().unwrap_or(one).trim(), "*/*" | ""));
    if says.is_none_or(any) {
        parts.headers.insert(header::ACCEPT, HeaderValue::from_static(BOTH));
    }
}

/// Why a message cannot be what is meant, in words that a model can go by.
fn refused(message: &Value) -> Option<String> {
    let of = |name: &str| message.pointer(&format!("/params/{name}"));
    match message.get("method").and_then(Value::as_str)? {
        "tools/call" => match of("arguments") {
            None | Some(Value::Null | Value::Object(_)) => None,
            Some(Value::String(_)) => {
                Some("`arguments` is a text: send it as a JSON object, not as text that holds one".to_owned())
            }
            Some(_) => {
                Some("`arguments` is no JSON object: send the names and values that the tool asks for".to_owned())
            }
        },
        "initialize" if of("protocolVersion").is_none_or(|version| !version.is_string()) => {
            Some("`protocolVersion` is missing: send the version that you speak, such as `2025-06-18`".to_owned())
        }
        _ => None,
    }
}

async fn each(parts: Parts, all: Vec<Value>, next: Next) -> Response {
    let mut answers = Vec::new();
    for message in all {
        if let Some(says) = refused(&message) {
            answers.push(error(id_of(&message), -32602, &says));
            continue;
        }
        let mut parts = parts.clone();
        parts.headers.remove(header::CONTENT_LENGTH);
        let answer = next.clone().run(Request::from_parts(parts, Body::from(message.to_string()))).await;
        let body = axum::body::to_bytes(answer.into_body(), ANSWER_BYTES_MAX).await.unwrap_or_default();
        match serde_json::from_slice::<Value>(&body) {
            Ok(answer) => answers.push(answer),
            // What asks for nothing is answered with nothing.
            Err(_) if message.get("id").is_none() => {}
            Err(_) => {
                let says = String::from_utf8_lossy(&body);
                answers.push(error(id_of(&message), -32600, &format!("the message is none of the protocol: {says}")));
            }
        }
    }
    if answers.is_empty() {
        return StatusCode::ACCEPTED.into_response();
    }
    json_of(StatusCode::OK, &Value::Array(answers))
}

fn id_of(message: &Value) -> &Value {
    message.get("id").unwrap_or(&Value::Null)
}

fn error(id: &Value, code: i32, says: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": says } })
}

fn wrong(status: StatusCode, id: &Value, code: i32, says: &str) -> Response {
    json_of(status, &error(id, code, says))
}

fn json_of(status: StatusCode, value: &Value) -> Response {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (status, [kind], value.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_model_should_have_sent_is_said() {
        let of = |message: Value| refused(&message);
        let call = |arguments: Value| json!({ "method": "tools/call", "params": { "name": "assess", "arguments": arguments } });
        assert!(of(call(json!("{}"))).unwrap().contains("is a text"));
        assert!(of(call(json!([1]))).unwrap().contains("no JSON object"));
        assert_eq!([of(call(json!({}))), of(call(Value::Null)), of(json!({ "method": "ping" }))], [None, None, None]);
        assert!(of(json!({ "method": "initialize", "params": {} })).is_some());
        assert!(of(json!({ "method": "initialize", "params": { "protocolVersion": 3 } })).is_some());
        assert_eq!(of(json!({ "method": "initialize", "params": { "protocolVersion": "2025-06-18" } })), None);
    }
}
