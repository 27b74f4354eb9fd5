//! People without an account are asked by a link: one answer, and nothing else.

use amends_core::time::{DAY, HOUR};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::json;

use super::shop::{Shop, on_both};
use crate::connect::mail::{Mailer, Told};
use crate::door::Door;

/// A case of Rita's with a question to the stores; its path, and that of the question.
async fn asked(shop: &Shop) -> (String, String) {
    let case = shop.case("rita", "returns", "c_1001").await;
    let words = json!({ "department": "stores", "words": "Was the <b>label</b> torn?" });
    shop.post("rita", &format!("{case}/consults"), words).await.ok();
    let shown = shop.get("rita", &case).await.ok();
    let consult = format!("{case}/consults/{}", shown["consults"][0]["id"].as_str().unwrap());
    (case, consult)
}

/// The path of a new link.
async fn link(shop: &Shop, consult: &str) -> String {
    let made = shop.post("rita", &format!("{consult}/link"), json!({})).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let link = made.json["link"].as_str().unwrap_or_else(|| panic!("{}", made.json));
    link.strip_prefix("http://localhost").unwrap().to_owned()
}

/// Opens a link in a browser without an account, or answers by it.
async fn visit(shop: &Shop, link: &str, words: Option<&str>) -> (u16, String) {
    let request = Request::builder().uri(link).header(header::HOST, "localhost");
    let request = match words {
        None => request.body(Body::empty()),
        Some(words) => {
            let body = form_urlencoded::Serializer::new(String::new()).append_pair("words", words).finish();
            let request = request.method(Method::POST);
            request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(body))
        }
    };
    let (parts, body) = shop.whole(request.unwrap()).await.into_parts();
    let text = String::from_utf8(axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    (parts.status.as_u16(), text)
}

#[test]
fn someone_without_an_account_answers_once_by_a_link() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (case, consult) = asked(&shop).await;
        let link = link(&shop, &consult).await;
        for _ in 0..2 {
            // Mail programs open links to look at them: nothing comes of it.
            let (status, page) = visit(&shop, &link, None).await;
            assert!(status == 200 && page.contains("Was the &#60;b&#62;label&#60;/b&#62; torn?"), "{page}");
            assert!(page.contains("A question for stores") && !page.contains("c_1001"), "{page}");
        }
        let (status, page) = visit(&shop, &link, Some("  ")).await;
        assert!(status == 422 && page.contains("role=\"alert\""), "{page}");
        let (status, page) = visit(&shop, &link, Some("It was.\r\nLook at <i>this</i>")).await;
        assert!(status == 200 && page.contains("Thank you"), "{page}");
        let shown = shop.get("rita", &case).await.ok();
        assert_eq!(shown["consults"][0]["answer"], "It was.\nLook at <i>this</i>", "{shown}");
        // Pressed twice it is the same answer; another is not taken.
        let (status, page) = visit(&shop, &link, Some("It was.\r\nLook at <i>this</i>")).await;
        assert!(status == 200 && page.contains("Thank you"), "{page}");
        let (status, page) = visit(&shop, &link, Some("No, it was not")).await;
        assert!(status == 200 && page.contains("Answered already"), "{page}");
        assert_eq!(shop.get("rita", &case).await.ok()["version"], shown["version"]);
        let events = shop.get("rita", &format!("{case}/events")).await.ok();
        assert!(events.to_string().contains(r#""consulted""#), "{events}");
        // A question that has its answer gets no new link.
        let late = shop.post("rita", &format!("{consult}/link"), json!({})).await;
        assert_eq!(late.refused(), (409, "already_done"));
        shop.prove().await;
    });
}

#[test]
fn a_link_is_good_for_its_question_and_its_time_alone() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (case, consult) = asked(&shop).await;
        let first = link(&shop, &consult).await;
        let second = link(&shop, &consult).await;
        assert_ne!(first, second);
        for words in [None, Some("by the older one")] {
            let (status, page) = visit(&shop, &first, words).await;
            assert!([409, 410].contains(&status) || page.contains("This link is over"), "{status} {page}");
        }
        let secret = second.rsplit('~').next().unwrap();
        let short = &second[..second.len() - 1];
        for forged in [short, &format!("/consult/rental~{secret}"), "/consult/retail~", "/consult/x", "/consult/~~"] {
            assert_eq!(visit(&shop, forged, None).await.0, 404, "{forged}");
            assert_eq!(visit(&shop, forged, Some("forged")).await.0, 404, "{forged}");
        }
        assert_eq!(visit(&shop, &second, None).await.0, 200);
        shop.later(14 * DAY).await;
        assert_eq!(visit(&shop, &second, None).await.0, 410);
        visit(&shop, &second, Some("too late")).await;
        assert!(shop.get("rita", &case).await.ok()["consults"][0]["answer"].is_null());
        // It is tidied up beside the anchors, when something happens.
        shop.later(31 * DAY).await;
        shop.case("rita", "returns", "c_1002").await;
        shop.later(DAY).await;
        assert_eq!(visit(&shop, &second, None).await.0, 404, "forgotten");
    });
}

#[test]
fn who_may_make_links_and_how_many() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (case, consult) = asked(&shop).await;
        let at = format!("{consult}/link");
        assert_eq!(shop.post("omar", &at, json!({})).await.refused(), (403, "not_the_owner"));
        assert_eq!(shop.post("ada", &at, json!({})).await.refused(), (403, "not_a_person"));
        let to = |mail: &str| json!({ "mail": mail });
        assert_eq!(shop.post("rita", &at, to("stores@shop.example")).await.refused(), (422, "no_mail"));
        for bad in ["", "stores", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example"] {
            assert_eq!(shop.post("rita", &at, to(bad)).await.status, 422, "{bad}");
        }
        assert_eq!(shop.post("rita", &format!("{case}/consults/q_9/link"), json!({})).await.status.as_u16(), 409);
        for _ in 0..20 {
            link(&shop, &consult).await;
        }
        assert_eq!(shop.post("rita", &at, json!({})).await.refused(), (409, "too_many_links"));
        shop.later(DAY).await;
        link(&shop, &consult).await;
        shop.post("rita", &format!("{case}/settle"), json!({})).await.ok();
        assert_eq!(shop.post("rita", &at, json!({})).await.refused(), (409, "not_open"));
    });
}

#[test]
fn mail_that_cannot_be_sent_is_told_on_the_case() {
    on_both(async |fresh| {
        let told = Told {
            // Nobody listens there.
            server: "smtp://127.0.0.1:1".to_owned(),
            user: None,
            password_file: None,
            from: "Amends <amends@shop.example>".to_owned(),
        };
        let mailer = Mailer::new(&told, None).unwrap();
        let door = Door::new(std::net::Ipv4Addr::LOCALHOST.into(), None).unwrap();
        let shop = Shop::with(fresh, door, |records| records.mailing(Some(mailer))).await;
        let (case, consult) = asked(&shop).await;
        let made = shop.post("rita", &format!("{consult}/link"), json!({ "mail": "stores@shop.example" })).await.ok();
        assert!(made["link"].is_null() && made["until"].is_string(), "{made}");
        let events = async || shop.get("rita", &format!("{case}/events?limit=200")).await.ok().to_string();
        shop.later(0).await;
        assert!(!events().await.contains("could not be sent"), "it is tried again first");
        for _ in 0..40 {
            shop.later(2 * HOUR).await;
        }
        let told = events().await;
        assert_eq!(told.matches("The mail “A question for stores” could not be sent").count(), 1, "{told}");
        assert!(!told.contains("stores@shop.example"), "the record keeps no address: {told}");
    });
}
