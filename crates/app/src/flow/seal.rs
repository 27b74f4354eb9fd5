//! What people wrote, sealed under a key of its case before the journal takes it: once the key is destroyed nobody reads it
//! again, and the chain stays whole. ChaCha20-Poly1305 with a random nonce (RFC 8439), bound to the case.

use std::collections::HashMap;
use std::fmt;

use amends_core::case::Event;
use amends_core::ids::{BusinessId, CaseId};
use amends_core::words::{SEALED, WORDS_LETTERS_MAX, Words};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::store::journal::Kept;
use crate::store::{Conn, StoreError, cases};

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// What is read where the key is gone.
const ERASED: &str = "(erased)";

/// The key of a case.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; KEY_BYTES]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Key {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn new() -> Result<Self, StoreError> {
        random().map(Self)
    }

    /// As it is stored.
    pub fn text(&self) -> String {
        BASE64.encode(self.0)
    }

    /// Reads it as it is stored.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &str) -> Result<Self, StoreError> {
        let bytes = BASE64.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| StoreError::Unreadable("the key of a case".to_owned()))
    }

    fn cipher(&self) -> Result<LessSafeKey, StoreError> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &self.0);
        key.map(LessSafeKey::new).map_err(|_| StoreError::Failed("a text cannot be sealed".to_owned()))
    }

    /// Seals what people wrote in an event.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn seal(&self, business: &BusinessId, event: &mut Event) -> Result<(), StoreError> {
        let bound = bound(business, &event.case);
        let cipher = self.cipher()?;
        for words in event.words_mut() {
            // Longer than any text of someone's own: it only looks sealed, and would grow out of all bounds.
            if words.as_str().chars().nth(WORDS_LETTERS_MAX).is_some() {
                continue;
            }
            let nonce: [u8; NONCE_LEN] = random()?;
            let mut text = words.as_str().as_bytes().to_vec();
            cipher
                .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(&bound), &mut text)
                .map_err(|_| StoreError::Failed("a text cannot be sealed".to_owned()))?;
            let sealed = BASE64.encode([&nonce[..], &text].concat());
            *words = Words::sealed(format!("{SEALED}{sealed}"));
        }
        Ok(())
    }

    fn opened(&self, bound: &[u8], words: &Words) -> Option<Words> {
        let mut text = BASE64.decode(words.as_str().strip_prefix(SEALED)?).ok()?;
        let (nonce, sealed) = text.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let text = self.cipher().ok()?.open_in_place(nonce, Aad::from(bound), sealed).ok()?;
        Words::parse(std::str::from_utf8(text).ok()?).ok()
    }
}

fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| StoreError::Failed(format!("the system gives no random bytes: {e}")))?;
    Ok(bytes)
}

/// What a sealed text belongs to: it opens nowhere else.
fn bound(business: &BusinessId, case: &CaseId) -> Vec<u8> {
    format!("{business}/{case}").into_bytes()
}

/// Opens what people wrote in an event; what cannot be opened reads as erased.
pub fn open(key: Option<&Key>, business: &BusinessId, event: &mut Event) {
    let bound = bound(business, &event.case);
    for words in event.words_mut().into_iter().filter(|words| words.is_sealed()) {
        let opened = key.and_then(|key| key.opened(&bound, words));
        *words = opened.unwrap_or_else(|| Words::sealed(ERASED.to_owned()));
    }
}

/// Opens what people wrote in events of the journal.
///
/// # Errors
/// When the database does not answer.
pub async fn open_events(conn: &mut Conn, business: &BusinessId, events: &mut [Event]) -> Result<(), StoreError> {
    let sealed = events.iter_mut().filter_map(|event| {
        let is_sealed = event.words_mut().iter().any(|words| words.is_sealed());
        is_sealed.then(|| event.case.clone())
    });
    let mut of: Vec<CaseId> = sealed.collect();
    of.dedup();
    let keys = keys(conn, business, &of).await?;
    for event in events {
        open(keys.get(&event.case), business, event);
    }
    Ok(())
}

