//! `/settings`: who works here and what they may, keys for programs, and what is connected; for the highest role.
//!
//! What is changed goes to the same routes of `/v1` as from any program, with the session of whoever changes it: what holds
//! there holds here.

use amends_core::ids::PersonId;
use amends_core::time::Time;
use askama::Template;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};

use super::frame_of;
use super::page::{Frame, Here, NotFound, html};
use crate::api::body::form_of;
use crate::api::refused::problem;
use crate::app::App;
use crate::door::caller::{Action, CSRF};
use crate::door::pages::Staff;
use crate::flow::answers::Answers;
use crate::flow::rules::Rules;
use crate::mcp::within;
use crate::store::endpoints::Purpose;
use crate::texts::{filters, money, time};

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
    limits: Vec<String>,
    keys: Vec<KeyRow>,
    actions: Vec<&'static str>,
    webhooks: Vec<HookRow>,
    inlets: Vec<InletRow>,
    requests: Vec<(String, String)>,
    /// What is told this once: what it is, and the secret itself.
    told: Option<(String, String)>,
    says: Option<String>,
}

struct PersonRow {
    id: String,
    name: String,
    role: String,
    team: String,
    active: bool,
    is_me: bool,
    is_agent: bool,
}

struct TeamRow {
    id: String,
    title: String,
    mode: String,
}

struct KeyRow {
    id: String,
    title: String,
    person: String,
    actions: String,
    since: String,
}

struct HookRow {
    id: String,
    url: String,
    does: &'static str,
    on: bool,
}

struct InletRow {
    id: String,
    kind: &'static str,
    owner: String,
    path: String,
    on: bool,
}

/// `GET /settings`
pub async fn show(State(app): State<App>, staff: Staff) -> Response {
    page(&app, &staff, StatusCode::OK, None, None).await
}

/// `POST /settings/{noun}/{act}`: changes one thing, and shows them all.
pub async fn change(
    State(app): State<App>,
    Extension(inside): Extension<Inside>,
    staff: Result<Staff, Response>,
    Path((noun, act)): Path<(String, String)>,
    headers: HeaderMap,
    form: Bytes,
) -> Response {
    let staff = match staff {
        Ok(staff) => staff,
        Err(turned) => return super::again(turned, &format!("/settings/{noun}/{act}"), &form),
    };
    let answers = Answers::of(form_of(&form));
    let Some((path, document)) = request(&noun, &act, &answers) else { return super::not_found().await };
    let (status, said) = send(inside, &headers, answers.get("csrf").unwrap_or_default(), &path, &document).await;
    let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
    if status.is_success() {
        let what = |id: Option<String>| id.map_or_else(String::new, |id| format!(" of {id}"));
        let secrets = [("password", "The password for one time"), ("key", "The key"), ("secret", "The secret")];
        let told = secrets.iter().find_map(|(name, is)| Some((format!("{is}{}", what(text("id"))), text(name)?)));
        return page(&app, &staff, StatusCode::OK, told, None).await;
    }
    let title = text("title").unwrap_or_else(|| "it was not done".to_owned());
    let says = text("detail").filter(|d| !d.contains('`')).map_or_else(|| title.clone(), |d| format!("{title}: {d}"));
    page(&app, &staff, status, None, Some(says)).await
}

/// What a form asks of `/v1`: the path, and the document.
fn request(noun: &str, act: &str, answers: &Answers) -> Option<(String, Value)> {
    let fields = |names: &[&str]| {
        let given = names.iter().filter_map(|name| Some(((*name).to_owned(), Value::from(answers.get(name)?))));
        Value::Object(given.collect::<Map<_, _>>())
    };
    let id = answers.get("id").unwrap_or_default();
    // It becomes a part of a path; what is no id leads nowhere.
    let of = |act: &str| PersonId::parse(id).is_ok().then(|| format!("/v1/{noun}/{id}{act}"));
    let list = |name: &str| json!(answers.all(name).flat_map(str::split_whitespace).collect::<Vec<_>>());
    Some(match (noun, act) {
        ("people", "add") => ("/v1/people".to_owned(), fields(&["id", "name", "role", "team"])),
        ("people", "change") => (of("")?, fields(&["name", "role", "team"])),
        ("people", "leave") => (of("")?, json!({ "active": false })),
        ("people", "return") => (of("")?, json!({ "active": true })),
        ("people", "password" | "sign-out")
        | ("keys", "rotate" | "remove")
        | ("webhooks" | "inlets", "rotate" | "on" | "off") => (of(&format!("/{act}"))?, json!({})),
        ("keys", "add") => {
            let mut document = fields(&["person", "title"]);
            document.as_object_mut()?.insert("actions".to_owned(), list("actions"));
            ("/v1/keys".to_owned(), document)
        }
        ("webhooks", "add") => {
            let mut document = fields(&["id", "url", "purpose"]);
            document.as_object_mut()?.insert("kinds".to_owned(), list("kinds"));
            ("/v1/webhooks".to_owned(), document)
        }
        ("inlets", "add") => ("/v1/inlets".to_owned(), fields(&["id", "kind", "owner", "request", "intake"])),
        _ => return None,
    })
}

