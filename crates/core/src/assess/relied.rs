//! What an option rests on, who may act on that alone, and what would make it someone's own.

use super::Assessment;
use super::money::{already, with_already};
use super::options::Ground;
use super::outcome::{Fixed, MadeOf, OptionOutcome, PartOutcome, Span, Told, Truth};
use crate::book::rules::{Book, Guard, Need, RemedyBody, Role, RoleId, Version};
use crate::facts::{Facts, Source, slot};
use crate::money::Money;

/// A fact that an option rests on, and that no system vouches for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relied {
    /// Its path; of a record whose facts are all of one source, the record's.
    pub path: String,
    /// Where it comes from.
    pub source: Source,
}

/// What would make an option someone's own: these facts from that source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YoursIf {
    /// Paths of facts and records.
    pub paths: Vec<String>,
    /// The weakest source that is enough.
    pub source: Source,
}

/// Whether anything is said by less than a system of record.
pub(super) fn anything_weak(facts: &Facts<'_>) -> bool {
    facts.sources.iter().any(|source| *source != Source::System) || facts.cell(slot::CIRCUMSTANCES).aux > 0
}

/// What leaves the house with an option, as [`OptionFrozen::payout`](super::frozen::OptionFrozen::payout) has it.
pub(super) fn payout(version: &Version, parts: &[PartOutcome]) -> Option<Money> {
    let pays = |part: &&PartOutcome| match version.remedies.get(part.chosen.unwrap_or(part.remedy)).map(|r| &r.body) {
        Some(RemedyBody::One(one)) => one.pays,
        _ => true,
    };
    let leaves = parts.iter().filter(pays).filter_map(|part| match part.amount {
        Some(Fixed::Money(money)) => Some(money),
        Some(Fixed::Number(_)) => None,
        None => part.cost,
    });
    leaves.filter(|money| money.minor != 0).reduce(|a, b| a.plus(b).unwrap_or(Money::new(i64::MAX, a.currency)))
}

/// The lowest role whose `per_payout` covers what leaves, with what left on this case before.
pub(super) fn need_of_payout(g: &Ground<'_>, payout: Option<Money>, priced: bool) -> Span<Need> {
    match payout {
        None if priced => Span::NONE,
        Some(payout) if priced => {
            let before = already(g.facts, payout.currency, slot::PAID);
            Span::both(lowest(g.book, |role| role.per_payout.covers(payout, before)))
        }
        _ => Span { best: Need::NONE, worst: Need::NOBODY },
    }
}

/// The lowest role that may act alone on the weakest source an option rests on, for what leaves.
pub(super) fn need_of_sources(g: &Ground<'_>, weakest: Span<Source>, leaves: Leaves, priced: bool) -> Span<Need> {
    let at = |weakest: Source| match weakest {
        Source::System => Need::NONE,
        weakest => lowest(g.book, |role| leaves.is_covered(g.book, g.facts, role, weakest)),
    };
    let worst = if priced || weakest.worst == Source::System { at(weakest.worst) } else { Need::NOBODY };
    Span { best: at(weakest.best), worst }
}

fn lowest(book: &Book, may: impl Fn(&Role) -> bool) -> Need {
    let found = book.roles.iter().position(may);
    found.and_then(|i| u8::try_from(i).ok()).map_or(Need::NOBODY, |i| Need::role(RoleId(i)))
}

/// What leaves the house: as money, and as cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaves {
    pub payout: Option<Money>,
    pub cost: Option<Money>,
}

impl Leaves {
    /// Whether a role may act on a source for it, with all that the case was given: each figure where currencies
    /// differ, else the larger.
    fn is_covered(self, book: &Book, facts: &Facts<'_>, role: &Role, source: Source) -> bool {
        let nothing = Money::new(0, book.currency);
        let mut figures = self.payout.into_iter().chain(self.cost).peekable();
        if figures.peek().is_none() {
            return role.trust.covers(source, nothing, given(facts, nothing));
        }
        figures.all(|figure| role.trust.covers(source, figure, given(facts, figure)))
    }
}

/// What this case was given before in an amount's currency, by what it cost or by what left, whichever is more.
fn given(facts: &Facts<'_>, amount: Money) -> i128 {
    let of = |cell| already(facts, amount.currency, cell);
    (of(slot::GRANTED) + of(slot::RELEASED)).max(of(slot::PAID))
}

