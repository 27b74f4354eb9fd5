//! Any text as a question: facts or an error, and from facts an answer for every role; never a panic.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use amends_core::assess::Workspace;
use amends_core::facts::read_question;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match read_question(&shared::book().schema, text) {
        Ok(question) => drop(shared::answers(&question, &mut Workspace::default())),
        Err(errors) => assert!(!errors.to_string().is_empty()),
    }
});
