//! The books that come with the program.

use amends_core::book::check::{Checked, check};
use amends_core::book::read::BookFiles;

mod books {
    include!(concat!(env!("OUT_DIR"), "/books.rs"));
}

/// A book that comes with the program.
#[derive(Clone, Copy)]
pub struct Shipped {
    /// Its name.
    pub name: &'static str,
    /// Its files: path and text.
    pub files: &'static [(&'static str, &'static str)],
}

/// The book of a name.
pub fn find(name: &str) -> Option<Shipped> {
    books::BOOKS.iter().find(|(n, _)| *n == name).map(|(name, files)| Shipped { name, files })
}

impl Shipped {
    /// Reads and checks it.
    pub fn checked(self) -> Checked {
        check(&self.files.iter().copied().collect::<BookFiles>())
    }
}
