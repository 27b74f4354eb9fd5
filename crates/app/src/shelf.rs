//! The books that are served: each with its last good version, read again when a file of it changes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use amends_core::book::check::{Checked, check};
use amends_core::book::read::BookFiles;
use amends_core::book::rules::Book;
use amends_core::diagnostic::{Diagnostic, Severity, Sources};
use tokio::sync::watch;

use crate::folder::{self, Trace};
use crate::shipped;

/// How often the folders are looked at for changes.
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// The books of a server, by name.
#[derive(Debug)]
pub struct Shelf {
    /// In the order in which they were given.
    volumes: Vec<(String, Volume)>,
    changes: watch::Sender<u64>,
}

#[derive(Debug)]
struct Volume {
    /// Where it is read from; none for a book that the program comes with.
    folder: Option<PathBuf>,
    state: RwLock<State>,
    /// Held while it is read again, so that nothing is served that was read before something newer.
    reading: Mutex<()>,
}

#[derive(Clone, Debug)]
struct State {
    book: Arc<Book>,
    broken: Option<Arc<Broken>>,
    trace: Trace,
    published: Published,
}

/// What was published stands over the folder: a text takes the place of a file of its path.
#[derive(Clone, Debug, Default)]
pub struct Published {
    /// The newest edition by which something was published; 0 where nothing was.
    pub edition: i64,
    /// Paths within the book, and texts.
    pub texts: Vec<(String, Arc<str>)>,
}

impl Published {
    /// A book's files with these over them.
    fn over(&self, mut files: BookFiles) -> BookFiles {
        files.texts.retain(|(path, _)| !self.texts.iter().any(|(over, _)| over == path));
        files.texts.extend(self.texts.iter().cloned());
        files
    }
}

/// What keeps the newest edit of a book from being served.
#[derive(Debug)]
pub struct Broken {
    /// What is wrong with it; none when it cannot even be read.
    pub findings: Vec<Diagnostic>,
    /// The texts they point into.
    pub sources: Sources,
    /// Why it cannot be read, where that is so.
    pub unreadable: Option<String>,
}

impl Broken {
    /// What is wrong, in a few words.
    pub fn in_short(&self) -> String {
        let counted = || crate::report::count(&self.findings);
        self.unreadable.clone().unwrap_or_else(counted)
    }
}

/// A book and whether a newer edit of it is broken.
#[derive(Clone, Debug)]
pub struct Current {
    /// The last good version.
    pub book: Arc<Book>,
    /// What is wrong with the newest edit, if anything.
    pub broken: Option<Arc<Broken>>,
}

/// A folder that holds no book that can be served, with what was found in it.
#[derive(Debug)]
pub struct NotABook {
    /// The folder as it was given.
    pub folder: String,
    /// What is wrong.
    pub findings: Vec<Diagnostic>,
    /// The texts they point into.
    pub sources: Sources,
}

/// Why a shelf cannot be filled.
#[derive(Debug)]
pub enum CannotOpen {
    /// A book has errors.
    Book(Box<NotABook>),
    /// A folder cannot be read, or two books have one name.
    Other(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for CannotOpen {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl Shelf {
    /// Opens the books of some folders.
    ///
    /// # Errors
    /// When a folder cannot be read, a book has errors, or two have one name.
    pub fn open(folders: &[PathBuf]) -> Result<Self, CannotOpen> {
        let mut volumes: Vec<(String, Volume)> = Vec::new();
        for folder in folders {
            let (name, volume) = Volume::open(folder)?;
            if volumes.iter().any(|(known, _)| *known == name) {
                return Err(anyhow::anyhow!(
                    "two of the books are called `{name}`: give one of them another name in its book.yaml"
                )
                .into());
            }
            volumes.push((name, volume));
        }
        Ok(Self { volumes, changes: watch::Sender::new(0) })
    }

    /// The books of these names that the program comes with.
    pub fn shipped(names: &[&str]) -> Self {
        let volumes = names.iter().filter_map(|name| Some(((*name).to_owned(), Volume::shipped(name)?))).collect();
        Self { volumes, changes: watch::Sender::new(0) }
    }

    /// Names of the books, in the order in which they were given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.volumes.iter().map(|(name, _)| name.as_str())
    }

    /// A book by its name.
    pub fn find(&self, name: &str) -> Option<Current> {
        self.volume(name).map(Volume::current)
    }

    /// The book that is meant where none is named: the first.
    pub fn first(&self) -> Option<(&str, Current)> {
        self.volumes.first().map(|(name, volume)| (name.as_str(), volume.current()))
    }

    /// Which edition of what was published a book is served with.
    pub fn edition(&self, name: &str) -> i64 {
        self.volume(name).map_or(0, |volume| volume.state().published.edition)
    }

    /// The files of a book as it is served: of its folder, with what was published over them.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn files(&self, name: &str) -> anyhow::Result<BookFiles> {
        let volume = self.volume(name).ok_or_else(|| anyhow::anyhow!("there is no book `{name}` here"))?;
        Ok(volume.state().published.over(volume.files()?))
    }

    /// Serves a book with what was published over its folder.
    ///
    /// # Errors
    /// When the two do not make a book: the one before is served on.
    pub fn lay(&self, name: &str, published: Published) -> Result<(), Arc<Broken>> {
        let Some(volume) = self.volume(name) else { return Ok(()) };
        let done = volume.lay(published);
        self.changes.send_modify(|n| *n += 1);
        done
    }

    fn volume(&self, name: &str) -> Option<&Volume> {
        self.volumes.iter().find(|(known, _)| known == name).map(|(_, volume)| volume)
    }

    /// Tells when a book was read again; the number grows with each time.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Looks for changes of files until the end of the program.
    pub async fn watch(self: Arc<Self>) {
        let mut every = tokio::time::interval(LOOK_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            let this = Arc::clone(&self);
            // Reading and checking a book takes too long for a thread that answers requests.
            let _ = tokio::task::spawn_blocking(move || this.look()).await;
        }
    }

    /// Reads again what has changed.
    pub fn look(&self) {
        let changed = self.volumes.iter().filter(|(_, v)| v.look()).count();
        if changed > 0 {
            self.changes.send_modify(|n| *n += 1);
        }
    }
}

impl Volume {
    fn open(path: &Path) -> Result<(String, Self), CannotOpen> {
        let trace = folder::trace(path);
        let Checked { book, findings, sources } = check(&folder::read(path)?.files);
        let Some(book) = book else {
            let folder = path.display().to_string();
            return Err(CannotOpen::Book(Box::new(NotABook { folder, findings: findings.all, sources })));
        };
        let name = book.name.clone();
        let state = State { book: Arc::new(book), broken: None, trace, published: Published::default() };
        Ok((name, Self { folder: Some(path.to_owned()), state: RwLock::new(state), reading: Mutex::default() }))
    }

