//! Who has a connection, and who gives one up when there are no more: the one that has stood still for longest, of the
//! address that has the most. So one address never keeps another out, nor itself.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

/// An address as one of many: of IPv6 its network, since whoever has one such address has 2^64 of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Peer(IpAddr);

impl Peer {
    /// Of an address.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(v6) => Self(IpAddr::V6((v6.to_bits() >> 64 << 64).into())),
            v4 @ IpAddr::V4(_) => Self(v4),
        }
    }
}

/// Shown as its address, or network.
impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What a connection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Doing {
    /// It waits for a request, or for the client to take the answer.
    Waits = 0,
    /// It tells what happens, as it happens.
    Tells = 1,
    /// A request of it is being answered.
    Answers = 2,
}

/// One connection.
#[derive(Debug)]
pub struct Seat {
    peer: Peer,
    number: u64,
    /// When something moved last, in milliseconds since the server began.
    moved: AtomicU64,
    doing: AtomicU8,
    began: Instant,
    end: Notify,
}

impl Seat {
    /// Something moved.
    pub fn moved(&self) {
        self.moved.store(millis(self.began), Ordering::Relaxed);
    }

    /// It does something else now.
    pub fn does(&self, what: Doing) {
        self.doing.store(what as u8, Ordering::Relaxed);
    }

    /// Completes when another needs its place.
    pub async fn ended(&self) {
        self.end.notified().await;
    }

    /// The lower, the sooner it is given up.
    fn rank(&self) -> (u8, u64, u64) {
        (self.doing.load(Ordering::Relaxed), self.moved.load(Ordering::Relaxed), self.number)
    }
}

fn millis(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// How many connections there are, and how many had to give way.
#[derive(Debug, Default)]
pub struct Census {
    open: AtomicUsize,
    gave_way: AtomicU64,
}

impl Census {
    /// How many are open.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// How many had to give way to another since the start.
    pub fn gave_way(&self) -> u64 {
        self.gave_way.load(Ordering::Relaxed)
    }
}

/// All connections.
#[derive(Debug)]
pub struct Seats {
    /// Most at a time.
    most: usize,
    /// Most of one address.
    of_one: usize,
    began: Instant,
    census: Arc<Census>,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    next: u64,
    by_peer: HashMap<Peer, HashMap<u64, Arc<Seat>>>,
}

/// A seat that is taken; given back when dropped.
#[derive(Debug)]
pub struct Taken {
    seats: Arc<Seats>,
    /// The seat.
    pub seat: Arc<Seat>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.seats.remove(&mut self.seats.table(), &self.seat);
    }
}

impl Table {
    /// The connection of an address that can be spared most.
    fn idlest(&self, peer: Peer) -> Option<Arc<Seat>> {
        self.by_peer.get(&peer)?.values().min_by_key(|seat| seat.rank()).cloned()
    }

    /// The address with the most connections.
    fn largest(&self) -> Option<Peer> {
        self.by_peer.iter().max_by_key(|(_, seats)| seats.len()).map(|(peer, _)| *peer)
    }
}

impl Seats {
    /// So many, and so many of one address.
    pub fn new(most: usize, of_one: usize, census: Arc<Census>) -> Self {
        let (most, of_one, began) = (most.max(1), of_one.max(1), Instant::now());
        Self { most, of_one, began, census, table: Mutex::default() }
    }

    fn remove(&self, table: &mut Table, seat: &Seat) {
        let Some(of_peer) = table.by_peer.get_mut(&seat.peer) else { return };
        if of_peer.remove(&seat.number).is_some() {
            self.census.open.fetch_sub(1, Ordering::Relaxed);
        }
        if of_peer.is_empty() {
            table.by_peer.remove(&seat.peer);
        }
    }

    fn give_way(&self, table: &mut Table, peer: Option<Peer>) {
        let Some(seat) = peer.and_then(|peer| table.idlest(peer)) else { return };
        seat.end.notify_one();
        self.remove(table, &seat);
        self.census.gave_way.fetch_add(1, Ordering::Relaxed);
    }

