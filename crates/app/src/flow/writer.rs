//! The writer: one thread that does all jobs of a database in batches, so that one commit serves many.

use std::collections::{HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use amends_core::book::rules::Book;
use amends_core::ids::BusinessId;
use futures_util::FutureExt as _;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};
use tracing::Instrument as _;

use super::batch::{self, Memory};
use super::clock::Clock;
use super::job::{Answer, Job, Refused};
use super::kept::Kept;
use crate::signs::metrics::Writing;
use crate::store::{Conn, Store, StoreError};

/// Most jobs of one batch.
const BATCH_MAX: usize = 256;
/// Most jobs that wait; more are told to come again.
const WAITING_MAX: usize = 8_192;
/// How often a job by itself is tried again when someone else was in the way.
const TRIES_MAX: u32 = 20;
/// How often several are, before it is looked for the one that is in the way.
const TRIES_TOGETHER: u32 = 3;
/// For how long a batch is tried in all: whoever waits is told then.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait before the connection is made again.
const PAUSE: Duration = Duration::from_millis(200);
/// After so many jobs the database counts its tables, and again each time they have doubled.
const COUNT_AFTER: usize = 1_024;

/// Why nothing is written any more.
const ENDED: &str = "the thread that writes has ended";

/// Which book a business has in force.
pub type Books = Arc<dyn Fn(&BusinessId) -> Option<Arc<Book>> + Send + Sync>;

struct Waiting {
    job: Job,
    answer: oneshot::Sender<Answer>,
}

/// Where jobs are handed in.
#[derive(Clone, Debug)]
pub struct Writer {
    queue: mpsc::Sender<Waiting>,
    written: watch::Receiver<u64>,
    measured: Writing,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.job.fmt(f)
    }
}

impl Writer {
    /// Starts the thread. It ends when the last of its clones is dropped.
    ///
    /// # Errors
    /// When the database cannot be reached, or no thread can be started.
    pub fn start(store: &Store, books: Books, clock: Clock, kept: Arc<Kept>) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel(WAITING_MAX);
        let (count, written) = watch::channel(0);
        let failed = |e: std::io::Error| StoreError::Failed(format!("no thread can be started: {e}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (store, memory) = (store.clone(), Memory { kept, ..Memory::default() });
        let measured = Writing::default();
        let loops = Loop {
            store,
            conn: None,
            books,
            clock,
            memory,
            count,
            done: 0,
            count_at: COUNT_AFTER,
            measured: measured.clone(),
        };
        let work = move || runtime.block_on(loops.run(jobs));
        std::thread::Builder::new().name("writer".to_owned()).spawn(work).map_err(failed)?;
        Ok(Self { queue, written, measured })
    }

    /// Does a job: the answer is there once it is kept for good.
    pub async fn run(&self, job: Job) -> Answer {
        let (answer, answered) = oneshot::channel();
        match self.queue.try_send(Waiting { job, answer }) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                self.measured.was_busy();
                return Err(Refused::Busy);
            }
            // To come again in a moment is of no use: this program has to be started anew.
            Err(TrySendError::Closed(_)) => return Err(Refused::Store(StoreError::Unreachable(ENDED.to_owned()))),
        }
        // From handing it in to its commit; it shares both with the others of its batch.
        let answered = answered.instrument(tracing::info_span!("write"));
        answered.await.unwrap_or(Err(Refused::Store(StoreError::Uncertain)))
    }

    /// Whether what is handed in is still done.
    pub fn is_alive(&self) -> bool {
        !self.queue.is_closed()
    }

    /// How many jobs wait.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// What it measures of itself.
    pub const fn measured(&self) -> &Writing {
        &self.measured
    }

    /// Changes each time the journal grew.
    pub fn written(&self) -> watch::Receiver<u64> {
        self.written.clone()
    }
}

struct Loop {
    store: Store,
    conn: Option<Conn>,
    books: Books,
    clock: Clock,
    memory: Memory,
    count: watch::Sender<u64>,
    /// Jobs that were done.
    done: usize,
    /// At how many the tables are counted next.
    count_at: usize,
    measured: Writing,
}

impl Loop {
    async fn run(mut self, mut jobs: mpsc::Receiver<Waiting>) {
        let mut waiting: VecDeque<Waiting> = VecDeque::new();
        loop {
            if waiting.is_empty() {
                let Some(next) = jobs.recv().await else { return };
                waiting.push_back(next);
            }
            while waiting.len() < WAITING_MAX
                && let Ok(next) = jobs.try_recv()
            {
                waiting.push_back(next);
            }
            let batch = next_batch(&mut waiting);
            self.batch(batch).await;
        }
    }

