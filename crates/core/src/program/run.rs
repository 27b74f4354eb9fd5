//! Runs a program on one document.

use super::calls::Site;
use super::compile::Program;
use super::op::{Fits, Loop, Op, Reg, Shape};
use super::typed::{Compare, Each, Fun};
use super::val::IN_MACHINE;
pub use super::val::{NEUTRAL, Val, is_of_all, value_of};
use crate::facts::Facts;
use crate::facts::schema::Schema;
use crate::number::Number;
use crate::value::{ABSENT, PRESENT, RUN_TEXT, TextId, Why};

/// Why a value is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Nothing, or nothing usable, stands in this cell of the document.
    Cell(u32),
    /// The instruction at this index failed.
    Failed(u32, Failure),
    /// Said, and not shown: the circumstance by index, or the fault.
    Proof(u16),
    /// Both.
    Both(Why, Why),
}

/// What an instruction can fail at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Failure {
    /// A number beyond what is held.
    Overflow,
    /// Division by zero.
    DivisionByZero,
    /// A position outside the list or text.
    NoSuchItem,
    /// A key the map has not.
    NoSuchKey,
    /// Two currencies.
    TwoCurrencies,
    /// The least or most of nothing.
    Nothing,
    /// Text that is no whole number.
    NotANumber,
    /// More steps, items or text than allowed.
    TooMuch,
    /// What was given back is written below zero.
    GivenBackBelowZero,
    /// A payment, or what is left of it, is below zero.
    PaymentBelowZero,
    /// No payment, or none with anything left, to share an amount over.
    NoPayment,
    /// More than is left of the payments it is to be shared over.
    MoreThanPayments,
    /// More left of a payment than was paid with it.
    LeftAbovePaid,
}

impl Failure {
    /// For people.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::Overflow => "the number is too large",
            Self::DivisionByZero => "division by zero",
            Self::NoSuchItem => "there is no item at that position",
            Self::NoSuchKey => "there is no such key",
            Self::TwoCurrencies => "two currencies do not mix",
            Self::Nothing => "the list is empty",
            Self::NotANumber => "the text is not a whole number",
            Self::TooMuch => "it takes too many steps",
            Self::GivenBackBelowZero => "what was given back already is below zero",
            Self::PaymentBelowZero => "a payment, or what is left of it, is below zero",
            Self::NoPayment => "there is no payment with anything left to share it over",
            Self::MoreThanPayments => "it is more than is left of the payments it is shared over",
            Self::LeftAbovePaid => "more is left of a payment than was paid with it",
        }
    }
}

/// Registers and scratch space of one run; made once and used again.
#[derive(Debug, Default)]
pub struct Machine {
    regs: Vec<Val>,
    lists: Vec<Val>,
    texts: Vec<String>,
    text_bytes: usize,
    reasons: Vec<Reason>,
    fuel: u64,
    bound_to: usize,
}

const MAX_ITEMS: usize = 200_000;
const MAX_TEXT_BYTES: usize = 1 << 20;

/// A program, the document it runs on, and the names of texts.
#[derive(Clone, Copy)]
pub struct On<'a> {
    /// The program.
    pub program: &'a Program,
    /// The document.
    pub facts: &'a Facts<'a>,
    /// Types and dictionary.
    pub schema: &'a Schema,
}

impl Machine {
    /// Runs instructions `from..to`. Before the first, call [`Self::start`].
    pub fn run(&mut self, on: On<'_>, from: usize, to: usize) {
        let code = &on.program.code;
        let mut pc = from;
        while pc < to {
            let Some(op) = code.get(pc) else { return };
            pc = self.step(on, pc, op);
        }
    }

    /// Makes the machine ready for a program: `identity` tells programs apart.
    pub fn start(&mut self, program: &Program, identity: usize) {
        self.lists.clear();
        self.texts.clear();
        self.reasons.clear();
        self.text_bytes = 0;
        self.fuel = super::compile::MAX_WORK;
        if self.bound_to != identity || self.regs.len() != program.registers {
            self.bound_to = identity;
            self.regs.clear();
            self.regs.resize(program.registers, Val::ZERO);
            for (reg, val) in &program.consts {
                self.set(*reg, *val);
            }
        }
    }

    /// The value of a register.
    #[inline]
    #[must_use]
    pub fn get(&self, reg: Reg) -> Val {
        self.regs.get(usize::from(reg)).copied().unwrap_or(Val::ZERO)
    }

    #[inline]
    fn set(&mut self, reg: Reg, val: Val) {
        if let Some(r) = self.regs.get_mut(usize::from(reg)) {
            *r = val;
        }
    }

    /// The reason behind a missing value.
    #[must_use]
    pub fn reason(&self, why: Why) -> Option<Reason> {
        self.reasons.get(usize::try_from(why.checked_sub(1)?).ok()?).copied()
    }

