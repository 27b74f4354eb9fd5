//! What the functions of the language do to values.

use std::cmp::Ordering;

use super::op::{Fits, Shape};
use super::run::{Failure, Machine, NEUTRAL, On, Val, holds};
use super::typed::{Element, Fun};
use super::val::common_currency;
use crate::number::Number;
use crate::time::{Date, Time};

/// Where a function is called and how.
#[derive(Clone, Copy)]
pub(super) struct Site {
    /// Index of the instruction.
    pub pc: usize,
    /// Which function.
    pub fun: Fun,
    /// Number of arguments.
    pub len: usize,
    /// What the result must fit.
    pub fits: Fits,
    /// How items that lie in the document are held.
    pub item: Shape,
}

/// Applies a function to values that are all there.
pub(super) fn apply(m: &mut Machine, on: On<'_>, site: Site, [a, b, c]: [Val; 3]) -> Val {
    let pc = site.pc;
    match site.fun {
        Fun::Neg | Fun::Mul | Fun::Div | Fun::DivInt | Fun::RemInt | Fun::Abs | Fun::Truncate | Fun::Add | Fun::Sub => {
            arithmetic(m, site, a, b)
        }
        Fun::AddMoney | Fun::SubMoney | Fun::DivMoney => money(m, site, a, b),
        Fun::CompareMoney(how) => with_currency(m, pc, a, b, |x, y| holds(how, x.cmp(&y))),
        Fun::EqMoney => with_currency(m, pc, a, b, |x, y| x == y),
        Fun::EqNumber => Val::yes_no(a.as_number() == b.as_number()),
        Fun::CompareText(how) => Val::yes_no(holds(how, m.text_of(on, a).cmp(m.text_of(on, b)))),
        Fun::AddMonths | Fun::SubMonths => months(m, site, a, b),
        Fun::MoneyOf(currency) => {
            let scale = Number::whole(10_i128.pow(currency.exponent()));
            m.number_or_overflow(pc, a.as_number().mul(scale), Fits::Number).in_currency(currency.index())
        }
        Fun::PercentOf => m.number_or_overflow(pc, a.as_number().div(Number::whole(100)), Fits::Number),
        Fun::DurationOf(seconds) => {
            let micros = a
                .as_number()
                .mul(Number::whole(i128::from(seconds) * 1_000_000))
                .map(|n| Number::whole(n.round(crate::number::Rounding::Down)));
            m.number_or_overflow(pc, micros, Fits::Number)
        }
        Fun::DateOf => match whole(a).and_then(Time::from_micros).and_then(|t| on.schema.units.zone.date_of(t)) {
            Some(day) => Val::whole(i128::from(day.days())),
            None => m.failed(pc, Failure::Overflow),
        },
        Fun::DayOfWeek | Fun::DayOfMonth | Fun::Month | Fun::Year => part_of_date(m, site, a),
        Fun::SizeList => Val::whole(a.len() as i128),
        Fun::At => at(m, on, site, a, b),
        Fun::InMap | Fun::Lookup => lookup(m, on, site, a, b),
        Fun::Concat | Fun::Range | Fun::Split => build(m, on, site, a, b),
        Fun::Sum | Fun::SumMoney | Fun::Least(_) | Fun::Most(_) => fold(m, on, site, a),
        Fun::In(e) => contains_item(m, on, site, a, b, e),
        Fun::EqList(e) => {
            Val::yes_no(a.len() == b.len() && (0..a.len()).all(|i| same_at(m, on, site, (a, i), (b, i), e)))
        }
        Fun::ContainsAll(e) => multiset(m, on, site, a, b, e, false),
        Fun::SameItems(e) => multiset(m, on, site, a, b, e, true),
        _ => super::text_calls::apply(m, on, site, [a, b, c]),
    }
}

pub(super) fn whole(a: Val) -> Option<i64> {
    a.as_number().as_whole().and_then(|n| i64::try_from(n).ok())
}

fn arithmetic(m: &mut Machine, site: Site, a: Val, b: Val) -> Val {
    let (x, y) = (a.as_number(), b.as_number());
    let result = match site.fun {
        Fun::Neg => x.neg(),
        Fun::Add => x.add(y),
        Fun::Sub => x.sub(y),
        Fun::Mul => x.mul(y),
        Fun::Abs => x.abs(),
        Fun::Truncate => Some(Number::whole(x.n() / i128::from(x.d()))),
        _ if y.signum() == 0 => return m.failed(site.pc, Failure::DivisionByZero),
        Fun::DivInt => x.n().checked_div(y.n()).map(Number::whole),
        Fun::RemInt => x.n().checked_rem(y.n()).map(Number::whole),
        _ => x.div(y),
    };
    // Money times a number stays in its currency; so does its negative, distance and part.
    m.number_or_overflow(site.pc, result, site.fits).in_currency(if a.aux == 0 { b.aux } else { a.aux })
}

