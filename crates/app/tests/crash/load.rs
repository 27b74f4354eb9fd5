//! Clients that open cases, assess them and give what is theirs to give, each request until it is acknowledged.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::client::{Got, ask};
use crate::house::House;

/// A fee that the head may waive: the head has no limit of their own that many grants would pass.
/// The facts of one customer and one fee: no two are about the same.
fn facts(customer: &str) -> String {
    format!(
        r#"{{ "facts": {{
             "customer": {{ "id": "{customer}", "since": "2019-05-20", "orders": 17, "value": "640.00 USD", "claims_12m": 0 }},
             "fee": {{ "id": "f_{customer}", "amount": "25.00 USD", "charged": "2026-11-10", "in_error": false, "waived_12m": 1 }}
           }} }}"#
    )
}

struct Shared {
    ends: AtomicBool,
    gives_up: AtomicBool,
    refused: AtomicU16,
    /// Acknowledged grants, with their cases.
    given: Mutex<BTreeMap<String, String>>,
}

/// Clients at work.
pub struct Load {
    shared: Arc<Shared>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    pub fn begin(house: &Arc<House>, clients: usize) -> Self {
        let shared = Arc::new(Shared {
            ends: AtomicBool::new(false),
            gives_up: AtomicBool::new(false),
            refused: AtomicU16::new(0),
            given: Mutex::default(),
        });
        let client = |n| {
            let (house, shared) = (Arc::clone(house), Arc::clone(&shared));
            std::thread::spawn(move || Client { house, shared, n }.work())
        };
        Self { clients: (0..clients).map(client).collect(), shared }
    }

    /// Lets every client finish what it began; what was acknowledged.
    pub fn end(self) -> BTreeMap<String, String> {
        self.shared.ends.store(true, Ordering::SeqCst);
        self.clients.into_iter().for_each(|client| client.join().unwrap());
        self.shared.given.lock().unwrap().clone()
    }

    /// Lets every client stop where it is; what was acknowledged.
    pub fn give_up(self) -> BTreeMap<String, String> {
        self.shared.gives_up.store(true, Ordering::SeqCst);
        self.end()
    }

    /// Waits until something is refused with a status.
    pub fn until_refused(&self, status: u16, within: Duration) -> bool {
        let until = Instant::now() + within;
        while Instant::now() < until {
            if self.shared.refused.load(Ordering::SeqCst) == status {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

struct Client {
    house: Arc<House>,
    shared: Arc<Shared>,
    n: usize,
}

impl Client {
    fn work(&self) {
        for round in 0.. {
            if self.shared.ends.load(Ordering::SeqCst) || self.one(round).is_none() {
                return;
            }
        }
    }

    /// One customer, from first contact to a grant; none when it gave up.
    fn one(&self, round: usize) -> Option<()> {
        let key = |what: &str| format!("{what}-{}-{round}", self.n);
        let customer = format!("c_{}_{round}", self.n);
        let opening = format!(r#"{{"request":"fee","customer":"{customer}"}}"#);
        let opened = self.until_done("/v1/cases", &key("open"), &opening)?;
        let case = opened.json["case"].as_str().unwrap().to_owned();
        let assessed = self.until_done(&format!("/v1/cases/{case}/assessments"), &key("assess"), &facts(&customer))?;
        let digest = assessed.digest.unwrap();
        let wish = format!(r#"{{"assessment":"{digest}","option":"waive"}}"#);
        let given = self.until_done(&format!("/v1/cases/{case}/grants"), &key("give"), &wish)?;
        let grant = given.json["grant"]["id"].as_str().unwrap().to_owned();
        let before = self.shared.given.lock().unwrap().insert(grant.clone(), case);
        assert_eq!(before, None, "the grant {grant} was acknowledged twice");
        Some(())
    }

    /// The same request with the same key, until it is acknowledged. Everything but "not now" is a fault.
    fn until_done(&self, path: &str, key: &str, body: &str) -> Option<Got> {
        let until = Instant::now() + Duration::from_mins(1);
        loop {
            let got = self.house.at(self.n).and_then(|at| ask(at, &self.house.token, "POST", path, Some(key), body));
            match got {
                Some(got) if got.status < 300 => return Some(got),
                Some(got) => {
                    assert!([503, 507].contains(&got.status), "{path}: {} {}", got.status, got.json);
                    self.shared.refused.store(got.status, Ordering::SeqCst);
                }
                None => {}
            }
            if self.shared.gives_up.load(Ordering::SeqCst) {
                return None;
            }
            assert!(Instant::now() < until, "{path} was never acknowledged");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
