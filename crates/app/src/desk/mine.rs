//! `/desk`: what waits for whoever is signed in, and where a new case begins.

use std::collections::HashMap;

use amends_core::case::{Command, Opening};
use amends_core::digest::Digest;
use amends_core::ids::{CaseId, CustomerId, RequestKind};
use amends_core::time::Time;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::ask::{Kind, kind};
use super::case::title_of;
use super::found::{self, Look};
use super::page::{Frame, Here, html};
use super::typed::{self, Not};
use super::{frame_of, known_as, waits};
use crate::api::body::parts_of;
use crate::api::refused::problem;
use crate::app::App;
use crate::door::pages::{Posted, Staff};
use crate::flow::asking;
use crate::flow::job::{Refused, Work};
use crate::flow::people::new_secret;
use crate::flow::unanswered;
use crate::store::cases::{self, Line, Which};
use crate::store::{StoreError, customers};
use crate::texts::{filters, time};

/// Most cases of each list.
const LIST_MAX: usize = 200;
/// Most rows that differ that are named.
const DIFFERS_MAX: usize = 20;

#[derive(Template)]
#[template(path = "desk.html")]
struct Desk {
    frame: Frame,
    csrf: String,
    key: String,
    name: String,
    ours: Vec<Row>,
    theirs: Vec<Row>,
    offered: Vec<Row>,
    /// Declined, and the customer wrote since.
    wrote: Vec<Row>,
    /// Rows that do not say what the journal says, for whoever has the highest role.
    differs: Vec<String>,
    kinds: Vec<Kind>,
    given: Given,
    look: Option<Look>,
    says: Option<String>,
}

/// A case in a list.
struct Row {
    id: String,
    title: String,
    customer: String,
    /// Whose turn, and for how long.
    waits: String,
    asked: String,
    for_head: bool,
}

/// What begins a case.
#[derive(Default)]
struct Given {
    csrf: String,
    key: String,
    request: String,
    customer: String,
    words: String,
}

/// `GET /desk`
pub async fn show(State(app): State<App>, staff: Staff) -> Response {
    page(&app, &staff, StatusCode::OK, Given::default(), None, None).await
}

/// `POST /desk/look`: the same as while typing, by a button; all that was typed stays. The id of a case opens it.
pub async fn look(State(app): State<App>, Posted { staff, form }: Posted) -> Response {
    let staff = match staff {
        Ok(staff) => staff,
        Err(turned) => return super::again(turned, "/desk", &form),
    };
    let [pick, csrf, key, request, customer, words] =
        parts_of(&form, ["pick", "csrf", "key", "request", "customer", "words"]);
    let customer = if pick.is_empty() { customer.trim().to_owned() } else { pick };
    let look = match found::look(&staff, &customer).await {
        Ok(look) => look,
        Err(e) => return problem(&e).into_response(),
    };
    if let Some((case, _)) = &look.case {
        return Redirect::to(&format!("/desk/cases/{case}")).into_response();
    }
    let given = Given { csrf, key, request, customer, words };
    page(&app, &staff, StatusCode::OK, given, Some(look), None).await
}

/// `POST /desk`: opens a case.
pub async fn open(State(app): State<App>, Posted { staff, form }: Posted) -> Response {
    let staff = match staff {
        Ok(staff) => staff,
        Err(turned) => return super::again(turned, "/desk", &form),
    };
    let [csrf, key, request, customer, words] = parts_of(&form, ["csrf", "key", "request", "customer", "words"]);
    let given = Given { csrf, key, request, customer, words };
    match opened(&staff, &given).await {
        Ok(case) => Redirect::to(&format!("/desk/cases/{case}")).into_response(),
        Err(not) => {
            // Of a name that stands where a number belongs, whose it may be is shown.
            let look = found::look(&staff, given.customer.trim()).await.ok();
            page(&app, &staff, not.status, given, look, Some(not.says)).await
        }
    }
}

async fn opened(staff: &Staff, given: &Given) -> Result<CaseId, Not> {
    typed::is_ours(staff, &given.csrf)?;
    let Staff { me, records, .. } = staff;
    let book = &me.rules.book;
    let request = RequestKind::parse(&given.request).ok().filter(|kind| book.requests.contains_key(kind.as_str()));
    let request = request.ok_or_else(|| Not::wrong(t!("desk-choose-what-the-customer-wants")))?;
    let customer = match given.customer.trim() {
        "" => None,
        typed => Some(whose(staff, typed).await?),
    };
    let words = match given.words.trim() {
        "" => None,
        text => Some(typed::words(text, &t!("desk-what-the-customer-says"))?),
    };
    let opening = Opening { customer, ..records.opening(&me.business, &me.rules, me.person.person(), request)? };
    // The same form that comes twice opens one case.
    let digest = Digest::of_parts([&given.request, &given.customer, &given.words].map(String::as_bytes));
    let key = Some(given.key.as_str()).filter(|key| !key.is_empty());
    let with = |part: &str| typed::once(staff, key, part, digest.clone());
    let case = opening.case.clone();
    let done = records.run(me, &case, with("open"), Work::Open(Box::new(opening))).await?;
    let case = done.case.unwrap_or(case);
    if let Some(words) = words {
        let heard = Command::HearCustomer { words: Some(words) };
        records.command(me, &case, with("words"), heard).await?;
    }
    Ok(case)
}

