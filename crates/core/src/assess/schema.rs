//! The JSON Schema of an assessment.

/// JSON Schema (2020-12) of what [`Assessment::to_json`](super::Assessment::to_json) writes, as text.
pub const ASSESSMENT_SCHEMA: &str = include_str!("schema.json");

#[cfg(test)]
mod tests;
