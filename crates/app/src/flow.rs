//! Use cases: what is done between the edges (pages, the interface for programs) and the core.

pub mod answers;
pub mod asking;

#[cfg(test)]
mod tests;
