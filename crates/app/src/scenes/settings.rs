//! Who works here, and who may spend how much: what is set, what stays, and what nobody may.

use amends_core::time::DAY;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use super::access::Browser;
use super::receiver::Does;
use super::shop::{Shop, on_both};
use crate::flow::people::{Setting, change_since};
use crate::store::people::PersonRow;

impl Shop {
    async fn listed(&self, path: &str, id: &str) -> Value {
        let all = self.get("hugo", path).await.ok();
        let list = all.as_object().unwrap().values().next().unwrap().as_array().unwrap().clone();
        let is_it = |one: &Value| one["id"] == id || one["of"] == id;
        list.into_iter().find(is_it).unwrap_or(Value::Null)
    }

    async fn journal(&self) -> String {
        let mut out = Vec::new();
        let now = self.records.clock.now();
        crate::flow::export::export(&self.records.store, &self.business, now, &mut out).await.unwrap();
        String::from_utf8(out).unwrap()
    }
}

#[test]
fn what_a_change_leaves_out_stays() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.post("hugo", "/v1/teams", json!({ "id": "counter", "title": "The counter" })).await.ok();
        let limited = json!({ "mode": { "limited": ["50.00 USD", "40.00 EUR"] } });
        let set = shop.post("hugo", "/v1/teams/counter", limited.clone()).await.ok();
        assert_eq!((&set["title"], &set["mode"]), (&json!("The counter"), &limited["mode"]));
        let named = shop.post("hugo", "/v1/teams/counter", json!({ "title": "Counter" })).await.ok();
        assert_eq!((&named["title"], &named["mode"]), (&json!("Counter"), &limited["mode"]));
        shop.post("hugo", "/v1/people/rita", json!({ "name": "Rita Cole" })).await.ok();
        let moved = shop.post("hugo", "/v1/people/rita", json!({ "team": "counter" })).await.ok();
        assert_eq!(
            (&moved["name"], &moved["role"], &moved["active"]),
            (&json!("Rita Cole"), &json!("frontline"), &json!(true))
        );
        let counter = shop.listed("/v1/teams", "counter").await;
        assert_eq!(counter["mode"], limited["mode"], "that someone comes resets no team");
        // Nothing that is no change is an entry.
        let before = shop.journal().await.len();
        shop.post("hugo", "/v1/people/rita", json!({ "team": "counter" })).await.ok();
        shop.post("hugo", "/v1/teams/counter", json!({ "title": "Counter" })).await.ok();
        assert_eq!(shop.journal().await.len(), before);
        for (path, body, says) in [
            ("/v1/people/rita", json!({ "role": "frontlien" }), "the book has no role `frontlien`"),
            ("/v1/people", json!({ "id": "x", "role": "chief", "team": "shop" }), "the book has no role `chief`"),
            ("/v1/teams", json!({ "id": "counter" }), "there is a team `counter` already"),
            ("/v1/teams/none", json!({}), "there is no such team"),
            ("/v1/teams/counter", json!({ "title": " " }), "a title has 1 to"),
            ("/v1/teams/counter", json!({ "mode": { "limited": [] } }), "one amount a currency"),
            ("/v1/teams/counter", json!({ "mode": { "limited": ["1.00 USD", "2.00 USD"] } }), "one amount a currency"),
        ] {
            let said = shop.post("hugo", path, body).await;
            assert!(said.json["title"].as_str().unwrap().contains(says), "{}", said.json);
        }
        shop.prove().await;
    });
}

