//! Type text: `money(0..)`, `list(line, 1..20)`, `map(text, item)`, and where each part of it stands.

use crate::diagnostic::did_you_mean;
use crate::types::Type;

/// A type as written, names not yet resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeExpr {
    /// What it is.
    pub kind: TypeKind,
    /// First byte in the text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// What a type text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// A type of the language's own that is not made of others, perhaps with bounds.
    Simple(Type, Option<RangeText>),
    /// `list(of, 1..20)`
    List(Box<TypeExpr>, Option<RangeText>),
    /// `map(text, of, 0..20)`
    Map(Box<TypeExpr>, Option<RangeText>),
    /// The name of a type of the book.
    Named(String),
}

/// A range as written: `0..100`, `0..`, `..100`; an end left out is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeText {
    /// The least, and its first byte in the text.
    pub min: Option<(String, usize)>,
    /// The most, and its first byte in the text.
    pub max: Option<(String, usize)>,
    /// First byte in the text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// What is wrong with a type text, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TypeTextError {
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// First byte in the text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// How deep lists and maps may stand in one another in one text.
const MAX_DEPTH: usize = 16;

/// Reads a type text.
///
/// # Errors
/// When parentheses do not match, a range is none, or a type takes no bounds.
pub fn parse_type_text(text: &str) -> Result<TypeExpr, TypeTextError> {
    parse_at(Part { text, start: 0 }.trimmed(), 0)
}

/// A type of the language's own that is not made of others.
#[must_use]
pub fn simple_type(name: &str) -> Option<Type> {
    Some(match name {
        "bool" => Type::Bool,
        "int" => Type::Int,
        "decimal" => Type::Decimal,
        "percent" => Type::Percent,
        "text" => Type::Text,
        "date" => Type::Date,
        "time" => Type::Time,
        "duration" => Type::Duration,
        "days" => Type::Days,
        "months" => Type::Months,
        "money" => Type::Money,
        _ => return None,
    })
}

/// The names that type texts can use without the book declaring them.
pub const TYPE_NAMES: [&str; 13] =
    ["bool", "int", "decimal", "percent", "text", "date", "time", "duration", "days", "months", "money", "list", "map"];

/// A part of the text, and where it starts.
#[derive(Clone, Copy)]
struct Part<'t> {
    text: &'t str,
    start: usize,
}

impl<'t> Part<'t> {
    fn trimmed(self) -> Self {
        let from = self.text.len() - self.text.trim_ascii_start().len();
        Self { text: self.text.trim_ascii(), start: self.start + from }
    }

    fn end(self) -> usize {
        self.start + self.text.len()
    }

    /// What stands before and after the byte at `at`, which is `len` bytes long.
    fn cut(self, at: usize, len: usize) -> (Self, Self) {
        let before = self.text.get(..at).unwrap_or_default();
        let after = self.text.get(at + len..).unwrap_or_default();
        (
            Self { text: before, start: self.start }.trimmed(),
            Self { text: after, start: self.start + at + len }.trimmed(),
        )
    }

    fn error(self, message: impl Into<String>, help: impl Into<String>) -> TypeTextError {
        TypeTextError { message: message.into(), help: help.into(), start: self.start, end: self.end() }
    }

    fn is(self, kind: TypeKind) -> TypeExpr {
        TypeExpr { kind, start: self.start, end: self.end() }
    }

    /// Splits at the commas that stand in no parentheses.
    fn arguments(self) -> Vec<Part<'t>> {
        let (mut depth, mut rest, mut parts) = (0_usize, self, Vec::new());
        for (i, byte) in self.text.bytes().enumerate() {
            match byte {
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                b',' if depth == 0 => {
                    let (before, after) = self.cut(i, 1);
                    let from = rest.start;
                    let text = self.text.get(from - self.start..i).unwrap_or(before.text);
                    parts.push(Part { text, start: from }.trimmed());
                    rest = after;
                }
                _ => {}
            }
        }
        parts.push(rest);
        parts
    }
}

