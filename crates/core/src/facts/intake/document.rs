//! A document that is looked into only where pointers lead, so that numbers keep their decimal text.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::value::RawValue;

use super::Pointer;
use super::convert::Nothing;
use crate::facts::FactsErrors;
use crate::facts::question::Members;
use crate::facts::read::{MAX_DOCUMENT_BYTES, unmarked};
use crate::facts::scalar::text_of;

/// A value of a document.
pub(super) struct Document<'a> {
    /// Its JSON text, without space around it.
    pub(super) raw: &'a str,
    parts: OnceCell<Parts<'a>>,
}

enum Parts<'a> {
    None,
    Items(Vec<Document<'a>>),
    Members(Vec<(Cow<'a, str>, Document<'a>)>),
}

impl<'a> Document<'a> {
    /// Takes a text for a document.
    ///
    /// # Errors
    /// When it is no JSON or too large.
    pub(super) fn read(json: &'a str) -> Result<Self, FactsErrors> {
        if json.len() > MAX_DOCUMENT_BYTES {
            return Err(FactsErrors::too_large(json.len()));
        }
        let json = unmarked(json);
        let raw: &RawValue = serde_json::from_str(json).map_err(|e| FactsErrors::not_json(&e, ""))?;
        // Skipping over a text does not see halves of surrogate pairs, and what is behind them must not be
        // taken for absent.
        if json.contains("\\ud") || json.contains("\\uD") {
            serde_json::from_str::<serde_json::Value>(json).map_err(|e| FactsErrors::not_json(&e, ""))?;
        }
        Ok(Self::of(raw))
    }

    fn of(raw: &'a RawValue) -> Self {
        Self { raw: raw.get(), parts: OnceCell::new() }
    }

    /// What stands at a place; none where nothing or null does. Of a name that is there twice, the last.
    pub(super) fn find(&self, pointer: &Pointer) -> Option<&Self> {
        self.standing(pointer).filter(|found| found.raw != "null")
    }

    /// In what way nothing stands at a place where [`find`](Self::find) finds none.
    pub(super) fn nothing_at(&self, pointer: &Pointer) -> Nothing {
        if self.standing(pointer).is_some() { Nothing::Null } else { Nothing::Absent }
    }

    fn standing(&self, pointer: &Pointer) -> Option<&Self> {
        let mut found = self;
        for token in &pointer.tokens {
            found = match found.parts() {
                Parts::Members(members) => &members.iter().rfind(|(name, _)| name == token)?.1,
                Parts::Items(items) => items.get(index(token)?)?,
                Parts::None => return None,
            };
        }
        Some(found)
    }

    /// The items of an array.
    pub(super) fn items(&self) -> Option<&[Self]> {
        match self.parts() {
            Parts::Items(items) => Some(items),
            _ => None,
        }
    }

    /// The members of an object, in the order of the document.
    pub(super) fn members(&self) -> Option<&[(Cow<'a, str>, Self)]> {
        match self.parts() {
            Parts::Members(members) => Some(members),
            _ => None,
        }
    }

    /// The text of a string, the digits of a number, `true` or `false`; none for what has parts.
    pub(super) fn text(&self) -> Option<Cow<'a, str>> {
        match self.raw.as_bytes().first() {
            Some(b'{' | b'[') => None,
            Some(b'"') => text_of(self.raw),
            _ => Some(Cow::Borrowed(self.raw)),
        }
    }

    fn parts(&self) -> &Parts<'a> {
        self.parts.get_or_init(|| match self.raw.as_bytes().first() {
            Some(b'{') => match serde_json::from_str(self.raw) {
                Ok(Members(members)) => {
                    Parts::Members(members.into_iter().map(|(name, raw)| (name, Self::of(raw))).collect())
                }
                Err(_) => Parts::None,
            },
            Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(self.raw) {
                Ok(items) => Parts::Items(items.into_iter().map(Self::of).collect()),
                Err(_) => Parts::None,
            },
            _ => Parts::None,
        })
    }
}

/// The index a token of a pointer stands for: digits, without zeros in front.
fn index(token: &str) -> Option<usize> {
    let plain = token == "0" || !token.starts_with(['0', '+']);
    plain.then(|| token.parse().ok()).flatten()
}
