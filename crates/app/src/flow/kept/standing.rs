//! Settings as the journal tells them: tables that say otherwise give nobody anything.

use std::collections::HashMap;

use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, PersonId, RoleName, TeamId};
use amends_core::journal::SETTINGS;
use amends_core::journal::derive::{Columns, Difference, Entered, Rows, Standing, compare};
use amends_core::time::Time;

use crate::flow::drafting::path_of;
use crate::flow::people::{Setting, change};
use crate::store::editions::TextRow;
use crate::store::endpoints::{EndpointRow, Purpose, host_of};
use crate::store::inlets::InletRow;
use crate::store::kept::{ALLOWANCES, ENDPOINTS, INLETS, KEYS, PEOPLE, PUBLISHED, TEAMS};
use crate::store::keys::KeyRow;
use crate::store::people::{PersonRow, TeamRow};
use crate::store::settings::Allowance;
use crate::store::{Conn, Store, StoreError, editions, endpoints, inlets, journal, keys, people, precedents, settings};

/// Entries of one read.
const PAGE: i64 = 500;
/// How often settings are read again when they were changed on the way.
const TRIES_MAX: u32 = 20;
/// What follows the journal here, as other readers of it are called.
const READER: &str = "kept";
/// Says that what an older program did not tell the journal is still to be written down.
const TO_ADOPT: &str = "to_adopt";

/// The tables of settings as they stand.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Everyone.
    pub people: Vec<PersonRow>,
    /// Every team.
    pub teams: Vec<TeamRow>,
    /// Every limit.
    pub allowances: Vec<Allowance>,
    /// Every key.
    pub keys: Vec<KeyRow>,
    /// Every webhook.
    pub endpoints: Vec<EndpointRow>,
    /// Every inlet.
    pub inlets: Vec<InletRow>,
    published: Vec<TextRow>,
}

/// Settings as they hold, and where their tables differ.
#[derive(Clone, Debug)]
pub struct Held {
    /// As they hold.
    pub tables: Tables,
    /// How often they had been changed.
    pub version: i64,
    /// Where the tables say something else.
    pub differs: Vec<Difference>,
}

/// Reads the settings of a business, as the journal tells them. `standing`: what was read of its chain before.
///
/// # Errors
/// When the database does not answer, and [`StoreError::Conflict`] when they change all the time.
pub async fn held(conn: &mut Conn, business: &BusinessId, standing: &mut Standing) -> Result<Held, StoreError> {
    for _ in 0..TRIES_MAX {
        let version = settings::version(conn, business).await?.unwrap_or(0);
        let tables = Tables::read(conn, business).await?;
        let broken = follow(conn, business, standing).await?;
        // What changed between two of these reads would look as if it differed.
        if settings::version(conn, business).await?.unwrap_or(0) == version {
            let mut differs = tables.differences(standing);
            differs.extend(broken);
            return Ok(Held { tables: tables.held(standing), version, differs });
        }
    }
    Err(StoreError::Conflict("the settings".to_owned()))
}

/// Reads on in the chain of settings; where it does not hold together. What was read before stays as it was read.
///
/// # Errors
/// When the database does not answer.
pub async fn follow(
    conn: &mut Conn,
    business: &BusinessId,
    standing: &mut Standing,
) -> Result<Option<Difference>, StoreError> {
    let chain = TeamId::parse(SETTINGS).map_err(|e| StoreError::Failed(e.to_string()))?;
    if let Some((seq, hash)) = &standing.at
        && journal::last_of(conn, business, &chain, *seq).await? != Some((*seq, hash.clone()))
    {
        return Ok(Some(broken(*seq, "it is not the entry that was read before")));
    }
    loop {
        let page = journal::of_chain(conn, business, &chain, standing.seq(), PAGE).await?;
        let is_last = i64::try_from(page.len()).unwrap_or(PAGE) < PAGE;
        for kept in page {
            match standing.enter(&kept.entry) {
                Entered::Yes => {}
                Entered::OutOfChain => {
                    return Ok(Some(broken(kept.entry.seq, "it does not follow from the entry before it")));
                }
                Entered::Unreadable => return Ok(Some(broken(kept.entry.seq, "its event cannot be read"))),
            }
        }
        if is_last {
            return Ok(None);
        }
    }
}

fn broken(seq: u64, why: &str) -> Difference {
    Difference::of_journal(format!("entry {seq} of chain `{SETTINGS}`"), why)
}

impl Tables {
    async fn read(conn: &mut Conn, business: &BusinessId) -> Result<Self, StoreError> {
        Ok(Self {
            people: people::all(conn, business).await?,
            teams: people::teams(conn, business).await?,
            allowances: settings::allowances(conn, business).await?,
            keys: keys::all(conn, business).await?,
            endpoints: endpoints::all(conn, business).await?,
            inlets: inlets::all(conn, business).await?,
            published: editions::texts(conn, business).await?,
        })
    }

