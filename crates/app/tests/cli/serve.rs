use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::support::Folder;

/// A server that is running.
struct Server {
    child: Child,
    at: SocketAddr,
}

impl Server {
    fn start(folder: &Folder, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_amends"));
        command.current_dir(&folder.0).arg("serve").args(args).envs(variables.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let at = line.trim().rsplit("http://").next().and_then(|rest| rest.trim_end_matches('/').parse().ok());
        Self { child, at: at.unwrap_or_else(|| panic!("it did not start: {line:?}")) }
    }

    /// The answer, as it came.
    fn get(&self, path: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(self.at).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to stop, as a service manager does; what it wrote to standard error.
    fn stop(mut self) -> String {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.unwrap().success());
        let mut err = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert!(self.child.wait().unwrap().success(), "it did not end well: {err}");
        err
    }
}

#[test]
fn the_log_tells_of_each_request_and_of_nothing_that_was_sent() {
    let shop = Folder::with_shop("serve_log");
    let server =
        Server::start(&shop, &["shop", "--listen", "127.0.0.1:0", "--log", "info", "--log-format", "json"], &[]);
    let secret = "authorization: Bearer a-secret-of-someone\r\nx-request-id: from-outside-1\r\n";
    server.get("/v1/books/shop?customer=c_77", secret);
    server.get("/v1/books/c_77", "");
    let log = server.stop();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{log}");
    assert_eq!(lines[0]["request"], "from-outside-1", "{log}");
    assert_eq!((&lines[0]["level"], &lines[0]["route"]), (&"INFO".into(), &"/v1/books/{book}".into()), "{log}");
    assert_eq!((&lines[0]["method"], &lines[1]["status"]), (&"GET".into(), &404.into()), "{log}");
    assert!(lines[0]["timestamp"].as_str().unwrap().ends_with('Z') && lines[0]["micros"].is_u64(), "{log}");
    assert!(!log.contains("c_77") && !log.contains("secret"), "{log}");
}

#[test]
fn a_broken_edit_is_in_the_log_and_requests_are_not_unless_they_are_asked_for() {
    let shop = Folder::with_shop("serve_log_broken");
    let server = Server::start(&shop, &["shop", "--listen", "127.0.0.1:0"], &[]);
    server.get("/v1/books/shop", "");
    shop.write("shop/policies/broken.yaml", "policy: broken\n");
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !server.get("/metrics", "").contains("amends_books_broken{business=\"shop\"} 1") {
        assert!(std::time::Instant::now() < until, "the edit was not seen");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let log = server.stop();
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains("WARN the newest edit is not served") && log.contains("book=\"shop\""), "{log}");
}

#[test]
fn options_come_before_the_environment_and_the_environment_before_the_file() {
    let shop = Folder::with_shop("serve_config");
    shop.write(
        "etc/amends.toml",
        "books = [\"../shop\"]\nlisten = \"127.0.0.1:1\"\ndatabase = \"kept.db\"\nlog = \"off\"\n",
    );
    let listens = [("AMENDS_LISTEN", "127.0.0.1:2"), ("AMENDS_LOG", "info")];
    let server = Server::start(&shop, &["--config", "etc/amends.toml", "--listen", "127.0.0.1:0"], &listens);
    assert!(server.get("/v1/books/shop", "").starts_with("HTTP/1.1 200"));
    assert!(server.stop().contains("/v1/books/{book}"), "the environment turned the log on");
    assert!(shop.0.join("etc/kept.db").exists(), "a file's paths are those of its folder");
}

#[test]
fn what_cannot_be_served_is_said_and_nothing_is_started() {
    let shop = Folder::with_shop("serve_wrong");
    let of = |args: &[&str]| shop.amends(args).shown();
    insta::assert_snapshot!(of(&["serve", "nowhere"]));
    insta::assert_snapshot!(of(&["serve", "shop", "shop"]));
    insta::assert_snapshot!(of(&["serve", "shop", "--listen", "0.0.0.0:0"]));
    shop.write("token", "short\n");
    insta::assert_snapshot!(of(&["serve", "shop", "--listen", "0.0.0.0:0", "--token-file", "token"]));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = shop.amends(&["serve", "shop", "--listen", &address]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("is something else there?"), "{}", said.shown());
}

#[test]
fn a_book_with_mistakes_is_not_served() {
    let shop = Folder::with_shop("serve_broken");
    shop.write("shop/policies/broken.yaml", "policy: broken\n");
    let ran = shop.amends(&["serve", "shop"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("broken.yaml"), "{}", ran.shown());
}
