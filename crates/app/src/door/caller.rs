//! Who asks: the person of a key that a program sends, or of the session that a browser keeps.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::MatchedPath;
use axum::http::{Extensions, HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::limits::TooOften;
use super::{bearer, cookie};
use crate::api::problem::Problem;
use crate::api::refused::problem;
use crate::app::App;
use crate::flow::access::{self, ONCE, Ticket};
use crate::flow::records::{FACTS, Me, Records, Way};
use crate::server::guest::Guest;

/// The cookie of a session.
pub const SESSION: &str = "amends_session";
/// Where what happens is told.
const EVENTS: &str = "/v1/events";
/// How long to wait where so many of one's own were in line that it was not this one's turn.
const NO_TURN: Duration = Duration::from_secs(1);
/// The header in which pages of ours show that they are.
pub const CSRF: &str = "x-csrf-token";

/// What a request is, as far as it matters for who may send it.
#[derive(Clone, Copy, Debug)]
pub struct Asks<'r> {
    /// Its method.
    pub method: &'r Method,
    /// The pattern of its path, where it leads somewhere.
    pub route: Option<&'r str>,
    /// Its headers.
    pub headers: &'r HeaderMap,
    /// As the listener knows it; none where it came by no connection.
    pub guest: Option<&'r Guest>,
}

impl<'r> Asks<'r> {
    /// Of a request's parts.
    pub fn of(method: &'r Method, extensions: &'r Extensions, headers: &'r HeaderMap) -> Self {
        let route = extensions.get::<MatchedPath>().map(MatchedPath::as_str);
        Self { method, route, headers, guest: Guest::of(extensions) }
    }

    fn changes_something(self) -> bool {
        !matches!(*self.method, Method::GET | Method::HEAD | Method::OPTIONS)
    }
}

/// Why a request is turned away before it is looked at.
#[derive(Debug)]
pub enum Turned {
    /// It may not be sent.
    Away(Box<Problem>),
    /// It comes too often.
    TooOften(TooOften),
}

impl From<Problem> for Turned {
    fn from(problem: Problem) -> Self {
        Self::Away(Box::new(problem))
    }
}

impl IntoResponse for Turned {
    fn into_response(self) -> Response {
        match self {
            Self::Away(problem) => problem.into_response(),
            Self::TooOften(too) => too.answer(),
        }
    }
}

/// What a browser has to show beside its cookie before anything is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// That the page is ours, and a token that only our pages know, as a header.
    Header,
    /// That the page is ours; the handler looks at the token in the form.
    Form,
}

/// Who asks; none where nobody is named, or the key or session is nobody's any more.
///
/// # Errors
/// When it comes too often, the key may not do this, or the page that sends it is none of ours.
pub async fn caller(app: &App, asks: Asks<'_>, proof: Proof) -> Result<Option<(Me, Arc<Records>)>, Turned> {
    let Some(records) = &app.records else { return Ok(None) };
    let found = match (bearer(asks.headers), ticket(asks.headers)) {
        (Some(token), _) => records.who(token).await,
        (None, Some(ticket)) => access::by_ticket(records, &ticket).await,
        (None, None) => Ok(None),
    };
    let Some(me) = found.map_err(|e| problem(&e))? else { return Ok(None) };
    if let Some(guest) = asks.guest {
        guest.is(&me.account());
    }
    app.door.limits.ask(|| me.account()).map_err(Turned::TooOften)?;
    // However many one sends at once, others wait for few of them.
    if let Some(guest) = asks.guest.filter(|_| app.door.limits.are_set()) {
        guest.turn().await.map_err(|_| Turned::TooOften(TooOften(NO_TURN)))?;
    }
    match &me.way {
        Way::Key { actions, .. } => may_do(actions, asks)?,
        Way::Session { how, csrf, .. } => {
            is_our_page(asks, proof, csrf)?;
            if how == ONCE && proof == Proof::Header {
                let title = "this password is good for one time: choose one of your own first";
                return Err(Problem::new(StatusCode::FORBIDDEN, title)
                    .code("choose_a_password")
                    .hint("do so at /account")
                    .into());
            }
        }
    }
    Ok(Some((me, Arc::clone(records))))
}

/// The session that a browser keeps.
pub fn ticket(headers: &HeaderMap) -> Option<Ticket> {
    cookie(headers, SESSION).and_then(Ticket::parse)
}

/// Whether a key with these actions may do something.
fn may(actions: &[String], action: Action) -> bool {
    actions.is_empty() || actions.iter().any(|a| a == action.name())
}

impl Me {
    /// Whether the way they came in lets them do something.
    pub fn may(&self, action: Action) -> bool {
        match &self.way {
            Way::Key { actions, .. } => may(actions, action),
            Way::Session { .. } => true,
        }
    }
}

fn may_do(actions: &[String], asks: Asks<'_>) -> Result<(), Problem> {
    let route = asks.route.unwrap_or_default();
    let action = Action::of(asks.method, route);
    // Who may change settings hears of them, and of nothing else.
    let is_stream = route == EVENTS && may(actions, Action::Settings);
    if may(actions, action) || is_stream {
        return Ok(());
    }
    let title = format!("this key may not do that: it needs the action `{}`", action.name());
    Err(Problem::new(StatusCode::FORBIDDEN, title).code("key_may_not").hint(format!("it may: {}", actions.join(", "))))
}

