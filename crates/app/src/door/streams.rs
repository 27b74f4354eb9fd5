//! Streams that are open: so many of each key or account, of each address, and of all. Each holds a connection for as long
//! as it lasts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::api::problem::Problem;

/// Most streams of one key or account, where nothing else is said.
pub const STREAMS_MAX: u32 = 20;
/// Most of one address.
const OF_ADDRESS_MAX: usize = 512;
/// Most of all: half of the connections that there are where nothing else is said.
const ALL_MAX: usize = 2_048;
/// When to try again, in seconds.
const LATER: u64 = 30;

/// All that are open.
#[derive(Clone, Debug)]
pub struct Streams {
    of_one: usize,
    open: Arc<Mutex<Open>>,
}

/// Whoever has none is not in it.
#[derive(Debug, Default)]
struct Open {
    all: usize,
    by: HashMap<Of, usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Of {
    One(String),
    Address(String),
}

/// One of them; counted until it is dropped.
#[derive(Debug)]
pub struct Stream {
    of: Vec<Of>,
    open: Arc<Mutex<Open>>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all = open.all.saturating_sub(1);
        for of in &self.of {
            if let Some(count) = open.by.get_mut(of) {
                *count -= 1;
                if *count == 0 {
                    open.by.remove(of);
                }
            }
        }
    }
}

/// Why no other stream is opened: whose there are, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    whose: &'static str,
    most: usize,
}

impl TooMany {
    /// As an answer for programs.
    pub fn answer(self) -> Response {
        let Self { whose, most } = self;
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, format!("{whose} has {most} open streams already"))
            .code("too_many_streams")
            .hint("close one before you open another; one stream without `case` tells of all cases");
        let mut response = problem.into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(LATER));
        response
    }
}

impl Streams {
    /// So many of each key or account.
    pub fn new(of_one: u32) -> Self {
        Self { of_one: usize::try_from(of_one).unwrap_or(usize::MAX), open: Arc::default() }
    }

    /// Opens one. `who`: by what they are known; none: by their address alone.
    ///
    /// # Errors
    /// When there are too many.
    pub fn open(&self, who: Option<&str>, address: &str) -> Result<Stream, TooMany> {
        let of: Vec<Of> =
            who.map(|who| Of::One(who.to_owned())).into_iter().chain([Of::Address(address.to_owned())]).collect();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let full = of.iter().find_map(|of| self.full(&open, of));
        if let Some(full) = full.or((open.all >= ALL_MAX).then_some(TooMany { whose: "this server", most: ALL_MAX })) {
            return Err(full);
        }
        open.all += 1;
        for of in &of {
            *open.by.entry(of.clone()).or_default() += 1;
        }
        Ok(Stream { of, open: Arc::clone(&self.open) })
    }

    fn full(&self, open: &Open, of: &Of) -> Option<TooMany> {
        let (whose, most) = match of {
            Of::One(_) => ("this key or account", self.of_one),
            Of::Address(_) => ("this address", OF_ADDRESS_MAX),
        };
        (open.by.get(of).copied().unwrap_or(0) >= most).then_some(TooMany { whose, most })
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_has_many_is_told_and_others_open_theirs() {
        let streams = Streams::new(3);
        let mut of_rita: Vec<Stream> = (0..3).map(|_| streams.open(Some("rita"), "10.0.0.1").unwrap()).collect();
        let full = streams.open(Some("rita"), "10.0.0.2").unwrap_err();
        assert_eq!(full, TooMany { whose: "this key or account", most: 3 });
        let of_omar = streams.open(Some("omar"), "10.0.0.1").unwrap();
        drop(of_rita.pop());
        assert!(streams.open(Some("rita"), "10.0.0.1").is_ok());
        drop((of_rita, of_omar));
        assert!(streams.count() == 0 && streams.open.lock().unwrap().by.is_empty(), "whoever has none is forgotten");
    }

    #[test]
    fn an_address_and_all_together_have_an_end() {
        let streams = Streams::new(STREAMS_MAX);
        let open = |address: &str, many: usize| -> Vec<_> { (0..many).map(|_| streams.open(None, address)).collect() };
        let of_one = open("10.0.0.1", OF_ADDRESS_MAX + 1);
        assert_eq!(of_one.iter().filter(|opened| opened.is_err()).count(), 1);
        assert!(streams.open(Some("rita"), "10.0.0.1").is_err());
        let more: Vec<_> = (2..6).flat_map(|of| open(&format!("10.0.0.{of}"), OF_ADDRESS_MAX)).collect();
        assert_eq!(streams.count(), ALL_MAX);
        assert_eq!(more.last().unwrap().as_ref().err().map(|full| full.whose), Some("this server"));
    }
}
