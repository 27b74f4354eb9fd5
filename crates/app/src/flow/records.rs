//! What is kept: the database with its writer, the clock and the books, for every use case that needs them.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use amends_core::authority::Person;
use amends_core::book::read::BookFiles;
use amends_core::book::rules::Book;
use amends_core::case::{Actor, BookRef, Case, Command, Opening};
use amends_core::digest::Digest;
use amends_core::facts::Source;
use amends_core::ids::{BusinessId, CaseId, RequestKind};
use amends_core::journal::derive::Standing;
use amends_core::time::{DAY, Duration, HOUR, SECOND, Time};

use super::batch::read_cases;
use super::clock::{Clock, Ids};
use super::job::{Answer, Job, Refused, RequestKey, Work};
use super::kept::{self, Kept, Place as OfKept};
use super::news::News;
use super::rules::Rules;
use super::working::Working;
use super::writer::Writer;
use crate::connect::http::{Http, Reach};
use crate::connect::mail::Mailer;
use crate::shelf::{Broken, Published, Shelf};
use crate::signs::metrics::Calls;
use crate::store::people::PersonRow;
use crate::store::{Place, Store, StoreError, keys, settings};

/// How long until the customer is called back where nobody can be asked, in microseconds.
const CALL_BACK_AFTER: i64 = 2 * HOUR;

/// The action of a key of a system of record, which none has that does not name it.
pub const FACTS: &str = "facts";

/// For how many seconds what is given on the desk can be taken back, where nothing else is said.
pub const UNDO_SECONDS: u32 = 5;

fn undo(seconds: u32) -> Option<Duration> {
    (seconds > 0).then(|| Duration(i64::from(seconds) * SECOND))
}

/// What is kept.
#[derive(Debug)]
pub struct Records {
    /// The database.
    pub store: Store,
    /// Who writes to it.
    pub writer: Writer,
    /// The time it is.
    pub clock: Clock,
    /// Where new ids come from.
    pub ids: Ids,
    /// What calls other systems.
    pub http: Http,
    /// What came of its calls.
    pub calls: Calls,
    /// What sends mail; none: no mail server is set up.
    pub mailer: Option<Mailer>,
    /// The address by which people reach this server, without a path.
    pub public: String,
    /// For how many days what people wrote is kept after a case ended; none: for good.
    pub kept_for: Option<NonZeroU32>,
    /// For how long what is given on the desk can be taken back; none: not at all.
    pub undo: Option<Duration>,
    /// What is told as it happens.
    pub news: News,
    /// What does not hold together.
    pub kept: Arc<Kept>,
    /// How what goes on by itself does.
    pub working: Working,
    shelf: Arc<Shelf>,
    rules: Mutex<HashMap<BusinessId, Arc<Rules>>>,
    /// What was read of the chains of settings.
    standings: Mutex<HashMap<BusinessId, Standing>>,
    /// The books of which it is known that they are kept as editions, by their digests.
    noted: Mutex<HashMap<BusinessId, String>>,
    /// The day on which each key was used last, as far as this program wrote it down.
    used: Mutex<HashMap<(BusinessId, String), i64>>,
}

/// Someone who has come in.
#[derive(Clone, Debug)]
pub struct Me {
    /// For which business.
    pub business: BusinessId,
    /// Who.
    pub person: PersonRow,
    /// What holds in it.
    pub rules: Arc<Rules>,
    /// How they came in.
    pub way: Way,
}

/// How someone came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// A program with a key of theirs.
    Key {
        /// Its id.
        id: String,
        /// What it may do, by the names of actions; none: all that its person may.
        actions: Vec<String>,
        /// Whether it came with the secret before its newest, which is good for a while after the key was rotated.
        older: bool,
    },
    /// They themselves, in a browser.
    Session {
        /// Its id.
        id: String,
        /// How they signed in.
        how: String,
        /// What a page of ours sends with each change, and no other page knows.
        csrf: String,
    },
}

impl Me {
    /// By what they are counted: the key of a program, or the person in a browser.
    pub fn account(&self) -> String {
        match &self.way {
            Way::Key { id, .. } => format!("{} key {id}", self.business),
            Way::Session { .. } => format!("{} person {}", self.business, self.person.id),
        }
    }

    /// As they act.
    pub fn actor(&self) -> Actor {
        Actor::Person(self.person.person())
    }

    /// What their word for a fact is worth: a key of a system of record tells what the system shows, anyone else what they
    /// looked at, and an AI agent what it claims.
    pub fn source(&self) -> Source {
        let own = self.actor().source();
        match &self.way {
            Way::Key { actions, .. } if own == Source::Seen && actions.iter().any(|a| a == FACTS) => Source::System,
            _ => own,
        }
    }
}

/// What came with a request beside its body.
#[derive(Clone, Debug, Default)]
pub struct With {
    /// By what a repeated request is told.
    pub key: Option<RequestKey>,
    /// The version of the case it was meant for.
    pub if_version: Option<u64>,
}

