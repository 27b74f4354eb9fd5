//! What a case keeps of an assessment, so that grants are decided without the book it was read from.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::outcome::{Bar, Fixed, OptionOutcome, PartOutcome, Span, Truth};
use super::relied::Relied;
use super::{Assessment, render};
use crate::book::rules::{Group, Need, RemedyBody, RoleId};
use crate::digest::{Digest, NotADigest};
use crate::facts::{Source, slot};
use crate::ids::{NotAnId, OptionId, RoleName};
use crate::money::{Currency, Money};
use crate::payout::pays_out;

mod against;
mod amount;

pub use against::{Against, PaymentFrozen, SplitFrozen};
pub use amount::{Amount, Department, Least};

/// How many of the facts an option rests on are kept with it.
const RELIED_MAX: usize = 16;

/// An assessment as a case keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    /// Of its text, see [`Assessment::text`].
    pub digest: Digest,
    /// Of the book it was read from.
    pub book: Digest,
    /// The policy.
    pub policy: String,
    /// The role that asked.
    pub role: RoleName,
    /// The answer in one word.
    pub standing: String,
    /// What this case had been given by discretion, as the assessment read it.
    pub granted: Option<Money>,
    /// What this case had been given as owed, as the assessment read it.
    pub released: Option<Money>,
    /// What had left the house on this case, as the assessment read it; none where nothing had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Money>,
    /// Its format; none for the first, which did not look at sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<u32>,
    /// The best first.
    pub options: Vec<OptionFrozen>,
    /// Who may write a remedy of their own, where anyone may.
    pub bespoke: Option<BespokeFrozen>,
}

/// One option, with all that a grant is held against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionFrozen {
    /// The remedy's id.
    pub id: OptionId,
    /// Where it stands in the policy.
    pub group: OptionGroup,
    /// For people.
    pub says: String,
    /// What the customer gets; the least of a range.
    pub amount: Option<Amount>,
    /// Most of a range.
    pub most: Option<Amount>,
    /// What it costs the business; for a range, at its least.
    pub cost: Option<Money>,
    /// How much of it may be granted.
    pub size: Size,
    /// What it takes to give it.
    pub takes: Takes,
    /// The things the customer gets; one for a single remedy.
    pub parts: Vec<PartFrozen>,
    /// Who pays, where it is not the budgets for exceptions.
    pub charged_to: Option<Department>,
    /// Circumstances whose loan it needs.
    pub loans: Vec<LoanFrozen>,
    /// Facts it rests on that no system vouches for, the weakest first; the weakest alone decide who may act on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relies: Vec<Relied>,
}

/// Where an option stands in the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionGroup {
    /// `recovery`
    Recovery,
    /// `remedies`
    Remedy,
    /// `goodwill`
    Goodwill,
    /// `instead`
    Instead,
    /// Written by someone for this case.
    Bespoke,
}

/// How much of an option may be granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// All of it.
    Whole,
    /// All of it, or less.
    Partial,
    /// From its amount to its most.
    Range,
}

/// What it takes to give an option, in the worst case that what is missing leaves open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// Nobody's leave: it is owed, and this is the lowest role that may release it; none: no role may.
    Owed {
        /// As assessed.
        released_by: Option<RoleName>,
    },
    /// A role's leave.
    Leave {
        /// All together, as assessed.
        least: Least,
        /// The terms, with what circumstances lend.
        terms: Least,
        /// The guard.
        guard: Least,
        /// What was bent for this customer before.
        per_customer: Least,
    },
    /// Nobody can give it.
    Barred {
        /// Ids of the nevers, or `more_than_paid`.
        by: Vec<String>,
    },
    /// Facts are missing on which it hangs.
    Facts,
}

/// One thing the customer gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartFrozen {
    /// The remedy's id.
    pub id: OptionId,
    /// A kind of remedy: `refund`, `promo_code` ..; none where it is not known which.
    pub kind: Option<String>,
    /// What the customer gets.
    pub amount: Option<Amount>,
    /// What it costs the business.
    pub cost: Option<Money>,
    /// Where it goes, how it is shared and further fields, as in the assessment's JSON.
    pub with: Value,
    /// What it is paid out against; none where it counts against nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Against>,
}

/// A circumstance that lends, and the most that may be granted with its loan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoanFrozen {
    /// The circumstance's id.
    pub id: String,
    /// By currency; none at all: no cap.
    pub per_grant: Vec<Money>,
}

/// Who may write a remedy of their own, and of which kinds not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BespokeFrozen {
    /// The lowest role that may.
    pub role: RoleName,
    /// Kinds that a never bars.
    pub barred: Vec<String>,
}

