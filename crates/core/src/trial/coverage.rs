//! What the cases of a book try, and what none of them does.

use std::collections::{BTreeMap, BTreeSet};

use crate::assess::{Assessment, Bar, TermState, Told, Truth};
use crate::book::rules::{Book, Need, RoleId, Term, TermShape, Version};

/// Something that no case tries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The policy, with the day of its version where there are several; none for what belongs to the book.
    pub policy: Option<String>,
    /// What: `window: never past the line`.
    pub what: String,
}

/// What was tried. Versions go by their identity, the rest by place or id.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    versions: BTreeMap<usize, Tried>,
    nevers: BTreeSet<String>,
    guards: BTreeSet<String>,
    circumstances: BTreeSet<usize>,
}

#[derive(Debug, Default)]
struct Tried {
    met: BTreeSet<usize>,
    failed: BTreeSet<usize>,
    stretched: BTreeSet<(usize, RoleId)>,
    remedies: BTreeSet<usize>,
    detour: bool,
}

impl Coverage {
    pub fn add(&mut self, a: &Assessment<'_>) {
        let tried = self.versions.entry(a.version.identity).or_default();
        tried.add(a);
        let holding = a.version.nevers.iter().zip(&a.nevers).enumerate().filter(|(_, (_, t))| **t == Truth::Yes);
        for (index, (never, _)) in holding {
            if a.options.iter().any(|o| o.parts.iter().any(|p| p.bars.contains(&(Bar::Never(index), true)))) {
                self.nevers.insert(never.id.clone());
            }
        }
        let raising = a.version.guards.iter().zip(&a.guards).filter(|(_, t)| **t == Truth::Yes);
        self.guards.extend(raising.map(|(g, _)| g.id.clone()));
        let shown = |i: &usize| a.told.get(*i) == Some(&Told::Proven);
        self.circumstances.extend(a.options.iter().flat_map(|o| &o.borrows).copied().filter(shown));
    }

    /// What is left, policy by policy, then what belongs to the book.
    pub fn gaps(&self, book: &Book) -> Vec<Gap> {
        let mut gaps = Vec::new();
        for policy in &book.policies {
            for version in &policy.versions {
                let name = match version.in_force {
                    Some(day) if policy.versions.len() > 1 => format!("{} of {day}", policy.id),
                    _ => policy.id.clone(),
                };
                let left = self
                    .versions
                    .get(&version.identity)
                    .map_or_else(|| vec!["no case at all".to_owned()], |t| t.left(book, version));
                gaps.extend(left.into_iter().map(|what| Gap { policy: Some(name.clone()), what }));
            }
        }
        gaps.extend(self.of_book(book).into_iter().map(|what| Gap { policy: None, what }));
        gaps
    }

    fn of_book(&self, book: &Book) -> Vec<String> {
        let versions = || book.policies.iter().flat_map(|p| &p.versions);
        let nevers: BTreeSet<&str> = versions().flat_map(|v| &v.nevers).map(|n| n.id.as_str()).collect();
        let guards: BTreeSet<&str> = versions().flat_map(|v| &v.guards).map(|g| g.id.as_str()).collect();
        let nevers =
            nevers.into_iter().filter(|n| !self.nevers.contains(*n)).map(|n| format!("never {n}: bars nothing"));
        let guards =
            guards.into_iter().filter(|g| !self.guards.contains(*g)).map(|g| format!("guard {g}: never holds"));
        let all = book.circumstances.iter().enumerate().filter(|(i, _)| !self.circumstances.contains(i));
        nevers.chain(guards).chain(all.map(|(_, c)| format!("circumstance {}: lends nothing", c.id))).collect()
    }
}

impl Tried {
    fn add(&mut self, a: &Assessment<'_>) {
        for (index, outcome) in a.terms.iter().enumerate() {
            match outcome.state {
                TermState::Met => drop(self.met.insert(index)),
                TermState::Failed => {
                    self.failed.insert(index);
                    self.stretched.extend(own_need(a, index).as_role().map(|role| (index, role)));
                }
                TermState::Missing | TermState::NotApplicable => {}
            }
        }
        for option in a.options.iter().filter(|o| o.offered == Truth::Yes) {
            self.remedies.insert(option.remedy);
            for part in &option.parts {
                self.remedies.insert(part.remedy);
                self.remedies.extend(part.chosen);
            }
        }
        self.detour |= a.detour == Some(Truth::Yes);
    }

    fn left(&self, book: &Book, version: &Version) -> Vec<String> {
        let mut left = Vec::new();
        for (index, term) in version.terms.iter().enumerate() {
            if !self.met.contains(&index) {
                left.push(format!("term {}: never met", term.id));
            }
            if !self.failed.contains(&index) {
                left.push(format!(
                    "term {}: never {}",
                    term.id,
                    if is_measured(term) { "past its line" } else { "broken" }
                ));
            }
            let unused = term.stretch.iter().filter(|(role, _)| !self.stretched.contains(&(index, *role)));
            left.extend(unused.map(|(role, _)| format!("term {}: the stretch of {}", term.id, book.role_id(*role))));
        }
        let remedies = version.remedies.iter().enumerate().filter(|(i, _)| !self.remedies.contains(i));
        left.extend(remedies.map(|(_, r)| format!("remedy {}: never offered", r.id)));
        if version.detour.is_some() && !self.detour {
            left.push("detour: never open".to_owned());
        }
        left
    }
}

fn is_measured(term: &Term) -> bool {
    matches!(term.shape, TermShape::Measure { .. })
}

/// Who may allow what a failed term asks for, also where customers were not told of it.
fn own_need(a: &Assessment<'_>, index: usize) -> Need {
    a.terms.get(index).map_or(Need::NONE, |o| o.need.worst)
}
