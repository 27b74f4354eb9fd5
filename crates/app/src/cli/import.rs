//! `amends import`: customers, orders and past decisions from files of other systems.

use std::path::PathBuf;

use amends_core::time::Time;
use anyhow::{Context as _, Result, anyhow, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::database::Of;
use super::{Answer, Exit, Outcome, open as open_book};
use crate::flow::importing::{By, Checked, Import, Kept, TOLD_MAX};
use crate::folder;
use crate::import::kinds::{Kind, Mapping, Plan};
use crate::import::{Format, Source, open};
use crate::paint::{Text, clean};
use crate::report::counted;
use crate::screen::Screen;
use crate::store::keys::OPERATOR;

/// Most bytes of a mapping.
const MAPPING_BYTES_MAX: usize = 64 << 10;
/// Mistakes that are shown to people.
const SHOWN_MAX: usize = 20;

/// Bring in customers, orders and past decisions from CSV, JSON Lines or Parquet
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    of: Of,
    /// What the file holds
    #[arg(value_name = "WHAT")]
    kind: Kind,
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Its format, where its name does not tell it
    #[arg(long)]
    format: Option<Format>,
    /// The column of a field, such as `customer=user_id`; without it that of the field's name
    #[arg(long, value_name = "FIELD=COLUMN")]
    map: Vec<String>,
    /// A column to keep as it is, beside the fields
    #[arg(long, value_name = "COLUMN")]
    keep: Vec<String>,
    /// The currency of amounts that name none
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// The time zone of times that name none, such as `UTC`
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// A TOML file that says the same: `currency`, `zone`, `keep` and `[fields]`
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// The book: its currency and zone hold for what names none, and past questions are measured with it
    #[arg(long, value_name = "BOOK")]
    book: Option<PathBuf>,
    /// Check every row, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave out rows that are wrong, and keep the others
    #[arg(long)]
    skip_wrong: bool,
    /// Also where the same file was imported before
    #[arg(long)]
    again: bool,
}

pub(super) fn run(args: &Args, screen: Screen) -> Outcome {
    let opened = args.book.as_deref().map(|path| open_book(path, screen)).transpose()?;
    let book = opened.as_ref().map(|o| &o.book);
    let (mapping, format) = (mapping(args)?, args.format.map_or_else(|| Format::of(&args.file), Ok)?);
    if book.is_none() && mapping.fields.contains_key("question") {
        return Err(anyhow!("questions are measured with a book: name it with `--book`").into());
    }
    let source = Source::File(&args.file);
    let rows = open(&source, format)?;
    let (columns, place) = (rows.columns(), rows.place());
    let plan = Plan::new(args.kind, &mapping, columns.as_deref(), book)
        .with_context(|| format!("cannot import {}", args.file.display()))?;
    drop(rows);
    let import = Import::new(source, format, &mapping, plan)?;
    let checking = bar("checking", screen);
    let checked = import.check(|done, all| show(&checking, done, all))?;
    checking.finish_and_clear();
    let is_good = checked.broken.is_none() && (checked.wrong_rows == 0 || args.skip_wrong);
    if args.dry_run || !is_good {
        return Ok(said(args, &checked, None, is_good, place, screen));
    }
    let (business, again) = (args.of.business()?, args.again);
    let keeping = bar("keeping", screen);
    let checked = &checked;
    let kept = args.of.with(|store, now| async move {
        let now = Time::from_micros(now).unwrap_or(Time::MAX);
        let told = |done, all| show(&keeping, done, all);
        let by = By { business: &business, who: OPERATOR, now };
        let kept = import.keep(&store, by, checked, again, told).await;
        keeping.finish_and_clear();
        kept
    })?;
    Ok(said(args, checked, Some(kept), true, place, screen))
}

