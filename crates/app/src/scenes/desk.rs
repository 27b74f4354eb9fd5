//! The desk, as browsers send its forms: what is not theirs, what comes twice, and what is too late.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::access::Browser;
use super::shop::{Shop, on_both};

impl Shop {
    /// Lena is asked about the credit on a case of Rita's; the case's id and the question's.
    pub(super) async fn asks_lena(&self, customer: &str) -> (String, String) {
        let case = self.case("rita", "price_adjustment", customer).await;
        let (_, digest) = self.assess_its_own("rita", &case, "blazers").await;
        self.is_there("lena").await;
        let wish = json!({ "assessment": digest, "option": "credit_difference" });
        let asked = self.post("rita", &format!("{case}/approvals"), json!({ "wish": wish, "words": "15 years" })).await;
        let id = asked.ok()["approval"]["id"].as_str().unwrap().to_owned();
        (case.rsplit('/').next().unwrap().to_owned(), id)
    }

    async fn count(&self, of: &str, case: &str) -> usize {
        let shown = self.get("rita", &format!("/v1/cases/{case}")).await.ok();
        shown[of].as_array().map_or(0, Vec::len)
    }
}

pub(super) fn said(text: &str, what: &str) -> bool {
    text.contains(what) || panic!("it does not say `{what}`: {text}")
}

#[test]
fn the_desk_is_for_those_who_are_signed_in_and_for_pages_of_its_own() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (case, _) = shop.asks_lena("c_1").await;
        let at = format!("/desk/cases/{case}");
        let mut nobody = Browser::default();
        assert_eq!(nobody.get(&shop, &at).await.to, format!("/sign-in?next=%2Fdesk%2Fcases%2F{case}"));
        // What was typed when the session was over is not lost.
        let lost = nobody.send(&shop, &format!("{at}/add"), &[("note", "they called <again>"), ("csrf", "old")]).await;
        assert_eq!(lost.status, StatusCode::UNAUTHORIZED);
        assert!(said(&lost.text, "they called &#60;again&#62;") && said(&lost.text, &format!("action=\"{at}/add\"")));
        assert!(!lost.text.contains("old"));

        let mut rita = Browser::settle_in(&shop, "rita").await;
        let csrf = rita.csrf(&shop).await;
        let before = shop.count("evidence", &case).await;
        let sent = [("csrf", "wrong"), ("kind", "seen"), ("note", "the receipt")];
        let turned = rita.send(&shop, &format!("{at}/add"), &sent).await;
        assert_eq!(turned.status, StatusCode::FORBIDDEN);
        assert!(said(&turned.text, "Nothing was done") && said(&turned.text, "the receipt"));
        assert_eq!(shop.count("evidence", &case).await, before);
        let sent = [("csrf", csrf.as_str()), ("kind", "seen"), ("note", "the receipt"), ("key", "once")];
        for _ in 0..2 {
            assert_eq!(rita.send(&shop, &format!("{at}/add"), &sent).await.to, at);
        }
        assert_eq!(shop.count("evidence", &case).await, before + 1, "a form that comes twice is one");
        let nothing = rita.send(&shop, &format!("{at}/nothing"), &[("csrf", &csrf)]).await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
        assert_eq!(rita.get(&shop, "/desk/cases/c_none").await.status, StatusCode::NOT_FOUND);
        // What is not theirs to do is refused in words, and the page shows the case as it is.
        let hers = shop.case("omar", "fee", "c_2").await.replace("/v1", "/desk");
        let settled = rita.send(&shop, &format!("{hers}/settle"), &[("csrf", &csrf)]).await;
        assert!(settled.status == StatusCode::FORBIDDEN && said(&settled.text, "role=\"alert\""));
    });
}

