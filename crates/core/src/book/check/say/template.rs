//! What a template says, as far as it can be told without filling it.

use std::ops::Range;

use crate::explain::say::environment;

/// Filters that templates can use.
pub(super) const FILTERS: &[&str] = &["default", "first", "last", "length", "lower", "upper"];

/// Tests that templates can use, after `is`.
pub(super) const TESTS: &[&str] = &["defined", "undefined"];

/// Why a text is no template, and where.
pub(super) struct Mistake {
    pub message: String,
    pub at: Range<usize>,
}

/// Looks whether a text is a template.
pub(super) fn parse(text: &str) -> Result<(), Mistake> {
    match environment().template_from_str(text) {
        Ok(_) => Ok(()),
        Err(error) => {
            let message = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
            let at = error.range().filter(|at| text.get(at.clone()).is_some_and(|part| !part.is_empty()));
            Err(Mistake { message, at: at.unwrap_or(0..text.len()) })
        }
    }
}

/// The paths that a template is filled from, in the order of their letters; none for what is no template.
pub(in crate::book::check) fn names_read(text: &str) -> Vec<String> {
    let environment = environment();
    let Ok(template) = environment.template_from_str(text) else { return Vec::new() };
    let mut names: Vec<String> = template.undeclared_variables(true).into_iter().collect();
    names.sort();
    names
}

/// Where a path stands in a template.
pub(super) fn place_of(text: &str, path: &str) -> Option<Range<usize>> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let starts = text.match_indices(path).map(|(start, _)| start);
    let mut alone = starts.filter(|start| {
        let before = text.get(..*start).and_then(|t| t.chars().next_back());
        let after = text.get(start + path.len()..).and_then(|t| t.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part) && is_inside_braces(text, *start)
    });
    alone.next().map(|start| start..start + path.len())
}

fn is_inside_braces(text: &str, at: usize) -> bool {
    tags(text).any(|tag| tag.contains(&at))
}

/// The insides of `{{ .. }}` and `{% .. %}`.
fn tags(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let open = from + text.get(from..)?.find('{')?;
            let close = match text.as_bytes().get(open + 1) {
                Some(b'{') => "}}",
                Some(b'%') => "%}",
                Some(b'#') => "#}",
                _ => {
                    from = open + 1;
                    continue;
                }
            };
            let inside = open + 2;
            let end = text.get(inside..)?.find(close).map_or(text.len(), |end| inside + end);
            from = end + close.len();
            if close != "#}" {
                return Some(inside..end);
            }
        }
    })
}

/// Something that a template uses by name.
pub(super) struct Used<'t> {
    pub what: Use,
    pub name: &'t str,
    pub start: usize,
}

/// What sort of thing.
pub(super) enum Use {
    /// `x | name`
    Filter,
    /// `x is name`
    Test,
}

/// The filters and tests that a template uses.
pub(super) fn uses(text: &str) -> Vec<Used<'_>> {
    let mut all = Vec::new();
    for tag in tags(text) {
        let (mut before, mut last) = ("", "");
        for (start, word) in words(text, tag) {
            let what = match (before, last) {
                (_, "|") => Some(Use::Filter),
                (_, "is") if word != "not" => Some(Use::Test),
                ("is", "not") => Some(Use::Test),
                _ => None,
            };
            if let Some(what) = what.filter(|_| word.starts_with(|c: char| c.is_alphabetic() || c == '_')) {
                all.push(Used { what, name: word, start });
            }
            (before, last) = (last, word);
        }
    }
    all
}

/// Names and signs inside a tag, each with its place; quoted texts are left out.
fn words(text: &str, tag: Range<usize>) -> Vec<(usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut all = Vec::new();
    let mut at = tag.start;
    while let Some(rest) = text.get(at..tag.end)
        && let Some(c) = rest.chars().next()
    {
        let len = match c {
            '"' | '\'' => quoted(rest, c),
            c if is_part(c) => rest.find(|c| !is_part(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        if !c.is_whitespace() && !matches!(c, '"' | '\'') {
            all.extend(rest.get(..len).map(|word| (at, word)));
        }
        at += len;
    }
    all
}

/// How long a text in quotes is, with its quotes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\\' if !escaped => escaped = true,
            c if c == quote && !escaped => return at + 1,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_and_test_is_known_to_the_engine() {
        let filters = FILTERS.iter().map(|name| format!("{{{{ 'a' | {name} }}}}"));
        let tests = TESTS.iter().map(|name| format!("{{{{ 'a' is {name} }}}}"));
        for template in filters.chain(tests) {
            let filled = environment().render_str(&template, ());
            assert!(filled.is_ok(), "{template}: {filled:?}");
        }
    }

    #[test]
    fn filters_and_tests_are_found_inside_tags_only() {
        let text =
            "a | b {{ x | upper | tirm('is odd') }}{# y | z #}{% if x is not defined and y is odd %}is w{% endif %}";
        let found: Vec<&str> = uses(text).iter().map(|used| used.name).collect();
        assert_eq!(found, ["upper", "tirm", "defined", "odd"]);
    }

    #[test]
    fn a_path_is_found_where_it_stands_alone() {
        assert_eq!(place_of("role {{ order.role }} {{ role }}", "role"), Some(25..29));
        assert_eq!(place_of("{{ x['role'] }}", "roles"), None);
    }
}
