//! The pages people see: one file a page, with its struct, its handler and its template.

pub mod approvals;
pub mod ask;
pub mod assets;
pub mod book;
pub mod case;
pub mod changes;
pub mod consult;
pub mod customer;
pub mod demo;
pub mod draft;
pub mod draw;
pub mod form;
pub mod found;
pub mod history;
pub mod hook;
pub mod imports;
pub mod mine;
pub mod page;
pub mod problems;
pub mod reference;
pub mod settings;
mod typed;
pub mod upload;

use std::collections::HashMap;

use askama::Template;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use amends_core::money::Money;
use amends_core::time::{DAY, HOUR, MINUTE, Time};
use page::{Frame, Here, NotFound, Who, html};

use crate::api::body::form_of;
use crate::api::refused::problem;
use crate::app::App;
use crate::door::books::Books;
use crate::door::pages::Staff;
use crate::flow::job::Refused;
use crate::store::StoreError;
use crate::texts::filters;
use crate::texts::{self, money};

/// Nothing but what we serve ourselves, and no scripts or styles inside pages.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What every page says about itself.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = texts::read(request, next).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Nothing to others; and our own forms name where they come from, which `no-referrer` would keep from us too.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept-language"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The frame of a page for someone who is signed in.
pub async fn frame_of(app: &App, staff: &Staff, title: &str, here: Here) -> Result<Frame, Response> {
    let me = &staff.me;
    let books = Books::only(app, &me.business);
    let frame = match books.first() {
        Some(current) => Frame::of(title, here, &books, &current),
        None => Frame::bare(title),
    };
    let who = who(staff).await.map_err(|e| problem(&Refused::Store(e)).into_response())?;
    // The rules of one business alone.
    Ok(Frame { who: Some(who), books: Vec::new(), ..frame })
}

/// Someone who is signed in, as the head of each page shows them.
async fn who(staff: &Staff) -> Result<Who, StoreError> {
    let me = &staff.me;
    let waiting = approvals::for_me(staff).await?.len();
    let letters = me.person.name.split_whitespace().filter_map(|word| word.chars().next()).take(2);
    let initials = letters.collect::<String>().to_uppercase();
    let (name, is_top) = (me.person.name.clone(), me.top_only("").is_ok());
    Ok(Who { name, initials, waiting, left: left(staff).await?, is_top, since: staff.since.to_string() })
}

/// Whoever looks at a page that needs nobody to be signed in: those who are keep their way back.
#[derive(Debug)]
pub struct Visitor(Option<Who>);

impl FromRequestParts<App> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let staff = Staff::from_request_parts(parts, app).await;
        Ok(Self(match &staff {
            Ok(staff) => who(staff).await.ok(),
            Err(_) => None,
        }))
    }
}

/// What is left of what is theirs to give today, where there is a limit.
async fn left(staff: &Staff) -> Result<Option<(String, i64)>, StoreError> {
    let Staff { me, records, .. } = staff;
    let today = me.rules.day(records.clock.now());
    let all = crate::flow::left::of(&mut *records.store.reader().await?, me, today).await?;
    let own = all.iter().find(|left| left.is_of_the_day() && left.key.currency == me.rules.book.currency);
    Ok(own.map(|own| {
        let shown = |minor: i64| money(Money::new(minor, own.key.currency));
        let left = own.left().max(0);
        (
            t!("desk-left-left-of-most", left = shown(left), most = shown(own.most)),
            left.saturating_mul(100) / own.most.max(1),
        )
    }))
}

#[derive(Template)]
#[template(path = "again.html")]
struct Again {
    frame: Frame,
    at: String,
    /// All that was typed.
    fields: Vec<(String, String)>,
}

/// Someone whose session is over sent a form: what they typed is kept on the page from which it goes on.
fn again(turned: Response, at: &str, form: &[u8]) -> Response {
    if !turned.status().is_redirection() {
        return turned;
    }
    let fields = form_of(form).into_iter().filter(|(name, _)| name != "csrf").collect();
    html(StatusCode::UNAUTHORIZED, &Again { frame: Frame::bare(t!("desk-signed-out")), at: at.to_owned(), fields })
}

/// A customer by their name and number, or the number alone.
fn known_as(id: &str, names: &HashMap<String, String>) -> String {
    names.get(id).map_or_else(|| id.to_owned(), |name| format!("{name}, {id}"))
}

/// How long something lasts, in one unit: `3 min`, `2 h`, `5 days`.
fn waits(to: Time, from: Time) -> String {
    let micros = (to.micros() - from.micros()).max(0);
    match micros {
        m if m < MINUTE => t!("desk-less-than-a-minute"),
        m if m < HOUR => t!("desk-minutes", n = m / MINUTE),
        m if m < 2 * DAY => t!("desk-hours", n = m / HOUR),
        m => t!("desk-days", n = m / DAY),
    }
}

/// A path that leads nowhere.
pub async fn not_found() -> Response {
    html(StatusCode::NOT_FOUND, &NotFound::new(Frame::bare(t!("desk-not-found")), t!("desk-no-such-page")))
}
