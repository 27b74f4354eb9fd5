//! The shop that `amends demo` shows: made up, lifelike, and the same at each start but for its dates, which are of today.

use std::sync::Arc;

use amends_core::assess::{Workspace, assess};
use amends_core::authority::{Person, Wish};
use amends_core::book::rules::Book;
use amends_core::case::{Actor, Command, Look, Opening, SetBack};
use amends_core::diagnostic::Findings;
use amends_core::digest::Digest;
use amends_core::facts::from_yaml::question_json;
use amends_core::facts::{Source, read_question};
use amends_core::ids::{BusinessId, CaseId, CustomerId, OptionId, PersonId, RequestKind, RoleName, TeamId};
use amends_core::journal::SETTINGS;
use amends_core::likeness::Likeness;
use amends_core::money::Money;
use amends_core::time::{DAY, MINUTE, SECOND, Time};
use amends_core::words::Words;
use anyhow::{Context as _, Result, anyhow, ensure};
use jiff::ToSpan as _;
use jiff::civil::Date;
use regex::Regex;
use serde_json::Value as Json;

use crate::flow::assessing::{Asker, assess_case};
use crate::flow::job::{Done, Job, Work};
use crate::flow::people::{Setting, change, team};
use crate::flow::records::{Records, With};
use crate::flow::rules::{ModeText, Rules};
use crate::flow::said::Speaker;
use crate::store::StoreError;
use crate::store::imports::{self, Kind};
use crate::store::people::PersonRow;
use crate::store::precedents::{DECLINED, GIVEN, IMPORTED};
use crate::store::settings::Allowance;
use crate::store::sql::Value;
use crate::store::{journal, kept};

/// The business that is shown, which is the book of its name.
pub const BUSINESS: &str = "retail";
/// Who makes it, as its journal says.
const MAKER: &str = "demo";
/// Who works there: id, name, role.
pub const PEOPLE: [(&str, &str, &str); 7] = [
    ("rita", "Rita Ramos", "frontline"),
    ("omar", "Omar Haddad", "frontline"),
    ("tess", "Tess Young", "frontline"),
    ("ben", "Ben Okafor", "frontline"),
    ("lena", "Lena Vogel", "lead"),
    ("marc", "Marc Dubois", "lead"),
    ("hugo", "Hugo Lindqvist", "head"),
];
/// When the book's stories happen.
const TOLD_OF: Date = jiff::civil::date(2026, 11, 16);
/// How much of everything there is.
const CUSTOMERS: u64 = 5_000;
const ORDERS: u64 = 40_000;
const DECISIONS: u64 = 3_000;
/// For how many days back there are orders.
const ORDER_DAYS: u64 = 5 * 365;

const FIRST: [&str; 24] = [
    "Ines", "Helen", "Paul", "Amira", "Jonas", "Mei", "Carlos", "Greta", "Tom", "Priya", "Luca", "Sara", "Noah",
    "Fatima", "Eva", "Samuel", "Yuki", "Nadia", "Peter", "Rosa", "David", "Ana", "Karim", "Julia",
];
const LAST: [&str; 24] = [
    "Carter", "Castro", "Meyer", "Haddad", "Olsen", "Wong", "Ruiz", "Lind", "Baker", "Nair", "Conti", "Novak", "Evans",
    "Rahman", "Berg", "Okoro", "Tanaka", "Popov", "Schmidt", "Silva", "Levy", "Costa", "Aziz", "Fischer",
];

/// A story that waits on the desk: the book's case that tells it, the customer, what they say, and since when they wait.
struct Story {
    case: &'static str,
    owner: &'static str,
    customer: (&'static str, &'static str, i64),
    says: &'static str,
    minutes: i64,
}

