//! stub
#[derive(Debug)]
pub struct Intake;
impl Intake { pub fn build(_t: &crate::book::model::IntakeText, _s: &super::Schema, _f: &mut crate::diagnostic::Findings) -> Option<Self> { None } }
