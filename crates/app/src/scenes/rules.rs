//! Rules are written as drafts, tried out, and published by a second person; what was published stays in force.

use std::sync::Arc;

use amends_core::book::format::set;
use amends_core::ids::{PersonId, TeamId};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::access::Browser;
use super::shop::{Got, Shop, on_both};
use crate::flow::clock::{Clock, Ids};
use crate::flow::drafting::newest;
use crate::flow::records::Records;
use crate::shelf::Shelf;
use crate::store::drafts::{self, DraftRow, OPEN};
use crate::store::journal;

impl Shop {
    /// A draft of the returns that is there already, of someone's.
    pub async fn has_draft(&self, id: &str, author: &str) {
        let book = self.records.book(&self.business).unwrap();
        let (_, version, text) = newest(&book, "returns").unwrap();
        let (author, now) = (PersonId::parse(author).unwrap(), self.records.clock.now().micros());
        let draft = DraftRow {
            id: id.to_owned(),
            policy: "returns".to_owned(),
            text: set(text, &["in_force"], "2026-12-01").unwrap(),
            base: version.digest.clone(),
            state: OPEN.to_owned(),
            version: 1,
            authors: vec![author.clone()],
            saved_by: author,
            since: now,
            saved: now,
        };
        let mut conn = self.records.store.reader().await.unwrap();
        drafts::add(&mut conn, &self.business, &draft).await.unwrap();
    }

    /// A draft of the price adjustment; its path, and its text.
    async fn draft(&self, who: &str) -> (String, String) {
        let draft = self.post(who, "/v1/drafts", json!({ "policy": "price_adjustment" })).await.ok();
        let text = draft["text"].as_str().unwrap().to_owned();
        (format!("/v1/drafts/{}", draft["id"].as_str().unwrap()), text)
    }

    async fn save(&self, who: &str, draft: &str, version: i64, text: &str) -> Got {
        self.post(who, draft, json!({ "version": version, "text": text })).await
    }

    async fn publish(&self, who: &str, draft: &str, version: i64, day: &str) -> Got {
        // AI agents do not sign in.
        let who = if who == "ada" { who.to_owned() } else { format!("@{who}") };
        self.post(&who, &format!("{draft}/publish"), json!({ "version": version, "in_force": day })).await
    }

    /// What the journal tells of settings.
    async fn settings(&self) -> Vec<Value> {
        let mut conn = self.records.store.reader().await.unwrap();
        let chain = TeamId::parse(amends_core::journal::SETTINGS).unwrap();
        let entries = journal::of_chain(&mut conn, &self.business, &chain, 0, 1000).await.unwrap();
        entries.iter().map(|entry| serde_json::from_str(&entry.entry.event).unwrap()).collect()
    }

    /// The most that may be credited as goodwill when the blazers are asked about on a day.
    async fn most(&self, day: &str) -> String {
        let mut question = self.facts("blazers");
        question["request"] = json!("price_adjustment");
        question["asked"] = json!(format!("{day}T18:04:00-05:00"));
        question["now"] = question["asked"].clone();
        let assessed = self.post("rita", "/v1/assess?book=retail&role=frontline", question).await.ok();
        let options = assessed["options"].as_array().unwrap();
        let credit = options.iter().find(|o| o["id"] == "credit").unwrap_or_else(|| panic!("{assessed}"));
        credit["max"].as_str().unwrap_or_else(|| panic!("{credit}")).to_owned()
    }
}

fn generous(text: &str) -> String {
    set(text, &["goodwill", "credit", "amount"], "20 USD..60 USD").unwrap()
}

