//! Who is told which entries of the journal, and how: what someone may not list they do not hear of either.

use std::borrow::Cow;

use amends_core::journal::Entry;
use serde_json::Value;

use super::records::Me;
use crate::door::caller::Action;
use crate::store::endpoints::host_of;

/// The kind of an entry that tells of a webhook.
const WEBHOOK: &str = "setting.webhook";
/// Settings that every person may list: who works here, in which teams, and the rules.
const OF_ALL: [&str; 3] = ["setting.person", "setting.team", "setting.rule"];

/// Whether someone is told an entry of a kind, where they ask for everything. A kind that is new is told to the highest role
/// alone until it is named here.
pub fn is_told(me: &Me, kind: &str) -> bool {
    let is_person = !me.person.person().is_agent();
    if kind.starts_with("case.") {
        return is_person && me.may(Action::Read);
    }
    let is_theirs = if OF_ALL.contains(&kind) { is_person } else { me.top_only("").is_ok() };
    is_theirs && me.may(Action::Settings)
}

/// What happened, as it is told: the address of a webhook is its host alone, also in entries from when the whole of it was
/// written down. The journal keeps what it has, since its hashes are of that.
pub fn told(entry: &Entry) -> Cow<'_, str> {
    if entry.kind != WEBHOOK {
        return Cow::Borrowed(&entry.event);
    }
    let Ok(mut event) = serde_json::from_str::<Value>(&entry.event) else { return Cow::Borrowed("null") };
    if let Some(url) = event.pointer_mut("/what/endpoint/url") {
        *url = Value::String(url.as_str().map(host_of).unwrap_or_default());
    }
    Cow::Owned(event.to_string())
}
