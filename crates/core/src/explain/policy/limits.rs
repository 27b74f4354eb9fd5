//! What limits a rule from outside: roles, guards, nevers; and what circumstances lend.

use super::super::voice::{self, Voice};
use super::super::{Said, around};
use super::{CircumstanceWords, GuardWords, NeverWords, proof};
use crate::book::rules::{Book, Circumstance, Need, Role, RoleId, Term, TermShape, Version};
use crate::book::trust::Reliance;
use crate::facts::Source;
use crate::texts::Texts;
use crate::types::Type;

/// Who decides in a book, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LadderWords {
    /// The roles, lowest first.
    pub roles: Vec<RoleWords>,
    /// Who may write a remedy of their own.
    pub bespoke: Option<String>,
    /// What may have happened to a customer.
    pub circumstances: Vec<CircumstanceWords>,
}

/// A role in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleWords {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its limits: `up to $25.00 on one case`.
    pub limits: Vec<String>,
}

/// Puts a book's ladder into words: roles with their limits, and what circumstances lend; in the language of the texts.
#[must_use]
pub fn ladder(book: &Book, texts: &'static Texts) -> LadderWords {
    let voice = Voice { book, role: RoleId(0), texts };
    LadderWords {
        roles: book.roles.iter().map(|r| role(voice, r)).collect(),
        bespoke: book.bespoke.map(|r| t!(voice, "rule-bespoke", who = voice::upper(&voice.who(r)))),
        circumstances: book.circumstances.iter().map(|c| circumstance(voice, c)).collect(),
    }
}

fn role(voice: Voice<'_>, role: &Role) -> RoleWords {
    let most = voice.any_of(&role.per_grant.0);
    let mut limits =
        vec![most.map_or_else(|| t!(voice, "rule-any-amount-on-one-case"), |m| t!(voice, "rule-per-grant", most = m))];
    limits.extend(voice.any_of(&role.per_day.0).map(|most| t!(voice, "rule-per-day", most = most)));
    limits.extend(role.per_customer.map(|limit| {
        let days = crate::time::days_text(i64::from(limit.days));
        t!(voice, "rule-exceptions", n = limit.count, days = days)
    }));
    let owed = voice.any_of(&role.per_owed.0);
    limits.push(
        owed.map_or_else(|| t!(voice, "rule-releases-all-that-is-owed"), |m| t!(voice, "rule-per-owed", most = m)),
    );
    limits.extend(voice.any_of(&role.owed_per_day.0).map(|most| t!(voice, "rule-owed-per-day", most = most)));
    limits.extend(voice.any_of(&role.per_payout.0).map(|most| t!(voice, "rule-per-payout", most = most)));
    limits.push(trust(voice, role));
    RoleWords { id: role.id.clone(), title: role.title.clone(), limits }
}

/// What a role may act on alone: from the weakest source it may rely on at all.
fn trust(voice: Voice<'_>, role: &Role) -> String {
    let mut allowed: Vec<String> = Vec::new();
    let mut weaker = &Reliance::Nothing;
    for source in Source::ALL {
        let reliance = role.trust.on(source);
        if reliance != weaker {
            let both = role.trust.on(Source::Claimed) == role.trust.on(Source::Word);
            let who = match source {
                Source::Claimed if both => t!(voice, "rule-trust-said"),
                Source::Claimed => t!(voice, "rule-trust-claimed"),
                Source::Word => t!(voice, "rule-trust-word"),
                Source::Seen => t!(voice, "rule-trust-seen"),
                Source::System => t!(voice, "rule-trust-system"),
            };
            allowed.push(match reliance {
                Reliance::UpTo(amounts) => {
                    let most = voice.any_of(amounts).unwrap_or_default();
                    t!(voice, "rule-trust-up-to", who = who, most = most)
                }
                _ => who,
            });
        }
        weaker = reliance;
    }
    if allowed.is_empty() {
        return t!(voice, "rule-trust-nothing");
    }
    t!(voice, "rule-trust", what = allowed.join(", "))
}

/// What raises the role that is needed.
pub(super) fn guards(voice: Voice<'_>, version: &Version) -> Vec<GuardWords> {
    let guards = version.guards.iter().map(|guard| {
        let who = Said::new(voice.tone(Need::role(guard.needs)), around::decides(voice, guard));
        GuardWords { id: guard.id.clone(), says: guard.says.clone(), who }
    });
    guards.collect()
}

/// What bars something of this rule.
pub(super) fn nevers(version: &Version) -> Vec<NeverWords> {
    let says = |indices: &mut dyn Iterator<Item = usize>| -> Vec<String> {
        let mut says: Vec<String> = indices.filter_map(|i| version.remedies.get(i)).map(|r| r.says.clone()).collect();
        let mut seen = std::collections::BTreeSet::new();
        says.retain(|words| seen.insert(words.clone()));
        says
    };
    let nevers = version.nevers.iter().map(|never| {
        let barred = never.bars.as_ref().unwrap_or(&version.options);
        NeverWords {
            id: never.id.clone(),
            says: never.says.clone(),
            bars: says(&mut barred.iter().copied().filter(|i| !never.instead.contains(i))),
            instead: says(&mut never.instead.iter().copied()),
            cites: never.cites.clone(),
        }
    });
    nevers.filter(|words| !words.bars.is_empty()).collect()
}

/// Circumstances that lend a stretch of this rule.
pub(super) fn lending(voice: Voice<'_>, version: &Version) -> Vec<CircumstanceWords> {
    let lends = |c: &&Circumstance| version.terms.iter().any(|term| lends(c, term));
    voice.book.circumstances.iter().filter(lends).map(|c| circumstance(voice, c)).collect()
}

/// Whether a circumstance takes the borrowing role further on a term than it may go by itself.
fn lends(c: &Circumstance, term: &Term) -> bool {
    let timed = matches!(&term.shape, TermShape::Measure { ty: Type::Days | Type::Duration, .. });
    let reach = |role: RoleId| term.stretch.iter().rev().find(|(own, _)| *own <= role).map(|(_, reach)| *reach);
    timed && reach(c.stretch_of).is_some() && reach(c.stretch_of) != reach(c.to)
}

fn circumstance(voice: Voice<'_>, c: &Circumstance) -> CircumstanceWords {
    CircumstanceWords {
        id: c.id.clone(),
        says: c.says.clone(),
        proof: proof(voice, c.proof),
        lends: around::loan(voice, c),
    }
}
