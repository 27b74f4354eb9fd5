//! Who said what: the facts of a case, each with the source it came from, and what someone says to them now.
//!
//! A case keeps its facts in the question of its latest assessment. Whoever assesses it again says some of them anew: a
//! value that stays keeps what it is worth, a changed one is worth what they are.

use std::collections::{BTreeMap, BTreeSet};

use amends_core::authority::written;
use amends_core::book::rules::Book;
use amends_core::case::Ground;
use amends_core::digest::Digest;
use amends_core::facts::Source;
use amends_core::facts::schema::BUILT_IN_FIELDS;
use amends_core::ids::{BusinessId, CustomerId};
use amends_core::types::{Field, RecordType, Type};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::answers::{digits, local};

/// All facts that nothing else is said of.
const ALL: &str = "*";

/// What someone said that was taken for less.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lowered {
    /// Of which fact.
    pub path: String,
    /// The source they named.
    pub said: Source,
    /// What it is.
    pub is: Source,
}

/// What someone said that was not taken: something stronger says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotTaken {
    /// Of which fact.
    pub path: String,
    /// Where the value that stays comes from.
    pub is: Source,
}

/// What does not count as it was said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Sources that were lowered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lowered: Vec<Lowered>,
    /// Values that were not taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_taken: Vec<NotTaken>,
}

impl Told {
    /// Whether all counts as it was said.
    pub const fn is_empty(&self) -> bool {
        self.lowered.is_empty() && self.not_taken.is_empty()
    }
}

/// Sources by path, the longest that leads to a fact counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sources(BTreeMap<String, Source>);

impl Sources {
    fn of(&self, path: &str) -> Option<(&str, Source)> {
        let mut at = path;
        loop {
            if let Some((name, source)) = self.0.get_key_value(at) {
                return Some((name, *source));
            }
            match at.rsplit_once('.') {
                Some((above, _)) => at = above,
                None => break,
            }
        }
        let all = self.0.get_key_value(ALL).or_else(|| self.0.get_key_value(""));
        all.map(|(name, source)| (name.as_str(), *source))
    }
}

/// What a case knows: the facts of its latest assessment.
#[derive(Clone, Debug, Default)]
pub struct Known {
    facts: Map<String, Value>,
    sources: Sources,
    circumstances: Vec<Value>,
    is_there: bool,
}

impl Known {
    /// Of the question of an assessment. `most`: what its facts are worth at most, where an older version of this program
    /// kept it and did not look at who said them.
    pub fn of(question: &str, most: Option<Source>) -> Self {
        let Ok(Value::Object(mut question)) = serde_json::from_str::<Value>(question) else { return Self::default() };
        let mut sources = question.remove("sources").as_ref().map(read_sources).unwrap_or_default().0;
        sources.0.entry(ALL.to_owned()).or_insert(Source::System);
        if let Some(most) = most {
            sources.0.values_mut().for_each(|source| *source = (*source).min(most));
        }
        let facts = match question.remove("facts") {
            Some(Value::Object(facts)) => facts,
            _ => Map::new(),
        };
        let circumstances = match question.remove("circumstances") {
            Some(Value::Array(all)) => all,
            _ => Vec::new(),
        };
        Self { facts, sources, circumstances, is_there: true }
    }
}

impl Known {
    /// The facts that come from a source, by their paths.
    pub fn of_source(&self, book: &Book, source: Source) -> Vec<String> {
        let mut paths = Vec::new();
        let own_fields = book.schema.root.fields.get(BUILT_IN_FIELDS..).unwrap_or_default();
        self.walk(own_fields, &self.facts, "", source, &mut paths);
        if self.asked() == source {
            paths.push("asked".to_owned());
        }
        paths
    }

    fn asked(&self) -> Source {
        self.sources.0.get("asked").copied().unwrap_or(Source::System)
    }

    fn walk(&self, fields: &[Field], facts: &Map<String, Value>, above: &str, source: Source, paths: &mut Vec<String>) {
        for field in fields {
            let path = if above.is_empty() { field.name.clone() } else { format!("{above}.{}", field.name) };
            match (facts.get(&field.name), &field.ty) {
                (None | Some(Value::Null), _) => {}
                (Some(Value::Object(inner)), Type::Record(record)) => {
                    self.walk(&record.fields, inner, &path, source, paths);
                }
                _ if self.sources.of(&path).is_some_and(|(_, own)| own == source) => paths.push(path),
                _ => {}
            }
        }
    }
}

