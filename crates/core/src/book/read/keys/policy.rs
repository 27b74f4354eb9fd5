//! Keys of `policies/*.yaml`.

use super::book::PROOF;
use crate::book::model::REMEDY_KINDS;
use crate::book::read::shape::{Key, KeyKind, OneOf, Record, Shape, key};

const NAMES: Shape = Shape::List(&Shape::Name);
const TRUE_OR_FALSE: Shape = Shape::Choice(&["true", "false"]);
static REMEDIES: Shape = Shape::Map(KeyKind::Id, &A_REMEDY);

/// Terms by id.
pub(super) static TERMS: Shape = Shape::Map(KeyKind::Id, &A_TERM);

static A_TERM: Shape = Shape::Record(&TERM);
static A_REMEDY: Shape = Shape::Record(&REMEDY);

/// `policies/*.yaml`
pub(crate) static POLICY: Record = Record::of(
    "a policy",
    &[&[
        key("policy", &Shape::Id, "Id of the policy; versions of one policy share it.").required(),
        key("title", &Shape::Prose, "Its name for people. Default: the id."),
        key("request", &Shape::List(&Shape::Name), "The kinds of request it governs: words of your own.").required(),
        key("owner", &Shape::Name, "The team that owns it."),
        key("in_force", &Shape::Expr, "The day from which this version holds. Default: since ever."),
        key("purpose", &Shape::Prose, "Why the rule exists."),
        key("published", &Shape::Template, "What customers were told; `{ID}` names the term that carries it."),
        key("proactive", &TRUE_OR_FALSE, "Whether an event may open a case before the customer calls."),
        key("needs", &NAMES, "Facts declared with `?` that this policy requires."),
        key("relied_on", &Shape::Expr, "When the customer relied on the rule. Default: asked."),
        key(
            "against",
            &Shape::Expr,
            "The id of what money was paid for, such as the order's: what its remedies pay out counts together. Default: order.id.",
        ),
        key("use", &NAMES, "Shared terms taken from the book."),
        key("terms", &TERMS, "Conditions, by id."),
        key("fault", &Shape::Record(&FAULT), "When the business itself caused it."),
        key("recovery", &REMEDIES, "What is owed when the fault holds."),
        key("remedies", &REMEDIES, "What answers the request; needs the terms."),
        key("goodwill", &REMEDIES, "What needs no term, only authority."),
        key("instead", &REMEDIES, "What a never offers in place of what it bars."),
        key("detour", &Shape::Record(&DETOUR), "What the customer can do under today's rules without an exception."),
        key("say", &Shape::Map(KeyKind::Free, &Shape::Template), "Words for the customer, by occasion."),
    ]],
);

const MEASURE: &[&str] = &["measure"];

static TERM: Record = Record::of(
    "a term",
    &[&[
        key("says", &Shape::Prose, "What people read.").expected(&["measure", "require", "unless"]),
        key("when", &Shape::Expr, "When the term applies at all. Default: always."),
        key("measure", &Shape::Expr, "What is measured; with one line."),
        key("at_most", &Shape::Expr, "The line: the most.").beside(MEASURE),
        key("at_least", &Shape::Expr, "The line: the least.").beside(MEASURE),
        key("within", &Shape::Range, "The line: least and most, `A..B`.").beside(MEASURE),
        key("equals", &Shape::Expr, "The line: exactly this.").beside(MEASURE),
        key("require", &Shape::Expr, "What must hold; there is no distance."),
        key("unless", &Shape::Expr, "What must not hold; there is no distance."),
        key("any", &TERMS, "Terms of which one must be met."),
        key("all", &TERMS, "Terms that must all be met."),
        key(
            "stretch",
            &Shape::Map(KeyKind::Free, &Shape::Expr),
            "How far past the line each role may go; `any` for a term without distance.",
        ),
        key("cites", &Shape::OneOrMany(&Shape::Prose), "The rule's number in another document."),
        key("from", &Shape::Expr, "First day on which the term holds."),
        key("until", &Shape::Expr, "Last day on which the term holds."),
        key("disclosed", &TRUE_OR_FALSE, "Whether customers were ever told. Default: true."),
        key("disclosed_since", &Shape::Expr, "The day from which customers were told."),
        key("charged_to", &Shape::Name, "Who pays where the term does not bind for not having been told."),
    ]],
)
.one_of(&[
    OneOf {
        keys: &["measure", "require", "unless", "any", "all"],
        where_any: &[],
        instead: "keep one; `all` takes several terms",
    },
    OneOf {
        keys: &["at_most", "at_least", "within", "equals"],
        where_any: MEASURE,
        instead: "for least and most write `within: LEAST..MOST`",
    },
]);

