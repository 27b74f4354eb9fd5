//! Rows that someone changed by hand: each is named, gives nobody anything, and is put right from the journal.

use amends_core::fulfilment::State;
use amends_core::ids::TeamId;
use serde_json::json;

use super::access::Browser;
use super::desk::said;
use super::shop::{Shop, on_both};
use super::webhooks::connected;
use crate::flow::export::{cut_off, export};
use crate::flow::fulfil::text_of;
use crate::flow::kept::budgets::Followed;
use crate::flow::kept::watch::Watches;
use crate::flow::kept::{Kept, mend};
use crate::store::deliveries::{self, DeliveryRow};
use crate::store::kept::{self, Table};
use crate::store::testing::{cut, set_back, spelled_twice};

/// What someone does to a row by hand.
#[derive(Clone, Copy)]
enum Hand {
    Sets(&'static str, &'static str),
    Removes,
}

impl Shop {
    async fn by_hand(&self, table: &str, key: &str, hand: Hand) {
        let (mut conn, table) = (self.records.store.writer().await.unwrap(), Table::named(table).unwrap());
        match hand {
            Hand::Sets(column, value) => {
                let value = (column, Some(value));
                kept::set(&mut conn, &self.business, table, key, value).await.unwrap();
            }
            Hand::Removes => kept::remove(&mut conn, &self.business, table, key).await.unwrap(),
        }
    }

    async fn differs(&self) -> Vec<String> {
        let now = self.records.clock.now();
        let all = mend::differences(&self.records.store, &self.business, now).await.unwrap();
        all.iter().map(ToString::to_string).collect()
    }

    /// Looks once around, as the server does by itself when it starts.
    async fn look(&self) {
        let mut watches = Watches::begin(&self.records).await.unwrap();
        for business in self.records.businesses() {
            for _ in 0..20 {
                watches.look(&self.records, &business).await.unwrap();
            }
        }
    }

    async fn mend(&self) -> usize {
        let now = self.records.clock.now();
        let mended = mend::mend(&self.records.store, &self.business, now).await.unwrap();
        assert_eq!(mended.left, [], "{} rows", mended.rows);
        self.look().await;
        mended.rows
    }

    /// A grant of a case of its own; its path, and what was answered.
    async fn give(&self, customer: &str) -> (String, super::shop::Got) {
        let case = self.case("rita", "returns", customer).await;
        let (assessment, digest) = self.assess_its_own("rita", &case, "hospital").await;
        let wish = json!({ "assessment": digest, "option": assessment["options"][0]["id"] });
        let got = self.post("rita", &format!("{case}/grants"), wish).await;
        (case, got)
    }
}

/// Columns of a row, each with what stands in it.
type Row<'r> = &'r [(&'static str, &'r str)];

/// The id of the only row of the ledger.
async fn line_of(shop: &Shop) -> String {
    let rows = kept::all(&mut shop.records.store.reader().await.unwrap(), &shop.business, &kept::LEDGER).await.unwrap();
    let [id] = rows.into_keys().collect::<Vec<_>>().try_into().unwrap();
    id
}

