//! What pays out on facts that no mapping brings: an agent may act on what a system says alone, so it can only ask for that.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::authority::AGENT;
use crate::book::model::{BookText, IntakeText, PolicyText};
use crate::book::rules::{Policy, RemedyBody, Role, Version};
use crate::book::trust::Reliance;
use crate::diagnostic::{Diagnostic, Findings};
use crate::facts::{Schema, Source};

/// Looks at every remedy of a book that has mappings, and an agent that acts on systems alone.
pub(super) fn check(text: &BookText, schema: &Schema, roles: &[Role], policies: &[Policy], findings: &mut Findings) {
    let needs_systems = |role: &Role| role.id == AGENT && *role.trust.on(Source::Seen) == Reliance::Nothing;
    if text.intakes.is_empty() || !roles.iter().any(needs_systems) {
        return;
    }
    let all = schema.paths();
    let known = Known::of(text, schema, &all);
    for version in policies.iter().flat_map(|policy| &policy.versions) {
        let policy = text.policies.iter().find(|policy| policy.at == version.at);
        findings.all.extend(policy.and_then(|policy| look_at(version, &known.lacking(policy))));
    }
}

/// A fact or record that no mapping brings, with its cells.
struct Lacking<'a> {
    path: &'a str,
    cells: Range<u32>,
}

/// One finding for all remedies of a version that lack something.
fn look_at(version: &Version, lacking: &[Lacking<'_>]) -> Option<Diagnostic> {
    let (mut remedies, mut paths) = (Vec::new(), BTreeSet::new());
    for index in version.options.iter().copied().filter(|index| pays(version, *index)) {
        let (remedy, relies) = (version.remedies.get(index)?, version.relies.get(index)?);
        // Cells are in order.
        let first_from = |start: u32| relies.cells.get(relies.cells.partition_point(|cell| *cell < start));
        let own = lacking.iter().filter(|of| first_from(of.cells.start).is_some_and(|cell| of.cells.contains(cell)));
        let own: Vec<&str> = own.map(|of| of.path).collect();
        if !own.is_empty() {
            remedies.push(remedy);
            paths.extend(own);
        }
    }
    let first = remedies.first()?;
    let names: Vec<&str> = remedies.iter().map(|remedy| remedy.id.as_str()).collect();
    let pay = if names.len() == 1 { "pays" } else { "pay" };
    let (names, paths) = (all_of(&names), all_of(&paths.into_iter().collect::<Vec<_>>()));
    let error = format!("{names} {pay} out on what no mapping brings: {paths}");
    let help = "map it in intake/, or write `takes: seen` or `takes: word` at a fact that a person alone can know";
    Some(Diagnostic::warning("not_brought", first.at, error).label("an agent can only ask for it").help(help))
}

/// What is known of the facts of a book.
struct Known<'a> {
    schema: &'a Schema,
    /// Paths of what lies directly in a record, by the record's; in the whole, by none.
    inside: BTreeMap<&'a str, Vec<&'a str>>,
    /// What a mapping makes from a system or from whoever looked, and the records it lies in.
    brought: BTreeSet<&'a str>,
    /// What is for people to know, and the records it lies in.
    of_people: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    fn of(text: &'a BookText, schema: &'a Schema, all: &'a [String]) -> Self {
        let mut inside: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for path in all {
            inside.entry(parent(path).unwrap_or_default()).or_default().push(path);
        }
        let made = text.intakes.iter().flat_map(|intake| intake.facts.iter().map(move |entry| (intake, entry)));
        let made = made.map(|(intake, entry)| (intake, entry.id.as_str()));
        let counts = made.filter(|(intake, path)| source(intake, path) >= Source::Seen).map(|(_, path)| path);
        let takes = |path: &&str| schema.find(path).is_some_and(|place| place.field.takes != Source::System);
        let of_people = all.iter().map(String::as_str).filter(takes).flat_map(upwards).collect();
        Self { schema, inside, brought: counts.flat_map(upwards).collect(), of_people }
    }

    /// What has to be given and no mapping brings: the outermost record or fact.
    fn lacking(&self, policy: &PolicyText) -> Vec<Lacking<'a>> {
        let directly_in = |record: &str| self.inside.get(record).cloned().unwrap_or_default();
        let (mut all, mut left) = (Vec::new(), directly_in(""));
        while let Some(path) = left.pop() {
            let Some(place) = self.schema.find(path) else { continue };
            let may_be_absent = place.field.optional && !policy.needs.iter().any(|need| need.value == path);
            if may_be_absent || place.field.takes != Source::System {
                continue;
            }
            if self.brought.contains(path) || self.of_people.contains(path) {
                left.extend(directly_in(path));
            } else {
                all.push(Lacking { path, cells: self.schema.cells_of(place.slot) });
            }
        }
        all
    }
}

/// The record that a path lies in.
fn parent(path: &str) -> Option<&str> {
    path.rsplit_once('.').map(|(record, _)| record)
}

/// A path, and the records it lies in.
fn upwards(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| parent(path))
}

/// Whether a path is another, or lies in it.
fn within(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What a mapping says a fact is worth: by the longest path it lies in.
fn source(intake: &IntakeText, path: &str) -> Source {
    let own = intake.sources.iter().filter(|entry| within(path, entry.id.as_str()));
    let all = || intake.sources.iter().find(|entry| matches!(entry.id.as_str(), "" | "*"));
    let entry = own.max_by_key(|entry| entry.id.as_str().len()).or_else(all);
    entry.and_then(|entry| Source::parse(entry.item.as_str())).unwrap_or(Source::System)
}

/// Whether a remedy, or a part of it, hands money to the customer.
fn pays(version: &Version, index: usize) -> bool {
    match version.remedies.get(index).map(|remedy| &remedy.body) {
        Some(RemedyBody::One(one)) => one.pays,
        Some(RemedyBody::Bundle(parts)) => parts.iter().any(|(part, _)| pays(version, *part)),
        Some(RemedyBody::Either(choices)) => choices.iter().any(|choice| pays(version, *choice)),
        None => false,
    }
}

/// Names in a sentence.
fn all_of(names: &[&str]) -> String {
    format!("`{}`", names.join("`, `"))
}
