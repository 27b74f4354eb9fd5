//! `cedar-policy`: the authorization language of AWS, with and without a schema.

use std::borrow::Cow;
use std::str::FromStr;

use anyhow::{Result, ensure};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, RestrictedExpression, Schema,
    ValidationMode, Validator,
};

use crate::engine::{Engine, Verdict};
use crate::json::{FromJson, Reader, read_members};

/// An authorizer with the policy, and with what every request has in common.
pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    schema: Option<Schema>,
    reader: Reader,
    entities: Entities,
    principal: EntityUid,
    action: EntityUid,
    resource: EntityUid,
}

impl Cedar {
    /// The policy by itself; `reader` reads the documents.
    pub fn without_schema(reader: Reader) -> Result<Self> {
        Self::new(None, reader)
    }

    /// The policy validated against a schema, and every document too; `reader` reads them.
    pub fn with_schema(reader: Reader) -> Result<Self> {
        let (schema, _) = Schema::from_cedarschema_str(include_str!("../policies/return.cedarschema"))?;
        let cedar = Self::new(Some(schema.clone()), reader)?;
        let validation = Validator::new(schema).validate(&cedar.policies, ValidationMode::Strict);
        ensure!(validation.validation_passed(), "{validation}");
        Ok(cedar)
    }

    fn new(schema: Option<Schema>, reader: Reader) -> Result<Self> {
        Ok(Self {
            authorizer: Authorizer::new(),
            policies: PolicySet::from_str(include_str!("../policies/return.cedar"))?,
            schema,
            reader,
            entities: Entities::empty(),
            principal: r#"Agent::"agent""#.parse()?,
            action: r#"Action::"refund""#.parse()?,
            resource: r#"Desk::"returns""#.parse()?,
        })
    }

    /// A request with `context`, validated by `schema` if there is one.
    fn request(&self, context: Context, schema: Option<&Schema>) -> Result<Request> {
        let [principal, action, resource] = [&self.principal, &self.action, &self.resource].map(EntityUid::clone);
        Ok(Request::new(principal, action, resource, context, schema)?)
    }
}

impl Engine for Cedar {
    type Prepared<'t> = Request;

    fn name(&self) -> &'static str {
        match (self.reader, &self.schema) {
            (Reader::Own, None) => "cedar-policy",
            (Reader::Own, Some(_)) => "cedar-policy with a schema",
            (Reader::Ours, None) => "cedar-policy, our reader",
            (Reader::Ours, Some(_)) => "cedar-policy with a schema, our reader",
        }
    }

    fn package(&self) -> &'static str {
        "cedar-policy"
    }

    /// A schema is applied once: Cedar's own reader goes by it, and what our reader has read is validated by it.
    fn prepare(&self, text: &str) -> Result<Request> {
        let schema = self.schema.as_ref();
        match self.reader {
            Reader::Own => {
                let schema_of_action = schema.map(|schema| (schema, &self.action));
                self.request(Context::from_json_str(text, schema_of_action)?, None)
            }
            Reader::Ours => self.request(read_context(text)?, schema),
        }
    }

    fn decide(&mut self, request: &Request) -> Verdict {
        let response = self.authorizer.is_authorized(request, &self.policies, &self.entities);
        if response.diagnostics().errors().next().is_some() {
            return Verdict::Failed;
        }
        Verdict::of(response.decision() == Decision::Allow)
    }
}

fn read_context(text: &str) -> Result<Context> {
    let mut members = Vec::new();
    read_members(text, |name, value| RestrictedExpression::insert(&mut members, name, value))?;
    Ok(Context::from_pairs(members)?)
}

impl<'t> FromJson<'t> for RestrictedExpression {
    type Object = Vec<(String, Self)>;

    fn boolean(value: bool) -> Self {
        Self::new_bool(value)
    }

    fn integer(value: i64) -> Self {
        Self::new_long(value)
    }

    fn text(value: Cow<'t, str>) -> Self {
        Self::new_string(value.into_owned())
    }

    fn list(values: Vec<Self>) -> Self {
        Self::new_set(values)
    }

    fn object(object: Self::Object) -> Result<Self> {
        Ok(Self::new_record(object)?)
    }

    fn insert(object: &mut Self::Object, key: Cow<'t, str>, value: Self) {
        object.push((key.into_owned(), value));
    }
}