fn id_of(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

/// A shop in which something of everything is there; ids of a case, its grant, a question and a budget.
async fn busy(shop: &Shop) -> [String; 4] {
    connected(shop, "fulfil", &[]).await;
    shop.limit("team shop", "day", "450.00 USD").await;
    let form = json!({ "id": "orders", "kind": "form", "owner": "rita" });
    shop.post("hugo", "/v1/inlets", form).await.ok();
    let (case, given) = shop.give("c_1").await;
    let grant = given.ok()["grant"]["id"].as_str().unwrap().to_owned();
    let (_, asked) = shop.asks_lena("c_2").await;
    let budget = "person rita day 2026-11-16 USD".to_owned();
    [id_of(&case), grant, asked, budget]
}

#[test]
fn each_row_that_was_changed_by_hand_is_named_and_made_again() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let [case, grant, asked, budget] = busy(&shop).await;
        assert_eq!(shop.differs().await, [""; 0], "nothing was changed");
        let (step, line) = (format!("{grant} 1"), line_of(&shop).await);
        let line = line.as_str();
        let sets = [
            ("people", "rita", "role", "head", "frontline"),
            ("people", "rita", "team", "other", "shop"),
            ("people", "omar", "state", "gone", "active"),
            ("teams", "shop", "mode", "\"advise_only\"", "\"full\""),
            ("allowances", "team shop day USD", "most", "9000000", "45000"),
            ("keys", "rita", "person", "hugo", "rita"),
            ("keys", "rita", "until", "7", ""),
            ("endpoints", "shop", "state", "off", "on"),
            ("endpoints", "shop", "kinds", "[\"refund\"]", "[]"),
            ("inlets", "orders", "owner", "hugo", "rita"),
            ("budgets", budget.as_str(), "reserved", "0", "*"),
            ("budgets", budget.as_str(), "settled", "7", "0"),
            ("ledger", line, "paid", "9000000", "*"),
            ("ledger", line, "said", "word", "*"),
            ("ledger", line, "refunded", "7", "0"),
            ("ledger", line, "reserved", "0", "*"),
            ("ledger", line, "held", "[]", "*"),
            ("ledger", line, "purchase", "B-2", "*"),
            ("ledger", line, "account", "fee", "goods"),
            ("ledger", line, "currency", "EUR", "USD"),
            ("grants", grant.as_str(), "rights", "owed", "discretion"),
            ("grants", grant.as_str(), "customer", "c_9", "c_1"),
            ("grants", grant.as_str(), "state", "released", "reserved"),
            ("grants", grant.as_str(), "cost", "1", "*"),
            ("approvals", asked.as_str(), "state", "given", "waiting"),
            ("approvals", asked.as_str(), "least", "frontline", "*"),
            ("cases", case.as_str(), "owner", "omar", "rita"),
            ("cases", case.as_str(), "customer", "c_9", "c_1"),
            ("steps", step.as_str(), "connector", "by_hand", "shop"),
            ("steps", step.as_str(), "team", "other", "shop"),
            // Last: the webhook has no address any more.
            ("endpoints", "shop", "url", "https://thief.example", "*"),
        ];
        for (table, key, column, value, was) in sets {
            let value: &'static str = Box::leak(value.to_owned().into_boxed_str());
            shop.by_hand(table, key, Hand::Sets(column, value)).await;
            let named = shop.differs().await;
            let (begins, ends) = (
                format!("table `{table}`, row `{key}`, column `{column}`: the journal says "),
                format!(", the table says `{value}`"),
            );
            // Of an address the journal has its host, and a digest of all of it.
            let differ = if column == "url" { 2 } else { 1 };
            let found = named.iter().find(|one| one.starts_with(&begins) && one.ends_with(&ends));
            let found = found.unwrap_or_else(|| panic!("{named:?}"));
            assert_eq!(named.len(), differ, "{named:?}");
            match was {
                "*" => {}
                "" => assert!(found.contains("says nothing,"), "{named:?}"),
                was => assert!(found.contains(&format!("says `{was}`,")), "{named:?}"),
            }
            assert_eq!(shop.mend().await, differ, "{table} {column}");
        }
        for (table, key) in [
            ("people", "omar"),
            ("teams", "shop"),
            ("allowances", "team shop day USD"),
            ("budgets", budget.as_str()),
            ("ledger", line),
            ("grants", grant.as_str()),
            ("approvals", asked.as_str()),
            ("steps", step.as_str()),
        ] {
            shop.by_hand(table, key, Hand::Removes).await;
            let gone = format!("table `{table}`, row `{key}`: the journal has it, the table does not");
            assert_eq!(shop.differs().await, [gone]);
            assert_eq!(shop.mend().await, 1, "{table}");
        }
        assert_eq!(shop.differs().await, [""; 0]);
        shop.prove().await;
    });
}

