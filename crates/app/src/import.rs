//! Rows of other systems' files: CSV, JSON Lines and Parquet, read one after the other, and made into what we keep.

pub mod kinds;
mod lines;
mod parquet;
mod table;
#[doc(hidden)]
pub mod testing;

use std::fmt;
use std::io::{Cursor, Read, Seek};
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};
use axum::body::Bytes;
use sha2::{Digest as _, Sha256};

/// One value of a row, as its file has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A binary fraction. Where money stands as one, its shortest decimal is meant.
    Float(f64),
    /// A decimal: its digits as a whole number, and how many of them are behind the point.
    Decimal(i128, u32),
    /// A text; a JSON value that is an object or a list, too.
    Text(String),
    /// A moment, in microseconds since 1970 in UTC.
    Time(i64),
    /// A date with a time of day, in microseconds since 1970 on clocks of a zone that is not told.
    Local(i64),
    /// A day, in days since 1970.
    Date(i64),
    /// Bytes that are no text.
    NotText,
}

impl Cell {
    /// A whole number, whatever its size.
    fn whole(n: i128) -> Self {
        i64::try_from(n).map_or(Self::Decimal(n, 0), Self::Int)
    }
}

/// Why a file cannot be read on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{says}")]
pub struct Broken {
    /// The line or row, where that is known.
    pub place: Option<u64>,
    /// What is wrong.
    pub says: String,
}

impl Broken {
    fn at(place: u64, says: impl Into<String>) -> Self {
        Self { place: Some(place), says: says.into() }
    }

    fn whole(says: impl std::fmt::Display) -> Self {
        Self { place: None, says: says.to_string() }
    }
}

/// A row that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its line or row, from 1.
    pub place: u64,
    /// Why nothing can be read of it, where nothing can; the next one may be whole again.
    pub wrong: Option<String>,
}

impl Row {
    const fn whole(place: u64) -> Self {
        Self { place, wrong: None }
    }

    fn wrong(place: u64, says: impl Into<String>) -> Self {
        Self { place, wrong: Some(says.into()) }
    }
}

/// The rows of a file.
pub trait Rows {
    /// The names of its columns; none where each row has names of its own.
    fn columns(&self) -> Option<Vec<String>>;

    /// What a place is: `line` or `row`.
    fn place(&self) -> &'static str;

    /// Says which columns are read, in which order. Each of them is there.
    fn choose(&mut self, columns: &[String]);

    /// Reads the next row into `cells`. None after the last.
    ///
    /// # Errors
    /// When the file cannot be read on.
    fn next(&mut self, cells: &mut Vec<Cell>) -> Result<Option<Row>, Broken>;

    /// How far it has been read: bytes or rows, and of how many.
    fn read(&self) -> (u64, u64);
}

/// A format of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Comma-separated values (RFC 4180), with the names of columns in the first row; semicolons and tabs are seen
    Csv,
    /// One JSON object a line
    Jsonl,
    /// Apache Parquet
    Parquet,
}

impl Format {
    /// As the name of a file tells it.
    ///
    /// # Errors
    /// When it tells none.
    pub fn of(path: &Path) -> Result<Self> {
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        Ok(match ending.as_str() {
            "csv" | "tsv" | "txt" => Self::Csv,
            "jsonl" | "ndjson" => Self::Jsonl,
            "parquet" => Self::Parquet,
            _ => bail!(
                "the name of {} does not tell its format: add `--format csv`, `jsonl` or `parquet`",
                path.display()
            ),
        })
    }
}

/// Where the bytes of a file are.
#[derive(Clone, Debug)]
pub enum Source<'s> {
    /// On this machine.
    File(&'s Path),
    /// They were sent.
    Sent(Bytes),
}

/// Bytes to read from the start as often as it takes.
trait Whole: Read + Seek + Send {}
impl<T: Read + Seek + Send> Whole for T {}

impl Source<'_> {
    /// The bytes from the start, and how many there are.
    fn bytes(&self) -> Result<(Box<dyn Whole>, u64)> {
        Ok(match self {
            Self::File(path) => {
                let file = crate::folder::open(path)?;
                let bytes = file.metadata().with_context(|| format!("cannot read {self}"))?.len();
                (Box::new(file), bytes)
            }
            Self::Sent(bytes) => (Box::new(Cursor::new(bytes.clone())), bytes.len() as u64),
        })
    }

    /// The digest of all of it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn digest(&self) -> Result<Sha256> {
        let (mut file, mut hash, mut part) = (self.bytes()?.0, Sha256::new(), vec![0; 1 << 16]);
        loop {
            let read = file.read(&mut part).with_context(|| format!("cannot read {self}"))?;
            if read == 0 {
                return Ok(hash);
            }
            hash.update(part.get(..read).unwrap_or_default());
        }
    }

    /// What it is now: another one is another file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn trace(&self) -> Result<(u64, Option<SystemTime>)> {
        match self {
            Self::File(path) => {
                let about = path.metadata().with_context(|| format!("cannot read {self}"))?;
                Ok((about.len(), about.modified().ok()))
            }
            Self::Sent(bytes) => Ok((bytes.len() as u64, None)),
        }
    }
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Sent(_) => f.write_str("the file"),
        }
    }
}

/// Opens a file.
///
/// # Errors
/// When it cannot be opened, or is none of its format.
pub fn open(source: &Source<'_>, format: Format) -> Result<Box<dyn Rows>> {
    let rows: Result<Box<dyn Rows>, Broken> = match (format, source) {
        (Format::Parquet, Source::File(path)) => {
            parquet::Columns::open(crate::folder::open(path)?).map(|rows| Box::new(rows) as Box<dyn Rows>)
        }
        (Format::Parquet, Source::Sent(_)) => Err(Broken::whole("Parquet is brought in on the machine")),
        (Format::Csv, _) => {
            let (file, bytes) = source.bytes()?;
            table::Csv::open(file, bytes).map(|rows| Box::new(rows) as Box<dyn Rows>)
        }
        (Format::Jsonl, _) => {
            let (file, bytes) = source.bytes()?;
            Ok(Box::new(lines::JsonLines::open(file, bytes)))
        }
    };
    rows.with_context(|| format!("cannot read {source}"))
}
