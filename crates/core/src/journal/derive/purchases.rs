//! What the ledger holds, from the events of all cases.
//!
//! The entries of one chain come in order; those of several only by their times. Where two chains tell of one purchase
//! at nearly the same time, either may have been the last to be heard.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::authority::{Held, Ledger, LedgerKey, Paid, Told, begins_anew, heard};
use crate::case::{Actor, Event, Happened};
use crate::facts::Source;
use crate::ids::{GrantId, TeamId};
use crate::money::Currency;
use crate::time::{MINUTE, Time};

/// How far the clocks of two servers may be apart, in microseconds.
const APART: i64 = MINUTE;

/// How many orders of chains are followed at once; there are as many only where several chains tell of one purchase dozens
/// of times within a minute.
const ORDERS: usize = 1_024;

/// The rows of the ledger as the journal makes them, as far as it was read.
#[derive(Clone, Debug, Default)]
pub struct Purchases {
    rows: HashMap<LedgerKey, Bought>,
    /// What each grant under way takes, by its steps.
    open: HashMap<GrantId, Vec<(LedgerKey, u32)>>,
}

/// What the journal says of one row.
#[derive(Clone, Debug, Default)]
pub struct Bought {
    told: BTreeMap<TeamId, Vec<Tell>>,
    held: Vec<Held>,
}

/// What a row says: its currency, what was paid, and what was given back elsewhere.
type Says = (Currency, Option<Paid>, i64);

/// What a row says before anything was told.
const NOTHING: Says = (Currency::USD, None, 0);

/// What a grant told of what was paid.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tell {
    at: Time,
    currency: Currency,
    paid: i64,
    source: Option<Source>,
    /// What a system said was given back.
    refunded: i64,
}

impl Purchases {
    /// Takes an event of a chain in; the rows that it moves.
    pub fn take(&mut self, chain: &TeamId, event: &Event) -> Vec<LedgerKey> {
        match &event.what {
            Happened::Reserved { .. } => self.reserve(chain, event),
            Happened::GrantSettled { id } => self.end(id, |_| true),
            Happened::GrantReleased { id, part, .. } => {
                self.end(id, |step| part.as_ref().is_some_and(|part| part.steps.contains(&step)))
            }
            Happened::GrantTakenBack { id } => self.end(id, |_| false),
            _ => Vec::new(),
        }
    }

    /// What the journal says of a row; none: it has no such row.
    #[must_use]
    pub fn row(&self, key: &LedgerKey) -> Option<&Bought> {
        self.rows.get(key)
    }

    fn reserve(&mut self, chain: &TeamId, event: &Event) -> Vec<LedgerKey> {
        let (Happened::Reserved { id, claims, .. }, Actor::Person(by)) = (&event.what, &event.by) else {
            return Vec::new();
        };
        for claim in claims {
            let row = self.rows.entry(claim.key.clone()).or_default();
            if let Some(Told { paid, refunded, source }) = claim.told() {
                let refunded = if source == Some(Source::System) { refunded } else { 0 };
                let tell = Tell { at: event.at, currency: claim.amount.currency, paid: paid.max(0), source, refunded };
                hear(row.told.entry(chain.clone()).or_default(), tell);
            }
            if claim.amount.minor > 0 {
                row.held.push(Held {
                    grant: id.clone(),
                    step: claim.step,
                    case: event.case.clone(),
                    by: by.id.clone(),
                    minor: claim.amount.minor,
                    done: false,
                });
            }
        }
        let takes: Vec<(LedgerKey, u32)> = claims.iter().map(|claim| (claim.key.clone(), claim.step)).collect();
        let moved = takes.iter().map(|(key, _)| key.clone()).collect();
        if !takes.is_empty() {
            self.open.insert(id.clone(), takes);
        }
        moved
    }

