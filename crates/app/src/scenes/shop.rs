//! A shop with its people, and the interface as they call it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use amends_core::diagnostic::Findings;
use amends_core::facts::from_yaml::question_json;
use amends_core::ids::{BusinessId, PersonId, RoleName, TeamId};
use amends_core::money::Money;
use amends_core::time::{SECOND, Time, Zone};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::app::{App, Parts};
use crate::connect::http::Reach;
use crate::door::Door;
use crate::door::caller::{CSRF, SESSION};
use crate::flow::clock::{Clock, Ids};
use crate::flow::fulfil::Worker;
use crate::flow::kept::mend;
use crate::flow::people::{Setting, change, first_key, team};
use crate::flow::records::Records;
use crate::flow::rules::ModeText;
use crate::flow::{access, mail, news, precedents, publishing, tell, timer};
use crate::router::router;
use crate::shelf::Shelf;
use crate::signs::Signs;
use crate::store::Place;
use crate::store::people::PersonRow;
use crate::store::settings::Allowance;
use crate::store::testing::{Fresh, both};

/// Stands before whoever is signed in, and comes without a key: `@hugo`.
const SIGNED_IN: char = '@';

pub struct Shop {
    pub records: Arc<Records>,
    pub business: BusinessId,
    pub worker: Worker,
    clock: Arc<AtomicI64>,
    router: Router,
    tokens: HashMap<&'static str, String>,
    _ends: tokio::sync::watch::Sender<bool>,
    fresh: Fresh,
}

/// An answer of the interface.
#[derive(Debug)]
pub struct Got {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Value,
}

impl Got {
    /// The answer, when it went well.
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.json);
        self.json
    }

    /// The status and the word for machines, when it did not.
    pub fn refused(&self) -> (u16, &str) {
        assert!(!self.status.is_success(), "{} {}", self.status, self.json);
        (self.status.as_u16(), self.json["code"].as_str().unwrap_or_default())
    }
}

pub fn time(text: &str) -> Time {
    Time::parse(text, &Zone::parse("America/New_York").unwrap()).unwrap()
}

/// Tells a story on every database.
pub fn on_both<F: Future<Output = ()>>(story: impl Fn(Fresh) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for fresh in both().await.unwrap() {
            story(fresh).await;
        }
    });
}

impl Shop {
    /// Ada the AI agent, Rita and Omar at the front, Lena the lead, Hugo the head; everything fulfils itself.
    pub async fn open(fresh: Fresh) -> Self {
        Box::pin(Self::of(fresh, Door::new(std::net::Ipv4Addr::LOCALHOST.into(), None).unwrap())).await
    }

    /// The same behind another door.
    pub async fn of(fresh: Fresh, door: Door) -> Self {
        Self::with(fresh, door, |records| records).await
    }

    /// The same, with something else set up.
    pub async fn with(fresh: Fresh, door: Door, and: impl FnOnce(Records) -> Records) -> Self {
        let shelf = Arc::new(Shelf::shipped(&["retail", "rental"]));
        let clock = Arc::new(AtomicI64::new(time("2026-11-16T18:04:00").micros()));
        let records = Records::open(
            &fresh.place,
            Arc::clone(&shelf),
            Clock::Set(Arc::clone(&clock)),
            Ids::Counted(Arc::default()),
        );
        let records = Arc::new(and(records.await.unwrap().reaching(Reach::Private).unwrap()));
        let (ends, stopping) = tokio::sync::watch::channel(false);
        let signs = Signs::of(Some(&records));
        let parts = Parts { shelf, records: Some(Arc::clone(&records)), door, signs, demo: None, stopping };
        let router = router(App::new(parts));
        let business = BusinessId::parse("retail").unwrap();
        let mut shop = Self {
            records,
            business,
            worker: Worker::default(),
            clock,
            router,
            tokens: HashMap::new(),
            _ends: ends,
            fresh,
        };
        shop.mode(&ModeText::Full).await;
        for (id, role) in
            [("ada", "ai"), ("rita", "frontline"), ("omar", "frontline"), ("lena", "lead"), ("hugo", "head")]
        {
            shop.person(id, role).await;
        }
        publishing::look(&shop.records, &shop.business).await.unwrap();
        news::look(&shop.records, &shop.business).await.unwrap();
        shop
    }

