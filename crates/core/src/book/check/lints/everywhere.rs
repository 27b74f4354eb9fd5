//! Every expression of a policy, and what it reads.

use std::collections::BTreeSet;

use super::super::policy::TypedPolicy;
use super::super::remedies::{TypedAmount, TypedBody, TypedRemedy};
use super::super::terms::{TypedLine, TypedShape, TypedTerm};
use crate::program::infer::Define;
use crate::program::typed::{Node, Typed};

/// Every expression of a policy.
pub(super) fn of_policy<'a>(policy: &'a TypedPolicy<'a>) -> Vec<&'a Typed> {
    let mut all: Vec<&Typed> = policy.relied_on.iter().collect();
    for top in &policy.terms {
        top.walk(&mut |term| all.extend(of_term(term)));
    }
    all.extend(policy.fault.iter().map(|fault| &fault.when));
    all.extend(policy.remedies.iter().flat_map(of_remedy));
    all.extend(policy.detour.iter().flat_map(|detour| detour.when.iter().chain(&detour.cost)));
    all
}

/// Every expression of a term, without those of the terms below it.
pub(in super::super) fn of_term<'a>(term: &'a TypedTerm<'_>) -> Vec<&'a Typed> {
    let mut all: Vec<&Typed> = term.when.iter().collect();
    match &term.shape {
        TypedShape::Measure { value, line } => {
            all.push(value);
            match line {
                TypedLine::AtMost(line) | TypedLine::AtLeast(line) | TypedLine::Equals(line) => all.push(line),
                TypedLine::Within(from, to) => all.extend([from, to]),
            }
        }
        TypedShape::Require { cond, .. } => all.push(cond),
        TypedShape::Any(_) | TypedShape::All(_) => {}
    }
    all
}

fn of_remedy<'a>(remedy: &'a TypedRemedy<'_>) -> Vec<&'a Typed> {
    let mut all: Vec<&Typed> =
        [&remedy.when, &remedy.keeps, &remedy.expires, &remedy.items].into_iter().flatten().collect();
    let TypedBody::One(one) = &remedy.body else { return all };
    match &one.amount {
        Some(TypedAmount::One(amount)) => all.push(amount),
        Some(TypedAmount::Range(least, most)) => all.extend([least, most]),
        None => {}
    }
    all.extend([&one.cost, &one.of, &one.refunded, &one.against].into_iter().flatten());
    all.extend(&one.to);
    all
}

/// Calls `visit` with every part of an expression, and of the definitions it uses, each once.
pub(super) fn through<'a>(typed: &'a Typed, defines: &'a [Define], visit: &mut impl FnMut(&'a Typed)) {
    let mut seen = BTreeSet::new();
    let mut left = vec![typed];
    while let Some(next) = left.pop() {
        visit(next);
        match &next.node {
            Node::Const(_) | Node::Slot(_) | Node::Record(_) | Node::Var(_) => {}
            Node::Define(index) => {
                let body = defines.get(*index).and_then(|d| d.body.as_ref());
                left.extend(body.filter(|_| seen.insert(*index)));
            }
            Node::Field(of, _) => left.push(of),
            Node::Has(of, _) => left.extend(of.as_deref()),
            Node::Call(_, parts) | Node::List(parts) => left.extend(parts),
            Node::Each(_, list, _, body) => left.extend([&**list, &**body]),
        }
    }
}

/// Whether an expression reads a cell at the top level, through definitions too.
pub(super) fn reads(typed: &Typed, cells: std::ops::Range<u32>, defines: &[Define]) -> bool {
    let mut found = false;
    through(typed, defines, &mut |part| match &part.node {
        Node::Slot(cell) | Node::Record(cell) => found |= cells.contains(cell),
        Node::Has(None, chain) => found |= chain.iter().any(|(cell, _)| cells.contains(cell)),
        _ => {}
    });
    found
}
