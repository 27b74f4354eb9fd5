//! `/history`: which editions of the rules there were, by whom, and what was different in each as people read it.

use amends_core::explain::Change;
use amends_core::ids::PersonId;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::draft::{Line, lines};
use super::frame_of;
use super::page::{Frame, Here, html};
use crate::api::refused::problem;
use crate::app::App;
use crate::door::pages::Staff;
use crate::flow::history::{RuleTold, Told, Wanted, What, history};
use crate::flow::job::Refused;
use crate::texts::{date, filters, moment};

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage {
    frame: Frame,
    book: String,
    title: String,
    /// The rule whose history it is: id and title; none: of all.
    of: Option<(String, String)>,
    editions: Vec<Edition>,
    /// Where there are more.
    next: Option<i64>,
}

/// An edition in words.
struct Edition {
    number: i64,
    at: String,
    /// Who published it; none: the folder was read.
    publisher: Option<String>,
    authors: String,
    is_first: bool,
    whole: bool,
    rules: Vec<Rule>,
}

/// A version that came, changed or went.
struct Rule {
    policy: String,
    title: String,
    in_force: Option<String>,
    what: What,
    changes: Vec<Change>,
    lines: Vec<Line>,
}

impl Rule {
    fn of(told: &RuleTold) -> Self {
        Self {
            policy: told.policy.clone(),
            title: told.title.clone(),
            in_force: told.in_force.map(date),
            what: told.what,
            changes: told.changes.clone(),
            // Of what is wholly new or gone every line would be shown.
            lines: if matches!(told.what, What::Rule | What::Gone) {
                Vec::new()
            } else {
                lines(&told.texts.0, &told.texts.1)
            },
        }
    }

    fn is_rule(&self) -> bool {
        self.what == What::Rule
    }

    fn is_changed(&self) -> bool {
        self.what == What::Changed
    }

    fn is_gone(&self) -> bool {
        self.what == What::Gone
    }
}

/// What a link to the history may say.
#[derive(Default, Deserialize)]
pub struct Before {
    before: Option<i64>,
}

/// `GET /history`: of all rules.
pub async fn all(State(app): State<App>, staff: Staff, Query(query): Query<Before>) -> Response {
    page(&app, &staff, None, query.before).await
}

/// `GET /history/{policy}`: of one rule.
pub async fn one(
    State(app): State<App>,
    staff: Staff,
    Path(policy): Path<String>,
    Query(query): Query<Before>,
) -> Response {
    page(&app, &staff, Some(policy), query.before).await
}

async fn page(app: &App, staff: &Staff, policy: Option<String>, before: Option<i64>) -> Response {
    let frame = match frame_of(app, staff, &t!("history-what-changed-when"), Here::Book).await {
        Ok(frame) => frame,
        Err(response) => return response,
    };
    let wanted = Wanted { policy: policy.clone(), before, since: None };
    let (told, next) = match history(&staff.records, &staff.me.business, wanted).await {
        Ok(found) => found,
        Err(e) => return problem(&Refused::Store(e)).into_response(),
    };
    let book = &staff.me.rules.book;
    let titled = |id: String| {
        let version = book.policies.iter().find(|p| p.id == id).and_then(|p| p.versions.last());
        let title = version.map_or_else(|| id.replace('_', " "), |version| version.title.clone());
        (id, title)
    };
    let page = HistoryPage {
        frame,
        book: book.name.clone(),
        title: book.title.clone(),
        of: policy.map(titled),
        editions: told.iter().map(|told| edition(staff, told)).collect(),
        next,
    };
    html(StatusCode::OK, &page)
}

fn edition(staff: &Staff, told: &Told) -> Edition {
    let zone = &staff.me.rules.book.zone;
    let name = |id: &PersonId| staff.me.rules.name_of(id);
    let published = told.edition.published.as_ref();
    Edition {
        number: told.edition.number,
        at: moment(told.edition.at, zone),
        publisher: published.map(|p| name(&p.by)),
        authors: published.map(|p| p.authors.iter().map(name).collect::<Vec<_>>().join(", ")).unwrap_or_default(),
        is_first: told.is_first,
        whole: told.whole,
        rules: told.rules.iter().map(Rule::of).collect(),
    }
}
