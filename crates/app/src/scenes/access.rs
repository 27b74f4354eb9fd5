//! People sign in and out, programs have keys, and whoever has gone is out at once.

use std::num::NonZeroU32;

use amends_core::ids::PersonId;
use amends_core::time::{DAY, HOUR};
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::shop::{Shop, on_both};
use crate::door::Door;
use crate::flow::access::{first_account, password_once};
use crate::store::testing;

const HOST: &str = "localhost";
const GOOD: &str = "nine calm horses at sea";

/// A browser: it keeps its cookies, and knows where it is.
#[derive(Default)]
pub struct Browser {
    cookie: String,
}

/// What a browser sees.
pub struct Seen {
    pub status: StatusCode,
    pub to: String,
    pub headers: HeaderMap,
    pub text: String,
}

impl Browser {
    async fn go(
        &mut self,
        shop: &Shop,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Seen {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
        request = request.header(header::COOKIE, &self.cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, body) = shop.whole(request.body(body.into()).unwrap()).await.into_parts();
        for set in parts.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            assert!(set.contains("; HttpOnly; SameSite="), "{set}");
            // By this a browser is known and nothing is opened; `walls` looks at it.
            if set.starts_with("amends_known_") {
                continue;
            }
            self.cookie = set.split(';').next().unwrap().to_owned();
        }
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let to = parts.headers.get(header::LOCATION).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        Seen { status: parts.status, to, headers: parts.headers, text }
    }

    pub async fn get(&mut self, shop: &Shop, path: &str) -> Seen {
        self.go(shop, Method::GET, path, &[], String::new()).await
    }

