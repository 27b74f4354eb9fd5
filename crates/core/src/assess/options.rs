//! Options: what may be given, what it costs, and who may give it.

use super::Format;
use super::money::{self, Sum};
use super::outcome::{Bar, Fixed, MadeOf, OptionOutcome, PartOutcome, Span, TermOutcome, Told, Truth};
use super::relied::{self, Behind, Leaves};
use super::shares;
use super::terms::{Lenders, lends, tree_need};
use crate::book::rules::{Amount, Book, Group, Limit, Need, One, Remedy, RemedyBody, Role, RoleId, Version};
use crate::facts::{Facts, Source, slot};
use crate::money::Money;
use crate::number::Number;
use crate::program::op::Reg;
use crate::program::run::{Failure, Machine, Reason, Val};
use crate::types::Type;
use crate::value::Why;

/// What every option of a version is worked out from.
pub(super) struct Ground<'a> {
    pub book: &'a Book,
    pub version: &'a Version,
    pub facts: &'a Facts<'a>,
    pub role: RoleId,
    pub terms: &'a [TermOutcome],
    pub told: &'a [Told],
    pub fault: Option<Truth>,
    pub guards: &'a [Truth],
    pub nevers: &'a [Truth],
    /// The lowest role whose `per_customer` is not used up.
    pub per_customer: Need,
    /// By which rules it is worked out.
    pub format: Format,
    /// Whether anything is said by less than a system of record.
    pub weak: bool,
}

/// The options of a request.
pub(super) struct Options {
    /// Those that are offered, for certain or perhaps, in the order written.
    pub offered: Vec<OptionOutcome>,
    /// Those that would be, and whose amount comes to nothing; by index.
    pub nothing: Vec<usize>,
}

/// Every option of the version, weighed.
pub(super) fn evaluate(m: &mut Machine, g: &Ground<'_>) -> Options {
    let mut options = Options { offered: Vec::with_capacity(g.version.options.len()), nothing: Vec::new() };
    for index in g.version.options.iter().filter(|i| instead_is_wanted(g, **i)) {
        match option(m, g, *index) {
            Weighed::Offered(option) => options.offered.push(*option),
            Weighed::Nothing => options.nothing.push(*index),
            Weighed::NotOffered => {}
        }
    }
    options
}

/// What becomes of an option.
enum Weighed {
    Offered(Box<OptionOutcome>),
    /// It would be offered, and its amount is zero or less.
    Nothing,
    NotOffered,
}

/// What stands under `instead` is offered only where a never that names it bars something.
fn instead_is_wanted(g: &Ground<'_>, index: usize) -> bool {
    let group = g.version.remedies.get(index).map(|r| r.group);
    group != Some(Group::Instead)
        || g.version
            .nevers
            .iter()
            .zip(g.nevers)
            .any(|(never, truth)| never.instead.contains(&index) && *truth != Truth::No && bars_something(g, never))
}

fn bars_something(g: &Ground<'_>, never: &crate::book::rules::Never) -> bool {
    match &never.bars {
        None => g.version.options.iter().any(|o| !never.instead.contains(o)),
        Some(bars) => bars.iter().any(|b| !never.instead.contains(b)),
    }
}

fn option(m: &mut Machine, g: &Ground<'_>, index: usize) -> Weighed {
    let Some(remedy) = g.version.remedies.get(index) else { return Weighed::NotOffered };
    let mut offered = offered(m, g, remedy);
    if offered == Truth::No {
        return Weighed::NotOffered;
    }
    let parts = match &remedy.body {
        RemedyBody::Bundle(parts) => match bundle(m, g, parts) {
            Stay::Parts(parts) => parts,
            Stay::Nothing => return Weighed::Nothing,
            Stay::None => return Weighed::NotOffered,
        },
        _ => match part(m, g, index, &mut offered) {
            Some(part) => vec![part],
            None => return Weighed::NotOffered,
        },
    };
    let sum = Sum::of(m, &parts, |part| part.amount.is_none() && has_amount(g, part));
    if sum.amount.is_some_and(is_nothing)
        && sum.most.is_none_or(is_nothing)
        && !matches!(remedy.body, RemedyBody::Bundle(_))
    {
        return Weighed::Nothing;
    }
    Weighed::Offered(Box::new(weigh(m, g, index, remedy, offered, parts, sum)))
}