const STORIES: [Story; 6] = [
    Story {
        case: "any_watch_at_all",
        owner: "rita",
        customer: ("c_2207", "Mei Wong", 3),
        says: "Your colleague wrote that the coupon is good for a watch. I sent you my old one. Now the page says it is not for this watch, and the offer is over.",
        minutes: 26,
    },
    Story {
        case: "three_days_past_the_cover",
        owner: "rita",
        customer: ("c_1310", "Samuel Okoro", 6),
        says: "Three days! I paid 300 dollars for the extra cover, and three days after its end the screen goes black.",
        minutes: 17,
    },
    Story {
        case: "hospital",
        owner: "rita",
        customer: ("c_3054", "Ines Castro", 4),
        says: "I could not bring the coat back in time: I was in hospital. Here is the note of the ward.",
        minutes: 11,
    },
    Story {
        case: "two_tshirts",
        owner: "rita",
        customer: ("c_4980", "Fatima Rahman", 0),
        says: "I ordered two dresses, my first order with you, and there are two T-shirts in the parcel.",
        minutes: 6,
    },
    Story {
        case: "blazers",
        owner: "rita",
        customer: ("c_1042", "Helen Carter", 15),
        says: "I just bought three blazers five days ago, and now they are 40% off. I would rather not return and order everything again.",
        minutes: 3,
    },
    // One that somebody has asked about already.
    Story {
        case: "no_reason_given",
        owner: "omar",
        customer: ("c_2718", "Jonas Olsen", 2),
        says: "It was in the cupboard with its tags on. I did not look at the date.",
        minutes: 9,
    },
];

/// Opens the shop: a database that is empty is filled with it.
///
/// # Errors
/// When the database holds anything else, since whoever opens the demo is let in as anyone; or does not take the shop.
pub async fn open(records: &Records) -> Result<BusinessId> {
    let business = BusinessId::parse(BUSINESS)?;
    let mut conn = records.store.reader().await?;
    let there = kept::businesses(&mut conn).await?;
    let chain = TeamId::parse(SETTINGS)?;
    let first = journal::of_chain(&mut conn, &business, &chain, 0, 1).await?;
    drop(conn);
    if there.is_empty() && first.is_empty() {
        fill(records).await.context("the shop of the demo cannot be made")?;
        return Ok(business);
    }
    let is_made = first.first().is_some_and(|first| {
        let event = serde_json::from_str::<serde_json::Value>(&first.entry.event).unwrap_or_default();
        event.get("by").is_some_and(|by| by == MAKER)
    });
    ensure!(
        is_made && there.iter().all(|known| *known == business),
        "the demo did not make this database, and it lets everyone in without a password: \
         name a file that is not there yet, or serve this one with `amends serve`"
    );
    Ok(business)
}

/// Fills an empty database with the shop.
///
/// # Errors
/// When the database does not take it.
pub async fn fill(records: &Records) -> Result<()> {
    let business = BusinessId::parse(BUSINESS)?;
    settings(records, &business).await?;
    let rules = records.rules(&business).await.map_err(|e| anyhow!("{e:?}"))?;
    let mut shop = Shop { records, business: &business, rules, now: records.clock.now(), random: Random(20_261_116) };
    shop.customers().await?;
    shop.orders().await?;
    shop.decisions().await?;
    for story in &STORIES {
        shop.story(story).await.with_context(|| format!("the story `{}`", story.case))?;
    }
    Ok(())
}

async fn settings(records: &Records, business: &BusinessId) -> Result<()> {
    let of = TeamId::parse("shop")?;
    let mut all = vec![Setting::Team(team(of.clone(), "The shop".to_owned(), &ModeText::Full)?)];
    for (id, name, role) in PEOPLE {
        let (id, role) = (PersonId::parse(id)?, RoleName::parse(role)?);
        all.push(Setting::Person(PersonRow { id, name: name.to_owned(), role, team: of.clone(), active: true }));
    }
    for (holder, span, most) in [("team shop", "day", 200_000), ("team shop", "month", 2_000_000)] {
        let (holder, span, currency) = (holder.to_owned(), span.to_owned(), "USD".to_owned());
        all.push(Setting::Allow(Allowance { holder, span, currency, most }));
    }
    Ok(change(&records.store, business, MAKER, &all, records.clock.now()).await?)
}

/// Numbers that look random, the same each time: splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`, which is not 0.
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// One of a list.
    fn of<'l>(&mut self, list: &[&'l str]) -> &'l str {
        let at = usize::try_from(self.below(list.len() as u64)).unwrap_or(0);
        list.get(at).copied().unwrap_or_default()
    }
}

struct Shop<'r> {
    records: &'r Records,
    business: &'r BusinessId,
    rules: Arc<Rules>,
    now: Time,
    random: Random,
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

