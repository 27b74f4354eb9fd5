//! Nobody is kept out by somebody: what strangers, guessers and one busy key do is theirs to wait for.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, Response, StatusCode, header};
use serde_json::json;

use super::access::Browser;
use super::shop::Shop;
use crate::api::body::BEFORE_IDENTITY_BYTES_MAX;
use crate::door::Door;
use crate::flow::access::password_once;
use crate::store::testing;

const TOKEN: &str = "a token of some length";
const FORM: &str = "application/x-www-form-urlencoded";

fn told(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(story);
}

fn door(token: Option<&str>) -> Door {
    Door::new(std::net::Ipv4Addr::LOCALHOST.into(), token).unwrap()
}

/// Someone at an address, with what their browser keeps.
struct At {
    address: &'static str,
    cookies: Vec<String>,
}

impl At {
    fn new(address: &'static str) -> Self {
        Self { address, cookies: Vec::new() }
    }

    async fn sign_in(&mut self, shop: &Shop, person: &str, password: &str) -> StatusCode {
        let fields = [("business", "retail"), ("person", person), ("password", password)];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post("/sign-in").header(header::HOST, "localhost").header(header::CONTENT_TYPE, FORM);
        let request = request.header(header::COOKIE, self.cookies.join("; "));
        let mut request = request.body(Body::from(body)).unwrap();
        let at: SocketAddr = format!("{}:9", self.address).parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(at));
        let answer = shop.whole(request).await;
        for set in answer.headers().get_all(header::SET_COOKIE) {
            self.cookies.push(set.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        answer.status()
    }
}

async fn once(shop: &Shop, person: &str) -> String {
    let person = amends_core::ids::PersonId::parse(person).unwrap();
    password_once(&shop.records, &shop.business, "operator", &person).await.unwrap()
}

#[test]
fn whoever_guesses_locks_nobody_out_from_wherever_they_guess() {
    told(async {
        let door = door(None);
        for of in 0..100 {
            for _ in 0..6 {
                let _ = door.limits().try_("retail lena", &format!("198.51.100.{of}"));
            }
        }
        let shop = Shop::of(testing::file().unwrap(), door).await;
        let password = once(&shop, "lena").await;
        // She comes in from an address that nobody tried from, though hundreds were tried.
        let mut hers = At::new("192.0.2.1");
        assert_eq!(hers.sign_in(&shop, "lena", &password).await, StatusCode::SEE_OTHER);
        // And in a browser that is known, also beside someone who guesses at the same address.
        let mut guesser = At::new("192.0.2.1");
        let mut last = StatusCode::OK;
        for _ in 0..5 {
            last = guesser.sign_in(&shop, "lena", "wrong").await;
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(hers.sign_in(&shop, "lena", &password).await, StatusCode::SEE_OTHER);
        // What a browser keeps is good for its account alone, and until the password changes.
        let mark = hers.cookies.iter().find(|cookie| cookie.starts_with("amends_known_")).unwrap().clone();
        guesser.cookies = vec![mark.replace('.', ".0")];
        assert_eq!(guesser.sign_in(&shop, "lena", &password).await, StatusCode::TOO_MANY_REQUESTS);
        let newer = once(&shop, "lena").await;
        assert_eq!(hers.sign_in(&shop, "lena", &newer).await, StatusCode::TOO_MANY_REQUESTS);
    });
}

#[test]
fn one_name_is_one_name_however_it_is_written() {
    told(async {
        let shop = Shop::open(testing::file().unwrap()).await;
        let mut guesser = At::new("192.0.2.1");
        let mut seen = Vec::new();
        for name in ["rita", " rita", "rita\t", "\u{3000}rita\u{a0}", "\u{2003}rita\n", "\u{85}rita ", "rita\r\n"] {
            seen.push(guesser.sign_in(&shop, name, "wrong").await.as_u16());
        }
        assert_eq!(seen, [403, 403, 403, 403, 403, 429, 429]);
        // What nobody is called is one name too, and takes no more memory for being long.
        let mut other = At::new("192.0.2.2");
        let mut seen = Vec::new();
        for name in ["a b", "", &"x".repeat(10_000), "ri\u{200b}ta", "ｒｉｔａ", "é"] {
            seen.push(other.sign_in(&shop, name, "wrong").await.as_u16());
        }
        assert_eq!(seen, [403, 403, 403, 403, 403, 429]);
        assert_eq!(
            At::new("192.0.2.3").sign_in(&shop, &"x".repeat(1 << 20), "wrong").await,
            StatusCode::PAYLOAD_TOO_LARGE
        );
    });
}

/// The patterns of all routes that take something, as the router has them.
fn posts() -> Vec<String> {
    let text = include_str!("../router.rs");
    let all = text.lines().filter_map(|line| {
        let (pattern, how) = line.trim().strip_prefix(".route(\"")?.split_once("\", ")?;
        how.contains("post(").then(|| pattern.to_owned())
    });
    all.chain(["/mcp".to_owned()]).collect()
}

/// Sends a megabyte to a path, and says what came of it and how many bytes of it were read.
async fn sends_much(shop: &Shop, path: &str, kind: &str, cookie: &str) -> (Response<Body>, usize) {
    const CHUNK: usize = 4 << 10;
    let read = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&read);
    let chunks = (0..256).map(move |at| {
        counted.fetch_add(CHUNK, Ordering::Relaxed);
        let mut chunk = vec![b'a'; CHUNK];
        if at == 0 {
            let head = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n";
            chunk[..head.len()].copy_from_slice(head);
        }
        Ok::<_, std::io::Error>(chunk)
    });
    let request = Request::builder().method(Method::POST).uri(path).header(header::HOST, "localhost");
    let request = request.header(header::CONTENT_TYPE, kind).header(header::COOKIE, cookie);
    let request = request.header(header::ACCEPT, "application/json, text/event-stream");
    let body = Body::from_stream(futures_util::stream::iter(chunks));
    let answer = shop.whole(request.body(body).unwrap()).await;
    (answer, read.load(Ordering::Relaxed))
}

#[test]
fn before_anyone_says_who_they_are_no_more_is_read_than_a_head_has() {
    told(async {
        let shop = Shop::of(testing::file().unwrap(), door(Some(TOKEN))).await;
        for inlet in [
            json!({ "id": "events", "kind": "events", "owner": "rita", "intake": "shop_events" }),
            json!({ "id": "mail", "kind": "mail", "owner": "rita", "request": "returns" }),
            json!({ "id": "form", "kind": "form", "owner": "rita" }),
        ] {
            shop.post("hugo", "/v1/inlets", inlet).await.ok();
        }
        let forms = ["/sign-in", "/consult/{link}", "/form/{business}/{inlet}"];
        let all = posts();
        assert!(all.len() > 70 && forms.iter().all(|form| all.iter().any(|path| path == form)), "{all:?}");
        for pattern in all {
            let most = if forms.contains(&pattern.as_str()) { 64 << 10 } else { BEFORE_IDENTITY_BYTES_MAX };
            let inlets = ["events", "mail", "form"].map(|inlet| pattern.replace("{inlet}", inlet));
            for path in if pattern.starts_with("/in/") { inlets.to_vec() } else { vec![inlets[2].clone()] } {
                let path = path.replace("{business}", "retail").replace(['{', '}'], "");
                for kind in ["application/json", FORM, "multipart/form-data; boundary=x"] {
                    for cookie in ["", "amends_session=retail~0123456789abcdef"] {
                        let (answer, read) = sends_much(&shop, &path, kind, cookie).await;
                        let status = answer.status();
                        assert!(!status.is_success() && !status.is_server_error(), "{path} {kind}: {status}");
                        assert!(read <= most + (8 << 10), "{path} {kind}: {read} bytes were read, {status}");
                    }
                }
            }
        }
    });
}

#[test]
fn who_has_no_secret_of_an_inlet_keeps_nobody_out_who_has_it() {
    told(async {
        let shop = Shop::of(testing::file().unwrap(), door(None).limited(NonZeroU32::new(1))).await;
        let secret = shop.events().await;
        let (now, unsigned) = (shop.records.clock.now().micros() / 1_000_000, "{}".to_owned());
        for n in 0..50 {
            let request = Request::builder().uri("/in/retail/shop").header("webhook-id", format!("m{n}"));
            let request = request.header("webhook-timestamp", now.to_string());
            let forged = format!("v1,{}", "A".repeat(43) + "=");
            assert_eq!(shop.sent(request.header("webhook-signature", forged), unsigned.clone()).await.status, 401);
            let bare = Request::builder().uri("/in/retail/shop");
            assert_eq!(shop.sent(bare, unsigned.clone()).await.status, 401);
        }
        let event = super::incoming::wrong_item(&shop);
        assert_eq!(shop.event(&secret, "msg_1", &event).await.status, StatusCode::ACCEPTED);
        assert_eq!(shop.event(&secret, "msg_2", &event).await.status, StatusCode::ACCEPTED);
        assert_eq!(shop.event(&secret, "msg_3", &event).await.refused(), (429, "too_often"), "what is believed counts");
    });
}

#[test]
fn one_key_has_so_many_streams_and_others_have_theirs() {
    told(async {
        let shop = Shop::of(testing::file().unwrap(), door(None).streaming(2)).await;
        let open = async |who: &str| {
            let request = Request::get("/v1/events").header(header::HOST, "localhost");
            let request = request.header(header::AUTHORIZATION, format!("Bearer {}", shop.token(who)));
            shop.whole(request.body(Body::empty()).unwrap()).await
        };
        let mut of_rita = vec![open("rita").await, open("rita").await];
        assert!(of_rita.iter().all(|answer| answer.status() == StatusCode::OK));
        let full = shop.get("rita", "/v1/events").await;
        assert_eq!(full.headers[header::RETRY_AFTER], "30");
        assert_eq!(full.refused(), (429, "too_many_streams"));
        assert_eq!(shop.get("rita", "/v1/me").await.status, 200, "all else goes on");
        assert_eq!(open("omar").await.status(), StatusCode::OK);
        let mut browser = Browser::settle_in(&shop, "rita").await;
        assert_eq!(browser.get(&shop, "/account").await.status, 200);
        drop(of_rita.pop());
        assert_eq!(open("rita").await.status(), StatusCode::OK, "one was closed");
    });
}
