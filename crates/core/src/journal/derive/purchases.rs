//! What the ledger holds, from the events of all cases.
//!
//! The entries of one chain come in order; those of several only by their times. Where two chains tell of one purchase
//! at nearly the same time, either may have been the last to be heard.

use std::collections::{BTreeMap, HashMap};

use crate::authority::{Held, Ledger, LedgerKey, Paid, Told, begins_anew, heard};
use crate::case::{Actor, Event, Happened};
use crate::facts::Source;
use crate::ids::{GrantId, TeamId};
use crate::money::Currency;
use crate::time::{MINUTE, Time};

/// How far the clocks of two servers may be apart, in microseconds.
const APART: i64 = MINUTE;

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
        let mut orders = self.orders().map(|tells| folded(&tells));
        let first = orders.next()?;
        let (currency, paid, refunded) =
            if first.1 == found { first } else { orders.find(|(_, paid, _)| *paid == found).unwrap_or(first) };
        let mut held = self.held.clone();
        in_order(&mut held);
        Ledger::stored(key.clone(), currency, paid, refunded, held)
    }

    /// What was told, by time, and in each other order in which it may have been heard.
    fn orders(&self) -> impl Iterator<Item = Vec<&Tell>> {
        let mut all: Vec<(&TeamId, &Tell)> =
            self.told.iter().flat_map(|(chain, tells)| tells.iter().map(move |tell| (chain, tell))).collect();
        all.sort_by_key(|(_, tell)| tell.at);
        let last = all.last().map(|(chain, tell)| (*chain, tell.at));
        let may_be_last = move |(chain, tell): &(&TeamId, &Tell)| {
            last.is_some_and(|(of, at)| of != *chain && at.micros().saturating_sub(tell.at.micros()) <= APART)
        };
        let late: Vec<usize> =
            all.iter().enumerate().filter(|(_, one)| may_be_last(one)).map(|(place, _)| place).collect();
        let by_time: Vec<&Tell> = all.into_iter().map(|(_, tell)| tell).collect();
        let others: Vec<Vec<&Tell>> = late.into_iter().map(|place| with_last(&by_time, place)).collect();
        std::iter::once(by_time).chain(others)
    }
}

fn with_last<'t>(tells: &[&'t Tell], place: usize) -> Vec<&'t Tell> {
    let mut tells = tells.to_vec();
    let last = tells.remove(place);
    tells.push(last);
    tells
}

/// What grants took, in an order of its own: tables keep it in the order in which they were given.
pub fn in_order(held: &mut [Held]) {
    held.sort_by(|a, b| (&a.grant, a.step, a.minor, a.done).cmp(&(&b.grant, b.step, b.minor, b.done)));
}

fn folded(tells: &[&Tell]) -> (Currency, Option<Paid>, i64) {
    let mut row = (Currency::USD, None, 0);
    for tell in tells {
        let (currency, mut paid, mut refunded) = row;
        // Another currency is only taken where nothing is held any more: the row begins again.
        if currency != tell.currency && paid.is_some() {
            if !begins_anew(paid, refunded, tell.source) {
                continue;
            }
            (paid, refunded) = (None, 0);
        }
        let told = Told { paid: tell.paid, refunded: tell.refunded, source: tell.source };
        row = (tell.currency, Some(heard(paid, told)), refunded.max(tell.refunded));
    }
    row
}

/// Keeps what a chain told, without what no order of chains makes matter any more: what a system said stays until it says
/// otherwise, and so does each other currency, with which a row began anew.
fn hear(tells: &mut Vec<Tell>, mut new: Tell) {
    let is_like = |last: &Tell| last.currency == new.currency;
    if let Some(last) = tells.last() {
        new.at = new.at.max(last.at);
        if new.source.is_none() && is_like(last) {
            return;
        }
    }
    let is_system = new.source == Some(Source::System);
    let is_lower = |last: &Tell| last.source != Some(Source::System) && last.paid > new.paid;
    let matters_no_more = |last: &mut Tell| is_like(last) && (is_system || last.source.is_none() || is_lower(last));
    let mut refunded = new.refunded;
    while let Some(last) = tells.pop_if(matters_no_more) {
        refunded = refunded.max(last.refunded);
    }
    new.refunded = refunded;
    let is_same = |one: &Tell| one.paid == new.paid && one.source == new.source && one.currency == new.currency;
    match tells.as_mut_slice() {
        [.., before, last] if is_same(before) && is_same(last) => last.at = new.at,
        _ => tells.push(new),
    }
}

#[cfg(test)]
mod tests;
