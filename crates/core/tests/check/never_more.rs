//! "Never more than was paid": a book where that is proven, and one where the missing bound is named.

use super::faults::{plant, shop};
use super::*;

const PRICE: &str = "policies/price-adjustment.yaml";

/// The codes and help of what is found in the shop when its amount and facts are these.
fn found(amount: &str, facts: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let mut texts = shop();
    plant(&mut texts, PRICE, "paid * promotion.discount", amount);
    for (from, to) in facts {
        plant(&mut texts, "book.yaml", from, to);
    }
    let checked = check_texts(&texts);
    assert!(errors(&checked).is_empty(), "{}", render(&checked));
    let amounts = checked.findings.all.into_iter().filter(|d| d.at.file.0 > 0 && d.code != "unused_fact");
    amounts.map(|d| (d.code, d.help.unwrap())).collect()
}

#[test]
fn it_is_proven_from_the_bounds_of_facts() {
    for amount in [
        "paid * promotion.discount",
        "paid - paid * promotion.discount",
        "min(paid * promotion.discount, order.shipping)",
        "order.lines.map(l, l.paid * promotion.discount).sum()",
        "order.lines.filter(l, !l.final_sale).map(l, l.paid).sum()",
        "promotion.discount > percent(50) ? paid * percent(50) : paid * promotion.discount",
        "order.shipping < paid ? paid - order.shipping : usd(0)",
    ] {
        assert_eq!(found(amount, &[]), [], "{amount}");
    }
}

#[test]
fn the_fact_whose_bound_is_missing_is_named() {
    let discount = ("discount: \"percent(0..100)\"", "discount: percent");
    let paid = ("paid: \"money(0..)\", final_sale", "paid: money, final_sale");
    let names = |amount: &str, facts: &[(&str, &str)], help: &str| {
        let found = found(amount, facts);
        assert_eq!(found.first(), Some(&("bound_missing", help.to_owned())), "{amount}: {found:?}");
    };
    names("paid * promotion.discount", &[discount], "declare `promotion.discount` as \"percent(0..100)\"");
    names("paid * promotion.discount", &[paid], "declare `line.paid` as \"money(0..)\"");
    names(
        "paid * promotion.discount",
        &[discount, paid],
        "declare `line.paid` as \"money(0..)\", and declare `promotion.discount` as \"percent(0..100)\"",
    );
    names(
        "order.lines.filter(l, !l.final_sale).map(l, l.paid).sum()",
        &[paid],
        "declare `line.paid` as \"money(0..)\"",
    );
}

#[test]
fn declaring_the_named_bound_settles_it() {
    let mut texts = shop();
    plant(&mut texts, "book.yaml", "discount: \"percent(0..100)\"", "discount: percent");
    let checked = check_texts(&texts);
    let help = checked.findings.all[0].help.clone().unwrap();
    let (_, declared) = help.split_once("declare `promotion.discount` as ").unwrap();
    plant(&mut texts, "book.yaml", "discount: percent", &format!("discount: {declared}"));
    assert_eq!(render(&check_texts(&texts)), "");
}

#[test]
fn where_no_bound_would_do_the_amount_is_capped() {
    let write = |help: &str| help.strip_prefix("write \"").and_then(|rest| rest.strip_suffix('"')).unwrap().to_owned();
    for amount in ["order.shipping", "paid * 2", "paid - order.shipping", "paid + order.shipping"] {
        let first = found(amount, &[]);
        assert!(first.iter().all(|(code, _)| code.starts_with("amount_")), "{first:?}");
        assert_eq!(found(&write(&first[0].1), &[]), [], "{amount}: {first:?}");
    }
}

#[test]
fn the_term_that_is_written_out_holds_the_other_side() {
    let mut texts = shop();
    let before = "  before:\n    says: Bought before the promotion\n    measure: \"date(promotion.starts) - bought_on\"\n    at_least: 0 days\n";
    plant(&mut texts, PRICE, before, "");
    let checked = check_texts(&texts);
    let finding = checked.findings.all.iter().find(|d| d.code == "other_side_open").unwrap();
    let term = finding.help.as_ref().unwrap().split('`').nth(1).unwrap();
    plant(&mut texts, PRICE, "terms:\n", &format!("terms:\n  {term}\n"));
    plant(&mut texts, PRICE, "{before}", "{window_other_side}");
    assert_eq!(render(&check_texts(&texts)), "");
}

#[test]
fn what_was_given_back_is_not_below_zero() {
    let found = |expr: &str, bound: &str| {
        let mut texts = shop();
        plant(&mut texts, "book.yaml", "refunded: \"money(0..)\"", bound);
        plant(&mut texts, PRICE, "refunded: \"order.refunded\"", &format!("refunded: \"{expr}\""));
        let found = check_texts(&texts).findings.all;
        found
            .into_iter()
            .filter(|d| d.message.starts_with("the `refunded` of `credit_difference`"))
            .map(|d| (d.code, d.help.unwrap()))
            .collect::<Vec<_>>()
    };
    let bounded = "refunded: \"money(0..)\"";
    assert_eq!(found("order.refunded", bounded), []);
    assert_eq!(found("abs(order.refunded)", "refunded: money"), [], "turned round");
    let declare = "declare `order.refunded` as \"money(0..)\"".to_owned();
    assert_eq!(found("order.refunded", "refunded: money"), [("bound_missing", declare)]);
    let (code, help) = found("order.shipping - order.refunded", bounded).remove(0);
    assert_eq!(code, "refunded_below_zero");
    assert!(help.contains("turn it round") && !help.contains("max("), "what went back is not cut off: {help}");
}
