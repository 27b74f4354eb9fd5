//! Lays typed expressions out as one straight line of instructions.

use std::collections::HashMap;

use super::infer::Define;
use super::op::{Fits, Loop, Op, Reg, Shape};
use super::run::Val;
use super::typed::{Const, Each, Element, Fun, Node, Typed};
use crate::diagnostic::{Diagnostic, Span};
use crate::types::Type;
use crate::value::TextId;

/// Most steps one assessment of one policy may take.
pub const MAX_WORK: u64 = 5_000_000;
/// Most instructions a policy may compile to.
const MAX_OPS: usize = 30_000;

/// The expressions of one policy as one straight line of instructions.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The instructions.
    pub code: Vec<Op>,
    /// Where each instruction was written.
    pub spans: Vec<Span>,
    /// Registers that hold constants.
    pub consts: Vec<(Reg, Val)>,
    /// Number of registers.
    pub registers: usize,
    /// Registers of arguments, consecutive for each call.
    pub args: Vec<Reg>,
    /// Steps of `has()`.
    pub steps: Vec<(u32, bool)>,
    /// Sets of texts, sorted.
    pub sets: Vec<Vec<TextId>>,
    /// Loops.
    pub loops: Vec<Loop>,
    /// Patterns.
    pub patterns: Vec<regex::Regex>,
    /// Steps it can take at the most.
    pub work: u64,
}

/// Compiles one expression after another into one program.
pub struct Compiler<'d> {
    program: Program,
    defines: &'d [Define],
    define_regs: HashMap<usize, Reg>,
    slot_regs: HashMap<u32, Reg>,
    var_regs: HashMap<u16, Reg>,
    const_regs: HashMap<Const, Reg>,
    too_large: bool,
}

impl<'d> Compiler<'d> {
    /// A compiler over the book's definitions and patterns.
    #[must_use]
    pub fn new(defines: &'d [Define], patterns: &[regex::Regex]) -> Self {
        Self {
            program: Program { patterns: patterns.to_vec(), ..Program::default() },
            defines,
            define_regs: HashMap::new(),
            slot_regs: HashMap::new(),
            var_regs: HashMap::new(),
            const_regs: HashMap::new(),
            too_large: false,
        }
    }

    /// Adds an expression; its value will be in the register returned.
    pub fn add(&mut self, typed: &Typed) -> Reg {
        self.program.work = self.program.work.saturating_add(self.work(typed, 0));
        self.hoist(typed);
        self.emit(typed)
    }

    /// Number of instructions so far: the end of a segment.
    #[must_use]
    pub fn len(&self) -> usize {
        self.program.code.len()
    }