fn with_currency(m: &mut Machine, pc: usize, a: Val, b: Val, test: impl Fn(Number, Number) -> bool) -> Val {
    match common_currency(a, b) {
        Some(_) => Val::yes_no(test(a.as_number(), b.as_number())),
        None => m.failed(pc, Failure::TwoCurrencies),
    }
}

fn money(m: &mut Machine, site: Site, a: Val, b: Val) -> Val {
    let Some(currency) = common_currency(a, b) else {
        return m.failed(site.pc, Failure::TwoCurrencies);
    };
    let (x, y) = (a.as_number(), b.as_number());
    let result = match site.fun {
        Fun::AddMoney => x.add(y),
        Fun::SubMoney => x.sub(y),
        _ if y.signum() == 0 => return m.failed(site.pc, Failure::DivisionByZero),
        _ => return m.number_or_overflow(site.pc, x.div(y), Fits::Number),
    };
    m.number_or_overflow(site.pc, result, Fits::Number).in_currency(currency)
}

fn months(m: &mut Machine, site: Site, a: Val, b: Val) -> Val {
    let sign = if site.fun == Fun::SubMonths { -1 } else { 1 };
    let date = whole(a).and_then(Date::from_days);
    let moved = match (date, whole(b).and_then(|n| n.checked_mul(sign))) {
        (Some(date), Some(n)) => date.plus_months(n),
        _ => None,
    };
    match moved {
        Some(date) => Val::whole(i128::from(date.days())),
        None => m.failed(site.pc, Failure::Overflow),
    }
}

fn part_of_date(m: &mut Machine, site: Site, a: Val) -> Val {
    let Some(date) = whole(a).and_then(Date::from_days) else {
        return m.failed(site.pc, Failure::Overflow);
    };
    let (year, month, day) = date.civil();
    Val::whole(match site.fun {
        Fun::Year => i128::from(year),
        Fun::Month => i128::from(month),
        Fun::DayOfMonth => i128::from(day),
        // 1970-01-01 was a Thursday.
        _ => i128::from((date.days() + 4).rem_euclid(7)),
    })
}

fn at(m: &mut Machine, on: On<'_>, site: Site, list: Val, index: Val) -> Val {
    match whole(index).and_then(|i| usize::try_from(i).ok()) {
        Some(i) if i < list.len() => m.item(on.facts, list, i, site.item),
        _ => m.failed(site.pc, Failure::NoSuchItem),
    }
}

/// `map[key]` and `key in map`: rows are sorted by key.
fn lookup(m: &mut Machine, on: On<'_>, site: Site, a: Val, b: Val) -> Val {
    let (map, key) = if site.fun == Fun::Lookup { (a, b) } else { (b, a) };
    let wanted = m.text_of(on, key).to_owned();
    let (mut low, mut high) = (0, map.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let here = m.item(on.facts, map, middle, Shape::Plain);
        match m.text_of(on, here).cmp(&wanted) {
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
            Ordering::Equal if site.fun == Fun::InMap => return Val::yes_no(true),
            Ordering::Equal => return m.map_value(on.facts, map, middle, site.item),
        }
    }
    if site.fun == Fun::InMap { Val::yes_no(false) } else { m.failed(site.pc, Failure::NoSuchKey) }
}

fn build(m: &mut Machine, on: On<'_>, site: Site, a: Val, b: Val) -> Val {
    match site.fun {
        Fun::Range => range(m, site, a),
        Fun::Concat => {
            if !m.afford(a.len() + b.len()) {
                return m.failed(site.pc, Failure::TooMuch);
            }
            gather(m, on, site, &[a, b])
        }
        _ => super::text_calls::split(m, on, site, a, b),
    }
}

fn gather(m: &mut Machine, on: On<'_>, site: Site, lists: &[Val]) -> Val {
    let first = m.lists_len();
    let mut why = 0;
    for list in lists {
        for i in 0..list.len() {
            let item = m.item(on.facts, *list, i, site.item);
            why = m.both(why, item.why);
            m.push_item(item);
        }
    }
    if why == 0 { m.list_from(site.pc, first) } else { Val::missing(why) }
}