    pub async fn send(&mut self, shop: &Shop, path: &str, fields: &[(&str, &str)]) -> Seen {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("origin", "http://localhost")];
        self.go(shop, Method::POST, path, &headers, body).await
    }

    /// Sends a form with files, each under the name it has where it comes from.
    pub async fn send_files(
        &mut self,
        shop: &Shop,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Seen {
        let mut body = Vec::new();
        let mut part = |head: String, content: &[u8]| {
            body.extend(format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n").bytes());
            body.extend(content);
            body.extend(b"\r\n");
        };
        for (name, value) in fields {
            part(format!("name=\"{name}\""), value.as_bytes());
        }
        for (name, content) in files {
            part(format!("name=\"file\"; filename=\"{name}\""), content);
        }
        body.extend(b"--x--\r\n");
        self.send_parts(shop, path, body).await
    }

    /// A form with files; its parts have `--x` between.
    pub async fn send_parts(&mut self, shop: &Shop, path: &str, body: impl Into<Vec<u8>>) -> Seen {
        let body = body.into();
        let headers = [("content-type", "multipart/form-data; boundary=x"), ("origin", "http://localhost")];
        self.go(shop, Method::POST, path, &headers, body).await
    }

    async fn sign_in(&mut self, shop: &Shop, person: &str, password: &str) -> Seen {
        let fields = [("business", "retail"), ("person", person), ("password", password)];
        self.send(shop, "/sign-in", &fields).await
    }

    /// The token that the page of the account knows.
    pub async fn csrf(&mut self, shop: &Shop) -> String {
        let page = self.get(shop, "/account").await.text;
        let (_, after) = page.split_once(r#"name="csrf" value=""#).unwrap_or_else(|| panic!("{page}"));
        after.split('"').next().unwrap().to_owned()
    }

    /// Signs in with a password for one time, and chooses another.
    pub async fn settle_in(shop: &Shop, person: &str) -> Self {
        let id = PersonId::parse(person).unwrap();
        let once = password_once(&shop.records, &shop.business, "operator", &id).await.unwrap();
        let mut browser = Self::default();
        assert_eq!(browser.sign_in(shop, person, &once).await.to, "/desk");
        let csrf = browser.csrf(shop).await;
        let fields = [("csrf", csrf.as_str()), ("new", GOOD), ("again", GOOD)];
        assert_eq!(browser.send(shop, "/account/password", &fields).await.to, "/desk");
        browser
    }

    async fn api(&mut self, shop: &Shop, method: Method, path: &str, headers: &[(&str, &str)]) -> Seen {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        let body = if method == Method::GET { String::new() } else { "{}".to_owned() };
        self.go(shop, method, path, &all, body).await
    }
}

#[test]
fn a_business_begins_with_one_account_and_a_password_for_one_time() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let rental = amends_core::ids::BusinessId::parse("rental").unwrap();
        assert!(first_account(&shop.records, &shop.business).await.unwrap().is_none(), "people work there already");
        let (owner, once) = first_account(&shop.records, &rental).await.unwrap().unwrap();
        assert!(first_account(&shop.records, &rental).await.unwrap().is_none(), "there is one now");
        let mut browser = Browser::default();
        let fields = [("business", "rental"), ("person", owner.as_str()), ("password", once.as_str())];
        assert_eq!(browser.send(&shop, "/sign-in", &fields).await.to, "/desk");
        // With it nothing is done but choosing another.
        assert_eq!(browser.get(&shop, "/desk").await.to, "/account");
        let me = browser.api(&shop, Method::GET, "/v1/me", &[]).await;
        assert!(me.status == 403 && me.text.contains("choose_a_password"), "{}", me.text);
        let csrf = browser.csrf(&shop).await;
        for (new, again, says) in [
            ("short", "short", "At least 12 characters"),
            ("ababababababab", "ababababababab", "Too easy to guess"),
            ("the owner of it all", "the owner of it all", "Too easy to guess"),
            (once.as_str(), once.as_str(), "the password you have"),
            (GOOD, "another thing", "not the same"),
        ] {
            let fields = [("csrf", csrf.as_str()), ("new", new), ("again", again)];
            let said = browser.send(&shop, "/account/password", &fields).await;
            assert!(said.status == 422 && said.text.contains(says), "{new}: {}", said.text);
        }
        let fields = [("csrf", csrf.as_str()), ("new", GOOD), ("again", GOOD)];
        let said = browser.send(&shop, "/account/password", &fields).await;
        assert_eq!(said.to, "/desk");
        let me = browser.api(&shop, Method::GET, "/v1/me", &[]).await;
        assert!(me.text.contains(r#""role":"head""#), "{}", me.text);
        let mut other = Browser::default();
        let again = [("business", "rental"), ("person", "owner"), ("password", once.as_str())];
        assert_eq!(other.send(&shop, "/sign-in", &again).await.status, 403, "it was good for one time");
    });
}

#[test]
fn a_session_ends_when_it_is_over_and_when_its_owner_says_so() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let mut here = Browser::settle_in(&shop, "rita").await;
        let mut there = Browser::default();
        assert_eq!(there.sign_in(&shop, "rita", GOOD).await.to, "/desk");
        assert!(there.get(&shop, "/account").await.text.contains("(this browser)"));
        // Used now and then it lasts; unused for two hours it is over, and so it is after twelve.
        for _ in 0..11 {
            shop.later(HOUR).await;
            assert_eq!(here.get(&shop, "/account").await.status, 200);
        }
        assert_eq!(there.get(&shop, "/account").await.to, "/sign-in");
        shop.later(HOUR).await;
        assert_eq!(here.get(&shop, "/account").await.to, "/sign-in");
        // Both sign in again; one signs both out.
        assert_eq!(here.sign_in(&shop, "rita", GOOD).await.to, "/desk");
        assert_eq!(there.sign_in(&shop, "rita", GOOD).await.to, "/desk");
        let (csrf, kept) = (here.csrf(&shop).await, here.cookie.clone());
        assert_eq!(here.send(&shop, "/account/sign-out-everywhere", &[("csrf", &csrf)]).await.to, "/sign-in");
        assert_eq!(there.get(&shop, "/account").await.to, "/sign-in");
        here.cookie = kept;
        assert_eq!(here.get(&shop, "/account").await.to, "/sign-in", "a cookie that was kept is of no use");
        // A wrong password, a name that nobody has, and that of an agent are told alike.
        let mut said = Vec::new();
        for (who, password) in [("rita", "wrong"), ("nobody", GOOD), ("ada", GOOD), ("a b", GOOD)] {
            let seen = Browser::default().sign_in(&shop, who, password).await;
            assert_eq!(seen.status, 403, "{who}");
            said.push(seen.text.replace(&format!("value=\"{who}\""), ""));
        }
        assert!(said.iter().all(|text| *text == said[0]));
        // Who is refused is not kept waiting until it is written down.
        while !exported(&shop).await.contains("access.refused") {
            tokio::task::yield_now().await;
        }
        shop.prove().await;
        let told = exported(&shop).await;
        for kind in ["access.signed_in", "access.refused", "access.signed_out", "access.password"] {
            assert!(told.contains(kind), "{kind}");
        }
        assert!(!told.contains(GOOD) && !told.contains("nobody\""), "no secret, and no name that was typed");
    });
}

