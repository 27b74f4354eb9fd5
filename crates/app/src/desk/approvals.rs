//! `/approvals`: the questions that wait for someone with authority, each with what it takes to decide it in ten seconds.

use amends_core::assess::frozen::{OptionFrozen, Size};
use amends_core::case::{Answer, Approval, ApprovalState, Asked, Case, Command, Look};
use amends_core::explain;
use amends_core::facts::read_question;
use amends_core::ids::{ApprovalId, CaseId, PersonId};
use amends_core::money::Currency;
use amends_core::time::Time;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::ask::TermRow;
use super::case::{LIKE_MAX, called, title};
use super::page::{Frame, Here, html};
use super::typed::{self, Not};
use super::{frame_of, waits};
use crate::api::body::form_of;
use crate::api::refused::problem;
use crate::app::App;
use crate::door::pages::{Posted, Staff};
use crate::flow::answers::Answers;
use crate::flow::job::Refused;
use crate::flow::precedents;
use crate::flow::present::waiting_for;
use crate::flow::records::With;
use crate::store::approvals::{Before, Waiting};
use crate::store::{StoreError, assessments, customers};
use crate::texts::{filters, money, texts, time};

/// Most questions of the page.
const SHOWN_MAX: usize = 50;

#[derive(Template)]
#[template(path = "approvals.html")]
struct Page {
    frame: Frame,
    csrf: String,
    cards: Vec<Card>,
    more: usize,
    says: Option<String>,
}

/// One question.
struct Card {
    id: String,
    case: String,
    at: String,
    /// What would be given, and its amount.
    what: String,
    amount: Option<String>,
    cost: Option<String>,
    /// What the case is about.
    title: String,
    asker: String,
    words: String,
    /// Whether they were asked, or may answer all the same.
    is_for_me: bool,
    is_second: bool,
    /// How long there is, in words, and in seconds.
    left: String,
    /// The same for the time that scripts fill in.
    left_as: String,
    seconds: i64,
    terms: Vec<TermRow>,
    /// What it rests on that is only claimed or said.
    relied: Vec<String>,
    /// Who said no before: whom and when, and why.
    before: Vec<(String, Option<String>)>,
    customer: Option<String>,
    like: Option<String>,
    /// The amount may be another one.
    may_adjust: bool,
    currency: String,
    /// What could be offered instead: id and words.
    instead: Vec<(String, String)>,
}

/// `GET /approvals`
pub async fn show(State(app): State<App>, staff: Staff) -> Response {
    page(&app, &staff, StatusCode::OK, None).await
}

/// `POST /approvals/{case}/{approval}`: yes, another amount, or no.
pub async fn answer(
    State(app): State<App>,
    Path((case, approval)): Path<(String, String)>,
    Posted { staff, form }: Posted,
) -> Response {
    let staff = match staff {
        Ok(staff) => staff,
        Err(turned) => return super::again(turned, &format!("/approvals/{case}/{approval}"), &form),
    };
    let answers = Answers::of(form_of(&form));
    match said(&staff, &case, &approval, &answers).await {
        Ok(()) => Redirect::to("/approvals").into_response(),
        Err(not) => {
            let says = meanwhile(&staff, &case, &approval, answers.get("words").unwrap_or_default()).await;
            page(&app, &staff, not.status, Some(says.unwrap_or(not.says))).await
        }
    }
}

/// Who said what to a question that is open no more, and what was typed here; none where it still waits.
async fn meanwhile(staff: &Staff, case: &str, approval: &str, typed: &str) -> Option<String> {
    let (case, id) = (CaseId::parse(case).ok()?, ApprovalId::parse(approval).ok()?);
    let case = staff.records.case(&staff.me.business, &case).await.ok()??;
    let approval = case.approval(&id)?;
    let what = called(&case, &approval.of);
    let says = match &approval.state {
        ApprovalState::Waiting { .. } => return None,
        ApprovalState::Given { by, of, .. } | ApprovalState::Used { by, of, .. } => {
            t!("approvals-meanwhile-yes", by = staff.me.rules.name_of(&by.id), what = called(&case, of))
        }
        ApprovalState::Refused { by, reason } => {
            t!("approvals-meanwhile-no", by = staff.me.rules.name_of(&by.id), what = what, reason = reason.to_string())
        }
        ApprovalState::Ended => t!("approvals-meanwhile-nobody", what = what),
    };
    match typed.trim() {
        "" => Some(says),
        typed => Some(t!("approvals-meanwhile-wrote", says = says, typed = typed)),
    }
}

