//! Which missing facts could still change the standing, an option or the way without an exception.

use std::collections::BTreeSet;

use super::super::Assessment;
use super::super::options::{Ground, lenders};
use super::super::outcome::{OptionOutcome, Span, TermState, Told, Truth};
use super::super::standing::has_own_answer;
use super::super::terms::{Lenders, need_of};
use super::trail::Trail;
use crate::book::rules::{Amount, Condition, Disclosed, Group, Line, Need, Never, One, RemedyBody, Term, TermShape};
use crate::types::Type;

/// Cells of missing facts that matter.
pub(super) fn cells(a: &Assessment<'_>) -> BTreeSet<u32> {
    let mut open = Open { a, g: ground(a), trail: Trail::new(a.machine, a.version, a.facts) };
    for option in &a.options {
        open.option(option);
    }
    open.by_hand();
    if let Some(detour) = a.version.detour.as_ref().filter(|_| a.detour != Some(Truth::No)) {
        detour.when.iter().chain(&detour.cost).for_each(|reg| open.trail.follow(*reg));
    }
    a.version.asks.looked_for.iter().for_each(|cell| open.trail.cell(*cell));
    // Another version may have been in force when the customer relied on the rule.
    if a.policy.versions.len() > 1 {
        open.relied_on();
    }
    open.trail.without_shells(&a.book.schema)
}

fn ground<'a>(a: &'a Assessment<'_>) -> Ground<'a> {
    Ground {
        book: a.book,
        version: a.version,
        facts: a.facts,
        role: a.role,
        terms: a.terms,
        told: &a.told,
        fault: a.fault,
        guards: &a.guards,
        nevers: &a.nevers,
        per_customer: Need::NONE, // History is no fact that a form asks for.
        format: a.format,
        weak: false, // Who said something changes nothing about what is missing.
    }
}

struct Open<'a> {
    a: &'a Assessment<'a>,
    g: Ground<'a>,
    trail: Trail<'a>,
}