async fn exported(shop: &Shop) -> String {
    let mut out = Vec::new();
    let now = shop.records.clock.now();
    crate::flow::export::export(&shop.records.store, &shop.business, now, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_page_elsewhere_does_nothing_through_a_browser_that_is_signed_in() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let shop = Shop::open(testing::file().unwrap()).await;
        let mut hugo = Browser::settle_in(&shop, "hugo").await;
        let csrf = hugo.csrf(&shop).await;
        let (ours, token) = (("origin", "http://localhost"), ("x-csrf-token", csrf.as_str()));
        let path = "/v1/people/rita/sign-out";
        let wrong = csrf.replace(|c: char| c.is_ascii_digit(), "0");
        for headers in [
            vec![],
            vec![ours],
            vec![token],
            vec![ours, ("x-csrf-token", wrong.as_str())],
            vec![("origin", "https://evil.example"), token],
            vec![ours, token, ("sec-fetch-site", "cross-site")],
        ] {
            let seen = hugo.api(&shop, Method::POST, path, &headers).await;
            assert!(seen.status == 403 && seen.text.contains("not_our_page"), "{headers:?}: {}", seen.text);
        }
        assert_eq!(hugo.api(&shop, Method::POST, path, &[ours, token]).await.status, 200);
        assert_eq!(hugo.api(&shop, Method::GET, "/v1/me", &[]).await.status, 200);
        let said = hugo.send(&shop, "/account/sign-out", &[("csrf", "")]).await;
        assert_eq!(said.status, 403, "a form without the token");
        // Nor is its reader signed in as somebody else.
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("origin", "https://evil.example")];
        let body = format!("business=retail&person=hugo&password={}", GOOD.replace(' ', "+"));
        let seen = Browser::default().go(&shop, Method::POST, "/sign-in", &headers, body).await;
        assert_eq!(seen.status, 403);
        // And nobody is sent elsewhere after signing in.
        for next in ["//evil.example", "https://evil.example", "/\\evil.example", "evil"] {
            let fields = [("business", "retail"), ("person", "hugo"), ("password", GOOD), ("next", next)];
            assert_eq!(Browser::default().send(&shop, "/sign-in", &fields).await.to, "/desk", "{next}");
        }
        let fields = [("business", "retail"), ("person", "hugo"), ("password", GOOD), ("next", "/ask/retail")];
        assert_eq!(Browser::default().send(&shop, "/sign-in", &fields).await.status, 429, "the sixth within a moment");
    });
}

