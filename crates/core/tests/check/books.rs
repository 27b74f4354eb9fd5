//! The books of this repository.

use std::path::Path;

use super::*;

/// The texts of a folder of `books`.
pub(crate) fn folder(name: &str) -> Texts {
    texts_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../books").join(name))
}

/// The texts of the book in a folder, by path.
pub(crate) fn texts_of(root: &Path) -> Texts {
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let mut texts = vec![("book.yaml".to_owned(), read(&root.join("book.yaml")))];
    for part in ["policies", "intake", "cases"] {
        let Ok(entries) = std::fs::read_dir(root.join(part)) else { continue };
        let paths =
            entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "yaml"));
        texts.extend(paths.map(|path| (format!("{part}/{}", path.file_name().unwrap().display()), read(&path))));
    }
    texts.sort();
    texts
}

#[test]
fn every_book_checks_without_errors() {
    for name in ["retail", "rental", "tau_retail", "tau_airline"] {
        let started = std::time::Instant::now();
        let checked = check_texts(&folder(name));
        println!("--- {name} {:?}\n{}", started.elapsed(), render(&checked));
        assert!(errors(&checked).is_empty(), "{name}:\n{}", render(&checked));
    }
}
