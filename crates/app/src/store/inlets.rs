//! Inlets: where cases come in by themselves.

use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, InletId, PersonId, RequestKind};

use super::sql::Row;
use super::{Conn, StoreError};

/// What comes in by an inlet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Events of another system, signed.
    Events,
    /// Mail, as a mail service sends it on.
    Mail,
    /// A form that anyone may fill in.
    Form,
}

impl Kind {
    const ALL: [(Self, &'static str); 3] = [(Self::Events, "events"), (Self::Mail, "mail"), (Self::Form, "form")];

    /// The one of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == word).map(|(kind, _)| kind)
    }

    /// As it is stored.
    pub fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }
}

/// An inlet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InletRow {
    /// Its id.
    pub id: InletId,
    /// What comes in by it.
    pub kind: Kind,
    /// What whoever sends proves themselves with; two while they rotate, none for a form.
    pub secrets: Vec<String>,
    /// Who owns the cases that it opens.
    pub owner: PersonId,
    /// The kind of request of its cases, where it is always the same.
    pub request: Option<RequestKind>,
    /// The book's mapping that makes a question of an event.
    pub intake: Option<String>,
    /// Whether anything is taken by it.
    pub on: bool,
}

impl InletRow {
    /// Of its secrets and of what becomes of what comes in, for the journal.
    pub fn secret(&self) -> Digest {
        let request = self.request.as_ref().map_or("", RequestKind::as_str);
        let how = [request, self.intake.as_deref().unwrap_or_default()];
        Digest::of_parts(how.into_iter().chain(self.secrets.iter().map(String::as_str)).map(str::as_bytes))
    }
}

/// All of a business.
pub async fn all(conn: &mut Conn, business: &BusinessId) -> Result<Vec<InletRow>, StoreError> {
    let sql = "SELECT id, kind, secrets, owner, request, intake, state FROM inlets WHERE business = ? ORDER BY id";
    conn.fetch(sql, &[business.as_str().into()]).await?.iter().map(inlet).collect()
}

fn inlet(row: &Row) -> Result<InletRow, StoreError> {
    let kind = Kind::of(row.text(1)?);
    Ok(InletRow {
        id: row.parsed(0)?,
        kind: kind.ok_or_else(|| StoreError::Unreadable("the kind of an inlet".to_owned()))?,
        secrets: row.json(2)?,
        owner: row.parsed(3)?,
        request: row.maybe_parsed(4)?,
        intake: row.maybe_text(5)?.map(str::to_owned),
        on: row.text(6)? == "on",
    })
}

/// Writes an inlet, new or changed.
pub async fn save(conn: &mut Conn, business: &BusinessId, row: &InletRow, at: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO inlets (business, id, kind, secrets, owner, request, intake, state, since) \
               VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (business, id) DO UPDATE SET secrets = excluded.secrets, \
               owner = excluded.owner, request = excluded.request, intake = excluded.intake, state = excluded.state";
    let secrets = serde_json::to_string(&row.secrets).map_err(|e| StoreError::Failed(e.to_string()))?;
    let values = [
        business.as_str().into(),
        row.id.as_str().into(),
        row.kind.word().into(),
        secrets.into(),
        row.owner.as_str().into(),
        row.request.as_ref().map(RequestKind::as_str).into(),
        row.intake.as_deref().into(),
        if row.on { "on" } else { "off" }.into(),
        at.into(),
    ];
    conn.execute(sql, &values).await.map(drop)
}
