//! What `serve` may be told: by options, by the environment, or by a file, in this order. `amends config check` says
//! what holds, where it is from, and what keeps it from working.

use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use amends_core::book::check::check;
use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Exit, Outcome};
use crate::connect::http::Reach;
use crate::connect::mail::{self, Mailer};
use crate::door::Door;
use crate::door::limits::REQUESTS_A_SECOND;
use crate::door::provider::{Provider, Told};
use crate::door::streams::STREAMS_MAX;
use crate::flow::records::UNDO_SECONDS;
use crate::folder;
use crate::paint::Text;
use crate::private;
use crate::report::{self, Places, Style};
use crate::screen::Screen;
use crate::server::proxies::{Net, Proxies};
use crate::server::{Bounds, CONNECTIONS_MAX, CONNECTIONS_OF_ONE_MAX, STALL_SECONDS};
use crate::signs::log::{Format, Much};
use crate::store::Place;

/// Most bytes of a configuration file.
const FILE_BYTES_MAX: usize = 64 << 10;
/// Most bytes of a secret's file.
const SECRET_BYTES_MAX: usize = 4 << 10;
/// Where the server listens where nothing else is said: on this machine alone.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7171);
/// Where the name of the file may stand.
const VARIABLE: &str = "AMENDS_CONFIG";

/// What one of them says.
#[derive(Clone, Debug, Default, Deserialize, clap::Args)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Given {
    /// Folders of books
    #[arg(value_name = "BOOK")]
    books: Vec<PathBuf>,
    /// Address and port to listen on [default: 127.0.0.1:7171]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// A file with the token that clients must send; needed on addresses that other machines reach
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Keep cases: a file (made where it is not there), or a postgres:// URL
    #[arg(long, value_name = "DATABASE")]
    database: Option<String>,
    /// Let webhooks reach this machine and its own network, also without encryption
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    reach_private: Option<bool>,
    /// What is written to standard error [default: warn]
    #[arg(long, value_name = "MUCH")]
    log: Option<Much>,
    /// How its lines look [default: text]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<Format>,
    /// A collector that takes traces by OTLP over HTTP, such as <http://localhost:4318>
    #[arg(long, value_name = "URL")]
    traces: Option<String>,
    /// The address by which browsers reach it, where that is another, such as <https://amends.shop.example>
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Most requests a second of one key or account; 0 for as many as they like [default: 100]
    #[arg(long, value_name = "NUMBER")]
    rate_limit: Option<u32>,
    /// Most open streams of one key or account [default: 20]
    #[arg(long, value_name = "NUMBER")]
    max_streams: Option<u32>,
    /// Most connections at a time [default: 4096]
    #[arg(long, value_name = "NUMBER")]
    max_connections: Option<usize>,
    /// Most connections of one address; those of a trusted proxy are not counted [default: 1024]
    #[arg(long, value_name = "NUMBER")]
    max_connections_per_address: Option<usize>,
    /// Give up a connection that stands still for so long in the middle of a request or an answer [default: 30]
    #[arg(long, value_name = "SECONDS")]
    stall_seconds: Option<u32>,
    /// Proxies whose `X-Forwarded-For` is believed, as addresses or networks, with commas between
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    trusted_proxies: Option<Vec<Net>>,
    /// Erase what people wrote so many days after a case ended; 0: keep it for good [default: 0]
    #[arg(long, value_name = "NUMBER")]
    retention_days: Option<u32>,
    /// For so many seconds what is given on the desk can be taken back, and nothing of it is begun [default: 5]
    #[arg(long, value_name = "NUMBER")]
    undo_seconds: Option<u32>,
    /// Where people may sign in beside here; in the file only.
    #[arg(skip)]
    sign_in: Option<Told>,
    /// How mail is sent; in the file only.
    #[arg(skip)]
    mail: Option<mail::Told>,
}

/// A setting, and who says so.
#[derive(Clone, Debug)]
struct Held<T> {
    value: T,
    from: String,
}

