//! How many bytes of requests are held at a time, by everyone together and by each: what one sends never fills the memory,
//! nor the room of another.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::seats::Peer;

/// How long someone who is known waits for room.
const WAIT: Duration = Duration::from_secs(10);
/// How long a stranger does.
const WAIT_OF_STRANGERS: Duration = Duration::from_secs(2);

/// Someone who sends something.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// Nobody knows who they are: where they come from.
    Stranger(Peer),
    /// A key, an account, or who has the server's token.
    Known(Arc<str>),
}

/// How much there is, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    /// For strangers: together, and of one address.
    pub strangers: [usize; 2],
    /// For those who are known: together, and each.
    pub known: [usize; 2],
}

impl Default for Most {
    /// Room for what one form with files may hold at most, for three of those at once, and for many small forms.
    fn default() -> Self {
        Self { strangers: [32 << 20, 2 << 20], known: [72 << 20, 24 << 20] }
    }
}

/// The room there is.
#[derive(Debug, Default)]
pub struct Room {
    most: Most,
    held: Mutex<Held>,
    freed: Notify,
}

/// What is held now. Whoever holds nothing is not in it.
#[derive(Debug, Default)]
struct Held {
    strangers: usize,
    known: usize,
    each: HashMap<Sender, usize>,
}

impl Held {
    fn all(&mut self, of: &Sender) -> &mut usize {
        match of {
            Sender::Stranger(_) => &mut self.strangers,
            Sender::Known(_) => &mut self.known,
        }
    }
}

/// Room that is taken; given back when dropped.
#[derive(Debug)]
pub struct Place {
    room: Arc<Room>,
    of: Sender,
    bytes: usize,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.room.held.lock().unwrap_or_else(PoisonError::into_inner);
        let all = held.all(&self.of);
        *all = all.saturating_sub(self.bytes);
        if let Some(own) = held.each.get_mut(&self.of) {
            *own = own.saturating_sub(self.bytes);
            if *own == 0 {
                held.each.remove(&self.of);
            }
        }
        drop(held);
        self.room.freed.notify_waiters();
    }
}

/// There was no room in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom;

impl Room {
    /// So much of it.
    pub fn new(most: Most) -> Self {
        Self { most, ..Self::default() }
    }

    fn try_take(self: &Arc<Self>, of: &Sender, bytes: usize) -> Option<Place> {
        let [together, share] = match of {
            Sender::Stranger(_) => self.most.strangers,
            Sender::Known(_) => self.most.known,
        };
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let own = held.each.get(of).copied().unwrap_or(0);
        // What is larger than anyone's share comes in alone.
        if own + bytes > share.max(bytes) || held.all(of).saturating_add(bytes) > together.max(bytes) {
            return None;
        }
        *held.all(of) += bytes;
        held.each.insert(of.clone(), own + bytes);
        Some(Place { room: Arc::clone(self), of: of.clone(), bytes })
    }

    /// Takes room, and waits a while where there is none.
    ///
    /// # Errors
    /// When there was none in time.
    pub async fn take(self: &Arc<Self>, of: &Sender, bytes: usize) -> Result<Place, NoRoom> {
        let wait = if matches!(of, Sender::Known(_)) { WAIT } else { WAIT_OF_STRANGERS };
        let until = Instant::now() + wait;
        loop {
            // Listening begins before looking, so that nothing is missed between.
            let freed = self.freed.notified();
            if let Some(place) = self.try_take(of, bytes) {
                return Ok(place);
            }
            timeout_at(until, freed).await.map_err(|_| NoRoom)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room() -> Arc<Room> {
        Arc::new(Room::new(Most { strangers: [100, 40], known: [200, 120] }))
    }

    fn stranger(last: u8) -> Sender {
        Sender::Stranger(Peer::of([10, 0, 0, last].into()))
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_sends_much_waits_and_nobody_else_does() {
        let (room, rita) = (room(), Sender::Known("rita".into()));
        let first = room.take(&rita, 120).await.unwrap();
        assert_eq!(room.take(&rita, 1).await.err(), Some(NoRoom));
        let other = room.take(&Sender::Known("omar".into()), 80).await.unwrap();
        assert!(room.take(&stranger(1), 40).await.is_ok(), "strangers have room of their own");
        assert!(room.take(&Sender::Known("lena".into()), 1).await.is_err(), "all of it is held");
        let waits = tokio::spawn({
            let room = Arc::clone(&room);
            async move { room.take(&rita, 100).await }
        });
        tokio::task::yield_now().await;
        drop(first);
        let place = waits.await.unwrap().unwrap();
        drop((place, other));
        assert!(room.held.lock().unwrap().each.is_empty(), "whoever holds nothing is forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn strangers_of_one_address_leave_room_for_others() {
        let room = room();
        let all: Vec<Place> =
            vec![room.take(&stranger(1), 20).await.unwrap(), room.take(&stranger(1), 20).await.unwrap()];
        assert!(room.take(&stranger(1), 1).await.is_err());
        assert!(room.take(&stranger(2), 40).await.is_ok());
        drop(all);
        assert!(room.take(&stranger(1), 40).await.is_ok());
    }
}
