//! Nevers and what they bar, what is offered instead, and how many circumstances there may be.

use super::Whole;
use crate::book::model::{BookText, REMEDY_KINDS, RemedyText, Text};
use crate::diagnostic::{Diagnostic, Findings, did_you_mean};

/// Most circumstances of a book.
const CIRCUMSTANCES_MAX: usize = 64;

/// Looks at `bars`, `instead` and the number of circumstances.
pub(super) fn check(whole: &Whole<'_>, findings: &mut Findings) {
    let book = whole.book;
    if let Some(extra) = book.circumstances.get(CIRCUMSTANCES_MAX) {
        findings.push(
            Diagnostic::error(
                "too_many",
                extra.id.at,
                format!("the book has more than {CIRCUMSTANCES_MAX} circumstances"),
            )
            .label("one too many")
            .help("put those together that lend the same"),
        );
    }
    if !whole.complete {
        return; // What they name may be in a file that could not be read.
    }
    let remedies: Vec<&str> = book
        .policies
        .iter()
        .flat_map(|p| [&p.recovery, &p.remedies, &p.goodwill, &p.instead])
        .flat_map(|group| ids(group))
        .collect();
    let instead: Vec<&str> = book.policies.iter().flat_map(|p| ids(&p.instead)).collect();
    let barred = book.never.iter().flat_map(|never| never.bars.iter().flatten());
    let unknown =
        barred.filter(|word| !REMEDY_KINDS.contains(&word.value.as_str()) && !remedies.contains(&word.value.as_str()));
    findings.all.extend(unknown.map(|word| barred_unknown(word, &remedies)));
    let offered = book.never.iter().flat_map(|never| &never.instead);
    let unknown: Vec<_> = offered
        .filter(|word| !instead.contains(&word.value.as_str()))
        .map(|word| instead_unknown(word, &instead))
        .collect();
    if unknown.is_empty() {
        never_offered(book, findings);
    }
    findings.all.extend(unknown);
}

fn ids(group: &[RemedyText]) -> Vec<&str> {
    group
        .iter()
        .flat_map(|remedy| std::iter::once(remedy).chain(&remedy.either))
        .map(|remedy| remedy.id.value.as_str())
        .collect()
}

fn barred_unknown(word: &Text, remedies: &[&str]) -> Diagnostic {
    let near = did_you_mean(&word.value, remedies.iter().copied().chain(REMEDY_KINDS.iter().copied()));
    let help = near.map_or_else(
        || format!("name remedies of your policies, or kinds: {}", REMEDY_KINDS.join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Diagnostic::error(
        "unknown_remedy",
        word.at,
        format!("no policy has a remedy `{}`, and there is no such kind", word.value),
    )
    .label("not known")
    .help(help)
}

fn instead_unknown(word: &Text, instead: &[&str]) -> Diagnostic {
    let near = did_you_mean(&word.value, instead.iter().copied());
    let help = near.map_or_else(
        || format!("write `{}` under `instead` of the policies it is for", word.value),
        |near| format!("did you mean `{near}`?"),
    );
    Diagnostic::error("unknown_remedy", word.at, format!("no policy has `{}` under `instead`", word.value))
        .label("not known")
        .help(help)
}

/// What is offered instead is offered only where a never names it.
fn never_offered(book: &BookText, findings: &mut Findings) {
    let named = |id: &Text| book.never.iter().flat_map(|never| &never.instead).any(|word| word.value == id.value);
    for policy in &book.policies {
        let in_bundle =
            |id: &Text| policy.instead.iter().flat_map(|r| &r.bundle).any(|(part, _)| part.value == id.value);
        for remedy in policy.instead.iter().filter(|remedy| !named(&remedy.id) && !in_bundle(&remedy.id)) {
            findings.push(
                Diagnostic::warning(
                    "instead_never_offered",
                    remedy.id.at,
                    format!("no never offers `{}` instead", remedy.id.value),
                )
                .label("never offered")
                .help(format!("name it in a never of book.yaml, `instead: [{}]`, or leave it out", remedy.id.value)),
            );
        }
    }
}
