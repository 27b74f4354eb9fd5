//! Words for the customer.
use crate::book::model::BookText;
use crate::diagnostic::Findings;
use crate::program::infer::Names;

pub(super) fn check(_book: &BookText, _names: &mut Names<'_>, _findings: &mut Findings) {}