    /// Notes a reason. Returns what a missing value carries.
    pub fn note(&mut self, reason: Reason) -> Why {
        self.reasons.push(reason);
        u32::try_from(self.reasons.len()).unwrap_or(u32::MAX)
    }

    /// One reason for both; 0 is no reason.
    pub fn both(&mut self, x: Why, y: Why) -> Why {
        match (x, y) {
            (0, w) | (w, 0) => w,
            _ if x == y => x,
            _ => self.note(Reason::Both(x, y)),
        }
    }

    fn fail(&mut self, pc: usize, failure: Failure) -> Val {
        let at = u32::try_from(pc).unwrap_or(u32::MAX);
        Val::missing(self.note(Reason::Failed(at, failure)))
    }

    fn spend(&mut self, steps: usize) -> bool {
        match self.fuel.checked_sub(steps as u64) {
            Some(rest) => {
                self.fuel = rest;
                true
            }
            None => false,
        }
    }

    #[inline]
    fn step(&mut self, on: On<'_>, pc: usize, op: &Op) -> usize {
        match *op {
            Op::Load { dst, cell, shape } => {
                let val = self.read(on.facts, cell, shape);
                self.set(dst, val);
            }
            Op::Compare { how, dst, x, y } => {
                let (a, b) = (self.get(x), self.get(y));
                let val = if a.why | b.why == 0 {
                    Val::yes_no(compare(how, a, b))
                } else {
                    Val::missing(self.both(a.why, b.why))
                };
                self.set(dst, val);
            }
            Op::EqText { dst, x, y } => {
                let (a, b) = (self.get(x), self.get(y));
                let val = if a.why | b.why == 0 {
                    Val::yes_no(self.same_text(on, a, b))
                } else {
                    Val::missing(self.both(a.why, b.why))
                };
                self.set(dst, val);
            }
            Op::OneOf { dst, x, set } => {
                let a = self.get(x);
                let ids = on.program.sets.get(usize::from(set)).map_or(&[][..], Vec::as_slice);
                let val = if a.why == 0 { Val::yes_no(ids.iter().any(|id| i128::from(*id) == a.n)) } else { a };
                self.set(dst, val);
            }
            Op::Not { dst, x } => {
                let a = self.get(x);
                self.set(dst, if a.why == 0 { Val::yes_no(a.n == 0) } else { a });
            }
            Op::And { dst, x, y } => {
                let (a, b) = (self.get(x), self.get(y));
                let val = self.absorb(a, b, false);
                self.set(dst, val);
            }
            Op::Or { dst, x, y } => {
                let (a, b) = (self.get(x), self.get(y));
                let val = self.absorb(a, b, true);
                self.set(dst, val);
            }
            Op::Add { dst, x, y, fits } => {
                let (a, b) = (self.get(x), self.get(y));
                let val = self.sum(pc, a, b, fits, false);
                self.set(dst, val);
            }
            Op::Sub { dst, x, y, fits } => {
                let (a, b) = (self.get(x), self.get(y));
                let val = self.sum(pc, a, b, fits, true);
                self.set(dst, val);
            }
            Op::Field { dst, row, offset, shape } => {
                let row = self.get(row);
                let val =
                    if row.why == 0 { self.read(on.facts, cell_index(row, u32::from(offset)), shape) } else { row };
                self.set(dst, val);
            }
            Op::Has { dst, row, from, len } => {
                let val = self.has(on, row, usize::from(from), usize::from(len));
                self.set(dst, val);
            }
            Op::List { dst, args, len } => {
                let val = self.make_list(on, pc, usize::from(args), usize::from(len));
                self.set(dst, val);
            }
            Op::Call { fun, dst, args, len, fits, item } => {
                let site = Site { pc, fun, len: usize::from(len), fits, item };
                let val = self.call(on, site, usize::from(args));
                self.set(dst, val);
            }
            Op::Each { dst, over, var, body, info } => {
                let Some(l) = on.program.loops.get(usize::from(info)).copied() else { return pc + 1 };
                let val = self.each(on, pc, self.get(over), var, body, l);
                self.set(dst, val);
                return l.end as usize;
            }
        }
        pc + 1
    }

    /// The value of a cell; notes why when there is none.
    #[inline]
    pub fn read(&mut self, facts: &Facts<'_>, cell: u32, shape: Shape) -> Val {
        let Some(held) = facts.cells.get(cell as usize) else {
            return Val::missing(self.note(Reason::Cell(cell)));
        };
        if held.state != PRESENT {
            return Val::missing(self.note(Reason::Cell(cell)));
        }
        value_of(*held, cell, shape)
    }

