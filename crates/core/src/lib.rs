//! The pure heart of Amends: books, facts and assessments; cases, authority and the journal. No I/O, no clock, no randomness.

pub mod assess;
pub mod authority;
pub mod book;
pub mod case;
pub mod denied;
pub mod diagnostic;
pub mod digest;
pub mod explain;
pub mod facts;
pub mod fulfilment;
pub mod ids;
pub mod journal;
mod json;
pub mod likeness;
pub mod literal;
pub mod money;
pub mod number;
pub mod payout;
pub mod program;
pub mod replay;
pub mod texts;
pub mod time;
pub mod trial;
pub mod types;
pub mod value;
pub mod words;
mod written;
