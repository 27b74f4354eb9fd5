//! The assessment: what the book says to one request, and who may do what about it.

pub mod frozen;
mod json;
mod missing;
mod money;
mod options;
mod order;
mod outcome;
mod questions;
mod relied;
mod render;
mod schema;
mod shares;
mod standing;
mod terms;
#[cfg(test)]
mod tests;

pub use missing::{Missing, path_of};
pub use outcome::{
    Bar, Binding, Fixed, MadeOf, Measured, OptionOutcome, PartOutcome, Span, Standing, TermOutcome, TermState, Told,
    Truth,
};
pub use questions::{Asked, AskedItem, AskedState, Within, questions};
pub use relied::{Relied, YoursIf};
pub use schema::ASSESSMENT_SCHEMA;

use crate::book::rules::{Book, Fault, Need, Policy, RoleId, SOMETHING_ELSE, Version};
use crate::facts::{Facts, Source, slot};
use crate::program::run::{Machine, On, Reason, Val};
use crate::time::{Date, Time};
use crate::types::Type;
use crate::value::Why;
use options::Ground;
use terms::Days;

/// Scratch space of assessments; made once and used again.
#[derive(Debug, Default)]
pub struct Workspace {
    at_asked: Bench,
    at_relied_on: Bench,
}

#[derive(Debug, Default)]
struct Bench {
    machine: Machine,
    terms: Vec<TermOutcome>,
}

/// Why there is no assessment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssessError {
    /// No policy governs the kind of request, and there is none for something else.
    #[error(
        "no policy of `{book}` governs requests of kind `{request}`, and it has no policy `something_else`: {hint}"
    )]
    NotGoverned {
        /// The book.
        book: String,
        /// The kind of request.
        request: String,
        /// What to do.
        hint: String,
    },
    /// It was asked before the first version of the policy that governs it.
    #[error(
        "`{request}` was asked on {asked}, and the first version of `{policy}` in `{book}` is in force from {from}: check the day it was asked, or write the version that held then"
    )]
    NotYet {
        /// The book.
        book: String,
        /// The policy.
        policy: String,
        /// The kind of request.
        request: String,
        /// The day it was asked.
        asked: Date,
        /// The day from which the policy is in force.
        from: Date,
    },
    /// The facts do not say when the customer first asked.
    #[error("the question does not say when it was asked: give `asked` as a time such as `2026-11-16T18:04:00-05:00`")]
    NoAsked,
}

/// Which version of the policy the answer is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// The one in force when the customer first asked.
    Asked,
    /// The one in force when the customer relied on the rule, because it is the better one.
    ReliedOn,
}

/// The answer.
#[derive(Debug)]
pub struct Assessment<'a> {
    /// The book.
    pub book: &'a Book,
    /// The policy.
    pub policy: &'a Policy,
    /// The version the answer is read from.
    pub version: &'a Version,
    /// The other version that was assessed, when the two differ.
    pub other: Option<&'a Version>,
    /// Which of the two it is.
    pub stands: Stands,
    /// By which rules it was worked out, and how it is written.
    pub format: Format,
    /// The kind of request as it was asked.
    pub request: &'a str,
    /// Whether a policy governs it; else it is assessed as something else.
    pub governed: bool,
    /// Who asks.
    pub role: RoleId,
    /// The facts it read.
    pub facts: &'a Facts<'a>,
    /// The answer in one word.
    pub standing: Standing,
    /// At best and at worst, given what is missing.
    pub range: Span<Standing>,
    /// Every term, as in the version.
    pub terms: &'a [TermOutcome],
    /// Whether the business caused it; none where the policy names no fault.
    pub fault: Option<Truth>,
    /// Circumstances, as in the book.
    pub told: Vec<Told>,
    /// Guards, as in the version.
    pub guards: Vec<Truth>,
    /// Nevers, as in the version.
    pub nevers: Vec<Truth>,
    /// The options, the best first.
    pub options: Vec<OptionOutcome>,
    /// Whether the rule is not against it and what it gives comes to nothing.
    pub nothing_due: bool,
    /// Whether the way without an exception is open.
    pub detour: Option<Truth>,
    /// What is missing and could still change the answer.
    pub missing: Vec<Missing>,
    machine: &'a Machine,
}

impl Assessment<'_> {
    /// The numbers behind a term, by its index; none for a condition or a group.
    #[must_use]
    pub fn measured(&self, term: usize) -> Option<Measured> {
        terms::measured(self.machine, self.on(), self.version.terms.get(term)?, self.book.rounding)
    }
}

