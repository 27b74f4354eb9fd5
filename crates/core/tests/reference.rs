//! Where the language overlaps with CEL, it agrees with a reference interpreter.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // A test that fails may panic.

#[path = "support/expressions.rs"]
mod expressions;

use expressions::{Given, Kind, Speller, both};
use proptest::prelude::*;

fn given() -> impl Strategy<Value = Given> {
    let int = prop_oneof![-3_i64..10, Just(i64::MAX), Just(i64::MIN), any::<i64>()];
    let word = prop_oneof![Just(String::new()), "[ab]{1,3}", "[aä€\"'\\\\\n]{0,4}"];
    (
        any::<bool>(),
        int.clone(),
        int.clone(),
        word.clone(),
        prop::collection::vec(int, 0..5),
        prop::collection::vec(word, 0..5),
    )
        .prop_map(|(flag, x, y, word, numbers, words)| Given { flag, x, y, word, numbers, words })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_reference(bytes in prop::collection::vec(any::<u8>(), 1..60), kind in 0..5_usize, given in given()) {
        let kind = [Kind::Bool, Kind::Int, Kind::Text, Kind::Ints, Kind::Texts][kind];
        let text = Speller::new(&bytes).spell(kind);
        let (ours, reference) = both(&text, &given);
        // What the reference works out, we work out alike. What it cannot, we may know where `&&`, `||` and
        // `?:` absorb what is missing, and where it refuses a remainder (see below).
        if let Some(reference) = reference {
            prop_assert_eq!(ours, Some(reference), "{} over {:?}", text, given);
        } else if !["&&", "||", "?", "%", ".all(", ".exists("].iter().any(|s| text.contains(s)) {
            prop_assert_eq!(ours, None, "{} over {:?}", text, given);
        }
    }
}

/// The least number divided by -1 is beyond 64 bits, what is left over is not: the reference refuses both.
#[test]
fn remainders_are_exact_at_the_ends() {
    let least = |y| Given { flag: true, x: i64::MIN, y, word: String::new(), numbers: Vec::new(), words: Vec::new() };
    assert_eq!(both("x % y", &least(-1)), (Some(0.into()), None));
    assert_eq!(both("x / y", &least(-1)), (None, None));
    assert_eq!(both("x % y", &least(0)), (None, None));
    assert_eq!(both("x % y", &least(7)), (Some((-1).into()), Some((-1).into())));
}
