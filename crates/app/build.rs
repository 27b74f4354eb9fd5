//! Puts the books that Amends comes with, and the bundle of the pages, into the program.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

/// Books by the name of their folder.
const BOOKS: [&str; 2] = ["retail", "rental"];
const FOLDERS: [&str; 4] = ["", "policies", "intake", "cases"];

fn main() -> io::Result<()> {
    let here = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    put_books(Path::new(&here), Path::new(&out))?;
    put_bundle(Path::new(&here), Path::new(&out))
}

fn put_books(here: &Path, out: &Path) -> io::Result<()> {
    let books = here.join("../../books").canonicalize()?;
    let mut code = String::from(
        "/// Name of each book, with the path and text of each of its files.\npub const BOOKS: &[(&str, &[(&str, &str)])] = &[\n",
    );
    for book in BOOKS {
        // Writing to a text cannot fail.
        let _ = writeln!(code, "    ({book:?}, &[");
        for folder in FOLDERS {
            add(&mut code, &books.join(book), folder)?;
        }
        code.push_str("    ]),\n");
    }
    code.push_str("];\n");
    fs::write(out.join("books.rs"), code)
}

/// Adds the `*.yaml` files of one folder of a book, by name.
fn add(code: &mut String, book: &Path, folder: &str) -> io::Result<()> {
    let path = book.join(folder);
    println!("cargo::rerun-if-changed={}", path.display());
    if !path.is_dir() {
        return Ok(());
    }
    let mut names: Vec<String> = fs::read_dir(&path)?.filter_map(|e| e.ok()?.file_name().into_string().ok()).collect();
    names.retain(|name| Path::new(name).extension().is_some_and(|e| e == "yaml"));
    names.sort();
    for name in names {
        let within = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let _ = writeln!(code, "        ({within:?}, include_str!({:?})),", path.join(&name).display().to_string());
    }
    Ok(())
}

/// What of the bundle pages name: the name of the constant, and how the file's name begins and ends.
const NAMED: [(&str, &str, &str); 3] =
    [("APP_JS", "app-", ".js"), ("APP_CSS", "app-", ".css"), ("ICONS", "icons-", ".svg")];

/// Puts the files of `web/dist` into the program; `make web` makes them.
fn put_bundle(here: &Path, out: &Path) -> io::Result<()> {
    let dist = here.join("../../web/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut names: Vec<String> =
        fs::read_dir(&dist).into_iter().flatten().filter_map(|e| e.ok()?.file_name().into_string().ok()).collect();
    names.retain(|name| !has_ending(name, "br"));
    names.sort();
    let dist = dist.canonicalize().unwrap_or(dist);
    let mut code = String::new();
    for (constant, begin, end) in NAMED {
        let Some(name) = names.iter().find(|n| n.starts_with(begin) && n.ends_with(end)) else {
            return Err(io::Error::other(
                "the bundle of the pages is not there: run `make web` (it needs Node 20 and npm)",
            ));
        };
        let _ = writeln!(code, "/// Address of `{begin}*{end}`.\npub const {constant}: &str = \"/assets/{name}\";");
    }
    code.push_str("pub(super) const ASSETS: &[super::Asset] = &[\n");
    for name in names {
        let plain = dist.join(&name);
        let brotli = dist.join(format!("{name}.br"));
        let brotli = if brotli.is_file() {
            format!("include_bytes!({:?})", brotli.display().to_string())
        } else {
            "&[]".to_owned()
        };
        let _ = writeln!(
            code,
            "    super::Asset {{ name: {name:?}, content_type: {:?}, plain: include_bytes!({:?}), brotli: {brotli} }},",
            content_type(&name),
            plain.display().to_string()
        );
    }
    code.push_str("];\n");
    fs::write(out.join("assets.rs"), code)
}

fn has_ending(name: &str, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|e| e == ending)
}

fn content_type(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|e| e.to_str()) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