    /// Whether nothing was compiled yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.program.code.is_empty()
    }

    /// The program, or why it cannot be run within bounds. `at` is where to say so.
    ///
    /// # Errors
    /// Too many instructions, or more steps than [`MAX_WORK`].
    pub fn finish(self, at: Span) -> Result<Program, Box<Diagnostic>> {
        if self.too_large {
            return Err(Box::new(
                Diagnostic::error("policy_too_large", at, "this policy has more expressions than can be run")
                    .help("split it into several policies"),
            ));
        }
        if self.program.work > MAX_WORK {
            let message = format!("this policy may take {} steps, at most {MAX_WORK} are allowed", self.program.work);
            return Err(Box::new(
                Diagnostic::error("too_much_work", at, message)
                    .help("declare how long its lists may be, such as list(line, 1..50)"),
            ));
        }
        Ok(self.program)
    }

    /// Computes definitions and reads facts before any loop that uses them.
    fn hoist(&mut self, typed: &Typed) {
        let mut slots = Vec::new();
        let mut defines = Vec::new();
        typed.walk(&mut |t| match t.node {
            Node::Slot(cell) => slots.push((cell, shape(&t.ty), t.at)),
            Node::Define(index) => defines.push(index),
            _ => {}
        });
        for (cell, shape, at) in slots {
            self.load(cell, shape, at);
        }
        for index in defines {
            self.define(index);
        }
    }

    fn load(&mut self, cell: u32, shape: Shape, at: Span) -> Reg {
        if let Some(reg) = self.slot_regs.get(&cell) {
            return *reg;
        }
        let dst = self.register();
        self.push(Op::Load { dst, cell, shape }, at);
        self.slot_regs.insert(cell, dst);
        dst
    }

    fn define(&mut self, index: usize) -> Reg {
        if let Some(reg) = self.define_regs.get(&index) {
            return *reg;
        }
        let reg = match self.defines.get(index).and_then(|d| d.body.as_ref()) {
            Some(body) => {
                let body = body.clone();
                self.hoist(&body);
                self.emit(&body)
            }
            None => self.register(),
        };
        self.define_regs.insert(index, reg);
        reg
    }

    fn emit(&mut self, typed: &Typed) -> Reg {
        match &typed.node {
            Node::Const(value) => self.constant(*value),
            Node::Slot(cell) => self.load(*cell, shape(&typed.ty), typed.at),
            Node::Record(cell) => self.record(*cell, typed.at),
            Node::Define(index) => self.define(*index),
            Node::Var(id) => self.var_regs.get(id).copied().unwrap_or_default(),
            Node::Field(of, offset) => {
                let row = self.emit(of);
                let dst = self.register();
                self.push(Op::Field { dst, row, offset: narrow(*offset), shape: shape(&typed.ty) }, typed.at);
                dst
            }
            Node::Has(start, chain) => self.has(start.as_deref(), chain, typed.at),
            Node::Call(fun, args) => self.call(*fun, args, typed),
            Node::List(items) => self.list(items, typed.at),
            Node::Each(how, over, var, body) => self.each(*how, over, *var, body, typed.at),
        }
    }

    fn constant(&mut self, value: Const) -> Reg {
        if let Some(reg) = self.const_regs.get(&value) {
            return *reg;
        }
        let reg = self.register();
        self.program.consts.push((reg, constant(value)));
        self.const_regs.insert(value, reg);
        reg
    }

    fn record(&mut self, cell: u32, at: Span) -> Reg {
        let dst = self.register();
        self.push(Op::Load { dst, cell, shape: Shape::Record }, at);
        dst
    }

    fn has(&mut self, start: Option<&Typed>, chain: &[(u32, bool)], at: Span) -> Reg {
        let row = start.map(|s| self.emit(s));
        let from = narrow_len(self.program.steps.len());
        self.program.steps.extend_from_slice(chain);
        let dst = self.register();
        self.push(Op::Has { dst, row, from, len: narrow_len(chain.len()) }, at);
        dst
    }

    fn call(&mut self, fun: Fun, args: &[Typed], typed: &Typed) -> Reg {
        if let (Fun::In(Element::Text), [x, list]) = (fun, args)
            && let Some(set) = constant_texts(list)
        {
            let x = self.emit(x);
            let index = narrow_len(self.program.sets.len());
            self.program.sets.push(set);
            let dst = self.register();
            self.push(Op::OneOf { dst, x, set: index }, typed.at);
            return dst;
        }
        let regs: Vec<Reg> = args.iter().map(|a| self.emit(a)).collect();
        let dst = self.register();
        let fits = fits(&typed.ty);
        let op = match (fun, regs.as_slice()) {
            (Fun::Not, &[x]) => Op::Not { dst, x },
            (Fun::And, &[x, y]) => Op::And { dst, x, y },
            (Fun::Or, &[x, y]) => Op::Or { dst, x, y },
            (Fun::Compare(how), &[x, y]) => Op::Compare { how, dst, x, y },
            (Fun::EqText, &[x, y]) => Op::EqText { dst, x, y },
            (Fun::Add, &[x, y]) => Op::Add { dst, x, y, fits },
            (Fun::Sub, &[x, y]) => Op::Sub { dst, x, y, fits },
            _ => {
                let from = narrow_len(self.program.args.len());
                self.program.args.extend_from_slice(&regs);
                Op::Call {
                    fun,
                    dst,
                    args: from,
                    len: u8::try_from(regs.len()).unwrap_or(u8::MAX),
                    fits,
                    item: item_shape(args),
                }
            }
        };
        self.push(op, typed.at);
        dst
    }

    fn list(&mut self, items: &[Typed], at: Span) -> Reg {
        let regs: Vec<Reg> = items.iter().map(|i| self.emit(i)).collect();
        let from = narrow_len(self.program.args.len());
        self.program.args.extend_from_slice(&regs);
        let dst = self.register();
        self.push(Op::List { dst, args: from, len: narrow_len(regs.len()) }, at);
        dst
    }

    fn each(&mut self, how: Each, over: &Typed, id: u16, body: &Typed, at: Span) -> Reg {
        let over_reg = self.emit(over);
        let (dst, var) = (self.register(), self.register());
        let info = narrow_len(self.program.loops.len());
        let item = match &over.ty {
            Type::List(l) => shape(&l.of),
            _ => Shape::Plain,
        };
        self.program.loops.push(Loop { how, end: 0, item });
        let here = self.program.code.len();
        self.push(Op::Each { dst, over: over_reg, var, body: 0, info }, at);
        self.var_regs.insert(id, var);
        let body_reg = self.emit(body);
        let end = u32::try_from(self.program.code.len()).unwrap_or(u32::MAX);
        if let Some(Op::Each { body, .. }) = self.program.code.get_mut(here) {
            *body = body_reg;
        }
        if let Some(l) = self.program.loops.get_mut(usize::from(info)) {
            l.end = end;
        }
        dst
    }

    fn register(&mut self) -> Reg {
        let reg = self.program.registers;
        self.program.registers += 1;
        Reg::try_from(reg).unwrap_or_else(|_| {
            self.too_large = true;
            0
        })
    }

    fn push(&mut self, op: Op, at: Span) {
        if self.program.code.len() >= MAX_OPS || self.program.args.len() > usize::from(u16::MAX) {
            self.too_large = true;
        }
        self.program.code.push(op);
        self.program.spans.push(at);
    }

    /// Steps an expression takes at the most: one for each node, times the lists around it.
    fn work(&self, typed: &Typed, depth: u32) -> u64 {
        if depth > 512 {
            return u64::MAX;
        }
        let below = |t: &Typed| self.work(t, depth + 1);
        1_u64.saturating_add(match &typed.node {
            Node::Each(_, over, _, body) => {
                below(over).saturating_add(len(&over.ty).saturating_mul(below(body).saturating_add(1)))
            }
            Node::Call(fun, args) => {
                let own = match fun {
                    Fun::SameItems(_) | Fun::ContainsAll(_) => {
                        args.iter().map(|a| len(&a.ty)).fold(1, u64::saturating_mul)
                    }
                    _ => args.iter().map(|a| len(&a.ty)).fold(0, u64::saturating_add),
                };
                args.iter().map(below).fold(own, u64::saturating_add)
            }
            Node::List(items) => items.iter().map(below).fold(0, u64::saturating_add),
            Node::Field(of, _) => below(of),
            Node::Define(index) => self.defines.get(*index).and_then(|d| d.body.as_ref()).map_or(0, below),
            _ => 0,
        })
    }
}

