//! Use cases: what is done between the edges (pages, the interface for programs) and the core.

pub mod access;
pub mod answers;
pub mod asking;
pub mod assessing;
pub mod batch;
pub mod before;
pub mod browsers;
pub mod clock;
pub mod customer;
pub mod drafting;
pub mod export;
pub mod files;
pub mod fulfil;
pub mod hears;
pub mod history;
pub mod importing;
pub mod incoming;
pub mod job;
pub mod kept;
pub mod known;
pub mod ledger;
pub mod left;
pub mod links;
pub mod mail;
pub mod news;
pub mod people;
pub mod precedents;
pub mod present;
pub mod privacy;
pub mod publishing;
pub mod records;
pub mod rules;
pub mod said;
pub mod seal;
pub mod second;
pub mod tell;
pub mod timer;
pub mod unanswered;
pub mod working;
pub mod writer;

#[cfg(test)]
mod tests;