async fn said(staff: &Staff, case: &str, approval: &str, answers: &Answers) -> Result<(), Not> {
    let text = |name: &str| answers.get(name).unwrap_or_default();
    let words = |what: &str| typed::words(text("words"), what);
    typed::is_ours(staff, text("csrf"))?;
    let none = |_| Not { status: StatusCode::NOT_FOUND, says: t!("approvals-there-is-no-such-question") };
    let (case, id) = (CaseId::parse(case).map_err(none)?, ApprovalId::parse(approval).map_err(none)?);
    let answer = match text("say") {
        "yes" => Answer::Yes { words: words(&t!("approvals-what-they-should-know")).ok() },
        "adjust" => {
            let currency = Currency::parse(text("currency"));
            let currency = currency.ok_or_else(|| Not::wrong(t!("approvals-the-amount-has-no-currency")))?;
            Answer::Adjust {
                amount: typed::amount(text("amount"), currency)?,
                words: words(&t!("approvals-why-another-amount"))?,
            }
        }
        "no" => {
            let instead = typed::instead(answers, "other")?;
            Answer::No { reason: words(&t!("approvals-the-reason"))?, instead }
        }
        _ => return Err(Not::wrong(t!("approvals-say-which-answer"))),
    };
    staff.records.command(&staff.me, &case, With::default(), Command::AnswerApproval { id, answer }).await?;
    Ok(())
}

async fn page(app: &App, staff: &Staff, status: StatusCode, says: Option<String>) -> Response {
    let frame = match frame_of(app, staff, &t!("frame-approvals"), Here::Approvals).await {
        Ok(frame) => frame,
        Err(response) => return response,
    };
    match cards(staff).await {
        Ok((cards, more)) => html(status, &Page { frame, csrf: staff.csrf().to_owned(), cards, more, says }),
        Err(e) => problem(&e).into_response(),
    }
}

/// The questions that someone may answer, those that were put to them first.
pub(super) async fn for_me(staff: &Staff) -> Result<Vec<Waiting>, StoreError> {
    let me = &staff.me;
    let mut all = waiting_for(&mut *staff.records.store.reader().await?, me).await?;
    all.sort_by_key(|w| w.asked_of.as_deref() != Some(me.person.id.as_str()));
    Ok(all)
}

async fn cards(staff: &Staff) -> Result<(Vec<Card>, usize), Refused> {
    let all = for_me(staff).await.map_err(Refused::Store)?;
    let more = all.len().saturating_sub(SHOWN_MAX);
    let mut cards = Vec::new();
    for waiting in all.iter().take(SHOWN_MAX) {
        let (Ok(case), Ok(id)) = (CaseId::parse(&waiting.case), ApprovalId::parse(&waiting.id)) else { continue };
        let Some(case) = staff.records.case(&staff.me.business, &case).await? else { continue };
        if let Some(approval) = case.approval(&id).filter(|a| a.is_waiting()) {
            cards.extend(card(staff, &case, approval, waiting).await.map_err(Refused::Store)?);
        }
    }
    Ok((cards, more))
}

