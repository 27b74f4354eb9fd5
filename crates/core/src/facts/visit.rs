//! The reader's side of serde: what to do with each kind of JSON value.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::plan::{FieldPlan, Kind, RecordPlan, ValuePlan};
use super::reader::{Reader, Step};

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

/// The book's own facts, into the root record.
pub(super) struct OwnFacts<'r, 's, 'a, 'f>(pub(super) &'r mut Reader<'s, 'a, 'f>);

impl<'a> DeserializeSeed<'a> for OwnFacts<'_, '_, 'a, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        let kind = &self.0.schema.plan.own;
        Container { reader: self.0, kind, at: 0 }.deserialize(deserializer)
    }
}

/// A record, list or map, whose cell (or first cell) is at `at`.
pub(super) struct Container<'r, 's, 'a, 'f> {
    pub(super) reader: &'r mut Reader<'s, 'a, 'f>,
    pub(super) kind: &'s Kind,
    pub(super) at: usize,
}

impl<'a> DeserializeSeed<'a> for Container<'_, '_, 'a, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Container<'_, '_, '_, '_> {
    /// Notes what was found instead of what is expected; the reading goes on.
    #[expect(clippy::unnecessary_wraps, reason = "it is what every visit ends with")]
    fn instead<E>(self, found: &str) -> Result<(), E> {
        self.reader.wrong_container(self.kind, found);
        Ok(())
    }
}

impl<'a> Visitor<'a> for Container<'_, '_, 'a, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        match self.kind {
            Kind::Record(plan) => self.reader.record(plan, self.at, map),
            Kind::Map(plan) => self.reader.map(plan, self.at, map),
            _ => {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                self.instead("an object")
            }
        }
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        if let Kind::List(plan) = self.kind {
            return self.reader.list(plan, self.at, seq);
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.instead("a list")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.reader.null(self.at);
        Ok(())
    }

    fn visit_bool<E: Error>(self, given: bool) -> Result<(), E> {
        self.instead(if given { "true" } else { "false" })
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.instead(&format!("the number {number}"))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.instead(&format!("the number {number}"))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.instead(&format!("the number {number}"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.instead(&super::explain::found(&format!("\"{text}\"")))
    }
}

/// An entry of a list or map, whose value is at `at`.
pub(super) struct Entry<'r, 's, 'a, 'f> {
    pub(super) reader: &'r mut Reader<'s, 'a, 'f>,
    pub(super) plan: &'s ValuePlan,
    pub(super) at: usize,
    pub(super) step: Step<'s>,
}

impl<'a> DeserializeSeed<'a> for Entry<'_, '_, 'a, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.plan.kind.is_container() {
            return self.reader.inside(self.step, |reader| {
                Container { reader, kind: &self.plan.kind, at: self.at }.deserialize(deserializer)
            });
        }
        let raw = <&'a RawValue as serde::Deserialize<'a>>::deserialize(deserializer)?;
        self.reader.scalar(self.step, self.plan, self.at, raw.get());
        Ok(())
    }
}
