//! `amends fmt`: the book's files in the one way to write them.

use std::fs;
use std::path::Path;

use amends_core::book::format::format;
use amends_core::diagnostic::{Diagnostic, Sources, Span};
use anyhow::{Context, Result};
use serde_json::json;

use super::{Answer, BookArg, Exit, Outcome, Stop, broken};
use crate::folder;
use crate::paint::Text;
use crate::report::counted;
use crate::screen::Screen;

/// Write the book's files in the one way: block style, every expression quoted
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    of: BookArg,
    /// Change nothing; exit with 1 when a file would change
    #[arg(long)]
    check: bool,
}

pub(super) fn run(args: &Args, screen: Screen) -> Outcome {
    let path = &args.of.book;
    let folder = path.display().to_string();
    let changed = changed(path, &folder, screen)?;
    if !args.check {
        for (within, text) in &changed {
            replace(&path.join(within), text)?;
        }
    }
    let exit = if args.check && !changed.is_empty() { Exit::Found } else { Exit::Good };
    let names: Vec<&str> = changed.iter().map(|(path, _)| path.as_str()).collect();
    if screen.json {
        return Ok(Answer::json(&json!({ "changed": names, "written": !args.check && !names.is_empty() }), exit));
    }
    let mut out = Text::default();
    for name in &names {
        out.line(format!("{}/{name}", folder.trim_end_matches('/')));
    }
    out.line(match (names.len(), args.check) {
        (0, _) => "nothing to change".to_owned(),
        (n, true) => format!("{} would change", counted(n, "file")),
        (n, false) => format!("{} changed", counted(n, "file")),
    });
    Ok(Answer { out: out.end(), err: String::new(), exit })
}

/// The files that would be written otherwise, each with its new text. A file that cannot be read stops all of it.
fn changed(path: &Path, folder: &str, screen: Screen) -> Result<Vec<(String, String)>, Stop> {
    let files = folder::read(path)?.files.texts;
    let mut changed = Vec::new();
    let (mut sources, mut found) = (Sources::default(), Vec::new());
    for (within, text) in &files {
        let file = sources.add(within.as_str(), text.clone()).context("the book has too many files")?;
        match format(text) {
            Ok(new) if *new != **text => changed.push((within.clone(), new)),
            Ok(_) => {}
            Err(findings) => {
                found.extend(findings.all.into_iter().map(|f| Diagnostic { at: Span { file, ..f.at }, ..f }));
            }
        }
    }
    if found.is_empty() { Ok(changed) } else { Err(Stop::Answer(broken(&found, &sources, folder, screen))) }
}

/// Puts a new text in the place of a file, whole or not at all.
fn replace(file: &Path, text: &str) -> Result<()> {
    let target = file.canonicalize().with_context(|| format!("cannot open `{}`", file.display()))?;
    let draft = target.with_extension(format!("amends-fmt.{}", std::process::id()));
    let written = fs::write(&draft, text)
        .and_then(|()| fs::set_permissions(&draft, fs::metadata(&target)?.permissions()))
        .and_then(|()| fs::rename(&draft, &target));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written.with_context(|| format!("cannot write `{}`", file.display()))
}
