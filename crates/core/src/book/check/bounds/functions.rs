//! What operators and functions do to forms.

use super::form::Form;
use super::interval::Interval;
use super::{Analysis, Assumed, Case};
use crate::number::Number;
use crate::program::typed::{Fun, Typed};

/// Days of the shortest and the longest month.
const DAYS_OF_MONTH: (i128, i128) = (28, 31);

impl<'a> Analysis<'a> {
    pub(super) fn call(&mut self, typed: &'a Typed, fun: Fun, args: &'a [Typed]) -> Form {
        match (fun, args) {
            (Fun::If, [condition, then, otherwise]) => self.choice(condition, then, otherwise),
            (Fun::Least(_), [list]) => self.extreme(typed, list, true),
            (Fun::Most(_), [list]) => self.extreme(typed, list, false),
            (Fun::Sum | Fun::SumMoney, [list]) => self.sum(list),
            (Fun::SizeList, [list]) => self.size(list),
            (Fun::At | Fun::Lookup, [list, _]) => {
                let range = self.items(list);
                self.opaque(typed, range)
            }
            (_, [x]) => {
                let x = self.form(x);
                self.of_one(typed, fun, &x)
            }
            (_, [x, y]) => {
                let (x, y) = (self.form(x), self.form(y));
                self.of_two(typed, fun, &x, &y)
            }
            _ => self.opaque(typed, Interval::ANY),
        }
    }

    fn of_one(&mut self, typed: &'a Typed, fun: Fun, x: &Form) -> Form {
        match fun {
            Fun::Neg => x.neg(),
            Fun::Abs => self.distance(x),
            Fun::PercentOf => x.scale(part(100)),
            Fun::MoneyOf(currency) => x.scale(times(10_i128.pow(currency.exponent()))),
            // Rounded down to whole microseconds.
            Fun::DurationOf(seconds) => x.scale(times(i128::from(seconds) * 1_000_000)).plus(Interval::whole(-1, 0)),
            Fun::Truncate => self.whole_part(x),
            Fun::SizeText => self.opaque(typed, Interval::NOT_BELOW_ZERO),
            Fun::DayOfWeek => self.opaque(typed, Interval::whole(0, 6)),
            Fun::DayOfMonth => self.opaque(typed, Interval::whole(1, 31)),
            Fun::Month => self.opaque(typed, Interval::whole(1, 12)),
            Fun::Year => self.opaque(typed, Interval::whole(1, 9999)),
            _ => self.opaque(typed, Interval::ANY),
        }
    }

    fn of_two(&mut self, typed: &'a Typed, fun: Fun, x: &Form, y: &Form) -> Form {
        match fun {
            Fun::Add | Fun::AddMoney => x.add(y),
            Fun::Sub | Fun::SubMoney => x.sub(y),
            Fun::Mul => self.product(x, y),
            Fun::Div | Fun::DivMoney => self.quotient(x, y),
            Fun::DivInt => {
                let exact = self.quotient(x, y);
                self.whole_part(&exact)
            }
            Fun::RemInt => self.remainder(x, y),
            Fun::AddMonths => x.add(&self.months(y)),
            Fun::SubMonths => x.sub(&self.months(y)),
            Fun::IndexOf | Fun::LastIndexOf => self.opaque(typed, Interval { lo: Number::ONE.neg(), hi: None }),
            _ => self.opaque(typed, Interval::ANY),
        }
    }

    pub(super) fn product(&mut self, x: &Form, y: &Form) -> Form {
        match (x.as_point(), y.as_point()) {
            (Some(n), _) => return y.scale(Interval::point(n)),
            (_, Some(n)) => return x.scale(Interval::point(n)),
            _ => {}
        }
        let mut keys = [format!("{x:?}"), format!("{y:?}")];
        keys.sort();
        self.unknown(format!("product {keys:?}"), |a| {
            let (range_x, range_y) = (a.range(x), a.range(y));
            let range = range_x.mul(range_y);
            let range = if x == y { range.meet(Interval::NOT_BELOW_ZERO) } else { range };
            let ways = vec![x.scale(range_y), y.scale(range_x)];
            a.known_by(range, ways, Vec::new(), a.free(x) | a.free(y))
        })
    }

    /// Dividing by zero is an error, so that what is divided by is not zero.
    fn quotient(&mut self, x: &Form, y: &Form) -> Form {
        if let Some(reciprocal) = y.as_point().and_then(|n| Number::ONE.div(n)) {
            return x.scale(Interval::point(reciprocal));
        }
        self.unknown(format!("quotient {x:?} {y:?}"), |a| {
            let is_share = a.unassuming(|a| a.proves(x) && a.proves(&y.sub(x)));
            let range = if is_share { Interval::SHARE } else { Interval::ANY };
            let ways = a.range(y).reciprocal().map(|by| x.scale(by));
            a.known_by(range, ways.into_iter().collect(), Vec::new(), a.free(x) | a.free(y))
        })
    }

