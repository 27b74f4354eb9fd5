//! The options of an assessment as JSON.

use serde_json::Value;

use super::{Truth, render};
use crate::assess::outcome::{Bar, Binding, Fixed, OptionOutcome, PartOutcome, Span, TermState};
use crate::assess::{Assessment, shares};
use crate::book::rules::{FieldValue, Group, Remedy, RemedyBody};
use crate::facts::Source;
use crate::json::{Json, Members};
use crate::program::show;
use crate::types::Type;

/// Room that is enough for most parts.
const THING_BYTES: usize = 256;

impl Assessment<'_> {
    pub(in crate::assess) fn remedy_id(&self, index: usize) -> &str {
        self.version.remedies.get(index).map_or("", |r| r.id.as_str())
    }

    pub(super) fn options(&self, json: &mut Json, wanted: impl Fn(Group) -> bool) {
        let all = self.options.iter().filter_map(|o| Some((o, self.version.remedies.get(o.remedy)?)));
        json.list(all.filter(|(_, remedy)| wanted(remedy.group)), |json, (option, remedy)| {
            json.object(|o| self.option(o, option, remedy));
        });
    }

    fn option(&self, o: &mut Members<'_>, option: &OptionOutcome, remedy: &Remedy) {
        let group = match remedy.group {
            Group::Recovery => "recovery",
            Group::Remedies => "remedy",
            Group::Goodwill => "goodwill",
            Group::Instead => "instead",
        };
        o.text("id", &remedy.id);
        o.text("group", group);
        o.text("says", &remedy.says);
        if option.offered != Truth::Yes {
            o.text("offered", "unknown");
        }
        match (option.owed.best, option.owed.worst) {
            (_, true) => o.with("owed", |json| json.bool(true)),
            (false, _) => {}
            _ => o.text("owed", "unknown"),
        }
        o.with("need", |json| self.needs(json, option.need));
        o.unless_empty("barred_by", |json| self.bars(json, option));
        if option.owed.best {
            o.text("released_by", option.released_by.map_or("nobody", |role| self.book.role_id(role)));
        }
        self.amounts(o, option);
        o.maybe_shown("cost", option.cost);
        o.maybe_shown("kept", option.kept);
        if remedy.partial {
            o.with("partial", |json| json.bool(true));
        }
        let lent = option.borrows.iter().filter_map(|i| self.book.circumstances.get(*i));
        o.unless_empty("borrows", |json| json.texts(lent.map(|c| c.id.as_str())));
        self.because(o, option);
        self.relied(o, option);
        o.maybe_text("charged_to", self.charged_to(option));
        match option.parts.as_slice() {
            [only] if !matches!(remedy.body, RemedyBody::Bundle(_)) => self.thing(o, only),
            parts => o.with("parts", |json| json.list(parts, |json, part| json.object(|o| self.part(o, part)))),
        }
    }

    fn amounts(&self, o: &mut Members<'_>, option: &OptionOutcome) {
        let ty = option.parts.first().map_or(&Type::Money, |p| self.amount_type(p));
        if option.most.is_none() {
            return self.amount(o, "amount", option.amount, ty);
        }
        self.amount(o, "min", option.amount, ty);
        self.amount(o, "max", option.most, ty);
        self.amount(o, "yours_up_to", option.yours_up_to, ty);
    }

    fn amount(&self, o: &mut Members<'_>, key: &str, amount: Option<Fixed>, ty: &Type) {
        if let Some(amount) = amount {
            o.with(key, |json| json.plain(|f| render::fixed(f, amount, ty, self.book)));
        }
    }

    pub(in crate::assess) fn amount_type(&self, part: &PartOutcome) -> &Type {
        match self.version.remedies.get(part.chosen.unwrap_or(part.remedy)).map(|r| &r.body) {
            Some(RemedyBody::One(one)) => &one.amount_type,
            _ => &Type::Money,
        }
    }

    /// What the need is made of; nothing for what is owed.
    fn because(&self, o: &mut Members<'_>, option: &OptionOutcome) {
        if option.owed.worst {
            return;
        }
        let made_of = option.made_of;
        o.with("because", |json| {
            json.object(|o| {
                o.with("terms", |json| self.needs(json, made_of.terms));
                o.with("per_grant", |json| self.needs(json, made_of.per_grant));
                o.text("per_customer", self.need(made_of.per_customer));
                o.with("guard", |json| self.needs(json, made_of.guard));
                if made_of.per_payout != Span::NONE {
                    o.with("per_payout", |json| self.needs(json, made_of.per_payout));
                }
                if made_of.sources != Span::NONE {
                    o.with("sources", |json| self.needs(json, made_of.sources));
                }
            });
        });
    }

    /// What it rests on that no system vouches for, and what would make it the asking role's own.
    fn relied(&self, o: &mut Members<'_>, option: &OptionOutcome) {
        if option.made_of.sources == Span::NONE {
            return;
        }
        o.unless_empty("relies_on", |json| {
            json.list(self.relies_on(option), |json, relied| {
                json.object(|o| {
                    o.text("path", &relied.path);
                    o.text("source", relied.source.word());
                });
            });
        });
        o.maybe_text("needs_source", self.needs_source(option).map(Source::word));
        let yours_if = self.yours_if(option);
        o.unless_empty("yours_if", |json| {
            json.list(yours_if, |json, yours| {
                json.object(|o| {
                    o.with("paths", |json| json.texts(yours.paths.iter().map(String::as_str)));
                    o.text("source", yours.source.word());
                });
            });
        });
    }

    /// Who pays: as the remedy says, as the fault says, or as the terms say that did not bind.
    #[must_use]
    pub fn charged_to(&self, o: &OptionOutcome) -> Option<&str> {
        let remedy = self.version.remedies.get(o.remedy)?;
        let fault = || {
            let fault = self.version.fault.as_ref().filter(|_| remedy.group == Group::Recovery)?;
            fault.charged_to.as_deref()
        };
        let unbound = || {
            let terms = self.version.terms.iter().zip(self.terms).filter(|_| remedy.group == Group::Remedies);
            let mut undisclosed = terms.filter(|(_, o)| o.binding == Binding::Undisclosed && o.state != TermState::Met);
            undisclosed.find_map(|(t, _)| t.charged_to.as_deref())
        };
        remedy.charged_to.as_deref().or_else(fault).or_else(unbound)
    }

    /// What bars it, each once.
    fn bars(&self, json: &mut Json, o: &OptionOutcome) {
        let mut bars: Vec<(&str, bool)> = Vec::new();
        for (bar, sure) in o.parts.iter().flat_map(|p| &p.bars) {
            let id = match bar {
                Bar::Never(n) => self.version.nevers.get(*n).map_or("", |n| n.id.as_str()),
                Bar::MoreThanPaid => "more_than_paid",
            };
            if !bars.contains(&(id, *sure)) {
                bars.push((id, *sure));
            }
        }
        json.list(bars, |json, (id, sure)| {
            json.object(|o| {
                o.text("id", id);
                if !sure {
                    o.text("holds", "unknown");
                }
            });
        });
    }

    fn part(&self, o: &mut Members<'_>, part: &PartOutcome) {
        let says = self.version.remedies.get(part.chosen.unwrap_or(part.remedy)).map_or("", |r| r.says.as_str());
        o.text("id", self.remedy_id(part.remedy));
        o.text("says", says);
        self.amount(o, "amount", part.amount, self.amount_type(part));
        o.maybe_shown("cost", part.cost);
        self.thing(o, part);
    }

    /// What a part is, as the line writes it.
    pub(in crate::assess) fn thing_json(&self, part: &PartOutcome) -> Value {
        let mut json = Json::with_room(THING_BYTES);
        json.object(|o| self.thing(o, part));
        // What we write is JSON.
        serde_json::from_str(&json.done()).unwrap_or_default()
    }

    /// What a part is: kind, chosen alternative, where it goes, further fields.
    fn thing(&self, o: &mut Members<'_>, part: &PartOutcome) {
        o.maybe_text("chosen", part.chosen.map(|i| self.remedy_id(i)));
        let Some(remedy) = self.version.remedies.get(part.chosen.unwrap_or(part.remedy)) else { return };
        let RemedyBody::One(one) = &remedy.body else { return };
        o.text("kind", &one.kind);
        let value = |json: &mut Json, reg, ty| show::write(json, self.machine, self.on(), self.machine.get(reg), ty);
        o.unless_empty("to", |json| json.list(&one.to, |json, (reg, ty)| value(json, *reg, ty)));
        o.unless_empty("shares", |json| shares::write(json, self, one, part));
        for (name, field) in &remedy.fields {
            match field {
                FieldValue::Text(text) => o.text(name, text),
                FieldValue::Computed(reg, ty, _) => o.with(name, |json| value(json, *reg, ty)),
            }
        }
    }
}
