//! What comes in by itself: events, mail, and a form.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::shop::{Got, Shop, on_both};
use crate::connect::signature::{Secret, sign};

/// An event as a shop's own system tells it: two T-shirts in the place of two dresses.
pub(super) fn wrong_item(shop: &Shop) -> Value {
    let mut data = shop.facts("two_tshirts")["facts"].clone();
    data.as_object_mut().unwrap().retain(|name, _| ["customer", "order", "sent", "returns"].contains(&name.as_str()));
    data["customer"]["id"] = json!("c_2001");
    json!({ "type": "wrong_item", "timestamp": "2026-11-16T12:00:00-05:00", "data": data })
}

impl Shop {
    pub(super) async fn inlet(&self, inlet: Value) -> Value {
        self.post("hugo", "/v1/inlets", inlet).await.ok()
    }

    pub(super) async fn events(&self) -> Secret {
        let made =
            self.inlet(json!({ "id": "shop", "kind": "events", "owner": "rita", "intake": "shop_events" })).await;
        assert_eq!(made["url"], format!("{}/in/retail/shop", self.records.public));
        Secret::parse(made["secret"].as_str().unwrap()).unwrap()
    }

    pub(super) async fn sent(&self, request: axum::http::request::Builder, body: String) -> Got {
        let request = request.method(Method::POST).header(header::HOST, "localhost");
        let (parts, body) = self.whole(request.body(Body::from(body)).unwrap()).await.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let json =
            serde_json::from_slice(&bytes).unwrap_or_else(|_| json!({ "text": String::from_utf8_lossy(&bytes) }));
        Got { status: parts.status, headers: parts.headers, json }
    }

    pub(super) async fn event(&self, secret: &Secret, id: &str, event: &Value) -> Got {
        let (body, seconds) = (event.to_string(), self.records.clock.now().micros() / 1_000_000);
        let signature = sign(std::slice::from_ref(secret), id, seconds, &body);
        let request = Request::builder().uri("/in/retail/shop").header(header::CONTENT_TYPE, "application/json");
        let request = request.header("webhook-id", id).header("webhook-timestamp", seconds.to_string());
        self.sent(request.header("webhook-signature", signature), body).await
    }

    pub(super) async fn mail(&self, secret: &str, kind: &str, body: String) -> Got {
        let basic = format!("Basic {}", STANDARD.encode(format!("amends:{secret}")));
        let request = Request::builder().uri("/in/retail/post").header(header::AUTHORIZATION, basic);
        self.sent(request.header(header::CONTENT_TYPE, kind), body).await
    }

    /// The words that customers said on a case, and what was noted.
    pub(super) async fn words(&self, case: &str) -> Vec<String> {
        let events = self.get("rita", &format!("/v1/cases/{case}/events")).await.ok();
        let all = events["events"].as_array().unwrap().iter();
        let words = all.filter_map(|e| {
            let what = &e["event"]["what"];
            let said = what["customer_spoke"]["words"].as_str().or_else(|| what["noted"]["words"].as_str());
            said.map(str::to_owned)
        });
        words.collect()
    }
}

/// Before she asks for anything the bundle is ready: the case is open, assessed, and owned.
#[test]
fn an_event_opens_a_case_with_its_bundle_ready() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let secret = shop.events().await;
        let event = wrong_item(&shop);
        let taken = shop.event(&secret, "msg_1", &event).await;
        assert_eq!(taken.status, StatusCode::ACCEPTED, "{}", taken.json);
        let case = taken.json["case"].as_str().unwrap().to_owned();
        let shown = shop.get("rita", &format!("/v1/cases/{case}")).await.ok();
        assert_eq!(
            (&shown["owner"]["id"], &shown["request"], &shown["state"]),
            (&json!("rita"), &json!("wrong_goods"), &json!("open"))
        );
        assert_eq!(shown["customer"], event["data"]["customer"]["id"]);
        assert_eq!(shown["asked"], "2026-11-16T17:00:00Z");
        let digest = taken.json["assessment"].as_str().unwrap();
        let assessment = shop.get("rita", &format!("/v1/cases/{case}/assessments/{digest}")).await.ok();
        assert_eq!(
            (&assessment["standing"], &assessment["options"][0]["id"]),
            (&json!("entitled"), &json!("make_good"))
        );
        let wish = json!({ "assessment": digest, "option": "make_good" });
        shop.post("rita", &format!("/v1/cases/{case}/grants"), wish).await.ok();
        // Sent again, it is the same case, and nothing is done twice.
        let again = shop.event(&secret, "msg_1", &event).await.ok();
        assert_eq!((&again["case"], &again["assessment"]), (&json!(case), &json!(digest)));
        assert_eq!(shop.get("rita", "/v1/cases").await.ok()["cases"].as_array().unwrap().len(), 1);
        let told = shop.get("rita", &format!("/v1/cases/{case}/events")).await.ok();
        assert_eq!(told["events"][0]["event"]["by"], json!({ "inlet": "shop" }));
        shop.prove().await;
    });
}

