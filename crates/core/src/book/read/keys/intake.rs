//! Keys of `intake/*.yaml`.

use crate::book::read::shape::{Key, KeyKind, OneOf, Record, Shape, key};

/// Where facts come from, strongest first.
pub(super) const SOURCES: Shape = Shape::Map(KeyKind::Free, &Shape::Choice(&["system", "seen", "word", "claimed"]));

const PICK: Shape = Shape::TextOr(&PICKED);
const TABLE: Shape = Shape::Map(KeyKind::Free, &Shape::Free);

/// `intake/*.yaml`
pub(crate) static INTAKE: Record = Record::of(
    "an intake",
    &[&[
        key("intake", &Shape::Name, "Name of the mapping.").required(),
        key("title", &Shape::Prose, "Its name for people."),
        key("request", &PICK, "The kind of request: a text, a JSON pointer, or how to find it.").required(),
        key("role", &PICK, "The role that asks."),
        key("asked", &PICK, "The time of first contact."),
        key("now", &PICK, "The present. Default: asked."),
        key("currency", &Shape::Name, "Currency of amounts that name none. Default: the book's."),
        key("currency_at", &Shape::Name, "JSON pointer, from the root, to the currency of amounts that name none."),
        key("sources", &SOURCES, "Where facts come from, by the beginning of their path."),
        key("facts", &Shape::Map(KeyKind::Free, &Shape::Mapping), "How each fact is made, by its path.").required(),
    ]],
);

const AT: &[&str] = &["at"];

static PICKED: Record = Record::of(
    "a pick",
    &[&[
        key("at", &Shape::Name, "JSON pointer to the text.").required(),
        key("map", &TABLE, "What each text becomes."),
        key("else", &Shape::Free, "What stands where nothing is found, or a text is not in `map`."),
        key("zone", &Shape::Name, "Time zone of a time that names none. Default: the book's."),
    ]],
);

const COUNT: Shape = Shape::TextOr(&DECIMALS);

static DECIMALS: Record = Record::of("decimals by currency", &[]).others(&Shape::Free);

const EACH: &[&str] = &["each", "values", "entries"];

const MAPPING_KEYS: &[Key] = &[
    key("at", &Shape::Name, "JSON pointer to the value."),
    key("map", &TABLE, "What each text becomes.").beside(AT),
    key(
        "else",
        &Shape::Free,
        "What a text that is not in `map`, or null, becomes; without `map`, what nothing becomes.",
    )
    .beside(AT),
    key(
        "as",
        &Shape::Choice(&["minor_units", "rounded", "fraction", "unix_seconds", "unix_millis", "day"]),
        "How a number is meant: cents, an amount to be rounded, a share of one, seconds or milliseconds since 1970.",
    )
    .beside(AT),
    key("decimals", &COUNT, "How many decimals minor units have here: a number, or one by currency.").beside(AT),
    key("decimals_at", &Shape::Name, "JSON pointer to how many decimals minor units have.").beside(AT),
    key("zone", &Shape::Name, "Time zone of a time that names none.").beside(AT),
    key("only_where", &TABLE, "What must stand at other pointers, where anything does, for the value to count.")
        .beside(AT),
    key("currency", &Shape::Name, "Currency of an amount.").beside(AT),
    key("currency_at", &Shape::Name, "JSON pointer to the currency of an amount.").beside(AT),
    key("const", &Shape::Free, "A value written out."),
    key("given", &Shape::Name, "JSON pointer; whether a value other than null stands there."),
    key(
        "each",
        &Shape::OneOrMany(&Shape::Name),
        "JSON pointer to an array, or to several that are joined: makes a list.",
    ),
    key("values", &Shape::Name, "JSON pointer to an object whose values make a list."),
    key("entries", &Shape::Name, "JSON pointer to an object that makes a map."),
    key("into", &Shape::Into, "How each element is made; its pointers begin at the element.").beside(EACH),
];

/// How one fact is made.
pub(crate) static MAPPING: Record = Record::of("the mapping of a fact", &[MAPPING_KEYS]).one_of(&[
    OneOf { keys: &["at", "const", "given", "each", "values", "entries"], where_any: &[], instead: "keep one of them" },
    OneOf { keys: &["into"], where_any: EACH, instead: "" },
]);
