//! Making a grant real: its steps, and how each goes on, so that each takes effect once.
//!
//! A step is called at least once and takes effect exactly once. Before a call its intent is kept ([`State::Calling`]);
//! a call whose answer never came is **unknown**, never failed, and what may be done about it depends on what the
//! other system can ([`Ability`]): send the same key again, or look there first, or ask a person.
//!
//! ```text
//! ready ──begin──▶ calling ──done────▶ done
//!   ▲                │  │ └─refused──▶ needs_person ──by hand──▶ done | cancelled
//!   ├──not sent──────┘  └──unknown───▶ unknown            └────again────▶ ready
//!   └──same key again, or looked and absent──┘
//! ```

mod circuit;
mod state;
mod step;

pub use circuit::Circuit;
pub use state::{
    Ability, BACKOFF_FIRST, BACKOFF_MOST, Came, LEASE, Looked, Next, Outcome, State, TRIES_MAX, WAIT_LONG, WAIT_MOST,
    Wrong, outcome,
};
pub use step::{Step, kinds_of, steps_of};
