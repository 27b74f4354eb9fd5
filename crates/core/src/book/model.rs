//! A book as it was written: every text with its place, nothing typed or resolved yet.
//!
//! [`read`](super::read) makes it from YAML, [`check`](super::check) gives it meaning.

use crate::diagnostic::{Span, Spanned};

/// A text and its place.
pub type Text = Spanned<String>;

/// The kinds of remedy of the field.
pub const REMEDY_KINDS: &[&str] = &[
    "refund",
    "price_adjustment",
    "store_credit",
    "promo_code",
    "replacement",
    "prepared_cart",
    "reship",
    "keep_item",
    "give_back",
    "return_label",
    "shipping_credit",
    "fee_waiver",
    "repair",
    "warranty_extension",
    "points",
    "booking_change",
    "message",
    "bespoke",
];

/// A scalar that holds an expression or a literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// The text as YAML gives it.
    pub text: String,
    /// The place of the scalar's contents (inside the quotes, where it has them).
    pub at: Span,
    /// Whether byte `i` of `text` stands at byte `at.start + i` of the file (no escapes, no folding).
    pub verbatim: bool,
}

impl Expr {
    /// The place of bytes `start..end` of the text.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> Span {
        if !self.verbatim {
            return self.at;
        }
        let to_u32 = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.at.part(to_u32(start), to_u32(end.saturating_sub(start)))
    }
}

/// A named item of a mapping, in the order written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<T> {
    /// The key.
    pub id: Text,
    /// What it names.
    pub item: T,
}

/// The whole book as written.
#[derive(Clone, Debug, Default)]
pub struct BookText {
    /// `book:`
    pub book: Option<Text>,
    /// `title:`, for people; default: the name.
    pub title: Option<Text>,
    /// `currency:` ISO 4217.
    pub currency: Option<Text>,
    /// `time_zone:` IANA name.
    pub time_zone: Option<Text>,
    /// `rounding:` `half_even` (default), `half_up`, `down`, `up`.
    pub rounding: Option<Text>,
    /// `roles:` lowest first.
    pub roles: Vec<RoleText>,
    /// `bespoke:` the role that may write a remedy of their own.
    pub bespoke: Option<Text>,
    /// `trust:` by role, then by source: `any`, or amounts.
    pub trust: Vec<Named<Vec<Named<Vec<Expr>>>>>,
    /// `types:`
    pub types: Vec<Named<TypeText>>,
    /// `facts:`
    pub facts: Vec<FieldText>,
    /// `ask:` what forms ask for, by path of facts.
    pub ask: Vec<Named<Text>>,
    /// `words:` of each value of a list of words, by type or by path of facts.
    pub words: Vec<Named<Vec<Named<Text>>>>,
    /// `define:`
    pub define: Vec<Named<Expr>>,
    /// `terms:` shared ones.
    pub terms: Vec<TermText>,
    /// `circumstances:`
    pub circumstances: Vec<CircumstanceText>,
    /// `guard:`
    pub guard: Vec<GuardText>,
    /// `never:`
    pub never: Vec<NeverText>,
    /// `replay:`
    pub replay: Option<ReplayText>,
    /// `policies/*.yaml`
    pub policies: Vec<PolicyText>,
    /// `intake/*.yaml`
    pub intakes: Vec<IntakeText>,
    /// `cases/*.yaml`
    pub case_files: Vec<CaseFileText>,
    /// Place of book.yaml as a whole (its first line), for what is missing there.
    pub at: Span,
}

/// One role of the ladder.
#[derive(Clone, Debug)]
pub struct RoleText {
    /// `id:`
    pub id: Text,
    /// `title:`; default: the id.
    pub title: Option<Text>,
    /// `per_grant:` one amount, or one per currency.
    pub per_grant: Vec<Expr>,
    /// `per_day:` likewise.
    pub per_day: Vec<Expr>,
    /// `per_customer:` such as `2 in 365 days`.
    pub per_customer: Option<Expr>,
    /// `per_owed:` likewise amounts.
    pub per_owed: Vec<Expr>,
    /// `per_payout:` likewise amounts.
    pub per_payout: Vec<Expr>,
    /// `owed_per_day:` likewise amounts.
    pub owed_per_day: Vec<Expr>,
    /// The whole entry.
    pub at: Span,
}

