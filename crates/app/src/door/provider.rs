//! Signing in at a provider: `OpenID` Connect 1.0, authorization code flow with PKCE (RFC 7636), state and nonce. Roles
//! come from its claims, at every sign-in anew.

use amends_core::authority::Ladder;
use amends_core::ids::{BusinessId, PersonId, RoleName, TeamId};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AsyncHttpClient, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IdTokenFields,
    IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    StandardErrorResponse, StandardTokenResponse, TokenResponse as _, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::pin::Pin;

mod loose;

use loose::loosened;

use super::caller::is_token;
use super::limits::TooOften;
use super::pages::{set_cookie, signed_in};
use super::{Door, From, cookie};
use crate::app::App;
use crate::connect::http::{Http, NoReply, Reach};
use crate::desk::page::{Frame, NotFound, html};
use crate::flow::access::{self, NotIn};
use crate::flow::job::Refused;
use crate::flow::people::{Access, Setting, change};
use crate::flow::records::Records;
use crate::store::people::PersonRow;
use crate::store::{StoreError, sessions};

/// Where the provider sends people back to.
pub const CALLBACK: &str = "/sign-in/provider/callback";
/// The cookie of those who are on their way to the provider and back.
const ON_THE_WAY: &str = "amends_way";
/// How long the way may take, in seconds.
const WAY_SECONDS: i64 = 600;
/// Most bytes of a provider's answer.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// How they signed in, as sessions and the journal tell it.
const HOW: &str = "provider";

/// What whoever runs the server says of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Told {
    /// Its address, as its tokens name it.
    pub issuer: String,
    /// What it calls this server.
    pub client_id: String,
    /// A file with the secret that goes with it.
    pub client_secret_file: Option<std::path::PathBuf>,
    /// For whom else a token may be, that does not say that it was made for this server. Default: nobody.
    #[serde(default)]
    pub audiences: Vec<String>,
    /// What the button says. Default: the issuer's host.
    pub title: Option<String>,
    /// The business that people sign in to. Default: the first book.
    pub business: Option<String>,
    /// Scopes to ask for beside `openid`. Default: `profile`.
    pub scopes: Option<Vec<String>>,
    /// The claim that holds roles: a text or several, inside others by dots. Default: `roles`.
    pub role_claim: Option<String>,
    /// Which role of the book a value of it stands for. Default: the role of its name.
    #[serde(default)]
    pub roles: BTreeMap<String, String>,
    /// The claim that holds the team, as `role-claim`. Default: none.
    pub team_claim: Option<String>,
    /// The team of those whose claims name none that is known. Default: `front`.
    pub team: Option<String>,
}

/// A provider of sign-in.
#[derive(Debug)]
pub struct Provider {
    told: Told,
    secret: Option<String>,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    team: TeamId,
    http: Sends,
}

impl Provider {
    /// A provider. `public`: the address by which browsers reach this server.
    ///
    /// # Errors
    /// When an address cannot be used.
    pub fn new(told: Told, secret: Option<String>, public: &str) -> anyhow::Result<Self> {
        let is_local = |url: &str| ["http://127.0.0.1:", "http://localhost:"].iter().any(|p| url.starts_with(p));
        for (name, url) in [("issuer", told.issuer.as_str()), ("public-url", public)] {
            if !url.starts_with("https://") && !is_local(url) {
                anyhow::bail!("`{name}` is `{url}`: people sign in by https only (or by http on this machine)");
            }
        }
        let issuer = IssuerUrl::new(told.issuer.clone())?;
        let redirect = RedirectUrl::new(format!("{}{CALLBACK}", public.trim_end_matches('/')))?;
        let team = TeamId::parse(told.team.as_deref().unwrap_or(access::FIRST_TEAM))?;
        // Whoever runs the server names it, and it may well stand beside.
        let http = Sends(Http::new(Reach::Private)?);
        Ok(Self { told, secret, issuer, redirect, team, http })
    }

    /// What it is called on the page.
    pub fn title(&self) -> &str {
        let host = self.issuer.url().host_str().unwrap_or("the provider");
        self.told.title.as_deref().unwrap_or(host)
    }

