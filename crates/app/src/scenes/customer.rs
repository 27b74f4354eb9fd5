//! Customers see their case by a link of theirs, say and show things, and say thanks; and see nothing that is not theirs.

use amends_core::time::{DAY, SECOND};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use super::access::Browser;
use super::shop::{Shop, on_both};
use crate::door::Door;

/// Bytes that begin as a photo does.
const PHOTO: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR";

/// What came of a visit.
struct Seen {
    status: StatusCode,
    to: String,
    text: String,
}

impl Seen {
    fn says(&self, what: &str) -> &Self {
        assert!(self.text.contains(what), "it does not say `{what}`: {} {}", self.status, self.text);
        self
    }

    fn hides(&self, what: &str) -> &Self {
        assert!(!self.text.contains(what), "it says `{what}`: {}", self.text);
        self
    }
}

async fn seen(shop: &Shop, request: Request<Body>) -> Seen {
    let (parts, body) = shop.whole(request).await.into_parts();
    let to = parts.headers.get(header::LOCATION).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Seen { status: parts.status, to, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

async fn look(shop: &Shop, link: &str) -> Seen {
    seen(shop, Request::get(link).header(header::HOST, "localhost").body(Body::empty()).unwrap()).await
}

/// Sends a form without files.
async fn send(shop: &Shop, link: &str, fields: &[(&str, &str)]) -> Seen {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::builder().method(Method::POST).uri(link).header(header::HOST, "localhost");
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    seen(shop, request.body(Body::from(body)).unwrap()).await
}

/// Sends files, with what they show.
async fn show(shop: &Shop, link: &str, (once, shows): (&str, &str), files: &[(&str, &[u8])]) -> Seen {
    let mut body = Vec::new();
    for (name, text) in [("once", once), ("shows", shows), ("act", "show")] {
        body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").bytes());
    }
    for (name, content) in files {
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n");
        body.extend(head.bytes().chain(content.iter().copied()).chain(*b"\r\n"));
    }
    body.extend(b"--x--\r\n");
    let request = Request::builder().method(Method::POST).uri(link).header(header::HOST, "localhost");
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    seen(shop, request.body(Body::from(body)).unwrap()).await
}

/// The path of a new link of a customer.
async fn link(shop: &Shop, case: &str) -> String {
    let made = shop.post("rita", &format!("{case}/customer-link"), json!({})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
    made.json["link"].as_str().unwrap().strip_prefix("http://localhost").unwrap().to_owned()
}

async fn shown(shop: &Shop, case: &str) -> Value {
    shop.get("rita", case).await.ok()
}

#[test]
fn customers_see_what_is_theirs_and_nothing_else() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.post("hugo", "/v1/people/rita", json!({ "name": "Rita Ramirez" })).await.ok();
        shop.post("hugo", "/v1/people/lena", json!({ "name": "Lena Lindqvist" })).await.ok();
        let case = shop.case("rita", "price_adjustment", "c_1001").await;
        let at = |what: &str| format!("{case}/{what}");
        let words = |text: &str| json!({ "words": text });
        shop.post("rita", &at("customer-words"), words("I paid full price & five days later it is <b>40% off</b>"))
            .await
            .ok();
        shop.post("rita", &at("notes"), words("sounds like a serial returner")).await.ok();
        shop.post("rita", &at("consults"), json!({ "department": "stores", "words": "is the tag real?" })).await.ok();
        shop.post("rita", &at("customer-questions"), words("Do you still have the receipt?")).await.ok();
        let promise = json!({ "words": "Rita calls you", "due": "2026-11-20T10:00:00-05:00" });
        shop.post("rita", &at("promises"), promise).await.ok();
        let (_, digest) = shop.assess("rita", &case, "blazers").await;
        shop.is_there("lena").await;
        let wish = json!({ "assessment": digest, "option": "credit_difference" });
        let asked = shop.post("rita", &at("approvals"), json!({ "wish": wish, "words": "worth keeping" })).await.ok();
        let link = link(&shop, &case).await;
        let page = look(&shop, &link).await;
        assert_eq!(page.status, StatusCode::OK);
        page.says("Rita at ").says("I paid full price &#38; five days later it is &#60;b&#62;40% off&#60;/b&#62;");
        page.says("Do you still have the receipt?").says("We need something from you").says("Your answer");
        page.says("Dates count as of 16 November 2026").says("Nothing is lost to you");
        page.says("Rita calls you").says("By 20 November 2026, 10:00");
        // Said, and the decision is awaited.
        let sent = [("act", "say"), ("once", "1"), ("say", "Yes, here it is")];
        assert_eq!(send(&shop, &link, &sent).await.to, format!("{link}?done=say"));
        look(&shop, &link).await.says("We are deciding").says("Yes, here it is");
        let answer = json!({ "yes": { "words": "fine by me, between us" } });
        let question = format!("approvals/{}/answer", asked["approval"]["id"].as_str().unwrap());
        shop.post("lena", &at(&question), answer).await.ok();
        let give = json!({ "assessment": digest, "option": "credit_difference",
            "approval": asked["approval"]["id"] });
        shop.post("rita", &at("grants"), give).await.ok();
        let page = look(&shop, &link).await;
        page.says("on its way to you").says("$178.80").says("The money is on its way");
        let everything = [
            "Ramirez",
            "lena",
            "Lena",
            "Lindqvist",
            "serial returner",
            "the tag real",
            "stores",
            "worth keeping",
            "between us",
            "c_1001",
            case.rsplit('/').next().unwrap(),
            "frontline",
            "lead",
            "head",
            "cost",
            "budget",
            "days inside",
            "past",
            "stretch",
            "discretion",
            "approval",
            "margin",
            "214.25",
            "35.45",
            "/ask",
            "/desk",
        ];
        let (_, main) = page.text.split_once("<main").unwrap();
        for secret in everything {
            assert!(!main.contains(secret), "it says `{secret}`: {main}");
        }
        shop.prove().await;
    });
}

