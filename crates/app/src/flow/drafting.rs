//! Drafts of rules: begun from the newest version, saved, tried out before they are published.

use std::collections::HashSet;
use std::sync::Arc;

use amends_core::book::check::check;
use amends_core::book::format::{get, set};
use amends_core::book::read::BookFiles;
use amends_core::book::rules::{Book, Policy, Version};
use amends_core::diagnostic::{Diagnostic, FileId, Severity, Sources, Span};
use amends_core::digest::Digest;
use amends_core::explain::{Change, Reading, changes};
use amends_core::time::Date;
use amends_core::trial::{self, Answer};

use super::job::{Refused, RequestKey};
use super::records::{Me, Records};
use crate::store::drafts::{self, DISCARDED, DraftRow, OPEN};
use crate::store::{Conn, StoreError};
use crate::texts::{Texts, texts};

/// Most bytes of a draft.
pub const TEXT_BYTES_MAX: usize = 256 << 10;
/// Most drafts that are worked on at a time.
const DRAFTS_MAX: usize = 200;
/// Comes before every version of a rule that is dated.
const LONG_AGO: &str = "0001-01-01";

/// What a save brings.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The whole text.
    pub text: String,
    /// The version of the draft that was edited.
    pub version: i64,
    /// The newest version of the rule that its author has seen; none: the one the draft knows.
    pub base: Option<String>,
}

/// What comes of a draft's text.
#[derive(Debug)]
pub struct Tried {
    /// What is wrong, errors first: in the draft, and elsewhere because of it.
    pub findings: Vec<Diagnostic>,
    /// The texts the findings point into.
    pub sources: Sources,
    /// Which of them the draft is.
    pub path: String,
    /// The book as it would be; none where it cannot be used.
    pub book: Option<Box<Book>>,
    /// The day it would come into force.
    pub in_force: Date,
    /// How many cases the book has.
    pub cases: usize,
    /// Answers of the book's own cases that would no longer come out as expected.
    pub failing: Vec<Answer>,
    /// Answers of the book's own cases that would come out otherwise, had the draft been in force all the time.
    pub otherwise: Vec<Answer>,
    /// What would be different, as people read it.
    pub changes: Vec<Change>,
}

impl Tried {
    /// Whether nothing keeps it from being published.
    pub const fn is_good(&self) -> bool {
        self.book.is_some() && self.failing.is_empty()
    }

    /// What keeps it from being published, in a few words.
    pub fn why_not(&self) -> Option<String> {
        if self.book.is_none() {
            return Some(crate::report::count(&self.findings));
        }
        let count = self.failing.len();
        (count > 0).then(|| format!("{} of the book would fail", crate::report::counted(count, "case")))
    }
}

/// A denial in words.
pub(super) fn denied(word: &str, says: impl Into<String>) -> Refused {
    Refused::Denied { word: word.to_owned(), says: says.into(), cases: Vec::new() }
}

/// Turns away who may not write drafts.
///
/// # Errors
/// When an agent asks, or someone below the two highest roles.
pub fn may_write(me: &Me) -> Result<(), Refused> {
    if me.rules.ladder.writes_rules(&me.person.person()) {
        return Ok(());
    }
    Err(denied("role_too_low", "rules are written by people of the two highest roles: ask one of them"))
}

/// The newest version of a rule, with the text of its file.
pub fn newest<'b>(book: &'b Book, policy: &str) -> Option<(&'b Policy, &'b Version, &'b str)> {
    let policy = book.policies.iter().find(|p| p.id == policy)?;
    let version = policy.versions.last()?;
    Some((policy, version, &book.sources.file(version.at.file)?.text))
}

/// The present day of the book.
pub fn today(records: &Records, book: &Book) -> Date {
    book.zone.date_of(records.clock.now()).unwrap_or(Date::MAX)
}

/// The day that a text says it comes into force.
pub fn day_of(text: &str) -> Option<Date> {
    Date::parse(&get(text, &["in_force"])?).ok()
}

