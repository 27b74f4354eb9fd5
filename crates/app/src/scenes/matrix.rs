//! Every route, and what each who may send it gets: nobody, an AI agent that was not in the case, someone at the front,
//! the owner of the case, the lead who was asked, the head by a key and signed in, and the head of another business on the
//! same server. A route that is new has to be given a row here. What a route does to some alone has rows of its own.
//!
//! 409 is a yes as well: theirs to do, and not as the case is now.

use std::fmt::Write as _;

use axum::http::Method;
use serde_json::{Value, json};

use super::shop::Shop;
use super::stories::two_codes;
use crate::store::testing;

const WHO: [&str; 8] = ["nobody", "ada", "omar", "rita", "lena", "hugo", "@hugo", "ruth"];

/// Every `.route("PATH", METHODS)` of the router's table, as `METHOD PATH`. `any` is told as GET.
fn routes() -> Vec<(Method, String)> {
    let table = include_str!("../router.rs");
    let mut found = vec![(Method::POST, "/mcp".to_owned())];
    for entry in table.split(".route(\"").skip(1) {
        let (path, rest) = entry.split_once('"').unwrap();
        let methods = rest.split("\n        .").next().unwrap();
        let of =
            |word: &str| methods.match_indices(word).any(|(at, _)| !methods[..at].ends_with(char::is_alphanumeric));
        for (word, method) in [("get(", Method::GET), ("any(", Method::GET), ("post(", Method::POST)] {
            if of(word) {
                found.push((method, path.to_owned()));
            }
        }
        for word in ["put(", "patch(", "delete(", "head("] {
            assert!(!of(word), "{path}: the matrix does not know `{word}..)` yet");
        }
    }
    found
}

/// A case of Rita's with one of everything, as new for each cell.
struct Case {
    path: String,
    digest: String,
    approval: String,
    grant: String,
    consult: String,
    promise: String,
}

impl Case {
    async fn new(shop: &Shop, number: usize) -> Self {
        let path = shop.case("rita", "price_adjustment", &format!("c_{number}")).await;
        let (_, digest) = shop.assess("rita", &path, "blazers").await;
        let at = |what: &str| format!("{path}/{what}");
        let small = json!({ "assessment": digest, "option": "credit", "amount": "20.00 USD" });
        let given = shop.post("rita", &at("grants"), small).await.ok();
        shop.is_there("lena").await;
        let wish = json!({ "assessment": digest, "option": "credit_difference" });
        let asked =
            shop.post("rita", &at("approvals"), json!({ "wish": wish, "words": "15 years with us" })).await.ok();
        shop.post("rita", &at("consults"), json!({ "department": "stores", "words": "is it so?" })).await.ok();
        let promise = json!({ "words": "we call back", "due": "2026-11-20T10:00:00-05:00" });
        shop.post("rita", &at("promises"), promise).await.ok();
        shop.post("rita", &at("handover"), json!({ "to": "omar", "words": "please" })).await.ok();
        let shown = shop.get("rita", &path).await.ok();
        let id = |list: &str| shown[list][0]["id"].as_str().unwrap_or_else(|| panic!("no {list}: {shown}")).to_owned();
        Self {
            digest,
            approval: asked["approval"]["id"].as_str().unwrap().to_owned(),
            grant: given["grant"]["id"].as_str().unwrap().to_owned(),
            consult: id("consults"),
            promise: id("promises"),
            path,
        }
    }

    fn fill(&self, path: &str) -> String {
        let case = self.path.strip_prefix("/v1/cases/").unwrap();
        path.replace("{case}", case)
            .replace("{digest}", &self.digest)
            .replace("{approval}", &self.approval)
            .replace("{grant}", &self.grant)
            .replace("{number}", "1")
            .replace("{consult}", &self.consult)
            .replace("{promise}", &self.promise)
    }

    /// What is sent: right in itself, so that who sends it makes the difference.
    fn body(&self, what: &str) -> Value {
        let wish = json!({ "assessment": self.digest, "option": "credit", "amount": "20.00 USD" });
        let words = json!({ "words": "some words" });
        match what {
            "reopen"
            | "notes"
            | "customer-words"
            | "customer-questions"
            | "handover/refuse"
            | "consults/{consult}/answer" => words,
            "customer" => json!({ "customer": "c_1" }),
            "evidence" => json!({ "seen": { "what": "the label of the parcel" } }),
            "promises" => json!({ "words": "we call back", "due": "2026-11-20T10:00:00-05:00" }),
            "consults" => json!({ "department": "stores", "words": "is it so?" }),
            "handover" => json!({ "to": "lena", "words": "please" }),
            "handover/accept"
            | "handover/withdraw"
            | "settle"
            | "promises/{promise}/keep"
            | "take-over"
            | "grants/{grant}/settle"
            | "consults/{consult}/link"
            | "customer-link"
            | "customer-link/withdraw"
            | "grants/{grant}/steps/{number}/done"
            | "grants/{grant}/steps/{number}/again" => json!({}),
            "decline" => json!({ "reason": "not this time", "instead": ["detour"] }),
            "assessments" => json!({ "facts": {} }),
            "grants" => wish,
            "approvals" => {
                json!({ "wish": { "assessment": self.digest, "option": "credit_difference" }, "words": "once more" })
            }
            "approvals/{approval}/answer" => json!({ "yes": {} }),
            "remedies" => json!({ "assessment": self.digest, "option": two_codes() }),
            "grants/{grant}/release" | "grants/{grant}/steps/{number}/cannot" => {
                json!({ "reason": "the till is closed" })
            }
            _ => panic!("POST /v1/cases/{{case}}/{what} has no row in the matrix: say what is sent to it"),
        }
    }
}