impl Records {
    /// Opens a database and starts its writer. Each book that is served is a business of its name.
    ///
    /// # Errors
    /// When the database cannot be reached, or is of a newer version.
    pub async fn open(place: &Place, shelf: Arc<Shelf>, clock: Clock, ids: Ids) -> Result<Self, StoreError> {
        let store = Store::open(place, clock.now().micros()).await?;
        let of_shelf = Arc::clone(&shelf);
        let books = Arc::new(move |business: &BusinessId| of_shelf.find(business.as_str()).map(|c| c.book));
        let kept = Arc::new(Kept::default());
        let writer = Writer::start(&store, books, clock.clone(), Arc::clone(&kept))?;
        let http = Http::new(Reach::Public).map_err(|e| StoreError::Failed(e.to_string()))?;
        let records = Self {
            store,
            writer,
            clock,
            ids,
            http,
            calls: Calls::default(),
            mailer: None,
            public: "http://localhost".to_owned(),
            kept_for: None,
            undo: undo(UNDO_SECONDS),
            news: News::default(),
            kept,
            working: Working::default(),
            shelf,
            rules: Mutex::default(),
            standings: Mutex::default(),
            noted: Mutex::default(),
            used: Mutex::default(),
        };
        for business in records.businesses() {
            kept::adopt(&records.store, &business, records.clock.now()).await?;
            super::publishing::lay(&records, &business).await?;
        }
        Ok(records)
    }

    /// The same, with other addresses within reach.
    ///
    /// # Errors
    /// When encryption cannot be set up.
    pub fn reaching(self, reach: Reach) -> Result<Self, StoreError> {
        let http = Http::new(reach).map_err(|e| StoreError::Failed(e.to_string()))?;
        Ok(Self { http, ..self })
    }

    /// The same, reached by people at this address, which stands in links that they are sent.
    #[must_use]
    pub fn reached_at(self, public: &str) -> Self {
        Self { public: public.trim_end_matches('/').to_owned(), ..self }
    }

    /// The same, with something that sends mail.
    #[must_use]
    pub fn mailing(self, mailer: Option<Mailer>) -> Self {
        Self { mailer, ..self }
    }

    /// The same, where what people wrote is erased so many days after a case ended.
    #[must_use]
    pub fn keeping_for(self, days: Option<NonZeroU32>) -> Self {
        Self { kept_for: days, ..self }
    }

    /// The same, where what is given on the desk can be taken back for so many seconds.
    #[must_use]
    pub fn undoing_for(self, seconds: u32) -> Self {
        Self { undo: undo(seconds), ..self }
    }

    /// The businesses: the books that are served and whose names are ids.
    pub fn businesses(&self) -> Vec<BusinessId> {
        self.shelf.names().filter_map(|name| BusinessId::parse(name).ok()).collect()
    }

    /// The book that a business has in force.
    pub fn book(&self, business: &BusinessId) -> Option<Arc<Book>> {
        self.shelf.find(business.as_str()).map(|current| current.book)
    }

    /// The files of the book that a business has in force.
    ///
    /// # Errors
    /// When its folder cannot be read.
    pub fn files(&self, business: &BusinessId) -> anyhow::Result<BookFiles> {
        self.shelf.files(business.as_str())
    }

    /// Which edition of what was published its book is served with.
    pub fn edition(&self, business: &BusinessId) -> i64 {
        self.shelf.edition(business.as_str())
    }

    /// Serves its book with what was published over its folder.
    pub(super) fn lay(&self, business: &BusinessId, published: Published) -> Result<(), Arc<Broken>> {
        self.shelf.lay(business.as_str(), published)
    }

    /// Whether a book is known to be kept as an edition.
    pub(super) fn has_noted(&self, business: &BusinessId, digest: &str) -> bool {
        let noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.get(business).is_some_and(|known| known == digest)
    }

