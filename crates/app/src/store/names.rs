//! Customers by their names: an index that is asked while someone types.

use std::collections::HashSet;

use amends_core::ids::{BusinessId, CustomerId};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::sql::{Row, Value};
use super::{Conn, StoreError};

/// Most words of a name by which it is found.
const WORDS_MAX: usize = 8;
/// Most characters of a name by which it is found.
const CHARS_MAX: usize = 100;
/// Names of one statement while the index is made.
const PAGE: i64 = 1_000;
/// Stands behind everything that begins as what is typed.
const LAST: char = '\u{10ffff}';
/// Most names that are looked through where words between were left out.
const LOOKED_AT: i64 = 500;

/// A text as names are held against it: its words in small letters, without accents.
pub fn folded(text: &str) -> String {
    let mut plain = String::new();
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'þ' => plain.push_str("th"),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' | 'ð' => plain.push('d'),
            'ı' => plain.push('i'),
            // Of O'Brien one word is typed.
            '\'' | '’' | 'ʼ' => {}
            c if c.is_alphanumeric() => plain.push(c),
            _ => plain.push(' '),
        }
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ")
}

/// A name, folded, from each of its words on; the words before it come behind.
fn turned(name: &str) -> HashSet<String> {
    let name = folded(name);
    let words: Vec<&str> = name.split(' ').filter(|word| !word.is_empty()).take(WORDS_MAX).collect();
    let from = |at: usize| {
        let (before, behind) = words.split_at(at);
        [behind, before].concat().join(" ").chars().take(CHARS_MAX).collect()
    };
    (0..words.len()).map(from).collect()
}

/// Writes the names of customers, in place of those they had.
pub async fn keep(conn: &mut Conn, business: &str, customers: &[(&str, Option<&str>)]) -> Result<(), StoreError> {
    let ids: Vec<&str> = customers.iter().map(|(id, _)| *id).collect();
    let old = "DELETE FROM names WHERE business = ? AND customer";
    conn.among(old, business, &ids, " RETURNING customer").await?;
    add(conn, customers.iter().filter_map(|(id, name)| Some((business, *id, (*name)?)))).await
}

async fn add(conn: &mut Conn, all: impl Iterator<Item = (&str, &str, &str)>) -> Result<(), StoreError> {
    let mut values: Vec<Value<'_>> = Vec::new();
    for (business, id, name) in all {
        for name in turned(name) {
            values.extend([business.into(), id.into(), name.into()]);
        }
    }
    conn.add_new("INSERT INTO names (business, customer, name)", 3, &values).await
}

/// Forgets a customer's name.
pub async fn erase(conn: &mut Conn, business: &BusinessId, customer: &CustomerId) -> Result<(), StoreError> {
    let sql = "DELETE FROM names WHERE business = ? AND lower(customer) = ?";
    conn.execute(sql, &[business.as_str().into(), customer.key().as_str().into()]).await.map(drop)
}

/// Fills the index from what was imported before there was one.
pub(super) async fn begin(conn: &mut Conn) -> Result<(), StoreError> {
    if conn.is_shared() {
        // What begins alike stands together by its bytes alone, whatever language the database sorts by.
        conn.batch("ALTER TABLE names ALTER COLUMN name TYPE TEXT COLLATE \"C\"").await?;
    }
    let sql = "SELECT business, id, name FROM profiles WHERE name IS NOT NULL AND (business, id) > (?, ?) \
               ORDER BY business, id LIMIT ?";
    let mut last = (String::new(), String::new());
    loop {
        let rows = conn.fetch(sql, &[last.0.as_str().into(), last.1.as_str().into(), PAGE.into()]).await?;
        let all: Vec<(&str, &str, &str)> =
            rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?, row.text(2)?))).collect::<Result<_, StoreError>>()?;
        let Some((business, id, _)) = all.last() else { return Ok(()) };
        last = ((*business).to_owned(), (*id).to_owned());
        add(conn, all.into_iter()).await?;
    }
}

/// What asks for the names that begin so.
pub(super) const FIND: &str =
    "SELECT customer, name FROM names WHERE business = ? AND name >= ? AND name < ? ORDER BY name, customer LIMIT ?";