    fn business(&self, records: &Records) -> Option<BusinessId> {
        match &self.told.business {
            Some(name) => BusinessId::parse(name).ok(),
            None => records.businesses().into_iter().next(),
        }
    }

    async fn client(&self) -> Result<OfProvider, Failed> {
        let metadata = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await.map_err(failed)?;
        let (id, secret) = (ClientId::new(self.told.client_id.clone()), self.secret.clone().map(ClientSecret::new));
        Ok(Client::from_provider_metadata(metadata, id, secret).set_redirect_uri(self.redirect.clone()))
    }

    fn scopes(&self) -> Vec<Scope> {
        let asked = self.told.scopes.clone().unwrap_or_else(|| vec!["profile".to_owned()]);
        asked.into_iter().map(Scope::new).collect()
    }

    /// Whether a token that names us among those it is for was made for us: it is for nobody else but whom the settings trust,
    /// or says so itself (`azp`).
    fn is_for_us<'a>(&self, mut audiences: impl Iterator<Item = &'a str>, made_for: Option<&str>) -> bool {
        let us = self.told.client_id.as_str();
        made_for == Some(us) || audiences.all(|one| one == us || self.told.audiences.iter().any(|known| known == one))
    }

    /// The highest of the roles that the claims give and the book has; never that of machines.
    fn role(&self, claims: &Value, ladder: &Ladder) -> Option<RoleName> {
        let given = values(claims, self.told.role_claim.as_deref().unwrap_or("roles"));
        let named = given.iter().filter_map(|value| {
            let role = if self.told.roles.is_empty() { Some(value) } else { self.told.roles.get(value) };
            RoleName::parse(role?).ok()
        });
        let of_people = named.filter(|role| role.as_str() != amends_core::authority::AGENT);
        let known = of_people.filter_map(|role| ladder.height(&role).map(|height| (height, role)));
        known.max_by_key(|(height, _)| *height).map(|(_, role)| role)
    }
}

/// The values of a claim, a text or a list of texts; inside others by dots.
fn values(claims: &Value, path: &str) -> Vec<String> {
    let found = claims.get(path).or_else(|| path.split('.').try_fold(claims, |at, name| at.get(name)));
    let text = |v: &Value| v.as_str().map(str::to_owned);
    match found {
        Some(Value::Array(all)) => all.iter().filter_map(text).collect(),
        Some(one) => text(one).into_iter().collect(),
        None => Vec::new(),
    }
}

/// All claims that are none of the standard's.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Extra(serde_json::Map<String, Value>);

impl AdditionalClaims for Extra {}

type Fields = IdTokenFields<
    Extra,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type OfProvider = Client<
    Extra,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Our client, as the protocol's library calls it.
#[derive(Debug)]
struct Sends(Http);

impl<'c> AsyncHttpClient<'c> for Sends {
    type Error = NoReply;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, NoReply>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = String::from_utf8(body).map_err(|e| NoReply::NeverSent(e.to_string()))?;
            let url = parts.uri.to_string();
            let answer = self.0.exchange(parts.method, &url, parts.headers, body.into(), ANSWER_BYTES_MAX);
            let (status, headers, text) = answer.await?;
            let mut response = HttpResponse::new(loosened(text).into_bytes());
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok(response)
        })
    }
}

/// Why someone could not sign in at the provider: what they are told, and what the log is.
#[derive(Debug)]
struct Failed {
    says: String,
    why: String,
}

/// Something between us and the provider.
fn failed(error: impl std::error::Error) -> Failed {
    let mut why = error.to_string();
    let mut inner = error.source();
    while let Some(source) = inner {
        why = format!("{why}: {source}");
        inner = source.source();
    }
    Failed { says: t!("sign-in-the-provider-did-not-answer"), why }
}

fn not_so(says: impl Into<String>) -> Failed {
    let says = says.into();
    Failed { why: says.clone(), says }
}

impl std::convert::From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self { says: t!("sign-in-the-database-does-not-answer"), why: error.to_string() }
    }
}

