//! What happens is told to those who may list it, and to nobody else: every kind of entry, to everyone who may listen.

use std::collections::BTreeSet;
use std::time::Duration;

use amends_core::ids::{PersonId, TeamId};
use axum::body::Body;
use axum::http::{Method, Request, header};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::shop::{Shop, on_both};
use crate::flow::news;
use crate::flow::people::{Access, Setting};
use crate::store::journal;

/// Secrets that nobody is told, wherever they are.
const SECRETS: [&str; 2] = ["SECRET-IN-PATH", "s3cret"];
/// Long enough for what is there already, on a machine that is busy.
const SOON: Duration = Duration::from_secs(20);

/// Who hears what, in the order: someone at the front and the lead by keys for everything, the head by one for everything, by
/// one that reads, by one for settings, and signed in; someone at the front by one for settings. An AI agent hears of its own
/// cases alone. A kind that is new has to be given a row here.
const WHO: [&str; 7] = ["rita", "lena", "hugo", "reads", "sets", "@hugo", "hers"];
const TOLD: [(&str, [u8; 7]); 18] = [
    ("case.", [1, 1, 1, 1, 0, 1, 0]),
    ("setting.person", [1, 1, 1, 0, 1, 1, 1]),
    ("setting.team", [1, 1, 1, 0, 1, 1, 1]),
    ("setting.rule", [1, 1, 1, 0, 1, 1, 1]),
    ("setting.webhook", [0, 0, 1, 0, 1, 1, 0]),
    ("setting.inlet", [0, 0, 1, 0, 1, 1, 0]),
    ("setting.allowance", [0, 0, 1, 0, 1, 1, 0]),
    ("setting.key", [0, 0, 1, 0, 1, 1, 0]),
    ("setting.import", [0, 0, 1, 0, 1, 1, 0]),
    ("setting.erased", [0, 0, 1, 0, 1, 1, 0]),
    ("access.signed_in", [0, 0, 1, 0, 1, 1, 0]),
    ("access.signed_out", [0, 0, 1, 0, 1, 1, 0]),
    ("access.refused", [0, 0, 1, 0, 1, 1, 0]),
    ("access.password", [0, 0, 1, 0, 1, 1, 0]),
    ("access.known", [0, 0, 1, 0, 1, 1, 0]),
    ("access.customer", [0, 0, 1, 0, 1, 1, 0]),
    ("access.link", [0, 0, 1, 0, 1, 1, 0]),
    ("access.customer_link", [0, 0, 1, 0, 1, 1, 0]),
];

/// Whether someone is told a kind, by the table.
fn is_told(who: usize, kind: &str) -> bool {
    let of = |named: &str| named == kind || (named.ends_with('.') && kind.starts_with(named));
    let row = TOLD.iter().find(|(named, _)| of(named));
    row.unwrap_or_else(|| panic!("who hears of `{kind}`? Give it a row")).1[who] == 1
}

impl Shop {
    /// One of everything that an entry tells of.
    async fn everything(&mut self) {
        let hook = json!({ "id": "chat", "url": "http://127.0.0.1:9/SECRET-IN-PATH?key=s3cret", "purpose": "tell" });
        self.post("hugo", "/v1/webhooks", hook).await.ok();
        self.post("hugo", "/v1/webhooks/chat/off", json!({})).await.ok();
        self.post("hugo", "/v1/inlets", json!({ "id": "form", "kind": "form", "owner": "rita" })).await.ok();
        self.post("hugo", "/v1/limits", json!({ "of": "person lena", "per": "day", "most": "100.00 USD" })).await.ok();
        self.post("hugo", "/v1/people/omar", json!({ "name": "Omar" })).await.ok();
        self.key("reads", "hugo", json!({ "title": "reads", "actions": ["read"] })).await;
        self.key("sets", "hugo", json!({ "title": "sets", "actions": ["settings"] })).await;
        self.key("hers", "rita", json!({ "title": "hers", "actions": ["settings"] })).await;
        self.has_draft("d_1", "lena").await;
        self.post("@hugo", "/v1/drafts/d_1/publish", json!({ "version": 1 })).await.ok();
        let request = Request::post("/v1/imports/customers").header(header::HOST, "localhost");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token("hugo")));
        self.whole(request.body(Body::from("id,since,name\nc_7,2011-05-02,Ines\n")).unwrap()).await;
        let case = self.case("rita", "price_adjustment", "c_1").await;
        self.assess("rita", &case, "blazers").await;
        self.post("rita", &format!("{case}/consults"), json!({ "department": "stores", "words": "so?" })).await.ok();
        let consult = self.get("rita", &case).await.ok()["consults"][0]["id"].as_str().unwrap().to_owned();
        self.post("rita", &format!("{case}/consults/{consult}/link"), json!({})).await.ok();
        self.post("rita", &format!("{case}/customer-link"), json!({})).await.ok();
        self.get("hugo", "/v1/customers/c_7/export").await.ok();
        self.post("hugo", "/v1/customers/c_7/erase", json!({})).await.ok();
        self.post("hugo", "/v1/people/omar/sign-out", json!({})).await.ok();
        self.post("@hugo", "/v1/people/omar/password", json!({})).await.ok();
        let omar = PersonId::parse("omar").unwrap();
        self.set(Setting::Access(omar.clone(), Access::Refused("password"))).await;
        self.set(Setting::Access(omar, Access::Known("https://id.example".to_owned(), "7".to_owned()))).await;
    }

    /// Kinds of the whole journal.
    async fn kinds(&self) -> BTreeSet<String> {
        let mut conn = self.records.store.reader().await.unwrap();
        let mut kinds = BTreeSet::new();
        for head in journal::heads(&mut conn, &self.business).await.unwrap() {
            let entries = journal::of_chain(&mut conn, &self.business, &head.team, 0, 1_000).await.unwrap();
            kinds.extend(entries.into_iter().map(|kept| kept.entry.kind));
        }
        kinds
    }

    /// What someone hears from the very beginning until what happens last: a case, then a team, each of a name of its own.
    async fn hears(&self, who: &str, number: usize, last: &str) -> (BTreeSet<String>, String) {
        news::look(&self.records, &self.business).await.unwrap();
        let answer = self.answer(who, Method::GET, "/v1/events?after=").await;
        assert_eq!(answer.status(), 200, "{who}");
        let mut stream = answer.into_body().into_data_stream();
        self.case("omar", "fee", &format!("c_end_{number}")).await;
        news::look(&self.records, &self.business).await.unwrap();
        self.post("hugo", "/v1/teams", json!({ "id": format!("t_end_{number}") })).await.ok();
        news::look(&self.records, &self.business).await.unwrap();
        let end = if last == "case." { format!("c_end_{number}") } else { format!("t_end_{number}") };
        let mut text = String::new();
        while !text.contains(&end) {
            let part = tokio::time::timeout(SOON, stream.next()).await;
            let part = part.unwrap_or_else(|_| panic!("{who} is not told of the last {last}: {text}"));
            text += std::str::from_utf8(&part.unwrap().unwrap()).unwrap();
        }
        let kinds = text.lines().filter_map(|line| line.strip_prefix("event: ")).map(str::to_owned).collect();
        (kinds, text)
    }
}

