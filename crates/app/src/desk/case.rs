//! `/desk/cases/{case}`: one customer's request, on one page: who asks, what the book says, what can be done, and what was.

mod acts;
pub mod files;
mod offers;
mod own;
mod story;

use std::collections::BTreeMap;

use amends_core::assess::frozen::Frozen;
use amends_core::case::{
    Approval, ApprovalState, Asked as AskedOf, Case, Consult, Grant, GrantState, Look, Promise, PromiseState,
    State as CaseState, Turn,
};
use amends_core::ids::{CaseId, PersonId};
use amends_core::time::SECOND;
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::ask::{Asked, View, kind};
use super::page::{Frame, Here, NotFound, html};
use super::waits;
use crate::api::body::form_of;
use crate::api::refused::problem;
use crate::app::App;
use crate::door::pages::Staff;
use crate::flow::answers::{Answers, filled};
use crate::flow::assessing::{Asker, Trial};
use crate::flow::job::Refused;
use crate::flow::people::new_secret;
use crate::flow::present::present;
use crate::flow::{precedents, seal};
use crate::store::customers::{self, Profile};
use crate::store::{StoreError, assessments, journal, steps};
use crate::texts::{filters, money, time};
use offers::Offer;
use story::Told;

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
    /// What was typed beside the facts.
    typed: Typed,
    says: Option<String>,
    /// Until when the customer has a link to their page, where they have one.
    linked: Option<String>,
    /// A link for the customer that was made just now.
    made: Option<String>,
}

/// What is known of the customer.
struct Customer {
    id: String,
    name: String,
    since: Option<String>,
    rows: Vec<(String, String)>,
}

/// What was decided on requests like it.
struct Like {
    given: usize,
    declined: usize,
    median: Option<String>,
}

/// A question to someone with authority, or something that was given.
struct Decided {
    class: &'static str,
    icon: &'static str,
    text: String,
    quote: Option<String>,
    /// The yes that can be used: its id.
    usable: Option<String>,
    /// The no that can be appealed: its id.
    appeal: Option<String>,
    /// The grant that people make real: its id.
    by_hand: Option<String>,
    /// The grant that can still be taken back: its id, and for how many seconds.
    undo: Option<(String, i64)>,
    steps: Vec<String>,
}

/// Something dated that the customer was told.
struct Promised {
    id: String,
    words: String,
    /// How it stands, in a class, an icon and words.
    stands: (&'static str, &'static str, String),
    is_open: bool,
}

/// A question to a department.
struct Consulted {
    id: String,
    department: String,
    words: String,
    answer: Option<String>,
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
    form: Bytes,
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
    staff: Result<Staff, Response>,
    Path((id, act)): Path<(String, String)>,
    form: Bytes,
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
    let trial = Trial::of(records, Asker::of(me, &by), &case).await.map_err(|e| problem(&e).into_response())?;
    let mut dated = answers.clone();
    let now = records.clock.now();
    crate::flow::asking::date(&me.rules.book, &mut dated, now);
    let there = async { present(&mut *records.store.reader().await?, &me.business, &me.rules, now).await };
    let there = there.await.map_err(refused)?;
    let seen = trial.answer(&dated, |assessment, explanation, wrong| {
        let view = View::of(&Asked { assessment, explanation, answers: &dated, wrong });
        let Ok(frozen) = Frozen::of(assessment) else { return (view, Vec::new(), Vec::new()) };
        let offers = offers::of(staff, &case, (&frozen, explanation), &there, &answers);
        (view, offers, own::kinds(staff, &frozen))
    });
    // A request that no rule governs is worked on all the same.
    let nothing = (None, Vec::new(), Vec::new());
    let (view, offers, own) = seen.map_or(nothing, |(view, offers, own)| (Some(view), offers, own));
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
            .map(|offer| Offered { name: name_of(staff, &offer.to), is_me: offer.to == me.person.id }),
        may_take_over: is_open && !is_mine && ladder.height(&me.person.role) > ladder.height(&case.owner.role),
        typed: Typed::of(&answers),
        says,
        linked: linked.map(|until| time(until, &me.rules.book.zone)),
        made: None,
    })
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
                reason: text("own.reason"),
            },
        }
    }
}

/// What is read beside the case itself.
struct Beside {
    customer: Option<Customer>,
    like: Option<Like>,
    story: Vec<Told>,
    steps: BTreeMap<String, Vec<String>>,
}

