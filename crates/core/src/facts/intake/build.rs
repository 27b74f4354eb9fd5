//! Checks a mapping against the schema of the book's facts.

use std::collections::HashMap;

use super::convert::{self, CurrencyOf, DECIMALS_MAX, Decimals, Unit};
use super::{Conversion, Made, Pick, Pointer};
use crate::book::model::{IntakeText, IntoText, MapText, Named, PickText, Text};
use crate::diagnostic::{Diagnostic, Findings, Span, did_you_mean};
use crate::facts::from_yaml::scalar_json;
use crate::facts::schema::paths_of;
use crate::facts::{Schema, Source};
use crate::literal;
use crate::money::Currency;
use crate::number::Rounding;
use crate::time::{Time, Zone};
use crate::types::{Field, Type};

pub(super) struct Builder<'s, 'f> {
    pub(super) schema: &'s Schema,
    pub(super) findings: &'f mut Findings,
    pub(super) failed: bool,
    /// How the book rounds amounts.
    pub(super) rounding: Rounding,
    /// The currency of amounts that name none; none where the mapping does not say.
    pub(super) currency: Option<CurrencyOf>,
}

/// The keys of a mapping of one value beside its pointer.
struct Keys<'t> {
    map: &'t [Named<Text>],
    otherwise: Option<&'t Text>,
    convert: Option<&'t Text>,
    currency: Option<&'t Text>,
    currency_at: Option<&'t Text>,
    decimals: Option<&'t Text>,
    decimals_of: &'t [Named<Text>],
    decimals_at: Option<&'t Text>,
    zone: Option<&'t Text>,
    only_where: &'t [Named<Text>],
}

impl Builder<'_, '_> {
    /// The currency that a mapping gives amounts which name none.
    pub(super) fn currency_of_all(&mut self, text: &IntakeText) {
        self.currency = match (&text.currency, &text.currency_at) {
            (Some(said), Some(_)) => {
                let message = "`currency` and `currency_at` both say in what amounts are that name none";
                self.error("two_currencies", said.at, message.to_owned(), Some("keep one of them".into()));
                None
            }
            (Some(said), None) => self.code(said).map(CurrencyOf::Fixed),
            (None, Some(said)) => self.pointer(said).map(CurrencyOf::AtRoot),
            (None, None) => None,
        };
    }

    /// A pick of a word, which has no zone.
    pub(super) fn word(&mut self, text: &PickText) -> Option<Pick> {
        if let PickText::At { zone: Some(zone), .. } = text {
            self.error("wrong_mapping", zone.at, "`zone` makes a time, and this is a word".to_owned(), None);
        }
        self.pick(text)
    }

    fn pick(&mut self, text: &PickText) -> Option<Pick> {
        match text {
            PickText::Fixed(text) => Some(Pick::Fixed(text.value.clone())),
            PickText::At { pointer, map, otherwise, zone } => {
                let pointer = self.pointer(pointer)?;
                let zone = match zone {
                    Some(zone) => Some(self.zone(zone)?),
                    None => None,
                };
                let table = map.iter().map(|entry| (entry.id.value.clone(), entry.item.value.clone())).collect();
                Some(Pick::At { pointer, table, otherwise: otherwise.as_ref().map(|text| text.value.clone()), zone })
            }
        }
    }

    /// A pick whose fixed text is a time.
    pub(super) fn time(&mut self, text: &PickText) -> Option<Pick> {
        let fixed = match text {
            PickText::Fixed(text) => Some(text),
            PickText::At { otherwise, .. } => otherwise.as_ref(),
        };
        if let Some(fixed) = fixed
            && let Err(e) = Time::parse(fixed.as_str(), &self.schema.units.zone)
        {
            self.error("bad_value", fixed.at, e.to_string(), None);
        }
        self.pick(text)
    }

    pub(super) fn sources(&mut self, texts: &[Named<Text>]) -> Vec<(String, Source)> {
        let mut sources = Vec::new();
        for entry in texts {
            let path = entry.id.as_str();
            if !matches!(path, "" | "*") && !self.knows(path) {
                let schema = self.schema;
                self.unknown_fact(&entry.id, "", schema.own_fields());
                continue;
            }
            // Other words were reported, and left out, when the book was read.
            sources.extend(Source::parse(entry.item.as_str()).map(|source| (path.to_owned(), source)));
        }
        sources
    }

    fn knows(&self, path: &str) -> bool {
        field_at(self.schema.own_fields(), path).is_some()
    }

