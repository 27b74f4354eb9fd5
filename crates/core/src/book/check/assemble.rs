//! From typed policies to compiled versions.

use std::collections::{BTreeMap, BTreeSet};

use super::ladder::{TypedGuard, TypedNever};
use super::policy::TypedPolicy;
use super::remedies::{TypedAmount, TypedBody, TypedOne, TypedRemedy};
use super::terms::{TypedLine, TypedShape, TypedTerm};
use crate::book::model::{REMEDY_KINDS, Text};
use crate::book::quick::Quick;
use crate::book::rules::{
    Amount, Condition, Detour, Fault, FieldValue, Group, Guard, Line, Never, One, Operand, Remedy, RemedyBody, Term,
    TermShape, Version,
};
use crate::book::{orders, relies};
use crate::diagnostic::Diagnostic;
use crate::facts::schema::Schema;
use crate::payout::pays_out;
use crate::program::compile::{Compiler, constant, constant_texts, shape};
use crate::program::infer::Define;
use crate::program::op::Reg;
use crate::program::run::Val;
use crate::program::typed::{Const, Element, Fun, Node, Typed};

/// What belongs to the book and goes into every version.
pub(super) struct Shared<'a, 't> {
    pub defines: &'a [Define],
    pub patterns: &'a [regex::Regex],
    pub guards: &'a [TypedGuard<'t>],
    pub nevers: &'a [TypedNever<'t>],
    pub schema: &'a Schema,
    pub paths: &'a BTreeMap<u32, String>,
}

/// Compiles a version.
///
/// # Errors
/// When it is too large, or takes more steps than allowed.
pub(super) fn version(
    policy: &TypedPolicy<'_>,
    shared: &Shared<'_, '_>,
    identity: usize,
    digest: String,
    dated: bool,
) -> Result<Version, Box<Diagnostic>> {
    let mut b = Builder {
        c: Compiler::new(shared.defines, shared.patterns),
        defines: shared.defines,
        terms: Vec::new(),
        reads: BTreeSet::new(),
    };
    let roots: Vec<usize> = policy.terms.iter().map(|t| b.term(t)).collect();
    let terms_end = b.c.len();
    let relied_on = policy.relied_on.as_ref().map(|t| (b.add(t), t.ty == crate::types::Type::Date));
    let fault = policy.fault.as_ref().map(|f| Fault {
        says: says(f.text.says.as_ref(), "The business caused it"),
        when: b.add(&f.when),
        proof: f.proof,
        reads: cells_of(&f.when, shared.defines).into_iter().collect(),
        charged_to: value(f.text.charged_to.as_ref()),
    });
    let guards = shared.guards.iter().map(|g| b.guard(g)).collect();
    let remedies: Vec<Remedy> = policy.remedies.iter().map(|r| b.remedy(r)).collect();
    let nevers = shared.nevers.iter().map(|n| b.never(n, policy)).collect();
    let detour = policy.detour.as_ref().map(|d| Detour {
        when: d.when.as_ref().map(|w| b.add(w)),
        says: says(d.text.says.as_ref(), "Without an exception"),
        cost: d.cost.as_ref().map(|c| b.add(c)),
        effort: value(d.text.effort.as_ref()),
    });
    let options = policy.remedies.iter().enumerate().filter(|(_, r)| r.alone).map(|(i, _)| i).collect();
    let text = policy.text;
    let (terms, reads) = (std::mem::take(&mut b.terms), b.reads.into_iter().collect());
    let mut version = Version {
        identity,
        title: says(text.title.as_ref(), &text.id.value),
        in_force: policy.in_force,
        owner: value(text.owner.as_ref()),
        purpose: value(text.purpose.as_ref()),
        published: text.published.as_ref().map(|e| super::published::without_braces(&e.text)),
        proactive: text.proactive.as_ref().is_some_and(|t| t.value == "true"),
        requests: text.request.iter().map(|r| r.value.clone()).collect(),
        digest,
        program: b.c.finish(text.at)?,
        terms_end,
        relied_on,
        quick: terms.iter().map(Quick::of).collect(),
        groups: (0..terms.len()).filter(|i| terms.get(*i).is_some_and(Term::is_group)).collect(),
        terms,
        roots,
        fault,
        guards,
        nevers,
        remedies,
        options,
        detour,
        say: text.say.iter().map(|n| (n.id.value.clone(), n.item.text.clone())).collect(),
        reads,
        relies: Vec::new(),
        orders: orders::of(shared.schema, named_by(policy, shared.defines)),
        asks: super::asks::asks(policy, shared),
        at: text.at,
    };
    version.relies = relies::of(&version, shared.schema, dated);
    let reads: Vec<Vec<u32>> =
        version.guards.iter().map(|guard| relies::behind(&version, shared.schema, guard.when)).collect();
    for (guard, reads) in version.guards.iter_mut().zip(reads) {
        guard.reads = reads;
    }
    Ok(version)
}

