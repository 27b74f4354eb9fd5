//! Which names facts and types cannot have because they mean something else.
//!
//! That a name is of the form of an id and no keyword of CEL is seen to when the book is read.

use crate::book::model::Text;
use crate::diagnostic::{Diagnostic, Findings};
use crate::literal::TYPE_NAMES;
use crate::program::functions;

/// Names that are always there beside a book's own facts, and those that stand for something else.
pub const BUILT_IN: [&str; 7] = ["asked", "now", "history", "circumstances", "case", "role", "facts"];

/// Names under which CEL keeps some of its functions.
const NAMESPACES: [&str; 2] = ["lists", "strings"];

/// Reports a name that a fact cannot have. `currency` is the code of the book's.
pub(super) fn check_fact(name: &Text, currency: &str, findings: &mut Findings) {
    let text = name.as_str();
    if BUILT_IN.contains(&text) {
        findings.push(taken(name, "always there"));
    } else if functions::NAMES.contains(&text) || NAMESPACES.contains(&text) || text.eq_ignore_ascii_case(currency) {
        findings.push(taken(name, "a function of the expression language"));
    }
}

/// Reports a name that a type cannot have.
pub(super) fn check_type(name: &Text, findings: &mut Findings) {
    if TYPE_NAMES.contains(&name.as_str()) {
        findings.push(taken(name, "a type of the language's own"));
    }
}

fn taken(name: &Text, by: &str) -> Diagnostic {
    let error = format!("`{}` cannot be used as a name: it is {by}", name.value);
    let help = format!("choose another name, such as `{}_of_order` or `the_{}`", name.value, name.value);
    Diagnostic::error("reserved_name", name.at, error).label("taken").help(help)
}