async fn card(staff: &Staff, case: &Case, approval: &Approval, waiting: &Waiting) -> Result<Option<Card>, StoreError> {
    let (me, records, now) = (&staff.me, &staff.records, staff.records.clock.now());
    let ApprovalState::Waiting { to, until, .. } = &approval.state else { return Ok(None) };
    if case.owner.id == me.person.id {
        return Ok(None);
    }
    let is_for_me = matches!(to, Asked::Person(id) if *id == me.person.id);
    let kept = case.assessment(&approval.of.assessment);
    let option = kept.and_then(|kept| kept.frozen.option(&approval.of.option));
    let mut conn = records.store.reader().await?;
    let assessed = assessments::find(&mut conn, &me.business, &approval.of.assessment).await?;
    let customer = match &case.customer {
        Some(id) => {
            let names = customers::names(&mut conn, &me.business, &[id.as_str()]).await?;
            Some(super::known_as(id.as_str(), &names))
        }
        None => None,
    };
    drop(conn);
    let explained = assessed.and_then(|line| explained(staff, &line.question, approval.of.option.as_str()));
    let Explained { terms, relied, detour } = explained.unwrap_or_default();
    let found = precedents::find(records, &me.business, (&case.id, &approval.of.assessment), LIKE_MAX).await?;
    let like = found.filter(|found| !found.near.is_empty()).map(|found| {
        let (given, all) = (found.count(crate::store::precedents::GIVEN), found.near.len());
        match found.median(|p| p.amount) {
            Some(median) => t!("approvals-like-median", given = given, all = all, median = money(median)),
            None => t!("approvals-like", given = given, all = all),
        }
    });
    let options = kept.map(|kept| kept.frozen.options.as_slice()).unwrap_or_default();
    let others = options.iter().filter(|o| o.id != approval.of.option);
    let mut instead: Vec<(String, String)> = others.map(|o| (o.id.to_string(), super::case::titled(o))).collect();
    instead.extend(detour.map(|says| ("detour".to_owned(), says)));
    let amount = approval.of.amount.as_ref().map(|a| a.money().map_or_else(|| a.to_string(), money));
    let cost = Some(money(approval.cost)).filter(|cost| Some(cost) != amount.as_ref());
    Ok(Some(Card {
        id: approval.id.to_string(),
        case: case.id.to_string(),
        at: format!("/approvals/{}/{}", case.id, approval.id),
        what: option.map_or_else(|| approval.of.option.as_str().replace('_', " "), |o| o.says.clone()),
        amount,
        cost,
        title: title(staff, case),
        asker: staff.me.rules.name_of(&approval.asker.id),
        words: approval.words.as_ref().map(ToString::to_string).unwrap_or_default(),
        is_for_me,
        is_second: approval.look == Look::Second,
        left: left(&waits(*until, now), to),
        left_as: left("#", to),
        seconds: (until.micros() - now.micros()).max(0) / amends_core::time::SECOND,
        terms,
        relied,
        before: before(staff, waiting),
        customer,
        like,
        may_adjust: option.is_some_and(may_adjust),
        currency: approval.cost.currency.code().to_owned(),
        instead,
    }))
}

/// Who said no to the same request.
fn before(staff: &Staff, waiting: &Waiting) -> Vec<(String, Option<String>)> {
    let rules = &staff.me.rules;
    let one = |no: &Before| {
        let by = PersonId::parse(&no.by).map_or_else(|_| no.by.clone(), |id| rules.name_of(&id));
        let at = Time::parse(&no.at, &rules.book.zone).map_or_else(|_| no.at.clone(), |at| time(at, &rules.book.zone));
        (t!("approvals-no-before", by = by, at = at), no.words.clone())
    };
    waiting.before.iter().map(one).collect()
}

fn may_adjust(option: &OptionFrozen) -> bool {
    option.size != Size::Whole && option.amount.as_ref().is_some_and(|a| a.money().is_some())
}

/// How long there is left.
fn left(left: &str, to: &Asked) -> String {
    match to {
        Asked::CallBack(_) => t!("approvals-call-back-within-left", left = left),
        Asked::Person(_) => t!("approvals-left", left = left),
    }
}

/// An answer in words, for whoever says yes or no to one of its options.
#[derive(Default)]
struct Explained {
    /// What does not hold, and what stands around it.
    terms: Vec<TermRow>,
    /// What the option rests on that is only claimed or said.
    relied: Vec<String>,
    /// What the customer can do anyway.
    detour: Option<String>,
}

fn explained(staff: &Staff, question: &str, option: &str) -> Option<Explained> {
    let book = &staff.me.rules.book;
    let read = read_question(&book.schema, question).ok()?;
    let role = book.role(staff.me.person.role.as_str())?;
    let mut workspace = amends_core::assess::Workspace::default();
    let a = amends_core::assess::assess(book, &read.request, &read.facts, role, &mut workspace).ok()?;
    let e = explain::explain(&a, texts());
    let terms = e.terms.iter().chain(&e.around).map(|row| TermRow::of(row, false)).collect();
    let relied = explain::relied_on(&a, option, texts());
    Some(Explained { terms, relied, detour: e.detour.map(|d| d.says) })
}
