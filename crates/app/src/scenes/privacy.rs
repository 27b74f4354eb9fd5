//! What is personal is shown to whom it is of as a whole, and goes when it has to; the journal stays whole.

use std::num::NonZeroU32;

use amends_core::time::{DAY, MINUTE};
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};

use super::receiver::Does;
use super::shop::{Shop, on_both};
use super::webhooks::connected;
use crate::door::Door;
use crate::flow::privacy::retain;
use crate::store::imports::Kind;
use crate::store::{Place, cases};

/// Words that stand nowhere else.
const SAID: &str = "my sister Wilhelmina is in hospital";
const NAME: &str = "Ines Quetzalcoatl";

impl Shop {
    async fn file(&self, who: &str, text: &'static str) -> String {
        let request = Request::post("/v1/files")
            .header(header::HOST, "localhost")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token(who)))
            .header(header::CONTENT_TYPE, "text/plain")
            .body(Body::from(text));
        let response = self.whole(request.unwrap()).await;
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let kept: Value = serde_json::from_slice(&bytes).unwrap();
        kept["digest"].as_str().unwrap().to_owned()
    }

    /// A case with words, a file and an assessment; its path and the assessment's digest.
    async fn told(&self, customer: &str, facts: &str, file: &str) -> (String, String) {
        let case = self.case("rita", "price_adjustment", customer).await;
        let at = |what: &str| format!("{case}/{what}");
        self.post("rita", &at("notes"), json!({ "words": SAID })).await.ok();
        let file = json!({ "file": { "digest": file, "shows": "the letter" } });
        self.post("rita", &at("evidence"), file).await.ok();
        let (_, digest) = self.assess("rita", &case, facts).await;
        (case, digest)
    }

    async fn decline(&self, case: &str) {
        let no = json!({ "reason": "not this time", "instead": ["detour"] });
        self.post("rita", &format!("{case}/decline"), no).await.ok();
    }

    /// What is in the database's own files, where it has some.
    fn bytes(&self) -> Vec<u8> {
        let Place::File(path) = self.place() else { return Vec::new() };
        let log = path.with_file_name(format!("{}-wal", path.file_name().unwrap().to_str().unwrap()));
        [std::fs::read(path).unwrap(), std::fs::read(log).unwrap_or_default()].concat()
    }

    async fn seal(&self, case: &str) -> Option<String> {
        let id = case.rsplit('/').next().unwrap();
        let mut conn = self.records.store.reader().await.unwrap();
        cases::seals(&mut conn, &self.business, &[id]).await.unwrap().pop().map(|(_, seal)| seal)
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_customer_sees_all_that_is_kept_and_then_it_is_gone() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.import(Kind::Customers, &format!("id,since,name\nc_1,2011-05-02,{NAME}\n")).await;
        shop.import(Kind::Orders, "id,customer,at,total\ns_1,c_1,2026-01-02,149.00 USD\n").await;
        shop.import(Kind::Decisions, "id,at,request,decision,customer\no_1,2026-10-03,returns,declined,c_1\n").await;
        let (shared, alone) = (shop.file("rita", "a letter").await, shop.file("rita", "another").await);
        let (case, digest) = shop.told("c_1", "blazers", &shared).await;
        shop.post("rita", &format!("{case}/evidence"), json!({ "file": { "digest": alone, "shows": "it" } }))
            .await
            .ok();
        let (other, _) = shop.told("c_2", "a_lamp_in_time", &shared).await;

        // Nothing of it is written plain, and everyone who may reads it as it was written.
        let events = format!("{case}/events?limit=200");
        let read = shop.get("rita", &events).await.ok().to_string();
        assert!(read.contains(SAID) && !read.contains("sealed:"), "{read}");
        assert!(!holds(&shop.bytes(), SAID));
        let seal = shop.seal(&case).await.unwrap();
        assert!(holds(&shop.bytes(), &seal) != shop.bytes().is_empty());

        assert_eq!(shop.get("rita", "/v1/customers/c_1/export").await.refused(), (403, "role_too_low"));
        let all = shop.get("hugo", "/v1/customers/c_1/export").await.ok();
        assert_eq!((&all["name"], &all["orders"][0]["id"]), (&json!(NAME), &json!("s_1")));
        assert_eq!((&all["decisions"][0]["id"], &all["assessments"][0]["digest"]), (&json!("o_1"), &json!(digest)));
        assert_eq!((all["cases"].as_array().unwrap().len(), all["files"].as_array().unwrap().len()), (1, 2), "{all}");
        assert!(all["cases"][0]["events"].to_string().contains(SAID));

        // Not while something is open, and then all at once.
        let erase = "/v1/customers/c_1/erase";
        assert_eq!(shop.post("rita", erase, json!({})).await.refused(), (403, "role_too_low"));
        assert_eq!(shop.post("hugo", erase, json!({})).await.refused(), (409, "not_ended"));
        assert!(shop.get("rita", &events).await.ok().to_string().contains(SAID));
        shop.decline(&case).await;
        shop.later(MINUTE).await;
        let gone = shop.post("hugo", erase, json!({})).await.ok();
        let id = case.rsplit('/').next().unwrap();
        assert_eq!(gone, json!({ "cases": [id], "assessments": 1, "files": 1, "imported": 3 }));
        shop.later(MINUTE).await;

        let read = shop.get("rita", &events).await.ok().to_string();
        assert!(!read.contains(SAID) && !read.contains("not this time") && read.contains("(erased)"), "{read}");
        assert_eq!(shop.get("rita", &case).await.ok()["declined"]["reason"], "(erased)");
        assert_eq!(shop.get("rita", &format!("{case}/assessments/{digest}")).await.status, 404);
        assert_eq!(shop.get("rita", &format!("/v1/files/{alone}")).await.status, 404);
        assert_eq!(shop.get("rita", &format!("/v1/files/{shared}")).await.status, 200, "the other's evidence too");
        let customer = shop.get("rita", "/v1/customers/c_1").await.ok();
        assert_eq!((&customer["name"], &customer["orders"]), (&Value::Null, &json!([])));
        let all = shop.get("hugo", "/v1/customers/c_1/export").await.ok().to_string();
        assert!(all.contains(id) && !all.contains(SAID) && !all.contains(NAME), "{all}");
        let reopened = shop.post("rita", &format!("{case}/reopen"), json!({ "words": "they call again" })).await;
        assert_eq!(reopened.refused(), (409, "erased"));
        assert!(shop.get("rita", &format!("{other}/events?limit=200")).await.ok().to_string().contains(SAID));

        // Not even in what the file has left over.
        for text in [SAID, NAME, seal.as_str()] {
            assert!(!holds(&shop.bytes(), text), "{text}");
        }
        assert_eq!(shop.seal(&case).await, None);
        assert_eq!(shop.prove().await, 1, "the journal is whole, and says what was erased");
        let again = shop.post("hugo", erase, json!({})).await.ok();
        assert_eq!(again, json!({ "cases": [], "assessments": 0, "files": 0, "imported": 0 }));
        assert_eq!(shop.post("hugo", "/v1/customers/c_99/erase", json!({})).await.status, 404);
        assert_eq!(shop.get("hugo", "/v1/customers/c_99/export").await.status, 404);
    });
}

