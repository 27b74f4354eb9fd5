//! The commands as people call them: real folders, exit codes, what is printed.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that goes wrong here is to fail")]

mod assess;
mod books;
mod check;
mod config;
mod demo;
mod fmt;
mod folders;
mod import;
mod new;
mod people;
mod private;
mod replay;
mod schema;
mod serve;
mod story;
mod support;
mod test;
mod tutorial;
mod usage;
mod verify;