/// Why an assessment cannot be kept: its book has a name that is no id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotKept {
    /// A role or remedy.
    #[error(transparent)]
    Id(#[from] NotAnId),
    /// The book's digest.
    #[error(transparent)]
    Digest(#[from] NotADigest),
}

impl Frozen {
    /// The option of an id.
    #[must_use]
    pub fn option(&self, id: &OptionId) -> Option<&OptionFrozen> {
        self.options.iter().find(|o| o.id == *id)
    }

    /// An assessment as a case keeps it.
    ///
    /// # Errors
    /// When a role's or remedy's name in the book is no id.
    pub fn of(a: &Assessment<'_>) -> Result<Self, NotKept> {
        Ok(Self {
            digest: Digest::of(a.text().as_bytes()),
            book: Digest::parse(&a.book.digest)?,
            policy: a.policy.id.clone(),
            role: role_name(a, a.role)?,
            standing: a.standing.word().to_owned(),
            granted: given(a, slot::GRANTED),
            released: given(a, slot::RELEASED),
            paid: given(a, slot::PAID).filter(|paid| paid.minor != 0),
            format: Some(a.format.number()),
            options: a.options.iter().map(|o| option(a, o)).collect::<Result<_, _>>()?,
            bespoke: bespoke(a)?,
        })
    }
}

impl OptionFrozen {
    /// Whether it answers what was asked for; what does not may be given beside.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.group != OptionGroup::Goodwill
    }

    /// What leaves the house when this amount of it is given: the money of every part whose kind pays out, whatever it
    /// costs; none where no money leaves.
    ///
    /// A part that pays out and names no amount leaves with what it costs, a code of a percentage with nothing. Money of
    /// two currencies, or more than can be told, is more than any limit covers.
    #[must_use]
    pub fn payout(&self, amount: Option<&Amount>) -> Option<Money> {
        self.payout_where(amount, |_| true)
    }

    /// What leaves the house where only some of the steps are done, numbered from 1 as its parts are.
    #[must_use]
    pub fn payout_of_steps(&self, amount: Option<&Amount>, steps: &[u32]) -> Option<Money> {
        self.payout_where(amount, |part| u32::try_from(part + 1).is_ok_and(|number| steps.contains(&number)))
    }

    fn payout_where(&self, amount: Option<&Amount>, counts: impl Fn(usize) -> bool) -> Option<Money> {
        let counted = self.parts.iter().enumerate().filter(|(at, _)| counts(*at)).map(|(_, part)| part);
        let paying = counted.filter(|part| part.kind.as_deref().is_none_or(pays_out));
        // Only a single remedy is given in another amount than its own.
        let wished = amount.and_then(Amount::money).filter(|_| self.parts.len() == 1);
        let leaves = paying.filter_map(|part| match (wished, &part.amount) {
            (Some(wished), _) => Some(wished),
            (None, Some(own)) => own.money(),
            (None, None) => part.cost,
        });
        leaves.filter(|money| money.minor != 0).reduce(plus_or_all)
    }

    /// The weakest source it rests on.
    #[must_use]
    pub fn weakest(&self) -> Source {
        self.relies.iter().map(|relied| relied.source).min().unwrap_or(Source::System)
    }

    /// The larger of what leaves and what it costs, which limits on what is owed are held against. What leaves, where
    /// the two are of different currencies.
    #[must_use]
    pub fn worth(&self, amount: Option<&Amount>, cost: Money) -> Money {
        larger(self.payout(amount), cost)
    }

    /// Whether its cost moves with its amount.
    #[must_use]
    pub fn costs_its_amount(&self) -> bool {
        matches!((&self.amount, self.cost), (Some(Amount::Money(amount)), Some(cost)) if *amount == cost)
    }
}

/// What leaves where it is more than the cost, or of another currency.
pub(crate) fn larger(payout: Option<Money>, cost: Money) -> Money {
    match payout {
        Some(payout) if payout.currency != cost.currency || payout.minor > cost.minor => payout,
        _ => cost,
    }
}

/// The sum of what leaves; where there is none, more than any limit covers.
fn plus_or_all(a: Money, b: Money) -> Money {
    a.plus(b).unwrap_or(Money::new(i64::MAX, a.currency))
}

fn role_name(a: &Assessment<'_>, role: RoleId) -> Result<RoleName, NotAnId> {
    RoleName::parse(a.book.role_id(role))
}

/// What this case had been given, by the fact that says so.
fn given(a: &Assessment<'_>, cell: u32) -> Option<Money> {
    let cell = a.facts.cell(cell);
    let currency = Currency::from_index(cell.aux).filter(|_| cell.is_present())?;
    Some(Money::new(cell.v, currency))
}