impl Open<'_> {
    fn option(&mut self, option: &OptionOutcome) {
        let Some(remedy) = self.g.version.remedies.get(option.remedy) else { return };
        if remedy.group == Group::Recovery
            && let (Some(fault), Some(Truth::Unknown(_))) = (&self.g.version.fault, self.g.fault)
        {
            self.trail.follow(fault.when);
        }
        self.remedy(option.remedy);
        self.nevers(option);
        if !option.owed.worst {
            self.guards();
        }
        if matches!(remedy.group, Group::Remedies | Group::Instead) {
            self.terms(option);
        }
    }

    /// Whether a remedy is offered, how much it gives and what it costs. Returns whether it is offered for certain.
    fn remedy(&mut self, index: usize) -> Truth {
        let version = self.g.version;
        let Some(remedy) = version.remedies.get(index) else { return Truth::No };
        let offered = remedy.when.map_or(Truth::Yes, |reg| Truth::of(self.a.machine.get(reg)));
        if offered == Truth::No {
            return offered;
        }
        remedy.when.iter().chain(&remedy.keeps).for_each(|reg| self.trail.follow(*reg));
        if let Some(value) = remedy.keeps.and_then(|_| self.g.book.schema.find("customer.value")) {
            self.trail.cell(value.slot);
        }
        match &remedy.body {
            RemedyBody::One(one) => self.one(one),
            RemedyBody::Bundle(parts) => parts.iter().for_each(|(part, _)| {
                self.remedy(*part);
            }),
            // The first that holds is it.
            RemedyBody::Either(parts) => {
                parts.iter().any(|part| self.remedy(*part) == Truth::Yes);
            }
        }
        offered
    }

    fn one(&mut self, one: &One) {
        let amount = match one.amount {
            None => [None, None],
            Some(Amount::One(reg)) => [Some(reg), None],
            Some(Amount::Range(least, most)) => [Some(least), Some(most)],
        };
        let all = amount.into_iter().chain([one.cost, one.of, one.refunded]);
        all.flatten().for_each(|reg| self.trail.follow(reg));
    }

    /// A remedy of one's own, where it counts as an answer: a never of everything may bar it.
    fn by_hand(&mut self) {
        if self.g.book.bespoke.is_none() || has_own_answer(&self.g) {
            return;
        }
        for (never, truth) in self.g.version.nevers.iter().zip(self.g.nevers) {
            if never.kinds.is_none() && *truth != Truth::No {
                self.trail.follow(never.when);
            }
        }
    }

    /// Nevers that may bar the option, or that it stands in for.
    fn nevers(&mut self, option: &OptionOutcome) {
        let mut named: BTreeSet<usize> =
            option.parts.iter().flat_map(|p| [Some(p.remedy), p.chosen]).flatten().collect();
        for part in &option.parts {
            if let Some(RemedyBody::Either(parts)) = self.g.version.remedies.get(part.remedy).map(|r| &r.body) {
                named.extend(parts);
            }
        }
        let bars = |never: &Never| never.bars.as_ref().is_none_or(|bars| bars.iter().any(|b| named.contains(b)));
        for (never, truth) in self.g.version.nevers.iter().zip(self.g.nevers) {
            if *truth != Truth::No && (bars(never) || never.instead.contains(&option.remedy)) {
                self.trail.follow(never.when);
            }
        }
    }

    /// Guards that would ask for more than those that hold.
    fn guards(&mut self) {
        let guards = self.g.version.guards.iter().zip(self.g.guards);
        let held = guards.clone().filter(|(_, t)| **t == Truth::Yes).map(|(g, _)| g.needs).max();
        for (guard, _) in guards.filter(|(guard, _)| held.is_none_or(|held| guard.needs > held)) {
            self.trail.follow(guard.when);
        }
    }

    fn terms(&mut self, option: &OptionOutcome) {
        let lenders = lenders(&self.g, option.cost);
        if option.made_of.terms.best != option.made_of.terms.worst {
            self.all(&self.g.version.roots, lenders, Span { best: Need::NONE, worst: Need::NOBODY });
        }
        self.borrowed();
        self.charged();
    }

    /// Who pays for a term that customers were not told of depends on whether it holds.
    fn charged(&mut self) {
        let undisclosed = |t: &Term| t.disclosed != Disclosed::Always && t.charged_to.is_some();
        for (term, outcome) in self.g.version.terms.iter().zip(self.g.terms) {
            if undisclosed(term) && outcome.state == TermState::Missing {
                self.leaf(term);
            }
        }
    }

    /// Terms that a circumstance may turn out to lend for: the option says so.
    fn borrowed(&mut self) {
        let told = self.g.book.circumstances.iter().zip(self.g.told).filter(|(_, told)| **told != Told::No);
        let lends: Vec<_> = told.map(|(circumstance, _)| circumstance.stretch_of).collect();
        for (term, outcome) in self.g.version.terms.iter().zip(self.g.terms) {
            let timed = matches!(&term.shape, TermShape::Measure { ty: Type::Days | Type::Duration, .. });
            let reaches = |role| term.stretch.iter().any(|(own, _)| *own <= role);
            if timed && outcome.state == TermState::Missing && lends.iter().any(|role| reaches(*role)) {
                self.leaf(term);
            }
        }
    }

    /// All of these: the highest need counts. `within` is what the need of all of them together can still matter in.
    fn all(&mut self, terms: &[usize], lenders: Lenders, within: Span<Need>) {
        let spans: Vec<Span<Need>> = terms.iter().map(|i| self.need(*i, lenders)).collect();
        for (i, (term, span)) in terms.iter().zip(&spans).enumerate() {
            let others = spans.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, s)| s.best).max();
            let within = Span { best: within.best.max(others.unwrap_or(Need::NONE)), ..within };
            self.term(*term, *span, lenders, within);
        }
    }

    /// Any of these: the lowest need counts.
    fn any(&mut self, terms: &[usize], lenders: Lenders, within: Span<Need>) {
        let applies = |i: &&usize| self.g.terms.get(**i).is_some_and(|o| o.state != TermState::NotApplicable);
        let terms: Vec<usize> = terms.iter().filter(applies).copied().collect();
        let spans: Vec<Span<Need>> = terms.iter().map(|i| self.alternative(*i, lenders)).collect();
        for (i, (term, span)) in terms.iter().zip(&spans).enumerate() {
            let others = spans.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, s)| s.worst).min();
            let within = Span { worst: within.worst.min(others.unwrap_or(Need::NOBODY)), ..within };
            self.term(*term, *span, lenders, within);
        }
    }

    fn need(&self, term: usize, lenders: Lenders) -> Span<Need> {
        need_of(self.g.version, self.g.terms, &self.g.book.circumstances, lenders, term)
    }

    /// One that may not apply may be no alternative at all.
    fn alternative(&self, term: usize, lenders: Lenders) -> Span<Need> {
        let need = self.need(term, lenders);
        let applies = self.g.terms.get(term).is_none_or(|o| o.applies);
        if applies { need } else { Span { worst: Need::NOBODY, ..need } }
    }

    fn term(&mut self, index: usize, span: Span<Need>, lenders: Lenders, within: Span<Need>) {
        if span.best == span.worst || span.worst <= within.best || span.best >= within.worst {
            return;
        }
        let version = self.g.version;
        let (Some(term), Some(outcome)) = (version.terms.get(index), self.g.terms.get(index)) else { return };
        self.disclosed(term);
        match &term.shape {
            TermShape::All(parts) if outcome.applies => self.all(parts, lenders, within),
            TermShape::Any(parts) if outcome.applies => self.any(parts, lenders, within),
            _ => self.leaf(term),
        }
    }

    /// All that a term reads, and its parts.
    fn leaf(&mut self, term: &Term) {
        term.when.iter().for_each(|reg| self.trail.follow(*reg));
        self.disclosed(term);
        let version = self.g.version;
        match &term.shape {
            TermShape::Measure { value, line, .. } => {
                self.trail.operand(*value);
                match *line {
                    Line::AtMost(line) | Line::AtLeast(line) | Line::Equals(line) => self.trail.operand(line),
                    Line::Within(from, to) => {
                        self.trail.operand(from);
                        self.trail.operand(to);
                    }
                }
            }
            TermShape::Require { cond: Condition::Is(operand), .. } => self.trail.operand(*operand),
            TermShape::Require { cond: Condition::OneOf(cell, _), .. } => self.trail.cell(*cell),
            TermShape::Any(parts) | TermShape::All(parts) => {
                parts.iter().filter_map(|i| version.terms.get(*i)).for_each(|part| self.leaf(part));
            }
        }
    }

    fn disclosed(&mut self, term: &Term) {
        if matches!(term.disclosed, Disclosed::Since(_)) {
            self.relied_on();
        }
    }

    fn relied_on(&mut self) {
        if let Some((reg, _)) = self.g.version.relied_on {
            self.trail.follow(reg);
        }
    }
}
