//! The interface for programs, under `/v1`. One file a noun.

pub mod assess;
pub mod body;
pub mod books;
pub mod budgets;
pub mod cases;
pub mod customers;
pub mod drafts;
pub mod events;
pub mod files;
pub mod history;
pub mod imports;
pub mod incoming;
pub mod inlets;
pub mod keys;
pub mod ledger;
pub mod limits;
pub mod mail;
pub mod me;
pub mod openapi;
pub mod people;
pub mod privacy;
pub mod problem;
pub mod refused;
pub mod running;
pub mod teams;
pub mod webhooks;

#[cfg(test)]
mod tests;
