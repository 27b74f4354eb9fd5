//! SHA-256 digests as hex text: what an assessment, a book or an entry of the journal is told by.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest: 64 small hexadecimal letters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

/// A text that is no digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a digest: it takes 64 hexadecimal letters, all small")]
pub struct NotADigest(pub String);

impl Digest {
    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::finish(Sha256::new_with_prefix(bytes))
    }

    /// The digest of several parts, each with its length in bytes before it (8 bytes, the highest first), so that
    /// no byte can move from one part to the next unseen.
    #[must_use]
    pub fn of_parts<'b>(parts: impl IntoIterator<Item = &'b [u8]>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self::finish(hash)
    }

    /// What stands for the hash before the first: 64 zeros.
    #[must_use]
    pub fn zeros() -> Self {
        Self("0".repeat(64))
    }

    fn finish(hash: Sha256) -> Self {
        let letters = hash.finalize().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
        Self(letters.filter_map(|half| char::from_digit(half.into(), 16)).collect())
    }

    /// Reads 64 hexadecimal letters.
    ///
    /// # Errors
    /// When the text is anything else; capitals are.
    pub fn parse(text: &str) -> Result<Self, NotADigest> {
        let is_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        let good = text.len() == 64 && text.bytes().all(is_hex);
        if good { Ok(Self(text.to_owned())) } else { Err(NotADigest(text.chars().take(80).collect())) }
    }

    /// Its letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Digest {
    type Error = NotADigest;

    fn try_from(text: String) -> Result<Self, NotADigest> {
        Self::parse(&text)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source of the digest: FIPS 180-2, appendix B.1.
    #[test]
    fn a_digest_is_the_one_of_the_standard() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").as_str(), abc);
        assert_eq!(Digest::parse(abc), Ok(Digest::of(b"abc")));
    }

    #[test]
    fn no_byte_moves_between_parts_unseen() {
        let parts = |parts: [&'static str; 2]| Digest::of_parts(parts.map(str::as_bytes));
        assert_eq!(parts(["a", "bc"]), parts(["a", "bc"]));
        assert_ne!(parts(["a", "bc"]), parts(["ab", "c"]));
    }

    #[test]
    fn what_is_no_digest_is_told_with_what_it_takes() {
        let error = Digest::parse("BA78").unwrap_err().to_string();
        assert_eq!(error, "`BA78` is not a digest: it takes 64 hexadecimal letters, all small");
    }
}