    fn table(&self) -> std::sync::MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat for a connection; where there is none, another is given up. `whose`: whether it counts against its address.
    pub fn take(self: &Arc<Self>, peer: Peer, whose: Whose) -> Taken {
        let mut table = self.table();
        let of_peer = table.by_peer.get(&peer).map_or(0, HashMap::len);
        if whose == Whose::OfOne && of_peer >= self.of_one {
            self.give_way(&mut table, Some(peer));
        } else if self.census.open() >= self.most {
            let largest = table.largest();
            self.give_way(&mut table, largest);
        }
        table.next += 1;
        let seat = Arc::new(Seat {
            peer,
            number: table.next,
            moved: AtomicU64::new(millis(self.began)),
            doing: AtomicU8::new(Doing::Waits as u8),
            began: self.began,
            end: Notify::new(),
        });
        table.by_peer.entry(peer).or_default().insert(seat.number, Arc::clone(&seat));
        self.census.open.fetch_add(1, Ordering::Relaxed);
        drop(table);
        Taken { seats: Arc::clone(self), seat }
    }

    /// Gives up one connection, where the system itself has no more.
    pub fn spare(&self) {
        let mut table = self.table();
        let largest = table.largest();
        self.give_way(&mut table, largest);
    }
}

/// Whose connections those of an address are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of one client, or few.
    OfOne,
    /// Of all who come by a proxy.
    OfMany,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt as _;

    use super::*;

    fn peer(last: u8) -> Peer {
        Peer::of([10, 0, 0, last].into())
    }

    fn seats(most: usize, of_one: usize) -> Arc<Seats> {
        Arc::new(Seats::new(most, of_one, Arc::default()))
    }

    fn is_over(taken: &Taken) -> bool {
        taken.seat.ended().now_or_never().is_some()
    }

    async fn later() {
        tokio::time::advance(Duration::from_secs(1)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_wants_more_gives_up_what_stood_still_for_longest() {
        let seats = seats(100, 3);
        let take = |last| seats.take(peer(last), Whose::OfOne);
        let mut first = Vec::new();
        for _ in 0..3 {
            first.push(take(1));
            later().await;
        }
        let other = take(2);
        later().await;
        first[0].seat.moved();
        first[1].seat.does(Doing::Answers);
        let more = take(1);
        let over: Vec<bool> = first.iter().chain([&more, &other]).map(is_over).collect();
        assert_eq!(over, [false, false, true, false, false], "neither what moved nor what is being answered");
        assert_eq!(seats.census.open(), 4);
        drop((first, more));
        assert_eq!(seats.census.open(), 1);
        drop(other);
        assert!(seats.table().by_peer.is_empty(), "an address without connections is forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn in_a_full_house_the_address_with_the_most_gives_way() {
        let seats = seats(10, 100);
        let one = seats.take(peer(1), Whose::OfOne);
        later().await;
        let many: Vec<Taken> = (0..9).map(|_| seats.take(peer(2), Whose::OfOne)).collect();
        let another = seats.take(peer(3), Whose::OfOne);
        assert!(!is_over(&one) && !is_over(&another), "whoever has one keeps it, however still it is");
        assert_eq!(many.iter().filter(|taken| is_over(taken)).count(), 1);
        assert_eq!(seats.census.open(), 10);
    }

    #[test]
    fn connections_of_a_proxy_are_not_those_of_one() {
        let seats = seats(10, 2);
        let all: Vec<Taken> = (0..9).map(|_| seats.take(peer(1), Whose::OfMany)).collect();
        assert!(!all.iter().any(is_over));
    }

    #[test]
    fn a_network_of_ipv6_is_one() {
        let of = |text: &str| Peer::of(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:10.0.0.1"), peer(1));
        assert_eq!(of("2001:db8:1:2::1").to_string(), "2001:db8:1:2::");
    }
}
