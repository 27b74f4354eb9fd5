//! What holds in a business now: its book, its people and teams, and what they may spend.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use amends_core::assess::frozen::Department;
use amends_core::authority::{BudgetKey, Ladder, Mode, Period, Person};
use amends_core::book::rules::{Book, Caps};
use amends_core::case::Clocks;
use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, PersonId, TeamId};
use amends_core::journal::derive::{Difference, Standing};
use amends_core::money::Money;
use amends_core::time::{DAY, Date, Time};
use serde::{Deserialize, Serialize};

use super::kept::standing::{self, Held, Tables};
use crate::store::endpoints::{EndpointRow, Purpose};
use crate::store::inlets::InletRow;
use crate::store::keys::KeyRow;
use crate::store::people::{PersonRow, TeamRow};
use crate::store::settings::Allowance;
use crate::store::{Conn, StoreError, budgets, people};

/// How long someone who was given their role or password counts as whoever gave it, in microseconds: time for others to see
/// that it was given.
const NEW_FOR: i64 = DAY;
/// Most keys between one and the first of those that it was made with.
pub const MADE_WITH_MAX: usize = 4;

/// What holds in a business now.
#[derive(Debug)]
pub struct Rules {
    /// Whose.
    pub business: BusinessId,
    /// How often its settings had been changed when they were read.
    pub version: i64,
    /// The book in force.
    pub book: Arc<Book>,
    /// Its roles.
    pub ladder: Ladder,
    /// How long things take.
    pub clocks: Clocks,
    /// Everyone who works for it.
    pub people: HashMap<PersonId, PersonRow>,
    /// Its teams.
    pub teams: HashMap<TeamId, Team>,
    /// Who may be charged: the departments of the book, and the teams by id and by name.
    pub departments: Vec<Department>,
    /// Its webhooks.
    pub endpoints: Vec<EndpointRow>,
    /// Where its cases come in by themselves.
    pub inlets: Vec<InletRow>,
    /// Where the tables of settings said something else than the journal, which holds.
    pub differs: Vec<Difference>,
    keys: HashMap<PersonId, Vec<KeyRow>>,
    /// By the digests of their secrets: whose, and which.
    by_digest: HashMap<String, (PersonId, String)>,
    /// Who gave each their role or password, and when.
    given: HashMap<PersonId, Vec<(PersonId, i64)>>,
    /// The most in minor units by currency, for each holder and span.
    allowances: BTreeMap<(String, String), BTreeMap<String, i64>>,
}

/// A team.
#[derive(Clone, Debug)]
pub struct Team {
    /// What people call it.
    pub title: String,
    /// How far it has come.
    pub mode: Mode,
}

/// A mode as it is stored and sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ModeText {
    /// Grants are recorded, and people do what they say.
    AdviseOnly,
    /// Grants up to these costs, one a currency, fulfil themselves: `{"limited": ["50.00 USD"]}`.
    Limited(Vec<Money>),
    /// Every grant fulfils itself.
    Full,
}

impl ModeText {
    /// As a mode is written.
    pub fn of(mode: &Mode) -> Self {
        match mode {
            Mode::AdviseOnly => Self::AdviseOnly,
            Mode::Limited { up_to } => Self::Limited(up_to.0.clone()),
            Mode::Full => Self::Full,
        }
    }

    /// What it means.
    pub fn mode(&self) -> Mode {
        match self {
            Self::AdviseOnly => Mode::AdviseOnly,
            Self::Limited(up_to) => Mode::Limited { up_to: Caps(up_to.clone()) },
            Self::Full => Mode::Full,
        }
    }
}

impl Rules {
    /// What someone who works here is called; whoever is not known any more by their id.
    pub fn name_of(&self, id: &PersonId) -> String {
        self.people.get(id).map_or_else(|| id.to_string(), |person| person.name.clone())
    }