/// Opens what people wrote in entries of the journal that are shown. Their hashes are of the sealed texts.
///
/// # Errors
/// When the database does not answer, or an entry cannot be read.
pub async fn open_kept(conn: &mut Conn, business: &BusinessId, kept: &mut [Kept]) -> Result<(), StoreError> {
    let sealed: Vec<&mut Kept> = kept.iter_mut().filter(|kept| is_sealed(kept)).collect();
    let mut of: Vec<CaseId> =
        sealed.iter().filter_map(|kept| kept.case.as_ref().map(|(case, _)| case.clone())).collect();
    of.sort_unstable();
    of.dedup();
    let keys = keys(conn, business, &of).await?;
    for kept in sealed {
        let mut event: Event = serde_json::from_str(&kept.entry.event).map_err(|e| unreadable(&e))?;
        open(keys.get(&event.case), business, &mut event);
        kept.entry.event = serde_json::to_string(&event).map_err(|e| unreadable(&e))?;
    }
    Ok(())
}

fn is_sealed(kept: &Kept) -> bool {
    kept.case.is_some() && kept.entry.event.contains(SEALED)
}

fn unreadable(error: &serde_json::Error) -> StoreError {
    StoreError::Unreadable(error.to_string())
}

async fn keys(conn: &mut Conn, business: &BusinessId, of: &[CaseId]) -> Result<HashMap<CaseId, Key>, StoreError> {
    let ids: Vec<&str> = of.iter().map(CaseId::as_str).collect();
    let found = cases::seals(conn, business, &ids).await?;
    found.into_iter().map(|(case, text)| Ok((case, Key::read(&text)?))).collect()
}

#[cfg(test)]
mod tests {
    use amends_core::case::{Actor, Happened};
    use amends_core::time::Time;

    use super::*;

    fn note(case: &str, text: &str) -> Event {
        let (case, words) = (CaseId::parse(case).unwrap(), Words::parse(text).unwrap());
        let at = Time::from_micros(7).unwrap();
        Event { case, version: 2, at, by: Actor::Timer, what: Happened::Noted { words } }
    }

    fn text_of(event: &mut Event) -> String {
        event.words_mut().remove(0).to_string()
    }

    #[test]
    fn what_was_sealed_is_opened_by_its_key_in_its_place_and_by_nothing_else() {
        let (retail, rental) = (BusinessId::parse("retail").unwrap(), BusinessId::parse("rental").unwrap());
        let (key, other) = (Key::new().unwrap(), Key::new().unwrap());
        assert_eq!(Key::read(&key.text()).unwrap(), key);
        assert_eq!(format!("{key:?}"), "Key(..)");
        for text in ["Mänteléß \"again\"", "sealed:1:AAAA", &"\u{1f9e5}".repeat(WORDS_LETTERS_MAX)] {
            let mut sealed = note("c_1", text);
            key.seal(&retail, &mut sealed).unwrap();
            assert!(!text_of(&mut sealed).contains(text) && text_of(&mut sealed).starts_with(SEALED));
            // The journal takes it, and it can be read from there.
            let json = serde_json::to_string(&sealed).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), sealed);
            let reads = |key: Option<&Key>, business: &BusinessId, case: &str| {
                let mut event = Event { case: CaseId::parse(case).unwrap(), ..sealed.clone() };
                open(key, business, &mut event);
                text_of(&mut event)
            };
            assert_eq!(reads(Some(&key), &retail, "c_1"), text);
            for (key, business, case) in [
                (Some(&other), &retail, "c_1"),
                (None, &retail, "c_1"),
                (Some(&key), &rental, "c_1"),
                (Some(&key), &retail, "c_2"),
            ] {
                assert_eq!(reads(key, business, case), ERASED);
            }
        }
    }

    #[test]
    fn the_same_text_is_never_sealed_the_same() {
        let (retail, key) = (BusinessId::parse("retail").unwrap(), Key::new().unwrap());
        let sealed = || {
            let mut event = note("c_1", "yes");
            key.seal(&retail, &mut event).unwrap();
            text_of(&mut event)
        };
        assert_ne!(sealed(), sealed());
    }

    #[test]
    fn what_only_looks_sealed_does_not_grow_and_is_not_opened() {
        let (retail, key) = (BusinessId::parse("retail").unwrap(), Key::new().unwrap());
        let mut event = note("c_1", &format!("{SEALED}{}", "A".repeat(20_000)));
        let before = event.clone();
        key.seal(&retail, &mut event).unwrap();
        assert_eq!(event, before);
        open(Some(&key), &retail, &mut event);
        assert_eq!(text_of(&mut event), ERASED);
    }
}
