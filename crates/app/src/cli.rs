//! The command line: one file a command, each from its arguments to what is printed and the exit code.

mod assess;
mod check;
mod completions;
mod config;
mod database;
mod demo;
mod export;
mod fmt;
mod import;
mod mcp;
mod new;
mod people;
mod replay;
mod schema;
mod serve;
mod test;
mod verify;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use amends_core::book::rules::Book;
use amends_core::diagnostic::{Diagnostic, Sources};
use clap::{Parser, Subcommand};
use serde_json::{Value, json};

use crate::folder;
use crate::paint::clean;
use crate::report::{self, Places, Style};
use crate::screen::Screen;

/// Where a token may stand instead of in a file.
const TOKEN_VARIABLE: &str = "AMENDS_TOKEN";
const TOKEN_BYTES_MAX: usize = 4 << 10;

/// Informed exceptions for the front line of customer service.
#[derive(Parser)]
#[command(
    name = "amends",
    version,
    about,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 good, 1 it found something, 2 called wrongly or given what cannot be read."
)]
struct Args {
    #[command(subcommand)]
    command: Command,
    /// Print one JSON document instead of text for people
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Args),
    Test(test::Args),
    Assess(assess::Args),
    Replay(replay::Args),
    Schema(schema::Args),
    Serve(Box<serve::Args>),
    Config(config::Args),
    People(people::Args),
    Mcp(mcp::Args),
    Import(import::Args),
    Export(export::Args),
    Verify(verify::Args),
    Backup(export::BackupArgs),
    Fmt(fmt::Args),
    New(new::Args),
    Demo(demo::Args),
    Completions(completions::Args),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// All is well.
    Good = 0,
    /// It found something: errors in a book, a failing case, a difference.
    Found = 1,
    /// It was called wrongly, or given what cannot be read.
    Wrong = 2,
}

/// What a command prints, and how it ended.
struct Answer {
    out: String,
    err: String,
    exit: Exit,
}

impl Answer {
    fn good(out: impl Into<String>) -> Self {
        Self { out: out.into(), err: String::new(), exit: Exit::Good }
    }

    fn json(value: &Value, exit: Exit) -> Self {
        Self { out: format!("{value:#}\n"), err: String::new(), exit }
    }
}

/// What keeps a command from its work.
enum Stop {
    /// Said by the command itself.
    Answer(Answer),
    /// A file that cannot be read, a name that is not there.
    Wrong(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Wrong(error.into())
    }
}

type Outcome = Result<Answer, Stop>;

/// Runs the program.
pub fn run() -> ExitCode {
    let args = Args::parse();
    let screen = Screen::look(args.json);
    let outcome = match &args.command {
        Command::Check(a) => check::run(a, screen),
        Command::Test(a) => test::run(a, screen),
        Command::Assess(a) => assess::run(a, screen),
        Command::Replay(a) => replay::run(a, screen),
        Command::Schema(a) => schema::run(a, screen),
        Command::Serve(a) => serve::run(a, screen),
        Command::Config(a) => config::run(a, screen),
        Command::People(a) => people::run(a, screen),
        Command::Mcp(a) => mcp::run(a),
        Command::Import(a) => import::run(a, screen),
        Command::Export(a) => export::run(a),
        Command::Verify(a) => verify::run(a, screen),
        Command::Backup(a) => export::backup(a),
        Command::Fmt(a) => fmt::run(a, screen),
        Command::New(a) => new::run(a, screen),
        Command::Demo(a) => demo::run(a, screen),
        Command::Completions(a) => completions::run(a, screen),
    };
    let answer = match outcome {
        Ok(answer) | Err(Stop::Answer(answer)) => answer,
        Err(Stop::Wrong(error)) => wrong(&error, screen),
    };
    print(&answer)
}

/// Prints. A reader that went away, such as `head`, is no error of ours.
fn print(answer: &Answer) -> ExitCode {
    let written = io::stdout().write_all(answer.out.as_bytes()).and_then(|()| io::stdout().flush());
    let _ = io::stderr().write_all(answer.err.as_bytes());
    match written {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => ExitCode::from(Exit::Wrong as u8),
        _ => ExitCode::from(answer.exit as u8),
    }
}

fn wrong(error: &anyhow::Error, screen: Screen) -> Answer {
    let message = format!("{error:#}");
    let out = if screen.json { format!("{:#}\n", json!({ "error": message })) } else { String::new() };
    Answer { out, err: format!("amends: {}\n", clean(&message)), exit: Exit::Wrong }
}

/// A book and where it came from.
struct Opened {
    book: Book,
    folder: String,
}

impl Opened {
    fn places(&self) -> Places<'_> {
        Places { sources: &self.book.sources, folder: &self.folder }
    }
}

/// The token of a file, or of the environment.
fn token(file: Option<&Path>) -> anyhow::Result<Option<String>> {
    match file {
        Some(file) => Ok(Some(folder::text(file, TOKEN_BYTES_MAX)?.trim().to_owned())),
        None => Ok(std::env::var(TOKEN_VARIABLE).ok().filter(|t| !t.is_empty())),
    }
}

/// Reads and checks a book; one with errors stops the command.
fn open(path: &Path, screen: Screen) -> Result<Opened, Stop> {
    let folder = path.display().to_string();
    let checked = amends_core::book::check::check(&folder::read(path)?.files);
    match checked.book {
        Some(book) => Ok(Opened { book, folder }),
        None => Err(Stop::Answer(broken(&checked.findings.all, &checked.sources, &folder, screen))),
    }
}

fn broken(findings: &[Diagnostic], sources: &Sources, folder: &str, screen: Screen) -> Answer {
    let places = Places { sources, folder };
    let errors: Vec<Diagnostic> =
        findings.iter().filter(|f| f.severity == amends_core::diagnostic::Severity::Error).cloned().collect();
    let message = format!("{folder}: {}", report::count(&errors));
    if screen.json {
        let json = json!({ "error": message, "findings": report::json(&errors, places) });
        return Answer { err: format!("amends: {message}\n"), ..Answer::json(&json, Exit::Found) };
    }
    let style = Style { width: screen.width, palette: screen.err };
    Answer {
        out: String::new(),
        err: format!("{}{message}\n", report::text(&errors, places, style)),
        exit: Exit::Found,
    }
}

/// The folder of a book.
#[derive(clap::Args)]
struct BookArg {
    /// The book's folder
    #[arg(value_name = "BOOK")]
    book: PathBuf,
}
