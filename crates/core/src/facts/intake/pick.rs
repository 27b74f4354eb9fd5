//! One text picked from a document: the kind of request, the role, a time.

use std::collections::HashMap;

use super::{Document, Pointer};
use crate::time::{Time, Zone};

/// How a text is picked.
#[derive(Clone, Debug)]
pub(super) enum Pick {
    /// Always the same.
    Fixed(String),
    /// Found at a place.
    At {
        pointer: Pointer,
        /// What each text becomes; one that is not here stays as it is.
        table: HashMap<String, String>,
        /// What stands where nothing is found, or for a text that is not in the table.
        otherwise: Option<String>,
        /// The zone of a time that names none.
        zone: Option<Zone>,
    },
}

impl Pick {
    /// The text of a document; none where nothing is found and nothing stands for it.
    pub(super) fn text(&self, document: &Document<'_>) -> Option<String> {
        match self {
            Self::Fixed(text) => Some(text.clone()),
            Self::At { pointer, table, otherwise, zone } => {
                let Some(found) = document.find(pointer).and_then(Document::text) else {
                    return table.get("null").or(otherwise.as_ref()).cloned();
                };
                if let Some(time) = zone.as_ref().and_then(|zone| Time::parse(&found, zone).ok()) {
                    return Some(time.to_string());
                }
                let mapped = table.get(&*found).or(otherwise.as_ref().filter(|_| !table.is_empty()));
                Some(mapped.cloned().unwrap_or_else(|| found.into_owned()))
            }
        }
    }

    /// Where it looks, for messages.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Fixed(text) => text.clone(),
            Self::At { pointer, .. } => pointer.to_string(),
        }
    }
}
