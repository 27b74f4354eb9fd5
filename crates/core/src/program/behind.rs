//! What an instruction reads and writes, and which facts lie behind a value.

use std::collections::BTreeSet;

use super::compile::Program;
use super::op::{Op, Reg};

impl Op {
    /// The register it writes.
    #[must_use]
    pub const fn writes(self) -> Reg {
        match self {
            Self::Load { dst, .. }
            | Self::Field { dst, .. }
            | Self::Has { dst, .. }
            | Self::Not { dst, .. }
            | Self::And { dst, .. }
            | Self::Or { dst, .. }
            | Self::Compare { dst, .. }
            | Self::EqText { dst, .. }
            | Self::OneOf { dst, .. }
            | Self::Add { dst, .. }
            | Self::Sub { dst, .. }
            | Self::Call { dst, .. }
            | Self::List { dst, .. }
            | Self::Each { dst, .. } => dst,
        }
    }
}

impl Program {
    /// Which instruction writes each register; none for constants and what loops go through.
    #[must_use]
    pub fn writers(&self) -> Vec<Option<usize>> {
        let mut writers = vec![None; self.registers];
        for (at, op) in self.code.iter().enumerate() {
            if let Some(place) = writers.get_mut(usize::from(op.writes())) {
                *place = Some(at);
            }
        }
        writers
    }

    /// Registers that an instruction reads; of a loop, the list it goes through.
    #[must_use]
    pub fn reads(&self, op: Op) -> Vec<Reg> {
        let args = |from: u16, len: usize| {
            let from = usize::from(from);
            self.args.get(from..from + len).unwrap_or_default().to_vec()
        };
        match op {
            Op::Load { .. } => Vec::new(),
            Op::Field { row, .. } => vec![row],
            Op::Has { row, .. } => row.into_iter().collect(),
            Op::Not { x, .. } | Op::OneOf { x, .. } => vec![x],
            Op::And { x, y, .. }
            | Op::Or { x, y, .. }
            | Op::Compare { x, y, .. }
            | Op::EqText { x, y, .. }
            | Op::Add { x, y, .. }
            | Op::Sub { x, y, .. } => vec![x, y],
            Op::Call { args: from, len, .. } => args(from, usize::from(len)),
            Op::List { args: from, len, .. } => args(from, usize::from(len)),
            Op::Each { over, .. } => vec![over],
        }
    }

    /// Steps of a `has()` at the top level: cells, each with whether it may be absent.
    #[must_use]
    pub fn looked_for(&self, op: Op) -> &[(u32, bool)] {
        let Op::Has { row: None, from, len, .. } = op else { return &[] };
        self.steps.get(usize::from(from)..usize::from(from) + usize::from(len)).unwrap_or_default()
    }

    /// Cells at the top level that a value is worked out from.
    #[must_use]
    pub fn behind(&self, reg: Reg) -> BTreeSet<u32> {
        let writers = self.writers();
        let (mut cells, mut seen, mut todo) = (BTreeSet::new(), BTreeSet::new(), vec![reg]);
        while let Some(reg) = todo.pop() {
            let Some(at) = writers.get(usize::from(reg)).copied().flatten().filter(|at| seen.insert(*at)) else {
                continue;
            };
            let Some(op) = self.code.get(at).copied() else { continue };
            match op {
                Op::Load { cell, .. } => {
                    cells.insert(cell);
                }
                Op::Each { body, .. } => todo.push(body),
                _ => {}
            }
            cells.extend(self.looked_for(op).iter().map(|(cell, _)| *cell));
            todo.extend(self.reads(op));
        }
        cells
    }
}