#[test]
fn a_row_that_nobody_made_is_named_and_taken_away() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let [case, grant, ..] = busy(&shop).await;
        let mut conn = shop.records.store.writer().await.unwrap();
        let text = |text: &str| Some(text.to_owned());
        let key = [("person", "hugo"), ("title", "x"), ("digest", "00"), ("actions", "[]"), ("since", "0")];
        let person = [("name", "Eve"), ("role", "head"), ("team", "shop"), ("state", "active"), ("since", "0")];
        let budget = [("reserved", "0"), ("settled", "0")];
        let line = [
            ("purchase", "Z-9"),
            ("account", "goods"),
            ("currency", "USD"),
            ("refunded", "0"),
            ("reserved", "0"),
            ("settled", "0"),
            ("held", "[]"),
            ("version", "1"),
        ];
        let other = [
            ("case_id", case.as_str()),
            ("team", "shop"),
            ("connector", "shop"),
            ("step", "{}"),
            ("state", "{}"),
            ("word", "ready"),
            ("changed", "0"),
        ];
        let stray = format!("{grant}x 1");
        let planted: [(&str, &str, Row<'_>); 5] = [
            ("keys", "eve", &key),
            ("people", "eve", &person),
            ("budgets", "person eve day 2026-11-16 USD", &budget),
            ("ledger", "Z-9 goods", &line),
            ("steps", &stray, &other),
        ];
        for (table, key, columns) in planted {
            let row = columns.iter().map(|(name, value)| (*name, text(value))).collect();
            kept::put(&mut conn, &shop.business, Table::named(table).unwrap(), key, &row).await.unwrap();
            let extra = format!("table `{table}`, row `{key}`: the table has it, the journal does not");
            assert_eq!(shop.differs().await, std::slice::from_ref(&extra));
            shop.look().await;
            let seen = shop.records.kept.differences(&shop.business);
            assert_eq!(
                seen.iter().map(ToString::to_string).collect::<Vec<_>>(),
                [extra],
                "by the check that goes round"
            );
            assert_eq!(shop.mend().await, 1);
            assert!(!shop.records.kept.differs(&shop.business));
        }
    });
}

#[test]
fn nothing_is_paid_out_while_a_row_differs_and_payouts_go_on_once_it_is_made_again() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.look().await;
        assert_eq!(shop.get("nobody", "/ready").await.json, json!({ "ready": true, "kept": "whole" }));
        shop.give("c_1").await.1.ok();
        shop.by_hand("budgets", "person rita day 2026-11-16 USD", Hand::Sets("reserved", "0")).await;
        if !shop.records.store.writer().await.unwrap().is_shared() {
            let (_, at_once) = shop.give("c_3").await;
            assert_eq!(
                at_once.refused(),
                (409, "kept_differs"),
                "who writes alone sees it before the check comes round"
            );
        }
        shop.look().await;
        let case = shop.case("rita", "returns", "c_2").await;
        let (assessment, digest) = shop.assess("rita", &case, "hospital").await;
        let wish = json!({ "assessment": digest, "option": assessment["options"][0]["id"] });
        let path = format!("{case}/grants");
        assert_eq!(shop.post_once("rita", &path, "k1", wish.clone()).await.refused(), (409, "kept_differs"));
        assert_eq!(shop.get("nobody", "/ready").await.json, json!({ "ready": true, "kept": "differs" }));
        let metrics = shop.get("nobody", "/metrics").await.json["text"].to_string();
        assert!(metrics.contains("amends_kept_differences{business=\\\"retail\\\"} 1"), "{metrics}");
        assert_eq!(shop.get("rita", &case).await.status, 200, "reading goes on");
        let row = "row `person rita day 2026-11-16 USD`, column `reserved`";
        let (mut hugo, mut rita) = (Browser::settle_in(&shop, "hugo").await, Browser::settle_in(&shop, "rita").await);
        let seen = hugo.get(&shop, "/desk").await.text.replace("&#96;", "`");
        assert!(said(&seen, "Payouts are stopped") && said(&seen, row));
        assert!(
            !rita.get(&shop, "/desk").await.text.contains("Payouts are stopped"),
            "the head alone can do something about it"
        );
        assert_eq!(shop.mend().await, 1);
        assert_eq!(shop.get("nobody", "/ready").await.json["kept"], "whole");
        shop.post_once("rita", &path, "k1", wish).await.ok();
        shop.prove().await;
    });
}