    /// Where they say something else than the journal.
    fn differences(&self, standing: &Standing) -> Vec<Difference> {
        let tables = [
            (PEOPLE.name, standing.people_rows(), self.people.iter().map(of_person).collect()),
            (TEAMS.name, standing.team_rows(), self.teams.iter().map(of_team).collect()),
            (ALLOWANCES.name, standing.allowance_rows(), self.allowances.iter().map(of_allowance).collect()),
            (KEYS.name, standing.key_rows(), self.keys.iter().map(of_key).collect()),
            (ENDPOINTS.name, standing.hook_rows(), self.endpoints.iter().map(of_endpoint).collect()),
            (INLETS.name, standing.inlet_rows(), self.inlets.iter().map(of_inlet).collect()),
            (PUBLISHED.name, standing.rule_rows(path_of), self.published.iter().map(of_text).collect::<Rows>()),
        ];
        tables.iter().flat_map(|(table, journal, found)| compare(table, journal, found)).collect()
    }

    /// As they hold: what the journal tells, with the rest of the rows that go with it.
    fn held(self, standing: &Standing) -> Self {
        Self {
            people: held_people(&self.people, standing),
            teams: held_teams(&self.teams, standing),
            allowances: held_allowances(standing),
            keys: self.keys.into_iter().filter_map(|key| held_key(key, standing)).collect(),
            endpoints: self.endpoints.into_iter().filter_map(|hook| held_endpoint(hook, standing)).collect(),
            inlets: self.inlets.into_iter().filter_map(|inlet| held_inlet(inlet, standing)).collect(),
            published: self.published,
        }
    }
}

fn held_people(rows: &[PersonRow], standing: &Standing) -> Vec<PersonRow> {
    let names: HashMap<&str, &str> = rows.iter().map(|row| (row.id.as_str(), row.name.as_str())).collect();
    let person = |(id, works): (&String, &amends_core::journal::derive::Works)| {
        let name = names.get(id.as_str()).copied().unwrap_or(id).to_owned();
        let (id, role, team) =
            (PersonId::parse(id).ok()?, RoleName::parse(&works.role).ok()?, TeamId::parse(&works.team).ok()?);
        Some(PersonRow { id, name, role, team, active: works.active })
    };
    standing.people.iter().filter_map(person).collect()
}

fn held_teams(rows: &[TeamRow], standing: &Standing) -> Vec<TeamRow> {
    let titles: HashMap<&str, &str> = rows.iter().map(|row| (row.id.as_str(), row.title.as_str())).collect();
    let team = |(id, mode): (&String, &String)| {
        let title = titles.get(id.as_str()).copied().unwrap_or(id).to_owned();
        Some(TeamRow { id: TeamId::parse(id).ok()?, title, mode: mode.clone() })
    };
    standing.teams.iter().filter_map(team).collect()
}

fn held_allowances(standing: &Standing) -> Vec<Allowance> {
    let allowance = |(of, most): (&amends_core::journal::derive::Allowed, &i64)| Allowance {
        holder: of.holder.clone(),
        span: of.span.clone(),
        currency: of.currency.clone(),
        most: *most,
    };
    standing.allowances.iter().map(allowance).collect()
}

/// A key with other secrets than the journal tells of lets nobody in.
fn held_key(row: KeyRow, standing: &Standing) -> Option<KeyRow> {
    let key = standing.keys.get(&row.id)?;
    let is_its_own = key.secret.as_ref().is_none_or(|secret| *secret == row.secret());
    let person = PersonId::parse(&key.person).ok().filter(|_| is_its_own)?;
    Some(KeyRow { person, actions: key.actions.clone(), until: key.until, ..row })
}

/// To a webhook with another address or other secrets than the journal tells of nothing is sent.
fn held_endpoint(row: EndpointRow, standing: &Standing) -> Option<EndpointRow> {
    let hook = standing.hooks.get(&row.id)?;
    let on = hook.on && hook.secret.as_ref().is_none_or(|secret| *secret == row.secret());
    let purpose = if hook.purpose == "fulfil" { Purpose::Fulfil } else { Purpose::Tell };
    let kinds = hook.kinds.clone().unwrap_or_else(|| row.kinds.clone());
    // The journal tells of an address its host, and of all of it a digest.
    let url = if hook.secret.is_some() { row.url.clone() } else { hook.url.clone() };
    Some(EndpointRow { purpose, url, kinds, on, ..row })
}

/// By an inlet that is set up otherwise than the journal tells nothing comes in.
fn held_inlet(row: InletRow, standing: &Standing) -> Option<InletRow> {
    let inlet = standing.inlets.get(row.id.as_str())?;
    let is_its_own = row.kind.word() == inlet.kind && inlet.secret.as_ref().is_none_or(|it| *it == row.secret());
    let owner = PersonId::parse(&inlet.owner).ok()?;
    Some(InletRow { owner, on: inlet.on && is_its_own, ..row })
}

