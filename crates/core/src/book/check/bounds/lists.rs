//! Sums over lists and their sizes.

use super::form::{Form, Unknown};
use super::interval::Interval;
use super::read::bit;
use super::{Analysis, Known};
use crate::number::Number;
use crate::program::typed::{Each, Fun, Node, Typed};
use crate::types::{ListType, Type};

impl<'a> Analysis<'a> {
    /// The sum of a list of numbers or amounts.
    pub(super) fn sum(&mut self, list: &'a Typed) -> Form {
        if let Some(forms) = self.written_out(list) {
            return forms.iter().fold(Form::point(Number::ZERO), |sum, form| sum.add(form));
        }
        match &list.node {
            Node::Define(index) => match self.body_of(*index) {
                Some(body) => self.outside_loops(|a| a.sum(body)),
                None => self.opaque(list, Interval::ANY),
            },
            Node::Call(Fun::Concat, parts) => {
                parts.iter().fold(Form::point(Number::ZERO), |sum, part| sum.add(&self.sum(part)))
            }
            Node::Each(Each::Map, over, var, body) => {
                let items = self.items(over);
                let (form, level) = self.inside_loop(*var, items, |a| a.form(body));
                self.sum_over(over, &form, level)
            }
            Node::Each(Each::Filter, over, ..) if self.items(over).is_not_below_zero() => {
                let (all, same, size) = (self.sum(over), self.same(list), self.size(list));
                let range = self.items(over).mul(self.range(&size));
                let way = all.scale(Interval::SHARE);
                self.unknown(format!("sum {}", same.id), |a| a.known_by(range, vec![way], Vec::new(), same.free))
            }
            _ => {
                let level = self.loops.len();
                let range = self.items(list);
                let item = self
                    .unknown(format!("own item {level} {range:?}"), |_| Known { range, ..Known::nothing(bit(level)) });
                self.sum_over(list, &item, level)
            }
        }
    }

    /// The sum over a list of what is said about each item, which the loop of this level goes through.
    fn sum_over(&mut self, list: &'a Typed, each: &Form, level: usize) -> Form {
        if let Node::Call(Fun::Concat, parts) = &self.resolved(list).node {
            return parts
                .iter()
                .fold(Form::point(Number::ZERO), |sum, part| sum.add(&self.sum_over(part, each, level)));
        }
        let size = self.size(list);
        let mut sum = size.scale(each.rest);
        for (unknown, times) in &each.parts {
            let Some(known) = self.known(*unknown) else { continue };
            let (range, is_item) = (known.range, known.free & bit(level) != 0);
            let total =
                if is_item { self.total(list, *unknown, level) } else { self.product(&size, &Form::of(*unknown)) };
            // Each item may have another factor: together they have one in between where all items have one sign.
            let keeps = times.as_point().is_some() || range.is_not_below_zero() || range.is_not_above_zero();
            sum = sum.add(&if keeps { total.scale(*times) } else { Form::constant(Interval::ANY) });
        }
        sum
    }

    /// The sum of one unknown over the items of a list.
    fn total(&mut self, list: &'a Typed, unknown: Unknown, level: usize) -> Form {
        let same = self.same(list);
        self.unknown(format!("total {} {level} {}", same.id, unknown.0), |a| {
            let size = a.size(list);
            let (range, each, known_free) = match a.known(unknown) {
                Some(known) => (known.range, known.ways.clone(), known.free),
                None => (Interval::ANY, Vec::new(), 0),
            };
            let mut ways: Vec<Form> = each.iter().map(|way| a.sum_over(list, way, level)).collect();
            if let Some(all) = a.filtered_from(list)
                && range.is_not_below_zero()
            {
                ways.push(a.total(all, unknown, level).scale(Interval::SHARE));
            }
            a.known_by(range.mul(a.range(&size)), ways, Vec::new(), same.free | (known_free & !bit(level)))
        })
    }

