//! What every handler may use.

use std::sync::Arc;

use crate::door::Door;
use crate::flow::records::Records;
use crate::shelf::Shelf;

/// What every handler may use.
#[derive(Clone, Debug)]
pub struct App {
    /// The books.
    pub shelf: Arc<Shelf>,
    /// What is kept; none: nothing is, and only questions are answered.
    pub records: Option<Arc<Records>>,
    /// Who may come in.
    pub door: Arc<Door>,
    /// Changes when the server is asked to stop; streams end then.
    pub stopping: tokio::sync::watch::Receiver<bool>,
}
