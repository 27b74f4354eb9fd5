//! Terms: margins, and who may allow what is past a line.

use super::outcome::{Binding, Span, TermOutcome, TermState, Truth};
use crate::book::rules::{Circumstance, Disclosed, Line, Need, RoleId, Term, TermShape, Version};
use crate::number::{Number, Rounding};
use crate::program::op::Reg;
use crate::program::run::Machine;
use crate::time::Date;
use crate::types::Type;
use crate::value::Why;

/// Circumstances that may lend: bit `i` for the book's circumstance `i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Lenders {
    /// Those that lend if what was said is true.
    pub best: u64,
    /// Those that lend for certain.
    pub worst: u64,
}

/// The dates terms are held against.
#[derive(Clone, Copy)]
pub(super) struct Days {
    /// Of first contact.
    pub asked: Option<Date>,
    /// When the customer relied on the rule; none when that is missing.
    pub relied_on: Option<Date>,
    /// Why that is missing.
    pub relied_why: Why,
}

/// Works out every term of a version whose expressions have run.
pub(super) fn evaluate(m: &mut Machine, version: &Version, days: Days, rounding: Rounding, out: &mut Vec<TermOutcome>) {
    out.clear();
    out.extend(version.terms.iter().map(|t| leaf(m, t, days, rounding)));
    // Parts of a group come after it: going backwards, they are worked out before it.
    for (index, term) in version.terms.iter().enumerate().rev() {
        if let TermShape::Any(parts) | TermShape::All(parts) = &term.shape {
            let is_any = matches!(term.shape, TermShape::Any(_));
            let group = stretched(group(m, out, parts, is_any), term);
            if let Some(own) = out.get_mut(index) {
                *own = within_when(m, group, *own);
            }
        }
    }
}

/// Who may allow what every root term asks for, with what circumstances lend.
pub(super) fn tree_need(version: &Version, outcomes: &[TermOutcome], circumstances: &[Circumstance], lenders: Lenders) -> Span<Need> {
    version.roots.iter().fold(Span::NONE, |all, root| all.and(need_of(version, outcomes, circumstances, lenders, *root)))
}

/// Who may allow what a term asks for.
pub(super) fn need_of(version: &Version, outcomes: &[TermOutcome], circumstances: &[Circumstance], lenders: Lenders, index: usize) -> Span<Need> {
    let (Some(term), Some(outcome)) = (version.terms.get(index), outcomes.get(index)) else { return Span::NONE };
    if lenders == Lenders::default() || outcome.state == TermState::NotApplicable || outcome.binding == Binding::Undisclosed {
        return outcome.need;
    }
    let below = |i: &usize| need_of(version, outcomes, circumstances, lenders, *i);
    let need = match &term.shape {
        TermShape::All(parts) => parts.iter().map(below).fold(Span::NONE, Span::and),
        TermShape::Any(parts) => {
            let open = parts.iter().filter(|i| outcomes.get(**i).is_some_and(|o| o.state != TermState::NotApplicable));
            open.map(below).reduce(Span::or).unwrap_or(Span::NONE)
        }
        TermShape::Measure { ty: Type::Days | Type::Duration, .. } => lent(term, outcome, circumstances, lenders),
        _ => outcome.need,
    };
    // What the group's own `when` or binding leaves open stays open.
    if outcome.need.best == Need::NONE && outcome.state == TermState::Missing { Span { best: Need::NONE, ..need } } else { need }
}

fn lent(term: &Term, outcome: &TermOutcome, circumstances: &[Circumstance], lenders: Lenders) -> Span<Need> {
    let with = |mask: u64, own: Need| {
        let lending = circumstances.iter().enumerate().filter(|(i, _)| mask >> i & 1 == 1).map(|(_, c)| c);
        let loans = lending.filter(|c| lends(term, outcome, c)).map(|c| Need::role(c.to));
        loans.fold(own, Need::min)
    };
    Span { best: with(lenders.best, outcome.need.best), worst: with(lenders.worst, outcome.need.worst) }
}

/// Whether the stretch a circumstance lends covers a term's shortfall.
pub(super) fn lends(term: &Term, outcome: &TermOutcome, circumstance: &Circumstance) -> bool {
    let reach = term.stretch.iter().rev().find(|(role, _)| *role <= circumstance.stretch_of).map(|(_, reach)| *reach);
    match (reach, outcome.margin.and_then(Number::neg)) {
        (Some(reach), Some(shortfall)) => shortfall > Number::ZERO && reach.covers(shortfall),
        (Some(crate::book::rules::Reach::Any), None) => true,
        _ => false,
    }
}

