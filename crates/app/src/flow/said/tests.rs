use serde_json::json;

use super::*;
use crate::shelf::Shelf;

const AGENT: Speaker = Speaker { own: Source::Claimed, form: false };
const PERSON: Speaker = Speaker { own: Source::Seen, form: false };
const SYSTEM: Speaker = Speaker { own: Source::System, form: false };
const FORM: Speaker = Speaker { own: Source::Seen, form: true };

fn said(known: &Known, speaker: Speaker, document: Value) -> Merged {
    let book = Shelf::shipped(&["retail"]).find("retail").unwrap().book;
    let Value::Object(mut document) = document else { panic!("an object") };
    merge(&book, known, speaker, &mut document).unwrap()
}

fn known(of: &Merged) -> Known {
    Known::of(&Value::Object(of.question.clone()).to_string(), None)
}

fn order(paid: &str) -> Value {
    json!({ "facts": { "customer": { "id": "c_1", "claims_12m": 0 }, "order": { "id": "A-1", "placed": "2026-11-11T12:00:37",
        "lines": [{ "sku": "s", "title": "t", "paid": paid, "final_sale": false }], "refunded": "0.00 USD" } } })
}

#[test]
fn a_word_is_worth_what_its_speaker_is() {
    for (speaker, is) in [(AGENT, Source::Claimed), (PERSON, Source::Seen), (SYSTEM, Source::System)] {
        let merged = said(&Known::default(), speaker, order("20.00 USD"));
        assert_eq!((merged.weakest, merged.source("order.id"), merged.source("refund_to.holder")), (is, is, is));
        assert!(merged.told.is_empty(), "nobody said that it is more");
    }
    let mut document = order("20.00 USD");
    document["sources"] = json!({ "order": "system", "customer": "word" });
    let merged = said(&Known::default(), PERSON, document.clone());
    let lowered = Lowered { path: "order".to_owned(), said: Source::System, is: Source::Seen };
    assert_eq!(merged.told.lowered, [lowered]);
    assert_eq!((merged.source("order.id"), merged.source("customer.id")), (Source::Seen, Source::Word));
    let merged = said(&Known::default(), AGENT, document);
    assert_eq!(merged.told.lowered.len(), 2, "the customer's word is more than a claim, too");
    let all = json!({ "facts": { "condition": "worn" }, "sources": { "": "system" } });
    assert_eq!(said(&Known::default(), AGENT, all).told.lowered[0].path, "*");
}

#[test]
fn what_a_system_said_stays_a_systems_while_nobody_changes_it() {
    let event = known(&said(&Known::default(), SYSTEM, order("20.00 USD")));
    let silent = said(&event, AGENT, json!({}));
    assert_eq!((silent.weakest, silent.source("refund_to")), (Source::System, Source::System), "nothing was said");
    let mut again = order("20 USD");
    again["facts"]["order"]["placed"] = json!("2026-11-11T17:00:37Z");
    again["facts"]["condition"] = json!("as_new");
    let merged = said(&event, AGENT, again);
    assert_eq!((merged.source("order.lines"), merged.source("order.placed")), (Source::System, Source::System));
    assert_eq!((merged.source("condition"), merged.weakest), (Source::Claimed, Source::Claimed));
    assert_eq!(merged.facts["order"]["placed"], "2026-11-11T12:00:37", "as the system wrote it");
    let twice = said(&known(&merged), PERSON, json!({ "facts": { "condition": "as_new" } }));
    assert_eq!((twice.source("condition"), twice.source("order.id")), (Source::Seen, Source::System));
}

#[test]
fn a_person_corrects_and_a_claim_does_not() {
    let event = known(&said(&Known::default(), SYSTEM, order("20.00 USD")));
    let merged = said(&event, AGENT, order("500.00 USD"));
    assert_eq!(merged.told.not_taken, [NotTaken { path: "order.lines".to_owned(), is: Source::System }]);
    assert_eq!(merged.facts["order"]["lines"][0]["paid"], "20.00 USD");
    let merged = said(&event, PERSON, order("500.00 USD"));
    assert_eq!((merged.source("order.lines"), merged.source("order.id")), (Source::Seen, Source::System));
    assert_eq!(merged.facts["order"]["lines"][0]["paid"], "500.00 USD");
    // Who leaves a fact out, or writes null, takes nothing away; a blank in a form does, on their name.
    for gone in [json!({ "facts": { "order": {} } }), json!({ "facts": { "order": null, "customer": { "id": null } } })]
    {
        assert_eq!(said(&event, PERSON, gone).facts["order"]["id"], "A-1");
    }
    let mut blank = order("20.00 USD");
    blank["facts"]["customer"]["claims_12m"] = Value::Null;
    let merged = said(&event, FORM, blank);
    assert_eq!(merged.facts["customer"].get("claims_12m"), None);
    assert_eq!((merged.source("customer.claims_12m"), merged.source("order.id")), (Source::Seen, Source::System));
}