/// By which rules an answer is worked out, and how it is written. Every answer is of the latest; those of an earlier one
/// can be made again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Whatever was said counted alike, and costs alone were held against limits.
    First,
    /// What a role may rely on counts, and so does the money that leaves.
    #[default]
    Second,
}

impl Format {
    /// The number it is written with.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::First => 1,
            Self::Second => 2,
        }
    }
}

struct Draft<'a> {
    version: &'a Version,
    standing: Standing,
    range: Span<Standing>,
    fault: Option<Truth>,
    told: Vec<Told>,
    guards: Vec<Truth>,
    nevers: Vec<Truth>,
    options: Vec<OptionOutcome>,
    nothing_due: bool,
    detour: Option<Truth>,
    open: Vec<Why>,
    relied_on: Option<Date>,
    least: Span<Need>,
}

/// Assesses one request.
///
/// The same book and the same facts always give the same answer.
///
/// # Errors
/// When no policy can answer, or the facts do not say when it was asked.
pub fn assess<'a>(
    book: &'a Book,
    request: &'a str,
    facts: &'a Facts<'a>,
    role: RoleId,
    w: &'a mut Workspace,
) -> Result<Assessment<'a>, AssessError> {
    assess_by(Format::default(), book, request, facts, role, w)
}

/// As [`assess`], by the rules of a format: to make again what was answered by them.
///
/// # Errors
/// As [`assess`].
pub(crate) fn assess_by<'a>(
    format: Format,
    book: &'a Book,
    request: &'a str,
    facts: &'a Facts<'a>,
    role: RoleId,
    w: &'a mut Workspace,
) -> Result<Assessment<'a>, AssessError> {
    let asked = day_of(book, facts, slot::ASKED).ok_or(AssessError::NoAsked)?;
    let (policy, at_asked, governed) = governing(book, request, asked)?;
    let Workspace { at_asked: first, at_relied_on: second } = w;
    let asker = Asker { role, asked, format };
    let mut draft = draft(book, at_asked, facts, asker, first);
    let (mut stands, mut other, mut bench) = (Stands::Asked, None, &*first);
    let relied = draft.relied_on.and_then(|day| policy.in_force(day)).filter(|v| v.identity != at_asked.identity);
    if let Some(version) = relied {
        let older = self::draft(book, version, facts, asker, second);
        if is_better(&older, &draft) {
            (stands, other, bench) = (Stands::ReliedOn, Some(at_asked), &*second);
            draft = older;
        } else {
            other = Some(version);
        }
    }
    let missing = missing::explain(&bench.machine, book, draft.version, facts, &draft.open);
    Ok(Assessment {
        book,
        policy,
        version: draft.version,
        other,
        stands,
        format,
        request,
        governed,
        role,
        facts,
        standing: draft.standing,
        range: draft.range,
        terms: &bench.terms,
        fault: draft.fault,
        told: draft.told,
        guards: draft.guards,
        nevers: draft.nevers,
        options: draft.options,
        nothing_due: draft.nothing_due,
        detour: draft.detour,
        missing,
        machine: &bench.machine,
    })
}

/// Works out the terms alone: margins, and who may allow what is past a line.
///
/// # Errors
/// As [`assess`].
pub fn margins<'a>(
    book: &'a Book,
    request: &str,
    facts: &Facts<'_>,
    w: &'a mut Workspace,
) -> Result<Margins<'a>, AssessError> {
    let asked = day_of(book, facts, slot::ASKED).ok_or(AssessError::NoAsked)?;
    let (_, version, _) = governing(book, request, asked)?;
    let Bench { machine, terms } = &mut w.at_asked;
    machine.start(&version.program, version.identity);
    let on = On { program: &version.program, facts, schema: &book.schema };
    machine.run(on, 0, version.terms_end);
    let days = Days { asked: Some(asked), relied_on: Some(asked), relied_why: 0 };
    terms::evaluate(machine, on, version, days, book.rounding, terms);
    Ok(Margins { version, terms })
}

/// The terms of one request, worked out alone.
#[derive(Clone, Copy, Debug)]
pub struct Margins<'a> {
    /// The version in force when it was asked.
    pub version: &'a Version,
    /// Every term, as in the version.
    pub terms: &'a [TermOutcome],
}

impl Margins<'_> {
    /// Who may allow what the terms ask for all together.
    #[must_use]
    pub fn need(&self) -> Span<Need> {
        terms::root_need(self.version, self.terms)
    }
}

