//! Which editions of a book there were, and what was different in each, as people read it.

use std::collections::BTreeMap;

use amends_core::book::check::check_rules;
use amends_core::book::format::get;
use amends_core::book::read::BookFiles;
use amends_core::book::rules::{Book, Policy, Version};
use amends_core::explain::{Change, Reading, changes};
use amends_core::ids::{BusinessId, PersonId};
use amends_core::journal::BookLine;
use amends_core::time::Date;

use super::records::Records;
use crate::store::editions::{self, EditionRow};
use crate::store::{StoreError, books, sessions};
use crate::texts::texts;

/// Most editions of one look.
pub const PAGE: usize = 20;
/// Most editions that are gone through for those of one rule.
const LOOKED_MAX: i64 = 200;

/// An edition, and what was new in it.
#[derive(Debug)]
pub struct Told {
    /// The edition.
    pub edition: EditionRow,
    /// Whether there was one before it; what the first brought is all there is.
    pub is_first: bool,
    /// Versions of rules that came, changed or went.
    pub rules: Vec<RuleTold>,
    /// Whether what belongs to all rules changed: roles and limits, facts, circumstances, what nobody may do.
    pub whole: bool,
}

/// A version of a rule that came, changed or went.
#[derive(Debug)]
pub struct RuleTold {
    /// The rule's id.
    pub policy: String,
    /// Its title.
    pub title: String,
    /// The day it comes into force; none: since ever.
    pub in_force: Option<Date>,
    /// What happened to it.
    pub what: What,
    /// What is different, as people read it.
    pub changes: Vec<Change>,
    /// Its text before and after.
    pub texts: (String, String),
}

/// What happened to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// There is a new version of the rule.
    Version,
    /// There is a rule that there was not.
    Rule,
    /// It was changed where it stood.
    Changed,
    /// It is gone.
    Gone,
}

/// Which editions.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only those that touch a rule.
    pub policy: Option<String>,
    /// Only those before a number.
    pub before: Option<i64>,
    /// Only those since a time, in microseconds.
    pub since: Option<i64>,
}

/// Editions, the newest first; and the number before which there are more.
///
/// # Errors
/// When the database does not answer.
pub async fn history(
    records: &Records,
    business: &BusinessId,
    wanted: Wanted,
) -> Result<(Vec<Told>, Option<i64>), StoreError> {
    let mut conn = records.store.reader().await?;
    let before = wanted.before.unwrap_or(i64::MAX);
    let mut rows = editions::before(&mut conn, business, before, LOOKED_MAX + 1).await?;
    let since = wanted.since.unwrap_or(i64::MIN);
    // The one before the oldest that is told, to compare it with.
    let fits = rows.iter().take_while(|row| row.at > since).count();
    rows.truncate(fits + 1);
    let mut texts = BTreeMap::new();
    for row in &rows {
        if !texts.contains_key(&row.digest) {
            let line = books::find(&mut conn, business, &row.digest).await?;
            texts.insert(row.digest.clone(), line.map(|BookLine { files, .. }| files));
        }
    }
    drop(conn);
    let told = move || compared(&rows, &texts, fits, wanted.policy.as_deref());
    tokio::task::spawn_blocking(told).await.map_err(|e| StoreError::Failed(e.to_string()))
}

/// The texts of a book's files, by their paths.
type Texts = BTreeMap<String, String>;
type Files = BTreeMap<String, Option<Texts>>;

fn compared(rows: &[EditionRow], texts: &Files, fits: usize, policy: Option<&str>) -> (Vec<Told>, Option<i64>) {
    let mut known: BTreeMap<&str, Option<Book>> = BTreeMap::new();
    let none = Texts::new();
    let files = |row: &EditionRow| texts.get(&row.digest).and_then(Option::as_ref).unwrap_or(&none);
    let looked = fits.min(usize::try_from(LOOKED_MAX).unwrap_or(usize::MAX));
    let number = |at: usize| rows.get(at).map_or(0, |row| row.number);
    let mut all = Vec::new();
    for (at, row) in rows.iter().enumerate().take(looked) {
        if all.len() == PAGE {
            return (all, Some(number(at - 1)));
        }
        let Some(older) = rows.get(at + 1) else {
            all.push(Told { edition: row.clone(), is_first: true, rules: Vec::new(), whole: false });
            continue;
        };
        let (whole, touched) = touched(files(older), files(row));
        if policy.is_some_and(|policy| !touched.iter().any(|other| other == policy)) {
            continue;
        }
        for of in [older, row] {
            known.entry(&of.digest).or_insert_with(|| book(files(of)));
        }
        let of = |row: &EditionRow| known.get(row.digest.as_str()).and_then(Option::as_ref);
        let rules = match (of(older), of(row)) {
            (Some(before), Some(after)) => {
                let meant = touched.iter().filter(|id| policy.is_none_or(|policy| *id == policy));
                meant.flat_map(|id| rules(before, after, id)).collect()
            }
            _ => Vec::new(),
        };
        all.push(Told { edition: row.clone(), is_first: false, rules, whole });
    }
    (all, (looked < fits).then(|| number(looked - 1)))
}

