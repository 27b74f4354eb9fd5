//! Works out which facts a version of a policy reads, in the order in which they matter.

mod reader;

use std::collections::BTreeMap;

use super::assemble::Shared;
use super::lints::everywhere;
use super::policy::TypedPolicy;
use super::remedies::{TypedAmount, TypedBody, TypedRemedy};
use crate::book::asks::{Ask, Asks};
use crate::facts::schema::Schema;
use crate::program::typed::Typed;
use crate::types::Type;
use reader::Reader;

/// The paths of all facts at the top level, records too, by cell.
pub(super) fn paths(schema: &Schema) -> BTreeMap<u32, String> {
    schema.paths().into_iter().filter_map(|path| Some((schema.find(&path)?.slot, path))).collect()
}

/// What a version reads: as the policy is written, fault first; what only guards and nevers read comes last.
pub(super) fn asks(policy: &TypedPolicy<'_>, shared: &Shared<'_, '_>) -> Asks {
    let mut all = Uses { reader: Reader::new(shared.defines, shared.paths), uses: Vec::new() };
    all.read(policy.fault.iter().map(|f| &f.when), Place::Fault);
    for top in &policy.terms {
        top.walk(&mut |term| all.read(everywhere::of_term(term), Place::Rule));
    }
    all.read(&policy.relied_on, Place::Rule);
    for remedy in &policy.remedies {
        all.remedy(remedy);
    }
    for remedy in &policy.remedies {
        all.handed_over(remedy);
    }
    all.read(policy.detour.iter().flat_map(|d| d.when.iter().chain(&d.cost)), Place::Rule);
    all.read(shared.guards.iter().map(|g| &g.when), Place::Limit);
    all.read(shared.nevers.iter().map(|n| &n.when), Place::Limit);
    let needs: Vec<&str> = policy.text.needs.iter().map(|n| n.value.as_str()).collect();
    all.done(shared.schema, &needs)
}

/// Where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Fault,
    Rule,
    Limit,
}

struct Uses<'a> {
    reader: Reader<'a>,
    /// Paths in the order of their first use, those of limits behind all others.
    uses: Vec<(String, Place)>,
}

impl Uses<'_> {
    fn read<'t>(&mut self, all: impl IntoIterator<Item = &'t Typed>, place: Place) {
        for path in all.into_iter().flat_map(|typed| self.reader.read(typed)).collect::<Vec<_>>() {
            self.used(path, place);
        }
    }

    fn used(&mut self, path: String, place: Place) {
        // The fault comes first, limits last: the first use is the one that counts.
        if !self.uses.iter().any(|(known, _)| *known == path) {
            self.uses.push((path, place));
        }
    }

    fn remedy(&mut self, remedy: &TypedRemedy<'_>) {
        self.read(&remedy.when, Place::Rule);
        if let TypedBody::One(one) = &remedy.body {
            self.read(one.of.iter().chain(&one.refunded), Place::Rule);
            match &one.amount {
                Some(TypedAmount::One(amount)) => self.read([amount], Place::Rule),
                Some(TypedAmount::Range(least, most)) => self.read([least, most], Place::Rule),
                None => {}
            }
            self.read(&one.cost, Place::Rule);
        }
        if let Some(keeps) = &remedy.keeps {
            self.read([keeps], Place::Rule);
            self.used("customer.value".to_owned(), Place::Rule);
        }
    }

    /// What is handed on with a remedy: where the money goes, what goods, until when.
    fn handed_over(&mut self, remedy: &TypedRemedy<'_>) {
        self.read(&remedy.expires, Place::Rule);
        let to = if let TypedBody::One(one) = &remedy.body {
            self.read(&one.against, Place::Rule);
            one.to.as_slice()
        } else {
            &[]
        };
        for typed in remedy.items.iter().chain(to) {
            for path in self.reader.read_whole(typed) {
                self.used(path, Place::Rule);
            }
        }
    }

    fn done(self, schema: &Schema, needs: &[&str]) -> Asks {
        let mut asks: Vec<Ask> = Vec::new();
        for (path, place) in &self.uses {
            let Some(ask) = ask(schema, needs, path, *place) else { continue };
            match asks.iter_mut().find(|known| known.path == ask.path) {
                None => asks.push(ask),
                Some(known) => {
                    known.proof |= ask.proof;
                    known.items.extend(ask.items);
                }
            }
        }
        // A record that may be absent stands for itself only where nothing in it is read.
        let holds =
            |record: &Ask| asks.iter().any(|a| a.path.strip_prefix(&record.path).is_some_and(|r| r.starts_with('.')));
        let mut asks: Vec<Ask> = asks.iter().filter(|ask| !holds(ask)).cloned().collect();
        for ask in &mut asks {
            in_order(schema, ask);
        }
        let needed = |(cell, path): (u32, String)| is_needed(needs, &path).then_some(cell);
        Asks { all: asks, looked_for: self.reader.looked_for.into_iter().filter_map(needed).collect() }
    }
}

/// The fact that a path leads to; of one in a list, the list with the rest of the path.
fn ask(schema: &Schema, needs: &[&str], path: &str, place: Place) -> Option<Ask> {
    let (mut optional, mut end) = (None, 0);
    loop {
        end = path.get(end + 1..).and_then(|rest| rest.find('.')).map_or(path.len(), |dot| end + 1 + dot);
        let prefix = path.get(..end)?;
        let found = schema.find(prefix)?;
        if optional.is_none() && found.field.optional && !is_needed(needs, prefix) {
            optional = Some(prefix.to_owned());
        }
        let is_record = matches!(found.field.ty, Type::Record(_));
        if !is_record || end == path.len() {
            let items = path.get(end + 1..).map(str::to_owned).into_iter().collect();
            let is_there = !is_record || optional.is_some();
            let proof = place == Place::Fault;
            return is_there.then(|| Ask { path: prefix.to_owned(), slot: found.slot, optional, items, proof });
        }
    }
}

/// Whether `needs` says that a fact is given, or that something in it is.
fn is_needed(needs: &[&str], path: &str) -> bool {
    needs.iter().any(|need| need.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

/// Names in items in the order declared, each once.
fn in_order(schema: &Schema, ask: &mut Ask) {
    if ask.items.is_empty() {
        return;
    }
    let mut declared = Vec::new();
    if let Some(place) = schema.find(&ask.path) {
        reader::scalars(&place.field.ty, "", &mut declared);
    }
    let read = std::mem::take(&mut ask.items);
    ask.items = declared.into_iter().filter(|name| read.contains(name)).collect();
}