static FAULT: Record = Record::of(
    "a fault",
    &[&[
        key("says", &Shape::Prose, "What people read.").expected(&[]),
        key("when", &Shape::Expr, "When it holds.").required(),
        key("proof", &PROOF, "How well each fact that `when` reads must be known."),
        key("charged_to", &Shape::Name, "Who pays for it."),
    ]],
);

static DETOUR: Record = Record::of(
    "a detour",
    &[&[
        key("when", &Shape::Expr, "When it is open to the customer. Default: always."),
        key("says", &Shape::Prose, "What people read.").expected(&[]),
        key("cost", &Shape::Expr, "What it costs the business."),
        key("effort", &Shape::Prose, "What it costs the customer."),
    ]],
);

const KIND: &[&str] = &["kind"];

/// Keys that one kind of remedy has; what they say is checked against the kind.
pub(crate) const KIND_FIELDS: &[Key] = &[
    key("code", &Shape::Template, "The code (promo_code).").beside(KIND),
    key("points", &Shape::Expr, "How many points (points).").beside(KIND),
    key("message", &Shape::Template, "What is written to the customer (message).").beside(KIND),
    key("change", &Shape::Template, "What is changed (booking_change).").beside(KIND),
    key("months", &Shape::Expr, "How many months (warranty_extension).").beside(KIND),
    key("part", &Shape::Template, "What is repaired (repair).").beside(KIND),
];

static REMEDY_KEYS: &[Key] = &[
    key("says", &Shape::Prose, "What people read."),
    key("kind", &Shape::Known(REMEDY_KINDS), "What kind of remedy it is."),
    key("bundle", &NAMES, "Ids of the remedies given together; one written `ID?` may drop out."),
    key(
        "either",
        &Shape::List(&Shape::Record(&ALTERNATIVE)),
        "Remedies of which the first whose `when` holds is given.",
    ),
    key("when", &Shape::Expr, "When it is offered. Default: always."),
    key("amount", &Shape::AmountOrRange, "How much, or `LEAST..MOST`.").beside(KIND),
    key("cost", &Shape::Expr, "What it costs the business. Default: the amount.").beside(KIND),
    key("of", &Shape::Expr, "What was paid.").beside(KIND),
    key("refunded", &Shape::Expr, "What of it was already given back.").beside(KIND),
    key("against", &Shape::Expr, "The id of what was paid for. Default: the policy's.").beside(KIND),
    key("to", &Shape::OneOrMany(&Shape::Expr), "The payment that money goes to, or several.").beside(KIND),
    key("split", &Shape::Choice(&["in_order", "proportional"]), "How money is shared among several payments.")
        .beside(&["to"]),
    key("keeps", &Shape::Expr, "Percent of the customer's value that it is expected to keep."),
    key("partial", &TRUE_OR_FALSE, "Whether less than the amount may be granted. Default: false.").beside(KIND),
    key("charged_to", &Shape::Name, "Who pays for it."),
    key("items", &Shape::Expr, "Which goods.").beside(KIND),
    key("expires", &Shape::Expr, "`never`, a number of days, or a date.").beside(KIND),
];

const WHAT: &[OneOf] = &[OneOf { keys: &["kind", "bundle", "either"], where_any: &[], instead: "keep one of them" }];

static REMEDY: Record = Record::of("a remedy", &[REMEDY_KEYS, KIND_FIELDS]).one_of(WHAT);

static ALTERNATIVE: Record =
    Record::of("an alternative", &[&[key("id", &Shape::Id, "Its id.").required()], REMEDY_KEYS, KIND_FIELDS])
        .one_of(WHAT);
