//! What can be told about numbers before there are facts: interval analysis that keeps relations.
//!
//! An expression becomes a sum of unknowns, each times a number from an interval: with a discount of 0% to 100%,
//! `paid * discount` is [0, 1] times `paid`, so that less `paid` it is [-1, 0] times `paid`, and never above zero
//! where what is paid is not below it. Bounds declared on facts are what it starts from.
//!
//! What cannot be proven within a bounded number of steps counts as not proven.

mod conditions;
mod declared;
mod form;
mod functions;
mod interval;
mod lists;
mod prove;
mod read;

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

pub(super) use declared::{Declared, Place};
use form::{Form, Unknown};
use interval::Interval;

use crate::number::Number;
use crate::program::infer::Define;
use crate::program::typed::Typed;
use crate::types::Bounds;

/// What is known about numbers: bounds of facts, definitions, and what is assumed for the moment.
pub(super) struct Analysis<'a> {
    declared: &'a Declared,
    defines: &'a [Define],
    /// Bounds tried out in place of the declared ones.
    supposed: BTreeMap<Place, Bounds>,
    unknowns: Vec<Known>,
    by_key: HashMap<String, Unknown>,
    /// Expressions that are the same but for their places and the names of loop variables have the same number.
    same: HashMap<String, Same>,
    /// What was found for an expression, by its address and the number of loops around it.
    forms: HashMap<(usize, usize), Form>,
    sames: HashMap<(usize, usize), Same>,
    loops: Vec<Loop>,
    assumed: Assumed,
    /// How much work is left for the whole book, so that no book can stall the checker.
    work_left: Rc<Cell<u32>>,
}

/// How much work a book may take: so many parts of forms looked at.
const WORK_MAX: u32 = 1_000_000;

/// What is taken for known.
#[derive(Clone, Default)]
struct Assumed {
    /// Forms that are not below zero.
    forms: Vec<Form>,
    /// How conditions come out, by their number (see [`Same`]).
    truths: Vec<(u32, bool)>,
}

/// What is known about an unknown.
struct Known {
    range: Interval,
    /// Forms that each hold its value.
    ways: Vec<Form>,
    /// What it is in each of all cases.
    cases: Vec<Case>,
    /// The loops it stands in whose variable it reads, a bit a level.
    free: Levels,
}

/// A case: what holds in it, and what the unknown is then.
#[derive(Clone)]
struct Case {
    assumed: Assumed,
    is: Form,
}

/// One bit for each loop around an expression.
type Levels = u128;

/// An expression but for its place, and the loop variables it reads.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Same {
    id: u32,
    free: Levels,
}

/// A loop around the expression that is looked at.
struct Loop {
    var: u16,
    items: Interval,
}

/// How much was assumed at some moment.
#[derive(Clone, Copy)]
pub(super) struct Before {
    forms: usize,
    truths: usize,
}

impl Assumed {
    fn len(&self) -> Before {
        Before { forms: self.forms.len(), truths: self.truths.len() }
    }

    fn extend(&mut self, more: Self) {
        self.forms.extend(more.forms);
        self.truths.extend(more.truths);
    }

    fn truncate(&mut self, before: Before) {
        self.forms.truncate(before.forms);
        self.truths.truncate(before.truths);
    }
}

impl<'a> Analysis<'a> {
    /// Nothing assumed yet.
    pub fn new(declared: &'a Declared, defines: &'a [Define]) -> Self {
        Self {
            declared,
            defines,
            supposed: BTreeMap::new(),
            unknowns: Vec::new(),
            by_key: HashMap::new(),
            same: HashMap::new(),
            forms: HashMap::new(),
            sames: HashMap::new(),
            loops: Vec::new(),
            assumed: Assumed::default(),
            work_left: Rc::new(Cell::new(WORK_MAX)),
        }
    }

    /// The same with other bounds on some facts.
    pub fn supposing(&self, supposed: BTreeMap<Place, Bounds>) -> Self {
        Self { supposed, work_left: Rc::clone(&self.work_left), ..Self::new(self.declared, self.defines) }
    }

    /// Whether `x` is never above `y`.
    pub fn never_above(&mut self, x: &'a Typed, y: &'a Typed) -> bool {
        let room = self.form(y).sub(&self.form(x));
        self.proves(&room)
    }

