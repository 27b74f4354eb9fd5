//! A book's folder: which of its files are read, and the limits on them.

use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use amends_core::book::read::BookFiles;
use amends_core::book::yaml::FILE_BYTES_MAX;
use anyhow::{Context, Result, bail, ensure};

/// Most files of a book.
const FILES_MAX: usize = 2_000;
/// Most bytes of all files of a book.
const BYTES_MAX: usize = 64 << 20;
/// The folders of a book beside the one of `book.yaml`.
const FOLDERS: [&str; 3] = ["policies", "intake", "cases"];

/// What was read of a folder.
#[derive(Debug, Default)]
pub struct Folder {
    /// The texts of the book.
    pub files: BookFiles,
    /// Files that are probably meant to be read, and are not.
    pub passed_over: Vec<String>,
    bytes: usize,
}

/// Reads `book.yaml` and the `*.yaml` files in `policies`, `intake` and `cases`.
///
/// # Errors
/// When it is no folder, a file of it cannot be read or leads out of it, or there is too much of them.
pub fn read(path: &Path) -> Result<Folder> {
    let shown = path.display();
    let about = about(path, "folder")?;
    if about.is_file() {
        bail!("`{shown}` is a file, and a book is a folder: give {}", book_of(path));
    }
    let root = path.canonicalize().with_context(|| format!("cannot open `{shown}`"))?;
    let mut folder = Folder::default();
    if path.join("book.yaml").symlink_metadata().is_ok() {
        folder.add(path, &root, "book.yaml")?;
    }
    for name in FOLDERS {
        folder.add_all(path, &root, name)?;
    }
    Ok(folder)
}

/// What shows that a file of a book changed: each with its length and when it was written.
pub type Trace = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// The trace of a book's folder. What cannot be looked at is left out; reading it will say why.
pub fn trace(path: &Path) -> Trace {
    let mut files = vec![path.join("book.yaml")];
    for name in FOLDERS {
        let entries = fs::read_dir(path.join(name)).into_iter().flatten().take(FILES_MAX);
        files.extend(entries.filter_map(|e| Some(e.ok()?.path())));
    }
    files.sort_unstable();
    let traced = files.into_iter().filter_map(|file| {
        let about = fs::metadata(&file).ok()?;
        Some((file, about.len(), about.modified().ok()))
    });
    traced.collect()
}

fn about(path: &Path, what: &str) -> Result<Metadata> {
    match fs::metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => bail!("there is no {what} `{}`", path.display()),
        other => other.with_context(|| format!("cannot open `{}`", path.display())),
    }
}

/// The folder that a file belongs to, for who gave the file.
fn book_of(file: &Path) -> String {
    let parent = file.parent().unwrap_or(Path::new(""));
    let is_part = parent.file_name().is_some_and(|n| FOLDERS.iter().any(|f| n == *f));
    let book = if is_part { parent.parent().unwrap_or(Path::new("")) } else { parent };
    if book.as_os_str().is_empty() { "`.`".to_owned() } else { format!("`{}`", book.display()) }
}

impl Folder {
    fn add_all(&mut self, path: &Path, root: &Path, folder: &str) -> Result<()> {
        let inside = path.join(folder);
        if !inside.is_dir() {
            return Ok(());
        }
        stays_inside(root, &inside)?;
        let mut names = Vec::new();
        for entry in fs::read_dir(&inside).with_context(|| format!("cannot list `{}`", inside.display()))? {
            let name = entry.with_context(|| format!("cannot list `{}`", inside.display()))?.file_name();
            names.push(
                name.into_string()
                    .map_err(|n| anyhow::anyhow!("the name of `{}` is not UTF-8", inside.join(n).display()))?,
            );
        }
        names.sort_unstable();
        for name in names {
            let within = format!("{folder}/{name}");
            match Path::new(&name).extension().and_then(|e| e.to_str()) {
                Some("yaml") => self.add(path, root, &within)?,
                Some("yml" | "YAML" | "YML") => self.passed_over.push(within),
                _ => {}
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &Path, root: &Path, within: &str) -> Result<()> {
        let file = path.join(within);
        stays_inside(root, &file)?;
        let text = text(&file, FILE_BYTES_MAX)?;
        self.bytes += text.len();
        ensure!(
            self.files.texts.len() < FILES_MAX,
            "`{}` has more than {FILES_MAX} files: split the book",
            path.display()
        );
        ensure!(self.bytes <= BYTES_MAX, "`{}` has more than {BYTES_MAX} bytes: split the book", path.display());
        self.files.add(within, text);
        Ok(())
    }
}

fn stays_inside(root: &Path, file: &Path) -> Result<()> {
    let target: PathBuf = file.canonicalize().with_context(|| format!("cannot open `{}`", file.display()))?;
    ensure!(
        target.starts_with(root),
        "`{}` leads out of the book's folder, to `{}`: copy it there instead",
        file.display(),
        target.display()
    );
    Ok(())
}

/// Reads a text of at most so many bytes.
///
/// # Errors
/// When it is no regular file, is longer, is not UTF-8, or cannot be read.
pub fn text(file: &Path, bytes_max: usize) -> Result<String> {
    all(open(file)?, bytes_max, &format!("`{}`", file.display()))
}

/// Opens a file to be read.
///
/// # Errors
/// When it is not there, or no regular file: reading a pipe or a device might never end.
pub fn open(file: &Path) -> Result<File> {
    let shown = file.display();
    let about = about(file, "file")?;
    ensure!(!about.is_dir(), "`{shown}` is a folder, not a file");
    ensure!(about.is_file(), "`{shown}` is no regular file");
    File::open(file).with_context(|| format!("cannot open `{shown}`"))
}

/// Reads all of a source of at most so many bytes.
///
/// # Errors
/// As [`text`].
pub fn all(source: impl Read, bytes_max: usize, name: &str) -> Result<String> {
    let mut bytes = Vec::new();
    let most = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    source.take(most).read_to_end(&mut bytes).with_context(|| format!("cannot read {name}"))?;
    ensure!(bytes.len() <= bytes_max, "{name} has more than {bytes_max} bytes");
    String::from_utf8(bytes).map_err(|e| {
        anyhow::anyhow!("{name} is not UTF-8: byte {} cannot be read as text", e.utf8_error().valid_up_to())
    })
}
