//! Cases from first contact to settled, over the core alone: the stories, the laws, a seeded workload.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

mod audit;
mod full;
mod laws;
mod pages;
mod steps;
mod stories;
mod verified;
mod walls;
mod workload;
mod world;
