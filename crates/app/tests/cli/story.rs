//! A database with a story of two teams, and the export that the program makes of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use amends::flow::assessing::{Asker, assess_case};
use amends::flow::clock::{Clock, Ids};
use amends::flow::job::Work;
use amends::flow::records::{Me, Records, With};
use amends::flow::timer;
use amends::shelf::Shelf;
use amends::store::{Place, Store, kept};
use amends_core::authority::Wish;
use amends_core::case::{BookRef, Command, Opening};
use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, CaseId, CustomerId, OptionId, RequestKind};
use amends_core::time::{HOUR, Time};
use amends_core::words::Words;

use crate::support::Folder;

pub const DATABASE: &str = "cases.db";
const FACTS: &str =
    r#"{ "facts": { "order": { "placed": "2026-03-01", "paid": "80 USD", "refunded": "0 USD", "sealed": true } } }"#;

/// Where the story is told.
struct Told {
    records: Records,
    time: Arc<AtomicI64>,
}

impl Told {
    async fn open(&self, me: &Me) -> CaseId {
        let book = &me.rules.book;
        let opening = Opening {
            case: self.records.new_id("c").unwrap(),
            business: me.business.clone(),
            team: me.person.team.clone(),
            customer: Some(CustomerId::parse("cu_1").unwrap()),
            request: RequestKind::parse("returns").unwrap(),
            book: BookRef { name: book.name.clone(), digest: Digest::parse(&book.digest).unwrap() },
            asked: self.records.clock.now(),
            set_back: None,
            owner: me.person.person(),
        };
        let case = opening.case.clone();
        self.records.run(me, &case, With::default(), Work::Open(Box::new(opening))).await.unwrap();
        case
    }

    async fn note(&self, me: &Me, case: &CaseId, text: &str) {
        let words = Words::parse(text).unwrap();
        self.records.command(me, case, With::default(), Command::Note { words }).await.unwrap();
    }

    /// Assesses and gives the money back.
    async fn give(&self, me: &Me, case: &CaseId) {
        let by = me.actor();
        let who = Asker::of(me, &by);
        let assessed = assess_case(&self.records, who, case, With::default(), FACTS).await.unwrap();
        let wish = Wish {
            assessment: Digest::parse(&assessed.digest).unwrap(),
            option: OptionId::parse("back").unwrap(),
            amount: None,
            approval: None,
        };
        let work = Work::Give { grant: self.records.new_id("g").unwrap(), wish: Box::new(wish), undo: None };
        self.records.run(me, case, With::default(), work).await.unwrap();
    }

    /// Anchors the chains an hour later.
    async fn anchor(&self, me: &Me) {
        self.time.fetch_add(HOUR, Ordering::SeqCst);
        assert!(timer::anchor(&self.records, &me.business).await.unwrap());
    }
}

/// `web` assesses and gives; `store` writes four notes; three anchors.
async fn tell(folder: &Folder, tokens: [&str; 2]) {
    let shelf = Shelf::open(&[folder.0.join("shop")]).unwrap_or_else(|_| panic!("the book is sound"));
    let start = Time::from_micros(1_778_000_000_000_000).unwrap();
    let time = Arc::new(AtomicI64::new(start.micros()));
    let place = Place::File(folder.0.join(DATABASE));
    let clock = Clock::Set(Arc::clone(&time));
    let records = Records::open(&place, Arc::new(shelf), clock, Ids::Counted(Arc::default())).await.unwrap();
    let told = Told { records, time };
    let web = told.records.who(tokens[0]).await.unwrap().unwrap();
    let store = told.records.who(tokens[1]).await.unwrap().unwrap();
    let (first, second) = (told.open(&web).await, told.open(&store).await);
    told.anchor(&web).await;
    told.give(&web, &first).await;
    told.note(&store, &second, "called").await;
    told.note(&store, &second, "wrote: ä \"again\"").await;
    told.anchor(&web).await;
    told.note(&store, &second, "came by").await;
    told.note(&store, &second, "came again").await;
    told.anchor(&web).await;
}

/// Gives someone another role by hand.
pub fn change_role(folder: &Folder, person: &str, role: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&Place::File(folder.0.join(DATABASE)), 0).await.unwrap();
        let (mut conn, business) = (store.writer().await.unwrap(), BusinessId::parse("shop").unwrap());
        kept::set(&mut conn, &business, &kept::PEOPLE, person, ("role", Some(role))).await.unwrap();
    });
}

/// Tells the story and exports it into `export.jsonl`.
pub fn export(folder: &Folder) {
    let add = |id: &str, team: &str| {
        let args = ["people", "add", id, "--role", "frontline", "--team", team, "--business", "shop"];
        let added = folder.amends(&[&args[..], &["--database", DATABASE]].concat());
        assert_eq!(added.code, 0, "{}", added.shown());
        added.out.trim().to_owned()
    };
    let (web, store) = (add("rita", "web"), add("sam", "store"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(tell(folder, [&web, &store]));
    let args = ["export", "--database", DATABASE, "--business", "shop", "--out", "export.jsonl"];
    let exported = folder.amends(&args);
    assert_eq!(exported.code, 0, "{}", exported.shown());
}