/// Where a route without a case leads, and what is sent there.
fn elsewhere(method: &Method, path: &str) -> (String, Value) {
    if let Some((_, method_, path_, sent)) = walls().into_iter().find(|(of, ..)| *of == path) {
        assert_eq!(*method, method_, "{path}");
        return (path_.to_owned(), sent);
    }
    let question = json!({ "request": "fee", "asked": "2026-11-16T18:04:00-05:00", "facts": {} });
    let sent = match (method.as_str(), path) {
        ("GET", _)
        | (
            "POST",
            "/v1/files"
            | "/ask/{book}/{request}"
            | "/ask/{book}/intake"
            | "/sign-in"
            | "/consult/{link}"
            | "/customer/{link}"
            | "/form/{business}/{inlet}"
            | "/account/password"
            | "/account/sign-out"
            | "/desk"
            | "/desk/look"
            | "/desk/cases/{case}"
            | "/desk/cases/{case}/evidence"
            | "/desk/cases/{case}/files/{digest}"
            | "/desk/cases/{case}/{act}"
            | "/approvals/{case}/{approval}"
            | "/drafts"
            | "/drafts/{draft}/{act}"
            | "/settings/webhooks/{webhook}"
            | "/settings/imports"
            | "/v1/imports/{kind}"
            | "/settings/{noun}/{act}"
            | "/account/sign-out-everywhere",
        ) => Value::Null,
        ("POST", "/mcp") => json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }),
        ("POST", "/v1/assess") => question,
        ("POST", "/v1/cases") => json!({ "request": "fee", "customer": "c_9" }),
        ("POST", "/v1/webhooks") => {
            json!({ "id": "second", "url": "https://shop.example/amends", "purpose": "tell" })
        }
        (
            "POST",
            "/v1/webhooks/{webhook}/rotate"
            | "/v1/webhooks/{webhook}/on"
            | "/v1/webhooks/{webhook}/off"
            | "/v1/webhooks/{webhook}/test"
            | "/v1/webhooks/{webhook}/deliveries/{delivery}/replay"
            | "/v1/people/{person}/password"
            | "/v1/people/{person}/sign-out"
            | "/v1/keys/{key}/rotate"
            | "/v1/keys/{key}/remove"
            | "/v1/customers/{customer}/erase"
            | "/v1/inlets/{inlet}/rotate"
            | "/v1/inlets/{inlet}/on"
            | "/v1/inlets/{inlet}/off"
            | "/v1/drafts/{draft}/check"
            | "/v1/drafts/{draft}/discard"
            | "/in/{business}/{inlet}",
        ) => json!({}),
        ("POST", "/v1/drafts") => json!({ "policy": "returns" }),
        ("POST", "/v1/drafts/{draft}") => json!({ "version": 1, "text": "policy: returns" }),
        ("POST", "/v1/drafts/{draft}/publish") => json!({ "version": 1 }),
        ("POST", "/v1/inlets") => json!({ "id": "second", "kind": "form", "owner": "rita" }),
        ("POST", "/v1/people") => json!({ "id": "zoe", "role": "frontline", "team": "shop" }),
        ("POST", "/v1/people/{person}") => json!({ "name": "Zoe" }),
        ("POST", "/v1/teams") => json!({ "id": "counter" }),
        ("POST", "/v1/teams/{team}") => json!({ "title": "The shop" }),
        ("POST", "/v1/limits") => json!({ "of": "person zoe", "per": "day", "most": "50.00 USD" }),
        ("POST", "/v1/limits/remove") => json!({ "of": "person zoe", "per": "day", "currency": "USD" }),
        ("POST", "/v1/keys") => json!({ "person": "omar", "title": "the helpdesk" }),
        _ => panic!("{method} {path} has no row in the matrix: say what is sent to it"),
    };
    let path = path
        .replace("/case/{book}/{case}", "/case/retail/blazers")
        .replace("/{case}", "/c_1")
        .replace("/settings/{noun}/{act}", "/settings/people/add")
        .replace("{draft}", "d_1")
        .replace("/{act}", "/give")
        .replace("/{approval}", "/a_1")
        .replace("/v1/ledger", "/v1/ledger?purchase=A-1")
        .replace("{book}", "retail")
        .replace("{policy}", "returns")
        .replace("{request}", "returns")
        .replace("/demo/{person}", "/demo/rita")
        .replace("{customer}", "c_1")
        .replace("{business}", "retail")
        .replace("{inlet}", "form")
        .replace("{person}", "zoe")
        .replace("{team}", "shop")
        .replace("/imports/{kind}", "/imports/customers?check=only")
        .replace("{key}", "zoe")
        .replace("{webhook}", "shop")
        .replace("{delivery}", "nothing")
        .replace("{digest}", &"0".repeat(64))
        .replace("{name}", "nothing.js")
        .replace("{link}", "retail~nothing")
        .replace("{*rest}", "nothing");
    let query = if path == "/v1/assess" { "?book=retail&role=frontline" } else { "" };
    (format!("{path}{query}"), sent)
}

