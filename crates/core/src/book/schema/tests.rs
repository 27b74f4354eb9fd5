use super::*;
use crate::book::read::keys::FileKind;
use crate::book::read::tests::{BOOKS, EXAMPLE, OTHERS, POLICIES, findings_of, in_book, policy as policy_text};
use crate::book::yaml::{self, Node};
use crate::diagnostic::{FileId, Findings};

fn schema_of(path: &str) -> Value {
    match FileKind::of_path(path).unwrap() {
        FileKind::Book => book(),
        FileKind::Policy => policy(),
        FileKind::Intake => intake(),
        FileKind::Cases => cases(),
    }
}

/// A node as an editor's YAML reader types it.
fn as_editors_see(node: &Node) -> Value {
    match &node.value {
        yaml::Value::Seq(items) => items.iter().map(as_editors_see).collect(),
        yaml::Value::Map(entries) => {
            Value::Object(entries.iter().map(|(key, node)| (key.value.clone(), as_editors_see(node))).collect())
        }
        yaml::Value::Scalar { .. } if node.is_null() => Value::Null,
        yaml::Value::Scalar { text, plain: true, .. } => serde_json::from_str(text)
            .ok()
            .filter(|v: &Value| v.is_number() || v.is_boolean())
            .unwrap_or(text.as_str().into()),
        yaml::Value::Scalar { text, .. } => text.as_str().into(),
    }
}

/// The rules of JSON Schema that our schemas use. Returns the path of the first thing that breaks one.
fn broken(root: &Value, schema: &Value, value: &Value, path: &str) -> Option<String> {
    let Value::Object(rules) = schema else { return (schema == &Value::Bool(false)).then(|| path.to_owned()) };
    let fits = |schema: &Value| broken(root, schema, value, path).is_none();
    let count = |schemas: &Value| schemas.as_array().unwrap().iter().filter(|s| fits(s)).count();
    for (rule, with) in rules {
        let inner = match rule.as_str() {
            "$ref" => {
                let name = with.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                broken(root, &root["$defs"][name], value, path)
            }
            "allOf" => with.as_array().unwrap().iter().find_map(|s| broken(root, s, value, path)),
            "then" if fits(&rules["if"]) => broken(root, with, value, path),
            "items" => value.as_array().and_then(|items| items.iter().find_map(|v| broken(root, with, v, path))),
            "properties" | "additionalProperties" | "propertyNames" => broken_key(root, rules, rule, value, path),
            _ => {
                let text = value.as_str();
                let holds = match rule.as_str() {
                    "$schema" | "title" | "$defs" | "description" | "if" | "then" => true,
                    "type" => with
                        .as_array()
                        .map_or_else(|| is_type(with, value), |types| types.iter().any(|t| is_type(t, value))),
                    "enum" => with.as_array().unwrap().contains(value),
                    "not" => !fits(with),
                    "pattern" => text.is_none_or(|t| regex::Regex::new(with.as_str().unwrap()).unwrap().is_match(t)),
                    "required" => with.as_array().unwrap().iter().all(|key| value.get(key.as_str().unwrap()).is_some()),
                    "dependentRequired" => {
                        let others = |name: &str| with[name].as_array().unwrap().iter();
                        let named = with.as_object().unwrap().keys().filter(|name| value.get(name).is_some());
                        named.flat_map(|name| others(name)).all(|other| value.get(other.as_str().unwrap()).is_some())
                    }
                    "minItems" => value.as_array().is_none_or(|items| !items.is_empty()),
                    "minProperties" => value.as_object().is_none_or(|entries| !entries.is_empty()),
                    "anyOf" => count(with) > 0,
                    "oneOf" => count(with) == 1,
                    other => panic!("the test does not know the rule `{other}`"),
                };
                (!holds).then(|| format!("{path}: {rule}"))
            }
        };
        if inner.is_some() {
            return inner;
        }
    }
    None
}

fn broken_key(root: &Value, rules: &Map<String, Value>, rule: &str, value: &Value, path: &str) -> Option<String> {
    let known = |key: &str| rules.get("properties").and_then(|p| p.get(key));
    value.as_object()?.iter().find_map(|(key, inner)| {
        let path = format!("{path}/{key}");
        match rule {
            "properties" => known(key).and_then(|schema| broken(root, schema, inner, &path)),
            "propertyNames" => broken(root, &rules[rule], &Value::from(key.as_str()), &path),
            _ if known(key).is_some() => None,
            _ => broken(root, &rules[rule], inner, &path),
        }
    })
}

fn is_type(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        other => panic!("the test does not know the type `{other}`"),
    }
}

fn first_break(path: &str, text: &str) -> Option<String> {
    let node = yaml::parse(FileId(0), text, &mut Findings::default())?;
    let schema = schema_of(path);
    broken(&schema, &schema, &as_editors_see(&node), "")
}

#[test]
fn the_examples_of_the_design_fit_their_schemas() {
    for (path, text) in EXAMPLE {
        assert_eq!(first_break(path, text), None, "{path}");
    }
}

/// What the reader says about shapes and keys, the schemas say too. What they cannot say is listed.
#[test]
fn what_the_reader_refuses_does_not_fit() {
    let beyond = ["duplicate_id", "comment_after_expression", "cut_at_comma", "no_words", "yaml_tag", "bad_range"];
    let texts = BOOKS.iter().map(|(lines, _)| ("book.yaml", in_book(lines)));
    let texts = texts.chain(POLICIES.iter().map(|lines| ("policies/p.yaml", policy_text(lines))));
    let others = OTHERS.iter().map(|text| {
        let path = if text.starts_with("intake") { "intake/i.yaml" } else { "cases/c.yaml" };
        (path, (*text).to_owned())
    });
    for (path, text) in texts.chain(others) {
        let found = findings_of(path, &text);
        let refused = found.matches("error[").count()
            > beyond.iter().map(|code| found.matches(&format!("[{code}]")).count()).sum();
        assert!(!refused || first_break(path, &text).is_some(), "{path}\n{text}\n{found}");
    }
}

#[test]
fn every_key_is_described_and_every_reference_leads_somewhere() {
    for schema in [book(), policy(), intake(), cases()] {
        check_all(&schema, &schema);
    }
}

fn check_all(root: &Value, schema: &Value) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (key, property) in properties {
            assert!(property["description"].as_str().is_some_and(|d| d.ends_with('.')), "{key}");
        }
    }
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        assert!(root.pointer(name.trim_start_matches('#')).is_some_and(Value::is_object), "{name}");
    }
    match schema {
        Value::Object(entries) => entries.values().for_each(|inner| check_all(root, inner)),
        Value::Array(items) => items.iter().for_each(|inner| check_all(root, inner)),
        _ => {}
    }
}

#[test]
fn the_schema_of_an_intake() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&intake()).unwrap());
}