#[test]
fn an_event_that_nobody_signed_opens_nothing() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let secret = shop.events().await;
        let event = wrong_item(&shop);
        let other = Secret::of([7; 32]);
        assert_eq!(shop.event(&other, "msg_1", &event).await.status, 401);
        let bare = Request::builder().uri("/in/retail/shop").header(header::CONTENT_TYPE, "application/json");
        assert_eq!(shop.sent(bare, event.to_string()).await.status, 401);
        for path in ["/in/retail/nothing", "/in/nobody/shop", "/in/rental/shop"] {
            assert_eq!(shop.sent(Request::builder().uri(path), "{}".to_owned()).await.status, 404, "{path}");
        }
        // A policy that is not proactive, an event that the mapping does not know, facts that cannot be read.
        let mut torn = wrong_item(&shop);
        torn["data"]["order"]["shipping"] = json!("much");
        let refused = shop.event(&secret, "msg_2", &torn).await;
        assert_eq!(refused.status, 422, "{}", refused.json);
        let unknown = shop.event(&secret, "msg_3", &json!({ "type": "holiday", "data": {} })).await;
        assert_eq!(unknown.status, 422, "{}", unknown.json);
        let mut calm = wrong_item(&shop);
        calm["type"] = json!("returns");
        let calm = shop.event(&secret, "msg_4", &calm).await;
        assert!(calm.json.to_string().contains("opens no case before"), "{}", calm.json);
        // The owner has gone: told, and taken once there is another.
        shop.post("hugo", "/v1/people/rita", json!({ "active": false })).await.ok();
        assert_eq!(shop.event(&secret, "msg_5", &event).await.refused(), (409, "no_owner"));
        shop.post("@hugo", "/v1/people/rita", json!({ "active": true })).await.ok();
        shop.post("hugo", "/v1/inlets/shop/off", json!({})).await.ok();
        assert_eq!(shop.event(&secret, "msg_6", &event).await.status, 404);
        assert_eq!(shop.get("hugo", "/v1/cases").await.ok()["cases"], json!([]));
        // While secrets rotate both are good; then the older one is not.
        shop.post("hugo", "/v1/inlets/shop/on", json!({})).await.ok();
        let new = shop.post("hugo", "/v1/inlets/shop/rotate", json!({})).await.ok();
        let new = Secret::parse(new["secret"].as_str().unwrap()).unwrap();
        assert_eq!(shop.event(&secret, "msg_7", &event).await.status, 202);
        assert_eq!(shop.event(&new, "msg_8", &event).await.status, 202);
        shop.post("hugo", "/v1/inlets/shop/rotate", json!({})).await.ok();
        assert_eq!(shop.event(&secret, "msg_9", &event).await.status, 401);
        shop.prove().await;
    });
}

/// As three mail services send it on.
#[test]
fn a_mail_opens_a_case_and_an_answer_goes_to_it() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let made = json!({ "id": "post", "kind": "mail", "owner": "rita", "request": "returns" });
        let secret = shop.inlet(made).await["secret"].as_str().unwrap().to_owned();
        let mail = json!({ "From": "ines@shop.example", "Subject": "The coat", "TextBody": "It does not fit.\n",
            "MessageID": "m1", "Attachments": [{ "Name": "coat.png" }] });
        let taken = shop.mail(&secret, "application/json", mail.to_string()).await.ok();
        let case = taken["case"].as_str().unwrap().to_owned();
        assert_eq!(shop.mail(&secret, "application/json", mail.to_string()).await.ok()["case"], case, "once");
        let note = "By mail, as from ines@shop.example: The coat\nThe mail has 1 files that are not kept here.";
        assert_eq!(shop.words(&case).await, ["It does not fit.", note]);
        let shown = shop.get("rita", &format!("/v1/cases/{case}")).await.ok();
        assert_eq!((&shown["owner"]["id"], &shown["customer"]), (&json!("rita"), &Value::Null));

        let answer = format!(
            "from=ines%40shop.example&subject=Re%3A+The+coat+%5B{case}%5D&body-plain=And+it+is+red&Message-Id=m2"
        );
        let taken = shop.mail(&secret, "application/x-www-form-urlencoded", answer).await.ok();
        assert_eq!(taken["case"], case, "an answer");
        assert_eq!(shop.words(&case).await[2], "And it is red");

        let part = |name: &str, text: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let file =
            "--b\r\nContent-Disposition: form-data; name=\"attachment1\"; filename=\"a.png\"\r\n\r\nPNG\r\n--b--\r\n";
        let headers = part("headers", "Received: here\r\nMessage-ID: <m3@shop.example>");
        let body = [
            headers,
            part("from", "omar@shop.example"),
            part("subject", "Other"),
            part("text", "Hello"),
            file.to_owned(),
        ]
        .concat();
        let taken = shop.mail(&secret, "multipart/form-data; boundary=b", body.clone()).await.ok();
        assert_ne!(taken["case"], case);
        assert_eq!(shop.mail(&secret, "multipart/form-data; boundary=b", body).await.ok()["case"], taken["case"]);
        assert!(shop.words(taken["case"].as_str().unwrap()).await[1].contains("1 files"));

        assert_eq!(shop.mail("guess", "application/json", mail.to_string()).await.status, 401);
        assert_eq!(shop.mail(&secret, "text/plain", "hello".to_owned()).await.status, 415);
        assert_eq!(shop.mail(&secret, "application/json", "{\"subject\": \"a\"}".to_owned()).await.status, 422);
        shop.prove().await;
    });
}

