use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::*;
use crate::assess::{Workspace, assess};
use crate::facts::read_question;
use crate::facts::schema::slot;
use crate::trial::tests::books::{book, shipped};

mod laws;

/// What is asked of a request with these facts, a line each: the state, the question, what of it, the label.
fn asks(book: &Book, request: &str, facts: &Value) -> String {
    let question = json!({ "request": request, "asked": "2026-11-16T18:04:00-05:00", "now": "2026-11-16T18:04:00-05:00", "facts": facts });
    let mut text = String::new();
    with_answer(book, &question, "frontline", |a| {
        for asked in questions(a) {
            let record = asked.within.map_or_else(String::new, |record| format!("{}: ", record.label));
            let proof = asked.proof.map_or_else(String::new, |source| format!(", {}", source.word()));
            let items: Vec<String> = asked.items.iter().map(|i| i.label.to_string()).collect();
            let items = if items.is_empty() { String::new() } else { format!(" [{}]", items.join(" | ")) };
            let problem = asked.problem.map_or_else(String::new, |problem| format!("; {problem}"));
            let _ = writeln!(text, "{:?} {record}{}{items} ({}{proof}){problem}", asked.state, asked.label, asked.path);
        }
    });
    text
}

fn with_answer<T>(book: &Book, question: &Value, role: &str, f: impl FnOnce(&Assessment<'_>) -> T) -> T {
    let text = question.to_string();
    let question = read_question(&book.schema, &text).unwrap_or_else(|e| panic!("{text}\n{e:?}"));
    let mut workspace = Workspace::default();
    f(&assess(book, &question.request, &question.facts, book.role(role).unwrap(), &mut workspace).unwrap())
}

#[test]
fn the_sale_five_days_later() {
    insta::assert_snapshot!(asks(&shipped("retail"), "price_adjustment", &json!({})), @r"
    Open The order: Order number (order.id)
    Open The order: When was it bought? (order.placed)
    Open The order: Where was it bought? (order.channel)
    Open The order: What was bought [Paid for it | Was it final sale?] (order.lines)
    Open The order: Given back already (order.refunded)
    Settled The payment: Payment number (order.payment.id)
    Settled The payment: Paid with (order.payment.kind)
    Settled The payment: Who paid? (order.payment.holder)
    Optional The order: Does the bank take it back? (order.disputed)
    Open The promotion: When did it begin? (promotion.starts)
    Open The promotion: Where does it count? (promotion.channels)
    Open The promotion: Discount (promotion.discount)
    Open The customer: Claims within a year (customer.claims_12m)
    Optional The money goes somewhere else [Whose is it? | To what?] (refund_to)
    ");
}

#[test]
fn the_wrong_parcel() {
    insta::assert_snapshot!(asks(&shipped("retail"), "wrong_goods", &json!({})), @r"
    Open Articles in the parcel (sent, seen)
    Open The order: What was bought [Article number | Article | Paid for it | Was it final sale?] (order.lines, seen)
    Open The order: Given back already (order.refunded)
    Open The order: Paid for shipping (order.shipping)
    Settled The order: Order number (order.id)
    Settled The payment: Payment number (order.payment.id)
    Settled The payment: Paid with (order.payment.kind)
    Settled The payment: Who paid? (order.payment.holder)
    Optional The order: Does the bank take it back? (order.disputed)
    Open The way back: Cost of the label (returns.label)
    Open The way back: Handling of each (returns.handling)
    Open The way back: Worth of each then (returns.resale)
    Open The customer: Claims within a year (customer.claims_12m)
    Optional The money goes somewhere else [Whose is it? | To what?] (refund_to)
    ");
}

#[test]
fn the_rule_that_did_not_foresee_it() {
    insta::assert_snapshot!(asks(&shipped("retail"), "returns", &json!({})), @r"
    Open The order: Order number (order.id)
    Open The order: When was it bought? (order.placed)
    Open The order: What was bought [Paid for it | Was it final sale?] (order.lines)
    Open The order: Given back already (order.refunded)
    Settled The payment: Payment number (order.payment.id)
    Settled The payment: Paid with (order.payment.kind)
    Settled The payment: Who paid? (order.payment.holder)
    Optional The order: Does the bank take it back? (order.disputed)
    Open In what state is it? (condition)
    Optional The way back [Worth of each then] (returns)
    Optional The money goes somewhere else [Payment number | To what? | Whose is it?] (refund_to)
    Open The customer: Claims within a year (customer.claims_12m)
    ");
}

#[test]
fn three_days_only_three_days() {
    insta::assert_snapshot!(asks(&shipped("retail"), "warranty", &json!({})), @r"
    Open The order: Order number (order.id)
    Settled The order: When was it bought? (order.placed)
    Open The order: What was bought [Paid for it] (order.lines)
    Settled The payment: Who paid? (order.payment.holder)
    Settled The payment: Paid with (order.payment.kind)
    Optional The order: Does the bank take it back? (order.disputed)
    Open The cover: Last day (warranty.ends)
    Open The cover: Was it misused? (warranty.misused)
    Open The cover: Cost of the repair (warranty.repair)
    Open The cover: Paid for the cover (warranty.cover_paid)
    Open The customer: Claims within a year (customer.claims_12m)
    Optional The money goes somewhere else [Whose is it? | To what?] (refund_to)
    ");
    insta::assert_snapshot!(asks(&shipped("rental"), "late_return", &json!({})), @r"
    Open The booking: Booking number (booking.id)
    Open The booking: Due back (booking.due)
    Open The booking: Rate for a day (booking.day_rate)
    Settled The payment: Who paid? (booking.payment.holder)
    Settled The payment: Paid with (booking.payment.kind)
    Optional The booking: Does the bank take it back? (booking.disputed)
    Open The return: When was it back? (back.at)
    Open The return: Charged for being late (back.fee)
    Open The customer: Rentals so far (customer.rentals)
    Optional The customer: Spent with us so far (customer.value)
    Open The customer: Times late this year (customer.late_12m)
    Optional The money goes somewhere else [Whose is it? | To what?] (refund_to)
    ");
}

#[test]
fn the_coupon_that_did_not_fit() {
    insta::assert_snapshot!(asks(&shipped("retail"), "trade_in_coupon", &json!({})), @r"
    Open The old watch: Was it accepted? (trade_in.accepted)
    Settled The old watch: When was it accepted? (trade_in.accepted_at)
    Open The new watch: Is it a selected one? (product.in_promotion)
    Open The new watch: Price (product.price)
    Open The offer: Last day (offer.ends)
    Open The customer: Claims within a year (customer.claims_12m)
    Optional The money goes somewhere else [Whose is it? | To what?] (refund_to)
    Settled The payment: Who paid? (order.payment.holder)
    Settled The payment: Paid with (order.payment.kind)
    Optional The order: Does the bank take it back? (order.disputed)
    ");
}

#[test]
fn a_fee() {
    insta::assert_snapshot!(asks(&shipped("retail"), "fee", &json!({})), @r"
    Open The fee: Was it our error? (fee.in_error, system)
    Open The fee: Day it was charged (fee.charged)
    Open The fee: Others waived this year (fee.waived_12m)
    Open The fee: Amount (fee.amount)
    Optional The fee: Number of the fee (fee.id)
    Settled The order: Order number (order.id)
    Settled The payment: Who paid? (order.payment.holder)
    Settled The payment: Paid with (order.payment.kind)
    Optional The order: Does the bank take it back? (order.disputed)
    Open The customer: Claims within a year (customer.claims_12m)
    Optional The money goes somewhere else [Whose is it? | To what?] (refund_to)
    ");
}

#[test]
fn what_a_fixed_line_decides_need_not_be_asked() {
    let facts =
        json!({ "order": { "lines": [{ "sku": "b1", "title": "Blazer", "paid": "149 USD", "final_sale": true }] } });
    insta::assert_snapshot!(asks(&shipped("retail"), "price_adjustment", &facts), @r"
    Settled The order: Order number (order.id)
    Open The order: When was it bought? (order.placed)
    Settled The order: Where was it bought? (order.channel)
    Given The order: What was bought [Paid for it | Was it final sale?] (order.lines)
    Open The order: Given back already (order.refunded)
    Settled The payment: Payment number (order.payment.id)
    Settled The payment: Paid with (order.payment.kind)
    Settled The payment: Who paid? (order.payment.holder)
    Optional The order: Does the bank take it back? (order.disputed)
    Settled The promotion: When did it begin? (promotion.starts)
    Open The promotion: Where does it count? (promotion.channels)
    Open The promotion: Discount (promotion.discount)
    Open The customer: Claims within a year (customer.claims_12m)
    Optional The money goes somewhere else [Whose is it? | To what?] (refund_to)
    ");
}

#[test]
fn a_branch_that_is_not_taken_need_not_be_asked() {
    let retail = shipped("retail");
    let stage = |stage: &str| asks(&retail, "cancellation", &json!({ "shipment": { "stage": stage } }));
    insta::assert_snapshot!(stage("packed"), @r"
    Given The parcel: How far is it? (shipment.stage)
    Open The parcel: Is it made to order? (shipment.made_to_order)
    Settled The parcel: Cost of turning back (shipment.recall)
    Settled The order: When was it bought? (order.placed)
    Open The order: What was bought [Paid for it] (order.lines)
    Open The order: Given back already (order.refunded)
    Open The order: Paid for shipping (order.shipping)
    Settled The order: Order number (order.id)
    Settled The payment: Payment number (order.payment.id)
    Settled The payment: Paid with (order.payment.kind)
    Settled The payment: Who paid? (order.payment.holder)
    Optional The order: Does the bank take it back? (order.disputed)
    Open The customer: Claims within a year (customer.claims_12m)
    Optional The money goes somewhere else [Whose is it? | To what?] (refund_to)
    ");
    insta::assert_snapshot!(stage("shipped"), @r"
    Given The parcel: How far is it? (shipment.stage)
    Open The parcel: Is it made to order? (shipment.made_to_order)
    Open The parcel: Cost of turning back (shipment.recall)
    Settled The order: When was it bought? (order.placed)
    Open The order: What was bought [Paid for it] (order.lines)
    Open The order: Given back already (order.refunded)
    Open The order: Paid for shipping (order.shipping)
    Settled The order: Order number (order.id)
    Settled The payment: Payment number (order.payment.id)
    Settled The payment: Paid with (order.payment.kind)
    Settled The payment: Who paid? (order.payment.holder)
    Optional The order: Does the bank take it back? (order.disputed)
    Open The customer: Claims within a year (customer.claims_12m)
    Optional The money goes somewhere else [Whose is it? | To what?] (refund_to)
    ");
}

#[test]
fn what_is_owed_needs_no_guard() {
    let facts = json!({ "fee": { "amount": "12 USD", "in_error": true } });
    insta::assert_snapshot!(asks(&shipped("retail"), "fee", &facts), @r"
    Given The fee: Was it our error? (fee.in_error, system)
    Settled The fee: Day it was charged (fee.charged)
    Settled The fee: Others waived this year (fee.waived_12m)
    Given The fee: Amount (fee.amount)
    Optional The fee: Number of the fee (fee.id)
    Settled The order: Order number (order.id)
    Settled The payment: Who paid? (order.payment.holder)
    Settled The payment: Paid with (order.payment.kind)
    Optional The order: Does the bank take it back? (order.disputed)
    Settled The customer: Claims within a year (customer.claims_12m)
    Optional The money goes somewhere else [Whose is it? | To what?] (refund_to)
    ");
}

#[test]
fn a_record_that_may_be_absent_is_asked_for_as_a_whole_until_it_is_given() {
    let retail = shipped("retail");
    insta::assert_snapshot!(asks(&retail, "returns", &json!({ "refund_to": { "kind": "card" } })), @r"
    Open The order: Order number (order.id)
    Open The order: When was it bought? (order.placed)
    Open The order: What was bought [Paid for it | Was it final sale?] (order.lines)
    Open The order: Given back already (order.refunded)
    Settled The payment: Payment number (order.payment.id)
    Open The payment: Paid with (order.payment.kind)
    Open The payment: Who paid? (order.payment.holder)
    Optional The order: Does the bank take it back? (order.disputed)
    Open In what state is it? (condition)
    Optional The way back [Worth of each then] (returns)
    Settled The money goes somewhere else: Payment number (refund_to.id)
    Given The money goes somewhere else: To what? (refund_to.kind)
    Open The money goes somewhere else: Whose is it? (refund_to.holder)
    Open The customer: Claims within a year (customer.claims_12m)
    ");
}

#[test]
fn a_list_that_lacks_something_is_still_open() {
    let facts =
        json!({ "order": { "id": "o1", "refunded": "1 USD", "lines": [{ "paid": "10 USD" }], "shipping": "-1 USD" } });
    insta::assert_snapshot!(asks(&shipped("retail"), "wrong_goods", &facts), @r"
    Open Articles in the parcel (sent, seen)
    Open The order: What was bought [Article number | Article | Paid for it | Was it final sale?] (order.lines, seen)
    Given The order: Given back already (order.refunded)
    Given The order: Paid for shipping (order.shipping); `order.shipping` is -1.00 USD, below the least, 0.00 USD
    Given The order: Order number (order.id)
    Settled The payment: Payment number (order.payment.id)
    Settled The payment: Paid with (order.payment.kind)
    Settled The payment: Who paid? (order.payment.holder)
    Optional The order: Does the bank take it back? (order.disputed)
    Open The way back: Cost of the label (returns.label)
    Open The way back: Handling of each (returns.handling)
    Open The way back: Worth of each then (returns.resale)
    Open The customer: Claims within a year (customer.claims_12m)
    Optional The money goes somewhere else [Whose is it? | To what?] (refund_to)
    ");
}

const TWO_VERSIONS: &str = r#"
book: two
currency: USD
time_zone: America/New_York
roles: [{ id: frontline }]
facts:
  order: { placed: date, paid: "money(0..)", refunded: "money(0..)", sealed: bool, tags: "map(text, bool)", from: { town: text } }
  member?: bool
define:
  town: "has(member) ? order.from.town : 'here'"
"#;

const NEW: &str = r#"
policy: returns
request: [returns]
in_force: 2026-01-01
relied_on: "order.placed"
terms:
  window: { says: In time, measure: "date(asked) - order.placed", at_most: 60 days }
  here: { says: Here, require: "town == 'here' && order.tags.exists(t, order.tags[t])" }
remedies:
  back: { says: Money back, kind: refund, of: "order.paid", refunded: "order.refunded", amount: "order.paid" }
"#;

const OLD: &str = r#"
policy: returns
request: [returns]
relied_on: "order.placed"
terms:
  sealed: { says: It is sealed, require: "order.sealed" }
remedies:
  back: { says: Money back, kind: refund, of: "order.paid", refunded: "order.refunded", amount: "order.paid" }
"#;

#[test]
fn while_two_versions_are_compared_both_are_asked_about() {
    let book = book(&[("book.yaml", TWO_VERSIONS), ("policies/new.yaml", NEW), ("policies/old.yaml", OLD)]);
    insta::assert_snapshot!(asks(&book, "returns", &json!({ "order": { "placed": "2026-10-01" } })), @r"
    Given Order: Placed (order.placed)
    Settled From: Town (order.from.town)
    Open Order: Tags (order.tags)
    Open Order: Paid (order.paid)
    Open Order: Refunded (order.refunded)
    Optional Member (member)
    ");
    insta::assert_snapshot!(asks(&book, "returns", &json!({ "order": { "placed": "2025-10-01" } })), @r"
    Open Order: Sealed (order.sealed)
    Given Order: Placed (order.placed)
    Open Order: Paid (order.paid)
    Open Order: Refunded (order.refunded)
    Open From: Town (order.from.town)
    Open Order: Tags (order.tags)
    ");
}