/// What is let through for some of what a route does: what it is, and how it is asked for.
fn walls() -> Vec<(&'static str, Method, &'static str, Value)> {
    let question = json!({ "request": "fee", "asked": "2026-11-16T18:04:00-05:00", "facts": {} });
    let (get, post) = (|| Method::GET, || Method::POST);
    let limit = |most: &str| json!({ "of": "person omar", "per": "day", "most": most });
    let end = json!({ "of": "person omar", "per": "day", "currency": "USD" });
    vec![
        ("a key of one's own", post(), "/v1/keys", json!({ "title": "the helpdesk" })),
        ("the key of an AI agent", post(), "/v1/keys", json!({ "person": "ada", "title": "the chat" })),
        ("a new secret for an AI agent", post(), "/v1/keys/ada/rotate", json!({})),
        ("an AI agent more", post(), "/v1/people", json!({ "id": "bob", "role": "ai", "team": "shop" })),
        ("a higher role", post(), "/v1/people/omar", json!({ "role": "lead" })),
        ("a lower role", post(), "/v1/people/lena", json!({ "role": "frontline" })),
        ("a lower limit", post(), "/v1/limits", limit("40.00 USD")),
        ("a higher limit", post(), "/v1/limits", limit("60.00 USD")),
        ("no limit any more", post(), "/v1/limits/remove", end),
        ("another's book", get(), "/v1/books/rental", Value::Null),
        ("another's policy", get(), "/v1/books/rental/policies/late_return", Value::Null),
        ("another's questions", get(), "/v1/books/rental/questions/schema", Value::Null),
        ("another's answer", post(), "/v1/assess?book=rental&role=head", question.clone()),
        ("an answer for a role above", post(), "/v1/assess?book=retail&role=head", question),
        ("another's kinds of requests", get(), "/ask/rental", Value::Null),
        ("another's form", get(), "/ask/rental/cancellation", Value::Null),
        ("another's case in the form", get(), "/case/rental/two_hours_late", Value::Null),
        ("another's rules", get(), "/book/rental", Value::Null),
        ("another's rule", get(), "/book/rental/late_return", Value::Null),
        ("what is wrong with another's", get(), "/problems/rental", Value::Null),
    ]
}

#[test]
fn what_each_may_do_on_every_route() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let matrix = runtime.block_on(async {
        let mut matrix = format!("{:68} {}\n", "", WHO.map(|who| format!("{who:>6}")).join(" "));
        let mut number = 10;
        let walls = walls().into_iter().map(|(what, method, ..)| (method, what.to_owned()));
        for (method, path) in routes().into_iter().chain(walls) {
            // A shop for each, since what may be given in a day is soon given.
            let mut shop = Shop::open(testing::file().unwrap()).await;
            shop.neighbour("ruth").await;
            let webhook = json!({ "id": "shop", "url": "https://shop.example/amends", "purpose": "tell" });
            shop.post("hugo", "/v1/webhooks", webhook).await.ok();
            let form = json!({ "id": "form", "kind": "form", "owner": "rita" });
            shop.post("hugo", "/v1/inlets", form).await.ok();
            shop.add("zoe").await;
            shop.limit("person omar", "day", "50.00 USD").await;
            shop.has_draft("d_1", "zoe").await;
            let mut row = Vec::new();
            for who in WHO {
                number += 1;
                let (at, body) = match path.strip_prefix("/v1/cases/{case}") {
                    Some(rest) => {
                        let case = Case::new(&shop, number).await;
                        let body =
                            if method == Method::GET { Value::Null } else { case.body(rest.trim_start_matches('/')) };
                        (case.fill(&path), body)
                    }
                    None => elsewhere(&method, &path),
                };
                row.push(format!("{:>6}", shop.status(who, method.clone(), &at, body).await));
            }
            let _ = writeln!(matrix, "{:68} {}", format!("{method} {path}"), row.join(" "));
        }
        matrix
    });
    assert!(!matrix.contains(" 5"), "{matrix}");
    insta::assert_snapshot!(matrix);
}
