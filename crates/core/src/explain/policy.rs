//! A rule in words, without a request: what it asks, who may stretch how far, what it gives.

mod limits;
mod remedies;
mod terms;
#[cfg(test)]
mod tests;

pub use limits::{LadderWords, RoleWords, ladder};

use super::voice::{self, Voice};
use super::{Gauge, Said};
use crate::book::rules::{Book, Group, Policy, RoleId, Version};
use crate::facts::Source;
use crate::program::op::Reg;
use crate::program::run::Val;
use crate::texts::Texts;

/// One version of a policy in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyWords {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The kinds of request it governs: `price adjustment`.
    pub requests: Vec<String>,
    /// From when to when it is in force: `in force since 1 September 2026`.
    pub in_force: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why it exists.
    pub purpose: Option<String>,
    /// What customers were told.
    pub published: Option<String>,
    /// What else is to be known of it.
    pub about: Vec<String>,
    /// What the business itself may have caused.
    pub fault: Option<FaultWords>,
    /// What it asks, groups before their parts.
    pub terms: Vec<TermWords>,
    /// What it gives, by why.
    pub offers: Vec<Offers>,
    /// What raises the role needed.
    pub guards: Vec<GuardWords>,
    /// What bars remedies for everyone.
    pub nevers: Vec<NeverWords>,
    /// What may have happened to a customer that helps with this rule.
    pub circumstances: Vec<CircumstanceWords>,
    /// The way without an exception.
    pub detour: Option<DetourWords>,
}

/// A fault in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultWords {
    /// Its sentence.
    pub says: String,
    /// What it takes to be believed: `once someone has looked at it`.
    pub proof: String,
    /// Who pays.
    pub charged_to: Option<String>,
}

/// A term in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermWords {
    /// Its id.
    pub id: String,
    /// Its sentence.
    pub says: String,
    /// How deep it lies in groups of terms; 0 at the top.
    pub depth: usize,
    /// Its line: `at most 60 days`, `must hold`, `one of these:`.
    pub line: String,
    /// Who may stretch it how far, the lowest role first; one that says `fixed` where nobody may. None of a group
    /// that is only its parts, and of what binds no one.
    pub stretch: Vec<Said>,
    /// The line and the stretches drawn, where they are written out. No request stands on it: `at` is the line, and
    /// `tone` says nothing.
    pub gauge: Option<Gauge>,
    /// When it applies, and whether customers know of it.
    pub notes: Vec<String>,
    /// Numbers of rules in other documents.
    pub cites: Vec<String>,
}

/// Remedies that are given for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offers {
    /// Where they stand in the policy.
    pub group: Group,
    /// When they are given: `owed when all of the terms hold`.
    pub when: String,
    /// The remedies.
    pub remedies: Vec<RemedyWords>,
}

/// A remedy in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemedyWords {
    /// Its id.
    pub id: String,
    /// What the customer gets.
    pub says: String,
    /// How much: `$20.00 to $40.00`, or `worked out from the order`.
    pub amount: Option<String>,
    /// What it costs the business, where that is not the amount.
    pub cost: Option<String>,
    /// What else is to be known of it.
    pub notes: Vec<String>,
    /// The parts of a bundle, or the alternatives of which the first that holds is given.
    pub parts: Vec<RemedyWords>,
}

/// A guard in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardWords {
    /// Its id.
    pub id: String,
    /// Its sentence.
    pub says: String,
    /// Who decides then.
    pub who: Said,
}

/// A never in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeverWords {
    /// Its id.
    pub id: String,
    /// Its sentence.
    pub says: String,
    /// What of this rule it bars.
    pub bars: Vec<String>,
    /// What is possible in its place.
    pub instead: Vec<String>,
    /// Numbers of rules in other documents.
    pub cites: Vec<String>,
}

/// A circumstance in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CircumstanceWords {
    /// Its id.
    pub id: String,
    /// Its sentence.
    pub says: String,
    /// What it takes to be believed.
    pub proof: String,
    /// `a representative may go as far as a team lead, up to $50.00`.
    pub lends: String,
}