    /// Whether `x` is never below zero.
    pub fn never_below_zero(&mut self, x: &'a Typed) -> bool {
        let form = self.form(x);
        self.proves(&form)
    }

    /// Whether `x` less `y` is never above `n`.
    pub fn never_further_apart(&mut self, x: &'a Typed, y: &'a Typed, n: Number) -> bool {
        let room = Form::point(n).sub(&self.form(x)).add(&self.form(y));
        self.proves(&room)
    }

    /// Whether `x` is always above `y`.
    pub fn always_above(&mut self, x: &'a Typed, y: &'a Typed) -> bool {
        let over = self.form(x).sub(&self.form(y));
        self.proves(&conditions::beyond(&over, conditions::is_whole(&x.ty)))
    }

    /// Whether two expressions always come out the same.
    pub fn are_same(&mut self, x: &'a Typed, y: &'a Typed) -> bool {
        self.same(x).id == self.same(y).id || self.form(x).sub(&self.form(y)).as_point() == Some(Number::ZERO)
    }

    /// Whether one expression is always the other with its sign turned.
    pub fn are_opposite(&mut self, x: &'a Typed, y: &'a Typed) -> bool {
        self.form(x).add(&self.form(y)).as_point() == Some(Number::ZERO)
    }

    /// Takes a condition to come out so.
    pub fn assume(&mut self, condition: &'a Typed, truth: bool) {
        let learnt = self.learn(condition, truth);
        self.assumed.extend(learnt);
    }

    /// How much is assumed now, to [`Self::forget`] what comes after.
    pub fn assumed_so_far(&self) -> Before {
        self.assumed.len()
    }

    /// Forgets what was assumed since.
    pub fn forget(&mut self, before: Before) {
        self.assumed.truncate(before);
    }

    /// Looks at something under no assumption, for what is kept longer than that.
    fn unassuming<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        let assumed = std::mem::take(&mut self.assumed);
        let result = look(self);
        self.assumed = assumed;
        result
    }

    /// The interval a form lies in.
    fn range(&self, form: &Form) -> Interval {
        if !self.afford(form.parts.len()) {
            return Interval::ANY;
        }
        let part = |(unknown, times): (&Unknown, &Interval)| {
            self.known(*unknown).map_or(Interval::ANY, |k| k.range.mul(*times))
        };
        form.parts.iter().map(part).fold(form.rest, Interval::add)
    }

    /// Takes work off what is left.
    fn afford(&self, parts: usize) -> bool {
        let work = u32::try_from(parts).unwrap_or(u32::MAX).saturating_add(1);
        let left = self.work_left.get().checked_sub(work);
        self.work_left.set(left.unwrap_or(0));
        left.is_some()
    }

    fn known(&self, unknown: Unknown) -> Option<&Known> {
        self.unknowns.get(unknown.0 as usize)
    }

    /// The unknown of a key, made where it is new.
    fn unknown(&mut self, key: String, make: impl FnOnce(&mut Self) -> Known) -> Form {
        if let Some(known) = self.by_key.get(&key) {
            return Form::of(*known);
        }
        let made = make(self);
        let unknown = Unknown(u32::try_from(self.unknowns.len()).unwrap_or(u32::MAX));
        self.unknowns.push(made);
        self.by_key.insert(key, unknown);
        Form::of(unknown)
    }

    /// What is known of an unknown with this range, and with these ways and cases: its range is within all of them.
    fn known_by(&self, range: Interval, ways: Vec<Form>, cases: Vec<Case>, free: Levels) -> Known {
        let within_ways = ways.iter().fold(range, |range, way| range.meet(self.range(way)));
        let span = cases.iter().map(|case| self.range(&case.is)).reduce(Interval::hull);
        Known { range: span.map_or(within_ways, |span| within_ways.meet(span)), ways, cases, free }
    }

    /// The loop variables that a form reads.
    fn free(&self, form: &Form) -> Levels {
        form.parts.keys().filter_map(|u| self.known(*u)).fold(0, |free, known| free | known.free)
    }
}

#[cfg(test)]
mod tests;
