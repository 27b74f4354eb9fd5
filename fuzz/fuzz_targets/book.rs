//! Any text as a book: an answer in bounded time, never a panic.
#![no_main]

use amends_core::book::check::check;
use amends_core::book::read::BookFiles;
use libfuzzer_sys::fuzz_target;

// A byte of the input chooses which file the text stands for; the others come from a small sound book.
fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let mut files = BookFiles::default();
    let paths = ["book.yaml", "policies/p.yaml", "intake/i.yaml", "cases/c.yaml"];
    let sound = [include_str!("../seeds/book/sound.yaml"), include_str!("../seeds/book/policy.yaml")];
    for (i, path) in paths.iter().enumerate() {
        if usize::from(*choice) % paths.len() == i {
            files.add(*path, &*text);
        } else if let Some(sound) = sound.get(i) {
            files.add(*path, *sound);
        }
    }
    let checked = check(&files);
    for d in &checked.findings.all {
        // Every place lies in a file, at the boundary of characters.
        let file = checked.sources.file(d.at.file).expect("a finding names a file");
        assert!(file.text.get(d.at.start as usize..d.at.end as usize).is_some(), "{d:?}");
        assert!(!d.message.is_empty());
    }
});
