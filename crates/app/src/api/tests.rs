//! The interface as programs meet it: what they send, and what they get.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::app::{App, Parts};
use crate::door::Door;
use crate::router::router;
use crate::shelf::Shelf;

const LOCAL: std::net::IpAddr = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const TOKEN: &str = "a token of some length";

fn app(token: Option<&str>) -> App {
    let (_, stopping) = tokio::sync::watch::channel(false);
    App::new(Parts {
        records: None,
        shelf: Arc::new(Shelf::shipped(&["retail", "rental"])),
        door: Door::new(LOCAL, token).unwrap(),
        signs: crate::signs::Signs::default(),
        demo: None,
        stopping,
    })
}

struct Got {
    status: StatusCode,
    kind: String,
    text: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    /// `422 the question cannot be read: facts.order.placed: found ...`
    fn problem(&self) -> String {
        assert_eq!(self.kind, "application/problem+json", "{}", self.text);
        let json = self.json();
        assert_eq!(json["status"], self.status.as_u16());
        let mut said = format!("{} {}", self.status.as_u16(), json["title"].as_str().unwrap());
        if let Some(detail) = json["detail"].as_str() {
            said = format!("{said}: {detail}");
        }
        for at in json["errors"].as_array().into_iter().flatten() {
            said = format!("{said}\n  {}: found {}, expected {}", at["path"], at["found"], at["expected"]);
        }
        said
    }
}

fn send(app: App, request: Request<Body>) -> Got {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let response = router(app).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let kind = parts.headers.get(header::CONTENT_TYPE).map_or("", |v| v.to_str().unwrap());
        Got { status: parts.status, kind: kind.to_owned(), text: String::from_utf8(bytes.to_vec()).unwrap() }
    })
}

fn get(path: &str) -> Got {
    send(app(None), Request::get(path).body(Body::empty()).unwrap())
}

fn post(path: &str, body: impl Into<Body>) -> Got {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    send(app(None), request.body(body.into()).unwrap())
}

fn question() -> Value {
    json!({
        "request": "fee",
        "asked": "2026-11-16T18:04:00-05:00",
        "facts": {
            "customer": { "id": "c_1", "since": "2020-01-01", "orders": 3, "claims_12m": 0 },
            "fee": { "amount": "25.00", "charged": "2026-11-10", "in_error": false, "waived_12m": 0 }
        }
    })
}

#[test]
fn a_question_gets_the_assessment() {
    let got = post("/v1/assess?role=frontline", question().to_string());
    assert_eq!((got.status, got.kind.as_str()), (StatusCode::OK, "application/json"));
    let json = got.json();
    assert_eq!((&json["book"]["name"], &json["role"]), (&json!("retail"), &json!("frontline")));
    assert!(json["options"].as_array().is_some_and(|o| !o.is_empty()), "{}", got.text);
}

#[test]
fn the_bytes_are_those_of_the_core() {
    let (body, book) = (question().to_string(), crate::shipped::find("retail").unwrap().checked().book.unwrap());
    let question = amends_core::facts::read_question(&book.schema, &body).unwrap();
    let mut workspace = amends_core::assess::Workspace::default();
    let role = book.role("lead").unwrap();
    let direct =
        amends_core::assess::assess(&book, &question.request, &question.facts, role, &mut workspace).unwrap().to_line();
    assert_eq!(post("/v1/assess?book=retail&role=lead", body.clone()).text.as_bytes(), direct);
}

#[test]
fn a_thread_that_answers_for_several_books_keeps_them_apart() {
    let rental = json!({ "request": "cancellation", "asked": "2026-11-16T18:04:00-05:00", "facts": {} }).to_string();
    let roles: Vec<String> = ["retail", "rental"]
        .map(|book| get(&format!("/v1/books/{book}")).json()["roles"][0]["id"].as_str().unwrap().to_owned())
        .into();
    let ask = |book: usize, body: String| {
        let name = ["retail", "rental"][book];
        post(&format!("/v1/assess?book={name}&role={}", roles[book]), body).text
    };
    let here = [ask(0, question().to_string()), ask(1, rental.clone()), ask(0, question().to_string())];
    let alone = std::thread::scope(|s| s.spawn(|| ask(1, rental.clone())).join().unwrap());
    assert!(here[1].contains("\"name\":\"rental\""), "{}", here[1]);
    assert_eq!((&here[0], &here[1]), (&here[2], &alone));
}

