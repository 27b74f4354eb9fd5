use serde_json::Value;

use super::ASSESSMENT_SCHEMA;
use crate::diagnostic::Findings;
use crate::trial::each_role;
use crate::trial::tests::books::{BOOKS, shipped};

fn schema() -> Value {
    serde_json::from_str(ASSESSMENT_SCHEMA).unwrap()
}

/// The rules of JSON Schema that ours uses. Returns the path of the first thing that breaks one.
fn broken(root: &Value, schema: &Value, value: &Value, path: &str) -> Option<String> {
    let rules = schema.as_object().unwrap();
    let here = || Some(path.to_owned());
    rules.iter().find_map(|(rule, with)| match rule.as_str() {
        "$schema" | "$defs" | "title" | "description" | "properties" | "examples" => None,
        "$ref" => broken(root, root.pointer(with.as_str().unwrap().strip_prefix('#').unwrap()).unwrap(), value, path),
        "type" => {
            if is_type(with.as_str().unwrap(), value) {
                None
            } else {
                here()
            }
        }
        "enum" => {
            if with.as_array().unwrap().contains(value) {
                None
            } else {
                here()
            }
        }
        "const" => {
            if with == value {
                None
            } else {
                here()
            }
        }
        "pattern" => {
            if regex::Regex::new(with.as_str().unwrap()).unwrap().is_match(value.as_str()?) {
                None
            } else {
                here()
            }
        }
        "anyOf" => {
            if with.as_array().unwrap().iter().any(|s| broken(root, s, value, path).is_none()) {
                None
            } else {
                here()
            }
        }
        "items" => {
            value.as_array()?.iter().enumerate().find_map(|(i, v)| broken(root, with, v, &format!("{path}[{i}]")))
        }
        "required" => with
            .as_array()
            .unwrap()
            .iter()
            .map(|k| k.as_str().unwrap())
            .find(|k| value.get(k).is_none())
            .map(|k| format!("{path}.{k} is not there")),
        "additionalProperties" => value.as_object()?.iter().find_map(|(key, v)| {
            let path = format!("{path}.{key}");
            match rules.get("properties").and_then(|p| p.get(key)) {
                Some(schema) => broken(root, schema, v, &path),
                None if with == &Value::Bool(false) => Some(format!("{path} is not in the schema")),
                None => broken(root, with, v, &path),
            }
        }),
        other => panic!("no such rule here: {other}"),
    })
}

fn is_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        other => panic!("no such type here: {other}"),
    }
}

/// Every object names its members or says what they hold, so that no key can slip in.
fn open_objects(schema: &Value, path: &str, found: &mut Vec<String>) {
    match schema {
        Value::Object(rules) => {
            if rules.get("type") == Some(&Value::from("object")) && !rules.contains_key("additionalProperties") {
                found.push(path.to_owned());
            }
            for (key, inner) in rules {
                open_objects(inner, &format!("{path}/{key}"), found);
            }
        }
        Value::Array(items) => items.iter().for_each(|i| open_objects(i, path, found)),
        _ => {}
    }
}

#[test]
fn every_answer_to_every_case_of_every_book_is_as_the_schema_says() {
    let schema = schema();
    let mut answers = 0;
    for name in BOOKS {
        let book = shipped(name);
        for case in &book.cases {
            let mut findings = Findings::default();
            each_role(&book, case, &mut findings, |role, _, a| {
                answers += 1;
                let json: Value = serde_json::from_str(&a.to_json().to_string()).unwrap();
                assert_eq!(broken(&schema, &schema, &json, ""), None, "{name}, {}, {role}: {json:#}", case.id.value);
            });
            assert_eq!(findings.all, []);
        }
    }
    assert!(answers > 300, "{answers}");
}

#[test]
fn no_object_of_it_is_open() {
    let mut found = Vec::new();
    open_objects(&schema(), "", &mut found);
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_key_that_it_does_not_know_is_found() {
    let schema = schema();
    let retail = shipped("retail");
    let to_json = |a: &crate::assess::Assessment<'_>| a.to_json();
    let mut json = crate::trial::tests::books::answer(&retail, "blazers", "lead", to_json);
    assert_eq!(broken(&schema, &schema, &json, ""), None);
    json["options"][0]["surprise"] = Value::from(1);
    assert_eq!(broken(&schema, &schema, &json, "").as_deref(), Some(".options[0].surprise is not in the schema"));
}