    fn absorb(&mut self, a: Val, b: Val, decides: bool) -> Val {
        match (a.truth(), b.truth()) {
            (Some(x), _) if x == decides => Val::yes_no(decides),
            (_, Some(y)) if y == decides => Val::yes_no(decides),
            (Some(_), Some(_)) => Val::yes_no(!decides),
            _ => Val::missing(self.both(a.why, b.why)),
        }
    }

    #[inline]
    fn sum(&mut self, pc: usize, a: Val, b: Val, fits: Fits, subtract: bool) -> Val {
        if a.why | b.why != 0 {
            return Val::missing(self.both(a.why, b.why));
        }
        let result = if subtract { a.as_number().sub(b.as_number()) } else { a.as_number().add(b.as_number()) };
        self.checked(pc, result, fits)
    }

    #[inline]
    fn checked(&mut self, pc: usize, result: Option<Number>, fits: Fits) -> Val {
        match result {
            Some(n) if fits.holds(n) => Val::number(n),
            _ => self.fail(pc, Failure::Overflow),
        }
    }

    fn has(&mut self, on: On<'_>, row: Option<Reg>, from: usize, len: usize) -> Val {
        let base = match row.map(|r| self.get(r)) {
            Some(row) if row.why != 0 => return row,
            Some(row) => cell_index(row, 0),
            None => 0,
        };
        for (offset, optional) in on.program.steps.get(from..from + len).unwrap_or_default() {
            let cell = base.saturating_add(*offset);
            match on.facts.cells.get(cell as usize).map_or(ABSENT, |c| c.state) {
                PRESENT => {}
                ABSENT if *optional => return Val::yes_no(false),
                _ => return Val::missing(self.note(Reason::Cell(cell))),
            }
        }
        Val::yes_no(true)
    }

    fn make_list(&mut self, on: On<'_>, pc: usize, from: usize, len: usize) -> Val {
        let first = self.lists.len();
        let mut why = 0;
        for reg in on.program.args.get(from..from + len).unwrap_or_default() {
            let val = self.get(*reg);
            why = self.both(why, val.why);
            self.lists.push(val);
        }
        if why != 0 {
            return Val::missing(why);
        }
        self.list_from(pc, first)
    }

    /// The list of everything pushed from `first` on.
    pub(super) fn list_from(&mut self, pc: usize, first: usize) -> Val {
        if self.lists.len() > MAX_ITEMS {
            self.lists.truncate(first);
            return self.fail(pc, Failure::TooMuch);
        }
        Val::list(first, self.lists.len() - first, IN_MACHINE)
    }

    /// The item at a position of a list that has it.
    #[inline]
    pub(super) fn item(&mut self, facts: &Facts<'_>, list: Val, index: usize, shape: Shape) -> Val {
        if list.aux == IN_MACHINE {
            return self.lists.get(list.first() + index).copied().unwrap_or(Val::ZERO);
        }
        let cell = list.first() + index * list.aux as usize;
        self.read(facts, u32::try_from(cell).unwrap_or(u32::MAX), shape)
    }

    /// The value of a map's row: the key lies in its first cell.
    pub(super) fn map_value(&mut self, facts: &Facts<'_>, map: Val, index: usize, shape: Shape) -> Val {
        let cell = map.first() + index * map.aux as usize + 1;
        self.read(facts, u32::try_from(cell).unwrap_or(u32::MAX), shape)
    }

    /// The item at a position of a list that has it, without noting why one is missing.
    #[must_use]
    pub fn peek(&self, facts: &Facts<'_>, list: Val, index: usize, shape: Shape) -> Val {
        if list.aux == IN_MACHINE {
            return self.lists.get(list.first() + index).copied().unwrap_or(Val::ZERO);
        }
        peek_cell(facts, list.first() + index * list.aux as usize, shape)
    }

    /// The value of a map's row, without noting why one is missing.
    #[must_use]
    pub fn peek_value(&self, facts: &Facts<'_>, map: Val, index: usize, shape: Shape) -> Val {
        peek_cell(facts, map.first() + index * map.aux as usize + 1, shape)
    }

    pub(super) fn push_item(&mut self, val: Val) {
        self.lists.push(val);
    }

    pub(super) fn lists_len(&self) -> usize {
        self.lists.len()
    }

