//! Five seconds to undo: what is given on the desk leaves the house only after them.

use amends_core::fulfilment::{Ability, Next};
use amends_core::time::SECOND;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::access::{Browser, Seen};
use super::desk::said;
use super::receiver::Receiver;
use super::shop::{Shop, on_both};
use super::webhooks::connected;
use crate::flow::fulfil::{keep, state_of};
use crate::store::steps::{self, StepRow};

/// Rita at her desk, who has a yes of Lena's on a case.
struct Desk<'s> {
    shop: &'s Shop,
    rita: Browser,
    csrf: String,
    /// How many forms were sent: each has a key of its own.
    sent: usize,
}

impl<'s> Desk<'s> {
    async fn of(shop: &'s Shop) -> Self {
        let mut rita = Browser::settle_in(shop, "rita").await;
        let csrf = rita.csrf(shop).await;
        Self { shop, rita, csrf, sent: 0 }
    }

    /// Gives what Lena says yes to; the case and the grant.
    async fn gives(&mut self, customer: &str) -> (String, String) {
        let (case, question) = self.shop.asks_lena(customer).await;
        let yes = json!({ "yes": {} });
        self.shop.post("lena", &format!("/v1/cases/{case}/approvals/{question}/answer"), yes).await.ok();
        let given = self.sends(&case, "use", "approval", &question).await;
        assert_eq!(given.to, format!("/desk/cases/{case}"), "{}", given.text);
        let grants = self.shown(&case).await["grants"].as_array().cloned().unwrap();
        (case, grants.last().unwrap()["id"].as_str().unwrap().to_owned())
    }

    async fn sends(&mut self, case: &str, act: &str, name: &str, id: &str) -> Seen {
        self.sent += 1;
        let key = self.sent.to_string();
        let sent = [("csrf", self.csrf.as_str()), ("key", &key), (name, id)];
        self.rita.send(self.shop, &format!("/desk/cases/{case}/{act}"), &sent).await
    }

    async fn page(&mut self, case: &str) -> String {
        self.rita.get(self.shop, &format!("/desk/cases/{case}")).await.text
    }

    async fn shown(&self, case: &str) -> Value {
        self.shop.get("rita", &format!("/v1/cases/{case}")).await.ok()
    }

    async fn step(&self, grant: &str) -> StepRow {
        let mut conn = self.shop.records.store.reader().await.unwrap();
        let grant = grant.to_owned().try_into().unwrap();
        steps::of_grant(&mut conn, &self.shop.business, &grant).await.unwrap().remove(0)
    }

    async fn look(&self) {
        self.shop.worker.look(&self.shop.records, &self.shop.business).await.unwrap();
    }

    /// What is left of Lena's budgets, whose yes it took.
    async fn left(&self) -> Value {
        self.shop.get("lena", "/v1/budgets").await.ok()
    }
}

fn nothing_was_done(receiver: &Receiver) {
    assert!(receiver.messages().is_empty(), "{:?}", receiver.messages());
}

#[test]
fn what_is_taken_back_in_time_never_left_the_house() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let receiver = connected(&shop, "fulfil", &[]).await;
        let mut desk = Desk::of(&shop).await;
        let (case, grant) = desk.gives("c_1").await;
        shop.later(4 * SECOND).await;
        desk.look().await;
        nothing_was_done(&receiver);
        let page = desk.page(&case).await;
        assert!(said(&page, "Given, under way") && said(&page, "data-undo=\"1\"") && said(&page, "Undo"));
        let spent = desk.left().await;
        let undone = desk.sends(&case, "undo", "grant", &grant).await;
        assert_eq!(undone.to, format!("/desk/cases/{case}"), "{}", undone.text);
        shop.fulfil().await;
        nothing_was_done(&receiver);
        // The limit and the budgets came back, and so did the yes, which is used again.
        assert_ne!(desk.left().await, spent);
        let shown = desk.shown(&case).await;
        assert_eq!(
            (&shown["grants"][0]["state"], &shown["approvals"][0]["state"]),
            (&json!("released"), &json!("given"))
        );
        let page = desk.page(&case).await;
        assert!(said(&page, "Taken back: ") && said(&page, "Taken back, before anything of it was done"));
        assert!(said(&page, "Give it now") && !page.contains("data-undo"));
        let question = shown["approvals"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(desk.sends(&case, "use", "approval", &question).await.to, format!("/desk/cases/{case}"));
        shop.fulfil().await;
        assert_eq!(receiver.effects().into_values().collect::<Vec<_>>(), [1]);
        shop.prove().await;
    });
}

