//! The shell of Amends: one program, with its modules as a library so that benches and tests can reach them.

#![allow(clippy::missing_errors_doc, clippy::must_use_candidate, reason = "nobody but this program depends on it")]

#[macro_use]
pub mod texts;

mod api;
mod app;
pub mod cli;
pub mod connect;
mod desk;
mod door;
pub mod flow;
pub mod folder;
pub mod import;
mod lines;
pub mod mcp;
mod paint;
mod private;
mod report;
mod router;
#[cfg(test)]
mod scenes;
mod screen;
mod server;
pub mod shelf;
mod shipped;
pub mod signs;
pub mod store;

/// Half of what the writer does beside the database is to make and drop small texts, many of them made by other threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