fn book(files: &Texts) -> Option<Book> {
    check_rules(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<BookFiles>()).book
}

/// Whether what belongs to all rules changed, and the rules whose files did.
fn touched(before: &Texts, after: &Texts) -> (bool, Vec<String>) {
    let differs = |others: &Texts, (path, text): &(&String, &String)| others.get(*path) != Some(*text);
    let gone = before.iter().filter(|file| differs(after, file));
    let changed: Vec<(&String, &String)> = gone.chain(after.iter().filter(|file| differs(before, file))).collect();
    let whole = changed.iter().any(|(path, _)| *path == "book.yaml");
    let mut ids: Vec<String> = changed.iter().filter_map(|(_, text)| get(text, &["policy"])).collect();
    ids.sort_unstable();
    ids.dedup();
    (whole, ids)
}

/// What happened to the versions of one rule.
fn rules(before: &Book, after: &Book, id: &str) -> Vec<RuleTold> {
    let of = |book: &Book| -> Option<usize> { book.policies.iter().position(|p| p.id == id) };
    let was = of(before).and_then(|at| before.policies.get(at));
    let is = of(after).and_then(|at| after.policies.get(at));
    let versions = |policy: Option<&'_ Policy>| policy.map_or(0, |p| p.versions.len());
    let mut all = Vec::new();
    if let Some(is) = is {
        for (at, version) in is.versions.iter().enumerate() {
            let same_day = was.and_then(|p| p.versions.iter().find(|v| v.in_force == version.in_force));
            if same_day.is_some_and(|old| old.digest == version.digest) {
                continue;
            }
            let earlier = at.checked_sub(1).and_then(|at| is.versions.get(at));
            let (what, old) = match (same_day, earlier, was) {
                (Some(old), _, Some(was)) => {
                    (What::Changed, Some(Reading { book: before, policy: was, version: old, texts: texts() }))
                }
                (_, Some(earlier), _) => {
                    (What::Version, Some(Reading { book: after, policy: is, version: earlier, texts: texts() }))
                }
                _ if versions(was) > 0 => (What::Version, None),
                _ => (What::Rule, None),
            };
            let new = Reading { book: after, policy: is, version, texts: texts() };
            all.push(told(id, what, old, new));
        }
    }
    for version in was.map_or(&[][..], |p| &p.versions) {
        let stays = is.is_some_and(|p| p.versions.iter().any(|v| v.in_force == version.in_force));
        if let (false, Some(was)) = (stays, was) {
            let gone = Reading { book: before, policy: was, version, texts: texts() };
            all.push(RuleTold { texts: (text(gone), String::new()), ..told(id, What::Gone, None, gone) });
        }
    }
    all
}

fn told(id: &str, what: What, old: Option<Reading<'_>>, new: Reading<'_>) -> RuleTold {
    RuleTold {
        policy: id.to_owned(),
        title: new.version.title.clone(),
        in_force: new.version.in_force,
        what,
        changes: old.map_or_else(Vec::new, |old| changes(old, new)),
        texts: (old.map_or_else(String::new, text), text(new)),
    }
}

fn text(of: Reading<'_>) -> String {
    let Reading { book, version, .. }: Reading<'_> = of;
    let version: &Version = version;
    book.sources.file(version.at.file).map_or_else(String::new, |file| file.text.to_string())
}

/// When someone's shift before this one began, in microseconds; none: this is their first.
///
/// # Errors
/// When the database does not answer.
pub async fn last_shift(records: &Records, business: &BusinessId, who: &PersonId) -> Result<Option<i64>, StoreError> {
    sessions::last_shift(&mut *records.store.reader().await?, business, who).await
}