/// Customers of whose name a word begins as what is typed; further words are the beginnings of others of it.
pub async fn find(
    conn: &mut Conn,
    business: &BusinessId,
    typed: &str,
    most: usize,
) -> Result<Vec<CustomerId>, StoreError> {
    let typed = folded(typed);
    let mut found = Vec::new();
    if typed.is_empty() {
        return Ok(found);
    }
    // One who has a word twice stands there twice.
    let enough = i64::try_from(most.saturating_mul(WORDS_MAX)).unwrap_or(i64::MAX);
    take(&mut found, &begins(conn, business, &typed, enough).await?, most, |_| true)?;
    let words: Vec<&str> = typed.split(' ').collect();
    let longest = words.iter().max_by_key(|word| word.len()).copied().unwrap_or_default();
    if found.len() < most && words.len() > 1 {
        let has_all = |name: &str| words.iter().all(|word| name.split(' ').any(|own| own.starts_with(word)));
        take(&mut found, &begins(conn, business, longest, LOOKED_AT).await?, most, has_all)?;
    }
    Ok(found)
}

async fn begins(conn: &mut Conn, business: &BusinessId, start: &str, most: i64) -> Result<Vec<Row>, StoreError> {
    let end = format!("{start}{LAST}");
    conn.fetch(FIND, &[business.as_str().into(), start.into(), end.into(), most.into()]).await
}

fn take(found: &mut Vec<CustomerId>, rows: &[Row], most: usize, fits: impl Fn(&str) -> bool) -> Result<(), StoreError> {
    for row in rows {
        let id: CustomerId = row.parsed(0)?;
        if found.len() < most && fits(row.text(1)?) && !found.contains(&id) {
            found.push(id);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::testing::both;

    #[test]
    fn names_are_held_against_each_other_without_accents() {
        for (written, read) in [
            ("Inés  CASTRO-Núñez", "ines castro nunez"),
            ("O'Brien", "obrien"),
            ("Jürgen Weiß", "jurgen weiss"),
            ("Søren Łukasz", "soren lukasz"),
            ("Ａｄａ", "ada"),
            ("Ναταλία", "ναταλια"),
            (" - ", ""),
        ] {
            assert_eq!(folded(written), read);
        }
    }

    #[tokio::test]
    async fn a_customer_is_found_by_the_beginning_of_any_word() {
        for fresh in both().await.unwrap() {
            let store = Store::open(&fresh.place, 0).await.unwrap();
            let mut conn = store.writer().await.unwrap();
            let business = BusinessId::parse("retail").unwrap();
            let all = [
                ("c_1", Some("Inés Maria Castro")),
                ("c_2", Some("Castor Inman")),
                ("c_3", None),
                ("c_4", Some("Anna Anna")),
                ("c_5", Some("Zoë %_")),
            ];
            keep(&mut conn, "retail", &all).await.unwrap();
            keep(&mut conn, "other", &[("c_9", Some("Ines"))]).await.unwrap();
            for (typed, ids) in [
                ("ines", &["c_1"][..]),
                ("INÉS M", &["c_1"]),
                ("cast", &["c_2", "c_1"]),
                ("cast in", &["c_2", "c_1"]),
                ("ines cas", &["c_1"]),
                ("castro ines", &["c_1"]),
                ("castro zoe", &[]),
                ("anna", &["c_4"]),
                ("an an", &["c_4"]),
                ("%", &[]),
                ("zoe", &["c_5"]),
                ("nes", &[]),
                ("", &[]),
            ] {
                let found = find(&mut conn, &business, typed, 8).await.unwrap();
                assert_eq!(found.iter().map(CustomerId::as_str).collect::<Vec<_>>(), ids, "{typed}");
            }
            assert_eq!(find(&mut conn, &business, "cast", 1).await.unwrap().len(), 1);
            keep(&mut conn, "retail", &[("c_1", Some("Ida Moss"))]).await.unwrap();
            assert!(find(&mut conn, &business, "castro", 8).await.unwrap().is_empty());
            erase(&mut conn, &business, &CustomerId::parse("c_1").unwrap()).await.unwrap();
            assert!(find(&mut conn, &business, "ida", 8).await.unwrap().is_empty());
        }
    }
}
