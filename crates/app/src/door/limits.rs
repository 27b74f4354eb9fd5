//! How often one may ask: so many requests a second for each key and account, and few tries to sign in.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::api::problem::Problem;

/// Requests a second of one key or account where nothing else is said.
pub const REQUESTS_A_SECOND: u32 = 100;
/// Tries for one account from one address: so many at once, then one each time this has passed.
const TRIES_HERE: (u32, Duration) = (5, Duration::from_secs(30));
/// Tries for one account from anywhere. More, so that nobody keeps another from their account.
const TRIES_OF: (u32, Duration) = (50, Duration::from_secs(10));
/// Tries from one address, of a whole office that comes to work.
const TRIES_FROM: (u32, Duration) = (50, Duration::from_secs(2));
/// What is sent by one link of a customer, and wrong links from one address: so much at once, then one each time this has
/// passed.
const BY_LINK: (u32, Duration) = (20, Duration::from_secs(10));
/// Most keys, accounts and addresses that are remembered before those that have rested are forgotten.
const REMEMBERED: usize = 10_000;

#[derive(Debug)]
struct Of(RateLimiter<String, HashMapStateStore<String>, DefaultClock>);

impl Of {
    fn new(quota: Quota) -> Self {
        Self(RateLimiter::hashmap(quota))
    }

    fn slow(many: u32, each: Duration) -> Option<Self> {
        Some(Self::new(Quota::with_period(each)?.allow_burst(NonZeroU32::new(many)?)))
    }

    /// How long to wait, where it is too often.
    fn check(&self, key: &String) -> Result<(), Duration> {
        if self.0.len() > REMEMBERED {
            self.0.retain_recent();
        }
        self.0.check_key(key).map_err(|not| not.wait_time_from(DefaultClock::default().now()))
    }
}

/// How often one may ask.
#[derive(Debug)]
pub struct Limits {
    requests: Option<Of>,
    tries: [Option<Of>; 3],
    by_link: Option<Of>,
}

impl Limits {
    /// So many requests a second for each key and account, twice as many at once; none: as many as they like.
    pub fn new(requests: Option<NonZeroU32>) -> Self {
        let twice = |n: NonZeroU32| Quota::per_second(n).allow_burst(n.saturating_add(n.get()));
        let tries = [TRIES_HERE, TRIES_OF, TRIES_FROM].map(|(many, each)| Of::slow(many, each));
        let by_link = Of::slow(BY_LINK.0, BY_LINK.1);
        Self { requests: requests.map(|n| Of::new(twice(n))), tries, by_link }
    }

    /// One more request of someone.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn ask(&self, who: impl FnOnce() -> String) -> Result<(), TooOften> {
        self.requests.as_ref().map_or(Ok(()), |of| of.check(&who())).map_err(TooOften)
    }

    /// One more thing that is sent by a customer's link, or one more link that is none from an address.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn by_link(&self, link_or_address: &str) -> Result<(), TooOften> {
        self.by_link.as_ref().map_or(Ok(()), |of| of.check(&link_or_address.to_owned())).map_err(TooOften)
    }

    /// One more try to sign in to an account from an address.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn try_(&self, account: &str, address: &str) -> Result<(), TooOften> {
        let keys = [format!("{account} {address}"), account.to_owned(), address.to_owned()];
        let all = self.tries.iter().zip(keys);
        all.filter_map(|(of, key)| Some((of.as_ref()?, key))).try_for_each(|(of, key)| of.check(&key)).map_err(TooOften)
    }
}

/// It is one too many; how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooOften(pub Duration);

impl TooOften {
    /// Whole seconds to wait.
    pub fn seconds(self) -> u64 {
        self.0.as_secs() + 1
    }

    /// As an answer for programs.
    pub fn answer(self) -> Response {
        let seconds = self.seconds();
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "these are too many requests at once")
            .code("too_often")
            .hint(format!("send it again in {seconds} s, as `Retry-After` says"));
        let mut response = problem.into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_asks_too_often_does_not_keep_others_waiting() {
        let limits = Limits::new(NonZeroU32::new(5));
        let ask = |who: &str| limits.ask(|| who.to_owned());
        assert!((0..10).all(|_| ask("rita").is_ok()));
        let wait = ask("rita").unwrap_err();
        assert!(wait.0 <= Duration::from_millis(200) && wait.seconds() == 1, "{wait:?}");
        assert!(ask("omar").is_ok());
        let free = Limits::new(None);
        assert!((0..1_000).all(|_| free.ask(|| "rita".to_owned()).is_ok()));
    }

    #[test]
    fn tries_to_sign_in_are_few_and_nobody_locks_another_out() {
        let limits = Limits::new(None);
        assert!((0..5).all(|_| limits.try_("rita", "10.0.0.1").is_ok()));
        assert!(limits.try_("rita", "10.0.0.1").is_err());
        assert!(limits.try_("rita", "10.0.0.2").is_ok());
        assert!(limits.try_("omar", "10.0.0.1").is_ok());
    }
}