/// Whether a part is to have an amount, or may have one where it is not known which it comes to.
fn has_amount(g: &Ground<'_>, part: &PartOutcome) -> bool {
    let one = |index: &usize| match g.version.remedies.get(*index).map(|r| &r.body) {
        Some(RemedyBody::One(one)) => one.amount.is_some() && one.amount_type == Type::Money,
        _ => false,
    };
    match (part.chosen, g.version.remedies.get(part.remedy).map(|r| &r.body)) {
        (Some(chosen), _) => one(&chosen),
        (None, Some(RemedyBody::Either(choices))) => choices.iter().any(one),
        _ => one(&part.remedy),
    }
}

fn is_nothing(amount: Fixed) -> bool {
    match amount {
        Fixed::Money(m) => m.minor <= 0,
        Fixed::Number(n) => n.signum() <= 0,
    }
}

fn offered(m: &mut Machine, g: &Ground<'_>, remedy: &Remedy) -> Truth {
    let own = remedy.when.map_or(Truth::Yes, |r| Truth::of(m.get(r)));
    let fault = if remedy.group == Group::Recovery { g.fault.unwrap_or(Truth::No) } else { Truth::Yes };
    both(m, own, fault)
}

fn both(m: &mut Machine, a: Truth, b: Truth) -> Truth {
    match (a, b) {
        (Truth::No, _) | (_, Truth::No) => Truth::No,
        (Truth::Yes, Truth::Yes) => Truth::Yes,
        _ => Truth::Unknown(m.both(a.why(), b.why())),
    }
}

/// What stays of a bundle.
enum Stay {
    Parts(Vec<PartOutcome>),
    /// What it holds comes to nothing.
    Nothing,
    /// A part that must hold does not, or none is left.
    None,
}

/// The parts that stay; none when one that must hold does not.
fn bundle(m: &mut Machine, g: &Ground<'_>, parts: &[(usize, bool)]) -> Stay {
    let mut empty = Stay::None;
    let mut stay = Vec::with_capacity(parts.len());
    for (index, may_drop) in parts {
        let Some(remedy) = g.version.remedies.get(*index) else { continue };
        let mut holds = remedy.when.map_or(Truth::Yes, |r| Truth::of(m.get(r)));
        let outcome = if holds == Truth::No { None } else { part(m, g, *index, &mut holds) };
        match outcome {
            None if *may_drop => {}
            None => return Stay::None,
            Some(p) if p.amount.is_some_and(is_nothing) => empty = Stay::Nothing,
            Some(p) if *may_drop && p.bars.iter().any(|(_, sure)| *sure) => {}
            Some(mut p) => {
                p.why = m.both(p.why, holds.why());
                stay.push(p);
            }
        }
    }
    if stay.is_empty() { empty } else { Stay::Parts(stay) }
}

/// One thing: a remedy, or the first of an `either` whose `when` holds.
fn part(m: &mut Machine, g: &Ground<'_>, index: usize, offered: &mut Truth) -> Option<PartOutcome> {
    let remedy = g.version.remedies.get(index)?;
    match &remedy.body {
        RemedyBody::One(one) => Some(one_part(m, g, index, None, one)),
        RemedyBody::Bundle(_) => None,
        RemedyBody::Either(choices) => either(m, g, index, choices, offered),
    }
}

