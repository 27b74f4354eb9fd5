//! Which facts a version of a policy reads: what a form for it asks.

/// What a form for a version of a policy asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    /// The facts that it reads, in the order in which they matter.
    pub all: Vec<Ask>,
    /// Cells of facts that it needs and that `has()` looks for, too: while they are absent, the answer takes that
    /// for what is so, and is certain without being final.
    pub looked_for: Vec<u32>,
}

/// A fact at the top level, or a record that may be absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Its name with dots: `order.placed`.
    pub path: String,
    /// Its cell.
    pub slot: u32,
    /// The path of the outermost record around it, or its own, that this version can do without.
    pub optional: Option<String>,
    /// What the version reads of each item of a list or map: names with dots, in the order declared.
    pub items: Vec<String>,
    /// Whether the fault reads it, so that its source matters.
    pub proof: bool,
}