#[test]
fn every_kind_of_entry_is_told_to_those_who_may_list_it() {
    on_both(async |fresh| {
        let mut shop = Shop::open(fresh).await;
        shop.everything().await;
        let kinds = shop.kinds().await;
        for (named, _) in TOLD {
            assert!(kinds.iter().any(|kind| kind.starts_with(named)), "nothing happened that tells of `{named}`");
        }
        for (number, who) in WHO.into_iter().enumerate() {
            let last = if is_told(number, "setting.team") { "setting.team" } else { "case." };
            let (heard, text) = shop.hears(who, number, last).await;
            let expected: BTreeSet<String> = kinds.iter().filter(|kind| is_told(number, kind)).cloned().collect();
            assert_eq!(heard, expected, "{who}");
            for secret in SECRETS {
                assert!(!text.contains(secret), "{who} is told a secret");
            }
            if is_told(number, "setting.webhook") {
                assert!(text.contains(r#""url":"http://127.0.0.1:9""#), "{who} is told the host");
            }
        }
        // An agent hears of a case that it is in, and a key that does neither of both hears of nothing.
        assert_eq!(shop.get("ada", "/v1/events").await.refused(), (403, "not_a_person"));
        for actions in ["assess", "cases", "grants", "approvals", "steps"] {
            shop.key("narrow", "hugo", json!({ "title": actions, "actions": [actions] })).await;
            assert_eq!(shop.get("narrow", "/v1/events").await.refused(), (403, "key_may_not"), "{actions}");
        }
        shop.prove().await;
    });
}

#[test]
fn the_journal_and_what_webhooks_are_told_hold_no_address_with_a_secret() {
    on_both(async |fresh| {
        let mut shop = Shop::open(fresh).await;
        shop.everything().await;
        let ear = json!({ "id": "ear", "url": "http://127.0.0.1:9/SECRET-IN-PATH?key=s3cret", "purpose": "tell" });
        shop.post("hugo", "/v1/webhooks", ear).await.ok();
        // As it was written down before: the whole address.
        let old = json!({ "by": "hugo", "what": { "endpoint": { "id": "chat", "purpose": "tell",
            "url": "https://u:s3cret@chat.example/SECRET-IN-PATH", "on": true } } });
        let entry = amends_core::journal::Entry {
            event: old.to_string(),
            kind: "setting.webhook".to_owned(),
            ..shop.last_setting().await
        };
        let told: Value = serde_json::from_str(&crate::flow::hears::told(&entry)).unwrap();
        assert_eq!(told["what"]["endpoint"]["url"], "https://chat.example");
        shop.later(0).await;
        let mut out = Vec::new();
        let now = shop.records.clock.now();
        crate::flow::export::export(&shop.records.store, &shop.business, now, &mut out).await.unwrap();
        let sent = shop.get("hugo", "/v1/webhooks/ear/deliveries").await.ok().to_string();
        assert!(sent.contains("setting.webhook"), "{sent}");
        for text in [sent, String::from_utf8(out).unwrap()] {
            assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
        }
    });
}

impl Shop {
    async fn last_setting(&self) -> amends_core::journal::Entry {
        let mut conn = self.records.store.reader().await.unwrap();
        let chain = TeamId::parse("settings").unwrap();
        let entries = journal::of_chain(&mut conn, &self.business, &chain, 0, 1_000).await.unwrap();
        entries.last().unwrap().entry.clone()
    }
}

/// A restore undoes entries that were told: whoever knows them is told so, and does not wait for their numbers to come again.
#[test]
fn an_id_that_no_chain_has_come_to_is_refused() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        for after in ["shop=999999", "nobody=1"] {
            let got = shop.get("rita", &format!("/v1/events?after={after}")).await;
            assert_eq!(got.refused(), (409, "ahead_of_the_journal"));
        }
        // Another server wrote it, and this one has not looked since.
        shop.case("rita", "returns", "c_1").await;
        let head = crate::flow::news::now(&shop.records.store, &shop.business).await.unwrap();
        let answer = shop.answer("rita", Method::GET, &format!("/v1/events?after={head}")).await;
        assert_eq!(answer.status(), 200);
    });
}