#[test]
fn what_customers_say_and_show_comes_to_the_case_once() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("rita", "returns", "c_1").await;
        let link = link(&shop, &case).await;
        shop.post("rita", &format!("{case}/customer-questions"), json!({ "words": "Is there a photo?" })).await.ok();
        assert_eq!(shown(&shop, &case).await["turn"], "customers");
        let version = shown(&shop, &case).await["version"].clone();
        for _ in 0..2 {
            // Mail programs open links to look at them: nothing comes of it.
            look(&shop, &link).await;
        }
        assert_eq!(shown(&shop, &case).await["version"], version);
        let files: [(&str, &[u8]); 2] = [("label.png", PHOTO), ("note.txt", b"torn at <i>one</i> side")];
        for _ in 0..2 {
            let sent = show(&shop, &link, ("1", "The \"label\" <script>alert(1)</script>"), &files).await;
            assert_eq!(sent.to, format!("{link}?done=show"), "{}", sent.text);
        }
        // The same file from another page is the same file.
        assert_eq!(show(&shop, &link, ("2", "once more"), &files[..1]).await.to, format!("{link}?done=show"));
        let now = shown(&shop, &case).await;
        assert_eq!(now["evidence"].as_array().map(Vec::len), Some(2), "{now}");
        assert_eq!((&now["evidence"][0]["by_customer"], &now["turn"]), (&json!(true), &json!("ours")));
        shop.post("rita", &format!("{case}/evidence"), json!({ "seen": { "what": "the parcel" } })).await.ok();
        let now = shown(&shop, &case).await;
        assert_eq!(now["evidence"][2]["by_customer"], false, "what somebody saw is theirs");
        let page = look(&shop, &format!("{link}?done=show")).await;
        page.says("What you sent is with").says("&#60;script&#62;").hides("<script>alert");
        for _ in 0..2 {
            send(&shop, &link, &[("act", "say"), ("once", "3"), ("say", "It came torn\r\nlike this")]).await;
        }
        let other = send(&shop, &link, &[("act", "say"), ("once", "3"), ("say", "something else")]).await;
        assert_eq!(other.status, StatusCode::CONFLICT);
        other.says("sent before").says("something else");
        let events = shop.get("rita", &format!("{case}/events?limit=200")).await.ok().to_string();
        assert_eq!(events.matches("customer_spoke").count(), 1 + events.matches("case.customer_spoke").count());
        assert!(events.contains(r#""by":"customer""#), "{events}");
        // The one who owns the case sees it, with the files, which are safe to open.
        let mut rita = Browser::settle_in(&shop, "rita").await;
        let desk = rita.get(&shop, &case.replace("/v1", "/desk")).await.text;
        let digest = now["evidence"][0]["at"].as_str().unwrap();
        for told in ["the customer, by their link", "It came torn", &format!("/files/{digest}")] {
            assert!(desk.contains(told), "{told}: {desk}");
        }
        let got = shop.get("rita", &format!("/v1/files/{digest}")).await;
        let headers = ["content-disposition", "x-content-type-options", "content-security-policy", "content-type"]
            .map(|name| got.headers[name].to_str().unwrap().to_owned());
        assert_eq!(headers, ["attachment", "nosniff", "sandbox; default-src 'none'", "image/png"]);
        shop.prove().await;
    });
}

