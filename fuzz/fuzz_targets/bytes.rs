//! Same book, same facts: the same bytes, whatever was assessed before and in whichever order keys stand.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use amends_core::assess::Workspace;
use amends_core::facts::read_question;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use std::cell::RefCell;

thread_local! {
    static USED: RefCell<Workspace> = RefCell::new(Workspace::default());
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(question) = read_question(&shared::book().schema, text) else { return };
    let fresh = shared::answers(&question, &mut Workspace::default());
    let used = USED.with(|w| shared::answers(&question, &mut w.borrow_mut()));
    assert_eq!(fresh, used);
    // Numbers with decimals would lose digits on the way through a float: only whole ones are turned round.
    let Ok(document) = serde_json::from_str::<Value>(text) else { return };
    if has_float(&document) {
        return;
    }
    let turned = turn(document).to_string();
    let question = read_question(&shared::book().schema, &turned).expect("the same document reads the same");
    assert_eq!(fresh, shared::answers(&question, &mut Workspace::default()));
});

fn has_float(value: &Value) -> bool {
    match value {
        Value::Number(n) => n.is_f64(),
        Value::Array(items) => items.iter().any(has_float),
        Value::Object(map) => map.values().any(has_float),
        _ => false,
    }
}

/// The same with every object's keys the other way round.
fn turn(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(turn).collect(),
        Value::Object(map) => Value::Object(map.into_iter().rev().map(|(k, v)| (k, turn(v))).collect()),
        other => other,
    }
}
