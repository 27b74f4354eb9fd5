use std::fmt::Write;

use super::super::tests::of_all_sorts;
use super::*;
use crate::explain::Tone;
use crate::trial::tests::books::{BOOKS, shipped};

/// A rule in words, a line each.
fn told(book: &Book, id: &str, role: &str) -> String {
    let found = book.policies.iter().find(|p| p.id == id).expect("a policy of the book");
    let last = found.versions.last().unwrap();
    text(&policy(book, found, last, book.role(role).unwrap(), Texts::english()))
}

fn text(words: &PolicyWords) -> String {
    let mut out = format!("{} ({})\n{}", words.title, words.requests.join(", "), words.in_force);
    for (what, text) in [("owner", &words.owner), ("purpose", &words.purpose), ("published", &words.published)] {
        if let Some(text) = text {
            let _ = write!(out, "\n{what}: {text}");
        }
    }
    for about in &words.about {
        let _ = write!(out, "\n{about}");
    }
    if let Some(fault) = &words.fault {
        let _ = write!(out, "\n\nfault: {}; {}; {} pays", fault.says, fault.proof, or_none(fault.charged_to.as_ref()));
    }
    out.push('\n');
    for term in &words.terms {
        let _ = write!(out, "\n{:indent$}{}: {}", "", term.says, term.line, indent = 2 * term.depth);
        for said in &term.stretch {
            let _ = write!(out, " | {} {}", said.tone.mark(), said.text);
        }
        let _ = write!(out, "{}", term.gauge.as_ref().map_or_else(String::new, drawn));
        for note in term.notes.iter().chain(&term.cites) {
            let _ = write!(out, "\n    {note}");
        }
    }
    for offers in &words.offers {
        let _ = write!(out, "\n\n{:?}: {}", offers.group, offers.when);
        for remedy in &offers.remedies {
            remedy_text(remedy, 2, &mut out);
        }
    }
    out.push('\n');
    for guard in &words.guards {
        let _ = write!(out, "\nguard: {}: {} {}", guard.says, guard.who.tone.mark(), guard.who.text);
    }
    for never in &words.nevers {
        let (bars, instead) = (never.bars.join(", "), never.instead.join(", "));
        let _ = write!(out, "\nnever: {}: bars {bars}; instead: {instead}; {}", never.says, never.cites.join(", "));
    }
    for circumstance in &words.circumstances {
        let _ = write!(out, "\n{}, {}: {}", circumstance.says, circumstance.proof, circumstance.lends);
    }
    if let Some(detour) = &words.detour {
        let _ = write!(
            out,
            "\ndetour: {}; {}; costs us: {}",
            detour.says,
            or_none(detour.effort.as_ref()),
            or_none(detour.cost.as_ref())
        );
    }
    out
}

fn remedy_text(remedy: &RemedyWords, indent: usize, out: &mut String) {
    let amount = remedy.amount.iter().map(|amount| format!(": {amount}"));
    let cost = remedy.cost.iter().map(|cost| format!("; costs us: {cost}"));
    let notes = remedy.notes.iter().map(|note| format!("; {note}"));
    let rest: Vec<String> = amount.chain(cost).chain(notes).collect();
    let _ = write!(out, "\n{:indent$}- {}{}", "", remedy.says, rest.concat());
    for part in &remedy.parts {
        remedy_text(part, indent + 2, out);
    }
}

fn or_none(text: Option<&String>) -> &str {
    text.map_or("none", String::as_str)
}

/// Zones by their signs, and what stands under them.
fn drawn(gauge: &Gauge) -> String {
    let zones: Vec<&str> = gauge.zones.iter().map(|z| z.tone.mark()).collect();
    let ticks: Vec<&str> = gauge.ticks.iter().map(|t| t.text.as_str()).collect();
    format!("\n    [{}] {}", zones.join(" "), ticks.join(", "))
}

#[test]
fn the_rules_of_the_stories() {
    let retail = shipped("retail");
    for id in ["price_adjustment", "wrong_goods", "returns", "warranty", "trade_in_coupon"] {
        insta::assert_snapshot!(id, told(&retail, id, "frontline"));
    }
    insta::assert_snapshot!("late_return", told(&shipped("rental"), "late_return", "frontline"));
}

