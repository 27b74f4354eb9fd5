//! Expressions that are none, or whose parts do not fit.

use super::*;

pub(super) fn groups() -> Vec<Group> {
    vec![
        ("syntax_of_expressions", syntax()),
        ("names_in_expressions", names()),
        ("types_in_expressions", types()),
        ("calls_in_expressions", calls()),
        ("literals_with_units", literals()),
    ]
}

fn syntax() -> Vec<Fault> {
    vec![
        when("customer.claims_12m >="),
        when("customer.claims_12m = 9"),
        when(format!("{}true{}", "(".repeat(70), ")".repeat(70))),
        when(format!("true{}", " && true".repeat(300))),
        when(format!("'{}' == order.id", "x".repeat(5000))),
        when("customer.claims_12m >= 1e3"),
        when("customer.claims_12m >= 0x10"),
        when("customer.claims_12m >= 123456789012345678901"),
        when("customer.claims_12m < 9223372036854775807"),
        when("order.shipping > usd(99999999999999999.99)"),
        when("order.shipping > usd('99999999999999999.99')"),
        when("order.shipping > usd(999999999999999999)"),
        when("order.id == null"),
        when("order.id == b'x'"),
        when("customer.claims_12m >= 9u"),
        when("{'a': 1}.size() > 0"),
        when("order.?id == 'x'"),
        when("order.lines[0](1)"),
    ]
}

fn names() -> Vec<Fault> {
    vec![
        slip(BOOK, "order.lines.map", "ordr.lines.map"),
        slip(BOOK, "date(order.placed)", "date(order.plcaed)"),
        when("placed > asked"),
        when("weather == 'rain'"),
        when("role == 'lead'"),
        when("order.weather == 'rain'"),
        slip(BOOK, "has(refund_to) &&", "has(refund_too) &&"),
        when("has(order.refnd)"),
        slip(BOOK, "has(refund_to) && refund_to.holder", "has(refund_to.holdr) && refund_to.holder"),
        slip(WRONG, "prices[order.lines[0].sku]", "prices[order.lines[0].skuu]"),
        when("has(order.id.first)"),
        when("has(order.lines[0].sku)"),
        when("has(3)"),
        when("has(asked, now)"),
        when("promotion.discount > percent(5)"),
        fault(BOOK, "bought_on: \"date(order.placed)\"", "bought_on: \"date(promotion.starts)\""),
        when("order.lines.exists(l, l.note != '')"),
        when("has(order.placed)"),
        fault(PRICE, "needs: [promotion]", "needs: [promotion, order.placed]"),
        fault(PRICE, "needs: [promotion]", "needs: [promotion, ordr]"),
        slip(PRICE, "needs: [promotion]", "needs: [promotoin]"),
        fault(BOOK, "bought_on: \"date(order.placed)\"", "bought_on: \"back\"\n  back: \"bought_on\""),
        when("order.lines.exists(paid, true)"),
        when("order.placed.day > 3"),
        when("order.lines.sku == 'x'"),
        when("has(prices) && prices.sku > usd(1)"),
    ]
}

fn types() -> Vec<Fault> {
    vec![
        when("customer.claims_12m"),
        when("order.placed > date(asked)"),
        when("order.placed - asked > days(3)"),
        when("date(order.placed) - date(asked) > hours(3)"),
        when("date(order.placed) - date(asked) > 3"),
        when("asked - order.placed > 3"),
        when("order.shipping > 3"),
        when("paid * 2 > percent(5)"),
        when("order.id + 3 == 'a'"),
        when("order.payment == order.payment"),
        when("order.channel == 'phone'"),
        slip(PRICE, "order.channel in promotion.channels", "order.channel == 'onlin'"),
        when("order.channel in ['shop', 'phone']"),
        when("order.id == 3"),
        when("3 in order.lines.map(l, l.sku)"),
        when("order.id in 'abc'"),
        when("!order.id"),
        when("-order.id == 'a'"),
        when("order.id && true"),
        when("(order.id == 'a' ? 1 : 'b') == 1"),
        when("[1, 'a'].size() > 0"),
        when("[].size() > 0"),
        when("order.id[0] == 'a'"),
        when("order.lines['a'].sku == 'b'"),
        when("order.id.all(x, true)"),
        when("order.lines.all(l, l.sku)"),
        when("order.lines.filter(l, true) > 3"),
        when("(true + 1) > 3"),
    ]
}

fn calls() -> Vec<Fault> {
    vec![
        slip(BOOK, "order.lines.map(l, l.paid).sum()", "order.lines.mapp(l, l.paid).sum()"),
        slip(BOOK, "date(order.placed)", "dat(order.placed)"),
        when("weather(asked)"),
        when("order.lines.all(l)"),
        when("days(1, 2) > days(3)"),
        when("usd() > usd(3)"),
        when("usd(9.505) > order.shipping"),
        when("usd('nine') > order.shipping"),
        when("usd(order.id) > order.shipping"),
        when("size(3) > 2"),
        when("date('1 September') > date(asked)"),
        when("date(order.id) > date(asked)"),
        when("time('noon') > asked"),
        when("days(1.5) > days(3)"),
        when("percent(order.id) > percent(3)"),
        when("hours(order.id) > hours(3)"),
        when("min(order.id, 'b') == 'a'"),
        when("[order.id].max() == 'a'"),
        when("int(order.shipping) > 3"),
        when("string(order.shipping) == '3'"),
        when("abs(order.id) > 3"),
        when("same_items(order.lines, order.lines)"),
        when("order.lines.sum() > usd(3)"),
        when("order.shipping.sum() > usd(3)"),
        when("lists.range(100000).size() > 3"),
        when("lists.range() == [3]"),
        when("order.id.matches(order.payment.id)"),
        when("order.id.matches('(')"),
        when("order.placed.getMonth() == 3"),
        when("order.id.substring('a') == 'b'"),
        when("order.shipping.trim() == 'b'"),
    ]
}

fn literals() -> Vec<Fault> {
    vec![
        slip(PRICE, "at_most: 14 days", "at_most: 14"),
        fault(PRICE, "at_most: 14 days", "at_most: 14 h"),
        slip(PRICE, "frontline: 7 days", "frontline: 7"),
        slip(PRICE, "{ lead: any }", "{ lead: anny }"),
        fault(PRICE, "frontline: 7 days", "frontline: a week"),
        slip(BOOK, "per_grant: 500 USD", "per_grant: 500"),
        fault(BOOK, "per_grant: 500 USD", "per_grant: 500 Dollars"),
        fault(BOOK, "per_grant: 500 USD", "per_grant: -5 USD"),
        fault(BOOK, "per_grant: 500 USD", "per_grant: [500 USD, 600 USD]"),
        fault(BOOK, "1 in 365 days", "once a year"),
        fault(PRICE, "20 USD..40 USD", "20 USD..forty"),
        fault(PRICE, "in_force: 2026-09-01", "in_force: 1 September"),
        slip(PRICE, "keeps: 2%", "keeps: 2"),
    ]
}
