//! What the form makes of a question, held to what the core makes of it.

use amends_core::assess::{Workspace, assess};
use amends_core::book::rules::{Book, RoleId};
use amends_core::diagnostic::Findings;
use amends_core::facts::from_yaml::question_json;
use amends_core::facts::read_question;
use amends_core::time::Time;
use serde_json::{Value, json};

use super::answers::Answers;
use super::asking;
use crate::shipped;

fn book(name: &str) -> Book {
    shipped::find(name).unwrap().checked().book.unwrap()
}

/// The answer, without what names the question itself.
fn answered(book: &Book, question: &str, role: RoleId) -> Value {
    let question = read_question(&book.schema, question).unwrap_or_else(|e| panic!("{e}"));
    let mut workspace = Workspace::default();
    let mut answer = assess(book, &question.request, &question.facts, role, &mut workspace).unwrap().to_json();
    for named in ["facts", "asked", "now"] {
        answer.as_object_mut().unwrap().remove(named);
    }
    answer
}

#[test]
fn every_case_of_the_books_comes_out_the_same_through_the_form() {
    let mut tried = 0;
    for book in ["retail", "rental"].map(book) {
        for case in &book.cases {
            let direct = question_json(&book.schema, &case.question, &mut Findings::default()).unwrap();
            let whole: Value = serde_json::from_str(&direct).unwrap();
            // The form counts exceptions and knows nothing of money given before.
            if whole.get("history").is_some() || whole.get("case").is_some() {
                continue;
            }
            let (request, pairs) = asking::case(&book, &case.id.value).unwrap();
            let mut answers = Answers::of(pairs);
            asking::date(&book, &mut answers, Time::parse("2026-11-22T10:00Z", &book.zone).unwrap());
            if whole.get("now").is_none() {
                let asked = answers.get("asked").map(str::to_owned);
                answers.put("now", asked.as_deref());
            }
            let through = answers.question(&book, &request);
            for role in 0..u8::try_from(book.roles.len()).unwrap() {
                let role = RoleId(role);
                assert_eq!(
                    answered(&book, &through, role),
                    answered(&book, &direct, role),
                    "{}: {through}",
                    case.id.value
                );
            }
            tried += 1;
        }
    }
    assert!(tried > 100, "only {tried} cases");
}

fn question(pairs: &[(&str, &str)]) -> Value {
    let answers = Answers::of(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
    serde_json::from_str(&answers.question(&book("retail"), "returns")).unwrap()
}

#[test]
fn what_people_type_is_read_as_they_mean_it() {
    let facts = question(&[
        ("f.order.lines[0].paid", "$1,149.50"),
        ("f.order.lines[0].final_sale", "no"),
        ("f.order.lines[2].paid", "20 EUR"),
        ("f.promotion.discount", "40"),
        ("f.promotion.channels", "online"),
        ("f.customer.claims_12m", "3"),
        ("f.order.id", "  "),
        ("p.refund_to", "yes"),
        ("p.returns", "no"),
        ("f.returns.resale", "5"),
    ])["facts"]
        .clone();
    assert_eq!(
        facts,
        json!({
            "customer": { "claims_12m": 3 },
            "order": { "lines": [{ "paid": "1149.50 USD", "final_sale": false }, { "paid": "20 EUR" }] },
            "refund_to": {},
            "promotion": { "discount": "40%", "channels": ["online"] },
        })
    );
}

#[test]
fn rows_are_added_and_taken_out() {
    let mut answers = Answers::of([
        ("f.order.lines[0].paid".to_owned(), "1".to_owned()),
        ("f.order.lines[1].paid".to_owned(), "2".to_owned()),
        ("f.order.lines[2].paid".to_owned(), "3".to_owned()),
    ]);
    assert_eq!(answers.rows("order.lines"), 3);
    answers.drop_row("order.lines", 1);
    assert_eq!((answers.fact("order.lines[0].paid"), answers.fact("order.lines[1].paid")), (Some("1"), Some("3")));
    assert_eq!(answers.rows("order.lines"), 2);
    answers.add_row("order.lines");
    assert_eq!(answers.rows("order.lines"), 3);
    answers.drop_row("order.lines", 99);
    assert_eq!(answers.fact("order.lines[1].paid"), Some("3"));
}

#[test]
fn what_cannot_be_read_is_left_out_and_told() {
    let answers = Answers::of([
        ("asked".to_owned(), "2026-11-16T10:00".to_owned()),
        ("now".to_owned(), "2026-11-16T10:00".to_owned()),
        ("f.customer.claims_12m".to_owned(), "many".to_owned()),
        ("f.order.placed".to_owned(), "2026-11-31T10:00".to_owned()),
        ("f.order.lines[2].paid".to_owned(), "12.345".to_owned()),
    ]);
    let book = book("retail");
    let wrong = asking::answer(&book, "returns", &answers, RoleId(1), |_, _, wrong| wrong.to_vec()).unwrap();
    let paths: Vec<&str> = wrong.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["customer.claims_12m", "order.placed", "order.lines[2].paid"], "rows are those of the form");
    insta::assert_snapshot!(wrong[1].1);
}

