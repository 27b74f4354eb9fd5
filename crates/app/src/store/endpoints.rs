//! Webhooks: where steps and news are sent.

use amends_core::digest::Digest;
use amends_core::ids::BusinessId;

use super::sql::Row;
use super::{Conn, StoreError};

/// What an endpoint is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// It makes steps real.
    Fulfil,
    /// It is told what happens.
    Tell,
}

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointRow {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Where it is.
    pub url: String,
    /// What signs its messages; two while they rotate.
    pub secrets: Vec<String>,
    /// Kinds of remedies that it makes real, or of events that it is told; none: all.
    pub kinds: Vec<String>,
    /// Whether anything is sent to it.
    pub on: bool,
    /// How far the journal was read for it.
    pub seen: String,
}

impl Purpose {
    /// As it is stored.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fulfil => "fulfil",
            Self::Tell => "tell",
        }
    }
}

impl EndpointRow {
    /// Of its whole address and of what signs its messages, for the journal: what it is of cannot be read from it.
    pub fn secret(&self) -> Digest {
        Digest::of_parts([self.url.as_bytes()].into_iter().chain(self.secrets.iter().map(String::as_bytes)))
    }

    /// Whether it takes a kind. `case.` takes every kind that begins with it.
    pub fn takes(&self, kind: &str) -> bool {
        let fits = |k: &String| k == kind || (k.ends_with('.') && kind.starts_with(k.as_str()));
        self.kinds.is_empty() || self.kinds.iter().any(fits)
    }
}

/// The scheme and host of an address. Its path and query may be what lets a message in, and its name before the host a
/// password: those are told to nobody.
pub fn host_of(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return String::new() };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}")
}

/// All of a business.
pub async fn all(conn: &mut Conn, business: &BusinessId) -> Result<Vec<EndpointRow>, StoreError> {
    let sql = "SELECT id, purpose, url, secrets, kinds, state, seen FROM endpoints WHERE business = ? ORDER BY id";
    conn.fetch(sql, &[business.as_str().into()]).await?.iter().map(endpoint).collect()
}

fn endpoint(row: &Row) -> Result<EndpointRow, StoreError> {
    Ok(EndpointRow {
        id: row.text(0)?.to_owned(),
        purpose: if row.text(1)? == "fulfil" { Purpose::Fulfil } else { Purpose::Tell },
        url: row.text(2)?.to_owned(),
        secrets: row.json(3)?,
        kinds: row.json(4)?,
        on: row.text(5)? == "on",
        seen: row.text(6)?.to_owned(),
    })
}

/// Writes a webhook, new or changed. How far the journal was read for it stays.
pub async fn save(conn: &mut Conn, business: &BusinessId, row: &EndpointRow, at: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO endpoints (business, id, purpose, url, secrets, kinds, state, seen, since) \
               VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (business, id) DO UPDATE SET purpose = excluded.purpose, \
               url = excluded.url, secrets = excluded.secrets, kinds = excluded.kinds, state = excluded.state";
    let text = |list: &[String]| serde_json::to_string(list).map_err(|e| StoreError::Failed(e.to_string()));
    let values = [
        business.as_str().into(),
        row.id.as_str().into(),
        row.purpose.word().into(),
        row.url.as_str().into(),
        text(&row.secrets)?.into(),
        text(&row.kinds)?.into(),
        if row.on { "on" } else { "off" }.into(),
        row.seen.as_str().into(),
        at.into(),
    ];
    conn.execute(sql, &values).await.map(drop)
}

/// Goes on in the journal, if nobody else did; whether it did.
pub async fn saw(conn: &mut Conn, business: &BusinessId, id: &str, was: &str, now: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE endpoints SET seen = ? WHERE business = ? AND id = ? AND seen = ?";
    let values = [now.into(), business.as_str().into(), id.into(), was.into()];
    Ok(conn.execute(sql, &values).await? == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_the_host_alone_is_told() {
        for (url, told) in [
            ("https://shop.example/hooks/SECRET?key=s3cret", "https://shop.example"),
            ("http://127.0.0.1:18399/SECRET", "http://127.0.0.1:18399"),
            ("https://user:SECRET@shop.example", "https://shop.example"),
            ("https://shop.example?SECRET", "https://shop.example"),
            ("https://shop.example#SECRET", "https://shop.example"),
            ("https://[2001:db8::1]:8443/SECRET", "https://[2001:db8::1]:8443"),
            ("SECRET", ""),
        ] {
            assert_eq!(host_of(url), told);
        }
    }
}
