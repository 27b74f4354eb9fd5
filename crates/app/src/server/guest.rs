//! A request, as the listener knows it: where it comes from, whether anyone turned out to be known, and the room that its
//! body and its answer take until then.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::http::Extensions;

use super::room::{NoRoom, Place, Room, Sender};
use super::seats::Peer;

/// Goes with each request, among its extensions.
#[derive(Clone, Debug)]
pub struct Guest(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    peer: Peer,
    room: Arc<Room>,
    turns: Arc<Room>,
    /// Whether it is in line, or had its turn: it needs one, however often it is asked who sends it.
    in_line: AtomicBool,
    known: OnceLock<Arc<str>>,
    places: Mutex<Vec<Place>>,
}

impl Guest {
    /// Of a request from an address.
    pub fn new(peer: Peer, room: Arc<Room>, turns: Arc<Room>) -> Self {
        Self(Arc::new(Inner {
            peer,
            room,
            turns,
            in_line: AtomicBool::new(false),
            known: OnceLock::new(),
            places: Mutex::default(),
        }))
    }

    /// That of a request; none where it came by no connection.
    pub fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get()
    }

    /// Someone turned out to be known, by this name.
    pub fn is(&self, name: &str) {
        let _ = self.0.known.set(name.into());
    }

    /// As [`Guest::is`], where all who are let in are alike.
    pub fn is_let_in(&self) {
        self.is(&format!("at {}", self.0.peer));
    }

    /// Whether anyone did.
    pub fn is_known(&self) -> bool {
        self.0.known.get().is_some()
    }

    /// From where it comes.
    pub fn peer(&self) -> Peer {
        self.0.peer
    }

    /// Takes room for so many bytes, until the request is answered.
    ///
    /// # Errors
    /// When there was none in time.
    pub async fn hold(&self, bytes: usize) -> Result<(), NoRoom> {
        self.keep(self.0.room.take(&self.sender(), bytes).await?);
        Ok(())
    }

    /// Waits until it is its turn among those of the same sender, until the request is answered.
    ///
    /// # Errors
    /// When it was not in time.
    pub async fn turn(&self) -> Result<(), NoRoom> {
        if self.0.in_line.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        self.keep(self.0.turns.take(&self.sender(), 1).await?);
        Ok(())
    }

    fn sender(&self) -> Sender {
        match self.0.known.get() {
            Some(name) => Sender::Known(Arc::clone(name)),
            None => Sender::Stranger(self.0.peer),
        }
    }

    fn keep(&self, place: Place) {
        self.0.places.lock().unwrap_or_else(PoisonError::into_inner).push(place);
    }

    /// It is answered: what it sent is held no more.
    pub fn leaves(&self) {
        self.0.places.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