#[test]
fn a_second_person_publishes_and_it_holds_from_that_day_on_and_after_a_restart() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (draft, text) = shop.draft("lena").await;
        assert!(text.contains("in_force: 2026-11-17\n") && text.contains("# past the line: 21 and 44 days in all"));
        let saved = shop.save("lena", &draft, 1, &generous(&text)).await.ok();
        assert_eq!((&saved["version"], &saved["authors"]), (&json!(2), &json!(["lena"])));
        let tried = shop.post("lena", &format!("{draft}/check"), json!({})).await.ok();
        assert_eq!((&tried["good"], &tried["findings"], &tried["failing"]), (&json!(true), &json!([]), &json!([])));
        let change = json!([{ "about": "Goodwill credit on the account", "what": "how much", "before": "$20.00 to $40.00",
            "after": "$20.00 to $60.00", "moved_along": false }]);
        assert_eq!(tried["changes"], change);

        // Who wrote it does not publish it, nor does someone of a role too low, or an agent.
        assert_eq!(shop.publish("lena", &draft, 2, "2026-11-20").await.refused(), (403, "own_draft"));
        assert_eq!(shop.publish("rita", &draft, 2, "2026-11-20").await.refused(), (403, "role_too_low"));
        assert_eq!(shop.publish("ada", &draft, 2, "2026-11-20").await.refused(), (403, "role_too_low"));
        assert_eq!(shop.publish("hugo", &draft, 1, "2026-11-20").await.refused(), (409, "draft_moved"));
        assert_eq!(shop.publish("hugo", &draft, 2, "2026-11-15").await.refused(), (409, "day_is_over"));
        let by_key = json!({ "version": 2, "in_force": "2026-11-20" });
        assert_eq!(shop.post("hugo", &format!("{draft}/publish"), by_key).await.refused(), (403, "not_by_key"));
        assert_eq!(shop.most("2026-11-25").await, "40.00 USD");
        let published = shop.publish("hugo", &draft, 2, "2026-11-20").await.ok();
        assert_eq!((&published["edition"], &published["in_force"]), (&json!(2), &json!("2026-11-20")));
        assert_eq!(shop.publish("hugo", &draft, 2, "2026-11-20").await.refused(), (409, "draft_ended"));

        // The day counts on which the customer asked.
        assert_eq!(shop.most("2026-11-19").await, "40.00 USD");
        assert_eq!(shop.most("2026-11-20").await, "60.00 USD");
        let shown = shop.get("hugo", "/v1/books/retail").await.ok();
        assert_eq!(shown["digest"], published["digest"]);
        let versions = shop.get("hugo", "/v1/books/retail/policies/price_adjustment").await.ok()["versions"].clone();
        assert_eq!(versions[1]["in_force"], "2026-11-20");

        // Another program on the same database serves the same, at its start and as soon as something is published.
        let shelf = Arc::new(Shelf::shipped(&["retail", "rental"]));
        let other = Records::open(shop.place(), shelf, Clock::System, Ids::System).await.unwrap();
        assert_eq!(json!(other.book(&shop.business).unwrap().digest), published["digest"]);
        let (draft, text) = shop.draft("hugo").await;
        shop.save("hugo", &draft, 1, &set(&text, &["purpose"], "So that nobody waits.").unwrap()).await.ok();
        let again = shop.publish("lena", &draft, 2, "2026-11-21").await.ok();
        crate::flow::publishing::look(&other, &shop.business).await.unwrap();
        assert_eq!(json!(other.book(&shop.business).unwrap().digest), again["digest"]);

        // Cases go on under the rules in force, and the journal tells who published what.
        shop.at("2026-11-22T10:00:00-05:00").await;
        let case = shop.case("rita", "price_adjustment", "c_1").await;
        shop.assess("rita", &case, "blazers").await;
        shop.prove().await;
        let told = shop.settings().await;
        let rule =
            told.iter().find(|entry| entry["what"]["rule"]["draft"] == draft.rsplit('/').next().unwrap()).unwrap();
        assert_eq!(rule["by"], "lena");
        assert_eq!(rule["what"]["rule"]["authors"], json!(["hugo"]));
        assert_eq!(rule["what"]["rule"]["book"], again["digest"]);

        // What was when, and what was different.
        let history = shop.get("rita", "/v1/history?policy=price_adjustment").await.ok();
        let editions = history["editions"].as_array().unwrap();
        let who: Vec<&Value> = editions.iter().map(|e| &e["publisher"]).collect();
        assert_eq!(who, [&json!("lena"), &json!("hugo"), &Value::Null]);
        assert_eq!(editions[0]["rules"][0]["changes"][0]["about"], "Purpose");
        assert_eq!(editions[1]["rules"][0]["changes"], change);
        assert_eq!(editions[1]["rules"][0]["what"], "new_version");
        let of_returns = shop.get("rita", "/v1/history?policy=returns").await.ok();
        assert_eq!(of_returns["editions"].as_array().unwrap().len(), 1, "the first alone: {of_returns}");
    });
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_cannot_be_published() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (draft, text) = shop.draft("lena").await;
        let wrong = text.replace(
            "date(promotion.starts) - bought_on\"\n    at_most",
            "date(promotion.start) - bought_on\"\n    at_most",
        );
        let line = wrong.lines().position(|line| line.contains("promotion.start)")).unwrap() + 1;
        shop.save("lena", &draft, 1, &wrong).await.ok();
        let tried = shop.post("hugo", &format!("{draft}/check"), json!({})).await.ok();
        let finding = &tried["findings"][0];
        assert_eq!(
            (&finding["severity"], &finding["line"], &finding["file"]),
            (&json!("error"), &json!(line), &Value::Null)
        );
        assert_eq!(finding["column"], 20);
        assert!(finding["help"].as_str().unwrap().contains("promotion.starts"), "{finding}");
        let refused = shop.publish("hugo", &draft, 2, "2026-11-20").await;
        assert_eq!(refused.refused(), (409, "draft_is_wrong"));

        // A text of another rule, no YAML at all, and one that breaks what others rely on.
        for (wrong, code) in [
            (text.replace("policy: price_adjustment", "policy: returns"), "other_rule"),
            ("{{{".to_owned(), "yaml"),
            (text.replace("request: [price_adjustment]", "request: [price_adjustment, returns]"), "two_policies"),
            (format!("{text}hacks: <script>alert(1)</script>\n"), "unknown_key"),
        ] {
            let tried = shop.post("lena", &format!("{draft}/check"), json!({ "text": wrong })).await.ok();
            assert_eq!(tried["good"], false);
            let codes = tried["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap());
            assert!(codes.clone().any(|c| c.starts_with(code)), "{code}: {tried}");
        }
        // Cases that are asked after the day and come out otherwise keep it back; those of the past only show what changes.
        let strict = set(&text, &["terms", "window", "at_most"], "3 days").unwrap();
        let strict = set(&strict, &["relied_on"], "asked").unwrap();
        let tried = shop.post("lena", &format!("{draft}/check"), json!({ "text": strict })).await.ok();
        assert!(!tried["otherwise"].as_array().unwrap().is_empty(), "{tried}");
        assert_eq!((&tried["good"], &tried["failing"]), (&json!(true), &json!([])), "{tried}");
        let from = json!({ "text": strict, "in_force": "2026-01-01" });
        let tried = shop.post("lena", &format!("{draft}/check"), from).await.ok();
        let moved = tried["changes"].as_array().unwrap().iter().filter(|c| c["moved_along"] == true).count();
        assert_eq!(moved, 2, "the stretches move with the line: {tried}");

        assert_eq!(shop.save("lena", &draft, 2, "a\0b").await.refused(), (422, ""), "no document has a NUL");
        assert_eq!(shop.save("lena", &draft, 2, &"x".repeat(300_000)).await.refused(), (409, "text_unfit"));
        assert_eq!(
            shop.post("lena", "/v1/drafts", json!({ "policy": "nothing" })).await.refused(),
            (409, "no_such_rule")
        );
    });
}

