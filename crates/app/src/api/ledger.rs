//! `/v1/ledger`: what was given back of a purchase, across all cases.

use amends_core::authority::{Account, Held, Ledger, written};
use amends_core::money::Money;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::body::asked as query_of;
use super::books::json;
use super::me::In;
use super::problem::Problem;
use super::refused::{Turned, problem};
use crate::flow::job::Refused;
use crate::store::ledger;

/// What was given back of a purchase.
#[derive(Serialize, ToSchema)]
pub struct LedgerDocument {
    /// Its id, as it is compared: in capitals, without spaces and without a `#` before its number.
    purchase: String,
    /// Its parts; of a payment, the payment alone. None where nothing was given back of it here.
    accounts: Vec<AccountDocument>,
}

/// A part of a purchase, or a payment.
#[derive(Serialize, ToSchema)]
pub struct AccountDocument {
    /// `goods`, `shipping`, `fee` or `payment`.
    of: &'static str,
    /// Which payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<String>,
    /// What was paid, as it was told.
    paid: Option<String>,
    /// Who told it: `claimed`, `word`, `seen` or `system`; none where the first amount stands for it.
    said: Option<&'static str>,
    /// What other systems gave back, as they told it.
    refunded: String,
    /// Set aside for grants that are under way.
    reserved: String,
    /// Given back by grants that are done.
    settled: String,
    /// What is left.
    left: Option<String>,
    /// What each grant took, the oldest first.
    given: Vec<LedgerHeldDocument>,
}

/// What a grant took.
#[derive(Serialize, ToSchema)]
pub struct LedgerHeldDocument {
    /// The case.
    case: String,
    /// The grant.
    grant: String,
    /// Its step, from 1.
    step: u32,
    /// Who gave it.
    by: String,
    /// How much.
    amount: String,
    /// `reserved` or `settled`.
    state: &'static str,
}

/// Which purchase.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it describes requests, and is none itself")]
pub struct Which {
    /// The id of what was paid for, or of a payment, as anyone writes it.
    purchase: String,
}

/// Shows what was given back of a purchase across all cases, and what is left of it.
#[utoipa::path(get, path = "/v1/ledger", operation_id = "show_ledger", tag = "grants", params(Which),
    responses((status = 200, description = "The purchase.", body = LedgerDocument), Turned))]
pub async fn show(who: In, uri: Uri) -> Result<Response, Problem> {
    let [purchase] = query_of(&uri, ["purchase"])?;
    who.people_only()?;
    let purchase = purchase.map(|told| written(&told)).filter(|id| !id.is_empty()).ok_or_else(|| {
        Problem::new(StatusCode::BAD_REQUEST, "the query says no `purchase`")
            .hint("ask for the id of what was paid for, such as `/v1/ledger?purchase=A-1`")
    })?;
    let read = async {
        let mut conn = who.records.store.reader().await?;
        ledger::of_purchase(&mut conn, &who.me.business, &purchase).await
    };
    let rows = read.await.map_err(|e| problem(&Refused::Store(e)))?;
    let accounts = rows.iter().map(|row| account(&row.ledger)).collect();
    Ok(json(&LedgerDocument { purchase, accounts }))
}

fn account(row: &Ledger) -> AccountDocument {
    let money = |minor| Money::new(minor, row.currency()).to_string();
    let payment = match row.key().account() {
        Account::Payment(id) => Some(id.clone()),
        _ => None,
    };
    AccountDocument {
        of: row.key().account().word(),
        payment,
        paid: row.paid().map(|paid| money(paid.minor)),
        said: row.paid().and_then(|paid| paid.source).map(amends_core::facts::Source::word),
        refunded: money(row.refunded()),
        reserved: money(row.reserved()),
        settled: money(row.settled()),
        left: row.left().map(|left| left.to_string()),
        given: row.held().iter().map(|held| taken(row, held)).collect(),
    }
}

fn taken(row: &Ledger, held: &Held) -> LedgerHeldDocument {
    LedgerHeldDocument {
        case: held.case.to_string(),
        grant: held.grant.to_string(),
        step: held.step,
        by: held.by.to_string(),
        amount: Money::new(held.minor, row.currency()).to_string(),
        state: if held.done { "settled" } else { "reserved" },
    }
}