#[test]
fn a_rule_is_drawn_for_whoever_looks() {
    insta::assert_snapshot!("price_adjustment_lead", told(&shipped("retail"), "price_adjustment", "lead"));
}

#[test]
fn every_sort_of_term_and_remedy_has_its_words() {
    insta::assert_snapshot!("sorts", told(&of_all_sorts(), "sorts", "agent"));
    let retail = shipped("retail");
    insta::assert_snapshot!("coupons", told(&retail, "coupons", "ai"));
    insta::assert_snapshot!("damaged_goods", told(&retail, "damaged_goods", "frontline"));
}

#[test]
fn who_decides() {
    let words = ladder(&shipped("retail"), Texts::english());
    let roles = words.roles.iter().map(|r| format!("{}: {}", r.title, r.limits.join("; ")));
    let circumstances = words.circumstances.iter().map(|c| format!("{}, {}: {}", c.says, c.proof, c.lends));
    let lines: Vec<String> = roles.chain(words.bespoke.clone()).chain(circumstances).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    AI agent: up to $25.00 on one case; up to $250.00 in a day; 1 exception for one customer in 365 days; releases up to $25.00 of what is owed; releases up to $250.00 of what is owed in a day; pays out up to $25.00 on one case; acts alone on what a system says
    Representative: up to $100.00 on one case; up to $500.00 in a day; 2 exceptions for one customer in 365 days; releases up to $500.00 of what is owed; releases up to $2,500.00 of what is owed in a day; pays out up to $500.00 on one case; acts alone on what the customer or an AI agent says (up to $100.00), what a person looked at
    Team lead: up to $500.00 on one case; up to $5,000.00 in a day; releases all that is owed; releases up to $10,000.00 of what is owed in a day; pays out up to $2,500.00 on one case; acts alone on what the customer or an AI agent says
    Head of service: any amount on one case; releases all that is owed; acts alone on what the customer or an AI agent says
    The head of service may write a remedy of their own
    Illness or hospital, once someone has looked at it: a representative may go as far as a team lead
    Something else, on the customer's word: a representative may go as far as a team lead, up to $50.00
    ");
}

#[test]
fn each_version_says_when_it_is_in_force() {
    let version = |day: &str| {
        format!("policy: p\nrequest: [p]\n{day}goodwill: {{ a: {{ says: A, kind: message, cost: 0 USD }} }}\n")
    };
    let book = crate::trial::tests::books::book(&[
        ("book.yaml", "book: b\ncurrency: USD\ntime_zone: UTC\nroles: [{ id: agent }]\nfacts: { id: text }\n"),
        ("policies/1.yaml", &version("")),
        ("policies/2.yaml", &version("in_force: 2026-03-01\n")),
        ("policies/3.yaml", &version("in_force: 2026-09-01\n")),
    ]);
    let found = book.policies.first().unwrap();
    let words: Vec<String> =
        found.versions.iter().map(|v| policy(&book, found, v, RoleId(0), Texts::english()).in_force).collect();
    assert_eq!(
        words,
        [
            "in force from the first day, until 28 February 2026",
            "in force since 1 March 2026, until 31 August 2026",
            "in force since 1 September 2026"
        ]
    );
}

#[test]
fn no_rule_is_told_in_the_words_of_programs() {
    for name in BOOKS {
        let book = shipped(name);
        for found in &book.policies {
            let words = text(&policy(&book, found, found.versions.last().unwrap(), RoleId(0), Texts::english()));
            let paths = book.schema.paths();
            let bad = paths.iter().filter(|path| path.contains('.')).find(|path| words.contains(path.as_str()));
            let bad = bad
                .map(String::as_str)
                .or_else(|| ["()", "&&", "==", "Some("].into_iter().find(|bad| words.contains(bad)));
            assert_eq!(bad, None, "{name} {}:\n{words}", found.id);
        }
    }
}

#[test]
fn a_gauge_of_a_rule_says_nothing_of_a_request() {
    let retail = shipped("retail");
    let found = retail.policies.iter().find(|p| p.id == "price_adjustment").unwrap();
    let words = policy(&retail, found, found.versions.last().unwrap(), RoleId(1), Texts::english());
    let gauge = words.terms.iter().find_map(|t| t.gauge.as_ref()).unwrap();
    assert_eq!((gauge.at, gauge.tone), (crate::number::Number::whole(14), Tone::Plain));
}
