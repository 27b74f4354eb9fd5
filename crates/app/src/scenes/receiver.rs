//! A receiver of webhooks: another shop's system, with a mind of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use amends_core::time::Time;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::connect::signature::{Secret, verify};

/// What it does with a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Does {
    /// Takes it, and says so.
    Takes,
    /// Takes it, and the line breaks before it says so.
    TakesAndDrops,
    /// The line breaks before it took it.
    Drops,
    /// Takes it twice at once, as a retrying proxy would make it.
    TakesTwice,
    /// Takes it and answers 500.
    TakesAndFails,
    /// Says that it is busy.
    Busy,
    /// Says that it is busy for a year.
    BusyForAYear,
    /// Refuses it.
    Refuses,
}

#[derive(Default)]
struct Inside {
    /// Effects by key: each is taken once.
    effects: HashMap<String, u32>,
    /// Messages, doubled and repeated ones too.
    messages: Vec<(String, serde_json::Value)>,
    unsigned: u32,
    script: Vec<Does>,
}

/// A receiver that listens.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    inside: Arc<Mutex<Inside>>,
    secret: Arc<Mutex<Option<Secret>>>,
}

impl Receiver {
    /// Does these with the first messages, and takes all others. `now`: by which clock messages are signed.
    pub async fn open(script: &[Does], now: impl Fn() -> Time + Clone + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/amends", listener.local_addr().unwrap());
        let receiver = Self { url, inside: Arc::default(), secret: Arc::default() };
        receiver.does(script);
        let of_loop = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (receiver, now) = (of_loop.clone(), now.clone());
                tokio::spawn(async move { receiver.answer(stream, now).await });
            }
        });
        receiver
    }

    /// Does these with the next messages.
    pub fn does(&self, script: &[Does]) {
        self.inside.lock().unwrap().script = script.iter().rev().copied().collect();
    }

    pub fn knows(&self, secret: &str) {
        *self.secret.lock().unwrap() = Secret::parse(secret);
    }

    pub fn effects(&self) -> HashMap<String, u32> {
        self.inside.lock().unwrap().effects.clone()
    }

    pub fn messages(&self) -> Vec<(String, serde_json::Value)> {
        self.inside.lock().unwrap().messages.clone()
    }

    pub fn unsigned(&self) -> u32 {
        self.inside.lock().unwrap().unsigned
    }

    async fn answer(&self, mut stream: TcpStream, now: impl Fn() -> Time) {
        while let Some((headers, body)) = read(&mut stream).await {
            let of = |name: &str| headers.get(name).cloned().unwrap_or_default();
            let (id, at, signature) = (of("webhook-id"), of("webhook-timestamp"), of("webhook-signature"));
            let secret = self.secret.lock().unwrap().clone();
            let signed = secret.is_some_and(|s| verify(&[s], &id, &at, &body, &signature, now()).is_ok());
            let does = {
                let mut inside = self.inside.lock().unwrap();
                inside.messages.push((id.clone(), serde_json::from_str(&body).unwrap()));
                inside.unsigned += u32::from(!signed);
                let does = inside.script.pop().unwrap_or(Does::Takes);
                let times = match does {
                    Does::Takes | Does::TakesAndDrops | Does::TakesAndFails => 1,
                    Does::TakesTwice => 2,
                    Does::Drops | Does::Busy | Does::BusyForAYear | Does::Refuses => 0,
                };
                for _ in 0..times {
                    // What comes again with the same id is the same message.
                    inside.effects.entry(id.clone()).or_insert(1);
                }
                does
            };
            let (status, says) = match does {
                Does::Takes | Does::TakesTwice => ("200 OK", format!(r#"{{"reference":"re_{id}"}}"#)),
                Does::TakesAndDrops | Does::Drops => return,
                Does::TakesAndFails => ("500 Internal Server Error", String::new()),
                Does::Busy => ("429 Too Many Requests", String::new()),
                Does::BusyForAYear => ("503 No\r\nretry-after: 31536000", String::new()),
                Does::Refuses => ("422 Unprocessable Content", r#"{"reason":"the card is closed"}"#.to_owned()),
            };
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{says}", says.len());
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// One request of a connection; none when it is closed.
async fn read(stream: &mut TcpStream) -> Option<(HashMap<String, String>, String)> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let headers: HashMap<String, String> = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").and_then(|v| v.parse().ok()).unwrap_or(0);
    while bytes.len() < head + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some((headers, String::from_utf8_lossy(&bytes[head + 4..head + 4 + length]).into_owned()))
}
