//! Entries and anchors, each made from the one before.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::case::Event;
use crate::digest::Digest;
use crate::ids::{BusinessId, TeamId};
use crate::time::Time;

/// One thing that was decided or done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Whose.
    pub business: BusinessId,
    /// The team whose chain it is in.
    pub team: TeamId,
    /// Its place in the chain, from 1.
    pub seq: u64,
    /// When it was written.
    pub at: Time,
    /// What kind of event: `case.reserved`.
    pub kind: String,
    /// The event as JSON, in one line.
    #[serde(with = "raw")]
    pub event: String,
    /// The hash of the entry before.
    pub previous: Digest,
    /// Its own hash.
    pub hash: Digest,
}

/// Where a chain stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose.
    pub business: BusinessId,
    /// The team.
    pub team: TeamId,
    /// How many entries it has.
    pub seq: u64,
    /// The hash of the last one.
    pub hash: Digest,
}

/// An event that JSON cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event cannot be written as JSON: {0}")]
pub struct NotJson(pub String);

impl Head {
    /// A chain without entries.
    #[must_use]
    pub fn empty(business: BusinessId, team: TeamId) -> Self {
        Self { business, team, seq: 0, hash: Digest::zeros() }
    }

    /// The entry that comes next.
    ///
    /// # Errors
    /// When JSON cannot hold the event: it has a key that is no text, or writes itself wrongly.
    pub fn next(&self, at: Time, kind: &str, event: &impl Serialize) -> Result<Entry, NotJson> {
        let event = serde_json::to_string(event).map_err(|e| NotJson(e.to_string()))?;
        let kind = kind.to_owned();
        let mut entry = Entry {
            business: self.business.clone(),
            team: self.team.clone(),
            seq: self.seq.saturating_add(1),
            at,
            kind,
            event,
            previous: self.hash.clone(),
            hash: Digest::zeros(),
        };
        entry.hash = entry.hashed();
        Ok(entry)
    }

    /// The entry of an event of a case.
    ///
    /// # Errors
    /// As [`Self::next`]; no event that a case makes is one.
    pub fn next_of_case(&self, event: &Event) -> Result<Entry, NotJson> {
        self.next(event.at, &kind_of(event), event)
    }
}

/// The kind of an event of a case.
pub(super) fn kind_of(event: &Event) -> String {
    format!("case.{}", event.what.name())
}

impl Entry {
    /// Where its chain stands after it.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { business: self.business.clone(), team: self.team.clone(), seq: self.seq, hash: self.hash.clone() }
    }

    /// Whether it comes right after a head of its chain, with a hash that is its own.
    #[must_use]
    pub fn follows(&self, head: &Head) -> bool {
        self.team == head.team
            && self.seq == head.seq.saturating_add(1)
            && self.previous == head.hash
            && self.hashed() == self.hash
    }

    /// The hash it must have.
    #[must_use]
    pub fn hashed(&self) -> Digest {
        Digest::of_parts([
            b"amends.entry.1".as_slice(),
            self.business.as_str().as_bytes(),
            self.team.as_str().as_bytes(),
            &self.seq.to_be_bytes(),
            &self.at.micros().to_be_bytes(),
            self.kind.as_bytes(),
            self.event.as_bytes(),
            self.previous.as_str().as_bytes(),
        ])
    }
}

/// The chains of a business at one time: those that moved since the anchor before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Whose.
    pub business: BusinessId,
    /// Its place among the anchors, from 1.
    pub number: u64,
    /// When.
    pub at: Time,
    /// The hash of the anchor before.
    pub previous: Digest,
    /// Where the chains stand, by team.
    pub heads: Vec<Moved>,
    /// Its own hash.
    pub hash: Digest,
}

/// Where one chain stands, in an anchor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moved {
    /// The team.
    pub team: TeamId,
    /// How many entries it has.
    pub seq: u64,
    /// The hash of the last one.
    pub hash: Digest,
}

impl Anchor {
    /// Folds the heads of chains into the anchor that follows another, or is the first.
    #[must_use]
    pub fn fold(business: BusinessId, before: Option<&Self>, at: Time, heads: impl IntoIterator<Item = Head>) -> Self {
        let mut heads: Vec<Moved> =
            heads.into_iter().map(|Head { team, seq, hash, .. }| Moved { team, seq, hash }).collect();
        heads.sort();
        let number = before.map_or(1, |before| before.number.saturating_add(1));
        let previous = before.map_or_else(Digest::zeros, |before| before.hash.clone());
        let mut anchor = Self { business, number, at, previous, heads, hash: Digest::zeros() };
        anchor.hash = anchor.hashed();
        anchor
    }

    /// The hash it must have.
    #[must_use]
    pub fn hashed(&self) -> Digest {
        let (number, at) = (self.number.to_be_bytes(), self.at.micros().to_be_bytes());
        let seqs: Vec<[u8; 8]> = self.heads.iter().map(|head| head.seq.to_be_bytes()).collect();
        let own = [
            b"amends.anchor.1".as_slice(),
            self.business.as_str().as_bytes(),
            &number,
            &at,
            self.previous.as_str().as_bytes(),
        ];
        let heads = self
            .heads
            .iter()
            .zip(&seqs)
            .flat_map(|(head, seq)| [head.team.as_str().as_bytes(), seq.as_slice(), head.hash.as_str().as_bytes()]);
        Digest::of_parts(own.into_iter().chain(heads))
    }
}

/// JSON inside JSON, byte by byte.
mod raw {
    use serde::de::Deserializer;
    use serde::ser::{Error, Serializer};

    use super::{Deserialize, RawValue, Serialize};

    pub fn serialize<S: Serializer>(json: &str, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(json.to_owned()).map_err(S::Error::custom)?.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| raw.get().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Export, Header, Line};

    /// Worked out apart from this code, from the page of the reference.
    #[test]
    fn hashes_are_those_of_the_reference() {
        let (business, team) = (BusinessId::parse("acme").unwrap(), TeamId::parse("shop").unwrap());
        let at = Time::from_micros(1_794_870_240_000_000).unwrap();
        let empty = Head::empty(business.clone(), team);
        let entry = empty.next(at, "setting.changed", &serde_json::json!({ "mode": "full" })).unwrap();
        assert_eq!(entry.hash.as_str(), "9db88ea17f93fe376ff0f78f96eb324434e720021f4e2d8930c490e68b8e2a73");
        let anchor = Anchor::fold(business.clone(), None, at, [entry.head()]);
        assert_eq!(anchor.hash.as_str(), "385f684d1502e6bcccd162c66c4f8170b1fb661a6b8dfd2d1b8a8e93cea608d3");
        let mut export = Export::default();
        let line = export.line(&Line::Header(Header { format: 1, business, at }));
        assert_eq!(line, r#"{"line":"header","format":1,"business":"acme","at":"2026-11-16T23:04:00Z"}"#);
        assert_eq!(export.end().digest.as_str(), "762cc7dda3ed1194956865fc91f2f102d03c802935edabdecbb61adec0ab373c");
    }
}
