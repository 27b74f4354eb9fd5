//! Puts the books that Amends comes with into the program.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

/// Books by the name of their folder.
const BOOKS: [&str; 2] = ["retail", "rental"];
const FOLDERS: [&str; 4] = ["", "policies", "intake", "cases"];

fn main() -> io::Result<()> {
    let here = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    let books = Path::new(&here).join("../../books").canonicalize()?;
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
    fs::write(Path::new(&out).join("books.rs"), code)
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