fn leaf(m: &mut Machine, term: &Term, days: Days, rounding: Rounding) -> TermOutcome {
    let mut outcome = shape(m, term, rounding);
    if !in_time(term, days.asked) {
        return TermOutcome { state: TermState::NotApplicable, need: Span::NONE, why: 0, ..outcome };
    }
    match term.when.map_or(Truth::Yes, |when| Truth::of(m.get(when))) {
        Truth::Yes => {}
        Truth::No => return TermOutcome { state: TermState::NotApplicable, need: Span::NONE, why: 0, ..outcome },
        Truth::Unknown(why) => {
            outcome.state = TermState::Missing;
            outcome.why = m.both(outcome.why, why);
            outcome.need.best = Need::NONE;
            outcome.applies = false;
        }
    }
    bind(m, term, days, &mut outcome);
    outcome
}

fn in_time(term: &Term, asked: Option<Date>) -> bool {
    let Some(asked) = asked else { return true };
    term.from.is_none_or(|from| from <= asked) && term.until.is_none_or(|until| asked <= until)
}

/// A term that customers were not told of in time counts as met and keeps its margin.
fn bind(m: &mut Machine, term: &Term, days: Days, outcome: &mut TermOutcome) {
    let (binding, need) = match (term.disclosed, days.relied_on) {
        (Disclosed::Always, _) => return,
        (Disclosed::Since(day), Some(relied)) if day <= relied => return,
        (Disclosed::Since(_), None) => {
            outcome.why = m.both(outcome.why, days.relied_why);
            (Binding::Unknown, Span { best: Need::NONE, worst: outcome.need.worst })
        }
        _ => (Binding::Undisclosed, Span::NONE),
    };
    outcome.binding = binding;
    outcome.need = need;
}

const BLANK: TermOutcome = TermOutcome {
    state: TermState::Met,
    binding: Binding::Binds,
    value: None,
    line: None,
    line_to: None,
    currency: None,
    margin: None,
    need: Span::NONE,
    why: 0,
    applies: true,
};

fn shape(m: &mut Machine, term: &Term, rounding: Rounding) -> TermOutcome {
    match &term.shape {
        TermShape::Measure { value, ty, line } => measure(m, term, *value, *ty == Type::Money, *line, rounding),
        TermShape::Require { cond, wanted } => {
            let truth = m.get(*cond);
            match truth.truth() {
                Some(holds) if holds == *wanted => BLANK,
                Some(_) => TermOutcome { state: TermState::Failed, need: Span::both(past(term, None)), ..BLANK },
                None => missing(term, truth.why),
            }
        }
        TermShape::Any(_) | TermShape::All(_) => BLANK,
    }
}

/// None at best; at worst whoever may go any distance, else nobody.
fn missing(term: &Term, why: u32) -> TermOutcome {
    TermOutcome { state: TermState::Missing, need: Span { best: Need::NONE, worst: past(term, None) }, why, ..BLANK }
}

/// The lowest role whose stretch covers a shortfall; without one, whose stretch is any distance.
fn past(term: &Term, shortfall: Option<Number>) -> Need {
    let covers = |reach: &crate::book::rules::Reach| match shortfall {
        Some(shortfall) => reach.covers(shortfall),
        None => *reach == crate::book::rules::Reach::Any,
    };
    let lowest: Option<RoleId> = term.stretch.iter().find(|(_, reach)| covers(reach)).map(|(role, _)| *role);
    lowest.map_or(Need::NOBODY, Need::role)
}

