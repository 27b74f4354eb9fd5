//! Words for the customer: a policy's templates, filled from the facts and the assessment.
//!
//! A template can only place what it is given: it names values, asks whether they are there, compares them and
//! goes through lists. It cannot build new values, so that no template grows beyond what it was given.

use std::collections::BTreeMap;
use std::io;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};

use super::voice::Voice;
use super::{Explanation, options};
use crate::assess::{Assessment, OptionOutcome, Standing, TermState};
use crate::facts::Facts;
use crate::program::compile::shape;
use crate::program::run::{Val, value_of};
use crate::texts::Texts;
use crate::types::{RecordType, Type};

/// Steps a template may take.
const FUEL: u64 = 20_000;
/// Longest text a template may give, in bytes.
const TEXT_BYTES_MAX: usize = 16 << 10;

/// Words for the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Which template they come from: `granted`, `declined`, `asking`, or another of the policy's own.
    pub name: String,
    /// The words.
    pub text: String,
}

/// Why a template gives no words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`say.{name}` gives no words: {why}")]
pub struct SayError {
    /// The template.
    pub name: String,
    /// What is wrong with it.
    pub why: String,
}

/// The name of the template that fits the standing.
#[must_use]
pub const fn suited(standing: Standing) -> &'static str {
    match standing {
        Standing::Entitled | Standing::Discretion => "granted",
        Standing::Approval(_) | Standing::Unknown => "asking",
        Standing::Never | Standing::Refused => "declined",
    }
}

/// Fills one of the policy's templates; none when the policy has none of that name.
///
/// # Errors
/// When the template is none, names what is not there, or takes too long.
pub fn say(a: &Assessment<'_>, e: &Explanation, name: &str) -> Result<Option<Words>, SayError> {
    let Some((_, template)) = a.version.say.iter().find(|(n, _)| n == name) else { return Ok(None) };
    let error = |why: String| SayError { name: name.to_owned(), why };
    guard(template).map_err(error)?;
    let env = environment();
    let compiled = env.template_from_str(template).map_err(|e| error(plain(&e)))?;
    let mut out = Short(Vec::new());
    compiled.render_captured_to(values(a, e, template), &mut out).map_err(|e| error(plain(&e)))?;
    let text = String::from_utf8(out.0).map_err(|_| error("it is cut inside a letter".to_owned()))?;
    Ok(Some(Words { name: name.to_owned(), text: text.trim().to_owned() }))
}

/// What fills templates, and knows the filters and tests that they can use.
pub(crate) fn environment() -> Environment<'static> {
    let mut env = Environment::empty();
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    env.set_fuel(Some(FUEL));
    env.add_test("defined", minijinja::tests::is_defined);
    env.add_test("undefined", minijinja::tests::is_undefined);
    env.add_filter("length", minijinja::filters::length);
    env.add_filter("default", minijinja::filters::default);
    env.add_filter("upper", minijinja::filters::upper);
    env.add_filter("lower", minijinja::filters::lower);
    env.add_filter("first", minijinja::filters::first);
    env.add_filter("last", minijinja::filters::last);
    env
}

/// The first sentence of what the template engine says.
fn plain(error: &minijinja::Error) -> String {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    if let minijinja::ErrorKind::UndefinedError = error.kind() {
        "it names something that is not there".to_owned()
    } else {
        detail
    }
}

/// Refuses what would let a template build values of its own.
///
/// # Errors
/// What is not allowed, and what to write instead.
pub fn guard(template: &str) -> Result<(), String> {
    let mut rest = template;
    while let Some(open) = ["{{", "{%", "{#"].iter().filter_map(|tag| rest.find(tag)).min() {
        let (tag, body) = rest.split_at_checked(open + 2).unwrap_or((rest, ""));
        let after = match tag.get(open..) {
            Some("{#") => body.split_once("#}").map(|(_, after)| after).ok_or("a `{#` has no `#}`")?,
            Some("{%") => inside(body, "{%", "%}").and_then(|(body, after)| block(&body).map(|()| after))?,
            _ => inside(body, "{{", "}}").and_then(|(body, after)| operators(&body).map(|()| after))?,
        };
        rest = after;
    }
    Ok(())
}

/// What stands in a tag, with its quoted texts left out, and what follows the tag.
fn inside<'t>(body: &'t str, open: &str, close: &str) -> Result<(String, &'t str), String> {
    let mut words = String::new();
    let mut quote = None;
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, _) => match body.get(at..).and_then(|rest| rest.strip_prefix(close)) {
                Some(after) => {
                    let trimmed = words.trim_start_matches(['-', '+']).trim_end_matches(['-', '+']).trim();
                    return Ok((trimmed.to_owned(), after));
                }
                None => words.push(c),
            },
        }
    }
    Err(format!("a `{open}` has no `{close}`"))
}

fn block(body: &str) -> Result<(), String> {
    let word = body.split_whitespace().next().unwrap_or("");
    match word {
        "if" | "elif" | "else" | "endif" | "endfor" => operators(body),
        "for" => {
            let list = body.split_once(" in ").map_or("", |(_, list)| list.trim());
            let is_path =
                !list.is_empty() && list.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'));
            if is_path {
                Ok(())
            } else {
                Err(format!("`{body}` does not go through a list of the facts: write `for line in order.lines`"))
            }
        }
        _ => Err(format!("`{word}` cannot stand here: words for the customer know `if`, `elif`, `else` and `for`")),
    }
}