/// Whether a role may release what is owed: by the larger of its amount and its cost, and by what leaves.
pub(super) fn may_release(g: &Ground<'_>, role: &Role, amount: Option<Fixed>, cost: Money) -> bool {
    let amount = match amount {
        Some(Fixed::Money(amount)) => Some(amount),
        _ => None,
    };
    amount
        .into_iter()
        .chain([cost])
        .all(|figure| role.per_owed.limit(Some(figure.currency)).covers(with_already(g.facts, figure, slot::RELEASED)))
}

/// What an option's sources are read from.
#[derive(Clone, Copy)]
pub(super) struct Behind<'a> {
    pub book: &'a Book,
    pub version: &'a Version,
    pub facts: &'a Facts<'a>,
    pub told: &'a [Told],
    pub guards: &'a [Truth],
}

impl<'a> Behind<'a> {
    /// The source of a cell; a system's where the fact takes what it has.
    fn source(self, cell: u32) -> Source {
        self.counted(cell, self.facts.source(cell))
    }

    fn counted(self, cell: u32, source: Source) -> Source {
        let takes = self.book.schema.takes.get(cell as usize).copied().unwrap_or(Source::System);
        if source >= takes { Source::System } else { source }
    }

    /// Cells that an option rests on. `rest`: what it needs without its guards, which matter where one would ask for
    /// more; none where it is owed.
    fn cells(self, remedy: usize, rest: Option<Need>) -> impl Iterator<Item = u32> + 'a {
        let own = self.version.relies.get(remedy).into_iter().flat_map(|relies| &relies.cells);
        let quiet = self.version.guards.iter().zip(self.guards).filter(move |(guard, truth)| {
            **truth == Truth::No && rest.is_some_and(|rest| Need::role(guard.needs) > rest)
        });
        own.chain(quiet.flat_map(|(guard, _): (&Guard, _)| &guard.reads)).copied()
    }

    /// The weakest source of all that an option rests on; at best, a fault is shown as well as it must be.
    pub(super) fn weakest(self, remedy: usize, rest: Option<Need>, borrows: &[usize]) -> Span<Source> {
        let mut weakest = Span::both(Source::System);
        for cell in self.cells(remedy, rest) {
            weakest.worst = weakest.worst.min(self.source(cell));
            weakest.best = weakest.best.min(self.once_shown(cell));
        }
        let told = borrows.iter().filter_map(|i| self.told_by(*i)).min().unwrap_or(Source::System);
        Span { best: weakest.best.min(told), worst: weakest.worst.min(told) }
    }

    /// The source of a cell when the fault is shown as well as it must be.
    fn once_shown(self, cell: u32) -> Source {
        match self.version.fault.as_ref().filter(|fault| fault.reads.contains(&cell)) {
            Some(fault) => self.counted(cell, self.facts.source(cell).max(fault.proof)),
            None => self.source(cell),
        }
    }

    /// Who said that a circumstance holds, where that counts: the strongest of them.
    fn told_by(self, index: usize) -> Option<Source> {
        if self.told.get(index) != Some(&Told::Proven) {
            return None;
        }
        let id = self.book.circumstances.get(index)?.id.as_str();
        super::told_rows(self.book, self.facts).filter(|(told, _)| *told == id).filter_map(|(_, source)| source).max()
    }

    /// What an option rests on that is weaker than a source: the weakest first, else in the order of the facts.
    fn weaker(self, option: &OptionOutcome, than: Source) -> Vec<Relied> {
        let mut cells: Vec<u32> = self.cells(option.remedy, option.rest()).collect();
        cells.sort_unstable();
        cells.dedup();
        let leaves: Vec<(&str, Source)> = cells
            .iter()
            .filter_map(|cell| Some((self.book.schema.leaf_at(*cell)?.path.as_str(), self.source(*cell))))
            .collect();
        let mut relied: Vec<Relied> = Vec::new();
        for (path, source) in leaves.iter().filter(|(_, source)| *source < than) {
            let whole = whole(&leaves, path, *source);
            let known = relied.iter().any(|r| r.path == whole && r.source == *source);
            if !known {
                relied.push(Relied { path: whole.to_owned(), source: *source });
            }
        }
        let told = option.borrows.iter().filter_map(|i| {
            let source = self.told_by(*i).filter(|source| *source < than)?;
            Some(Relied { path: format!("circumstances.{}", self.book.circumstances.get(*i)?.id), source })
        });
        relied.extend(told);
        relied.sort_by_key(|relied| relied.source);
        relied
    }
}

