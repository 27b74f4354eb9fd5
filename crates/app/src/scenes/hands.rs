//! One head alone: whatever keys and accounts someone makes, they are one person.

use amends_core::ids::{PersonId, RoleName};
use amends_core::time::{DAY, HOUR};
use serde_json::{Value, json};

use super::shop::{Shop, on_both};
use crate::flow::people::Setting;
use crate::store::people::PersonRow;
use crate::store::{keys, people};

impl Shop {
    /// Someone more of a role, let in by someone who is signed in.
    async fn lets_in(&self, who: &str, id: &str, role: &str) {
        let new = json!({ "id": id, "role": role, "team": "shop" });
        self.post(who, "/v1/people", new).await.ok();
    }

    async fn publishes(&self, who: &str, draft: &str) -> (u16, String) {
        let got = self.post(who, &format!("/v1/drafts/{draft}/publish"), json!({ "version": 1 })).await;
        (got.status.as_u16(), got.json["code"].as_str().unwrap_or_default().to_owned())
    }
}

#[test]
fn nobody_has_a_key_to_come_in_as_somebody_else() {
    on_both(async |fresh| {
        let mut shop = Shop::open(fresh).await;
        for who in ["hugo", "@hugo", "rita", "@lena"] {
            for of in ["omar", "zoe"] {
                let key = shop.post(who, "/v1/keys", json!({ "person": of, "title": "reports" })).await;
                assert!(matches!(key.status.as_u16(), 403 | 404), "{who} as {of}: {}", key.json);
            }
            let rotated = shop.post(who, "/v1/keys/omar/rotate", json!({})).await;
            assert_eq!(rotated.status, 403, "{who}: {}", rotated.json);
        }
        // An agent is given its key by the highest role, and makes none.
        for who in ["rita", "lena"] {
            let key = shop.post(who, "/v1/keys", json!({ "person": "ada", "title": "the chat" })).await;
            assert_eq!(key.refused(), (403, "role_too_low"), "{who}");
        }
        assert_eq!(shop.post("ada", "/v1/keys", json!({ "title": "mine" })).await.refused(), (403, "not_a_person"));
        let made = shop.key("chat", "hugo", json!({ "person": "ada", "title": "the chat" })).await;
        assert_eq!((&made["made_by"], &made["person"]), (&json!("hugo"), &json!("ada")));
        assert_eq!(shop.get("chat", "/v1/me").await.ok()["id"], "ada");
        // Who is made a person of an agent does not keep the keys that others made for it, nor an agent those of a person.
        shop.post("@hugo", "/v1/people/ada", json!({ "role": "lead" })).await.ok();
        for gone in ["chat", "ada"] {
            assert_eq!(shop.get(gone, "/v1/me").await.status, 401, "{gone}");
        }
        shop.post("hugo", "/v1/people/omar", json!({ "role": "ai" })).await.ok();
        assert_eq!(shop.get("omar", "/v1/me").await.status, 401);
        // Each sees their own, the highest role all; others take away nobody's.
        let of = |list: Value| {
            let keys = list["keys"].as_array().unwrap().clone();
            keys.iter().map(|key| key["person"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of(shop.get("rita", "/v1/keys").await.ok()), ["rita"]);
        assert_eq!(of(shop.get("hugo", "/v1/keys").await.ok()), ["hugo", "lena", "rita"]);
        assert_eq!(shop.post("rita", "/v1/keys/lena/remove", json!({})).await.refused(), (403, "role_too_low"));
        // Nobody is called as the journal calls whoever is none of them.
        for id in ["operator", "amends", "provider"] {
            let new = json!({ "id": id, "role": "head", "team": "shop" });
            assert_eq!(shop.post("@hugo", "/v1/people", new).await.refused().0, 422, "{id}");
        }
        shop.prove().await;
    });
}

#[test]
fn a_key_makes_none_that_may_more_or_is_good_longer() {
    on_both(async |fresh| {
        let mut shop = Shop::open(fresh).await;
        let until = "2026-12-01T00:00:00.000000Z";
        let narrow = json!({ "title": "set up", "actions": ["settings", "read"], "until": until });
        shop.key("narrow", "hugo", narrow).await;
        let like = shop.key("like", "narrow", json!({ "title": "as much" })).await;
        assert_eq!(like["actions"], json!(["read", "settings"]));
        assert!(like["until"].as_str().unwrap().starts_with("2026-12-01T00:00:00"), "{like}");
        assert_eq!(shop.post("like", "/v1/cases", json!({ "request": "fee" })).await.refused(), (403, "key_may_not"));
        for wide in [
            json!({ "title": "wide", "actions": ["grants"] }),
            json!({ "title": "wide", "actions": ["read", "grants"] }),
            json!({ "title": "long", "until": "2026-12-02T00:00:00Z" }),
            json!({ "person": "ada", "title": "wide", "actions": ["grants"] }),
        ] {
            assert_eq!(shop.post("narrow", "/v1/keys", wide.clone()).await.refused(), (403, "key_may_not"), "{wide}");
        }
        // Nor does it get the secret of one that may more.
        assert_eq!(shop.post("narrow", "/v1/keys/hugo/rotate", json!({})).await.refused(), (403, "key_may_not"));
        assert_eq!(shop.post("narrow", "/v1/keys/ada/rotate", json!({})).await.refused(), (403, "key_may_not"));
        let id = like["id"].as_str().unwrap();
        let again = shop.post("narrow", &format!("/v1/keys/{id}/rotate"), json!({})).await.ok();
        // The secret before makes no more keys.
        shop.holds("like", &again["key"]);
        // A key of a key of a key ends with the first of them.
        shop.key("third", "like", json!({ "title": "a third" })).await;
        shop.get("third", "/v1/me").await.ok();
        let first = shop.get("hugo", "/v1/keys").await.ok()["keys"].as_array().unwrap().clone();
        let first = first.iter().find(|key| key["title"] == "set up").unwrap()["id"].as_str().unwrap().to_owned();
        shop.post("hugo", &format!("/v1/keys/{first}/remove"), json!({})).await.ok();
        for gone in ["narrow", "like", "third"] {
            assert_eq!(shop.get(gone, "/v1/me").await.status, 401, "{gone}");
        }
        // So it does where the first is gone with its person's account, or is over.
        shop.key("hers", "lena", json!({ "title": "hers" })).await;
        shop.get("hers", "/v1/me").await.ok();
        shop.post("hugo", "/v1/people/lena", json!({ "active": false })).await.ok();
        assert_eq!(shop.get("hers", "/v1/me").await.status, 401);
        shop.key("short", "rita", json!({ "title": "an hour", "until": "2026-11-16T19:04:00-05:00" })).await;
        shop.key("of short", "short", json!({ "title": "as long" })).await;
        shop.get("of short", "/v1/me").await.ok();
        shop.later(HOUR).await;
        for over in ["short", "of short"] {
            assert_eq!(shop.get(over, "/v1/me").await.status, 401, "{over}");
        }
        // Nobody takes up the room of all.
        for _ in 0..60 {
            shop.post("rita", "/v1/keys", json!({ "title": "one more" })).await;
        }
        let many = shop.post("rita", "/v1/keys", json!({ "title": "one more" })).await;
        assert!(many.json["title"].as_str().unwrap().contains("50 keys already"), "{}", many.json);
        shop.post("omar", "/v1/keys", json!({ "title": "his" })).await.ok();
        shop.prove().await;
    });
}

#[test]
fn what_gives_authority_is_done_signed_in_and_never_by_a_key() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.limit("person rita", "day", "50.00 USD").await;
        shop.limit("team shop", "month", "50.00 USD").await;
        shop.post("hugo", "/v1/people/omar", json!({ "active": false })).await.ok();
        let limit = |of: &str, per: &str, most: &str| json!({ "of": of, "per": per, "most": most });
        let acts = [
            ("/v1/people", json!({ "id": "zoe", "role": "frontline", "team": "shop" })),
            ("/v1/people", json!({ "id": "max", "role": "head", "team": "shop" })),
            ("/v1/people/rita", json!({ "role": "lead" })),
            ("/v1/people/ada", json!({ "role": "frontline" })),
            ("/v1/people/omar", json!({ "active": true })),
            ("/v1/people/lena/password", json!({})),
            ("/v1/people/hugo/password", json!({})),
            ("/v1/limits", limit("person rita", "day", "60.00 USD")),
            ("/v1/limits", limit("team shop", "month", "60.00 USD")),
            ("/v1/limits/remove", json!({ "of": "team shop", "per": "month", "currency": "USD" })),
        ];
        for (path, body) in acts {
            assert_eq!(shop.post("hugo", path, body.clone()).await.refused(), (403, "not_by_key"), "{path} {body}");
            // What would end the session that asks comes last.
            if path != "/v1/people/hugo/password" {
                shop.post("@hugo", path, body).await.ok();
            }
        }
        // What takes authority away may come from a program.
        for (path, body) in [
            ("/v1/people/rita", json!({ "role": "frontline", "name": "Rita" })),
            ("/v1/people/max", json!({ "active": false })),
            ("/v1/limits", limit("person rita", "day", "10.00 USD")),
            ("/v1/limits", limit("business", "day", "900.00 USD")),
            ("/v1/people", json!({ "id": "bob", "role": "ai", "team": "shop" })),
        ] {
            shop.post("hugo", path, body).await.ok();
        }
        shop.prove().await;
    });
}

