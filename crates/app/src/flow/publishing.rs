//! From a draft to rules in force: what a second person publishes stands over the book's folder, on every server.
//!
//! Each state of the book that was served is an edition, whose texts are kept: what changed when, and by whom, is read from
//! those.

use std::sync::Arc;

use amends_core::authority::{NotTheirs, Person};
use amends_core::book::rules::Book;
use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, PersonId};
use amends_core::journal::BookLine;
use amends_core::time::{Date, Time};

use super::drafting::{self, Tried, dated, denied, is_open, moved, newest, today, try_out};
use super::job::Refused;
use super::kept::standing;
use super::people::{Setting, change};
use super::records::{Me, Records};
use crate::shelf::Published as Laid;
use crate::store::drafts::{DraftRow, PUBLISHED};
use crate::store::editions::{self, EditionRow, Published, TextRow};
use crate::store::{Conn, StoreError, books};

/// How often it is tried again when the book changed on the way.
const TRIES_MAX: usize = 5;

/// A version of a rule that is published, with all that goes with it.
#[derive(Clone, Debug)]
pub struct Publication {
    /// The draft, as it is then.
    pub draft: DraftRow,
    /// The edition that it makes.
    pub edition: EditionRow,
    /// The rule's text.
    pub text: TextRow,
    /// The texts of the whole book.
    pub book: BookLine,
}

impl Publication {
    /// Keeps it.
    pub(super) async fn save(&self, conn: &mut Conn, business: &BusinessId, at: i64) -> Result<(), StoreError> {
        crate::store::drafts::save(conn, business, &self.draft).await?;
        editions::add(conn, business, &self.edition).await?;
        editions::lay(conn, business, &self.text, self.edition.number).await?;
        books::add(conn, business, &self.book, at).await
    }
}

/// Whether someone may publish a draft.
///
/// # Errors
/// Why not.
pub fn may_publish(me: &Me, draft: &DraftRow, now: Time) -> Result<(), Refused> {
    let as_now = |id: &PersonId| -> Option<Person> { me.rules.person(id) };
    let authors: Vec<Person> = draft.authors.iter().filter_map(as_now).collect();
    // Who has gone is still an author.
    let is_author = draft.authors.contains(&me.person.id);
    match me.rules.ladder.publishes(&me.person.person(), &authors) {
        Ok(()) if !is_author => {
            draft.authors.iter().try_for_each(|author| me.not_the_same_hand(author, now.micros()))?;
            me.signed_in_only("publish a rule")
        }
        Ok(()) | Err(NotTheirs::Author) => Err(denied(
            "own_draft",
            "you wrote some of this draft, and a second person publishes it: ask someone else who may",
        )),
        Err(NotTheirs::Role) => drafting::may_write(me),
        Err(NotTheirs::NoneOnTop) => {
            let top = me.rules.ladder.top().map_or("head", |role| role.as_str());
            let says = format!(
                "of those who write and publish a rule one has the highest role, {top}: ask them to publish it"
            );
            Err(denied("role_too_low", says))
        }
    }
}

/// Publishes a draft, in force from a day on; none: from the day it says itself.
///
/// # Errors
/// When it is not theirs to do, the day is over, the draft is not as they read it, the rule has changed since it was begun, or
/// its text cannot be used.
pub async fn publish(
    records: &Records,
    me: &Me,
    draft: &DraftRow,
    version: i64,
    day: Option<Date>,
) -> Result<EditionRow, Refused> {
    may_publish(me, draft, records.clock.now())?;
    let mut draft = draft.clone();
    for _ in 0..TRIES_MAX {
        is_open(me, &draft)?;
        if draft.version != version {
            return Err(moved(me, &draft));
        }
        // What somebody else published on another server counts.
        look(records, &me.business).await.map_err(Refused::Store)?;
        let last = last(records, &me.business).await.map_err(Refused::Store)?;
        let tried = tried(records, me, &draft, day).await?;
        let publication = publication(records, me, &draft, &tried, last)?;
        let edition = publication.edition.clone();
        let settings = [Setting::Rule(Box::new(publication))];
        let by = me.person.id.as_str();
        match change(&records.store, &me.business, by, &settings, records.clock.now()).await {
            Ok(()) => {
                lay(records, &me.business).await.map_err(Refused::Store)?;
                return Ok(edition);
            }
            Err(StoreError::Conflict(_)) => {
                draft = drafting::find(records, me, &draft.id).await?.ok_or(Refused::NoCase)?;
            }
            Err(e) => return Err(Refused::Store(e)),
        }
    }
    Err(Refused::Busy)
}

