//! Small changes of a file's text: what is not meant stays as it is written, comments and layout included.

use super::scalar::{Style, double_quoted, key_range, range};
use crate::book::read::scan::is_literal;
use crate::book::yaml::{self, Node, Value};
use crate::diagnostic::{FileId, Findings, Spanned};

/// Writes a text under a path of keys; the last key is added where it is not there. None where that cannot be done
/// without touching anything else: the text cannot be read, or the path leads to something other than a text.
#[must_use]
pub fn set(text: &str, path: &[&str], value: &str) -> Option<String> {
    let root = read(text)?;
    let changed = match node_at(&root, path) {
        Some(node) if node.text() == Some(value) => return Some(text.to_owned()),
        Some(node) => replaced(text, key_at(&root, path)?, node, value)?,
        None => added(text, &root, path, &written(value))?,
    };
    keeps_the_rest(&root, &changed, path, |node| node.text() == Some(value)).then_some(changed)
}

/// Writes a mapping of texts under a path of keys, as [`set`] does: one by one where the keys stay as they are, else anew
/// on one line.
#[must_use]
pub fn set_table(text: &str, path: &[&str], entries: &[(&str, &str)]) -> Option<String> {
    let root = read(text)?;
    let is_so = |node: &Node| {
        node.map().is_some_and(|map| {
            let pairs = map.iter().map(|(key, node)| (key.value.as_str(), node.text()));
            pairs.eq(entries.iter().map(|(key, value)| (*key, Some(*value))))
        })
    };
    let known = node_at(&root, path);
    if known.is_some_and(is_so) || (known.is_none() && entries.is_empty()) {
        return Some(text.to_owned());
    }
    let same_keys = known
        .and_then(Node::map)
        .is_some_and(|map| map.iter().map(|(key, _)| key.value.as_str()).eq(entries.iter().map(|(key, _)| *key)));
    if same_keys {
        let one = |text: String, (key, value): &(&str, &str)| set(&text, &[path, &[*key]].concat(), value);
        return entries.iter().try_fold(text.to_owned(), one);
    }
    let pairs: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {}", written(value))).collect();
    let table = if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) };
    let changed = match known {
        Some(node) => spliced(text, node.at.start as usize, end_of(text, node), &table)?,
        None => added(text, &root, path, &table)?,
    };
    keeps_the_rest(&root, &changed, path, is_so).then_some(changed)
}

/// The text under a path of keys.
#[must_use]
pub fn get(text: &str, path: &[&str]) -> Option<String> {
    node_at(&read(text)?, path)?.text().map(str::to_owned)
}

/// The tree of a text; none where it is no YAML that a book may hold.
#[must_use]
pub fn read(text: &str) -> Option<Node> {
    let mut findings = Findings::default();
    yaml::parse(FileId::default(), text, &mut findings).filter(|_| !findings.has_errors())
}

fn node_at<'n>(root: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(root, |node, key| node.get(key))
}

fn key_at<'n>(root: &'n Node, path: &[&str]) -> Option<&'n Spanned<String>> {
    let (last, before) = path.split_last()?;
    node_at(root, before)?.map()?.iter().map(|(key, _)| key).find(|key| key.value == *last)
}

fn spliced(text: &str, start: usize, end: usize, with: &str) -> Option<String> {
    Some(format!("{}{with}{}", text.get(..start)?, text.get(end..)?))
}

/// Where a mapping in brackets ends, bracket included; any other at the end of its last line.
fn end_of(text: &str, node: &Node) -> usize {
    let end = node.at.end as usize;
    let has_bracket = text.get(node.at.start as usize..).is_some_and(|rest| rest.starts_with('{'));
    if has_bracket && !text.get(..end).is_some_and(|before| before.ends_with('}')) { end + 1 } else { end }
}

fn replaced(text: &str, key: &Spanned<String>, node: &Node, value: &str) -> Option<String> {
    if !matches!(node.value, Value::Scalar { .. }) {
        return None;
    }
    let style = Style::of(text, node);
    if style == Style::Block {
        let start = key_range(text, key).end + 1;
        let content = text.get(start..node.at.end as usize)?;
        let end = start + content.trim_end_matches('\n').len();
        return spliced(text, start, end, &format!(" {}", double_quoted(value)));
    }
    let quoted = if style == Style::Plain { written(value) } else { double_quoted(value) };
    let at = range(text, node);
    let gap = if node.is_empty() { " " } else { "" };
    spliced(text, at.start, at.end, &format!("{gap}{quoted}"))
}

/// A new key goes behind the first one of its mapping, before the second; so the first, which says what it is, stays first.
fn added(text: &str, root: &Node, path: &[&str], written: &str) -> Option<String> {
    let (last, before) = path.split_last()?;
    let parent = node_at(root, before)?;
    let entries = parent.map()?;
    let (key, only) = match entries {
        [_, (second, _), ..] => (second, false),
        [(first, _)] => (first, true),
        [] => return None,
    };
    let at = key_range(text, key).start;
    let in_brackets = text.get(parent.at.start as usize..).is_some_and(|rest| rest.starts_with('{'));
    let line_start = text.get(..at)?.rfind('\n').map_or(0, |n| n + 1);
    let indent = text.get(line_start..at)?;
    if in_brackets || only {
        let between = if in_brackets { ", ".to_owned() } else { format!("\n{indent}") };
        return spliced(text, at, at, &format!("{last}: {written}{between}"));
    }
    // Above comments that belong to the second key.
    spliced(text, at, at, &format!("{last}: {written}\n{indent}"))
}

/// A value as it is written: plain where nobody could read it otherwise.
fn written(value: &str) -> String {
    if is_literal(value) || is_plain(value) { value.to_owned() } else { double_quoted(value) }
}