    pub(super) fn facts(&mut self, texts: &[Named<MapText>]) -> Made {
        let schema = self.schema;
        self.record(texts, schema.own_fields(), "")
    }

    /// Members by their paths, which may lead into records inside this one.
    fn record(&mut self, texts: &[Named<MapText>], fields: &[Field], prefix: &str) -> Made {
        let mut members = Vec::new();
        for entry in texts {
            let Some(field) = field_at(fields, entry.id.as_str()) else {
                self.unknown_fact(&entry.id, prefix, fields);
                continue;
            };
            let path = format!("{prefix}{}", entry.id.value);
            let Some(made) = self.made(&entry.item, &field.ty, &path, entry.id.at) else { continue };
            let names: Vec<&str> = entry.id.value.split('.').collect();
            if !insert(&mut members, &names, made) {
                let error = format!("`{path}` is made twice, by itself and by what it is in or holds");
                self.error("made_twice", entry.id.at, error, Some("leave one of the two out".into()));
            }
        }
        Made::Record(members)
    }

    fn made(&mut self, text: &MapText, ty: &Type, path: &str, at: Span) -> Option<Made> {
        match text {
            MapText::Pick { pointer, .. } => {
                let keys = Keys::of(text)?;
                let found = self.pointer(pointer);
                let conversion = self.conversion(&keys, ty, path, pointer.at);
                Some(Made::Found(found?, Box::new(conversion?)))
            }
            MapText::Const(text) => self.literal(text, ty).map(Made::Always),
            MapText::Given(pointer) => {
                self.expect(matches!(ty, Type::Bool), "given", "yes or no", ty, path, pointer.at);
                self.pointer(pointer).map(Made::Given)
            }
            MapText::Each(pointers, into) => {
                let of = self.element(ty, "each", path, at);
                let pointers: Option<Vec<Pointer>> = pointers.iter().map(|pointer| self.pointer(pointer)).collect();
                Some(Made::Each(pointers?, self.into(into, &of?, path, at)?))
            }
            MapText::Values(pointer, into) => {
                let of = self.element(ty, "values", path, at);
                Some(Made::Values(self.pointer(pointer)?, self.into(into, &of?, path, at)?))
            }
            MapText::Entries(pointer, into) => {
                let Type::Map(map) = ty else {
                    self.expect(false, "entries", "a map", ty, path, at);
                    return None;
                };
                Some(Made::Entries(self.pointer(pointer)?, self.into(into, &map.of, path, at)?))
            }
        }
    }

    /// The type of a list's entries.
    fn element(&mut self, ty: &Type, key: &str, path: &str, at: Span) -> Option<Type> {
        if let Type::List(list) = ty {
            return Some(list.of.clone());
        }
        self.expect(false, key, "a list", ty, path, at);
        None
    }

    fn into(&mut self, text: &IntoText, ty: &Type, path: &str, at: Span) -> Option<Box<Made>> {
        let path = format!("{path}[]");
        let made = match (text, ty) {
            (IntoText::Scalar(map), _) => self.made(map, ty, &path, at)?,
            (IntoText::Record(members), Type::Record(record)) => {
                self.record(members, &record.fields, &format!("{path}."))
            }
            (IntoText::Record(_), _) => {
                self.expect(false, "into", "a record", ty, &path, at);
                return None;
            }
        };
        Some(Box::new(made))
    }

    fn conversion(&mut self, keys: &Keys<'_>, ty: &Type, path: &str, at: Span) -> Option<Conversion> {
        let scalar = !matches!(ty, Type::List(_) | Type::Map(_) | Type::Record(_));
        if !scalar && (!keys.map.is_empty() || keys.otherwise.is_some()) {
            self.expect(false, "map", "a single value", ty, path, at);
            return None;
        }
        let mut table = HashMap::new();
        for entry in keys.map {
            table.insert(entry.id.value.clone(), self.literal(&entry.item, ty)?);
        }
        let otherwise = match keys.otherwise {
            Some(text) => Some(self.literal(text, ty)?),
            None => None,
        };
        let unit = match keys.convert {
            Some(word) => self.unit(word, ty, path)?,
            None => Unit::Own,
        };
        let currency = self.currency(keys, ty, path, at)?;
        let decimals = self.decimals(keys, unit, path)?;
        let zone = match keys.zone {
            Some(zone) => {
                let takes = unit == Unit::Day || (unit == Unit::Own && *ty == Type::Time);
                if !takes {
                    let message = format!("`zone` is for a time that names none, which `{path}` is not made of here");
                    self.error("wrong_mapping", zone.at, message, None);
                    return None;
                }
                Some((self.zone(zone)?, self.schema.units.zone.clone()))
            }
            None => None,
        };
        let mut only_where = Vec::with_capacity(keys.only_where.len());
        for entry in keys.only_where {
            only_where.push((self.pointer(&entry.id)?, entry.item.value.clone()));
        }
        let rounding = self.rounding;
        Some(Conversion { ty: ty.clone(), unit, table, otherwise, currency, decimals, rounding, zone, only_where })
    }