#[test]
fn who_comes_second_is_told_and_nothing_is_lost() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (draft, text) = shop.draft("lena").await;
        let hers = generous(&text);
        shop.save("lena", &draft, 1, &hers).await.ok();
        let late = shop.save("hugo", &draft, 1, "policy: price_adjustment").await;
        assert_eq!(late.refused(), (409, "draft_moved"));
        assert!(
            late.json["title"].as_str().unwrap().contains("lena saved this draft meanwhile, as version 2"),
            "{}",
            late.json
        );
        assert_eq!(shop.get("hugo", &draft).await.ok()["text"], json!(hers));
        // Once he has seen hers he may write; then neither of them publishes it.
        let both = shop.save("hugo", &draft, 2, &format!("{hers}# Agreed.\n")).await.ok();
        assert_eq!(both["authors"], json!(["lena", "hugo"]));
        for who in ["lena", "hugo"] {
            assert_eq!(shop.publish(who, &draft, 3, "2026-11-20").await.refused(), (403, "own_draft"));
        }
        // The same text saved again is no new version, and makes nobody an author.
        assert_eq!(shop.save("hugo", &draft, 3, &format!("{hers}# Agreed.\n")).await.ok()["version"], 3);

        // Two drafts of one rule: the second has to be held against what the first made of it.
        let (second, text) = shop.draft("lena").await;
        let (third, _) = shop.draft("lena").await;
        shop.save("lena", &second, 1, &generous(&text)).await.ok();
        shop.publish("hugo", &second, 2, "2026-11-20").await.ok();
        assert_eq!(shop.publish("hugo", &third, 1, "2026-11-20").await.refused(), (409, "rule_moved"));
        assert_eq!(shop.get("lena", &third).await.ok()["rule_moved"], true);
        let (fourth, _) = shop.draft("hugo").await;
        let base = shop.get("hugo", &fourth).await.ok()["base"].clone();
        let body = json!({ "version": 1, "text": format!("{text}# On top.\n"), "base": base });
        shop.post("lena", &third, body).await.ok();
        shop.publish("hugo", &third, 2, "2026-11-20").await.ok();

        shop.post("lena", &format!("{draft}/discard"), json!({})).await.ok();
        assert_eq!(shop.save("lena", &draft, 4, &hers).await.refused(), (409, "draft_ended"));
        let open = shop.get("lena", "/v1/drafts").await.ok();
        assert_eq!(open["drafts"].as_array().unwrap().len(), 1, "{open}");
        for who in ["rita", "ada"] {
            assert_eq!(shop.get(who, "/v1/drafts").await.refused(), (403, "role_too_low"));
            assert_eq!(shop.get(who, &third).await.refused(), (403, "role_too_low"));
        }
        assert_eq!(shop.get("lena", "/v1/drafts/d_nothing").await.status, StatusCode::NOT_FOUND);
        shop.prove().await;
    });
}

