//! What an assessment takes, from prepared facts and from text, beside the floor: serde into a plain struct.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // A test that fails may panic.

use std::hint::black_box;

use amends_core::assess::{Workspace, assess, margins};
use amends_core::book::check::check;
use amends_core::book::read::BookFiles;
use amends_core::book::rules::Book;
use amends_core::facts::digest::digest;
use amends_core::facts::{Facts, read_question, read_question_into};
use criterion::{Criterion, criterion_group, criterion_main};

/// The shop's book and its policies, each of which stands for its own request.
const BOOK: &str = include_str!("../../../books/retail/book.yaml");
const ELSE: &str = include_str!("../../../books/retail/policies/something-else.yaml");
const POLICIES: [&str; 10] = [
    include_str!("../../../books/retail/policies/cancellations.yaml"),
    include_str!("../../../books/retail/policies/coupons.yaml"),
    include_str!("../../../books/retail/policies/damaged-goods.yaml"),
    include_str!("../../../books/retail/policies/fees.yaml"),
    include_str!("../../../books/retail/policies/late-delivery.yaml"),
    include_str!("../../../books/retail/policies/price-adjustment.yaml"),
    include_str!("../../../books/retail/policies/returns.yaml"),
    include_str!("../../../books/retail/policies/trade-in-coupon.yaml"),
    include_str!("../../../books/retail/policies/warranty.yaml"),
    include_str!("../../../books/retail/policies/wrong-goods.yaml"),
];

/// Story 1 as a shop would send it.
const QUESTION: &str = r#"{"request":"price_adjustment","asked":"2026-11-16T18:04:00","now":"2026-11-16T18:09:00",
"facts":{"customer":{"id":"c_1001","since":"2011-10-03","orders":64,"value":"3900.00 USD","claims_12m":1,"email":"someone@post.example"},
"order":{"id":"S-48211","placed":"2026-11-11T12:20:00","channel":"shop","payment":{"id":"card_7","kind":"card","holder":"Ruth Adler"},
"lines":[{"sku":"BLZ-NAVY","title":"Navy blazer","paid":149.00,"final_sale":false},{"sku":"BLZ-GREY","title":"Grey blazer","paid":149.00,"final_sale":false},
{"sku":"BLZ-SAND","title":"Sand blazer","paid":149.00,"final_sale":false}],"shipping":"0 USD","refunded":"0 USD",
"address":{"street":"10 Larkspur Crescent","city":"Wexley","postcode":"NX4 7QP"},"note":"Please leave it with the neighbours if nobody is in."},
"promotion":{"starts":"2026-11-16T00:00:00","discount":"40%","channels":["online"]}}}"#;

fn book() -> Book {
    let checked = check(&shop(1));
    checked.book.unwrap_or_else(|| panic!("{:?}", checked.findings.all))
}

/// The shop with every policy so many times, each time for another request.
fn shop(times: usize) -> BookFiles {
    let mut files = BookFiles::from_iter([("book.yaml", BOOK), ("policies/else.yaml", ELSE)]);
    for time in 0..times {
        for (i, text) in POLICIES.iter().enumerate() {
            let text = if time == 0 { (*text).to_owned() } else { renamed(text, time) };
            files.add(format!("policies/p{time}_{i}.yaml"), text);
        }
    }
    files
}

fn renamed(policy: &str, time: usize) -> String {
    let name = |line: &str| match line.strip_prefix("policy: ") {
        Some(id) => format!("policy: {id}_{time}\n"),
        None if line.starts_with("request: [") => line.replace(']', &format!("_{time}]\n")),
        None => format!("{line}\n"),
    };
    policy.lines().map(name).collect()
}

fn assessments(c: &mut Criterion) {
    let book = book();
    let question = read_question(&book.schema, QUESTION).expect("the question fits the book");
    let role = book.role("frontline").expect("a role of the book");
    let mut workspace = Workspace::default();
    let mut group = c.benchmark_group("assess");
    group.bench_function("margins and roles from prepared facts", |b| {
        b.iter(|| margins(&book, "price_adjustment", black_box(&question.facts), &mut workspace).map(|m| m.need()));
    });
    group.bench_function("assessment from prepared facts", |b| {
        b.iter(|| {
            assess(&book, "price_adjustment", black_box(&question.facts), role, &mut workspace).map(|a| a.standing)
        });
    });
    group.bench_function("assessment and its JSON from prepared facts", |b| {
        b.iter(|| {
            assess(&book, "price_adjustment", black_box(&question.facts), role, &mut workspace)
                .map(|a| a.to_line().len())
        });
    });
    group.bench_function("digest of the facts", |b| b.iter(|| digest(&book.schema, black_box(&question.facts))));
    let mut again = read_question(&book.schema, QUESTION).expect("the question fits the book");
    group.bench_function("read the question", |b| {
        b.iter(|| read_question_into(&book.schema, black_box(QUESTION), &mut again).map(|()| again.facts.cells.len()));
    });
    group.bench_function("floor: serde into a value", |b| {
        b.iter(|| serde_json::from_str::<serde_json::Value>(black_box(QUESTION)).map(|v| v.is_object()));
    });
    group.finish();
    drop::<Facts<'_>>(again.facts);
}

fn books(c: &mut Criterion) {
    let fifty = shop(5);
    assert!(check(&fifty).book.is_some(), "{:?}", check(&fifty).findings.all);
    let mut group = c.benchmark_group("book");
    group.sample_size(20);
    group.bench_function("check and compile 50 policies", |b| b.iter(|| check(black_box(&fifty)).findings.all.len()));
    group.finish();
}

criterion_group!(benches, assessments, books);
criterion_main!(benches);