async fn beside(staff: &Staff, case: &Case, trial: &Trial<'_>) -> Result<Beside, StoreError> {
    let (me, records) = (&staff.me, &staff.records);
    let mut conn = records.store.reader().await?;
    let mut kept = journal::of_case(&mut conn, &me.business, &case.id, 0, STORY_MAX).await?;
    seal::open_kept(&mut conn, &me.business, &mut kept).await?;
    let files = files::of(&mut conn, case).await?;
    let customer = match &case.customer {
        Some(id) => {
            let profile = customers::profile(&mut conn, &me.business, id).await?;
            let bought = customers::bought(&mut conn, &me.business, id).await?;
            Some(customer(staff, id.as_str(), profile, &bought, trial))
        }
        None => None,
    };
    let grants: Vec<&str> = case.grants.iter().map(|grant| grant.id.as_str()).collect();
    let mut of: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in steps::of_grants(&mut conn, &me.business, &grants).await? {
        of.entry(row.grant.to_string()).or_default().push(story::step(&row));
    }
    drop(conn);
    let like = match case.assessments.last() {
        Some(kept) => precedents::find(records, &me.business, (&case.id, &kept.frozen.digest), LIKE_MAX).await?,
        None => None,
    };
    let like = like.filter(|found| !found.near.is_empty()).map(|found| Like {
        given: found.count(crate::store::precedents::GIVEN),
        declined: found.count(crate::store::precedents::DECLINED),
        median: found.median(|p| p.amount).map(money),
    });
    Ok(Beside { customer, like, story: story::of(staff, case, &kept, &files), steps: of })
}

