//! `zen-expression`: the expression language of `GoRules`, compiled to byte code.

use std::borrow::Cow;

use anyhow::Result;
use zen_expression::expression::Standard;
use zen_expression::variable::{Symbol, VariableMap};
use zen_expression::vm::VM;
use zen_expression::{Expression, Scope, Variable, compile_expression};

use crate::engine::{Engine, Verdict};
use crate::json::{FromJson, Reader, read_members};

/// The policy, in the language of zen.
pub const POLICY: &str = include_str!("../policies/return.zen");

/// The compiled expression, and a machine that is used again for every decision.
pub struct ZenExpression {
    expression: Expression<Standard>,
    machine: VM,
    reader: Reader,
}

impl ZenExpression {
    /// Compiles the policy; `reader` reads the documents.
    pub fn new(reader: Reader) -> Result<Self> {
        Ok(Self { expression: compile_expression(POLICY)?, machine: VM::new(), reader })
    }
}

impl Engine for ZenExpression {
    type Prepared<'t> = Scope;

    fn name(&self) -> &'static str {
        match self.reader {
            Reader::Own => "zen-expression",
            Reader::Ours => "zen-expression, our reader",
        }
    }

    fn package(&self) -> &'static str {
        "zen-expression"
    }

    fn prepare(&self, text: &str) -> Result<Scope> {
        let document = match self.reader {
            Reader::Own => serde_json::from_str(text)?,
            Reader::Ours => read_document(text)?,
        };
        Ok(Scope::new(document))
    }

    fn decide(&mut self, scope: &Scope) -> Verdict {
        let answer = self.expression.evaluate_with_scope(scope, &mut self.machine);
        Verdict::of_answer(answer.ok().and_then(|answer| answer.as_bool()))
    }
}

fn read_document(text: &str) -> Result<Variable> {
    let mut members = VariableMap::default();
    read_members(text, |name, value| Variable::insert(&mut members, name, value))?;
    Variable::object(members)
}

impl<'t> FromJson<'t> for Variable {
    type Object = VariableMap;

    fn boolean(value: bool) -> Self {
        Self::Bool(value)
    }

    fn integer(value: i64) -> Self {
        Self::Number(value.into())
    }

    fn text(value: Cow<'t, str>) -> Self {
        Self::String(Symbol::from(&*value))
    }

    fn list(values: Vec<Self>) -> Self {
        Self::from_array(values)
    }

    fn object(object: VariableMap) -> Result<Self> {
        Ok(Self::from_object(object))
    }

    fn insert(object: &mut VariableMap, key: Cow<'t, str>, value: Self) {
        object.insert(Symbol::from(&*key), value);
    }
}