/// Cells by which remedies say what was paid for.
fn named_by(policy: &TypedPolicy<'_>, defines: &[Define]) -> BTreeSet<u32> {
    let ones = policy.remedies.iter().filter_map(|remedy| match &remedy.body {
        TypedBody::One(one) => one.against.as_ref(),
        _ => None,
    });
    ones.flat_map(|against| cells_of(against, defines)).collect()
}

fn value(text: Option<&Text>) -> Option<String> {
    text.map(|t| t.value.clone())
}

fn says(text: Option<&Text>, otherwise: &str) -> String {
    text.map_or_else(|| otherwise.to_owned(), |t| t.value.clone())
}

/// Cells at the top level that an expression reads, through definitions too.
pub(super) fn cells_of(typed: &Typed, defines: &[Define]) -> BTreeSet<u32> {
    let mut cells = BTreeSet::new();
    let mut seen = BTreeSet::new();
    collect_cells(typed, defines, &mut cells, &mut seen);
    cells
}

fn collect_cells(typed: &Typed, defines: &[Define], cells: &mut BTreeSet<u32>, seen: &mut BTreeSet<usize>) {
    let mut through = Vec::new();
    typed.walk(&mut |t| match &t.node {
        Node::Slot(cell) | Node::Record(cell) => {
            cells.insert(*cell);
        }
        Node::Has(None, chain) => cells.extend(chain.iter().map(|(cell, _)| *cell)),
        Node::Define(index) => through.push(*index),
        _ => {}
    });
    for index in through {
        if seen.insert(index)
            && let Some(body) = defines.get(index).and_then(|d| d.body.as_ref())
        {
            collect_cells(body, defines, cells, seen);
        }
    }
}

struct Builder<'a> {
    c: Compiler<'a>,
    defines: &'a [Define],
    terms: Vec<Term>,
    reads: BTreeSet<u32>,
}

