//! What is left of what was paid, for whoever looks before they give.

use std::collections::HashMap;

use amends_core::assess::frozen::Frozen;
use amends_core::authority::{Account, Claim, Ledger, LedgerKey, claims_of};
use amends_core::case::Case;
use amends_core::denied::Denied;
use amends_core::ids::{BusinessId, OptionId};
use amends_core::money::Money;

use crate::store::{Conn, StoreError, ledger};

/// What is left of one part of a purchase.
#[derive(Clone, Debug)]
pub struct Left {
    /// Of what.
    pub key: LedgerKey,
    /// How much.
    pub left: Money,
}

impl Left {
    /// The payment, where it is of one.
    pub fn payment(&self) -> Option<&str> {
        match self.key.account() {
            Account::Payment(id) => Some(id),
            _ => None,
        }
    }
}

/// What is left for an option.
#[derive(Clone, Debug, Default)]
pub struct Leaves {
    /// Of each part of a purchase that it would be paid back from.
    pub left: Vec<Left>,
    /// Why it could not be paid back at all, where nothing says what it counts against.
    pub denied: Option<Denied>,
}

/// What is left for each option of an assessment that pays out, by the option.
///
/// # Errors
/// When the database does not answer.
pub async fn left(
    conn: &mut Conn,
    business: &BusinessId,
    case: &Case,
    frozen: &Frozen,
) -> Result<HashMap<OptionId, Leaves>, StoreError> {
    let (mut all, mut claims): (HashMap<OptionId, Leaves>, Vec<(OptionId, Claim)>) = Default::default();
    for option in &frozen.options {
        match claims_of(case, frozen, option) {
            Ok(of_it) => claims.extend(of_it.into_iter().map(|claim| (option.id.clone(), claim))),
            Err(denied) => drop(all.insert(option.id.clone(), Leaves { denied: Some(denied), ..Leaves::default() })),
        }
    }
    let ids: Vec<String> = claims.iter().map(|(_, claim)| ledger::id(&claim.key)).collect();
    let mut names: Vec<&str> = ids.iter().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let rows = ledger::read(conn, business, &names).await?;
    for (option, claim) in claims {
        let row = rows.iter().map(|stored| &stored.ledger).find(|row| *row.key() == claim.key);
        let left = row.map_or_else(
            || Ledger::new(claim.key.clone()).left_for(&claim),
            |row| row.left_for(&row.without_ours(&claim)),
        );
        let of_option = &mut all.entry(option).or_default().left;
        if !of_option.iter().any(|known| known.key == claim.key) {
            of_option.push(Left { key: claim.key, left });
        }
    }
    Ok(all)
}
