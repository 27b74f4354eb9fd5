//! Terms: margins, and who may allow what is past a line.

use super::outcome::{Binding, Measured, Span, TermOutcome, TermState, Truth};
use crate::book::quick::{Quick, QuickLine};
use crate::book::rules::{
    Circumstance, Condition, Disclosed, Line, Need, Operand, Reach, RoleId, Term, TermShape, Version,
};
use crate::number::{Number, Rounding};
use crate::program::op::within_64_bits;
use crate::program::run::{Failure, Machine, On, Reason, Val, is_of_all};
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
pub(super) fn evaluate(
    m: &mut Machine,
    on: On<'_>,
    version: &Version,
    days: Days,
    rounding: Rounding,
    out: &mut Vec<TermOutcome>,
) {
    out.resize(version.terms.len(), BLANK);
    let leaves = version.quick.iter().zip(&version.terms).zip(out.iter_mut());
    for ((quick, term), place) in leaves.rev() {
        if quick.as_ref().is_none_or(|quick| !quickly(on, term, quick, place)) && !term.is_group() {
            let own = leaf(m, on, term, rounding);
            *place = under(m, own, term, days);
        }
    }
    // Parts of a group come after it: going backwards, they are worked out before it.
    for index in version.groups.iter().rev() {
        let Some(term) = version.terms.get(*index) else { continue };
        let outcome = match &term.shape {
            TermShape::Any(parts) => group(m, out, parts, true, term, days),
            TermShape::All(parts) => group(m, out, parts, false, term, days),
            _ => continue,
        };
        if let Some(place) = out.get_mut(*index) {
            *place = outcome;
        }
    }
}

/// Who may allow what every root term asks for, with what circumstances lend.
pub(super) fn tree_need(
    version: &Version,
    outcomes: &[TermOutcome],
    circumstances: &[Circumstance],
    lenders: Lenders,
) -> Span<Need> {
    let own = root_need(version, outcomes);
    // What nobody needs to allow, nobody needs to lend for.
    if lenders == Lenders::default() || own == Span::NONE {
        return own;
    }
    version
        .roots
        .iter()
        .fold(Span::NONE, |all, root| all.and(need_of(version, outcomes, circumstances, lenders, *root)))
}

/// Who may allow what every root term asks for by itself.
pub(super) fn root_need(version: &Version, outcomes: &[TermOutcome]) -> Span<Need> {
    let roots = version.roots.iter().filter_map(|i| outcomes.get(*i));
    roots.fold(Span::NONE, |all, term| all.and(term.need))
}

/// Who may allow what a term asks for.
pub(super) fn need_of(
    version: &Version,
    outcomes: &[TermOutcome],
    circumstances: &[Circumstance],
    lenders: Lenders,
    index: usize,
) -> Span<Need> {
    let (Some(term), Some(outcome)) = (version.terms.get(index), outcomes.get(index)) else { return Span::NONE };
    if lenders == Lenders::default()
        || outcome.state == TermState::NotApplicable
        || outcome.binding == Binding::Undisclosed
    {
        return outcome.need;
    }
    let below = |i: &usize| need_of(version, outcomes, circumstances, lenders, *i);
    let need = match &term.shape {
        TermShape::All(parts) => own_stretch(term, parts.iter().map(below).fold(Span::NONE, Span::and)),
        TermShape::Any(parts) => {
            let open = parts.iter().filter_map(|i| Some((i, outcomes.get(*i)?)));
            let open = open.filter(|(_, o)| o.state != TermState::NotApplicable);
            let needs = open.map(|(i, o)| if o.applies { below(i) } else { Span { worst: Need::NOBODY, ..below(i) } });
            own_stretch(term, needs.reduce(Span::or).unwrap_or(Span::NONE))
        }
        TermShape::Measure { ty: Type::Days | Type::Duration, .. } => lent(term, outcome, circumstances, lenders),
        _ => outcome.need,
    };
    // What the group's own `when` or binding leaves open stays open.
    if outcome.need.best == Need::NONE && outcome.state == TermState::Missing {
        Span { best: Need::NONE, ..need }
    } else {
        need
    }
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
        (Some(Reach::Any), None) => true,
        _ => false,
    }
}

/// A term under its own time, `when` and disclosure.
#[inline]
fn under(m: &mut Machine, mut outcome: TermOutcome, term: &Term, days: Days) -> TermOutcome {
    if !in_time(term, days.asked) {
        return TermOutcome { state: TermState::NotApplicable, need: Span::NONE, why: 0, ..outcome };
    }
    if let Some(when) = term.when {
        match Truth::of(m.get(when)) {
            Truth::Yes => {}
            Truth::No => return TermOutcome { state: TermState::NotApplicable, need: Span::NONE, why: 0, ..outcome },
            Truth::Unknown(why) => {
                outcome.state = TermState::Missing;
                outcome.why = m.both(outcome.why, why);
                outcome.need.best = Need::NONE;
                outcome.applies = false;
            }
        }
    }
    if term.disclosed != Disclosed::Always {
        bind(m, term, days, &mut outcome);
    }
    outcome
}

