//! What customers were told, held against the terms: `"... within {window} ..."`.

use super::policy::TypedPolicy;
use crate::book::rules::Disclosed;
use crate::diagnostic::{Diagnostic, Findings, did_you_mean};

/// The text for people: the words between braces name terms and go.
pub(super) fn without_braces(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '{' | '}')).collect::<String>().replace('_', " ")
}

/// Pieces between braces, each with its place in the text.
fn named(text: &str) -> Vec<(usize, &str)> {
    let mut all = Vec::new();
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|t| t.find('{')).map(|i| from + i) {
        let Some(close) = text.get(open..).and_then(|t| t.find('}')).map(|i| open + i) else { break };
        if let Some(id) = text.get(open + 1..close) {
            all.push((open + 1, id.trim()));
        }
        from = close + 1;
    }
    all
}

/// Words that no term carries, and terms that no word carries: questions to the owner.
pub(super) fn check(policy: &TypedPolicy<'_>, findings: &mut Findings) {
    let Some(published) = &policy.text.published else { return };
    let mut ids: Vec<(&str, bool, crate::diagnostic::Span)> = Vec::new();
    for top in &policy.terms {
        top.walk(&mut |t| ids.push((t.text.id.value.as_str(), t.disclosed == Disclosed::Never, t.text.id.at)));
    }
    let words = named(&published.text);
    for (place, word) in &words {
        if !ids.iter().any(|(id, ..)| id == word) {
            let near = did_you_mean(word, ids.iter().map(|(id, ..)| *id));
            let help = near.map_or_else(
                || "write the term that holds what customers were told, or drop the words".to_owned(),
                |n| format!("did you mean `{n}`?"),
            );
            findings.push(
                Diagnostic::question(
                    "published_without_term",
                    published.span(*place, place + word.len()),
                    format!("customers were told `{word}`, and no term carries it"),
                )
                .label("no such term")
                .help(help),
            );
        }
    }
    let untold: Vec<_> =
        policy.terms.iter().filter(|top| top.disclosed != Disclosed::Never && !carries(top, &words)).collect();
    for top in untold {
        findings.push(
            Diagnostic::question(
                "term_not_published",
                top.text.id.at,
                format!("no published word carries the term `{}`", top.text.id.value),
            )
            .label("were customers told?")
            .help(format!("name it in `published` as {{{}}}, or write `disclosed: false`", top.text.id.value)),
        );
    }
}

fn carries(top: &super::terms::TypedTerm<'_>, words: &[(usize, &str)]) -> bool {
    let mut found = false;
    top.walk(&mut |t| found |= words.iter().any(|(_, w)| *w == t.text.id.value));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_words_between_braces() {
        assert_eq!(named("within {window}, in the same {channel}"), vec![(8, "window"), (30, "channel")]);
        assert_eq!(named("no braces, {open"), vec![]);
        assert_eq!(without_braces("in the same {channel_of}"), "in the same channel of");
    }
}
