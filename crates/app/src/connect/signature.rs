//! Signatures of Standard Webhooks: `webhook-signature: v1,BASE64` over `id.timestamp.body`, one for each secret while
//! secrets rotate.

use amends_core::time::{MINUTE, Time};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// How a secret begins.
const PREFIX: &str = "whsec_";
/// Bytes of a secret.
pub const SECRET_BYTES: usize = 32;
/// Bytes of a signature.
const MAC_BYTES: usize = 32;
/// Most signatures of one message that are looked at: each costs as much as the message is long.
const GIVEN_MAX: usize = 8;
/// How far the sender's clock may be from ours, in microseconds.
const DRIFT_MAX: i64 = 5 * MINUTE;

/// A secret that both sides know: `whsec_` and base64.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// Never shown by accident.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// Of random bytes.
    pub fn of(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes.to_vec())
    }

    /// Reads `whsec_...`; none when it is no secret of 24 to 64 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.trim().strip_prefix(PREFIX)?).ok()?;
        (24..=64).contains(&bytes.len()).then_some(Self(bytes))
    }

    /// To be shown once to whoever sets up the other side.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    fn mac(&self, id: &str, seconds: i64, body: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(format!("{id}.{seconds}.{body}").as_bytes());
        Some(mac)
    }
}

/// The value of `webhook-signature`. `seconds`: the value of `webhook-timestamp`.
pub fn sign(secrets: &[Secret], id: &str, seconds: i64, body: &str) -> String {
    let one = |secret: &Secret| {
        let mac = secret.mac(id, seconds, body)?.finalize().into_bytes();
        Some(format!("v1,{}", STANDARD.encode(mac)))
    };
    secrets.iter().filter_map(one).collect::<Vec<_>>().join(" ")
}

/// Why a message is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// Its time is no time, or too far from now.
    #[error("the message's time is more than 5 minutes from ours: check both clocks")]
    Time,
    /// No signature of it is of a known secret.
    #[error("the message's signature is of no secret known here: check `whsec_...` on both sides")]
    Signature,
}

/// Whether a message could be believed, by what stands before its body: it says that it was signed just now, and with a
/// signature of the right length.
///
/// # Errors
/// See [`NotSigned`].
pub fn could_be(timestamp: &str, signatures: &str, now: Time) -> Result<(), NotSigned> {
    seconds(timestamp, now)?;
    if given(signatures).next().is_some() { Ok(()) } else { Err(NotSigned::Signature) }
}

fn seconds(timestamp: &str, now: Time) -> Result<i64, NotSigned> {
    let seconds: i64 = timestamp.trim().parse().map_err(|_| NotSigned::Time)?;
    let micros = seconds.checked_mul(1_000_000).ok_or(NotSigned::Time)?;
    if now.micros().abs_diff(micros) > DRIFT_MAX.unsigned_abs() { Err(NotSigned::Time) } else { Ok(seconds) }
}

/// The signatures that are given, of the length that they have.
fn given(signatures: &str) -> impl Iterator<Item = Vec<u8>> {
    let all = signatures.split_ascii_whitespace().filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok());
    all.filter(|mac| mac.len() == MAC_BYTES).take(GIVEN_MAX)
}

/// Whether a message is of someone who knows one of the secrets, and was signed just now.
///
/// # Errors
/// See [`NotSigned`].
pub fn verify(
    secrets: &[Secret],
    id: &str,
    timestamp: &str,
    body: &str,
    signatures: &str,
    now: Time,
) -> Result<(), NotSigned> {
    let seconds = seconds(timestamp, now)?;
    let fits = |given: &[u8]| {
        let known = secrets.iter().filter_map(|secret| secret.mac(id, seconds, body));
        known.into_iter().any(|mac| mac.verify_slice(given).is_ok())
    };
    if given(signatures).any(|given| fits(&given)) { Ok(()) } else { Err(NotSigned::Signature) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification's reference libraries.
    #[test]
    fn the_published_example_comes_out() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = sign(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn only_what_was_signed_just_now_by_someone_who_knows_is_believed() {
        let (old, new) = (Secret::of([7; SECRET_BYTES]), Secret::of([8; SECRET_BYTES]));
        let now = Time::from_micros(1_795_000_000_000_000).unwrap();
        let seconds = now.micros() / 1_000_000;
        let signed = sign(&[old.clone(), new.clone()], "m1", seconds, "{}");
        let check = |secret: &Secret, id: &str, at: i64, body: &str| {
            verify(std::slice::from_ref(secret), id, &at.to_string(), body, &signed, now)
        };
        assert_eq!(check(&old, "m1", seconds, "{}"), Ok(()));
        assert_eq!(check(&new, "m1", seconds, "{}"), Ok(()), "while secrets rotate, each side may know either");
        assert_eq!(check(&Secret::of([9; SECRET_BYTES]), "m1", seconds, "{}"), Err(NotSigned::Signature));
        assert_eq!(check(&old, "m2", seconds, "{}"), Err(NotSigned::Signature));
        assert_eq!(check(&old, "m1", seconds, "{ }"), Err(NotSigned::Signature));
        assert_eq!(check(&old, "m1", seconds + 1, "{}"), Err(NotSigned::Signature));
        assert_eq!(check(&old, "m1", seconds - 301, "{}"), Err(NotSigned::Time));
        assert_eq!(verify(&[old], "m1", "soon", "{}", &signed, now), Err(NotSigned::Time));
    }

    #[test]
    fn secrets_are_told_once_and_never_shown() {
        let secret = Secret::of([7; SECRET_BYTES]);
        assert_eq!(Secret::parse(&secret.reveal()), Some(secret.clone()));
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        assert_eq!(Secret::parse("whsec_c2hvcnQ="), None, "too short to be one");
    }
}