fn columns<const N: usize>(of: [(&'static str, String); N]) -> Columns {
    of.into_iter().map(|(name, value)| (name, Some(value))).collect()
}

const fn on(is_on: bool) -> &'static str {
    if is_on { "on" } else { "off" }
}

fn list(texts: &[String]) -> String {
    // Texts always make JSON.
    serde_json::to_string(texts).unwrap_or_default()
}

fn of_person(row: &PersonRow) -> (String, Columns) {
    let state = if row.active { "active" } else { "gone" };
    let columns =
        columns([("role", row.role.to_string()), ("team", row.team.to_string()), ("state", state.to_owned())]);
    (row.id.to_string(), columns)
}

fn of_team(row: &TeamRow) -> (String, Columns) {
    (row.id.to_string(), columns([("mode", row.mode.clone())]))
}

fn of_allowance(row: &Allowance) -> (String, Columns) {
    (format!("{} {} {}", row.holder, row.span, row.currency), columns([("most", row.most.to_string())]))
}

fn of_key(row: &KeyRow) -> (String, Columns) {
    let mut columns = columns([
        ("person", row.person.to_string()),
        ("actions", list(&row.actions)),
        ("secret", row.secret().to_string()),
    ]);
    columns.insert("until", row.until.map(|until| until.to_string()));
    (row.id.clone(), columns)
}

fn of_endpoint(row: &EndpointRow) -> (String, Columns) {
    let columns = columns([
        ("purpose", row.purpose.word().to_owned()),
        ("url", host_of(&row.url)),
        ("state", on(row.on).to_owned()),
        ("kinds", list(&row.kinds)),
        ("secret", row.secret().to_string()),
    ]);
    (row.id.clone(), columns)
}

fn of_inlet(row: &InletRow) -> (String, Columns) {
    let columns = columns([
        ("kind", row.kind.word().to_owned()),
        ("owner", row.owner.to_string()),
        ("state", on(row.on).to_owned()),
        ("secret", row.secret().to_string()),
    ]);
    (row.id.to_string(), columns)
}

fn of_text(row: &TextRow) -> (String, Columns) {
    (row.path.clone(), columns([("text", Digest::of(row.text.as_bytes()).to_string())]))
}

/// Writes down once what an older program did not tell the journal: secrets, kinds, and rows of before it told them. What it
/// told otherwise is not taken over.
///
/// # Errors
/// When the database does not take it.
pub async fn adopt(store: &Store, business: &BusinessId, now: Time) -> Result<(), StoreError> {
    let mut conn = store.writer().await?;
    if precedents::seen(&mut conn, business, READER).await? != TO_ADOPT {
        return Ok(());
    }
    let mut standing = Standing::default();
    let broken = follow(&mut conn, business, &mut standing).await?;
    let untold = untold(Tables::read(&mut conn, business).await?, &standing);
    if broken.is_none() && !untold.is_empty() {
        change(store, business, "upgrade", &untold, now).await?;
    }
    precedents::saw(&mut conn, business, READER, TO_ADOPT, "adopted").await.map(drop)
}

fn untold(tables: Tables, standing: &Standing) -> Vec<Setting> {
    let mut all = Vec::new();
    let new = |id: &str| !standing.people.contains_key(id);
    all.extend(tables.people.into_iter().filter(|row| new(row.id.as_str())).map(Setting::Person));
    let new = |id: &str| !standing.teams.contains_key(id);
    all.extend(tables.teams.into_iter().filter(|row| new(row.id.as_str())).map(Setting::Team));
    let keys = tables.keys.into_iter().filter(|row| standing.keys.get(&row.id).is_none_or(|key| key.secret.is_none()));
    all.extend(keys.map(Setting::Key));
    let hooks = tables.endpoints.into_iter();
    let hooks = hooks.filter(|row| standing.hooks.get(&row.id).is_none_or(|hook| hook.secret.is_none()));
    all.extend(hooks.map(Setting::Endpoint));
    let inlets = tables.inlets.into_iter();
    let inlets = inlets.filter(|row| standing.inlets.get(row.id.as_str()).is_none_or(|inlet| inlet.secret.is_none()));
    all.extend(inlets.map(Setting::Inlet));
    all
}

/// The texts that stand over a book's folder and that the journal tells of.
///
/// # Errors
/// When the database does not answer, and when a text is none of those.
pub async fn texts(conn: &mut Conn, business: &BusinessId) -> Result<Vec<TextRow>, StoreError> {
    let texts = editions::texts(conn, business).await?;
    let mut standing = Standing::default();
    follow(conn, business, &mut standing).await?;
    let found: Rows = texts.iter().map(of_text).collect();
    match compare(PUBLISHED.name, &standing.rule_rows(path_of), &found).first() {
        Some(difference) => Err(StoreError::Unreadable(format!("{difference}; see `amends verify --database`"))),
        None => Ok(texts),
    }
}
