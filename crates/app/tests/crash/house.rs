//! Servers on one database, that are killed and started again, and what their journal says in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use amends::flow::people::{Setting, change, first_key, team};
use amends::flow::rules::ModeText;
use amends::store::people::PersonRow;
use amends::store::settings::Allowance;
use amends::store::{Place, Store, testing};
use amends_core::ids::{BusinessId, PersonId, RoleName, TeamId};
use amends_core::time::Time;

use crate::client::ask;

/// What may be given in a day: more than any run gives.
const MOST: i64 = 900_000_000;

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// The server for tests, where there is one.
pub fn postgres_url() -> Option<String> {
    let url = std::env::var(testing::VARIABLE).ok();
    if url.is_none() {
        testing::skipped(testing::Left::Whole, testing::NO_SERVER);
    }
    url
}

pub fn database(url: &str) -> testing::Fresh {
    runtime().block_on(testing::database(url)).unwrap()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A PostgreSQL server of its own, that may be restarted without anyone else in the way.
pub struct Postgres {
    pub url: String,
    folder: String,
}

impl Postgres {
    pub fn start() -> Option<Self> {
        // The same switch as for the others: without it nothing is installed or started.
        postgres_url()?;
        let said = Command::new(repository().join("scripts/postgres.sh")).arg("start").output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        let text = String::from_utf8(said.stdout).unwrap();
        let (folder, url) = text.trim().split_once('\n').unwrap();
        Some(Self { url: url.to_owned(), folder: folder.to_owned() })
    }

    pub fn restart(&self) {
        self.script("restart");
    }

    fn script(&self, what: &str) {
        let done = Command::new(repository().join("scripts/postgres.sh")).args([what, &self.folder]).status();
        assert!(done.unwrap().success());
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.script("stop");
    }
}

struct Server {
    child: Child,
    at: SocketAddr,
}

/// Servers on one database.
pub struct House {
    pub token: String,
    database: String,
    place: Place,
    servers: Vec<Mutex<Option<Server>>>,
}

impl House {
    pub fn new(place: &Place, servers: usize) -> Self {
        let business = BusinessId::parse("retail").unwrap();
        let hugo = PersonId::parse("hugo").unwrap();
        let start = Time::from_micros(0).unwrap();
        let (token, key) = first_key(&business, &hugo, start).unwrap();
        let shop = TeamId::parse("shop").unwrap();
        let person = PersonRow {
            id: hugo,
            name: "Hugo".to_owned(),
            role: RoleName::parse("head").unwrap(),
            team: shop.clone(),
            active: true,
        };
        let limit = Allowance {
            holder: "team shop".to_owned(),
            span: "day".to_owned(),
            currency: "USD".to_owned(),
            most: MOST,
        };
        let settings = [
            Setting::Team(team(shop, "Shop".to_owned(), &ModeText::Full).unwrap()),
            Setting::Person(person),
            Setting::Key(key),
            Setting::Allow(limit),
        ];
        runtime().block_on(async {
            let store = Store::open(place, 0).await.unwrap();
            change(&store, &business, "operator", &settings, start).await.unwrap();
        });
        let database = match place {
            Place::File(path) => path.display().to_string(),
            Place::Url(url) => url.clone(),
        };
        let servers = (0..servers).map(|_| Mutex::new(None)).collect();
        let house = Self { token, database, place: place.clone(), servers };
        (0..house.servers.len()).for_each(|n| house.start(n));
        house
    }

    /// Where a server listens; none while it is down.
    pub fn at(&self, client: usize) -> Option<SocketAddr> {
        self.servers[client % self.servers.len()].lock().unwrap().as_ref().map(|s| s.at)
    }

    pub fn start(&self, n: usize) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_amends"));
        command.arg("serve").arg(repository().join("books/retail")).args([
            "--listen",
            "127.0.0.1:0",
            "--rate-limit",
            "0",
            "--database",
        ]);
        let child = command.arg(&self.database).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn();
        let mut child = child.unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let at = line.trim().rsplit("http://").next().and_then(|rest| rest.trim_end_matches('/').parse().ok());
        let at = at.unwrap_or_else(|| panic!("it did not start: {line:?}"));
        *self.servers[n].lock().unwrap() = Some(Server { child, at });
    }

    /// As a crash would: nothing is said before.
    pub fn kill(&self, n: usize) {
        if let Some(mut server) = self.servers[n].lock().unwrap().take() {
            server.child.kill().unwrap();
            server.child.wait().unwrap();
        }
    }

    /// As a service manager would: asked to stop, it ends by itself, and well.
    pub fn stop(&self, n: usize) {
        if let Some(mut server) = self.servers[n].lock().unwrap().take() {
            let asked = Command::new("kill").args(["-TERM", &server.child.id().to_string()]).status();
            assert!(asked.unwrap().success());
            assert!(server.child.wait().unwrap().success(), "it did not end well");
        }
    }

    /// The journal proves itself, and says the same as the answers and the budgets do.
    pub fn audit(&self, given: &BTreeMap<String, String>) {
        let said = Command::new(env!("CARGO_BIN_EXE_amends"))
            .args(["export", "--business", "retail", "--database", &self.database])
            .output()
            .unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        let text = String::from_utf8(said.stdout).unwrap();
        let report = amends_core::journal::verify(text.lines());
        assert!(report.is_whole(), "{:#?}", report.faults);
        let (grants, spent) = reserved(&text);
        let ids: BTreeSet<&String> = grants.keys().collect();
        assert_eq!(ids.len(), grants.values().map(Vec::len).sum::<usize>(), "no grant twice");
        for (grant, case) in given {
            assert_eq!(grants.get(grant), Some(&vec![case.clone()]), "the acknowledged grant {grant}");
        }
        let cases: BTreeSet<&String> = grants.values().flatten().collect();
        assert_eq!(cases.len(), grants.len(), "no case was given anything twice");
        assert_eq!(self.taken(), spent, "the budget holds what the journal gave");
    }

    /// What the team's budget holds, in cents.
    fn taken(&self) -> i64 {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let got = self.at(0).and_then(|at| ask(at, &self.token, "GET", "/v1/budgets", None, ""));
            if let Some(got) = got.filter(|got| got.status == 200) {
                return got.json["budgets"][0]["reserved"].as_str().map_or(0, cents)
                    + got.json["budgets"][0]["settled"].as_str().map_or(0, cents);
            }
            assert!(Instant::now() < until, "the budgets of {:?} cannot be read", self.place);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        (0..self.servers.len()).for_each(|n| self.kill(n));
    }
}

fn cents(text: &str) -> i64 {
    text.split(' ').next().unwrap().replace('.', "").parse().unwrap()
}

/// Every grant of an export with its cases, and what all cost.
fn reserved(export: &str) -> (BTreeMap<String, Vec<String>>, i64) {
    let (mut grants, mut spent) = (BTreeMap::<String, Vec<String>>::new(), 0);
    for line in export.lines().filter(|line| line.contains("\"case.reserved\"")) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let event = find(&line, "what").unwrap();
        let reserved = find(event, "reserved").unwrap();
        let case = find(&line, "case").unwrap().as_str().unwrap().to_owned();
        grants.entry(reserved["id"].as_str().unwrap().to_owned()).or_default().push(case);
        spent += cents(reserved["cost"].as_str().unwrap());
    }
    (grants, spent)
}

/// The first value of a name, however deep.
fn find<'v>(value: &'v serde_json::Value, name: &str) -> Option<&'v serde_json::Value> {
    match value {
        serde_json::Value::Object(map) => map.get(name).or_else(|| map.values().find_map(|v| find(v, name))),
        serde_json::Value::Array(list) => list.iter().find_map(|v| find(v, name)),
        _ => None,
    }
}
