//! `/settings`: who works here and what they may, keys for programs, and what is connected; for the highest role.
//!
//! What is changed goes to the same routes of `/v1` as from any program, with the session of whoever changes it: what holds
//! there holds here.

use std::collections::HashMap;

use amends_core::authority::Mode;
use amends_core::ids::PersonId;
use amends_core::money::{Currency, Money};
use amends_core::time::{Date, Time};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde_json::Value;

mod acts;

use acts::{BETWEEN_AMOUNTS, request};

use super::frame_of;
use super::page::{Frame, Here, NotFound, html};
use crate::api::body::form_of;
use crate::api::keys::day_of;
use crate::api::refused::problem;
use crate::app::App;
use crate::door::caller::{Action, CSRF};
use crate::door::pages::{Posted, Staff};
use crate::flow::answers::Answers;
use crate::flow::job::Refused;
use crate::flow::rules::Rules;
use crate::mcp::within;
use crate::store::endpoints::Purpose;
use crate::store::keys;
use crate::store::settings::Allowance;
use crate::texts::{date, filters, moment};

/// The routes of `/v1`, to be called from a page.
#[derive(Clone, Debug)]
pub struct Inside(pub Router);

#[derive(Template)]
#[template(path = "settings.html")]
struct Settings {
    frame: Frame,
    csrf: String,
    people: Vec<PersonRow>,
    roles: Vec<(String, String)>,
    /// The lowest role of people, which most who are added have.
    first_role: String,
    teams: Vec<TeamRow>,
    limits: Vec<LimitRow>,
    /// Who may have a limit: as `/v1` names them, and as people do.
    holders: Vec<(String, String)>,
    currency: String,
    keys: Vec<KeyRow>,
    actions: Vec<&'static str>,
    webhooks: Vec<HookRow>,
    inlets: Vec<InletRow>,
    requests: Vec<(String, String)>,
    /// What is told this once: what it is, and the secret itself.
    told: Option<(String, String)>,
    says: Option<String>,
    typed: Typed,
}

/// What was typed into a form that was not taken.
#[derive(Default)]
struct Typed {
    form: String,
    answers: Answers,
}

impl Typed {
    /// What was typed into an input of a form; what is kept where it was another form.
    fn or<'t>(&'t self, form: &str, id: &str, name: &str, kept: &'t str) -> &'t str {
        if self.is(form, id) { self.answers.get(name).unwrap_or_default() } else { kept }
    }

    /// What was typed into a form for something new.
    fn new_one<'t>(&'t self, form: &str, name: &str) -> &'t str {
        self.or(form, self.answers.get("id").unwrap_or_default(), name, "")
    }

    /// Whether it is this form. `id`: of what it changes.
    fn is(&self, form: &str, id: &str) -> bool {
        self.form == form && self.answers.get("id").unwrap_or_default() == id
    }

    /// Whether it is this form for something new.
    fn is_new(&self, form: &str) -> bool {
        self.form == form
    }
}

struct PersonRow {
    id: String,
    name: String,
    role: String,
    team: String,
    active: bool,
    is_me: bool,
    is_agent: bool,
    /// Their role, where the book has it no more.
    off_book: Option<String>,
}

struct TeamRow {
    id: String,
    title: String,
    mode: &'static str,
    /// Up to what costs grants are made real by what is connected; empty where that is not the mode.
    up_to: String,
}

struct LimitRow {
    /// By what it is told from others.
    id: String,
    /// As `/v1` names whose it is.
    of: String,
    /// As people do.
    whose: String,
    per: String,
    currency: String,
    most: String,
    /// Of whoever looks: nobody raises their own.
    is_mine: bool,
}

struct KeyRow {
    id: String,
    title: String,
    person: String,
    actions: String,
    since: String,
    /// The day of its last use; none: it was never used.
    used: Option<String>,
    /// Whether whoever looks may give it a new secret: it is theirs, or that of an AI agent.
    can_be_renewed: bool,
}

struct HookRow {
    id: String,
    url: String,
    does: String,
    on: bool,
}

struct InletRow {
    id: String,
    /// Whether who comes in proves it by a secret.
    has_secret: bool,
    kind: String,
    owner: String,
    path: String,
    on: bool,
}

/// `GET /settings`
pub async fn show(State(app): State<App>, staff: Staff) -> Response {
    page(&app, &staff, StatusCode::OK, Said::default()).await
}

/// What a page tells of a change.
#[derive(Default)]
struct Said {
    /// What is told this once: what it is, and the secret itself.
    told: Option<(String, String)>,
    /// Why it was not done.
    says: Option<String>,
    typed: Typed,
}

/// `POST /settings/{noun}/{act}`: changes one thing, and shows them all.
pub async fn change(
    State(app): State<App>,
    Extension(inside): Extension<Inside>,
    Path((noun, act)): Path<(String, String)>,
    headers: HeaderMap,
    Posted { staff, form }: Posted,
) -> Response {
    acted(&app, inside, staff, &noun, &act, &headers, &form).await
}

