//! The product at work through its public interface, on both databases, with a clock that tests hold in their hands.

mod access;
mod agents;
mod customer;
mod desk;
mod evidence;
mod hands;
mod hears;
mod incoming;
mod kept;
mod ledger;
mod links;
mod mails;
mod matrix;
mod precedents;
mod privacy;
mod receiver;
mod requests;
mod rules;
mod settings;
pub mod shop;
mod speakers;
mod stories;
mod together;
mod undo;
mod walls;
mod webhooks;
mod workload;
