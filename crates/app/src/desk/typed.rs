//! What people type into the forms of the desk, and why it was not done.

use amends_core::assess::frozen::Amount;
use amends_core::case::Instead;
use amends_core::digest::Digest;
use amends_core::ids::OptionId;
use amends_core::money::{Currency, Money};
use amends_core::words::Words;
use axum::http::StatusCode;

use crate::api::refused::problem;
use crate::door::pages::Staff;
use crate::flow::answers::{Answers, digits};
use crate::flow::assessing::NotAssessed;
use crate::flow::job::{Refused, RequestKey};
use crate::flow::records::With;

/// Why something was not done, in words.
pub struct Not {
    pub status: StatusCode,
    pub says: String,
}

impl Not {
    /// What was typed cannot be used.
    pub fn wrong(says: impl Into<String>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, says: says.into() }
    }
}

impl From<Refused> for Not {
    fn from(refused: Refused) -> Self {
        let problem = problem(&refused);
        Self { status: problem.status(), says: problem.sentence() }
    }
}

impl From<NotAssessed> for Not {
    fn from(why: NotAssessed) -> Self {
        match why {
            NotAssessed::Refused(refused) => refused.into(),
            NotAssessed::Unreadable(errors) => Self::wrong(t!("typed-unreadable", errors = errors.to_string())),
            NotAssessed::Wrong(says) | NotAssessed::NoAnswer(says) => Self::wrong(says),
        }
    }
}

/// Turns away what was not sent by a page of theirs, or by one that is too old.
pub fn is_ours(staff: &Staff, csrf: &str) -> Result<(), Not> {
    if staff.is_token(csrf) {
        return Ok(());
    }
    Err(Not { status: StatusCode::FORBIDDEN, says: t!("typed-this-page-was-open-too") })
}

/// By what the same form that comes twice is told. `key`: the form's own; `part`: which of several things it does.
pub fn once(staff: &Staff, key: Option<&str>, part: &str, digest: Digest) -> With {
    let key = key.map(|key| RequestKey { id: format!("{} desk {key} {part}", staff.me.person.id), digest });
    With { key, if_version: None }
}

/// What someone wrote. `what`: what it is, for whoever has to write it again.
pub fn words(text: &str, what: &str) -> Result<Words, Not> {
    // Browsers end lines in their own way.
    Words::parse(&text.replace("\r\n", "\n")).map_err(|e| Not::wrong(format!("{what}: {e}")))
}

/// What stays open after a no: at least one of what can be chosen as `instead`, and of the words of this name.
pub fn instead(answers: &Answers, other: &str) -> Result<Vec<Instead>, Not> {
    let mut instead = Vec::new();
    for id in answers.all("instead") {
        instead.push(match id {
            "detour" => Instead::Detour,
            id => Instead::Option(OptionId::parse(id).map_err(|e| Not::wrong(e.to_string()))?),
        });
    }
    if let Some(text) = answers.get(other) {
        instead.push(Instead::Words(words(text, &t!("typed-what-stays-open"))?));
    }
    if instead.is_empty() {
        return Err(Not::wrong(t!("typed-never-a-bare-no-choose")));
    }
    Ok(instead)
}

/// An amount.
pub fn amount(text: &str, currency: Currency) -> Result<Amount, Not> {
    let money = Money::parse(&format!("{} {currency}", digits(text)), None);
    money.map(Amount::Money).map_err(|e| Not::wrong(t!("typed-the-amount-text-why", text = text, why = e.to_string())))
}
