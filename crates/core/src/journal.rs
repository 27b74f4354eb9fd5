//! The journal: append-only entries in one chain per business and team, anchors over the chains, an export of JSON
//! Lines, and what proves that nothing was altered.
//!
//! # The hash of an entry
//!
//! SHA-256 over these parts in this order, each with its length in bytes before it as 8 bytes, the highest first
//! ([`Digest::of_parts`](crate::digest::Digest::of_parts)); numbers are 8 bytes, the highest first, times as
//! microseconds since 1970-01-01T00:00:00Z in two's complement; texts are UTF-8; hashes go in as their 64 letters:
//!
//! | part | entry | anchor |
//! |---|---|---|
//! | 1 | `amends.entry.1` | `amends.anchor.1` |
//! | 2 | business | business |
//! | 3 | team | number |
//! | 4 | sequence number | time |
//! | 5 | time | hash of the anchor before |
//! | 6 | kind | team of the first head |
//! | 7 | the event's JSON, byte by byte as it is printed | sequence number of the first head |
//! | 8 | hash of the entry before | hash of the first head |
//! | .. | | the further heads likewise, by team |
//!
//! The hash before the first is 64 zeros. The event is hashed as the bytes that are stored and exported, so that no
//! rule about the form of JSON has to hold for ever.
//!
//! # Personal fields
//!
//! Events hold references, never names; what people wrote is in [`Words`](crate::words::Words), which the shell seals
//! under a key of the case before the journal takes the event. Erasing a customer destroys the keys of their cases: the
//! chain stays whole, since it is made of the sealed texts. The questions and answers of their assessments are erased as
//! well; the entry that tells so ([`ERASED`], in the chain [`SETTINGS`]) names them, and verifying excuses those alone.

mod chain;
pub mod derive;
mod erased;
mod line;
mod recheck;
mod remake;
mod report;
mod verify;

pub use chain::{Anchor, Entry, Head, Moved, NotJson};
pub use erased::{ERASED, Erased, SETTINGS};
pub use line::{AssessmentLine, BadLine, BookLine, End, Export, FORMAT, Header, LINE_BYTES_MAX, Line};
pub use recheck::{Recheck, recheck, recheck_in};
pub use report::{FAULTS_MAX, Fault, Place, Report, Wrong};
pub use verify::{Verifying, verify};