impl Builder<'_> {
    fn add(&mut self, typed: &Typed) -> Reg {
        self.reads.extend(cells_of(typed, self.defines));
        self.c.add(typed)
    }

    fn term(&mut self, t: &TypedTerm<'_>) -> usize {
        let text = t.text;
        let place = self.terms.len();
        self.terms.push(Term {
            id: text.id.value.clone(),
            says: says(text.says.as_ref(), &text.id.value),
            when: None,
            shape: TermShape::All(Vec::new()),
            stretch: t.stretch.clone(),
            cites: text.cites.iter().map(|c| c.value.clone()).collect(),
            from: t.from,
            until: t.until,
            disclosed: t.disclosed,
            charged_to: value(text.charged_to.as_ref()),
            at: text.at,
        });
        let when = t.when.as_ref().map(|w| self.add(w));
        let shape = self.shape(&t.shape);
        if let Some(term) = self.terms.get_mut(place) {
            term.when = when;
            term.shape = shape;
        }
        place
    }

    fn shape(&mut self, shape: &TypedShape<'_>) -> TermShape {
        match shape {
            TypedShape::Measure { value, line } => {
                let ty = value.ty.clone();
                let value = self.operand(value);
                let line = match line {
                    TypedLine::AtMost(l) => Line::AtMost(self.operand(l)),
                    TypedLine::AtLeast(l) => Line::AtLeast(self.operand(l)),
                    TypedLine::Within(from, to) => Line::Within(self.operand(from), self.operand(to)),
                    TypedLine::Equals(l) => Line::Equals(self.operand(l)),
                };
                TermShape::Measure { value, ty, line }
            }
            TypedShape::Require { cond, wanted } => self.require(cond, *wanted),
            TypedShape::Any(parts) => TermShape::Any(parts.iter().map(|p| self.term(p)).collect()),
            TypedShape::All(parts) => TermShape::All(parts.iter().map(|p| self.term(p)).collect()),
        }
    }

    /// A fact at the top level and a value written out are read where they are; the rest is computed.
    fn operand(&mut self, typed: &Typed) -> Operand {
        match &typed.node {
            Node::Slot(cell) => {
                self.reads.insert(*cell);
                Operand::Cell(*cell, shape(&typed.ty))
            }
            Node::Const(value) => Operand::Const(constant(*value)),
            _ => Operand::Reg(self.add(typed)),
        }
    }

    fn require(&mut self, cond: &Typed, wanted: bool) -> TermShape {
        match &cond.node {
            Node::Call(Fun::Not, args) => match args.first() {
                Some(inner) => self.require(inner, !wanted),
                None => TermShape::Require { cond: Condition::Is(Operand::Const(Val::ZERO)), wanted },
            },
            Node::Call(Fun::EqText, args) => match args.as_slice() {
                [Typed { node: Node::Slot(cell), .. }, Typed { node: Node::Const(Const::Text(id)), .. }] => {
                    self.one_of(*cell, vec![*id], wanted)
                }
                _ => TermShape::Require { cond: Condition::Is(self.operand(cond)), wanted },
            },
            Node::Call(Fun::In(Element::Text), args) => match args.as_slice() {
                [Typed { node: Node::Slot(cell), .. }, list] if constant_texts(list).is_some() => {
                    self.one_of(*cell, constant_texts(list).unwrap_or_default(), wanted)
                }
                _ => TermShape::Require { cond: Condition::Is(self.operand(cond)), wanted },
            },
            _ => TermShape::Require { cond: Condition::Is(self.operand(cond)), wanted },
        }
    }

    fn one_of(&mut self, cell: u32, ids: Vec<crate::value::TextId>, wanted: bool) -> TermShape {
        self.reads.insert(cell);
        TermShape::Require { cond: Condition::OneOf(cell, ids), wanted }
    }

    fn guard(&mut self, g: &TypedGuard<'_>) -> Guard {
        Guard {
            id: g.text.id.value.clone(),
            says: says(g.text.says.as_ref(), &g.text.id.value),
            when: self.add(&g.when),
            needs: g.needs,
            reads: Vec::new(),
        }
    }

    fn never(&mut self, n: &TypedNever<'_>, policy: &TypedPolicy<'_>) -> Never {
        let text = n.text;
        let words: Option<Vec<&str>> = text.bars.as_ref().map(|bars| bars.iter().map(|b| b.value.as_str()).collect());
        let barred = |r: &TypedRemedy<'_>, words: &[&str]| {
            let kind = if let TypedBody::One(one) = &r.body { one.kind.as_str() } else { "" };
            words.contains(&r.text.id.value.as_str()) || words.contains(&kind)
        };
        let bars = words.as_ref().map(|words| {
            policy.remedies.iter().enumerate().filter(|(_, r)| barred(r, words)).map(|(i, _)| i).collect()
        });
        let instead = text.instead.iter().filter_map(|id| {
            policy.remedies.iter().position(|r| r.group == Group::Instead && r.text.id.value == id.value)
        });
        Never {
            id: text.id.value.clone(),
            says: says(text.says.as_ref(), &text.id.value),
            when: self.add(&n.when),
            bars,
            kinds: words
                .map(|words| words.iter().filter(|w| REMEDY_KINDS.contains(w)).map(|w| (*w).to_owned()).collect()),
            instead: instead.collect(),
            cites: text.cites.iter().map(|c| c.value.clone()).collect(),
        }
    }

    fn remedy(&mut self, r: &TypedRemedy<'_>) -> Remedy {
        let text = r.text;
        let body = match &r.body {
            TypedBody::Bundle(parts) => RemedyBody::Bundle(parts.clone()),
            TypedBody::Either(parts) => RemedyBody::Either(parts.clone()),
            TypedBody::One(one) => RemedyBody::One(self.one(one)),
        };
        let mut fields = Vec::new();
        if let Some(items) = &r.items {
            fields
                .push(("items".to_owned(), FieldValue::Computed(self.add(items), items.ty.clone(), shape(&items.ty))));
        }
        match (&r.expires, &text.expires) {
            (Some(typed), _) => fields.push((
                "expires".to_owned(),
                FieldValue::Computed(self.add(typed), typed.ty.clone(), shape(&typed.ty)),
            )),
            (None, Some(written)) => {
                fields.push(("expires".to_owned(), FieldValue::Text(written.text.trim().to_owned())));
            }
            _ => {}
        }
        fields.extend(text.fields.iter().map(|f| (f.id.value.clone(), FieldValue::Text(f.item.text.clone()))));
        Remedy {
            id: text.id.value.clone(),
            says: says(text.says.as_ref(), &text.id.value.replace('_', " ")),
            group: r.group,
            body,
            when: r.when.as_ref().map(|w| self.add(w)),
            keeps: r.keeps.as_ref().map(|k| self.add(k)),
            partial: text.partial.as_ref().is_some_and(|t| t.value == "true"),
            charged_to: value(text.charged_to.as_ref()),
            fields,
            at: text.at,
        }
    }

    fn one(&mut self, one: &TypedOne) -> One {
        let amount_type = match &one.amount {
            Some(TypedAmount::One(t) | TypedAmount::Range(t, _)) => t.ty.clone(),
            None => crate::types::Type::Money,
        };
        One {
            kind: one.kind.clone(),
            pays: pays_out(&one.kind),
            amount: one.amount.as_ref().map(|a| match a {
                TypedAmount::One(t) => Amount::One(self.add(t)),
                TypedAmount::Range(least, most) => Amount::Range(self.add(least), self.add(most)),
            }),
            amount_type,
            cost: one.cost.as_ref().map(|t| self.add(t)),
            of: one.of.as_ref().map(|t| self.add(t)),
            refunded: one.refunded.as_ref().map(|t| self.add(t)),
            against: one.against.as_ref().map(|t| self.operand(t)),
            paid_reads: one.of.iter().chain(&one.refunded).flat_map(|t| cells_of(t, self.defines)).collect(),
            to: one.to.iter().map(|t| (self.add(t), t.ty.clone())).collect(),
            split: one.split,
        }
    }
}
