//! Facts and types that are none.

use super::*;

pub(super) fn groups() -> Vec<Group> {
    vec![("facts_and_types", facts_and_types())]
}

fn facts_and_types() -> Vec<Fault> {
    let deep: String = (0..70).map(|i| format!("  deep{i}: {{ next: deep{} }}\n", i + 1)).collect();
    let wide: String = (0..120).map(|i| format!("a{i}: wide, ")).collect();
    let fields: String = (0..100).map(|i| format!("b{i}: text, ")).collect();
    vec![
        slip(BOOK, "currency: USD", "currency: UDS"),
        fault(BOOK, "currency: USD", "currency: dollars"),
        slip(BOOK, "America/New_York", "America/NewYork"),
        fault(BOOK, "America/New_York", "Here"),
        fault(BOOK, "time_zone: America/New_York\n", ""),
        slip(BOOK, "value?: \"money(0..)\"", "value?: \"mony\""),
        slip(BOOK, "value?: \"money(0..)\"", "value?: \"mony(0..)\""),
        slip(BOOK, "value?: \"money(0..)\"", "value?: \"money(0..\""),
        fault(BOOK, "value?: \"money(0..)\"", "value?: \"weather\""),
        fault(BOOK, "value?: \"money(0..)\"", "value?: \"money(zero..)\""),
        fault(BOOK, "value?: \"money(0..)\"", "value?: \"money(5..1)\""),
        fault(BOOK, "value?: \"money(0..)\"", "value?: \"money(..)\""),
        fault(BOOK, "value?: \"money(0..)\"", "value?: \"money(5)\""),
        fault(BOOK, "claims_12m: int", "claims_12m: \"bool(0..)\""),
        fault(BOOK, "payment: payment", "payment: \"payment(0..)\""),
        fault(BOOK, "\"list(text)\"", "\"list(text, 5..1)\""),
        fault(BOOK, "\"list(text)\"", "list"),
        slip(BOOK, "\"map(text, money(0..))\"", "\"map(int, money(0..))\""),
        slip(BOOK, "refund_to?: payment", "refund_to?: { type: payment, takes: wrod }"),
        fault(BOOK, "refund_to?: payment", "refund_to?: { type: payment, takes: claimed }"),
        fault(BOOK, "sku: text", "sku: { type: text, takes: word }"),
        fault(BOOK, "[shop, online]", "[shop, online, shop]"),
        fault(BOOK, "[shop, online]", "[]"),
        fault(BOOK, "note?: text", "note?: text, more: \"list(line)\""),
        fault(BOOK, "sent?:", "asked?:"),
        fault(BOOK, "  sent?:", "  date?: date\n  sent?:"),
        fault(BOOK, "  channel: [shop, online]", "  channel: [shop, online]\n  money: [coins, notes]"),
        fault(BOOK, "note?: text", "Note?: text"),
        fault(BOOK, "note?: text", "in?: text"),
        fault(BOOK, "note?: text", "note?: text, note: text"),
        fault(BOOK, "types:\n", format!("types:\n  deep70: text\n{deep}")),
        fault(BOOK, "  refund_to?: payment", "  refund_to?: [payment"),
        fault(
            BOOK,
            "  channel: [shop, online]",
            format!("  channel: [shop, online]\n  wide: {{ {fields}c: int }}\n  wider: {{ {wide}d: int }}"),
        ),
    ]
}