/// What holds.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    books: Held<Vec<PathBuf>>,
    listen: Held<SocketAddr>,
    token_file: Held<Option<PathBuf>>,
    database: Held<Option<Place>>,
    reach: Held<Reach>,
    log: Held<Much>,
    log_format: Held<Format>,
    traces: Held<Option<String>>,
    public_url: Held<Option<String>>,
    rate_limit: Held<u32>,
    max_streams: Held<u32>,
    max_connections: Held<usize>,
    max_connections_per_address: Held<usize>,
    stall_seconds: Held<u32>,
    trusted_proxies: Held<Vec<Net>>,
    retention_days: Held<u32>,
    undo_seconds: Held<u32>,
    sign_in: Held<Option<Told>>,
    mail: Held<Option<mail::Told>>,
}

impl Settings {
    /// What options, the environment and the file say together.
    ///
    /// # Errors
    /// When the file cannot be read, or a variable makes no sense; the message says where.
    pub(super) fn of(options: Given, file: Option<&Path>) -> Result<Self> {
        let named = std::env::var_os(VARIABLE).filter(|v| !v.is_empty()).map(PathBuf::from);
        let mut layers = vec![("option".to_owned(), options), ("environment".to_owned(), of_environment()?)];
        if let Some(file) = file.or(named.as_deref()) {
            layers.push((file.display().to_string(), of_file(file)?));
        }
        for (from, given) in &layers {
            if let Some(text) = &given.database {
                Place::parse(text).map_err(|e| anyhow!("{from}: {e}"))?;
            }
        }
        Ok(Self::layered(&layers))
    }

    /// The first that says something counts.
    fn layered(layers: &[(String, Given)]) -> Self {
        fn first<T>(layers: &[(String, Given)], of: impl Fn(&Given) -> Option<T>, else_: T) -> Held<T> {
            let found = layers.iter().find_map(|(from, given)| Some(Held { value: of(given)?, from: from.clone() }));
            found.unwrap_or_else(|| Held { value: else_, from: "default".to_owned() })
        }
        let books = |g: &Given| (!g.books.is_empty()).then(|| g.books.clone());
        let database = |g: &Given| {
            let text = g.database.as_deref().filter(|text| !text.is_empty())?;
            Some(Place::parse(text).ok())
        };
        let reach = |g: &Given| g.reach_private.map(|all| if all { Reach::Private } else { Reach::Public });
        Self {
            books: first(layers, books, Vec::new()),
            listen: first(layers, |g| g.listen, LISTEN),
            token_file: first(layers, |g| g.token_file.clone().map(Some), None),
            database: first(layers, database, None),
            reach: first(layers, reach, Reach::Public),
            log: first(layers, |g| g.log, Much::default()),
            log_format: first(layers, |g| g.log_format, Format::default()),
            traces: first(layers, |g| g.traces.clone().map(Some), None),
            public_url: first(layers, |g| g.public_url.clone().map(Some), None),
            rate_limit: first(layers, |g| g.rate_limit, REQUESTS_A_SECOND),
            max_streams: first(layers, |g| g.max_streams, STREAMS_MAX),
            max_connections: first(layers, |g| g.max_connections, CONNECTIONS_MAX),
            max_connections_per_address: first(layers, |g| g.max_connections_per_address, CONNECTIONS_OF_ONE_MAX),
            stall_seconds: first(layers, |g| g.stall_seconds, STALL_SECONDS),
            trusted_proxies: first(layers, |g| g.trusted_proxies.clone(), Vec::new()),
            retention_days: first(layers, |g| g.retention_days, 0),
            undo_seconds: first(layers, |g| g.undo_seconds, UNDO_SECONDS),
            sign_in: first(layers, |g| g.sign_in.clone().map(Some), None),
            mail: first(layers, |g| g.mail.clone().map(Some), None),
        }
    }

