//! `amends new`: a book to begin with.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;

use super::{Answer, Exit, Outcome};
use crate::report::counted;
use crate::screen::Screen;
use crate::shipped::{self, Shipped};

/// Make a book of ten ready rules to edit
#[derive(clap::Args)]
pub(super) struct Args {
    /// The folder to make; it must not exist, or be empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The book to begin with
    #[arg(long, value_name = "BOOK", default_value = "retail", value_parser = ["retail"])]
    from: String,
}

pub(super) fn run(args: &Args, screen: Screen) -> Outcome {
    let shipped = shipped::find(&args.from).context("the program comes without that book")?;
    let folder = &args.folder;
    write(folder, shipped)?;
    let shown = folder.display();
    if screen.json {
        let files: Vec<&str> = shipped.files.iter().map(|(path, _)| *path).collect();
        return Ok(Answer::json(&json!({ "folder": shown.to_string(), "files": files }), Exit::Good));
    }
    let policies = shipped.files.iter().filter(|(path, _)| path.starts_with("policies/")).count();
    Ok(Answer::good(format!(
        "{shown}: {} in {}\n\nNext:\n  amends check {shown}\n  amends test {shown}\nThen edit the lines, stretches and words in {shown}/policies.\n",
        counted(policies, "policy"),
        counted(shipped.files.len(), "file"),
    )))
}

/// Writes all files or none: into a folder beside it first, which then takes its name.
fn write(folder: &Path, shipped: Shipped) -> Result<()> {
    let shown = folder.display();
    match fs::read_dir(folder) {
        Ok(mut entries) => {
            ensure!(entries.next().is_none(), "`{shown}` is not empty: name a folder that does not exist yet");
        }
        Err(_) if folder.symlink_metadata().is_ok() => {
            bail!("`{shown}` is no folder: name one that does not exist yet")
        }
        Err(_) => {}
    }
    let name = folder
        .file_name()
        .and_then(|n| n.to_str())
        .with_context(|| format!("`{shown}` does not end in the name of a folder"))?;
    let above = folder.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(above).with_context(|| format!("cannot make `{}`", above.display()))?;
    let draft = above.join(format!(".{name}.amends-new.{}", std::process::id()));
    let made = fill(&draft, name, shipped).and_then(|()| settle(&draft, folder));
    if made.is_err() {
        let _ = fs::remove_dir_all(&draft);
    }
    made
}

fn fill(draft: &Path, name: &str, shipped: Shipped) -> Result<()> {
    for (path, text) in shipped.files {
        let file = draft.join(path);
        let folder = file.parent().unwrap_or(draft);
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        let text = if *path == "book.yaml" { named(text, shipped.name, name) } else { (*text).to_owned() };
        fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    Ok(())
}

fn settle(draft: &Path, folder: &Path) -> Result<()> {
    // An empty folder of that name gives way; where it is not empty any more, this fails and nothing is lost.
    if folder.is_dir() {
        fs::remove_dir(folder).with_context(|| format!("`{}` is not empty any more", folder.display()))?;
    }
    fs::rename(draft, folder).with_context(|| format!("cannot make `{}`", folder.display()))
}

/// The book takes the name of its folder, where that can be one.
fn named(text: &str, old: &str, new: &str) -> String {
    let is_name = new.starts_with(|c: char| c.is_ascii_lowercase())
        && new.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if is_name { text.replacen(&format!("book: {old}\n"), &format!("book: {new}\n"), 1) } else { text.to_owned() }
}
