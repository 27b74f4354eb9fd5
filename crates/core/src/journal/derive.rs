//! What tables must hold, from the journal's events: events in, rows out. Whoever keeps tables reads theirs and compares.
//!
//! A row is its key and its columns, as texts. What events do not determine of a row is not in it, and not held.

mod moves;
mod purchases;
mod standing;

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

pub use moves::{Move, Moves};
pub use purchases::{Bought, Purchases, in_order};
pub use standing::{Allowed, Entered, Hook, Inflow, Key, Standing, Works};

/// Columns of a row by name; none: the column is empty.
pub type Columns = BTreeMap<&'static str, Option<String>>;

/// Rows of one table, by key.
pub type Rows = BTreeMap<String, Columns>;

/// A row that is not as the journal says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// The table.
    pub table: &'static str,
    /// The row's key within the business.
    pub key: String,
    /// Where they differ.
    #[serde(flatten)]
    pub at: Differs,
}

/// Where a row differs from what the journal says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "differs")]
pub enum Differs {
    /// In a column.
    Column {
        /// Which.
        column: &'static str,
        /// What the journal says; none: nothing stands there.
        journal: Option<String>,
        /// What the table says.
        found: Option<String>,
    },
    /// The journal has the row, and the table does not.
    Missing {
        /// What the journal says of it.
        #[serde(skip)]
        row: Columns,
    },
    /// The table has the row, and the journal does not.
    Extra,
    /// The journal itself does not hold together here, for this reason.
    Journal {
        /// What is wrong with it.
        why: String,
    },
}

impl Difference {
    /// A place of the journal that does not hold together.
    #[must_use]
    pub fn of_journal(key: String, why: impl Into<String>) -> Self {
        Self { table: "journal", key, at: Differs::Journal { why: why.into() } }
    }

    /// Whether the journal itself does not hold together: no table can be made from it.
    #[must_use]
    pub const fn is_of_journal(&self) -> bool {
        matches!(self.at, Differs::Journal { .. })
    }
}

/// ``table `people`, row `rita`, column `role`: the journal says `frontline`, the table says `head` ``
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let says =
            |text: &Option<String>| text.as_ref().map_or_else(|| "nothing".to_owned(), |text| format!("`{text}`"));
        if let Differs::Journal { why } = &self.at {
            return write!(f, "the journal, {}: {why}", self.key);
        }
        write!(f, "table `{}`, row `{}`", self.table, self.key)?;
        match &self.at {
            Differs::Column { column, journal, found } => {
                write!(f, ", column `{column}`: the journal says {}, the table says {}", says(journal), says(found))
            }
            Differs::Missing { .. } => f.write_str(": the journal has it, the table does not"),
            Differs::Extra => f.write_str(": the table has it, the journal does not"),
            Differs::Journal { .. } => Ok(()),
        }
    }
}

/// Holds the rows of a table against those that the journal determines.
#[must_use]
pub fn compare(table: &'static str, journal: &Rows, found: &Rows) -> Vec<Difference> {
    let difference = |key: &String, at: Differs| Difference { table, key: key.clone(), at };
    let mut all = Vec::new();
    for (key, columns) in journal {
        match found.get(key) {
            None => all.push(difference(key, Differs::Missing { row: columns.clone() })),
            Some(row) => all.extend(columns_of(columns, row).map(|at| difference(key, at))),
        }
    }
    let extra = found.keys().filter(|key| !journal.contains_key(*key));
    all.extend(extra.map(|key| difference(key, Differs::Extra)));
    all
}

fn columns_of<'c>(journal: &'c Columns, found: &'c Columns) -> impl Iterator<Item = Differs> + 'c {
    journal.iter().filter_map(|(column, says)| {
        let is = found.get(column).cloned().unwrap_or_default();
        (is != *says).then(|| Differs::Column { column, journal: says.clone(), found: is })
    })
}

#[cfg(test)]
mod tests;
