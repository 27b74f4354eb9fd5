//! stub
pub fn digest(_s: &super::Schema, _f: &super::Facts<'_>) -> String { String::new() }
