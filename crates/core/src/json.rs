//! JSON written straight into a text, member by member: no tree of it is built.

use std::fmt::{self, Display, Write};

use crate::number::write_decimal;

/// A JSON text that grows.
#[derive(Debug)]
pub(crate) struct Json {
    text: String,
}

/// The members of an object that is being written.
#[derive(Debug)]
pub(crate) struct Members<'j> {
    json: &'j mut Json,
    is_first: bool,
}

impl Json {
    /// An empty text with room for so many bytes.
    pub fn with_room(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes) }
    }

    /// What was written.
    pub fn done(self) -> String {
        self.text
    }

    /// A text, with escapes where it needs them.
    pub fn text(&mut self, text: &str) {
        push_text(&mut self.text, text);
    }

    /// A text that needs no escapes: an amount, a number with its unit, a date.
    pub fn shown(&mut self, value: impl Display) {
        self.plain(|out| write!(out, "{value}"));
    }

    /// As [`shown`](Self::shown), for what writes itself.
    pub fn plain(&mut self, write: impl FnOnce(&mut String) -> fmt::Result) {
        self.text.push('"');
        // Writing to a text cannot fail.
        let _ = write(&mut self.text);
        self.text.push('"');
    }

    /// Yes or no.
    pub fn bool(&mut self, value: bool) {
        self.text.push_str(if value { "true" } else { "false" });
    }

    /// A whole number.
    pub fn whole(&mut self, value: i64) {
        let _ = write_decimal(&mut self.text, value.into(), 0);
    }

    /// Nothing.
    pub fn null(&mut self) {
        self.text.push_str("null");
    }

    /// An object with the members that are written.
    pub fn object(&mut self, write: impl FnOnce(&mut Members<'_>)) {
        self.text.push('{');
        write(&mut Members { json: self, is_first: true });
        self.text.push('}');
    }

    /// A list, each item written.
    pub fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.text.push('[');
        for (i, item) in items.into_iter().enumerate() {
            if i > 0 {
                self.text.push(',');
            }
            write(self, item);
        }
        self.text.push(']');
    }

    /// A list of texts.
    pub fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) {
        self.list(texts, Self::text);
    }
}

impl Members<'_> {
    /// A member; left out where its value is `null`.
    pub fn with(&mut self, key: &str, write: impl FnOnce(&mut Json)) {
        self.unless(&["null"], key, write);
    }

    /// A member; left out where its value is an empty list or object.
    pub fn unless_empty(&mut self, key: &str, write: impl FnOnce(&mut Json)) {
        self.unless(&["[]", "{}"], key, write);
    }

    /// A text.
    pub fn text(&mut self, key: &str, text: &str) {
        self.with(key, |json| json.text(text));
    }

    /// A text; left out where there is none.
    pub fn maybe_text(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    /// A text that needs no escapes; left out where there is none.
    pub fn maybe_shown(&mut self, key: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.with(key, |json| json.shown(value));
        }
    }

    /// A member, whatever its value.
    pub fn always(&mut self, key: &str, write: impl FnOnce(&mut Json)) {
        self.unless(&[], key, write);
    }

    /// Takes back what was written where it is one of these: cheaper than to know it beforehand.
    fn unless(&mut self, left_out: &[&str], key: &str, write: impl FnOnce(&mut Json)) {
        let before = self.json.text.len();
        if !self.is_first {
            self.json.text.push(',');
        }
        self.json.text(key);
        self.json.text.push(':');
        let begins = self.json.text.len();
        write(self.json);
        if self.json.text.get(begins..).is_some_and(|value| left_out.contains(&value)) {
            self.json.text.truncate(before);
        } else {
            self.is_first = false;
        }
    }
}

/// Adds a text in quotes, with escapes where it needs them.
pub(crate) fn push_text(out: &mut String, text: &str) {
    // Counted to the end, since a loop without a way out takes many bytes at a time.
    if text.bytes().filter(|b| matches!(b, ..b' ' | b'"' | b'\\')).count() > 0 {
        return out.push_str(&quoted(text));
    }
    out.reserve(text.len() + 2);
    out.push('"');
    out.push_str(text);
    out.push('"');
}

/// A text in quotes, with escapes where it needs them.
pub(crate) fn quoted(text: &str) -> String {
    // Writing a text as JSON cannot fail.
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Json;

    fn written(write: impl FnOnce(&mut Json)) -> String {
        let mut json = Json::with_room(0);
        write(&mut json);
        json.done()
    }

    #[test]
    fn members_stand_in_the_order_in_which_they_are_written() {
        let json = written(|json| {
            json.object(|o| {
                o.text("b", "two");
                o.with("a", |json| json.whole(-1));
                o.with("list", |json| json.list([true, false], Json::bool));
            });
        });
        assert_eq!(json, r#"{"b":"two","a":-1,"list":[true,false]}"#);
    }

    #[test]
    fn what_is_null_or_empty_is_left_out() {
        let json = written(|json| {
            json.object(|o| {
                o.with("nothing", Json::null);
                o.unless_empty("list", |json| json.texts([]));
                o.unless_empty("object", |json| json.object(|_| ()));
                o.maybe_text("none", None);
                o.with("kept", |json| json.texts([]));
                o.text("word", "null");
            });
        });
        assert_eq!(json, r#"{"kept":[],"word":"null"}"#);
    }

    #[test]
    fn texts_are_escaped_as_serde_json_does() {
        for text in ["", "plain", "ü 日本", "a \"b\" \\ c", "\n\r\t\u{8}\u{c}", "\u{0}\u{1f}\u{7f}\u{2028}"] {
            assert_eq!(written(|json| json.text(text)), serde_json::Value::from(text).to_string());
        }
    }
}