/// A type as written: in `types`, or inline in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeText {
    /// `money(0..)`, `list(line)`, `text`, the name of another type.
    Named(Expr),
    /// `[shop, online]`
    Enum(Vec<Text>, Span),
    /// `{ sku: text, .. }`
    Record(Vec<FieldText>, Span),
}

/// One field of a record, or one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldText {
    /// The name without its `?`.
    pub name: Text,
    /// Whether it was written with `?`.
    pub optional: bool,
    /// Its type.
    pub ty: TypeText,
    /// `takes:` the weakest source that counts as a system's; `word` or `seen`.
    pub takes: Option<Text>,
}

/// A term, shared or of a policy.
#[derive(Clone, Debug)]
pub struct TermText {
    /// Its id.
    pub id: Text,
    /// `says:`
    pub says: Option<Text>,
    /// `when:`
    pub when: Option<Expr>,
    /// What it looks at; none when nothing usable was written (already reported).
    pub shape: Option<TermShapeText>,
    /// `stretch:` by role; `any` or a quantity.
    pub stretch: Vec<Named<Expr>>,
    /// `cites:` one text or several.
    pub cites: Vec<Text>,
    /// `from:` a date.
    pub from: Option<Expr>,
    /// `until:` a date.
    pub until: Option<Expr>,
    /// `disclosed: false`: never told to customers. (`disclosed: true` is the default.)
    pub disclosed: Option<Text>,
    /// `disclosed_since:` a date.
    pub disclosed_since: Option<Expr>,
    /// `charged_to:`
    pub charged_to: Option<Text>,
    /// The whole term.
    pub at: Span,
}

/// What a term looks at.
#[derive(Clone, Debug)]
pub enum TermShapeText {
    /// `measure:` with one line.
    Measure {
        /// What is measured.
        measure: Expr,
        /// The line.
        line: LineText,
    },
    /// `require:`
    Require(Expr),
    /// `unless:`
    Unless(Expr),
    /// `any:`
    Any(Vec<TermText>),
    /// `all:`
    All(Vec<TermText>),
}

/// The line of a measured term; each end a literal or an expression.
#[derive(Clone, Debug)]
pub enum LineText {
    /// `at_most:`
    AtMost(Expr),
    /// `at_least:`
    AtLeast(Expr),
    /// `within: A..B`
    Within(Expr, Expr),
    /// `equals:`
    Equals(Expr),
}

/// What happened to a customer that the rule did not foresee.
#[derive(Clone, Debug)]
pub struct CircumstanceText {
    /// Its id.
    pub id: Text,
    /// `says:`
    pub says: Option<Text>,
    /// `proof:` `system`, `seen` or `word`.
    pub proof: Option<Text>,
    /// `lends: { stretch_of: ROLE, to: ROLE }`
    pub lends: Option<LoanText>,
    /// `per_grant:` amounts.
    pub per_grant: Vec<Expr>,
    /// The whole entry.
    pub at: Span,
}

/// `lends:`
#[derive(Clone, Debug)]
pub struct LoanText {
    /// Whose stretch is lent.
    pub stretch_of: Text,
    /// To whom.
    pub to: Text,
}

/// Raises the role needed.
#[derive(Clone, Debug)]
pub struct GuardText {
    /// `id:`
    pub id: Text,
    /// `says:`
    pub says: Option<Text>,
    /// `when:`
    pub when: Option<Expr>,
    /// `needs:` a role.
    pub needs: Option<Text>,
    /// The whole entry.
    pub at: Span,
}

/// A hard limit.
#[derive(Clone, Debug)]
pub struct NeverText {
    /// `id:`
    pub id: Text,
    /// `says:`
    pub says: Option<Text>,
    /// `when:`
    pub when: Option<Expr>,
    /// `bars:` remedy ids or kinds; none: all.
    pub bars: Option<Vec<Text>>,
    /// `instead:` ids of the policies' `instead` remedies.
    pub instead: Vec<Text>,
    /// `cites:`
    pub cites: Vec<Text>,
    /// The whole entry.
    pub at: Span,
}