/// Where it is not known which holds, any that is left may bar, and amount and cost are missing.
fn either(
    m: &mut Machine,
    g: &Ground<'_>,
    index: usize,
    choices: &[usize],
    offered: &mut Truth,
) -> Option<PartOutcome> {
    let mut unknown: Option<PartOutcome> = None;
    for choice in choices {
        let Some(Remedy { when, body: RemedyBody::One(one), .. }) = g.version.remedies.get(*choice) else { continue };
        let truth = when.map_or(Truth::Yes, |r| Truth::of(m.get(r)));
        if truth == Truth::No {
            continue;
        }
        let here = one_part(m, g, index, Some(*choice), one);
        match (&mut unknown, truth) {
            (None, Truth::Yes) => return Some(here),
            (None, _) => {
                let why = m.both(truth.why(), here.why);
                unknown = Some(PartOutcome {
                    chosen: None,
                    amount: None,
                    most: None,
                    cost: None,
                    why,
                    bars: unsure(&here.bars),
                    ..here
                });
            }
            (Some(so_far), _) => {
                let here_why = m.both(truth.why(), here.why);
                so_far.why = m.both(so_far.why, here_why);
                so_far.bars.extend(unsure(&here.bars));
                so_far.bars_why = m.both(so_far.bars_why, here.bars_why);
                if truth == Truth::Yes {
                    return unknown;
                }
            }
        }
    }
    if let Some(p) = &unknown {
        *offered = both(m, *offered, Truth::Unknown(p.why));
    }
    unknown
}

fn unsure(bars: &[(Bar, bool)]) -> Vec<(Bar, bool)> {
    bars.iter().map(|(bar, _)| (*bar, false)).collect()
}

fn one_part(m: &mut Machine, g: &Ground<'_>, index: usize, chosen: Option<usize>, one: &One) -> PartOutcome {
    let is_money = one.amount_type == Type::Money;
    let fix = |v: Val| money::fix(v, is_money, g.book);
    let (amount, most) = match one.amount {
        None => (None, None),
        Some(Amount::One(r)) => (Some(m.get(r)), None),
        Some(Amount::Range(least, most)) => (Some(m.get(least)), Some(m.get(most))),
    };
    let cost = one.cost.map(|r| m.get(r)).or(if is_money { amount } else { None });
    let mut why = 0;
    for v in [amount, most, cost].into_iter().flatten() {
        why = m.both(why, v.why);
    }
    let mut outcome = PartOutcome {
        remedy: index,
        chosen,
        amount: amount.and_then(fix),
        most: most.and_then(fix),
        cost: cost.and_then(|v| money::fix_money(v, g.book)),
        why: 0,
        bars: Vec::new(),
        bars_why: 0,
    };
    // A value beyond what an amount can be is as missing as one that cannot be worked out.
    let lost = |v: Option<Val>, is_fixed: bool| v.is_some_and(Val::is_there) && !is_fixed;
    if lost(amount, outcome.amount.is_some())
        || lost(most, outcome.most.is_some())
        || lost(cost, outcome.cost.is_some())
    {
        let beyond = m.note(Reason::Failed(place_of(g, one), Failure::Overflow));
        why = m.both(why, beyond);
    }
    if let Some(unpayable) = unpayable(m, g, one, outcome.most.or(outcome.amount)) {
        outcome = PartOutcome { amount: None, most: None, cost: None, ..outcome };
        why = m.both(why, unpayable);
    }
    outcome.why = why;
    bars(m, g, &mut outcome, one);
    outcome
}

/// Why an amount cannot be paid out as the facts stand: what was given back is written below zero, or the amount cannot be
/// shared over the payments it goes to.
fn unpayable(m: &mut Machine, g: &Ground<'_>, one: &One, amount: Option<Fixed>) -> Option<Why> {
    let below_zero = |reg: &Reg| m.get(*reg).is_there() && m.get(*reg).as_number().signum() < 0;
    if let Some(reg) = one.refunded.filter(below_zero) {
        return Some(m.note(Reason::Failed(written_at(g, Some(reg)), Failure::GivenBackBelowZero)));
    }
    let Some(Fixed::Money(amount)) = amount.filter(|amount| !is_nothing(*amount)) else { return None };
    let unshared = shares::share(m, g.facts, g.book, one, amount).err()?;
    let at = written_at(g, one.to.first().map(|(reg, _)| *reg));
    Some(unshared.reason(at).map_or_else(|why| why, |reason| m.note(reason)))
}

/// Where the amount is worked out, or the cost where there is none: an instruction of the program.
fn place_of(g: &Ground<'_>, one: &One) -> u32 {
    let reg = match one.amount {
        Some(Amount::One(reg) | Amount::Range(reg, _)) => Some(reg),
        None => one.cost,
    };
    written_at(g, reg)
}

