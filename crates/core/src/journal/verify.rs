//! Verification of an export, line by line: what was changed, left out, moved or doubled, and where.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::chain::kind_of;
use super::remake::Remaking;
use super::{
    Anchor, AssessmentLine, BadLine, BookLine, ERASED, Entry, Erased, Export, FORMAT, Fault, Line, Moved, Place,
    Report, SETTINGS, Wrong,
};
use crate::case::{Event, Happened};
use crate::digest::Digest;
use crate::ids::{BusinessId, CaseId, TeamId};

/// Verifies the lines of an export against each other: assessments are not made again. `lines`: without their ends,
/// as bytes, since a changed byte may leave no text.
#[must_use]
pub fn verify<L: AsRef<[u8]>>(lines: impl IntoIterator<Item = L>) -> Report {
    let mut verifying = Verifying::default();
    for line in lines {
        verifying.line(line.as_ref());
    }
    verifying.end()
}

/// An export that is being verified, line by line: what is known of the lines so far.
#[derive(Debug, Default)]
pub struct Verifying {
    report: Report,
    so_far: Export,
    chains: HashMap<TeamId, Chain>,
    /// The last version of each case.
    cases: HashMap<CaseId, u64>,
    /// Digests that stand in a line of their own.
    there: BTreeSet<(&'static str, Digest)>,
    /// Digests that events cite, with the line of the first.
    cited: BTreeMap<(&'static str, Digest), usize>,
    /// Digests of what was erased: they are cited and need not stand.
    erased: BTreeSet<(&'static str, Digest)>,
    /// Anchors that were kept elsewhere.
    kept: Vec<Kept>,
    remaking: Option<Remaking>,
    ended: bool,
    cut: bool,
}

/// An anchor that was kept elsewhere.
#[derive(Debug)]
struct Kept {
    number: u64,
    hash: Digest,
    is_here: bool,
}

/// What is known of a chain.
#[derive(Debug, Default)]
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

impl Verifying {
    /// Begins to verify all there is: the lines against each other, assessments by making them again, and anchors
    /// against those that were kept elsewhere, by number.
    #[must_use]
    pub fn begin(kept: impl IntoIterator<Item = (u64, Digest)>) -> Self {
        let kept = kept.into_iter().map(|(number, hash)| Kept { number, hash, is_here: false }).collect();
        Self { kept, remaking: Some(Remaking::default()), ..Self::default() }
    }

    /// What was found so far.
    #[must_use]
    pub const fn so_far(&self) -> &Report {
        &self.report
    }

    /// The next line, without its end.
    pub fn line(&mut self, text: &[u8]) {
        self.next(text, Line::parse(text));
    }

    /// The last line, where it has no line feed: the export was cut off in it.
    pub fn cut_line(&mut self, text: &[u8]) {
        let line = Line::parse(text);
        self.cut = true;
        if line.is_ok() || self.ended {
            self.next(text, line);
        } else {
            self.report.lines += 1;
        }
        self.fault(Place::Line, Wrong::Cut);
    }

    fn next(&mut self, text: &[u8], line: Result<Line, BadLine>) {
        self.report.lines += 1;
        if self.ended {
            self.fault(Place::Line, Wrong::AfterEnd);
        }
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
        if self.report.lines != 1 {
            self.fault(Place::Line, Wrong::Header);
        } else if format != FORMAT {
            self.fault(Place::Line, Wrong::Format(format));
        }
        self.report.business.get_or_insert(business);
    }

    fn book(&mut self, book: &BookLine) {
        self.report.books += 1;
        let files = book.book_files();
        let is_sound = files.digest() == book.digest;
        if !is_sound {
            self.fault(Place::Line, Wrong::Content);
        }
        if !self.stands("book", &book.digest) {
            return;
        }
        let files = is_sound.then_some(&files);
        if let Some(wrong) = self.remaking.as_mut().and_then(|remaking| remaking.book(&book.digest, files)) {
            self.fault(Place::Line, wrong);
        }
    }

    fn assessment(&mut self, line: &AssessmentLine) {
        self.report.assessments += 1;
        let is_of = |text: &str, digest: &Digest| Digest::of(text.as_bytes()) == *digest;
        let is_sound = is_of(&line.assessment, &line.digest) && is_of(&line.question, &line.question_digest);
        if !is_sound {
            self.fault(Place::Line, Wrong::Content);
        }
        self.there.insert(("question", line.question_digest.clone()));
        self.cites("book", &line.book);
        if self.stands("assessment", &line.digest) && is_sound {
            self.make_again(line);
        }
    }

    fn make_again(&mut self, line: &AssessmentLine) {
        let Some(remaking) = &mut self.remaking else { return };
        match remaking.assessment(line, self.report.lines) {
            Some(Ok(())) => self.report.made_again += 1,
            Some(Err(wrong)) => self.fault(Place::Line, wrong),
            None => {}
        }
    }

    /// Notes that a line of its own has it; whether it is the first.
    fn stands(&mut self, what: &'static str, digest: &Digest) -> bool {
        let is_first = self.there.insert((what, digest.clone()));
        if !is_first {
            self.fault(Place::Line, Wrong::Doubled);
        }
        is_first
    }

    fn cites(&mut self, what: &'static str, digest: &Digest) {
        self.cited.entry((what, digest.clone())).or_insert(self.report.lines);
    }

    fn entry(&mut self, entry: &Entry) {
        self.report.entries += 1;
        let place = || Place::Entry(entry.team.clone(), entry.seq);
        if self.report.business.as_ref().is_some_and(|business| *business != entry.business) {
            self.fault(place(), Wrong::OtherBusiness);
        }
        if entry.hashed() != entry.hash {
            self.fault(place(), Wrong::Content);
        }
        let wrong = self.chains.entry(entry.team.clone()).or_default().add(entry);
        let is_new = !matches!(wrong, Some(Wrong::Doubled));
        let is_in_place = !matches!(wrong, Some(Wrong::Missing { .. } | Wrong::OutOfOrder));
        if let Some(wrong) = wrong {
            self.fault(place(), wrong);
        }
        if is_new && entry.kind.starts_with("case.") {
            self.case_event(entry, is_in_place);
        }
        if is_new && entry.kind == ERASED && entry.team.as_str() == SETTINGS {
            match Erased::read(&entry.event) {
                Some(erased) => self.erased(erased),
                None => self.fault(place(), Wrong::Event),
            }
        }
    }

    fn erased(&mut self, erased: Erased) {
        self.report.erased += erased.assessments.len();
        self.erased.extend(erased.assessments.into_iter().map(|digest| ("assessment", digest)));
        self.erased.extend(erased.questions.into_iter().map(|digest| ("question", digest)));
    }

    /// Takes an event of a case in. Where the entry is out of its place, the event is out of its own for that reason.
    fn case_event(&mut self, entry: &Entry, is_in_place: bool) {
        let place = || Place::Entry(entry.team.clone(), entry.seq);
        let event = serde_json::from_str::<Event>(&entry.event).ok().filter(|event| kind_of(event) == entry.kind);
        let Some(event) = event else { return self.fault(place(), Wrong::Event) };
        let last = self.cases.entry(event.case.clone()).or_default();
        let is_next = event.version == last.saturating_add(1);
        *last = event.version.max(*last);
        if is_in_place && !is_next {
            self.fault(place(), Wrong::CaseVersion(event.case.clone()));
        }
        if let Happened::Assessed { assessment, question, .. } = &event.what {
            self.cites("assessment", &assessment.digest);
            self.cites("question", question);
            self.cites("book", &assessment.book);
        }
    }

    fn anchor(&mut self, anchor: &Anchor) {
        self.report.anchors += 1;
        let (number, before) = self.report.last_anchor.clone().unwrap_or_else(|| (0, Digest::zeros()));
        let place = || Place::Anchor(anchor.number);
        if self.report.business.as_ref().is_some_and(|business| *business != anchor.business) {
            self.fault(place(), Wrong::OtherBusiness);
        }
        if anchor.hashed() != anchor.hash {
            self.fault(place(), Wrong::Content);
        }
        if self.is_other(anchor) {
            self.fault(place(), Wrong::OtherAnchor);
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

    /// Whether another anchor of its number was kept elsewhere.
    fn is_other(&mut self, anchor: &Anchor) -> bool {
        let mut is_other = false;
        for kept in self.kept.iter_mut().filter(|kept| kept.number == anchor.number) {
            kept.is_here = true;
            is_other |= kept.hash != anchor.hash;
        }
        is_other
    }

    /// All that was found.
    #[must_use]
    pub fn end(mut self) -> Report {
        for ((what, digest), line) in std::mem::take(&mut self.cited) {
            let cited = (what, digest.clone());
            if !self.there.contains(&cited) && !self.erased.contains(&cited) {
                self.report.add(Fault { line, place: Place::Line, wrong: Wrong::NotThere(what, digest) });
            }
        }
        let line = self.report.lines + 1;
        for gone in self.kept.iter().filter(|kept| !kept.is_here) {
            self.report.add(Fault { line, place: Place::Anchor(gone.number), wrong: Wrong::AnchorGone });
        }
        if !self.ended && !self.cut {
            self.report.add(Fault { line, place: Place::Line, wrong: Wrong::NoEnd });
        }
        let head = |(team, chain): (TeamId, Chain)| Some(Moved { team, seq: chain.seq, hash: chain.hash? });
        self.report.chains = self.chains.drain().filter_map(head).collect();
        self.report.chains.sort();
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