#[test]
fn what_cannot_be_taken_is_said_in_words_and_nothing_typed_is_lost() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("rita", "returns", "c_1").await;
        let link = link(&shop, &case).await;
        let long = "ä".repeat(4_001);
        for (fields, says) in [
            ([("act", "say"), ("once", "1"), ("say", " \r\n ")], "Write a few words first"),
            ([("act", "say"), ("once", "1"), ("say", &long)], "4000 letters at most"),
            ([("act", "thank"), ("once", "1"), ("thanks", &long)], "4000 letters at most"),
            ([("act", "nothing"), ("once", "1"), ("say", "kept <b>")], "kept &#60;b&#62;"),
        ] {
            let turned = send(&shop, &link, &fields).await;
            assert_eq!(turned.status, StatusCode::UNPROCESSABLE_ENTITY);
            turned.says(says).says("role=\"alert\"");
        }
        let large = vec![b'a'; (10 << 20) + 1];
        for (shows, name, content, says) in [
            ("the label", "a.exe", b"MZ\x90\x00".as_slice(), "“a.exe” cannot be kept. Send a photo"),
            ("the label", "a.txt", &large, "“a.txt” has more than 10 MB"),
            ("the label", "a.png", b"", "“a.png” is empty"),
            ("", "a.png", PHOTO, "Write what the files show"),
            ("the label", "", b"", "Take a photo or choose a file first"),
            ("the label", "<img src=x>.exe", b"\x00", "“&#60;img src=x&#62;.exe” cannot be kept"),
        ] {
            let turned = show(&shop, &link, ("1", shows), &[(name, content)]).await;
            assert_eq!(turned.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
            turned.says(says).says(&format!(r#"name="shows" value="{shows}""#));
        }
        assert_eq!(shown(&shop, &case).await["version"], 1);
    });
}

#[test]
fn nobody_fills_the_disk_by_a_link() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("rita", "returns", "c_1").await;
        let link = link(&shop, &case).await;
        for n in 0..6_u8 {
            let texts: Vec<[u8; 2]> = (b'a'..=b'e').map(|letter| [n + b'0', letter]).collect();
            let files: Vec<(&str, &[u8])> = texts.iter().map(|text| ("a.txt", text.as_slice())).collect();
            assert_eq!(show(&shop, &link, ("1", "pages"), &files).await.status, StatusCode::SEE_OTHER, "{n}");
        }
        let full = show(&shop, &link, ("1", "one more"), &[("b.txt", b"one more")]).await;
        assert_eq!(full.status, StatusCode::CONFLICT);
        full.says("This is as much as can be sent here");
        assert_eq!(shown(&shop, &case).await["evidence"].as_array().map(Vec::len), Some(30));
        // Some at once by one link, then fewer; another link is not kept waiting.
        let second = self::link(&shop, &case).await;
        let mut often = send(&shop, &link, &[("act", "nothing")]).await;
        for _ in 0..100 {
            if often.status == StatusCode::TOO_MANY_REQUESTS {
                break;
            }
            often = send(&shop, &link, &[("act", "nothing"), ("say", "are you there?")]).await;
        }
        assert_eq!(often.status, StatusCode::TOO_MANY_REQUESTS);
        often.says("are you there?").says("send it again in");
        assert_eq!(send(&shop, &second, &[("act", "say"), ("say", "yes")]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(look(&shop, &link).await.status, StatusCode::OK);
    });
}