    pub async fn set(&self, setting: Setting) {
        let now = self.records.clock.now();
        change(&self.records.store, &self.business, "operator", &[setting], now).await.unwrap();
    }

    pub async fn mode(&self, mode: &ModeText) {
        let id = TeamId::parse("shop").unwrap();
        self.set(Setting::Team(team(id, "Shop".to_owned(), mode).unwrap())).await;
    }

    pub async fn limit(&self, holder: &str, per: &str, most: &str) {
        let most = Money::parse(most, None).unwrap();
        let (holder, span, currency) = (holder.to_owned(), per.to_owned(), most.currency.code().to_owned());
        self.set(Setting::Allow(Allowance { holder, span, currency, most: most.minor })).await;
    }

    /// The head of the other business on the same server.
    pub async fn neighbour(&mut self, id: &'static str) {
        let (business, person) = (BusinessId::parse("rental").unwrap(), PersonId::parse(id).unwrap());
        let (role, desk) = (RoleName::parse("head").unwrap(), TeamId::parse("desk").unwrap());
        let (token, key) = first_key(&business, &person, self.records.clock.now()).unwrap();
        let row = PersonRow { id: person, name: id.to_owned(), role, team: desk, active: true };
        let now = self.records.clock.now();
        let settings = [Setting::Person(row), Setting::Key(key)];
        change(&self.records.store, &business, "operator", &settings, now).await.unwrap();
        news::look(&self.records, &business).await.unwrap();
        self.tokens.insert(id, token);
    }

    /// One more at the front, whose key nobody has.
    pub async fn add(&self, id: &str) {
        self.settle(id, "frontline", "shop").await;
    }

    async fn person(&mut self, id: &'static str, role: &str) {
        self.join(id, role, "shop").await;
    }

    /// One more of a team.
    pub async fn join(&mut self, id: &'static str, role: &str, team: &str) {
        let token = self.settle(id, role, team).await;
        self.tokens.insert(id, token);
    }

    /// Comes in with a key from now on.
    pub fn holds(&mut self, who: &'static str, key: &Value) {
        self.tokens.insert(who, key.as_str().unwrap().to_owned());
    }

    /// A till that tells what it knows, as `till`.
    pub async fn till(&mut self) {
        let key = json!({ "person": "omar", "title": "the till", "actions": ["assess", "facts"] });
        let made = self.post("hugo", "/v1/keys", key).await.ok();
        self.holds("till", &made["key"]);
    }

    async fn settle(&self, id: &str, role: &str, team: &str) -> String {
        let person = PersonId::parse(id).unwrap();
        let (token, key) = first_key(&self.business, &person, self.records.clock.now()).unwrap();
        self.set(Setting::Person(PersonRow {
            id: person,
            name: id.to_owned(),
            role: RoleName::parse(role).unwrap(),
            team: TeamId::parse(team).unwrap(),
            active: true,
        }))
        .await;
        self.set(Setting::Key(key)).await;
        token
    }

    /// Lets time go by, and nothing happen.
    pub fn wait(&self, micros: i64) {
        self.clock.fetch_add(micros, Ordering::SeqCst);
    }

    /// Lets time go by, and everything happen that does so by itself.
    pub async fn later(&self, micros: i64) {
        self.clock.fetch_add(micros, Ordering::SeqCst);
        publishing::look(&self.records, &self.business).await.unwrap();
        timer::ring(&self.records, &self.business, &mut timer::Stuck::default()).await.unwrap();
        timer::anchor(&self.records, &self.business).await.unwrap();
        news::look(&self.records, &self.business).await.unwrap();
        tell::look(&self.records, &self.business).await.unwrap();
        mail::look(&self.records, &self.business).await.unwrap();
        precedents::look(&self.records, &self.business).await.unwrap();
    }

