//! What others notice of 200 connections that open, stall, stream and flood, as strangers and as one key: their times beside
//! those of a quiet server, in one run, and the server's memory. `make bench-walls`.
//!
//! Four people, each with a key and a connection, read a case, ask a question and write a note in turn. The attackers are
//! another process, from another address, at the lowest priority: their time is not the server's.

#![allow(clippy::unwrap_used, reason = "a bench that goes wrong is to say so and end")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use amends::store::{Place, testing};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream as Stream};

const CONNECTIONS: u32 = 200;
/// Others' requests may take so many times as long as on a quiet server, at the 99th of 100.
const AIM: f64 = 3.0;
const MEMORY_MB_AIM: u64 = 200;
const PEOPLE: [&str; 4] = ["rita", "rolf", "lena", "omar"];
/// Between requests of one person, who may send a hundred a second.
const PAUSE: Duration = Duration::from_millis(12);
const QUESTION: &str = r#"{ "request": "fee", "asked": "2026-11-16T18:04:00-05:00", "facts": {
    "customer": { "id": "c_1", "since": "2020-01-01", "orders": 3, "claims_12m": 0 },
    "fee": { "amount": "25.00", "charged": "2026-11-10", "in_error": false, "waived_12m": 0 } } }"#;

/// What the 200 connections do.
const ATTACKS: [(&str, &str); 8] = [
    ("open", "strangers open and close"),
    ("heads", "strangers send half a head"),
    ("deaf", "strangers ask for pages and read nothing"),
    ("pages", "strangers ask for pages, as fast as they are answered"),
    ("guess", "strangers try to sign in"),
    ("upload", "strangers send 1 MiB each to a case"),
    ("streams", "one key opens streams and reads nothing"),
    ("key", "one key reads cases and sends files, as fast as it is answered"),
];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let Some(at) = args.iter().position(|arg| arg == "attack") {
        let [_, kind, address, key, case, seconds] = args.get(at..).unwrap() else { panic!("{args:?}") };
        let target = Target { at: address.parse().unwrap(), key: key.clone(), case: case.clone() };
        return attack(kind, &target, Duration::from_secs_f64(seconds.parse().unwrap()));
    }
    let tiny = args.iter().any(|arg| arg == "--test");
    let time = if tiny { Duration::from_millis(500) } else { Duration::from_secs(20) };
    let server = Server::start();
    measure(&server, Duration::from_millis(500), None);
    let quiet = measure(&server, time, None);
    println!("{CONNECTIONS} connections each; four people's requests beside them, {} s", time.as_secs_f64());
    println!("{:<66} {:>9} {:>9} {:>7} {:>8} {:>8}", "", "p50", "p99", "x quiet", "requests", "RSS");
    let shown = |what: &str, seen: &Seen| {
        let (ratio, mb) = (seen.p99.as_secs_f64() / quiet.p99.as_secs_f64(), seen.rss_mb);
        let (p50, p99) = (millis(seen.p50), millis(seen.p99));
        println!("{what:<66} {p50:>6.2} ms {p99:>6.2} ms {ratio:>7.2} {:>8} {mb:>5} MB", seen.count);
        ratio <= AIM && mb <= MEMORY_MB_AIM && seen.failed == 0
    };
    shown("quiet", &quiet);
    let mut held = true;
    for (kind, what) in ATTACKS {
        let seen = measure(&server, time, Some(kind));
        held &= shown(what, &seen);
        assert_eq!(seen.failed, 0, "{kind}: others were not answered");
    }
    shown("quiet again", &measure(&server, time, None));
    let word = if held { "reached" } else { "NOT reached" };
    println!("aim: others within {AIM} x their quiet 99th of 100, memory within {MEMORY_MB_AIM} MB: {word}");
}

fn millis(of: Duration) -> f64 {
    of.as_secs_f64() * 1_000.0
}

/// `amends serve` with its people and a case, while it runs.
struct Server {
    child: Child,
    target: Target,
    keys: Vec<String>,
    _fresh: testing::Fresh,
}

