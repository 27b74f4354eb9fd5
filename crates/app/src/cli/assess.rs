//! `amends assess`: one question, answered.

use std::io;
use std::path::{Path, PathBuf};

use amends_core::assess::{Assessment, Workspace, assess};
use amends_core::book::rules::{Book, RoleId};
use amends_core::explain::{self, Line, Piece, Tone, Weight};
use amends_core::facts::read::MAX_DOCUMENT_BYTES;
use amends_core::facts::{FactsErrors, read_question};
use serde_json::{Value, json};

use super::{Answer, BookArg, Exit, Outcome, Stop, open};
use crate::folder;
use crate::paint::{self, clean};
use crate::report::counted;
use crate::report::did_you_mean;
use crate::screen::Screen;
use crate::texts::Texts;

/// Answer one question: what can be done, by whom, at what cost, and why
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    of: BookArg,
    /// The question as JSON; `-` reads standard input
    #[arg(value_name = "FACTS.json")]
    facts: PathBuf,
    /// The role that asks; without it, the one that the mapping finds
    #[arg(long, required_unless_present = "intake")]
    role: Option<String>,
    /// The document is another system's: the mapping of this name makes a question of it
    #[arg(long, value_name = "NAME")]
    intake: Option<String>,
}

pub(super) fn run(args: &Args, screen: Screen) -> Outcome {
    let opened = open(&args.of.book, screen)?;
    let book = &opened.book;
    let asks = |id: &str| role(book, id);
    let said = args.role.as_deref().map(asks).transpose()?;
    let document = document(&args.facts)?;
    let (json, found) = match &args.intake {
        Some(name) => taken_in(book, name, &document, screen)?,
        None => (document, None),
    };
    let role = match (said, found, &args.intake) {
        (Some(role), ..) => role,
        (None, Some(id), _) => asks(&id)?,
        (None, None, name) => {
            let name = name.as_deref().unwrap_or_default();
            return Err(Stop::Wrong(anyhow::anyhow!(
                "the intake `{name}` does not say which role asks: name it with `--role`"
            )));
        }
    };
    let question = read_question(&book.schema, &json).map_err(|e| unreadable(&e, screen))?;
    let mut workspace = Workspace::default();
    let assessment = assess(book, &question.request, &question.facts, role, &mut workspace)?;
    // Documents of other systems hold much that no rule reads.
    let skipped = if args.intake.is_none() { question.facts.skipped } else { 0 };
    let mut answer = if screen.json { Answer::good(in_json(&assessment)) } else { in_words(&assessment, screen) };
    if skipped > 0 {
        let told = format!("amends: {} that the book does not declare: not read\n", counted(skipped as usize, "field"));
        answer.err.push_str(&told);
    }
    Ok(answer)
}

fn role(book: &Book, id: &str) -> Result<RoleId, Stop> {
    book.role(id).ok_or_else(|| {
        let known: Vec<&str> = book.roles.iter().map(|r| r.id.as_str()).collect();
        Stop::Wrong(anyhow::anyhow!("the book has no role `{id}`: {}", did_you_mean(id, &known)))
    })
}

fn document(path: &Path) -> anyhow::Result<String> {
    if path.as_os_str() == "-" {
        return folder::all(io::stdin().lock(), MAX_DOCUMENT_BYTES, "standard input");
    }
    folder::text(path, MAX_DOCUMENT_BYTES)
}

/// The question that a mapping makes of a document, and the role that it finds in it.
fn taken_in(book: &Book, name: &str, document: &str, screen: Screen) -> Result<(String, Option<String>), Stop> {
    let Some(intake) = book.intakes.iter().find(|i| i.id == name) else {
        let known: Vec<&str> = book.intakes.iter().map(|i| i.id.as_str()).collect();
        return Err(Stop::Wrong(anyhow::anyhow!("the book has no intake `{name}`: {}", did_you_mean(name, &known))));
    };
    intake.apply(document).map(|a| (a.question_json, a.role)).map_err(|e| unreadable(&e, screen))
}

/// Every error of a document, each with what was found and expected.
fn unreadable(errors: &FactsErrors, screen: Screen) -> Stop {
    let err = format!("amends: the question cannot be read\n{}\n", clean(&errors.to_string()));
    let value = |e: &amends_core::facts::FactsError| json!({ "path": e.path, "found": e.found, "expected": e.expected, "hint": e.hint });
    let all: Vec<Value> = errors.all.iter().map(value).collect();
    let answer = json!({ "error": "the question cannot be read", "errors": all });
    let out = if screen.json { format!("{answer:#}\n") } else { String::new() };
    Stop::Answer(Answer { out, err, exit: Exit::Wrong })
}

/// The bytes that `POST /v1/assess` answers with too.
fn in_json(assessment: &Assessment<'_>) -> String {
    String::from_utf8_lossy(&assessment.to_line()).into_owned()
}

fn in_words(assessment: &Assessment<'_>, screen: Screen) -> Answer {
    let explanation = explain::explain(assessment, Texts::english());
    let mut lines = explain::lines(&explanation, screen.page(), Texts::english());
    let mut err = String::new();
    match explain::say(assessment, &explanation, explain::suited(assessment.standing)) {
        Ok(words) => lines.extend(words.iter().flat_map(|w| said(&w.text, screen.width))),
        Err(e) => err = format!("amends: {e}\n"),
    }
    Answer { out: paint::lines(&lines, screen.out), err, exit: Exit::Good }
}

/// Words for the customer, under their title.
pub(super) fn said(text: &str, width: usize) -> Vec<Line> {
    let piece = |weight, text: String| Line(vec![Piece { tone: Tone::Plain, weight, text }]);
    let mut lines = vec![Line::default(), piece(Weight::Strong, "Words that help".to_owned())];
    lines.extend(
        explain::wrapped(&format!("“{text}”"), width.saturating_sub(2))
            .into_iter()
            .map(|l| piece(Weight::Normal, format!("  {l}"))),
    );
    lines
}