    pub async fn at(&self, text: &str) {
        let now = self.clock.load(Ordering::SeqCst);
        self.later(time(text).micros() - now).await;
    }

    /// Works on steps until none is due within a day.
    pub async fn fulfil(&self) {
        for _ in 0..200 {
            self.worker.look(&self.records, &self.business).await.unwrap();
            self.clock.fetch_add(30 * SECOND, Ordering::SeqCst);
        }
    }

    /// Someone is at their desk, for the next half minute.
    pub async fn is_there(&self, person: &str) {
        let mut conn = self.records.store.reader().await.unwrap();
        let (person, now) = (PersonId::parse(person).unwrap(), self.records.clock.now());
        crate::store::people::seen(&mut conn, &self.business, &person, now.micros()).await.unwrap();
    }

    pub async fn get(&self, who: &str, path: &str) -> Got {
        self.call(who, Method::GET, path, None, Value::Null).await
    }

    pub async fn post(&self, who: &str, path: &str, body: Value) -> Got {
        self.call(who, Method::POST, path, None, body).await
    }

    /// Calls a tool as an AI agent does: what it gives, or why not, in words.
    pub async fn tool(&self, who: &str, name: &str, arguments: Value) -> Result<Value, String> {
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": { "name": name, "arguments": arguments } });
        let got = self.post(who, "/mcp", call).await;
        assert!(!got.status.is_server_error(), "{} {}", got.status, got.json);
        if let Some(says) = got.json["error"]["message"].as_str().or_else(|| got.json["title"].as_str()) {
            return Err(says.to_owned());
        }
        if !got.status.is_success() {
            return Err(got.json["text"].to_string());
        }
        let result = &got.json["result"];
        if result["isError"] == true {
            return Err(result["content"][0]["text"].as_str().unwrap().to_owned());
        }
        assert!(result["structuredContent"].is_object(), "{}", got.json);
        Ok(result["structuredContent"].clone())
    }

    /// What a browser of someone who signed in just now sends.
    async fn session(&self, person: &str) -> (String, String) {
        let (business, id) = match person.split_once('@') {
            Some((person, business)) => (BusinessId::parse(business).unwrap(), PersonId::parse(person).unwrap()),
            None => (self.business.clone(), PersonId::parse(person).unwrap()),
        };
        let ticket = access::begin(&self.records, &business, &id, "password").await.unwrap();
        (format!("{SESSION}={}", ticket.text()), ticket.csrf())
    }

    /// A key that someone made for themselves while they were signed in; from then on it is known by a name.
    pub async fn key(&mut self, name: &'static str, who: &str, body: Value) -> Value {
        let made = self.post(who, "/v1/keys", body).await.ok();
        self.tokens.insert(name, made["key"].as_str().unwrap().to_owned());
        made
    }

    /// With an Idempotency-Key.
    pub async fn post_once(&self, who: &str, path: &str, key: &str, body: Value) -> Got {
        self.call(who, Method::POST, path, Some(key), body).await
    }

    /// Without a token.
    pub async fn nobody(&self, path: &str, body: Value) -> Got {
        self.call("nobody", Method::POST, path, None, body).await
    }

    /// The status of an answer, of a stream too.
    pub async fn status(&self, who: &str, method: Method, path: &str, body: Value) -> u16 {
        self.send(who, method, path, None, body).await.status().as_u16()
    }

    /// An answer that is not read to its end, as that of a stream.
    pub async fn answer(&self, who: &str, method: Method, path: &str) -> Response<Body> {
        self.send(who, method, path, None, Value::Null).await
    }

