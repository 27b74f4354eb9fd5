//! The interface for programs as people read it: made from the description that programs read, and once.

use std::sync::LazyLock;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value};

use super::page::{Frame, html};
use crate::api::openapi;
use crate::texts::filters;

/// Where the description keeps its schemas.
const SCHEMAS: &str = "#/components/schemas/";
/// Methods, in the order they are read.
const METHODS: [&str; 2] = ["get", "post"];
/// What every refusal is: told once, and not at each request.
const PROBLEM: &str = "application/problem+json";

static REFERENCE: LazyLock<Reference> = LazyLock::new(|| Reference::of(&openapi::described()));

/// `GET /reference`
pub async fn show() -> Response {
    html(StatusCode::OK, &Page { frame: Frame::bare("The API"), reference: &REFERENCE })
}

#[derive(Template)]
#[template(path = "reference.html")]
struct Page<'r> {
    frame: Frame,
    reference: &'r Reference,
}

/// The description, in the order that people read it.
#[derive(Debug)]
struct Reference {
    says: String,
    version: String,
    tags: Vec<Tag>,
    schemas: Vec<Schema>,
}

/// Requests about the same thing.
#[derive(Debug)]
struct Tag {
    name: String,
    operations: Vec<Operation>,
}

/// One request.
#[derive(Debug)]
struct Operation {
    id: String,
    method: String,
    path: String,
    says: String,
    more: String,
    parameters: Vec<Field>,
    /// What its document is.
    body: Option<Kind>,
    answers: Vec<Answered>,
    /// How it may be turned away: status, and what that means.
    refusals: Vec<(String, String)>,
}

/// One answer.
#[derive(Debug)]
struct Answered {
    status: String,
    says: String,
    kind: Option<Kind>,
}

/// A document.
#[derive(Debug)]
struct Schema {
    name: String,
    says: String,
    fields: Vec<Field>,
    /// What it is where it has no fields.
    kind: Option<Kind>,
}

/// A member of a document, or a parameter.
#[derive(Debug)]
struct Field {
    name: String,
    /// Where a parameter stands: `path`, `query` or `header`.
    place: String,
    kind: Kind,
    is_needed: bool,
    says: String,
}

/// A type in words, with the schema that it names.
#[derive(Debug, Default, PartialEq, Eq)]
struct Kind {
    before: String,
    named: Option<String>,
    after: String,
}

impl Reference {
    fn of(description: &Value) -> Self {
        let info = &description["info"];
        let order = description["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut tags: Vec<Tag> =
            order.iter().map(|tag| Tag { name: text(&tag["name"]), operations: Vec::new() }).collect();
        for (path, methods) in members(&description["paths"]) {
            for method in METHODS {
                let Some(operation) = methods.get(method) else { continue };
                let tag = operation.pointer("/tags/0").map(text).unwrap_or_default();
                let operation = Operation::of(method, path, operation);
                match tags.iter_mut().find(|t| t.name == tag) {
                    Some(found) => found.operations.push(operation),
                    None => tags.push(Tag { name: tag, operations: vec![operation] }),
                }
            }
        }
        tags.retain(|tag| !tag.operations.is_empty());
        let schemas = description.pointer("/components/schemas").into_iter().flat_map(members);
        Self {
            says: text(&info["description"]),
            version: text(&info["version"]),
            tags,
            schemas: schemas.map(|(name, schema)| Schema::of(name, schema)).collect(),
        }
    }
}

impl Operation {
    fn of(method: &str, path: &str, operation: &Value) -> Self {
        let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let (mut answers, mut refusals) = (Vec::new(), Vec::new());
        for (status, answer) in members(&operation["responses"]) {
            let (status, says) = (status.clone(), text(&answer["description"]));
            let content = answer["content"].as_object();
            if content.is_some_and(|content| content.contains_key(PROBLEM)) {
                refusals.push((status, says));
            } else {
                answers.push(Answered { status, says, kind: content.and_then(document) });
            }
        }
        Self {
            id: text(&operation["operationId"]),
            method: method.to_uppercase(),
            path: path.to_owned(),
            says: text(&operation["summary"]),
            more: text(&operation["description"]),
            parameters: parameters.iter().map(parameter).collect(),
            body: operation.pointer("/requestBody/content").and_then(Value::as_object).and_then(document),
            answers,
            refusals,
        }
    }
}

impl Schema {
    fn of(name: &str, schema: &Value) -> Self {
        let fields = fields(schema);
        let kind = fields.is_empty().then(|| Kind::of(schema));
        Self { name: name.to_owned(), says: text(&schema["description"]), fields, kind }
    }
}

impl Kind {
    fn words(words: impl Into<String>) -> Self {
        Self { before: words.into(), ..Self::default() }
    }

