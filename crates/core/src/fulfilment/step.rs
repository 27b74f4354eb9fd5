//! What is to be done for a grant, one thing a step.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::assess::frozen::{Amount, OptionFrozen, PartFrozen};
use crate::case::{Case, Grant};
use crate::ids::{BusinessId, CaseId, CustomerId, GrantId, OptionId};
use crate::money::Money;

/// One thing to do in another system, or by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Whose.
    pub business: BusinessId,
    /// The case.
    pub case: CaseId,
    /// For whom, where it is known.
    pub customer: Option<CustomerId>,
    /// The grant.
    pub grant: GrantId,
    /// Its place among the grant's steps, from 1.
    pub number: u32,
    /// The remedy.
    pub remedy: OptionId,
    /// A kind of remedy: `refund`, `promo_code` ..; none where it is not known which.
    pub kind: Option<String>,
    /// For people: the option's words.
    pub says: String,
    /// What the customer gets.
    pub amount: Option<Amount>,
    /// What it costs the business.
    pub cost: Option<Money>,
    /// Where it goes and further fields, as in the assessment.
    pub with: Value,
}

impl Step {
    /// The key of the step: the same for every call that is ever made for it.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}.{}", self.grant, self.number)
    }

    /// The words to leave in the other system, by which the step is found there again.
    #[must_use]
    pub fn marker(&self) -> String {
        format!("amends {}/{}", self.business, self.key())
    }
}

/// The steps of a grant, one for each thing that the customer gets; none where its option is not there.
///
/// The amount that was granted counts where the option is one thing; the things of a combination are what the
/// assessment says.
#[must_use]
pub fn steps_of(case: &Case, grant: &Grant) -> Vec<Step> {
    let kept = case.assessment(&grant.of.assessment);
    let Some(option) = kept.and_then(|kept| kept.frozen.option(&grant.of.option)) else { return Vec::new() };
    let step = |number: usize, part: &PartFrozen, amount: Option<Amount>, cost: Option<Money>| Step {
        with: handed_on(part, amount.as_ref()),
        business: case.business.clone(),
        case: case.id.clone(),
        customer: case.customer.clone(),
        grant: grant.id.clone(),
        number: u32::try_from(number).unwrap_or(u32::MAX),
        remedy: part.id.clone(),
        kind: part.kind.clone(),
        says: option.says.clone(),
        amount,
        cost,
    };
    match option.parts.as_slice() {
        [] => vec![step(1, &whole(option), grant.of.amount.clone(), Some(grant.cost))],
        [only] => vec![step(1, only, grant.of.amount.clone(), Some(grant.cost))],
        parts => {
            parts.iter().enumerate().map(|(at, part)| step(at + 1, part, part.amount.clone(), part.cost)).collect()
        }
    }
}

/// What a part hands on: its payments share what is given, not what might have been.
fn handed_on(part: &PartFrozen, amount: Option<&Amount>) -> Value {
    let mut with = part.with.clone();
    if amount == part.amount.as_ref() {
        return with;
    }
    let given = part.against.as_ref().zip(amount.and_then(Amount::money));
    let shares = given.and_then(|(against, money)| against.shares(money)).unwrap_or_default();
    let Some(object) = with.as_object_mut() else { return with };
    match object.get_mut("shares").and_then(Value::as_array_mut) {
        Some(written) if written.len() == shares.len() => {
            for (written, share) in written.iter_mut().zip(shares) {
                if let Some(written) = written.as_object_mut() {
                    written.insert("amount".to_owned(), Value::from(share.to_string()));
                }
            }
        }
        // Whoever makes it real shares it themselves: shares of another amount would be wrong.
        _ => drop(object.remove("shares")),
    }
    with
}

/// The kind of each step that a grant of an option has; none where it is not known which.
#[must_use]
pub fn kinds_of(option: &OptionFrozen) -> Vec<Option<&str>> {
    if option.parts.is_empty() { vec![None] } else { option.parts.iter().map(|part| part.kind.as_deref()).collect() }
}

/// An option without parts, as its one part.
fn whole(option: &OptionFrozen) -> PartFrozen {
    PartFrozen { id: option.id.clone(), kind: None, amount: None, cost: None, with: Value::Null, against: None }
}