    /// Towards zero to a whole number.
    fn whole_part(&mut self, x: &Form) -> Form {
        if let Some(n) = x.as_point() {
            return Form::point(Number::whole(n.n() / i128::from(n.d())));
        }
        self.unknown(format!("whole {x:?}"), |a| {
            let range = a.range(x);
            let ways = if range.is_not_below_zero() {
                vec![x.plus(Interval::whole(-1, 0)), x.scale(Interval::SHARE)]
            } else {
                vec![x.plus(Interval::whole(-1, 1))]
            };
            let sign = if range.is_not_below_zero() { Interval::NOT_BELOW_ZERO } else { Interval::ANY };
            a.known_by(sign, ways, Vec::new(), a.free(x))
        })
    }

    /// What is left over has the sign of what is divided, and is smaller than what it is divided by.
    fn remainder(&mut self, x: &Form, y: &Form) -> Form {
        self.unknown(format!("remainder {x:?} {y:?}"), |a| {
            let size = a.range(y);
            let most = size.lo.and_then(Number::abs).zip(size.hi.and_then(Number::abs)).map(|(x, y)| x.max(y));
            let below = most.and_then(|n| n.sub(Number::ONE));
            let within = Interval { lo: below.and_then(Number::neg), hi: below };
            let free = a.free(x) | a.free(y);
            if a.range(x).is_not_below_zero() {
                a.known_by(within.meet(Interval::NOT_BELOW_ZERO), vec![x.scale(Interval::SHARE)], Vec::new(), free)
            } else {
                a.known_by(within, Vec::new(), Vec::new(), free)
            }
        })
    }

    /// So many months in days.
    fn months(&mut self, n: &Form) -> Form {
        let range = self.range(n);
        let (short, long) = (times(DAYS_OF_MONTH.0), times(DAYS_OF_MONTH.1));
        let days = range.mul(short).hull(range.mul(long));
        // The day of the month may be clamped on the way, by three days at the most.
        let days = days.add(Interval::whole(-3, 3));
        let sign = if range.is_not_below_zero() { Interval::NOT_BELOW_ZERO } else { Interval::ANY };
        Form::constant(days.meet(sign))
    }

    fn distance(&mut self, x: &Form) -> Form {
        let range = self.range(x);
        if range.is_not_below_zero() {
            return x.clone();
        }
        if range.is_not_above_zero() {
            return x.neg();
        }
        let case = |form: Form| Case { assumed: Assumed { forms: vec![form.clone()], truths: Vec::new() }, is: form };
        let cases = vec![case(x.clone()), case(x.neg())];
        self.unknown(format!("distance {x:?}"), |a| a.known_by(Interval::NOT_BELOW_ZERO, Vec::new(), cases, a.free(x)))
    }

    fn choice(&mut self, condition: &'a Typed, then: &'a Typed, otherwise: &'a Typed) -> Form {
        let (yes, no) = (self.form(then), self.form(otherwise));
        match self.unassuming(|a| a.decide(condition)) {
            Some(true) => return yes,
            Some(false) => return no,
            None if yes == no => return yes,
            None => {}
        }
        let same = self.same(condition);
        let cases = vec![
            Case { assumed: self.learn(condition, true), is: yes.clone() },
            Case { assumed: self.learn(condition, false), is: no.clone() },
        ];
        self.unknown(format!("choice {} {yes:?} {no:?}", same.id), |a| {
            a.known_by(Interval::ANY, vec![yes.hull(&no)], cases, same.free | a.free(&yes) | a.free(&no))
        })
    }

    /// The least or the most of a list.
    fn extreme(&mut self, typed: &'a Typed, list: &'a Typed, least: bool) -> Form {
        let items = self.items(list);
        let Some(forms) = self.written_out(list) else {
            let ways = if items.is_not_below_zero() { vec![self.sum(list).scale(Interval::SHARE)] } else { Vec::new() };
            let same = self.same(typed);
            return self.unknown(format!("same {}", same.id), |a| a.known_by(items, ways, Vec::new(), same.free));
        };
        let beyond = if least { Interval::NOT_ABOVE_ZERO } else { Interval::NOT_BELOW_ZERO };
        let mut ways: Vec<Form> = forms.iter().map(|f| f.plus(beyond)).collect();
        ways.extend(forms.iter().cloned().reduce(|all, f| all.hull(&f)));
        let cases = forms.iter().map(|f| {
            let room = |other: &Form| if least { other.sub(f) } else { f.sub(other) };
            let others = forms.iter().filter(|other| *other != f).map(room).collect();
            Case { assumed: Assumed { forms: others, truths: Vec::new() }, is: f.clone() }
        });
        let cases = cases.collect();
        let free = forms.iter().fold(0, |free, form| free | self.free(form));
        self.unknown(format!("extreme {least} {forms:?}"), |a| a.known_by(items, ways, cases, free))
    }
}

fn times(n: i128) -> Interval {
    Interval::point(Number::whole(n))
}

fn part(n: i128) -> Interval {
    Interval { lo: Number::ratio(1, n), hi: Number::ratio(1, n) }
}
