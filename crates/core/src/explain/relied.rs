//! What an option rests on, and what would make it the asker's own, in words.

use super::voice::{self, Voice};
use crate::assess::{Assessment, OptionOutcome, Relied, Truth, YoursIf};
use crate::book::rules::Need;
use crate::facts::Source;
use crate::types::Type;

/// How many facts are named in one sentence.
const NAMED_MAX: usize = 4;

/// What an option rests on that no system vouches for, and what would make it the asker's own.
pub(super) fn notes(a: &Assessment<'_>, voice: Voice<'_>, option: &OptionOutcome) -> Vec<String> {
    let mut notes = said(a, voice, option);
    notes.extend(would_be_yours(a, voice, &a.yours_if(option), option.owed.worst));
    notes
}

/// What is only claimed or said, for whoever decides; what was only looked at, where that is not enough.
pub(super) fn said(a: &Assessment<'_>, voice: Voice<'_>, option: &OptionOutcome) -> Vec<String> {
    let mut relied = a.relies_on(option);
    if option.offered != Truth::Yes {
        return Vec::new(); // What is not shown yet is told with what is missing.
    }
    let raises = option.made_of.sources.worst > Need::role(voice.role);
    // A circumstance has a row of its own, which tells how it is known.
    relied.retain(|relied| raises || !relied.path.starts_with("circumstances."));
    let said = |source: Source| {
        let paths: Vec<&str> = of(&relied, source).collect();
        let what = (!paths.is_empty()).then(|| named(a, voice, &paths))?;
        Some(match source {
            Source::Claimed => t!(voice, "answer-only-claimed", what = what),
            Source::Word => t!(voice, "answer-only-said", what = what),
            Source::Seen if raises => t!(voice, "answer-only-seen", what = what),
            Source::Seen | Source::System => return None,
        })
    };
    Source::ALL.into_iter().filter_map(said).collect()
}

fn of(relied: &[Relied], source: Source) -> impl Iterator<Item = &str> {
    relied.iter().filter(move |relied| relied.source == source).map(|relied| relied.path.as_str())
}

fn would_be_yours(a: &Assessment<'_>, voice: Voice<'_>, yours: &[YoursIf], owed: bool) -> Option<String> {
    let to_do = |yours: &YoursIf| {
        let paths: Vec<&str> = yours.paths.iter().map(String::as_str).collect();
        let what = named(a, voice, &paths);
        match yours.source {
            Source::System => t!(voice, "answer-do-look-up", what = what),
            Source::Seen => t!(voice, "answer-do-look-at", what = what),
            Source::Word | Source::Claimed => t!(voice, "answer-do-hear", what = what),
        }
    };
    let all: Vec<String> = yours.iter().map(to_do).collect();
    let to_do = (!all.is_empty()).then(|| all.join(", "))?;
    Some(if owed {
        t!(voice, "answer-then-yours-to-release", what = to_do)
    } else {
        t!(voice, "answer-then-yours-to-give", what = to_do)
    })
}

/// Facts by the names that people know: `the order S-48211`, `condition`.
fn named(a: &Assessment<'_>, voice: Voice<'_>, paths: &[&str]) -> String {
    let mut names: Vec<String> = paths.iter().take(NAMED_MAX).map(|path| name(a, path)).collect();
    if paths.len() > NAMED_MAX {
        names.push(t!(voice, "answer-and-more", n = paths.len() - NAMED_MAX));
    }
    let last = names.pop().unwrap_or_default();
    if names.is_empty() { last } else { t!(voice, "answer-and", one = names.join(", "), other = last) }
}

/// What forms call a fact; one that they ask for in a question goes by its own name.
fn name(a: &Assessment<'_>, path: &str) -> String {
    let label = match path.strip_prefix("circumstances.") {
        Some(id) => a.book.circumstances.iter().find(|c| c.id == id).map_or(id, |c| c.says.as_str()).into(),
        None => a.book.labels.of_fact(path),
    };
    if label.ends_with('?') || !path.contains('.') && a.book.schema.find(path).is_none() {
        return format!("`{path}`");
    }
    match id_of(a, path) {
        Some(id) => format!("{} {id}", voice::lower(&label)),
        None => voice::lower(&label),
    }
}

/// The id of a record that has one.
fn id_of<'a>(a: &'a Assessment<'_>, path: &str) -> Option<&'a str> {
    let place = a.book.schema.find(&format!("{path}.id")).filter(|place| place.field.ty == Type::Text)?;
    let cell = a.facts.cell(place.slot);
    cell.is_present().then(|| a.facts.text(&a.book.schema.dictionary, cell.v)).flatten().filter(|id| !id.is_empty())
}