    /// How many decimals minor units have in the document.
    fn decimals(&mut self, keys: &Keys<'_>, unit: Unit, path: &str) -> Option<Decimals> {
        let said = keys.decimals.or(keys.decimals_at).or(keys.decimals_of.first().map(|entry| &entry.id));
        let Some(said) = said else { return Some(Decimals::OfCurrency(HashMap::new())) };
        let at = said.at;
        if unit != Unit::MinorUnits {
            let message = format!("`decimals` is for `as: minor_units`, and `{path}` is not made so");
            self.error("wrong_mapping", at, message, None);
            return None;
        }
        if let (Some(_), Some(second)) = (keys.decimals.or(keys.decimals_of.first().map(|e| &e.id)), keys.decimals_at) {
            let message = "`decimals` and `decimals_at` both say how many decimals there are";
            self.error("wrong_mapping", second.at, message.to_owned(), Some("keep one of them".into()));
            return None;
        }
        if let Some(pointer) = keys.decimals_at {
            return self.pointer(pointer).map(Decimals::At);
        }
        if let Some(number) = keys.decimals {
            return self.number_of_decimals(number).map(Decimals::Fixed);
        }
        let mut table = HashMap::new();
        for entry in keys.decimals_of {
            table.insert(self.code(&entry.id)?, self.number_of_decimals(&entry.item)?);
        }
        Some(Decimals::OfCurrency(table))
    }

    fn number_of_decimals(&mut self, text: &Text) -> Option<u32> {
        let number = convert::decimals(text.as_str());
        if number.is_none() {
            let message = format!("`{}` is no number of decimals: write 0 to {DECIMALS_MAX}", text.value);
            self.error("bad_value", text.at, message, None);
        }
        number
    }

    fn zone(&mut self, text: &Text) -> Option<Zone> {
        match Zone::parse(text.as_str()) {
            Ok(zone) => Some(zone),
            Err(e) => {
                self.error("unknown_zone", text.at, e.to_string(), None);
                None
            }
        }
    }

    fn unit(&mut self, word: &Text, ty: &Type, path: &str) -> Option<Unit> {
        // Other words were reported, and left out, when the book was read.
        let (_, unit) = Unit::WORDS.into_iter().find(|(known, _)| *known == word.value)?;
        let (fits, makes) = match unit {
            Unit::MinorUnits | Unit::Rounded => (*ty == Type::Money, "an amount"),
            Unit::Fraction => (*ty == Type::Percent, "a percentage"),
            Unit::Day => (*ty == Type::Date, "a date"),
            _ => (*ty == Type::Time, "a time"),
        };
        self.expect(fits, &word.value, makes, ty, path, word.at).then_some(unit)
    }

    fn currency(&mut self, keys: &Keys<'_>, ty: &Type, path: &str, at: Span) -> Option<CurrencyOf> {
        let (key, said) = match (keys.currency, keys.currency_at) {
            (None, None) => {
                self.unsaid(ty, path, at);
                let book = CurrencyOf::Fixed(self.schema.units.currency);
                return Some(self.currency.clone().unwrap_or(book));
            }
            (Some(said), _) => ("currency", said),
            (None, Some(said)) => ("currency_at", said),
        };
        if !self.expect(*ty == Type::Money, key, "an amount", ty, path, said.at) {
            return None;
        }
        if key == "currency_at" {
            return self.pointer(said).map(CurrencyOf::At);
        }
        self.code(said).map(CurrencyOf::Fixed)
    }

    /// Warns where bare amounts in a list take the book's currency: most systems name theirs once, at the root, and an
    /// order in another currency would be read in the book's.
    fn unsaid(&mut self, ty: &Type, path: &str, at: Span) {
        let in_list = path.contains("[]") || matches!(ty, Type::List(_) | Type::Map(_));
        if self.currency.is_some() || !in_list || !has_amounts(ty) {
            return;
        }
        let book = self.schema.units.currency;
        let message = format!("amounts of `{path}` that name no currency are read in {book}, the currency of the book");
        let help = format!(
            "write `currency_at: POINTER` beside `facts`, from the root to where the document names it, or `currency: {book}` if it never comes in another"
        );
        self.findings.push(Diagnostic::warning("currency_unsaid", at, message).label("names no currency").help(help));
    }

