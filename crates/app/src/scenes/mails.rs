//! Answers by mail: to cases that are over, of programs, and of filters on the way.

use serde_json::{Value, json};

use super::shop::{Got, Shop, on_both};
use crate::flow::unanswered;
use amends_core::ids::PersonId;

/// Where mail comes in, to Lena.
struct Post {
    secret: String,
}

impl Post {
    async fn of(shop: &Shop) -> Self {
        let made = json!({ "id": "post", "kind": "mail", "owner": "lena", "request": "something_else" });
        Self { secret: shop.inlet(made).await["secret"].as_str().unwrap().to_owned() }
    }

    async fn send(&self, shop: &Shop, mail: Value) -> Got {
        shop.mail(&self.secret, "application/json", mail.to_string()).await
    }

    /// The case that a mail with a text of its own opened, or belongs to.
    async fn takes(&self, shop: &Shop, id: &str, subject: &str, more: Value) -> String {
        let mut mail =
            json!({ "From": "ann@example.org", "Subject": subject, "TextBody": "It broke", "MessageID": id });
        mail.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let got = self.send(shop, mail).await;
        assert_eq!(got.status, 202, "{}", got.json);
        got.json["case"].as_str().unwrap().to_owned()
    }
}

async fn state(shop: &Shop, case: &str) -> Value {
    shop.get("lena", &format!("/v1/cases/{case}")).await.ok()["state"].clone()
}

/// The declined cases of Lena that wait for her.
async fn after_a_no(shop: &Shop) -> Vec<String> {
    let mut conn = shop.records.store.reader().await.unwrap();
    let lena = PersonId::parse("lena").unwrap();
    let found = unanswered::after_a_no(&mut conn, &shop.business, &lena).await.unwrap();
    found.into_iter().map(|line| line.id).collect()
}

#[test]
fn an_answer_to_a_case_that_is_over_is_seen() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let post = Post::of(&shop).await;
        let settled = post.takes(&shop, "m1", "Broken", json!({})).await;
        shop.post("lena", &format!("/v1/cases/{settled}/settle"), json!({})).await.ok();
        assert_eq!(post.takes(&shop, "m2", &format!("Re: [{settled}] Broken"), json!({})).await, settled);
        assert_eq!(state(&shop, &settled).await, "open", "as by the customer's own page");

        let declined = post.takes(&shop, "m3", "Torn", json!({})).await;
        let no = json!({ "reason": "no", "instead": [{ "words": "write again" }] });
        shop.post("lena", &format!("/v1/cases/{declined}/decline"), no).await.ok();
        assert_eq!(after_a_no(&shop).await, Vec::<String>::new());
        assert_eq!(post.takes(&shop, "m4", &format!("Re: [{declined}] Torn"), json!({})).await, declined);
        assert_eq!(after_a_no(&shop).await, std::slice::from_ref(&declined), "the note of the mail is no answer");
        let note = format!("/v1/cases/{declined}/notes");
        shop.post("rita", &note, json!({ "words": "I saw it too" })).await.ok();
        assert_eq!(after_a_no(&shop).await, std::slice::from_ref(&declined), "nor is a colleague's");
        shop.post("lena", &note, json!({ "words": "I called her" })).await.ok();
        assert_eq!(after_a_no(&shop).await, Vec::<String>::new(), "the owner acted");
        post.takes(&shop, "m5", &format!("[{declined}]"), json!({})).await;
        assert_eq!(after_a_no(&shop).await, [declined], "and she wrote again");
        shop.prove().await;
    });
}

#[test]
fn a_mail_to_an_erased_case_opens_one_of_its_own() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let post = Post::of(&shop).await;
        let case = shop.case("lena", "returns", "c_1").await;
        let id = case.rsplit('/').next().unwrap();
        let no = json!({ "reason": "no", "instead": [{ "words": "write again" }] });
        shop.post("lena", &format!("{case}/decline"), no).await.ok();
        shop.post("hugo", "/v1/customers/c_1/erase", json!({})).await.ok();
        let subject = format!("Re: [{id}]");
        let new = post.takes(&shop, "m1", &subject, json!({})).await;
        assert_ne!(new, id);
        assert_eq!(post.takes(&shop, "m1", &subject, json!({})).await, new, "sent again, it is the same");
        assert_eq!(shop.words(&new).await[0], "It broke");
    });
}

#[test]
fn what_a_program_sends_answers_nothing() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let post = Post::of(&shop).await;
        let case = post.takes(&shop, "m1", "Broken", json!({})).await;
        shop.post("lena", &format!("/v1/cases/{case}/customer-asked"), json!({ "words": "Which one?" })).await;
        shop.post("lena", &format!("/v1/cases/{case}/settle"), json!({})).await.ok();
        let subject = format!("Out of office: [{case}]");
        let away = json!({ "Headers": [{ "Name": "Auto-Submitted", "Value": "auto-replied" }] });
        assert_eq!(post.takes(&shop, "m2", &subject, away).await, case);
        let bounce = json!({ "From": "MAILER-DAEMON@mx.example", "TextBody": format!("Your mail [{case}] came back") });
        assert_eq!(post.takes(&shop, "m3", "Undelivered Mail", bounce).await, case);
        assert_eq!(state(&shop, &case).await, "settled");
        let said = shop.words(&case).await;
        assert_eq!(said.iter().filter(|words| words.starts_with("By a program, by mail")).count(), 2, "{said:?}");
    });
}

#[test]
fn a_mail_is_the_same_whatever_filters_make_of_it_and_is_kept_whatever_it_has() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let post = Post::of(&shop).await;
        let case = post.takes(&shop, "m1", "Hi", json!({})).await;
        assert_eq!(post.takes(&shop, "m1", "[SPAM] Hi", json!({})).await, case);
        let photo = json!({ "From": "ann@example.org", "MessageID": "m2", "Attachments": [{ "Name": "a.jpg" }] });
        let got = post.send(&shop, photo).await;
        assert_eq!(got.status, 202, "{}", got.json);
        let said = shop.words(got.json["case"].as_str().unwrap()).await;
        assert!(said[0].contains("1 files") && said[0].contains("no words"), "{said:?}");
    });
}