/// `POST /settings/webhooks/{act}`, which stands where the page of a webhook does.
pub async fn of_webhooks(
    State(app): State<App>,
    Extension(inside): Extension<Inside>,
    Path(act): Path<String>,
    headers: HeaderMap,
    Posted { staff, form }: Posted,
) -> Response {
    acted(&app, inside, staff, "webhooks", &act, &headers, &form).await
}

async fn acted(
    app: &App,
    inside: Inside,
    staff: Result<Staff, Response>,
    noun: &str,
    act: &str,
    headers: &HeaderMap,
    form: &[u8],
) -> Response {
    let staff = match staff {
        Ok(staff) => staff,
        Err(turned) => return super::again(turned, &format!("/settings/{noun}/{act}"), form),
    };
    let answers = Answers::of(form_of(form));
    let currency = staff.me.rules.book.currency;
    let Some((path, document)) = request(noun, act, &answers, currency.code()) else {
        return super::not_found().await;
    };
    let (status, said) = send(inside, headers, answers.get("csrf").unwrap_or_default(), &path, &document).await;
    let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
    if !status.is_success() {
        let typed = Typed { form: format!("{noun}/{act}"), answers };
        return page(app, &staff, status, Said { told: None, says: Some(sentence(&said)), typed }).await;
    }
    let of = text("id").unwrap_or_default();
    let told = ["password", "key", "secret"].into_iter().find_map(|name| {
        let what = match name {
            "password" => t!("settings-told-password", id = of),
            "key" => t!("settings-told-key", id = of),
            _ => t!("settings-told-secret", id = of),
        };
        Some((what, text(name)?))
    });
    match told {
        None => Redirect::to(&back(noun, act, &answers, &text("id").unwrap_or_default())).into_response(),
        told => page(app, &staff, StatusCode::OK, Said { told, ..Said::default() }).await,
    }
}

/// Where what was done is seen. `id`: of what the answer is about.
fn back(noun: &str, act: &str, answers: &Answers, id: &str) -> String {
    match (noun, act) {
        ("webhooks", "test" | "replay") => {
            format!("/settings/webhooks/{}?sent={id}", answers.get("id").unwrap_or_default())
        }
        ("webhooks", "on" | "off") => format!("/settings/webhooks/{id}"),
        // The dialog of keys on the keyboard has their name already.
        ("keys", _) => "/settings#keys-here".to_owned(),
        _ => format!("/settings#{noun}"),
    }
}

/// Sends a change to `/v1` as the browser would, with the token that came in the form.
async fn send(inside: Inside, from: &HeaderMap, csrf: &str, path: &str, document: &Value) -> (StatusCode, Value) {
    let mut headers = of_page(from, csrf);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    match within(inside.0, Method::POST, path, headers, document.to_string()).await {
        Ok((status, _, text)) => (status, serde_json::from_str(&text).unwrap_or_default()),
        Err(e) => (StatusCode::INTERNAL_SERVER_ERROR, e.json),
    }
}

/// What a page of ours sends with a change.
pub(super) fn of_page(from: &HeaderMap, csrf: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for name in [header::COOKIE, header::HOST, header::ORIGIN] {
        headers.extend(from.get(&name).map(|value| (name.clone(), value.clone())));
    }
    headers.extend(HeaderValue::from_str(csrf).ok().map(|csrf| (HeaderName::from_static(CSRF), csrf)));
    headers
}

/// Why `/v1` did not do it, for people.
pub(super) fn sentence(said: &Value) -> String {
    let text = |name: &str| said.get(name).and_then(Value::as_str).filter(|text| !text.contains("/v1"));
    let mut says = text("title").map_or_else(|| t!("settings-not-done"), str::to_owned);
    if let Some(detail) = text("detail") {
        says = format!("{says}: {detail}");
    }
    let mut letters = says.chars();
    let first: String = letters.next().map(char::to_uppercase).into_iter().flatten().collect();
    format!("{first}{}.", letters.as_str())
}

async fn page(app: &App, staff: &Staff, status: StatusCode, said: Said) -> Response {
    let frame = match frame_of(app, staff, &t!("settings-settings"), Here::Settings).await {
        Ok(frame) => frame,
        Err(response) => return response,
    };
    if staff.me.top_only("").is_err() {
        return not_theirs(frame);
    }
    // As they are after the change.
    let rules = match staff.records.rules(&staff.me.business).await {
        Ok(rules) => rules,
        Err(e) => return problem(&e).into_response(),
    };
    let read = async { keys::last_used(&mut *staff.records.store.reader().await?, &staff.me.business).await };
    let used = match read.await {
        Ok(used) => used,
        Err(e) => return problem(&Refused::Store(e)).into_response(),
    };
    html(status, &made(staff, &rules, &used, frame, said))
}

/// Settings are not theirs to see.
pub(super) fn not_theirs(frame: Frame) -> Response {
    let says = t!("settings-for-the-highest");
    html(StatusCode::FORBIDDEN, &NotFound::titled(frame, t!("settings-not-yours"), says))
}

