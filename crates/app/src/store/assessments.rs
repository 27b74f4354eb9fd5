//! Assessments with the questions they answer, byte by byte.

use amends_core::digest::Digest;
use amends_core::ids::BusinessId;
use amends_core::journal::AssessmentLine;
use amends_core::likeness::Likeness;

use super::sql::{Row, Value};
use super::{Conn, StoreError};

/// Keeps assessments. The same question to the same book has the same answer: it is kept once.
pub async fn add<'l>(
    conn: &mut Conn,
    business: &'l BusinessId,
    lines: &'l [(AssessmentLine, Likeness)],
) -> Result<(), StoreError> {
    let row = |(line, like): &'l (AssessmentLine, Likeness)| -> [Value<'l>; 11] {
        [
            business.as_str().into(),
            line.digest.as_str().into(),
            line.book.as_str().into(),
            line.role.as_str().into(),
            line.question_digest.as_str().into(),
            line.question.as_str().into(),
            line.assessment.as_str().into(),
            like.policy.as_str().into(),
            like.terms().into(),
            like.far().into(),
            like.distances().into(),
        ]
    };
    let values: Vec<Value<'_>> = lines.iter().flat_map(row).collect();
    let head = "INSERT INTO assessments (business, digest, book, role, question_digest, question, answer, policy, terms, \
                far, past)";
    conn.add_new(head, 11, &values).await
}

/// What an assessment was like; none where an older program kept it.
pub async fn like(conn: &mut Conn, business: &BusinessId, digest: &Digest) -> Result<Option<Likeness>, StoreError> {
    let sql = "SELECT policy, terms, past FROM assessments WHERE business = ? AND digest = ? AND policy IS NOT NULL";
    let row = conn.fetch_one(sql, &[business.as_str().into(), digest.as_str().into()]).await?;
    row.map(|row| {
        let past = super::precedents::distances(row.text(2)?)?;
        let terms = row.text(1)?.split_whitespace().map(str::to_owned);
        Ok(Likeness { policy: row.text(0)?.to_owned(), past: terms.zip(past).collect() })
    })
    .transpose()
}

const LINE: &str = "SELECT digest, book, role, question_digest, question, answer FROM assessments";

fn line(row: &Row) -> Result<AssessmentLine, StoreError> {
    Ok(AssessmentLine {
        digest: row.parsed(0)?,
        book: row.parsed(1)?,
        role: row.parsed(2)?,
        question_digest: row.parsed(3)?,
        question: row.text(4)?.to_owned(),
        assessment: row.text(5)?.to_owned(),
    })
}

/// One assessment.
pub async fn find(
    conn: &mut Conn,
    business: &BusinessId,
    digest: &Digest,
) -> Result<Option<AssessmentLine>, StoreError> {
    let sql = format!("{LINE} WHERE business = ? AND digest = ?");
    let row = conn.fetch_one(&sql, &[business.as_str().into(), digest.as_str().into()]).await?;
    row.map(|row| line(&row)).transpose()
}

/// A page of all assessments by digest. `after`: the digest that the page before ended with.
pub async fn page(
    conn: &mut Conn,
    business: &BusinessId,
    after: &str,
    most: i64,
) -> Result<Vec<AssessmentLine>, StoreError> {
    let sql = format!("{LINE} WHERE business = ? AND digest > ? ORDER BY digest LIMIT ?");
    let rows = conn.fetch(&sql, &[business.as_str().into(), after.into(), most.into()]).await?;
    rows.iter().map(line).collect()
}
