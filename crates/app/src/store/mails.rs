//! Mail that is to be sent, kept until it is.

use amends_core::ids::{BusinessId, CaseId};

use super::sql::Row;
use super::{Conn, StoreError};

/// A mail that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRow {
    /// Its id, the same in every try.
    pub id: String,
    /// The case that it is about.
    pub case: CaseId,
    /// To whom: an address.
    pub recipient: String,
    /// What it is about.
    pub subject: String,
    /// The text.
    pub body: String,
    /// How it stands, as JSON.
    pub state: String,
    /// When it is sent, in microseconds.
    pub next: Option<i64>,
}

/// Adds a mail.
pub async fn add(conn: &mut Conn, business: &BusinessId, mail: &MailRow) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO mails (business, id, case_id, recipient, subject, body, state, next) VALUES (?,?,?,?,?,?,?,?)";
    let values = [
        business.as_str().into(),
        mail.id.as_str().into(),
        mail.case.as_str().into(),
        mail.recipient.as_str().into(),
        mail.subject.as_str().into(),
        mail.body.as_str().into(),
        mail.state.as_str().into(),
        mail.next.into(),
    ];
    conn.execute(sql, &values).await.map(drop)
}

fn mail(row: &Row) -> Result<MailRow, StoreError> {
    let text = |at: usize| row.text(at).map(str::to_owned);
    Ok(MailRow {
        id: text(0)?,
        case: row.parsed(1)?,
        recipient: text(2)?,
        subject: text(3)?,
        body: text(4)?,
        state: text(5)?,
        next: row.maybe_int(6)?,
    })
}

/// Those to be sent by now.
pub async fn due(conn: &mut Conn, business: &BusinessId, now: i64, most: i64) -> Result<Vec<MailRow>, StoreError> {
    let sql = "SELECT id, case_id, recipient, subject, body, state, next FROM mails \
               WHERE business = ? AND next <= ? ORDER BY next LIMIT ?";
    conn.fetch(sql, &[business.as_str().into(), now.into(), most.into()]).await?.iter().map(mail).collect()
}

/// Moves a mail from the state it was read in; whether nobody else did meanwhile.
pub async fn change(conn: &mut Conn, business: &BusinessId, was: &str, mail: &MailRow) -> Result<bool, StoreError> {
    let sql = "UPDATE mails SET state = ?, next = ? WHERE business = ? AND id = ? AND state = ?";
    let (state, id) = (mail.state.as_str(), mail.id.as_str());
    let values = [state.into(), mail.next.into(), business.as_str().into(), id.into(), was.into()];
    Ok(conn.execute(sql, &values).await? == 1)
}

/// Forgets every mail about a case.
pub async fn remove_of(conn: &mut Conn, business: &BusinessId, case: &CaseId) -> Result<(), StoreError> {
    let sql = "DELETE FROM mails WHERE business = ? AND case_id = ?";
    conn.execute(sql, &[business.as_str().into(), case.as_str().into()]).await.map(drop)
}

/// Forgets a mail that was sent, or never will be.
pub async fn remove(conn: &mut Conn, business: &BusinessId, id: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM mails WHERE business = ? AND id = ?";
    conn.execute(sql, &[business.as_str().into(), id.into()]).await.map(drop)
}