fn len(ty: &Type) -> u64 {
    match ty {
        Type::List(l) | Type::Map(l) => u64::from(l.max_len),
        _ => 0,
    }
}

/// How values of a type are held in cells.
#[must_use]
pub fn shape(ty: &Type) -> Shape {
    match ty {
        Type::Decimal | Type::Percent => Shape::Fraction,
        Type::Record(_) => Shape::Record,
        Type::List(l) => Shape::Rows(narrow(l.of.width())),
        Type::Map(l) => Shape::Rows(narrow(l.of.width() + 1)),
        _ => Shape::Plain,
    }
}

/// What results of a type must fit.
const fn fits(ty: &Type) -> Fits {
    match ty {
        Type::Date => Fits::Day,
        Type::Time => Fits::Instant,
        _ => Fits::Number,
    }
}

/// How the items of the first list or map among the arguments are held.
fn item_shape(args: &[Typed]) -> Shape {
    let of = args.iter().find_map(|a| match &a.ty {
        Type::List(l) | Type::Map(l) => Some(shape(&l.of)),
        _ => None,
    });
    of.unwrap_or(Shape::Plain)
}

/// The value of a constant.
pub(crate) fn constant(value: Const) -> Val {
    match value {
        Const::Number(n) => Val::number(n),
        Const::Money(n, currency) => Val::written(n, currency),
        Const::Text(id) => Val::whole(i128::from(id)),
        Const::Bool(b) => Val::yes_no(b),
    }
}

/// The texts of a list that is written out, sorted.
pub(crate) fn constant_texts(list: &Typed) -> Option<Vec<TextId>> {
    let Node::List(items) = &list.node else { return None };
    let mut ids = Vec::with_capacity(items.len());
    for item in items {
        match item.node {
            Node::Const(Const::Text(id)) => ids.push(id),
            _ => return None,
        }
    }
    ids.sort_unstable();
    Some(ids)
}

fn narrow(n: u32) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

fn narrow_len(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
