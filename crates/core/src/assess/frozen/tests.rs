//! What is kept of an assessment, and that it comes back as it was.

use insta::assert_snapshot;

use super::*;
use crate::assess::{Workspace, assess};
use crate::book::check::check;
use crate::facts::read_question;
use crate::ids::RoleName;
use serde_json::json;

const BOOK: &str = "book: shop\ncurrency: USD\ntime_zone: UTC\nroles:\n  - { id: ai, title: AI, per_grant: 25 USD, per_customer: 1 in 365 days, per_owed: 25 USD, owed_per_day: 250 USD }\n  - { id: frontline, title: Rep, per_grant: 100 USD }\n  - { id: lead, title: Lead }\nbespoke: lead\nfacts:\n  paid: \"money(0..)\"\n  placed: date\n  holder?: text\ncircumstances:\n  illness: { says: Illness, proof: seen, lends: { stretch_of: lead, to: frontline }, per_grant: 60 USD }\nnever:\n  - { id: payer, says: Money goes back to the payer, when: \"has(holder) && holder != 'me'\", bars: [refund], instead: [credit] }\n";
const RETURNS: &str = "policy: returns\nrequest: [return]\nterms:\n  window: { says: Within 60 days, measure: \"date(asked) - placed\", at_most: 60 days, stretch: { lead: 30 days } }\nremedies:\n  back: { says: Money back, kind: refund, of: \"paid\", refunded: \"paid - paid\", amount: \"paid\", partial: true }\ngoodwill:\n  gift: { says: A gift, kind: store_credit, amount: 20 USD..40 USD, expires: never }\n  share: { says: Off the next, kind: promo_code, amount: 20%, cost: 5 USD, expires: never }\ninstead:\n  credit: { says: Store credit, kind: store_credit, amount: \"paid\", expires: never }\n";

fn frozen(change: &serde_json::Value) -> Frozen {
    let checked = check(&[("book.yaml", BOOK), ("policies/returns.yaml", RETURNS)].into_iter().collect());
    let book = checked.book.unwrap_or_else(|| panic!("{:?}", checked.findings.all));
    let mut question = json!({
        "request": "return", "asked": "2026-03-08T12:00:00Z",
        "facts": { "paid": "80 USD", "placed": "2026-01-01" },
    });
    for (key, value) in change.as_object().unwrap() {
        question[key] = value.clone();
    }
    let text = question.to_string();
    let question = read_question(&book.schema, &text).unwrap();
    let mut workspace = Workspace::default();
    let role = book.role("frontline").unwrap();
    let assessment = assess(&book, &question.request, &question.facts, role, &mut workspace).unwrap();
    Frozen::of(&assessment).unwrap()
}

/// Digests are left out: they move with every text.
fn shown(frozen: &Frozen) -> String {
    let mut json = serde_json::to_value(frozen).unwrap();
    for digest in ["digest", "book"] {
        json.as_object_mut().unwrap().shift_remove(digest);
    }
    serde_json::to_string_pretty(&json).unwrap()
}

#[test]
fn an_assessment_keeps_all_that_a_grant_is_held_against() {
    let ill = json!({ "circumstances": [{ "id": "illness", "source": "seen" }], "case": { "granted": "10 USD" }, "facts": { "paid": "45 USD", "placed": "2026-01-01" } });
    let frozen = frozen(&ill);
    assert_eq!(frozen.role, RoleName::parse("frontline").unwrap());
    assert_snapshot!(shown(&frozen));
}

#[test]
fn what_is_barred_and_what_hangs_on_facts_is_told_apart() {
    let takes =
        |change: serde_json::Value| frozen(&change).option(&OptionId::parse("back").unwrap()).unwrap().takes.clone();
    let facts = |facts: serde_json::Value| json!({ "facts": facts });
    assert_eq!(
        takes(facts(json!({ "paid": "80 USD", "placed": "2026-01-01", "holder": "you" }))),
        Takes::Barred { by: vec!["payer".into()] }
    );
    assert_eq!(takes(facts(json!({ "paid": "80 USD" }))), Takes::Facts);
    assert!(matches!(takes(facts(json!({ "paid": "80 USD", "placed": "2026-03-01" }))), Takes::Owed { .. }));
}

#[test]
fn it_comes_back_from_json_as_it_was() {
    let frozen = frozen(&json!({}));
    let text = serde_json::to_string(&frozen).unwrap();
    assert_eq!(serde_json::from_str::<Frozen>(&text).unwrap(), frozen);
}

#[test]
fn what_leaves_is_the_money_of_what_pays_out_and_not_its_cost() {
    let frozen = frozen(&json!({}));
    let option = |id: &str| frozen.option(&OptionId::parse(id).unwrap()).unwrap().clone();
    let money = |text: &str| Money::parse(text, None).unwrap();
    let of = |text: &str| Some(Amount::Money(money(text)));
    assert_eq!(option("back").payout(option("back").amount.as_ref()), Some(money("80 USD")));
    assert_eq!(option("back").payout(of("30 USD").as_ref()), Some(money("30 USD")), "a part of it");
    assert_eq!(option("gift").payout(of("35 USD").as_ref()), Some(money("35 USD")), "of a range");
    assert_eq!(option("share").payout(option("share").amount.as_ref()), None, "a code of a percentage");

    let part = |kind: &str, amount: Option<&str>, cost: &str| PartFrozen {
        id: OptionId::parse("part").unwrap(),
        kind: Some(kind.to_owned()),
        amount: amount.map(|a| Amount::Money(money(a))),
        cost: Some(money(cost)),
        with: Value::Null,
        against: None,
    };
    let bundle = |parts: &[PartFrozen]| OptionFrozen { parts: parts.to_vec(), ..option("back") }.payout(None);
    let free = part("refund", Some("183 USD"), "0 USD");
    assert_eq!(bundle(&[free.clone(), part("reship", None, "60 USD")]), Some(money("183 USD")), "goods are no money");
    assert_eq!(bundle(&[free.clone(), part("fee_waiver", None, "7 USD")]), Some(money("190 USD")));
    let parts = vec![free.clone(), part("fee_waiver", None, "7 USD")];
    let done = |steps: &[u32]| OptionFrozen { parts: parts.clone(), ..option("back") }.payout_of_steps(None, steps);
    assert_eq!(done(&[2]), Some(money("7 USD")), "of the steps that were done alone");
    assert_eq!(done(&[]), None);
    let two = bundle(&[free, part("store_credit", Some("5 EUR"), "0 USD")]);
    assert_eq!(two, Some(Money::new(i64::MAX, Currency::USD)), "two currencies are more than any limit covers");
}
