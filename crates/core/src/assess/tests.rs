//! Answers that were wrong once.

use super::*;
use crate::explain::{explain, text};
use crate::program::run::Failure;
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

/// What comes of a question that is asked on a day.
fn asked_on(files: &[(&str, &str)], request: &str, day: &str) -> String {
    let head = "book: b\ncurrency: USD\ntime_zone: UTC\nroles: [{ id: a }]\nfacts: {}\n";
    let rules = files.iter().map(|(name, text)| (*name, *text));
    let files: Vec<(&str, &str)> = std::iter::once(("book.yaml", head)).chain(rules).collect();
    let book = book(&files);
    let question = format!(r#"{{"request":"{request}","asked":"{day}T12:00:00","facts":{{}}}}"#);
    let question = crate::facts::read_question(&book.schema, &question).unwrap();
    let mut workspace = Workspace::default();
    match assess(&book, &question.request, &question.facts, book.role("a").unwrap(), &mut workspace) {
        Ok(a) => format!("{} since {:?}", a.policy.id, a.version.in_force.map(|day| day.to_string())),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_was_asked_before_every_version_is_told_from_when_the_first_holds() {
    const REST: &str = "remedies:\n  m: { says: M, kind: message, cost: 0 USD }\n";
    let of = |id: &str, from: &str| format!("policy: {id}\nrequest: [{id}]\nin_force: {from}\n{REST}");
    let (first, second) = (of("returns", "2026-09-01"), of("returns", "2026-10-01"));
    let other = of("something_else", "2026-08-01");
    let files = [("policies/b.yaml", second.as_str()), ("policies/a.yaml", &first), ("policies/c.yaml", &other)];
    let two = files.get(..2).unwrap();
    let early = "`returns` was asked on 2026-07-31, and the first version of `returns` in `b` is in force from 2026-09-01: \
                 check the day it was asked, or write the version that held then";
    assert_eq!(asked_on(two, "returns", "2026-07-31"), early);
    assert_eq!(asked_on(&files, "returns", "2026-07-31"), early, "nor was anything else in force");
    assert_eq!(asked_on(&files, "returns", "2026-08-31"), "something_else since Some(\"2026-08-01\")");
    assert_eq!(asked_on(two, "returns", "2026-09-30"), "returns since Some(\"2026-09-01\")");
    assert!(asked_on(&files, "retruns", "2026-07-31").contains("the first version of `something_else`"));
    assert!(asked_on(two, "retruns", "2026-09-30").ends_with("did you mean `returns`?"));
}

#[test]
fn what_may_bar_a_later_choice_is_missing_too() {
    let own = "facts: { one: bool, two: bool, due: 'money(0..)', stop: bool }\nnever:\n  - { id: halt, says: Halt, when: stop, bars: [second] }\n";
    let choice = |id: &str, when: &str, amount: &str| {
        format!("{{ id: {id}, says: {id}, kind: store_credit, when: {when}, amount: {amount}, against: \"'x'\" }}")
    };
    let missing = |choices: &[String], facts: &str| {
        let policy = format!("remedies:\n  m: {{ says: M, either: [{}] }}\n", choices.join(", "));
        asked(own, &policy, facts, "a", |a| {
            let path = |m: &Missing| match m {
                Missing::Fact { path, .. } => path.clone(),
                other => format!("{other:?}"),
            };
            let mut paths: Vec<String> = a.missing.iter().map(path).collect();
            paths.sort();
            paths.join(" ")
        })
    };
    let (first, second) = (choice("first", "one", "1 USD"), choice("second", "two", "2 USD"));
    let sure = choice("second", "'true'", "2 USD");
    assert_eq!(missing(&[first.clone(), second.clone()], "{}"), "one stop two");
    assert_eq!(missing(&[first.clone(), second.clone()], r#"{"two":true}"#), "one stop");
    assert_eq!(missing(&[first.clone(), sure], "{}"), "one stop");
    assert_eq!(missing(&[second.clone(), first.clone()], "{}"), "one stop two");
    assert_eq!(missing(&[first.clone(), second], r#"{"one":true}"#), "", "the first is chosen, and nothing bars it");
    let priced = [first, choice("second", "two", "due")];
    assert_eq!(missing(&priced, r#"{"stop":false}"#), "due one two", "nor what it comes to");
}

#[test]
fn nothing_that_is_written_out_goes_with_every_currency() {
    let own = "facts: { paid: 'money(0..)', fee: 'money(0..)' }\ndefine: { none: usd(0) }\n";
    let comes = |amount: &str, facts: &str| {
        let policy = format!("remedies:\n  m: {{ says: M, kind: store_credit, amount: \"{amount}\" }}\n");
        let amount = |a: &Assessment<'_>| match a.options.first().map(|option| option.amount) {
            Some(Some(Fixed::Money(money))) => money.to_string(),
            other => format!("{} {other:?} {:?}", a.nothing_due, a.missing.len()),
        };
        asked(own, &policy, facts, "lead", amount)
    };
    let francs = r#"{"paid":"100 CHF","fee":"30 CHF"}"#;
    for amount in [
        "max(paid - fee, usd(0))",
        "max(usd(0), paid - fee)",
        "max(paid - fee, none)",
        "paid - fee + usd(0)",
        "usd(0) + paid - fee",
        "[usd(0), paid, none].max() - fee",
        "[paid - fee, usd(0)].sum()",
        "fee > usd(0) ? paid - fee : usd(0)",
        "min(paid - fee, paid) - eur(0) * 3",
    ] {
        assert_eq!(comes(amount, francs), "70.00 CHF", "{amount}");
    }
    let more = r#"{"paid":"10 CHF","fee":"30 CHF"}"#;
    assert_eq!(comes("max(paid - fee, usd(0))", more), "true None 0");
    assert_eq!(comes("max(paid - fee, usd(1))", francs), "false Some(None) 1", "anything else does not");
    let mixed = r#"{"paid":"100 CHF","fee":"0 USD"}"#;
    assert_eq!(comes("paid - fee", mixed), "false Some(None) 1", "nor does a fact");
}

#[test]
fn a_line_of_nothing_holds_in_every_currency() {
    let own = "facts: { paid: 'money(0..)', x: bool }\n";
    let rest = "remedies:\n  m: { says: M, kind: message, cost: 0 EUR }\n";
    for (line, met) in [("at_least: 0 USD", true), ("at_most: 0 USD", false), ("equals: 0 USD", false)] {
        for measure in ["paid", "paid + paid"] {
            let policy = format!("terms:\n  t: {{ says: T, measure: \"{measure}\", {line} }}\n{rest}");
            let state = asked(own, &policy, r#"{"paid":"5 CHF","x":true}"#, "lead", |a| a.terms[0].state);
            assert_eq!(state, if met { TermState::Met } else { TermState::Failed }, "{line}");
        }
    }
    let cost = asked(own, rest, "{}", "lead", |a| a.options[0].cost.map(|cost| cost.to_string()));
    assert_eq!(cost.as_deref(), Some("0.00 EUR"), "it is shown as it is written");
}

#[test]
fn goodwill_and_recovery_that_come_to_nothing_say_so() {
    let gift = "{ says: Gift, kind: store_credit, amount: 'max(deposit - usd(30), usd(0))' }";
    let facts = r#"{"deposit":"20 USD","age":"31 days"}"#;
    let says = |policy: &str| headline(DEPOSIT, policy, facts, "a");
    assert_eq!(says(&format!("goodwill:\n  m: {gift}\n")), "refused: Within the rules; nothing is due");
    let terms = "terms:\n  t: { says: T, measure: age, at_most: 30 days }\n";
    let fault = "fault: { says: F, when: 'deposit < usd(30)', proof: word, charged_to: x }\n";
    let owed = format!("{fault}{terms}recovery:\n  m: {gift}\n");
    assert_eq!(says(&owed), "refused: Nothing is due", "what is owed asks no term");
    assert_eq!(says(&owed.replace('<', ">")), "refused: Not within the rules", "nothing would be owed");
    let beside = format!(
        "{terms}remedies:\n  r: {{ says: R, kind: store_credit, when: 'age < days(1)', amount: 1 USD }}\ngoodwill:\n  m: {gift}\n"
    );
    assert_eq!(says(&beside), "refused: Not within the rules", "goodwill beside an answer is none");
}

#[test]
fn a_bundle_has_the_amount_of_all_its_parts_or_none() {
    let own = "facts: { one: 'money(0..)', two?: 'money(0..)', three: 'money(0..)' }\n";
    let part = |id: &str, amount: &str| {
        format!("  {id}: {{ says: {id}, kind: store_credit, amount: \"{amount}\", against: \"'x'\" }}\n")
    };
    let sum = |first: &str, second: &str, facts: &str| {
        let keep = "  k: { says: K, kind: keep_item, cost: three }\n";
        let both = "remedies:\n  b: { says: B, bundle: [f, s, k] }\n";
        let policy = format!("{both}{}{}{keep}", part("f", first), part("s", second));
        asked(own, &policy, facts, "a", |a| {
            let amount = match a.options[0].amount {
                Some(Fixed::Money(money)) => money.to_string(),
                other => format!("{other:?}"),
            };
            let failed = |m: &Missing| match m {
                Missing::Failed { says, .. } => Some((*says).to_owned()),
                Missing::Fact { path, .. } => Some(path.clone()),
                Missing::Proof { .. } => None,
            };
            format!("{amount} {}", a.missing.iter().filter_map(failed).collect::<Vec<_>>().join(" "))
        })
    };
    let free = r#""three":"0 USD""#;
    assert_eq!(sum("one", "one", &format!(r#"{{"one":"5 USD",{free}}}"#)), "10.00 USD ");
    assert_eq!(sum("one", "usd(1)", &format!("{{{free}}}")), "None one", "not what is known of it alone");
    assert_eq!(sum("one", "one", r#"{"one":"5 USD"}"#), "10.00 USD three", "what it costs is another matter");
    let much = format!(r#"{{"one":"90000000000000000 USD",{free}}}"#);
    assert_eq!(sum("one", "one", &much), "None the number is too large");
    assert_eq!(sum("one", "usd(1)", &format!(r#"{{"one":"5 CHF",{free}}}"#)), "None two currencies do not mix");
}

/// A refund over payments, whose record has these fields: what comes out, and what is missing.
fn split_over(how: &str, fields: &str, payments: &str, rest: &str) -> String {
    let own = format!(
        "types: {{ pay: {{ id: text, {fields} }} }}\nfacts: {{ paid: 'money(0..)', pays: 'list(pay, 0..9)', back: money }}\n"
    );
    let policy = format!(
        "remedies:\n  m: {{ says: Back, kind: refund, to: pays, split: {how}, of: paid, refunded: back, amount: 'paid - back', against: \"'A-1'\" }}\n"
    );
    asked(&own, &policy, &format!(r#"{{"pays":[{payments}],{rest}}}"#), "a", |a| {
        let kept = frozen::Frozen::of(a).unwrap();
        let parts: Vec<String> = kept
            .options
            .iter()
            .flat_map(|option| &option.parts)
            .map(|part| {
                let shares = part.with.get("shares").and_then(|s| s.as_array()).cloned().unwrap_or_default();
                shares.iter().map(|s| s["amount"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" + ")
            })
            .collect();
        let says: Vec<String> = a
            .missing
            .iter()
            .map(|missing| match missing {
                Missing::Failed { says, .. } => (*says).to_owned(),
                Missing::Fact { path, problem } => format!("{path} {}", problem.as_deref().unwrap_or("is not given")),
                Missing::Proof { says, .. } => says.clone(),
            })
            .collect();
        format!("{} [{}] {}", a.standing.word(), parts.join("; "), says.join("; "))
    })
}

const PAID: &str = "paid: 'money(0..)'";
const FIFTY: &str = r#""paid":"50 USD","back":"0 USD""#;

#[test]
fn an_amount_that_cannot_be_shared_is_missing_with_the_reason() {
    let two = r#"{"id":"a","paid":"20 USD"},{"id":"b","paid":"30 USD"}"#;
    for how in ["in_order", "proportional"] {
        let says = |payments, rest| split_over(how, PAID, payments, rest);
        assert_eq!(says(two, FIFTY), "entitled [20.00 USD + 30.00 USD] ");
        let beyond = "unknown [] it is more than is left of the payments it is shared over";
        assert_eq!(says(two, r#""paid":"50.01 USD","back":"0 USD""#), beyond, "{how}");
        assert_eq!(says(two, r#""paid":"90 USD","back":"30 USD""#), beyond, "20 of 50 are left, {how}");
        assert_eq!(says(two, r#""paid":"200 USD","back":"51 USD""#), beyond, "nothing is left, {how}");
        let nowhere = "unknown [] there is no payment with anything left to share it over";
        assert_eq!(says("", FIFTY), nowhere.to_owned());
        let other = r#"{"id":"a","paid":"20 USD"},{"id":"b","paid":"30 EUR"}"#;
        assert_eq!(says(other, FIFTY), "unknown [] two currencies do not mix");
        let unsaid = r#"{"id":"a","paid":"20 USD"},{"id":"b"}"#;
        assert_eq!(says(unsaid, FIFTY), "unknown [] pays[1].paid is not given");
    }
    let nothing = r#"{"id":"a","paid":"0 USD"}"#;
    assert_eq!(
        split_over("proportional", PAID, nothing, FIFTY),
        "unknown [] there is no payment with anything left to share it over"
    );
    assert_eq!(
        split_over("in_order", PAID, nothing, FIFTY),
        "unknown [] it is more than is left of the payments it is shared over"
    );
    let below = r#"{"id":"a","paid":"-20 USD"},{"id":"b","paid":"80 USD"}"#;
    assert_eq!(
        split_over("in_order", "paid: money", below, FIFTY),
        "unknown [] a payment, or what is left of it, is below zero"
    );
}

#[test]
fn a_payment_says_itself_what_is_left_of_it() {
    let rest = r#""paid":"100 USD","back":"60 USD""#;
    for (fields, gift, card) in [
        ("paid: money, left: money", r#""left":"20 USD""#, r#""left":"20 USD""#),
        ("paid: money, refunded: money", r#""refunded":"0 USD""#, r#""refunded":"60 USD""#),
        ("paid: money, left?: money", r#""left":"20 USD""#, r#""left":"20 USD""#),
    ] {
        let both = format!(r#"{{"id":"gift","paid":"20 USD",{gift}}},{{"id":"card","paid":"80 USD",{card}}}"#);
        for how in ["in_order", "proportional"] {
            assert_eq!(split_over(how, fields, &both, rest), "entitled [20.00 USD + 20.00 USD] ", "{how} {fields}");
        }
        let one = format!(r#"{{"id":"gift","paid":"20 USD"}},{{"id":"card","paid":"80 USD",{card}}}"#);
        let name = if fields.contains("left") { "left" } else { "refunded" };
        let missing = format!("unknown [] pays[0].{name} is not given");
        assert_eq!(split_over("in_order", fields, &one, rest), missing, "nobody knows what is left of the other");
    }
    let says = |fields, payments| split_over("in_order", fields, payments, rest);
    let unsaid = r#"{"id":"gift","paid":"20 USD"},{"id":"card","paid":"80 USD"}"#;
    assert_eq!(
        says("paid: money, left?: money", unsaid),
        "entitled [0.00 USD + 40.00 USD] ",
        "as if shared the same way"
    );
    let more = r#"{"id":"gift","paid":"20 USD","left":"21 USD"},{"id":"card","paid":"80 USD","left":"80 USD"}"#;
    assert_eq!(says("paid: money, left: money", more), "unknown [] more is left of a payment than was paid with it");
    let little = r#"{"id":"gift","paid":"20 USD","left":"0 USD"},{"id":"card","paid":"80 USD","left":"39 USD"}"#;
    assert_eq!(
        says("paid: money, left: money", little),
        "unknown [] it is more than is left of the payments it is shared over"
    );
    let turned =
        r#"{"id":"gift","paid":"20 USD","refunded":"-5 USD"},{"id":"card","paid":"80 USD","refunded":"0 USD"}"#;
    assert_eq!(says("paid: money, refunded: money", turned), "unknown [] what was given back already is below zero");
}

#[test]
fn what_was_given_back_below_zero_makes_no_amount_larger() {
    let own = "facts: { paid: 'money(0..)', back: money }\n";
    for amount in ["paid - back", "paid", "min(paid - back, paid)", "5 USD..10 USD", "5 USD"] {
        let policy =
            format!("remedies:\n  m: {{ says: M, kind: refund, of: paid, refunded: back, amount: '{amount}' }}\n");
        for back in ["-5 USD", "-0.01 USD", "-44 USD"] {
            let facts = format!(r#"{{"paid":"44 USD","back":"{back}"}}"#);
            asked(own, &policy, &facts, "a", |a| {
                assert_eq!((a.standing, a.options[0].amount), (Standing::Unknown, None), "{amount} {back}");
                let [Missing::Failed { at: Some(_), says }] = a.missing.as_slice() else { panic!("{:?}", a.missing) };
                assert_eq!(*says, "what was given back already is below zero");
            });
        }
        let whole = asked(own, &policy, r#"{"paid":"44 USD","back":"0 USD"}"#, "a", |a| a.standing);
        assert_eq!(whole, Standing::Entitled);
    }
}

#[test]
fn a_value_beyond_64_bits_is_missing_whatever_its_type() {
    let own = "facts: { a: money, b: money, d: days, e: days, x: decimal, y: decimal, s: percent, on: date, at: time, h: duration }\n";
    let check = |measure: &str, line: &str, facts: &str, fits: bool| {
        let policy = format!(
            "terms:\n  t: {{ says: T, measure: \"{measure}\", at_most: {line} }}\ngoodwill:\n  g: {{ says: G, kind: message, cost: 0 USD }}\n"
        );
        asked(own, &policy, facts, "a", |a| {
            let json = a.to_json();
            let term = &json["terms"][0];
            assert_eq!(a.terms[0].state == TermState::Missing, !fits, "{measure}: {term}");
            assert_eq!(term.get("value").is_some(), fits, "{measure}: {term}");
            let too_large = a.machine.reason(a.terms[0].why);
            assert!(
                fits || matches!(too_large, Some(Reason::Failed(_, Failure::Overflow))),
                "{measure}: {too_large:?}"
            );
        });
    };
    let most = "92233720368547758.07 USD";
    let money = |a: &str, b: &str| format!(r#"{{"a":"{a}","b":"{b}"}}"#);
    check("a + b", "0 USD", &money(most, "0.00 USD"), true);
    check("a + b", "0 USD", &money(most, "0.01 USD"), false);
    check("a - b", "0 USD", &money("-92233720368547758.08 USD", "0.01 USD"), false);
    check("a * 2 - a", "0 USD", &money(most, "0 USD"), false);
    check("[a, b].sum()", "0 USD", &money(most, most), false);
    check("-a", "0 USD", &money("-92233720368547758.08 USD", "0 USD"), false);
    check("a * percent(150)", "0 USD", &money(most, "0 USD"), false);
    let days = r#"{"d":"9223372036854775807 days","e":"1 day"}"#;
    check("d - e", "0 days", days, true);
    check("d + e", "0 days", days, false);
    check("d * 2", "0 days", days, false);
    let numbers = r#"{"x":"9223372036854775807","y":"0.5"}"#;
    check("x + y", "0", numbers, true);
    check("x + y + y", "0", numbers, false);
    check("x / y", "0", numbers, false);
    check("a - b", "-0.09 USD", &money("-92233720368547758.00 USD", "0.01 USD"), true);
    check("date('9999-12-31') - (on + d)", "0 days", r#"{"on":"9999-12-31","d":"1 day"}"#, false);
    check("date('9999-12-31') - (on + d)", "0 days", r#"{"on":"9999-12-30","d":"1 day"}"#, true);
    check("at + h - at", "0 h", r#"{"at":"9999-12-30T00:00:00Z","h":"100 h"}"#, false);
    check("at + h - at", "0 h", r#"{"at":"9999-12-20T00:00:00Z","h":"100 h"}"#, true);
}

#[test]
fn a_bundle_beyond_all_amounts_says_that_it_is_too_large() {
    let own = "facts: { n: money }\n";
    let part = |id: &str| format!("  {id}: {{ says: C, kind: store_credit, amount: n }}\n");
    let policy = format!("remedies:\n{}{}  all: {{ says: All, bundle: [x, y] }}\n", part("x"), part("y"));
    let says = |n: &str| {
        let facts = format!(r#"{{"n":"{n}"}}"#);
        asked(own, &policy, &facts, "a", |a| text(&explain(a, Texts::english()), 84, Texts::english()))
    };
    let out = says("92233720368547758.07 USD");
    assert!(out.contains("the number is too large") && !out.contains("currencies"), "{out}");
    let whole = asked(own, &policy, r#"{"n":"5 USD"}"#, "a", |a| a.options[0].cost);
    assert_eq!(whole.unwrap().to_string(), "10.00 USD");
}

#[test]
fn a_distance_from_the_line_beyond_64_bits_is_missing() {
    let term = |line: &str| {
        format!(
            "terms:\n  t: {{ says: T, measure: a, {line} }}\ngoodwill:\n  g: {{ says: G, kind: message, cost: 0 USD }}\n"
        )
    };
    for (line, a) in [
        ("at_most: -0.01 USD", "92233720368547758.07 USD"),
        ("at_most: -1 USD", "92233720368547758.07 USD"),
        ("at_least: 2 USD", "-92233720368547758.07 USD"),
    ] {
        asked("facts: { a: money }\n", &term(line), &format!(r#"{{"a":"{a}"}}"#), "a", |a| {
            assert_eq!((a.terms[0].state, a.terms[0].margin), (TermState::Missing, None), "{line}");
        });
    }
}
