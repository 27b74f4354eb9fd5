//! `/v1/budgets`: what is left today.

use amends_core::authority::{Holder, Period};
use amends_core::money::Money;
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
use crate::flow::left::{self, Left};

/// What is left.
#[derive(Serialize, ToSchema)]
pub struct BudgetList {
    /// One's own, one's team's and the business's, where they have a limit, also by one's role.
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
    let read = async { left::of(&mut *records.store.reader().await?, &me, today).await };
    let all = read.await.map_err(|e| problem(&Refused::Store(e)))?;
    Ok(json(&BudgetList { budgets: all.iter().map(document).collect() }))
}

fn document(left: &Left) -> BudgetDocument {
    let Left { key, most, taken } = left;
    let money = |minor: i64| Money::new(minor, key.currency).to_string();
    let (per, from) = match key.period {
        Period::Day(day) => ("day", day),
        Period::Month(day) => ("month", day),
    };
    let of = match key.holder {
        Holder::Person(_) => "person",
        Holder::PersonOwed(_) => "person_owed",
        Holder::Team(_) => "team",
        Holder::Business | Holder::Department(_) => "business",
    };
    BudgetDocument {
        of,
        per,
        from: from.0.to_string(),
        most: money(*most),
        reserved: money(taken.reserved),
        settled: money(taken.settled),
        left: money(left.left()),
    }
}