#[test]
fn limits_are_set_and_taken_away_and_nobody_raises_their_own() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let set = async |of: &str, most: &str| {
            shop.post("@hugo", "/v1/limits", json!({ "of": of, "per": "day", "most": most })).await
        };
        for of in ["business", "team shop", "person rita", "person hugo"] {
            assert_eq!(set(of, "60.00 USD").await.ok()["most"], "60.00 USD");
        }
        assert_eq!(set("team shop", "80.00 USD").await.ok()["most"], "80.00 USD");
        let left = shop.get("rita", "/v1/budgets").await.ok();
        let own = left["budgets"].as_array().unwrap().iter().find(|b| b["of"] == "person").unwrap().clone();
        assert_eq!(own["most"], "60.00 USD", "it holds at once");
        // Their own: lower, and neither higher nor away.
        assert_eq!(set("person hugo", "100.00 USD").await.refused(), (403, "nobody_their_own"));
        set("person hugo", "40.00 USD").await.ok();
        let gone = |of: &str| json!({ "of": of, "per": "day", "currency": "USD" });
        let own = shop.post("hugo", "/v1/limits/remove", gone("person hugo")).await;
        assert_eq!(own.refused(), (403, "nobody_their_own"));
        let taken = shop.post("@hugo", "/v1/limits/remove", gone("person rita")).await.ok();
        assert_eq!(taken["most"], "60.00 USD");
        assert_eq!(shop.listed("/v1/limits", "person rita").await, Value::Null);
        assert_eq!(shop.post("hugo", "/v1/limits/remove", gone("person rita")).await.refused().0, 404);
        for of in ["person nobody", "team none", "department stores", "rita", "person"] {
            assert_eq!(set(of, "1.00 USD").await.refused().0, 422, "{of}");
        }
        assert_eq!(set("business", "-1.00 USD").await.refused().0, 422);
        for who in ["ada", "rita", "lena"] {
            assert_eq!(shop.get(who, "/v1/limits").await.refused(), (403, "role_too_low"));
        }
        let told = shop.journal().await;
        let of_rita = told.lines().filter(|line| line.contains("setting.allowance") && line.contains("person rita"));
        assert_eq!(of_rita.count(), 2, "that it was set and that it was taken away are in the journal");
        shop.prove().await;
    });
}

#[test]
fn the_last_of_the_highest_role_stays_even_where_two_lower_each_other_at_once() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let lower = json!({ "role": "lead" });
        assert_eq!(shop.post("hugo", "/v1/people/hugo", lower.clone()).await.refused(), (409, "last_one"));
        let gone = shop.post("hugo", "/v1/people/hugo", json!({ "active": false })).await;
        assert_eq!(gone.refused(), (409, "last_one"));
        // Of two that were decided by the same settings the second is not done.
        let rules = shop.records.rules(&shop.business).await.unwrap();
        let now = shop.records.clock.now();
        let mut done = Vec::new();
        for id in ["rita", "omar"] {
            let before = rules.people.values().find(|p| p.id.as_str() == id).unwrap();
            let row = [Setting::Person(PersonRow { name: "New".to_owned(), ..before.clone() })];
            let made = change_since(&shop.records.store, rules.version, &shop.business, "hugo", &row, now).await;
            done.push(made.unwrap());
        }
        assert_eq!(done, [true, false]);
        assert_eq!(shop.listed("/v1/people", "omar").await["name"], "omar");
        shop.prove().await;
    });
}

