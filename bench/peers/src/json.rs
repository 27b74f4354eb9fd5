//! JSON text straight into the values of an engine: no tree in between, and text borrowed where the engine can borrow.
//! For engines that read no JSON by themselves, and as a second way for those whose own reader is slower.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Who reads the JSON text, where an engine can do it by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The engine, in the way that its documentation shows.
    Own,
    /// [`read_members`].
    Ours,
}

/// A value of an engine, and how JSON becomes one. The documents have neither fractions nor nulls.
pub trait FromJson<'t>: Sized {
    /// The object under construction.
    type Object: Default;

    /// A boolean.
    fn boolean(value: bool) -> Self;
    /// A whole number.
    fn integer(value: i64) -> Self;
    /// A text.
    fn text(value: Cow<'t, str>) -> Self;
    /// A list.
    fn list(values: Vec<Self>) -> Self;
    /// An object, unless the engine refuses its members.
    fn object(object: Self::Object) -> anyhow::Result<Self>;
    /// Adds a member to an object.
    fn insert(object: &mut Self::Object, key: Cow<'t, str>, value: Self);
}

/// Hands the members of the JSON object in `text` to `bind`, one after another.
///
/// # Errors
///
/// Where `text` is no JSON object, or has a fraction or a null in it.
pub fn read_members<'t, V: FromJson<'t>>(text: &'t str, bind: impl FnMut(Cow<'t, str>, V)) -> serde_json::Result<()> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.deserialize_map(MembersVisitor { bind, value: PhantomData })?;
    deserializer.end()
}

struct MembersVisitor<V, B> {
    bind: B,
    value: PhantomData<V>,
}

impl<'t, V: FromJson<'t>, B: FnMut(Cow<'t, str>, V)> Visitor<'t> for MembersVisitor<V, B> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(mut self, mut members: A) -> Result<(), A::Error> {
        while let Some((key, value)) = members.next_entry_seed(TextSeed, ValueSeed(PhantomData))? {
            (self.bind)(key, value);
        }
        Ok(())
    }
}

struct ValueSeed<V>(PhantomData<V>);

impl<'t, V: FromJson<'t>> DeserializeSeed<'t> for ValueSeed<V> {
    type Value = V;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<V, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'t, V: FromJson<'t>> Visitor<'t> for ValueSeed<V> {
    type Value = V;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a boolean, whole number, text, list or object")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<V, E> {
        Ok(V::boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<V, E> {
        Ok(V::integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<V, E> {
        i64::try_from(value).map(V::integer).map_err(E::custom)
    }

    fn visit_borrowed_str<E: Error>(self, value: &'t str) -> Result<V, E> {
        Ok(V::text(Cow::Borrowed(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<V, E> {
        Ok(V::text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut elements: A) -> Result<V, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = elements.next_element_seed(Self(PhantomData))? {
            values.push(value);
        }
        Ok(V::list(values))
    }

    fn visit_map<A: MapAccess<'t>>(self, mut members: A) -> Result<V, A::Error> {
        let mut object = V::Object::default();
        while let Some((key, value)) = members.next_entry_seed(TextSeed, Self(PhantomData))? {
            V::insert(&mut object, key, value);
        }
        V::object(object).map_err(A::Error::custom)
    }
}

/// A text that borrows from the document unless it has escapes in it.
struct TextSeed;

impl<'t> DeserializeSeed<'t> for TextSeed {
    type Value = Cow<'t, str>;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<Cow<'t, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'t> Visitor<'t> for TextSeed {
    type Value = Cow<'t, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, value: &'t str) -> Result<Cow<'t, str>, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Cow<'t, str>, E> {
        Ok(Cow::Owned(value.to_owned()))
    }
}