#[test]
fn whoever_was_just_let_in_by_somebody_is_not_their_second_person() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.lets_in("@hugo", "max", "head").await;
        shop.has_draft("d_1", "hugo").await;
        shop.has_draft("d_2", "max").await;
        assert_eq!(shop.publishes("hugo", "d_1").await, (403, "own_draft".to_owned()));
        assert_eq!(shop.publishes("@max", "d_1").await, (403, "same_hand".to_owned()));
        assert_eq!(shop.publishes("@hugo", "d_2").await, (403, "same_hand".to_owned()));
        // A row that somebody changed makes nobody a second person: the journal too says who let them in.
        shop.given_by("max", "omar").await;
        assert_eq!(shop.publishes("@max", "d_1").await, (403, "same_hand".to_owned()));
        // Nor are two of them each other's, nor whoever one of them lets in, nor who was given a new password.
        shop.lets_in("@hugo", "eva", "head").await;
        shop.lets_in("@eva", "ida", "head").await;
        shop.post("@ida", "/v1/people/lena/password", json!({})).await.ok();
        for who in ["@eva", "@ida", "@lena"] {
            assert_eq!(shop.publishes(who, "d_2").await, (403, "same_hand".to_owned()), "{who}");
        }
        // Nor do they raise each other's limits.
        shop.limit("person hugo", "day", "100.00 USD").await;
        let more = json!({ "of": "person hugo", "per": "day", "most": "99999.00 USD" });
        assert_eq!(shop.post("@hugo", "/v1/limits", more.clone()).await.refused(), (403, "nobody_their_own"));
        for who in ["@max", "@ida"] {
            assert_eq!(shop.post(who, "/v1/limits", more.clone()).await.refused(), (403, "same_hand"), "{who}");
        }
        // Two who let each other in at the same time are one as well: there is no way out of it but time.
        shop.post("@max", "/v1/people/hugo/password", json!({})).await.ok();
        assert_eq!(shop.publishes("@hugo", "d_2").await, (403, "same_hand".to_owned()));
        // Whom the operator let in counts for themselves at once, and so does everyone a day later.
        shop.settle_again("ida", "head").await;
        assert_eq!(shop.publishes("@ida", "d_1").await.0, 200);
        shop.later(DAY).await;
        assert_eq!(
            shop.publishes("@hugo", "d_2").await.0,
            409,
            "the rule has moved on, and nothing else is in the way"
        );
        shop.post("@max", "/v1/limits", more).await.ok();
        shop.prove().await;
    });
}

