//! How long something may stand still: a client that reads or sends nothing is given up, and so is one that does hardly more.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// How many bytes earn a second of patience.
const BYTES_A_SECOND: u64 = 1_024;

/// What is left of it: it runs out while nothing moves, and comes back with what does.
#[derive(Debug)]
pub struct Patience {
    most: Duration,
    left: Duration,
    /// Since when nothing moves.
    since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    /// So much of it.
    pub const fn new(most: Duration) -> Self {
        Self { most, left: most, since: None, timer: None }
    }

    /// So many bytes moved.
    pub fn moved(&mut self, bytes: usize) {
        if let Some(since) = self.since.take() {
            self.left = self.left.saturating_sub(since.elapsed());
            self.timer = None;
        }
        let earned = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(1_000) / BYTES_A_SECOND;
        self.left = self.left.saturating_add(Duration::from_millis(earned)).min(self.most);
    }

    /// Nothing moves; ready once it has run out.
    pub fn runs_out(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let since = *self.since.get_or_insert_with(Instant::now);
        let until = since + self.left;
        self.timer.get_or_insert_with(|| Box::pin(sleep_until(until))).as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn waits(patience: &mut Patience, seconds: u64) -> bool {
        let out = std::future::poll_fn(|context| patience.runs_out(context));
        tokio::time::timeout(Duration::from_secs(seconds), out).await.is_err()
    }

    #[tokio::test(start_paused = true)]
    async fn what_stands_still_is_given_up_and_what_moves_is_not() {
        let mut patience = Patience::new(Duration::from_secs(30));
        for _ in 0..100 {
            assert!(waits(&mut patience, 20).await, "64 KiB in 20 s is slow, and goes on");
            patience.moved(64 << 10);
        }
        assert!(!waits(&mut patience, 31).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_byte_now_and_then_is_as_good_as_nothing() {
        let mut patience = Patience::new(Duration::from_secs(30));
        assert!(waits(&mut patience, 29).await);
        patience.moved(1);
        assert!(!waits(&mut patience, 2).await);
    }
}
