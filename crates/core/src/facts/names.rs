//! Which names facts, fields and types may have.

use crate::book::model::Text;
use crate::diagnostic::{Diagnostic, Findings};
use crate::literal::TYPE_NAMES;

/// Words that CEL keeps for itself.
pub const KEYWORDS: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// Names that are always there beside a book's own facts, and those that stand for something else.
pub const BUILT_IN: [&str; 7] = ["asked", "now", "history", "circumstances", "case", "role", "facts"];

/// Functions of expressions, whose names a fact cannot take.
pub const FUNCTIONS: [&str; 31] = [
    "all",
    "bool",
    "contains_all",
    "date",
    "days",
    "decimal",
    "duration",
    "endsWith",
    "exists",
    "exists_one",
    "filter",
    "has",
    "hours",
    "int",
    "lists",
    "map",
    "matches",
    "max",
    "min",
    "minutes",
    "money",
    "months",
    "percent",
    "same_items",
    "size",
    "startsWith",
    "string",
    "strings",
    "sum",
    "text",
    "time",
];

/// Whether a text is of the form `[a-z][a-z0-9_]*`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Reports a name that a field of a record cannot have.
pub(super) fn check_field(name: &Text, findings: &mut Findings) {
    if !is_name(name.as_str()) {
        let error = format!("`{}` cannot be the name of a fact", name.value);
        let help = "a name begins with a small letter and goes on with small letters, digits and `_`";
        findings.push(Diagnostic::error("bad_name", name.at, error).label("not a name").help(help));
    } else if KEYWORDS.contains(&name.as_str()) {
        findings.push(taken(name, "a word of the expression language"));
    }
}

/// Reports a name that a fact cannot have.
pub(super) fn check_fact(name: &Text, currency: &str, findings: &mut Findings) {
    check_field(name, findings);
    if BUILT_IN.contains(&name.as_str()) {
        findings.push(taken(name, "always there"));
    } else if FUNCTIONS.contains(&name.as_str()) || name.value.eq_ignore_ascii_case(currency) {
        findings.push(taken(name, "a function of the expression language"));
    }
}

/// Reports a name that a type cannot have.
pub(super) fn check_type(name: &Text, findings: &mut Findings) {
    if TYPE_NAMES.contains(&name.as_str()) {
        findings.push(taken(name, "a type of the language's own"));
    } else {
        check_field(name, findings);
    }
}

fn taken(name: &Text, by: &str) -> Diagnostic {
    let error = format!("`{}` cannot be used as a name: it is {by}", name.value);
    Diagnostic::error("reserved_name", name.at, error)
        .label("taken")
        .help(format!("choose another name, such as `{}_of_order` or `the_{}`", name.value, name.value))
}