/// What the options and the mapping's file say together; options come before it.
fn mapping(args: &Args) -> Result<Mapping> {
    let mut mapping = match &args.mapping {
        Some(file) => {
            let text = folder::text(file, MAPPING_BYTES_MAX)?;
            toml::from_str(&text).map_err(|e| anyhow!("{}: {}", file.display(), e.to_string().trim_end()))?
        }
        None => Mapping::default(),
    };
    for pair in &args.map {
        let Some((field, column)) = pair.split_once('=') else {
            bail!("`--map {pair}` names no column: write it like `--map customer=user_id`");
        };
        mapping.fields.insert(field.to_owned(), column.to_owned());
    }
    mapping.keep.extend(args.keep.iter().cloned());
    mapping.currency = args.currency.clone().or(mapping.currency);
    mapping.zone = args.zone.clone().or(mapping.zone);
    Ok(mapping)
}

/// A bar on the terminal; none where nobody looks at one.
fn bar(what: &'static str, screen: Screen) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(
        Some(0),
        if screen.json { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() },
    );
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {percent:>3}% {eta:>4}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_prefix(what)
}

fn show(bar: &ProgressBar, done: u64, all: u64) {
    bar.set_length(all);
    bar.set_position(done);
}

fn said(args: &Args, checked: &Checked, kept: Option<Kept>, is_good: bool, place: &str, screen: Screen) -> Answer {
    let exit = match (is_good, &checked.broken) {
        (true, _) => Exit::Good,
        (false, None) => Exit::Found,
        (false, Some(_)) => Exit::Wrong,
    };
    if screen.json {
        let wrong: Vec<_> =
            checked.wrong.iter().map(|w| json!({ place: w.place, "column": w.column, "says": w.says })).collect();
        let broken = checked.broken.as_ref().map(|b| json!({ place: b.place, "says": b.says }));
        let kept = kept.map(|k| json!({ "rows": k.rows, "before": k.before }));
        let rows = json!({ "rows": checked.rows, "wrong_rows": checked.wrong_rows, "wrong": wrong, "broken": broken, "kept": kept });
        return Answer::json(&rows, exit);
    }
    let (mut out, mut err) = (Text::default(), Text::default());
    let file = args.file.display();
    for wrong in checked.wrong.iter().take(SHOWN_MAX) {
        let column = if wrong.column.is_empty() { String::new() } else { format!(", `{}`", wrong.column) };
        err.line(clean(&format!("{file}, {place} {}{column}: {}", wrong.place, wrong.says)));
    }
    if let Some(broken) = &checked.broken {
        let at = broken.place.map_or_else(String::new, |at| format!(", {place} {at}"));
        err.line(clean(&format!("{file}{at}: {}", broken.says)));
    }
    let more = checked.wrong.len().saturating_sub(SHOWN_MAX);
    if more > 0 || checked.wrong.len() == TOLD_MAX {
        err.line(format!("and more; `--json` lists the first {TOLD_MAX}"));
    }
    let rows = |n: u64| counted(usize::try_from(n).unwrap_or(usize::MAX), "row");
    let (wrong, all) = (checked.wrong_rows, rows(checked.rows));
    match (kept, is_good) {
        (None, true) => {
            out.line(format!("{all} of {}: nothing was written; leave out `--dry-run` to keep them", args.kind.name()));
        }
        (None, false) if checked.broken.is_some() => {
            err.line(format!("amends: the file cannot be read to its end, {all} of it were, {wrong} of them wrong: nothing was written"));
        }
        (None, false) => err.line(format!(
            "amends: {wrong} of {all} wrong: nothing was written; mend them, or leave them out with `--skip-wrong`"
        )),
        (Some(Kept { rows: 0, before }), _) if before > 0 => {
            out.line(format!("this file was imported before: nothing is new; `--again` keeps its {all} once more"));
        }
        (Some(Kept { rows: now, before }), _) => {
            let on = if before > 0 { format!(", after {before} before it was broken off") } else { String::new() };
            let left = if checked.wrong_rows > 0 { format!("; {} left out", rows(wrong)) } else { String::new() };
            out.line(format!("{} of {} are kept{on}{left}", rows(now), args.kind.name()));
        }
    }
    Answer { out: out.end(), err: err.end(), exit }
}