fn customer(
    staff: &Staff,
    id: &str,
    profile: Option<Profile>,
    bought: &[(u64, amends_core::money::Money)],
    trial: &Trial<'_>,
) -> Customer {
    let zone = &staff.me.rules.book.zone;
    let orders: u64 = bought.iter().map(|(count, _)| count).sum();
    let mut rows = Vec::new();
    if orders > 0 {
        rows.push((t!("case-orders"), orders.to_string()));
        let spent: Vec<String> = bought.iter().map(|(_, total)| money(*total)).collect();
        rows.push((t!("case-spent"), spent.join(", ")));
    }
    let year = staff.records.clock.now().micros() - 365 * amends_core::time::DAY;
    let recent = trial.bent().iter().filter(|bent| bent.at.micros() > year).count();
    rows.push((t!("case-exceptions-12-months"), recent.to_string()));
    let (name, since) = profile.map_or((None, None), |p| (p.name, Some(p.since)));
    let since = since.and_then(|at| time(at, zone).split(',').next().map(str::to_owned));
    Customer { id: id.to_owned(), name: name.unwrap_or_else(|| id.to_owned()), since, rows }
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

/// What someone is called.
pub(super) fn name_of(staff: &Staff, id: &PersonId) -> String {
    staff.me.rules.people.get(id).map_or_else(|| id.to_string(), |person| person.name.clone())
}

fn chips(staff: &Staff, case: &Case, is_mine: bool) -> Vec<(&'static str, &'static str, String)> {
    let (now, zone) = (staff.records.clock.now(), &staff.me.rules.book.zone);
    let owner = name_of(staff, &case.owner.id);
    let mut chips = vec![match case.state {
        CaseState::Open if is_mine => ("open", "person", t!("case-yours-until-it-is-settled")),
        CaseState::Open => ("plain", "person", t!("case-owners-until-it-is-settled", owner = owner)),
        CaseState::Settled => ("inside", "inside", t!("case-settled-by-owner", owner = owner)),
        CaseState::Declined => ("never", "never", t!("case-declined-by-owner", owner = owner)),
        CaseState::Lapsed => ("plain", "clock", t!("case-lapsed-the-customer-did-not")),
    }];
    chips.push(("inside", "calendar", t!("case-dates-count-as-of-zone", zone = time(case.asked, zone))));
    if case.state == CaseState::Open {
        chips.push(match case.turn {
            Turn::Ours => ("plain", "clock", format!("open {}", waits(now, case.opened))),
            Turn::Customers { since, .. } => {
                ("plain", "clock", t!("case-the-customers-turn-for-since", since = waits(now, since)))
            }
        });
    }
    if case.head.is_some() {
        chips.push(("theirs", "theirs", t!("case-the-head-sees-it")));
    }
    chips
}

fn promised(staff: &Staff, promise: &Promise) -> Promised {
    let until = time(promise.due, &staff.me.rules.book.zone);
    let stands = match promise.state {
        PromiseState::Made => ("plain", "clock", t!("case-until", until = until)),
        PromiseState::Rang => ("yours", "clock", t!("case-soon-until-until", until = until)),
        PromiseState::Missed => ("never", "alert", t!("case-missed-it-was-until-until", until = until)),
        PromiseState::Kept => ("inside", "inside", t!("case-kept")),
        PromiseState::KeptLate => ("yours", "inside", t!("case-kept-late")),
    };
    Promised { id: promise.id.to_string(), words: promise.words.to_string(), stands, is_open: promise.is_open() }
}

fn consulted(consult: &Consult) -> Consulted {
    Consulted {
        id: consult.id.to_string(),
        department: consult.department.to_string(),
        words: consult.words.to_string(),
        answer: consult.answer.as_ref().map(ToString::to_string),
    }
}

fn colleagues(staff: &Staff, case: &Case) -> Vec<(String, String)> {
    let people = staff.me.rules.people.values();
    let others = people.filter(|p| p.active && !p.person().is_agent() && p.id != case.owner.id);
    let mut all: Vec<(String, String)> = others.map(|p| (p.id.to_string(), p.name.clone())).collect();
    all.sort_by(|a, b| a.1.cmp(&b.1));
    all
}

/// What an option of an assessment on the case is called, with its amount.
pub(super) fn called(case: &Case, of: &amends_core::authority::Bound) -> String {
    let option = case.assessment(&of.assessment).and_then(|kept| kept.frozen.option(&of.option));
    let says = option.map_or_else(|| of.option.as_str().replace('_', " "), |option| option.says.clone());
    match &of.amount {
        Some(amount) => format!("{says}, {}", amount.money().map_or_else(|| amount.to_string(), money)),
        None => says,
    }
}

fn decided(staff: &Staff, case: &Case, steps: &BTreeMap<String, Vec<String>>) -> Vec<Decided> {
    let questions = case.approvals.iter().filter_map(|approval| question(staff, case, approval));
    let given = case.grants.iter().map(|grant| granted(staff, case, grant, steps));
    questions.chain(given).collect()
}

const NOTHING: Decided = Decided {
    class: "plain",
    icon: "plain",
    text: String::new(),
    quote: None,
    usable: None,
    appeal: None,
    by_hand: None,
    undo: None,
    steps: Vec::new(),
};

fn question(staff: &Staff, case: &Case, approval: &Approval) -> Option<Decided> {
    let (what, zone) = (called(case, &approval.of), &staff.me.rules.book.zone);
    let clock = |at| time(at, zone).rsplit(", ").next().unwrap_or_default().to_owned();
    let name = |person: &amends_core::authority::Person| name_of(staff, &person.id);
    Some(match &approval.state {
        ApprovalState::Waiting { to: AskedOf::Person(to), until, .. } => Decided {
            class: "theirs",
            icon: "clock",
            text: t!("case-to-is-asked-until-until", to = name_of(staff, to), until = clock(*until), what = what),
            ..NOTHING
        },
        ApprovalState::Waiting { to: AskedOf::CallBack(at), .. } => Decided {
            class: "theirs",
            icon: "clock",
            text: t!("case-nobody-is-there-to-ask", zone = time(*at, zone), what = what),
            ..NOTHING
        },
        ApprovalState::Given { by, of, until } => Decided {
            class: "inside",
            icon: "inside",
            text: t!("case-by-says-yes-until-until", by = name(by), until = clock(*until), of = called(case, of)),
            usable: Some(approval.id.to_string()),
            ..NOTHING
        },
        ApprovalState::Refused { by, reason } => Decided {
            class: "never",
            icon: "never",
            text: t!("case-by-says-no-what", by = name(by), what = what),
            quote: Some(reason.to_string()),
            appeal: may_appeal(case, approval).then(|| approval.id.to_string()),
            ..NOTHING
        },
        ApprovalState::Ended => {
            Decided { icon: "clock", text: t!("case-nobody-answered-in-time-what", what = what), ..NOTHING }
        }
        // What was given says so.
        ApprovalState::Used { .. } => return None,
    })
}

/// Whether the one appeal is still open.
fn may_appeal(case: &Case, no: &Approval) -> bool {
    let is_taken = |a: &Approval| a.look == Look::Second && a.state != ApprovalState::Ended;
    no.look == Look::First && !case.approvals.iter().any(is_taken)
}

fn granted(staff: &Staff, case: &Case, grant: &Grant, steps: &BTreeMap<String, Vec<String>>) -> Decided {
    let (class, icon, word) = match grant.state {
        GrantState::Reserved => ("yours", "gift", t!("case-given-under-way")),
        GrantState::Settled => ("inside", "inside", t!("case-done")),
        GrantState::Released => ("never", "never", t!("case-could-not-be-done")),
        GrantState::TakenBack => ("plain", "undo", t!("case-taken-back")),
    };
    let by_hand = grant.state == GrantState::Reserved && grant.fulfil == amends_core::authority::Fulfil::ByHand;
    let now = staff.records.clock.now();
    let is_theirs = grant.by.id == staff.me.person.id && grant.may_be_taken_back(now);
    let left = grant.undo_until.filter(|_| is_theirs).map(|until| until.micros() - now.micros());
    Decided {
        class,
        icon,
        text: format!("{word}: {}", called(case, &grant.of)),
        by_hand: by_hand.then(|| grant.id.to_string()),
        undo: left.map(|left| (grant.id.to_string(), (left + SECOND - 1) / SECOND)),
        steps: steps.get(grant.id.as_str()).cloned().unwrap_or_default(),
        ..NOTHING
    }
}