/// The customer of a number that was typed, theirs or an order's. One that nobody has is a new customer's.
async fn whose(staff: &Staff, typed: &str) -> Result<CustomerId, Not> {
    let look = found::look(staff, typed).await?;
    let id = look.who.as_ref().map_or(typed, |who| &who.id);
    let id = CustomerId::parse(id);
    let id = id.map_err(|e| Not::wrong(t!("desk-the-customers-number-why", why = e.to_string())))?;
    if look.is_a_name() { Err(Not::wrong(t!("desk-choose-who-it-is"))) } else { Ok(id) }
}

async fn page(
    app: &App,
    staff: &Staff,
    status: StatusCode,
    given: Given,
    look: Option<Look>,
    says: Option<String>,
) -> Response {
    match made(app, staff, given, look, says).await {
        Ok(page) => html(status, &page),
        Err(response) => response,
    }
}

async fn made(
    app: &App,
    staff: &Staff,
    given: Given,
    look: Option<Look>,
    says: Option<String>,
) -> Result<Desk, Response> {
    let (me, records) = (&staff.me, &staff.records);
    let frame = frame_of(app, staff, &t!("frame-desk"), Here::Desk).await?;
    let mine = Which { owner: Some(me.person.id.clone()), state: Some("open".to_owned()), ..Which::default() };
    let to_me = Which { offered: Some(me.person.id.clone()), ..Which::default() };
    let read = async {
        let mut conn = records.store.reader().await?;
        let mine = cases::list(&mut conn, &me.business, &mine, LIST_MAX).await?;
        let wrote = unanswered::after_a_no(&mut conn, &me.business, &me.person.id).await?;
        Ok::<_, StoreError>((mine, cases::list(&mut conn, &me.business, &to_me, LIST_MAX).await?, wrote))
    };
    let (mut mine, offered, wrote) = read.await.map_err(|e| problem(&Refused::Store(e)).into_response())?;
    // Who waits longest stands first.
    mine.sort_by(|a, b| a.asked.cmp(&b.asked));
    let (ours, theirs): (Vec<Line>, Vec<Line>) = mine.into_iter().partition(|line| line.turn == "ours");
    let ids: Vec<&str> =
        [&ours, &theirs, &offered, &wrote].into_iter().flatten().filter_map(|l| l.customer.as_deref()).collect();
    let names = async { customers::names(&mut *records.store.reader().await?, &me.business, &ids).await };
    let names = names.await.map_err(|e| problem(&Refused::Store(e)).into_response())?;
    let rows = |lines: &[Line]| lines.iter().map(|line| row(staff, line, &names)).collect();
    let kinds = asking::kinds(&me.rules.book).into_iter().map(|(request, policy)| kind(request, policy)).collect();
    Ok(Desk {
        frame,
        csrf: staff.csrf().to_owned(),
        key: new_secret().map_err(|e| problem(&Refused::Store(e)).into_response())?,
        name: me.person.name.clone(),
        ours: rows(&ours),
        theirs: rows(&theirs),
        offered: rows(&offered),
        wrote: rows(&wrote),
        differs: differs(staff),
        kinds,
        given,
        look,
        says,
    })
}

/// What the tables say otherwise than the journal, in words; nothing for those who can do nothing about it.
fn differs(staff: &Staff) -> Vec<String> {
    let is_top = staff.me.rules.ladder.top() == Some(&staff.me.person.role);
    let all = staff.records.kept.differences(&staff.me.business);
    all.iter().take(if is_top { DIFFERS_MAX } else { 0 }).map(ToString::to_string).collect()
}

fn row(staff: &Staff, line: &Line, names: &HashMap<String, String>) -> Row {
    let zone = &staff.me.rules.book.zone;
    let moment = |text: &str| Time::parse(text, zone).ok();
    let since = |text: &str| moment(text).map(|at| waits(staff.records.clock.now(), at)).unwrap_or_default();
    let waits = if line.turn == "ours" {
        t!("desk-waits", since = since(&line.asked))
    } else {
        t!("desk-their-turn-for-changed", changed = since(&line.changed))
    };
    let customer = line.customer.as_ref().map(|id| known_as(id, names));
    Row {
        id: line.id.clone(),
        title: title_of(staff, &line.request),
        customer: customer.unwrap_or_else(|| t!("desk-not-known-yet")),
        waits,
        asked: moment(&line.asked).map_or_else(String::new, |at| time(at, zone)),
        for_head: line.head.is_some(),
    }
}
