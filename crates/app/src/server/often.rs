//! Counts how often each of many comes, in a fixed amount of memory: whatever strangers send as a name, it is kept as one
//! number, and only so many of those.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Most names that are remembered at a time, of the newer and of the older half each.
const REMEMBERED: usize = 10_000;

/// So much at once for each name, then one each time a while has passed (the generic cell rate algorithm).
#[derive(Debug)]
pub struct Often {
    /// How long one takes, in nanoseconds.
    each: u64,
    /// How far ahead of its time a name may be, in nanoseconds.
    ahead: u64,
    began: Instant,
    /// Makes numbers of names, in a way that nobody outside can foresee.
    hasher: RandomState,
    names: Mutex<Names>,
}

/// When each name is back at rest, in nanoseconds since the beginning. Once the newer half is full it becomes the older
/// one, and the older one is forgotten: no request pays for looking through all.
#[derive(Debug, Default)]
struct Names {
    newer: HashMap<u64, u64>,
    older: HashMap<u64, u64>,
}

impl Names {
    fn rest(&self, name: u64) -> u64 {
        self.newer.get(&name).or_else(|| self.older.get(&name)).copied().unwrap_or(0)
    }

    fn set(&mut self, name: u64, rest: u64) {
        if self.newer.len() >= REMEMBERED && !self.newer.contains_key(&name) {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(name, rest);
    }
}

fn nanos(of: Duration) -> u64 {
    u64::try_from(of.as_nanos()).unwrap_or(u64::MAX)
}

impl Often {
    /// So many at once, then one each time this has passed.
    pub fn new(many: u32, each: Duration) -> Self {
        let each = nanos(each);
        let ahead = each.saturating_mul(u64::from(many.saturating_sub(1)));
        Self { each, ahead, began: Instant::now(), hasher: RandomState::new(), names: Mutex::default() }
    }

    /// So many a second, and so many at once.
    pub fn a_second(often: u32, at_once: u32) -> Self {
        Self::new(at_once, Duration::from_secs(1) / often.max(1))
    }

    /// One more of a name.
    ///
    /// # Errors
    /// How long to wait, where it is one too many.
    pub fn come(&self, name: impl Hash) -> Result<(), Duration> {
        let (now, name) = (nanos(self.began.elapsed()), self.hasher.hash_one(name));
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = names.rest(name);
        let over = rest.saturating_sub(now).saturating_sub(self.ahead);
        if over > 0 {
            return Err(Duration::from_nanos(over));
        }
        names.set(name, rest.max(now).saturating_add(self.each));
        Ok(())
    }

    /// One more of a name, which takes its place in line: how long it waits there, at most so long.
    pub fn queue(&self, name: impl Hash, most: Duration) -> Duration {
        let (now, name) = (nanos(self.began.elapsed()), self.hasher.hash_one(name));
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = names.rest(name);
        let wait = Duration::from_nanos(rest.saturating_sub(now).saturating_sub(self.ahead));
        if wait >= most {
            return most;
        }
        names.set(name, rest.max(now).saturating_add(self.each));
        wait
    }

    /// How many names are remembered.
    #[cfg(test)]
    pub fn remembered(&self) -> usize {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.newer.len() + names.older.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn so_much_at_once_and_then_one_each_time() {
        let often = Often::new(3, Duration::from_secs(10));
        assert!((0..3).all(|_| often.come("a").is_ok()));
        assert_eq!(often.come("a"), Err(Duration::from_secs(10)));
        assert!(often.come("b").is_ok(), "another is not kept waiting");
        tokio::time::advance(Duration::from_secs(10)).await;
        assert!(often.come("a").is_ok() && often.come("a").is_err());
        tokio::time::advance(Duration::from_secs(30)).await;
        assert!((0..3).all(|_| often.come("a").is_ok()), "it has rested");
    }

    #[tokio::test(start_paused = true)]
    async fn in_line_each_waits_longer_up_to_the_most() {
        let (often, most) = (Often::a_second(10, 1), Duration::from_millis(250));
        let waits: Vec<u128> = (0..5).map(|_| often.queue("a", most).as_millis()).collect();
        assert_eq!(waits, [0, 100, 200, 250, 250]);
    }

    #[test]
    fn however_many_and_however_long_names_are_the_memory_is_bounded() {
        let often = Often::new(1, Duration::from_hours(1));
        let long = "x".repeat(1 << 20);
        assert!(often.come(&long).is_ok() && often.come(&long).is_err(), "a long name is one name");
        for name in 0..5 * REMEMBERED {
            let _ = often.come(name);
        }
        assert!(often.remembered() <= 2 * REMEMBERED, "{}", often.remembered());
        assert!(often.come(5 * REMEMBERED - 1).is_err(), "the newest are remembered");
    }
}
