//! `/customer/{link}`: the page of whoever a case is for. They need no account; the link is theirs. Of the case it shows what
//! they said and were told, asked, promised and given, and nothing else.

use amends_core::assess::frozen::{Amount, OptionFrozen};
use amends_core::authority::Bound;
use amends_core::case::{
    Actor, Case, Event, Evidence, Grant, GrantState, Happened, Instead, PromiseState, State as CaseState,
};
use amends_core::fulfilment::{kinds_of, steps_of};
use amends_core::words::{WORDS_LETTERS_MAX, Words};
use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::case::title_in;
use super::page::{Frame, html};
use super::upload::{FILES_MAX, Form, Wrong};
use crate::api::body::parts_of;
use crate::api::refused::problem;
use crate::app::App;
use crate::door::From;
use crate::door::limits::TooOften;
use crate::flow::customer::{Opened, open};
use crate::flow::files::{FILE_BYTES_MAX, KINDS};
use crate::flow::job::Refused;
use crate::flow::people::new_secret;
use crate::flow::records::Records;
use crate::server::guest::Guest;
use crate::texts::{day, filters, money, time};

/// Most of what was said that is shown, the latest.
const TALK_MAX: usize = 200;
/// Kinds of remedies that are money back.
const MONEY: [&str; 2] = ["price_adjustment", "refund"];

#[derive(Template)]
#[template(path = "customer.html")]
struct CustomerPage {
    frame: Frame,
    business: String,
    /// Whoever answers for it, by their first name; none: no person does.
    owner: Option<String>,
    title: String,
    /// The day that counts.
    asked: String,
    stands: Stands,
    /// What they were asked and did not answer yet.
    questions: Vec<String>,
    promises: Vec<Promised>,
    given: Vec<Given>,
    declined: Option<No>,
    talk: Vec<Said>,
    is_open: bool,
    /// Whether there is something to say thanks for.
    may_thank: bool,
    /// By what a form that is sent twice is told.
    once: String,
    typed: Typed,
    told: Option<Told>,
    most: usize,
    files_most: usize,
    file_mb: usize,
    kinds: String,
}

/// Where a case stands, for its customer.
#[derive(Clone, Copy)]
enum Stands {
    /// They were asked something.
    Theirs,
    /// Whoever may decide is asked.
    Deciding,
    /// It is decided, and on its way.
    OnItsWay,
    /// Someone works on it.
    Ours,
    Settled,
    Declined,
    Lapsed,
}

/// Something dated that they were told.
struct Promised {
    words: String,
    until: String,
    state: PromiseState,
}

/// What they get.
struct Given {
    says: String,
    is_money: bool,
    is_done: bool,
}

/// A no, and what stays open.
struct No {
    reason: String,
    instead: Vec<String>,
}

/// What was said or shown, by whom.
struct Said {
    at: String,
    by: By,
    words: String,
}

/// By whom something was said, and how it came here.
#[derive(Clone, Copy)]
enum By {
    /// By us: a question.
    Us,
    /// By them, here or by mail or form.
    Wrote,
    /// By them, and written down by us.
    Told,
    /// A file of theirs.
    Showed,
    Thanked,
}

/// What was typed into each form.
#[derive(Default)]
struct Typed {
    say: String,
    shows: String,
    thanks: String,
}

/// What came of what was sent.
enum Told {
    Said,
    Showed,
    Thanked,
    /// Nothing was typed.
    Empty,
    TooLong,
    NoFile,
    NoShows,
    File(Wrong),
    /// As much came as one case takes.
    Full,
    Twice,
    Later,
    TooOften(u64),
    NotNow,
}

impl Told {
    fn is_good(&self) -> bool {
        matches!(self, Self::Said | Self::Showed | Self::Thanked)
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Said | Self::Showed | Self::Thanked => StatusCode::OK,
            Self::Empty | Self::TooLong | Self::NoFile | Self::NoShows | Self::File(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Full | Self::Twice | Self::NotNow => StatusCode::CONFLICT,
            Self::Later => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// The word that the page is told by in its address, once it was sent.
    fn of_word(word: &str) -> Option<Self> {
        match word {
            "say" => Some(Self::Said),
            "show" => Some(Self::Showed),
            "thank" => Some(Self::Thanked),
            _ => None,
        }
    }
}

impl std::convert::From<Refused> for Told {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Store(_) | Refused::Busy => Self::Later,
            Refused::OtherRequest => Self::Twice,
            Refused::Denied { word, .. } if word == "customer_full" => Self::Full,
            _ => Self::NotNow,
        }
    }
}

/// `GET /customer/{link}`
pub async fn show(State(app): State<App>, Path(link): Path<String>, from: From, uri: Uri) -> Response {
    let opened = match of(&app, &link, &from).await {
        Ok((_, opened)) => opened,
        Err(response) => return response,
    };
    let [done] = parts_of(uri.query().unwrap_or_default().as_bytes(), ["done"]);
    page(&opened, Typed::default(), Told::of_word(&done))
}