/// Who says something.
#[derive(Clone, Copy, Debug)]
pub struct Speaker {
    /// What their own word is worth: the strongest source they can name.
    pub own: Source,
    /// Whether they answer a form that shows what the case knows: what is blank in it is not so, and what nobody touched
    /// stays as it was.
    pub form: bool,
}

/// What a case knows with what was said now.
#[derive(Debug)]
pub struct Merged {
    /// `facts`, `sources` and `circumstances` of the question.
    pub question: Map<String, Value>,
    /// What does not count as it was said.
    pub told: Told,
    /// The weakest source among the facts that are there.
    pub weakest: Source,
    sources: Sources,
    facts: Map<String, Value>,
}

/// The customer that facts name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Who; none: what is named there is no id.
    pub id: Option<CustomerId>,
    /// Who says so.
    pub source: Source,
}

impl Merged {
    fn text(&self, book: &Book, path: &str) -> Option<String> {
        book.schema.find(path)?;
        let mut names = path.split('.');
        let first = self.facts.get(names.next()?)?;
        match names.try_fold(first, |value, name| value.get(name))? {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn source(&self, path: &str) -> Source {
        self.sources.of(path).map_or(Source::Claimed, |(_, source)| source)
    }

    /// The customer that the facts name.
    pub fn customer(&self, book: &Book) -> Option<Named> {
        let text = self.text(book, "customer.id")?;
        Some(Named { id: CustomerId::of_fact(&text).ok(), source: self.source("customer.id") })
    }

    /// What an assessment of a request rests on. The book says what names an order, by what it counts money against; that
    /// counts where someone looked.
    pub fn ground(&self, book: &Book, business: &BusinessId, request: &str) -> Ground {
        let paths = book.orders(request).into_iter().filter(|path| self.source(path) > Source::Claimed);
        let mut ids = paths.filter_map(|path| self.text(book, path)).map(|id| written(&id)).filter(|id| !id.is_empty());
        let order = ids.next().map(|id| Digest::of_parts([business.as_str().as_bytes(), id.as_bytes()]));
        Ground { source: self.weakest, order }
    }
}

/// Puts what was said now to what a case knows. `given`: the document's `facts`, `sources` and `circumstances`, which are
/// taken out of it.
///
/// # Errors
/// A sentence, when one of them is of the wrong shape.
pub fn merge(book: &Book, known: &Known, speaker: Speaker, given: &mut Map<String, Value>) -> Result<Merged, String> {
    let facts = match given.remove("facts") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(facts)) => facts,
        Some(_) => return Err("its `facts` are no JSON object".to_owned()),
    };
    let (stated, unread) = match given.remove("sources") {
        None | Some(Value::Null) => Default::default(),
        Some(sources) if sources.is_object() => read_sources(&sources),
        Some(_) => return Err("its `sources` are no JSON object".to_owned()),
    };
    let says_facts = speaker.form || !facts.is_empty();
    let mut merger = Merger { book, known, speaker, stated, told: Told::default(), sources: Sources::default() };
    let default = merger.default(says_facts);
    merger.sources.0.insert(ALL.to_owned(), default);
    let mut weakest = None;
    let own_fields = book.schema.root.fields.get(BUILT_IN_FIELDS..).unwrap_or_default();
    let facts = merger.fields(own_fields, Some(&known.facts), Some(&facts), "", &mut weakest);
    let circumstances = merger.circumstances(given.remove("circumstances"))?;
    let Merger { mut told, sources, .. } = merger;
    told.lowered.sort_by(|a, b| a.path.cmp(&b.path));
    told.lowered.dedup();
    let mut written: Map<String, Value> =
        sources.0.iter().map(|(path, source)| (path.clone(), json!(source))).collect();
    // What names no fact or no source is told where the question is read.
    written.extend(unread.into_iter().filter(|(path, _)| !sources.0.contains_key(path)));
    let question = Map::from_iter([
        ("facts".to_owned(), Value::Object(facts.clone())),
        ("sources".to_owned(), Value::Object(written)),
        ("circumstances".to_owned(), Value::Array(circumstances)),
    ]);
    Ok(Merged { question, told, weakest: weakest.unwrap_or(default), sources, facts })
}