/// Begins a draft of a rule from its newest version, to come into force tomorrow. `key`: by what a repeated request is told;
/// of the same key there is one draft.
///
/// # Errors
/// When it is not theirs to do, there is no such rule, too many drafts are open, or the key came before with another rule.
pub async fn begin(records: &Records, me: &Me, policy: &str, key: Option<&RequestKey>) -> Result<DraftRow, Refused> {
    may_write(me)?;
    me.in_their_own_name()?;
    let book = &me.rules.book;
    let Some((_, version, text)) = newest(book, policy) else {
        return Err(denied("no_such_rule", "the book has no rule of that name: see which ones it has"));
    };
    let now = records.clock.now().micros();
    let tomorrow = today(records, book).plus_days(1).unwrap_or(Date::MAX).to_string();
    let draft = DraftRow {
        id: match key {
            Some(key) => format!("d_{}", Digest::of(key.id.as_bytes())),
            None => records.new_id::<amends_core::ids::CaseId>("d")?.to_string(),
        },
        policy: policy.to_owned(),
        text: set(text, &["in_force"], &tomorrow).unwrap_or_else(|| text.to_owned()),
        base: version.digest.clone(),
        state: OPEN.to_owned(),
        version: 1,
        authors: vec![me.person.id.clone()],
        saved_by: me.person.id.clone(),
        since: now,
        saved: now,
    };
    let mut conn = records.store.reader().await.map_err(Refused::Store)?;
    if let Some(before) = begun(&mut conn, me, &draft).await? {
        return Ok(before);
    }
    if drafts::open(&mut conn, &me.business).await.map_err(Refused::Store)?.len() >= DRAFTS_MAX {
        let says = format!("there are {DRAFTS_MAX} drafts already: publish or discard one first");
        return Err(denied("too_many_drafts", says));
    }
    match drafts::add(&mut conn, &me.business, &draft).await {
        Ok(()) => Ok(draft),
        // The same request came twice at once.
        Err(StoreError::Conflict(e)) => {
            begun(&mut conn, me, &draft).await?.ok_or(Refused::Store(StoreError::Conflict(e)))
        }
        Err(e) => Err(Refused::Store(e)),
    }
}

/// The draft that was begun by the same request before.
async fn begun(conn: &mut Conn, me: &Me, draft: &DraftRow) -> Result<Option<DraftRow>, Refused> {
    match drafts::find(conn, &me.business, &draft.id).await.map_err(Refused::Store)? {
        Some(before) if before.policy != draft.policy => Err(Refused::OtherRequest),
        before => Ok(before),
    }
}

/// Saves a draft. Its text may be wrong: nothing that was written is lost.
///
/// # Errors
/// When it is not theirs to do, the text cannot be kept, or somebody else saved it meanwhile.
pub async fn save(records: &Records, me: &Me, draft: &DraftRow, edit: Edit) -> Result<DraftRow, Refused> {
    may_write(me)?;
    me.in_their_own_name()?;
    is_open(me, draft)?;
    if edit.version != draft.version {
        return Err(moved(me, draft));
    }
    let text = edit.text.replace("\r\n", "\n");
    if text.len() > TEXT_BYTES_MAX || text.contains('\0') {
        let says = format!("a rule has at most {TEXT_BYTES_MAX} bytes, none of them zero: shorten it");
        return Err(denied("text_unfit", says));
    }
    let base = edit.base.unwrap_or_else(|| draft.base.clone());
    if text == draft.text && base == draft.base {
        return Ok(draft.clone());
    }
    let mut saved = next(records, me, draft);
    (saved.text, saved.base) = (text, base);
    if !saved.authors.contains(&me.person.id) {
        saved.authors.push(me.person.id.clone());
    }
    keep(records, me, saved).await
}

/// Gives a draft up.
///
/// # Errors
/// When it is not theirs to do, or it is not open any more.
pub async fn discard(records: &Records, me: &Me, draft: &DraftRow) -> Result<DraftRow, Refused> {
    may_write(me)?;
    is_open(me, draft)?;
    let gone = DraftRow { state: DISCARDED.to_owned(), ..next(records, me, draft) };
    keep(records, me, gone).await
}