#[test]
fn on_the_page_a_stale_form_undoes_nothing_and_what_was_typed_stays() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let mut hugo = Browser::settle_in(&shop, "hugo").await;
        let csrf = hugo.csrf(&shop).await;
        // Someone else gave Rita another role since the page was made; on it only her name is changed.
        shop.post("@hugo", "/v1/people/rita", json!({ "role": "lead" })).await.ok();
        let form = [
            ("csrf", csrf.as_str()),
            ("id", "rita"),
            ("name", "Rita Cole"),
            ("was.name", "rita"),
            ("role", "frontline"),
            ("was.role", "frontline"),
            ("team", "shop"),
            ("was.team", "shop"),
        ];
        assert_eq!(hugo.send(&shop, "/settings/people/change", &form).await.to, "/settings#people");
        let rita = shop.listed("/v1/people", "rita").await;
        assert_eq!((&rita["name"], &rita["role"]), (&json!("Rita Cole"), &json!("lead")));
        let limit = [("csrf", csrf.as_str()), ("of", "person rita"), ("per", "month"), ("most", "$1,200")];
        assert_eq!(hugo.send(&shop, "/settings/limits/set", &limit).await.to, "/settings#limits");
        assert_eq!(shop.listed("/v1/limits", "person rita").await["most"], "1200.00 USD");
        let team =
            [("csrf", csrf.as_str()), ("id", "shop"), ("mode", "limited"), ("was.mode", "full"), ("up-to", "50")];
        assert_eq!(hugo.send(&shop, "/settings/teams/change", &team).await.to, "/settings#teams");
        assert_eq!(shop.listed("/v1/teams", "shop").await["mode"], json!({ "limited": ["50.00 USD"] }));
        let page = hugo.get(&shop, "/settings").await.text;
        assert!(page.contains(r#"value="1200.00""#) && page.contains(r#"value="50.00 USD""#), "{page}");
        let wrong = [("csrf", csrf.as_str()), ("of", "person omar"), ("per", "month"), ("most", "much <b>")];
        let said = hugo.send(&shop, "/settings/limits/set", &wrong).await;
        assert_eq!(said.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(said.text.contains("role=\"alert\"") && said.text.contains("much &#60;b&#62;"), "{}", said.text);
        assert!(said.text.contains(r#"<option value="person omar" selected>"#));
        let gone = [("csrf", csrf.as_str()), ("of", "person rita"), ("per", "month"), ("currency", "USD")];
        assert_eq!(hugo.send(&shop, "/settings/limits/remove", &gone).await.to, "/settings#limits");
        assert_eq!(shop.listed("/v1/limits", "person rita").await, Value::Null);
        let mut rita = Browser::settle_in(&shop, "rita").await;
        let hers = rita.csrf(&shop).await;
        let limit = [("csrf", hers.as_str()), ("of", "business"), ("per", "day"), ("most", "9")];
        assert_eq!(rita.send(&shop, "/settings/limits/set", &limit).await.status, StatusCode::FORBIDDEN);
        assert_eq!(shop.listed("/v1/limits", "business").await, Value::Null);
    });
}

#[test]
fn a_connected_system_is_tried_and_told_again() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let receiver = super::webhooks::connected(&shop, "tell", &[]).await;
        let tried = shop.post("hugo", "/v1/webhooks/shop/test", json!({})).await.ok();
        assert_eq!((&tried["state"], &tried["kind"]), (&json!("done"), &json!("webhook.test")));
        assert_eq!(tried["tries"][0]["status"], 200);
        let (id, body) = receiver.messages().pop().unwrap();
        assert_eq!((json!(id), &body["type"]), (tried["id"].clone(), &json!("webhook.test")));
        assert_eq!(receiver.unsigned(), 0, "it is signed as any other");
        receiver.does(&[Does::TakesAndFails, Does::Busy]);
        for says in ["they answered 500", "they answered 429"] {
            let tried = shop.post("hugo", "/v1/webhooks/shop/test", json!({})).await.ok();
            assert_eq!((&tried["state"], &tried["tries"][0]["why"]), (&json!("needs_person"), &json!(says)));
        }
        assert_eq!(shop.post("lena", "/v1/webhooks/shop/test", json!({})).await.refused(), (403, "role_too_low"));
        assert_eq!(shop.post("hugo", "/v1/webhooks/none/test", json!({})).await.refused().0, 404);
        // The same on its page.
        let (mut hugo, mut rita) = (Browser::settle_in(&shop, "hugo").await, Browser::settle_in(&shop, "rita").await);
        let csrf = hugo.csrf(&shop).await;
        assert_eq!(rita.get(&shop, "/settings/webhooks/shop").await.status, StatusCode::FORBIDDEN);
        assert_eq!(hugo.get(&shop, "/settings/webhooks/none").await.status, StatusCode::NOT_FOUND);
        let form = [("csrf", csrf.as_str()), ("id", "shop")];
        let to = hugo.send(&shop, "/settings/webhooks/test", &form).await.to;
        assert!(to.starts_with("/settings/webhooks/shop?sent=test"), "{to}");
        let page = hugo.get(&shop, &to).await.text;
        assert!(page.contains("The message was taken: they answered 200."), "{page}");
        assert!(page.contains("they answered 429") && page.contains("not taken"));
        let again = [("csrf", csrf.as_str()), ("id", "shop"), ("delivery", tried["id"].as_str().unwrap())];
        let before = receiver.messages().len();
        let to = hugo.send(&shop, "/settings/webhooks/replay", &again).await.to;
        assert!(hugo.get(&shop, &to).await.text.contains("sent again in a moment"));
        crate::flow::tell::look(&shop.records, &shop.business).await.unwrap();
        assert_eq!(receiver.messages().len(), before + 1);
        assert_eq!(hugo.send(&shop, "/settings/webhooks/off", &form).await.to, "/settings/webhooks/shop");
        assert!(hugo.get(&shop, "/settings/webhooks/shop").await.text.contains("It is off"));
        let wrong = [("csrf", "old"), ("id", "shop")];
        assert_eq!(hugo.send(&shop, "/settings/webhooks/test", &wrong).await.status, StatusCode::FORBIDDEN);
        shop.prove().await;
    });
}

