//! Amounts and times in stored JSON: as the texts people read, and in no other form.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::money::{Currency, Money};
use crate::time::{Time, Zone};

/// `"178.80 USD"`
impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let money = Self::parse(&text, None).map_err(D::Error::custom)?;
        as_written(money, &text)
    }
}

/// `"2026-11-16T23:04:00Z"`
impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let time = Self::parse(&text, &Zone::utc()).map_err(D::Error::custom)?;
        as_written(time, &text)
    }
}

/// `"USD"`
impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = Cow::<str>::deserialize(deserializer)?;
        Self::parse(&code).ok_or_else(|| D::Error::custom(format!("`{code}` is no currency of ISO 4217")))
    }
}

/// A stored text stands for one value and a value for one text, or the same entry could be written in two ways.
fn as_written<T: ToString, E: Error>(value: T, text: &str) -> Result<T, E> {
    let wanted = value.to_string();
    if wanted == text { Ok(value) } else { Err(E::custom(format!("`{text}` would be written `{wanted}`"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_times_are_the_texts_people_read() {
        let money: Money = serde_json::from_str("\"178.80 USD\"").unwrap();
        assert_eq!(
            (money, serde_json::to_string(&money).unwrap()),
            (Money::new(17_880, Currency::USD), "\"178.80 USD\"".to_owned())
        );
        let time: Time = serde_json::from_str("\"2026-11-16T23:04:00Z\"").unwrap();
        assert_eq!(serde_json::to_string(&time).unwrap(), "\"2026-11-16T23:04:00Z\"");
    }

    #[test]
    fn another_way_to_write_the_same_is_refused() {
        let error = |text: &str| serde_json::from_str::<Money>(text).unwrap_err().to_string();
        assert!(error("\"178.8 USD\"").starts_with("`178.8 USD` would be written `178.80 USD`"));
        assert!(serde_json::from_str::<Time>("\"2026-11-16T18:04:00-05:00\"").is_err());
    }
}
