//! `cel`: the Common Expression Language, walked as a tree.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Result;
use cel::common::types::{CelBool, CelInt, CelList, CelMap, CelMapKey, CelString};
use cel::common::value::Val;
use cel::{Context, Env, Program, Value};

use crate::engine::{Engine, Verdict};
use crate::json::{FromJson, read_members};

/// The policy, in the Common Expression Language.
pub const POLICY: &str = include_str!("../policies/return.cel");

/// The parsed program, and the standard environment, shared by all contexts.
pub struct Cel {
    environment: Arc<Env>,
    program: Program,
}

impl Cel {
    /// Parses the policy.
    pub fn new() -> Result<Self> {
        let environment = Arc::new(Env::stdlib());
        let program = environment.compile(POLICY)?;
        Ok(Self { environment, program })
    }
}

impl Engine for Cel {
    type Prepared<'t> = Context<'t, 't>;

    fn name(&self) -> &'static str {
        "cel"
    }

    fn package(&self) -> &'static str {
        "cel"
    }

    fn prepare<'t>(&self, text: &'t str) -> Result<Context<'t, 't>> {
        let mut context = Context::with_env(Arc::clone(&self.environment));
        read_members(text, |name, value| context.add_variable_as_val(name, value))?;
        Ok(context)
    }

    fn decide(&mut self, context: &Context) -> Verdict {
        match self.program.execute(context) {
            Ok(Value::Bool(allowed)) => Verdict::of(allowed),
            _ => Verdict::Failed,
        }
    }
}

impl<'t> FromJson<'t> for Box<dyn Val + 't> {
    type Object = HashMap<CelMapKey<'t>, Self>;

    fn boolean(value: bool) -> Self {
        Box::new(CelBool::from(value))
    }

    fn integer(value: i64) -> Self {
        Box::new(CelInt::from(value))
    }

    fn text(value: Cow<'t, str>) -> Self {
        Box::new(CelString::from(value))
    }

    fn list(values: Vec<Self>) -> Self {
        Box::new(CelList::from(values))
    }

    fn object(object: Self::Object) -> Result<Self> {
        Ok(Box::new(CelMap::from(object)))
    }

    fn insert(object: &mut Self::Object, key: Cow<'t, str>, value: Self) {
        let key = match key {
            Cow::Borrowed(key) => CelMapKey::from(key),
            Cow::Owned(key) => CelMapKey::from(key),
        };
        object.insert(key, value);
    }
}