#[test]
fn links_end_with_their_time_by_being_taken_back_and_with_what_is_erased() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("rita", "returns", "c_1").await;
        let (first, second) = (link(&shop, &case).await, link(&shop, &case).await);
        let short = shop.post("rita", &format!("{case}/customer-link"), json!({ "days": 1 })).await.ok();
        let short = short["link"].as_str().unwrap().strip_prefix("http://localhost").unwrap().to_owned();
        for good in [&first, &second, &short] {
            assert_eq!(look(&shop, good).await.status, StatusCode::OK, "several are good at once");
        }
        shop.later(DAY).await;
        let over = look(&shop, &short).await;
        let nothing = look(&shop, "/customer/retail~nothing").await;
        assert_eq!((over.status, nothing.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(over.text, nothing.text, "they say the same");
        nothing.says("This link leads nowhere").hides("retail").hides("Retail");
        let withdraw = format!("{case}/customer-link/withdraw");
        assert_eq!(shop.post("ada", &withdraw, json!({})).await.refused(), (403, "not_a_person"));
        shop.post("omar", &withdraw, json!({})).await.ok();
        for gone in [&first, &second] {
            assert_eq!(look(&shop, gone).await.text, nothing.text);
            assert_eq!(send(&shop, gone, &[("act", "say"), ("say", "late")]).await.status, StatusCode::NOT_FOUND);
        }
        // A new one is good all the same, through the end of the case, until thanks can be said no more.
        let third = link(&shop, &case).await;
        shop.post("rita", &format!("{case}/settle"), json!({})).await.ok();
        look(&shop, &third).await.says("This is settled").says("Say thanks");
        let late = show(&shop, &third, ("1", "the label"), &[("a.png", PHOTO)]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        late.says("could not be added");
        shop.later(29 * DAY).await;
        assert_eq!(send(&shop, &third, &[("act", "thank"), ("once", "1")]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(shown(&shop, &case).await["state"], "settled");
        shop.later(2 * DAY).await;
        assert_eq!(look(&shop, &third).await.text, nothing.text);
        let made = shop.post("rita", &format!("{case}/customer-link"), json!({})).await;
        assert_eq!(made.refused(), (409, "not_open"), "one that leads nowhere is not handed out");
        // What is erased is shown to nobody.
        let other = shop.case("rita", "returns", "c_2").await;
        let fourth = link(&shop, &other).await;
        send(&shop, &fourth, &[("act", "say"), ("once", "1"), ("say", "my name is Wilhelmina")]).await;
        shop.post("rita", &format!("{other}/settle"), json!({})).await.ok();
        look(&shop, &fourth).await.says("Wilhelmina");
        shop.post("hugo", "/v1/customers/c_2/erase", json!({})).await.ok();
        assert_eq!(look(&shop, &fourth).await.text, nothing.text);
        assert_eq!(shop.post("rita", &format!("{other}/customer-link"), json!({})).await.refused(), (409, "erased"));
        shop.prove().await;
    });
}

#[test]
fn a_no_has_its_reason_and_what_stays_open_and_is_answered() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("rita", "price_adjustment", "c_1").await;
        shop.assess("rita", &case, "blazers").await;
        let link = link(&shop, &case).await;
        let no = json!({ "reason": "The sale was <online> only",
            "instead": ["detour", { "words": "10% off your next order" }] });
        shop.post("rita", &format!("{case}/decline"), no).await.ok();
        let page = look(&shop, &link).await;
        page.says("We cannot do it in the way you asked").says("The sale was &#60;online&#62; only");
        page.says("What stays open to you").says("10% off your next order").says("Say thanks");
        send(&shop, &link, &[("act", "say"), ("once", "1"), ("say", "Please look again")]).await;
        assert_eq!(shown(&shop, &case).await["state"], "declined", "only a second look opens it again");
        look(&shop, &link).await.says("Please look again");
        // Whoever said no finds it on their desk, until they do something about it.
        let mut rita = Browser::settle_in(&shop, "rita").await;
        let waits = "After a no, the customer wrote";
        assert!(rita.get(&shop, "/desk").await.text.contains(waits));
        shop.post("rita", &format!("{case}/notes"), json!({ "words": "called them" })).await.ok();
        assert!(!rita.get(&shop, "/desk").await.text.contains(waits));
        // What is said of one that is settled is nobody's to overhear.
        let other = shop.case("rita", "returns", "c_2").await;
        let second = self::link(&shop, &other).await;
        shop.post("rita", &format!("{other}/settle"), json!({})).await.ok();
        send(&shop, &second, &[("act", "say"), ("once", "1"), ("say", "Nothing came")]).await;
        assert_eq!(shown(&shop, &other).await["state"], "open");
        shop.prove().await;
    });
}