    /// The folders of books.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn books(&self) -> Result<&[PathBuf]> {
        if self.books.value.is_empty() {
            bail!(
                "no book is named: give its folder, as in `amends serve books/retail`, or `books` in the configuration file"
            );
        }
        Ok(&self.books.value)
    }

    /// Where to listen.
    pub(super) const fn listen(&self) -> SocketAddr {
        self.listen.value
    }

    /// What connections are held to.
    pub(super) fn bounds(&self) -> Bounds {
        let bounds = Bounds {
            connections: self.max_connections.value,
            of_one: self.max_connections_per_address.value,
            stall: Duration::from_secs(self.stall_seconds.value.max(1).into()),
            proxies: Proxies::new(self.trusted_proxies.value.clone()),
            ..Bounds::default()
        };
        bounds.within_what_may_be_open()
    }

    /// Who may come in.
    ///
    /// # Errors
    /// When the token cannot be read or is too short, or there is none where other machines could come in.
    pub(super) fn door(&self) -> Result<Door> {
        let token = super::token(self.token_file.value.as_deref())?;
        let door = Door::new(self.listen.value.ip(), token.as_deref())?;
        let mut door = door.limited(NonZeroU32::new(self.rate_limit.value)).streaming(self.max_streams.value);
        if let Some(url) = &self.public_url.value {
            door = door.reached_by(url);
        }
        if let Some(told) = &self.sign_in.value {
            door = door.with_provider(self.provider(told).context("`[sign-in]`")?);
        }
        Ok(door)
    }

    fn provider(&self, told: &Told) -> Result<Provider> {
        if self.database.value.is_none() {
            bail!("nobody signs in where nothing is kept: name a `database`");
        }
        let public = self.public_url.value.clone().unwrap_or_else(|| format!("http://{}", self.listen.value));
        Provider::new(told.clone(), secret(told.client_secret_file.as_deref())?, &public)
    }

    /// What sends mail; none: nothing does.
    ///
    /// # Errors
    /// When what is said of it makes no sense, or its password cannot be read.
    pub(super) fn mailer(&self) -> Result<Option<Mailer>> {
        let Some(told) = &self.mail.value else { return Ok(None) };
        let made = secret(told.password_file.as_deref()).and_then(|password| Mailer::new(told, password));
        made.map(Some).context("`[mail]`")
    }

    /// The address by which people reach the server, where that is another than the one it listens on.
    pub(super) fn public_url(&self) -> Option<&str> {
        self.public_url.value.as_deref()
    }

    /// Where cases are kept; none: they are not.
    pub(super) fn database(&self) -> Option<&Place> {
        self.database.value.as_ref()
    }

    /// For how many days what people wrote is kept after a case ended; none: for good.
    pub(super) const fn retention(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.retention_days.value)
    }

    /// For how many seconds what is given on the desk can be taken back.
    pub(super) const fn undo_seconds(&self) -> u32 {
        self.undo_seconds.value
    }

    /// Which addresses webhooks may have.
    pub(super) const fn reach(&self) -> Reach {
        self.reach.value
    }

    /// What is written down, how it looks, and where traces are sent.
    pub(super) fn log(&self) -> (Much, Format, Option<&str>) {
        (self.log.value, self.log_format.value, self.traces.value.as_deref())
    }

    /// Name, value and where it is from, without secrets.
    fn rows(&self) -> [(&'static str, String, &str); 19] {
        let none = || "-".to_owned();
        let books: Vec<String> = self.books.value.iter().map(|b| b.display().to_string()).collect();
        let books = if books.is_empty() { none() } else { books.join(", ") };
        let token = self.token_file.value.as_ref().map_or_else(none, |f| f.display().to_string());
        let database = self.database.value.as_ref().map_or_else(none, Place::shown);
        let proxies: Vec<String> = self.trusted_proxies.value.iter().map(ToString::to_string).collect();
        let proxies = if proxies.is_empty() { none() } else { proxies.join(", ") };
        let of_one = &self.max_connections_per_address;
        [
            ("books", books, &self.books.from),
            ("listen", self.listen.value.to_string(), &self.listen.from),
            ("token-file", token, &self.token_file.from),
            ("database", database, &self.database.from),
            ("reach-private", (self.reach.value == Reach::Private).to_string(), &self.reach.from),
            ("log", name_of(&self.log.value), &self.log.from),
            ("log-format", name_of(&self.log_format.value), &self.log_format.from),
            ("traces", self.traces.value.clone().unwrap_or_else(none), &self.traces.from),
            ("public-url", self.public_url.value.clone().unwrap_or_else(none), &self.public_url.from),
            ("rate-limit", self.rate_limit.value.to_string(), &self.rate_limit.from),
            ("max-streams", self.max_streams.value.to_string(), &self.max_streams.from),
            ("max-connections", self.max_connections.value.to_string(), &self.max_connections.from),
            ("max-connections-per-address", of_one.value.to_string(), &of_one.from),
            ("stall-seconds", self.stall_seconds.value.to_string(), &self.stall_seconds.from),
            ("trusted-proxies", proxies, &self.trusted_proxies.from),
            ("retention-days", self.retention_days.value.to_string(), &self.retention_days.from),
            ("undo-seconds", self.undo_seconds.value.to_string(), &self.undo_seconds.from),
            ("sign-in", self.sign_in.value.as_ref().map_or_else(none, |t| t.issuer.clone()), &self.sign_in.from),
            ("mail", self.mail.value.as_ref().map_or_else(none, |t| t.server.clone()), &self.mail.from),
        ]
    }
}

