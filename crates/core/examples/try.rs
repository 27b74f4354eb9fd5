use amends_core::{assess::*, book::{check::check, read::BookFiles}, facts::read_question};
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let mut files = BookFiles::default();
    for sub in ["", "policies", "intake", "cases"] {
        let Ok(rd) = std::fs::read_dir(format!("{dir}/{sub}")) else { continue };
        for e in rd { let p = e.unwrap().path(); if p.extension().is_some_and(|x| x == "yaml") {
            let name = if sub.is_empty() { p.file_name().unwrap().to_str().unwrap().to_owned() } else { format!("{sub}/{}", p.file_name().unwrap().to_str().unwrap()) };
            files.add(name, std::fs::read_to_string(&p).unwrap());
        } }
    }
    let checked = check(&files);
    for d in &checked.findings.all {
        let (l, c) = checked.sources.line_column(d.at);
        println!("{}:{l}:{c} {}[{}] {} -- {} ", checked.sources.file(d.at.file).map_or("?", |f| &f.path), d.severity, d.code, d.message, d.help.clone().unwrap_or_default());
    }
    let Some(book) = checked.book else { return };
    println!("ok {} policies {}", book.name, book.policies.len());
    if let Some(q) = std::env::args().nth(2) {
        let text = std::fs::read_to_string(q).unwrap();
        let question = match read_question(&book.schema, &text) { Ok(q) => q, Err(e) => { println!("{e}"); return } };
        let mut w = Workspace::default();
        for role in std::env::args().skip(3) {
            let a = assess(&book, &question.request, &question.facts, book.role(&role).unwrap(), &mut w).unwrap();
            println!("{}", serde_json::to_string_pretty(&a.to_json()).unwrap());
        }
    }
}