/// The sources that are some, and what is none.
fn read_sources(value: &Value) -> (Sources, Vec<(String, Value)>) {
    let (mut sources, mut unread) = (Sources::default(), Vec::new());
    for (path, word) in value.as_object().into_iter().flatten() {
        match word.as_str().and_then(Source::parse) {
            Some(source) => drop(sources.0.insert(path.clone(), source)),
            None => unread.push((path.clone(), word.clone())),
        }
    }
    (sources, unread)
}

struct Merger<'a> {
    book: &'a Book,
    known: &'a Known,
    speaker: Speaker,
    stated: Sources,
    told: Told,
    sources: Sources,
}

impl Merger<'_> {
    /// What a fact that is not there is worth: that it is not there was said by whoever said the others.
    fn default(&mut self, says_facts: bool) -> Source {
        let known = self.known.is_there.then(|| self.known.sources.of(ALL)).flatten().map(|(_, source)| source);
        match known {
            Some(known) if !says_facts => known,
            Some(known) => known.max(self.said("")),
            None => self.said(""),
        }
    }

    /// What someone's word for a fact is worth: the source they named, and never more than their own.
    fn said(&mut self, path: &str) -> Source {
        match self.stated.of(path) {
            Some((name, said)) if said > self.speaker.own => {
                let (path, is) = (if name.is_empty() { ALL } else { name }.to_owned(), self.speaker.own);
                self.told.lowered.push(Lowered { path, said, is });
                is
            }
            Some((_, said)) => said,
            None => self.speaker.own,
        }
    }

    fn fields(
        &mut self,
        fields: &[Field],
        before: Option<&Map<String, Value>>,
        now: Option<&Map<String, Value>>,
        above: &str,
        weakest: &mut Option<Source>,
    ) -> Map<String, Value> {
        let mut merged = Map::new();
        for field in fields {
            let path = if above.is_empty() { field.name.clone() } else { format!("{above}.{}", field.name) };
            let of = |map: Option<&Map<String, Value>>| map?.get(&field.name).filter(|v| !v.is_null()).cloned();
            if let Some(value) = self.value(&field.ty, of(before), of(now), &path, weakest) {
                merged.insert(field.name.clone(), value);
            }
        }
        merged
    }

    fn value(
        &mut self,
        ty: &Type,
        before: Option<Value>,
        now: Option<Value>,
        path: &str,
        weakest: &mut Option<Source>,
    ) -> Option<Value> {
        let (value, source) = match (ty, before, now) {
            (_, None, None) => return None,
            // A blank in a form takes back what was there.
            (_, Some(_), None) if self.speaker.form => {
                let source = self.said(path);
                self.is_worth(path, source);
                return None;
            }
            (Type::Record(inner), before, now) if is_record(before.as_ref()) && is_record(now.as_ref()) => {
                return Some(self.record(inner, before.as_ref(), now.as_ref(), path, weakest));
            }
            (_, Some(before), None) => (before, self.before(path)),
            (_, None, Some(now)) => (now, self.said(path)),
            (ty, Some(before), Some(now)) => self.either(ty, before, now, path),
        };
        self.is_worth(path, source);
        *weakest = Some(weakest.map_or(source, |weakest| weakest.min(source)));
        Some(value)
    }

    fn record(
        &mut self,
        inner: &RecordType,
        before: Option<&Value>,
        now: Option<&Value>,
        path: &str,
        weakest: &mut Option<Source>,
    ) -> Value {
        let source = match before {
            Some(_) => self.before(path),
            None => self.said(path),
        };
        self.is_worth(path, source);
        let (before, now) = (before.and_then(Value::as_object), now.and_then(Value::as_object));
        Value::Object(self.fields(&inner.fields, before, now, path, weakest))
    }

    /// A value that stays is worth what it was, or what it is confirmed by; a claim changes nothing that someone stronger
    /// said.
    fn either(&mut self, ty: &Type, before: Value, now: Value, path: &str) -> (Value, Source) {
        let was = self.before(path);
        if plain(self.book, ty, &before) == plain(self.book, ty, &now) {
            let source = match self.stated.of(path) {
                // Whoever confirms what someone stronger said changes nothing of it.
                _ if was > self.speaker.own => was,
                None if self.speaker.form => was,
                _ => self.said(path),
            };
            return (before, source);
        }
        if self.speaker.own == Source::Claimed && was > Source::Claimed {
            self.told.not_taken.push(NotTaken { path: path.to_owned(), is: was });
            return (before, was);
        }
        let source = self.said(path);
        (now, source)
    }

    fn before(&self, path: &str) -> Source {
        self.known.sources.of(path).map_or(Source::Claimed, |(_, source)| source)
    }

    /// Keeps a source, where what is above does not say it already.
    fn is_worth(&mut self, path: &str, source: Source) {
        if self.sources.of(path).map(|(_, known)| known) != Some(source) {
            self.sources.0.insert(path.to_owned(), source);
        }
    }

    /// What happened to the customer: as said now, or as the case knows it; each worth what a fact would be.
    fn circumstances(&mut self, given: Option<Value>) -> Result<Vec<Value>, String> {
        let known = self.known.circumstances.clone();
        let mut all = match given {
            None | Some(Value::Null) => return Ok(known),
            Some(Value::Array(all)) => all,
            Some(_) => return Err("its `circumstances` are no list".to_owned()),
        };
        let source = |value: &Value| value.get("source")?.as_str().and_then(Source::parse);
        let mut seen = BTreeSet::new();
        for one in &mut all {
            let Some(id) = one.get("id").and_then(Value::as_str).map(str::to_owned) else { continue };
            let was = known.iter().find(|k| k.get("id").and_then(Value::as_str) == Some(&id)).and_then(source);
            let stated = one.get("source").filter(|v| !v.is_null());
            let said = match (stated, source(one)) {
                (None, _) => self.speaker.own,
                (Some(_), Some(said)) => said,
                // What is no source is told where the question is read.
                (Some(_), None) => continue,
            };
            let is = match was {
                Some(was) if was > self.speaker.own => was,
                _ => said.min(self.speaker.own),
            };
            if said > is && seen.insert(id.clone()) {
                self.told.lowered.push(Lowered { path: format!("circumstances.{id}"), said, is });
            }
            if let Some(one) = one.as_object_mut() {
                one.insert("source".to_owned(), json!(is));
            }
        }
        if self.speaker.own == Source::Claimed {
            // What a stronger source told does not go by a claim that leaves it out.
            let is_said = |k: &Value| all.iter().any(|one| one.get("id") == k.get("id"));
            let left: Vec<Value> =
                known.into_iter().filter(|k| source(k) > Some(Source::Claimed) && !is_said(k)).collect();
            all.extend(left);
        }
        Ok(all)
    }
}