fn option(a: &Assessment<'_>, o: &OptionOutcome) -> Result<OptionFrozen, NotAnId> {
    let remedy = a.version.remedies.get(o.remedy);
    let group = match remedy.map(|r| r.group) {
        Some(Group::Recovery) => OptionGroup::Recovery,
        Some(Group::Goodwill) => OptionGroup::Goodwill,
        Some(Group::Instead) => OptionGroup::Instead,
        _ => OptionGroup::Remedy,
    };
    let size = match (o.most, remedy.is_some_and(|r| r.partial)) {
        (Some(_), _) => Size::Range,
        (None, true) => Size::Partial,
        (None, false) => Size::Whole,
    };
    let amount = |fixed: Option<Fixed>| fixed.map(|f| amount(a, o.parts.first(), f));
    Ok(OptionFrozen {
        id: OptionId::parse(a.remedy_id(o.remedy))?,
        group,
        says: remedy.map_or_else(String::new, |r| r.says.clone()),
        amount: amount(o.amount),
        most: amount(o.most),
        cost: o.cost,
        size,
        takes: takes(a, o)?,
        parts: o.parts.iter().map(|p| part(a, p)).collect::<Result<_, _>>()?,
        charged_to: a.charged_to(o).map(|d| Department(d.to_owned())),
        loans: o.borrows.iter().filter_map(|i| a.book.circumstances.get(*i)).map(loan).collect(),
        relies: a.relies_on(o).into_iter().take(RELIED_MAX).collect(),
    })
}

fn takes(a: &Assessment<'_>, o: &OptionOutcome) -> Result<Takes, NotAnId> {
    let least = |need: Need| Least::of(need, |role| role_name(a, role));
    if o.barred.best {
        return Ok(Takes::Barred { by: barred_by(a, o) });
    }
    let sure = o.offered == Truth::Yes && !o.barred.worst && o.why == 0;
    match (o.owed.worst, o.need) {
        _ if !sure => Ok(Takes::Facts),
        (true, _) => Ok(Takes::Owed { released_by: o.released_by.map(|r| role_name(a, r)).transpose()? }),
        (_, Span { best, worst: Need::NOBODY }) if best != Need::NOBODY => Ok(Takes::Facts),
        (_, need) => Ok(Takes::Leave {
            least: least(need.worst)?,
            terms: least(o.made_of.terms.worst)?,
            guard: least(o.made_of.guard.worst)?,
            per_customer: least(o.made_of.per_customer)?,
        }),
    }
}

fn barred_by(a: &Assessment<'_>, o: &OptionOutcome) -> Vec<String> {
    let mut by: Vec<String> = Vec::new();
    for (bar, _) in o.parts.iter().flat_map(|p| p.bars.iter().filter(|(_, sure)| *sure)) {
        let id = match bar {
            Bar::Never(n) => a.version.nevers.get(*n).map_or("", |n| n.id.as_str()),
            Bar::MoreThanPaid => "more_than_paid",
        };
        if !by.iter().any(|known| known == id) {
            by.push(id.to_owned());
        }
    }
    by
}

fn part(a: &Assessment<'_>, p: &PartOutcome) -> Result<PartFrozen, NotAnId> {
    let one = match a.version.remedies.get(p.chosen.unwrap_or(p.remedy)).map(|r| &r.body) {
        Some(RemedyBody::One(one)) => Some(one),
        _ => None,
    };
    Ok(PartFrozen {
        id: OptionId::parse(a.remedy_id(p.chosen.unwrap_or(p.remedy)))?,
        kind: one.map(|one| one.kind.clone()),
        amount: p.amount.map(|f| amount(a, Some(p), f)),
        cost: p.cost,
        with: a.thing_json(p),
        against: one.and_then(|one| Against::of(a, one, p)),
    })
}

fn amount(a: &Assessment<'_>, part: Option<&PartOutcome>, fixed: Fixed) -> Amount {
    match (fixed, part) {
        (Fixed::Money(money), _) => Amount::Money(money),
        (Fixed::Number(_), Some(part)) => {
            let mut text = String::new();
            // Writing to a text cannot fail.
            let _ = render::fixed(&mut text, fixed, a.amount_type(part), a.book);
            Amount::Other(text)
        }
        (Fixed::Number(n), None) => Amount::Other(format!("{n:?}")),
    }
}

fn loan(circumstance: &crate::book::rules::Circumstance) -> LoanFrozen {
    LoanFrozen { id: circumstance.id.clone(), per_grant: circumstance.per_grant.0.clone() }
}

fn bespoke(a: &Assessment<'_>) -> Result<Option<BespokeFrozen>, NotAnId> {
    let Some(role) = a.book.bespoke else { return Ok(None) };
    let mut barred: Vec<String> = Vec::new();
    for (never, _) in a.version.nevers.iter().zip(&a.nevers).filter(|(_, truth)| **truth != Truth::No) {
        match &never.kinds {
            None => return Ok(None),
            Some(kinds) => barred.extend(kinds.iter().cloned()),
        }
    }
    barred.sort_unstable();
    barred.dedup();
    Ok(Some(BespokeFrozen { role: role_name(a, role)?, barred }))
}

#[cfg(test)]
mod tests;