#[test]
fn a_yes_is_ones_own_and_comes_by_no_key_but_the_first() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let asked = async |shop: &Shop, customer: &str| {
            let case = shop.case("rita", "price_adjustment", customer).await;
            let (_, digest) = shop.assess("rita", &case, "blazers").await;
            let wish = json!({ "assessment": digest, "option": "credit_difference" });
            let ask = json!({ "wish": wish, "words": "15 years with us" });
            let asked = shop.post("rita", &format!("{case}/approvals"), ask).await.ok();
            format!("{case}/approvals/{}/answer", asked["approval"]["id"].as_str().unwrap())
        };
        // A key from when others could make it: whose it is nobody knows.
        let answer = asked(&shop, "c_1").await;
        shop.maker("lena", None).await;
        shop.post("lena", &answer, json!({ "yes": {} })).await.ok();
        let answer = asked(&shop, "c_2").await;
        shop.maker("lena", Some("hugo")).await;
        assert_eq!(shop.post("lena", &answer, json!({ "yes": {} })).await.refused(), (403, "not_by_key"));
        assert_eq!(
            shop.post("lena", "/v1/drafts", json!({ "policy": "returns" })).await.refused(),
            (403, "not_by_key")
        );
        shop.post("@lena", &answer, json!({ "yes": {} })).await.ok();
        // Nor by one of their own making, whoever holds it now, nor by one that was made with theirs.
        let mut shop = shop;
        let answer = asked(&shop, "c_4").await;
        shop.maker("lena", Some("operator")).await;
        shop.key("hers", "@lena", json!({ "title": "the helpdesk" })).await;
        shop.key("of hers", "lena", json!({ "title": "the chat", "actions": ["approvals"] })).await;
        for own in ["hers", "of hers"] {
            for said in [json!({ "yes": {} }), json!({ "no": { "reason": "no", "instead": ["detour"] } })] {
                assert_eq!(shop.post(own, &answer, said).await.refused(), (403, "not_by_key"), "{own}");
            }
        }
        shop.post("lena", &answer, json!({ "yes": {} })).await.ok();
        // Whom the asker has just let in says no yes to them; whoever lets a colleague in may, who could give it alone.
        shop.lets_in("@hugo", "max", "lead").await;
        let answer = asked(&shop, "c_3").await;
        shop.given_by("max", "rita").await;
        assert_eq!(shop.post("@max", &answer, json!({ "yes": {} })).await.refused(), (403, "same_hand"));
        shop.given_by("rita", "hugo").await;
        shop.post("@hugo", &answer, json!({ "yes": {} })).await.ok();
        shop.prove().await;
    });
}