const ORDERS: &str =
    "number,customer,at,total\nS-1,c_1,2026-11-16,149.00\nS-2,c_1,17/11/2026,18.90\nS-3,c_2,2026-11-16,\"12,50\"\n";

#[test]
fn a_file_is_brought_in_whole_or_not_at_all() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let send = async |who: &str, query: &str, text: &str| {
            let request = Request::post(format!("/v1/imports/orders?{query}")).header(header::HOST, "localhost");
            let request = request.header(header::AUTHORIZATION, format!("Bearer {}", shop.token(who)));
            let answer = shop.whole(request.body(Body::from(text.to_owned())).unwrap()).await;
            let status = answer.status().as_u16();
            let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            (status, serde_json::from_slice::<Value>(&bytes).unwrap())
        };
        let known = async || shop.get("rita", "/v1/customers/c_1").await.status;
        assert_eq!(send("lena", "map=id=number", ORDERS).await.0, 403);
        let (status, said) = send("hugo", "map=id=number", ORDERS).await;
        assert_eq!(
            (status, &said["kept"], &said["rows"], &said["wrong_rows"]),
            (200, &json!(false), &json!(3), &json!(2))
        );
        assert_eq!((&said["wrong"][0]["line"], &said["wrong"][0]["column"]), (&json!(3), &json!("at")));
        assert_eq!((&said["wrong"][1]["line"], &said["wrong"][1]["column"]), (&json!(4), &json!("total")));
        assert_eq!(known().await, StatusCode::NOT_FOUND, "nothing half done");
        let looked = send("hugo", "map=id=number&wrong=skip&check=only", ORDERS).await.1;
        assert_eq!((&looked["kept"], known().await), (&json!(false), StatusCode::NOT_FOUND));
        let kept = send("hugo", "map=id=number&wrong=skip", ORDERS).await.1;
        assert_eq!((&kept["kept"], &kept["new_rows"]), (&json!(true), &json!(1)));
        assert_eq!(known().await, StatusCode::OK);
        let twice = send("hugo", "map=id=number&wrong=skip", ORDERS).await.1;
        assert_eq!((&twice["new_rows"], &twice["rows_before"]), (&json!(0), &json!(3)));
        let cut = send("hugo", "", "id,customer,at,total\nS-9,c_1\n").await.1;
        assert_eq!(
            (&cut["kept"], &cut["wrong"][0]["line"]),
            (&json!(false), &json!(2)),
            "a row that is cut is a wrong row"
        );
        for (query, status, says) in [
            ("", 422, "there is no column `id`"),
            ("format=parquet", 400, "no format that is sent"),
            ("map=number", 400, "names no column"),
            ("wrong=yes", 400, "`wrong` is `yes`"),
            ("map=id=number,size=s", 422, "orders have no field `size`"),
        ] {
            let (got, said) = send("hugo", query, ORDERS).await;
            assert!(got == status && said["title"].as_str().unwrap().contains(says), "{query}: {got} {said}");
        }
        let large = send("hugo", "", &"x".repeat((10 << 20) + 1)).await;
        assert!(large.0 == 413 && large.1["detail"].as_str().unwrap().contains("amends import"), "{}", large.1);
        let all = shop.get("hugo", "/v1/imports").await.ok();
        assert_eq!((&all["imports"][0]["kind"], &all["imports"][0]["done"]), (&json!("orders"), &json!(3)));
        assert_eq!(all["imports"].as_array().unwrap().len(), 1);
        assert!(shop.journal().await.contains("setting.import"));
        shop.prove().await;
    });
}