/// What is attacked.
struct Target {
    at: SocketAddr,
    key: String,
    case: String,
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_amends"))
}

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../books/retail")
}

fn key_of(person: &str, role: &str, database: &Path) -> String {
    let mut add = program();
    add.args(["people", "add", person, "--business", "retail", "--team", "shop", "--role", role]);
    let said = add.arg("--book").arg(book()).arg("--database").arg(database).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap().split_whitespace().last().unwrap().to_owned()
}

impl Server {
    fn start() -> Self {
        let fresh = testing::file().unwrap();
        let Place::File(file) = &fresh.place else { panic!("a file") };
        let keys: Vec<String> = PEOPLE.iter().map(|person| key_of(person, "frontline", file)).collect();
        let key = key_of("ada", "ai", file);
        let token = file.with_file_name("token");
        std::fs::write(&token, "a token that nobody knows").unwrap();
        let mut serve = program();
        serve.arg("serve").arg(book()).args(["--listen", "127.0.0.1:0", "--log", "error"]);
        serve.arg("--database").arg(file).arg("--token-file").arg(token);
        let mut child = serve.stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let at = line.rsplit("http://").next().unwrap().trim().trim_end_matches('/').parse().unwrap();
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        let (_, opened) = Client::new(at).ask(&post(&key, "/v1/cases", r#"{ "request": "fee" }"#)).unwrap();
        let target = Target { at, key, case: case_of(&opened) };
        Self { child, target, keys, _fresh: fresh }
    }

    fn rss_mb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
        line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1_024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What people noticed.
struct Seen {
    p50: Duration,
    p99: Duration,
    count: usize,
    failed: u64,
    rss_mb: u64,
}

/// The times of four people's requests, with or without an attack beside them.
fn measure(server: &Server, time: Duration, attack: Option<&str>) -> Seen {
    let mut attackers = attack.map(|kind| attackers(kind, &server.target, time));
    if attack.is_some() {
        // Until it goes on in full.
        std::thread::sleep(time.mul_f64(0.1));
    }
    let failed = AtomicU64::new(0);
    let until = Instant::now() + time.mul_f64(0.8);
    let (mut times, mut rss_mb) = (Vec::new(), 0);
    std::thread::scope(|scope| {
        let people: Vec<_> =
            server.keys.iter().map(|key| scope.spawn(|| works(server.target.at, key, until, &failed))).collect();
        while Instant::now() < until {
            rss_mb = rss_mb.max(server.rss_mb());
            std::thread::sleep(Duration::from_millis(50));
        }
        for person in people {
            times.extend(person.join().unwrap());
        }
    });
    if let Some(attackers) = &mut attackers {
        attackers.wait().unwrap();
        std::thread::sleep(Duration::from_millis(500));
    }
    times.sort();
    let at = |hundredth: usize| times.get(times.len() * hundredth / 100).copied().unwrap_or_default();
    Seen { p50: at(50), p99: at(99), count: times.len(), failed: failed.into_inner(), rss_mb }
}

fn attackers(kind: &str, target: &Target, time: Duration) -> Child {
    let mut command = Command::new("nice");
    command.args(["-n", "19"]).arg(std::env::current_exe().unwrap());
    command.args(["attack", kind, &target.at.to_string(), &target.key, &target.case, &time.as_secs_f64().to_string()]);
    command.stdout(Stdio::null()).spawn().unwrap()
}

/// One person at work: how long each request took.
fn works(at: SocketAddr, key: &str, until: Instant, failed: &AtomicU64) -> Vec<Duration> {
    let mut client = Client::new(at);
    let opened = client.ask(&post(key, "/v1/cases", r#"{ "request": "fee" }"#)).unwrap().1;
    let case = case_of(&opened);
    let all = [
        get(key, &format!("/v1/cases/{case}")),
        post(key, "/v1/assess?role=frontline", QUESTION),
        post(key, &format!("/v1/cases/{case}/notes"), r#"{ "words": "called them" }"#),
    ];
    let mut times = Vec::new();
    for request in all.iter().cycle() {
        if Instant::now() >= until {
            break;
        }
        let began = Instant::now();
        match client.ask(request) {
            Some((status, _)) if status < 300 => times.push(began.elapsed()),
            _ => {
                failed.fetch_add(1, Ordering::Relaxed);
                client = Client::new(at);
            }
        }
        std::thread::sleep(PAUSE);
    }
    times
}

fn case_of(opened: &str) -> String {
    opened.split("\"case\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

fn get(key: &str, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n")
}

fn post(key: &str, path: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A connection that is kept.
struct Client(BufReader<TcpStream>);

impl Client {
    fn new(at: SocketAddr) -> Self {
        let stream = TcpStream::connect(at).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self(BufReader::new(stream))
    }

    /// The status and the text of an answer; none where there is none.
    fn ask(&mut self, request: &str) -> Option<(u16, String)> {
        self.0.get_mut().write_all(request.as_bytes()).ok()?;
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line == "\r\n" {
                break;
            }
            let lower = line.to_ascii_lowercase();
            if let Some(rest) = lower.strip_prefix("http/1.1 ") {
                status = rest.get(..3)?.parse().ok()?;
            } else if let Some(rest) = lower.strip_prefix("content-length:") {
                length = rest.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).ok()?;
        Some((status, String::from_utf8_lossy(&body).into_owned()))
    }
}

/// So many connections, until the time is over.
fn attack(kind: &str, target: &Target, time: Duration) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let all = (0..CONNECTIONS).map(|_| async {
            loop {
                // Whoever is turned out comes again.
                let _ = once(kind, target).await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let _ = tokio::time::timeout(time, futures_util::future::join_all(all)).await;
    });
}

async fn connect(at: SocketAddr) -> std::io::Result<Stream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4 << 10)?;
    socket.bind(SocketAddr::from(([127, 0, 0, 2], 0)))?;
    socket.connect(at).await
}

/// What one connection does, until it is closed.
async fn once(kind: &str, target: &Target) -> std::io::Result<()> {
    let mut stream = connect(target.at).await?;
    let page = "GET /sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned();
    match kind {
        "open" => return Ok(()),
        "heads" => stream.write_all(b"GET /sign-in HTTP/1.1\r\nHost: loc").await?,
        "deaf" => stream.write_all(page.repeat(200).as_bytes()).await?,
        "pages" => return floods(&mut stream, page.as_bytes()).await,
        "guess" => {
            let body = "business=retail&person=rita&password=no";
            let head = "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded";
            let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            return floods(&mut stream, request.as_bytes()).await;
        }
        "upload" => {
            let head = "POST /desk/cases/x/evidence HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x";
            let part = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n";
            let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{part}{}", 4 << 20, "a".repeat(1 << 20));
            stream.write_all(request.as_bytes()).await?;
        }
        "streams" => {
            let request = get(&target.key, &format!("/v1/events?case={}", target.case));
            stream.write_all(request.as_bytes()).await?;
        }
        _ => {
            let file = "a".repeat(256 << 10);
            let head = format!("POST /v1/files HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}", target.key);
            let sends = format!("{head}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{file}", file.len());
            let both = [get(&target.key, &format!("/v1/cases/{}", target.case)), sends].concat();
            return floods(&mut stream, both.as_bytes()).await;
        }
    }
    // Nothing more is sent, and nothing is read, until it is closed.
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if stream.try_write(b"").is_err() || stream.peek(&mut [0]).await? == 0 {
            return Ok(());
        }
    }
}

/// The same again and again, as fast as something comes back.
async fn floods(stream: &mut Stream, request: &[u8]) -> std::io::Result<()> {
    let mut bytes = vec![0; 64 << 10];
    loop {
        stream.write_all(request).await?;
        if stream.read(&mut bytes).await? == 0 {
            return Ok(());
        }
    }
}
