//! Past decisions, by what they were like.

/// Where one was decided: elsewhere, before.
pub const IMPORTED: &str = "import";