/// One version of one policy.
#[derive(Clone, Debug)]
pub struct PolicyText {
    /// `policy:`
    pub id: Text,
    /// `title:`; default: the id.
    pub title: Option<Text>,
    /// `request:` the kinds of request it governs.
    pub request: Vec<Text>,
    /// `owner:`
    pub owner: Option<Text>,
    /// `in_force:` a date; none: since ever.
    pub in_force: Option<Expr>,
    /// `purpose:`
    pub purpose: Option<Text>,
    /// `published:`
    pub published: Option<Expr>,
    /// `proactive:` `true` or `false`.
    pub proactive: Option<Text>,
    /// `needs:` optional facts that this policy requires; paths with dots allowed.
    pub needs: Vec<Text>,
    /// `relied_on:`
    pub relied_on: Option<Expr>,
    /// `against:` the id of what money was paid for, for remedies that say none themselves.
    pub against: Option<Expr>,
    /// `use:` shared terms.
    pub uses: Vec<Text>,
    /// `terms:`
    pub terms: Vec<TermText>,
    /// `fault:`
    pub fault: Option<FaultText>,
    /// `recovery:` owed when the fault holds.
    pub recovery: Vec<RemedyText>,
    /// `remedies:` answer the ask; need the terms.
    pub remedies: Vec<RemedyText>,
    /// `goodwill:` need no term.
    pub goodwill: Vec<RemedyText>,
    /// `instead:` offered when a never that names them bars something.
    pub instead: Vec<RemedyText>,
    /// `detour:`
    pub detour: Option<DetourText>,
    /// `say:` words for the customer: templates by name.
    pub say: Vec<Named<Expr>>,
    /// The file as a whole (its first line).
    pub at: Span,
}

/// The business itself caused it.
#[derive(Clone, Debug)]
pub struct FaultText {
    /// `says:`
    pub says: Option<Text>,
    /// `when:`
    pub when: Option<Expr>,
    /// `proof:`
    pub proof: Option<Text>,
    /// `charged_to:`
    pub charged_to: Option<Text>,
    /// The whole entry.
    pub at: Span,
}

/// One remedy, an `either` of several, or a bundle.
#[derive(Clone, Debug)]
pub struct RemedyText {
    /// Its id.
    pub id: Text,
    /// `says:`
    pub says: Option<Text>,
    /// `kind:`; none for a bundle or an `either`.
    pub kind: Option<Text>,
    /// `when:`
    pub when: Option<Expr>,
    /// `amount:` an expression, a literal, or (as two ends) a range `20 USD..40 USD`.
    pub amount: Option<AmountText>,
    /// `cost:` to the business.
    pub cost: Option<Expr>,
    /// `of:` what was paid.
    pub of: Option<Expr>,
    /// `refunded:` what was already given back of it.
    pub refunded: Option<Expr>,
    /// `against:` the id of what the money was paid for.
    pub against: Option<Expr>,
    /// `to:` one payment, or several.
    pub to: Vec<Expr>,
    /// `split:` `in_order` or `proportional`.
    pub split: Option<Text>,
    /// `keeps:` a percent of `customer.value` expected to be kept.
    pub keeps: Option<Expr>,
    /// `partial: true`: less than the amount may be granted.
    pub partial: Option<Text>,
    /// `charged_to:`
    pub charged_to: Option<Text>,
    /// `items:` what goods.
    pub items: Option<Expr>,
    /// `expires:` `never`, a number of days, or a date.
    pub expires: Option<Expr>,
    /// Further fields of the kind, as written (checked against the kind).
    pub fields: Vec<Named<Expr>>,
    /// `bundle:` parts by id, with whether each was written with `?`.
    pub bundle: Vec<(Text, bool)>,
    /// `either:` the first whose `when` holds.
    pub either: Vec<RemedyText>,
    /// The whole entry.
    pub at: Span,
}

/// `amount:`
#[derive(Clone, Debug)]
pub enum AmountText {
    /// One amount.
    One(Expr),
    /// Least and most.
    Range(Expr, Expr),
}

/// What the customer can do under today's rules.
#[derive(Clone, Debug)]
pub struct DetourText {
    /// `when:`
    pub when: Option<Expr>,
    /// `says:`
    pub says: Option<Text>,
    /// `cost:` to the business.
    pub cost: Option<Expr>,
    /// `effort:` of the customer.
    pub effort: Option<Text>,
    /// The whole entry.
    pub at: Span,
}