/// A secret in a file of its own.
fn secret(file: Option<&Path>) -> Result<Option<String>> {
    let text = file.map(|file| folder::text(file, SECRET_BYTES_MAX)).transpose()?;
    Ok(text.map(|text| text.trim().to_owned()))
}

fn name_of(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|v| v.get_name().to_owned()).unwrap_or_default()
}

/// What a file says; its relative paths are those of its folder.
fn of_file(path: &Path) -> Result<Given> {
    let text = folder::text(path, FILE_BYTES_MAX)?;
    let given: Given =
        toml::from_str(&text).map_err(|e| anyhow!("{}: {}", path.display(), e.to_string().trim_end()))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let database = given.database.map(|text| match Place::parse(&text) {
        Ok(Place::File(file)) => folder.join(file).display().to_string(),
        _ => text,
    });
    Ok(Given {
        books: given.books.iter().map(|b| folder.join(b)).collect(),
        token_file: given.token_file.map(|f| folder.join(f)),
        database,
        sign_in: given
            .sign_in
            .map(|told| Told { client_secret_file: told.client_secret_file.map(|f| folder.join(f)), ..told }),
        mail: given.mail.map(|told| mail::Told { password_file: told.password_file.map(|f| folder.join(f)), ..told }),
        ..given
    })
}

/// What the environment says. Variables that are set to nothing say nothing.
fn of_environment() -> Result<Given> {
    let one_of = "is none of `true` and `false`";
    Ok(Given {
        books: Vec::new(),
        listen: variable("AMENDS_LISTEN", "is no address with a port, such as 127.0.0.1:7171", |t| t.parse().ok())?,
        token_file: variable("AMENDS_TOKEN_FILE", "is no path", |t| PathBuf::from_str(t).ok())?,
        database: variable(super::database::VARIABLE, "is no database", |t| Some(t.to_owned()))?,
        reach_private: variable("AMENDS_REACH_PRIVATE", one_of, |t| t.parse().ok())?,
        log: variable("AMENDS_LOG", "is none of `off`, `error`, `warn` and `info`", |t| Much::from_str(t, true).ok())?,
        traces: variable("AMENDS_TRACES", "is no address", |t| Some(t.to_owned()))?,
        public_url: variable("AMENDS_PUBLIC_URL", "is no address", |t| Some(t.to_owned()))?,
        rate_limit: variable("AMENDS_RATE_LIMIT", "is no number", |t| t.parse().ok())?,
        max_streams: variable("AMENDS_MAX_STREAMS", "is no number", |t| t.parse().ok())?,
        max_connections: variable("AMENDS_MAX_CONNECTIONS", "is no number", |t| t.parse().ok())?,
        max_connections_per_address: variable("AMENDS_MAX_CONNECTIONS_PER_ADDRESS", "is no number", |t| {
            t.parse().ok()
        })?,
        stall_seconds: variable("AMENDS_STALL_SECONDS", "is no number", |t| t.parse().ok())?,
        trusted_proxies: variable("AMENDS_TRUSTED_PROXIES", "are no addresses or networks", |t| {
            t.split(',').map(|net| net.trim().parse().ok()).collect()
        })?,
        retention_days: variable("AMENDS_RETENTION_DAYS", "is no number", |t| t.parse().ok())?,
        undo_seconds: variable("AMENDS_UNDO_SECONDS", "is no number", |t| t.parse().ok())?,
        sign_in: None,
        mail: None,
        log_format: variable("AMENDS_LOG_FORMAT", "is none of `text` and `json`", |t| Format::from_str(t, true).ok())?,
    })
}

fn variable<T>(name: &str, else_: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
    let Some(value) = std::env::var_os(name).filter(|v| !v.is_empty()) else { return Ok(None) };
    let text = value.to_str().with_context(|| format!("{name} is no text"))?;
    read(text).map(Some).with_context(|| format!("{name}: `{text}` {else_}"))
}

/// Look at how a server would be set up
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Check(Check),
}