    fn each(&mut self, on: On<'_>, pc: usize, over: Val, var: Reg, body: Reg, l: Loop) -> Val {
        if over.why != 0 {
            return over;
        }
        let mut gathered: Vec<Val> = Vec::new();
        let (mut why, mut yes, mut no) = (0, 0_usize, 0_usize);
        for index in 0..over.len() {
            if !self.spend(l.end as usize - pc) {
                return self.fail(pc, Failure::TooMuch);
            }
            let item = self.item(on.facts, over, index, l.item);
            self.set(var, item);
            self.run(on, pc + 1, l.end as usize);
            let result = self.get(body);
            match (l.how, result.truth()) {
                (_, None) => why = self.both(why, result.why),
                (Each::Map, _) => gathered.push(result),
                (Each::Filter, Some(true)) => gathered.push(item),
                (_, Some(true)) => yes += 1,
                (_, Some(false)) => no += 1,
            }
        }
        match l.how {
            Each::All if no > 0 => Val::yes_no(false),
            Each::Exists if yes > 0 => Val::yes_no(true),
            Each::ExistsOne if yes > 1 => Val::yes_no(false),
            _ if why != 0 => Val::missing(why),
            Each::All => Val::yes_no(true),
            Each::Exists => Val::yes_no(false),
            Each::ExistsOne => Val::yes_no(yes == 1),
            Each::Filter | Each::Map => {
                let first = self.lists.len();
                self.lists.append(&mut gathered);
                self.list_from(pc, first)
            }
        }
    }

    /// The text an id names.
    #[must_use]
    pub fn text<'t>(&'t self, on: On<'t>, id: TextId) -> &'t str {
        if id >= RUN_TEXT {
            let index = usize::try_from(id - RUN_TEXT).unwrap_or(usize::MAX);
            return self.texts.get(index).map_or("", String::as_str);
        }
        on.facts.text(&on.schema.dictionary, id).unwrap_or_default()
    }

    pub(super) fn text_of<'t>(&'t self, on: On<'t>, val: Val) -> &'t str {
        self.text(on, i64::try_from(val.n).unwrap_or(0))
    }

    pub(super) fn same_text(&self, on: On<'_>, a: Val, b: Val) -> bool {
        // Two texts of the dictionary are equal only as ids; others are compared.
        a.n == b.n
            || ((a.n < 0 || b.n < 0 || a.n >= i128::from(RUN_TEXT) || b.n >= i128::from(RUN_TEXT))
                && self.text_of(on, a) == self.text_of(on, b))
    }

    pub(super) fn make_text(&mut self, on: On<'_>, pc: usize, text: String) -> Val {
        if let Some(id) = on.schema.dictionary.get(&text) {
            return Val::whole(i128::from(id));
        }
        self.text_bytes += text.len();
        if self.text_bytes > MAX_TEXT_BYTES {
            return self.fail(pc, Failure::TooMuch);
        }
        let id = RUN_TEXT + i64::try_from(self.texts.len()).unwrap_or(0);
        self.texts.push(text);
        Val::whole(i128::from(id))
    }

    pub(super) fn failed(&mut self, pc: usize, failure: Failure) -> Val {
        self.fail(pc, failure)
    }

    pub(super) fn number_or_overflow(&mut self, pc: usize, result: Option<Number>, fits: Fits) -> Val {
        self.checked(pc, result, fits)
    }

    pub(super) fn afford(&mut self, steps: usize) -> bool {
        self.spend(steps)
    }

    fn call(&mut self, on: On<'_>, site: Site, from: usize) -> Val {
        const NOTHING: Val = Val::ZERO;
        let mut vals = [NOTHING; 3];
        let regs = on.program.args.get(from..from + site.len).unwrap_or_default();
        for (val, reg) in vals.iter_mut().zip(regs) {
            *val = self.get(*reg);
        }
        if site.fun == Fun::If {
            return choose(vals);
        }
        let [a, b, c] = vals;
        if a.why | b.why | c.why != 0 {
            let first = self.both(a.why, b.why);
            return Val::missing(self.both(first, c.why));
        }
        super::calls::apply(self, on, site, vals)
    }
}

fn choose([cond, yes, no]: [Val; 3]) -> Val {
    match cond.truth() {
        Some(true) => yes,
        Some(false) => no,
        None => cond,
    }
}

#[inline]
fn compare(how: Compare, a: Val, b: Val) -> bool {
    let order = if a.d == b.d { a.n.cmp(&b.n) } else { a.as_number().cmp(&b.as_number()) };
    holds(how, order)
}

/// Whether a comparison holds for an order of its sides.
#[must_use]
pub fn holds(how: Compare, order: std::cmp::Ordering) -> bool {
    match how {
        Compare::Lt => order.is_lt(),
        Compare::Le => order.is_le(),
        Compare::Gt => order.is_gt(),
        Compare::Ge => order.is_ge(),
    }
}

/// The value of a cell, without noting why it is missing.
pub(crate) fn peek_cell(facts: &Facts<'_>, index: usize, shape: Shape) -> Val {
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    let held = facts.cell(index);
    if held.is_present() { value_of(held, index, shape) } else { Val::missing(u32::MAX) }
}

fn cell_index(row: Val, offset: u32) -> u32 {
    u32::try_from(row.n).unwrap_or(u32::MAX).saturating_add(offset)
}