    async fn call(&self, who: &str, method: Method, path: &str, key: Option<&str>, body: Value) -> Got {
        let (parts, body) = self.send(who, method, path, key, body).await.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let json =
            serde_json::from_slice(&bytes).unwrap_or_else(|_| json!({ "text": String::from_utf8_lossy(&bytes) }));
        Got { status: parts.status, headers: parts.headers, json }
    }

    async fn send(&self, who: &str, method: Method, path: &str, key: Option<&str>, body: Value) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(person) = who.strip_prefix(SIGNED_IN) {
            let (cookie, csrf) = self.session(person).await;
            request = request.header(header::COOKIE, cookie).header(CSRF, csrf);
            request = request.header(header::ORIGIN, "http://localhost");
        } else if let Some(token) = self.tokens.get(who) {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        request = request.header(header::HOST, "localhost");
        request = request.header(header::ACCEPT, "application/json, text/event-stream");
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
        };
        self.whole(request.body(body).unwrap()).await
    }

    /// Sends a request as it is.
    pub async fn whole(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Opens a case on a kind of request; its path.
    pub async fn case(&self, who: &str, request: &str, customer: &str) -> String {
        let opened = self.post(who, "/v1/cases", json!({ "request": request, "customer": customer })).await.ok();
        format!("/v1/cases/{}", opened["case"].as_str().unwrap())
    }

    /// Assesses a case with the facts of a case of the book; the assessment and its digest.
    pub async fn assess(&self, who: &str, case: &str, book_case: &str) -> (Value, String) {
        let got = self.post(who, &format!("{case}/assessments"), self.facts(book_case)).await;
        let digest = got.headers.get("assessment-digest").map(|v| v.to_str().unwrap().to_owned());
        let assessment = got.ok();
        (assessment, digest.unwrap())
    }

    /// As [`Self::assess`], about an order that no other case is about.
    pub async fn assess_its_own(&self, who: &str, case: &str, book_case: &str) -> (Value, String) {
        let mut facts = self.facts(book_case);
        facts["facts"]["order"]["id"] = case.replace('/', "-").into();
        let got = self.post(who, &format!("{case}/assessments"), facts).await;
        let digest = got.headers["assessment-digest"].to_str().unwrap().to_owned();
        (got.ok(), digest)
    }

    /// The facts of a case of the book, without what a kept case knows itself: whose it is, too.
    pub fn facts(&self, book_case: &str) -> Value {
        let book = self.records.book(&self.business).unwrap();
        let case = book.cases.iter().find(|c| c.id.value == book_case).unwrap_or_else(|| panic!("no {book_case}"));
        let text = question_json(&book.schema, &case.question, &mut Findings::default()).unwrap();
        let mut question: Value = serde_json::from_str(&text).unwrap();
        for known in ["request", "asked", "now", "case"] {
            question.as_object_mut().unwrap().remove(known);
        }
        if let Some(customer) = question["facts"]["customer"].as_object_mut() {
            customer.remove("id");
        }
        question
    }

    /// The key of someone.
    pub fn token(&self, who: &str) -> &str {
        self.tokens.get(who).map_or("", String::as_str)
    }

    /// Where everything is kept.
    pub const fn place(&self) -> &Place {
        &self.fresh.place
    }

    /// Everything is exported, verified, and every assessment in it made again, and every table holds together with the
    /// journal; how many were erased.
    pub async fn prove(&self) -> usize {
        let mut out = Vec::new();
        let now = self.records.clock.now();
        crate::flow::export::export(&self.records.store, &self.business, now, &mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        let report = amends_core::journal::verify(text.lines());
        assert!(report.is_whole(), "{:#?}", report.faults);
        let differs = mend::differences(&self.records.store, &self.business, now).await.unwrap();
        assert_eq!(differs, [], "tables say what the journal says");
        report.erased
    }

    /// The lines of the export, as anyone outside reads them.
    pub async fn exported(&self) -> Vec<Value> {
        let mut out = Vec::new();
        let now = self.records.clock.now();
        crate::flow::export::export(&self.records.store, &self.business, now, &mut out).await.unwrap();
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