/// The record at the top that a path lies in, where several of its facts are relied on and all are of one source.
fn whole<'p>(leaves: &[(&str, Source)], path: &'p str, source: Source) -> &'p str {
    let Some((top, _)) = path.split_once('.') else { return path };
    let mut inside = leaves.iter().filter(|(p, _)| p.split_once('.').is_some_and(|(other, _)| other == top));
    let several = inside.clone().count() > 1;
    if several && inside.all(|(_, other)| *other == source) { top } else { path }
}

impl OptionOutcome {
    /// What it needs without its guards and its sources; none where it is owed, which no guard raises.
    pub(super) fn rest(&self) -> Option<Need> {
        (!self.owed.worst).then(|| self.made_of.without_guards())
    }
}

impl MadeOf {
    /// The highest of the terms and the limits.
    pub(super) fn without_guards(&self) -> Need {
        self.terms.worst.max(self.per_grant.worst).max(self.per_customer).max(self.per_payout.worst)
    }

    /// Who may, as far as it is not about sources.
    fn without_sources(&self) -> Need {
        self.without_guards().max(self.guard.worst)
    }
}

impl Assessment<'_> {
    fn behind(&self) -> Behind<'_> {
        Behind { book: self.book, version: self.version, facts: self.facts, told: &self.told, guards: &self.guards }
    }

    /// The facts an option rests on that no system vouches for, the weakest first.
    #[must_use]
    pub fn relies_on(&self, option: &OptionOutcome) -> Vec<Relied> {
        if self.format == super::Format::First { Vec::new() } else { self.behind().weaker(option, Source::System) }
    }

    /// The weakest source that the role that asks may act on alone for an option, where what it rests on is weaker.
    #[must_use]
    pub fn needs_source(&self, option: &OptionOutcome) -> Option<Source> {
        if option.made_of.sources.worst <= Need::role(self.role) {
            return None;
        }
        let role = self.book.roles.get(usize::from(self.role.0))?;
        let leaves = Leaves { payout: payout(self.version, &option.parts), cost: option.cost };
        Source::ALL.into_iter().find(|source| leaves.is_covered(self.book, self.facts, role, *source))
    }

    /// What would make an option the asking role's own, all of it together, where nothing else stands in the way.
    #[must_use]
    pub fn yours_if(&self, option: &OptionOutcome) -> Vec<YoursIf> {
        let Some(source) = self.needs_source(option) else { return Vec::new() };
        let own = Need::role(self.role);
        let open = option.barred.worst || option.offered != Truth::Yes || option.why != 0;
        let theirs = if option.owed.worst {
            option.made_of.per_owed <= own && option.made_of.per_payout.worst <= own
        } else {
            option.made_of.without_sources() <= own
        };
        if open || !theirs {
            return Vec::new();
        }
        let mut found: Vec<YoursIf> = Vec::new();
        for relied in self.behind().weaker(option, source) {
            let source = source.min(self.enough(&relied.path));
            match found.iter_mut().find(|yours| yours.source == source) {
                Some(yours) => yours.paths.push(relied.path),
                None => found.push(YoursIf { paths: vec![relied.path], source }),
            }
        }
        found.sort_by_key(|yours| std::cmp::Reverse(yours.source));
        found
    }

    /// The weakest source that is as good as a system's for a fact, or for every fact of a record.
    fn enough(&self, path: &str) -> Source {
        let Some(place) = self.book.schema.find(path) else { return Source::System };
        let cells = self.book.schema.cells_of(place.slot);
        let leaves = cells.filter(|cell| self.book.schema.leaf_at(*cell).is_some());
        let takes = leaves.filter_map(|cell| self.book.schema.takes.get(cell as usize).copied());
        takes.max().unwrap_or(Source::System)
    }
}