/// The same question of two cases has one answer, which goes with the second of them.
#[test]
fn an_assessment_that_two_cases_cite_goes_with_the_second() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let file = shop.file("rita", "a letter").await;
        let (first, digest) = shop.told("c_1", "blazers", &file).await;
        let (second, same) = shop.told("c_2", "blazers", &file).await;
        assert_eq!(digest, same);
        shop.decline(&first).await;
        shop.decline(&second).await;
        let gone = shop.post("hugo", "/v1/customers/c_1/erase", json!({})).await.ok();
        assert_eq!((&gone["assessments"], &gone["files"]), (&json!(0), &json!(0)));
        assert_eq!(shop.get("rita", &format!("{second}/assessments/{digest}")).await.status, 200);
        assert_eq!(shop.prove().await, 0);
        let gone = shop.post("hugo", "/v1/customers/c_2/erase", json!({})).await.ok();
        assert_eq!((&gone["assessments"], &gone["files"]), (&json!(1), &json!(1)));
        assert_eq!(shop.prove().await, 1);
    });
}

#[test]
fn a_webhook_hears_what_was_written_until_it_is_erased() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let receiver = connected(&shop, "tell", &[]).await;
        let case = shop.case("rita", "price_adjustment", "c_1").await;
        shop.post("rita", &format!("{case}/notes"), json!({ "words": SAID })).await.ok();
        shop.later(MINUTE).await;
        let heard = |receiver: &super::receiver::Receiver| {
            receiver.messages().iter().filter(|(_, message)| message.to_string().contains(SAID)).count()
        };
        assert_eq!(heard(&receiver), 1);
        receiver.does(&[Does::Busy; 3]);
        shop.post("rita", &format!("{case}/notes"), json!({ "words": format!("again: {SAID}") })).await.ok();
        shop.later(1).await;
        shop.decline(&case).await;
        shop.post("hugo", "/v1/customers/c_1/erase", json!({})).await.ok();
        let before = heard(&receiver);
        for _ in 0..40 {
            shop.later(10 * MINUTE).await;
        }
        assert_eq!(heard(&receiver), before, "what comes later says nothing of it");
        assert!(receiver.messages().iter().any(|(_, message)| message.to_string().contains("(erased)")));
    });
}

#[test]
fn what_is_old_enough_goes_by_itself() {
    on_both(async |fresh| {
        let door = Door::new(std::net::Ipv4Addr::LOCALHOST.into(), None).unwrap();
        let shop = Shop::with(fresh, door, |records| records.keeping_for(NonZeroU32::new(30))).await;
        shop.import(Kind::Decisions, "id,at,request,decision,customer\no_1,2026-10-30,returns,declined,c_1\n").await;
        let (old, unused) = (shop.file("rita", "a letter").await, shop.file("rita", "never shown").await);
        let (ended, _) = shop.told("c_1", "blazers", &old).await;
        let (open, _) = shop.told("c_2", "a_lamp_in_time", &old).await;
        shop.decline(&ended).await;
        let reads = async |case: &str| {
            shop.get("rita", &format!("{case}/events?limit=200")).await.ok().to_string().contains(SAID)
        };
        shop.later(29 * DAY).await;
        assert_eq!(retain(&shop.records, &shop.business).await.unwrap(), 0);
        assert!(reads(&ended).await);
        shop.later(2 * DAY).await;
        assert_eq!(retain(&shop.records, &shop.business).await.unwrap(), 1);
        assert_eq!(retain(&shop.records, &shop.business).await.unwrap(), 0, "once");
        assert!(!reads(&ended).await && reads(&open).await);
        assert_eq!(shop.get("hugo", "/v1/customers/c_1/export").await.ok()["decisions"], json!([]));
        assert_eq!(shop.get("rita", &format!("/v1/files/{old}")).await.status, 200);
        assert_eq!(shop.get("rita", &format!("/v1/files/{unused}")).await.status, 404, "it was evidence of nothing");
        assert_eq!(shop.prove().await, 1);
    });
}
