//! Expressions in which every node knows its type.

use crate::diagnostic::Span;
use crate::money::Currency;
use crate::number::Number;
use crate::types::Type;
use crate::value::TextId;

/// An expression with its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    /// What it is.
    pub node: Node,
    /// Its type.
    pub ty: Type,
    /// Where it stands in the book.
    pub at: Span,
}

/// What a typed expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A value written out.
    Const(Const),
    /// A fact at the top level: the cell it lies in.
    Slot(u32),
    /// A record at the top level: its first cell.
    Record(u32),
    /// A named expression of the book: its index.
    Define(usize),
    /// A loop variable.
    Var(u16),
    /// A field of a record that is computed or looped over.
    Field(Box<Typed>, u32),
    /// Whether something is given: an optional starting record and cells on the way, outermost
    /// first, each with whether it may be absent.
    Has(Option<Box<Typed>>, Vec<(u32, bool)>),
    /// An operator or function.
    Call(Fun, Vec<Typed>),
    /// `list.all(x, body)` and its kin.
    Each(Each, Box<Typed>, u16, Box<Typed>),
    /// `[a, b]`
    List(Vec<Typed>),
}

/// A value written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Const {
    /// Any number-like value, in the type's own number.
    Number(Number),
    /// An amount in minor units.
    Money(Number, Currency),
    /// A text of the dictionary.
    Text(TextId),
    /// Yes or no.
    Bool(bool),
}

/// Ways to go through a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Each {
    /// Whether all hold.
    All,
    /// Whether any holds.
    Exists,
    /// Whether exactly one holds.
    ExistsOne,
    /// Those that hold.
    Filter,
    /// What each becomes.
    Map,
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// Operators and functions by what they do to values; the type is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fun {
    /// `!x`
    Not,
    /// `x && y`
    And,
    /// `x || y`
    Or,
    /// `x ? y : z`
    If,
    /// `-x` of a number or duration
    Neg,
    /// Sum of numbers; of ints within 64 bits
    Add,
    /// Difference likewise
    Sub,
    /// Product likewise
    Mul,
    /// Exact quotient
    Div,
    /// Whole quotient of ints, towards zero
    DivInt,
    /// Remainder of ints, with the sign of the first
    RemInt,
    /// Sum of amounts of one currency
    AddMoney,
    /// Difference of amounts of one currency
    SubMoney,
    /// Quotient of amounts of one currency
    DivMoney,
    /// Date and months, clamped to the month's last day
    AddMonths,
    /// Date less months
    SubMonths,
    /// Compares numbers
    Compare(Compare),
    /// Compares amounts of one currency
    CompareMoney(Compare),
    /// Compares texts by their code points
    CompareText(Compare),
    /// Whether numbers are equal
    EqNumber,
    /// Whether amounts of one currency are equal
    EqMoney,
    /// Whether texts are equal
    EqText,
    /// Whether two lists have equal items
    EqList(Element),
    /// Whether a value is in a list
    In(Element),
    /// Whether a text is a key of a map
    InMap,
    /// The item at a position of a list
    At,
    /// The value at a key of a map
    Lookup,
    /// How many items
    SizeList,
    /// How many characters
    SizeText,
    /// The items of both
    Concat,
    /// Sum of numbers
    Sum,
    /// Sum of amounts
    SumMoney,
    /// Least of a list (`money`: amounts of one currency)
    Least(bool),
    /// Most of a list
    Most(bool),
    /// Whole numbers from 0 up to, not including, the argument
    Range,
    /// Whether the first list holds all of the second, as often
    ContainsAll(Element),
    /// Whether two lists hold the same items as often
    SameItems(Element),
    /// Text after text
    Join2,
    /// Whether the first text contains the second
    Contains,
    /// Whether it starts so
    StartsWith,
    /// Whether it ends so
    EndsWith,
    /// Whether it matches a pattern: the index of the program's pattern
    Matches(u16),
    /// In small ASCII letters
    Lower,
    /// In capital ASCII letters
    Upper,
    /// Without white space at the ends
    Trim,
    /// Position of the second in the first, in characters, or -1
    IndexOf,
    /// Likewise the last
    LastIndexOf,
    /// Characters from a position up to another
    Substring,
    /// The character at a position
    CharAt,
    /// The first with each occurrence of the second replaced by the third
    Replace,
    /// Pieces of the first between occurrences of the second
    Split,
    /// Items with the second between them
    JoinList,
    /// An amount in this currency from a number of major units
    MoneyOf(Currency),
    /// A share from a number of hundredths
    PercentOf,
    /// A whole number from a decimal, towards zero
    Truncate,
    /// A whole number from text
    IntOfText,
    /// The number as decimal text
    TextOfInt,
    /// The day of an instant in the book's zone
    DateOf,
    /// A duration from a number of hours (3600) or minutes (60): seconds each
    DurationOf(u32),
    /// Day of the week of a date, 0 for Sunday
    DayOfWeek,
    /// Day of the month, from 1
    DayOfMonth,
    /// Month, from 1
    Month,
    /// Year
    Year,
    /// Distance from zero
    Abs,
}

/// How items of a list are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// By number.
    Number,
    /// By amount and currency.
    Money,
    /// By text.
    Text,
}

impl Typed {
    /// A value written out.
    #[must_use]
    pub fn constant(value: Const, ty: Type, at: Span) -> Self {
        Self { node: Node::Const(value), ty, at }
    }

    /// Calls `visit` with this node and every node below it.
    pub fn walk(&self, visit: &mut impl FnMut(&Self)) {
        visit(self);
        match &self.node {
            Node::Const(_) | Node::Slot(_) | Node::Record(_) | Node::Define(_) | Node::Var(_) => {}
            Node::Field(of, _) => of.walk(visit),
            Node::Has(of, _) => {
                if let Some(of) = of {
                    of.walk(visit);
                }
            }
            Node::Call(_, parts) | Node::List(parts) => parts.iter().for_each(|p| p.walk(visit)),
            Node::Each(_, list, _, body) => {
                list.walk(visit);
                body.walk(visit);
            }
        }
    }

    /// The truth value, when it is written out.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.node {
            Node::Const(Const::Bool(b)) => Some(b),
            _ => None,
        }
    }
}