    fn shipped(name: &str) -> Option<Self> {
        let book = shipped::find(name)?.checked().book?;
        let state = State { book: Arc::new(book), broken: None, trace: Vec::new(), published: Published::default() };
        Some(Self { folder: None, state: RwLock::new(state), reading: Mutex::default() })
    }

    fn current(&self) -> Current {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        Current { book: Arc::clone(&state.book), broken: state.broken.clone() }
    }

    fn state(&self) -> State {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its files, without what was published.
    fn files(&self) -> anyhow::Result<BookFiles> {
        if let Some(folder) = &self.folder {
            return Ok(folder::read(folder)?.files);
        }
        let name = &self.state().book.name;
        let shipped = shipped::find(name).ok_or_else(|| anyhow::anyhow!("`{name}` is not there any more"))?;
        Ok(shipped.files.iter().copied().collect())
    }

    /// Reads the book again, with what was published over it.
    fn lay(&self, published: Published) -> Result<(), Arc<Broken>> {
        let _alone = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let trace = self.folder.as_deref().map(folder::trace).unwrap_or_default();
        self.put(trace, published)
    }

    /// Reads the book and serves it; where it cannot be, the one before is served on.
    fn put(&self, trace: Trace, published: Published) -> Result<(), Arc<Broken>> {
        let before = self.state().book;
        let (book, broken) = match self.read(&published, &before.name) {
            Ok(book) => (Arc::new(book), None),
            Err(broken) => (before, Some(Arc::new(*broken))),
        };
        let done = broken.clone().map_or(Ok(()), Err);
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = State { book, broken, trace, published };
        done
    }

    /// Reads the book again if its files changed; whether they did.
    fn look(&self) -> bool {
        let Some(folder) = &self.folder else { return false };
        let _alone = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let (trace, before) = (folder::trace(folder), self.state());
        if trace == before.trace {
            return false;
        }
        if let Err(why) = self.put(trace, before.published) {
            tracing::warn!(book = before.book.name, "the newest edit is not served: {}", why.in_short());
        } else {
            tracing::info!(book = before.book.name, "was read again");
        }
        true
    }

    /// Reads and checks the newest edit of the book of a name, with what was published over it.
    fn read(&self, published: &Published, name: &str) -> Result<Book, Box<Broken>> {
        let unreadable =
            |why: String| Box::new(Broken { findings: Vec::new(), sources: Sources::default(), unreadable: Some(why) });
        let files = self.files().map_err(|e| unreadable(format!("{e:#}")))?;
        let Checked { book, findings, sources } = check(&published.over(files));
        match book {
            Some(book) if book.name == name => Ok(book),
            Some(book) => Err(unreadable(format!(
                "the book was called `{name}` and is now called `{}`: start Amends again to serve it under its new name",
                book.name
            ))),
            None => {
                let errors = findings.all.into_iter().filter(|f| f.severity == Severity::Error).collect();
                Err(Box::new(Broken { findings: errors, sources, unreadable: None }))
            }
        }
    }
}