fn measure(m: &mut Machine, term: &Term, value: Reg, is_money: bool, line: Line, rounding: Rounding) -> TermOutcome {
    let (from, to) = match line {
        Line::AtMost(r) | Line::AtLeast(r) | Line::Equals(r) => (r, r),
        Line::Within(a, b) => (a, b),
    };
    let (value, from, to) = (m.get(value), m.get(from), m.get(to));
    if value.why | from.why | to.why != 0 {
        let lines = m.both(from.why, to.why);
        let why = m.both(value.why, lines);
        let known = |v: crate::program::run::Val| v.is_there().then(|| fixed(v.as_number(), is_money, rounding));
        return TermOutcome { value: known(value), line: known(from), line_to: known(to), ..missing(term, why) };
    }
    if is_money && [from, to].iter().any(|l| l.aux != value.aux && l.currency().is_some() && value.currency().is_some()) {
        let why = m.note(crate::program::run::Reason::Failed(u32::MAX, crate::program::run::Failure::TwoCurrencies));
        return missing(term, why);
    }
    let [v, a, b] = [value, from, to].map(|x| fixed(x.as_number(), is_money, rounding));
    let margin = margin(line, v, a, b);
    let Some(margin) = margin else {
        let why = m.note(crate::program::run::Reason::Failed(u32::MAX, crate::program::run::Failure::Overflow));
        return missing(term, why);
    };
    let failed = margin.signum() < 0;
    TermOutcome {
        state: if failed { TermState::Failed } else { TermState::Met },
        value: Some(v),
        line: Some(a),
        line_to: matches!(line, Line::Within(..)).then_some(b),
        currency: if is_money { value.currency().or(from.currency()) } else { None },
        margin: Some(margin),
        need: if failed { Span::both(past(term, margin.neg())) } else { Span::NONE },
        ..BLANK
    }
}

/// Amounts become whole minor units here, once.
fn fixed(x: Number, is_money: bool, rounding: Rounding) -> Number {
    if is_money && x.d() != 1 { Number::whole(x.round(rounding)) } else { x }
}

/// How far inside (+) or outside (-) the line, in the unit of the measure.
fn margin(line: Line, v: Number, a: Number, b: Number) -> Option<Number> {
    match line {
        Line::AtMost(_) => a.sub(v),
        Line::AtLeast(_) => v.sub(a),
        Line::Within(..) => Some(v.sub(a)?.min(b.sub(v)?)),
        Line::Equals(_) => v.sub(a)?.abs()?.neg(),
    }
}

/// A group from its parts: the highest at both ends, or the lowest for `any`.
fn group(m: &mut Machine, outcomes: &[TermOutcome], parts: &[usize], is_any: bool) -> TermOutcome {
    let open: Vec<TermOutcome> = parts.iter().filter_map(|i| outcomes.get(*i)).filter(|o| o.state != TermState::NotApplicable).copied().collect();
    let Some(first) = open.first() else {
        return TermOutcome { state: TermState::NotApplicable, ..BLANK };
    };
    let join = |a: Span<Need>, b: Span<Need>| if is_any { a.or(b) } else { a.and(b) };
    let need = open.iter().skip(1).fold(alternative(first, is_any), |n, o| join(n, alternative(o, is_any)));
    let why = open.iter().fold(0, |why, o| m.both(why, o.why));
    let holds = |o: &TermOutcome| o.state == TermState::Met || o.binding == Binding::Undisclosed;
    let state = if need == Span::NONE && (if is_any { open.iter().any(holds) } else { open.iter().all(holds) }) {
        TermState::Met
    } else if if is_any { open.iter().all(|o| o.state == TermState::Failed) } else { open.iter().any(|o| o.state == TermState::Failed) } {
        TermState::Failed
    } else {
        TermState::Missing
    };
    TermOutcome { state, need, why: if state == TermState::Met { 0 } else { why }, ..BLANK }
}

/// In `any`, an alternative that may not apply may be no alternative at all.
fn alternative(outcome: &TermOutcome, is_any: bool) -> Span<Need> {
    if is_any && !outcome.applies { Span { worst: Need::NOBODY, ..outcome.need } } else { outcome.need }
}

/// A group under its own `when`, time and disclosure, which `own` was worked out with.
fn within_when(m: &mut Machine, group: TermOutcome, own: TermOutcome) -> TermOutcome {
    let why = m.both(own.why, group.why);
    match (own.state, own.binding) {
        (TermState::NotApplicable, _) => own,
        (_, Binding::Undisclosed) => TermOutcome { binding: Binding::Undisclosed, need: Span::NONE, ..group },
        (TermState::Missing, binding) => {
            TermOutcome { state: TermState::Missing, binding, need: Span { best: Need::NONE, ..group.need }, why, applies: false, ..group }
        }
        (_, Binding::Unknown) => TermOutcome { binding: Binding::Unknown, need: Span { best: Need::NONE, ..group.need }, why, ..group },
        (_, Binding::Binds) => group,
    }
}

/// A group's own stretch is any distance: its role may allow whatever the parts say.
fn stretched(group: TermOutcome, term: &Term) -> TermOutcome {
    let own = past(term, None);
    let need = Span { best: group.need.best.min(own), worst: group.need.worst.min(own) };
    TermOutcome { need, ..group }
}
