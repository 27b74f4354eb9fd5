//! The fact sets: 64 that the policy allows, and what becomes of each when one fact changes.

use crate::document::document;
use crate::engine::Verdict;

/// How many fact sets there are.
pub const SETS: u32 = 64;

/// The facts that the policy reads.
#[derive(Clone, Debug)]
pub struct Facts {
    /// What the customer asks for.
    pub kind: &'static str,
    /// How the customer reached us.
    pub channel: &'static str,
    /// The refund asked for, in cents.
    pub refund_cents: u32,
    /// Days since the order was delivered.
    pub days_since_delivery: u32,
    /// What was paid for the order, in cents.
    pub amount_cents: u32,
    /// Whether the order was sold as final.
    pub final_sale: bool,
    /// What kind of goods they are.
    pub category: &'static str,
    /// The customer's tier.
    pub tier: &'static str,
    /// Days since the customer's first order.
    pub tenure_days: u32,
    /// Exceptions granted to the customer in the last twelve months.
    pub exceptions_12m: u32,
    /// The fraud score, 0 to 100.
    pub fraud_score: u32,
    /// What the agent may refund, in cents.
    pub limit_cents: u32,
}

impl Facts {
    /// Fact set `set` of [`SETS`]: allowed, and only by the last operand of the policy's `||`.
    fn of_set(set: u32) -> Self {
        Self {
            kind: "return",
            channel: cycle(&["chat", "email", "phone"], set),
            refund_cents: 5_000 + 37 * set,
            days_since_delivery: 31 + set % 14,
            amount_cents: 9_000 + 91 * set,
            final_sale: false,
            category: cycle(&["apparel", "home", "toys", "books", "beauty", "garden"], set),
            tier: "gold",
            tenure_days: 200 + 13 * set,
            exceptions_12m: set % 3,
            fraud_score: set % 60,
            limit_cents: 15_000 + set,
        }
    }
}

/// The word at `position`, starting again after the last one; empty if there are no words.
pub fn cycle(words: &[&'static str], position: u32) -> &'static str {
    let position = usize::try_from(position).unwrap_or_default();
    words.iter().cycle().nth(position).copied().unwrap_or("")
}

/// A document and what every engine must answer to it.
#[derive(Debug)]
pub struct Case {
    /// The set and the change, for messages.
    pub name: String,
    /// The JSON text.
    pub text: String,
    /// What every engine must answer.
    pub expected: Verdict,
}

/// The fact sets that are measured, all of them allowed.
pub fn measured() -> Vec<Case> {
    (0..SETS).map(|set| case(set, "as it is", Verdict::Allowed, |_| {})).collect()
}

/// Every fact set with each of the [`CHANGES`]: what shows that an engine reads every fact, and draws every line
/// where the policy draws it.
pub fn changed() -> Vec<Case> {
    (0..SETS)
        .flat_map(|set| CHANGES.iter().map(move |&(name, expected, change)| case(set, name, expected, change)))
        .collect()
}

fn case(set: u32, change_name: &str, expected: Verdict, change: fn(&mut Facts)) -> Case {
    let mut facts = Facts::of_set(set);
    change(&mut facts);
    Case { name: format!("set {set}, {change_name}"), text: document(set, &facts), expected }
}

/// A change to a fact set: its name, the verdict that it leads to, and how it is made.
type Change = (&'static str, Verdict, fn(&mut Facts));

/// Each condition broken by itself, as narrowly as it can be; and each line met to the very end.
const CHANGES: [Change; 20] = [
    ("not a return", Verdict::Denied, |f| f.kind = "exchange"),
    ("by fax", Verdict::Denied, |f| f.channel = "fax"),
    ("too late for gold", Verdict::Denied, |f| {
        f.days_since_delivery = 46;
    }),
    ("too late for silver", Verdict::Denied, |f| {
        f.tier = "silver";
    }),
    ("too dear", Verdict::Denied, |f| f.amount_cents = 20_001),
    ("over the limit", Verdict::Denied, |f| {
        f.limit_cents = f.refund_cents - 1;
    }),
    ("too new", Verdict::Denied, |f| f.tenure_days = 179),
    ("too many exceptions", Verdict::Denied, |f| {
        f.exceptions_12m = 3;
    }),
    ("too risky", Verdict::Denied, |f| f.fraud_score = 70),
    ("final sale", Verdict::Denied, |f| f.final_sale = true),
    ("another category", Verdict::Denied, |f| {
        f.category = "electronics";
    }),
    ("silver on day 30", Verdict::Allowed, |f| {
        (f.tier, f.days_since_delivery) = ("silver", 30);
    }),
    ("silver on day 31", Verdict::Denied, |f| {
        (f.tier, f.days_since_delivery) = ("silver", 31);
    }),
    ("gold on day 30", Verdict::Allowed, |f| {
        f.days_since_delivery = 30;
    }),
    ("gold on day 45", Verdict::Allowed, |f| {
        f.days_since_delivery = 45;
    }),
    ("as dear as can be", Verdict::Allowed, |f| {
        f.amount_cents = 20_000;
    }),
    ("at the limit", Verdict::Allowed, |f| {
        f.limit_cents = f.refund_cents;
    }),
    ("as new as can be", Verdict::Allowed, |f| {
        f.tenure_days = 180;
    }),
    ("two exceptions", Verdict::Allowed, |f| {
        f.exceptions_12m = 2;
    }),
    ("as risky as can be", Verdict::Allowed, |f| {
        f.fraud_score = 69;
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_is_about_1_900_bytes() {
        for case in measured().iter().chain(&changed()) {
            let length = case.text.len();
            assert!((1_850..=1_950).contains(&length), "{}: {length}", case.name);
        }
    }

    #[test]
    fn the_formula_gives_these_facts() {
        let facts = Facts::of_set(63);
        assert_eq!((facts.channel, facts.category, facts.days_since_delivery), ("chat", "books", 38));
        assert_eq!((facts.refund_cents, facts.limit_cents), (7_331, 15_063));
        assert_eq!((facts.amount_cents, facts.tenure_days), (14_733, 1_019));
        assert_eq!((facts.exceptions_12m, facts.fraud_score), (0, 3));
    }
}
