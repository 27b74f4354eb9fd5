//! What each remedy rests on: the facts that could make it come out otherwise.

use std::collections::BTreeSet;

use super::rules::{
    Amount, Condition, Disclosed, FieldValue, Group, Line, One, Operand, RemedyBody, Term, TermShape, Version,
};
use crate::facts::schema::{Schema, slot};
use crate::program::op::Reg;

/// Cells at the top level that a remedy rests on, worked out once: facts of the book, and `asked`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relies {
    /// In order, each once. Guards have their own, see [`Guard::reads`](super::rules::Guard::reads).
    pub cells: Vec<u32>,
}

/// Those of every remedy of a version, by index. `dated`: whether the policy has other versions, so that it hangs on
/// days which one is read.
pub(super) fn of(version: &Version, schema: &Schema, dated: bool) -> Vec<Relies> {
    let finder = Finder { version, schema, dated };
    (0..version.remedies.len()).map(|remedy| Relies { cells: finder.remedy(remedy) }).collect()
}

/// Cells that matter behind a register.
pub(super) fn behind(version: &Version, schema: &Schema, reg: Reg) -> Vec<u32> {
    let mut cells = BTreeSet::new();
    Finder { version, schema, dated: false }.reg(reg, &mut cells);
    cells.into_iter().collect()
}

struct Finder<'a> {
    version: &'a Version,
    schema: &'a Schema,
    dated: bool,
}

impl Finder<'_> {
    fn remedy(&self, index: usize) -> Vec<u32> {
        let mut cells = BTreeSet::new();
        let Some(remedy) = self.version.remedies.get(index) else { return Vec::new() };
        let things = self.things(index);
        for thing in &things {
            self.thing(*thing, &mut cells);
        }
        match remedy.group {
            Group::Recovery => cells.extend(self.version.fault.iter().flat_map(|f| self.wide(&f.reads))),
            Group::Remedies | Group::Instead => self.terms(&mut cells),
            Group::Goodwill => {}
        }
        for never in &self.version.nevers {
            let named = never.bars.as_ref().is_none_or(|bars| things.iter().any(|thing| bars.contains(thing)));
            if named && !never.instead.contains(&index) {
                self.reg(never.when, &mut cells);
            }
        }
        if self.dated {
            cells.insert(slot::ASKED);
            self.relied_on(&mut cells);
        }
        cells.into_iter().collect()
    }

    /// The remedy itself, with the parts of a bundle and all that an `either` chooses from.
    fn things(&self, index: usize) -> Vec<usize> {
        let inside = match self.version.remedies.get(index).map(|r| &r.body) {
            Some(RemedyBody::Bundle(parts)) => parts.iter().flat_map(|(part, _)| self.things(*part)).collect(),
            Some(RemedyBody::Either(choices)) => choices.clone(),
            _ => Vec::new(),
        };
        std::iter::once(index).chain(inside).collect()
    }

    fn thing(&self, index: usize, cells: &mut BTreeSet<u32>) {
        let Some(remedy) = self.version.remedies.get(index) else { return };
        let fields = remedy.fields.iter().filter_map(|(_, field)| match field {
            FieldValue::Computed(reg, ..) => Some(*reg),
            FieldValue::Text(_) => None,
        });
        for reg in fields.chain(remedy.when) {
            self.reg(reg, cells);
        }
        if let RemedyBody::One(one) = &remedy.body {
            self.one(one, cells);
        }
    }

    fn one(&self, one: &One, cells: &mut BTreeSet<u32>) {
        let amounts = match one.amount {
            None => [None, None],
            Some(Amount::One(only)) => [Some(only), None],
            Some(Amount::Range(least, most)) => [Some(least), Some(most)],
        };
        let rest = [one.cost, one.of, one.refunded];
        let payees = one.to.iter().map(|(reg, _)| *reg);
        for reg in amounts.into_iter().chain(rest).flatten().chain(payees) {
            self.reg(reg, cells);
        }
    }

    fn terms(&self, cells: &mut BTreeSet<u32>) {
        for term in &self.version.terms {
            self.term(term, cells);
        }
    }

    fn term(&self, term: &Term, cells: &mut BTreeSet<u32>) {
        if let Some(when) = term.when {
            self.reg(when, cells);
        }
        match &term.shape {
            TermShape::Measure { value, line, .. } => {
                let ends = match *line {
                    Line::AtMost(end) | Line::AtLeast(end) | Line::Equals(end) => [Some(end), None],
                    Line::Within(from, to) => [Some(from), Some(to)],
                };
                self.operand(*value, cells);
                ends.into_iter().flatten().for_each(|end| self.operand(end, cells));
            }
            TermShape::Require { cond: Condition::Is(operand), .. } => self.operand(*operand, cells),
            TermShape::Require { cond: Condition::OneOf(cell, _), .. } => cells.extend(self.wide(&[*cell])),
            TermShape::Any(_) | TermShape::All(_) => {}
        }
        if term.from.is_some() || term.until.is_some() {
            cells.insert(slot::ASKED);
        }
        if matches!(term.disclosed, Disclosed::Since(_)) {
            self.relied_on(cells);
        }
    }

    fn relied_on(&self, cells: &mut BTreeSet<u32>) {
        match self.version.relied_on {
            Some((reg, _)) => self.reg(reg, cells),
            None => {
                cells.insert(slot::ASKED);
            }
        }
    }

    fn operand(&self, operand: Operand, cells: &mut BTreeSet<u32>) {
        match operand {
            Operand::Reg(reg) => self.reg(reg, cells),
            Operand::Cell(cell, _) => cells.extend(self.wide(&[cell])),
            Operand::Const(_) => {}
        }
    }

    fn reg(&self, reg: Reg, cells: &mut BTreeSet<u32>) {
        let read: Vec<u32> = self.version.program.behind(reg).into_iter().collect();
        cells.extend(self.wide(&read));
    }

    /// A record is read with all that is in it. What the program itself puts in, such as `now`, is nobody's word.
    fn wide(&self, cells: &[u32]) -> Vec<u32> {
        let stated = |cell: &u32| *cell >= slot::OWN || *cell == slot::ASKED;
        cells.iter().copied().filter(stated).flat_map(|cell| self.schema.cells_of(cell)).collect()
    }
}
