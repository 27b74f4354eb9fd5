//! What may stand where in a book's files: one table that the reader, the formatter and the schemas share.

/// What may stand at a place.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Words for people.
    Prose,
    /// A word that is looked up elsewhere: a role, a remedy, a path of facts, a JSON pointer.
    Name,
    /// An id that expressions can name.
    Id,
    /// A word of which these are known; whether another one will do is checked elsewhere.
    Known(&'static [&'static str]),
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// An expression, or a literal with its unit.
    Expr,
    /// Two expressions or literals with `..` between them.
    Range,
    /// An expression, a literal or a range.
    AmountOrRange,
    /// Words for people with `{names}` in them.
    Template,
    /// Any text, as it stands.
    Free,
    /// The type of a fact: a text, a list of words, or a mapping of fields.
    Type,
    /// A JSON pointer, or how a fact is made.
    Mapping,
    /// How each element is made: like a fact, or a mapping of fields.
    Into,
    /// A text, or a mapping with these keys.
    TextOr(&'static Record),
    /// Anything: what it must be is known elsewhere.
    Any,
    /// A list.
    List(&'static Shape),
    /// One, or a list of them.
    OneOrMany(&'static Shape),
    /// A mapping from keys that the book's author chooses.
    Map(KeyKind, &'static Shape),
    /// A mapping with fixed keys.
    Record(&'static Record),
}

/// What the chosen keys of a mapping are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// Ids that expressions can name.
    Id,
    /// Such ids, each perhaps with a `?`: may be absent.
    Field,
    /// Names looked up elsewhere, or any text.
    Free,
}

/// A mapping with fixed keys.
#[derive(Debug)]
pub(crate) struct Record {
    /// What it is, with its article: `a term`.
    pub(crate) noun: &'static str,
    /// Its keys, in the order in which the reference lists them.
    pub(crate) keys: &'static [&'static [Key]],
    /// Of these keys exactly one is written.
    pub(crate) one_of: &'static [OneOf],
    /// What stands under keys of the author's choice, where there may be any.
    pub(crate) others: Option<&'static Shape>,
}

/// Of some keys exactly one must be there.
#[derive(Debug)]
pub(crate) struct OneOf {
    /// The keys.
    pub(crate) keys: &'static [&'static str],
    /// Only where one of these is there; always, where there are none.
    pub(crate) where_any: &'static [&'static str],
    /// What to do where there are several.
    pub(crate) instead: &'static str,
}

/// One key of a mapping.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// How it is written.
    pub(crate) name: &'static str,
    /// What stands under it.
    pub(crate) shape: &'static Shape,
    /// Whether it must be there.
    pub(crate) need: Need,
    /// It makes sense only beside one of these; anywhere, where there are none.
    pub(crate) beside: &'static [&'static str],
    /// What it means, in one sentence.
    pub(crate) doc: &'static str,
}

/// Whether a key must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// An error without it.
    Required,
    /// A warning without it where one of these keys is; everywhere, where there are none.
    Expected(&'static [&'static str]),
    /// May be left out.
    Optional,
}

/// A key that may be left out.
pub(crate) const fn key(name: &'static str, shape: &'static Shape, doc: &'static str) -> Key {
    Key { name, shape, need: Need::Optional, beside: &[], doc }
}

impl Key {
    /// Must be there.
    pub(crate) const fn required(self) -> Self {
        Self { need: Need::Required, ..self }
    }

    /// Should be there where one of these keys is; everywhere, where there are none.
    pub(crate) const fn expected(self, where_any: &'static [&'static str]) -> Self {
        Self { need: Need::Expected(where_any), ..self }
    }

    /// Makes sense only beside one of these keys.
    pub(crate) const fn beside(self, others: &'static [&'static str]) -> Self {
        Self { beside: others, ..self }
    }
}

impl Record {
    /// A mapping of these keys and no others.
    pub(crate) const fn of(noun: &'static str, keys: &'static [&'static [Key]]) -> Self {
        Self { noun, keys, one_of: &[], others: None }
    }

    /// Of some keys exactly one.
    pub(crate) const fn one_of(self, one_of: &'static [OneOf]) -> Self {
        Self { one_of, ..self }
    }

    /// Besides, any key, with this under it.
    pub(crate) const fn others(self, shape: &'static Shape) -> Self {
        Self { others: Some(shape), ..self }
    }

    /// All keys in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &'static Key> {
        self.keys.iter().flat_map(|keys| keys.iter())
    }

    /// The key of that name.
    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.all().find(|key| key.name == name)
    }

    /// The noun without its article, as one word.
    pub(crate) fn word(&self) -> String {
        let noun = self.noun.split_once(' ').map_or(self.noun, |(_, noun)| noun);
        noun.replace(' ', "_")
    }
}

/// Words of the expression language that cannot be ids.
pub(crate) const RESERVED: &[&str] = &[
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Whether a text can be an id that expressions name: `[a-z][a-z0-9_]*` and no reserved word.
pub(crate) fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !RESERVED.contains(&text)
}