/// The instruction of the program that writes a register.
fn written_at(g: &Ground<'_>, reg: Option<Reg>) -> u32 {
    let place = g.version.program.code.iter().position(|op| Some(op.writes()) == reg);
    place.and_then(|at| u32::try_from(at).ok()).unwrap_or(u32::MAX)
}

/// What bars it: a never that names it, or more than the rest of what was paid.
fn bars(m: &mut Machine, g: &Ground<'_>, part: &mut PartOutcome, one: &One) {
    let index = part.chosen.unwrap_or(part.remedy);
    for (n, (never, truth)) in g.version.nevers.iter().zip(g.nevers).enumerate() {
        let named = never.bars.as_ref().is_none_or(|bars| bars.contains(&index) || bars.contains(&part.remedy));
        if !named || *truth == Truth::No || never.instead.contains(&part.remedy) {
            continue;
        }
        part.bars.push((Bar::Never(n), *truth == Truth::Yes));
        part.bars_why = m.both(part.bars_why, truth.why());
    }
    let Some(of) = one.of else { return };
    // Where nothing says what was given back, the whole of what was paid is left.
    let (of, refunded) = (m.get(of), one.refunded.map_or(Val::ZERO_MONEY, |reg| m.get(reg)));
    let why = m.both(of.why, refunded.why);
    if why != 0 || part.amount.is_none() {
        part.bars.push((Bar::MoreThanPaid, false));
        part.bars_why = m.both(part.bars_why, m_or(why, part.why));
    } else if part.most.or(part.amount).is_some_and(|amount| !money::goes_with(amount, of, refunded)) {
        // Neither more than the rest nor within it.
        let why = money::two_currencies(m);
        part.bars.push((Bar::MoreThanPaid, false));
        part.bars_why = m.both(part.bars_why, why);
    } else if !money::within_rest(part.most.or(part.amount), of, refunded) {
        part.bars.push((Bar::MoreThanPaid, true));
    }
}

fn m_or(a: Why, b: Why) -> Why {
    if a == 0 { b } else { a }
}

fn weigh(
    m: &mut Machine,
    g: &Ground<'_>,
    index: usize,
    remedy: &Remedy,
    offered: Truth,
    parts: Vec<PartOutcome>,
    sum: Sum,
) -> OptionOutcome {
    let barred = barred(&parts);
    // What needs no term borrows nothing.
    let (borrows, terms) = match remedy.group {
        Group::Goodwill | Group::Recovery => (Lenders::default(), Span::NONE),
        Group::Remedies | Group::Instead => {
            let borrows = lenders(g, sum.cost);
            (borrows, tree_need(g.version, g.terms, &g.book.circumstances, borrows))
        }
    };
    let priced = sum.why == 0;
    let owed = owed(remedy.group, terms, offered, priced);
    let payout = relied::payout(g.version, &parts).filter(|_| g.format != Format::First);
    let borrowed = borrowed(g, borrows);
    let mut made_of = made_of(g, terms, &sum, payout);
    if owed.best {
        made_of.per_owed = releaser(g, &sum);
    }
    if g.weak {
        let leaves = Leaves { payout, cost: sum.cost };
        let rest = (!owed.worst).then(|| made_of.without_guards());
        let weakest = behind(g).weakest(index, rest, &borrowed);
        made_of.sources = relied::need_of_sources(g, weakest, leaves, priced);
    }
    let need = total(made_of, owed, barred, offered);
    let mut outcome = OptionOutcome {
        remedy: index,
        offered,
        owed: Span { best: owed.best && !barred.best, worst: owed.worst && !barred.worst },
        barred,
        need,
        made_of,
        amount: sum.amount,
        most: sum.most,
        yours_up_to: None,
        cost: sum.cost,
        kept: kept(m, g, remedy),
        released_by: if owed.best { made_of.released_by() } else { None },
        borrows: borrowed,
        parts,
        why: sum.why,
    };
    outcome.yours_up_to = yours_up_to(g, &outcome);
    outcome
}

