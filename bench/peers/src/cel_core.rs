//! `cel-core`: the Common Expression Language, type-checked and walked as a tree.

use std::borrow::Cow;

use anyhow::Result;
use cel_core::{CelType, Env, MapActivation, MapKey, Program, Value, ValueMap};

use crate::cel::POLICY;
use crate::engine::{Engine, Verdict};
use crate::json::{FromJson, read_members};

/// The checked program.
pub struct CelCore {
    program: Program,
}

impl CelCore {
    /// Checks the policy, with each of the document's members as a map of texts to anything.
    pub fn new() -> Result<Self> {
        let members = ["request", "order", "customer", "agent"];
        let environment = members.iter().fold(Env::with_standard_library(), |environment, name| {
            environment.with_variable(*name, CelType::map(CelType::String, CelType::Dyn))
        });
        let program = environment.program(&environment.compile(POLICY)?)?;
        Ok(Self { program })
    }
}

impl Engine for CelCore {
    type Prepared<'t> = MapActivation;

    fn name(&self) -> &'static str {
        "cel-core"
    }

    fn package(&self) -> &'static str {
        "cel-core"
    }

    fn prepare(&self, text: &str) -> Result<MapActivation> {
        let mut activation = MapActivation::new();
        read_members(text, |name, value: Value| activation.insert(name, value))?;
        Ok(activation)
    }

    fn decide(&mut self, activation: &MapActivation) -> Verdict {
        match self.program.eval(activation) {
            Value::Bool(allowed) => Verdict::of(allowed),
            _ => Verdict::Failed,
        }
    }
}

impl<'t> FromJson<'t> for Value {
    type Object = ValueMap;

    fn boolean(value: bool) -> Self {
        Self::Bool(value)
    }

    fn integer(value: i64) -> Self {
        Self::Int(value)
    }

    fn text(value: Cow<'t, str>) -> Self {
        Self::String(value.into())
    }

    fn list(values: Vec<Self>) -> Self {
        Self::List(values.into())
    }

    fn object(object: ValueMap) -> Result<Self> {
        Ok(Self::Map(object.into()))
    }

    fn insert(object: &mut ValueMap, key: Cow<'t, str>, value: Self) {
        object.insert(MapKey::String(key.into()), value);
    }
}
