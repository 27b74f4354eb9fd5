//! Amends: informed exceptions for the front line of customer service.

use std::process::ExitCode;

fn main() -> ExitCode {
    amends::cli::run()
}