/// The weakest source that an option rests on, where that is no system's.
fn weakest(option: &OptionOutcome, g: &Ground<'_>) -> Option<Source> {
    let weakest = g.weak.then(|| behind(g).weakest(option.remedy, option.rest(), &option.borrows).worst);
    weakest.filter(|source| *source != Source::System)
}

impl MadeOf {
    /// The lowest role that may release what is owed; none where no role may.
    fn released_by(&self) -> Option<RoleId> {
        self.per_owed.max(self.per_payout.best).max(self.sources.best).as_role()
    }
}

fn barred(parts: &[PartOutcome]) -> Span<bool> {
    Span {
        best: parts.iter().any(|p| p.bars.iter().any(|(_, sure)| *sure)),
        worst: parts.iter().any(|p| !p.bars.is_empty()),
    }
}

fn owed(group: Group, terms: Span<Need>, offered: Truth, priced: bool) -> Span<bool> {
    let certain = offered == Truth::Yes && priced;
    match group {
        Group::Goodwill => Span::both(false),
        Group::Recovery => Span { best: true, worst: certain },
        Group::Remedies | Group::Instead => {
            Span { best: terms.best == Need::NONE, worst: terms.worst == Need::NONE && certain }
        }
    }
}

fn made_of(g: &Ground<'_>, terms: Span<Need>, sum: &Sum, payout: Option<Money>) -> MadeOf {
    let priced = sum.why == 0;
    let per_grant = match sum.cost {
        // What costs nothing and hands nobody money takes no authority over money.
        Some(cost) if priced && cost.minor == 0 && payout.is_none() => Span::both(Need::role(RoleId(0))),
        Some(cost) if priced => Span::both(lowest(g, |r| r.per_grant.limit(Some(cost.currency)), cost, slot::GRANTED)),
        _ => Span { best: Need::NONE, worst: Need::NOBODY },
    };
    let guard = g.version.guards.iter().zip(g.guards).fold(Span::NONE, |all, (guard, truth)| {
        let needs = Need::role(guard.needs);
        all.and(match truth {
            Truth::Yes => Span::both(needs),
            Truth::No => Span::NONE,
            Truth::Unknown(_) => Span { best: Need::NONE, worst: needs },
        })
    });
    let per_payout = if g.format == Format::First { Span::NONE } else { relied::need_of_payout(g, payout, priced) };
    MadeOf { terms, per_grant, per_customer: g.per_customer, guard, per_payout, ..MadeOf::NOTHING }
}

/// The lowest role whose cap covers a cost and what this case already took.
fn lowest(g: &Ground<'_>, cap: impl Fn(&crate::book::rules::Role) -> Limit, cost: Money, already: u32) -> Need {
    let total = money::with_already(g.facts, cost, already);
    let found = g.book.roles.iter().position(|r| cap(r).covers(total));
    found.and_then(|i| u8::try_from(i).ok()).map_or(Need::NOBODY, |i| Need::role(RoleId(i)))
}

/// The lowest role whose `per_owed` covers what is owed.
fn releaser(g: &Ground<'_>, sum: &Sum) -> Need {
    let Some(cost) = sum.cost else { return Need::NOBODY };
    let amount = sum.amount.filter(|_| g.format != Format::First);
    let may = |role: &Role| {
        // What is nothing by any figure takes no authority over money.
        let nothing = cost.minor == 0 && amount.is_none_or(is_nothing);
        nothing || relied::may_release(g, role, amount, cost)
    };
    let found = g.book.roles.iter().position(may);
    found.and_then(|i| u8::try_from(i).ok()).map_or(Need::NOBODY, |i| Need::role(RoleId(i)))
}

/// What sources are read from.
fn behind<'a>(g: &Ground<'a>) -> Behind<'a> {
    Behind { book: g.book, version: g.version, facts: g.facts, told: g.told, guards: g.guards }
}