impl Shop {
    /// A key as it was kept before: somebody's, or of whom nobody knows who made it.
    async fn maker(&self, id: &str, maker: Option<&str>) {
        let maker = maker.map(str::to_owned);
        let rules = self.records.rules(&self.business).await.unwrap();
        let key = keys::KeyRow { maker, ..rules.key(id).unwrap().clone() };
        self.set(Setting::Key(key)).await;
    }

    async fn given_by(&self, id: &str, by: &str) {
        let (id, by) = (PersonId::parse(id).unwrap(), PersonId::parse(by).unwrap());
        let now = self.records.clock.now().micros();
        let mut conn = self.records.store.reader().await.unwrap();
        people::give(&mut conn, &self.business, &id, Some(&by), now).await.unwrap();
        drop(conn);
        // So that the settings are read again.
        self.limit("business", "month", "100000.00 USD").await;
    }

    /// The operator adds someone again.
    async fn settle_again(&self, id: &str, role: &str) {
        let rules = self.records.rules(&self.business).await.unwrap();
        let row = rules.people.values().find(|p| p.id.as_str() == id).unwrap().clone();
        let role = RoleName::parse(role).unwrap();
        self.set(Setting::Person(PersonRow { active: false, ..row.clone() })).await;
        self.set(Setting::Person(PersonRow { role, ..row })).await;
    }
}