/// Tries a draft out for the last time before it is published.
async fn tried(records: &Records, me: &Me, draft: &DraftRow, day: Option<Date>) -> Result<Tried, Refused> {
    let book = records.book(&me.business).ok_or(Refused::NoCase)?;
    if newest(&book, &draft.policy).is_none_or(|(_, version, _)| version.digest != draft.base) {
        let says = "the rule has changed since this draft was written: look at what is new, then save the draft again";
        return Err(denied("rule_moved", says));
    }
    let tried = try_out(records, me, &draft.policy, &draft.text, day).await?;
    if tried.in_force < today(records, &book) {
        let says = format!("{} is over: choose today or a day to come", tried.in_force);
        return Err(denied("day_is_over", says));
    }
    match tried.why_not() {
        Some(why) => {
            Err(denied("draft_is_wrong", format!("this draft cannot be published yet ({why}): mend it first")))
        }
        None => Ok(tried),
    }
}

fn publication(records: &Records, me: &Me, draft: &DraftRow, tried: &Tried, last: i64) -> Result<Publication, Refused> {
    let failed = |why: String| Refused::Store(StoreError::Failed(why));
    let book = tried.book.as_deref().ok_or_else(|| failed("the draft makes no book".to_owned()))?;
    let line = line_of(book).map_err(Refused::Store)?;
    let done = DraftRow { state: PUBLISHED.to_owned(), ..drafting::next(records, me, draft) };
    let published = Published {
        by: me.person.id.clone(),
        authors: draft.authors.clone(),
        policy: draft.policy.clone(),
        in_force: tried.in_force.to_string(),
        draft: draft.id.clone(),
    };
    let (digest, at) = (book.digest.clone(), done.saved);
    Ok(Publication {
        draft: done,
        edition: EditionRow { number: last + 1, digest, at, published: Some(published) },
        text: TextRow { path: tried.path.clone(), text: dated(&draft.text, tried.in_force) },
        book: line,
    })
}

/// The texts of a book as they are kept.
pub(super) fn line_of(book: &Book) -> Result<BookLine, StoreError> {
    let digest = Digest::parse(&book.digest).map_err(|e| StoreError::Failed(e.to_string()))?;
    Ok(super::batch::book_line(&digest, book))
}

async fn last(records: &Records, business: &BusinessId) -> Result<i64, StoreError> {
    let last = editions::last(&mut *records.store.reader().await?, business).await?;
    Ok(last.map_or(0, |edition| edition.number))
}

/// Serves a book with all that was published of it.
///
/// # Errors
/// When the database does not answer, and when what was published does not go together with the book's folder: then the
/// book is served as it was.
pub async fn lay(records: &Records, business: &BusinessId) -> Result<(), StoreError> {
    let mut conn = records.store.writer().await?;
    let read = conn.at_one_moment(async |conn| {
        let edition = editions::published(conn, business).await?;
        Ok::<_, StoreError>((edition, standing::texts(conn, business).await?))
    });
    let (edition, texts) = read.await?;
    let texts = texts.into_iter().map(|row| (row.path, Arc::from(row.text))).collect();
    records.lay(business, Laid { edition, texts }).map_err(|broken| {
        let why = broken.in_short();
        StoreError::Unreadable(format!(
            "what was published for `{business}` does not go together with its folder ({why}); `amends check` the folder, or put back what was changed in it"
        ))
    })
}

/// Looks whether something was published elsewhere, and keeps the book as an edition where it is a new one.
///
/// # Errors
/// When the database does not answer.
pub async fn look(records: &Records, business: &BusinessId) -> Result<(), StoreError> {
    let published = editions::published(&mut *records.store.reader().await?, business).await?;
    if published > records.edition(business) {
        lay(records, business).await?;
    }
    let Some(book) = records.book(business) else { return Ok(()) };
    if records.has_noted(business, &book.digest) {
        return Ok(());
    }
    let before = editions::last(&mut *records.store.reader().await?, business).await?;
    if before.as_ref().is_none_or(|edition| edition.digest != book.digest) {
        let number = before.map_or(0, |edition| edition.number) + 1;
        let at = records.clock.now().micros();
        let edition = EditionRow { number, digest: book.digest.clone(), at, published: None };
        let mut conn = records.store.writer().await?;
        // The texts first: an edition without them could not be read.
        books::add(&mut conn, business, &line_of(&book)?, at).await?;
        match editions::add(&mut conn, business, &edition).await {
            // Someone else was first; the next look will tell.
            Err(StoreError::Conflict(_)) => return Ok(()),
            done => done?,
        }
    }
    records.note(business, &book.digest);
    Ok(())
}
