//! `amends schema`: JSON Schemas of what goes in and what comes out.

use std::path::PathBuf;

use amends_core::assess::ASSESSMENT_SCHEMA;
use amends_core::book::schema;
use amends_core::facts::question_schema;
use clap::ValueEnum;

use super::{Answer, Exit, Outcome, open};
use crate::screen::Screen;

/// Print a JSON Schema: of a book's files, of a book's questions, of an answer
#[derive(clap::Args)]
pub(super) struct Args {
    /// Of what
    #[arg(value_name = "OF", value_enum)]
    of: Of,
    /// The book's folder; only for `facts`
    #[arg(value_name = "BOOK", required_if_eq("of", "facts"))]
    book: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Of {
    /// `book.yaml`
    Book,
    /// `policies/*.yaml`
    Policy,
    /// `intake/*.yaml`
    Intake,
    /// `cases/*.yaml`
    Cases,
    /// A question to a book
    Facts,
    /// An answer
    Assessment,
}

pub(super) fn run(args: &Args, screen: Screen) -> Outcome {
    let value = match (args.of, &args.book) {
        (Of::Facts, Some(path)) => question_schema(&open(path, screen)?.book),
        (_, Some(path)) => {
            return Err(anyhow::anyhow!(
                "only the schema of `facts` depends on a book: leave out `{}`",
                path.display()
            )
            .into());
        }
        (Of::Book, None) => schema::book(),
        (Of::Policy, None) => schema::policy(),
        (Of::Intake, None) => schema::intake(),
        (Of::Cases, None) => schema::cases(),
        (Of::Assessment | Of::Facts, None) => return Ok(Answer::good(ASSESSMENT_SCHEMA)),
    };
    Ok(Answer::json(&value, Exit::Good))
}