impl Shop<'_> {
    fn days_ago(&self, days: i64) -> i64 {
        self.now.micros() - days * DAY
    }

    /// Keeps rows, as an import does.
    async fn keep(&self, kind: Kind, rows: Vec<Vec<Value<'static>>>) -> Result<()> {
        let mut conn = self.records.store.own_writer().await?;
        let kept: Result<(), StoreError> = conn
            .as_one(async |conn| {
                for page in rows.chunks(512) {
                    let values: Vec<Value<'static>> = page.iter().flatten().cloned().collect();
                    imports::keep(conn, kind, &values).await?;
                }
                Ok(())
            })
            .await;
        Ok(kept?)
    }

    async fn customers(&mut self) -> Result<()> {
        let row = |id: String, since: i64, name: String| {
            let business = self.business.to_string();
            vec![business.into(), id.into(), since.into(), name.into(), "{}".to_owned().into()]
        };
        let (mut rows, mut random) = (Vec::new(), Random(1));
        let told: Vec<&str> = STORIES.iter().map(|story| story.customer.0).collect();
        for n in 0..CUSTOMERS {
            let id = format!("c_{}", 1_000 + n);
            let name = format!("{} {}", random.of(&FIRST), random.of(&LAST));
            let since = self.days_ago(signed(random.below(ORDER_DAYS)));
            if !told.contains(&id.as_str()) {
                rows.push(row(id, since, name));
            }
        }
        for Story { customer: (id, name, years), .. } in &STORIES {
            rows.push(row((*id).to_owned(), self.days_ago(years * 365 + 40), (*name).to_owned()));
        }
        self.keep(Kind::Customers, rows).await
    }

    async fn orders(&mut self) -> Result<()> {
        let mut rows = Vec::new();
        for n in 0..ORDERS {
            // Some come back often, most now and then.
            let (a, b) = (self.random.below(CUSTOMERS), self.random.below(CUSTOMERS));
            let customer = format!("c_{}", 1_000 + a * b / CUSTOMERS);
            let (days, second) = (signed(self.random.below(ORDER_DAYS)), signed(self.random.below(86_400)));
            let at = self.days_ago(days) - second * SECOND;
            let total = 900 + signed(self.random.below(40) * self.random.below(600));
            let id = format!("S-{}", 100_000 + n);
            let business = self.business.to_string();
            let (currency, fields) = ("USD".to_owned(), "{}".to_owned());
            rows.push(vec![
                business.into(),
                id.into(),
                customer.into(),
                at.into(),
                total.into(),
                currency.into(),
                fields.into(),
            ]);
        }
        self.keep(Kind::Orders, rows).await
    }

    /// Past decisions: the book's own cases, each asked a few days sooner or later, and what was made of it.
    async fn decisions(&mut self) -> Result<()> {
        let book = Arc::clone(&self.rules.book);
        let cases: Vec<String> = book
            .cases
            .iter()
            .filter_map(|c| question_json(&book.schema, &c.question, &mut Findings::default()))
            .collect();
        let mut rows = Vec::new();
        while (rows.len() as u64) < DECISIONS && !cases.is_empty() {
            let number = rows.len() as u64;
            let at = usize::try_from(self.random.below(cases.len() as u64)).unwrap_or(0);
            let Some(text) = cases.get(at) else { continue };
            let days = signed(1 + self.random.below(700));
            rows.push(self.decision(&book, text, number, days));
        }
        self.keep(Kind::Decisions, rows.into_iter().flatten().collect()).await
    }

    fn decision(&mut self, book: &Book, text: &str, number: u64, days: i64) -> Option<Vec<Value<'static>>> {
        let question: Json = serde_json::from_str(text).ok()?;
        let asked = later(question.get("asked")?, signed(self.random.below(9)) - 4);
        let mut moved = question.clone();
        moved.as_object_mut()?.insert("asked".to_owned(), asked.clone());
        moved.as_object_mut()?.insert("now".to_owned(), asked);
        let text = moved.to_string();
        let read = read_question(&book.schema, &text).ok()?;
        let mut workspace = Workspace::default();
        let a = assess(book, &read.request, &read.facts, book.role("lead")?, &mut workspace).ok()?;
        let like = Likeness::of(&a);
        let frozen = amends_core::assess::frozen::Frozen::of(&a).ok()?;
        let first = frozen.options.first();
        // The further outside, the more often it was a no.
        let declined = first.is_none() || self.random.below(10) < 1 + u64::from(like.far() > 0) * 2;
        let given = first.filter(|_| !declined);
        let amount = given.and_then(|o| o.amount.as_ref()).and_then(amends_core::assess::frozen::Amount::money);
        let cost = given.and_then(|o| o.cost);
        let currency = amount.or(cost).map(|m: Money| m.currency.code().to_owned());
        let customer = format!("c_{}", 1_000 + self.random.below(CUSTOMERS));
        let maybe = |text: Option<String>| text.map_or(Value::Text(None), Into::into);
        Some(vec![
            self.business.to_string().into(),
            format!("D-{}", 10_000 + number).into(),
            customer.into(),
            self.days_ago(days).into(),
            read.request.to_string().into(),
            like.policy.clone().into(),
            like.terms().into(),
            like.far().into(),
            like.distances().into(),
            if declined { DECLINED } else { GIVEN }.to_owned().into(),
            maybe(given.map(|o| o.id.to_string())),
            amount.map(|m| m.minor).into(),
            cost.map(|m| m.minor).into(),
            maybe(currency),
            (if self.random.below(3) == 0 { "lead" } else { "frontline" }).to_owned().into(),
            IMPORTED.to_owned().into(),
            "{}".to_owned().into(),
        ])
    }

    fn person(&self, id: &str) -> Result<Person> {
        self.rules.person(&PersonId::parse(id)?).with_context(|| format!("`{id}` does not work here"))
    }

    async fn run(&self, case: &CaseId, by: &Person, work: Work) -> Result<Done> {
        let (business, case, by) = (self.business.clone(), case.clone(), Actor::Person(by.clone()));
        let job = Job { business, case, by, key: None, if_version: None, work };
        self.records.writer.run(job).await.map_err(|e| anyhow!("{e:?}"))
    }

    async fn story(&self, story: &Story) -> Result<()> {
        let book = &self.rules.book;
        let told = book.cases.iter().find(|c| c.id.value == story.case).context("the book does not tell it")?;
        let text =
            question_json(&book.schema, &told.question, &mut Findings::default()).context("it cannot be read")?;
        let owner = self.person(story.owner)?;
        let asked = self.now.plus_micros(-story.minutes * MINUTE).context("a time out of reach")?;
        let mut question = of_today(&text, asked, book)?;
        let request = question.get("request").and_then(Json::as_str).context("it asks for nothing")?.to_owned();
        if let Some(question) = question.as_object_mut() {
            question.retain(|name, _| matches!(name.as_str(), "facts" | "sources" | "circumstances"));
        }
        // The shop's people have names and numbers of their own.
        if let Some(customer) = question.pointer_mut("/facts/customer/id") {
            *customer = story.customer.0.into();
        }
        let request = RequestKind::parse(&request)?;
        let opening = self.records.opening(self.business, &self.rules, owner.clone(), request);
        let customer = Some(CustomerId::parse(story.customer.0)?);
        let set_back = Some(SetBack { source: Source::Word, reason: Some(Words::parse("They called then.")?) });
        let opening = Opening { customer, asked, set_back, ..opening.map_err(|e| anyhow!("{e:?}"))? };
        let case = opening.case.clone();
        self.run(&case, &owner, Work::Open(Box::new(opening))).await?;
        let words = Some(Words::parse(story.says)?);
        self.run(&case, &owner, Work::Do(Box::new(Command::HearCustomer { words }))).await?;
        let by = Actor::Person(owner.clone());
        let (business, role) = (self.business, &owner.role);
        let speaker = Speaker { own: by.source(), form: false };
        let who = Asker { business, rules: &self.rules, by: &by, role, speaker };
        let made = assess_case(self.records, who, &case, With::default(), &question.to_string()).await;
        let made = made.map_err(|e| anyhow!("{e:?}"))?;
        if story.owner == "omar" {
            self.asks(&case, &owner, &made.digest).await?;
        }
        Ok(())
    }

    /// Someone with authority is asked for the first option, while nobody is there yet.
    async fn asks(&self, case: &CaseId, owner: &Person, digest: &str) -> Result<()> {
        let kept = self.records.case(self.business, case).await.map_err(|e| anyhow!("{e:?}"))?;
        let option =
            kept.and_then(|c| c.assessments.last().and_then(|k| k.frozen.options.first().map(|o| o.id.clone())));
        let option: OptionId = option.context("nothing can be asked for")?;
        let wish = Wish { assessment: Digest::parse(digest)?, option, amount: None, approval: None };
        let words = Words::parse("A week late, the tags are on. Bought here often, and never asked for anything.")?;
        let approval = self.records.new_id("a").map_err(|e| anyhow!("{e:?}"))?;
        let call_back = self.records.call_back();
        let work = Work::Ask { approval, wish: Box::new(wish), look: Look::First, words, call_back };
        self.run(case, owner, work).await.map(drop)
    }
}

