//! The rules as people read them.

use amends_core::book::rules::{Policy, RoleId, Version};
use amends_core::explain::{self, Gauge, LadderWords, PolicyWords, Said, TermWords};
use amends_core::time::Date;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::Visitor;
use super::draw::{self, Marked, class};
use super::page::{Frame, Here, NotFound, html, no_book};
use crate::api::refused::problem;
use crate::app::App;
use crate::door::books::Books;
use crate::door::pages::Staff;
use crate::flow::asking;
use crate::flow::clock::Clock;
use crate::flow::drafting::{self, newest};
use crate::flow::history::{Wanted, history, last_shift};
use crate::flow::job::Refused;
use crate::flow::people::new_secret;
use crate::shelf::Current;
use crate::store::drafts::DraftRow;
use crate::texts::{date, filters, moment, texts};

#[derive(Template)]
#[template(path = "book.html")]
struct BookPage {
    frame: Frame,
    contents: Contents,
    ladder: LadderWords,
    mine: Mine,
}

/// What is there for whoever is signed in.
#[derive(Default)]
struct Mine {
    is_staff: bool,
    /// What a form of theirs sends; none: they do not write rules.
    writes: Option<(String, String)>,
    /// Drafts that are worked on: id, title, and by whom.
    drafts: Vec<(String, String, String)>,
    /// Rules that changed since their last shift: id, title, and from when on.
    changed: Vec<(String, String, Option<String>)>,
    /// When that was.
    since: String,
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
    versions: Vec<(Stands, PolicyWords)>,
    mine: Mine,
    cases: Vec<(String, String)>,
}

/// How a version stands today.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Now,
    ToCome,
    Earlier,
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

impl Mine {
    /// What is there for someone on the pages of a book; of one rule its own drafts alone.
    async fn of(staff: Option<&Staff>, name: &str, policy: Option<&str>) -> Result<Self, Refused> {
        let Some(staff) = staff.filter(|staff| staff.me.business.as_str() == name) else { return Ok(Self::default()) };
        let Staff { me, records, .. } = staff;
        let book = &me.rules.book;
        let titled = |id: &str| newest(book, id).map_or_else(|| id.to_owned(), |(_, v, _)| v.title.clone());
        let mut mine = Self { is_staff: true, ..Self::default() };
        if drafting::may_write(me).is_ok() {
            mine.writes = Some((staff.csrf().to_owned(), new_secret().map_err(Refused::Store)?));
            let open = drafting::open(records, me).await?;
            let meant = open.into_iter().filter(|draft| policy.is_none_or(|policy| draft.policy == policy));
            let by = |d: &DraftRow| d.authors.iter().map(|id| me.rules.name_of(id)).collect::<Vec<_>>().join(", ");
            mine.drafts = meant.map(|draft| (draft.id.clone(), titled(&draft.policy), by(&draft))).collect();
        }
        let since = last_shift(records, &me.business, &me.person.id).await.map_err(Refused::Store)?;
        if let (Some(since), None) = (since, policy) {
            let wanted = Wanted { since: Some(since), ..Wanted::default() };
            let (told, _) = history(records, &me.business, wanted).await.map_err(Refused::Store)?;
            let rules = told.iter().flat_map(|told| &told.rules);
            mine.changed = rules.map(|r| (r.policy.clone(), r.title.clone(), r.in_force.map(date))).collect();
            mine.since = moment(since, &book.zone);
        }
        Ok(mine)
    }
}

/// `GET /book/{book}`: who may do how much, and the way to every rule.
pub async fn read(
    books: Books,
    Visitor(who): Visitor,
    staff: Result<Staff, Response>,
    Path(name): Path<String>,
) -> Response {
    let Some(current) = books.find(&name) else { return no_book(&name) };
    let mine = match Mine::of(staff.as_ref().ok(), &name, None).await {
        Ok(mine) => mine,
        Err(e) => return problem(&e).into_response(),
    };
    let page = BookPage {
        frame: Frame::of(t!("frame-rules"), Here::Book, &books, &current).seen_by(who),
        contents: Contents::of(&current, None),
        ladder: explain::ladder(&current.book, texts()),
        mine,
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
    books: Books,
    Visitor(who): Visitor,
    staff: Result<Staff, Response>,
    Path((name, id)): Path<(String, String)>,
    Query(eyes): Query<Eyes>,
) -> Response {
    let Some(current) = books.find(&name) else { return no_book(&name) };
    let frame = |title: &str| Frame::of(title, Here::Book, &books, &current).seen_by(who.clone());
    let Some(policy) = current.book.policies.iter().find(|p| p.id == id) else {
        return html(
            StatusCode::NOT_FOUND,
            &NotFound::new(frame(&t!("book-not-found")), t!("book-the-book-has-no-rule", id = id)),
        );
    };
    let role = asking::role(&current.book, eyes.role.as_deref());
    let mine = match Mine::of(staff.as_ref().ok(), &name, Some(&id)).await {
        Ok(mine) => mine,
        Err(e) => return problem(&e).into_response(),
    };
    let now = app.records.as_ref().map_or_else(|| Clock::System.now(), |records| records.clock.now());
    let today = current.book.zone.date_of(now).unwrap_or(Date::MAX);
    let page = rule(&current, policy, (role, today), mine, frame);
    html(StatusCode::OK, &page)
}

fn rule(
    current: &Current,
    policy: &Policy,
    (role, today): (RoleId, Date),
    mine: Mine,
    frame: impl Fn(&str) -> Frame,
) -> RulePage {
    let book = &current.book;
    // One that is only to come is shown where there is no other.
    let newest = policy.in_force(today).or(policy.versions.last());
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
        versions: versions(policy, newest, today)
            .into_iter()
            .map(|(stands, v)| (stands, explain::policy(book, policy, v, role, texts())))
            .collect(),
        mine,
        cases: book.cases.iter().filter(|c| of_this(&c.id.value)).map(|c| (c.id.value.clone(), about(c))).collect(),
    }
}

/// The version in force first, then those to come, then the earlier ones, the newest first.
fn versions<'p>(policy: &'p Policy, now: Option<&Version>, today: Date) -> Vec<(Stands, &'p Version)> {
    let of = |v: &Version| match now {
        Some(now) if now.in_force == v.in_force => Stands::Now,
        _ if v.in_force.is_some_and(|day| day > today) => Stands::ToCome,
        _ => Stands::Earlier,
    };
    let all: Vec<(Stands, &Version)> = policy.versions.iter().rev().map(|v| (of(v), v)).collect();
    let standing = |wanted: Stands| all.iter().filter(move |(stands, _)| *stands == wanted).copied();
    [Stands::Now, Stands::ToCome, Stands::Earlier].into_iter().flat_map(standing).collect()
}

#[expect(
    clippy::unused_self,
    clippy::trivially_copy_pass_by_ref,
    reason = "templates call methods of what they are given"
)]
impl RulePage {
    fn is_to_come(&self, stands: &Stands) -> bool {
        *stands == Stands::ToCome
    }

    /// How many versions are to come.
    fn to_come(&self) -> usize {
        self.versions.iter().filter(|(stands, _)| *stands == Stands::ToCome).count()
    }

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
