//! The books that are served: each with its last good version, read again when a file of it changes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use amends_core::book::check::{Checked, check};
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
}

#[derive(Clone, Debug)]
struct State {
    book: Arc<Book>,
    broken: Option<Arc<Broken>>,
    trace: Trace,
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
    fn in_short(&self) -> String {
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
        self.volumes.iter().find(|(known, _)| known == name).map(|(_, volume)| volume.current())
    }

    /// The book that is meant where none is named: the first.
    pub fn first(&self) -> Option<(&str, Current)> {
        self.volumes.first().map(|(name, volume)| (name.as_str(), volume.current()))
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
        let state = State { book: Arc::new(book), broken: None, trace };
        Ok((name, Self { folder: Some(path.to_owned()), state: RwLock::new(state) }))
    }

    fn shipped(name: &str) -> Option<Self> {
        let book = shipped::find(name)?.checked().book?;
        let state = State { book: Arc::new(book), broken: None, trace: Vec::new() };
        Some(Self { folder: None, state: RwLock::new(state) })
    }

    fn current(&self) -> Current {
        let state = self.state.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        Current { book: Arc::clone(&state.book), broken: state.broken.clone() }
    }

    /// Reads the book again if its files changed; whether they did.
    fn look(&self) -> bool {
        let Some(folder) = &self.folder else { return false };
        let trace = folder::trace(folder);
        let before = self.state.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if trace == before.trace {
            return false;
        }
        let (book, broken) = match read(folder, &before.book.name) {
            Ok(book) => (Arc::new(book), None),
            Err(broken) => (before.book, Some(Arc::new(*broken))),
        };
        if let Some(why) = &broken {
            tracing::warn!(book = book.name, "the newest edit is not served: {}", why.in_short());
        } else {
            tracing::info!(book = book.name, "was read again");
        }
        *self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner) = State { book, broken, trace };
        true
    }
}

/// Reads and checks the newest edit of the book of a name.
fn read(path: &Path, name: &str) -> Result<Book, Box<Broken>> {
    let unreadable =
        |why: String| Box::new(Broken { findings: Vec::new(), sources: Sources::default(), unreadable: Some(why) });
    let folder = folder::read(path).map_err(|e| unreadable(format!("{e:#}")))?;
    let Checked { book, findings, sources } = check(&folder.files);
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