fn total(made_of: MadeOf, owed: Span<bool>, barred: Span<bool>, offered: Truth) -> Span<Need> {
    let side = |owed: bool, barred: bool, all: Need| match (barred, owed) {
        (true, _) => Need::NOBODY,
        (false, true) => Need::NONE,
        _ => all.max(made_of.per_customer),
    };
    let MadeOf { terms, per_grant, guard, per_payout, sources, .. } = made_of;
    let all = terms.and(per_grant).and(guard).and(per_payout).and(sources);
    let best = side(owed.best, barred.best, all.best);
    let worst = side(owed.worst, barred.worst, all.worst);
    Span { best, worst: if offered == Truth::Yes { worst } else { Need::NOBODY } }
}

/// Circumstances that may lend for an option of this cost.
pub(super) fn lenders(g: &Ground<'_>, cost: Option<Money>) -> Lenders {
    let mut all = Lenders::default();
    for (i, (circumstance, told)) in g.book.circumstances.iter().zip(g.told).enumerate().take(64) {
        let within = match cost {
            Some(cost) => {
                let covered = circumstance.per_grant.limit(Some(cost.currency)).covers(money::with_already(
                    g.facts,
                    cost,
                    slot::GRANTED,
                ));
                Span::both(covered)
            }
            None => Span { best: true, worst: circumstance.per_grant.0.is_empty() },
        };
        let bit = 1_u64 << i;
        if *told != Told::No && within.best {
            all.best |= bit;
        }
        if *told == Told::Proven && within.worst {
            all.worst |= bit;
        }
    }
    all
}

/// Circumstances that lend to some term, for this option.
fn borrowed(g: &Ground<'_>, lenders: Lenders) -> Vec<usize> {
    if lenders == Lenders::default() {
        return Vec::new();
    }
    let any = |i: usize| {
        g.book.circumstances.get(i).is_some_and(|c| {
            g.version.terms.iter().zip(g.terms).any(|(t, o)| {
                let timed =
                    matches!(&t.shape, crate::book::rules::TermShape::Measure { ty: Type::Days | Type::Duration, .. });
                timed && o.need.best > Need::role(c.to) && lends(t, o, c)
            })
        })
    };
    (0..g.book.circumstances.len()).filter(|i| lenders.best >> i & 1 == 1 && any(*i)).collect()
}

fn kept(m: &Machine, g: &Ground<'_>, remedy: &Remedy) -> Option<Money> {
    let share = m.get(remedy.keeps?);
    let place = g.book.schema.find("customer.value")?;
    let value = g.facts.cell(place.slot);
    if !share.is_there() || !value.is_present() {
        return None;
    }
    let currency = crate::money::Currency::from_index(value.aux)?;
    let kept = share.as_number().mul(Number::whole(i128::from(value.v)))?;
    Money::rounded(kept, currency, g.book.rounding)
}

/// The most the asking role may give of a range: what its `per_grant` leaves, within the range.
fn yours_up_to(g: &Ground<'_>, option: &OptionOutcome) -> Option<Fixed> {
    let (Some(Fixed::Money(least)), Some(Fixed::Money(most))) = (option.amount, option.most) else { return None };
    if option.need.worst > Need::role(g.role) {
        return None;
    }
    let role = g.book.roles.get(usize::from(g.role.0))?;
    let cost_is_amount = option.cost == Some(least);
    let left = |limit: Limit, before: i128| match limit {
        Limit::UpTo(cap) => i128::from(cap) - before,
        _ => i128::from(most.minor),
    };
    let before = |cell| money::already(g.facts, most.currency, cell);
    let mut limit = i128::from(most.minor);
    if cost_is_amount && !option.owed.worst {
        limit = limit.min(left(role.per_grant.limit(Some(most.currency)), before(slot::GRANTED)));
    }
    if option.made_of.per_payout != Span::NONE {
        limit = limit.min(left(role.per_payout.limit(Some(most.currency)), before(slot::PAID)));
    }
    if let Some(weakest) = weakest(option, g) {
        let given = (before(slot::GRANTED) + before(slot::RELEASED)).max(before(slot::PAID));
        limit = limit.min(left(role.trust.on(weakest).limit(most.currency), given));
    }
    let minor = i64::try_from(limit.min(i128::from(most.minor)).max(i128::from(least.minor))).ok()?;
    Some(Fixed::Money(Money::new(minor, most.currency)))
}