#[test]
fn of_two_who_answer_at_once_the_second_is_told() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (case, question) = shop.asks_lena("c_1").await;
        let (mut lena, mut hugo) = (Browser::settle_in(&shop, "lena").await, Browser::settle_in(&shop, "hugo").await);
        for browser in [&mut lena, &mut hugo] {
            let page = browser.get(&shop, "/approvals").await;
            assert!(page.status == StatusCode::OK && said(&page.text, &question));
        }
        let at = format!("/approvals/{case}/{question}");
        let (of_lena, of_hugo) = (lena.csrf(&shop).await, hugo.csrf(&shop).await);
        let bare = [("csrf", of_hugo.as_str()), ("say", "no"), ("words", "not this time")];
        let bare = hugo.send(&shop, &at, &bare).await;
        assert!(bare.status == StatusCode::UNPROCESSABLE_ENTITY && said(&bare.text, "Never a bare no"));
        assert_eq!(lena.send(&shop, &at, &[("csrf", &of_lena), ("say", "yes")]).await.to, "/approvals");
        let late = [("csrf", of_hugo.as_str()), ("say", "no"), ("words", "not this time"), ("instead", "detour")];
        let late = hugo.send(&shop, &at, &late).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(said(&late.text, "role=\"alert\""));
        let shown = shop.get("rita", &format!("/v1/cases/{case}")).await.ok();
        assert_eq!(shown["approvals"][0]["state"], "given");
        // The yes is used once, however often its button is pressed.
        let mut rita = Browser::settle_in(&shop, "rita").await;
        let csrf = rita.csrf(&shop).await;
        let page = rita.get(&shop, &format!("/desk/cases/{case}")).await;
        assert!(said(&page.text, "Give it now"));
        let sent = [("csrf", csrf.as_str()), ("key", "one"), ("approval", question.as_str())];
        assert_eq!(rita.send(&shop, &format!("/desk/cases/{case}/use"), &sent).await.to, format!("/desk/cases/{case}"));
        let other = [("csrf", csrf.as_str()), ("key", "two"), ("approval", question.as_str())];
        let again = rita.send(&shop, &format!("/desk/cases/{case}/use"), &other).await;
        assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && said(&again.text, "cannot be used any more"));
        assert_eq!(shop.count("grants", &case).await, 1);
        shop.prove().await;
    });
}

#[test]
fn hostile_text_on_a_case_stays_text() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let mut rita = Browser::settle_in(&shop, "rita").await;
        let csrf = rita.csrf(&shop).await;
        let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}";
        let fields = [("csrf", csrf.as_str()), ("request", "price_adjustment"), ("words", hostile), ("key", "one")];
        let opened = rita.send(&shop, "/desk", &fields).await;
        assert_eq!(rita.send(&shop, "/desk", &fields).await.to, opened.to, "a form that comes twice opens one case");
        let names = ["note", "reason", "instead.words", "handover", "customer", "f.order.id", "why.x", "amount.credit"];
        let mut sent: Vec<(&str, &str)> = names.map(|name| (name, hostile)).to_vec();
        sent.push(("csrf", &csrf));
        for act in ["", "/know", "/offer", "/ask", "/give", "/add", "/decline"] {
            let sent = rita.send(&shop, &format!("{}{act}", opened.to), &sent).await;
            assert!(!sent.status.is_server_error(), "{act}: {}", sent.status);
            let kept = rita.get(&shop, &opened.to).await;
            assert!(kept.status == StatusCode::OK && said(&kept.text, "alert(1)"));
            for page in [sent.text, kept.text] {
                assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{act}: {page}");
            }
        }
        let cases = shop.get("rita", "/v1/cases").await.ok();
        assert_eq!(cases["cases"].as_array().map(Vec::len), Some(1));
        assert_eq!(cases["cases"][0]["customer"], Value::Null);
    });
}

#[test]
fn whoever_may_writes_a_remedy_for_one_case_which_is_a_yes_to_it() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let at = shop.case("hugo", "price_adjustment", "c_1").await.replace("/v1", "/desk");
        let (mut hugo, mut rita) = (Browser::settle_in(&shop, "hugo").await, Browser::settle_in(&shop, "rita").await);
        let (his, hers) = (hugo.csrf(&shop).await, rita.csrf(&shop).await);
        let asked = "Write a remedy for this case";
        assert!(said(&hugo.get(&shop, &at).await.text, asked) && !rita.get(&shop, &at).await.text.contains(asked));
        let written = |csrf: &'static str, cost: &'static str| {
            [
                ("csrf", csrf),
                ("key", "one"),
                ("own.says", "A <new> watch"),
                ("own.kind", "replacement"),
                ("own.cost", cost),
                ("own.reason", "The offer never said so."),
            ]
        };
        let (his, hers): (&'static str, &'static str) = (his.leak(), hers.leak());
        let bare = hugo.send(&shop, &format!("{at}/own"), &written(his, "")).await;
        assert!(bare.status == StatusCode::UNPROCESSABLE_ENTITY && said(&bare.text, "A &#60;new&#62; watch"));
        let turned = rita.send(&shop, &format!("{at}/own"), &written(hers, "90")).await;
        assert!(turned.status == StatusCode::FORBIDDEN && said(&turned.text, "role=\"alert\""));
        for _ in 0..2 {
            assert_eq!(hugo.send(&shop, &format!("{at}/own"), &written(his, "90")).await.to, at);
        }
        let page = hugo.get(&shop, &at).await.text;
        assert!(said(&page, "hugo says yes") && said(&page, "The offer never said so."));
        let shown = shop.get("hugo", &at.replace("/desk", "/v1")).await.ok();
        assert_eq!(shown["approvals"].as_array().map(Vec::len), Some(1), "a form that comes twice writes one");
        let yes = shown["approvals"][0]["id"].as_str().unwrap().to_owned();
        let sent = [("csrf", his), ("key", "two"), ("approval", yes.as_str())];
        assert_eq!(hugo.send(&shop, &format!("{at}/use"), &sent).await.to, at);
        let shown = shop.get("hugo", &at.replace("/desk", "/v1")).await.ok();
        assert_eq!(shown["grants"][0]["cost"], "90.00 USD");
        shop.prove().await;
    });
}

