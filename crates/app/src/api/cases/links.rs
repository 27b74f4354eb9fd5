//! Links by which people without an account answer a question, and customers see their case.

use std::num::NonZeroU32;

use amends_core::ids::ConsultId;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::readable;
use crate::api::books::json;
use crate::api::cases::talks::Nothing;
use crate::api::me::{In, Sent};
use crate::api::problem::Problem;
use crate::api::refused::{Turned, problem};
use crate::flow::customer;
use crate::flow::job::Refused;
use crate::flow::links::{self, NotMade};

/// Whom a link is for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkFor {
    /// The address that it is sent to. Default: it is sent to nobody, and told in the answer, to be handed on.
    #[schema(max_length = 254, example = "stores@shop.example")]
    mail: Option<String>,
}

/// A link by which someone without an account answers.
#[derive(Serialize, ToSchema)]
pub struct LinkDocument {
    /// The link, told this once; none where it was sent by mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// Until when it is good, in UTC.
    until: String,
}

/// Makes a link by which someone without an account answers a question, once. Those before it are good no more.
#[utoipa::path(post, path = "/v1/cases/{case}/consults/{consult}/link", operation_id = "link_consult", tag = "cases", request_body = LinkFor,
    params(("case" = String, Path, description = "The case's id."), ("consult" = String, Path, description = "The consult's id.")),
    responses((status = 201, description = "The link, or that it is on its way.", body = LinkDocument), Turned))]
pub async fn make(Path((id, part)): Path<(String, String)>, sent: Sent<LinkFor>) -> Result<Response, Problem> {
    let Sent { me, records, body, .. } = sent;
    let who = In { me, records };
    who.people_only()?;
    let case = readable(&who, &id).await?;
    case.must_own(&who.me.person.person()).map_err(|denied| problem(&denied.into()))?;
    let part = ConsultId::parse(&part).map_err(|_| Problem::new(StatusCode::NOT_FOUND, "there is no such consult"))?;
    let made =
        links::make(&who.records, &who.me, &case, &part, body.mail.as_deref()).await.map_err(|e| not_made(&e))?;
    let document = LinkDocument { link: made.link, until: made.until.to_string() };
    Ok((StatusCode::CREATED, json(&document)).into_response())
}

/// For how long the customer has it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerLinkFor {
    /// For how many days it is good. Default: 180, the most. Once the case has ended it is good for 30 days more.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 180)]
    days: Option<NonZeroU32>,
}

/// Makes a link by which the customer sees their case, says and shows things, and says thanks. Those before it stay good.
#[utoipa::path(post, path = "/v1/cases/{case}/customer-link", operation_id = "link_customer", tag = "cases", request_body = Option<CustomerLinkFor>,
    params(("case" = String, Path, description = "The case's id.")),
    responses((status = 201, description = "The link.", body = LinkDocument), Turned))]
pub async fn make_customers(Path(id): Path<String>, sent: Sent<CustomerLinkFor>) -> Result<Response, Problem> {
    let Sent { me, records, body, .. } = sent;
    if body.days.is_some_and(|days| days.get() > customer::DAYS_MAX) {
        let says = format!("a customer's link is good for at most {} days", customer::DAYS_MAX);
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, says).hint("leave `days` out, or say fewer"));
    }
    let who = In { me, records };
    who.people_only()?;
    let case = readable(&who, &id).await?;
    case.must_own(&who.me.person.person()).map_err(|denied| problem(&denied.into()))?;
    let made = customer::make(&who.records, &who.me, &case, body.days).await.map_err(|e| not_made(&e))?;
    let document = LinkDocument { link: made.link, until: made.until.to_string() };
    Ok((StatusCode::CREATED, json(&document)).into_response())
}

/// Takes back all links of the customer to a case: they are good no more.
#[utoipa::path(post, path = "/v1/cases/{case}/customer-link/withdraw", operation_id = "withdraw_customer_links", tag = "cases",
    params(("case" = String, Path, description = "The case's id.")),
    responses((status = 200, description = "None of them is good any more.", body = LinkDocument), Turned))]
pub async fn withdraw_customers(Path(id): Path<String>, sent: Sent<Nothing>) -> Result<Response, Problem> {
    let Sent { me, records, .. } = sent;
    let who = In { me, records };
    who.people_only()?;
    let case = readable(&who, &id).await?;
    let done = customer::withdraw(&who.records, &who.me, &case.id).await;
    done.map_err(|e| problem(&Refused::Store(e)))?;
    Ok(json(&LinkDocument { link: None, until: who.records.clock.now().to_string() }))
}

/// Why no link was made.
pub fn not_made(why: &NotMade) -> Problem {
    match why {
        NotMade::TooMany => Problem::new(StatusCode::CONFLICT, "too many links were made for this case today")
            .code("too_many_links")
            .hint("ask in another way, or again tomorrow"),
        NotMade::NoAddress => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "`mail` is no address")
            .hint("write one alone, such as stores@shop.example"),
        NotMade::NoMail => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "no mail server is set up here")
            .code("no_mail")
            .hint("leave `mail` out and hand the link on, or have `[mail]` put into the configuration"),
        NotMade::Refused(refused) => problem(refused),
    }
}
