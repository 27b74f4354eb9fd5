//! What goes on by itself, each kind of work in a task of its own and what is sent in one for each receiver, so that nobody
//! waits for another's; and what of it stands still.

use std::collections::{BTreeMap, HashMap};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use amends_core::ids::BusinessId;
use futures_util::FutureExt as _;
use tokio::sync::watch as watch_of;
use tokio::task::JoinSet;

use super::kept::watch::{self, Watches};
use super::records::Records;
use super::{fulfil, mail, news, precedents, tell, timer};
use crate::signs::log::Trouble;
use crate::store::StoreError;

/// How long work rests after it fell, and the longest it does; it doubles with each fall.
const REST_FIRST: Duration = Duration::from_secs(1);
const REST_MOST: Duration = Duration::from_mins(1);
/// Work that went on for so long is well again.
const WELL_AFTER: Duration = Duration::from_mins(5);

/// How far two looks are apart at least.
const LOOKS_APART: Duration = Duration::from_millis(5);

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Work {
    /// Rules that were published come to hold.
    Rules,
    /// Clocks of cases.
    Clocks,
    /// Anchors of the journal.
    Anchors,
    /// What is older than it is kept.
    Retention,
    /// What is told to streams.
    News,
    /// The check of what is kept.
    Check,
    /// Steps of grants.
    Steps,
    /// Messages to webhooks.
    Messages,
    /// Mail.
    Mail,
    /// What was decided before.
    Precedents,
}

impl Work {
    /// In one word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Clocks => "clocks",
            Self::Anchors => "anchors",
            Self::Retention => "retention",
            Self::News => "news",
            Self::Check => "check",
            Self::Steps => "steps",
            Self::Messages => "messages",
            Self::Mail => "mail",
            Self::Precedents => "precedents",
        }
    }

    /// After how long without a look it stands still. What is old is looked for in a great many cases.
    const fn stands_after(self) -> Duration {
        match self {
            Self::Retention => Duration::from_hours(2),
            Self::Check => Duration::from_mins(10),
            _ => Duration::from_mins(1),
        }
    }
}

/// How one kind of work does.
#[derive(Debug)]
struct Stand {
    looked: Instant,
    falls: u64,
}

/// How all of it does.
#[derive(Debug, Default)]
pub struct Working(Mutex<BTreeMap<Work, Stand>>);

impl Working {
    fn with<T>(&self, work: Work, f: impl FnOnce(&mut Stand) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f(all.entry(work).or_insert_with(|| Stand { looked: Instant::now(), falls: 0 }))
    }

    /// It looked at everything there was to do.
    pub fn looked(&self, work: Work) {
        self.with(work, |stand| stand.looked = Instant::now());
    }

    fn fell(&self, work: Work) {
        self.with(work, |stand| stand.falls += 1);
    }

    /// What stands still: it was begun, and has not looked for long.
    pub fn still(&self) -> Vec<&'static str> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_still = |(work, stand): &(&Work, &Stand)| stand.looked.elapsed() > work.stands_after();
        all.iter().filter(is_still).map(|(work, _)| work.word()).collect()
    }

    /// Each kind of work: for how long it has not looked, and how often it fell.
    pub fn all(&self) -> Vec<(&'static str, Duration, u64)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(work, stand)| (work.word(), stand.looked.elapsed(), stand.falls)).collect()
    }
}

/// Everything that goes on by itself, until the end of the program.
pub async fn all(records: Arc<Records>, watches: Watches) {
    let mut first = Some(watches);
    let check = |records| watch::run(records, first.take().unwrap_or_default());
    tokio::join!(
        go_on(&records, Work::Rules, timer::rules),
        go_on(&records, Work::Clocks, timer::clocks),
        go_on(&records, Work::Anchors, timer::anchors),
        go_on(&records, Work::Retention, timer::retention),
        go_on(&records, Work::News, news::run),
        go_on(&records, Work::Check, check),
        go_on(&records, Work::Steps, fulfil::run),
        go_on(&records, Work::Messages, tell::run),
        go_on(&records, Work::Mail, mail::run),
        go_on(&records, Work::Precedents, precedents::run),
    );
}

