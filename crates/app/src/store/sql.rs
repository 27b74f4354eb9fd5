//! What both engines are asked with: one SQL text, values that are whole numbers or texts, rows of the same.

use std::borrow::Cow;

use super::StoreError;

/// A value that is bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A whole number; none for NULL.
    Int(Option<i64>),
    /// A text; none for NULL.
    Text(Option<Cow<'a, str>>),
}

impl Value<'_> {
    /// The same value, owned.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Int(int) => Value::Int(int),
            Self::Text(text) => Value::Text(text.map(|text| Cow::Owned(text.into_owned()))),
        }
    }
}

impl From<i64> for Value<'_> {
    fn from(int: i64) -> Self {
        Self::Int(Some(int))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(int: Option<i64>) -> Self {
        Self::Int(int)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Some(Cow::Owned(text)))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Self::Text(text.map(Cow::Borrowed))
    }
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// NULL
    Null,
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
}

/// A row, its values in the order of the SELECT.
#[derive(Clone, Debug)]
pub struct Row(pub Vec<Cell>);

impl Row {
    /// A whole number.
    pub fn int(&self, at: usize) -> Result<i64, StoreError> {
        self.maybe_int(at)?.ok_or_else(|| unreadable(at, "a number"))
    }

    /// A whole number that may be NULL.
    pub fn maybe_int(&self, at: usize) -> Result<Option<i64>, StoreError> {
        match self.0.get(at) {
            Some(Cell::Int(int)) => Ok(Some(*int)),
            Some(Cell::Null) => Ok(None),
            _ => Err(unreadable(at, "a number")),
        }
    }

    /// A text.
    pub fn text(&self, at: usize) -> Result<&str, StoreError> {
        self.maybe_text(at)?.ok_or_else(|| unreadable(at, "a text"))
    }

    /// A text that may be NULL.
    pub fn maybe_text(&self, at: usize) -> Result<Option<&str>, StoreError> {
        match self.0.get(at) {
            Some(Cell::Text(text)) => Ok(Some(text)),
            Some(Cell::Null) => Ok(None),
            _ => Err(unreadable(at, "a text")),
        }
    }

    /// An id, a digest, or whatever else is stored as its text.
    pub fn parsed<T: TryFrom<String>>(&self, at: usize) -> Result<T, StoreError> {
        T::try_from(self.text(at)?.to_owned()).map_err(|_| unreadable(at, "of its kind"))
    }

    /// As [`Self::parsed`], where it may be NULL.
    pub fn maybe_parsed<T: TryFrom<String>>(&self, at: usize) -> Result<Option<T>, StoreError> {
        self.maybe_text(at)?.map(|_| self.parsed(at)).transpose()
    }

    /// A moment.
    pub fn time(&self, at: usize) -> Result<amends_core::time::Time, StoreError> {
        amends_core::time::Time::from_micros(self.int(at)?).ok_or_else(|| unreadable(at, "a time"))
    }

    /// What is stored as JSON.
    pub fn json<T: serde::de::DeserializeOwned>(&self, at: usize) -> Result<T, StoreError> {
        serde_json::from_str(self.text(at)?).map_err(|e| StoreError::Unreadable(format!("column {at}: {e}")))
    }
}

fn unreadable(at: usize, wanted: &str) -> StoreError {
    StoreError::Unreadable(format!("column {at} is not {wanted}"))
}

/// Sizes of lists in statements: few, so that few statements have to be kept prepared.
const LADDER: [usize; 10] = [1, 2, 4, 8, 16, 24, 32, 64, 128, 256];

/// The size of the list that holds so many: longer ones are filled up by repeating.
pub fn padded(many: usize) -> usize {
    LADDER.iter().copied().find(|size| *size >= many).unwrap_or(many)
}

/// How many rows of those left go into the next statement.
pub fn chunk(left: usize, most: usize) -> usize {
    LADDER.iter().rev().copied().find(|size| *size <= left && *size <= most).unwrap_or(1)
}

/// `?, ?, ?`
pub fn places(many: usize) -> String {
    let mut text = "?,".repeat(many);
    text.pop();
    text
}

/// `(?, ?), (?, ?)`
pub fn rows_of(rows: usize, width: usize) -> String {
    let mut text = format!("({}),", places(width)).repeat(rows);
    text.pop();
    text
}

/// The same text with `$1`, `$2` .. for `?`. No text of ours has a question mark of its own.
pub fn numbered(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len() + 64);
    let mut number = 0;
    for part in sql.split_inclusive('?') {
        match part.strip_suffix('?') {
            Some(before) => {
                number += 1;
                text.push_str(before);
                text.push('$');
                text.push_str(&number.to_string());
            }
            None => text.push_str(part),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_have_few_sizes() {
        assert_eq!([1, 3, 17, 65, 256, 300].map(padded), [1, 4, 24, 128, 256, 300]);
        assert_eq!([1, 3, 63, 200].map(|left| chunk(left, 64)), [1, 2, 32, 64]);
    }

    #[test]
    fn places_are_written_for_each_engine() {
        assert_eq!(rows_of(2, 3), "(?,?,?),(?,?,?)");
        assert_eq!(
            numbered("SELECT a FROM b WHERE c = ? AND d IN (?,?)"),
            "SELECT a FROM b WHERE c = $1 AND d IN ($2,$3)"
        );
    }
}
