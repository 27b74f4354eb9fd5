//! Roles, policies, terms and remedies that do not fit together.

use super::*;

pub(super) fn groups() -> Vec<Group> {
    vec![
        ("roles_and_policies", book()),
        ("terms_and_their_stretch", terms()),
        ("remedies_and_their_kinds", remedies()),
        ("words_for_customers", words()),
    ]
}

fn book() -> Vec<Fault> {
    let circumstances: String =
        (0..64).map(|i| format!("  c{i}: {{ says: x, lends: {{ stretch_of: lead, to: ai }} }}\n")).collect();
    vec![
        fault(BOOK, "currency: USD", "currency: USD\nrounding: upwards"),
        fault(BOOK, "id: head", "id: nobody").and(BOOK, "bespoke: head", "bespoke: nobody"),
        fault(BOOK, "id: payer", "id: more_than_paid"),
        fault(PRICE, "  credit: {", "  none: {"),
        fault(PRICE, "at_most: 14 days", "at_most: 9999999999999999999 days"),
        fault(BOOK, "  bought_on:", "  role: \"usd(5)\"\n  bought_on:"),
        fault(BOOK, "  bought_on:", "  order: \"usd(5)\"\n  bought_on:"),
        fault(BOOK, "  bought_on:", "  asked: \"usd(5)\"\n  bought_on:"),
        slip(BOOK, "needs: lead", "needs: laed"),
        fault(BOOK, "needs: lead", "needs: president"),
        slip(BOOK, "bespoke: head", "bespoke: haed"),
        slip(BOOK, "{ stretch_of: lead, to: frontline }", "{ stretch_of: lead, to: frontlin }"),
        fault(BOOK, "{ stretch_of: lead, to: frontline }", "{ stretch_of: frontline, to: lead }"),
        fault(BOOK, ", lends: { stretch_of: lead, to: frontline }", ""),
        slip(BOOK, "proof: seen", "proof: sean"),
        fault(BOOK, "circumstances:\n", format!("circumstances:\n{circumstances}")),
        fault(BOOK, "per_grant: 500 USD", "per_grant: 50 USD"),
        fault(BOOK, "per_owed: 500 USD", "per_owed: 5 USD"),
        fault(BOOK, "per_grant: 500 USD", "per_grant: 500 USD, per_payout: 5 USD"),
        fault(BOOK, ", owed_per_day: 250 USD", ""),
        slip(BOOK, "bespoke: head", "bespoke: head\ntrust: { frontlin: { seen: any } }"),
        slip(BOOK, "bespoke: head", "bespoke: head\ntrust: { frontline: { sene: any } }"),
        fault(BOOK, "bespoke: head", "bespoke: head\ntrust: { frontline: { seen: lots } }"),
        fault(
            BOOK,
            "bespoke: head",
            "bespoke: head\ntrust: { frontline: { seen: any, word: 90 USD }, lead: { word: 50 USD } }",
        ),
        fault(BOOK, "bespoke: head", "bespoke: head\ntrust: { frontline: { seen: 50 USD, word: 90 USD } }"),
        fault(BOOK, "per_grant: 100 USD", "per_grant: [100 USD, 90 EUR]"),
        fault(BOOK, "2 in 365 days", "1 in 730 days"),
        slip(BOOK, "bars: [refund, price_adjustment]", "bars: [refnud, price_adjustment]"),
        fault(BOOK, "bars: [refund, price_adjustment]", "bars: [weather, price_adjustment]"),
        slip(BOOK, "instead: [store_credit]", "instead: [store_credti]"),
        fault(BOOK, "instead: [store_credit]", "instead: [weather, store_credit]"),
        fault(ELSE, "request: [something_else]", "request: [something_else, wrong_goods]"),
        fault(ELSE, "policy: something_else", "policy: something"),
        fault(ELSE, "request: [something_else]", "request: [something_else"),
        fault(ELSE, "goodwill:", format!("terms:\n{}goodwill:", large())),
        fault(
            ELSE,
            "policy: something_else\nrequest: [something_else]",
            "policy: price_adjustment\nrequest: [something_else]\nin_force: 2026-09-01",
        ),
        fault(INTAKE, "", "intake: web\nrequest: /kind\nrole: { const: chief }\nfacts: { order.id: /id }\n"),
        fault(
            INTAKE,
            "",
            "intake: web\nrequest: { at: /kind, map: { a: returns, b: price_adjustmnt } }\nfacts: { order.id: /id }\n",
        ),
        fault(
            BOOK,
            "bespoke: head",
            "bespoke: head\nreplay: { intake: cases, id: /id, expect: { at: /expect, allow: [entitled] } }",
        ),
    ]
}

/// More terms than a policy can run.
fn large() -> String {
    let all = |term: usize| {
        (0..110).map(|i| format!("customer.claims_12m + {} > 2", term * 110 + i)).collect::<Vec<_>>().join(" && ")
    };
    (0..160).map(|term| format!("  t{term}: {{ says: x, require: \"{}\" }}\n", all(term))).collect()
}

