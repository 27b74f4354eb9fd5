//! Laws over any sequence of steps; what breaks one is shrunk to the few steps that do.

use proptest::prelude::*;

use crate::audit::{audit, stored};
use crate::steps::{Step, act};
use crate::world::World;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (any::<u8>(), any::<u8>(), 0..2_u8, any::<u8>());
    prop::collection::vec(step.prop_map(|(act, who, case, arg)| Step { act, who, case, arg }), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// One owner, one use of a yes, limits and budgets that hold, and events that make the case.
    #[test]
    fn no_sequence_of_commands_breaks_a_case(steps in steps()) {
        let mut w = World::new();
        for (n, step) in steps.into_iter().enumerate() {
            let _ = act(&mut w, n, step);
            audit(&w);
        }
        stored(&w);
    }
}
