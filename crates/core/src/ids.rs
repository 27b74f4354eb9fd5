//! Ids: by what cases, people and grants are called.
//!
//! An id is a reference, never a name: what the journal keeps for ever must not tell who someone is. It takes 1 to 80
//! letters and digits of ASCII with `-`, `_`, `.` and `:` between them; an e-mail address is none.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most letters of an id.
pub const ID_LETTERS_MAX: usize = 80;

/// A text that is no id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an id: it takes 1 to 80 letters and digits, with `-`, `_`, `.` and `:` between them, such as `c_1001`"
)]
pub struct NotAnId(pub String);

fn checked(text: &str) -> Result<&str, NotAnId> {
    let of_id = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    let good = text.len() <= ID_LETTERS_MAX
        && text.bytes().all(of_id)
        && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    if good { Ok(text) } else { Err(NotAnId(text.chars().take(ID_LETTERS_MAX).collect())) }
}

macro_rules! ids {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads an id.
            ///
            /// # Errors
            /// When it has letters that no id has, or too many or none.
            pub fn parse(text: &str) -> Result<Self, NotAnId> {
                checked(text).map(|text| Self(text.to_owned()))
            }

            /// Its letters.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;

            fn try_from(text: String) -> Result<Self, NotAnId> {
                checked(&text)?;
                Ok(Self(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

ids! {
    /// A business: whose book, cases, people and journal they are.
    BusinessId;
    /// A team: who works cases together, under one mode and one chain of the journal.
    TeamId;
    /// Someone who works for the business: a person, or an AI agent.
    PersonId;
    /// A customer.
    CustomerId;
    /// A case.
    CaseId;
    /// What makes steps real in another system: a webhook.
    ConnectorId;
    /// Where cases come in by themselves: events of another system, mail, a form.
    InletId;
    /// A grant of a case.
    GrantId;
    /// A question to someone with authority.
    ApprovalId;
    /// A question to a department.
    ConsultId;
    /// Something dated we told the customer.
    PromiseId;
    /// A piece of evidence.
    EvidenceId;
    /// A role of the ladder, as the book names it: stored cases outlive the ladder's places.
    RoleName;
    /// A kind of request.
    RequestKind;
    /// A remedy or bundle of an assessment.
    OptionId;
}

impl CustomerId {
    /// The id as customers are told apart by it: capitals are none, so that `C_1` and `c_1` are one customer.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// The customer that a fact names: without white space around it, of an address such as `gid://shop/Customer/17` its
    /// last part.
    ///
    /// # Errors
    /// When it is no id.
    pub fn of_fact(text: &str) -> Result<Self, NotAnId> {
        let text = text.trim();
        Self::parse(text).or_else(|e| text.rsplit('/').next().map_or(Err(e), Self::parse))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_reference_and_not_a_name() {
        assert_eq!(CaseId::parse("2026-11:c_1.a").map(String::from), Ok("2026-11:c_1.a".to_owned()));
        for text in ["", "-1", "ruth@example.org", "Ruth Adler", "ä", &"x".repeat(81)] {
            assert_eq!(CustomerId::parse(text), Err(NotAnId(text.chars().take(80).collect())), "{text}");
        }
    }

    #[test]
    fn a_document_with_a_broken_id_is_not_read() {
        assert!(serde_json::from_str::<PersonId>("\"p 1\"").is_err());
        assert_eq!(serde_json::from_str::<PersonId>("\"p1\"").ok(), PersonId::parse("p1").ok());
    }
}