#[test]
fn links_open_where_the_server_asks_for_a_token_and_are_made_by_the_owner_alone() {
    on_both(async |fresh| {
        let door = Door::new(std::net::Ipv4Addr::LOCALHOST.into(), Some("a token of the server")).unwrap();
        let shop = Shop::of(fresh, door).await;
        let case = shop.case("rita", "returns", "c_1").await;
        let at = format!("{case}/customer-link");
        assert_eq!(shop.post("omar", &at, json!({})).await.refused(), (403, "not_the_owner"));
        assert_eq!(shop.post("ada", &at, json!({})).await.refused().0, 403);
        for days in [0, 181] {
            assert_eq!(shop.post("rita", &at, json!({ "days": days })).await.status.as_u16(), 422, "{days}");
        }
        let link = link(&shop, &case).await;
        assert_eq!(look(&shop, &link).await.status, StatusCode::OK);
        assert_eq!(look(&shop, "/ask").await.status, StatusCode::SEE_OTHER);
        // Neither kind of link does what the other does.
        assert_eq!(look(&shop, &link.replace("/customer/", "/consult/")).await.status, StatusCode::NOT_FOUND);
        shop.post("rita", &format!("{case}/consults"), json!({ "department": "stores", "words": "is it so?" }))
            .await
            .ok();
        let consult = shown(&shop, &case).await["consults"][0]["id"].as_str().unwrap().to_owned();
        let made = shop.post("rita", &format!("{case}/consults/{consult}/link"), json!({})).await.ok();
        let made = made["link"].as_str().unwrap().replace("http://localhost/consult/", "/customer/");
        assert_eq!(look(&shop, &made).await.status, StatusCode::NOT_FOUND);
        let secret = link.rsplit('~').next().unwrap();
        for forged in [&link[..link.len() - 1], &format!("/customer/rental~{secret}")] {
            assert_eq!(look(&shop, forged).await.status, StatusCode::NOT_FOUND, "{forged}");
        }
        // Whoever tries many is slowed down, and learns nothing; a good one opens all the same.
        let mut last = look(&shop, "/customer/retail~wrong").await;
        for _ in 0..100 {
            if last.status == StatusCode::TOO_MANY_REQUESTS {
                break;
            }
            last = look(&shop, "/customer/retail~wrong").await;
        }
        assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
        last.says("Try again in");
        assert_eq!(look(&shop, &link).await.status, StatusCode::OK);
        for _ in 0..18 {
            self::link(&shop, &case).await;
        }
        assert_eq!(shop.post("rita", &at, json!({})).await.refused(), (409, "too_many_links"));
        shop.later(DAY + SECOND).await;
        self::link(&shop, &case).await;
    });
}

#[test]
fn the_owner_makes_a_link_on_the_case_page_and_takes_it_back() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let case = shop.case("rita", "returns", "c_1").await;
        let at = case.replace("/v1", "/desk");
        let mut rita = Browser::settle_in(&shop, "rita").await;
        let csrf = rita.csrf(&shop).await;
        let sent = [("csrf", csrf.as_str()), ("note", "what I was writing")];
        let made = rita.send(&shop, &format!("{at}/link"), &sent).await;
        assert!(made.status == StatusCode::OK && made.text.contains("what I was writing"), "{}", made.text);
        let (_, rest) = made.text.split_once("http://localhost/customer/").unwrap();
        let link = format!("/customer/{}", rest.split('"').next().unwrap());
        assert_eq!(look(&shop, &link).await.status, StatusCode::OK);
        assert!(rita.get(&shop, &at).await.text.contains("They have a link, good until"));
        let unsigned = rita.send(&shop, &format!("{at}/link"), &[("csrf", "wrong")]).await;
        assert!(unsigned.status == StatusCode::FORBIDDEN && !unsigned.text.contains("/customer/retail"));
        let mut omar = Browser::settle_in(&shop, "omar").await;
        let of_omar = omar.csrf(&shop).await;
        let turned = omar.send(&shop, &format!("{at}/link"), &[("csrf", &of_omar)]).await;
        assert!(turned.status == StatusCode::FORBIDDEN && !turned.text.contains("/customer/retail"));
        assert_eq!(rita.send(&shop, &format!("{at}/no-link"), &[("csrf", &csrf)]).await.to, at);
        assert_eq!(look(&shop, &link).await.status, StatusCode::NOT_FOUND);
        assert!(!rita.get(&shop, &at).await.text.contains("They have a link"));
    });
}
