//! From typed expressions to forms.

use super::declared::bounds_of;
use super::form::Form;
use super::interval::Interval;
use super::{Analysis, Known, Levels, Loop, Place, Same};
use crate::program::typed::{Const, Node, Typed};

impl<'a> Analysis<'a> {
    /// An expression over numbers as a form; an unknown of its own where nothing is known about it.
    pub(in crate::book::check) fn form(&mut self, typed: &'a Typed) -> Form {
        let place = self.place_of(typed);
        if let Some(known) = self.forms.get(&place) {
            return known.clone();
        }
        if !self.loops.is_empty() && self.same(typed).free == 0 {
            return self.outside_loops(|a| a.form(typed));
        }
        let form = match &typed.node {
            Node::Const(Const::Number(n) | Const::Money(n, _)) => Form::point(*n),
            Node::Define(index) => match self.body_of(*index) {
                Some(body) => self.outside_loops(|a| a.form(body)),
                None => self.opaque(typed, Interval::ANY),
            },
            Node::Call(fun, args) => self.call(typed, *fun, args),
            Node::Slot(_) | Node::Field(..) => {
                let range = self.declared_range(typed);
                self.opaque(typed, range)
            }
            Node::Var(var) => {
                let range = self.loops.iter().rev().find(|l| l.var == *var).map_or(Interval::ANY, |l| l.items);
                self.opaque(typed, range)
            }
            _ => self.opaque(typed, Interval::ANY),
        };
        self.forms.insert(place, form.clone());
        form
    }

    /// An expression stays where it is as long as it is looked at, so that its address tells it from others.
    fn place_of(&self, typed: &'a Typed) -> (usize, usize) {
        (std::ptr::from_ref(typed).addr(), self.loops.len())
    }

    /// A definition reads no loop variables: it is looked at outside all loops.
    pub(super) fn outside_loops<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        let loops = std::mem::take(&mut self.loops);
        let result = look(self);
        self.loops = loops;
        result
    }

    /// Looks at the body of a loop over such items. Returns what was found, and the level of the loop.
    pub(super) fn inside_loop<T>(
        &mut self,
        var: u16,
        items: Interval,
        look: impl FnOnce(&mut Self) -> T,
    ) -> (T, usize) {
        let level = self.loops.len();
        self.loops.push(Loop { var, items });
        let result = look(self);
        self.loops.truncate(level);
        (result, level)
    }

    /// An expression about which no more than an interval is known.
    pub(super) fn opaque(&mut self, typed: &'a Typed, range: Interval) -> Form {
        let Same { id, free } = self.same(typed);
        self.unknown(format!("same {id}"), |_| Known { range, ..Known::nothing(free) })
    }

    /// The interval in which a fact, or an item of a list of facts, is declared to lie.
    pub(super) fn declared_range(&self, typed: &'a Typed) -> Interval {
        let Some((record, field)) = self.declared.read_by(typed) else { return Interval::ANY };
        let supposed = self.supposed.get(&Place::new(record, field));
        Interval::of(supposed.unwrap_or_else(|| bounds_of(field)))
    }

    /// What an expression is but for its place and the names of its loop variables.
    pub(super) fn same(&mut self, typed: &'a Typed) -> Same {
        let place = self.place_of(typed);
        if let Some(known) = self.sames.get(&place) {
            return *known;
        }
        let same = match &typed.node {
            Node::Define(index) => match self.body_of(*index) {
                Some(body) => self.outside_loops(|a| a.same(body)),
                None => self.same_as(format!("define {index}"), 0),
            },
            node => {
                let (key, free) = self.key_of(node, typed);
                match free {
                    // What reads no loop variable is the same inside and outside of loops.
                    0 if !self.loops.is_empty() => self.outside_loops(|a| a.same(typed)),
                    _ => self.same_as(key, free),
                }
            }
        };
        self.sames.insert(place, same);
        same
    }

    fn same_as(&mut self, key: String, free: Levels) -> Same {
        let next = u32::try_from(self.same.len()).unwrap_or(u32::MAX);
        *self.same.entry(key).or_insert(Same { id: next, free })
    }

    fn key_of(&mut self, node: &'a Node, typed: &'a Typed) -> (String, Levels) {
        match node {
            Node::Const(value) => (format!("{value:?}"), 0),
            Node::Slot(cell) => (format!("slot {cell}"), 0),
            Node::Record(cell) => (format!("record {cell}"), 0),
            Node::Define(index) => (format!("define {index}"), 0),
            Node::Var(var) => self.key_of_var(*var, typed),
            Node::Field(of, offset) => self.key_of_parts(&format!("field {offset}"), [&**of]),
            Node::Has(of, chain) => self.key_of_parts(&format!("has {chain:?}"), of.as_deref()),
            Node::Call(fun, args) => self.key_of_parts(&format!("call {fun:?}"), args),
            Node::List(items) => self.key_of_parts("list", items),
            Node::Each(how, list, var, body) => {
                let over = self.same(list);
                let items = self.items(list);
                let (body, level) = self.inside_loop(*var, items, |a| a.same(body));
                (format!("each {how:?} {level} {} {}", over.id, body.id), over.free | (body.free & !bit(level)))
            }
        }
    }

    fn key_of_var(&self, var: u16, typed: &'a Typed) -> (String, Levels) {
        match self.loops.iter().rposition(|l| l.var == var) {
            Some(level) => {
                let items = self.loops.get(level).map_or(Interval::ANY, |l| l.items);
                (format!("item {level} {} {items:?}", typed.ty), bit(level))
            }
            None => (format!("item of {var}"), 0),
        }
    }

    fn key_of_parts(&mut self, what: &str, parts: impl IntoIterator<Item = &'a Typed>) -> (String, Levels) {
        let (mut key, mut free) = (what.to_owned(), 0);
        for part in parts {
            let same = self.same(part);
            key.push(' ');
            key.push_str(&same.id.to_string());
            free |= same.free;
        }
        (key, free)
    }
}

impl Known {
    /// Nothing is known, but which loop variables it reads.
    pub(super) fn nothing(free: Levels) -> Self {
        Self { range: Interval::ANY, ways: Vec::new(), cases: Vec::new(), free }
    }
}

/// The bit of a loop.
pub(super) fn bit(level: usize) -> Levels {
    u32::try_from(level).ok().and_then(|level| 1_u128.checked_shl(level)).unwrap_or(0)
}