/// Does one kind of work in a task, and begins it again when it falls: after a while, and a longer one each time.
async fn go_on<F>(records: &Arc<Records>, work: Work, mut begin: impl FnMut(Arc<Records>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut rest = REST_FIRST;
    loop {
        records.working.looked(work);
        let since = Instant::now();
        // With the set goes its task.
        let mut task = JoinSet::new();
        task.spawn(begin(Arc::clone(records)));
        let _ = task.join_next().await;
        records.working.fell(work);
        if since.elapsed() > WELL_AFTER {
            rest = REST_FIRST;
        }
        tracing::error!(work = work.word(), "fell by a fault of this program; it goes on in {} s", rest.as_secs());
        tokio::time::sleep(rest).await;
        rest = (rest * 2).min(REST_MOST);
    }
}

/// Whose round it is: of a business, and of one receiver in it where there are several.
pub type Whose = (BusinessId, String);

/// Rounds of one kind of work that go on beside each other: at most one of each receiver.
#[derive(Debug)]
pub struct Rounds {
    records: Arc<Records>,
    work: Work,
    trouble: Trouble,
    tasks: JoinSet<(Whose, Option<Result<usize, StoreError>>)>,
    of: HashMap<Whose, Round>,
}

/// How the rounds of one receiver do.
#[derive(Debug)]
struct Round {
    goes_on: bool,
    /// It fell: until when it rests, and for how long it does after the next fall.
    rests: Option<(Instant, Duration)>,
}

impl Rounds {
    /// None goes on yet.
    pub fn new(records: &Arc<Records>, work: Work, of: &'static str) -> Self {
        let records = Arc::clone(records);
        Self { records, work, trouble: Trouble::of(of), tasks: JoinSet::new(), of: HashMap::new() }
    }

    /// Begins a round, unless one of the same receiver goes on or rests.
    pub fn begin(&mut self, whose: Whose, round: impl Future<Output = Result<usize, StoreError>> + Send + 'static) {
        let of = self.of.entry(whose.clone()).or_insert(Round { goes_on: false, rests: None });
        if of.goes_on || of.rests.is_some_and(|(until, _)| until > Instant::now()) {
            return;
        }
        of.goes_on = true;
        self.tasks.spawn(async move { (whose, AssertUnwindSafe(round).catch_unwind().await.ok()) });
    }

    /// How a look for what is to be done went.
    pub fn heard<T>(&mut self, business: &BusinessId, came: &Result<T, StoreError>) {
        self.trouble.heard(business, came);
    }

    /// Ends a look: the next is when something was written, or a while has gone by. Those rounds that are over by then are
    /// taken note of.
    pub async fn rest(&mut self, every: Duration, written: &mut watch_of::Receiver<u64>) {
        self.records.working.looked(self.work);
        let _ = tokio::time::timeout(every, written.changed()).await;
        // Many commits one after the other are one look.
        tokio::time::sleep(LOOKS_APART).await;
        while let Some(ended) = self.tasks.try_join_next() {
            let Ok((whose, came)) = ended else { continue };
            match came {
                Some(came) => {
                    self.trouble.heard(&whose.0, &came);
                    self.of.remove(&whose);
                }
                None => self.fell(whose),
            }
        }
    }

    fn fell(&mut self, whose: Whose) {
        self.records.working.fell(self.work);
        let (work, business, receiver) = (self.work.word(), whose.0.as_str(), whose.1.as_str());
        tracing::error!(work, business, receiver, "fell by a fault of this program; it goes on after a rest");
        let rest = self.of.get(&whose).and_then(|of| of.rests).map_or(REST_FIRST, |(_, rest)| rest);
        let rests = Some((Instant::now() + rest, (rest * 2).min(REST_MOST)));
        self.of.insert(whose, Round { goes_on: false, rests });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::clock::{Clock, Ids};
    use crate::shelf::Shelf;
    use crate::store::testing;

    async fn records() -> (testing::Fresh, Arc<Records>) {
        let fresh = testing::file().unwrap();
        let shelf = Arc::new(Shelf::shipped(&["retail"]));
        let records = Records::open(&fresh.place, shelf, Clock::System, Ids::System).await.unwrap();
        (fresh, Arc::new(records))
    }

    #[tokio::test(start_paused = true)]
    async fn what_falls_goes_on_and_is_counted() {
        let (_fresh, records) = records().await;
        let (begun, mut seen) = tokio::sync::mpsc::unbounded_channel();
        let falls = move |_| {
            let begun = begun.clone();
            async move {
                let _ = begun.send(());
                panic!("for the test");
            }
        };
        let going = {
            let records = Arc::clone(&records);
            tokio::spawn(async move { go_on(&records, Work::Clocks, falls).await })
        };
        for _ in 0..3 {
            seen.recv().await.unwrap();
        }
        going.abort();
        let all = records.working.all();
        assert_eq!((all[0].0, all[0].2 >= 2), ("clocks", true), "{all:?}");
        assert!(records.working.still().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_receiver_that_is_slow_or_falls_holds_nobody_up() {
        let (_fresh, records) = records().await;
        let (did, mut seen) = tokio::sync::mpsc::unbounded_channel();
        let mut rounds = Rounds::new(&records, Work::Steps, "fulfilment");
        let business = BusinessId::parse("retail").unwrap();
        let mut written = records.writer.written();
        for _ in 0..4 {
            for receiver in ["slow", "falls", "well"] {
                let did = did.clone();
                rounds.begin((business.clone(), receiver.to_owned()), async move {
                    let _ = did.send(receiver);
                    match receiver {
                        "slow" => std::future::pending().await,
                        "falls" => panic!("for the test"),
                        _ => Ok(1),
                    }
                });
            }
            rounds.rest(Duration::from_millis(100), &mut written).await;
        }
        let mut count = HashMap::new();
        while let Ok(receiver) = seen.try_recv() {
            *count.entry(receiver).or_insert(0) += 1;
        }
        assert_eq!(count, HashMap::from([("slow", 1), ("falls", 1), ("well", 4)]), "one that fell rests");
    }
}
