//! What an option rests on, and what would make it the asker's own, in words.

use super::voice::{self, Voice};
use crate::assess::{Assessment, OptionOutcome, Relied, YoursIf};
use crate::book::rules::Need;
use crate::facts::Source;
use crate::types::Type;

/// How many facts are named in one sentence.
const NAMED_MAX: usize = 4;

/// What is only claimed or said, for whoever decides; what was only looked at, where that is not enough; and what to do.
pub(super) fn notes(a: &Assessment<'_>, voice: Voice<'_>, option: &OptionOutcome) -> Vec<String> {
    let relied = a.relies_on(option);
    let raises = option.made_of.sources.worst > Need::role(voice.role);
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
    let mut notes: Vec<String> = Source::ALL.into_iter().filter_map(said).collect();
    notes.extend(a.yours_if(option).map(|yours| would_be_yours(a, voice, &yours, option.owed.worst)));
    notes
}

fn of(relied: &[Relied], source: Source) -> impl Iterator<Item = &str> {
    relied.iter().filter(move |relied| relied.source == source).map(|relied| relied.path.as_str())
}

fn would_be_yours(a: &Assessment<'_>, voice: Voice<'_>, yours: &YoursIf, owed: bool) -> String {
    let paths: Vec<&str> = yours.paths.iter().map(String::as_str).collect();
    let what = named(a, voice, &paths);
    match (yours.source, owed) {
        (Source::System, true) => t!(voice, "answer-look-up-to-release", what = what),
        (Source::System, false) => t!(voice, "answer-look-up-to-give", what = what),
        (Source::Seen, true) => t!(voice, "answer-look-at-to-release", what = what),
        (Source::Seen, false) => t!(voice, "answer-look-at-to-give", what = what),
        (_, true) => t!(voice, "answer-ask-about-to-release", what = what),
        (_, false) => t!(voice, "answer-ask-about-to-give", what = what),
    }
}

/// Facts by the names that people know: `the order S-48211`, `condition`.
fn named(a: &Assessment<'_>, voice: Voice<'_>, paths: &[&str]) -> String {
    let mut names: Vec<String> = paths.iter().take(NAMED_MAX).map(|path| name(a, path)).collect();
    if paths.len() > NAMED_MAX {
        names.push(t!(voice, "answer-and-more", n = paths.len() - NAMED_MAX));
    }
    let last = names.pop().unwrap_or_default();
    match names.is_empty() {
        true => last,
        false => t!(voice, "answer-and", one = names.join(", "), other = last),
    }
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