/// A time as text, days later.
fn later(time: &Json, days: i64) -> Json {
    let text = time.as_str().unwrap_or_default();
    let Some((day, rest)) = text.split_at_checked(10) else { return time.clone() };
    let moved = day.parse::<Date>().ok().and_then(|day| day.checked_add(days.days()).ok());
    moved.map_or_else(|| time.clone(), |day| Json::from(format!("{day}{rest}")))
}

/// A question as of today: all its dates moved along with that of the stories.
fn of_today(text: &str, now: Time, book: &Book) -> Result<Json> {
    let today: Date = now.in_zone(&book.zone).chars().take(10).collect::<String>().parse()?;
    let days = TOLD_OF.until(today)?.get_days();
    let dates = Regex::new(r"\b\d{4}-\d{2}-\d{2}")?;
    let moved = dates.replace_all(text, |found: &regex::Captures<'_>| {
        let day = found.get(0).map_or("", |m| m.as_str());
        let later = day.parse::<Date>().ok().and_then(|day| day.checked_add(days.days()).ok());
        later.map_or_else(|| day.to_owned(), |day| day.to_string())
    });
    Ok(serde_json::from_str(&moved)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::clock::{Clock, Ids};
    use crate::shelf::Shelf;
    use crate::store::cases::{self, Which};
    use crate::store::testing;

    #[test]
    fn the_shop_has_its_five_stories_waiting_and_a_journal_that_verifies() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let fresh = testing::file().unwrap();
            let shelf = Arc::new(Shelf::shipped(&[BUSINESS]));
            let records = Records::open(&fresh.place, shelf, Clock::System, Ids::System).await.unwrap();
            fill(&records).await.unwrap();
            let business = BusinessId::parse(BUSINESS).unwrap();
            let mut conn = records.store.reader().await.unwrap();
            let mut found = Vec::new();
            for kind in [Kind::Customers, Kind::Orders] {
                found.push(imports::count(&mut conn, &business, kind).await.unwrap());
            }
            assert_eq!(found, [CUSTOMERS, ORDERS]);
            let decided = imports::count(&mut conn, &business, Kind::Decisions).await.unwrap();
            assert!(decided > DECISIONS * 9 / 10, "{decided}");
            let of_rita = Which { owner: Some(PersonId::parse("rita").unwrap()), ..Which::default() };
            let mine = cases::list(&mut conn, &business, &of_rita, 10).await.unwrap();
            let mut standings = Vec::new();
            for line in mine {
                let case = records.case(&business, &CaseId::parse(&line.id).unwrap()).await.unwrap().unwrap();
                standings.push(case.assessments.last().unwrap().frozen.standing.clone());
            }
            // As in the book's cases, the newest first.
            assert_eq!(standings, ["approval", "entitled", "discretion", "discretion", "entitled"]);
            let waiting = crate::store::approvals::waiting(&mut conn, &business, 10).await.unwrap();
            assert_eq!(waiting.len(), 1);
            drop(conn);
            let mut out = Vec::new();
            crate::flow::export::export(&records.store, &business, records.clock.now(), &mut out).await.unwrap();
            let report = amends_core::journal::verify(String::from_utf8(out).unwrap().lines());
            assert!(report.is_whole(), "{:#?}", report.faults);
        });
    }
}