    /// What a schema says a value is.
    fn of(schema: &Value) -> Self {
        if let Some(name) = schema["$ref"].as_str().and_then(|to| to.strip_prefix(SCHEMAS)) {
            return Self { named: Some(name.to_owned()), ..Self::default() };
        }
        if let Some(values) = schema["enum"].as_array() {
            let values: Vec<String> = values.iter().map(|v| v.as_str().unwrap_or_default().to_owned()).collect();
            return Self::words(format!("one of {}", values.join(", ")));
        }
        if let Some(all) = schema["allOf"].as_array() {
            return all.first().map_or_else(Self::default, Self::of);
        }
        if let Some(either) = schema["oneOf"].as_array() {
            let something: Vec<&Value> = either.iter().filter(|one| one["type"] != "null").collect();
            let or_nothing = if something.len() < either.len() { " or nothing" } else { "" };
            if let [one] = something.as_slice() {
                let kind = Self::of(one);
                return Self { after: format!("{}{or_nothing}", kind.after), ..kind };
            }
            // Each is an object with one member, which says what it is.
            let members: Vec<String> =
                something.iter().flat_map(|one| members(&one["properties"])).map(|(name, _)| name.clone()).collect();
            return Self::words(format!("one of {}{or_nothing}", members.join(", ")));
        }
        let (kind, or_nothing) = match &schema["type"] {
            Value::Array(kinds) => {
                let is_null = |kind: &&Value| *kind == "null";
                let kind = kinds.iter().find(|kind| !is_null(kind)).map(text).unwrap_or_default();
                (kind, if kinds.iter().any(|k| is_null(&k)) { " or nothing" } else { "" })
            }
            kind => (text(kind), ""),
        };
        let kind = match kind.as_str() {
            "array" => {
                let each = Self::of(&schema["items"]);
                Self { before: format!("list of {}", each.before), ..each }
            }
            "string" => Self::words("text"),
            "integer" => Self::words("whole number"),
            "boolean" => Self::words("true or false"),
            "object" => Self::words("object"),
            "" => Self::words("any JSON"),
            other => Self::words(other),
        };
        Self { after: format!("{}{or_nothing}", kind.after), ..kind }
    }
}

fn fields(schema: &Value) -> Vec<Field> {
    let needed = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    let all = members(&schema["properties"]);
    all.map(|(name, of)| Field {
        name: name.clone(),
        place: String::new(),
        kind: Kind::of(of),
        is_needed: needed.iter().any(|n| n == name),
        says: said(of),
    })
    .collect()
}

fn parameter(of: &Value) -> Field {
    Field {
        name: text(&of["name"]),
        place: text(&of["in"]),
        kind: Kind::of(&of["schema"]),
        is_needed: of["required"] == true,
        says: text(&of["description"]),
    }
}

/// What a member's schema says of it, also where it stands within an alternative.
fn said(schema: &Value) -> String {
    let within = schema["oneOf"].as_array().into_iter().flatten();
    std::iter::once(schema).chain(within).map(|s| text(&s["description"])).find(|s| !s.is_empty()).unwrap_or_default()
}

/// What the first content is.
fn document(content: &Map<String, Value>) -> Option<Kind> {
    let (media, of) = content.iter().next()?;
    Some(if media == "application/json" { Kind::of(&of["schema"]) } else { Kind::words(media) })
}

/// The members of an object; of anything else none.
fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_request_and_document_of_the_description_is_on_the_page_and_every_link_leads_somewhere() {
        let described = openapi::described();
        let page = Page { frame: Frame::bare("The API"), reference: &REFERENCE }.render().unwrap();
        let mut requests = 0;
        for (path, methods) in described["paths"].as_object().unwrap() {
            for operation in methods.as_object().unwrap().values() {
                requests += 1;
                assert!(page.contains(&format!("id=\"{}\"", operation["operationId"].as_str().unwrap())), "{path}");
            }
        }
        assert_eq!(requests, REFERENCE.tags.iter().map(|tag| tag.operations.len()).sum::<usize>());
        let links: Vec<&str> = page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(links.len() > requests);
        for link in links {
            assert!(page.contains(&format!("id=\"{link}\"")), "{link}");
        }
    }

    #[test]
    fn types_are_told_in_words() {
        let words = |schema: Value| {
            let Kind { before, named, after } = Kind::of(&schema);
            format!("{before}{}{after}", named.unwrap_or_default())
        };
        let case = json!({ "$ref": "#/components/schemas/Case" });
        for (schema, says) in [
            (json!({ "type": "string" }), "text"),
            (json!({ "type": ["string", "null"] }), "text or nothing"),
            (json!({ "type": "array", "items": case }), "list of Case"),
            (json!({ "oneOf": [{ "type": "null" }, case] }), "Case or nothing"),
            (json!({ "oneOf": [{ "properties": { "yes": {} } }, { "properties": { "no": {} } }] }), "one of yes, no"),
            (json!({ "enum": ["tell", "fulfil"] }), "one of tell, fulfil"),
            (json!({}), "any JSON"),
        ] {
            assert_eq!(words(schema.clone()), says, "{schema}");
        }
    }
}
