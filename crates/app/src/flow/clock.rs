//! The time it is, and ids that nobody has yet. Tests hold both in their hands.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use amends_core::time::Time;

/// The time it is.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The system's.
    #[default]
    System,
    /// One that someone sets, in microseconds since 1970.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// Now.
    pub fn now(&self) -> Time {
        let micros = match self {
            Self::System => jiff::Timestamp::now().as_microsecond(),
            Self::Set(at) => at.load(Ordering::SeqCst),
        };
        // The clock is between the years 1 and 9999.
        Time::from_micros(micros).unwrap_or(Time::MAX)
    }
}

/// Where new ids come from.
#[derive(Clone, Debug, Default)]
pub enum Ids {
    /// Time and chance.
    #[default]
    System,
    /// A counter, so that the same run gives the same ids.
    Counted(Arc<AtomicU64>),
}

/// Why there is no new id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random bytes")]
pub struct NoChance;

/// Letters of new ids, in the order in which texts are sorted; none that is taken for another (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl Ids {
    /// A new id: a prefix, the time in milliseconds and 80 bits of chance, so that ids sort by their time.
    ///
    /// # Errors
    /// When the system gives no random bytes: an id that is not by chance may be another's, and can be guessed.
    pub fn new_id(&self, prefix: &str, now: Time) -> Result<String, NoChance> {
        let number = match self {
            Self::System => by_chance(now, |bytes| getrandom::fill(bytes).map_err(|_| NoChance))?,
            Self::Counted(next) => u128::from(next.fetch_add(1, Ordering::SeqCst)),
        };
        let letter = |at: u32| LETTERS.get(((number >> (at * 5)) & 31) as usize).copied().unwrap_or(b'0');
        let letters = (0..26).rev().map(|at| char::from(letter(at)));
        Ok(prefix.chars().chain(['_']).chain(letters).collect())
    }
}

fn by_chance(now: Time, fill: impl FnOnce(&mut [u8]) -> Result<(), NoChance>) -> Result<u128, NoChance> {
    let mut bytes = [0; 16];
    fill(&mut bytes)?;
    let millis = u128::try_from(now.micros() / 1_000).unwrap_or(0);
    Ok((millis << 80) | (u128::from_be_bytes(bytes) & ((1 << 80) - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_their_time_and_none_comes_twice() {
        let at = |micros| Time::from_micros(micros).unwrap();
        let of = |micros| Ids::System.new_id("c", at(micros)).unwrap();
        let (early, late) = (of(1_000), of(2_000_000));
        assert!(early < late, "{early} {late}");
        assert_ne!(early, of(1_000));
        let counted = Ids::Counted(Arc::default()).new_id("g", at(0)).unwrap();
        assert_eq!(counted, "g_00000000000000000000000000");
    }

    #[test]
    fn without_chance_there_is_no_id() {
        assert_eq!(by_chance(Time::from_micros(1_000).unwrap(), |_| Err(NoChance)), Err(NoChance));
    }
}