#[test]
fn a_row_is_not_believed_before_the_journal_was_read_to_its_end() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.give("c_1").await.1.ok();
        let line = line_of(&shop).await;
        let (known, mut followed) = (Kept::default(), Followed::default());
        let rows = [(&kept::LEDGER, line.clone()), (&kept::BUDGETS, "person rita day 2026-11-16 USD".to_owned())];
        let mut conn = shop.records.store.writer().await.unwrap();
        let none = followed.look(&mut conn, &known, &shop.business, (&rows, 0)).await.unwrap();
        assert_eq!(
            (none, known.places(&shop.business).len()),
            (Vec::new(), 2),
            "whoever waits to write waits no longer"
        );
        let told = known.differences(&shop.business)[0].to_string();
        assert!(told.contains("the journal is still being read"), "{told}");
        let hold = followed.look(&mut conn, &known, &shop.business, (&rows, 20)).await.unwrap();
        assert_eq!((hold.len(), known.differs(&shop.business)), (2, false), "with the batches after it");
    });
}

#[test]
fn rows_that_an_older_version_kept_of_one_order_are_put_together_once() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let give = async |who: &str, request: &str, story: &str, option: &str| {
            let case = shop.case(who, request, "c_1").await;
            let (_, digest) = shop.assess(who, &case, story).await;
            let wish = json!({ "assessment": digest, "option": option });
            shop.post(who, &format!("{case}/grants"), wish).await
        };
        for _ in 0..2 {
            give("hugo", "price_adjustment", "blazers", "credit_difference").await.ok();
        }
        let line = line_of(&shop).await;
        let marked = format!("#{line}");
        let spelled = async || spelled_twice(&shop.records.store, &shop.business, &line).await.unwrap();
        spelled().await;
        assert_eq!(shop.differs().await, [""; 0], "they are put together before anything is compared");
        assert_eq!(line_of(&shop).await, line);
        assert_eq!(
            give("hugo", "price_adjustment", "blazers", "credit_difference").await.refused(),
            (409, "ledger_left")
        );
        // Rows that were changed by hand before are not taken for what the journal says.
        spelled().await;
        shop.by_hand("ledger", &marked, Hand::Sets("held", "[]")).await;
        let differs = shop.differs().await;
        assert!(differs.iter().any(|one| one.contains(&format!("row `{marked}`"))), "{differs:?}");
        shop.mend().await;
        assert_eq!(line_of(&shop).await, line);
        shop.prove().await;
    });
}

#[test]
fn nobody_gets_more_than_was_paid_by_a_row_of_the_ledger_that_was_raised_by_hand() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.look().await;
        let give = async || {
            let case = shop.case("hugo", "returns", "c_1").await;
            let (assessment, digest) = shop.assess("hugo", &case, "hospital").await;
            let wish = json!({ "assessment": digest, "option": assessment["options"][0]["id"] });
            let got = shop.post("hugo", &format!("{case}/grants"), wish).await;
            (case, got)
        };
        let (first, given) = give().await;
        given.ok();
        let line = line_of(&shop).await;
        for (hand, why) in [
            // What someone tells of it lowers what was paid, whatever the row says.
            (Hand::Sets("paid", "9000000"), "ledger_left"),
            (Hand::Sets("held", "[]"), "kept_differs"),
            (Hand::Removes, "kept_differs"),
        ] {
            shop.by_hand("ledger", &line, hand).await;
            if shop.records.store.writer().await.unwrap().is_shared() {
                shop.look().await;
            }
            assert_eq!(give().await.1.refused(), (409, why));
            shop.look().await;
            assert_eq!(shop.get("nobody", "/ready").await.json["kept"], "differs");
            shop.mend().await;
            let (_, again) = give().await;
            assert_eq!(again.refused(), (409, "ledger_left"), "what was paid went back");
            assert_eq!(again.json["cases"], json!([id_of(&first)]));
        }
        shop.fulfil().await;
        shop.look().await;
        assert_eq!(shop.get("nobody", "/ready").await.json["kept"], "whole");
        shop.prove().await;
    });
}

