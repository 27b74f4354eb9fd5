//! What names in expressions can mean: facts, definitions, and what has been used of them.

use std::collections::BTreeSet;

use super::infer::Scope;
use super::typed::Typed;
use crate::book::model::Expr;
use crate::diagnostic::{Diagnostic, Findings, Span};
use crate::facts::names::BUILT_IN;
use crate::facts::schema::Schema;

/// A named expression of the book.
#[derive(Clone, Debug)]
pub struct Define {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub at: Span,
    /// What it says; none when it did not check.
    pub body: Option<Typed>,
    /// Optional facts it reads outside `has()`; whoever uses it must know that they are given.
    pub requires: Vec<String>,
    /// Whether anything uses it.
    pub used: bool,
}

enum Progress {
    Todo(Expr),
    Doing,
    Done,
}

/// Everything that names in expressions can mean, and what has been used of it.
pub struct Names<'s> {
    /// The typed record.
    pub schema: &'s mut Schema,
    /// Named expressions, in the order written.
    pub defines: Vec<Define>,
    progress: Vec<Progress>,
    /// Cells that some expression reads.
    pub used_cells: BTreeSet<u32>,
    /// Fields of looped-over records that some expression reads, as `type.field`.
    pub used_fields: BTreeSet<(String, String)>,
    /// Patterns of `matches`.
    pub patterns: Vec<regex::Regex>,
    next_var: u16,
}

impl<'s> Names<'s> {
    /// Names of a schema and of the book's definitions (not yet checked).
    #[must_use]
    pub fn new(schema: &'s mut Schema, define: &[crate::book::model::Named<Expr>]) -> Self {
        let defines = define
            .iter()
            .map(|d| Define { name: d.id.value.clone(), at: d.id.at, body: None, requires: Vec::new(), used: false })
            .collect();
        let progress = define.iter().map(|d| Progress::Todo(d.item.clone())).collect();
        Self {
            schema,
            defines,
            progress,
            used_cells: BTreeSet::new(),
            used_fields: BTreeSet::new(),
            patterns: Vec::new(),
            next_var: 0,
        }
    }

    /// Checks every definition that nothing has used yet.
    pub fn check_defines(&mut self, findings: &mut Findings) {
        for index in 0..self.defines.len() {
            self.resolve_define(index, findings);
        }
    }

    /// A name is that of a fact or that of a definition: the fact would win, and nobody would see it.
    pub fn one_name_each(&self, findings: &mut Findings) {
        for define in self.defines.iter().filter(|define| self.schema.root.field(&define.name).is_some()) {
            let error = format!("`{}` is a fact already", define.name);
            let help = "give the definition a name of its own".to_owned();
            findings.push(Diagnostic::error("name_twice", define.at, error).label("declared twice").help(help));
        }
        let elsewhere = |define: &&Define| {
            BUILT_IN.contains(&define.name.as_str()) && self.schema.root.field(&define.name).is_none()
        };
        for define in self.defines.iter().filter(elsewhere) {
            let error = format!("`{}` cannot be used as a name: it is always there", define.name);
            let help = "give the definition a name of its own".to_owned();
            findings.push(Diagnostic::error("reserved_name", define.at, error).label("taken").help(help));
        }
    }

    pub(super) fn resolve_define(&mut self, index: usize, findings: &mut Findings) {
        let Some(progress) = self.progress.get_mut(index) else { return };
        match std::mem::replace(progress, Progress::Doing) {
            Progress::Todo(expr) => {
                let (body, requires) = infer_define(self, findings, &expr);
                if let Some(define) = self.defines.get_mut(index) {
                    define.body = body;
                    define.requires = requires;
                }
            }
            Progress::Doing => {
                if let Some(define) = self.defines.get(index) {
                    findings.push(
                        Diagnostic::error(
                            "definition_cycle",
                            define.at,
                            format!("`{}` is defined by itself", define.name),
                        )
                        .help("write out one of the definitions on the way, without the name it leads back to"),
                    );
                }
            }
            Progress::Done => {}
        }
        if let Some(progress) = self.progress.get_mut(index) {
            *progress = Progress::Done;
        }
    }

    pub(super) fn fresh_var(&mut self) -> u16 {
        self.next_var = self.next_var.wrapping_add(1);
        self.next_var
    }
}

fn infer_define(names: &mut Names<'_>, findings: &mut Findings, expr: &Expr) -> (Option<Typed>, Vec<String>) {
    let (body, mut requires) = Scope::collecting(names, findings).expression_and_needs(expr);
    requires.sort();
    requires.dedup();
    (body, requires)
}
