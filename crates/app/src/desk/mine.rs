//! `/desk`: what waits for whoever is signed in, and where a new case begins.

use amends_core::case::{BookRef, Command, Opening};
use amends_core::digest::Digest;
use amends_core::explain::time;
use amends_core::ids::{CaseId, CustomerId, RequestKind};
use amends_core::time::Time;
use amends_core::words::Words;
use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::ask::{Kind, kind};
use super::case::title_of;
use super::page::{Here, html};
use super::{frame_of, waits};
use crate::api::body::parts_of;
use crate::api::refused::problem;
use crate::app::App;
use crate::door::pages::Staff;
use crate::flow::asking;
use crate::flow::job::{Refused, RequestKey, Work};
use crate::flow::people::new_secret;
use crate::flow::records::With;
use crate::store::StoreError;
use crate::store::cases::{self, Line, Which};

/// Most cases of each list.
const LIST_MAX: usize = 200;

#[derive(Template)]
#[template(path = "desk.html")]
struct Desk {
    frame: super::page::Frame,
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
        Err((status, says)) => page(&app, &staff, status, given, Some(says)).await,
    }
}

async fn opened(staff: &Staff, given: &Given) -> Result<CaseId, (StatusCode, String)> {
    let wrong = |says: String| (StatusCode::UNPROCESSABLE_ENTITY, says);
    let refused = |refused: Refused| {
        let problem = problem(&refused);
        (problem.status(), problem.sentence())
    };
    if !staff.is_token(&given.csrf) {
        return Err((StatusCode::FORBIDDEN, super::case::NOT_OURS.to_owned()));
    }
    let Staff { me, records } = staff;
    let book = &me.rules.book;
    let request = RequestKind::parse(&given.request).ok().filter(|kind| book.requests.contains_key(kind.as_str()));
    let request = request.ok_or_else(|| wrong("Choose what the customer wants.".to_owned()))?;
    let customer = match given.customer.trim() {
        "" => None,
        id => Some(CustomerId::parse(id).map_err(|e| wrong(format!("The customer's number: {e}")))?),
    };
    let words = match given.words.replace("\r\n", "\n") {
        text if text.trim().is_empty() => None,
        text => Some(Words::parse(&text).map_err(|e| wrong(format!("What the customer says: {e}")))?),
    };
    let digest = Digest::parse(&book.digest).map_err(|e| wrong(e.to_string()))?;
    let case: CaseId = records.new_id("c").map_err(refused)?;
    let opening = Opening {
        case: case.clone(),
        business: me.business.clone(),
        team: me.person.team.clone(),
        customer,
        request,
        book: BookRef { name: book.name.clone(), digest },
        asked: records.clock.now(),
        owner: me.person.person(),
    };
    // The same form that comes twice opens one case.
    let with = |part: &str| With {
        key: (!given.key.is_empty()).then(|| RequestKey {
            id: format!("{} desk {} {part}", me.person.id, given.key),
            digest: Digest::of_parts([&given.request, &given.customer, &given.words].map(String::as_bytes)),
        }),
        if_version: None,
    };
    let done = records.run(me, &case, with("open"), Work::Open(Box::new(opening))).await.map_err(refused)?;
    let case = done.case.unwrap_or(case);
    if let Some(words) = words {
        let heard = Command::HearCustomer { words: Some(words) };
        records.command(me, &case, with("words"), heard).await.map_err(refused)?;
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
    let rows = |lines: Vec<Line>| lines.iter().map(|line| row(staff, line)).collect();
    let kinds = asking::kinds(&me.rules.book).into_iter().map(|(request, policy)| kind(request, policy)).collect();
    Ok(Desk {
        frame,
        csrf: staff.csrf().to_owned(),
        key: new_secret().map_err(|e| problem(&Refused::Store(e)).into_response())?,
        name: me.person.name.clone(),
        ours: rows(ours),
        theirs: rows(theirs),
        offered: rows(offered),
        kinds,
        given,
        says,
    })
}

fn row(staff: &Staff, line: &Line) -> Row {
    let zone = &staff.me.rules.book.zone;
    let moment = |text: &str| Time::parse(text, zone).ok();
    let since = moment(&line.changed).map(|at| waits(staff.records.clock.now(), at));
    let since = since.unwrap_or_default();
    let waits = if line.turn == "ours" { format!("your turn for {since}") } else { format!("theirs for {since}") };
    Row {
        id: line.id.clone(),
        title: title_of(staff, &line.request),
        customer: line.customer.clone().unwrap_or_else(|| "not known yet".to_owned()),
        waits,
        asked: moment(&line.asked).map_or_else(String::new, |at| time(at, zone)),
        for_head: line.head.is_some(),
    }
}
