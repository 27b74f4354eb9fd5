//! The pages on which people sign in, choose their password, and sign out.

use amends_core::ids::{BusinessId, PersonId};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

use super::caller::{Asks, Proof, SESSION, caller, is_same_origin, is_token};
use super::limits::TooOften;
use super::{COOKIE, From, cookie, digest, pass};
use crate::api::body::{BEFORE_IDENTITY_BYTES_MAX, Small, TYPED_BYTES_MAX, received};
use crate::api::refused::problem;
use crate::app::App;
use crate::desk::frame_of;
use crate::desk::page::{Frame, Here as Part, html};
use crate::flow::access::{self, Known, NotIn, NotTaken, ONCE, PASSWORD_CHARS_MIN, Ticket};
use crate::flow::browsers::{self, Mark};
use crate::flow::job::Refused;
use crate::flow::news::Cursor;
use crate::flow::records::{Me, Records, Way};
use crate::store::sessions;
use crate::texts::filters;

/// Where people go who have signed in, where they were on their way nowhere.
const HOME: &str = "/desk";
/// Most bytes of what is sent to sign in, or to choose a password.
const SIGN_IN_BYTES_MAX: usize = 16 << 10;
/// For how long a browser is known in which someone signed in, in seconds: as long as browsers keep anything.
const KNOWN_SECONDS: i64 = 400 * 24 * 60 * 60;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    frame: Frame,
    /// The businesses that can be signed in to: name, title, and whether it was chosen.
    businesses: Vec<(String, String, bool)>,
    /// What the button of the provider says, where there is one.
    provider: Option<String>,
    asks_token: bool,
    person: String,
    next: String,
    says: Option<String>,
    token_says: Option<String>,
}

/// Where someone was on their way to.
#[derive(Default, Deserialize)]
pub struct OnTheWay {
    #[serde(default)]
    next: String,
}

/// Only a page of ours: a path, and nothing that a browser takes for another server.
fn within(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r', '\t']);
    if is_path { next } else { "" }
}

impl SignIn {
    fn of(app: &App, next: &str) -> Self {
        let titled = |business: BusinessId| {
            let title = app.shelf.find(business.as_str()).map(|c| c.book.title.clone()).unwrap_or_default();
            (business.to_string(), title, false)
        };
        Self {
            frame: Frame::bare(t!("sign-in-sign-in")),
            businesses: app
                .records
                .as_ref()
                .map_or_else(Vec::new, |r| r.businesses().into_iter().map(titled).collect()),
            provider: app.door.provider.as_ref().map(|p| p.title().to_owned()),
            asks_token: app.door.token.is_some(),
            person: String::new(),
            next: within(next).to_owned(),
            says: None,
            token_says: None,
        }
    }

    fn again(app: &App, given: &Given, says: &str) -> Self {
        let mut page = Self::of(app, &given.next);
        for (name, _, chosen) in &mut page.businesses {
            *chosen = *name == given.business;
        }
        Self { person: given.person.clone(), says: Some(says.to_owned()), ..page }
    }
}

/// `GET /sign-in`
pub async fn form(State(app): State<App>, Query(way): Query<OnTheWay>) -> Response {
    if app.door.token.is_none() && app.records.is_none() {
        return Redirect::to("/ask").into_response();
    }
    html(StatusCode::OK, &SignIn::of(&app, &way.next))
}

/// What is typed into the form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Given {
    business: String,
    person: String,
    password: String,
    token: Option<String>,
    next: String,
}

impl Given {
    /// The account that is meant; none where nobody could be called so. The limits count by it and the password is looked up
    /// by it, so that no other way to write a name is another name.
    fn account(&self) -> Option<(BusinessId, PersonId)> {
        let business = BusinessId::parse(self.business.trim()).ok()?;
        Some((business, PersonId::parse(self.person.trim()).ok()?))
    }
}

/// `POST /sign-in`
pub async fn sign_in(
    State(app): State<App>,
    from: From,
    headers: HeaderMap,
    Small(given): Small<Given, SIGN_IN_BYTES_MAX>,
) -> Response {
    // A page elsewhere must not sign its reader in as somebody else.
    if headers.contains_key(header::ORIGIN) && !is_same_origin(&headers) {
        let page = SignIn::again(&app, &given, &t!("sign-in-this-came-from-another-page"));
        return html(StatusCode::FORBIDDEN, &page);
    }
    if let Some(token) = &given.token {
        return match app.door.limits.try_token(&from.address()) {
            Ok(()) => by_token(&app, token, &given.next),
            Err(too) => too_often(&app, &given, too),
        };
    }
    by_password(&app, &given, &headers, &from.address()).await
}