    fn code(&mut self, said: &Text) -> Option<Currency> {
        let currency = Currency::parse(said.as_str());
        if currency.is_none() {
            let help = Currency::nearest(said.as_str()).map(|near| format!("did you mean `{near}`?"));
            self.error("unknown_currency", said.at, format!("`{}` is no currency of ISO 4217", said.value), help);
        }
        currency
    }

    /// The JSON of a literal of a type.
    fn literal(&mut self, text: &Text, ty: &Type) -> Option<String> {
        match literal::parse(text.as_str(), ty, &self.schema.units) {
            Ok(_) => Some(scalar_json(ty, text.as_str())),
            Err(e) => {
                self.error("bad_value", text.at, e.to_string(), None);
                None
            }
        }
    }

    fn pointer(&mut self, text: &Text) -> Option<Pointer> {
        match Pointer::parse(text.as_str()) {
            Ok(pointer) => Some(pointer),
            Err(what) => {
                let error = format!("`{}` is not a JSON pointer: {what}", text.value);
                self.error("bad_pointer", text.at, error, Some("write it like `/order/items`".into()));
                None
            }
        }
    }

    /// Reports a way of making a fact that does not make its type.
    fn expect(&mut self, fits: bool, key: &str, makes: &str, ty: &Type, path: &str, at: Span) -> bool {
        if !fits {
            self.error("wrong_mapping", at, format!("`{key}` makes {makes}, and `{path}` is {ty}"), None);
        }
        fits
    }

    fn unknown_fact(&mut self, name: &Text, prefix: &str, fields: &[Field]) {
        self.failed = true;
        if prefix.is_empty() && self.schema.is_broken(name.as_str()) {
            return;
        }
        let paths = paths_of(fields);
        let help =
            did_you_mean(name.as_str(), paths.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
        self.error("unknown_fact", name.at, format!("there is no fact `{prefix}{}`", name.value), help);
    }

    fn error(&mut self, code: &'static str, at: Span, message: String, help: Option<String>) {
        self.failed = true;
        let mut finding = Diagnostic::error(code, at, message);
        finding.help = help;
        self.findings.push(finding);
    }
}

impl<'t> Keys<'t> {
    /// The keys of a mapping of one value.
    fn of(text: &'t MapText) -> Option<Self> {
        let MapText::Pick {
            map,
            otherwise,
            convert,
            currency,
            currency_at,
            decimals,
            decimals_of,
            decimals_at,
            zone,
            only_where,
            pointer: _,
        } = text
        else {
            return None;
        };
        Some(Self {
            map,
            otherwise: otherwise.as_ref(),
            convert: convert.as_ref(),
            currency: currency.as_ref(),
            currency_at: currency_at.as_ref(),
            decimals: decimals.as_ref(),
            decimals_of,
            decimals_at: decimals_at.as_ref(),
            zone: zone.as_ref(),
            only_where,
        })
    }
}

/// Whether a type is an amount, or holds one.
fn has_amounts(ty: &Type) -> bool {
    match ty {
        Type::Money => true,
        Type::List(l) | Type::Map(l) => has_amounts(&l.of),
        Type::Record(record) => record.fields.iter().any(|field| has_amounts(&field.ty)),
        _ => false,
    }
}

/// The field a path of names leads to, through records only.
fn field_at<'f>(mut fields: &'f [Field], path: &str) -> Option<&'f Field> {
    let mut names = path.split('.').peekable();
    while let Some(name) = names.next() {
        let field = fields.iter().find(|field| field.name == name)?;
        match &field.ty {
            _ if names.peek().is_none() => return Some(field),
            Type::Record(record) => fields = &record.fields,
            _ => return None,
        }
    }
    None
}

/// Puts a value under a path of names; false where something is there, or lies in the way.
fn insert(members: &mut Vec<(String, Made)>, names: &[&str], made: Made) -> bool {
    let Some((first, rest)) = names.split_first() else { return false };
    let place = members.iter().position(|(name, _)| name == first);
    let Some(member) = place.and_then(|at| members.get_mut(at)) else {
        let inside = |made, name: &&str| Made::Record(vec![((*name).to_owned(), made)]);
        members.push(((*first).to_owned(), rest.iter().rev().fold(made, inside)));
        return true;
    };
    match &mut member.1 {
        Made::Record(below) if !rest.is_empty() => insert(below, rest, made),
        _ => false,
    }
}