#[inline]
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
    margin: None,
    need: Span::NONE,
    why: 0,
    applies: true,
};

#[inline]
fn leaf(m: &mut Machine, on: On<'_>, term: &Term, rounding: Rounding) -> TermOutcome {
    match &term.shape {
        TermShape::Measure { value, ty, line } => measure(m, on, term, *value, *ty == Type::Money, *line, rounding),
        TermShape::Require { cond, wanted } => require(m, on, term, cond, *wanted),
        TermShape::Any(_) | TermShape::All(_) => BLANK,
    }
}

#[inline]
fn require(m: &mut Machine, on: On<'_>, term: &Term, cond: &Condition, wanted: bool) -> TermOutcome {
    let (holds, why) = match cond {
        Condition::Is(operand) => {
            let val = read(m, on, *operand);
            (val.is_yes(), val.why)
        }
        Condition::OneOf(cell, ids) => match on.facts.cells.get(*cell as usize) {
            Some(held) if held.is_present() => (ids.contains(&held.v), 0),
            _ => (false, m.note(Reason::Cell(*cell))),
        },
    };
    if why != 0 {
        return missing(term, why);
    }
    if holds == wanted {
        BLANK
    } else {
        TermOutcome { state: TermState::Failed, need: Span::both(past(term, None)), ..BLANK }
    }
}

#[inline]
fn read(m: &mut Machine, on: On<'_>, operand: Operand) -> Val {
    match operand {
        Operand::Reg(r) => m.get(r),
        Operand::Const(val) => val,
        Operand::Cell(cell, shape) => m.read(on.facts, cell, shape),
    }
}

/// None at best; at worst whoever may go any distance, else nobody.
#[cold]
fn missing(term: &Term, why: Why) -> TermOutcome {
    TermOutcome { state: TermState::Missing, need: Span { best: Need::NONE, worst: past(term, None) }, why, ..BLANK }
}

/// The lowest role whose stretch covers a shortfall; without one, whose stretch is any distance.
fn past(term: &Term, shortfall: Option<Number>) -> Need {
    let covers = |reach: &Reach| match shortfall {
        Some(shortfall) => reach.covers(shortfall),
        None => *reach == Reach::Any,
    };
    let lowest: Option<RoleId> = term.stretch.iter().find(|(_, reach)| covers(reach)).map(|(role, _)| *role);
    lowest.map_or(Need::NOBODY, Need::role)
}

#[inline]
fn measure(
    m: &mut Machine,
    on: On<'_>,
    term: &Term,
    value: Operand,
    is_money: bool,
    line: Line,
    rounding: Rounding,
) -> TermOutcome {
    let (from, to) = ends(line);
    let (value, from, to) = (read(m, on, value), read(m, on, from), read(m, on, to));
    if value.why | from.why | to.why != 0 {
        let lines = m.both(from.why, to.why);
        let why = m.both(value.why, lines);
        return missing(term, why);
    }
    if is_money && two_currencies(value, from, to) {
        let why = m.note(Reason::Failed(u32::MAX, Failure::TwoCurrencies));
        return missing(term, why);
    }
    let [v, a, b] = [value, from, to].map(|x| fixed(x.as_number(), is_money, rounding));
    // How far past the line it is, is shown too.
    let fits = |n: Number| within_64_bits(n).is_some();
    let all_fit = |margin: &Number| [v, a, b, *margin].into_iter().all(fits) && margin.neg().is_some_and(fits);
    if let Some(margin) = margin(line, v, a, b).filter(all_fit) {
        return judged(term, margin);
    }
    let why = m.note(Reason::Failed(u32::MAX, Failure::Overflow));
    missing(term, why)
}

/// Works out a term the short way. Returns whether it could; what is missing takes the long way.
#[inline]
fn quickly(on: On<'_>, term: &Term, quick: &Quick, place: &mut TermOutcome) -> bool {
    let held = |cell: u32| on.facts.cells.get(cell as usize).filter(|c| c.is_present());
    let line = |line: QuickLine| match line {
        QuickLine::Const(n, currency) => Some((n, currency)),
        QuickLine::Cell(cell) => held(cell).map(|c| (c.v, c.aux)),
    };
    let holds = match quick {
        Quick::OneOf(cell, ids, wanted) => held(*cell).map(|c| ids.contains(&c.v) == *wanted),
        Quick::Is(cell, wanted) => held(*cell).map(|c| (c.v != 0) == *wanted),
        Quick::AtMost(cell, l) | Quick::AtLeast(cell, l) => {
            let (Some(value), Some((line, currency))) = (held(*cell), line(*l)) else { return false };
            let margin =
                if matches!(quick, Quick::AtMost(..)) { line.checked_sub(value.v) } else { value.v.checked_sub(line) };
            let goes = value.aux == currency || is_of_all(currency);
            // The least number has no opposite to say how far past the line it is.
            let Some(margin) = margin.filter(|m| goes && *m != i64::MIN) else { return false };
            let whole = Number::whole(i128::from(margin));
            *place = if margin >= 0 { TermOutcome { margin: Some(whole), ..BLANK } } else { judged(term, whole) };
            return true;
        }
    };
    match holds {
        Some(true) => *place = BLANK,
        Some(false) => {
            *place = TermOutcome { state: TermState::Failed, need: Span::both(past(term, None)), ..BLANK };
        }
        None => return false,
    }
    true
}