    /// How many items a list or map has.
    pub(super) fn size(&mut self, list: &'a Typed) -> Form {
        if let Node::List(items) = &list.node {
            return Form::point(Number::whole(items.len() as i128));
        }
        match &list.node {
            Node::Define(index) => match self.body_of(*index) {
                Some(body) => self.outside_loops(|a| a.size(body)),
                None => self.size_as_declared(list, Vec::new()),
            },
            Node::Each(Each::Map, over, ..) => self.size(over),
            Node::Each(_, over, ..) => {
                let all = self.size(over);
                self.size_as_declared(list, vec![all.scale(Interval::SHARE)])
            }
            Node::Call(Fun::Concat, parts) => {
                parts.iter().fold(Form::point(Number::ZERO), |sum, part| sum.add(&self.size(part)))
            }
            Node::Call(Fun::Range, parts) => match parts.first().map(|n| self.form(n)) {
                Some(n) if self.range(&n).is_not_below_zero() => n,
                _ => self.size_as_declared(list, Vec::new()),
            },
            _ => self.size_as_declared(list, Vec::new()),
        }
    }

    fn size_as_declared(&mut self, list: &'a Typed, ways: Vec<Form>) -> Form {
        let same = self.same(list);
        let range = match &list.ty {
            Type::List(l) | Type::Map(l) => lengths(l),
            _ => Interval::NOT_BELOW_ZERO,
        };
        self.unknown(format!("size {}", same.id), |a| a.known_by(range, ways, Vec::new(), same.free))
    }

    /// The interval that each item of a list lies in.
    pub(super) fn items(&mut self, list: &'a Typed) -> Interval {
        if let Some(forms) = self.written_out(list) {
            return forms.iter().map(|form| self.range(form)).reduce(Interval::hull).unwrap_or(Interval::ANY);
        }
        match &list.node {
            Node::Define(index) => match self.body_of(*index) {
                Some(body) => self.outside_loops(|a| a.items(body)),
                None => Interval::ANY,
            },
            Node::Slot(_) | Node::Field(..) => self.declared_range(list),
            Node::Each(Each::Map, over, var, body) => {
                let items = self.items(over);
                let (form, _) = self.inside_loop(*var, items, |a| a.form(body));
                self.range(&form)
            }
            Node::Each(Each::Filter, over, ..) => self.items(over),
            Node::Call(Fun::Concat, parts) => {
                parts.iter().map(|part| self.items(part)).reduce(Interval::hull).unwrap_or(Interval::ANY)
            }
            Node::Call(Fun::If, parts) => {
                parts.iter().skip(1).map(|part| self.items(part)).reduce(Interval::hull).unwrap_or(Interval::ANY)
            }
            Node::Call(Fun::Range, _) => Interval::NOT_BELOW_ZERO,
            _ => match &list.ty {
                Type::List(l) => Interval::of(&l.bounds),
                _ => Interval::ANY,
            },
        }
    }

    /// The items of a list that is written out.
    pub(super) fn written_out(&mut self, list: &'a Typed) -> Option<Vec<Form>> {
        match &list.node {
            Node::List(items) => Some(items.iter().map(|item| self.form(item)).collect()),
            _ => None,
        }
    }

    /// The list that a list was taken from.
    fn filtered_from(&self, list: &'a Typed) -> Option<&'a Typed> {
        match &self.resolved(list).node {
            Node::Each(Each::Filter, over, ..) => Some(over),
            _ => None,
        }
    }

    /// What a definition says in its place.
    fn resolved(&self, typed: &'a Typed) -> &'a Typed {
        let mut typed = typed;
        while let Node::Define(index) = &typed.node
            && let Some(body) = self.body_of(*index)
        {
            typed = body;
        }
        typed
    }
}

fn lengths(list: &ListType) -> Interval {
    Interval::whole(list.min_len.into(), list.max_len.into())
}