/// Where `amends replay` finds what in one line of a file of cases. All are JSON pointers.
#[derive(Clone, Debug)]
pub struct ReplayText {
    /// `intake:` the mapping that makes facts of a line.
    pub intake: Text,
    /// `id:`
    pub id: Text,
    /// `kind:`
    pub kind: Option<Text>,
    /// `rule:`
    pub rule: Option<Text>,
    /// `expect: { at, WORD: [standing, ..] }`: where the expected word is.
    pub expect: Text,
    /// Which standings agree with each word.
    pub words: Vec<Named<Vec<Text>>>,
    /// The whole entry.
    pub at: Span,
}

/// How another system's JSON becomes facts.
#[derive(Clone, Debug)]
pub struct IntakeText {
    /// `intake:`
    pub id: Text,
    /// `title:`
    pub title: Option<Text>,
    /// `request:`
    pub request: Option<PickText>,
    /// `role:`
    pub role: Option<PickText>,
    /// `asked:`
    pub asked: Option<PickText>,
    /// `now:`
    pub now: Option<PickText>,
    /// `currency:` of amounts that name none.
    pub currency: Option<Text>,
    /// `currency_at:` pointer from the root of the document to the currency of amounts that name none.
    pub currency_at: Option<Text>,
    /// `sources:` by path of facts.
    pub sources: Vec<Named<Text>>,
    /// `facts:` by path of facts.
    pub facts: Vec<Named<MapText>>,
    /// The file as a whole (its first line).
    pub at: Span,
}

/// One text picked from a document.
#[derive(Clone, Debug)]
pub enum PickText {
    /// Written out.
    Fixed(Text),
    /// `{ at: POINTER, map: {..}, else: .. }` or a bare pointer.
    At {
        /// The JSON pointer.
        pointer: Text,
        /// What each text becomes.
        map: Vec<Named<Text>>,
        /// What stands where nothing was found, or a text is not in `map`.
        otherwise: Option<Text>,
        /// `zone:` of a time that names none.
        zone: Option<Text>,
    },
}

/// How one fact is made.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "read once a book, and most are of the large one")]
pub enum MapText {
    /// A pointer, perhaps with a table of texts, converted by the fact's type.
    Pick {
        /// The JSON pointer.
        pointer: Text,
        /// What each text becomes.
        map: Vec<Named<Text>>,
        /// What an unmapped text, or nothing, becomes.
        otherwise: Option<Text>,
        /// `as:` `minor_units`, `rounded`, `fraction`, `unix_seconds`, `unix_millis`, `day`.
        convert: Option<Text>,
        /// `decimals:` of minor units, for every currency.
        decimals: Option<Text>,
        /// `decimals:` of minor units by currency.
        decimals_of: Vec<Named<Text>>,
        /// `decimals_at:` pointer to the decimals of minor units.
        decimals_at: Option<Text>,
        /// `zone:` of a time that names none.
        zone: Option<Text>,
        /// `currency:` of an amount.
        currency: Option<Text>,
        /// `currency_at:` pointer to the currency of an amount.
        currency_at: Option<Text>,
        /// `only_where:` what must stand at other pointers, where anything does.
        only_where: Vec<Named<Text>>,
    },
    /// `{ const: TEXT }`
    Const(Text),
    /// `{ given: POINTER }`: whether something other than null stands there.
    Given(Text),
    /// `{ each: POINTER or [POINTER, ..], into: .. }`: array to list.
    Each(Vec<Text>, Box<IntoText>),
    /// `{ values: POINTER, into: .. }`: an object's values to list.
    Values(Text, Box<IntoText>),
    /// `{ entries: POINTER, into: .. }`: an object to map.
    Entries(Text, Box<IntoText>),
}

/// What each element becomes; pointers start at the element.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "read once a book, and most are of the large one")]
pub enum IntoText {
    /// A scalar.
    Scalar(MapText),
    /// A record: field path -> mapping.
    Record(Vec<Named<MapText>>),
}

/// One file of the book's own tests.
#[derive(Clone, Debug)]
pub struct CaseFileText {
    /// The cases, each with the file's `given` already laid under it.
    pub cases: Vec<CaseText>,
}

/// One of the book's own tests.
#[derive(Clone, Debug)]
pub struct CaseText {
    /// `case:` its id.
    pub id: Text,
    /// `about:`
    pub about: Option<Text>,
    /// The question (`request`, `asked`, `now`, `facts`, `sources`, `history`, `circumstances`, `case`).
    pub question: super::yaml::Node,
    /// `expect:` role -> what must come out.
    pub expect: Vec<Named<super::yaml::Node>>,
    /// The whole entry.
    pub at: Span,
}
