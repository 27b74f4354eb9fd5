//! Who works here, what they may, and where money is sent: what the chain `settings` says of it now.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Columns, Rows};
use crate::digest::Digest;
use crate::journal::{Entry, Head, SETTINGS};
use crate::time::Time;

/// What the chain `settings` says, entry by entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// How many entries were taken in, and the hash of the last; none: none was.
    pub at: Option<(u64, Digest)>,
    /// Whoever works here or did, by id.
    pub people: BTreeMap<String, Works>,
    /// Who gave each of them their role last, and when; left out are those whom nobody who works here did.
    pub given: BTreeMap<String, (String, Time)>,
    /// The modes of teams, as they are stored.
    pub teams: BTreeMap<String, String>,
    /// What holders may spend.
    pub allowances: BTreeMap<Allowed, i64>,
    /// Keys that are good, by id.
    pub keys: BTreeMap<String, Key>,
    /// Webhooks by id.
    pub hooks: BTreeMap<String, Hook>,
    /// Inlets by id.
    pub inlets: BTreeMap<String, Inflow>,
    /// The digests of the texts that were published, by policy and day.
    pub rules: BTreeMap<(String, String), Digest>,
}

/// Someone who works here.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Works {
    /// Their place on the ladder.
    pub role: String,
    /// Their team.
    pub team: String,
    /// Whether they may come in.
    pub active: bool,
}

/// Whose spending is limited, over which span and in which currency.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Allowed {
    /// As one text: `team shop`.
    pub holder: String,
    /// `day` or `month`.
    pub span: String,
    /// As in ISO 4217.
    pub currency: String,
}

/// A key by which a program comes in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Key {
    /// As whom.
    pub person: String,
    /// What it may do; none: all that its person may.
    pub actions: Vec<String>,
    /// Until when it is good, in microseconds; none: until it is taken away.
    pub until: Option<i64>,
    /// Of its secrets; none: the entry is older than that they are told.
    #[serde(default)]
    pub secret: Option<Digest>,
}

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Hook {
    /// `fulfil` or `tell`.
    pub purpose: String,
    /// Where it is, as scheme and host; of entries of an earlier version the whole address.
    pub url: String,
    /// Whether anything is sent to it.
    pub on: bool,
    /// Kinds of remedies or events that it takes; none: the entry is older than that they are told.
    #[serde(default)]
    pub kinds: Option<Vec<String>>,
    /// Of its whole address and what signs its messages; none: the entry is older than that it is told.
    #[serde(default)]
    pub secret: Option<Digest>,
}

/// An inlet.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Inflow {
    /// `events`, `mail` or `form`.
    pub kind: String,
    /// Who owns what comes in.
    pub owner: String,
    /// Whether anything is taken by it.
    pub on: bool,
    /// Of its secrets, its kind of request and its mapping; none: the entry is older than that they are told.
    #[serde(default)]
    pub secret: Option<Digest>,
}

/// Whether an entry followed from the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// It did.
    Yes,
    /// It is not the next, its hash is of another, or it does not follow from the one before.
    OutOfChain,
    /// Its event cannot be read.
    Unreadable,
}

#[derive(Deserialize)]
struct Told {
    by: String,
    what: What,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Person {
        id: String,
        #[serde(flatten)]
        works: Works,
    },
    Team {
        id: String,
        mode: String,
    },
    Endpoint {
        id: String,
        #[serde(flatten)]
        hook: Hook,
    },
    Inlet {
        id: String,
        #[serde(flatten)]
        inflow: Inflow,
    },
    Allowance {
        holder: String,
        span: String,
        currency: String,
        most: Option<i64>,
    },
    Key {
        id: String,
        good: bool,
        #[serde(flatten)]
        key: Key,
    },
    Rule {
        policy: String,
        in_force: String,
        text: Digest,
    },
}

/// The kinds of entries that say what stands.
const KINDS: [&str; 7] = [
    "setting.person",
    "setting.team",
    "setting.webhook",
    "setting.inlet",
    "setting.allowance",
    "setting.key",
    "setting.rule",
];

