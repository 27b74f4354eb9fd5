//! What is read beside a case: its customer, what happened so far, and what was decided on requests like it.

use std::collections::BTreeMap;

use amends_core::case::Case;
use amends_core::money::Money;
use amends_core::time::DAY;

use super::files;
use super::story::{self, Told};
use super::{LIKE_MAX, STORY_MAX};
use crate::door::pages::Staff;
use crate::flow::assessing::Trial;
use crate::flow::{precedents, seal};
use crate::store::customers::{self, Profile};
use crate::store::{StoreError, journal, steps};
use crate::texts::{day, money};

/// What is known of the customer.
pub struct Customer {
    pub id: String,
    pub name: String,
    pub since: Option<String>,
    pub rows: Vec<(String, String)>,
}

/// What was decided on requests like it.
pub struct Like {
    pub given: usize,
    pub declined: usize,
    pub median: Option<String>,
}

/// What is read beside the case itself.
pub struct Beside {
    pub customer: Option<Customer>,
    pub like: Option<Like>,
    pub story: Vec<Told>,
    pub steps: BTreeMap<String, Vec<String>>,
}

/// Reads it.
pub async fn beside(staff: &Staff, case: &Case, trial: &Trial<'_>) -> Result<Beside, StoreError> {
    let (me, records) = (&staff.me, &staff.records);
    let mut conn = records.store.reader().await?;
    let mut kept = journal::of_case(&mut conn, &me.business, &case.id, 0, STORY_MAX).await?;
    seal::open_kept(&mut conn, &me.business, &mut kept).await?;
    let files = files::of(&mut conn, case).await?;
    let customer = match &case.customer {
        Some(id) => {
            let profile = customers::profile(&mut conn, &me.business, id).await?;
            let bought = customers::bought(&mut conn, &me.business, id).await?;
            Some(customer(staff, id.as_str(), profile, &bought, trial))
        }
        None => None,
    };
    let grants: Vec<&str> = case.grants.iter().map(|grant| grant.id.as_str()).collect();
    let mut of: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in steps::of_grants(&mut conn, &me.business, &grants).await? {
        of.entry(row.grant.to_string()).or_default().push(story::step(&row));
    }
    drop(conn);
    let like = match case.assessments.last() {
        Some(kept) => precedents::find(records, &me.business, (&case.id, &kept.frozen.digest), LIKE_MAX).await?,
        None => None,
    };
    let like = like.filter(|found| !found.near.is_empty()).map(|found| Like {
        given: found.count(crate::store::precedents::GIVEN),
        declined: found.count(crate::store::precedents::DECLINED),
        median: found.median(|p| p.amount).map(money),
    });
    Ok(Beside { customer, like, story: story::of(staff, case, &kept, &files), steps: of })
}

fn customer(staff: &Staff, id: &str, profile: Option<Profile>, bought: &[(u64, Money)], trial: &Trial<'_>) -> Customer {
    let zone = &staff.me.rules.book.zone;
    let orders: u64 = bought.iter().map(|(count, _)| count).sum();
    let mut rows = Vec::new();
    if orders > 0 {
        rows.push((t!("case-orders"), orders.to_string()));
        let spent: Vec<String> = bought.iter().map(|(_, total)| money(*total)).collect();
        rows.push((t!("case-spent"), spent.join(", ")));
    }
    let year = staff.records.clock.now().micros() - 365 * DAY;
    let recent = trial.bent().iter().filter(|bent| bent.at.micros() > year).count();
    rows.push((t!("case-exceptions-12-months"), recent.to_string()));
    let (name, since) = profile.map_or((None, None), |p| (p.name, Some(p.since)));
    let since = since.map(|at| day(at, zone));
    Customer { id: id.to_owned(), name: name.unwrap_or_else(|| id.to_owned()), since, rows }
}
