//! The check that goes round: a bounded slice of work every so often, each on what holds at one moment, without locks.

mod sums;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use amends_core::ids::{BusinessId, CaseId, TeamId};
use amends_core::journal::derive::{Difference, Differs, Standing};
use amends_core::journal::{Anchor, Head};

use super::budgets::Followed;
use super::{Kept, Place, cases, chains, standing};
use crate::flow::records::Records;
use crate::flow::working::Work;
use crate::signs::log::Trouble;
use crate::store::kept::{APPROVALS, BUDGETS, CASES, GRANTS, LEDGER, STEPS, Table, among, between, page};
use crate::store::{Conn, StoreError, journal};

/// How often a slice of each business is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// How long a slice takes at most, and the part of one that is begun then.
const SLICE: Duration = Duration::from_millis(40);
/// How long a start waits until all was looked at once; after that it goes on beside.
const START_WITHIN: Duration = Duration::from_secs(10);
/// Cases, budgets and rows of one part.
const PAGE: usize = 50;
/// Entries of one part.
const ENTRIES: i64 = 500;
/// Cases of which a grant moved that are looked at in one slice; the others come round.
const MOVED_MAX: usize = 50;
/// Anchors of one part.
const ANCHORS: i64 = 20;

/// How far one business was looked at.
#[derive(Debug, Default)]
pub struct Watch {
    standing: Standing,
    followed: Followed,
    /// Where each chain stood when it was looked at last.
    heads: HashMap<TeamId, Head>,
    round: Round,
}

/// Where the round stands.
#[derive(Debug, Default)]
struct Round {
    part: Part,
    after: String,
    chain: Option<Head>,
    anchor: Option<Anchor>,
    /// The last entry of each chain that an anchor names.
    named: HashMap<TeamId, u64>,
}

/// What is looked at in turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Budgets,
    ExtraBudgets,
    Lines,
    ExtraLines,
    Cases,
    StrayGrants,
    StraySteps,
    StrayApprovals,
    Entries,
    Anchors,
}

impl Part {
    const fn next(self) -> Option<Self> {
        match self {
            Self::Budgets => Some(Self::ExtraBudgets),
            Self::ExtraBudgets => Some(Self::Lines),
            Self::Lines => Some(Self::ExtraLines),
            Self::ExtraLines => Some(Self::Cases),
            Self::Cases => Some(Self::StrayGrants),
            Self::StrayGrants => Some(Self::StraySteps),
            Self::StraySteps => Some(Self::StrayApprovals),
            Self::StrayApprovals => Some(Self::Entries),
            Self::Entries => Some(Self::Anchors),
            Self::Anchors => None,
        }
    }
}

/// What was found where.
type Found = Vec<(Place, Vec<Difference>)>;

/// Looks before anything is served, and then round and round until the end of the program.
pub async fn run(records: Arc<Records>, mut watches: Watches) {
    let mut trouble = Trouble::of("the check of what is kept");
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        for business in records.businesses() {
            trouble.heard(&business, &watches.look(&records, &business).await);
            records.working.looked(Work::Check);
        }
    }
}

/// How far each business was looked at, with a connection of its own.
#[derive(Debug, Default)]
pub struct Watches {
    conn: Option<Conn>,
    of: HashMap<BusinessId, Watch>,
}

impl Watches {
    /// Looks at all once, as far as a start may wait for it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(records: &Records) -> Result<Self, StoreError> {
        let (mut watches, began) = (Self::default(), Instant::now());
        for business in records.businesses() {
            while records.kept.word(&business) == "checking" && began.elapsed() < START_WITHIN {
                watches.look(records, &business).await?;
            }
        }
        Ok(watches)
    }

    /// Looks at a slice of a business.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn look(&mut self, records: &Records, business: &BusinessId) -> Result<(), StoreError> {
        let conn = match &mut self.conn {
            Some(conn) => conn,
            empty => empty.insert(records.store.writer().await?),
        };
        let watch = self.of.entry(business.clone()).or_default();
        let looked = watch.slice(conn, business, &records.kept, Instant::now() + SLICE).await;
        if looked.is_err() {
            // It may have gone, or hold a moment that is over.
            self.conn = None;
            self.of.remove(business);
        }
        looked.map(drop)
    }
}

