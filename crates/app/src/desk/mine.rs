//! `/desk`: what waits for whoever is signed in, and where a new case begins.

use std::collections::HashMap;

use amends_core::case::{Command, Opening};
use amends_core::digest::Digest;
use amends_core::ids::{CaseId, CustomerId, RequestKind};
use amends_core::time::Time;
use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::ask::{Kind, kind};
use super::case::title_of;
use super::page::{Frame, Here, html};
use super::typed::{self, Not};
use super::{frame_of, known_as, waits};
use crate::api::body::{form_of, parts_of};
use crate::api::refused::problem;
use crate::app::App;
use crate::door::pages::Staff;
use crate::flow::asking;
use crate::flow::job::{Refused, Work};
use crate::flow::people::new_secret;
use crate::store::cases::{self, Line, Which};
use crate::store::{StoreError, customers};
use crate::texts::{filters, time};

/// Most cases that are shown of a customer who was found.
const CASES_SHOWN: usize = 5;
/// Most cases of each list.
const LIST_MAX: usize = 200;

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
    kinds: Vec<Kind>,
    given: Given,
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
    page(&app, &staff, StatusCode::OK, Given::default(), None).await
}

#[derive(Template)]
#[template(path = "found.html")]
struct FoundPart {
    frame: Frame,
    typed: String,
    found: Option<Found>,
}

/// A customer who was found by a number.
struct Found {
    id: String,
    name: String,
    orders: u64,
    /// The order whose number it was.
    order: Option<String>,
    /// Cases of theirs: id, what it is about, and how it stands.
    cases: Vec<(String, String, String)>,
}

/// `GET /desk/find`: whose a number is, of a customer or an order; asked while typing.
pub async fn find(staff: Staff, uri: Uri) -> Response {
    let typed = form_of(uri.query().unwrap_or_default().as_bytes()).into_iter().find(|(name, _)| name == "customer");
    let typed = typed.map(|(_, text)| text.trim().to_owned()).unwrap_or_default();
    match found(&staff, &typed).await {
        Ok(found) => html(StatusCode::OK, &FoundPart { frame: Frame::bare("Found"), typed, found }),
        Err(e) => problem(&Refused::Store(e)).into_response(),
    }
}

async fn found(staff: &Staff, typed: &str) -> Result<Option<Found>, StoreError> {
    let business = &staff.me.business;
    let mut conn = staff.records.store.reader().await?;
    let of_order = customers::of_order(&mut conn, business, typed).await?;
    let order = of_order.as_ref().map(|_| typed.to_owned());
    let Some(id) = of_order.or_else(|| CustomerId::parse(typed).ok()) else { return Ok(None) };
    let profile = customers::profile(&mut conn, business, &id).await?;
    if profile.is_none() && order.is_none() && !customers::is_known(&mut conn, business, &id).await? {
        return Ok(None);
    }
    let orders = customers::bought(&mut conn, business, &id).await?.iter().map(|(count, _)| count).sum();
    let which = Which { customer: Some(id.clone()), ..Which::default() };
    let cases = cases::list(&mut conn, business, &which, CASES_SHOWN).await?;
    let cases = cases.into_iter().map(|line| (line.id, title_of(staff, &line.request), line.state)).collect();
    let name = profile.and_then(|p| p.name).unwrap_or_else(|| id.to_string());
    Ok(Some(Found { id: id.to_string(), name, orders, order, cases }))
}

/// `POST /desk`: opens a case.
pub async fn open(State(app): State<App>, staff: Result<Staff, Response>, form: Bytes) -> Response {
    let staff = match staff {
        Ok(staff) => staff,
        Err(turned) => return super::again(turned, "/desk", &form),
    };
    let [csrf, key, request, customer, words] = parts_of(&form, ["csrf", "key", "request", "customer", "words"]);
    let given = Given { csrf, key, request, customer, words };
    match opened(&staff, &given).await {
        Ok(case) => Redirect::to(&format!("/desk/cases/{case}")).into_response(),
        Err(not) => page(&app, &staff, not.status, given, Some(not.says)).await,
    }
}

async fn opened(staff: &Staff, given: &Given) -> Result<CaseId, Not> {
    typed::is_ours(staff, &given.csrf)?;
    let Staff { me, records } = staff;
    let book = &me.rules.book;
    let request = RequestKind::parse(&given.request).ok().filter(|kind| book.requests.contains_key(kind.as_str()));
    let request = request.ok_or_else(|| Not::wrong(t!("desk-choose-what-the-customer-wants")))?;
    let whose = async {
        let mut conn = records.store.reader().await?;
        customers::of_order(&mut conn, &me.business, given.customer.trim()).await
    };
    let customer = match given.customer.trim() {
        "" => None,
        _ if let Some(customer) = whose.await.map_err(Refused::Store)? => Some(customer),
        id => Some(
            CustomerId::parse(id).map_err(|e| Not::wrong(t!("desk-the-customers-number-why", why = e.to_string())))?,
        ),
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

async fn page(app: &App, staff: &Staff, status: StatusCode, given: Given, says: Option<String>) -> Response {
    match made(app, staff, given, says).await {
        Ok(page) => html(status, &page),
        Err(response) => response,
    }
}

async fn made(app: &App, staff: &Staff, given: Given, says: Option<String>) -> Result<Desk, Response> {
    let (me, records) = (&staff.me, &staff.records);
    let frame = frame_of(app, staff, "Desk", Here::Desk).await?;
    let mine = Which { owner: Some(me.person.id.clone()), state: Some("open".to_owned()), ..Which::default() };
    let to_me = Which { offered: Some(me.person.id.clone()), ..Which::default() };
    let read = async {
        let mut conn = records.store.reader().await?;
        let mine = cases::list(&mut conn, &me.business, &mine, LIST_MAX).await?;
        Ok::<_, StoreError>((mine, cases::list(&mut conn, &me.business, &to_me, LIST_MAX).await?))
    };
    let (mut mine, offered) = read.await.map_err(|e| problem(&Refused::Store(e)).into_response())?;
    // Who waits longest stands first.
    mine.sort_by(|a, b| a.asked.cmp(&b.asked));
    let (ours, theirs): (Vec<Line>, Vec<Line>) = mine.into_iter().partition(|line| line.turn == "ours");
    let ids: Vec<&str> =
        [&ours, &theirs, &offered].into_iter().flatten().filter_map(|l| l.customer.as_deref()).collect();
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
        kinds,
        given,
        says,
    })
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
