//! Keys of `book.yaml`.

use super::cases::STANDINGS;
use super::policy::TERMS;
use crate::book::read::shape::{Key, KeyKind, Record, Shape, key};

const AMOUNTS: Shape = Shape::OneOrMany(&Shape::Expr);
const NAMES: Shape = Shape::List(&Shape::Name);

/// Where a fact comes from, strongest first, as far as a book may ask for it.
pub(super) const PROOF: Shape = Shape::Choice(&["system", "seen", "word"]);

/// `book.yaml`
pub(crate) static BOOK: Record = Record::of(
    "the book",
    &[&[
        key("book", &Shape::Name, "Name of the book.").required(),
        key("title", &Shape::Prose, "Name of the book for people."),
        key("currency", &Shape::Name, "The book's currency: an ISO 4217 code such as `USD`.").required(),
        key("time_zone", &Shape::Name, "IANA name of the zone in which times without offset are read and days begin.")
            .required(),
        key(
            "rounding",
            &Shape::Choice(&["half_even", "half_up", "down", "up"]),
            "How an amount, cost or measure becomes whole, once, where it is fixed. Default: half_even.",
        ),
        key("roles", &Shape::List(&Shape::Record(&ROLE)), "The ladder of authority, lowest first.").required(),
        key("bespoke", &Shape::Name, "The role that may write a remedy of their own."),
        key(
            "trust",
            &Shape::Map(KeyKind::Free, &Shape::Record(&TRUST)),
            "Up to what payout each role may act alone on what a source says. A role inherits from those below it.",
        ),
        key("types", &Shape::Map(KeyKind::Id, &Shape::Type), "Types that facts share, by name."),
        key("facts", &Shape::Map(KeyKind::Field, &Shape::Type), "The record that an assessment reads."),
        key("ask", &Shape::Map(KeyKind::Free, &Shape::Prose), "What forms ask for each fact, by its path."),
        key(
            "words",
            &Shape::Map(KeyKind::Free, &Shape::Map(KeyKind::Free, &Shape::Prose)),
            "Words for the values of a type such as `[shop, online]`, by the type's name or a fact's path.",
        ),
        key("define", &Shape::Map(KeyKind::Id, &Shape::Expr), "Named expressions."),
        key("terms", &TERMS, "Terms that policies share with `use`."),
        key(
            "circumstances",
            &Shape::Map(KeyKind::Id, &Shape::Record(&CIRCUMSTANCE)),
            "What may have happened to a customer that no rule foresees.",
        ),
        key("guard", &Shape::List(&Shape::Record(&GUARD)), "What raises the role that is needed."),
        key("never", &Shape::List(&Shape::Record(&NEVER)), "Hard limits on remedies, for every role."),
        key("replay", &Shape::Record(&REPLAY), "Where `amends replay` finds what in each recorded case."),
    ]],
);

static ROLE: Record = Record::of(
    "a role",
    &[&[
        key("id", &Shape::Id, "Its id.").required(),
        key("title", &Shape::Prose, "Its name for people. Default: the id."),
        key(
            "per_grant",
            &AMOUNTS,
            "Most for one case, by discretion: an amount, or one per currency. Default: no cap.",
        ),
        key("per_day", &AMOUNTS, "Most in one day."),
        key("per_customer", &Shape::Expr, "How often for one customer, such as `2 in 365 days`."),
        key("per_owed", &AMOUNTS, "Most to release of what is owed. Default: no cap."),
        key(
            "per_payout",
            &AMOUNTS,
            "Most money that leaves on one case, whatever it costs. Default: `per_owed`, else `per_grant`.",
        ),
        key("owed_per_day", &AMOUNTS, "Most to release of what is owed in one day. Required for the role `ai`."),
    ]],
);

static TRUST: Record = Record::of(
    "what a role may rely on",
    &[&[
        key("system", &AMOUNTS, "On what a system of record says: `any`, or an amount."),
        key("seen", &AMOUNTS, "On what a person looked at: `any`, or an amount."),
        key("word", &AMOUNTS, "On what the customer says: `any`, or an amount."),
        key("claimed", &AMOUNTS, "On what an AI agent says: `any`, or an amount."),
    ]],
);

static CIRCUMSTANCE: Record = Record::of(
    "a circumstance",
    &[&[
        key("says", &Shape::Prose, "What people read.").expected(&[]),
        key("proof", &PROOF, "How well it must be known."),
        key("lends", &Shape::Record(&LOAN), "Whose stretch it lends to whom."),
        key("per_grant", &AMOUNTS, "Most that the borrowing role may grant on this loan."),
    ]],
);

static LOAN: Record = Record::of(
    "a loan",
    &[&[
        key("stretch_of", &Shape::Name, "The role whose stretch is lent.").required(),
        key("to", &Shape::Name, "The role that may use it.").required(),
    ]],
);

const ID_SAYS_WHEN: &[Key] = &[
    key("id", &Shape::Id, "Its id.").required(),
    key("says", &Shape::Prose, "What people read.").expected(&[]),
    key("when", &Shape::Expr, "When it holds.").required(),
];

static GUARD: Record =
    Record::of("a guard", &[ID_SAYS_WHEN, &[key("needs", &Shape::Name, "The role that is needed then.").required()]]);

static NEVER: Record = Record::of(
    "a never",
    &[
        ID_SAYS_WHEN,
        &[
            key("bars", &NAMES, "Ids or kinds of the remedies it bars. Default: all."),
            key("instead", &NAMES, "Remedies from a policy's `instead` to offer in their place."),
            key("cites", &Shape::OneOrMany(&Shape::Prose), "The rule's number in another document."),
        ],
    ],
);

static REPLAY: Record = Record::of(
    "a replay",
    &[&[
        key("intake", &Shape::Name, "The mapping that makes facts of a recorded case.").required(),
        key("id", &Shape::Name, "JSON pointer to the case's id.").required(),
        key("kind", &Shape::Name, "JSON pointer to the case's kind."),
        key("rule", &Shape::Name, "JSON pointer to the rule that decided."),
        key("expect", &Shape::Record(&EXPECTED), "Which standings agree with what was decided.").required(),
    ]],
);

static EXPECTED: Record = Record::of(
    "what to expect",
    &[&[key("at", &Shape::Name, "JSON pointer to the word that says what was decided.").required()]],
)
.others(&Shape::List(&STANDINGS));