#[test]
fn a_year_that_is_still_being_typed_does_not_lose_the_form() {
    let answers = Answers::of([
        ("asked".to_owned(), "0002-11-16T10:00".to_owned()),
        ("now".to_owned(), "2026-11-16T10:00".to_owned()),
    ]);
    let wrong = asking::answer(&book("retail"), "returns", &answers, RoleId(1), |_, _, wrong| wrong.to_vec()).unwrap();
    assert_eq!(wrong, [("asked".to_owned(), "no version of this rule was in force then".to_owned())]);
}

const TYPED: [&str; 20] = [
    "0",
    "-1",
    "99999999999999999999",
    "1.5",
    "12.345",
    "abc",
    "2026-11-16",
    "2026-11-16T10:00",
    "0002-01-01T10:00",
    "yes",
    "no",
    "<b>",
    "\"'&",
    "\u{202e}",
    "40%",
    "[",
    "{}",
    "null",
    "seen",
    "2 h",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(96))]

    /// Whatever is typed, into inputs or into the address, there is an answer, and the rest of the form with it.
    #[test]
    fn any_form_is_answered(
        typed in proptest::collection::vec((0..200_usize, 0..TYPED.len(), 0..4_usize), 0..40),
        request in 0..30_usize,
    ) {
        thread_local!(static BOOKS: [Book; 2] = ["retail", "rental"].map(book));
        BOOKS.with(|books| {
            for book in books {
                let paths = book.schema.paths();
                let name = |n: usize, row: usize| match (paths.get(n % (paths.len() + 8)), n % 8) {
                    (Some(path), 0) => format!("s.{path}"),
                    (Some(path), 1) => format!("p.{path}"),
                    (Some(path), 2) => format!("z.{path}"),
                    (Some(path), _) => format!("f.{path}"),
                    (None, 0) => "asked".to_owned(),
                    (None, 1) => "now".to_owned(),
                    (None, 2) => "c.illness".to_owned(),
                    (None, 3) => "exceptions".to_owned(),
                    (None, 4) => "n.order.lines".to_owned(),
                    (None, 5) => format!("f.order.lines[{row}].paid"),
                    (None, 6) => format!("f.order.lines[{row}].final_sale"),
                    (None, _) => format!("f.sent[{row}]"),
                };
                let mut answers = Answers::of(typed.iter().map(|(n, v, row)| (name(*n, *row), TYPED[*v].to_owned())));
                asking::date(book, &mut answers, Time::parse("2026-11-16T10:00Z", &book.zone).unwrap());
                let kinds = asking::kinds(book);
                let (request, _) = kinds[request % kinds.len()];
                proptest::prop_assert!(asking::answer(book, request, &answers, RoleId(1), |_, _, _| ()).is_ok(), "{answers:?}");
            }
            Ok(())
        })?;
    }
}