#[test]
fn what_is_left_today_is_told_by_ones_role_and_by_what_was_allowed() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let own = async || {
            let all = shop.get("rita", "/v1/budgets").await.ok();
            let list = all["budgets"].as_array().unwrap().clone();
            list.into_iter().find(|b| b["of"] == "person" && b["per"] == "day").unwrap()
        };
        assert_eq!((&own().await["most"], &own().await["left"]), (&json!("500.00 USD"), &json!("500.00 USD")));
        shop.limit("person rita", "day", "900.00 USD").await;
        assert_eq!(own().await["most"], "500.00 USD", "what was allowed lifts no role");
        shop.limit("person rita", "day", "60.00 USD").await;
        let case = shop.case("rita", "price_adjustment", "c_1").await;
        let (_, digest) = shop.assess("rita", &case, "blazers").await;
        let wish = json!({ "assessment": digest, "option": "credit", "amount": "20.00 USD" });
        shop.post("rita", &format!("{case}/grants"), wish).await.ok();
        let left = own().await;
        assert_eq!(left["most"], "60.00 USD");
        let mut rita = Browser::settle_in(&shop, "rita").await;
        let page = rita.get(&shop, "/desk").await.text;
        let shown = left["left"].as_str().unwrap().trim_end_matches(" USD").to_owned();
        assert!(shown != "60.00" && said(&page, &format!("${shown} left of $60.00")));
    });
}

#[test]
fn settings_are_changed_by_the_highest_role_from_its_own_page() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (mut rita, mut hugo) = (Browser::settle_in(&shop, "rita").await, Browser::settle_in(&shop, "hugo").await);
        assert_eq!(rita.get(&shop, "/settings").await.status, StatusCode::FORBIDDEN);
        let (hers, csrf) = (rita.csrf(&shop).await, hugo.csrf(&shop).await);
        let add = async |browser: &mut Browser, csrf: &str| {
            let zoe = [("csrf", csrf), ("id", "zoe"), ("name", "Zoe"), ("role", "lead"), ("team", "shop")];
            browser.send(&shop, "/settings/people/add", &zoe).await
        };
        let people = async || shop.get("hugo", "/v1/people").await.ok()["people"].as_array().unwrap().len();
        let before = people().await;
        for (browser, csrf) in [(&mut rita, hers.as_str()), (&mut hugo, "wrong")] {
            let turned = add(browser, csrf).await;
            assert_eq!(turned.status, StatusCode::FORBIDDEN);
        }
        assert_eq!(people().await, before);
        let added = add(&mut hugo, &csrf).await;
        assert!(
            added.status == StatusCode::OK && said(&added.text, "The password for one time of zoe, told this once")
        );
        assert_eq!(people().await, before + 1);
        let twice = add(&mut hugo, &csrf).await;
        assert!(twice.status == StatusCode::CONFLICT && said(&twice.text, "role=\"alert\""));
        let key = [
            ("csrf", csrf.as_str()),
            ("person", "ada"),
            ("title", "the till"),
            ("actions", "read"),
            ("actions", "assess"),
        ];
        let made = hugo.send(&shop, "/settings/keys/add", &key).await;
        assert!(made.status == StatusCode::OK && said(&made.text, "amends~retail~ada~"));
        let again = hugo.get(&shop, "/settings").await.text;
        assert!(said(&again, "the till") && !again.contains("amends~retail~ada~"));
        // A form that somebody made up does not get further than any program.
        let hers = [("csrf", csrf.as_str()), ("person", "rita"), ("title", "hers")];
        assert_eq!(hugo.send(&shop, "/settings/keys/add", &hers).await.status, StatusCode::FORBIDDEN);
        let whose = again.split(r#"id="key-person""#).nth(1).unwrap().split("</select>").next().unwrap();
        assert!(whose.contains(r#"value="hugo""#) && whose.contains(r#"value="ada""#) && !whose.contains("rita"));
        for (path, id) in [
            ("/settings/people/leave", "../keys/zoe"),
            ("/settings/people/nothing", "zoe"),
            ("/settings/teams/nothing", "x"),
        ] {
            let nowhere = hugo.send(&shop, path, &[("csrf", &csrf), ("id", id)]).await;
            assert_eq!(nowhere.status, StatusCode::NOT_FOUND, "{path} {id}");
        }
        hugo.send(&shop, "/settings/people/leave", &[("csrf", &csrf), ("id", "rita")]).await;
        assert_eq!(rita.get(&shop, "/desk").await.to, "/sign-in?next=%2Fdesk", "whoever has gone is out at once");
    });
}
