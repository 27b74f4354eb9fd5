//! What is left of budgets: one's own, one's team's and the business's, by what was allowed and by one's role.

use std::collections::BTreeMap;

use amends_core::authority::{BudgetKey, Holder, Period};
use amends_core::money::Currency;
use amends_core::time::Date;

use super::records::Me;
use crate::store::budgets::{self, Taken};
use crate::store::{Conn, StoreError};

/// A budget of this day or month.
#[derive(Clone, Debug)]
pub struct Left {
    /// Whose, of when, in which currency.
    pub key: BudgetKey,
    /// At most so many minor units.
    pub most: i64,
    /// What is set aside and spent.
    pub taken: Taken,
}

impl Left {
    /// Minor units that are left; below nothing where the limit was lowered since.
    pub const fn left(&self) -> i64 {
        self.most.saturating_sub(self.taken.reserved).saturating_sub(self.taken.settled)
    }

    /// Whether it is one's own of the day.
    pub const fn is_of_the_day(&self) -> bool {
        matches!((&self.key.holder, &self.key.period), (Holder::Person(_), Period::Day(_)))
    }
}

/// What is left for someone now, where there is a limit.
///
/// # Errors
/// When the database does not answer.
pub async fn of(conn: &mut Conn, me: &Me, today: Date) -> Result<Vec<Left>, StoreError> {
    let limits = limits(me, today);
    let ids: Vec<&str> = limits.keys().map(String::as_str).collect();
    let taken = budgets::read(conn, &me.business, &ids).await?;
    let of = |id: &str| taken.iter().find(|(known, _)| known == id).map_or(Taken::default(), |(_, taken)| *taken);
    Ok(limits.iter().map(|(id, (key, most))| Left { key: key.clone(), most: *most, taken: of(id) }).collect())
}

/// The limits, by the budgets' ids.
fn limits(me: &Me, today: Date) -> BTreeMap<String, (BudgetKey, i64)> {
    let own = Holder::Person(me.person.id.clone());
    let holders = [own.clone(), Holder::Team(me.person.team.clone()), Holder::Business];
    let mut all: BTreeMap<String, (BudgetKey, i64)> = BTreeMap::new();
    let mut limit = |key: BudgetKey, most: i64| {
        let least = &mut all.entry(budgets::id(&key)).or_insert((key, most)).1;
        *least = most.min(*least);
    };
    for allowance in me.rules.allowances() {
        let Some(holder) = holders.iter().find(|h| budgets::holder(h) == allowance.holder) else { continue };
        let Some(currency) = Currency::parse(&allowance.currency) else { continue };
        let period = if allowance.span == "day" { Period::day(today) } else { Period::month(today) };
        limit(BudgetKey { holder: holder.clone(), period, currency }, allowance.most);
    }
    let role = me.rules.ladder.limits(&me.person.role);
    let owed = Holder::PersonOwed(me.person.id.clone());
    let days = role.map(|role| [(&own, &role.per_day), (&owed, &role.owed_per_day)]);
    for (holder, caps) in days.into_iter().flatten() {
        for most in &caps.0 {
            let key = BudgetKey { holder: holder.clone(), period: Period::day(today), currency: most.currency };
            limit(key, most.minor);
        }
    }
    all
}
