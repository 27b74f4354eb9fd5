//! `amends verify`: whether an export is whole, or a database holds together with its journal, and where not.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use amends_core::digest::Digest;
use amends_core::explain::{Tone, Weight};
use amends_core::journal::{Fault, LINE_BYTES_MAX, Place, Report, Verifying};
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::database::Kept;
use super::{Answer, Exit, Outcome};
use crate::folder;
use crate::lines::Lines;
use crate::paint::{Text, clean, words};
use crate::report::counted;
use crate::screen::Screen;

mod database;

/// Lines after which a file that has had none of an export is none.
const LINES_TO_TELL: usize = 100;

/// Prove that an export is whole, or that a database's tables hold together with its journal
#[derive(clap::Args)]
pub(super) struct Args {
    /// What `amends export` wrote; `-` reads standard input
    #[arg(value_name = "EXPORT", required_unless_present = "database", conflicts_with = "database")]
    export: Option<PathBuf>,
    #[command(flatten)]
    kept: Kept,
    /// With `--database`: one business alone, the name of its book
    #[arg(long, value_name = "NAME", requires = "database")]
    business: Option<String>,
    /// With `--database`: make tables that differ from the journal again, and say so in the journal
    #[arg(long, requires = "database")]
    rederive: bool,
    /// An anchor that was kept elsewhere; may be given more than once
    #[arg(long = "anchor", value_name = "NUMBER:HASH", value_parser = kept)]
    anchors: Vec<(u64, Digest)>,
}

fn kept(text: &str) -> Result<(u64, Digest)> {
    let form = "give the number and the hash, with `:` between them, as `amends verify` prints them";
    let (number, hash) = text.split_once(':').context(form)?;
    let number = number.parse().ok().filter(|number| *number > 0).context(form)?;
    Ok((number, Digest::parse(hash)?))
}

pub(super) fn run(args: &Args, screen: Screen) -> Outcome {
    let Some(export) = args.export.as_ref().filter(|_| !args.kept.is_given()) else {
        return database::run(args, screen);
    };
    let found = if export == Path::new("-") {
        verify(io::stdin().lock(), "standard input", args)?
    } else {
        let file: File = folder::open(export)?;
        verify(BufReader::new(file), &format!("`{}`", export.display()), args)?
    };
    let exit = if found.is_whole() { Exit::Good } else { Exit::Found };
    if screen.json {
        return Ok(Answer::json(&value(&found), exit));
    }
    Ok(Answer { out: text(&found, args, screen), err: String::new(), exit })
}

/// Reads all lines, one at a time in memory.
fn verify(from: impl BufRead, name: &str, args: &Args) -> Result<Report> {
    let mut verifying = Verifying::begin(args.anchors.iter().cloned());
    let mut lines = Lines::of(from, LINE_BYTES_MAX);
    for number in 1.. {
        let Some(line) = lines.next().with_context(|| format!("cannot read line {number} of {name}"))? else { break };
        if line.is_ended {
            verifying.line(line.text);
        } else {
            verifying.cut_line(line.text);
        }
        if number == LINES_TO_TELL {
            is_export(verifying.so_far(), name)?;
        }
    }
    ensure!(
        verifying.so_far().lines > 0,
        "{name} is empty: the export was never written; make it with `amends export --out FILE`"
    );
    is_export(verifying.so_far(), name)?;
    Ok(verifying.end())
}

fn is_export(found: &Report, name: &str) -> Result<()> {
    if !found.is_of_export() {
        bail!("{name} is no export: no line of it can be read as one; give a file that `amends export` wrote");
    }
    Ok(())
}

fn text(found: &Report, args: &Args, screen: Screen) -> String {
    let mut out = Text::default();
    for fault in &found.faults {
        out.line(format!("{} {}", words("✗", Tone::Never, Weight::Strong, screen.out), clean(&fault.to_string())));
    }
    if found.more > 0 {
        out.line(format!("  and {} more", found.more));
    }
    if !found.is_whole() {
        out.line("");
    }
    out.line(summary(found, screen));
    out.lines(what_next(found, args));
    out.end()
}

fn summary(found: &Report, screen: Screen) -> String {
    let entries = counted(found.entries, "entry");
    let counts = format!(
        "{}, {}, {entries} in {}, {}",
        counted(found.books, "book"),
        made_again(found),
        counted(found.chains.len(), "chain"),
        counted(found.anchors, "anchor"),
    );
    let (mark, tone, verdict) = match found.faults.len() + found.more {
        0 => ("✓", Tone::Inside, "it is whole".to_owned()),
        faults => ("✗", Tone::Never, counted(faults, "fault")),
    };
    format!("{} {counts}: {verdict}", words(mark, tone, Weight::Strong, screen.out))
}

fn made_again(found: &Report) -> String {
    let all = counted(found.assessments, "assessment");
    let made = match found.made_again {
        made if made == found.assessments => format!("{all} made again"),
        made => format!("{all} with {made} made again"),
    };
    match found.erased {
        0 => made,
        erased => format!("{made} and {erased} erased"),
    }
}

/// What the reader can do now.
fn what_next(found: &Report, args: &Args) -> String {
    if !found.is_whole() {
        return "  keep this file as it is, and hold it against a new export or another copy\n".to_owned();
    }
    match &found.last_anchor {
        Some((number, hash)) if args.anchors.is_empty() => {
            format!("  keep this where nobody here can change it: --anchor {number}:{hash}\n")
        }
        Some((number, hash)) => {
            let held = counted(args.anchors.len(), "anchor");
            format!("  held against {held} kept elsewhere; the last is now --anchor {number}:{hash}\n")
        }
        None => "  no anchor yet: someone who may rewrite the whole journal could do so unseen\n".to_owned(),
    }
}

fn value(found: &Report) -> Value {
    let chains = found.chains.iter().map(|c| json!({ "team": c.team, "entries": c.seq, "hash": c.hash }));
    let last = found.last_anchor.as_ref().map(|(number, hash)| json!({ "number": number, "hash": hash }));
    json!({
        "whole": found.is_whole(),
        "business": found.business,
        "lines": found.lines,
        "books": found.books,
        "assessments": found.assessments,
        "made_again": found.made_again,
        "erased": found.erased,
        "entries": found.entries,
        "anchors": found.anchors,
        "chains": chains.collect::<Vec<_>>(),
        "last_anchor": last,
        "faults": found.faults.iter().map(fault).collect::<Vec<_>>(),
        "more_faults": found.more,
    })
}

fn fault(fault: &Fault) -> Value {
    let (team, seq, anchor) = match &fault.place {
        Place::Entry(team, seq) => (Some(team), Some(seq), None),
        Place::Anchor(number) => (None, None, Some(number)),
        Place::Line => (None, None, None),
    };
    json!({ "line": fault.line, "team": team, "seq": seq, "anchor": anchor, "fault": fault.wrong.word(), "says": fault.wrong.to_string() })
}
