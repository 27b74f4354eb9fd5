//! `/desk/cases/{case}`: one customer's request, on one page: who asks, what the book says, what can be done, and what was.

mod acts;
mod beside;
mod decided;
pub mod files;
mod offers;
mod own;
mod stands;
mod story;

use amends_core::assess::frozen::Frozen;
use amends_core::case::{Case, State as CaseState};
use amends_core::facts::Source;
use amends_core::ids::CaseId;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::ask::{Asked, View, kind};
use super::page::{Frame, Here, NotFound, html};
use crate::api::body::{TypedIn, form_of};
use crate::api::refused::problem;
use crate::app::App;
use crate::door::pages::{Posted, Staff};
use crate::flow::answers::{Answers, filled};
use crate::flow::assessing::{Asker, Trial};
use crate::flow::job::Refused;
use crate::flow::ledger;
use crate::flow::people::new_secret;
use crate::flow::present::present;
use crate::flow::said;
use crate::store::{StoreError, assessments};
use crate::texts::{filters, time};
use beside::{Customer, Like, beside};
use decided::{Decided, decided};
use offers::Offer;
use stands::{Consulted, Promised, chips, consulted, promised};
use story::Told;

pub(super) use decided::called;
pub(super) use offers::titled;

/// Most entries of the story so far.
const STORY_MAX: i64 = 500;
/// How many decisions a request is compared with.
pub(super) const LIKE_MAX: usize = 20;

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage<'p> {
    frame: &'p Frame,
    c: &'p Content,
}

#[derive(Template)]
#[template(path = "case.html", block = "work")]
struct CasePart<'p> {
    frame: &'p Frame,
    c: &'p Content,
}

/// Everything on the page.
struct Content {
    frame: Frame,
    /// Its address.
    at: String,
    csrf: String,
    /// By what a form that is sent twice is told.
    key: String,
    id: String,
    title: String,
    request: String,
    /// Chips: class, icon and words.
    chips: Vec<(&'static str, &'static str, String)>,
    /// Whether it is theirs to work on.
    is_mine: bool,
    is_open: bool,
    customer: Option<Customer>,
    view: Option<View>,
    offers: Vec<Offer>,
    instead: Vec<Offer>,
    /// What a remedy of theirs may be: kind and words.
    own: Vec<(&'static str, String)>,
    /// What was asked and answered, what was given.
    decided: Vec<Decided>,
    like: Option<Like>,
    story: Vec<Told>,
    promised: Vec<Promised>,
    consulted: Vec<Consulted>,
    /// People to whom it could be handed over: id and name.
    colleagues: Vec<(String, String)>,
    offered: Option<Offered>,
    may_take_over: bool,
    /// What of what was filled in does not count as it was said.
    told: Vec<String>,
    /// What was typed beside the facts.
    typed: Typed,
    says: Option<String>,
    /// Until when the customer has a link to their page, where they have one.
    linked: Option<String>,
    /// A link for the customer that was made just now.
    made: Option<String>,
}

/// To whom it is offered, and whether that is the reader.
struct Offered {
    name: String,
    is_me: bool,
}

/// What was typed beside the facts.
#[derive(Default)]
struct Typed {
    note: String,
    kind: String,
    reason: String,
    other: String,
    handover: String,
    customer: String,
    promise: String,
    due: String,
    department: String,
    consult: String,
    shows: String,
    own: Own,
}

/// What was typed of a remedy of one's own.
#[derive(Default)]
struct Own {
    says: String,
    kind: String,
    amount: String,
    cost: String,
    charged: String,
    reason: String,
}

impl Content {
    fn page(&self, status: StatusCode) -> Response {
        html(status, &CasePage { frame: &self.frame, c: self })
    }

    /// What the customer said last.
    fn asks_for(&self) -> Option<&str> {
        self.story.iter().rev().filter(|told| told.asks).find_map(|told| told.quote.as_deref())
    }

