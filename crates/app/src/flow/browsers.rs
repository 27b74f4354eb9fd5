//! Browsers in which someone signed in before: by a mark that they keep, which nobody makes without the account's password
//! hash. Tries from them are counted by themselves, so that others' tries keep nobody from their account.
//!
//! A mark opens nothing. It is good until the password changes, and nothing of it is kept here.

use amends_core::digest::Digest;
use amends_core::ids::{BusinessId, PersonId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::people::new_secret;
use crate::store::StoreError;

/// Characters of the part that tells one browser from another.
const NAME_CHARS: usize = 16;

/// What a browser keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The name of the cookie: of the account, so that several may sign in in one browser.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// The cookie of an account.
pub fn cookie_name(business: &BusinessId, person: &PersonId) -> String {
    let of = Digest::of_parts([business.as_str().as_bytes(), person.as_str().as_bytes()]).to_string();
    format!("amends_known_{}", of.chars().filter(char::is_ascii_hexdigit).take(NAME_CHARS).collect::<String>())
}

/// A new mark of someone who has just signed in. `hash`: of their password, as it is kept.
///
/// # Errors
/// When the system gives no random bytes.
pub fn mark(business: &BusinessId, person: &PersonId, hash: &str) -> Result<Mark, StoreError> {
    let name: String = new_secret()?.chars().take(NAME_CHARS).collect();
    let none = || StoreError::Failed("a browser cannot be marked".to_owned());
    let signed = signed(&name, business, person, hash).ok_or_else(none)?;
    Ok(Mark { name: cookie_name(business, person), text: format!("{name}.{signed}") })
}

/// The name of a browser that shows a good mark of an account.
pub fn known(text: &str, business: &BusinessId, person: &PersonId, hash: &str) -> Option<String> {
    let (name, given) = text.split_once('.').filter(|(name, _)| name.len() == NAME_CHARS)?;
    let is_good = bool::from(signed(name, business, person, hash)?.as_bytes().ct_eq(given.as_bytes()));
    is_good.then(|| name.to_owned())
}

fn signed(name: &str, business: &BusinessId, person: &PersonId, hash: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(hash.as_bytes()).ok()?;
    let account = Digest::of_parts([business.as_str().as_bytes(), person.as_str().as_bytes()]);
    mac.update(format!("amends: a browser that is known\0{account}\0{name}").as_bytes());
    Some(Digest::of(&mac.finalize().into_bytes()).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_good_for_its_account_and_its_password_alone() {
        let (business, rita) = (BusinessId::parse("retail").unwrap(), PersonId::parse("rita").unwrap());
        let made = mark(&business, &rita, "$argon2id$one").unwrap();
        let name = known(&made.text, &business, &rita, "$argon2id$one").unwrap();
        assert!(made.text.starts_with(&name) && !made.text.contains("argon"));
        let omar = PersonId::parse("omar").unwrap();
        assert_ne!(made.name, cookie_name(&business, &omar));
        for (who, hash) in [(&omar, "$argon2id$one"), (&rita, "$argon2id$two")] {
            assert_eq!(known(&made.text, &business, who, hash), None);
        }
        let other = made.text.replacen(&name, &"0".repeat(NAME_CHARS), 1);
        for forged in ["", ".", &other, &name, &format!("{name}.")] {
            assert_eq!(known(forged, &business, &rita, "$argon2id$one"), None, "{forged}");
        }
    }
}
