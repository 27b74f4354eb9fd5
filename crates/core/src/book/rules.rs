//! A checked book: everything resolved, typed and compiled.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::book::asks::Asks;
use crate::book::labels::Labels;
use crate::book::model::CaseText;
use crate::book::quick::Quick;
use crate::book::relies::Relies;
use crate::book::trust::Trust;
use crate::diagnostic::{Sources, Span};
use crate::facts::Source;
use crate::facts::intake::Intake;
use crate::facts::schema::Schema;
use crate::money::{Currency, Money};
use crate::number::{Number, Rounding};
use crate::program::compile::Program;
use crate::program::op::Reg;
use crate::program::op::Shape;
use crate::program::run::Val;
use crate::time::{Date, Zone};
use crate::types::Type;
use crate::value::TextId;

/// A role: its place on the ladder, 0 for the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleId(pub u8);

/// What it takes to allow something: nobody's leave, a role's, or no one can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Need(u8);

impl Need {
    /// It takes nobody's leave.
    pub const NONE: Self = Self(0);
    /// No one can allow it.
    pub const NOBODY: Self = Self(u8::MAX);

    /// It takes this role, or one above it.
    #[must_use]
    pub const fn role(role: RoleId) -> Self {
        Self(role.0.saturating_add(1))
    }

    /// The lowest role that may, when it takes a role.
    #[must_use]
    pub const fn as_role(self) -> Option<RoleId> {
        match self {
            Self::NONE | Self::NOBODY => None,
            Self(n) => Some(RoleId(n - 1)),
        }
    }
}

/// A checked book.
#[derive(Debug)]
pub struct Book {
    /// Its name.
    pub name: String,
    /// Its title for people.
    pub title: String,
    /// SHA-256 of its texts, as hex.
    pub digest: String,
    /// Its currency.
    pub currency: Currency,
    /// Its time zone.
    pub zone: Zone,
    /// How amounts are rounded to minor units.
    pub rounding: Rounding,
    /// The ladder, lowest first.
    pub roles: Vec<Role>,
    /// The role that may write a remedy of their own.
    pub bespoke: Option<RoleId>,
    /// The typed record.
    pub schema: Schema,
    /// What people read instead of the names of facts and values.
    pub labels: Labels,
    /// What may have happened to a customer.
    pub circumstances: Vec<Circumstance>,
    /// The policies, in the order of their ids.
    pub policies: Vec<Policy>,
    /// Which policy governs a kind of request.
    pub requests: HashMap<String, usize, FxBuildHasher>,
    /// How other systems' JSON becomes facts.
    pub intakes: Vec<Intake>,
    /// How a file of cases is replayed.
    pub replay: Option<Replay>,
    /// The book's own tests.
    pub cases: Vec<CaseText>,
    /// The texts it was read from.
    pub sources: Sources,
}

impl Book {
    /// The departments that pay for something, by name.
    pub fn departments(&self) -> impl Iterator<Item = &str> {
        self.policies.iter().flat_map(|policy| &policy.versions).flat_map(|version| {
            let faults = version.fault.iter().filter_map(|fault| fault.charged_to.as_deref());
            let terms = version.terms.iter().filter_map(|term| term.charged_to.as_deref());
            let remedies = version.remedies.iter().filter_map(|remedy| remedy.charged_to.as_deref());
            faults.chain(terms).chain(remedies)
        })
    }
}

/// The kind of request that no policy governs is assessed under this policy.
pub const SOMETHING_ELSE: &str = "something_else";

/// A role of the ladder.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its id.
    pub id: String,
    /// For people.
    pub title: String,
    /// Most it may grant by discretion on one case.
    pub per_grant: Caps,
    /// Most it may grant by discretion in a day.
    pub per_day: Caps,
    /// How many exceptions it may make for one customer.
    pub per_customer: Option<PerCustomer>,
    /// Most it may release of what is owed on one case.
    pub per_owed: Caps,
    /// Most money that may leave on one case by its leave, whatever that costs.
    pub per_payout: Caps,
    /// Most it may release of what is owed in a day.
    pub owed_per_day: Caps,
    /// What it may act on alone.
    pub trust: Trust,
}