#[test]
fn what_is_wrong_with_a_request_is_a_problem_that_says_where() {
    let of = |path: &str, body: &str| post(path, body.to_owned()).problem();
    insta::assert_snapshot!(of("/v1/assess", "{}"), @"400 the query does not say which role asks: add `role=` and one of: ai, frontline, lead, head");
    insta::assert_snapshot!(of("/v1/assess?role=frontlin", "{}"), @"400 the book has no role `frontlin`: did you mean `frontline`?");
    insta::assert_snapshot!(of("/v1/assess?role=lead&bok=retail", "{}"), @"400 the query says `bok`, which is not known here: did you mean `book`?");
    insta::assert_snapshot!(of("/v1/assess?role=lead&role=ai", "{}"), @"400 the query says `role` twice: say it once");
    insta::assert_snapshot!(of("/v1/assess?role=lead&book=retial", "{}"), @"404 there is no book `retial` here: did you mean `retail`?");
    insta::assert_snapshot!(of("/v1/assess?role=lead&intake=shopify", "{}"), @"400 the book has no intake `shopify`: known: shop_events, shopify_order");
    insta::assert_snapshot!(of("/v1/assess?role=lead&book=retail", "{}"));
    insta::assert_snapshot!(of("/v1/assess?role=lead&book=retail", "not json"));
    let mut wrong = question();
    wrong["facts"]["fee"]["amount"] = json!(12.345);
    wrong["facts"]["customer"]["orders"] = json!("three");
    insta::assert_snapshot!(of("/v1/assess?role=lead&book=retail", &wrong.to_string()));
    let deep = format!(
        "{{\"request\":\"fee\",\"asked\":\"2026-11-16T18:04:00Z\",\"facts\":{}{}}}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    assert!(of("/v1/assess?role=lead&book=retail", &deep).starts_with("422 the question cannot be read"));
}

#[test]
fn a_body_that_is_no_document_is_turned_away() {
    let large = vec![b' '; amends_core::facts::read::MAX_DOCUMENT_BYTES + 1];
    assert!(post("/v1/assess?role=lead", large).problem().starts_with("413 the document has more than"));
    insta::assert_snapshot!(post("/v1/assess?role=lead", vec![b'{', 0xff]).problem(), @"400 the document is not UTF-8: byte 1 cannot be read as text");
    let plain = Request::post("/v1/assess?role=lead").body(Body::from("{}")).unwrap();
    insta::assert_snapshot!(send(app(None), plain).problem(), @"415 the document is not sent as JSON: send the header `Content-Type: application/json`");
}

#[test]
fn a_body_that_comes_too_slowly_is_given_up() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let never = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        let request = Request::post("/v1/assess?role=lead").header(header::CONTENT_TYPE, "application/json");
        let response = router(app(None)).oneshot(request.body(Body::from_stream(never)).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    });
}

