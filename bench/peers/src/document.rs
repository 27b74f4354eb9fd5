//! The JSON that a shop would send: the facts of a set among about 1.6 KB that the policy does not read.

use serde_json::{Value, json};

use crate::cases::{Facts, cycle};

/// The JSON text of fact set `set`: compact, about 1.9 KB, with neither fractions nor nulls, which not every
/// engine knows.
pub fn document(set: u32, facts: &Facts) -> String {
    json!({
        "request": request(set, facts),
        "order": order(set, facts),
        "customer": customer(set, facts),
        "agent": {
            "id": format!("agent-{:03}", 200 + set),
            "name": cycle(&["Dara Quill", "Mina Sorrel", "Ilya Thorne"], set),
            "team": "Returns, evening shift",
            "limit_cents": facts.limit_cents,
        },
    })
    .to_string()
}

fn request(set: u32, facts: &Facts) -> Value {
    json!({
        "id": format!("request-{:05}", 70_300 + set),
        "type": facts.kind,
        "channel": facts.channel,
        "received": "2026-03-14T09:26:53Z",
        "message": cycle(&MESSAGES, set),
        "refund_cents": facts.refund_cents,
    })
}

fn order(set: u32, facts: &Facts) -> Value {
    json!({
        "id": format!("order-{:07}", 4_410_000 + 17 * set),
        "placed": "2026-02-03T18:42:07Z",
        "days_since_delivery": facts.days_since_delivery,
        "amount_cents": facts.amount_cents,
        "refunded_cents": 0,
        "final_sale": facts.final_sale,
        "category": facts.category,
        "payment": {
            "id": format!("payment-{:06}", 880_100 + set),
            "kind": "card",
            "holder": cycle(&CUSTOMERS, set),
        },
        "address": {
            "name": cycle(&CUSTOMERS, set),
            "street": format!("{} Larkspur Crescent, Flat 2B", 10 + set),
            "city": "Wexley-on-Marsh",
            "region": "Northshire",
            "postcode": "NX4 7QP",
            "country": "GB",
            "note": "Ring twice; if nobody comes, the neighbour at 12 takes parcels",
        },
        "items": items(set, facts.amount_cents),
    })
}

/// Five items whose prices add up to the order's amount.
fn items(set: u32, amount_cents: u32) -> Vec<Value> {
    let fifth = amount_cents / 5;
    TITLES
        .iter()
        .zip([fifth, fifth, fifth, fifth, amount_cents - 4 * fifth])
        .zip(0..)
        .map(|((title, price_cents), place)| {
            json!({
                "sku": format!("SKU-{:06}", 310_000 + 5 * set + place),
                "title": title,
                "quantity": 1,
                "price_cents": price_cents,
            })
        })
        .collect()
}

fn customer(set: u32, facts: &Facts) -> Value {
    json!({
        "id": format!("customer-{:06}", 120_500 + set),
        "name": cycle(&CUSTOMERS, set),
        "tier": facts.tier,
        "tenure_days": facts.tenure_days,
        "exceptions_12m": facts.exceptions_12m,
        "fraud_score": facts.fraud_score,
        "contact": {
            "email": format!("customer{:02}@post.example", set),
            "phone": format!("+44 20 7946 0{:03}", set),
            "language": "en-GB",
            "prefers": "email on weekdays, the phone only after six",
        },
    })
}

const CUSTOMERS: [&str; 4] = ["Oriel Haddow", "Tamsin Brook", "Juno Eskdale", "Perrin Vale"];

const MESSAGES: [&str; 3] = [
    "Hello, the parcel came while we were away and I only opened it on Sunday. Two of the things are not what I had in \
     mind: the colour is a good deal darker than on your page. I know I am a little late, but nothing has been used and \
     the labels are still on. I can bring it to one of your shops or hand it to a courier, whichever suits you better.\n\
     Could you take the order back, please, and let me know how long the refund will take? Kind regards",
    "Good morning, I ordered these as a present and it turns out that my sister has them already. Everything is in its \
     box, unopened, with the receipt. Your page says \"thirty days\", and I am past that by a few, as she was \
     travelling and we only met last weekend. I have bought from you for a long time and never had to ask before.\n\
     Would you make it possible to send all of it back? Many thanks in advance, also for looking into it",
    "Hi there, the set looked just right in the shop but it does not fit the shelf that I have for it, which is a pity. \
     I kept all of the packaging and the items are as good as new; I can send you pictures if that is of any help. I \
     meant to write sooner but was ill for two weeks, and then the lift in our house was out of order.\n\
     Please tell me how to return it and when I can expect the money back on my card. With best wishes",
];

const TITLES: [&str; 5] = [
    "Linen throw, moss green",
    "Stoneware bowl, set of two",
    "Reading lamp with brass foot",
    "Picture book: The Quiet Harbour",
    "Herb planter, three pots",
];
