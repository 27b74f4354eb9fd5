//! What every handler may use.

use std::sync::Arc;

use amends_core::ids::BusinessId;

use crate::door::Door;
use crate::flow::records::Records;
use crate::shelf::Shelf;
use crate::signs::Signs;

/// What every handler may use: one thing to hand on, however many there are in it.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

impl App {
    /// Of these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What is in it.
#[derive(Debug)]
pub struct Parts {
    /// The books.
    pub shelf: Arc<Shelf>,
    /// What is kept; none: nothing is, and only questions are answered.
    pub records: Option<Arc<Records>>,
    /// Who may come in.
    pub door: Door,
    /// What it tells of itself.
    pub signs: Signs,
    /// The business of `amends demo`, whose people sign in without a password; none: everyone needs one.
    pub demo: Option<BusinessId>,
    /// Changes when the server is asked to stop; streams end then.
    pub stopping: tokio::sync::watch::Receiver<bool>,
}
