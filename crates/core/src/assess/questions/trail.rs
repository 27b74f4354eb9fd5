//! From a value that is missing back to the facts it could come from.
//!
//! The reasons that a run notes say why a value is missing now; what an expression would read once these are known
//! (the branches of `?:`, the body of a loop over a list that is not there) is found by going back over the program.

use std::collections::BTreeSet;

use crate::book::rules::{Operand, Version};
use crate::facts::{Facts, Schema};
use crate::program::op::{Op, Reg};
use crate::program::run::{Machine, Reason};
use crate::program::typed::Fun;
use crate::value::Why;

/// Facts that missing values could still come from.
pub(super) struct Trail<'a> {
    machine: &'a Machine,
    facts: &'a Facts<'a>,
    version: &'a Version,
    /// Which instruction writes a register.
    made_by: Vec<Option<usize>>,
    seen: BTreeSet<Reg>,
    /// Cells whose value is read; of others it only matters whether they are there.
    read: BTreeSet<u32>,
    /// The cells found.
    pub cells: BTreeSet<u32>,
}

impl<'a> Trail<'a> {
    pub(super) fn new(machine: &'a Machine, version: &'a Version, facts: &'a Facts<'a>) -> Self {
        let made_by = version.program.writers();
        Self { machine, facts, version, made_by, seen: BTreeSet::new(), read: BTreeSet::new(), cells: BTreeSet::new() }
    }

    /// Follows what a term reads directly.
    pub(super) fn operand(&mut self, operand: Operand) {
        match operand {
            Operand::Reg(reg) => self.follow(reg),
            Operand::Cell(cell, _) => self.cell(cell),
            Operand::Const(_) => {}
        }
    }

    /// A fact that matters if it is missing.
    pub(super) fn cell(&mut self, cell: u32) {
        if !self.facts.cell(cell).is_present() {
            self.cells.insert(cell);
        }
    }

    /// Leaves out records that only have to be there, where something in them is asked for anyway. One that a `has()` looks
    /// for stays: once it is there, what is read of it comes to matter.
    pub(super) fn without_shells(self, schema: &Schema) -> BTreeSet<u32> {
        let program = &self.version.program;
        let looked_for: BTreeSet<u32> = program
            .code
            .iter()
            .flat_map(|op| program.looked_for(*op).iter().filter(|(_, optional)| *optional))
            .map(|(cell, _)| *cell)
            .collect();
        let Self { read, cells, .. } = self;
        let asked_inside = |record: u32| cells.range(record + 1..schema.cells_of(record).end).next().is_some();
        let stays = |cell: &u32| read.contains(cell) || looked_for.contains(cell) || !asked_inside(*cell);
        cells.iter().copied().filter(stays).collect()
    }

    /// Follows a value that matters if it is missing.
    pub(super) fn follow(&mut self, reg: Reg) {
        let mut todo = vec![reg];
        while let Some(reg) = todo.pop() {
            let val = self.machine.get(reg);
            if val.is_there() || !self.seen.insert(reg) {
                continue;
            }
            self.reasons(val.why);
            let Some(at) = self.made_by.get(usize::from(reg)).copied().flatten() else { continue };
            self.through(at, &mut todo);
        }
    }

    /// Cells among the reasons that the run noted, those inside lists too.
    fn reasons(&mut self, why: Why) {
        let mut todo = vec![why];
        while let Some(why) = todo.pop() {
            match self.machine.reason(why) {
                Some(Reason::Both(a, b)) => todo.extend([a, b]),
                Some(Reason::Cell(cell)) => {
                    self.cells.insert(cell);
                }
                _ => {}
            }
        }
    }

    /// Goes on to what an instruction reads.
    fn through(&mut self, at: usize, todo: &mut Vec<Reg>) {
        let Some(op) = self.version.program.code.get(at).copied() else { return };
        match op {
            Op::Each { over, info, .. } => {
                todo.push(over);
                let end = self.version.program.loops.get(usize::from(info)).map_or(at, |l| l.end as usize);
                self.body(at + 1, end, todo);
            }
            Op::Call { fun: Fun::If, .. } => {
                let [cond, yes, no] = *self.version.program.reads(op) else { return };
                match self.machine.get(cond).truth() {
                    Some(true) => todo.push(yes),
                    Some(false) => todo.push(no),
                    None => todo.extend([cond, yes, no]),
                }
            }
            _ => {
                self.given(op);
                todo.extend(self.version.program.reads(op));
            }
        }
    }

    /// The values in a loop's body are those of its last item, if it ran at all; what it reads from outside counts.
    fn body(&mut self, from: usize, end: usize, todo: &mut Vec<Reg>) {
        for at in from..end {
            let Some(op) = self.version.program.code.get(at).copied() else { return };
            self.given(op);
            let outside = |reg: &Reg| {
                let made = self.made_by.get(usize::from(*reg)).copied().flatten();
                made.is_some_and(|made| made < from || made >= end)
            };
            todo.extend(self.version.program.reads(op).into_iter().filter(outside));
        }
    }

    /// Facts that an instruction reads itself.
    fn given(&mut self, op: Op) {
        if let Op::Load { cell, .. } = op {
            self.read.insert(cell);
            self.cell(cell);
        }
        let version = self.version;
        for (cell, _) in version.program.looked_for(op).iter().filter(|(_, optional)| !optional) {
            self.cell(*cell);
        }
    }
}