fn is_plain(value: &str) -> bool {
    value.starts_with(char::is_alphabetic)
        && !value.ends_with([' ', ':'])
        && !value.contains(": ")
        && !value.chars().any(|c| c.is_control() || matches!(c, '#' | ',' | '[' | ']' | '{' | '}' | '"' | '\'' | '\\'))
        && !matches!(value, "null")
}

/// Whether a text says the same as before but under a path, and there what is wanted.
fn keeps_the_rest(before: &Node, changed: &str, path: &[&str], is_so: impl Fn(&Node) -> bool) -> bool {
    let Some(after) = read(changed) else { return false };
    node_at(&after, path).is_some_and(is_so) && same_but(before, &after, path)
}

fn same_but(a: &Node, b: &Node, path: &[&str]) -> bool {
    let Some((key, rest)) = path.split_first() else { return true };
    let (Some(a), Some(b)) = (a.map(), b.map()) else { return false };
    let others = |map: &[(Spanned<String>, Node)]| -> Vec<(String, Node)> {
        map.iter().filter(|(k, _)| k.value != *key).map(|(k, n)| (k.value.clone(), n.clone())).collect()
    };
    let (left, right) = (others(a), others(b));
    let same = left.len() == right.len() && left.iter().zip(&right).all(|((k, x), (l, y))| k == l && super::same(x, y));
    let under = |map: &[(Spanned<String>, Node)]| map.iter().find(|(k, _)| k.value == *key).map(|(_, n)| n.clone());
    same && match (under(a), under(b)) {
        (Some(a), Some(b)) => same_but(&a, &b, rest),
        // It was added, with nothing between.
        (None, Some(_)) => rest.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "# What it is.\npolicy: returns\ntitle: 'Returns'  # for people\nterms:\n  window:\n    says: Within 60 days\n    # The line.\n    at_most: 60 days   # was 30\n    stretch: { frontline: 7 days, lead: 30 days }  # past the line\nsay:\n  granted: >-\n    You get it\n    back.\n  declined: no\n";

    fn lines(path: &[&str], value: &str) -> String {
        let changed = set(POLICY, path, value).unwrap();
        changed.lines().filter(|line| !POLICY.lines().any(|l| l == *line)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_text_is_changed_where_it_stands_and_nothing_else_is() {
        for (path, value, line) in [
            (&["terms", "window", "at_most"][..], "45 days", "    at_most: 45 days   # was 30"),
            (&["terms", "window", "says"], "Within 45 days: or so", "    says: \"Within 45 days: or so\""),
            (&["title"], "Bring it \"back\"", "title: \"Bring it \\\"back\\\"\"  # for people"),
            (
                &["terms", "window", "stretch", "lead"],
                "any",
                "    stretch: { frontline: 7 days, lead: any }  # past the line",
            ),
            (&["purpose"], "So that # it sells", "purpose: \"So that # it sells\""),
            (&["in_force"], "2026-12-01", "in_force: 2026-12-01"),
            (&["say", "granted"], "You get it\nback, all of it.", "  granted: \"You get it\\nback, all of it.\""),
            (&["terms", "window", "when"], "true", "    when: true"),
        ] {
            assert_eq!(lines(path, value), line);
            let again = set(POLICY, path, value).unwrap();
            assert_eq!(get(&again, path).as_deref(), Some(value));
        }
        assert_eq!(set(POLICY, &["title"], "Returns").as_deref(), Some(POLICY));
    }

    #[test]
    fn what_leads_elsewhere_changes_nothing() {
        for path in [&["terms"][..], &["terms", "gone", "says"], &["terms", "window", "stretch"], &["title", "deeper"]]
        {
            assert_eq!(set(POLICY, path, "x"), None, "{path:?}");
        }
        assert_eq!(set("policy: [", &["title"], "x"), None);
        assert_eq!(set("", &["title"], "x"), None);
    }

    #[test]
    fn a_table_is_changed_one_by_one_or_anew() {
        let path = ["terms", "window", "stretch"];
        let line = |entries: &[(&str, &str)]| {
            let changed = set_table(POLICY, &path, entries).unwrap();
            changed.lines().find(|line| line.contains("stretch:")).map(str::to_owned).unwrap_or_default()
        };
        assert_eq!(
            line(&[("frontline", "9 days"), ("lead", "30 days")]),
            "    stretch: { frontline: 9 days, lead: 30 days }  # past the line"
        );
        assert_eq!(line(&[("lead", "30 days")]), "    stretch: { lead: 30 days }  # past the line");
        assert_eq!(line(&[]), "    stretch: {}  # past the line");
        let block = "policy: a\nterms:\n  w:\n    says: b\n    stretch:\n      lead: 3 days\n    at_most: 1 days\n";
        let changed = set_table(block, &["terms", "w", "stretch"], &[("lead", "3 days"), ("head", "any")]).unwrap();
        assert_eq!(get(&changed, &["terms", "w", "stretch", "head"]).as_deref(), Some("any"));
        let firm = "policy: a\nterms:\n  w: { says: b, at_most: 1 days }\n";
        let changed = set_table(firm, &["terms", "w", "stretch"], &[("lead", "3 days")]).unwrap();
        assert_eq!(changed, "policy: a\nterms:\n  w: { says: b, stretch: { lead: 3 days }, at_most: 1 days }\n");
    }

    proptest::proptest! {
        #[test]
        fn any_words_can_be_written(value in "\\PC{1,40}") {
            for path in [&["title"][..], &["terms", "window", "says"], &["say", "granted"], &["purpose"]] {
                let changed = set(POLICY, path, &value).unwrap();
                proptest::prop_assert_eq!(get(&changed, path), Some(value.clone()));
            }
        }
    }
}