/// `POST /customer/{link}`
pub async fn act(State(app): State<App>, Path(link): Path<String>, from: From, request: Request) -> Response {
    let (records, opened) = match of(&app, &link, &from).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    if let Some(guest) = Guest::of(request.extensions()) {
        guest.is(&format!("link {}", opened.link()));
    }
    let too_often = app.door.limits().by_link(opened.link()).err();
    let form = if too_often.is_some() { Form::read_little(request).await } else { Form::read(request).await };
    let typed = || Typed {
        say: form.text("say").to_owned(),
        shows: form.text("shows").to_owned(),
        thanks: form.text("thanks").to_owned(),
    };
    if let Some(too) = too_often {
        let mut response = page(&opened, typed(), Some(Told::TooOften(too.seconds())));
        response.headers_mut().insert(header::RETRY_AFTER, too.seconds().into());
        return response;
    }
    match sent(records, &opened, &form).await {
        Ok(()) => Redirect::to(&format!("/customer/{link}?done={}", form.text("act"))).into_response(),
        Err(told) => match open(records, &link).await {
            Ok(Some(now)) => page(&now, typed(), Some(told)),
            Ok(None) => refused_link(),
            Err(refused) => problem(&refused).into_response(),
        },
    }
}

async fn sent(records: &Records, opened: &Opened, form: &Form) -> Result<(), Told> {
    let once = form.text("once");
    match form.text("act") {
        "say" => drop(opened.say(records, once, words(form.text("say"))?).await?),
        "thank" => {
            let thanks = form.text("thanks").trim();
            let words = if thanks.is_empty() { None } else { Some(words(thanks)?) };
            opened.thank(records, once, words).await?;
        }
        "show" => {
            if let Some(wrong) = &form.wrong {
                return Err(Told::File(wrong.clone()));
            }
            let shows = Words::parse(&lines(form.text("shows")));
            let shows =
                shows.map_err(|_| if form.text("shows").trim().is_empty() { Told::NoShows } else { Told::TooLong })?;
            if form.files.is_empty() {
                return Err(Told::NoFile);
            }
            for file in &form.files {
                opened.show(records, once, (file.kind, &file.bytes), shows.clone()).await?;
            }
        }
        _ => return Err(form.wrong.clone().map_or(Told::Empty, Told::File)),
    }
    Ok(())
}

fn words(text: &str) -> Result<Words, Told> {
    Words::parse(&lines(text)).map_err(|_| if text.trim().is_empty() { Told::Empty } else { Told::TooLong })
}

/// Browsers end lines in their own way.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// The case of a link. One that is not good says nothing of whether there is a case, and not too often.
async fn of<'a>(app: &'a App, link: &str, from: &From) -> Result<(&'a Records, Opened), Response> {
    app.door.limits().page(&from.address()).map_err(one_moment)?;
    let Some(records) = &app.records else { return Err(refused_link()) };
    match open(records, link).await {
        Ok(Some(opened)) => Ok((records, opened)),
        Ok(None) => match app.door.limits().by_link(&from.address()) {
            Ok(()) => Err(refused_link()),
            Err(too) => Err(one_moment(too)),
        },
        Err(refused) => Err(problem(&refused).into_response()),
    }
}

#[derive(Template)]
#[template(path = "customer_refused.html")]
struct RefusedLink {
    frame: Frame,
    /// How long to wait, where it was tried too often.
    seconds: Option<u64>,
}

fn refused_link() -> Response {
    html(StatusCode::NOT_FOUND, &RefusedLink { frame: Frame::guest(&t!("customer-nothing-here"), ""), seconds: None })
}

fn one_moment(too: TooOften) -> Response {
    let page = RefusedLink { frame: Frame::guest(&t!("customer-one-moment"), ""), seconds: Some(too.seconds()) };
    let mut response = html(StatusCode::TOO_MANY_REQUESTS, &page);
    response.headers_mut().insert(header::RETRY_AFTER, too.seconds().into());
    response
}

fn page(opened: &Opened, typed: Typed, told: Option<Told>) -> Response {
    let once = match new_secret() {
        Ok(once) => once,
        Err(e) => return problem(&Refused::Store(e)).into_response(),
    };
    let status = told.as_ref().map_or(StatusCode::OK, Told::status);
    html(status, &CustomerPage { once, typed, told, ..CustomerPage::of(opened) })
}

impl CustomerPage {
    fn of(opened: &Opened) -> Self {
        let Opened { case, events, rules, .. } = opened;
        let book = &rules.book;
        let owner = rules.people.get(&case.owner.id).filter(|_| !case.owner.is_agent());
        let owner = owner.and_then(|person| person.name.split_whitespace().next()).map(str::to_owned);
        let questions = questions(events);
        let is_over = case.state != CaseState::Open;
        Self {
            frame: Frame::guest(&t!("customer-your-request"), &book.title),
            business: book.title.clone(),
            owner,
            title: title_in(book, case.request.as_str()),
            asked: day(case.asked, &opened.rules.book.zone),
            stands: stands(case, !questions.is_empty()),
            questions,
            promises: case
                .promises
                .iter()
                .map(|promise| Promised {
                    words: promise.words.to_string(),
                    until: time(promise.due, &book.zone),
                    state: promise.state,
                })
                .collect(),
            given: given(case),
            declined: no(opened),
            talk: talk(opened),
            is_open: !is_over,
            may_thank: is_over || case.grants.iter().any(amends_core::case::Grant::is_held),
            once: String::new(),
            typed: Typed::default(),
            told: None,
            most: WORDS_LETTERS_MAX,
            files_most: FILES_MAX,
            file_mb: FILE_BYTES_MAX >> 20,
            kinds: KINDS.join(","),
        }
    }
}

