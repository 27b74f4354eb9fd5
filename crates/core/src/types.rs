//! The types facts and expressions have.

use std::fmt;
use std::sync::Arc;

use crate::facts::Source;

/// What kind of value a fact or an expression is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Yes or no.
    Bool,
    /// A whole number.
    Int,
    /// An exact decimal number.
    Decimal,
    /// A share, 40% is 0.4.
    Percent,
    /// Text.
    Text,
    /// One of a few texts.
    Enum(Arc<EnumType>),
    /// A calendar day.
    Date,
    /// An instant.
    Time,
    /// A length of time in microseconds; `time - time`.
    Duration,
    /// A number of calendar days; `date - date`.
    Days,
    /// A number of calendar months, only to be added to a date.
    Months,
    /// An amount in some currency.
    Money,
    /// Several values of one type, in order.
    List(Arc<ListType>),
    /// Values by text, in the order of their keys.
    Map(Arc<ListType>),
    /// Named fields.
    Record(Arc<RecordType>),
}

/// A closed set of texts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EnumType {
    /// Name in the book's `types`, or the path of the fact that lists them inline.
    pub name: String,
    /// The texts, as written.
    pub values: Vec<String>,
}

/// What a list or a map holds, and how many.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListType {
    /// Type of each item (of each value, in a map).
    pub of: Type,
    /// Bounds declared on each item.
    pub bounds: Bounds,
    /// At least so many.
    pub min_len: u32,
    /// At most so many.
    pub max_len: u32,
}

/// How many entries a list or map may have at the most unless its type says otherwise.
pub const DEFAULT_MAX_LEN: u32 = 1000;

/// Named fields and where each lies among the cells of one record.
///
/// A record takes `width` cells. The first says whether it is given; each field follows at its
/// `offset`. A field of a record type takes that record's width, any other field one cell.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordType {
    /// Name in the book's `types`, or the path of the fact.
    pub name: String,
    /// In the order written.
    pub fields: Vec<Field>,
    /// Number of cells, the first included.
    pub width: u32,
}

/// One field of a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// The name expressions use.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Declared with `?`: may be absent.
    pub optional: bool,
    /// Declared bounds.
    pub bounds: Bounds,
    /// The weakest source that counts as a system's, because nobody else can know it; a system's own unless declared.
    pub takes: Source,
    /// First cell, counted from the record's own first cell.
    pub offset: u32,
}

impl RecordType {
    /// Lays out fields one after the other. Offsets given are ignored.
    #[must_use]
    pub fn lay_out(name: String, mut fields: Vec<Field>) -> Self {
        let mut next = 1;
        for field in &mut fields {
            field.offset = next;
            next += field.ty.width();
        }
        Self { name, fields, width: next }
    }

    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }
}

impl Type {
    /// How many cells a value takes where it stands in a record or list.
    #[must_use]
    pub fn width(&self) -> u32 {
        match self {
            Self::Record(r) => r.width,
            _ => 1,
        }
    }
}

/// Least and most a fact may be, both included, in the type's own number as `n / d`
/// (money in minor units of the book's currency, 40% as 2/5, durations in microseconds).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Bounds {
    /// The least, when declared.
    pub min: Option<crate::number::Number>,
    /// The most, when declared.
    pub max: Option<crate::number::Number>,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Decimal => f.write_str("decimal"),
            Self::Percent => f.write_str("percent"),
            Self::Text => f.write_str("text"),
            Self::Enum(e) => write!(f, "{}", e.name),
            Self::Date => f.write_str("date"),
            Self::Time => f.write_str("time"),
            Self::Duration => f.write_str("duration"),
            Self::Days => f.write_str("days"),
            Self::Months => f.write_str("months"),
            Self::Money => f.write_str("money"),
            Self::List(l) => write!(f, "list({})", l.of),
            Self::Map(l) => write!(f, "map(text, {})", l.of),
            Self::Record(r) => write!(f, "{}", r.name),
        }
    }
}