#[test]
fn a_file_is_chosen_on_a_page_and_told_of_in_words() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (mut hugo, mut rita) = (Browser::settle_in(&shop, "hugo").await, Browser::settle_in(&shop, "rita").await);
        let csrf = hugo.csrf(&shop).await;
        assert_eq!(rita.get(&shop, "/settings/imports").await.status, StatusCode::FORBIDDEN);
        let form = |csrf: &str, act: &str, called: &str, text: &str| {
            let part = |name: &str, value: &str| {
                format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            };
            let fields = [("csrf", csrf), ("kind", "orders"), ("map", "id = number"), ("do", act)];
            let fields: String = fields.iter().map(|(name, value)| part(name, value)).collect();
            let head = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{called}\"");
            format!("{fields}--x\r\n{head}\r\n\r\n{text}\r\n--x--\r\n")
        };
        let good = "number,customer,at,total\nS-1,c_1,2026-11-16,149.00\n";
        for (csrf, act, called, text, status, says) in [
            (csrf.as_str(), "import", "o.csv", ORDERS, 200, "2 of 3 rows cannot be taken as they are"),
            (&csrf, "check", "o.csv", good, 200, "Nothing was written yet"),
            (&csrf, "import", "o.exe", good, 422, "does not tell what it is"),
            (&csrf, "import", "", "", 422, "Choose a file."),
            (&csrf, "import", "o.csv", "\u{0}", 422, "is no text in UTF-8"),
            (&csrf, "import", "<b>.csv", "a,b\n1,2\n", 422, "There is no column"),
            ("old", "import", "o.csv", good, 403, "role=\"alert\""),
            (&csrf, "import", "o.csv", good, 200, "1 row kept."),
            (&csrf, "import", "o.csv", good, 200, "This file was brought in before"),
        ] {
            let said = hugo.send_parts(&shop, "/settings/imports", form(csrf, act, called, text)).await;
            assert_eq!(said.status.as_u16(), status, "{says}: {}", said.text);
            assert!(said.text.contains(says) && !said.text.contains("<b>.csv"), "{says}: {}", said.text);
            assert!(said.text.contains("id = number"), "what was typed stays");
        }
        let hers = rita.csrf(&shop).await;
        let said = rita.send_parts(&shop, "/settings/imports", form(&hers, "import", "o.csv", good)).await;
        assert_eq!(said.status, StatusCode::FORBIDDEN);
        let gone = Browser::default().send_parts(&shop, "/settings/imports", form("", "import", "o.csv", good)).await;
        assert!(gone.to.starts_with("/sign-in"), "{}", gone.to);
        shop.prove().await;
    });
}

