//! What an assessment found, part by part.

use crate::book::rules::{Need, RoleId};
use crate::money::{Currency, Money};
use crate::number::Number;
use crate::program::run::Val;
use crate::value::Why;

/// The best and the worst that can come out, given what is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span<T> {
    /// If everything missing turns out well.
    pub best: T,
    /// If everything missing turns out badly.
    pub worst: T,
}

impl<T: Copy> Span<T> {
    /// Certain.
    pub const fn both(value: T) -> Self {
        Self { best: value, worst: value }
    }
}

impl Span<Need> {
    /// It takes nobody's leave.
    pub const NONE: Self = Self::both(Need::NONE);

    /// The higher at both ends.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { best: self.best.max(other.best), worst: self.worst.max(other.worst) }
    }

    /// The lower at both ends.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { best: self.best.min(other.best), worst: self.worst.min(other.worst) }
    }
}

/// Yes, no, or it depends on what is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// For certain.
    Yes,
    /// For certain not.
    No,
    /// It depends.
    Unknown(Why),
}

impl Truth {
    /// Of a value.
    #[must_use]
    pub fn of(val: Val) -> Self {
        match val.truth() {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unknown(val.why),
        }
    }

    /// Why it is not known; 0 when it is.
    #[must_use]
    pub const fn why(self) -> Why {
        match self {
            Self::Unknown(why) => why,
            _ => 0,
        }
    }
}

/// How a term came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermState {
    /// Its condition holds.
    Met,
    /// It does not.
    Failed,
    /// A fact is missing.
    Missing,
    /// It does not apply to this request.
    NotApplicable,
}

/// Whether a term binds the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// It does.
    Binds,
    /// Customers were not told of it in time.
    Undisclosed,
    /// It depends on when the customer relied on the rule, which is missing.
    Unknown,
}

/// How a term came out. Value and line are read when they are shown, see [`Measured`].
#[derive(Clone, Copy, Debug)]
pub struct TermOutcome {
    /// Met or not.
    pub state: TermState,
    /// Whether it binds.
    pub binding: Binding,
    /// How far inside (+) or outside (-) the line.
    pub margin: Option<Number>,
    /// Who may allow it, without what circumstances lend.
    pub need: Span<Need>,
    /// Why something is missing; 0 for nothing.
    pub why: Why,
    /// Whether it applies for certain; its `when` may be missing.
    pub applies: bool,
}

/// The numbers behind a term's margin, each in the type's own number; what is missing is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// What was measured, rounded once for amounts.
    pub value: Option<Number>,
    /// The line (the first, for `within`).
    pub line: Option<Number>,
    /// The second line of `within`.
    pub line_to: Option<Number>,
    /// Currency of an amount.
    pub currency: Option<Currency>,
}

/// Whether a circumstance is there and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nobody said so.
    No,
    /// Said, and short of its proof.
    Unproven(Why),
    /// Said, by a source that counts.
    Proven,
}

/// An amount of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixed {
    /// Money, in minor units.
    Money(Money),
    /// A share, or a number of points.
    Number(Number),
}

/// What bars an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// A never of the book: its index.
    Never(usize),
    /// More than the rest of what was paid.
    MoreThanPaid,
}

/// One thing of an option: the remedy itself, or a part of a bundle.
#[derive(Clone, Debug)]
pub struct PartOutcome {
    /// The remedy, by index.
    pub remedy: usize,
    /// The one chosen of an `either`.
    pub chosen: Option<usize>,
    /// What the customer gets.
    pub amount: Option<Fixed>,
    /// Most of a range.
    pub most: Option<Fixed>,
    /// What it costs the business.
    pub cost: Option<Money>,
    /// Which of them are missing and why; 0 for none.
    pub why: Why,
    /// What bars it, each with whether for certain.
    pub bars: Vec<(Bar, bool)>,
    /// Why it is not certain what bars it.
    pub bars_why: Why,
}

/// One option of an assessment.
#[derive(Clone, Debug)]
pub struct OptionOutcome {
    /// The remedy, by index.
    pub remedy: usize,
    /// Whether it is offered for certain, or depends on something missing.
    pub offered: Truth,
    /// Whether it is owed.
    pub owed: Span<bool>,
    /// Whether it is barred.
    pub barred: Span<bool>,
    /// Who may give it; nobody when barred, nobody's leave when owed.
    pub need: Span<Need>,
    /// What the need is made of.
    pub made_of: MadeOf,
    /// Sum of the parts' amounts, where they are money of one currency; the amount of a single remedy.
    pub amount: Option<Fixed>,
    /// Most of a range.
    pub most: Option<Fixed>,
    /// The most the asking role may give of a range; none when it is not theirs.
    pub yours_up_to: Option<Fixed>,
    /// Sum of the parts' costs.
    pub cost: Option<Money>,
    /// Expected value kept.
    pub kept: Option<Money>,
    /// The lowest role that may release what is owed.
    pub released_by: Option<RoleId>,
    /// The parts; one for a single remedy.
    pub parts: Vec<PartOutcome>,
    /// Circumstances whose loan it needs, by index.
    pub borrows: Vec<usize>,
    /// Why amount or cost are missing; 0 for nothing.
    pub why: Why,
}

/// What an option's need is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeOf {
    /// The terms.
    pub terms: Span<Need>,
    /// The lowest role whose `per_grant` covers the cost.
    pub per_grant: Span<Need>,
    /// The lowest role whose `per_customer` is not used up.
    pub per_customer: Need,
    /// The guard.
    pub guard: Span<Need>,
    /// The lowest role whose `per_payout` covers what leaves; none where no money leaves.
    pub per_payout: Span<Need>,
    /// The lowest role whose `per_owed` covers it; none where it is not owed.
    pub per_owed: Need,
    /// The lowest role that may act alone on the weakest source it rests on; none where systems vouch for all of it.
    pub sources: Span<Need>,
}

impl MadeOf {
    /// Nothing needed.
    pub const NOTHING: Self = Self {
        terms: Span::NONE,
        per_grant: Span::NONE,
        per_customer: Need::NONE,
        guard: Span::NONE,
        per_payout: Span::NONE,
        per_owed: Need::NONE,
        sources: Span::NONE,
    };
}

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Every option that answers the ask is barred.
    Never,
    /// One is owed.
    Entitled,
    /// Nobody may bend the rule so far.
    Refused,
    /// It depends on facts that are missing.
    Unknown,
    /// The asking role may.
    Discretion,
    /// This role may, at the least.
    Approval(RoleId),
}

impl Standing {
    /// The word of the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Entitled => "entitled",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Discretion => "discretion",
            Self::Approval(_) => "approval",
        }
    }
}