fn operators(body: &str) -> Result<(), String> {
    match body.chars().find(|c| matches!(c, '~' | '*' | '+' | '/' | '%')) {
        Some(c) => Err(format!("words for the customer do not compute: `{c}` cannot stand here")),
        None => Ok(()),
    }
}

/// Takes no more than a message's worth of text.
struct Short(Vec<u8>);

impl io::Write for Short {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > TEXT_BYTES_MAX {
            return Err(io::Error::other("the text is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a template may name. Facts it does not mention are left out.
fn values(a: &Assessment<'_>, e: &Explanation, template: &str) -> Value {
    let voice = Voice::of(a, Texts::english());
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    for field in a.book.schema.root.fields.iter().filter(|f| template.contains(f.name.as_str())) {
        if let Some(value) = fact(a, &field.ty, field.offset) {
            all.insert(field.name.clone(), value);
        }
    }
    let first = a.options.iter().find(|o| !o.barred.best);
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            all.insert(name.to_owned(), value);
        }
    };
    put("role", a.book.roles.get(usize::from(a.role.0)).map(|r| Value::from(r.title.as_str())));
    put("standing", Some(Value::from(a.standing.word())));
    put("by", if let Standing::Approval(role) = a.standing { Some(Value::from(voice.who(role))) } else { None });
    put(
        "remedy",
        e.options
            .iter()
            .find(|c| Some(c.id.as_str()) == first.and_then(|o| id(a, o)))
            .map(|c| Value::from(c.says.as_str())),
    );
    put("amount", first.and_then(|o| options::amount(a, voice, o)).map(Value::from));
    put("cost", first.and_then(|o| o.cost).map(|m| Value::from(super::voice::money(m))));
    put("terms", Some(terms(a, e)));
    put(
        "instead",
        (!e.instead.is_empty()).then(|| {
            e.instead.iter().map(|c| context! { says => c.says.as_str(), amount => c.amount.as_deref() }).collect()
        }),
    );
    put(
        "detour",
        e.detour
            .as_ref()
            .map(|d| context! { says => d.says.as_str(), effort => d.effort.as_deref(), cost => d.cost.as_deref() }),
    );
    Value::from(all)
}

fn id<'a>(a: &'a Assessment<'_>, o: &OptionOutcome) -> Option<&'a str> {
    a.version.remedies.get(o.remedy).map(|r| r.id.as_str())
}

fn terms(a: &Assessment<'_>, e: &Explanation) -> Value {
    let met = |id: &str| {
        a.version
            .terms
            .iter()
            .position(|t| t.id == id)
            .and_then(|i| a.terms.get(i))
            .is_some_and(|o| o.state != TermState::Failed)
    };
    let rows = e.terms.iter().map(|r| {
        (r.id.clone(), context! { says => r.says.as_str(), stands => r.stands.text.as_str(), met => met(&r.id) })
    });
    Value::from(rows.collect::<BTreeMap<String, Value>>())
}

/// A fact as people read it: texts, whole numbers and yes or no as they are, anything else in words.
fn fact(a: &Assessment<'_>, ty: &Type, cell: u32) -> Option<Value> {
    let held = a.facts.cell(cell);
    held.is_present().then(|| match ty {
        Type::Record(r) => record(a, r, cell),
        Type::List(l) => rows(a.facts, cell, l.of.width()).filter_map(|at| fact(a, &l.of, at)).collect(),
        Type::Map(l) => {
            let entries = rows(a.facts, cell, l.of.width() + 1);
            let named = entries.filter_map(|at| Some((text(a, at).to_owned(), fact(a, &l.of, at + 1)?)));
            Value::from(named.collect::<BTreeMap<String, Value>>())
        }
        _ => scalar(a, ty, value_of(held, cell, shape(ty)), cell),
    })
}

fn record(a: &Assessment<'_>, record: &RecordType, base: u32) -> Value {
    let fields =
        record.fields.iter().filter_map(|f| Some((f.name.clone(), fact(a, &f.ty, base.saturating_add(f.offset))?)));
    Value::from(fields.collect::<BTreeMap<String, Value>>())
}

/// First cells of the rows of a list or map.
fn rows(facts: &Facts<'_>, cell: u32, width: u32) -> impl Iterator<Item = u32> {
    let held = facts.cell(cell);
    let first = u32::try_from(held.v).unwrap_or(u32::MAX);
    (0..held.aux).map(move |i| first.saturating_add(i.saturating_mul(width)))
}

fn text<'a>(a: &'a Assessment<'_>, cell: u32) -> &'a str {
    a.facts.text(&a.book.schema.dictionary, a.facts.cell(cell).v).unwrap_or("")
}

fn scalar(a: &Assessment<'_>, ty: &Type, val: Val, cell: u32) -> Value {
    match ty {
        Type::Bool => Value::from(val.is_yes()),
        Type::Text | Type::Enum(_) => Value::from(text(a, cell)),
        Type::Int => val.as_number().as_whole().map_or(Value::UNDEFINED, Value::from),
        _ => Value::from(Voice::of(a, Texts::english()).long(val.as_number(), ty, val.currency())),
    }
}