#[test]
fn what_a_row_says_otherwise_than_its_grant_is_not_sent() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let receiver = connected(&shop, "fulfil", &[]).await;
        let (case, given) = shop.give("c_1").await;
        let grant = given.ok()["grant"].clone();
        let key = format!("{} 1", grant["id"].as_str().unwrap());
        let shown = shop.get("rita", &case).await.ok();
        let amount = shown["grants"][0]["amount"].as_str().unwrap().to_owned();
        let rows =
            kept::all(&mut shop.records.store.reader().await.unwrap(), &shop.business, &kept::STEPS).await.unwrap();
        let text = rows[&key]["step"].clone().unwrap();
        let changed: &'static str = Box::leak(text.replace(&amount, "9000.00 USD").into_boxed_str());
        assert_ne!(text, changed);
        shop.by_hand("steps", &key, Hand::Sets("step", changed)).await;
        shop.fulfil().await;
        assert_eq!(receiver.messages().len(), 0, "nothing is sent");
        let waiting = shop.get("rita", "/v1/steps").await.ok();
        let why = waiting["steps"][0]["details"]["why"].as_str().unwrap();
        assert!(why.starts_with("nothing was sent: its row says something else than its grant"), "{why}");
        assert!(shop.records.kept.differs(&shop.business), "the check knows at once");
        assert_eq!(shop.mend().await, 1);
        let step = format!("{case}/grants/{}/steps/1", grant["id"].as_str().unwrap());
        shop.post("rita", &format!("{step}/again"), json!({})).await.ok();
        shop.fulfil().await;
        let [(_, message)] = receiver.messages().try_into().unwrap();
        assert_eq!(message["data"]["amount"], amount, "what was granted, once its row is right again");
        shop.prove().await;
    });
}

#[test]
fn a_message_that_someone_put_in_by_hand_is_signed_for_nobody() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let till = connected(&shop, "fulfil", &[]).await;
        let told = super::receiver::Receiver::open(&[], {
            let clock = shop.records.clock.clone();
            move || clock.now()
        })
        .await;
        let hook = json!({ "id": "news", "url": told.url, "purpose": "tell", "kinds": ["case.opened"] });
        shop.post("hugo", "/v1/webhooks", hook).await.ok();
        let mut conn = shop.records.store.writer().await.unwrap();
        let now = shop.records.clock.now();
        let row = |endpoint: &str, id: &str| DeliveryRow {
            endpoint: endpoint.to_owned(),
            id: id.to_owned(),
            kind: "step.requested".to_owned(),
            body: json!({ "type": "step.requested", "key": id, "data": { "amount": "9000.00 USD" } }).to_string(),
            state: text_of(&State::begin(now, false)).unwrap(),
            attempts: "[]".to_owned(),
            next: Some(now.micros()),
            at: now.micros(),
        };
        let case = shop.case("rita", "returns", "c_1").await;
        let rows =
            [row("shop", "g_made_up.1"), row("shop", "shop.1"), row("news", "g_made_up.1"), row("news", "shop.1")];
        deliveries::add(&mut conn, &shop.business, &rows).await.unwrap();
        for _ in 0..3 {
            shop.later(amends_core::time::SECOND).await;
        }
        assert_eq!(till.messages(), [], "no step by this way");
        let [(_, message)] = told.messages().try_into().unwrap();
        assert_eq!(message["type"], "case.opened", "what the journal says, whatever the row does");
        assert_eq!(message["data"]["event"]["case"], id_of(&case));
    });
}