fn terms() -> Vec<Fault> {
    vec![
        slip(PRICE, "use: [receipt]", "use: [reciept]"),
        fault(PRICE, "use: [receipt]", "use: [weather]"),
        fault(PRICE, "  keepable:\n", "  receipt:\n"),
        fault(
            PRICE,
            "measure: \"date(promotion.starts) - bought_on\"\n    at_most",
            "measure: \"date(promotion.starts)\"\n    at_most",
        ),
        fault(
            PRICE,
            "measure: \"date(promotion.starts) - bought_on\"\n    at_most",
            "measure: \"order.channel\"\n    at_most",
        ),
        fault(PRICE, "lead: 30 days", "lead: 7 days"),
        fault(PRICE, "lead: 30 days", "lead: 5 days"),
        fault(PRICE, "frontline: 7 days", "frontline: any"),
        slip(PRICE, "{ lead: any }", "{ lead: 3 days }"),
        fault(PRICE, "frontline: 7 days", "frontline: -7 days"),
        slip(PRICE, "{ frontline: 7 days", "{ frontlin: 7 days"),
        fault(PRICE, "    disclosed: false", "    disclosed: false\n    disclosed_since: 2026-01-01"),
        fault(
            PRICE,
            "    require: \"order.lines.all(l, !l.final_sale && !has(l.note))\"\n    disclosed: false",
            "    any:\n      one: { says: One, require: \"order.lines.all(l, !l.final_sale)\" }\n      two: { says: Two, require: \"order.lines.all(l, !has(l.note))\", disclosed: false }\n",
        ),
        fault(PRICE, "order.channel in promotion.channels", "order.channel in promotion.discount"),
        slip(PRICE, "a {window}", "a {widow}"),
        fault(PRICE, "Bring your {receipt}.", "Bring your {receipt} and your {passport}."),
        fault(PRICE, "    disclosed: false\n", ""),
        fault(PRICE, "relied_on: \"order.placed\"", "relied_on: \"order.id\""),
        fault(WRONG, "!same_items(sent, order.lines.map(l, l.sku))", "sent.size()"),
        fault(
            WRONG,
            "fault: { says: We sent the wrong goods, when: \"!same_items(sent, order.lines.map(l, l.sku))\", proof: seen }\n",
            "",
        ),
        fault(PRICE, "goodwill:", "fault: { says: x, when: \"order.id == 'x'\" }\ngoodwill:"),
        fault(
            PRICE,
            "!has(l.note)",
            "order.lines.all(m, order.lines.all(n, order.lines.all(o, m.sku != n.sku + o.sku)))",
        ),
    ]
}

fn remedies() -> Vec<Fault> {
    vec![
        slip(PRICE, "kind: price_adjustment", "kind: price_adjustement"),
        fault(PRICE, "kind: price_adjustment", "kind: hug"),
        fault(PRICE, "    kind: price_adjustment\n", ""),
        fault(PRICE, "    of: \"paid\"\n", ""),
        fault(PRICE, "    refunded: \"order.refunded\"\n", ""),
        fault(PRICE, "    amount: \"paid * promotion.discount\"\n", ""),
        fault(PRICE, "amount: \"paid * promotion.discount\"", "amount: \"promotion.discount\""),
        slip(WRONG, ", amount: \"order.shipping\" }", ", amount: \"order.shiping\" }"),
        fault(WRONG, ", amount: \"order.shipping\" }", " }"),
        fault(WRONG, "kind: keep_item, cost", "kind: keep_item, of: \"paid\", cost"),
        fault(WRONG, ", amount: \"order.shipping\" }", ", amount: \"order.shipping\", against: \"order.placed\" }"),
        fault(PRICE, "relied_on:", "against: \"order.placed\"\nrelied_on:"),
        fault(PRICE, "to: \"order.payment\"", "to: \"order.shipping\""),
        fault(PRICE, "to: \"order.payment\"", "to: \"order.lines.map(l, l.sku)\""),
        fault(PRICE, "to: \"order.payment\"", "to: [order.payment, refund_to]"),
        fault(PRICE, "to: \"order.payment\"", "to: \"order.lines\""),
        fault(BOOK, "holder: text, paid: \"money(0..)\"", "holder: text").and(
            PRICE,
            "to: \"order.payment\"",
            "to: [\"order.payment\", \"order.payment\"]\n    split: in_order",
        ),
        fault(PRICE, "to: \"order.payment\"", "to: [\"order.payment\", \"order.payment\"]"),
        fault(PRICE, "to: \"order.payment\"", "to: \"order.lines\"\n    split: proportonal"),
        fault(BOOK, "value?: \"money(0..)\", ", ""),
        slip(WRONG, "[money_back, free_shipping?]", "[money_bak, free_shipping?]"),
        fault(WRONG, "[money_back, free_shipping?]", "[money_back, make_good]"),
        fault(WRONG, "[money_back, free_shipping?]", "[weather]"),
        fault(PRICE, "  credit: { says: Goodwill credit", "  credit_difference: { says: Goodwill credit"),
        fault(PRICE, "keeps: 2% }", "expires: \"order.placed\" }"),
    ]
}

fn words() -> Vec<Fault> {
    vec![
        slip(PRICE, "{{ amount }}", "{{ amuont }}"),
        slip(PRICE, "{{ amount }}", "{{ order.plcaed }}"),
        slip(PRICE, "{{ amount }}", "{{ terms.widow.says }}"),
        slip(PRICE, "{{ amount }}", "{{ terms.window.sais }}"),
        fault(PRICE, "{{ amount }}", "{{ amount.currency }}"),
        slip(PRICE, "{{ amount }}", "{{ detour.efort }}"),
        fault(PRICE, "{{ amount }}", "{{ amount * 2 }}"),
        fault(PRICE, "{{ amount }}", "{% set x = amount %}{{ x }}"),
        fault(PRICE, "{{ amount }}", "{{ paid }}"),
        fault(PRICE, "{{ amount }}", "{{ weather }}"),
        fault(PRICE, "{{ amount }}", "{{ amount }"),
        fault(PRICE, "{{ amount }}", "{% if detour %}{{ amount }}"),
        slip(PRICE, "{{ amount }}", "{{ remedy | uper }}"),
        fault(PRICE, "{{ amount }}", "{{ remedy | translate }}"),
        slip(PRICE, "{{ amount }}", "{% if detour is defind %}{{ amount }}{% endif %}"),
        fault(PRICE, "{{ amount }}", "x".repeat(10_000)),
    ]
}
