//! Random expressions of the part of the language that CEL has too: where the reference interpreter gives a
//! value, ours is the same.
#![no_main]

#[path = "../../crates/core/tests/support/expressions.rs"]
mod expressions;

use expressions::{Given, Kind, Speller, both};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if data.len() < 12 {
        return;
    }
    let (head, rest) = data.split_at(12);
    let int = |i: usize| match head[i] {
        255 => i64::MAX,
        254 => i64::MIN,
        n => i64::from(n) - 100,
    };
    let word = |i: usize| ["", "a", "ab", "online", "ä€", "b\"\\\n"][usize::from(head[i]) % 6].to_owned();
    let given = Given {
        flag: head[0] & 1 == 1,
        x: int(1),
        y: int(2),
        word: word(3),
        numbers: (0..usize::from(head[4]) % 5).map(|i| int(5 + i)).collect(),
        words: (0..usize::from(head[10]) % 3).map(|i| word(5 + i)).collect(),
    };
    let kind = [Kind::Bool, Kind::Int, Kind::Text, Kind::Ints, Kind::Texts][usize::from(head[11]) % 5];
    let text = Speller::new(rest).spell(kind);
    // Beyond the length of an expression there is nothing to compare.
    if text.len() > 1500 {
        return;
    }
    let (ours, reference) = both(&text, &given);
    if let Some(reference) = reference {
        assert_eq!(ours, Some(reference), "{text} over {given:?}");
    }
});
