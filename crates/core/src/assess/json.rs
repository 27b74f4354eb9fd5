//! The assessment as JSON: stable, so that the same book and facts give the same bytes for ever.

use serde_json::{Map, Value, json};

use super::missing::Missing;
use super::outcome::{Bar, Binding, Fixed, OptionOutcome, PartOutcome, Span, Standing, TermState, Told, Truth};
use super::{Assessment, Stands, render};
use crate::book::rules::{FieldValue, Group, Line, Need, Reach, RemedyBody, RoleId, TermShape, Version};
use crate::facts::{Source, slot};
use crate::money::Money;
use crate::number::Number;
use crate::program::run::On;
use crate::program::show;
use crate::types::Type;

/// The version of this format; it changes when a field changes its meaning or goes.
pub const FORMAT: u32 = 1;

/// An object that leaves out what is null.
struct Object(Map<String, Value>);

impl Object {
    fn new() -> Self {
        Self(Map::new())
    }

    fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !value.is_null() {
            self.0.insert(key.to_owned(), value);
        }
        self
    }

    fn unless_empty(self, key: &str, values: Vec<Value>) -> Self {
        if values.is_empty() { self } else { self.with(key, values) }
    }

    fn done(self) -> Value {
        Value::Object(self.0)
    }
}

impl Assessment<'_> {
    /// The assessment as one line of JSON, without what only people read.
    ///
    /// Fields are described in the book's reference and by `amends schema assessment`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let standing = self.standing;
        Object::new()
            .with("format", FORMAT)
            .with("book", json!({ "name": self.book.name, "digest": self.book.digest }))
            .with("policy", self.policy_json())
            .with("request", self.request)
            .with("governed", self.governed)
            .with("role", self.book.role_id(self.role))
            .with("asked", render::fact(self.machine, self.on(), slot::ASKED, &Type::Time))
            .with("now", render::fact(self.machine, self.on(), slot::NOW, &Type::Time))
            .with("facts", self.facts_json())
            .with("standing", standing.word())
            .with("by", by(self, standing))
            .with("range", if standing == Standing::Unknown { self.range_json() } else { Value::Null })
            .with("fault", self.fault_json())
            .with("terms", self.version.roots.iter().map(|i| self.term_json(*i)).collect::<Vec<_>>())
            .unless_empty("circumstances", self.circumstances_json())
            .unless_empty("guard", self.guards_json())
            .unless_empty("never", self.nevers_json())
            .with("options", self.options_json(|g| g != Group::Instead))
            .unless_empty("instead", self.options_json(|g| g == Group::Instead))
            .with("bespoke", self.bespoke_json())
            .with("detour", self.detour_json())
            .unless_empty("missing", self.missing.iter().map(|m| self.missing_json(m)).collect())
            .done()
    }

    /// The assessment as the text that its digest is made of: JSON in one line, without the line's end.
    #[must_use]
    pub fn text(&self) -> String {
        self.to_json().to_string()
    }

    pub(super) fn on(&self) -> On<'_> {
        On { program: &self.version.program, facts: self.facts, schema: &self.book.schema }
    }

    fn policy_json(&self) -> Value {
        let version = |v: &Version| {
            Object::new().with("in_force", v.in_force.map(|d| d.to_string())).with("digest", v.digest.as_str())
        };
        let stands = match self.stands {
            Stands::Asked => "asked",
            Stands::ReliedOn => "relied_on",
        };
        let mut object = Object::new().with("id", self.policy.id.as_str()).with("title", self.version.title.as_str());
        object.0.append(&mut version(self.version).0);
        object
            .with("stands", stands)
            .with("other", self.other.map(|v| version(v).done()))
            .with("purpose", self.version.purpose.clone())
            .with("owner", self.version.owner.clone())
            .done()
    }

    /// The digest of the facts, and the sources of those this version reads that no system vouches for.
    fn facts_json(&self) -> Value {
        let mut sources = Map::new();
        for cell in &self.version.reads {
            let source = self.facts.source(*cell);
            if let Some(leaf) = self.book.schema.leaf_at(*cell)
                && source != Source::System
                && self.facts.cell(*cell).is_present()
            {
                sources.insert(leaf.path.clone(), Value::from(source.word()));
            }
        }
        let digest = crate::facts::digest::digest(&self.book.schema, self.facts);
        Object::new()
            .with("digest", digest)
            .with("sources", if sources.is_empty() { Value::Null } else { Value::Object(sources) })
            .done()
    }

    fn range_json(&self) -> Value {
        let word = |s: Standing| Object::new().with("standing", s.word()).with("by", by(self, s)).done();
        json!({ "best": word(self.range.best), "worst": word(self.range.worst) })
    }

    fn need(&self, need: Need) -> Value {
        match (need, need.as_role()) {
            (Need::NONE, _) => Value::from("none"),
            (_, Some(role)) => Value::from(self.book.role_id(role)),
            _ => Value::from("nobody"),
        }
    }

    /// One word when it is certain, else the two ends.
    fn needs(&self, span: Span<Need>) -> Value {
        if span.best == span.worst {
            self.need(span.best)
        } else {
            json!({ "best": self.need(span.best), "worst": self.need(span.worst) })
        }
    }

    fn fault_json(&self) -> Value {
        let (Some(fault), Some(truth)) = (&self.version.fault, self.fault) else { return Value::Null };
        Object::new()
            .with("says", fault.says.as_str())
            .with("holds", truth_json(truth))
            .with("proof", fault.proof.word())
            .with("charged_to", fault.charged_to.clone())
            .done()
    }

    fn term_json(&self, index: usize) -> Value {
        let (Some(term), Some(outcome)) = (self.version.terms.get(index), self.terms.get(index)) else {
            return Value::Null;
        };
        let state = match outcome.state {
            TermState::Met => "met",
            TermState::Failed => "failed",
            TermState::Missing => "missing",
            TermState::NotApplicable => "not_applicable",
        };
        let binding = match outcome.binding {
            Binding::Binds => Value::Null,
            Binding::Undisclosed => Value::Bool(false),
            Binding::Unknown => Value::from("unknown"),
        };
        let object = Object::new()
            .with("id", term.id.as_str())
            .with("says", term.says.as_str())
            .with("state", state)
            .with("need", self.needs(outcome.need))
            .with("binds", binding)
            .with(
                "charged_to",
                if outcome.binding == Binding::Undisclosed {
                    Value::from(term.charged_to.clone())
                } else {
                    Value::Null
                },
            )
            .unless_empty("cites", term.cites.iter().map(|c| Value::from(c.as_str())).collect());
        match &term.shape {
            TermShape::Measure { ty, line, .. } => self.measure_json(object, index, ty, *line).done(),
            TermShape::Require { .. } => self.stretch_json(object, index, None).done(),
            TermShape::Any(parts) => {
                object.with("any", parts.iter().map(|i| self.term_json(*i)).collect::<Vec<_>>()).done()
            }
            TermShape::All(parts) => {
                object.with("all", parts.iter().map(|i| self.term_json(*i)).collect::<Vec<_>>()).done()
            }
        }
    }

    fn measure_json(&self, object: Object, index: usize, ty: &Type, line: Line) -> Object {
        let (Some(outcome), Some(seen)) = (self.terms.get(index), self.measured(index)) else { return object };
        let text = |x: Option<Number>| x.map(|x| render::number(x, ty, seen.currency, self.book));
        let object = object.with("value", text(seen.value));
        let object = match line {
            Line::AtMost(_) => object.with("at_most", text(seen.line)),
            Line::AtLeast(_) => object.with("at_least", text(seen.line)),
            Line::Equals(_) => object.with("equals", text(seen.line)),
            Line::Within(..) => object.with("from", text(seen.line)).with("to", text(seen.line_to)),
        };
        let object = object.with("margin", text(outcome.margin));
        self.stretch_json(object, index, Some(ty))
    }

    /// Stretches by role, as written.
    fn stretch_json(&self, object: Object, index: usize, ty: Option<&Type>) -> Object {
        let Some(term) = self.version.terms.get(index) else { return object };
        let currency = self.measured(index).and_then(|m| m.currency);
        if term.stretch.is_empty() {
            return object;
        }
        let mut stretch = Map::new();
        for (role, reach) in &term.stretch {
            let text = match (reach, ty) {
                (Reach::Distance(d), Some(ty)) => render::number(*d, ty, currency, self.book),
                _ => "any".to_owned(),
            };
            stretch.insert(self.book.role_id(*role).to_owned(), Value::from(text));
        }
        object.with("stretch", Value::Object(stretch))
    }

    fn circumstances_json(&self) -> Vec<Value> {
        let told = self.book.circumstances.iter().zip(&self.told).filter(|(_, t)| **t != Told::No);
        told.map(|(c, t)| json!({ "id": c.id, "says": c.says, "shown": *t == Told::Proven, "proof": c.proof.word() }))
            .collect()
    }

    fn guards_json(&self) -> Vec<Value> {
        let active = self.version.guards.iter().zip(&self.guards).filter(|(_, t)| **t != Truth::No);
        active.map(|(g, t)| json!({ "id": g.id, "says": g.says, "holds": truth_json(*t), "needs": self.book.role_id(g.needs) })).collect()
    }

    fn nevers_json(&self) -> Vec<Value> {
        let active = self.version.nevers.iter().zip(&self.nevers).enumerate().filter(|(_, (_, t))| **t != Truth::No);
        active
            .map(|(n, (never, t))| {
                let bars = self
                    .options
                    .iter()
                    .filter(|o| o.parts.iter().any(|p| p.bars.iter().any(|(b, _)| *b == Bar::Never(n))));
                Object::new()
                    .with("id", never.id.as_str())
                    .with("says", never.says.as_str())
                    .with("holds", truth_json(*t))
                    .with("bars", bars.map(|o| self.remedy_id(o.remedy)).collect::<Vec<_>>())
                    .unless_empty("cites", never.cites.iter().map(|c| Value::from(c.as_str())).collect())
                    .done()
            })
            .collect()
    }

    pub(super) fn remedy_id(&self, index: usize) -> &str {
        self.version.remedies.get(index).map_or("", |r| r.id.as_str())
    }

    fn options_json(&self, wanted: impl Fn(Group) -> bool) -> Vec<Value> {
        let group = |o: &&OptionOutcome| self.version.remedies.get(o.remedy).is_some_and(|r| wanted(r.group));
        self.options.iter().filter(group).map(|o| self.option_json(o)).collect()
    }

    fn option_json(&self, o: &OptionOutcome) -> Value {
        let Some(remedy) = self.version.remedies.get(o.remedy) else { return Value::Null };
        let group = match remedy.group {
            Group::Recovery => "recovery",
            Group::Remedies => "remedy",
            Group::Goodwill => "goodwill",
            Group::Instead => "instead",
        };
        let owed = match (o.owed.best, o.owed.worst) {
            (_, true) => Value::Bool(true),
            (false, _) => Value::Null,
            _ => Value::from("unknown"),
        };
        let is_bundle = matches!(remedy.body, RemedyBody::Bundle(_));
        let mut object = Object::new()
            .with("id", remedy.id.as_str())
            .with("group", group)
            .with("says", remedy.says.as_str())
            .with("offered", if o.offered == Truth::Yes { Value::Null } else { Value::from("unknown") })
            .with("owed", owed)
            .with("need", self.needs(o.need))
            .with("barred_by", self.bars_json(o))
            .with("released_by", if o.owed.best { self.role_json(o.released_by) } else { Value::Null });
        object = self.amounts(object, o);
        object = object
            .with("cost", money(o.cost))
            .with("kept", money(o.kept))
            .with("partial", if remedy.partial { Value::Bool(true) } else { Value::Null })
            .unless_empty(
                "borrows",
                o.borrows
                    .iter()
                    .filter_map(|i| self.book.circumstances.get(*i))
                    .map(|c| Value::from(c.id.as_str()))
                    .collect(),
            )
            .with("because", self.because(o))
            .with("charged_to", self.charged_to(o));
        match o.parts.as_slice() {
            [only] if !is_bundle => {
                object.0.append(&mut self.thing(only).0);
                object.done()
            }
            parts => object.with("parts", parts.iter().map(|p| self.part_json(p)).collect::<Vec<_>>()).done(),
        }
    }

    fn amounts(&self, object: Object, o: &OptionOutcome) -> Object {
        let ty = o.parts.first().map_or(Type::Money, |p| self.amount_type(p));
        let text = |f: Option<Fixed>| f.map(|f| render::fixed(f, &ty, self.book));
        match o.most {
            None => object.with("amount", text(o.amount)),
            Some(_) => {
                object.with("min", text(o.amount)).with("max", text(o.most)).with("yours_up_to", text(o.yours_up_to))
            }
        }
    }

    pub(super) fn amount_type(&self, part: &PartOutcome) -> Type {
        match self.version.remedies.get(part.chosen.unwrap_or(part.remedy)).map(|r| &r.body) {
            Some(RemedyBody::One(one)) => one.amount_type.clone(),
            _ => Type::Money,
        }
    }

    /// What the need is made of; nothing for what is owed.
    fn because(&self, o: &OptionOutcome) -> Value {
        if o.owed.worst {
            return Value::Null;
        }
        Object::new()
            .with("terms", self.needs(o.made_of.terms))
            .with("per_grant", self.needs(o.made_of.per_grant))
            .with("per_customer", self.need(o.made_of.per_customer))
            .with("guard", self.needs(o.made_of.guard))
            .done()
    }

    /// Who pays: as the remedy says, as the fault says, or as the terms say that did not bind.
    #[must_use]
    pub fn charged_to(&self, o: &OptionOutcome) -> Option<String> {
        let remedy = self.version.remedies.get(o.remedy)?;
        let fault =
            self.version.fault.as_ref().filter(|_| remedy.group == Group::Recovery).and_then(|f| f.charged_to.clone());
        let unbound = || {
            let terms = self.version.terms.iter().zip(self.terms);
            let mut undisclosed = terms.filter(|(_, o)| o.binding == Binding::Undisclosed && o.state != TermState::Met);
            undisclosed.find_map(|(t, _)| t.charged_to.clone()).filter(|_| remedy.group == Group::Remedies)
        };
        remedy.charged_to.clone().or(fault).or_else(unbound)
    }

    fn bars_json(&self, o: &OptionOutcome) -> Value {
        let mut bars: Vec<Value> = Vec::new();
        for (bar, sure) in o.parts.iter().flat_map(|p| &p.bars) {
            let id = match bar {
                Bar::Never(n) => self.version.nevers.get(*n).map_or("", |n| n.id.as_str()),
                Bar::MoreThanPaid => "more_than_paid",
            };
            let bar = if *sure { json!({ "id": id }) } else { json!({ "id": id, "holds": "unknown" }) };
            if !bars.contains(&bar) {
                bars.push(bar);
            }
        }
        if bars.is_empty() { Value::Null } else { Value::Array(bars) }
    }

    fn part_json(&self, p: &PartOutcome) -> Value {
        let says = self.version.remedies.get(p.chosen.unwrap_or(p.remedy)).map_or("", |r| r.says.as_str());
        let ty = self.amount_type(p);
        let mut object = Object::new()
            .with("id", self.remedy_id(p.remedy))
            .with("says", says)
            .with("amount", p.amount.map(|f| render::fixed(f, &ty, self.book)))
            .with("cost", money(p.cost));
        object.0.append(&mut self.thing(p).0);
        object.done()
    }

    /// What a part is, as [`Self::to_json`] writes it.
    pub(super) fn thing_json(&self, p: &PartOutcome) -> Value {
        self.thing(p).done()
    }

    /// What a part is: kind, chosen alternative, where it goes, further fields.
    fn thing(&self, p: &PartOutcome) -> Object {
        let mut object = Object::new().with("chosen", p.chosen.map(|i| self.remedy_id(i)));
        let Some(remedy) = self.version.remedies.get(p.chosen.unwrap_or(p.remedy)) else { return object };
        let RemedyBody::One(one) = &remedy.body else { return object };
        object = object.with("kind", one.kind.as_str());
        let to: Vec<Value> =
            one.to.iter().map(|(r, ty)| show::value(self.machine, self.on(), self.machine.get(*r), ty)).collect();
        object = object.unless_empty("to", to).unless_empty("shares", super::shares::shares(self, one, p));
        for (name, field) in &remedy.fields {
            let value = match field {
                FieldValue::Text(text) => Value::from(text.as_str()),
                FieldValue::Computed(r, ty, _) => show::value(self.machine, self.on(), self.machine.get(*r), ty),
            };
            object = object.with(name, value);
        }
        object
    }

    fn role_json(&self, role: Option<RoleId>) -> Value {
        role.map_or(Value::from("nobody"), |r| Value::from(self.book.role_id(r)))
    }

    fn bespoke_json(&self) -> Value {
        let Some(role) = self.book.bespoke else { return Value::Null };
        let mut kinds: Vec<&str> = Vec::new();
        let mut barred = false;
        for (never, truth) in self.version.nevers.iter().zip(&self.nevers) {
            match (&never.kinds, truth) {
                (_, Truth::No) => {}
                (None, _) => barred = true,
                (Some(words), _) => kinds.extend(words.iter().map(String::as_str)),
            }
        }
        kinds.sort_unstable();
        kinds.dedup();
        let not = if barred {
            Value::from("all")
        } else if kinds.is_empty() {
            Value::Null
        } else {
            Value::from(kinds)
        };
        Object::new().with("role", self.book.role_id(role)).with("not", not).done()
    }

    fn detour_json(&self) -> Value {
        let (Some(detour), Some(Truth::Yes)) = (&self.version.detour, self.detour) else { return Value::Null };
        let cost = self.detour_cost();
        Object::new()
            .with("says", detour.says.as_str())
            .with("cost", money(cost))
            .with("dearer_by", money(self.detour_dearer_by()))
            .with("effort", detour.effort.clone())
            .done()
    }

    /// What the way without an exception costs the business.
    #[must_use]
    pub fn detour_cost(&self) -> Option<Money> {
        let detour = self.version.detour.as_ref().filter(|_| self.detour == Some(Truth::Yes))?;
        super::money::fix_money(self.machine.get(detour.cost?), self.book)
    }

    /// How much dearer that is than the first option.
    #[must_use]
    pub fn detour_dearer_by(&self) -> Option<Money> {
        let (cost, first) = (self.detour_cost()?, self.options.first()?.cost?);
        let minor = cost.minor.checked_sub(first.minor)?;
        (cost.currency == first.currency).then(|| Money::new(minor, cost.currency))
    }

    fn missing_json(&self, missing: &Missing) -> Value {
        match missing {
            Missing::Fact { path, problem } => {
                Object::new().with("fact", path.as_str()).with("problem", problem.clone()).done()
            }
            Missing::Failed { at, says } => {
                let place = at.map(|at| {
                    let (line, column) = self.book.sources.line_column(at);
                    let path = self.book.sources.file(at.file).map_or("", |f| f.path.as_str());
                    format!("{path}:{line}:{column}")
                });
                Object::new().with("failed", *says).with("at", place).done()
            }
            Missing::Proof { circumstance, says, needs } => Object::new()
                .with("proof_of", circumstance.clone().unwrap_or_else(|| "fault".to_owned()))
                .with("says", says.as_str())
                .with("needs", needs.word())
                .done(),
        }
    }
}

fn by(a: &Assessment<'_>, standing: Standing) -> Value {
    match standing {
        Standing::Approval(role) => Value::from(a.book.role_id(role)),
        _ => Value::Null,
    }
}

fn truth_json(truth: Truth) -> Value {
    match truth {
        Truth::Yes => Value::Bool(true),
        Truth::No => Value::Bool(false),
        Truth::Unknown(_) => Value::from("unknown"),
    }
}

fn money(m: Option<Money>) -> Value {
    m.map_or(Value::Null, |m| Value::from(m.to_string()))
}
