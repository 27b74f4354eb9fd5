//! `amends completions`: a script for a shell.

use clap::CommandFactory;
use clap_complete::{Shell, generate};
use serde_json::json;

use super::{Answer, Args as AllArgs, Exit, Outcome};
use crate::screen::Screen;

/// Print a completion script for a shell
#[derive(clap::Args)]
pub(super) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(args: &Args, screen: Screen) -> Outcome {
    let mut script = Vec::new();
    generate(args.shell, &mut AllArgs::command(), "amends", &mut script);
    let script = String::from_utf8(script)?;
    if screen.json {
        return Ok(Answer::json(&json!({ "shell": args.shell.to_string(), "script": script }), Exit::Good));
    }
    Ok(Answer::good(script))
}
