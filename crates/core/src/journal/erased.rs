//! What the journal tells of personal data that was erased.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::ids::{CaseId, CustomerId};

/// The kind of the entry that tells of it.
pub const ERASED: &str = "setting.erased";
/// The chain it is in.
pub const SETTINGS: &str = "settings";

/// What was erased: by reference, so that nothing personal tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Of whom; none where it was old enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// Cases whose words cannot be read any more.
    pub cases: Vec<CaseId>,
    /// Assessments whose text was erased.
    pub assessments: Vec<Digest>,
    /// The questions they answered.
    pub questions: Vec<Digest>,
}

/// An entry of the journal that tells of it, as far as verifying reads it.
#[derive(Deserialize)]
struct Told {
    what: What,
}

#[derive(Deserialize)]
struct What {
    erased: Erased,
}

impl Erased {
    /// Reads it from the event of an entry.
    pub(super) fn read(event: &str) -> Option<Self> {
        serde_json::from_str::<Told>(event).ok().map(|told| told.what.erased)
    }
}
