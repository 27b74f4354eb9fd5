//! `amends export`: the journal with everything needed to verify it, and `amends backup`: the whole database.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use amends_core::time::Time;
use anyhow::{Context as _, Result, ensure};

use super::database::{Kept, Of};
use super::{Answer, Outcome};
use crate::flow::export::export;
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
        args.of.with_existing(|store, now| async move {
            let mut out = BufWriter::new(std::io::stdout().lock());
            Ok(export(&store, &business, at(now), &mut out).await?)
        })?;
        return Ok(Answer::good(""));
    };
    let lines = args.of.with_existing(|store, now| async move {
        whole(file, async |out| Ok(export(&store, &business, at(now), out).await?)).await
    })?;
    Ok(Answer::good(format!("{lines} lines in {}; `amends verify {}` proves them\n", file.display(), file.display())))
}

fn at(now: i64) -> Time {
    Time::from_micros(now).unwrap_or(Time::MAX)
}

/// Writes a file that is there whole or not at all, for its owner alone.
async fn whole<T>(path: &Path, write: impl AsyncFnOnce(&mut BufWriter<File>) -> Result<T>) -> Result<T> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    // One that is left of an export that was killed; it may be open to others.
    let _ = std::fs::remove_file(&part);
    let file = private::create(&part).with_context(|| format!("cannot write {}", part.display()))?;
    let mut out = BufWriter::new(file);
    let written = async {
        let written = write(&mut out).await?;
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
        Ok(store.copy_to(file).await?)
    })?;
    Ok(Answer::good(format!("the database is copied to {}\n", args.file.display())))
}
