//! Verification of an export, line by line: what was changed, left out, moved or doubled, and where.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::chain::kind_of;
use super::{Anchor, AssessmentLine, BookLine, Entry, Export, FORMAT, Fault, Line, Place, Report, Wrong};
use crate::case::{Event, Happened};
use crate::digest::Digest;
use crate::ids::{BusinessId, CaseId, TeamId};

/// Verifies an export. `lines`: without their ends, as bytes, since a changed byte may leave no text.
#[must_use]
pub fn verify<L: AsRef<[u8]>>(lines: impl IntoIterator<Item = L>) -> Report {
    let mut reading = Reading::default();
    for line in lines {
        reading.line(line.as_ref());
    }
    reading.finish()
}

/// What is known of the lines so far.
#[derive(Default)]
struct Reading {
    report: Report,
    so_far: Export,
    business: Option<BusinessId>,
    chains: HashMap<TeamId, Chain>,
    /// The last version of each case.
    cases: HashMap<CaseId, u64>,
    /// Digests that stand in a line of their own.
    there: BTreeSet<(&'static str, Digest)>,
    /// Digests that events cite, with the line of the first.
    cited: BTreeMap<(&'static str, Digest), usize>,
    ended: bool,
}

/// What is known of a chain.
#[derive(Default)]
struct Chain {
    seq: u64,
    hash: Option<Digest>,
    /// Entries that were jumped over.
    gaps: BTreeSet<u64>,
    /// Hashes of entries that no anchor has passed yet.
    open: BTreeMap<u64, Digest>,
}

/// Most entries of one gap that are remembered, to tell what is out of order from what is doubled.
const GAP_MAX: u64 = 10_000;

impl Reading {
    fn line(&mut self, text: &[u8]) {
        self.report.lines += 1;
        if self.ended {
            self.fault(Place::Line, Wrong::AfterEnd);
        }
        let line = Line::parse(text);
        if self.report.lines == 1 && !matches!(line, Ok(Line::Header(_))) {
            self.fault(Place::Line, Wrong::Header);
        }
        match line {
            Ok(Line::Header(header)) => self.header(header.format, header.business),
            Ok(Line::Book(book)) => self.book(&book),
            Ok(Line::Assessment(assessment)) => self.assessment(&assessment),
            Ok(Line::Entry(entry)) => self.entry(&entry),
            Ok(Line::Anchor(anchor)) => self.anchor(&anchor),
            Ok(Line::End(end)) => {
                self.ended = true;
                if end != self.so_far.end() {
                    self.fault(Place::Line, Wrong::End);
                }
            }
            Err(bad) => self.fault(Place::Line, Wrong::Bad(bad)),
        }
        self.so_far.add(text);
    }

    fn header(&mut self, format: u32, business: BusinessId) {
        if self.report.lines != 1 || format != FORMAT {
            self.fault(Place::Line, Wrong::Header);
        }
        self.business.get_or_insert(business);
    }

    fn book(&mut self, book: &BookLine) {
        self.report.books += 1;
        if book.book_files().digest() != book.digest {
            self.fault(Place::Line, Wrong::Content);
        }
        self.stands("book", &book.digest);
    }

    fn assessment(&mut self, line: &AssessmentLine) {
        self.report.assessments += 1;
        let is_of = |text: &str, digest: &Digest| Digest::of(text.as_bytes()) == *digest;
        if !is_of(&line.assessment, &line.digest) || !is_of(&line.question, &line.question_digest) {
            self.fault(Place::Line, Wrong::Content);
        }
        self.there.insert(("question", line.question_digest.clone()));
        self.cites("book", &line.book);
        self.stands("assessment", &line.digest);
    }

    fn stands(&mut self, what: &'static str, digest: &Digest) {
        if !self.there.insert((what, digest.clone())) {
            self.fault(Place::Line, Wrong::Doubled);
        }
    }

    fn cites(&mut self, what: &'static str, digest: &Digest) {
        self.cited.entry((what, digest.clone())).or_insert(self.report.lines);
    }

    fn entry(&mut self, entry: &Entry) {
        self.report.entries += 1;
        let place = || Place::Entry(entry.team.clone(), entry.seq);
        if self.business.as_ref().is_some_and(|business| *business != entry.business) {
            self.fault(place(), Wrong::OtherBusiness);
        }
        if entry.hashed() != entry.hash {
            self.fault(place(), Wrong::Content);
        }
        let wrong = self.chains.entry(entry.team.clone()).or_default().add(entry);
        let is_new = !matches!(wrong, Some(Wrong::Doubled));
        if let Some(wrong) = wrong {
            self.fault(place(), wrong);
        }
        if is_new && entry.kind.starts_with("case.") {
            self.case_event(entry);
        }
    }

    fn case_event(&mut self, entry: &Entry) {
        let place = || Place::Entry(entry.team.clone(), entry.seq);
        let event = serde_json::from_str::<Event>(&entry.event).ok().filter(|event| kind_of(event) == entry.kind);
        let Some(event) = event else { return self.fault(place(), Wrong::Event) };
        let before = self.cases.insert(event.case.clone(), event.version).unwrap_or(0);
        if event.version != before + 1 {
            self.fault(place(), Wrong::CaseVersion(event.case.clone()));
        }
        if let Happened::Assessed { assessment, question } = &event.what {
            self.cites("assessment", &assessment.digest);
            self.cites("question", question);
            self.cites("book", &assessment.book);
        }
    }

    fn anchor(&mut self, anchor: &Anchor) {
        self.report.anchors += 1;
        let (number, before) = self.report.last_anchor.clone().unwrap_or_else(|| (0, Digest::zeros()));
        let place = || Place::Anchor(anchor.number);
        if self.business.as_ref().is_some_and(|business| *business != anchor.business) {
            self.fault(place(), Wrong::OtherBusiness);
        }
        if anchor.hashed() != anchor.hash {
            self.fault(place(), Wrong::Content);
        }
        match anchor.number {
            found if found > number + 1 => {
                self.fault(place(), Wrong::AnchorsMissing { from: number + 1, to: found - 1 });
            }
            found if found <= number => return self.fault(place(), Wrong::Doubled),
            _ if anchor.previous != before => self.fault(place(), Wrong::Previous),
            _ => {}
        }
        for head in &anchor.heads {
            let found = self.chains.get_mut(&head.team).and_then(|chain| chain.pass(head.seq));
            let (team, seq) = (head.team.clone(), head.seq);
            match found {
                None => self.fault(place(), Wrong::NoSuchEntry(team, seq)),
                Some(hash) if hash != head.hash => self.fault(place(), Wrong::OtherEntry(team, seq)),
                Some(_) => {}
            }
        }
        self.report.last_anchor = Some((anchor.number, anchor.hash.clone()));
    }

    fn finish(mut self) -> Report {
        for ((what, digest), line) in std::mem::take(&mut self.cited) {
            if !self.there.contains(&(what, digest.clone())) {
                self.report.add(Fault { line, place: Place::Line, wrong: Wrong::NotThere(what, digest) });
            }
        }
        if !self.ended {
            self.report.lines += 1;
            self.fault(Place::Line, Wrong::NoEnd);
            self.report.lines -= 1;
        }
        self.report.faults.sort_by_key(|fault| fault.line);
        self.report
    }

    fn fault(&mut self, place: Place, wrong: Wrong) {
        self.report.add(Fault { line: self.report.lines, place, wrong });
    }
}

impl Chain {
    /// Takes an entry in; what is wrong with its place.
    fn add(&mut self, entry: &Entry) -> Option<Wrong> {
        let next = self.seq.saturating_add(1);
        if entry.seq < next {
            let moved = self.gaps.remove(&entry.seq);
            if moved {
                self.open.insert(entry.seq, entry.hash.clone());
            }
            return Some(if moved { Wrong::OutOfOrder } else { Wrong::Doubled });
        }
        let previous = self.hash.replace(entry.hash.clone());
        self.open.insert(entry.seq, entry.hash.clone());
        self.seq = entry.seq;
        if entry.seq > next {
            self.gaps.extend((next..entry.seq).take(usize::try_from(GAP_MAX).unwrap_or(0)));
            return Some(Wrong::Missing { from: next, to: entry.seq - 1 });
        }
        (previous.unwrap_or_else(Digest::zeros) != entry.previous).then_some(Wrong::Previous)
    }

    /// The hash of an entry that an anchor names; those before it are not asked for again.
    fn pass(&mut self, seq: u64) -> Option<Digest> {
        let found = self.open.get(&seq).cloned();
        if found.is_some() {
            self.open = self.open.split_off(&seq);
        }
        found
    }
}
