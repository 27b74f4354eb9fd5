//! Assessments with the questions they answer, byte by byte.

use std::collections::{BTreeMap, HashMap};

use amends_core::digest::Digest;
use amends_core::ids::BusinessId;
use amends_core::journal::AssessmentLine;
use amends_core::likeness::Likeness;

use super::sql::{Row, Value};
use super::{Conn, StoreError};

/// Keeps assessments. The same question to the same book has the same answer: it is kept once, with how often it is cited.
pub async fn add<'l>(
    conn: &mut Conn,
    business: &'l BusinessId,
    lines: &'l [(AssessmentLine, Likeness)],
) -> Result<(), StoreError> {
    // A row each, in one order: what is cited twice in one statement would be changed twice in it.
    let mut cited: BTreeMap<&str, (&'l AssessmentLine, &'l Likeness, i64)> = BTreeMap::new();
    for (line, like) in lines {
        cited.entry(line.digest.as_str()).or_insert((line, like, 0)).2 += 1;
    }
    let row = |(line, like, uses): (&'l AssessmentLine, &'l Likeness, i64)| -> [Value<'l>; 12] {
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
            uses.into(),
        ]
    };
    let values: Vec<Value<'_>> = cited.into_values().flat_map(row).collect();
    let head = "INSERT INTO assessments (business, digest, book, role, question_digest, question, answer, policy, terms, \
                far, past, uses)";
    let tail = " ON CONFLICT (business, digest) DO UPDATE SET uses = assessments.uses + excluded.uses";
    conn.write(head, tail, 12, &values).await
}

/// Takes back that an assessment is cited so often; whether it was erased, since nothing else cites it.
pub async fn forget(conn: &mut Conn, business: &BusinessId, digest: &Digest, uses: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE assessments SET uses = uses - ? WHERE business = ? AND digest = ?";
    conn.execute(sql, &[uses.into(), business.as_str().into(), digest.as_str().into()]).await?;
    let sql = "DELETE FROM assessments WHERE business = ? AND digest = ? AND uses <= 0";
    Ok(conn.execute(sql, &[business.as_str().into(), digest.as_str().into()]).await? == 1)
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

/// The questions of assessments, by the digests of those.
pub async fn questions(
    conn: &mut Conn,
    business: &BusinessId,
    digests: &[&str],
) -> Result<HashMap<String, String>, StoreError> {
    let sql = "SELECT digest, question FROM assessments WHERE business = ? AND digest";
    let rows = conn.among(sql, business.as_str(), digests, "").await?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()))).collect()
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