/// Sends a change to `/v1` as the browser would, with the token that came in the form.
async fn send(inside: Inside, from: &HeaderMap, csrf: &str, path: &str, document: &Value) -> (StatusCode, Value) {
    let mut headers = HeaderMap::new();
    for name in [header::COOKIE, header::HOST, header::ORIGIN] {
        headers.extend(from.get(&name).map(|value| (name.clone(), value.clone())));
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.extend(HeaderValue::from_str(csrf).ok().map(|csrf| (HeaderName::from_static(CSRF), csrf)));
    match within(inside.0, Method::POST, path, headers, document.to_string()).await {
        Ok((status, _, text)) => (status, serde_json::from_str(&text).unwrap_or_default()),
        Err(e) => (StatusCode::INTERNAL_SERVER_ERROR, e.json),
    }
}

async fn page(
    app: &App,
    staff: &Staff,
    status: StatusCode,
    told: Option<(String, String)>,
    says: Option<String>,
) -> Response {
    let frame = match frame_of(app, staff, "Settings", Here::Settings).await {
        Ok(frame) => frame,
        Err(response) => return response,
    };
    if staff.me.top_only("").is_err() {
        let says = "Settings are for the highest role. Ask someone who has it.";
        return html(StatusCode::FORBIDDEN, &NotFound::titled(frame, "Not yours to change", says));
    }
    // As they are after the change.
    let rules = match staff.records.rules(&staff.me.business).await {
        Ok(rules) => rules,
        Err(e) => return problem(&e).into_response(),
    };
    html(status, &made(staff, &rules, frame, told, says))
}

fn made(staff: &Staff, rules: &Rules, frame: Frame, told: Option<(String, String)>, says: Option<String>) -> Settings {
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
        })
        .collect();
    people.sort_by(|a, b| (!a.active, &a.name, &a.id).cmp(&(!b.active, &b.name, &b.id)));
    let mut teams: Vec<TeamRow> = rules
        .teams
        .iter()
        .map(|(id, team)| TeamRow { id: id.to_string(), title: team.title.clone(), mode: mode(&team.mode) })
        .collect();
    teams.sort_by(|a, b| a.id.cmp(&b.id));
    let limits = rules.allowances().into_iter().map(|a| {
        let currency = amends_core::money::Currency::parse(&a.currency);
        let most = currency.map_or_else(String::new, |c| money(amends_core::money::Money::new(a.most, c)));
        format!("{}: {most} a {}", a.holder, a.span)
    });
    let day = |micros: i64| Time::from_micros(micros).map_or_else(String::new, |at| time(at, &book.zone));
    let keys = rules.keys().into_iter().map(|k| KeyRow {
        id: k.id.clone(),
        title: k.title.clone(),
        person: named(&k.person),
        actions: if k.actions.is_empty() { "all that they may".to_owned() } else { k.actions.join(", ") },
        since: day(k.since),
    });
    let webhooks = rules.endpoints.iter().map(|e| HookRow {
        id: e.id.clone(),
        url: e.url.clone(),
        does: match e.purpose {
            Purpose::Fulfil => "makes grants real",
            Purpose::Tell => "is told what happens",
        },
        on: e.on,
    });
    let inlets = rules.inlets.iter().map(|i| {
        let (kind, at) = match i.kind {
            crate::store::inlets::Kind::Events => ("events of another system", "in"),
            crate::store::inlets::Kind::Mail => ("mail", "in"),
            crate::store::inlets::Kind::Form => ("a form for anyone", "form"),
        };
        let path = format!("/{at}/{}/{}", staff.me.business, i.id);
        InletRow { id: i.id.to_string(), kind, owner: named(&i.owner), path, on: i.on }
    });
    let kinds = crate::flow::asking::kinds(book).into_iter();
    Settings {
        csrf: staff.csrf().to_owned(),
        people,
        roles: book.roles.iter().map(|r| (r.id.clone(), r.title.clone())).collect(),
        first_role: book.roles.iter().find(|r| r.id != "ai").map(|r| r.id.clone()).unwrap_or_default(),
        teams,
        limits: limits.collect(),
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
    }
}

/// How far a team has come, in words.
fn mode(mode: &amends_core::authority::Mode) -> String {
    use amends_core::authority::Mode;
    match mode {
        Mode::AdviseOnly => "only advises: people do what grants say".to_owned(),
        Mode::Full => "what is given is made real by what is connected".to_owned(),
        Mode::Limited { up_to } => {
            let most: Vec<String> = up_to.0.iter().map(|most| money(*most)).collect();
            format!("what costs up to {} is made real by what is connected, the rest by people", most.join(" or "))
        }
    }
}
