//! `regorus`: Rego, the language of Open Policy Agent, on its register machine.

use std::borrow::Cow;

use anyhow::Result;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::value::Object;
use regorus::{PolicyModule, Value, compile_policy_with_entrypoint};

use crate::engine::{Engine, Verdict};
use crate::json::{FromJson, Reader, read_members};

const ENTRY_POINT: &str = "data.returns.allowed";

/// A machine with the policy's program loaded, used again for every decision.
pub struct Regorus {
    machine: RegoVM,
    reader: Reader,
}

impl Regorus {
    /// Compiles the policy to a program with one entry point; `reader` reads the documents.
    pub fn new(reader: Reader) -> Result<Self> {
        let module = PolicyModule { id: "return.rego".into(), content: include_str!("../policies/return.rego").into() };
        let policy = compile_policy_with_entrypoint(Value::new_object(), &[module], ENTRY_POINT.into())?;
        let program = Compiler::compile_from_policy(&policy, &[ENTRY_POINT])?;
        let mut machine = RegoVM::new();
        machine.load_program(program);
        Ok(Self { machine, reader })
    }
}

impl Engine for Regorus {
    type Prepared<'t> = Value;

    fn name(&self) -> &'static str {
        match self.reader {
            Reader::Own => "regorus",
            Reader::Ours => "regorus, our reader",
        }
    }

    fn package(&self) -> &'static str {
        "regorus"
    }

    fn prepare(&self, text: &str) -> Result<Value> {
        match self.reader {
            Reader::Own => Value::from_json_str(text),
            Reader::Ours => read_document(text),
        }
    }

    fn decide(&mut self, input: &Value) -> Verdict {
        self.machine.set_input(input.clone());
        let answer = self.machine.execute_entry_point_by_index(0);
        Verdict::of_answer(answer.ok().and_then(|answer| answer.as_bool().ok().copied()))
    }
}

fn read_document(text: &str) -> Result<Value> {
    let mut members = Object::default();
    read_members(text, |name, value| Value::insert(&mut members, name, value))?;
    Value::object(members)
}

impl<'t> FromJson<'t> for Value {
    type Object = Object;

    fn boolean(value: bool) -> Self {
        Self::from(value)
    }

    fn integer(value: i64) -> Self {
        Self::from(value)
    }

    fn text(value: Cow<'t, str>) -> Self {
        Self::from(&*value)
    }

    fn list(values: Vec<Self>) -> Self {
        Self::from(values)
    }

    fn object(object: Object) -> Result<Self> {
        Ok(object.into_value())
    }

    fn insert(object: &mut Object, key: Cow<'t, str>, value: Self) {
        object.insert(Self::from(&*key), value);
    }
}