#[test]
fn a_key_does_what_it_is_for_until_it_is_rotated_or_removed() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let new = json!({ "title": "the helpdesk", "actions": ["read", "cases"] });
        let made = shop.post("rita", "/v1/keys", new).await.ok();
        let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap().to_owned());
        let with = async |key: &str, method: Method, path: &str, body: Value| -> (u16, Value) {
            let request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
            let request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
            let request = request.header(header::CONTENT_TYPE, "application/json");
            let answer = shop.whole(request.body(Body::from(body.to_string())).unwrap()).await;
            let status = answer.status().as_u16();
            let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            (status, serde_json::from_slice(&bytes).unwrap_or_default())
        };
        let opened = with(&key, Method::POST, "/v1/cases", json!({ "request": "fee" })).await;
        assert_eq!(opened.0, 201, "{}", opened.1);
        let case = format!("/v1/cases/{}", opened.1["case"].as_str().unwrap());
        assert_eq!(with(&key, Method::GET, &case, Value::Null).await.0, 200);
        for path in ["assessments", "grants", "approvals", "grants/g_1/steps/1/done"] {
            let (status, said) = with(&key, Method::POST, &format!("{case}/{path}"), json!({})).await;
            assert_eq!((status, said["code"].as_str()), (403, Some("key_may_not")), "{path}: {said}");
        }
        // Rotated: both are good for a day, then the new one alone.
        let rotated = shop.post("rita", &format!("/v1/keys/{id}/rotate"), json!({})).await.ok();
        let newer = rotated["key"].as_str().unwrap().to_owned();
        assert_eq!(with(&key, Method::GET, "/v1/me", Value::Null).await.0, 200);
        shop.later(DAY).await;
        assert_eq!(with(&key, Method::GET, "/v1/me", Value::Null).await.0, 401);
        assert_eq!(with(&newer, Method::GET, "/v1/me", Value::Null).await.0, 200);
        shop.post("hugo", &format!("/v1/keys/{id}/remove"), json!({})).await.ok();
        assert_eq!(with(&newer, Method::GET, "/v1/me", Value::Null).await.0, 401);
        // One with an end is good until then.
        let until = "2026-11-18T18:04:00-05:00";
        let made = shop.post("rita", "/v1/keys", json!({ "title": "a trial", "until": until })).await;
        let made = made.ok();
        let short = made["key"].as_str().unwrap().to_owned();
        assert_eq!(with(&short, Method::GET, "/v1/me", Value::Null).await.0, 200);
        shop.at("2026-11-18T18:04:00").await;
        assert_eq!(with(&short, Method::GET, "/v1/me", Value::Null).await.0, 401);
        let listed = shop.get("hugo", "/v1/keys").await.ok().to_string();
        assert!(!listed.contains(&key) && !listed.contains(&newer) && listed.contains("a trial"), "{listed}");
        for (wrong, says) in [
            (json!({ "title": "x", "actions": ["grant"] }), "there is no action `grant`"),
            (json!({ "title": " " }), "say what the key is for"),
            (json!({ "title": "x", "until": "2026-01-01T00:00:00Z" }), "over already"),
            (json!({ "person": "zoe", "title": "x" }), "nobody of that id"),
        ] {
            let said = shop.post("hugo", "/v1/keys", wrong).await;
            assert!(said.json["title"].as_str().unwrap().contains(says), "{}", said.json);
        }
    });
}

#[test]
fn whoever_has_gone_is_out_at_once_and_so_are_their_streams() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let mut rita = Browser::settle_in(&shop, "rita").await;
        let stream = async |cookie: &str| {
            let request = Request::builder().uri("/v1/events").header(header::HOST, HOST);
            let request = request.header(header::COOKIE, cookie).body(Body::empty()).unwrap();
            let answer = shop.whole(request).await;
            assert_eq!(answer.status(), 200);
            answer.into_body().into_data_stream()
        };
        let ends = async |mut stream: axum::body::BodyDataStream| {
            loop {
                let next = tokio::time::timeout(std::time::Duration::from_secs(5), stream.next()).await;
                let Some(part) = next.expect("it goes on") else { break };
                let text = String::from_utf8(part.unwrap().to_vec()).unwrap();
                assert!(!text.contains("access."), "who comes and goes is not told to everyone: {text}");
            }
        };
        crate::flow::news::look(&shop.records, &shop.business).await.unwrap();
        let open = stream(&rita.cookie).await;
        shop.post("rita", "/v1/people/rita/sign-out", json!({})).await.ok();
        crate::flow::news::look(&shop.records, &shop.business).await.unwrap();
        ends(open).await;
        assert_eq!(rita.sign_in(&shop, "rita", GOOD).await.to, "/desk");
        let open = stream(&rita.cookie).await;
        let gone = json!({ "active": false });
        assert_eq!(shop.post("rita", "/v1/people/omar", gone.clone()).await.refused(), (403, "role_too_low"));
        shop.post("hugo", "/v1/people/rita", gone.clone()).await.ok();
        crate::flow::news::look(&shop.records, &shop.business).await.unwrap();
        ends(open).await;
        assert_eq!(rita.get(&shop, "/account").await.to, "/sign-in");
        assert_eq!(shop.get("rita", "/v1/me").await.status, 401, "her keys went with her");
        assert_eq!(shop.post("hugo", "/v1/people/hugo", gone).await.refused(), (409, "last_one"));
        // She comes back, with nothing of what she had.
        shop.post("@hugo", "/v1/people/rita", json!({ "active": true })).await.ok();
        assert_eq!(Browser::default().sign_in(&shop, "rita", GOOD).await.status, 403);
        let made = shop.post("@hugo", "/v1/people/rita/password", json!({})).await.ok();
        let mut again = Browser::default();
        assert_eq!(again.sign_in(&shop, "rita", made["password"].as_str().unwrap()).await.to, "/desk");
        let zoe = json!({ "id": "zoe", "name": "Zoe", "role": "lead", "team": "night" });
        let zoe = shop.post("@hugo", "/v1/people", zoe).await.ok();
        assert_eq!(Browser::default().sign_in(&shop, "zoe", zoe["password"].as_str().unwrap()).await.to, "/desk");
        assert_eq!(
            shop.post("hugo", "/v1/people", json!({ "id": "x", "role": "boss", "team": "a" })).await.status,
            422
        );
    });
}

