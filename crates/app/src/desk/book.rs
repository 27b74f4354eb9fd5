//! The rules as people read them.

use amends_core::book::rules::{Policy, RoleId};
use amends_core::explain::{self, Gauge, LadderWords, PolicyWords, Said, TermWords};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::Visitor;
use super::draw::{self, Marked, class};
use super::page::{Frame, Here, NotFound, html, no_book};
use crate::app::App;
use crate::flow::asking;
use crate::shelf::Current;
use crate::texts::filters;

#[derive(Template)]
#[template(path = "book.html")]
struct BookPage {
    frame: Frame,
    contents: Contents,
    ladder: LadderWords,
}

#[derive(Template)]
#[template(path = "rule.html")]
struct RulePage {
    frame: Frame,
    contents: Contents,
    role: String,
    roles: Vec<(String, String)>,
    /// The kind of request that leads to this rule.
    request: Option<String>,
    versions: Vec<PolicyWords>,
    cases: Vec<(String, String)>,
}

/// The rules of a book, to choose from.
struct Contents {
    book: String,
    title: String,
    policies: Vec<(String, String)>,
    /// The one that is open.
    here: Option<String>,
}

impl Contents {
    fn of(current: &Current, here: Option<&str>) -> Self {
        let title = |p: &Policy| p.versions.last().map_or_else(|| p.id.clone(), |v| v.title.clone());
        let mut policies: Vec<(String, String)> =
            current.book.policies.iter().map(|p| (p.id.clone(), title(p))).collect();
        policies.sort_by(|a, b| a.1.cmp(&b.1));
        Self {
            book: current.book.name.clone(),
            title: current.book.title.clone(),
            policies,
            here: here.map(str::to_owned),
        }
    }

    fn is_here(&self, id: &str) -> bool {
        self.here.as_deref() == Some(id)
    }
}

/// `GET /book/{book}`: who may do how much, and the way to every rule.
pub async fn read(State(app): State<App>, Visitor(who): Visitor, Path(name): Path<String>) -> Response {
    let Some(current) = app.shelf.find(&name) else { return no_book(&name) };
    let page = BookPage {
        frame: Frame::of("Rules", Here::Book, &app.shelf, &current).seen_by(who),
        contents: Contents::of(&current, None),
        ladder: explain::ladder(&current.book),
    };
    html(StatusCode::OK, &page)
}

/// What a link to a rule may say: whose eyes to read it with.
#[derive(Deserialize)]
pub struct Eyes {
    role: Option<String>,
}

/// `GET /book/{book}/{policy}`: one rule, the newest version first.
pub async fn policy(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path((name, id)): Path<(String, String)>,
    Query(eyes): Query<Eyes>,
) -> Response {
    let Some(current) = app.shelf.find(&name) else { return no_book(&name) };
    let frame = |title: &str| Frame::of(title, Here::Book, &app.shelf, &current).seen_by(who.clone());
    let Some(policy) = current.book.policies.iter().find(|p| p.id == id) else {
        return html(
            StatusCode::NOT_FOUND,
            &NotFound::new(frame("Not found"), format!("The book has no rule `{id}`.")),
        );
    };
    let role = asking::role(&current.book, eyes.role.as_deref());
    let page = rule(&current, policy, role, frame);
    html(StatusCode::OK, &page)
}

fn rule(current: &Current, policy: &Policy, role: RoleId, frame: impl Fn(&str) -> Frame) -> RulePage {
    let book = &current.book;
    let newest = policy.versions.last();
    let title = newest.map_or(policy.id.as_str(), |v| v.title.as_str());
    let requests = newest.map(|v| v.requests.clone()).unwrap_or_default();
    let about = |c: &amends_core::book::model::CaseText| {
        c.about.as_ref().map_or_else(|| c.id.value.replace('_', " "), |a| a.value.clone())
    };
    let of_this = |id: &str| asking::case(book, id).is_some_and(|(request, _)| requests.contains(&request));
    RulePage {
        frame: frame(title),
        contents: Contents::of(current, Some(&policy.id)),
        role: book.role_id(role).to_owned(),
        roles: book.roles.iter().map(|r| (r.id.clone(), r.title.clone())).collect(),
        request: requests.first().cloned(),
        versions: policy.versions.iter().rev().map(|v| explain::policy(book, policy, v, role)).collect(),
        cases: book.cases.iter().filter(|c| of_this(&c.id.value)).map(|c| (c.id.value.clone(), about(c))).collect(),
    }
}

#[expect(clippy::unused_self, reason = "templates call methods of what they are given")]
impl RulePage {
    fn class(&self, said: &Said) -> &'static str {
        class(said.tone)
    }

    fn drawn(&self, gauge: &Gauge) -> String {
        draw::gauge(gauge, Marked::No)
    }

    fn depth(&self, term: &TermWords) -> usize {
        term.depth.min(2)
    }
}
