//! The product at work through its public interface, on both databases, with a clock that tests hold in their hands.

mod access;
mod agents;
mod customer;
mod desk;
mod evidence;
mod incoming;
mod kept;
mod links;
mod matrix;
mod precedents;
mod privacy;
mod receiver;
mod rules;
mod settings;
pub mod shop;
mod stories;
mod undo;
mod webhooks;
mod workload;
