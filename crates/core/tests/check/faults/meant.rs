//! What checks, and is probably not meant.

use super::*;

pub(super) fn groups() -> Vec<Group> {
    vec![
        ("amounts_beyond_their_bounds", amounts()),
        ("what_decides_nothing", outcomes()),
        ("what_nothing_uses", unused()),
    ]
}

fn amounts() -> Vec<Fault> {
    vec![
        fault(BOOK, "discount: \"percent(0..100)\"", "discount: percent"),
        fault(BOOK, "discount: \"percent(0..100)\"", "discount: \"percent(..100)\""),
        fault(BOOK, "discount: \"percent(0..100)\"", "discount: \"percent(0..)\""),
        fault(
            BOOK,
            "channel: [shop, online]\n  line: { sku: text, paid: \"money(0..)\"",
            "channel: [shop, online]\n  amount: money\n  line: { sku: text, paid: amount",
        ),
        fault(BOOK, "line: { sku: text, paid: \"money(0..)\"", "line: { sku: text, paid: money"),
        fault(BOOK, "shipping: \"money(0..)\"", "shipping: money"),
        fault(BOOK, "\"map(text, money(0..))\"", "\"map(text, money)\""),
        slip(PRICE, "amount: \"paid * promotion.discount\"", "amount: \"order.shipping\""),
        slip(PRICE, "amount: \"paid * promotion.discount\"", "amount: 25 USD"),
        slip(PRICE, "amount: \"paid * promotion.discount\"", "amount: \"paid - order.shipping\""),
        slip(WRONG, "cost: \"prices[order.lines[0].sku]\"", "cost: \"prices[order.lines[0].sku] - order.shipping\""),
        slip(PRICE, "20 USD..40 USD", "-20 USD..40 USD"),
        fault(PRICE, "20 USD..40 USD", "40 USD..20 USD"),
        fault(PRICE, "20 USD..40 USD", "20 USD..40 EUR"),
        fault(PRICE, "20 USD..40 USD", "0 USD"),
        fault(PRICE, "20 USD..40 USD", "\"paid / 0\""),
        fault(PRICE, "20 USD..40 USD", "\"max(paid, usd(1)) * (1 / 2)\""),
        fault(PRICE, "    at_least: 0 days\n", "    within: 60 days..3 days\n"),
        fault(BOOK, "order: { id: text,", "order: { number: text,").and(BOOK, "order.id != ''", "order.number != ''"),
        slip(
            PRICE,
            "kind: store_credit, amount: \"paid\"",
            "kind: points, cost: 0 USD, amount: \"customer.claims_12m - 5\"",
        ),
    ]
}

fn outcomes() -> Vec<Fault> {
    vec![
        fault(PRICE, "  before:\n    says: Bought before the promotion\n    measure: \"date(promotion.starts) - bought_on\"\n    at_least: 0 days\n", "  before: { says: x, require: \"order.channel == 'shop'\" }\n"),
        fault(PRICE, "    at_least: 0 days\n", "    at_least: 0 days\n    until: 2026-01-01\n"),
        fault(PRICE, "    at_least: 0 days\n", "    at_least: 0 days\n    from: 2027-02-02\n    until: 2027-01-01\n"),
        fault(PRICE, "    at_least: 0 days\n", "    at_least: 0 days\n    when: \"order.lines.size() == 0\"\n"),
        fault(PRICE, "    at_least: 0 days\n", "    at_least: 0 days\n    when: \"paid >= usd(0)\"\n"),
        fault(PRICE, "require: \"order.channel in promotion.channels\"", "require: \"true\""),
        fault(PRICE, "require: \"order.channel in promotion.channels\"", "unless: \"paid >= usd(0)\""),
        fault(BOOK, "discount: \"percent(0..100)\"", "discount: \"percent(0..100)\", days_left: \"days(0..20)\"").and(PRICE, "require: \"order.channel in promotion.channels\"\n    stretch: { lead: any }", "measure: \"promotion.days_left\"\n    at_most: 20 days"),
        fault(BOOK, "discount: \"percent(0..100)\"", "discount: \"percent(0..100)\", days_left: \"days(0..20)\"").and(PRICE, "require: \"order.channel in promotion.channels\"\n    stretch: { lead: any }", "measure: \"promotion.days_left\"\n    at_least: 21 days"),
        fault(BOOK, "discount: \"percent(0..100)\"", "discount: \"percent(0..100)\", days_left: \"days(0..20)\"")
            .and(PRICE, "require: \"order.channel in promotion.channels\"\n    stretch: { lead: any }", "measure: \"promotion.days_left\"\n    at_most: 14 days\n    stretch: { ai: 3 days, frontline: 7 days, lead: 30 days, head: any }"),
        fault(BOOK, "bought_on: \"date(order.placed)\"", "bought_on: \"order.id == '' ? date(now) : date(order.placed)\""),
        slip(PRICE, "require: \"order.channel in promotion.channels\"\n    stretch: { lead: any }", "measure: \"order.channel in promotion.channels ? now - order.placed : hours(1)\"\n    at_least: 0 h"),
        when("order.lines.size() > 0 || customer.claims_12m >= 9"),
        fault(BOOK, "has(refund_to) && refund_to.holder != order.payment.holder", "has(refund_to) && refund_to.holder != refund_to.holder"),
        fault(WRONG, "free_shipping: { says: Shipping credited,", "free_shipping: { says: Shipping credited, when: \"order.shipping < usd(0)\","),
        fault(PRICE, "date(now) - bought_on <= days(60)", "order.shipping >= usd(0)"),
        fault(BOOK, "guard:\n", "guard:\n  - { id: claims_again, says: x, when: \"!(customer.claims_12m < 9)\", needs: head }\n  - { id: claims, says: x, when: \"customer.claims_12m >= 9\", needs: head }\n"),
    ]
}

fn unused() -> Vec<Fault> {
    vec![
        fault(BOOK, "claims_12m: int", "claims_12m: int, weather: text"),
        fault(BOOK, "  refund_to?: payment", "  weather: { rain: bool, wind: int }\n  refund_to?: payment"),
        fault(BOOK, "sku: text,", "sku: text, colour: text,"),
        fault(BOOK, "  bought_on:", "  late: \"asked > order.placed\"\n  bought_on:"),
        fault(BOOK, "circumstances:", "  signed: { says: x, require: \"order.id != 'x'\" }\ncircumstances:"),
        fault(BOOK, "  channel: [shop, online]", "  channel: [shop, online]\n  colour: [red, blue]"),
        fault(WRONG, "needs: [sent, prices]", "needs: [sent, prices, promotion]"),
        fault(PRICE, "instead:\n", "instead:\n  sorry: { says: A letter, kind: message, cost: 0 USD }\n"),
    ]
}