fn too_often(app: &App, given: &Given, too: TooOften) -> Response {
    let says = t!("sign-in-too-many-tries-try-again", seconds = too.seconds());
    let mut response = html(StatusCode::TOO_MANY_REQUESTS, &SignIn::again(app, given, &says));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(too.seconds()));
    response
}

fn by_token(app: &App, given: &str, next: &str) -> Response {
    let Some(token) = app.door.token else { return Redirect::to("/ask").into_response() };
    if !bool::from(digest(given.trim()).ct_eq(&token)) {
        let says = Some(t!("sign-in-that-is-not-the-token"));
        return html(StatusCode::FORBIDDEN, &SignIn { token_says: says, ..SignIn::of(app, next) });
    }
    let next = Some(within(next)).filter(|next| !next.is_empty()).unwrap_or("/ask");
    with_cookie(app, COOKIE, &pass(&token), "Strict", next)
}

async fn by_password(app: &App, given: &Given, headers: &HeaderMap, address: &str) -> Response {
    let Some(records) = &app.records else { return Redirect::to("/ask").into_response() };
    let account = given.account();
    let known = match known_browser(records, account.as_ref(), headers).await {
        Ok(known) => known,
        Err(refused) => return problem(&refused).into_response(),
    };
    // All that is no account is one, which is nobody's.
    let named = account.as_ref().map(|(business, person)| format!("{business} {person}")).unwrap_or_default();
    let (tried, known) = match known {
        Some(browser) => (app.door.limits.try_known(&named, &browser), Known::Before),
        None => (app.door.limits.try_(&named, address), Known::Not),
    };
    if let Err(too) = tried {
        return too_often(app, given, too);
    }
    match access::sign_in(records, account.as_ref(), &given.password, known).await {
        Ok((ticket, mark)) => {
            let mut response = signed_in(app, &ticket, &given.next);
            remember(app, &mut response, &mark);
            response
        }
        Err(NotIn::Wrong) => {
            let says = &t!("sign-in-that-is-not-your-name");
            html(StatusCode::FORBIDDEN, &SignIn::again(app, given, says))
        }
        Err(NotIn::Busy(wait)) => too_often(app, given, TooOften(wait)),
        Err(NotIn::Refused(refused)) => problem(&refused).into_response(),
    }
}

/// Which browser it is, where someone signed in to the account in it before.
async fn known_browser(
    records: &Records,
    account: Option<&(BusinessId, PersonId)>,
    headers: &HeaderMap,
) -> Result<Option<String>, Refused> {
    let Some((business, person)) = account else { return Ok(None) };
    let Some(given) = cookie(headers, &browsers::cookie_name(business, person)) else { return Ok(None) };
    let read = async { sessions::password(&mut *records.store.reader().await?, business, person).await };
    let kept = read.await.map_err(Refused::Store)?;
    Ok(kept.and_then(|kept| browsers::known(given, business, person, &kept.hash)))
}

/// Lets a browser be known the next time.
fn remember(app: &App, response: &mut Response, mark: &Mark) {
    set_cookie(app, response, &mark.name, &mark.text, "Strict", KNOWN_SECONDS);
}

/// Gives a browser its session, and sends it on.
pub fn signed_in(app: &App, ticket: &Ticket, next: &str) -> Response {
    let next = Some(within(next)).filter(|next| !next.is_empty()).unwrap_or(HOME);
    // Lax: someone who comes back from a provider of sign-in, or follows a link, is still signed in.
    with_cookie(app, SESSION, &ticket.text(), "Lax", next)
}

fn with_cookie(app: &App, name: &str, value: &str, same_site: &str, next: &str) -> Response {
    let mut response = Redirect::to(next).into_response();
    set_cookie(app, &mut response, name, value, same_site, access::SESSION_MAX / 1_000_000);
    response
}

/// Sets a cookie that no script reads. `seconds`: how long it is kept; 0 takes it away.
pub(super) fn set_cookie(app: &App, response: &mut Response, name: &str, value: &str, same_site: &str, seconds: i64) {
    let secure = if app.door.is_secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}; Max-Age={seconds}{secure}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Someone who is signed in, on a page of ours.