    /// Reads the settings of a business, as the journal tells them. `standing`: what was read of it before.
    pub async fn read(
        conn: &mut Conn,
        business: &BusinessId,
        book: Arc<Book>,
        standing: &mut Standing,
    ) -> Result<Self, StoreError> {
        let unreadable = |e: &dyn std::fmt::Display| StoreError::Unreadable(e.to_string());
        let ladder = Ladder::of(&book).map_err(|e| unreadable(&e))?;
        let Held { tables, version, differs } = standing::held(conn, business, standing).await?;
        let Tables { people, teams, endpoints, inlets, allowances, keys, .. } = tables;
        let teams: HashMap<TeamId, Team> = teams.into_iter().map(team).collect::<Result<_, _>>()?;
        let given = givers(people::given(conn, business).await?, standing);
        let mut limits: BTreeMap<(String, String), BTreeMap<String, i64>> = BTreeMap::new();
        for Allowance { holder, span, currency, most } in allowances {
            limits.entry((holder, span)).or_default().insert(currency, most);
        }
        let mut of_people: HashMap<PersonId, Vec<KeyRow>> = HashMap::new();
        let mut by_digest = HashMap::new();
        for key in keys {
            let older = key.older.iter().map(|(digest, _)| digest);
            for digest in older.chain([&key.digest]) {
                by_digest.insert(digest.clone(), (key.person.clone(), key.id.clone()));
            }
            of_people.entry(key.person.clone()).or_default().push(key);
        }
        Ok(Self {
            business: business.clone(),
            version,
            ladder,
            clocks: Clocks::default(),
            people: people.into_iter().map(|p| (p.id.clone(), p)).collect(),
            departments: departments(&book, &teams),
            book,
            teams,
            endpoints,
            inlets,
            differs,
            keys: of_people,
            by_digest,
            given,
            allowances: limits,
        })
    }

    /// The mode of a team; a team that is not known only advises.
    pub fn mode(&self, team: &TeamId) -> &Mode {
        self.teams.get(team).map_or(&Mode::AdviseOnly, |team| &team.mode)
    }

    /// The limit of a budget, in minor units; none for no limit. Who has one only in other currencies has nothing to give in
    /// this one, as a role of the book.
    pub fn limit(&self, key: &BudgetKey) -> Option<i64> {
        let span = match key.period {
            Period::Day(_) => "day",
            Period::Month(_) => "month",
        };
        let by_currency = self.allowances.get(&(budgets::holder(&key.holder), span.to_owned()))?;
        Some(by_currency.get(key.currency.code()).copied().unwrap_or(0))
    }

    /// Every allowance, in the order of their holders.
    pub fn allowances(&self) -> Vec<Allowance> {
        let each = |((holder, span), by_currency): (&(String, String), &BTreeMap<String, i64>)| {
            let allowance = |(currency, most): (&String, &i64)| Allowance {
                holder: holder.clone(),
                span: span.clone(),
                currency: currency.clone(),
                most: *most,
            };
            by_currency.iter().map(allowance).collect::<Vec<_>>()
        };
        self.allowances.iter().flat_map(each).collect()
    }

    /// Which webhook makes a kind of remedy real; none: people do.
    pub fn connector(&self, kind: Option<&str>) -> Option<&EndpointRow> {
        let may = |e: &&EndpointRow| e.on && e.purpose == Purpose::Fulfil;
        self.endpoints.iter().filter(may).find(|e| e.takes(kind.unwrap_or_default()))
    }

    /// A webhook that is on.
    pub fn endpoint(&self, id: &str) -> Option<&EndpointRow> {
        self.endpoints.iter().find(|e| e.on && e.id == id)
    }

    /// The keys of someone.
    pub fn keys_of(&self, person: &PersonId) -> &[KeyRow] {
        self.keys.get(person).map_or(&[], Vec::as_slice)
    }

    /// A key of someone by its id, where it is good: neither it nor one that it was made with is over or was taken away.
    pub fn good_key(&self, person: &PersonId, id: &str, now: i64) -> Option<&KeyRow> {
        let lasts = |key: &KeyRow| key.until.is_none_or(|until| now < until);
        let key = self.keys_of(person).iter().find(|key| key.id == id).filter(|key| lasts(key))?;
        let mut at = key;
        for _ in 0..=MADE_WITH_MAX {
            let Some(with) = &at.made_with else { return Some(key) };
            at = self.key(with).filter(|key| lasts(key))?;
        }
        None
    }

