//! `amends export`: the journal with everything needed to verify it, and `amends backup`: the whole database.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use amends_core::journal::derive::Difference;
use amends_core::time::Time;
use anyhow::{Context as _, Result, ensure};

use super::database::{Kept, Of};
use super::{Answer, Exit, Outcome};
use crate::flow::export::{cut_off, export};
use crate::paint::clean;
use crate::private;

/// Export a business's journal as JSON Lines, with everything `amends verify` needs
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    of: Of,
    /// Where to write it; default: the terminal
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Outcome {
    let business = args.of.business()?;
    let Some(file) = &args.out else {
        let cut = args.of.with_existing(|store, now| async move {
            let mut out = BufWriter::new(std::io::stdout().lock());
            export(&store, &business, at(now), &mut out).await?;
            Ok(cut_off(&store, &business).await?)
        })?;
        return Ok(told(String::new(), &cut));
    };
    let (lines, cut) = args.of.with_existing(|store, now| async move {
        let lines = whole(file, async |_, out| Ok(export(&store, &business, at(now), out).await?)).await?;
        Ok((lines, cut_off(&store, &business).await?))
    })?;
    let says = format!("{lines} lines in {}; `amends verify {}` proves them\n", file.display(), file.display());
    Ok(told(says, &cut))
}

/// What was exported, and what shows that it is not all there was.
fn told(out: String, cut: &[Difference]) -> Answer {
    let mut err = String::new();
    for difference in cut {
        // Writing to a text cannot fail.
        let _ = writeln!(err, "amends: {}", clean(&difference.to_string()));
    }
    if !cut.is_empty() {
        err.push_str("amends: the export is written, and entries that were there once are not in it: keep it, and hold the database against a backup\n");
    }
    Answer { out, err, exit: if cut.is_empty() { Exit::Good } else { Exit::Found } }
}

fn at(now: i64) -> Time {
    Time::from_micros(now).unwrap_or(Time::MAX)
}

/// Writes a file that is there whole or not at all, for its owner alone. `write`: gets the part by its name, and open.
async fn whole<T>(path: &Path, write: impl AsyncFnOnce(&Path, &mut BufWriter<File>) -> Result<T>) -> Result<T> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    // One that is left of an export that was killed; it may be open to others.
    let _ = std::fs::remove_file(&part);
    let file = private::create(&part).with_context(|| format!("cannot write {}", part.display()))?;
    let mut out = BufWriter::new(file);
    let written = async {
        let written = write(&part, &mut out).await?;
        out.flush()?;
        out.get_ref().sync_all()?;
        std::fs::rename(&part, path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(written)
    };
    let written = written.await;
    if written.is_err() {
        // What failed is told; a part that stays is no news.
        let _ = std::fs::remove_file(&part);
    }
    written
}

/// Copy an embedded database into a new file, while it is in use
#[derive(clap::Args)]
pub(super) struct BackupArgs {
    #[command(flatten)]
    kept: Kept,
    /// The new file
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn backup(args: &BackupArgs) -> Outcome {
    let file = args.file.clone();
    args.kept.with_existing(|store, _| async move {
        ensure!(!file.exists(), "{} is there already: name a new file", file.display());
        whole(&file, async |part, _| Ok(store.copy_to(part.to_owned()).await?)).await
    })?;
    Ok(Answer::good(format!("the database is copied to {}\n", args.file.display())))
}
