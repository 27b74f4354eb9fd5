//! `/demo`: in the shop of `amends demo` alone, each of its people signs in with one key. Elsewhere there is no such page.

use amends_core::ids::{BusinessId, PersonId};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::page::{Frame, html};
use crate::api::refused::problem;
use crate::app::App;
use crate::door::pages::signed_in;
use crate::flow::access;
use crate::flow::job::Refused;
use crate::flow::records::Records;
use crate::texts::filters;

/// How someone of the demo signed in, for the journal.
const HOW: &str = "demo";

#[derive(Template)]
#[template(path = "demo.html")]
struct Demo {
    frame: Frame,
    /// Id, name, and what they are there.
    people: Vec<(String, String, String)>,
}

/// What is shown, where it is.
fn shown(app: &App) -> Option<(&Records, &BusinessId)> {
    Some((app.records.as_deref()?, app.demo.as_ref()?))
}

/// `GET /demo`: the people of the shop.
pub async fn people(State(app): State<App>) -> Response {
    let Some((records, business)) = shown(&app) else { return super::not_found().await };
    let rules = match records.rules(business).await {
        Ok(rules) => rules,
        Err(e) => return problem(&e).into_response(),
    };
    let mut people: Vec<_> = rules.people.values().filter(|p| p.active).collect();
    people.sort_by_key(|p| (rules.ladder.height(&p.role), p.id.clone()));
    let title = |role: &str| rules.book.roles.iter().find(|r| r.id == role).map_or(role, |r| &r.title).to_owned();
    let people = people.iter().map(|p| (p.id.to_string(), p.name.clone(), title(p.role.as_str()))).collect();
    html(StatusCode::OK, &Demo { frame: Frame::bare(t!("demo-who-are-you")), people })
}

/// `GET /demo/{person}`: signs in as someone of the shop.
pub async fn sign_in(State(app): State<App>, Path(person): Path<String>) -> Response {
    let Some((records, business)) = shown(&app) else { return super::not_found().await };
    let known = match (records.rules(business).await, PersonId::parse(&person)) {
        (Ok(rules), Ok(person)) => rules.person(&person).map(|_| person),
        (Err(e), _) => return problem(&e).into_response(),
        _ => None,
    };
    let Some(person) = known else { return super::not_found().await };
    match access::begin(records, business, &person, HOW).await {
        Ok(ticket) => signed_in(&app, &ticket, "/desk"),
        Err(e) => problem(&Refused::Store(e)).into_response(),
    }
}