/// Amounts by currency. None at all: no cap.
#[derive(Clone, Debug, Default)]
pub struct Caps(pub Vec<Money>);

impl Caps {
    /// The cap in a currency: no cap at all, this much, or nothing where only other currencies are named.
    #[must_use]
    pub fn limit(&self, currency: Option<Currency>) -> Limit {
        if self.0.is_empty() {
            return Limit::Without;
        }
        let found = self.0.iter().find(|m| currency.is_none_or(|c| m.currency == c));
        found.map_or(Limit::Nothing, |m| Limit::UpTo(m.minor))
    }

    /// Whether an amount with what went before (minor units of its currency) is within.
    #[must_use]
    pub fn covers(&self, amount: Money, before: i128) -> bool {
        self.limit(Some(amount.currency)).covers(i128::from(amount.minor) + before)
    }
}

/// A cap in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// No cap.
    Without,
    /// So many minor units.
    UpTo(i64),
    /// Nothing in this currency.
    Nothing,
}

impl Limit {
    /// Whether an amount (minor units) is within.
    #[must_use]
    pub fn covers(self, minor: i128) -> bool {
        match self {
            Self::Without => true,
            Self::UpTo(cap) => minor <= i128::from(cap),
            Self::Nothing => false,
        }
    }
}

/// `2 in 365 days`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerCustomer {
    /// How many.
    pub count: u32,
    /// In how many days.
    pub days: u32,
}

/// What happened to a customer that the rule did not foresee.
#[derive(Clone, Debug)]
pub struct Circumstance {
    /// Its id.
    pub id: String,
    /// For people.
    pub says: String,
    /// The weakest source that counts.
    pub proof: Source,
    /// Whose stretch is lent.
    pub stretch_of: RoleId,
    /// To whom.
    pub to: RoleId,
    /// Most the borrowing role may grant with it.
    pub per_grant: Caps,
}

/// One rule of the business through time.
#[derive(Debug)]
pub struct Policy {
    /// Its id.
    pub id: String,
    /// Its versions, the oldest first.
    pub versions: Vec<Version>,
}

impl Policy {
    /// The version in force on a day.
    #[must_use]
    pub fn in_force(&self, day: Date) -> Option<&Version> {
        self.versions.iter().rev().find(|v| v.in_force.is_none_or(|from| from <= day))
    }
}

/// One version of a policy.
#[derive(Debug)]
pub struct Version {
    /// Tells programs apart within a process.
    pub identity: usize,
    /// For people.
    pub title: String,
    /// First day; none: since ever.
    pub in_force: Option<Date>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why it exists.
    pub purpose: Option<String>,
    /// What customers were told, without the braces.
    pub published: Option<String>,
    /// Whether an event may open a case before the customer calls.
    pub proactive: bool,
    /// Kinds of request it governs.
    pub requests: Vec<String>,
    /// SHA-256 of its text, as hex.
    pub digest: String,
    /// Its expressions.
    pub program: Program,
    /// Instructions up to here compute the terms; the rest what may be done about them.
    pub terms_end: usize,
    /// When the customer relied on the rule, with whether it is a date (not a time).
    pub relied_on: Option<(Reg, bool)>,
    /// All terms; a group's parts come after it.
    pub terms: Vec<Term>,
    /// The short way of each term that has one. Apart from the terms, so that it lies close together.
    pub quick: Vec<Option<Quick>>,
    /// The terms that are groups, by index.
    pub groups: Vec<usize>,
    /// The terms at the top, by index.
    pub roots: Vec<usize>,
    /// The business itself caused it.
    pub fault: Option<Fault>,
    /// Raises the role needed.
    pub guards: Vec<Guard>,
    /// Hard limits.
    pub nevers: Vec<Never>,
    /// All remedies, parts of bundles and of `either` included.
    pub remedies: Vec<Remedy>,
    /// Those that are options by themselves, in the order written.
    pub options: Vec<usize>,
    /// What the customer can do without an exception.
    pub detour: Option<Detour>,
    /// Templates of words, by name.
    pub say: Vec<(String, String)>,
    /// Cells at the top level that this version reads.
    pub reads: Vec<u32>,
    /// What each remedy rests on, by its index.
    pub relies: Vec<Relies>,
    /// The facts by which its remedies say what was paid for, those that are always there first.
    pub orders: Vec<String>,
    /// What a form for it asks.
    pub asks: Asks,
    /// Where it was written.
    pub at: Span,
}

