//! How often one may ask: so many requests a second for each key and account, few tries to sign in, and little by those
//! who need no account. What strangers send as a name is never kept, see [`Often`].

use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::api::problem::Problem;
use crate::server::often::Often;

/// Requests a second of one key or account where nothing else is said.
pub const REQUESTS_A_SECOND: u32 = 100;
/// Requests a second of one address to pages that need no account, and so many at once.
const PAGES: (u32, u32) = (100, 200);
/// What is sent by one link of a customer, and wrong links from one address: so much at once, then one each time this has
/// passed.
const BY_LINK: (u32, Duration) = (20, Duration::from_secs(10));
/// Tries from a browser that signed in to the account before.
const TRIES_KNOWN: (u32, Duration) = (10, Duration::from_secs(30));
/// Ways to a provider of sign-in and back, from one address: each asks the provider something.
const AT_PROVIDER: (u32, Duration) = (50, Duration::from_secs(2));

/// Tries at something that many may try, such as an account or a form: few for each address. Once many were made, fewer
/// still for each, so that one who comes from elsewhere is heard all the same.
#[derive(Debug)]
struct Tries {
    /// From one address, of a whole office that comes to work.
    from: Often,
    /// At one thing from one address.
    here: Often,
    /// At one thing from anywhere, before it is taken for an attack.
    of: Often,
    /// At one thing from one address, while it is.
    few: Often,
    /// At one thing from anywhere, while it is.
    most: Often,
}

impl Tries {
    fn new() -> Self {
        Self {
            from: Often::new(50, Duration::from_secs(2)),
            here: Often::new(5, Duration::from_secs(30)),
            of: Often::new(50, Duration::from_secs(10)),
            few: Often::new(3, Duration::from_secs(200)),
            most: Often::new(500, Duration::from_secs(2)),
        }
    }

    /// One more. The address counts first, so that one alone never fills what is kept of all.
    fn come(&self, what: &str, address: &str) -> Result<(), Duration> {
        self.from.come(address)?;
        self.here.come((what, address))?;
        if self.of.come(what).is_err() {
            self.few.come((what, address))?;
            self.most.come(what)?;
        }
        Ok(())
    }

    /// One more at what nobody can guess, and nobody is to be kept from.
    fn come_here(&self, what: &str, address: &str) -> Result<(), Duration> {
        self.from.come(address)?;
        self.here.come((what, address))
    }
}

/// How often one may ask.
#[derive(Debug)]
pub struct Limits {
    requests: Option<Often>,
    pages: Often,
    by_link: Often,
    tries: Tries,
    forms: Tries,
    known: Often,
    at_provider: Often,
}

impl Limits {
    /// So many requests a second for each key and account, twice as many at once; none: as many as they like.
    pub fn new(requests: Option<NonZeroU32>) -> Self {
        Self {
            requests: requests.map(|n| Often::a_second(n.get(), n.get().saturating_mul(2))),
            pages: Often::a_second(PAGES.0, PAGES.1),
            by_link: Often::new(BY_LINK.0, BY_LINK.1),
            tries: Tries::new(),
            forms: Tries::new(),
            known: Often::new(TRIES_KNOWN.0, TRIES_KNOWN.1),
            at_provider: Often::new(AT_PROVIDER.0, AT_PROVIDER.1),
        }
    }

    /// One more request of someone who is known: a key, an account, an inlet whose sender is believed.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn ask(&self, who: impl FnOnce() -> String) -> Result<(), TooOften> {
        self.requests.as_ref().map_or(Ok(()), |often| often.come(who())).map_err(TooOften)
    }

    /// Whether there is a limit for each key and account at all.
    pub const fn are_set(&self) -> bool {
        self.requests.is_some()
    }

    /// One more request of an address to a page that needs no account.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn page(&self, address: &str) -> Result<(), TooOften> {
        self.pages.come(address).map_err(TooOften)
    }

    /// One more thing that is sent by a customer's link, or one more link that is none from an address.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn by_link(&self, link_or_address: &str) -> Result<(), TooOften> {
        self.by_link.come(link_or_address).map_err(TooOften)
    }

    /// One more try to sign in to an account from an address.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn try_(&self, account: &str, address: &str) -> Result<(), TooOften> {
        self.tries.come(account, address).map_err(TooOften)
    }

    /// One more try at the server's token from an address.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn try_token(&self, address: &str) -> Result<(), TooOften> {
        self.tries.come_here("token", address).map_err(TooOften)
    }

    /// One more try to sign in to an account, from a browser or a session by which its owner is known: tries of others do
    /// not count.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn try_known(&self, account: &str, by: &str) -> Result<(), TooOften> {
        self.known.come((account, by)).map_err(TooOften)
    }

    /// One more way to a provider of sign-in, or back.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn at_provider(&self, address: &str) -> Result<(), TooOften> {
        self.at_provider.come(address).map_err(TooOften)
    }

    /// One more request by a form from an address.
    ///
    /// # Errors
    /// When it is one too many.
    pub fn form(&self, form: &str, address: &str) -> Result<(), TooOften> {
        self.forms.come(form, address).map_err(TooOften)
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
        assert!(limits.try_known("rita", "her browser").is_ok(), "where she signed in before");
    }

    /// What is sent to an account from a hundred addresses: how many tries were looked at.
    fn attack(limits: &Limits, account: &str) -> usize {
        let tries = (0..100).flat_map(|of| (0..10).map(move |_| format!("10.0.1.{of}")));
        tries.filter(|address| limits.try_(account, address).is_ok()).count()
    }

    #[tokio::test(start_paused = true)]
    async fn guessing_from_many_addresses_is_slow_and_the_owner_comes_in() {
        let limits = Limits::new(None);
        let looked_at = attack(&limits, "rita");
        assert!((50..=350).contains(&looked_at), "{looked_at}");
        assert!(limits.try_("rita", "192.0.2.1").is_ok(), "from an address that did not try");
        tokio::time::advance(Duration::from_mins(1)).await;
        let later = attack(&limits, "rita");
        assert!(later <= 30, "each address has hardly more in a minute: {later}");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_shuts_a_form_for_others() {
        let limits = Limits::new(None);
        for of in 0..100 {
            let _ = limits.form("ask", &format!("10.0.1.{of}"));
        }
        assert!(limits.form("ask", "192.0.2.1").is_ok());
    }

    #[test]
    fn what_nobody_could_be_called_takes_no_memory() {
        let limits = Limits::new(None);
        for n in 0..30 {
            let _ = limits.try_(&format!("{n}{}", "x".repeat(1 << 20)), "10.0.0.1");
        }
        assert!(limits.tries.of.remembered() <= 30 && limits.tries.from.remembered() == 1);
    }
}