impl Watch {
    /// Looks at a slice; whether the round came to its end.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn slice(
        &mut self,
        conn: &mut Conn,
        business: &BusinessId,
        kept: &Kept,
        until: Instant,
    ) -> Result<bool, StoreError> {
        let known = kept.places(business);
        let (found, ended) = conn.at_one_moment(async |conn| self.look(conn, business, &known, until).await).await?;
        for (place, differences) in found {
            kept.looked_at(business, place, &differences);
        }
        if ended {
            kept.looked_at_all(business);
        }
        Ok(ended)
    }

    /// Looks at all there is, as it stands at this moment.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn all(conn: &mut Conn, business: &BusinessId) -> Result<Vec<Difference>, StoreError> {
        let (mut watch, far) = (Self::default(), Instant::now() + Duration::from_hours(24 * 365));
        let (found, _) = watch.look(conn, business, &[], far).await?;
        let mut all: Vec<Difference> = found.into_iter().flat_map(|(_, differs)| differs).collect();
        all.extend(chains::check_answers(conn, business).await?);
        all.sort();
        // A case of which a grant moved is looked at twice.
        all.dedup();
        Ok(all)
    }

    async fn look(
        &mut self,
        conn: &mut Conn,
        business: &BusinessId,
        known: &[Place],
        until: Instant,
    ) -> Result<(Found, bool), StoreError> {
        let held = standing::held(conn, business, &mut self.standing).await?;
        let mut found = vec![(Place::Settings, held.differs)];
        self.ends(conn, business, &mut found).await?;
        let heads = journal::heads(conn, business).await?;
        let is_followed = loop {
            if self.followed.read_on(conn, business, &heads).await? {
                break true;
            }
            if Instant::now() > until {
                break false;
            }
        };
        self.again(conn, business, known, is_followed, &mut found).await?;
        if !is_followed {
            return Ok((found, false));
        }
        self.moved(conn, business, &mut found).await?;
        loop {
            if self.part(conn, business, &mut found).await? {
                return Ok((found, true));
            }
            if Instant::now() > until {
                return Ok((found, false));
            }
        }
    }

    /// The end of each chain, against where it stood.
    async fn ends(&mut self, conn: &mut Conn, business: &BusinessId, found: &mut Found) -> Result<(), StoreError> {
        let heads = journal::heads(conn, business).await?;
        for (team, differs) in chains::check_ends(conn, business, &heads, &self.heads).await? {
            let now = heads.iter().find(|head| head.team == team).filter(|_| differs.is_empty());
            if let Some(now) = now {
                self.heads.insert(team.clone(), now.clone());
            }
            found.push((Place::Chain(team), differs));
        }
        Ok(())
    }

    /// Looks again at what did not hold together.
    async fn again(
        &self,
        conn: &mut Conn,
        business: &BusinessId,
        known: &[Place],
        is_followed: bool,
        found: &mut Found,
    ) -> Result<(), StoreError> {
        for place in known {
            let differs = match place {
                // Those were looked at, or are at the end of the round.
                Place::Budget(id) if is_followed => self.again_sum(conn, business, &BUDGETS, id).await?,
                Place::Line(id) if is_followed => self.again_sum(conn, business, &LEDGER, id).await?,
                Place::Budget(_) | Place::Line(_) | Place::Settings | Place::Chain(_) | Place::Anchored(_) => continue,
                Place::Case(id) => {
                    let all = cases::check(conn, business, &[id.as_str()]).await?;
                    all.into_iter().flat_map(|(_, differs)| differs).collect()
                }
                Place::Stray(table, key, case) => stray_again(conn, business, table, key, case).await?,
                Place::Entry(team, seq) => chains::check_one(conn, business, team, *seq).await?,
                Place::Anchor(number) => anchor_again(conn, business, *number).await?,
            };
            found.push((place.clone(), differs));
        }
        Ok(())
    }

    /// What moved since the slice before.
    async fn moved(&mut self, conn: &mut Conn, business: &BusinessId, found: &mut Found) -> Result<(), StoreError> {
        for table in [&BUDGETS, &LEDGER] {
            let moved = self.followed.moved(table);
            self.sums(conn, business, table, &moved, found).await?;
        }
        let cases = self.followed.cases();
        let last = cases.len().saturating_sub(MOVED_MAX);
        let ids: Vec<&str> = cases.iter().skip(last).map(CaseId::as_str).collect();
        found.extend(cases::check(conn, business, &ids).await?.into_iter().map(|(id, all)| (Place::Case(id), all)));
        Ok(())
    }

    /// Looks at the next part of the round; whether it was the last.
    async fn part(&mut self, conn: &mut Conn, business: &BusinessId, found: &mut Found) -> Result<bool, StoreError> {
        let more = match self.round.part {
            Part::Budgets => self.some_sums(conn, business, &BUDGETS, found).await?,
            Part::ExtraBudgets => self.extra_sums(conn, business, &BUDGETS, found).await?,
            Part::Lines => self.some_sums(conn, business, &LEDGER, found).await?,
            Part::ExtraLines => self.extra_sums(conn, business, &LEDGER, found).await?,
            Part::Cases => self.some_cases(conn, business, found).await?,
            Part::StrayGrants => self.strays(conn, business, &GRANTS, found).await?,
            Part::StraySteps => self.strays(conn, business, &STEPS, found).await?,
            Part::StrayApprovals => self.strays(conn, business, &APPROVALS, found).await?,
            Part::Entries => self.some_entries(conn, business, found).await?,
            Part::Anchors => self.some_anchors(conn, business, found).await?,
        };
        if more {
            return Ok(false);
        }
        let next = self.round.part.next();
        self.round = Round { part: next.unwrap_or_default(), ..Round::default() };
        Ok(next.is_none())
    }

    async fn some_cases(
        &mut self,
        conn: &mut Conn,
        business: &BusinessId,
        found: &mut Found,
    ) -> Result<bool, StoreError> {
        let after = self.round.after.clone();
        let known = journal::cases(conn, business, &after, rows_of(PAGE)).await?;
        let last = known.last().filter(|_| known.len() == PAGE).map(|(id, _)| id.clone());
        let rows = between(conn, business, &CASES, &after, last.as_deref()).await?;
        let mut ids: Vec<&str> =
            known.iter().map(|(id, _)| id.as_str()).chain(rows.keys().map(String::as_str)).collect();
        ids.sort_unstable();
        ids.dedup();
        found.extend(cases::check(conn, business, &ids).await?.into_iter().map(|(id, all)| (Place::Case(id), all)));
        Ok(self.goes_on(last))
    }

    /// Rows whose case, or whose grant, does not have them.
    async fn strays(
        &mut self,
        conn: &mut Conn,
        business: &BusinessId,
        table: &'static Table,
        found: &mut Found,
    ) -> Result<bool, StoreError> {
        let rows = page(conn, business, table, &self.round.after, rows_of(PAGE)).await?;
        let of: Vec<(String, String)> =
            rows.iter().filter_map(|(key, row)| Some((key.clone(), row.get("case_id").cloned().flatten()?))).collect();
        let mut ids: Vec<&str> = of.iter().map(|(_, case)| case.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        let all = cases::keys(conn, business, &ids, table).await?;
        for (key, case) in of.into_iter().filter(|(key, _)| !all.contains(key)) {
            let extra = Difference { table: table.name, key: key.clone(), at: Differs::Extra };
            found.push((Place::Stray(table.name, key, case), vec![extra]));
        }
        // More steps than a grant has are seen with its case: here those of no grant are.
        let last = rows.last().map(|(key, _)| key.split(' ').next().unwrap_or_default().to_owned());
        Ok(self.goes_on(last))
    }

    async fn some_entries(
        &mut self,
        conn: &mut Conn,
        business: &BusinessId,
        found: &mut Found,
    ) -> Result<bool, StoreError> {
        let heads = journal::heads(conn, business).await?;
        let Some(mut at) = self.round.chain.take().or_else(|| first_chain(business, &heads)) else { return Ok(false) };
        let entries = journal::of_chain(conn, business, &at.team, at.seq, ENTRIES).await?;
        for kept in &entries {
            if let Some(difference) = chains::check_entry(&kept.entry, &at) {
                found.push((Place::Entry(at.team.clone(), kept.entry.seq), vec![difference]));
            }
            at = kept.entry.head();
        }
        if entries.is_empty() {
            let next = heads.iter().filter(|head| head.team > at.team).min_by(|a, b| a.team.cmp(&b.team));
            self.round.chain = next.map(|head| Head::empty(business.clone(), head.team.clone()));
        } else {
            self.round.chain = Some(at);
        }
        Ok(self.round.chain.is_some())
    }

    async fn some_anchors(
        &mut self,
        conn: &mut Conn,
        business: &BusinessId,
        found: &mut Found,
    ) -> Result<bool, StoreError> {
        let after = self.round.anchor.as_ref().map_or(0, |anchor| anchor.number);
        let anchors = journal::anchors(conn, business, after, ANCHORS).await?;
        if anchors.is_empty() {
            self.anchored(conn, business, found).await?;
            return Ok(false);
        }
        for anchor in anchors {
            self.round.named.extend(anchor.heads.iter().map(|head| (head.team.clone(), head.seq)));
            let differs = chains::check_anchor(conn, business, &anchor, self.round.anchor.as_ref()).await?;
            if !differs.is_empty() {
                found.push((Place::Anchor(anchor.number), differs));
            }
            self.round.anchor = Some(anchor);
        }
        Ok(true)
    }

    /// How far chains were anchored, against the anchors that are there.
    async fn anchored(&self, conn: &mut Conn, business: &BusinessId, found: &mut Found) -> Result<(), StoreError> {
        for (team, seq) in journal::anchored(conn, business).await? {
            let named = self.round.named.get(&team).copied().unwrap_or(0);
            let why = format!("it was anchored up to entry {seq}, and the last anchor that is there names {named}");
            let differs = (named != seq).then(|| Difference::of_journal(format!("chain `{team}`"), why));
            found.push((Place::Anchored(team), differs.into_iter().collect()));
        }
        Ok(())
    }

    fn goes_on(&mut self, last: Option<String>) -> bool {
        let more = last.is_some();
        self.round.after = last.unwrap_or_default();
        more
    }
}

