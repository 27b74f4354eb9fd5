//! The parser's errors in plain words, with what to write instead.

use super::span;
use crate::diagnostic::{Diagnostic, FileId};

const QUOTE: &str = "put the whole text in double quotes";
const COLUMN: &str = "the keys of one mapping stand in one column; indent what belongs to a key by two spaces";

/// Parts of the messages that an open bracket may explain.
const IN_BRACKETS: &[&str] = &["in flow", "expected ','", "illegal placement", "inside a block"];

/// Parts of the parser's own messages, what they mean, and what to do. The first that fits is taken.
const WORDS: &[(&str, &str, &str)] = &[
    (
        "mapping values are not allowed",
        "this `:` is out of place",
        "text that holds `: ` goes in double quotes; if this is a key, check its indentation",
    ),
    ("illegal placement of ':'", "this `:` is out of place", "text that holds `: ` goes in double quotes"),
    ("':' may not precede", "a space is missing after `:`", "write `key: value`"),
    ("':' must be followed", "a space is missing after `:`", "write `key: value`, with a space and no tab"),
    ("'-' must be followed", "a space is missing after `-`", "write `- item`, with a space and no tab"),
    (
        "simple key expect",
        "this line is no `key: value`",
        "write `key: value`; indent text that goes on from the line above",
    ),
    ("did not find expected key", "this line does not fit the mapping around it", COLUMN),
    (
        "did not find expected '-'",
        "this line does not fit the list around it",
        "each item begins with `- `, all in one column",
    ),
    (
        "expected ',' or '}'",
        "a `,` or `}` is missing before this",
        "texts that hold `,` `{` `}` `[` `]` or `#` go in double quotes",
    ),
    (
        "expected ',' or ']'",
        "a `,` or `]` is missing before this",
        "texts that hold `,` `{` `}` `[` `]` or `#` go in double quotes",
    ),
    (
        "invalid indentation in flow",
        "a `{` or `[` above is not closed",
        "close it with `}` or `]`, or indent this line",
    ),
    (
        "invalid indentation in quoted",
        "quoted text goes on with too little indentation",
        "close the quote, or indent its lines",
    ),
    ("invalid indentation", "this line is indented differently from those around it", COLUMN),
    ("misplaced bracket", "this bracket closes nothing", "remove it; text that holds brackets goes in double quotes"),
    (
        "found unexpected end of stream",
        "this quote is never closed",
        "close it; inside double quotes a quote is written `\\\"`",
    ),
    ("unexpected document indicator", "this quote is never closed", "close it before the `---`"),
    (
        "invalid trailing content after",
        "something follows the closing quote",
        "put all of it in one pair of double quotes; a double quote inside is written `\\\"`",
    ),
    (
        "unknown escape character",
        "this text holds an unknown escape",
        "a backslash inside double quotes is written `\\\\`",
    ),
    ("hexadecimal number", "this text holds an escape without its hexadecimal digits", "write `\\u` and four digits"),
    (
        "invalid Unicode character",
        "this text holds an escape of no character",
        "write `\\u` and the four digits of a character",
    ),
    ("comment intercepting", "a comment cuts a text that goes on on the next line", QUOTE),
    (
        "comments must be separated",
        "a blank is missing before the `#` of a comment",
        "add it; text that holds `#` goes in double quotes",
    ),
    ("tab", "a tab is used for indentation", "use spaces"),
    ("unknown anchor", "text that begins with `*` is an alias", QUOTE),
    ("anchor or alias", "text that begins with `*` or `&` is an alias or an anchor", QUOTE),
    ("handle wasn't declared", "text that begins with `!` is a tag", QUOTE),
    ("a tag", "text that begins with `!` is a tag", QUOTE),
    ("TAG", "tags are not allowed in a book", "remove the line"),
    ("<document start>", "this does not belong to what stands above it", COLUMN),
    (
        "directive",
        "a line that begins with `%` is a directive",
        "remove it; text that begins with `%` goes in double quotes",
    ),
    (
        "block scalar",
        "this text block is not well formed",
        "after `|` or `>` begin a new line, and indent every line of the text alike",
    ),
    ("block sequence entries are not allowed", "a list cannot begin here", "begin it on a line of its own"),
    ("only valid inside a block", "`-` cannot stand inside `[ ]` or `{ }`", "separate the items with commas"),
    ("cannot start with '-'", "`-` cannot stand inside `[ ]` or `{ }`", "separate the items with commas"),
    ("mapping keys are not allowed", "`?` begins a key here", QUOTE),
    ("byte order mark", "a byte order mark stands inside the text", "remove the invisible character"),
    ("document end marker", "`...` ends the document", "remove it; text that is `...` goes in double quotes"),
    ("recursion limit", "lists and mappings are nested too deep", "write it flatter"),
];

/// The finding for one of the parser's errors at a byte of the text.
pub(super) fn explain(file: FileId, text: &str, at: usize, info: &str) -> Diagnostic {
    let at = within_text(text, at);
    let found = text.get(at..).and_then(|rest| rest.chars().next());
    let end = at + found.filter(|c| !matches!(c, '\n' | '\r')).map_or(0, char::len_utf8);
    let place = if info.contains("simple key expect") { line_before(text, at) } else { (at, end) };
    let (message, help) = in_words(info, found);
    let help = match unclosed(text, at).filter(|_| IN_BRACKETS.iter().any(|part| info.contains(part))) {
        Some((bracket, line)) => format!("{help}; the `{bracket}` of line {line} is still open here"),
        None => help.to_owned(),
    };
    Diagnostic::error("yaml_syntax", span(file, place.0, place.1), message).help(help)
}

fn in_words(info: &str, found: Option<char>) -> (String, &'static str) {
    if info.starts_with("unexpected character") {
        let character = found.filter(|c| *c != '`').map_or("a backtick".to_owned(), |c| format!("`{c}`"));
        return (format!("unquoted text cannot begin with {character}"), QUOTE);
    }
    WORDS.iter().find(|(part, _, _)| info.contains(part)).map_or_else(
        || ("this cannot be read as YAML".to_owned(), "text with punctuation goes in double quotes"),
        |(_, message, help)| ((*message).to_owned(), *help),
    )
}

/// An error at the end of the file is shown behind the last thing written.
fn within_text(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    let rest = text.get(at..).unwrap_or("");
    if rest.trim().is_empty() { text.get(..at).unwrap_or("").trim_end().len() } else { at }
}

/// The last line that says something before a byte: lines without `:` are noticed after their end.
fn line_before(text: &str, at: usize) -> (usize, usize) {
    let written = text.get(..at).unwrap_or("").trim_end();
    let start = written.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let line = written.get(start..).unwrap_or("");
    (start + line.len() - line.trim_start().len(), written.len())
}

/// The innermost bracket that is open at a byte, and its line. Brackets inside quotes count, since a
/// forgotten quote may be the cause: the answer is a hint.
fn unclosed(text: &str, at: usize) -> Option<(char, usize)> {
    let before = text.get(..at)?;
    let mut closed = 0_usize;
    for (start, c) in before.char_indices().rev() {
        match c {
            ']' | '}' => closed += 1,
            '[' | '{' if closed == 0 => return Some((c, before.get(..start)?.matches('\n').count() + 1)),
            '[' | '{' => closed -= 1,
            _ => {}
        }
    }
    None
}