impl Standing {
    /// How many entries were taken in.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.at.as_ref().map_or(0, |(seq, _)| *seq)
    }

    /// Takes the next entry of the chain in. One that does not follow is not taken in.
    pub fn enter(&mut self, entry: &Entry) -> Entered {
        let head = Head {
            business: entry.business.clone(),
            team: entry.team.clone(),
            seq: self.seq(),
            hash: self.at.as_ref().map_or_else(Digest::zeros, |(_, hash)| hash.clone()),
        };
        if entry.team.as_str() != SETTINGS || !entry.follows(&head) {
            return Entered::OutOfChain;
        }
        self.at = Some((entry.seq, entry.hash.clone()));
        if !KINDS.contains(&entry.kind.as_str()) {
            return Entered::Yes;
        }
        match serde_json::from_str::<Told>(&entry.event) {
            Ok(Told { by, what }) => {
                self.note_giver(&by, &what, entry.at);
                self.take(what);
                Entered::Yes
            }
            Err(_) => Entered::Unreadable,
        }
    }

    /// A role that is new, and coming in again, is given by somebody; nobody gives themselves one.
    fn note_giver(&mut self, by: &str, what: &What, at: Time) {
        let What::Person { id, works } = what else { return };
        let before = self.people.get(id);
        if by == id || before.is_some_and(|before| before.role == works.role && before.active == works.active) {
            return;
        }
        if self.people.contains_key(by) {
            self.given.insert(id.clone(), (by.to_owned(), at));
        } else {
            self.given.remove(id);
        }
    }

    fn take(&mut self, what: What) {
        match what {
            What::Person { id, works } => {
                // Whoever has gone has no keys any more.
                if !works.active {
                    self.keys.retain(|_, key| key.person != id);
                }
                self.people.insert(id, works);
            }
            What::Team { id, mode } => drop(self.teams.insert(id, mode)),
            What::Endpoint { id, hook } => drop(self.hooks.insert(id, hook)),
            What::Inlet { id, inflow } => drop(self.inlets.insert(id, inflow)),
            What::Allowance { holder, span, currency, most } => {
                let of = Allowed { holder, span, currency };
                match most {
                    Some(most) => self.allowances.insert(of, most),
                    None => self.allowances.remove(&of),
                };
            }
            What::Key { id, good: true, key } => drop(self.keys.insert(id, key)),
            What::Key { id, good: false, .. } => drop(self.keys.remove(&id)),
            What::Rule { policy, in_force, text } => drop(self.rules.insert((policy, in_force), text)),
        }
    }

    /// The rows of the table `people`.
    #[must_use]
    pub fn people_rows(&self) -> Rows {
        let row = |works: &Works| {
            let state = if works.active { "active" } else { "gone" };
            columns([("role", &works.role), ("team", &works.team), ("state", state)])
        };
        self.people.iter().map(|(id, works)| (id.clone(), row(works))).collect()
    }

    /// The rows of the table `teams`.
    #[must_use]
    pub fn team_rows(&self) -> Rows {
        self.teams.iter().map(|(id, mode)| (id.clone(), columns([("mode", mode)]))).collect()
    }

    /// The rows of the table `allowances`.
    #[must_use]
    pub fn allowance_rows(&self) -> Rows {
        let row = |(of, most): (&Allowed, &i64)| (of.key(), columns([("most", &most.to_string())]));
        self.allowances.iter().map(row).collect()
    }

    /// The rows of the table `keys`.
    #[must_use]
    pub fn key_rows(&self) -> Rows {
        let row = |key: &Key| {
            let mut row = columns([("person", &key.person), ("actions", &list(&key.actions))]);
            row.insert("until", key.until.map(|until| until.to_string()));
            row.extend(key.secret.as_ref().map(|secret| ("secret", Some(secret.to_string()))));
            row
        };
        self.keys.iter().map(|(id, key)| (id.clone(), row(key))).collect()
    }

    /// The rows of the table `endpoints`.
    #[must_use]
    pub fn hook_rows(&self) -> Rows {
        let row = |hook: &Hook| {
            let mut row = columns([("purpose", &hook.purpose), ("url", &hook.url), ("state", on(hook.on))]);
            row.extend(hook.kinds.as_ref().map(|kinds| ("kinds", Some(list(kinds)))));
            row.extend(hook.secret.as_ref().map(|secret| ("secret", Some(secret.to_string()))));
            row
        };
        self.hooks.iter().map(|(id, hook)| (id.clone(), row(hook))).collect()
    }

    /// The rows of the table `inlets`.
    #[must_use]
    pub fn inlet_rows(&self) -> Rows {
        let row = |inlet: &Inflow| {
            let mut row = columns([("kind", &inlet.kind), ("owner", &inlet.owner), ("state", on(inlet.on))]);
            row.extend(inlet.secret.as_ref().map(|secret| ("secret", Some(secret.to_string()))));
            row
        };
        self.inlets.iter().map(|(id, inlet)| (id.clone(), row(inlet))).collect()
    }

    /// The rows of the table `published`. `path`: where the text of a policy stands that is in force from a day on.
    #[must_use]
    pub fn rule_rows(&self, path: impl Fn(&str, &str) -> String) -> Rows {
        let row = |((policy, day), text): (&(String, String), &Digest)| {
            (path(policy, day), columns([("text", text.as_str())]))
        };
        self.rules.iter().map(row).collect()
    }
}

impl Allowed {
    /// The key of its row.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{} {} {}", self.holder, self.span, self.currency)
    }
}

/// A list as tables hold it. Texts always make JSON.
fn list(texts: &[String]) -> String {
    serde_json::to_string(texts).unwrap_or_default()
}

const fn on(is_on: bool) -> &'static str {
    if is_on { "on" } else { "off" }
}

fn columns<const N: usize>(of: [(&'static str, &str); N]) -> Columns {
    of.into_iter().map(|(name, value)| (name, Some(value.to_owned()))).collect()
}