fn is_our_page(asks: Asks<'_>, proof: Proof, csrf: &str) -> Result<(), Problem> {
    if !asks.changes_something() {
        return Ok(());
    }
    let token = asks.headers.get(CSRF).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if is_same_origin(asks.headers) && (proof == Proof::Form || is_token(token, csrf)) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "this was not sent by a page of ours: nothing was done")
        .code("not_our_page")
        .hint(format!("a page sends its token as `{CSRF}`; a program sends a key, and no cookie")))
}

/// Whether a token is the one that a session's pages know.
pub fn is_token(given: &str, csrf: &str) -> bool {
    use subtle::ConstantTimeEq as _;
    bool::from(given.as_bytes().ct_eq(csrf.as_bytes()))
}

/// Whether a browser says that a page of this very server sends it. Browsers name the origin of all that changes
/// something; what names none is no browser's.
pub fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site")
        && !matches!(site, "same-origin" | "none")
    {
        return false;
    }
    let origin = text(header::ORIGIN.as_str()).and_then(|o| o.split_once("://")).map(|(_, host)| host);
    origin.is_some_and(|origin| text(header::HOST.as_str()).is_some_and(|host| host.eq_ignore_ascii_case(origin)))
}

/// What a key may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Look at things.
    Read,
    /// Ask what the book says.
    Assess,
    /// Open cases and work on them, without giving anything.
    Cases,
    /// Give, and take back what was given.
    Grants,
    /// Ask for a yes, and answer.
    Approvals,
    /// Say what became of the steps of grants.
    Steps,
    /// Say who works here, what goes where, and who may spend what.
    Settings,
    /// Tell facts as a system of record. No request is one: it says what the facts of others are worth.
    Facts,
}

impl Action {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Assess,
        Self::Cases,
        Self::Grants,
        Self::Approvals,
        Self::Steps,
        Self::Settings,
        Self::Facts,
    ];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Assess => "assess",
            Self::Cases => "cases",
            Self::Grants => "grants",
            Self::Approvals => "approvals",
            Self::Steps => "steps",
            Self::Settings => "settings",
            Self::Facts => FACTS,
        }
    }

    /// What a request does. A route that is new counts among the settings until it is named here: the fewest keys may.
    pub fn of(method: &Method, route: &str) -> Self {
        if matches!(*method, Method::GET | Method::HEAD) {
            return Self::Read;
        }
        let Some(of_case) = route.strip_prefix("/v1/cases") else {
            return match route {
                "/v1/assess" => Self::Assess,
                "/v1/files" => Self::Cases,
                // Each tool is a request of its own, and looked at as such.
                "/mcp" => Self::Read,
                _ if route.starts_with("/ask/") => Self::Assess,
                _ => Self::Settings,
            };
        };
        let of_case = of_case.strip_prefix("/{case}").unwrap_or(of_case);
        match of_case {
            "/assessments" => Self::Assess,
            "/remedies" => Self::Approvals,
            _ if of_case.starts_with("/approvals") => Self::Approvals,
            _ if of_case.starts_with("/grants/{grant}/steps") => Self::Steps,
            _ if of_case.starts_with("/grants") => Self::Grants,
            _ => Self::Cases,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_request_does() {
        let of = |route: &str| Action::of(&Method::POST, route).name();
        for (route, action) in [
            ("/v1/assess", "assess"),
            ("/ask/{book}/{request}", "assess"),
            ("/v1/cases", "cases"),
            ("/v1/cases/{case}/notes", "cases"),
            ("/v1/cases/{case}/assessments", "assess"),
            ("/v1/cases/{case}/grants", "grants"),
            ("/v1/cases/{case}/grants/{grant}/release", "grants"),
            ("/v1/cases/{case}/grants/{grant}/steps/{number}/done", "steps"),
            ("/v1/cases/{case}/approvals/{approval}/answer", "approvals"),
            ("/v1/cases/{case}/remedies", "approvals"),
            ("/v1/webhooks", "settings"),
            ("/v1/new", "settings"),
        ] {
            assert_eq!(of(route), action, "{route}");
        }
        assert_eq!(Action::of(&Method::GET, "/v1/webhooks"), Action::Read);
    }

    #[test]
    fn a_page_from_elsewhere_is_told_apart() {
        let headers = |pairs: &[(&str, &str)]| {
            let mut all = HeaderMap::new();
            for (name, value) in pairs {
                all.insert(header::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
            }
            all
        };
        let host = ("host", "amends.shop.example");
        let ours = ("origin", "https://amends.shop.example");
        assert!(is_same_origin(&headers(&[host, ours])));
        assert!(is_same_origin(&headers(&[host, ours, ("sec-fetch-site", "same-origin")])));
        for bad in [
            headers(&[host]),
            headers(&[host, ("origin", "null")]),
            headers(&[host, ("origin", "https://evil.example")]),
            headers(&[host, ("origin", "https://amends.shop.example.evil.example")]),
            headers(&[host, ours, ("sec-fetch-site", "cross-site")]),
            headers(&[host, ours, ("sec-fetch-site", "same-site")]),
        ] {
            assert!(!is_same_origin(&bad), "{bad:?}");
        }
    }
}