fn parse_at(part: Part<'_>, depth: usize) -> Result<TypeExpr, TypeTextError> {
    if depth > MAX_DEPTH {
        return Err(part.error("this type is nested too deep", "name its parts in `types`"));
    }
    let Some(open) = part.text.find('(') else { return bare(part) };
    let (name, inside) = part.cut(open, 1);
    let Some(inside_text) = inside.text.strip_suffix(')') else {
        return Err(part.error("a parenthesis is not closed", format!("write `{})`", part.text)));
    };
    let inside = Part { text: inside_text, start: inside.start }.trimmed();
    match name.text {
        "list" => list(part, inside, depth),
        "map" => map(part, inside, depth),
        _ => bounded(part, name, inside),
    }
}

fn bare(part: Part<'_>) -> Result<TypeExpr, TypeTextError> {
    match part.text {
        "list" => Err(part.error("`list` does not say of what", "write `list(text)`")),
        "map" => Err(part.error("`map` does not say of what", "write `map(text, int)`")),
        "" => Err(part.error("a type is missing", "write a type such as `text`")),
        name => Ok(match simple_type(name) {
            Some(ty) => part.is(TypeKind::Simple(ty, None)),
            None if is_name(name) => part.is(TypeKind::Named(name.to_owned())),
            None => {
                return Err(
                    part.error(format!("`{name}` is not a type"), "write a type such as `text` or `money(0..)`")
                );
            }
        }),
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn list(whole: Part<'_>, inside: Part<'_>, depth: usize) -> Result<TypeExpr, TypeTextError> {
    let (of, len) = match *inside.arguments() {
        [of] => (of, None),
        [of, len] => (of, Some(range(len)?)),
        _ => return Err(whole.error("a list has one type and perhaps a length", "write `list(text, 1..20)`")),
    };
    Ok(whole.is(TypeKind::List(Box::new(parse_at(of, depth + 1)?), len)))
}

fn map(whole: Part<'_>, inside: Part<'_>, depth: usize) -> Result<TypeExpr, TypeTextError> {
    let (key, of, len) = match *inside.arguments() {
        [key, of] => (key, of, None),
        [key, of, len] => (key, of, Some(range(len)?)),
        _ => return Err(whole.error("a map has `text`, a type, and perhaps a length", "write `map(text, int)`")),
    };
    if key.text != "text" {
        return Err(key.error("the keys of a map are texts", "write `text`"));
    }
    Ok(whole.is(TypeKind::Map(Box::new(parse_at(of, depth + 1)?), len)))
}

/// A type with bounds, such as `money(0..)`.
fn bounded(whole: Part<'_>, name: Part<'_>, inside: Part<'_>) -> Result<TypeExpr, TypeTextError> {
    match simple_type(name.text) {
        Some(ty @ (Type::Bool | Type::Text)) => {
            Err(whole.error(format!("`{ty}` takes no bounds"), format!("write `{ty}`")))
        }
        Some(ty) => Ok(whole.is(TypeKind::Simple(ty, Some(range(inside)?)))),
        None if is_name(name.text) => Err(match did_you_mean(name.text, TYPE_NAMES) {
            Some(near) => name.error(
                format!("there is no type `{}` that takes bounds", name.text),
                format!("did you mean `{near}`?"),
            ),
            None => {
                whole.error(format!("`{}` takes nothing in parentheses", name.text), format!("write `{}`", name.text))
            }
        }),
        None => Err(name.error(format!("`{}` is not a type", name.text), "write a type such as `money(0..)`")),
    }
}

fn range(part: Part<'_>) -> Result<RangeText, TypeTextError> {
    let Some(dots) = part.text.find("..") else {
        return Err(
            part.error(format!("`{}` is not a range", part.text), "write a range such as `0..10`, `0..` or `..10`")
        );
    };
    let (min, max) = part.cut(dots, 2);
    let end = |side: Part<'_>| (!side.text.is_empty()).then(|| (side.text.to_owned(), side.start));
    let range = RangeText { min: end(min), max: end(max), start: part.start, end: part.end() };
    if range.min.is_none() && range.max.is_none() {
        return Err(part.error("this range has no end", "write a range such as `0..10`, `0..` or `..10`"));
    }
    Ok(range)
}

#[cfg(test)]
mod tests;