/// A detour in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetourWords {
    /// What the customer can do.
    pub says: String,
    /// What it takes of them.
    pub effort: Option<String>,
    /// What it costs the business.
    pub cost: Option<String>,
}

/// Puts a version of a policy into words, as a role sees it, in the language of the texts.
#[must_use]
pub fn policy(book: &Book, policy: &Policy, version: &Version, role: RoleId, texts: &'static Texts) -> PolicyWords {
    let voice = Voice { book, role, texts };
    PolicyWords {
        id: policy.id.clone(),
        title: version.title.clone(),
        requests: version.requests.iter().map(|r| r.replace('_', " ")).collect(),
        in_force: in_force(voice, policy, version),
        owner: version.owner.clone(),
        purpose: version.purpose.clone(),
        published: version.published.clone(),
        about: about(voice, version),
        fault: version.fault.as_ref().map(|fault| FaultWords {
            says: fault.says.clone(),
            proof: proof(voice, fault.proof),
            charged_to: fault.charged_to.clone(),
        }),
        terms: terms::words(voice, version),
        offers: remedies::offers(voice, version),
        guards: limits::guards(voice, version),
        nevers: limits::nevers(version),
        circumstances: limits::lending(voice, version),
        detour: version.detour.as_ref().map(|detour| DetourWords {
            says: detour.says.clone(),
            effort: detour.effort.clone(),
            cost: detour.cost.map(|reg| remedies::cost(voice, version, reg)),
        }),
    }
}

/// Since when, and until when where a later version follows.
fn in_force(voice: Voice<'_>, policy: &Policy, version: &Version) -> String {
    let since = version.in_force.map(|day| voice.date(day));
    let next = policy.versions.iter().filter_map(|v| v.in_force).filter(|day| Some(*day) > version.in_force).min();
    let until = next.and_then(|day| day.plus_days(-1));
    match (since, until.map(|day| voice.date(day))) {
        (None, None) => t!(voice, "rule-in-force"),
        (None, Some(until)) => t!(voice, "rule-in-force-until", until = until),
        (Some(since), None) => t!(voice, "rule-in-force-since", since = since),
        (Some(since), Some(until)) => t!(voice, "rule-in-force-from-to", since = since, until = until),
    }
}

fn about(voice: Voice<'_>, version: &Version) -> Vec<String> {
    let mut about = Vec::new();
    if version.relied_on.is_some() {
        about.push(t!(voice, "rule-counts-as-it-was-when"));
    }
    if version.proactive {
        about.push(t!(voice, "rule-may-be-opened-before"));
    }
    about
}

/// What it takes to be believed.
fn proof(voice: Voice<'_>, source: Source) -> String {
    match source {
        Source::System => t!(voice, "rule-once-a-system-of-record"),
        Source::Seen => t!(voice, "rule-once-looked-at"),
        Source::Word | Source::Claimed => t!(voice, "rule-on-the-customers-word"),
    }
}

/// The value of a register that holds one that is written out.
fn constant(version: &Version, reg: Reg) -> Option<Val> {
    version.program.consts.iter().find(|(known, _)| *known == reg).map(|(_, val)| *val)
}

/// `the order and the promotion`: what a value is worked out from; none for what has no name of its own.
fn sources(voice: Voice<'_>, version: &Version, reg: Reg) -> Option<String> {
    let behind = version.program.behind(reg);
    let mut names: Vec<String> = Vec::new();
    for ask in version.asks.all.iter().filter(|ask| behind.contains(&ask.slot)) {
        let name = named(voice, &voice.book.labels.of_fact(ask.path.split('.').next().unwrap_or_default()));
        if let Some(name) = name.filter(|name| !names.contains(name)) {
            names.push(name);
        }
    }
    let last = names.pop()?;
    Some(if names.is_empty() { last } else { t!(voice, "rule-and", first = names.join(", "), last = last) })
}

/// A label inside a sentence; a question names nothing.
fn named(voice: Voice<'_>, label: &str) -> Option<String> {
    let name = voice::lower(label);
    match (name.ends_with('?'), name.contains(' ')) {
        (true, _) => None,
        (_, true) => Some(name),
        _ => Some(t!(voice, "rule-the", name = name)),
    }
}