fn range(m: &mut Machine, site: Site, n: Val) -> Val {
    let n = whole(n).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    if n > crate::types::DEFAULT_MAX_LEN as usize || !m.afford(n) {
        return m.failed(site.pc, Failure::TooMuch);
    }
    let first = m.lists_len();
    for i in 0..n {
        m.push_item(Val::whole(i as i128));
    }
    m.list_from(site.pc, first)
}

/// Sum, least or most of a list.
fn fold(m: &mut Machine, on: On<'_>, site: Site, list: Val) -> Val {
    if !m.afford(list.len()) {
        return m.failed(site.pc, Failure::TooMuch);
    }
    let is_money = matches!(site.fun, Fun::SumMoney | Fun::Least(true) | Fun::Most(true));
    let mut best = match site.fun {
        Fun::SumMoney => Val::ZERO.in_currency(NEUTRAL),
        Fun::Sum => Val::ZERO,
        _ if list.is_empty() => return m.failed(site.pc, Failure::Nothing),
        _ => m.item(on.facts, list, 0, site.item),
    };
    for i in 0..list.len() {
        let item = m.item(on.facts, list, i, site.item);
        best = fold_one(m, site, best, item, is_money);
    }
    best
}

fn fold_one(m: &mut Machine, site: Site, best: Val, item: Val, is_money: bool) -> Val {
    if best.why | item.why != 0 {
        return Val::missing(m.both(best.why, item.why));
    }
    let currency = if is_money { common_currency(best, item) } else { Some(0) };
    let Some(currency) = currency else {
        return m.failed(site.pc, Failure::TwoCurrencies);
    };
    let (x, y) = (best.as_number(), item.as_number());
    let result = match site.fun {
        Fun::Least(_) => Some(x.min(y)),
        Fun::Most(_) => Some(x.max(y)),
        _ => x.add(y),
    };
    m.number_or_overflow(site.pc, result, site.fits).in_currency(currency)
}

fn same(m: &Machine, on: On<'_>, a: Val, b: Val, e: Element) -> bool {
    match e {
        Element::Text => m.same_text(on, a, b),
        Element::Money => common_currency(a, b).is_some() && a.as_number() == b.as_number(),
        Element::Number => a.as_number() == b.as_number(),
    }
}

fn same_at(m: &mut Machine, on: On<'_>, site: Site, (a, i): (Val, usize), (b, j): (Val, usize), e: Element) -> bool {
    let x = m.item(on.facts, a, i, site.item);
    let y = m.item(on.facts, b, j, site.item);
    same(m, on, x, y, e)
}

fn contains_item(m: &mut Machine, on: On<'_>, site: Site, x: Val, list: Val, e: Element) -> Val {
    if !m.afford(list.len()) {
        return m.failed(site.pc, Failure::TooMuch);
    }
    let mut why = 0;
    for i in 0..list.len() {
        let item = m.item(on.facts, list, i, site.item);
        why = m.both(why, item.why);
        if item.is_there() && same(m, on, x, item, e) {
            return Val::yes_no(true);
        }
    }
    if why == 0 { Val::yes_no(false) } else { Val::missing(why) }
}

/// Whether `a` holds every item of `b` as often (and nothing else, when `exact`).
fn multiset(m: &mut Machine, on: On<'_>, site: Site, a: Val, b: Val, e: Element, exact: bool) -> Val {
    if !m.afford(a.len().saturating_mul(b.len())) {
        return m.failed(site.pc, Failure::TooMuch);
    }
    let (left, right) = (items(m, on, site, a), items(m, on, site, b));
    let mut why = 0;
    for item in left.iter().chain(&right) {
        why = m.both(why, item.why);
    }
    if why != 0 {
        return Val::missing(why);
    }
    if exact && left.len() != right.len() {
        return Val::yes_no(false);
    }
    let mut free = vec![true; left.len()];
    let all = right.iter().all(|wanted| {
        let place = left.iter().zip(&free).position(|(have, free)| *free && same(m, on, *have, *wanted, e));
        place.and_then(|p| free.get_mut(p)).map(|f| *f = false).is_some()
    });
    Val::yes_no(all)
}

pub(super) fn items(m: &mut Machine, on: On<'_>, site: Site, list: Val) -> Vec<Val> {
    (0..list.len()).map(|i| m.item(on.facts, list, i, site.item)).collect()
}