#[inline]
fn judged(term: &Term, margin: Number) -> TermOutcome {
    if margin.n() >= 0 {
        return TermOutcome { margin: Some(margin), ..BLANK };
    }
    let need = Span::both(past(term, margin.neg()));
    TermOutcome { state: TermState::Failed, margin: Some(margin), need, ..BLANK }
}

fn ends(line: Line) -> (Operand, Operand) {
    match line {
        Line::AtMost(r) | Line::AtLeast(r) | Line::Equals(r) => (r, r),
        Line::Within(a, b) => (a, b),
    }
}

fn two_currencies(value: Val, from: Val, to: Val) -> bool {
    !value.goes_with(from) || !value.goes_with(to)
}

/// Value and line of a measured term, for showing.
pub(super) fn measured(m: &Machine, on: On<'_>, term: &Term, rounding: Rounding) -> Option<Measured> {
    let TermShape::Measure { value, ty, line } = &term.shape else { return None };
    let is_money = *ty == Type::Money;
    let peek = |operand: Operand| match operand {
        Operand::Reg(r) => m.get(r),
        Operand::Const(val) => val,
        Operand::Cell(cell, shape) => crate::program::run::peek_cell(on.facts, cell as usize, shape),
    };
    let known = |v: Val| {
        let fixed = v.is_there().then(|| fixed(v.as_number(), is_money, rounding));
        fixed.filter(|n| within_64_bits(*n).is_some())
    };
    let (from, to) = ends(*line);
    let (value, from, to) = (peek(*value), peek(from), peek(to));
    let currency = if is_money { value.currency().or(from.currency()) } else { None };
    Some(Measured {
        value: known(value),
        line: known(from),
        line_to: known(to).filter(|_| matches!(line, Line::Within(..))),
        currency,
    })
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

/// A group from its parts: the highest at both ends, or the lowest for `any`; then under its own `when`.
fn group(
    m: &mut Machine,
    outcomes: &[TermOutcome],
    parts: &[usize],
    is_any: bool,
    term: &Term,
    days: Days,
) -> TermOutcome {
    if surely_holds(outcomes, parts, is_any) {
        return under(m, BLANK, term, days);
    }
    let (mut need, mut why) = (None, 0);
    let (mut all_hold, mut some_hold, mut all_fail, mut some_fail) = (true, false, true, false);
    for outcome in parts.iter().filter_map(|i| outcomes.get(*i)) {
        if outcome.state == TermState::NotApplicable {
            continue;
        }
        let own = alternative(outcome, is_any);
        need = Some(need.map_or(own, |n: Span<Need>| if is_any { n.or(own) } else { n.and(own) }));
        why = m.both(why, outcome.why);
        let holds = outcome.state == TermState::Met || outcome.binding == Binding::Undisclosed;
        let fails = outcome.state == TermState::Failed && !holds;
        (all_hold, some_hold, all_fail, some_fail) =
            (all_hold && holds, some_hold || holds, all_fail && fails, some_fail || fails);
    }
    let Some(need) = need else {
        return TermOutcome { state: TermState::NotApplicable, ..BLANK };
    };
    let (holds, fails) = if is_any { (some_hold, all_fail) } else { (all_hold, some_fail) };
    let state = match (holds, fails) {
        (true, _) => TermState::Met,
        (_, true) => TermState::Failed,
        _ => TermState::Missing,
    };
    let joined = TermOutcome { state, need, why: if holds { 0 } else { why }, ..BLANK };
    under(m, stretched(joined, term), term, days)
}

/// Whether one of `any`, or each of `all`, is met: the common case, in which a group needs nobody.
#[inline]
fn surely_holds(outcomes: &[TermOutcome], parts: &[usize], is_any: bool) -> bool {
    let is_met = |i: &usize| outcomes.get(*i).is_some_and(|outcome| outcome.state == TermState::Met);
    if is_any { parts.iter().any(is_met) } else { !parts.is_empty() && parts.iter().all(is_met) }
}

/// In `any`, an alternative that may not apply may be no alternative at all.
fn alternative(outcome: &TermOutcome, is_any: bool) -> Span<Need> {
    if is_any && !outcome.applies { Span { worst: Need::NOBODY, ..outcome.need } } else { outcome.need }
}

/// A group's own stretch is any distance: its role may allow whatever the parts say.
fn stretched(group: TermOutcome, term: &Term) -> TermOutcome {
    TermOutcome { need: own_stretch(term, group.need), ..group }
}

fn own_stretch(group: &Term, need: Span<Need>) -> Span<Need> {
    let own = past(group, None);
    Span { best: need.best.min(own), worst: need.worst.min(own) }
}