#[test]
fn too_late_and_by_someone_else_nothing_is_taken_back() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let receiver = connected(&shop, "fulfil", &[]).await;
        let mut desk = Desk::of(&shop).await;
        let (case, grant) = desk.gives("c_1").await;
        let mut omar = Browser::settle_in(&shop, "omar").await;
        let csrf = omar.csrf(&shop).await;
        let at = format!("/desk/cases/{case}");
        assert!(!omar.get(&shop, &at).await.text.contains("data-undo"));
        let sent = [("csrf", csrf.as_str()), ("grant", grant.as_str())];
        let turned = omar.send(&shop, &format!("{at}/undo"), &sent).await;
        assert!(turned.status == StatusCode::FORBIDDEN && said(&turned.text, "only they can take it back"));
        shop.later(5 * SECOND).await;
        let late = desk.sends(&case, "undo", "grant", &grant).await;
        assert!(late.status == StatusCode::CONFLICT && said(&late.text, "is under way already"));
        assert!(!late.text.contains("data-undo"));
        shop.fulfil().await;
        assert_eq!(receiver.effects().into_values().collect::<Vec<_>>(), [1]);
        assert_eq!(desk.shown(&case).await["grants"][0]["state"], "settled");
        shop.prove().await;
    });
}

#[test]
fn a_program_gives_at_once_as_ever() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let receiver = connected(&shop, "fulfil", &[]).await;
        let case = shop.case("rita", "returns", "c_1").await;
        let (assessment, digest) = shop.assess("rita", &case, "hospital").await;
        let wish = json!({ "assessment": digest, "option": assessment["options"][0]["id"] });
        shop.post("rita", &format!("{case}/grants"), wish).await.ok();
        shop.worker.look(&shop.records, &shop.business).await.unwrap();
        assert_eq!(receiver.effects().len(), 1);
    });
}

#[test]
fn of_undo_and_the_worker_one_has_it() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let receiver = connected(&shop, "fulfil", &[]).await;
        let mut desk = Desk::of(&shop).await;
        // Whoever began it has it, whatever the clock of the writer says.
        let (case, grant) = desk.gives("c_1").await;
        let row = desk.step(&grant).await;
        let later = shop.records.clock.now().plus_micros(5 * SECOND).unwrap();
        let Next::Call(calling) = state_of(&row).unwrap().next(later, Ability::TakesKeyOnce, None) else {
            panic!("{row:?}")
        };
        assert!(keep(&shop.records, &shop.business, &row, &calling).await.unwrap().is_some());
        let late = desk.sends(&case, "undo", "grant", &grant).await;
        assert!(late.status == StatusCode::CONFLICT && said(&late.text, "is under way already"));
        // Once it is taken back, whoever saw it before finds it gone.
        let (case, grant) = desk.gives("c_2").await;
        let row = desk.step(&grant).await;
        assert_eq!(desk.sends(&case, "undo", "grant", &grant).await.to, format!("/desk/cases/{case}"));
        assert_eq!(keep(&shop.records, &shop.business, &row, &calling).await.unwrap(), None);
        // And at the same moment.
        for n in 3..9 {
            let (case, grant) = desk.gives(&format!("c_{n}")).await;
            let works = async {
                shop.later(5 * SECOND).await;
                shop.worker.look(&shop.records, &shop.business).await.unwrap();
            };
            let (undone, ()) = tokio::join!(desk.sends(&case, "undo", "grant", &grant), works);
            shop.later(30 * SECOND).await;
            desk.look().await;
            let done = receiver.effects().get(&format!("{grant}.1")).copied().unwrap_or(0);
            let state = desk.shown(&case).await["grants"][0]["state"].clone();
            match undone.status {
                StatusCode::SEE_OTHER => assert_eq!((done, state), (0, json!("released"))),
                status => assert_eq!((status, done, state), (StatusCode::CONFLICT, 1, json!("settled"))),
            }
        }
        shop.prove().await;
    });
}
