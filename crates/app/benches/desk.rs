//! The pages of the desk among ten thousand cases and among a million, beside the health endpoint, in one run: over HTTP on
//! one connection each, in turn, against the program as it is shipped. SQLite.
//!
//! `make bench-desk`. The cases are the demo's and as many more as it takes, of four hundred people, a tenth of them open;
//! Rita has what she has in the demo and forty more.

#![allow(clippy::unwrap_used, reason = "a bench that goes wrong is to say so and end")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use amends::store::cases::{self, New};
use amends::store::journal::{self, Kept};
use amends::store::{Place, Store, testing};
use amends_core::authority::Person;
use amends_core::case::{Actor, BookRef, Case, Event, Happened, State};
use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, CaseId, CustomerId, PersonId, RequestKind, RoleName, TeamId};
use amends_core::time::{SECOND, Time};

/// Cases of one transaction.
const CASES: u64 = 5_000;
/// So many people own them.
const PEOPLE: u64 = 400;
/// Between requests, so that one person is within what one account may ask.
const PAUSE: Duration = Duration::from_millis(12);

fn main() {
    let tiny = std::env::args().any(|arg| arg == "--test");
    let (sizes, rounds) = if tiny { ([100, 1_000], 5) } else { ([10_000, 1_000_000], 400) };
    for size in sizes {
        let fresh = testing::file().unwrap();
        let Place::File(file) = &fresh.place else { panic!("a file") };
        let path = file.to_str().unwrap();
        // Once, so that the shop is there.
        drop(Demo::start(path));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(fill(&fresh.place, size));
        let demo = Demo::start(path);
        measure(&demo, size, rounds);
    }
}

/// `amends demo`, while it runs.
struct Demo {
    child: Child,
    at: String,
}

impl Demo {
    fn start(file: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_amends"));
        command.args(["demo", "--listen", "127.0.0.1:0", "--keep", file]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let at = line.rsplit("http://").next().unwrap().trim().trim_end_matches('/').to_owned();
        // What else it says is not lost in a pipe that is full.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Self { child, at }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

async fn fill(place: &Place, size: u64) {
    let store = Store::open(place, 0).await.unwrap();
    let mut conn = store.writer().await.unwrap();
    conn.will_write_much().await.unwrap();
    let business = BusinessId::parse("retail").unwrap();
    let mut from = 0;
    while from < size {
        let to = size.min(from + CASES);
        conn.begin().await.unwrap();
        let mut head = journal::lock_heads(&mut conn, &business, &["shop"]).await.unwrap().remove(0);
        let before = head.seq;
        let (mut kept, mut all) = (Vec::new(), Vec::new());
        for n in from..to {
            let (case, event) = opened(&business, n);
            let entry = head.next_of_case(&event).unwrap();
            head = entry.head();
            kept.push(Kept { entry, case: Some((case.id.clone(), 1)) });
            all.push(case);
        }
        let new: Vec<New<'_>> = all.iter().map(|case| New { case, due: None, seal: None }).collect();
        cases::add(&mut conn, &new).await.unwrap();
        journal::append(&mut conn, &kept, &[(before, head)]).await.unwrap();
        conn.commit().await.unwrap();
        from = to;
    }
}

fn opened(business: &BusinessId, n: u64) -> (Case, Event) {
    let owner = if n < 40 { "rita".to_owned() } else { format!("p_{}", n % PEOPLE) };
    let owner = Person {
        id: PersonId::parse(&owner).unwrap(),
        role: RoleName::parse("frontline").unwrap(),
        team: TeamId::parse("shop").unwrap(),
    };
    let at = Time::from_micros(1_700_000_000_000_000).unwrap().plus_micros(i64::try_from(n).unwrap() * SECOND).unwrap();
    let what = Happened::Opened {
        business: business.clone(),
        team: owner.team.clone(),
        customer: Some(CustomerId::parse(&format!("c_{}", n % 50_000)).unwrap()),
        request: RequestKind::parse("fee").unwrap(),
        book: BookRef { name: "retail".to_owned(), digest: Digest::zeros() },
        asked: at,
        owner: owner.clone(),
        set_back: None,
    };
    let id = CaseId::parse(&format!("b_{n:010}")).unwrap();
    let event = Event { case: id, version: 1, at, by: Actor::Person(owner), what };
    let mut case = Case::opened(&event).unwrap();
    if n >= 40 && !n.is_multiple_of(10) {
        case.state = State::Settled;
    }
    (case, event)
}

/// One connection, and what it sends with each request.
struct Browser {
    stream: BufReader<TcpStream>,
    at: String,
    cookie: String,
}

impl Browser {
    fn open(at: &str) -> Self {
        let stream = TcpStream::connect(at).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufReader::new(stream), at: at.to_owned(), cookie: String::new() }
    }

    /// The answer's status and body.
    fn get(&mut self, path: &str) -> (u16, String) {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\n\r\n", self.at, self.cookie);
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut status, mut length) = (0, None);
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse::<usize>().ok(),
                "set-cookie" => value.split(';').next().unwrap_or_default().clone_into(&mut self.cookie),
                _ if status == 0 => status = line.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0),
                _ => {}
            }
        }
        let mut body = vec![0; length.unwrap_or(0)];
        self.stream.read_exact(&mut body).unwrap();
        (status, String::from_utf8(body).unwrap())
    }
}

fn measure(demo: &Demo, size: u64, rounds: u64) {
    let mut rita = Browser::open(&demo.at);
    assert_eq!(rita.get("/demo/rita").0, 303);
    let (_, desk) = rita.get("/desk");
    let story = desk.split("href=\"/desk/cases/c_").nth(1).unwrap().split('"').next().unwrap();
    let story = format!("/desk/cases/c_{story}");
    let mut anyone = Browser::open(&demo.at);
    let mut times: Vec<(String, Vec<Duration>)> = Vec::new();
    for round in 0..rounds {
        let old = format!("/desk/cases/b_{:010}", round * 7_919 % size);
        let pages =
            [("the desk", "/desk"), ("a case with an answer", &story), ("any case", &old), ("approvals", "/approvals")];
        let mut take = |name: &str, browser: &mut Browser, path: &str| {
            std::thread::sleep(PAUSE);
            let began = Instant::now();
            let (status, body) = browser.get(path);
            let took = began.elapsed();
            assert!(status == 200 && !body.is_empty(), "{path}: {status}");
            match times.iter_mut().find(|(known, _)| known == name) {
                Some((_, all)) => all.push(took),
                None => times.push((name.to_owned(), vec![took])),
            }
        };
        take("health", &mut anyone, "/health");
        for (name, path) in pages {
            take(name, &mut rita, path);
        }
    }
    println!("\n{size} cases, {rounds} rounds: median and 95th of 100");
    let mut floor = 0.0;
    for (name, all) in &mut times {
        all.sort_unstable();
        let at = |of: usize| all.get((all.len() - 1) * of / 100).unwrap().as_secs_f64() * 1e6;
        let (median, high) = (at(50), at(95));
        if name == "health" {
            floor = high;
        }
        println!("{name:<24} {median:>8.0} us {high:>8.0} us   {:>5.1} x", high / floor);
    }
}