impl std::convert::From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        Self { says: t!("sign-in-this-business-cannot-be-signed"), why: format!("{refused:?}") }
    }
}

impl Failed {
    fn page(&self) -> Response {
        tracing::warn!("someone could not sign in at the provider: {}", self.why);
        let page =
            NotFound::titled(Frame::bare(t!("sign-in-not-signed-in")), t!("sign-in-you-are-not"), self.says.clone());
        html(StatusCode::FORBIDDEN, &page)
    }
}

/// What a browser keeps while its owner is at the provider.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct OnTheWay {
    state: String,
    nonce: String,
    verifier: String,
    next: String,
}

impl OnTheWay {
    fn text(&self) -> String {
        let mut all = form_urlencoded::Serializer::new(String::new());
        all.append_pair("state", &self.state).append_pair("nonce", &self.nonce);
        all.append_pair("verifier", &self.verifier).append_pair("next", &self.next);
        all.finish()
    }

    fn of(headers: &HeaderMap) -> Option<Self> {
        let mut way = Self::default();
        for (name, value) in form_urlencoded::parse(cookie(headers, ON_THE_WAY)?.as_bytes()) {
            match name.as_ref() {
                "state" => way.state = value.into_owned(),
                "nonce" => way.nonce = value.into_owned(),
                "verifier" => way.verifier = value.into_owned(),
                "next" => way.next = value.into_owned(),
                _ => {}
            }
        }
        Some(way).filter(|way| !way.state.is_empty())
    }
}

/// Where someone is on their way to.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in/provider`: sends a browser to the provider.
pub async fn go(State(app): State<App>, from: From, Query(asked): Query<Asked>) -> Response {
    let Some((provider, _)) = of(&app.door, &app) else { return Redirect::to("/sign-in").into_response() };
    if let Err(too) = app.door.limits.at_provider(&from.address()) {
        return slower(too);
    }
    let client = match provider.client().await {
        Ok(client) => client,
        Err(failed) => return failed.page(),
    };
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let asks = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
    let (url, state, nonce) = asks.add_scopes(provider.scopes()).set_pkce_challenge(challenge).url();
    let way = OnTheWay {
        state: state.secret().clone(),
        nonce: nonce.secret().clone(),
        verifier: verifier.secret().clone(),
        next: asked.next,
    };
    let mut response = Redirect::to(url.as_str()).into_response();
    set_cookie(&app, &mut response, ON_THE_WAY, &way.text(), "Lax", WAY_SECONDS);
    response
}

fn often(too: TooOften) -> Failed {
    not_so(t!("sign-in-too-many-tries-try-again", seconds = too.seconds()))
}

fn slower(too: TooOften) -> Response {
    let mut response = often(too).page();
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, too.seconds().into());
    response
}

fn of<'a>(door: &'a Door, app: &'a App) -> Option<(&'a Provider, &'a Records)> {
    Some((door.provider.as_ref()?, app.records.as_deref()?))
}