    /// Remembers that a book is kept as an edition.
    pub(super) fn note(&self, business: &BusinessId, digest: &str) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.insert(business.clone(), digest.to_owned());
    }

    /// What holds in a business now.
    ///
    /// # Errors
    /// [`Refused::NoCase`] where no book of its name is served.
    pub async fn rules(&self, business: &BusinessId) -> Result<Arc<Rules>, Refused> {
        let book = self.book(business).ok_or(Refused::NoCase)?;
        let read = async {
            let mut conn = self.store.reader().await?;
            let version = settings::version(&mut conn, business).await?.unwrap_or(0);
            if let Some(rules) = self.known_rules(business, version, &book) {
                return Ok(rules);
            }
            // Two that read at once both begin anew: that is slower, and not wrong.
            let known = self.standings.lock().unwrap_or_else(PoisonError::into_inner).remove(business);
            let mut standing = known.unwrap_or_default();
            let rules = Arc::new(Rules::read(&mut conn, business, Arc::clone(&book), &mut standing).await?);
            self.standings.lock().unwrap_or_else(PoisonError::into_inner).insert(business.clone(), standing);
            self.kept.looked_at(business, OfKept::Settings, &rules.differs);
            let mut known = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(business.clone(), Arc::clone(&rules));
            Ok(rules)
        };
        read.await.map_err(Refused::Store)
    }

    fn known_rules(&self, business: &BusinessId, version: i64, book: &Arc<Book>) -> Option<Arc<Rules>> {
        let known = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(business).filter(|r| r.version == version && Arc::ptr_eq(&r.book, book)).cloned()
    }

    /// Whoever a token is of; none when it is nobody's, or of someone who is gone.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn who(&self, token: &str) -> Result<Option<Me>, Refused> {
        let Some((business, person)) = super::people::named_by(token) else { return Ok(None) };
        let rules = match self.rules(&business).await {
            Err(Refused::NoCase) => return self.nobody(&business).await,
            rules => rules?,
        };
        let (given, now) = (Digest::of(token.as_bytes()), self.clock.now().micros());
        let Some(key) = rules.opened_by(&given, now).filter(|key| key.person == person) else { return Ok(None) };
        self.use_key(&business, &key.id, now).await;
        let older = key.digest != given.as_str();
        let way = Way::Key { id: key.id.clone(), actions: key.actions.clone(), older };
        let found = rules.people.get(&person).filter(|p| p.active).cloned();
        Ok(found.map(|person| Me { business, person, rules, way }))
    }

    /// Nobody, where no book of a business's name is served. It takes as long as where one is, so that nobody learns by it
    /// which businesses there are.
    pub(super) async fn nobody<T>(&self, business: &BusinessId) -> Result<Option<T>, Refused> {
        let read = async { settings::version(&mut *self.store.reader().await?, business).await };
        read.await.map(|_| None).map_err(Refused::Store)
    }

    /// Writes down that a key is used, once a day.
    async fn use_key(&self, business: &BusinessId, id: &str, now: i64) {
        let (of, day) = ((business.clone(), id.to_owned()), now - now.rem_euclid(DAY));
        let before = self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(of, day);
        if before != Some(day) {
            let write = async { keys::used(&mut *self.store.reader().await?, business, id, day).await };
            // Where it cannot be written it seems unused; whoever asks has their answer.
            let _: Result<(), StoreError> = write.await;
        }
    }

    /// A case as it is now; none where there is none of that id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn case(&self, business: &BusinessId, id: &CaseId) -> Result<Option<Case>, Refused> {
        let read = async {
            let mut conn = self.store.reader().await?;
            read_cases(&mut conn, business, &[id.as_str()]).await
        };
        read.await.map(|cases| cases.into_iter().next()).map_err(Refused::Store)
    }

    /// Does something on a case.
    ///
    /// # Errors
    /// Why it was not done.
    pub async fn run(&self, me: &Me, case: &CaseId, with: With, work: Work) -> Answer {
        super::second::may_be_theirs(self, me, case, &work).await?;
        let With { key, if_version } = with;
        let (business, case, by) = (me.business.clone(), case.clone(), me.actor());
        self.writer.run(Job { business, case, by, key, if_version, work }).await
    }

    /// Does something on a case that needs nothing but the case.
    ///
    /// # Errors
    /// Why it was not done.
    pub async fn command(&self, me: &Me, case: &CaseId, with: With, command: Command) -> Answer {
        self.run(me, case, with, Work::Do(Box::new(command))).await
    }

    /// What opens a case now, for whoever answers for it: of their team, under the book in force, for a customer who is not
    /// known yet.
    ///
    /// # Errors
    /// Never: the digest of a book that was checked is one.
    pub fn opening(
        &self,
        business: &BusinessId,
        rules: &Rules,
        owner: Person,
        request: RequestKind,
    ) -> Result<Opening, Refused> {
        let digest =
            Digest::parse(&rules.book.digest).map_err(|e| Refused::Store(StoreError::Failed(e.to_string())))?;
        Ok(Opening {
            case: self.new_id("c")?,
            business: business.clone(),
            team: owner.team.clone(),
            customer: None,
            request,
            book: BookRef { name: rules.book.name.clone(), digest },
            asked: self.clock.now(),
            set_back: None,
            owner,
        })
    }

    /// When a customer is called back where nobody can be asked now.
    pub fn call_back(&self) -> Time {
        self.clock.now().plus_micros(CALL_BACK_AFTER).unwrap_or(Time::MAX)
    }

    /// A new id.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn new_id<T: TryFrom<String>>(&self, prefix: &str) -> Result<T, Refused> {
        let made = self.ids.new_id(prefix, self.clock.now());
        let text = made.map_err(|e| Refused::Store(StoreError::Failed(e.to_string())))?;
        T::try_from(text).map_err(|_| Refused::Store(StoreError::Failed("an id could not be made".to_owned())))
    }
}