/// What is asked with a token, or without one.
async fn asked(shop: &Shop, token: &str, path: &str) -> (u16, String, String) {
    let request = Request::get(path).header(header::HOST, HOST);
    let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    let (parts, body) = shop.whole(request.body(Body::empty()).unwrap()).await.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let to = parts.headers.get(header::LOCATION).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
    (parts.status.as_u16(), to, String::from_utf8_lossy(&bytes).into_owned())
}

#[test]
fn who_comes_in_as_someone_of_one_business_sees_nothing_of_another() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let server = "the token of this server";
        let door = Door::new(std::net::Ipv4Addr::LOCALHOST.into(), Some(server)).unwrap();
        let mut shop = Shop::of(testing::file().unwrap(), door).await;
        shop.neighbour("ruth").await;
        for (who, own, other) in
            [("rita", "retail", "rental"), ("hugo", "retail", "rental"), ("ruth", "rental", "retail")]
        {
            let get = async |path: &str| asked(&shop, shop.token(who), path).await;
            let (status, _, books) = get("/v1/books").await;
            assert!(status == 200 && books.contains(own) && !books.contains(other), "{who}: {books}");
            assert_eq!(get("/").await.1, format!("/ask/{own}"), "{who}");
            let (status, _, page) = get(&format!("/ask/{own}")).await;
            assert!(status == 200 && !page.contains(&format!("/ask/{other}")), "{who}: {page}");
            let none = get(&format!("/v1/books/{other}x")).await.2;
            assert!(!none.contains(&format!("`{other}`")), "{who} is told what there is: {none}");
            let (status, _, told) = get("/metrics").await;
            assert!(status == 403 && !told.contains("amends_") && told.contains("not_yours"), "{who}: {told}");
            // Without a book the question is to their own.
            let question = json!({ "request": "fee", "asked": "2026-11-16T18:04:00-05:00", "facts": {} });
            let answer = shop.post(who, "/v1/assess?role=frontline", question).await.ok();
            assert_eq!(answer["book"]["name"], own, "{who}");
        }
        // Whoever runs the server sees all of it.
        let get = async |path: &str| asked(&shop, server, path).await;
        let books = get("/v1/books").await.2;
        assert!(books.contains("retail") && books.contains("rental"), "{books}");
        let (status, _, told) = get("/metrics").await;
        assert!(status == 200 && told.contains(r#"business="rental""#), "{told}");
        for nobodys in ["", "amends~retail~rita~0", "amends~nowhere~rita~0"] {
            for path in ["/v1/books", "/v1/books/rental", "/metrics"] {
                assert_eq!(asked(&shop, nobodys, path).await.0, 401, "{nobodys} {path}");
            }
        }
    });
}

#[test]
fn a_key_that_asks_too_often_is_told_when_to_come_again() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let door = Door::new(std::net::Ipv4Addr::LOCALHOST.into(), None).unwrap().limited(NonZeroU32::new(1));
        let shop = Shop::of(testing::file().unwrap(), door).await;
        let mut last = shop.get("rita", "/v1/me").await;
        for _ in 0..4 {
            last = shop.get("rita", "/v1/me").await;
        }
        assert_eq!(last.refused(), (429, "too_often"));
        assert_eq!(last.headers[header::RETRY_AFTER], "1");
        assert_eq!(shop.get("omar", "/v1/me").await.status, 200, "another key is not kept waiting");
    });
}