/// The same draft, saved once more by someone.
pub(super) fn next(records: &Records, me: &Me, draft: &DraftRow) -> DraftRow {
    let (version, saved) = (draft.version + 1, records.clock.now().micros());
    DraftRow { version, saved, saved_by: me.person.id.clone(), ..draft.clone() }
}

async fn keep(records: &Records, me: &Me, draft: DraftRow) -> Result<DraftRow, Refused> {
    let mut conn = records.store.reader().await.map_err(Refused::Store)?;
    match drafts::save(&mut conn, &me.business, &draft).await {
        Ok(()) => Ok(draft),
        Err(StoreError::Conflict(_)) => Err(since(&mut conn, me, &draft.id).await?),
        Err(e) => Err(Refused::Store(e)),
    }
}

/// Who was first, for whoever comes second.
async fn since(conn: &mut Conn, me: &Me, id: &str) -> Result<Refused, Refused> {
    let now = drafts::find(conn, &me.business, id).await.map_err(Refused::Store)?;
    Ok(now.map_or(Refused::NoCase, |draft| is_open(me, &draft).err().unwrap_or_else(|| moved(me, &draft))))
}

/// That somebody saved it meanwhile.
pub(super) fn moved(me: &Me, draft: &DraftRow) -> Refused {
    let who = if draft.saved_by == me.person.id { "you".to_owned() } else { me.rules.name_of(&draft.saved_by) };
    let says =
        format!("{who} saved this draft meanwhile, as version {}: read it, then save yours again", draft.version);
    denied("draft_moved", says)
}

/// That it is not open any more.
pub(super) fn is_open(me: &Me, draft: &DraftRow) -> Result<(), Refused> {
    if draft.state == OPEN {
        return Ok(());
    }
    let says = format!("{} has {} this draft: begin a new one", me.rules.name_of(&draft.saved_by), draft.state);
    Err(denied("draft_ended", says))
}

/// A draft, whatever became of it.
///
/// # Errors
/// When the database does not answer.
pub async fn find(records: &Records, me: &Me, id: &str) -> Result<Option<DraftRow>, Refused> {
    let read = async { drafts::find(&mut *records.store.reader().await?, &me.business, id).await };
    read.await.map_err(Refused::Store)
}

/// The drafts that are worked on.
///
/// # Errors
/// When the database does not answer.
pub async fn open(records: &Records, me: &Me) -> Result<Vec<DraftRow>, Refused> {
    let read = async { drafts::open(&mut *records.store.reader().await?, &me.business).await };
    read.await.map_err(Refused::Store)
}

/// Tries a text out as a version of a rule from a day on; none: the day it says itself, or tomorrow.
///
/// # Errors
/// When the book's folder cannot be read.
pub async fn try_out(
    records: &Records,
    me: &Me,
    policy: &str,
    text: &str,
    day: Option<Date>,
) -> Result<Tried, Refused> {
    let failed = |why: String| Refused::Store(StoreError::Failed(why));
    let book = records.book(&me.business).ok_or(Refused::NoCase)?;
    let today = today(records, &book);
    let in_force = day.or_else(|| day_of(text)).or_else(|| today.plus_days(1)).unwrap_or(today);
    let files = records.files(&me.business).map_err(|e| failed(format!("{e:#}")))?;
    let (policy, text) = (policy.to_owned(), text.to_owned());
    let of = Draft { book, files, today, in_force, policy, text, texts: texts() };
    // Checking a book and running its cases takes too long for a thread that answers requests.
    tokio::task::spawn_blocking(move || of.tried()).await.map_err(|e| failed(e.to_string()))
}

/// The path of a version that is published.
pub(super) fn path_of(policy: &str, in_force: &str) -> String {
    format!("policies/{policy}-{in_force}.yaml")
}

/// A text with its day.
pub(super) fn dated(text: &str, in_force: Date) -> String {
    set(text, &["in_force"], &in_force.to_string()).unwrap_or_else(|| text.to_owned())
}

struct Draft {
    /// As it is served.
    book: Arc<Book>,
    files: BookFiles,
    today: Date,
    in_force: Date,
    policy: String,
    text: String,
    /// Of whoever asks: another thread does not know them.
    texts: &'static Texts,
}