fn governing<'a>(book: &'a Book, request: &str, asked: Date) -> Result<(&'a Policy, &'a Version, bool), AssessError> {
    let find = |request: &str| {
        let policy = book.policies.get(*book.requests.get(request)?)?;
        Some((policy, policy.in_force(asked)?))
    };
    if let Some((policy, version)) = find(request) {
        return Ok((policy, version, true));
    }
    let otherwise = book.policies.iter().find(|p| p.id == SOMETHING_ELSE);
    if let Some((policy, version)) = otherwise.and_then(|p| Some((p, p.in_force(asked)?))) {
        return Ok((policy, version, false));
    }
    let own = book.requests.get(request).and_then(|index| book.policies.get(*index));
    Err(not_yet(book, request, asked, own.or(otherwise)).unwrap_or_else(|| not_governed(book, request)))
}

/// That the policy which governs it came later.
fn not_yet(book: &Book, request: &str, asked: Date, policy: Option<&Policy>) -> Option<AssessError> {
    let policy = policy?;
    let from = policy.versions.first()?.in_force?;
    let (book, policy, request) = (book.name.clone(), policy.id.clone(), request.to_owned());
    Some(AssessError::NotYet { book, policy, request, asked, from })
}

fn not_governed(book: &Book, request: &str) -> AssessError {
    let near = crate::diagnostic::did_you_mean(request, book.requests.keys().map(String::as_str));
    let hint = near.map_or_else(|| "ask for one that the book governs".to_owned(), |n| format!("did you mean `{n}`?"));
    AssessError::NotGoverned { book: book.name.clone(), request: request.to_owned(), hint }
}

fn day_of(book: &Book, facts: &Facts<'_>, cell: u32) -> Option<Date> {
    let cell = facts.cell(cell);
    let time = cell.is_present().then(|| Time::from_micros(cell.v)).flatten()?;
    book.zone.date_of(time)
}

/// Who asks, of when, and by which rules it is answered.
#[derive(Clone, Copy)]
struct Asker {
    role: RoleId,
    asked: Date,
    format: Format,
}

fn draft<'a>(
    book: &'a Book,
    version: &'a Version,
    facts: &Facts<'_>,
    Asker { role, asked, format }: Asker,
    bench: &mut Bench,
) -> Draft<'a> {
    let Bench { machine: m, terms: outcomes } = bench;
    m.start(&version.program, version.identity);
    let on = On { program: &version.program, facts, schema: &book.schema };
    m.run(on, 0, version.program.code.len());
    let (relied_on, relied_why) = relied_on(book, version, m, asked);
    terms::evaluate(m, on, version, Days { asked: Some(asked), relied_on, relied_why }, book.rounding, outcomes);
    let told = told(m, book, facts);
    let fault = version.fault.as_ref().map(|f| fault(m, f, facts));
    let guards: Vec<Truth> = version.guards.iter().map(|g| Truth::of(m.get(g.when))).collect();
    let nevers: Vec<Truth> = version.nevers.iter().map(|n| Truth::of(m.get(n.when))).collect();
    let per_customer = per_customer(book, facts);
    let g = Ground {
        book,
        version,
        facts,
        role,
        terms: outcomes,
        told: &told,
        fault,
        guards: &guards,
        nevers: &nevers,
        per_customer,
        format,
        weak: format != Format::First && relied::anything_weak(facts),
    };
    let options::Options { offered: mut options, nothing } = options::evaluate(m, &g);
    order::sort(&g, &mut options);
    let (standing, range) = standing::standing(&g, &options);
    let nothing_due = standing::nothing_due(&g, standing, &options, &nothing);
    let open = if standing == Standing::Unknown { standing::open_reasons(m, &g, &options) } else { Vec::new() };
    let least = least(&g, &options);
    let detour = version.detour.as_ref().map(|d| d.when.map_or(Truth::Yes, |r| Truth::of(m.get(r))));
    Draft {
        version,
        standing,
        range,
        fault,
        told,
        guards,
        nevers,
        options,
        nothing_due,
        detour,
        open,
        relied_on,
        least,
    }
}

/// When the customer relied on the rule: the day of first contact unless the policy says.
fn relied_on(book: &Book, version: &Version, m: &Machine, asked: Date) -> (Option<Date>, Why) {
    let Some((reg, is_date)) = version.relied_on else { return (Some(asked), 0) };
    let val: Val = m.get(reg);
    if !val.is_there() {
        return (None, val.why);
    }
    let number = val.as_number().as_whole().and_then(|n| i64::try_from(n).ok());
    let day = if is_date {
        number.and_then(Date::from_days)
    } else {
        number.and_then(Time::from_micros).and_then(|t| book.zone.date_of(t))
    };
    (day, 0)
}

