//! The order options stand in.

use std::cmp::Ordering;

use super::options::Ground;
use super::outcome::OptionOutcome;
use super::standing::answers;

/// Answers the ask, then owed, then by expected value kept less cost, then lower cost, then as written.
pub(super) fn sort(g: &Ground<'_>, options: &mut [OptionOutcome]) {
    options.sort_by(|a, b| {
        let first = |o: &OptionOutcome| (!answers(g, o), !o.owed.best);
        first(a).cmp(&first(b)).then_with(|| net(b).cmp(&net(a))).then_with(|| cost(a).cmp(&cost(b)))
    });
}

/// Value kept less cost, in minor units; what has no known cost comes last.
fn net(option: &OptionOutcome) -> Option<i128> {
    let cost = option.cost?;
    let kept = option.kept.filter(|k| k.currency == cost.currency).map_or(0, |k| i128::from(k.minor));
    Some(kept - i128::from(cost.minor))
}

fn cost(option: &OptionOutcome) -> (Ordering, i64) {
    option.cost.map_or((Ordering::Greater, 0), |c| (Ordering::Equal, c.minor))
}
