//! `/in/{business}/{inlet}`: events of other systems, and mail.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;

use super::assess::unreadable;
use super::body::received;
use super::books::json;
use super::mail::read;
use super::problem::Problem;
use super::refused::{Turned, problem};
use crate::app::App;
use crate::connect::signature::{NotSigned, Secret, could_be, verify};
use crate::door::caller::Turned as NotIn;
use crate::door::of_scheme;
use crate::flow::incoming::{Inlet, NotTaken, Taken, event, find, mail};
use crate::flow::records::Records;
use crate::server::guest::Guest;
use crate::store::inlets::Kind;

/// Most bytes of an event.
const EVENT_BYTES_MAX: usize = 256 << 10;
/// Most bytes of a mail, with the files that came with it.
const MAIL_BYTES_MAX: usize = 20 << 20;

/// What came of it.
#[derive(Serialize, ToSchema)]
pub struct TakenDocument {
    /// The case that was opened, or that it belongs to.
    case: String,
    /// The digest of its assessment; none for mail.
    assessment: Option<String>,
}

/// Takes an event of another system, signed as Standard Webhooks says, or a mail as a mail service sends it on: it opens a
/// case. Sent again, it is the same case. A mail may also be a form, with or without files, and is sent with the
/// inlet's secret as the password of HTTP's basic authentication.
#[utoipa::path(post, path = "/in/{business}/{inlet}", operation_id = "take_in", tag = "inlets",
    params(("business" = String, Path, description = "The business."), ("inlet" = String, Path, description = "The inlet's id."),
        ("webhook-id" = Option<String>, Header, description = "Of an event: the same in every try."),
        ("webhook-timestamp" = Option<String>, Header, description = "Of an event: when it was signed, in seconds since 1970."),
        ("webhook-signature" = Option<String>, Header, description = "Of an event: `v1,` and base64.")),
    request_body(content = inline(Value), description = "An event, as the inlet's mapping reads it; or a mail."),
    responses((status = 202, description = "The case.", body = TakenDocument), Turned))]
pub async fn take(
    State(app): State<App>,
    Path((business, id)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let nothing = || Problem::new(StatusCode::NOT_FOUND, "nothing is taken here").hint("see `GET /v1/inlets`");
    let records = app.records.as_ref().ok_or_else(nothing)?;
    let inlet = find(records, &business, &id).await.map_err(|e| problem(&e))?.ok_or_else(nothing)?;
    let taking = Taking { app: &app, records, inlet: &inlet };
    let taken = match inlet.row.kind {
        Kind::Events => taking.event(request).await,
        Kind::Mail => taking.mail(request).await,
        Kind::Form => Err(nothing().into()),
    };
    let taken = match taken {
        Ok(taken) => taken,
        Err(NotIn::Away(problem)) => return Err(*problem),
        Err(NotIn::TooOften(too)) => return Ok(too.answer()),
    };
    let Taken { case, assessment } = taken;
    Ok((StatusCode::ACCEPTED, json(&TakenDocument { case: case.to_string(), assessment })).into_response())
}

fn turned(says: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, says)
}

/// What comes to an inlet. Only what is believed counts against the inlet's limit: who has no secret of it keeps nobody out
/// who has one.
struct Taking<'a> {
    app: &'a App,
    records: &'a Records,
    inlet: &'a Inlet,
}

impl Taking<'_> {
    async fn event(&self, request: Request) -> Result<Taken, NotIn> {
        let headers = request.headers().clone();
        let of = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let (id, at, signatures) = (of("webhook-id"), of("webhook-timestamp"), of("webhook-signature"));
        if id.is_empty() || id.len() > 200 {
            let hint = "send `webhook-id`, `webhook-timestamp` and `webhook-signature`";
            return Err(turned("the event is not signed").hint(hint).into());
        }
        let unbelieved = |e: NotSigned| turned(e.to_string());
        let now = self.records.clock.now();
        could_be(at, signatures, now).map_err(unbelieved)?;
        let guest = Guest::of(request.extensions()).cloned();
        let bytes = received(request, EVENT_BYTES_MAX).await?;
        let text = std::str::from_utf8(&bytes);
        let text = text.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the event is not UTF-8"))?;
        let secrets: Vec<Secret> = self.inlet.row.secrets.iter().filter_map(|secret| Secret::parse(secret)).collect();
        verify(&secrets, id, at, text, signatures, now).map_err(unbelieved)?;
        self.is_believed(guest.as_ref())?;
        event(self.records, self.inlet, id, text).await.map_err(|e| not_taken(&e).into())
    }

    async fn mail(&self, request: Request) -> Result<Taken, NotIn> {
        let headers = request.headers().clone();
        let given = password(&headers).unwrap_or_default();
        let is = |secret: &String| bool::from(secret.as_bytes().ct_eq(given.as_bytes()));
        if !self.inlet.row.secrets.iter().any(is) {
            let hint = "put it into the address: https://amends:SECRET@HOST/in/BUSINESS/INLET";
            return Err(turned("the mail does not come with the inlet's secret").hint(hint).into());
        }
        self.is_believed(Guest::of(request.extensions()))?;
        let bytes = received(request, MAIL_BYTES_MAX).await?;
        let read = read(&headers, bytes).await?;
        mail(self.records, self.inlet, &read).await.map_err(|e| not_taken(&e).into())
    }

    /// It comes from who has the secret: from here on it counts as the inlet's.
    fn is_believed(&self, guest: Option<&Guest>) -> Result<(), NotIn> {
        let of = format!("{} inlet {}", self.inlet.business, self.inlet.row.id);
        if let Some(guest) = guest {
            guest.is(&of);
        }
        self.app.door.limits().ask(|| of).map_err(NotIn::TooOften)
    }
}

/// The password of `Authorization: Basic`, or the token of `Bearer`.
fn password(headers: &HeaderMap) -> Option<String> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    if let Some(token) = of_scheme(given, "bearer") {
        return Some(token.to_owned());
    }
    let both = String::from_utf8(STANDARD.decode(of_scheme(given, "basic")?).ok()?).ok()?;
    both.split_once(':').map(|(_, password)| password.to_owned())
}

pub(crate) fn not_taken(e: &NotTaken) -> Problem {
    match e {
        NotTaken::Unreadable(errors) => unreadable(errors),
        NotTaken::Wrong(says, hint) => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, says.clone()).hint(hint.clone()),
        NotTaken::NoOwner(owner) => {
            Problem::new(StatusCode::CONFLICT, format!("`{owner}`, who owns what comes in here, works here no more"))
                .code("no_owner")
                .hint("make an inlet of another owner")
        }
        NotTaken::Refused(refused) => problem(refused),
    }
}