#[test]
fn a_key_says_on_which_day_it_was_used_last() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.get("rita", "/v1/me").await.ok();
        let used = async |id: &str| shop.listed("/v1/keys", id).await["used"].clone();
        assert_eq!((used("rita").await, used("omar").await), (json!("2026-11-16"), Value::Null));
        shop.later(DAY).await;
        assert_eq!(used("rita").await, json!("2026-11-16"));
        shop.get("rita", "/v1/me").await.ok();
        assert_eq!(used("rita").await, json!("2026-11-17"));
        let mut hugo = Browser::settle_in(&shop, "hugo").await;
        let page = hugo.get(&shop, "/settings").await.text;
        assert!(page.contains("last used on 17 November 2026") && page.contains("never used"), "{page}");
    });
}

#[test]
fn customers_are_found_by_name_until_they_are_erased_and_a_case_by_its_id() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let all =
            "id,since,name\nc_1,2011-05-02,In\u{e9}s Maria Castro\nc_2,2012-01-01,Castor <b>Inman\nc_3,2012-01-01,\n";
        let request = Request::post("/v1/imports/customers").header(header::HOST, "localhost");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", shop.token("hugo")));
        assert_eq!(shop.whole(request.body(Body::from(all)).unwrap()).await.status(), StatusCode::OK);
        let mut rita = Browser::settle_in(&shop, "rita").await;
        let csrf = rita.csrf(&shop).await;
        let found = rita.get(&shop, "/desk/find?customer=CAST").await.text;
        assert!(found.contains(r#"value="c_1""#) && found.contains(r#"value="c_2""#), "{found}");
        assert!(found.contains("Castor &#60;b&#62;Inman"), "{found}");
        let one = rita.get(&shop, "/desk/find?customer=ines%20cas").await.text;
        assert!(one.contains("In\u{e9}s Maria Castro") && !one.contains(r#"value="c_2""#), "{one}");
        for nobody in ["astro", "%25", "_", "ines%20zoe", "ines%20%00zoe", "%F4%8F%BF%BF"] {
            let none = rita.get(&shop, &format!("/desk/find?customer={nobody}")).await;
            assert!(none.status == StatusCode::OK && none.text.contains("Nobody is known"), "{nobody}: {}", none.text);
        }
        // By a button, where nothing typed is lost.
        let form = |customer: &'static str| {
            [
                ("csrf", csrf.clone()),
                ("request", "fee".to_owned()),
                ("words", "what fee?".to_owned()),
                ("customer", customer.to_owned()),
            ]
        };
        let send = async |browser: &mut Browser, fields: &[(&str, String)]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.send(&shop, "/desk/look", &fields).await
        };
        let looked = send(&mut rita, &form("ines")).await;
        assert!(looked.text.contains(r#"value="c_1""#) && looked.text.contains("what fee?"), "{}", looked.text);
        let picked = [&form("ines")[..], &[("pick", "c_1".to_owned())]].concat();
        let picked = send(&mut rita, &picked).await.text;
        assert!(picked.contains(r#"name="customer" value="c_1""#) && picked.contains("what fee?"), "{picked}");
        let named = form("Castro");
        let named: Vec<(&str, &str)> = named.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let named = rita.send(&shop, "/desk", &named).await;
        assert!(named.status == StatusCode::UNPROCESSABLE_ENTITY && named.text.contains("choose below who it is"));
        assert!(named.text.contains(r#"value="c_1""#), "a name opens no case of nobody");
        let case = shop.case("rita", "fee", "c_1").await.replace("/v1", "/desk");
        let id = case.rsplit('/').next().unwrap().to_owned();
        let typed = [("csrf", csrf.clone()), ("customer", id.clone())];
        assert_eq!(send(&mut rita, &typed).await.to, case);
        assert!(rita.get(&shop, &format!("/desk/find?customer={id}")).await.text.contains(&case));
        // Whoever is erased is found by no name.
        let key = csrf.as_str();
        rita.send(&shop, &format!("{case}/settle"), &[("csrf", key)]).await;
        shop.post("hugo", "/v1/customers/c_1/erase", json!({})).await.ok();
        let gone = rita.get(&shop, "/desk/find?customer=ines").await.text;
        assert!(gone.contains("Nobody is known"), "{gone}");
        shop.prove().await;
    });
}