pub struct Staff {
    /// Who.
    pub me: Me,
    /// What is kept.
    pub records: Arc<Records>,
    /// How far what happens was told before anything was read: the page goes on from there.
    pub since: Cursor,
}

impl Staff {
    /// What our pages send with each change.
    pub fn csrf(&self) -> &str {
        match &self.me.way {
            Way::Session { csrf, .. } => csrf,
            Way::Key { .. } => "",
        }
    }

    /// Whether a form came from a page of theirs.
    pub fn is_token(&self, given: &str) -> bool {
        matches!(&self.me.way, Way::Session { csrf, .. } if is_token(given, csrf))
    }
}

/// Whoever works here and has a password that they chose.
impl FromRequestParts<App> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match Here::from_request_parts(parts, app).await {
            Ok(Here(Self { me, .. })) if matches!(&me.way, Way::Session { how, .. } if how == ONCE) => {
                Err(Redirect::to("/account").into_response())
            }
            Ok(Here(staff)) => Ok(staff),
            Err(turned) if turned.status().is_redirection() && parts.method == axum::http::Method::GET => {
                let next: String = form_urlencoded::byte_serialize(parts.uri.path().as_bytes()).collect();
                Err(Redirect::to(&format!("/sign-in?next={next}")).into_response())
            }
            Err(turned) => Err(turned),
        }
    }
}

/// A form that was sent to a page for those who are signed in. Of whoever is not, no more is read than a head has: what
/// they typed is theirs once they are.
pub struct Posted {
    /// Who sent it, or the answer to whoever is to sign in first.
    pub staff: Result<Staff, Response>,
    /// What was typed.
    pub form: Bytes,
}

impl FromRequest<App> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let staff = Staff::from_request_parts(&mut parts, app).await;
        let request = Request::from_parts(parts, body);
        let most = if staff.is_ok() { TYPED_BYTES_MAX } else { BEFORE_IDENTITY_BYTES_MAX };
        match (received(request, most).await, staff) {
            (Ok(form), staff) => Ok(Self { staff, form }),
            (Err(problem), Ok(_)) => Err(problem.into_response()),
            (Err(_), Err(turned)) => Err(turned),
        }
    }
}

/// The same, on the page where they choose one.
pub struct Here(Staff);

impl FromRequestParts<App> for Here {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let asks = Asks::of(&parts.method, &parts.extensions, &parts.headers);
        match caller(app, asks, Proof::Form).await {
            Ok(Some((me, records))) if matches!(me.way, Way::Session { .. }) => {
                let since = records.news.at(&me.business).unwrap_or_default();
                Ok(Self(Staff { me, records, since }))
            }
            Ok(_) => Err(Redirect::to("/sign-in").into_response()),
            Err(turned) => Err(turned.into_response()),
        }
    }
}

#[derive(Template)]
#[template(path = "account.html")]
struct Account {
    frame: Frame,
    name: String,
    id: String,
    role: String,
    team: String,
    business: String,
    csrf: String,
    /// They signed in with a password for one time, and must choose one now.
    must_choose: bool,
    /// They sign in with a password, and not at a provider.
    has_password: bool,
    /// Since when, how, and whether it is this one.
    sessions: Vec<(String, String, bool)>,
    password_min: usize,
    says: Option<String>,
}

impl Account {
    async fn of(staff: &Staff, says: Option<String>) -> Result<Self, Refused> {
        let Staff { me, records, .. } = staff;
        let read = async {
            let mut conn = records.store.reader().await?;
            let all = sessions::of(&mut conn, &me.business, &me.person.id).await?;
            let password = sessions::password(&mut conn, &me.business, &me.person.id).await?;
            Ok((all, password.is_some()))
        };
        let (all, has_password) = read.await.map_err(Refused::Store)?;
        let (this, how, csrf) = match &me.way {
            Way::Session { id, how, csrf } => (id.clone(), how.clone(), csrf.clone()),
            Way::Key { .. } => Default::default(),
        };
        let shown = |micros: i64| crate::texts::moment(micros, &me.rules.book.zone);
        Ok(Self {
            frame: Frame::bare(t!("sign-in-your-account")),
            name: me.person.name.clone(),
            id: me.person.id.to_string(),
            role: me.person.role.to_string(),
            team: me.rules.teams.get(&me.person.team).map_or_else(|| me.person.team.to_string(), |t| t.title.clone()),
            business: me.rules.book.title.clone(),
            csrf,
            must_choose: how == ONCE,
            has_password,
            sessions: all.iter().map(|s| (shown(s.since), s.how.clone(), s.id == this)).collect(),
            password_min: PASSWORD_CHARS_MIN,
            says,
        })
    }
}