fn rows_of(page: usize) -> i64 {
    i64::try_from(page).unwrap_or(i64::MAX)
}

fn first_chain(business: &BusinessId, heads: &[Head]) -> Option<Head> {
    let first = heads.iter().map(|head| &head.team).min()?;
    Some(Head::empty(business.clone(), first.clone()))
}

async fn stray_again(
    conn: &mut Conn,
    business: &BusinessId,
    table: &'static str,
    key: &str,
    case: &str,
) -> Result<Vec<Difference>, StoreError> {
    let Some(of) = Table::named(table) else { return Ok(Vec::new()) };
    let id = key.split(' ').next().unwrap_or_default();
    let column = if of == &STEPS { "grant_id" } else { "id" };
    let is_there = among(conn, business, of, column, &[id]).await?.contains_key(key);
    let is_its = cases::keys(conn, business, &[case], of).await?.contains(key);
    let extra = Difference { table, key: key.to_owned(), at: Differs::Extra };
    Ok(if is_there && !is_its { vec![extra] } else { Vec::new() })
}

async fn anchor_again(conn: &mut Conn, business: &BusinessId, number: u64) -> Result<Vec<Difference>, StoreError> {
    let anchors = journal::anchors(conn, business, number.saturating_sub(2), 2).await?;
    let before = anchors.iter().find(|anchor| anchor.number + 1 == number);
    match anchors.iter().find(|anchor| anchor.number == number) {
        Some(anchor) => chains::check_anchor(conn, business, anchor, before).await,
        None => Ok(vec![Difference::of_journal(format!("anchor {number}"), "it is gone")]),
    }
}
