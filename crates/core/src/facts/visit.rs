//! The reader's side of serde: what to do with each kind of JSON value.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::plan::{FieldPlan, Kind, RecordPlan, ValuePlan};
use super::reader::Reader;

/// A member's name, looked up among the fields of a record.
pub(super) struct Key<'s>(pub(super) &'s RecordPlan);

impl<'de, 's> DeserializeSeed<'de> for Key<'s> {
    type Value = Option<&'s FieldPlan>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'s> Visitor<'_> for Key<'s> {
    type Value = Option<&'s FieldPlan>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.find(name))
    }
}

/// Any text, borrowed from the document unless it has escapes.
pub(super) struct AnyText;

impl<'de> DeserializeSeed<'de> for AnyText {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for AnyText {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// A value, whose (first) cell is at `at`.
pub(super) struct Value<'r, 's, 'a, 'f> {
    pub(super) reader: &'r mut Reader<'s, 'a, 'f>,
    pub(super) plan: &'s ValuePlan,
    pub(super) at: usize,
}

impl<'a> DeserializeSeed<'a> for Value<'_, '_, 'a, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        if !self.plan.kind.is_number() {
            return deserializer.deserialize_any(self);
        }
        let raw = <&'a RawValue as serde::Deserialize<'a>>::deserialize(deserializer)?;
        self.reader.number(self.plan, self.at, raw.get());
        Ok(())
    }
}

impl<'r, 's, 'a, 'f> Value<'r, 's, 'a, 'f> {
    /// The book's own facts, into the root record.
    pub(super) fn own_facts(reader: &'r mut Reader<'s, 'a, 'f>) -> Self {
        Self { plan: &reader.schema.plan.own, at: 0, reader }
    }

    /// Notes what was found instead of what is expected; the reading goes on.
    #[expect(clippy::unnecessary_wraps, reason = "it is what every visit ends with")]
    fn instead<E>(self, raw: &str) -> Result<(), E> {
        self.reader.wrong_value(&self.plan.kind, raw);
        Ok(())
    }
}

impl<'a> Visitor<'a> for Value<'_, '_, 'a, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fact")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        match &self.plan.kind {
            Kind::Record(plan) => self.reader.record(plan, self.at, map),
            Kind::Map(plan) => self.reader.map(plan, self.at, map),
            _ => {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                self.instead("{")
            }
        }
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        if let Kind::List(plan) = &self.plan.kind {
            return self.reader.list(plan, self.at, seq);
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.instead("[")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<(), E> {
        self.reader.text(self.plan, self.at, Cow::Borrowed(text));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.reader.text(self.plan, self.at, Cow::Owned(text.to_owned()));
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.reader.null(self.at);
        Ok(())
    }

    fn visit_bool<E: Error>(self, given: bool) -> Result<(), E> {
        self.instead(if given { "true" } else { "false" })
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.instead(&number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.instead(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.instead(&number.to_string())
    }
}
