//! `/v1/imports`: customers, orders and past decisions of another system, from a file that is sent.

use amends_core::time::Time;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{asked as query_of, received};
use super::books::json;
use super::me::In;
use super::people::{of_store, wrong};
use super::problem::Problem;
use super::refused::{Turned, problem};
use crate::app::App;
use crate::flow::files::FILE_BYTES_MAX;
use crate::flow::importing::{Asked, By, Came, Checked, bring};
use crate::import::Format;
use crate::import::kinds::{Kind, Mapping};
use crate::report::did_you_mean;
use crate::store::imports::{self, Past};

/// What only the highest role may do.
const WHAT: &str = "bring in what was before";
/// Imports that are listed.
const LISTED: i64 = 100;

/// What came of a file.
#[derive(Serialize, ToSchema)]
pub struct ImportDocument {
    /// Whether its rows are kept; where not, nothing was written.
    kept: bool,
    /// Its rows.
    rows: u64,
    /// Rows that were kept now.
    new_rows: u64,
    /// Rows that were kept before, when the same file was brought in.
    rows_before: u64,
    /// Rows that are wrong.
    wrong_rows: u64,
    /// What is wrong, as far as it is told one by one.
    wrong: Vec<WrongValue>,
    /// What keeps the file from being read to its end, where something does.
    broken: Option<BrokenFile>,
}

/// What is wrong with one value.
#[derive(Serialize, ToSchema)]
pub struct WrongValue {
    /// The line of the file.
    line: u64,
    /// The column; empty where the whole line is wrong.
    column: String,
    /// What is wrong, and what to do.
    says: String,
}

/// What keeps a file from being read to its end.
#[derive(Serialize, ToSchema)]
pub struct BrokenFile {
    /// The line, where that is known.
    line: Option<u64>,
    /// What is wrong.
    says: String,
}

impl ImportDocument {
    fn of(came: Came) -> Self {
        let Came { checked, kept } = came;
        let Checked { rows, wrong_rows, wrong, broken } = checked;
        Self {
            kept: kept.is_some(),
            rows,
            new_rows: kept.map_or(0, |k| k.rows),
            rows_before: kept.map_or(0, |k| k.before),
            wrong_rows,
            wrong: wrong.into_iter().map(|w| WrongValue { line: w.place, column: w.column, says: w.says }).collect(),
            broken: broken.map(|b| BrokenFile { line: b.place, says: b.says }),
        }
    }
}

/// A file that was brought in.
#[derive(Serialize, ToSchema)]
pub struct PastImport {
    /// `customers`, `orders` or `decisions`.
    kind: String,
    /// Rows of the file.
    rows: i64,
    /// Rows that were kept or left out for good; fewer than `rows` where it was broken off.
    done: i64,
    /// When it began, in UTC.
    since: String,
    /// When a row of it was kept last, in UTC.
    changed: String,
}

impl PastImport {
    fn of(row: Past) -> Self {
        let text = |micros: i64| Time::from_micros(micros).map(|t| t.to_string()).unwrap_or_default();
        Self {
            kind: row.kind,
            rows: row.progress.rows,
            done: row.progress.done,
            since: text(row.since),
            changed: text(row.changed),
        }
    }
}

/// Files that were brought in.
#[derive(Serialize, ToSchema)]
pub struct ImportList {
    /// The newest first.
    imports: Vec<PastImport>,
}

/// Lists the files that were brought in, the newest first, from the machine too.
#[utoipa::path(get, path = "/v1/imports", operation_id = "list_imports", tag = "customers",
    responses((status = 200, description = "At most a hundred.", body = ImportList), Turned))]
pub async fn list(In { me, records }: In, uri: Uri) -> Result<Response, Problem> {
    query_of(&uri, [])?;
    me.top_only(WHAT)?;
    let read = async { imports::list(&mut *records.store.reader().await?, &me.business, LISTED).await };
    let all = read.await.map_err(of_store)?;
    Ok(json(&ImportList { imports: all.into_iter().map(PastImport::of).collect() }))
}

