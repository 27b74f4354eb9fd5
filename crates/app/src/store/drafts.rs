//! Drafts of rules.

use amends_core::ids::{BusinessId, PersonId};

use super::sql::Row;
use super::{Conn, StoreError};

/// One that is worked on.
pub const OPEN: &str = "open";
/// One that was published.
pub const PUBLISHED: &str = "published";
/// One that was given up.
pub const DISCARDED: &str = "discarded";

/// A draft of one policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRow {
    /// Its id.
    pub id: String,
    /// The policy it is of.
    pub policy: String,
    /// The whole text of the policy's file.
    pub text: String,
    /// The digest of the version that its authors know as the newest.
    pub base: String,
    /// `open`, `published` or `discarded`.
    pub state: String,
    /// How often it was saved.
    pub version: i64,
    /// Everyone who wrote some of it, in the order in which they first did.
    pub authors: Vec<PersonId>,
    /// Who saved it last.
    pub saved_by: PersonId,
    /// When it was begun, in microseconds.
    pub since: i64,
    /// When it was saved last, in microseconds.
    pub saved: i64,
}

const DRAFT: &str =
    "SELECT id, policy, text, base, state, version, authors, saved_by, since, saved FROM drafts WHERE business = ?";

fn draft(row: &Row) -> Result<DraftRow, StoreError> {
    let text = |at: usize| row.text(at).map(str::to_owned);
    Ok(DraftRow {
        id: text(0)?,
        policy: text(1)?,
        text: text(2)?,
        base: text(3)?,
        state: text(4)?,
        version: row.int(5)?,
        authors: row.json(6)?,
        saved_by: row.parsed(7)?,
        since: row.int(8)?,
        saved: row.int(9)?,
    })
}

/// Adds a draft.
pub async fn add(conn: &mut Conn, business: &BusinessId, draft: &DraftRow) -> Result<(), StoreError> {
    let authors = json(&draft.authors)?;
    let sql = "INSERT INTO drafts (business, id, policy, text, base, state, version, authors, saved_by, since, saved) \
               VALUES (?,?,?,?,?,?,?,?,?,?,?)";
    let values = [
        business.as_str().into(),
        draft.id.as_str().into(),
        draft.policy.as_str().into(),
        draft.text.as_str().into(),
        draft.base.as_str().into(),
        draft.state.as_str().into(),
        draft.version.into(),
        authors.into(),
        draft.saved_by.as_str().into(),
        draft.since.into(),
        draft.saved.into(),
    ];
    conn.execute(sql, &values).await.map(drop)
}

/// Writes a draft that was read at the version before its own.
///
/// # Errors
/// [`StoreError::Conflict`] where it is at another version by now, or not open any more.
pub async fn save(conn: &mut Conn, business: &BusinessId, draft: &DraftRow) -> Result<(), StoreError> {
    let authors = json(&draft.authors)?;
    let sql = "UPDATE drafts SET text = ?, base = ?, state = ?, version = ?, authors = ?, saved_by = ?, saved = ? \
               WHERE business = ? AND id = ? AND version = ? AND state = 'open'";
    let values = [
        draft.text.as_str().into(),
        draft.base.as_str().into(),
        draft.state.as_str().into(),
        draft.version.into(),
        authors.into(),
        draft.saved_by.as_str().into(),
        draft.saved.into(),
        business.as_str().into(),
        draft.id.as_str().into(),
        (draft.version - 1).into(),
    ];
    match conn.execute(sql, &values).await? {
        1 => Ok(()),
        _ => Err(StoreError::Conflict(format!("the draft {} was saved by someone else", draft.id))),
    }
}

/// A draft, whatever became of it.
pub async fn find(conn: &mut Conn, business: &BusinessId, id: &str) -> Result<Option<DraftRow>, StoreError> {
    let row = conn.fetch_one(&format!("{DRAFT} AND id = ?"), &[business.as_str().into(), id.into()]).await?;
    row.map(|row| draft(&row)).transpose()
}

/// Those that are worked on, in the order in which they were begun.
pub async fn open(conn: &mut Conn, business: &BusinessId) -> Result<Vec<DraftRow>, StoreError> {
    let rows = conn.fetch(&format!("{DRAFT} AND state = 'open' ORDER BY id"), &[business.as_str().into()]).await?;
    rows.iter().map(draft).collect()
}

fn json(authors: &[PersonId]) -> Result<String, StoreError> {
    serde_json::to_string(authors).map_err(|e| StoreError::Failed(e.to_string()))
}