#[test]
fn a_webhook_that_was_turned_elsewhere_by_hand_gets_nothing() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let receiver = connected(&shop, "fulfil", &[]).await;
        let thief = super::receiver::Receiver::open(&[], {
            let clock = shop.records.clock.clone();
            move || clock.now()
        })
        .await;
        let url: &'static str = Box::leak(thief.url.clone().into_boxed_str());
        shop.give("c_2").await.1.ok();
        shop.by_hand("endpoints", "shop", Hand::Sets("url", url)).await;
        shop.fulfil().await;
        assert_eq!((receiver.messages().len(), thief.messages().len()), (1, 0), "what the settings said is what holds");
        set_back(&shop.records.store, &shop.business).await.unwrap();
        let (_, given) = shop.give("c_1").await;
        assert_eq!(given.refused(), (409, "kept_differs"), "the settings were read again, and differ");
        assert_eq!(shop.mend().await, 2, "its host, and the digest of its whole address");
        let on = shop.post("hugo", "/v1/webhooks/shop/on", json!({})).await;
        assert_eq!(on.status, 409, "nobody turns on an address that somebody put there: {}", on.json);
        shop.give("c_3").await.1.ok();
        shop.fulfil().await;
        assert_eq!((receiver.messages().len(), thief.messages().len()), (1, 0));
    });
}

#[test]
fn a_role_that_was_given_by_hand_gives_nothing() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        shop.by_hand("people", "rita", Hand::Sets("role", "head")).await;
        shop.by_hand("keys", "omar", Hand::Sets("person", "hugo")).await;
        set_back(&shop.records.store, &shop.business).await.unwrap();
        assert_eq!(shop.get("rita", "/v1/me").await.ok()["role"], "frontline");
        assert_eq!(shop.get("rita", "/v1/webhooks").await.refused(), (403, "role_too_low"));
        assert_eq!(shop.get("omar", "/v1/me").await.ok()["id"], "omar");
        assert!(shop.records.kept.differs(&shop.business), "it is known as soon as the settings are read");
        assert_eq!(shop.mend().await, 2);
        assert_eq!(shop.get("rita", "/v1/me").await.ok()["role"], "frontline");
    });
}

#[test]
fn entries_that_were_cut_off_show_in_what_was_kept() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let (case, given) = shop.give("c_1").await;
        given.ok();
        let (team, now) = (TeamId::parse("shop").unwrap(), shop.records.clock.now());
        assert_eq!(cut_off(&shop.records.store, &shop.business).await.unwrap(), []);
        let mut out = Vec::new();
        export(&shop.records.store, &shop.business, now, &mut out).await.unwrap();
        let whole = amends_core::journal::verify(String::from_utf8(out).unwrap().lines());
        assert!(whole.is_whole() && whole.last_anchor.is_some(), "an export is anchored when it is made");
        shop.post("rita", &format!("{case}/notes"), json!({ "words": "she called" })).await.ok();
        // With the head of the chain: the row of the case knows.
        cut(&shop.records.store, &shop.business, &team, 1).await.unwrap();
        let id = id_of(&case);
        let says = |all: Vec<amends_core::journal::derive::Difference>| -> Vec<String> {
            all.iter().map(ToString::to_string).collect()
        };
        let cut_case =
            format!("the journal, case `{id}`: its row knows 4 events, and the journal has 3: the last were cut off");
        assert_eq!(says(cut_off(&shop.records.store, &shop.business).await.unwrap()), std::slice::from_ref(&cut_case));
        assert_eq!(shop.differs().await, [cut_case]);
        let mended = mend::mend(&shop.records.store, &shop.business, now).await.unwrap();
        assert_eq!(mended.rows, 0, "what the journal lost cannot be made from it");
        // What was anchored and is gone shows in the export.
        cut(&shop.records.store, &shop.business, &team, 1).await.unwrap();
        let mut out = Vec::new();
        export(&shop.records.store, &shop.business, now, &mut out).await.unwrap();
        let found = amends_core::journal::verify(String::from_utf8(out).unwrap().lines());
        assert!(
            found.faults.iter().any(|fault| fault.to_string().ends_with("of team `shop`, which is missing")),
            "{found:?}"
        );
    });
}
