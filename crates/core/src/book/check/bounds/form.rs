//! Sums of unknowns: `c1 x1 + c2 x2 + .. + rest`, each `c` and the rest known to lie in an interval.

use std::collections::BTreeMap;

use super::interval::Interval;
use crate::number::Number;

/// An unknown: an expression that is not a sum of others, by the order in which it was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::book::check) struct Unknown(pub u32);

/// A sum of unknowns. Whatever the expression comes out as is the value of the sum for some choice of numbers in
/// the intervals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::book::check) struct Form {
    pub parts: BTreeMap<Unknown, Interval>,
    pub rest: Interval,
}

impl Form {
    pub fn constant(rest: Interval) -> Self {
        Self { parts: BTreeMap::new(), rest }
    }

    pub fn point(n: Number) -> Self {
        Self::constant(Interval::point(n))
    }

    pub fn of(unknown: Unknown) -> Self {
        Self { parts: BTreeMap::from([(unknown, Interval::ONE)]), rest: Interval::ZERO }
    }

    /// The number, when it is known.
    pub fn as_point(&self) -> Option<Number> {
        self.rest.as_point().filter(|_| self.parts.is_empty())
    }

    pub fn add(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        sum.rest = sum.rest.add(other.rest);
        for (unknown, times) in &other.parts {
            sum.add_part(*unknown, *times);
        }
        sum
    }

    pub fn sub(&self, other: &Self) -> Self {
        self.add(&other.neg())
    }

    pub fn neg(&self) -> Self {
        self.scale(Interval::whole(-1, -1))
    }

    pub fn plus(&self, rest: Interval) -> Self {
        Self { parts: self.parts.clone(), rest: self.rest.add(rest) }
    }

    pub fn scale(&self, by: Interval) -> Self {
        let mut scaled = Self::constant(self.rest.mul(by));
        for (unknown, times) in &self.parts {
            scaled.add_part(*unknown, times.mul(by));
        }
        scaled
    }

    /// A form that holds whatever either holds.
    pub fn hull(&self, other: &Self) -> Self {
        let mut both = Self::constant(self.rest.hull(other.rest));
        for unknown in self.parts.keys().chain(other.parts.keys()) {
            let times = |form: &Self| form.parts.get(unknown).copied().unwrap_or(Interval::ZERO);
            both.parts.insert(*unknown, times(self).hull(times(other)));
        }
        both
    }

    /// With what an unknown stands for in its place.
    pub fn with(&self, unknown: Unknown, is: &Self) -> Self {
        let mut without = self.clone();
        match without.parts.remove(&unknown) {
            Some(times) => without.add(&is.scale(times)),
            None => without,
        }
    }

    fn add_part(&mut self, unknown: Unknown, times: Interval) {
        let sum = self.parts.get(&unknown).map_or(times, |known| known.add(times));
        if sum == Interval::ZERO {
            self.parts.remove(&unknown);
        } else {
            self.parts.insert(unknown, sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn x() -> Form {
        Form::of(Unknown(0))
    }

    #[test]
    fn what_is_taken_away_cancels() {
        assert_eq!(x().sub(&x()), Form::point(Number::ZERO));
        let part = x().scale(Interval::SHARE);
        assert_eq!(part.sub(&x()).parts[&Unknown(0)], Interval::whole(-1, 0));
    }

    #[test]
    fn a_hull_counts_what_is_not_there_as_zero() {
        let both = x().hull(&Form::point(Number::whole(5)));
        assert_eq!((both.parts[&Unknown(0)], both.rest), (Interval::SHARE, Interval::whole(0, 5)));
    }

    #[test]
    fn an_unknown_gives_way_to_what_it_stands_for() {
        let y = Form::of(Unknown(1));
        let f = x().scale(Interval::whole(2, 2)).plus(Interval::ONE).with(Unknown(0), &y.plus(Interval::ONE));
        assert_eq!((f.parts[&Unknown(1)], f.rest), (Interval::whole(2, 2), Interval::whole(3, 3)));
    }
}
