//! `/v1/customers/{customer}`: what is known of a customer here and from elsewhere.

use amends_core::ids::CustomerId;
use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::body::asked as query_of;
use super::books::json;
use super::me::In;
use super::problem::Problem;
use super::refused::{Turned, problem};
use crate::flow::job::Refused;
use crate::store::StoreError;
use crate::store::customers::{self, Order, Profile};
use crate::store::grants::Bent;

/// Most orders that are shown.
const ORDERS_MAX: i64 = 50;

/// A customer.
#[derive(Serialize, ToSchema)]
pub struct CustomerDocument {
    /// Their id in the shop's system.
    id: String,
    /// Their name, where it was imported.
    name: Option<String>,
    /// A customer since when, in UTC, where it was imported.
    since: Option<String>,
    /// What else was imported of them.
    #[schema(value_type = Object)]
    fields: Box<RawValue>,
    /// How much they bought, by currency.
    bought: Vec<BoughtDocument>,
    /// Their latest orders, fifty at most.
    orders: Vec<OrderDocument>,
    /// What was bent for them, here and before, the oldest first.
    exceptions: Vec<BentDocument>,
}

/// How much was bought.
#[derive(Serialize, ToSchema)]
pub struct BoughtDocument {
    /// So many orders.
    orders: u64,
    /// Worth so much.
    total: String,
}

/// An order.
#[derive(Serialize, ToSchema)]
pub struct OrderDocument {
    /// Its id in the shop's system.
    id: String,
    /// When, in UTC.
    at: String,
    /// How much.
    total: String,
    /// What else was imported of it.
    #[schema(value_type = Object)]
    fields: Box<RawValue>,
}

/// Something that was bent.
#[derive(Serialize, ToSchema)]
pub struct BentDocument {
    /// When, in UTC.
    at: String,
    /// What it cost, or the amount where that was not imported.
    cost: String,
    /// The kind of request.
    request: String,
    /// The case here, or its id in the system it was imported from.
    case: String,
}

/// Shows what is known of a customer: imported, and bent for them here.
#[utoipa::path(get, path = "/v1/customers/{customer}", operation_id = "show_customer", tag = "customers",
    params(("customer" = String, Path, description = "The customer's id.")),
    responses((status = 200, description = "The customer.", body = CustomerDocument), Turned))]
pub async fn show(who: In, Path(id): Path<String>, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    who.people_only()?;
    let nobody = || Problem::new(StatusCode::NOT_FOUND, "nothing is known of such a customer");
    let id = CustomerId::parse(&id).map_err(|_| nobody())?;
    let read = async {
        let (mut conn, business) = (who.records.store.reader().await?, &who.me.business);
        let profile = customers::profile(&mut conn, business, &id).await?;
        let bought = customers::bought(&mut conn, business, &id).await?;
        let orders = customers::orders(&mut conn, business, &id, ORDERS_MAX).await?;
        let exceptions = customers::history(&mut conn, business, &id).await?;
        let is_known = profile.is_some() || !bought.is_empty() || customers::is_known(&mut conn, business, &id).await?;
        Ok::<_, StoreError>((is_known, profile, bought, orders, exceptions))
    };
    let (is_known, profile, bought, orders, exceptions) = read.await.map_err(|e| problem(&Refused::Store(e)))?;
    if !is_known && exceptions.is_empty() {
        return Err(nobody());
    }
    let (name, since, fields) =
        profile.map_or((None, None, "{}".to_owned()), |Profile { since, name, fields }| (name, Some(since), fields));
    Ok(json(&CustomerDocument {
        id: id.as_str().to_owned(),
        name,
        since: since.map(|since| since.to_string()),
        fields: object(fields)?,
        bought: bought.into_iter().map(|(orders, total)| BoughtDocument { orders, total: total.to_string() }).collect(),
        orders: orders.into_iter().map(order).collect::<Result<_, _>>()?,
        exceptions: exceptions.into_iter().map(bent).collect(),
    }))
}

pub(super) fn order(order: Order) -> Result<OrderDocument, Problem> {
    let (at, total) = (order.at.to_string(), order.total.to_string());
    Ok(OrderDocument { id: order.id, at, total, fields: object(order.fields)? })
}

fn bent(bent: Bent) -> BentDocument {
    BentDocument {
        at: bent.at.to_string(),
        cost: bent.cost.to_string(),
        request: bent.request,
        case: bent.case.as_str().to_owned(),
    }
}

/// JSON as it was stored.
pub(super) fn object(text: String) -> Result<Box<RawValue>, Problem> {
    RawValue::from_string(text).map_err(|e| problem(&Refused::Store(StoreError::Unreadable(e.to_string()))))
}