/// Say what holds for `amends serve`, where it is from, what keeps it from working, and which files others can read
#[derive(clap::Args)]
struct Check {
    /// The configuration file; without one, that of `AMENDS_CONFIG`, or none
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

pub(super) fn run(args: &Args, screen: Screen) -> Outcome {
    let What::Check(Check { file }) = &args.what;
    let settings = Settings::of(Given::default(), file.as_deref())?;
    let wrong = settings.wrong(screen);
    let exit = if wrong.is_empty() { Exit::Good } else { Exit::Found };
    let rows = settings.rows();
    let warnings = settings.warnings(file.as_deref());
    if screen.json {
        let held: serde_json::Map<String, serde_json::Value> = rows
            .iter()
            .map(|(name, value, from)| ((*name).to_owned(), json!({ "value": value, "from": from })))
            .collect();
        return Ok(Answer::json(&json!({ "settings": held, "wrong": wrong, "warnings": warnings }), exit));
    }
    let wide = rows.iter().map(|(_, value, _)| value.chars().count()).max().unwrap_or(0);
    let (mut out, mut err) = (Text::default(), Text::default());
    for (name, value, from) in &rows {
        out.line(format!("{name:<27} {value:<wide$}  {from}"));
    }
    if wrong.is_empty() {
        out.line("\namends: it can be served");
    }
    for one in &warnings {
        err.line(format!("amends: warning: {one}"));
    }
    for one in &wrong {
        err.line(format!("amends: {one}"));
    }
    Ok(Answer { out: out.end(), err: err.end(), exit })
}

impl Settings {
    /// All that keeps a server from starting with it.
    fn wrong(&self, screen: Screen) -> Vec<String> {
        let mut wrong = Vec::new();
        match self.books() {
            Ok(books) => wrong.extend(books.iter().filter_map(|book| wrong_book(book, screen))),
            Err(e) => wrong.push(e.to_string()),
        }
        wrong.extend(self.door().err().map(|e| format!("{e:#}")));
        wrong.extend(self.mailer().err().map(|e| format!("{e:#}")));
        if let Some(Place::File(file)) = self.database() {
            wrong.extend(wrong_file(file).err().map(|e| format!("{e:#}")));
        }
        wrong
    }
}

impl Settings {
    /// What a server starts with, and should not be so: files with secrets or with what people wrote that others can read.
    /// `file`: the configuration.
    fn warnings(&self, file: Option<&Path>) -> Vec<String> {
        let kept = match self.database() {
            Some(Place::File(path)) => private::of_database(path),
            _ => Vec::new(),
        };
        let sign_in = self.sign_in.value.as_ref().and_then(|told| told.client_secret_file.as_deref());
        let mail = self.mail.value.as_ref().and_then(|told| told.password_file.as_deref());
        // Its address holds a password, most of the time.
        let has_address = matches!(self.database(), Some(Place::Url(url)) if url.contains('@'));
        let named = file.filter(|file| has_address && self.database.from == file.display().to_string());
        let secrets = [self.token_file.value.as_deref(), sign_in, mail, named];
        let told = kept.iter().filter_map(|file| private::too_open(file));
        told.chain(secrets.into_iter().flatten().filter_map(private::open_to_all)).collect()
    }
}

fn wrong_book(path: &Path, screen: Screen) -> Option<String> {
    let folder = path.display().to_string();
    let read = match folder::read(path) {
        Ok(read) => read,
        Err(e) => return Some(format!("{e:#}")),
    };
    let checked = check(&read.files);
    if checked.book.is_some() {
        return None;
    }
    let places = Places { sources: &checked.sources, folder: &folder };
    let style = Style { width: screen.width, palette: screen.err };
    let told = report::text(&checked.findings.all, places, style);
    Some(format!("{folder}: the book has errors\n{}", told.trim_end()))
}

/// Whether a database can be kept in a file; none is made.
fn wrong_file(file: &Path) -> Result<()> {
    let of = || format!("the database {}", file.display());
    if file.exists() {
        return OpenOptions::new().read(true).write(true).open(file).map(drop).with_context(of);
    }
    let folder = file.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let about = folder.metadata().with_context(|| format!("{}: its folder {}", of(), folder.display()))?;
    if about.permissions().readonly() {
        bail!("{}: nothing may be written to its folder {}", of(), folder.display());
    }
    Ok(())
}