#[test]
fn a_form_opens_one_case_and_tells_its_number() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.inlet(json!({ "id": "form", "kind": "form", "owner": "rita" })).await;
        let page = shop.get("nobody", "/form/retail/form").await.json["text"].as_str().unwrap().to_owned();
        assert!(page.contains("<option value=\"returns\"") && page.contains("How can we help?"), "{page}");
        let once = page.split("name=\"once\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let fill = async |more: &str| {
            let request = Request::builder().uri("/form/retail/form");
            let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            shop.sent(request, format!("once={once}&{more}")).await
        };
        let good = "request=returns&words=It+does+not+fit&contact=ines%40shop.example&order=S-1";
        for missing in [
            "words=a&contact=abc",
            "request=returns&contact=abc",
            "request=returns&words=a",
            "request=refunds&words=a&contact=abc",
        ] {
            let got = fill(missing).await;
            assert_eq!(got.status, 422, "{missing}");
            assert!(got.json["text"].as_str().unwrap().contains("role=\"alert\""));
        }
        assert_eq!(fill(&format!("{good}&website=x")).await.status, 200, "a program believes that it was taken");
        assert_eq!(shop.get("rita", "/v1/cases").await.ok()["cases"], json!([]));
        let (first, second) = (fill(good).await, fill(good).await);
        let thanks = first.json["text"].as_str().unwrap();
        assert_eq!(first.json, second.json, "a button that was pressed twice");
        let cases = shop.get("rita", "/v1/cases").await.ok()["cases"].clone();
        let case = cases[0]["id"].as_str().unwrap();
        assert!(thanks.contains(case) && cases.as_array().unwrap().len() == 1, "{thanks}");
        let note = "By the form. To be reached at: ines@shop.example\nAbout the order: S-1";
        assert_eq!(shop.words(case).await, ["It does not fit", note]);
        let other = fill("request=returns&words=Something+else&contact=ines%40shop.example").await;
        assert_eq!(other.status, 409);
        shop.prove().await;
    });
}

/// Only what would work is made, and by the highest role alone.
#[test]
fn an_inlet_that_would_not_work_is_not_made() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let make = async |who: &str, inlet: Value| shop.post(who, "/v1/inlets", inlet).await.status.as_u16();
        let events =
            |owner: &str, intake: &str| json!({ "id": "e", "kind": "events", "owner": owner, "intake": intake });
        assert_eq!(make("lena", events("rita", "shop_events")).await, 403);
        assert_eq!(make("hugo", events("rita", "shop_event")).await, 422);
        assert_eq!(make("hugo", events("nobody", "shop_events")).await, 422);
        assert_eq!(make("hugo", events("ada", "shop_events")).await, 422, "an agent owns nothing that comes in");
        assert_eq!(make("hugo", json!({ "id": "e", "kind": "events", "owner": "rita" })).await, 422);
        assert_eq!(make("hugo", json!({ "id": "e", "kind": "mail", "owner": "rita" })).await, 422);
        assert_eq!(
            make("hugo", json!({ "id": "e", "kind": "mail", "owner": "rita", "request": "refunds" })).await,
            422
        );
        assert_eq!(make("hugo", events("rita", "shop_events")).await, 201);
        assert_eq!(make("hugo", events("rita", "shop_events")).await, 409);
        let list = shop.get("hugo", "/v1/inlets").await.ok();
        assert_eq!((list["inlets"].as_array().unwrap().len(), &list["inlets"][0]["secret"]), (1, &Value::Null));
    });
}
