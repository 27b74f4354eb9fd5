//! What conditions say about numbers, and which conditions always come out the same.

use super::form::Form;
use super::interval::Interval;
use super::{Analysis, Assumed};
use crate::number::Number;
use crate::program::infer::Define;
use crate::program::typed::{Compare, Const, Each, Fun, Node, Typed};
use crate::types::Type;

impl<'a> Analysis<'a> {
    /// How a condition always comes out under what is assumed; none where that cannot be told.
    pub fn decide(&mut self, condition: &'a Typed) -> Option<bool> {
        if let Node::Const(Const::Bool(truth)) = condition.node {
            return Some(truth);
        }
        if !self.afford(1) {
            return None;
        }
        let same = self.same(condition).id;
        if let Some((_, truth)) = self.assumed.truths.iter().find(|(id, _)| *id == same) {
            return Some(*truth);
        }
        match &condition.node {
            Node::Define(index) => {
                let body = self.body_of(*index)?;
                self.outside_loops(|a| a.decide(body))
            }
            Node::Call(fun, args) => self.decide_call(*fun, args),
            Node::Each(how @ (Each::All | Each::Exists), list, var, body) => {
                let items = self.items(list);
                let (truth, _) = self.inside_loop(*var, items, |a| a.decide(body));
                truth.filter(|truth| *truth == (*how == Each::All))
            }
            _ => None,
        }
    }

    fn decide_call(&mut self, fun: Fun, args: &'a [Typed]) -> Option<bool> {
        match (fun, args) {
            (Fun::Not, [x]) => self.decide(x).map(|truth| !truth),
            (Fun::And, [x, y]) => self.decide_both(x, y, true),
            (Fun::Or, [x, y]) => self.decide_both(x, y, false),
            (Fun::If, [c, x, y]) => match self.decide(c) {
                Some(true) => self.decide(x),
                Some(false) => self.decide(y),
                None => self.decide(x).filter(|truth| self.decide(y) == Some(*truth)),
            },
            (Fun::Compare(how) | Fun::CompareMoney(how), [x, y]) => self.decide_order(how, x, y),
            (Fun::EqNumber | Fun::EqMoney, [x, y]) if x.ty != Type::Bool => self.decide_equal(x, y),
            (Fun::EqText, [x, y]) => match (&x.node, &y.node) {
                (Node::Const(x), Node::Const(y)) => Some(x == y),
                _ => (self.same(x).id == self.same(y).id).then_some(true),
            },
            _ => None,
        }
    }

    /// `x && y` (`all`), or `x || y`: the right side matters only where the left one leaves it open.
    fn decide_both(&mut self, x: &'a Typed, y: &'a Typed, all: bool) -> Option<bool> {
        let left = self.decide(x);
        if left == Some(!all) {
            return left;
        }
        let before = self.assumed_so_far();
        self.assume(x, all);
        let right = self.decide(y);
        self.forget(before);
        right.filter(|truth| *truth != all || left == right)
    }

    fn decide_order(&mut self, how: Compare, x: &'a Typed, y: &'a Typed) -> Option<bool> {
        let (greater, strict) = direction(how);
        let (x, y, whole) = (self.form(x), self.form(y), is_whole(&x.ty));
        let over = if greater { x.sub(&y) } else { y.sub(&x) };
        let (holds, fails) =
            if strict { (beyond(&over, whole), over.neg()) } else { (over.clone(), beyond(&over.neg(), whole)) };
        if self.proves(&holds) {
            return Some(true);
        }
        self.proves(&fails).then_some(false)
    }

    fn decide_equal(&mut self, x: &'a Typed, y: &'a Typed) -> Option<bool> {
        let whole = is_whole(&x.ty);
        let apart = self.form(x).sub(&self.form(y));
        if self.proves(&beyond(&apart, whole)) || self.proves(&beyond(&apart.neg(), whole)) {
            return Some(false);
        }
        (self.proves(&apart) && self.proves(&apart.neg())).then_some(true)
    }

    /// What can be taken for known when a condition comes out so.
    pub(super) fn learn(&mut self, condition: &'a Typed, truth: bool) -> Assumed {
        let mut learnt = Assumed { forms: Vec::new(), truths: vec![(self.same(condition).id, truth)] };
        match &condition.node {
            Node::Define(index) => {
                if let Some(body) = self.body_of(*index) {
                    learnt.extend(self.outside_loops(|a| a.learn(body, truth)));
                }
            }
            Node::Call(Fun::Not, args) => {
                for x in args {
                    learnt.extend(self.learn(x, !truth));
                }
            }
            Node::Call(fun @ (Fun::And | Fun::Or), args) if truth == (*fun == Fun::And) => {
                for x in args {
                    learnt.extend(self.learn(x, truth));
                }
            }
            Node::Call(Fun::Compare(how) | Fun::CompareMoney(how), args) => {
                if let [x, y] = args.as_slice() {
                    learnt.forms.push(self.learn_order(*how, x, y, truth));
                }
            }
            Node::Call(Fun::EqNumber | Fun::EqMoney, args) if truth => {
                if let [x, y] = args.as_slice()
                    && x.ty != Type::Bool
                {
                    let apart = self.form(x).sub(&self.form(y));
                    learnt.forms.extend([apart.neg(), apart]);
                }
            }
            _ => {}
        }
        learnt
    }

    fn learn_order(&mut self, how: Compare, x: &'a Typed, y: &'a Typed, truth: bool) -> Form {
        let (greater, strict) = direction(how);
        let over = self.form(x).sub(&self.form(y));
        let over = if greater == truth { over } else { over.neg() };
        let whole = is_whole(&x.ty) && is_whole(&y.ty);
        if strict == truth && whole { over.plus(Interval::whole(-1, -1)) } else { over }
    }

    pub(super) fn body_of(&self, index: usize) -> Option<&'a Typed> {
        let defines: &'a [Define] = self.defines;
        defines.get(index)?.body.as_ref()
    }
}

/// Whether a comparison asks for the greater, and whether the equal is left out.
fn direction(how: Compare) -> (bool, bool) {
    match how {
        Compare::Lt => (false, true),
        Compare::Le => (false, false),
        Compare::Gt => (true, true),
        Compare::Ge => (true, false),
    }
}

/// A form that is not below zero only where this one is above zero: whole numbers above it are at least one.
pub(super) fn beyond(form: &Form, whole: bool) -> Form {
    let least = if whole { Number::whole(-1) } else { Number::ratio(-1, 1_000_000).unwrap_or(Number::ZERO) };
    form.plus(Interval::point(least))
}

/// Whether values of a type are whole numbers.
pub(super) fn is_whole(ty: &Type) -> bool {
    matches!(ty, Type::Int | Type::Days | Type::Months | Type::Date | Type::Time | Type::Duration)
}