#[test]
fn a_form_confirms_a_claim_only_where_someone_says_that_they_looked() {
    let claims = known(&said(&Known::default(), AGENT, order("20.00 USD")));
    assert_eq!(said(&claims, FORM, order("20.00 USD")).weakest, Source::Claimed, "nobody touched it");
    let mut looked = order("20.00 USD");
    looked["sources"] = json!({ "order.lines": "seen", "order.id": "word" });
    let merged = said(&claims, FORM, looked);
    assert_eq!((merged.source("order.lines"), merged.source("order.id")), (Source::Seen, Source::Word));
    assert_eq!(said(&claims, PERSON, order("20.00 USD")).weakest, Source::Seen, "a program sends what its person says");
}

#[test]
fn what_happened_to_the_customer_is_worth_what_its_speaker_is() {
    let one = |source: &str| json!({ "circumstances": [{ "id": "illness", "source": source }] });
    let merged = said(&Known::default(), AGENT, one("seen"));
    assert_eq!(merged.question["circumstances"], one("claimed")["circumstances"]);
    assert_eq!(merged.told.lowered[0].path, "circumstances.illness");
    let seen = known(&said(&Known::default(), PERSON, json!({ "circumstances": [{ "id": "illness" }] })));
    for document in [json!({}), json!({ "circumstances": null }), json!({ "circumstances": [] })] {
        assert_eq!(said(&seen, AGENT, document).question["circumstances"], one("seen")["circumstances"], "it stays");
    }
    assert_eq!(said(&seen, PERSON, json!({ "circumstances": [] })).question["circumstances"], json!([]));
}

#[test]
fn what_an_older_version_kept_is_no_more_than_someone_looked() {
    let before = Known::of(&order("20.00 USD").to_string(), Some(Source::Seen));
    assert_eq!(said(&before, AGENT, json!({})).weakest, Source::Seen);
}

#[test]
fn the_order_is_known_by_what_names_it_and_a_claim_names_none() {
    let book = Shelf::shipped(&["retail"]).find("retail").unwrap().book;
    let business = BusinessId::parse("retail").unwrap();
    let ground = |speaker, id: &str| {
        said(&Known::default(), speaker, json!({ "facts": { "order": { "id": id } } }))
            .ground(&book, &business, "returns")
            .order
    };
    assert!(ground(PERSON, "A-1").is_some() && ground(PERSON, " a-1 ") == ground(PERSON, "A-1"));
    assert_eq!(ground(PERSON, "A \u{2011}\u{200b}1"), ground(PERSON, "A-1"), "as the ledger writes it");
    assert_eq!((ground(PERSON, "#1001"), ground(PERSON, " 1001")), (ground(PERSON, "1001"), ground(PERSON, "#1001")));
    assert_ne!(ground(PERSON, "A-1"), ground(PERSON, "A-2"));
    assert_eq!((ground(AGENT, "A-1"), ground(PERSON, " ")), (None, None));
    assert_eq!(ground(PERSON, "#"), None, "a sign alone names nothing");
}

#[test]
fn what_names_an_order_is_what_the_book_counts_money_against() {
    let book = Shelf::shipped(&["rental"]).find("rental").unwrap().book;
    let business = BusinessId::parse("rental").unwrap();
    let merged = |facts: Value| {
        let mut document = Map::from_iter([("facts".to_owned(), facts)]);
        merge(&book, &Known::default(), PERSON, &mut document).unwrap()
    };
    let order = |facts: Value, request: &str| merged(facts).ground(&book, &business, request).order;
    let booked = |id: &str| json!({ "booking": { "id": id } });
    for request in ["cancellation", "late_return", "something_else"] {
        assert!(order(booked("B-1"), request).is_some(), "{request}");
        assert_eq!(order(booked("B-1"), request), order(booked(" b-1"), request), "{request}");
        assert_ne!(order(booked("B-1"), request), order(booked("B-2"), request), "{request}");
    }
}
