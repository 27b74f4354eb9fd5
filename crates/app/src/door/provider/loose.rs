//! What providers write in their own ways and nobody reads here: it refuses nobody.

use serde_json::Value;

/// An answer without what nobody reads here and providers write in their own ways: of a person's claims those that have to be
/// of another type than text, and of tokens how long they are good for, where that is a text.
pub fn loosened(text: String) -> String {
    let Ok(Value::Object(mut told)) = serde_json::from_str(&text) else { return text };
    if let Some(seconds) = told.get("expires_in").and_then(Value::as_str).map(|s| s.trim().parse::<u64>().ok()) {
        drop(match seconds {
            Some(seconds) => told.insert("expires_in".to_owned(), seconds.into()),
            None => told.remove("expires_in"),
        });
    }
    if told.contains_key("sub") {
        told.retain(|name, value| {
            !UNREAD.contains(&name.as_str()) && (value.is_string() || !TEXTS.contains(&name.as_str()))
        });
    }
    Value::Object(told).to_string()
}

/// Claims of the standard that are no texts; none is read.
const UNREAD: [&str; 4] = ["updated_at", "email_verified", "phone_number_verified", "address"];
/// Claims of the standard that are texts.
const TEXTS: [&str; 15] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn claims_that_nobody_reads_refuse_nobody() {
        let told = json!({ "sub": "x", "name": "Ann", "email_verified": "true", "updated_at": "2026-11-01T10:00:00.000Z",
            "address": "Main Street", "phone_number_verified": 1, "picture": null, "locale": ["de"], "groups": ["support"] });
        let read: Value = serde_json::from_str(&loosened(told.to_string())).unwrap();
        assert_eq!(read, json!({ "sub": "x", "name": "Ann", "groups": ["support"] }));
        let tokens = |seconds: Value| {
            let text = json!({ "access_token": "a", "expires_in": seconds }).to_string();
            serde_json::from_str::<Value>(&loosened(text)).unwrap()["expires_in"].clone()
        };
        assert_eq!(
            [tokens(json!("300")), tokens(json!("soon")), tokens(json!(300))],
            [json!(300), Value::Null, json!(300)]
        );
        assert_eq!(loosened("no JSON".to_owned()), "no JSON");
    }
}
