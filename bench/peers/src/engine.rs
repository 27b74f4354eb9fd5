//! What an engine is, to this comparison.

use anyhow::Result;

/// What an engine answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every condition of the policy holds.
    Allowed,
    /// At least one condition does not hold.
    Denied,
    /// The engine answered with an error, or with something that is neither yes nor no.
    Failed,
}

impl Verdict {
    /// The verdict of a boolean answer.
    pub fn of(allowed: bool) -> Self {
        if allowed { Self::Allowed } else { Self::Denied }
    }

    /// The verdict of an answer that may not be a boolean.
    pub fn of_answer(allowed: Option<bool>) -> Self {
        allowed.map_or(Self::Failed, Self::of)
    }
}

/// What an engine is to the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Code written by hand for this one policy: what the machine can do.
    Floor,
    /// An engine that others made.
    Peer,
    /// Our own engine; the other figures are multiples of its own.
    Ours,
}

/// An engine with the comparison policy loaded and compiled.
pub trait Engine {
    /// The engine's own form of one input, which may borrow from the JSON text.
    type Prepared<'t>;

    /// The name in the table.
    fn name(&self) -> &'static str;

    /// The crate whose version the table shows, as `Cargo.lock` names it.
    fn package(&self) -> &'static str;

    /// What the engine is to the table.
    fn standing(&self) -> Standing {
        Standing::Peer
    }

    /// Reads one JSON document into the engine's own form.
    ///
    /// # Errors
    ///
    /// Where the engine cannot read the document.
    fn prepare<'t>(&self, text: &'t str) -> Result<Self::Prepared<'t>>;

    /// Decides from an input that is prepared already.
    fn decide(&mut self, prepared: &Self::Prepared<'_>) -> Verdict;

    /// Decides from the JSON text.
    fn decide_text(&mut self, text: &str) -> Verdict {
        match self.prepare(text) {
            Ok(prepared) => self.decide(&prepared),
            Err(_) => Verdict::Failed,
        }
    }
}