    fn is_kind(&self, kind: &str) -> bool {
        self.typed.kind == kind || (self.typed.kind.is_empty() && kind == "note")
    }
}

/// `GET /desk/cases/{case}`
pub async fn show(State(app): State<App>, staff: Staff, Path(id): Path<String>) -> Response {
    match whole(&app, &staff, &id, None, None).await {
        Ok(page) => page.page(StatusCode::OK),
        Err(response) => response,
    }
}

/// `POST /desk/cases/{case}`: the page again, with the answer to what was filled in. Sent while typing.
pub async fn answer(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<String>,
    headers: HeaderMap,
    TypedIn(form): TypedIn,
) -> Response {
    let mut answers = Answers::of(form_of(&form));
    answers.rows_of_buttons();
    if headers.contains_key("hx-request") {
        // The head of the page stays as it is.
        return match page(&staff, &id, Frame::bare(""), Some(answers), None).await {
            Ok(page) => html(StatusCode::OK, &CasePart { frame: &page.frame, c: &page }),
            Err(response) => response,
        };
    }
    match whole(&app, &staff, &id, Some(answers), None).await {
        Ok(page) => page.page(StatusCode::OK),
        Err(response) => response,
    }
}

/// `POST /desk/cases/{case}/{act}`: does something, and shows the page as it is then; where it was not done, with why and
/// with all that was typed.
pub async fn act(
    State(app): State<App>,
    Path((id, act)): Path<(String, String)>,
    Posted { staff, form }: Posted,
) -> Response {
    let at = format!("/desk/cases/{id}");
    let staff = match staff {
        Ok(staff) => staff,
        Err(turned) => return super::again(turned, &format!("{at}/{act}"), &form),
    };
    let answers = Answers::of(form_of(&form));
    if act == "link" {
        return link(&app, &staff, &id, answers).await;
    }
    let (status, says) = match acts::run(&staff, &id, &act, &answers).await {
        Ok(()) => return axum::response::Redirect::to(&at).into_response(),
        Err(not) => (not.status, not.says),
    };
    match whole(&app, &staff, &id, Some(answers), Some(says)).await {
        Ok(page) => page.page(status),
        Err(response) => response,
    }
}

/// Makes a link for the customer, which is told on this page alone.
async fn link(app: &App, staff: &Staff, id: &str, answers: Answers) -> Response {
    let (status, says, made) = match acts::link(staff, id, &answers).await {
        Ok(made) => (StatusCode::OK, None, made.link),
        Err(not) => (not.status, Some(not.says), None),
    };
    match whole(app, staff, id, Some(answers), says).await {
        Ok(page) => Content { made, ..page }.page(status),
        Err(response) => response,
    }
}

/// Writes on each card what is left of what it would be paid back from.
async fn with_left(
    staff: &Staff,
    case: &Case,
    frozen: Option<&Frozen>,
    offers: &mut [Offer],
) -> Result<(), StoreError> {
    let Some(frozen) = frozen else { return Ok(()) };
    let (records, business) = (&staff.records, &staff.me.business);
    let left = ledger::left(&mut *records.store.reader().await?, business, case, frozen).await?;
    for offer in offers {
        let Some((_, of_it)) = left.iter().find(|(option, _)| option.as_str() == offer.id) else { continue };
        let denied = of_it.denied.iter().map(ToString::to_string);
        offer.left = of_it.left.iter().map(offers::left_in_words).chain(denied).collect();
    }
    Ok(())
}

fn no_such() -> Response {
    let says = t!("case-there-is-no-such-case");
    html(StatusCode::NOT_FOUND, &NotFound::new(Frame::bare(t!("case-not-found")), says))
}

fn refused(e: StoreError) -> Response {
    problem(&Refused::Store(e)).into_response()
}

/// Makes the page with its head.
async fn whole(
    app: &App,
    staff: &Staff,
    id: &str,
    answers: Option<Answers>,
    says: Option<String>,
) -> Result<Content, Response> {
    let frame = super::frame_of(app, staff, "", Here::Desk).await?;
    page(staff, id, frame, answers, says).await
}

/// Makes the page. `answers`: what was filled in; none: what the latest assessment was made from.
async fn page(
    staff: &Staff,
    id: &str,
    frame: Frame,
    answers: Option<Answers>,
    says: Option<String>,
) -> Result<Content, Response> {
    let (me, records) = (&staff.me, &staff.records);
    let id = CaseId::parse(id).map_err(|_| no_such())?;
    let case = records.case(&me.business, &id).await.map_err(|e| problem(&e).into_response())?.ok_or_else(no_such)?;
    let answers = match answers {
        Some(answers) => answers,
        None => kept(staff, &case).await.map_err(refused)?,
    };
    let by = me.actor();
    let trial =
        Trial::of(records, Asker::of(me, &by).by_form(), &case).await.map_err(|e| problem(&e).into_response())?;
    let mut dated = answers.clone();
    let now = records.clock.now();
    crate::flow::asking::date(&me.rules.book, &mut dated, now);
    let there = async { present(&mut *records.store.reader().await?, &me.business, &me.rules, now).await };
    let there = there.await.map_err(refused)?;
    let seen = trial.answer(&dated, |assessment, explanation, wrong| {
        let view = View::of(&Asked { assessment, explanation, answers: &dated, wrong, own: me.source() });
        let Ok(frozen) = Frozen::of(assessment) else { return (view, Vec::new(), Vec::new(), None) };
        let offers = offers::of(staff, &case, (&frozen, explanation), &there, &answers);
        (view, offers, own::kinds(staff, &frozen), Some(frozen))
    });
    // A request that no rule governs is worked on all the same.
    let nothing = (None, Vec::new(), Vec::new(), None);
    let seen = seen.map_or(nothing, |(view, offers, own, frozen)| (Some(view), offers, own, frozen));
    let (view, mut offers, own, frozen) = seen;
    with_left(staff, &case, frozen.as_ref(), &mut offers).await.map_err(refused)?;
    let (instead, offers) = offers.into_iter().partition(|offer| offer.is_instead);
    let title = title(staff, &case);
    let frame = Frame { title: title.clone(), ..frame };
    let beside = beside(staff, &case, &trial).await.map_err(refused)?;
    let linked = crate::flow::customer::good_until(records, &case).await.map_err(refused)?;
    let is_open = case.state == CaseState::Open;
    let is_mine = case.owner.id == me.person.id;
    let ladder = &me.rules.ladder;
    Ok(Content {
        frame,
        at: format!("/desk/cases/{id}"),
        csrf: staff.csrf().to_owned(),
        key: new_secret().map_err(refused)?,
        id: id.to_string(),
        title,
        request: case.request.as_str().replace('_', " "),
        chips: chips(staff, &case, is_mine),
        is_mine,
        is_open,
        customer: beside.customer,
        view,
        offers,
        instead,
        own,
        decided: decided(staff, &case, &beside.steps),
        like: beside.like,
        story: beside.story,
        promised: case.promises.iter().map(|promise| promised(staff, promise)).collect(),
        consulted: case.consults.iter().map(consulted).collect(),
        colleagues: colleagues(staff, &case),
        offered: case
            .offer
            .as_ref()
            .map(|offer| Offered { name: staff.me.rules.name_of(&offer.to), is_me: offer.to == me.person.id }),
        may_take_over: is_open && !is_mine && ladder.height(&me.person.role) > ladder.height(&case.owner.role),
        told: not_as_said(staff, &trial.told(&answers)),
        typed: Typed::of(&answers),
        says,
        linked: linked.map(|until| time(until, &me.rules.book.zone)),
        made: None,
    })
}

/// What does not count as it was said, in words.
fn not_as_said(staff: &Staff, told: &said::Told) -> Vec<String> {
    let labels = &staff.me.rules.book.labels;
    let name = |path: &str| if path == "*" { t!("case-told-all") } else { labels.of_fact(path).into_owned() };
    let lowered = told.lowered.iter().map(|one| match one.is {
        Source::Claimed => t!("case-told-claimed", fact = name(&one.path)),
        Source::Word => t!("case-told-word", fact = name(&one.path)),
        Source::Seen | Source::System => t!("case-told-seen", fact = name(&one.path)),
    });
    lowered.collect()
}

/// What the latest assessment was made from.
async fn kept(staff: &Staff, case: &Case) -> Result<Answers, StoreError> {
    let Some(kept) = case.assessments.last() else { return Ok(Answers::default()) };
    let mut conn = staff.records.store.reader().await?;
    let line = assessments::find(&mut conn, &case.business, &kept.frozen.digest).await?;
    let pairs = line.map_or_else(Vec::new, |line| filled(&staff.me.rules.book, &line.question));
    Ok(Answers::of(pairs.into_iter().filter(|(name, _)| name != "asked" && name != "now")))
}

impl Typed {
    fn of(answers: &Answers) -> Self {
        let text = |name: &str| answers.get(name).unwrap_or_default().to_owned();
        Self {
            note: text("note"),
            kind: text("kind"),
            reason: text("reason"),
            other: text("instead.words"),
            handover: text("handover"),
            customer: text("customer"),
            promise: text("promise"),
            due: text("promise.due"),
            department: text("department"),
            consult: text("consult"),
            shows: text("shows"),
            own: Own {
                says: text("own.says"),
                kind: text("own.kind"),
                amount: text("own.amount"),
                cost: text("own.cost"),
                charged: text("own.charged"),
                reason: text("own.reason"),
            },
        }
    }
}

/// What the kind of request is called.
pub(super) fn title(staff: &Staff, case: &Case) -> String {
    title_of(staff, case.request.as_str())
}

/// What a kind of request is called.
pub(super) fn title_of(staff: &Staff, request: &str) -> String {
    title_in(&staff.me.rules.book, request)
}

/// What a book calls a kind of request.
pub(super) fn title_in(book: &amends_core::book::rules::Book, request: &str) -> String {
    let policy = book.requests.get(request).and_then(|at| book.policies.get(*at));
    policy.map_or_else(|| request.replace('_', " "), |policy| kind(request, policy).title)
}

fn colleagues(staff: &Staff, case: &Case) -> Vec<(String, String)> {
    let people = staff.me.rules.people.values();
    let others = people.filter(|p| p.active && !p.person().is_agent() && p.id != case.owner.id);
    let mut all: Vec<(String, String)> = others.map(|p| (p.id.to_string(), p.name.clone())).collect();
    all.sort_by(|a, b| a.1.cmp(&b.1));
    all
}
