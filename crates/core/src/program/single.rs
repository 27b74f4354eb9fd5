//! One expression by itself: for trying things out, and to hold the language against others.

use serde_json::Value;

use super::compile::{Compiler, Program};
use super::infer::{Names, Scope};
use super::op::Reg;
use super::run::{Machine, On, Reason};
use crate::book::model::Expr;
use crate::diagnostic::{Findings, Span};
use crate::facts::Facts;
use crate::facts::schema::Schema;
use crate::json::Json;
use crate::types::Type;

/// A checked and compiled expression.
#[derive(Debug)]
pub struct Single {
    program: Program,
    result: Reg,
    /// Its type.
    pub ty: Type,
}

impl Single {
    /// Checks and compiles an expression over a schema. Texts it names are added to the schema's dictionary:
    /// read documents afterwards.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn new(schema: &mut Schema, text: &str) -> Result<Self, Findings> {
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let expr = Expr { text: text.to_owned(), at: Span { end, ..Span::default() }, verbatim: true };
        let mut findings = Findings::default();
        let mut names = Names::new(schema, &[]);
        let Ok(typed) = Scope::new(&mut names, &mut findings, &[]).expression(&expr) else { return Err(findings) };
        let mut compiler = Compiler::new(&[], &names.patterns);
        let result = compiler.add(&typed);
        match compiler.finish(expr.at) {
            Ok(program) => Ok(Self { program, result, ty: typed.ty }),
            Err(diagnostic) => {
                findings.push(*diagnostic);
                Err(findings)
            }
        }
    }

    /// Its value on a document as JSON (amounts and fractions as exact text, see
    /// [`Number`](crate::number::Number)).
    ///
    /// # Errors
    /// What went wrong, in words; nothing for a fact that is missing.
    pub fn run(&self, schema: &Schema, facts: &Facts<'_>) -> Result<Value, Vec<&'static str>> {
        let mut machine = Machine::default();
        machine.start(&self.program, 1);
        let on = On { program: &self.program, facts, schema };
        machine.run(on, 0, self.program.code.len());
        let val = machine.get(self.result);
        if !val.is_there() {
            return Err(failures(&machine, val.why));
        }
        let mut json = Json::with_room(0);
        super::show::write(&mut json, &machine, on, val, &self.ty);
        // What we write is JSON.
        Ok(serde_json::from_str(&json.done()).unwrap_or_default())
    }
}

fn failures(machine: &Machine, why: u32) -> Vec<&'static str> {
    let mut todo = vec![why];
    let mut says = Vec::new();
    while let Some(why) = todo.pop() {
        match machine.reason(why) {
            Some(Reason::Both(a, b)) => todo.extend([a, b]),
            Some(Reason::Failed(_, failure)) => says.push(failure.says()),
            _ => {}
        }
    }
    says
}