#[test]
fn books_can_be_looked_at() {
    let list = get("/v1/books").json();
    let names: Vec<&str> = list["books"].as_array().unwrap().iter().map(|b| b["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["retail", "rental"]);
    let book = get("/v1/books/retail").json();
    assert_eq!((&book["currency"], book["policies"].as_array().unwrap().len()), (&json!("USD"), 11));
    let schema = get("/v1/books/retail/questions/schema").json();
    assert_eq!(schema["required"], json!(["request", "asked", "facts"]));
    let policy = get("/v1/books/retail/policies/returns").json();
    assert_eq!(policy["versions"][0]["terms"][0]["says"], "The purchase is found");
    insta::assert_snapshot!(get("/v1/books/retail/policies/return").problem(), @"404 the book `retail` has no policy `return`: did you mean `returns`?");
    insta::assert_snapshot!(get("/v1/nothing").problem(), @"404 there is nothing at `/v1/nothing`: what there is, is in /v1/openapi.json");
    insta::assert_snapshot!(get("/v1/assess").problem(), @"405 `/v1/assess` does not know this method: what each path knows is in /v1/openapi.json");
}

#[test]
fn the_description_names_every_route() {
    let described = get("/v1/openapi.json").json();
    let paths: Vec<&str> = described["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    insta::assert_snapshot!(paths.join("\n"));
}

#[test]
fn with_a_token_nothing_is_told_to_whoever_has_none() {
    let ask = |bearer: Option<&str>, path: &str| {
        let mut request = Request::get(path);
        if let Some(token) = bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        send(app(Some(TOKEN)), request.body(Body::empty()).unwrap())
    };
    insta::assert_snapshot!(ask(None, "/v1/books").problem(), @"401 this needs the server's token: send it as `Authorization: Bearer TOKEN`");
    assert_eq!(ask(Some("another token of some length"), "/v1/books").status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(Some(TOKEN), "/v1/books").status, StatusCode::OK);
    assert_eq!(ask(None, "/ask/retail").status, StatusCode::SEE_OTHER);
    assert_eq!(ask(None, "/sign-in").status, StatusCode::OK);
    assert_eq!(ask(None, "/health").status, StatusCode::OK);
}

#[test]
fn signing_in_with_the_token_opens_the_pages() {
    let sign_in = |token: &str| {
        let request = Request::post("/sign-in").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = form_urlencoded::Serializer::new(String::new()).append_pair("token", token).finish();
        request.body(Body::from(body)).unwrap()
    };
    assert_eq!(send(app(Some(TOKEN)), sign_in("wrong")).status, StatusCode::FORBIDDEN);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cookie = runtime.block_on(async {
        let response = router(app(Some(TOKEN))).oneshot(sign_in(TOKEN)).await.unwrap();
        response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned()
    });
    assert!(cookie.contains("HttpOnly; SameSite=Strict") && !cookie.contains(TOKEN), "{cookie}");
    let pass = cookie.split(';').next().unwrap();
    let request = Request::get("/ask/retail").header(header::COOKIE, pass).body(Body::empty()).unwrap();
    assert_eq!(send(app(Some(TOKEN)), request).status, StatusCode::OK);
}

#[test]
fn hostile_text_stays_text() {
    let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}";
    let page = get("/ask/retail/returns").text;
    let names: std::collections::BTreeSet<&str> =
        page.split("name=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(names.contains("f.order.id") && names.len() > 10, "{names:?}");
    let is_safe = |path: &str, text: &str| {
        for raw in ["<script>alert", "<img src=x"] {
            assert!(!text.contains(raw), "{path}: {raw}");
        }
    };
    let form = |pairs: &[(&str, &str)]| {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(pairs);
        let request = Request::post("/ask/retail/returns")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.finish()));
        let got = send(app(None), request.unwrap());
        assert!(!got.status.is_server_error(), "{}", got.status);
        got.text
    };
    let mut shown = 0;
    for name in &names {
        let text = form(&[("role", "frontline"), (name, hostile)]);
        is_safe(name, &text);
        shown += usize::from(text.contains("&lt;script&gt;alert") || text.contains("&#60;script&#62;alert"));
    }
    assert!(shown > 3, "the text is shown again for {shown} fields");
    let all: Vec<(&str, &str)> = names.iter().map(|name| (*name, hostile)).collect();
    is_safe("all", &form(&all));
    let encoded: String = form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
    for path in [
        format!("/ask/{encoded}"),
        format!("/ask/retail/{encoded}"),
        format!("/book/retail/{encoded}"),
        format!("/ask/retail/returns?f.order.id={encoded}"),
    ] {
        is_safe(&path, &get(&path).text);
    }
}

#[test]
fn a_page_of_another_host_cannot_reach_a_loopback_server() {
    let named = |host: &str| {
        send(app(None), Request::get("/v1/books").header(header::HOST, host).body(Body::empty()).unwrap()).status
    };
    assert_eq!(named("127.0.0.1:7171"), StatusCode::OK);
    assert_eq!(named("localhost"), StatusCode::OK);
    assert_eq!(named("[::1]:7171"), StatusCode::OK);
    assert_eq!(named("evil.example:7171"), StatusCode::MISDIRECTED_REQUEST);
}

#[test]
fn other_machines_need_a_token_of_some_length() {
    let outside = "0.0.0.0".parse().unwrap();
    assert!(Door::new(outside, None).unwrap_err().to_string().contains("can be reached from other machines"));
    assert!(Door::new(outside, Some("short")).unwrap_err().to_string().contains("fewer than 16 characters"));
    assert!(Door::new(outside, Some(TOKEN)).is_ok());
}