/// One condition of a policy.
#[derive(Clone, Debug)]
pub struct Term {
    /// Its id.
    pub id: String,
    /// For people.
    pub says: String,
    /// Whether it applies at all.
    pub when: Option<Reg>,
    /// What it looks at.
    pub shape: TermShape,
    /// Stretch by role, lowest first.
    pub stretch: Vec<(RoleId, Reach)>,
    /// Numbers of rules in other documents.
    pub cites: Vec<String>,
    /// First day it applies.
    pub from: Option<Date>,
    /// Last day it applies.
    pub until: Option<Date>,
    /// Whether and since when customers know of it.
    pub disclosed: Disclosed,
    /// Who pays when it does not bind.
    pub charged_to: Option<String>,
    /// Where it was written.
    pub at: Span,
}

impl Term {
    /// Whether it is made of other terms.
    #[must_use]
    pub const fn is_group(&self) -> bool {
        matches!(self.shape, TermShape::Any(_) | TermShape::All(_))
    }
}

/// Whether and since when customers know of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disclosed {
    /// Always.
    Always,
    /// Since a day.
    Since(Date),
    /// Never.
    Never,
}

/// How far past the line a role may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Any distance.
    Any,
    /// So far, in the term's own number.
    Distance(Number),
}

impl Reach {
    /// Whether it covers a shortfall.
    #[must_use]
    pub fn covers(self, shortfall: Number) -> bool {
        match self {
            Self::Any => true,
            Self::Distance(d) => shortfall <= d,
        }
    }
}

/// Where a term reads a value: most are facts or constants, and need no instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A register of the program.
    Reg(Reg),
    /// A fact at the top level, by its cell.
    Cell(u32, Shape),
    /// A value written out.
    Const(Val),
}

/// A condition of a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Yes or no.
    Is(Operand),
    /// Whether the text of a cell is one of a few of the dictionary, sorted.
    OneOf(u32, Vec<TextId>),
}

/// What a term looks at.
#[derive(Clone, Debug)]
pub enum TermShape {
    /// A measure and its line.
    Measure {
        /// What is measured.
        value: Operand,
        /// Its type.
        ty: Type,
        /// The line.
        line: Line,
    },
    /// A condition that must hold (or, `unless`, must not).
    Require {
        /// The condition.
        cond: Condition,
        /// What it must come out as.
        wanted: bool,
    },
    /// At least one of these.
    Any(Vec<usize>),
    /// All of these.
    All(Vec<usize>),
}

/// The line of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// No more than.
    AtMost(Operand),
    /// No less than.
    AtLeast(Operand),
    /// From, to.
    Within(Operand, Operand),
    /// Exactly.
    Equals(Operand),
}

/// The business itself caused it.
#[derive(Clone, Debug)]
pub struct Fault {
    /// For people.
    pub says: String,
    /// Whether it did.
    pub when: Reg,
    /// The weakest source that counts.
    pub proof: Source,
    /// Cells its condition reads.
    pub reads: Vec<u32>,
    /// Who pays.
    pub charged_to: Option<String>,
}

/// Raises the role needed.
#[derive(Clone, Debug)]
pub struct Guard {
    /// Its id.
    pub id: String,
    /// For people.
    pub says: String,
    /// Whether it does.
    pub when: Reg,
    /// The role it takes then.
    pub needs: RoleId,
    /// Cells at the top level that its condition reads.
    pub reads: Vec<u32>,
}

