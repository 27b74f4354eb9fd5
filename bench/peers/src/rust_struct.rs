//! The floor: the policy written by hand in Rust, over a struct that serde reads.

use anyhow::Result;
use serde::Deserialize;

use crate::engine::{Engine, Standing, Verdict};

/// The policy as plain Rust.
pub struct RustStruct;

impl Engine for RustStruct {
    type Prepared<'t> = Facts;

    fn name(&self) -> &'static str {
        "hand-written Rust and serde_json"
    }

    fn package(&self) -> &'static str {
        "serde_json"
    }

    fn standing(&self) -> Standing {
        Standing::Floor
    }

    fn prepare(&self, text: &str) -> Result<Facts> {
        Ok(serde_json::from_str(text)?)
    }

    fn decide(&mut self, facts: &Facts) -> Verdict {
        Verdict::of(allowed(facts))
    }
}

fn allowed(facts: &Facts) -> bool {
    let Facts { request, order, customer, agent } = facts;
    request.kind == Kind::Return
        && request.channel != Channel::Other
        && (order.days_since_delivery <= 30 || (customer.tier == Tier::Gold && order.days_since_delivery <= 45))
        && order.amount_cents <= 20_000
        && request.refund_cents <= agent.limit_cents
        && customer.tenure_days >= 180
        && customer.exceptions_12m < 3
        && customer.fraud_score < 70
        && !order.final_sale
        && order.category != Category::Other
}

/// What the policy reads, and nothing else: serde skips the rest of the document.
#[derive(Deserialize)]
pub struct Facts {
    request: Request,
    order: Order,
    customer: Customer,
    agent: Agent,
}

#[derive(Deserialize)]
struct Request {
    #[serde(rename = "type")]
    kind: Kind,
    channel: Channel,
    refund_cents: i64,
}

#[derive(Deserialize)]
struct Order {
    days_since_delivery: i64,
    amount_cents: i64,
    final_sale: bool,
    category: Category,
}

#[derive(Deserialize)]
struct Customer {
    tier: Tier,
    tenure_days: i64,
    exceptions_12m: i64,
    fraud_score: i64,
}

#[derive(Deserialize)]
struct Agent {
    limit_cents: i64,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Return,
    #[serde(other)]
    Other,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Channel {
    Chat,
    Email,
    Phone,
    #[serde(other)]
    Other,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Tier {
    Gold,
    #[serde(other)]
    Other,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Category {
    Apparel,
    Home,
    Toys,
    Books,
    Beauty,
    Garden,
    #[serde(other)]
    Other,
}
