//! `/v1/budgets`: what is left today.

use amends_core::authority::{BudgetKey, Holder, Period};
use amends_core::money::{Currency, Money};
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::asked as query_of;
use super::books::json;
use super::me::In;
use super::problem::Problem;
use super::refused::{Turned, problem};
use crate::flow::job::Refused;
use crate::flow::records::Me;
use crate::store::budgets::{self, Taken};

/// What is left.
#[derive(Serialize, ToSchema)]
pub struct BudgetList {
    /// One's own, one's team's and the business's, where they have a limit.
    budgets: Vec<BudgetDocument>,
}

/// A budget of this day or month.
#[derive(Serialize, ToSchema)]
pub struct BudgetDocument {
    /// `person`, `team` or `business`.
    of: &'static str,
    /// `day` or `month`.
    per: &'static str,
    /// The day, or the first day of the month, in the book's zone.
    from: String,
    /// At most this much.
    most: String,
    /// Set aside for grants that are under way.
    reserved: String,
    /// Spent.
    settled: String,
    /// Left; below nothing where the limit was lowered since.
    left: String,
}

/// Shows what is left of one's own budgets, one's team's and the business's.
#[utoipa::path(get, path = "/v1/budgets", operation_id = "list_budgets", tag = "grants",
    responses((status = 200, description = "The budgets that have a limit.", body = BudgetList), Turned))]
pub async fn list(In { me, records }: In, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    let today = me.rules.day(records.clock.now());
    let mine = mine(&me, today);
    let ids: Vec<String> = mine.iter().map(|(key, _)| budgets::id(key)).collect();
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    let read = async {
        let mut conn = records.store.reader().await?;
        budgets::read(&mut conn, &me.business, &names).await
    };
    let taken = read.await.map_err(|e| problem(&Refused::Store(e)))?;
    let of = |id: &str| taken.iter().find(|(known, _)| known == id).map_or(Taken::default(), |(_, taken)| *taken);
    let all = mine.iter().zip(&ids).map(|((key, most), id)| document(key, *most, of(id)));
    Ok(json(&BudgetList { budgets: all.collect() }))
}

fn mine(me: &Me, today: amends_core::time::Date) -> Vec<(BudgetKey, i64)> {
    let holders = [Holder::Person(me.person.id.clone()), Holder::Team(me.person.team.clone()), Holder::Business];
    let mut all = Vec::new();
    for allowance in me.rules.allowances() {
        let Some(holder) = holders.iter().find(|h| budgets::holder(h) == allowance.holder) else { continue };
        let Some(currency) = Currency::parse(&allowance.currency) else { continue };
        let period = if allowance.span == "day" { Period::day(today) } else { Period::month(today) };
        all.push((BudgetKey { holder: holder.clone(), period, currency }, allowance.most));
    }
    all
}

fn document(key: &BudgetKey, most: i64, taken: Taken) -> BudgetDocument {
    let money = |minor: i64| Money::new(minor, key.currency).to_string();
    let (per, from) = match key.period {
        Period::Day(day) => ("day", day),
        Period::Month(day) => ("month", day),
    };
    let of = match key.holder {
        Holder::Person(_) => "person",
        Holder::Team(_) => "team",
        Holder::Business | Holder::Department(_) => "business",
    };
    BudgetDocument {
        of,
        per,
        from: from.0.to_string(),
        most: money(most),
        reserved: money(taken.reserved),
        settled: money(taken.settled),
        left: money(most.saturating_sub(taken.reserved).saturating_sub(taken.settled)),
    }
}