async fn page(app: &App, staff: &Staff, status: StatusCode, says: Option<String>) -> Response {
    let mut account = match Account::of(staff, says).await {
        Ok(account) => account,
        Err(refused) => return problem(&refused).into_response(),
    };
    if !account.must_choose {
        account.frame = match frame_of(app, staff, &t!("sign-in-your-account"), Part::Elsewhere).await {
            Ok(frame) => frame,
            Err(response) => return response,
        };
    }
    html(status, &account)
}

/// `GET /account`
pub async fn account(State(app): State<App>, Here(staff): Here) -> Response {
    page(&app, &staff, StatusCode::OK, None).await
}

/// What the forms of the page send.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    csrf: String,
    now: String,
    new: String,
    again: String,
}

fn not_ours() -> String {
    t!("sign-in-that-came-from-another-page")
}

/// `POST /account/password`
pub async fn choose(
    State(app): State<App>,
    Here(staff): Here,
    Small(asked): Small<Asked, SIGN_IN_BYTES_MAX>,
) -> Response {
    if !staff.is_token(&asked.csrf) {
        return page(&app, &staff, StatusCode::FORBIDDEN, Some(not_ours())).await;
    }
    if asked.new != asked.again {
        let says = t!("sign-in-passwords-differ");
        return page(&app, &staff, StatusCode::UNPROCESSABLE_ENTITY, Some(says)).await;
    }
    let account = format!("{} {}", staff.me.business, staff.me.person.id);
    if let Err(too) = app.door.limits.try_known(&account, "signed in") {
        let says = t!("sign-in-too-many-tries-try-again", seconds = too.seconds());
        return page(&app, &staff, StatusCode::TOO_MANY_REQUESTS, Some(says)).await;
    }
    let says = match access::choose_password(&staff.records, &staff.me, &asked.now, &asked.new).await {
        Ok((ticket, mark)) => {
            let mut response = signed_in(&app, &ticket, "");
            remember(&app, &mut response, &mark);
            return response;
        }
        Err(NotTaken::Weak(says)) => says,
        Err(NotTaken::Wrong) => t!("sign-in-the-password-you-have-now"),
        Err(NotTaken::Busy(wait)) => t!("sign-in-too-many-tries-try-again", seconds = TooOften(wait).seconds()),
        Err(NotTaken::Store(e)) => return problem(&Refused::Store(e)).into_response(),
    };
    page(&app, &staff, StatusCode::UNPROCESSABLE_ENTITY, Some(says)).await
}

/// `POST /account/sign-out`
pub async fn sign_out(
    State(app): State<App>,
    Here(staff): Here,
    Small(asked): Small<Asked, SIGN_IN_BYTES_MAX>,
) -> Response {
    if !staff.is_token(&asked.csrf) {
        return page(&app, &staff, StatusCode::FORBIDDEN, Some(not_ours())).await;
    }
    gone(&app, access::sign_out(&staff.records, &staff.me).await)
}

/// `POST /account/sign-out-everywhere`
pub async fn sign_out_everywhere(
    State(app): State<App>,
    Here(staff): Here,
    Small(asked): Small<Asked, SIGN_IN_BYTES_MAX>,
) -> Response {
    if !staff.is_token(&asked.csrf) {
        return page(&app, &staff, StatusCode::FORBIDDEN, Some(not_ours())).await;
    }
    let (records, me) = (&staff.records, &staff.me);
    gone(&app, access::sign_out_everywhere(records, &me.business, me.person.id.as_str(), &me.person.id).await)
}

fn gone(app: &App, done: Result<(), crate::store::StoreError>) -> Response {
    if let Err(e) = done {
        return problem(&Refused::Store(e)).into_response();
    }
    let mut response = Redirect::to("/sign-in").into_response();
    set_cookie(app, &mut response, SESSION, "", "Lax", 0);
    response
}
