//! What exactly is asked for: one option of one assessment, with one amount and its cost.

use serde::{Deserialize, Serialize};

use crate::assess::frozen::{Amount, OptionFrozen, OptionGroup, Size, Takes};
use crate::case::{ApprovalState, Case};
use crate::denied::{Denied, amount_text};
use crate::digest::Digest;
use crate::ids::{ApprovalId, OptionId};
use crate::money::Money;

/// What someone would like to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The assessment it stands in.
    pub assessment: Digest,
    /// The option.
    pub option: OptionId,
    /// How much; none: what was approved, else the option's own amount (the least of a range).
    pub amount: Option<Amount>,
    /// The yes it relies on.
    pub approval: Option<ApprovalId>,
}

/// What an approval or a grant is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// The assessment.
    pub assessment: Digest,
    /// The option.
    pub option: OptionId,
    /// The amount; none where the option has none.
    pub amount: Option<Amount>,
}

/// An option with the amount and cost that are asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact<'a> {
    pub option: &'a OptionFrozen,
    pub amount: Option<&'a Amount>,
    pub cost: Money,
}

impl Exact<'_> {
    /// The money that leaves the house with it; none where no money does.
    pub fn payout(&self) -> Option<Money> {
        self.option.payout(self.amount)
    }
}

/// The option that is wished for, when it is offered with this amount.
pub(super) fn exact<'a>(case: &'a Case, wish: &'a Wish) -> Result<Exact<'a>, Denied> {
    let approved = wish.approval.as_ref().and_then(|id| case.approval(id));
    let option = option(case, wish)?;
    possible(option)?;
    let approved = approved.and_then(|a| match &a.state {
        ApprovalState::Given { of, .. } => of.amount.as_ref(),
        _ => None,
    });
    let amount = wish.amount.as_ref().or(approved).or(option.amount.as_ref());
    let cost = cost_of(option, amount)?;
    still_stands(case, wish, (option, amount, cost))?;
    Ok(Exact { option, amount, cost })
}

/// A yes is to what was known when it was asked for. What became known since takes nothing from it but where the option is
/// barred by it, is not there any more, or is not offered with that amount and cost.
fn still_stands(
    case: &Case,
    wish: &Wish,
    (was, amount, cost): (&OptionFrozen, Option<&Amount>, Money),
) -> Result<(), Denied> {
    let Some(latest) = case.assessments.last().filter(|latest| latest.frozen.digest != wish.assessment) else {
        return Ok(());
    };
    let since = || Denied::AssessedSince { latest: latest.frozen.digest.clone() };
    let Some(is) = latest.frozen.option(&was.id) else {
        // What someone wrote themselves stands with the assessment for which it was written.
        let may = latest.frozen.bespoke.as_ref().filter(|_| was.group == OptionGroup::Bespoke).ok_or_else(since)?;
        let mut kinds = was.parts.iter().filter_map(|part| part.kind.as_ref());
        return match kinds.find(|kind| may.barred.contains(kind)) {
            Some(kind) => Err(Denied::KindBarred { kind: kind.clone() }),
            None => Ok(()),
        };
    };
    possible(is).map_err(|denied| if matches!(denied, Denied::Barred { .. }) { denied } else { since() })?;
    let is_as_it_was = is_offered(is, amount) && cost_of(is, amount).is_ok_and(|now| now == cost);
    if is_as_it_was { Ok(()) } else { Err(since()) }
}

/// The option of the latest assessment, or of the one that an approval is bound to.
fn option<'a>(case: &'a Case, wish: &Wish) -> Result<&'a OptionFrozen, Denied> {
    let kept = case.assessment(&wish.assessment);
    let kept = kept.ok_or_else(|| Denied::NotAssessed { assessment: wish.assessment.clone() })?;
    let latest = case.assessments.last().unwrap_or(kept);
    if latest.frozen.digest != kept.frozen.digest && wish.approval.is_none() {
        return Err(Denied::AssessedSince { latest: latest.frozen.digest.clone() });
    }
    kept.frozen.option(&wish.option).ok_or_else(|| Denied::NoSuchOption { option: wish.option.clone() })
}

fn possible(option: &OptionFrozen) -> Result<(), Denied> {
    match &option.takes {
        Takes::Barred { by } => Err(Denied::Barred { option: option.id.clone(), by: by.join(", ") }),
        Takes::Facts => Err(Denied::FactsMissing { option: option.id.clone() }),
        Takes::Owed { .. } | Takes::Leave { .. } => Ok(()),
    }
}

/// What an amount of an option costs.
///
/// # Errors
/// A denial when the option is not offered with it.
pub(crate) fn cost_of(option: &OptionFrozen, amount: Option<&Amount>) -> Result<Money, Denied> {
    if !is_offered(option, amount) {
        return Err(Denied::AmountNotOffered { option: option.id.clone(), offered: offered(option) });
    }
    let cost = option.cost.ok_or_else(|| Denied::FactsMissing { option: option.id.clone() })?;
    if cost.minor < 0 {
        return Err(Denied::BelowZero);
    }
    let money = amount.and_then(Amount::money);
    // What someone wrote themselves is held against the larger of what it costs and what the customer gets.
    let larger = |money: &Money| option.group == OptionGroup::Bespoke && money.minor > cost.minor;
    let moved = money.filter(|money| option.costs_its_amount() || larger(money));
    Ok(moved.unwrap_or(cost))
}

fn is_offered(option: &OptionFrozen, amount: Option<&Amount>) -> bool {
    if amount == option.amount.as_ref() {
        return true;
    }
    let money = |amount: Option<&Amount>| amount.and_then(Amount::money);
    let (Some(wanted), Some(own)) = (money(amount), money(option.amount.as_ref())) else { return false };
    let (least, most) = match (option.size, money(option.most.as_ref()), &option.takes) {
        (Size::Range, Some(most), _) => (own.minor, most),
        (Size::Partial, _, Takes::Leave { .. }) => (1, own),
        _ => return false,
    };
    wanted.currency == own.currency && most.currency == own.currency && (least..=most.minor).contains(&wanted.minor)
}

fn offered(option: &OptionFrozen) -> String {
    let own = amount_text(option.amount.as_ref());
    match (option.size, &option.takes) {
        (Size::Range, _) => format!("{own} to {}", amount_text(option.most.as_ref())),
        (Size::Partial, Takes::Leave { .. }) => format!("at most {own}"),
        _ => own,
    }
}