/// What a page's form of a draft holds: the fields that are hidden in it.
fn hidden(page: &str, name: &str) -> String {
    let (_, after) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name}: {page}"));
    after.split('"').next().unwrap().to_owned()
}

#[test]
fn on_the_desk_a_draft_is_a_form_or_a_text_and_a_second_person_publishes_it() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (mut lena, mut hugo) = (Browser::settle_in(&shop, "lena").await, Browser::settle_in(&shop, "hugo").await);
        let mut rita = Browser::settle_in(&shop, "rita").await;
        shop.later(amends_core::time::MINUTE).await;
        let (token, of_hugo) = (lena.csrf(&shop).await, hugo.csrf(&shop).await);
        let begun = lena.send(&shop, "/drafts", &[("csrf", &token), ("policy", "price_adjustment")]).await;
        let at = begun.to.clone();
        assert!(at.starts_with("/drafts/d"), "{} {}", begun.status, begun.text);
        let page = lena.get(&shop, &at).await.text;
        assert!(page.contains("name=\"p.terms.window.at_most\" value=\"14 days\""), "{page}");
        let base = hidden(&page, "base");
        let (_, text) = page.split_once("name=\"text\" hidden>\n").unwrap();
        let text = text
            .split("</textarea>")
            .next()
            .unwrap()
            .replace("&#34;", "\"")
            .replace("&#38;", "&")
            .replace("&#39;", "'")
            .replace("&#60;", "<")
            .replace("&#62;", ">");

        // A line moves in the form: its comments stay, and what moves along is said.
        let fields = [("csrf", token.as_str()), ("version", "1"), ("base", &base), ("as", "form"), ("text", &text)];
        let moved = [&fields[..], &[("p.terms.window.at_most", "21 days")]].concat();
        let tried = lena.send(&shop, &format!("{at}/try"), &moved).await.text;
        assert!(
            tried.contains("stretches move too") && tried.contains("at most 21 days") && tried.contains("51 days"),
            "{tried}"
        );
        assert!(tried.contains("What stands here is not saved yet"));
        assert_eq!(lena.send(&shop, &format!("{at}/save"), &moved).await.to, at);
        // A form without its token does nothing, and says so.
        let foreign = [("version", "2"), ("as", "text"), ("text", "gone")];
        assert_eq!(lena.send(&shop, &format!("{at}/save"), &foreign).await.status, StatusCode::FORBIDDEN);

        // Hugo opened it before: what he typed is on the page beside what Lena saved.
        let late = [("csrf", of_hugo.as_str()), ("version", "1"), ("base", &base), ("as", "text")];
        let typed = format!("{text}# Mine: <script>alert(1)</script>\n");
        let late = hugo.send(&shop, &format!("{at}/save"), &[&late[..], &[("text", &typed)]].concat()).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        for what in
            ["Lena saved this draft meanwhile, as version 2", "# Mine: &#60;script&#62;alert(1)", "at_most: 21 days"]
        {
            assert!(late.text.to_lowercase().contains(&what.to_lowercase()), "{what}: {}", late.text);
        }
        assert!(!late.text.contains("<script>alert"));

        // The author has no button, the second person has one, and someone at the front sees no draft.
        let hers = lena.get(&shop, &at).await.text;
        assert!(hers.contains("You wrote some of this draft") && !hers.contains("Publish it</button>"), "{hers}");
        let publish = |token: &str| {
            vec![
                ("csrf".to_owned(), token.to_owned()),
                ("version".to_owned(), "2".to_owned()),
                ("day".to_owned(), "2026-11-20".to_owned()),
            ]
        };
        let sent = |pairs: &[(String, String)]| pairs.iter().map(|(n, v)| (n.clone(), v.clone())).collect::<Vec<_>>();
        let pairs = sent(&publish(&token));
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let own = lena.send(&shop, &format!("{at}/publish"), &pairs).await;
        assert_eq!(own.status, StatusCode::FORBIDDEN);
        assert_eq!(rita.get(&shop, &at).await.status, StatusCode::FORBIDDEN);
        let pairs = sent(&publish(&of_hugo));
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(hugo.send(&shop, &format!("{at}/publish"), &pairs).await.to, "/history/price_adjustment");
        let told = rita.get(&shop, "/history/price_adjustment").await.text;
        assert!(told.contains("hugo published what lena wrote") && told.contains("moved with the line"), "{told}");
        let rule = rita.get(&shop, "/book/retail/price_adjustment").await.text;
        assert!(rule.contains("Another version comes into force") && rule.contains("To come"), "{rule}");

        // Whoever comes back for another shift is told what is new.
        shop.later(9 * amends_core::time::HOUR).await;
        assert!(!rita.get(&shop, "/book/retail").await.text.contains("New since your last shift"));
        let mut rita = Browser::settle_in(&shop, "rita").await;
        assert!(rita.get(&shop, "/book/retail").await.text.contains("New since your last shift"));
        let mut nobody = Browser::default();
        assert!(nobody.get(&shop, &at).await.to.starts_with("/sign-in"));
        let lost = nobody.send(&shop, &format!("{at}/save"), &[("text", "what I wrote"), ("version", "2")]).await;
        assert!(lost.status == StatusCode::UNAUTHORIZED && lost.text.contains("what I wrote"));
    });
}