/// What they were asked since they last said or showed something.
fn questions(events: &[Event]) -> Vec<String> {
    let mut open = Vec::new();
    for event in events {
        match (&event.what, &event.by) {
            (Happened::CustomerAsked { words }, _) => open.push(words.to_string()),
            (Happened::CustomerSpoke { .. }, _) | (Happened::EvidenceAdded { .. }, Actor::Customer) => open.clear(),
            _ => {}
        }
    }
    open
}

fn stands(case: &Case, is_asked: bool) -> Stands {
    match case.state {
        CaseState::Settled => Stands::Settled,
        CaseState::Declined => Stands::Declined,
        CaseState::Lapsed => Stands::Lapsed,
        CaseState::Open if is_asked => Stands::Theirs,
        CaseState::Open if case.grants.iter().any(|grant| grant.state == GrantState::Reserved) => Stands::OnItsWay,
        CaseState::Open if case.approvals.iter().any(amends_core::case::Approval::is_waiting) => Stands::Deciding,
        CaseState::Open => Stands::Ours,
    }
}

fn option<'c>(case: &'c Case, of: &Bound) -> Option<&'c OptionFrozen> {
    case.assessment(&of.assessment).and_then(|kept| kept.frozen.option(&of.option))
}

fn given(case: &Case) -> Vec<Given> {
    let held = case.grants.iter().filter(|grant| grant.is_held());
    held.filter_map(|grant| {
        let option = option(case, &grant.of)?;
        let in_part = grant.part.as_ref().map(|part| amount_of(case, grant, &part.steps));
        let amount = match &in_part {
            Some(amount) => amount.as_ref(),
            None => grant.of.amount.as_ref(),
        };
        let amount = amount.map(|amount| amount.money().map_or_else(|| amount.to_string(), money));
        Some(Given {
            says: amount.map_or_else(|| option.says.clone(), |amount| format!("{}: {amount}", option.says)),
            is_money: kinds_of(option).into_iter().flatten().any(|kind| MONEY.contains(&kind)),
            is_done: grant.state != GrantState::Reserved,
        })
    })
    .collect()
}

/// What some steps of a grant come to in money; none where they are no money.
fn amount_of(case: &Case, grant: &Grant, steps: &[u32]) -> Option<Amount> {
    let done = steps_of(case, grant).into_iter().filter(|step| steps.contains(&step.number));
    let sums = done.filter_map(|step| step.amount.and_then(|amount| amount.money()));
    sums.map(Some).reduce(|sum, next| sum?.plus(next?)).flatten().map(Amount::Money)
}

fn no(opened: &Opened) -> Option<No> {
    let Opened { case, rules, .. } = opened;
    let declined = case.declined.as_ref()?;
    let policy = rules.book.requests.get(case.request.as_str()).and_then(|at| rules.book.policies.get(*at));
    let detour = policy.and_then(|policy| policy.versions.last()?.detour.as_ref());
    let instead = declined.instead.iter().filter_map(|way| match way {
        Instead::Option(id) => case.assessments.last()?.frozen.option(id).map(super::case::titled),
        Instead::Detour => detour.map(|detour| detour.says.clone()),
        Instead::Words(words) => Some(words.to_string()),
    });
    Some(No { reason: declined.reason.to_string(), instead: instead.collect() })
}

/// What was said, the oldest first. What people note for each other is none of it.
fn talk(opened: &Opened) -> Vec<Said> {
    let said = |event: &Event| {
        let (by, words) = match &event.what {
            Happened::CustomerAsked { words } => (By::Us, Some(words)),
            Happened::CustomerSpoke { words } => {
                (if event.by.person().is_some() { By::Told } else { By::Wrote }, words.as_ref())
            }
            Happened::CustomerThanked { words } => {
                return Some((By::Thanked, words.as_ref().map(ToString::to_string).unwrap_or_default()));
            }
            Happened::EvidenceAdded { evidence: Evidence::File { shows, .. }, .. } if event.by == Actor::Customer => {
                (By::Showed, Some(shows))
            }
            _ => return None,
        };
        words.map(|words| (by, words.to_string()))
    };
    let all = opened.events.iter().rev().filter_map(|event| Some((event.at, said(event)?))).take(TALK_MAX);
    let mut talk: Vec<Said> =
        all.map(|(at, (by, words))| Said { at: time(at, &opened.rules.book.zone), by, words }).collect();
    talk.reverse();
    talk
}