/// A hard limit.
#[derive(Clone, Debug)]
pub struct Never {
    /// Its id.
    pub id: String,
    /// For people.
    pub says: String,
    /// Whether it holds.
    pub when: Reg,
    /// Remedies of this version it bars, by index; `None`: all of them.
    pub bars: Option<Vec<usize>>,
    /// Kinds it bars, for remedies written by hand; none where it bars all.
    pub kinds: Option<Vec<String>>,
    /// What is offered instead, by index.
    pub instead: Vec<usize>,
    /// Numbers of rules in other documents.
    pub cites: Vec<String>,
}

/// Which part of a policy a remedy stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// `recovery`
    Recovery,
    /// `remedies`
    Remedies,
    /// `goodwill`
    Goodwill,
    /// `instead`
    Instead,
}

/// What the customer gets.
#[derive(Clone, Debug)]
pub struct Remedy {
    /// Its id.
    pub id: String,
    /// For people.
    pub says: String,
    /// Where it stands.
    pub group: Group,
    /// What it is.
    pub body: RemedyBody,
    /// Whether it is offered at all.
    pub when: Option<Reg>,
    /// Percent of `customer.value` expected to be kept.
    pub keeps: Option<Reg>,
    /// Whether less than the amount may be granted.
    pub partial: bool,
    /// Who pays.
    pub charged_to: Option<String>,
    /// Further fields as they are shown: name, register and type, or fixed text.
    pub fields: Vec<(String, FieldValue)>,
    /// Where it was written.
    pub at: Span,
}

/// The value of a remedy's further field.
#[derive(Clone, Debug)]
pub enum FieldValue {
    /// As written.
    Text(String),
    /// Computed.
    Computed(Reg, Type, Shape),
}

/// What a remedy is.
#[derive(Clone, Debug)]
pub enum RemedyBody {
    /// One thing.
    One(One),
    /// Several at once: index, and whether it may drop.
    Bundle(Vec<(usize, bool)>),
    /// The first whose `when` holds.
    Either(Vec<usize>),
}

/// One thing a customer gets.
#[derive(Clone, Debug)]
pub struct One {
    /// A kind of the field: `refund`, `promo_code` ...
    pub kind: String,
    /// Whether the kind hands money to the customer.
    pub pays: bool,
    /// The amount.
    pub amount: Option<Amount>,
    /// Type of the amount: money, a percent, or a number of points.
    pub amount_type: Type,
    /// Cost to the business, when it is not the amount.
    pub cost: Option<Reg>,
    /// What was paid.
    pub of: Option<Reg>,
    /// What was given back of it.
    pub refunded: Option<Reg>,
    /// The id of what was paid for, where it counts against that.
    pub against: Option<Operand>,
    /// Cells that `of` and `refunded` read.
    pub paid_reads: Vec<u32>,
    /// Payments it goes to, each with the shape of its list (or a record).
    pub to: Vec<(Reg, Type)>,
    /// How several payments share it.
    pub split: Option<Split>,
}

/// How several payments share an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// The first up to what it paid, then the next.
    InOrder,
    /// By what each paid, largest remainder first.
    Proportional,
}

/// An amount or a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// One amount.
    One(Reg),
    /// Least and most.
    Range(Reg, Reg),
}

/// What the customer can do under today's rules.
#[derive(Clone, Debug)]
pub struct Detour {
    /// Whether it is open.
    pub when: Option<Reg>,
    /// For people.
    pub says: String,
    /// Cost to the business.
    pub cost: Option<Reg>,
    /// Effort of the customer.
    pub effort: Option<String>,
}

/// Where `amends replay` finds what in one line of a file of cases: JSON pointers.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The intake mapping.
    pub intake: String,
    /// The case's id.
    pub id: String,
    /// What kind of case.
    pub kind: Option<String>,
    /// The rule it is about.
    pub rule: Option<String>,
    /// The expected word.
    pub expect: String,
    /// Which standings agree with each word.
    pub words: Vec<(String, Vec<String>)>,
}