fn is_record(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_object)
}

/// A value without the ways in which the same can be written: times to the minute, as forms show them.
fn plain(book: &Book, ty: &Type, value: &Value) -> Value {
    match (ty, value) {
        (_, Value::Null) => Value::Null,
        (Type::List(list), Value::Array(items)) => items.iter().map(|item| plain(book, &list.of, item)).collect(),
        (Type::Record(record), Value::Object(object)) => {
            let field = |field: &Field| {
                let value = object.get(&field.name).filter(|v| !v.is_null())?;
                Some((field.name.clone(), plain(book, &field.ty, value)))
            };
            Value::Object(record.fields.iter().filter_map(field).collect())
        }
        (Type::Map(map), Value::Object(object)) => {
            Value::Object(object.iter().map(|(name, v)| (name.clone(), plain(book, &map.of, v))).collect())
        }
        (Type::Bool, Value::String(text)) => json!(text == "yes" || text == "true"),
        (Type::Text | Type::Enum(_), value) => value.clone(),
        (Type::Time, Value::String(text)) => json!(local(book, text)),
        (ty, value) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let unit = match ty {
                Type::Money => book.currency.code(),
                Type::Percent => "%",
                Type::Days => "days",
                _ => "",
            };
            let text = text.trim();
            json!(trimmed(&digits(text.strip_suffix(unit).unwrap_or(text))))
        }
    }
}

/// `20.00` and `20` are one number.
fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests;