fn made(staff: &Staff, rules: &Rules, used: &HashMap<String, i64>, frame: Frame, said: Said) -> Settings {
    let Said { told, says, typed } = said;
    let book = &rules.book;
    let named = |id: &PersonId| rules.people.get(id).map_or_else(|| id.to_string(), |p| p.name.clone());
    let mut people: Vec<PersonRow> = rules
        .people
        .values()
        .map(|p| PersonRow {
            id: p.id.to_string(),
            name: p.name.clone(),
            role: p.role.to_string(),
            team: p.team.to_string(),
            active: p.active,
            is_me: p.id == staff.me.person.id,
            is_agent: p.person().is_agent(),
            off_book: rules.ladder.height(&p.role).is_none().then(|| p.role.to_string()),
        })
        .collect();
    people.sort_by(|a, b| (!a.active, &a.name, &a.id).cmp(&(!b.active, &b.name, &b.id)));
    let mut teams: Vec<TeamRow> = rules
        .teams
        .iter()
        .map(|(id, team)| {
            let (mode, up_to) = mode(&team.mode);
            TeamRow { id: id.to_string(), title: team.title.clone(), mode, up_to }
        })
        .collect();
    teams.sort_by(|a, b| a.id.cmp(&b.id));
    let mut holders = vec![("business".to_owned(), t!("settings-everyone"))];
    holders.extend(teams.iter().map(|t| (format!("team {}", t.id), t!("settings-team-title", title = t.title))));
    holders.extend(people.iter().filter(|p| p.active).map(|p| (format!("person {}", p.id), p.name.clone())));
    let mine = format!("person {}", staff.me.person.id);
    let limit = |a: Allowance| LimitRow {
        whose: holders
            .iter()
            .find(|(of, _)| *of == a.holder)
            .map_or_else(|| a.holder.clone(), |(_, name)| name.clone()),
        most: plain(a.most, &a.currency),
        is_mine: a.holder == mine,
        id: format!("{} {} {}", a.holder, a.span, a.currency),
        of: a.holder,
        per: a.span,
        currency: a.currency,
    };
    let limits = rules.allowances().into_iter().map(limit).collect();
    let day = |micros: i64| moment(micros, &book.zone);
    let keys = rules.keys().into_iter().map(|k| KeyRow {
        id: k.id.clone(),
        title: k.title.clone(),
        person: named(&k.person),
        actions: if k.actions.is_empty() { t!("settings-all-that-they-may") } else { k.actions.join(", ") },
        since: day(k.since),
        used: used.get(&k.id).and_then(|at| Date::parse(&day_of(Time::from_micros(*at)?)).ok()).map(date),
        can_be_renewed: k.person == staff.me.person.id
            || rules.people.get(&k.person).is_some_and(|of| of.person().is_agent()),
    });
    let webhooks = rules.endpoints.iter().map(|e| HookRow {
        id: e.id.clone(),
        url: e.url.clone(),
        does: match e.purpose {
            Purpose::Fulfil => t!("settings-makes-grants-real"),
            Purpose::Tell => t!("settings-is-told"),
        },
        on: e.on,
    });
    let inlets = rules.inlets.iter().map(|i| {
        let (kind, at) = match i.kind {
            crate::store::inlets::Kind::Events => (t!("settings-inlet-events"), "in"),
            crate::store::inlets::Kind::Mail => (t!("settings-inlet-mail"), "in"),
            crate::store::inlets::Kind::Form => (t!("settings-inlet-form"), "form"),
        };
        let path = format!("/{at}/{}/{}", staff.me.business, i.id);
        InletRow { id: i.id.to_string(), has_secret: at == "in", kind, owner: named(&i.owner), path, on: i.on }
    });
    let kinds = crate::flow::asking::kinds(book).into_iter();
    Settings {
        csrf: staff.csrf().to_owned(),
        people,
        roles: book.roles.iter().map(|r| (r.id.clone(), r.title.clone())).collect(),
        first_role: book.roles.iter().find(|r| r.id != "ai").map(|r| r.id.clone()).unwrap_or_default(),
        teams,
        limits,
        holders,
        currency: book.currency.code().to_owned(),
        keys: keys.collect(),
        actions: Action::ALL.iter().map(|action| action.name()).collect(),
        webhooks: webhooks.collect(),
        inlets: inlets.collect(),
        requests: kinds
            .map(|(request, policy)| (request.to_owned(), super::ask::kind(request, policy).title))
            .collect(),
        frame,
        told,
        says,
        typed,
    }
}

/// How far a team has come: the choice, and the amounts that go with it.
fn mode(mode: &Mode) -> (&'static str, String) {
    match mode {
        Mode::AdviseOnly => ("advise_only", String::new()),
        Mode::Full => ("full", String::new()),
        Mode::Limited { up_to } => {
            let amounts: Vec<String> = up_to.0.iter().map(ToString::to_string).collect();
            ("limited", amounts.join(BETWEEN_AMOUNTS))
        }
    }
}

/// An amount without its currency, to be typed over.
fn plain(minor: i64, currency: &str) -> String {
    let money = Currency::parse(currency).map(|currency| Money::new(minor, currency).to_string());
    let text = money.unwrap_or_default();
    text.split_once(' ').map_or_else(|| text.clone(), |(number, _)| number.to_owned())
}