    fn end(&mut self, grant: &GrantId, is_done: impl Fn(u32) -> bool) -> Vec<LedgerKey> {
        let takes = self.open.remove(grant).unwrap_or_default();
        for (key, step) in &takes {
            let Some(row) = self.rows.get_mut(key) else { continue };
            let is_its = |held: &Held| held.grant == *grant && held.step == *step;
            if is_done(*step) {
                row.held.iter_mut().filter(|held| is_its(held)).for_each(|held| held.done = true);
            } else {
                row.held.retain(|held| held.done || !is_its(held));
            }
        }
        takes.into_iter().map(|(key, _)| key).collect()
    }
}

impl Bought {
    /// The row as the journal makes it; none where no grant can have told that. `found`: what a table says was paid. It is
    /// taken where the order of chains leaves open which of several tellings was the last.
    #[must_use]
    pub fn ledger(&self, key: &LedgerKey, found: Option<Paid>) -> Option<Ledger> {
        let by_time = self.by_time();
        by_time.first()?;
        let mut says = by_time.into_iter().fold(NOTHING, after);
        if says.1 != found && self.told.len() > 1 {
            says = self.may_say().into_iter().find(|(_, paid, _)| *paid == found).unwrap_or(says);
        }
        let (currency, paid, refunded) = says;
        let mut held = self.held.clone();
        in_order(&mut held);
        Ledger::stored(key.clone(), currency, paid, refunded, held)
    }

    /// What was told, by time.
    fn by_time(&self) -> Vec<&Tell> {
        let mut all: Vec<&Tell> = self.told.values().flatten().collect();
        all.sort_by_key(|tell| tell.at);
        all
    }

    /// What a row may say after all was told: one for each order in which chains may have been heard.
    fn may_say(&self) -> BTreeSet<Says> {
        let chains: Vec<&[Tell]> = self.told.values().map(Vec::as_slice).collect();
        // How many of each chain were heard, with what the row may say then.
        let mut heard = BTreeMap::from([(vec![0; chains.len()], BTreeSet::from([NOTHING]))]);
        for _ in chains.iter().copied().flatten() {
            let mut next: BTreeMap<Vec<usize>, BTreeSet<Says>> = BTreeMap::new();
            for (counts, says) in &heard {
                let waits = || chains.iter().zip(counts).map(|(tells, count)| tells.get(*count));
                let Some(first) = waits().flatten().map(|tell| tell.at.micros()).min() else { continue };
                for (chain, tell) in waits().enumerate() {
                    let Some(tell) = tell.filter(|tell| tell.at.micros().saturating_sub(first) <= APART) else {
                        continue;
                    };
                    let counts =
                        counts.iter().enumerate().map(|(of, count)| count + usize::from(of == chain)).collect();
                    if next.len() < ORDERS || next.contains_key(&counts) {
                        next.entry(counts).or_default().extend(says.iter().map(|says| after(*says, tell)));
                    }
                }
            }
            heard = next;
        }
        heard.into_values().flatten().collect()
    }
}

/// What grants took, in an order of its own: tables keep it in the order in which they were given.
pub fn in_order(held: &mut [Held]) {
    held.sort_by(|a, b| (&a.grant, a.step, a.minor, a.done).cmp(&(&b.grant, b.step, b.minor, b.done)));
}

/// What a row says after one more was told.
fn after((currency, paid, refunded): Says, tell: &Tell) -> Says {
    let is_another = currency != tell.currency && paid.is_some();
    if is_another && !begins_anew(paid, refunded, tell.source) {
        return (currency, paid, refunded);
    }
    // Another currency is only taken where nothing is held any more: the row begins again.
    let (paid, refunded) = if is_another { (None, 0) } else { (paid, refunded) };
    let told = Told { paid: tell.paid, refunded: tell.refunded, source: tell.source };
    (tell.currency, Some(heard(paid, told)), refunded.max(tell.refunded))
}

/// Keeps what a chain told; its times never go back.
fn hear(tells: &mut Vec<Tell>, mut new: Tell) {
    if let Some(last) = tells.last() {
        new.at = new.at.max(last.at);
    }
    tells.push(new);
}

#[cfg(test)]
mod tests;