/// Brings in a file of at most 10 MiB: CSV or JSON Lines. Every row is checked first, and nothing is written while one is
/// wrong, unless wrong rows are left out. The same file again changes nothing.
#[utoipa::path(post, path = "/v1/imports/{kind}", operation_id = "import_file", tag = "customers",
    request_body(content = String, content_type = "text/csv", description = "The file; also JSON Lines."),
    params(("kind" = String, Path, description = "`customers`, `orders` or `decisions`."),
        ("format" = Option<String>, Query, description = "`csv` or `jsonl`. Default: `csv`."),
        ("map" = Option<String>, Query, description = "Columns of fields that are called otherwise: `customer=user_id,at=created`."),
        ("keep" = Option<String>, Query, description = "Columns to keep as they are, with commas between."),
        ("currency" = Option<String>, Query, description = "The currency of amounts that name none. Default: the book's."),
        ("zone" = Option<String>, Query, description = "The time zone of times that name none, such as `UTC`. Default: the book's."),
        ("wrong" = Option<String>, Query, description = "`skip` leaves wrong rows out."),
        ("check" = Option<String>, Query, description = "`only` writes nothing."),
        ("again" = Option<String>, Query, description = "`yes` keeps a file that was brought in before once more.")),
    responses((status = 200, description = "What came of it: whether it is kept is `kept`.", body = ImportDocument), Turned))]
pub async fn take(
    State(_): State<App>,
    In { me, records }: In,
    Path(kind): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let names = ["format", "map", "keep", "currency", "zone", "wrong", "check", "again"];
    let [format, map, keep, currency, zone, skip, check, again] = query_of(request.uri(), names)?;
    me.top_only(WHAT)?;
    let asked = Asked {
        kind: kind_of(&kind)?,
        format: format_of(format.as_deref())?,
        mapping: Mapping { zone, ..mapping_of(map.as_deref(), keep.as_deref(), currency)? },
        skip_wrong: is(skip.as_deref(), "wrong", "skip")?,
        only_check: is(check.as_deref(), "check", "only")?,
        again: is(again.as_deref(), "again", "yes")?,
    };
    let bytes = received(request, FILE_BYTES_MAX).await.map_err(|e| {
        if e.status() != StatusCode::PAYLOAD_TOO_LARGE {
            return e;
        }
        let most = FILE_BYTES_MAX >> 20;
        Problem::new(e.status(), format!("the file has more than {most} MiB"))
            .hint("send it in parts, or bring it in on the machine with `amends import`")
    })?;
    let by = By { business: &me.business, who: me.person.id.as_str(), now: records.clock.now() };
    let book = std::sync::Arc::clone(&me.rules.book);
    let came = bring(&records.store, by, book, bytes, asked).await.map_err(|e| problem(&e))?;
    let came = came.map_err(|says| wrong(says.replace("`--map ", "`map=")))?;
    Ok(json(&ImportDocument::of(came)))
}

fn kind_of(text: &str) -> Result<Kind, Problem> {
    let all = [Kind::Customers, Kind::Orders, Kind::Decisions];
    all.into_iter().find(|kind| kind.name() == text).ok_or_else(|| {
        Problem::new(StatusCode::NOT_FOUND, format!("`{text}` are not brought in"))
            .hint(did_you_mean(text, &all.map(Kind::name)))
    })
}

fn format_of(text: Option<&str>) -> Result<Format, Problem> {
    match text {
        None | Some("csv") => Ok(Format::Csv),
        Some("jsonl") => Ok(Format::Jsonl),
        Some(other) => Err(bad(format!("`{other}` is no format that is sent"))
            .hint("send `csv` or `jsonl`; Parquet is brought in on the machine with `amends import`")),
    }
}

fn mapping_of(map: Option<&str>, keep: Option<&str>, currency: Option<String>) -> Result<Mapping, Problem> {
    let mut mapping = Mapping { currency, ..Mapping::default() };
    for pair in map.into_iter().flat_map(|map| map.split(',')).filter(|pair| !pair.trim().is_empty()) {
        let (field, column) = pair
            .split_once('=')
            .ok_or_else(|| bad(format!("`{pair}` names no column")).hint("write `field=column`"))?;
        mapping.fields.insert(field.trim().to_owned(), column.trim().to_owned());
    }
    let kept = keep.into_iter().flat_map(|keep| keep.split(',')).map(str::trim).filter(|column| !column.is_empty());
    mapping.keep.extend(kept.map(str::to_owned));
    Ok(mapping)
}

fn is(given: Option<&str>, name: &str, word: &str) -> Result<bool, Problem> {
    match given {
        None => Ok(false),
        Some(text) if text == word => Ok(true),
        Some(other) => Err(bad(format!("`{name}` is `{other}`")).hint(format!("say `{word}`, or leave it out"))),
    }
}

fn bad(says: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, says)
}
