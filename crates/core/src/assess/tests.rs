//! Answers that were wrong once.

use super::*;
use crate::explain::{explain, text};
use crate::texts::Texts;
use crate::trial::tests::books::book;

/// Asks the policy `p` of a book, and hands out the answer.
fn asked<T>(own: &str, policy: &str, facts: &str, role: &str, f: impl FnOnce(&Assessment<'_>) -> T) -> T {
    let head = "book: b\ncurrency: USD\ntime_zone: UTC\nroles:\n  - { id: a, per_grant: 10 USD }\n  - { id: lead }\n";
    let rule = format!("policy: p\nrequest: [p]\n{policy}");
    let book = book(&[("book.yaml", &format!("{head}{own}")), ("policies/p.yaml", &rule)]);
    let question = format!(r#"{{"request":"p","asked":"2026-06-01T12:00:00","facts":{facts}}}"#);
    let question = crate::facts::read_question(&book.schema, &question).unwrap();
    let mut workspace = Workspace::default();
    f(&assess(&book, &question.request, &question.facts, book.role(role).unwrap(), &mut workspace).unwrap())
}

/// The standing and the first line.
fn headline(own: &str, policy: &str, facts: &str, role: &str) -> String {
    asked(own, policy, facts, role, |a| {
        format!("{}: {}", a.standing.word(), explain(a, Texts::english()).standing.text)
    })
}

const DEPOSIT: &str = "facts: { deposit: 'money(0..)', age: days, fee?: 'money(0..)' }\n";

#[test]
fn what_comes_to_nothing_within_the_rules_says_so() {
    let terms = "terms:\n  t: { says: T, measure: age, at_most: 30 days }\n";
    let rest = "{ says: Rest, kind: store_credit, amount: 'max(deposit - usd(30), usd(0))' }";
    let remedies = format!("{terms}remedies:\n  back: {rest}\n");
    let says = |policy: &str, facts| headline(DEPOSIT, policy, facts, "a");
    let inside = r#"{"deposit":"20 USD","age":"3 days"}"#;
    assert_eq!(says(&remedies, inside), "refused: Within the rules; nothing is due");
    let late = r#"{"deposit":"20 USD","age":"31 days"}"#;
    assert_eq!(says(&remedies, late), "refused: Not within the rules", "a term stands against it");
    let unknown = r#"{"deposit":"20 USD"}"#;
    assert_eq!(says(&remedies, unknown), "refused: Nothing is due", "whatever the term comes to");
    let bundle = format!("{remedies}  both: {{ says: Both, bundle: [back] }}\n")
        .replace("  back: {", "  back: { when: 'deposit > usd(500)',");
    assert_eq!(says(&bundle, inside), "refused: Not within the rules", "nothing is offered at all");
}

#[test]
fn a_never_of_everything_bars_a_remedy_of_ones_own() {
    let own = "bespoke: lead\nfacts: { fraud: bool }\nnever:\n  - { id: stop, says: Nobody may, when: fraud }\n";
    let credit = "goodwill:\n  m: { says: Credit, kind: store_credit, amount: 5 USD }\n";
    for role in ["a", "lead"] {
        assert_eq!(headline(own, credit, r#"{"fraud":true}"#, role), "never: Not possible: nobody may");
    }
    assert_eq!(headline(own, credit, r#"{"fraud":false}"#, "lead"), "discretion: Yours to give");
    asked(own, credit, "{}", "lead", |a| {
        assert_eq!((a.standing, a.range.worst), (Standing::Unknown, Standing::Never));
        assert_eq!(a.missing, [Missing::Fact { path: "fraud".to_owned(), problem: None }]);
    });
    let by_kind = own.replace("when: fraud", "when: fraud, bars: [m]");
    assert_eq!(headline(&by_kind, credit, r#"{"fraud":true}"#, "lead"), "discretion: Yours to give");
}

#[test]
fn what_was_paid_in_another_currency_is_not_known_to_be_more() {
    let own = "facts: { paid: 'money(0..)', back: 'money(0..)' }\n";
    let refund = "remedies:\n  m: { says: M, kind: refund, to: \"'x'\", of: paid, refunded: back, amount: paid }\n";
    let facts = r#"{"paid":"50 CHF","back":"0 USD"}"#;
    let out = asked(own, refund, facts, "a", |a| text(&explain(a, Texts::english()), 84, Texts::english()));
    assert!(out.contains("two currencies do not mix"), "{out}");
    assert_eq!(asked(own, refund, facts, "a", |a| a.standing), Standing::Unknown);
}

#[test]
fn an_amount_beyond_all_amounts_is_a_reason() {
    let own = "facts: { n: int }\n";
    let policy = "terms:\n  t: { says: T, require: 'n > 5', stretch: { a: any } }\nremedies:\n  m: { says: M, kind: store_credit, amount: 'usd(9999999999999999.99) * 10' }\n";
    let out = asked(own, policy, r#"{"n":1}"#, "a", |a| text(&explain(a, Texts::english()), 84, Texts::english()));
    assert!(out.contains("policies/p.yaml line 6): the number is"), "{out}");
}

#[test]
fn a_split_leaves_out_what_went_back_before() {
    let own = "types: { pay: { id: text, paid: 'money(0..)' } }\nfacts: { pays: 'list(pay)', back: 'money(0..)', wish: 'money(0..)' }\ndefine: { paid: 'pays.map(p, p.paid).sum()' }\n";
    let shares = |how: &str, back: &str, wish: &str| {
        let policy = format!(
            "remedies:\n  m: {{ says: Back, kind: refund, to: pays, split: {how}, of: paid, refunded: back, amount: wish, against: \"'A-1'\" }}\n"
        );
        let facts = format!(
            r#"{{"pays":[{{"id":"gift","paid":"40.00 USD"}},{{"id":"card","paid":"248.97 USD"}}],"back":"{back} USD","wish":"{wish} USD"}}"#
        );
        asked(own, &policy, &facts, "a", |a| {
            let kept = frozen::Frozen::of(a).unwrap();
            let part = &kept.options[0].parts[0];
            let Some(frozen::Amount::Money(amount)) = part.amount else { panic!("an amount of money") };
            let shares: Vec<String> =
                part.against.as_ref().unwrap().shares(amount).unwrap().iter().map(ToString::to_string).collect();
            let written: Vec<&str> =
                part.with["shares"].as_array().unwrap().iter().map(|s| s["amount"].as_str().unwrap()).collect();
            assert_eq!(shares, written, "a grant shares it as the answer does");
            shares.join(", ")
        })
    };
    assert_eq!(shares("in_order", "18.70", "30.00"), "21.30 USD, 8.70 USD");
    assert_eq!(shares("in_order", "0.00", "30.00"), "30.00 USD, 0.00 USD");
    assert_eq!(shares("in_order", "60.00", "30.00"), "0.00 USD, 30.00 USD");
    assert_eq!(shares("proportional", "0.00", "28.89"), "4.00 USD, 24.89 USD");
    assert_eq!(shares("proportional", "0.05", "288.92"), "39.99 USD, 248.93 USD", "all that is left of each");
}
