//! The connector `webhook`: a step, or an entry of the journal, sent to an address of the business's own.
//!
//! Messages are those of Standard Webhooks. The receiver takes each `webhook-id` once; the id of a step's message is
//! the step's key, the same in every try, so that a call whose answer was lost can be repeated.

use amends_core::fulfilment::Came;
use amends_core::time::{SECOND, Time};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use serde_json::Value;

use super::http::{Http, NoReply, Reply};
use super::signature::{Secret, sign};
use crate::signs::traces::hand_on;

/// Most letters that are kept of what the receiver says.
const SAYS_LETTERS_MAX: usize = 300;

/// What is sent.
#[derive(Clone, Debug)]
pub struct Message<'m> {
    /// To where.
    pub url: &'m str,
    /// Known to both sides; two while they rotate.
    pub secrets: &'m [Secret],
    /// Its id, the same in every try.
    pub id: &'m str,
    /// The JSON.
    pub body: &'m str,
}

/// Sends a message once.
///
/// # Errors
/// When there is no answer.
pub async fn send(http: &Http, message: &Message<'_>, now: Time) -> Result<Reply, NoReply> {
    let seconds = now.micros() / SECOND;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("Amends/", env!("CARGO_PKG_VERSION"))));
    let signature = sign(message.secrets, message.id, seconds, message.body);
    let own = [
        ("webhook-id", message.id.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signature),
    ];
    for (name, value) in own {
        let value = HeaderValue::from_str(&value).map_err(|e| NoReply::NeverSent(e.to_string()))?;
        headers.insert(name, value);
    }
    hand_on(&mut headers);
    http.post(message.url, headers, message.body.to_owned()).await
}

/// What a receiver's answer to a step means.
///
/// | answer | meaning |
/// |---|---|
/// | 2xx | it is done; `{"reference": "..."}` says by what it is found there |
/// | 408, 425, 429, 503 | they did nothing; later, not before `Retry-After` |
/// | other 4xx, 3xx | they refuse; `{"reason": "..."}` says why |
/// | other 5xx, none | not known; the same id again |
pub fn came(reply: Result<Reply, NoReply>, now: Time) -> Came {
    let reply = match reply {
        Ok(reply) => reply,
        Err(NoReply::NeverSent(why)) => return Came::Later(why, None),
        Err(NoReply::Lost(why)) => return Came::Unknown(why),
    };
    match reply.status {
        200..=299 => Came::Done { reference: said(&reply.body, "reference") },
        408 | 425 | 429 | 503 => {
            let after = reply.retry_after.and_then(|after| after.from(now));
            Came::Later(format!("they answered {}", reply.status), after)
        }
        300..=499 => {
            let why = said(&reply.body, "reason").map_or(String::new(), |why| format!(": {why}"));
            Came::Refused(format!("they answered {}{why}", reply.status))
        }
        status => Came::Unknown(format!("they answered {status}")),
    }
}

/// A text of the answer's JSON.
fn said(body: &str, name: &str) -> Option<String> {
    let json: Value = serde_json::from_str(body).ok()?;
    let text = json.get(name)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.chars().take(SAYS_LETTERS_MAX).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::http::RetryAfter;

    #[test]
    fn an_answer_means_what_the_table_says() {
        let now = Time::from_micros(1_795_000_000_000_000).unwrap();
        let of = |status, body: &str, retry_after| came(Ok(Reply { status, retry_after, body: body.to_owned() }), now);
        assert_eq!(of(200, r#"{"reference":"re_1"}"#, None), Came::Done { reference: Some("re_1".to_owned()) });
        assert_eq!(of(204, "", None), Came::Done { reference: None });
        assert_eq!(of(422, r#"{"reason":"no card"}"#, None), Came::Refused("they answered 422: no card".to_owned()));
        assert_eq!(of(302, "", None), Came::Refused("they answered 302".to_owned()), "nobody is followed");
        assert_eq!(
            of(429, "", Some(RetryAfter::Seconds(7))),
            Came::Later("they answered 429".to_owned(), now.plus_micros(7 * SECOND))
        );
        assert_eq!(of(500, "", None), Came::Unknown("they answered 500".to_owned()));
        let long = serde_json::json!({ "reference": "x".repeat(9_000) }).to_string();
        assert!(matches!(of(200, &long, None), Came::Done { reference: Some(r) } if r.len() == SAYS_LETTERS_MAX));
    }
}
