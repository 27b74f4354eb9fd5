//! The product at work through its public interface, on both databases, with a clock that tests hold in their hands.

mod access;
mod agents;
mod desk;
mod incoming;
mod links;
mod matrix;
mod precedents;
mod privacy;
mod receiver;
mod rules;
pub mod shop;
mod stories;
mod webhooks;
mod workload;
