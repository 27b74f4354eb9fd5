//! Keys of `cases/*.yaml`.

use super::intake::SOURCES;
use crate::book::read::shape::{Key, KeyKind, Record, Shape, key};

/// Several names; one, or `none`, may stand without brackets.
const NAMES: Shape = Shape::OneOrMany(&Shape::Name);

/// What an assessment may come to.
pub(super) const STANDINGS: Shape =
    Shape::Choice(&["never", "entitled", "refused", "unknown", "discretion", "approval"]);

/// `cases/*.yaml`
pub(crate) static CASES: Record = Record::of(
    "a file of cases",
    &[&[
        key("given", &Shape::Record(&GIVEN), "What is laid under every case of the file."),
        key("cases", &Shape::List(&Shape::Record(&CASE)), "The cases.").required(),
    ]],
);

/// What a question is made of. `so_far` is the question's `case`: a case's own `case` is its id.
static QUESTION: &[Key] = &[
    key("request", &Shape::Name, "The kind of request."),
    key("asked", &Shape::Free, "Time of first contact."),
    key("now", &Shape::Free, "The present. Default: asked."),
    key("facts", &Shape::Map(KeyKind::Free, &Shape::Any), "The facts."),
    key("sources", &SOURCES, "Where facts come from, by the beginning of their path. Default: system."),
    key("history", &Shape::Record(&HISTORY), "What was granted to this customer before."),
    key("circumstances", &Shape::List(&Shape::Record(&HAPPENED)), "What happened to the customer."),
    key("so_far", &Shape::Record(&SO_FAR), "What was granted, released and paid on this case already."),
];

static GIVEN: Record = Record::of("what is given", &[QUESTION]);

static CASE: Record = Record::of(
    "a case",
    &[
        &[
            key(
                "case",
                &Shape::Name,
                "Its id, unique in the book. What was given on the case already stands under `so_far`.",
            )
            .required(),
            key("about", &Shape::Prose, "What the case is about."),
        ],
        QUESTION,
        &[key("expect", &Shape::Map(KeyKind::Free, &Shape::Record(&EXPECT)), "What must come out, by role.")
            .required()],
    ],
);

static HISTORY: Record = Record::of(
    "a history",
    &[&[key("exceptions", &Shape::List(&Shape::Record(&EXCEPTION)), "Exceptions granted by discretion.")]],
);

static EXCEPTION: Record = Record::of(
    "an exception",
    &[&[
        key("at", &Shape::Free, "When.").required(),
        key("cost", &Shape::Free, "What it cost.").required(),
        key("policy", &Shape::Name, "Under which policy.").required(),
    ]],
);

static HAPPENED: Record = Record::of(
    "what happened",
    &[&[
        key("id", &Shape::Name, "A circumstance of the book.").required(),
        key("source", &Shape::Choice(&["system", "seen", "word", "claimed"]), "How it is known.").required(),
    ]],
);

static SO_FAR: Record = Record::of(
    "the case so far",
    &[&[
        key("granted", &Shape::Free, "Money granted by discretion."),
        key("released", &Shape::Free, "Money released as owed."),
        key("paid", &Shape::Free, "Money that left with both, whatever it cost."),
    ]],
);

/// A word for each of several names, or `none`.
static WORDS_BY_NAME: Record = Record::of("the words by name", &[]).others(&Shape::Name);

/// An amount for each of several names, or `none`.
static AMOUNTS_BY_NAME: Record = Record::of("the amounts by name", &[]).others(&Shape::Free);

static EXPECT: Record = Record::of(
    "what must come out",
    &[&[
        key("standing", &STANDINGS, "The standing.").required(),
        key("by", &Shape::Name, "The lowest role that may, for an approval."),
        key("first", &Shape::Name, "Id of the first option."),
        key("amount", &Shape::Free, "Amount of the first option."),
        key("cost", &Shape::Free, "Cost of the first option."),
        key("options", &NAMES, "Ids of all options, in order."),
        key("yours", &Shape::TextOr(&AMOUNTS_BY_NAME), "The most the asking role may give, by range option."),
        key("released_by", &Shape::Name, "The lowest role that releases the first option."),
        key(
            "relies_on",
            &Shape::TextOr(&WORDS_BY_NAME),
            "Where facts come from that the first option rests on and no system vouches for, by path.",
        ),
        key("yours_if", &NAMES, "Paths of the facts that would make the first option the asking role's own."),
        key("owed", &NAMES, "Ids of the options that are owed."),
        key("barred", &Shape::TextOr(&WORDS_BY_NAME), "The never that bars each option."),
        key("instead", &NAMES, "Ids of what is offered in place of what a never bars."),
        key("missing", &NAMES, "Paths of the missing facts that could change the answer."),
        key("terms", &Shape::Map(KeyKind::Free, &Shape::Record(&EXPECTED_TERM)), "Terms, by id."),
        key("detour", &Shape::Free, "Cost of the detour."),
        key("charged_to", &Shape::Name, "Who pays for the first option."),
        key("version", &Shape::Free, "The `in_force` of the version that stands."),
        key("parts", &Shape::TextOr(&WORDS_BY_NAME), "What each `either` of the first option came to."),
        key("fails", &NAMES, "The terms that fail and bind: all at the top; of those inside groups, any."),
        key("cites", &Shape::OneOrMany(&Shape::Prose), "What the standing's reasons cite."),
    ]],
);

static EXPECTED_TERM: Record = Record::of(
    "an expected term",
    &[&[
        key("margin", &Shape::Free, "How far inside (+) or past (-) the line."),
        key("need", &Shape::Name, "`none`, a role, `nobody` or `unknown`."),
        key("met", &Shape::Choice(&["true", "false"]), "Whether it is met."),
    ]],
);