impl Draft {
    fn tried(&self) -> Tried {
        let path = path_of(&self.policy, &self.in_force.to_string());
        let checked = check(&with(&self.files, &path, &dated(&self.text, self.in_force), None));
        let place = checked.sources.files.iter().position(|file| file.path == path);
        let file = place.and_then(|at| u16::try_from(at).ok()).map(FileId).unwrap_or_default();
        let mut tried = Tried {
            findings: checked.findings.all,
            sources: checked.sources,
            path,
            book: checked.book.map(Box::new),
            in_force: self.in_force,
            cases: self.book.cases.len(),
            failing: Vec::new(),
            otherwise: Vec::new(),
            changes: Vec::new(),
        };
        // What is to be said of the rest was said before.
        tried.findings.retain(|finding| finding.at.file == file || finding.severity == Severity::Error);
        let is_in = |version: &&Version| version.at.file == file && version.in_force == Some(self.in_force);
        let version =
            tried.book.as_ref().and_then(|book| Some((book, book.policies.iter().find(|p| p.id == self.policy)?)));
        let version = version.and_then(|(book, policy)| Some((book, policy, policy.versions.iter().find(is_in)?)));
        let is_another = get(&self.text, &["policy"]).is_some_and(|id| id != self.policy);
        let (Some((book, policy, version)), false) = (version, is_another) else {
            if tried.book.take().is_some() || is_another {
                tried.findings.insert(0, self.of_another(file));
            }
            return tried;
        };
        let before = failing(&self.book);
        tried.failing = new_ones(failing(book), &before);
        tried.otherwise = self.as_if_always().map_or_else(Vec::new, |book| new_ones(failing(&book), &before));
        if let Some((was, old, _)) = newest(&self.book, &self.policy) {
            let texts = self.texts;
            let before = Reading { book: &self.book, policy: was, version: old, texts };
            tried.changes = changes(before, Reading { book, policy, version, texts });
        }
        tried
    }

    /// That the text is of another rule than the draft, or has no place for its day.
    fn of_another(&self, file: FileId) -> Diagnostic {
        let says = get(&self.text, &["policy"]).unwrap_or_default();
        let at = Span { file, start: 0, end: 1 };
        if says == self.policy {
            return Diagnostic::error("no_day", at, "the day from which it holds cannot be written into this text")
                .help(format!("write `in_force: {}` on a line of its own", self.in_force));
        }
        Diagnostic::error(
            "other_rule",
            at,
            format!("this is a draft of `{}`, and the text is of `{says}`", self.policy),
        )
        .help(format!("write `policy: {}`", self.policy))
    }

    /// The book in which the draft stands in place of the version that is in force.
    fn as_if_always(&self) -> Option<Book> {
        let policy = self.book.policies.iter().find(|p| p.id == self.policy)?;
        let version = policy.in_force(self.today)?;
        let path = &self.book.sources.file(version.at.file)?.path;
        let since = version.in_force.map_or_else(|| LONG_AGO.to_owned(), |day| day.to_string());
        let text = set(&self.text, &["in_force"], &since)?;
        check(&with(&self.files, path, &text, Some(path))).book
    }
}

/// A book's files with one more, in place of any of its path and of another.
fn with(files: &BookFiles, path: &str, text: &str, without: Option<&str>) -> BookFiles {
    let mut files = files.clone();
    files.texts.retain(|(known, _)| known != path && Some(known.as_str()) != without);
    files.add(path, text);
    files
}

/// Answers that do not come out as expected.
fn failing(book: &Book) -> Vec<Answer> {
    trial::run(book).answers.into_iter().filter(|answer| !answer.differences.is_empty()).collect()
}

/// Those that did not fail before.
fn new_ones(now: Vec<Answer>, before: &[Answer]) -> Vec<Answer> {
    let known: HashSet<(&str, &str)> = before.iter().map(|a| (a.case.as_str(), a.role.as_str())).collect();
    now.into_iter().filter(|a| !known.contains(&(a.case.as_str(), a.role.as_str()))).collect()
}
