//! The assessment as JSON: stable, so that the same book and facts give the same bytes for ever.

mod options;

use serde_json::Value;

use super::missing::Missing;
use super::outcome::{Bar, Binding, Span, Standing, TermOutcome, TermState, Told, Truth};
use super::{Assessment, Stands, render};
use crate::book::rules::{Group, Line, Need, Reach, Term, TermShape, Version};
use crate::facts::{Source, slot};
use crate::json::{Json, Members};
use crate::money::Money;
use crate::number::Number;
use crate::program::run::On;
use crate::types::Type;

/// Room that is enough for most lines.
const LINE_BYTES: usize = 6 << 10;

impl Assessment<'_> {
    /// The assessment as one line of JSON, with its end: the bytes that are the same for ever.
    ///
    /// Without what only people read; fields are described in the book's reference and by `amends schema assessment`.
    #[must_use]
    pub fn to_line(&self) -> Vec<u8> {
        let mut line = self.text();
        line.push('\n');
        line.into_bytes()
    }

    /// The text that an assessment's digest is made of: the line without its end.
    #[must_use]
    pub fn text(&self) -> String {
        let mut json = Json::with_room(LINE_BYTES);
        json.object(|o| self.members(o));
        json.done()
    }

    /// What the [line](Self::to_line) says, as a tree.
    #[must_use]
    pub fn to_json(&self) -> Value {
        // What we write is JSON.
        serde_json::from_slice(&self.to_line()).unwrap_or_default()
    }

    fn members(&self, o: &mut Members<'_>) {
        o.with("format", |json| json.whole(self.format.number().into()));
        o.with("book", |json| {
            json.object(|o| {
                o.text("name", &self.book.name);
                o.text("digest", &self.book.digest);
            });
        });
        o.with("policy", |json| json.object(|o| self.policy(o)));
        o.text("request", self.request);
        o.with("governed", |json| json.bool(self.governed));
        o.text("role", self.book.role_id(self.role));
        o.with("asked", |json| render::fact(json, self.machine, self.on(), slot::ASKED, &Type::Time));
        o.with("now", |json| render::fact(json, self.machine, self.on(), slot::NOW, &Type::Time));
        o.with("facts", |json| json.object(|o| self.facts(o)));
        self.standing(o, self.standing);
        if self.standing == Standing::Unknown {
            o.with("range", |json| json.object(|o| self.range(o)));
        }
        self.fault(o);
        o.with("terms", |json| json.list(&self.version.roots, |json, i| self.term(json, *i)));
        o.unless_empty("circumstances", |json| self.circumstances(json));
        o.unless_empty("guard", |json| self.guards(json));
        o.unless_empty("never", |json| self.nevers(json));
        o.with("options", |json| self.options(json, |g| g != Group::Instead));
        o.unless_empty("instead", |json| self.options(json, |g| g == Group::Instead));
        self.bespoke(o);
        self.detour(o);
        o.unless_empty("missing", |json| json.list(&self.missing, |json, m| json.object(|o| self.missing(o, m))));
    }

    pub(super) fn on(&self) -> On<'_> {
        On { program: &self.version.program, facts: self.facts, schema: &self.book.schema }
    }

    fn policy(&self, o: &mut Members<'_>) {
        o.text("id", &self.policy.id);
        o.text("title", &self.version.title);
        which(o, self.version);
        let stands = match self.stands {
            Stands::Asked => "asked",
            Stands::ReliedOn => "relied_on",
        };
        o.text("stands", stands);
        if let Some(other) = self.other {
            o.with("other", |json| json.object(|o| which(o, other)));
        }
        o.maybe_text("purpose", self.version.purpose.as_deref());
        o.maybe_text("owner", self.version.owner.as_deref());
    }

    /// The digest of the facts, and the sources of those this version reads that no system vouches for.
    fn facts(&self, o: &mut Members<'_>) {
        o.text("digest", &crate::facts::digest::digest(&self.book.schema, self.facts));
        o.unless_empty("sources", |json| json.object(|o| self.sources(o)));
    }

    fn sources(&self, o: &mut Members<'_>) {
        for cell in &self.version.reads {
            let source = self.facts.source(*cell);
            if source != Source::System
                && self.facts.cell(*cell).is_present()
                && let Some(leaf) = self.book.schema.leaf_at(*cell)
            {
                o.text(&leaf.path, source.word());
            }
        }
    }

    fn standing(&self, o: &mut Members<'_>, standing: Standing) {
        o.text("standing", standing.word());
        if let Standing::Approval(role) = standing {
            o.text("by", self.book.role_id(role));
        }
    }

    fn range(&self, o: &mut Members<'_>) {
        o.with("best", |json| json.object(|o| self.standing(o, self.range.best)));
        o.with("worst", |json| json.object(|o| self.standing(o, self.range.worst)));
    }

    fn need(&self, need: Need) -> &str {
        match (need, need.as_role()) {
            (Need::NONE, _) => "none",
            (_, Some(role)) => self.book.role_id(role),
            _ => "nobody",
        }
    }

    /// One word when it is certain, else the two ends.
    fn needs(&self, json: &mut Json, span: Span<Need>) {
        if span.best == span.worst {
            return json.text(self.need(span.best));
        }
        json.object(|o| {
            o.text("best", self.need(span.best));
            o.text("worst", self.need(span.worst));
        });
    }

    fn fault(&self, o: &mut Members<'_>) {
        let (Some(fault), Some(holds)) = (&self.version.fault, self.fault) else { return };
        o.with("fault", |json| {
            json.object(|o| {
                o.text("says", &fault.says);
                o.with("holds", |json| truth(json, holds));
                o.text("proof", fault.proof.word());
                o.maybe_text("charged_to", fault.charged_to.as_deref());
            });
        });
    }

    fn term(&self, json: &mut Json, index: usize) {
        let (Some(term), Some(outcome)) = (self.version.terms.get(index), self.terms.get(index)) else {
            return json.null();
        };
        json.object(|o| {
            self.term_itself(o, term, outcome);
            let list = |json: &mut Json, parts: &[usize]| json.list(parts, |json, i| self.term(json, *i));
            match &term.shape {
                TermShape::Measure { ty, line, .. } => self.measure(o, index, term, (ty, *line)),
                TermShape::Require { .. } => self.stretch(o, index, term, None),
                TermShape::Any(parts) => o.with("any", |json| list(json, parts)),
                TermShape::All(parts) => o.with("all", |json| list(json, parts)),
            }
        });
    }

    fn term_itself(&self, o: &mut Members<'_>, term: &Term, outcome: &TermOutcome) {
        let state = match outcome.state {
            TermState::Met => "met",
            TermState::Failed => "failed",
            TermState::Missing => "missing",
            TermState::NotApplicable => "not_applicable",
        };
        o.text("id", &term.id);
        o.text("says", &term.says);
        o.text("state", state);
        o.with("need", |json| self.needs(json, outcome.need));
        match outcome.binding {
            Binding::Binds => {}
            Binding::Undisclosed => {
                o.with("binds", |json| json.bool(false));
                o.maybe_text("charged_to", term.charged_to.as_deref());
            }
            Binding::Unknown => o.text("binds", "unknown"),
        }
        o.unless_empty("cites", |json| json.texts(term.cites.iter().map(String::as_str)));
    }

    fn measure(&self, o: &mut Members<'_>, index: usize, term: &Term, (ty, line): (&Type, Line)) {
        let (Some(outcome), Some(seen)) = (self.terms.get(index), self.measured(index)) else { return };
        let mut number = |key: &str, x: Option<Number>| {
            if let Some(x) = x {
                o.with(key, |json| json.plain(|f| render::number(f, x, ty, seen.currency, self.book)));
            }
        };
        number("value", seen.value);
        match line {
            Line::AtMost(_) => number("at_most", seen.line),
            Line::AtLeast(_) => number("at_least", seen.line),
            Line::Equals(_) => number("equals", seen.line),
            Line::Within(..) => {
                number("from", seen.line);
                number("to", seen.line_to);
            }
        }
        number("margin", outcome.margin);
        self.stretch(o, index, term, Some(ty));
    }

    /// Stretches by role, as written.
    fn stretch(&self, o: &mut Members<'_>, index: usize, term: &Term, ty: Option<&Type>) {
        if term.stretch.is_empty() {
            return;
        }
        let currency = self.measured(index).and_then(|m| m.currency);
        o.with("stretch", |json| {
            json.object(|o| {
                for (role, reach) in &term.stretch {
                    o.with(self.book.role_id(*role), |json| match (reach, ty) {
                        (Reach::Distance(d), Some(ty)) => {
                            json.plain(|f| render::number(f, *d, ty, currency, self.book));
                        }
                        _ => json.text("any"),
                    });
                }
            });
        });
    }

    fn circumstances(&self, json: &mut Json) {
        let told = self.book.circumstances.iter().zip(&self.told).filter(|(_, t)| **t != Told::No);
        json.list(told, |json, (c, told)| {
            json.object(|o| {
                o.text("id", &c.id);
                o.text("says", &c.says);
                o.with("shown", |json| json.bool(*told == Told::Proven));
                o.text("proof", c.proof.word());
            });
        });
    }

    fn guards(&self, json: &mut Json) {
        let active = self.version.guards.iter().zip(&self.guards).filter(|(_, t)| **t != Truth::No);
        json.list(active, |json, (g, holds)| {
            json.object(|o| {
                o.text("id", &g.id);
                o.text("says", &g.says);
                o.with("holds", |json| truth(json, *holds));
                o.text("needs", self.book.role_id(g.needs));
            });
        });
    }

    fn nevers(&self, json: &mut Json) {
        let active = self.version.nevers.iter().zip(&self.nevers).enumerate().filter(|(_, (_, t))| **t != Truth::No);
        json.list(active, |json, (n, (never, holds))| {
            let bars =
                self.options.iter().filter(|o| o.parts.iter().any(|p| p.bars.iter().any(|(b, _)| *b == Bar::Never(n))));
            json.object(|o| {
                o.text("id", &never.id);
                o.text("says", &never.says);
                o.with("holds", |json| truth(json, *holds));
                o.with("bars", |json| json.texts(bars.map(|o| self.remedy_id(o.remedy))));
                o.unless_empty("cites", |json| json.texts(never.cites.iter().map(String::as_str)));
            });
        });
    }

    fn bespoke(&self, o: &mut Members<'_>) {
        let Some(role) = self.book.bespoke else { return };
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
        o.with("bespoke", |json| {
            json.object(|o| {
                o.text("role", self.book.role_id(role));
                if barred {
                    o.text("not", "all");
                } else {
                    o.unless_empty("not", |json| json.texts(kinds));
                }
            });
        });
    }

    fn detour(&self, o: &mut Members<'_>) {
        let (Some(detour), Some(Truth::Yes)) = (&self.version.detour, self.detour) else { return };
        o.with("detour", |json| {
            json.object(|o| {
                o.text("says", &detour.says);
                o.maybe_shown("cost", self.detour_cost());
                o.maybe_shown("dearer_by", self.detour_dearer_by());
                o.maybe_text("effort", detour.effort.as_deref());
            });
        });
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

    fn missing(&self, o: &mut Members<'_>, missing: &Missing) {
        match missing {
            Missing::Fact { path, problem } => {
                o.text("fact", path);
                o.maybe_text("problem", problem.as_deref());
            }
            Missing::Failed { at, says } => {
                o.text("failed", says);
                if let Some(at) = at {
                    let (line, column) = self.book.sources.line_column(*at);
                    let path = self.book.sources.file(at.file).map_or("", |f| f.path.as_str());
                    o.text("at", &format!("{path}:{line}:{column}"));
                }
            }
            Missing::Proof { circumstance, says, needs } => {
                o.text("proof_of", circumstance.as_deref().unwrap_or("fault"));
                o.text("says", says);
                o.text("needs", needs.word());
            }
        }
    }
}

/// Which version of a policy.
fn which(o: &mut Members<'_>, version: &Version) {
    o.maybe_shown("in_force", version.in_force);
    o.text("digest", &version.digest);
}

fn truth(json: &mut Json, truth: Truth) {
    match truth {
        Truth::Yes => json.bool(true),
        Truth::No => json.bool(false),
        Truth::Unknown(_) => json.text("unknown"),
    }
}

#[cfg(test)]
mod tests;
