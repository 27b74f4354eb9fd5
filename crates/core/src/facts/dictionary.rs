//! The texts a book knows, by number, so that comparing them compares numbers.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::value::TextId;

/// Texts of a book: of its enums, then those its expressions name.
///
/// It grows while a book is compiled and stays as it is afterwards, so that a quick hash without a secret is
/// safe: documents only look texts up.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    texts: Vec<Box<str>>,
    ids: HashMap<Box<str>, TextId, FxBuildHasher>,
}

impl Dictionary {
    /// The id of a text, from 0 up; adds the text where it is new.
    pub fn intern(&mut self, text: &str) -> TextId {
        if let Some(id) = self.get(text) {
            return id;
        }
        let id = TextId::try_from(self.texts.len()).unwrap_or(TextId::MAX);
        self.texts.push(text.into());
        self.ids.insert(text.into(), id);
        id
    }

    /// The id of a text that is known.
    #[must_use]
    pub fn get(&self, text: &str) -> Option<TextId> {
        self.ids.get(text).copied()
    }

    /// The text of an id.
    #[must_use]
    pub fn text(&self, id: TextId) -> Option<&str> {
        self.texts.get(usize::try_from(id).ok()?).map(AsRef::as_ref)
    }
}