/// What the provider sends back.
#[derive(Deserialize)]
pub struct Back {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// `GET /sign-in/provider/callback`: lets in whom the provider knows and the book has a role for.
pub async fn back(State(app): State<App>, from: From, headers: HeaderMap, Query(back): Query<Back>) -> Response {
    let Some((provider, records)) = of(&app.door, &app) else { return Redirect::to("/sign-in").into_response() };
    if let Err(too) = app.door.limits.at_provider(&from.address()) {
        return slower(too);
    }
    let way = OnTheWay::of(&headers);
    let next = way.as_ref().map(|way| way.next.clone()).unwrap_or_default();
    let mut response = match come_back(provider, records, way, back).await {
        Ok(ticket) => signed_in(&app, &ticket, &next),
        Err(failed) => failed.page(),
    };
    set_cookie(&app, &mut response, ON_THE_WAY, "", "Lax", 0);
    response
}

async fn come_back(
    provider: &Provider,
    records: &Records,
    way: Option<OnTheWay>,
    back: Back,
) -> Result<access::Ticket, Failed> {
    let stale = || not_so(t!("sign-in-this-sign-in-was-begun"));
    let way = way.ok_or_else(stale)?;
    if !back.state.is_some_and(|state| is_token(&state, &way.state)) {
        return Err(stale());
    }
    if let Some(error) = back.error {
        let why = format!("the provider says `{}`", error.chars().take(100).collect::<String>());
        return Err(Failed { says: t!("sign-in-the-provider-did-not-let"), why });
    }
    let code = back.code.ok_or_else(stale)?;
    let (subject, claims) = claims(provider, code, way).await?;
    let business = provider.business(records).ok_or_else(|| not_so(t!("sign-in-no-business")))?;
    let person = person(provider, records, &business, &subject, &claims).await?;
    Ok(access::begin(records, &business, &person, HOW).await?)
}

/// Whom the provider names, and all it says of them.
async fn claims(provider: &Provider, code: String, way: OnTheWay) -> Result<(String, Value), Failed> {
    let client = provider.client().await?;
    let asks = client.exchange_code(AuthorizationCode::new(code)).map_err(failed)?;
    let asks = asks.set_pkce_verifier(PkceCodeVerifier::new(way.verifier));
    let tokens = asks.request_async(&provider.http).await.map_err(failed)?;
    let token = tokens.id_token().ok_or_else(|| not_so(t!("sign-in-the-provider-did-not-say")))?;
    // That it is for us is looked at here; for whom else it may be, `is_for_us` says.
    let verifier = client.id_token_verifier().set_other_audience_verifier_fn(|_| true);
    let told = token.claims(&verifier, &Nonce::new(way.nonce)).map_err(failed)?;
    let others = told.audiences().iter().map(|audience| audience.as_str());
    if !provider.is_for_us(others, told.authorized_party().map(|party| party.as_str())) {
        let why = "the token is for others too, and was not made for this server".to_owned();
        return Err(Failed { says: t!("sign-in-the-provider-did-not-say"), why });
    }
    let subject = told.subject().to_string();
    let mut all = serde_json::to_value(told).map_err(failed)?;
    // Many providers tell roles and names only there.
    if let Ok(asks) = client.user_info(tokens.access_token().clone(), Some(told.subject().clone())) {
        let more: UserInfoClaims<Extra, CoreGenderClaim> = asks.request_async(&provider.http).await.map_err(failed)?;
        let more = serde_json::to_value(more).map_err(failed)?;
        if let (Value::Object(all), Value::Object(more)) = (&mut all, more) {
            for (name, value) in more {
                all.entry(name).or_insert(value);
            }
        }
    }
    Ok((subject, all))
}

/// Who someone at the provider is here, with the role that they have there now.
async fn person(
    provider: &Provider,
    records: &Records,
    business: &BusinessId,
    subject: &str,
    claims: &Value,
) -> Result<PersonId, Failed> {
    let rules = records.rules(business).await?;
    let role = provider.role(claims, &rules.ladder).ok_or_else(|| not_so(t!("sign-in-your-account-has-no-role")))?;
    let named = provider.told.team_claim.as_deref().map(|path| values(claims, path)).unwrap_or_default();
    let known = named.iter().filter_map(|team| TeamId::parse(team).ok()).find(|team| rules.teams.contains_key(team));
    let team = known.unwrap_or_else(|| provider.team.clone());
    let issuer = provider.told.issuer.as_str();
    let found = sessions::known(&mut *records.store.reader().await?, business, issuer, subject).await?;
    let before = found.as_ref().and_then(|id| rules.people.get(id));
    if before.is_some_and(|p| !p.active) {
        return Err(not_so(t!("sign-in-your-account-here-was-closed")));
    }
    let is_new = found.is_none();
    let id = found.map_or_else(|| records.new_id("p"), Ok)?;
    let name = ["name", "preferred_username", "nickname"].iter().find_map(|claim| claims.get(claim)?.as_str());
    let name = name.map_or_else(|| id.to_string(), |name| name.chars().take(100).collect());
    let row = PersonRow { id: id.clone(), name, role, team: team.clone(), active: true };
    let mut changes = Vec::new();
    if !rules.teams.contains_key(&team) {
        changes.push(Setting::Team(crate::flow::people::team(
            team.clone(),
            team.to_string(),
            &crate::flow::rules::ModeText::AdviseOnly,
        )?));
    }
    if before != Some(&row) {
        changes.push(Setting::Person(row));
    }
    if is_new {
        changes.push(Setting::Access(id.clone(), Access::Known(issuer.to_owned(), subject.to_owned())));
    }
    if !changes.is_empty() {
        change(&records.store, business, HOW, &changes, records.clock.now()).await?;
    }
    Ok(id)
}

impl std::convert::From<NotIn> for Failed {
    fn from(not: NotIn) -> Self {
        match not {
            NotIn::Wrong => not_so(t!("sign-in-you-are-not-known-here")),
            NotIn::Busy(wait) => often(TooOften(wait)),
            NotIn::Refused(refused) => refused.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use serde_json::json;

    #[test]
    fn roles_are_found_in_claims_of_many_shapes() {
        let told: Told = toml::from_str(
            "issuer = 'https://id.example'\nclient-id = 'amends'\nrole-claim = 'realm.roles'\n[roles]\nl1 = 'frontline'\nl2 = 'lead'\nbot = 'ai'",
        )
        .unwrap();
        let book = crate::shipped::find("retail").unwrap().checked().book.unwrap();
        let ladder = Ladder::of(&book).unwrap();
        let provider = Provider::new(told, None, "https://amends.example/").unwrap();
        assert_eq!(provider.redirect.as_str(), "https://amends.example/sign-in/provider/callback");
        assert_eq!(provider.title(), "id.example");
        let role = |claims: Value| provider.role(&claims, &ladder).map(|r| r.to_string());
        assert_eq!(role(json!({ "realm": { "roles": ["l1", "other", "l2"] } })).as_deref(), Some("lead"));
        assert_eq!(role(json!({ "realm.roles": "l1" })).as_deref(), Some("frontline"));
        for none in [json!({}), json!({ "realm": { "roles": ["head", "bot", 7] } }), json!({ "realm": 1 })] {
            assert_eq!(role(none.clone()), None, "{none}");
        }
    }

    #[test]
    fn a_token_for_several_is_taken_where_it_was_made_for_us() {
        let of = |more: &str| {
            let told = format!("issuer = 'https://id.example'\nclient-id = 'amends'\n{more}");
            Provider::new(toml::from_str(&told).unwrap(), None, "https://amends.example/").unwrap()
        };
        let (bare, trusting) = (of(""), of("audiences = ['shop']"));
        let two = || ["amends", "shop"].into_iter();
        assert!(bare.is_for_us(["amends"].into_iter(), None) && bare.is_for_us(two(), Some("amends")));
        assert!(!bare.is_for_us(two(), None) && !bare.is_for_us(two(), Some("shop")));
        assert!(trusting.is_for_us(two(), None));
    }

    #[test]
    fn nothing_of_a_sign_in_goes_unencrypted() {
        let told = |issuer: &str| toml::from_str::<Told>(&format!("issuer = '{issuer}'\nclient-id = 'a'")).unwrap();
        assert!(Provider::new(told("http://id.example"), None, "https://a.example").is_err());
        assert!(Provider::new(told("https://id.example"), None, "http://a.example").is_err());
        assert!(Provider::new(told("http://127.0.0.1:9"), None, "http://127.0.0.1:8").is_ok());
    }

    #[test]
    fn what_a_browser_keeps_on_the_way_is_read_back() {
        let way =
            OnTheWay { state: "a-b".into(), nonce: "c_d".into(), verifier: "e~f".into(), next: "/x?y=z&a".into() };
        let mut headers = HeaderMap::new();
        let kept = format!("other=1; {ON_THE_WAY}={}", way.text());
        headers.insert("cookie", HeaderValue::from_str(&kept).unwrap());
        assert_eq!(OnTheWay::of(&headers), Some(way));
    }
}
