//! Links by which people without an account answer a question.

use amends_core::ids::ConsultId;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::readable;
use crate::api::books::json;
use crate::api::me::{In, Sent};
use crate::api::problem::Problem;
use crate::api::refused::{Turned, problem};
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

fn not_made(why: &NotMade) -> Problem {
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