    /// Does a batch and answers it. Where one job of it is in the way of the others it is found by halves, so that it
    /// fails alone.
    async fn batch(&mut self, batch: Vec<Waiting>) {
        let until = Instant::now() + PATIENCE;
        let (jobs, senders): (Vec<Job>, Vec<oneshot::Sender<Answer>>) =
            batch.into_iter().map(|w| (w.job, w.answer)).unzip();
        let mut parts = vec![(jobs, senders)];
        while let Some((mut jobs, mut senders)) = parts.pop() {
            let began = Instant::now();
            let answers = match self.do_all(&jobs, until).await {
                Ok(ran) => {
                    if ran.wrote {
                        self.measured.wrote(jobs.len(), began.elapsed());
                        self.count.send_modify(|n| *n += 1);
                        self.let_count(jobs.len());
                    }
                    ran.answers
                }
                Err(e) if jobs.len() > 1 && is_of_one(&e) && Instant::now() < until => {
                    let half = jobs.len() / 2;
                    parts.push((jobs.split_off(half), senders.split_off(half)));
                    parts.push((jobs, senders));
                    continue;
                }
                Err(e) => {
                    self.measured.failed();
                    tracing::error!(jobs = jobs.len(), "nothing was written: {e}");
                    jobs.iter().map(|_| Err(Refused::Store(e.clone()))).collect()
                }
            };
            for (sender, answer) in senders.into_iter().zip(answers) {
                // Whoever asked may have gone: it is done all the same.
                let _ = sender.send(answer);
            }
        }
    }

    /// Lets the database count its tables aside when they have doubled.
    fn let_count(&mut self, jobs: usize) {
        self.done = self.done.saturating_add(jobs);
        if self.done >= self.count_at {
            self.count_at = self.done.saturating_mul(2);
            let store = self.store.clone();
            // Where it fails, plans are as they were.
            tokio::spawn(async move { drop(store.count().await) });
        }
    }

    /// Tries until nobody else is in the way.
    async fn do_all(&mut self, jobs: &[Job], until: Instant) -> Result<batch::Ran, StoreError> {
        let most = if jobs.len() > 1 { TRIES_TOGETHER } else { TRIES_MAX };
        let mut tries = 0;
        loop {
            tries += 1;
            // One job that this program cannot bear ends neither the thread nor the jobs beside it.
            let done = match AssertUnwindSafe(self.try_all(jobs)).catch_unwind().await {
                Ok(done) => done,
                Err(_) => Err(self.begin_anew()),
            };
            let again = match &done {
                Err(StoreError::Conflict(_)) => tries < most && Instant::now() < until,
                Err(StoreError::Unreachable(_)) => {
                    self.conn = None;
                    tokio::time::sleep(PAUSE).await;
                    tries < 3
                }
                Err(StoreError::Uncertain) => {
                    self.conn = None;
                    false
                }
                _ => false,
            };
            if !again {
                return done;
            }
        }
    }

    /// After a panic: nothing that is remembered is of any worth. What was about to be committed may have been.
    fn begin_anew(&mut self) -> StoreError {
        let was = std::mem::take(&mut self.memory);
        self.memory.kept = was.kept;
        self.conn = None;
        if was.commits { StoreError::Uncertain } else { StoreError::Failed("this program failed at it".to_owned()) }
    }

    async fn try_all(&mut self, jobs: &[Job]) -> Result<batch::Ran, StoreError> {
        let Some(first) = jobs.first() else { return Ok(batch::Ran { answers: Vec::new(), wrote: false }) };
        let Some(book) = (self.books)(&first.business) else {
            let answers = jobs.iter().map(|_| Err(Refused::NoCase)).collect();
            return Ok(batch::Ran { answers, wrote: false });
        };
        let conn = match &mut self.conn {
            Some(conn) => conn,
            empty => empty.insert(self.store.own_writer().await?),
        };
        batch::run(conn, &mut self.memory, &book, jobs, self.clock.now()).await
    }
}

/// Whether it may be for one job alone that a batch was not written, so that the others are well without it.
const fn is_of_one(error: &StoreError) -> bool {
    matches!(error, StoreError::Conflict(_) | StoreError::Unreadable(_) | StoreError::Failed(_))
}

/// The next jobs of one business, no two on the same case or with the same key; the others keep their order.
fn next_batch(waiting: &mut VecDeque<Waiting>) -> Vec<Waiting> {
    let Some(business) = waiting.front().map(|w| w.job.business.clone()) else { return Vec::new() };
    let (mut cases, mut keys) = (HashSet::new(), HashSet::new());
    let (mut batch, mut later) = (Vec::new(), VecDeque::new());
    while let Some(next) = waiting.pop_front() {
        let is_of_it = next.job.business == business && batch.len() < BATCH_MAX;
        // A case whose job waits is as taken as one whose job is done now; and a request that is made twice at once is
        // told what came of the first.
        let is_first = |keys: &mut HashSet<String>| next.job.key.as_ref().is_none_or(|key| keys.insert(key.id.clone()));
        if is_of_it && cases.insert(next.job.case.clone()) && is_first(&mut keys) {
            batch.push(next);
        } else {
            later.push_back(next);
        }
        if batch.len() == BATCH_MAX {
            break;
        }
    }
    later.append(waiting);
    *waiting = later;
    batch
}