/// Which circumstances were said, and by a source that counts.
fn told(m: &mut Machine, book: &Book, facts: &Facts<'_>) -> Vec<Told> {
    let mut told = vec![Told::No; book.circumstances.len()];
    for (name, source) in told_rows(book, facts) {
        for (i, (circumstance, told)) in book.circumstances.iter().zip(&mut told).enumerate() {
            if circumstance.id == name && *told != Told::Proven {
                *told = match source {
                    Some(source) if source >= circumstance.proof => Told::Proven,
                    _ => Told::Unproven(m.note(Reason::Proof(u16::try_from(i).unwrap_or(0)))),
                };
            }
        }
    }
    told
}

/// Every circumstance that was told, with its source.
fn told_rows<'a>(book: &'a Book, facts: &'a Facts<'_>) -> impl Iterator<Item = (&'a str, Option<Source>)> {
    let list = facts.cell(slot::CIRCUMSTANCES);
    let width = row_width(book, slot::CIRCUMSTANCES).filter(|_| list.is_present());
    let rows = if width.is_some() { list.aux } else { 0 };
    let (first, width) = (u32::try_from(list.v).unwrap_or(u32::MAX), width.unwrap_or(0));
    let text = move |at: u32| {
        let cell = facts.cell(at);
        cell.is_present().then(|| facts.text(&book.schema.dictionary, cell.v)).flatten()
    };
    (0..rows).filter_map(move |row| {
        let base = first.saturating_add(row * width);
        Some((text(base + 1)?, text(base + 2).and_then(Source::parse)))
    })
}

fn row_width(book: &Book, cell: u32) -> Option<u32> {
    match &book.schema.leaf_at(cell)?.ty {
        Type::List(l) => Some(l.of.width()),
        _ => None,
    }
}

/// A fault counts only as far as every fact it reads is shown. Where what was told says that there is none, nothing is to
/// be shown: no proof of it would make it one.
fn fault(m: &mut Machine, fault: &Fault, facts: &Facts<'_>) -> Truth {
    let truth = Truth::of(m.get(fault.when));
    let weak = |cell: &u32| {
        let given = facts.cell(*cell).is_present();
        given && facts.sources.get(*cell as usize).is_some_and(|source| *source < fault.proof)
    };
    if truth == Truth::No || !fault.reads.iter().any(weak) {
        return truth;
    }
    let proof = m.note(Reason::Proof(missing::FAULT));
    Truth::Unknown(m.both(proof, truth.why()))
}

/// The lowest role that may still make an exception for this customer.
fn per_customer(book: &Book, facts: &Facts<'_>) -> Need {
    let today = day_of(book, facts, slot::NOW).or_else(|| day_of(book, facts, slot::ASKED));
    let dates = exception_dates(book, facts);
    let open = book.roles.iter().position(|role| {
        role.per_customer.is_none_or(|limit| {
            let since = today.and_then(|d| d.plus_days(-i64::from(limit.days)));
            let used = dates.iter().filter(|d| since.is_none_or(|s| d.is_none_or(|d| d > s))).count();
            used < limit.count as usize
        })
    });
    open.and_then(|i| u8::try_from(i).ok()).map_or(Need::NOBODY, |i| Need::role(RoleId(i)))
}

/// Days of earlier exceptions; one without a day counts as recent.
fn exception_dates(book: &Book, facts: &Facts<'_>) -> Vec<Option<Date>> {
    let list = facts.cell(slot::EXCEPTIONS);
    let (Some(width), Ok(first), true) = (row_width(book, slot::EXCEPTIONS), u32::try_from(list.v), list.is_present())
    else {
        return Vec::new();
    };
    (0..list.aux).map(|row| day_of(book, facts, first.saturating_add(row * width) + 1)).collect()
}

/// The least need among options that answer the ask.
fn least(g: &Ground<'_>, options: &[OptionOutcome]) -> Span<Need> {
    let answering = options.iter().filter(|o| standing::answers(g, o));
    answering.map(|o| o.need).reduce(Span::or).unwrap_or(Span::both(Need::NOBODY))
}

/// Lower least need at worst, then at best; then the larger first amount.
fn is_better(older: &Draft<'_>, current: &Draft<'_>) -> bool {
    let first = |d: &Draft<'_>| match d.options.first().and_then(|o| o.amount) {
        Some(Fixed::Money(m)) => m.minor,
        _ => 0,
    };
    (older.least.worst, older.least.best, std::cmp::Reverse(first(older)))
        < (current.least.worst, current.least.best, std::cmp::Reverse(first(current)))
}
