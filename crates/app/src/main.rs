//! Amends: informed exceptions for the front line of customer service.

mod cli;
mod folder;
mod paint;
mod report;
mod screen;
mod shipped;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
