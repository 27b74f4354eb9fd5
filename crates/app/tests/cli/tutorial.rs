//! The tutorial, followed literally: its files are written, its commands run, its answers compared.

use std::process::Command;

use crate::support::{Folder, repository};

/// One fenced block of a page: what stands behind the fence, and what is in it.
struct Block {
    label: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(label) = line.strip_prefix("```") {
            let text = lines.by_ref().take_while(|l| *l != "```").fold(String::new(), |text, l| text + l + "\n");
            blocks.push(Block { label: label.to_owned(), text });
        }
    }
    blocks
}

/// Runs the commands of a block and gives it back with what they really print.
fn follow(folder: &Folder, block: &Block) -> String {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_amends")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let run = |command: &str| {
        let run = Command::new("sh").args(["-c", command]).current_dir(&folder.0).env("PATH", &path).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        format!("$ {command}\n{}{}", text(run.stdout), text(run.stderr))
    };
    block.text.lines().filter_map(|l| l.strip_prefix("$ ")).map(run).collect::<Vec<_>>().concat()
}

#[test]
fn your_first_rule() {
    let page = std::fs::read_to_string(repository().join("docs/src/tutorial/first-rule.md")).unwrap();
    let folder = Folder::new("tutorial");
    let (mut files, mut commands) = (0, 0);
    for block in blocks(&page) {
        if let Some((_, file)) = block.label.split_once("file=") {
            folder.write(file, &block.text);
            files += 1;
        } else if block.label == "console" {
            commands += block.text.matches("$ ").count();
            let real = follow(&folder, &block);
            assert_eq!(block.text, real, "the page says otherwise than the program; it really prints:\n{real}");
        }
    }
    assert!(files >= 4 && commands >= 3, "{files} files, {commands} commands");
}