    /// The key that a secret's digest opens: it, or one before it that is good still.
    ///
    /// It is looked up by a digest of 256 bits, so that no answer takes longer for what is nearly right, or for a name that
    /// somebody has.
    pub fn opened_by(&self, given: &Digest, now: i64) -> Option<&KeyRow> {
        let (person, id) = self.by_digest.get(given.as_str())?;
        let is_newest = |key: &&KeyRow| key.digest == given.as_str();
        let is_good_older = |key: &&KeyRow| key.older.as_ref().is_some_and(|(_, until)| now < *until);
        self.good_key(person, id, now).filter(|key| is_newest(key) || is_good_older(key))
    }

    /// A key by its id.
    pub fn key(&self, id: &str) -> Option<&KeyRow> {
        self.keys.values().flatten().find(|key| key.id == id)
    }

    /// How many keys lie between a key and somebody who was signed in when the first of them was made.
    pub fn generation(&self, key: &KeyRow) -> usize {
        let mut at = key;
        for count in 0..=MADE_WITH_MAX {
            let Some(with) = at.made_with.as_deref().and_then(|id| self.key(id)) else { return count };
            at = with;
        }
        MADE_WITH_MAX
    }

    /// Someone, and those whose hand they may still be: who gave them their role or password a short while ago, who gave it
    /// to that one, and so on.
    pub fn hands<'r>(&'r self, of: &'r PersonId, now: i64) -> Vec<&'r PersonId> {
        let (mut hands, mut next) = (vec![of], 0);
        while let Some(givers) = hands.get(next).map(|at| self.given.get(*at)) {
            for (by, since) in givers.into_iter().flatten() {
                if now < since.saturating_add(NEW_FOR) && !hands.contains(&by) {
                    hands.push(by);
                }
            }
            next += 1;
        }
        hands
    }

    /// Every key, in the order of their ids.
    pub fn keys(&self) -> Vec<&KeyRow> {
        let mut all: Vec<&KeyRow> = self.keys.values().flatten().collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all
    }

    /// The day a moment lies in, in the book's zone.
    pub fn day(&self, time: Time) -> Date {
        self.book.zone.date_of(time).unwrap_or(Date::MAX)
    }

    /// Someone as they act now; none when they are not known or gone.
    pub fn person(&self, id: &PersonId) -> Option<Person> {
        self.people.get(id).filter(|p| p.active).map(PersonRow::person)
    }
}

fn departments(book: &Book, teams: &HashMap<TeamId, Team>) -> Vec<Department> {
    let mut names: Vec<&str> = book.departments().collect();
    names.extend(teams.iter().flat_map(|(id, team)| [id.as_str(), team.title.as_str()]));
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| Department(name.to_owned())).collect()
}

fn team(row: TeamRow) -> Result<(TeamId, Team), StoreError> {
    let mode: ModeText =
        serde_json::from_str(&row.mode).map_err(|e| StoreError::Unreadable(format!("a team's mode: {e}")))?;
    Ok((row.id, Team { title: row.title, mode: mode.mode() }))
}

impl PersonRow {
    /// As they act.
    pub fn person(&self) -> Person {
        Person { id: self.id.clone(), role: self.role.clone(), team: self.team.clone() }
    }
}

/// By whom each has their role or password: as the table says, and as the journal does, so that a row that is gone or was
/// changed makes nobody a second person.
fn givers(kept: HashMap<PersonId, (PersonId, i64)>, standing: &Standing) -> HashMap<PersonId, Vec<(PersonId, i64)>> {
    let mut all: HashMap<PersonId, Vec<(PersonId, i64)>> =
        kept.into_iter().map(|(person, giver)| (person, vec![giver])).collect();
    for (person, (by, at)) in &standing.given {
        if let (Ok(person), Ok(by)) = (PersonId::parse(person), PersonId::parse(by)) {
            all.entry(person).or_default().push((by, at.micros()));
        }
    }
    all
}
