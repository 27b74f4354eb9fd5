//! The remedies of a rule in words.

use super::super::voice::Voice;
use super::{Offers, RemedyWords, constant, sources};
use crate::book::rules::{Amount, FieldValue, Group, One, Remedy, RemedyBody, Split, Version};
use crate::program::op::Reg;
use crate::types::Type;

const GROUPS: [Group; 4] = [Group::Recovery, Group::Remedies, Group::Goodwill, Group::Instead];

/// Those that stand by themselves, by why they are given.
pub(super) fn offers(voice: Voice<'_>, version: &Version) -> Vec<Offers> {
    let of = |wanted: Group| {
        let options = version.options.iter().filter_map(|i| version.remedies.get(*i));
        options.filter(move |r| r.group == wanted).map(|r| words(voice, version, r)).collect::<Vec<_>>()
    };
    let is_free = version.roots.is_empty();
    let when = |group: Group| match group {
        Group::Recovery => t!(voice, "rule-owed-when-we-got-it"),
        Group::Remedies if is_free => t!(voice, "rule-owed-to-whoever-asks"),
        Group::Remedies => t!(voice, "rule-owed-when-every-term-holds"),
        Group::Goodwill => t!(voice, "rule-asks-for-no-term-only"),
        Group::Instead => t!(voice, "rule-in-place-of-barred"),
    };
    let all = GROUPS.map(|group| Offers { group, when: when(group), remedies: of(group) });
    all.into_iter().filter(|offers| !offers.remedies.is_empty()).collect()
}

fn words(voice: Voice<'_>, version: &Version, remedy: &Remedy) -> RemedyWords {
    let part = |index: usize| Some(words(voice, version, version.remedies.get(index)?));
    let (amount, cost, parts) = match &remedy.body {
        RemedyBody::One(one) => (
            one.amount.map(|amount| range(voice, version, one, amount)),
            one.cost.map(|reg| self::cost(voice, version, reg)),
            Vec::new(),
        ),
        RemedyBody::Bundle(parts) => {
            let part = |(index, may_drop): &(usize, bool)| {
                let mut words = part(*index)?;
                words.notes.extend(may_drop.then(|| t!(voice, "rule-only-where-it-is-possible")));
                Some(words)
            };
            (None, None, parts.iter().filter_map(part).collect())
        }
        RemedyBody::Either(parts) => (None, None, parts.iter().filter_map(|i| part(*i)).collect()),
    };
    RemedyWords {
        id: remedy.id.clone(),
        says: remedy.says.clone(),
        amount,
        cost,
        notes: notes(voice, version, remedy),
        parts,
    }
}

fn range(voice: Voice<'_>, version: &Version, one: &One, amount: Amount) -> String {
    match amount {
        Amount::One(reg) => self::amount(voice, version, &one.amount_type, reg),
        Amount::Range(least, most) => {
            let (least, most) =
                (written(voice, version, &one.amount_type, least), written(voice, version, &one.amount_type, most));
            match (least, most) {
                (Some(least), Some(most)) => t!(voice, "rule-least-to-most", least = least, most = most),
                (None, Some(most)) => t!(voice, "rule-up-to-most", most = most),
                (Some(least), None) => t!(voice, "rule-least-or-more", least = least),
                (None, None) => t!(voice, "rule-a-range-that-is-worked"),
            }
        }
    }
}

/// An amount as it is written out.
fn written(voice: Voice<'_>, version: &Version, ty: &Type, reg: Reg) -> Option<String> {
    constant(version, reg).map(|val| voice.long(val.as_number(), ty, val.currency()))
}

fn amount(voice: Voice<'_>, version: &Version, ty: &Type, reg: Reg) -> String {
    written(voice, version, ty, reg).unwrap_or_else(|| {
        sources(voice, version, reg).map_or_else(
            || t!(voice, "rule-worked-out"),
            |sources| t!(voice, "rule-worked-out-from-sources", sources = sources),
        )
    })
}

/// What something costs the business.
pub(super) fn cost(voice: Voice<'_>, version: &Version, reg: Reg) -> String {
    let nothing = constant(version, reg).is_some_and(|val| val.as_number().signum() == 0);
    if nothing { t!(voice, "rule-nothing") } else { amount(voice, version, &Type::Money, reg) }
}

fn notes(voice: Voice<'_>, version: &Version, remedy: &Remedy) -> Vec<String> {
    let mut notes = Vec::new();
    if matches!(remedy.body, RemedyBody::Either(_)) {
        notes.push(t!(voice, "rule-first-that-holds"));
    }
    if let Some(reg) = remedy.when {
        let sources = sources(voice, version, reg);
        notes.push(sources.map_or_else(
            || t!(voice, "rule-in-some-cases-only"),
            |s| t!(voice, "rule-in-some-cases-only-depends", sources = s),
        ));
    }
    if remedy.partial {
        notes.push(t!(voice, "rule-less-may-be-given"));
    }
    if let RemedyBody::One(one) = &remedy.body {
        notes.extend(one.split.map(|split| shared(voice, split)));
    }
    let expires = remedy.fields.iter().find(|(name, _)| name == "expires").map(|(_, value)| value);
    notes.extend(expires.map(|value| {
        match value {
            FieldValue::Text(text) if text == "never" => t!(voice, "rule-never-expires"),
            FieldValue::Text(text) => t!(voice, "rule-good-for-text", text = text),
            FieldValue::Computed(reg, ty, _) => written(voice, version, ty, *reg).map_or_else(
                || t!(voice, "rule-expires-worked-out"),
                |day| t!(voice, "rule-good-until-day", day = day),
            ),
        }
    }));
    if let Some(kept) = remedy.keeps.and_then(|reg| written(voice, version, &Type::Percent, reg)) {
        notes.push(t!(voice, "rule-expected-to-keep", kept = kept));
    }
    notes.extend(remedy.charged_to.as_ref().map(|team| t!(voice, "rule-team-pays", team = team)));
    notes
}

fn shared(voice: Voice<'_>, split: Split) -> String {
    match split {
        Split::InOrder => t!(voice, "rule-goes-to-the-first-payment"),
        Split::Proportional => t!(voice, "rule-goes-to-all-payments"),
    }
}
