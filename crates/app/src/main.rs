//! Amends: informed exceptions for the front line of customer service.

mod api;
mod app;
mod cli;
mod desk;
mod door;
mod flow;
mod folder;
mod paint;
mod report;
mod router;
mod screen;
mod server;
mod shelf;
mod shipped;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
